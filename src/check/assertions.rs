//! Assertions: each is proved, or told with a packet that breaks it.
//!
//! `cannot` and `only` hold when nothing else *may* pass, `can` when all of it *must*: what is not known counts
//! against the assertion.

use super::ends::{self, Named};
use super::links::{KindId, Links, Passing};
use super::reach::{Gate, Gates, Side, Who, Witness};
use super::steps::{Course, Steps};
use super::unfiltered::is_never_filtered;
use super::verdict::Verdict;
use crate::diagnostic::{Problem, Problems};
use crate::net::{Addresses, Family, Ports, Traffic, TrafficSet};
use crate::policy::{Assertion, Claim, End, Peer, Policy, TierId};
use crate::source::Span;
use std::cell::OnceCell;
use std::collections::{BTreeSet, HashSet, VecDeque};
use std::net::IpAddr;

/// Judges every assertion of a policy.
pub fn prove(policy: &Policy, gates: &Gates<'_>) -> Problems {
    let mut problems = Problems::default();
    if policy.assertions.is_empty() {
        return problems;
    }
    let proof = Proof { policy, gates: gates.clone(), hops: OnceCell::new() };
    for assertion in &policy.assertions {
        let named = |ends: &[(_, End)]| ends.iter().flat_map(|(_, end)| ends::named(policy, end)).collect::<Vec<_>>();
        let (from, to) = (named(&assertion.from), named(&assertion.to));
        match &assertion.claim {
            Claim::Cannot => proof.cannot(assertion, &from, &to, &mut problems),
            Claim::Can => proof.can(assertion, &from, &to, &mut problems),
            Claim::Only => proof.only(assertion, &from, &to, &mut problems),
            Claim::OnlyThrough(through) => proof.through(assertion, &from, &to, through, &mut problems),
        }
    }
    problems
}

struct Proof<'p> {
    policy: &'p Policy,
    gates: Gates<'p>,
    hops: OnceCell<Hops<'p>>,
}

/// Whether a flow is asked for that may pass, or one that must.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Certainty {
    May,
    Must,
}

/// What passes between tiers.
struct Hops<'p> {
    links: Links<'p>,
    steps: Steps,
}

impl<'p> Hops<'p> {
    fn of(policy: &'p Policy) -> Hops<'p> {
        let mut links = Links::new(policy, Vec::new());
        let steps = Steps::of(&mut links, policy.tiers.len());
        Hops { links, steps }
    }

    /// Whether something passes.
    fn lets(&self, kind: KindId, certainty: Certainty) -> bool {
        match certainty {
            Certainty::May => true,
            Certainty::Must => self.links.kind(kind).iter().any(|passing| !passing.must.is_empty()),
        }
    }

    /// The tiers of which something that is asked about may pass to another, sorted.
    fn senders(&self, to: TierId, on: &[(Span, Traffic)]) -> Vec<TierId> {
        let asked = Family::BOTH.map(|family| ends::asked(services(on), family));
        let passes = |passing: &Passing| !passing.may.intersection(&asked[passing.family as usize]).is_empty();
        let lets = |kind| self.links.kind(kind).iter().any(passes);
        let senders = self.steps.from(to.index(), Course::Back, lets);
        senders.into_iter().map(|tier| TierId(tier as u32)).collect()
    }
}

impl<'p> Proof<'p> {
    fn cannot(&self, assertion: &Assertion, from: &[Named], to: &[Named], problems: &mut Problems) {
        for (from, to) in pairs(from, to) {
            let broken = Family::BOTH.into_iter().find_map(|family| self.passes(assertion, from, to, family));
            problems.extend(broken.map(|(family, witness)| self.reached(assertion, from, to, family, witness)));
        }
    }

    /// A packet that an assertion asks about and that may pass.
    fn passes(&self, assertion: &Assertion, from: &Named, to: &Named, family: Family) -> Option<(Family, Witness)> {
        let may = self.gates.may(&from.side, &to.side, family, &ends::asked(services(&assertion.on), family));
        self.gates.witness(&from.side, &to.side, family, &may).map(|witness| (family, witness))
    }

