//! `tierwall diff`

use super::args::{Exit, ProgramOptions, ProjectOptions};
use super::git::CommitRange;
use super::program::{run_options, worst_exit};
use super::terminal::Terminal;
use super::versions::{Origin, open_versions, pair_origins};
use clap::{Args, ValueEnum};
use tierwall::diagnostic::{Level, Problem, listed};
use tierwall::driver::compare::{Comparison, Incomparable, Revision, review_together};
use tierwall::driver::plan_jobs;
use tierwall::lint::Levels;
use tierwall::report::review::{
    self, Comment, EnvironmentName, EnvironmentReview, Links, Review, split_environments,
};

/// The arguments of `diff`.
#[derive(Args)]
pub struct Diff {
    /// The old and the new program; with `--git`, one program, all that `tierwall.toml` lists,
    /// or one program under its old and its new name
    #[arg(num_args = 0..=2, value_names = ["OLD", "NEW"])]
    files: Vec<String>,
    /// Compare with a commit: `main`, `main...` (its merge base with HEAD), `v1..v2`
    #[arg(long, value_name = "REV")]
    git: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t = ReviewFormat::Text)]
    format: ReviewFormat,
    /// Exit with 1 if the change does this; separate several with commas: `wider,replace`
    #[arg(long, value_enum, value_delimiter = ',', value_name = "CHANGE")]
    deny: Vec<Denied>,
    /// Link to lines in Markdown: a URL with `{rev}`, `{file}` and `{line}`
    #[arg(long, value_name = "URL")]
    link: Option<String>,
    #[command(flatten)]
    listed: ProjectOptions,
    #[command(flatten)]
    with: ProgramOptions,
}

/// Output formats of `diff`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReviewFormat {
    /// For people
    Text,
    /// For a comment on a pull request; `md` for short
    #[value(alias = "md")]
    Markdown,
    /// For programs; documented and stable
    Json,
}

/// Changes that `--deny` can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Denied {
    /// Allow traffic that was not allowed before
    Wider,
    /// Open traffic from or to the internet
    Internet,
    /// Replace a security group, or delete it and create one with the same rules
    Replace,
    /// Delete a security group
    Delete,
    /// Change anything: allowed connections, or resources in AWS
    Any,
}

/// The maximum size of a comment on GitHub is 65,536 characters; this leaves some for the text
/// around it.
const ROOM: usize = 60_000;

/// Runs it.
pub fn run(diff: &Diff, terminal: &Terminal) -> Exit {
    compare_programs(diff, terminal).unwrap_or_else(|exit| exit)
}

fn compare_programs(diff: &Diff, terminal: &Terminal) -> Result<Exit, Exit> {
    let range = diff
        .git
        .as_deref()
        .map(CommitRange::parse_range)
        .transpose()
        .map_err(|why| terminal.report_failure(&why))?;

    let files = diff.files.as_slice();
    let sides = open_versions(
        files,
        diff.listed.manifest.as_deref(),
        &diff.with,
        range.as_ref(),
        terminal,
    )?;

    let options = run_options(Levels::default(), &diff.with, false);
    let [olds, news] = sides
        .opened
        .each_ref()
        .map(|opened| plan_jobs(&opened.project, &options));
    let origins = pair_origins(&olds, &news, sides.commits, files.len() == 2);
    let (mut exit, mut shown, mut denied) = (Exit::Done, Vec::new(), Vec::new());

    let is_same_program =
        |one: &[Origin<'_>; 2], other: &[Origin<'_>; 2]| one[1].file() == other[1].file();
    for pairs in origins.chunk_by(is_same_program) {
        let reviewed = review_program(pairs, diff, terminal);
        exit = exit.max(reviewed.exit);
        shown.extend(reviewed.shown);
        denied.extend(reviewed.denied);
    }

    exit = exit.max(terminal.print_bytes(join_shown(&shown, diff).as_bytes()));
    for words in &denied {
        terminal.report_outcome(words);
        exit = exit.max(Exit::Program);
    }

    Ok(exit)
}

/// What is shown of one program.
struct Reviewed {
    exit: Exit,
    shown: Vec<Shown>,
    /// Messages about changes that `--deny` names.
    denied: Vec<String>,
}

