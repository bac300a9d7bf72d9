//! `tierwall diff` as a user meets it: two files, a file and a commit, a project and a commit; and
//! how it ends.

use crate::common::command::{Run, Scratch};
use std::fs;
use std::process::Command;

const SHOP: &str = "\
include \"net/office.tier\"
stack shop { outbound = closed }
tier web, app
web allows https from anywhere
web allows ssh from office
app allows tcp 8080 from web
";

/// A repository with a program in `main`, on a branch that is like it.
struct Repository(Scratch);

impl Repository {
    fn new() -> Repository {
        let repository = Repository(Scratch::new());
        repository.git(&["init", "--quiet", "--initial-branch", "main", "."]);
        repository.write("shop.tier", SHOP);
        repository.write("net/office.tier", "network office = 203.0.113.0/24\n");
        repository.commit("begin");
        repository.git(&["switch", "--quiet", "--create", "topic"]);
        repository
    }

    fn git(&self, arguments: &[&str]) {
        self.0.git(arguments);
    }

    fn commit(&self, message: &str) {
        self.0.commit(message);
    }

    fn write(&self, name: &str, text: &str) {
        self.0.write(name, text);
    }

    fn diff(&self, arguments: &[&str]) -> Run {
        self.0
            .run(&[&["diff", "--as-of", "2026-01-15"], arguments].concat())
    }
}

/// Whether the first line of what is shown is this.
#[track_caller]
fn begins(run: &Run, words: &str) {
    assert!(
        run.out().starts_with(words),
        "{words:?} is not how this begins:\n{}{}",
        run.out(),
        run.err()
    );
}

#[test]
fn two_files() {
    let scratch = Scratch::new();
    scratch.write("a.tier", "tier web\nweb allows https from 10.0.0.0/24\n");
    scratch.write(
        "b.tier",
        "tier web\nweb allows tcp 443 from 10.0.0.0/25, 10.0.0.128/25\n",
    );
    let run = scratch.run(&["diff", "a.tier", "b.tier"]);
    begins(
        run.exits(0),
        "equal: b.tier allows exactly what a.tier allows\n",
    );
    begins(
        scratch.run(&["diff", "a.tier", "a.tier"]).exits(0),
        "equal: a.tier allows exactly what a.tier allows, and",
    );
}

#[test]
fn a_change_that_is_denied_ends_with_1() {
    let scratch = Scratch::new();
    scratch.write(
        "a.tier",
        "tier web { outbound = closed }\nweb allows https from 10.0.0.0/24\n",
    );
    scratch.write(
        "b.tier",
        "tier web { outbound = closed }\nweb allows https from anywhere\n",
    );
    scratch.write(
        "c.tier",
        "tier web { outbound = closed, description = \"pages\" }\nweb allows https from 10.0.0.0/24\n",
    );
    scratch.write(
        "d.tier",
        "tier web { outbound = closed }\nweb allows tcp 443 from 10.0.0.0/24\n",
    );
    scratch.write(
        "e.tier",
        "tier front { outbound = closed }\nfront allows https from 10.0.0.0/24\n",
    );
    scratch.write(
        "f.tier",
        "tier front { outbound = closed }\nfront allows ssh from 10.0.0.0/24\n",
    );
    let default = |block: &str| {
        format!("param office : cidr = {block}\ntier web\nweb allows ssh from office\n")
    };
    scratch.write("g.tier", default("10.0.0.0/24"));
    scratch.write("h.tier", default("0.0.0.0/0"));
    for (old, new, denied, code) in [
        // the same under another name, and something else
        ("a.tier", "e.tier", "replace", 1),
        ("a.tier", "e.tier", "delete", 1),
        ("a.tier", "f.tier", "replace", 0),
        ("a.tier", "f.tier", "delete", 1),
        ("a.tier", "b.tier", "delete", 0),
        ("a.tier", "c.tier", "delete", 0),
        // a default
        ("g.tier", "h.tier", "internet", 1),
        ("g.tier", "h.tier", "wider", 1),
        ("g.tier", "h.tier", "replace,delete", 0),
        ("h.tier", "g.tier", "wider,internet", 0),
        ("h.tier", "g.tier", "any", 1),
        ("a.tier", "b.tier", "wider", 1),
        ("b.tier", "a.tier", "wider,internet,replace", 0),
        ("a.tier", "b.tier", "internet", 1),
        ("a.tier", "c.tier", "replace", 1),
        ("a.tier", "c.tier", "wider,internet", 0),
        // other words for the same, which change the text of a rule
        ("a.tier", "d.tier", "wider,internet,replace", 0),
        ("a.tier", "d.tier", "any", 1),
        ("a.tier", "a.tier", "any", 0),
    ] {
        let run = scratch.run(&["diff", old, new, "--deny", denied]);
        run.exits(code);
        assert_eq!(
            run.err().contains("denied: the change to"),
            code == 1,
            "{old} {new} {denied}: {}",
            run.err()
        );
    }
    scratch
        .run(&["diff", "a.tier", "b.tier", "--deny", "widr"])
        .exits(2);
}

