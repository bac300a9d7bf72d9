//! Where the values of parameters come from: `{ terraform = "…", cloudformation = import "…" }`.

use crate::common::{compile_bound, emit};
use tierwall::diagnostic::Level;
use tierwall::groups::lower;
use tierwall::plan::Changes;
use tierwall::policy::TierMapping;

fn errors(text: &str) -> Vec<String> {
    let compilation = compile_bound(text, &[]);
    let found = compilation.problems.sorted().into_iter();
    let found = found.filter(|problem| problem.level() == Level::Error);
    found
        .map(|problem| problem.report().code.to_string())
        .collect()
}

/// An output without blanks and line breaks.
fn packed(text: &str, bindings: &[(&str, &str)], name: &str) -> String {
    let compilation = compile_bound(text, bindings);
    let problems = &compilation.problems;
    assert!(!problems.any_error(), "{problems:?}");
    let text = emit(&compilation, name);
    text.split_whitespace().collect()
}

const SHOP: &str = "\
param network  : string
param main-vpc : vpc { terraform = \"data.aws_vpc.shared.id\", cloudformation = import \"${network}-VpcId\" }
param lb       : external { terraform = \"module.edge[\\\"a\\\"].lb_id\", cloudformation = ssm \"/edge/lb-sg\" } \"The LB\"
param office   : cidr { terraform = \"local.office\", cloudformation = parameter }
param team     : string { cloudformation = import \"team\" }
vpc main { id = main-vpc }
tier web { tags = { team = \"of ${team}\", lb = \"${lb}\" } }
web allows https from lb, office
lb  allows http  from office
";

fn assert_contains(output: &str, parts: &[&str]) {
    for part in parts {
        assert!(output.contains(part), "{part}\n{output}");
    }
}

#[test]
fn terraform_refers_to_it_and_has_no_variable() {
    let module = packed(SHOP, &[], "terraform");
    assert_contains(
        &module,
        &[
            "vpc_id=data.aws_vpc.shared.id",
            "referenced_security_group_id=module.edge[\"a\"].lb_id",
            "security_group_id=module.edge[\"a\"].lb_id",
            "cidr_ipv4=local.office",
            "lb=module.edge[\"a\"].lb_id",
            "team=\"of${var.team}\"",
        ],
    );
    assert_eq!(module.matches("variable\"").count(), 1, "{module}");
}

#[test]
fn cloudformation_imports_it_or_reads_it_from_systems_manager() {
    let template = packed(SHOP, &[], "cloudformation");
    assert_contains(
        &template,
        &[
            "\"VpcId\":{\"Fn::ImportValue\":{\"Fn::Sub\":\"${Network}-VpcId\"}}",
            "\"Lb\":{\"Type\":\"AWS::SSM::Parameter::Value<AWS::EC2::SecurityGroup::Id>\",\
             \"Description\":\"TheLB\",\"Default\":\"/edge/lb-sg\"}",
            "\"SourceSecurityGroupId\":{\"Ref\":\"Lb\"}",
            "\"CidrIp\":{\"Ref\":\"Office\"}",
            "{\"Fn::Join\":[\"\",[\"of\",{\"Fn::ImportValue\":\"team\"}]]}",
            "\"Network\":{\"Type\":\"String\"",
        ],
    );
    for absent in ["\"MainVpc\":", "\"Team\":"] {
        assert!(!template.contains(absent), "{template}");
    }
}

#[test]
fn json_has_both_sources() {
    let json = packed(SHOP, &[], "json");
    assert_contains(
        &json,
        &[
            "\"terraform\":\"data.aws_vpc.shared.id\",\"cloudformation\":{\"import\":\"${network}-VpcId\"}}",
            "\"cloudformation\":{\"ssm\":\"/edge/lb-sg\"}}",
        ],
    );
}

#[test]
fn a_bound_value_takes_precedence() {
    let bindings = [("main-vpc", "vpc-0a1b2c3d"), ("office", "203.0.113.0/24")];
    let module = packed(SHOP, &bindings, "terraform");
    assert_contains(
        &module,
        &["vpc_id=\"vpc-0a1b2c3d\"", "cidr_ipv4=\"203.0.113.0/24\""],
    );
    let template = packed(SHOP, &bindings, "cloudformation");
    assert!(!template.contains("Network"), "{template}");
}

#[test]
fn wrong_sources_are_reported() {
    let program =
        |block: &str| format!("param a : vpc {{ {block} }}\nvpc main {{ id = a }}\ntier web\n");
    for (block, code) in [
        ("terraform = \"var\"", "E0312"),
        ("terraform = \"f(a.b)\"", "E0312"),
        ("cloudformation = import \"a b\"", "E0313"),
        ("cloudformation = import \"\"", "E0207"),
        ("cloudformation = ssm \"a b\"", "E0312"),
        ("cloudformation = \"x\"", "E0207"),
        ("terraform = import \"x\"", "E0207"),
        ("cdk = \"x\"", "E0205"),
    ] {
        assert_eq!(errors(&program(block)), [code], "{block}");
    }
    assert_eq!(errors("tier web { name = import \"x\" }\n"), ["E0207"]);
}

/// What the plan of each target counts, as it changes from one program to another.
fn counts(old: &str, new: &str) -> Vec<Vec<usize>> {
    let (old, new) = (compile_bound(old, &[]), compile_bound(new, &[]));
    let mapping = TierMapping::new(&old.policy, &new.policy);
    let [was, is] = [&old, &new].map(|it| lower(&it.policy).to_state());
    let changes = Changes::compare_states(&was, &is, mapping.groups());
    let columns = changes.counts.iter().map(|(it, counts)| {
        let columns = it.planning.column_counts(counts);
        columns.map(|(_, count)| count).collect()
    });
    columns.collect()
}

#[test]
fn a_changed_source_may_change_the_value_in_its_target_only() {
    let program = |source: &str| {
        format!(
            "param office : cidr {{ {source} }}\nvpc main {{ id = \"vpc-0a1b2c3d\" }}\ntier web\n\
             web allows https from office\n"
        )
    };
    let plain = program("cloudformation = parameter");
    let nothing = vec![vec![0, 0, 0], vec![0, 0, 0, 0]];
    let module = program("terraform = \"local.office\"");
    assert_eq!(counts(&plain, &plain), nothing);
    assert_eq!(counts(&module, &module), nothing);
    assert_eq!(counts(&plain, &module), [vec![0, 1, 0], vec![0, 0, 0, 0]]);
    let import = program("cloudformation = import \"a\"");
    assert_eq!(counts(&plain, &import), [vec![0, 0, 0], vec![0, 1, 0, 0]]);
}
