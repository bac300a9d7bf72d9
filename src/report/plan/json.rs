//! What AWS will do, as JSON: an object within the JSON of `diff`. A field may be added; any other
//! change has a new `format`.

use super::by_target::{change_word, target_names};
use super::defaults::{ChangedDefault, changed_defaults};
use super::lowered::{Lowered, rule_origin};
use super::made_lists::update_steps;
use super::output_lines::{CarriedLine, OutputLine};
use crate::aws::{GroupId, ListReference, PrefixListId, State};
use crate::net::AwsPort;
use crate::plan::{
    Association, BeforeAfter, Changes, GroupChange, GroupOutcome, OtherChange, Planned, Reason,
    RuleChange, RuleOutcome, RulePlace, Targets, UseChange,
};
use crate::policy::TierId;
use crate::report::citation::Citation;
use crate::report::flows::End;
use crate::target::ActionCounts;
use serde::{Serialize, Serializer};

/// The object.
#[derive(Debug, Serialize)]
pub struct PlanDocument<'c> {
    #[serde(flatten)]
    counts: CountsByTarget<'c>,
    groups: Vec<GroupLine<'c>>,
    rules: RuleLines<'c>,
    parameters: Vec<NamedLine<'c>>,
    prefix_lists: Vec<NamedLine<'c>>,
    locked_default_groups: Vec<NamedLine<'c>>,
    associations: Vec<AssociationLine<'c>>,
    member_groups: Vec<CarriedLine<'c>>,
    outputs: Vec<OutputLine<'c>>,
    exports: Vec<OutputLine<'c>>,
    protection: Vec<NamedLine<'c>>,
    placeholders: Vec<NamedLine<'c>>,
    quota: Vec<QuotaUseLine<'c>>,
}

#[derive(Debug, Serialize)]
struct GroupLine<'c> {
    tier: &'c str,
    /// The earlier name of the tier.
    was: Option<&'c str>,
    change: &'static str,
    tags: bool,
    reasons: Vec<&'static str>,
    refused: bool,
    /// Whether the existing group is protected.
    protected: bool,
    /// The declaration that would keep the group.
    fix: Option<RenameFix<'c>>,
    targets: Vec<&'static str>,
}

/// A declaration to write instead of the one at this position.
#[derive(Debug, Serialize)]
pub struct RenameFix<'c> {
    /// The tier whose group would be kept.
    #[serde(skip)]
    pub was: &'c str,
    /// Its new name.
    #[serde(skip)]
    pub tier: &'c str,
    /// The file name.
    pub file: &'c str,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// `tier api was app`
    pub text: String,
}

#[derive(Debug, Default, Serialize)]
struct RuleLines<'c> {
    added: Vec<PlannedRuleLine<'c>>,
    removed: Vec<PlannedRuleLine<'c>>,
    text: Vec<PlannedRuleLine<'c>>,
    tags: Vec<PlannedRuleLine<'c>>,
    repointed: Vec<PlannedRuleLine<'c>>,
    defaults: Vec<PlannedRuleLine<'c>>,
    replaced: Vec<PlannedRuleLine<'c>>,
}

#[derive(Debug, Serialize)]
struct PlannedRuleLine<'c> {
    tier: &'c str,
    direction: &'static str,
    protocol: String,
    from_port: Option<AwsPort>,
    to_port: Option<AwsPort>,
    peer: End<'c>,
    /// Its name before, if it had one.
    text_before: Option<String>,
    /// Its name after, if it has one.
    text_after: Option<String>,
    /// Why it is replaced.
    because: Option<&'static str>,
    /// The parameters of its peer and its ports whose default changes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changed_defaults: Vec<ChangedDefault<'c>>,
    sentences: Vec<Citation<'c>>,
    targets: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct NamedLine<'c> {
    name: &'c str,
    change: &'static str,
    /// The two deployments that the change needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<[String; 2]>,
    targets: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct AssociationLine<'c> {
    tier: &'c str,
    /// The id of the VPC, or the parameter that will hold it.
    vpc: &'c str,
    change: &'static str,
    targets: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
