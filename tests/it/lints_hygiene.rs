//! Lints about what a program says and need not say, and about what it says with little effect:
//! where each stays calm.

use crate::common::{as_of, check};
use tierwall::Memory;
use tierwall::compile::{Inputs, compile};
use tierwall::lint::{Level, Levels};

/// The messages of one lint about a program without errors.
fn reported(lint: &'static str, program: &str) -> Vec<String> {
    let levels = Levels {
        all: Some(Level::Allow),
        named: [(lint, Level::Warn)].into(),
        ..Levels::default()
    };
    let reports: Vec<_> = check(program, &levels)
        .1
        .iter()
        .map(|problem| problem.report())
        .collect();
    assert!(
        reports.iter().all(|report| report.code == lint),
        "{program}\n{reports:?}"
    );
    reports.into_iter().map(|report| report.message).collect()
}

/// Asserts what one lint names in a program: the first thing in backticks of each finding.
fn names(lint: &'static str, program: &str, expected: &[&str]) {
    let reported = reported(lint, program);
    let named: Vec<&str> = reported
        .iter()
        .filter_map(|message| message.split('`').nth(1))
        .collect();
    assert_eq!(named, expected, "{program}\n{reported:?}");
}

#[test]
fn outbound_sentences_of_open_tiers() {
    let check = |program: &str, expected: &[&str]| {
        let program = format!(
            "network office = 203.0.113.0/24\nexternal e = \"sg-0123456789abcdef0\"\nparam p : cidr\n\
             prefix-list s3 = \"com.amazonaws.region.s3\"\n\
             tier a, b\ntier closed {{ outbound = closed }}\ntiers all-three = a, b, closed\n{program}\n"
        );
        assert_eq!(
            reported("redundant-outbound", &program),
            expected,
            "{program}"
        );
    };
    let adds = |tiers: &str, peers: &str| {
        format!("the outbound side of {tiers} is open, so {peers} adds no rule")
    };
    // every peer that is no tier, and one finding a sentence
    for peer in ["office", "e", "p", "s3", "anywhere"] {
        check(
            &format!("a allows https to {peer}"),
            &[&adds("`a`", &format!("`{peer}`"))],
        );
    }
    check(
        "a, b allow https, ssh to office, e",
        &[&adds("`a`, `b`", "`office`, `e`")],
    );
    check(
        "a allows https to office\nb allows https to office",
        &[&adds("`a`", "`office`"), &adds("`b`", "`office`")],
    );
    // toward a tier it opens the other end, and what a tier accepts is another matter
    check("a allows https to b, itself, closed", &[]);
    check("a allows https from office", &[]);
    // only what is redundant is named
    check("a allows https to b, office", &[&adds("`a`", "`office`")]);
    check("closed allows https to office", &[]);
    check(
        "all-three allow https to office",
        &[&adds("`a`, `b`", "`office`")],
    );
    check("a allows https to office until 2026-01-14", &[]);
    check("@allow(redundant-outbound)\na allows https to office", &[]);
    let sentence = "a allows https to 10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4, 10.0.0.5";
    let five = "`10.0.0.1/32`, `10.0.0.2/32`, `10.0.0.3/32`, `10.0.0.4/32`, `10.0.0.5/32`";
    check(sentence, &[&adds("`a`", five)]);
    let six = five.replace(", `10.0.0.5/32`", " and 2 more");
    check(&format!("{sentence}, 10.0.0.6"), &[&adds("`a`", &six)]);
}

