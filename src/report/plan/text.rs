//! What AWS will do, as lines of text: functions over slices, so that a report decides how many it
//! shows.

use super::headline::summarize_changes;
use super::lowered::{Lowered, rule_origin};
use super::rows::{RuleRow, Why};
use crate::aws::{GroupId, SecurityGroup};
use crate::plan::{
    BeforeAfter, Changes, GroupChange, GroupOutcome, OtherChange, Planned, Reason, RuleChange,
    RuleOutcome, RulePlace, Targets, UseChange, planned_targets,
};
use crate::policy::TierId;
use crate::report::flows::End;
use crate::report::fold::fold_rows;
use crate::report::words::outbound_words;

const REPLACED: &str = "  a replaced group is created first, with a new id; the old one cannot be \
    deleted while anything uses it";

/// The number of rules that are examined for each line.
const RULES_OF_A_LINE: usize = 20;

/// The changes, and the two programs.
#[derive(Debug, Clone, Copy)]
pub struct PlanLines<'c> {
    /// What AWS will do.
    pub changes: &'c Changes<'c>,
    /// The old program.
    pub old: Lowered<'c>,
    /// The new program.
    pub new: Lowered<'c>,
}

impl<'c> PlanLines<'c> {
    /// `AWS: 3 rules to add, 1 to remove; 1 group created`; a line for each target if they differ.
    pub fn headline(&self) -> Vec<String> {
        let summaries: Vec<(Planned, String)> = planned_targets()
            .map(|it| (it, summarize_changes(self.changes, it.alone)))
            .collect();
        if let [(_, first), rest @ ..] = summaries.as_slice()
            && rest.iter().all(|(_, other)| other == first)
        {
            return vec![format!("AWS: {first}")];
        }
        let line =
            |(it, summary): &(Planned, String)| format!("AWS by {}: {summary}", it.target.title);
        summaries.iter().map(line).collect()
    }

    /// The counts that each tool will show, in its own terms; `label` follows the name of its plan.
    pub fn count_lines(&self, label: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for (it, counts) in &self.changes.counts {
            if !it.planning.repeats_rules && self.asks_for_blocks() {
                lines.push(format!(
                    "{}{label}: none, because a list of blocks has no value",
                    it.planning.report
                ));
                continue;
            }

            let parts: Vec<String> = it
                .planning
                .column_counts(counts)
                .map(|(name, count)| format!("{count} to {name}"))
                .collect();
            let counts = parts.join(", ");
            lines.push(format!("{}{label}: {counts}", it.planning.report));
        }
        lines
    }

    /// Whether a rule of either program is for a list of blocks without a value.
    fn asks_for_blocks(&self) -> bool {
        let states = [self.changes.old, self.changes.new];
        let mut parameters = states.iter().flat_map(|state| &state.parameters);
        parameters.any(|parameter| parameter.kind.is_list())
    }

