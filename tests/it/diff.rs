//! Diff: what a review of a change shows, each with the change that it is about.

use crate::common::{as_of, compile_text, package};
use insta::Settings;
use similar::TextDiff;
use tierwall::analysis::diff::Diff;
use tierwall::driver::compare::{Comparison, Revision};
use tierwall::lint::Levels;
use tierwall::policy::TierMapping;
use tierwall::report::review::{
    LinkBase, Links, Review, review_json, review_markdown, review_text,
};

/// The shop, before it changes.
const SHOP: &str = "\
stack shop { outbound = closed }

network office = 203.0.113.0/24, 198.51.100.0/24
external partner = \"sg-0123456789abcdef0\"
prefix-list s3 = \"com.amazonaws.region.s3\"
param home : cidr

tier web is web-server { addresses = 10.0.1.0/24 }
tier app               { addresses = 10.0.2.0/24 }
tier db  is database   { addresses = 10.0.3.0/24 }

web allows http, https from anywhere
web allows ssh         from office
app allows tcp 8080    from web
db  allows mysql       from app

assert internet cannot reach db
assert app can reach db on mysql
";

/// The shop after these replacements, each of a text in it.
fn shop(edits: &[(&str, &str)]) -> String {
    edits.iter().fold(SHOP.to_string(), |text, (from, to)| {
        assert!(text.contains(from), "{from:?} is in the program");
        text.replace(from, to)
    })
}

