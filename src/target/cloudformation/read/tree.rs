//! A template as a tree: YAML and JSON alike, with the place of everything.
//!
//! Scalars stay text, since `012345678901` is an account and `22:22` no number. A short tag is the
//! function that it stands for: `!Sub x` is `{"Fn::Sub": "x"}`. What an alias repeats is shared, so
//! a tree is never larger than its text; and a tree is never deeper than [`DEEPEST`].

use super::error::TemplateError;
use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, Tag};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// How deep values can be nested, aliases included.
const DEEPEST: usize = 200;

/// A value of a template.
#[derive(Debug)]
pub(super) struct Node<'t> {
    /// Its first byte, and the byte after its last.
    pub(super) range: (usize, usize),
    pub(super) kind: Kind<'t>,
    /// How many levels are below it.
    height: usize,
}

#[derive(Debug)]
pub(super) enum Kind<'t> {
    /// `null`, or nothing.
    Null,
    /// `tcp`, `443`, `"443"`
    Text(Cow<'t, str>),
    List(Vec<Rc<Node<'t>>>),
    /// Each key once, in the order of the text.
    Map(Vec<Entry<'t>>),
}

/// A key with its value.
#[derive(Debug)]
pub(super) struct Entry<'t> {
    pub(super) key: Cow<'t, str>,
    /// The first byte of the key.
    pub(super) at: usize,
    pub(super) value: Rc<Node<'t>>,
}

impl<'t> Node<'t> {
    /// Its first byte.
    pub(super) fn at(&self) -> usize {
        self.range.0
    }

    /// Its text, if it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            Kind::Null | Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// Its entries; none if it is no map.
    pub(super) fn entries(&self) -> &[Entry<'t>] {
        match &self.kind {
            Kind::Map(entries) => entries,
            Kind::Null | Kind::Text(_) | Kind::List(_) => &[],
        }
    }

    /// The value of a key, where it is there and not null.
    pub(super) fn get(&self, key: &str) -> Option<&Node<'t>> {
        let entry = self.entries().iter().find(|entry| entry.key == key)?;
        let node = entry.value.as_ref();
        (!matches!(node.kind, Kind::Null)).then_some(node)
    }

    /// The function that it is, with its argument: `Ref`, `Fn::Sub`, `Condition`.
    pub(super) fn function(&self) -> Option<(&str, &Node<'t>)> {
        let [entry] = self.entries() else {
            return None;
        };
        let key = entry.key.as_ref();
        let is_function = key == "Ref" || key == "Condition" || key.starts_with("Fn::");
        is_function.then_some((key, entry.value.as_ref()))
    }

    /// What it is, in words.
    pub(super) fn what(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "nothing",
            Kind::Text(_) => "a text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "an object",
        }
    }
}

/// Reads the one document of a text.
pub(super) fn read_tree(text: &str) -> Result<Rc<Node<'_>>, TemplateError> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    let (mut builder, mut documents) = (TreeBuilder::default(), 0);

    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.map_err(|error| {
            let at = error.marker().byte_offset().unwrap_or_default();
            let message = match error.kind() {
                ErrorKind::RecursionLimitExceeded => TOO_DEEP.to_string(),
                _ => error.info(),
            };
            TemplateError::new(at, message)
        })?;
        let start = span.tag_start().unwrap_or(span.start);
        let range = [start, span.end].map(|marker| marker.byte_offset().unwrap_or_default());
        if let Event::DocumentStart(..) = event {
            documents += 1;
        }
        if documents > 1 {
            let message = "expected one template, found the start of another document";
            return Err(TemplateError::new(range[0], message));
        }
        builder.take(event, (range[0], range[1]))?;
    }
    builder
        .root
        .ok_or_else(|| TemplateError::new(0, "the file is empty"))
}

#[derive(Default)]
struct TreeBuilder<'t> {
    open: Vec<Open<'t>>,
    anchors: HashMap<usize, Rc<Node<'t>>>,
    root: Option<Rc<Node<'t>>>,
}

/// A list or a map that has not ended.
struct Open<'t> {
    start: usize,
    anchor: usize,
    function: Option<String>,
    content: Content<'t>,
}

