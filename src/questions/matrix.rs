//! `tierwall matrix`: who may reach whom, on what, as a grid or as a list.

use super::words::{EndLine, Marked, PieceLine, document, end_line, kind, line, marked, piece_lines};
use crate::check::links::KindId;
use crate::check::matrix::{Cell, Matrix};
use crate::flows::csv_field;
use crate::policy::Policy;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

/// Characters that a line of a grid may take; what is wider is written as a list.
const WIDTH: usize = 120;

/// Characters that a column of a list is filled up to; what is longer in it is followed at once by the next.
const FILLED: usize = 40;

/// Senders that a line of a list names.
const NAMED: usize = 8;

/// A table of texts, the first line its head.
type Lines = Vec<Vec<String>>;

/// For people: a grid where it fits, else a list.
pub fn table(policy: &Policy) -> String {
    let matrix = Matrix::new(policy);
    let lines = laid_out(&matrix);
    let widths: Vec<usize> = widths(&lines).into_iter().map(|width| width.min(FILLED)).collect();
    let mut out = String::new();
    for line in &lines {
        let last = line.len() - 1;
        for (n, field) in line.iter().enumerate() {
            // what is last is followed by nothing
            let blanks = if n == last { 0 } else { widths[n].saturating_sub(field.chars().count()) + 2 };
            let _ = write!(out, "{field}{}", " ".repeat(blanks));
        }
        out.truncate(out.trim_end_matches(' ').len());
        out.push('\n');
    }
    out + &legend(&matrix, &lines)
}

/// The same in Markdown.
pub fn markdown(policy: &Policy) -> String {
    let matrix = Matrix::new(policy);
    let lines = laid_out(&matrix);
    let mut out = String::new();
    for (n, line) in lines.iter().enumerate() {
        let _ = writeln!(out, "| {} |", line.join(" | "));
        if n == 0 {
            let _ = writeln!(out, "|{}", "---|".repeat(line.len()));
        }
    }
    out + &legend(&matrix, &lines)
}

fn legend(matrix: &Matrix, lines: &Lines) -> String {
    let mut out = String::new();
    if lines.iter().skip(1).flatten().any(|field| field.contains('?')) {
        out += "\n?: for some of their addresses only, or it depends on what is not known\n";
    }
    if matrix.left_out > 0 {
        let count = in_thousands(matrix.left_out);
        let _ = writeln!(
            out,
            "\n{count} addresses that sentences name are left out: give them names as networks to see them"
        );
    }
    out
}

/// `1,200`
fn in_thousands(count: usize) -> String {
    let digits = count.to_string();
    let blocks = digits.as_bytes().rchunks(3).rev().map(|block| String::from_utf8_lossy(block).into_owned());
    blocks.collect::<Vec<_>>().join(",")
}

fn widths(lines: &Lines) -> Vec<usize> {
    let columns = lines.first().map_or(0, Vec::len);
    let width = |n: usize| lines.iter().map(|line| line[n].chars().count()).max().unwrap_or(0);
    (0..columns).map(width).collect()
}

fn laid_out(matrix: &Matrix) -> Lines {
    let words = words(matrix);
    let tiers = matrix.tiers;
    let mut receivers: Vec<usize> = matrix.cells.iter().map(|cell| cell.to).chain(0..tiers).collect();
    receivers.sort_unstable();
    receivers.dedup();
    // with two blanks between columns, and something in each of them
    if receivers.len() <= WIDTH / 3 {
        let grid = grid(matrix, &words, &receivers);
        let width: usize = widths(&grid).iter().map(|width| width + 2).sum();
        if width <= WIDTH + 2 {
            return grid;
        }
    }
    list(matrix, &words)
}

/// What passes, in words, by its id.
fn words(matrix: &Matrix) -> HashMap<KindId, String> {
    let mut words = HashMap::new();
    for cell in &matrix.cells {
        words.entry(cell.kind).or_insert_with(|| line(&marked(matrix.kind(cell.kind))));
    }
    words
}

/// A line for each sender, a column for each receiver. Tiers and the internet are there in any case.
fn grid(matrix: &Matrix, words: &HashMap<KindId, String>, receivers: &[usize]) -> Lines {
    let name = |end: usize| matrix.ends[end].name.clone();
    let cells: HashMap<(usize, usize), KindId> =
        matrix.cells.iter().map(|cell| ((cell.from, cell.to), cell.kind)).collect();
    let mut senders: Vec<usize> = matrix.cells.iter().map(|cell| cell.from).chain(0..=matrix.tiers).collect();
    senders.sort_unstable();
    senders.dedup();
    let mut lines = vec![vec!["FROM \\ TO".to_string()]];
    lines[0].extend(receivers.iter().map(|to| name(*to)));
    for from in senders {
        let cell = |to: &usize| match cells.get(&(from, *to)) {
            Some(kind) => words[kind].clone(),
            None if from >= matrix.tiers && *to >= matrix.tiers => String::new(),
            None => "-".to_string(),
        };
        lines.push(std::iter::once(name(from)).chain(receivers.iter().map(cell)).collect());
    }
    lines
}

