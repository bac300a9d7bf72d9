//! The limits of CloudFormation for a template.

use super::resources::{is_separate, used_parameters};
use crate::aws::{SecurityGroup, State};
use crate::target::definition::{Limits, Measure};

/// The limits, and their documentation.
pub const LIMITS: Limits = Limits {
    measure: measure_template,
    title: "a template that exceeds the limits of CloudFormation",
    text: "\
Checks: that the template of `build --to cloudformation` has at most 500 resources, 200 parameters,
200 outputs and 1,000,000 bytes.

Why: CloudFormation rejects a larger template (CloudFormation user guide, quotas), and the build
reports that before the deployment does. A rule that references a tier is a resource of its own, so
programs with many tiers reach 500 resources first. A template of more than 51,200 bytes has to be
deployed from an S3 bucket.

Only `build --to cloudformation` checks it. With `--warn template-limits`, or `@allow` on the
`stack`, the template is written anyway.

Instead: split the program into several stacks that reference the groups of the others with
`external`, let tiers name networks instead of each other where that is what is meant, or use
`--to terraform`, which has no such limits.",
    help: "split the program into several stacks, use fewer tiers as peers (each such rule is a \
           resource), or use `--to terraform`",
};

/// The measures of a template that are limited (CloudFormation user guide, "quotas").
fn measure_template(state: &State, bytes: usize) -> Vec<Measure> {
    let groups = state.own_group_count();
    let outputs = groups + state.groups_with_others().count();
    let of_group = |group: &SecurityGroup| {
        let rules = group.rules.iter();
        rules.filter(|rule| is_separate(group, &rule.key)).count()
    };
    let rules: usize = state.groups.iter().map(of_group).sum();
    let associations = state.associations().count();
    let parameters = used_parameters(state).count() + state.lists_by_name().count();
    let measure = |what, count, limit| Measure { what, count, limit };
    vec![
        measure("resources", groups + associations + rules, 500),
        measure("parameters", parameters, 200),
        measure("outputs", outputs, 200),
        measure("bytes", bytes, 1_000_000),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_measured_against_the_quotas_of_cloudformation() {
        let limits = [
            ("resources", 0, 500),
            ("parameters", 0, 200),
            ("outputs", 0, 200),
            ("bytes", 1_234, 1_000_000),
        ];
        let found = measure_template(&State::default(), 1_234);
        assert_eq!(
            found,
            limits.map(|(what, count, limit)| Measure { what, count, limit })
        );
    }
}
