//! Assertions: each form fails exactly when the brute-force meaning, asked for every address that
//! could matter and for every membership that is not known, finds what breaks it.

use crate::compile::{TODAY, cases, with_policy};
use crate::generate::program;
use crate::law_reach::group_key;
use crate::meaning::Meaning;
use crate::packets::{Host, Material, Packet, Payload, Random};
use ipnet::IpNet;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::net::IpAddr;
use tierwall::analysis::gate::{Endpoint, Gates};
use tierwall::analysis::trace::{Service, Verdict, trace_connections};
use tierwall::analysis::{assertions, named_endpoint};
use tierwall::ast::Way;
use tierwall::net::{Addresses, Family, TrafficSet};
use tierwall::policy::{self, Assertion, ExternalId, Owner, Policy, TierId};
use tierwall::source::{Sources, Span};

/// Questions for each program; each is asked of the compiler in four assertions.
const QUESTIONS: usize = 16;

/// One end of a question: a tier, a group that is made elsewhere, or an address that is in none.
#[derive(Debug, Clone, PartialEq)]
enum End {
    Tier(usize),
    External(usize),
    Address(IpAddr),
}

#[derive(Debug)]
struct Question {
    from: End,
    to: End,
    /// A tier that may have to be on the way.
    by: usize,
    payload: Payload,
    v6: bool,
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn assertions_fail_exactly_when_a_packet_breaks_them(program in program(), seed: u64) {
        let text = program.text();
        let random = &mut Random(seed);
        let questions: Vec<Question> = with_policy(&text, |sources, parsed, policy| {
            let material = Material::new(&Meaning {
                sources,
                program: parsed,
                today: TODAY,
            });
            (0..QUESTIONS)
                .map(|_| question(policy, &material, random))
                .collect()
        });
        let (asked, lines) = with_policy(&text, |_, _, policy| asked(policy, &text, &questions));
        with_policy(&asked, |sources, parsed, policy| {
            let failed = failed(sources, policy);
            let meaning = Meaning {
                sources,
                program: parsed,
                today: TODAY,
            };
            let brute = Brute {
                policy,
                material: Material::new(&meaning),
                meaning,
            };
            let line = |span: Span| sources.file(span.file).line_column(span.start).0;
            for (question, first) in questions.iter().zip(&lines) {
                let expected = brute.fails(question);
                let alone = brute.fails_of_its_own(question);
                let posed = policy
                    .assertions
                    .iter()
                    .find(|assertion| line(assertion.span) == *first);
                let traced = posed.map(|posed| traced(policy, posed));
                prop_assert_eq!(
                    traced,
                    Some(verdict(alone)),
                    "trace of {:#?}\n{}",
                    question,
                    asked
                );
                let errors = failed.get(&(first + 3)).cloned().unwrap_or_default();
                prop_assert_eq!(
                    errors,
                    brute.errors(question),
                    "only through (left: the compiler) {:#?}\n{}",
                    question,
                    asked
                );
                let found = [0, 1, 2, 3].map(|n| failed.contains_key(&(first + n)));
                prop_assert_eq!(
                    found,
                    expected,
                    "cannot, can, only, only through (left: the compiler) {:#?}\n{}",
                    question,
                    asked
                );
            }
            Ok(())
        })?;
    }
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn something_passes_when_one_service_does_in_each_ip_version(program in program(), seed: u64) {
        let text = program.text();
        let random = &mut Random(seed);
        let questions: Vec<Question> = with_policy(&text, |sources, parsed, policy| {
            let material = Material::new(&Meaning {
                sources,
                program: parsed,
                today: TODAY,
            });
            (0..3)
                .map(|_| question(policy, &material, random))
                .collect()
        });
        let can = |policy: &Policy, question: &Question| {
            let [from, to] = [&question.from, &question.to].map(|end| words(policy, end));
            format!("assert {from} can reach {to}\n")
        };
        let asked = with_policy(&text, |_, _, policy| {
            let asserted = questions.iter().map(|question| can(policy, question));
            format!("{}\n{}", text.trim_end(), asserted.collect::<String>())
        });
        with_policy(&asked, |sources, parsed, policy| {
            let failed = failed(sources, policy);
            let meaning = Meaning {
                sources,
                program: parsed,
                today: TODAY,
            };
            let brute = Brute {
                policy,
                material: Material::new(&meaning),
                meaning,
            };
            let asserted = policy.assertions.iter().rev().take(questions.len()).rev();
            for (question, posed) in questions.iter().zip(asserted) {
                let line = sources
                    .file(posed.span.file)
                    .line_column(posed.span.start)
                    .0;
                let serves = brute.serves(question);
                prop_assert_eq!(
                    !failed.contains_key(&line),
                    brute.serves_all(question),
                    "{:#?}\n{}",
                    question,
                    asked
                );
                let [from, to] = [&posed.from, &posed.to]
                    .map(|ends| named_endpoint::named_endpoints(policy, &ends[0].1));
                let traced = trace_connections(policy, &from, &to, &[])[0].verdict;
                prop_assert_eq!(
                    traced == Verdict::Passes,
                    serves,
                    "trace of {:#?}\n{}",
                    question,
                    asked
                );
            }
            Ok(())
        })?;
    }
}

