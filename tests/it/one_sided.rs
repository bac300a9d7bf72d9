//! Sentences that open one side of a flow: `accepts` and `sends`.

use crate::common::{as_of, compile_bound, compile_text, emit};
use tierwall::Memory;
use tierwall::compile::{Inputs, compile};
use tierwall::groups::{Direction, lower};
use tierwall::lint::{Level, Levels};
use tierwall::report::flows;
use tierwall::target::find_target;

const TIERS: &str = "\
stack shop
tier lb, web
tier app, db { outbound = closed }
";

/// The rules of each tier, as the descriptions that they carry.
fn rules(sentences: &str) -> Vec<String> {
    let compilation = compile_text("shop.tier", &format!("{TIERS}{sentences}"), &[], as_of());
    assert!(!compilation.problems.any_error(), "{sentences}");
    let deployment = lower(&compilation.policy);
    let state = deployment.to_state();

    let mut rules = Vec::new();
    for group in &state.groups {
        for rule in &group.rules {
            let side = match rule.key.direction {
                Direction::Ingress => "in",
                Direction::Egress => "out",
            };
            rules.push(format!(
                "{} {side}: {}",
                group.name,
                state.description(rule)
            ));
        }
    }
    rules.retain(|rule| !rule.ends_with("all outbound traffic"));
    rules
}

fn output(sentences: &str, target: &str) -> String {
    let compilation = compile_text("shop.tier", &format!("{TIERS}{sentences}"), &[], as_of());
    let target = find_target(target).expect("a target");
    let output = (target.emit)(&lower(&compilation.policy).to_state());
    String::from_utf8(output).expect("outputs are UTF-8")
}

fn codes(sentences: &str) -> Vec<String> {
    let mut files = Memory::new().with("shop.tier", format!("{TIERS}{sentences}"));
    let compilation = compile("shop.tier", &mut files, &Inputs::on(as_of())).expect("it is there");
    let levels = Levels {
        all: Some(Level::Allow),
        ..Levels::default()
    };
    let problems = compilation.judge_at(&levels).problems.sorted();
    problems
        .iter()
        .map(|it| it.report().code.to_string())
        .collect()
}

#[test]
fn accepts_opens_the_inbound_side_alone() {
    assert_eq!(
        rules("db accepts mysql from app"),
        ["db in: db accepts mysql from app"]
    );
    assert_eq!(
        rules("db allows mysql from app"),
        [
            "app out: db allows mysql from app",
            "db in: db allows mysql from app"
        ]
    );
}

#[test]
fn sends_opens_the_outbound_side_alone() {
    assert_eq!(
        rules("app sends mysql to db"),
        ["app out: app sends mysql to db"]
    );
    assert_eq!(
        rules("app sends ssh to itself"),
        ["app out: app sends ssh to itself"]
    );
}

#[test]
fn sends_adds_its_rule_to_those_of_an_open_tier() {
    assert_eq!(
        rules("lb sends https to web"),
        ["lb out: lb sends https to web"]
    );
    assert_eq!(
        rules("lb allows https to web"),
        ["web in: lb allows https to web"]
    );
    // one rule, with the words of the sentence
    let all = "lb sends all to anywhere-ipv4";
    assert_eq!(rules(all), ["lb out: lb sends all to anywhere-ipv4"]);
    assert_eq!(output(all, "terraform").matches("0.0.0.0/0").count(), 2);
}

#[test]
fn rules_of_sends_are_never_omitted() {
    assert_eq!(
        rules("app allows all to anywhere\napp allows ssh to db"),
        [
            "app out: app allows all to anywhere",
            "app out: app allows all to anywhere",
            "db in: app allows ssh to db"
        ]
    );
    assert_eq!(
        rules("app allows all to anywhere\napp sends ssh to db"),
        [
            "app out: app allows all to anywhere",
            "app out: app allows all to anywhere",
            "app out: app sends ssh to db"
        ]
    );
}

#[test]
fn only_cloudformation_halves_the_rules_of_an_open_tier() {
    let sentence = "lb sends https to web";
    let template = output(sentence, "cfn");
    for half in ["0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"] {
        assert_eq!(
            template.matches(&format!("\"{half}\"")).count(),
            1,
            "{half}"
        );
    }
    for whole in ["0.0.0.0/0", "::/0"] {
        // those of `web`
        assert_eq!(
            template.matches(&format!("\"{whole}\"")).count(),
            1,
            "{whole}"
        );
    }
    for target in ["terraform", "json"] {
        let output = output(sentence, target);
        assert!(!output.contains("/1\""), "{output}");
        assert_eq!(output.matches("\"0.0.0.0/0\"").count(), 2, "{output}");
    }
}

#[test]
fn a_connection_needs_both_sides() {
    let can = "\nassert app can reach db on mysql";
    assert_eq!(codes(&format!("db accepts mysql from app{can}")), ["E0702"]);
    assert_eq!(codes(&format!("app sends mysql to db{can}")), ["E0702"]);
    assert_eq!(
        codes(&format!(
            "app sends mysql to db\ndb accepts mysql from app{can}"
        )),
        [""; 0]
    );
    // the outbound side of `lb` is open
    let can = "\nassert lb can reach db on mysql";
    assert_eq!(codes(&format!("db accepts mysql from lb{can}")), [""; 0]);
    let cannot = "\nassert app cannot reach db";
    assert_eq!(
        codes(&format!("db accepts mysql from app{cannot}")),
        [""; 0]
    );
}

