//! Proof and deployment are one: both outputs are read back, and their rules are asked by brute
//! force what assertions, `trace` and `matrix` were asked about the program.

use crate::amazon::Cidr;
use crate::compile::{cases, emit_all, with, with_policy};
use crate::deployed::{self, Key};
use crate::firewall::{End, Firewall, Home, Payload, Stretch, everything, icmp};
use crate::generate::program;
use crate::packets::Random;
use crate::readers;
use ipnet::IpNet;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use tierwall::analysis::assertions;
use tierwall::analysis::gate::Gates;
use tierwall::analysis::matrix::Matrix;
use tierwall::analysis::named_endpoint::named_endpoints;
use tierwall::analysis::trace::{Service, Verdict, trace_connections};
use tierwall::groups;
use tierwall::net::{Family, Ports, Traffic, TrafficSet};
use tierwall::policy::{self, Assertion, Policy, TierId, Vpc};
use tierwall::source::Span;
use tierwall::target;

/// Questions for each program; each is asked in three assertions and a trace.
const QUESTIONS: usize = 12;

/// Services that questions are about, as stretches of IPv4 and of IPv6; without any stretch,
/// anything.
const SERVICES: [(&str, &[Stretch], &[Stretch]); 14] = [
    ("", &[], &[]),
    ("tcp 443", &[(6, 443, 443)], &[(6, 443, 443)]),
    ("ssh", &[(6, 22, 22)], &[(6, 22, 22)]),
    ("udp 53", &[(17, 53, 53)], &[(17, 53, 53)]),
    ("tcp", &[(6, 0, u16::MAX)], &[(6, 0, u16::MAX)]),
    ("icmp", &[(1, 0, u16::MAX)], &[(58, 0, u16::MAX)]),
    ("ping", &[(1, 0x800, 0x8ff)], &[(58, 0x8000, 0x8000)]),
    ("icmp 3/4", &[(1, 0x304, 0x304)], &[]),
    ("icmpv6 echo-request", &[], &[(58, 0x8000, 0x8000)]),
    ("proto 50", &[(50, 0, u16::MAX)], &[(50, 0, u16::MAX)]),
    ("all", &ALL, &ALL),
    (
        "law-mixed",
        &[(6, 22, 22), (1, 0x800, 0x8ff)],
        &[(6, 22, 22), (58, 0x8000, 0x8000)],
    ),
    (
        "law-icmpv6",
        &[(17, 53, 53)],
        &[(17, 53, 53), (58, 0x8000, 0x8000)],
    ),
    (
        "law-icmp",
        &[(6, 443, 443), (1, 0, u16::MAX)],
        &[(6, 443, 443)],
    ),
];

/// Services of several kinds that no pool has.
const MIXED: &str = "\
service law-mixed = tcp 22, icmp echo-request
service law-icmpv6 = udp 53, icmpv6 128/0
service law-icmp = tcp 443, proto 1
";

/// Every protocol that questions and programs tell apart.
const ALL: [Stretch; 8] = [
    (0, 0, u16::MAX),
    (1, 0, u16::MAX),
    (6, 0, u16::MAX),
    (17, 0, u16::MAX),
    (47, 0, u16::MAX),
    (50, 0, u16::MAX),
    (58, 0, u16::MAX),
    (255, 0, u16::MAX),
];

/// Addresses that are ends of questions.
const BLOCKS: [&str; 11] = [
    "169.254.169.254",
    "10.0.1.1",
    "2001:db8::/32",
    "2001:db8:40::7",
    "10.0.1.0/24",
    "203.0.113.7",
    "203.0.113.0/24",
    "10.0.1.7",
    "2001:db8::1",
    "0.0.0.0/0",
    "::/0",
];

