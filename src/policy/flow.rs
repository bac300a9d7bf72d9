//! Sentences, and the flows that they multiply out to.

use super::peer::Peer;
use super::words::WordId;
use super::{SentenceId, TierId};
use crate::date::Date;
use crate::net::Traffic;
use crate::source::Span;

/// `web allows https from office until 2026-12-31 "admin access"`
#[derive(Debug)]
pub struct Sentence {
    /// The statement.
    pub span: Span,
    /// `"admin access"`; an empty string for rules without a text.
    pub prose: Option<String>,
    /// ` except …` and ` until …` as written, for the text of its rules.
    pub tail: String,
    /// Its last day, and where that is said. After it the sentence has no flows.
    pub until: Option<(Span, Date)>,
}

/// Which way a sentence points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// The subject accepts.
    From,
    /// The subject sends.
    To,
}

/// One connection that one sentence states: the subject, one piece of traffic, one peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// The tier the sentence is about.
    pub subject: TierId,
    /// Whether it accepts or sends.
    pub way: Way,
    /// What.
    pub traffic: Traffic,
    /// From or to whom.
    pub peer: Peer,
    /// The sentence that says so.
    pub sentence: SentenceId,
    /// The service as the sentence names it; `None` where it writes the traffic itself.
    pub service: Option<WordId>,
    /// The peer as the sentence names it; `None` where it writes the block itself.
    pub named: Option<WordId>,
}

impl Flow {
    /// The tier that receives, if a tier does.
    pub fn receiver(&self) -> Option<TierId> {
        match self.way {
            Way::From => Some(self.subject),
            Way::To => self.peer.tier(),
        }
    }

    /// The tier that sends, if a tier does.
    pub fn sender(&self) -> Option<TierId> {
        match self.way {
            Way::To => Some(self.subject),
            Way::From => self.peer.tier(),
        }
    }

    /// Who sends, as the rule that accepts it names them.
    pub fn source(&self) -> Peer {
        self.sender().map_or(self.peer, Peer::Tier)
    }

    /// Who receives, as the rule that sends it names them.
    pub fn destination(&self) -> Peer {
        self.receiver().map_or(self.peer, Peer::Tier)
    }
}
