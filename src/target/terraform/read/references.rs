//! What the configuration of a plan says of values that are known only after it is applied.

use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// What expressions of a configuration refer to, by the address of the resource or of the module
/// without the keys of instances, and by attribute or argument.
#[derive(Debug, Default)]
pub(super) struct References {
    resources: BTreeMap<String, Attributes>,
    /// The arguments of the call of each module.
    arguments: BTreeMap<String, Attributes>,
    /// The outputs of each module.
    outputs: BTreeMap<String, Attributes>,
}

/// What attributes refer to, the most exact reference first.
type Attributes = BTreeMap<String, Vec<String>>;

/// How far references are followed from module to module.
const MOST_STEPS: usize = 64;

#[derive(Deserialize)]
struct Configuration<'a> {
    #[serde(borrow, default)]
    root_module: Option<Module<'a>>,
}

#[derive(Deserialize)]
struct Module<'a> {
    #[serde(borrow, default)]
    resources: Vec<Resource<'a>>,
    #[serde(borrow, default)]
    module_calls: BTreeMap<String, Call<'a>>,
    #[serde(borrow, default)]
    outputs: BTreeMap<String, Output<'a>>,
}

#[derive(Deserialize)]
struct Output<'a> {
    #[serde(borrow, default)]
    expression: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Call<'a> {
    #[serde(borrow, default)]
    expressions: BTreeMap<String, &'a RawValue>,
    #[serde(borrow, default)]
    module: Option<Module<'a>>,
}

#[derive(Deserialize)]
struct Resource<'a> {
    address: String,
    #[serde(borrow, default)]
    expressions: BTreeMap<String, &'a RawValue>,
}

#[derive(Deserialize)]
struct Expression {
    #[serde(default)]
    references: Vec<String>,
}

impl References {
    /// Those of a `configuration`.
    pub(super) fn read(configuration: &RawValue) -> Result<References, serde_json::Error> {
        let configuration: Configuration<'_> = serde_json::from_str(configuration.get())?;
        let mut references = References::default();
        if let Some(root) = &configuration.root_module {
            references.add_module(root, "");
        }
        Ok(references)
    }

    fn add_module(&mut self, module: &Module<'_>, path: &str) {
        for resource in &module.resources {
            let address = join_address(path, &resource.address);
            self.resources
                .insert(address, read_attributes(&resource.expressions));
        }
        let outputs = module.outputs.iter();
        let outputs = outputs.filter_map(|(name, output)| Some((name.clone(), output.expression?)));
        self.outputs
            .insert(path.to_string(), read_attributes(&outputs.collect()));

        for (name, call) in &module.module_calls {
            let path = join_address(path, &format!("module.{name}"));
            self.arguments
                .insert(path.clone(), read_attributes(&call.expressions));
            if let Some(module) = &call.module {
                self.add_module(module, &path);
            }
        }
    }

    /// What an attribute of a resource in an instance of a module refers to: the address of a
    /// resource, or another expression.
    pub(super) fn resolve(&self, address: &str, module: &str, attribute: &str) -> Option<String> {
        let attributes = self.resources.get(&without_keys(address))?;
        let first = attributes.get(attribute)?.first()?;
        Some(self.follow(module, first, MOST_STEPS))
    }

    /// Whether the configuration sets an attribute of a resource.
    pub(super) fn sets_attribute(&self, address: &str, attribute: &str) -> bool {
        let attributes = self.resources.get(&without_keys(address));
        attributes.is_some_and(|attributes| attributes.contains_key(attribute))
    }

    /// The address that a reference in an instance of a module leads to.
    fn follow(&self, module: &str, reference: &str, steps: usize) -> String {
        let next = steps
            .checked_sub(1)
            .and_then(|_| self.step(module, reference));
        match next {
            Some((module, reference)) => self.follow(&module, &reference, steps - 1),
            None => join_address(module, reference),
        }
    }

    /// A reference in the module that a variable or an output leads to.
    fn step(&self, module: &str, reference: &str) -> Option<(String, String)> {
        if let Some(variable) = reference.strip_prefix("var.") {
            let arguments = self.arguments.get(&without_keys(module))?;
            let first = arguments.get(variable)?.first()?;
            let parent = module.rfind("module.").map_or("", |at| &module[..at]);
            return Some((parent.trim_end_matches('.').to_string(), first.clone()));
        }

        let (call, output) = reference.strip_prefix("module.")?.split_once('.')?;
        let child = join_address(module, &format!("module.{call}"));
        let outputs = self.outputs.get(&without_keys(&child))?;
        Some((child, outputs.get(output)?.first()?.clone()))
    }
}

fn read_attributes(expressions: &BTreeMap<String, &RawValue>) -> Attributes {
    let read = expressions.iter().map(|(name, value)| {
        // blocks are a list, which says nothing of the whole
        let expression: Option<Expression> = serde_json::from_str(value.get()).ok();
        let references = expression.map(|expression| expression.references);
        (name.clone(), references.unwrap_or_default())
    });
    read.collect()
}

fn join_address(module: &str, address: &str) -> String {
    match module.is_empty() {
        true => address.to_string(),
        false => format!("{module}.{address}"),
    }
}

/// An address without the keys of instances: `module.a.aws_security_group.b` of
/// `module.a["x"].aws_security_group.b[0]`.
fn without_keys(address: &str) -> String {
    let (mut plain, mut depth) = (String::with_capacity(address.len()), 0);
    let mut in_quotes = false;
    for character in address.chars() {
        match character {
            '"' if depth > 0 => in_quotes = !in_quotes,
            '[' if !in_quotes => depth += 1,
            ']' if !in_quotes => depth -= 1,
            _ if depth == 0 => plain.push(character),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::without_keys;

    #[test]
    fn keys_of_instances_are_left_out() {
        for (address, plain) in [
            ("aws_security_group.web", "aws_security_group.web"),
            ("module.a[\"x]\"].aws_vpc.b[0]", "module.a.aws_vpc.b"),
        ] {
            assert_eq!(without_keys(address), plain);
        }
    }
}
