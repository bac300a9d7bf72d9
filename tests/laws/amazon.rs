//! What security groups never filter, as the language reference has it: to and from which hosts,
//! seen from a tier.

use crate::meaning::Meaning;
use crate::packets::Host;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr};
use tierwall::ast::{EntryValue, Item, VpcDeclaration};

/// Addresses around the edge of what is never filtered, of which some are.
pub const NEAR: [&str; 19] = [
    "169.254.169.254",
    "169.254.170.2",
    "169.254.169.249",
    "169.254.169.251",
    "169.254.7.7",
    "255.255.255.255",
    "10.0.0.1",
    "10.0.0.2",
    "10.0.1.1",
    "10.0.1.2",
    "10.1.0.2",
    "10.8.0.2",
    "192.168.7.65",
    "203.0.113.1",
    "fd00:ec2::254",
    "fd00:ec2::7",
    "fe80:ec2::1",
    "fe80::7",
    "2001:db8:40:7::1",
];

/// Whose traffic is never filtered, whatever the subnets of a VPC are.
const SURELY: [&str; 13] = [
    "169.254.169.253",
    "fd00:ec2::253",
    "169.254.169.254",
    "fd00:ec2::254",
    "169.254.170.2",
    "169.254.170.23",
    "fd00:ec2::23",
    "169.254.169.123",
    "fd00:ec2::123",
    "169.254.169.250",
    "169.254.169.251",
    "fd00:ec2::250",
    "fe80:ec2::1",
];

/// Blocks in which a VPC has no hosts: what is within one is about Amazon's services.
const WITHOUT_HOSTS: [&str; 3] = ["169.254.0.0/16", "fd00:ec2::/32", "fe80::/10"];

/// The blocks of a VPC that are known, and whether these are all.
#[derive(Debug, Clone, Default)]
pub struct Cidr {
    pub blocks: Vec<IpNet>,
    pub all_known: bool,
}

/// Whether addresses from the first to the last are meant one by one: fewer than a subnet has, or
/// where no hosts are.
pub fn is_single(first: IpAddr, last: IpAddr) -> bool {
    let number = |address| match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    };
    let is_within = |block: IpNet| block.contains(&first) && block.contains(&last);
    number(last) - number(first) < 15
        || WITHOUT_HOSTS
            .iter()
            .any(|block| is_within(block.parse().expect("a block")))
}

/// What is never filtered in every VPC.
pub fn surely_exempt() -> impl Iterator<Item = IpAddr> {
    SURELY
        .iter()
        .map(|address| address.parse().expect("an address"))
}

impl Cidr {
    /// Whether this is never filtered, whatever the subnets are.
    pub fn is_surely_exempt(&self, address: IpAddr) -> bool {
        let primary = self.blocks.iter().find_map(|block| plus_two(*block));
        surely_exempt().any(|exempt| exempt == address)
            || self.all_known && primary == Some(address)
    }

    /// Whether it is never filtered if a subnet begins before it.
    pub fn may_be_reserved(&self, address: IpAddr) -> bool {
        let is_private = match address {
            IpAddr::V4(a) => a.is_private() || a.octets()[0] == 100 && a.octets()[1] & 0xc0 == 64,
            IpAddr::V6(a) => a.segments()[0] & 0xfe00 == 0xfc00,
        };
        let of_family = self
            .blocks
            .iter()
            .any(|block| block.network().is_ipv4() == address.is_ipv4());
        let elsewhere = is_private && !(self.all_known && of_family);
        let in_vpc = elsewhere || self.blocks.iter().any(|block| block.contains(&address));
        let after_base = match address {
            IpAddr::V4(a) => a.octets()[3] % 16,
            IpAddr::V6(a) if a.segments()[4..] == [0, 0, 0, 1] => 1,
            IpAddr::V6(a) if a.segments()[0] & 0xffc0 == 0xfe80 => return true,
            IpAddr::V6(_) => 0,
        };
        let dhcp = ["255.255.255.255", "ff02::1:2"].contains(&address.to_string().as_str());
        let router = in_vpc && after_base == 1;
        let dns = elsewhere && address.is_ipv4() && after_base == 2
            || self
                .blocks
                .iter()
                .any(|block| plus_two(*block) == Some(address));
        dhcp || router || dns
    }
}

impl Meaning<'_> {
    /// Whether the groups of a tier filter nothing to and from a host.
    pub fn is_exempt(&self, tier: &str, host: &Host) -> bool {
        let cidrs = self.cidrs(tier);
        host.tier.is_none()
            && (are_surely_exempt(&cidrs, host.address)
                || host.is_reserved && may_be_exempt(&cidrs, host.address))
    }

    /// The blocks of each VPC in which the members of a tier can be.
    fn cidrs(&self, tier: &str) -> Vec<Cidr> {
        let vpcs = self.items().filter_map(|item| match item {
            Item::Vpc(vpc) => Some(vpc),
            _ => None,
        });
        let vpcs: Vec<_> = vpcs.collect();
        let named = self.vpcs_of(tier);
        let its = vpcs
            .iter()
            .filter(|vpc| named.contains(&self.text(vpc.name)) || named.is_empty());
        let cidrs: Vec<Cidr> = its.map(|vpc| self.cidr(vpc)).collect();
        match cidrs.is_empty() {
            true => vec![Cidr {
                blocks: Vec::new(),
                all_known: true,
            }],
            false => cidrs,
        }
    }

    fn cidr(&self, vpc: &VpcDeclaration) -> Cidr {
        let values: Vec<&EntryValue> = self.values(&vpc.block, "cidr").collect();
        let known = values.iter().filter_map(|value| {
            if let EntryValue::Net(net) = value {
                Some(net.net)
            } else {
                None
            }
        });
        let blocks: Vec<_> = known.collect();
        let all_known = blocks.len() == values.len();
        Cidr { blocks, all_known }
    }
}

/// Whether an address is never filtered, whichever of these VPCs the member is in.
pub fn are_surely_exempt(cidrs: &[Cidr], address: IpAddr) -> bool {
    cidrs.iter().all(|cidr| cidr.is_surely_exempt(address))
}

/// Whether an address is never filtered in one of these VPCs, depending on its subnets.
pub fn may_be_exempt(cidrs: &[Cidr], address: IpAddr) -> bool {
    let mut cidrs = cidrs.iter();
    cidrs.any(|cidr| cidr.is_surely_exempt(address) || cidr.may_be_reserved(address))
}

fn plus_two(block: IpNet) -> Option<IpAddr> {
    match block.network() {
        IpAddr::V4(base) => Some(Ipv4Addr::from(u32::from(base) + 2).into()),
        IpAddr::V6(_) => None,
    }
}