#[test]
fn tiers_that_nothing_can_reach() {
    let check = |program: &str, expected: &[&str]| names("unreachable-tier", program, expected);
    check("tier a, b, c\n", &["a", "b", "c"]);
    check(
        "tier a, b, c\nb allows https from 10.0.0.0/8\n",
        &["a", "c"],
    );
    check("tier a\na allows all from itself\n", &[]);
    // a tier that connects to others is not unused
    check("tier a, b, c\na allows https from b\n", &["c"]);
    check("tier a, b, c\na allows https to b\n", &["c"]);
    check("tier a\na allows https to anywhere\n", &[]);
    check(
        "tier a, worker\ntiers both = a, worker\na allows https from both\n",
        &[],
    );
    check(
        "tier a, worker { outbound = closed }\nworker allows https to a\n",
        &[],
    );
    check(
        "external e = \"sg-0123456789abcdef0\"\ntier worker\nworker allows https to e\n",
        &[],
    );
    check(
        "tier a\na allows https from anywhere until 2026-01-15\n",
        &[],
    );
    check(
        "tier a\na allows https from anywhere until 2026-01-14\n",
        &["a"],
    );
    // one that was a sender, which `expired` reports
    check(
        "tier a, worker\na allows https from worker until 2026-01-14\na allows https from 10.0.0.0/8\n",
        &[],
    );
    check(
        "@allow(unreachable-tier, \"workers\")\ntier a, b\ntier c\n",
        &["c"],
    );
}

/// A program that uses nothing but its tiers.
const IDLE: &str = "\
network n = 203.0.113.0/24
external e = \"sg-0123456789abcdef0\"
prefix-list l = \"com.amazonaws.region.s3\"
service s = tcp 8080
param p : cidr
tiers t = a, b
vpc main { cidr = 10.0.0.0/16 }
vpc other { cidr = 10.1.0.0/16 }
vpc third { cidr = 10.2.0.0/16 }
peer main with other
tier a, b { vpc = main }
tier c { vpc = other }
";

/// What is unused there when statements are added.
fn unused(added: &str) -> Vec<String> {
    let program = format!("{IDLE}{added}\n");
    let messages = reported("unused-declaration", &program);
    messages
        .iter()
        .filter_map(|message| message.split('`').nth(1))
        .map(str::to_string)
        .collect()
}

#[test]
fn each_kind_of_declaration_and_each_use() {
    assert_eq!(
        unused(""),
        ["n", "e", "l", "s", "p", "t", "third", "main with other"]
    );
    for (name, uses) in [
        (
            "n",
            &[
                "a allows https from n",
                "a allows https from anywhere except n",
                "assert n cannot reach a",
            ][..],
        ),
        (
            "n",
            &[
                "network m = n",
                "network m = anywhere except n",
                "tier d { vpc = main, addresses = n }",
            ],
        ),
        (
            "e",
            &[
                "a allows https from e",
                "a allows https to e",
                "assert e cannot reach a",
            ],
        ),
        ("l", &["a allows https from l", "assert l cannot reach a"]),
        (
            "s",
            &[
                "a allows s from b",
                "assert a cannot reach b on s",
                "service r = s",
            ],
        ),
        (
            "p",
            &[
                "a allows https from p",
                "assert p cannot reach a",
                "network m = p",
                "vpc x { cidr = p }",
            ],
        ),
        (
            "t",
            &[
                "t allows https from 10.0.0.0/8",
                "a allows https from t",
                "assert t cannot reach c",
                "tiers u = t",
            ],
        ),
        (
            "third",
            &[
                "a allows https from vpc third",
                "assert vpc third cannot reach a",
                "network m = vpc third",
            ],
        ),
        (
            "third",
            &[
                "stack x { vpc = third }",
                "tier d { vpc = third }",
                "peer third with main",
            ],
        ),
        (
            "main with other",
            &[
                "a allows https from c",
                "c allows https to a",
                "t allows https from c",
            ],
        ),
    ] {
        for added in uses {
            assert!(
                !unused(added).iter().any(|unused| unused == name),
                "{added} uses {name}"
            );
        }
    }
}

