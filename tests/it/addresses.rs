//! Names of resources: they are unique in an output, no name is an earlier name of another, and
//! conflicts are errors before anything is written.

use crate::common::{check, emit};
use std::collections::BTreeSet;
use tierwall::lint::{Level, Levels};

/// The output of a program, by the name of its target.
fn output(program: &str, target: &str) -> String {
    let (compilation, _) = check(program, &quiet());
    emit(&compilation, target)
}

fn quiet() -> Levels {
    Levels {
        all: Some(Level::Allow),
        ..Levels::default()
    }
}

/// Each error of a program: its code, what it points at first, and its first help.
fn errors(program: &str) -> Vec<(&'static str, String, String)> {
    let (compilation, problems) = check(program, &quiet());
    let error = |problem: &tierwall::diagnostic::Problem| {
        let report = problem.report();
        let span = report.labels[0].span;
        let place = compilation.sources.text(span).to_string();
        (
            report.code,
            place,
            report.help.into_iter().next().unwrap_or_default(),
        )
    };
    problems.iter().map(error).collect()
}

#[test]
fn reports_an_earlier_name_whose_address_is_in_use_at_the_name() {
    let rename = |name: &str| format!("rename the parameter `{name}`");
    for (program, code, place, help) in [
        (
            "param office : cidr\ntier app\ntier gateway was office\napp allows ssh from office\napp allows ssh from gateway\n",
            "E0324",
            "office",
            rename("office"),
        ),
        (
            "param guests : cidr\ntier app was guests\napp allows http from guests, app\n",
            "E0325",
            "guests",
            rename("guests"),
        ),
        // an older name, and a parameter that is a group
        (
            "param ops : external\ntier app\ntier gateway was edge, ops\napp allows ssh from ops, gateway\n",
            "E0324",
            "ops",
            rename("ops"),
        ),
        // the outbound side of a closed tier
        (
            "param lists : prefix-list\ntier app { outbound = closed }\ntier cache was lists\n\
             app allows https to lists, cache\n",
            "E0324",
            "lists",
            rename("lists"),
        ),
        // no parameter: the name of a tier starts like the traffic of a rule
        (
            "tier web\ntier edge was web-tcp\nweb allows tcp from 10.0.0.0/8\nedge allows all from 10.0.0.0/8\n",
            "E0324",
            "web-tcp",
            "remove `web-tcp` from `was` once nothing is deployed under that name".to_string(),
        ),
        // a list of AWS of that name
        (
            "prefix-list dyn = \"com.amazonaws.region.dynamodb\"\ntier app\ntier store was dynamodb\n\
             app allows https from dyn, store\n",
            "E0324",
            "dynamodb",
            "remove `dynamodb` from `was` once nothing is deployed under that name".to_string(),
        ),
    ] {
        assert_eq!(
            errors(program),
            [(code, place.to_string(), help)],
            "{program}"
        );
    }
}

#[test]
fn reports_one_error_for_all_rules_of_an_earlier_name() {
    let program = "param office : cidr\ntier app, api\ntier gateway was office\n\
                   app, api allow ssh, http, https from office, gateway\n";
    assert_eq!(errors(program).len(), 1);
}

#[test]
fn allows_an_earlier_name_whose_rules_have_other_addresses() {
    for program in [
        "param office : cidr\ntier app\ntier gateway was office\napp allows http from office\napp allows ssh from gateway\n",
        "param office : cidr\ntier app, api\ntier gateway was office\napp allows ssh from office\napi allows ssh from gateway\n",
        // the two directions are resources of two types
        "param office : cidr\ntier app { outbound = closed }\ntier gateway was office\n\
         app allows ssh to office\napp allows ssh from gateway\n",
        "network office = 203.0.113.0/24\ntier app\ntier gateway was office\napp allows ssh from office, gateway\n",
    ] {
        assert_eq!(errors(program), [], "{program}");
    }
}

