//! Sentences, and the flows that they expand to.

use super::peer::{EntryOf, Peer};
use super::words::WordId;
use super::{ExternalId, SentenceId, TierId};
use crate::aws::Text;
use crate::date::Date;
use crate::net::Traffic;
use crate::source::Span;

/// `web allows https from office until 2026-12-31 "admin access"`
#[derive(Debug)]
pub struct Sentence {
    /// The statement.
    pub span: Span,
    /// `"admin access"`; an empty string for rules without a text.
    pub prose: Option<Text>,
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
    /// As a sentence about one tier writes it, between spaces.
    pub fn spaced_word(self) -> &'static str {
        match self {
            Verb::Allows => " allows ",
            Verb::Accepts => " accepts ",
            Verb::Sends => " sends ",
        }
    }
}

/// One connection that one sentence allows: the subject, one piece of traffic, one peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// The group that the sentence is about.
    pub subject: Owner,
    /// An external as the sentence names it, which can have several names; `None` for a tier.
    pub about: Option<WordId>,
    /// Whether it accepts or sends.
    pub way: Way,
    /// Which ends it opens.
    pub verb: Verb,
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
    /// The list that the program makes and that the peer, a block, is an entry of: rules name the
    /// list, and every analysis judges its entries.
    pub entry_of: Option<EntryOf>,
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

    /// The sender and the receiver as the peers of rules, which name a list and not its entries.
    pub fn rule_peers(&self) -> [Peer; 2] {
        let peers = [self.source(), self.destination()];
        match (self.entry_of, self.way) {
            (None, _) => peers,
            (Some(entry), Way::From) => [Peer::PrefixList(entry.list()), peers[1]],
            (Some(entry), Way::To) => [peers[0], Peer::PrefixList(entry.list())],
        }
    }

    /// The sender.
    pub fn source(&self) -> Peer {
        match self.way {
            Way::From => self.peer,
            Way::To => self.subject.peer(),
        }
    }

    /// The receiver.
    pub fn destination(&self) -> Peer {
        match self.way {
            Way::From => self.subject.peer(),
            Way::To => self.peer,
        }
    }
}
