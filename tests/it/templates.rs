//! Templates of CloudFormation as sources, written the way people write them.

use crate::common::command::Scratch;
use tierwall::import::{read, read_source, write_literal};
use tierwall::inventory::{Source, SourceFile};

/// The sentences of a template, without the places where they were read.
fn sentences(text: &str, bindings: &[(&str, &str)]) -> Vec<String> {
    let bindings: Vec<(String, String)> = bindings
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    let files = [SourceFile {
        name: "template.yaml",
        text,
    }];
    let source = Source {
        files: &files,
        bindings: &bindings,
    };
    let inventory = read(&source).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let program = write_literal(&inventory);
    let lines = program.text.lines();
    let sentences = lines.filter(|line| line.contains(" accepts ") || line.contains(" sends "));
    sentences
        .map(|line| line.split(" # ").next().unwrap_or(line).to_string())
        .collect()
}

fn error(text: &str) -> String {
    read_source("template.yaml", text)
        .expect_err("no template")
        .to_string()
}

/// A template of one group with these inbound rules, indented by eight.
fn group(rules: &str) -> String {
    format!(
        "Resources:\n  Web:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      VpcId: vpc-0a1b2c3d\n      \
         SecurityGroupEgress: {{IpProtocol: '-1', CidrIp: 127.0.0.1/32}}\n      SecurityGroupIngress:\n{rules}"
    )
}

const OUT: &str = "web sends all to 127.0.0.1/32";

#[test]
fn reads_rules_in_every_form() {
    for (rule, sentence) in [
        (
            "{IpProtocol: TCP, FromPort: '443', ToPort: 443, CidrIp: 0.0.0.0/0}",
            "tcp 443 from 0.0.0.0/0",
        ),
        (
            "{IpProtocol: '6', FromPort: 22, ToPort: 22, CidrIp: 10.1.2.3/8}",
            "tcp 22 from 10.0.0.0/8",
        ),
        (
            "{IpProtocol: -1, FromPort: 0, ToPort: 65535, CidrIpv6: '::/0'}",
            "all from ::/0",
        ),
        (
            "{IpProtocol: icmp, FromPort: 8, ToPort: -1, CidrIp: 10.0.0.0/8}",
            "icmp 8 from 10.0.0.0/8",
        ),
        (
            "{IpProtocol: udp, FromPort: 53, ToPort: 53, SourcePrefixListId: pl-0a1b2c3d}",
            "udp 53 from pl-0a1b2c3d",
        ),
        (
            "{IpProtocol: tcp, FromPort: 1, ToPort: 2, SourceSecurityGroupId: !GetAtt Web.GroupId}",
            "tcp 1-2 from web",
        ),
        (
            "{IpProtocol: tcp, FromPort: 1, ToPort: 2, SourceSecurityGroupId: !Ref Web}",
            "tcp 1-2 from web",
        ),
        (
            "{IpProtocol: tcp, FromPort: 1, ToPort: 1, CidrIp: !Join ['', [10.0.0.0, /8]]}",
            "tcp 1 from 10.0.0.0/8",
        ),
        (
            "{IpProtocol: tcp, FromPort: 1, ToPort: 1, CidrIp: !Select [1, !Split [',', '10.0.0.0/8,10.1.0.0/16']]}",
            "tcp 1 from 10.1.0.0/16",
        ),
        (
            "{IpProtocol: tcp, FromPort: 1, ToPort: 1, CidrIp: !ImportValue office}",
            "tcp 1 from office",
        ),
        (
            "{IpProtocol: tcp, FromPort: 1, ToPort: 1, SourceSecurityGroupId: sg-0a1b2c3d, SourceSecurityGroupOwnerId: '012345678901'}",
            "tcp 1 from sg-0a1b2c3d",
        ),
    ] {
        let wanted = [format!("web accepts {sentence}"), OUT.to_string()];
        assert_eq!(
            sentences(&group(&format!("        - {rule}\n")), &[]),
            wanted,
            "{rule}"
        );
    }
}

