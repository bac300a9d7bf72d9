//! Rules as they are read back from an output, asked by brute force: address by address and packet
//! by packet. Nothing here shares code with the analyses.

use crate::amazon::{Cidr, are_surely_exempt, is_single, may_be_exempt, surely_exempt};
use crate::deployed::{Key, Port};
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A packet of one protocol: its number, and its port, or type and code (the type in the high
/// byte), or 0.
pub type Payload = (u8, u16);

/// Payloads of one protocol: its number, the first and the last.
pub type Stretch = (u8, u16, u16);

/// Where the hosts of an end are.
#[derive(Debug, Clone, Default)]
pub struct Home {
    /// First and last of each range of addresses where they may be, IPv4 and IPv6.
    pub ranges: [Vec<(u128, u128)>; 2],
    /// In which version it surely has hosts.
    pub sure: [bool; 2],
}

/// One end of a question.
#[derive(Debug, Clone)]
pub struct End {
    /// The `Name` tags of the groups that its hosts carry, if it is a tier, that of the tier first.
    pub groups: Vec<String>,
    pub home: Home,
    /// The VPCs that its hosts can be in, if it is a tier.
    pub cidrs: Vec<Cidr>,
    /// Whether its addresses can be those of Amazon's services, which no group filters.
    pub has_services: bool,
}

/// The rules of an output.
#[derive(Debug, Default)]
pub struct Firewall {
    gates: BTreeMap<(String, &'static str), Vec<Rule>>,
    /// Where a block begins or what follows it does, by version.
    edges: [BTreeSet<u128>; 2],
    /// Where payloads of a rule begin, or what follows them does, by protocol.
    payloads: BTreeMap<u8, BTreeSet<u16>>,
}

#[derive(Debug)]
struct Rule {
    peer: Peer,
    /// Of each version; nothing for a protocol that it does not have.
    payloads: [Option<Stretch>; 2],
    /// Whether it is for every protocol.
    all: bool,
    /// Whether an end of its ports is a parameter; its payloads are all that are possible.
    asks_for_port: bool,
}

#[derive(Debug)]
enum Peer {
    Block(bool, u128, u128),
    /// A list that the output makes: its entries.
    List(Vec<(usize, u128, u128)>),
    Tier(String),
    /// A group of others.
    Foreign,
    /// A prefix list or a parameter, and the version that it has.
    Unknown(bool),
}

/// The assumption about unknown members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guess {
    /// Everyone is in every list and in every group of others.
    Everyone,
    /// Nobody is in any.
    Nobody,
}

impl Home {
    /// In these blocks, and for sure in the versions that they have.
    pub fn at(blocks: impl IntoIterator<Item = IpNet>) -> Home {
        let mut home = Home::default();
        for block in blocks {
            let (version, first, last) = ends(block);
            home.ranges[version].push((first, last));
            home.sure[version] = true;
        }
        home.ranges = home.ranges.map(joined);
        home
    }

    /// Everywhere in this version too, and perhaps not at all.
    pub fn perhaps(mut self, version: usize) -> Home {
        self.ranges[version] = vec![everything(version)];
        self.sure[version] = false;
        self
    }

    pub fn may_be_in(&self, version: usize) -> bool {
        !self.ranges[version].is_empty()
    }

    fn holds(&self, version: usize, address: u128) -> bool {
        self.ranges[version]
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&address))
    }
}

/// Ranges without those that overlap or adjoin.
fn joined(mut ranges: Vec<(u128, u128)>) -> Vec<(u128, u128)> {
    ranges.sort_unstable();
    ranges.dedup_by(|(first, last), (_, end)| {
        let goes_on = end.checked_add(1).is_none_or(|after| *first <= after);
        if goes_on {
            *end = (*end).max(*last);
        }
        goes_on
    });
    ranges
}

/// The version of a block as an index, its first address and its last.
fn ends(block: IpNet) -> (usize, u128, u128) {
    match block {
        IpNet::V4(net) => (
            0,
            u32::from(net.network()).into(),
            u32::from(net.broadcast()).into(),
        ),
        IpNet::V6(net) => (1, net.network().into(), net.broadcast().into()),
    }
}

/// All addresses of a version.
pub fn everything(version: usize) -> (u128, u128) {
    (
        0,
        if version == 0 {
            u32::MAX.into()
        } else {
            u128::MAX
        },
    )
}

/// The number of ICMP in a version.
pub fn icmp(version: usize) -> u8 {
    if version == 0 { 1 } else { 58 }
}