    fn can(&self, assertion: &Assertion, from: &[Named], to: &[Named], problems: &mut Problems) {
        for (from, to) in pairs(from, to) {
            let missing = match assertion.on.as_slice() {
                [] if self.gates.verdict(&from.side, &to.side, &[]) == Verdict::Passes => None,
                [] => Some(self.stopped(assertion, from, to, Traffic::All, "…".to_string())),
                on => on.chunk_by(|a, b| a.0 == b.0).find_map(|service| self.missing(assertion, from, to, service)),
            };
            problems.extend(missing);
        }
    }

    /// The problem of a service of which something does not pass, in an IP version that both ends have.
    fn missing(&self, assertion: &Assertion, from: &Named, to: &Named, service: &[(Span, Traffic)]) -> Option<Problem> {
        let traffic: Vec<Traffic> = services(service).collect();
        if self.gates.verdict(&from.side, &to.side, &traffic) == Verdict::Passes {
            return None;
        }
        let is_stopped = |traffic: &Traffic| {
            let stops = |family| {
                let asked = TrafficSet::of(*traffic, family);
                self.gates.stopped(&from.side, &to.side, family, &asked).is_some()
            };
            Family::BOTH.into_iter().any(stops)
        };
        let stopped: Vec<Traffic> = traffic.iter().copied().filter(is_stopped).collect();
        let (place, first) = service.first()?;
        let name = assertion.names.iter().find(|(span, _)| span == place).map(|(_, name)| name.clone());
        let (one, words) = match stopped.as_slice() {
            // no IP version that both have carries it
            [] => (first, None),
            // the rest of the service passes already
            [one] if service.len() > 1 => (one, None),
            [one, ..] => (one, name),
        };
        Some(self.stopped(assertion, from, to, *one, words.unwrap_or_else(|| one.to_string())))
    }

    /// The problem of a flow that does not pass, or not for all of its ends; a sentence about `service` would open it.
    fn stopped(&self, assertion: &Assertion, from: &Named, to: &Named, traffic: Traffic, service: String) -> Problem {
        let any = assertion.on.is_empty();
        let found = Family::BOTH.into_iter().find_map(|family| {
            let asked = TrafficSet::of(traffic, family);
            let (gate, missing) = self.gates.stopped(&from.side, &to.side, family, &asked)?;
            Some((family, gate, missing))
        });
        let (gate, help, some, unknown) = match found {
            None => ("no IP version that both have carries it".to_string(), None, None, Vec::new()),
            Some((family, gate, missing)) => {
                let (words, help) = ends::opened(self.policy, gate, from, to, service);
                let perhaps = self.gates.may(&from.side, &to.side, family, &missing);
                let unknown =
                    self.gates.witness(&from.side, &to.side, family, &perhaps).map_or(Vec::new(), |w| w.unknown);
                let some = missing.witness(family).filter(|_| !any).map(|traffic| traffic.to_string());
                (words, Some(help), some, unknown)
            }
        };
        let unknown = unknown.into_iter().map(|unknown| ends::unknown(self.policy, unknown)).collect();
        let (span, from, to) = (assertion.span, from.name.clone(), to.name.clone());
        let what = some.unwrap_or_else(|| if any { "anything".to_string() } else { traffic.to_string() });
        Problem::NotReached { span, from, to, what, gate, help, unknown }
    }

