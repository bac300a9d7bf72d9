//! Input that means harm, and files that go wrong: every run ends, in bounded memory, with a
//! message and an exit code.

#![allow(clippy::disallowed_methods, reason = "tests read files")]

mod common;

use common::command::{Run, Scratch};
use std::fs;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Every run below takes less than a tenth of it on an idle machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// Waits for a process, not forever.
fn ended(mut command: Command) -> Output {
    let scratch = Scratch::new();
    let file = |name: &str| fs::File::create(scratch.path(name)).expect("a file");
    // files, since a full pipe would stop the process
    let mut child = command
        .stdout(file("out"))
        .stderr(file("err"))
        .spawn()
        .expect("it starts");
    let start = Instant::now();
    let status = loop {
        match child.try_wait().expect("a child") {
            Some(status) => break status,
            None if start.elapsed() > PATIENCE => {
                child.kill().expect("it can be ended");
                panic!("{command:?} takes longer than {PATIENCE:?}");
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let bytes = |name: &str| fs::read(scratch.path(name)).expect("a file");
    Output {
        status,
        stdout: bytes("out"),
        stderr: bytes("err"),
    }
}

/// Runs tierwall in a shell that sets limits first.
#[cfg(unix)]
fn limited(scratch: &Scratch, limits: &str, arguments: &[&str]) -> Run {
    let tierwall = scratch.command(&[]);
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("{limits}; exec \"$0\" \"$@\"")])
        .arg(tierwall.get_program())
        .args(arguments);
    shell.current_dir(scratch.path(".")).env("TERM", "dumb");
    Run::from_output(ended(shell))
}

#[cfg(not(unix))]
fn limited(scratch: &Scratch, _limits: &str, arguments: &[&str]) -> Run {
    Run::from_output(ended(scratch.command(arguments)))
}

/// Less than 2 GB of address space.
const MEMORY: &str = "ulimit -v 2000000";

/// A text of so many parts.
fn times(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect()
}

fn joined(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect::<Vec<_>>().join(", ")
}

fn address(n: usize) -> String {
    format!("10.{}.{}.{}", n >> 16 & 255, n >> 8 & 255, n & 255)
}

#[test]
fn many_small_items_take_bounded_time_and_memory() {
    many_small_things(50_000);
}

#[test]
#[ignore = "takes minutes: cargo test --test hostile -- --ignored"]
fn a_million_small_things_end_in_time_and_memory() {
    many_small_things(1_000_000);
}

fn many_small_things(n: usize) {
    for (name, text, code) in [
        ("statements", times(n, |n| format!("tier t{n}\n")), 0),
        (
            "errors",
            "tier web\n".to_string() + &"web alows tcp 1 from x\n".repeat(n),
            1,
        ),
        ("junk", "%%% ???\n".repeat(n), 1),
        ("comments", "# hello\n".repeat(n), 0),
        ("braces", "tier a { b = ".repeat(n), 1),
        ("quotes", "tier a \"\n".repeat(n), 1),
        (
            "unknown",
            "tier web\n".to_string() + &times(n, |n| format!("web allows tcp 1 from no{n}\n")),
            1,
        ),
    ] {
        let scratch = Scratch::new();
        scratch.write("a.tier", text);
        let run = limited(&scratch, "ulimit -v 6000000", &["check", "a.tier"]);
        assert_eq!(
            run.code(),
            code,
            "{name}: {}",
            &run.err()[..run.err().len().min(2000)]
        );
        assert!(run.err().len() < 2_000_000, "{name}: the report is capped");
    }
}

#[test]
fn a_long_line_is_drawn_in_part_and_read_quickly() {
    let n = 50_000;
    let scratch = Scratch::new();
    for (name, text) in [
        (
            "ports",
            format!(
                "tier web\nweb allows tcp {} from 10.0.0.0/8\n",
                joined(n, |n| (n % 65_535 + 70_000).to_string())
            ),
        ),
        (
            "names",
            format!(
                "tier web\nweb allows tcp 80 from {}\n",
                joined(n, |n| format!("no{n}"))
            ),
        ),
        (
            "keys",
            format!("tier web {{ {} }}\n", joined(n, |n| format!("k{n} = 1"))),
        ),
        ("words", format!("{} tier web\n", "word ".repeat(n))),
        (
            "letters",
            format!("tier web\nweb allows tcp 80 from {}\n", "é".repeat(500_000)),
        ),
        ("name", format!("tier {}\n", "x".repeat(10_000_000))),
        ("string", format!("tier web \"{}\n", "x".repeat(10_000_000))),
    ] {
        scratch.write("a.tier", &text);
        for format in ["human", "short", "json", "github", "sarif"] {
            let run = limited(
                &scratch,
                "ulimit -v 6000000",
                &["check", "a.tier", "--message-format", format],
            );
            assert_eq!(run.code(), 1, "{name}, {format}");
            let reported = if format == "human" {
                run.err().len()
            } else {
                0
            };
            assert!(reported < 2_000_000, "{name}: {reported} bytes");
        }
        // what is no mistake of syntax is laid out
        let run = limited(&scratch, MEMORY, &["fmt", "a.tier", "--check"]);
        assert!([0, 1].contains(&run.code()), "{name}: {}", run.code());
    }
}

#[test]
fn draws_a_position_on_a_long_line_correctly() {
    let scratch = Scratch::new();
    // é is one column and two bytes
    let prose = "é".repeat(3_000);
    scratch.write(
        "a.tier",
        format!("tier web\n@allow(all, \"{prose}\") tier web \"twice\" tier\n"),
    );
    let run = scratch.run(&["check", "a.tier"]);
    assert!(
        run.err().lines().all(|line| line.chars().count() < 600),
        "{}",
        run.err()
    );
    let names = joined(200, |n| format!("tier-{n}"));
    scratch.write("b.tier", format!("tier {names}, tier-7, other\n"));
    let run = scratch.run(&["check", "b.tier"]);
    let column = "tier ".len() + names.len() + ", ".len() + 1;
    run.exits(1)
        .says(&format!("b.tier:1:{column}"))
        .says("b.tier:1:62: first");
    let drawn = run.err();
    let line = drawn
        .lines()
        .find(|line| line.contains("tier-7, other"))
        .expect("the line is drawn");
    let marks = drawn
        .lines()
        .skip_while(|it| *it != line)
        .nth(1)
        .expect("a line of marks");
    let under = |mark: char| marks.chars().position(|it| it == mark);
    assert_eq!(
        under('^'),
        line.split("tier-7, other")
            .next()
            .map(|before| before.chars().count()),
        "{drawn}"
    );
}

#[test]
fn the_report_is_capped_and_the_exit_code_is_not() {
    let scratch = Scratch::new();
    let (warnings, errors) = (
        times(700, |n| format!("tier t{n} was t{n}x\n")),
        "web alows http from x\n".repeat(600),
    );
    scratch.write("errors.tier", format!("{warnings}tier web\n{errors}"));
    let check = |arguments: &[&str]| scratch.run(&[&["check", "errors.tier"], arguments].concat());
    let run = check(&[]);
    run.exits(1)
        .says("\n600 errors\nand 100 errors more; `--max-problems 0` reports all\n");
    assert_eq!(run.err().matches("error[").count(), 500);
    assert_eq!(
        check(&["--max-problems", "0"])
            .exits(1)
            .err()
            .matches("error[")
            .count(),
        600
    );
    check(&["--max-problems", "1"])
        .exits(1)
        .says("and 599 errors more");
    let lines = |format: &str| check(&["--message-format", format]).exits(1).out();
    assert_eq!(lines("short").lines().count(), 501);
    assert!(lines("github").ends_with("\nand 100 errors more; `--max-problems 0` reports all\n"));
    assert_eq!(lines("json").lines().count(), 601, "programs get all");
    assert!(!lines("json").contains("omitted"));
    let few = check(&["--message-format", "json", "--max-problems", "9"])
        .exits(1)
        .out();
    assert_eq!(few.lines().count(), 10);
    assert!(
        few.ends_with("\"errors\":600,\"warnings\":0,\"notes\":0,\"failures\":0,\"fixed\":0,\"omitted\":591}\n"),
        "{few}"
    );
    let sarif = check(&["--message-format", "sarif", "--max-problems", "9"])
        .exits(1)
        .out();
    assert_eq!(sarif.matches("\"ruleIndex\"").count(), 9);
    assert!(sarif.contains("and 591 errors more"));

    // an error after a thousand warnings is reported, and decides
    let unreachable = times(1_000, |n| format!("tier t{n}\n"));
    scratch.write(
        "warnings.tier",
        format!("{unreachable}assert t1 can reach t2\n"),
    );
    let run = scratch.run(&["check", "warnings.tier", "--max-problems", "3"]);
    run.exits(1)
        .says("error[E0702]")
        .says("and 997 warnings more");
}

#[test]
fn refuses_input_that_is_too_large() {
    let scratch = Scratch::new();
    let tiers = joined(3_000, |n| format!("t{n}"));
    let hosts = joined(1_000, |n| address(n * 2));
    let ports = joined(1_000, |n| (n * 2 + 1).to_string());
    let chain = |kind: &str, first: &str, more: &dyn Fn(usize) -> String| {
        let head = format!("tier {tiers}\n{kind} x0 = {first}\n");
        head + &times(20_000, |n| {
            format!("{kind} x{} = x{n}, {}\n", n + 1, more(n))
        })
    };
    for (name, text) in [
        (
            "product",
            format!(
                "tier {tiers}\ntiers all-of-them = {tiers}\nall-of-them allow tcp {ports} from {hosts}\n"
            ),
        ),
        (
            "squares",
            format!("tier {tiers}\n{tiers} allow all from {tiers}\n"),
        ),
        (
            "networks",
            chain("network", "10.0.0.0", &|n| address(n * 2 + 2)),
        ),
        (
            "services",
            chain("service", "tcp 1", &|n| format!("udp {}", n * 2 + 1)),
        ),
        (
            "assertions",
            format!("tier {tiers}\nassert {tiers} cannot reach {tiers}\n"),
        ),
    ] {
        scratch.write("a.tier", text);
        for command in [
            &["check", "a.tier"][..],
            &["build", "a.tier", "--to", "tf"],
            &["flows", "a.tier"],
        ] {
            let run = limited(&scratch, MEMORY, command);
            assert_eq!(run.code(), 1, "{name}");
            assert!(run.err().contains("error[E0323]"), "{name}: {}", run.err());
        }
    }
    // parameters that are named twice by networks that are named twice, sixty times
    let doubled = times(60, |n| format!("network n{} = n{n}, n{n}\n", n + 1));
    scratch.write(
        "a.tier",
        format!(
            "param p : cidr\nnetwork n0 = p, p\n{doubled}tier web\nweb allows tcp 1 from n60\n"
        ),
    );
    limited(&scratch, MEMORY, &["check", "a.tier"]).exits(0);
    // hosts out of everything
    let hosts = joined(20_000, |n| {
        format!("{:x}:{:x}::1", n / 250 + 1, n % 250 + 1)
    });
    scratch.write(
        "a.tier",
        format!("tier web\nweb allows tcp 1 from anywhere-ipv6 except {hosts}\n"),
    );
    limited(&scratch, MEMORY, &["check", "a.tier"])
        .exits(1)
        .says("error[E0321]");
}

#[test]
fn many_of_each_statement() {
    many_of_each(20_000, &COMMANDS[..2]);
}

#[test]
#[ignore = "takes minutes: cargo test --test hostile -- --ignored"]
fn a_hundred_thousand_of_each_statement() {
    many_of_each(100_000, &COMMANDS);
}

const COMMANDS: [&[&str]; 5] = [
    &["check", "a.tier"],
    &["build", "a.tier", "--to", "terraform", "-o", "a.tf"],
    &["flows", "a.tier"],
    &["quota", "a.tier"],
    &["fmt", "--check", "a.tier"],
];

/// Asks about programs of so many statements. What grows with the square of them takes more than a
/// minute.
fn many_of_each(n: usize, commands: &[&[&str]]) {
    let web = "tier web\n";
    let programs = [
        (
            "names in one statement",
            format!("tier {}\n", joined(n, |n| format!("t{n}"))),
        ),
        ("renamed", times(n, |n| format!("tier t{n} was w{n}\n"))),
        ("one old name", times(n, |n| format!("tier t{n} was old\n"))),
        (
            "collisions",
            times(n, |n| format!("tier a-{n}b\ntier a_{n}b\n")),
        ),
        ("duplicates", web.repeat(n)),
        (
            "networks",
            web.to_string() + &times(n, |n| format!("network n{n} = {}\n", address(n))),
        ),
        (
            "a chain",
            format!(
                "network n0 = 10.0.0.0/8\n{}",
                times(n, |n| format!("network n{} = n{n}\n", n + 1))
            ),
        ),
        (
            "a ring",
            times(n, |m| format!("network n{m} = n{}\n", (m + 1) % n)),
        ),
        (
            "chained services",
            format!(
                "service s0 = tcp 1\n{}",
                times(n, |n| format!("service s{} = s{n}\n", n + 1))
            ),
        ),
        (
            "chained sets",
            format!(
                "{web}tiers x0 = web\n{}",
                times(n, |n| format!("tiers x{} = x{n}\n", n + 1))
            ),
        ),
        (
            "parameters",
            web.to_string()
                + &times(n, |n| {
                    format!("param p{n} : cidr\nweb allows tcp 1 from p{n}\n")
                }),
        ),
        (
            "VPCs",
            times(n, |n| {
                format!("vpc v{n} {{ id = \"vpc-{n:017x}\" }}\ntier t{n} {{ vpc = v{n} }}\n")
            }),
        ),
        (
            "near misses",
            times(n, |n| {
                format!("tier tier{n:06}\ntier{n:06}x allows tcp 1 from 10.0.0.0/8\n")
            }),
        ),
        (
            "unknown services",
            web.to_string() + &times(n, |n| format!("web allows no{n} from 10.0.0.0/8\n")),
        ),
        (
            "allowed",
            times(n, |n| format!("@allow(unreachable-tier)\ntier t{n}\n")),
        ),
        (
            "sentences",
            web.to_string()
                + &times(n, |n| {
                    format!("web allows tcp {} from {}\n", n % 60_000 + 1, address(n))
                }),
        ),
        (
            "tiers",
            times(n, |m| {
                format!("tier t{m}\nt{m} allows tcp 1 from t{}\n", (m * 7 + 1) % n)
            }),
        ),
        (
            "assertions",
            format!(
                "{web}tier db\n{}",
                "assert internet cannot reach db\n".repeat(n)
            ),
        ),
        (
            "except",
            times(n, |n| format!("network n{n} = {}\n", address(n)))
                + web
                + &"web allows tcp 1 from 11.0.0.0/24 except 11.0.0.0/25\n".repeat(n),
        ),
        (
            "addresses",
            format!(
                "{web}web allows tcp 80 from {}\n",
                joined(n, |n| address(n * 2))
            ),
        ),
        (
            "ports",
            format!(
                "{web}web allows tcp {} from 10.0.0.0/8\n",
                joined(n, |n| (n % 65_535 + 1).to_string())
            ),
        ),
        (
            "the program included",
            web.to_string() + &"include \"a.tier\"\n".repeat(n),
        ),
    ];
    for (name, text) in programs {
        let scratch = Scratch::new();
        scratch.write("a.tier", &text);
        for command in commands {
            let run = limited(&scratch, "ulimit -v 6000000; ulimit -t 60", command);
            assert!(
                [0, 1].contains(&run.code()),
                "{name}: {command:?} ends with {}",
                run.code()
            );
        }
    }
}

#[test]
fn included_files_are_bounded_by_what_is_on_the_disk() {
    let scratch = Scratch::new();
    let includes = times(3_000, |n| format!("include \"f{n}.tier\"\n")).repeat(2);
    scratch.write(
        "a.tier",
        format!("include \"a.tier\"\ninclude \"./d/../a.tier\"\n{includes}"),
    );
    for n in 0..3_000 {
        // each includes all the others by way of the first, and the next one, which makes a chain
        let next = (n + 1) % 3_000;
        scratch.write(
            &format!("f{n}.tier"),
            format!("include \"a.tier\"\ninclude \"f{next}.tier\"\ntier t{n}\n"),
        );
    }
    limited(&scratch, MEMORY, &["check", "a.tier"])
        .exits(0)
        .says("3000 tiers");
    limited(&scratch, MEMORY, &["check", "f0.tier"])
        .exits(0)
        .says("3000 tiers");
    scratch.write(
        "f7.tier",
        "include \"missing.tier\"\ninclude \"/etc/passwd\"\ninclude \"../../b.tier\"\n"
            .repeat(1_000),
    );
    let run = limited(&scratch, MEMORY, &["check", "a.tier"]);
    run.exits(1)
        .says("error[E0401]")
        .says("error[E0402]")
        .says("3000 errors");
}

#[cfg(unix)]
#[test]
fn does_not_read_special_files() {
    let scratch = Scratch::new();
    scratch.write(
        "a.tier",
        "param p : cidr\ntier web\nweb allows tcp 80 from p\n",
    );
    fs::create_dir(scratch.path("directory")).expect("a directory");
    assert!(
        Command::new("mkfifo")
            .arg(scratch.path("pipe"))
            .status()
            .expect("mkfifo")
            .success()
    );
    for (link, to) in [
        ("zero", "/dev/zero"),
        ("full", "/dev/full"),
        ("ring", "ring"),
        ("nowhere", "missing"),
    ] {
        std::os::unix::fs::symlink(to, scratch.path(link)).expect("a link");
    }
    for odd in [
        "pipe",
        "directory",
        "zero",
        "full",
        "ring",
        "nowhere",
        "/dev/zero",
        "/dev/tty",
    ] {
        let quiet = |arguments: &[&str], code| {
            let mut command = scratch.command(arguments);
            command.stdin(Stdio::null());
            let run = Run::from_output(ended(command));
            assert_eq!(run.code(), code, "{arguments:?}\n{}", run.err());
            assert!(!run.err().contains("panicked"), "{}", run.err());
        };
        if odd != "directory" {
            quiet(&["check", odd], 2);
            quiet(&["fmt", odd], 2);
        }
        quiet(&["build", odd, "--to", "tf"], 2);
        quiet(&["build", "a.tier", "--to", "tf", "--vars", odd], 2);
        quiet(&["build", "--manifest", odd], 2);
        quiet(&["diff", odd, "a.tier"], 2);
        quiet(&["diff", "a.tier", odd], 2);
        quiet(&["build", "a.tier", "--to", "tf", "-o", odd], 2);
        quiet(&["build", "a.tier", "--to", "tf", "-o", odd, "--force"], 2);
        scratch.write("includes.tier", format!("include \"{odd}\"\ntier web\n"));
        quiet(&["check", "includes.tier"], 1);
        scratch.write("listed.toml", format!("[[program]]\nfile = \"{odd}\"\n"));
        quiet(&["check", "--manifest", "listed.toml"], 2);
    }
    // a stream that does not end
    let mut endless = scratch.command(&["check", "-"]);
    endless.stdin(fs::File::open("/dev/zero").expect("a device"));
    Run::from_output(ended(endless)).exits(1).says("E0121");
}

#[test]
fn reports_invalid_utf8_in_every_file() {
    let scratch = Scratch::new();
    let bytes = [b"tier w", &[0xff, 0xfe, 0xc3][..], b"\n"].concat();
    scratch.write("a.tier", &bytes);
    scratch.write("b.tier", "include \"a.tier\"\n");
    scratch.write(
        "good.tier",
        "param p : cidr\ntier web\nweb allows tcp 80 from p\n",
    );
    scratch.write(
        "listed.toml",
        [b"[[program]]\nfile = \"good", &[0xff][..], b".tier\"\n"].concat(),
    );
    scratch.write(
        "vars.json",
        [b"{\"p\": \"10.0.0.0/8", &[0xff][..], b"\"}"].concat(),
    );
    for (arguments, code) in [
        (&["check", "a.tier"][..], 1),
        (&["check", "b.tier"], 1),
        (&["check", "--fix", "b.tier"], 1),
        (&["fmt", "a.tier"], 1),
        (&["diff", "good.tier", "a.tier"], 1),
        (
            &["build", "good.tier", "--to", "tf", "--vars", "vars.json"],
            2,
        ),
        (&["check", "--manifest", "listed.toml"], 2),
    ] {
        let run = scratch.run(arguments);
        assert_eq!(run.code(), code, "{arguments:?}\n{}", run.err());
        assert!(run.err().contains("error"), "{arguments:?}");
    }
    assert_eq!(
        fs::read(scratch.path("a.tier")).expect("a file"),
        bytes,
        "it is not written anew"
    );
}

/// A project of two outputs, large enough that a write takes a while.
fn project(scratch: &Scratch, ports: usize) {
    let sentences = times(ports, |n| {
        format!("web allows tcp {} from 10.0.0.0/8\n", n * 2 + 1)
    });
    scratch.write("a.tier", format!("tier web\n{sentences}"));
    let outputs = "outputs = { terraform = \"a.tf\", cloudformation = \"a.json\" }";
    let lints = "[lints]\ntemplate-limits = \"allow\"\nquota = \"allow\"\n";
    scratch.write(
        "tierwall.toml",
        format!("{lints}[[program]]\nfile = \"a.tier\"\n{outputs}\n"),
    );
}

/// Kills builds at different moments; each output is then one of the two that there can be, whole.
#[cfg(unix)]
fn kill(rounds: usize) {
    let (scratch, sizes) = (Scratch::new(), [900, 1_000]);
    let build = ["build", "--as-of", "2026-01-15"];
    let whole = sizes.map(|size| {
        project(&scratch, size);
        scratch.run(&build).exits(0);
        ["a.tf", "a.json"].map(|name| scratch.read(name))
    });
    let start = Instant::now();
    scratch.run(&build).exits(0);
    let long = start.elapsed() * 2;
    let (mut before, mut after) = (0, 0);
    for round in 0..rounds {
        project(&scratch, sizes[round % 2]);
        let mut command = scratch.command(&build);
        let mut child = command
            .stderr(Stdio::null())
            .spawn()
            .expect("tierwall starts");
        // moments spread over the run, in an order without a pattern
        std::thread::sleep(long.mul_f64((round * 619 % rounds) as f64 / rounds as f64));
        child.kill().expect("it can be killed");
        let status = child.wait().expect("it ends");
        *(if status.success() {
            &mut after
        } else {
            &mut before
        }) += 1;
        for (n, name) in ["a.tf", "a.json"].iter().enumerate() {
            let found = scratch.read(name);
            assert!(
                whole.iter().any(|outputs| outputs[n] == found),
                "round {round}: half of `{name}`"
            );
        }
    }
    assert!(
        rounds < 20 || before > 0 && after > 0,
        "{before} were killed, {after} were done before"
    );
}

#[cfg(unix)]
#[test]
fn a_killed_build_leaves_whole_outputs() {
    kill(60);
}

#[cfg(unix)]
#[test]
#[ignore = "takes minutes: cargo test --test hostile -- --ignored"]
fn a_thousand_killed_builds_leave_whole_outputs() {
    kill(1_000);
}

#[cfg(unix)]
#[test]
fn an_interrupted_build_removes_its_temporary_files() {
    let scratch = Scratch::new();
    let environment =
        |n| format!("[program.environments.e{n}]\noutputs = {{ cfn = \"out/{n}.json\" }}\n");
    scratch.write(
        "tierwall.toml",
        format!(
            "[[program]]\nfile = \"a.tier\"\n{}",
            times(1_000, environment)
        ),
    );
    let temporary = || {
        let names = fs::read_dir(scratch.path("out"))
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.file_name());
        names
            .filter(|name| name.to_string_lossy().starts_with(".tierwall-"))
            .count()
    };
    let is_ended = |signal: &str, round: usize| {
        // another each time, so that something is written
        scratch.write(
            "a.tier",
            format!("tier web\nweb allows tcp {} from private\n", 80 + round),
        );
        let mut build = scratch.command(&["build"]);
        let mut child = build
            .env("RAYON_NUM_THREADS", "1")
            .stderr(Stdio::null())
            .spawn()
            .expect("tierwall starts");
        while temporary() < 10 && child.try_wait().expect("it can be asked").is_none() {
            std::thread::yield_now();
        }
        Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status()
            .expect("kill starts");
        let status = child.wait().expect("it ends");
        assert_eq!(temporary(), 0, "{signal}: {status}");
        status.code() == Some(130)
    };
    for signal in ["-TERM", "-INT", "-HUP"] {
        // on a fast disk it may finish before the signal
        assert!(
            (0..20).any(|round| is_ended(signal, round)),
            "{signal} never ended it"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_changes_nothing() {
    let scratch = Scratch::new();
    project(&scratch, 2);
    scratch.run(&["build"]).exits(0);
    let old = ["a.tf", "a.json"].map(|name| scratch.read(name));
    project(&scratch, 300);
    let mut names = scratch.names();
    // no file may have more than 8 KiB (in blocks of 512 bytes), and the signal for that is not
    // wanted
    let full = "trap '' XFSZ; ulimit -f 16";
    limited(&scratch, full, &["build"])
        .exits(2)
        .says("cannot write")
        .says("a.tf");
    assert_eq!(["a.tf", "a.json"].map(|name| scratch.read(name)), old);
    assert_eq!(scratch.names(), names, "no temporary file is left");
    let long = format!(
        "tier   web\n{}",
        "web   allows tcp 80 from 10.0.0.0/8\n".repeat(1_000)
    );
    scratch.write("long.tier", &long);
    limited(&scratch, full, &["fmt", "long.tier"])
        .exits(2)
        .says("cannot write `long.tier`");
    let wrong = times(1_000, |n| {
        format!("web allows tcp {} from 10.0.0.1/8\n", n * 2 + 1)
    });
    scratch.write("wrong.tier", format!("tier web\n{wrong}"));
    limited(&scratch, full, &["check", "--fix", "wrong.tier"])
        .exits(2)
        .says("cannot write `wrong.tier`");
    limited(
        &scratch,
        "trap '' XFSZ; ulimit -f 1",
        &["init", "--template", "protocols", "new.tier"],
    )
    .exits(2)
    .says("cannot write `new.tier`");
    names.extend(["long.tier".to_string(), "wrong.tier".to_string()]);
    names.sort();
    assert_eq!(scratch.names(), names, "no temporary file is left");
    assert_eq!(scratch.read("long.tier"), long);
    assert_eq!(scratch.read("wrong.tier"), format!("tier web\n{wrong}"));
}

#[cfg(unix)]
#[test]
fn reports_a_read_only_directory() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    let scratch = Scratch::new();
    scratch.write("locked/a.tier", "tier   web\n");
    scratch.write("locked/a.tf", "");
    let mode = |name: &str, mode| {
        fs::set_permissions(scratch.path(name), fs::Permissions::from_mode(mode)).expect("a mode")
    };
    // where nobody can reach it; a program that this process has open for writing could not be
    // started
    let mut copy = Command::new("cp");
    copy.arg(scratch.command(&[]).get_program())
        .arg(scratch.path("tierwall"));
    assert!(copy.status().expect("cp").success());
    mode(".", 0o755);
    mode("locked", 0o555);
    let before = fs::read_dir(scratch.path("locked"))
        .expect("a directory")
        .count();
    for arguments in [
        &["build", "locked/a.tier", "--to", "tf", "-o", "locked/a.tf"][..],
        &[
            "build",
            "locked/a.tier",
            "--to",
            "tf",
            "-o",
            "locked/new.tf",
        ],
        &["fmt", "locked/a.tier"],
        &["init", "locked/new.tier"],
    ] {
        let mut command = Command::new(scratch.path("tierwall"));
        command.args(arguments).current_dir(scratch.path("."));
        if fs::metadata(scratch.path("locked"))
            .expect("a directory")
            .uid()
            == 0
        {
            // nobody, since permissions are nothing to root
            command.uid(65_534).gid(65_534);
        }
        let run = Run::from_output(ended(command));
        run.exits(2)
            .says("cannot write `locked/")
            .says("permission denied");
        assert_eq!(
            fs::read_dir(scratch.path("locked"))
                .expect("a directory")
                .count(),
            before
        );
    }
    mode("locked", 0o755);
    assert_eq!(
        (
            scratch.read("locked/a.tier").as_str(),
            scratch.read("locked/a.tf").as_str()
        ),
        ("tier   web\n", "")
    );
}

#[cfg(unix)]
#[test]
fn an_output_never_replaces_an_input() {
    use std::os::unix::fs::symlink;
    let scratch = Scratch::new();
    scratch.write("b.tier", "tier app\n");
    let program = "include \"b.tier\"\nparam p : cidr\ntier web\nweb allows tcp 80 from p\n";
    scratch.write("a.tier", program);
    scratch.write("vars.json", "{\"p\": \"10.0.0.0/8\"}");
    for (link, to) in [
        ("program.tf", "a.tier"),
        ("include.tf", "b.tier"),
        ("vars.tf", "vars.json"),
    ] {
        symlink(to, scratch.path(link)).expect("a link");
    }
    for output in [
        "a.tier",
        "b.tier",
        "./vars.json",
        "program.tf",
        "include.tf",
        "vars.tf",
    ] {
        let build = [
            "build",
            "a.tier",
            "--to",
            "tf",
            "--vars",
            "vars.json",
            "-o",
            output,
        ];
        scratch.run(&build).exits(2).says(output);
        scratch
            .run(&[&build[..], &["--force"]].concat())
            .exits(2)
            .says("it is an input of the build");
    }
    assert_eq!(scratch.read("a.tier"), program);
    assert_eq!(
        (
            scratch.read("b.tier").as_str(),
            scratch.read("vars.json").as_str()
        ),
        ("tier app\n", "{\"p\": \"10.0.0.0/8\"}")
    );
    // two outputs that are one file
    project(&scratch, 1);
    scratch.run(&["build"]).exits(0);
    let old = scratch.read("a.tf");
    fs::remove_file(scratch.path("a.json")).expect("a file");
    symlink("a.tf", scratch.path("a.json")).expect("a link");
    scratch
        .run(&["build", "--force"])
        .exits(2)
        .says("`a.json`: it is the same file as `a.tf`");
    assert_eq!(scratch.read("a.tf"), old);
    // the manifest
    fs::remove_file(scratch.path("a.json")).expect("a link");
    symlink("tierwall.toml", scratch.path("a.json")).expect("a link");
    scratch
        .run(&["build", "--force"])
        .exits(2)
        .says("`a.json`: it is an input of the build");
}

#[test]
fn reports_an_output_that_cannot_be_written() {
    let scratch = Scratch::new();
    scratch.write("a.tier", "tier web\n");
    scratch.write("file", "");
    fs::create_dir(scratch.path("directory")).expect("a directory");
    let names = scratch.names();
    for output in [
        "directory",
        "directory/",
        "missing/a.tf",
        "file/a.tf",
        "new/",
        "",
        "directory/../missing/a.tf",
    ] {
        let run = scratch.run(&["build", "a.tier", "--to", "tf", "-o", output]);
        run.exits(2).says("error");
        assert_eq!(scratch.names(), names, "{output}");
    }
}

#[test]
fn a_file_that_has_changed_since_it_was_read_is_left_alone() {
    use notify::{Event, EventKind, RecursiveMode, Watcher, event::AccessKind};
    let scratch = Scratch::new();
    // a second's work for each of them
    let (layout, host_bits) = (
        "web   allows tcp 80 from 10.0.0.0/8\n",
        "web   allows tcp 80 from 10.0.0.1/8\n",
    );
    for (command, text) in [
        (&["fmt", "a.tier"][..], layout.repeat(400_000)),
        (&["check", "--fix", "a.tier"], host_bits.repeat(40_000)),
    ] {
        let text = format!("tier   web\n{text}");
        let path = scratch.write("a.tier", &text);
        let (changed, appended) = (path.clone(), format!("{text}tier late\n"));
        let late = appended.clone();
        let mut is_done = false;
        // as soon as the file was read, and long before it is understood
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let is_opened =
                event.is_ok_and(|it| matches!(it.kind, EventKind::Access(AccessKind::Open(_))));
            if is_opened && !std::mem::replace(&mut is_done, true) {
                std::thread::sleep(Duration::from_millis(100));
                fs::write(&changed, &late).expect("a file");
            }
        })
        .expect("a watcher");
        watcher
            .watch(&path, RecursiveMode::NonRecursive)
            .expect("it is watched");
        scratch
            .run(command)
            .exits(2)
            .says("cannot write `a.tier`: it has changed since it was read");
        assert_eq!(scratch.read("a.tier"), appended);
        assert_eq!(scratch.names(), ["a.tier"]);
    }
}

