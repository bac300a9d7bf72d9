//! Rules for all traffic that a template writes as two.
//!
//! Where a group has an outbound rule that is a resource of its own, CloudFormation deletes a rule
//! for all traffic to 0.0.0.0/0 or ::/0 from it (CloudFormation user guide,
//! AWS::EC2::SecurityGroupEgress: "the default rule is removed"; it cannot tell the default rule
//! from the same rule written on purpose, aws-cdk issue 987). So such a rule is written as one for
//! each half of the addresses.

use super::resources::is_separate;
use crate::aws::{Direction, Peer, Rule, RuleKey, SecurityGroup};
use crate::net::Traffic;
use ipnet::IpNet;

/// The keys that a template has in place of a rule of a group.
pub fn written_keys(group: &SecurityGroup, rule: &Rule) -> [Option<RuleKey>; 2] {
    let outbound = || group.rules_in(Direction::Egress).iter();
    let is_halved = || {
        let mut outbound = outbound();
        group.made_elsewhere.is_none() && outbound.any(|rule| is_separate(group, &rule.key))
    };
    let halves = halves_of_everything(&rule.key).filter(|_| is_halved());

    match halves {
        None => [Some(rule.key), None],
        // a half that the program writes itself is a rule already
        Some(halves) => halves.map(|half| {
            let key = RuleKey {
                peer: Peer::Block(half),
                ..rule.key
            };
            (!outbound().any(|rule| rule.key == key)).then_some(key)
        }),
    }
}

/// The two halves of all addresses, of an outbound rule for all traffic to them.
fn halves_of_everything(key: &RuleKey) -> Option<[IpNet; 2]> {
    let Peer::Block(block) = key.peer else {
        return None;
    };
    let is_everything = key.direction == Direction::Egress
        && key.traffic == Traffic::All
        && block.prefix_len() == 0;
    if !is_everything {
        return None;
    }

    let mut halves = block
        .subnets(1)
        .expect("1 is a prefix length of both families");
    Some([halves.next()?, halves.next()?])
}
