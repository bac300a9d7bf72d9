//! What a change opens and closes: the connections that pass in only one of two programs.
//!
//! An endpoint is a tier, hosts at addresses that are in nothing else, or another peer of rules: a
//! foreign group, a prefix list, a parameter. For each pair of endpoints, the exact gains and
//! losses:
//!
//! - Between hosts and a tier, the traffic that the tier's rules with blocks admit in the new
//!   program and not in the old. That holds for any host with such an address, so it is reported
//!   once, and not again for each tier and list that may have members there.
//! - Between any other two endpoints, the traffic that passes now and did not before, if a gate was
//!   opened by a rule that references the endpoint, and not by a block. Between two tiers both
//!   gates must admit it, each at the addresses of its blocks. An external has the gates that the
//!   program puts rules on, of which each new rule is a gain; its other rules may admit everything.
//!
//! So a packet between two tiers that passes only in the new program is in the gains of their pair,
//! or in the gains of one of them from or to hosts at the address of the other. Traffic that
//! security groups never filter is ignored. Losses are the gains of the reverse change.
//!
//! The value of a parameter is unknown, so a rule with a parameter is a rule for it, whatever its
//! default is. If the default changes, what that opens is reported separately, for deployments that
//! use it.

mod causes;
mod change;
mod defaults;
mod ends;
mod gate_change;
mod opened;
mod products;
mod version;

pub use change::{Causes, Change, Places};
pub use ends::{End, EndId, Ends};

use super::gate::Gates;
use crate::policy::{Policy, TierMapping};
use version::Version;

/// The difference between two programs.
#[derive(Debug)]
pub struct Diff {
    /// The endpoints of both.
    pub ends: Ends,
    /// What passes only in the new program: open to the internet first, then by endpoints.
    pub gained: Vec<Change>,
    /// What passes only in the old program.
    pub lost: Vec<Change>,
}

/// The effect of a change, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Nothing is gained and nothing lost.
    Equal,
    /// Something is lost, and nothing gained.
    Narrower,
    /// Something is gained, and nothing lost.
    Wider,
    /// Both.
    Changed,
}

impl Diff {
    /// Compares two programs with matched tiers.
    pub fn compare_policies(old: &Policy, new: &Policy, tier_mapping: &TierMapping) -> Diff {
        let ends = Ends::new(old, new, tier_mapping);
        let (old_gates, new_gates) = (Gates::new(old), Gates::new(new));
        let before = Version::new(old, &old_gates, ends.in_old());
        let after = Version::new(new, &new_gates, ends.in_new());
        let gained = opened::find_opened(&ends, &before, &after);
        let lost = opened::find_opened(&ends, &after, &before);
        Diff { ends, gained, lost }
    }

    /// The effect on the whole program.
    pub fn verdict(&self) -> Effect {
        Effect::from_changes(!self.gained.is_empty(), !self.lost.is_empty())
    }

    /// The effect on one endpoint: gains and losses of pairs with it.
    pub fn verdict_of(&self, end: EndId) -> Effect {
        let is_end = |change: &Change| change.from == end || change.to == end;
        let has = |changes: &[Change]| changes.iter().any(is_end);
        Effect::from_changes(has(&self.gained), has(&self.lost))
    }

    /// Whether anything is gained from or to the internet.
    pub fn opens_to_the_internet(&self) -> bool {
        self.gained.iter().any(|change| change.internet)
    }
}

impl Effect {
    pub(crate) fn from_changes(gained: bool, lost: bool) -> Effect {
        match (gained, lost) {
            (false, false) => Effect::Equal,
            (false, true) => Effect::Narrower,
            (true, false) => Effect::Wider,
            (true, true) => Effect::Changed,
        }
    }

    /// `wider`
    pub fn word(self) -> &'static str {
        match self {
            Effect::Equal => "equal",
            Effect::Narrower => "narrower",
            Effect::Wider => "wider",
            Effect::Changed => "changed",
        }
    }
}
