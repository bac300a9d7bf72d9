//! Verdicts on assertions: each form and each kind of unknown, both ways.

use crate::common::check as check_all;
use tierwall::lint::{Level, Levels};

/// What every program here starts with: a closed database, members that are known and members that
/// are not.
const SCENE: &str = "\
tier web { addresses = [10.0.0.0/24, 2001:db8:a::/64] }
tier app { addresses = 10.0.1.0/24, outbound = closed }
tier db  { addresses = 10.0.2.0/24, outbound = closed }
tier anywhere-tier
";

/// Asserts the codes of the problems of a program: nothing where the assertion holds.
fn check(program: &str, codes: &[&str]) {
    let found = check_all(&format!("{SCENE}{program}"), &Levels::default()).1;
    let found: Vec<&str> = found
        .iter()
        .map(|p| p.report().code)
        .filter(|code| code.starts_with('E'))
        .collect();
    assert_eq!(found, codes, "{program}");
}

fn holds(program: &str) {
    check(program, &[]);
}

fn fails(program: &str) {
    check(program, &["E0701"]);
}

fn stops(program: &str) {
    check(program, &["E0702"]);
}

#[test]
fn cannot_reach() {
    holds("assert internet cannot reach web");
    fails("web allows https from anywhere\nassert internet cannot reach web");
    holds("web allows https from anywhere\nassert internet cannot reach web on ssh");
    fails("web allows tcp 20-30 from anywhere\nassert internet cannot reach web on ssh");
    fails("web allows all from anywhere\nassert internet cannot reach web on ssh");
    fails("web allows https from 0.0.0.0/1\nassert internet cannot reach web");
    holds("web allows https from private\nassert internet cannot reach web");
    fails("web allows https from anywhere-ipv6\nassert internet cannot reach web");
    // both gates count
    holds("db allows mysql from 10.0.1.0/24\nassert app cannot reach db");
    fails(
        "db allows mysql from 10.0.1.0/24\napp allows mysql to 10.0.2.0/24\nassert app cannot reach db",
    );
    holds(
        "db allows mysql from 10.0.1.0/24\napp allows https to 10.0.2.0/24\nassert app cannot reach db",
    );
    // an address rule admits members that live there
    fails("db allows mysql from 10.0.0.128/25\nassert web cannot reach db");
    holds("db allows mysql from 10.0.3.0/24\nassert web cannot reach db");
    fails("db allows ssh from itself\nassert db cannot reach db");
    fails("assert web cannot reach internet");
    holds("assert db cannot reach internet");
    fails("db allows https to anywhere\nassert db cannot reach internet");
}

#[test]
fn proves_can_reach() {
    stops("assert web can reach db");
    holds("db allows mysql from web\nassert web can reach db\nassert web can reach db on mysql");
    stops("db allows mysql from web\nassert web can reach db on mysql, ssh");
    stops("db allows tcp 3300-3310 from web\nassert web can reach db on tcp 3300-3311");
    holds("db allows tcp 3300-3305, 3306-3311 from web\nassert web can reach db on tcp 3300-3311");
    // every address of the sender, in pieces or whole
    stops("db allows mysql from 10.0.0.0/25\nassert web can reach db on mysql");
    holds("db allows mysql from 10.0.0.0/25, 10.0.0.128/25\nassert web can reach db on mysql");
    // in every family that both ends have: the database has IPv4 alone, the other tier both
    stops(
        "anywhere-tier allows https from 10.0.0.0/24\nassert web can reach anywhere-tier on https",
    );
    holds(
        "anywhere-tier allows https from 10.0.0.0/24, 2001:db8:a::/64\nassert web can reach anywhere-tier on https",
    );
    // the outbound gate of a closed sender
    holds("db allows mysql from app\nassert app can reach db on mysql");
    stops("db allows mysql from 10.0.1.0/24\nassert app can reach db on mysql");
    holds(
        "web allows https from 0.0.0.0/1, 128.0.0.0/1, ::/0\nassert internet can reach web on https",
    );
    stops("web allows https from anywhere-ipv4\nassert internet can reach web on https");
    holds("web allows ping from app\nassert app can reach web on ping");
    stops("web allows icmp 8/0 from app\nassert app can reach web on icmp 8");
}

#[test]
fn only_can_reach() {
    holds("db allows mysql from app\nassert only app can reach db");
    fails("db allows mysql from app, web\nassert only app can reach db");
    holds("db allows mysql from app, web\nassert only app, web can reach db");
    holds(
        "db allows mysql from app\ndb allows ssh from web\nassert only app can reach db on mysql",
    );
    // an address outside, and a tier whose members could live there
    check(
        "db allows mysql from 203.0.113.0/24\nassert only app can reach db on mysql",
        &["E0701"],
    );
    check(
        "db allows mysql from 203.0.113.0/24\nassert only 203.0.113.0/25 can reach db on mysql",
        &["E0701"],
    );
    fails("db allows mysql from itself\nassert only app can reach db");
    holds("assert only app can reach db");
}