/// A line for each receiver and what may pass to it, with all the senders of which that is true.
fn list(matrix: &Matrix, words: &HashMap<KindId, String>) -> Lines {
    let mut lines = vec![["TO", "ON", "FROM"].map(str::to_string).to_vec()];
    let mut groups: BTreeMap<usize, Vec<(KindId, Vec<usize>)>> = BTreeMap::new();
    for Cell { from, to, kind } in &matrix.cells {
        let of_it = groups.entry(*to).or_default();
        match of_it.iter_mut().find(|(other, _)| other == kind) {
            Some((_, senders)) => senders.push(*from),
            None => of_it.push((*kind, vec![*from])),
        }
    }
    for (to, of_it) in groups {
        for (kind, senders) in of_it {
            let on = words[&kind].clone();
            lines.push(vec![matrix.ends[to].name.clone(), on, together(matrix, &senders)]);
        }
    }
    lines
}

/// `every tier but db, internet`, `app, web and 37 more`
fn together(matrix: &Matrix, ends: &[usize]) -> String {
    let (tiers, others): (Vec<usize>, Vec<usize>) = ends.iter().partition(|end| **end < matrix.tiers);
    let names = |ends: &[usize]| ends.iter().map(|end| matrix.ends[*end].name.clone()).collect::<Vec<_>>();
    let left: Vec<usize> = (0..matrix.tiers).filter(|tier| tiers.binary_search(tier).is_err()).collect();
    let mut parts = match left.len() {
        0 if tiers.len() > 1 => vec!["every tier".to_string()],
        // only where that says less
        1..=3 if tiers.len() > 2 * left.len() + 1 => vec![format!("every tier but {}", names(&left).join(" and "))],
        _ => names(&tiers),
    };
    parts.extend(names(&others));
    match parts.len().checked_sub(NAMED) {
        Some(more @ 1..) => format!("{} and {more} more", parts[..NAMED].join(", ")),
        Some(0) | None => parts.join(", "),
    }
}

/// As comma-separated values (RFC 4180): a line for each pair between which something may pass, a header first.
pub fn csv(policy: &Policy) -> String {
    let matrix = Matrix::new(policy);
    let mut out = String::from("from,from_kind,to,to_kind,passes,perhaps\r\n");
    let mut known: HashMap<KindId, [String; 2]> = HashMap::new();
    for Cell { from, to, kind: id } in &matrix.cells {
        let [passes, perhaps] = known.entry(*id).or_insert_with(|| {
            let (sure, mut perhaps): (Vec<Marked>, Vec<Marked>) =
                marked(matrix.kind(*id)).into_iter().partition(|piece| piece.certain);
            // the column says so
            perhaps.iter_mut().for_each(|piece| piece.certain = true);
            [line(&sure), line(&perhaps)]
        });
        let [from, to] = [from, to].map(|end| &matrix.ends[*end]);
        let fields = [&from.name, kind(from), &to.name, kind(to), passes, perhaps];
        let fields = fields.map(|field| csv_field(field.to_string()));
        out += &fields.join(",");
        out += "\r\n";
    }
    out
}

#[derive(Serialize)]
struct Document<'p> {
    format: u32,
    stack: &'p str,
    left_out: usize,
    ends: Vec<EndLine<'p>>,
    pairs: Vec<PairLine<'p>>,
}

#[derive(Serialize)]
struct PairLine<'p> {
    from: EndLine<'p>,
    to: EndLine<'p>,
    on: Vec<PieceLine>,
}

/// As JSON, format 1: documented in `docs/outputs.md`, and stable.
pub fn json(policy: &Policy) -> String {
    let matrix = Matrix::new(policy);
    let pair = |cell: &Cell| PairLine {
        from: end_line(&matrix.ends[cell.from]),
        to: end_line(&matrix.ends[cell.to]),
        on: piece_lines(&marked(matrix.kind(cell.kind))),
    };
    document(&Document {
        format: 1,
        stack: &policy.stack.name,
        left_out: matrix.left_out,
        ends: matrix.ends.iter().map(end_line).collect(),
        pairs: matrix.cells.iter().map(pair).collect(),
    })
}
