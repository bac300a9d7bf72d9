//! What AWS will do, in lines for people: functions over slices, so that a report decides how many
//! it shows.

use super::headline::summary;
use super::rows::{RuleRow, Why};
use crate::groups::{Deployment, Group, ParamId, PrefixListId, TierId};
use crate::plan::Target;
use crate::plan::{
    BeforeAfter, Changes, GroupChange, GroupOutcome, OtherChange, Reason, RuleChange, RuleOutcome,
    RulePlace, Targets, UseChange, defaults,
};
use crate::report::citation::Citation;
use crate::report::flows::End;
use crate::report::fold::fold;
use crate::source::Sources;

const REPLACED: &str = "  a replaced group is made anew first, with another id; the old one cannot go while anything uses it";

/// Rules that are looked at for each line that may be shown.
const RULES_OF_A_LINE: usize = 20;

/// Changes, and the files that the two programs were read from.
#[derive(Debug, Clone, Copy)]
pub struct Lines<'c> {
    /// What AWS will do.
    pub changes: &'c Changes<'c>,
    /// The files of the old program.
    pub old: &'c Sources,
    /// The files of the new program.
    pub new: &'c Sources,
}

impl<'c> Lines<'c> {
    /// `AWS: 3 rules to add, 1 to remove; 1 group created`; a line for each target where they
    /// differ.
    pub fn headline(&self) -> Vec<String> {
        let [terraform, cloudformation] =
            [Targets::terraform, Targets::cloudformation].map(|of| summary(self.changes, of));
        if terraform == cloudformation {
            vec![format!("AWS: {terraform}")]
        } else {
            vec![
                format!("AWS by Terraform: {terraform}"),
                format!("AWS by CloudFormation: {cloudformation}"),
            ]
        }
    }

    /// What either tool will show, in its own terms.
    pub fn counts(&self) -> Vec<String> {
        let Changes {
            terraform,
            cloudformation,
            ..
        } = self.changes;
        vec![
            format!(
                "terraform plan: {} to add, {} to change, {} to destroy",
                terraform.add, terraform.change, terraform.destroy
            ),
            format!(
                "change set of CloudFormation: {} to add, {} to modify, {} to replace, {} to remove",
                cloudformation.add,
                cloudformation.modify,
                cloudformation.replace,
                cloudformation.remove
            ),
        ]
    }

    /// `! db  replaced with 4 rules: its description changes`; a line a group, and one on what a
    /// replacement is.
    pub fn groups(&self, groups: &[(GroupChange, Targets)]) -> Vec<String> {
        let names: Vec<&str> = groups
            .iter()
            .map(|(change, _)| self.changes.tier(change.sides))
            .collect();
        let width = names
            .iter()
            .map(|name| name.chars().count())
            .max()
            .unwrap_or(0);
        let line = |((change, targets), name): (&(GroupChange, Targets), &str)| {
            format!(
                "{} {name:width$}  {}{}",
                sign(&change.fate),
                self.group(change),
                of(*targets)
            )
        };
        let note = groups.iter().any(|(change, _)| {
            matches!(
                change.fate,
                GroupOutcome::Replaced { refused: false, .. } | GroupOutcome::Recreated
            )
        });
        groups
            .iter()
            .zip(names)
            .map(line)
            .chain(note.then(|| REPLACED.to_string()))
            .collect()
    }

    /// `+ web  inbound  tcp 80, 443 from 203.0.113.0/24 (2 rules)  shop.tier:9: web allows http, https from office`:
    /// a line for the rules that a sentence has at several groups, of several pieces of traffic and
    /// with several peers. Not more lines than so many, and how many rules are left out.
    pub fn rules(&self, rules: &[(RuleChange, Targets)], most: usize) -> Vec<String> {
        // rules beyond those are not looked at, so that a line costs the same whatever its rules
        // are
        let looked_at = rules.len().min(most.saturating_mul(RULES_OF_A_LINE));
        let rows = rules[..looked_at]
            .iter()
            .map(|(change, targets)| self.rule(change, *targets))
            .collect();
        let rows = fold(
            fold(fold(rows, |row| &mut row.peers), |row| &mut row.traffic),
            |row| &mut row.groups,
        );
        let shown = &rows[..rows.len().min(most)];
        let left = rules.len() - shown.iter().map(RuleRow::count).sum::<usize>();

        let cells: Vec<[String; 5]> = shown.iter().map(|row| row.cells(self.why(row))).collect();
        let width = |n: usize, most: usize| {
            cells
                .iter()
                .map(|cells| cells[n].chars().count())
                .filter(|width| *width <= most)
                .max()
                .unwrap_or(0)
        };
        let [a, b, c] = [width(1, 30), width(2, 8), width(3, 48)];
        let line = |[sign, group, side, what, why]: &[String; 5]| {
            format!("{sign} {group:a$}  {side:b$}  {what:c$}  {why}")
        };
        let left = (left > 0).then(|| format!("and {left} more rules"));
        cells
            .iter()
            .map(line)
            .map(|line| line.trim_end().to_string())
            .chain(left)
            .collect()
    }

