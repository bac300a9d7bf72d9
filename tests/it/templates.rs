//! Templates of CloudFormation, as people write them: what is read of each function, and each error
//! at its place.

use crate::common::command::Scratch;
use std::collections::BTreeSet;
use std::fmt::Write;
use tierwall::import::{is_source, read, write_literal};
use tierwall::inventory::{Inventory, Remark, Source, SourceError, SourceFile};

fn read_with(text: &str, set: &[(&str, &str)]) -> Result<Inventory, SourceError> {
    let bindings: Vec<(String, String)> = set
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    read(&Source {
        files: &[SourceFile {
            name: "template.yaml",
            text,
        }],
        bindings: &bindings,
    })
}

/// The declarations and sentences of a template, but for those of stacks and tiers.
fn lines_with(text: &str, set: &[(&str, &str)]) -> BTreeSet<String> {
    let inventory = read_with(text, set).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let program = write_literal(&inventory).text;
    let lines = program
        .lines()
        .filter(|line| !line.starts_with("stack ") && !line.starts_with("tier "));
    lines
        .map(|line| line.split(" # ").next().unwrap_or(line).to_string())
        .collect()
}

fn error_with(text: &str, set: &[(&str, &str)]) -> String {
    match read_with(text, set) {
        Err(error) => error.to_string(),
        Ok(inventory) => panic!("it is read:\n{}", write_literal(&inventory).text),
    }
}

fn error(text: &str) -> String {
    error_with(text, &[])
}

fn set_of(lines: &[&str]) -> BTreeSet<String> {
    lines.iter().map(|line| line.to_string()).collect()
}

/// A template with what its sections have, and a group `Web` that has these inbound rules and no
/// outbound one but to itself.
fn with_rules(sections: &str, rules: &str) -> String {
    let rules: String = rules.lines().fold(String::new(), |mut out, line| {
        let _ = writeln!(out, "        {line}");
        out
    });
    format!(
        "{sections}Resources:
  Web:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Web servers
      VpcId: vpc-0a1b2c3d
      SecurityGroupEgress:
        - {{ IpProtocol: tcp, FromPort: 1, ToPort: 1, CidrIp: 192.0.2.1/32 }}
      SecurityGroupIngress:
{rules}"
    )
}

const OUT: &str = "web sends tcp 1 to 192.0.2.1/32";
const VPC: &str = "vpc main { id = \"vpc-0a1b2c3d\" }";

/// The one inbound rule of a template whose CidrIp is a value.
fn block_of(sections: &str, value: &str, set: &[(&str, &str)]) -> Vec<String> {
    let rule = format!("- IpProtocol: tcp\n  FromPort: 443\n  ToPort: 443\n  CidrIp: {value}");
    let lines = lines_with(&with_rules(sections, &rule), set);
    let others = [OUT.to_string(), VPC.to_string()];
    lines
        .into_iter()
        .filter(|line| !others.contains(line))
        .collect()
}

const SECTIONS: &str = "Parameters:
  Env: { Type: String, Default: test, AllowedValues: [test, prod] }
  Office: { Type: String, Default: 203.0.113.9/24, Description: Head office }
  Host: { Type: String, Default: 198.51.100.7 }
  Partner: { Type: String }
  Partners: { Type: CommaDelimitedList, Default: '198.51.100.0/24, 192.0.2.0/24' }
  Stored: { Type: 'AWS::SSM::Parameter::Value<String>', Default: /net/office }
Mappings:
  Nets:
    test: { Cidr: 10.1.0.0/16, All: [10.1.0.0/16, 10.3.0.0/16] }
    prod: { Cidr: 10.2.0.0/16, All: [10.2.0.0/16, 10.4.0.0/16] }
Conditions:
  IsProd: !Equals [!Ref Env, prod]
";

#[test]
fn works_out_functions() {
    let rule = |peer: &str| format!("web accepts tcp 443 from {peer}");
    for (value, known) in [
        ("10.0.0.7/24", "10.0.0.0/24"),
        ("\"10.0.0.0/8\"", "10.0.0.0/8"),
        ("!Join [/, [10.0.0.0, 8]]", "10.0.0.0/8"),
        ("!Join ['.', [10, 0, 0, !Join ['', [0, /8]]]]", "10.0.0.0/8"),
        ("!Sub 10.0.0.0/8", "10.0.0.0/8"),
        ("!Sub ['${A}/${B}', { A: 10.0.0.0, B: 8 }]", "10.0.0.0/8"),
        ("!Select [1, [10.0.0.0/8, 10.9.0.0/16]]", "10.9.0.0/16"),
        (
            "!Select ['0', !Split [' ', '10.9.0.0/16 x']]",
            "10.9.0.0/16",
        ),
        ("!FindInMap [Nets, prod, Cidr]", "10.2.0.0/16"),
        ("!Select [1, !FindInMap [Nets, prod, All]]", "10.4.0.0/16"),
        (
            "!FindInMap [Nets, dev, Cidr, { DefaultValue: 10.8.0.0/16 }]",
            "10.8.0.0/16",
        ),
        ("!If [IsProd, 10.2.0.0/16, 10.1.0.0/16]", "10.1.0.0/16"),
        ("{ 'Fn::Join': [/, [10.0.0.0, '8']] }", "10.0.0.0/8"),
    ] {
        assert_eq!(block_of(SECTIONS, value, &[]), [rule(known)], "{value}");
    }
}

