//! Stable names: what a resource is called in an output.
//!
//! A rule is named for what it is in AWS: group, direction, protocol, ports, peer. Names that would
//! be equal after mangling all carry a suffix made of what they name, so that none depends on the
//! others' order.

mod spelling;

pub use spelling::{NameStyle, push_pascal, push_snake};

use crate::aws::{
    Direction, ForeignGroupId, GroupId, ListReference, ParamKind, ParameterId, Peer, PrefixListId,
    Reference, Rule, RuleKey, SecurityGroup, State, aws_list,
};
use crate::hash::{Fnv, hash};
use crate::net::{self, EVERY_IPV4, EVERY_IPV6, Sink, push_v4};
use ipnet::IpNet;
use spelling::{is_like_a_block, mangle_name, push_mangled, push_traffic};
use std::borrow::Cow;
use std::collections::HashSet;

/// Which of a group's names counts.
#[derive(Debug, Clone, Copy)]
pub enum Renaming {
    /// The name it has now.
    Current,
    /// The first it ever had.
    Oldest,
}

/// The earlier name of a group with this position, in the place of the name that it goes by.
pub type EarlierName = (GroupId, usize);

/// The names of one output.
#[derive(Debug)]
pub struct Names<'d> {
    state: &'d State,
    style: NameStyle,
    renaming: Renaming,
    /// What each group adds to a name.
    groups: Vec<String>,
    /// Hashes of names that more than one thing would have.
    shared: HashSet<u64>,
    /// Hashes of earlier names that rules would have had which share the name that they have now.
    shared_before: HashSet<u64>,
}

impl<'d> Names<'d> {
    /// The names of the rules that `named` picks, `others` being what else is named in the same
    /// space: groups and parameters, which keep their names whatever a rule is called.
    pub fn new(
        state: &'d State,
        style: NameStyle,
        renaming: Renaming,
        named: fn(&SecurityGroup, &RuleKey) -> bool,
        others: &[String],
    ) -> Names<'d> {
        let mut names = Names {
            state,
            style,
            renaming,
            groups: Vec::new(),
            shared: HashSet::new(),
            shared_before: HashSet::new(),
        };

        names.groups = state
            .groups_by_id()
            .map(|(id, _)| mangle_name(style, names.group_name(id, &[])))
            .collect();

        if names.are_distinct(named, others) {
            return names;
        }

        let mut hashes: Vec<u64> = others.iter().map(|other| hash(other)).collect();
        let rules = names
            .rule_keys()
            .filter(|(group, key)| named(state.group(*group), key));
        hashes.extend(rules.map(|(group, key)| names.hash_name(group, key, &[])));
        hashes.sort_unstable();
        let twice = hashes.windows(2).filter(|pair| pair[0] == pair[1]);
        names.shared = twice.map(|pair| pair[0]).collect();
        names.shared_before = names.find_shared_before();

