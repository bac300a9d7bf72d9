//! The answer to a question: one meaning for assertions, for `trace`, and for each part of a
//! service.

use super::gate::{Endpoint, Gates};
use crate::net::{Family, Traffic, TrafficSet};

/// The answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It must pass, for every address of both endpoints: the claim of `can reach`.
    Passes,
    /// It may pass: for some addresses, in part, or depending on unknown facts.
    ForSome,
    /// It never passes: the claim of `cannot reach`.
    Stopped,
}

/// The traffic in question that passes in one IP version.
#[derive(Debug, Clone)]
pub struct Passage {
    /// The IP version.
    pub family: Family,
    /// Whether both endpoints certainly have it.
    pub sure: bool,
    /// The traffic in question.
    pub asked: TrafficSet,
    /// The traffic that passes for some address of either endpoint, or depending on unknown facts.
    pub may: TrafficSet,
    /// The traffic that passes for every address.
    pub must: TrafficSet,
}

impl Passage {
    /// The same, restricted to a part of the traffic.
    pub fn restrict_to(&self, part: &TrafficSet) -> Passage {
        let [asked, may, must] =
            [&self.asked, &self.may, &self.must].map(|set| set.intersection(part));
        Passage {
            asked,
            may,
            must,
            ..*self
        }
    }
}

impl Verdict {
    /// The answer for all IP versions that the endpoints may have. It passes if all traffic in
    /// question must pass in each version that both certainly have; with `any`, if some service
    /// must.
    pub fn combine_passages(passages: &[Passage], any: bool) -> Verdict {
        if passages.iter().all(|passage| passage.may.is_empty()) {
            return Verdict::Stopped;
        }

        let mut carrying = passages
            .iter()
            .filter(|passage| passage.sure && !passage.asked.is_empty())
            .peekable();

        let passes = if any {
            TrafficSet::share_a_service(
                &carrying
                    .map(|passage| passage.must.clone())
                    .collect::<Vec<_>>(),
            )
        } else {
            carrying.peek().is_some() && carrying.all(|passage| passage.must.covers(&passage.asked))
        };

        if passes {
            Verdict::Passes
        } else {
            Verdict::ForSome
        }
    }
}

impl Gates<'_> {
    /// The traffic from one endpoint to another in each IP version that both may have; of any
    /// traffic, if none is in question.
    pub fn list_passages(&self, from: &Endpoint, to: &Endpoint, asked: &[Traffic]) -> Vec<Passage> {
        let families = Family::BOTH
            .into_iter()
            .filter(|family| from.may_be_in(*family) && to.may_be_in(*family));

        let passage = |family| {
            let asked = super::named_endpoint::asked_traffic(asked.iter().copied(), family);
            let sure = from.is_in(family) && to.is_in(family);
            let (may, must) = (
                self.may_pass(from, to, family, &asked),
                self.must_pass(from, to, family, &asked),
            );

            Passage {
                family,
                sure,
                asked,
                may,
                must,
            }
        };

        families.map(passage).collect()
    }

    /// The answer for one service, or for any traffic.
    pub fn judge_service(&self, from: &Endpoint, to: &Endpoint, asked: &[Traffic]) -> Verdict {
        Verdict::combine_passages(&self.list_passages(from, to, asked), asked.is_empty())
    }
}
