//! Taking over groups that live: the program, its ledger and the imports, and what the ledger does to
//! a program that changes.

use crate::common::command::Scratch;

fn data(name: &str) -> String {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/reading/");
    std::fs::read_to_string(format!("{directory}{name}")).expect("a file of the tests")
}

/// A directory with the state of a deployment and the answers about its account.
fn deployment() -> Scratch {
    let scratch = Scratch::new();
    for name in ["state.json", "groups.json", "rules.json", "vpcs.json"] {
        scratch.write(name, data(name));
    }
    scratch
}

const SOURCES: [&str; 4] = ["state.json", "groups.json", "rules.json", "vpcs.json"];

fn adopt(scratch: &Scratch, sources: &[&str]) -> crate::common::command::Run {
    let mut arguments = vec!["import"];
    arguments.extend(sources);
    arguments.extend(["-o", "out", "--adopt", "terraform", "--name", "shop"]);
    scratch.run(&arguments)
}

/// Holds a file against its snapshot.
fn assert_file(scratch: &Scratch, name: &str) {
    let mut settings = insta::Settings::clone_current();
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/adoption");
    settings.set_snapshot_path(directory);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let text = scratch.read(&format!("out/{name}"));
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn writes_a_program_with_its_ledger_and_imports() {
    let scratch = deployment();
    adopt(&scratch, &SOURCES)
        .exits(0)
        .says("4 groups, 12 rules as 6 sentences; equal: proved")
        .says("1. delete from the configuration: aws_security_group_rule.app_out")
        .says("terraform plan: 12 to import, 0 to add, 8 to change, 0 to destroy");
    for name in ["shop.tier", "shop.adopted.json", "shop.tf", "adopt.tf"] {
        assert_file(&scratch, name);
    }

    let build = ["build", "shop.tier", "--to", "terraform"];
    let built = scratch.run_in("out", &build).exits(0).out();
    assert_eq!(built, scratch.read("out/shop.tf"));
}

#[test]
fn docs_show_what_import_prints() {
    let scratch = deployment();
    let mut state: serde_json::Value = serde_json::from_str(&data("state.json")).expect("a state");
    write_all_tags(&mut state);
    scratch.write("state.json", state.to_string());
    scratch.write(
        "live.json",
        SOURCES[1..]
            .iter()
            .map(|name| data(name))
            .collect::<String>(),
    );

    let command = "tierwall import state.json live.json -o . --adopt terraform --name shop";
    let page = std::fs::read_to_string(crate::common::package().join("docs/adopting.md"));
    let page = page.expect("a page");
    assert!(page.contains(command));
    let arguments: Vec<&str> = command.split(' ').skip(1).collect();
    let printed = scratch.run(&arguments).exits(0).err();
    assert!(
        page.contains(&format!("```text\n{printed}```\n")),
        "{printed}"
    );
}

/// Writes all tags in the configuration, so that none is a default one.
fn write_all_tags(value: &mut serde_json::Value) {
    if let Some(tags) = value.get("tags_all").cloned() {
        value["tags"] = tags;
    }
    let inner: Vec<&mut serde_json::Value> = match value {
        serde_json::Value::Array(items) => items.iter_mut().collect(),
        serde_json::Value::Object(map) => map.values_mut().collect(),
        _ => Vec::new(),
    };
    inner.into_iter().for_each(write_all_tags);
}

#[test]
fn writes_an_import_change_set_of_cloudformation() {
    let scratch = deployment();
    let mut arguments = vec!["import"];
    arguments.extend(&SOURCES[1..]);
    arguments.extend(["-o", "out", "--adopt", "cloudformation", "--name", "shop"]);
    scratch
        .run(&arguments)
        .exits(0)
        .says("1. aws cloudformation create-change-set --stack-name shop --change-set-name adopt")
        .says("db-users: the template has a placeholder among the outbound rules")
        .says("change set of CloudFormation: 8 to import, 0 to add, 0 to change, 0 to destroy");
    for name in ["shop.import.json", "resources-to-import.json"] {
        assert_file(&scratch, name);
    }
}

#[test]
fn foretells_nothing_but_imports_of_groups_made_by_hand() {
    let scratch = deployment();
    adopt(&scratch, &SOURCES[1..])
        .exits(0)
        .says("2 default groups as AWS made them left out")
        .says("terraform plan: 16 to import, 0 to add, 0 to change, 0 to destroy");
}

#[test]
fn refuses_rules_whose_ids_are_unknown() {
    let scratch = deployment();
    adopt(&scratch, &["state.json"])
        .exits(2)
        .says("no ids of rules are known: aws_security_group_rule.app_ssh")
        .says("give the answer of `aws ec2 describe-security-group-rules` as another source");
    assert!(!scratch.path("out/shop.tier").exists());
}

#[test]
fn replaces_no_file_without_force() {
    let scratch = deployment();
    adopt(&scratch, &SOURCES).exits(0);
    adopt(&scratch, &SOURCES)
        .exits(0)
        .says("unchanged out/shop.tier");

    scratch.write("out/adopt.tf", "# edited\n");
    adopt(&scratch, &SOURCES)
        .exits(2)
        .says("cannot write `out/adopt.tf`: it exists; use `--force` to replace it");
    assert_eq!(scratch.read("out/adopt.tf"), "# edited\n");
}

/// A program with a ledger that has its group and one of its two rules.
fn adopted_program() -> Scratch {
    let scratch = Scratch::new();
    scratch.write(
        "shop.tier",
        "vpc main { id = \"vpc-0123456789abcdef0\" }\ntier web { outbound = closed }\nweb allows https, http from anywhere-ipv4\n",
    );
    scratch.write(
        "shop.adopted.json",
        r#"{"format": 1, "groups": {"web": {"id": "sg-1", "name": "Web ${x}", "description": "W & co",
            "tags": {"Name": "web %{y}"},
            "rules": {"inbound tcp 443 from 0.0.0.0/0": {"id": "sgr-1", "description": "a ${b}"}}}}}"#,
    );
    scratch
}