#[test]
fn proves_only_through() {
    let chain = "tier bastion { addresses = 10.0.9.0/24 }\nbastion allows ssh from 203.0.113.0/24\ndb allows ssh from bastion\n";
    holds(&format!(
        "{chain}assert 203.0.113.0/24 can reach db on ssh only through bastion"
    ));
    check(
        &format!(
            "{chain}db allows ssh from 203.0.113.7\nassert 203.0.113.0/24 can reach db on ssh only through bastion"
        ),
        &["E0703"],
    );
    check("assert web can reach db only through app", &["E0704"]);
    holds(&format!(
        "{chain}tier jump\njump allows ssh from bastion\nassert bastion can reach jump on ssh only through bastion"
    ));
}

#[test]
fn counts_unknown_facts_against_the_assertion() {
    // the members of a tier without `addresses`
    fails("db allows mysql from 10.9.0.0/16\nassert anywhere-tier cannot reach db");
    stops("db allows mysql from 10.9.0.0/16\nassert anywhere-tier can reach db on mysql");
    holds("db allows mysql from anywhere\nassert anywhere-tier can reach db on mysql");
    holds(
        "db allows mysql from 0.0.0.0/1, 128.0.0.0/1, ::/0\nassert anywhere-tier can reach db on mysql",
    );
    // a parameter
    fails("param p : cidr\ndb allows mysql from p\nassert internet cannot reach db");
    stops("param p : cidr\ndb allows mysql from p\nassert 203.0.113.7 can reach db on mysql");
    holds("param p : cidr\ndb allows mysql from p\nassert p can reach db on mysql");
    // its hosts are those in no tier; but tiers could live in it as well
    check(
        "param p : cidr\ndb allows mysql from p\nassert only p, app, anywhere-tier can reach db",
        &["E0701"],
    );
    // a prefix list
    fails(
        "prefix-list l = \"pl-0123456789abcdef0\"\ndb allows mysql from l\nassert internet cannot reach db",
    );
    holds(
        "prefix-list l = \"pl-0123456789abcdef0\"\ndb allows mysql from l\nassert l can reach db on mysql",
    );
    // a foreign group: its members are hosts, and no members of a tier
    fails(
        "external e = \"sg-0123456789abcdef0\"\ndb allows mysql from e\nassert internet cannot reach db",
    );
    holds(
        "external e = \"sg-0123456789abcdef0\"\ndb allows mysql from e\nassert web cannot reach db",
    );
    holds(
        "external e = \"sg-0123456789abcdef0\"\ndb allows mysql from e\nassert only e can reach db",
    );
}

#[test]
fn time_and_family() {
    holds("web allows https from anywhere until 2026-01-14\nassert internet cannot reach web");
    fails("web allows https from anywhere until 2026-01-15\nassert internet cannot reach web");
    let ipv4 = "stack s { ip = ipv4 }\n";
    holds(&format!(
        "{ipv4}web allows https from anywhere\nassert internet can reach web on https"
    ));
    holds(&format!("{ipv4}assert internet cannot reach web"));
}

#[test]
fn proves_reach_between_peered_vpcs() {
    let two = "vpc a {{ cidr = 10.0.0.0/16 }}\nvpc b {{ cidr = 10.1.0.0/16 }}\n"
        .replace("{{", "{")
        .replace("}}", "}");
    let program = |rest: &str| {
        let text = format!(
            "{two}peer a with b\ntier x {{ vpc = a }}\ntier y {{ vpc = b, outbound = closed }}\n{rest}"
        );
        let nothing = Levels {
            all: Some(Level::Allow),
            ..Levels::default()
        };
        let found = check_all(&text, &nothing).1;
        found.iter().map(|p| p.report().code).collect::<Vec<_>>()
    };
    assert_eq!(
        program("y allows https from x\nassert x can reach y on https"),
        Vec::<&str>::new()
    );
    assert_eq!(
        program("y allows https from vpc a\nassert x can reach y on https"),
        Vec::<&str>::new()
    );
    assert_eq!(
        program("y allows https from vpc a\nassert vpc a can reach y on https"),
        Vec::<&str>::new()
    );
    assert_eq!(
        program("y allows https from vpc a\nassert x cannot reach y"),
        ["E0701"]
    );
    assert_eq!(
        program("y allows https from vpc b\nassert x cannot reach y"),
        Vec::<&str>::new()
    );
}

#[test]
fn only_addresses_can_reach() {
    holds("web allows https from 10.1.0.0/16\nassert only 10.0.0.0/8, anywhere-tier can reach web");
    fails(
        "web allows https from 10.1.0.0/16, 11.0.0.0/8\nassert only 10.0.0.0/8, anywhere-tier can reach web",
    );
}

#[test]
fn a_bypass_needs_the_service_only_at_its_last_step() {
    let around = "web allows https from 198.51.100.7\napp allows ssh from 198.51.100.7\ndb allows ssh from app, web\n";
    let through = "assert 198.51.100.7 can reach db on ssh only through app";
    check(
        &format!("{around}web allows all to 10.0.2.0/24\n{through}"),
        &["E0703"],
    );
    check(
        &format!("{around}{}", through.replace("on ssh", "on https")),
        &["E0704"],
    );
}

#[test]
fn proves_each_ip_version() {
    // no version that both have carries it
    stops("assert 2001:db8::1 can reach db on mysql");
    stops("web allows icmp 8 from anywhere\nassert 2001:db8::1 can reach web on icmp 8");
    holds("web allows ping from anywhere\nassert 2001:db8::1, 10.9.9.9 can reach web on ping");
}

