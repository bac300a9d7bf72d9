//! Programs of the laws, drawn from the bytes of a fuzzer instead of proptest's numbers.

use laws::generate::Program;
use laws::scene::Numbers;
use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};
use std::ops::RangeInclusive;

/// A drawn program.
#[derive(Debug)]
pub struct Drawn(pub Program);

impl<'b> Arbitrary<'b> for Drawn {
    fn arbitrary(bytes: &mut Unstructured<'b>) -> Result<Drawn> {
        let declarations = Numbers {
            tiers: streams(bytes, 1..=5)?,
            stack: stream(bytes)?,
            vpcs: stream(bytes)?,
            params: streams(bytes, 0..=9)?,
            networks: streams(bytes, 0..=4)?,
            foreign: streams(bytes, 0..=6)?,
            services: streams(bytes, 0..=4)?,
            sets: streams(bytes, 0..=2)?,
        };
        let (sentences, assertions) = (streams(bytes, 0..=12)?, streams(bytes, 0..=2)?);
        Ok(Drawn(Program::new(&declarations, &sentences, &assertions)))
    }
}

/// Decisions for several things to build.
fn streams(bytes: &mut Unstructured<'_>, count: RangeInclusive<usize>) -> Result<Vec<Vec<u16>>> {
    let count = bytes.int_in_range(count)?;
    (0..count).map(|_| stream(bytes)).collect()
}

/// The decisions for one thing to build.
fn stream(bytes: &mut Unstructured<'_>) -> Result<Vec<u16>> {
    let length = bytes.int_in_range(0..=28)?;
    (0..length).map(|_| bytes.arbitrary()).collect()
}