    /// `+ parameter office`; a line each.
    pub fn others(&self, others: &[(OtherChange, Targets)]) -> Vec<String> {
        others
            .iter()
            .filter_map(|(change, targets)| Some(self.other(change, *targets)? + of(*targets)))
            .collect()
    }

    /// `web  inbound  IPv4  58 -> 61 of 60, over the quota`; a line for each that is near its
    /// quota, or was over it.
    pub fn uses(&self, uses: &[UseChange]) -> Vec<String> {
        let uses: Vec<&UseChange> = uses
            .iter()
            .filter(|change| change.is_near() || change.was_over())
            .collect();
        let width = uses
            .iter()
            .map(|line| self.changes.tier(line.sides).chars().count())
            .max()
            .unwrap_or(0);
        let line = |change: &UseChange| {
            let UseChange {
                sides,
                direction,
                family,
                before,
                after,
            } = *change;
            let quota = if before.1 == after.1 || before.0 == 0 {
                String::new()
            } else {
                format!(" of {}", before.1)
            };
            let verdict = match (change.was_over(), change.is_over()) {
                (false, true) => ", over the quota",
                (true, true) => ", still over the quota",
                (true, false) => ", within the quota again",
                (false, false) => "",
            };
            let (name, direction, family) =
                (self.changes.tier(sides), direction.words(), family.words());
            let (before, after, most) = (before.0, after.0, after.1);
            format!(
                "{name:width$}  {direction:8}  {family}  {before}{quota} -> {after} of {most}{verdict}"
            )
        };
        uses.into_iter().map(line).collect()
    }

    /// What becomes of each group, of each rule and of the rest; of the rules not more lines than
    /// so many. The rules of a replaced group are told with the group.
    pub fn each(&self, most: usize) -> Vec<String> {
        let own = self
            .changes
            .rules
            .iter()
            .filter(|(change, _)| change.fate != RuleOutcome::WithGroup);
        let own: Vec<(RuleChange, Targets)> = own.copied().collect();
        let groups = self.groups(&self.changes.groups).into_iter();
        groups
            .chain(self.rules(&own, most))
            .chain(self.others(&self.changes.others))
            .collect()
    }

    fn group(&self, change: &GroupChange) -> String {
        let was = change
            .sides
            .was()
            .map_or("", |old| self.changes.old.group(old).name);
        match &change.fate {
            GroupOutcome::Created => "created".to_string(),
            GroupOutcome::Deleted => {
                "deleted; AWS refuses that while anything uses the group".to_string()
            }
            GroupOutcome::Tagged => "its tags change in place".to_string(),
            GroupOutcome::Moved { tags: true } => {
                format!("was {was}: the group stays, its tags change in place")
            }
            GroupOutcome::Moved { tags: false } => format!("was {was}: the group stays"),
            GroupOutcome::Recreated => self.recreated(change),
            GroupOutcome::Replaced { reasons, refused } => self.replaced(change, reasons, *refused),
        }
    }

    fn replaced(&self, change: &GroupChange, reasons: &[Reason], refused: bool) -> String {
        let why: Vec<String> = reasons
            .iter()
            .map(|reason| self.reason(*reason, change.sides))
            .collect();
        let why = why.join(", and ");
        let refused = if refused {
            "; AWS refuses that while the old group has the same `name`"
        } else {
            ""
        };
        format!("replaced{}: {why}{refused}", self.with_rules(change))
    }

    /// A group that comes under another name, with the rules of one that goes.
    fn recreated(&self, change: &GroupChange) -> String {
        let was = change
            .sides
            .was()
            .map_or("", |old| self.changes.old.group(old).name);
        let rules = self.with_rules(change);
        format!(
            "recreated{rules}: it has the rules of `{was}`, and the program does not say `was {was}`"
        )
    }

    /// ` with 4 rules`: those that go and come with their group.
    fn with_rules(&self, change: &GroupChange) -> String {
        let rules = self
            .changes
            .rules
            .iter()
            .filter(|(rule, _)| rule.fate == RuleOutcome::WithGroup);
        let own = |place: Option<RulePlace>| place.map(|place| place.tier) == change.sides.is();
        match rules.filter(|(rule, _)| own(rule.sides.is())).count() {
            0 => String::new(),
            1 => " with 1 rule".to_string(),
            n => format!(" with {n} rules"),
        }
    }

