//! Parity: the two outputs, each read back by a reader that shares no code with the backends, hold
//! the same groups and rules, which are those of the policy.

use crate::compile::{cases, emit, with};
use crate::generate::program;
use crate::{deployed, read_cloudformation, read_terraform};
use proptest::prelude::*;

proptest! {
    #![proptest_config(cases(384))]

    #[test]
    fn both_outputs_hold_the_rules_of_the_policy(program in program()) {
        same_rules(&program.text())?;
    }
}

/// Whether both outputs of a program hold the rules of its policy.
pub fn same_rules(text: &str) -> Result<(), TestCaseError> {
    let (lowered, cloudformation, terraform) = with(text, |_, _, deployment| {
        (
            deployed::of(deployment),
            emit(deployment, "cloudformation"),
            emit(deployment, "terraform"),
        )
    });
    let [read_template, read_modules] = [
        read_cloudformation::read(&cloudformation).deployed,
        read_terraform::read(&terraform).deployed,
    ];
    prop_assert_eq!(
        &read_template,
        &lowered,
        "CloudFormation\n{}",
        cloudformation
    );
    prop_assert_eq!(&read_modules, &lowered, "Terraform\n{}", terraform);
    Ok(())
}
