//! Sentences that say what rules say, merged to as few as a person would write.

use super::services::write_services;
use super::text::{quoted, quoted_known};
use crate::aws::{Text, TextRef};
use crate::net::Traffic;
use std::collections::BTreeMap;

/// The verb of a sentence, in the order in which sentences stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verb {
    Allows,
    Accepts,
    Sends,
}

/// What one rule says, or the two rules of one connection between groups.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Connection {
    /// The group that has the rule, as the program calls it.
    pub(super) subject: String,
    pub(super) verb: Verb,
    /// `from`, `to`
    pub(super) way: &'static str,
    pub(super) traffic: Traffic,
    /// The peer, as the program calls it.
    pub(super) peer: String,
    /// The texts and tags of its rules, as a sentence has them at its end.
    pub(super) suffix: String,
    /// A text that its sentence gets if everything that it means has the same.
    pub(super) remark: String,
}

/// A sentence: each subject, service and peer with each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sentence {
    pub(super) subjects: Vec<String>,
    pub(super) way: &'static str,
    pub(super) verb: Verb,
    pub(super) services: Vec<Traffic>,
    pub(super) peers: Vec<String>,
    pub(super) suffix: String,
}

/// The longest line that is not broken.
const LONG: usize = 100;

/// Merges connections that differ in one thing: in traffic, then in peer, then in subject. So every
/// sentence means the connections that it was made of, and no other.
pub(super) fn merge_connections(connections: Vec<Connection>) -> Vec<Sentence> {
    let mut by_traffic: BTreeMap<_, Merged<Traffic>> = BTreeMap::new();
    for it in connections {
        let rest = (it.subject, it.verb, it.way, it.peer, it.suffix);
        let merged = by_traffic.entry(rest).or_default();
        merged.push(it.traffic, Some(it.remark));
    }

    let mut by_peer: BTreeMap<_, Merged<String>> = BTreeMap::new();
    for ((subject, verb, way, peer, suffix), mut services) in by_traffic {
        services.all.sort_unstable();
        let remark = services.remark();
        let rest = (subject, verb, way, services.all, suffix);
        by_peer.entry(rest).or_default().push(peer, remark);
    }

    let mut by_subject: BTreeMap<_, Merged<String>> = BTreeMap::new();
    for ((subject, verb, way, services, suffix), peers) in by_peer {
        let remark = peers.remark();
        let rest = (verb, way, services, join_families(peers.all), suffix);
        by_subject.entry(rest).or_default().push(subject, remark);
    }

    let sentences = by_subject.into_iter();
    let sentences = sentences.map(|((verb, way, services, peers, suffix), subjects)| {
        let remark = subjects.remark().filter(|remark| !remark.is_empty());
        Sentence {
            subjects: subjects.all,
            way,
            verb,
            services,
            peers,
            suffix: suffix
                + &remark
                    .map(|remark| format!(" {remark}"))
                    .unwrap_or_default(),
        }
    });
    let mut sentences: Vec<Sentence> = sentences.collect();
    sentences.sort();
    sentences
}

/// What is merged into one list, and the remarks of it.
struct Merged<T> {
    all: Vec<T>,
    /// Each remark; nothing where there are several already.
    remarks: Vec<Option<String>>,
}

impl<T> Default for Merged<T> {
    fn default() -> Merged<T> {
        Merged {
            all: Vec::new(),
            remarks: Vec::new(),
        }
    }
}

impl<T> Merged<T> {
    fn push(&mut self, item: T, remark: Option<String>) {
        self.all.push(item);
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    /// The remark of all.
    fn remark(&self) -> Option<String> {
        match self.remarks.as_slice() {
            [one] => one.clone(),
            _ => None,
        }
    }
}

/// Peers with `anywhere` for the two blocks of all addresses.
fn join_families(mut peers: Vec<String>) -> Vec<String> {
    let every = ["0.0.0.0/0", "::/0"];
    if every
        .iter()
        .all(|block| peers.iter().any(|peer| peer == block))
    {
        peers.retain(|peer| !every.contains(&peer.as_str()));
        peers.insert(0, "anywhere".to_string());
    }
    for peer in &mut peers {
        match peer.as_str() {
            "0.0.0.0/0" => *peer = "anywhere-ipv4".to_string(),
            "::/0" => *peer = "anywhere-ipv6".to_string(),
            _ => {}
        }
    }
    peers
}

impl Sentence {
    /// It on one line, or on several if it is long: a list goes on behind a comma.
    pub(super) fn write(&self) -> String {
        let (one, several) = match self.verb {
            Verb::Allows => ("allows", "allow"),
            Verb::Accepts => ("accepts", "accept"),
            Verb::Sends => ("sends", "send"),
        };
        let verb = match self.subjects.len() {
            1 => one,
            _ => several,
        };
        let mut words: Vec<String> = self
            .subjects
            .join(", ")
            .split(' ')
            .map(str::to_string)
            .collect();
        words.push(verb.to_string());
        words.extend(
            write_services(&self.services)
                .split(' ')
                .map(str::to_string),
        );
        words.push(self.way.to_string());
        words.extend(self.peers.join(", ").split(' ').map(str::to_string));
        let mut line = fill_lines(&words);
        line.push_str(&self.suffix);
        line
    }
}

/// Words on lines of at most [`LONG`] columns, where a line can end behind a comma alone.
fn fill_lines(words: &[String]) -> String {
    let (mut text, mut column) = (String::new(), 0);
    let mut may_break = false;
    for word in words {
        if may_break && column + word.len() + 1 > LONG {
            text.push_str("\n   ");
            column = 3;
        }
        if !text.is_empty() {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += word.len();
        may_break = word.ends_with(',');
    }
    text
}

/// The end of a sentence: the text of its inbound rules and of its outbound ones, and their tags.
/// One that has only rules of one side has only a text for it.
pub(super) fn write_suffix(
    text: TextRef<'_>,
    outbound: Option<TextRef<'_>>,
    tags: &[(String, Text)],
) -> String {
    let mut suffix = String::new();
    match outbound {
        Some(outbound) if outbound != text => {
            suffix.push_str(&format!(" {}, outbound {}", quoted(text), quoted(outbound)));
        }
        Some(_) | None if text.stored().is_empty() => {}
        Some(_) | None => suffix.push_str(&format!(" {}", quoted(text))),
    }
    if !tags.is_empty() {
        suffix.push_str(&format!(" {{ tags = {} }}", write_tags(tags)));
    }
    suffix
}

/// `{ team = "shop", "cost centre" = "42" }`
pub(super) fn write_tags(tags: &[(String, Text)]) -> String {
    let is_name = |key: &str| {
        key.starts_with(|c: char| c.is_ascii_alphabetic())
            && key
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    let tags = tags.iter().map(|(key, value)| {
        let key = match is_name(key) {
            true => key.clone(),
            false => quoted_known(key),
        };
        format!("{key} = {}", quoted(value.view()))
    });
    format!("{{ {} }}", tags.collect::<Vec<_>>().join(", "))
}
