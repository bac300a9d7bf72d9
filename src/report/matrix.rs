//! `tierwall matrix`: who may reach whom, on what, as a grid or as a list.

use super::paint::{Paint, Tone};
use super::words::{
    EndLine, PieceLine, end_kind, end_line, join_pieces, passing_pieces, piece_lines, split_certain,
};
use crate::analysis::matrix::{Matrix, MatrixCell, Senders};
use crate::analysis::reachability::PassingId;
use crate::policy::{Policy, TierId};
use crate::report::flows::csv_field;
use serde::{Serialize, Serializer};
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::io;

/// The maximum width of a grid without a terminal; a wider one is written as a list.
pub const WIDTH: usize = 120;

/// A column of a list is padded to at most this fraction of the width; longer fields are not
/// padded.
const FILLED: usize = 3;

/// The maximum number of senders in a line of a list.
const NAMED: usize = 8;

/// A table of texts; the first line is its header.
type Lines = Vec<Vec<String>>;

/// For people: a grid if it fits `width`, else a list.
pub fn matrix_table(policy: &Policy, width: usize, paint: Paint) -> String {
    let matrix = Matrix::new(policy);
    let lines = lay_out_lines(&matrix, width);
    let mut widths = column_widths(&lines);

    // the fields of a list can be longer than its columns, those of a grid are aligned
    if widths.iter().map(|column| column + 2).sum::<usize>() > width + 2 {
        widths
            .iter_mut()
            .for_each(|column| *column = (*column).min(width / FILLED));
    }

    let mut out = String::new();
    for (row, line) in lines.iter().enumerate() {
        push_line(line, row, &widths, paint, &mut out);
    }

    out + &explain_marks(policy, &matrix, &lines)
}

fn push_line(line: &[String], row: usize, widths: &[usize], paint: Paint, out: &mut String) {
    // no padding after the last non-empty field
    let last = line.iter().rposition(|field| !field.is_empty());
    let shown = last.map_or(0, |last| last + 1);

    for (n, field) in line[..shown].iter().enumerate() {
        let blanks = if n + 1 == shown {
            0
        } else {
            widths[n].saturating_sub(field.chars().count()) + 2
        };
        out.push_str(&paint_field(paint, row, n, field));
        out.push_str(&" ".repeat(blanks));
    }

    out.push('\n');
}

/// Colours a field of a table: header, names of lines, and traffic that is not certain.
fn paint_field(paint: Paint, row: usize, column: usize, field: &str) -> String {
    match field {
        _ if row == 0 || column == 0 => paint.paint_text(Tone::Head, field),
        "-" => paint.paint_text(Tone::Faint, field),
        field if field.contains('?') => paint.paint_text(Tone::Doubtful, field),
        field => field.to_string(),
    }
}

/// The same in Markdown.
pub fn matrix_markdown(policy: &Policy) -> String {
    let matrix = Matrix::new(policy);
    let lines = lay_out_lines(&matrix, WIDTH);
    let mut out = String::new();
    for (n, line) in lines.iter().enumerate() {
        let _ = writeln!(out, "| {} |", line.join(" | "));
        if n == 0 {
            let _ = writeln!(out, "|{}", "---|".repeat(line.len()));
        }
    }
    out + &explain_marks(policy, &matrix, &lines)
}

fn explain_marks(policy: &Policy, matrix: &Matrix<'_>, lines: &Lines) -> String {
    let mut out = String::new();
    let mut fields = lines.iter().skip(1).flatten();

    if fields.any(|field| field.contains('?')) {
        out += "\n?: only for some of their addresses, or depending on something unknown\n";
    }

    for id in policy.tier_ids() {
        let carriers = policy.members.other_carriers(id);
        if !carriers.is_empty() {
            let (name, carriers) = (&policy.tier(id).name, list_tiers(policy, carriers));
            let _ = writeln!(
                out,
                "\n{name}: only its own members; those of {carriers} carry its group too (also), \
                 and have lines of their own"
            );
        }
    }

    if matrix.left_out > 0 {
        let count = in_thousands(matrix.left_out);
        let _ = writeln!(
            out,
            "\n{count} addresses in sentences are omitted: declare them as networks to see them"
        );
    }

    out
}

/// `ci, mongo and 3 more`
fn list_tiers(policy: &Policy, tiers: &[TierId]) -> String {
    let shown = tiers.iter().take(NAMED);
    let names: Vec<&str> = shown.map(|id| policy.tier(*id).name.as_str()).collect();
    match tiers.len() - names.len() {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// `1,200`
fn in_thousands(count: usize) -> String {
    let digits = count.to_string();
    let blocks = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|block| String::from_utf8_lossy(block).into_owned());
    blocks.collect::<Vec<_>>().join(",")
}

fn column_widths(lines: &Lines) -> Vec<usize> {
    let columns = lines.first().map_or(0, Vec::len);
    let width = |n: usize| {
        lines
            .iter()
            .map(|line| line[n].chars().count())
            .max()
            .unwrap_or(0)
    };
    (0..columns).map(width).collect()
}

fn lay_out_lines(matrix: &Matrix<'_>, width: usize) -> Lines {
    // each column has at least one character and two blanks
    let columns = width / 3;
    if matrix.tiers <= columns
        && let Some(grid) = grid_lines(matrix, columns)
    {
        let needed: usize = column_widths(&grid).iter().map(|column| column + 2).sum();
        if needed <= width + 2 {
            return grid;
        }
    }
    list_lines(matrix)
}

/// Passing traffic as text, cached.
struct PassingWords<'m> {
    matrix: &'m Matrix<'m>,
    known: HashMap<PassingId, String>,
}