        names
    }

    /// Where rules share a name now, and shared one before their groups were renamed, each had a
    /// suffix then.
    fn find_shared_before(&self) -> HashSet<u64> {
        let mut hashes: Vec<(u64, u64)> = Vec::new();
        if self.shared.is_empty() {
            return HashSet::new();
        }

        for (group, key) in self.rule_keys() {
            let now = self.hash_name(group, key, &[]);
            if self.shared.contains(&now) {
                let earlier = self.earlier_names(group, key);
                let before = earlier.iter().filter(|earlier| !earlier.is_empty());
                hashes.extend(before.map(|it| (now, self.hash_name(group, key, it))));
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
    /// A name is a group, traffic, a direction and a peer. Where no group has a word in it that
    /// traffic or a direction starts with, the first such word is where the group ends, and traffic
    /// tells its own end. So two rules of one name have one group, traffic and direction, and peers
    /// that are mangled alike. Groups are never alike after mangling, as resolving sees to.
    fn are_distinct(&self, named: fn(&SecurityGroup, &RuleKey) -> bool, others: &[String]) -> bool {
        let has_word = |name: &String| self.style.has_word(name);
        // a foreign group can be mangled as a tier is
        if self.state.own_group_count() < self.state.groups.len() {
            return false;
        }
        match self.style {
            NameStyle::Snake => !self.groups.iter().any(has_word) && self.peers_are_distinct(),
            NameStyle::Pascal => {
                let names_a_group = |key: &RuleKey| matches!(key.peer, Peer::Group(_));
                let all_name_groups = |group: &SecurityGroup| {
                    let keys = group.rules.iter().map(|rule| &rule.key);
                    keys.filter(|key| named(group, key)).all(names_a_group)
                };
                !self.groups.iter().chain(others).any(has_word)
                    && self.state.groups.iter().all(all_name_groups)
            }
        }
    }

    fn rule_keys(&self) -> impl Iterator<Item = (GroupId, &'d RuleKey)> {
        let groups = self.state.groups_by_id();
        groups.flat_map(|(id, group)| group.rules.iter().map(move |rule| (id, &rule.key)))
    }

    /// The peers that have a name: blocks that are not known yet, prefix lists and foreign groups.
    fn named_peers(&self) -> impl Iterator<Item = Peer> {
        let is_block = |kind: ParamKind| match kind {
            ParamKind::Cidr | ParamKind::CidrIpv6 => true,
            ParamKind::Vpc | ParamKind::External | ParamKind::PrefixList => false,
        };
        let parameters = (0..).map(ParameterId).zip(&self.state.parameters);
        let blocks = parameters
            .filter(move |(_, parameter)| is_block(parameter.kind))
            .map(|(id, _)| Peer::Parameter(id));

        let lists = (0..self.state.prefix_lists.len() as u32)
            .map(PrefixListId)
            .map(Peer::PrefixList);

        let groups = (0..self.state.foreign_groups.len() as u32)
            .map(ForeignGroupId)
            .map(Peer::ForeignGroup);
        blocks.chain(lists).chain(groups)
    }

    /// Whether no two peers that rules can have are mangled alike.
    ///
    /// Blocks never are, among themselves, but for those of IPv6 that are written with dots:
    /// `::ffff:1.2.3.4/128`. No group has the name of a block that stands for all addresses, since
    /// it has the word `anywhere` in it.
    fn peers_are_distinct(&self) -> bool {
        let mangled_peer = |peer| mangle_name(self.style, &self.peer_name(peer));
        let everywhere = [EVERY_IPV4, EVERY_IPV6].map(Peer::Block);
        let mut named: HashSet<String> = everywhere.map(mangled_peer).into();
        let mut peers = self.named_peers().map(mangled_peer);

        peers.all(|name| !is_like_a_block(&name) && named.insert(name))
            && !self.groups.iter().any(|group| is_like_a_block(group))
            && (named.len() == everywhere.len()
                || !self.groups.iter().any(|group| named.contains(group)))
            && !self.state.rules().any(has_dotted_ipv6)
    }

    /// Whether every rule has the name that its parts make: no two would have one.
    pub fn are_plain(&self) -> bool {
        self.shared.is_empty()
    }

    /// What a group adds to the names of its rules.
    pub fn of_group(&self, group: GroupId) -> &str {
        &self.groups[group.index()]
    }

    /// Appends the name of a rule.
    pub fn push_rule(&self, group: GroupId, key: &RuleKey, out: &mut impl Sink) {
        self.push_named(group, key, &[], out);
    }

    /// Appends the name of a rule when these of its groups had these earlier names.
    fn push_named(
        &self,
        group: GroupId,
        key: &RuleKey,
        earlier: &[EarlierName],
        out: &mut impl Sink,
    ) {
        self.push_plain(group, key, earlier, out);
        let shared = if earlier.is_empty() {
            &self.shared
        } else {
            &self.shared_before
        };
        if !shared.is_empty() && shared.contains(&self.hash_name(group, key, earlier)) {
            let foreign = self.state.group(group).made_elsewhere;
            let kind = foreign.map_or("", |id| self.peer_kind(Peer::ForeignGroup(id)));
            let mut content = format!("{kind}{} ", self.group_name(group, earlier));
            self.push_within(key, earlier, &mut content);
            self.push_suffix(&content, out);
        }
    }

    /// The hash of the name before any suffix.
    fn hash_name(&self, group: GroupId, key: &RuleKey, earlier: &[EarlierName]) -> u64 {
        let mut hash = Fnv::default();
        self.push_plain(group, key, earlier, &mut hash);
        hash.value()
    }

    /// The names that a rule has had as its groups were renamed, the oldest first, the one that it
    /// has now last; none for a rule whose groups never were.
    ///
    /// A resource of Terraform can have been moved from one address only, so the earlier names of a
    /// rule form one chain: every combination of the names that its two groups had. Whichever of
    /// them a state holds, the rest of the chain leads to the name of today.
    pub fn name_chain(&self, group: GroupId, key: &RuleKey) -> Vec<String> {
        let name = |earlier: &Vec<EarlierName>| {
            let mut name = String::new();
            self.push_named(group, key, earlier, &mut name);
            name
        };
        self.earlier_names(group, key).iter().map(name).collect()
    }

    /// For each name of a chain: the earlier names that it is made of, that of the rule's own group
    /// first.
    pub fn earlier_names(&self, id: GroupId, key: &RuleKey) -> Vec<Vec<EarlierName>> {
        let group = self.state.group(id);
        let peer = match key.peer {
            Peer::Group(peer) if peer != id => Some((peer, self.state.group(peer))),
            Peer::Group(_)
            | Peer::Block(_)
            | Peer::Parameter(_)
            | Peer::PrefixList(_)
            | Peer::ForeignGroup(_) => None,
        };

        let mut chain = Vec::new();
        if group.was.is_empty() && peer.is_none_or(|(_, peer)| peer.was.is_empty()) {
            return chain;
        }

        for own in (0..=group.was.len()).rev() {
            for other in (0..=peer.map_or(0, |(_, peer)| peer.was.len())).rev() {
                // position 0 stands for the name of today, n + 1 for `was[n]`
                let mut earlier = Vec::new();
                earlier.extend(own.checked_sub(1).map(|n| (id, n)));
                earlier.extend(
                    peer.zip(other.checked_sub(1))
                        .map(|((peer, _), n)| (peer, n)),
                );
                chain.push(earlier);
            }
        }

        chain
    }

    /// Appends a suffix that eight hexadecimal digits of a hash of `content` make.
    fn push_suffix(&self, content: &str, out: &mut impl Sink) {
        let digest = hash(content) >> 32;
        out.put(&match self.style {
            NameStyle::Snake => format!("_{digest:08x}"),
            NameStyle::Pascal => format!("X{digest:08x}"),
        });
    }

    /// Appends what the rule is within its group, with nothing mangled:
    /// `ingress tcp 443 block 203.0.113.0/24`
    pub fn push_within_group(&self, key: &RuleKey, out: &mut impl Sink) {
        self.push_within(key, &[], out);
    }

    fn push_within(&self, key: &RuleKey, earlier: &[EarlierName], out: &mut impl Sink) {
        out.put(match key.direction {
            Direction::Ingress => "ingress ",
            Direction::Egress => "egress ",
        });
        net::push_traffic(out, key.traffic);
        out.put(self.peer_kind(key.peer));
        match key.peer {
            Peer::Block(block) if block.prefix_len() > 0 => net::push_block(out, &block),
            Peer::Group(group) => out.put(self.group_name(group, earlier)),
            peer => out.put(&self.peer_name(peer)),
        }
    }

    /// What a peer is, as a word before its name: a parameter can have the name of a list, or an id
    /// for its name.
    fn peer_kind(&self, peer: Peer) -> &'static str {
        match peer {
            Peer::Block(_) => " block ",
            Peer::Parameter(_) => " parameter ",
            Peer::Group(_) => " tier ",
            Peer::PrefixList(id) => match self.state.prefix_list(id).reference {
                ListReference::Id(_) | ListReference::Aws(_) => " prefix list ",
                ListReference::Parameter(_) => " prefix list parameter ",
            },
            Peer::ForeignGroup(id) => match self.state.foreign_group(id).reference {
                Reference::Id(_) => " group ",
                Reference::Parameter(_) => " group parameter ",
            },
        }
    }

    /// The name that a group goes by, or an earlier one.
    fn group_name(&self, id: GroupId, earlier: &[EarlierName]) -> &'d str {
        let group = self.state.group(id);
        if let Some(foreign) = group.made_elsewhere {
            return self.foreign_name(foreign);
        }
        let position = earlier
            .iter()
            .find(|(renamed, _)| *renamed == id)
            .map(|(_, position)| *position);
        if let Some(was) = position.and_then(|position| group.was.get(position)) {
            return was;
        }
        match self.renaming {
            Renaming::Current => &group.name,
            Renaming::Oldest => group.oldest_name(),
        }
    }

    /// The name of a group that is made elsewhere: what AWS knows it by, or its parameter.
    fn foreign_name(&self, id: ForeignGroupId) -> &'d str {
        match &self.state.foreign_group(id).reference {
            Reference::Id(id) => id,
            Reference::Parameter(id) => &self.state.parameter(*id).name,
        }
    }

    /// The name of a peer, with nothing mangled.
    fn peer_name(&self, peer: Peer) -> Cow<'d, str> {
        let state = self.state;
        let name = match peer {
            Peer::Block(EVERY_IPV4) => "anywhere_ipv4",
            Peer::Block(EVERY_IPV6) => "anywhere_ipv6",
            Peer::Block(block) => return block.to_string().into(),
            Peer::Group(group) => self.group_name(group, &[]),
            Peer::Parameter(id) => &state.parameter(id).name,
            Peer::ForeignGroup(id) => self.foreign_name(id),
            Peer::PrefixList(id) => match &state.prefix_list(id).reference {
                ListReference::Id(id) => id,
                ListReference::Aws(name) => aws_list(name),
                ListReference::Parameter(id) => &state.parameter(*id).name,
            },
        };

        name.into()
    }

    /// Appends the name of a rule before any suffix.
    fn push_plain(
        &self,
        group: GroupId,
        key: &RuleKey,
        earlier: &[EarlierName],
        out: &mut impl Sink,
    ) {
        self.push_group(group, earlier, out);
        push_traffic(out, key.traffic, self.style);
        out.put(match (self.style, key.direction) {
            (NameStyle::Snake, Direction::Ingress) => "_from_",
            (NameStyle::Snake, Direction::Egress) => "_to_",
            (NameStyle::Pascal, Direction::Ingress) => "From",
            (NameStyle::Pascal, Direction::Egress) => "To",
        });

        match (key.peer, self.style) {
            (Peer::Group(group), _) => self.push_group(group, earlier, out),
            (Peer::Block(IpNet::V4(block)), NameStyle::Snake) if block.prefix_len() > 0 => {
                push_v4(out, block, b'_', b'_')
            }
            (
                peer @ (Peer::Block(_)
                | Peer::Parameter(_)
                | Peer::ForeignGroup(_)
                | Peer::PrefixList(_)),
                style,
            ) => push_mangled(out, style, &self.peer_name(peer)),
        }
    }

    fn push_group(&self, group: GroupId, earlier: &[EarlierName], out: &mut impl Sink) {
        if earlier.iter().any(|(id, _)| *id == group) {
            push_mangled(out, self.style, self.group_name(group, earlier));
        } else {
            out.put(self.of_group(group));
        }
    }
}

/// Whether the peer of a rule is a block of IPv6 that is written with dots.
fn has_dotted_ipv6(rule: &Rule) -> bool {
    matches!(rule.key.peer, Peer::Block(IpNet::V6(block)) if block.addr().to_ipv4_mapped().is_some())
}
