//! Tags of sentences, which their rules have:
//! `web allows https from anywhere { tags = { owner = "edge" } }`.

use crate::common::{as_of, check, compile_text, emit};
use tierwall::compile::Compilation;
use tierwall::diagnostic::{Problem, Safety};
use tierwall::lint::{Level, Levels};
use tierwall::target;

const TIERS: &str = "tier web { outbound = closed }\ntier app { outbound = closed }\n";

fn compiled(sentences: &str) -> Compilation {
    let program = format!("{TIERS}{sentences}");
    let compilation = compile_text("shop.tier", &program, &[], as_of());
    assert!(
        !compilation.problems.any_error(),
        "{program}\n{:?}",
        compilation.problems
    );
    compilation
}

fn terraform(sentences: &str) -> String {
    emit(&compiled(sentences), "terraform")
}

/// The names of the resources in Terraform that have tags, each with them.
fn tagged(terraform: &str) -> Vec<(String, Vec<String>)> {
    let rules = terraform.split("\nresource \"aws_vpc_security_group_");
    let one = |text: &str| {
        let name = text.split('"').nth(2)?.to_string();
        let (resource, _) = text.split_once("\n}\n").expect("it ends");
        let (_, tags) = resource.split_once("\n\n  tags = {\n")?;
        let tags = tags.strip_suffix("\n  }").expect("they end the resource");
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        Some((name, tags.lines().map(words).collect()))
    };
    rules.skip(1).filter_map(one).collect()
}

/// The problems of a program with these sentences, without lints: code, line and column, help.
fn problems(sentences: &str) -> Vec<String> {
    let nothing = Levels {
        all: Some(Level::Allow),
        ..Levels::default()
    };
    let (compilation, problems) = check(&format!("{TIERS}{sentences}"), &nothing);
    let words = |problem: &Problem| {
        let (span, report) = (problem.span().expect("it has a place"), problem.report());
        let (line, column) = compilation.sources.file(span.file).line_column(span.start);
        let help = report.help.join("; ");
        format!("{} {line}:{column} {}: {help}", report.code, report.message)
    };
    problems.iter().map(words).collect()
}

#[test]
fn terraform_writes_the_tags_after_the_attributes_of_a_rule() {
    let text = terraform(
        "web allows https from 203.0.113.0/24 \"the office\" { tags = { owner = \"edge\", \"cost centre\" = \"4\" } }",
    );
    let rule = "
resource \"aws_vpc_security_group_ingress_rule\" \"web_tcp_443_from_203_0_113_0_24\" {
  security_group_id = aws_security_group.web.id
  description       = \"the office\"
  ip_protocol       = \"tcp\"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = \"203.0.113.0/24\"

  tags = {
    \"cost centre\" = \"4\"
    owner         = \"edge\"
  }
}
";
    assert!(text.contains(rule), "{text}");
}

#[test]
fn both_rules_of_a_sentence_have_its_tags() {
    let text = terraform("web allows ssh from app { tags = { a = \"1\" } }\n");
    let tags = vec!["a = \"1\"".to_string()];
    let wanted = ["app_tcp_22_to_web", "web_tcp_22_from_app"];
    assert_eq!(
        tagged(&text),
        wanted.map(|name| (name.to_string(), tags.clone()))
    );
}

