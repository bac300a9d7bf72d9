//! Packets to ask about: first packets of a connection, with all that a rule could know of their
//! ends.

use crate::amazon::NEAR;
use crate::meaning::Meaning;
use ipnet::IpNet;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use tierwall::ast::{self, EntryValue, IcmpType, Item, NetItem, Ports, ServiceItem};
use tierwall::source::Sources;

/// The first packet of a connection. Both ends have addresses of one family.
#[derive(Debug, Clone)]
pub struct Packet {
    pub sender: Host,
    pub receiver: Host,
    pub payload: Payload,
    /// The values of the parameters that are ports, as [`PORTS`] names them.
    pub ports: [u16; 2],
}

/// The parameters that are ports.
pub const PORTS: [&str; 2] = ["app-port", "last-port"];

impl Packet {
    /// The same with other values of the parameters that are ports.
    pub fn with_ports(self, ports: [u16; 2]) -> Packet {
        Packet { ports, ..self }
    }

    /// The value of a parameter that is a port.
    pub fn port(&self, name: &str) -> u16 {
        let at = PORTS.iter().position(|port| *port == name);
        self.ports[at.expect("a parameter that is a port")]
    }
}

/// One end. What a program cannot know of a host (whether it is in a foreign group or a prefix
/// list, or has an address of a block that is a parameter) is settled here, one way or the other.
#[derive(Debug, Clone)]
pub struct Host {
    pub address: IpAddr,
    /// The tier it is a member of.
    pub tier: Option<String>,
    /// Foreign security groups it is in: an id, or `parameter NAME`.
    pub groups: Vec<String>,
    /// Prefix lists it is in: an id, a name of AWS, or `parameter NAME`.
    pub lists: Vec<String>,
    /// Parameters whose blocks it is in.
    pub blocks: Vec<String>,
    /// Whether AWS has its address for itself, where that depends on subnets.
    pub is_reserved: bool,
}

/// What it carries. ICMP is that of the packet's family.
#[derive(Debug, Clone, Copy)]
pub enum Payload {
    Tcp(u16),
    Udp(u16),
    /// Type and code.
    Icmp(u8, u8),
    /// Another protocol, by number.
    Other(u8),
}

/// What the packets of a program are made of.
#[derive(Debug, Default)]
pub struct Material {
    v4: BTreeSet<IpAddr>,
    v6: BTreeSet<IpAddr>,
    tiers: Vec<String>,
    groups: Vec<String>,
    lists: Vec<(String, bool)>,
    blocks: Vec<(String, bool)>,
    ports: BTreeSet<u16>,
    icmp: BTreeSet<(u8, u8)>,
    protocols: BTreeSet<u8>,
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same packets for the same seed.
#[derive(Debug)]
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }

    fn once_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn of<'p, T>(
        &mut self,
        pool: impl IntoIterator<Item = &'p T, IntoIter: ExactSizeIterator + Clone>,
    ) -> Option<&'p T> {
        let pool = pool.into_iter();
        let count = pool.len();
        if count == 0 {
            None
        } else {
            pool.clone().nth(self.below(count))
        }
    }
}

