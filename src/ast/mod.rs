//! The syntax tree: names and literals with their spans, before any lookup.
//!
//! One type per statement. Comments are listed separately, by position, for the formatter. Each
//! type shows the text that produces it.

mod literal;

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
    /// `{ terraform = "module.net.office" }`
    pub block: Option<Block>,
}

/// `vpc main { cidr = 10.0.0.0/16 }`
#[derive(Debug)]
pub struct VpcDeclaration {
    /// `main`
    pub name: Name,
    /// `{ cidr = 10.0.0.0/16 }`
    pub block: Block,
}

/// `peer main with tools over transit-gateway`
#[derive(Debug)]
pub struct Peering {
    /// `main`
    pub a: Name,
    /// `tools`
    pub b: Name,
    /// `over transit-gateway`
    pub gateway: Option<Span>,
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
    pub list: ListSource,
    /// `{ entries = 1 }`
    pub block: Option<Block>,
    /// `"object storage"`
    pub prose: Option<StringLiteral>,
}

/// Which list a prefix list is.
#[derive(Debug)]
pub enum ListSource {
    /// `"com.amazonaws.region.s3"`: one that exists.
    Existing(StringLiteral),
    /// `203.0.113.0/24, branch`: one that the program makes.
    Made(Vec<NetItem>),
}

impl ListSource {
    /// The id of a list that exists.
    pub fn id(&self) -> Option<&StringLiteral> {
        match self {
            ListSource::Existing(id) => Some(id),
            ListSource::Made(_) => None,
        }
    }

    /// The entries of a list that the program makes.
    pub fn members(&self) -> &[NetItem] {
        match self {
            ListSource::Existing(_) => &[],
            ListSource::Made(members) => members,
        }
    }

    /// Its last part.
    pub fn last_span(&self) -> Option<Span> {
        match self {
            ListSource::Existing(id) => Some(id.span),
            ListSource::Made(members) => members.last().map(NetItem::span),
        }
    }
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

/// `tier web, www is web-server also management was front "public" { outbound = closed }`
#[derive(Debug)]
pub struct TierDeclaration {
    /// `web, www`
    pub names: Vec<Name>,
    /// `web-server`
    pub role: Option<Name>,
    /// `management`: tiers and sets whose groups the members carry too.
    pub also: Vec<Name>,
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
    pub members: TierList,
    /// `"everything behind web"`
    pub prose: Option<StringLiteral>,
}

/// `web allows https from anywhere except 198.51.100.0/24 until 2026-12-31 "campaign" { … }`
#[derive(Debug)]
pub struct Rule {
    /// `web`
    pub subjects: TierList,
    /// `allows`
    pub verb: Verb,
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
    /// `{ tags = { owner = "edge" } }`
    pub block: Option<Box<Block>>,
}

/// `web, every database except archive`
#[derive(Debug, Default)]
pub struct TierList {
    /// `web, every database`
    pub items: Vec<TierItem>,
    /// `archive`
    pub except: Vec<TierItem>,
}

/// One item of a list of tiers.
#[derive(Debug, Clone, Copy)]
pub enum TierItem {
    /// `web`
    Name(Name),
    /// `every database`
    Every(Every),
}

/// `every tier`, `every database in vpc main`
#[derive(Debug, Clone, Copy)]
pub struct Every {
    /// Where `every` starts.
    pub start: u32,
    /// `tier`, or the role `database`
    pub kind: Name,
    /// `main`
    pub vpc: Option<Name>,
}

/// `office, every tier except web`
#[derive(Debug, Default)]
pub struct EndList {
    /// `office, every tier`
    pub items: Vec<NetItem>,
    /// `web`
    pub except: Vec<NetItem>,
}

/// What a sentence says of its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// `allows`, `allow`
    Allows,
    /// `accepts`, `accept`: stands before `from`
    Accepts,
    /// `sends`, `send`: stands before `to`
    Sends,
}

/// The direction of a sentence.
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
    /// The form of the assertion.
    pub claim: ClaimForm,
    /// `internet`
    pub from: EndList,
    /// `db`
    pub to: EndList,
    /// `mysql`; empty without `on`.
    pub services: Vec<ServiceItem>,
}

/// The forms of assertion.
#[derive(Debug)]
pub enum ClaimForm {
    /// `assert app can reach db`
    Can,
    /// `assert app can reach db only through proxy`
    OnlyThrough(TierList),
    /// `assert internet cannot reach db`
    Cannot,
    /// `assert only app can reach db`
    Only,
}

/// A protocol that has ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// `tcp`
    Tcp,
    /// `udp`
    Udp,
}

