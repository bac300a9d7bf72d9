//! Stable names of resources in an output.
//!
//! The name of a rule consists of its key in AWS: group, direction, protocol, ports, peer. Names
//! that would be equal after mangling all get a suffix, a hash of the key, so that none depends on
//! the order.

mod spelling;

pub use spelling::{NameStyle, push_pascal, push_snake};

use crate::aws::{
    Direction, ForeignGroupId, GroupId, ListReference, ParamKind, Parameter, ParameterId, Peer,
    PrefixListId, Reference, Rule, RuleKey, SecurityGroup, State, aws_list,
};
use crate::hash::{Fnv, hash};
use crate::net::{self, EVERY_IPV4, EVERY_IPV6, ShortText, Sink, push_v4};
use ipnet::IpNet;
use spelling::{is_like_a_block, mangle_name, push_direction, push_mangled, push_traffic};
use std::borrow::Cow;
use std::collections::HashSet;

/// Which name of a group is used.
#[derive(Debug, Clone, Copy)]
pub enum Renaming {
    /// The current name.
    Current,
    /// The oldest name.
    Oldest,
}

/// The earlier name of a group, by position, instead of its used name.
pub type EarlierName = (GroupId, usize);

/// The names of one output.
#[derive(Debug)]
pub struct Names<'d> {
    state: &'d State,
    style: NameStyle,
    renaming: Renaming,
    /// The part of each group in a name.
    groups: Vec<ShortText<32>>,
    /// Hashes of names that are not unique.
    shared: HashSet<u64>,
    /// Hashes of earlier names that were not unique, of rules whose current names are not unique.
    shared_before: HashSet<u64>,
}

impl<'d> Names<'d> {
    /// The names of the rules that `named` selects. `others` are other names in the same namespace:
    /// groups and parameters, which never get a suffix.
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
            .map(|(id, _)| ShortText::new(mangle_name(style, names.group_name(id, &[]))))
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

    /// Rules whose names collide now, and collided before their groups were renamed, had a suffix
    /// then.
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

    /// Fast path: whether names are certainly unique, as in most programs, so that they need not be
    /// built to check it.
    ///
    /// A name is a group, traffic, a direction and a peer. If no group contains a word that traffic
    /// or a direction starts with, the first such word ends the group, and traffic is
    /// self-delimiting. So two rules with one name have the same group, traffic and direction, and
    /// peers with the same mangled name. Mangled names of groups are unique, which the resolver
    /// checks.
    fn are_distinct(&self, named: fn(&SecurityGroup, &RuleKey) -> bool, others: &[String]) -> bool {
        let has_word = |name: &str| self.style.has_word(name);
        // a foreign group can be mangled as a tier is
        if self.state.own_group_count() < self.state.groups.len() {
            return false;
        }
        // the name of a parameter can have any word in it
        let is_port = |parameter: &Parameter| parameter.kind == ParamKind::Port;
        if self.state.parameters.iter().any(is_port) {
            return false;
        }
        let in_group = self.group_names().any(has_word);
        match self.style {
            NameStyle::Snake => !in_group && self.peers_are_distinct(),
            NameStyle::Pascal => {
                let names_a_group = |key: &RuleKey| matches!(key.peer, Peer::Group(_));
                let all_name_groups = |group: &SecurityGroup| {
                    let keys = group.rules.iter().map(|rule| &rule.key);
                    keys.filter(|key| named(group, key)).all(names_a_group)
                };
                !in_group
                    && !others.iter().any(|other| has_word(other))
                    && self.state.groups.iter().all(all_name_groups)
            }
        }
    }

    fn rule_keys(&self) -> impl Iterator<Item = (GroupId, &'d RuleKey)> {
        let groups = self.state.groups_by_id();
        groups.flat_map(|(id, group)| group.rules.iter().map(move |rule| (id, &rule.key)))
    }

    /// The peers with a name: unbound blocks, prefix lists and foreign groups.
    fn named_peers(&self) -> impl Iterator<Item = Peer> {
        let parameters = (0..).map(ParameterId).zip(&self.state.parameters);
        let blocks = parameters
            .filter(move |(_, parameter)| parameter.kind.is_blocks())
            .map(|(id, _)| Peer::Parameter(id));

        let lists = (0..self.state.prefix_lists.len() as u32)
            .map(PrefixListId)
            .map(Peer::PrefixList);

        let groups = (0..self.state.foreign_groups.len() as u32)
            .map(ForeignGroupId)
            .map(Peer::ForeignGroup);
        blocks.chain(lists).chain(groups)
    }

    /// Whether the mangled names of all peers are different.
    ///
    /// Those of blocks always are, except of IPv6 blocks that are written with dots:
    /// `::ffff:1.2.3.4/128`. No group has the name of the block of all addresses, because it
    /// contains the word `anywhere`.
    fn peers_are_distinct(&self) -> bool {
        let mangled_peer = |peer| mangle_name(self.style, &self.peer_name(peer));
        let everywhere = [EVERY_IPV4, EVERY_IPV6].map(Peer::Block);
        let mut named: HashSet<String> = everywhere.map(mangled_peer).into();
        let mut peers = self.named_peers().map(mangled_peer);

        peers.all(|name| !is_like_a_block(&name) && named.insert(name))
            && !self.group_names().any(is_like_a_block)
            && (named.len() == everywhere.len()
                || !self.group_names().any(|group| named.contains(group)))
            && !self.state.rules().any(has_dotted_ipv6)
    }

