//! Estates: programs of any size, made of a seed, to measure the compiler with.
//!
//! Rules are counted as AWS holds them, without those that an open tier has by itself. An estate of
//! N rules has exactly N, checks without an error, and is laid out as `tierwall fmt` lays out.
//! Equal estates are equal texts.

mod application;
mod assertions;
mod dense;
mod draw;
mod every;
mod ports;
mod region;
mod text;

use clap::ValueEnum;
use draw::Draw;
use std::fmt::Write;
use text::{Part, Sentence};
use tierwall::workspace::{Read, ReadError, Workspace};

/// What an estate is like.
#[derive(Debug, Clone)]
pub struct Estate {
    /// How many rules it has.
    pub rules: usize,
    /// What its addresses are drawn from.
    pub seed: u64,
    /// What stands in it.
    pub mix: Mix,
    /// Who is named in the sentences of the mixes `dense` and `flat`.
    pub peers: Peers,
    /// How many assertions it has; all hold.
    pub assertions: usize,
    /// Over how many files it is spread.
    pub files: usize,
    /// Whether a few of its sentences are changed, all over it.
    pub edited: bool,
}

/// What stands in an estate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mix {
    /// Open tiers of five sentences, each two ports from two peers
    Dense,
    /// Open tiers of twenty sentences, each one port from one peer
    Flat,
    /// Closed tiers of 60 rules inbound and 60 outbound, half of them about tiers: all that AWS's
    /// quota has room for
    Region,
    /// Open tiers of five sentences, each a range of TCP ports and a UDP port from a tier and a
    /// block, all of them drawn
    Ports,
    /// Open tiers of a role, and sentences of every tier of it but one, from every tier of another
    /// role but one
    Every,
    /// The tiers of `dense`, of which nine in ten carry the group of the tenth as well
    Also,
    /// The tiers of `dense`, whose sentences apply in environments; checked for `production`
    OnlyIn,
    /// The tiers of `ports`, four fifths of whose ports the deployment sets
    PortParams,
    /// Applications of closed tiers with all that the language has: networks, sets, services, IPv6,
    /// ICMP, bastions
    Mixed,
}

/// Who is named in sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Peers {
    /// Blocks and hosts
    Addresses,
    /// Other tiers
    Groups,
}

impl Default for Estate {
    fn default() -> Estate {
        let (mix, peers) = (Mix::Dense, Peers::Addresses);
        Estate {
            rules: 10_000,
            seed: 1,
            mix,
            peers,
            assertions: 0,
            files: 1,
            edited: false,
        }
    }
}

/// The files of an estate, the entry first: what `include` calls each, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files(pub Vec<(String, String)>);

/// What the entry is called.
pub const ENTRY: &str = "main.tier";

impl Workspace for Files {
    fn read(&mut self, path: &str, _from: Option<&str>) -> Result<Read, ReadError> {
        let found = self.0.iter().find(|(name, _)| name == path);
        let (name, text) =
            found.ok_or_else(|| ReadError::Failed("there is no such file".to_string()))?;
        Ok(Read {
            identity: name.clone(),
            name: name.clone(),
            bytes: text.clone().into_bytes(),
        })
    }
}

/// How many rules a tier has in the mixes `dense` and `flat`.
const PER_TIER: usize = 20;

/// The stack of open tiers.
const STACK: &str = "stack estate\n";

/// The stack of closed tiers.
const CLOSED: &str = "stack estate { outbound = closed }\n";

/// How many sentences are changed in an edited estate.
const EDITS: usize = 6;

impl Estate {
    /// Its text, in files.
    pub fn files(&self) -> Files {
        let mut parts = self.parts();
        if self.edited {
            edit(&mut parts);
        }
        let others = self.files.saturating_sub(1);
        let names: Vec<String> = (1..=others)
            .map(|number| format!("part-{number}.tier"))
            .collect();
        let mut entry = self.head();
        for name in &names {
            let _ = writeln!(entry, "include \"{name}\"");
        }
        // the entry of several files holds only what is about all of the estate
        let mut texts = vec![String::new(); others];
        let share = parts.len().div_ceil(others.max(1)).max(1);
        for (at, part) in parts.iter().enumerate() {
            part.write(texts.get_mut(at / share).unwrap_or(&mut entry));
        }
        entry += &assertions::hold(self, &parts);
        let texts = texts.into_iter().map(|text| text.trim_start().to_string());
        Files(
            std::iter::once((ENTRY.to_string(), entry))
                .chain(names.into_iter().zip(texts))
                .collect(),
        )
    }

