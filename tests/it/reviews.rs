//! `ci/review.sh`, which the recipes for GitHub and GitLab run: what it finds, how it ends, and
//! what it comments.

use crate::common::command::Run;
use crate::common::repository::Repository;

const SHOP: &str = "tier web\n\nweb allows https from anywhere\n";
const OPENED: &str = "tier web\n\nweb allows https, ssh from anywhere\n";
const MANIFEST: &str = "[[program]]\nfile = \"shop.tier\"\noutputs = { terraform = \"shop.tf\" }\n";

/// A repository with one program, built and committed, and a branch of it.
fn shop() -> Repository {
    let repository = Repository::new();
    repository.files.write("shop.tier", SHOP);
    repository.files.write("tierwall.toml", MANIFEST);
    repository.does("tierwall build && git add --all && git commit --quiet --message start");
    repository.does("git switch --quiet --create change");
    repository
}

/// What the script writes as a comment, and the run.
fn review(repository: &Repository, environment: &[(&str, &str)]) -> (String, Run) {
    let comment = repository.files.path(".git/comment.md");
    let comment = comment.to_str().expect("a path of UTF-8");
    let always = [("TIERWALL_BASE", "main"), ("TIERWALL_COMMENT", comment)];
    let run = repository.shell_with("sh \"$REVIEW\"", &[&always, environment].concat());
    (repository.files.read(".git/comment.md"), run)
}

fn holds(text: &str, words: &[&str]) {
    for words in words {
        assert!(text.contains(words), "`{words}` is not in:\n{text}");
    }
}

#[test]
fn reports_every_failing_step_in_one_run() {
    let repository = shop();
    repository
        .files
        .write("shop.tier", OPENED.replace("web allows", "web   allows"));
    let (comment, run) = review(
        &repository,
        &[
            ("TIERWALL_DENY", "internet, replace"),
            ("TIERWALL_LINK", "https://example.com/{rev}/{file}#L{line}"),
        ],
    );
    run.exits(1);
    holds(
        &comment,
        &[
            "<!-- tierwall: review of . -->\n### tierwall: checks failed\n",
            "**Formatting.** Run `tierwall fmt` to format these files:\n\n```\n`shop.tier` is not formatted; run `tierwall fmt shop.tier`\n```\n",
            "`shop.tf` is stale; run `tierwall build`",
            "denied: the change to `shop.tier` opens traffic from or to the internet (`--deny internet`)",
            "\n### tierwall: **wider**, opens something to the internet\n",
            "(https://example.com/",
        ],
    );
    assert!(
        !comment.contains("**Problems**"),
        "a warning is no failure:\n{comment}"
    );
    holds(
        &run.out(),
        &[
            "== tierwall fmt --check\n| --- shop.tier\n",
            "== tierwall diff\n| wider: shop.tier",
        ],
    );
    assert_eq!(
        repository.shell("git status --porcelain").out(),
        " M shop.tier\n",
        "nothing else is written"
    );
}

#[test]
fn problems_are_annotations_on_github_and_reported_once() {
    let repository = shop();
    repository
        .files
        .write("shop.tier", "tier web\n\nweb allows https from nowhere\n");
    let (comment, run) = review(&repository, &[("TIERWALL_MESSAGES", "github")]);
    run.exits(1);
    assert_eq!(
        run.out().matches("::error file=shop.tier").count(),
        1,
        "{}",
        run.out()
    );
    holds(
        &comment,
        &[
            "**Problems** that `tierwall check` finds:\n\n```\nshop.tier:3:23: error[",
            "checks failed",
        ],
    );
    let manifest = format!("[lints]\nall = \"deny\"\n{MANIFEST}");
    repository.files.write("tierwall.toml", manifest);
    repository.files.write("shop.tier", OPENED);
    let (comment, run) = review(&repository, &[("TIERWALL_MESSAGES", "github")]);
    run.exits(1);
    assert_eq!(
        run.out().matches("title=open-admin-port").count(),
        1,
        "{}",
        run.out()
    );
    holds(
        &run.out(),
        &["::error title=tierwall::`shop.tf` is stale; run `tierwall build`"],
    );
    holds(&comment, &["error[open-admin-port]", "**Outputs.**"]);
}

#[test]
fn no_name_is_a_command_to_the_runner() {
    let repository = shop();
    let name = "::notice ::mine.tier";
    repository
        .files
        .write("tierwall.toml", MANIFEST.replace("shop.tier", name));
    repository.files.write(name, OPENED);
    let (_, run) = review(
        &repository,
        &[
            ("TIERWALL_MESSAGES", "github"),
            ("TIERWALL_DENY", "internet"),
        ],
    );
    let out = run.exits(1).out();
    assert!(
        out.contains(&format!("|       {name}:3: web allows")),
        "{out}"
    );
    for command in out
        .lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with("::"))
    {
        let ours = ["::warning file=%3A%3Anotice", "::error title=tierwall::"]
            .iter()
            .any(|it| command.starts_with(it));
        assert!(ours, "{command}\n{out}");
    }
}

#[test]
fn marks_a_change_without_effect() {
    let repository = shop();
    repository.files.write("README.md", "A shop.\n");
    let (comment, run) = review(&repository, &[("TIERWALL_DENY", "any")]);
    run.exits(0);
    holds(
        &comment,
        &[
            "<!-- tierwall: review of . -->\n<!-- nothing to tell -->\n",
            "### tierwall: **equal**",
        ],
    );
    repository
        .files
        .write("shop.tier", SHOP.replace("https", "https, tcp 8443"));
    repository.does("tierwall build");
    let (comment, run) = review(&repository, &[]);
    run.exits(0);
    assert!(
        !comment.contains("nothing to tell") && !comment.contains("checks failed"),
        "{comment}"
    );
}

