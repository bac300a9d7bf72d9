//! What runs against what is written, as text, Markdown, JSON and commands.

use super::paint::{Paint, Tone};
use super::review::escape::code_span;
use crate::diagnostic::counted;
use crate::drift::{Difference, Drift, DriftedRule, Event, UnmanagedGroup};
use crate::source::visible;
use serde::Serialize;

/// The lists as text.
pub fn drift_text(drift: &Drift, paint: Paint) -> String {
    let mut out = format!("{}\n", drift_summary(drift));
    let mut section = |title: &str, tone: Tone, lines: Vec<String>| {
        if !lines.is_empty() {
            out.push_str(&format!("\n{}\n", paint.paint_text(tone, title)));
            lines
                .iter()
                .for_each(|line| out.push_str(&format!("  {}\n", visible(line))));
        }
    };
    section(OPENED, Tone::Bad, rule_lines(&drift.opened));
    section(CLOSED, Tone::Doubtful, rule_lines(&drift.closed));
    section(
        OTHERWISE,
        Tone::Doubtful,
        drift.otherwise.iter().map(difference_line).collect(),
    );
    let missing = drift.missing.iter();
    section(MISSING, Tone::Bad, missing.cloned().collect());
    section(
        UNMANAGED,
        Tone::Faint,
        drift.unmanaged.iter().map(unmanaged_line).collect(),
    );
    out
}

const OPENED: &str = "opened: runs, and is not written";
const CLOSED: &str = "closed: is written, and does not run";
const OTHERWISE: &str = "otherwise: allows the same, and is written differently";
const MISSING: &str = "missing: tiers without a group in AWS";
const UNMANAGED: &str = "groups in these VPCs that the program does not have";

/// The counts in one line.
pub fn drift_summary(drift: &Drift) -> String {
    let compared = format!(
        "{} with {} compared",
        counted(drift.groups, "group"),
        counted(drift.rules, "rule")
    );
    if drift.is_empty() {
        return format!("no drift; {compared}");
    }
    let counts = [
        (drift.opened.len(), "opened"),
        (drift.closed.len(), "closed"),
        (drift.otherwise.len(), "otherwise"),
        (drift.missing.len(), "missing"),
    ];
    let shown = counts.into_iter().filter(|(n, _)| *n > 0);
    let shown: Vec<String> = shown.map(|(n, what)| format!("{n} {what}")).collect();
    format!("drift: {}; {compared}", shown.join(", "))
}

fn rule_lines(rules: &[DriftedRule]) -> Vec<String> {
    let mut lines = Vec::new();
    for rule in rules {
        let id = rule.id.as_ref().map(|id| format!("  {id}"));
        let text = match rule.description.as_str() {
            "" => String::new(),
            text => format!("  \"{text}\""),
        };
        lines.push(format!(
            "{}: {}{}{text}",
            rule.group,
            rule.words(),
            id.unwrap_or_default()
        ));
        for (what, value) in rule_details(rule) {
            lines.push(format!("  {what}: {value}"));
        }
    }
    lines
}

/// What is known of a rule that was opened.
fn rule_details(rule: &DriftedRule) -> Vec<(&'static str, String)> {
    let mut details = Vec::new();
    if let Some(Event { user, time }) = &rule.event {
        details.push(("made by", format!("{user}, {time}")));
    }
    details.extend(rule.breaks.iter().map(|found| ("breaks", found.clone())));
    details.extend(rule.sentence.iter().map(|it| ("to write it", it.clone())));
    details.extend(rule.revoke_command().map(|it| ("to revoke it", it)));
    details
}

fn difference_line(difference: &Difference) -> String {
    let Difference {
        group,
        rule,
        id,
        what,
        written,
        running,
    } = difference;
    let place = match rule {
        Some(rule) => format!("{group}: {rule}"),
        None => group.clone(),
    };
    let id = id.as_ref().map(|id| format!("  {id}")).unwrap_or_default();
    if what == "rule" {
        let how = match running {
            Some(_) => "runs beside rules that allow the same",
            None => "does not run; other rules allow the same",
        };
        return format!("{place}{id}: {how}");
    }
    let shown = |text: &Option<String>| match text {
        Some(text) => format!("\"{text}\""),
        None => "none".to_string(),
    };
    format!(
        "{place}{id}: {what} is {}, written {}",
        shown(running),
        shown(written)
    )
}

fn unmanaged_line(group: &UnmanagedGroup) -> String {
    format!("{}  {}  {}", group.id, group.name, group.vpc)
}