#[test]
fn compares_a_program_with_a_commit() {
    let repository = Repository::new();
    begins(
        repository.diff(&["--git", "main", "shop.tier"]).exits(0),
        "equal: shop.tier allows exactly",
    );
    // includes are those of the commit
    repository.write(
        "net/office.tier",
        "network office = 203.0.113.0/24, 198.51.100.7\n",
    );
    let run = repository.diff(&["--git", "main", "shop.tier"]);
    begins(run.exits(0), "wider: shop.tier against main:shop.tier\n");
    assert!(
        run.out().contains("+ 198.51.100.7/32 -> web  tcp 22\n      net/office.tier:1: network office = 203.0.113.0/24, 198.51.100.7\n      \
             shop.tier:5: web allows ssh from office"),
        "{}",
        run.out()
    );
    // two commits, whatever the work tree holds
    begins(
        repository
            .diff(&["--git", "main..HEAD", "shop.tier"])
            .exits(0),
        "equal: HEAD:shop.tier",
    );
    repository.commit("more");
    let run = repository.diff(&["--git", "HEAD..main", "shop.tier"]);
    begins(
        run.exits(0),
        "narrower: main:shop.tier against HEAD:shop.tier\n",
    );
    assert!(
        run.out()
            .contains("      HEAD:shop.tier:5: web allows ssh from office"),
        "{}",
        run.out()
    );
}

#[test]
fn compares_a_branch_with_its_merge_base() {
    let repository = Repository::new();
    repository.git(&["switch", "--quiet", "main"]);
    repository.write("net/office.tier", "network office = 192.0.2.0/24\n");
    repository.commit("main goes on");
    repository.git(&["switch", "--quiet", "topic"]);
    begins(
        repository.diff(&["--git", "main", "shop.tier"]).exits(0),
        "changed:",
    );
    begins(
        repository.diff(&["--git", "main...", "shop.tier"]).exits(0),
        "equal:",
    );
    begins(
        repository
            .diff(&["--git", "topic...main", "shop.tier"])
            .exits(0),
        "changed:",
    );
}

#[test]
fn leaves_the_work_tree_alone_in_any_directory() {
    let repository = Repository::new();
    repository.write("net/office.tier", "network office = 203.0.113.0/25\n");
    repository.write("deep/in/main.tier", "tier web\n");
    let before = fs::read(repository.0.path(".git/index")).expect("an index");
    let directory = repository.0.path("deep/in");
    let run = Command::new(env!("CARGO_BIN_EXE_tierwall"))
        .args(["diff", "--git", "main", "../../shop.tier"])
        .current_dir(&directory)
        .output()
        .expect("it runs");
    let shown = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(
        shown.starts_with("narrower: ../../shop.tier against main:../../shop.tier\n"),
        "{shown}"
    );
    assert_eq!(
        fs::read(repository.0.path(".git/index")).expect("an index"),
        before
    );
}

#[test]
fn created_and_deleted_programs() {
    let repository = Repository::new();
    repository.write(
        "new.tier",
        "param office : cidr\ntier web\nweb allows https from office\n",
    );
    let run = repository.diff(&[
        "--git",
        "main",
        "new.tier",
        "--set",
        "office=203.0.113.0/24",
    ]);
    begins(run.exits(0), "wider: new.tier against main:new.tier\n");
    // a value without a parameter is still an error
    repository
        .diff(&["--git", "main", "new.tier", "--set", "ofice=203.0.113.0/24"])
        .exits(2)
        .says("a value is given for `ofice`");
    fs::remove_file(repository.0.path("shop.tier")).expect("it was there");
    begins(
        repository.diff(&["--git", "main", "shop.tier"]).exits(0),
        "narrower:",
    );
    repository
        .diff(&["--git", "main", "nothing.tier"])
        .exits(2)
        .says("it is in neither version");
}

