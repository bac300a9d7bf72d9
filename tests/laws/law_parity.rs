//! Parity: the two outputs, each read back by a reader that shares no code with the backends, hold the same
//! groups and rules, which are those of the policy.

use crate::compile::{cases, emit, with};
use crate::generate::program;
use crate::{deployed, read_cloudformation, read_terraform};
use proptest::prelude::*;

proptest! {
    #![proptest_config(cases(384))]

    #[test]
    fn both_outputs_hold_the_rules_of_the_policy(program in program()) {
        let (lowered, cloudformation, terraform) = with(&program.text(), |_, _, deployment| {
            (deployed::of(deployment), emit(deployment, "cloudformation"), emit(deployment, "terraform"))
        });
        prop_assert_eq!(&read_cloudformation::read(&cloudformation).deployed, &lowered, "CloudFormation\n{}", cloudformation);
        prop_assert_eq!(&read_terraform::read(&terraform).deployed, &lowered, "Terraform\n{}", terraform);
    }
}
