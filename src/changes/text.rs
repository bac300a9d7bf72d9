//! What AWS will do, in lines for people: functions over slices, so that a report decides how many it shows.

use super::headline::summary;
use super::target::Target;
use super::{Changes, GroupChange, GroupFate, OtherChange, Reason, RuleChange, RuleFate, Sides, Targets, UseChange};
use crate::flows::End;
use crate::groups::{Deployment, Direction, Group, ParamId, PrefixListId, TierId};
use crate::said::Said;
use crate::source::Sources;

const REPLACED: &str =
    "  a replaced group is made anew first, with another id; the old one cannot go while anything uses it";

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
    /// `AWS: 3 rules to add, 1 to remove; 1 group created`; a line for each target where they differ.
    pub fn headline(&self) -> Vec<String> {
        let [terraform, cloudformation] =
            [Targets::terraform, Targets::cloudformation].map(|of| summary(self.changes, of));
        if terraform == cloudformation {
            vec![format!("AWS: {terraform}")]
        } else {
            vec![format!("AWS by Terraform: {terraform}"), format!("AWS by CloudFormation: {cloudformation}")]
        }
    }

    /// What either tool will show, in its own terms.
    pub fn counts(&self) -> Vec<String> {
        let Changes { terraform, cloudformation, .. } = self.changes;
        vec![
            format!(
                "terraform plan: {} to add, {} to change, {} to destroy",
                terraform.add, terraform.change, terraform.destroy
            ),
            format!(
                "change set of CloudFormation: {} to add, {} to modify, {} to replace, {} to remove",
                cloudformation.add, cloudformation.modify, cloudformation.replace, cloudformation.remove
            ),
        ]
    }

    /// `! db  replaced with 4 rules: its description changes`; a line a group, and one on what a replacement is.
    pub fn groups(&self, groups: &[(GroupChange, Targets)]) -> Vec<String> {
        let names: Vec<&str> = groups.iter().map(|(change, _)| self.changes.tier(change.sides)).collect();
        let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        let line = |((change, targets), name): (&(GroupChange, Targets), &str)| {
            format!("{} {name:width$}  {}{}", sign(&change.fate), self.group(change), of(*targets))
        };
        let note = groups.iter().any(|(change, _)| matches!(change.fate, GroupFate::Replaced { refused: false, .. }));
        groups.iter().zip(names).map(line).chain(note.then(|| REPLACED.to_string())).collect()
    }

    /// `+ web  inbound   tcp 443 from 203.0.113.0/24  shop.tier:9: web allows https from office`; a line a rule.
    pub fn rules(&self, rules: &[(RuleChange, Targets)]) -> Vec<String> {
        let cells: Vec<[String; 5]> = rules.iter().map(|(change, targets)| self.rule(change, *targets)).collect();
        let width = |n: usize| cells.iter().map(|cells| cells[n].chars().count()).max().unwrap_or(0);
        let [a, b, c] = [width(1), width(2), width(3).min(48)];
        let line =
            |[sign, group, side, what, why]: &[String; 5]| format!("{sign} {group:a$}  {side:b$}  {what:c$}  {why}");
        cells.iter().map(line).map(|line| line.trim_end().to_string()).collect()
    }

    /// `+ parameter office`; a line each.
    pub fn others(&self, others: &[(OtherChange, Targets)]) -> Vec<String> {
        others.iter().filter_map(|(change, targets)| Some(self.other(change, *targets)? + of(*targets))).collect()
    }

    /// `web  inbound  IPv4  58 -> 61 of 60, over the quota`; a line each.
    pub fn uses(&self, uses: &[UseChange]) -> Vec<String> {
        let width = uses.iter().map(|line| self.changes.tier(line.sides).chars().count()).max().unwrap_or(0);
        let line = |change: &UseChange| {
            let UseChange { sides, direction, family, before, after } = *change;
            let quota = if before.1 == after.1 || before.0 == 0 { String::new() } else { format!(" of {}", before.1) };
            let verdict = match (change.was_over(), change.is_over()) {
                (false, true) => ", over the quota",
                (true, true) => ", still over the quota",
                (true, false) => ", within the quota again",
                (false, false) => "",
            };
            let (name, direction, family) = (self.changes.tier(sides), direction.words(), family.words());
            let (before, after, most) = (before.0, after.0, after.1);
            format!("{name:width$}  {direction:8}  {family}  {before}{quota} -> {after} of {most}{verdict}")
        };
        uses.iter().map(line).collect()
    }

    /// What becomes of each group, of each rule and of the rest; of the rules not more than so many, and how many are
    /// left out. The rules of a replaced group are told with the group.
    pub fn each(&self, most: usize) -> Vec<String> {
        let own = self.changes.rules.iter().filter(|(change, _)| change.fate != RuleFate::WithGroup);
        let own: Vec<(RuleChange, Targets)> = own.copied().collect();
        let shown = &own[..own.len().min(most)];
        let left = own.len() - shown.len();
        let left = (left > 0).then(|| format!("and {left} more rules"));
        let groups = self.groups(&self.changes.groups).into_iter();
        groups.chain(self.rules(shown)).chain(left).chain(self.others(&self.changes.others)).collect()
    }

    fn group(&self, change: &GroupChange) -> String {
        let was = change.sides.was().map_or("", |old| self.changes.old.group(old).name);
        match &change.fate {
            GroupFate::Created => "created".to_string(),
            GroupFate::Deleted => "deleted; AWS refuses that while anything uses the group".to_string(),
            GroupFate::Tagged => "its tags change in place".to_string(),
            GroupFate::Moved { tags: true } => format!("was {was}: the group stays, its tags change in place"),
            GroupFate::Moved { tags: false } => format!("was {was}: the group stays"),
            GroupFate::Replaced { reasons, refused } => self.replaced(change, reasons, *refused),
        }
    }

    fn replaced(&self, change: &GroupChange, reasons: &[Reason], refused: bool) -> String {
        let why: Vec<String> = reasons.iter().map(|reason| self.reason(*reason, change.sides)).collect();
        let why = why.join(", and ");
        let rules = self.changes.rules.iter().filter(|(rule, _)| rule.fate == RuleFate::WithGroup);
        let rules = rules.filter(|(rule, _)| rule.sides.is().map(|place| place.tier) == change.sides.is()).count();
        let refused = if refused { "; AWS refuses that while the old group has the same `name`" } else { "" };
        match rules {
            0 => format!("replaced: {why}{refused}"),
            1 => format!("replaced with 1 rule: {why}{refused}"),
            n => format!("replaced with {n} rules: {why}{refused}"),
        }
    }

    fn reason(&self, reason: Reason, sides: Sides<TierId>) -> String {
        let group = sides.was().map(|old| self.changes.old.group(old));
        let was = group.map_or("", |group| group.name);
        let text = match reason {
            Reason::Address if was != self.changes.tier(sides) => {
                return format!("the program does not say `was {was}`");
            }
            Reason::Address => {
                let oldest = group.and_then(|group| group.was.last()).map_or(was, String::as_str);
                return format!("the program does not say `was {oldest}` as before");
            }
            Reason::Name => "its name changes",
            Reason::NamePrefix => "the start of its name changes",
            Reason::Description => "its description changes",
            Reason::Vpc => "its VPC changes",
            Reason::VpcPerhaps => "its VPC changes, unless the parameter is the VPC that it is in",
        };
        text.to_string()
    }

    /// Sign; group; side; what; why.
    fn rule(&self, change: &RuleChange, targets: Targets) -> [String; 5] {
        let (deployment, place, rule) = self.changes.rule(change);
        let sign = match change.fate {
            RuleFate::Added => "+",
            RuleFate::Removed => "-",
            RuleFate::Text | RuleFate::Repointed => "~",
            RuleFate::WithGroup | RuleFate::WithPeer | RuleFate::Readdressed => "!",
        };
        let why = match change.fate {
            RuleFate::Added | RuleFate::Removed => self.said(change),
            RuleFate::Text => format!("text only, it was \"{}\"", self.old_text(change)),
            RuleFate::Repointed => "names another group than before, in place".to_string(),
            RuleFate::WithGroup => "goes and comes again with its group".to_string(),
            RuleFate::WithPeer => "goes and comes again, since what it names is replaced".to_string(),
            RuleFate::Readdressed => "goes and comes again as it is, under another name".to_string(),
        };
        let (group, side) = (deployment.group(place.tier).name, place.direction.words());
        let way = match place.direction {
            Direction::Ingress => "from",
            Direction::Egress => "to",
        };
        let what = format!("{} {way} {}", rule.traffic, End::of(deployment.policy(), rule.peer).words());
        [sign.to_string(), group.to_string(), side.to_string(), what, why + of(targets)]
    }

    /// The sentence that asks for a rule, and how many others do.
    fn said(&self, change: &RuleChange) -> String {
        let sources = if change.sides.is().is_some() { self.new } else { self.old };
        let (deployment, _, rule) = self.changes.rule(change);
        let Some(first) = deployment.sentence(rule) else { return "(outbound = open)".to_string() };
        Said::of(deployment.policy(), sources, first).to_string()
    }

    fn old_text(&self, change: &RuleChange) -> String {
        let mut text = String::new();
        if let Some(place) = change.sides.was() {
            self.changes.old.describe(place.rule(self.changes.old), &mut text);
        }
        text
    }

    /// What is worth telling of the rest; that a new group has an output goes without saying.
    fn other(&self, change: &OtherChange, targets: Targets) -> Option<String> {
        let (old, new) = (self.changes.old, self.changes.new);
        Some(match *change {
            OtherChange::Parameter(Sides::Removed(id)) => format!("- parameter {}", old.parameter_name(id)),
            OtherChange::Parameter(Sides::Added(id)) => {
                format!("+ parameter {}{}", new.parameter_name(id), asked(new, id))
            }
            OtherChange::Parameter(Sides::Both(was, is)) => {
                format!("~ parameter {}: {}", new.parameter_name(is), self.parameter(was, is))
            }
            OtherChange::List(Sides::Removed(id)) => format!("- prefix list {}, looked up or asked for", list(old, id)),
            OtherChange::List(Sides::Added(id)) => format!("+ prefix list {}, looked up or asked for", list(new, id)),
            OtherChange::List(Sides::Both(was, is)) => {
                format!("~ prefix list {}, looked up or asked for; it was {}", list(new, is), list(old, was))
            }
            OtherChange::Lock(Sides::Removed(n)) => {
                format!("- lock of the default group of {}, whose rules do not come back", old.locked[n].0)
            }
            OtherChange::Lock(Sides::Added(n)) => {
                format!("+ lock of the default group of {}, which loses every rule", new.locked[n].0)
            }
            OtherChange::Lock(Sides::Both(_, n)) => {
                format!("! lock of the default group of {}, which is in another VPC", new.locked[n].0)
            }
            OtherChange::Output(sides) => return self.output(sides, targets),
            OtherChange::Export(Sides::Removed(tier)) => format!(
                "- export of the id of {}; CloudFormation refuses that while another stack imports it",
                old.group(tier).name
            ),
            OtherChange::Export(Sides::Added(tier) | Sides::Both(_, tier)) => {
                format!("+ export of the id of {}", new.group(tier).name)
            }
            OtherChange::Placeholder(Sides::Removed(tier)) => {
                format!("- {}  outbound  the rule that admits nothing", old.group(tier).name)
            }
            OtherChange::Placeholder(Sides::Added(tier) | Sides::Both(_, tier)) => {
                format!("+ {}  outbound  the rule that admits nothing", new.group(tier).name)
            }
        })
    }

    /// What of a parameter is another.
    fn parameter(&self, was: ParamId, is: ParamId) -> String {
        let (was, is) = (self.changes.old.policy().param(was), self.changes.new.policy().param(is));
        let mut words = Vec::new();
        if was.kind != is.kind {
            words.push(format!("{} -> {}", was.kind.keyword(), is.kind.keyword()));
        }
        match (&was.default, &is.default) {
            (was, is) if was == is => {}
            (Some(was), Some(is)) => {
                words.push(format!("its default {was} -> {is}, and with it the rules that name it"))
            }
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
    fn output(&self, sides: Sides<TierId>, targets: Targets) -> Option<String> {
        let beside = |change: &GroupChange| match change.fate {
            GroupFate::Created | GroupFate::Deleted => change.sides == sides,
            GroupFate::Replaced { .. } | GroupFate::Moved { .. } | GroupFate::Tagged => false,
        };
        if self.changes.groups.iter().any(|(change, _)| beside(change)) {
            return None;
        }
        let names = |group: &Group<'_>| {
            let terraform = targets.terraform().then(|| Target::Terraform.output(group));
            let cloudformation = targets.cloudformation().then(|| Target::CloudFormation.output(group));
            terraform.into_iter().chain(cloudformation).collect::<Vec<_>>().join(", ")
        };
        Some(match sides {
            Sides::Removed(tier) => format!("- output {}", names(self.changes.old.group(tier))),
            Sides::Added(tier) | Sides::Both(_, tier) => format!("+ output {}", names(self.changes.new.group(tier))),
        })
    }
}

fn sign(fate: &GroupFate) -> &'static str {
    match fate {
        GroupFate::Replaced { .. } => "!",
        GroupFate::Deleted => "-",
        GroupFate::Created => "+",
        GroupFate::Moved { .. } => ">",
        GroupFate::Tagged => "~",
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
    let parameter = deployment.parameters.iter().find(|parameter| parameter.id == id);
    if parameter.is_some_and(|parameter| parameter.default.is_none()) { ", which must be given" } else { "" }
}

fn list<'d>(deployment: &Deployment<'d>, id: PrefixListId) -> &'d str {
    &deployment.policy().prefix_lists[id.index()].name
}
