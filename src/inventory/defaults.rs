//! Default security groups, which AWS makes with each VPC.

use super::contents::Inventory;
use crate::aws::{
    Direction, ForeignGroup, ForeignGroupId, GroupId, Peer, Reference, Rule, RuleKey, SecurityGroup,
};
use crate::net::{EVERY_IPV4, Traffic};

/// GroupName of the default group of each VPC.
const DEFAULT: &str = "default";

impl Inventory {
    /// The same with the default groups as groups that are made elsewhere, as they are: AWS makes
    /// and deletes them. Those that are as AWS made them have no rules then: their members reach
    /// each other, and may send everything (VPC user guide, "Default security groups for your
    /// VPCs"); and how many these are.
    pub fn with_defaults_elsewhere(mut self) -> (Inventory, usize) {
        let is_default: Vec<bool> = self
            .state
            .groups
            .iter()
            .zip(&self.groups)
            .map(|(group, origin)| is_default(group) && origin.id.is_some())
            .collect();
        if !is_default.contains(&true) {
            return (self, 0);
        }

        let initial = self.empty_initial_groups(&is_default);
        let placement = self.place_defaults(&is_default);
        self.rename_peers(&placement);
        self.move_defaults(&is_default, &placement);
        (self, initial)
    }

    /// The same without rules on groups that are made elsewhere: where the groups that are meant
    /// are listed, rules of others came along.
    pub fn without_rules_elsewhere(mut self) -> Inventory {
        let own = self.state.own_group_count();
        self.state.groups.truncate(own);
        self.groups.truncate(own);
        self.rules.truncate(own);
        self
    }

    /// Takes the rules from default groups that have those of a new one; their number.
    fn empty_initial_groups(&mut self, is_default: &[bool]) -> usize {
        let ids = (0..).map(GroupId).zip(is_default);
        let mut count = 0;
        for (id, _) in ids.filter(|(_, is_default)| **is_default) {
            if is_initial(id, self.state.group(id)) {
                self.state.groups[id.index()].rules.clear();
                self.rules[id.index()].clear();
                count += 1;
            }
        }
        count
    }

    /// Adds the default groups to those that are made elsewhere.
    fn place_defaults(&mut self, is_default: &[bool]) -> Placement {
        let known = std::mem::take(&mut self.state.foreign_groups);
        let mut all: Vec<(ForeignGroup, PlaceBefore)> = (0..)
            .map(ForeignGroupId)
            .zip(known)
            .map(|(id, group)| (group, PlaceBefore::Foreign(id)))
            .collect();
        let named = self.named_groups();
        for (position, origin) in self.groups.iter().enumerate() {
            let is_needed = named[position] || !self.rules[position].is_empty();
            if let (true, Some(id)) = (is_default[position] && is_needed, &origin.id) {
                let group = ForeignGroup {
                    reference: Reference::Id(id.to_string()),
                    account: None,
                };
                all.push((group, PlaceBefore::Own(GroupId(position as u32))));
            }
        }
        all.sort_by(|(one, _), (other, _)| {
            (&one.reference, &one.account).cmp(&(&other.reference, &other.account))
        });

        let mut placement = Placement {
            foreign: vec![ForeignGroupId(0); all.len()],
            own: self.own_positions(is_default),
        };
        for (id, (_, before)) in (0..).map(ForeignGroupId).zip(&all) {
            match before {
                PlaceBefore::Foreign(old) => placement.foreign[old.index()] = id,
                PlaceBefore::Own(group) => placement.own[group.index()] = OwnPlace::Elsewhere(id),
            }
        }
        self.state.foreign_groups = all.into_iter().map(|(group, _)| group).collect();
        placement
    }

    /// Whether a rule names each group.
    fn named_groups(&self) -> Vec<bool> {
        let mut named = vec![false; self.state.groups.len()];
        for rule in self.state.rules() {
            if let Peer::Group(id) = rule.key.peer {
                named[id.index()] = true;
            }
        }
        named
    }

