//! A template as a tree with the places of its parts, from YAML or JSON.
//!
//! Scalars stay as they are written: `012345678901` and `yes` are texts. Short tags of YAML are the
//! functions that they stand for: `!Ref Web` is `{"Ref": "Web"}`.

use crate::inventory::SourceError;
use granit_parser::{Event, Parser, Span as Place, Tag};

/// A part of a template.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Where it is, in bytes.
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Scalar(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// An entry of an object.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) value: Node,
}

impl Node {
    /// The text of a scalar.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(text) => Some(text),
            Kind::List(_) | Kind::Map(_) => None,
        }
    }

    pub(super) fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Map(entries) => entries,
            Kind::Scalar(_) | Kind::List(_) => &[],
        }
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        let mut entries = self.entries().iter();
        entries.find(|entry| entry.key == key).map(|it| &it.value)
    }

    /// The elements of a list.
    pub(super) fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::List(items) => items,
            Kind::Scalar(_) | Kind::Map(_) => &[],
        }
    }

    /// The function that it is, and its argument.
    pub(super) fn function(&self) -> Option<(&str, &Node)> {
        match self.entries() {
            [Entry { key, value, .. }]
                if key == "Ref" || key == "Condition" || key.starts_with("Fn::") =>
            {
                Some((key, value))
            }
            _ => None,
        }
    }
}

/// What is open while a tree is read.
struct Open {
    node: Node,
    /// The tag in front of it.
    tag: Option<String>,
    /// The key that waits for its value.
    key: Option<String>,
}

/// The tree of a template.
pub(super) fn read_tree(text: &str) -> Result<Node, SourceError> {
    let mut open: Vec<Open> = Vec::new();
    let mut root = None;
    for next in Parser::new_from_str(text) {
        let (event, place) = next.map_err(|error| SourceError {
            message: error.info(),
            place: Some((error.marker().line(), error.marker().col() + 1)),
            file: None,
        })?;
        let (start, end) = range(&place);
        let node = |kind| Node { start, end, kind };
        let finished = match event {
            Event::Scalar(text, _, _, tag) => {
                let node = node(Kind::Scalar(text.into_owned()));
                Some(tagged(node, tag_name(tag.as_deref()), &place)?)
            }
            Event::SequenceStart(_, _, tag) => {
                open.push(Open::new(node(Kind::List(Vec::new())), tag.as_deref()));
                None
            }
            Event::MappingStart(_, _, tag) => {
                open.push(Open::new(node(Kind::Map(Vec::new())), tag.as_deref()));
                None
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(mut done) => {
                    done.node.end = end;
                    Some(tagged(done.node, done.tag, &place)?)
                }
                None => None,
            },
            Event::Alias(_) => return Err(error_at(&place, NO_ALIASES)),
            Event::DocumentStart(..) if root.is_some() => {
                return Err(error_at(&place, "a template is one document"));
            }
            _ => None,
        };
        if let Some(node) = finished {
            match open.last_mut() {
                Some(parent) => parent.push(node, &place)?,
                None => root = Some(node),
            }
        }
    }
    root.ok_or_else(|| SourceError {
        message: "the template is empty".to_string(),
        place: None,
        file: None,
    })
}

/// CloudFormation user guide, "Template format: YAML": aliases and merges of objects are not
/// supported.
const NO_ALIASES: &str = "CloudFormation takes no aliases of YAML; write the value out, or read what is \
                          deployed: `aws cloudformation get-template`";

impl Open {
    fn new(node: Node, tag: Option<&Tag>) -> Open {
        Open {
            node,
            tag: tag_name(tag),
            key: None,
        }
    }

    fn push(&mut self, node: Node, place: &Place) -> Result<(), SourceError> {
        match (&mut self.node.kind, self.key.take()) {
            (Kind::List(items), _) => items.push(node),
            (Kind::Map(entries), Some(key)) => entries.push(Entry { key, value: node }),
            (Kind::Map(entries), None) => {
                let Kind::Scalar(key) = node.kind else {
                    return Err(error_at(place, "a key is a text"));
                };
                if entries.iter().any(|entry| entry.key == key) {
                    return Err(error_at(place, &format!("the key `{key}` is there twice")));
                }
                self.key = Some(key);
            }
            (Kind::Scalar(_), _) => {}
        }
        Ok(())
    }
}

fn range(place: &Place) -> (u32, u32) {
    let range = place.byte_range().unwrap_or_default();
    let tag = place.tag_start().and_then(|tag| tag.byte_offset());
    (tag.unwrap_or(range.start) as u32, range.end as u32)
}

fn error_at(place: &Place, message: &str) -> SourceError {
    SourceError {
        message: message.to_string(),
        place: Some((place.start.line(), place.start.col() + 1)),
        file: None,
    }
}

/// The name of a tag of CloudFormation: `Ref` of `!Ref`
fn tag_name(tag: Option<&Tag>) -> Option<String> {
    let tag = tag.filter(|tag| !tag.is_yaml_core_schema())?;
    Some(tag.suffix().to_string())
}

/// A node with a short tag as the function that it is.
fn tagged(node: Node, tag: Option<String>, place: &Place) -> Result<Node, SourceError> {
    let Some(tag) = tag.filter(|tag| !tag.is_empty()) else {
        return Ok(node);
    };
    let key = match tag.as_str() {
        "Ref" | "Condition" => tag,
        "And" | "Base64" | "Cidr" | "Equals" | "FindInMap" | "GetAZs" | "GetAtt" | "If"
        | "ImportValue" | "Join" | "Length" | "Not" | "Or" | "Select" | "Split" | "Sub"
        | "ToJsonString" | "Transform" => format!("Fn::{tag}"),
        _ => {
            return Err(error_at(
                place,
                &format!("`!{tag}` is no function of CloudFormation"),
            ));
        }
    };
    Ok(Node {
        start: node.start,
        end: node.end,
        kind: Kind::Map(vec![Entry { key, value: node }]),
    })
}
