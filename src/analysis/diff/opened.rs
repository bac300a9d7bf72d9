//! What one program lets through and another does not.

use super::causes::causes;
use super::defaults::DefaultValue;
use super::ends::{EndId, Ends};
use super::version::{GateAccess, Version};
use super::{Change, Places};
use crate::groups::Direction;
use crate::net::{self, Addresses, Family, Packets, TrafficSet, world};
use std::cell::OnceCell;

/// Connections of one family between two ends: all at these addresses of the sender with all at
/// those of the receiver.
struct Part {
    family: Family,
    from: Addresses,
    to: Addresses,
    traffic: TrafficSet,
    internet: bool,
    by_default: bool,
}

/// The side of a tier in both programs.
struct Doors<'d> {
    was: &'d GateAccess,
    now: &'d GateAccess,
    /// What blocks let through in either, once somebody asks.
    by_block: OnceCell<Packets>,
}

/// What passes under the program `after` and not under `before`: what is open to the internet
/// first, then by ends.
pub(super) fn opened(ends: &Ends, before: &Version<'_>, after: &Version<'_>) -> Vec<Change> {
    let nothing = GateAccess::default();
    let doors = |tier, direction| {
        let now = after.door(tier, direction)?;
        Some(Doors {
            was: before.door(tier, direction).unwrap_or(&nothing),
            now,
            by_block: OnceCell::new(),
        })
    };
    let (mut changes, mut between_tiers) = (Vec::new(), Vec::new());
    for (tier, direction) in ends
        .tiers()
        .flat_map(|tier| Direction::ALL.map(|direction| (tier, direction)))
    {
        let Some(doors) = doors(tier, direction) else {
            continue;
        };
        let mut tell = |other, parts| {
            tell(
                ends,
                after,
                pair(tier, other, direction),
                parts,
                &mut changes,
            )
        };
        tell(EndId::HOSTS, hosts(&doors, direction));
        for (end, fresh) in doors.named() {
            if ends.is_tier(end) {
                between_tiers.push(pair(tier, end, direction));
            } else {
                let internet = is_wide(DefaultValue::new(after, end).addresses(), &fresh);
                tell(
                    end,
                    one_door(
                        &doors,
                        &ends.get(end).addresses,
                        &fresh,
                        direction,
                        internet,
                    ),
                );
            }
        }
        for (end, _) in &doors.now.named {
            tell(
                *end,
                by_default(
                    &doors,
                    *end,
                    &ends.get(*end).addresses,
                    [before, after],
                    direction,
                ),
            );
        }
    }
    between_tiers.sort_unstable();
    between_tiers.dedup();
    for (from, to) in between_tiers {
        if let (Some(out), Some(into)) = (
            doors(from, Direction::Egress),
            doors(to, Direction::Ingress),
        ) {
            tell(
                ends,
                after,
                (from, to),
                two_doors(ends, (from, to), &out, &into),
                &mut changes,
            );
        }
    }
    changes.sort_by_key(|change| (!change.internet, change.to, change.from));
    changes
}

/// Sender and receiver, of a tier and another end on one side of it.
fn pair(tier: EndId, other: EndId, direction: Direction) -> (EndId, EndId) {
    match direction {
        Direction::Ingress => (other, tier),
        Direction::Egress => (tier, other),
    }
}

impl Doors<'_> {
    /// What rules that name an end admit now and did not, by end.
    fn named(&self) -> impl Iterator<Item = (EndId, [TrafficSet; 2])> + '_ {
        let named = self
            .now
            .named
            .iter()
            .map(|(end, _)| (*end, self.fresh(*end)));
        named.filter(|(_, fresh)| fresh.iter().any(|fresh| !fresh.is_empty()))
    }

    fn fresh(&self, end: EndId) -> [TrafficSet; 2] {
        let (was, now) = (self.was.to(end), self.now.to(end));
        Family::BOTH.map(|family| now[family as usize].difference(&was[family as usize]))
    }

    /// What rules that name an end admit now and did not, at the addresses at which no block did or
    /// does.
    fn by_name(&self, places: &Addresses, [v4, v6]: &[TrafficSet; 2]) -> Packets {
        let by_block = self
            .by_block
            .get_or_init(|| self.was.blocks.union(&self.now.blocks));
        Packets::product(places, v4, v6).difference(by_block)
    }

    /// All that passes now of this traffic, from or to an end.
    fn now(&self, end: EndId, places: &Addresses, asked: &[TrafficSet; 2]) -> Packets {
        let [v4, v6] = asked;
        let [by_name_v4, by_name_v6] = self.now.to(end);
        let asked = Packets::product(places, v4, v6);
        let by_name = Packets::product(places, &by_name_v4, &by_name_v6);
        self.now.blocks.union(&by_name).intersection(&asked)
    }
}

