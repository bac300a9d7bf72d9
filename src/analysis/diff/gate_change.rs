//! What changes at one gate.

use super::ends::EndId;
use super::products::Product;
use super::version::{Admitted, GateAccess, MemberEnds};
use crate::groups::Direction;
use crate::net::{self, Addresses, Packets, PerFamily, TrafficSet, routable_sources};
use std::cell::OnceCell;

/// The traffic that a gate admits in both programs.
pub(super) struct GateChange<'d> {
    /// Whether the group has rules beside those of the programs, which may admit everything: whether
    /// it is an external.
    pub(super) has_other_rules: bool,
    pub(super) before: &'d GateAccess,
    pub(super) after: &'d GateAccess,
    /// The groups that members carry before the change, and after it.
    pub(super) members: [&'d MemberEnds; 2],
    /// The tiers whose members carry a group that they did not.
    pub(super) more: &'d [EndId],
    /// The traffic that blocks admit in either program, computed on demand.
    pub(super) by_block: OnceCell<Packets>,
}

impl GateChange<'_> {
    /// The traffic that rules newly admit by reference, by endpoint.
    pub(super) fn newly_named(&self) -> impl Iterator<Item = (EndId, PerFamily<TrafficSet>)> + '_ {
        let mut ends = self.after.named_ends();

        for group in ends.clone() {
            let carriers = self.members[1].carriers_of(group);
            if carriers.is_empty() {
                continue;
            }

            let own = |admitted: &Admitted, _: usize| admitted.admitted_by_own_name(group);
            let more = self.more.iter();
            if self.newly_admitted(own).is_empty() {
                ends.extend(more.filter(|tier| carriers.binary_search(tier).is_ok()));
            } else {
                ends.extend(carriers);
            }
        }

        ends.sort_unstable();
        ends.dedup();
        let new = ends.into_iter().map(|end| (end, self.new_by_name(end)));
        new.filter(|(_, new)| !new.is_empty())
    }

    /// The traffic that rules that reference an endpoint newly admit.
    pub(super) fn new_by_name(&self, end: EndId) -> PerFamily<TrafficSet> {
        self.newly_admitted(|admitted, version| {
            admitted.admitted_by_name(end, self.members[version])
        })
    }

    /// The traffic that rules newly admit, where `admitted` is what some of them admit, in the old
    /// version (0) or the new one (1). Ports that are set at deployment are new where no rule with the
    /// same ports was.
    pub(super) fn newly_admitted(
        &self,
        admitted: impl Fn(&Admitted, usize) -> PerFamily<TrafficSet>,
    ) -> PerFamily<TrafficSet> {
        let before = admitted(&self.before.known, 0);
        let known = admitted(&self.after.known, 1).difference(&before);
        let unknown = self.after.unknown.iter();
        unknown.fold(known, |new, (traffic, after)| {
            let same = self.before.unknown_of(*traffic);
            let same = same.map_or_else(PerFamily::default, |same| admitted(same, 0));
            let opened = admitted(after, 1).difference(&same).difference(&before);
            new.union(&opened)
        })
    }

    /// The packets that blocks newly admit, likewise.
    pub(super) fn newly_admitted_blocks(&self) -> Packets {
        let before = &self.before.known.blocks;
        let known = self.after.known.blocks.difference(before);
        let unknown = self.after.unknown.iter();
        unknown.fold(known, |new, (traffic, after)| {
            let opened = match self.before.unknown_of(*traffic) {
                Some(same) => after.blocks.difference(&same.blocks),
                None => after.blocks.clone(),
            };
            new.union(&opened.difference(before))
        })
    }

    /// The part of this traffic that only rules that reference an endpoint can admit: at addresses
    /// at which no block admits it before or after.
    pub(super) fn only_by_name(
        &self,
        places: &Addresses,
        traffic: &PerFamily<TrafficSet>,
    ) -> Packets {
        let by_block = self
            .by_block
            .get_or_init(|| self.before.known.blocks.union(&self.after.known.blocks));
        Packets::product(places, traffic).difference(by_block)
    }

    /// All packets of this traffic that may pass after the change, from or to an endpoint.
    pub(super) fn admitted_packets(
        &self,
        end: EndId,
        places: &Addresses,
        asked: &PerFamily<TrafficSet>,
    ) -> Packets {
        let asked = Packets::product(places, asked);
        if self.has_other_rules {
            return asked;
        }
        let by_name = self.after.possible_by_name(end, self.members[1]);
        let by_name = Packets::product(places, &by_name);
        let possible = self.after.possible_blocks();
        possible.union(&by_name).intersection(&asked)
    }

    /// The packets that blocks open to hosts.
    pub(super) fn opened_to_hosts(&self, direction: Direction) -> Vec<Product> {
        let opened = self.newly_admitted_blocks();
        if opened.is_empty() {
            return Vec::new();
        }

        // traffic counts as open to the internet if the change opens it to enough addresses, alone
        // or together with what was open
        let world = routable_sources();
        let by_itself = opened.open_to(&world);
        let before = self.before.possible_blocks().open_to(&world);
        let after = self.after.possible_blocks().open_to(&world);
        let wide = by_itself.union(&after.difference(&before));

        let is_internet = |row: &net::PacketRow| {
            let is_in_world = !row.addresses.intersection(&world).is_empty();
            is_in_world && !row.traffic.intersection(&wide[row.family]).is_empty()
        };

        let unfiltered = self.before.unfiltered.union(&self.after.unfiltered);
        let is_filtered = |row: &net::PacketRow| !row.addresses.difference(&unfiltered).is_empty();
        let rows = opened.rows().into_iter().filter(is_filtered);

        let product = |row| {
            let internet = is_internet(&row);
            Product::new(row, direction, internet)
        };
        rows.map(product).collect()
    }
}
