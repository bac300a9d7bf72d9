//! Parity: the outputs, each read back by a reader that shares no code with its target, hold the
//! same groups and rules, which are those of the policy.

use crate::compile::{cases, emit_all, with};
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
    let (lowered, outputs) = with(text, |_, _, deployment| {
        (
            deployed::of(deployment).with_halves_united(),
            emit_all(deployment),
        )
    });
    for (target, output) in target::ALL.iter().zip(&outputs) {
        let read = readers::read(target, output).with_halves_united();
        prop_assert_eq!(&read, &lowered, "{}\n{}", target.title, output);
    }
    Ok(())
}
