//! Reads configurations of Terraform: a `.tf` file, or all of a directory, with the local modules
//! that they call.
//!
//! Expressions are evaluated as far as their values are in the files. What is unknown and is a
//! value becomes a parameter; what decides which rules there are has to be known, or be the default
//! of a variable, which a remark then says. The language is that of Terraform's documentation
//! ("Configuration Language"), the attributes are those of the AWS provider's documentation of each
//! resource.

mod blocks;
mod evaluator;
mod expand;
mod expression;
mod fields;
mod functions;
mod instances;
mod listing;
mod load;
mod modules;
mod operation;
mod providers;
mod resources;
mod scope;
mod types;
mod value;

use super::super::definition::WantedDirectory;
use crate::aws::ParameterSource;
use crate::inventory::{
    Inventory, InventoryBuilder, Origin, ParameterEntry, RejectedRule, Remark, Source, SourceError,
};
use crate::source::Span;
use evaluator::Evaluator;
use load::{Configuration, Files, directory_of, error_at, local_module, module_source, parse_body};
use resources::ResourceReader;
use scope::{Failure, Tried};
use std::collections::{BTreeMap, BTreeSet};
use value::Val;

/// Blocks that a configuration starts with, and no program.
const BLOCKS: [&str; 10] = [
    "data",
    "check",
    "import",
    "locals",
    "module",
    "moved",
    "output",
    "provider",
    "resource",
    "terraform",
];

/// How much of the start of a file tells what it is.
const START: usize = 4096;

/// Whether a file of a directory is part of a configuration, by its name.
///
/// ```text
/// security.tf, terraform.tfvars, prod.auto.tfvars
/// ```
pub fn is_part(name: &str) -> bool {
    let is_hidden = name.starts_with('.');
    let values = name == "terraform.tfvars" || name.ends_with(".auto.tfvars");
    !is_hidden && (is_code(name) || values || name.ends_with(".tf.json"))
}

/// Whether a file has code, by its name.
fn is_code(name: &str) -> bool {
    name.ends_with(".tf") || name.ends_with(".tofu")
}

/// Whether a source is a configuration: by the names of its files, or by the first statement of a
/// text without such a name.
pub fn is_configuration(source: &Source<'_>) -> bool {
    match source.files {
        [] => false,
        [file] if !is_code(file.name) => {
            !file.name.ends_with(".tier")
                && !file.name.ends_with(".json")
                && starts_with_block(file.text)
        }
        files => files.iter().all(|file| {
            is_code(file.name) || file.name.ends_with(".tfvars") || file.name.ends_with(".tf.json")
        }),
    }
}

/// Whether the first statement of a text is a block with texts as labels, or without labels.
fn starts_with_block(text: &str) -> bool {
    let start = crate::source::beginning(text, START);
    let mut rest = start.trim_start_matches('\u{feff}').trim_start();
    while let Some(after) = ["#", "//"].iter().find_map(|it| rest.strip_prefix(it)) {
        rest = after
            .split_once('\n')
            .map_or("", |(_, after)| after)
            .trim_start();
    }
    let word = rest
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(rest.len());
    let (word, mut rest) = rest.split_at(word);
    if !BLOCKS.contains(&word) && word != "variable" {
        return false;
    }
    rest = rest.trim_start_matches(' ');
    while let Some(label) = rest.strip_prefix('"') {
        let Some((_, after)) = label.split_once('"') else {
            return false;
        };
        rest = after.trim_start_matches(' ');
    }
    rest.starts_with('{')
}

