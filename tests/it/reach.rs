//! Reach, gate by gate: what a rule with each kind of peer lets through from and to each kind of
//! end.

use crate::common::{as_of, compile_text};
use ipnet::IpNet;
use tierwall::analysis::gate::{Endpoint, Gate, Gates, Unknown, Who, Witness};
use tierwall::analysis::named_endpoint::named_endpoints;
use tierwall::compile::Compilation;
use tierwall::net::{Addresses, Family, Ports, Traffic, TrafficSet};
use tierwall::policy::{End, ExternalId, ParamId, Policy, PrefixListId, TierId};

fn compiled(program: &str) -> Compilation {
    let compilation = compile_text("program.tier", program, &[], as_of());
    assert!(
        !compilation.problems.any_error(),
        "{program}{:?}",
        compilation.problems
    );
    compilation
}

/// Two of each kind of peer. The members of `far` have known IPv4 addresses, those of `free` any;
/// `near` has a separate port from and to each peer.
const SCENE: &str = "\
stack s { ip = dual }
external dev = \"sg-0123456789abcdef0\"
external ops = \"sg-0123456789abcdef1\"
prefix-list cdn = \"pl-0123456789abcdef0\" { entries = 1 }
prefix-list sites = \"pl-0123456789abcdef1\" { entries = 1, family = ipv6 }
prefix-list yards = \"pl-0123456789abcdef2\" { entries = 1 }
param home : cidr
param office : cidr
param works : cidr-ipv6
tier far { addresses = 10.0.0.0/24 }
tier free
tier near { outbound = closed }
";

const FAR: TierId = TierId(0);
const FREE: TierId = TierId(1);
const NEAR: TierId = TierId(2);

/// The peers of the rules of `near`, each at the position of its port.
const PEERS: [&str; 13] = [
    "dev",
    "ops",
    "cdn",
    "sites",
    "yards",
    "home",
    "office",
    "works",
    "far",
    "free",
    "10.0.0.0/24",
    "10.0.0.64/26",
    "2001:db8::/32",
];

fn scene(way: &str) -> Compilation {
    let rule = |(n, peer): (usize, &&str)| format!("near allows tcp {} {way} {peer}\n", n + 1);
    compiled(&(SCENE.to_string() + &PEERS.iter().enumerate().map(rule).collect::<String>()))
}

/// The ends, in an order of their own.
fn ends(policy: &Policy) -> Vec<(&'static str, Endpoint)> {
    let host = |block: &str| {
        Endpoint::for_hosts(Addresses::from_blocks([&block.parse().expect("a block")]))
    };
    let end = |end: End| named_endpoints(policy, &end).remove(0).endpoint;
    vec![
        ("dev", end(End::External(ExternalId(0)))),
        ("ops", end(End::External(ExternalId(1)))),
        ("cdn", end(End::PrefixList(PrefixListId(0)))),
        ("sites", end(End::PrefixList(PrefixListId(1)))),
        ("yards", end(End::PrefixList(PrefixListId(2)))),
        ("home", end(End::Param(ParamId(0)))),
        ("office", end(End::Param(ParamId(1)))),
        ("works", end(End::Param(ParamId(2)))),
        ("far", end(End::Tier(FAR))),
        ("free", end(End::Tier(FREE))),
        ("10.0.0.0/25", host("10.0.0.0/25")),
        ("2001:db8::1", host("2001:db8::1/128")),
    ]
}

/// What keeps the rule with this position from being sure.
fn not_known(n: usize) -> Unknown {
    match n as u32 {
        n @ 0..2 => Unknown::Group(ExternalId(n)),
        n @ 2..5 => Unknown::Contents(PrefixListId(n - 2)),
        n => Unknown::Value(ParamId(n - 5)),
    }
}

fn port(n: usize, family: Family) -> TrafficSet {
    let port = n as u16 + 1;
    TrafficSet::new(
        Traffic::Tcp(Ports {
            from: port,
            to: port,
        }),
        family,
    )
}

