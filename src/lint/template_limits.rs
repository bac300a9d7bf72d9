//! `template-limits`: an output that the target would reject for its size.

use super::definition::{Category, Judge, Lint};
use super::level::Level;
use crate::diagnostic::Finding;
use crate::target::{Limits, Measure, TEMPLATE_LIMITS};

/// The lint.
pub const LINT: Lint = Lint {
    name: "template-limits",
    title: TEMPLATE_LIMITS.title,
    level: Level::Deny,
    category: Category::Maintainability,
    ids: &[],
    text: TEMPLATE_LIMITS.text,
    fires: REPORTED_PROGRAM,
    passes: PASSING_PROGRAM,
    judge: Judge::Elsewhere,
};

/// 23 tiers, each of which names itself and the 22 others: 529 rules that name a tier, each a
/// resource.
const REPORTED_PROGRAM: &str = "\
tier a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w
tiers everyone = a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w

everyone allows https from everyone
";

/// The same connections, by addresses: the rules are inline in the 23 groups.
const PASSING_PROGRAM: &str = "\
vpc main { id = \"vpc-0123456789abcdef0\", cidr = 10.0.0.0/16 }
tier a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w
tiers everyone = a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w

everyone allows https from vpc main
";

/// Findings about limits of a target, by its title, that an output exceeds.
pub fn template_limits(target: &str, limits: &Limits, measures: &[Measure]) -> Vec<Finding> {
    let passed = measures.iter().filter(|it| it.count > it.limit);
    let finding = |Measure { what, count, limit }: &Measure| {
        Finding::new(format!(
            "the template has {count} {what}, and {target} accepts at most {limit}"
        ))
        .help(limits.help)
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

        assert!(template_limits("CloudFormation", &TEMPLATE_LIMITS, &full).is_empty());
        for n in 0..full.len() {
            let mut over = full;
            over[n].count += 1;
            assert_eq!(
                template_limits("CloudFormation", &TEMPLATE_LIMITS, &over).len(),
                1
            );
        }
    }
}
