//! Both outputs of a program hold the rules of its policy.

#![no_main]

mod draw;

use draw::Drawn;
use laws::law_parity::same_rules;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|drawn: Drawn| {
    same_rules(&drawn.0.text()).unwrap_or_else(|error| panic!("{error}\n{drawn:?}"));
});
