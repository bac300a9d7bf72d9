//! Sets of IPv4 and IPv6 addresses, and the blocks that cover them.

use super::private::private_blocks;
use super::ranges::Ranges;
use super::traffic::Family;
use ipnet::{IpNet, Ipv4Net, Ipv4Subnets, Ipv6Net, Ipv6Subnets};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A set of addresses of both families.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Addresses {
    /// The IPv4 ones.
    pub v4: Ranges<u32>,
    /// The IPv6 ones.
    pub v6: Ranges<u128>,
}

impl Addresses {
    /// The union of these blocks.
    pub fn from_blocks<'a>(blocks: impl IntoIterator<Item = &'a IpNet>) -> Addresses {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for block in blocks {
            match block {
                IpNet::V4(net) => v4.push((net.network().into(), net.broadcast().into())),
                IpNet::V6(net) => v6.push((net.network().into(), net.broadcast().into())),
            }
        }
        Addresses {
            v4: Ranges::from_unsorted(v4),
            v6: Ranges::from_unsorted(v6),
        }
    }

    /// The addresses of all of these.
    pub fn union_of<'a>(sets: impl IntoIterator<Item = &'a Addresses>) -> Addresses {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for set in sets {
            v4.extend_from_slice(set.v4.ranges());
            v6.extend_from_slice(set.v6.ranges());
        }
        Addresses {
            v4: Ranges::from_unsorted(v4),
            v6: Ranges::from_unsorted(v6),
        }
    }

    /// Every address.
    pub fn all() -> Addresses {
        Addresses {
            v4: Ranges::all(),
            v6: Ranges::all(),
        }
    }

    /// Whether no address is in it.
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// Whether it has addresses of a family.
    pub fn has(&self, family: Family) -> bool {
        !self.in_family(family).is_empty()
    }

    /// The addresses of one family.
    pub fn in_family(&self, family: Family) -> Addresses {
        match family {
            Family::V4 => Addresses {
                v4: self.v4.clone(),
                ..Addresses::default()
            },
            Family::V6 => Addresses {
                v6: self.v6.clone(),
                ..Addresses::default()
            },
        }
    }

    /// Whether this address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.v4.contains(address.into()),
            IpAddr::V6(address) => self.v6.contains(address.into()),
        }
    }

    /// Whether some address of a block is in it.
    pub fn meets(&self, block: &IpNet) -> bool {
        match block {
            IpNet::V4(net) => self.v4.meets(net.network().into(), net.broadcast().into()),
            IpNet::V6(net) => self.v6.meets(net.network().into(), net.broadcast().into()),
        }
    }

    /// The union.
    pub fn union(&self, other: &Addresses) -> Addresses {
        Addresses {
            v4: self.v4.union(&other.v4),
            v6: self.v6.union(&other.v6),
        }
    }

    /// The intersection.
    pub fn intersection(&self, other: &Addresses) -> Addresses {
        Addresses {
            v4: self.v4.intersection(&other.v4),
            v6: self.v6.intersection(&other.v6),
        }
    }

    /// The difference: this set without the other.
    pub fn difference(&self, other: &Addresses) -> Addresses {
        Addresses {
            v4: self.v4.difference(&other.v4),
            v6: self.v6.difference(&other.v6),
        }
    }

    /// Its ranges that are completely in `other`.
    pub fn contained_in(&self, other: &Addresses) -> Addresses {
        Addresses {
            v4: self.v4.contained_in(&other.v4),
            v6: self.v6.contained_in(&other.v6),
        }
    }

    /// The smallest list of blocks that cover it exactly, IPv4 first, by address.
    ///
    /// Each range is cut at the largest aligned block that starts at its first address; no list is
    /// shorter, since ranges neither touch nor overlap.
    pub fn to_blocks(&self) -> impl Iterator<Item = IpNet> + '_ {
        let v4 = self.v4.ranges().iter().flat_map(|(first, last)| {
            Ipv4Subnets::new(Ipv4Addr::from(*first), Ipv4Addr::from(*last), 0).map(IpNet::V4)
        });
        let v6 = self.v6.ranges().iter().flat_map(|(first, last)| {
            Ipv6Subnets::new(Ipv6Addr::from(*first), Ipv6Addr::from(*last), 0).map(IpNet::V6)
        });
        v4.chain(v6)
    }
}