#[test]
fn values_are_those_of_the_commit() {
    let repository = Repository::new();
    repository.write(
        "main.tier",
        "param office : cidr\ntier web { outbound = closed }\nweb allows ssh from office\n",
    );
    repository.write("values.json", "{\"office\": \"203.0.113.0/24\"}");
    repository.commit("values");
    repository.write("values.json", "{\"office\": \"198.51.100.0/24\"}");
    let run = repository.diff(&["--git", "HEAD", "main.tier", "--vars", "values.json"]);
    begins(run.exits(0), "changed:");
    assert!(
        run.out().contains("+ 198.51.100.0/24 -> web")
            && run.out().contains("- 203.0.113.0/24 -> web"),
        "{}",
        run.out()
    );
    let line = "      values.json:1: \"office\": \"198.51.100.0/24\"\n      main.tier:3: web allows ssh from office\n";
    assert!(run.out().contains(line), "{}", run.out());
    let line = "      HEAD:values.json:1: \"office\": \"203.0.113.0/24\"\n      HEAD:main.tier:3: web allows ssh from office\n";
    assert!(run.out().contains(line), "{}", run.out());
    // one that the commit does not have is that of the work tree
    repository.write("fresh.json", "{\"office\": \"198.51.100.0/24\"}");
    begins(
        repository
            .diff(&["--git", "HEAD", "main.tier", "--vars", "fresh.json"])
            .exits(0),
        "equal:",
    );
    // a parameter that only one version has takes its value there
    repository.write(
        "main.tier",
        "param desk : cidr\ntier web { outbound = closed }\nweb allows ssh from desk\n",
    );
    let run = repository.diff(&[
        "--git",
        "HEAD",
        "main.tier",
        "--set",
        "desk=10.0.0.0/24",
        "--set",
        "office=10.0.0.0/24",
    ]);
    begins(run.exits(0), "equal:");
}

#[test]
fn a_project_is_compared_program_by_program() {
    let repository = Repository::new();
    let manifest = "[[program]]\nfile = \"shop.tier\"\n\n[[program]]\nfile = \"app.tier\"\n\
        [program.environments.test]\nset = { office = \"203.0.113.0/24\" }\n\
        [program.environments.live]\nset = { office = \"198.51.100.0/24\" }\n";
    repository.write("tierwall.toml", manifest);
    repository.write(
        "app.tier",
        "param office : cidr\ntier app { outbound = closed }\napp allows ssh from office\n",
    );
    repository.commit("a project");
    begins(
        repository.diff(&["--git", "HEAD"]).exits(0),
        "equal: shop.tier",
    );
    repository.write(
        "tierwall.toml",
        &manifest.replace("198.51.100.0/24", "198.51.100.0/25"),
    );
    let run = repository.diff(&["--git", "HEAD"]);
    let heads: Vec<String> = run
        .exits(0)
        .out()
        .lines()
        .filter(|line| line.contains(".tier (") && !line.starts_with(' '))
        .map(str::to_string)
        .collect();
    assert_eq!(heads.len(), 2, "{}", run.out());
    assert!(
        heads[0].starts_with("equal: app.tier (test)")
            && heads[1].starts_with("narrower: app.tier (live) against HEAD:app.tier (live)")
    );
    let comment = repository.diff(&["--git", "HEAD", "--format", "md"]).out();
    assert!(
        comment.contains("### tierwall: **narrower**\n"),
        "{comment}"
    );
    assert!(
        comment.ends_with("\nNo change: `shop.tier`, `app.tier (test)`\n"),
        "{comment}"
    );
    // what a manifest does not list any more is gone
    repository.write("tierwall.toml", "[[program]]\nfile = \"shop.tier\"\n");
    assert!(
        repository
            .diff(&["--git", "HEAD"])
            .exits(0)
            .out()
            .contains("narrower: app.tier (test) against")
    );
    // before there was a manifest there was nothing
    assert!(
        repository
            .diff(&["--git", "main"])
            .exits(0)
            .out()
            .contains("wider: shop.tier against main:shop.tier")
    );
    let json: serde_json::Value = serde_json::from_str(
        &repository
            .diff(&["--git", "HEAD", "--format", "json"])
            .out(),
    )
    .expect("JSON");
    assert_eq!(json.as_array().map(Vec::len), Some(3));
}