    fn only(&self, assertion: &Assertion, allowed: &[Named], to: &[Named], problems: &mut Problems) {
        let listed: HashSet<Who> = allowed.iter().map(|named| named.side.who).collect();
        let listed = |who: Who| listed.contains(&who);
        let hosts = allowed.iter().filter(|named| named.side.who == Who::Hosts);
        let known = Addresses::of_all(hosts.map(|named| &named.side.addresses));
        for to in to {
            let mut found = Problems::default();
            let senders = match to.side.who {
                Who::Tier(receiver) => self.hops().senders(receiver, &assertion.on),
                Who::Hosts | Who::External(_) | Who::PrefixList(_) | Who::Param(_) => {
                    (0..self.policy.tiers.len()).map(|n| TierId(n as u32)).collect()
                }
            };
            for id in senders {
                if !listed(Who::Tier(id)) {
                    let other = Named::tier(self.policy, id);
                    self.cannot(assertion, std::slice::from_ref(&other), std::slice::from_ref(to), &mut found);
                }
            }
            let Who::Tier(receiver) = to.side.who else {
                problems.extend(together(found));
                continue;
            };
            let others = Named { name: OUTSIDE.to_string(), side: Side::hosts(Addresses::all().difference(&known)) };
            let gates = self.gates.without(Gate::Inbound(receiver), |peer| match peer {
                Peer::Tier(_) => true,
                Peer::Net(_) => false,
                Peer::External(id) => listed(Who::External(id)),
                Peer::PrefixList(id) => listed(Who::PrefixList(id)),
                Peer::Param(id) => listed(Who::Param(id)),
            });
            let proof = Proof { policy: self.policy, gates, hops: OnceCell::new() };
            proof.cannot(assertion, std::slice::from_ref(&others), std::slice::from_ref(to), &mut found);
            problems.extend(together(found));
        }
    }

    fn through(
        &self,
        assertion: &Assertion,
        from: &[Named],
        to: &[Named],
        through: &[TierId],
        problems: &mut Problems,
    ) {
        for (from, to) in pairs(from, to) {
            // an end that is one of them is on every chain
            let ends = |who: Who| matches!(who, Who::Tier(id) if through.contains(&id));
            let passed = ends(from.side.who) || ends(to.side.who);
            if !passed
                && let Some(chain) = self.chain(assertion, from, to, |tier| !through.contains(&tier), Certainty::May)
            {
                let names: Vec<&str> = chain.iter().map(String::as_str).collect();
                let span = assertion.span;
                problems.push(Problem::Bypassed {
                    span,
                    from: from.name.clone(),
                    to: to.name.clone(),
                    chain: names.join(" → "),
                });
            } else if self.chain(assertion, from, to, |_| true, Certainty::Must).is_none() {
                let (span, from, to) = (assertion.span, from.name.clone(), to.name.clone());
                problems.push(Problem::NoChain { span, from, to });
            }
        }
    }

    /// The shortest chain of flows by way of tiers that `passable` lets one go through: flows that may pass, or
    /// that must. Only the last of them has to be on what the assertion asks about; whoever is in a tier on the way goes
    /// on from there with anything.
    fn chain(
        &self,
        assertion: &Assertion,
        from: &Named,
        to: &Named,
        passable: impl Fn(TierId) -> bool,
        certainty: Certainty,
    ) -> Option<Vec<String>> {
        let hops = self.hops();
        let tiers = &hops.links.ends()[..self.policy.tiers.len()];
        let first = match from.side.who {
            Who::Tier(id) => Some(id.index()),
            Who::Hosts | Who::External(_) | Who::PrefixList(_) | Who::Param(_) => None,
        };
        let mut told = hops.steps.untold(Course::Forth);
        let mut before: Vec<Option<Option<usize>>> = vec![None; tiers.len()];
        let mut waiting: VecDeque<Option<usize>> = VecDeque::from([None]);
        while let Some(at) = waiting.pop_front() {
            let here = at.map_or(&from.side, |n| &tiers[n].side);
            if self.step(here, &to.side, &assertion.on, certainty) {
                return Some(self.names(from, at, to, &before));
            }
            let next = match at.or(first) {
                Some(n) => hops.steps.news(n, Course::Forth, &mut told, |kind| hops.lets(kind, certainty)),
                None => (0..tiers.len()).filter(|n| self.step(here, &tiers[*n].side, &[], certainty)).collect(),
            };
            for next in next {
                let who = Who::Tier(TierId(next as u32));
                let new = before[next].is_none() && to.side.who != who && from.side.who != who;
                if new && passable(TierId(next as u32)) {
                    before[next] = Some(at);
                    waiting.push_back(Some(next));
                }
            }
        }
        None
    }

    fn hops(&self) -> &Hops<'p> {
        self.hops.get_or_init(|| Hops::of(self.policy))
    }

