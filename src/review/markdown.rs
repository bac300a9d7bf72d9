//! A review as the comment on a pull request.

use super::Review;
use super::document::{ChangeLine, Document};
use super::findings::{Assertions, LintLine, Lints};
use super::text::{aws_lines, because, compared, marks, standing, summary};
use crate::changes::{Lines, UseChange};
use crate::diagnostic::counted;
use crate::said::Said;
use crate::source::lexical;
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

/// Connections that are shown before the rest is folded.
const SHOWN: usize = 25;
/// Connections that are shown at all: a comment has at most 65,536 characters on GitHub.
const MOST: usize = 150;

/// As Markdown that GitHub and GitLab show alike.
pub fn markdown(review: &Review<'_>, links: &Links) -> String {
    let Review { document, aws: told } = review;
    let compared = compared(&code(document.new), &code(document.old), document.verdict);
    let mut out = format!("### tierwall: {}\n\n{compared}\n", verdict(document));
    let lines = summary(document);
    if !lines.is_empty() {
        out.push('\n');
    }
    for line in lines {
        let _ = writeln!(out, "- {}", escaped(&line));
    }
    let [old, new] = &links.sides;
    let (old, new) = (Linker { links, side: old }, Linker { links, side: new });
    connections(document, old, new, &mut out);
    assertions(&document.assertions, old, new, &mut out);
    aws(told, &mut out);
    lints(&document.lints, old, new, &mut out);
    out
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

fn connections(document: &Document<'_>, old: Linker<'_>, new: Linker<'_>, out: &mut String) {
    let gained = document.gained.iter().map(|change| row("**gained**", change, new));
    let lost = document.lost.iter().map(|change| row("lost", change, old));
    let rows: Vec<String> = gained.chain(lost).take(MOST).collect();
    if rows.is_empty() {
        return;
    }
    let (first, rest) = rows.split_at(rows.len().min(SHOWN));
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

fn row(what: &str, change: &ChangeLine<'_>, linker: Linker<'_>) -> String {
    let marks = marks(change).iter().map(|mark| format!(", **{mark}**")).collect::<String>();
    let what = format!("{what}{marks}");
    let said = because(change, 4, |said| linker.said(said));
    let cells = [what, escaped(&change.from.to_string()), escaped(&change.to.to_string()), escaped(&change.on)];
    format!("| {} | {} |\n", cells.join(" | "), said.join("<br>").replace('|', "\\|"))
}

fn assertions(assertions: &Assertions<'_>, old: Linker<'_>, new: Linker<'_>, out: &mut String) {
    let Assertions { failing, removed, .. } = assertions;
    if failing.is_empty() && removed.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n**Assertions**\n");
    for failing in failing {
        let why = failing.why.iter().map(|why| format!("<br>{}", escaped(why))).collect::<String>();
        let _ = writeln!(out, "- {}: {}{why}", standing(failing.before), new.said(&failing.said));
    }
    for said in removed {
        let _ = writeln!(out, "- removed: {}", old.said(said));
    }
}

/// What AWS will do, and the quota, folded; sides that are over their quota are not.
fn aws(lines: &Lines<'_>, out: &mut String) {
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
    let rest: Vec<String> = aws_lines(lines).into_iter().chain(uses).collect();
    let _ = write!(out, "\n<details><summary>{}</summary>\n\n{}\n</details>\n", headline, block(&rest.join("\n")));
}

fn lints(lints: &Lints, old: Linker<'_>, new: Linker<'_>, out: &mut String) {
    let Lints { new: found, gone } = lints;
    if found.is_empty() && gone.is_empty() {
        return;
    }
    let (count, cleared) = (counted(found.len(), "new finding"), gone.len());
    let _ = writeln!(out, "\n<details><summary>Lints: {count}, {cleared} gone</summary>\n");
    for (what, line, linker) in
        found.iter().map(|line| ("new", line, new)).chain(gone.iter().map(|line| ("gone", line, old)))
    {
        let LintLine { lint, level, message, place } = line;
        let place =
            place.as_ref().map(|place| format!("{} ", linker.place(&place.file, place.line))).unwrap_or_default();
        let _ = writeln!(out, "- {what}: {place}{level} {}: {}", code(lint), escaped(message));
    }
    let _ = writeln!(out, "\n</details>");
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
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let blank = if longest > 0 { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// Text that means nothing to Markdown but its code spans.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for (n, part) in text.split('`').enumerate() {
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
