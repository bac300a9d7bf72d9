//! Compares groups and rules.

use super::cover::{Side, is_covered};
use super::input::DriftInput;
use super::matching::{match_groups, planning, tag};
use super::rule::{Difference, Drift, DriftedPeer, DriftedRule, UnmanagedGroup, rule_words};
use crate::aws::{
    Direction, GroupId, ListReference, Peer, Reference, Rule, RuleKey, SecurityGroup, State, Text,
    aws_list,
};
use crate::net::Traffic;
use crate::target::Planning;
use std::collections::{BTreeMap, BTreeSet};

/// The start of the tags of AWS, which nobody writes (EC2 user guide, "Tag restrictions").
const OF_AWS: &str = "aws:";

/// The tag of a group that a stack of CloudFormation has.
const STACK: &str = "aws:cloudformation:stack-name";

/// Finds what runs otherwise than it is written.
pub fn find_drift(input: &DriftInput<'_>) -> Drift {
    let matched = match_groups(input);
    let mut drift = Drift::default();
    let mut found = BTreeSet::new();
    let words = Identities::new(input, &matched);

    for (position, written) in matched.iter().enumerate() {
        let living = GroupId(position as u32);
        match written {
            Some(written) => {
                found.insert(*written);
                let pair = Pair {
                    input,
                    words: &words,
                    written: *written,
                    living,
                };
                pair.compare(&mut drift);
            }
            None => drift.unmanaged.extend(unmanaged(input, living)),
        }
    }
    for (id, group) in input.written.groups_by_id() {
        match (found.contains(&id), group.made_elsewhere) {
            (true, _) => {}
            (false, None) => drift.missing.push(group.name.clone()),
            // it is in the answers only if it has rules
            (false, Some(_)) => drift.closed.extend(closed_rules(&words, group)),
        }
    }
    drift.missing.sort();
    drift
}

/// All rules of a group of which none runs.
fn closed_rules<'g>(
    words: &'g Identities<'_>,
    group: &'g SecurityGroup,
) -> impl Iterator<Item = DriftedRule> + 'g {
    group.rules.iter().map(|rule| DriftedRule {
        group: group.name.clone(),
        group_id: None,
        id: None,
        direction: rule.key.direction,
        traffic: rule.key.traffic,
        peer: words.written(rule.key.peer),
        description: String::new(),
        sentence: None,
        breaks: Vec::new(),
        event: None,
    })
}

/// A group in a VPC of the program that no tier has.
fn unmanaged(input: &DriftInput<'_>, id: GroupId) -> Option<UnmanagedGroup> {
    let group = input.living.state.group(id);
    let vpcs = input.written.own_groups().map(|(_, group)| &group.vpc);
    let vpcs: BTreeSet<&Reference> = vpcs.collect();
    let (Reference::Id(vpc), None) = (&group.vpc, group.made_elsewhere) else {
        return None;
    };
    let name = group.group_name.as_ref().map(known).unwrap_or_default();
    let origin = &input.living.groups[id.index()];
    let is_default = name == "default";
    (vpcs.contains(&group.vpc) && !is_default).then(|| UnmanagedGroup {
        id: origin.id.as_deref().unwrap_or_default().to_string(),
        name,
        vpc: vpc.clone(),
    })
}

/// What identifies peers on both sides.
struct Identities<'i> {
    input: &'i DriftInput<'i>,
    /// What each living group is called: its tier, or its id.
    living: Vec<DriftedPeer>,
}

impl<'i> Identities<'i> {
    fn new(input: &'i DriftInput<'i>, matched: &[Option<GroupId>]) -> Identities<'i> {
        let groups = matched.iter().enumerate();
        let living = groups.map(|(position, matched)| match matched {
            Some(id) => written_group(input.written, *id),
            None => {
                let id = input.living_id(position);
                DriftedPeer::Group(id.unwrap_or_default().to_string())
            }
        });
        Identities {
            living: living.collect(),
            input,
        }
    }

    fn written(&self, peer: Peer) -> DriftedPeer {
        match peer {
            Peer::Group(id) => written_group(self.input.written, id),
            other => outside_peer(self.input.written, other),
        }
    }

    fn living(&self, peer: Peer) -> DriftedPeer {
        match peer {
            Peer::Group(id) => self.living[id.index()].clone(),
            other => outside_peer(&self.input.living.state, other),
        }
    }
}

fn written_group(state: &State, id: GroupId) -> DriftedPeer {
    let group = state.group(id);
    match group.made_elsewhere {
        Some(foreign) => outside_peer(state, Peer::ForeignGroup(foreign)),
        None => DriftedPeer::Tier(group.name.clone()),
    }
}

