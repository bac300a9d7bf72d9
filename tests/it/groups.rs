//! Groups and their rules: what they are called, what they carry, which sentences ask for them.

use crate::common::{as_of, compile_text};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use tierwall::aws::{GroupId, RuleKey, State};
use tierwall::compile::Compilation;
use tierwall::groups::{Deployment, Direction, Rule, TierId, lower};
use tierwall::net::Family;
use tierwall::policy::{Peer, Policy};
use tierwall::target::names::{NameStyle, Names, Renaming};

fn compiled(program: &str) -> Compilation {
    let compilation = compile_text("program.tier", program, &[], as_of());
    assert!(
        !compilation.problems.any_error(),
        "{program}{:?}",
        compilation.problems
    );
    compilation
}

/// Every rule with its group and its side.
fn rules<'d>(
    deployment: &'d Deployment<'_>,
) -> impl Iterator<Item = (TierId, Direction, &'d Rule)> {
    deployment.groups.iter().flat_map(|group| {
        Direction::ALL.into_iter().flat_map(move |side| {
            group
                .rules(side)
                .iter()
                .filter_map(move |rule| Some((group.owner.tier()?, side, rule)))
        })
    })
}

/// Every rule with its group.
fn keys(state: &State) -> impl Iterator<Item = (GroupId, &RuleKey)> {
    state
        .groups_by_id()
        .flat_map(|(id, group)| group.rules.iter().map(move |rule| (id, &rule.key)))
}

/// What a rule is: `db ingress tcp 80 tier web`
fn content(state: &State, names: &Names<'_>, (group, key): (GroupId, &RuleKey)) -> String {
    let mut out = format!("{} ", state.group(group).name);
    names.push_within_group(key, &mut out);
    out
}

/// What each rule is called, by what it is: `db ingress tcp 80 tier web`.
fn called(
    policy: &Policy,
    style: NameStyle,
    renaming: Renaming,
    others: &[&str],
) -> BTreeMap<String, String> {
    let state = lower(policy).to_state();
    let others: Vec<String> = others.iter().map(|other| (*other).to_string()).collect();
    let names = Names::new(&state, style, renaming, |_, _| true, &others);
    let named = keys(&state).map(|(group, key)| {
        let mut name = String::new();
        names.push_rule(group, key, &mut name);
        (content(&state, &names, (group, key)), name)
    });
    named.collect()
}

/// Tiers whose names look like parts of the names of rules.
const TIERS: [&str; 11] = [
    "a",
    "b",
    "a-tcp-80",
    "a-all",
    "a-tcp-80-from-b",
    "b-from-a",
    "from",
    "to",
    "all",
    "tcp",
    "x10-0-0-0-8",
];
const SERVICES: [&str; 6] = ["tcp 80", "tcp 80-90", "all", "icmp", "icmp 3", "proto 50"];
const PEERS: [&str; 4] = ["anywhere", "10.0.0.0/8", "list", "group"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_two_rules_have_one_name(
        tiers in prop::sample::subsequence(&TIERS[..], 1..=5),
        sentences in prop::collection::vec((any::<prop::sample::Index>(), 0..6usize, any::<bool>(), 0..8usize), 1..12),
    ) {
        let mut program = "stack s { outbound = closed }\n\
            prefix-list list = \"pl-0123456789abcdef0\" { entries = 2 }\n\
            external group = \"sg-0123456789abcdef0\"\n"
            .to_string();
        tiers
            .iter()
            .for_each(|tier| program += &format!("tier {tier}\n"));
        let mut lines: Vec<String> = sentences
            .iter()
            .map(|(subject, service, from, peer)| {
                let peer = PEERS
                    .get(*peer)
                    .unwrap_or_else(|| &tiers[peer % tiers.len()]);
                let way = if *from { "from" } else { "to" };
                format!(
                    "{} allows {} {way} {peer}\n",
                    subject.get(&tiers),
                    SERVICES[*service]
                )
            })
            .collect();
        let first = compiled(&(program.clone() + &lines.concat()));
        lines.reverse();
        let second = compiled(&(program + &lines.concat()));
        for style in [NameStyle::Snake, NameStyle::Pascal] {
            let names = called(&first.policy, style, Renaming::Current, &[]);
            let distinct: BTreeSet<&String> = names.values().collect();
            prop_assert_eq!(distinct.len(), names.len(), "{:?}", names);
            prop_assert_eq!(
                &names,
                &called(&second.policy, style, Renaming::Current, &[]),
                "whatever the order"
            );
        }
    }
}

