//! May this packet pass? Written from the language reference on the syntax tree, by brute force:
//! nothing is resolved, lowered or sorted; every question evaluates every statement again.

use crate::packets::{Host, Material, Packet, Payload};
use ipnet::IpNet;
use std::net::IpAddr;
use tierwall::ast::ProgramTree;
use tierwall::ast::{self, IcmpType, Item, NetItem, ServiceItem, Verb, Way};
use tierwall::source::Sources;

/// A program, asked.
pub struct Meaning<'p> {
    pub sources: &'p Sources,
    pub program: &'p ProgramTree,
    /// The day that counts as today, as programs write it.
    pub today: &'p str,
}

/// Built-in services (language reference, and `tierwall services`), as far as generated programs
/// use them.
const BUILT_IN: [(&str, &str, u16); 6] = [
    ("http", "tcp", 80),
    ("https", "tcp", 443),
    ("ssh", "tcp", 22),
    ("dns", "tcp", 53),
    ("dns", "udp", 53),
    ("mysql", "tcp", 3306),
];

/// Types of ICMP by name, of IPv4 and of IPv6, with the code where a type has but one or the name
/// means one (IANA, "ICMP Parameters" and "ICMPv6 Parameters").
type Kind = Option<(u8, Option<u8>)>;
const ICMP: [(&str, Kind, Kind); 8] = [
    ("echo-request", Some((8, None)), Some((128, Some(0)))),
    ("echo-reply", Some((0, None)), Some((129, Some(0)))),
    ("destination-unreachable", Some((3, None)), Some((1, None))),
    (
        "fragmentation-needed",
        Some((3, Some(4))),
        Some((2, Some(0))),
    ),
    ("packet-too-big", Some((3, Some(4))), Some((2, Some(0)))),
    ("time-exceeded", Some((11, None)), Some((3, None))),
    ("timestamp-request", Some((13, None)), None),
    ("neighbor-solicitation", None, Some((135, Some(0)))),
];

/// What a peer is to a packet's traffic: group references have members of both families.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Addresses,
    Group,
}

