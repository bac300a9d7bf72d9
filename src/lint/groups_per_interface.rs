//! `groups-per-interface`: members that would carry more groups than a network interface can.

use super::{Category, Judge, Level, Lint, Subject};
use crate::diagnostic::Finding;
use crate::policy::TierId;

/// The lint.
pub const LINT: Lint = Lint {
    name: "groups-per-interface",
    title: "members that carry more groups than a network interface can",
    level: Level::Deny,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that the members of each tier carry at most as many groups as `groups-per-interface` of the
stack says, which is 5 by default: that of the tier, and those that its `also` leads to.

Why: AWS attaches at most 5 security groups to a network interface, and 16 if the quota of the
account is increased (VPC user guide, \"Amazon VPC quotas\"). Beyond that, it refuses the interface,
and the instance that has it.

Instead: merge groups that the same tiers carry, remove an `also`, or have the quota of the account
increased and set `stack shop { groups-per-interface = 10 }`.",
    fires: "\
stack shop { groups-per-interface = 2 }
tier monitored
tier management also monitored
tier ci         also management

monitored  allows tcp 9100 from 10.0.0.0/24
management allows ssh      from 10.0.0.0/24
ci         allows https    from 10.0.0.0/24
",
    passes: "\
stack shop { groups-per-interface = 3 }
tier monitored
tier management also monitored
tier ci         also management

monitored  allows tcp 9100 from 10.0.0.0/24
management allows ssh      from 10.0.0.0/24
ci         allows https    from 10.0.0.0/24
",
    judge: Judge::Program(judge),
};

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let policy = subject.policy;
    let most = policy.stack.groups_per_interface as usize;
    if policy.members.carry_one_group() && most > 0 {
        return;
    }

    let count = |tier: &TierId| policy.members.other_groups(*tier).len() + 1;
    let over = policy.tier_ids().filter(|tier| count(tier) > most);
    found.extend(over.map(|tier| too_many_groups(subject, tier, count(&tier), most)));
}

fn too_many_groups(subject: &Subject<'_>, tier: TierId, count: usize, most: usize) -> Finding {
    let policy = subject.policy;
    let groups = policy.members.groups_of(tier);
    let groups: Vec<&str> = groups.map(|id| policy.tier(id).name.as_str()).collect();
    let declared = policy.tier(tier);

    Finding::new(format!(
        "the members of `{}` carry {count} groups, and a network interface at most {most}",
        declared.name
    ))
    .caused(declared.span, groups.join(", "))
    .help("merge groups that the same tiers carry, or remove an `also`")
    .help("if the account has a higher quota, set `groups-per-interface` in the stack, at most 16")
}