    /// The new position of each group that stays one of the state.
    fn own_positions(&self, is_default: &[bool]) -> Vec<OwnPlace> {
        let mut next = 0;
        let places = is_default.iter().map(|is_default| {
            let place = OwnPlace::Here(GroupId(next));
            next += u32::from(!is_default);
            place
        });
        places.collect()
    }

    fn rename_peers(&mut self, placement: &Placement) {
        for group in &mut self.state.groups {
            if let Some(foreign) = &mut group.made_elsewhere {
                *foreign = placement.foreign[foreign.index()];
            }
            for rule in &mut group.rules {
                rule.key.peer = match rule.key.peer {
                    Peer::Group(id) => match placement.own[id.index()] {
                        OwnPlace::Here(id) => Peer::Group(id),
                        OwnPlace::Elsewhere(id) => Peer::ForeignGroup(id),
                    },
                    Peer::ForeignGroup(id) => Peer::ForeignGroup(placement.foreign[id.index()]),
                    peer @ (Peer::Block(_) | Peer::Parameter(_) | Peer::PrefixList(_)) => peer,
                };
            }
        }
    }

    /// Puts default groups with rules behind the groups of the state, and leaves the others out.
    fn move_defaults(&mut self, is_default: &[bool], placement: &Placement) {
        let groups = std::mem::take(&mut self.state.groups).into_iter();
        let origins = std::mem::take(&mut self.groups).into_iter();
        let rules = std::mem::take(&mut self.rules).into_iter();

        let mut all: Vec<_> = Vec::new();
        for (position, (group, (origin, places))) in groups.zip(origins.zip(rules)).enumerate() {
            if !is_default[position] {
                all.push(sort_rules(group, origin, places));
                continue;
            }
            if let (OwnPlace::Elsewhere(id), false) =
                (placement.own[position], group.rules.is_empty())
            {
                let name = origin.id.as_deref().unwrap_or_default().to_string();
                let elsewhere = SecurityGroup {
                    name,
                    made_elsewhere: Some(id),
                    rules: group.rules,
                    ..SecurityGroup::default()
                };
                all.push(sort_rules(elsewhere, origin, places));
            }
        }
        all.sort_by_key(|(group, ..)| group.made_elsewhere);
        for (group, origin, places) in all {
            self.state.groups.push(group);
            self.groups.push(origin);
            self.rules.push(places);
        }
    }
}

/// What becomes of the groups.
struct Placement {
    /// The new id of each group that was made elsewhere before.
    foreign: Vec<ForeignGroupId>,
    /// By group of the state.
    own: Vec<OwnPlace>,
}

#[derive(Clone, Copy)]
enum OwnPlace {
    Here(GroupId),
    Elsewhere(ForeignGroupId),
}

/// What a group made elsewhere was before.
enum PlaceBefore {
    Foreign(ForeignGroupId),
    Own(GroupId),
}

/// A group whose rules are in order again, with their places.
fn sort_rules<O, P>(
    mut group: SecurityGroup,
    origin: O,
    places: Vec<P>,
) -> (SecurityGroup, O, Vec<P>) {
    let mut rules: Vec<(Rule, P)> = group.rules.into_iter().zip(places).collect();
    rules.sort_by_key(|(rule, _)| rule.key);
    let (rules, places) = rules.into_iter().unzip();
    group.rules = rules;
    (group, origin, places)
}

fn is_default(group: &SecurityGroup) -> bool {
    let name = group.group_name.as_ref();
    let name = name.and_then(|name| name.view().as_known());
    name == Some(DEFAULT) && group.made_elsewhere.is_none()
}

fn is_initial(id: GroupId, group: &SecurityGroup) -> bool {
    let initial = [
        (Direction::Ingress, Peer::Group(id)),
        (Direction::Egress, Peer::Block(EVERY_IPV4)),
    ];
    let initial = initial.map(|(direction, peer)| RuleKey {
        direction,
        traffic: Traffic::All,
        peer,
    });
    group.rules.iter().map(|rule| rule.key).eq(initial)
}
