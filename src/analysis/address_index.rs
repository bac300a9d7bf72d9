//! Ends by where they are: which of them have an address in a block.

use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};

/// Ends by the blocks that they are made of. Blocks nest or lie apart.
#[derive(Debug, Default)]
pub(super) struct AddressIndex {
    ends: BTreeMap<IpNet, Vec<u32>>,
    /// The lengths of their prefixes.
    lengths: BTreeSet<u8>,
}

impl AddressIndex {
    /// The index of ends: blocks, each with the number of an end there.
    pub(super) fn new(blocks: impl Iterator<Item = (IpNet, u32)>) -> AddressIndex {
        let mut index = AddressIndex::default();
        for (block, end) in blocks {
            index.lengths.insert(block.prefix_len());
            index.ends.entry(block).or_default().push(end);
        }
        index
    }

    /// Whether more than so many ends have an address in a block.
    pub(super) fn meet_more(&self, block: IpNet, count: usize) -> bool {
        let mut met = BTreeSet::new();
        self.meeting(block)
            .any(|end| met.insert(end) && met.len() > count)
    }

    /// The ends with an address in a block, some of them more than once.
    pub(super) fn meeting(&self, block: IpNet) -> impl Iterator<Item = u32> + '_ {
        let block = block.trunc();
        let wider = self
            .lengths
            .range(..block.prefix_len())
            .filter_map(move |length| {
                let wider = IpNet::new(block.network(), *length).ok()?;
                self.ends.get(&wider.trunc())
            });
        let within = self
            .ends
            .range(block..)
            .take_while(move |(other, _)| block.contains(*other));
        wider.chain(within.map(|(_, ends)| ends)).flatten().copied()
    }
}