#[test]
fn judges_ipv6_addresses_of_a_tier_in_an_ipv4_stack() {
    let check = |sentence: &str, codes: &[&str]| {
        let text = format!(
            "stack s {{ ip = ipv4 }}\ntier web {{ addresses = 2001:db8::/64 }}\nweb allows ssh from anywhere-ipv6\n{sentence}\n"
        );
        let found = check_all(&text, &Levels::default()).1;
        let found: Vec<&str> = found
            .iter()
            .map(|p| p.report().code)
            .filter(|code| code.starts_with('E'))
            .collect();
        assert_eq!(found, codes, "{sentence}");
    };
    check("assert internet cannot reach web", &["E0701"]);
    check("assert only web can reach web", &["E0701"]);
    check("assert 2600::1 can reach web on ssh", &[]);
}

#[test]
fn counts_an_unspecified_ip_version_against_cannot() {
    let check = |program: &str, codes: &[&str]| {
        let found = check_all(program, &Levels::default()).1;
        let found: Vec<&str> = found
            .iter()
            .map(|p| p.report().code)
            .filter(|code| code.starts_with('E'))
            .collect();
        assert_eq!(found, codes, "{program}");
    };
    let vpc = "vpc main { id = \"vpc-0123456789abcdef0\", cidr = 10.0.0.0/16 }\ntier db, web\n";
    for start in [vpc, "stack s { ip = ipv4 }\ntier db, web\n"] {
        let open = format!("{start}db allows mysql from 2600::/12\ndb allows mysql from web\n");
        check(
            &format!("{open}assert internet cannot reach db"),
            &["E0701"],
        );
        check(
            &format!("{open}assert 2600::1 cannot reach db on mysql"),
            &["E0701"],
        );
        check(
            &format!("{open}assert only web, db can reach db"),
            &["E0701"],
        );
        check(&format!("{open}assert 2001:db8::1 cannot reach db"), &[]);
        // and no claim is made about it
        check(&format!("{open}assert web can reach db on mysql"), &[]);
        check(
            &format!("{open}assert 2600::1 can reach db on mysql"),
            &["E0702"],
        );
    }
    let later =
        "stack s { ip = ipv4 }\nparam later : cidr-ipv6\ntier db\ndb allows mysql from later\n";
    check(
        &format!("{later}assert internet cannot reach db"),
        &["E0701"],
    );
}

/// Asserts the codes of the problems of a program whose VPC has two blocks and whose tier may send
/// nothing.
fn check_in_vpc(cidr: &str, sentence: &str, codes: &[&str]) {
    let vpc = format!("vpc main {{ id = \"vpc-0123456789abcdef0\", cidr = {cidr} }}");
    let program = format!("{vpc}\ntier c {{ outbound = closed }}\n{sentence}\n");
    assert_eq!(codes_of(&program), codes, "{program}");
}

/// The codes of the errors of a whole program.
fn codes_of(program: &str) -> Vec<&'static str> {
    let found = check_all(program, &Levels::default()).1;
    found
        .iter()
        .map(|problem| problem.report().code)
        .filter(|code| code.starts_with('E'))
        .collect()
}

#[test]
fn judges_ipv6_rules_of_an_ipv4_stack() {
    let icmp = "stack s { ip = ipv4 }\ntier web\nweb allows icmp from 2001:db8::/32\n";
    for (assertion, expected) in [
        ("2001:db8::/32 cannot reach web on icmp", &["E0701"][..]),
        ("2001:db8::/32 cannot reach web on ping", &["E0701"]),
        ("2001:db8::/32 cannot reach web on icmpv6", &["E0701"]),
        ("2001:db8::/32 cannot reach web on tcp", &[]),
        ("only 10.0.0.0/8, web can reach web on icmp", &["E0701"]),
        ("only 2001:db8::/32, web can reach web on icmp", &[]),
    ] {
        assert_eq!(
            codes_of(&format!("{icmp}assert {assertion}\n")),
            expected,
            "{assertion}"
        );
    }
    let world = "stack s { ip = ipv4 }\ntier web\nweb allows icmp from 2600::/12\n";
    assert_eq!(
        codes_of(&format!(
            "{world}assert internet cannot reach web on ping\n"
        )),
        ["E0701"]
    );
    assert_eq!(
        codes_of(&format!(
            "{world}assert internet cannot reach web on icmp time-exceeded\n"
        )),
        ["E0701"]
    );
    // neighbour solicitation is ICMPv6 alone
    assert_eq!(
        codes_of(&format!(
            "{world}assert internet cannot reach web on icmp neighbor-solicitation\n"
        )),
        ["E0701"]
    );
    assert_eq!(
        codes_of(&format!(
            "{icmp}assert internet cannot reach web on icmp neighbor-solicitation\n"
        )),
        [""; 0]
    );
}

