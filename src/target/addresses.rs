//! Names of resources that Terraform or CloudFormation would refuse: one that an earlier name of a
//! tier makes a second time, and one for two resources.

use crate::diagnostic::{Problem, Problems, Target};
use crate::groups::{
    Deployment, Direction, EarlierName, Names, Parameter, PrefixListId, Rule, TierId,
};
use crate::policy::Tier;
use crate::source::Span;
use crate::target::{cloudformation, terraform};
use std::collections::{BTreeSet, HashMap};

/// Reports them.
pub fn check(deployment: &Deployment<'_>) -> Problems {
    let mut problems = Problems::default();
    let names = terraform::names(deployment);
    problems.extend(shared_addresses(deployment, &names));
    if problems.is_empty() {
        problems.extend(shared_logical_ids(deployment));
    }
    if problems.is_empty() && deployment.groups.iter().any(|group| !group.was.is_empty()) {
        let mut moves = Moves {
            deployment,
            names: &names,
            by_address: Default::default(),
            refused: BTreeSet::new(),
        };
        moves.collect(&mut problems);
        moves.hold_against_rules(&mut problems);
    }
    problems
}

/// A rule and where it stands.
#[derive(Clone, Copy)]
struct Place<'d> {
    tier: TierId,
    direction: Direction,
    rule: &'d Rule,
}

fn places<'d>(deployment: &'d Deployment<'_>) -> impl Iterator<Item = Place<'d>> {
    deployment.groups.iter().flat_map(|group| {
        Direction::ALL.into_iter().flat_map(move |direction| {
            group.rules(direction).iter().map(move |rule| Place {
                tier: group.tier,
                direction,
                rule,
            })
        })
    })
}

impl Place<'_> {
    fn name(&self, names: &Names<'_>) -> String {
        let mut name = String::new();
        names.rule(self.tier, self.direction, self.rule, &mut name);
        name
    }

    /// The sentence that asks for the rule, or the tier that is open.
    fn span(&self, deployment: &Deployment<'_>) -> Span {
        let policy = deployment.policy();
        match deployment.sentence(self.rule) {
            Some(sentence) => policy.sentence(sentence).span,
            None => policy.tier(self.tier).span,
        }
    }

    /// The name of the parameter that is the peer.
    fn parameter(&self, deployment: &Deployment<'_>) -> Option<String> {
        let id = deployment.policy().peer_param(self.rule.peer)?;
        Some(deployment.parameter_name(id).to_string())
    }
}

/// What `moved` says of rules. Groups need no look: resolving refuses two names of tiers, earlier
/// ones among them, that become one.
struct Moves<'d, 'n> {
    deployment: &'d Deployment<'d>,
    names: &'n Names<'d>,
    /// For each direction, where what had an address goes: the two are types of their own.
    by_address: [HashMap<String, Move<'d>>; 2],
    /// Earlier names that were reported: one error for each.
    refused: BTreeSet<Span>,
}

/// One step of what was renamed.
struct Move<'d> {
    to: String,
    of: Place<'d>,
    /// The earlier name that makes the address an earlier one.
    earlier: EarlierName,
}

