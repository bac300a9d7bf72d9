//! What a diff tells of two programs is what brute force finds, packet by packet.

#![no_main]

mod draw;

use draw::Drawn;
use laws::law_diff::{exact, versions};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Pair {
    kind: u8,
    masks: [u32; 2],
    seed: u64,
    one: Drawn,
    other: Drawn,
}

fuzz_target!(|pair: Pair| {
    let (old, new) = versions(&pair.one.0, &pair.other.0, pair.masks, pair.kind % 5);
    exact(&old, &new, pair.seed).unwrap_or_else(|error| panic!("{error}\n--- old\n{old}\n--- new\n{new}"));
});
