//! Sets of packets: addresses × traffic, of both families, exact.
//!
//! A set has pairs of an address of the peer and traffic; the other side is the group in question.
//! It is stored as sorted address ranges with one set of traffic each, so that every operation is
//! one walk over both sets. The representation is canonical: equal sets are stored alike.

use super::address::Addresses;
use super::per_family::PerFamily;
use super::ranges::{Bound, Ranges};
use super::traffic::{Family, Traffic};
use super::traffic_set::TrafficSet;
use ipnet::IpNet;
use std::collections::HashMap;
use std::net::IpAddr;

/// A set of packets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Packets {
    v4: AddressRanges<u32>,
    v6: AddressRanges<u128>,
}

/// The packets of one family.
///
/// INVARIANT: sorted by address and disjoint; no traffic is empty; two that touch have different
/// traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
struct AddressRanges<T>(Vec<AddressRange<T>>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct AddressRange<T> {
    first: T,
    last: T,
    traffic: TrafficSet,
}

/// Some packets of a set: all pairs of these addresses with this traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PacketRow {
    /// The family of both.
    pub family: Family,
    /// The addresses, of that family alone.
    pub addresses: Addresses,
    /// The traffic of each of them.
    pub traffic: TrafficSet,
}

impl<T> Default for AddressRanges<T> {
    fn default() -> Self {
        AddressRanges(Vec::new())
    }
}

/// The blocks of rules, with what each admits.
type Blocks<T> = Vec<((T, T), Traffic)>;

impl Packets {
    /// The packets that rules with these blocks as peers admit: one walk over the sorted blocks,
    /// which nest or are disjoint.
    pub fn new(rules: impl IntoIterator<Item = (IpNet, Traffic)>) -> Packets {
        let (mut v4, mut v6): (Blocks<u32>, Blocks<u128>) = (Vec::new(), Vec::new());
        for (block, traffic) in rules {
            if traffic.unknown_ports().is_some() {
                continue;
            }
            match block {
                IpNet::V4(net) => {
                    v4.push(((net.network().into(), net.broadcast().into()), traffic))
                }
                IpNet::V6(net) => {
                    v6.push(((net.network().into(), net.broadcast().into()), traffic))
                }
            }
        }

        Packets {
            v4: AddressRanges::new(v4, Family::V4),
            v6: AddressRanges::new(v6, Family::V6),
        }
    }

    /// Each of these addresses with all of this traffic.
    pub fn product(addresses: &Addresses, traffic: &PerFamily<TrafficSet>) -> Packets {
        Packets {
            v4: AddressRanges::product(&addresses.v4, &traffic.v4),
            v6: AddressRanges::product(&addresses.v6, &traffic.v6),
        }
    }

    /// Whether no packet is in it.
    pub fn is_empty(&self) -> bool {
        self.v4.0.is_empty() && self.v6.0.is_empty()
    }

    /// The union.
    pub fn union(&self, other: &Packets) -> Packets {
        self.zip_with(other, TrafficSet::union)
    }

    /// The intersection.
    pub fn intersection(&self, other: &Packets) -> Packets {
        self.zip_with(other, TrafficSet::intersection)
    }

    /// The difference: this set without the other.
    pub fn difference(&self, other: &Packets) -> Packets {
        self.zip_with(other, TrafficSet::difference)
    }

    /// Whether all of `other` is in this one.
    pub fn covers(&self, other: &Packets) -> bool {
        other.difference(self).is_empty()
    }

    /// The traffic of one address.
    pub fn traffic_at(&self, address: IpAddr) -> TrafficSet {
        match address {
            IpAddr::V4(address) => self.v4.traffic_at(address.into()),
            IpAddr::V6(address) => self.v6.traffic_at(address.into()),
        }
    }

    /// The traffic of at least one of these addresses.
    pub fn with_any(&self, addresses: &Addresses, family: Family) -> TrafficSet {
        match family {
            Family::V4 => self.v4.with_any(&addresses.v4),
            Family::V6 => self.v6.with_any(&addresses.v6),
        }
    }

    /// The traffic of every one of these addresses; all traffic if there are none.
    pub fn with_every(&self, addresses: &Addresses, family: Family) -> TrafficSet {
        let all = || TrafficSet::all(family);
        match family {
            Family::V4 => self.v4.with_every(&addresses.v4).unwrap_or_else(all),
            Family::V6 => self.v6.with_every(&addresses.v6).unwrap_or_else(all),
        }
    }

