//! A file that is a template, or that has one in it.

use super::error::{TemplateError, line_column};
use super::resources::read_resources;
use super::template::Template;
use super::tree::{Kind, Node, read_tree};
use crate::inventory::{Inventory, Source, SourceError};
use crate::source::{FileId, Span};

/// The groups and rules of a template, or of what `aws cloudformation get-template` prints.
pub fn read_template(source: &Source<'_>) -> Result<Inventory, SourceError> {
    let text = source.single_text().unwrap_or_default();
    let file = Body { text, within: None };
    let tree = read_tree(text).map_err(|error| file.error(error))?;
    let Some(body) = tree.get("TemplateBody") else {
        return read_body(&tree, &file, source);
    };

    match &body.kind {
        Kind::Text(inner) => {
            let within = Body {
                text: inner,
                within: Some((text, body.range)),
            };
            let tree = read_tree(inner).map_err(|error| within.error(error))?;
            read_body(&tree, &within, source)
        }
        Kind::Null | Kind::List(_) | Kind::Map(_) => read_body(body, &file, source),
    }
}

fn read_body(
    root: &Node<'_>,
    body: &Body<'_>,
    source: &Source<'_>,
) -> Result<Inventory, SourceError> {
    let template = Template::new(root).map_err(|error| body.error(error))?;
    let place = |range| body.place(range);
    let read = read_resources(&template, source.bindings, &place);
    read.map_err(|error| body.error(error))
}

/// The text of a template, and where it stands.
struct Body<'t> {
    text: &'t str,
    /// The file whose scalar it is, and where that stands.
    within: Option<(&'t str, (usize, usize))>,
}

impl Body<'_> {
    /// A range of the template in the file.
    fn place(&self, range: (usize, usize)) -> Span {
        let (start, end) = match self.within {
            Some((_, within)) => within,
            None => range,
        };
        Span {
            file: FileId(0),
            start: start as u32,
            end: end as u32,
        }
    }

    /// An error with its place in the file.
    fn error(&self, error: TemplateError) -> SourceError {
        match self.within {
            None => error.in_text(self.text),
            Some((file, (start, _))) => {
                let (line, column) = line_column(self.text, error.at);
                let message = error.message;
                SourceError {
                    message: format!("line {line}, column {column} of `TemplateBody`: {message}"),
                    place: Some(line_column(file, start)),
                    file: None,
                }
            }
        }
    }
}
