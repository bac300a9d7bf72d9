//! Stable names: what a resource is called in an output.
//!
//! A rule is named for what it is in AWS: group, direction, protocol, ports, peer. Names that would
//! be equal after mangling all carry a suffix made of what they name, so that none depends on the
//! others' order.

use super::rule::Direction;
use super::{Deployment, Rule};
use crate::hash::{Fnv, hash};
use crate::net::{self, EVERY_IPV4, EVERY_IPV6, Ports, Sink, Traffic, push_number, push_v4};
use crate::policy::{ListReference, Peer, Reference, TierId, aws_list};
use ipnet::IpNet;
use std::borrow::Cow;
use std::collections::HashSet;

/// How names are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `web_tcp_443_from_anywhere_ipv4`: Terraform
    Snake,
    /// `WebTcp443FromApp`: CloudFormation, whose logical ids are letters and digits only
    Pascal,
}

/// Which of a tier's names counts.
#[derive(Debug, Clone, Copy)]
pub enum Renaming {
    /// The name it has now.
    Current,
    /// The first it ever had.
    Oldest,
}

/// The earlier name of a tier with this position, in the place of the name that the tier goes by.
pub type EarlierName = (TierId, usize);

/// What traffic and directions start with in snake case, and what stands for all addresses.
const SNAKE_WORDS: [&str; 9] = [
    "all", "proto", "tcp", "udp", "icmp", "icmpv6", "from", "to", "anywhere",
];

/// What traffic and directions start with in Pascal case.
const PASCAL_WORDS: [&str; 7] = ["All", "Proto", "Tcp", "Udp", "Icmp", "From", "To"];

/// The names of one output.
#[derive(Debug)]
pub struct Names<'d> {
    deployment: &'d Deployment<'d>,
    style: Style,
    renaming: Renaming,
    /// What each tier adds to a name.
    tiers: Vec<String>,
    /// Hashes of names that more than one thing would have.
    shared: HashSet<u64>,
    /// Hashes of earlier names that rules would have had which share the name that they have now.
    shared_before: HashSet<u64>,
}

