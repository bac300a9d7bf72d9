//! The targets that deploy, and sets of them.

use crate::target::{self, Planning, Target};

/// A target that deploys.
#[derive(Debug, Clone, Copy)]
pub struct Planned {
    /// The target.
    pub target: &'static Target,
    /// How it deploys.
    pub planning: &'static Planning,
    /// The set of only this target.
    pub alone: Targets,
}

/// Every target that deploys, in the order of plans.
pub fn planned_targets() -> impl Iterator<Item = Planned> {
    target::ALL.iter().enumerate().filter_map(|(n, target)| {
        Some(Planned {
            target,
            planning: target.planning.as_ref()?,
            alone: Targets(1 << n),
        })
    })
}

/// A set of targets: a bit for each position in the list of targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Targets(u32);

impl Targets {
    /// Whether it contains one of these targets.
    pub fn includes_any(self, other: Targets) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether it contains every target that deploys.
    pub fn are_all(self) -> bool {
        planned_targets().all(|it| self.includes_any(it.alone))
    }

    /// Each of them.
    pub fn planned_targets(self) -> impl Iterator<Item = Planned> {
        planned_targets().filter(move |it| self.includes_any(it.alone))
    }

    /// The targets of both.
    pub fn union_with(self, other: Targets) -> Targets {
        Targets(self.0 | other.0)
    }
}