enum Content<'t> {
    List(Vec<Rc<Node<'t>>>),
    Map {
        entries: Vec<Entry<'t>>,
        keys: HashSet<Cow<'t, str>>,
        /// The key whose value comes next.
        key: Option<(Cow<'t, str>, usize)>,
    },
}

impl<'t> TreeBuilder<'t> {
    fn take(&mut self, event: Event<'t>, range: (usize, usize)) -> Result<(), TemplateError> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let kind = scalar_kind(text, style, tag.is_some());
                let node = self.node(range, kind, function_of(tag), anchor);
                self.push(node)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.start(range.0, anchor, tag, Content::List(Vec::new()))
            }
            Event::MappingStart(_, anchor, tag) => {
                let content = Content::Map {
                    entries: Vec::new(),
                    keys: HashSet::new(),
                    key: None,
                };
                self.start(range.0, anchor, tag, content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(range.1),
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(node) => self.push(Rc::clone(node)),
                None => Err(TemplateError::new(range.0, "the alias is a part of itself")),
            },
            _ => Ok(()),
        }
    }

    fn start(
        &mut self,
        start: usize,
        anchor: usize,
        tag: Option<Cow<'t, Tag>>,
        content: Content<'t>,
    ) -> Result<(), TemplateError> {
        if self.open.len() >= DEEPEST {
            return Err(TemplateError::new(start, TOO_DEEP));
        }
        self.open.push(Open {
            start,
            anchor,
            function: function_of(tag),
            content,
        });
        Ok(())
    }

    fn end(&mut self, end: usize) -> Result<(), TemplateError> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let kind = match open.content {
            Content::List(items) => Kind::List(items),
            Content::Map { entries, .. } => Kind::Map(entries),
        };
        let range = (open.start, end.max(open.start));
        let node = self.node(range, kind, open.function, open.anchor);
        self.push(node)
    }

    /// A value, as the argument of the function of its tag.
    fn node(
        &mut self,
        range: (usize, usize),
        kind: Kind<'t>,
        function: Option<String>,
        anchor: usize,
    ) -> Rc<Node<'t>> {
        let mut node = plain_node(range, kind);
        if let Some(function) = function {
            let entry = Entry {
                key: function.into(),
                at: range.0,
                value: Rc::new(node),
            };
            node = plain_node(range, Kind::Map(vec![entry]));
        }
        let node = Rc::new(node);
        if anchor > 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        node
    }

    /// Puts a value where it belongs: into what is open, or at the root.
    fn push(&mut self, node: Rc<Node<'t>>) -> Result<(), TemplateError> {
        let at = node.at();
        if node.height + self.open.len() > DEEPEST {
            return Err(TemplateError::new(at, TOO_DEEP));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut open.content {
            Content::List(items) => items.push(node),
            Content::Map { entries, keys, key } => match key.take() {
                Some((key, at)) => entries.push(Entry {
                    key,
                    at,
                    value: node,
                }),
                None => *key = Some((new_key(&node, keys)?, at)),
            },
        }
        Ok(())
    }
}

const TOO_DEEP: &str = "the values are nested too deeply: more than 200 levels";

/// The key that a value is, which its map has not had yet.
fn new_key<'t>(
    node: &Node<'t>,
    keys: &mut HashSet<Cow<'t, str>>,
) -> Result<Cow<'t, str>, TemplateError> {
    let error = |message: String| Err(TemplateError::new(node.at(), message));
    let key = match &node.kind {
        Kind::Text(text) => text.clone(),
        Kind::Null => "null".into(),
        Kind::List(_) | Kind::Map(_) => {
            return error(format!("expected a key, found {}", node.what()));
        }
    };
    if key == "<<" {
        let message = "merge keys (`<<`) are no part of templates: write what they stand for";
        return error(message.to_string());
    }
    match keys.insert(key.clone()) {
        true => Ok(key),
        false => error(format!("the key `{key}` stands twice")),
    }
}

fn plain_node<'t>(range: (usize, usize), kind: Kind<'t>) -> Node<'t> {
    let below = |nodes: &mut dyn Iterator<Item = &Rc<Node<'t>>>| {
        nodes.map(|node| node.height + 1).max().unwrap_or_default()
    };
    let height = match &kind {
        Kind::Null | Kind::Text(_) => 0,
        Kind::List(items) => below(&mut items.iter()),
        Kind::Map(entries) => below(&mut entries.iter().map(|entry| &entry.value)),
    };
    Node {
        range,
        kind,
        height,
    }
}

fn scalar_kind(text: Cow<'_, str>, style: ScalarStyle, is_tagged: bool) -> Kind<'_> {
    if style != ScalarStyle::Plain || is_tagged {
        return Kind::Text(text);
    }
    match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        // a truth value, which CloudFormation writes as text in lower case
        "True" | "TRUE" => Kind::Text("true".into()),
        "False" | "FALSE" => Kind::Text("false".into()),
        _ => Kind::Text(text),
    }
}

/// The function that a tag stands for: `Fn::Sub` for `!Sub`; nothing for those of YAML.
fn function_of(tag: Option<Cow<'_, Tag>>) -> Option<String> {
    let tag = tag?;
    match (tag.handle(), tag.suffix()) {
        ("!", name @ ("Ref" | "Condition")) => Some(name.to_string()),
        ("!", name) if !name.is_empty() => Some(format!("Fn::{name}")),
        _ => None,
    }
}