#[test]
fn reports_unused_declarations() {
    let check = |program: &str, expected: &[&str]| names("unused-declaration", program, expected);
    // an earlier name, a binding, the addresses of a peered VPC, another name for the same thing
    check(
        "# tierwall check --set p=10.0.0.0/8\nparam p : cidr\ntier a\n",
        &["p"],
    );
    check("network n = 10.0.0.0/8\ntier a was n\n", &["n"]);
    let peered = "vpc v { cidr = 10.0.0.0/16 }\nvpc w { cidr = 10.1.0.0/16 }\npeer v with w\ntier a { vpc = v }\n";
    check(
        &format!("{peered}a allows https from vpc w\n"),
        &["v with w"],
    );
    let twice =
        "external e = \"sg-0123456789abcdef0\"\nexternal f = \"sg-0123456789abcdef0\"\ntier a\n";
    check(&format!("{twice}a allows https from f\n"), &["e"]);
    // a peer is no service, and what the one names the other does not
    check(
        "tier https\nservice web = tcp 80\nnetwork web2 = 10.0.0.0/8\nhttps allows https from web2\n",
        &["web"],
    );
    check(
        "network x = 10.0.0.0/8\nservice x = tcp 80\ntier a\na allows x from 10.0.0.0/8\n",
        &["x"],
    );
    // what only an unused declaration uses counts as used: the other is removed first
    check("network n = 10.0.0.0/8\nnetwork m = n\ntier a\n", &["m"]);
    // one that has ended is still a sentence
    check(
        "network n = 10.0.0.0/8\ntier a\na allows https from n until 2026-01-14\n",
        &[],
    );
}

#[test]
fn implicit_uses_count() {
    let check = |program: &str, expected: &[&str]| names("unused-declaration", program, expected);
    let vpc = "vpc main { cidr = 10.0.0.0/16 }\n";
    check(&format!("{vpc}tier a\n"), &[]);
    check(
        &format!("{vpc}vpc other {{ cidr = 10.1.0.0/16 }}\ntier a {{ vpc = other }}\n"),
        &["main"],
    );
    let locked = vpc.replace(" }", ", default-group = locked }");
    check(
        &format!("{locked}vpc other {{ cidr = 10.1.0.0/16 }}\ntier a {{ vpc = other }}\n"),
        &[],
    );
    // the parameter that an output would ask for, declared
    check("param vpc-id : vpc\ntier a\n", &[]);
    check(&format!("param main-vpc-id : vpc\n{vpc}tier a\n"), &[]);
    check(
        "param vpc-id : vpc\nvpc main { id = \"vpc-0123456789abcdef0\" }\ntier a\n",
        &["vpc-id"],
    );
    // a file of declarations that others include
    check(
        "network office = 203.0.113.0/24\nservice s = tcp 1\nvpc v { cidr = 10.0.0.0/16 }\n",
        &[],
    );
    check(
        "@allow(unused-declaration, \"until May\")\nnetwork n = 10.0.0.0/8\ntier a\n",
        &[],
    );
}

#[test]
fn only_the_entry_file_declares_for_itself() {
    const SHARED: (&str, &str) = (
        "shared.tier",
        "network office = 203.0.113.0/24\ninclude \"main.tier\"\ntier x\n",
    );
    const MAIN: (&str, &str) = (
        "main.tier",
        "include \"shared.tier\"\nnetwork d = ::1\nservice b = tcp 1\nnetwork c = ::1\nnetwork a = ::1\n",
    );
    for (entry, unused) in [
        ("main.tier", &["d", "b", "c", "a"][..]),
        ("shared.tier", &["office"]),
    ] {
        let files = &mut Memory::new().with(MAIN.0, MAIN.1).with(SHARED.0, SHARED.1);
        let compilation =
            compile(entry, files, &Inputs::on(as_of())).unwrap_or_else(|error| panic!("{error:?}"));
        let names: Vec<&str> = compilation
            .policy
            .unused
            .iter()
            .map(|unused| unused.name.as_str())
            .collect();
        assert_eq!(names, unused, "{entry}");
    }
}

