//! Stable names: what a resource is called in an output.
//!
//! A rule is named for what it is in AWS: group, direction, protocol, ports, peer. Names that would be equal
//! after mangling all carry a suffix made of what they name, so that none depends on the others' order.

use super::rule::Direction;
use super::{Deployment, Rule};
use crate::hash::hash;
use crate::net::{EVERY_IPV4, EVERY_IPV6, Ports, Traffic};
use crate::policy::{ListReference, Peer, Reference, TierId, aws_list};
use std::collections::HashSet;
use std::fmt::Write;

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
pub enum Renaming<'a> {
    /// The name it has now.
    Current,
    /// The first it ever had.
    Oldest,
    /// For each of these tiers, the earlier name with this position; the current name for all others.
    Earlier(&'a [(TierId, usize)]),
}

/// The names of one output.
#[derive(Debug)]
pub struct Names<'d> {
    deployment: &'d Deployment<'d>,
    style: Style,
    renaming: Renaming<'d>,
    /// Hashes of names that more than one thing would have.
    shared: HashSet<u64>,
}

impl<'d> Names<'d> {
    /// The names of the rules that `named` picks, `others` being what else is named in the same space: groups and
    /// parameters, which keep their names whatever a rule is called.
    pub fn new(
        deployment: &'d Deployment<'d>,
        style: Style,
        renaming: Renaming<'d>,
        named: fn(&Rule) -> bool,
        others: &[String],
    ) -> Names<'d> {
        let mut names = Names { deployment, style, renaming, shared: HashSet::new() };
        let mut hashes: Vec<u64> = others.iter().map(|other| hash(other)).collect();
        let mut name = String::new();
        for group in &deployment.groups {
            for (direction, rules) in [(Direction::Ingress, &group.ingress), (Direction::Egress, &group.egress)] {
                for rule in rules.iter().filter(|rule| named(rule)) {
                    name.clear();
                    names.plain(group.tier, direction, rule, renaming, &mut name);
                    hashes.push(hash(&name));
                }
            }
        }
        hashes.sort_unstable();
        let twice = hashes.windows(2).filter(|pair| pair[0] == pair[1]);
        names.shared = twice.map(|pair| pair[0]).collect();
        names
    }

    /// Appends the name of a rule.
    pub fn rule(&self, tier: TierId, direction: Direction, rule: &Rule, out: &mut String) {
        let start = out.len();
        self.plain(tier, direction, rule, self.renaming, out);
        if !self.shared.is_empty() && self.shared.contains(&hash(&out[start..])) {
            let content = self.content(tier, direction, rule);
            self.suffix(&content, out);
        }
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
                    self.plain(tier, direction, rule, Renaming::Earlier(&earlier), &mut name);
                }
                chain.push(name);
            }
        }
        chain
    }

    /// Appends a suffix that eight hexadecimal digits of a hash of `content` make.
    fn suffix(&self, content: &str, out: &mut String) {
        let digest = hash(content) >> 32;
        let _ = match self.style {
            Style::Snake => write!(out, "_{digest:08x}"),
            Style::Pascal => write!(out, "X{digest:08x}"),
        };
    }

    /// What the rule is, with nothing mangled.
    fn content(&self, tier: TierId, direction: Direction, rule: &Rule) -> String {
        format!("{} {}", self.tier(tier, self.renaming), self.within(direction, rule))
    }

    /// What the rule is within its group, with nothing mangled: `ingress tcp 443 block 203.0.113.0/24`
    pub fn within(&self, direction: Direction, rule: &Rule) -> String {
        let side = match direction {
            Direction::Ingress => "ingress",
            Direction::Egress => "egress",
        };
        let kind = match rule.peer {
            Peer::Net(_) => "block",
            Peer::PrefixList(_) => "prefix list",
            Peer::Param(_) => "parameter",
            Peer::Tier(_) => "tier",
            Peer::External(_) => "group",
        };
        let mut peer = String::new();
        self.peer(rule.peer, self.renaming, &mut peer, |out, text| out.push_str(text));
        format!("{side} {} {kind} {peer}", rule.traffic)
    }

    fn tier(&self, tier: TierId, renaming: Renaming<'_>) -> &'d str {
        let group = self.deployment.group(tier);
        let earlier = match renaming {
            Renaming::Current => None,
            Renaming::Oldest => group.was.last(),
            Renaming::Earlier(list) => {
                let position = list.iter().find(|(id, _)| *id == tier).map(|(_, position)| *position);
                position.and_then(|position| group.was.get(position))
            }
        };
        earlier.map_or(group.name, String::as_str)
    }

    /// Appends the name of a rule before any suffix.
    fn plain(&self, tier: TierId, direction: Direction, rule: &Rule, renaming: Renaming<'_>, out: &mut String) {
        let push = match self.style {
            Style::Snake => push_snake,
            Style::Pascal => push_pascal,
        };
        push(out, self.tier(tier, renaming));
        traffic(rule.traffic, self.style, out);
        push(
            out,
            match direction {
                Direction::Ingress => "from",
                Direction::Egress => "to",
            },
        );
        self.peer(rule.peer, renaming, out, push);
    }

    fn peer(&self, peer: Peer, renaming: Renaming<'_>, out: &mut String, push: fn(&mut String, &str)) {
        let deployment = self.deployment;
        match peer {
            Peer::Net(EVERY_IPV4) => push(out, "anywhere_ipv4"),
            Peer::Net(EVERY_IPV6) => push(out, "anywhere_ipv6"),
            Peer::Net(block) => push(out, &block.to_string()),
            Peer::Tier(tier) => push(out, self.tier(tier, renaming)),
            Peer::Param(id) => push(out, deployment.parameter_name(id)),
            Peer::External(id) => {
                let (reference, _) = deployment.external(id);
                match reference {
                    Reference::Id(id) => push(out, id),
                    Reference::Param(id) => push(out, deployment.parameter_name(*id)),
                }
            }
            Peer::PrefixList(id) => match deployment.list(id) {
                ListReference::Id(id) => push(out, id),
                ListReference::Aws(name) => push(out, aws_list(name)),
                ListReference::Param(id) => push(out, deployment.parameter_name(*id)),
            },
        }
    }
}

