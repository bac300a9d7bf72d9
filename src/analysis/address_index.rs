//! An index of endpoints by address: which of them have an address in a block.

use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};

/// Endpoints by their blocks, which nest or are disjoint.
#[derive(Debug, Default)]
pub(super) struct AddressIndex {
    ends: BTreeMap<IpNet, Vec<u32>>,
    /// The lengths of their prefixes.
    lengths: BTreeSet<u8>,
}

impl AddressIndex {
    /// An index of blocks, each with the number of an endpoint in it.
    pub(super) fn new(blocks: impl Iterator<Item = (IpNet, u32)>) -> AddressIndex {
        let mut index = AddressIndex::default();
        for (block, end) in blocks {
            index.lengths.insert(block.prefix_len());
            index.ends.entry(block).or_default().push(end);
        }
        index
    }

    /// Whether more than `count` endpoints have an address in a block.
    pub(super) fn has_more_than(&self, count: usize, block: IpNet) -> bool {
        let mut found = BTreeSet::new();
        self.ends_in(block)
            .any(|end| found.insert(end) && found.len() > count)
    }

    /// The endpoints with an address in a block, possibly with duplicates.
    pub(super) fn ends_in(&self, block: IpNet) -> impl Iterator<Item = u32> + '_ {
        let block = block.trunc();
        let shorter = self.lengths.range(..block.prefix_len());
        let around = shorter.filter_map(move |length| {
            let around = IpNet::new(block.network(), *length).ok()?;
            self.ends.get(&around.trunc())
        });
        let inside = self
            .ends
            .range(block..)
            .take_while(move |(other, _)| block.contains(*other))
            .map(|(_, ends)| ends);
        around.chain(inside).flatten().copied()
    }
}
