//! Connections that a change opens or closes.

use super::ends::EndId;
use crate::net::{Addresses, Family, PerFamily, TrafficSet};
use crate::policy::{SentenceId, TierId};

/// Connections of one pair of ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Who sends.
    pub from: EndId,
    /// Who receives.
    pub to: EndId,
    /// Where each is.
    pub places: Places,
    /// What passes.
    pub traffic: PerFamily<TrafficSet>,
    /// Whether some of it is from or to so many addresses of the internet that it counts as open to
    /// it.
    pub internet: bool,
    /// Whether it is so because the default of a parameter is another, for whoever gives it no
    /// value.
    pub by_default: bool,
    /// What lets it through, in the program in which it passes.
    pub causes: Causes,
}

impl Change {
    /// Whether anything passes in a family.
    pub fn has(&self, family: Family) -> bool {
        !self.traffic[family].is_empty()
    }
}

/// Where the ends of connections are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// The sender's addresses; nothing where it is all of them.
    pub from: Option<Addresses>,
    /// The receiver's, likewise.
    pub to: Option<Addresses>,
}

/// Why connections pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Causes {
    /// The sentences that say so, as they stand.
    pub sentences: Vec<SentenceId>,
    /// The tier that may send everything, where that is why.
    pub open: Option<TierId>,
}
