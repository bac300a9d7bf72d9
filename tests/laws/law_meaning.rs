//! Meaning: what the lowered groups let pass is what the sentences say, packet by packet.

use crate::compile::{TODAY, cases, with};
use crate::generate::program;
use crate::meaning::Meaning;
use crate::packets::{Material, Random};
use crate::verdict;
use proptest::prelude::*;

/// Packets to ask about, for each program.
const PACKETS: usize = 500;

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn groups_admit_exactly_what_sentences_allow(program in program(), seed: u64) {
        with(&program.text(), |sources, parsed, deployment| {
            let meaning = Meaning {
                sources,
                program: parsed,
                today: TODAY,
            };
            let material = Material::new(&meaning);
            let random = &mut Random(seed);
            for _ in 0..PACKETS {
                let packet = material.packet(random);
                let (reported, done) = (
                    meaning.may_pass(&packet),
                    verdict::may_pass(deployment, &packet),
                );
                prop_assert_eq!(
                    reported,
                    done,
                    "the sentences (left) and the groups (right) differ about {:#?}",
                    packet
                );
            }
            Ok(())
        })?;
    }
}
