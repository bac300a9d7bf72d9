//! `{ terraform = "module.edge.group_id", cloudformation = import "edge-GroupId" }`

use super::params::Params;
use super::scope::Scope;
use crate::ast::{self, EntryValue, StringLiteral};
use crate::diagnostic::{AwsField, MeaningProblem};
use crate::policy::{ParameterSource, TemplateSource, Tier};

const KEYS: &[&str] = &["terraform", "cloudformation"];
const REFERENCE: &str = "a reference of Terraform, like `data.aws_vpc.shared.id`";
const PATH: &str = "the path of a parameter of Systems Manager, like `/edge/lb-sg`";

/// The longest name of a parameter of Systems Manager (its API reference, PutParameter).
const LONGEST_PATH: usize = 1011;

/// Reads where the values of parameters come from.
pub fn resolve(scope: &mut Scope<'_>, params: &mut Params) {
    for (n, declared) in scope.params.clone().into_iter().enumerate() {
        let Some(block) = &declared.block else {
            continue;
        };
        let source = read_source(scope, block);
        if let Some(default) = &declared.default
            && source != ParameterSource::default()
        {
            scope.problems.push(MeaningProblem::DefaultWithSource {
                span: default.span(),
                source: block.span,
            });
        }
        params.list[n].source = source;
    }

    report_nested_imports(scope, params);
}

fn read_source<'a>(scope: &mut Scope<'a>, block: &'a ast::Block) -> ParameterSource {
    let mut source = ParameterSource::default();
    for (key, value) in scope.read_entries(Some(block), "parameter", KEYS) {
        match key {
            "terraform" => {
                let text = scope.read_string(value, key, "a reference in quotes");
                source.terraform = text.and_then(|text| read_reference(scope, text));
            }
            _ => source.cloudformation = read_template_source(scope, value),
        }
    }
    source
}

/// `"data.aws_vpc.shared.id"`; suggests the reference alone for `"${data.aws_vpc.shared.id}"`.
fn read_reference(scope: &mut Scope<'_>, text: &StringLiteral) -> Option<String> {
    let value = text.value.to_string();
    if is_reference(&value) {
        return Some(value);
    }

    let inside = value.strip_prefix("${").and_then(|it| it.strip_suffix('}'));
    let inside = inside.map(str::trim).filter(|inside| is_reference(inside));
    scope.problems.push(MeaningProblem::BadId {
        span: text.span,
        meant: inside.map(|inside| format!("\"{}\"", inside.replace('"', "\\\""))),
        text: value,
        wanted: REFERENCE,
        help: None,
    });
    None
}

/// `import "network-VpcId"`, `ssm "/edge/lb-sg"`, `parameter`
fn read_template_source(scope: &mut Scope<'_>, value: &EntryValue) -> Option<TemplateSource> {
    match value {
        EntryValue::Source(word, text) if scope.text(*word) == "import" => {
            read_import(scope, value, text)
        }
        EntryValue::Source(_, text) => scope
            .read_form(text, PATH, is_path)
            .map(TemplateSource::Ssm),
        EntryValue::Name(name) if scope.text(*name) == "parameter" => None,
        _ => scope.report_bad_value(
            value,
            "cloudformation",
            "`import \"EXPORT\"`, `ssm \"/PATH\"` or `parameter`",
        ),
    }
}

fn read_import(
    scope: &mut Scope<'_>,
    value: &EntryValue,
    text: &StringLiteral,
) -> Option<TemplateSource> {
    let name = scope.read_field(text, AwsField::ExportName);
    if name.is_empty() {
        return scope.report_bad_value(value, "cloudformation", "the name of an export");
    }
    Some(TemplateSource::Import(name))
}

/// Reports names of exports with parameters in them that are imported themselves.
fn report_nested_imports(scope: &mut Scope<'_>, params: &Params) {
    for (param, declared) in params.list.iter().zip(scope.params.clone()) {
        let names = param.source.import().into_iter();
        let mut names = names.flat_map(|name| name.view().parameters());
        let found = names.find(|name| params.imports(name));
        if let (Some(name), Some(block)) = (found, &declared.block) {
            scope.problems.push(MeaningProblem::NestedImport {
                span: block.span,
                name: name.to_string(),
            });
        }
    }
}

/// Reports exports whose names have parameters in them that are imported.
pub fn report_imported_exports(scope: &mut Scope<'_>, params: &Params, tiers: &[Tier]) {
    if !scope.has_text_parameters {
        return;
    }

    for tier in tiers {
        let names = tier.export.iter();
        let mut names = names.flat_map(|name| name.view().parameters());
        if let Some(name) = names.find(|name| params.imports(name)) {
            scope.problems.push(MeaningProblem::NestedImport {
                span: tier.span,
                name: name.to_string(),
            });
        }
    }
}

/// `module.edge.group_ids["lb"]`: names with dots between them, and constant indices.
fn is_reference(text: &str) -> bool {
    let mut parts = text.split('.');
    let head = parts.next();
    let has_head = head.is_some_and(|head| is_identifier(head) && !is_of_a_block(head));
    // `data.aws_vpc.shared`, `module.edge.id`: type and name, or name and output
    let least = match head {
        Some("data") => 2,
        _ => 1,
    };
    let mut rest = text.find('.').map_or("", |at| &text[at..]);
    let mut steps = 0;

    while let Some((step, after)) = first_step(rest) {
        steps += usize::from(step);
        rest = after;
    }
    has_head && steps >= least && rest.is_empty()
}

/// Whether a first name has a meaning only inside of a block of its own (Terraform language,
/// "References to Named Values").
fn is_of_a_block(name: &str) -> bool {
    ["each", "count", "self"].contains(&name)
}

/// Whether the first step of a reference is a name, and what follows it.
fn first_step(text: &str) -> Option<(bool, &str)> {
    if let Some(rest) = text.strip_prefix('.') {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        return is_identifier(&rest[..end]).then(|| (true, &rest[end..]));
    }

    let rest = text.strip_prefix('[')?;
    if let Some(key) = rest.strip_prefix('"') {
        let (key, rest) = key.split_once("\"]")?;
        let is_plain = !key.contains(['"', '\\', '$', '%']) && !key.contains(char::is_control);
        return is_plain.then_some((false, rest));
    }
    let (index, rest) = rest.split_once(']')?;
    let is_number = !index.is_empty() && index.bytes().all(|b| b.is_ascii_digit());
    is_number.then_some((false, rest))
}

fn is_identifier(text: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.chars().all(is_letter)
}

fn is_path(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    !text.is_empty() && text.len() <= LONGEST_PATH && text.chars().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::is_reference;

    #[test]
    fn a_reference_has_names_and_constant_indices() {
        let right = [
            "data.aws_vpc.shared.id",
            "module.edge.group_ids[\"lb\"]",
            "module.edge[0].group-id",
            "local.vpc_id",
            "data.aws_vpc.shared",
            "aws_vpc.main",
        ];
        let wrong = [
            "",
            "vpc",
            "module.",
            "a..b",
            "a.b[",
            "a.b[x]",
            "a.b[\"${x}\"]",
            "a.b c",
            "f(a.b)",
            "a[0]",
            "a.b\n",
            "data.x",
            "each.value",
            "count.index",
            "self.id",
        ];
        for text in right {
            assert!(is_reference(text), "{text}");
        }
        for text in wrong {
            assert!(!is_reference(text), "{text}");
        }
    }
}
