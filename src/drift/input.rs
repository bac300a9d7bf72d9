//! What is compared.

use crate::aws::{Reference, State};
use crate::inventory::Inventory;
use crate::ledger::Ledger;

/// What is compared.
#[derive(Debug, Clone, Copy)]
pub struct DriftInput<'a> {
    /// What the program deploys. No value of a rule is left to the deployment.
    pub written: &'a State,
    /// What the program took over.
    pub ledger: Option<&'a Ledger>,
    /// What runs.
    pub living: &'a Inventory,
    /// A state of Terraform that knows the ids of groups.
    pub held: Option<&'a Inventory>,
    /// Tags that the deployment gives each resource by itself.
    pub default_tags: &'a [(String, String)],
}

impl<'a> DriftInput<'a> {
    /// The id of a living group, by its position.
    pub(super) fn living_id(&self, position: usize) -> Option<&'a str> {
        let known = self.living.groups[position].id.as_deref();
        let foreign = self.living.state.groups[position].made_elsewhere;
        known.or_else(
            || match &self.living.state.foreign_group(foreign?).reference {
                Reference::Id(id) => Some(id),
                Reference::Parameter(_) => None,
            },
        )
    }
}
