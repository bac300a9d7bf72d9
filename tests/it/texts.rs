//! Names, tags and descriptions in outputs, as programs write them.

use crate::common::{as_of, compile_text};
use tierwall::groups::lower;
use tierwall::target;

/// What a target makes of a program.
fn output(program: &str, target: &str) -> String {
    let compilation = compile_text("shop.tier", program, &[], as_of());
    assert!(
        !compilation.problems.any_error(),
        "{program}\n{:?}",
        compilation.problems
    );
    let target = target::ALL.iter().find(|it| it.name == target);
    let target = target.expect("a target");
    let state = lower(&compilation.policy).to_state();
    String::from_utf8((target.emit)(&state)).expect("text")
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
fn written_labels_leave_out_made_up_ones_in_terraform() {
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
fn written_labels_leave_out_made_up_ones_in_cloudformation() {
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