#[test]
fn names_what_is_unknown() {
    for (value, parameter) in [
        ("!Ref Office", "param office : cidr = 203.0.113.0/24"),
        ("!Sub '${Office}'", "param office : cidr = 203.0.113.0/24"),
        (
            "!Sub '${Host}/32'",
            "param host-32 : cidr = 198.51.100.7/32",
        ),
        ("!Ref Partner", "param partner : cidr"),
        ("!Ref Env", "param env : cidr"),
        (
            "!Select [1, !Ref Partners]",
            "param partners-1 : cidr = 192.0.2.0/24",
        ),
        (
            "!FindInMap [Nets, !Ref Env, Cidr]",
            "param cidr : cidr = 10.1.0.0/16",
        ),
        (
            "!Select [0, !FindInMap [Nets, !Ref Env, All]]",
            "param all-0 : cidr = 10.1.0.0/16",
        ),
        ("!Ref Stored", "param stored : cidr"),
        ("'{{resolve:ssm:/net/office}}'", "param net-office : cidr"),
        ("!ImportValue net-office", "param net-office : cidr"),
        (
            "!ImportValue { 'Fn::Sub': 'net-${Env}' }",
            "param net-env : cidr",
        ),
        (
            "!Select [0, !Cidr [10.0.0.0/8, 4, 8]]",
            "param cidr-0 : cidr",
        ),
    ] {
        let lines = block_of(SECTIONS, value, &[]);
        assert!(
            lines.contains(&parameter.to_string()),
            "{value}: {lines:#?}"
        );
        let name = parameter.split(' ').nth(1).expect("a name");
        let rule = format!("web accepts tcp 443 from {name}");
        assert!(lines.contains(&rule), "{value}: {lines:#?}");
    }
}

#[test]
fn takes_the_values_that_are_set() {
    let set = [
        ("Env", "prod"),
        ("Partner", "192.0.2.0/24"),
        ("Partners", "10.0.0.0/8,10.9.0.0/16"),
        ("AWS::Region", "eu-central-1"),
        ("Stored", "203.0.113.0/24"),
    ];
    for (value, known) in [
        ("!Ref Partner", "192.0.2.0/24"),
        ("!Select [1, !Ref Partners]", "10.9.0.0/16"),
        ("!FindInMap [Nets, !Ref Env, Cidr]", "10.2.0.0/16"),
        ("!If [IsProd, 10.2.0.0/16, 10.1.0.0/16]", "10.2.0.0/16"),
        ("!Ref Stored", "203.0.113.0/24"),
    ] {
        let rule = format!("web accepts tcp 443 from {known}");
        assert_eq!(block_of(SECTIONS, value, &set), [rule], "{value}");
    }
    let text = with_rules(SECTIONS, "- { IpProtocol: '-1', CidrIp: !Ref Partner }");
    let applied = read_with(&text, &[("Env", "prod"), ("other", "x")]).expect("a template");
    assert_eq!(applied.applied_bindings, ["Env"]);
    let refused = error_with(
        &with_rules(
            SECTIONS,
            "- { IpProtocol: '-1', CidrIp: !If [IsProd, 10.0.0.0/8, 10.0.0.0/9] }",
        ),
        &[("Env", "production")],
    );
    assert_eq!(
        refused,
        "line 2, column 54: `Env` cannot be `production`: its values are `test`, `prod`"
    );
}

#[test]
fn reads_the_traffic_of_a_rule() {
    for (rule, words) in [
        ("IpProtocol: TCP, FromPort: '22', ToPort: 22", "tcp 22"),
        ("IpProtocol: 6, FromPort: 80, ToPort: 90", "tcp 80-90"),
        ("IpProtocol: udp, FromPort: 0, ToPort: 65535", "udp"),
        ("IpProtocol: -1, FromPort: 22, ToPort: 22", "all"),
        ("IpProtocol: '-1'", "all"),
        ("IpProtocol: icmp, FromPort: 8, ToPort: -1", "icmp 8"),
        ("IpProtocol: icmp, FromPort: -1, ToPort: -1", "proto 1"),
        ("IpProtocol: 50", "proto 50"),
        ("IpProtocol: tcp, FromPort: !Ref P, ToPort: !Ref P", "tcp p"),
    ] {
        let sections = "Parameters: { P: { Type: Number, Default: 8080 } }\n";
        let rule = format!("- {{ {rule}, CidrIp: 10.0.0.0/8 }}");
        let lines = lines_with(&with_rules(sections, &rule), &[]);
        let wanted = format!("web accepts {words} from 10.0.0.0/8");
        assert!(lines.contains(&wanted), "{rule}: {lines:#?}");
    }
}