#[test]
fn suggests_what_to_type() {
    let repository = Repository::new();
    repository
        .diff(&["--git", "mian", "shop.tier"])
        .exits(2)
        .says("there is no commit `mian`; did you mean `main`?");
    repository
        .diff(&["shop.tier"])
        .exits(2)
        .says("`tierwall diff OLD NEW`");
    repository
        .diff(&["-", "-"])
        .exits(2)
        .says("only one of the two programs can be standard input");
    repository
        .diff(&["--git", "main", "-"])
        .exits(2)
        .says("standard input is in no commit");
    repository
        .diff(&["--git", "main", "."])
        .exits(2)
        .says("it is a directory");
    repository
        .diff(&["--git", "main", "../outside.tier"])
        .exits(2)
        .says("outside the repository");
    repository
        .diff(&["--git", "--output=x", "shop.tier"])
        .exits(2);
    repository.write("shop.tier", "tier web\nweb allows htps from anywhere\n");
    repository
        .diff(&["--git", "main", "shop.tier"])
        .exits(1)
        .says("E0201");
    repository.commit("broken");
    repository.write("shop.tier", SHOP);
    repository
        .diff(&["--git", "HEAD", "shop.tier"])
        .exits(1)
        .says("HEAD:shop.tier:2:");
    // names that Terraform would refuse leave nothing to foretell
    repository.write(
        "shop.tier",
        "param p : cidr\ntier web, app\ntier api was p\nweb allows ssh from p, api\n",
    );
    repository
        .diff(&["--git", "main", "shop.tier"])
        .exits(1)
        .says("E0324")
        .says("rename the parameter `p`");
    let alone = Scratch::new();
    alone.write("a.tier", "tier a\n");
    alone
        .run_with(
            &["diff", "--git", "main", "a.tier"],
            b"",
            &[("GIT_CEILING_DIRECTORIES", "/")],
        )
        .exits(2)
        .says("git: not a git repository");
}

#[test]
fn a_comment_has_room_for_all_programs() {
    let repository = Repository::new();
    let programs: Vec<String> = (0..6).map(|n| format!("p{n}.tier")).collect();
    let listed = |name: &String| format!("[[program]]\nfile = \"{name}\"\n");
    repository.write(
        "tierwall.toml",
        &programs.iter().map(listed).collect::<String>(),
    );
    let sentence = |n: usize| {
        format!(
            "web allows tcp {} from 10.0.{}.0/24 \"{}\"\n",
            1000 + n,
            n,
            "x".repeat(100)
        )
    };
    let text = "tier web { outbound = closed }\n".to_string();
    programs
        .iter()
        .for_each(|name| repository.write(name, &text));
    repository.commit("projects");
    let more = text + &(0..100).map(sentence).collect::<String>();
    programs
        .iter()
        .take(5)
        .for_each(|name| repository.write(name, &more));
    let comment = repository.diff(&["--git", "HEAD", "--format", "md"]).out();
    assert_eq!(
        comment.matches("### tierwall: **wider**").count(),
        5,
        "{comment}"
    );
    assert!(
        comment.ends_with("No change: `p5.tier`\n") && comment.len() < 65_536,
        "{}",
        comment.len()
    );
    // one program has all the room
    repository.write("p1.tier", "tier web { outbound = closed }\n");
    (2..5)
        .for_each(|n| repository.write(&format!("p{n}.tier"), "tier web { outbound = closed }\n"));
    let alone = repository.diff(&["--git", "HEAD", "--format", "md"]).out();
    assert!(
        alone.len() > comment.len() / 4,
        "{} {}",
        alone.len(),
        comment.len()
    );
}

#[test]
fn a_program_under_its_old_and_its_new_name() {
    let repository = Repository::new();
    repository.git(&["mv", "shop.tier", "store.tier"]);
    begins(
        repository
            .diff(&["--git", "main", "shop.tier", "store.tier"])
            .exits(0),
        "equal: store.tier allows",
    );
    // in a project what is written to one file is one deployment
    let manifest = |file: &str| {
        format!("[[program]]\nfile = \"{file}\"\noutputs = {{ terraform = \"infra/shop.tf\" }}\n")
    };
    repository.git(&["mv", "store.tier", "shop.tier"]);
    repository.write("tierwall.toml", &manifest("shop.tier"));
    repository.commit("a project");
    repository.git(&["mv", "shop.tier", "store.tier"]);
    repository.write("tierwall.toml", &manifest("store.tier"));
    let run = repository.diff(&["--git", "HEAD"]);
    begins(
        run.exits(0),
        "equal: store.tier allows exactly what HEAD:shop.tier allows",
    );
    assert_eq!(
        run.out().matches(" allows exactly ").count(),
        1,
        "{}",
        run.out()
    );
}