/// A rule with each kind of peer and of traffic.
const EVERY_KIND: &str = "\
stack s { outbound = closed, ip = dual }
param office : cidr
prefix-list s3 = \"com.amazonaws.region.s3\"
prefix-list sites = \"pl-0123456789abcdef0\"
external partner = \"sg-0123456789abcdef0\"
tier my-web was old-web, web
tier db was data
my-web allows tcp 443 from anywhere
my-web allows udp 8000-8100 from 10.0.0.0/8
my-web allows icmp 3/4 from 203.0.113.7
my-web allows icmp 8 from 10.0.0.0/8
my-web allows icmpv6 128/0 from 2001:db8::/32
my-web allows proto 50 from partner
my-web allows tcp to sites
my-web allows tcp 443 to s3
my-web allows all from office
my-web allows icmp from itself
db allows tcp 3306 from my-web
";

#[test]
fn names_say_what_a_rule_is() {
    let compilation = compiled(EVERY_KIND);
    let names = |style, renaming| called(&compilation.policy, style, renaming, &[]);
    let (snake, pascal) = (
        names(NameStyle::Snake, Renaming::Current),
        names(NameStyle::Pascal, Renaming::Current),
    );
    let expected = [
        (
            "db ingress tcp 3306 tier my-web",
            "db_tcp_3306_from_my_web",
            "DbTcp3306FromMyWeb",
        ),
        (
            "my-web egress tcp 3306 tier db",
            "my_web_tcp_3306_to_db",
            "MyWebTcp3306ToDb",
        ),
        (
            "my-web egress tcp 443 prefix list s3",
            "my_web_tcp_443_to_s3",
            "MyWebTcp443ToS3",
        ),
        (
            "my-web egress tcp prefix list pl-0123456789abcdef0",
            "my_web_tcp_all_to_pl_0123456789abcdef0",
            "MyWebTcpAllToPl0123456789abcdef0",
        ),
        (
            "my-web egress icmp tier my-web",
            "my_web_icmp_all_to_my_web",
            "MyWebIcmpAllToMyWeb",
        ),
        (
            "my-web egress icmpv6 tier my-web",
            "my_web_icmpv6_all_to_my_web",
            "MyWebIcmpv6AllToMyWeb",
        ),
        (
            "my-web ingress all parameter office",
            "my_web_all_from_office",
            "MyWebAllFromOffice",
        ),
        (
            "my-web ingress icmp 3/4 block 203.0.113.7/32",
            "my_web_icmp_3_4_from_203_0_113_7_32",
            "MyWebIcmpType3Code4From2030113732",
        ),
        (
            "my-web ingress icmp 8 block 10.0.0.0/8",
            "my_web_icmp_8_from_10_0_0_0_8",
            "MyWebIcmpType8From100008",
        ),
        (
            "my-web ingress icmp tier my-web",
            "my_web_icmp_all_from_my_web",
            "MyWebIcmpAllFromMyWeb",
        ),
        (
            "my-web ingress icmpv6 tier my-web",
            "my_web_icmpv6_all_from_my_web",
            "MyWebIcmpv6AllFromMyWeb",
        ),
        (
            "my-web ingress icmpv6 128/0 block 2001:db8::/32",
            "my_web_icmpv6_128_0_from_2001_db8___32",
            "MyWebIcmpv6Type128Code0From2001Db832",
        ),
        (
            "my-web ingress proto 50 group sg-0123456789abcdef0",
            "my_web_proto_50_from_sg_0123456789abcdef0",
            "MyWebProto50FromSg0123456789abcdef0",
        ),
        (
            "my-web ingress tcp 443 block anywhere_ipv4",
            "my_web_tcp_443_from_anywhere_ipv4",
            "MyWebTcp443FromAnywhereIpv4",
        ),
        (
            "my-web ingress tcp 443 block anywhere_ipv6",
            "my_web_tcp_443_from_anywhere_ipv6",
            "MyWebTcp443FromAnywhereIpv6",
        ),
        (
            "my-web ingress udp 8000-8100 block 10.0.0.0/8",
            "my_web_udp_8000_8100_from_10_0_0_0_8",
            "MyWebUdp8000To8100From100008",
        ),
    ];
    for (rule, in_snake, in_pascal) in expected {
        assert_eq!(
            snake.get(rule).map(String::as_str),
            Some(in_snake),
            "{rule}: {snake:#?}"
        );
        assert_eq!(
            pascal.get(rule).map(String::as_str),
            Some(in_pascal),
            "{rule}"
        );
    }
    assert_eq!(snake.len(), expected.len());
    let oldest = names(NameStyle::Pascal, Renaming::Oldest);
    assert_eq!(oldest["db ingress tcp 3306 tier web"], "DataTcp3306FromWeb");
    assert_eq!(
        oldest["my-web ingress icmp 8 block 10.0.0.0/8"],
        "WebIcmpType8From100008"
    );
}

