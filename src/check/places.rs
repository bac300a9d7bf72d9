//! Ends by where they are: which of them have an address in a block.

use super::ends::Named;
use super::reach::Who;
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};

/// Hosts in no tier, by the blocks that they are made of. Blocks nest or lie apart.
#[derive(Debug, Default)]
pub(super) struct Places {
    ends: BTreeMap<IpNet, Vec<u32>>,
    /// The lengths of their prefixes.
    lengths: BTreeSet<u8>,
}

impl Places {
    /// The places of those ends that are hosts.
    pub(super) fn of(ends: &[Named]) -> Places {
        let mut places = Places::default();
        for (end, named) in ends.iter().enumerate().filter(|(_, named)| named.side.who == Who::Hosts) {
            for block in named.side.addresses.blocks() {
                places.lengths.insert(block.prefix_len());
                places.ends.entry(block).or_default().push(end as u32);
            }
        }
        places
    }

    /// The ends with an address in a block, some of them more than once.
    pub(super) fn meeting(&self, block: IpNet) -> impl Iterator<Item = u32> + '_ {
        let block = block.trunc();
        let wider = self.lengths.range(..block.prefix_len()).filter_map(move |length| {
            let wider = IpNet::new(block.network(), *length).ok()?;
            self.ends.get(&wider.trunc())
        });
        let within = self.ends.range(block..).take_while(move |(other, _)| block.contains(*other));
        wider.chain(within.map(|(_, ends)| ends)).flatten().copied()
    }
}