#[test]
fn shadowed_services_and_remainders_of_except() {
    let check = |lint, program: &str, count: usize| {
        assert_eq!(reported(lint, program).len(), count, "{program}")
    };
    for (service, count) in [
        ("https = tcp 8443", 1),
        ("https = tcp 443", 0),
        ("https = tcp 443, 80", 1),
        ("mine = tcp 443", 0),
    ] {
        check("shadowed-service", &format!("service {service}\n"), count);
        check(
            "shadowed-service",
            &format!("@allow(shadowed-service, \"ours\")\nservice {service}\n"),
            0,
        );
    }
    // 2^20 - 1 addresses are 20 blocks, and 2^21 - 1 are 21
    for (block, count) in [("10.0.0.0/12", 0), ("10.0.0.0/11", 1)] {
        let sentence = format!("tier a\na allows https from {block} except 10.0.0.0\n");
        check("many-blocks", &sentence, count);
        check(
            "many-blocks",
            &sentence.replace("a allows", "@allow(many-blocks)\na allows"),
            0,
        );
        check(
            "many-blocks",
            &format!("network n = {block} except 10.0.0.0\n"),
            count,
        );
    }
}

#[test]
fn lists_of_unknown_size() {
    let check = |program: &str, expected: &[&str]| names("unknown-size", program, expected);
    check(
        "prefix-list p = \"pl-0123456789abcdef0\"\ntier a\na allows https from p\n",
        &["p"],
    );
    check(
        "prefix-list p = \"pl-0123456789abcdef0\" { entries = 5 }\ntier a\na allows https from p\n",
        &[],
    );
    check(
        "prefix-list p = \"com.amazonaws.region.s3\"\ntier a { outbound = closed }\na allows https to p\n",
        &[],
    );
    check(
        "prefix-list p = \"pl-0123456789abcdef0\"\ntier a\na allows https from 10.0.0.0/8\n",
        &[],
    );
    check(
        "param p : prefix-list\ntier a\na allows https from p\n",
        &[],
    );
}

#[test]
fn ampersands_in_descriptions_of_rules() {
    let declared = "external e = \"sg-0123456789abcdef0\"\nprefix-list l = \"com.amazonaws.region.s3\"\n\
                    param p : cidr\ntier a, b { outbound = closed }\n";
    for (sentence, kind) in [
        ("a allows https from b \"R&D\"", Some("security group")),
        ("a allows https from itself \"R&D\"", Some("security group")),
        ("a allows https from e \"R&D\"", Some("security group")),
        ("a allows https from l \"R&D\"", Some("prefix list")),
        ("a allows https to l \"R&D\"", Some("prefix list")),
        (
            "a allows https from anywhere, b \"R&D\"",
            Some("security group"),
        ),
        ("a allows https from anywhere \"R&D\"", None),
        ("a allows https from p \"R&D\"", None),
        (
            "a allows https from 10.0.0.0/8, 2001:db8::/32 \"Set & Change\"",
            None,
        ),
        ("a allows https from b \"R and D\"", None),
        // another sentence describes the rule
        (
            "a allows https from b \"R&D\"\na allows https from b \"A\"",
            None,
        ),
        (
            "@allow(ampersand, \"AWS took it\")\na allows https from b \"R&D\"",
            None,
        ),
    ] {
        let program = format!("{declared}{sentence}\n");
        let expected = kind.map(|kind| {
            format!("the EC2 API reference does not list `&` for the description of a rule that references a {kind}")
        });
        assert_eq!(
            reported("ampersand", &program),
            Vec::from_iter(expected),
            "{program}"
        );
    }
    // a name, and a description of a group
    let named = "tier a { name = \"R&D\", description = \"Research & development\" }\n";
    assert!(reported("ampersand", named).is_empty());
}

