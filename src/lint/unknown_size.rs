//! `unknown-size`: a prefix list of unknown size, so that the quota cannot be counted.

use super::definition::{Category, Judge, Lint};
use super::level::Level;
use super::subject::Subject;
use crate::diagnostic::Finding;
use crate::policy::{ListReference, Peer};

/// The lint.
pub const LINT: Lint = Lint {
    name: "unknown-size",
    title: "a prefix list of unknown size",
    level: Level::Note,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that the maximum number of entries of each prefix list in a sentence is known.

Why: a rule that references a prefix list counts toward the quota as the maximum number of entries
of the list, whether or not they are in use (VPC user guide, \"Security group size\"). A list of
unknown size counts as 1 for `quota`, and may count as up to 1,000.

Instead: set its size, as in `entries = 20`. The sizes of the lists that AWS manages are known. A
list that is a parameter is not reported, because its size is known only together with the list;
`tierwall quota` names it.",
    fires: "\
prefix-list branches = \"pl-0123456789abcdef0\"
tier web

web allows https from branches
",
    passes: "\
prefix-list branches = \"pl-0123456789abcdef0\" { entries = 20 }
tier web

web allows https from branches
",
    judge: Judge::Program(judge),
};

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let policy = subject.policy;
    let mut named = vec![false; policy.prefix_lists.len()];

    for flow in &policy.flows {
        if let Peer::PrefixList(id) = flow.peer {
            named[id.index()] = true;
        }
    }

    let sizeless = policy
        .prefix_lists
        .iter()
        .zip(named)
        .filter(|(list, named)| {
            let can_say = match list.list {
                ListReference::Id(_) | ListReference::Aws(_) => true,
                ListReference::Param(_) | ListReference::Made(_) => false,
            };
            *named && can_say && list.entries.is_none()
        });

    found.extend(sizeless.map(|(list, _)| {
        Finding::new(format!(
            "the size of `{}` is unknown and counts as 1 toward the quota",
            list.name
        ))
        .caused(list.span, "may count as up to 1,000 rules")
        .help("set its maximum number of entries: `{ entries = 20 }`")
    }));
}
