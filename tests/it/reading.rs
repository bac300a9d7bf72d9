//! Sources: what the `aws` command and Terraform say of a deployment, asked like a program.
//!
//! `tests/data/reading/` has what both said of one deployment, on a stand-in of AWS: groups with
//! inline rules, with `aws_security_group_rule`, and in a module with `for_each`.

use crate::common::command::Scratch;
use std::collections::BTreeSet;
use tierwall::compile::{Inputs, compile};
use tierwall::import::{read_source, write_literal};
use tierwall::{Memory, report};

fn data(name: &str) -> String {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/reading/");
    std::fs::read_to_string(format!("{directory}{name}")).expect("a file of the tests")
}

/// The sentences of a source, without the places where they were read.
fn sentences(name: &str, text: &str) -> BTreeSet<String> {
    let inventory = read_source(name, text).expect("a source");
    let program = write_literal(&inventory);
    let lines = program.text.lines();
    let sentences = lines.filter(|line| line.contains(" accepts ") || line.contains(" sends "));
    sentences
        .map(|line| line.split(" # ").next().unwrap_or(line).to_string())
        .collect()
}

/// Holds an imported program against its snapshot.
fn assert_imported(name: &str, program: &str) {
    let mut settings = insta::Settings::clone_current();
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/import");
    settings.set_snapshot_path(directory);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, program));
}

fn error(name: &str, text: &str) -> String {
    read_source(name, text).expect_err("no source").to_string()
}

#[test]
fn reads_one_deployment_from_every_source() {
    let expected: BTreeSet<String> = [
        "app accepts all from app",
        "app accepts tcp 22 from 198.51.100.7/32",
        "app accepts tcp 22 from 203.0.113.0/24",
        "app accepts tcp 8080-8090 from web",
        "app sends all to 0.0.0.0/0",
        "db-orders accepts icmp 8 from 10.20.0.0/16",
        "db-orders accepts tcp 5432 from app",
        "db-users accepts icmp 8 from 10.20.0.0/16",
        "db-users accepts tcp 5432 from app",
        "web accepts tcp 443 from 0.0.0.0/0",
        "web accepts tcp 443 from ::/0",
        "web sends all to 0.0.0.0/0",
    ]
    .map(str::to_string)
    .into();

    for name in ["state.json", "terraform.tfstate", "plan.json"] {
        assert_eq!(sentences(name, &data(name)), expected, "{name}");
    }

    let live = [data("groups.json"), data("rules.json"), data("vpcs.json")];
    for text in [live.concat(), live[0].clone()] {
        let mut found = sentences("live.json", &text);
        // Terraform has no resource of the default groups
        found.retain(|sentence| !sentence.starts_with("default"));
        assert_eq!(found, expected);
    }
}

#[test]
fn cites_a_rule_by_its_place() {
    let flows = |name: &str| {
        let mut files = Memory::new().with(name, data(name));
        let inputs = Inputs::on("2026-01-15".parse().expect("a date"));
        let compilation = compile(name, &mut files, &inputs).expect("a source");
        report::flows::table(&compilation.policy, &compilation.sources)
    };
    let state = flows("state.json");
    let wanted =
        "state.json:1: app accepts tcp 8080-8090 from web # aws_security_group_rule.app_web";
    assert!(state.contains(wanted), "{state}");

    let rules = flows("rules.json");
    assert!(rules.contains("# sgr-"), "{rules}");
    assert!(!rules.contains("rules.json:1:"), "{rules}");
}

#[test]
fn answers_questions_about_a_source() {
    let scratch = Scratch::new();
    scratch.write("state.json", data("state.json"));
    scratch.write(
        "policy.tier",
        "include \"state.json\"\nassert internet cannot reach db-orders\nassert web cannot reach db-users on postgres\n",
    );

    scratch.run(&["check", "policy.tier"]).exits(0);

    let trace = [
        "trace",
        "state.json",
        "--from",
        "internet",
        "--to",
        "web",
        "--on",
        "https",
    ];
    let trace = scratch.run(&trace).exits(0).out();
    assert!(trace.contains("# aws_security_group.web"), "{trace}");
}