    /// Whether something of what is asked about passes.
    fn step(&self, from: &Side, to: &Side, on: &[(Span, Traffic)], certainty: Certainty) -> bool {
        Family::BOTH.into_iter().any(|family| {
            let asked = ends::asked(services(on), family);
            let passes = match certainty {
                Certainty::May => self.gates.may(from, to, family, &asked),
                Certainty::Must => self.gates.must(from, to, family, &asked),
            };
            !passes.is_empty()
        })
    }

    /// The names along a chain that is found from its end.
    fn names(&self, from: &Named, last: Option<usize>, to: &Named, before: &[Option<Option<usize>>]) -> Vec<String> {
        let way = std::iter::successors(last, |n| before[*n].flatten());
        let tiers = way.map(|n| self.policy.tiers[n].name.clone());
        let mut chain: Vec<String> = std::iter::once(to.name.clone()).chain(tiers).collect();
        chain.push(from.name.clone());
        chain.reverse();
        chain
    }

    fn reached(&self, assertion: &Assertion, from: &Named, to: &Named, family: Family, witness: Witness) -> Problem {
        let sentences: BTreeSet<_> = witness.flows.iter().map(|n| self.policy.flows[*n as usize].sentence).collect();
        let because = sentences.into_iter().map(|id| self.policy.sentence(id).span).collect();
        let unfiltered = match from.side.who {
            Who::Tier(tier) if is_never_filtered(self.policy, tier, &to.side) => ", which security groups never filter",
            Who::Tier(_) | Who::Hosts | Who::External(_) | Who::PrefixList(_) | Who::Param(_) => "",
        };
        let source = witness.source.filter(|_| !matches!(from.side.who, Who::Tier(_)));
        let destination = witness.destination.filter(|_| !matches!(to.side.who, Who::Tier(_)));
        let source = source.map_or_else(|| from.name.clone(), |address| address.to_string());
        let destination = destination.map_or_else(|| to.name.clone(), |address| address.to_string());
        let unknown = witness.unknown.iter().map(|unknown| ends::unknown(self.policy, *unknown)).collect();
        let (span, from, to) = (assertion.span, from.name.clone(), to.name.clone());
        Problem::Reached {
            span,
            from,
            others: Vec::new(),
            to,
            packet: packet(witness.traffic, &source, &destination, family) + unfiltered,
            because,
            unknown,
        }
    }
}

/// The traffic of what an assertion asks about.
fn services(on: &[(Span, Traffic)]) -> impl Iterator<Item = Traffic> + '_ {
    on.iter().map(|(_, traffic)| *traffic)
}

/// What an error calls whoever is in no tier and not listed.
const OUTSIDE: &str = "hosts outside";

/// Problems of several who are let in by the same sentences as one problem.
fn together(found: Problems) -> Vec<Problem> {
    let mut all: Vec<Problem> = Vec::new();
    for problem in found {
        let same = all.iter_mut().find_map(|known| match (known, &problem) {
            (
                Problem::Reached { because, unknown, others, .. },
                Problem::Reached { because: also, unknown: more, from, .. },
            ) if because == also => Some((others, from.clone(), unknown, more.clone())),
            (_, _) => None,
        });
        match same {
            Some((others, from, unknown, more)) => {
                others.push(from);
                unknown.extend(more);
                unknown.dedup();
            }
            None => all.push(problem),
        }
    }
    all
}

fn pairs<'n>(from: &'n [Named], to: &'n [Named]) -> impl Iterator<Item = (&'n Named, &'n Named)> {
    from.iter().flat_map(move |from| to.iter().map(move |to| (from, to)))
}

/// `tcp 203.0.113.7:* → db:3306`
fn packet(traffic: Traffic, source: &str, destination: &str, family: Family) -> String {
    let shown = |end: &str| match end.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) => format!("[{address}]"),
        Ok(IpAddr::V4(_)) | Err(_) => end.to_string(),
    };
    let (from, to) = (shown(source), shown(destination));
    match traffic {
        Traffic::Tcp(Ports { from: port, .. }) | Traffic::Udp(Ports { from: port, .. }) => {
            format!("{} {from}:* → {to}:{port}", traffic.protocol())
        }
        Traffic::All | Traffic::Icmp(_) | Traffic::Icmpv6(_) | Traffic::Number(_) => {
            format!("{traffic} {source} → {destination} ({})", family.words())
        }
    }
}