#[test]
fn reads_every_kind_of_peer() {
    let text = "Parameters:
  Lb: { Type: AWS::EC2::SecurityGroup::Id, Default: sg-0a1b2c3d }
  List: { Type: String }
Resources:
  WebSecurityGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupName: web
      GroupDescription: Web servers
      SecurityGroupIngress: { IpProtocol: udp, FromPort: 53, ToPort: 53, CidrIpv6: 2001:DB8::/32 }
      SecurityGroupEgress:
        - { IpProtocol: -1, DestinationPrefixListId: !GetAtt Offices.PrefixListId }
        - { IpProtocol: -1, DestinationSecurityGroupId: !GetAtt [AppSG, GroupId] }
        - !Ref AWS::NoValue
  AppSG:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Applications
      VpcId: !GetAtt WebSecurityGroup.VpcId
      SecurityGroupEgress: [{ IpProtocol: -1, DestinationPrefixListId: pl-0a1b2c3d }]
  One:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: { GroupId: !Ref AppSG, IpProtocol: -1, SourceSecurityGroupId: !Ref Lb }
  Two:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: { GroupName: web, IpProtocol: -1, SourceSecurityGroupName: !Ref AppSG }
  Three:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: { GroupId: !Ref AppSG, IpProtocol: -1, SourceSecurityGroupName: others }
  Four:
    Type: AWS::EC2::SecurityGroupIngress
    Properties:
      GroupId: sg-0fedcba9
      IpProtocol: -1
      SourceSecurityGroupId: sg-0123abcd
      SourceSecurityGroupOwnerId: 012345678901
  Five:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: { GroupId: !Ref AppSG, IpProtocol: -1, SourcePrefixListId: !Ref List }
  Six:
    Type: AWS::EC2::SecurityGroupIngress
    Properties:
      GroupId: !Ref AppSG
      IpProtocol: -1
      SourceSecurityGroupId: !GetAtt Balancer.SourceSecurityGroup.GroupName
      SourceSecurityGroupOwnerId: !Ref AWS::AccountId
  Offices:
    Type: AWS::EC2::PrefixList
    Properties:
      PrefixListName: offices
      AddressFamily: IPv4
      MaxEntries: 10
      Entries: [{ Cidr: 203.0.113.0/24 }, { Cidr: 198.51.100.7/32, Description: VPN }]
  Balancer: { Type: AWS::ElasticLoadBalancing::LoadBalancer }
  Moved:
    Type: AWS::EC2::SecurityGroupVpcAssociation
    Properties: { GroupId: !Ref AppSG, VpcId: vpc-0b1b2c3d }
";
    let lines = lines_with(text, &[]);
    let wanted = [
        "app accepts all from balancer-source-security-group-group-name",
        "app accepts all from lb",
        "app accepts all from list",
        "app accepts all from others",
        "app sends all to pl-0a1b2c3d",
        "external sg-0123abcd = \"sg-0123abcd\" in account \"012345678901\"",
        "external sg-0fedcba9 = \"sg-0fedcba9\"",
        "param balancer-source-security-group-group-name : external",
        "param default-vpc : vpc",
        "param lb : external = \"sg-0a1b2c3d\"",
        "param list : prefix-list",
        "param others : external",
        "prefix-list offices = 198.51.100.7/32, 203.0.113.0/24",
        "prefix-list pl-0a1b2c3d = \"pl-0a1b2c3d\" { family = ipv4 }",
        "sg-0fedcba9 accepts all from sg-0123abcd",
        "web accepts all from app",
        "web accepts udp 53 from 2001:db8::/32",
        "web sends all to app",
        "web sends all to offices",
    ];
    for wanted in wanted {
        assert!(lines.contains(wanted), "{wanted}\n{lines:#?}");
    }
    assert_eq!(
        lines.iter().filter(|it| it.contains(" all ")).count(),
        9,
        "{lines:#?}"
    );
}