/// A question: sender, receiver, and service.
#[derive(Debug, Clone)]
struct Asked {
    from: String,
    to: String,
    service: usize,
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn proofs_hold_for_the_deployed_rules(program in program(), seed: u64) {
        let text = program.text();
        let (firewalls, also) = read_back(&text);
        let random = &mut Random(seed);
        let (whole, asked, lines) = with_policy(&text, |_, _, policy| posed(policy, &text, random));
        with_policy(&whole, |sources, _, policy| {
            let world = World {
                policy,
                tags: tags(policy),
                also: also.clone(),
            };
            let line = |span: Span| sources.file(span.file).line_column(span.start).0;
            let problems = assertions::judge_assertions(policy, &Gates::new(policy)).sorted();
            let failed: BTreeSet<usize> = problems
                .iter()
                .filter_map(|problem| problem.span())
                .map(line)
                .collect();
            for (asked, first) in asked.iter().zip(lines) {
                let of_line = |n| {
                    policy
                        .assertions
                        .iter()
                        .find(|assertion| line(assertion.span) == n)
                };
                let found = [0, 1, 2].map(|n| !failed.contains(&(first + n)));
                let traced = of_line(first).map(|assertion| traced(policy, assertion));
                for (target, firewall) in &firewalls {
                    let wanted = world.holds(firewall, asked);
                    prop_assert_eq!(
                        found,
                        wanted,
                        "{}: cannot, can, only (left: the compiler) {:?}\n{}",
                        target,
                        asked,
                        whole
                    );
                    let alone = world.holds_of_its_own(firewall, asked);
                    prop_assert_eq!(
                        traced,
                        Some(verdict(alone)),
                        "{}: trace {:?}\n{}",
                        target,
                        asked,
                        whole
                    );
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_matrix_matches_the_deployed_rules(program in program()) {
        let text = program.text();
        let (firewalls, also) = read_back(&text);
        with_policy(&text, |_, _, policy| {
            let world = World {
                policy,
                tags: tags(policy),
                also: also.clone(),
            };
            for (target, firewall) in &firewalls {
                world
                    .matrix_agrees(firewall)
                    .map_err(|why| TestCaseError::fail(format!("{target}: {why}\n{text}")))?;
            }
            Ok::<(), TestCaseError>(())
        })?;
    }
}

/// The rules of every output, as they are read back; those of one, where they are the same.
/// And the other groups that the members of each group carry.
fn read_back(text: &str) -> (Vec<(&'static str, Firewall)>, Also) {
    let (outputs, versions) = with(text, |_, _, deployment| {
        (emit_all(deployment), versions(deployment.policy()))
    });
    let mut read: Vec<(&str, Vec<Key>)> = Vec::new();
    let mut also = Also::new();
    for (target, output) in target::ALL.iter().zip(&outputs) {
        let deployed = readers::read(target, output);
        let groups = deployed.groups.iter();
        also = groups
            .map(|(name, group)| (name.clone(), group.also.clone()))
            .collect();
        let keys: Vec<Key> = deployed.rules.into_iter().map(|rule| rule.key).collect();
        if read.iter().all(|(_, known)| *known != keys) {
            read.push((target.title, keys));
        }
    }
    let firewall = |keys: &[Key]| {
        Firewall::new(keys.iter(), |peer| {
            versions.get(peer).copied().unwrap_or(false)
        })
    };
    let firewalls = read.iter().map(|(title, keys)| (*title, firewall(keys)));
    (firewalls.collect(), also)
}

/// The other groups that the members of each group carry, all by their `Name` tags.
type Also = BTreeMap<String, Vec<String>>;

/// Which parameters and lists hold IPv6, by what readers call them.
fn versions(policy: &Policy) -> BTreeMap<String, bool> {
    let params = policy
        .params
        .iter()
        .map(|param| (deployed::parameter(&param.name), param.kind.family()));
    let lists = policy.prefix_lists.iter().filter_map(|list| {
        let name = match &list.list {
            groups::ListReference::Made(_) => return None,
            groups::ListReference::Id(id) => id.clone(),
            groups::ListReference::Aws(name) => deployed::aws_list(name)
                .trim_start_matches("list ")
                .to_string(),
            groups::ListReference::Param(id) => deployed::parameter(&policy.param(*id).name),
        };
        Some((name, list.family))
    });
    let of_lists: Vec<_> = lists.collect();
    params
        .chain(of_lists)
        .map(|(name, family)| (name, family == Family::V6))
        .collect()
}

/// The `Name` tag of each tier's group.
fn tags(policy: &Policy) -> Vec<String> {
    let tiers = (0..policy.tiers.len() as u32).map(TierId);
    tiers.map(|tier| deployed::shown(policy, tier)).collect()
}

/// The program with questions as assertions, the questions, and the line of the first assertion of
/// each.
fn posed(policy: &Policy, text: &str, random: &mut Random) -> (String, Vec<Asked>, Vec<usize>) {
    let mut whole = format!("{}\n{MIXED}", text.trim_end());
    let mut ends: Vec<String> = policy.tiers.iter().map(|tier| tier.name.clone()).collect();
    ends.extend(ends.clone());
    let mut hosts: Vec<String> = BLOCKS
        .iter()
        .chain(&["internet"; 4])
        .map(|end| end.to_string())
        .collect();
    let is_known = |vpc: &&policy::Vpc| !vpc.blocks.is_empty() && vpc.unknown_blocks.is_empty();
    let vpcs = policy
        .vpcs
        .iter()
        .filter(is_known)
        .filter_map(|vpc| vpc.name.clone());
    hosts.extend(vpcs.map(|name| format!("vpc {name}")));
    let (mut asked, mut lines) = (Vec::new(), Vec::new());
    for _ in 0..QUESTIONS {
        let mut pair = [
            ends[random.below(ends.len())].clone(),
            ends[random.below(ends.len())].clone(),
        ];
        if random.below(2) == 0 {
            pair[usize::from(random.below(4) == 0)] = hosts[random.below(hosts.len())].clone();
        }
        let ([from, to], service) = (pair, random.below(SERVICES.len()));
        let on = if SERVICES[service].0.is_empty() {
            String::new()
        } else {
            format!(" on {}", SERVICES[service].0)
        };
        lines.push(whole.lines().count() + 1);
        let _ = writeln!(
            whole,
            "assert {from} cannot reach {to}{on}\nassert {from} can reach {to}{on}"
        );
        let _ = writeln!(whole, "assert only {from} can reach {to}{on}");
        asked.push(Asked { from, to, service });
    }
    (whole, asked, lines)
}

/// What a trace says of the question that an assertion asks.
fn traced(policy: &Policy, posed: &Assertion) -> Verdict {
    let ends = |ends: &[(Span, policy::End)]| named_endpoints(policy, &ends[0].1);
    let on: Vec<_> = posed.on.iter().map(|(_, traffic)| *traffic).collect();
    let services = [Service {
        name: String::new(),
        traffic: on,
    }];
    let services = if posed.on.is_empty() {
        &[][..]
    } else {
        &services
    };
    trace_connections(policy, &ends(&posed.from), &ends(&posed.to), services)[0].verdict
}

/// What it is to say where `cannot` and `can` hold like this.
fn verdict([cannot, can, ..]: [bool; 3]) -> Verdict {
    match (cannot, can) {
        (_, true) => Verdict::Passes,
        (false, false) => Verdict::ForSome,
        (true, false) => Verdict::Stopped,
    }
}

/// A program, as far as ends and services are known without its rules.
struct World<'p> {
    policy: &'p Policy,
    tags: Vec<String>,
    also: Also,
}

impl World<'_> {
    /// Whether each form holds: cannot, can, only. The members of a tier are all who carry its
    /// group.
    fn holds(&self, firewall: &Firewall, asked: &Asked) -> [bool; 3] {
        let (from, to) = (self.members(&asked.from), self.members(&asked.to));
        self.holds_between(firewall, asked.service, &from, &to)
    }

    /// Whether `cannot` and `can` hold of those who are declared as members of the tiers.
    fn holds_of_its_own(&self, firewall: &Firewall, asked: &Asked) -> [bool; 3] {
        let (from, to) = (self.end(&asked.from), self.end(&asked.to));
        self.holds_between(firewall, asked.service, &[from], &[to])
    }

    fn holds_between(
        &self,
        firewall: &Firewall,
        service: usize,
        from: &[End],
        to: &[End],
    ) -> [bool; 3] {
        let payloads = [0, 1].map(|version| payloads(firewall, service, version));
        let pairs = || {
            from.iter()
                .flat_map(|from| to.iter().map(move |to| (from, to)))
        };
        let reaches = |to: &End| {
            let others = self.others(from, to);
            others
                .iter()
                .any(|other| may(firewall, other, to, &payloads))
        };
        [
            !pairs().any(|(from, to)| may(firewall, from, to, &payloads)),
            pairs().all(|(from, to)| self.must(firewall, from, to, service, &payloads)),
            !to.iter().any(reaches),
        ]
    }

    /// An end, with all tiers whose members carry its group.
    fn members(&self, name: &str) -> Vec<End> {
        let end = self.end(name);
        let Some(group) = end.groups.first().cloned() else {
            return vec![end];
        };
        let tiers = (0..self.tags.len()).map(|n| self.tier(n));
        tiers.filter(|tier| tier.groups.contains(&group)).collect()
    }

    /// In each version that both surely have, all of the service has to pass, of which there is
    /// something; without a service, one that is the same in each of them has to.
    fn must(
        &self,
        firewall: &Firewall,
        from: &End,
        to: &End,
        service: usize,
        payloads: &[BTreeSet<Payload>; 2],
    ) -> bool {
        let passes = |version: usize, payload: Payload| firewall.must(from, to, version, payload);
        let sure = [0, 1]
            .into_iter()
            .filter(|version| from.home.sure[*version] && to.home.sure[*version]);
        let sure: Vec<usize> = sure.collect();

        if SERVICES[service].0.is_empty() {
            return serves(&sure, payloads, passes);
        }
        let mut asked = sure
            .iter()
            .flat_map(|n| payloads[*n].iter().map(|one| (*n, *one)))
            .peekable();
        asked.peek().is_some() && asked.all(|(version, payload)| passes(version, payload))
    }

    /// Everyone but these: all tiers, and toward a tier hosts in none.
    fn others(&self, from: &[End], to: &End) -> Vec<End> {
        let is_one = |tier: &End| from.iter().any(|from| from.groups == tier.groups);
        let tiers = (0..self.tags.len())
            .map(|n| self.tier(n))
            .filter(|tier| !is_one(tier));
        let outside = match from {
            [host] if host.groups.is_empty() => {
                [0, 1].map(|version| without(everything(version), &host.home.ranges[version]))
            }
            _ => [vec![everything(0)], vec![everything(1)]],
        };
        let hosts = End {
            groups: Vec::new(),
            home: Home {
                ranges: outside,
                sure: [false; 2],
            },
            cidrs: Vec::new(),
            has_services: false,
        };
        tiers
            .chain((!to.groups.is_empty()).then_some(hosts))
            .collect()
    }

    fn end(&self, name: &str) -> End {
        if let Some(n) = self.policy.tiers.iter().position(|tier| tier.name == name) {
            return self.tier(n);
        }
        let home = match name.strip_prefix("vpc ") {
            Some(vpc) => {
                let vpc = self
                    .policy
                    .vpcs
                    .iter()
                    .find(|other| other.name.as_deref() == Some(vpc));
                Home::at(vpc.expect("a VPC").blocks.iter().copied())
            }
            None if name == "internet" => self.internet(),
            None => Home::at([block(name)]),
        };
        End {
            groups: Vec::new(),
            home,
            cidrs: Vec::new(),
            has_services: true,
        }
    }

    fn is_vpc(&self, name: &str) -> bool {
        let vpc = name.strip_prefix("vpc ");
        vpc.is_some_and(|name| {
            self.policy
                .vpcs
                .iter()
                .any(|vpc| vpc.name.as_deref() == Some(name))
        })
    }

    /// What can be reached over the internet; where a stack does without IPv6, none of that has to
    /// pass.
    fn internet(&self) -> Home {
        let mut home = Home::at(tierwall::net::internet_addresses().to_blocks());
        home.sure[1] = self.policy.stack.dual;
        home
    }

    /// A tier, where the language reference says that its members are.
    fn tier(&self, n: usize) -> End {
        let (tier, dual) = (&self.policy.tiers[n], self.policy.stack.dual);
        let vpcs = self.policy.area_of(TierId(n as u32)).vpcs.iter();
        let vpcs: Vec<&Vpc> = vpcs.map(|id| self.policy.vpc(*id)).collect();
        let is_unknown = |vpc: &&Vpc| vpc.blocks.is_empty() || !vpc.unknown_blocks.is_empty();
        let blocks = || vpcs.iter().flat_map(|vpc| vpc.blocks.iter().copied());
        let has_all = |v6: bool| {
            let of_version = |block: &IpNet| block.network().is_ipv6() == v6;
            vpcs.iter().all(|vpc| vpc.blocks.iter().any(of_version))
        };
        let home = match &tier.addresses {
            Some(stated) => {
                let home = Home::at(stated.to_blocks());
                if home.may_be_in(1) || !dual {
                    home
                } else {
                    home.perhaps(1)
                }
            }
            None if vpcs.iter().any(is_unknown) => {
                let everywhere = ["0.0.0.0/0", "::/0"].map(block);
                let mut home = Home::at(everywhere);
                home.sure[1] = dual;
                home
            }
            // in a VPC without a block of a version, members may have any address of it
            None => {
                let home = Home::at(blocks());
                match has_all(true) {
                    true => home,
                    false => home.perhaps(1),
                }
            }
        };
        let home = match &tier.addresses {
            None if !vpcs.iter().any(is_unknown) && !has_all(false) => home.perhaps(0),
            _ if home.may_be_in(0) => home,
            _ => home.perhaps(0),
        };
        let cidrs = vpcs.iter().map(|vpc| Cidr {
            blocks: vpc.blocks.clone(),
            all_known: vpc.unknown_blocks.is_empty(),
        });
        let cidrs = cidrs.collect();
        End {
            groups: [&[self.tags[n].clone()], &self.also[&self.tags[n]][..]].concat(),
            home,
            cidrs,
            has_services: false,
        }
    }

    /// Whether a matrix says of each pair what the rules let pass, packet by packet. What says
    /// nothing new may be left out of a version that the ends perhaps do not have.
    fn matrix_agrees(&self, firewall: &Firewall) -> Result<(), String> {
        let matrix = Matrix::new(self.policy);
        let cells: BTreeMap<_, _> = matrix
            .cells()
            .map(|cell| ((cell.from, cell.to), cell.passing))
            .collect();
        let known = |end: usize| {
            let named = &matrix.ends()[end];
            let is_hosts = matches!(named.endpoint.who, tierwall::analysis::gate::Who::Hosts);
            match named.name.as_str() {
                _ if end < matrix.tiers => Some(self.tier(end)),
                "internet" => Some(self.end("internet")),
                name if self.is_vpc(name) && is_hosts => Some(self.end(name)),
                _ if is_hosts => Some(End {
                    groups: Vec::new(),
                    home: Home::at(named.endpoint.addresses.to_blocks()),
                    cidrs: Vec::new(),
                    has_services: true,
                }),
                _ => None,
            }
        };
        let ends: Vec<Option<End>> = (0..matrix.ends().len()).map(known).collect();
        let payloads = [0, 1].map(|version| {
            firewall
                .payloads(&ALL)
                .into_iter()
                .filter(move |one| exists(*one, version))
        });
        let payloads = payloads.map(Iterator::collect::<Vec<Payload>>);
        for (a, b) in (0..ends.len()).flat_map(|a| (0..ends.len()).map(move |b| (a, b))) {
            let (Some(from), Some(to)) = (&ends[a], &ends[b]) else {
                continue;
            };
            if from.groups.is_empty() && to.groups.is_empty() {
                continue;
            }
            let mut shown: [Option<(TrafficSet, TrafficSet)>; 2] = [None, None];
            for passing in cells
                .get(&(a, b))
                .map_or(&[][..], |kind| matrix.passing(*kind))
            {
                shown[passing.family as usize] = Some((passing.may.clone(), passing.must.clone()));
            }
            for (version, payload) in [0, 1]
                .into_iter()
                .flat_map(|v| payloads[v].iter().map(move |one| (v, *one)))
            {
                let wanted = (
                    firewall.may(from, to, version, payload),
                    firewall.must(from, to, version, payload),
                );
                let found = match &shown[version] {
                    Some((may, must)) => (has(may, payload, version), has(must, payload, version)),
                    None => (false, false),
                };
                let is_said = || {
                    let sure = from.home.sure[version] && to.home.sure[version];
                    let other = shown[1 - version].as_ref().map(|(may, _)| may);
                    !sure
                        && !wanted.1
                        && shown[version].is_none()
                        && other.is_some_and(|may| says(may, payload, 1 - version))
                };
                if found != wanted && !is_said() {
                    let [from, to] = [a, b].map(|end| &matrix.ends()[end].name);
                    return Err(format!(
                        "{from} to {to}, IPv{}: {payload:?}: {found:?}, not {wanted:?}",
                        [4, 6][version]
                    ));
                }
            }
        }
        Ok(())
    }
}

/// Whether a packet may pass in either version.
fn may(firewall: &Firewall, from: &End, to: &End, payloads: &[BTreeSet<Payload>; 2]) -> bool {
    [0, 1].into_iter().any(|version| {
        payloads[version]
            .iter()
            .any(|one| firewall.may(from, to, version, *one))
    })
}

/// One payload of each kind of a service; of everything, if it has no name.
fn payloads(firewall: &Firewall, service: usize, version: usize) -> BTreeSet<Payload> {
    let (name, v4, v6) = SERVICES[service];
    let stretches = if name.is_empty() {
        &ALL[..]
    } else {
        [v4, v6][version]
    };
    firewall
        .payloads(stretches)
        .into_iter()
        .filter(|one| exists(*one, version))
        .collect()
}

/// Whether one service passes in each of these versions. ICMP is one, whose types each version has
/// for itself.
fn serves(
    versions: &[usize],
    payloads: &[BTreeSet<Payload>; 2],
    passes: impl Fn(usize, Payload) -> bool,
) -> bool {
    let is_icmp = |one: &&Payload| [icmp(0), icmp(1)].contains(&one.0);
    let is_own_icmp = |version: usize| move |one: &&Payload| one.0 == icmp(version);
    let [first, ..] = versions else { return false };

    let icmp_passes = |version: &usize| {
        payloads[*version]
            .iter()
            .filter(is_own_icmp(*version))
            .any(|one| passes(*version, *one))
    };
    let everywhere = |one: &Payload| versions.iter().all(|version| passes(*version, *one));
    let mut others = payloads[*first]
        .iter()
        .filter(|one| versions.len() == 1 || !is_icmp(one));

    versions.iter().all(icmp_passes) || others.any(everywhere)
}

/// ICMP of the other version is a protocol without types.
fn exists((protocol, payload): Payload, version: usize) -> bool {
    protocol != icmp(1 - version) || payload == 0
}

/// Whether a set has a payload.
fn has(set: &TrafficSet, (protocol, payload): Payload, version: usize) -> bool {
    let (only, [kind, code]) = (
        Ports {
            from: payload,
            to: payload,
        },
        payload.to_be_bytes(),
    );
    let traffic = match (protocol, version) {
        (6, _) => Traffic::Tcp(only),
        (17, _) => Traffic::Udp(only),
        (1, 0) => Traffic::Icmp(Some((kind, Some(code)))),
        (58, 1) => Traffic::Icmpv6(Some((kind, Some(code)))),
        (other, _) => Traffic::Number(other),
    };
    set.meets(traffic, [Family::V4, Family::V6][version])
}

/// Types and codes that have one name in both versions (IANA, "ICMP Parameters" and "ICMPv6
/// Parameters").
const PAIRS: [(u16, u16, u16, u16); 9] = [
    (0x800, 0x8ff, 0x8000, 0x8000),
    (0x000, 0x0ff, 0x8100, 0x8100),
    (0x300, 0x3ff, 0x100, 0x1ff),
    (0x304, 0x304, 0x200, 0x200),
    (0xb00, 0xbff, 0x300, 0x3ff),
    (0xc00, 0xcff, 0x400, 0x4ff),
    (0x500, 0x5ff, 0x8900, 0x8900),
    (0x900, 0x9ff, 0x8600, 0x8600),
    (0xa00, 0xaff, 0x8500, 0x8500),
];

/// Whether the traffic of one IP version has a counterpart in the other: the same port or protocol,
/// ICMP by its other name.
fn says(may: &TrafficSet, (protocol, payload): Payload, version: usize) -> bool {
    let family = [Family::V4, Family::V6][version];
    let all_icmp = TrafficSet::new(
        [Traffic::Icmp(None), Traffic::Icmpv6(None)][version],
        family,
    );
    if *may == TrafficSet::all(family) {
        return true;
    }
    if protocol != icmp(1 - version) {
        return has(may, (protocol, payload), version);
    }
    let named = PAIRS.iter().any(|(a, b, c, d)| {
        let (own, other) = if version == 0 {
            ((*a, *b), (*c, *d))
        } else {
            ((*c, *d), (*a, *b))
        };
        (other.0..=other.1).contains(&payload)
            && (own.0..=own.1).all(|one| has(may, (icmp(version), one), version))
    });
    named || may.covers(&all_icmp)
}

/// What is left of a range without some others.
fn without(range: (u128, u128), gone: &[(u128, u128)]) -> Vec<(u128, u128)> {
    let mut gone = gone.to_vec();
    gone.sort_unstable();
    let (mut left, mut next) = (Vec::new(), Some(range.0));
    for (first, last) in gone {
        if let Some(start) = next.filter(|start| *start < first) {
            left.push((start, first - 1));
        }
        next = next.and_then(|start| last.checked_add(1).map(|after| start.max(after)));
    }
    left.extend(
        next.filter(|start| *start <= range.1)
            .map(|start| (start, range.1)),
    );
    left
}

fn block(text: &str) -> IpNet {
    text.parse()
        .unwrap_or_else(|_| IpNet::from(text.parse::<std::net::IpAddr>().expect("an address")))
}
