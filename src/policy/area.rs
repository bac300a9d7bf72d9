//! Where the members of a tier are: one VPC, or several that its group is associated with.

use super::{Vpc, VpcId};
use crate::net::{Addresses, Family, Ranges};

/// The VPCs of a tier. Tiers of the same VPCs have the same area.
#[derive(Debug)]
pub struct Area {
    /// The VPC that the group is made in; then those that it is associated with, by id.
    pub vpcs: Vec<VpcId>,
    /// The addresses of all of them, if they are known. A family that one of them has no block of
    /// is empty: members there may have any address of it.
    pub addresses: Option<Addresses>,
}

impl Area {
    /// The area of some VPCs, the first of which the group is made in.
    pub(crate) fn new(vpcs: Vec<VpcId>, declared: &[Vpc]) -> Area {
        let blocks = vpcs.iter().map(|id| declared[id.index()].known_addresses());
        let addresses = blocks.collect::<Option<Vec<Addresses>>>().map(join);
        Area { vpcs, addresses }
    }

    /// The VPC that the group is made in.
    pub fn home(&self) -> VpcId {
        self.vpcs[0]
    }

    /// Whether a VPC is one of them.
    pub fn contains(&self, vpc: VpcId) -> bool {
        self.home() == vpc || self.associated().binary_search(&vpc).is_ok()
    }

    /// The VPCs that the group is associated with.
    pub fn associated(&self) -> &[VpcId] {
        &self.vpcs[1..]
    }
}

/// The addresses of all VPCs, in the families that each of them has.
fn join(all: Vec<Addresses>) -> Addresses {
    let have = |family: Family| all.iter().all(|one| one.has(family));
    let (has_v4, has_v6) = (have(Family::V4), have(Family::V6));
    let mut joined = all
        .iter()
        .fold(Addresses::default(), |sum, one| sum.union(one));
    if !has_v4 {
        joined.v4 = Ranges::default();
    }
    if !has_v6 {
        joined.v6 = Ranges::default();
    }
    joined
}