/// One item of a list of services.
#[derive(Debug, Clone, Copy)]
pub enum ServiceItem {
    /// `https`
    Name(Name),
    /// A name that continues a list of ports: that of a port (`app-port` after `tcp 80,`), or of a
    /// service (`https` after `tcp 80,`).
    NameAfterPort(Transport, Name),
    /// The port that continues a list after such a name: `443` after `tcp 80, app-port,`
    PortAfterName(Transport, Span, Ports),
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

/// The type after `icmp` or `icmpv6`.
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
    /// `every database`
    Every(Every),
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
    /// `every database`
    Every(Every),
}

/// `{ outbound = closed, tags = { team = "shop" } }`
#[derive(Debug)]
pub struct Block {
    /// From brace to brace.
    pub span: Span,
    /// Its entries.
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
    /// `import "network-VpcId"`
    Source(Name, StringLiteral),
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

impl Item {
    /// The names that a statement declares.
    pub fn declared_names(&self) -> &[Name] {
        match self {
            Item::Param(param) => std::slice::from_ref(&param.name),
            Item::Vpc(vpc) => std::slice::from_ref(&vpc.name),
            Item::Network(network) => std::slice::from_ref(&network.name),
            Item::External(external) => std::slice::from_ref(&external.name),
            Item::PrefixList(list) => std::slice::from_ref(&list.name),
            Item::Service(service) => std::slice::from_ref(&service.name),
            Item::Tier(tier) => &tier.names,
            Item::TierSet(set) => std::slice::from_ref(&set.name),
            Item::Stack(_)
            | Item::Include(_)
            | Item::Environments(_)
            | Item::Peering(_)
            | Item::Rule(_)
            | Item::Assertion(_) => &[],
        }
    }

    /// Visits the names of declarations that a statement uses.
    pub fn visit_used_names(&self, visit: &mut impl FnMut(Name)) {
        match self {
            Item::Stack(stack) => visit_block_names(stack.block.as_ref(), visit),
            Item::Vpc(vpc) => visit_block_names(Some(&vpc.block), visit),
            Item::Peering(peering) => [peering.a, peering.b].into_iter().for_each(visit),
            Item::Network(network) => {
                visit_net_names(&network.members, visit);
                visit_net_names(&network.except, visit);
            }
            Item::PrefixList(list) => {
                visit_net_names(list.list.members(), visit);
                visit_block_names(list.block.as_ref(), visit);
            }
            Item::Service(service) => visit_service_names(&service.members, visit),
            Item::Tier(tier) => {
                tier.also.iter().copied().for_each(&mut *visit);
                visit_block_names(tier.block.as_ref(), visit);
            }
            Item::TierSet(set) => set.members.visit_names(visit),
            Item::Rule(rule) => rule.visit_used_names(visit),
            Item::Assertion(assertion) => assertion.visit_used_names(visit),
            Item::Include(_) | Item::Environments(_) | Item::Param(_) | Item::External(_) => {}
        }
    }

