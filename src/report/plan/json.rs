//! What AWS will do, for programs: an object within the JSON of `diff`. A field may be added; a
//! change of what is there changes the `format` of that.

use crate::groups::{ListReference, TierId};
use crate::plan::Target;
use crate::plan::{
    BeforeAfter, ChangeSet, Changes, GroupChange, GroupOutcome, OtherChange, Plan, Reason,
    RuleChange, RuleOutcome, Targets, UseChange,
};
use crate::report::citation::Citation;
use crate::report::flows::End;
use crate::source::Sources;
use serde::Serialize;

/// The object.
#[derive(Debug, Serialize)]
pub struct Document<'c> {
    terraform: Plan,
    cloudformation: ChangeSet,
    groups: Vec<GroupLine<'c>>,
    rules: RuleLines<'c>,
    parameters: Vec<NamedLine<'c>>,
    prefix_lists: Vec<NamedLine<'c>>,
    locked_default_groups: Vec<NamedLine<'c>>,
    outputs: Vec<OutputLine<'c>>,
    exports: Vec<OutputLine<'c>>,
    placeholders: Vec<NamedLine<'c>>,
    quota: Vec<UseLine<'c>>,
}

#[derive(Debug, Serialize)]
struct GroupLine<'c> {
    tier: &'c str,
    /// What the tier was called before.
    was: Option<&'c str>,
    change: &'static str,
    tags: bool,
    reasons: Vec<&'static str>,
    refused: bool,
    /// What would keep the group.
    fix: Option<Fix<'c>>,
    targets: &'static [&'static str],
}

/// What to write instead of the declaration at a place.
#[derive(Debug, Serialize)]
pub struct Fix<'c> {
    /// The tier whose group would stay.
    #[serde(skip)]
    pub was: &'c str,
    /// What it is called now.
    #[serde(skip)]
    pub tier: &'c str,
    /// The file, as it was named.
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
    added: Vec<RuleLine<'c>>,
    removed: Vec<RuleLine<'c>>,
    text: Vec<RuleLine<'c>>,
    repointed: Vec<RuleLine<'c>>,
    defaults: Vec<RuleLine<'c>>,
    replaced: Vec<RuleLine<'c>>,
}

#[derive(Debug, Serialize)]
struct RuleLine<'c> {
    tier: &'c str,
    direction: &'static str,
    protocol: String,
    from_port: Option<i32>,
    to_port: Option<i32>,
    peer: End<'c>,
    /// What it was called before, if it stood there.
    text_before: Option<String>,
    /// What it is called, if it will stand there.
    text_after: Option<String>,
    /// Why it goes and comes again.
    because: Option<&'static str>,
    sentences: Vec<Citation<'c>>,
    targets: &'static [&'static str],
}

#[derive(Debug, Serialize)]
struct NamedLine<'c> {
    name: &'c str,
    change: &'static str,
    targets: &'static [&'static str],
}

#[derive(Debug, Serialize)]
struct OutputLine<'c> {
    /// What it is called in each target.
    terraform: Option<String>,
    cloudformation: Option<String>,
    tier: &'c str,
    change: &'static str,
    targets: &'static [&'static str],
}

#[derive(Debug, Serialize)]
struct UseLine<'c> {
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

impl<'c> Document<'c> {
    /// Makes it of the changes and the files that the two programs were read from.
    pub fn new(changes: &'c Changes<'c>, old: &'c Sources, new: &'c Sources) -> Document<'c> {
        let mut document = Document {
            terraform: changes.terraform,
            cloudformation: changes.cloudformation,
            groups: changes
                .groups
                .iter()
                .map(|(change, targets)| group(changes, change, *targets, new))
                .collect(),
            rules: RuleLines::default(),
            parameters: Vec::new(),
            prefix_lists: Vec::new(),
            locked_default_groups: Vec::new(),
            outputs: Vec::new(),
            exports: Vec::new(),
            placeholders: Vec::new(),
            quota: changes
                .uses
                .iter()
                .map(|change| used(changes, change))
                .collect(),
        };
        for (change, targets) in &changes.rules {
            let (list, because) = document.rules.list(change.fate);
            list.push(RuleLine {
                because,
                ..rule(changes, change, *targets, [old, new])
            });
        }
        changes
            .others
            .iter()
            .for_each(|(change, targets)| document.other(changes, *change, *targets));
        document
    }

    /// What would keep groups that are recreated.
    pub fn fixes(&self) -> impl Iterator<Item = &Fix<'c>> {
        self.groups.iter().filter_map(|group| group.fix.as_ref())
    }

    fn other(&mut self, changes: &'c Changes<'c>, change: OtherChange, targets: Targets) {
        let (old, new) = (changes.old, changes.new);
        match change {
            OtherChange::Parameter(sides) => {
                let name = sides.newest(|id| old.parameter_name(id), |id| new.parameter_name(id));
                self.parameters.push(named(name, sides, targets));
            }
            OtherChange::List(sides) => {
                let name = |list: &'c ListReference| match list {
                    ListReference::Aws(name) | ListReference::Id(name) => name.as_str(),
                    ListReference::Param(_) => "",
                };
                let name = sides.newest(|id| name(old.list(id)), |id| name(new.list(id)));
                self.prefix_lists.push(named(name, sides, targets));
            }
            OtherChange::Lock(sides) => {
                let name = sides.newest(|n| old.locked[n].0.as_str(), |n| new.locked[n].0.as_str());
                self.locked_default_groups.push(named(name, sides, targets));
            }
            OtherChange::Output(sides) => self.outputs.push(output(changes, sides, targets)),
            OtherChange::Export(sides) => self.exports.push(output(changes, sides, targets)),
            OtherChange::Placeholder(sides) => {
                self.placeholders
                    .push(named(changes.tier(sides), sides, targets))
            }
        }
    }
}

