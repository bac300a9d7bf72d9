//! Connections as products, senders × receivers × traffic, and their changes, merged if they are
//! the same in both families.

use super::causes::find_causes;
use super::change::{Causes, Change, Places};
use super::ends::{EndId, Ends};
use super::version::Version;
use crate::groups::Direction;
use crate::net::{self, Addresses, Family, PerFamily, TrafficSet};

/// Connections of one family between two endpoints: from all these addresses of the sender to all
/// those of the receiver.
pub(super) struct Product {
    pub(super) family: Family,
    pub(super) from: Addresses,
    pub(super) to: Addresses,
    pub(super) traffic: TrafficSet,
    pub(super) internet: bool,
    pub(super) by_default: bool,
}

/// A change, before the families are merged.
struct Draft {
    change: Change,
    from: EndAddresses,
    to: EndAddresses,
}

/// The addresses of an endpoint, and whether these are all of it.
struct EndAddresses {
    addresses: Addresses,
    is_whole: bool,
}

impl Product {
    /// The product of a row of a gate, with all addresses of the gate's tier.
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

    /// The same, because of a changed default of a parameter.
    pub(super) fn by_default(self) -> Product {
        Product {
            by_default: true,
            ..self
        }
    }
}

/// Adds a product, merging it with one between the same addresses.
pub(super) fn merge_product(product: Product, products: &mut Vec<Product>) {
    let is_same = |known: &&mut Product| {
        known.family == product.family && known.from == product.from && known.to == product.to
    };
    match products.iter_mut().find(is_same) {
        Some(known) => known.traffic = known.traffic.union(&product.traffic),
        None => products.push(product),
    }
}

/// The gains of a pair of endpoints, merged if they are the same in both families.
pub(super) fn changes_of(
    ends: &Ends,
    after: &Version<'_>,
    (from, to): (EndId, EndId),
    products: Vec<Product>,
) -> Vec<Change> {
    let mut drafts: Vec<Draft> = Vec::new();
    // the positions of those that are only of IPv4 so far
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

    /// Whether the IPv6 change is merged with the IPv4 change: the same traffic, with addresses;
    /// any traffic, if no addresses are shown.
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
    /// Addresses of an endpoint; `None` means all of it.
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

    /// The addresses that are shown: `None` if they are all of the endpoint.
    fn shown_addresses(self) -> Option<Addresses> {
        (!self.is_whole).then_some(self.addresses)
    }
}

/// Whether traffic of IPv4 and of IPv6 is the same as text, except ICMP.
fn is_same_traffic(v4: &TrafficSet, v6: &TrafficSet) -> bool {
    let is_all = *v4 == TrafficSet::all(Family::V4) && *v6 == TrafficSet::all(Family::V6);
    is_all || v4.without_icmp() == v6.without_icmp()
}
