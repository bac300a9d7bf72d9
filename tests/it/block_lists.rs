//! Parameters that are lists of blocks: `param office : cidr-list`.

use crate::common::{check, compile_bound, emit};
use tierwall::diagnostic::Level;
use tierwall::lint::Levels;
use tierwall::target;

const OFFICE: &str = "\
param office : cidr-list
param lab    : cidr-ipv6-list = [2001:db8::/32, 2001:db8:40::/48]
tier web
web allows https from office, lab
";

/// The codes and messages of the errors of `check`, assertions and lints among them.
fn errors(text: &str, bindings: &[(&str, &str)]) -> Vec<String> {
    let bindings = bindings.iter();
    let set: Vec<String> = bindings
        .map(|(name, value)| format!(" --set {name}={value}"))
        .collect();
    let program = format!("# tierwall check{}\n{text}", set.concat());
    let (_, problems) = check(&program, &Levels::default());
    let found = problems.iter();
    let found = found.filter(|problem| problem.level() == Level::Error);
    found
        .map(|problem| problem.report())
        .map(|report| format!("{} {}", report.code, report.message))
        .collect()
}

fn output(text: &str, bindings: &[(&str, &str)], name: &str) -> String {
    let compilation = compile_bound(text, bindings);
    let problems = &compilation.problems;
    assert!(!problems.any_error(), "{problems:?}");
    emit(&compilation, name)
}

#[test]
fn a_bound_list_is_equivalent_to_a_network() {
    let bindings = [("office", "203.0.113.0/24, 198.51.100.7"), ("lab", "::/0")];
    let written = "\
network office = 198.51.100.7, 203.0.113.0/24
network lab = ::/0
tier web
web allows https from office, lab
";
    for target in &target::ALL {
        let bound = output(OFFICE, &bindings, target.name);
        assert_eq!(bound, output(written, &[], target.name));
    }
}

#[test]
fn an_unbound_list_is_a_rule_for_each_block_in_terraform() {
    let module = output(OFFICE, &[], "terraform");
    for part in [
        "variable \"lab\" {\n  description = \"Blocks of IPv6 addresses\"\n  type        = \
         set(string)\n  default     = [\"2001:db8::/32\", \"2001:db8:40::/48\"]\n",
        "condition     = alltrue([for block in var.office : can(regex(\"^[0-9.]+/[0-9]+$\", \
         block)) && try(cidrsubnet(block, 0, 0) == block, false)])",
        "\"web_tcp_443_from_office\" {\n  for_each = var.office\n\n  security_group_id = ",
        "  cidr_ipv4         = each.value\n}\n",
        "  cidr_ipv6         = each.value\n}\n",
    ] {
        assert!(module.contains(part), "{part}\n{module}");
    }
}

#[test]
fn converts_a_list_from_a_reference_to_a_set() {
    let program = "\
param office : cidr-list { terraform = \"module.offices.blocks\" }
tier web
web allows https from office
";
    let module = output(program, &[], "terraform");
    assert!(
        module.contains("  for_each = toset(module.offices.blocks)\n"),
        "{module}"
    );
}

#[test]
fn a_template_needs_the_blocks() {
    let cloudformation = target::find_target("cloudformation").expect("a target");
    let twice = format!("{OFFICE}web allows ssh from office\n");
    let unsupported = |bindings: &[(&str, &str)]| {
        let problems = (cloudformation.unsupported)(&compile_bound(&twice, bindings).policy);
        let problems = problems.sorted().into_iter();
        let reports = problems.map(|problem| problem.report());
        reports
            .map(|report| (report.message, report.help.concat()))
            .collect::<Vec<_>>()
    };
    let rule = |name: &str, blocks: &str| {
        let message = format!(
            "CloudFormation does not support a rule for each block of `{name}`, which has no value"
        );
        let help =
            format!("bind it, as in `--set {name}={blocks}`, or build with `--to terraform`");
        (message, help)
    };
    let lists = [
        rule("office", "203.0.113.0/24,198.51.100.7/32"),
        rule("lab", "2001:db8::/32,2001:db8:40::/48"),
    ];
    assert_eq!(unsupported(&[]), lists);
    let bound = [("office", "10.0.0.0/8"), ("lab", "::/0")];
    assert_eq!(unsupported(&bound), []);
}

