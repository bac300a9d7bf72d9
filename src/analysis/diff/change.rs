//! Connections that a change opens or closes.

use super::ends::EndId;
use crate::net::{Addresses, Family, PerFamily, TrafficSet};
use crate::policy::{SentenceId, TierId};

/// Connections of one pair of endpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The sender.
    pub from: EndId,
    /// The receiver.
    pub to: EndId,
    /// The addresses of each.
    pub places: Places,
    /// The passing traffic.
    pub traffic: PerFamily<TrafficSet>,
    /// Whether some of it counts as open from or to the internet.
    pub internet: bool,
    /// Whether the cause is a changed default of a parameter, so that it only affects deployments
    /// that set no value.
    pub by_default: bool,
    /// Why it passes, in the program in which it does.
    pub causes: Causes,
}

impl Change {
    /// Whether anything passes in a family.
    pub fn has(&self, family: Family) -> bool {
        !self.traffic[family].is_empty()
    }
}

/// The addresses of the endpoints of connections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// The addresses of the sender; `None` for all of them.
    pub from: Option<Addresses>,
    /// The receiver's, likewise.
    pub to: Option<Addresses>,
}

/// Why connections pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Causes {
    /// The sentences that allow it, in source order.
    pub sentences: Vec<SentenceId>,
    /// The tier that may send all traffic, if that is the reason.
    pub open: Option<TierId>,
    /// The tiers whose members take part by a group that they carry beside their own, each with
    /// that group; sorted.
    pub carried: Vec<(TierId, TierId)>,
}
