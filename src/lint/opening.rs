//! What is open to the internet, and the findings about it.

use crate::diagnostic::Finding;
use crate::net::{Family, PerFamily, Piece, Traffic, TrafficSet};
use crate::policy::{Owner, SentenceId};

/// Traffic that one sentence, or several together, open from the internet to one tier.
#[derive(Debug)]
pub struct Opening {
    /// The group.
    pub owner: Owner,
    /// The sentences that open it; more than one if none of them does alone.
    pub sentences: Vec<SentenceId>,
    /// The open traffic.
    pub open: PerFamily<TrafficSet>,
}

impl Opening {
    /// The open part of this traffic.
    pub fn open_within(&self, traffic: &[Traffic]) -> PerFamily<TrafficSet> {
        PerFamily::from_traffic(traffic).intersection(&self.open)
    }

    /// The open part of this traffic, as text: `tcp 5900-5901`.
    pub(super) fn words_within(&self, traffic: Traffic) -> String {
        let open = self.open_within(&[traffic]);
        let both = open.v4.union(&open.v6);
        let pieces = both.pieces(traffic.family().unwrap_or(Family::V4));
        let words: Vec<String> = pieces.iter().map(Piece::to_string).collect();
        words.join(" and ")
    }

    /// The open traffic other than this.
    pub fn open_beside(&self, traffic: &[Traffic]) -> PerFamily<TrafficSet> {
        self.open.difference(&PerFamily::from_traffic(traffic))
    }

    /// Whether any of this traffic is open, in either family.
    pub fn has(&self, traffic: Traffic) -> bool {
        self.open.meets(traffic)
    }
}

/// A finding of a lint about exposure.
#[derive(Debug)]
pub struct Exposed {
    /// The finding.
    pub finding: Finding,
    /// The open traffic; `None` if the finding is about something else, and is not merged.
    pub open: Option<OpenTraffic>,
}

/// The open traffic of a finding.
#[derive(Debug)]
pub struct OpenTraffic {
    /// The group.
    pub owner: Owner,
    /// The open traffic.
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
