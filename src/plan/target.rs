//! What each target calls a group and a rule: what it knows them by from one deployment to the
//! next.

use crate::groups::{Deployment, Group, Names, Parameter, Rule};
use crate::target::{cloudformation, terraform};

/// A target of `build`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Every rule is a resource, and `moved` says what a resource was called before.
    Terraform,
    /// Rules that name a tier are resources, all others stand in their group; names of tiers are
    /// the oldest.
    CloudFormation,
}

impl Target {
    /// Both.
    pub const ALL: [Target; 2] = [Target::Terraform, Target::CloudFormation];

    /// The names of the rules that are resources.
    pub fn names<'d>(self, deployment: &'d Deployment<'d>) -> Names<'d> {
        match self {
            Target::Terraform => terraform::names(deployment),
            Target::CloudFormation => cloudformation::names(deployment),
        }
    }

    /// Whether a rule is a resource.
    pub fn separate(self, rule: &Rule) -> bool {
        match self {
            Target::Terraform => true,
            Target::CloudFormation => cloudformation::separate(rule),
        }
    }

    /// Whether an output asks for a parameter.
    pub fn asks_for(self, parameter: &Parameter<'_>) -> bool {
        match self {
            Target::Terraform => true,
            Target::CloudFormation => cloudformation::asks_for(parameter),
        }
    }

    /// The addresses that a group has or had, the newest first.
    pub fn addresses(self, group: &Group<'_>) -> Vec<String> {
        match self {
            Target::Terraform => terraform::group_names(group).into_iter().rev().collect(),
            Target::CloudFormation => vec![cloudformation::group_id(group)],
        }
    }

    /// The output with the id of a group.
    pub fn output(self, group: &Group<'_>) -> String {
        match self {
            Target::Terraform => terraform::output_name(group),
            Target::CloudFormation => cloudformation::output_name(group),
        }
    }

    /// The address that a group has.
    pub fn address(self, group: &Group<'_>) -> String {
        self.addresses(group).swap_remove(0)
    }
}