#[test]
fn considers_ipv6_bypasses_in_an_ipv4_stack() {
    let chain = "stack s { ip = ipv4 }\ntier bastion, db { outbound = closed }\n\
        bastion allows ssh from anywhere\ndb allows ssh from bastion\n";
    let assertion = "assert internet can reach db on ssh only through bastion\n";
    assert_eq!(codes_of(&format!("{chain}{assertion}")), [""; 0]);
    assert_eq!(
        codes_of(&format!("{chain}db allows ssh from 2600::/12\n{assertion}")),
        ["E0703"]
    );
}

#[test]
fn ignores_rules_that_outputs_omit() {
    let tiers = |ip: &str, addresses: [&str; 2]| {
        let [db, app] = addresses;
        format!(
            "stack s {{ ip = {ip} }}\ntier db {{ addresses = {db} }}\n\
             tier app {{ addresses = {app}, outbound = closed }}\ndb allows ssh from app\n"
        )
    };
    let (v4, v6) = (
        ["10.0.1.0/24", "10.0.2.0/24"],
        ["2001:db8:a::/64", "2001:db8:b::/64"],
    );
    let everything = "app allows all to anywhere\n";
    let can = "assert app can reach db on ssh\n";
    assert_eq!(codes_of(&(tiers("ipv4", v6) + can)), [""; 0]);
    // the one rule that is left is for 0.0.0.0/0
    assert_eq!(codes_of(&(tiers("ipv4", v6) + everything + can)), ["E0702"]);
    assert_eq!(codes_of(&(tiers("ipv4", v4) + everything + can)), [""; 0]);
    assert_eq!(codes_of(&(tiers("dual", v6) + everything + can)), [""; 0]);
    assert_eq!(codes_of(&(tiers("dual", v4) + everything + can)), [""; 0]);
    // the halves replace the whole, and the other rule stays
    assert_eq!(
        codes_of(&(tiers("dual", v6) + "app allows all to anywhere-ipv4\n" + can)),
        [""; 0]
    );
}

#[test]
fn addresses_of_one_ip_version_do_not_restrict_the_other() {
    let program = |ip: &str, addresses: &str| {
        format!(
            "stack s {{ ip = {ip} }}\ntier db {{ addresses = {addresses} }}\ndb allows mysql from ::/0, 10.0.0.0/8\n"
        )
    };
    let cannot = "assert internet cannot reach db\n";
    let can = "assert 2001:db8::/32 can reach db on mysql\n";
    assert_eq!(
        codes_of(&(program("dual", "10.0.3.0/24") + cannot)),
        ["E0701"]
    );
    assert_eq!(codes_of(&(program("dual", "10.0.3.0/24") + can)), ["E0702"]);
    assert_eq!(
        codes_of(&(program("dual", "[10.0.3.0/24, 2001:db8:3::/64]") + can)),
        [""; 0]
    );
    // a tier of a stack without IPv6 has the addresses that it states, and no others
    assert_eq!(
        codes_of(&(program("ipv4", "10.0.3.0/24") + cannot)),
        [""; 0]
    );
    assert_eq!(
        codes_of(&(program("ipv4", "[10.0.3.0/24, 2001:db8:3::/64]") + cannot)),
        ["E0701"]
    );
    // that a tier has IPv6 does not say that it has no IPv4
    for ip in ["dual", "ipv4"] {
        let private = "assert 10.1.0.0/16 cannot reach db\n";
        assert_eq!(
            codes_of(&(program(ip, "2001:db8:3::/64") + private)),
            ["E0701"],
            "{ip}"
        );
    }
}

#[test]
fn traffic_that_groups_never_filter_passes_in_both_directions() {
    // an end; whether it may pass, whether it must
    for (end, may, must) in [
        ("169.254.169.254", true, true),
        ("169.254.169.250/31", true, true),
        ("fd00:ec2::253", true, true),
        ("fd00:ec2::250", true, true),
        ("fe80:ec2::1", true, true),
        ("169.254.169.254, fd00:ec2::254", true, true),
        // Amazon's DNS: the base of the first block plus two; the second may be the primary one
        ("10.0.0.2", true, true),
        ("10.1.0.2", true, false),
        ("10.0.0.3", false, false),
        ("10.2.0.2", false, false),
        // the router of a subnet: the first after its base, wherever subnets are
        ("10.0.0.1", true, false),
        ("10.0.7.17", true, false),
        ("10.0.7.18", false, false),
        ("10.0.7.16/31", true, false),
        ("10.2.0.1", false, false),
        ("2001:db8:a:7::1", true, false),
        ("2001:db8:a:7::2", false, false),
        ("2001:db8:b::1", false, false),
        ("fe80::7", true, false),
        // DHCP
        ("255.255.255.255", true, false),
        // a block with no hosts is about Amazon's services, one with hosts about these
        ("169.254.0.0/16", true, false),
        ("169.254.7.0/24", false, false),
        ("fd00:ec2::/32", true, false),
        ("10.0.0.0/28", false, false),
        ("vpc main", false, false),
        ("private", false, false),
        ("anywhere", false, false),
        ("internet", false, false),
    ] {
        for (from, to) in [("c", end), (end, "c")] {
            let codes = |holds: bool, code: &'static str| {
                let ends = if end == "vpc main" || holds {
                    1
                } else {
                    end.split(',').count()
                };
                if holds { Vec::new() } else { vec![code; ends] }
            };
            let cidr = "[10.0.0.0/16, 10.1.0.0/16, 2001:db8:a::/56]";
            check_in_vpc(
                cidr,
                &format!("assert {from} cannot reach {to}"),
                &codes(!may, "E0701"),
            );
            check_in_vpc(
                cidr,
                &format!("assert {from} can reach {to} on udp 53"),
                &codes(must, "E0702"),
            );
        }
    }
}

