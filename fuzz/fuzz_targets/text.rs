//! Any bytes as a program: they are parsed, resolved, judged, and reported in every format; fixes
//! are applied; what has no error is emitted. Nothing panics. Bytes that start like JSON are a source,
//! which may be refused.

#![no_main]

mod formats;

use libfuzzer_sys::fuzz_target;
use std::hint::black_box;
use tierwall::target;
use tierwall::lint::{Level, Levels};
use tierwall::compile::{Inputs, compile};
use tierwall::diagnostic::apply_safe;
use tierwall::workspace::{Read, ReadError, Workspace};

/// The entry, and nothing beside it.
struct Only<'b>(&'b [u8]);

impl Workspace for Only<'_> {
    fn read(&mut self, path: &str, from: Option<&str>) -> Result<Read, ReadError> {
        match from {
            Some(_) if path != "fuzzed.tier" => Err(ReadError::Failed("it is not there".to_string())),
            Some(_) | None => Ok(Read { identity: path.to_string(), name: path.to_string(), bytes: self.0.to_vec() }),
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let as_of = laws::compile::TODAY.parse().expect("a date");
    let Ok(compilation) = compile("fuzzed.tier", &mut Only(bytes), &Inputs::on(as_of)) else { return };
    let levels = Levels { all: Some(Level::Warn), ..Levels::default() };
    let judged = compilation.judge_at(&levels);
    let problems = judged.problems.sorted();
    formats::write_all(&problems, &compilation.sources);
    black_box(apply_safe(&problems, &compilation.sources));
    if let Some(deployment) = &judged.deployment {
        let state = deployment.to_state();
        for target in &target::ALL {
            (target.emit)(&state);
        }
    }
});