#[test]
fn every_form_of_a_sentence_has_tags() {
    for (sentence, rules) in [
        ("web accepts https from app", 1),
        ("web sends https to app", 1),
        ("web allows all to anywhere", 2),
        (
            "web, app allow http, tcp 81 from 10.0.0.0/15 except 10.1.0.0/16",
            4,
        ),
        ("web allows ssh from app until 2026-12-31", 2),
        ("web allows ssh from app only in production", 2),
        (
            "web allows ssh from app only in production until 2026-12-31 \"x\"",
            2,
        ),
        ("web allows ssh from app \"in\", outbound \"out\"", 2),
        ("every tier allows ssh from every tier except web", 4),
        ("rds allows mysql from 10.0.0.0/8", 1),
        ("web, rds allow ssh from app", 4),
    ] {
        let program = format!(
            "# tierwall check --environment production\n{TIERS}environments production, staging\n\
             external rds = \"sg-0a1b2c3d\"\n{sentence} {{ tags = {{ a = \"1\" }} }}\n"
        );
        let (compilation, problems) = check(&program, &Levels::default());
        assert!(!compilation.problems.any_error(), "{program}{problems:?}");
        let text = emit(&compilation, "terraform");
        let found = tagged(&text);
        assert_eq!(found.len(), rules, "{sentence}");
        assert_eq!(text.matches("ress_rule\"").count(), rules, "{sentence}");
        assert!(
            found.iter().all(|(_, tags)| *tags == ["a = \"1\""]),
            "{found:?}"
        );
    }
}

#[test]
fn a_rule_of_several_sentences_has_all_their_tags_and_the_first_of_two_values() {
    let sentences = [
        "web allows https from 10.0.0.0/8 { tags = { owner = \"edge\", a = \"1\" } }\n",
        "web allows tcp 443 from 10.0.0.0/8 { tags = { owner = \"core\", b = \"2\" } }\n",
        "web allows https from 10.0.0.0/8 \"untagged\"\n",
    ];
    let wanted = ["a = \"1\"", "b = \"2\"", "owner = \"core\""];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let text = terraform(&order.map(|n| sentences[n]).concat());
        let [(_, tags)] = tagged(&text).try_into().expect("there is one rule");
        assert_eq!(tags, wanted);
    }
}

#[test]
fn a_rule_without_a_tagged_sentence_has_no_tags() {
    let stack = "stack shop { tags = { team = \"shop\" } }\n";
    let text = terraform(&format!(
        "{stack}web allows https from 10.0.0.0/8\nweb allows ssh from 10.0.0.0/8 {{ tags = {{ }} }}\n\
         web allows http from 10.0.0.0/8 {{ }}\n"
    ));
    assert_eq!(tagged(&text), []);
}

#[test]
fn an_open_side_takes_the_tags_of_a_sentence_that_asks_for_its_rule() {
    let text = terraform("tier open\nopen sends all to anywhere-ipv4 { tags = { a = \"1\" } }\n");
    let wanted = (
        "open_all_to_anywhere_ipv4".to_string(),
        vec!["a = \"1\"".to_string()],
    );
    assert_eq!(tagged(&text), [wanted]);
}

#[test]
fn a_resource_for_each_block_of_a_list_has_tags() {
    let text = terraform(
        "param office : cidr-list\nweb allows https from office { tags = { a = \"1\" } }\n",
    );
    let wanted = (
        "web_tcp_443_from_office".to_string(),
        vec!["a = \"1\"".to_string()],
    );
    assert_eq!(tagged(&text), [wanted]);
}

