//! What a source holds.

use super::origin::Origin;
use super::problem::{RejectedRule, Remark};
use super::vpc::Vpc;
use crate::aws::State;
use std::collections::BTreeMap;

/// What a source holds.
#[derive(Debug, Default)]
pub struct Inventory {
    /// The groups and rules. A group has the name of its tier: made of what the source calls it.
    pub state: State,
    /// Where each group was read, by its id in the state; of one that is made elsewhere nothing.
    pub groups: Vec<Origin>,
    /// Where each rule was read, by group and position.
    pub rules: Vec<Vec<Origin>>,
    /// Where each association of a group with another VPC was read; its id is that of the group and
    /// that of the VPC: `sg-0123456789abcdef0,vpc-0a1b2c3d`
    pub associations: Vec<Origin>,
    /// The VPCs that the source describes.
    pub vpcs: Vec<Vpc>,
    /// Rules that the source writes and that AWS cannot have.
    pub rejected: Vec<RejectedRule>,
    /// The tags that the deployment gives each resource by itself, where the source tells them
    /// apart: `default_tags` of a provider of Terraform.
    pub default_tags: BTreeMap<String, String>,
    /// Attributes that only the deployment has and AWS has not, by the address of a group.
    pub local_attributes: BTreeMap<String, Vec<&'static str>>,
    /// What is worth knowing about it.
    pub remarks: Vec<Remark>,
    /// The bindings of the [`Source`](super::Source) that its reader applied, by name.
    pub applied_bindings: Vec<String>,
}
