//! Predicted changes match the outputs: the counts are those of a comparison of the two outputs
//! resource by resource, the rules are those that only one output deploys, and the reverse change
//! is the reverse prediction.

use crate::change_set::change_set;
use crate::choices::{numbers, streams};
use crate::compile::{cases, emit, policy};
use crate::declarations::{LIST_DEFAULTS, change_defaults};
use crate::deployed::{self, Deployed, Key};
use crate::generate::{Program, program};
use crate::plan_terraform::plan;
use crate::sentences::sentence;
use crate::{read_cloudformation, read_terraform};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use tierwall::aws::{self, State};
use tierwall::groups::{Deployment, Direction, Group, lower};
use tierwall::net::Traffic;
use tierwall::plan::{
    BeforeAfter, Changes, GroupOutcome, RuleChange, RuleOutcome, RulePlace, Targets,
};
use tierwall::policy::TierMapping;

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn counts_are_those_of_the_outputs((old, new) in pair()) {
        counted(&old.text(), &new.text()).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn counts_of_unrelated_programs_are_those_of_the_outputs(old in program(), new in program()) {
        counted(&old.text(), &new.text()).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn counts_of_lists_are_those_of_their_defaults((old, new) in pair()) {
        let [default, other] = LIST_DEFAULTS;
        let (old, new) = (old.text(), new.text());
        for now in [format!(" = {other}"), String::new()] {
            let new = new.replace(&format!(" = {default}"), &now);
            counted(&old, &new).map_err(TestCaseError::fail)?;
            counted(&new, &old).map_err(TestCaseError::fail)?;
        }
    }

    #[test]
    fn rules_are_those_that_one_output_has((old, new) in pair()) {
        listed(&old.text(), &new.text()).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn tiers_under_other_names_are_recreated(program in program()) {
        let old = program.text();
        between(&old, &renamed(&old), |changes, [_, new]| {
            recreated(changes, new).map_err(TestCaseError::fail)
        })?;
    }

    #[test]
    fn tiers_that_are_recreated_have_the_same_rules((old, new) in pair()) {
        between(&old.text(), &renamed(&new.text()), |changes, _| {
            same_rules(changes).map_err(TestCaseError::fail)
        })?;
    }

    #[test]
    fn nothing_changes_from_a_program_to_itself(program in program()) {
        between(&program.text(), &program.text(), |changes, _| {
            prop_assert!(changes.is_empty() && changes.uses.is_empty(), "{:?}", changes);
            prop_assert_eq!(counts(changes, "terraform"), [0; 3]);
            prop_assert_eq!(counts(changes, "cloudformation"), [0; 4]);
            Ok(())
        })?;
    }

    #[test]
    fn reverting_a_change_reverses_its_plan((old, new) in pair()) {
        let there = between(&old.text(), &new.text(), |changes, _| reported(changes));
        let back = between(&new.text(), &old.text(), |changes, _| reported(changes));
        let reversed: BTreeSet<Reported> = back.into_iter().map(|(targets, outcome, was, is)| {
            let outcome = match outcome {
                RuleOutcome::Added => RuleOutcome::Removed,
                RuleOutcome::Removed => RuleOutcome::Added,
                RuleOutcome::Halved => RuleOutcome::Joined,
                RuleOutcome::Joined => RuleOutcome::Halved,
                other => other,
            };
            (targets, outcome, is, was)
        }).collect();
        prop_assert_eq!(there, reversed);
    }
}

/// Tiers, and what they are called in the same program under other names.
const RENAMED: [(&str, &str); 2] = [("app", "core"), ("db", "store")];

/// The program with other names for tiers, and without `was`; strings stay.
fn renamed(text: &str) -> String {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    let (mut out, mut name, mut in_string, mut escaped) =
        (String::new(), String::new(), false, false);
    for c in text.chars() {
        if !in_string && is_of_name(c) {
            name.push(c);
            continue;
        }
        let other = RENAMED
            .iter()
            .find(|(was, _)| *was == name)
            .map_or(name.as_str(), |(_, is)| is);
        out.push_str(other);
        name.clear();
        out.push(c);
        in_string ^= c == '"' && !escaped;
        escaped = in_string && c == '\\' && !escaped;
    }
    out + &name
}

/// Checks tiers with other names: each is recreated as itself if it is unique, and if all are,
/// rules are only created or deleted with their group or their peer.
fn recreated(changes: &Changes<'_>, new: &Deployment<'_>) -> Result<(), String> {
    let mut found = 0;
    for (change, _) in changes
        .groups
        .iter()
        .filter(|(change, _)| change.outcome == GroupOutcome::Recreated)
    {
        let (Some(was), Some(is)) = (change.sides.before(), change.sides.after()) else {
            return Err("of one side".into());
        };
        let pair = (
            changes.old.group(was).name.as_str(),
            changes.new.group(is).name.as_str(),
        );
        found += 1;
        if !RENAMED.contains(&pair) {
            return Err(format!("{pair:?}"));
        }
    }
    let others = RENAMED
        .iter()
        .filter(|(_, is)| changes.new.groups.iter().any(|group| group.name == *is))
        .count();
    let comes = changes
        .rules
        .iter()
        .any(|(change, _)| matches!(change.outcome, RuleOutcome::Added | RuleOutcome::Removed));
    let spoken = new
        .groups
        .iter()
        .filter(|group| is_spoken_of(new, group))
        .count();
    match (found == others, others) {
        (true, _) if comes => Err(format!("a rule comes or goes: {changes:#?}")),
        (false, 1) if spoken > 0 => Err(format!("not found: {changes:#?}")),
        (true | false, _) => Ok(()),
    }
}

/// Checks that a rule of a recreated tier, or one that references it, is only created or deleted
/// with a tier that is not recreated.
fn same_rules(changes: &Changes<'_>) -> Result<(), String> {
    let recreated: BTreeSet<&str> = changes
        .groups
        .iter()
        .filter(|(change, _)| change.outcome == GroupOutcome::Recreated)
        .filter_map(|(change, _)| {
            Some([
                changes.old.group(change.sides.before()?).name.as_str(),
                changes.new.group(change.sides.after()?).name.as_str(),
            ])
        })
        .flatten()
        .collect();
    let is_renamed = |name: &str| RENAMED.iter().any(|(was, is)| [*was, *is].contains(&name));
    for (change, _) in &changes.rules {
        let (state, place, rule) = changes.resolve_rule(change);
        let peer = match rule.key.peer {
            aws::Peer::Group(group) => Some(group),
            _ => None,
        };
        let ends: Vec<&str> = [Some(place.group), peer]
            .into_iter()
            .flatten()
            .map(|group| state.group(group).name.as_str())
            .collect();
        let is_excused = ends
            .iter()
            .any(|name| is_renamed(name) && !recreated.contains(name));
        let comes = matches!(change.outcome, RuleOutcome::Added | RuleOutcome::Removed);
        if comes && !is_excused && ends.iter().any(|name| recreated.contains(name)) {
            return Err(format!("{ends:?} {change:?} {changes:#?}"));
        }
    }
    Ok(())
}

/// Whether it is a tier under another name, of which a sentence speaks.
fn is_spoken_of(deployment: &Deployment<'_>, group: &Group<'_>) -> bool {
    let rules = |group: &Group<'_>| {
        let rules = Direction::ALL
            .into_iter()
            .flat_map(|direction| group.rules(direction).to_vec());
        rules
            .filter(|rule| deployment.first_sentence(rule).is_some())
            .collect::<Vec<_>>()
    };
    let names = |other: &Group<'_>| {
        rules(other)
            .iter()
            .any(|rule| rule.peer == group.owner.peer())
    };
    let is_renamed = RENAMED.iter().any(|(_, is)| *is == group.name);
    is_renamed && (!rules(group).is_empty() || deployment.groups.iter().any(names))
}

