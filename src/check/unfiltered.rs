//! What security groups never filter: Amazon's own services at addresses that each VPC has.

use super::side::{Side, Who};
use crate::net::Addresses;
use crate::policy::{Policy, TierId};
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::OnceLock;

/// VPC user guide, "Control traffic to your AWS resources using security groups"; the IPv6 addresses: EC2 user guide
/// and Amazon EKS user guide.
const AMAZON: [(&str, &str); 10] = [
    ("169.254.169.253/32", DNS),
    ("fd00:ec2::253/128", DNS),
    ("169.254.169.254/32", "instance metadata"),
    ("fd00:ec2::254/128", "instance metadata"),
    ("169.254.170.2/32", "credentials of containers"),
    ("169.254.170.23/32", "credentials of containers"),
    ("fd00:ec2::23/128", "credentials of containers"),
    ("169.254.169.123/32", "the time"),
    ("fd00:ec2::123/128", "the time"),
    ("169.254.169.250/31", "the activation of Windows"),
];

const DNS: &str = "Amazon's DNS";

/// A block of Amazon's, and what it is.
type Known = (IpNet, &'static str);

fn known() -> &'static [Known] {
    static KNOWN: OnceLock<Vec<Known>> = OnceLock::new();
    KNOWN.get_or_init(|| AMAZON.iter().filter_map(|(block, what)| Some((block.parse().ok()?, *what))).collect())
}

/// What is at a block, seen from a tier, where all of it is never filtered.
pub fn service(policy: &Policy, tier: TierId, block: IpNet) -> Option<&'static str> {
    if resolver(policy, tier) == Some(block) {
        return Some(DNS);
    }
    let near = match block {
        IpNet::V4(block) => block.addr().is_link_local(),
        IpNet::V6(block) => block.addr().segments()[0] == 0xfd00,
    };
    let known = if near { known() } else { &[] };
    known.iter().find(|(amazon, _)| amazon.contains(&block)).map(|(_, what)| *what)
}

/// Whether all of an end is what the members of a tier reach whatever its rules say.
pub fn is_never_filtered(policy: &Policy, tier: TierId, end: &Side) -> bool {
    let some = match end.who {
        Who::Hosts => !end.addresses.is_empty(),
        Who::Tier(_) | Who::External(_) | Who::PrefixList(_) | Who::Param(_) => false,
    };
    some && end.addresses.difference(amazons()).difference(&Addresses::of(&resolver(policy, tier))).is_empty()
}

/// What the members of a tier reach whatever its rules say.
pub fn addresses(policy: &Policy, tier: TierId) -> Addresses {
    amazons().union(&Addresses::of(&resolver(policy, tier)))
}

fn amazons() -> &'static Addresses {
    static ALL: OnceLock<Addresses> = OnceLock::new();
    ALL.get_or_init(|| Addresses::of(known().iter().map(|(block, _)| block)))
}

/// The address of DNS in the VPC of a tier: the base of its primary IPv4 block, the first, plus two.
fn resolver(policy: &Policy, tier: TierId) -> Option<IpNet> {
    policy.vpc_of(tier).blocks.iter().find_map(|block| match block {
        IpNet::V4(net) => u32::from(net.network()).checked_add(2).map(|n| IpAddr::V4(Ipv4Addr::from(n)).into()),
        IpNet::V6(_) => None,
    })
}