/// Every command that prints.
const PRINTING: [&[&str]; 18] = [
    &["build", "a.tier", "--to", "tf"],
    &["build", "a.tier", "--to", "cfn"],
    &["build", "a.tier", "--to", "tf", "-o", "stale.tf", "--check"],
    &["check", "a.tier", "--message-format", "short"],
    &["check", "a.tier", "--message-format", "json"],
    &["check", "a.tier", "--message-format", "github"],
    &["check", "a.tier", "--message-format", "sarif"],
    &["fmt", "-"],
    &["fmt", "--check", "loose.tier"],
    &["flows", "a.tier"],
    &["quota", "a.tier"],
    &["diff", "loose.tier", "a.tier"],
    &["matrix", "a.tier"],
    &["trace", "a.tier", "--from", "internet", "--to", "web"],
    &["paths", "a.tier", "--from", "internet", "--to", "web"],
    &["services"],
    &["explain", "lints"],
    &["completions", "bash"],
];

fn printing() -> Scratch {
    let scratch = Scratch::new();
    scratch.write("a.tier", "tier web, idle\nweb allows ssh from anywhere\n");
    scratch.write("loose.tier", "tier   web\n");
    scratch.write("stale.tf", "");
    scratch
}

#[cfg(unix)]
#[test]
fn exits_quietly_when_the_reader_closes_the_pipe() {
    let scratch = printing();
    for arguments in PRINTING {
        let expected = scratch.run_with(arguments, b"tier   web\n", &[]).code();
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = scratch.command(arguments);
        command.stdin(fs::File::open(scratch.path("loose.tier")).expect("a file"));
        command.stdout(writer).stderr(Stdio::piped());
        let run = Run::from_output(
            command
                .spawn()
                .and_then(|child| child.wait_with_output())
                .expect("tierwall ends"),
        );
        assert_eq!(run.code(), expected, "{arguments:?}: {}", run.err());
        assert!(
            !run.err().contains("panicked") && !run.err().contains("standard output"),
            "{}",
            run.err()
        );
        // nor standard error
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = scratch.command(arguments);
        command.stdin(fs::File::open(scratch.path("loose.tier")).expect("a file"));
        command.stdout(Stdio::null()).stderr(writer);
        assert_eq!(
            command.status().expect("tierwall ends").code(),
            Some(expected),
            "{arguments:?}"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn reports_a_write_error_on_standard_output() {
    let scratch = printing();
    for arguments in PRINTING {
        let mut command = scratch.command(arguments);
        command.stdin(fs::File::open(scratch.path("loose.tier")).expect("a file"));
        command
            .stdout(
                fs::OpenOptions::new()
                    .write(true)
                    .open("/dev/full")
                    .expect("a device"),
            )
            .stderr(Stdio::piped());
        let run = Run::from_output(
            command
                .spawn()
                .and_then(|child| child.wait_with_output())
                .expect("tierwall ends"),
        );
        assert_eq!(run.code(), 2, "{arguments:?}: {}", run.err());
        run.says("cannot write to standard output");
    }
}
