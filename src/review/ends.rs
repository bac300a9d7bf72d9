//! Ends of connections in words and JSON.

use super::Version;
use crate::check::diff::End;
use crate::diagnostic::listed;
use crate::flows;
use crate::net::{Addresses, Family};
use crate::policy::Policy;
use serde::Serialize;
use std::fmt;

/// Blocks that are shown.
const SHOWN: usize = 6;

/// One end, and where it is.
#[derive(Debug, Serialize)]
pub struct Place<'p> {
    /// What it is; nothing where it is any host at these addresses.
    pub end: Option<flows::End<'p>>,
    /// The network that has just these addresses, or `anywhere`.
    pub network: Option<&'p str>,
    /// Its addresses as the fewest blocks; nothing where it is all of the end.
    pub blocks: Option<Vec<String>>,
    /// All addresses of its IP versions, and the fewest blocks that are left out of them, where that is the shorter way
    /// to say it.
    #[serde(skip)]
    except: Option<(&'static str, Vec<String>)>,
}

/// An end as the program in which something passes knows it, else as the other does.
pub(super) fn place<'p>(
    end: &End,
    addresses: Option<&Addresses>,
    passes: Version<'p>,
    [old, new]: [Version<'p>; 2],
) -> Place<'p> {
    let known = [(end.new, new), (end.old, old)];
    let is = known.into_iter().find_map(|(peer, version)| Some(flows::End::of(version.policy, peer?)));
    let Some(addresses) = addresses else {
        return Place { end: is, network: None, blocks: None, except: None };
    };
    let blocks: Vec<String> = addresses.blocks().map(|block| block.to_string()).collect();
    let families = Family::BOTH.into_iter().filter(|family| addresses.has(*family));
    let all = families.fold(Addresses::default(), |all, family| all.union(&Addresses::all().in_family(family)));
    let except: Vec<String> = all.difference(addresses).blocks().map(|block| block.to_string()).collect();
    let except = Some(except).filter(|except| !except.is_empty() && except.len() < blocks.len());
    let except = whole(&all).zip(except);
    Place { end: is, network: name(passes.policy, addresses), blocks: Some(blocks), except }
}

/// The name of just these addresses in a program.
fn name<'p>(policy: &'p Policy, addresses: &Addresses) -> Option<&'p str> {
    let network = || policy.networks.iter().find(|network| network.addresses == *addresses);
    whole(addresses).or_else(|| network().map(|network| network.name.as_str()))
}

/// The built-in network that has just these addresses.
fn whole(addresses: &Addresses) -> Option<&'static str> {
    let all = |family| Addresses::all().in_family(family);
    let built_in =
        [("anywhere", Addresses::all()), ("anywhere-ipv4", all(Family::V4)), ("anywhere-ipv6", all(Family::V6))];
    built_in.into_iter().find(|(_, all)| all == addresses).map(|(name, _)| name)
}

impl fmt::Display for Place<'_> {
    /// `web`, `anywhere`, `office (203.0.113.0/24)`, `10.0.0.0/9, 10.128.0.0/10`, `anywhere but 10.0.0.0/8`,
    /// `app at 10.0.1.0/25`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { end, network, blocks, except } = self;
        if let Some(end) = end {
            write!(f, "{}", end.words())?;
        }
        let Some(blocks) = blocks else { return Ok(()) };
        if end.is_some() {
            f.write_str(" at ")?;
        }
        match (network, except) {
            (Some(all), _) if all.starts_with("anywhere") => f.write_str(all),
            (Some(network), _) => write!(f, "{network} ({})", listed(blocks, SHOWN)),
            (None, Some((all, except))) => write!(f, "{all} but {}", listed(except, SHOWN)),
            (None, None) => f.write_str(&listed(blocks, SHOWN)),
        }
    }
}