#[test]
fn links_and_odd_names_are_followed_in_a_commit() {
    let repository = Repository::new();
    repository.git(&["config", "core.symlinks", "true"]);
    std::os::unix::fs::symlink("net", repository.0.path("netl")).expect("a link");
    std::os::unix::fs::symlink("../shop.tier", repository.0.path("net/shop.tier")).expect("a link");
    repository.write(
        "linked.tier",
        "include \"netl/office.tier\"\ntier web\nweb allows ssh from office\n",
    );
    for name in [
        ":x.tier",
        ":(top)x.tier",
        ":!y.tier",
        "a\\b.tier",
        "with blank.tier",
        "*.tier",
    ] {
        repository.write(name, "tier odd\n");
    }
    repository.commit("links and names");
    for name in [
        "netl/office.tier",
        "netl/shop.tier",
        "linked.tier",
        ":x.tier",
        ":(top)x.tier",
        ":!y.tier",
        "a\\b.tier",
        "with blank.tier",
        "*.tier",
    ] {
        begins(
            repository
                .diff(&["--git", "HEAD", "--root", ".", name])
                .exits(0),
            "equal: ",
        );
    }
}

#[test]
fn explains_a_missing_commit() {
    let repository = Repository::new();
    repository.write("shop.tier", &SHOP.replace("https", "http"));
    repository.commit("more");
    let from = format!("file://{}", repository.0.path("").display());
    let shallow = Scratch::new();
    let clone = [
        "clone",
        "--quiet",
        "--depth",
        "1",
        "--no-single-branch",
        &from,
        ".",
    ];
    assert!(
        Command::new("git")
            .args(clone)
            .current_dir(shallow.path(""))
            .status()
            .expect("git runs")
            .success()
    );
    let run = shallow.run(&["diff", "--git", "origin/main...", "shop.tier"]);
    run.exits(2)
        .says("has no merge base here")
        .says("fetch-depth: 0");
    let inside = repository
        .0
        .run_in(".git", &["diff", "--git", "main", "shop.tier"]);
    inside.exits(2).says("there is no work tree here");
}

#[test]
fn a_value_for_no_parameter_is_reported_once() {
    let repository = Repository::new();
    let run = repository.diff(&["--git", "main", "shop.tier", "--set", "nosuch=1"]);
    run.exits(2);
    assert_eq!(run.err().matches("E0501").count(), 1, "{}", run.err());
}

#[test]
fn links_start_at_the_root_of_the_repository() {
    let repository = Repository::new();
    repository.write("sub/deep/m.tier", "tier web { outbound = closed }\n");
    repository.commit("deep");
    repository.write(
        "sub/deep/m.tier",
        "tier web { outbound = closed }\nweb allows ssh from 10.0.0.0/8\n",
    );
    let arguments = [
        "diff",
        "--git",
        "HEAD",
        "deep/m.tier",
        "--format",
        "md",
        "--link",
        "https://g/{rev}/{file}#L{line}",
    ];
    let run = repository.0.run_in("sub", &arguments);
    assert!(
        run.exits(0).out().contains("/sub/deep/m.tier#L2)"),
        "{}",
        run.out()
    );
}

#[test]
fn includes_of_a_commit_stay_inside_the_root() {
    let repository = Repository::new();
    repository.write(
        "in/main.tier",
        "include \"../net/office.tier\"\ntier web\nweb allows ssh from office\n",
    );
    repository.commit("leaves");
    repository
        .diff(&["--git", "HEAD", "in/main.tier"])
        .exits(1)
        .says("E0402");
    begins(
        repository
            .diff(&["--git", "HEAD", "in/main.tier", "--root", "."])
            .exits(0),
        "equal:",
    );
    repository.write("in/main.tier", "include \"gone.tier\"\ntier web\n");
    repository.write("in/gone.tier", "tier app\n");
    repository.git(&["add", "in/main.tier"]);
    repository.git(&["commit", "--quiet", "--message", "without"]);
    repository
        .diff(&["--git", "HEAD", "in/main.tier"])
        .exits(1)
        .says("no such file in HEAD");
}