/// What blocks open to hosts.
fn hosts(Doors { was, now, .. }: &Doors<'_>, direction: Direction) -> Vec<Part> {
    let opened = now.blocks.difference(&was.blocks);
    if opened.is_empty() {
        return Vec::new();
    }
    let world = world();
    let (by_itself, before, after) = (
        opened.open_to(&world),
        was.blocks.open_to(&world),
        now.blocks.open_to(&world),
    );
    let wide = Family::BOTH.map(|family| {
        let f = family as usize;
        by_itself[f].union(&after[f].difference(&before[f]))
    });
    let part = |row: net::Row| {
        let at_world = !row.addresses.intersection(&world).is_empty();
        let internet = at_world
            && !row
                .traffic
                .intersection(&wide[row.family as usize])
                .is_empty();
        Part::new(row, Addresses::default(), direction, internet)
    };
    let never_filtered = was.unfiltered.union(&now.unfiltered);
    let is_filtered = |row: &net::Row| !row.addresses.difference(&never_filtered).is_empty();
    opened
        .rows()
        .into_iter()
        .filter(is_filtered)
        .map(part)
        .collect()
}

/// What rules that name an end open, where only one side of the connection is a tier.
fn one_door(
    doors: &Doors<'_>,
    places: &Addresses,
    fresh: &[TrafficSet; 2],
    direction: Direction,
    internet: bool,
) -> Vec<Part> {
    let rows = doors.by_name(places, fresh).rows().into_iter();
    rows.map(|row| Part::new(row, Addresses::default(), direction, internet))
        .collect()
}

impl Part {
    /// What stands in a row, the tier being at `tier`.
    fn new(row: net::Row, tier: Addresses, direction: Direction, internet: bool) -> Part {
        let (from, to) = match direction {
            Direction::Ingress => (row.addresses, tier),
            Direction::Egress => (tier, row.addresses),
        };
        Part {
            family: row.family,
            from,
            to,
            traffic: row.traffic,
            internet,
            by_default: false,
        }
    }
}

/// What rules that name one of two tiers open between them. Of each piece of traffic: the senders
/// that a rule lets in anew, with all receivers that it may be sent to; and all senders that are
/// let in, with the receivers that a rule lets it be sent to anew. The first senders are among the
/// second, and the second receivers among the first.
fn two_doors(
    ends: &Ends,
    (from, to): (EndId, EndId),
    out: &Doors<'_>,
    into: &Doors<'_>,
) -> Vec<Part> {
    let (senders, receivers) = (&ends.get(from).addresses, &ends.get(to).addresses);
    let (let_in, let_out) = (into.fresh(from), out.fresh(to));
    let asked = Family::BOTH.map(|family| let_in[family as usize].union(&let_out[family as usize]));
    let (new_in, all_in) = (
        into.by_name(senders, &let_in),
        into.now(from, senders, &asked),
    );
    let (new_out, all_out) = (
        out.by_name(receivers, &let_out),
        out.now(to, receivers, &asked),
    );
    let sets = [&new_in, &all_in, &new_out, &all_out].map(Packets::rows);
    let mut parts = Vec::new();
    for family in Family::BOTH {
        let traffic: Vec<&TrafficSet> = sets
            .iter()
            .flatten()
            .filter(|row| row.family == family)
            .map(|row| &row.traffic)
            .collect();
        for piece in TrafficSet::cut(&traffic) {
            let at = |packets: &Packets| {
                let nothing = TrafficSet::default();
                match family {
                    Family::V4 => packets.addresses(&piece, &nothing),
                    Family::V6 => packets.addresses(&nothing, &piece),
                }
            };
            for (from, to) in joined((at(&new_in), at(&all_out)), (at(&all_in), at(&new_out))) {
                gather(
                    Part {
                        family,
                        from,
                        to,
                        traffic: piece.clone(),
                        internet: false,
                        by_default: false,
                    },
                    &mut parts,
                );
            }
        }
    }
    parts
}

/// The union of two products, the first senders being among the second and the second receivers
/// among the first, in as few products as can be.
fn joined(
    (some, all_receivers): (Addresses, Addresses),
    (all, some_receivers): (Addresses, Addresses),
) -> Vec<(Addresses, Addresses)> {
    let rest = all.difference(&some);
    let products = if all_receivers == some_receivers {
        vec![(all, all_receivers)]
    } else {
        vec![(some, all_receivers), (rest, some_receivers)]
    };
    products
        .into_iter()
        .filter(|(from, to)| !from.is_empty() && !to.is_empty())
        .collect()
}

/// Adds a part, to one between the same addresses where there is one.
fn gather(part: Part, parts: &mut Vec<Part>) {
    let same = |known: &&mut Part| {
        known.family == part.family && known.from == part.from && known.to == part.to
    };
    match parts.iter_mut().find(same) {
        Some(known) => known.traffic = known.traffic.union(&part.traffic),
        None => parts.push(part),
    }
}