#[test]
fn defaults_that_make_a_rule_twice() {
    let check = |program: &str, expected: &[&str]| {
        assert_eq!(
            reported("duplicate-default", program),
            expected,
            "{program}"
        )
    };
    let (params, tier) = (
        "param a : cidr = 10.0.0.0/8\nparam b : cidr = 10.0.0.0/8\n",
        "tier web, app { outbound = closed }\n",
    );
    let program = |text: &str| format!("{params}{tier}{text}\n");
    let both = |rule: &str| format!("the defaults of `a` and `b` create {rule} twice");
    let one = |rule: &str| format!("the default of `a` creates {rule} twice");
    let https = "`tcp 443` from 10.0.0.0/8 to `web`";
    check(&program("web allows https from a, b"), &[&both(https)]);
    check(
        &program("web allows https from a\nweb allows https from b"),
        &[&both(https)],
    );
    check(
        &program("web allows https to a, b"),
        &[&both("`tcp 443` from `web` to 10.0.0.0/8")],
    );
    check(
        &program("web allows https, ssh, http from a, b"),
        &[&format!(
            "{}, and 2 more rules",
            both("`tcp 22` from 10.0.0.0/8 to `web`")
        )],
    );
    // a block beside it, under any name
    check(
        &program("web allows https from a, 10.0.0.0/8"),
        &[&one(https)],
    );
    check(
        &program(
            "network n = 10.0.0.0/8, 10.1.0.0/16\nweb allows https from a\nweb allows https from n",
        ),
        &[&one(https)],
    );
    let everywhere = "param a : cidr = 0.0.0.0/0\ntier web\nweb allows https from anywhere, a\n";
    check(everywhere, &[&one("`tcp 443` from 0.0.0.0/0 to `web`")]);
    let v6 =
        "param a : cidr-ipv6 = 2001:db8::/32\ntier web\nweb allows https from 2001:db8::/32, a\n";
    check(v6, &[&one("`tcp 443` from 2001:db8::/32 to `web`")]);
    // groups and lists by their ids
    let group = "param a : external = \"sg-01234567\"\nexternal e = \"sg-01234567\"\ntier web\nweb allows https from a, e\n";
    check(group, &[&one("`tcp 443` from sg-01234567 to `web`")]);
    let foreign = group.replace(
        "\nexternal e = \"sg-01234567\"",
        "\nexternal e = \"sg-01234567\" in account \"123456789012\"",
    );
    check(&foreign, &[&one("`tcp 443` from sg-01234567 to `web`")]);
    let list = "param a : prefix-list = \"pl-01234567\"\nprefix-list e = \"pl-01234567\"\ntier web\nweb allows https from a, e\n";
    check(list, &[&one("`tcp 443` from pl-01234567 to `web`")]);
    // the rule of an open tier
    check(
        "param a : cidr = 0.0.0.0/0\ntier web\nweb sends all to a\n",
        &[&one("`all` from `web` to 0.0.0.0/0")],
    );
    check(
        "param a : cidr = 0.0.0.0/0\ntier web { outbound = open-ipv6 }\nweb sends all to a\n",
        &[],
    );
    // one group under two names, as the owner of rules
    let owners = "param a : external = \"sg-01234567\"\nexternal e = \"sg-01234567\"\ntier web\n\
                  a accepts https from web\ne accepts https, ssh from web\n";
    check(owners, &[&one("`tcp 443` from `web` to `a`")]);
    check(&owners.replacen("01234567", "76543210", 1), &[]);
    // three are two pairs
    let three = program("param c : cidr = 10.0.0.0/8\nweb allows https from a, b, c");
    check(
        &three,
        &[
            &both(https),
            "the defaults of `a` and `c` create `tcp 443` from 10.0.0.0/8 to `web` twice",
        ],
    );

    // another rule: traffic, tier, direction or block
    check(
        &program("web allows https from a\nweb allows http from b"),
        &[],
    );
    check(
        &program("web allows https from a\napp allows https from b"),
        &[],
    );
    check(
        &program("web allows https from a\nweb allows https to b"),
        &[],
    );
    check(&program("web allows https from a, 10.0.0.0/9"), &[]);
    check(
        "param a : cidr\nparam b : cidr\ntier web\nweb allows https from a, b\n",
        &[],
    );
    check(
        "param a : cidr\ntier web\nweb allows https from a, 10.0.0.0/8\n",
        &[],
    );
    check(
        &program("web allows https from a\nweb allows https from b until 2026-01-14"),
        &[],
    );
    // each sentence that has a part in it says that it may
    check(
        &program("@allow(duplicate-default)\nweb allows https from a, b"),
        &[],
    );
    check(
        &program("@allow(duplicate-default)\nweb allows https from a\nweb allows https from b"),
        &[&both(https)],
    );
    check(
        &program(
            "@allow(duplicate-default)\nweb allows https from a\n@allow(duplicate-default)\nweb allows https from b",
        ),
        &[],
    );
}