#[test]
fn reads_json_with_functions_in_long_form() {
    let text = r#"{"Parameters": {"Port": {"Type": "Number"}}, "Resources": {
        "WebSecurityGroup": {"Type": "AWS::EC2::SecurityGroup", "Properties": {
            "VpcId": {"Ref": "Vpc"}, "SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "127.0.0.1/32"}]}},
        "In": {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": {
            "GroupId": {"Fn::GetAtt": ["WebSecurityGroup", "GroupId"]}, "IpProtocol": "tcp",
            "FromPort": {"Ref": "Port"}, "ToPort": {"Ref": "Port"}, "CidrIp": "10.0.0.0/8"}},
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}}}"#;
    let wanted = ["web accepts tcp port from 10.0.0.0/8", OUT];
    assert_eq!(sentences(text, &[]), wanted);
    let wanted = ["web accepts tcp 8080 from 10.0.0.0/8", OUT];
    assert_eq!(sentences(text, &[("Port", "8080")]), wanted);
    assert_eq!(sentences(text, &[("port", "8080")]), wanted);

    let answer = serde_json::json!({ "TemplateBody": text }).to_string();
    assert_eq!(sentences(&answer, &[("Port", "8080")]), wanted);
}

const CONDITIONS: &str = r#"Parameters:
  Stage: {Type: String, Default: test}
  Wide: {Type: String}
Conditions:
  IsProduction: !Equals [!Ref Stage, production]
  IsTest: !And [!Not [!Condition IsProduction], !Equals [a, a]]
Resources:
  Web:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: vpc-0a1b2c3d
      SecurityGroupEgress: {IpProtocol: "-1", CidrIp: 127.0.0.1/32}
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: !If [IsTest, 10.0.0.0/8, 0.0.0.0/0]}
        - !If [IsTest, {IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 10.0.0.0/8}, !Ref AWS::NoValue]
  Debug:
    Type: AWS::EC2::SecurityGroupIngress
    Condition: IsTest
    Properties: {GroupId: !Ref Web, IpProtocol: tcp, FromPort: 5005, ToPort: 5005, CidrIp: 10.0.0.0/8}
"#;

#[test]
fn conditions_decide_about_rules_and_resources() {
    let test = [
        "web accepts tcp 22 from 10.0.0.0/8",
        "web accepts tcp 443 from 10.0.0.0/8",
        "web accepts tcp 5005 from 10.0.0.0/8",
        OUT,
    ];
    assert_eq!(sentences(CONDITIONS, &[]), test);
    let production = ["web accepts tcp 443 from 0.0.0.0/0", OUT];
    assert_eq!(
        sentences(CONDITIONS, &[("Stage", "production")]),
        production
    );

    let unknown = CONDITIONS.replace("!Ref Stage, production", "!Ref Wide, 'yes'");
    assert_eq!(
        error(&unknown),
        "line 5, column 26: the condition depends on `Wide`, whose value is unknown; give it: \
         `--set Wide=VALUE`"
    );
}

#[test]
fn a_group_without_outbound_rules_has_those_of_a_new_one() {
    let text = |vpc: &str, more: &str| {
        format!(
            "Resources:\n  Web:\n    Type: AWS::EC2::SecurityGroup\n    Properties: {{VpcId: {vpc}}}\n  \
             Net:\n    Type: AWS::EC2::VPC\n    Properties: {{CidrBlock: 10.0.0.0/16}}\n{more}"
        )
    };
    let v4 = "web sends all to 0.0.0.0/0";
    assert_eq!(sentences(&text("!Ref Net", ""), &[]), [v4]);

    let v6 = "  Six:\n    Type: AWS::EC2::VPCCidrBlock\n    \
              Properties: {VpcId: !Ref Net, AmazonProvidedIpv6CidrBlock: true}\n";
    let both = ["web sends all to 0.0.0.0/0", "web sends all to ::/0"];
    assert_eq!(sentences(&text("!Ref Net", v6), &[]), both);

    // whether the VPC has IPv6 is unknown, and so is the second rule
    let unknown = [v4, "web sends all to default-outbound-ipv6"];
    assert_eq!(sentences(&text("vpc-0a1b2c3d", ""), &[]), unknown);

    let own = "  Out:\n    Type: AWS::EC2::SecurityGroupEgress\n    Properties: {GroupId: !Ref Web, \
               IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8}\n";
    let only = ["web sends tcp 443 to 10.0.0.0/8"];
    assert_eq!(sentences(&text("!Ref Net", own), &[]), only);
}