impl Material {
    /// Every boundary that a program has: first and last address of each block and their
    /// neighbours, ports and types likewise; and the names of what hosts can be in.
    pub fn new(meaning: &Meaning<'_>) -> Material {
        let Meaning {
            sources, program, ..
        } = meaning;
        let mut material = Material::default();
        let catalogue = [22, 53, 80, 443, 3306]
            .into_iter()
            .flat_map(|port: u16| [port - 1, port, port + 1]);
        material
            .ports
            .extend(catalogue.chain([0, 1, 65_534, 65_535, 8080, 8100, 9000]));
        material.icmp.extend([
            (0, 0),
            (3, 4),
            (3, 3),
            (8, 0),
            (128, 0),
            (128, 1),
            (129, 0),
            (2, 0),
            (1, 3),
            (11, 0),
            (13, 0),
            (3, 0),
            (135, 0),
            (255, 255),
        ]);
        material.protocols.extend([0, 2, 47, 255]);
        for block in [
            "0.0.0.0/0",
            "::/0",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "fc00::/7",
        ] {
            material.block(block.parse().expect("a block"));
        }
        for address in NEAR.map(|address| address.parse().expect("an address")) {
            if IpAddr::is_ipv4(&address) {
                material.v4.insert(address)
            } else {
                material.v6.insert(address)
            };
        }
        let text = |name: &ast::Name| sources.text(name.span).to_string();
        for statement in program.files.iter().flat_map(|file| &file.statements) {
            match &statement.item {
                Item::Network(network) => {
                    material.nets(network.members.iter().chain(&network.except))
                }
                Item::Vpc(vpc) => vpc
                    .block
                    .entries
                    .iter()
                    .for_each(|entry| material.value(&entry.value)),
                Item::Service(service) => material.services(&service.members),
                Item::Tier(tier) => material.tiers.extend(tier.names.iter().map(text)),
                Item::External(external) => material.groups.push(external.id.value.to_string()),
                Item::PrefixList(list) => match &list.list {
                    ast::ListSource::Existing(id) => material
                        .lists
                        .push((meaning.list(id), is_v6(sources, list, id))),
                    ast::ListSource::Made(members) => material.nets(members),
                },
                Item::Param(param) => match text(&param.kind).as_str() {
                    "cidr" | "cidr-list" => material.blocks.push((text(&param.name), false)),
                    "cidr-ipv6" => material.blocks.push((text(&param.name), true)),
                    "external" => material
                        .groups
                        .push(format!("parameter {}", text(&param.name))),
                    "prefix-list" => material
                        .lists
                        .push((format!("parameter {}", text(&param.name)), false)),
                    _ => {}
                },
                Item::Rule(rule) => {
                    material.nets(&rule.except);
                    material.services(&rule.services);
                    rule.peers.iter().for_each(|peer| match peer {
                        ast::PeerItem::Net(net) => material.block(net.net),
                        ast::PeerItem::Name(_)
                        | ast::PeerItem::Itself(_)
                        | ast::PeerItem::Vpc(..)
                        | ast::PeerItem::Every(_) => {}
                    });
                }
                Item::Stack(_)
                | Item::Include(_)
                | Item::Environments(_)
                | Item::Peering(_)
                | Item::TierSet(_)
                | Item::Assertion(_) => {}
            }
        }
        material
    }

