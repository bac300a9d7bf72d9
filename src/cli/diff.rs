//! `tierwall diff`

use super::files::Files;
use super::git::{Commit, Committed, Range, head};
use super::job::{Job, Place};
use super::program::verdict;
use super::project::{self, Opened};
use super::report::Report;
use super::run::{Manner, jobs};
use super::seen::Seen;
use super::{Exit, With};
use clap::{Args, ValueEnum};
use std::path::Path;
use tierwall::changes::Changes;
use tierwall::check::lint::Levels;
use tierwall::compile::{Compilation, Judged, compile};
use tierwall::diagnostic::{Problem, Problems, listed};
use tierwall::groups::Deployment;
use tierwall::parse::{Read, ReadError, Reader};
use tierwall::policy::Succession;
use tierwall::review::{self, Links, Review, Side, Version};

/// The arguments of `diff`.
#[derive(Args)]
pub struct Diff {
    /// The old program and the new one; with `--git` one program, all that `tierwall.toml` lists, or one under its old
    /// and its new name
    #[arg(num_args = 0..=2, value_names = ["OLD", "NEW"])]
    files: Vec<String>,
    /// Compare with what is in a commit: `main`, `main...` (where this branch left main), `v1..v2`
    #[arg(long, value_name = "REV")]
    git: Option<String>,
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// End with 1 where the change does this; `wider,replace` for several
    #[arg(long, value_enum, value_delimiter = ',', value_name = "CHANGE")]
    deny: Vec<Denied>,
    /// Link lines in Markdown: an address with `{rev}`, `{file}` and `{line}` in it
    #[arg(long, value_name = "ADDRESS")]
    link: Option<String>,
    /// The manifest of the project [default: the nearest `tierwall.toml`, here or above]
    #[arg(long, value_name = "FILE")]
    manifest: Option<String>,
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
    /// Let through what did not pass
    Wider,
    /// Open something from or to the internet
    Internet,
    /// Replace a security group
    Replace,
    /// Change anything: a connection, or what AWS holds
    Any,
}

/// The two sides of a run: what each lists, and the commit that it is read from; nothing for the work tree.
struct Sides<'c> {
    opened: [Opened; 2],
    commits: [Option<&'c Commit>; 2],
}

/// A program as one side has it.
struct Origin<'j> {
    job: &'j Job<'j>,
    commit: Option<&'j Commit>,
    /// Whether its side lists it.
    listed: bool,
}

/// What a comment has room for, with some left for whoever posts it.
const ROOM: usize = 60_000;

/// Runs it.
pub fn run(diff: &Diff, report: &Report) -> Exit {
    compared(diff, report).unwrap_or_else(|exit| exit)
}

