//! A review as the comment on a pull request.

use super::Review;
use super::document::{ChangeLine, Document, TierLine};
use super::findings::{Assertions, LintLine, Lints};
use super::text::{aws_lines, because, compared, marks, standing, summary};
use crate::changes::{Lines, UseChange};
use crate::diagnostic::{counted, listed};
use crate::said::Said;
use crate::source::{lexical, visible};
use std::fmt::Write;
use std::path::Path;

/// Where the lines of the two programs can be looked at.
#[derive(Debug, Default)]
pub struct Links {
    /// `https://github.com/acme/shop/blob/{rev}/{file}#L{line}`; without it lines are named and link nowhere.
    pub template: Option<String>,
    /// Of the old program, and of the new one.
    pub sides: [Side; 2],
}

/// How the files of one of the two programs are linked to.
#[derive(Debug, Default)]
pub struct Side {
    /// What stands for `{rev}`.
    pub revision: String,
    /// What the names of its files start with, and `{file}` does not.
    pub prefix: String,
    /// The directory that they start from, in the repository: empty, or with `/` at its end.
    pub directory: String,
}

/// How much is shown.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Connections before the rest is folded, and at all.
    connections: [usize; 2],
    /// Sentences of a connection.
    sentences: usize,
    /// Rules of AWS.
    rules: usize,
    /// Assertions, and findings of lints.
    findings: usize,
}

/// From much to little.
const LIMITS: [Limits; 3] = [
    Limits { connections: [25, 150], sentences: 4, rules: 60, findings: 60 },
    Limits { connections: [15, 40], sentences: 2, rules: 20, findings: 20 },
    Limits { connections: [8, 8], sentences: 1, rules: 5, findings: 5 },
];

/// A comment, at several lengths, the longest first.
#[derive(Debug)]
pub struct Comment([String; 3]);

impl Comment {
    /// The longest that is within so many bytes, else the shortest: GitHub takes 65,536 characters.
    pub fn within(&self, room: usize) -> &str {
        let Comment([much, some, little]) = self;
        [much, some].into_iter().find(|text| text.len() <= room).unwrap_or(little)
    }
}

/// As Markdown that GitHub and GitLab show alike.
pub fn markdown(review: &Review<'_>, links: &Links) -> Comment {
    Comment(LIMITS.map(|limits| within(review, links, limits)))
}

fn within(review: &Review<'_>, links: &Links, limits: Limits) -> String {
    let Review { document, aws: told } = review;
    let compared = compared(&code(document.new), &code(document.old), document.verdict);
    let nothing = if review.is_empty() { ", and AWS has nothing to do" } else { "" };
    let mut out = format!("### tierwall: {}\n\n{compared}{nothing}\n", verdict(document));
    let lines = summary(document);
    if !lines.is_empty() || !document.tiers.is_empty() {
        out.push('\n');
    }
    for line in lines {
        let _ = writeln!(out, "- {}", escaped(&line));
    }
    tiers(&document.tiers, limits, &mut out);
    let [old, new] = &links.sides;
    let (old, new) = (Linker { links, side: old }, Linker { links, side: new });
    connections(document, old, new, limits, &mut out);
    assertions(&document.assertions, old, new, limits, &mut out);
    aws(told, limits, &mut out);
    lints(&document.lints, old, new, limits, &mut out);
    out
}

/// `- tiers: web wider, cache wider (created)`
fn tiers(tiers: &[TierLine<'_>], limits: Limits, out: &mut String) {
    let one = |TierLine { tier, state, verdict }: &TierLine<'_>| match *state {
        "kept" => format!("{} {verdict}", code(tier)),
        state => format!("{} {verdict} ({state})", code(tier)),
    };
    if !tiers.is_empty() {
        let all: Vec<String> = tiers.iter().map(one).collect();
        let _ = writeln!(out, "- tiers: {}", listed(&all, limits.findings));
    }
}

/// `**wider**, open to the internet`
fn verdict(document: &Document<'_>) -> String {
    let internet = if document.internet { ", opens something to the internet" } else { "" };
    format!("**{}**{internet}", document.verdict)
}

/// How one of the programs is linked to.
#[derive(Clone, Copy)]
struct Linker<'l> {
    links: &'l Links,
    side: &'l Side,
}

impl Linker<'_> {
    /// `[shop.tier:14](https://…)`
    fn place(self, file: &str, line: usize) -> String {
        let Side { revision, prefix, directory } = self.side;
        let shown = code(&format!("{file}:{line}"));
        let Some(template) = &self.links.template else { return shown };
        let path = file.strip_prefix(prefix.as_str()).unwrap_or(file);
        let path = lexical(Path::new(&format!("{directory}{path}")));
        let path: String = path.to_string_lossy().chars().flat_map(in_address).collect();
        let line = line.to_string();
        let address = template.replace("{rev}", revision).replace("{file}", &path).replace("{line}", &line);
        format!("[{shown}]({address})")
    }

    fn said(self, said: &Said<'_>) -> String {
        format!("{} {}", self.place(said.file, said.line), code(&said.text))
    }
}

/// A character of a path in an address (RFC 3986, section 3.3).
fn in_address(c: char) -> Vec<char> {
    if c.is_ascii_alphanumeric() || "-._~/".contains(c) {
        return vec![c];
    }
    let mut bytes = [0; 4];
    c.encode_utf8(&mut bytes).bytes().flat_map(|byte| format!("%{byte:02X}").chars().collect::<Vec<_>>()).collect()
}

