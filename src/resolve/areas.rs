//! The VPCs of tiers, each list of them once.

use super::scope::Scope;
use crate::ast::EntryValue;
use crate::diagnostic::MeaningProblem;
use crate::policy::{Area, AreaId, Reference, Vpc, VpcId};
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
        written: Option<&EntryValue>,
    ) -> AreaId {
        let vpcs = if vpcs.is_empty() {
            vec![VpcId(0)]
        } else {
            vpcs
        };
        if let Some(id) = self.ids.get(&vpcs) {
            return *id;
        }

        if let Some(written) = written {
            report_same_id(scope, declared, written);
        }
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

/// Reports VPCs of a written list that have one id: AWS cannot associate a group with a VPC twice.
fn report_same_id(scope: &mut Scope<'_>, declared: &[Vpc], written: &EntryValue) {
    let mut by_id: BTreeMap<&Reference, (VpcId, &str)> = BTreeMap::new();
    for item in written.items() {
        let name = scope.sources.text(item.span());
        let vpc = scope.vpc_named(name);
        let id = vpc.and_then(|vpc| declared[vpc.index()].id.as_ref());
        let Some((vpc, id)) = vpc.zip(id) else {
            continue;
        };

        let (first, other) = *by_id.entry(id).or_insert((vpc, name));
        // a duplicate name is reported where the list is read
        if first != vpc {
            scope.problems.push(MeaningProblem::VpcTwice {
                span: item.span(),
                vpc: name.to_string(),
                other: other.to_string(),
            });
        }
    }
}
