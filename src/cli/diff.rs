//! `tierwall diff`

use super::git::Range;
use super::program::verdict;
use super::report::Report;
use super::run::{RunOptions, jobs};
use super::sides::{Compiled, Origin, pairs, sides};
use super::{Exit, Listed, With};
use clap::{Args, ValueEnum};
use tierwall::compile::{Compilation, Judged};
use tierwall::diagnostic::{Problem, Problems, listed};
use tierwall::groups::Deployment;
use tierwall::lint::Levels;
use tierwall::plan::Changes;
use tierwall::policy::TierMapping;
use tierwall::report::review::{self, Comment, Links, Review, Version};

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
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Exit with 1 if the change does this; separate several with commas: `wider,replace`
    #[arg(long, value_enum, value_delimiter = ',', value_name = "CHANGE")]
    deny: Vec<Denied>,
    /// Link to lines in Markdown: a URL with `{rev}`, `{file}` and `{line}`
    #[arg(long, value_name = "ADDRESS")]
    link: Option<String>,
    #[command(flatten)]
    listed: Listed,
    #[command(flatten)]
    with: With,
}

/// How a review is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For a comment on a pull request; `md` for short
    #[value(alias = "md")]
    Markdown,
    /// For programs; documented and stable
    Json,
}

/// What a change may not do.
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

/// What a comment has room for, with some left for whoever posts it.
const ROOM: usize = 60_000;

/// Runs it.
pub fn run(diff: &Diff, report: &Report) -> Exit {
    compared(diff, report).unwrap_or_else(|exit| exit)
}

fn compared(diff: &Diff, report: &Report) -> Result<Exit, Exit> {
    let range = diff
        .git
        .as_deref()
        .map(Range::parse)
        .transpose()
        .map_err(|why| report.failure(&why))?;
    let files = diff.files.as_slice();
    let sides = sides(
        files,
        diff.listed.manifest.as_deref(),
        &diff.with,
        range.as_ref(),
        report,
    )?;
    let manner = RunOptions {
        levels: Levels::default(),
        as_of: diff.with.as_of,
        writes: false,
    };
    let [olds, news] = sides
        .opened
        .each_ref()
        .map(|opened| jobs(&opened.project, &manner));
    let pairs = pairs(&olds, &news, sides.commits, files.len() == 2);
    let (mut exit, mut shown) = (Exit::Done, Vec::new());
    for pair in &pairs {
        match reviewed(pair, diff, report) {
            Ok(review) => shown.push(review),
            Err(failed) => exit = exit.max(failed),
        }
    }
    exit = exit.max(report.print(joined(&shown, diff).as_bytes()));
    for words in shown.iter().flat_map(|review| &review.denied) {
        report.outcome(words);
        exit = exit.max(Exit::Program);
    }
    Ok(exit)
}

/// What is shown of one program.
struct Shown {
    text: Text,
    /// Its name, when nothing changes at all.
    same: Option<String>,
    /// What it does that it may not.
    denied: Vec<String>,
}

/// What is shown, as it is or as long as there is room for.
enum Text {
    Whole(String),
    Comment(Comment),
}

impl Text {
    fn within(&self, room: usize) -> &str {
        match self {
            Text::Whole(text) => text,
            Text::Comment(comment) => comment.within(room),
        }
    }
}

/// One program of both sides, compared.
fn reviewed([old, new]: &[Origin<'_>; 2], diff: &Diff, report: &Report) -> Result<Shown, Exit> {
    let read = |origin: &Origin<'_>| {
        origin
            .compiled(diff.git.is_some())
            .map_err(|why| report.failure(&why))
    };
    let (before, after) = (read(old), read(new));
    let (before, after) = (before?, after?);
    let missing = [before.is_none(), after.is_none()];
    if missing == [true, true] {
        return Err(report.failure(&format!(
            "cannot read `{}`: it is in neither version",
            old.job.program.file.path
        )));
    }
    let Compiled {
        program: mut before,
        given: was_given,
    } = before.unwrap_or_else(|| old.empty());
    let Compiled {
        program: mut after,
        given: is_given,
    } = after.unwrap_or_else(|| new.empty());
    if missing == [false, false] {
        drop_one_sided_bindings(&mut after, &before.problems);
        // what neither has is told once
        drop_one_sided_bindings(&mut before, &Problems::default());
    }
    // two files are two versions of one stack, where neither names it and so each would be named
    // for its file
    if before.policy.stack.span.is_none() && after.policy.stack.span.is_none() {
        after
            .policy
            .stack
            .name
            .clone_from(&before.policy.stack.name);
    }
    // what is wrong with either is told before it ends here
    let ends = [stands(&before, report), stands(&after, report)];
    if let Some(failed) = ends.into_iter().max().filter(|end| *end != Exit::Done) {
        return Err(failed);
    }
    let judged = [before.judge(&old.job.levels), after.judge(&new.job.levels)];
    for (judged, program) in judged.iter().zip([&before, &after]) {
        if judged.deployment.is_none() {
            report.problems(&judged.problems.clone().sorted(), &program.sources);
        }
    }
    let [Some(standing), Some(coming)] = judged.map(JudgedProgram::new) else {
        return Err(Exit::Program);
    };
    let (old_name, new_name) = (old.name(), new.name());
    let was = Version {
        exists: !missing[0],
        given: &was_given,
        ..standing.version(&old_name, &before)
    };
    let is = Version {
        exists: !missing[1],
        given: &is_given,
        ..coming.version(&new_name, &after)
    };
    let tier_mapping = TierMapping::new(was.policy, is.policy);
    let changes = Changes::between(was.deployment, is.deployment, &tier_mapping);
    let review = review::review(was, is, &tier_mapping, &changes);
    let text = match diff.format {
        Format::Text => Text::Whole(review::text(&review)),
        Format::Markdown => Text::Comment(review::markdown(&review, &links([old, new], diff))),
        Format::Json => Text::Whole(review::json(&review)),
    };
    let same = review.is_empty().then(|| new_name.clone());
    Ok(Shown {
        text,
        same,
        denied: denied(&review, &new_name, &diff.deny),
    })
}

