//! The way of a connection: each gate that it meets, what of it passes there, and which rules say so.

use super::ends::{self, Named};
use super::links::telling;
use super::reach::{Gate, Gates, Side, Unknown, gates_between};
use crate::net::{Addresses, Family, Traffic, TrafficSet};
use crate::policy::{Peer, Policy, SentenceId};

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It must pass, for every address of both ends.
    Passes,
    /// It may pass: for some addresses, in part, or if what is not known turns out so.
    ForSome,
    /// It never passes.
    Stopped,
}

/// A service that a question names.
#[derive(Debug, Clone)]
pub struct Service {
    /// As it is written there.
    pub name: String,
    /// What it is.
    pub traffic: Vec<Traffic>,
}

/// One service between two ends.
#[derive(Debug)]
pub struct Connection {
    /// The sender.
    pub from: Named,
    /// The receiver.
    pub to: Named,
    /// The service as the question names it; `None` for any.
    pub on: Option<Service>,
    /// Its way in each IP version that both ends have.
    pub legs: Vec<Leg>,
    /// The answer.
    pub verdict: Verdict,
}

/// The way of a connection in one IP version.
#[derive(Debug)]
pub struct Leg {
    /// The IP version.
    pub family: Family,
    /// What is asked about, and what becomes of it.
    pub fate: Fate,
    /// The gates, in the order in which a packet meets them. Hosts in no tier have none.
    pub gates: Vec<Station>,
    /// The answer.
    pub verdict: Verdict,
}

/// What becomes of what is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// Passes for every address.
    pub passes: TrafficSet,
    /// Passes for some, or perhaps.
    pub perhaps: TrafficSet,
    /// Passes for none.
    pub stopped: TrafficSet,
}

/// One gate on the way.
#[derive(Debug)]
pub struct Station {
    /// Which.
    pub gate: Gate,
    /// Whether it admits everything without a sentence.
    pub open: bool,
    /// Whether some of the far end surely is never filtered.
    pub is_exempt: bool,
    /// What becomes of what is asked about here, whatever other gates do.
    pub fate: Fate,
    /// The answer of this gate.
    pub verdict: Verdict,
    /// The flows that let some of it through, each with whether it surely does.
    pub flows: Vec<(u32, bool)>,
    /// Where it is `perhaps`: the addresses of the far end for which all of that surely passes.
    pub whom: Addresses,
    /// Where it is `perhaps`: what is not known.
    pub unknown: Vec<Unknown>,
    /// Where it does not surely let all of it through: sentences that would let some of it, and have ended.
    pub ended: Vec<SentenceId>,
}

/// The ways of each service from each end to each end; without a service, of any.
pub fn trace(policy: &Policy, from: &[Named], to: &[Named], services: &[Service]) -> Vec<Connection> {
    let gates = Gates::new(policy);
    let pairs = from.iter().flat_map(|from| to.iter().map(move |to| (from, to)));
    let connections = pairs.flat_map(|(from, to)| {
        let wanted: Vec<Option<&Service>> =
            if services.is_empty() { vec![None] } else { services.iter().map(Some).collect() };
        wanted.into_iter().map(|service| connection(policy, &gates, (from, to), service)).collect::<Vec<_>>()
    });
    connections.collect()
}

fn connection(policy: &Policy, gates: &Gates<'_>, (from, to): (&Named, &Named), on: Option<&Service>) -> Connection {
    let traffic = on.map_or(&[][..], |service| &service.traffic);
    let sides = [&from.side, &to.side];
    let families = Family::BOTH.into_iter().filter(|family| sides.iter().all(|side| side.may_be_in(*family)));
    let legs = families.filter_map(|family| {
        let (asked, sure) = (ends::asked(traffic.iter().copied(), family), sides.iter().all(|side| side.is_in(family)));
        let may = gates.may(&from.side, &to.side, family, &asked);
        let question = Question { policy, gates, family, asked, any: on.is_none() };
        let empty = question.asked.is_empty() || !sure && may.is_empty();
        (!empty).then(|| (sure, (question.leg(&from.side, &to.side, &may), may)))
    });
    let legs: Vec<_> = legs.collect();
    let sure = legs.iter().filter(|(sure, _)| *sure).map(|(_, (leg, _))| leg.fate.passes.clone());
    let serves = TrafficSet::share_a_service(&sure.collect::<Vec<_>>());
    let legs = telling(legs, |(_, may)| may);
    let legs: Vec<Leg> = legs.into_iter().map(|(leg, _)| leg).collect();
    let verdicts: Vec<Verdict> = legs.iter().map(|leg| leg.verdict).collect();
    let verdict = match (together(&verdicts), serves) {
        (Verdict::Passes | Verdict::ForSome, true) if on.is_none() => Verdict::Passes,
        (Verdict::Passes, false) if on.is_none() => Verdict::ForSome,
        (verdict, _) => verdict,
    };
    Connection { from: from.clone(), to: to.clone(), on: on.cloned(), legs, verdict }
}

/// The answer for several IP versions, where it has to pass in all of them.
fn together(verdicts: &[Verdict]) -> Verdict {
    let has = |verdict| verdicts.contains(&verdict);
    match (has(Verdict::Passes), has(Verdict::ForSome), has(Verdict::Stopped)) {
        (true, false, false) => Verdict::Passes,
        (false, false, _) => Verdict::Stopped,
        (true, _, _) | (false, true, _) => Verdict::ForSome,
    }
}