/// Why a text is not a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotABlock {
    /// `10.0.0.300`: not an address; what was probably meant.
    Malformed(Option<String>),
    /// `0.0.0.0`, `::`: the address of no host (RFC 1122, 3.2.1.3; RFC 4291, 2.5.2), where every
    /// address was probably meant.
    Unspecified(IpNet),
}

impl NotABlock {
    /// What was probably meant.
    pub fn meant(self) -> Option<String> {
        match self {
            NotABlock::Malformed(meant) => meant,
            NotABlock::Unspecified(every) => Some(every.to_string()),
        }
    }
}

/// Parses a block, which can have host bits; else what was probably meant.
pub fn parse_block(text: &str) -> Result<IpNet, NotABlock> {
    let net = match split_once_at(text, b'/') {
        Some((address, mask)) if mask.contains('.') => {
            let netmask = address.parse().ok().zip(mask.parse().ok());
            let net = netmask.and_then(|(address, mask)| IpNet::with_netmask(address, mask).ok());
            return Err(NotABlock::Malformed(net.and_then(suggest_block)));
        }
        Some((_, length)) if length.len() > 1 && length.starts_with('0') => None,
        Some((address, length)) => {
            parse_v4_block(address, length).or_else(|| text.parse::<IpNet>().ok())
        }
        None => match text.parse::<IpAddr>() {
            Ok(address) if address.is_unspecified() => {
                let every = if address.is_ipv4() {
                    EVERY_IPV4
                } else {
                    EVERY_IPV6
                };
                return Err(NotABlock::Unspecified(every));
            }
            Ok(address) => Some(IpNet::from(address)),
            Err(_) => None,
        },
    };

    // an IPv4-mapped IPv6 address: AWS matches packets, and those are IPv4
    if let Some(IpNet::V6(net)) = net
        && let Some(address) = net.addr().to_ipv4_mapped()
    {
        let length = net.prefix_len().saturating_sub(96);
        let meant = IpNet::new(address.into(), length)
            .ok()
            .and_then(suggest_block);
        return Err(NotABlock::Malformed(meant));
    }

    net.ok_or_else(|| NotABlock::Malformed(expand_short_block(text)))
}

/// A block of IPv4 as most are written, without zeros before a number: `ipnet` reads it as the same
/// block, and takes longer.
fn parse_v4_block(address: &str, length: &str) -> Option<IpNet> {
    let is_number = length.bytes().all(|byte| byte.is_ascii_digit());
    let length = length.parse().ok().filter(|_| is_number)?;
    Some(Ipv4Net::new(address.parse().ok()?, length).ok()?.into())
}

/// `10.0.0.0/16` of `10.0/16`, `10.0.0.0/24` of `10.0.0.x`; `None` for `10.0.0`, in which a number
/// may be missing.
fn expand_short_block(text: &str) -> Option<String> {
    let (address, length) =
        split_once_at(text, b'/').map_or((text, None), |(address, length)| (address, Some(length)));
    let mut numbers: Vec<&str> = address.split('.').collect();
    numbers.truncate(
        numbers
            .iter()
            .take_while(|number| !["x", "X", "xxx"].contains(*number))
            .count(),
    );

    let (fixed, is_open) = (numbers.len(), !(1..4).contains(&numbers.len()));
    if is_open || length.is_none() && address.split('.').count() < 4 {
        return None;
    }

    numbers.resize(4, "0");
    let address: Ipv4Addr = numbers.join(".").parse().ok()?;
    let length = length.map_or(Some(fixed as u8 * 8), |length| length.parse().ok())?;
    let net = Ipv4Net::new(address, length).ok()?;

    suggest_block(IpNet::V4(net)).filter(|_| net.trunc() == net)
}