#[test]
fn distinguishes_an_id_from_a_parameter_with_the_same_name_by_a_suffix() {
    for (program, name) in [
        (
            "prefix-list dyn = \"com.amazonaws.region.dynamodb\"\nparam dynamodb : prefix-list\ntier x\n\
             x allows ssh from dyn, dynamodb\n",
            "x_tcp_22_from_dynamodb_",
        ),
        (
            "prefix-list p = \"pl-01234567\"\nparam pl-01234567 : prefix-list\ntier x\nx allows ssh from p, pl-01234567\n",
            "x_tcp_22_from_pl_01234567_",
        ),
        (
            "external q = \"sg-01234567\"\nparam sg-01234567 : external\ntier x\nx allows ssh from q, sg-01234567\n",
            "x_tcp_22_from_sg_01234567_",
        ),
    ] {
        assert_eq!(errors(program), [], "{program}");
        let output = output(program, "terraform");
        let resources: Vec<&str> = output
            .lines()
            .filter(|line| line.starts_with("resource "))
            .collect();
        assert_eq!(
            resources.iter().collect::<BTreeSet<_>>().len(),
            resources.len(),
            "{output}"
        );
        assert_eq!(
            resources.iter().filter(|line| line.contains(name)).count(),
            2,
            "{output}"
        );
    }
}

#[test]
fn gives_earlier_names_of_rules_with_a_suffix_one_too() {
    let program = "prefix-list objects = \"com.amazonaws.region.s3\"\nparam s3 : prefix-list\ntier web was old\n\
                   web allows https from objects, s3\n";
    assert_eq!(errors(program), []);
    let output = output(program, "terraform");
    let from = "  from = aws_vpc_security_group_ingress_rule.old_tcp_443_from_s3_";
    let moves: BTreeSet<&str> = output
        .lines()
        .filter(|line| line.starts_with(from))
        .collect();
    assert_eq!(moves.len(), 2, "{output}");
}

#[test]
fn reports_a_name_that_ends_in_a_suffix_of_another() {
    let program =
        |third: &str| format!("tier a_b, x\nparam a-b : cidr\n{third}x allows ssh from a_b, a-b\n");
    let output = output(&program(""), "terraform");
    let suffixed = output
        .lines()
        .find_map(|line| line.split_once("\"x_tcp_22_from_a_b_"))
        .expect("a suffix")
        .1;
    let suffix = suffixed.split('"').next().expect("it ends");
    let third = format!("param a-b-{suffix} : cidr\nx allows ssh from a-b-{suffix}\n");
    let codes: Vec<&str> = errors(&program(&third))
        .into_iter()
        .map(|(code, ..)| code)
        .collect();
    assert_eq!(codes, ["E0326"]);
}

#[test]
fn names_data_sources_after_their_stack() {
    let program = |stack: &str| {
        format!(
            "{stack}prefix-list files = \"com.amazonaws.region.s3\"\ntier web\nweb allows https from files\n"
        )
    };
    let named = output(&program("stack shop-a\n"), "terraform");
    assert!(
        named.contains("data \"aws_region\" \"tierwall_shop_a\" {"),
        "{named}"
    );
    assert!(
        named.contains("\"com.amazonaws.${data.aws_region.tierwall_shop_a.id}.s3\""),
        "{named}"
    );
    assert!(
        named.contains("data \"aws_ec2_managed_prefix_list\" \"tierwall_shop_a_s3\" {"),
        "{named}"
    );
    assert!(
        named.contains("= data.aws_ec2_managed_prefix_list.tierwall_shop_a_s3.id"),
        "{named}"
    );
    // the rule keeps its name, whatever the name of the stack is
    for stack in ["", "stack shop-a\n", "stack other\n"] {
        assert!(
            output(&program(stack), "terraform").contains("\"web_tcp_443_from_s3\""),
            "{stack}"
        );
    }
}
