//! Lints: one file each, documented where it is written.
//!
//! A lint looks at the whole policy and says what it found; how bad that is, and whether an
//! `@allow` silences it, is decided here for all of them.

mod ampersand;
mod duplicate_default;
mod duplicate_rule;
mod expired;
mod expiring;
mod exposure;
mod groups_per_interface;
mod icmp_all;
mod many_blocks;
mod merge;
mod missing_ipv6;
mod not_filtered;
mod odd_port;
mod open_admin_port;
mod open_all_traffic;
mod open_data_store;
mod open_high_risk_port;
mod open_http;
mod open_plaintext;
mod open_wide_range;
pub mod page;
mod pmtud_blocked;
mod quota;
mod redundant_outbound;
mod role_expectation;
mod shadowed_rule;
mod shadowed_service;
mod template_limits;
mod unknown_size;
mod unreachable_tier;
mod unroutable_peer;
mod unused_allow;
mod unused_declaration;

pub use template_limits::{LINT as TEMPLATE_LIMITS, template_limits};
pub use unused_allow::LINT as UNUSED_ALLOW;

use crate::analysis::gate::Gates;
use crate::diagnostic::{self, Finding, Problem, Problems, TextChange};
use crate::groups::Deployment;
use crate::policy::{Annotation, Peer, Policy, Way};
use crate::source::{FileId, Span};
use exposure::{Exposed, Opening};
use merge::{Candidate, LintReport, merge_candidates};
use std::collections::BTreeMap;

/// A lint, as `tierwall explain`, `@allow` and `--deny` know it.
#[derive(Debug, Clone, Copy)]
pub struct Lint {
    /// `template-limits`
    pub name: &'static str,
    /// One line.
    pub title: &'static str,
    /// Its level where nobody says another.
    pub level: Level,
    /// What kind of problem it finds: the first of its tags in SARIF.
    pub category: Category,
    /// Controls of others that ask for the same, as who and what: `("Security Hub", "EC2.13")`;
    /// they are its other tags in SARIF.
    pub ids: &'static [(&'static str, &'static str)],
    /// What it checks, why, and what to do, in Markdown.
    pub text: &'static str,
    /// A program in which it fires.
    pub fires: &'static str,
    /// One like it in which it does not.
    pub passes: &'static str,
    /// Who judges.
    pub judge: Judge,
}

/// What kind of problem a lint finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// Exposure.
    Security {
        /// How bad that is, from 0 to 10: GitHub calls 9 and more critical, 7 and more high, 4 and
        /// more medium.
        severity: &'static str,
    },
    /// Disorder, and what AWS or a tool would refuse.
    Maintainability,
}

/// Who judges a lint.
#[derive(Debug, Clone, Copy)]
pub enum Judge {
    /// A look at the whole program.
    Program(fn(&Subject<'_>, &mut Vec<Finding>)),
    /// A look at what is open to the internet: a sentence is reported by one such lint.
    Exposure(fn(&Subject<'_>, &mut Vec<Exposed>)),
    /// Another: the writer of a template, or the judge of the other lints.
    Elsewhere,
}

/// What a lint looks at.
#[derive(Debug)]
pub struct Subject<'p> {
    /// The program.
    pub policy: &'p Policy,
    /// Its gates.
    pub gates: Gates<'p>,
    /// What its tiers accept from the internet.
    pub openings: Vec<Opening>,
    /// Its groups and their rules.
    pub deployment: &'p Deployment<'p>,
}

/// What becomes of what a lint finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It is not reported.
    Allow,
    /// A note.
    Note,
    /// A warning.
    Warn,
    /// An error: nothing is written.
    Deny,
}

/// Levels that a run asks for.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    /// For all lints.
    pub all: Option<Level>,
    /// For those whose own level is `warn`.
    pub warnings: Option<Level>,
    /// For single ones.
    pub named: BTreeMap<&'static str, Level>,
}

/// Every lint: those about exposure first, then those about order, then limits.
pub const ALL: &[Lint] = &[
    open_admin_port::LINT,
    open_high_risk_port::LINT,
    open_data_store::LINT,
    open_all_traffic::LINT,
    open_wide_range::LINT,
    open_plaintext::LINT,
    open_http::LINT,
    role_expectation::LINT,
    missing_ipv6::LINT,
    icmp_all::LINT,
    pmtud_blocked::LINT,
    not_filtered::LINT,
    unroutable_peer::LINT,
    odd_port::LINT,
    duplicate_default::LINT,
    duplicate_rule::LINT,
    shadowed_rule::LINT,
    redundant_outbound::LINT,
    unreachable_tier::LINT,
    unused_declaration::LINT,
    shadowed_service::LINT,
    expired::LINT,
    expiring::LINT,
    unused_allow::LINT,
    quota::LINT,
    groups_per_interface::LINT,
    unknown_size::LINT,
    ampersand::LINT,
    many_blocks::LINT,
    template_limits::LINT,
];

impl Subject<'_> {
    /// A flow as a rule in words: "`tcp 443` from 203.0.113.0/24 to `web`".
    pub fn one_rule(&self, flow: u32) -> String {
        let (policy, flow) = (self.policy, self.policy.flow(flow));
        let tier = format!("`{}`", policy.tier(flow.subject).name);
        let peer = match flow.peer {
            Peer::Net(block) => block.to_string(),
            Peer::Tier(id) => format!("`{}`", policy.tier(id).name),
            Peer::External(id) => format!("`{}`", policy.external(id).name),
            Peer::PrefixList(id) => format!("`{}`", policy.prefix_list(id).name),
            Peer::Param(id) => format!("`{}`", policy.param(id).name),
        };

        match flow.way {
            Way::From => format!("`{}` from {peer} to {tier}", flow.traffic),
            Way::To => format!("`{}` from {tier} to {peer}", flow.traffic),
        }
    }
}

