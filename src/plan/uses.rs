//! AWS's quota of rules, before and after.

use super::before_after::BeforeAfter;
use super::change::UseChange;
use crate::aws::{Count, Direction, GroupId, GroupMapping, State};
use crate::net::Family;

/// The directions of groups whose count changes, in the order of the new groups; deleted groups are
/// last.
pub fn changed_uses(old: &State, new: &State, mapping: &GroupMapping) -> Vec<UseChange> {
    let (olds, news) = (Uses::new(old), Uses::new(new));
    let stands = new.groups_by_id().map(|(is, _)| {
        mapping
            .old_of(is)
            .map_or(BeforeAfter::Added(is), |was| BeforeAfter::Both(was, is))
    });

    let gone = old
        .groups_by_id()
        .map(|(was, _)| was)
        .filter(|was| mapping.new_of(*was).is_none())
        .map(BeforeAfter::Removed);

    let mut uses = Vec::new();
    for sides in stands.chain(gone) {
        for direction in Direction::ALL {
            for family in Family::BOTH {
                let change = UseChange {
                    sides,
                    direction,
                    family,
                    before: olds.usage_of(sides.before(), direction, family),
                    after: news.usage_of(sides.after(), direction, family),
                };

                let is_another = change.before.0 != change.after.0;
                if is_another || change.was_over() != change.is_over() {
                    uses.push(change);
                }
            }
        }
    }

    uses
}

/// The use of the quota by the groups of a state.
struct Uses {
    quota: u32,
    /// For each group, by [`Direction`].
    counts: Vec<[Count; 2]>,
}

impl Uses {
    fn new(state: &State) -> Uses {
        let mut counts = vec![[Count::default(); 2]; state.groups.len()];
        for (group, counts) in state.groups.iter().zip(&mut counts) {
            for rule in &group.rules {
                let count = &mut counts[rule.key.direction as usize];
                *count = count.add_count(state.count_rule(group, rule));
            }
        }
        Uses {
            quota: state.rule_quota,
            counts,
        }
    }

    /// The count of one direction of a group, and the quota; 0 if there is no group.
    fn usage_of(&self, group: Option<GroupId>, direction: Direction, family: Family) -> (u32, u32) {
        let count = group.map(|group| self.counts[group.index()][direction as usize]);
        (count.map_or(0, |count| count.in_family(family)), self.quota)
    }
}
