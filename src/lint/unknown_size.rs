//! `unknown-size`: a prefix list whose size is not known, so that the quota cannot be counted.

use super::{Category, Judge, Level, Lint, Subject};
use crate::diagnostic::Finding;
use crate::policy::{ListReference, Peer};

/// The lint.
pub const LINT: Lint = Lint {
    name: "unknown-size",
    title: "a prefix list whose size is not known",
    level: Level::Note,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that of each prefix list that a sentence names it is known how many entries it can have.

Why: against the quota a rule with a prefix list counts as many rules as the list can have entries, whether it has them
or not (VPC user guide, \"Security group size\"). A list of unknown size counts 1 for `quota`, and may be 1,000.

Instead: say its size, as `entries = 20`; of AWS's own lists it is known. A list that is a parameter is not told, since
its size is known no sooner than the list itself; `tierwall quota` names it.",
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
                ListReference::Param(_) => false,
            };
            *named && can_say && list.entries.is_none()
        });

    found.extend(sizeless.map(|(list, _)| {
        Finding::new(format!(
            "the size of `{}` is not known and counts 1 against the quota",
            list.name
        ))
        .caused(list.span, "may be as many as 1,000 rules")
        .help("say how many entries it can have: `{ entries = 20 }`")
    }));
}
