//! Logical ids that two parameters or resources would have.

use super::resources::{
    asks_for, association_ids, group_id, is_separate, list_parameters, made_list_id, output_name,
    parameter_id, rule_names,
};
use crate::aws::ParameterId;
use crate::target::claims::{Claim, NamedState};

/// The logical ids that may not be unique: of parameters for lists, and of everything unless the
/// names of rules are known to be distinct.
pub fn claims(named: NamedState<'_>) -> Vec<Claim> {
    let (state, names) = (named.state, rule_names(named.state));
    let lists = list_parameters(state);
    let mut claims: Vec<Claim> = lists
        .map(|(id, name)| (name, named.deployment.prefix_list(id).span))
        .collect();

    if state.exports {
        let groups = state.own_groups();
        claims.extend(groups.map(|(id, group)| {
            let written = named.tier_export(id).map(|text| text.to_string());
            let made_up = || format!("${{AWS::StackName}}-{}", output_name(group));
            (written.unwrap_or_else(made_up), named.tier_span(id))
        }));
    }

    let made = state.made_lists();
    claims.extend(
        made.map(|(id, _, made)| (made_list_id(made), named.deployment.prefix_list(id).span)),
    );

    let associations = association_ids(state);
    claims.extend(associations.map(|(group, id)| (id, named.tier_span(group))));

    let has_unchecked =
        state.made_lists().next().is_some() || state.associations().next().is_some();
    if names.are_plain() && !has_unchecked {
        return claims;
    }

    let groups = state.own_groups();
    claims.extend(groups.map(|(id, group)| (group_id(group), named.tier_span(id))));
    let parameters = (0..).map(ParameterId).zip(&state.parameters);

    for (id, parameter) in parameters.filter(|(_, parameter)| asks_for(parameter)) {
        let span = named.deployment.state_parameter(id).span;
        claims.extend(span.map(|span| (parameter_id(parameter), span)));
    }

    let rules = named
        .rule_places()
        .filter(|place| is_separate(state.group(place.group), place.key));
    claims.extend(rules.map(|place| (place.resource_name(&names), place.span(named))));

    claims
}