/// A peer that is no group of the state.
fn outside_peer(state: &State, peer: Peer) -> DriftedPeer {
    let parameter = |id| format!("${}", state.parameter(id).name);
    match peer {
        Peer::Block(block) => DriftedPeer::Block(block),
        Peer::Parameter(id) => DriftedPeer::Group(parameter(id)),
        Peer::Group(id) => written_group(state, id),
        Peer::ForeignGroup(id) => match &state.foreign_group(id).reference {
            Reference::Id(id) => DriftedPeer::Group(id.clone()),
            Reference::Parameter(id) => DriftedPeer::Group(parameter(*id)),
        },
        Peer::PrefixList(id) => {
            let list = state.prefix_list(id);
            DriftedPeer::PrefixList(match &list.reference {
                ListReference::Id(id) => id.clone(),
                ListReference::Aws(name) => aws_list(name).to_string(),
                ListReference::Parameter(id) => parameter(*id),
                ListReference::Made(made) => made.aws_name.clone(),
            })
        }
    }
}

/// A rule by what identifies it in its group.
type Key = (Direction, Traffic, String);

/// A group of the program, and the living group that it is.
struct Pair<'p> {
    input: &'p DriftInput<'p>,
    words: &'p Identities<'p>,
    written: GroupId,
    living: GroupId,
}

/// A rule on one side.
struct FoundRule<'p> {
    peer: DriftedPeer,
    key: RuleKey,
    /// Nothing for a rule that a target writes in place of another.
    rule: Option<&'p Rule>,
    id: Option<&'p str>,
}

impl FoundRule<'_> {
    fn words(&self) -> String {
        rule_words(self.key.direction, self.key.traffic, &self.peer)
    }
}