    /// Whether no rule needs a suffix.
    pub fn are_plain(&self) -> bool {
        self.shared.is_empty()
    }

    /// The part of a group in the names of its rules.
    pub fn of_group(&self, group: GroupId) -> &str {
        self.groups[group.index()].as_str()
    }

    fn group_names(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().map(ShortText::as_str)
    }

    /// Appends what a group adds to the names of its rules.
    #[inline(always)]
    pub fn push_group_name(&self, group: GroupId, out: &mut impl Sink) {
        out.put_short(&self.groups[group.index()]);
    }

    /// Appends the name of a rule.
    pub fn push_rule(&self, group: GroupId, key: &RuleKey, out: &mut impl Sink) {
        self.push_named(group, key, &[], out);
    }

    /// Appends the name of a rule with earlier names of its groups.
    #[inline(always)]
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
            self.push_rule_suffix(group, key, earlier, out);
        }
    }

    /// Appends the suffix of a rule whose name is not unique.
    #[cold]
    fn push_rule_suffix(
        &self,
        group: GroupId,
        key: &RuleKey,
        earlier: &[EarlierName],
        out: &mut impl Sink,
    ) {
        let foreign = self.state.group(group).made_elsewhere;
        let kind = foreign.map_or("", |id| self.peer_kind(Peer::ForeignGroup(id)));
        let mut content = format!("{kind}{} ", self.group_name(group, earlier));
        self.push_within(key, earlier, &mut content);
        self.push_suffix(&content, out);
    }

    /// The hash of the name before any suffix.
    fn hash_name(&self, group: GroupId, key: &RuleKey, earlier: &[EarlierName]) -> u64 {
        let mut hash = Fnv::default();
        self.push_plain(group, key, earlier, &mut hash);
        hash.value()
    }

    /// The earlier names of a rule whose groups were renamed, the oldest first, and its current
    /// name last; empty if they were not renamed.
    ///
    /// A resource of Terraform can have been moved from one address only, so the earlier names of a
    /// rule form one chain: every combination of the names that its two groups had. Whichever of
    /// them a state contains, the rest of the chain leads to the current name.
    pub fn name_chain(&self, group: GroupId, key: &RuleKey) -> Vec<String> {
        let name = |earlier: &Vec<EarlierName>| {
            let mut name = String::new();
            self.push_named(group, key, earlier, &mut name);
            name
        };
        self.earlier_names(group, key).iter().map(name).collect()
    }

    /// For each name of a chain: the earlier names of groups in it, that of the rule's own group
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
                // position 0 is the current name, n + 1 is `was[n]`
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

    /// Appends a suffix of eight hexadecimal digits of a hash of `content`.
    fn push_suffix(&self, content: &str, out: &mut impl Sink) {
        let digest = hash(content) >> 32;
        out.put(&match self.style {
            NameStyle::Snake => format!("_{digest:08x}"),
            NameStyle::Pascal => format!("X{digest:08x}"),
        });
    }

    /// Appends the key of the rule within its group, not mangled: `ingress tcp 443 block
    /// 203.0.113.0/24`
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

    /// The kind of a peer, as a word before its name: the name of a parameter can be that of a
    /// list, or an id.
    fn peer_kind(&self, peer: Peer) -> &'static str {
        match peer {
            Peer::Block(_) => " block ",
            Peer::Parameter(_) => " parameter ",
            Peer::Group(_) => " tier ",
            Peer::PrefixList(id) => match self.state.prefix_list(id).reference {
                ListReference::Id(_) | ListReference::Aws(_) => " prefix list ",
                ListReference::Parameter(_) => " prefix list parameter ",
                ListReference::Made(_) => " made prefix list ",
            },
            Peer::ForeignGroup(id) => match self.state.foreign_group(id).reference {
                Reference::Id(_) => " group ",
                Reference::Parameter(_) => " group parameter ",
            },
        }
    }

    /// The used name of a group, or an earlier one.
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
        self.state
            .reference_name(&self.state.foreign_group(id).reference)
    }

    /// The name of a peer, not mangled.
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
                ListReference::Made(made) => &made.name,
            },
        };

        name.into()
    }

    /// Appends the name of a rule before any suffix.
    #[inline(always)]
    fn push_plain(
        &self,
        group: GroupId,
        key: &RuleKey,
        earlier: &[EarlierName],
        out: &mut impl Sink,
    ) {
        self.push_group(group, earlier, out);
        push_traffic(out, key.traffic, self.style);
        push_direction(out, key.direction, self.style);

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

    #[inline(always)]
    fn push_group(&self, group: GroupId, earlier: &[EarlierName], out: &mut impl Sink) {
        if earlier.iter().any(|(id, _)| *id == group) {
            push_mangled(out, self.style, self.group_name(group, earlier));
        } else {
            self.push_group_name(group, out);
        }
    }
}

/// Whether the peer of a rule is a block of IPv6 that is written with dots.
fn has_dotted_ipv6(rule: &Rule) -> bool {
    matches!(rule.key.peer, Peer::Block(IpNet::V6(block)) if block.addr().to_ipv4_mapped().is_some())
}
