//! Connections as products, senders × receivers × traffic, and the changes that are shown of them:
//! what is the same in both families is one.

use super::causes::find_causes;
use super::change::{Causes, Change, Places};
use super::ends::{EndId, Ends};
use super::version::Version;
use crate::groups::Direction;
use crate::net::{self, Addresses, Family, PerFamily, TrafficSet};

/// Connections of one family between two ends: all at these addresses of the sender with all at
/// those of the receiver.
pub(super) struct Product {
    pub(super) family: Family,
    pub(super) from: Addresses,
    pub(super) to: Addresses,
    pub(super) traffic: TrafficSet,
    pub(super) internet: bool,
    pub(super) by_default: bool,
}

/// A change, before it is known whether it is of both families.
struct Draft {
    change: Change,
    from: EndAddresses,
    to: EndAddresses,
}

/// Where an end is, and whether that is all of it.
struct EndAddresses {
    addresses: Addresses,
    is_whole: bool,
}

impl Product {
    /// What stands in a row of a gate, with all of the gate's tier.
    pub(super) fn new(row: net::PacketRow, direction: Direction, internet: bool) -> Product {
        let (from, to) = match direction {
            Direction::Ingress => (row.addresses, Addresses::default()),
            Direction::Egress => (Addresses::default(), row.addresses),
        };
        Product {
            family: row.family,
            from,
            to,
            traffic: row.traffic,
            internet,
            by_default: false,
        }
    }
}

/// Adds a product, to one between the same addresses where there is one.
pub(super) fn merge_product(product: Product, products: &mut Vec<Product>) {
    let is_same = |known: &&mut Product| {
        known.family == product.family && known.from == product.from && known.to == product.to
    };
    match products.iter_mut().find(is_same) {
        Some(known) => known.traffic = known.traffic.union(&product.traffic),
        None => products.push(product),
    }
}

/// What a pair of ends gained: what is the same in both families once.
pub(super) fn changes_of(
    ends: &Ends,
    after: &Version<'_>,
    (from, to): (EndId, EndId),
    products: Vec<Product>,
) -> Vec<Change> {
    let mut drafts: Vec<Draft> = Vec::new();
    // the positions of those that are of IPv4 alone so far
    let mut v4_alone: Vec<usize> = Vec::new();

    for product in products {
        let family = product.family;
        let draft = Draft::new(ends, (from, to), product);
        let same = match family {
            Family::V4 => None,
            Family::V6 => v4_alone.iter().position(|n| drafts[*n].is_one_with(&draft)),
        };

        match same {
            Some(at) => drafts[v4_alone.remove(at)].add_v6(draft),
            None => {
                v4_alone.extend((family == Family::V4).then_some(drafts.len()));
                drafts.push(draft);
            }
        }
    }

    drafts
        .into_iter()
        .map(|draft| draft.into_change(after))
        .collect()
}

impl Draft {
    fn new(ends: &Ends, (from, to): (EndId, EndId), product: Product) -> Draft {
        let place = |end, addresses| {
            EndAddresses::new(ends, end, addresses, product.family, product.by_default)
        };
        let mut traffic = PerFamily::default();
        traffic[product.family] = product.traffic;

        Draft {
            from: place(from, product.from),
            to: place(to, product.to),
            change: Change {
                from,
                to,
                places: Places::default(),
                traffic,
                internet: product.internet,
                by_default: product.by_default,
                causes: Causes::default(),
            },
        }
    }

    /// Whether what passes in IPv6 is one with what passes in IPv4: the same, at addresses;
    /// anything at all, where no addresses are shown.
    fn is_one_with(&self, v6: &Draft) -> bool {
        let are_whole = |draft: &Draft| [draft.from.is_whole, draft.to.is_whole];
        are_whole(self) == are_whole(v6)
            && (are_whole(self) == [true, true]
                || is_same_traffic(&self.change.traffic.v4, &v6.change.traffic.v6))
    }

    fn add_v6(&mut self, other: Draft) {
        self.change.traffic.v6 = other.change.traffic.v6;
        self.change.internet |= other.change.internet;
        self.from.addresses = self.from.addresses.union(&other.from.addresses);
        self.to.addresses = self.to.addresses.union(&other.to.addresses);
    }

    fn into_change(self, after: &Version<'_>) -> Change {
        let mut change = self.change;
        change.places = Places {
            from: self.from.shown_addresses(),
            to: self.to.shown_addresses(),
        };
        change.causes = find_causes(after, &change);
        change
    }
}

impl EndAddresses {
    /// Addresses of an end; none stand for all of it.
    fn new(
        ends: &Ends,
        end: EndId,
        addresses: Addresses,
        family: Family,
        by_default: bool,
    ) -> EndAddresses {
        let is_all = end != EndId::HOSTS && addresses == ends.get(end).addresses.in_family(family);
        EndAddresses {
            is_whole: addresses.is_empty() || is_all && !by_default,
            addresses,
        }
    }

    /// What is shown of it: nothing, where it is all of the end.
    fn shown_addresses(self) -> Option<Addresses> {
        (!self.is_whole).then_some(self.addresses)
    }
}

/// Whether traffic of IPv4 and of IPv6 is the same in words, each family's ICMP apart.
fn is_same_traffic(v4: &TrafficSet, v6: &TrafficSet) -> bool {
    let is_all = *v4 == TrafficSet::all(Family::V4) && *v6 == TrafficSet::all(Family::V6);
    is_all || v4.without_icmp() == v6.without_icmp()
}
