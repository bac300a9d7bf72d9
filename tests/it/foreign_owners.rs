//! Rules on groups that are made elsewhere: `rds allows postgres from app`.

use crate::common::{as_of, compile_text};
use tierwall::Memory;
use tierwall::analysis::diff::{Diff, Effect};
use tierwall::compile::{Inputs, compile};
use tierwall::groups::lower;
use tierwall::lint::{Level, Levels};
use tierwall::policy::TierMapping;
use tierwall::target::find_target;

const START: &str = "\
stack shop
external rds = \"sg-0123456789abcdef0\"
external theirs = \"sg-0fedcba9876543210\" in account \"444455556666\"
param cache : external
tier web
tier app { outbound = closed }
";

fn output(sentences: &str, target: &str) -> String {
    let compilation = compile_text("shop.tier", &format!("{START}{sentences}"), &[], as_of());
    assert!(
        !compilation.problems.any_error(),
        "{sentences}\n{:?}",
        compilation.problems
    );
    let target = find_target(target).expect("a target");
    let output = (target.emit)(&lower(&compilation.policy).to_state());
    String::from_utf8(output).expect("outputs are UTF-8")
}

fn problems(sentences: &str, levels: &Levels) -> Vec<(String, String)> {
    let mut files = Memory::new().with("shop.tier", format!("{START}{sentences}"));
    let compilation = compile("shop.tier", &mut files, &Inputs::on(as_of())).expect("it is there");
    let problems = compilation.judge_at(levels).problems.sorted();
    let reports = problems.iter().map(|it| it.report());
    reports
        .map(|report| (report.code.to_string(), report.message))
        .collect()
}

fn codes(sentences: &str) -> Vec<String> {
    let levels = Levels {
        all: Some(Level::Allow),
        ..Levels::default()
    };
    problems(sentences, &levels)
        .into_iter()
        .map(|(code, _)| code)
        .collect()
}

#[test]
fn both_ends_of_a_flow_get_their_rules() {
    let terraform = output("rds allows postgres from app", "tf");
    assert!(
        terraform.contains(
            "\
resource \"aws_vpc_security_group_ingress_rule\" \"sg_0123456789abcdef0_tcp_5432_from_app\" {
  security_group_id            = \"sg-0123456789abcdef0\"
  description                  = \"rds allows postgres from app\"
  ip_protocol                  = \"tcp\"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.app.id
}"
        ),
        "{terraform}"
    );
    assert!(
        terraform.contains(
            "\
resource \"aws_vpc_security_group_egress_rule\" \"app_tcp_5432_to_sg_0123456789abcdef0\" {
  security_group_id            = aws_security_group.app.id"
        ),
        "{terraform}"
    );
    assert_eq!(
        terraform.matches("resource \"aws_security_group\"").count(),
        2
    );
    assert_eq!(terraform.matches("output \"").count(), 2);

    let template = output("rds allows postgres from app", "cfn");
    assert!(
        template.contains(
            "\
    \"Sg0123456789abcdef0Tcp5432FromApp\": {
      \"Type\": \"AWS::EC2::SecurityGroupIngress\",
      \"Properties\": {
        \"GroupId\": \"sg-0123456789abcdef0\","
        ),
        "{template}"
    );
    assert_eq!(template.matches("\"AWS::EC2::SecurityGroup\"").count(), 2);

    let json = output("rds allows postgres from app", "json");
    assert!(json.contains("\
{\"group\": \"sg-0123456789abcdef0\", \"external\": {\"value\": \"sg-0123456789abcdef0\", \"parameter\": null}, \"direction\": \"inbound\""), "{json}");
}

#[test]
fn a_parameter_is_a_variable_that_takes_groups_of_the_own_account() {
    let terraform = output("cache allows redis from app, 10.0.0.0/8", "tf");
    for indent in [1, 12] {
        let line = format!("\n  security_group_id{}= var.cache", " ".repeat(indent));
        assert_eq!(terraform.matches(&line).count(), 1, "{terraform}");
    }
    assert!(
        terraform.contains("regex(\"^sg-\", var.cache)"),
        "{terraform}"
    );
    assert!(!output("web allows redis from cache", "tf").contains("regex(\"^sg-"));
    let template = output("cache allows redis from app, 10.0.0.0/8", "cfn");
    assert_eq!(
        template
            .matches("\"GroupId\": {\n          \"Ref\": \"Cache\"")
            .count(),
        2,
        "{template}"
    );
}