#[test]
fn a_shallow_clone_is_explained() {
    let repository = shop();
    repository.does("git commit --quiet --allow-empty --message more");
    repository.does("git switch --quiet main && git commit --quiet --allow-empty --message other");
    repository.does("git clone --quiet --depth 1 --branch change \"file://$PWD\" clone");
    let comment = repository.files.path(".git/comment.md");
    let line = format!(
        "cd clone && TIERWALL_BASE=main TIERWALL_COMMENT='{}' sh \"$REVIEW\"",
        comment.display()
    );
    let reported = "there is no merge base of `main` and this change; the clone is shallow: set `fetch-depth: 0`";
    repository.shell(&line).exits(2);
    holds(
        &repository.files.read(".git/comment.md"),
        &["**Not compared.**", reported],
    );
    // its base exists, and the merge base does not
    repository.does("cd clone && git fetch --quiet --depth 1 origin main:refs/remotes/origin/main");
    repository.shell(&line).exits(2);
    holds(&repository.files.read(".git/comment.md"), &[reported]);
    repository.does("cd clone && git fetch --quiet --unshallow");
    repository.shell(&line).exits(0);
    holds(
        &repository.files.read(".git/comment.md"),
        &["### tierwall: **equal**"],
    );
}

#[test]
fn a_base_may_be_absent_unknown_or_another_history() {
    let repository = shop();
    for base in ["", "0000000000000000000000000000000000000000"] {
        let (comment, run) = review(&repository, &[("TIERWALL_BASE", base)]);
        run.exits(0);
        holds(
            &comment,
            &[
                "<!-- nothing to tell -->",
                "checks passed; there is no base to compare with",
            ],
        );
    }
    for base in ["mian", "--help", "a b; exit 7"] {
        let (comment, run) = review(&repository, &[("TIERWALL_BASE", base)]);
        run.exits(2);
        holds(&comment, &[&format!("there is no commit `{base}`")]);
    }
    repository.does("git switch --quiet --orphan new && git checkout --quiet main -- .");
    repository.files.write("shop.tier", OPENED);
    repository.does("tierwall build && git add --all && git commit --quiet --message new");
    let (comment, run) = review(&repository, &[]);
    holds(&run.exits(0).out(), &["have no common commit"]);
    holds(&comment, &["### tierwall: **wider**", "`main:shop.tier`"]);
}

#[test]
fn the_branch_of_the_remote_is_meant() {
    let repository = shop();
    repository.does("git update-ref refs/remotes/origin/main main");
    repository.files.write("shop.tier", OPENED);
    repository.does(
        "tierwall build && git commit --quiet --all --message opened && git branch --force main",
    );
    let (comment, run) = review(&repository, &[]);
    run.exits(0);
    holds(
        &comment,
        &["### tierwall: **wider**", "`origin/main:shop.tier`"],
    );
}

#[test]
fn a_project_below_and_several_programs() {
    let repository = Repository::new();
    repository.files.write(
        "net work/tierwall.toml",
        "[[program]]\nfile = \"a.tier\"\n[[program]]\nfile = \"b.tier\"\n",
    );
    repository.files.write("net work/a.tier", SHOP);
    repository.files.write("net work/b.tier", SHOP);
    repository.does("git add --all && git commit --quiet --message start");
    repository.files.write("net work/a.tier", OPENED);
    repository.files.write("net work/b.tier", OPENED);
    let sarif = repository.files.path(".git/found.sarif");
    let sarif = sarif.to_str().expect("a path of UTF-8");
    let (comment, run) = review(
        &repository,
        &[
            ("TIERWALL_DIRECTORY", "net work/"),
            ("TIERWALL_SARIF", sarif),
        ],
    );
    run.exits(0);
    holds(
        &comment,
        &[
            "<!-- tierwall: review of net_work -->",
            "`net work/a.tier` against",
            "`net work/b.tier` against",
        ],
    );
    holds(
        &repository.files.read(".git/found.sarif"),
        &["\"open-admin-port\""],
    );
}

#[test]
fn cuts_a_long_comment_between_blocks() {
    let repository = shop();
    let rules: String = (0..900)
        .map(|n| format!("web allows tcp {} from anywhere \"é\"\n", 1000 + 2 * n))
        .collect();
    repository
        .files
        .write("shop.tier", format!("tier web\n\n{rules}"));
    let (comment, _) = review(&repository, &[]);
    assert!(
        comment.len() > 60_000 && comment.len() < 65_536,
        "{}",
        comment.len()
    );
    assert!(comment.ends_with("\nThe rest is too long for a comment; see the job log.\n"));
    assert_eq!(comment.matches("\n```\n").count() % 2, 0);
    assert_eq!(
        comment.matches("<details>").count(),
        comment.matches("</details>").count()
    );
}

#[test]
fn escapes_names_in_code_blocks() {
    let repository = shop();
    repository.files.write("a````b.tier", "tier   web\n");
    let (comment, run) = review(&repository, &[]);
    run.exits(1);
    holds(
        &comment,
        &["\n`````\n`a````b.tier` is not formatted; run `tierwall fmt 'a````b.tier'`\n`````\n"],
    );
}
