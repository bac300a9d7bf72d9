//! Statements that declare a name, and those that configure the program.

use super::{Block, EntryValue, Name, NetItem, ServiceItem, StringLiteral, TierList};
use crate::source::Span;

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
