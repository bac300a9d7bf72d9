//! Why rules change, as text.

use super::defaults::changed_parameters;
use super::text::PlanLines;
use crate::aws::{Parameter, ParameterSource, Peer, State};
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
        let was = change.sides.before().map(|it| source(self.changes.old, it));
        let is = change.sides.after().map(|it| source(self.changes.new, it));
        match was == is {
            true => "replaced, because the default of its group changed",
            false => "replaced, because the source of its group changed",
        }
    }

    /// The defaults of the parameters of a rule, before and after.
    pub(super) fn default_words(&self, change: &RuleChange) -> String {
        let changed = changed_parameters(self.changes, change);
        let has_source = |it: &Parameter| it.source != ParameterSource::default();
        if changed.iter().flatten().any(|it| has_source(it)) {
            return "by its parameter, whose value may come from elsewhere".to_string();
        }

        let values = |sides: &[&Parameter; 2]| {
            let [was, is] = sides.map(|it| it.default.as_deref().unwrap_or_default());
            format!("{was} -> {is}")
        };
        match changed.as_slice() {
            [one] => format!("by its default, {}", values(one)),
            several => {
                let each = several.iter();
                let each = each.map(|it| format!("{}: {}", it[1].name, values(it)));
                format!("by its defaults, {}", each.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// The description of a rule in the old version.
    pub(super) fn old_text(&self, change: &RuleChange) -> Cow<'c, str> {
        let old = self.changes.old;
        let was = change.sides.before();
        was.map_or("".into(), |place| {
            old.description(place.rule_in(old)).as_written()
        })
    }
}
