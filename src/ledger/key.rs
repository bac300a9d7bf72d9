//! The key of a rule: what AWS knows it by, in words.

use crate::aws::{
    Direction, GroupId, ListReference, ParameterId, Peer, Reference, Rule, State, aws_list,
};
use crate::net::{push_block, push_traffic};

/// Writes the keys of the rules of a state: `inbound tcp 443 from 0.0.0.0/0`, `outbound all to web`.
///
/// Two rules of a group have one key exactly if AWS takes them for one rule.
#[derive(Debug)]
pub struct RuleKeys<'s> {
    state: &'s State,
    /// What each group is called.
    groups: Vec<&'s str>,
}

impl<'s> RuleKeys<'s> {
    /// Keys in which each group has this name, by its id.
    pub fn new(state: &'s State, groups: Vec<&'s str>) -> RuleKeys<'s> {
        RuleKeys { state, groups }
    }

    /// Keys in which each group has the name of its tier.
    pub fn with_tiers(state: &'s State) -> RuleKeys<'s> {
        let groups = state.groups.iter().map(|group| group.name.as_str());
        RuleKeys::new(state, groups.collect())
    }

    /// What a group is called.
    pub fn group(&self, id: GroupId) -> &'s str {
        self.groups[id.index()]
    }

    /// The key of a rule.
    pub fn key(&self, rule: &Rule) -> String {
        let mut key = String::new();
        self.push_key(rule, &mut key);
        key
    }

    /// Appends the key of a rule.
    pub fn push_key(&self, rule: &Rule, out: &mut String) {
        let key = &rule.key;
        out.push_str(key.direction.words());
        out.push(' ');
        push_traffic(out, key.traffic);
        out.push_str(match key.direction {
            Direction::Ingress => " from ",
            Direction::Egress => " to ",
        });
        self.push_peer(key.peer, out);
    }

    fn push_peer(&self, peer: Peer, out: &mut String) {
        match peer {
            Peer::Block(block) => push_block(out, &block),
            Peer::Parameter(id) => self.push_parameter(id, out),
            Peer::Group(id) => out.push_str(self.group(id)),
            Peer::ForeignGroup(id) => match &self.state.foreign_group(id).reference {
                Reference::Id(id) => out.push_str(id),
                Reference::Parameter(id) => self.push_parameter(*id, out),
            },
            Peer::PrefixList(id) => match &self.state.prefix_list(id).reference {
                ListReference::Id(id) => out.push_str(id),
                ListReference::Aws(name) => out.push_str(aws_list(name)),
                ListReference::Parameter(id) => self.push_parameter(*id, out),
                ListReference::Made(made) => {
                    out.push_str("list ");
                    out.push_str(&made.name);
                }
            },
        }
    }

    /// A value that is set at deployment: `$office`
    fn push_parameter(&self, id: ParameterId, out: &mut String) {
        out.push('$');
        out.push_str(&self.state.parameter(id).name);
    }
}
