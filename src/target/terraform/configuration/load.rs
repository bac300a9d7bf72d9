//! The files of a configuration, and what they declare.

use crate::inventory::{Source, SourceError};
use crate::source::{FileId, Span, lexical, line_starts};
use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Attribute, Block, Body, Structure};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;
use std::path::Path;

/// A file, parsed.
pub(super) struct ParsedFile<'t> {
    pub(super) name: &'t str,
    pub(super) text: &'t str,
    body: Body,
}

/// The files of a configuration: those of a directory, and of the modules that it calls.
pub(super) struct Files<'t> {
    pub(super) parsed: Vec<ParsedFile<'t>>,
    /// Files of values, the last of which counts.
    values: Vec<usize>,
}

/// A block, and the file that has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'t> {
    pub(super) file: usize,
    pub(super) block: &'t Block,
}

/// An expression, and the file that has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written<'t> {
    pub(super) file: usize,
    pub(super) expression: &'t Expression,
}

/// A resource or a data source: `aws_security_group`, `web`
pub(super) type ResourceName<'t> = (&'t str, &'t str);

/// What a directory declares.
#[derive(Debug, Default)]
pub(super) struct Directory<'t> {
    pub(super) variables: BTreeMap<&'t str, Node<'t>>,
    pub(super) locals: BTreeMap<&'t str, Written<'t>>,
    pub(super) resources: BTreeMap<ResourceName<'t>, Node<'t>>,
    pub(super) data: BTreeMap<ResourceName<'t>, Node<'t>>,
    pub(super) calls: BTreeMap<&'t str, Node<'t>>,
    pub(super) outputs: BTreeMap<&'t str, Node<'t>>,
    pub(super) providers: Vec<Node<'t>>,
}

/// A configuration.
pub(super) struct Configuration<'t> {
    pub(super) files: &'t [ParsedFile<'t>],
    pub(super) directories: BTreeMap<String, Directory<'t>>,
    /// The directory of the root module.
    pub(super) root: String,
    /// What files of values say.
    pub(super) values: BTreeMap<&'t str, Written<'t>>,
}

/// Something wrong at a place of a file.
pub(super) fn error_at(files: &[ParsedFile<'_>], at: Span, message: String) -> SourceError {
    let file = &files[at.file.0 as usize];
    let start = at.start as usize;
    let line = line_starts(file.text).partition_point(|it| *it as usize <= start);
    let before = &file.text[..start];
    let column = before[before.rfind('\n').map_or(0, |at| at + 1)..]
        .chars()
        .count();
    SourceError {
        message,
        place: Some((line, column + 1)),
        file: (files.len() > 1).then(|| file.name.to_string()),
    }
}

/// The place of something in a file.
pub(super) fn span_in(file: usize, range: Option<Range<usize>>) -> Span {
    let range = range.unwrap_or(0..0);
    Span {
        file: FileId(file as u32),
        start: range.start as u32,
        end: range.end as u32,
    }
}

impl<'t> Files<'t> {
    /// Parses the files of a source.
    pub(super) fn parse(source: &Source<'t>) -> Result<Files<'t>, SourceError> {
        let (mut parsed, mut values) = (Vec::new(), Vec::new());
        for file in source.files {
            refuse_name(file.name)?;
            let text = file.text.strip_prefix('\u{feff}').unwrap_or(file.text);
            let body = parse_body(text).map_err(|(message, place)| SourceError {
                message,
                place: Some(place),
                file: (source.files.len() > 1).then(|| file.name.to_string()),
            })?;
            if file.name.ends_with(".tfvars") {
                values.push(parsed.len());
            }
            parsed.push(ParsedFile {
                name: file.name,
                text,
                body,
            });
        }
        // Terraform reads `terraform.tfvars` first, and the others by name (its documentation of
        // input variables, "Variable Definition Precedence")
        values.sort_by_key(|file| {
            let name = parsed[*file].name;
            (!name.ends_with("terraform.tfvars"), name)
        });
        Ok(Files { parsed, values })
    }

    /// What they declare.
    pub(super) fn index(&'t self) -> Result<Configuration<'t>, SourceError> {
        let mut configuration = Configuration {
            files: &self.parsed,
            directories: BTreeMap::new(),
            root: self
                .parsed
                .first()
                .map_or(String::new(), |file| directory_of(file.name)),
            values: BTreeMap::new(),
        };
        for (number, file) in self.parsed.iter().enumerate() {
            if self.values.contains(&number) {
                continue;
            }
            let directory = directory_of(file.name);
            let directory = configuration.directories.entry(directory).or_default();
            directory.add_file(number, &file.body, &self.parsed)?;
        }
        for number in &self.values {
            let attributes = self.parsed[*number].body.attributes();
            let values = attributes.map(|it| (it.key.as_str(), written(*number, it)));
            configuration.values.extend(values);
        }
        Ok(configuration)
    }
}

/// Parses a file; an error has its message, and its line and column.
pub(super) fn parse_body(text: &str) -> Result<Body, (String, (usize, usize))> {
    hcl_edit::parser::parse_body(text).map_err(|error| {
        let place = error.location();
        let message = error.message().replace('\n', "; ");
        (message, (place.line(), place.column()))
    })
}

/// Refuses files whose contents Terraform adds to a configuration, and that are not read.
fn refuse_name(name: &str) -> Result<(), SourceError> {
    let file = name.rsplit('/').next().unwrap_or(name);
    let stem = file.strip_suffix(".tf").or(file.strip_suffix(".tofu"));
    let is_override = stem.is_some_and(|stem| stem == "override" || stem.ends_with("_override"));
    let why = match file {
        _ if file.ends_with(".json") => "configuration in JSON is not read",
        _ if is_override => "files that override others are not read",
        _ => return Ok(()),
    };
    Err(SourceError {
        message: format!("`{name}`: {why}; ask about the state or a plan instead"),
        place: None,
        file: None,
    })
}

/// The directory that has a file.
pub(super) fn directory_of(name: &str) -> String {
    let (version, path) = split_version(name);
    let parent = Path::new(path).parent().unwrap_or(Path::new(""));
    format!("{version}{}", plain_path(parent))
}

/// A name without the version of its file: `main:` of `main:infra/web.tf`
fn split_version(name: &str) -> (&str, &str) {
    match name.find(':') {
        Some(at) if at > 1 => name.split_at(at + 1),
        Some(_) | None => ("", name),
    }
}

fn plain_path(path: &Path) -> String {
    lexical(path).to_string_lossy().replace('\\', "/")
}

/// The directory that a path in another one leads to.
pub(super) fn join_directory(directory: &str, path: &str) -> String {
    let (version, directory) = split_version(directory);
    format!("{version}{}", plain_path(&Path::new(directory).join(path)))
}

/// The directory of a module that is called from another directory; `None` for one that is
/// downloaded.
pub(super) fn local_module(directory: &str, source: &str) -> Option<String> {
    let is_local = source.starts_with("./") || source.starts_with("../");
    is_local.then(|| join_directory(directory, source))
}

/// The source of a module call, where it is a plain text.
pub(super) fn module_source<'t>(call: &Node<'t>) -> Option<&'t str> {
    let source = call.block.body.get_attribute("source")?;
    source.value.as_str()
}

fn written(file: usize, attribute: &Attribute) -> Written<'_> {
    Written {
        file,
        expression: &attribute.value,
    }
}

