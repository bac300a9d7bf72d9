//! The tiers of a program by role and VPC, for `every`.

use crate::policy::{Area, AreaId, Role, Tier, TierId, VpcId};
use std::collections::BTreeMap;

/// The tiers of a program by their roles and areas; made when the first `every` is looked up.
#[derive(Debug)]
pub struct TierIndex {
    tiers: BTreeMap<(Option<Role>, Option<AreaId>), Vec<TierId>>,
}

impl TierIndex {
    pub fn new(tiers: &[Tier]) -> TierIndex {
        let mut index: BTreeMap<_, Vec<TierId>> = BTreeMap::new();
        for (n, tier) in tiers.iter().enumerate() {
            for role in [Some(None), tier.role.map(Some)].into_iter().flatten() {
                for area in [None, Some(tier.area)] {
                    index
                        .entry((role, area))
                        .or_default()
                        .push(TierId(n as u32));
                }
            }
        }
        TierIndex { tiers: index }
    }

    /// The tiers with this role, or with any, in this VPC, be it one of several, or in any; sorted.
    pub fn find(&self, role: Option<Role>, vpc: Option<VpcId>, areas: &[Area]) -> Vec<TierId> {
        let in_area = |area: Option<AreaId>| self.tiers.get(&(role, area)).into_iter().flatten();
        let Some(vpc) = vpc else {
            return in_area(None).copied().collect();
        };

        let ids = (0..).map(AreaId).zip(areas);
        let ids = ids.filter(|(_, area)| area.contains(vpc));
        let mut found: Vec<TierId> = ids.flat_map(|(id, _)| in_area(Some(id))).copied().collect();
        found.sort_unstable();
        found
    }
}
