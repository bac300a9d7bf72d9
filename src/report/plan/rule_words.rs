//! Why rules change, as text.

use super::text::PlanLines;
use crate::aws::{Parameter, ParameterSource, Peer, State};
use crate::net::UnknownPorts;
use crate::plan::{RuleChange, RulePlace};
use std::borrow::Cow;

impl<'c> PlanLines<'c> {
    /// Why the value of the parameter changes that is the group of a rule.
    pub(super) fn owner_words(&self, change: &RuleChange) -> &'static str {
        let source = |state: &'c State, place: RulePlace| {
            let foreign = state.group(place.group).made_elsewhere?;
            let parameter = state.parameter_of(Peer::ForeignGroup(foreign))?;
            Some(&state.parameter(parameter).source)
        };
        let was = change.sides.was().map(|it| source(self.changes.old, it));
        let is = change.sides.is().map(|it| source(self.changes.new, it));
        match was == is {
            true => "replaced, because the default of its group changed",
            false => "replaced, because the source of its group changed",
        }
    }

    /// The default of the parameter of a rule, before and after.
    pub(super) fn default_words(&self, change: &RuleChange) -> String {
        let parameters = |state: &'c State, place: Option<RulePlace>| {
            let key = place.map(|place| place.rule_in(state).key);
            let peer = key.and_then(|key| state.parameter_of(key.peer));
            let ports = key.and_then(|key| key.traffic.unknown_ports());
            let ports = ports.into_iter().flat_map(UnknownPorts::parameters);
            let ports = ports.filter_map(|name| state.parameter_named(name));
            peer.into_iter().chain(ports).map(|id| state.parameter(id))
        };
        let was = parameters(self.changes.old, change.sides.was());
        let is = parameters(self.changes.new, change.sides.is());
        let value = |it: &'c Parameter| (&it.default, &it.source);
        let other = was.zip(is).find(|(was, is)| value(was) != value(is));
        let sides = [other.map(|(was, _)| was), other.map(|(_, is)| is)];
        let has_source = |it: &&Parameter| it.source != ParameterSource::default();
        if sides.into_iter().flatten().any(|it| has_source(&it)) {
            return "by its parameter, whose value may come from elsewhere".to_string();
        }

        let [was, is] = sides.map(|it| it.and_then(|it| it.default.as_deref()).unwrap_or_default());
        format!("by its default, {was} -> {is}")
    }

    /// The description of a rule in the old version.
    pub(super) fn old_text(&self, change: &RuleChange) -> Cow<'c, str> {
        let old = self.changes.old;
        let was = change.sides.was();
        was.map_or("".into(), |place| {
            old.description(place.rule_in(old)).as_written()
        })
    }
}