/// What decides whether the rule of a template is there, and whether it is.
#[test]
fn works_out_conditions() {
    for (condition, holds) in [
        ("!Equals [!Ref Env, test]", true),
        ("!Equals [!Ref Env, prod]", false),
        ("!Equals [!Ref Size, 4]", true),
        ("!Not [!Equals [!Ref Env, test]]", false),
        ("!And [!Condition Is, !Equals [a, a]]", true),
        (
            "!And [!Condition Is, !Equals [a, b], !Equals [!Ref Unset, b]]",
            false,
        ),
        ("!Or [!Equals [a, b], !Condition Is]", true),
        ("!Or [!Equals [!Ref Unset, b], !Condition Is]", true),
        ("!Equals [!Join ['', [te, st]], !Ref Env]", true),
        ("!Equals [!Select [1, !Ref Zones], b]", true),
        ("!Equals [!FindInMap [M, !Ref Env, on], 'true']", true),
        ("{ 'Fn::Not': [{ Condition: Is }] }", false),
        ("!Equals [True, 'true']", true),
    ] {
        let text = with_rules(
            &format!(
                "Parameters:
  Env: {{ Type: String, Default: test }}
  Size: {{ Type: Number, Default: 4 }}
  Zones: {{ Type: CommaDelimitedList, Default: 'a, b' }}
  Unset: {{ Type: String }}
Mappings: {{ M: {{ test: {{ on: true }} }} }}
Conditions:
  Is: !Equals [!Ref Env, test]
  Tested: {condition}
"
            ),
            "- !If [Tested, { IpProtocol: -1, CidrIp: 10.0.0.0/8 }, !Ref AWS::NoValue]
- { IpProtocol: -1, CidrIp: !If [Tested, 10.1.0.0/16, 10.2.0.0/16] }",
        );
        let lines = lines_with(&text, &[]);
        let is_there = lines.contains("web accepts all from 10.0.0.0/8");
        let chosen = lines.contains("web accepts all from 10.1.0.0/16");
        assert_eq!(
            (is_there, chosen),
            (holds, holds),
            "{condition}: {lines:#?}"
        );
    }
}

#[test]
fn leaves_out_resources_whose_condition_does_not_hold() {
    let text = "Parameters: { Env: { Type: String, Default: test } }
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsTest: !Not [!Condition IsProd]
Resources:
  Web:
    Type: AWS::EC2::SecurityGroup
    Condition: IsTest
    Properties: { GroupDescription: web, VpcId: vpc-0a1b2c3d }
  Admin:
    Type: AWS::EC2::SecurityGroup
    Condition: IsProd
    Properties: { GroupDescription: admin, VpcId: vpc-0a1b2c3d }
  FromAdmin:
    Type: AWS::EC2::SecurityGroupIngress
    Condition: IsProd
    Properties: { GroupId: !Ref Admin, IpProtocol: -1, SourceSecurityGroupId: !Ref Admin }
  Outbound:
    Type: AWS::EC2::SecurityGroupEgress
    Condition: IsTest
    Properties: { GroupId: !Ref Web, IpProtocol: -1, CidrIp: 10.0.0.0/8 }
";
    assert_eq!(
        lines_with(text, &[]),
        set_of(&[VPC, "web sends all to 10.0.0.0/8"])
    );
    let prod = lines_with(text, &[("Env", "prod")]);
    let wanted = [
        VPC,
        "admin accepts all from admin",
        "admin sends all to 0.0.0.0/0",
        "admin sends all to ::/0",
    ];
    assert_eq!(prod, set_of(&wanted));

    let inventory = read_with(text, &[]).expect("a template");
    let assumed = inventory.remarks.iter().find_map(|remark| match remark {
        Remark::AssumedDefault { origin, value, .. } => Some((origin.place(), value.as_str())),
        _ => None,
    });
    assert_eq!(assumed, Some((Some("Env"), "test")));
    let inventory = read_with(text, &[("Env", "test")]).expect("a template");
    assert!(inventory.remarks.is_empty(), "{:?}", inventory.remarks);
}

