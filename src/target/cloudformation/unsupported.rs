//! What a template does not support.

use crate::diagnostic::{Problems, TargetProblem};
use crate::groups::{Direction, OpenedGates};
use crate::net::{Family, Traffic};
use crate::policy::{DefaultGroup, Flow, Owner, Peer, Policy, SentenceId, Vpc};
use foldhash::HashSet;
use ipnet::IpNet;

/// Reports what a template does not support: an error if the policy would differ, else a warning.
///
/// Destination groups have no owner property, and nothing empties a default group (CloudFormation
/// user guide, AWS::EC2::SecurityGroupEgress and AWS::EC2::SecurityGroup).
pub fn unsupported(policy: &Policy, target: &'static str) -> Problems {
    let mut problems = Problems::default();
    if policy.tiers.is_empty() && policy.foreign_owners.is_empty() {
        problems.push(TargetProblem::NothingToDeploy { target });
    }
    add_foreign_receivers(policy, target, &mut problems);
    add_foreign_senders(policy, target, &mut problems);
    add_defaults_of_everything(policy, target, &mut problems);
    add_lists(policy, target, &mut problems);
    add_locked_groups(policy, target, &mut problems);
    add_name_prefixes(policy, target, &mut problems);
    add_rule_tags(policy, target, &mut problems);
    problems
}

