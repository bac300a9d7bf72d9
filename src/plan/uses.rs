//! AWS's quota of rules, before and after.

use super::{BeforeAfter, UseChange};
use crate::analysis::quota::{DirectionUsage, totals};
use crate::groups::{Deployment, Direction, TierId};
use crate::net::Family;
use crate::policy::TierMapping;

/// The sides of groups that count differently than before, by the order of the new groups, those
/// that go last.
pub fn changed(
    old: &Deployment<'_>,
    new: &Deployment<'_>,
    tier_mapping: &TierMapping,
) -> Vec<UseChange> {
    let (olds, news) = (totals(old), totals(new));
    let is = (0..new.groups.len()).map(|n| TierId(n as u32));
    let was = (0..old.groups.len()).map(|n| TierId(n as u32));
    let tiers = is.map(|is| {
        tier_mapping
            .old_of(is)
            .map_or(BeforeAfter::Added(is), |was| BeforeAfter::Both(was, is))
    });
    let gone = was
        .filter(|was| tier_mapping.new_of(*was).is_none())
        .map(BeforeAfter::Removed);
    let mut uses = Vec::new();
    for sides in tiers.chain(gone) {
        for direction in Direction::ALL {
            for family in Family::BOTH {
                let used = |totals: &[DirectionUsage], tier: Option<TierId>| {
                    tier.map_or(0, |tier| of(totals, tier, direction, family))
                };
                let before = (used(&olds, sides.was()), old.policy().stack.rule_quota);
                let after = (used(&news, sides.is()), new.policy().stack.rule_quota);
                let change = UseChange {
                    sides,
                    direction,
                    family,
                    before,
                    after,
                };
                if before.0 != after.0 || change.was_over() != change.is_over() {
                    uses.push(change);
                }
            }
        }
    }
    uses
}

/// What one side counts: `totals` gives both sides of each group, by the order of the groups.
fn of(totals: &[DirectionUsage], tier: TierId, direction: Direction, family: Family) -> u32 {
    let sides = totals
        .get(tier.index() * Direction::ALL.len()..)
        .unwrap_or_default()
        .iter()
        .take(Direction::ALL.len());
    sides
        .filter(|side| side.direction == direction)
        .map(|side| side.used.in_family(family))
        .sum()
}

/// From how many parts of a hundred of a quota on a side is near it.
const NEAR: u64 = 80;

impl UseChange {
    /// Whether it will be so near to what AWS lets a group have, or beyond, that it is worth a
    /// line.
    pub fn is_near(&self) -> bool {
        u64::from(self.after.0) * 100 >= u64::from(self.after.1) * NEAR
    }

    /// Whether it was more than AWS lets a group have.
    pub fn was_over(&self) -> bool {
        self.before.0 > self.before.1
    }

    /// Whether it will be more.
    pub fn is_over(&self) -> bool {
        self.after.0 > self.after.1
    }
}