/// Every lint's name.
pub fn lint_names() -> Vec<&'static str> {
    ALL.iter().map(|lint| lint.name).collect()
}

impl Level {
    /// As documentation and the command line write it.
    pub fn keyword(self) -> &'static str {
        match self {
            Level::Allow => "allow",
            Level::Note => "note",
            Level::Warn => "warn",
            Level::Deny => "deny",
        }
    }

    /// The level of a problem.
    fn severity(self) -> Option<diagnostic::Level> {
        match self {
            Level::Allow => None,
            Level::Note => Some(diagnostic::Level::Note),
            Level::Warn => Some(diagnostic::Level::Warning),
            Level::Deny => Some(diagnostic::Level::Error),
        }
    }
}

impl Levels {
    /// The level of a lint: as its name says, else as its kind, else as all, else its own.
    pub fn level_of(&self, lint: &Lint) -> Level {
        self.level_or(lint, lint.level)
    }

    /// These levels on top of others: `warnings` are then the lints that the others leave at
    /// `warn`.
    pub fn override_levels(&self, others: &Levels) -> Levels {
        let level = |lint: &Lint| (lint.name, self.level_or(lint, others.level_of(lint)));
        Levels {
            named: ALL.iter().map(level).collect(),
            ..Levels::default()
        }
    }

    /// The level of a lint that has this one where nothing is said here.
    fn level_or(&self, lint: &Lint, level: Level) -> Level {
        let kind = self.warnings.filter(|_| level == Level::Warn);
        self.named
            .get(lint.name)
            .copied()
            .or(kind)
            .or(self.all)
            .unwrap_or(level)
    }
}

/// Judges a program by every lint that looks at the whole of it.
pub fn judge(
    policy: &Policy,
    gates: Gates<'_>,
    deployment: &Deployment<'_>,
    levels: &Levels,
) -> Problems {
    let openings = exposure::internet_openings(policy, &gates);
    let subject = Subject {
        policy,
        gates,
        openings,
        deployment,
    };

    let mut silencer = Silencer::new(policy);
    let (mut problems, mut exposed) = (Problems::default(), Vec::new());

    for lint in ALL {
        let level = levels.level_of(lint);
        // an `@allow` is of use even where the lint reports nothing
        if level == Level::Allow && !silencer.knows_lint(lint.name) {
            continue;
        }

        match lint.judge {
            Judge::Program(judge) => {
                let mut found = Vec::new();
                judge(&subject, &mut found);
                problems.extend(silencer.active_problems(lint, level, found));
            }
            Judge::Exposure(judge) => {
                let mut found = Vec::new();
                judge(&subject, &mut found);
                exposed.extend(silencer.active_candidates(lint, level, found));
            }
            Judge::Elsewhere => {}
        }
    }

    let unused = unused_allow::unused_annotations(policy, &silencer.used);
    let level = levels.level_of(&unused_allow::LINT);
    problems.extend(silencer.active_problems(&unused_allow::LINT, level, unused));

    let mut all = Problems::default();
    all.extend(
        merge_candidates(policy, exposed)
            .into_iter()
            .filter_map(LintReport::into_problem),
    );

    all.append(problems);
    all
}

