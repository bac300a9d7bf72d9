//! Tiers: one security group each.

use super::stack::Outbound;
use super::{AreaId, TierId};
use crate::aws::Text;
use crate::net::Addresses;
use crate::source::Span;
use std::collections::BTreeMap;

/// `tier web is web-server was front "public" { … }`
#[derive(Debug)]
pub struct Tier {
    /// `web`
    pub name: String,
    /// Earlier names, newest first.
    pub was: Vec<String>,
    /// The span of each of them.
    pub was_spans: Vec<Span>,
    /// Its kind of server.
    pub role: Option<Role>,
    /// The string after the name.
    pub prose: Option<Text>,
    /// Its VPCs.
    pub area: AreaId,
    /// `outbound`
    pub outbound: Outbound,
    /// `outbound-description`: the text of the rules of an open tier; empty for none.
    pub outbound_text: Option<Text>,
    /// `addresses`: the blocks of its members, if they are set.
    pub addresses: Option<Addresses>,
    /// `name`: an explicit GroupName.
    pub group_name: Option<Text>,
    /// `name-prefix`: the start of a generated GroupName, in targets that have one.
    pub name_prefix: Option<Text>,
    /// `export`: the name under which other stacks of CloudFormation can import the group's id.
    pub export: Option<Text>,
    /// `protect`: whether no deployment may delete the group.
    pub protect: bool,
    /// `description`: an explicit GroupDescription.
    pub description: Option<Text>,
    /// `tags`
    pub tags: BTreeMap<String, Text>,
    /// Its name in its declaration.
    pub span: Span,
}

/// `tiers backends = app, worker`
#[derive(Debug)]
pub struct TierSet {
    /// `backends`
    pub name: String,
    /// Its members, sorted, without duplicates.
    pub members: Vec<TierId>,
    /// Its name in its declaration.
    pub span: Span,
}

/// The kind of server of a tier; it determines what the lints expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// `web-server`
    WebServer,
    /// `app-server`
    AppServer,
    /// `database`
    Database,
    /// `file-server`
    FileServer,
    /// `proxy`
    Proxy,
    /// `bastion`
    Bastion,
    /// `cache`
    Cache,
    /// `mail-server`
    MailServer,
    /// `dns-server`
    DnsServer,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 9] = [
        Role::WebServer,
        Role::AppServer,
        Role::Database,
        Role::FileServer,
        Role::Proxy,
        Role::Bastion,
        Role::Cache,
        Role::MailServer,
        Role::DnsServer,
    ];

    /// Its keyword in programs.
    pub fn keyword(self) -> &'static str {
        match self {
            Role::WebServer => "web-server",
            Role::AppServer => "app-server",
            Role::Database => "database",
            Role::FileServer => "file-server",
            Role::Proxy => "proxy",
            Role::Bastion => "bastion",
            Role::Cache => "cache",
            Role::MailServer => "mail-server",
            Role::DnsServer => "dns-server",
        }
    }
}
