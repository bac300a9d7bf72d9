//! `template-limits`: a CloudFormation template that CloudFormation would refuse for its size.

use super::definition::{Category, Judge, Lint};
use super::level::Level;
use crate::diagnostic::Finding;
use crate::target::Measure;

/// The lint.
pub const LINT: Lint = Lint {
    name: "template-limits",
    title: "a template that exceeds the limits of CloudFormation",
    level: Level::Deny,
    category: Category::Maintainability,
    ids: &[],
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
    fires: FIRES,
    passes: CALM,
    judge: Judge::Elsewhere,
};

/// 23 tiers, each of which names itself and the 22 others: 529 rules that name a tier, each a
/// resource.
const FIRES: &str = "\
tier a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w
tiers everyone = a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w

everyone allows https from everyone
";

/// The same reach, said by addresses: the rules stand inside the 23 groups.
const CALM: &str = "\
vpc main { id = \"vpc-0123456789abcdef0\", cidr = 10.0.0.0/16 }
tier a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w
tiers everyone = a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w

everyone allows https from vpc main
";

/// What is to be said about the limits of a target, by its title, that an output passes.
pub fn template_limits(target: &str, measures: &[Measure]) -> Vec<Finding> {
    let passed = measures.iter().filter(|it| it.count > it.limit);
    let finding = |Measure { what, count, limit }: &Measure| {
        Finding::new(format!(
            "the template has {count} {what}, and {target} accepts at most {limit}"
        ))
        .help(
            "split the program into several stacks, use fewer tiers as peers (each such \
                   rule is a resource), or use `--to terraform`",
        )
        .help("`--warn template-limits` writes it anyway")
    };
    passed.map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_limit_is_the_most_that_passes() {
        let limits = [
            ("resources", 500),
            ("parameters", 200),
            ("bytes", 1_000_000),
        ];

        let full = limits.map(|(what, limit)| Measure {
            what,
            count: limit,
            limit,
        });

        assert!(template_limits("CloudFormation", &full).is_empty());
        for n in 0..full.len() {
            let mut over = full;
            over[n].count += 1;
            assert_eq!(template_limits("CloudFormation", &over).len(), 1);
        }
    }
}
