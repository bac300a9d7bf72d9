//! Traffic that security groups never filter: to and from Amazon's own services, at addresses in
//! each VPC.

use super::endpoint::{Endpoint, Who};
use crate::net::{Addresses, Bound, Family, Ranges, private_blocks};
use crate::policy::{AreaId, Owner, Policy, TierId, Vpc};
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::OnceLock;

/// Their addresses. Groups do not filter this traffic: VPC user guide, "Control traffic to your AWS
/// resources using security groups" and "Internetwork traffic privacy". The addresses: VPC user
/// guide, "Amazon DNS server" and "Subnet CIDR blocks" (the router); EC2 user guide, "Instance
/// metadata", "Set the time" and the proxy settings of Windows instances (activation); Amazon ECS
/// and Amazon EKS user guides (credentials).
const AMAZON: [(&str, &str); 12] = [
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
    ("fd00:ec2::250/128", "the activation of Windows"),
    ("fe80:ec2::1/128", "the router of the VPC"),
];

const DNS: &str = "Amazon's DNS";

/// Blocks in which a VPC has no hosts, so that a block in one of them means Amazon's services.
const BLOCKS_WITHOUT_HOSTS: [&str; 3] = ["169.254.0.0/16", "fd00:ec2::/32", "fe80::/10"];

/// Addresses at which the router of the VPC may answer, independent of subnets, and those of DHCP
/// requests.
const POSSIBLY_EXEMPT: [&str; 3] = ["fe80::/10", "255.255.255.255/32", "ff02::1:2/128"];

/// The smallest subnet, and so the distance of the addresses that AWS reserves in IPv4 (VPC user
/// guide, "Subnet CIDR blocks"): fewer addresses are not a subnet, and mean single addresses.
const SMALLEST_SUBNET: u32 = 16;

/// ff02::1:2, the address of DHCPv6 requests (RFC 8415).
const DHCP_V6: u128 = 0xff02_0000_0000_0000_0000_0000_0001_0002;

/// A block of Amazon, and its service.
type Known = (IpNet, &'static str);

fn known_blocks() -> &'static [Known] {
    static KNOWN: OnceLock<Vec<Known>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        AMAZON
            .iter()
            .filter_map(|(block, what)| Some((block.parse().ok()?, *what)))
            .collect()
    })
}

/// The service at a block, from a tier, if all of it is never filtered.
pub fn service_at(policy: &Policy, tier: TierId, block: IpNet) -> Option<&'static str> {
    if block.prefix_len() == block.max_prefix_len()
        && shared_resolver(policy, policy.tier(tier).area) == Some(block.addr())
    {
        return Some(DNS);
    }

    let near = match block {
        IpNet::V4(block) => block.addr().is_link_local(),
        IpNet::V6(block) => matches!(block.addr().segments(), [0xfd00 | 0xfe80, 0xec2, ..]),
    };
    let known = if near { known_blocks() } else { &[] };

    known
        .iter()
        .find(|(amazon, _)| amazon.contains(&block))
        .map(|(_, what)| *what)
}

/// The addresses that the gates of the tiers of an area never filter, in whichever of its VPCs a
/// member is.
pub fn exempt_addresses(policy: &Policy, area: AreaId) -> Addresses {
    with_resolver(shared_resolver(policy, area))
}

/// The addresses that the gates of a group never filter; the VPC of an external is unknown.
pub fn exempt_addresses_of(policy: &Policy, owner: Owner) -> Addresses {
    match owner {
        Owner::Tier(tier) => exempt_addresses(policy, policy.tier(tier).area),
        Owner::External(_) => with_resolver(None),
    }
}

/// The addresses of Amazon's services, with the DNS server of a VPC.
fn with_resolver(resolver: Option<IpAddr>) -> Addresses {
    static ALL: OnceLock<Addresses> = OnceLock::new();
    let all =
        ALL.get_or_init(|| Addresses::from_blocks(known_blocks().iter().map(|(block, _)| block)));
    all.union(&Addresses::from_blocks(&resolver.map(IpNet::from)))
}

/// The part of an endpoint that groups do not filter.
#[derive(Debug)]
pub struct Exempt {
    /// One of its addresses.
    pub address: IpAddr,
    /// Whether it is certainly never filtered, and not only if a subnet begins right before it.
    pub is_sure: bool,
    /// The endpoint without the part that is certainly never filtered: rules decide about the rest.
    pub rest: Endpoint,
}

/// The part of an endpoint that the gates of the tiers of an area do not filter, in one IP version.
///
/// A block with hosts means those hosts: `anywhere` and `vpc main` also contain Amazon's addresses,
/// and if these counted, everything would be reachable. A block smaller than a subnet, or one
/// without hosts of a VPC, means each of its addresses.
///
/// A member can be in any VPC of the area: certain is what none of them filters, and possible what
/// one of them may not.
pub fn exempt_part(
    policy: &Policy,
    area: AreaId,
    end: &Endpoint,
    family: Family,
) -> Option<Exempt> {
    let single = single_addresses(end, family);
    if single.is_empty() {
        return None;
    }

    let surely = exempt_addresses(policy, area).intersection(&single);
    let sure = surely.to_blocks().next().map(|block| block.addr());
    let mut vpcs = policy.area(area).vpcs.iter().map(|id| policy.vpc(*id));
    let address = sure.or_else(|| vpcs.find_map(|vpc| possible_exemption(vpc, &single)))?;
    let rest = Endpoint::for_hosts(end.addresses.difference(&surely));

    Some(Exempt {
        address,
        is_sure: sure.is_some(),
        rest,
    })
}