#[test]
fn values_have_parameters() {
    let sentences = "\
param team  : string
param stage : string = \"prod\"
web allows https from 10.0.0.0/8 { tags = { a = \"${team}\", b = \"of ${stage}\", c = \"$${x}\" } }
";
    let compilation = compiled(sentences);
    let [(_, tags)] = tagged(&emit(&compilation, "terraform"))
        .try_into()
        .expect("one rule");
    assert_eq!(
        tags,
        ["a = var.team", "b = \"of ${var.stage}\"", "c = \"$${x}\""]
    );
    let json = emit(&compilation, "json");
    let wanted = r#""tags": {"a": "${team}", "b": "of ${stage}", "c": "$${x}"}"#;
    assert!(json.contains(wanted), "{json}");
    let template = emit(&compilation, "cloudformation");
    assert!(
        !template.contains("Team") && !template.contains("Stage"),
        "{template}"
    );
}

#[test]
fn a_template_omits_tags_with_a_warning() {
    let compilation = compiled(
        "web allows https from 10.0.0.0/8 { tags = { a = \"1\" } }\nweb allows ssh from app\n\
         app allows ssh from 10.0.0.0/8 until 2020-01-01 { tags = { a = \"1\" } }\n",
    );
    let target = target::ALL
        .iter()
        .find(|target| target.name == "cloudformation");
    let target = target.expect("there is one");
    let problems = (target.unsupported)(&compilation.policy).sorted();
    let messages: Vec<String> = problems.iter().map(|it| it.report().message).collect();
    assert_eq!(messages, ["CloudFormation does not support tags of rules"]);
    let span = problems[0].span().expect("it is about a sentence");
    assert!(
        compilation
            .sources
            .text(span)
            .starts_with("web allows https")
    );
    assert!(!emit(&compilation, "cloudformation").contains("\"a\""));
}

#[test]
fn json_has_tags_where_a_rule_has_some() {
    let json = emit(
        &compiled(
            "web allows https from 10.0.0.0/8 { tags = { b = \"2\", a = \"1\" } }\nweb allows ssh from 10.0.0.0/8\n",
        ),
        "json",
    );
    let rules: Vec<&str> = json
        .lines()
        .filter(|line| line.contains("direction"))
        .collect();
    let [ssh, https] = rules.as_slice() else {
        panic!("{json}");
    };
    assert!(!ssh.contains("tags"), "{ssh}");
    assert!(
        https
            .trim_end_matches(',')
            .ends_with(r#", "tags": {"a": "1", "b": "2"}}"#),
        "{https}"
    );
}

#[test]
fn a_block_of_a_sentence_has_tags_alone() {
    let of = |block: &str| problems(&format!("web allows https from 10.0.0.0/8 {block}\n"));
    for (block, wanted) in [
        ("{ tags = { } }", vec![]),
        ("{ }", vec![]),
        (
            "{ tag = { a = \"1\" } }",
            vec![
                "E0205 3:36 a sentence has no key `tag`: did you mean `tags`?; valid keys are `tags`",
            ],
        ),
        (
            "{ owner = \"edge\" }",
            vec!["E0205 3:36 a sentence has no key `owner`: valid keys are `tags`"],
        ),
        (
            "{ tags = { a = \"1\" }, tags = { b = \"2\" } }",
            vec!["E0206 3:56 duplicate key `tags`: "],
        ),
        (
            "{ tags = { a = \"1\", \"a\" = \"2\" } }",
            vec!["E0206 3:54 duplicate key `a`: "],
        ),
        (
            "{ tags = \"edge\" }",
            vec!["E0207 3:43 `tags` must be a block, like `{ team = \"shop\" }`: "],
        ),
        (
            "{ tags = { a = b } }",
            vec!["E0207 3:49 `a` must be a string: did you mean `\"b\"`?"],
        ),
        (
            "{ tags = { \"aws:a\" = \"1\" } }",
            vec!["E0316 3:45 invalid tag: keys that start with `aws:` are reserved by AWS: "],
        ),
    ] {
        assert_eq!(of(block), wanted, "{block}");
    }
    let [long] = of(&format!("{{ tags = {{ a = \"{}\" }} }}", "x".repeat(257)))
        .try_into()
        .expect("one");
    assert!(long.starts_with("E0314 3:49"), "{long}");
    let [long] = of(&format!("{{ tags = {{ {} = \"x\" }} }}", "a".repeat(129)))
        .try_into()
        .expect("one");
    assert!(long.starts_with("E0"), "{long}");
}

/// Tags with these numbers in their keys.
fn many(numbers: std::ops::Range<usize>) -> String {
    let tags: Vec<String> = numbers.map(|n| format!("k{n} = \"v\"")).collect();
    format!("{{ tags = {{ {} }} }}", tags.join(", "))
}

#[test]
fn a_rule_has_at_most_50_tags() {
    let one = |tags: &str| format!("web allows https from 10.0.0.0/8 {tags}\n");
    assert_eq!(problems(&one(&many(0..50))), [""; 0]);
    assert_eq!(
        problems(&one(&many(0..51))),
        ["E0316 3:43 invalid tag: a rule has at most 50 tags: "]
    );

    let two = |tags: &str| one(&many(0..30)) + &one(tags);
    assert_eq!(problems(&two(&many(10..50))), [""; 0]);
    assert_eq!(
        problems(&two(&many(21..51))),
        [
            "E0316 4:1 invalid tag: a rule has at most 50 tags, those of all its sentences together: "
        ]
    );
    let apart = two(&many(21..51)).replace(
        "https from 10.0.0.0/8 { tags = { k21",
        "ssh from 10.0.0.0/8 { tags = { k21",
    );
    assert_eq!(problems(&apart), [""; 0]);
}

#[test]
fn does_not_delete_a_repeated_sentence_with_its_own_tags_without_review() {
    let safety = |second: &str| {
        let program = format!(
            "{TIERS}web allows https from 10.0.0.0/8 {{ tags = {{ a = \"1\" }} }}\n{second}\n"
        );
        let (compilation, problems) = check(&program, &Levels::default());
        let found = problems
            .iter()
            .find(|it| it.report().code == "duplicate-rule");
        let fixes = found.expect("it is found").fixes(&compilation.sources);
        fixes[0].safety
    };
    let sentence = "web allows https from 10.0.0.0/8";
    assert_eq!(safety(sentence), Safety::Safe);
    assert_eq!(
        safety(&format!("{sentence} {{ tags = {{ a = \"1\" }} }}")),
        Safety::Safe
    );
    assert_eq!(
        safety(&format!("{sentence} {{ tags = {{ a = \"2\" }} }}")),
        Safety::Safe
    );
    assert_eq!(
        safety(&format!("{sentence} {{ tags = {{ a = \"0\" }} }}")),
        Safety::Review
    );
    assert_eq!(
        safety(&format!("{sentence} {{ tags = {{ b = \"1\" }} }}")),
        Safety::Review
    );
}

#[test]
fn a_repeated_sentence_explains_its_tags() {
    let united =
        "write one sentence with the tags of both: the rule has the tags of all its sentences";
    for (first, second, expected) in [
        ("", "", vec!["delete it, or the other"]),
        (
            "",
            "{ tags = { a = \"1\" } }",
            vec!["delete the other: the rule has the tags of this one"],
        ),
        (
            "{ tags = { a = \"1\" } }",
            "",
            vec!["delete it: the rule has the tags of the other"],
        ),
        (
            "{ tags = { a = \"1\" } }",
            "{ tags = { b = \"1\" } }",
            vec![united],
        ),
        (
            "{ tags = { a = \"2\" } }",
            "{ tags = { a = \"1\", b = \"1\" } }",
            vec![
                united,
                "both give the tag `a` a value: the rule has `1`, which sorts first",
            ],
        ),
    ] {
        let sentence = "web allows https from 10.0.0.0/8";
        let program = format!("{TIERS}{sentence} {first}\n{sentence} {second}\n");
        let (_, problems) = check(&program, &Levels::default());
        let mut reports = problems.iter().map(|problem| problem.report());
        let found = reports.find(|report| report.code == "duplicate-rule");
        assert_eq!(found.expect("it is found").help, expected);
    }
}

#[test]
fn a_parameter_that_tags_of_another_environment_have_is_used() {
    let end = "\"x\", outbound \"of ${stage}\" { tags = { team = \"${team}\" } }";
    let unused = |environment: &str| {
        let program = format!(
            "# tierwall check --environment {environment}\n{TIERS}environments production, staging\n\
             param team : string = \"a\"\nparam stage : string = \"b\"\n\
             web allows https from app\nweb allows ssh from app only in staging {end}\n"
        );
        let (_, problems) = check(&program, &Levels::default());
        let codes = problems.iter().map(|problem| problem.report().code);
        codes.filter(|code| *code == "unused-declaration").count()
    };
    assert_eq!([unused("production"), unused("staging")], [0, 0]);
}
