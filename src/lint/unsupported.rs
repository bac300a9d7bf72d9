//! What a target cannot say.

use crate::diagnostic::{Problem, Problems, Target};
use crate::policy::{DefaultGroup, Outbound, Peer, Policy};

/// Reports what CloudFormation cannot say: an error where the policy would be another, else a
/// warning.
///
/// Destination groups have no owner property, and nothing empties a default group (CloudFormation
/// user guide, AWS::EC2::SecurityGroupEgress and AWS::EC2::SecurityGroup).
pub fn cloudformation(policy: &Policy) -> Problems {
    let (mut problems, target) = (Problems::default(), Target::CloudFormation);
    if policy.tiers.is_empty() {
        problems.push(Problem::NothingToDeploy { target });
    }
    let mut told = None;
    for flow in &policy.flows {
        let (Some(sender), None, Peer::External(id)) = (flow.sender(), flow.receiver(), flow.peer)
        else {
            continue;
        };
        let closed = policy.tier(sender).outbound == Outbound::Closed;
        let foreign = policy.externals[id.index()].account.is_some();
        if closed && foreign && told != Some((flow.sentence, id)) {
            told = Some((flow.sentence, id));
            let name = &policy.externals[id.index()].name;
            let what = format!("a rule to `{name}`, a security group in another account");
            problems.push(Problem::TargetCannot {
                span: policy.sentence(flow.sentence).span,
                target,
                what,
            });
        }
    }
    for vpc in policy
        .vpcs
        .iter()
        .filter(|vpc| vpc.default_group == DefaultGroup::Locked)
    {
        if let (Some(span), Some(name)) = (vpc.span, &vpc.name) {
            let what = format!("removing the rules of the default security group of `{name}`");
            problems.push(Problem::TargetWarns { span, target, what });
        }
    }
    problems
}