fn compared(diff: &Diff, report: &Report) -> Result<Exit, Exit> {
    let range = diff.git.as_deref().map(Range::parse).transpose().map_err(|why| report.failure(&why))?;
    let sides = sides(diff, range.as_ref(), report)?;
    let manner = Manner { levels: Levels::default(), as_of: diff.with.as_of, sizes: false };
    let [olds, news] = sides.opened.each_ref().map(|opened| jobs(&opened.project, &manner));
    let (mut exit, mut shown) = (Exit::Done, Vec::new());
    let pairs = pairs(&olds, &news, diff);
    let room = ROOM / pairs.len().max(1);
    for pair in pairs {
        let [old, new] = [0, 1].map(|n| {
            let (job, listed) = pair[n];
            Origin { job, commit: sides.commits[n], listed }
        });
        match reviewed(&old, &new, diff, room, report) {
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

/// The programs of both sides, as the command line says.
fn sides<'c>(diff: &Diff, range: Option<&'c Range>, report: &Report) -> Result<Sides<'c>, Exit> {
    let (manifest, with) = (diff.manifest.as_deref(), &diff.with);
    let of_files = |files: &[String]| project::of_files(files, with, None, manifest, &mut Seen::default(), report);
    match (range, diff.files.as_slice()) {
        (None, [old, new]) if old == "-" && new == "-" => {
            Err(report.failure("standard input can be one of the two, and not both"))
        }
        (None, [old, new]) => {
            let opened = [of_files(std::slice::from_ref(old))?, of_files(std::slice::from_ref(new))?];
            Ok(Sides { opened, commits: [None, None] })
        }
        (Some(range), files) => {
            let commits = [Some(&range.old), range.new.as_ref()];
            let side = |file: Option<&String>, commit: Option<&Commit>| match (file, commit) {
                (Some(file), _) => of_files(std::slice::from_ref(file)),
                (None, None) => project::open(&project::listed(manifest, with, report)?, &mut Seen::default(), report),
                (None, Some(commit)) => project::committed(&project::listed(manifest, with, report)?, commit, report),
            };
            Ok(Sides { opened: [side(files.first(), commits[0])?, side(files.last(), commits[1])?], commits })
        }
        (None, _) => Err(report.failure(
            "name two programs to compare\n\
             help: `tierwall diff OLD NEW`; `tierwall diff --git main FILE` compares one with what it is in a commit",
        )),
    }
}

/// The programs of both sides, each with the one that it is compared with, and whether its side lists it. One that only
/// one side lists stands for itself on the other, and is not there.
fn pairs<'j>(olds: &'j [Job<'j>], news: &'j [Job<'j>], diff: &Diff) -> Vec<[(&'j Job<'j>, bool); 2]> {
    if let ([_, _], [old], [new]) = (diff.files.as_slice(), olds, news) {
        return vec![[(old, true), (new, true)]];
    }
    let has_its_name = |old: &&Job<'_>, new: &Job<'_>| {
        old.program.file.path == new.program.file.path && old.build.environment == new.build.environment
    };
    // what is written to the same file is the same deployment, whatever the program is called
    let writes_its_outputs = |old: &&Job<'_>, new: &Job<'_>| {
        let outputs = |job: &Job<'_>| job.build.outputs.iter().map(|it| it.path.path.clone()).collect::<Vec<_>>();
        let other = outputs(new);
        outputs(old).iter().any(|path| other.contains(path))
    };
    let is_kept = |old: &&Job<'_>| news.iter().any(|new| has_its_name(old, new));
    let old_of = |new: &Job<'_>| {
        let by_name = olds.iter().find(|old| has_its_name(old, new));
        by_name.or_else(|| olds.iter().find(|old| !is_kept(old) && writes_its_outputs(old, new)))
    };
    let found: Vec<(&Job<'_>, Option<&Job<'_>>)> = news.iter().map(|new| (new, old_of(new))).collect();
    let gone = olds.iter().filter(|old| !found.iter().any(|(_, known)| known.is_some_and(|it| std::ptr::eq(it, *old))));
    let gone: Vec<&Job<'_>> = gone.collect();
    let kept = found.iter().map(|(new, old)| match old {
        Some(old) => [(*old, true), (*new, true)],
        None => [(*new, false), (*new, true)],
    });
    kept.chain(gone.into_iter().map(|old| [(old, true), (old, false)])).collect()
}

/// What is shown of one program.
struct Shown {
    text: String,
    /// Its name, when nothing changes at all.
    same: Option<String>,
    /// What it does that it may not.
    denied: Vec<String>,
}

/// One program of both sides, compared; `room` is what there is for it in a comment.
fn reviewed(old: &Origin<'_>, new: &Origin<'_>, diff: &Diff, room: usize, report: &Report) -> Result<Shown, Exit> {
    let failed = |why: String| report.failure(&why);
    let missing = [old.is_missing(diff).map_err(failed)?, new.is_missing(diff).map_err(failed)?];
    if missing == [true, true] {
        return Err(
            report.failure(&format!("cannot read `{}`: it is in neither of the two", old.job.program.file.path))
        );
    }
    let read = |origin: &Origin<'_>, missing| if missing { Ok(origin.empty()) } else { origin.compiled() };
    let (before, after) = (read(old, missing[0]).map_err(failed), read(new, missing[1]).map_err(failed));
    let (mut before, mut after) = (before?, after?);
    if missing == [false, false] {
        forgive(&mut after, &before.problems);
        // what neither has is told once
        forgive(&mut before, &Problems::default());
    }
    // two files are two versions of one stack, where neither names it and so each would be named for its file
    if before.policy.stack.span.is_none() && after.policy.stack.span.is_none() {
        after.policy.stack.name.clone_from(&before.policy.stack.name);
    }
    // what is wrong with either is told before it ends here
    let ends = [stands(&before, report), stands(&after, report)];
    if let Some(failed) = ends.into_iter().max().filter(|end| *end != Exit::Done) {
        return Err(failed);
    }
    let judged = [before.judge(&old.job.levels), after.judge(&new.job.levels)];
    let [Some(standing), Some(coming)] = judged.map(Standing::of) else { return Err(Exit::Program) };
    let (old_name, new_name) = (old.name(), new.name());
    let was = Version { exists: !missing[0], ..standing.version(&old_name, &before) };
    let is = Version { exists: !missing[1], ..coming.version(&new_name, &after) };
    let changes = Changes::between(was.deployment, is.deployment, &Succession::of(was.policy, is.policy));
    let review = review::review(was, is, &changes);
    let text = match diff.format {
        Format::Text => review::text(&review),
        Format::Markdown => {
            let links = Links { template: diff.link.clone(), sides: [old.link(), new.link()] };
            review::markdown(&review, &links, room)
        }
        Format::Json => review::json(&review),
    };
    let same = review.is_empty().then(|| new_name.clone());
    Ok(Shown { text, same, denied: denied(&review, &new_name, &diff.deny) })
}

/// The reviews of several programs as one: of a project in JSON a list; in Markdown those that are the same in a line.
fn joined(shown: &[Shown], diff: &Diff) -> String {
    let texts = |only: fn(&&Shown) -> bool| shown.iter().filter(only).map(|it| it.text.as_str()).collect::<Vec<_>>();
    match (diff.format, diff.files.as_slice()) {
        (Format::Json, []) => format!("[\n{}]\n", texts(|_| true).join(",\n")),
        (Format::Markdown, []) if shown.len() > 1 => {
            let same: Vec<String> = shown.iter().filter_map(|it| Some(format!("`{}`", it.same.as_ref()?))).collect();
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

impl Origin<'_> {
    /// `shop.tier`, `main:shop.tier (production)`
    fn name(&self) -> String {
        let mark = self.commit.map(Commit::mark).unwrap_or_default();
        let environment = self.job.build.environment.as_ref().map_or(String::new(), |name| format!(" ({name})"));
        format!("{mark}{}{environment}", self.job.program.file.path)
    }

    fn link(&self) -> Side {
        let prefix = self.commit.map(Commit::mark).unwrap_or_default();
        match self.commit.cloned().or_else(head) {
            Some(commit) => Side { directory: commit.directory().to_string(), revision: commit.id, prefix },
            None => Side { prefix, ..Side::default() },
        }
    }

    /// The program where it is not: it says nothing, and asks for no values.
    fn empty(&self) -> Compilation {
        compile(&self.job.program.file.path, &mut Missing, &[], self.job.as_of).expect("nothing is read")
    }

    /// Reads the program.
    fn compiled(&self) -> Result<Compilation, String> {
        let Job { program, .. } = self.job;
        let mut place: Box<dyn Place> = match self.commit {
            Some(commit) => Box::new(Committed::new(commit, program.root.as_deref())?),
            None => Box::new(Files::new(program.root.clone())),
        };
        self.job.compiled(place.as_mut()).map_err(|unread| unread.to_string())
    }

    /// Whether it is not there, where that is no mistake: compared with a commit, a program can be new, or gone.
    fn is_missing(&self, diff: &Diff) -> Result<bool, String> {
        let path = &self.job.program.file.path;
        Ok(!self.listed
            || match self.commit {
                Some(commit) => commit.file(path)?.is_none(),
                None => diff.git.is_some() && !Path::new(path).exists(),
            })
    }
}

/// Forgets that values were given for parameters that only the other program has.
fn forgive(program: &mut Compilation, other: &Problems) {
    let unknown = |problem: &Problem| match problem {
        Problem::UnknownBinding { name, .. } => Some(name.clone()),
        _ => None,
    };
    let others: Vec<String> = other.clone().into_iter().filter_map(|problem| unknown(&problem)).collect();
    let stays = |problem: &Problem| unknown(problem).is_none_or(|name| others.contains(&name));
    let mut kept = Problems::default();
    kept.extend(std::mem::take(&mut program.problems).into_iter().filter(stays));
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

/// Where a program is not: there it is empty.
struct Missing;

impl Reader for Missing {
    fn read(&mut self, path: &str, _from: Option<&str>) -> Result<Read, ReadError> {
        Ok(Read { identity: path.to_string(), name: path.to_string(), bytes: Vec::new() })
    }
}

/// What was found out about a program.
struct Standing<'p> {
    deployment: Deployment<'p>,
    problems: Vec<Problem>,
}

impl<'p> Standing<'p> {
    fn of(judged: Judged<'p>) -> Option<Standing<'p>> {
        Some(Standing { deployment: judged.deployment?, problems: judged.problems.sorted() })
    }

    fn version(&'p self, name: &'p str, program: &'p Compilation) -> Version<'p> {
        let Compilation { policy, sources, .. } = program;
        Version { name, exists: true, policy, sources, deployment: &self.deployment, problems: &self.problems }
    }
}

/// What a change does that it may not, in words.
fn denied(review: &Review<'_>, name: &str, denied: &[Denied]) -> Vec<String> {
    let told = |what: &Denied| {
        let (does, words) = match what {
            Denied::Wider => (!review.document.gained.is_empty(), "lets through what did not pass"),
            Denied::Internet => (review.document.internet, "opens something from or to the internet"),
            Denied::Replace => (review.replaces(), "has a security group replaced"),
            Denied::Any => (!review.is_empty(), "changes something"),
        };
        let option = what.to_possible_value().map(|value| value.get_name().to_string()).unwrap_or_default();
        does.then(|| format!("denied: the change of `{name}` {words} (`--deny {option}`)"))
    };
    denied.iter().filter_map(told).collect()
}