/// The lists in Markdown, for a comment or an issue.
pub fn drift_markdown(drift: &Drift) -> String {
    let mut out = format!("### {}\n", drift_summary(drift));
    if !drift.opened.is_empty() {
        out.push_str(&format!("\n**{OPENED}**\n\n"));
        for rule in &drift.opened {
            out.push_str(&format!("- {}\n", code_span(&headline(rule))));
            for (what, value) in rule_details(rule) {
                out.push_str(&format!("  - {what}: {}\n", code_span(&value)));
            }
        }
    }
    let mut section = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            out.push_str(&format!("\n**{title}**\n\n"));
            lines
                .iter()
                .for_each(|line| out.push_str(&format!("- {}\n", code_span(line))));
        }
    };
    section(CLOSED, drift.closed.iter().map(headline).collect());
    section(
        OTHERWISE,
        drift.otherwise.iter().map(difference_line).collect(),
    );
    section(MISSING, drift.missing.clone());
    section(
        UNMANAGED,
        drift.unmanaged.iter().map(unmanaged_line).collect(),
    );
    out
}

fn headline(rule: &DriftedRule) -> String {
    let id = rule.id.as_ref().map(|id| format!(" ({id})"));
    format!("{}: {}{}", rule.group, rule.words(), id.unwrap_or_default())
}

/// The commands that revoke what was opened, one on each line.
pub fn drift_commands(drift: &Drift) -> String {
    let commands = drift.opened.iter().filter_map(DriftedRule::revoke_command);
    commands.map(|command| command + "\n").collect()
}

/// The lists as JSON. The format is documented and stable.
pub fn drift_json(drift: &Drift) -> String {
    let shown = JsonDrift {
        format: 1,
        groups: drift.groups,
        rules: drift.rules,
        opened: drift.opened.iter().map(json_rule).collect(),
        closed: drift.closed.iter().map(json_rule).collect(),
        otherwise: drift.otherwise.iter().map(json_difference).collect(),
        missing: &drift.missing,
        unmanaged: drift.unmanaged.iter().map(json_unmanaged).collect(),
    };
    serde_json::to_string_pretty(&shown).expect("keys are texts") + "\n"
}

#[derive(Serialize)]
struct JsonDrift<'d> {
    format: u32,
    groups: usize,
    rules: usize,
    opened: Vec<JsonRule<'d>>,
    closed: Vec<JsonRule<'d>>,
    otherwise: Vec<JsonDifference<'d>>,
    missing: &'d [String],
    unmanaged: Vec<JsonUnmanaged<'d>>,
}

#[derive(Serialize)]
struct JsonRule<'d> {
    group: &'d str,
    group_id: &'d Option<String>,
    id: &'d Option<String>,
    direction: &'static str,
    traffic: String,
    peer: String,
    description: &'d str,
    sentence: &'d Option<String>,
    breaks: &'d [String],
    user: Option<&'d str>,
    time: Option<&'d str>,
    revoke: Option<String>,
}

fn json_rule(rule: &DriftedRule) -> JsonRule<'_> {
    JsonRule {
        group: &rule.group,
        group_id: &rule.group_id,
        id: &rule.id,
        direction: rule.direction.words(),
        traffic: rule.traffic.to_string(),
        peer: rule.peer.words(),
        description: &rule.description,
        sentence: &rule.sentence,
        breaks: &rule.breaks,
        user: rule.event.as_ref().map(|event| event.user.as_str()),
        time: rule.event.as_ref().map(|event| event.time.as_str()),
        revoke: rule.revoke_command(),
    }
}

#[derive(Serialize)]
struct JsonDifference<'d> {
    group: &'d str,
    rule: &'d Option<String>,
    id: &'d Option<String>,
    what: &'d str,
    written: &'d Option<String>,
    running: &'d Option<String>,
}

fn json_difference(difference: &Difference) -> JsonDifference<'_> {
    JsonDifference {
        group: &difference.group,
        rule: &difference.rule,
        id: &difference.id,
        what: &difference.what,
        written: &difference.written,
        running: &difference.running,
    }
}

#[derive(Serialize)]
struct JsonUnmanaged<'d> {
    id: &'d str,
    name: &'d str,
    vpc: &'d str,
}

fn json_unmanaged(group: &UnmanagedGroup) -> JsonUnmanaged<'_> {
    JsonUnmanaged {
        id: &group.id,
        name: &group.name,
        vpc: &group.vpc,
    }
}