fn connections(document: &Document<'_>, old: Linker<'_>, new: Linker<'_>, limits: Limits, out: &mut String) {
    let gained = document.gained.iter().map(|change| row("**gained**", change, new, limits));
    let lost = document.lost.iter().map(|change| row("lost", change, old, limits));
    let rows: Vec<String> = gained.chain(lost).take(limits.connections[1]).collect();
    if rows.is_empty() {
        return;
    }
    let (first, rest) = rows.split_at(rows.len().min(limits.connections[0]));
    let _ = write!(out, "\n{HEAD}{}", first.concat());
    if !rest.is_empty() {
        let _ =
            write!(out, "\n<details><summary>{} more</summary>\n\n{HEAD}{}\n</details>\n", rest.len(), rest.concat());
    }
    let left = document.gained.len() + document.lost.len() - rows.len();
    if left > 0 {
        let _ = writeln!(out, "\nand {left} more, which are too many for a comment");
    }
}

const HEAD: &str = "| | from | to | on | said by |\n|---|---|---|---|---|\n";

fn row(what: &str, change: &ChangeLine<'_>, linker: Linker<'_>, limits: Limits) -> String {
    let marks = marks(change).iter().map(|mark| format!(", **{mark}**")).collect::<String>();
    let what = format!("{what}{marks}");
    let said = because(change, limits.sentences, |said| linker.said(said));
    let cells = [what, escaped(&change.from.to_string()), escaped(&change.to.to_string()), escaped(&change.on)];
    format!("| {} | {} |\n", cells.join(" | "), said.join("<br>").replace('|', "\\|"))
}

fn assertions(assertions: &Assertions<'_>, old: Linker<'_>, new: Linker<'_>, limits: Limits, out: &mut String) {
    let Assertions { failing, removed, .. } = assertions;
    if failing.is_empty() && removed.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n**Assertions**\n");
    let left = more(failing.len() + removed.len(), limits);
    let gone = removed.iter().take(limits.findings.saturating_sub(failing.len()));
    for failing in failing.iter().take(limits.findings) {
        let why = failing.why.iter().map(|why| format!("<br>{}", escaped(why))).collect::<String>();
        let _ = writeln!(out, "- {}: {}{why}", standing(failing.before), new.said(&failing.said));
    }
    for said in gone {
        let _ = writeln!(out, "- removed: {}", old.said(said));
    }
    out.push_str(&left);
}

/// What AWS will do, and the quota, folded; sides that are over their quota are not.
fn aws(lines: &Lines<'_>, limits: Limits, out: &mut String) {
    let uses = &lines.changes.uses;
    let over: Vec<UseChange> = uses.iter().copied().filter(UseChange::is_over).collect();
    for line in lines.uses(&over) {
        let _ = writeln!(out, "\n**Quota**: {}", escaped(&line));
    }
    if lines.changes.is_empty() {
        return;
    }
    let headline = in_html(&lines.headline().join("; "));
    let uses = lines.uses(uses).into_iter().map(|line| format!("quota: {line}"));
    let rest: Vec<String> = aws_lines(lines, limits.rules).into_iter().chain(uses).collect();
    let _ = write!(out, "\n<details><summary>{}</summary>\n\n{}\n</details>\n", headline, block(&rest.join("\n")));
}

fn lints(lints: &Lints, old: Linker<'_>, new: Linker<'_>, limits: Limits, out: &mut String) {
    let Lints { new: found, gone } = lints;
    if found.is_empty() && gone.is_empty() {
        return;
    }
    let (count, cleared) = (counted(found.len(), "new finding"), gone.len());
    let _ = writeln!(out, "\n<details><summary>Lints: {count}, {cleared} gone</summary>\n");
    for (what, line, linker) in found
        .iter()
        .map(|line| ("new", line, new))
        .chain(gone.iter().map(|line| ("gone", line, old)))
        .take(limits.findings)
    {
        let LintLine { lint, level, message, place } = line;
        let place =
            place.as_ref().map(|place| format!("{} ", linker.place(&place.file, place.line))).unwrap_or_default();
        let _ = writeln!(out, "- {what}: {place}{level} {}: {}", code(lint), escaped(message));
    }
    let _ = writeln!(out, "{}\n</details>", more(found.len() + gone.len(), limits));
}

/// How many are left out, as an item of a list.
fn more(count: usize, limits: Limits) -> String {
    match count.saturating_sub(limits.findings) {
        0 => String::new(),
        left => format!("- and {left} more\n"),
    }
}

/// Lines as code, whatever is in them.
fn block(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}\n{text}\n{fence}\n")
}

/// Text in a tag of HTML.
fn in_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Text as code, whatever is in it.
fn code(text: &str) -> String {
    let text = visible(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let blank = if longest > 0 { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// Text that means nothing to Markdown but its code spans.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for (n, part) in text.split('`').enumerate() {
        if n % 2 == 1 && part.is_empty() {
            // two backticks would start a span that ends elsewhere
            out.push_str("\\`\\`");
            continue;
        }
        if n % 2 == 1 {
            let _ = write!(out, "`{}`", part.replace('|', "\\|"));
            continue;
        }
        for c in part.chars() {
            if "\\*_[]<>|#@".contains(c) {
                out.push('\\');
            }
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{code, escaped};

    #[test]
    fn text_is_text_whatever_it_holds() {
        for (text, shown) in [
            ("`web` @all <!-- a_b", "`web` \\@all \\<!-- a\\_b"),
            ("a|b `c|d`", "a\\|b `c\\|d`"),
            ("```<img>`", "\\`\\``<img>`"),
            ("left `open @all", "left `open @all`"),
        ] {
            assert_eq!(escaped(text), shown);
        }
    }

    #[test]
    fn code_ends_where_it_ends() {
        for (text, shown) in [("a", "`a`"), ("`", "`` ` ``"), ("a``b", "``` a``b ```"), ("a\n\n<!--", "`a\\n\\n<!--`")]
        {
            assert_eq!(code(text), shown);
        }
    }
}