#[test]
fn assumes_private_reserved_addresses_in_an_unknown_vpc() {
    for (cidr, end, codes) in [
        ("[10.0.0.0/16]", "2001:db8::1", &[][..]),
        ("[10.0.0.0/16]", "fc00::1", &["E0701"]),
        ("[10.0.0.0/16]", "192.168.0.1", &[]),
        ("2001:db8::/56", "192.168.0.1", &["E0701"]),
        ("2001:db8::/56", "192.168.0.2", &["E0701"]),
        ("2001:db8::/56", "192.168.0.3", &[]),
        ("2001:db8::/56", "203.0.113.1", &[]),
    ] {
        check_in_vpc(cidr, &format!("assert {end} cannot reach c"), codes);
        check_in_vpc(cidr, &format!("assert c cannot reach {end}"), codes);
    }
    // which block is the primary one
    let param = "param later : cidr\nassert c can reach 10.0.0.2 on dns";
    check_in_vpc("[10.0.0.0/16, later]", param, &["E0702"]);
    check_in_vpc(
        "[10.0.0.0/16, later]",
        &param.replace("can reach", "cannot reach"),
        &["E0701"],
    );
}

#[test]
fn only_is_about_hosts_and_tiers() {
    let cidr = "10.0.0.0/16";
    check_in_vpc(
        cidr,
        "c allows ssh from 10.0.0.0, 10.0.0.2/31\nassert only 10.0.0.0, 10.0.0.2/31, c can reach c",
        &[],
    );
    check_in_vpc(
        cidr,
        "tier d\nassert only d can reach 169.254.169.254",
        &["E0701"],
    );
}

#[test]
fn rules_decide_about_the_rest_of_an_endpoint() {
    let network = "network known = 169.254.169.254, 10.2.0.9\n";
    let can = format!("{network}assert c can reach known on http");
    check_in_vpc("10.0.0.0/16", &can, &["E0702"]);
    check_in_vpc(
        "10.0.0.0/16",
        &format!("{can}\nc allows http to 10.2.0.9"),
        &[],
    );
    check_in_vpc(
        "10.0.0.0/16",
        &format!("{network}assert c cannot reach known"),
        &["E0701"],
    );
}

#[test]
fn judges_empty_endpoints_and_services() {
    let vpc = "vpc d { id = \"vpc-0123456789abcdef3\" }\ntier db\ndb allows https from itself\n";
    assert_eq!(
        codes_of(&format!("{vpc}assert vpc d can reach db on ssh")),
        ["E0311"]
    );
    assert_eq!(
        codes_of(&format!("{vpc}assert vpc d cannot reach db")),
        ["E0311"]
    );
}

#[test]
fn reports_senders_that_the_same_sentences_allow_together() {
    let program = "tier a, b, c, db\ndb allows ssh from anywhere\nassert only a can reach db\nassert private cannot reach db\n";
    let problems = check_all(
        program,
        &Levels {
            all: Some(Level::Allow),
            ..Levels::default()
        },
    )
    .1;
    let reports: Vec<_> = problems.iter().map(|problem| problem.report()).collect();
    let [only, private] = &reports[..] else {
        panic!("{reports:#?}")
    };
    assert_eq!(only.message, "`b` can reach `db`");
    assert_eq!(
        only.help[0],
        "the same rules let `c`, `db`, `hosts outside` reach it"
    );
    assert_eq!(private.message, "`private` can reach `db`");
}

/// Asserts what the problems of a program say: the message, what is to be seen where, and the help.
fn says(program: &str, words: &[&str]) {
    let problems = check_all(
        program,
        &Levels {
            all: Some(Level::Allow),
            ..Levels::default()
        },
    )
    .1;
    let reports = problems.iter().map(|problem| problem.report());
    let found = reports.flat_map(|report| {
        let labels = report.labels.into_iter().map(|label| label.words);
        std::iter::once(report.message)
            .chain(labels)
            .chain(report.help)
            .collect::<Vec<_>>()
    });
    assert_eq!(found.collect::<Vec<_>>(), words, "{program}");
}

#[test]
fn names_a_service_or_its_missing_part() {
    for (program, what, service) in [
        ("assert web can reach db", "anything", "…"),
        ("assert web can reach db on mysql", "tcp 3306", "mysql"),
        (
            "db allows mysql from web\nassert web can reach db on mysql, ssh",
            "tcp 22",
            "ssh",
        ),
        (
            "db allows ssh from web\nassert web can reach db on mysql, ssh",
            "tcp 3306",
            "mysql",
        ),
        ("assert web can reach db on dns", "tcp 53", "dns"),
        (
            "db allows tcp 53 from web\nassert web can reach db on dns",
            "udp 53",
            "udp 53",
        ),
        (
            "assert web can reach db on tcp 20-30",
            "tcp 20",
            "tcp 20-30",
        ),
        (
            "db allows tcp 20-24 from web\nassert web can reach db on tcp 20-30",
            "tcp 25",
            "tcp 20-30",
        ),
    ] {
        let message = format!("`web` cannot reach `db` on {what}");
        let help = format!("this sentence would allow it: `db allows {service} from web`");
        says(
            &format!("tier web, db\n{program}\n"),
            &[&message, "`db` does not accept it", &help],
        );
    }
}