impl Firewall {
    /// The rules that an output has. `is_v6` says of a parameter or list that a rule names whether
    /// it holds IPv6.
    pub fn new<'k>(keys: impl Iterator<Item = &'k Key>, is_v6: impl Fn(&str) -> bool) -> Firewall {
        let mut firewall = Firewall::default();
        for key in keys {
            let rule = Rule::new(key, &is_v6);
            let entries = match &rule.peer {
                Peer::Block(v6, first, last) => vec![(usize::from(*v6), *first, *last)],
                Peer::List(entries) => entries.clone(),
                Peer::Tier(_) | Peer::Foreign | Peer::Unknown(_) => Vec::new(),
            };
            for (version, first, last) in entries {
                firewall.edges[version].extend([first, last.wrapping_add(1)]);
            }
            for (protocol, first, last) in rule.payloads.into_iter().flatten() {
                firewall
                    .payloads
                    .entry(protocol)
                    .or_default()
                    .extend([first, last.wrapping_add(1)]);
            }
            firewall
                .gates
                .entry((key.group.clone(), key.direction))
                .or_default()
                .push(rule);
        }
        firewall
    }

    /// One payload of each kind that rules tell apart, in these stretches.
    pub fn payloads(&self, stretches: &[Stretch]) -> BTreeSet<Payload> {
        let within = |(protocol, first, last): &Stretch| {
            let edges = self.payloads.get(protocol).into_iter().flatten().copied();
            let inside: Vec<u16> = edges
                .filter(|edge| (*first..=*last).contains(edge))
                .collect();
            inside
                .into_iter()
                .chain([*first, *last])
                .map(|payload| (*protocol, payload))
                .collect::<Vec<_>>()
        };
        stretches.iter().flat_map(within).collect()
    }

    /// One address of each kind that rules tell apart, of those where an end may be, without some.
    fn addresses(&self, home: &Home, version: usize, without: &BTreeSet<u128>) -> Vec<u128> {
        let starts = home.ranges[version].iter().map(|(first, _)| *first);
        let after = without.iter().filter_map(|address| address.checked_add(1));
        let edges = self.edges[version]
            .iter()
            .copied()
            .chain(after)
            .filter(|edge| home.holds(version, *edge));
        starts
            .chain(edges)
            .filter(|address| !without.contains(address))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    /// Whether a packet may pass, for some address of either end.
    pub fn may(&self, from: &End, to: &End, version: usize, payload: Payload) -> bool {
        self.between(from, to, version, |gate| {
            gate.is_exempt
                || gate
                    .far
                    .iter()
                    .any(|address| self.admits(gate, *address, payload, Guess::Everyone))
        })
    }

    /// Whether it must pass, for every address of both.
    pub fn must(&self, from: &End, to: &End, version: usize, payload: Payload) -> bool {
        from.home.sure[version]
            && to.home.sure[version]
            && self.between(from, to, version, |gate| {
                gate.far
                    .iter()
                    .all(|address| self.admits(gate, *address, payload, Guess::Nobody))
            })
    }

    fn between(
        &self,
        from: &End,
        to: &End,
        version: usize,
        passes: impl Fn(&Gate<'_>) -> bool,
    ) -> bool {
        let gate = |near: &'_ End, far: &End, direction| {
            if near.groups.is_empty() {
                return None;
            }
            let groups = near.groups.iter();
            let rules = groups
                .filter_map(|group| self.gates.get(&(group.clone(), direction)))
                .flatten()
                .collect();
            let (surely, perhaps) = services(near, far, version);
            Some(passes(&Gate {
                rules,
                version,
                groups: &far.groups,
                far: &self.addresses(&far.home, version, &surely),
                is_exempt: perhaps || !surely.is_empty(),
            }))
        };
        from.home.may_be_in(version)
            && to.home.may_be_in(version)
            && gate(from, to, "egress").unwrap_or(true)
            && gate(to, from, "ingress").unwrap_or(true)
    }

    fn admits(
        &self,
        gate: &Gate<'_>,
        address: u128,
        (protocol, payload): Payload,
        guess: Guess,
    ) -> bool {
        gate.rules.iter().any(|rule| {
            let carries = rule.payloads[gate.version].is_some_and(|(number, first, last)| {
                number == protocol && (first..=last).contains(&payload)
            });
            let names = match &rule.peer {
                Peer::Block(v6, first, last) => {
                    usize::from(*v6) == gate.version && (*first..=*last).contains(&address)
                }
                Peer::List(entries) => entries.iter().any(|(version, first, last)| {
                    *version == gate.version && (first..=last).contains(&&address)
                }),
                Peer::Tier(name) => gate.groups.contains(name),
                // whoever is in a tier is in the groups of the program alone
                Peer::Foreign => guess == Guess::Everyone && gate.groups.is_empty(),
                Peer::Unknown(v6) => guess == Guess::Everyone && usize::from(*v6) == gate.version,
            };
            let is_asked = guess == Guess::Everyone || !rule.asks_for_port;
            names && (rule.all || carries && is_asked)
        })
    }
}

