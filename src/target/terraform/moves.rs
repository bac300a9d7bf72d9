//! Addresses of Terraform that two resources would have, and those that an earlier name of a tier
//! makes a second time.

use super::addresses::{
    association_addresses, lookup_addresses, made_addresses, rule_address, rule_names,
};
use crate::diagnostic::{MeaningProblem, Problems};
use crate::policy::{Tier, TierId};
use crate::source::Span;
use crate::target::claims::{Claim, NamedState, PlacedRule};
use crate::target::names::{EarlierName, Names};
use std::collections::{BTreeSet, HashMap};

/// The addresses that may not be unique: of data sources and associations, and of rules unless
/// their names are known to be distinct.
pub fn claims(named: NamedState<'_>) -> Vec<Claim> {
    let names = rule_names(named.state);
    let lookups = lookup_addresses(named.state).chain(made_addresses(named.state));
    let mut claims: Vec<Claim> = lookups
        .map(|(id, address)| (address, named.deployment.prefix_list(id).span))
        .collect();

    let associations = association_addresses(named.state);
    claims.extend(associations.map(|(group, address)| (address, named.tier_span(group))));

    if !names.are_plain() {
        let rule = |place: PlacedRule<'_>| {
            (
                rule_address(place.key.direction, &place.resource_name(&names)),
                place.span(named),
            )
        };
        claims.extend(named.rule_places().map(rule));
    }

    claims
}

/// Reports moves that `moved` blocks cannot express.
pub fn check_moves(named: NamedState<'_>) -> Problems {
    let mut problems = Problems::default();
    if named.state.groups.iter().all(|group| group.was.is_empty()) {
        return problems;
    }

    let mut moves = Moves {
        named,
        names: &rule_names(named.state),
        by_address: Default::default(),
        refused: BTreeSet::new(),
    };

    moves.collect_moves(&mut problems);
    moves.report_reused_addresses(&mut problems);

    problems
}

/// The moves of rules. Groups need no check: resolving rejects tiers whose names, current or
/// earlier, are equal after mangling.
struct Moves<'d, 'n> {
    named: NamedState<'d>,
    names: &'n Names<'d>,
    /// For each direction, the new address of each old one; the two directions are different types.
    by_address: [HashMap<String, Move<'d>>; 2],
    /// Earlier names that were reported: one error for each.
    refused: BTreeSet<Span>,
}

/// One step of a renaming.
struct Move<'d> {
    to: String,
    of: PlacedRule<'d>,
    /// The earlier name that makes the address an earlier one.
    earlier: EarlierName,
}

impl<'d> Moves<'d, '_> {
    /// Collects the steps, and reports an address that two resources had: Terraform calls the moves
    /// ambiguous.
    fn collect_moves(&mut self, problems: &mut Problems) {
        for place in self.named.rule_places() {
            let earlier = self.names.earlier_names(place.group, place.key);
            if earlier.is_empty() {
                continue;
            }

            let chain = self.names.name_chain(place.group, place.key);
            for (step, earlier) in chain.windows(2).zip(earlier) {
                // a step renames the peer where that has an earlier name, else the rule's own tier
                let Some(earlier) = earlier.last().copied().filter(|_| step[0] != step[1]) else {
                    continue;
                };
                let to = step[1].clone();
                self.add_move(
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

    fn add_move(&mut self, from: String, step: Move<'d>, problems: &mut Problems) {
        let moves = &mut self.by_address[step.of.key.direction as usize];
        let Some(first) = moves.get(&from) else {
            moves.insert(from, step);
            return;
        };

        if first.to == step.to {
            return;
        }

        let parameter = [first.of, step.of]
            .iter()
            .find_map(|place| place.peer_parameter(self.named));
        let rules = [first.of, step.of].map(|place| place.span(self.named));
        let (tier, position) = self.renamed_tier(&step);

        if self.refused.insert(tier.was_spans[position]) {
            let (span, name) = earlier_name(tier, position);
            problems.push(MeaningProblem::AmbiguousMove {
                span,
                name,
                address: from,
                rules,
                parameter,
            });
        }
    }

    /// The tier that a step renames, and the position of its earlier name.
    fn renamed_tier(&self, step: &Move<'_>) -> (&'d Tier, usize) {
        let (group, position) = step.earlier;
        let tier = TierId(group.0);
        (self.named.deployment.policy().tier(tier), position)
    }

    /// Reports an earlier address that a rule has now: no resource can have moved away from it.
    fn report_reused_addresses(&mut self, problems: &mut Problems) {
        if self.by_address.iter().all(HashMap::is_empty) {
            return;
        }

        let mut address = String::new();
        for place in self.named.rule_places() {
            address.clear();
            self.names.push_rule(place.group, place.key, &mut address);
            let Some(step) = self.by_address[place.key.direction as usize].get(&address) else {
                continue;
            };
            let (tier, position) = self.renamed_tier(step);

            if self.refused.insert(tier.was_spans[position]) {
                let (span, name) = earlier_name(tier, position);
                let now = place.span(self.named);
                let parameter = place.peer_parameter(self.named);

                problems.push(MeaningProblem::AddressInUse {
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