#[test]
fn a_list_is_allowed_wherever_a_block_is() {
    let program = "\
param office : cidr-list
param home   : cidr-list
vpc main { cidr = home }
network all-of-us = office, 10.9.0.0/16
tier web { vpc = main }
web allows https from all-of-us except 10.9.1.0/24
web allows http from vpc main
assert office can reach web on https
assert office cannot reach web on ssh
";
    let bindings = [
        ("office", "203.0.113.0/24,198.51.100.7"),
        ("home", "10.0.0.0/16,10.1.0.0/16"),
    ];
    assert_eq!(errors(program, &bindings), [""; 0]);
    assert_eq!(errors(program, &bindings[1..]).len(), 1, "except");
}

#[test]
fn an_unbound_list_may_be_any_block() {
    let program = |claim: &str| format!("{OFFICE}assert {claim}\n");
    let may = [
        "203.0.113.7 cannot reach web on https",
        "203.0.113.7 can reach web on https",
    ];
    for claim in may {
        assert_eq!(errors(&program(claim), &[]).len(), 1, "{claim}");
    }
    let must = [
        "office can reach web on https",
        "203.0.113.7 cannot reach web on ssh",
    ];
    for claim in must {
        assert_eq!(errors(&program(claim), &[]), [""; 0], "{claim}");
    }
}

#[test]
fn suggests_blocks_for_invalid_values() {
    for (value, meant) in [
        ("203.0.113.7/24", true),
        ("203.0.113.0/24,", true),
        ("", false),
        ("203.0.113.0/24,::/0", false),
        ("home", false),
    ] {
        let found = compile_bound(OFFICE, &[("office", value)])
            .problems
            .sorted();
        let report = found[0].report();
        assert_eq!(report.code, "E0502", "{value}");
        let help = report
            .help
            .iter()
            .any(|help| help.contains("203.0.113.0/24"));
        assert_eq!(help, meant, "{value}: {report:?}");
    }

    let wrong = OFFICE.replace("2001:db8:40::/48]", "10.0.0.0/8]");
    assert_eq!(errors(&wrong, &[]).len(), 1);
    let not_a_list = OFFICE.replace("cidr-ipv6-list", "cidr-ipv6");
    assert_eq!(errors(&not_a_list, &[]).len(), 1);
}

#[test]
fn reports_an_unbound_list_in_a_string() {
    let program = OFFICE.replace("office, lab", "office, lab \"from ${office}\"");
    assert!(errors(&program, &[])[0].starts_with("E0352"));
    let json = output(&program, &[("office", "10.0.0.0/8,192.0.2.1")], "json");
    assert!(json.contains("\"from 10.0.0.0/8,192.0.2.1/32\""), "{json}");
}

#[test]
fn a_default_that_repeats_a_block_is_a_rule_twice() {
    let program = OFFICE.replace("office, lab", "office, lab, 2001:db8:40::/48");
    let found = errors(&program, &[]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("`tcp 443` from 2001:db8:40::/48"),
        "{found:?}"
    );
}

#[test]
fn reports_an_invalid_value_once() {
    for (list, codes) in [
        ("[10.0.0.256]", vec!["E0110"]),
        ("[0.0.0.0]", vec!["E0122"]),
        ("[10.0.0.256, 10.0.0.0/33]", vec!["E0110", "E0110"]),
        ("[]", vec!["E0207"]),
        ("[2001:db8::/32]", vec!["E0207"]),
    ] {
        let program = format!("param l : cidr-list = {list}\ntier web\nweb allows ssh from l\n");
        let errors = errors(&program, &[]);
        let reported: Vec<&str> = errors.iter().map(|error| &error[..5]).collect();
        assert_eq!(reported, codes, "{list}");
    }
}
