//! The VPCs of tiers, each list of them once.

use super::scope::Scope;
use crate::diagnostic::MeaningProblem;
use crate::policy::{Area, AreaId, Reference, Vpc, VpcId};
use crate::source::Span;
use std::collections::BTreeMap;

/// The areas of the tiers so far.
#[derive(Debug, Default)]
pub struct Areas {
    list: Vec<Area>,
    ids: BTreeMap<Vec<VpcId>, AreaId>,
}

impl Areas {
    /// The area of a tier in these VPCs. One without a VPC is an error already, and gets the first.
    pub fn add_vpcs(
        &mut self,
        scope: &mut Scope<'_>,
        declared: &[Vpc],
        vpcs: Vec<VpcId>,
        span: Span,
    ) -> AreaId {
        let vpcs = if vpcs.is_empty() {
            vec![VpcId(0)]
        } else {
            vpcs
        };
        if let Some(id) = self.ids.get(&vpcs) {
            return *id;
        }

        report_same_id(scope, declared, &vpcs, span);
        let id = AreaId(self.list.len() as u32);
        self.list.push(Area::new(vpcs.clone(), declared));
        self.ids.insert(vpcs, id);
        id
    }

    /// The VPC that the groups of an area are made in.
    pub fn home(&self, id: AreaId) -> VpcId {
        self.list[id.index()].home()
    }

    pub fn into_list(self) -> Vec<Area> {
        self.list
    }
}

/// Reports VPCs of a list that have one id: AWS cannot associate a group with a VPC twice.
fn report_same_id(scope: &mut Scope<'_>, declared: &[Vpc], vpcs: &[VpcId], span: Span) {
    let name = |vpc: &Vpc| vpc.name.clone().unwrap_or_default();
    let mut by_id: BTreeMap<&Reference, &Vpc> = BTreeMap::new();
    for vpc in vpcs.iter().map(|vpc| &declared[vpc.index()]) {
        let Some(id) = &vpc.id else { continue };
        if let Some(first) = by_id.insert(id, vpc) {
            scope.problems.push(MeaningProblem::VpcTwice {
                span,
                vpc: name(vpc),
                other: name(first),
            });
        }
    }
}