struct QuotaUseLine<'c> {
    tier: &'c str,
    direction: &'static str,
    family: &'static str,
    before: u32,
    after: u32,
    quota_before: u32,
    quota: u32,
    over_before: bool,
    over: bool,
}

/// The resources of each target that deploys, as its own plan counts them.
#[derive(Debug)]
struct CountsByTarget<'c>(&'c [(Planned, ActionCounts)]);

impl Serialize for CountsByTarget<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let columns = self.0.iter().map(|(it, counts)| {
            let columns = Columns(it, counts);
            (it.target.name, columns)
        });
        serializer.collect_map(columns)
    }
}

/// `{ "add": 1, "change": 0, "destroy": 0 }`
struct Columns<'c>(&'c Planned, &'c ActionCounts);

impl Serialize for Columns<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Columns(it, counts) = self;
        serializer.collect_map(it.planning.column_counts(counts))
    }
}

impl<'c> PlanDocument<'c> {
    /// The document of these changes between two programs.
    pub fn new(changes: &'c Changes<'c>, old: Lowered<'c>, new: Lowered<'c>) -> PlanDocument<'c> {
        let mut document = PlanDocument {
            counts: CountsByTarget(&changes.counts),
            groups: changes
                .groups
                .iter()
                .map(|(change, targets)| group_line(changes, change, *targets, new))
                .collect(),
            rules: RuleLines::default(),
            parameters: Vec::new(),
            prefix_lists: Vec::new(),
            locked_default_groups: Vec::new(),
            associations: Vec::new(),
            member_groups: Vec::new(),
            outputs: Vec::new(),
            exports: Vec::new(),
            protection: Vec::new(),
            placeholders: Vec::new(),
            quota: changes
                .uses
                .iter()
                .map(|change| use_line(changes, change))
                .collect(),
        };

        for (change, targets) in &changes.rules {
            let (list, because) = document.rules.list(change.outcome);
            list.push(PlannedRuleLine {
                because,
                ..rule_line(changes, change, *targets, [old, new])
            });
        }

        changes
            .others
            .iter()
            .for_each(|(change, targets)| document.other(changes, *change, *targets));
        document
    }

    /// Declarations that would keep groups that are recreated.
    pub fn fixes(&self) -> impl Iterator<Item = &RenameFix<'c>> {
        self.groups.iter().filter_map(|group| group.fix.as_ref())
    }

    fn other(&mut self, changes: &'c Changes<'c>, change: OtherChange, targets: Targets) {
        let (old, new) = (changes.old, changes.new);
        match change {
            OtherChange::Parameter(sides) => {
                let name = sides.map_newest(
                    |id| old.parameter(id).name.as_str(),
                    |id| new.parameter(id).name.as_str(),
                );
                self.parameters.push(named_line(name, sides, targets));
            }
            OtherChange::List(sides) => {
                let name = sides.map_newest(|id| list_name(old, id), |id| list_name(new, id));
                self.prefix_lists.push(named_line(name, sides, targets));
            }
            OtherChange::MadeList(sides) => {
                let name = sides.map_newest(|id| list_name(old, id), |id| list_name(new, id));
                self.prefix_lists.push(NamedLine {
                    steps: update_steps(changes, sides, targets).map(|steps| steps.texts),
                    ..named_line(name, sides, targets)
                });
            }
            OtherChange::Lock(sides) => {
                let name = sides.map_newest(
                    |n| old.locked_defaults[n].name.as_str(),
                    |n| new.locked_defaults[n].name.as_str(),
                );
                self.locked_default_groups
                    .push(named_line(name, sides, targets));
            }
            OtherChange::Association(sides) => {
                let place = |state: &'c State, it: Association| {
                    let vpc = state.reference_name(it.vpc_in(state));
                    (state.group(it.group).name.as_str(), vpc)
                };
                let (tier, vpc) = sides.map_newest(|was| place(old, was), |is| place(new, is));
                self.associations.push(AssociationLine {
                    tier,
                    vpc,
                    change: change_word(sides),
                    targets: target_names(targets),
                });
            }
            OtherChange::Carried(sides) => self
                .member_groups
                .push(CarriedLine::new(changes, sides, targets)),
            OtherChange::Output(sides) => self.outputs.push(id_line(changes, sides, targets)),
            OtherChange::ListOutput(sides) => self.outputs.push(ids_line(changes, sides, targets)),
            OtherChange::MapOutput(sides) => self
                .outputs
                .push(OutputLine::for_every_tier(sides, targets)),
            OtherChange::Export(sides) => self.exports.push(id_line(changes, sides, targets)),
            OtherChange::ListExport(sides) => self.exports.push(ids_line(changes, sides, targets)),
            OtherChange::Protection(sides) => {
                self.protection
                    .push(named_line(changes.group_name(sides), sides, targets))
            }
            OtherChange::Placeholder(sides) => {
                self.placeholders
                    .push(named_line(changes.group_name(sides), sides, targets))
            }
        }
    }
}

