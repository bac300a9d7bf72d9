//! Sentences, and the flows that they expand to.

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
    /// `"admin access"`
    pub prose: Option<String>,
    /// ` except …` and ` until …` as written, for the text of its rules.
    pub tail: String,
    /// Its last day, with its span. After it the sentence has no flows.
    pub until: Option<(Span, Date)>,
}

/// The direction of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// The subject accepts.
    From,
    /// The subject sends.
    To,
}

/// One connection that one sentence allows: the subject, one piece of traffic, one peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// The subject of the sentence.
    pub subject: TierId,
    /// Whether it accepts or sends.
    pub way: Way,
    /// The traffic.
    pub traffic: Traffic,
    /// The peer: the sender if the subject accepts, the receiver if it sends.
    pub peer: Peer,
    /// Its sentence.
    pub sentence: SentenceId,
    /// The name of the service in the sentence; `None` for literal traffic.
    pub service: Option<WordId>,
    /// The name of the peer in the sentence; `None` for a literal block.
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

    /// The sender, as the peer of the inbound rule.
    pub fn source(&self) -> Peer {
        self.sender().map_or(self.peer, Peer::Tier)
    }

    /// The receiver, as the peer of the outbound rule.
    pub fn destination(&self) -> Peer {
        self.receiver().map_or(self.peer, Peer::Tier)
    }
}