impl<'d> Names<'d> {
    /// The names of the rules that `named` picks, `others` being what else is named in the same
    /// space: groups and parameters, which keep their names whatever a rule is called.
    pub fn new(
        deployment: &'d Deployment<'d>,
        style: Style,
        renaming: Renaming,
        named: fn(&Rule) -> bool,
        others: &[String],
    ) -> Names<'d> {
        let mut names = Names {
            deployment,
            style,
            renaming,
            tiers: Vec::new(),
            shared: HashSet::new(),
            shared_before: HashSet::new(),
        };
        names.tiers = deployment
            .groups
            .iter()
            .map(|group| mangled(style, names.tier(group.tier, &[])))
            .collect();
        if names.are_distinct(named, others) {
            return names;
        }
        let mut hashes: Vec<u64> = others.iter().map(|other| hash(other)).collect();
        for group in &deployment.groups {
            for (direction, rules) in [
                (Direction::Ingress, &group.ingress),
                (Direction::Egress, &group.egress),
            ] {
                for rule in rules.iter().filter(|rule| named(rule)) {
                    hashes.push(names.hash(group.tier, direction, rule, &[]));
                }
            }
        }
        hashes.sort_unstable();
        let twice = hashes.windows(2).filter(|pair| pair[0] == pair[1]);
        names.shared = twice.map(|pair| pair[0]).collect();
        names.shared_before = names.find_shared_before();
        names
    }

    /// Where rules share a name now, and shared one before their tiers were renamed, each had a
    /// suffix then.
    fn find_shared_before(&self) -> HashSet<u64> {
        let mut hashes: Vec<(u64, u64)> = Vec::new();
        for group in self
            .deployment
            .groups
            .iter()
            .filter(|_| !self.shared.is_empty())
        {
            for direction in Direction::ALL {
                for rule in group.rules(direction) {
                    let earlier = self.earlier_names(group.tier, rule);
                    let now = self.hash(group.tier, direction, rule, &[]);
                    if self.shared.contains(&now) {
                        let before = earlier.iter().filter(|earlier| !earlier.is_empty());
                        hashes.extend(
                            before.map(|it| (now, self.hash(group.tier, direction, rule, it))),
                        );
                    }
                }
            }
        }
        hashes.sort_unstable();
        hashes
            .windows(2)
            .filter(|pair| pair[0] == pair[1])
            .map(|pair| pair[0].1)
            .collect()
    }

    /// Whether it is plain that no two rules have one name, as in most programs: then none has to
    /// be made to see it.
    ///
    /// A name is a tier, traffic, a direction and a peer. Where no tier has a word in it that
    /// traffic or a direction starts with, the first such word is where the tier ends, and traffic
    /// tells its own end. So two rules of one name have one tier, traffic and direction, and peers
    /// that are mangled alike. Tiers are never alike after mangling, as resolving sees to.
    fn are_distinct(&self, named: fn(&Rule) -> bool, others: &[String]) -> bool {
        match self.style {
            Style::Snake => {
                let is_word = |part: &str| SNAKE_WORDS.contains(&part);
                !self.tiers.iter().any(|tier| tier.split('_').any(is_word))
                    && self.peers_are_distinct()
            }
            Style::Pascal => {
                let names_a_tier = |rule: &Rule| matches!(rule.peer, Peer::Tier(_));
                !self
                    .tiers
                    .iter()
                    .chain(others)
                    .any(|name| has_pascal_word(name))
                    && self.rules().filter(|rule| named(rule)).all(names_a_tier)
            }
        }
    }

    fn rules(&self) -> impl Iterator<Item = &'d Rule> {
        self.deployment
            .groups
            .iter()
            .flat_map(|group| group.ingress.iter().chain(&group.egress))
    }

    /// Whether no two peers that rules can have are mangled alike.
    ///
    /// Blocks never are, among themselves, but for those of IPv6 that are written with dots:
    /// `::ffff:1.2.3.4/128`. No tier has the name of a block that stands for all addresses, since
    /// it has the word `anywhere` in it.
    fn peers_are_distinct(&self) -> bool {
        let mangled_peer = |peer| mangled(self.style, &self.peer(peer));
        let everywhere = [EVERY_IPV4, EVERY_IPV6].map(Peer::Net);
        let mut named: HashSet<String> = everywhere.map(mangled_peer).into();
        let mut peers = self.deployment.named_peers().map(mangled_peer);

        peers.all(|name| !is_like_a_block(&name) && named.insert(name))
            && !self.tiers.iter().any(|tier| is_like_a_block(tier))
            && (named.len() == everywhere.len()
                || !self.tiers.iter().any(|tier| named.contains(tier)))
            && !self.rules().any(has_dotted_ipv6)
    }

    /// Whether every rule has the name that its parts make: no two would have one.
    pub fn are_plain(&self) -> bool {
        self.shared.is_empty()
    }

    /// What a tier adds to the names of rules.
    pub fn of_tier(&self, tier: TierId) -> &str {
        &self.tiers[tier.index()]
    }

    /// Appends the name of a rule.
    pub fn rule(&self, tier: TierId, direction: Direction, rule: &Rule, out: &mut impl Sink) {
        self.named(tier, direction, rule, &[], out);
    }

    /// Appends the name of a rule when these of its tiers had these earlier names.
    fn named(
        &self,
        tier: TierId,
        direction: Direction,
        rule: &Rule,
        earlier: &[EarlierName],
        out: &mut impl Sink,
    ) {
        self.plain(tier, direction, rule, earlier, out);
        let shared = if earlier.is_empty() {
            &self.shared
        } else {
            &self.shared_before
        };
        if !shared.is_empty() && shared.contains(&self.hash(tier, direction, rule, earlier)) {
            let mut content = format!("{} ", self.tier(tier, earlier));
            self.push_within(direction, rule, earlier, &mut content);
            self.suffix(&content, out);
        }
    }

    /// The hash of the name before any suffix.
    fn hash(
        &self,
        tier: TierId,
        direction: Direction,
        rule: &Rule,
        earlier: &[EarlierName],
    ) -> u64 {
        let mut hash = Fnv::default();
        self.plain(tier, direction, rule, earlier, &mut hash);
        hash.value()
    }

    /// The names that a rule has had as its tiers were renamed, the oldest first, the one that it
    /// has now last; none for a rule whose tiers never were.
    ///
    /// A resource of Terraform can have been moved from one address only, so the earlier names of a
    /// rule form one chain: every combination of the names that its two tiers had. Whichever of
    /// them a state holds, the rest of the chain leads to the name of today.
    pub fn chain(&self, tier: TierId, direction: Direction, rule: &Rule) -> Vec<String> {
        let name = |earlier: &Vec<EarlierName>| {
            let mut name = String::new();
            self.named(tier, direction, rule, earlier, &mut name);
            name
        };
        self.earlier_names(tier, rule).iter().map(name).collect()
    }

    /// For each name of a chain: the earlier names that it is made of, that of the rule's own tier
    /// first.
    pub fn earlier_names(&self, tier: TierId, rule: &Rule) -> Vec<Vec<EarlierName>> {
        let group = self.deployment.group(tier);
        let peer = rule.peer.tier().filter(|peer| *peer != tier);
        let peer = peer.map(|peer| self.deployment.group(peer));
        let mut chain = Vec::new();
        if group.was.is_empty() && peer.is_none_or(|peer| peer.was.is_empty()) {
            return chain;
        }
        for own in (0..=group.was.len()).rev() {
            for other in (0..=peer.map_or(0, |peer| peer.was.len())).rev() {
                // position 0 stands for the name of today, n + 1 for `was[n]`
                let mut earlier = Vec::new();
                earlier.extend(own.checked_sub(1).map(|n| (tier, n)));
                earlier.extend(
                    peer.zip(other.checked_sub(1))
                        .map(|(peer, n)| (peer.tier, n)),
                );
                chain.push(earlier);
            }
        }
        chain
    }

    /// Appends a suffix that eight hexadecimal digits of a hash of `content` make.
    fn suffix(&self, content: &str, out: &mut impl Sink) {
        let digest = hash(content) >> 32;
        out.put(&match self.style {
            Style::Snake => format!("_{digest:08x}"),
            Style::Pascal => format!("X{digest:08x}"),
        });
    }

    /// Appends what the rule is within its group, with nothing mangled:
    /// `ingress tcp 443 block 203.0.113.0/24`
    pub fn within(&self, direction: Direction, rule: &Rule, out: &mut impl Sink) {
        self.push_within(direction, rule, &[], out);
    }

    fn push_within(
        &self,
        direction: Direction,
        rule: &Rule,
        earlier: &[EarlierName],
        out: &mut impl Sink,
    ) {
        out.put(match direction {
            Direction::Ingress => "ingress ",
            Direction::Egress => "egress ",
        });
        net::push_traffic(out, rule.traffic);
        out.put(self.kind(rule.peer));
        match rule.peer {
            Peer::Net(block) if block.prefix_len() > 0 => net::push_block(out, &block),
            Peer::Tier(tier) => out.put(self.tier(tier, earlier)),
            peer => out.put(&self.peer(peer)),
        }
    }

    /// What a peer is, as a word before its name: a parameter can have the name of a list, or an id
    /// for its name.
    fn kind(&self, peer: Peer) -> &'static str {
        match peer {
            Peer::Net(_) => " block ",
            Peer::Param(_) => " parameter ",
            Peer::Tier(_) => " tier ",
            Peer::PrefixList(id) => match self.deployment.list(id) {
                ListReference::Id(_) | ListReference::Aws(_) => " prefix list ",
                ListReference::Param(_) => " prefix list parameter ",
            },
            Peer::External(id) => match self.deployment.external(id) {
                (Reference::Id(_), _) => " group ",
                (Reference::Param(_), _) => " group parameter ",
            },
        }
    }

    /// The name that a tier goes by, or an earlier one.
    fn tier(&self, tier: TierId, earlier: &[EarlierName]) -> &'d str {
        let group = self.deployment.group(tier);
        let position = earlier
            .iter()
            .find(|(id, _)| *id == tier)
            .map(|(_, position)| *position);
        if let Some(was) = position.and_then(|position| group.was.get(position)) {
            return was;
        }
        let oldest = match self.renaming {
            Renaming::Current => None,
            Renaming::Oldest => group.was.last(),
        };
        oldest.map_or(group.name, String::as_str)
    }

    /// The name of a peer, with nothing mangled.
    fn peer(&self, peer: Peer) -> Cow<'d, str> {
        let deployment = self.deployment;
        let name = match peer {
            Peer::Net(EVERY_IPV4) => "anywhere_ipv4",
            Peer::Net(EVERY_IPV6) => "anywhere_ipv6",
            Peer::Net(block) => return block.to_string().into(),
            Peer::Tier(tier) => self.tier(tier, &[]),
            Peer::Param(id) => deployment.parameter_name(id),
            Peer::External(id) => match deployment.external(id) {
                (Reference::Id(id), _) => id,
                (Reference::Param(id), _) => deployment.parameter_name(*id),
            },
            Peer::PrefixList(id) => match deployment.list(id) {
                ListReference::Id(id) => id,
                ListReference::Aws(name) => aws_list(name),
                ListReference::Param(id) => deployment.parameter_name(*id),
            },
        };
        name.into()
    }

    /// Appends the name of a rule before any suffix.
    fn plain(
        &self,
        tier: TierId,
        direction: Direction,
        rule: &Rule,
        earlier: &[EarlierName],
        out: &mut impl Sink,
    ) {
        self.push_tier(tier, earlier, out);
        push_traffic(out, rule.traffic, self.style);
        out.put(match (self.style, direction) {
            (Style::Snake, Direction::Ingress) => "_from_",
            (Style::Snake, Direction::Egress) => "_to_",
            (Style::Pascal, Direction::Ingress) => "From",
            (Style::Pascal, Direction::Egress) => "To",
        });
        match (rule.peer, self.style) {
            (Peer::Tier(tier), _) => self.push_tier(tier, earlier, out),
            (Peer::Net(IpNet::V4(block)), Style::Snake) if block.prefix_len() > 0 => {
                push_v4(out, block, b'_', b'_')
            }
            (
                peer @ (Peer::Net(_) | Peer::Param(_) | Peer::External(_) | Peer::PrefixList(_)),
                style,
            ) => {
                push_mangled(out, style, &self.peer(peer));
            }
        }
    }

    fn push_tier(&self, tier: TierId, earlier: &[EarlierName], out: &mut impl Sink) {
        if earlier.iter().any(|(id, _)| *id == tier) {
            push_mangled(out, self.style, self.tier(tier, earlier));
        } else {
            out.put(self.of_tier(tier));
        }
    }
}

