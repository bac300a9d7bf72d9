//! Problems for programs: each format with the program that it is about, in `snapshots/messages/`;
//! and that what they say of places is so.

use crate::common::{check, package, wrong_programs};
use serde_json::Value;
use std::process::{Command, Output};
use tierwall::diagnostic::Problem;
use tierwall::lint::{Level, Levels};
use tierwall::messages;

/// Runs tierwall beside the programs of the snapshots.
fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tierwall"))
        .args(arguments)
        .current_dir(package().join("snapshots/messages"))
        .env_remove("NO_COLOR")
        .output()
        .expect("tierwall starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

fn all_warn() -> Levels {
    Levels {
        all: Some(Level::Warn),
        ..Levels::default()
    }
}

/// The document with only those rules that a result names, and without the version.
fn short_of_rules(document: &str) -> String {
    let mut document: Value = serde_json::from_str(document).expect("JSON");
    let run = &mut document["runs"][0];
    let results = run["results"].as_array().expect("results").clone();
    let driver = &mut run["tool"]["driver"];
    let rules = driver["rules"].as_array().expect("rules").clone();
    let reported = |(n, rule): (usize, &Value)| {
        let is_its = |result: &&Value| result["ruleIndex"].as_u64() == Some(n as u64);
        let ids: Vec<&Value> = results
            .iter()
            .filter(is_its)
            .map(|result| &result["ruleId"])
            .collect();
        assert!(
            ids.iter().all(|id| **id == rule["id"]),
            "{} is reported as {ids:?}",
            rule["id"]
        );
        let mut rule = rule.clone();
        rule["help"] = Value::from("…");
        (!ids.is_empty()).then_some(rule)
    };
    driver["rules"] = rules.iter().enumerate().filter_map(reported).collect();
    for version in ["version", "semanticVersion"] {
        assert_eq!(driver[version], env!("CARGO_PKG_VERSION"));
        driver[version] = Value::from("…");
    }
    serde_json::to_string_pretty(&document).expect("JSON")
}

#[test]
fn each_format_matches_its_snapshot() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(package().join("snapshots/messages"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for program in ["shop", "lints"] {
        let file = format!("{program}.tier");
        for format in ["human", "short", "json", "github", "sarif"] {
            let output = run(&[
                "check",
                "--as-of",
                "2026-01-15",
                "--message-format",
                format,
                &file,
            ]);
            assert_eq!(output.status.code(), Some(1));
            let (reported, silent) = match format {
                "human" => (output.stderr, output.stdout),
                _ => (output.stdout, output.stderr),
            };
            assert!(silent.is_empty(), "{format} goes to one place");
            let reported = if format == "sarif" {
                short_of_rules(&text(&reported))
            } else {
                text(&reported)
            };
            settings.bind(|| insta::assert_snapshot!(format!("{program}-{format}"), reported));
        }
    }
}

/// A program in another form.
type Written = fn(&str) -> String;

/// Line and column of an offset, counted by hand.
fn counted(text: &str, offset: usize) -> (u64, u64) {
    let (mut line, mut column) = (1, 1);
    for character in text[..offset].chars().skip_while(|c| *c == '\u{feff}') {
        (line, column) = if character == '\n' {
            (line + 1, 1)
        } else {
            (line, column + 1)
        };
    }
    (line, column)
}

/// Checks that a span of a JSON line is where it says.
fn holds(span: &Value, text: &str) {
    let offset = |end: &str| span[end]["offset"].as_u64().expect("an offset") as usize;
    assert!(
        offset("start") <= offset("end") && offset("end") <= text.len(),
        "{span}"
    );
    for end in ["start", "end"] {
        let place = (
            span[end]["line"].as_u64().unwrap_or(0),
            span[end]["column"].as_u64().unwrap_or(0),
        );
        assert_eq!(place, counted(text, offset(end)), "{span}\n{text}");
    }
    if span.get("label").is_some() {
        assert_eq!(span["text"], text[offset("start")..offset("end")], "{span}");
    }
}

#[test]
fn positions_are_correct() {
    let ways: [(&str, Written); 5] = [
        ("as it is", str::to_string),
        ("CRLF", |program| program.replace('\n', "\r\n")),
        ("a mark at the start", |program| {
            format!("\u{feff}{program}")
        }),
        ("tabs", |program| program.replace("\ntier ", "\n\ttier\t")),
        ("characters of many bytes", |program| {
            format!("# é – 🦀\n{}", program.replace('\n', " # ü🦀\n"))
        }),
    ];
    let mut problems_seen = 0;
    for (shows, program) in wrong_programs() {
        for (way, written) in ways {
            // the first line may say what to check with
            let (first, rest) = program.split_at(if program.starts_with("# tierwall") {
                program.find('\n').unwrap_or(0)
            } else {
                0
            });
            let program = if way == "a mark at the start" && !first.is_empty() {
                continue;
            } else {
                format!("{first}{}", written(rest))
            };
            let (compilation, problems) = check(&program, &all_warn());
            for problem in &problems {
                let reported = messages::json_problem(problem, &compilation.sources);
                assert_eq!(reported.matches('\n').count(), 1, "{reported}");
                let line: Value = serde_json::from_str(&reported)
                    .unwrap_or_else(|error| panic!("{shows}: {error}"));
                let spans = line["spans"].as_array().expect("spans").iter();
                let fixes = line["fixes"].as_array().expect("fixes").iter();
                let edits = fixes.flat_map(|fix| fix["edits"].as_array().expect("edits"));
                spans.chain(edits).for_each(|span| holds(span, &program));
                problems_seen += 1;
            }
        }
    }
    assert!(problems_seen > 500, "{problems_seen}");
}

/// The problems of a text, each with its sources.
fn problems_of(program: &str) -> (tierwall::compile::Compilation, Vec<Problem>) {
    check(program, &Levels::default())
}

#[test]
fn a_github_command_round_trips() {
    let (_, problems) =
        problems_of("tier web\nweb allows https from anywhere, wbe \"100%, or: more\"\n");
    let mut sources = tierwall::source::Sources::default();
    let name = "a,b:c%d.tier";
    sources.add(
        name.to_string(),
        "tier web\nweb allows https from anywhere, wbe \"100%, or: more\"\n".to_string(),
    );
    let reported = messages::github_problem(&problems[0], &sources);
    let (properties, message) = reported
        .strip_prefix("::error ")
        .and_then(|rest| rest.split_once("::"))
        .expect("a command");
    assert_eq!(
        properties,
        "file=a%2Cb%3Ac%25d.tier,line=2,endLine=2,col=33,endColumn=36,title=E0201"
    );
    assert_eq!(
        message,
        "there is no peer `wbe`%0Ahere: unknown peer%0Ahelp: did you mean `web`?\n"
    );
    assert_eq!(
        messages::github_notice("50%\r\nis: not,", None),
        "::error title=tierwall::50%25%0D%0Ais: not,\n"
    );
}

#[test]
fn reports_command_line_errors_in_each_format() {
    for format in ["short", "json", "github", "sarif"] {
        let output = run(&[
            "check",
            "none.tier",
            "shop.tier",
            "--message-format",
            format,
            "--as-of",
            "2026-01-15",
        ]);
        assert_eq!(
            (output.status.code(), text(&output.stderr).as_str()),
            (Some(2), ""),
            "{format}"
        );
        let reported = text(&output.stdout);
        let why = "cannot read `none.tier`: no such file or directory";
        match format {
            "short" => assert!(
                reported.starts_with(&format!("error: {why}\nshop.tier:5:23: error[")),
                "{reported}"
            ),
            "json" => {
                let lines = lines(&reported);
                assert_eq!(
                    (&lines[0]["type"], &lines[0]["message"]),
                    (&Value::from("failure"), &Value::from(why))
                );
                let last = lines.last().expect("a line");
                assert_eq!(
                    (&last["type"], &last["failures"]),
                    (&Value::from("summary"), &Value::from(1))
                );
                assert_eq!(last["errors"], lines.len() - 2);
            }
            "github" => assert!(
                reported.starts_with(&format!("::error title=tierwall::{why}\n::error file=")),
                "{reported}"
            ),
            _ => {
                let document: Value = serde_json::from_str(&reported).expect("JSON");
                let invocation = &document["runs"][0]["invocations"][0];
                assert_eq!(invocation["executionSuccessful"], false);
                assert_eq!(invocation["exitCode"], 2);
                assert_eq!(
                    invocation["toolExecutionNotifications"][0]["message"]["text"],
                    why
                );
                assert!(
                    !document["runs"][0]["results"]
                        .as_array()
                        .expect("results")
                        .is_empty()
                );
            }
        }
    }
}

#[test]
fn writes_exactly_one_document() {
    let results = |arguments: &[&str]| {
        let output = run(arguments);
        let document: Value = serde_json::from_slice(&output.stdout).expect("one document");
        document["runs"][0]["results"]
            .as_array()
            .expect("results")
            .clone()
    };
    let sarif = [
        "check",
        "--message-format",
        "sarif",
        "--as-of",
        "2026-01-15",
    ];
    assert!(
        results(
            &[
                &sarif[..],
                &["lib/networks.tier", "../../examples/three-tier.tier"]
            ]
            .concat()
        )
        .len()
            == 1
    );
    assert!(results(&[&sarif[..], &["../../examples/three-tier.tier"]].concat()).is_empty());
    // a file that two programs include is reported once
    let once = results(&[&sarif[..], &["shop.tier"]].concat());
    assert_eq!(
        results(&[&sarif[..], &["shop.tier", "shop.tier"]].concat()),
        once
    );
}

#[test]
fn fingerprints_are_stable_when_lines_move() {
    let prints = |program: &str| {
        let (compilation, problems) = check(program, &all_warn());
        let mut log = messages::Log::default();
        problems
            .iter()
            .for_each(|problem| log.add_problem(problem, &compilation.sources));
        let document: Value = serde_json::from_str(&log.finish_document(1)).expect("JSON");
        let results = document["runs"][0]["results"]
            .as_array()
            .expect("results")
            .clone();
        results
            .iter()
            .map(|result| result["partialFingerprints"].to_string())
            .collect::<Vec<_>>()
    };
    let program =
        "tier web, app\nweb allows ssh from anywhere\nweb, app allow ssh, rdp from 0.0.0.0/0\n";
    let reported = prints(program);
    assert!(reported.len() > 3);
    assert_eq!(
        prints(&format!(
            "# moved\n\n{}",
            program.replace("allows ssh", "allows   ssh")
        )),
        reported
    );
    let unique: std::collections::BTreeSet<&String> = reported.iter().collect();
    assert_eq!(unique.len(), reported.len(), "{reported:?}");
}

#[test]
fn commands_with_output_report_to_standard_error() {
    let build = run(&[
        "build",
        "lints.tier",
        "--to",
        "tf",
        "--message-format",
        "json",
        "--as-of",
        "2026-01-15",
    ]);
    assert!(build.stdout.is_empty());
    assert_eq!(
        lines(&text(&build.stderr))
            .last()
            .map(|line| line["errors"].clone()),
        Some(Value::from(1))
    );
    let flows = run(&[
        "flows",
        "../../examples/three-tier.tier",
        "--format",
        "json",
        "--message-format",
        "sarif",
    ]);
    assert!(
        serde_json::from_slice::<Value>(&flows.stdout).is_ok_and(|it| it.get("runs").is_none())
    );
    assert!(
        serde_json::from_slice::<Value>(&flows.stderr).is_ok_and(|it| it.get("runs").is_some())
    );
}

#[test]
fn every_command_has_the_formats_and_programs_get_no_colours() {
    let listing = text(&run(&["--help"]).stdout);
    let commands = listing
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty());
    let commands: Vec<&str> = commands
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .collect();
    assert!(
        commands.len() > 10 && commands.contains(&"matrix"),
        "{commands:?}"
    );
    for command in commands
        .into_iter()
        .filter(|command| !command.is_empty() && *command != "help")
    {
        assert!(
            text(&run(&[command, "--help"]).stdout).contains("--message-format"),
            "{command}"
        );
    }
    for format in ["short", "json", "github", "sarif"] {
        let output = run(&[
            "--color",
            "always",
            "check",
            "shop.tier",
            "none.tier",
            "--message-format",
            format,
        ]);
        assert!(
            !text(&output.stdout).contains('\u{1b}') && output.stderr.is_empty(),
            "{format}"
        );
    }
    assert_eq!(
        run(&["check", "shop.tier", "--message-format", "xml"])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn problems_without_a_file_have_no_position() {
    let asked = |format| {
        let trace = [
            "trace",
            "shop.tier",
            "--from",
            "zz",
            "--to",
            "zzz",
            "--message-format",
            format,
        ];
        text(&run(&[&trace[..], &["--as-of", "2026-01-15"]].concat()).stderr)
    };
    let json = asked("json");
    let unknown = lines(&json)
        .into_iter()
        .find(|line| line["message"] == "there is no peer `zz`")
        .expect("a problem");
    assert_eq!(unknown["spans"][0]["file"], Value::Null);
    assert_eq!(unknown["spans"][0]["options"], "--from zz --to zzz");
    assert!(!asked("sarif").contains("--from") && !asked("github").contains("file=--from"));
    let document: Value = serde_json::from_str(&asked("sarif")).expect("JSON");
    let results = document["runs"][0]["results"].as_array().expect("results");
    assert!(
        results
            .iter()
            .any(|it| it["locations"].as_array().is_some_and(Vec::is_empty))
    );
}

#[test]
fn files_of_a_commit_have_no_edits() {
    struct Old(&'static str);
    impl tierwall::workspace::Workspace for Old {
        fn kind(&self) -> tierwall::source::FileKind {
            tierwall::source::FileKind::Version
        }

        fn read(
            &mut self,
            _: &str,
            _: Option<&str>,
        ) -> Result<tierwall::workspace::Read, tierwall::workspace::ReadError> {
            let (identity, name) = ("s.tier".to_string(), "HEAD:s.tier".to_string());
            Ok(tierwall::workspace::Read {
                identity,
                name,
                bytes: self.0.into(),
            })
        }
    }
    let mut old = Old("tier web\nweb allows https from 10.0.0.1/8\n");
    let compilation = tierwall::compile::compile(
        "s.tier",
        &mut old,
        &tierwall::compile::Inputs::on(crate::common::as_of()),
    )
    .expect("a program");
    let [problem] = compilation
        .problems
        .sorted()
        .try_into()
        .expect("one problem");
    assert!(problem.fixes(&compilation.sources).is_empty());
    assert!(!messages::github_problem(&problem, &compilation.sources).contains("file="));
    let mut log = messages::Log::default();
    log.add_problem(&problem, &compilation.sources);
    assert!(!log.finish_document(1).contains("artifactLocation"));
}