impl<'m> PassingWords<'m> {
    fn new(matrix: &'m Matrix<'m>) -> PassingWords<'m> {
        PassingWords {
            matrix,
            known: HashMap::new(),
        }
    }

    fn words_for(&mut self, passing: PassingId) -> &str {
        self.known
            .entry(passing)
            .or_insert_with(|| join_pieces(&passing_pieces(self.matrix.passing(passing))))
    }
}

/// A line for each sender and a column for each receiver; `None` if there are too many. Tiers and
/// the internet are always included.
fn grid_lines(matrix: &Matrix<'_>, most: usize) -> Option<Lines> {
    let name = |end: usize| matrix.ends()[end].name.clone();
    let mut words = PassingWords::new(matrix);
    let cells: HashMap<(usize, usize), PassingId> = matrix
        .cells()
        .map(|cell| ((cell.from, cell.to), cell.passing))
        .collect();

    let with = |always: usize, ends: &mut dyn Iterator<Item = usize>| {
        (0..always).chain(ends).collect::<BTreeSet<_>>()
    };
    let receivers = with(matrix.tiers, &mut cells.keys().map(|(_, to)| *to));

    if receivers.len() > most {
        return None;
    }

    let senders = with(matrix.tiers + 1, &mut cells.keys().map(|(from, _)| *from));
    let mut lines = vec![vec!["FROM \\ TO".to_string()]];
    lines[0].extend(receivers.iter().map(|to| name(*to)));

    for from in senders {
        let cell = |to: &usize| match cells.get(&(from, *to)) {
            Some(kind) => words.words_for(*kind).to_string(),
            None if from >= matrix.tiers && *to >= matrix.tiers => String::new(),
            None => "-".to_string(),
        };
        lines.push(
            std::iter::once(name(from))
                .chain(receivers.iter().map(cell))
                .collect(),
        );
    }

    Some(lines)
}

/// A line for each receiver and traffic that may pass to it, with all senders of that traffic.
fn list_lines(matrix: &Matrix<'_>) -> Lines {
    let mut lines = vec![["TO", "ON", "FROM"].map(str::to_string).to_vec()];
    let mut words = PassingWords::new(matrix);
    for (to, end) in matrix.ends().iter().enumerate() {
        for senders in matrix.senders_to(to) {
            lines.push(vec![
                end.name.clone(),
                words.words_for(senders.passing).to_string(),
                join_senders(matrix, to, &senders),
            ]);
        }
    }
    lines
}

/// `every tier but db, internet`, `app, web and 37 more`
fn join_senders(matrix: &Matrix<'_>, to: usize, senders: &Senders<'_>) -> String {
    let names = |ends: Vec<usize>| {
        ends.into_iter()
            .map(|end| matrix.ends()[end].name.clone())
            .collect::<Vec<_>>()
    };

    let (tiers, others) = (senders.tiers.len(), senders.others.len());
    let left = matrix.tiers - tiers;
    let (mut parts, count) = match left {
        0 if tiers > 1 => (vec!["every tier".to_string()], 1),
        // only if that is shorter
        1..=3 if tiers > 2 * left + 1 => {
            let but = names(matrix.other_tiers(to, senders)).join(" and ");
            (vec![format!("every tier but {but}")], 1)
        }
        _ => (names(senders.tiers.first_positions(NAMED)), tiers),
    };

    parts.extend(names(senders.others.first_positions(NAMED - parts.len())));
    match count + others - parts.len() {
        0 => parts.join(", "),
        more => format!("{} and {more} more", parts.join(", ")),
    }
}

/// As comma-separated values (RFC 4180): a line for each pair between which traffic may pass, the
/// header first.
pub fn matrix_csv(policy: &Policy, out: &mut impl io::Write) -> io::Result<()> {
    let matrix = Matrix::new(policy);
    out.write_all(b"from,from_kind,to,to_kind,passes,perhaps\r\n")?;
    let ends: Vec<String> = matrix
        .ends()
        .iter()
        .map(|end| format!("{},{}", csv_field(end.name.clone()), end_kind(end)))
        .collect();

    let mut known: HashMap<PassingId, String> = HashMap::new();
    for MatrixCell { from, to, passing } in matrix.cells() {
        let passes = known.entry(passing).or_insert_with(|| {
            let pieces = split_certain(passing_pieces(matrix.passing(passing)));
            pieces.map(|it| csv_field(join_pieces(&it))).join(",")
        });
        write!(out, "{},{},{passes}\r\n", ends[from], ends[to])?;
    }

    Ok(())
}

#[derive(Serialize)]
struct MatrixDocument<'p> {
    format: u32,
    stack: &'p str,
    left_out: usize,
    ends: Vec<EndLine<'p>>,
    pairs: Pairs<'p>,
}

/// The pairs, computed when they are written.
struct Pairs<'m>(&'m Matrix<'m>);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Pairs(matrix) = self;
        serializer.collect_seq(matrix.cells().map(|cell| PairLine {
            from: end_line(&matrix.ends()[cell.from]),
            to: end_line(&matrix.ends()[cell.to]),
            on: piece_lines(&passing_pieces(matrix.passing(cell.passing))),
        }))
    }
}

#[derive(Serialize)]
struct PairLine<'p> {
    from: EndLine<'p>,
    to: EndLine<'p>,
    on: Vec<PieceLine>,
}

/// As JSON, format 1: documented in `docs/outputs.md`, and stable.
pub fn matrix_json(policy: &Policy, out: &mut impl io::Write) -> io::Result<()> {
    let matrix = Matrix::new(policy);
    let document = MatrixDocument {
        format: 1,
        stack: &policy.stack.name,
        left_out: matrix.left_out,
        ends: matrix.ends().iter().map(end_line).collect(),
        pairs: Pairs(&matrix),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}
