//! What a change opens and closes: the connections that pass under one of two programs and not
//! under the other.
//!
//! An end is a tier, hosts that have an address and are in nothing else, or whatever else a rule
//! can name: a foreign group, a prefix list, a parameter. For each pair of ends, exactly what is
//! gained and what is lost:
//!
//! - Between hosts and a tier, what the tier's rules about blocks admit under the new program and
//!   not under the old. That holds for whoever has such an address, so it is reported once, and not
//!   again for each tier and list that may have members there.
//! - Between any other two ends, what passes now and did not, where a gate on the way opened by a
//!   rule that names the end, and not by a block. Between two tiers both gates have to admit it,
//!   each at the addresses that its blocks hold.
//!
//! So a packet between two tiers that passes under the new program and not under the old lies in
//! what their pair gained, or in what one of them gained from or to hosts at the address of the
//! other. A change only of what security groups never filter is none. Lost is what is gained on the
//! way back.
//!
//! Nobody knows the value of a parameter, so a rule that names one is a rule for it, whatever its
//! default is. Where the default changes, what that opens is reported apart, for those who deploy
//! with it.

mod causes;
mod change;
mod defaults;
mod ends;
mod opened;
mod products;
mod version;

pub use change::{Causes, Change, Places};
pub use ends::{End, EndId, Ends};

use super::gate::Gates;
use crate::policy::{Policy, TierMapping};
use version::Version;

/// What differs between two programs.
#[derive(Debug)]
pub struct Diff {
    /// The ends of both.
    pub ends: Ends,
    /// What passes under the new program and not under the old: that which is open to the internet
    /// first, then by ends.
    pub gained: Vec<Change>,
    /// What passed under the old one and does not under the new.
    pub lost: Vec<Change>,
}

/// What a change does, in one word.
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
    /// Compares two programs, whose tiers are matched.
    pub fn compare_policies(old: &Policy, new: &Policy, tier_mapping: &TierMapping) -> Diff {
        let ends = Ends::new(old, new, tier_mapping);
        let (old_gates, new_gates) = (Gates::new(old), Gates::new(new));
        let before = Version::new(old, &old_gates, ends.in_old());
        let after = Version::new(new, &new_gates, ends.in_new());
        let gained = opened::find_opened(&ends, &before, &after);
        let lost = opened::find_opened(&ends, &after, &before);
        Diff { ends, gained, lost }
    }

    /// Of the whole.
    pub fn verdict(&self) -> Effect {
        Effect::from_changes(!self.gained.is_empty(), !self.lost.is_empty())
    }

    /// Of one end: what is gained and lost where it is one of the two.
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
    fn from_changes(gained: bool, lost: bool) -> Effect {
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