/// Appends `tcp_443`, `udp_8000_8100`, `icmp_3_4`, `proto_50`, `all`.
fn traffic(traffic: Traffic, style: Style, out: &mut String) {
    let _ = match (style, traffic) {
        (Style::Snake, Traffic::All) => write!(out, "_all"),
        (Style::Pascal, Traffic::All) => write!(out, "All"),
        (Style::Snake, Traffic::Number(number)) => write!(out, "_proto_{number}"),
        (Style::Pascal, Traffic::Number(number)) => write!(out, "Proto{number}"),
        (_, Traffic::Tcp(range)) => ports("tcp", "Tcp", range, style, out),
        (_, Traffic::Udp(range)) => ports("udp", "Udp", range, style, out),
        (_, Traffic::Icmp(kind)) => icmp("icmp", "Icmp", kind, style, out),
        (_, Traffic::Icmpv6(kind)) => icmp("icmpv6", "Icmpv6", kind, style, out),
    };
}

fn ports(snake: &str, pascal: &str, range: Ports, style: Style, out: &mut String) -> std::fmt::Result {
    match (style, range) {
        (Style::Snake, Ports::ALL) => write!(out, "_{snake}_all"),
        (Style::Pascal, Ports::ALL) => write!(out, "{pascal}All"),
        (Style::Snake, Ports { from, to }) if from == to => write!(out, "_{snake}_{from}"),
        (Style::Pascal, Ports { from, to }) if from == to => write!(out, "{pascal}{from}"),
        (Style::Snake, Ports { from, to }) => write!(out, "_{snake}_{from}_{to}"),
        (Style::Pascal, Ports { from, to }) => write!(out, "{pascal}{from}To{to}"),
    }
}

fn icmp(snake: &str, pascal: &str, kind: Option<(u8, Option<u8>)>, style: Style, out: &mut String) -> std::fmt::Result {
    match (style, kind) {
        (Style::Snake, None) => write!(out, "_{snake}_all"),
        (Style::Pascal, None) => write!(out, "{pascal}All"),
        (Style::Snake, Some((kind, None))) => write!(out, "_{snake}_{kind}"),
        (Style::Pascal, Some((kind, None))) => write!(out, "{pascal}Type{kind}"),
        (Style::Snake, Some((kind, Some(code)))) => write!(out, "_{snake}_{kind}_{code}"),
        (Style::Pascal, Some((kind, Some(code)))) => write!(out, "{pascal}Type{kind}Code{code}"),
    }
}

/// Appends `text` as part of a snake-case name: `_` between parts and for every other character.
pub fn push_snake(out: &mut String, text: &str) {
    if !out.is_empty() {
        out.push('_');
    }
    // runs of letters and digits whole, a `_` between them
    let mut runs = text.split(|c: char| !c.is_ascii_alphanumeric());
    out.push_str(runs.next().unwrap_or_default());
    for run in runs {
        out.push('_');
        out.push_str(run);
    }
}

/// Appends `text` as part of a Pascal-case name: each run of letters and digits with a capital, nothing else.
pub fn push_pascal(out: &mut String, text: &str) {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    for word in words.filter(|word| !word.is_empty()) {
        out.extend(word[..1].chars().map(|c| c.to_ascii_uppercase()));
        out.push_str(&word[1..]);
    }
}