/// Problems of what a lint found about the program as a whole, which an `@allow` on the stack
/// silences.
pub fn lint_problems(
    policy: &Policy,
    lint: &Lint,
    levels: &Levels,
    found: Vec<Finding>,
) -> Problems {
    let mut problems = Problems::default();
    problems.extend(Silencer::new(policy).active_problems(lint, levels.level_of(lint), found));
    problems
}

/// What a lint found as a problem, unless its level is `allow`.
fn lint_problem(lint: &Lint, level: Level, finding: Finding) -> Option<Problem> {
    let level = level.severity()?;
    Some(Problem::Lint(Box::new(Finding {
        lint: lint.name,
        level,
        ..finding
    })))
}

/// The `@allow`s of a program, and which of them were of use.
struct Silencer<'p> {
    policy: &'p Policy,
    used: Vec<bool>,
}

impl<'p> Silencer<'p> {
    fn new(policy: &'p Policy) -> Silencer<'p> {
        Silencer {
            policy,
            used: vec![false; policy.annotations.len()],
        }
    }

    fn knows_lint(&self, lint: &str) -> bool {
        let mut annotations = self.policy.annotations.iter();
        annotations.any(|annotation| annotation.lint == lint)
    }

    /// The findings that are not silenced, as problems.
    fn active_problems(
        &mut self,
        lint: &Lint,
        level: Level,
        mut found: Vec<Finding>,
    ) -> Vec<Problem> {
        if self.knows_lint(lint.name) {
            found.retain(|finding| !self.silences_finding(lint.name, finding));
        }
        let found = found.into_iter();
        found
            .filter_map(|finding| lint_problem(lint, level, finding))
            .collect()
    }

    /// Likewise of a lint about exposure, of which others may find the same.
    fn active_candidates(
        &mut self,
        lint: &'static Lint,
        level: Level,
        mut found: Vec<Exposed>,
    ) -> Vec<Candidate> {
        if self.knows_lint(lint.name) {
            found.retain(|exposed| !self.silences_finding(lint.name, &exposed.finding));
        }

        if level == Level::Allow {
            return Vec::new();
        }

        let mut candidates = Vec::new();
        for Exposed { finding, open } in found {
            let report = LintReport {
                lint,
                level,
                finding,
            };
            candidates.push(Candidate { report, open });
        }

        candidates
    }

    /// Whether each cause of a finding has an `@allow`; what has no place is caused by the stack.
    fn silences_finding(&mut self, lint: &str, finding: &Finding) -> bool {
        let about = finding
            .about
            .and_then(|about| self.find_annotation(lint, about));
        if let Some(n) = about {
            self.used[n] = true;
            return true;
        }

        let causes = match finding.causes.as_slice() {
            [] => self.policy.stack.span.as_slice(),
            causes => causes,
        };
        let annotations = causes
            .iter()
            .map(|cause| self.find_annotation(lint, *cause));
        let annotations = annotations.collect::<Option<Vec<usize>>>();
        let annotations = annotations.unwrap_or_default();

        for n in &annotations {
            self.used[*n] = true;
        }

        !annotations.is_empty()
    }

    fn find_annotation(&self, lint: &str, cause: Span) -> Option<usize> {
        annotations_around(self.policy, cause)
            .find(|(_, annotation)| annotation.lint == lint)
            .map(|(n, _)| n)
    }
}

/// The annotations of the statement that a place is in, with their positions among all, which are
/// in the order of their statements.
fn annotations_around(policy: &Policy, place: Span) -> impl Iterator<Item = (usize, &Annotation)> {
    let before = |it: &Annotation| (it.statement.file, it.statement.end) < (place.file, place.end);
    let first = policy.annotations.partition_point(before);
    let all = policy.annotations.iter().enumerate().skip(first);
    all.take_while(move |(_, annotation)| annotation.statement.holds(place))
}

/// The edit that deletes a statement, and its annotations with it.
fn delete_statement(policy: &Policy, statement: Span) -> TextChange {
    let mut gone = vec![statement];
    gone.extend(annotations_around(policy, statement).map(|(_, annotation)| annotation.span));
    TextChange::Remove(gone)
}

/// Whether what is true of a place in this run is true in every other: included files stand in
/// other programs too, and other values of parameters make other networks.
fn holds_always(policy: &Policy, place: Span) -> bool {
    place.file == FileId(0) && policy.params.iter().all(|param| !param.bound)
}

/// The first few, and how many more there are.
fn list_first(all: Vec<String>) -> String {
    diagnostic::listed(&all, 4)
}

/// Likewise, of names in backticks.
fn quote_names<'n>(names: impl Iterator<Item = &'n str>) -> String {
    list_first(names.map(|name| format!("`{name}`")).collect())
}
