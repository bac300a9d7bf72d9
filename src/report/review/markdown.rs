//! A review as the comment on a pull request.

use super::changed::ChangedLine;
use super::compared::Review;
use super::document::{ChangeLine, Document, TierLine};
use super::escape::{code_block, code_span, escape_html, escape_markdown};
use super::findings::{Assertions, LintLine, Lints};
use super::rows::{Cited, Row, change_rows};
use super::text::{describe_before, summary_lines};
use crate::diagnostic::{counted, listed};
use crate::plan::UseChange;
use crate::report::citation::Citation;
use crate::source::lexical;
use std::fmt::Write;
use std::path::Path;

/// Links to the lines of the two programs.
#[derive(Debug, Default)]
pub struct Links {
    /// `https://github.com/acme/shop/blob/{rev}/{file}#L{line}`; without it, positions are not
    /// links.
    pub template: Option<String>,
    /// The old program and the new one.
    pub sides: [LinkBase; 2],
}

/// What links to the files of one of the two programs contain.
#[derive(Debug, Default)]
pub struct LinkBase {
    /// The value of `{rev}`.
    pub revision: String,
    /// A prefix of the names of its files, which `{file}` does not have.
    pub prefix: String,
    /// The directory of its files in the repository: empty, or with a trailing `/`.
    pub directory: String,
}

/// Limits of what is shown.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Connections that are not folded, and connections in total.
    connections: [usize; 2],
    /// Sentences of a connection.
    sentences: usize,
    /// Rules of AWS.
    rules: usize,
    /// Assertions, and findings of lints.
    findings: usize,
}

/// From the largest to the smallest.
const LIMITS: [Limits; 3] = [
    Limits {
        connections: [25, 150],
        sentences: 4,
        rules: 60,
        findings: 60,
    },
    Limits {
        connections: [15, 40],
        sentences: 2,
        rules: 20,
        findings: 20,
    },
    Limits {
        connections: [8, 8],
        sentences: 1,
        rules: 5,
        findings: 5,
    },
];

/// A comment in several lengths, the longest first.
#[derive(Debug)]
pub struct Comment([String; 3]);

impl Comment {
    /// The longest that fits `room` bytes, or else the shortest: GitHub accepts 65,536 characters.
    pub fn text_within(&self, room: usize) -> &str {
        let Comment([much, some, little]) = self;
        [much, some]
            .into_iter()
            .find(|text| text.len() <= room)
            .unwrap_or(little)
    }
}

/// Markdown that GitHub and GitLab render alike.
pub fn review_markdown(review: &Review<'_>, links: &Links) -> Comment {
    Comment(LIMITS.map(|limits| write_comment(review, links, limits)))
}

fn write_comment(review: &Review<'_>, links: &Links, limits: Limits) -> String {
    let document = &review.document;
    let names = [document.old, document.new].map(code_span);
    let compared = review.describe_comparison(names.each_ref().map(String::as_str));
    let nothing = review.describe_empty();

    let mut out = format!(
        "### tierwall: {}\n\n{compared}{nothing}\n",
        verdict_in_bold(review)
    );
    let lines = summary_lines(document);

    if !lines.is_empty() || !document.tiers.is_empty() {
        out.push('\n');
    }

    for line in lines {
        let _ = writeln!(out, "- {}", escape_markdown(&line));
    }

    push_tiers(&document.tiers, limits, &mut out);
    let [old, new] = &links.sides;
    let (old, new) = (Linker { links, side: old }, Linker { links, side: new });
    push_connections(document, [old, new], limits, &mut out);
    push_assertions(&document.assertions, old, new, limits, &mut out);
    push_aws(review, limits, &mut out);
    push_lints(&document.lints, old, new, limits, &mut out);

    out
}

/// `- tiers: web wider, cache wider (created)`
fn push_tiers(tiers: &[TierLine<'_>], limits: Limits, out: &mut String) {
    let one = |TierLine {
                   tier,
                   state,
                   verdict,
               }: &TierLine<'_>| match *state {
        "kept" => format!("{} {verdict}", code_span(tier)),
        state => format!("{} {verdict} ({state})", code_span(tier)),
    };
    if !tiers.is_empty() {
        let all: Vec<String> = tiers.iter().map(one).collect();
        let _ = writeln!(out, "- tiers: {}", listed(&all, limits.findings));
    }
}

/// `**wider**, open to the internet`
fn verdict_in_bold(review: &Review<'_>) -> String {
    let internet = if review.document.internet {
        ", opens something to the internet"
    } else {
        ""
    };
    format!("**{}**{internet}", review.describe_verdict())
}

