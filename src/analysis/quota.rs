//! How much of the rules quota of AWS each direction of each group uses, and for which sentences.
//!
//! The quota holds for each group, separately for inbound and outbound and for IPv4 and IPv6 (VPC
//! user guide, "Amazon VPC quotas": 60 each, adjustable). `rule-quota` of the stack sets that of
//! the account.
//!
//! | peer of a rule | counts | by |
//! |---|---|---|
//! | a list of blocks that the deployment sets | as many as its default has, else 1, in its family | a rule for each block |
//! | a block, known or a parameter | 1 in its family | VPC user guide, "Security group rules" |
//! | a group: a tier, an external | 1 in each family, whatever its traffic | see below |
//! | a prefix list | its maximum size, or AWS's weight for it, in its family | "Security group rules", "Security group size" |
//! | a prefix list of unknown size | 1 in its family, and a note | |
//! | everywhere, of a rule for all traffic in a group with a rule to a tier | 2 in its family | CloudFormation writes its two halves |
//!
//! That a reference to a group counts in each family was in earlier editions of "Amazon VPC quotas"
//! ("counts as one rule for IPv4 and one rule for IPv6"). The page does not state it now, and did
//! not state whether ICMP, which has one family, is different. The higher count is used for both.
//!
//! Of a group that is made elsewhere only the rules of the program are known: it counts at least
//! these.
//!
//! The rules of the lowered groups are counted, so a rule of several sentences counts once. The
//! placeholder is only in CloudFormation, and not counted.

use crate::aws::{Count, Counted};
use crate::groups::{Deployment, Direction, Peer, PrefixListId, Rule, lower};
use crate::net::{Family, Traffic};
use crate::policy::{Owner, Policy, SentenceId, TierId};
use ipnet::IpNet;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// One direction of one group, and the total count of its rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirectionUsage {
    /// The tier of the group, or an external, which may have other rules as well.
    pub owner: Owner,
    /// Inbound or outbound.
    pub direction: Direction,
    /// The count of its rules.
    pub used: Count,
}

/// Both directions of every group, groups by name and inbound first: one pass over the rules.
pub fn direction_usages(deployment: &Deployment<'_>) -> Vec<DirectionUsage> {
    let mut totals = Vec::with_capacity(deployment.groups.len() * Direction::ALL.len());
    for group in &deployment.groups {
        for direction in Direction::ALL {
            let rules = group.rules(direction);
            let counts = rules
                .iter()
                .map(|rule| count_rule(deployment, (direction, rules), rule));
            totals.push(DirectionUsage {
                owner: group.owner,
                direction,
                used: counts.fold(Count::default(), Count::add_count),
            });
        }
    }

    totals
}

/// The cost of each sentence in one direction of a group, the most costly first, then in source
/// order. A rule is charged to the first of its sentences. The rules of an open tier are charged to
/// none.
pub fn sentence_costs(
    deployment: &Deployment<'_>,
    owner: Owner,
    direction: Direction,
) -> Vec<(SentenceId, Count)> {
    let rules = deployment.owned_group(owner).rules(direction);
    let charge = |rule: &Rule| {
        Some((
            deployment.first_sentence(rule)?,
            count_rule(deployment, (direction, rules), rule),
        ))
    };
    let mut costs: Vec<(SentenceId, Count)> = rules.iter().filter_map(charge).collect();
    costs.sort_by_key(|(sentence, _)| *sentence);

    costs.dedup_by(|(next, cost), (kept, sum)| {
        let same = next == kept;
        if same {
            *sum = sum.add_count(*cost);
        }
        same
    });

    costs.sort_by_key(|(_, cost)| Reverse((cost.most(), cost.v4.min(cost.v6))));
    costs
}

/// The count of one of the rules of a side.
fn count_rule(
    deployment: &Deployment<'_>,
    (direction, rules): (Direction, &[Rule]),
    rule: &Rule,
) -> Count {
    let count = Count::new(match rule.peer {
        Peer::Net(block) => Counted::Block(Family::of_block(&block)),
        Peer::Param(id) => deployment.counted_parameter(id),
        Peer::PrefixList(id) => Counted::PrefixList {
            family: deployment.list_family(id),
            entries: deployment.list_entries(id),
        },
        Peer::Tier(_) | Peer::External(_) => Counted::Group,
    });
    if direction == Direction::Egress && is_halved(rules, rule) {
        count.add_count(count)
    } else {
        count
    }
}

/// Whether CloudFormation writes an outbound rule as its two halves: one for all traffic to
/// everywhere, in a group with a rule to a tier.
fn is_halved(rules: &[Rule], rule: &Rule) -> bool {
    let is_everything = |block: IpNet| rule.traffic == Traffic::All && block.prefix_len() == 0;
    rule.peer.block().is_some_and(is_everything)
        && rules.iter().any(|rule| rule.peer.tier().is_some())
}

/// The use of the quota by the groups of a program.
#[derive(Debug)]
pub struct QuotaUsage<'p> {
    pub(crate) policy: &'p Policy,
    pub(crate) deployment: Deployment<'p>,
    pub(crate) sides: Vec<DirectionUsage>,
}

impl<'p> QuotaUsage<'p> {
    /// Lowers a policy and counts its rules.
    pub fn new(policy: &'p Policy) -> QuotaUsage<'p> {
        let deployment = lower(policy);
        let sides = direction_usages(&deployment);
        QuotaUsage {
            policy,
            deployment,
            sides,
        }
    }

    /// Keeps only the groups of these tiers.
    pub fn keep_tiers(&mut self, tiers: &[TierId]) {
        let is_kept = |owner: Owner| owner.tier().is_some_and(|tier| tiers.contains(&tier));
        self.sides.retain(|side| is_kept(side.owner));
    }

    /// Whether a group is over the quota.
    pub fn is_over_quota(&self) -> bool {
        self.sides.iter().any(|side| self.is_over(side))
    }

    pub(crate) fn quota(&self) -> u32 {
        self.policy.stack.rule_quota
    }

    pub(crate) fn is_over(&self, side: &DirectionUsage) -> bool {
        side.used.most() > self.quota()
    }

    pub(crate) fn sentence_costs(&self, side: &DirectionUsage) -> Vec<(SentenceId, Count)> {
        sentence_costs(&self.deployment, side.owner, side.direction)
    }

    /// The prefix lists of unknown size among the peers.
    pub(crate) fn unsized_lists(&self) -> BTreeSet<PrefixListId> {
        let rules = self.sides.iter().flat_map(|side| {
            self.deployment
                .owned_group(side.owner)
                .rules(side.direction)
        });
        let lists = rules.filter_map(|rule| rule.peer.prefix_list());
        lists
            .filter(|id| self.deployment.list_entries(*id).is_none())
            .collect()
    }
}
