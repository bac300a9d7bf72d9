//! The programs of a plan, and the origins of its rules.

use crate::groups::{Deployment, Rule, SentenceId};
use crate::plan::{RuleChange, RulePlace};
use crate::policy::Policy;
use crate::report::citation::Citation;
use crate::source::Sources;

/// One of the two programs of a plan: the origins of its rules.
#[derive(Debug, Clone, Copy)]
pub struct Lowered<'c> {
    /// Its groups and rules, with the flows that produce them.
    pub deployment: &'c Deployment<'c>,
    /// Its files.
    pub sources: &'c Sources,
}

impl<'c> Lowered<'c> {
    pub(super) fn policy(self) -> &'c Policy {
        self.deployment.policy()
    }

    pub(super) fn rule_at(self, place: RulePlace) -> &'c Rule {
        self.deployment
            .rule_at(place.group, place.position as usize)
    }

    pub(super) fn cite_sentence(self, sentence: SentenceId) -> Citation<'c> {
        Citation::new(self.policy(), self.sources, sentence)
    }
}

/// The program of a rule, and the rule in it; the new program if both have it.
pub(super) fn rule_origin<'c>(
    [old, new]: [Lowered<'c>; 2],
    change: &RuleChange,
) -> (Lowered<'c>, &'c Rule) {
    let (program, place) = change
        .sides
        .map_newest(|place| (old, place), |place| (new, place));
    (program, program.rule_at(place))
}