#[test]
fn knows_the_outbound_rules_that_are_not_written() {
    let group = |outbound: &str, others: &str| {
        format!(
            "Resources:
  Vpc: {{ Type: AWS::EC2::VPC, Properties: {{ CidrBlock: 10.0.0.0/16 }} }}
  Web:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: web
      VpcId: {outbound}
{others}"
        )
    };
    let outbound = |text: &str| -> Vec<String> {
        let lines = lines_with(text, &[]).into_iter();
        lines.filter(|line| line.contains(" sends ")).collect()
    };
    let (all, all_v6) = ("web sends all to 0.0.0.0/0", "web sends all to ::/0");
    let own = "  Out:
    Type: AWS::EC2::SecurityGroupEgress
    Properties: { GroupId: !Ref Web, IpProtocol: -1, CidrIp: 10.0.0.0/8 }
";
    let ipv6 = "  Six:
    Type: AWS::EC2::VPCCidrBlock
    Properties: { VpcId: !Ref Vpc, AmazonProvidedIpv6CidrBlock: true }
";
    assert_eq!(outbound(&group("vpc-0a1b2c3d", "")), [all, all_v6]);
    assert_eq!(
        outbound(&group("vpc-0a1b2c3d\n      SecurityGroupEgress: []", "")),
        [all, all_v6]
    );
    assert_eq!(outbound(&group("!Ref Vpc", "")), [all]);
    assert_eq!(outbound(&group("!Ref Vpc", ipv6)), [all, all_v6]);
    assert_eq!(
        outbound(&group("!Ref Vpc", own)),
        ["web sends all to 10.0.0.0/8"]
    );

    let written = "vpc-0a1b2c3d
      SecurityGroupEgress: [{ IpProtocol: -1, CidrIp: 0.0.0.0/0 }]";
    assert_eq!(outbound(&group(written, "")), [all]);
    let unknown = error(&group(written, own));
    assert!(
        unknown.starts_with("line 8, column 29: whether `Web` has this rule is unknown"),
        "{unknown}"
    );
}

#[test]
fn knows_the_addresses_of_its_vpcs() {
    let text = |more: &str| {
        format!(
            "Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties: {{ CidrBlock: 10.0.0.0/16, Tags: [{{ Key: Name, Value: shop }}] }}
  Web:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: web
      VpcId: !Ref Vpc
      SecurityGroupIngress:
        - {{ IpProtocol: -1, CidrIp: !GetAtt Vpc.CidrBlock }}
{more}"
        )
    };
    let lines = lines_with(&text(""), &[]);
    assert!(
        lines.contains("vpc shop { id = vpc-id, cidr = 10.0.0.0/16 }"),
        "{lines:#?}"
    );
    assert!(
        lines.contains("web accepts all from 10.0.0.0/16"),
        "{lines:#?}"
    );

    let more = "  More:
    Type: AWS::EC2::VPCCidrBlock
    Properties: { VpcId: !Ref Vpc, CidrBlock: ";
    let lines = lines_with(&text(&format!("{more}10.1.0.0/16 }}\n")), &[]);
    let wanted = "vpc shop { id = vpc-id, cidr = [10.0.0.0/16, 10.1.0.0/16] }";
    assert!(lines.contains(wanted), "{lines:#?}");
    let lines = lines_with(&text(&format!("{more}!ImportValue net }}\n")), &[]);
    assert!(lines.contains("vpc shop { id = vpc-id }"), "{lines:#?}");
}

#[test]
fn recognizes_templates_by_their_content() {
    for text in [
        "Resources:\n  A: {}\n",
        "# a stack\n---\nAWSTemplateFormatVersion: 2010-09-09\n\nResources: {}\n",
        "\u{feff}\"Resources\": {}\n",
        "{\"Resources\": {}}",
        "{\"Description\": \"a \\\"}\", \"Metadata\": {\"a\": [{}]}, \"Resources\": {}}",
        "TemplateBody: |\n  Resources: {}\n",
    ] {
        assert!(is_source("a", text), "{text}");
        let found = error_with_or_read(text);
        assert!(!found.contains("expected"), "{text}: {found}");
    }
    for text in [
        "tier web\n",
        "tier web # Resources:\nResources: AWS::\n",
        "stack shop\nResources:\n  A:\n    Type: AWS::EC2::SecurityGroup\n",
        "Resource: a\n",
        "",
    ] {
        assert!(!is_source("a", text), "{text}");
    }
    for text in [
        r#"{"resources": {}, "Resources": {}}"#,
        r#"{"Reservations": [{"Resources": 1}]}"#,
        r#"{"Description": "Resources"}"#,
    ] {
        assert!(
            error(text).contains("expected an answer with `SecurityGroups`"),
            "{text}"
        );
    }
}

fn error_with_or_read(text: &str) -> String {
    match read_with(text, &[]) {
        Ok(inventory) => write_literal(&inventory).text,
        Err(error) => error.to_string(),
    }
}

#[test]
fn reads_what_get_template_prints() {
    let inner = "Resources:\n  Web:\n    Type: AWS::EC2::SecurityGroup\n    Properties:\n      \
                 GroupDescription: web\n      VpcId: vpc-0a1b2c3d\n      SecurityGroupEgress: \
                 [{IpProtocol: -1, CidrIp: 10.0.0.0/8}]\n";
    let text = serde_json::json!({ "TemplateBody": inner, "StagesAvailable": ["Original"] });
    let wanted = set_of(&[VPC, "web sends all to 10.0.0.0/8"]);
    assert_eq!(lines_with(&text.to_string(), &[]), wanted);

    let object = r#"{"StagesAvailable": [], "TemplateBody": {"Resources": {"Web": {
        "Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "web",
        "VpcId": "vpc-0a1b2c3d", "SecurityGroupEgress": [{"IpProtocol": "-1",
        "CidrIp": "10.0.0.0/8"}]}}}}}"#;
    assert_eq!(lines_with(object, &[]), wanted);

    let wrong = serde_json::json!({ "TemplateBody": inner.replace("10.0.0.0/8", "10.0.0.0/40") });
    assert_eq!(
        error(&wrong.to_string()),
        "line 1, column 17: line 7, column 29 of `TemplateBody`: `10.0.0.0/40` is no block of \
         addresses"
    );
}