/// Writes links to one of the programs.
#[derive(Clone, Copy)]
struct Linker<'l> {
    links: &'l Links,
    side: &'l LinkBase,
}

impl Linker<'_> {
    /// `[shop.tier:14](https://…)`
    fn link_place(self, file: &str, line: usize) -> String {
        let LinkBase {
            revision,
            prefix,
            directory,
        } = self.side;

        let shown = code_span(&format!("{file}:{line}"));
        let Some(template) = &self.links.template else {
            return shown;
        };

        let path = file.strip_prefix(prefix.as_str()).unwrap_or(file);
        let path = lexical(Path::new(&format!("{directory}{path}")));
        let path: String = path
            .to_string_lossy()
            .chars()
            .flat_map(in_address)
            .collect();

        let line = line.to_string();
        let address = template
            .replace("{rev}", revision)
            .replace("{file}", &path)
            .replace("{line}", &line);

        format!("[{shown}]({address})")
    }

    fn link_citation(self, citation: &Citation<'_>) -> String {
        format!(
            "{} {}",
            self.link_place(citation.file, citation.line),
            code_span(&citation.text)
        )
    }

    fn link_changed_line(self, changed: &ChangedLine) -> String {
        match (&changed.file, changed.line) {
            (Some(file), Some(line)) => {
                format!(
                    "{} {}",
                    self.link_place(file, line),
                    code_span(&changed.text)
                )
            }
            (Some(_) | None, _) => code_span(&changed.text),
        }
    }
}

/// A character of a path in an address (RFC 3986, section 3.3).
fn in_address(c: char) -> Vec<char> {
    if c.is_ascii_alphanumeric() || "-._~/".contains(c) {
        return vec![c];
    }
    let mut bytes = [0; 4];
    c.encode_utf8(&mut bytes)
        .bytes()
        .flat_map(|byte| format!("%{byte:02X}").chars().collect::<Vec<_>>())
        .collect()
}

