//! The subject of a question.

use crate::analysis::named_endpoint::{self, NamedEndpoint};
use crate::analysis::trace::Service;
use crate::net::Traffic;
use crate::policy::{Assertion, End, Policy};
use crate::source::{Sources, Span};

/// The endpoints and services of a question, with their names in the question.
#[derive(Debug)]
pub struct QuestionEndpoints {
    /// The senders.
    pub from: Vec<NamedEndpoint>,
    /// The receivers.
    pub to: Vec<NamedEndpoint>,
    /// The services; empty for any.
    pub services: Vec<Service>,
}

impl QuestionEndpoints {
    /// The subject of a question.
    pub fn new(policy: &Policy, sources: &Sources, question: &Assertion) -> QuestionEndpoints {
        let named = |ends: &[(Span, End)]| {
            let ends = ends.iter();
            ends.flat_map(|(_, end)| named_endpoint::named_endpoints(policy, end))
                .collect()
        };

        // all traffic of one service has the same span
        let services = question.on.chunk_by(|a, b| a.0 == b.0);
        let service = |same: &[(Span, Traffic)]| {
            let words: Vec<&str> = sources.text(same[0].0).split_whitespace().collect();
            Service {
                name: words.join(" "),
                traffic: same.iter().map(|(_, traffic)| *traffic).collect(),
            }
        };

        QuestionEndpoints {
            from: named(&question.from),
            to: named(&question.to),
            services: services.map(service).collect(),
        }
    }
}
