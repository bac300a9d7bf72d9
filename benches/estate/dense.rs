//! Open tiers and what they accept: the mixes `dense` and `flat`.

use super::draw::Draw;
use super::text::{Part, Sentence};
use super::{PER_TIER, Peers};

/// A tier of five sentences, each two ports from two peers. `of` tiers are to choose peers from.
pub fn dense(at: usize, of: usize, peers: Peers, draw: &mut Draw) -> Part {
    let sentence = |number: usize| {
        let port = 8000 + 2 * number;
        let services = format!("tcp {port}, {}", port + 1);
        let peers = match peers {
            Peers::Addresses => vec![draw.block(), draw.host()],
            Peers::Groups => vec![other(at, 2 * number, of), other(at, 2 * number + 1, of)],
        };
        accepts(at, services, peers)
    };
    let sentences = (0..PER_TIER / 4).map(sentence).collect();
    Part {
        declared: format!("tier {}\n", name(at)),
        sentences,
    }
}

/// A tier of the mix `dense` whose members carry the group of another, one for each ten.
pub fn also(at: usize, of: usize, draw: &mut Draw) -> Part {
    let part = dense(at, of, Peers::Addresses, draw);
    let shared = at - at % 10;
    if shared == at {
        return part;
    }
    Part {
        declared: format!("tier {} also {}\n", name(at), name(shared)),
        ..part
    }
}

/// A tier of the mix `dense` whose sentences apply in one environment or in both.
pub fn in_environments(at: usize, of: usize, draw: &mut Draw) -> Part {
    let mut part = dense(at, of, Peers::Addresses, draw);
    for (number, sentence) in part.sentences.iter_mut().enumerate() {
        sentence.only_in = Some(match number % 2 {
            0 => "production",
            _ => "production, staging",
        });
    }
    part
}

/// A tier of sentences of one rule each.
pub fn flat(at: usize, of: usize, rules: usize, peers: Peers, draw: &mut Draw) -> Part {
    let sentence = |number: usize| {
        let peer = match peers {
            Peers::Addresses if number.is_multiple_of(2) => draw.block(),
            Peers::Addresses => draw.host(),
            Peers::Groups => other(at, number, of),
        };
        accepts(at, format!("tcp {}", 8000 + number), vec![peer])
    };
    let sentences = (0..rules).map(sentence).collect();
    Part {
        declared: format!("tier {}\n", name(at)),
        sentences,
    }
}

/// The name of a tier by its number.
pub fn name(at: usize) -> String {
    format!("t{at:05}")
}

/// A tier that is not this one, another for each of the next numbers.
pub fn other(at: usize, number: usize, of: usize) -> String {
    name((at + 1 + number % (of - 1)) % of)
}

fn accepts(at: usize, services: String, peers: Vec<String>) -> Sentence {
    Sentence {
        subject: name(at),
        services,
        way: "from",
        peers,
        only_in: None,
        prose: None,
    }
}