/// Two programs of one scene: some sentences of each are the other's too, and some parameters have
/// another default.
fn pair() -> impl Strategy<Value = (Program, Program)> {
    (program(), streams(0..=6, 28), numbers(12), numbers(6)).prop_map(
        |(old, more, keep, defaults)| {
            let kept = old
                .sentences
                .iter()
                .zip(&keep)
                .filter(|(_, number)| *number % 3 > 0)
                .map(|(kept, _)| kept.clone());
            let more = more
                .iter()
                .filter_map(|numbers| sentence(&old.scene, numbers));
            let sentences = kept.chain(more).collect();
            let mut new = Program {
                sentences,
                ..old.clone()
            };
            change_defaults(&mut new.scene.lines, &defaults);
            (old, new)
        },
    )
}

fn between<T>(
    old: &str,
    new: &str,
    then: impl FnOnce(&Changes<'_>, [&Deployment<'_>; 2]) -> T,
) -> T {
    let (old, new) = (policy(old), policy(new));
    let tier_mapping = TierMapping::new(&old, &new);
    let (old, new) = (lower(&old), lower(&new));
    let states = [old.to_state(), new.to_state()];
    let changes = Changes::compare_states(&states[0], &states[1], tier_mapping.groups());
    then(&changes, [&old, &new])
}