#[test]
fn names_that_would_be_equal_all_have_a_suffix() {
    let program = "stack s\ntier a, b\na allows tcp 80 from b, 10.1.11.0/24, 10.11.1.0/24\n";
    let compilation = compiled(program);
    let names = |others: &[&str]| {
        called(
            &compilation.policy,
            NameStyle::Pascal,
            Renaming::Current,
            others,
        )
    };
    let alone = names(&[]);
    let suffixed =
        |plain: &str, content: &str| format!("{plain}X{:08x}", tierwall::hash::hash(content) >> 32);
    for block in ["10.1.11.0/24", "10.11.1.0/24"] {
        let content = format!("a ingress tcp 80 block {block}");
        let plain = format!("ATcp80From{}", block.replace(['.', '/'], ""));
        assert_eq!(alone[&content], suffixed(&plain, &content));
    }
    assert_eq!(alone["a ingress tcp 80 tier b"], "ATcp80FromB");
    let content = "a ingress tcp 80 tier b";
    assert_eq!(
        names(&["ATcp80FromB"])[content],
        suffixed("ATcp80FromB", content),
        "a name that another thing has"
    );
}

#[test]
fn a_rule_has_had_every_combination_of_its_tiers_names() {
    let compilation = compiled(EVERY_KIND);
    let state = lower(&compilation.policy).to_state();
    let names = Names::new(
        &state,
        NameStyle::Snake,
        Renaming::Current,
        |_, _| true,
        &[],
    );
    let chain = |wanted: &str| {
        let found = keys(&state).find(|rule| content(&state, &names, *rule) == wanted);
        let (group, key) = found.expect("a rule");
        names.name_chain(group, key)
    };
    assert_eq!(
        chain("db ingress tcp 3306 tier my-web"),
        [
            "data_tcp_3306_from_web",
            "data_tcp_3306_from_old_web",
            "data_tcp_3306_from_my_web",
            "db_tcp_3306_from_web",
            "db_tcp_3306_from_old_web",
            "db_tcp_3306_from_my_web",
        ]
    );
    assert_eq!(
        chain("my-web ingress icmp tier my-web"),
        [
            "web_icmp_all_from_web",
            "old_web_icmp_all_from_old_web",
            "my_web_icmp_all_from_my_web"
        ]
    );
    assert_eq!(
        chain("my-web ingress icmp 8 block 10.0.0.0/8"),
        [
            "web_icmp_8_from_10_0_0_0_8",
            "old_web_icmp_8_from_10_0_0_0_8",
            "my_web_icmp_8_from_10_0_0_0_8"
        ]
    );
    let never = compiled("stack s\ntier a, b\ntier c was d\na allows ssh from b\n");
    let state = lower(&never.policy).to_state();
    let names = Names::new(
        &state,
        NameStyle::Snake,
        Renaming::Current,
        |_, _| true,
        &[],
    );
    assert!(
        keys(&state)
            .filter(|(group, _)| group.0 == 0)
            .all(|(group, key)| names.name_chain(group, key).is_empty())
    );
    assert_eq!(names.of_group(GroupId(0)), "a");
}

#[test]
fn cuts_a_description_after_255_characters() {
    for way in ["from", "to"] {
        for length in [230, 253, 254, 255, 256, 257, 300] {
            let words = format!("web allows ssh {way} anywhere except ");
            let names = [
                "a".repeat(95),
                "b".repeat(80),
                "c".repeat(length - words.len() - 95 - 80 - ", , ".len()),
            ];
            let expected = format!("{words}{}", names.join(", "));
            let compilation = compiled(&format!(
                "stack s {{ outbound = closed }}\ntier web\n{}{expected}\n",
                names
                    .map(|name| format!("network {name} = 203.0.113.0/24\n"))
                    .concat()
            ));
            let deployment = lower(&compilation.policy);
            let (_, _, rule) = rules(&deployment).next().expect("a rule");
            let mut text = String::new();
            deployment.describe_rule(rule, &mut text);
            assert_eq!(
                text,
                if length > 255 {
                    format!("{}...", &expected[..252])
                } else {
                    expected
                }
            );
        }
    }
}