/// What another default of a parameter opens, of what rules that name it let through before and
/// after.
fn by_default(
    doors: &Doors<'_>,
    end: EndId,
    all: &Addresses,
    halves: [&Version<'_>; 2],
    direction: Direction,
) -> Vec<Part> {
    let [was, now] = halves.map(|half| DefaultValue::new(half, end));
    let places = match &now {
        DefaultValue::Nothing => return Vec::new(),
        // nobody knows the addresses of its members
        DefaultValue::Id(_) if was == now => return Vec::new(),
        DefaultValue::Id(_) => all.clone(),
        DefaultValue::Block(now) => now.difference(was.addresses()),
    };
    if places.is_empty() {
        return Vec::new();
    }

    let (traffic_was, traffic_now) = (doors.was.to(end), doors.now.to(end));
    let both = Family::BOTH
        .map(|family| traffic_now[family as usize].intersection(&traffic_was[family as usize]));
    let internet = is_wide(now.addresses(), &both) && !is_wide(was.addresses(), &both);
    let part = |row: net::Row| {
        let is_whole = now.is_id() && row.addresses == all.in_family(row.family);
        let addresses = if is_whole {
            Addresses::default()
        } else {
            row.addresses
        };
        let row = net::Row { addresses, ..row };
        Part {
            by_default: true,
            ..Part::new(row, Addresses::default(), direction, internet)
        }
    };
    doors
        .by_name(&places, &both)
        .rows()
        .into_iter()
        .map(part)
        .collect()
}

/// Whether this traffic with these addresses counts as open to the internet.
fn is_wide(places: &Addresses, [v4, v6]: &[TrafficSet; 2]) -> bool {
    !places.is_empty()
        && Packets::product(places, v4, v6)
            .open_to(&world())
            .iter()
            .any(|open| !open.is_empty())
}

/// Adds what a pair of ends gained: what is the same in both families once.
fn tell(
    ends: &Ends,
    after: &Version<'_>,
    (from, to): (EndId, EndId),
    parts: Vec<Part>,
    changes: &mut Vec<Change>,
) {
    let place = |end: EndId, addresses: Addresses, part: &Part| {
        let all =
            end != EndId::HOSTS && addresses == ends.get(end).addresses.in_family(part.family);
        // where it is said of all of an end, its addresses are no news
        Place {
            whole: addresses.is_empty() || all && !part.by_default,
            addresses,
        }
    };
    let mut told: Vec<(Change, [Place; 2])> = Vec::new();
    // which of them are of IPv4 alone so far
    let mut halves: Vec<usize> = Vec::new();
    for mut part in parts {
        let (sender, receiver) = (std::mem::take(&mut part.from), std::mem::take(&mut part.to));
        let places = [place(from, sender, &part), place(to, receiver, &part)];
        let mut traffic = [TrafficSet::default(), TrafficSet::default()];
        traffic[part.family as usize] = part.traffic;
        let other_half = match part.family {
            Family::V4 => None,
            Family::V6 => halves
                .iter()
                .position(|n| are_one(&told[*n], &traffic[1], &places)),
        };
        match other_half.map(|n| &mut told[halves.remove(n)]) {
            Some((known, at)) => {
                let [_, v6] = traffic;
                known.traffic[1] = v6;
                known.internet |= part.internet;
                for (known, place) in at.iter_mut().zip(places) {
                    known.addresses = known.addresses.union(&place.addresses);
                }
            }
            None => {
                let Part {
                    internet,
                    by_default,
                    ..
                } = part;
                let (places_of, causes) = (Places::default(), Default::default());
                let change = Change {
                    from,
                    to,
                    places: places_of,
                    traffic,
                    internet,
                    by_default,
                    causes,
                };
                halves.extend((part.family == Family::V4).then_some(told.len()));
                told.push((change, places));
            }
        }
    }
    changes.extend(told.into_iter().map(|(change, [from, to])| {
        let change = Change {
            places: Places {
                from: from.said(),
                to: to.said(),
            },
            ..change
        };
        Change {
            causes: causes(after, &change),
            ..change
        }
    }));
}

/// Whether what passes in IPv6 is one with something that passes in IPv4: the same, at addresses;
/// anything at all, where no addresses are said.
fn are_one((known, at): &(Change, [Place; 2]), v6: &TrafficSet, places: &[Place; 2]) -> bool {
    let whole = |places: &[Place; 2]| places.each_ref().map(|place| place.whole);
    whole(at) == whole(places) && (whole(at) == [true, true] || alike(&known.traffic[0], v6))
}

/// Where an end is, and whether that is all of it.
struct Place {
    addresses: Addresses,
    whole: bool,
}

impl Place {
    fn said(self) -> Option<Addresses> {
        (!self.whole).then_some(self.addresses)
    }
}

/// Whether traffic of IPv4 and of IPv6 is the same in words, each family's ICMP apart.
fn alike(v4: &TrafficSet, v6: &TrafficSet) -> bool {
    let all = *v4 == TrafficSet::all(Family::V4) && *v6 == TrafficSet::all(Family::V6);
    all || v4.without_icmp() == v6.without_icmp()
}
