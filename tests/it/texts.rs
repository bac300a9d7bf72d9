//! Names, tags and descriptions in outputs, as programs write them.

use crate::common::{as_of, check, compile_text, emit};
use tierwall::lint::Levels;

/// What a target makes of a program.
fn output(program: &str, target: &str) -> String {
    let compilation = compile_text("shop.tier", program, &[], as_of());
    assert!(
        !compilation.problems.any_error(),
        "{program}\n{:?}",
        compilation.problems
    );
    emit(&compilation, target)
}

/// The lines of an output without their indentation, for comparison with some of them.
#[track_caller]
fn holds(output: &str, lines: &[&str]) {
    let stripped: Vec<&str> = output.lines().map(str::trim).collect();
    let found = stripped.windows(lines.len()).any(|window| window == lines);
    assert!(found, "{lines:#?} is not in\n{output}");
}

const WRITTEN: &str = "\
stack shop { labels = written }
tier web \"Customer portal\"
web allows https from 192.0.2.0/24
web allows ssh from 192.0.2.0/24 \"admin access\"
";

#[test]
fn written_labels_omit_generated_ones_in_terraform() {
    let text = output(WRITTEN, "terraform");
    holds(
        &text,
        &[
            "resource \"aws_security_group\" \"web\" {",
            "name_prefix = \"shop-web-\"",
            "vpc_id      = var.vpc_id",
            "",
            "lifecycle {",
        ],
    );
    holds(
        &text,
        &[
            "security_group_id = aws_security_group.web.id",
            "ip_protocol       = \"tcp\"",
            "from_port         = 443",
        ],
    );
    holds(
        &text,
        &[
            "security_group_id = aws_security_group.web.id",
            "description       = \"admin access\"",
            "ip_protocol       = \"tcp\"",
            "from_port         = 22",
        ],
    );
    assert!(!text.contains("all outbound traffic") && !text.contains("tags"));
}

#[test]
fn written_labels_omit_generated_ones_in_cloudformation() {
    let text = output(WRITTEN, "cloudformation");
    holds(
        &text,
        &["\"GroupDescription\": \"Managed by CloudFormation\","],
    );
    holds(
        &text,
        &["\"ToPort\": 443,", "\"CidrIp\": \"192.0.2.0/24\"", "}"],
    );
    holds(
        &text,
        &[
            "\"CidrIp\": \"192.0.2.0/24\",",
            "\"Description\": \"admin access\"",
        ],
    );
    assert!(!text.contains("all outbound traffic") && !text.contains("Tags"));
}

#[test]
fn written_labels_are_empty_in_json() {
    let text = output(WRITTEN, "json");
    assert!(
        text.contains("\"account\": null}, \"description\": \"\"}"),
        "{text}"
    );
    assert!(
        text.contains("\"group_name\": null, \"description\": \"\", "),
        "{text}"
    );
}

#[test]
fn a_tier_open_in_one_version_has_rules_of_sentences_in_the_other() {
    let program = "\
stack shop { outbound-description = \"updates\" }
tier web { outbound = open-ipv4 }
tier app { outbound = open-ipv6, outbound-description = \"\" }
external other = \"sg-0123456789abcdef0\"
web allows https to 2001:db8::/32, 192.0.2.0/24, app, other
app allows tcp 80 to 2001:db8::/32, 192.0.2.0/24
";
    let text = output(program, "terraform");
    let egress: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("security_group_egress_rule"))
        .filter_map(|line| line.split('"').nth(3))
        .collect();
    let expected = [
        "app_all_to_anywhere_ipv6",
        "app_tcp_80_to_192_0_2_0_24",
        "web_all_to_anywhere_ipv4",
        "web_tcp_443_to_2001_db8___32",
    ];
    assert_eq!(egress, expected);
    holds(
        &text,
        &[
            "description       = \"updates\"",
            "ip_protocol       = \"-1\"",
        ],
    );
    holds(
        &text,
        &[
            "security_group_id = aws_security_group.app.id",
            "ip_protocol       = \"-1\"",
        ],
    );
}

