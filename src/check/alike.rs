//! Which ends are alike to every rule that does not single them out.
//!
//! A rule that names none of some tiers looks at their addresses alone, and tells no two addresses apart between which
//! no block of a rule begins or ends. So the addresses of a tier are as good as all that lie between the same
//! beginnings and ends: the tiers of a VPC whose rules name no subnets are all alike, wherever they are in it. Hosts in
//! no tier are alike to rules with blocks of which they have nothing, and to those with every address.

use super::ends::Named;
use super::interned::Interned;
use super::reach::Who;
use crate::net::{Addresses, Family};
use crate::policy::{Peer, Policy};

/// What a gate takes an end for that it does not single out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Stranger {
    /// The members of a tier, whose addresses are as good as these; families of which it is not sure.
    Tier(Addresses, [bool; 2]),
    /// Hosts of these families in none of its blocks.
    Hosts([bool; 2]),
    /// Hosts of these families that are anywhere.
    Elsewhere([bool; 2]),
}

/// What each end is taken for, by number.
pub(super) fn alike(policy: &Policy, ends: &[Named]) -> (Vec<u32>, Interned<Stranger>) {
    let (mut v4, mut v6) = (Vec::new(), Vec::new());
    for flow in &policy.flows {
        let Peer::Net(block) = flow.peer else { continue };
        let block = Addresses::of([&block]);
        v4.extend(block.v4.ranges());
        v6.extend(block.v6.ranges());
    }
    let cuts = (cuts(v4, |last| last.checked_add(1)), cuts(v6, |last| last.checked_add(1)));
    let mut strangers = Interned::default();
    let stranger = |Named { side, .. }: &Named| {
        let families = Family::BOTH.map(|family| side.may_be_in(family));
        strangers.id(match side.who {
            Who::Tier(_) => {
                let (v4, v6) = (side.addresses.v4.widened(&cuts.0), side.addresses.v6.widened(&cuts.1));
                Stranger::Tier(Addresses { v4, v6 }, side.unsure)
            }
            Who::Hosts => Stranger::Hosts(families),
            Who::External(_) | Who::PrefixList(_) | Who::Param(_) => Stranger::Elsewhere(families),
        })
    };
    (ends.iter().map(stranger).collect(), strangers)
}

/// Where blocks begin, and where what follows them does.
fn cuts<T: Copy + Ord>(blocks: Vec<(T, T)>, after: impl Fn(T) -> Option<T>) -> Vec<T> {
    let mut cuts: Vec<T> = blocks.into_iter().flat_map(|(first, last)| [Some(first), after(last)]).flatten().collect();
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}
