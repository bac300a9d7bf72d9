//! The tiers of a program by role and VPC, for `every`.

use crate::policy::{Area, Role, Tier, TierId, VpcId};
use std::collections::BTreeMap;

/// The tiers of a program by their roles and VPCs; made when the first `every` is looked up.
#[derive(Debug)]
pub struct TierIndex {
    tiers: BTreeMap<(Option<Role>, Option<VpcId>), Vec<TierId>>,
}

impl TierIndex {
    pub fn new(tiers: &[Tier], areas: &[Area]) -> TierIndex {
        let mut index: BTreeMap<_, Vec<TierId>> = BTreeMap::new();
        for (id, tier) in (0..).map(TierId).zip(tiers) {
            let vpcs = areas[tier.area.index()].vpcs.iter();
            for vpc in [None].into_iter().chain(vpcs.copied().map(Some)) {
                for role in [Some(None), tier.role.map(Some)].into_iter().flatten() {
                    index.entry((role, vpc)).or_default().push(id);
                }
            }
        }
        TierIndex { tiers: index }
    }

    /// The tiers with this role, or with any, in this VPC, be it one of several, or in any; sorted.
    pub fn find(&self, role: Option<Role>, vpc: Option<VpcId>) -> &[TierId] {
        self.tiers.get(&(role, vpc)).map_or(&[], Vec::as_slice)
    }
}