#[test]
fn two_names_of_one_group_are_one() {
    let alias = "external other = \"sg-0123456789abcdef0\"\n";
    let both = output(
        &format!("{alias}rds allows postgres from web\nother allows postgres from web"),
        "tf",
    );
    let address = "\"sg_0123456789abcdef0_tcp_5432_from_web\"";
    assert_eq!(both.matches(address).count(), 1, "{both}");
    // each sentence has its own words
    assert!(
        both.contains("\"other allows postgres from web\""),
        "{both}"
    );
    let one = output(&format!("{alias}rds allows postgres from web"), "tf");
    assert!(one.contains("\"rds allows postgres from web\""), "{one}");
}

#[test]
fn one_side_of_a_group_that_is_made_elsewhere() {
    let accepts = output("rds accepts postgres from app", "tf");
    assert!(!accepts.contains("app_tcp_5432"), "{accepts}");
    let sends = output("rds sends https to app", "tf");
    assert!(
        sends.contains("sg_0123456789abcdef0_tcp_443_to_app"),
        "{sends}"
    );
    assert!(!sends.contains("app_tcp_443_from"), "{sends}");
    // about `app` alone: nothing is put on the other group
    let peer = output("app allows postgres to rds", "tf");
    assert!(
        !peer.contains("security_group_id            = \"sg-"),
        "{peer}"
    );
}

#[test]
fn a_group_of_another_account_has_no_rules_here() {
    assert_eq!(codes("theirs allows postgres from app"), ["E0327"]);
    assert_eq!(codes("app, theirs allow postgres from web"), ["E0327"]);
    assert_eq!(codes("app allows postgres to theirs"), [""; 0]);
}

#[test]
fn other_rules_of_the_group_are_unknown() {
    let rules = "rds allows postgres from app\n";
    let asked = |assertion: &str| codes(&format!("{rules}{assertion}"));
    assert_eq!(asked("assert app can reach rds on postgres"), [""; 0]);
    // nobody knows that it does not
    assert_eq!(asked("assert web cannot reach rds on postgres"), ["E0701"]);
    assert_eq!(asked("assert web can reach rds on postgres"), ["E0702"]);
    assert_eq!(
        asked("assert 10.0.0.0/8 can reach rds on postgres"),
        ["E0702"]
    );
    assert_eq!(
        asked("assert 10.0.0.0/8 cannot reach rds on postgres"),
        ["E0701"]
    );
    // the closed side of `app` decides
    assert_eq!(asked("assert app cannot reach rds on ssh"), [""; 0]);
    assert_eq!(asked("assert rds cannot reach web on ssh"), [""; 0]);
}

#[test]
fn nothing_is_certain_of_a_group_without_rules() {
    let holds = |text: &str| assert_eq!(codes(text), [""; 0], "{text}");
    let fails = |text: &str, code: &str| assert_eq!(codes(text), [code], "{text}");
    for assertion in [
        "assert internet can reach rds on postgres",
        "assert web can reach rds on postgres",
        "assert web can reach rds",
        "app allows ssh from rds\nassert internet can reach rds on postgres",
        "app allows redis to rds\nassert app can reach rds on redis",
        "app allows ssh from rds\nassert rds can reach app on ssh",
        "assert rds can reach cache on redis",
        // a rule on it makes certain what it admits, and nothing else
        "rds allows postgres from app\nassert app can reach rds on redis",
        "rds allows postgres from app\nassert rds can reach web on ssh",
    ] {
        fails(assertion, "E0702");
    }
    fails("assert internet cannot reach rds", "E0701");
    fails("assert rds cannot reach internet", "E0701");
    fails("assert only app can reach rds on ssh", "E0701");
    holds("app allows ssh from rds\nrds sends ssh to app\nassert rds can reach app on ssh");
    holds("rds allows ssh to app\nassert rds can reach app on ssh");
    holds("rds accepts postgres from anywhere\nassert internet can reach rds on postgres");
    holds("assert rds cannot reach app");
}