#[test]
fn a_packet_that_breaks_an_assertion_is_reported() {
    let broken = |program: &str, message: &str, packet: &str, sentences: usize| {
        let packet = format!("counterexample: {packet}");
        let mut words = vec![message, &packet];
        words.extend(std::iter::repeat_n("allows it", sentences));
        says(
            &format!("tier a, b {{ outbound = closed }}\n{program}\n"),
            &words,
        );
    };
    let tiers = "`a` can reach `b`";
    let ssh = "a allows ssh to b\nassert a cannot reach b";
    broken(ssh, tiers, "tcp a:* → b:22", 1);
    broken(
        "b allows udp 53 from a\nassert a cannot reach b",
        tiers,
        "udp a:* → b:53",
        1,
    );
    broken(
        "b allows ping from a\nassert a cannot reach b",
        tiers,
        "icmp 8/0 a → b (IPv4)",
        1,
    );
    let from = "assert 198.51.100.7, 2001:db8::1 cannot reach a";
    broken(
        &format!("a allows ssh from 198.51.100.0/24\n{from}"),
        "`198.51.100.7` can reach `a`",
        "tcp 198.51.100.7:* → a:22",
        1,
    );
    broken(
        &format!("a allows ssh from 2001:db8::/32\n{from}"),
        "`2001:db8::1` can reach `a`",
        "tcp [2001:db8::1]:* → a:22",
        1,
    );
    let to = "assert a cannot reach 198.51.100.7";
    broken(
        &format!("a allows ssh to 198.51.100.0/24\n{to}"),
        "`a` can reach `198.51.100.7`",
        "tcp a:* → 198.51.100.7:22",
        1,
    );
    let never = "tcp a:* → 169.254.169.254:80, which security groups never filter";
    broken(
        "assert a cannot reach 169.254.169.254 on http",
        "`a` can reach `169.254.169.254`",
        never,
        0,
    );
    let never = "tcp 169.254.169.254:* → a:80, which security groups never filter";
    broken(
        "assert 169.254.169.254 cannot reach a on http",
        "`169.254.169.254` can reach `a`",
        never,
        0,
    );
    let known = "network known = 10.9.9.9, 169.254.169.254\nassert a cannot reach known on http";
    broken(
        known,
        "`a` can reach `known`",
        "tcp a:* → 169.254.169.254:80, which security groups never filter",
        0,
    );
}

#[test]
fn reports_that_a_router_address_is_unknown() {
    let program = |vpc: &str| {
        format!("{vpc}tier a {{ outbound = closed }}\nassert 10.0.0.1 cannot reach a on ssh\n")
    };
    let unknown = "unknown: whether AWS reserves this address for the router or the DNS server of";
    let broken = [
        "`10.0.0.1` can reach `a`",
        "counterexample: tcp 10.0.0.1:* → a:22",
    ];
    let named = format!("{unknown} `vpc main`, which no group filters");
    let vpc = "vpc main { id = \"vpc-0123456789abcdef0\", cidr = 10.0.0.0/16 }\n";
    says(&program(vpc), &[broken[0], broken[1], &named]);
    let unnamed = format!("{unknown} its VPC, which no group filters (set the `cidr` of the VPC)");
    says(&program(""), &[broken[0], broken[1], &unnamed]);
}

#[test]
fn reports_a_chain_that_bypasses_only_through() {
    let program = |sentences: &str| {
        format!(
            "tier a, b, c, d {{ outbound = closed }}\n{sentences}assert a can reach d on ssh only through c\n"
        )
    };
    let around = "`a` can reach `d` by another chain";
    says(&program("d allows ssh from a\n"), &[around, "a → d"]);
    says(
        &program("b allows https from a\nd allows ssh from b\n"),
        &[around, "a → b → d"],
    );
    says(
        &program("d allows https from a\n"),
        &["no chain leads from `a` to `d` on ssh", "no chain of flows"],
    );
}

#[test]
fn reports_senders_of_different_sentences_separately() {
    let program = "tier a, b, c, db { outbound = closed }\ndb allows ssh from b\ndb allows https from c\nassert only a can reach db\n";
    let first = [
        "`b` can reach `db`",
        "counterexample: tcp b:* → db:22",
        "allows it",
    ];
    let second = [
        "`c` can reach `db`",
        "counterexample: tcp c:* → db:443",
        "allows it",
    ];
    says(program, &[first, second].concat());
}

#[test]
fn lists_an_unknown_of_two_gates_once() {
    let program = "param p : port\ntier app, db, w { outbound = closed }\n\
                   app allows tcp p from w\ndb allows mysql from app\n";
    for claim in [
        "assert w can reach db on mysql only through app",
        "assert w can reach app on tcp 80",
        "assert w cannot reach app",
    ] {
        let text = format!("{program}{claim}\n");
        let nothing = Levels {
            all: Some(Level::Allow),
            ..Levels::default()
        };
        let (_, problems) = check_all(&text, &nothing);
        let help = problems[0].report().help;
        let reported = help.iter().filter(|help| help.starts_with("unknown"));
        assert_eq!(reported.count(), 1, "{claim}: {help:?}");
    }
}