impl<'d> Moves<'d, '_> {
    /// Collects the steps, and reports an address that two things had: Terraform calls the moves
    /// ambiguous.
    fn collect(&mut self, problems: &mut Problems) {
        for place in places(self.deployment) {
            let earlier = self.names.earlier_names(place.tier, place.rule);
            if earlier.is_empty() {
                continue;
            }
            let chain = self.names.chain(place.tier, place.direction, place.rule);
            for (step, earlier) in chain.windows(2).zip(earlier) {
                // a step renames the peer where that has an earlier name, else the rule's own tier
                let Some(earlier) = earlier.last().copied().filter(|_| step[0] != step[1]) else {
                    continue;
                };
                let to = step[1].clone();
                self.add(
                    step[0].clone(),
                    Move {
                        to,
                        of: place,
                        earlier,
                    },
                    problems,
                );
            }
        }
    }

    fn add(&mut self, from: String, step: Move<'d>, problems: &mut Problems) {
        let moves = &mut self.by_address[step.of.direction as usize];
        let Some(first) = moves.get(&from) else {
            moves.insert(from, step);
            return;
        };
        if first.to == step.to {
            return;
        }
        let parameter = [first.of, step.of]
            .iter()
            .find_map(|place| place.parameter(self.deployment));
        let rules = [first.of, step.of].map(|place| place.span(self.deployment));
        let (tier, position) = step.earlier;
        let tier = self.deployment.policy().tier(tier);
        if self.refused.insert(tier.was_spans[position]) {
            let (span, name) = earlier_name(tier, position);
            problems.push(Problem::AmbiguousMove {
                span,
                name,
                address: from,
                rules,
                parameter,
            });
        }
    }

    /// Reports an earlier address that a rule has now: nothing can have moved away from there.
    fn hold_against_rules(&mut self, problems: &mut Problems) {
        if self.by_address.iter().all(HashMap::is_empty) {
            return;
        }
        let mut address = String::new();
        for place in places(self.deployment) {
            address.clear();
            self.names
                .rule(place.tier, place.direction, place.rule, &mut address);
            let Some(step) = self.by_address[place.direction as usize].get(&address) else {
                continue;
            };
            let (tier, position) = step.earlier;
            let tier = self.deployment.policy().tier(tier);
            if self.refused.insert(tier.was_spans[position]) {
                let (span, name) = earlier_name(tier, position);
                let now = place.span(self.deployment);
                let parameter = place.parameter(self.deployment);
                problems.push(Problem::AddressInUse {
                    span,
                    name,
                    address: address.clone(),
                    now,
                    parameter,
                });
            }
        }
    }
}

fn earlier_name(tier: &Tier, position: usize) -> (Span, String) {
    (tier.was_spans[position], tier.was[position].clone())
}

/// A name in an output, and the place in the program that asks for it.
type Claim = (String, Span);

/// Addresses of Terraform that two resources would have.
fn shared_addresses(deployment: &Deployment<'_>, names: &Names<'_>) -> Vec<Problem> {
    let mut claims: Vec<Claim> = Vec::new();
    for (id, list) in deployment
        .lists
        .iter()
        .map(|id| (id, &deployment.policy().prefix_lists[id.index()]))
    {
        claims
            .extend(terraform::lookup_address(deployment, *id).map(|address| (address, list.span)));
    }
    if !names.are_plain() {
        let rule = |place: Place<'_>| {
            (
                terraform::rule_address(place.direction, &place.name(names)),
                place.span(deployment),
            )
        };
        claims.extend(places(deployment).map(rule));
    }
    twice(Target::Terraform, claims)
}

/// Logical ids of CloudFormation that two parameters or resources would have.
fn shared_logical_ids(deployment: &Deployment<'_>) -> Vec<Problem> {
    let (policy, names) = (deployment.policy(), cloudformation::names(deployment));
    let list = |id: &PrefixListId| {
        (
            cloudformation::list_parameter(deployment, *id),
            policy.prefix_lists[id.index()].span,
        )
    };
    let mut claims: Vec<Claim> = deployment.lists.iter().map(list).collect();
    if !names.are_plain() {
        let groups = deployment.groups.iter();
        claims.extend(groups.map(|group| {
            (
                cloudformation::group_id(group),
                policy.tier(group.tier).span,
            )
        }));
        let parameter = |parameter: &Parameter<'_>| {
            policy
                .param(parameter.id)
                .span
                .map(|span| (cloudformation::parameter_id(parameter), span))
        };
        claims.extend(cloudformation::parameters(deployment).filter_map(parameter));
        let rules = places(deployment).filter(|place| cloudformation::separate(place.rule));
        claims.extend(rules.map(|place| (place.name(&names), place.span(deployment))));
    }
    twice(Target::CloudFormation, claims)
}

/// Reports names that stand twice.
fn twice(target: Target, mut claims: Vec<Claim>) -> Vec<Problem> {
    claims.sort();
    let same = |pair: &&[Claim]| pair[0].0 == pair[1].0;
    let problem = |pair: &[Claim]| {
        let (span, first, name) = (pair[1].1, pair[0].1, pair[0].0.clone());
        Problem::OneName {
            span,
            name,
            first,
            target,
        }
    };
    claims.windows(2).filter(same).map(problem).collect()
}