/// What a gate of `near` does with the port of each peer: `A` lets all of the end through, `s`
/// surely some, `p` perhaps, `-` none.
fn row(gates: &Gates<'_>, policy: &Policy, gate: Gate, end: &Endpoint, family: Family) -> String {
    let asked = TrafficSet::all(family);
    let (may, must) = gates.admitted_bounds(gate, end, family);
    let letting = gates.admitting_flows(gate, end, family, &asked);
    let mut row = String::new();
    for n in 0..PEERS.len() {
        let one = port(n, family);
        let of_port = letting
            .iter()
            .find(|(flow, _)| TrafficSet::new(policy.flows[*flow as usize].traffic, family) == one);
        let letter = match (must.covers(&one), of_port) {
            (true, Some((_, true))) => 'A',
            (false, Some((_, true))) => 's',
            (false, Some((_, false))) => 'p',
            (false, None) => '-',
            (true, other) => panic!("{n}: must pass, and {other:?} lets it"),
        };
        assert_eq!(may.covers(&one), letter != '-', "{n}");
        row.push(letter);
    }
    row
}

/// Each end in each IP version that it may have, with the row of a gate: the columns are [`PEERS`].
const ROWS: [(&str, Family, &str); 16] = [
    ("dev", Family::V4, "App-ppp---ss-"),
    ("dev", Family::V6, "Ap-p---p----s"),
    ("ops", Family::V4, "pAp-ppp---ss-"),
    ("ops", Family::V6, "pA-p---p----s"),
    ("cdn", Family::V4, "ppA-ppp---ss-"),
    ("sites", Family::V6, "pp-A---p----s"),
    ("yards", Family::V4, "ppp-App---ss-"),
    ("home", Family::V4, "ppp-pAp---ss-"),
    ("office", Family::V4, "ppp-ppA---ss-"),
    ("works", Family::V6, "pp-p---A----s"),
    ("far", Family::V4, "--p-ppp-A-As-"),
    ("far", Family::V6, "---p---ps---s"),
    ("free", Family::V4, "--p-ppp--Ass-"),
    ("free", Family::V6, "---p---p-A--s"),
    ("10.0.0.0/25", Family::V4, "ppp-ppp---As-"),
    ("2001:db8::1", Family::V6, "pp-p---p----A"),
];

#[test]
fn each_kind_of_peer_admits_the_right_endpoints() {
    for (way, gate) in [
        ("from", Gate::into_tier(NEAR)),
        ("to", Gate::out_of_tier(NEAR)),
    ] {
        let compilation = scene(way);
        let (policy, gates) = (&compilation.policy, Gates::new(&compilation.policy));
        let mut found = Vec::new();
        for (name, side) in ends(policy) {
            for family in Family::BOTH
                .into_iter()
                .filter(|family| side.may_be_in(*family))
            {
                found.push((name, family, row(&gates, policy, gate, &side, family)));
            }
        }
        assert_eq!(
            found,
            ROWS.map(|(name, family, row)| (name, family, row.to_string())),
            "{way}"
        );
    }
}

/// A counterexample cites the rule that allows it, the first such address, and the unknown facts:
/// the members of the peer, or the addresses of the endpoint.
#[test]
fn a_packet_cites_its_rule_and_unknown_facts() {
    for way in ["from", "to"] {
        let compilation = scene(way);
        let (policy, gates) = (&compilation.policy, Gates::new(&compilation.policy));
        let near = Endpoint::for_tier(policy, NEAR);
        for (name, family, row) in ROWS {
            let (_, side) = ends(policy)
                .into_iter()
                .find(|(end, _)| *end == name)
                .expect("an end");
            let (from, to) = if way == "from" {
                (&side, &near)
            } else {
                (&near, &side)
            };
            for (n, letter) in row.chars().enumerate() {
                let witness = gates.find_witness(from, to, family, &port(n, family));
                // a tier that is sent to lets in what names it alone
                let is_tier = ["far", "free"].contains(&name);
                if letter == '-' || way == "to" && is_tier && PEERS[n] != name {
                    assert_eq!(witness, None, "{way} {name} {}", PEERS[n]);
                    continue;
                }
                let Witness {
                    traffic,
                    source,
                    destination,
                    flows,
                    unknown,
                    is_exempt: false,
                } = witness.unwrap_or_else(|| panic!("{way} {name} {}: no packet", PEERS[n]))
                else {
                    panic!("{way} {name} {}: filtered", PEERS[n]);
                };
                assert_eq!(TrafficSet::new(traffic, family), port(n, family));
                let cited: Vec<Traffic> = flows
                    .iter()
                    .map(|flow| policy.flows[*flow as usize].traffic)
                    .collect();
                assert_eq!(cited, [traffic], "{way} {name}");
                let doubt = match letter {
                    'p' => vec![not_known(n)],
                    // whether it has IPv6 at all
                    's' if !side.is_in(family) && PEERS[n] != name => vec![Unknown::Members(FAR)],
                    's' => side.unknown.into_iter().collect(),
                    _ => vec![],
                };
                let (rules, unknown): (Vec<Unknown>, Vec<Unknown>) = unknown
                    .into_iter()
                    .partition(|unknown| matches!(unknown, Unknown::Rules(_)));
                assert_eq!(unknown, doubt, "{way} {name} {}", PEERS[n]);
                // whether the group itself lets it pass
                let is_group = matches!(side.who, Who::External(_));
                assert_eq!(!rules.is_empty(), is_group, "{way} {name} {}", PEERS[n]);
                let there = PEERS[n]
                    .parse()
                    .map_or(side.addresses.clone(), |block: IpNet| {
                        side.addresses
                            .intersection(&Addresses::from_blocks([&block]))
                    });
                let first = there
                    .in_family(family)
                    .to_blocks()
                    .next()
                    .map(|block| block.network());
                let own = near
                    .addresses
                    .in_family(family)
                    .to_blocks()
                    .next()
                    .map(|block| block.network());
                let expected = match way {
                    "from" => (first, own.filter(|_| is_group)),
                    _ => (own.filter(|_| is_tier || is_group), first),
                };
                assert_eq!((source, destination), expected, "{way} {name} {}", PEERS[n]);
            }
        }
    }
}

