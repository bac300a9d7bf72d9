//! Values that are set at deployment.

use super::ParameterSource;
use crate::net::Family;
use ipnet::IpNet;

/// A parameter: its position in [`State::parameters`](super::State::parameters).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParameterId(pub u32);

impl ParameterId {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A value that is set at deployment.
#[derive(Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name in the program.
    pub name: String,
    /// Its type.
    pub kind: ParamKind,
    /// Its description.
    pub description: Option<String>,
    /// Its default.
    pub default: Option<String>,
    /// Where its value comes from.
    pub source: ParameterSource,
    /// Whether only the names of exports of templates refer to it.
    pub only_for_exports: bool,
    /// Whether only items that templates omit refer to it: a locked default group, the start of a
    /// name, the tags of a rule.
    pub only_for_locks: bool,
    /// Whether it is a group that rules are put on.
    pub is_rule_owner: bool,
}

/// The types of parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    /// `vpc`: the id of a VPC
    Vpc,
    /// `cidr`: a block of IPv4
    Cidr,
    /// `cidr-ipv6`: a block of IPv6
    CidrIpv6,
    /// `cidr-list`: blocks of IPv4
    CidrList,
    /// `cidr-ipv6-list`: blocks of IPv6
    CidrIpv6List,
    /// `external`: the id of a security group
    External,
    /// `prefix-list`: the id of a prefix list
    PrefixList,
    /// `port`: a port of TCP or UDP
    Port,
    /// `string`: text in strings of the program
    String,
}

impl ParamKind {
    /// Every kind.
    pub const ALL: [ParamKind; 9] = [
        ParamKind::Vpc,
        ParamKind::Cidr,
        ParamKind::CidrIpv6,
        ParamKind::CidrList,
        ParamKind::CidrIpv6List,
        ParamKind::External,
        ParamKind::PrefixList,
        ParamKind::Port,
        ParamKind::String,
    ];

    /// Whether its value is a list of blocks.
    pub fn is_list(self) -> bool {
        matches!(self, ParamKind::CidrList | ParamKind::CidrIpv6List)
    }

    /// Whether its value is a block, or a list of them.
    pub fn is_blocks(self) -> bool {
        matches!(self, ParamKind::Cidr | ParamKind::CidrIpv6) || self.is_list()
    }

    /// The blocks of its default.
    pub fn blocks_of(self, default: &str) -> impl Iterator<Item = IpNet> {
        let parts = default.split(',').filter(move |_| self.is_blocks());
        parts.filter_map(|block| block.parse().ok())
    }

    /// Its keyword in programs.
    pub fn keyword(self) -> &'static str {
        match self {
            ParamKind::Vpc => "vpc",
            ParamKind::Cidr => "cidr",
            ParamKind::CidrIpv6 => "cidr-ipv6",
            ParamKind::CidrList => "cidr-list",
            ParamKind::CidrIpv6List => "cidr-ipv6-list",
            ParamKind::External => "external",
            ParamKind::PrefixList => "prefix-list",
            ParamKind::Port => "port",
            ParamKind::String => "string",
        }
    }

    /// The family of a parameter that is a block; IPv4 for the others, as for prefix lists without
    /// a family.
    pub fn family(self) -> Family {
        match self {
            ParamKind::CidrIpv6 | ParamKind::CidrIpv6List => Family::V6,
            ParamKind::Cidr
            | ParamKind::CidrList
            | ParamKind::Vpc
            | ParamKind::External
            | ParamKind::PrefixList
            | ParamKind::Port
            | ParamKind::String => Family::V4,
        }
    }

    /// The expected form of its values.
    pub fn wanted(self) -> &'static str {
        match self {
            ParamKind::Vpc => "the id of a VPC, like `vpc-0123456789abcdef0`",
            ParamKind::Cidr => "a block of IPv4, like `203.0.113.0/24`",
            ParamKind::CidrIpv6 => "a block of IPv6, like `2001:db8::/32`",
            ParamKind::CidrList => {
                "blocks of IPv4 with commas between them, like `203.0.113.0/24,198.51.100.7/32`"
            }
            ParamKind::CidrIpv6List => {
                "blocks of IPv6 with commas between them, like `2001:db8::/32,2001:db8:40::/48`"
            }
            ParamKind::External => "the id of a security group, like `sg-0123456789abcdef0`",
            ParamKind::PrefixList => "the id of a prefix list, like `pl-0123456789abcdef0`",
            ParamKind::Port => "a port, 0 to 65535",
            ParamKind::String => "text in quotes, without control characters",
        }
    }
}
