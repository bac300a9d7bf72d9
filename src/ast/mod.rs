//! What was typed: names and literals with their places, nothing looked up.
//!
//! One type a statement. Comments stand beside the statements, by place, for whoever prints the
//! program back. Each type shows the text that produces it.

mod literal;

pub use literal::{DateLiteral, Name, Net, Ports, StringLiteral};

use crate::source::{FileId, Span};

/// A program: its entry file and everything that it includes, each once.
#[derive(Debug, Default)]
pub struct ProgramTree {
    /// The files, the entry first, then as they were first named.
    pub files: Vec<FileTree>,
}

/// One parsed file.
#[derive(Debug)]
pub struct FileTree {
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

impl FileTree {
    /// A file with nothing in it.
    pub fn new(id: FileId) -> FileTree {
        FileTree {
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
    pub reason: Option<StringLiteral>,
}

/// The kinds of statement.
#[derive(Debug)]
pub enum Item {
    /// `stack shop "Web shop" { … }`
    Stack(StackDeclaration),
    /// `include "network.tier"`
    Include(StringLiteral),
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

/// `stack shop was store "Web shop" { outbound = closed }`
#[derive(Debug)]
pub struct StackDeclaration {
    /// `shop`
    pub name: Name,
    /// `was store`: earlier names, newest first.
    pub was: Vec<Name>,
    /// `"Web shop"`
    pub prose: Option<StringLiteral>,
    /// `{ outbound = closed }`
    pub block: Option<Block>,
}

/// `param office : cidr = 203.0.113.0/24 "our office"`
#[derive(Debug)]
pub struct ParamDeclaration {
    /// `office`
    pub name: Name,
    /// `cidr`
    pub kind: Name,
    /// `203.0.113.0/24`
    pub default: Option<EntryValue>,
    /// `"our office"`
    pub prose: Option<StringLiteral>,
}

/// `vpc main { cidr = 10.0.0.0/16 }`
#[derive(Debug)]
pub struct VpcDeclaration {
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
pub struct NetworkDeclaration {
    /// `office`
    pub name: Name,
    /// `203.0.113.0/24`
    pub members: Vec<NetItem>,
    /// `203.0.113.9`
    pub except: Vec<NetItem>,
    /// `"our office"`
    pub prose: Option<StringLiteral>,
}

/// `external partner = "sg-0123456789abcdef0" in account "123456789012" "their proxy"`
#[derive(Debug)]
pub struct ExternalDeclaration {
    /// `partner`
    pub name: Name,
    /// `"sg-0123456789abcdef0"`
    pub id: StringLiteral,
    /// `"123456789012"`
    pub account: Option<StringLiteral>,
    /// `"their proxy"`
    pub prose: Option<StringLiteral>,
}

/// `prefix-list s3 = "com.amazonaws.region.s3" { entries = 1 } "object storage"`
#[derive(Debug)]
pub struct PrefixListDeclaration {
    /// `s3`
    pub name: Name,
    /// `"com.amazonaws.region.s3"`
    pub id: StringLiteral,
    /// `{ entries = 1 }`
    pub block: Option<Block>,
    /// `"object storage"`
    pub prose: Option<StringLiteral>,
}

/// `service app = tcp 8080, 8443 "the shop"`, `service ad = tcp 88 "Kerberos", udp 389 "LDAP"`
#[derive(Debug)]
pub struct ServiceDeclaration {
    /// `app`
    pub name: Name,
    /// `tcp 8080, 8443`
    pub members: Vec<ServiceItem>,
    /// `"Kerberos"`, `"LDAP"`: texts of members, by their positions.
    pub texts: Vec<(usize, StringLiteral)>,
    /// `"the shop"`
    pub prose: Option<StringLiteral>,
}

/// `tier web, www is web-server was front "public" { outbound = closed }`
#[derive(Debug)]
pub struct TierDeclaration {
    /// `web, www`
    pub names: Vec<Name>,
    /// `web-server`
    pub role: Option<Name>,
    /// `front`: earlier names, newest first.
    pub was: Vec<Name>,
    /// `"public"`
    pub prose: Option<StringLiteral>,
    /// `{ outbound = closed }`
    pub block: Option<Block>,
}

/// `tiers backends = app, worker "everything behind web"`
#[derive(Debug)]
pub struct TierSetDeclaration {
    /// `backends`
    pub name: Name,
    /// `app, worker`
    pub members: Vec<Name>,
    /// `"everything behind web"`
    pub prose: Option<StringLiteral>,
}

/// `web allows https from anywhere except 198.51.100.0/24 until 2026-12-31 "campaign"`
#[derive(Debug)]
pub struct Rule {
    /// `web`
    pub subjects: Vec<Name>,
    /// `https`
    pub services: Vec<ServiceItem>,
    /// `from`
    pub way: Way,
    /// `anywhere`
    pub peers: Vec<PeerItem>,
    /// `198.51.100.0/24`
    pub except: Vec<NetItem>,
    /// `2026-12-31`
    pub until: Option<DateLiteral>,
    /// `"campaign"`
    pub prose: Option<StringLiteral>,
    /// `outbound "campaign, sent"`: the text of its outbound rules.
    pub outbound: Option<Box<StringLiteral>>,
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
pub struct AssertionStatement {
    /// What is asserted.
    pub claim: ClaimForm,
    /// `internet`
    pub from: Vec<NetItem>,
    /// `db`
    pub to: Vec<NetItem>,
    /// `mysql`; empty when there is no `on`.
    pub services: Vec<ServiceItem>,
}

/// The forms of assertion.
#[derive(Debug)]
pub enum ClaimForm {
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
pub enum ServiceItem {
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
pub enum PeerItem {
    /// `web`, `office`, `anywhere`
    Name(Name),
    /// `10.0.0.0/8`
    Net(Net),
    /// `itself`
    Itself(Span),
    /// `vpc main`
    Vpc(Span, Name),
}

/// `{ outbound = closed, tags = { team = "shop" } }`
#[derive(Debug)]
pub struct Block {
    /// From brace to brace.
    pub span: Span,
    /// What stands in it.
    pub entries: Vec<BlockEntry>,
}

/// `outbound = closed`
#[derive(Debug)]
pub struct BlockEntry {
    /// `outbound`
    pub key: EntryKey,
    /// `closed`
    pub value: EntryValue,
}

/// The key of an entry.
#[derive(Debug)]
pub enum EntryKey {
    /// `outbound`
    Name(Name),
    /// `"cost centre"`
    Text(StringLiteral),
}

/// The value of an entry, or the default of a parameter.
#[derive(Debug)]
pub enum EntryValue {
    /// `"vpc-0123456789abcdef0"`
    Text(StringLiteral),
    /// `60`
    Number(Span, u64),
    /// `closed`
    Name(Name),
    /// `10.0.0.0/16`
    Net(Net),
    /// `[10.0.0.0/16, 10.1.0.0/16]`
    List(Span, Vec<EntryValue>),
    /// `{ team = "shop" }`
    Block(Block),
}

impl ServiceItem {
    /// The place of the item.
    pub fn span(&self) -> Span {
        match self {
            ServiceItem::Name(name) => name.span,
            ServiceItem::All(span)
            | ServiceItem::Tcp(span, _)
            | ServiceItem::Udp(span, _)
            | ServiceItem::Icmp(span, _)
            | ServiceItem::Icmpv6(span, _)
            | ServiceItem::Proto(span, _) => *span,
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

impl PeerItem {
    /// The place of the item.
    pub fn span(&self) -> Span {
        match self {
            PeerItem::Name(name) => name.span,
            PeerItem::Net(net) => net.span,
            PeerItem::Itself(span) | PeerItem::Vpc(span, _) => *span,
        }
    }
}

impl EntryKey {
    /// The place of the key.
    pub fn span(&self) -> Span {
        match self {
            EntryKey::Name(name) => name.span,
            EntryKey::Text(text) => text.span,
        }
    }
}

impl EntryValue {
    /// The values of a list; any other value is a list of one.
    pub fn items(&self) -> &[EntryValue] {
        match self {
            EntryValue::List(_, values) => values,
            EntryValue::Text(_)
            | EntryValue::Number(..)
            | EntryValue::Name(_)
            | EntryValue::Net(_)
            | EntryValue::Block(_) => std::slice::from_ref(self),
        }
    }

    /// The place of the value.
    pub fn span(&self) -> Span {
        match self {
            EntryValue::Text(text) => text.span,
            EntryValue::Number(span, _) | EntryValue::List(span, _) => *span,
            EntryValue::Name(name) => name.span,
            EntryValue::Net(net) => net.span,
            EntryValue::Block(block) => block.span,
        }
    }
}
