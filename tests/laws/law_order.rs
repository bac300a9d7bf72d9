//! Order: permuting the statements, or the items of a sentence, or laying the source out anew,
//! changes no byte of any output.

use crate::choices::{Choices, numbers};
use crate::compile::{cases, outputs};
use crate::generate::{Program, program};
use crate::text::lay_out;
use proptest::prelude::*;

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn the_order_of_statements_does_not_matter(program in program(), order in numbers(60)) {
        let permuted = Choices::new(&order).shuffled(&program.statements());
        same(&program, &lay_out(&permuted, &mut Choices::new(&[])))?;
    }

    #[test]
    fn the_order_in_a_sentence_does_not_matter(program in program(), order in numbers(100)) {
        let choose = &mut Choices::new(&order);
        let sentences = program
            .sentences
            .iter()
            .map(|sentence| sentence.reordered(choose))
            .collect();
        same(
            &program,
            &Program {
                sentences,
                ..program.clone()
            }
            .text(),
        )?;
    }

    #[test]
    fn the_layout_does_not_matter(program in program(), layout in numbers(400)) {
        same(&program, &lay_out(&program.statements(), &mut Choices::new(&layout)))?;
    }
}

fn same(program: &Program, other: &str) -> Result<(), TestCaseError> {
    let (usual, changed) = (outputs(&program.text()), outputs(other));
    prop_assert_eq!(&usual, &changed, "after\n{}", other);
    Ok(())
}