impl<'t> Directory<'t> {
    fn add_file(
        &mut self,
        file: usize,
        body: &'t Body,
        files: &[ParsedFile<'_>],
    ) -> Result<(), SourceError> {
        for structure in body {
            let block = match structure {
                Structure::Block(block) => block,
                Structure::Attribute(attribute) => {
                    let at = span_in(file, attribute.span());
                    let message = format!("expected a block, found `{} =`", attribute.key.as_str());
                    return Err(error_at(files, at, message));
                }
            };
            self.add_block(Node { file, block })
                .map_err(|(at, message)| error_at(files, at, message))?;
        }
        Ok(())
    }

    fn add_block(&mut self, node: Node<'t>) -> Result<(), (Span, String)> {
        let labels: Vec<&str> = node.block.labels.iter().map(|it| it.as_str()).collect();
        let is_new = match (node.block.ident.as_str(), labels.as_slice()) {
            ("variable", [name]) => insert_new(&mut self.variables, *name, node),
            ("output", [name]) => insert_new(&mut self.outputs, *name, node),
            ("module", [name]) => insert_new(&mut self.calls, *name, node),
            ("resource", [kind, name]) => insert_new(&mut self.resources, (*kind, *name), node),
            ("data", [kind, name]) => insert_new(&mut self.data, (*kind, *name), node),
            ("provider", [_]) => {
                self.providers.push(node);
                true
            }
            ("locals", []) => return self.add_locals(node),
            ("variable" | "output" | "module" | "resource" | "data" | "locals", _) => {
                let message = format!(
                    "`{}` has {} labels, which is not their number",
                    node.block.ident.as_str(),
                    labels.len()
                );
                return Err((node.span(), message));
            }
            (_, _) => true,
        };
        match is_new {
            true => Ok(()),
            false => Err((
                node.span(),
                format!("`{}` is declared twice", labels.join(".")),
            )),
        }
    }

    fn add_locals(&mut self, node: Node<'t>) -> Result<(), (Span, String)> {
        for attribute in node.block.body.attributes() {
            let name = attribute.key.as_str();
            if !insert_new(&mut self.locals, name, written(node.file, attribute)) {
                let at = span_in(node.file, attribute.span());
                return Err((at, format!("`local.{name}` is declared twice")));
            }
        }
        Ok(())
    }
}

/// Adds an entry with a new key; tells whether it was new.
fn insert_new<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, value: V) -> bool {
    match map.entry(key) {
        Entry::Occupied(_) => false,
        Entry::Vacant(entry) => {
            entry.insert(value);
            true
        }
    }
}

impl<'t> Node<'t> {
    /// Where it is.
    pub(super) fn span(&self) -> Span {
        span_in(self.file, self.block.span())
    }

    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<Written<'t>> {
        let attribute = self.block.body.get_attribute(name)?;
        Some(written(self.file, attribute))
    }

    /// Its blocks of this kind, `dynamic` ones included.
    pub(super) fn inner(&self, name: &str) -> impl Iterator<Item = Node<'t>> + use<'t, '_> {
        let name = name.to_string();
        let is_wanted = move |block: &&'t Block| {
            let label = block.labels.first().map(|label| label.as_str());
            block.ident.as_str() == name
                || block.ident.as_str() == "dynamic" && label == Some(name.as_str())
        };
        let blocks = self.block.body.blocks().filter(is_wanted);
        blocks.map(|block| Node { block, ..*self })
    }
}

impl Written<'_> {
    /// Where it is.
    pub(super) fn span(&self) -> Span {
        span_in(self.file, self.expression.span())
    }
}