impl<'c> RuleLines<'c> {
    /// The list that a rule belongs in, and why it goes and comes again.
    fn list(&mut self, fate: RuleOutcome) -> (&mut Vec<RuleLine<'c>>, Option<&'static str>) {
        match fate {
            RuleOutcome::Added => (&mut self.added, None),
            RuleOutcome::Removed => (&mut self.removed, None),
            RuleOutcome::Text => (&mut self.text, None),
            RuleOutcome::Retargeted => (&mut self.repointed, None),
            RuleOutcome::Default => (&mut self.defaults, None),
            RuleOutcome::WithGroup => (&mut self.replaced, Some("group")),
            RuleOutcome::WithPeer => (&mut self.replaced, Some("peer")),
            RuleOutcome::ResourceRenamed => (&mut self.replaced, Some("address")),
        }
    }
}

fn word<T>(sides: BeforeAfter<T>) -> &'static str {
    match sides {
        BeforeAfter::Removed(_) => "removed",
        BeforeAfter::Added(_) => "added",
        BeforeAfter::Both(..) => "changed",
    }
}

fn words(targets: Targets) -> &'static [&'static str] {
    match targets {
        Targets::Both => &["terraform", "cloudformation"],
        Targets::Terraform => &["terraform"],
        Targets::CloudFormation => &["cloudformation"],
    }
}

fn named<'c, T>(name: &'c str, sides: BeforeAfter<T>, targets: Targets) -> NamedLine<'c> {
    NamedLine {
        name,
        change: word(sides),
        targets: words(targets),
    }
}

fn output<'c>(
    changes: &'c Changes<'c>,
    sides: BeforeAfter<TierId>,
    targets: Targets,
) -> OutputLine<'c> {
    let name = |target: Target| {
        sides.newest(
            |tier| target.output(changes.old.group(tier)),
            |tier| target.output(changes.new.group(tier)),
        )
    };
    let terraform = targets.terraform().then(|| name(Target::Terraform));
    let cloudformation = targets
        .cloudformation()
        .then(|| name(Target::CloudFormation));
    OutputLine {
        terraform,
        cloudformation,
        tier: changes.tier(sides),
        change: word(sides),
        targets: words(targets),
    }
}

/// What keeps a group that a tier of another name would take the place of: `was` with all earlier
/// names, since a group's name starts with the oldest.
fn fix<'c>(
    changes: &'c Changes<'c>,
    change: &GroupChange,
    sources: &'c Sources,
) -> Option<Fix<'c>> {
    let BeforeAfter::Both(old, new) = change.sides else {
        return None;
    };
    let (was, is) = (changes.old.group(old), changes.new.group(new));
    let span = changes.new.policy().tier(new).span;
    let file = sources.file(span.file);
    let (line, column) = file.line_column(span.start);
    let names: Vec<&str> = [was.name]
        .into_iter()
        .chain(was.was.iter().map(String::as_str))
        .collect();
    let text = format!("tier {} was {}", is.name, names.join(", "));
    Some(Fix {
        was: was.name,
        tier: is.name,
        file: file.name(),
        line,
        column,
        text,
    })
}

fn group<'c>(
    changes: &'c Changes<'c>,
    change: &GroupChange,
    targets: Targets,
    sources: &'c Sources,
) -> GroupLine<'c> {
    let name = changes.tier(change.sides);
    let was = change
        .sides
        .was()
        .map(|old| changes.old.group(old).name)
        .filter(|was| *was != name);
    let line = |change, tags| GroupLine {
        tier: name,
        was,
        change,
        tags,
        reasons: Vec::new(),
        refused: false,
        fix: None,
        targets: words(targets),
    };
    match &change.fate {
        GroupOutcome::Recreated => GroupLine {
            fix: fix(changes, change, sources),
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

fn rule<'c>(
    changes: &'c Changes<'c>,
    change: &RuleChange,
    targets: Targets,
    sources: [&'c Sources; 2],
) -> RuleLine<'c> {
    let (deployment, place, rule) = changes.rule(change);
    let policy = deployment.policy();
    let text = |deployment: &crate::groups::Deployment<'_>, place: crate::plan::RulePlace| {
        let mut text = String::new();
        deployment.describe(place.rule(deployment), &mut text);
        text
    };
    let sources = sources[usize::from(change.sides.is().is_some())];
    let ports = rule.traffic.aws_ports();
    RuleLine {
        tier: deployment.group(place.tier).name,
        direction: place.direction.words(),
        protocol: rule.traffic.protocol().to_string(),
        from_port: ports.map(|(from, _)| from),
        to_port: ports.map(|(_, to)| to),
        peer: End::new(policy, rule.peer),
        text_before: change.sides.was().map(|place| text(changes.old, place)),
        text_after: change.sides.is().map(|place| text(changes.new, place)),
        because: None,
        sentences: deployment
            .sentences(rule)
            .into_iter()
            .map(|id| Citation::new(policy, sources, id))
            .collect(),
        targets: words(targets),
    }
}

fn used<'c>(changes: &'c Changes<'c>, change: &UseChange) -> UseLine<'c> {
    UseLine {
        tier: changes.tier(change.sides),
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
