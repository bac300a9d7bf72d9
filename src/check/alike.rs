//! Which ends are alike to every rule that does not name them.
//!
//! Such a rule looks at addresses alone, and tells no two addresses apart between which no block of a rule begins or
//! ends. So the addresses of a tier are as good as all that lie between the same beginnings and ends: the tiers of a
//! VPC whose rules name no subnets are all alike, wherever they are in it.

use super::ends::Named;
use super::interned::Interned;
use super::reach::Who;
use crate::net::Addresses;
use crate::policy::{Peer, Policy};

/// For each end a number, the same for those that are alike. Tiers are alike to each other only.
pub(super) fn alike(policy: &Policy, ends: &[Named]) -> Vec<u32> {
    let (mut v4, mut v6) = (Vec::new(), Vec::new());
    for flow in &policy.flows {
        let Peer::Net(block) = flow.peer else { continue };
        let block = Addresses::of([&block]);
        v4.extend(block.v4.ranges());
        v6.extend(block.v6.ranges());
    }
    let cuts = (cuts(v4, |last| last.checked_add(1)), cuts(v6, |last| last.checked_add(1)));
    let mut kinds = Interned::default();
    let kind = |end: &Named| {
        let (side, tier) = (&end.side, matches!(end.side.who, Who::Tier(_)));
        let widened = |all: &Addresses| Addresses { v4: all.v4.widened(&cuts.0), v6: all.v6.widened(&cuts.1) };
        // what is never filtered is not a matter of rules
        let addresses = if tier { widened(&side.addresses) } else { side.addresses.clone() };
        kinds.id((Some(side.who).filter(|_| !tier), addresses, side.unsure))
    };
    ends.iter().map(kind).collect()
}

/// Where blocks begin, and where what follows them does.
fn cuts<T: Copy + Ord>(blocks: Vec<(T, T)>, after: impl Fn(T) -> Option<T>) -> Vec<T> {
    let mut cuts: Vec<T> = blocks.into_iter().flat_map(|(first, last)| [Some(first), after(last)]).flatten().collect();
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}
