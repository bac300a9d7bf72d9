//! Texts of rules that few programs have: of parts of services, and of outbound rules alone.

use super::words::WordId;
use super::{Flow, SentenceId};
use crate::aws::Text;
use crate::net::Traffic;
use foldhash::HashMap;

/// Texts of rules other than the strings of their sentences.
#[derive(Debug, Default)]
pub struct Texts {
    /// By the service as sentences name it, and the part: `service ad = tcp 88 "Kerberos"`
    pub(crate) parts: HashMap<(WordId, Traffic), Text>,
    /// By sentence: `web allows https from app "in", outbound "out"`
    pub(crate) outbound: HashMap<SentenceId, Text>,
}

impl Texts {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.outbound.is_empty()
    }

    /// The text of the part of a service that a flow is.
    pub fn part(&self, flow: &Flow) -> Option<&Text> {
        if self.parts.is_empty() {
            return None;
        }
        self.parts.get(&(flow.service?, flow.traffic))
    }

    /// The text of the outbound rules of a sentence.
    pub fn outbound(&self, sentence: SentenceId) -> Option<&Text> {
        if self.outbound.is_empty() {
            return None;
        }
        self.outbound.get(&sentence)
    }
}