    /// The addresses with at least some of this traffic.
    pub fn addresses_with(&self, traffic: &PerFamily<TrafficSet>) -> Addresses {
        Addresses {
            v4: self.v4.addresses_with(&traffic.v4),
            v6: self.v6.addresses_with(&traffic.v6),
        }
    }

    /// The traffic of at least so many addresses. The set must not have every address.
    pub fn with_many(&self, least: PerFamily<u128>) -> PerFamily<TrafficSet> {
        PerFamily {
            v4: TrafficSet::with_weight(&self.v4.traffic_sizes(), least.v4),
            v6: TrafficSet::with_weight(&self.v6.traffic_sizes(), least.v6),
        }
    }

    /// The smallest cover: all traffic of the same addresses in one row, and no packet in two rows.
    /// The blocks of a row are [`Addresses::to_blocks`], which is minimal too.
    pub fn rows(&self) -> Vec<PacketRow> {
        let v4 = self.v4.merge_rows().into_iter().map(|(v4, traffic)| {
            let addresses = Addresses {
                v4,
                ..Addresses::default()
            };
            PacketRow {
                family: Family::V4,
                addresses,
                traffic,
            }
        });

        let v6 = self.v6.merge_rows().into_iter().map(|(v6, traffic)| {
            let addresses = Addresses {
                v6,
                ..Addresses::default()
            };
            PacketRow {
                family: Family::V6,
                addresses,
                traffic,
            }
        });

        v4.chain(v6).collect()
    }

    fn zip_with(
        &self,
        other: &Packets,
        pick: fn(&TrafficSet, &TrafficSet) -> TrafficSet,
    ) -> Packets {
        Packets {
            v4: self.v4.zip_with(&other.v4, pick),
            v6: self.v6.zip_with(&other.v6, pick),
        }
    }
}

impl<T: Bound> AddressRanges<T> {
    fn new(mut rules: Blocks<T>, family: Family) -> Self {
        // an outer block before those inside it
        rules.sort_unstable_by_key(|((first, last), _)| (*first, std::cmp::Reverse(*last)));
        let mut sweep = Sweep {
            out: AddressRanges::default(),
            open: Vec::new(),
            at: T::MIN,
        };

        for same in rules.chunk_by(|a, b| a.0 == b.0) {
            let (first, last) = same[0].0;
            sweep.close_before(first);
            let own = TrafficSet::from_traffic(same.iter().map(|(_, traffic)| *traffic), family);
            let traffic = match sweep.open.last() {
                Some((_, around)) => around.union(&own),
                None => own,
            };
            sweep.move_to(first);
            sweep.open.push((last, traffic));
        }

        sweep.close_all();
        sweep.out
    }

    fn product(addresses: &Ranges<T>, traffic: &TrafficSet) -> Self {
        let mut out = AddressRanges::default();
        for (first, last) in addresses.ranges() {
            out.push_range(*first, *last, traffic);
        }
        out
    }

    /// The addresses with at least some of this traffic.
    fn addresses_with(&self, traffic: &TrafficSet) -> Ranges<T> {
        let ranges = self.0.iter();
        let found = ranges.filter(|range| !range.traffic.intersection(traffic).is_empty());
        Ranges::from_unsorted(found.map(|range| (range.first, range.last)).collect())
    }

    /// The traffic of each range, and its number of addresses.
    fn traffic_sizes(&self) -> Vec<(&TrafficSet, u128)>
    where
        T: Into<u128>,
    {
        let size = |range: &AddressRange<T>| range.last.into() - range.first.into() + 1;
        let ranges = self.0.iter();
        ranges.map(|range| (&range.traffic, size(range))).collect()
    }

    /// Appends a range after all others.
    fn push_range(&mut self, first: T, last: T, traffic: &TrafficSet) {
        if traffic.is_empty() || first > last {
            return;
        }

        match self.0.last_mut() {
            Some(before) if before.last.next() == Some(first) && before.traffic == *traffic => {
                before.last = last
            }
            Some(_) | None => self.0.push(AddressRange {
                first,
                last,
                traffic: traffic.clone(),
            }),
        }
    }

    fn traffic_at(&self, address: T) -> TrafficSet {
        let after = self.0.partition_point(|range| range.first <= address);
        let found = self.0[..after].last().filter(|range| address <= range.last);
        found.map_or(TrafficSet::default(), |range| range.traffic.clone())
    }

    /// The ranges that overlap a range.
    fn meeting_range(&self, first: T, last: T) -> &[AddressRange<T>] {
        let start = self.0.partition_point(|range| range.last < first);
        let end = self.0.partition_point(|range| range.first <= last);
        &self.0[start..end]
    }