/// The lines of the assertions that fail, each with the codes of its errors.
fn failed(sources: &Sources, policy: &Policy) -> BTreeMap<usize, BTreeSet<String>> {
    let problems = assertions::judge_assertions(policy, &Gates::new(policy)).sorted();
    let at = |span: Span| sources.file(span.file).line_column(span.start).0;
    let mut failed: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for problem in problems.iter() {
        if let Some(span) = problem.span() {
            let code = problem.report().code.to_string();
            failed.entry(at(span)).or_default().insert(code);
        }
    }
    failed
}

/// What a trace says of the question that an assertion asks.
fn traced(policy: &Policy, posed: &Assertion) -> Verdict {
    let named = |ends: &[(Span, policy::End)]| named_endpoint::named_endpoints(policy, &ends[0].1);
    let on: Vec<_> = posed.on.iter().map(|(_, traffic)| *traffic).collect();
    let services = [Service {
        name: String::new(),
        traffic: on,
    }];
    trace_connections(policy, &named(&posed.from), &named(&posed.to), &services)[0].verdict
}

/// What it is to say where `cannot` and `can` fail like this.
fn verdict([cannot, can]: [bool; 2]) -> Verdict {
    match (cannot, can) {
        (_, false) => Verdict::Passes,
        (true, true) => Verdict::ForSome,
        (false, true) => Verdict::Stopped,
    }
}

fn question(policy: &Policy, material: &Material, random: &mut Random) -> Question {
    let packet = material.packet(random);
    let external = |host: &Host| {
        let is_it = |id: &ExternalId| host.groups.contains(&group_key(policy, *id));
        policy.external_ids().find(is_it)
    };
    let asks_for_groups = random.below(3) == 0;
    let end = |host: &Host| match &host.tier {
        None if asks_for_groups && let Some(id) = external(host) => End::External(id.index()),
        Some(name) => End::Tier(
            policy
                .tiers
                .iter()
                .position(|tier| tier.name == *name)
                .expect("a tier"),
        ),
        None => End::Address(host.address),
    };
    Question {
        from: end(&packet.sender),
        to: end(&packet.receiver),
        by: random.below(policy.tiers.len()),
        payload: packet.payload,
        v6: packet.sender.address.is_ipv6(),
    }
}

/// The program with its questions as assertions, and the line of the first of each.
fn asked(policy: &Policy, text: &str, questions: &[Question]) -> (String, Vec<usize>) {
    let mut asked = text.trim_end().to_string();
    let mut lines = Vec::new();
    for question in questions {
        let (from, to, on) = (
            words(policy, &question.from),
            words(policy, &question.to),
            service(question),
        );
        lines.push(asked.lines().count() + 1);
        let by = &policy.tiers[question.by].name;
        let _ = write!(
            asked,
            "\nassert {from} cannot reach {to} on {on}\nassert {from} can reach {to} on {on}"
        );
        let _ = write!(asked, "\nassert only {from} can reach {to} on {on}");
        let _ = write!(
            asked,
            "\nassert {from} can reach {to} on {on} only through {by}"
        );
    }
    asked.push('\n');
    (asked, lines)
}

