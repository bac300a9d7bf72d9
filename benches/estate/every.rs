//! Sentences about every tier of a role: the mix `every`.

use super::dense::name;
use super::draw::Draw;
use super::text::{Part, Sentence};

/// How many rules the bastions have.
pub const OF_BASTIONS: usize = 3;

/// What stands before the tiers: four rules of each but the first.
pub const COMMON: &str = "\
tier jump-a, jump-b, jump-c is bastion

every bastion allows ssh            from 10.0.0.0/8
every app-server except t00000 allows tcp 9000, 9001 from 10.0.0.0/8, 172.16.0.1
";

/// A tier of four sentences of four rules, the first of five; two name two of the three bastions.
pub fn tier(at: usize, draw: &mut Draw) -> Part {
    let sentence = |number: usize| {
        let port = 8000 + 2 * number;
        let peers = match number {
            1 => vec!["every bastion except jump-a".to_string()],
            2 => vec!["every bastion except jump-b".to_string()],
            _ => vec![draw.block(), draw.host()],
        };
        Sentence {
            subject: name(at),
            services: format!("tcp {port}, {}", port + 1),
            way: "from",
            peers,
            only_in: None,
            prose: None,
        }
    };
    let count = if at == 0 { 5 } else { 4 };
    Part {
        declared: format!("tier {} is app-server\n", name(at)),
        sentences: (0..count).map(sentence).collect(),
    }
}