/// The directories of the local modules that files call, and whose files are not among them.
pub fn wanted_directories(source: &Source<'_>) -> Vec<WantedDirectory> {
    let names = source.files.iter().map(|file| directory_of(file.name));
    let have: BTreeSet<String> = names.collect();
    let mut wanted = BTreeMap::new();
    for (from, file) in source.files.iter().enumerate() {
        let Ok(body) = parse_body(file.text.trim_start_matches('\u{feff}')) else {
            continue;
        };
        let directory = directory_of(file.name);
        for block in body.get_blocks("module") {
            let source = module_source(&load::Node { file: 0, block });
            let name = source.and_then(|source| local_module(&directory, source));
            if let (Some(name), Some(path)) = (name, source) {
                let path = path.to_string();
                wanted.entry(name).or_insert((from, path));
            }
        }
    }
    let others = wanted.into_iter().filter(|(name, _)| !have.contains(name));
    let others = others.map(|(name, (from, path))| WantedDirectory { from, path, name });
    others.collect()
}

/// The groups and rules of a configuration.
pub fn read_configuration(source: &Source<'_>) -> Result<Inventory, SourceError> {
    let files = Files::parse(source)?;
    let configuration = files.index()?;
    let evaluator = Evaluator::new(&configuration, source.bindings);
    let refuse = |failure: Box<Failure>| error_at(configuration.files, failure.at, failure.message);

    let mut reader = ResourceReader::new(&evaluator);
    declare_parameters(&evaluator, &mut reader.builder).map_err(refuse)?;
    reader.read_module(0).map_err(refuse)?;
    let mut builder = reader.builder;
    for (parameter, assumption) in evaluator.assumptions.take() {
        builder.add_remark(Remark::AssumedDefault {
            parameter: parameter.to_string(),
            value: assumption.value,
            origin: evaluator.place(assumption.at),
        });
    }

    let mut inventory = builder.finish();
    inventory.applied_bindings = evaluator.applied.take();
    match inventory.rejected.first() {
        Some(rejected) => Err(refuse_rejected(&configuration, rejected)),
        None => Ok(inventory),
    }
}

/// Says what the variables of the root module are: those without a value are parameters.
fn declare_parameters<'t>(evaluator: &Evaluator<'t>, builder: &mut InventoryBuilder) -> Tried<()> {
    let Some(root) = evaluator.directory(0) else {
        return Ok(());
    };
    for (name, node) in &root.variables {
        let description = node.attribute("description");
        let description = description.and_then(|it| it.expression.as_str());
        let default = evaluator.default(*node, 0)?;
        builder.declare_parameter(ParameterEntry {
            expression: format!("var.{name}").into(),
            name: (*name).into(),
            kind: None,
            description: description.map(Into::into),
            default: default
                .and_then(|default| default_text(&default))
                .map(Into::into),
            source: ParameterSource {
                terraform: None,
                cloudformation: None,
            },
        });
        // a value that is given is for the variable, whether something asks for it or not
        evaluator.variable(0, name, false, node.span())?;
    }
    Ok(())
}

/// A default as parameters have it: a text, or texts with commas between them.
fn default_text(default: &Val) -> Option<String> {
    if let Some(text) = default.as_text() {
        return Some(text.to_string());
    }
    let items = default.as_items()?.iter().map(|item| item.as_text());
    let items: Option<Vec<_>> = items.collect();
    items
        .filter(|items| !items.is_empty())
        .map(|items| items.join(","))
}

fn refuse_rejected(configuration: &Configuration<'_>, rejected: &RejectedRule) -> SourceError {
    let place = rejected.origin.place().unwrap_or("a rule");
    let message = format!("{place}: {}", rejected.why);
    match rejected.origin.span {
        Some(at) => error_at(configuration.files, at, message),
        None => SourceError {
            message,
            place: None,
            file: None,
        },
    }
}

impl Evaluator<'_> {
    /// Where something is, as remarks show it: `infra/main.tf:12`
    fn place(&self, at: Span) -> Origin {
        let error = error_at(self.configuration.files, at, String::new());
        let file = self.configuration.files[at.file.0 as usize].name;
        let line = error.place.map_or(1, |(line, _)| line);
        Origin {
            address: Some(format!("{file}:{line}").into()),
            span: Some(at),
            ..Origin::default()
        }
    }
}
