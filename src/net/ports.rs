//! Ports: ranges of numbers, and those that are set at deployment: `tcp app-port`, `udp
//! 8000-last-port`.
//!
//! A range with a parameter in it is stored once in a process, and [`Traffic`] has its
//! number: so traffic stays as small as two ports, and rules of two programs with the same
//! parameters have the same traffic. The ranges are kept until the process ends.
//!
//! [`Traffic`]: super::Traffic

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;
use std::sync::{LazyLock, PoisonError, RwLock};

/// Ports, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ports {
    /// The first.
    pub from: u16,
    /// The last.
    pub to: u16,
}

impl Ports {
    /// 0-65535
    pub const ALL: Ports = Ports {
        from: 0,
        to: u16::MAX,
    };
}

/// One end of a range of ports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PortEnd {
    /// A port.
    Number(u16),
    /// The name of a parameter.
    Parameter(String),
}

/// A range of ports with a parameter at an end. The order is that of the ends, whatever the order
/// in which ranges became known.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct UnknownPorts {
    /// The position in [`RANGES`], in halves of two bytes: so the alignment of traffic is that of a
    /// port.
    position: [u16; 2],
}

/// The first and the last port of a range.
type Range = (PortEnd, PortEnd);

/// Every range of the programs of this process.
#[derive(Default)]
struct Ranges {
    list: Vec<&'static Range>,
    positions: HashMap<&'static Range, u32>,
}

static RANGES: LazyLock<RwLock<Ranges>> = LazyLock::new(RwLock::default);

impl Ranges {
    fn position_of(&mut self, range: Range) -> u32 {
        if let Some(known) = self.positions.get(&range) {
            return *known;
        }
        let position = self.list.len() as u32;
        let range: &'static Range = Box::leak(Box::new(range));
        self.list.push(range);
        self.positions.insert(range, position);
        position
    }
}

impl UnknownPorts {
    /// The ports from one end to another; both are the same parameter where it is one port.
    pub fn new(from: PortEnd, to: PortEnd) -> UnknownPorts {
        let mut ranges = RANGES.write().unwrap_or_else(PoisonError::into_inner);
        let position = ranges.position_of((from, to));
        UnknownPorts {
            position: [(position >> 16) as u16, position as u16],
        }
    }

    /// The first and the last port; the same parameter where it is one port.
    pub fn ends(self) -> (&'static PortEnd, &'static PortEnd) {
        let [high, low] = self.position.map(usize::from);
        let ranges = RANGES.read().unwrap_or_else(PoisonError::into_inner);
        let (from, to) = ranges.list[high << 16 | low];
        (from, to)
    }

    /// Every port that may be among them.
    pub fn possible(self) -> Ports {
        let (from, to) = self.ends();
        let number = |end: &PortEnd| match end {
            PortEnd::Number(port) => Some(*port),
            PortEnd::Parameter(_) => None,
        };
        Ports {
            from: number(from).unwrap_or(Ports::ALL.from),
            to: number(to).unwrap_or(Ports::ALL.to),
        }
    }

    /// The parameters, each once.
    pub fn parameters(self) -> impl Iterator<Item = &'static str> {
        let (from, to) = self.ends();
        let to = Some(to).filter(|to| *to != from);
        [Some(from), to]
            .into_iter()
            .flatten()
            .filter_map(|end| match end {
                PortEnd::Number(_) => None,
                PortEnd::Parameter(name) => Some(name.as_str()),
            })
    }
}

impl Ord for UnknownPorts {
    fn cmp(&self, other: &UnknownPorts) -> Ordering {
        if self == other {
            return Ordering::Equal;
        }
        self.ends().cmp(&other.ends())
    }
}

impl PartialOrd for UnknownPorts {
    fn partial_cmp(&self, other: &UnknownPorts) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for PortEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PortEnd::Number(port) => port.fmt(f),
            PortEnd::Parameter(name) => name.fmt(f),
        }
    }
}

impl fmt::Display for UnknownPorts {
    /// As a program writes them: `app-port`, `8000-last-port`, `first-port - last-port`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ends() {
            (from, to) if from == to => from.fmt(f),
            (from @ PortEnd::Number(_), to) => write!(f, "{from}-{to}"),
            (from @ PortEnd::Parameter(_), to) => write!(f, "{from} - {to}"),
        }
    }
}

impl fmt::Debug for UnknownPorts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(name: &str) -> PortEnd {
        PortEnd::Parameter(name.to_string())
    }

    #[test]
    fn a_range_is_what_its_ends_are() {
        let later = UnknownPorts::new(parameter("b"), parameter("b"));
        let earlier = UnknownPorts::new(parameter("a"), parameter("z"));
        assert!(earlier < later);
        assert_eq!(earlier, UnknownPorts::new(parameter("a"), parameter("z")));
        assert_ne!(earlier, later);
        assert_eq!(earlier.ends(), (&parameter("a"), &parameter("z")));
        assert_eq!(later.parameters().collect::<Vec<_>>(), ["b"]);
        assert_eq!(earlier.parameters().collect::<Vec<_>>(), ["a", "z"]);
    }

    #[test]
    fn ranges_as_programs_write_them() {
        let number = PortEnd::Number;
        for (from, to, text, possible) in [
            (parameter("app"), parameter("app"), "app", (0, 65535)),
            (number(8000), parameter("last"), "8000-last", (8000, 65535)),
            (parameter("first"), number(90), "first - 90", (0, 90)),
            (
                parameter("first"),
                parameter("last"),
                "first - last",
                (0, 65535),
            ),
        ] {
            let ports = UnknownPorts::new(from, to);
            let (from, to) = possible;
            assert_eq!(ports.to_string(), text);
            assert_eq!(ports.possible(), Ports { from, to });
        }
    }
}
