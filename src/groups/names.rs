//! Stable names: what a resource is called in an output.
//!
//! A rule is named for what it is in AWS: group, direction, protocol, ports, peer. Names that would be equal
//! after mangling all carry a suffix made of what they name, so that none depends on the others' order.

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

/// For each of these tiers, the earlier name with this position, in the place of the name that it goes by.
type Earlier<'e> = &'e [(TierId, usize)];

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
}

impl<'d> Names<'d> {
    /// The names of the rules that `named` picks, `others` being what else is named in the same space: groups and
    /// parameters, which keep their names whatever a rule is called.
    pub fn new(
        deployment: &'d Deployment<'d>,
        style: Style,
        renaming: Renaming,
        named: fn(&Rule) -> bool,
        others: &[String],
    ) -> Names<'d> {
        let mut names = Names { deployment, style, renaming, tiers: Vec::new(), shared: HashSet::new() };
        names.tiers = deployment.groups.iter().map(|group| mangled(style, names.tier(group.tier))).collect();
        if names.are_distinct() {
            return names;
        }
        let mut hashes: Vec<u64> = others.iter().map(|other| hash(other)).collect();
        for group in &deployment.groups {
            for (direction, rules) in [(Direction::Ingress, &group.ingress), (Direction::Egress, &group.egress)] {
                for rule in rules.iter().filter(|rule| named(rule)) {
                    hashes.push(names.hash(group.tier, direction, rule));
                }
            }
        }
        hashes.sort_unstable();
        let twice = hashes.windows(2).filter(|pair| pair[0] == pair[1]);
        names.shared = twice.map(|pair| pair[0]).collect();
        names
    }

    /// Whether it is plain that no two rules have one name, as in most programs: then none has to be made to see it.
    ///
    /// A name in snake case is a tier, traffic, `from` or `to`, and a peer. Where no tier is called by a word that
    /// traffic starts with, or by `from` or `to`, the first of each is where the tier and the traffic end. Tiers are not
    /// alike after mangling, as resolving sees to, blocks of IPv4 start with a digit and tiers do not.
    fn are_distinct(&self) -> bool {
        const WORDS: [&str; 9] = ["all", "proto", "tcp", "udp", "icmp", "icmpv6", "from", "to", "anywhere"];
        let mut groups = self.deployment.groups.iter();
        let plain = |peer: Peer| match peer {
            Peer::Net(block) => matches!(block, IpNet::V4(_)) || block == EVERY_IPV6,
            Peer::Tier(_) => true,
            Peer::Param(_) | Peer::External(_) | Peer::PrefixList(_) => false,
        };
        self.style == Style::Snake
            && !self.tiers.iter().any(|tier| tier.split('_').any(|word| WORDS.contains(&word)))
            && groups.all(|group| group.ingress.iter().chain(&group.egress).all(|rule| plain(rule.peer)))
    }

    /// What a tier adds to the names of rules.
    pub fn of_tier(&self, tier: TierId) -> &str {
        &self.tiers[tier.index()]
    }

    /// Appends the name of a rule.
    pub fn rule(&self, tier: TierId, direction: Direction, rule: &Rule, out: &mut impl Sink) {
        self.plain(tier, direction, rule, &[], out);
        if !self.shared.is_empty() && self.shared.contains(&self.hash(tier, direction, rule)) {
            let content = self.content(tier, direction, rule);
            self.suffix(&content, out);
        }
    }

    /// The hash of the name before any suffix.
    fn hash(&self, tier: TierId, direction: Direction, rule: &Rule) -> u64 {
        let mut hash = Fnv::default();
        self.plain(tier, direction, rule, &[], &mut hash);
        hash.value()
    }

    /// The names that a rule has had as its tiers were renamed, the oldest first, the one that it has now last; none
    /// for a rule whose tiers never were.
    ///
    /// A resource of Terraform can have been moved from one address only, so the earlier names of a rule form one
    /// chain: every combination of the names that its two tiers had. Whichever of them a state holds, the rest of the
    /// chain leads to the name of today.
    pub fn chain(&self, tier: TierId, direction: Direction, rule: &Rule) -> Vec<String> {
        let group = self.deployment.group(tier);
        let peer = match rule.peer {
            Peer::Tier(peer) if peer != tier => Some(self.deployment.group(peer)),
            Peer::Tier(_) | Peer::Net(_) | Peer::Param(_) | Peer::PrefixList(_) | Peer::External(_) => None,
        };
        let mut chain = Vec::new();
        if group.was.is_empty() && peer.is_none_or(|peer| peer.was.is_empty()) {
            return chain;
        }
        for own in (0..=group.was.len()).rev() {
            for other in (0..=peer.map_or(0, |peer| peer.was.len())).rev() {
                // position 0 stands for the name of today, n + 1 for `was[n]`
                let mut earlier = Vec::new();
                earlier.extend(own.checked_sub(1).map(|n| (tier, n)));
                earlier.extend(peer.zip(other.checked_sub(1)).map(|(peer, n)| (peer.tier, n)));
                let mut name = String::new();
                if earlier.is_empty() {
                    self.rule(tier, direction, rule, &mut name);
                } else {
                    self.plain(tier, direction, rule, &earlier, &mut name);
                }
                chain.push(name);
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

    /// What the rule is, with nothing mangled.
    fn content(&self, tier: TierId, direction: Direction, rule: &Rule) -> String {
        let mut out = format!("{} ", self.tier(tier));
        self.within(direction, rule, &mut out);
        out
    }

    /// Appends what the rule is within its group, with nothing mangled: `ingress tcp 443 block 203.0.113.0/24`
    pub fn within(&self, direction: Direction, rule: &Rule, out: &mut impl Sink) {
        out.put(match direction {
            Direction::Ingress => "ingress ",
            Direction::Egress => "egress ",
        });
        net::push_traffic(out, rule.traffic);
        out.put(match rule.peer {
            Peer::Net(_) => " block ",
            Peer::PrefixList(_) => " prefix list ",
            Peer::Param(_) => " parameter ",
            Peer::Tier(_) => " tier ",
            Peer::External(_) => " group ",
        });
        match rule.peer {
            Peer::Net(block) if block.prefix_len() > 0 => net::push_block(out, &block),
            peer => out.put(&self.peer(peer)),
        }
    }

    /// The name that a tier goes by.
    fn tier(&self, tier: TierId) -> &'d str {
        let group = self.deployment.group(tier);
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
            Peer::Tier(tier) => self.tier(tier),
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
    fn plain(&self, tier: TierId, direction: Direction, rule: &Rule, earlier: Earlier<'_>, out: &mut impl Sink) {
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
            (Peer::Net(IpNet::V4(block)), Style::Snake) if block.prefix_len() > 0 => push_v4(out, block, b'_', b'_'),
            (peer @ (Peer::Net(_) | Peer::Param(_) | Peer::External(_) | Peer::PrefixList(_)), style) => {
                push_mangled(out, style, &self.peer(peer));
            }
        }
    }

    fn push_tier(&self, tier: TierId, earlier: Earlier<'_>, out: &mut impl Sink) {
        let position = earlier.iter().find(|(id, _)| *id == tier).map(|(_, position)| *position);
        match position.and_then(|position| self.deployment.group(tier).was.get(position)) {
            Some(was) => push_mangled(out, self.style, was),
            None => out.put(self.of_tier(tier)),
        }
    }
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

/// Appends `_tcp_443`, `_udp_8000_8100`, `_icmp_3_4`, `_proto_50`, `_all`; or `Tcp443`, `Udp8000To8100`,
/// `IcmpType3Code4`, `Proto50`, `All`.
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
        Traffic::Tcp(Ports::ALL) | Traffic::Udp(Ports::ALL) | Traffic::Icmp(None) | Traffic::Icmpv6(None) => {
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

/// Appends `text` as part of a Pascal-case name: each run of letters and digits with a capital, nothing else.
pub fn push_pascal(out: &mut impl Sink, text: &str) {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    for word in words.filter(|word| !word.is_empty()) {
        out.put_ascii(&[word.as_bytes()[0].to_ascii_uppercase()]);
        out.put(&word[1..]);
    }
}
