//! `template-limits`: a CloudFormation template that CloudFormation would refuse for its size.

use super::Lint;
use crate::diagnostic::{Problem, Problems};

/// The lint.
pub const LINT: Lint = Lint {
    name: "template-limits",
    title: "a template that CloudFormation would refuse for its size",
    text: "\
Checks: that the template of `build --to cloudformation` has at most 500 resources, 200 parameters, 200
outputs and 1,000,000 bytes.

Why: CloudFormation refuses a larger template (CloudFormation user guide, quotas), and it is better to know
before the deployment. A rule that names a tier is a resource of its own, so programs with many tiers reach
500 resources first. A template of more than 51,200 bytes has to be deployed from an S3 bucket.

Level: deny. Nothing is written. `--allow template-limits` turns it into a warning.

Instead: split the program into several stacks that name each other's groups with `external`, let tiers name
networks instead of each other where that is what is meant, or use `--to terraform`, which has no such limits.

Fires:      40 tiers, each of which allows `tcp 8000, 8001, … 8012` from the next one: 560 resources.
Stays calm: the same 13 ports as the range `tcp 8000-8012`: 80 resources.",
};

/// What a template has, as far as it is limited.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    /// Resources.
    pub resources: usize,
    /// Parameters.
    pub parameters: usize,
    /// Outputs.
    pub outputs: usize,
    /// Size in bytes.
    pub bytes: usize,
}

/// Reports each limit that a template passes.
pub fn template_limits(template: Template, denied: bool) -> Problems {
    let limits = [
        ("resources", template.resources, 500),
        ("parameters", template.parameters, 200),
        ("outputs", template.outputs, 200),
        ("bytes", template.bytes, 1_000_000),
    ];
    let mut problems = Problems::default();
    for (what, count, limit) in limits.into_iter().filter(|(_, count, limit)| count > limit) {
        problems.push(Problem::TemplateLimits { what, count, limit, denied });
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_is_the_most_that_passes() {
        let full = Template { resources: 500, parameters: 200, outputs: 200, bytes: 1_000_000 };
        assert!(template_limits(full, true).is_empty());
        for over in [
            Template { resources: 501, ..full },
            Template { parameters: 201, ..full },
            Template { outputs: 201, ..full },
            Template { bytes: 1_000_001, ..full },
        ] {
            assert_eq!(template_limits(over, true).len(), 1);
            assert!(template_limits(over, true).any_error());
            assert!(!template_limits(over, false).any_error());
        }
    }
}
