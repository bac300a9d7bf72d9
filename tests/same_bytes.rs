//! The same program gives the same bytes: in two builds at once, from another directory, under
//! another locale and time zone, with one thread and with many, and from a release build.

#![allow(clippy::disallowed_methods, reason = "tests read files")]

mod common;

use common::command::Scratch;
use common::{AS_OF, examples, package};
use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tierwall::target::{self, Target};

/// What must not matter.
const ENVIRONMENTS: [&[(&str, &str)]; 4] = [
    &[("LC_ALL", "C"), ("TZ", "UTC")],
    &[
        ("LC_ALL", "tr_TR.UTF-8"),
        ("LANG", "tr_TR.UTF-8"),
        ("TZ", "Pacific/Kiritimati"),
    ],
    &[
        ("LC_ALL", "ja_JP.SJIS"),
        ("LANG", "de_DE"),
        ("TZ", "America/Los_Angeles"),
        ("RAYON_NUM_THREADS", "1"),
    ],
    &[
        ("LANG", ""),
        ("TZ", ":no such zone"),
        ("RAYON_NUM_THREADS", "8"),
    ],
];

/// Programs of a project whose programs are many.
const MANY: usize = 200;

fn tierwall(arguments: &[String], directory: &Path) -> Command {
    of_binary(env!("CARGO_BIN_EXE_tierwall"), arguments, directory)
}

fn of_binary(binary: &str, arguments: &[String], directory: &Path) -> Command {
    let mut command = Command::new(binary);
    command
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::null())
        .env_remove("NO_COLOR");
    command
}

fn run(mut command: Command) -> Output {
    command.output().expect("tierwall runs")
}

fn words(line: &[&str]) -> Vec<String> {
    line.iter().map(|word| word.to_string()).collect()
}

/// Every way to build an example, as arguments; its file is named from `above`.
fn commands(above: &str) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for example in examples() {
        let file = format!("{above}{}", example.path);
        let set = example
            .bindings
            .iter()
            .flat_map(|(name, value)| ["--set".to_string(), format!("{name}={value}")]);
        let environment = example
            .environment
            .iter()
            .flat_map(|name| ["--environment".to_string(), name.clone()]);
        let day = words(&["--as-of", AS_OF]);
        let set: Vec<String> = set.chain(environment).chain(day).collect();
        let build = |target: &Target| words(&["build", &file, "--to", target.name]);
        let flows = words(&["flows", &file, "--format", "csv"]);
        for command in target::ALL.iter().map(build).chain([flows]) {
            all.push(command.into_iter().chain(set.clone()).collect());
        }
    }
    all
}

/// A project of many programs in a temporary directory; `wrong` selects those with errors besides
/// warnings.
fn project(wrong: fn(usize) -> bool) -> Scratch {
    let scratch = Scratch::new();
    let mut manifest = format!("as-of = {AS_OF}\n");
    for n in 0..MANY {
        // Terraform does not read such files, so all can be in one directory
        let output = |target: &Target| format!("{0} = \"out/{n}.{0}\"", target.name);
        let outputs: Vec<String> = target::ALL.iter().map(output).collect();
        let _ = write!(
            manifest,
            "[[program]]\nfile = \"p{n}.tier\"\noutputs = {{ {} }}\n",
            outputs.join(", ")
        );
        let mut program = format!(
            "include \"shared.tier\"\nstack p{n} {{ rule-quota = 1000 }}\ntier web, alone\n"
        );
        // some have much more to do than their neighbours
        for port in 0..if n % 7 == 0 { 300 } else { 3 } {
            let _ = writeln!(
                program,
                "web allows tcp {} from office, 198.51.100.{}",
                1000 + port,
                n
            );
        }
        program += if n % 3 == 0 {
            "web allows ssh from anywhere\n"
        } else {
            ""
        };
        program += if wrong(n) {
            "web allows htps from nobody\nweb deny ssh\n"
        } else {
            ""
        };
        scratch.write(&format!("p{n}.tier"), program);
    }
    scratch.write(
        "shared.tier",
        "network office = 203.0.113.0/24\nnetwork left = 192.0.2.0/24\n",
    );
    scratch.write("tierwall.toml", manifest);
    scratch
}