impl<'c> RuleLines<'c> {
    /// The list for a rule with this outcome, and why it is replaced.
    fn list(
        &mut self,
        outcome: RuleOutcome,
    ) -> (&mut Vec<PlannedRuleLine<'c>>, Option<&'static str>) {
        match outcome {
            RuleOutcome::Added => (&mut self.added, None),
            RuleOutcome::Removed => (&mut self.removed, None),
            RuleOutcome::Text => (&mut self.text, None),
            RuleOutcome::Tagged => (&mut self.tags, None),
            RuleOutcome::Retargeted => (&mut self.repointed, None),
            RuleOutcome::Default => (&mut self.defaults, None),
            RuleOutcome::Halved | RuleOutcome::Joined => (&mut self.replaced, Some("halves")),
            RuleOutcome::WithGroup | RuleOutcome::OwnerDefault => {
                (&mut self.replaced, Some("group"))
            }
            RuleOutcome::WithPeer => (&mut self.replaced, Some("peer")),
            RuleOutcome::PortDefault => (&mut self.replaced, Some("port")),
            RuleOutcome::ResourceRenamed => (&mut self.replaced, Some("address")),
        }
    }
}

fn list_name(state: &State, id: PrefixListId) -> &str {
    match &state.prefix_list(id).reference {
        ListReference::Aws(name) | ListReference::Id(name) => name,
        ListReference::Made(made) => &made.name,
        ListReference::Parameter(_) => "",
    }
}

fn named_line<'c, T>(name: &'c str, sides: BeforeAfter<T>, targets: Targets) -> NamedLine<'c> {
    NamedLine {
        name,
        change: change_word(sides),
        steps: None,
        targets: target_names(targets),
    }
}

/// The output with the id of a group.
fn id_line<'c>(
    changes: &'c Changes<'c>,
    sides: BeforeAfter<GroupId>,
    targets: Targets,
) -> OutputLine<'c> {
    OutputLine::for_group(changes, sides, targets, |it| it.planning.output)
}

/// The output with the ids of all groups that the members of a group carry.
fn ids_line<'c>(
    changes: &'c Changes<'c>,
    sides: BeforeAfter<GroupId>,
    targets: Targets,
) -> OutputLine<'c> {
    OutputLine::for_group(changes, sides, targets, |it| it.planning.list_output)
}

/// The declaration that keeps a group whose tier was renamed: `was` with all earlier names, because
/// the name of a group starts with the oldest.
fn rename_fix<'c>(
    changes: &'c Changes<'c>,
    change: &GroupChange,
    program: Lowered<'c>,
) -> Option<RenameFix<'c>> {
    let BeforeAfter::Both(old, new) = change.sides else {
        return None;
    };
    let (was, is) = (changes.old.group(old), changes.new.group(new));
    let span = program.policy().tier(TierId(new.0)).span;
    let file = program.sources.file(span.file);
    let (line, column) = file.line_column(span.start);

    let names: Vec<&str> = [&was.name]
        .into_iter()
        .chain(&was.was)
        .map(String::as_str)
        .collect();

    let text = format!("tier {} was {}", is.name, names.join(", "));
    Some(RenameFix {
        was: &was.name,
        tier: &is.name,
        file: file.name(),
        line,
        column,
        text,
    })
}

