//! What a template cannot say.

use crate::diagnostic::{Problems, TargetProblem};
use crate::policy::{DefaultGroup, Outbound, Peer, Policy, Vpc};

/// Reports it: an error where the policy would be another, else a warning.
///
/// Destination groups have no owner property, and nothing empties a default group (CloudFormation
/// user guide, AWS::EC2::SecurityGroupEgress and AWS::EC2::SecurityGroup).
pub fn unsupported(policy: &Policy, target: &'static str) -> Problems {
    let mut problems = Problems::default();
    if policy.tiers.is_empty() {
        problems.push(TargetProblem::NothingToDeploy { target });
    }
    add_foreign_receivers(policy, target, &mut problems);
    add_locked_groups(policy, target, &mut problems);
    problems
}

/// Adds outbound rules to security groups of other accounts, each once for a sentence.
fn add_foreign_receivers(policy: &Policy, target: &'static str, problems: &mut Problems) {
    let mut last = None;
    for flow in &policy.flows {
        let (Some(sender), None, Peer::External(id)) = (flow.sender(), flow.receiver(), flow.peer)
        else {
            continue;
        };
        let external = policy.external(id);
        let is_closed = policy.tier(sender).outbound == Outbound::Closed;
        if !is_closed || external.account.is_none() || last == Some((flow.sentence, id)) {
            continue;
        }

        last = Some((flow.sentence, id));
        let name = &external.name;
        problems.push(TargetProblem::Unsupported {
            span: policy.sentence(flow.sentence).span,
            target,
            what: format!("a rule to `{name}`, a security group in another account"),
            help: "use its addresses instead, or build with `--to terraform`",
        });
    }
}

/// Adds VPCs whose default group is to lose its rules.
fn add_locked_groups(policy: &Policy, target: &'static str, problems: &mut Problems) {
    let is_locked = |vpc: &&Vpc| vpc.default_group == DefaultGroup::Locked;
    for vpc in policy.vpcs.iter().filter(is_locked) {
        if let (Some(span), Some(name)) = (vpc.span, &vpc.name) {
            problems.push(TargetProblem::LeftOut {
                span,
                target,
                what: format!("removing the rules of the default security group of `{name}`"),
            });
        }
    }
}