/// How lines are linked to, where they are.
fn links(sides: [&Origin<'_>; 2], diff: &Diff) -> Links {
    let linked = |template: &String| Links {
        template: Some(template.clone()),
        sides: sides.map(Origin::link),
    };
    diff.link.as_ref().map(linked).unwrap_or_default()
}

/// The reviews of several programs as one: of a project in JSON a list; in Markdown those that are
/// the same in a line.
fn joined(shown: &[Shown], diff: &Diff) -> String {
    // what does not fit as long as it could be shares the room
    let changed = shown.iter().filter(|it| it.same.is_none()).count();
    let length: usize = shown.iter().map(|it| it.text.within(ROOM).len()).sum();
    let room = if length > ROOM {
        ROOM / changed.max(1)
    } else {
        ROOM
    };
    let texts = |only: fn(&&Shown) -> bool| {
        shown
            .iter()
            .filter(only)
            .map(|it| it.text.within(room))
            .collect::<Vec<_>>()
    };
    match (diff.format, diff.files.as_slice()) {
        (Format::Json, []) => format!("[\n{}]\n", texts(|_| true).join(",\n")),
        (Format::Markdown, []) if shown.len() > 1 => {
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
        (Format::Json | Format::Text | Format::Markdown, _) => texts(|_| true).join("\n"),
    }
}

/// Forgets that values were given for parameters that only the other program has.
fn drop_one_sided_bindings(program: &mut Compilation, other: &Problems) {
    let unknown = |problem: &Problem| match problem {
        Problem::UnknownBinding { name, .. } => Some(name.clone()),
        _ => None,
    };
    let others: Vec<String> = other
        .clone()
        .into_iter()
        .filter_map(|problem| unknown(&problem))
        .collect();
    let stays = |problem: &Problem| unknown(problem).is_none_or(|name| others.contains(&name));
    let mut kept = Problems::default();
    kept.extend(
        std::mem::take(&mut program.problems)
            .into_iter()
            .filter(stays),
    );
    program.problems = kept;
}

/// Whether a program has a meaning; else its problems are reported.
fn stands(program: &Compilation, report: &Report) -> Exit {
    let problems = program.problems.clone().sorted();
    let end = verdict(&problems);
    if end != Exit::Done {
        report.problems(&problems, &program.sources);
    }
    end
}

/// What was found out about a program.
struct JudgedProgram<'p> {
    deployment: Deployment<'p>,
    problems: Vec<Problem>,
}

impl<'p> JudgedProgram<'p> {
    fn new(judged: Judged<'p>) -> Option<JudgedProgram<'p>> {
        Some(JudgedProgram {
            deployment: judged.deployment?,
            problems: judged.problems.sorted(),
        })
    }

    fn version(&'p self, name: &'p str, program: &'p Compilation) -> Version<'p> {
        let Compilation {
            policy, sources, ..
        } = program;
        let (deployment, problems) = (&self.deployment, self.problems.as_slice());
        Version {
            name,
            exists: true,
            policy,
            sources,
            given: &[],
            deployment,
            problems,
        }
    }
}

/// What a change does that it may not, in words.
fn denied(review: &Review<'_>, name: &str, denied: &[Denied]) -> Vec<String> {
    let told = |what: &Denied| {
        let (does, words) = match what {
            Denied::Wider => (
                !review.document.gained.is_empty(),
                "allows traffic that was not allowed before",
            ),
            Denied::Internet => (
                review.document.internet,
                "opens traffic from or to the internet",
            ),
            Denied::Replace => (review.replaces(), "replaces a security group"),
            Denied::Delete => (review.deletes(), "deletes a security group"),
            Denied::Any => (!review.is_empty(), "changes something"),
        };
        let option = what
            .to_possible_value()
            .map(|value| value.get_name().to_string())
            .unwrap_or_default();
        does.then(|| format!("denied: the change to `{name}` {words} (`--deny {option}`)"))
    };
    denied.iter().filter_map(told).collect()
}