#[test]
fn reports_what_is_wrong_at_its_place() {
    for (text, message) in [
        (
            group("        - {IpProtocol: tcp, FromPort: 1, ToPort: 1, CidrIp: !Ref Missing}\n"),
            "line 8, column 61: the template has no parameter and no resource `Missing`",
        ),
        (
            group("        - {FromPort: 1, ToPort: 1, CidrIp: 10.0.0.0/8}\n"),
            "line 8, column 11: the rule has no `IpProtocol`",
        ),
        (
            group("        - {IpProtocol: tcp, IpProtocol: udp}\n"),
            "line 8, column 29: the key `IpProtocol` is there twice",
        ),
        (
            group("        - {IpProtocol: !Reff x}\n"),
            "line 8, column 30: `!Reff` is no function of CloudFormation",
        ),
        (
            group("        - &a {IpProtocol: tcp}\n        - *a\n"),
            "line 9, column 11: CloudFormation takes no aliases",
        ),
        (
            group("        - {IpProtocol: tcp, FromPort: 1, ToPort: 1, CidrIp: 10.0.0.300/8}\n"),
            "Web.SecurityGroupIngress[0]: `10.0.0.300/8` is no block of addresses",
        ),
        (
            group("        - {IpProtocol: tcp, FromPort: 1\n"),
            "line 8, column 11: unclosed bracket",
        ),
        (
            format!("Transform: My::Macro\n{}", group("        []\n")),
            "line 1, column 12: what a macro makes is unknown",
        ),
        (
            CONDITIONS.replace("!Not [!Condition IsProduction]", "!Condition IsTest"),
            "line 6, column 17: the condition `IsTest` refers to itself",
        ),
    ] {
        let found = error(&text);
        assert!(
            found.starts_with(message),
            "{found}\nwanted {message}\n{text}"
        );
    }
}

#[test]
fn hostile_templates_are_refused_in_bounded_time() {
    let deep = format!(
        "Resources: {}\n# AWS::EC2::SecurityGroup",
        "[".repeat(1_000_000)
    );
    assert!(error(&deep).contains("line 1"), "{}", error(&deep));

    let mut laughs = "a: &a [AWS::EC2::SecurityGroup]\n".to_string();
    for n in 'b'..='z' {
        let before = char::from(n as u8 - 1);
        laughs.push_str(&format!(
            "{n}: &{n} [{}]\n",
            vec![format!("*{before}"); 10].join(", ")
        ));
    }
    laughs.push_str("Resources: *z\n");
    assert!(error(&laughs).contains("takes no aliases"));

    let nested = "!Join ['', [".repeat(300) + "x" + &"]]".repeat(300);
    let nested = group(&format!(
        "        - {{IpProtocol: tcp, CidrIp: {nested}}}\n"
    ));
    assert!(!error(&nested).is_empty());
}

#[test]
fn every_command_takes_a_template() {
    let scratch = Scratch::new();
    scratch.write("template.yaml", CONDITIONS);
    scratch.write(
        "policy.tier",
        "include \"template.yaml\"\nassert internet cannot reach web\n",
    );
    scratch.run(&["check", "policy.tier"]).exits(0);
    let opened = ["check", "policy.tier", "--set", "Stage=production"];
    scratch.run(&opened).exits(1).says("template.yaml:14");

    let flows = scratch.run(&["flows", "template.yaml"]).exits(0).out();
    assert!(
        flows.contains(
            "template.yaml:14: web accepts tcp 443 from 10.0.0.0/8 # Web.SecurityGroupIngress[0]"
        ),
        "{flows}"
    );

    let imported = scratch.run(&["import", "template.yaml"]);
    imported.exits(0).says("equal: proved");
    imported.says(
        "`Stage` has no value, and decides which rules there are: its default test is assumed",
    );

    scratch.write(
        "new.yaml",
        CONDITIONS.replace("10.0.0.0/8, 0.0.0.0/0", "0.0.0.0/0, 0.0.0.0/0"),
    );
    let diff = ["diff", "template.yaml", "new.yaml", "--deny", "internet"];
    scratch.run(&diff).exits(1);
}