impl<'p> Pair<'p> {
    fn written_group(&self) -> &'p SecurityGroup {
        self.input.written.group(self.written)
    }

    fn living_group(&self) -> &'p SecurityGroup {
        self.input.living.state.group(self.living)
    }

    /// How the group is deployed: as a stack of CloudFormation if it has the tags of one.
    fn planning(&self) -> Planning {
        let target = match tag(self.living_group(), STACK) {
            Some(_) => "cloudformation",
            None => "terraform",
        };
        planning(target).expect("both targets deploy")
    }

    fn compare(&self, drift: &mut Drift) {
        let planning = self.planning();
        let written = self.written_rules(&planning);
        let living = self.living_rules();
        drift.groups += 1;
        drift.rules += living.len();

        let is_placeholder = |rule: &FoundRule<'_>| {
            (planning.has_placeholder)(self.written_group())
                && rule.key.direction == Direction::Egress
                && rule.peer.words() == "255.255.255.255/32"
                && rule.key.traffic.to_string() == "icmp 252/86"
        };
        for (key, rule) in &living {
            match written.get(key) {
                Some(same) => self.compare_texts(&planning, same, rule, drift),
                None if is_placeholder(rule) => {}
                // others have rules on a group that is made elsewhere
                None if self.written_group().made_elsewhere.is_some() => {}
                None if self.is_covered(rule, &written) => {
                    drift.otherwise.push(self.rule_difference(rule, true));
                }
                None => drift.opened.push(self.drifted(rule)),
            }
        }
        for (key, rule) in &written {
            match living.contains_key(key) {
                true => {}
                false if self.is_covered(rule, &living) => {
                    drift.otherwise.push(self.rule_difference(rule, false));
                }
                false => drift.closed.push(self.drifted(rule)),
            }
        }
        if self.written_group().made_elsewhere.is_none() {
            self.compare_groups(&planning, drift);
        }
    }

    /// The rules that the output of the program has.
    fn written_rules(&self, planning: &Planning) -> BTreeMap<Key, FoundRule<'p>> {
        let group = self.written_group();
        let mut found = BTreeMap::new();
        for rule in &group.rules {
            for key in (planning.written)(group, rule).into_iter().flatten() {
                let peer = self.words.written(key.peer);
                let own = (key.direction, key.traffic, peer.words());
                let found_rule = FoundRule {
                    peer,
                    rule: (key == rule.key).then_some(rule),
                    key,
                    id: None,
                };
                found.insert(own, found_rule);
            }
        }
        found
    }

    fn living_rules(&self) -> BTreeMap<Key, FoundRule<'p>> {
        let origins = &self.input.living.rules[self.living.index()];
        let rules = self.living_group().rules.iter().zip(origins);
        let rules = rules.map(|(rule, origin)| {
            let peer = self.words.living(rule.key.peer);
            let found = FoundRule {
                key: rule.key,
                rule: Some(rule),
                id: origin.id.as_deref(),
                peer,
            };
            let key = (rule.key.direction, rule.key.traffic, found.peer.words());
            (key, found)
        });
        rules.collect()
    }

    /// Whether rules of the other side admit everything that a rule does.
    fn is_covered(&self, rule: &FoundRule<'_>, others: &BTreeMap<Key, FoundRule<'_>>) -> bool {
        let side = |rule: &FoundRule<'_>| Side {
            traffic: rule.key.traffic,
            block: match rule.peer {
                DriftedPeer::Block(block) => Some(block),
                DriftedPeer::Tier(_) | DriftedPeer::Group(_) | DriftedPeer::PrefixList(_) => None,
            },
        };
        let own = side(rule);
        let others = others.values().filter(|other| {
            let is_same = other.peer == rule.peer || own.block.is_some();
            other.key.direction == rule.key.direction && is_same
        });
        let others: Vec<Side> = others.map(side).collect();
        is_covered(own, &others)
    }

    fn drifted(&self, rule: &FoundRule<'_>) -> DriftedRule {
        let description = match (rule.rule, rule.id) {
            (Some(living), Some(_)) => self.input.living.state.stored_description(living),
            (_, _) => "",
        };
        DriftedRule {
            group: self.written_group().name.clone(),
            group_id: self.group_id(),
            id: rule.id.map(str::to_string),
            direction: rule.key.direction,
            traffic: rule.key.traffic,
            peer: rule.peer.clone(),
            description: description.to_string(),
            sentence: None,
            breaks: Vec::new(),
            event: None,
        }
    }

    fn group_id(&self) -> Option<String> {
        let id = self.input.living_id(self.living.index());
        id.map(str::to_string)
    }

    /// A rule that one side alone has, where the rules of the other admit the same.
    fn rule_difference(&self, rule: &FoundRule<'_>, runs: bool) -> Difference {
        let words = rule.words();
        Difference {
            group: self.written_group().name.clone(),
            rule: Some(words.clone()),
            id: rule.id.map(str::to_string),
            what: "rule".to_string(),
            written: (!runs).then(|| words.clone()),
            running: runs.then_some(words),
        }
    }

    fn compare_texts(
        &self,
        planning: &Planning,
        written: &FoundRule<'_>,
        living: &FoundRule<'_>,
        drift: &mut Drift,
    ) {
        let (Some(written_rule), Some(living_rule)) = (written.rule, living.rule) else {
            return;
        };
        let (states, rules) = (
            (self.input.written, &self.input.living.state),
            (written_rule, living_rule),
        );
        let mut differences = Vec::new();
        let written_text = states.0.description(rules.0).as_known();
        let living_text = states.1.stored_description(rules.1);
        if let Some(text) = written_text.filter(|text| *text != living_text) {
            differences.push(difference("description", Some(text), Some(living_text)));
        }
        if planning.writes_rule_tags {
            differences
                .extend(self.tag_differences(states.0.tags(rules.0), states.1.tags(rules.1)));
        }
        drift
            .otherwise
            .extend(differences.into_iter().map(|it| Difference {
                group: self.written_group().name.clone(),
                rule: Some(living.words()),
                id: living.id.map(str::to_string),
                ..it
            }));
    }

    fn compare_groups(&self, planning: &Planning, drift: &mut Drift) {
        let (written, living) = (self.written_group(), self.living_group());
        let mut differences = Vec::new();
        let description = match written.description.is_empty() {
            true => Some(planning.default_description),
            false => written.description.view().as_known(),
        };
        let running = known(&living.description);
        if let Some(text) = description.filter(|text| *text != running) {
            differences.push(difference("description", Some(text), Some(&running)));
        }
        let names = [&written.group_name, &living.group_name];
        let [name, running] = names.map(|name| name.as_ref().and_then(|it| it.view().as_known()));
        if let (Some(name), Some(running)) = (name, running)
            && name != running
        {
            differences.push(difference("name", Some(name), Some(running)));
        }
        differences.extend(self.tag_differences(&written.tags, &living.tags));
        drift
            .otherwise
            .extend(differences.into_iter().map(|it| Difference {
                group: written.name.clone(),
                id: self.group_id(),
                ..it
            }));
    }

    /// Tags with another value, and those that one side alone has.
    fn tag_differences(
        &self,
        written: &[(String, Text)],
        living: &[(String, Text)],
    ) -> Vec<Difference> {
        let mut wanted: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        let defaults = self.input.default_tags.iter();
        wanted.extend(defaults.map(|(key, value)| (key.as_str(), Some(value.as_str()))));
        let own = written.iter();
        wanted.extend(own.map(|(key, value)| (key.as_str(), value.view().as_known())));
        let running: BTreeMap<&str, &str> = living
            .iter()
            .filter(|(key, _)| !key.starts_with(OF_AWS))
            .map(|(key, value)| (key.as_str(), value.view().as_known().unwrap_or_default()))
            .collect();

        let mut differences = Vec::new();
        for (key, value) in &wanted {
            let found = running.get(key).copied();
            // a value with a parameter is not known
            let is_same = found.is_some() && (value.is_none() || *value == found);
            if !is_same {
                differences.push(difference(&format!("tag {key}"), *value, found));
            }
        }
        let added = running.iter().filter(|(key, _)| !wanted.contains_key(*key));
        differences
            .extend(added.map(|(key, value)| difference(&format!("tag {key}"), None, Some(value))));
        differences
    }
}

fn difference(what: &str, written: Option<&str>, running: Option<&str>) -> Difference {
    Difference {
        group: String::new(),
        rule: None,
        id: None,
        what: what.to_string(),
        written: written.map(str::to_string),
        running: running.map(str::to_string),
    }
}

fn known(text: &Text) -> String {
    text.view().as_known().unwrap_or_default().to_string()
}
