//! Open tiers whose sentences share no port: the mix `ports`.

use super::PER_TIER;
use super::draw::Draw;
use super::text::{Part, Sentence};

/// Ports that the ranges of one sentence of a tier are drawn from, so that those of two do not
/// meet.
const PORTS_OF_A_SENTENCE: u32 = 12_000;

/// A tier of five sentences, each a range of TCP ports and a UDP port from a tier and a block. `of`
/// tiers are to choose peers from.
pub fn tier(at: usize, of: usize, draw: &mut Draw) -> Part {
    let sentence = |number: u32| {
        let low = 2_000 + number * PORTS_OF_A_SENTENCE + draw.below(PORTS_OF_A_SENTENCE - 200);
        let high = low + 1 + draw.below(199);
        let udp = 2_000 + number * PORTS_OF_A_SENTENCE + draw.below(PORTS_OF_A_SENTENCE);
        let peer = (at + 1 + draw.below(of as u32 - 1) as usize) % of;
        Sentence {
            subject: name(at),
            services: format!("tcp {low}-{high}, udp {udp}"),
            way: "from",
            peers: vec![name(peer), draw.block()],
            prose: None,
        }
    };
    Part {
        declared: format!("tier {}\n", name(at)),
        sentences: (0..PER_TIER as u32 / 4).map(sentence).collect(),
    }
}

fn name(at: usize) -> String {
    format!("tier{at}")
}