#[test]
fn a_chain_through_the_group_bypasses_only_through() {
    let scene = "\
tier db, lb { outbound = closed }
app allows https from web
db allows mysql from app
";
    // `web` is open, and may send to any group
    let through = |sentences: &str, assertion: &str| {
        codes(&format!(
            "{scene}{sentences}\nassert {assertion} on mysql only through app"
        ))
    };
    let closed = "lb can reach db";
    let lb = "app allows ssh from lb";
    assert_eq!(through(lb, closed), [""; 0]);
    for sentences in [
        // the program opens both gates of the group
        "rds allows ssh from lb\nrds allows mysql to db",
        // or none, but the gates of both tiers
        "lb sends ssh to rds\ndb accepts mysql from rds",
        // or those of different groups, between which anything may pass
        "lb sends ssh to cache\ndb accepts mysql from rds",
        // or by the address that members of the group may have
        "lb sends ssh to rds\ndb accepts mysql from 10.9.0.0/16",
    ] {
        let with = format!("{lb}\n{sentences}");
        assert_eq!(through(&with, closed), ["E0703"], "{sentences}");
    }
    for sentences in [
        "lb sends ssh to rds",
        "db accepts mysql from rds",
        "lb sends ssh to rds\ndb accepts ssh from rds",
        "rds accepts ssh from lb\nrds sends mysql to db",
    ] {
        let with = format!("{lb}\n{sentences}");
        assert_eq!(through(&with, closed), [""; 0], "{sentences}");
    }
    assert_eq!(through("", "web can reach db"), [""; 0]);
    assert_eq!(
        through("db accepts mysql from rds", "web can reach db"),
        ["E0703"]
    );
    assert_eq!(
        through("app allows ssh from 10.0.0.0/8", "10.0.0.0/8 can reach db"),
        [""; 0]
    );
    // no group filters what its members are sent
    assert_eq!(
        through(
            "app allows ssh from 10.0.0.0/8\ndb accepts mysql from rds",
            "10.0.0.0/8 can reach db"
        ),
        ["E0703"]
    );
    assert_eq!(through("", "rds can reach cache"), ["E0703"]);
}

#[test]
fn only_does_not_hold_if_other_rules_may_open_it() {
    let rules = "rds accepts postgres from anywhere\n";
    let only = format!("{rules}assert only web can reach rds on postgres");
    assert_eq!(codes(&only), ["E0701"]);
}

#[test]
fn an_error_says_what_is_unknown_of_the_group() {
    let why = |sentences: &str| {
        let mut files = Memory::new().with("shop.tier", format!("{START}{sentences}"));
        let compilation = compile("shop.tier", &mut files, &Inputs::on(as_of())).expect("there");
        let problems = compilation.judge_at(&Levels::default()).problems.sorted();
        let reports = problems.iter().map(|it| it.report());
        let failed = reports.filter(|report| report.code == "E0702");
        let texts = failed.map(|report| {
            let label = report.labels.iter().map(|label| label.words.clone());
            label.chain(report.help.clone()).collect::<Vec<String>>()
        });
        texts.flatten().collect::<Vec<String>>()
    };
    let unknown = |sentences: &str, what: &str| {
        let found = why(sentences);
        assert!(found.iter().any(|text| text.contains(what)), "{found:?}");
    };
    unknown(
        "assert internet can reach rds on postgres",
        "the rules of `rds`",
    );
    unknown(
        "rds accepts ssh from web\nassert web can reach rds on postgres",
        "the other rules of `rds`",
    );
    // no sentence can put a rule on a group of another account
    let found = why("web allows ssh from theirs\nassert theirs can reach web on ssh");
    assert!(
        !found.iter().any(|text| text.contains("sentence")),
        "{found:?}"
    );
}

#[test]
fn lints_judge_the_group_too() {
    let found = problems("rds allows postgres from anywhere", &Levels::default());
    let found: Vec<&(String, String)> = found
        .iter()
        .filter(|(code, _)| code == "open-data-store")
        .collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].1.starts_with("`rds` accepts tcp 5432"),
        "{found:?}"
    );
}

#[test]
fn cloudformation_cannot_let_the_group_send_everything() {
    let compilation = compile_text(
        "shop.tier",
        &format!("{START}rds allows all to anywhere"),
        &[],
        as_of(),
    );
    let unsupported = |name: &str| {
        let target = find_target(name).expect("a target");
        (target.unsupported)(&compilation.policy).sorted().len()
    };
    assert_eq!(unsupported("cfn"), 1);
    assert_eq!(unsupported("tf"), 0);
}