/// Whether a name in Pascal case has a word in it that traffic or a direction starts with.
fn has_pascal_word(name: &str) -> bool {
    let starts = name
        .bytes()
        .enumerate()
        .filter(|(_, byte)| byte.is_ascii_uppercase());
    let mut rests = starts.map(|(at, _)| &name.as_bytes()[at..]);
    rests.any(|rest| {
        PASCAL_WORDS
            .iter()
            .any(|word| rest.starts_with(word.as_bytes()))
    })
}

/// Whether a mangled name could be that of a block: hexadecimal digits in five parts or more, as
/// `10_0_0_0_8` has them, or with an empty part among them, as `2001_db8___32` has.
fn is_like_a_block(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte == b'_' || byte.is_ascii_hexdigit())
        && (name.contains("__") || name.matches('_').count() >= 4)
}

/// Whether the peer of a rule is a block of IPv6 that is written with dots.
fn has_dotted_ipv6(rule: &Rule) -> bool {
    matches!(rule.peer, Peer::Net(IpNet::V6(block)) if block.addr().to_ipv4_mapped().is_some())
}

fn mangled(style: Style, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_mangled(&mut out, style, text);
    out
}

fn push_mangled(out: &mut impl Sink, style: Style, text: &str) {
    match style {
        Style::Snake => push_snake(out, text),
        Style::Pascal => push_pascal(out, text),
    }
}