fn build(scratch: &Scratch, target: &str) -> String {
    let run = scratch.run(&["build", "shop.tier", "--to", target]);
    run.exits(0).out()
}

#[test]
fn outputs_have_the_texts_of_the_ledger_word_for_word() {
    let scratch = adopted_program();
    let terraform = build(&scratch, "terraform");
    for line in [
        r#"name        = "Web $${x}""#,
        r#"description = "W & co""#,
        r#"Name = "web %%{y}""#,
        r#"description       = "a $${b}""#,
        // the ledger does not have this rule
        r#"description       = "web allows http from anywhere-ipv4""#,
    ] {
        assert!(terraform.contains(line), "{line} is not in:\n{terraform}");
    }

    let template = build(&scratch, "cloudformation");
    for text in ["\"Web ${x}\"", "\"W & co\"", "\"a ${b}\""] {
        assert!(template.contains(text), "{text} is not in:\n{template}");
    }
}

#[test]
fn a_renamed_tier_keeps_the_texts_of_the_ledger() {
    let scratch = adopted_program();
    let before = build(&scratch, "json");
    let renamed = scratch
        .read("shop.tier")
        .replace("tier web {", "tier front was web {")
        .replace("web allows", "front allows");
    scratch.write("shop.tier", renamed);
    let after = build(&scratch, "json");
    for text in ["W & co", "a $${b}"] {
        assert!(before.contains(text) && after.contains(text), "{after}");
    }
}

#[test]
fn the_ledger_of_an_environment_is_its_own() {
    let scratch = adopted_program();
    let program = scratch.read("shop.tier");
    scratch.write(
        "shop.tier",
        format!("environments production, test\n{program}"),
    );
    let build = |environment| {
        let options = [
            "build",
            "shop.tier",
            "--to",
            "json",
            "--environment",
            environment,
        ];
        scratch.run(&options).exits(0).out()
    };
    assert!(!build("production").contains("W & co"));

    let ledger = scratch.read("shop.adopted.json");
    scratch.write("shop.production.adopted.json", ledger);
    assert!(build("production").contains("W & co"));
    assert!(!build("test").contains("W & co"));
}

#[test]
fn a_ledger_that_cannot_be_read_is_an_error() {
    let scratch = adopted_program();
    for (text, why) in [
        (
            "{",
            "E0403]: cannot read `shop.adopted.json`: EOF while parsing",
        ),
        (
            r#"{"format": 2, "groups": []}"#,
            "it has format 2, written by a newer tierwall",
        ),
        (
            r#"{"format": 1, "groups": {"web": {"id": "sg-1", "rule": {}}}}"#,
            "unknown field `rule`",
        ),
    ] {
        scratch.write("shop.adopted.json", text);
        scratch.run(&["check", "shop.tier"]).exits(1).says(why);
    }
}

#[test]
fn icmp_of_all_types_is_imported_without_a_change() {
    let scratch = Scratch::new();
    scratch.write(
        "live.json",
        r#"{"SecurityGroups": [{"GroupId": "sg-0a1b2c3d", "GroupName": "web", "Description": "w",
             "VpcId": "vpc-0a1b2c3d", "IpPermissions": [], "IpPermissionsEgress": []}]}
           {"SecurityGroupRules": [
             {"SecurityGroupRuleId": "sgr-1", "GroupId": "sg-0a1b2c3d", "IsEgress": false,
              "IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "CidrIpv4": "10.0.0.0/8"},
             {"SecurityGroupRuleId": "sgr-2", "GroupId": "sg-0a1b2c3d", "IsEgress": false,
              "IpProtocol": "icmp", "FromPort": 3, "ToPort": 4, "CidrIpv4": "10.0.0.0/8"}]}"#,
    );
    adopt(&scratch, &["live.json"]).exits(0);
    let output = scratch.read("out/shop.tf");
    let ignored = "  lifecycle {\n    ignore_changes = [from_port, to_port]\n  }\n";
    assert_eq!(output.matches(ignored).count(), 1, "{output}");
}

#[test]
fn a_default_group_is_one_that_is_made_elsewhere() {
    let scratch = Scratch::new();
    scratch.write(
        "live.json",
        r#"{"SecurityGroups": [
             {"GroupId": "sg-0a1b2c3d", "GroupName": "default", "Description": "default VPC security group",
              "VpcId": "vpc-0a1b2c3d", "IpPermissions": [], "IpPermissionsEgress": []},
             {"GroupId": "sg-1a1b2c3d", "GroupName": "web", "Description": "w",
              "VpcId": "vpc-0a1b2c3d", "IpPermissions": [], "IpPermissionsEgress": []}]}
           {"SecurityGroupRules": [
             {"SecurityGroupRuleId": "sgr-1", "GroupId": "sg-0a1b2c3d", "IsEgress": false,
              "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": "10.0.0.0/8"},
             {"SecurityGroupRuleId": "sgr-2", "GroupId": "sg-1a1b2c3d", "IsEgress": false,
              "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,
              "ReferencedGroupInfo": {"GroupId": "sg-0a1b2c3d"}}]}"#,
    );
    adopt(&scratch, &["live.json"])
        .exits(0)
        .says("1 group, 2 rules as 2 sentences; equal: proved")
        .says("terraform plan: 3 to import");
    let output = scratch.read("out/shop.tf");
    assert!(!output.contains("\"default\""), "{output}");
    assert!(
        output.contains("security_group_id = \"sg-0a1b2c3d\""),
        "{output}"
    );
}