/// Compares the program with these sentences and with those: the effect, and whether it opens
/// anything to the internet.
fn compared(old: &str, new: &str) -> (Effect, bool) {
    let [old, new] = [old, new].map(|sentences| {
        let program = format!("{START}{sentences}");
        let compilation = compile_text("shop.tier", &program, &[], as_of());
        assert!(
            !compilation.problems.any_error(),
            "{program}\n{:?}",
            compilation.problems
        );
        compilation.policy
    });
    let diff = Diff::compare_policies(&old, &new, &TierMapping::new(&old, &new));
    let back = Diff::compare_policies(&new, &old, &TierMapping::new(&new, &old));
    assert_eq!(diff.gained.len(), back.lost.len(), "{diff:#?}\n{back:#?}");
    (diff.verdict(), diff.opens_to_the_internet())
}

#[test]
fn a_diff_reports_the_rules_on_the_group() {
    let none = "app allows ssh from rds\n";
    for (sentence, is_internet) in [
        ("rds accepts postgres, ssh from anywhere", true),
        ("rds sends all to anywhere", true),
        ("rds accepts all from anywhere", true),
        ("rds accepts ssh from 10.0.0.0/8", false),
        ("rds allows postgres from app", false),
        ("rds accepts postgres from web", false),
        ("rds sends ssh to app", false),
        ("rds accepts ssh from theirs", false),
        ("rds accepts ssh from cache", false),
        ("rds accepts ssh from itself", false),
        ("cache accepts redis from 203.0.113.0/24", false),
    ] {
        let with = format!("{none}{sentence}");
        assert_eq!(
            compared(none, &with),
            (Effect::Wider, is_internet),
            "{sentence}"
        );
        assert_eq!(
            compared(&with, none),
            (Effect::Narrower, false),
            "{sentence}"
        );
        assert_eq!(compared(&with, &with), (Effect::Equal, false), "{sentence}");
    }
    assert_eq!(
        compared(
            "rds accepts ssh from web",
            "rds accepts ssh from 10.0.0.0/8"
        ),
        (Effect::Changed, false)
    );
}

#[test]
fn a_rule_on_the_group_opens_what_the_other_end_admits() {
    // `app` is closed, and its outbound gate admits none of it
    let equal = (Effect::Equal, false);
    assert_eq!(compared("", "rds accepts ssh from app"), equal);
    // its inbound gate does not either
    assert_eq!(compared("", "rds sends ssh to app"), equal);
    // other rules of the group may admit everything
    let wider = (Effect::Wider, false);
    assert_eq!(compared("", "app accepts ssh from rds"), wider);
    let known = "rds accepts postgres from app\n";
    assert_eq!(
        compared(known, &format!("{known}app sends ssh to rds")),
        wider
    );
}

#[test]
fn a_template_has_no_default_of_every_address_on_the_group() {
    let program = "\
external rds = \"sg-0fedcba9876543210\"
param p : cidr = 0.0.0.0/0
rds allows all to p
";
    let cloudformation = tierwall::target::find_target("cloudformation").expect("a target");
    let policy = crate::common::compile_bound(program, &[]).policy;
    let problems = (cloudformation.unsupported)(&policy).sorted();
    let [problem] = problems.as_slice() else {
        panic!("{problems:?}");
    };
    let report = problem.report();
    assert_eq!(
        report.message,
        "CloudFormation does not support a rule for all traffic to `p`, by default every address, \
         on `rds`, a group that is made elsewhere"
    );
    let help = "remove the default, or allow only the services that are needed";
    assert_eq!(report.help, [help]);
}

#[test]
fn the_suggested_sentence_makes_the_group_reachable() {
    let program = "\
external lb = \"sg-0fedcba9876543210\"
tier web { outbound = closed }
assert web can reach lb on https
";
    let levels = tierwall::lint::Levels::default();
    let errors = |program: &str| {
        let (_, problems) = crate::common::check(program, &levels);
        let errors = problems.into_iter();
        let errors = errors.filter(|it| it.level() == tierwall::diagnostic::Level::Error);
        errors.map(|it| it.report().help).collect::<Vec<_>>()
    };
    let sentence = "lb allows https from web";
    let help = format!("this sentence would allow it: `{sentence}`");
    let reported = errors(program);
    assert_eq!(reported.len(), 1, "{reported:?}");
    assert!(reported[0].contains(&help), "{reported:?}");
    assert!(errors(&format!("{program}{sentence}\n")).is_empty());

    // other rules of a group of another account stay unknown
    let foreign = program.replace("210\"", "210\" in account \"123456789012\"");
    let reported = errors(&foreign).concat().concat();
    assert!(!reported.contains("would allow it"), "{reported}");
}
