//! Names in outputs, and their spans in a program: reports duplicate names, which a target would
//! reject.

use super::names::Names;
use crate::aws::{GroupId, RuleKey, State, Text, TextRef};
use crate::groups::{Deployment, Rule};
use crate::policy::Owner;
use crate::source::Span;

/// A deployment, and what AWS will hold of it.
#[derive(Debug, Clone, Copy)]
pub struct NamedState<'d> {
    /// Maps names back to source spans.
    pub deployment: &'d Deployment<'d>,
    /// What is named: [`Deployment::state_outline`] has enough of it.
    pub state: &'d State,
}

/// A name in an output, and the span in the program that produces it.
pub type Claim = (String, Span);

/// A rule and its position.
#[derive(Clone, Copy)]
pub struct PlacedRule<'d> {
    /// Its group.
    pub group: GroupId,
    /// What it is.
    pub key: &'d RuleKey,
    rule: &'d Rule,
}

impl<'d> NamedState<'d> {
    /// Every rule.
    pub fn rule_places(self) -> impl Iterator<Item = PlacedRule<'d>> {
        let groups = self.state.groups_by_id();
        groups.flat_map(move |(group, filled)| {
            let rules = filled.rules.iter().enumerate();
            rules.map(move |(position, rule)| PlacedRule {
                group,
                key: &rule.key,
                rule: self.deployment.rule_at(group, position),
            })
        })
    }

    /// `export` of the tier of a group.
    pub fn tier_export(self, group: GroupId) -> Option<TextRef<'d>> {
        let tier = self.deployment.groups[group.index()].owner.tier()?;
        self.deployment
            .policy()
            .tier(tier)
            .export
            .as_ref()
            .map(Text::view)
    }

    /// The tier of a group, or the external that it is.
    pub fn tier_span(self, group: GroupId) -> Span {
        let policy = self.deployment.policy();
        match self.deployment.groups[group.index()].owner {
            Owner::Tier(id) => policy.tier(id).span,
            Owner::External(id) => policy.external(id).span,
        }
    }
}

impl PlacedRule<'_> {
    /// The name of its resource.
    pub fn resource_name(&self, names: &Names<'_>) -> String {
        let mut name = String::new();
        names.push_rule(self.group, self.key, &mut name);
        name
    }

    /// The sentence that produces the rule, or the tier that is open.
    pub fn span(&self, named: NamedState<'_>) -> Span {
        match named.deployment.first_sentence(self.rule) {
            Some(sentence) => named.deployment.policy().sentence(sentence).span,
            None => named.tier_span(self.group),
        }
    }

    /// The name of the parameter that is the peer.
    pub fn peer_parameter(&self, named: NamedState<'_>) -> Option<String> {
        let id = named.state.parameter_of(self.key.peer)?;
        Some(named.state.parameter(id).name.clone())
    }
}
