//! The driver and its entry point `Program`, with files in memory, as an editor or a service calls
//! them.

use crate::common::as_of;
use std::path::Path;
use tierwall::diagnostic::Problem;
use tierwall::driver::build::{BuiltProgram, build_project};
use tierwall::driver::fix::fix_programs;
use tierwall::driver::{RunOptions, plan_jobs};
use tierwall::lint::Levels;
use tierwall::project::{self, Project};
use tierwall::target::{self, Target};
use tierwall::{Memory, Options, Program, ReadError};

fn project(manifest: &str) -> Project {
    let (_, project, problems) =
        project::read("tierwall.toml", manifest.as_bytes().to_vec(), Path::new(""));
    assert!(problems.is_empty(), "{problems:?}");
    project
}

/// Two programs.
const TWO: &str = "\
[[program]]
file = \"web.tier\"
outputs = { terraform = \"web.tf\" }

[[program]]
file = \"db.tier\"
outputs = { cloudformation = \"db.json\" }
";

fn options() -> RunOptions {
    RunOptions {
        levels: Levels::default(),
        as_of: None,
        today: as_of(),
        writes: true,
    }
}

fn load(files: &Memory, entry: &str) -> Program {
    Program::load(entry, &mut files.clone(), Options::new(as_of())).expect("it is there")
}

fn named(target: &str) -> &'static Target {
    target::find_target(target).expect("a target")
}

fn codes(problems: &[Problem]) -> Vec<&'static str> {
    problems.iter().map(|it| it.report().code).collect()
}

#[test]
fn builds_every_output_of_a_project_in_memory() {
    let files = Memory::new()
        .with("web.tier", "tier web\nweb allows https from anywhere\n")
        .with("db.tier", "tier db\ndb allows mysql from 10.0.0.0/8\n");
    let project = project(TWO);
    let built = build_project(&project, &options(), |_| files.clone());

    let outputs: Vec<(&str, &[u8])> = built
        .programs
        .iter()
        .flat_map(|program| &program.builds)
        .flat_map(|build| &build.made)
        .map(|made| (made.path.as_str(), made.bytes.as_slice()))
        .collect();
    let web = load(&files, "web.tier").build(named("terraform"));
    let db = load(&files, "db.tier").build(named("cloudformation"));
    assert_eq!(
        outputs,
        [
            ("web.tf", web.expect("no error").as_slice()),
            ("db.json", db.expect("no error").as_slice())
        ]
    );
}

#[test]
fn reports_a_problem_of_a_shared_file_with_the_first_program_that_reads_it() {
    let files = Memory::new()
        .with("shared.tier", "tier app\napp allows https from ofice\n")
        .with("web.tier", "include \"shared.tier\"\n")
        .with("db.tier", "include \"shared.tier\"\n");
    let project = project(TWO);
    let built = build_project(&project, &options(), |_| files.clone());

    let counts = |program: &BuiltProgram<'_>| {
        let build = &program.builds[0];
        (codes(&build.problems), codes(&build.repeated))
    };
    assert_eq!(
        built.programs.iter().map(counts).collect::<Vec<_>>(),
        [(vec!["E0201"], vec![]), (vec![], vec!["E0201"])]
    );
}

#[test]
fn reports_a_missing_program_and_builds_the_others() {
    let files = Memory::new().with("db.tier", "tier db\n");
    let project = project(TWO);
    let built = build_project(&project, &options(), |_| files.clone());

    let [web, db] = built.programs.as_slice() else {
        panic!("two programs");
    };
    assert_eq!(
        web.unread[0].to_string(),
        "cannot read `web.tier`: no such file or directory"
    );
    assert_eq!(db.builds[0].size, Some((1, 2)));
}

#[test]
fn corrects_every_file_of_a_run_in_memory() {
    let files = Memory::new()
        .with("network.tier", "network office = 203.0.113.7/24\n")
        .with(
            "web.tier",
            "include \"network.tier\"\ntier web\nweb allows https from office\n",
        )
        .with(
            "db.tier",
            "include \"network.tier\"\ntier db\ndb allows mysql from 10.0.0.1/8, office\n",
        );
    let project = project(TWO);
    let corrections = fix_programs(&plan_jobs(&project, &options()), |_| files.clone());

    let corrected: Vec<(&str, String)> = corrections
        .files
        .iter()
        .map(|(path, file)| (path.as_str(), String::from_utf8_lossy(&file.bytes).into()))
        .collect();
    assert_eq!(
        corrected,
        [
            (
                "db.tier",
                "include \"network.tier\"\ntier db\ndb allows mysql from 10.0.0.0/8, office\n"
                    .to_string()
            ),
            (
                "network.tier",
                "network office = 203.0.113.0/24\n".to_string()
            )
        ]
    );
}

#[test]
fn refuses_to_build_a_program_with_an_error() {
    let files = Memory::new().with("shop.tier", "tier web\nweb allows https from ofice\n");
    let rejected = load(&files, "shop.tier")
        .build(named("terraform"))
        .expect_err("an error");

    assert_eq!(codes(&rejected.problems), ["E0201"]);
    assert!(rejected.to_string().starts_with("E0201: "), "{rejected}");
}

#[test]
fn takes_values_and_levels_of_lints() {
    let mut files = Memory::new().with(
        "shop.tier",
        "param office : cidr\ntier web\nweb allows ssh from office\n",
    );
    let anyone = Options::new(as_of()).set("office", "0.0.0.0/0");
    let program = Program::load("shop.tier", &mut files, anyone.clone()).expect("it is there");
    assert!(codes(&program.check()).contains(&"open-admin-port"));

    let silent = Levels {
        all: Some(tierwall::lint::Level::Allow),
        ..Levels::default()
    };
    let program =
        Program::load("shop.tier", &mut files, anyone.lints(silent)).expect("it is there");
    assert_eq!(codes(&program.check()), Vec::<&str>::new());
}

#[test]
fn cannot_load_a_missing_program() {
    let error = Program::load("shop.tier", &mut Memory::new(), Options::new(as_of()));
    assert_eq!(
        error.expect_err("it is not there"),
        ReadError::Failed("no such file or directory".to_string())
    );
}

#[test]
fn compares_two_versions() {
    let version = |text: &str| load(&Memory::new().with("shop.tier", text), "shop.tier");
    let old = || version("tier web\nweb allows https from 203.0.113.0/24\n");

    let same = Program::compare(old(), old()).expect("no error");
    assert!(same.is_empty && !same.opens && !same.closes);

    let wider = version("tier web\nweb allows https from anywhere\n");
    let change = Program::compare(old(), wider).expect("no error");
    assert!(change.opens && change.opens_internet && !change.closes);
    assert!(change.text.starts_with("wider: "), "{}", change.text);

    let broken = version("tier web\nweb allows https from ofice\n");
    let error = Program::compare(old(), broken).expect_err("an error");
    assert_eq!(
        error.problems.map(|problems| codes(&problems)),
        [vec![], vec!["E0201"]]
    );
}