/// Adds the flows that a template cannot have, once for a sentence and what `find` gives for them;
/// `describe` returns what it is, and what to do instead.
fn add_flows<K: PartialEq>(
    policy: &Policy,
    target: &'static str,
    problems: &mut Problems,
    find: impl Fn(&Flow) -> Option<K>,
    describe: impl Fn(&Flow, &K) -> (String, &'static str),
) {
    let mut last = None;
    for flow in &policy.flows {
        let Some(found) = find(flow).map(|found| (flow.sentence, found)) else {
            continue;
        };
        if last.as_ref() == Some(&found) {
            continue;
        }

        let (what, help) = describe(flow, &found.1);
        problems.push(TargetProblem::Unsupported {
            span: policy.sentence(flow.sentence).span,
            target,
            what,
            help: help.to_string(),
        });
        last = Some(found);
    }
}

/// Adds outbound rules to security groups of other accounts, each once for a sentence.
fn add_foreign_receivers(policy: &Policy, target: &'static str, problems: &mut Problems) {
    let opened = OpenedGates::new(policy);
    let receiver = |flow: &Flow| {
        let Peer::External(id) = flow.destination() else {
            return None;
        };
        policy.external(id).account.as_ref()?;
        opened.opened_by(flow)[Direction::Egress as usize].map(|_| id)
    };
    add_flows(policy, target, problems, receiver, |_, id| {
        let name = &policy.external(*id).name;
        let what = format!("a rule to `{name}`, a security group in another account");
        let help = "use its addresses instead, or build with `--to terraform`";
        (what, help)
    });
}

/// Adds rules for each block of a list that the deployment sets, each list once: a template has a
/// resource, not a resource for each element (`Fn::ForEach` needs a transform, with which a stack is
/// deployed by change sets alone).
fn add_lists(policy: &Policy, target: &'static str, problems: &mut Problems) {
    if !policy.params.iter().any(|param| param.kind.is_list()) {
        return;
    }

    let mut found = HashSet::default();
    for flow in &policy.flows {
        let Peer::Param(id) = flow.peer else {
            continue;
        };
        let param = policy.param(id);
        if !param.kind.is_list() || !found.insert(id) {
            continue;
        }

        let name = &param.name;
        let blocks = match param.kind.family() {
            Family::V4 => "203.0.113.0/24,198.51.100.7/32",
            Family::V6 => "2001:db8::/32,2001:db8:40::/48",
        };
        problems.push(TargetProblem::Unsupported {
            span: policy.sentence(flow.sentence).span,
            target,
            what: format!("a rule for each block of `{name}`, which has no value"),
            help: format!("bind it, as in `--set {name}={blocks}`, or build with `--to terraform`"),
        });
    }
}

/// Adds outbound rules for everything on groups that are made elsewhere, each once for a sentence:
/// the next outbound rule of the group would delete them (aws-cdk issue 987).
fn add_foreign_senders(policy: &Policy, target: &'static str, problems: &mut Problems) {
    let is_everywhere = |block: IpNet| block.prefix_len() == 0;
    let sends_everything = |flow: &Flow| {
        let is_it = flow.traffic == Traffic::All
            && flow.destination().block().is_some_and(is_everywhere)
            && matches!(flow.sending(), Some(Owner::External(_)));
        is_it.then_some(())
    };
    add_flows(policy, target, problems, sends_everything, |flow, ()| {
        let name = policy.owner_name(flow.subject);
        let what = format!(
            "an outbound rule for all traffic to every address on `{name}`, a group that is made \
             elsewhere"
        );
        let help = "allow only the services that are needed, or build with `--to terraform`";
        (what, help)
    });
}

/// Adds outbound rules for all traffic to a parameter that is every address by default, each once
/// for a sentence, where CloudFormation would drop them: in a group that is made elsewhere, and in
/// one with an outbound rule to another group. Only a rule whose block is known is written as
/// halves.
fn add_defaults_of_everything(policy: &Policy, target: &'static str, problems: &mut Problems) {
    let everything = |flow: &Flow| {
        let Peer::Param(id) = flow.destination() else {
            return None;
        };
        let param = policy.param(id);
        let mut blocks = param.kind.blocks_of(param.default.as_deref()?);
        let is_everything = blocks.any(|block| block.prefix_len() == 0);
        (flow.traffic == Traffic::All && is_everything).then_some(())
    };
    if !policy.flows.iter().any(|flow| everything(flow).is_some()) {
        return;
    }

    let opened = OpenedGates::new(policy);
    let sender = |flow: &Flow| opened.opened_by(flow)[Direction::Egress as usize];
    let to_groups = policy.flows.iter();
    let to_groups = to_groups.filter(|flow| flow.destination().tier().is_some());
    let with_resources: HashSet<Owner> = to_groups.filter_map(sender).collect();

    let dropped = |flow: &Flow| {
        everything(flow)?;
        let owner = sender(flow)?;
        let is_dropped = owner.tier().is_none() || with_resources.contains(&owner);
        is_dropped.then_some(owner)
    };
    add_flows(policy, target, problems, dropped, |flow, owner| {
        let param = policy.peer_param(flow.destination());
        let name = param.map_or("", |id| policy.param(id).name.as_str());
        let (group, help) = match owner {
            Owner::Tier(_) => (
                "in a group with a rule to another group".to_string(),
                "write `anywhere` instead, or remove the default",
            ),
            Owner::External(id) => (
                format!(
                    "on `{}`, a group that is made elsewhere",
                    policy.external(*id).name
                ),
                "remove the default, or allow only the services that are needed",
            ),
        };
        let what = format!("a rule for all traffic to `{name}`, by default every address, {group}");
        (what, help)
    });
}

/// Adds VPCs whose default group is locked.
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

/// Adds prefixes of names: CloudFormation generates names from the stack and the logical id
/// (CloudFormation user guide, "Name type").
fn add_name_prefixes(policy: &Policy, target: &'static str, problems: &mut Problems) {
    for tier in &policy.tiers {
        if let Some(prefix) = &tier.name_prefix {
            problems.push(TargetProblem::LeftOut {
                span: tier.span,
                target,
                what: format!("a name that starts with `{}`", prefix.view()),
            });
        }
    }
}

/// Adds tags of rules: neither rules in a group nor rules of their own have any (CloudFormation user
/// guide, AWS::EC2::SecurityGroup, "Ingress" and "Egress", AWS::EC2::SecurityGroupIngress and
/// AWS::EC2::SecurityGroupEgress).
fn add_rule_tags(policy: &Policy, target: &'static str, problems: &mut Problems) {
    if policy.sentence_tags.is_empty() {
        return;
    }

    let current: HashSet<SentenceId> = policy.flows.iter().map(|flow| flow.sentence).collect();
    let tagged = policy.sentence_tags.lists();
    for (id, _) in tagged.filter(|(id, _)| current.contains(id)) {
        problems.push(TargetProblem::LeftOut {
            span: policy.sentence(id).span,
            target,
            what: "tags of rules".to_string(),
        });
    }
}
