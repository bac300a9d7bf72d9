//! The parameters of a rule whose values change by default.

use crate::aws::{Parameter, State};
use crate::net::UnknownPorts;
use crate::plan::{Changes, RuleChange, RulePlace};
use serde::Serialize;

/// A parameter of a rule whose default changes.
#[derive(Debug, Serialize)]
pub(super) struct ChangedDefault<'c> {
    parameter: &'c str,
    /// Its default before, if it had one.
    before: Option<&'c str>,
    /// Its default after, if it has one.
    after: Option<&'c str>,
}

/// The parameters of a rule whose default changes: that of its peer, then those of its ports.
pub(super) fn changed_defaults<'c>(
    changes: &'c Changes<'c>,
    change: &RuleChange,
) -> Vec<ChangedDefault<'c>> {
    let changed = changed_parameters(changes, change).into_iter();
    let changed = changed.map(|[was, is]| ChangedDefault {
        parameter: &is.name,
        before: was.default.as_deref(),
        after: is.default.as_deref(),
    });
    changed.filter(|it| it.before != it.after).collect()
}

/// The parameters of a rule whose default or source changes, before and after.
pub(super) fn changed_parameters<'c>(
    changes: &'c Changes<'c>,
    change: &RuleChange,
) -> Vec<[&'c Parameter; 2]> {
    let was = parameters_of(changes.old, change.sides.before());
    let is = parameters_of(changes.new, change.sides.after());
    let value = |it: &'c Parameter| (&it.default, &it.source);
    let both = was.zip(is).map(|(was, is)| [was, is]);
    both.filter(|[was, is]| value(was) != value(is)).collect()
}

fn parameters_of(state: &State, place: Option<RulePlace>) -> impl Iterator<Item = &Parameter> {
    let key = place.map(|place| place.rule_in(state).key);
    let peer = key.and_then(|key| state.parameter_of(key.peer));
    let ports = key.and_then(|key| key.traffic.unknown_ports());
    let ports = ports.into_iter().flat_map(UnknownPorts::parameters);
    let ports = ports.filter_map(|name| state.parameter_named(name));
    peer.into_iter().chain(ports).map(|id| state.parameter(id))
}
