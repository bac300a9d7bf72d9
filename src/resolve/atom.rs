//! What services are made of, and the built-in ones.

use crate::net::{Family, Traffic};

/// One piece of traffic, as far as it is known without a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Atom {
    /// The same for every peer.
    Fixed(Traffic),
    /// ICMP by name: this for peers of IPv4, that for peers of IPv6, nothing where a family has no such type.
    Neutral(Option<Traffic>, Option<Traffic>),
}

impl Atom {
    /// What it is for a peer of one family.
    pub fn of(self, family: Family) -> Option<Traffic> {
        match (self, family) {
            (Atom::Fixed(traffic), _) => Some(traffic).filter(|t| t.family().is_none_or(|f| f == family)),
            (Atom::Neutral(v4, _), Family::V4) => v4,
            (Atom::Neutral(_, v6), Family::V6) => v6,
        }
    }

    /// What it is for a peer that has members of both families, or of IPv4 only.
    pub fn of_group(self, dual: bool) -> impl Iterator<Item = Traffic> {
        let (first, second) = match self {
            Atom::Fixed(traffic) => (Some(traffic), None),
            Atom::Neutral(v4, v6) => (v4, v6.filter(|_| dual)),
        };
        first.into_iter().chain(second)
    }
}

/// A service of the catalogue that ships with tierwall.
#[derive(Debug)]
pub struct BuiltIn {
    /// `https`
    pub name: String,
    /// As the catalogue declares it: `tcp 443`, or the name of another service.
    pub declared: String,
    /// What it comes to.
    pub meaning: String,
    /// One line for people.
    pub description: String,
    pub(super) atoms: Vec<Atom>,
}

impl BuiltIn {
    /// Whether TCP or UDP traffic to this port is of the service.
    pub fn has_port(&self, port: u16) -> bool {
        self.atoms.iter().any(|atom| match atom {
            Atom::Fixed(Traffic::Tcp(ports) | Traffic::Udp(ports)) => (ports.from..=ports.to).contains(&port),
            Atom::Fixed(Traffic::All | Traffic::Icmp(_) | Traffic::Icmpv6(_) | Traffic::Number(_))
            | Atom::Neutral(..) => false,
        })
    }
}

/// The built-in service of a name.
pub fn find<'b>(built_in: &'b [BuiltIn], name: &str) -> Option<&'b BuiltIn> {
    let at = built_in.binary_search_by(|service| service.name.as_str().cmp(name)).ok()?;
    Some(&built_in[at])
}