#[test]
fn requires_each_step_of_a_sure_chain_to_pass() {
    let program = |rule: &str| {
        format!(
            "{rule}db allows ssh from app\nassert anywhere-tier can reach db on ssh only through app\n"
        )
    };
    check(&program("app allows ssh from 10.9.0.0/16\n"), &["E0705"]);
    holds(&program("app allows ssh from anywhere\n"));
    holds(&program("app allows https from anywhere-tier\n"));
}

#[test]
fn can_reach_needs_one_service_in_each_ip_version() {
    stops("web allows https from anywhere-ipv4\nassert internet can reach web");
    stops(
        "web allows https from anywhere-ipv4\nweb allows ssh from anywhere-ipv6\nassert internet can reach web",
    );
    holds(
        "web allows https from anywhere-ipv4\nweb allows tcp from anywhere-ipv6\nassert internet can reach web",
    );
    holds("web allows ping from anywhere\nassert internet can reach web");
    holds(
        "web allows icmp 8 from anywhere-ipv4\nweb allows icmpv6 2 from anywhere-ipv6\nassert internet can reach web",
    );
    stops("web allows all from anywhere-ipv4\nassert internet can reach web");
    // the versions that both have
    holds("app allows https from anywhere-ipv4\nassert internet can reach app");
    holds("web allows https from app\nassert app can reach web");
    holds("stack s { ip = ipv4 }\nweb allows https from anywhere\nassert internet can reach web");
    // several ends are each with each
    stops("web allows https from app\nassert app, db can reach web");
    stops("web allows https from app\nassert app can reach web, anywhere-tier");
}

#[test]
fn names_the_ip_version_in_which_nothing_passes() {
    let program =
        |sentences: &str| format!("tier web\n{sentences}\nassert internet can reach web\n");
    let gate = "`web` does not accept it";
    let cure = "this sentence would allow it: `web allows … from anywhere`";
    let v4 = "web allows https from anywhere-ipv4";
    says(
        &program(v4),
        &[
            "`internet` cannot reach `web` on anything in IPv6",
            gate,
            cure,
        ],
    );
    let both = format!("{v4}\nweb allows ssh from anywhere-ipv6");
    says(
        &program(&both),
        &[
            "`internet` cannot reach `web` on anything that passes in both IP versions",
            gate,
            cure,
        ],
    );
    says(
        &program(""),
        &["`internet` cannot reach `web` on anything", gate, cure],
    );
}

/// Sentences, the assertion, and what it says: nothing where it holds.
const THROUGH: [(&str, &str, Option<&str>); 22] = [
    // a chain whose steps are sure
    (
        "b allows https from a\nc allows ssh from b",
        "a can reach c on ssh only through b",
        None,
    ),
    (
        "b allows https from a\nc allows ssh from b",
        "a can reach c only through b",
        None,
    ),
    (
        "b allows https from a\nc allows ssh from b",
        "a can reach c on https only through b",
        Some("E0704"),
    ),
    (
        "b allows https from a",
        "a can reach c only through b",
        Some("E0704"),
    ),
    ("", "a can reach c only through b", Some("E0704")),
    // another that may pass, the direct step among them
    (
        "b allows ssh from a\nc allows ssh from a, b",
        "a can reach c on ssh only through b",
        Some("E0703"),
    ),
    (
        "b, d allows ssh from a\nc allows ssh from b, d",
        "a can reach c on ssh only through b",
        Some("E0703"),
    ),
    (
        "b, d allows ssh from a\nc allows ssh from b, d",
        "a can reach c on ssh only through b, d",
        None,
    ),
    (
        "param p : cidr\nb allows ssh from p\nc allows ssh from b, p",
        "p can reach c on ssh only through b",
        Some("E0703"),
    ),
    // between two ends that are no tiers nothing of the program decides
    (
        "b allows ssh from 10.0.0.9\nb allows ssh to 10.0.0.8",
        "10.0.0.9 can reach 10.0.0.8 only through b",
        Some("E0703"),
    ),
    // an end that is on every chain
    (
        "b allows ssh from a",
        "a can reach b on ssh only through b",
        None,
    ),
    (
        "b allows ssh from a",
        "a can reach b on ssh only through a",
        None,
    ),
    // a step that is not sure: for some addresses, for some of the service, in one IP version, for
    // what is not known
    (
        "b allows ssh from 10.0.0.0/9\nc allows ssh from b",
        "10.0.0.0/8 can reach c on ssh only through b",
        Some("E0705"),
    ),
    (
        "b allows ssh from a\nc allows tcp 22 from b",
        "a can reach c on tcp 22-23 only through b",
        Some("E0705"),
    ),
    (
        "b allows ssh from a\nc allows ssh from b",
        "a can reach c on ssh, http only through b",
        Some("E0704"),
    ),
    (
        "b allows ssh from a\nc allows dns from b",
        "a can reach c on dns only through b",
        None,
    ),
    (
        "b allows ssh from a\nc allows tcp 53 from b",
        "a can reach c on dns only through b",
        Some("E0705"),
    ),
    (
        "prefix-list l = \"pl-0123456789abcdef0\"\nb allows ssh from l\nc allows ssh from b",
        "10.0.0.9 can reach c only through b",
        Some("E0705"),
    ),
    (
        "prefix-list l = \"pl-0123456789abcdef0\"\nb allows ssh from l\nc allows ssh from b",
        "l can reach c only through b",
        None,
    ),
    // one chain that is sure is enough beside one that is not
    (
        "b allows ssh from a\nd allows ssh from b\nc allows ssh from b, d",
        "a can reach c on ssh only through b",
        None,
    ),
    // several ends are each with each
    (
        "b allows ssh from a\nc allows ssh from b",
        "a, d can reach c on ssh only through b",
        Some("E0704"),
    ),
    (
        "b allows ssh from a, d\nc allows ssh from b",
        "a, d can reach c on ssh only through b",
        None,
    ),
];