/// What the plan of a target counts.
fn counts(changes: &Changes<'_>, target: &str) -> Vec<usize> {
    let (it, counts) = changes
        .counts
        .iter()
        .find(|(it, _)| it.target.name == target)
        .expect("a target that deploys");
    let columns = it.planning.column_counts(counts);
    columns.map(|(_, count)| count).collect()
}

fn counted(old: &str, new: &str) -> Result<(), String> {
    between(old, new, |changes, [was, is]| {
        let outputs = |target| (emit(was, target), emit(is, target));
        let foretold = counts(changes, "terraform");
        let (was, is) = outputs("terraform");
        let found = plan(&was, &is);
        if foretold != found {
            return Err(format!(
                "Terraform: foretold {foretold:?}, found {found:?}, from\n{old}\nto\n{new}\n{changes:#?}"
            ));
        }
        let foretold = counts(changes, "cloudformation");
        let (was, is) = outputs("cloudformation");
        let found = change_set(&was, &is);
        if foretold != found {
            return Err(format!(
                "CloudFormation: foretold {foretold:?}, found {found:?}, from\n{old}\nto\n{new}"
            ));
        }
        Ok(())
    })
}

/// The description and the tags of each rule.
type Rules = BTreeMap<Key, (String, BTreeMap<String, String>)>;

fn rules(deployed: &Deployed) -> Rules {
    deployed
        .rules
        .iter()
        .map(|rule| {
            (
                rule.key.clone(),
                (rule.description.clone(), rule.tags.clone()),
            )
        })
        .collect()
}

/// Holds the lists against the outputs as the independent readers have them. The groups of both
/// programs are the same.
fn listed(old: &str, new: &str) -> Result<(), String> {
    between(old, new, |changes, deployments| {
        let read = |deployment: &Deployment<'_>| {
            let terraform = read_terraform::read(&emit(deployment, "terraform")).deployed;
            let cloudformation =
                read_cloudformation::read(&emit(deployment, "cloudformation")).deployed;
            [rules(&terraform), rules(&cloudformation)]
        };
        let [mut was, mut is] = deployments.map(read);
        for (n, (of, _)) in changes.counts.iter().enumerate() {
            // a template can have two rules for one, which is foretold as one
            let is_listed = |key: &Key| of.target.name != "cloudformation" || !may_be_halved(key);
            for rules in [&mut was[n], &mut is[n]] {
                rules.retain(|key, _| is_listed(key));
            }
            let (was, is) = (&was[n], &is[n]);
            let only =
                |a: &Rules, b: &Rules| a.iter().filter(|(key, _)| !b.contains_key(*key)).count();
            let retold = was
                .iter()
                .filter(|(key, (text, _))| is.get(*key).is_some_and(|(now, _)| now != text))
                .count();
            let retagged = was
                .iter()
                .filter(|(key, (_, tags))| is.get(*key).is_some_and(|(_, now)| now != tags))
                .count();
            let listed_changes = || {
                changes.rules.iter().filter(|(change, targets)| {
                    targets.includes_any(of.alone)
                        && (of.target.name != "cloudformation" || !is_of_halves(changes, change))
                })
            };
            let reported = |outcome| {
                listed_changes()
                    .filter(|(change, _)| change.outcome == outcome)
                    .count()
            };
            // two peers can have one address, such as a group and a parameter with its id as a
            // name: the rule is then one resource, and two keys
            let peers = |change: &RuleChange| {
                let (was, is) = (change.sides.before()?, change.sides.after()?);
                Some([peer_at(deployments[0], was), peer_at(deployments[1], is)])
            };
            let has_other_peer =
                |change: &RuleChange| peers(change).is_some_and(|[was, is]| was != is);
            let moved = listed_changes().filter(|(change, _)| has_other_peer(change));
            let moved = moved.count();
            // a rule that is in the list of another outcome may have another text as well
            let again = listed_changes().filter(|(change, _)| {
                matches!(
                    change.outcome,
                    RuleOutcome::ResourceRenamed
                        | RuleOutcome::Retargeted
                        | RuleOutcome::Default
                        | RuleOutcome::WithGroup
                        | RuleOutcome::OwnerDefault
                        | RuleOutcome::WithPeer
                ) && !has_other_peer(change)
                    && text(changes, change.sides, true) != text(changes, change.sides, false)
            });
            // and so may it have other tags
            let has_tags = of.planning.writes_rule_tags;
            let tagged = listed_changes().filter(|(change, _)| {
                has_tags && !has_other_peer(change) && has_other_tags(changes, change)
            });
            let foretold = [
                reported(RuleOutcome::Added) + moved,
                reported(RuleOutcome::Removed) + moved,
                reported(RuleOutcome::Text) + again.count(),
                tagged.count(),
            ];
            let found = [only(is, was), only(was, is), retold, retagged];
            if reported(RuleOutcome::Tagged) > foretold[3] {
                return Err(format!(
                    "no rule that is tagged otherwise, from\n{old}\nto\n{new}"
                ));
            }
            if foretold != found {
                return Err(format!(
                    "foretold {foretold:?}, found {found:?}, from\n{old}\nto\n{new}"
                ));
            }
        }
        Ok(())
    })
}

