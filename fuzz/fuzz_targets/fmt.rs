//! A text that can be read keeps its words, problems and outputs when it is formatted, and stays
//! formatted.

#![no_main]

use laws::compile::is_valid;
use laws::law_fmt::{only_the_layout_changes, same_outputs};
use libfuzzer_sys::fuzz_target;
use tierwall::parse;

fuzz_target!(|text: &str| {
    if parse::parse_text("fuzzed.tier", text).2.any_error() {
        return;
    }
    only_the_layout_changes(text).unwrap_or_else(|error| panic!("{error}"));
    if is_valid(text) {
        same_outputs(text).unwrap_or_else(|error| panic!("{error}"));
    }
});
