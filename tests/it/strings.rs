//! Parameters in strings: `"web of ${environment}"`.

use crate::common::{compile_bound, emit};
use tierwall::diagnostic::Level;
use tierwall::target;

/// The errors of a program: code, message and the text that they point at.
fn errors(text: &str, bindings: &[(&str, &str)]) -> Vec<String> {
    let compilation = compile_bound(text, bindings);
    let found = compilation.problems.sorted().into_iter();
    let found = found.filter(|problem| problem.level() == Level::Error);
    found
        .map(|problem| problem.report())
        .map(|report| {
            let at = report.labels.first().map(|label| label.span);
            let at = at.map_or("", |span| compilation.sources.text(span));
            format!("{} {at}: {}", report.code, report.message)
        })
        .collect()
}

fn output(text: &str, bindings: &[(&str, &str)], name: &str) -> String {
    let compilation = compile_bound(text, bindings);
    let problems = &compilation.problems;
    assert!(!problems.any_error(), "{problems:?}");
    emit(&compilation, name)
}

/// An output without blanks and line breaks.
fn packed(text: &str, bindings: &[(&str, &str)], name: &str) -> String {
    output(text, bindings, name).split_whitespace().collect()
}

const SHOP: &str = "\
param stage : string
param cost-centre : string = \"42\"
tier web \"web of ${stage}\" {
    name = \"shop-${stage}\"
    description = \"of ${cost-centre}\"
    tags = { stage = \"${stage}\", price = \"5 $ in ${stage}, $${x}\" }
}
web allows https from anywhere-ipv4 \"${stage}\"
web allows http  from anywhere-ipv4 \"port of ${stage}\"
";

#[test]
fn unbound_parameters_are_templates_of_terraform() {
    let module = output(SHOP, &[], "terraform");
    for part in [
        "variable \"cost_centre\" {\n  description = \"Text\"\n  type        = string\n  \
         default     = \"42\"\n}\n",
        "  name        = \"shop-${var.stage}\"\n  description = \"of ${var.cost_centre}\"\n",
        "    Description = \"web of ${var.stage}\"\n    Name        = \"shop-${var.stage}\"\n    \
         price       = \"5 $ in ${var.stage}, $${x}\"\n    stage       = var.stage\n",
        "  description       = var.stage\n  ip_protocol       = \"tcp\"\n",
        "  description       = \"port of ${var.stage}\"\n",
    ] {
        assert!(module.contains(part), "{part}\n{module}");
    }
}

#[test]
fn unbound_parameters_are_functions_of_cloudformation() {
    let template = packed(SHOP, &[], "cloudformation");
    for part in [
        "\"CostCentre\":{\"Type\":\"String\",\"Description\":\"Text\",\"Default\":\"42\"}",
        "\"GroupName\":{\"Fn::Sub\":\"shop-${Stage}\"}",
        "{\"Key\":\"stage\",\"Value\":{\"Ref\":\"Stage\"}}",
        "\"Value\":{\"Fn::Sub\":\"5$in${Stage},${!x}\"}",
        "\"Description\":{\"Ref\":\"Stage\"}",
        "\"Description\":{\"Fn::Sub\":\"portof${Stage}\"}",
    ] {
        assert!(template.contains(part), "{part}\n{template}");
    }
}

#[test]
fn json_has_parameters_as_the_program_writes_them() {
    let json = packed(SHOP, &[], "json");
    for part in [
        "\"group_name\":\"shop-${stage}\"",
        "\"price\":\"5$in${stage},$${x}\"",
        "\"description\":\"portof${stage}\"",
        "{\"name\":\"stage\",\"kind\":\"string\"",
    ] {
        assert!(json.contains(part), "{part}\n{json}");
    }
}

#[test]
fn bound_parameters_are_equivalent_to_text() {
    let bindings = [("stage", "blue"), ("cost-centre", "7")];
    let written = SHOP
        .lines()
        .filter(|line| !line.starts_with("param"))
        .map(|line| {
            line.replace("${stage}", "blue")
                .replace("${cost-centre}", "7")
                + "\n"
        })
        .collect::<String>();
    for target in &target::ALL {
        let bound = output(SHOP, &bindings, target.name);
        assert_eq!(bound, output(&written, &[], target.name));
    }
}