#[test]
fn a_description_has_the_block_after_long_words() {
    let (tier, service) = ("t".repeat(100), "s".repeat(100));
    for block in ["203.0.113.0/24", "2001:db8::/32"] {
        let text = format!("{tier} allows {service} from {block}");
        let compilation = compiled(&format!(
            "stack s {{ ip = dual }}\nservice {service} = tcp 80\ntier {tier}\n{text}\n"
        ));
        let deployment = lower(&compilation.policy);
        let mut reported = String::new();
        deployment.describe_rule(rules(&deployment).next().expect("a rule").2, &mut reported);
        assert_eq!(reported, text);
    }
}

#[test]
fn lists_the_sentences_of_each_rule() {
    let compilation = compiled(
        "stack s\n\
         tier web, db { outbound = open }\n\
         web allows ssh from 10.0.0.0/8\n\
         web allows tcp 80 from db\n\
         web allows tcp 443 from db\n\
         web allows tcp 22, tcp 80 from 10.0.0.0/8, db \"written\"\n",
    );
    let deployment = lower(&compilation.policy);
    let reported = rules(&deployment).map(|(tier, side, rule)| {
        let mut text = String::new();
        deployment.describe_rule(rule, &mut text);
        let sentences: Vec<usize> = deployment
            .rule_sentences(rule)
            .iter()
            .map(|sentence| sentence.index())
            .collect();
        assert_eq!(
            deployment
                .first_sentence(rule)
                .map(|sentence| sentence.index()),
            sentences.first().copied()
        );
        let group = deployment.group(tier).name;
        (
            format!("{group} {} {}", side.words(), rule.traffic),
            text,
            sentences,
        )
    });
    let written = |rule: &str, sentences: &[usize]| {
        (rule.to_string(), "written".to_string(), sentences.to_vec())
    };
    let generated = |rule: &str, text: &str, sentences: &[usize]| {
        (rule.to_string(), text.to_string(), sentences.to_vec())
    };
    let open = |rule: &str| (rule.to_string(), "all outbound traffic".to_string(), vec![]);
    let expected = [
        open("db outbound all"),
        open("db outbound all"),
        written("web inbound tcp 22", &[0, 3]),
        written("web inbound tcp 22", &[3]),
        written("web inbound tcp 80", &[3]),
        written("web inbound tcp 80", &[1, 3]),
        generated("web inbound tcp 443", "web allows tcp 443 from db", &[2]),
        open("web outbound all"),
        open("web outbound all"),
    ];
    assert_eq!(reported.collect::<Vec<_>>(), expected);
    assert_eq!(deployment.rule_count(), expected.len());
}

#[test]
fn a_deployment_lists_the_references_of_its_rules() {
    let compilation = compiled(
        "stack s { ip = dual }\n\
         param office : cidr\n\
         param office-6 : cidr-ipv6\n\
         param main : vpc\n\
         param unused : cidr\n\
         prefix-list few = \"pl-0123456789abcdef0\" { entries = 7, family = ipv6 }\n\
         prefix-list many = \"com.amazonaws.region.s3\"\n\
         external partner = \"sg-0123456789abcdef0\" in account \"444455556666\"\n\
         external friend = \"sg-0123456789abcdef1\"\n\
         vpc v { id = main }\n\
         tier web\n\
         web allows tcp 80 from office, office-6, few, many, partner, friend\n",
    );
    let deployment = lower(&compilation.policy);
    let parameters = deployment
        .parameters
        .iter()
        .map(|parameter| (parameter.name, parameter.only_for_locks));
    assert_eq!(
        parameters.collect::<Vec<_>>(),
        [("main", false), ("office", false), ("office-6", false)]
    );
    for parameter in &deployment.parameters[1..] {
        assert_eq!(deployment.parameter_name(parameter.id), parameter.name);
        let family = if parameter.name == "office" {
            Family::V4
        } else {
            Family::V6
        };
        assert_eq!(deployment.parameter_family(parameter.id), family);
    }
    let state = deployment.to_state();
    let named: Vec<(Family, &str)> = state
        .lists_by_name()
        .map(|(id, name)| (state.prefix_list(id).family, name))
        .collect();
    assert_eq!(
        named,
        [(Family::V4, "com.amazonaws.region.s3")],
        "the list that is named by AWS"
    );
    let (mut entries, mut accounts) = (Vec::new(), Vec::new());
    for (_, _, rule) in rules(&deployment) {
        match rule.peer {
            Peer::PrefixList(id) => {
                entries.push((deployment.list_family(id), deployment.list_entries(id)))
            }
            Peer::External(id) => accounts.push(deployment.external_group(id).1),
            _ => {}
        }
    }
    entries.sort_unstable();
    assert_eq!(entries[1], (Family::V6, Some(7)));
    accounts.sort_unstable();
    assert_eq!(accounts, [None, Some("444455556666")]);
}

