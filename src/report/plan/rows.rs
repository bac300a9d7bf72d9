//! Rows of rules with the same change.

use crate::groups::{Direction, SentenceId};
use crate::plan::Targets;
use crate::report::fold::join_names;

/// The maximum number of names in a row.
const NAMES: usize = 8;

/// Rules with the same change: one for each combination of group, traffic and peer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RuleRow {
    /// `+`
    pub sign: &'static str,
    /// Their direction.
    pub direction: Direction,
    /// The reason of the change.
    pub why: Why,
    /// The targets that it applies to.
    pub targets: Targets,
    /// `web`
    pub groups: Vec<String>,
    /// `tcp 443`
    pub traffic: Vec<String>,
    /// `office (parameter)`
    pub peers: Vec<String>,
}

/// The reason for the change of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Why {
    /// A sentence of the new program, or of the old one.
    Sentence { id: SentenceId, is_new: bool },
    /// A fixed text.
    Known(&'static str),
    /// Any other text.
    Text(String),
}

impl RuleRow {
    /// The number of rules.
    pub fn rule_count(&self) -> usize {
        self.groups.len() * self.traffic.len() * self.peers.len()
    }

    /// The cells: sign, groups, direction, traffic and peers, reason.
    pub fn write_cells(&self, why: String) -> [String; 5] {
        let way = match self.direction {
            Direction::Ingress => "from",
            Direction::Egress => "to",
        };

        let count = if self.rule_count() > 1 {
            format!(" ({} rules)", self.rule_count())
        } else {
            String::new()
        };

        let what = format!(
            "{} {way} {}{count}",
            self.traffic_words(),
            self.peer_words()
        );

        let groups = join_names(&self.groups, NAMES, "groups");
        [
            self.sign.to_string(),
            groups,
            self.direction.words().to_string(),
            what,
            why,
        ]
    }

    /// `tcp 80, 443, udp 53`
    fn traffic_words(&self) -> String {
        let (mut words, mut protocol): (Vec<&str>, &str) = (Vec::new(), "");
        for piece in &self.traffic {
            match piece.split_once(' ') {
                Some((same, ports)) if same == protocol => words.push(ports),
                Some((other, _)) => {
                    protocol = other;
                    words.push(piece);
                }
                None => words.push(piece),
            }
        }
        words.join(", ")
    }

    /// The peers; `anywhere` once for both IP versions.
    fn peer_words(&self) -> String {
        let both = ["anywhere (IPv4)", "anywhere (IPv6)"];
        let has_both = both
            .iter()
            .all(|one| self.peers.iter().any(|peer| peer == one));

        let rest = self
            .peers
            .iter()
            .filter(|peer| !has_both || !both.contains(&peer.as_str()))
            .cloned();

        let peers: Vec<String> = has_both
            .then(|| "anywhere".to_string())
            .into_iter()
            .chain(rest)
            .collect();

        if peers.len() > NAMES {
            format!("{}, …", peers[..3].join(", "))
        } else {
            peers.join(", ")
        }
    }
}