#[test]
fn a_bound_parameter_of_any_type_is_text() {
    let program =
        "param office : cidr\ntier web\nweb allows https from office \"from ${office}\"\n";
    let json = output(program, &[("office", "203.0.113.0/24")], "json");
    assert!(json.contains("\"from 203.0.113.0/24\""), "{json}");
}

#[test]
fn a_parameter_that_only_a_string_without_output_has_is_no_variable() {
    let program = "param a : string\ntier web\ntiers all-of-them = web \"${a}\"\n";
    assert!(!output(program, &[], "terraform").contains("\"a\""));
    assert_eq!(compile_bound(program, &[]).policy.unused.len(), 1);
}

#[test]
fn a_dollar_before_a_parameter_does_not_escape_it() {
    let program = "param a : string\nparam b : string\ntier web { tags = { k = \"${a}${b}\" } }\n";
    let bindings = [("a", "cost $")];
    let module = output(program, &bindings, "terraform");
    assert!(module.contains("\"cost \\u0024${var.b}\""), "{module}");
    let template = packed(program, &bindings, "cloudformation");
    assert!(
        template.contains("[\"cost$\",{\"Ref\":\"B\"}]"),
        "{template}"
    );
}

#[test]
fn reports_unknown_parameters_at_their_position() {
    let tags =
        |value: &str| format!("param stage : string\ntier web {{ tags = {{ a = {value} }} }}\n");
    let cases = [
        (
            "\"of ${var.stage}\"",
            "E0351 ${var.stage}: `${var.stage}` names no parameter",
        ),
        (
            "\"of ${stag}\"",
            "E0351 ${stag}: `${stag}` names no parameter",
        ),
        (
            "\"é ${AWS::Region}\"",
            "E0351 ${AWS::Region}: `${AWS::Region}` names no parameter",
        ),
        (
            "\"${web}\"",
            "E0202 web: expected a parameter, found a tier `web`",
        ),
        ("\"${stage\"", "E0351 ${stage: `${stage` names no parameter"),
    ];
    for (value, message) in cases {
        let found = errors(&tags(value), &[]);
        assert_eq!(found, [message], "{value}");
    }
}

#[test]
fn checks_the_known_part_of_a_string() {
    let program =
        "param stage : string\ntier web\nweb allows https from anywhere \"é of ${stage}\"\n";
    assert_eq!(
        errors(program, &[]),
        ["E0313 é: AWS does not allow `é` in the description of a rule"]
    );

    let program = program.replace("é ", "");
    let found = errors(&program, &[("stage", "naïve")]);
    let message = "E0313 ${stage}: AWS does not allow `ï`, which is in the value of `stage`, in the \
                   description of a rule";
    assert_eq!(found, [message]);
    assert!(errors(&program, &[("stage", &"x".repeat(256))])[0].starts_with("E0314"));
    assert!(errors(&program, &[("stage", "{{resolve:ssm:x}}")])[0].starts_with("E0322"));
    assert!(errors(&program, &[("stage", "a\nb")])[0].starts_with("E0502"));
}

#[test]
fn reports_a_string_as_a_peer() {
    let found = errors("param a : string\ntier web\nweb allows https from a\n", &[]);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("E0202 a"), "{found:?}");
}

#[test]
fn names_of_groups_are_checked_as_far_as_they_are_known() {
    let program = "param a : string\ntier web { name = \"sg-${a}\" }\n";
    assert!(
        errors(program, &[])[0].starts_with("E0315"),
        "{:?}",
        errors(program, &[])
    );
    let same = "param a : string\ntier web { name = \"x-${a}\" }\ntier db { name = \"X-${a}\" }\n";
    assert_eq!(errors(same, &[]).len(), 1);
}