    /// `! db  replaced with 4 rules: its description changes`; a line for each group, and one that
    /// explains replacement.
    pub fn group_lines(&self, groups: &[(GroupChange, Targets)]) -> Vec<String> {
        let names: Vec<&str> = groups
            .iter()
            .map(|(change, _)| self.changes.group_name(change.sides))
            .collect();

        let width = names
            .iter()
            .map(|name| name.chars().count())
            .max()
            .unwrap_or(0);

        let line = |((change, targets), name): (&(GroupChange, Targets), &str)| {
            format!(
                "{} {name:width$}  {}{}{}",
                group_sign(&change.outcome),
                self.group_words(change),
                self.protected_words(change, *targets),
                targets_suffix(*targets)
            )
        };

        let note = groups.iter().any(|(change, _)| {
            matches!(
                change.outcome,
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

    /// `+ web  inbound  tcp 80, 443 from 203.0.113.0/24 (2 rules)  shop.tier:9: web allows http,
    /// https from office`: one line for the rules of a sentence, for several groups, pieces of
    /// traffic and peers. At most `most` lines; also returns how many rules are left out.
    pub fn rule_lines(&self, rules: &[(RuleChange, Targets)], most: usize) -> Vec<String> {
        // the remaining rules are not examined, so that the cost of a line is bounded
        let looked_at = rules.len().min(most.saturating_mul(RULES_OF_A_LINE));
        let rows = rules[..looked_at]
            .iter()
            .map(|(change, targets)| self.rule_row(change, *targets))
            .collect();

        let rows = fold_rows(
            fold_rows(fold_rows(rows, |row| &mut row.peers), |row| {
                &mut row.traffic
            }),
            |row| &mut row.groups,
        );
        let shown = &rows[..rows.len().min(most)];
        let left = rules.len() - shown.iter().map(RuleRow::rule_count).sum::<usize>();

        let cells: Vec<[String; 5]> = shown
            .iter()
            .map(|row| row.write_cells(self.why_words(row)))
            .collect();
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
    pub fn other_lines(&self, others: &[(OtherChange, Targets)]) -> Vec<String> {
        others
            .iter()
            .filter_map(|(change, targets)| {
                Some(self.other_line(change, *targets)? + &targets_suffix(*targets))
            })
            .collect()
    }

    /// `web  inbound  IPv4  58 -> 61 of 60, over the quota`; a line for each direction that is near
    /// its quota, or was over it.
    pub fn use_lines(&self, uses: &[UseChange]) -> Vec<String> {
        let uses: Vec<&UseChange> = uses
            .iter()
            .filter(|change| change.is_near() || change.was_over())
            .collect();

        let width = uses
            .iter()
            .map(|line| self.changes.group_name(line.sides).chars().count())
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

            let (name, direction, family) = (
                self.changes.group_name(sides),
                direction.words(),
                family.words(),
            );

            let (before, after, most) = (before.0, after.0, after.1);
            format!(
                "{name:width$}  {direction:8}  {family}  {before}{quota} -> \
                 {after} of {most}{verdict}"
            )
        };

        uses.into_iter().map(line).collect()
    }

    /// The lines of groups, of rules (at most `most`), and of other resources. The rules of a
    /// replaced group are counted in the line of the group.
    pub fn all_lines(&self, most: usize) -> Vec<String> {
        let own = self
            .changes
            .rules
            .iter()
            .filter(|(change, _)| change.outcome != RuleOutcome::WithGroup);
        let own: Vec<(RuleChange, Targets)> = own.copied().collect();
        let groups = self.group_lines(&self.changes.groups).into_iter();
        groups
            .chain(self.rule_lines(&own, most))
            .chain(self.other_lines(&self.changes.others))
            .collect()
    }

    fn group_words(&self, change: &GroupChange) -> String {
        let was = change
            .sides
            .before()
            .map_or("", |old| self.changes.old.group(old).name.as_str());

        match &change.outcome {
            GroupOutcome::Created => "created".to_string(),
            GroupOutcome::Deleted => {
                "deleted; AWS refuses that while anything uses the group".to_string()
            }
            GroupOutcome::Tagged => "its tags change in place".to_string(),
            GroupOutcome::Moved { tags: true } => {
                format!("was {was}: the group stays, its tags change in place")
            }
            GroupOutcome::Moved { tags: false } => format!("was {was}: the group stays"),
            GroupOutcome::Recreated => self.recreated_words(change),
            GroupOutcome::Replaced { reasons, refused } => {
                self.replaced_words(change, reasons, *refused)
            }
        }
    }

    /// What happens to the change of a protected group.
    fn protected_words(&self, change: &GroupChange, targets: Targets) -> String {
        let (was, is) = (change.sides.before(), change.sides.after());
        let was = was.is_some_and(|old| self.changes.old.group(old).protect);
        let is = is.is_some_and(|new| self.changes.new.group(new).protect);
        let mut words: Vec<&str> = Vec::new();

        for it in targets.planned_targets() {
            words.extend(match &change.outcome {
                GroupOutcome::Replaced { reasons, .. } if reasons.contains(&Reason::Address) => {
                    was.then_some(it.planning.deletes_protected)
                }
                GroupOutcome::Replaced { .. } if is => Some(it.planning.replaces_protected),
                GroupOutcome::Deleted | GroupOutcome::Recreated => {
                    was.then_some(it.planning.deletes_protected)
                }
                GroupOutcome::Replaced { .. }
                | GroupOutcome::Created
                | GroupOutcome::Moved { .. }
                | GroupOutcome::Tagged => None,
            });
        }

        words.retain(|words| !words.is_empty());
        words.iter().map(|words| format!("; {words}")).collect()
    }

    fn replaced_words(&self, change: &GroupChange, reasons: &[Reason], refused: bool) -> String {
        let why: Vec<String> = reasons
            .iter()
            .map(|reason| self.reason_words(*reason, change.sides))
            .collect();
        let why = why.join(", and ");
        let refused = if refused {
            "; AWS refuses that while the old group has the same `name`"
        } else {
            ""
        };
        format!("replaced{}: {why}{refused}", self.with_rules(change))
    }

    /// A new group that has the rules of a deleted one.
    fn recreated_words(&self, change: &GroupChange) -> String {
        let was = change
            .sides
            .before()
            .map_or("", |old| self.changes.old.group(old).name.as_str());
        let rules = self.with_rules(change);
        format!("recreated{rules}: it has the rules of `{was}`, and the program has no `was {was}`")
    }

    /// ` with 4 rules`: the rules that are replaced with their group.
    fn with_rules(&self, change: &GroupChange) -> String {
        let rules = self
            .changes
            .rules
            .iter()
            .filter(|(rule, _)| rule.outcome == RuleOutcome::WithGroup);
        let own = |place: Option<RulePlace>| place.map(|place| place.group) == change.sides.after();
        match rules.filter(|(rule, _)| own(rule.sides.after())).count() {
            0 => String::new(),
            1 => " with 1 rule".to_string(),
            n => format!(" with {n} rules"),
        }
    }

    fn reason_words(&self, reason: Reason, sides: BeforeAfter<GroupId>) -> String {
        let group = sides.before().map(|old| self.changes.old.group(old));
        let was = group.map_or("", |group| group.name.as_str());
        let text = match reason {
            Reason::Address if was != self.changes.group_name(sides) => {
                return format!("the program has no `was {was}`");
            }
            Reason::Address => {
                let oldest = group.map_or(was, SecurityGroup::oldest_name);
                return format!("the program no longer has `was {oldest}`");
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

    fn rule_row(&self, change: &RuleChange, targets: Targets) -> RuleRow {
        let (state, place, rule) = self.changes.resolve_rule(change);
        let (program, lowered) = rule_origin([self.old, self.new], change);
        let sign = match change.outcome {
            RuleOutcome::Added => "+",
            RuleOutcome::Removed => "-",
            RuleOutcome::Text
            | RuleOutcome::Tagged
            | RuleOutcome::Default
            | RuleOutcome::Retargeted => "~",
            RuleOutcome::WithGroup
            | RuleOutcome::OwnerDefault
            | RuleOutcome::WithPeer
            | RuleOutcome::PortDefault
            | RuleOutcome::ResourceRenamed
            | RuleOutcome::Halved
            | RuleOutcome::Joined => "!",
        };

        let why = match change.outcome {
            RuleOutcome::Added => self.first_sentence(change, true),
            RuleOutcome::Removed => self.first_sentence(change, false),
            RuleOutcome::Text => Why::Text(match &*self.old_text(change) {
                "" => "description only, had none".to_string(),
                text => format!("description only, was \"{text}\""),
            }),
            RuleOutcome::Tagged => Why::Known("its tags change in place"),
            RuleOutcome::Default => Why::Text(self.default_words(change)),
            RuleOutcome::Retargeted => Why::Known("references another group, in place"),
            RuleOutcome::Halved => Why::Known("replaced by two, for half of the addresses each"),
            RuleOutcome::Joined => Why::Known("replaces two, for half of the addresses each"),
            RuleOutcome::WithGroup => Why::Known("replaced with its group"),
            RuleOutcome::OwnerDefault => Why::Known(self.owner_words(change)),
            RuleOutcome::WithPeer => Why::Known("replaced, because its peer is replaced"),
            RuleOutcome::PortDefault => {
                Why::Known("replaced, because the default of its port changed")
            }
            RuleOutcome::ResourceRenamed => Why::Known("replaced unchanged, under another name"),
        };

        RuleRow {
            sign,
            direction: rule.key.direction,
            why,
            targets,
            groups: vec![state.group(place.group).name.clone()],
            traffic: vec![rule.key.traffic.to_string()],
            peers: vec![End::new(program.policy(), lowered.peer).words()],
        }
    }

    /// The first sentence that produces a rule.
    fn first_sentence(&self, change: &RuleChange, is_new: bool) -> Why {
        let (program, rule) = rule_origin([self.old, self.new], change);
        let open = || {
            let group = change
                .sides
                .map_newest(|place| place.group, |place| place.group);
            Why::Known(outbound_words(
                program.policy().tier(TierId(group.0)).outbound,
            ))
        };
        let sentence = program.deployment.first_sentence(rule);
        sentence.map_or_else(open, |id| Why::Sentence { id, is_new })
    }

    /// The reason of a row, as text.
    fn why_words(&self, row: &RuleRow) -> String {
        let why = match &row.why {
            Why::Sentence { id, is_new: true } => self.new.cite_sentence(*id).to_string(),
            Why::Sentence { id, is_new: false } => self.old.cite_sentence(*id).to_string(),
            Why::Known(words) => words.to_string(),
            Why::Text(words) => words.clone(),
        };
        why + &targets_suffix(row.targets)
    }
}

fn group_sign(outcome: &GroupOutcome) -> &'static str {
    match outcome {
        GroupOutcome::Replaced { .. } | GroupOutcome::Recreated => "!",
        GroupOutcome::Deleted => "-",
        GroupOutcome::Created => "+",
        GroupOutcome::Moved { .. } => ">",
        GroupOutcome::Tagged => "~",
    }
}

/// ` (Terraform)`, if a change does not apply to every target.
fn targets_suffix(targets: Targets) -> String {
    if targets.are_all() {
        return String::new();
    }
    format!(" ({})", list_titles(targets))
}

/// `Terraform, CloudFormation`
pub(super) fn list_titles(targets: Targets) -> String {
    let titles: Vec<&str> = targets
        .planned_targets()
        .map(|it| it.target.title)
        .collect();
    titles.join(", ")
}