#[test]
fn says_where_a_template_is_wrong() {
    let rule = |rule: &str| with_rules(SECTIONS, &format!("- {{ {rule} }}"));
    let all = |rest: &str| rule(&format!("IpProtocol: -1, {rest}"));
    for (text, message) in [
        (
            rule("IpProtocol: tpc, FromPort: 1, ToPort: 1, CidrIp: 10.0.0.0/8"),
            "`tpc` is no protocol",
        ),
        (
            rule("IpProtocol: tcp, CidrIp: 10.0.0.0/8"),
            "TCP and UDP need ports",
        ),
        (
            rule("FromPort: 1, ToPort: 1, CidrIp: 10.0.0.0/8"),
            "the rule has no `IpProtocol`",
        ),
        (
            rule("IpProtocol: !Ref Partner, FromPort: 1, ToPort: 1, CidrIp: 10.0.0.0/8"),
            "the protocol depends on `Partner`: set it with `--set Partner=VALUE`",
        ),
        (
            rule("IpProtocol: icmp, FromPort: !Ref Partner, ToPort: 1, CidrIp: 10.0.0.0/8"),
            "the type or code of ICMP depends on `Partner`: set it with `--set Partner=VALUE`",
        ),
        (
            all("CidrIp: 10.0.0.300/8"),
            "`10.0.0.300/8` is no block of addresses",
        ),
        (all("CidrIp: ::/0"), "`::/0` is no block of IPv4"),
        (
            all("Description: x"),
            "the rule has no peer: CloudFormation makes none of it",
        ),
        (
            all("CidrIp: 10.0.0.0/8, CidrIpv6: ::/0"),
            "the rule has two peers, `CidrIp` and `CidrIpv6`",
        ),
        (
            all("CidrIP: 10.0.0.0/8"),
            "`CidrIP` is no property of `SecurityGroupIngress`",
        ),
        (
            all("DestinationPrefixListId: pl-0a1b2c3d"),
            "`DestinationPrefixListId` is no property of `SecurityGroupIngress`",
        ),
        (
            rule("IpProtocol: tcp, FromPort: 022, ToPort: 022, CidrIp: 10.0.0.0/8"),
            "write the number `022` without a zero in front",
        ),
        (
            all("CidrIp: !Ref Partners"),
            "`CidrIp` expects a text, found a list",
        ),
        (
            all("CidrIp: !Ref Nothing"),
            "`Nothing` is no parameter and no resource of the template",
        ),
        (
            all("CidrIp: !GetAtt Nothing.Cidr"),
            "`Nothing` is no resource of the template",
        ),
        (
            all("CidrIp: !GetAtt Web"),
            "`Fn::GetAtt` expects a resource and its attribute, found `Web`",
        ),
        (
            all("CidrIp: !Foo x"),
            "`Fn::Foo` is no function of a template",
        ),
        (
            all("CidrIp: !FindInMap [Nets, dev, Cidr]"),
            "`Mappings` has no `Nets` / `dev` / `Cidr`",
        ),
        (
            all("CidrIp: !Select [7, !Split [',', 'a,b']]"),
            "the list has 2 values, and none at 7",
        ),
        (
            all("CidrIp: !If [Missing, 10.0.0.0/8, ::/0]"),
            "`Conditions` has no `Missing`",
        ),
        (
            all("CidrIp: !Join [a]"),
            "`Fn::Join` expects a text and a list, found 1",
        ),
        (
            all("SourceSecurityGroupId: sg-0a1b2c3d, SourceSecurityGroupOwnerId: !Ref Partner"),
            "which account the peer is in depends on `Partner`: set it with `--set Partner=VALUE`",
        ),
        (
            all("'Fn::Transform': { Name: AWS::Include }, CidrIp: 10.0.0.0/8"),
            "what the macro `Fn::Transform` makes is unknown: read the template after it, `aws \
             cloudformation get-template --template-stage Processed --stack-name NAME`",
        ),
    ] {
        let found = error(&text);
        let (place, found) = found.split_once(": ").expect("a place");
        assert_eq!(found, message, "{text}");
        assert!(
            place.starts_with("line 23, column ") || place.starts_with("line 12, column "),
            "{place}: {text}"
        );
    }
}

