//! The traffic of services, and the built-in services.

use crate::net::{Family, PerFamily, Traffic};
use std::ops::Deref;
use std::sync::OnceLock;

/// One piece of traffic, before the family of the peer is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Atom {
    /// The same for every peer.
    Fixed(Traffic),
    /// A named ICMP type: its traffic for each family, `None` if the family has no such type.
    PerFamily(PerFamily<Option<Traffic>>),
}

impl Atom {
    /// Its traffic for a peer of one family.
    pub fn for_family(self, family: Family) -> Option<Traffic> {
        match (self, family) {
            (Atom::Fixed(traffic), _) => {
                Some(traffic).filter(|t| t.family().is_none_or(|f| f == family))
            }
            (Atom::PerFamily(traffic), _) => traffic[family],
        }
    }

    /// Its traffic for a peer with members of both families, or of IPv4 only.
    pub fn for_group(self, dual: bool) -> impl Iterator<Item = Traffic> {
        let (first, second) = match self {
            Atom::Fixed(traffic) => (Some(traffic), None),
            Atom::PerFamily(PerFamily { v4, v6 }) => (v4, v6.filter(|_| dual)),
        };
        first.into_iter().chain(second)
    }
}

/// The traffic of an item of a list of services, sorted.
pub enum Atoms<'s> {
    /// Literal traffic.
    One(Atom),
    /// The traffic of a named service.
    Named(&'s [Atom]),
}

impl Deref for Atoms<'_> {
    type Target = [Atom];

    fn deref(&self) -> &[Atom] {
        match self {
            Atoms::One(atom) => std::slice::from_ref(atom),
            Atoms::Named(atoms) => atoms,
        }
    }
}

/// A service of the catalogue that ships with tierwall.
#[derive(Debug)]
pub struct BuiltIn {
    /// `https`
    pub name: String,
    /// As the catalogue declares it: `tcp 443`, or the name of another service.
    pub declared: String,
    /// Its traffic, as text.
    pub meaning: String,
    /// One line for people.
    pub description: String,
    pub(super) atoms: Vec<Atom>,
}

impl BuiltIn {
    /// Whether the service contains TCP or UDP traffic to this port.
    pub fn has_port(&self, port: u16) -> bool {
        self.atoms.iter().any(|atom| match atom {
            Atom::Fixed(Traffic::Tcp(ports) | Traffic::Udp(ports)) => {
                (ports.from..=ports.to).contains(&port)
            }
            Atom::Fixed(
                Traffic::All
                | Traffic::TcpUnknown(_)
                | Traffic::UdpUnknown(_)
                | Traffic::Icmp(_)
                | Traffic::Icmpv6(_)
                | Traffic::Number(_),
            )
            | Atom::PerFamily(..) => false,
        })
    }
}

/// The services that ship with tierwall, by name. The text is indexed at the first lookup, and each
/// declaration is parsed when it is looked up: most programs use few.
#[derive(Debug)]
pub struct Catalogue {
    text: &'static str,
    entries: OnceLock<Vec<CatalogueEntry>>,
    read: ServiceParser,
}

/// Parses the declaration of one service; others are looked up in the catalogue.
pub type ServiceParser = fn(&str, &Catalogue) -> BuiltIn;

#[derive(Debug)]
struct CatalogueEntry {
    name: &'static str,
    declaration: &'static str,
    service: OnceLock<BuiltIn>,
}

impl CatalogueEntry {
    fn parse_line(declaration: &'static str) -> Option<CatalogueEntry> {
        let (name, _) = declaration.strip_prefix("service ")?.split_once(' ')?;
        Some(CatalogueEntry {
            name,
            declaration,
            service: OnceLock::new(),
        })
    }
}

impl Catalogue {
    /// The catalogue of a text with one service per line: `service https = tcp 443 "Web over TLS"`.
    pub const fn new(text: &'static str, read: ServiceParser) -> Catalogue {
        Catalogue {
            text,
            entries: OnceLock::new(),
            read,
        }
    }

    /// The service with a name.
    pub fn find(&self, name: &str) -> Option<&BuiltIn> {
        let entries = self.sorted_entries();
        let at = entries
            .binary_search_by_key(&name, |entry| entry.name)
            .ok()?;
        Some(self.read_service(&entries[at]))
    }

    /// The names of all of them, sorted.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.sorted_entries().iter().map(|entry| entry.name)
    }

    /// All of them, by name.
    pub fn services(&self) -> impl Iterator<Item = &BuiltIn> {
        self.sorted_entries()
            .iter()
            .map(|entry| self.read_service(entry))
    }

    fn sorted_entries(&self) -> &[CatalogueEntry] {
        self.entries.get_or_init(|| {
            let declarations = self.text.lines();
            let mut entries: Vec<CatalogueEntry> = declarations
                .filter_map(CatalogueEntry::parse_line)
                .collect();
            entries.sort_unstable_by_key(|entry| entry.name);
            entries
        })
    }

    fn read_service<'c>(&'c self, entry: &'c CatalogueEntry) -> &'c BuiltIn {
        entry
            .service
            .get_or_init(|| (self.read)(entry.declaration, self))
    }
}
