//! What a source holds.

use super::origin::Origin;
use super::problem::{RejectedRule, Remark};
use super::vpc::Vpc;
use crate::aws::State;

/// What a source holds.
#[derive(Debug, Default)]
pub struct Inventory {
    /// The groups and rules. A group has the name of its tier: made of what the source calls it.
    pub state: State,
    /// Where each group was read, by its id in the state; of one that is made elsewhere nothing.
    pub groups: Vec<Origin>,
    /// Where each rule was read, by group and position.
    pub rules: Vec<Vec<Origin>>,
    /// The VPCs that the source describes.
    pub vpcs: Vec<Vpc>,
    /// Rules that the source writes and that AWS cannot have.
    pub rejected: Vec<RejectedRule>,
    /// What is worth knowing about it.
    pub remarks: Vec<Remark>,
    /// The bindings of the [`Source`](super::Source) that its reader applied, by name.
    pub applied_bindings: Vec<String>,
}
