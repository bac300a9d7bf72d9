//! Sentences and assertions: their subjects, services and peers.

use super::{Block, DateLiteral, Name, Net, Ports, StringLiteral};
use crate::source::Span;

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
    pub(super) fn visit_names(&self, visit: &mut impl FnMut(Name)) {
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