    fn with_any(&self, addresses: &Ranges<T>) -> TrafficSet {
        let met = addresses
            .ranges()
            .iter()
            .flat_map(|(first, last)| self.meeting_range(*first, *last));
        TrafficSet::union_of(met.map(|range| &range.traffic))
    }

    fn with_every(&self, addresses: &Ranges<T>) -> Option<TrafficSet> {
        let mut common: Option<TrafficSet> = None;
        for (first, last) in addresses.ranges() {
            let mut at = Some(*first);
            for range in self.meeting_range(*first, *last) {
                if at.is_none_or(|at| range.first > at) {
                    return Some(TrafficSet::default());
                }
                common = Some(match common {
                    Some(common) => common.intersection(&range.traffic),
                    None => range.traffic.clone(),
                });
                at = range.last.next();
            }

            if at.is_some_and(|at| at <= *last) {
                return Some(TrafficSet::default());
            }
        }

        common
    }

    fn zip_with(&self, other: &Self, pick: fn(&TrafficSet, &TrafficSet) -> TrafficSet) -> Self {
        let (nothing, mut out) = (TrafficSet::default(), AddressRanges::default());
        let (mut a, mut b) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut at = Some(T::MIN);

        while let Some(first) = at {
            while a.next_if(|range| range.last < first).is_some() {}
            while b.next_if(|range| range.last < first).is_some() {}
            let (x, y) = (a.peek(), b.peek());

            if x.is_none() && y.is_none() {
                break;
            }

            // the next address at which either changes
            let edge = |range: Option<&&AddressRange<T>>| match range {
                Some(range) if range.first > first => range.first.previous(),
                Some(range) => Some(range.last),
                None => None,
            };

            let last = [edge(x), edge(y)]
                .into_iter()
                .flatten()
                .min()
                .unwrap_or(T::MAX);

            let here = |range: Option<&&'_ AddressRange<T>>| {
                range.is_some_and(|range| range.first <= first)
            };

            let left = if here(x) {
                x.map_or(&nothing, |range| &range.traffic)
            } else {
                &nothing
            };

            let right = if here(y) {
                y.map_or(&nothing, |range| &range.traffic)
            } else {
                &nothing
            };

            out.push_range(first, last, &pick(left, right));
            at = last.next();
        }

        out
    }

    /// Traffic by its addresses: each piece of traffic is in one row, and pieces with the same
    /// addresses share a row.
    fn merge_rows(&self) -> Vec<(Ranges<T>, TrafficSet)> {
        let sets: Vec<&TrafficSet> = self.0.iter().map(|range| &range.traffic).collect();
        let mut rows: Vec<(Ranges<T>, TrafficSet)> = Vec::new();
        let mut known: HashMap<Ranges<T>, usize> = HashMap::new();

        for (piece, holding) in TrafficSet::cut_among(&sets) {
            let with = holding.iter().map(|n| &self.0[*n as usize]);
            let addresses =
                Ranges::from_unsorted(with.map(|range| (range.first, range.last)).collect());
            match known.get(&addresses) {
                Some(n) => rows[*n].1 = rows[*n].1.union(&piece),
                None => {
                    known.insert(addresses.clone(), rows.len());
                    rows.push((addresses, piece));
                }
            }
        }

        rows
    }
}

/// The sweep over sorted blocks: the blocks around the current address, outer ones first, each with
/// the union of their traffic.
struct Sweep<T> {
    out: AddressRanges<T>,
    open: Vec<(T, TrafficSet)>,
    at: T,
}

impl<T: Bound> Sweep<T> {
    /// Closes the blocks that end before an address.
    fn close_before(&mut self, first: T) {
        while let Some((last, traffic)) = self.open.pop_if(|(last, _)| *last < first) {
            self.close_range(last, &traffic);
        }
    }

    fn close_all(&mut self) {
        while let Some((last, traffic)) = self.open.pop() {
            self.close_range(last, &traffic);
        }
    }

    fn close_range(&mut self, last: T, traffic: &TrafficSet) {
        if self.at <= last {
            self.out.push_range(self.at, last, traffic);
        }
        // nothing can begin after the last address
        self.at = last.next().unwrap_or(last).max(self.at);
        if last.next().is_none() {
            self.open.clear();
        }
    }

    /// Writes the ranges before an address.
    fn move_to(&mut self, first: T) {
        if let (Some((_, traffic)), Some(before)) = (self.open.last(), first.previous())
            && self.at <= before
        {
            self.out.push_range(self.at, before, traffic);
        }
        self.at = self.at.max(first);
    }
}
