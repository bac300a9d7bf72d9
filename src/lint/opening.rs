//! What is open to the internet, and what lints found of it.

use crate::diagnostic::Finding;
use crate::net::{Family, PerFamily, Piece, Traffic, TrafficSet};
use crate::policy::{SentenceId, TierId};

/// What one sentence, or several together, open of one tier to the internet.
#[derive(Debug)]
pub struct Opening {
    /// The tier.
    pub tier: TierId,
    /// The sentences that do; more than one where none of them does by itself.
    pub sentences: Vec<SentenceId>,
    /// What is open.
    pub open: PerFamily<TrafficSet>,
}

impl Opening {
    /// What is open of this traffic.
    pub fn open_within(&self, traffic: &[Traffic]) -> PerFamily<TrafficSet> {
        PerFamily::from_traffic(traffic).intersection(&self.open)
    }

    /// What of this traffic is open, in words: `tcp 5900-5901`.
    pub(super) fn words_within(&self, traffic: Traffic) -> String {
        let open = self.open_within(&[traffic]);
        let both = open.v4.union(&open.v6);
        let pieces = both.pieces(traffic.family().unwrap_or(Family::V4));
        let words: Vec<String> = pieces.iter().map(Piece::to_string).collect();
        words.join(" and ")
    }

    /// What is open beside this traffic.
    pub fn open_beside(&self, traffic: &[Traffic]) -> PerFamily<TrafficSet> {
        self.open.difference(&PerFamily::from_traffic(traffic))
    }

    /// Whether any of this traffic is open, in either family.
    pub fn has(&self, traffic: Traffic) -> bool {
        self.open.meets(traffic)
    }
}

/// What a lint about exposure found.
#[derive(Debug)]
pub struct Exposed {
    /// The finding.
    pub finding: Finding,
    /// What is open; nothing where the finding is about something else and stands by itself.
    pub open: Option<OpenTraffic>,
}

/// What a finding says is open.
#[derive(Debug)]
pub struct OpenTraffic {
    /// The tier.
    pub tier: TierId,
    /// What is open.
    pub traffic: PerFamily<TrafficSet>,
}

impl From<Finding> for Exposed {
    fn from(finding: Finding) -> Exposed {
        Exposed {
            finding,
            open: None,
        }
    }
}
