//! Assertions: each is proved, or told with a packet that breaks it.
//!
//! `cannot` and `only` hold when nothing else *may* pass, `can` when all of it *must*: what is not
//! known counts against the assertion.

use super::gate::{Endpoint, Gate, Gates, Who, Witness};
use super::graph::{Direction, ReachGraph};
use super::named_endpoint::{self, NamedEndpoint};
use super::reachability::{KindId, Passing, Reachability};
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
    let proof = Proof {
        policy,
        gates: gates.clone(),
        hops: OnceCell::new(),
    };
    for assertion in &policy.assertions {
        let named = |ends: &[(_, End)]| {
            ends.iter()
                .flat_map(|(_, end)| named_endpoint::named(policy, end))
                .collect::<Vec<_>>()
        };
        let (from, to) = (named(&assertion.from), named(&assertion.to));
        match &assertion.claim {
            Claim::Cannot => proof.cannot(assertion, &from, &to, &mut problems),
            Claim::Can => proof.can(assertion, &from, &to, &mut problems),
            Claim::Only => proof.only(assertion, &from, &to, &mut problems),
            Claim::OnlyThrough(through) => {
                proof.through(assertion, &from, &to, through, &mut problems)
            }
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
    links: Reachability<'p>,
    graph: ReachGraph,
}

impl<'p> Hops<'p> {
    fn new(policy: &'p Policy) -> Hops<'p> {
        let mut links = Reachability::new(policy, Vec::new());
        let graph = ReachGraph::new(&mut links, policy.tiers.len());
        Hops { links, graph }
    }

    /// Whether something passes.
    fn lets(&self, kind: KindId, certainty: Certainty) -> bool {
        match certainty {
            Certainty::May => true,
            Certainty::Must => self
                .links
                .kind(kind)
                .iter()
                .any(|passing| !passing.must.is_empty()),
        }
    }

    /// The tiers of which something that is asked about may pass to another, sorted.
    fn senders(&self, to: TierId, on: &[(Span, Traffic)]) -> Vec<TierId> {
        let asked = Family::BOTH.map(|family| named_endpoint::asked(services(on), family));
        let passes = |passing: &Passing| {
            !passing
                .may
                .intersection(&asked[passing.family as usize])
                .is_empty()
        };
        let lets = |kind| self.links.kind(kind).iter().any(passes);
        let senders = self.graph.neighbours(to.index(), Direction::Reverse, lets);
        senders
            .into_iter()
            .map(|tier| TierId(tier as u32))
            .collect()
    }
}

impl<'p> Proof<'p> {
    fn cannot(
        &self,
        assertion: &Assertion,
        from: &[NamedEndpoint],
        to: &[NamedEndpoint],
        problems: &mut Problems,
    ) {
        for (from, to) in pairs(from, to) {
            let broken = Family::BOTH
                .into_iter()
                .find_map(|family| self.passes(assertion, from, to, family));
            problems.extend(
                broken.map(|(family, witness)| self.reached(assertion, from, to, family, witness)),
            );
        }
    }

    /// A packet that an assertion asks about and that may pass.
    fn passes(
        &self,
        assertion: &Assertion,
        from: &NamedEndpoint,
        to: &NamedEndpoint,
        family: Family,
    ) -> Option<(Family, Witness)> {
        let may = self.gates.may(
            &from.side,
            &to.side,
            family,
            &named_endpoint::asked(services(&assertion.on), family),
        );
        self.gates
            .witness(&from.side, &to.side, family, &may)
            .map(|witness| (family, witness))
    }

    fn can(
        &self,
        assertion: &Assertion,
        from: &[NamedEndpoint],
        to: &[NamedEndpoint],
        problems: &mut Problems,
    ) {
        for (from, to) in pairs(from, to) {
            let missing = service_groups(&assertion.on)
                .find_map(|service| self.missing(from, to, service, assertion));
            problems.extend(missing.map(|closed| closed.into_problem(assertion, from, to)));
        }
    }

    /// What does not surely pass of a service; of no service, what keeps every one from it.
    fn missing(
        &self,
        from: &NamedEndpoint,
        to: &NamedEndpoint,
        service: &[(Span, Traffic)],
        assertion: &Assertion,
    ) -> Option<Closed> {
        if self.is_sure(&from.side, &to.side, service) {
            return None;
        }
        let Some((place, first)) = service.first() else {
            return Some(self.closed_to_all(from, to));
        };
        let (part, name) = match self.stopped_parts(&from.side, &to.side, service).as_slice() {
            // the ends have no IP version in common for it
            [] => (*first, first.to_string()),
            // the rest of the service passes already
            [one] if service.len() > 1 => (*one, one.to_string()),
            [one, ..] => (*one, service_name(assertion, *place, *one)),
        };
        Some(self.closed(from, to, part, name))
    }

    /// The parts of a service that do not all pass in an IP version that both ends surely have.
    fn stopped_parts(
        &self,
        from: &Endpoint,
        to: &Endpoint,
        service: &[(Span, Traffic)],
    ) -> Vec<Traffic> {
        let is_stopped = |traffic: &Traffic| {
            let stops = |family| {
                self.gates
                    .stopped(from, to, family, &TrafficSet::new(*traffic, family))
                    .is_some()
            };
            Family::BOTH.into_iter().any(stops)
        };
        services(service).filter(is_stopped).collect()
    }

    /// Whether all of a service surely passes; of no service, whether some does.
    fn is_sure(&self, from: &Endpoint, to: &Endpoint, service: &[(Span, Traffic)]) -> bool {
        let traffic: Vec<Traffic> = services(service).collect();
        self.gates.verdict(from, to, &traffic) == Verdict::Passes
    }

    /// What keeps traffic from passing for all of both ends; a sentence about `service` would open
    /// it.
    fn closed(
        &self,
        from: &NamedEndpoint,
        to: &NamedEndpoint,
        traffic: Traffic,
        service: String,
    ) -> Closed {
        let asked = Family::BOTH.map(|family| TrafficSet::new(traffic, family));
        let mut closed = self.closed_in(from, to, &Family::BOTH, &asked, service);
        if closed.what.is_empty() {
            closed.what = traffic.to_string();
        }
        closed
    }

    /// What keeps every service from passing: in one IP version, or what passes in the other.
    fn closed_to_all(&self, from: &NamedEndpoint, to: &NamedEndpoint) -> Closed {
        let (near, far) = (&from.side, &to.side);
        let must =
            Family::BOTH.map(|family| self.gates.must(near, far, family, &TrafficSet::all(family)));
        let shared: Vec<Family> = Family::BOTH
            .into_iter()
            .filter(|family| near.is_in(*family) && far.is_in(*family))
            .collect();
        let lacking: Vec<Family> = shared
            .iter()
            .copied()
            .filter(|family| must[*family as usize].is_empty())
            .collect();
        let all = Family::BOTH.map(TrafficSet::all);
        let mut closed = match (lacking.as_slice(), shared.as_slice()) {
            ([], [_, second]) => {
                let asked = must[0].without_icmp();
                self.closed_in(
                    from,
                    to,
                    &[*second],
                    &[asked.clone(), asked],
                    "…".to_string(),
                )
            }
            (lacking, _) => self.closed_in(from, to, lacking, &all, "…".to_string()),
        };
        closed.what = match (lacking.as_slice(), shared.as_slice()) {
            ([one], [_, _]) => format!("anything in {}", one.words()),
            ([], [_, _]) => "anything that passes in both IP versions".to_string(),
            (_, _) => "anything".to_string(),
        };
        closed
    }

    /// The first gate that does not surely let all of this through, in one of these families.
    fn closed_in(
        &self,
        from: &NamedEndpoint,
        to: &NamedEndpoint,
        families: &[Family],
        asked: &[TrafficSet; 2],
        service: String,
    ) -> Closed {
        let (near, far) = (&from.side, &to.side);
        let found = families.iter().find_map(|family| {
            let (gate, missing) =
                self.gates
                    .stopped(near, far, *family, &asked[*family as usize])?;
            Some((*family, gate, missing))
        });
        let Some((family, gate, missing)) = found else {
            return Closed::default();
        };
        let (gate, help) = named_endpoint::opened(self.policy, gate, from, to, service);
        let perhaps = self.gates.may(near, far, family, &missing);
        let witness = self.gates.witness(near, far, family, &perhaps);
        let unknown = witness.into_iter().flat_map(|witness| witness.unknown);
        Closed {
            what: missing
                .witness(family)
                .map(|traffic| traffic.to_string())
                .unwrap_or_default(),
            gate,
            help: Some(help),
            passes_for_some: !perhaps.is_empty(),
            unknown: unknown
                .map(|unknown| named_endpoint::unknown(self.policy, unknown))
                .collect(),
        }
    }

    fn only(
        &self,
        assertion: &Assertion,
        allowed: &[NamedEndpoint],
        to: &[NamedEndpoint],
        problems: &mut Problems,
    ) {
        let listed: HashSet<Who> = allowed.iter().map(|named| named.side.who).collect();
        let listed = |who: Who| listed.contains(&who);
        let hosts = allowed.iter().filter(|named| named.side.who == Who::Hosts);
        let known = Addresses::of_all(hosts.map(|named| &named.side.addresses));
        for to in to {
            let mut found = Problems::default();
            let senders = match to.side.who {
                Who::Tier(receiver) => self.hops().senders(receiver, &assertion.on),
                Who::Hosts | Who::External(_) | Who::PrefixList(_) | Who::Param(_) => {
                    (0..self.policy.tiers.len())
                        .map(|n| TierId(n as u32))
                        .collect()
                }
            };
            for id in senders {
                if !listed(Who::Tier(id)) {
                    let other = NamedEndpoint::tier(self.policy, id);
                    self.cannot(
                        assertion,
                        std::slice::from_ref(&other),
                        std::slice::from_ref(to),
                        &mut found,
                    );
                }
            }
            let Who::Tier(receiver) = to.side.who else {
                problems.extend(together(found));
                continue;
            };
            let others = NamedEndpoint {
                name: OUTSIDE.to_string(),
                side: Endpoint::hosts(Addresses::all().difference(&known)),
            };
            let gates = self
                .gates
                .without(Gate::Inbound(receiver), |peer| match peer {
                    Peer::Tier(_) => true,
                    Peer::Net(_) => false,
                    Peer::External(id) => listed(Who::External(id)),
                    Peer::PrefixList(id) => listed(Who::PrefixList(id)),
                    Peer::Param(id) => listed(Who::Param(id)),
                });
            let proof = Proof {
                policy: self.policy,
                gates,
                hops: OnceCell::new(),
            };
            proof.cannot(
                assertion,
                std::slice::from_ref(&others),
                std::slice::from_ref(to),
                &mut found,
            );
            problems.extend(together(found));
        }
    }

    fn through(
        &self,
        assertion: &Assertion,
        from: &[NamedEndpoint],
        to: &[NamedEndpoint],
        through: &[TierId],
        problems: &mut Problems,
    ) {
        for (from, to) in pairs(from, to) {
            let problem = self.bypass(assertion, from, to, through).or_else(|| {
                service_groups(&assertion.on)
                    .find_map(|service| self.no_sure_chain(assertion, from, to, service))
            });
            problems.extend(problem);
        }
    }

    /// The problem of a chain that may pass without any of the tiers that are to be on it.
    fn bypass(
        &self,
        assertion: &Assertion,
        from: &NamedEndpoint,
        to: &NamedEndpoint,
        through: &[TierId],
    ) -> Option<Problem> {
        // an end that is one of them is on every chain
        let is_one = |named: &NamedEndpoint| matches!(named.side.who, Who::Tier(id) if through.contains(&id));
        if is_one(from) || is_one(to) {
            return None;
        }
        let last = |here: &Endpoint| self.step(here, &to.side, &assertion.on, Certainty::May);
        let chain = self.chain(
            from,
            to,
            |tier| !through.contains(&tier),
            Certainty::May,
            &last,
        )?;
        let is_tier = |named: &NamedEndpoint| matches!(named.side.who, Who::Tier(_));
        let nobody_decides = chain.len() == 2 && !chain.iter().any(is_tier);
        let note = if nobody_decides {
            ": neither is a tier, so no group of the program applies"
        } else {
            ""
        };
        Some(Problem::Bypassed {
            span: assertion.span,
            from: from.name.clone(),
            to: to.name.clone(),
            chain: arrows(&chain) + note,
        })
    }

    /// The problem of a service that no chain surely carries: the shortest that may, with the first
    /// of its steps that is not sure.
    fn no_sure_chain(
        &self,
        assertion: &Assertion,
        from: &NamedEndpoint,
        to: &NamedEndpoint,
        service: &[(Span, Traffic)],
    ) -> Option<Problem> {
        let sure = |here: &Endpoint| self.is_sure(here, &to.side, service);
        if self
            .chain(from, to, |_| true, Certainty::Must, &sure)
            .is_some()
        {
            return None;
        }
        let may = |here: &Endpoint| self.step(here, &to.side, service, Certainty::May);
        let (span, names) = (assertion.span, [from, to].map(|end| end.name.clone()));
        let Some(chain) = self.chain(from, to, |_| true, Certainty::May, &may) else {
            let [from, to] = names;
            let on = service
                .first()
                .map(|(place, traffic)| service_name(assertion, *place, *traffic));
            return Some(Problem::NoChain { span, from, to, on });
        };
        let (near, far, closed) = self.unsure_step(assertion, &chain, service)?;
        let step = [near, far].map(|end| end.name.clone());
        Some(closed.into_unsure_chain(span, names, arrows(&chain), step))
    }

    /// The first step of a chain that is not sure, and what keeps it from that.
    fn unsure_step<'c>(
        &self,
        assertion: &Assertion,
        chain: &'c [NamedEndpoint],
        service: &[(Span, Traffic)],
    ) -> Option<(&'c NamedEndpoint, &'c NamedEndpoint, Closed)> {
        let last = chain.len() - 2;
        chain.windows(2).enumerate().find_map(|(n, step)| {
            let (near, far) = (&step[0], &step[1]);
            let closed = match n == last {
                true => self.missing(near, far, service, assertion),
                false if self.step(&near.side, &far.side, &[], Certainty::Must) => None,
                false => Some(Closed {
                    what: "anything".to_string(),
                    ..self.closed_to_all(near, far)
                }),
            };
            Some((near, far, closed?))
        })
    }

    /// The shortest chain of flows by way of tiers that `passable` lets one go through: flows that
    /// may pass, or that must. Only the last of them has to be on what is asked about, which `last`
    /// decides; whoever is in a tier on the way goes on from there with anything.
    fn chain(
        &self,
        from: &NamedEndpoint,
        to: &NamedEndpoint,
        passable: impl Fn(TierId) -> bool,
        certainty: Certainty,
        last: &dyn Fn(&Endpoint) -> bool,
    ) -> Option<Vec<NamedEndpoint>> {
        let hops = self.hops();
        let tiers = &hops.links.ends()[..self.policy.tiers.len()];
        let first = match from.side.who {
            Who::Tier(id) => Some(id.index()),
            Who::Hosts | Who::External(_) | Who::PrefixList(_) | Who::Param(_) => None,
        };
        let mut visited = hops.graph.unvisited(Direction::Forward);
        let mut before: Vec<Option<Option<usize>>> = vec![None; tiers.len()];
        let mut waiting: VecDeque<Option<usize>> = VecDeque::from([None]);
        while let Some(at) = waiting.pop_front() {
            let here = at.map_or(&from.side, |n| &tiers[n].side);
            if last(here) {
                return Some(ends_of(from, at, to, &before, tiers));
            }
            let next = match at.or(first) {
                Some(n) => {
                    hops.graph
                        .unvisited_neighbours(n, Direction::Forward, &mut visited, |kind| {
                            hops.lets(kind, certainty)
                        })
                }
                None => (0..tiers.len())
                    .filter(|n| self.step(here, &tiers[*n].side, &[], certainty))
                    .collect(),
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
        self.hops.get_or_init(|| Hops::new(self.policy))
    }

    /// Whether something of what is asked about passes.
    fn step(
        &self,
        from: &Endpoint,
        to: &Endpoint,
        on: &[(Span, Traffic)],
        certainty: Certainty,
    ) -> bool {
        Family::BOTH.into_iter().any(|family| {
            let asked = named_endpoint::asked(services(on), family);
            let passes = match certainty {
                Certainty::May => self.gates.may(from, to, family, &asked),
                Certainty::Must => self.gates.must(from, to, family, &asked),
            };
            !passes.is_empty()
        })
    }

    fn reached(
        &self,
        assertion: &Assertion,
        from: &NamedEndpoint,
        to: &NamedEndpoint,
        family: Family,
        witness: Witness,
    ) -> Problem {
        let sentences: BTreeSet<_> = witness
            .flows
            .iter()
            .map(|n| self.policy.flows[*n as usize].sentence)
            .collect();
        let because = sentences
            .into_iter()
            .map(|id| self.policy.sentence(id).span)
            .collect();
        let exempt = if witness.is_exempt {
            ", which security groups never filter"
        } else {
            ""
        };
        let source = witness
            .source
            .filter(|_| !matches!(from.side.who, Who::Tier(_)));
        let destination = witness
            .destination
            .filter(|_| !matches!(to.side.who, Who::Tier(_)));
        let source = source.map_or_else(|| from.name.clone(), |address| address.to_string());
        let destination =
            destination.map_or_else(|| to.name.clone(), |address| address.to_string());
        let unknown = witness
            .unknown
            .iter()
            .map(|unknown| named_endpoint::unknown(self.policy, *unknown))
            .collect();
        let (span, from, to) = (assertion.span, from.name.clone(), to.name.clone());
        Problem::Reached {
            span,
            from,
            others: Vec::new(),
            to,
            packet: packet(witness.traffic, &source, &destination, family) + exempt,
            because,
            unknown,
        }
    }
}

/// What keeps something from passing for all of two ends.
#[derive(Debug, Default)]
struct Closed {
    /// What of it.
    what: String,
    /// The gate; empty where the ends have no IP version in common that carries it.
    gate: String,
    /// The sentence that would open it.
    help: Option<String>,
    /// Whether it may pass all the same.
    passes_for_some: bool,
    /// What is not known.
    unknown: Vec<String>,
}

const NO_VERSION: &str = "the ends have no IP version in common for it";

impl Closed {
    fn into_problem(
        self,
        assertion: &Assertion,
        from: &NamedEndpoint,
        to: &NamedEndpoint,
    ) -> Problem {
        let gate = if self.gate.is_empty() {
            NO_VERSION.to_string()
        } else {
            self.gate
        };
        Problem::NotReached {
            span: assertion.span,
            from: from.name.clone(),
            to: to.name.clone(),
            what: self.what,
            gate,
            help: self.help,
            unknown: self.unknown,
        }
    }

    fn into_unsure_chain(
        self,
        span: Span,
        [from, to]: [String; 2],
        chain: String,
        step: [String; 2],
    ) -> Problem {
        let why = match (self.unknown.is_empty(), self.passes_for_some) {
            (false, _) => None,
            (true, _) if self.gate.is_empty() => Some(NO_VERSION.to_string()),
            (true, true) => Some(format!("for some addresses, {}", self.gate)),
            (true, false) => Some(self.gate),
        };
        Problem::UnsureChain {
            span,
            from,
            to,
            chain,
            step,
            what: self.what,
            why,
            help: self.help,
            unknown: self.unknown,
        }
    }
}

/// The services that an assertion asks about, one after the other; without any, one that is none.
fn service_groups(on: &[(Span, Traffic)]) -> impl Iterator<Item = &[(Span, Traffic)]> {
    let none = on.is_empty().then_some(on);
    none.into_iter().chain(on.chunk_by(|a, b| a.0 == b.0))
}

/// A service by its name, if it has one.
fn service_name(assertion: &Assertion, place: Span, traffic: Traffic) -> String {
    let name = assertion
        .names
        .iter()
        .find(|(span, _)| *span == place)
        .map(|(_, name)| name.clone());
    name.unwrap_or_else(|| traffic.to_string())
}

/// The ends along a chain that is found from its end.
fn ends_of(
    from: &NamedEndpoint,
    last: Option<usize>,
    to: &NamedEndpoint,
    before: &[Option<Option<usize>>],
    tiers: &[NamedEndpoint],
) -> Vec<NamedEndpoint> {
    let way = std::iter::successors(last, |n| before[*n].flatten());
    let way = way.map(|n| tiers[n].clone());
    let mut chain: Vec<NamedEndpoint> = std::iter::once(to.clone()).chain(way).collect();
    chain.push(from.clone());
    chain.reverse();
    chain
}

/// `web → app → db`
fn arrows(chain: &[NamedEndpoint]) -> String {
    let names: Vec<&str> = chain.iter().map(|end| end.name.as_str()).collect();
    names.join(" → ")
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
                Problem::Reached {
                    because,
                    unknown,
                    others,
                    ..
                },
                Problem::Reached {
                    because: also,
                    unknown: more,
                    from,
                    ..
                },
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

fn pairs<'n>(
    from: &'n [NamedEndpoint],
    to: &'n [NamedEndpoint],
) -> impl Iterator<Item = (&'n NamedEndpoint, &'n NamedEndpoint)> {
    from.iter()
        .flat_map(move |from| to.iter().map(move |to| (from, to)))
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
