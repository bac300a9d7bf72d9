//! Any bytes as a manifest, and as a file of values for a program with parameters. Nothing panics.

#![no_main]

mod formats;

use libfuzzer_sys::fuzz_target;
use std::path::Path;
use tierwall::compile::{Inputs, compile};
use tierwall::workspace::{Read, ReadError, Workspace};
use tierwall::project;

/// A program with a parameter of each kind.
struct Parameters;

const PARAMETERS: &str = "\
param block : cidr
param block6 : cidr-ipv6
param group : external
param list : prefix-list
param network : vpc
vpc main { id = network }
tier web { vpc = main }
web allows https from block, block6, group, list
";

impl Workspace for Parameters {
    fn read(&mut self, path: &str, _from: Option<&str>) -> Result<Read, ReadError> {
        Ok(Read { identity: path.to_string(), name: path.to_string(), bytes: PARAMETERS.into() })
    }
}

fuzz_target!(|bytes: &[u8]| {
    let (sources, _, problems) = project::read("tierwall.toml", bytes.to_vec(), Path::new("infra"));
    formats::write_all(&problems.sorted(), &sources);
    if let Ok(bindings) = project::parse_values(bytes) {
        let as_of = laws::compile::TODAY.parse().expect("a date");
        let inputs = Inputs { bindings: &bindings, ..Inputs::on(as_of) };
        let Ok(compilation) = compile("fuzzed.tier", &mut Parameters, &inputs) else {
            panic!("a text is always read")
        };
        formats::write_all(&compilation.problems.sorted(), &compilation.sources);
    }
});
