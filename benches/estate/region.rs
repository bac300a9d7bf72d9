//! Closed tiers that use all of AWS's quota: the mix `region`.

use super::dense::{name, other};
use super::draw::Draw;
use super::text::{Part, Sentence};

/// How many rules the sentences of a tier give: 30 inbound from addresses, 30 outbound to
/// addresses, and 30 from other tiers, which are 30 outbound there.
pub const PER_TIER: usize = 120;

/// A tier with fifteen sentences, each three ports and two peers. `of` tiers are to choose peers
/// from.
pub fn tier(at: usize, of: usize, draw: &mut Draw) -> Part {
    let sentence = |number: usize| {
        let port = 8000 + 3 * number;
        let (way, peers) = match number {
            0..5 => ("from", vec![draw.block(), draw.host()]),
            5..10 => (
                "from",
                vec![other(at, 2 * number, of), other(at, 2 * number + 1, of)],
            ),
            _ => ("to", vec![draw.block(), draw.host()]),
        };
        Sentence {
            subject: name(at),
            services: format!("tcp {port}, {}, {}", port + 1, port + 2),
            way,
            peers,
            only_in: None,
            prose: None,
        }
    };
    Part {
        declared: format!("tier {}\n", name(at)),
        sentences: (0..15).map(sentence).collect(),
    }
}