    /// Every address that it knows.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        self.v4.iter().chain(&self.v6).copied()
    }

    /// A payload for each boundary that it knows.
    pub fn payloads(&self) -> impl Iterator<Item = Payload> + '_ {
        let ports = self
            .ports
            .iter()
            .flat_map(|port| [Payload::Tcp(*port), Payload::Udp(*port)]);
        let icmp = self
            .icmp
            .iter()
            .map(|(kind, code)| Payload::Icmp(*kind, *code));
        ports
            .chain(icmp)
            .chain(self.protocols.iter().map(|number| Payload::Other(*number)))
    }

    /// All that a host can be in: foreign groups, and prefix lists and blocks of parameters of its
    /// family.
    pub fn everything(&self, v6: bool) -> (Vec<String>, Vec<String>, Vec<String>) {
        let fits = |list: &[(String, bool)]| {
            list.iter()
                .filter(|(_, is_v6)| *is_v6 == v6)
                .map(|(name, _)| name.clone())
                .collect()
        };
        (self.groups.clone(), fits(&self.lists), fits(&self.blocks))
    }

    fn nets<'a>(&mut self, items: impl IntoIterator<Item = &'a NetItem>) {
        for item in items {
            match item {
                NetItem::Net(net) => self.block(net.net),
                NetItem::Name(_) | NetItem::Vpc(..) | NetItem::Every(_) => {}
            }
        }
    }

    fn value(&mut self, value: &EntryValue) {
        match value {
            EntryValue::Net(net) => self.block(net.net),
            EntryValue::List(_, values) => values.iter().for_each(|value| self.value(value)),
            EntryValue::Text(_)
            | EntryValue::Number(..)
            | EntryValue::Name(_)
            | EntryValue::Block(_)
            | EntryValue::Source(..) => {}
        }
    }

    fn block(&mut self, block: IpNet) {
        match block {
            IpNet::V4(net) => {
                let (first, last) = (u32::from(net.network()), u32::from(net.broadcast()));
                let near = [first.wrapping_sub(1), first, last, last.wrapping_add(1)];
                self.v4.extend(near.map(|n| IpAddr::V4(Ipv4Addr::from(n))));
            }
            IpNet::V6(net) => {
                let (first, last) = (u128::from(net.network()), u128::from(net.broadcast()));
                let near = [first.wrapping_sub(1), first, last, last.wrapping_add(1)];
                self.v6.extend(near.map(|n| IpAddr::V6(Ipv6Addr::from(n))));
            }
        }
    }

    fn services(&mut self, services: &[ServiceItem]) {
        for service in services {
            match service {
                ServiceItem::Tcp(_, Ports::Known(from, to))
                | ServiceItem::Udp(_, Ports::Known(from, to))
                | ServiceItem::PortAfterName(_, _, Ports::Known(from, to)) => {
                    self.ports
                        .extend([from.wrapping_sub(1), *from, *to, to.wrapping_add(1)]);
                }
                ServiceItem::Icmp(_, IcmpType::Number(kind, code))
                | ServiceItem::Icmpv6(_, IcmpType::Number(kind, code)) => {
                    let code = code.unwrap_or(9);
                    self.icmp.extend([
                        (*kind, code),
                        (*kind, code.wrapping_add(1)),
                        (kind.wrapping_add(1), code),
                    ]);
                }
                ServiceItem::Proto(_, number) if ![1, 6, 17, 58].contains(number) => {
                    self.protocols.insert(*number);
                }
                ServiceItem::Name(_)
                | ServiceItem::NameAfterPort(..)
                | ServiceItem::PortAfterName(..)
                | ServiceItem::All(_)
                | ServiceItem::Tcp(..)
                | ServiceItem::Udp(..)
                | ServiceItem::Icmp(..)
                | ServiceItem::Icmpv6(..)
                | ServiceItem::Proto(..) => {}
            }
        }
    }

    /// Any packet with at least one end in a tier.
    pub fn packet(&self, random: &mut Random) -> Packet {
        let v6 = random.once_in(2);
        let tier = self.tiers.get(random.below(self.tiers.len())).cloned();
        let mut ends = [self.host(random, v6), self.host(random, v6)];
        ends[random.below(2)].tier = tier;
        let [sender, receiver] = ends;
        Packet {
            sender,
            receiver,
            payload: self.payload(random),
            ports: [self.port(random), self.port(random)],
        }
    }

    fn host(&self, random: &mut Random, v6: bool) -> Host {
        let known = random.of(if v6 { &self.v6 } else { &self.v4 }).copied();
        let anything = (u128::from(random.next()) << 64) | u128::from(random.next());
        let anything = if v6 {
            IpAddr::V6(Ipv6Addr::from(anything))
        } else {
            IpAddr::V4(Ipv4Addr::from(anything as u32))
        };
        let address = known.filter(|_| !random.once_in(6)).unwrap_or(anything);
        let tier = if random.once_in(2) {
            random.of(&self.tiers).cloned()
        } else {
            None
        };
        let (groups, lists, blocks) = self.everything(v6);
        let (groups, lists, blocks) = (
            chosen(groups, random),
            chosen(lists, random),
            chosen(blocks, random),
        );
        let is_reserved = tier.is_none() && random.once_in(2);
        Host {
            address,
            tier,
            groups,
            lists,
            blocks,
            is_reserved,
        }
    }

    fn port(&self, random: &mut Random) -> u16 {
        let port = random.of(&self.ports).copied().unwrap_or(80);
        if random.once_in(8) {
            random.next() as u16
        } else {
            port
        }
    }

    fn payload(&self, random: &mut Random) -> Payload {
        let port = self.port(random);
        match random.below(7) {
            0..=2 => Payload::Tcp(port),
            3 => Payload::Udp(port),
            4 | 5 => {
                let (kind, code) = random.of(&self.icmp).copied().unwrap_or((8, 0));
                if random.once_in(8) {
                    Payload::Icmp(random.next() as u8, code)
                } else {
                    Payload::Icmp(kind, code)
                }
            }
            _ => Payload::Other(random.of(&self.protocols).copied().unwrap_or(50)),
        }
    }
}

/// Some of these, each by a toss.
fn chosen(pool: Vec<String>, random: &mut Random) -> Vec<String> {
    pool.into_iter().filter(|_| random.once_in(3)).collect()
}

/// The family of a prefix list: `family`, or what AWS's name tells.
fn is_v6(sources: &Sources, list: &ast::PrefixListDeclaration, id: &ast::StringLiteral) -> bool {
    let entries = list.block.iter().flat_map(|block| &block.entries);
    let mut reported = entries
        .filter(|entry| sources.text(entry.key.span()) == "family")
        .map(|entry| sources.text(entry.value.span()));
    reported
        .next()
        .map_or(id.value.contains(".ipv6."), |family| family == "ipv6")
}
