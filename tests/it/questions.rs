//! Questions: `trace`, `paths` and `matrix`, their verdicts, and each output with the program that
//! it is about.

use crate::common::{as_of, compile_text, examples, package};
use insta::Settings;
use std::process::Command;
use tierwall::Memory;
use tierwall::analysis::gate::Gate;
use tierwall::analysis::paths::find_paths;
use tierwall::analysis::trace::{Verdict, trace_connections};
use tierwall::compile::{AskError, Asked, Inputs, ask_question};
use tierwall::lint::Levels;
use tierwall::net::TrafficSet;
use tierwall::parse::Question;
use tierwall::policy::{Peer, Policy};
use tierwall::report::{self, Paint, QuestionEndpoints};

/// The shop: a client on the internet, a web server, an application server, a database.
const SHOP: &str = "\
stack shop

network office = 203.0.113.0/24, 2001:db8:40::/48

tier web, app
tier db { outbound = closed }

web allows http, https from anywhere
web allows ssh         from office
app allows tcp 8080    from web
db  allows mysql       from app
";

type Asks<'a> = (&'a str, &'a str, &'a str);

/// A program with a question; `on` is empty for any service.
fn posed(program: &str, (from, to, on): Asks<'_>) -> Result<Asked, AskError> {
    let question = Question {
        from,
        to,
        on: Some(on).filter(|on| !on.is_empty()),
    };
    ask_question(
        "shop.tier",
        &mut Memory::new().with("shop.tier", program),
        &Inputs::on(as_of()),
        &question,
    )
}

fn asked(program: &str, question: Asks<'_>) -> (Asked, QuestionEndpoints) {
    let mut asked = posed(program, question).unwrap_or_else(|error| panic!("{error:?}"));
    let problems = std::mem::take(&mut asked.compilation.problems);
    assert!(!problems.any_error(), "{program}{question:?}: {problems:?}");
    let (policy, sources) = (&asked.compilation.policy, &asked.compilation.sources);
    let subject = QuestionEndpoints::new(
        policy,
        sources,
        asked
            .question
            .as_ref()
            .expect("a question without an error"),
    );
    (asked, subject)
}

/// The verdict on each connection that is asked about, and what would open the first gate that is
/// closed.
fn verdicts(program: &str, question: Asks<'_>) -> Vec<Verdict> {
    let (asked, subject) = asked(program, question);
    let found = trace_connections(
        &asked.compilation.policy,
        &subject.from,
        &subject.to,
        &subject.services,
    );
    found.iter().map(|connection| connection.verdict).collect()
}

fn passes(program: &str, question: Asks<'_>) {
    assert_eq!(
        verdicts(program, question),
        [Verdict::Passes],
        "{program}{question:?}"
    );
}

fn for_some(program: &str, question: Asks<'_>) {
    assert_eq!(
        verdicts(program, question),
        [Verdict::ForSome],
        "{program}{question:?}"
    );
}

fn stopped(program: &str, question: Asks<'_>) {
    assert_eq!(
        verdicts(program, question),
        [Verdict::Stopped],
        "{program}{question:?}"
    );
}

