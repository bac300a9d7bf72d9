//! What was typed: names and literals with their places, nothing looked up.
//!
//! One type a statement. Comments stand beside the statements, by place, for whoever prints the
//! program back. Each type shows the text that produces it.

mod literal;

pub use literal::{Date, Name, Net, Ports, Text};

use crate::source::{FileId, Span};

/// A program: its entry file and everything that it includes, each once.
#[derive(Debug, Default)]
pub struct Program {
    /// The files, the entry first, then as they were first named.
    pub files: Vec<File>,
}

/// One parsed file.
#[derive(Debug)]
pub struct File {
    /// The file.
    pub id: FileId,
    /// Its statements, as they stand.
    pub statements: Vec<Statement>,
    /// Its comments, `#` to the end of the line, by place.
    pub comments: Vec<Span>,
    /// Names that statements declare which could not be read.
    pub broken: Vec<Span>,
    /// Whether a file that it includes is not known, so that a name that is not declared may be
    /// declared there.
    pub is_incomplete: bool,
}

impl File {
    /// A file with nothing in it.
    pub fn new(id: FileId) -> File {
        File {
            id,
            statements: Vec::new(),
            comments: Vec::new(),
            broken: Vec::new(),
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
    /// What it says.
    pub item: Item,
}

/// `@allow(template-limits, "two stacks from next year")`
#[derive(Debug)]
pub struct Annotation {
    /// All of it.
    pub span: Span,
    /// `template-limits`
    pub lint: Name,
    /// `"two stacks from next year"`
    pub reason: Option<Text>,
}

/// The kinds of statement.
#[derive(Debug)]
pub enum Item {
    /// `stack shop "Web shop" { … }`
    Stack(Stack),
    /// `include "network.tier"`
    Include(Text),
    /// `param office : cidr = 203.0.113.0/24`
    Param(Param),
    /// `vpc main { cidr = 10.0.0.0/16 }`
    Vpc(Vpc),
    /// `peer main with tools`
    Peering(Peering),
    /// `network office = 203.0.113.0/24`
    Network(Network),
    /// `external partner = "sg-0123456789abcdef0" in account "123456789012"`
    External(External),
    /// `prefix-list s3 = "com.amazonaws.region.s3"`
    PrefixList(PrefixList),
    /// `service app = tcp 8080`
    Service(ServiceDeclaration),
    /// `tier web is web-server`
    Tier(Tier),
    /// `tiers backends = app, worker`
    TierSet(TierSet),
    /// `web allows https from anywhere`
    Rule(Rule),
    /// `assert internet cannot reach db`
    Assertion(Assertion),
}

/// `stack shop was store "Web shop" { outbound = closed }`
#[derive(Debug)]
pub struct Stack {
    /// `shop`
    pub name: Name,
    /// `was store`: earlier names, newest first.
    pub was: Vec<Name>,
    /// `"Web shop"`
    pub prose: Option<Text>,
    /// `{ outbound = closed }`
    pub block: Option<Block>,
}

/// `param office : cidr = 203.0.113.0/24 "our office"`
#[derive(Debug)]
pub struct Param {
    /// `office`
    pub name: Name,
    /// `cidr`
    pub kind: Name,
    /// `203.0.113.0/24`
    pub default: Option<Value>,
    /// `"our office"`
    pub prose: Option<Text>,
}

/// `vpc main { cidr = 10.0.0.0/16 }`
#[derive(Debug)]
pub struct Vpc {
    /// `main`
    pub name: Name,
    /// `{ cidr = 10.0.0.0/16 }`
    pub block: Block,
}

/// `peer main with tools`
#[derive(Debug)]
pub struct Peering {
    /// `main`
    pub a: Name,
    /// `tools`
    pub b: Name,
}

/// `network office = 203.0.113.0/24 except 203.0.113.9 "our office"`
#[derive(Debug)]
pub struct Network {
    /// `office`
    pub name: Name,
    /// `203.0.113.0/24`
    pub members: Vec<NetItem>,
    /// `203.0.113.9`
    pub except: Vec<NetItem>,
    /// `"our office"`
    pub prose: Option<Text>,
}

/// `external partner = "sg-0123456789abcdef0" in account "123456789012" "their proxy"`
#[derive(Debug)]
pub struct External {
    /// `partner`
    pub name: Name,
    /// `"sg-0123456789abcdef0"`
    pub id: Text,
    /// `"123456789012"`
    pub account: Option<Text>,
    /// `"their proxy"`
    pub prose: Option<Text>,
}

/// `prefix-list s3 = "com.amazonaws.region.s3" { entries = 1 } "object storage"`
#[derive(Debug)]
pub struct PrefixList {
    /// `s3`
    pub name: Name,
    /// `"com.amazonaws.region.s3"`
    pub id: Text,
    /// `{ entries = 1 }`
    pub block: Option<Block>,
    /// `"object storage"`
    pub prose: Option<Text>,
}

/// `service app = tcp 8080, 8443 "the shop"`
#[derive(Debug)]
pub struct ServiceDeclaration {
    /// `app`
    pub name: Name,
    /// `tcp 8080, 8443`
    pub members: Vec<Service>,
    /// `"the shop"`
    pub prose: Option<Text>,
}

/// `tier web, www is web-server was front "public" { outbound = closed }`
#[derive(Debug)]
pub struct Tier {
    /// `web, www`
    pub names: Vec<Name>,
    /// `web-server`
    pub role: Option<Name>,
    /// `front`: earlier names, newest first.
    pub was: Vec<Name>,
    /// `"public"`
    pub prose: Option<Text>,
    /// `{ outbound = closed }`
    pub block: Option<Block>,
}

/// `tiers backends = app, worker "everything behind web"`
#[derive(Debug)]
pub struct TierSet {
    /// `backends`
    pub name: Name,
    /// `app, worker`
    pub members: Vec<Name>,
    /// `"everything behind web"`
    pub prose: Option<Text>,
}

/// `web allows https from anywhere except 198.51.100.0/24 until 2026-12-31 "campaign"`
#[derive(Debug)]
pub struct Rule {
    /// `web`
    pub subjects: Vec<Name>,
    /// `https`
    pub services: Vec<Service>,
    /// `from`
    pub way: Way,
    /// `anywhere`
    pub peers: Vec<Peer>,
    /// `198.51.100.0/24`
    pub except: Vec<NetItem>,
    /// `2026-12-31`
    pub until: Option<Date>,
    /// `"campaign"`
    pub prose: Option<Text>,
}

/// Which way a sentence points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// `allows … from`
    From,
    /// `allows … to`
    To,
}

/// `assert internet cannot reach db on mysql`
#[derive(Debug)]
pub struct Assertion {
    /// What is asserted.
    pub claim: Claim,
    /// `internet`
    pub from: Vec<End>,
    /// `db`
    pub to: Vec<End>,
    /// `mysql`; empty when there is no `on`.
    pub services: Vec<Service>,
}

/// The forms of assertion.
#[derive(Debug)]
pub enum Claim {
    /// `assert app can reach db`
    Can,
    /// `assert app can reach db only through proxy`
    OnlyThrough(Vec<Name>),
    /// `assert internet cannot reach db`
    Cannot,
    /// `assert only app can reach db`
    Only,
}

/// One item of a list of services.
#[derive(Debug, Clone, Copy)]
pub enum Service {
    /// `https`
    Name(Name),
    /// `all`
    All(Span),
    /// `tcp 80-90`, `tcp`, or the bare port that continues a list (`443` after `tcp 80,`)
    Tcp(Span, Ports),
    /// `udp 53`
    Udp(Span, Ports),
    /// `icmp echo-request`, `icmp 3/4`, `icmp`
    Icmp(Span, IcmpType),
    /// `icmpv6 packet-too-big`, `icmpv6 128`, `icmpv6`
    Icmpv6(Span, IcmpType),
    /// `proto 50`
    Proto(Span, u8),
}

/// What stands after `icmp` or `icmpv6`.
#[derive(Debug, Clone, Copy)]
pub enum IcmpType {
    /// Nothing: every type.
    Any,
    /// `echo-request`
    Name(Name),
    /// `3/4`, or `8` for all codes of a type
    Number(u8, Option<u8>),
}

/// One item of a list of networks.
#[derive(Debug, Clone, Copy)]
pub enum NetItem {
    /// `10.0.0.0/8`
    Net(Net),
    /// `office`
    Name(Name),
    /// `vpc main`
    Vpc(Span, Name),
}

/// One item of a list of peers.
#[derive(Debug, Clone, Copy)]
pub enum Peer {
    /// `web`, `office`, `anywhere`
    Name(Name),
    /// `10.0.0.0/8`
    Net(Net),
    /// `itself`
    Itself(Span),
    /// `vpc main`
    Vpc(Span, Name),
}

/// One end of an assertion: `web`, `internet`, `10.0.0.0/8`, `vpc main`.
pub type End = NetItem;

/// `{ outbound = closed, tags = { team = "shop" } }`
#[derive(Debug)]
pub struct Block {
    /// From brace to brace.
    pub span: Span,
    /// What stands in it.
    pub entries: Vec<Entry>,
}

/// `outbound = closed`
#[derive(Debug)]
pub struct Entry {
    /// `outbound`
    pub key: Key,
    /// `closed`
    pub value: Value,
}

/// The key of an entry.
#[derive(Debug)]
pub enum Key {
    /// `outbound`
    Name(Name),
    /// `"cost centre"`
    Text(Text),
}

/// The value of an entry, or the default of a parameter.
#[derive(Debug)]
pub enum Value {
    /// `"vpc-0123456789abcdef0"`
    Text(Text),
    /// `60`
    Number(Span, u64),
    /// `closed`
    Name(Name),
    /// `10.0.0.0/16`
    Net(Net),
    /// `[10.0.0.0/16, 10.1.0.0/16]`
    List(Span, Vec<Value>),
    /// `{ team = "shop" }`
    Block(Block),
}

impl Service {
    /// The place of the item.
    pub fn span(&self) -> Span {
        match self {
            Service::Name(name) => name.span,
            Service::All(span)
            | Service::Tcp(span, _)
            | Service::Udp(span, _)
            | Service::Icmp(span, _)
            | Service::Icmpv6(span, _)
            | Service::Proto(span, _) => *span,
        }
    }
}

impl NetItem {
    /// The place of the item.
    pub fn span(&self) -> Span {
        match self {
            NetItem::Net(net) => net.span,
            NetItem::Name(name) => name.span,
            NetItem::Vpc(span, _) => *span,
        }
    }
}

impl Peer {
    /// The place of the item.
    pub fn span(&self) -> Span {
        match self {
            Peer::Name(name) => name.span,
            Peer::Net(net) => net.span,
            Peer::Itself(span) | Peer::Vpc(span, _) => *span,
        }
    }
}

impl Key {
    /// The place of the key.
    pub fn span(&self) -> Span {
        match self {
            Key::Name(name) => name.span,
            Key::Text(text) => text.span,
        }
    }
}

impl Value {
    /// The values of a list; any other value is a list of one.
    pub fn items(&self) -> &[Value] {
        match self {
            Value::List(_, values) => values,
            Value::Text(_)
            | Value::Number(..)
            | Value::Name(_)
            | Value::Net(_)
            | Value::Block(_) => std::slice::from_ref(self),
        }
    }

    /// The place of the value.
    pub fn span(&self) -> Span {
        match self {
            Value::Text(text) => text.span,
            Value::Number(span, _) | Value::List(span, _) => *span,
            Value::Name(name) => name.span,
            Value::Net(net) => net.span,
            Value::Block(block) => block.span,
        }
    }
}
