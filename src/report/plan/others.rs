//! Changes to resources other than groups and rules, as lines of text.

use super::text::{PlanLines, list_titles};
use crate::aws::{GroupId, ParameterId, SecurityGroup, State};
use crate::plan::{
    Association, BeforeAfter, CarriedGroup, GroupChange, GroupOutcome, OtherChange, Planned,
    Targets,
};

impl PlanLines<'_> {
    /// The line about another resource; `None` for the output of a new group, which is obvious.
    pub(super) fn other_line(&self, change: &OtherChange, targets: Targets) -> Option<String> {
        let (old, new) = (self.changes.old, self.changes.new);
        Some(match *change {
            OtherChange::Parameter(BeforeAfter::Removed(id)) => {
                format!("- parameter {}", old.parameter(id).name)
            }
            OtherChange::Parameter(BeforeAfter::Added(id)) => {
                format!(
                    "+ parameter {}{}",
                    new.parameter(id).name,
                    parameter_source(new, id)
                )
            }
            OtherChange::Parameter(BeforeAfter::Both(was, is)) => {
                format!(
                    "~ parameter {}: {}",
                    new.parameter(is).name,
                    self.parameter_words(was, is)
                )
            }
            OtherChange::List(BeforeAfter::Removed(id)) => {
                format!(
                    "- prefix list {}, looked up or asked for",
                    old.prefix_list(id).name
                )
            }
            OtherChange::List(BeforeAfter::Added(id)) => {
                format!(
                    "+ prefix list {}, looked up or asked for",
                    new.prefix_list(id).name
                )
            }
            OtherChange::List(BeforeAfter::Both(was, is)) => {
                format!(
                    "~ prefix list {}, looked up or asked for; it was {}",
                    new.prefix_list(is).name,
                    old.prefix_list(was).name
                )
            }
            OtherChange::MadeList(sides) => self.made_list_words(sides, targets),
            OtherChange::Lock(BeforeAfter::Removed(n)) => {
                format!(
                    "- lock of the default group of {}, whose rules do not come back",
                    old.locked_defaults[n].name
                )
            }
            OtherChange::Lock(BeforeAfter::Added(n)) => {
                format!(
                    "+ lock of the default group of {}, which loses every rule",
                    new.locked_defaults[n].name
                )
            }
            OtherChange::Lock(BeforeAfter::Both(_, n)) => {
                format!(
                    "! lock of the default group of {}, which is in another VPC",
                    new.locked_defaults[n].name
                )
            }
            OtherChange::Association(BeforeAfter::Removed(gone)) => format!(
                "- association of {}; AWS refuses that while a network \
                 interface there has the group",
                association_words(old, gone)
            ),
            OtherChange::Association(BeforeAfter::Added(is)) => {
                format!("+ association of {}", association_words(new, is))
            }
            OtherChange::Association(BeforeAfter::Both(_, is)) => format!(
                "! association of {}, replaced with its group or its VPC",
                association_words(new, is)
            ),
            OtherChange::Carried(sides) => return self.carried_words(sides),
            OtherChange::Output(sides) => {
                return self.output_words(sides, targets, |it| it.planning.output);
            }
            OtherChange::ListOutput(sides) => {
                return self.output_words(sides, targets, |it| it.planning.list_output);
            }
            OtherChange::MapOutput(sides) => map_words(sides, targets),
            OtherChange::Export(BeforeAfter::Removed(tier)) => format!(
                "- export of the id of {}; {} refuses that while another stack imports it",
                old.group(tier).name,
                list_titles(targets)
            ),
            OtherChange::Export(BeforeAfter::Added(tier)) => {
                format!("+ export of the id of {}", new.group(tier).name)
            }
            OtherChange::Export(BeforeAfter::Both(_, tier)) => format!(
                "~ export of the id of {}, under another name; CloudFormation refuses that \
                 while another stack imports it",
                new.group(tier).name
            ),
            OtherChange::ListExport(BeforeAfter::Removed(tier)) => format!(
                "- export of the ids of the groups of {}; {} refuses that while another stack imports it",
                old.group(tier).name,
                list_titles(targets)
            ),
            OtherChange::ListExport(BeforeAfter::Added(tier)) => {
                format!(
                    "+ export of the ids of the groups of {}",
                    new.group(tier).name
                )
            }
            OtherChange::ListExport(BeforeAfter::Both(_, tier)) => format!(
                "~ export of the ids of the groups of {}; {} refuses that while another stack imports it",
                new.group(tier).name,
                list_titles(targets)
            ),
            OtherChange::Protection(BeforeAfter::Removed(tier)) => {
                format!("- protection of {}", old.group(tier).name)
            }
            OtherChange::Protection(BeforeAfter::Added(tier) | BeforeAfter::Both(_, tier)) => {
                format!("+ protection of {}", new.group(tier).name)
            }
            OtherChange::Placeholder(BeforeAfter::Removed(tier)) => {
                format!("- {}  outbound  the placeholder rule", old.group(tier).name)
            }
            OtherChange::Placeholder(BeforeAfter::Added(tier) | BeforeAfter::Both(_, tier)) => {
                format!("+ {}  outbound  the placeholder rule", new.group(tier).name)
            }
        })
    }

    /// What changes in a parameter.
    fn parameter_words(&self, was: ParameterId, is: ParameterId) -> String {
        let (was, is) = (
            self.changes.old.parameter(was),
            self.changes.new.parameter(is),
        );
        let mut words = Vec::new();

        if was.kind != is.kind {
            words.push(format!("{} -> {}", was.kind.keyword(), is.kind.keyword()));
        }

        match (&was.default, &is.default) {
            (was, is) if was == is => {}
            (Some(was), Some(is)) => words.push(format!(
                "its default {was} -> {is}; a deployment that sets its own value is not affected"
            )),
            (Some(was), None) => words.push(format!("no default any more, which was {was}")),
            (None, Some(is)) => words.push(format!("it has a default, {is}")),
            (None, None) => {}
        }

        if was.source != is.source {
            words.push("its value comes from elsewhere".to_string());
        }

        if was.description != is.description {
            words.push("its description".to_string());
        }

        words.join("; ")
    }

    /// An output about a group; `None` beside a group that is created or deleted.
    fn output_words(
        &self,
        sides: BeforeAfter<GroupId>,
        targets: Targets,
        output: fn(&Planned) -> fn(&SecurityGroup) -> String,
    ) -> Option<String> {
        if self.is_beside_its_group(sides) {
            return None;
        }

        let names = |group: &SecurityGroup| {
            let names = targets.planned_targets().map(|it| output(&it)(group));
            names.collect::<Vec<_>>().join(", ")
        };

        let (old, new) = (self.changes.old, self.changes.new);
        Some(match sides {
            BeforeAfter::Removed(tier) => format!("- output {}", names(old.group(tier))),
            BeforeAfter::Added(tier) => format!("+ output {}", names(new.group(tier))),
            BeforeAfter::Both(_, tier) => {
                format!("~ output {}, another value", names(new.group(tier)))
            }
        })
    }

    /// Which group the members of which tier must carry; `None` beside a tier that is created or
    /// deleted, which has no members before or after.
    fn carried_words(&self, sides: BeforeAfter<CarriedGroup>) -> Option<String> {
        let is_beside = match sides {
            BeforeAfter::Removed(it) => self.is_beside_its_group(BeforeAfter::Removed(it.tier)),
            BeforeAfter::Added(it) | BeforeAfter::Both(_, it) => {
                self.is_beside_its_group(BeforeAfter::Added(it.tier))
            }
        };
        if is_beside {
            return None;
        }

        let names = |state: &State, it: CarriedGroup| {
            [it.tier, it.group].map(|group| state.group(group).name.clone())
        };
        Some(match sides {
            BeforeAfter::Removed(it) => {
                let [tier, group] = names(self.changes.old, it);
                format!(
                    "- members of {tier} no longer carry the group of {group}: \
                     detach it from their network interfaces"
                )
            }
            BeforeAfter::Added(it) | BeforeAfter::Both(_, it) => {
                let [tier, group] = names(self.changes.new, it);
                format!(
                    "+ members of {tier} must also carry the group of {group}: \
                     attach it to their network interfaces"
                )
            }
        })
    }

    /// Whether a group is created or deleted, so that what is about it is obvious.
    fn is_beside_its_group(&self, sides: BeforeAfter<GroupId>) -> bool {
        let beside = |change: &GroupChange| match change.outcome {
            GroupOutcome::Created | GroupOutcome::Deleted => change.sides == sides,
            GroupOutcome::Replaced { .. }
            | GroupOutcome::Recreated
            | GroupOutcome::Moved { .. }
            | GroupOutcome::Tagged => false,
        };
        self.changes.groups.iter().any(|(change, _)| beside(change))
    }
}

/// `+ output security_group_ids`
fn map_words(sides: BeforeAfter<()>, targets: Targets) -> String {
    let outputs = targets.planned_targets();
    let names: Vec<&str> = outputs.filter_map(|it| it.planning.map_output).collect();
    let names = names.join(", ");
    match sides {
        BeforeAfter::Removed(()) => format!("- output {names}"),
        BeforeAfter::Added(()) => format!("+ output {names}"),
        BeforeAfter::Both((), ()) => format!("~ output {names}, another value"),
    }
}

/// `web with tools-vpc-id`
fn association_words(state: &State, association: Association) -> String {
    let vpc = state.reference_name(association.vpc_in(state));
    format!("{} with {vpc}", state.group(association.group).name)
}

fn parameter_source(state: &State, id: ParameterId) -> &'static str {
    let parameter = state.parameter(id);
    // only templates read it from elsewhere, if a module has no variable for it
    let is_read = parameter.source.terraform.is_some() && parameter.source.ssm().is_some();
    if parameter.default.is_none() && !is_read {
        ", which must be given"
    } else {
        ""
    }
}
