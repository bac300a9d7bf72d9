//! The deployment and its VPCs.

use super::peer::Reference;
use super::{ParamId, VpcId};
use crate::aws::Text;
use crate::net::Addresses;
use crate::source::Span;
use ipnet::IpNet;
use std::collections::BTreeMap;

/// `stack shop { … }`
#[derive(Debug)]
pub struct Stack {
    /// `shop`
    pub name: String,
    /// Earlier names, newest first.
    pub was: Vec<String>,
    /// The string after the name.
    pub prose: Option<String>,
    /// Whether IPv6 is in use: `ip = dual`.
    pub dual: bool,
    /// `tags`
    pub tags: BTreeMap<String, Text>,
    /// Rules a group may have per direction and family: `rule-quota`.
    pub rule_quota: u32,
    /// Groups that a network interface may carry: `groups-per-interface`.
    pub groups_per_interface: u32,
    /// `region`
    pub region: Option<String>,
    /// `account`
    pub account: Option<String>,
    /// `labels`
    pub labels: Labels,
    /// Whether CloudFormation exports the ids of the groups: `exports`.
    pub exports: bool,
    /// Its statement, if there is one.
    pub span: Option<Span>,
}

/// `vpc main { … }`
#[derive(Debug)]
pub struct Vpc {
    /// `main`; `None` for the VPC of a program that declares none.
    pub name: Option<String>,
    /// `id`, if it is given.
    pub id: Option<Reference>,
    /// `cidr`, the known blocks, as written.
    pub blocks: Vec<IpNet>,
    /// `cidr`, the unbound parameters among the blocks.
    pub unknown_blocks: Vec<ParamId>,
    /// `region`
    pub region: Option<String>,
    /// `account`
    pub account: Option<String>,
    /// `default-group`
    pub default_group: DefaultGroup,
    /// Its statement.
    pub span: Option<Span>,
}

impl Vpc {
    /// Its blocks, if there are some and all are known.
    pub fn known_addresses(&self) -> Option<Addresses> {
        let is_known = !self.blocks.is_empty() && self.unknown_blocks.is_empty();
        is_known.then(|| Addresses::from_blocks(&self.blocks))
    }
}

/// `peer main with tools`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Peering {
    /// The two VPCs, the smaller id first.
    pub vpcs: (VpcId, VpcId),
    /// What joins them.
    pub link: PeeringLink,
}

/// What joins two VPCs whose groups can name each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PeeringLink {
    /// A peering connection: inbound and outbound rules can name the groups of the other VPC.
    Connection,
    /// `over transit-gateway`: inbound rules alone can (VPC Transit Gateways guide, "Security group
    /// referencing": outbound rules are not supported).
    TransitGateway,
}

/// The handling of the default security group of a VPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultGroup {
    /// It is not managed.
    Aws,
    /// All its rules are removed.
    Locked,
}

/// Which tags and descriptions outputs have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Labels {
    /// Those of the program, and generated ones where it has none.
    Made,
    /// Those of the program alone.
    Written,
}

/// What a tier may send without a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outbound {
    /// Everything.
    Open,
    /// Everything to IPv4 addresses.
    OpenIpv4,
    /// Everything to IPv6 addresses.
    OpenIpv6,
    /// Nothing.
    Closed,
}

impl Outbound {
    /// Every value.
    pub const ALL: [Outbound; 4] = [
        Outbound::Open,
        Outbound::OpenIpv4,
        Outbound::OpenIpv6,
        Outbound::Closed,
    ];

    /// As programs write it.
    pub fn keyword(self) -> &'static str {
        match self {
            Outbound::Open => "open",
            Outbound::OpenIpv4 => "open-ipv4",
            Outbound::OpenIpv6 => "open-ipv6",
            Outbound::Closed => "closed",
        }
    }
}
