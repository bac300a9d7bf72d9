//! The rule ledger: what each kind of rule counts, what it is charged to, and how it is shown.

use crate::common::{compile_bound, package};
use tierwall::analysis::quota::{QuotaUsage, direction_usages, sentence_costs};
use tierwall::aws::Count;
use tierwall::compile::Compilation;
use tierwall::groups::{Direction, lower};
use tierwall::report;

fn compiled(program: &str) -> Compilation {
    bound(program, &[])
}

fn bound(program: &str, bindings: &[(&str, &str)]) -> Compilation {
    let compilation = compile_bound(program, bindings);
    assert!(
        !compilation.problems.any_error(),
        "{program}\n{:?}",
        compilation.problems
    );
    compilation
}

/// What the rules of one side count: IPv4, IPv6.
fn used(compilation: &Compilation, tier: &str, direction: Direction) -> (u32, u32) {
    let policy = &compilation.policy;
    let sides = direction_usages(&lower(policy));
    let side = sides
        .iter()
        .find(|side| policy.owner_name(side.owner) == tier && side.direction == direction);
    let Count { v4, v6 } = side.unwrap_or_else(|| panic!("`{tier}` has a group")).used;
    (v4, v6)
}

#[track_caller]
fn inbound(program: &str, expected: (u32, u32)) {
    assert_eq!(
        used(&compiled(program), "web", Direction::Ingress),
        expected,
        "inbound of `web` in\n{program}"
    );
}

#[track_caller]
fn outbound(program: &str, expected: (u32, u32)) {
    assert_eq!(
        used(&compiled(program), "web", Direction::Egress),
        expected,
        "outbound of `web` in\n{program}"
    );
}

#[test]
fn a_block_counts_in_its_family() {
    inbound("tier web", (0, 0));
    inbound("tier web\nweb allows ssh from 203.0.113.0/24", (1, 0));
    inbound("tier web\nweb allows ssh from 2001:db8::/32", (0, 1));
    inbound("tier web\nweb allows http, https from anywhere", (2, 2));
    inbound(
        "stack s { ip = ipv4 }\ntier web\nweb allows http, https from anywhere",
        (2, 0),
    );
    inbound("tier web\nweb allows icmp, icmpv6 from anywhere", (1, 1));
    inbound(
        "network two = 198.51.100.0/24, 203.0.113.0/24\ntier web\nweb allows tcp 1, 2, 3 from two",
        (6, 0),
    );
    inbound(
        "tier web\nweb allows ssh from 10.0.0.0/8 except 10.0.0.0/10",
        (2, 0),
    );
}

#[test]
fn a_parameter_counts_in_its_family() {
    inbound(
        "param office : cidr\ntier web\nweb allows ssh, https from office",
        (2, 0),
    );
    inbound(
        "param office : cidr-ipv6\ntier web\nweb allows ssh from office",
        (0, 1),
    );
}

#[test]
fn a_group_counts_in_both_families() {
    inbound("tier web\ntier app\nweb allows ssh from app", (1, 1));
    inbound("tier web\nweb allows ssh from itself", (1, 1));
    inbound(
        "external e = \"sg-0123456789abcdef0\"\ntier web\nweb allows ssh from e",
        (1, 1),
    );
    inbound(
        "param e : external\ntier web\nweb allows ssh from e",
        (1, 1),
    );
    inbound(
        "stack s { ip = ipv4 }\ntier web\ntier app\nweb allows ssh from app",
        (1, 1),
    );
    // of one family, but counted in both
    inbound(
        "tier web\ntier app\nweb allows icmp 8, icmpv6 128 from app",
        (2, 2),
    );
}

#[test]
fn a_prefix_list_counts_its_size_in_its_family() {
    let list =
        |list: &str| format!("prefix-list l = {list}\ntier web\nweb allows http, https from l");
    inbound(&list("\"pl-0123456789abcdef0\" { entries = 20 }"), (40, 0));
    inbound(
        &list("\"pl-0123456789abcdef0\" { entries = 20, family = ipv6 }"),
        (0, 40),
    );
    inbound(&list("\"pl-0123456789abcdef0\""), (2, 0));
    inbound(
        &list("\"com.amazonaws.global.cloudfront.origin-facing\""),
        (110, 0),
    );
    inbound(&list("\"com.amazonaws.region.ipv6.vpc-lattice\""), (0, 20));
    inbound(&list("\"com.amazonaws.region.s3\""), (2, 0));
    inbound(
        &list("\"com.amazonaws.region.s3\" { entries = 7 }"),
        (14, 0),
    );
    inbound(&list("\"com.amazonaws.region.unheard-of\""), (2, 0));
    inbound(
        &list("\"pl-0123456789abcdef0\" { entries = 1000 }"),
        (2000, 0),
    );
}

#[test]
fn a_prefix_list_under_two_names_has_the_larger_size() {
    for (a, b) in [
        ("", "{ entries = 20 }"),
        ("{ entries = 20 }", ""),
        ("{ entries = 20 }", "{ entries = 3 }"),
    ] {
        let id = "\"pl-0123456789abcdef0\"";
        let lists = format!("prefix-list a = {id} {a}\nprefix-list b = {id} {b}\n");
        inbound(
            &format!("{lists}tier web\nweb allows https from a, b"),
            (20, 0),
        );
    }
    let program = "param a : prefix-list\nprefix-list b = \"pl-0123456789abcdef0\" { entries = 20 }\n\
                   tier web\nweb allows https from a";
    assert_eq!(
        used(&bound(program, &[]), "web", Direction::Ingress),
        (1, 0)
    );
    let bindings = [("a", "pl-0123456789abcdef0")];
    assert_eq!(
        used(&bound(program, &bindings), "web", Direction::Ingress),
        (20, 0)
    );
}