    fn reason(&self, reason: Reason, sides: BeforeAfter<TierId>) -> String {
        let group = sides.was().map(|old| self.changes.old.group(old));
        let was = group.map_or("", |group| group.name);
        let text = match reason {
            Reason::Address if was != self.changes.tier(sides) => {
                return format!("the program does not say `was {was}`");
            }
            Reason::Address => {
                let oldest = group
                    .and_then(|group| group.was.last())
                    .map_or(was, String::as_str);
                return format!("the program does not say `was {oldest}` as before");
            }
            Reason::Name => "its name changes",
            Reason::NamePrefix => "the start of its name changes",
            Reason::Description => "its description changes",
            Reason::Vpc => "its VPC changes",
            Reason::VpcPerhaps => "its VPC changes, unless the parameter is the VPC that it is in",
            Reason::VpcDefault => "its VPC is a parameter, whose default changes",
        };
        text.to_string()
    }

    fn rule(&self, change: &RuleChange, targets: Targets) -> RuleRow {
        let (deployment, place, rule) = self.changes.rule(change);
        let sign = match change.fate {
            RuleOutcome::Added => "+",
            RuleOutcome::Removed => "-",
            RuleOutcome::Text | RuleOutcome::Default | RuleOutcome::Retargeted => "~",
            RuleOutcome::WithGroup | RuleOutcome::WithPeer | RuleOutcome::ResourceRenamed => "!",
        };
        let why = match change.fate {
            RuleOutcome::Added => self.sentence(change, true),
            RuleOutcome::Removed => self.sentence(change, false),
            RuleOutcome::Text => {
                Why::Text(format!("text only, it was \"{}\"", self.old_text(change)))
            }
            RuleOutcome::Default => Why::Text(self.default(change)),
            RuleOutcome::Retargeted => Why::Known("names another group than before, in place"),
            RuleOutcome::WithGroup => Why::Known("replaced with its group"),
            RuleOutcome::WithPeer => Why::Known("replaced, because its peer is replaced"),
            RuleOutcome::ResourceRenamed => Why::Known("replaced unchanged, under another name"),
        };
        RuleRow {
            sign,
            direction: place.direction,
            why,
            targets,
            groups: vec![deployment.group(place.tier).name.to_string()],
            traffic: vec![rule.traffic.to_string()],
            peers: vec![End::new(deployment.policy(), rule.peer).words()],
        }
    }

    /// The first sentence that asks for a rule.
    fn sentence(&self, change: &RuleChange, is_new: bool) -> Why {
        let (deployment, _, rule) = self.changes.rule(change);
        deployment
            .sentence(rule)
            .map_or(Why::Known("(outbound = open)"), |id| Why::Sentence {
                id,
                is_new,
            })
    }

    /// Why something becomes of rules, in words.
    fn why(&self, row: &RuleRow) -> String {
        let why = match &row.why {
            Why::Sentence { id, is_new: true } => {
                Citation::new(self.changes.new.policy(), self.new, *id).to_string()
            }
            Why::Sentence { id, is_new: false } => {
                Citation::new(self.changes.old.policy(), self.old, *id).to_string()
            }
            Why::Known(words) => words.to_string(),
            Why::Text(words) => words.clone(),
        };
        why + of(row.targets)
    }