impl Meaning<'_> {
    /// Whether the rules of the program let this packet open a connection: the sender may send it
    /// (reference, section 5: an open tier sends everything, a closed one what a flow says), and
    /// the receiver accepts it.
    pub fn may_pass(&self, packet: &Packet) -> bool {
        self.sends(packet) && self.accepts(packet)
    }

    /// Whether it passes, by the rules or since groups do not filter it.
    pub fn passes(&self, packet: &Packet) -> bool {
        let exempt = |tier: &Option<String>, other: &Host| {
            tier.as_ref()
                .is_some_and(|tier| self.is_exempt(tier, other))
        };
        let sends = self.sends(packet) || exempt(&packet.sender.tier, &packet.receiver);
        sends && (self.accepts(packet) || exempt(&packet.receiver.tier, &packet.sender))
    }

    /// Whether the sender may send it; always true for a host in no tier.
    pub fn sends(&self, packet: &Packet) -> bool {
        match &packet.sender.tier {
            Some(tier) => self.groups(tier).iter().any(|group| {
                let is_covered = match self.outbound(group) {
                    "open" => self.dual() || packet.sender.address.is_ipv4(),
                    "open-ipv4" => packet.sender.address.is_ipv4(),
                    "open-ipv6" => packet.sender.address.is_ipv6(),
                    _ => false,
                };
                is_covered || self.states(packet, group, Way::To)
            }),
            None => true,
        }
    }

    /// Whether the receiver accepts it, likewise.
    pub fn accepts(&self, packet: &Packet) -> bool {
        match &packet.receiver.tier {
            Some(tier) => {
                let groups = self.groups(tier);
                groups
                    .iter()
                    .any(|group| self.states(packet, group, Way::From))
            }
            None => true,
        }
    }

    /// Whether a rule that a sentence puts on a group that is made elsewhere admits the packet, on
    /// the side of its receiver (`Way::From`) or of its sender: a sentence with the group as a
    /// subject (reference, section 12). What other rules the group has, nobody knows.
    pub fn admits_elsewhere(&self, packet: &Packet, group: &str, way: Way) -> bool {
        let other = match way {
            Way::From => &packet.sender,
            Way::To => &packet.receiver,
        };
        self.rules().any(|rule| {
            let is_about = rule.way == way && self.is_about_group(rule, group);
            is_about && self.peers_hold_for_group(rule, group, other, packet)
        })
    }

    fn is_about_group(&self, rule: &ast::Rule, group: &str) -> bool {
        let mut subjects = rule.subjects.items.iter();
        subjects.any(|item| match item {
            ast::TierItem::Name(name) => self.is_group(self.text(*name), group),
            ast::TierItem::Every(_) => false,
        })
    }

    /// Whether a host is among the peers of a sentence about a group that is made elsewhere.
    fn peers_hold_for_group(
        &self,
        rule: &ast::Rule,
        group: &str,
        host: &Host,
        packet: &Packet,
    ) -> bool {
        if self.is_in(&rule.except, host) {
            return false;
        }
        let is_itself = |peer: &ast::PeerItem| matches!(peer, ast::PeerItem::Itself(_));
        let by_address = rule.peers.iter().any(|peer| self.peer_holds(peer, host));
        let by_group = self.names_tier_of(rule, "", host)
            || self.names_group(rule, host)
            || rule.peers.iter().any(is_itself) && host.groups.iter().any(|it| it == group);
        by_address && self.offers(rule, packet, Side::Addresses)
            || by_group && self.offers(rule, packet, Side::Group)
    }

    /// The groups that the members of a tier carry: its own, those of the tiers that its `also`
    /// names, and so on.
    pub fn groups(&self, tier: &str) -> Vec<String> {
        let tiers = || {
            self.items().filter_map(|item| match item {
                Item::Tier(tier) => Some(tier),
                _ => None,
            })
        };
        let (mut groups, mut next) = (vec![tier.to_string()], 0);
        while next < groups.len() {
            let here = groups[next].clone();
            let is_here = |name: &ast::Name| self.text(*name) == here;
            for declared in tiers().filter(|tier| tier.names.iter().any(is_here)) {
                for other in tiers().flat_map(|tier| &tier.names) {
                    let other = self.text(*other);
                    let mut named = declared.also.iter();
                    let is_carried = named.any(|name| self.members(self.text(*name), other));
                    if is_carried && !groups.iter().any(|known| known == other) {
                        groups.push(other.to_string());
                    }
                }
            }
            next += 1;
        }
        groups
    }

    /// Whether some sentence opens this side's gate: one about this tier that points this way, or
    /// one about the tier at the other end that names this one (`A allows S from B` and
    /// `B allows S to A` are the same).
    fn states(&self, packet: &Packet, tier: &str, way: Way) -> bool {
        let other = if way == Way::From {
            &packet.sender
        } else {
            &packet.receiver
        };
        // an open tier has the rules of `sends` alone
        let is_open = way == Way::To && self.outbound(tier) == "open";
        let counts = |rule: &&ast::Rule| !is_open || rule.verb == Verb::Sends;
        self.rules().filter(counts).any(|rule| {
            let of = |name: &str| self.in_tiers(&rule.subjects, name);
            let about_this =
                rule.way == way && of(tier) && self.peers_hold(rule, tier, other, packet);
            let about_other = rule.way != way
                && rule.verb == Verb::Allows
                && !self.leaves_out(packet, tier, way)
                && !self.is_half_open(tier, way)
                && other.tier.as_ref().is_some_and(|other| {
                    let mut subjects = self.groups(other).into_iter();
                    subjects.any(|subject| of(&subject) && self.names_tier(rule, &subject, tier))
                })
                && self.offers(rule, packet, Side::Group);
            // a sentence about a foreign group that names this tier
            let about_foreign = rule.way != way
                && rule.verb == Verb::Allows
                && !self.is_half_open(tier, way)
                && self.is_about_group_of(rule, other)
                && self.names_tier(rule, "", tier)
                && self.offers(rule, packet, Side::Group);
            about_this || about_other || about_foreign
        })
    }

    /// Whether the outbound rules of a tier to tiers are left out (reference, section 12): it may
    /// send all traffic to anywhere, which under `ip = ipv4` is anywhere in IPv4. Then they admit
    /// nothing in IPv6.
    fn leaves_out(&self, packet: &Packet, tier: &str, way: Way) -> bool {
        let is_asked = way == Way::To && !self.dual() && packet.sender.address.is_ipv6();
        is_asked
            && self.rules().any(|rule| {
                let of_tier = self.in_tiers(&rule.subjects, tier);
                let is_all = rule.services.iter().any(|service| self.is_all(service));
                rule.way == Way::To && of_tier && is_all && self.has_a_rule_to_anywhere(rule)
            })
    }

    fn is_all(&self, service: &ServiceItem) -> bool {
        match service {
            ServiceItem::All(_) => true,
            ServiceItem::Name(name) => self.items().any(|item| match item {
                Item::Service(service) if self.text(service.name) == self.text(*name) => {
                    service.members.iter().any(|member| self.is_all(member))
                }
                _ => false,
            }),
            _ => false,
        }
    }

    /// Whether one block of a sentence is 0.0.0.0/0: one as written, or the fewest blocks of what
    /// `except` leaves.
    fn has_a_rule_to_anywhere(&self, rule: &ast::Rule) -> bool {
        let is_whole = |net: &ast::Net| net.net.prefix_len() == 0 && net.net.network().is_ipv4();
        if !rule.except.is_empty() && !self.excepts_tiers(rule) {
            return self.every_ipv4(|host| {
                let holds = |peer: &ast::PeerItem| self.peer_holds(peer, host);
                rule.peers.iter().any(holds) && !self.is_in(&rule.except, host)
            });
        }
        rule.peers.iter().any(|peer| match peer {
            ast::PeerItem::Net(net) => is_whole(net),
            ast::PeerItem::Name(name) => self.name_has_whole(self.text(*name)),
            ast::PeerItem::Itself(_) | ast::PeerItem::Vpc(..) | ast::PeerItem::Every(_) => false,
        })
    }

    /// Whether 0.0.0.0/0 is one of the blocks that have this name.
    fn name_has_whole(&self, name: &str) -> bool {
        ["anywhere", "anywhere-ipv4"].contains(&name)
            || self.items().any(|item| match item {
                Item::Network(network)
                    if self.text(network.name) == name && network.except.is_empty() =>
                {
                    network.members.iter().any(|member| match member {
                        NetItem::Net(net) => {
                            net.net.prefix_len() == 0 && net.net.network().is_ipv4()
                        }
                        NetItem::Name(name) => self.name_has_whole(self.text(*name)),
                        NetItem::Vpc(..) | NetItem::Every(_) => false,
                    })
                }
                Item::Network(network) if self.text(network.name) == name => {
                    self.every_ipv4(|host| self.in_named(name, host))
                }
                _ => false,
            })
    }

    /// Whether this holds of every IPv4 address, asked where a block of the program begins or ends.
    fn every_ipv4(&self, holds: impl Fn(&Host) -> bool) -> bool {
        let addresses = Material::new(self)
            .addresses()
            .filter(IpAddr::is_ipv4)
            .collect::<Vec<_>>();
        let nowhere = |address| Host {
            address,
            tier: None,
            groups: vec![],
            lists: vec![],
            blocks: vec![],
            is_reserved: false,
        };
        addresses
            .into_iter()
            .all(|address| holds(&nowhere(address)))
    }

    /// Sentences that still hold today.
    fn rules(&self) -> impl Iterator<Item = &ast::Rule> {
        let rules = self.items().filter_map(|item| match item {
            Item::Rule(rule) => Some(rule),
            _ => None,
        });
        rules.filter(|rule| {
            rule.until
                .is_none_or(|until| self.sources.text(until.span) >= self.today)
        })
    }

    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.program
            .files
            .iter()
            .flat_map(|file| &file.statements)
            .map(|statement| &statement.item)
    }

    pub fn text(&self, name: ast::Name) -> &str {
        self.sources.text(name.span)
    }

    /// Whether a host is among the peers of a sentence about `subject`, on this packet's traffic.
    fn peers_hold(&self, rule: &ast::Rule, subject: &str, host: &Host, packet: &Packet) -> bool {
        if self.is_in(&rule.except, host) {
            return false;
        }
        let by_address = rule.peers.iter().any(|peer| self.peer_holds(peer, host));
        let is_left_out = rule.verb == Verb::Allows && self.leaves_out(packet, subject, rule.way);
        let by_tier = !is_left_out && self.names_tier_of(rule, subject, host);
        let by_group = (rule.verb == Verb::Sends || !self.is_half_open(subject, rule.way))
            && (by_tier || self.names_group(rule, host));
        by_address && self.offers(rule, packet, Side::Addresses)
            || by_group && self.offers(rule, packet, Side::Group)
    }

    /// Whether a peer of a sentence holds a host's address.
    fn peer_holds(&self, peer: &ast::PeerItem, host: &Host) -> bool {
        match peer {
            ast::PeerItem::Itself(_) | ast::PeerItem::Every(_) => false,
            ast::PeerItem::Net(net) => net.net.contains(&host.address),
            ast::PeerItem::Vpc(_, name) => self.in_vpc(self.text(*name), host),
            ast::PeerItem::Name(name) => self.in_named(self.text(*name), host),
        }
    }

    fn names_tier_of(&self, rule: &ast::Rule, subject: &str, host: &Host) -> bool {
        host.tier.as_ref().is_some_and(|tier| {
            let mut groups = self.groups(tier).into_iter();
            groups.any(|group| self.names_tier(rule, subject, &group))
        })
    }

    /// Whether a sentence about `subject` names this tier at the other end.
    fn names_tier(&self, rule: &ast::Rule, subject: &str, tier: &str) -> bool {
        let is_out = rule.except.iter().any(|item| match item {
            NetItem::Name(name) => self.members(self.text(*name), tier),
            NetItem::Every(every) => self.is_every(every, tier),
            NetItem::Net(_) | NetItem::Vpc(..) => false,
        });
        rule.peers.iter().any(|peer| match peer {
            ast::PeerItem::Itself(_) => subject == tier,
            ast::PeerItem::Name(name) => !is_out && self.members(self.text(*name), tier),
            ast::PeerItem::Every(every) => !is_out && self.is_every(every, tier),
            ast::PeerItem::Net(_) | ast::PeerItem::Vpc(..) => false,
        })
    }

    /// Whether `name` is this tier, or a set that holds it.
    fn members(&self, name: &str, tier: &str) -> bool {
        let in_set = |set: &ast::TierSetDeclaration| {
            self.text(set.name) == name && self.in_tiers(&set.members, tier)
        };
        name == tier
            || self
                .items()
                .any(|item| matches!(item, Item::TierSet(set) if in_set(set)))
    }

    /// Whether a tier is one of a list, and not taken out of it.
    fn in_tiers(&self, list: &ast::TierList, tier: &str) -> bool {
        let holds = |items: &[ast::TierItem]| {
            items.iter().any(|item| match item {
                ast::TierItem::Name(name) => self.members(self.text(*name), tier),
                ast::TierItem::Every(every) => self.is_every(every, tier),
            })
        };
        holds(&list.items) && !holds(&list.except)
    }

    /// Whether a tier is one of `every tier`, `every cache in vpc main`.
    fn is_every(&self, every: &ast::Every, tier: &str) -> bool {
        let kind = self.text(every.kind);
        let mut declared = self.items().filter_map(|item| match item {
            Item::Tier(declared) if declared.names.iter().any(|name| self.text(*name) == tier) => {
                Some(declared)
            }
            _ => None,
        });
        let Some(declared) = declared.next() else {
            return false;
        };
        let is_kind = kind == "tier" || declared.role.is_some_and(|role| self.text(role) == kind);
        let vpcs = self.vpcs_of(tier);
        let in_vpc = every.vpc.is_none_or(|wanted| {
            // without any word of it, there is but one VPC
            vpcs.is_empty() || vpcs.contains(&self.text(wanted))
        });
        is_kind && in_vpc
    }

    /// Whether the `except` of a sentence takes tiers out, and not addresses.
    fn excepts_tiers(&self, rule: &ast::Rule) -> bool {
        rule.except.iter().any(|item| match item {
            NetItem::Every(_) => true,
            NetItem::Name(name) => self.items().any(|item| match item {
                Item::Tier(tier) => tier.names.iter().any(|n| self.text(*n) == self.text(*name)),
                Item::TierSet(set) => self.text(set.name) == self.text(*name),
                _ => false,
            }),
            NetItem::Net(_) | NetItem::Vpc(..) => false,
        })
    }

    /// Whether the sentence names a foreign group that the host is in.
    fn names_group(&self, rule: &ast::Rule, host: &Host) -> bool {
        let mut named = rule.peers.iter().filter_map(|peer| match peer {
            ast::PeerItem::Name(name) => Some(self.text(*name)),
            ast::PeerItem::Net(_)
            | ast::PeerItem::Itself(_)
            | ast::PeerItem::Vpc(..)
            | ast::PeerItem::Every(_) => None,
        });
        named.any(|name| self.is_in_group(name, host))
    }

    /// Whether the sentence is about a foreign group that the host is in.
    fn is_about_group_of(&self, rule: &ast::Rule, host: &Host) -> bool {
        let mut subjects = rule.subjects.items.iter().filter_map(|item| match item {
            ast::TierItem::Name(name) => Some(self.text(*name)),
            ast::TierItem::Every(_) => None,
        });
        subjects.any(|name| self.is_in_group(name, host))
    }

    /// Whether the host is in the foreign group of this name.
    fn is_in_group(&self, name: &str, host: &Host) -> bool {
        host.groups.iter().any(|group| self.is_group(name, group))
    }

    /// Whether a foreign group, an id or `parameter NAME`, has this name.
    fn is_group(&self, name: &str, group: &str) -> bool {
        self.items().any(|item| match item {
            Item::External(external) if self.text(external.name) == name => {
                *external.id.value == *group
            }
            Item::Param(param)
                if self.text(param.name) == name && self.text(param.kind) == "external" =>
            {
                group.strip_prefix("parameter ") == Some(name)
            }
            _ => false,
        })
    }

    fn is_in(&self, items: &[NetItem], host: &Host) -> bool {
        items.iter().any(|item| match item {
            NetItem::Net(net) => net.net.contains(&host.address),
            NetItem::Name(name) => self.in_named(self.text(*name), host),
            NetItem::Vpc(_, name) => self.in_vpc(self.text(*name), host),
            NetItem::Every(_) => false,
        })
    }

    /// Whether the host's address is in what has this name: a network, a prefix list or a block.
    fn in_named(&self, name: &str, host: &Host) -> bool {
        let (v4, built_in) = (host.address.is_ipv4(), |blocks: &[&str]| {
            blocks.iter().any(|block| holds(block, host.address))
        });
        match name {
            "anywhere" => return v4 || self.dual(),
            "anywhere-ipv4" => return v4,
            "anywhere-ipv6" => return !v4,
            "private" if v4 => {
                return built_in(&[
                    "10.0.0.0/8",
                    "172.16.0.0/12",
                    "192.168.0.0/16",
                    "100.64.0.0/10",
                ]);
            }
            "private" => return self.dual() && built_in(&["fc00::/7"]),
            _ => {}
        }
        self.items().any(|item| match item {
            Item::Network(network) if self.text(network.name) == name => {
                self.is_in(&network.members, host) && !self.is_in(&network.except, host)
            }
            Item::PrefixList(list) if self.text(list.name) == name => match &list.list {
                ast::ListSource::Existing(id) => host.lists.contains(&self.list(id)),
                ast::ListSource::Made(members) => self.is_in(members, host),
            },
            Item::Param(param) if self.text(param.name) == name => match self.text(param.kind) {
                "cidr" | "cidr-ipv6" | "cidr-list" => host.blocks.iter().any(|block| block == name),
                "prefix-list" => host.lists.contains(&format!("parameter {name}")),
                _ => false,
            },
            _ => false,
        })
    }

    /// What a prefix list is in AWS: a list of a region is that of the region the stack is deployed
    /// to.
    pub fn list(&self, id: &ast::StringLiteral) -> String {
        crate::verdict::in_its_region(&id.value)
    }

    fn in_vpc(&self, name: &str, host: &Host) -> bool {
        let vpcs = self.items().filter_map(|item| match item {
            Item::Vpc(vpc) if self.text(vpc.name) == name => Some(&vpc.block),
            _ => None,
        });
        let mut cidrs = vpcs.flat_map(|block| self.values(block, "cidr"));
        cidrs.any(|cidr| match cidr {
            ast::EntryValue::Net(net) => net.net.contains(&host.address),
            ast::EntryValue::Name(param) => {
                host.blocks.iter().any(|block| block == self.text(*param))
            }
            other => panic!("no block of addresses: {other:?}"),
        })
    }

    /// The value of a key, or the values of its list.
    pub fn values<'a>(
        &'a self,
        block: &'a ast::Block,
        key: &'a str,
    ) -> impl Iterator<Item = &'a ast::EntryValue> {
        let entries = block
            .entries
            .iter()
            .filter(move |entry| self.sources.text(entry.key.span()) == key);
        entries.flat_map(|entry| match &entry.value {
            ast::EntryValue::List(_, values) => values.iter().collect::<Vec<_>>(),
            value => vec![value],
        })
    }

    fn offers(&self, rule: &ast::Rule, packet: &Packet, side: Side) -> bool {
        rule.services
            .iter()
            .any(|service| self.carries(service, packet, side))
    }

    /// Whether the packet's traffic is of this service, toward a peer of this side.
    fn carries(&self, service: &ServiceItem, packet: &Packet, side: Side) -> bool {
        let v4 = packet.sender.address.is_ipv4();
        let both = side == Side::Addresses || v4 || self.dual();
        let service = &self.settled(*service);
        match (service, packet.payload) {
            (ServiceItem::All(_), _) => true,
            (ServiceItem::Tcp(span, ports), Payload::Tcp(port))
            | (ServiceItem::Udp(span, ports), Payload::Udp(port)) => {
                let end = |end: ast::PortEnd| match (end, end.name(span.file)) {
                    (ast::PortEnd::Number(port), _) => port,
                    (_, name) => packet.port(self.text(name.expect("it is a name"))),
                };
                match *ports {
                    ast::Ports::All => true,
                    ast::Ports::Known(from, to) => (from..=to).contains(&port),
                    ast::Ports::Named(from, to) => (end(from)..=end(to)).contains(&port),
                }
            }
            (ServiceItem::Proto(_, number), payload) => match payload {
                Payload::Tcp(_) => *number == 6,
                Payload::Udp(_) => *number == 17,
                Payload::Icmp(..) => *number == if v4 { 1 } else { 58 },
                Payload::Other(other) => *number == other,
            },
            (ServiceItem::Icmp(_, IcmpType::Number(kind, code)), Payload::Icmp(t, c)) => {
                v4 && *kind == t && code.is_none_or(|code| code == c)
            }
            (ServiceItem::Icmp(_, IcmpType::Any), Payload::Icmp(..)) => both,
            (ServiceItem::Icmp(_, IcmpType::Name(name)), Payload::Icmp(t, c)) => {
                both && named(self.text(*name), v4, t, c)
            }
            (ServiceItem::Icmpv6(_, IcmpType::Number(kind, code)), Payload::Icmp(t, c)) => {
                !v4 && *kind == t && code.is_none_or(|code| code == c)
            }
            (ServiceItem::Icmpv6(_, IcmpType::Any), Payload::Icmp(..)) => !v4,
            (ServiceItem::Icmpv6(_, IcmpType::Name(name)), Payload::Icmp(t, c)) => {
                !v4 && named(self.text(*name), v4, t, c)
            }
            (
                ServiceItem::Tcp(..)
                | ServiceItem::Udp(..)
                | ServiceItem::Icmp(..)
                | ServiceItem::Icmpv6(..),
                _,
            ) => false,
            (ServiceItem::NameAfterPort(..) | ServiceItem::PortAfterName(..), _) => {
                unreachable!("it is settled")
            }
            (ServiceItem::Name(name), payload) => {
                let name = self.text(*name);
                let declared = self.items().find_map(|item| match item {
                    Item::Service(service) if self.text(service.name) == name => {
                        Some(&service.members)
                    }
                    _ => None,
                });
                match (declared, name, payload) {
                    (Some(members), ..) => members
                        .iter()
                        .any(|member| self.carries(member, packet, side)),
                    (None, "ping", Payload::Icmp(t, c)) => both && named("echo-request", v4, t, c),
                    (None, _, Payload::Tcp(port)) => BUILT_IN.contains(&(name, "tcp", port)),
                    (None, _, Payload::Udp(port)) => BUILT_IN.contains(&(name, "udp", port)),
                    (None, _, Payload::Icmp(..) | Payload::Other(_)) => false,
                }
            }
        }
    }

    /// A service of a list; a name after ports is that of a port if it is declared as one.
    fn settled(&self, service: ServiceItem) -> ServiceItem {
        match service {
            ServiceItem::NameAfterPort(transport, name) => {
                let is_port = self.items().any(|item| match item {
                    Item::Param(param) => {
                        self.text(param.name) == self.text(name) && self.text(param.kind) == "port"
                    }
                    _ => false,
                });
                let end = ast::PortEnd::from_name(name);
                if is_port {
                    transport.item(name.span, ast::Ports::Named(end, end))
                } else {
                    ServiceItem::Name(name)
                }
            }
            ServiceItem::PortAfterName(transport, span, ports) => transport.item(span, ports),
            other => other,
        }
    }

    /// `outbound` of a tier: its own, else the stack's, else open.
    fn outbound(&self, tier: &str) -> &str {
        let outbound = self
            .of_tier(tier, "outbound")
            .or_else(|| self.of_stack("outbound"));
        outbound.unwrap_or("open")
    }

    /// Whether a tier is open in one IP version: then it has no outbound rules to groups
    /// (reference, section 12).
    fn is_half_open(&self, tier: &str, way: Way) -> bool {
        way == Way::To && ["open-ipv4", "open-ipv6"].contains(&self.outbound(tier))
    }

    /// What the statement of a tier says of a key.
    pub fn of_tier(&self, tier: &str, key: &str) -> Option<&str> {
        let blocks = self.items().filter_map(|item| match item {
            Item::Tier(declared) if declared.names.iter().any(|name| self.text(*name) == tier) => {
                declared.block.as_ref()
            }
            _ => None,
        });
        let mut entries = blocks.flat_map(|block| &block.entries);
        let entry = entries.find(|entry| self.sources.text(entry.key.span()) == key);
        self.word(entry.map(|entry| &entry.value))
    }

    /// The VPCs of a tier as it or the stack names them; nothing where neither does.
    pub fn vpcs_of(&self, tier: &str) -> Vec<&str> {
        let blocks = self.items().filter_map(|item| match item {
            Item::Tier(declared) if declared.names.iter().any(|name| self.text(*name) == tier) => {
                declared.block.as_ref()
            }
            _ => None,
        });
        let own = blocks.flat_map(|block| self.values(block, "vpc"));
        let own: Vec<&str> = own.filter_map(|value| self.word(Some(value))).collect();
        match own.is_empty() {
            true => self.of_stack("vpc").into_iter().collect(),
            false => own,
        }
    }

    /// `ip` of the stack.
    pub fn dual(&self) -> bool {
        self.of_stack("ip").is_none_or(|ip| ip == "dual")
    }

    pub fn of_stack(&self, key: &str) -> Option<&str> {
        let block = self.items().find_map(|item| match item {
            Item::Stack(stack) => stack.block.as_ref(),
            _ => None,
        });
        let reported = block.and_then(|block| {
            block
                .entries
                .iter()
                .find(|entry| self.sources.text(entry.key.span()) == key)
        });
        self.word(reported.map(|entry| &entry.value))
    }

    fn word(&self, value: Option<&ast::EntryValue>) -> Option<&str> {
        value.map(|value| self.sources.text(value.span()))
    }
}

fn holds(block: &str, address: IpAddr) -> bool {
    block.parse::<IpNet>().expect("a block").contains(&address)
}

/// Whether this type and code is the one of that name in this family.
fn named(name: &str, v4: bool, t: u8, c: u8) -> bool {
    let (_, of_v4, of_v6) = ICMP
        .iter()
        .find(|(known, ..)| *known == name)
        .expect("generated programs use these names");
    let kind = if v4 { of_v4 } else { of_v6 };
    kind.is_some_and(|(kind, code)| kind == t && code.is_none_or(|code| code == c))
}
