//! Parity: the outputs, each read back by a reader that shares no code with its target, hold the
//! same groups and rules, which are those of the policy.

use crate::compile::{cases, emit_all, with};
use crate::deployed::{Deployed, Key};
use crate::generate::program;
use crate::{deployed, readers};
use proptest::prelude::*;
use tierwall::target;

proptest! {
    #![proptest_config(cases(384))]

    #[test]
    fn every_output_holds_the_rules_of_the_policy(program in program()) {
        same_rules(&program.text())?;
    }
}

/// Whether every output of a program holds the rules of its policy.
pub fn same_rules(text: &str) -> Result<(), TestCaseError> {
    let (lowered, untagged, outputs) = with(text, |_, _, deployment| {
        let lowered = || deployed::of(deployment).with_halves_united();
        (
            lowered(),
            lowered().without_rule_tags(),
            emit_all(deployment),
        )
    });
    for (target, output) in target::ALL.iter().zip(&outputs) {
        let read = readers::read(target, output).with_halves_united();
        let has_no_tags = target.planning.is_some_and(|it| !it.writes_rule_tags);
        let wanted = if has_no_tags { &untagged } else { &lowered };
        prop_assert_eq!(&read, wanted, "{}\n{}", target.title, output);
    }
    if text.contains("transit-gateway") {
        let stray = across_vpcs(&lowered);
        prop_assert!(
            stray.is_none(),
            "{stray:?} is refused over a transit gateway\n{text}"
        );
    }
    Ok(())
}

/// An outbound rule to a group of another VPC.
fn across_vpcs(deployed: &Deployed) -> Option<&Key> {
    let vpcs = |group: &str| {
        let group = deployed.groups.get(group);
        let vpcs = group.map(|group| std::iter::once(&group.vpc).chain(&group.associated));
        vpcs.into_iter().flatten()
    };
    // members can be in each VPC of a group
    let are_apart = |a: &str, b: &str| vpcs(a).any(|a| vpcs(b).any(|b| a != b));
    let mut keys = deployed.rules.iter().map(|rule| &rule.key);
    keys.find(|key| {
        let peer = key.peer.strip_prefix("tier ");
        key.direction == "egress" && peer.is_some_and(|peer| are_apart(peer, &key.group))
    })
}