/// A snapshot: the program, the question, the answer.
fn shown(name: &str, program: &str, question: &str, answer: &str) {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path(package().join("snapshots/questions"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let text = format!(
        "{program}\n$ tierwall {question}\n{}\n{answer}",
        "-".repeat(80)
    );
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn typed((from, to, on): Asks<'_>) -> String {
    let on = if on.is_empty() {
        String::new()
    } else {
        format!(" --on '{on}'")
    };
    format!("shop.tier --from '{from}' --to '{to}'{on}")
}

fn trace_text(program: &str, question: Asks<'_>) -> String {
    let (asked, subject) = asked(program, question);
    let (policy, sources) = (&asked.compilation.policy, &asked.compilation.sources);
    report::trace_text(policy, sources, &subject, Paint::Plain).0
}

fn shown_trace(name: &str, program: &str, question: Asks<'_>) {
    shown(
        name,
        program,
        &format!("trace {}", typed(question)),
        &trace_text(program, question),
    );
}

#[test]
fn the_shop_allows_each_tier_to_reach_only_the_next() {
    passes(SHOP, ("internet", "web", "https"));
    passes(SHOP, ("internet", "web", "tcp 443"));
    passes(SHOP, ("web", "app", "tcp 8080"));
    passes(SHOP, ("app", "db", "tcp 3306"));
    // the shortcuts
    for question in [
        ("internet", "app", "tcp 8080"),
        ("internet", "db", "mysql"),
        ("web", "db", "mysql"),
    ] {
        stopped(SHOP, question);
        stopped(SHOP, (question.0, question.1, ""));
    }
    // the wrong ports
    stopped(SHOP, ("internet", "web", "tcp 8080"));
    stopped(SHOP, ("internet", "web", "ssh"));
    stopped(SHOP, ("internet", "web", "udp 443"));
    stopped(SHOP, ("web", "app", "tcp 8081"));
    stopped(SHOP, ("app", "db", "tcp 3307"));
    // the wrong way around
    stopped(SHOP, ("app", "web", "tcp 8080"));
    stopped(SHOP, ("db", "app", "mysql"));
    stopped(SHOP, ("db", "app", ""));
    stopped(SHOP, ("db", "internet", ""));
}

#[test]
fn traces_of_the_shop() {
    shown_trace("trace-passes", SHOP, ("internet", "web", "https"));
    shown_trace("trace-two-gates", SHOP, ("app", "db", "mysql"));
    shown_trace("trace-stopped-into", SHOP, ("web", "db", "mysql"));
    shown_trace("trace-stopped-out", SHOP, ("db", "internet", "https"));
    shown_trace("trace-anything", SHOP, ("internet, office", "web", ""));
    let question = ("internet", "web, db", "https");
    let (asked, subject) = asked(SHOP, question);
    let json = report::trace_json(
        &asked.compilation.policy,
        &asked.compilation.sources,
        &subject,
    );
    assert!(!json.1, "the database is not reached");
    shown(
        "trace-json",
        SHOP,
        &format!("trace {} --format json", typed(question)),
        &json.0,
    );
}

#[test]
fn shows_the_packets_of_each_protocol() {
    let program = "tier a\na allows dns, ping, icmp fragmentation-needed, icmp 13, icmp, proto 50, all from anywhere\n";
    let question = (
        "internet",
        "a",
        "dns, ping, icmp fragmentation-needed, icmp 13, icmp, proto 50, all",
    );
    shown_trace("trace-travels", program, question);
}

#[test]
fn each_kind_of_icmp_has_its_own_packets() {
    let program = "stack s { ip = dual }\ntier a\na allows all from anywhere\n";
    let says = |on: &str, words: &str| {
        let text = trace_text(program, ("internet", "a", on));
        assert!(text.contains(words), "{on}: `{words}` is not in\n{text}");
        let others = [
            "path MTU",
            "AWS does not document",
            "starts no exchange",
            "has no known reply",
            "echo-reply    internet ←",
        ];
        assert_eq!(
            others.iter().filter(|other| text.contains(**other)).count(),
            1,
            "{on}\n{text}"
        );
    };
    for on in ["icmp 8", "icmp 8/0", "icmpv6 128", "ping"] {
        says(on, "echo-reply    internet ← a  a reply needs no rule");
    }
    for on in ["icmp 3/4", "icmpv6 2", "icmp fragmentation-needed"] {
        says(on, "path MTU discovery needs an inbound rule for it");
    }
    for on in [
        "icmp 3",
        "icmp 3/1",
        "icmp 4",
        "icmp 5",
        "icmp 11/0",
        "icmp 12",
        "icmpv6 1",
        "icmpv6 3",
        "icmpv6 4/1",
    ] {
        says(
            on,
            "AWS does not document whether it passes as part of the connection that caused it",
        );
    }
    for on in ["icmp 0", "icmpv6 129"] {
        says(
            on,
            "echo-reply  internet → a  allowed by the rules above\n    a reply, which starts no exchange",
        );
    }
    for on in [
        "icmp 8/1",
        "icmp 9",
        "icmp 14",
        "icmp 200",
        "icmpv6 100",
        "icmpv6 135",
    ] {
        says(
            on,
            "packet  internet → a  allowed by the rules above\n    has no known reply",
        );
    }
}

#[test]
fn an_address_that_a_tier_has_is_noted() {
    let program = "\
tier web { addresses = 10.0.0.0/24 }
tier app { addresses = 10.0.1.0/24 }
app allows https from web
";
    shown_trace("trace-among", program, ("10.0.0.7", "app", "https"));
    let note = "`; to trace its members, use `--to app`";
    assert!(trace_text(program, ("web", "10.0.1.0/25", "https")).contains(note));
    for end in ["10.0.0.0/16", "10.0.2.7", "internet", "web"] {
        assert!(
            !trace_text(program, (end, "app", "https")).contains("is among"),
            "{end}"
        );
    }
}

#[test]
fn no_group_applies_between_endpoints_that_are_not_tiers() {
    let text = trace_text(SHOP, ("office", "internet", "https"));
    let says = "SYN      office → internet  neither endpoint is a tier, so no group of the program applies\n";
    assert!(
        text.contains(says) && !text.contains("allowed by"),
        "{text}"
    );
}

#[test]
fn traces_each_exchange_separately() {
    let program = "tier a { outbound = closed }\ntier b\nb allows udp 53 from a\n";
    shown_trace("trace-exchanges", program, ("a", "b", "dns"));
    let travels = |question| -> Vec<String> {
        let (asked, subject) = asked(program, question);
        let json = report::trace_json(
            &asked.compilation.policy,
            &asked.compilation.sources,
            &subject,
        )
        .0;
        let packets = json
            .lines()
            .filter_map(|line| line.trim().strip_prefix("\"packet\": "));
        packets
            .map(|packet| packet.trim_matches(['"', ',']).to_string())
            .collect()
    };
    assert_eq!(travels(("a", "b", "dns")), ["datagram", "reply"]);
    assert_eq!(travels(("a", "b", "udp 53")), ["datagram", "reply"]);
    assert_eq!(travels(("a", "b", "tcp 53")), Vec::<String>::new());
    assert_eq!(travels(("b", "a", "dns")), Vec::<String>::new());
}

#[test]
fn lists_what_is_unknown() {
    let program = "\
param partner : cidr
prefix-list s3 = \"com.amazonaws.region.s3\" { entries = 1 }
tier a { addresses = 10.0.0.0/24 }
tier b
tier c { outbound = closed }
a allows https from 10.0.1.0/25, partner
b allows tcp 8000-8010 from a
b allows ssh from 10.0.0.0/25
c allows https to s3
";
    shown_trace("trace-for-some", program, ("10.0.1.0/24", "a", "https"));
    shown_trace("trace-in-part", program, ("a", "b", "tcp 8005-8015"));
    shown_trace("trace-unknown", program, ("b", "a", "https"));
    shown_trace("trace-list", program, ("c", "internet", "https"));
    for_some(program, ("10.0.1.0/24", "a", "https"));
    for_some(program, ("a", "b", "ssh"));
    for_some(program, ("c", "internet", "https"));
    passes(program, ("c", "s3", "https"));
    passes(program, ("partner", "a", "https"));
}

#[test]
fn traces_each_kind_of_endpoint() {
    let program = "\
vpc main { cidr = 10.0.0.0/16 }
network office = 203.0.113.0/24
external ops = \"sg-0123456789abcdef0\"
prefix-list cdn = \"pl-0123456789abcdef0\"
param home : cidr
tier a, b { vpc = main }
tiers both = a, b
a allows tcp 1 from office
a allows tcp 2 from ops
a allows tcp 3 from cdn
a allows tcp 4 from home
a allows tcp 5 from vpc main
a, b allow tcp 6 from both
a allows tcp 7 from anywhere-ipv4
a allows tcp 8 from 198.51.100.7 until 2026-01-14
a allows tcp 9 from 198.51.100.7 until 2026-01-15
a allows tcp 10 from private
";
    let passed = |from: &str| -> Vec<usize> {
        let verdict = |port: &usize| {
            verdicts(program, (from, "a", &format!("tcp {port}"))) == [Verdict::Passes]
        };
        (1..=10).filter(verdict).collect()
    };
    assert_eq!(passed("office"), [1, 7]);
    assert_eq!(passed("203.0.113.9"), [1, 7]);
    // the rules of `ops` are unknown
    assert_eq!(passed("ops"), [0; 0]);
    assert_eq!(passed("cdn"), [3, 7]);
    assert_eq!(passed("home"), [4, 7]);
    assert_eq!(passed("vpc main"), [5, 7, 10]);
    assert_eq!(passed("b"), [5, 6, 7, 10]);
    assert_eq!(passed("198.51.100.7"), [7, 9]);
    assert_eq!(passed("private"), [7, 10]);
    assert_eq!(
        verdicts(program, ("both", "both", "tcp 6")),
        [Verdict::Passes; 4]
    );
    // what is not known
    for_some(program, ("198.51.100.7", "a", "tcp 2"));
    for_some(program, ("198.51.100.7", "a", "tcp 3"));
    for_some(program, ("198.51.100.7", "a", "tcp 4"));
    stopped(program, ("b", "a", "tcp 2"));
    // away from the tiers
    for_some(program, ("a", "ops", "tcp 22"));
    assert!(trace_text(program, ("a", "ops", "tcp 22")).contains("ops is managed elsewhere"));
    passes(program, ("office", "internet", "tcp 22"));
}

#[test]
fn both_ip_versions_count() {
    let program = "tier a\na allows https from anywhere-ipv4\na allows ssh from 10.0.0.0/8\n";
    for_some(program, ("internet", "a", "https"));
    passes(program, ("10.0.0.0/8", "a", "https"));
    stopped(program, ("2001:db8::/32", "a", "https"));
    passes(
        &format!("stack s {{ ip = ipv4 }}\n{program}"),
        ("internet", "a", "https"),
    );
    // ICMP by name is whichever the ends speak
    let program = "tier a\na allows ping from anywhere-ipv4\n";
    passes(program, ("10.0.0.0/8", "a", "ping"));
    for_some(program, ("internet", "a", "ping"));
    // no version in common, and so nothing passes
    let program = "stack s { ip = ipv4 }\ntier a { addresses = 10.0.0.0/24 }\na allows https from anywhere, 2001:db8::/32\n";
    stopped(program, ("2001:db8::/32", "a", "https"));
    stopped(program, ("10.0.0.0/8", "a", "icmpv6"));
    let text = trace_text(program, ("2001:db8::/32", "a", "https"));
    assert!(
        text.contains("the endpoints have no IP version in common"),
        "{text}"
    );
    shown_trace(
        "trace-versions",
        "tier a\na allows https from anywhere-ipv4\n",
        ("internet", "a", "https"),
    );
}

/// The answer of a trace is that of the assertions: it passes where `can` holds, and is stopped
/// where `cannot` does.
#[test]
fn paths_between_hosts_note_that_no_group_filters() {
    let program = "tier web { outbound = closed }\nweb allows https from anywhere\n";
    let between = |from, to| paths_text(program, (from, to, "ssh"), 1).0;
    let hosts = between("203.0.113.7", "198.51.100.7");
    assert!(
        hosts.contains("so no group of the program filters direct traffic"),
        "{hosts}"
    );
    assert!(!between("198.51.100.7", "web").contains("no group of the program"));
}

#[test]
fn a_trace_and_an_assertion_have_one_meaning() {
    let vpc = "vpc main { cidr = 10.0.0.0/16 }\nservice mixed = tcp 22, ping\nservice six = tcp 22, icmpv6 128/0\ntier a, b\n";
    for (sentences, question, verdict) in [
        ("b allows all from a", ("a", "b", "all"), Verdict::Passes),
        ("b allows all from a", ("a", "b", "tcp"), Verdict::Passes),
        (
            "b allows mixed from a",
            ("a", "b", "mixed"),
            Verdict::Passes,
        ),
        (
            "b allows tcp 22 from a",
            ("a", "b", "mixed"),
            Verdict::ForSome,
        ),
        ("b allows tcp 22 from a", ("a", "b", "six"), Verdict::Passes),
        (
            "b allows icmpv6 from a",
            ("a", "b", "six"),
            Verdict::ForSome,
        ),
        (
            "b allows icmpv6 from a",
            ("a", "b", "icmpv6"),
            Verdict::ForSome,
        ),
        ("b allows ping from a", ("a", "b", "ping"), Verdict::Passes),
        ("b allows udp from a", ("a", "b", "six"), Verdict::Stopped),
    ] {
        let program = format!("{vpc}{sentences}\n");
        assert_eq!(
            verdicts(&program, question),
            [verdict],
            "{program}{question:?}"
        );
    }
    let ipv4 = "stack s { ip = ipv4 }\ntier web\n";
    let icmp = format!("{ipv4}web allows icmp from 2001:db8::/32\n");
    for_some(&icmp, ("2001:db8::/32", "web", "icmp"));
    stopped(&icmp, ("2001:db8::/32", "web", "tcp"));
    assert!(
        trace_text(&icmp, ("2001:db8::/32", "web", "icmp"))
            .contains(", over IPv6: passes for some")
    );
    let world = format!("{ipv4}web allows https, ping from anywhere\n");
    passes(&world, ("internet", "web", "https"));
    passes(&world, ("internet", "web", "ping"));
    for_some(
        &format!("{ipv4}web allows https from 2600::/12\n"),
        ("internet", "web", "https"),
    );
}

/// The programs of the examples, with the ends and services that they speak of.
fn every_question(mut each: impl FnMut(&str, Asks<'_>)) {
    for example in examples() {
        let path = package().join(&example.path);
        let text = std::fs::read_to_string(path).unwrap_or_default();
        if text.contains("include") {
            continue;
        }
        let policy = compile_text("shop.tier", &text, &[], as_of()).policy;
        let mut ends: Vec<&str> = policy.tiers.iter().map(|tier| tier.name.as_str()).collect();
        ends.push("internet");
        ends.extend(
            policy
                .networks
                .iter()
                .map(|network| network.name.as_str())
                .take(2),
        );
        ends.extend(
            policy
                .externals
                .iter()
                .map(|external| external.name.as_str())
                .take(1),
        );
        let mut services: Vec<String> = policy
            .flows
            .iter()
            // nothing can be asked of a port without a value
            .map(|flow| flow.traffic.possible().to_string())
            .take(40)
            .collect();
        services.sort();
        services.dedup();
        services.truncate(6);
        services.push(String::new());
        for from in ends.iter().take(6) {
            for to in ends.iter().take(6) {
                for on in &services {
                    each(&text, (from, to, on));
                }
            }
        }
    }
}

#[test]
fn a_trace_passes_exactly_when_the_assertion_holds() {
    let mut seen = [0, 0];
    every_question(|program, question| {
        let (asked, subject) = asked(program, question);
        let found = trace_connections(
            &asked.compilation.policy,
            &subject.from,
            &subject.to,
            &subject.services,
        );
        let (from, to, on) = question;
        let on = if on.is_empty() {
            String::new()
        } else {
            format!(" on {on}")
        };
        let program = format!("{program}\nassert {from} can reach {to}{on}\n");
        let line = program.lines().count();
        let compilation = compile_text("shop.tier", &program, &[], as_of());
        let (problems, sources) = (
            compilation.judge_at(&Levels::default()).problems,
            &compilation.sources,
        );
        let mine = problems.sorted().into_iter().filter(|problem| {
            problem
                .span()
                .is_some_and(|span| sources.file(span.file).line_column(span.start).0 == line)
        });
        let holds = mine.count() == 0;
        assert_eq!(
            found
                .iter()
                .all(|connection| connection.verdict == Verdict::Passes),
            holds,
            "{program}"
        );
        seen[usize::from(holds)] += 1;
    });
    assert!(seen.iter().all(|count| *count > 50), "{seen:?}");
}

#[test]
fn the_sentence_that_would_open_a_gate_does() {
    let mut helped = 0;
    for question in [
        ("internet", "db", "mysql"),
        ("web", "db", "mysql, tcp 1-9"),
        ("office", "app", "ping"),
        ("db", "internet", "https"),
        ("db", "web", "https, dns"),
        ("10.1.2.3", "web", "ssh"),
        ("db", "office", "udp 500"),
    ] {
        let mut program = SHOP.to_string();
        // a sentence for each service that is stopped
        for _ in 0..2 {
            let (asked, subject) = asked(&program, question);
            let (policy, sources) = (&asked.compilation.policy, &asked.compilation.sources);
            let answer = report::trace_text(policy, sources, &subject, Paint::Plain);
            for line in answer
                .0
                .lines()
                .filter_map(|line| line.trim().strip_prefix("this sentence would allow it: `"))
            {
                program += &format!("{}\n", line.trim_end_matches('`'));
                helped += 1;
            }
        }
        assert!(
            verdicts(&program, question)
                .iter()
                .all(|verdict| *verdict == Verdict::Passes),
            "{program}{question:?}"
        );
    }
    assert!(helped > 8);
}

#[test]
fn each_gate_is_judged_by_itself() {
    let program =
        "tier a { outbound = closed }\ntier b\nb allows https from 10.0.0.0/8\na allows ssh to b\n";
    let (asked, subject) = asked(program, ("a", "b", "https"));
    let found = trace_connections(
        &asked.compilation.policy,
        &subject.from,
        &subject.to,
        &subject.services,
    );
    let gates: Vec<(bool, Verdict)> = found[0].legs[0]
        .gates
        .iter()
        .map(|station| (matches!(station.gate, Gate::Outbound(_)), station.verdict))
        .collect();
    assert_eq!(gates, [(true, Verdict::Stopped), (false, Verdict::ForSome)]);
    assert_eq!(found[0].verdict, Verdict::Stopped);
}

#[test]
fn answers_despite_a_failing_assertion() {
    let program = format!("{SHOP}assert internet can reach db on mysql\n");
    stopped(&program, ("internet", "db", "mysql"));
    let (asked, _) = asked(&program, ("internet", "db", "mysql"));
    assert_eq!(
        asked.compilation.policy.assertions.len(),
        1,
        "the question is none of the program's assertions"
    );
}

fn paths_text(program: &str, question: Asks<'_>, max: usize) -> (String, bool) {
    let (asked, subject) = asked(program, question);
    let (policy, sources) = (&asked.compilation.policy, &asked.compilation.sources);
    report::paths_text(policy, sources, &subject, max, Paint::Plain)
}

/// A net in which the database is reached in several ways.
const NET: &str = "\
tier a, b, c
tier db { outbound = closed }
a allows https from anywhere
b allows ssh from a, c
c allows ssh from a, b
db allows mysql from b
db allows tcp 9100 from c
";

#[test]
fn paths_are_the_chains_the_shortest_first() {
    let lines = |question, max| -> Vec<String> {
        let (text, _) = paths_text(NET, question, max);
        text.lines()
            .filter(|line| line.contains(". ") && !line.starts_with(' '))
            .map(str::to_string)
            .collect()
    };
    let all = [
        "1. internet → a → b → db",
        "2. internet → a → c → db",
        "3. internet → a → b → c → db",
        "4. internet → a → c → b → db",
    ];
    assert_eq!(lines(("internet", "db", ""), 20), all);
    assert_eq!(lines(("internet", "db", ""), 4), all);
    assert_eq!(lines(("internet", "db", ""), 3), all[..3]);
    assert!(
        !paths_text(NET, ("internet", "db", ""), 4)
            .0
            .contains("there are more")
    );
    assert!(
        paths_text(NET, ("internet", "db", ""), 3)
            .0
            .contains("the 3 shortest chains; there are more")
    );
    // on what the last step is
    assert_eq!(
        lines(("internet", "db", "mysql"), 9),
        ["1. internet → a → b → db", "2. internet → a → c → b → db"]
    );
    assert_eq!(lines(("internet", "db", "ssh"), 9), Vec::<String>::new());
    // there and back again, each tier once
    let back = [
        "1. b → a → b",
        "2. b → c → b",
        "3. b → a → c → b",
        "4. b → c → a → b",
    ];
    assert_eq!(lines(("b", "b", ""), 9), back);
    assert_eq!(lines(("db", "a", ""), 9), Vec::<String>::new());
    assert!(!paths_text(NET, ("db", "a", ""), 9).1);
    // endpoints that are not tiers are not linked, because no group decides between them
    assert_eq!(
        lines(("10.0.0.0/8", "internet", ""), 1),
        ["1. 10.0.0.0/8 → a → internet"]
    );
}

/// A group that is made elsewhere, with rules of the program, beside a database.
const EDGE: &str = "\
external edge  = \"sg-0123456789abcdef0\"
external other = \"sg-0fedcba9876543210\"
network office = 203.0.113.0/24
tier web, app, db { outbound = closed }
app  allows https from web
db   allows mysql from app
edge allows ssh   from web, office
edge allows mysql to   db
edge accepts https from anywhere
";

#[test]
fn lists_chains_through_groups_that_are_made_elsewhere() {
    for (name, question) in [
        ("paths-elsewhere", ("web", "db", "mysql")),
        ("paths-elsewhere-internet", ("office", "db", "mysql")),
        ("paths-to-elsewhere", ("internet", "edge", "https")),
        ("paths-elsewhere-none", ("internet", "other", "")),
    ] {
        let answer = paths_text(EDGE, question, 20).0;
        shown(name, EDGE, &format!("paths {}", typed(question)), &answer);
    }
}

#[test]
fn a_matrix_has_the_rules_on_groups_that_are_made_elsewhere() {
    let (asked, _) = asked(EDGE, ("web", "db", ""));
    let answer = table(&asked.compilation.policy);
    shown("matrix-elsewhere", EDGE, "matrix shop.tier", &answer);
}

#[test]
fn lists_chains_through_tiers() {
    let question = ("internet", "db", "mysql");
    shown(
        "paths",
        NET,
        &format!("paths {}", typed(question)),
        &paths_text(NET, question, 20).0,
    );
    let bounded = ("internet", "db", "");
    shown(
        "paths-bounded",
        NET,
        &format!("paths {} --max 1", typed(bounded)),
        &paths_text(NET, bounded, 1).0,
    );
    let none = ("db", "a", "");
    shown(
        "paths-none",
        NET,
        &format!("paths {}", typed(none)),
        &paths_text(NET, none, 20).0,
    );
    let (asked, subject) = asked(NET, question);
    let (json, _) = report::paths_json(
        &asked.compilation.policy,
        &asked.compilation.sources,
        &subject,
        1,
    );
    shown(
        "paths-json",
        NET,
        &format!("paths {} --max 1 --format json", typed(question)),
        &json,
    );
}

#[test]
fn paths_are_bounded_in_time() {
    // forty tiers of which each reaches each: more chains than anyone could list
    let names: Vec<String> = (0..40).map(|n| format!("t{n}")).collect();
    let program = format!(
        "tier {}\n{1} allow ssh from {1}\n",
        names.join(", "),
        names.join(", ")
    );
    let (text, found) = paths_text(&program, ("t0", "t1", "ssh"), 100);
    assert!(
        found && text.contains("the 100 shortest chains; there are more"),
        "{text}"
    );
    let (text, _) = paths_text(&program, ("t0", "t1", "tcp 1"), 100);
    assert!(text.starts_with("no chain leads"), "{text}");
}

/// A small program that has a doubt, an outsider of each kind, and a tier that talks to itself.
const MIXED: &str = "\
network office = 203.0.113.0/24, 2001:db8:40::/48
external ops   = \"sg-0123456789abcdef0\"
param   home   : cidr
tier web { outbound = closed }
tier db  { outbound = closed }
web allows http, https from anywhere
web allows ssh         from office, ops
web allows ping        to anywhere-ipv4
db  allows mysql       from web, home
db  allows tcp 4567    from itself
";

fn csv(policy: &Policy) -> String {
    let mut out = Vec::new();
    report::matrix_csv(policy, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn json(policy: &Policy) -> String {
    let mut out = Vec::new();
    report::matrix_json(policy, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// A matrix as a pipe gets it.
fn table(policy: &Policy) -> String {
    report::matrix_table(policy, report::WIDTH, Paint::Plain)
}

#[test]
fn matrices() {
    let compilation = compile_text("shop.tier", MIXED, &[], as_of());
    let policy = &compilation.policy;
    for (format, text) in [
        ("table", table(policy)),
        ("markdown", report::matrix_markdown(policy)),
        ("csv", csv(policy)),
        ("json", json(policy)),
    ] {
        shown(
            &format!("matrix-{format}"),
            MIXED,
            &format!("matrix shop.tier --format {format}"),
            &text,
        );
    }
}

#[test]
fn a_wide_matrix_is_a_list() {
    let names: Vec<String> = (10..40).map(|n| format!("t{n}")).collect();
    let closed = "{ outbound = closed }";
    let program = format!(
        "tier {}\ntier x, y {closed}\nx allows https from anywhere\ny allows ssh from t10, t11, x\ny allows tcp 5 from y\n",
        names.join(", ")
    );
    let text = table(&compile_text("shop.tier", &program, &[], as_of()).policy);
    shown("matrix-list", &program, "matrix shop.tier", &text);
}

#[test]
fn a_list_stays_narrow_with_many_endpoints() {
    // a list of all the senders would be wider than a format width may be
    let names: Vec<String> = (0..400)
        .map(|n| format!("{}{n}", "long-".repeat(36)))
        .collect();
    let closed = "{ outbound = closed }";
    let program = format!(
        "tier {} {closed}\ntier db {closed}\n",
        names.join(&format!(" {closed}\ntier "))
    );
    let program = names[..390].iter().fold(program, |program, name| {
        format!("{program}db allows ssh from {name}\n")
    });
    let text = table(&compile_text("shop.tier", &program, &[], as_of()).policy);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "TO  ON      FROM");
    assert!(lines[1].starts_with("db  tcp 22  long-"), "{text}");
    assert!(
        lines[1].ends_with(" and 382 more") && lines[1].len() < 2_000,
        "{text}"
    );
    // columns that are very wide are not filled up to their width
    let ports: Vec<String> = (0..400).map(|n| (n * 2 + 1).to_string()).collect();
    let program = format!(
        "{program}{} allows tcp {} from db\n",
        names[0],
        ports.join(", ")
    );
    let text = table(&compile_text("shop.tier", &program, &[], as_of()).policy);
    assert!(
        text.lines()
            .any(|line| line.starts_with("db ") && line.len() < 2_000),
        "{text}"
    );
}

/// The lines of a matrix as comma-separated values.
fn matrix_lines(program: &str) -> Vec<String> {
    let compilation = compile_text("shop.tier", program, &[], as_of());
    assert!(
        !compilation.problems.any_error(),
        "{program}{:?}",
        compilation.problems
    );
    csv(&compilation.policy)
        .lines()
        .map(str::to_string)
        .collect()
}

#[test]
fn what_may_pass_is_whole_beside_what_must() {
    let cell = |sentences: &str| {
        let text = format!(
            "param p : port\nparam office : cidr\ntier a, b {{ outbound = closed }}\n{sentences}\n"
        );
        let lines = matrix_lines(&text);
        let line = lines
            .into_iter()
            .find(|line| line.starts_with("a,tier,b,tier,"));
        line.map(|line| line["a,tier,b,tier,".len()..].to_string())
    };
    for (sentences, passes) in [
        ("b allows tcp 443, tcp p from a", "tcp 443,tcp"),
        (
            "b allows tcp 443, tcp 80-p from a",
            "tcp 443,\"tcp 80-442, 444-65535\"",
        ),
        ("b allows udp, tcp p from a", "udp,tcp"),
    ] {
        assert_eq!(cell(sentences).as_deref(), Some(passes), "{sentences}");
    }
}

#[test]
fn every_tier_reaches_what_is_never_filtered() {
    let closed = "{ outbound = closed }";
    let lines = matrix_lines(&format!(
        "tier a {closed}\ntier b {closed}\na allows https to 169.254.169.254\n"
    ));
    for tier in ["a", "b"] {
        let line = format!("{tier},tier,169.254.169.254/32,hosts,all,");
        assert!(lines.contains(&line), "{lines:?}");
    }
}

#[test]
fn networks_that_sentences_name_are_whole_in_a_matrix() {
    let program = "\
tier a, b
a allows tcp 80 from fd00::/8
b allows icmp 3/4 from private
";
    for_some(program, ("private", "a", "tcp 80"));
    let lines = matrix_lines(program);
    assert!(
        lines.contains(&"private,hosts,a,tier,,tcp 80 (IPv6)".to_string()),
        "{lines:?}"
    );
    // the matrix treats the word as the resolver does
    let all = compile_text(
        "shop.tier",
        "tier a\na allows https from private\n",
        &[],
        as_of(),
    )
    .policy;
    let blocks = all.flows.iter().filter_map(|flow| match flow.peer {
        Peer::Net(block) => Some(block),
        Peer::Tier(_) | Peer::External(_) | Peer::PrefixList(_) | Peer::Param(_) => None,
    });
    assert_eq!(blocks.collect::<Vec<_>>(), tierwall::net::private_blocks());
    // nor are there more than the stack uses
    let lines = matrix_lines(&format!(
        "stack s {{ ip = ipv4 }}\ntier c\n{}",
        "c allows icmp 3/4 from private\n"
    ));
    assert!(!lines.iter().any(|line| line.contains("IPv")), "{lines:?}");
    assert!(
        lines.contains(&"private,hosts,c,tier,icmp 3/4,".to_string()),
        "{lines:?}"
    );
    let program = "\
vpc main { cidr = [10.0.0.0/16, 2001:db8:1::/56] }
tier a { addresses = [10.0.0.0/24, 2001:db8:1::/64] }
tier b { addresses = [10.0.1.0/24, 2001:db8:1:1::/64] }
a allows tcp 80 from 2001:db8:1::/56
b allows icmp 3/4 from vpc main
";
    let lines = matrix_lines(program);
    assert!(
        lines.contains(&"vpc main,hosts,a,tier,tcp 80 (IPv6),".to_string()),
        "{lines:?}"
    );
}

#[test]
fn a_matrix_shows_ipv6_that_differs_from_ipv4() {
    let program = "\
stack s { ip = ipv4 }
vpc main { id = \"vpc-0123456789abcdef0\", cidr = [10.0.0.0/16, 2001:db8:1::/56] }
tier a { addresses = [10.0.0.0/24, 2001:db8:1::/64] }
a allows tcp 80 from 2001:db8:1::/56
a allows tcp 81 from vpc main
";
    let lines = matrix_lines(program);
    assert!(
        lines.contains(&"vpc main,hosts,a,tier,\"tcp 80 (IPv6), 81\",".to_string()),
        "{lines:?}"
    );

    let vpc = "vpc main { cidr = 10.0.0.0/16 }\ntier api, app\n";
    for (sentences, sure, perhaps) in [
        (
            "app allows icmpv6 echo-request, ssh from api",
            "tcp 22 (IPv4)",
            "\"tcp 22 (IPv6), icmpv6 128/0\"",
        ),
        (
            "app allows icmpv6 echo-request from api",
            "",
            "icmpv6 128/0",
        ),
        // what has one name in both is reported once
        ("app allows ping, ssh from api", "\"tcp 22, icmp 8\"", ""),
        ("app allows icmp from api", "icmp", ""),
        ("app allows all from api", "all", ""),
        (
            "app allows icmp 3/4, icmpv6 128/0 from api",
            "icmp 3/4",
            "icmpv6 128/0",
        ),
    ] {
        let lines = matrix_lines(&format!("{vpc}{sentences}\n"));
        let line = lines
            .iter()
            .find(|line| line.starts_with("api,tier,app,"))
            .map(String::as_str);
        assert_eq!(
            line,
            Some(&format!("api,tier,app,tier,{sure},{perhaps}")[..]),
            "{sentences}"
        );
    }
}

#[test]
fn omits_many_literal_addresses_from_a_matrix() {
    let program = |count: usize| {
        let start = "network office = 203.0.113.0/24\ntier a\na allows ssh from office, private\n";
        (0..count).fold(start.to_string(), |text, n| {
            format!(
                "{text}a allows tcp {} from 198.{}.{}.1\n",
                n % 7 + 1,
                51 + n / 200,
                n % 200
            )
        })
    };
    let shown = |count: usize| {
        let policy = compile_text("shop.tier", &program(count), &[], as_of()).policy;
        [
            table(&policy),
            report::matrix_markdown(&policy),
            json(&policy),
        ]
    };
    assert_eq!(
        matrix_lines(&program(256))
            .iter()
            .filter(|line| line.starts_with("198."))
            .count(),
        256
    );
    assert!(shown(256)[2].contains("\"left_out\": 0,"));
    assert!(!shown(256)[0].contains("left out"));
    let lines = matrix_lines(&program(1_200));
    assert!(!lines.iter().any(|line| line.contains("198.")), "{lines:?}");
    assert!(
        ["office", "private"]
            .iter()
            .all(|end| lines.iter().any(|line| line.starts_with(end))),
        "{lines:?}"
    );
    let [table, markdown, json] = shown(1_200);
    let says =
        "\n\n1,200 addresses in sentences are omitted: declare them as networks to see them\n";
    assert!(
        table.ends_with(says) && markdown.ends_with(says),
        "{table}{markdown}"
    );
    assert!(json.contains("\"left_out\": 1200,"), "{json}");
}

/// The problems that a question has, drawn.
fn complaints(question: Asks<'_>) -> String {
    match posed(SHOP, question) {
        Err(AskError::Question(why)) => why,
        Err(AskError::Read(error)) => panic!("{error:?}"),
        Ok(asked) => {
            let style = tierwall::diagnostic::Style::Plain;
            let problems = asked.compilation.problems.sorted();
            let drawn = problems
                .iter()
                .map(|p| tierwall::diagnostic::render(p, &asked.compilation.sources, style));
            drawn.collect::<Vec<_>>().join("\n")
        }
    }
}

#[test]
fn explains_what_is_wrong_with_a_question() {
    for (question, says) in [
        (("interent", "web", "https"), "did you mean `internet`?"),
        (("internet", "wbe", "https"), "did you mean `web`?"),
        (("internet", "web", "htps"), "did you mean `https`?"),
        (("internet", "web", "8080"), "tcp 8080"),
        (("internet", "web", "web"), "found a tier `web`"),
        (("internet", "10.0.0.1/8", ""), "10.0.0.0/8"),
        (("", "web", ""), "--from  --to web"),
        (
            ("internet\n", "web", ""),
            "the value of `--from` must be one line",
        ),
        (
            ("internet", "web\r", ""),
            "the value of `--to` must be one line",
        ),
        (
            ("internet", "web # all of it", ""),
            "the value of `--to` must be one line",
        ),
        (
            ("internet", "web on https", ""),
            "take only tiers, addresses or networks",
        ),
        (
            ("only internet", "web", ""),
            "take only tiers, addresses or networks",
        ),
        (
            ("internet", "web", "https only through app"),
            "take only tiers, addresses or networks",
        ),
        (("internet can reach web", "web", ""), "expected"),
        (("internet cannot reach web", "web", ""), "expected"),
    ] {
        let found = complaints(question);
        assert!(
            found.contains(says),
            "{question:?}: `{says}` is not in\n{found}"
        );
    }
    let text = complaints(("ofice", "db, wbe", "mysq"));
    shown(
        "question-errors",
        SHOP,
        &format!("trace {}", typed(("ofice", "db, wbe", "mysq"))),
        &text,
    );
}

/// What the command prints.
fn run(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_tierwall"))
        .args(arguments)
        .current_dir(package())
        .output();
    let output = output.unwrap_or_else(|error| panic!("{error}"));
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn help_lists_options_of_the_question_first() {
    for command in ["trace", "paths"] {
        let help = run(&[command, "--help"]);
        let at = |option: &str| {
            help.find(option)
                .unwrap_or_else(|| panic!("{option}: {help}"))
        };
        let options = [
            "--from <",
            "--to <",
            "--on <",
            "--format <",
            "--set <",
            "--vars <",
        ];
        assert!(options.map(at).is_sorted(), "{help}");
    }
}

#[test]
fn markdown_has_a_short_name() {
    let [long, short] = ["markdown", "md"].map(|format| {
        run(&[
            "matrix",
            "examples/default-group-locked.tier",
            "--format",
            format,
        ])
    });
    assert_eq!(long, short);
    assert!(short.starts_with("| "), "{short}");
}

#[test]
fn traffic_that_groups_never_filter_passes() {
    let program = "tier web { outbound = closed }\nweb allows https from 10.0.0.0/8\n";
    passes(program, ("web", "169.254.169.254", "http"));
    passes(program, ("169.254.169.254", "web", "http"));
    stopped(program, ("web", "169.0.0.0/8", "http"));
    for_some(program, ("web", "169.254.169.0/24", "http"));
    for_some(program, ("10.0.0.1", "web", "ssh"));
    stopped(program, ("10.0.0.3", "web", "ssh"));
    let [sure, some, perhaps] = [
        trace_text(program, ("169.254.169.254", "web", "http")),
        trace_text(program, ("web", "169.254.169.240/28", "http")),
        trace_text(program, ("10.0.0.1", "web", "ssh")),
    ];
    assert!(
        sure.contains("  security groups never filter the traffic of this address\n"),
        "{sure}"
    );
    assert!(
        some.contains("  security groups never filter some of the traffic of this address\n"),
        "{some}"
    );
    assert!(
        some.contains(
            "certain only for 169.254.169.250/31, 169.254.169.253/32, 169.254.169.254/32\n"
        ),
        "{some}"
    );
    assert!(
        perhaps.contains("unknown: whether AWS reserves this address"),
        "{perhaps}"
    );
}

#[test]
fn names_an_expired_sentence() {
    let program = "tier app\ntier cache\ncache allows redis from app until 2020-01-01\ncache allows ssh from app until 2020-01-01\n";
    let (asked, subject) = asked(program, ("app", "cache", "redis"));
    let found = trace_connections(
        &asked.compilation.policy,
        &subject.from,
        &subject.to,
        &subject.services,
    );
    let ended: Vec<usize> = found[0].legs[0]
        .gates
        .iter()
        .map(|station| station.ended.len())
        .collect();
    assert_eq!(
        ended,
        [0, 1],
        "the sender is open, and the receiver accepted redis"
    );
    let text = trace_text(program, ("app", "cache", "redis"));
    assert!(
        text.contains("ended: shop.tier:3: cache allows redis from app until 2020-01-01"),
        "{text}"
    );
    assert!(!text.contains("ssh"), "{text}");
}

#[test]
fn a_sentence_that_would_open_a_gate_between_vpcs_needs_them_peered() {
    let needs_peering = |peering: &str, (from, to)| {
        let program = format!(
            "vpc left {{ cidr = 10.0.0.0/16 }}\nvpc right {{ cidr = 10.1.0.0/16 }}\n{peering}\
             tier web, near {{ vpc = left }}\ntier far {{ vpc = right }}\n"
        );
        let text = trace_text(&program, (from, to, "https"));
        assert!(
            text.contains(&format!(
                "this sentence would allow it: `{to} allows https from {from}`"
            )),
            "{text}"
        );
        text.contains("`, once the VPCs are peered: `peer ")
    };
    for (peering, apart) in [
        ("", true),
        ("peer left with right\n", false),
        ("peer right with left\n", false),
    ] {
        assert_eq!(needs_peering(peering, ("web", "far")), apart, "{peering}");
        assert_eq!(needs_peering(peering, ("far", "web")), apart, "{peering}");
        assert!(!needs_peering(peering, ("web", "near")), "{peering}");
    }
}

#[test]
fn names_the_expired_sentence_of_the_sender() {
    let program =
        "tier app, web { outbound = closed }\nweb allows https to 198.51.100.7 until 2020-01-01\n";
    for (from, count) in [("app", 0), ("web", 1)] {
        let (asked, subject) = asked(program, (from, "198.51.100.7", "https"));
        let found = trace_connections(
            &asked.compilation.policy,
            &subject.from,
            &subject.to,
            &subject.services,
        );
        assert_eq!(found[0].legs[0].gates[0].ended.len(), count, "{from}");
    }
}

/// The chains between ends, with the first of the traffic of each of their steps.
fn chains(program: &str, question: Asks<'_>, max: usize) -> (Vec<String>, bool) {
    let (asked, subject) = asked(program, question);
    let policy = &asked.compilation.policy;
    let on = |family| {
        let traffic = subject.services.iter().flat_map(|service| &service.traffic);
        let all = traffic
            .map(|traffic| TrafficSet::new(*traffic, family))
            .reduce(|all, more| all.union(&more));
        all.unwrap_or_else(|| TrafficSet::all(family))
    };
    let found = find_paths(policy, &subject.from, &subject.to, &on, max);
    let shown = found.chains.iter().map(|chain| {
        let mut words = chain.ends[0].name.clone();
        for (step, to) in chain.steps.iter().zip(&chain.ends[1..]) {
            let ports = step
                .passing
                .iter()
                .filter_map(|passing| passing.may.find_witness(passing.family));
            let ports: Vec<String> = ports.map(|traffic| traffic.to_string()).collect();
            words += &format!(" -{}-> {}", ports.join(", "), to.name);
        }
        words
    });
    (shown.collect(), found.more)
}

#[test]
fn paths_lead_from_each_end_to_each() {
    let program = "\
stack s { ip = ipv4 }
tier a, b, c, d { outbound = closed }
a allows tcp 1 from 198.51.100.1
b allows tcp 2 from 198.51.100.2
c allows tcp 3 from a
d allows tcp 4 from b
d allows tcp 5 from 198.51.100.2
";
    let all = [
        "198.51.100.2 -tcp 5-> d",
        "198.51.100.1 -tcp 1-> a -tcp 3-> c",
        "198.51.100.2 -tcp 2-> b -tcp 4-> d",
    ];
    for max in 1..5 {
        let (found, more) = chains(program, ("198.51.100.1, 198.51.100.2", "c, d", ""), max);
        assert_eq!(
            (&found[..], more),
            (&all.map(String::from)[..max.min(3)], max < 3),
            "{max}"
        );
    }
}

#[test]
fn the_last_step_of_a_path_carries_the_traffic_in_question() {
    let program = "\
stack s { ip = ipv4 }
tier a, b, c { outbound = closed }
b allows tcp 1-9 from a
c allows tcp 1-9 from b
";
    assert_eq!(
        chains(program, ("a", "c", "tcp 5"), 9).0,
        ["a -tcp 1-> b -tcp 5-> c"]
    );
    assert_eq!(
        chains(program, ("a", "c", ""), 9).0,
        ["a -tcp 1-> b -tcp 1-> c"]
    );
    assert_eq!(chains(program, ("a", "c", "tcp 10"), 9).0, [""; 0]);
}

#[test]
fn a_path_may_end_in_ipv6_only() {
    let vpc = "vpc main { cidr = 10.0.0.0/16 }\ntier api, app, db { outbound = closed }\n";
    for program in [
        format!("{vpc}app allows icmpv6 echo-request from api\n"),
        format!("{vpc}app allows icmpv6 echo-request from api\napp allows ssh from api\n"),
        format!(
            "{vpc}app allows icmpv6 echo-request from api\napp allows all to anywhere\napp allows ssh from api\n"
        ),
    ] {
        let question = ("api", "app", "icmpv6 echo-request");
        assert_eq!(
            chains(&program, question, 9).0,
            ["api -icmpv6 128/0-> app"],
            "{program}"
        );
    }
    let program = format!("{vpc}app allows ping, ssh from api\ndb allows ssh from app\n");
    assert_eq!(
        chains(&program, ("api", "app", "ping"), 9).0,
        ["api -icmp 8/0-> app"]
    );
    assert_eq!(
        chains(&program, ("api", "db", "ssh"), 9).0,
        ["api -tcp 22-> app -tcp 22-> db"]
    );
}

#[test]
fn paths_begin_where_nothing_is_filtered() {
    let program = "stack s { ip = ipv4 }\ntier a, b { outbound = closed }\nb allows tcp 2 from a\n";
    let found = chains(program, ("169.254.169.254", "b", ""), 9).0;
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(chains(program, ("b", "169.254.169.254", ""), 9).0.len(), 1);
}

/// A text without the escapes that colour it.
fn without_colour(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_string();
    parts.fold(first, |text, part| {
        text + part.split_once('m').map_or(part, |(_, rest)| rest)
    })
}

#[test]
fn colour_does_not_change_the_text() {
    let coloured = |plain: &str, coloured: &str, tones: &[&str]| {
        assert_eq!(without_colour(coloured), plain);
        assert!(!plain.contains('\u{1b}'));
        assert!(
            tones.iter().all(|tone| coloured.contains(tone)),
            "{coloured:?}"
        );
    };
    for (question, tone) in [
        (("internet", "web", "https"), "\u{1b}[32mpasses\u{1b}[0m"),
        (("internet", "db", "mysql"), "\u{1b}[31mstopped\u{1b}[0m"),
    ] {
        let (asked, subject) = asked(SHOP, question);
        let (policy, sources) = (&asked.compilation.policy, &asked.compilation.sources);
        let trace = |paint| report::trace_text(policy, sources, &subject, paint).0;
        coloured(
            &trace(Paint::Plain),
            &trace(Paint::Coloured),
            &[tone, "\u{1b}[1m"],
        );
    }
    let (asked, subject) = asked(SHOP, ("internet", "db", ""));
    let (policy, sources) = (&asked.compilation.policy, &asked.compilation.sources);
    let paths = |paint| report::paths_text(policy, sources, &subject, 20, paint).0;
    coloured(
        &paths(Paint::Plain),
        &paths(Paint::Coloured),
        &["\u{1b}[1m"],
    );
    for width in [40, 120] {
        let table = |paint| report::matrix_table(policy, width, paint);
        coloured(
            &table(Paint::Plain),
            &table(Paint::Coloured),
            &["\u{1b}[1m"],
        );
    }
}

#[test]
fn a_matrix_is_a_grid_where_it_fits() {
    let (asked, _) = asked(SHOP, ("internet", "db", ""));
    let table = |width| report::matrix_table(&asked.compilation.policy, width, Paint::Plain);
    let grid = table(120);
    assert!(grid.starts_with("FROM"), "{grid}");
    let width = grid
        .lines()
        .take_while(|line| !line.is_empty())
        .map(|line| line.chars().count())
        .max();
    let width = width.expect("lines");
    assert_eq!(table(width), grid);
    assert!(table(width - 1).starts_with("TO"), "{}", table(width - 1));
}

/// Machines that carry two groups: what is open to whom stands partly in the one, partly in the
/// other.
const FLEET: &str = "\
stack fleet { outbound = closed }

tier bastion, monitoring
tier management
tier ci, mirror also management

management allows ssh      from bastion
management allows tcp 9100 from management
mirror     allows https    from ci
";

#[test]
fn a_matrix_says_whose_members_a_line_is_about() {
    let compilation = compile_text("fleet.tier", FLEET, &[], as_of());
    let note = "\nmanagement: only its own members; those of ci, mirror carry its group too (also), \
                and have lines of their own\n";
    let policy = &compilation.policy;
    for text in [table(policy), report::matrix_markdown(policy)] {
        assert!(text.ends_with(note), "{text}");
    }
    let apart = FLEET.replace(" also management", "");
    let compilation = compile_text("fleet.tier", &apart, &[], as_of());
    assert!(!table(&compilation.policy).contains("also"));
}

#[test]
fn members_of_several_groups_pass_by_any_of_them() {
    passes(FLEET, ("bastion", "ci", "ssh"));
    passes(FLEET, ("ci", "mirror", "https"));
    passes(FLEET, ("ci", "mirror", "tcp 9100"));
    passes(FLEET, ("ci", "ci", "tcp 9100"));
    stopped(FLEET, ("mirror", "ci", "https"));
    stopped(FLEET, ("monitoring", "ci", "tcp 9100"));
    // the members of `management`: its own, those of `ci` and those of `mirror`
    let question = ("management", "web", "https");
    let web = format!("{FLEET}tier web\nweb allows https from ci\n");
    let all = [Verdict::Stopped, Verdict::Passes, Verdict::Stopped];
    assert_eq!(verdicts(&web, question), all);

    // without `also`, the machines of `ci` are in no group that accepts SSH
    let apart = FLEET.replace(" also management", "");
    stopped(&apart, ("bastion", "ci", "ssh"));
    stopped(&apart, ("ci", "mirror", "tcp 9100"));
}

#[test]
fn a_group_is_all_its_carriers() {
    let (asked, subject) = asked(FLEET, ("bastion", "management", "ssh"));
    let to: Vec<&str> = subject.to.iter().map(|end| end.name.as_str()).collect();
    assert_eq!(to, ["management", "ci", "mirror"]);
    assert_eq!(asked.compilation.policy.tiers.len(), 5);
}

#[test]
fn traces_name_the_group_whose_rule_admits() {
    shown_trace(
        "trace-groups",
        FLEET,
        ("bastion, ci", "mirror", "ssh, https, tcp 9100"),
    );
    let open = FLEET.replace("tier management\n", "tier management { outbound = open }\n");
    let text = trace_text(&open, ("ci", "internet", "https"));
    assert!(
        text.contains("management may send all traffic to anywhere (outbound = open)"),
        "{text}"
    );
}