#[test]
fn defaults_that_name_a_vpc_of_a_tier_twice() {
    let program = |a: &str, b: &str| {
        format!(
            "param a : vpc{a}\nparam b : vpc{b}\nvpc x {{ id = a }}\nvpc y {{ id = b }}\n\
             tier web {{ vpc = [x, y] }}\ntier app {{ vpc = x }}\nweb allows https from anywhere\n"
        )
    };
    let (one, other) = (
        " = \"vpc-0123456789abcdef0\"",
        " = \"vpc-0123456789abcdef1\"",
    );
    let twice = "`x` and `y`, VPCs of `web`, are one VPC by default";
    assert_eq!(reported("duplicate-default", &program(one, one)), [twice]);
    for (a, b) in [(one, other), (one, ""), ("", "")] {
        assert_eq!(
            reported("duplicate-default", &program(a, b)),
            [""; 0],
            "{a} {b}"
        );
    }
}

#[test]
fn one_side_of_a_flow_between_tiers() {
    let check = |sentences: &str, expected: &[&str]| {
        let program = format!(
            "tier lb, web\ntier app, db {{ outbound = closed }}\ntiers both = web, db\n{sentences}\n"
        );
        assert_eq!(reported("half-open", &program), expected, "{program}");
    };
    let closed = |side: &str, tiers: &str, what: &str| {
        format!("the {side} side of {tiers} admits no {what}")
    };
    let db = closed("inbound", "`db`", "`tcp 3306`");
    check("app sends mysql to db", &[&db]);
    check(
        "app sends mysql to db\ndb accepts tcp 3307 from app",
        &[&db, &closed("outbound", "`app`", "`tcp 3307`")],
    );
    check("app sends mysql to db\ndb accepts mysql from app", &[]);
    // a group that is made elsewhere can be the other side
    check(
        "external rds = \"sg-0123456789abcdef0\"\nrds accepts mysql from app",
        &[&closed("outbound", "`app`", "`tcp 3306`")],
    );
    check(
        "external rds = \"sg-0123456789abcdef0\"\nrds accepts mysql from app\napp sends mysql to rds",
        &[],
    );
    check(
        "external rds = \"sg-0123456789abcdef0\"\napp sends mysql to rds",
        &[],
    );
    // some of it passes
    check("app sends tcp to db\ndb accepts mysql from app", &[]);
    check(
        "db accepts mysql from app",
        &[&closed("outbound", "`app`", "`tcp 3306`")],
    );
    check("db accepts mysql from lb", &[]);
    check("db accepts mysql from 10.0.0.0/8", &[]);
    check(
        "lb sends https, http to both",
        &[&closed("inbound", "`db`, `web`", "`tcp 443`, `tcp 80`")],
    );
    check(
        "app sends ssh to itself",
        &[&closed("inbound", "`app`", "`tcp 22`")],
    );
    check("app sends ssh to itself\napp accepts ssh from itself", &[]);
    check("@allow(half-open)\napp sends ssh to itself", &[]);
}

#[test]
fn what_an_open_tier_sends_is_redundant() {
    let check = |ip: &str, sentences: &str, expected: &[&str]| {
        let program = format!("stack s {{ ip = {ip} }}\ntier a, b\n{sentences}\n");
        assert_eq!(
            reported("redundant-outbound", &program),
            expected,
            "{program}"
        );
    };
    let adds = |peers: &str| {
        format!("the outbound side of `a` is open, so a rule to {peers} opens nothing")
    };
    check("dual", "a sends https to b", &[&adds("`b`")]);
    check(
        "dual",
        "a sends https to 2001:db8::/32",
        &[&adds("`2001:db8::/32`")],
    );
    check(
        "ipv4",
        "a sends https to 10.0.0.0/8",
        &[&adds("`10.0.0.0/8`")],
    );
    // what an open tier sends is IPv4 there
    check("ipv4", "a sends https to 2001:db8::/32", &[]);
    check("ipv4", "a sends https to b", &[]);
    check("dual", "a accepts https from b", &[]);
}