/// The text before and after the first occurrence of an ASCII character: `str::split_once` for
/// short texts.
pub fn split_once_at(text: &str, sign: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == sign)?;
    Some((&text[..at], &text[at + 1..]))
}

/// A block as text; `None` for one that contains every address or no host, which is not suggested.
fn suggest_block(net: IpNet) -> Option<String> {
    match net.prefix_len() {
        0 => None,
        length if length == net.max_prefix_len() => Some(net.addr())
            .filter(|address| !address.is_unspecified())
            .map(|address| address.to_string()),
        _ => Some(net.trunc().to_string()),
    }
}

/// Whether a block has at most the addresses of one organization: it is private, or as long as a
/// typical allocation.
pub fn is_narrow(net: &IpNet) -> bool {
    let length = if matches!(net, IpNet::V4(_)) { 16 } else { 32 };
    net.prefix_len() >= length || private_blocks().iter().any(|block| block.contains(net))
}

/// 0.0.0.0/0
pub const EVERY_IPV4: IpNet = IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::UNSPECIFIED, 0));
/// ::/0
pub const EVERY_IPV6: IpNet = IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 0));

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn blocks_of_ipv4_are_read_as_ipnet_reads_them() {
        for text in [
            "10.0.0.0/8",
            "203.0.113.9/24",
            "255.255.255.255/32",
            "0.0.0.0/0",
            "010.0.0.0/8",
            "10.0.0.0/33",
            "10.0.0.0/+8",
            "10.0.0.0/",
            "10.0.0/8",
            "10.0.0.256/8",
            "/8",
        ] {
            assert_eq!(parse_block(text).ok(), text.parse().ok(), "{text}");
        }
    }

    /// Sixteen addresses, so that a smallest cover can be found by trying them all.
    fn small(mask: u16) -> Addresses {
        let base = u32::from(Ipv4Addr::new(10, 0, 0, 0));
        let v4 = (0..16)
            .filter(|n| mask >> n & 1 == 1)
            .map(|n| (base + n, base + n))
            .collect();
        Addresses {
            v4: Ranges::from_unsorted(v4),
            v6: Ranges::default(),
        }
    }

    /// The fewest aligned blocks in `lo..lo + size` that cover exactly the bits of `mask`.
    fn fewest(mask: u16, lo: u32, size: u32) -> usize {
        let bits = (0..size).filter(|n| mask >> (lo + n) & 1 == 1).count() as u32;
        match bits {
            0 => 0,
            _ if bits == size => 1,
            _ => fewest(mask, lo, size / 2) + fewest(mask, lo + size / 2, size / 2),
        }
    }

    /// Eight addresses of IPv4, then eight of IPv6.
    fn address(n: u16) -> IpAddr {
        match n {
            0..8 => Ipv4Addr::from(0x0a00_0000 + u32::from(n)).into(),
            _ => Ipv6Addr::from((0x2001_0db8 << 96) + u128::from(n)).into(),
        }
    }

    /// Those of the sixteen that are in `mask`.
    fn some(mask: u16) -> Addresses {
        let chosen: Vec<IpNet> = (0..16)
            .filter(|n| mask >> n & 1 == 1)
            .map(|n| address(n).into())
            .collect();
        Addresses::from_blocks(&chosen)
    }

    proptest! {
        #[test]
        fn blocks_are_exact_and_fewest(mask: u16) {
            let set = small(mask);
            let blocks: Vec<IpNet> = set.to_blocks().collect();
            prop_assert_eq!(Addresses::from_blocks(&blocks), set);
            prop_assert_eq!(blocks.len(), fewest(mask, 0, 16));
        }

        #[test]
        fn sets_of_both_families_are_decided_address_by_address(a: u16, b: u16) {
            let (one, other) = (some(a), some(b));
            prop_assert_eq!(one.is_empty(), a == 0);
            prop_assert_eq!(one.union(&other), some(a | b));
            prop_assert_eq!(Addresses::union_of([&one, &other, &one]), some(a | b));
            prop_assert_eq!(one.intersection(&other), some(a & b));
            prop_assert_eq!(one.difference(&other), some(a & !b));

            for (family, mask) in [(Family::V4, 0x00ff), (Family::V6, 0xff00)] {
                prop_assert_eq!(one.in_family(family), some(a & mask));
                prop_assert_eq!(one.has(family), a & mask != 0);
            }

            for n in 0..16 {
                prop_assert_eq!(one.contains(address(n)), a >> n & 1 == 1);
                prop_assert_eq!(one.meets(&address(n).into()), a >> n & 1 == 1);
            }
        }

        #[test]
        fn ipv6_blocks_are_exact(a: u128, b: u128) {
            let v6 = Ranges::from_unsorted(vec![(a.min(b), a.max(b))]);
            let set = Addresses { v4: Ranges::default(), v6 };
            prop_assert_eq!(Addresses::from_blocks(&set.to_blocks().collect::<Vec<_>>()), set);
        }
    }

    #[test]
    fn parses_a_block_or_suggests_one() {
        let parsed = |text| parse_block(text).map(|net| net.to_string());
        for text in ["10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32", "10.0.0.1/8"] {
            assert_eq!(parsed(text), Ok(text.to_string()));
        }

        assert_eq!(parsed("10.0.0.1"), Ok("10.0.0.1/32".to_string()));
        for (text, meant) in [
            ("10.0.0.0/255.0.0.0", Some("10.0.0.0/8")),
            ("10.0.0.1/255.255.255.255", Some("10.0.0.1")),
            ("10.0.0.0/0.0.0.0", None),
            ("10.0.0.0/08", None),
            ("10.0.0.0/33", None),
            ("::ffff:10.0.0.1", Some("10.0.0.1")),
            ("::ffff:10.0.0.0/104", Some("10.0.0.0/8")),
            ("::ffff:0.0.0.0/96", None),
            ("::ffff:0.0.0.0", None),
            ("0.0.0.0/255.255.255.255", None),
            ("10.0.0", None),
            ("10.0/16", Some("10.0.0.0/16")),
            ("10/8", Some("10.0.0.0/8")),
            ("10.1/8", None),
            ("0/0", None),
            ("10.0.0.x", Some("10.0.0.0/24")),
            ("10.x.x.x", Some("10.0.0.0/8")),
            ("x.x.x.x", None),
            ("10.0.0.0.x", None),
        ] {
            assert_eq!(
                parsed(text),
                Err(NotABlock::Malformed(meant.map(str::to_string))),
                "{text}"
            );
        }

        for (text, every) in [
            ("0.0.0.0", EVERY_IPV4),
            ("::", EVERY_IPV6),
            ("0::0", EVERY_IPV6),
        ] {
            assert_eq!(parsed(text), Err(NotABlock::Unspecified(every)), "{text}");
        }

        for text in ["0.0.0.0/32", "::/128"] {
            assert_eq!(parsed(text), Ok(text.to_string()));
        }

        assert_eq!(parsed("::/0"), Ok("::/0".to_string()));
    }

    #[test]
    fn a_block_of_one_organization_is_narrow() {
        for (text, narrow) in [
            ("203.0.0.0/16", true),
            ("203.0.0.0/15", false),
            ("2001:db8::/32", true),
            ("2001:db8::/31", false),
            ("10.0.0.0/8", true),
            ("fc00::/7", true),
            ("8.0.0.0/7", false),
        ] {
            assert_eq!(is_narrow(&text.parse().expect("a block")), narrow, "{text}");
        }
    }

    #[test]
    fn splits_a_text_at_the_first_sign() {
        assert_eq!(
            split_once_at("10.0.0.0/8/9", b'/'),
            Some(("10.0.0.0", "8/9"))
        );
        assert_eq!(split_once_at("/8", b'/'), Some(("", "8")));
        assert_eq!(split_once_at("8/", b'/'), Some(("8", "")));
        assert_eq!(split_once_at("10.0.0.0", b'/'), None);
    }

    #[test]
    fn all_addresses_are_one_block_per_family() {
        assert_eq!(
            Addresses::all().to_blocks().collect::<Vec<_>>(),
            [EVERY_IPV4, EVERY_IPV6]
        );
    }
}