/// A review in the format of the command line.
struct Shown {
    text: ReviewText,
    /// Its name, if nothing changes at all.
    same: Option<String>,
}

/// The text of a review; Markdown can be shortened to fit.
enum ReviewText {
    Whole(String),
    Comment(Comment),
}

impl ReviewText {
    fn text_within(&self, room: usize) -> &str {
        match self {
            ReviewText::Whole(text) => text,
            ReviewText::Comment(comment) => comment.text_within(room),
        }
    }
}

/// Compares the two versions of one program, in each of its environments.
fn review_program(pairs: &[[Origin<'_>; 2]], diff: &Diff, terminal: &Terminal) -> Reviewed {
    let mut reviewed = Reviewed {
        exit: Exit::Done,
        shown: Vec::new(),
        denied: Vec::new(),
    };

    let (mut comparisons, mut compared) = (Vec::new(), Vec::new());
    for pair in pairs {
        match read_pair(pair, diff, terminal) {
            Ok(comparison) => {
                comparisons.push(comparison);
                compared.push(pair);
            }
            Err(failed) => reviewed.exit = reviewed.exit.max(failed),
        }
    }

    review_together(&comparisons, |reviews| {
        let (mut sides, mut kept) = (Vec::new(), Vec::new());
        for ((review, [old, new]), comparison) in
            reviews.into_iter().zip(compared).zip(&comparisons)
        {
            match review {
                Ok(review) => {
                    report_notes(comparison, terminal);
                    sides.push([old, new]);
                    let names = [old, new].map(Origin::environment_name);
                    kept.push(EnvironmentReview { names, review });
                }
                Err(error) => {
                    let failed = report_refused(comparison, [old, new], error, terminal);
                    reviewed.exit = reviewed.exit.max(failed);
                }
            }
        }
        reviewed.denied = explain_denied(&kept, &diff.deny);
        reviewed.shown = show_reviews(kept, &sides, diff);
    });

    reviewed
}

/// The reviews of a program in its environments. A change that is the same in several is shown
/// once, except in JSON.
fn show_reviews(
    reviews: Vec<EnvironmentReview<'_>>,
    sides: &[[&Origin<'_>; 2]],
    diff: &Diff,
) -> Vec<Shown> {
    if diff.format == ReviewFormat::Json || reviews.len() < 2 {
        let each = reviews.iter().zip(sides);
        return each
            .map(|(it, sides)| show_review(&it.review, *sides, diff))
            .collect();
    }

    let mut shown = Vec::new();
    split_environments(reviews, |environments, review| {
        shown.push(show_review(review, sides[environments[0]], diff));
    });
    shown
}

/// Reads the two versions of one program.
fn read_pair(
    [old, new]: &[Origin<'_>; 2],
    diff: &Diff,
    terminal: &Terminal,
) -> Result<Comparison, Exit> {
    let read = |origin: &Origin<'_>| {
        origin
            .read_revision(diff.git.is_some())
            .map_err(|why| terminal.report_failure(&why))
    };

    let (before, after) = (read(old), read(new));
    let (before, after) = (before?, after?);

    if before.is_none() && after.is_none() {
        return Err(terminal.report_failure(&format!(
            "cannot read `{}`: it is in neither version",
            old.file()
        )));
    }

    let or_missing = |revision: Option<Revision>, origin: &Origin<'_>| {
        revision.unwrap_or_else(|| Revision::missing(origin.name(), origin.job))
    };
    Ok(Comparison::new(
        or_missing(before, old),
        or_missing(after, new),
    ))
}

/// Reports what the comparison depends on.
fn report_notes(comparison: &Comparison, terminal: &Terminal) {
    for revision in comparison.revisions() {
        let program = &revision.program;
        let problems = program.problems.clone().sorted().into_iter();
        let notes: Vec<Problem> = problems.filter(|it| it.level() == Level::Note).collect();
        if !notes.is_empty() {
            terminal.report_problems(&notes, &program.sources);
        }
    }
}

/// Reports why two versions cannot be compared; a problem without a position names the version.
fn report_refused(
    comparison: &Comparison,
    sides: [&Origin<'_>; 2],
    error: Incomparable,
    terminal: &Terminal,
) -> Exit {
    let mut exit = Exit::Done;
    let versions = comparison.revisions().into_iter().zip(sides);
    for ((revision, origin), problems) in versions.zip(error.problems) {
        let problems: Vec<Problem> = problems
            .into_iter()
            .map(|problem| origin.name_version(problem))
            .collect();
        terminal.report_problems(&problems, &revision.program.sources);
        exit = exit.max(worst_exit(&problems));
    }

    exit
}

/// The text of a review, in the format of the command line.
fn show_review(review: &Review<'_>, sides: [&Origin<'_>; 2], diff: &Diff) -> Shown {
    let text = match diff.format {
        ReviewFormat::Text => ReviewText::Whole(review::review_text(review)),
        ReviewFormat::Markdown => {
            ReviewText::Comment(review::review_markdown(review, &comment_links(sides, diff)))
        }
        ReviewFormat::Json => ReviewText::Whole(review::review_json(review)),
    };

    let name = review.document.new.to_string();
    Shown {
        text,
        same: review.is_empty().then_some(name),
    }
}

/// How Markdown links to lines of the two versions.
fn comment_links(sides: [&Origin<'_>; 2], diff: &Diff) -> Links {
    let linked = |template: &String| Links {
        template: Some(template.clone()),
        sides: sides.map(Origin::link_base),
    };
    diff.link.as_ref().map(linked).unwrap_or_default()
}

/// Joins the reviews of several programs. In JSON, those of a project are a list; in Markdown,
/// unchanged programs share one line.
fn join_shown(shown: &[Shown], diff: &Diff) -> String {
    // reviews that are too long share the remaining room equally
    let changed = shown.iter().filter(|it| it.same.is_none()).count();
    let length: usize = shown.iter().map(|it| it.text.text_within(ROOM).len()).sum();
    let room = if length > ROOM {
        ROOM / changed.max(1)
    } else {
        ROOM
    };

    let texts = |only: fn(&&Shown) -> bool| -> Vec<&str> {
        let shown = shown.iter().filter(only);
        shown.map(|it| it.text.text_within(room)).collect()
    };

    match (diff.format, diff.files.as_slice()) {
        (ReviewFormat::Json, []) => format!("[\n{}]\n", texts(|_| true).join(",\n")),
        (ReviewFormat::Markdown, []) if shown.len() > 1 => {
            let same: Vec<String> = shown
                .iter()
                .filter_map(|it| Some(format!("`{}`", it.same.as_ref()?)))
                .collect();
            let mut parts = texts(|it| it.same.is_none()).join("\n");

            if !same.is_empty() {
                let gap = if parts.is_empty() { "" } else { "\n" };
                parts += &format!("{gap}No change: {}\n", listed(&same, 20));
            }

            parts
        }
        (ReviewFormat::Json | ReviewFormat::Text | ReviewFormat::Markdown, _) => {
            texts(|_| true).join("\n")
        }
    }
}

/// Messages about what a change does that `--deny` names: each with the environments in which it does.
fn explain_denied(reviews: &[EnvironmentReview<'_>], denied: &[Denied]) -> Vec<String> {
    let explain = |what: &Denied| {
        let does = reviews.iter().filter(|it| what.is_in(&it.review));
        let name = EnvironmentName::join(does.map(|it| &it.names[1]))?;
        let option = what.to_possible_value();
        let option = option.map_or(String::new(), |value| value.get_name().to_string());
        let words = what.words();
        Some(format!(
            "denied: the change to `{name}` {words} (`--deny {option}`)"
        ))
    };

    denied.iter().filter_map(explain).collect()
}

impl Denied {
    /// Whether a change does it.
    fn is_in(self, review: &Review<'_>) -> bool {
        match self {
            Denied::Wider => !review.document.gained.is_empty(),
            Denied::Internet => review.document.internet,
            Denied::Replace => review.replaces_group(),
            Denied::Delete => review.deletes_group(),
            Denied::Any => !review.is_empty(),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Denied::Wider => "allows traffic that was not allowed before",
            Denied::Internet => "opens traffic from or to the internet",
            Denied::Replace => "replaces a security group",
            Denied::Delete => "deletes a security group",
            Denied::Any => "changes something",
        }
    }
}