/// The outbound rules of the tier `web`, which is closed: `all 10.0.0.0/8`, `tcp 22 db`.
fn outbound(stack: &str, sentences: &str) -> Vec<String> {
    let compilation = compiled(&format!(
        "stack s {{ {stack}outbound = closed }}\ntier web, db\n{sentences}"
    ));
    let deployment = lower(&compilation.policy);
    let web = deployment
        .groups
        .iter()
        .find(|group| group.name == "web")
        .expect("the tier");
    let peer = |peer| match peer {
        Peer::Net(block) => block.to_string(),
        Peer::Tier(id) => deployment.group(id).name.to_string(),
        other => panic!("{other:?}"),
    };
    web.rules(Direction::Egress)
        .iter()
        .map(|rule| format!("{} {}", rule.traffic, peer(rule.peer)))
        .collect()
}

#[test]
fn omits_a_rule_to_a_tier_that_an_open_rule_covers() {
    let ssh = "db allows ssh from web\n";
    let to = |whom: &str| format!("{ssh}web allows all to {whom}\n");
    assert_eq!(outbound("ip = ipv4, ", &to("anywhere")), ["all 0.0.0.0/0"]);
    assert_eq!(
        outbound("ip = dual, ", &to("anywhere")),
        ["all 0.0.0.0/0", "all ::/0"]
    );
    assert_eq!(
        outbound("ip = dual, ", &to("anywhere-ipv4")),
        ["all 0.0.0.0/0", "tcp 22 db"]
    );
    assert_eq!(
        outbound("ip = dual, ", &to("anywhere-ipv6")),
        ["all ::/0", "tcp 22 db"]
    );
    assert_eq!(
        outbound("ip = dual, ", &to("10.0.0.0/8")),
        ["all 10.0.0.0/8", "tcp 22 db"]
    );
}

#[test]
fn rules_with_blocks_are_kept_next_to_a_tier() {
    let others = "web allows all, tcp 80 to 10.0.0.0/8\nweb allows tcp 443 to anywhere-ipv4\n";
    let everything = "web allows all to anywhere-ipv4\n";
    let ssh = "db allows ssh from web\n";
    let kept = ["all 10.0.0.0/8", "tcp 80 10.0.0.0/8", "tcp 443 0.0.0.0/0"];
    let with = |more: &[&str]| {
        let mut all: Vec<String> = kept
            .iter()
            .chain(more)
            .map(|rule| (*rule).to_string())
            .collect();
        all.sort();
        all
    };
    let found = |sentences: &str| {
        let mut found = outbound("ip = dual, ", sentences);
        found.sort();
        found
    };
    assert_eq!(found(others), with(&[]));
    assert_eq!(found(&format!("{others}{ssh}")), with(&["tcp 22 db"]));
    assert_eq!(
        found(&format!("{others}{everything}")),
        with(&["all 0.0.0.0/0"]),
        "no tier is sent to"
    );
    let whole = ["all 0.0.0.0/0", "tcp 22 db"];
    assert_eq!(found(&format!("{others}{everything}{ssh}")), with(&whole));
}

#[test]
fn distinguishes_an_ipv6_block_from_a_tier_with_its_name() {
    let compilation = compiled(
        "stack s { outbound = closed }\ntier web, fd00---8\nweb allows tcp 80 from fd00::/8, fd00---8\n",
    );
    let names = called(
        &compilation.policy,
        NameStyle::Snake,
        Renaming::Current,
        &[],
    );
    let distinct: BTreeSet<&String> = names.values().collect();
    assert_eq!(distinct.len(), names.len(), "{names:?}");
}