#[test]
fn finds_what_was_opened_in_a_source() {
    let scratch = Scratch::new();
    scratch.write("old.json", data("state.json"));
    let opened = data("state.json").replace("203.0.113.0/24", "0.0.0.0/0");
    scratch.write("new.json", &opened);

    let diff = ["diff", "old.json", "new.json", "--deny", "internet"];
    let diff = scratch.run(&diff).exits(1).out();
    let opened = "new.json:1: app accepts tcp 22 from 0.0.0.0/0";
    assert!(diff.contains(opened), "{diff}");
    assert!(!diff.contains("AWS"), "{diff}");

    scratch.write("plan.json", data("plan.json"));
    let same = scratch.run(&["diff", "old.json", "plan.json", "--deny", "any"]);
    let wanted = "equal: plan.json allows exactly what old.json allows\n";
    assert_eq!(same.exits(0).out(), wanted);
}

#[test]
fn does_not_edit_a_source() {
    let scratch = Scratch::new();
    let opened = data("state.json").replace("203.0.113.0/24", "0.0.0.0/0");
    scratch.write("state.json", &opened);
    scratch.run(&["check", "--fix", "state.json"]);
    assert_eq!(scratch.read("state.json"), opened);
}

#[test]
fn reports_what_is_wrong_with_a_source() {
    for (name, text, message) in [
        (
            "a.json",
            r#"{"SecurityGroups": [], "NextToken": "x"}"#,
            "line 1, column 40: the answer is cut off: it has a `NextToken`, so there is more; run \
             the command again without `--max-items` and `--no-paginate`",
        ),
        (
            "a.json",
            "{\"SecurityGroups\": [\n  {\"GroupId\": \"sg-1\"",
            "line 2, column 20: EOF while parsing an object",
        ),
        (
            "a.json",
            r#"{"Reservations": []}"#,
            "line 1, column 20: expected an answer with `SecurityGroups` or `SecurityGroupRules`, \
             or a template with `Resources`, found `Reservations`",
        ),
        (
            "a.json",
            r#"{"Entries": [{"Cidr": "10.0.0.0/8"}]}"#,
            "line 1, column 10: the answer does not say which prefix list has these entries: give \
             the file the id of the list as its name, like `pl-0123456789abcdef0.json`",
        ),
        (
            "a.json",
            r#"{"format_version": "2.0", "values": {}}"#,
            "its format is 2.0, and this version of tierwall knows format 1",
        ),
        (
            "a.json",
            r#"{"version": 3, "terraform_version": "0.11.0"}"#,
            "it is a state of version 3, and this version of tierwall knows version 4",
        ),
        (
            "a.json",
            r#"{"SecurityGroupRules": [{"SecurityGroupRuleId": "sgr-1", "GroupId": "sg-1",
               "IsEgress": false, "IpProtocol": "tpc", "CidrIpv4": "10.0.0.0/8"}]}"#,
            "sgr-1: `tpc` is no protocol",
        ),
    ] {
        assert_eq!(error(name, text), message, "{text}");
    }

    let deep = format!("{{\"SecurityGroups\": {}", "[".repeat(1_000_000));
    assert!(error("a.json", &deep).contains("EOF while parsing"));
    let closed = format!("{deep}{}}}", "]".repeat(1_000_000));
    assert!(error("a.json", &closed).contains("invalid type: sequence"));
}

#[test]
fn known_services_are_those_of_the_catalogue() {
    for (name, traffic) in tierwall::import::KNOWN_SERVICES {
        let program = format!("tier a {{ outbound = closed }}\na accepts {name} from 10.0.0.0/8\n");
        let compilation = crate::common::compile_bound(&program, &[]);
        let found: Vec<_> = compilation
            .policy
            .flows
            .iter()
            .map(|it| it.traffic)
            .collect();
        assert_eq!(found, [traffic], "{name}");
    }
}

#[test]
fn builds_no_outputs_of_a_source() {
    let scratch = Scratch::new();
    scratch.write("state.json", data("state.json"));
    let build = scratch.run(&["build", "state.json", "--to", "terraform"]);
    build.exits(2).says("`tierwall import` writes it as one");
    assert_eq!(scratch.names(), ["state.json"]);
}

