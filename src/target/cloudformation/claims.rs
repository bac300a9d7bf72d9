//! Logical ids that two parameters or resources would have.

use super::{group_id, list_parameters, names, parameter_id, separate};
use crate::aws::ParameterId;
use crate::target::claims::{Claim, Named};

/// The logical ids of what could share one: parameters for lists, and everything unless the names
/// of rules tell them apart.
pub fn claims(named: Named<'_>) -> Vec<Claim> {
    let (state, names) = (named.state, names(named.state));
    let lists = list_parameters(state);
    let mut claims: Vec<Claim> = lists
        .map(|(id, name)| (name, named.deployment.prefix_list(id).span))
        .collect();

    if names.are_plain() {
        return claims;
    }

    let groups = state.groups_by_id();
    claims.extend(groups.map(|(id, group)| (group_id(group), named.tier_span(id))));
    let parameters = (0..).map(ParameterId).zip(&state.parameters);

    for (id, parameter) in parameters.filter(|(_, parameter)| super::asks_for(parameter)) {
        let span = named.deployment.parameter(id).span;
        claims.extend(span.map(|span| (parameter_id(parameter), span)));
    }

    let rules = named.places().filter(|place| separate(place.key));
    claims.extend(rules.map(|place| (place.name(&names), place.span(named))));

    claims
}
