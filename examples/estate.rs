//! Writes an estate: a program of any size to measure the compiler with.
//!
//!     cargo run --example estate -- --rules 10000 --seed 1 --mix dense -o estate.tier
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "it is a command"
)]

#[path = "../benches/estate/mod.rs"]
mod estate;

use clap::Parser;
use estate::{Estate, Files, Mix, Peers};
use std::path::PathBuf;
use std::process::ExitCode;

/// Writes an estate: a program of any size to measure the compiler with
#[derive(Parser)]
struct Arguments {
    /// How many rules AWS holds for it, without those that an open tier has by itself
    #[arg(long, default_value_t = 10_000)]
    rules: usize,
    /// What its addresses are drawn from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What stands in it
    #[arg(long, value_enum, default_value_t = Mix::Dense)]
    mix: Mix,
    /// Who is named in the sentences of the mixes `dense` and `flat`
    #[arg(long, value_enum, default_value_t = Peers::Addresses)]
    peers: Peers,
    /// How many assertions it has; all hold
    #[arg(long, default_value_t = 0)]
    assertions: usize,
    /// Over how many files it is spread; those that the program includes lie beside it,
    /// `part-1.tier` and on
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    files: u16,
    /// Change a few of its sentences
    #[arg(long)]
    edit: bool,
    /// Where the program goes [default: standard output]
    #[arg(short, value_name = "FILE")]
    output: Option<PathBuf>,
}

fn main() -> ExitCode {
    let given = Arguments::parse();
    let Arguments {
        rules,
        seed,
        mix,
        peers,
        assertions,
        files,
        edit: edited,
        output,
    } = given;
    let files = Estate {
        rules,
        seed,
        mix,
        peers,
        assertions,
        files: files.into(),
        edited,
    }
    .files();
    match write(&files, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("estate: {why}");
            ExitCode::FAILURE
        }
    }
}

fn write(Files(files): &Files, output: Option<PathBuf>) -> Result<(), String> {
    let (entry, parts) = files.split_first().ok_or("there is nothing to write")?;
    let Some(path) = output else {
        print!("{}", entry.1);
        return if parts.is_empty() {
            Ok(())
        } else {
            Err("several files need `-o FILE`".to_string())
        };
    };
    std::fs::write(&path, &entry.1).map_err(|why| format!("`{}`: {why}", path.display()))?;
    for (name, text) in parts {
        let path = path.with_file_name(name);
        std::fs::write(&path, text).map_err(|why| format!("`{}`: {why}", path.display()))?;
    }
    Ok(())
}