/// One direction of a group, and the host at the other end.
struct Gate<'g> {
    rules: Vec<&'g Rule>,
    version: usize,
    groups: &'g [String],
    /// Addresses of the far end that groups filter.
    far: &'g [u128],
    /// Whether there may be one that they do not.
    is_exempt: bool,
}

/// The addresses of an end that the gates of another never filter, and whether there may be more of
/// them.
fn services(near: &End, far: &End, version: usize) -> (BTreeSet<u128>, bool) {
    let address = |number: u128| match version {
        0 => IpAddr::from(Ipv4Addr::from(number as u32)),
        _ => IpAddr::from(Ipv6Addr::from(number)),
    };
    let number = |address: IpAddr| match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    };
    let (mut surely, mut perhaps) = (BTreeSet::new(), false);
    for (first, last) in far.home.ranges[version].iter().filter(|_| far.has_services) {
        if !is_single(address(*first), address(*last)) {
            continue;
        }
        let of_version = |address: &IpAddr| address.is_ipv4() == (version == 0);
        let known = surely_exempt().filter(of_version).map(number);
        surely.extend(known.filter(|known| (first..=last).contains(&known)));
        // a longer stretch is one without hosts, of which the edges are enough
        let each = if last - first < 15 {
            *first..=*last
        } else {
            *first..=*first
        };
        for one in each {
            perhaps |= may_be_exempt(&near.cidrs, address(one));
            surely.extend(Some(one).filter(|one| are_surely_exempt(&near.cidrs, address(*one))));
        }
    }
    (surely, perhaps)
}

impl Rule {
    fn new(key: &Key, is_v6: impl Fn(&str) -> bool) -> Rule {
        let peer = match key.peer.split_once(' ') {
            Some(("tier", name)) => Peer::Tier(name.to_string()),
            Some(("group", _)) => Peer::Foreign,
            Some(("list", list)) => match list.strip_prefix("made|") {
                Some(made) => Peer::List(entries(made)),
                None => Peer::Unknown(is_v6(list)),
            },
            _ => match key.peer.parse::<IpNet>() {
                Ok(block) => {
                    let (version, first, last) = ends(block);
                    Peer::Block(version == 1, first, last)
                }
                Err(_) => Peer::Unknown(is_v6(&key.peer)),
            },
        };
        let ends = match &key.ports {
            Some((from, to)) => [Some(from), Some(to)],
            None => [None, None],
        };
        let numbers = ends.map(|end| match end {
            Some(Port::Number(number)) => Some(*number),
            Some(Port::Parameter(_)) | None => None,
        });
        let ports = (
            numbers[0].map_or(0, |from| from as u16),
            numbers[1].map_or(u16::MAX, |to| to as u16),
        );
        let of_kind = numbers[0].zip(numbers[1]);
        let one = |only: Option<usize>, stretch: Stretch| {
            [0, 1].map(|version| only.is_none_or(|only| only == version).then_some(stretch))
        };
        let payloads = match key.protocol.as_str() {
            "-1" => [None; 2],
            "tcp" => one(None, (6, ports.0, ports.1)),
            "udp" => one(None, (17, ports.0, ports.1)),
            "icmp" => one(Some(0), kinds(1, of_kind)),
            "icmpv6" => one(Some(1), kinds(58, of_kind)),
            number => one(None, (number.parse().expect("a protocol"), 0, u16::MAX)),
        };
        Rule {
            peer,
            payloads,
            all: key.protocol == "-1",
            asks_for_port: ends
                .iter()
                .any(|end| matches!(end, Some(Port::Parameter(_)))),
        }
    }
}

/// The entries of a list, as readers write it.
fn entries(made: &str) -> Vec<(usize, u128, u128)> {
    let blocks = made.split('|').nth(2).expect("its entries");
    let block = |text: &str| ends(text.parse().expect("a block"));
    blocks.split(' ').map(block).collect()
}

/// Types and codes, -1 standing for all.
fn kinds(protocol: u8, ports: Option<(i64, i64)>) -> Stretch {
    match ports {
        None | Some((-1, _)) => (protocol, 0, u16::MAX),
        Some((kind, -1)) => (protocol, (kind as u16) << 8, (kind as u16) << 8 | 255),
        Some((kind, code)) => (
            protocol,
            (kind as u16) << 8 | code as u16,
            (kind as u16) << 8 | code as u16,
        ),
    }
}