#[test]
fn refuses_what_a_template_does_not_say() {
    for (text, message) in [
        (
            "Transform: [AWS::Serverless-2016-10-31, Mine]\nResources: {}\n",
            "line 1, column 41: what the macro `Mine` makes is unknown",
        ),
        (
            "Transform: { Name: AWS::Include }\nResources: {}\n",
            "line 1, column 12: what the macro `AWS::Include` makes is unknown",
        ),
        (
            "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::G: [N, [a], {'G${N}': \
             {Type: AWS::EC2::SecurityGroup}}]\n",
            "line 3, column 3: what the macro `Fn::ForEach::G` makes is unknown",
        ),
        (
            "Resources:\n  Web: {}\n",
            "line 2, column 3: the resource `Web` has no `Type`",
        ),
        (
            "Resources:\n  Web: { Type: AWS::EC2::SecurityGroup }\n",
            "line 2, column 8: `Web` has no `Properties`",
        ),
        (
            "Resources: []\n",
            "line 1, column 12: expected an object as `Resources`, found a list",
        ),
        (
            "Resources:\n  Web: { Type: a }\n  Web: { Type: b }\n",
            "line 3, column 3: the key `Web` stands twice",
        ),
        (
            "Resources:\n  <<: {}\n",
            "line 2, column 3: merge keys (`<<`) are no part of templates",
        ),
        (
            "Resources: {}\n---\nResources: {}\n",
            "line 2, column 1: expected one template",
        ),
        (
            "Parameters: { E: { Type: String } }\nConditions: { C: !Equals [!Ref E, a] }\nResources:\n  \
             Web: { Type: AWS::EC2::SecurityGroup, Condition: C }\n",
            "line 4, column 52: whether the condition `C` holds depends on `E`: set it with `--set \
             E=VALUE`",
        ),
        (
            "Conditions: { C: !Equals [!Ref AWS::Region, a] }\nResources:\n  \
             Web: { Type: AWS::EC2::SecurityGroup, Condition: C }\n",
            "line 3, column 52: whether the condition `C` holds depends on `AWS::Region`: set it",
        ),
        (
            "Conditions: { A: !Condition B, B: !Not [!Condition A] }\nResources:\n  \
             Web: { Type: AWS::EC2::SecurityGroup, Condition: A }\n",
            "line 1, column 41: the condition `A` depends on itself",
        ),
        (
            "Conditions: { A: !Equals [yes, true] }\nResources:\n  Web: { Type: \
             AWS::EC2::SecurityGroup, Condition: A }\n",
            "line 1, column 18: whether `yes` equals `true` depends on how YAML reads them",
        ),
        (
            "Resources:\n  Web: { Type: AWS::EC2::SecurityGroup, Properties: { VpcId: !GetAtt \
             Web.VpcId } }\n",
            "line 2, column 62: the value refers to others too deeply, or to itself",
        ),
        (
            "Conditions: { No: !Equals [a, b] }\nResources:\n  Web: { Type: AWS::EC2::SecurityGroup, \
             Condition: No }\n  In: { Type: AWS::EC2::SecurityGroupIngress, Properties: { GroupId: \
             !Ref Web } }\n",
            "line 4, column 70: `Web` is not made: its condition does not hold",
        ),
    ] {
        let found = error(text);
        assert!(found.starts_with(message), "{found}\n{text}");
    }
    let other = "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::G: [N, [a], {'G${N}': \
                 {Type: AWS::SNS::Topic}}]\n";
    assert_eq!(lines_with(other, &[]), BTreeSet::new());
}

#[test]
fn says_what_is_assumed() {
    let text = "Resources:
  Net: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: x } }
  Web: { Type: AWS::EC2::SecurityGroup, Properties: { GroupDescription: w, VpcId: vpc-0a1b2c3d } }
";
    let inventory = read_with(text, &[]).expect("a template");
    let remarks: Vec<String> = inventory.remarks.iter().map(Remark::to_string).collect();
    assert_eq!(
        remarks,
        [
            "Net (AWS::CloudFormation::Stack) is not read: it can have groups, and rules of these \
             groups",
            "no outbound rules are written for Web, so AWS allows all: over IPv6 only if the VPC \
             has IPv6, as is assumed",
        ]
    );
}