    /// The default of the parameter that a rule names, before and after.
    fn default(&self, change: &RuleChange) -> String {
        let default = |deployment: &Deployment<'c>, place: RulePlace| {
            let param = defaults::named_by(deployment, place.rule(deployment).peer);
            param
                .and_then(|id| deployment.policy().param(id).default.clone())
                .unwrap_or_default()
        };
        let was = change
            .sides
            .was()
            .map(|place| default(self.changes.old, place))
            .unwrap_or_default();
        let is = change
            .sides
            .is()
            .map(|place| default(self.changes.new, place))
            .unwrap_or_default();
        format!("by its default, {was} -> {is}")
    }

    fn old_text(&self, change: &RuleChange) -> String {
        let mut text = String::new();
        if let Some(place) = change.sides.was() {
            self.changes
                .old
                .describe(place.rule(self.changes.old), &mut text);
        }
        text
    }

    /// What is worth saying of the rest; that a new group has an output goes without saying.
    fn other(&self, change: &OtherChange, targets: Targets) -> Option<String> {
        let (old, new) = (self.changes.old, self.changes.new);
        Some(match *change {
            OtherChange::Parameter(BeforeAfter::Removed(id)) => {
                format!("- parameter {}", old.parameter_name(id))
            }
            OtherChange::Parameter(BeforeAfter::Added(id)) => {
                format!("+ parameter {}{}", new.parameter_name(id), asked(new, id))
            }
            OtherChange::Parameter(BeforeAfter::Both(was, is)) => {
                format!(
                    "~ parameter {}: {}",
                    new.parameter_name(is),
                    self.parameter(was, is)
                )
            }
            OtherChange::List(BeforeAfter::Removed(id)) => {
                format!("- prefix list {}, looked up or asked for", list(old, id))
            }
            OtherChange::List(BeforeAfter::Added(id)) => {
                format!("+ prefix list {}, looked up or asked for", list(new, id))
            }
            OtherChange::List(BeforeAfter::Both(was, is)) => {
                format!(
                    "~ prefix list {}, looked up or asked for; it was {}",
                    list(new, is),
                    list(old, was)
                )
            }
            OtherChange::Lock(BeforeAfter::Removed(n)) => {
                format!(
                    "- lock of the default group of {}, whose rules do not come back",
                    old.locked[n].0
                )
            }
            OtherChange::Lock(BeforeAfter::Added(n)) => {
                format!(
                    "+ lock of the default group of {}, which loses every rule",
                    new.locked[n].0
                )
            }
            OtherChange::Lock(BeforeAfter::Both(_, n)) => {
                format!(
                    "! lock of the default group of {}, which is in another VPC",
                    new.locked[n].0
                )
            }
            OtherChange::Output(sides) => return self.output(sides, targets),
            OtherChange::Export(BeforeAfter::Removed(tier)) => format!(
                "- export of the id of {}; CloudFormation refuses that while another stack imports it",
                old.group(tier).name
            ),
            OtherChange::Export(BeforeAfter::Added(tier) | BeforeAfter::Both(_, tier)) => {
                format!("+ export of the id of {}", new.group(tier).name)
            }
            OtherChange::Placeholder(BeforeAfter::Removed(tier)) => {
                format!(
                    "- {}  outbound  the rule that admits nothing",
                    old.group(tier).name
                )
            }
            OtherChange::Placeholder(BeforeAfter::Added(tier) | BeforeAfter::Both(_, tier)) => {
                format!(
                    "+ {}  outbound  the rule that admits nothing",
                    new.group(tier).name
                )
            }
        })
    }

    /// What of a parameter is another.
    fn parameter(&self, was: ParamId, is: ParamId) -> String {
        let (was, is) = (
            self.changes.old.policy().param(was),
            self.changes.new.policy().param(is),
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
        if was.prose != is.prose {
            words.push("its description".to_string());
        }
        words.join("; ")
    }

    /// An output of a group that neither comes nor goes.
    fn output(&self, sides: BeforeAfter<TierId>, targets: Targets) -> Option<String> {
        let beside = |change: &GroupChange| match change.fate {
            GroupOutcome::Created | GroupOutcome::Deleted => change.sides == sides,
            GroupOutcome::Replaced { .. }
            | GroupOutcome::Recreated
            | GroupOutcome::Moved { .. }
            | GroupOutcome::Tagged => false,
        };
        if self.changes.groups.iter().any(|(change, _)| beside(change)) {
            return None;
        }
        let names = |group: &Group<'_>| {
            let terraform = targets.terraform().then(|| Target::Terraform.output(group));
            let cloudformation = targets
                .cloudformation()
                .then(|| Target::CloudFormation.output(group));
            terraform
                .into_iter()
                .chain(cloudformation)
                .collect::<Vec<_>>()
                .join(", ")
        };
        Some(match sides {
            BeforeAfter::Removed(tier) => {
                format!("- output {}", names(self.changes.old.group(tier)))
            }
            BeforeAfter::Added(tier) | BeforeAfter::Both(_, tier) => {
                format!("+ output {}", names(self.changes.new.group(tier)))
            }
        })
    }
}

fn sign(fate: &GroupOutcome) -> &'static str {
    match fate {
        GroupOutcome::Replaced { .. } | GroupOutcome::Recreated => "!",
        GroupOutcome::Deleted => "-",
        GroupOutcome::Created => "+",
        GroupOutcome::Moved { .. } => ">",
        GroupOutcome::Tagged => "~",
    }
}

fn of(targets: Targets) -> &'static str {
    match targets {
        Targets::Both => "",
        Targets::Terraform => " (Terraform)",
        Targets::CloudFormation => " (CloudFormation)",
    }
}

fn asked(deployment: &Deployment<'_>, id: ParamId) -> &'static str {
    let parameter = deployment
        .parameters
        .iter()
        .find(|parameter| parameter.id == id);
    if parameter.is_some_and(|parameter| parameter.default.is_none()) {
        ", which must be given"
    } else {
        ""
    }
}

fn list<'d>(deployment: &Deployment<'d>, id: PrefixListId) -> &'d str {
    &deployment.policy().prefix_lists[id.index()].name
}