#[test]
fn only_through_requires_a_sure_chain_and_no_bypass() {
    for (sentences, assertion, code) in THROUGH {
        let program =
            format!("tier a, b, c, d {{ outbound = closed }}\n{sentences}\nassert {assertion}\n");
        let found = check_all(
            &program,
            &Levels {
                all: Some(Level::Allow),
                ..Levels::default()
            },
        )
        .1;
        let found: Vec<&str> = found.iter().map(|problem| problem.report().code).collect();
        assert_eq!(found, code.into_iter().collect::<Vec<_>>(), "{program}");
    }
}

#[test]
fn names_the_step_that_is_not_certain() {
    let program = |sentences: &str, assertion: &str| {
        format!(
            "tier a, b, c {{ outbound = closed }}\n{sentences}\nassert {assertion} only through b\n"
        )
    };
    let part = "b allows ssh from 10.0.0.0/9\nc allows ssh from b";
    says(
        &program(part, "10.0.0.0/8 can reach c on ssh"),
        &[
            "no chain from `10.0.0.0/8` to `c` is certain to pass",
            "10.0.0.0/8 → b → c: `10.0.0.0/8` is not certain to reach `b` on anything",
            "for some addresses, `b` does not accept it",
            "this sentence would allow it: `b allows … from 10.0.0.0/8`",
        ],
    );
    let port = "b allows ssh from a\nc allows ssh from b";
    says(
        &program(port, "a can reach c on tcp 22-23"),
        &[
            "no chain from `a` to `c` is certain to pass",
            "a → b → c: `b` is not certain to reach `c` on tcp 23",
            "`b` may not send it",
            "this sentence would allow it: `b allows tcp 22-23 to c`",
        ],
    );
    let list = "prefix-list l = \"pl-0123456789abcdef0\"\nb allows ssh from l\nc allows ssh from b";
    says(
        &program(list, "10.0.0.9 can reach c"),
        &[
            "no chain from `10.0.0.9` to `c` is certain to pass",
            "10.0.0.9 → b → c: `10.0.0.9` is not certain to reach `b` on anything",
            "this sentence would allow it: `b allows … from 10.0.0.9`",
            "unknown: the entries of the prefix list `l`",
        ],
    );
}

#[test]
fn names_a_bypass_that_no_group_filters() {
    let program =
        "tier b\nb allows ssh from 10.0.0.9\nassert 10.0.0.9 can reach 10.0.0.8 only through b\n";
    let label = "10.0.0.9 → 10.0.0.8: neither is a tier, so no group of the program applies";
    says(
        program,
        &["`10.0.0.9` can reach `10.0.0.8` by another chain", label],
    );
}

#[test]
fn one_value_is_unknown_once_for_several_senders() {
    let program = "param q : port\ntier db { outbound = closed }\ntier web, app, c\n\
                   db allows tcp q from 10.0.0.0/8\nassert only c can reach db on tcp 80\n";
    let reports = check_all(program, &Levels::default()).1;
    let reports = reports.iter().map(|problem| problem.report());
    let help: Vec<String> = reports
        .filter(|report| report.code == "E0701")
        .flat_map(|report| report.help)
        .collect();
    let value = "unknown: the value of `q` (bind it with `--set`)";
    assert_eq!(help.iter().filter(|it| *it == value).count(), 1, "{help:?}");
}

#[test]
fn a_gate_with_an_unknown_port_perhaps_stops_it() {
    let program = |assertion: &str| {
        format!(
            "param last : port\ntier prom, app {{ outbound = closed }}\n\
             prom allows tcp 9000-last to app\nassert prom can reach app on {assertion}\n"
        )
    };
    says(
        &program("tcp 9001"),
        &[
            "`prom` cannot reach `app` on tcp 9001",
            "`prom` perhaps may not send it",
            "this sentence would allow it: `prom allows tcp 9001 to app`",
            "unknown: the value of `last` (bind it with `--set`)",
        ],
    );
    says(
        &program("tcp 8999"),
        &[
            "`prom` cannot reach `app` on tcp 8999",
            "`prom` may not send it",
            "this sentence would allow it: `prom allows tcp 8999 to app`",
        ],
    );
}
