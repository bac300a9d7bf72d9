//! Any text as a configuration of Terraform: what is read is imported, and the program says the
//! same. Nothing panics, and everything ends.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::hint::black_box;
use tierwall::compile::Inputs;
use tierwall::driver::import::import_inventory;
use tierwall::import::{read_source, write_literal};

fuzz_target!(|text: &str| {
    let Ok(inventory) = read_source("fuzzed.tf", text) else { return };
    black_box(write_literal(&inventory));
    let as_of = laws::compile::TODAY.parse().expect("a date");
    black_box(import_inventory("imported.tier", "imported", inventory, &Inputs::on(as_of)));
});