#[test]
fn plural_verbs_have_no_s() {
    assert_eq!(
        rules("app, db accept https from lb"),
        rules("app, db accepts https from lb")
    );
    assert_eq!(
        rules("app, db send https to lb"),
        rules("app, db sends https to lb")
    );
}

#[test]
fn flows_show_which_side_is_open() {
    let sentences = "lb sends https to web\nweb accepts http from lb\napp allows ssh from web\nweb accepts ssh from 10.0.0.0/8";
    let compilation = compile_text("shop.tier", &format!("{TIERS}{sentences}"), &[], as_of());
    let table = flows::table(&compilation.policy, &compilation.sources);
    let lines: Vec<&str> = table
        .lines()
        .filter(|line| line.ends_with("side only)"))
        .collect();
    assert_eq!(lines.len(), 2, "{table}");
    assert!(
        lines[0].ends_with("web accepts http from lb (inbound side only)"),
        "{table}"
    );
    assert!(
        lines[1].ends_with("lb sends https to web (outbound side only)"),
        "{table}"
    );
    let json = flows::json(&compilation.policy, &compilation.sources);
    assert_eq!(json.matches("\"opens\": \"inbound\"").count(), 1);
    assert_eq!(json.matches("\"opens\": \"outbound\"").count(), 1);
}

#[test]
fn halves_of_everything_are_in_canonical_order() {
    let template = |sentence: &str| {
        let program = format!(
            "stack shop {{ labels = written }}\ntier web, app\n{sentence}web sends tcp 80 to app\n"
        );
        emit(&compile_bound(&program, &[]), "cloudformation")
    };
    let made = template("");
    assert_eq!(made, template("web sends all to 0.0.0.0/1\n"));
    assert_eq!(made, template("web sends all to 128.0.0.0/1\n"));
    assert!(made.find("\"0.0.0.0/1\"") < made.find("\"128.0.0.0/1\""));
}

/// How many findings of a lint there are.
fn findings(sentences: &str, lint: &str) -> usize {
    let compilation = compile_text("shop.tier", &format!("{TIERS}{sentences}"), &[], as_of());
    let problems = compilation.judge_at(&Levels::default()).problems.sorted();
    let found = problems.iter().filter(|it| it.report().code == lint);
    found.count()
}

#[test]
fn a_machine_of_another_tier_with_the_group_is_an_end_too() {
    let tiers = "tier mgmt, edge-only { outbound = closed }\ntier edge also mgmt\n";
    let sends = "web accepts https from mgmt\n";
    assert_eq!(findings(&format!("{tiers}{sends}"), "half-open"), 0);
    let shut = "web accepts https from edge-only\n";
    assert_eq!(findings(&format!("{tiers}{shut}"), "half-open"), 1);

    let accepts = "app sends https to mgmt\nedge accepts https from app\n";
    assert_eq!(findings(&format!("{tiers}{accepts}"), "half-open"), 0);
}

#[test]
fn an_outbound_rule_for_the_other_ip_version_is_not_redundant() {
    let tiers = "tier cache { outbound = open-ipv6 }\nexternal rds = \"sg-12345678\"\n";
    let lints = |sentences: &str| findings(&format!("{tiers}{sentences}\n"), "redundant-outbound");
    assert_eq!(
        lints("cache sends redis to db\ndb accepts redis from cache"),
        0
    );
    assert_eq!(lints("cache sends redis to rds"), 0);
    assert_eq!(lints("cache sends redis to 2001:db8::/32"), 1);
    assert_eq!(lints("cache sends icmpv6 to rds"), 1);
    assert_eq!(lints("cache allows redis to rds"), 1);

    let program = "tier r { outbound = open-ipv6 }\ntier b { outbound = closed }\n\
                   r allows https to b\nassert r can reach b on https\n";
    let compilation = compile_text("a.tier", program, &[], as_of());
    let judged = compilation.judge_at(&Levels::default());
    let reports = judged.problems.sorted().into_iter();
    let helps: Vec<String> = reports.flat_map(|problem| problem.report().help).collect();
    assert_eq!(
        helps,
        ["this sentence would allow it: `r sends https to b`"]
    );
}

#[test]
fn a_template_has_no_default_that_cloudformation_would_drop() {
    let messages = |sentences: &str| {
        let program = format!("param c : cidr = 0.0.0.0/0\n{TIERS}{sentences}");
        let compilation = compile_text("shop.tier", &program, &[], as_of());
        let target = find_target("cloudformation").expect("a target");
        let problems = (target.unsupported)(&compilation.policy).sorted();
        let messages = problems.iter().map(|it| it.report().message);
        messages.collect::<Vec<_>>()
    };
    let dropped = "CloudFormation does not support a rule for all traffic to `c`, by default every \
                   address, in a group with a rule to another group";
    let none: [&str; 0] = [];
    assert_eq!(
        messages("app allows all to c\napp allows ssh to db\n"),
        [dropped]
    );
    assert_eq!(messages("app allows all to c\n"), none);
    assert_eq!(
        messages("app allows https to c\napp allows ssh to db\n"),
        none
    );
    assert_eq!(
        messages("app accepts all from c\napp allows ssh to db\n"),
        none
    );
}
