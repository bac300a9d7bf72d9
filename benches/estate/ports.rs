//! Open tiers whose sentences share no port: the mixes `ports` and `port-params`.

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
            only_in: None,
            prose: None,
        }
    };
    Part {
        declared: format!("tier {}\n", name(at)),
        sentences: (0..PER_TIER as u32 / 4).map(sentence).collect(),
    }
}

/// The parameters of the mix `port-params`.
pub const PARAMS: &str = "\
param port-1 : port = 9081
param port-2 : port = 9082
param port-3 : port
param port-4 : port
";

/// A tier of five sentences, of which all but the first have a port and a range that the deployment
/// sets.
pub fn with_params(at: usize, of: usize, draw: &mut Draw) -> Part {
    let mut part = tier(at, of, draw);
    for (number, sentence) in part.sentences.iter_mut().enumerate().skip(1) {
        let first = 9_000 + number;
        sentence.services = format!("tcp port-{number}, udp {first}-port-{number}");
    }
    part
}

fn name(at: usize) -> String {
    format!("tier{at}")
}
