//! The syntax tree: names and literals with their spans, before any lookup.
//!
//! One type per statement. Comments are listed separately, by position, for the formatter. Each
//! type shows the text that produces it.

mod block;
mod declaration;
mod literal;
mod sentence;
mod visit;

pub use block::{Block, BlockEntry, EntryKey, EntryValue};
pub use declaration::*;
pub use sentence::*;

pub use literal::{DateLiteral, Name, Net, PortEnd, Ports, StringLiteral, StringPart};

use crate::source::{FileId, Sources, Span};

/// A program: its entry file and everything that it includes, each once.
#[derive(Debug, Default)]
pub struct ProgramTree {
    /// The files: the entry, then in the order in which they are first included.
    pub files: Vec<FileTree>,
}

impl ProgramTree {
    /// Whether an unparsable statement probably has this keyword.
    pub fn has_broken(&self, keyword: &str) -> bool {
        let mut files = self.files.iter();
        files.any(|file| file.broken_keywords.contains(&keyword))
    }
}

/// One parsed file.
#[derive(Debug)]
pub struct FileTree {
    /// The file.
    pub id: FileId,
    /// Its statements, in source order.
    pub statements: Vec<Statement>,
    /// Statements that do not apply in the environment that was chosen.
    pub absent: Vec<Statement>,
    /// Its comments, `#` to the end of the line, by position.
    pub comments: Vec<Span>,
    /// Names that unparsable statements probably declare.
    pub broken: Vec<Span>,
    /// The keywords of unparsable statements: `stack`, `environments`
    pub broken_keywords: Vec<&'static str>,
    /// Whether statements or an included file are unknown, which may declare any name.
    pub is_incomplete: bool,
}

impl FileTree {
    /// An empty file.
    pub fn new(id: FileId) -> FileTree {
        FileTree {
            id,
            statements: Vec::new(),
            absent: Vec::new(),
            comments: Vec::new(),
            broken: Vec::new(),
            broken_keywords: Vec::new(),
            is_incomplete: false,
        }
    }
}

/// A statement with the annotations on the lines before it.
#[derive(Debug)]
pub struct Statement {
    /// From its first to its last character, without annotations.
    pub span: Span,
    /// `@allow(…)` lines before it.
    pub annotations: Vec<Annotation>,
    /// `only in staging`
    pub only_in: Option<Box<OnlyIn>>,
    /// Its content.
    pub item: Item,
}

/// `only in staging, production`: the environments in which a statement applies.
#[derive(Debug)]
pub struct OnlyIn {
    /// All of it.
    pub span: Span,
    /// `staging, production`
    pub names: Vec<Name>,
}

/// `@allow(template-limits, "two stacks from next year")`
#[derive(Debug)]
pub struct Annotation {
    /// Its span.
    pub span: Span,
    /// `template-limits`
    pub lint: Name,
    /// `"two stacks from next year"`
    pub reason: Option<StringLiteral>,
}

/// The kinds of statement.
#[derive(Debug)]
pub enum Item {
    /// `stack shop "Web shop" { … }`
    Stack(StackDeclaration),
    /// `include "network.tier"`
    Include(StringLiteral),
    /// `environments production, staging`
    Environments(Vec<Name>),
    /// `param office : cidr = 203.0.113.0/24`
    Param(ParamDeclaration),
    /// `vpc main { cidr = 10.0.0.0/16 }`
    Vpc(VpcDeclaration),
    /// `peer main with tools`
    Peering(Peering),
    /// `network office = 203.0.113.0/24`
    Network(NetworkDeclaration),
    /// `external partner = "sg-0123456789abcdef0" in account "123456789012"`
    External(ExternalDeclaration),
    /// `prefix-list s3 = "com.amazonaws.region.s3"`
    PrefixList(PrefixListDeclaration),
    /// `service app = tcp 8080`
    Service(ServiceDeclaration),
    /// `tier web is web-server`
    Tier(TierDeclaration),
    /// `tiers backends = app, worker`
    TierSet(TierSetDeclaration),
    /// `web allows https from anywhere`
    Rule(Rule),
    /// `assert internet cannot reach db`
    Assertion(AssertionStatement),
}

impl Statement {
    /// Whether it applies in an environment: it is `only in` that one, or says nothing of
    /// environments.
    pub fn applies_in(&self, sources: &Sources, environment: &str) -> bool {
        let is_named = |name: &Name| sources.text(name.span) == environment;
        let only_in = self.only_in.as_ref();
        only_in.is_none_or(|only_in| only_in.names.iter().any(is_named))
    }
}
