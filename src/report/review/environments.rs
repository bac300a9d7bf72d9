//! The reviews of one program in several environments, with each line shown once: lines that
//! several environments share are one review, and the lines of one environment are another.

use super::compared::Review;
use super::document::{ChangeLine, DefaultLine, Document, FORMAT, TierLine};
use super::findings::{Assertions, Failing, LintLine, Lints};
use super::part::Part;
use crate::analysis::diff::Effect;
use crate::aws::GroupId;
use crate::plan::{Changes, GroupChange, OtherChange, RuleChange, RuleOutcome, Targets, UseChange};
use crate::report::citation::Citation;
use crate::report::flows::End;
use crate::report::plan::{PlanDocument, PlanLines};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The names of a version of a program in an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnvironmentName {
    /// `main:shop.tier`
    pub title: String,
    /// `staging`; `None` if it has no environments.
    pub environment: Option<String>,
}

impl EnvironmentName {
    /// The names of one version in several environments: `main:shop.tier (production, staging)`
    pub fn join<'n>(names: impl IntoIterator<Item = &'n EnvironmentName>) -> Option<String> {
        let names: Vec<_> = names.into_iter().collect();
        let title = &names.first()?.title;
        let environments = names.iter().filter_map(|it| it.environment.as_deref());
        let mut known: Vec<&str> = environments.collect();
        known.dedup();

        Some(match known.as_slice() {
            [] => title.clone(),
            known => format!("{title} ({})", known.join(", ")),
        })
    }
}

/// The review of a program in one environment, and the names of its two versions.
#[derive(Debug)]
pub struct EnvironmentReview<'p> {
    /// The old version and the new one.
    pub names: [EnvironmentName; 2],
    /// The review.
    pub review: Review<'p>,
}

/// Splits the reviews of the environments of a program into reviews of those that have the same
/// lines, the most environments first, and passes each to `then`, with the positions of its
/// environments.
pub fn split_environments(
    reviews: Vec<EnvironmentReview<'_>>,
    mut then: impl FnMut(&[usize], &Review<'_>),
) {
    let sources: Vec<Source<'_>> = reviews.into_iter().map(Source::new).collect();
    let having = find_environments(&sources);
    let heads: Vec<Head<'_>> = sources.iter().map(|source| source.head.clone()).collect();
    let mut parts: BTreeMap<Places, Lines<'_>> = BTreeMap::new();

    for (n, source) in sources.into_iter().enumerate() {
        for (key, line) in source.lines {
            let environments = &having[&key];
            if environments[0] == n {
                let place = (Reverse(environments.len()), environments.clone());
                parts.entry(place).or_default().push(line);
            }
        }
    }

    let all: Vec<&Places> = parts.keys().collect();
    let notes: Vec<Part> = (0..all.len())
        .map(|n| note_part(n, &all, &parts, &heads))
        .collect();

    for (((_, environments), lines), part) in parts.into_iter().zip(notes) {
        lines.review_as(&environments, &heads, part, |review| {
            then(&environments, review);
        });
    }
}

/// The environments of a part, in the order of parts.
type Places = (Reverse<usize>, Vec<usize>);

/// The identity of a line: what is equal in two environments is shown once.
type Key = (String, String);

/// An environment without its lines.
#[derive(Clone)]
struct Head<'p> {
    names: [EnvironmentName; 2],
    exist: [bool; 2],
    tiers: Vec<(&'p str, &'static str)>,
    holding: usize,
    aws: PlanLines<'p>,
    is_planned: bool,
}

impl Head<'_> {
    /// `staging`
    fn environment(&self) -> Option<&str> {
        let [old, new] = &self.names;
        new.environment.as_deref().or(old.environment.as_deref())
    }
}

/// An environment, in lines.
struct Source<'p> {
    head: Head<'p>,
    lines: Vec<(Key, Line<'p>)>,
}