#[test]
fn outbound_rules_are_those_of_the_group() {
    outbound("tier web", (1, 1));
    outbound("stack s { ip = ipv4 }\ntier web", (1, 0));
    outbound(
        "tier web\nweb allows https to 203.0.113.0/24, 198.51.100.0/24",
        (1, 1),
    );
    let closed = "tier web { outbound = closed }\ntier app\n";
    outbound(closed, (0, 0));
    outbound(&format!("{closed}app allows https from web"), (1, 1));
    outbound(
        &format!("{closed}web allows https to 203.0.113.0/24, 198.51.100.0/24"),
        (2, 0),
    );
    // CloudFormation writes two halves
    outbound(
        &format!("{closed}web allows all to anywhere-ipv4\nweb allows ssh to app"),
        (3, 1),
    );
    outbound("tier web, app\nweb sends ssh to app", (3, 3));
    // the rule to `app` is left out
    outbound(
        &format!("{closed}web allows all to anywhere\nweb allows ssh to app"),
        (1, 1),
    );
}

#[test]
fn a_rule_of_several_sentences_counts_once_for_the_first() {
    let program = "tier web\ntier app\nweb allows http from app\nweb allows ssh, https, http from app\n\
                   web allows http, tcp 80 from app \"a text that sorts first\"\nweb allows ssh from 10.0.0.0/8\n\
                   web allows ssh from app until 2020-01-01";
    let compilation = compiled(program);
    assert_eq!(used(&compilation, "web", Direction::Ingress), (4, 3));
    let deployment = lower(&compilation.policy);
    let web = deployment.groups[1].owner;
    let costs: Vec<_> = sentence_costs(&deployment, web, Direction::Ingress)
        .into_iter()
        .map(|(id, n)| (id.0, n))
        .collect();
    let count = |v4, v6| Count { v4, v6 };
    assert_eq!(
        costs,
        [(1, count(2, 2)), (0, count(1, 1)), (3, count(1, 0))]
    );
}

#[test]
fn the_quota_is_the_most_that_a_group_may_have() {
    let program = |quota: u32| {
        format!(
            "stack s {{ rule-quota = {quota} }}\ntier web\nweb allows tcp 1, 3, 5, 7, 9 from 203.0.113.0/24"
        )
    };
    for (quota, over) in [(4, true), (5, false), (60, false)] {
        assert_eq!(
            QuotaUsage::new(&compiled(&program(quota)).policy).is_over_quota(),
            over,
            "5 rules, {quota} allowed"
        );
    }
    for (entries, over) in [(30, false), (31, true)] {
        let program = format!(
            "prefix-list l = \"pl-0123456789abcdef0\" {{ entries = {entries}, family = ipv6 }}\ntier web\n\
             web allows http, https from l"
        );
        assert_eq!(
            QuotaUsage::new(&compiled(&program).policy).is_over_quota(),
            over,
            "{entries} entries twice"
        );
    }
}

#[test]
fn shows_the_use_of_the_quota() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(package().join("snapshots/quota"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let programs = [
        ("three-tiers", THREE_TIERS, &[][..]),
        ("over", OVER, &["web"]),
        ("all-over", ALL_OVER, &["e"]),
        ("empty", "", &[]),
    ];
    for (name, program, tiers) in programs {
        let Compilation {
            sources, policy, ..
        } = compiled(program);
        let rule = "-".repeat(80);
        let mut ledger = QuotaUsage::new(&policy);
        let table = report::quota::quota_table(&ledger, &sources);
        if !tiers.is_empty() {
            let kept = lower(&policy)
                .groups
                .iter()
                .filter(|g| tiers.contains(&g.name))
                .filter_map(|g| g.owner.tier())
                .collect::<Vec<_>>();
            ledger.keep_tiers(&kept);
        }
        let text = format!(
            "{program}{rule}\n{table}{rule}\n{}",
            report::quota::quota_json(&ledger, &sources)
        );
        settings.bind(|| insta::assert_snapshot!(name, text));
    }
}

const THREE_TIERS: &str = r#"stack shop "Three-tier web shop"

network office = 203.0.113.0/24, 2001:db8:40::/48

tier web is web-server
tier app is app-server
tier db  is database { outbound = closed }

web allows http, https from anywhere
web allows ssh         from office     "admin access"
app allows tcp 8080    from web
db  allows mysql       from app
"#;

const OVER: &str = r#"stack shop { rule-quota = 100 }
prefix-list cdn   = "com.amazonaws.global.cloudfront.origin-facing"
prefix-list sites = "pl-0123456789abcdef0"
param mirrors : prefix-list

tier web, api, spare

web allows http, https from cdn    # 110 of 100
web allows ssh from sites
web allows rsync from mirrors
web allows tcp 8080,   # reported
    tcp 8082 from api
web allows tcp 9000 from anywhere-ipv6
api allows https from cdn, anywhere
"#;

const ALL_OVER: &str = r#"stack shop { rule-quota = 1, outbound = closed }
tier a, b, c, d, e

a, b, c, d, e allow tcp 1, 3 from itself
a allows tcp 5 from 10.0.0.0/8
a allows tcp 7 from 10.0.0.0/8
a allows tcp 9 from 10.0.0.0/8
"#;