/// Every file below a directory's `out`.
fn outputs(project: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(project.join("out"))
        .expect("a directory of outputs")
        .flatten();
    let read = |path: &Path| std::fs::read(path).expect("an output");
    let mut files: Vec<(String, Vec<u8>)> = entries
        .map(|entry| {
            (
                entry.file_name().to_string_lossy().into_owned(),
                read(&entry.path()),
            )
        })
        .collect();
    files.sort();
    files
}

/// The output of a run, standard output first.
fn reported(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!(
        "{:?}\n{}\n{}",
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr)
    )
}

fn assert_same(left: &str, right: &str, what: &str) {
    let differs = left
        .lines()
        .zip(right.lines())
        .find(|(left, right)| left != right);
    assert!(left == right, "{what}: {differs:?}");
}

#[test]
fn neither_directory_nor_locale_nor_time_zone_changes_a_byte() {
    let elsewhere = package().join("snapshots");
    for (here, there) in commands("").iter().zip(commands("../")) {
        let first = run(tierwall(here, &package()));
        assert!(!first.stdout.is_empty(), "{here:?}: {}", reported(&first));
        for environment in ENVIRONMENTS {
            let mut command = tierwall(here, &package());
            command.envs(environment.iter().copied());
            assert_same(
                &reported(&first),
                &reported(&run(command)),
                &format!("{here:?} with {environment:?}"),
            );
        }
        if here[0] == "build" {
            let second = run(tierwall(&there, &elsewhere));
            assert!(
                first.stdout == second.stdout,
                "{here:?} from another directory"
            );
        }
    }
}

#[test]
fn builds_at_the_same_time_write_whole_outputs() {
    let (alone, together) = (project(|_| false), project(|_| false));
    let build = words(&["build"]);
    let first = run(tierwall(&build, &alone.path("")));
    assert!(first.status.success(), "{}", reported(&first));
    let expected = outputs(&alone.path(""));
    assert_eq!(expected.len(), target::ALL.len() * MANY);
    let start = |scratch: &Scratch| {
        let mut command = tierwall(&build, &scratch.path(""));
        command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("tierwall starts")
    };
    let apart = project(|_| false);
    // two into one directory, a third into another
    for mut child in [start(&together), start(&together), start(&apart)] {
        assert!(child.wait().expect("tierwall ends").success());
    }
    assert!(
        outputs(&together.path("")) == expected,
        "two builds into one directory"
    );
    assert!(
        outputs(&apart.path("")) == expected,
        "a build beside others"
    );
}

#[test]
fn threads_change_neither_outputs_nor_the_order_of_reports() {
    let (sound, wrong) = (project(|_| false), project(|n| n % 2 == 0));
    for (scratch, is_sound) in [(&sound, true), (&wrong, false)] {
        for format in ["human", "json", "github"] {
            let with = |threads: &str| {
                let _ = std::fs::remove_dir_all(scratch.path("out"));
                let arguments = words(&["build", "--warn", "all", "--message-format", format]);
                let mut command = tierwall(&arguments, &scratch.path(""));
                let output = run({
                    command.env("RAYON_NUM_THREADS", threads);
                    command
                });
                assert_eq!(output.status.success(), is_sound, "{}", reported(&output));
                (
                    reported(&output),
                    if is_sound {
                        outputs(&scratch.path(""))
                    } else {
                        Vec::new()
                    },
                )
            };
            let (one, many) = (with("1"), with("8"));
            assert!(one.0.len() > 10_000, "there is much to tell");
            assert_same(&one.0, &many.0, format);
            assert!(one.1 == many.1, "{format}: the outputs differ");
        }
    }
}

#[test]
#[ignore = "compares with the binary that TIERWALL_OTHER names, such as a release build"]
fn another_build_of_tierwall_gives_the_same_bytes() {
    let other = std::env::var("TIERWALL_OTHER").expect("TIERWALL_OTHER names a binary");
    let other = package().join(other).display().to_string();
    for command in commands("") {
        let (this, other) = (
            run(tierwall(&command, &package())),
            run(of_binary(&other, &command, &package())),
        );
        assert!(!this.stdout.is_empty());
        assert_same(&reported(&this), &reported(&other), &format!("{command:?}"));
    }
    let wrong = project(|n| n % 2 == 0);
    let command = words(&["check", "--warn", "all", "--message-format", "json"]);
    let told_by = |binary: &str| reported(&run(of_binary(binary, &command, &wrong.path(""))));
    assert_same(
        &told_by(env!("CARGO_BIN_EXE_tierwall")),
        &told_by(&other),
        "a project with errors",
    );
}