impl Sink for Fnv {
    fn put(&mut self, text: &str) {
        Fnv::push(self, text.as_bytes());
    }

    fn put_ascii(&mut self, text: &[u8]) {
        Fnv::push(self, text);
    }
}

/// Appends `_tcp_443`, `_udp_8000_8100`, `_icmp_3_4`, `_proto_50`, `_all`; or `Tcp443`,
/// `Udp8000To8100`, `IcmpType3Code4`, `Proto50`, `All`.
fn push_traffic(out: &mut impl Sink, traffic: Traffic, style: Style) {
    let (snake, pascal) = match traffic {
        Traffic::All => ("_all", "All"),
        Traffic::Number(_) => ("_proto_", "Proto"),
        Traffic::Tcp(_) => ("_tcp_", "Tcp"),
        Traffic::Udp(_) => ("_udp_", "Udp"),
        Traffic::Icmp(_) => ("_icmp_", "Icmp"),
        Traffic::Icmpv6(_) => ("_icmpv6_", "Icmpv6"),
    };
    let spelled = |snake: &'static str, pascal: &'static str| match style {
        Style::Snake => snake,
        Style::Pascal => pascal,
    };
    out.put(spelled(snake, pascal));
    match traffic {
        Traffic::All => {}
        Traffic::Number(number) => push_number(out, number),
        Traffic::Tcp(Ports::ALL)
        | Traffic::Udp(Ports::ALL)
        | Traffic::Icmp(None)
        | Traffic::Icmpv6(None) => {
            out.put(spelled("all", "All"));
        }
        Traffic::Tcp(Ports { from, to }) | Traffic::Udp(Ports { from, to }) => {
            push_number(out, from);
            if from != to {
                out.put(spelled("_", "To"));
                push_number(out, to);
            }
        }
        Traffic::Icmp(Some((kind, code))) | Traffic::Icmpv6(Some((kind, code))) => {
            out.put(spelled("", "Type"));
            push_number(out, kind);
            if let Some(code) = code {
                out.put(spelled("_", "Code"));
                push_number(out, code);
            }
        }
    }
}

/// Appends `text` as part of a snake-case name: `_` for every character that is no letter or digit.
pub fn push_snake(out: &mut impl Sink, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| !byte.is_ascii_alphanumeric()) {
        out.put(&rest[..at]);
        out.put("_");
        rest = &rest[at + rest[at..].chars().next().map_or(1, char::len_utf8)..];
    }
    out.put(rest);
}

/// Appends `text` as part of a Pascal-case name: each run of letters and digits with a capital,
/// nothing else.
pub fn push_pascal(out: &mut impl Sink, text: &str) {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    for word in words.filter(|word| !word.is_empty()) {
        out.put_ascii(&[word.as_bytes()[0].to_ascii_uppercase()]);
        out.put(&word[1..]);
    }
}