const PROTECTED: &str = "\
stack shop { protect = true }
tier db { name-prefix = \"team-a-db-\", export = \"${AWS::StackName}-SecurityGroup\" }
tier app { protect = false, export = \"shop:app\" }
";

#[test]
fn a_protected_group_is_not_destroyed() {
    let text = output(PROTECTED, "terraform");
    holds(
        &text,
        &[
            "create_before_destroy = true",
            "prevent_destroy       = true",
        ],
    );
    holds(
        &text,
        &[
            "name_prefix = \"team-a-db-\"",
            "description = \"Managed by tierwall\"",
        ],
    );
    assert_eq!(text.matches("prevent_destroy").count(), 1);

    let text = output(PROTECTED, "cloudformation");
    holds(
        &text,
        &[
            "\"DeletionPolicy\": \"Retain\",",
            "\"UpdateReplacePolicy\": \"Retain\",",
        ],
    );
    assert_eq!(text.matches("Retain").count(), 2);
}

#[test]
fn exports_have_the_names_that_tiers_give_them() {
    let text = output(PROTECTED, "cloudformation");
    holds(&text, &["\"Fn::Sub\": \"${AWS::StackName}-SecurityGroup\""]);
    holds(&text, &["\"Name\": \"shop:app\""]);
    assert_eq!(text.matches("\"Export\"").count(), 2);
}

/// The descriptions of the rules of one direction, by their names.
fn descriptions(program: &str, direction: &str) -> Vec<String> {
    let text = output(program, "terraform");
    let kind = format!("security_group_{direction}_rule");
    let rules = text
        .split("\nresource ")
        .filter(|rule| rule.contains(&kind));
    let described = rules.map(|rule| {
        let mut lines = rule.lines().map(str::trim);
        let description = lines.find_map(|line| line.strip_prefix("description "));
        let description = description.map(|text| text.trim_start_matches([' ', '=']));
        description.unwrap_or("none").trim_matches('"').to_string()
    });
    described.collect()
}

#[test]
fn an_empty_string_omits_the_description() {
    let program = "tier web { outbound = open-ipv4 }\nweb allows https from 192.0.2.0/24 \"\"\n";
    assert_eq!(descriptions(program, "ingress"), ["none"]);

    // a written text comes before none, and none before a generated one
    let written = format!("{program}web allows tcp 443 from 192.0.2.0/24 \"zz\"\n");
    assert_eq!(descriptions(&written, "ingress"), ["zz"]);
    let generated = format!("{program}web allows tcp 443 from 192.0.2.0/24\n");
    assert_eq!(descriptions(&generated, "ingress"), ["none"]);
}

#[test]
fn the_two_halves_of_a_sentence_have_their_own_texts() {
    let program =
        "tier app, db { outbound = closed }\ndb allows mysql from app \"in\", outbound \"out\"\n";
    assert_eq!(descriptions(program, "ingress"), ["in"]);
    assert_eq!(descriptions(program, "egress"), ["out"]);
    let bare = program.replace("\"out\"", "\"\"");
    assert_eq!(descriptions(&bare, "egress"), ["none"]);
}

#[test]
fn parts_of_a_service_describe_their_rules() {
    let services = "\
service ad = tcp 88 \"Kerberos\", udp 389 \"LDAP\"
service more = ad, tcp 636 \"LDAPS\" \"all of it\"
service plain = tcp 1, 2 \"the service's own\"
tier dc { outbound = open-ipv4 }
";
    let of = |sentence: &str| descriptions(&format!("{services}{sentence}\n"), "ingress");
    assert_eq!(of("dc allows ad from 192.0.2.0/24"), ["Kerberos", "LDAP"]);
    assert_eq!(
        of("dc allows ad from 192.0.2.0/24 \"branch\""),
        ["branch: Kerberos", "branch: LDAP"]
    );
    assert_eq!(of("dc allows ad from 192.0.2.0/24 \"\""), ["none", "none"]);
    assert_eq!(
        of("dc allows more from 192.0.2.0/24"),
        ["Kerberos", "LDAPS", "LDAP"]
    );
    assert_eq!(
        of("dc allows plain from 192.0.2.0/24"),
        ["dc allows plain from 192.0.2.0/24"; 2]
    );

    // where both are too long together, the sentence's own
    let long = "x".repeat(250);
    let sentence = format!("dc allows ad from 192.0.2.0/24 \"{long}\"");
    assert_eq!(of(&sentence), [long.clone(), long]);
}

#[test]
fn a_written_export_overrides_the_generated_name() {
    let program = "stack shop { exports = true }\ntier web\n\
                   tier app { export = \"${AWS::StackName}-WebSecurityGroupId\" }\n";
    let (_, problems) = check(program, &Levels::default());
    let codes: Vec<_> = problems.iter().map(|it| it.report().code).collect();
    assert_eq!(codes, ["E0326"]);
}
