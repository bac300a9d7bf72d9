//! Reads what Terraform says of a deployment: `terraform show -json`, of a state or of a plan, and
//! `terraform.tfstate`.
//!
//! Modules, `count`, `for_each` and variables are worked out there. The shapes are those of
//! "JSON Output Format" (format 1) of Terraform's documentation, of version 4 of the state, and the
//! attributes those of the AWS provider's documentation of each resource. Resources of other types
//! are skipped, and not parsed.

mod document;
pub(super) mod entries;
mod references;
mod resources;
mod values;

pub use document::{is_terraform_json, read_terraform_json};