/// An end as an assertion names it.
fn words(policy: &Policy, end: &End) -> String {
    match end {
        End::Tier(n) => policy.tiers[*n].name.clone(),
        End::External(n) => policy.externals[*n].name.clone(),
        // `::` and `0.0.0.0` need their length
        End::Address(address) => IpNet::from(*address).to_string(),
    }
}

fn service(question: &Question) -> String {
    match question.payload {
        Payload::Tcp(port) => format!("tcp {port}"),
        Payload::Udp(port) => format!("udp {port}"),
        Payload::Icmp(kind, code) if question.v6 => format!("icmpv6 {kind}/{code}"),
        Payload::Icmp(kind, code) => format!("icmp {kind}/{code}"),
        Payload::Other(number) => format!("proto {number}"),
    }
}

/// Whose traffic groups do not filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exempt {
    Nobody,
    Amazon,
}

/// The brute-force judge.
struct Brute<'p> {
    policy: &'p Policy,
    material: Material,
    meaning: Meaning<'p>,
}

impl Brute<'_> {
    /// Whether each form fails: cannot, can, only, only through.
    fn fails(&self, question: &Question) -> [bool; 4] {
        let (from, to) = (self.members(&question.from), self.members(&question.to));
        let pairs = || {
            from.iter()
                .flat_map(|from| to.iter().map(move |to| (from, to)))
        };
        [
            pairs().any(|(from, to)| self.may(from, to, question)),
            !pairs().all(|(from, to)| self.must(from, to, question)),
            to.iter().any(|to| self.others(&from, to, question)),
            !self.errors(question).is_empty(),
        ]
    }

    /// Whether `cannot` and `can` fail of those who are declared as members of the tiers.
    fn fails_of_its_own(&self, question: &Question) -> [bool; 2] {
        let (from, to) = (&question.from, &question.to);
        [self.may(from, to, question), !self.must(from, to, question)]
    }

    /// An end; of a tier all tiers whose members carry its group, itself first.
    fn members(&self, end: &End) -> Vec<End> {
        let End::Tier(tier) = end else {
            return vec![end.clone()];
        };
        let name = &self.policy.tiers[*tier].name;
        let carries = |n: &usize| {
            let groups = self.meaning.groups(&self.policy.tiers[*n].name);
            n != tier && groups.contains(name)
        };
        let others = (0..self.policy.tiers.len()).filter(carries).map(End::Tier);
        std::iter::once(end.clone()).chain(others).collect()
    }

    /// Whether anyone but these may reach a group; what is no group anyone may send to.
    fn others(&self, from: &[End], to: &End, question: &Question) -> bool {
        let mut tiers = (0..self.policy.tiers.len())
            .map(End::Tier)
            .filter(|tier| !from.contains(tier));
        let hosts: Vec<End> = match (to, from) {
            (End::Tier(_) | End::External(_), _) => self
                .material
                .addresses()
                .map(End::Address)
                .filter(|host| !from.contains(host))
                .collect(),
            (End::Address(_), _) => Vec::new(),
        };
        // hosts are let in by rules: what is never filtered is no host; and they are not in the
        // groups that may
        let listed: Vec<String> = from.iter().filter_map(|end| self.group_of(end)).collect();
        let lets_in = |other| self.may_as(Exempt::Nobody, &listed, [&other, to], question);
        tiers.any(|other| self.may(&other, to, question)) || hosts.into_iter().any(lets_in)
    }

    /// Whether a chain leads around the tier that is to be on the way.
    fn around(&self, question: &Question) -> bool {
        let by = self.members(&End::Tier(question.by));
        let last = |end: &End| self.may(end, &question.to, question);
        let passes =
            |gates: &Gates<'_>, from: &Endpoint, to: &Endpoint, family, all: &TrafficSet| {
                gates.may_pass(from, to, family, all)
            };
        let is_on_it = by.contains(&question.from) || by.contains(&question.to);
        !is_on_it && self.chain(question, &by, &last, passes)
    }

    /// Whether some chain must pass, the last step all of what is asked about.
    fn led(&self, question: &Question) -> bool {
        let last = |end: &End| self.must(end, &question.to, question);
        let passes =
            |gates: &Gates<'_>, from: &Endpoint, to: &Endpoint, family, all: &TrafficSet| {
                gates.must_pass(from, to, family, all)
            };
        self.chain(question, &[], &last, passes)
    }

    /// The errors of `only through`, of all members of either end.
    fn errors(&self, question: &Question) -> BTreeSet<String> {
        let (from, to) = (self.members(&question.from), self.members(&question.to));
        let pairs = from
            .iter()
            .flat_map(|from| to.iter().map(move |to| (from, to)));
        let error = |(from, to): (&End, &End)| {
            let (from, to) = (from.clone(), to.clone());
            self.error_between(&Question {
                from,
                to,
                ..*question
            })
        };
        pairs.filter_map(error).map(str::to_string).collect()
    }

    /// The error between two ends: another chain may pass, none may, or none must.
    fn error_between(&self, question: &Question) -> Option<&'static str> {
        let last = |end: &End| self.may(end, &question.to, question);
        let passes =
            |gates: &Gates<'_>, from: &Endpoint, to: &Endpoint, family, all: &TrafficSet| {
                gates.may_pass(from, to, family, all)
            };
        match () {
            () if self.around(question) => Some("E0703"),
            () if self.led(question) => None,
            () if self.chain(question, &[], &last, passes) => Some("E0705"),
            () => Some("E0704"),
        }
    }

    /// Whether one service must pass in each family that both ends have. ICMP of both is one.
    fn serves_all(&self, question: &Question) -> bool {
        let (from, to) = (self.members(&question.from), self.members(&question.to));
        let mut pairs = from
            .iter()
            .flat_map(|from| to.iter().map(move |to| (from, to)));
        pairs.all(|(from, to)| {
            let (from, to) = (from.clone(), to.clone());
            self.serves(&Question {
                from,
                to,
                ..*question
            })
        })
    }

    /// The same of those who are declared as members of the tiers.
    fn serves(&self, question: &Question) -> bool {
        let asks = |payload, v6| Question {
            from: question.from.clone(),
            to: question.to.clone(),
            by: question.by,
            payload,
            v6,
        };
        let must = |payload, v6| self.must_in(&question.from, &question.to, &asks(payload, v6), v6);
        let (icmp, others): (Vec<_>, Vec<_>) = self
            .material
            .payloads()
            .partition(|payload| matches!(payload, Payload::Icmp(..)));
        let in_each = |passes: &dyn Fn(bool) -> Option<bool>| {
            let mut verdicts = [false, true].into_iter().filter_map(passes).peekable();
            verdicts.peek().is_some() && verdicts.all(|passes| passes)
        };
        let some_icmp = |v6| {
            icmp.iter()
                .filter_map(|payload| must(*payload, v6))
                .reduce(|some, passes| some || passes)
        };
        in_each(&some_icmp)
            || others
                .iter()
                .any(|payload| in_each(&|v6| must(*payload, v6)))
    }

    /// Whether some chain of groups leads from one end to the other, without these. Its last step
    /// is on what is asked about; that anything passes on those before it is asked of the gates,
    /// which have a law of their own.
    fn chain(
        &self,
        question: &Question,
        without: &[End],
        last: &dyn Fn(&End) -> bool,
        passes: impl Fn(&Gates<'_>, &Endpoint, &Endpoint, Family, &TrafficSet) -> TrafficSet,
    ) -> bool {
        let gates = Gates::new(self.policy);
        let side = |end: &End| match end {
            End::Tier(n) => Endpoint::for_tier(self.policy, TierId(*n as u32)),
            End::External(n) => {
                Endpoint::for_owner(self.policy, Owner::External(ExternalId(*n as u32)))
            }
            End::Address(address) => {
                Endpoint::for_hosts(Addresses::from_blocks([&(*address).into()]))
            }
        };
        let step = |from: &End, to: &End| {
            let passes =
                |f| !passes(&gates, &side(from), &side(to), f, &TrafficSet::all(f)).is_empty();
            Family::BOTH.into_iter().any(passes)
        };
        let mut reached = vec![question.from.clone()];
        let mut next = 0;
        while next < reached.len() {
            let here = reached[next].clone();
            if last(&here) {
                return true;
            }
            let tiers = (0..self.policy.tiers.len()).map(End::Tier);
            let externals = (0..self.policy.externals.len()).map(End::External);
            for group in tiers.chain(externals) {
                let new =
                    !reached.contains(&group) && group != question.to && !without.contains(&group);
                if new && step(&here, &group) {
                    reached.push(group);
                }
            }
            next += 1;
        }
        false
    }

    /// Whether some packet may pass, when everyone is in all that could hold them.
    fn may(&self, from: &End, to: &End, question: &Question) -> bool {
        self.may_as(Exempt::Amazon, &[], [from, to], question)
    }

    /// The same of hosts that are not in some groups.
    fn may_as(
        &self,
        exempt: Exempt,
        without: &[String],
        [from, to]: [&End; 2],
        question: &Question,
    ) -> bool {
        let outside = |mut host: Host| {
            host.groups.retain(|group| !without.contains(group));
            host
        };
        [false, true].into_iter().any(|v6| {
            self.speaks_of(question, v6)
                && self.hosts(from, v6, true).map(outside).any(|sender| {
                    let mut receivers = self.hosts(to, v6, true).take(1);
                    receivers.any(|receiver| {
                        let hosts = [&sender, &receiver];
                        self.accepts(exempt, [from, to], hosts, question, true)
                    })
                })
                && self.hosts(to, v6, true).any(|receiver| {
                    let mut senders = self.hosts(from, v6, true).map(outside).take(1);
                    senders.any(|sender| {
                        let hosts = [&sender, &receiver];
                        self.sends(exempt, [from, to], hosts, question, true)
                    })
                })
        })
    }

    /// Whether every packet must pass, in each family that both ends have and that carries it;
    /// there must be one.
    fn must(&self, from: &End, to: &End, question: &Question) -> bool {
        let mut verdicts = [false, true]
            .into_iter()
            .filter_map(|v6| self.must_in(from, to, question, v6))
            .peekable();
        verdicts.peek().is_some() && verdicts.all(|passes| passes)
    }

    /// Whether every packet of a family must pass, if unknown groups are empty; `None` if an
    /// endpoint has no hosts of that family.
    fn must_in(&self, from: &End, to: &End, question: &Question, v6: bool) -> Option<bool> {
        if !self.speaks_of(question, v6) {
            return None;
        }
        let (sender, receiver) = (
            self.hosts(from, v6, false).next()?,
            self.hosts(to, v6, false).next()?,
        );
        let accepted = self.hosts(from, v6, false).all(|sender| {
            let hosts = [&sender, &receiver];
            self.accepts(Exempt::Amazon, [from, to], hosts, question, false)
        });
        let sent = self.hosts(to, v6, false).all(|receiver| {
            let hosts = [&sender, &receiver];
            self.sends(Exempt::Amazon, [from, to], hosts, question, false)
        });
        Some(accepted && sent)
    }

    fn speaks_of(&self, question: &Question, v6: bool) -> bool {
        !matches!(question.payload, Payload::Icmp(..)) || question.v6 == v6
    }

    /// Whether the receiver accepts a packet: for some values of the ports that are parameters and
    /// for some rules of others on a foreign group, or for all of them.
    fn accepts(
        &self,
        exempt: Exempt,
        [from, to]: [&End; 2],
        [sender, receiver]: [&Host; 2],
        question: &Question,
        for_some: bool,
    ) -> bool {
        let accepts = |packet: Packet| match to {
            End::External(n) => for_some || self.admits_elsewhere(&packet, *n, Way::From),
            End::Tier(_) | End::Address(_) => self.meaning.accepts(&packet),
        };
        self.is_exempt(exempt, receiver, (from, sender))
            || passes(packets(sender, receiver, question), for_some, accepts)
    }

    /// Whether the sender sends it, likewise.
    fn sends(
        &self,
        exempt: Exempt,
        [from, to]: [&End; 2],
        [sender, receiver]: [&Host; 2],
        question: &Question,
        for_some: bool,
    ) -> bool {
        let sends = |packet: Packet| match from {
            End::External(n) => for_some || self.admits_elsewhere(&packet, *n, Way::To),
            End::Tier(_) | End::Address(_) => self.meaning.sends(&packet),
        };
        self.is_exempt(exempt, sender, (to, receiver))
            || passes(packets(sender, receiver, question), for_some, sends)
    }

    /// The foreign group of an end.
    fn group_of(&self, end: &End) -> Option<String> {
        match end {
            End::External(n) => Some(group_key(self.policy, ExternalId(*n as u32))),
            End::Tier(_) | End::Address(_) => None,
        }
    }

    /// Whether the program puts a rule on a foreign group that admits a packet.
    fn admits_elsewhere(&self, packet: &Packet, external: usize, way: Way) -> bool {
        let group = group_key(self.policy, ExternalId(external as u32));
        self.meaning.admits_elsewhere(packet, &group, way)
    }

    /// Whether groups do not filter the traffic of a member with a host of another end. The
    /// addresses of a foreign group are unknown, and so none of them is one of Amazon's.
    fn is_exempt(&self, exempt: Exempt, member: &Host, (end, other): (&End, &Host)) -> bool {
        let tier = member.tier.as_ref().filter(|_| exempt == Exempt::Amazon);
        let is_host = !matches!(end, End::External(_));
        is_host && tier.is_some_and(|tier| self.meaning.is_exempt(tier, other))
    }

    /// The hosts of an end that could make a difference: one for each address at which a block of
    /// the program begins or ends, in everything that could hold it or in nothing.
    fn hosts(&self, end: &End, v6: bool, in_everything: bool) -> impl Iterator<Item = Host> {
        let own_group = self.group_of(end);
        let (addresses, tier) = match end {
            End::Address(address) => (vec![*address], None),
            End::External(_) => (self.material.addresses().collect(), None),
            End::Tier(n) => {
                let side = Endpoint::for_tier(self.policy, TierId(*n as u32));
                let blocks: Vec<_> = side
                    .addresses
                    .to_blocks()
                    .map(|block| block.network())
                    .collect();
                let all = self
                    .material
                    .addresses()
                    .chain(blocks)
                    .filter(|address| side.addresses.contains(*address));
                // where nothing says that it has any hosts, there need be none
                let there = in_everything || side.is_in(if v6 { Family::V6 } else { Family::V4 });
                (
                    all.filter(|_| there).collect(),
                    Some(self.policy.tiers[*n].name.clone()),
                )
            }
        };
        let member = in_everything.then(|| self.material.everything(v6));
        let host = move |address| {
            let (mut groups, lists, blocks) = member.clone().unwrap_or_default();
            groups.retain(|_| tier.is_none());
            groups.extend(own_group.clone());
            let is_reserved = in_everything && tier.is_none();
            Host {
                address,
                tier: tier.clone(),
                groups,
                lists,
                blocks,
                is_reserved,
            }
        };
        addresses
            .into_iter()
            .filter(move |address| address.is_ipv6() == v6)
            .map(host)
    }
}

/// Whether some packet passes, or all do.
fn passes(
    mut packets: impl Iterator<Item = Packet>,
    for_some: bool,
    gate: impl FnMut(Packet) -> bool,
) -> bool {
    if for_some {
        packets.any(gate)
    } else {
        packets.all(gate)
    }
}

/// A packet with each choice of values of the ports that are parameters: the port in question,
/// another, and the ends of ranges before and after it.
fn packets<'q>(
    sender: &'q Host,
    receiver: &'q Host,
    question: &'q Question,
) -> impl Iterator<Item = Packet> + 'q {
    let port = match question.payload {
        Payload::Tcp(port) | Payload::Udp(port) => port,
        Payload::Icmp(..) | Payload::Other(_) => 0,
    };
    let firsts = [port, port ^ 1, u16::MAX].into_iter();
    let ports = firsts.flat_map(move |first| [0, port, u16::MAX].map(|last| [first, last]));
    ports.map(move |ports| Packet {
        sender: sender.clone(),
        receiver: receiver.clone(),
        payload: question.payload,
        ports,
    })
}