    /// Visits the strings of a statement that can have parameters in them.
    pub fn visit_strings(&self, visit: &mut impl FnMut(&StringLiteral)) {
        let (prose, block) = match self {
            Item::Stack(stack) => (&stack.prose, stack.block.as_ref()),
            Item::Param(param) => (&param.prose, param.block.as_ref()),
            Item::Network(network) => (&network.prose, None),
            Item::External(external) => (&external.prose, None),
            Item::PrefixList(list) => (&list.prose, list.block.as_ref()),
            Item::Service(service) => (&service.prose, None),
            Item::Tier(tier) => (&tier.prose, tier.block.as_ref()),
            Item::TierSet(set) => (&set.prose, None),
            Item::Rule(rule) => {
                rule.outbound.iter().for_each(|text| visit(text));
                (&rule.prose, rule.block.as_deref())
            }
            Item::Vpc(_)
            | Item::Peering(_)
            | Item::Assertion(_)
            | Item::Include(_)
            | Item::Environments(_) => return,
        };
        prose.iter().for_each(&mut *visit);
        block
            .into_iter()
            .for_each(|block| visit_block_strings(block, visit));
    }
}

/// Blocks do not nest deeper than `tags` in a block.
fn visit_block_strings(block: &Block, visit: &mut impl FnMut(&StringLiteral)) {
    for entry in &block.entries {
        match &entry.value {
            EntryValue::Text(text) | EntryValue::Source(_, text) => visit(text),
            EntryValue::Block(block) => visit_block_strings(block, visit),
            EntryValue::Number(..)
            | EntryValue::Name(_)
            | EntryValue::Net(_)
            | EntryValue::List(..) => {}
        }
    }
}

impl Rule {
    fn visit_used_names(&self, visit: &mut impl FnMut(Name)) {
        self.subjects.visit_names(visit);
        visit_service_names(&self.services, visit);
        for peer in &self.peers {
            match peer {
                PeerItem::Name(name) | PeerItem::Vpc(_, name) => visit(*name),
                PeerItem::Every(every) => every.vpc.into_iter().for_each(&mut *visit),
                PeerItem::Net(_) | PeerItem::Itself(_) => {}
            }
        }
        visit_net_names(&self.except, visit);
    }
}

impl AssertionStatement {
    fn visit_used_names(&self, visit: &mut impl FnMut(Name)) {
        for ends in [&self.from, &self.to] {
            visit_net_names(&ends.items, visit);
            visit_net_names(&ends.except, visit);
        }
        visit_service_names(&self.services, visit);
        if let ClaimForm::OnlyThrough(tiers) = &self.claim {
            tiers.visit_names(visit);
        }
    }
}

fn visit_net_names(nets: &[NetItem], visit: &mut impl FnMut(Name)) {
    for net in nets {
        match net {
            NetItem::Name(name) | NetItem::Vpc(_, name) => visit(*name),
            NetItem::Every(every) => every.vpc.into_iter().for_each(&mut *visit),
            NetItem::Net(_) => {}
        }
    }
}

fn visit_service_names(services: &[ServiceItem], visit: &mut impl FnMut(Name)) {
    for service in services {
        match service {
            ServiceItem::Name(name) | ServiceItem::NameAfterPort(_, name) => visit(*name),
            ServiceItem::Tcp(span, ports)
            | ServiceItem::Udp(span, ports)
            | ServiceItem::PortAfterName(_, span, ports) => {
                ports.names(span.file).for_each(&mut *visit);
            }
            ServiceItem::All(_)
            | ServiceItem::Icmp(..)
            | ServiceItem::Icmpv6(..)
            | ServiceItem::Proto(..) => {}
        }
    }
}

fn visit_block_names(block: Option<&Block>, visit: &mut impl FnMut(Name)) {
    let entries = block.into_iter().flat_map(|block| &block.entries);
    for value in entries.flat_map(|entry| entry.value.items()) {
        if let EntryValue::Name(name) = value {
            visit(*name);
        }
    }
}

impl Transport {
    /// Its ports as an item of a list of services.
    pub fn item(self, span: Span, ports: Ports) -> ServiceItem {
        match self {
            Transport::Tcp => ServiceItem::Tcp(span, ports),
            Transport::Udp => ServiceItem::Udp(span, ports),
        }
    }
}

impl ServiceItem {
    /// The span of the item.
    pub fn span(&self) -> Span {
        match self {
            ServiceItem::Name(name) | ServiceItem::NameAfterPort(_, name) => name.span,
            ServiceItem::All(span)
            | ServiceItem::PortAfterName(_, span, _)
            | ServiceItem::Tcp(span, _)
            | ServiceItem::Udp(span, _)
            | ServiceItem::Icmp(span, _)
            | ServiceItem::Icmpv6(span, _)
            | ServiceItem::Proto(span, _) => *span,
        }
    }
}

impl Every {
    /// The place of the item.
    pub fn span(&self) -> Span {
        let last = self.vpc.unwrap_or(self.kind).span;
        Span {
            start: self.start,
            ..last
        }
    }
}

impl TierItem {
    /// The place of the item.
    pub fn span(&self) -> Span {
        match self {
            TierItem::Name(name) => name.span,
            TierItem::Every(every) => every.span(),
        }
    }
}

impl TierList {
    fn visit_names(&self, visit: &mut impl FnMut(Name)) {
        for item in self.items.iter().chain(&self.except) {
            match item {
                TierItem::Name(name) => visit(*name),
                TierItem::Every(every) => every.vpc.into_iter().for_each(&mut *visit),
            }
        }
    }

    /// The last of what is written.
    pub fn last(&self) -> Option<&TierItem> {
        self.except.last().or(self.items.last())
    }
}

impl NetItem {
    /// The span of the item.
    pub fn span(&self) -> Span {
        match self {
            NetItem::Net(net) => net.span,
            NetItem::Name(name) => name.span,
            NetItem::Vpc(span, _) => *span,
            NetItem::Every(every) => every.span(),
        }
    }
}

impl PeerItem {
    /// The span of the item.
    pub fn span(&self) -> Span {
        match self {
            PeerItem::Name(name) => name.span,
            PeerItem::Net(net) => net.span,
            PeerItem::Itself(span) | PeerItem::Vpc(span, _) => *span,
            PeerItem::Every(every) => every.span(),
        }
    }
}

impl EntryKey {
    /// The span of the key.
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
            | EntryValue::Block(_)
            | EntryValue::Source(..) => std::slice::from_ref(self),
        }
    }

    /// The span of the value.
    pub fn span(&self) -> Span {
        match self {
            EntryValue::Text(text) => text.span,
            EntryValue::Number(span, _) | EntryValue::List(span, _) => *span,
            EntryValue::Name(name) => name.span,
            EntryValue::Net(net) => net.span,
            EntryValue::Block(block) => block.span,
            EntryValue::Source(word, text) => Span {
                end: text.span.end,
                ..word.span
            },
        }
    }
}