#[test]
fn nothing_passes_in_a_version_that_one_end_does_not_have() {
    for way in ["from", "to"] {
        let compilation = scene(way);
        let (policy, gates) = (&compilation.policy, Gates::new(&compilation.policy));
        let (near, free) = (
            Endpoint::for_tier(policy, NEAR),
            Endpoint::for_tier(policy, FREE),
        );
        for (name, side) in ends(policy) {
            for family in Family::BOTH
                .into_iter()
                .filter(|family| !side.may_be_in(*family))
            {
                for (from, to) in [(&side, &near), (&near, &side), (&free, &side)] {
                    let asked = TrafficSet::all(family);
                    assert!(
                        gates.may_pass(from, to, family, &asked).is_empty(),
                        "{way} {name}"
                    );
                    assert!(
                        gates.must_pass(from, to, family, &asked).is_empty(),
                        "{way} {name}"
                    );
                    assert_eq!(
                        gates.stopped_at(from, to, family, &asked),
                        None,
                        "{way} {name}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_packet_cites_certain_rules_first() {
    let compilation = compiled(&format!(
        "{SCENE}near allows tcp 80 from cdn\nnear allows tcp 80 from 10.0.0.0/8\nnear allows tcp 80 from home, 10.0.0.0/9\n"
    ));
    let (policy, gates) = (&compilation.policy, Gates::new(&compilation.policy));
    let from = Endpoint::for_hosts(Addresses::from_blocks([&"10.0.0.0/8"
        .parse()
        .expect("a block")]));
    let web = TrafficSet::new(Traffic::Tcp(Ports { from: 80, to: 80 }), Family::V4);
    let witness = gates
        .find_witness(&from, &Endpoint::for_tier(policy, NEAR), Family::V4, &web)
        .expect("a packet");
    let sentences: Vec<usize> = witness
        .flows
        .iter()
        .map(|flow| policy.flows[*flow as usize].sentence.index())
        .collect();
    assert_eq!((sentences, witness.unknown), (vec![1], vec![]));
}

#[test]
fn members_in_an_unspecified_ip_version_are_unknown() {
    let compilation = compiled(
        "vpc main { id = \"vpc-0123456789abcdef0\", cidr = 10.0.0.0/16 }\n\
         tier a, b { vpc = main }\n\
         b allows tcp 1 from 10.0.0.0/24, 2001:db8::/32\n",
    );
    let (policy, gates) = (&compilation.policy, Gates::new(&compilation.policy));
    let [a, b] = [0, 1].map(TierId);
    for (family, unknown) in [
        (Family::V4, vec![]),
        (Family::V6, vec![Unknown::Members(a)]),
    ] {
        let (from, to) = (Endpoint::for_tier(policy, a), Endpoint::for_tier(policy, b));
        let witness = gates
            .find_witness(&from, &to, family, &port(0, family))
            .expect("a packet");
        assert_eq!(witness.unknown, unknown, "{family:?}");
    }
}
