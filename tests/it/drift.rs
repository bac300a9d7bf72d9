//! `tierwall drift`: what runs against a program, on answers about an account that are changed here.

use crate::common::command::{Run, Scratch};
use serde_json::{Value, json};

fn data(name: &str) -> Value {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/reading/");
    let text = std::fs::read_to_string(format!("{directory}{name}")).expect("a file of the tests");
    serde_json::from_str(&text).expect("JSON")
}

/// A program that took over an account, and the answers about the account.
struct Account {
    scratch: Scratch,
    groups: Value,
    rules: Value,
}

impl Account {
    fn new() -> Account {
        let scratch = Scratch::new();
        for name in ["groups.json", "rules.json", "vpcs.json"] {
            scratch.write(name, data(name).to_string());
        }
        let import = "import groups.json rules.json vpcs.json -o . --adopt terraform --name shop";
        let arguments: Vec<&str> = import.split(' ').collect();
        scratch.run(&arguments).exits(0);
        let program = scratch.read("shop.tier") + "\nassert internet cannot reach db-orders\n";
        scratch.write("shop.tier", program);

        // the answer about rules has all of them
        let mut groups = data("groups.json");
        for group in list(&mut groups, "SecurityGroups") {
            group["IpPermissions"] = json!([]);
            group["IpPermissionsEgress"] = json!([]);
        }
        Account {
            scratch,
            groups,
            rules: data("rules.json"),
        }
    }

    /// The rule with these ports.
    fn rule(&mut self, from: u16) -> &mut Value {
        let rules = list(&mut self.rules, "SecurityGroupRules").iter_mut();
        let mut found = rules.filter(|rule| rule["FromPort"] == json!(from));
        found.next().expect("a rule")
    }

    fn open(&mut self, id: &str, like: u16, changes: Value) {
        let mut rule = self.rule(like).clone();
        let fields = rule.as_object_mut().expect("a rule");
        fields.remove("ReferencedGroupInfo");
        fields.remove("CidrIpv4");
        fields.insert("SecurityGroupRuleId".to_string(), json!(id));
        fields.extend(changes.as_object().expect("fields").clone());
        list(&mut self.rules, "SecurityGroupRules").push(rule);
    }

    fn drift(&self, options: &[&str]) -> Run {
        self.scratch.write("groups.json", self.groups.to_string());
        self.scratch.write("rules.json", self.rules.to_string());
        let mut arguments = vec!["drift", "shop.tier", "groups.json", "rules.json"];
        arguments.extend(options);
        self.scratch.run(&arguments)
    }
}

fn list<'v>(answer: &'v mut Value, key: &str) -> &'v mut Vec<Value> {
    answer[key].as_array_mut().expect("a list")
}

fn assert_snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/drift");
    settings.set_snapshot_path(directory);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn finds_nothing_where_nothing_changed() {
    let found = Account::new().drift(&[]);
    let wanted = "no drift; 4 groups with 12 rules compared\n";
    assert_eq!(found.exits(0).out(), wanted);
}

#[test]
fn lists_what_was_opened_closed_and_reworded() {
    let mut account = Account::new();
    let opened = json!({"CidrIpv4": "0.0.0.0/0", "Description": "temporary"});
    account.open("sgr-0aaaabbbbccccdddd", 5432, opened);
    account.open(
        "sgr-0bbbbccccddddeeee",
        8,
        json!({"CidrIpv4": "10.20.7.0/24"}),
    );
    account.rule(443)["Description"] = json!("who wrote this");
    let rules = list(&mut account.rules, "SecurityGroupRules");
    rules.retain(|rule| rule["FromPort"] != json!(8080));
    let mut group = account.groups["SecurityGroups"][1].clone();
    group["GroupId"] = json!("sg-0ddddddddddddddddd");
    group["GroupName"] = json!("debug");
    list(&mut account.groups, "SecurityGroups").push(group);

    let record = json!({
        "eventTime": "2026-01-15T22:41:07Z",
        "responseElements": {"securityGroupRuleSet": {"items": [
            {"securityGroupRuleId": "sgr-0aaaabbbbccccdddd"}]}},
    });
    let events = json!({"Events": [{"Username": "alice", "CloudTrailEvent": record.to_string()}]});
    account.scratch.write("events.json", events.to_string());

    let with_events = ["--events", "events.json"];
    assert_snapshot("text", &account.drift(&with_events).exits(1).out());
    for format in ["markdown", "json"] {
        let options = ["--events", "events.json", "--format", format];
        assert_snapshot(format, &account.drift(&options).exits(1).out());
    }

    let commands = account.drift(&["--fix-commands"]).exits(1).out();
    let wanted = "aws ec2 revoke-security-group-ingress --group-id sg-bfb45810eaed38d14 \
                  --security-group-rule-ids sgr-0aaaabbbbccccdddd\n";
    assert_eq!(commands, wanted);
}

#[test]
fn what_an_account_has_controls_no_terminal() {
    let mut account = Account::new();
    let opened = json!({"CidrIpv4": "0.0.0.0/0", "Description": "a\u{1b}[31mb"});
    account.open("sgr-0aaaabbbbccccdddd", 5432, opened);
    for format in ["text", "markdown"] {
        let found = account.drift(&["--format", format]).exits(1).out();
        assert!(!found.contains('\u{1b}'), "{found:?}");
    }
}

#[test]
fn a_group_that_is_gone_is_missing() {
    let mut account = Account::new();
    let groups = list(&mut account.groups, "SecurityGroups");
    groups.retain(|group| group["GroupName"] != json!("db-users"));
    let found = account.drift(&[]).exits(1).out();
    assert!(found.starts_with("drift: 1 missing; 3 groups"), "{found}");
    assert!(found.contains("\n  db-users\n"), "{found}");
}

#[test]
fn values_that_the_deployment_sets_must_be_given() {
    let scratch = Scratch::new();
    scratch.write("groups.json", data("groups.json").to_string());
    scratch.write(
        "shop.tier",
        "param office : cidr\ntier web\nweb allows ssh from office\n",
    );
    let drift = ["drift", "shop.tier", "groups.json"];
    scratch
        .run(&drift)
        .exits(2)
        .says("cannot compare: the deployment sets values that rules or names depend on: office; give")
        .says("`--set office=VALUE`");
    let given = [
        "drift",
        "shop.tier",
        "groups.json",
        "--set",
        "office=203.0.113.0/24",
    ];
    scratch.run(&given).exits(1);
}

#[test]
fn reports_events_that_cannot_be_read() {
    let account = Account::new();
    account
        .scratch
        .write("events.json", r#"{"Events": [{"CloudTrailEvent": "{"}]}"#);
    account
        .drift(&["--events", "events.json"])
        .exits(2)
        .says("cannot read `events.json`: `CloudTrailEvent`: EOF while parsing an object");
}

#[test]
fn docs_show_what_drift_prints() {
    let mut account = Account::new();
    let opened = json!({"CidrIpv4": "0.0.0.0/0", "Description": "temporary"});
    account.open("sgr-0aaaabbbbccccdddd", 5432, opened);
    let printed = account.drift(&[]).exits(1).out();
    let page = std::fs::read_to_string(crate::common::package().join("docs/drift.md"));
    let page = page.expect("a page");
    assert!(page.contains(&format!("\n{printed}```\n")), "{printed}");
}