/// The connections that pass in only one of the two programs, including those of changed defaults.
fn push_connections(
    document: &Document<'_>,
    sides: [Linker<'_>; 2],
    limits: Limits,
    out: &mut String,
) {
    push_table(&table_rows(document, false, sides, limits), limits, out);
    let by_default = table_rows(document, true, sides, limits);

    if by_default.is_empty() && document.defaults.is_empty() {
        return;
    }

    out.push_str("\n**Defaults**: a deployment that sets its own values is not affected\n\n");
    for line in document.defaults.iter().take(limits.findings) {
        let _ = writeln!(
            out,
            "- {} {}",
            code_span(line.parameter),
            escape_markdown(&line.describe_change())
        );
    }

    out.push_str(&more_line(document.defaults.len(), limits));
    push_table(&by_default, limits, out);
}

/// A row of the table, as text.
struct TableRow {
    /// Whether it is gained from or to the internet: such rows are never left out or folded.
    is_shown: bool,
    text: String,
}

fn table_rows(
    document: &Document<'_>,
    by_default: bool,
    [old, new]: [Linker<'_>; 2],
    limits: Limits,
) -> Vec<TableRow> {
    let side = |what: &str, changes: &[ChangeLine<'_>], linker: Linker<'_>| {
        let sentence = |citation: &Citation<'_>| linker.link_citation(citation);
        let line = |line: &ChangedLine| linker.link_changed_line(line);
        let cited = Cited {
            most: limits.sentences,
            sentence: &sentence,
            line: &line,
        };

        let changes = changes
            .iter()
            .filter(|change| change.by_default == by_default);

        change_rows(changes, &cited)
            .iter()
            .map(|row| (row.is_public, table_row(what, row)))
            .collect::<Vec<_>>()
    };

    let gained = side("**gained**", &document.gained, new).into_iter();
    let lost = side("lost", &document.lost, old).into_iter();
    let gained = gained.map(|(is_shown, text)| TableRow { is_shown, text });

    gained
        .chain(lost.map(|(_, text)| TableRow {
            is_shown: false,
            text,
        }))
        .collect()
}

const HEAD: &str = "| | from | to | on | sentence |\n|---|---|---|---|---|\n";

fn table_row(what: &str, row: &Row) -> String {
    let mark = if row.internet { ", **internet**" } else { "" };
    let cells = [
        format!("{what}{mark}"),
        escape_markdown(&row.from()),
        escape_markdown(&row.to()),
        escape_markdown(&row.on),
    ];
    format!(
        "| {} | {} |\n",
        cells.join(" | "),
        row.because.join("<br>").replace('|', "\\|")
    )
}

/// The first rows, and the others folded, within the limits.
fn push_table(rows: &[TableRow], limits: Limits, out: &mut String) {
    if rows.is_empty() {
        return;
    }

    let [first, most] = limits.connections;
    let (mut shown, mut folded, mut left) = (String::new(), String::new(), 0);
    let mut count = rows.iter().filter(|row| row.is_shown).count();
    let mut in_fold = 0;

    for TableRow { is_shown, text } in rows {
        match (is_shown, count < first, count < most) {
            (true, _, _) => shown.push_str(text),
            (false, true, _) => shown.push_str(text),
            (false, false, true) => {
                folded.push_str(text);
                in_fold += 1;
            }
            (false, false, false) => left += 1,
        }
        count += usize::from(!is_shown);
    }

    let _ = write!(out, "\n{HEAD}{shown}");
    if in_fold > 0 {
        let _ = write!(
            out,
            "\n<details><summary>{in_fold} more</summary>\n\n{HEAD}{folded}\n</details>\n"
        );
    }

    if left > 0 {
        let _ = writeln!(out, "\nand {left} more, too many for a comment");
    }
}

fn push_assertions(
    assertions: &Assertions<'_>,
    old: Linker<'_>,
    new: Linker<'_>,
    limits: Limits,
    out: &mut String,
) {
    let Assertions {
        failing, removed, ..
    } = assertions;

    if failing.is_empty() && removed.is_empty() {
        return;
    }

    let _ = writeln!(out, "\n**Assertions**\n");
    let left = more_line(failing.len() + removed.len(), limits);
    let gone = removed
        .iter()
        .take(limits.findings.saturating_sub(failing.len()));

    for failing in failing.iter().take(limits.findings) {
        let why = failing
            .why
            .iter()
            .map(|why| format!("<br>{}", escape_markdown(why)))
            .collect::<String>();

        let _ = writeln!(
            out,
            "- {}: {}{why}",
            describe_before(failing.before),
            new.link_citation(&failing.citation)
        );
    }

    for citation in gone {
        let _ = writeln!(out, "- removed: {}", old.link_citation(citation));
    }

    out.push_str(&left);
}

/// What AWS will do, and the quota, folded, except directions that are over their quota.
fn push_aws(review: &Review<'_>, limits: Limits, out: &mut String) {
    let lines = &review.aws;
    let uses = &lines.changes.uses;
    let over: Vec<UseChange> = uses.iter().copied().filter(UseChange::is_over).collect();

    for line in lines.use_lines(&over) {
        let _ = writeln!(out, "\n**Quota**: {}", escape_markdown(&line));
    }

    if lines.changes.is_empty() {
        return;
    }

    let headline = escape_html(&lines.headline().join("; "));
    let uses = lines
        .use_lines(uses)
        .into_iter()
        .map(|line| format!("quota: {line}"));

    let rest: Vec<String> = review
        .aws_lines(limits.rules)
        .into_iter()
        .chain(uses)
        .collect();

    let _ = write!(
        out,
        "\n<details><summary>{}</summary>\n\n{}\n</details>\n",
        headline,
        code_block(&rest.join("\n"))
    );
}

fn push_lints(lints: &Lints, old: Linker<'_>, new: Linker<'_>, limits: Limits, out: &mut String) {
    let Lints { new: found, gone } = lints;
    if found.is_empty() && gone.is_empty() {
        return;
    }

    let (count, cleared) = (counted(found.len(), "new finding"), gone.len());
    let _ = writeln!(
        out,
        "\n<details><summary>Lints: {count}, {cleared} gone</summary>\n"
    );

    for (what, line, linker) in found
        .iter()
        .map(|line| ("new", line, new))
        .chain(gone.iter().map(|line| ("gone", line, old)))
        .take(limits.findings)
    {
        let LintLine {
            lint,
            level,
            message,
            place,
        } = line;
        let place = place
            .as_ref()
            .map(|place| format!("{} ", linker.link_place(&place.file, place.line)))
            .unwrap_or_default();
        let _ = writeln!(
            out,
            "- {what}: {place}{level} {}: {}",
            code_span(lint),
            escape_markdown(message)
        );
    }

    let _ = writeln!(
        out,
        "{}\n</details>",
        more_line(found.len() + gone.len(), limits)
    );
}

/// The number of omitted items, as a list item.
fn more_line(count: usize, limits: Limits) -> String {
    match count.saturating_sub(limits.findings) {
        0 => String::new(),
        left => format!("- and {left} more\n"),
    }
}