impl Connection {
    /// The answer for a part of the service: the TCP of `dns`. Nothing where no IP version has the part.
    pub fn verdict_of(&self, part: &[Traffic]) -> Option<Verdict> {
        let verdicts = self.legs.iter().filter_map(|leg| {
            let part = TrafficSet::of_all(part.iter().copied(), leg.family);
            (!part.is_empty()).then(|| leg.fate.within(&part).verdict(false))
        });
        let verdicts: Vec<Verdict> = verdicts.collect();
        (!verdicts.is_empty()).then(|| together(&verdicts))
    }
}

/// A question in one IP version.
struct Question<'q> {
    policy: &'q Policy,
    gates: &'q Gates<'q>,
    family: Family,
    asked: TrafficSet,
    /// Whether it is enough that some of it passes.
    any: bool,
}

impl Question<'_> {
    /// The way from one end to another, of which it is known what may pass.
    fn leg(&self, from: &Side, to: &Side, may: &TrafficSet) -> Leg {
        let fate = Fate::of(&self.asked, may.clone(), self.gates.must(from, to, self.family, &self.asked));
        let stations = gates_between(from, to).map(|(gate, far)| self.station(gate, far));
        Leg { family: self.family, verdict: fate.verdict(self.any), fate, gates: stations.collect() }
    }

    fn station(&self, gate: Gate, far: &Side) -> Station {
        let (may, must) = self.gates.at(gate, far, self.family);
        let fate = Fate::of(&self.asked, may.intersection(&self.asked), must.intersection(&self.asked));
        let open = self.gates.is_open(gate, self.family);
        let flows = self.gates.letting(gate, far, self.family, &self.asked);
        let verdict = fate.verdict(self.any);
        let ended =
            if verdict == Verdict::Passes { Vec::new() } else { self.gates.ended(gate, far, self.family, &self.asked) };
        let is_exempt = self.gates.exempt(gate, far, self.family).is_some_and(|exempt| exempt.is_sure);
        let (whom, unknown) = (Addresses::default(), Vec::new());
        let mut station = Station { gate, open, is_exempt, verdict, fate, flows, whom, unknown, ended };
        if !station.fate.perhaps.is_empty() {
            station.whom = self.whom(&station, far);
            station.unknown = self.unknown(&station, far);
        }
        station
    }

    /// The addresses of the far end for which a gate surely lets through all of what it lets through for some.
    fn whom(&self, station: &Station, far: &Side) -> Addresses {
        let blocks = station.flows.iter().filter_map(|(flow, _)| match self.policy.flows[*flow as usize].peer {
            Peer::Net(block) if Family::of(&block) == self.family => Some(Addresses::of([&block])),
            Peer::Net(_) | Peer::Tier(_) | Peer::External(_) | Peer::PrefixList(_) | Peer::Param(_) => None,
        });
        let exempt = self.gates.exempt(station.gate, far, self.family);
        let never_filtered = exempt.map(|exempt| far.addresses.difference(&exempt.rest.addresses));
        // what no edge of a block cuts is let through as a whole, or not at all
        let mut cells = vec![far.addresses.in_family(self.family)];
        for block in blocks.chain(never_filtered) {
            let cut = cells.iter().flat_map(|cell| [cell.intersection(&block), cell.difference(&block)]);
            cells = cut.filter(|cell| !cell.is_empty()).collect();
        }
        let surely = cells.into_iter().filter(|cell| {
            let there = Side { addresses: cell.clone(), ..far.clone() };
            self.gates.at(station.gate, &there, self.family).1.covers(&station.fate.perhaps)
        });
        Addresses::of_all(&surely.collect::<Vec<_>>())
    }

    /// What keeps a gate from being sure: contents and values that its flows name, and where the far end is.
    fn unknown(&self, station: &Station, far: &Side) -> Vec<Unknown> {
        let exempt = self.gates.exempt(station.gate, far, self.family);
        let perhaps = exempt.filter(|exempt| !exempt.is_sure);
        let mut unknown: Vec<Unknown> = perhaps.map(|_| self.gates.reserved(station.gate)).into_iter().collect();
        for (flow, surely) in &station.flows {
            let flow = &self.policy.flows[*flow as usize];
            if !station.fate.perhaps.meets(flow.traffic, self.family) {
                continue;
            }
            match flow.peer {
                Peer::Net(_) => unknown.extend(far.unknown),
                Peer::External(id) if !surely => unknown.push(Unknown::Group(id)),
                Peer::PrefixList(id) if !surely => unknown.push(Unknown::Contents(id)),
                Peer::Param(id) if !surely => unknown.push(Unknown::Value(id)),
                Peer::Tier(_) | Peer::External(_) | Peer::PrefixList(_) | Peer::Param(_) => {}
            }
        }
        unknown.sort_unstable();
        unknown.dedup();
        unknown
    }
}

impl Fate {
    fn of(asked: &TrafficSet, may: TrafficSet, must: TrafficSet) -> Fate {
        Fate { perhaps: may.difference(&must), stopped: asked.difference(&may), passes: must }
    }

    /// What becomes of a part.
    fn within(&self, part: &TrafficSet) -> Fate {
        Fate {
            passes: self.passes.intersection(part),
            perhaps: self.perhaps.intersection(part),
            stopped: self.stopped.intersection(part),
        }
    }

    /// The answer, where all of what is asked about has to pass, or any of it.
    fn verdict(&self, any: bool) -> Verdict {
        let [passes, perhaps, stopped] = [&self.passes, &self.perhaps, &self.stopped].map(|set| !set.is_empty());
        match (passes, perhaps, stopped) {
            (true, _, _) if any => Verdict::Passes,
            (true, false, false) => Verdict::Passes,
            (false, false, _) => Verdict::Stopped,
            (true, _, _) | (false, true, _) => Verdict::ForSome,
        }
    }
}