/// Whether some of an endpoint is exempt in some VPC.
pub fn may_be_exempt(end: &Endpoint) -> bool {
    Family::BOTH
        .into_iter()
        .any(|family| !single_addresses(end, family).is_empty())
}

/// The addresses of an endpoint that mean single addresses, and not a range of hosts, and that some
/// VPC exempts.
fn single_addresses(end: &Endpoint, family: Family) -> Addresses {
    let is_place = end.who != Who::Hosts;
    let mut single = Addresses::default();

    match family {
        _ if is_place => {}
        Family::V4 => {
            let is_one = |n: u32| [1, 2].contains(&(n % SMALLEST_SUBNET)) || n == u32::MAX;
            let is_few = |first: u32, last: u32| {
                last - first < SMALLEST_SUBNET - 1 && (first..=last).any(is_one)
            };
            single.v4 = few_or_contained(&end.addresses.v4, &without_hosts().v4, is_few);
        }
        Family::V6 => {
            let is_one = |n: u128| n << 64 == 1 << 64 || n == DHCP_V6;
            let is_few = |first, last| {
                last - first < u128::from(SMALLEST_SUBNET) - 1 && (first..=last).any(is_one)
            };
            single.v6 = few_or_contained(&end.addresses.v6, &without_hosts().v6, is_few);
        }
    }

    single
}

fn few_or_contained<T: Bound>(
    addresses: &Ranges<T>,
    without_hosts: &Ranges<T>,
    is_few: impl Fn(T, T) -> bool,
) -> Ranges<T> {
    let is_within = |(first, last): (T, T)| {
        without_hosts
            .ranges()
            .iter()
            .any(|all| all.0 <= first && last <= all.1)
    };

    let single = addresses
        .ranges()
        .iter()
        .filter(|(first, last)| is_few(*first, *last) || is_within((*first, *last)));
    Ranges::from_unsorted(single.copied().collect())
}

fn without_hosts() -> &'static Addresses {
    static ALL: OnceLock<Addresses> = OnceLock::new();
    ALL.get_or_init(|| parse_blocks(&BLOCKS_WITHOUT_HOSTS))
}

fn parse_blocks(texts: &[&str]) -> Addresses {
    let blocks: Vec<IpNet> = texts.iter().filter_map(|text| text.parse().ok()).collect();
    Addresses::from_blocks(&blocks)
}

/// The first of some addresses that may be one of Amazon in a VPC, depending on subnets, which
/// programs do not state.
fn possible_exemption(vpc: &Vpc, single: &Addresses) -> Option<IpAddr> {
    let resolver = resolver_address(vpc).filter(|address| single.contains(*address));
    if resolver.is_some() {
        return resolver;
    }

    static ALWAYS: OnceLock<Addresses> = OnceLock::new();
    let always = ALWAYS
        .get_or_init(|| parse_blocks(&POSSIBLY_EXEMPT))
        .intersection(single);

    if let Some(block) = always.to_blocks().next() {
        return Some(block.addr());
    }

    let few = single.difference(without_hosts());
    let v4 = few
        .v4
        .ranges()
        .iter()
        .flat_map(|(first, last)| (*first..=*last).map(|n| IpAddr::from(Ipv4Addr::from(n))));

    let v6 = few
        .v6
        .ranges()
        .iter()
        .flat_map(|(first, last)| (*first..=*last).map(|n| IpAddr::from(Ipv6Addr::from(n))));

    v4.chain(v6).find(|address| may_be_reserved(vpc, *address))
}

/// Whether the router of a subnet may have this address, the first after the base of its block, or
/// the DNS of the VPC: the base of the primary block plus two. If not all blocks of the VPC are
/// known, they are assumed to be private.
fn may_be_reserved(vpc: &Vpc, address: IpAddr) -> bool {
    let family = if address.is_ipv4() {
        Family::V4
    } else {
        Family::V6
    };

    let places = Addresses::from_blocks(&vpc.blocks);
    let all_known = vpc.unknown_blocks.is_empty() && places.has(family);
    let is_unknown = !all_known && Addresses::from_blocks(&private_blocks()).contains(address);

    let (router, dns) = match address {
        IpAddr::V4(address) => (
            u32::from(address) % SMALLEST_SUBNET == 1,
            u32::from(address) % SMALLEST_SUBNET == 2,
        ),
        IpAddr::V6(address) => (u128::from(address) << 64 == 1 << 64, false),
    };

    let is_base_plus_two = |block: &IpNet| dns && second_next(block) == Some(address);

    router && (is_unknown || places.contains(address))
        || dns && is_unknown
        || vpc.blocks.iter().any(is_base_plus_two)
}

/// The address of DNS in each VPC of an area, if it is the same.
fn shared_resolver(policy: &Policy, area: AreaId) -> Option<IpAddr> {
    let mut vpcs = policy.area(area).vpcs.iter().map(|id| policy.vpc(*id));
    let first = vpcs.next().and_then(resolver_address)?;
    vpcs.all(|vpc| resolver_address(vpc) == Some(first))
        .then_some(first)
}

/// The address of DNS in a VPC: the base of its primary IPv4 block, the first, plus two.
fn resolver_address(vpc: &Vpc) -> Option<IpAddr> {
    let primary = vpc.blocks.iter().find_map(second_next);
    primary.filter(|_| vpc.unknown_blocks.is_empty())
}

fn second_next(block: &IpNet) -> Option<IpAddr> {
    match block {
        IpNet::V4(net) => u32::from(net.network())
            .checked_add(2)
            .map(|n| IpAddr::V4(Ipv4Addr::from(n))),
        IpNet::V6(_) => None,
    }
}