/// A line of a review.
enum Line<'p> {
    /// An environment without any line.
    Nothing,
    /// A tier that is created or deleted.
    Tier(&'p str),
    Gained(ChangeLine<'p>),
    Lost(ChangeLine<'p>),
    Default(DefaultLine<'p>),
    Failing(Failing<'p>),
    Removed(Citation<'p>),
    New(LintLine),
    Gone(LintLine),
    Group((GroupChange, Targets)),
    Rule((RuleChange, Targets)),
    Other((OtherChange, Targets)),
    Use(UseChange),
}

impl<'p> Source<'p> {
    fn new(EnvironmentReview { names, review }: EnvironmentReview<'p>) -> Source<'p> {
        let Review {
            document,
            aws,
            is_planned,
            ..
        } = review;
        let tiers = document.tiers.iter().map(|line| (line.tier, line.state));
        let head = Head {
            exist: [document.old_exists, document.new_exists],
            tiers: tiers.collect(),
            holding: document.assertions.holding,
            names,
            aws,
            is_planned,
        };

        let context = write_key(&(head.exist, head.names.each_ref().map(|name| &name.title)));
        let mut lines = KeyedLines {
            context,
            lines: Vec::new(),
        };
        lines.add_document(document);
        lines.add_plan(&aws);
        if lines.lines.is_empty() {
            lines.add("nothing", String::new(), Line::Nothing);
        }

        Source {
            head,
            lines: lines.lines,
        }
    }
}

fn write_key(line: &impl Serialize) -> String {
    serde_json::to_string(line).expect("lines are data")
}

struct KeyedLines<'p> {
    /// What two environments must have in common besides a line, so that it is shown once.
    context: String,
    lines: Vec<(Key, Line<'p>)>,
}

impl<'p> KeyedLines<'p> {
    fn add(&mut self, kind: &str, line: String, content: Line<'p>) {
        let key = (format!("{} {kind}", self.context), line);
        self.lines.push((key, content));
    }

    fn add_document(&mut self, document: Document<'p>) {
        let Document {
            tiers,
            gained,
            lost,
            defaults,
            assertions,
            lints,
            ..
        } = document;

        for TierLine { tier, state, .. } in tiers {
            // of others, the verdict follows from the connections
            if state != "kept" {
                self.add(state, tier.to_string(), Line::Tier(tier));
            }
        }
        for line in gained {
            self.add("gained", write_key(&line), Line::Gained(line));
        }
        for line in lost {
            self.add("lost", write_key(&line), Line::Lost(line));
        }
        for line in defaults {
            self.add("default", write_key(&line), Line::Default(line));
        }
        for line in assertions.failing {
            self.add("failing", write_key(&line), Line::Failing(line));
        }
        for line in assertions.removed {
            self.add("removed", write_key(&line), Line::Removed(line));
        }
        for line in lints.new {
            self.add("new", write_key(&line), Line::New(line));
        }
        for line in lints.gone {
            self.add("gone", write_key(&line), Line::Gone(line));
        }
    }

    /// Changes in AWS have positions in the states of one environment, so their identity is their
    /// text in reports.
    fn add_plan(&mut self, plan: &PlanLines<'p>) {
        let changes = plan.changes;
        let mut groups: BTreeMap<Option<GroupId>, String> = BTreeMap::new();
        for group in &changes.groups {
            let key = plan.group_lines(std::slice::from_ref(group)).concat();
            groups.insert(group.0.sides.after(), key.clone());
            self.add("group", key, Line::Group(group.clone()));
        }

        for rule in &changes.rules {
            let own = rule.0.sides.after().map(|place| place.group);
            // a rule that is replaced with its group is shown with it
            let with_group = groups
                .get(&own)
                .filter(|_| rule.0.outcome == RuleOutcome::WithGroup);
            match with_group {
                Some(key) => self.add("group", key.clone(), Line::Rule(*rule)),
                None => {
                    let key = plan.rule_lines(std::slice::from_ref(rule), 1).concat();
                    self.add("rule", key, Line::Rule(*rule));
                }
            }
        }

        for other in &changes.others {
            let key = plan.other_lines(std::slice::from_ref(other)).concat();
            self.add("other", key, Line::Other(*other));
        }

        for change in &changes.uses {
            let key = plan.use_lines(std::slice::from_ref(change)).concat();
            if !key.is_empty() {
                self.add("quota", key, Line::Use(*change));
            }
        }
    }
}

/// The environments that have each line.
fn find_environments(sources: &[Source<'_>]) -> BTreeMap<Key, Vec<usize>> {
    let mut having: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (n, source) in sources.iter().enumerate() {
        for (key, _) in &source.lines {
            let environments = having.entry(key.clone()).or_default();
            if environments.last() != Some(&n) {
                environments.push(n);
            }
        }
    }

    having
}

/// The lines of one part.
#[derive(Default)]
struct Lines<'p> {
    created_or_deleted: BTreeSet<&'p str>,
    gained: Vec<ChangeLine<'p>>,
    lost: Vec<ChangeLine<'p>>,
    defaults: Vec<DefaultLine<'p>>,
    failing: Vec<Failing<'p>>,
    removed: Vec<Citation<'p>>,
    new: Vec<LintLine>,
    gone: Vec<LintLine>,
    groups: Vec<(GroupChange, Targets)>,
    rules: Vec<(RuleChange, Targets)>,
    others: Vec<(OtherChange, Targets)>,
    uses: Vec<UseChange>,
}

impl<'p> Lines<'p> {
    fn push(&mut self, line: Line<'p>) {
        match line {
            Line::Nothing => {}
            Line::Tier(tier) => {
                self.created_or_deleted.insert(tier);
            }
            Line::Gained(line) => self.gained.push(line),
            Line::Lost(line) => self.lost.push(line),
            Line::Default(line) => self.defaults.push(line),
            Line::Failing(line) => self.failing.push(line),
            Line::Removed(line) => self.removed.push(line),
            Line::New(line) => self.new.push(line),
            Line::Gone(line) => self.gone.push(line),
            Line::Group(line) => self.groups.push(line),
            Line::Rule(line) => self.rules.push(line),
            Line::Other(line) => self.others.push(line),
            Line::Use(line) => self.uses.push(line),
        }
    }

    fn changes_aws(&self) -> bool {
        !(self.groups.is_empty() && self.rules.is_empty() && self.others.is_empty())
    }

    /// The verdict of some connections, and the tiers that they are about.
    fn verdict(&self, is_it: impl Fn(&ChangeLine<'_>) -> bool) -> &'static str {
        let [gained, lost] = [&self.gained, &self.lost].map(|lines| lines.iter().any(&is_it));
        Effect::from_changes(gained, lost).word()
    }

    fn tier_lines(&self, head: &Head<'p>) -> Vec<TierLine<'p>> {
        let lines = head.tiers.iter().map(|(tier, state)| TierLine {
            tier,
            state,
            verdict: self.verdict(|line| has_tier(line, tier)),
        });
        let is_shown = |line: &TierLine<'_>| match line.state {
            "kept" => line.verdict != Effect::Equal.word(),
            _ => self.created_or_deleted.contains(line.tier),
        };
        lines.filter(is_shown).collect()
    }

    /// The review of these lines, in these environments.
    fn review_as(
        self,
        environments: &[usize],
        heads: &[Head<'p>],
        part: Part,
        then: impl FnOnce(&Review<'_>),
    ) {
        let head = &heads[environments[0]];
        let [old, new] = [0, 1].map(|side| join_names(environments, heads, side));
        let tiers = self.tier_lines(head);
        let verdict = self.verdict(|_| true);
        let whole = head.aws.changes;
        let changes = Changes {
            old: whole.old,
            new: whole.new,
            groups: self.groups,
            rules: self.rules,
            others: self.others,
            uses: self.uses,
            counts: whole.counts.clone(),
        };

        let document = Document {
            old: &old,
            new: &new,
            old_exists: head.exist[0],
            new_exists: head.exist[1],
            verdict,
            internet: self.gained.iter().any(|line| line.internet),
            tiers,
            gained: self.gained,
            lost: self.lost,
            defaults: self.defaults,
            aws: PlanDocument::new(&changes, head.aws.old, head.aws.new),
            assertions: Assertions {
                failing: self.failing,
                removed: self.removed,
                holding: head.holding,
            },
            lints: Lints {
                new: self.new,
                gone: self.gone,
            },
            format: FORMAT,
        };

        then(&Review {
            document,
            aws: PlanLines {
                changes: &changes,
                ..head.aws
            },
            is_planned: head.is_planned,
            part,
        });
    }
}

fn has_tier(line: &ChangeLine<'_>, tier: &str) -> bool {
    let mut ends = [&line.from, &line.to].into_iter();
    ends.any(|place| matches!(place.end, Some(End::Tier { name }) if name == tier))
}

/// `main:shop.tier (production, staging)`
fn join_names(environments: &[usize], heads: &[Head<'_>], side: usize) -> String {
    let names = environments.iter().map(|n| &heads[*n].names[side]);
    EnvironmentName::join(names).unwrap_or_default()
}

/// How a part relates to the other parts.
fn note_part(
    n: usize,
    all: &[&Places],
    parts: &BTreeMap<Places, Lines<'_>>,
    heads: &[Head<'_>],
) -> Part {
    let (_, environments) = all[n];
    let shares = |other: &&Places| other.1.iter().any(|it| environments.contains(it));
    let is_later = all[..n].iter().any(shares);
    let is_split = is_later || all[n + 1..].iter().any(shares);

    // the counts are of a whole environment, and shown where its first changes are
    let is_shown = |environment: &&usize| {
        let mut earlier = all[..n]
            .iter()
            .filter(|other| other.1.contains(environment));
        !earlier.any(|other| parts[*other].changes_aws())
    };
    let shown: Vec<usize> = environments.iter().filter(is_shown).copied().collect();

    let mut counts: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
    for n in &shown {
        let lines = heads[*n].aws.count_lines("");
        counts.entry(lines).or_default().push(*n);
    }
    if !is_split && counts.len() == 1 {
        return Part::default();
    }

    Part {
        is_split,
        is_later,
        counts: Some(label_counts(&shown, heads)),
    }
}

/// The counts of whole environments, for each tool: each with the environments that have it.
fn label_counts(environments: &[usize], heads: &[Head<'_>]) -> Vec<String> {
    let of_each: Vec<Vec<String>> = environments
        .iter()
        .map(|n| heads[*n].aws.count_lines(""))
        .collect();
    let tools = of_each.first().map_or(0, Vec::len);
    let of_tool = |tool: usize| {
        let mut having: Vec<(&String, Vec<usize>)> = Vec::new();
        for (n, lines) in environments.iter().zip(&of_each) {
            match having.iter_mut().find(|(line, _)| **line == lines[tool]) {
                Some((_, same)) => same.push(*n),
                None => having.push((&lines[tool], vec![*n])),
            }
        }
        having.into_iter().map(move |(_, same)| {
            let names = same.iter().filter_map(|n| heads[*n].environment());
            let label = format!(" ({})", names.collect::<Vec<_>>().join(", "));
            heads[same[0]].aws.count_lines(&label).swap_remove(tool)
        })
    };

    (0..tools).flat_map(of_tool).collect()
}