#[test]
fn hostile_templates_are_errors_in_bounded_time() {
    let start =
        "AWSTemplateFormatVersion: a\nResources:\n  A:\n    Type: AWS::EC2::SecurityGroup\n";
    let deep = format!("{start}    Properties: {}", "[".repeat(1_000_000));
    assert!(error(&deep).contains("nest"), "{}", error(&deep));
    let deep = format!("{{\"Resources\": {}", "[".repeat(1_000_000));
    assert!(error(&deep).contains("nest"), "{}", error(&deep));
    let deep: String = (0..5000).fold(start.to_string(), |mut text, n| {
        let _ = writeln!(text, "{}a:", " ".repeat(4 + n));
        text
    });
    assert!(error(&deep).contains("nest"), "{}", error(&deep));

    let mut laughs =
        format!("{start}    Properties:\n      GroupDescription: &a0 lol\n      VpcId:\n");
    for n in 1..40 {
        let _ = writeln!(
            laughs,
            "        - &a{n} !Join ['', [*a{m}, *a{m}]]",
            m = n - 1
        );
    }
    let laughs = laughs.replace("VpcId:\n", "VpcId: !Join\n      - ''\n      -\n");
    let found = error(&laughs);
    assert!(found.contains("repeats its values too often"), "{found}");

    let itself = format!("{start}    Properties: &a {{ GroupDescription: *a }}\n");
    assert!(error(&itself).contains("the alias is a part of itself"));
    let mut chain = format!("{start}    Metadata:\n      - &a0 [[[[[[[[[[x]]]]]]]]]]\n");
    for n in 1..1000 {
        let _ = writeln!(chain, "      - &a{n} [[[[[[[[[[*a{}]]]]]]]]]]", n - 1);
    }
    assert!(error(&chain).contains("nested too deeply"));

    let long = format!(
        "{start}    Properties: {{ GroupDescription: {} }}\n",
        "x".repeat(10_000_000)
    );
    assert!(read_with(&long, &[]).is_ok());
    let whole = with_rules(SECTIONS, "- { IpProtocol: -1, CidrIp: !Ref Office }");
    for (at, _) in whole.char_indices() {
        let _ = read_with(&whole[..at], &[]);
    }
}

const SHOP: &str = include_str!("../data/reading/shop.yaml");

#[test]
fn answers_questions_about_a_template() {
    let scratch = Scratch::new();
    scratch.write("shop.yaml", SHOP);
    let check = scratch.run(&["check", "shop.yaml"]);
    check.exits(0).says("note[W0401]: ").says(
        "`Stage` has no value, and decides which rules there are: its default test is assumed",
    );
    let check = scratch.run(&["check", "shop.yaml", "--set", "Stage=prod"]);
    assert!(!check.exits(0).err().contains("Stage"));

    let flows = scratch.run(&["flows", "shop.yaml"]).exits(0).out();
    let cited =
        "shop.yaml:41: web accepts tcp 22 from office # WebSecurityGroup.SecurityGroupIngress[1]";
    assert!(flows.contains(cited), "{flows}");
    let prod = scratch.run(&["flows", "shop.yaml", "--set", "Stage=prod"]);
    assert!(!prod.exits(0).out().contains("tcp 22"));

    let trace = [
        "trace",
        "shop.yaml",
        "--from",
        "198.51.100.7",
        "--to",
        "web",
        "--on",
        "https",
    ];
    let trace = scratch.run(&trace).exits(0).out();
    assert!(
        trace.contains("# WebSecurityGroup.SecurityGroupIngress[0]"),
        "{trace}"
    );

    scratch.write(
        "policy.tier",
        "include \"shop.yaml\"\nassert internet cannot reach db\nassert only app can reach db on postgres\n",
    );
    scratch.run(&["check", "policy.tier"]).exits(0);
    scratch.write(
        "wrong.tier",
        "include \"shop.yaml\"\nassert internet cannot reach web\n",
    );
    scratch.run(&["check", "wrong.tier"]).exits(1);

    let diff = ["diff", "shop.yaml", "shop.yaml", "--deny", "any"];
    let diff = scratch.run(&diff).exits(0).out();
    assert!(diff.contains("equal"), "{diff}");
}

#[test]
fn imports_a_template() {
    let scratch = Scratch::new();
    scratch.write("shop.yaml", SHOP);
    let imported = scratch.run(&["import", "shop.yaml"]);
    imported.exits(0).says("equal: proved");
    imported.says(
        "`Stage` has no value, and decides which rules there are: its default test is assumed",
    );
    let mut settings = insta::Settings::clone_current();
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/import");
    settings.set_snapshot_path(directory);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("template", imported.out()));

    let prod = scratch.run(&["import", "shop.yaml", "--set", "Stage=prod"]);
    assert!(!prod.exits(0).says("equal: proved").err().contains("Stage"));
    let unknown = scratch.run(&["import", "shop.yaml", "--set", "Stag=prod"]);
    unknown.exits(2).says("the source has no parameter `Stag`");
}