#[test]
fn imports_a_source_as_a_program_that_says_the_same() {
    let scratch = Scratch::new();
    scratch.write("state.json", data("state.json"));
    let imported = scratch.run(&["import", "state.json"]);
    imported.exits(0).says("4 groups, 12 rules as");
    imported.says("equal: proved");
    assert_imported("state", &imported.out());

    for name in ["groups.json", "rules.json", "vpcs.json"] {
        scratch.write(name, data(name));
    }
    let imported = scratch.run(&["import", "groups.json", "rules.json", "vpcs.json"]);
    imported.exits(0).says("equal: proved");
    assert_imported("account", &imported.out());
}

#[test]
fn says_what_aws_has_otherwise_than_it_is_written() {
    let scratch = Scratch::new();
    let written = data("state.json").replace("203.0.113.0/24", "203.0.113.9/24");
    scratch.write("state.json", written);
    let imported = scratch.run(&["import", "state.json"]);
    imported.exits(0).says("equal: proved");
    imported.says("aws_security_group_rule.app_ssh: AWS has `203.0.113.0/24` for `203.0.113.9/24`");

    let repeated = data("state.json").replace("203.0.113.0/24", "198.51.100.7/32");
    scratch.write("state.json", repeated);
    let imported = scratch.run(&["import", "state.json"]);
    imported.exits(0).says("11 rules as");
    imported
        .says("aws_security_group_rule.app_ssh repeats a rule of aws_security_group_rule.app_ssh");
}

/// A plan of one group and one resource, with what its configuration sets.
fn plan(kind: &str, values: &str, expressions: &str) -> String {
    format!(
        r#"{{"format_version": "1.2", "terraform_version": "1.11.4", "planned_values": {{"root_module": {{"resources": [
        {{"address": "aws_security_group.web", "mode": "managed", "type": "aws_security_group", "name": "web",
         "values": {{"name": "web", "vpc_id": "vpc-0a1b2c3d"}}}},
        {{"address": "{kind}.r", "mode": "managed", "type": "{kind}", "name": "r", "values": {values}}}]}}}},
        "configuration": {{"root_module": {{"resources": [
        {{"address": "{kind}.r", "expressions": {expressions}}}]}}}}}}"#
    )
}

#[test]
fn drops_nothing_that_is_known_only_after_a_plan_is_applied() {
    let group = r#""security_group_id": {"references": ["aws_security_group.web.id"]}"#;
    let new_rule = plan(
        "aws_vpc_security_group_ingress_rule",
        r#"{"ip_protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_ipv6": null,
            "prefix_list_id": null, "referenced_security_group_id": null}"#,
        &format!(
            r#"{{{group}, "cidr_ipv4": {{"references": ["aws_eip.nat.public_ip", "aws_eip.nat"]}},
                "referenced_security_group_id": {{"references": ["var.group"]}}}}"#
        ),
    );
    let found = sentences("plan.json", &new_rule);
    let wanted = ["web accepts tcp 443 from public-ip".to_string()];
    assert_eq!(found, wanted.into(), "the block is unknown, and no group");

    let old_rule = plan(
        "aws_security_group_rule",
        r#"{"type": "ingress", "protocol": "tcp", "from_port": 22, "to_port": 22,
            "ipv6_cidr_blocks": null, "prefix_list_ids": null, "self": false,
            "source_security_group_id": null}"#,
        &format!(
            r#"{{{group}, "cidr_blocks": {{"references": ["local.offices"]}},
                "source_security_group_id": {{"references": ["var.group"]}}}}"#
        ),
    );
    let found = sentences("plan.json", &old_rule);
    assert_eq!(found.len(), 1, "{found:?}");
    let only = found.first().expect("a sentence");
    assert!(only.starts_with("web accepts tcp 22 from "), "{only}");

    let inline = plan(
        "aws_security_group",
        r#"{"name": "db", "vpc_id": "vpc-0a1b2c3d"}"#,
        r#"{"ingress": {"references": ["aws_eip.nat.public_ip"]}}"#,
    );
    let wanted = "aws_security_group.r: the peers of inline rules are known only after the plan is \
                  applied";
    assert_eq!(error("plan.json", &inline), wanted);
}