/// Compares two programs, and hands the review over.
fn reviewed<T>(old: &str, new: &str, then: impl FnOnce(&Review<'_>) -> T) -> T {
    let [old, new] = [("old.tier", old), ("new.tier", new)].map(|(name, text)| Revision {
        name: name.to_string(),
        exists: true,
        program: compile_text(name, text, &[], as_of()),
        given: Vec::new(),
        levels: Levels::default(),
    });

    Comparison::new(old, new)
        .review_with(then)
        .unwrap_or_else(|error| panic!("{error}"))
}

/// A snapshot of the review of a change.
fn shown(name: &str, old: &str, new: &str, show: impl FnOnce(&Review<'_>) -> String) {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path(package().join("snapshots/diff"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let change = TextDiff::from_lines(old, new)
        .unified_diff()
        .context_radius(1)
        .header("old.tier", "new.tier")
        .to_string();
    let answer = reviewed(old, new, show);
    settings
        .bind(|| insta::assert_snapshot!(name, format!("{change}{}\n{answer}", "-".repeat(80))));
}

/// A snapshot of the text, for these replacements.
fn assert_review(name: &str, edits: &[(&str, &str)]) {
    shown(name, SHOP, &shop(edits), review_text);
}

#[test]
fn rewriting_sentences_changes_no_connections() {
    assert_review(
        "equal",
        &[
            (
                "network office = 203.0.113.0/24, 198.51.100.0/24",
                "network office = 198.51.100.0/24, 203.0.113.0/25, 203.0.113.128/25",
            ),
            (
                "web allows http, https from anywhere",
                "service pages = tcp 443, tcp 80\nweb allows pages from anywhere",
            ),
            (
                "app allows tcp 8080    from web",
                "web allows tcp 8080 to app",
            ),
        ],
    );
}

#[test]
fn the_internet_comes_first() {
    assert_review(
        "internet",
        &[(
            "app allows tcp 8080    from web",
            "app allows tcp 8080 from web, db\nweb allows ssh, ping from anywhere",
        )],
    );
}

#[test]
fn a_network_that_loses_a_block_and_gains_another() {
    assert_review(
        "network",
        &[("198.51.100.0/24", "198.51.100.0/25, 192.0.2.7")],
    );
}

#[test]
fn a_tier_that_has_another_name() {
    let edits = [
        ("tier app  ", "tier api was app"),
        (
            "app allows tcp 8080    from web",
            "api allows tcp 8080-8081 from web",
        ),
        ("from app", "from api"),
        ("assert app", "assert api"),
    ];
    assert_review("renamed", &edits);
}

#[test]
fn a_tier_under_another_name_without_was() {
    let edits = [
        ("tier app  ", "tier api  "),
        ("app allows", "api allows"),
        ("from app", "from api"),
        ("app can", "api can"),
    ];
    assert_review("recreated", &edits);
}

#[test]
fn created_and_deleted_tiers() {
    let edits = [
        ("tier app  ", "tier cache { outbound = open }\ntier app  "),
        ("tier db  is database   { addresses = 10.0.3.0/24 }\n", ""),
        (
            "db  allows mysql       from app\n",
            "cache allows redis from app\n",
        ),
        (
            "assert internet cannot reach db\nassert app can reach db on mysql\n",
            "",
        ),
    ];
    assert_review("tiers", &edits);
}

#[test]
fn groups_lists_and_parameters_are_separate_endpoints() {
    let edits = [(
        "db  allows mysql       from app",
        "db allows mysql from app, partner, home\napp allows https to s3",
    )];
    assert_review("opaque", &edits);
}

#[test]
fn traffic_that_blocks_already_admit_is_not_gained() {
    let old = shop(&[(
        "db  allows mysql       from app",
        "db allows mysql from 10.0.2.0/25\napp allows mysql to 10.0.3.0/25",
    )]);
    shown(
        "places",
        &old,
        &old.replace("\nassert app", "\ndb allows mysql from app\nassert app"),
        review_text,
    );
}

#[test]
fn an_open_tier_that_is_closed() {
    assert_review(
        "closed",
        &[(
            "tier app               { addresses",
            "tier app               { outbound = open, addresses",
        )],
    );
    let open = shop(&[(
        "tier app               { addresses",
        "tier app               { outbound = open, addresses",
    )]);
    shown("opened", &open, SHOP, review_text);
}

/// The text for a change.
fn review_of_change(old: &str, new: &str) -> String {
    reviewed(old, new, review_text)
}

#[test]
fn ignores_traffic_that_is_never_filtered() {
    let with =
        |peer: &str| format!("tier web {{ outbound = closed }}\nweb allows http to {peer}\n");
    // instance metadata is reached without a rule
    let metadata = review_of_change("tier web { outbound = closed }\n", &with("169.254.169.254"));
    assert!(metadata.starts_with("equal: "), "{metadata}");
    let next = review_of_change("tier web { outbound = closed }\n", &with("169.254.169.255"));
    assert!(next.starts_with("wider: "), "{next}");
}

#[test]
fn the_block_that_makes_traffic_wide_opens_it() {
    let with = |blocks: &str| {
        format!("tier web {{ outbound = closed }}\nweb allows https from {blocks}\n")
    };
    // two halves of a /6, neither of which is many addresses by itself
    let both = review_of_change(&with("4.0.0.0/7"), &with("4.0.0.0/7, 6.0.0.0/7"));
    assert!(
        both.contains("+ 6.0.0.0/7 -> web  tcp 443  internet\n"),
        "{both}"
    );
    let half = review_of_change(&with("10.0.0.0/7"), &with("10.0.0.0/7, 6.0.0.0/7"));
    assert!(half.contains("+ 6.0.0.0/7 -> web  tcp 443\n"), "{half}");
}

#[test]
fn changed_defaults_have_their_own_section() {
    let with = |default: &str| {
        format!(
            "param partner : cidr{default}\ntier web {{ outbound = closed }}\nweb allows ssh from partner\n"
        )
    };
    let office = with(" = 198.51.100.0/24");
    let opened = review_of_change(&office, &with(" = 0.0.0.0/0"));
    let lines = "defaults: a deployment that sets its own values is not affected\n  \
                 ~ partner: 198.51.100.0/24 -> 0.0.0.0/0\n  \
                 + partner (parameter) at anywhere-ipv4 but 198.51.100.0/24 -> web  tcp 22  internet\n      \
                 new.tier:1: param partner : cidr = 0.0.0.0/0\n";
    assert!(
        opened.starts_with("wider: ") && opened.contains(lines),
        "{opened}"
    );
    let given = review_of_change(&with(""), &office);
    let lines = "  ~ partner: no default -> 198.51.100.0/24\n  \
                 + partner (parameter) at 198.51.100.0/24 -> web  tcp 22\n";
    assert!(given.contains(lines), "{given}");
    assert!(review_of_change(&office, &with(" = 198.51.100.0/25")).starts_with("narrower: "));
    // a block that was open to everybody anyway
    let open = |default: &str| with(default) + "web allows ssh from anywhere\n";
    assert!(review_of_change(&open(""), &open(" = 0.0.0.0/0")).starts_with("equal: "));
}

/// A program whose parameter has this default.
fn default(default: &str) -> String {
    format!(
        "stack shop\nparam office : cidr = {default}\ntier web, app {{ outbound = closed }}\nweb, app allow ssh, https from office\n"
    )
}

#[test]
fn a_default_that_opens_ssh_to_the_world() {
    let (old, new) = (default("203.0.113.0/24"), default("0.0.0.0/0"));
    shown("defaults", &old, &new, review_text);
    shown("defaults-markdown", &old, &new, |review| {
        review_markdown(review, &Links::default())
            .text_within(60_000)
            .to_string()
    });
    let document: serde_json::Value =
        serde_json::from_str(&reviewed(&old, &new, review_json)).expect("JSON");
    let expected = serde_json::json!([{ "parameter": "office", "before": "203.0.113.0/24", "after": "0.0.0.0/0" }]);
    assert_eq!(document["defaults"], expected);
    assert_eq!(
        (&document["internet"], &document["verdict"]),
        (&true.into(), &"wider".into())
    );
    assert_eq!(
        document["aws"]["rules"]["defaults"]
            .as_array()
            .map(Vec::len),
        Some(4)
    );
}

#[test]
fn defaults_of_a_peer_and_of_a_port_that_change_together() {
    let program = |office: &str, port: &str| {
        format!(
            "stack shop\nparam office : cidr = {office}\nparam app-port : port = {port}\n\
             tier web {{ outbound = closed }}\nweb allows tcp app-port from office\n"
        )
    };
    let old = program("203.0.113.0/24", "8080");
    let changed = |office: &str, port: &str| {
        let new = program(office, port);
        let document: serde_json::Value =
            serde_json::from_str(&reviewed(&old, &new, review_json)).expect("JSON");
        let rules = document["aws"]["rules"]["defaults"].clone();
        (
            review_of_change(&old, &new),
            rules[0]["changed_defaults"].clone(),
        )
    };
    let office = serde_json::json!(
        { "parameter": "office", "before": "203.0.113.0/24", "after": "198.51.100.0/24" }
    );
    let port = serde_json::json!({ "parameter": "app-port", "before": "8080", "after": "9090" });

    let (text, defaults) = changed("203.0.113.0/24", "9090");
    assert!(text.contains("  by its default, 8080 -> 9090\n"), "{text}");
    assert_eq!(defaults, serde_json::json!([port]));

    let (text, defaults) = changed("198.51.100.0/24", "9090");
    let both =
        "  by its defaults, office: 203.0.113.0/24 -> 198.51.100.0/24, app-port: 8080 -> 9090\n";
    assert!(text.contains(both), "{text}");
    assert_eq!(defaults, serde_json::json!([office, port]));
}

#[test]
fn rules_on_a_group_that_is_made_elsewhere() {
    let old = "\
stack shop
external rds = \"sg-0123456789abcdef0\"
tier web
tier app { outbound = closed }
app allows ssh from rds
";
    let new = format!(
        "{old}rds accepts postgres, ssh from anywhere\nrds allows redis from app\nrds sends https to web, app\n"
    );
    shown("rules_on_an_external", old, &new, review_text);
}

#[test]
fn a_new_default_group_gains_what_the_old_one_loses() {
    let with = |id: &str| {
        format!(
            "param partner : external = \"sg-0123456789abcdef{id}\"\ntier web\nweb allows https from partner\n"
        )
    };
    let reported = review_of_change(&with("0"), &with("1"));
    assert!(reported.starts_with("changed: "), "{reported}");
    for sign in ["+", "-"] {
        assert!(
            reported.contains(&format!("  {sign} partner (group) -> web  tcp 443\n")),
            "{reported}"
        );
    }
}

#[test]
fn rules_move_to_a_new_default_group() {
    let with = |id: &str| {
        format!(
            "param ledger : external = \"sg-0123456789abcdef{id}\"\ntier api\ntier job {{ outbound = closed }}\nledger allows postgres from api, job, anywhere-ipv4\n"
        )
    };
    shown("moved_rules", &with("0"), &with("1"), review_text);
}

#[test]
fn shows_a_widened_network_as_a_block_with_exceptions() {
    let with = |network: &str| {
        format!("stack shop\nnetwork office = {network}\ntier web\nweb allows ssh from office\n")
    };
    shown(
        "widened",
        &with("203.0.113.0/24"),
        &with("203.0.0.0/16"),
        review_text,
    );
}

#[test]
fn reports_all_gains_from_the_internet() {
    let blocks: Vec<String> = (0..40).map(|n| format!("8.{}.0.0/24", n * 2)).collect();
    let old = "tier web { outbound = closed }\n".to_string();
    let new = format!("{old}web allows ssh from {}\n", blocks.join(", "));
    let many: String = (0..200)
        .map(|n| format!("web allows tcp {} from 9.9.{n}.0/24\n", 1000 + n))
        .collect();
    for (text, count) in [(new.clone(), blocks.len()), (old.clone() + &many, 200)] {
        reviewed(&old, &text, |review| {
            let comment = review_markdown(review, &Links::default());
            for shown in [
                tierwall::report::review::review_text(review),
                comment.text_within(0).to_string(),
            ] {
                let lines = shown
                    .lines()
                    .filter(|line| line.contains("-> web") || line.contains("| **gained**"));
                let reported: usize = lines
                    .map(|line| {
                        line.matches(".0/24")
                            .count()
                            .min(line.matches("/24").count())
                    })
                    .sum();
                assert!(reported >= count, "{reported} of {count}: {shown}");
            }
        });
    }
}

#[test]
fn the_line_that_changed_is_cited() {
    let program = |network: &str, service: &str, more: &str| {
        format!(
            "network home = 192.0.2.0/24\nnetwork office = {network}\nnetwork all = home, office\n\
             service pages = {service}\ntiers front = web\ntier web, app {{ outbound = closed }}\n\
             front allow pages from all{more}\n"
        )
    };
    let base = program("203.0.113.0/24", "tcp 80", "");
    for (new, cited) in [
        (
            program("203.0.113.0/24, 10.0.0.0/8", "tcp 80", ""),
            &["new.tier:2: network office = 203.0.113.0/24, 10.0.0.0/8"][..],
        ),
        (
            program("203.0.113.0/24", "tcp 80, tcp 443", ""),
            &["new.tier:4: service pages = tcp 80, tcp 443"],
        ),
        (
            base.replace("tiers front = web", "tiers front = web, app"),
            &["new.tier:5: tiers front = web, app"],
        ),
        // a sentence that is another is what changed
        (program("203.0.113.0/24", "tcp 80", ", 10.0.0.0/8"), &[]),
    ] {
        let reported = review_of_change(&base, &new);
        let gained = reported
            .split("\ngained\n")
            .nth(1)
            .and_then(|rest| rest.split("\n\n").next())
            .unwrap_or_default();
        let lines: Vec<&str> = gained
            .lines()
            .filter_map(|line| line.strip_prefix("      "))
            .collect();
        let (last, changed) = lines.split_last().expect("a sentence");
        assert!(last.contains(" allow pages from all"), "{reported}");
        assert_eq!(changed, cited, "{reported}");
    }
    // what the rule is about was so before
    let other = review_of_change(
        &base,
        &program("203.0.113.0/24, 10.0.0.0/8", "tcp 80", "")
            .replace("home = 192.0.2.0/24", "home = 192.0.2.0/25"),
    );
    assert!(
        !other
            .split("\nlost\n")
            .next()
            .unwrap_or_default()
            .contains("network home"),
        "{other}"
    );
}

#[test]
fn groups_equal_gains_of_tiers_in_one_line() {
    let tiers: Vec<String> = (0..12).map(|n| format!("t{n:02}")).collect();
    let tiers = tiers.join(", ");
    let old = format!(
        "stack shop\ntier {tiers} {{ outbound = closed }}\ntier jump {{ outbound = closed }}\n"
    );
    let new = format!(
        "{old}{tiers} allow ssh, https from jump, 10.0.0.0/8\njump, t00 allow http from anywhere\n"
    );
    shown("rows", &old, &new, review_text);
}

#[test]
fn distinguishes_ip_versions() {
    let both = "tier web, app { outbound = closed }\napp allows ssh from 0.0.0.0/0\nweb allows ssh to 0.0.0.0/0\n";
    let named = review_of_change(both, &format!("{both}app allows ssh from web\n"));
    assert!(named.contains("+ web -> app  tcp 22 (IPv6)\n"), "{named}");
    let from = |peer: &str| format!("tier a {{ outbound = closed }}\na allows https from {peer}\n");
    let v4 = review_of_change(&from("10.0.0.0/8"), &from("0.0.0.0/0"));
    assert!(
        v4.contains("+ anywhere-ipv4 but 10.0.0.0/8 -> a  tcp 443  internet\n"),
        "{v4}"
    );
    let all = review_of_change(&from("10.0.0.0/8"), &from("anywhere"));
    assert!(
        all.contains("+ anywhere but 10.0.0.0/8 -> a  tcp 443  internet\n"),
        "{all}"
    );
    // one line for one pair of ends
    let itself =
        |service: &str| format!("tier k {{ outbound = closed }}\nk allows {service} from itself\n");
    let more = review_of_change(&itself("ping"), &itself("all"));
    assert_eq!(more.matches("k -> k").count(), 1, "{more}");
}

#[test]
fn cites_a_sentence_before_an_open_sender() {
    let old = "tier web { outbound = closed }\ntier app\n";
    let reported = review_of_change(old, &format!("{old}web allows https from app\n"));
    assert!(
        reported.contains("+ app -> web  tcp 443\n      new.tier:3: web allows https from app\n"),
        "{reported}"
    );
    assert!(!reported.contains("may send all traffic"), "{reported}");
}

#[test]
fn reports_failing_and_removed_assertions() {
    let edits = [
        (
            "db  allows mysql       from app",
            "db allows mysql from anywhere",
        ),
        (
            "assert app can reach db on mysql",
            "assert web cannot reach app",
        ),
    ];
    assert_review("assertions", &edits);
}

/// A change that has some of everything.
fn eventful() -> String {
    shop(&[
        (
            "network office = 203.0.113.0/24, 198.51.100.0/24",
            "network office = 203.0.113.0/24",
        ),
        (
            "db  allows mysql       from app",
            "db allows mysql from anywhere \"[orders] *all*\"",
        ),
        (
            "assert app can reach db on mysql",
            "assert web cannot reach app",
        ),
    ])
}

#[test]
fn a_comment_on_a_pull_request() {
    shown("markdown", SHOP, &eventful(), |review| {
        review_markdown(review, &Links::default())
            .text_within(60_000)
            .to_string()
    });
    let template = Some("https://git.example/shop/blob/{rev}/{file}#L{line}".to_string());
    let side = |revision: &str, prefix: &str| LinkBase {
        revision: revision.to_string(),
        prefix: prefix.to_string(),
        ..LinkBase::default()
    };
    let links = Links {
        template,
        sides: [side("1111111", "old."), side("2222222", "")],
    };
    shown("markdown-links", SHOP, &eventful(), |review| {
        review_markdown(review, &links)
            .text_within(60_000)
            .to_string()
    });
}

#[test]
fn a_comment_keeps_the_most_important_lines() {
    let old = "tier web { outbound = closed }\n".to_string();
    let many = |n: usize| {
        format!(
            "web allows tcp {} from 10.{}.{}.0/24 \"{}\"\n",
            1000 + n,
            n / 200,
            n % 200,
            "x".repeat(200)
        )
    };
    let new = old.clone() + &(0..400).map(many).collect::<String>();
    reviewed(&old, &new, |review| {
        let comment = review_markdown(review, &Links::default());
        let (long, short) = (comment.text_within(1_000_000), comment.text_within(60_000));
        assert!(
            long.len() > 60_000 && short.len() <= 60_000,
            "{} {}",
            long.len(),
            short.len()
        );
        assert!(short.contains("too many for a comment"), "{short}");
        assert!(comment.text_within(0).len() < 10_000);
    });
}

#[test]
fn a_review_for_programs() {
    shown("json", SHOP, &eventful(), review_json);
}

/// Compares two programs, and hands what differs over.
fn differs(old: &str, new: &str) -> Diff {
    let [old, new] = [old, new].map(|text| compile_text("shop.tier", text, &[], as_of()).policy);
    Diff::compare_policies(&old, &new, &TierMapping::new(&old, &new))
}

#[test]
fn an_open_tier_is_a_cause_only_for_hosts() {
    let open = |old: &str, new: &str| {
        differs(old, new)
            .gained
            .iter()
            .any(|change| change.causes.open.is_some())
    };
    let closed = "tier web { outbound = closed }\n";
    assert!(open(closed, "tier web\n"));
    assert!(!open(
        closed,
        &format!("{closed}web allows https to 203.0.113.7\n")
    ));
    assert!(!open(
        "tier web\n",
        "tier web\nweb allows https from 203.0.113.7\n"
    ));
    assert!(!open(
        "tier web, app\n",
        "tier web, app\nweb allows https from app\n"
    ));
}

/// Three groups, one of which is open.
const GROUPS: &str = "\
tier web { outbound = closed }
tier c { outbound = closed }
tier m

web allows ssh from 10.0.0.0/8
";

#[test]
fn a_gain_through_an_open_group_names_that_group() {
    let new = GROUPS.replace("tier c ", "tier c also m ");
    shown("also-open", GROUPS, &new, review_text);
    reviewed(GROUPS, &new, |review| {
        assert_eq!(review.document.gained[0].open_tier, Some("m"));
    });
}

#[test]
fn a_change_of_also_cites_the_declaration_that_changed() {
    let old = "\
stack fleet { outbound = closed }
tiers watched = monitored
tier bastion
tier management, monitored, logged
tier ci also management
tier mirror also watched
tier old-name

management allows ssh   from bastion
monitored  allows https from bastion
logged     allows ntp   from bastion
";
    let new = old
        .replace(
            "tier management, monitored, logged",
            "tier management also monitored\ntier monitored, logged",
        )
        .replace(
            "tiers watched = monitored",
            "tiers watched = monitored, logged",
        )
        .replace(
            "tier old-name",
            "tier new-name also management was old-name",
        );
    shown("also-changed", old, &new, review_text);
    shown(
        "also-changed-back",
        &new.replace(" was old-name", ""),
        &old.replace("old-name", "new-name"),
        review_text,
    );
}

#[test]
fn endpoints_are_hosts_and_all_peers_of_either_program() {
    let ends = differs(SHOP, &SHOP.replace("tier db ", "tier cache\ntier db ")).ends;
    assert_eq!(
        ends.len(),
        "hosts, app, cache, db, web, home, the VPC, partner, s3"
            .split(", ")
            .count()
    );
    assert_eq!(ends.tiers().count(), 4);
}

#[test]
fn reports_gains_of_each_sender_separately() {
    let old = "tier a { addresses = 10.0.0.0/24 }\ntier b\nb allows tcp 2 from 10.0.0.0/25\n";
    let gained = differs(old, &format!("{old}b allows tcp 1, tcp 2 from a\n")).gained;
    let reported = gained.iter().map(|change| {
        let places = change
            .places
            .from
            .iter()
            .flat_map(|from| from.to_blocks())
            .map(|block| block.to_string());
        let traffic = change
            .traffic
            .v4
            .port_stretches()
            .map(|ports| ports.to_string());
        (
            places.collect::<Vec<_>>().join(", "),
            traffic.collect::<Vec<_>>().join(", "),
        )
    });
    let expected =
        [("", "tcp 1"), ("10.0.0.128/25", "tcp 2")].map(|(a, b)| (a.to_string(), b.to_string()));
    assert_eq!(reported.collect::<Vec<_>>(), expected);
}

#[test]
fn one_ip_version_is_enough_to_be_open_to_the_internet() {
    let with = |blocks: &str| {
        format!("stack s {{ ip = dual }}\ntier web\nweb allows https from {blocks}\n")
    };
    let opened = |blocks: &str| {
        let diff = differs(&with("10.0.0.0/8"), &with(&format!("10.0.0.0/8, {blocks}")));
        assert_eq!(diff.gained.len(), 1, "both versions at once");
        assert_eq!(diff.gained[0].internet, diff.opens_to_the_internet());
        diff.opens_to_the_internet()
    };
    assert!(opened("64.0.0.0/6, 2600::/12"));
    assert!(opened("64.0.0.0/6, 2600::/13"));
    assert!(opened("64.0.0.0/7, 2600::/12"));
    assert!(!opened("64.0.0.0/7, 2600::/13"));
}

#[test]
fn merges_equal_ip_versions() {
    for (sentences, count) in [
        ("web allows tcp 443 from 10.0.0.0/8, 2001:db8::/32", 1),
        ("web allows all from 10.0.0.0/8, 2001:db8::/32", 1),
        ("web allows ping from 10.0.0.0/8, 2001:db8::/32", 1),
        (
            "web allows tcp 80 from 10.0.0.0/8\nweb allows tcp 443 from 2001:db8::/32",
            2,
        ),
        (
            "web allows all from 10.0.0.0/8\nweb allows tcp 443 from 2001:db8::/32",
            2,
        ),
        (
            "web allows tcp 443 from 10.0.0.0/8\nweb allows all from 2001:db8::/32",
            2,
        ),
        (
            "web allows icmp 8 from 10.0.0.0/8\nweb allows tcp 443 from 11.0.0.0/8",
            2,
        ),
        (
            "web allows tcp 443 from 10.0.0.0/8\nweb allows icmp 8 from 11.0.0.0/8",
            2,
        ),
        (
            "web allows icmp 8 from 10.0.0.0/8\nweb allows icmp 9 from 11.0.0.0/8",
            2,
        ),
    ] {
        let old = "stack s { ip = dual }\ntier web\n";
        assert_eq!(
            differs(old, &format!("{old}{sentences}\n")).gained.len(),
            count,
            "{sentences}"
        );
    }
}