const TEXTS: &str = "\
param stage : string
param far   : string
service ad = tcp 88 \"Kerberos of ${stage}\", udp 389
tier web { export = \"${AWS::StackName}:${far}\", outbound = open-ipv4, outbound-description = \"to ${stage}\" }
tier db  { name-prefix = \"db-${stage}-\", outbound = closed }
web allows ad from anywhere-ipv4 \"in ${stage}\"
db allows https to web \"\", outbound \"out of ${stage}\"
";

#[test]
fn parameters_are_allowed_in_every_text_of_rules_and_groups() {
    let module = output(TEXTS, &[], "terraform");
    for part in [
        "\"in ${var.stage}: Kerberos of ${var.stage}\"",
        "\"in ${var.stage}\"\n",
        "\"to ${var.stage}\"",
        "\"out of ${var.stage}\"",
        "name_prefix = \"db-${var.stage}-\"",
    ] {
        assert!(module.contains(part), "{part}\n{module}");
    }
    assert!(!module.contains("\"far\""), "only a template has exports");

    let template = packed(TEXTS, &[], "cloudformation");
    for part in [
        "\"Fn::Sub\":\"in${Stage}:Kerberosof${Stage}\"",
        "\"Fn::Sub\":\"to${Stage}\"",
        "\"Fn::Sub\":\"outof${Stage}\"",
        "\"Export\":{\"Name\":{\"Fn::Sub\":\"${AWS::StackName}:${Far}\"}}",
        "\"Far\":{\"Type\":\"String\"",
    ] {
        assert!(template.contains(part), "{part}\n{template}");
    }
}

#[test]
fn a_parameter_of_a_name_prefix_is_not_in_a_template() {
    let program = "param a : string\ntier web { name-prefix = \"x-${a}-\" }\n";
    assert!(output(program, &[], "terraform").contains("variable \"a\""));
    assert!(!packed(program, &[], "cloudformation").contains("Parameters\":{\"A\""));

    let both = program.replace(" }", ", export = \"${a}\" }");
    assert!(output(&both, &[], "terraform").contains("variable \"a\""));
    assert!(packed(&both, &[], "cloudformation").contains("{\"Fn::Sub\":\"${A}\"}"));
}

#[test]
fn names_of_exports_can_have_parameters() {
    let program = |export: &str| {
        let source = "{ cloudformation = import \"x\" }";
        format!(
            "param a : string {source}\nparam b : string\ntier web {{ export = \"{export}\" }}\n"
        )
    };
    assert!(errors(&program("${b}-x"), &[]).is_empty());
    assert!(errors(&program("${a}-x"), &[])[0].starts_with("E0355 web"));
    assert!(errors(&program("${c}-x"), &[])[0].starts_with("E0351 ${c}"));
    assert!(errors(&program("${b}-x"), &[("b", "y z")])[0].contains("` ` is not allowed"));
    let same = "param b : string\ntier web { export = \"${b}\" }\ntier db { export = \"${b}\" }\n";
    assert_eq!(errors(same, &[]).len(), 1);
}

#[test]
fn a_literal_reference_is_joined_in_a_template() {
    let program = "param p : string\ntier web \"$${AWS::Region}\" { tags = {\n\
                   a = \"in $${AWS::Region}, $${P} $${x}\", b = \"$${AWS::Region} ${p}\" } }\n\
                   web allows https from anywhere-ipv4 \"by $${AWS::Region}\"\n";
    let template = packed(program, &[], "cloudformation");
    for part in [
        "\"Value\":{\"Fn::Join\":[\"$\",[\"\",\"{AWS::Region}\"]]}",
        "\"Value\":{\"Fn::Join\":[\"$\",[\"in\",\"{AWS::Region},\",\"{P}${x}\"]]}",
        "\"Value\":{\"Fn::Sub\":\"${!AWS::Region}${P}\"}",
        "\"Description\":{\"Fn::Join\":[\"$\",[\"by\",\"{AWS::Region}\"]]}",
    ] {
        assert!(template.contains(part), "{part}\n{template}");
    }
    assert!(!template.contains("E1029"), "{template}");
}

#[test]
fn cfn_lint_leaves_a_literal_reference_alone_where_no_function_can_stand() {
    for program in [
        "stack s \"in $${AWS::Region}\"\ntier web\n",
        "tier web { tags = { \"$${AWS::Region}\" = \"x\" } }\n",
        "param p : cidr \"in $${AWS::Region}\"\ntier web\nweb allows https from p\n",
    ] {
        let template = packed(program, &[], "cloudformation");
        let config = "\"cfn-lint\":{\"config\":{\"ignore_checks\":[\"E1029\"]}}";
        assert!(template.contains(config), "{template}");
    }
}