fn group_line<'c>(
    changes: &'c Changes<'c>,
    change: &GroupChange,
    targets: Targets,
    program: Lowered<'c>,
) -> GroupLine<'c> {
    let name = changes.group_name(change.sides);
    let was = change
        .sides
        .before()
        .map(|old| changes.old.group(old).name.as_str())
        .filter(|was| *was != name);

    let standing = change.sides.before().map(|old| changes.old.group(old));
    let is_protected = standing.is_some_and(|group| group.protect);

    let line = |change, tags| GroupLine {
        tier: name,
        was,
        change,
        tags,
        reasons: Vec::new(),
        refused: false,
        protected: is_protected,
        fix: None,
        targets: target_names(targets),
    };

    match &change.outcome {
        GroupOutcome::Recreated => GroupLine {
            fix: rename_fix(changes, change, program),
            ..line("recreated", false)
        },
        GroupOutcome::Created => line("created", false),
        GroupOutcome::Deleted => line("deleted", false),
        GroupOutcome::Moved { tags } => line("moved", *tags),
        GroupOutcome::Tagged => line("changed", true),
        GroupOutcome::Replaced { reasons, refused } => {
            let reasons = reasons.iter().map(|reason| reason.keyword()).collect();
            GroupLine {
                reasons,
                refused: *refused,
                ..line("replaced", false)
            }
        }
    }
}

fn rule_line<'c>(
    changes: &'c Changes<'c>,
    change: &RuleChange,
    targets: Targets,
    programs: [Lowered<'c>; 2],
) -> PlannedRuleLine<'c> {
    let (state, place, rule) = changes.resolve_rule(change);
    let (program, lowered) = rule_origin(programs, change);
    let text = |state: &State, place: RulePlace| {
        state
            .description(place.rule_in(state))
            .as_written()
            .into_owned()
    };
    let traffic = rule.key.traffic;
    let ports = traffic.aws_ports();

    PlannedRuleLine {
        tier: &state.group(place.group).name,
        direction: rule.key.direction.words(),
        protocol: traffic.protocol().to_string(),
        from_port: ports.map(|(from, _)| from),
        to_port: ports.map(|(_, to)| to),
        peer: End::new(program.policy(), lowered.peer),
        text_before: change.sides.before().map(|place| text(changes.old, place)),
        text_after: change.sides.after().map(|place| text(changes.new, place)),
        because: None,
        changed_defaults: changed_defaults(changes, change),
        sentences: program
            .deployment
            .rule_sentences(lowered)
            .into_iter()
            .map(|id| program.cite_sentence(id))
            .collect(),
        targets: target_names(targets),
    }
}

fn use_line<'c>(changes: &'c Changes<'c>, change: &UseChange) -> QuotaUseLine<'c> {
    QuotaUseLine {
        tier: changes.group_name(change.sides),
        direction: change.direction.words(),
        family: change.family.keyword(),
        before: change.before.0,
        after: change.after.0,
        quota_before: change.before.1,
        quota: change.after.1,
        over_before: change.was_over(),
        over: change.is_over(),
    }
}

impl Reason {
    /// `name-prefix`
    fn keyword(self) -> &'static str {
        match self {
            Reason::Address => "address",
            Reason::Name => "name",
            Reason::NamePrefix => "name-prefix",
            Reason::Description => "description",
            Reason::Vpc => "vpc",
            Reason::VpcPerhaps => "vpc-unless-the-same",
            Reason::VpcDefault => "vpc-default",
        }
    }
}
