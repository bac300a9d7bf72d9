//! Endpoints of connections as text and JSON.

use super::version::Version;
use crate::analysis::diff::End;
use crate::diagnostic::listed;
use crate::net::{Addresses, EVERY_IPV4, EVERY_IPV6, Family, Term, is_public};
use crate::policy::Policy;
use crate::report::flows;
use ipnet::IpNet;
use serde::Serialize;
use std::fmt;

/// The maximum number of blocks shown if all of them are private.
const SHOWN: usize = 6;
/// No limit.
const EVERY_ONE: usize = usize::MAX - 1;

/// One endpoint, and its addresses.
#[derive(Debug, Serialize)]
pub struct Place<'p> {
    /// The endpoint; `None` if it is any host at these addresses.
    pub end: Option<flows::End<'p>>,
    /// The network with exactly these addresses, or `anywhere`.
    pub network: Option<&'p str>,
    /// Its addresses as the fewest blocks; `None` if it is the whole endpoint.
    pub blocks: Option<Vec<String>>,
    /// The same as the shortest list of terms.
    #[serde(skip)]
    terms: Vec<Term>,
    /// Whether some of it is on the internet; then all of it is shown, without a limit.
    #[serde(skip)]
    pub is_public: bool,
}

/// An endpoint with the names of the program in which the traffic passes, or else of the other.
pub(super) fn place_of_end<'p>(
    end: &End,
    addresses: Option<&Addresses>,
    passes: Version<'p>,
    [old, new]: [Version<'p>; 2],
) -> Place<'p> {
    let known = [(end.new, new), (end.old, old)];
    let is = known
        .into_iter()
        .find_map(|(peer, version)| Some(flows::End::new(version.policy, peer?)));

    let Some(addresses) = addresses else {
        return Place {
            end: is,
            network: None,
            blocks: None,
            terms: Vec::new(),
            is_public: false,
        };
    };

    let blocks: Vec<String> = addresses
        .to_blocks()
        .map(|block| block.to_string())
        .collect();
    let (terms, is_public) = (addresses.terms(), is_public(addresses));

    Place {
        end: is,
        network: network_name(passes.policy, addresses),
        blocks: Some(blocks),
        terms,
        is_public,
    }
}

/// The name of the network with exactly these addresses in a program.
fn network_name<'p>(policy: &'p Policy, addresses: &Addresses) -> Option<&'p str> {
    let network = || {
        policy
            .networks
            .iter()
            .find(|network| network.addresses == *addresses)
    };
    built_in_name(addresses).or_else(|| network().map(|network| network.name.as_str()))
}

/// The built-in network with exactly these addresses.
fn built_in_name(addresses: &Addresses) -> Option<&'static str> {
    let all = |family| Addresses::all().in_family(family);
    let built_in = [
        ("anywhere", Addresses::all()),
        ("anywhere-ipv4", all(Family::V4)),
        ("anywhere-ipv6", all(Family::V6)),
    ];
    built_in
        .into_iter()
        .find(|(_, all)| all == addresses)
        .map(|(name, _)| name)
}

impl fmt::Display for Place<'_> {
    /// `web`, `anywhere`, `office (203.0.113.0/24)`, `10.0.0.0/9, 10.128.0.0/10`,
    /// `anywhere but 10.0.0.0/8`, `203.0.0.0/16 but 203.0.113.0/24`, `app at 10.0.1.0/25`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place {
            end,
            network,
            blocks,
            terms,
            is_public,
        } = self;

        if let Some(end) = end {
            write!(f, "{}", end.words())?;
        }

        if blocks.is_none() {
            return Ok(());
        }

        if end.is_some() {
            f.write_str(" at ")?;
        }

        let most = if *is_public { EVERY_ONE } else { SHOWN };

        match network {
            Some(all) if all.starts_with("anywhere") => f.write_str(all),
            Some(network) => write!(f, "{network} ({})", terms_in_words(terms, most)),
            None => f.write_str(&terms_in_words(terms, most)),
        }
    }
}

/// Blocks, then blocks with exceptions: `10.0.0.0/24, 192.0.2.7/32; 203.0.0.0/16 but
/// 203.0.113.0/24`.
fn terms_in_words(terms: &[Term], most: usize) -> String {
    let names = [(EVERY_IPV4, "anywhere-ipv4"), (EVERY_IPV6, "anywhere-ipv6")];
    let name = |block: &IpNet| {
        names
            .iter()
            .find(|(all, _)| all == block)
            .map(|(_, name)| name.to_string())
    };

    let name = |block: &IpNet| name(block).unwrap_or_else(|| block.to_string());
    let texts = |blocks: &[IpNet]| blocks.iter().map(IpNet::to_string).collect::<Vec<_>>();

    if let [v4, v6] = terms
        && (v4.block, v6.block) == (EVERY_IPV4, EVERY_IPV6)
    {
        return format!(
            "anywhere but {}",
            listed(&[texts(&v4.except), texts(&v6.except)].concat(), most)
        );
    }

    let (blocks, others): (Vec<&Term>, Vec<&Term>) =
        terms.iter().partition(|term| term.except.is_empty());
    let blocks: Vec<String> = blocks.iter().map(|term| name(&term.block)).collect();
    let blocks = (!blocks.is_empty()).then(|| listed(&blocks, most));

    let others = others.iter().map(|term| {
        format!(
            "{} but {}",
            name(&term.block),
            listed(&texts(&term.except), most)
        )
    });

    blocks
        .into_iter()
        .chain(others)
        .collect::<Vec<_>>()
        .join("; ")
}
