//! Sentences, and the flows that they multiply out to.

use super::peer::Peer;
use super::words::WordId;
use super::{ExternalId, SentenceId, TierId};
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

/// Whose rules a sentence is about: a group that rules are put on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// A group of the program.
    Tier(TierId),
    /// A group that is made elsewhere.
    External(ExternalId),
}

impl Owner {
    /// The tier, if it is one.
    pub fn tier(self) -> Option<TierId> {
        match self {
            Owner::Tier(id) => Some(id),
            Owner::External(_) => None,
        }
    }

    /// As the peer of a rule.
    pub fn peer(self) -> Peer {
        match self {
            Owner::Tier(id) => Peer::Tier(id),
            Owner::External(id) => Peer::External(id),
        }
    }
}

/// Which ends of a flow a sentence opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// `allows`: both.
    Allows,
    /// `accepts`: the inbound side of the subject alone.
    Accepts,
    /// `sends`: the outbound side of the subject alone.
    Sends,
}

impl Verb {
    /// As a sentence about one tier writes it.
    pub fn word(self) -> &'static str {
        match self {
            Verb::Allows => "allows",
            Verb::Accepts => "accepts",
            Verb::Sends => "sends",
        }
    }
}

/// One connection that one sentence states: the subject, one piece of traffic, one peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// The group the sentence is about.
    pub subject: Owner,
    /// An external as the sentence names it, which can have several names; nothing for a tier.
    pub about: Option<WordId>,
    /// Whether it accepts or sends.
    pub way: Way,
    /// Which ends it opens.
    pub verb: Verb,
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
        self.destination().tier()
    }

    /// The tier that sends, if a tier does.
    pub fn sender(&self) -> Option<TierId> {
        self.source().tier()
    }

    /// The group whose inbound side the sentence opens, if it opens one. That of an external is
    /// opened by sentences about it alone.
    pub fn accepting(&self) -> Option<Owner> {
        match (self.verb, self.way) {
            (Verb::Sends, _) => None,
            (_, Way::From) => Some(self.subject),
            (_, Way::To) => self.peer.tier().map(Owner::Tier),
        }
    }

    /// The group whose outbound side the sentence opens: that of an open tier with `sends` alone.
    pub fn sending(&self) -> Option<Owner> {
        match (self.verb, self.way) {
            (Verb::Accepts, _) => None,
            (_, Way::To) => Some(self.subject),
            (_, Way::From) => self.peer.tier().map(Owner::Tier),
        }
    }

    /// Who sends, as the rule that accepts it names them.
    pub fn source(&self) -> Peer {
        match self.way {
            Way::From => self.peer,
            Way::To => self.subject.peer(),
        }
    }

    /// Who receives, as the rule that sends it names them.
    pub fn destination(&self) -> Peer {
        match self.way {
            Way::From => self.subject.peer(),
            Way::To => self.peer,
        }
    }
}