    /// What stands before everything.
    fn head(&self) -> String {
        match self.mix {
            Mix::Dense | Mix::Flat | Mix::Ports | Mix::Also => STACK.to_string(),
            Mix::Every if self.whole_units() > 0 => format!("{STACK}\n{}", every::COMMON),
            Mix::Every => STACK.to_string(),
            Mix::OnlyIn => format!("{STACK}environments production, staging\n"),
            Mix::PortParams if self.whole_units() > 0 => format!("{STACK}\n{}", ports::PARAMS),
            Mix::PortParams => STACK.to_string(),
            Mix::Mixed if self.whole_units() > 0 => {
                format!("{CLOSED}\n{}", application::COMMON)
            }
            Mix::Region | Mix::Mixed => CLOSED.to_string(),
        }
    }

    /// How many rules a unit of the mix has.
    fn unit(&self) -> usize {
        match self.mix {
            Mix::Region => region::PER_TIER,
            Mix::Mixed => application::PER_APPLICATION,
            Mix::Dense | Mix::Flat | Mix::Ports | Mix::PortParams => PER_TIER,
            Mix::Every | Mix::Also | Mix::OnlyIn => PER_TIER,
        }
    }

    /// How many rules stand in front of the units.
    fn common(&self) -> usize {
        if self.mix == Mix::Every {
            every::OF_BASTIONS
        } else {
            0
        }
    }

    /// How many units of the mix it has.
    fn whole_units(&self) -> usize {
        let fewest = match (self.mix, self.peers) {
            (Mix::Region | Mix::Ports | Mix::PortParams, _) => 3,
            (Mix::Dense | Mix::Flat, Peers::Groups) => 3,
            (Mix::Every, _) => 2,
            (Mix::Dense | Mix::Flat, Peers::Addresses) => 1,
            (Mix::Also | Mix::OnlyIn | Mix::Mixed, _) => 1,
        };
        Some(self.rules.saturating_sub(self.common()) / self.unit())
            .filter(|units| *units >= fewest)
            .unwrap_or(0)
    }

    /// Its tiers and their sentences. What does not fill a unit of the mix stands in tiers of its
    /// own.
    fn parts(&self) -> Vec<Part> {
        let mut draw = Draw::new(self.seed);
        let whole = self.whole_units();
        let mut parts: Vec<Part> = (0..whole)
            .map(|at| match self.mix {
                Mix::Dense => dense::dense(at, whole, self.peers, &mut draw),
                Mix::Flat => dense::flat(at, whole, PER_TIER, self.peers, &mut draw),
                Mix::Region => region::tier(at, whole, &mut draw),
                Mix::Ports => ports::tier(at, whole, &mut draw),
                Mix::Every => every::tier(at, &mut draw),
                Mix::Also => dense::also(at, whole, &mut draw),
                Mix::OnlyIn => dense::in_environments(at, whole, &mut draw),
                Mix::PortParams => ports::with_params(at, whole, &mut draw),
                Mix::Mixed => application::application(at, &mut draw),
            })
            .collect();
        let common = if whole > 0 { self.common() } else { 0 };
        let mut rest = self.rules - common - whole * self.unit();
        while rest > 0 {
            let rules = rest.min(PER_TIER);
            let at = parts.len();
            parts.push(dense::flat(at, at, rules, Peers::Addresses, &mut draw));
            rest -= rules;
        }
        parts
    }
}

/// Changes a few sentences, evenly all over the estate: another port, another peer, a peer more for
/// one port, a sentence less, two sentences in place of one, a string. No group comes to have more
/// rules than AWS lets it have.
fn edit(parts: &mut [Part]) {
    let count = parts.len();
    for edit in 0..EDITS.min(count) {
        let sentences = &mut parts[count * edit / EDITS].sentences;
        // the last sentence: assertions speak of the first
        let Some(last) = sentences.last_mut() else {
            continue;
        };
        match edit {
            0 => last.services = "tcp 7000".to_string(),
            1 => last.peers = vec!["192.0.2.0/24".to_string()],
            2 => {
                last.services = "tcp 7000".to_string();
                last.peers.push("198.51.100.7".to_string());
            }
            3 => drop(sentences.pop()),
            4 => {
                last.services = "tcp 7000".to_string();
                let added = Sentence {
                    services: "tcp 7001".to_string(),
                    ..last.clone()
                };
                sentences.push(added);
            }
            _ => last.prose = Some("reviewed"),
        }
    }
}