/// Blocks that a template may have in two, and the two.
const WHOLES_AND_HALVES: [&str; 6] = [
    "0.0.0.0/0",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "::/0",
    "::/1",
    "8000::/1",
];

fn may_be_halved(key: &Key) -> bool {
    WHOLES_AND_HALVES
        .iter()
        .any(|block| key.is_everything_to(block))
}

/// What the rule at a place says of its peer.
fn peer_at(deployment: &Deployment<'_>, place: RulePlace) -> String {
    let group = &deployment.groups[place.group.index()];
    let mut rules = group.ingress.iter().chain(&group.egress);
    let rule = rules.nth(place.position as usize).expect("a rule there");
    deployed::peer(deployment, rule.peer)
}

fn is_of_halves(changes: &Changes<'_>, change: &RuleChange) -> bool {
    let (_, _, rule) = changes.resolve_rule(change);
    let aws::Peer::Block(block) = rule.key.peer else {
        return false;
    };
    let is_everything = rule.key.direction == Direction::Egress && rule.key.traffic == Traffic::All;
    is_everything && WHOLES_AND_HALVES.contains(&block.to_string().as_str())
}

fn text<'c>(changes: &Changes<'c>, sides: BeforeAfter<RulePlace>, old: bool) -> &'c str {
    let (state, place) = if old {
        (changes.old, sides.before())
    } else {
        (changes.new, sides.after())
    };
    place.map_or("", |place| state.description(place.rule_in(state)).stored())
}

/// Whether a rule of both programs has other tags in the second.
fn has_other_tags(changes: &Changes<'_>, change: &RuleChange) -> bool {
    let tags = |state: &State, place: RulePlace| state.tags(place.rule_in(state)).to_vec();
    let (was, is) = (change.sides.before(), change.sides.after());
    was.zip(is)
        .is_some_and(|(was, is)| tags(changes.old, was) != tags(changes.new, is))
}

/// A rule in words that both programs share.
type Words = Option<(String, Direction, String, String)>;
type Reported = (Targets, RuleOutcome, Words, Words);

fn reported(changes: &Changes<'_>) -> BTreeSet<Reported> {
    let words = |state: &State, place: Option<RulePlace>| {
        place.map(|place| {
            let rule = place.rule_in(state);
            (
                state.group(place.group).name.clone(),
                rule.key.direction,
                rule.key.traffic.to_string(),
                state.description(rule).to_string(),
            )
        })
    };
    let reported = changes.rules.iter().map(|(change, targets)| {
        (
            *targets,
            change.outcome,
            words(changes.old, change.sides.before()),
            words(changes.new, change.sides.after()),
        )
    });
    reported.collect()
}
