//! Default security groups, which AWS makes with each VPC.

use super::contents::Inventory;
use crate::aws::{Direction, GroupId, Peer, Rule, RuleKey, SecurityGroup, State};
use crate::net::{EVERY_IPV4, Traffic};

/// GroupName of the default group of each VPC.
const DEFAULT: &str = "default";

impl Inventory {
    /// The same without the default groups that are as AWS made them and that nothing else names:
    /// their members reach each other, and may send everything (VPC user guide, "Default security
    /// groups for your VPCs"); and how many these are.
    pub fn without_initial_defaults(mut self) -> (Inventory, usize) {
        let kept: Vec<bool> = (0..)
            .map(GroupId)
            .zip(&self.state.groups)
            .map(|(id, group)| !is_initial(id, group) || is_named(&self.state, id))
            .collect();
        let left_out = kept.iter().filter(|kept| !**kept).count();
        if left_out == 0 {
            return (self, 0);
        }

        let mut next = 0;
        let positions: Vec<u32> = kept
            .iter()
            .map(|kept| {
                next += u32::from(*kept);
                next.saturating_sub(1)
            })
            .collect();
        retain(&mut self.state.groups, &kept);
        retain(&mut self.groups, &kept);
        retain(&mut self.rules, &kept);
        for rule in self
            .state
            .groups
            .iter_mut()
            .flat_map(|group| &mut group.rules)
        {
            if let Peer::Group(id) = &mut rule.key.peer {
                *id = GroupId(positions[id.index()]);
            }
        }
        (self, left_out)
    }
}

fn retain<T>(items: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    items.retain(|_| kept.next().is_none_or(|kept| *kept));
}

fn is_initial(id: GroupId, group: &SecurityGroup) -> bool {
    let name = group.group_name.as_ref();
    let name = name.and_then(|name| name.view().as_known());
    let initial = [
        (Direction::Ingress, Peer::Group(id)),
        (Direction::Egress, Peer::Block(EVERY_IPV4)),
    ];
    let initial = initial.map(|(direction, peer)| RuleKey {
        direction,
        traffic: Traffic::All,
        peer,
    });
    let keys = group.rules.iter().map(|rule| rule.key);
    name == Some(DEFAULT) && group.made_elsewhere.is_none() && keys.eq(initial)
}

/// Whether a rule of another group names a group.
fn is_named(state: &State, id: GroupId) -> bool {
    let others = state.groups_by_id().filter(|(other, _)| *other != id);
    let names_it = |rule: &Rule| rule.key.peer == Peer::Group(id);
    others.flat_map(|(_, group)| &group.rules).any(names_it)
}
