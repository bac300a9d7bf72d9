//! What the tests share: reading programs, and the examples with their variants.

#![allow(dead_code)] // each test uses a part of it

pub mod command;
pub mod repository;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use tierwall::compile::{Compilation, Environment, Inputs, compile};
use tierwall::date::Date;
use tierwall::diagnostic::{Explanation, Problem, explanations};
use tierwall::groups::lower;
use tierwall::lint::{self, Levels};
use tierwall::target;
use tierwall::workspace::{Read, ReadError, Workspace};
use tierwall::{Memory, Options, Program};

/// The day on which everything in the tests is built.
pub const AS_OF: &str = "2026-01-15";

/// Reads files below the directory of the package, under the names that they have there.
#[derive(Default)]
pub struct Disk {
    given: HashSet<PathBuf>,
}

impl Workspace for Disk {
    fn read(&mut self, path: &str, from: Option<&str>) -> Result<Read, ReadError> {
        let directory = from.map_or(Path::new(""), |from| {
            Path::new(from).parent().unwrap_or(Path::new(""))
        });
        let path = directory.join(path);
        let failed = |error: std::io::Error| ReadError::Failed(error.to_string());
        let whole = std::fs::canonicalize(package().join(&path)).map_err(failed)?;
        let name = whole
            .strip_prefix(package())
            .unwrap_or(&whole)
            .display()
            .to_string();
        let bytes = std::fs::read(&whole).map_err(failed)?;
        self.given.insert(whole);
        Ok(Read {
            identity: name.clone(),
            name,
            bytes,
        })
    }
}

/// The directory of the package.
pub fn package() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The day that counts as today.
pub fn as_of() -> Date {
    AS_OF.parse().unwrap_or_else(|_| panic!("{AS_OF} is a day"))
}

/// Compiles a text.
pub fn compile_text(
    name: &str,
    text: &str,
    bindings: &[(String, String)],
    as_of: Date,
) -> Compilation {
    let inputs = Inputs {
        bindings,
        ..Inputs::on(as_of)
    };
    compile(name, &mut Memory::new().with(name, text), &inputs)
        .unwrap_or_else(|error| panic!("{error:?}"))
}

/// Compiles a text with values for parameters.
pub fn compile_bound(text: &str, bindings: &[(&str, &str)]) -> Compilation {
    let bindings = bindings.iter();
    let bindings: Vec<(String, String)> = bindings
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    compile_text("program.tier", text, &bindings, as_of())
}

/// What a program is for a target.
pub fn emit(compilation: &Compilation, target: &str) -> String {
    let target = target::find_target(target).expect("a target");
    let state = lower(&compilation.policy).to_state();
    String::from_utf8((target.emit)(&state)).expect("UTF-8")
}

/// Checks a program as its first line says, `# tierwall check --set office=banana`: what it means,
/// and what is wrong with it.
pub fn check(program: &str, levels: &Levels) -> (Compilation, Vec<Problem>) {
    let command = program
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("# tierwall "))
        .unwrap_or("check");
    let mut options = Options::new(as_of()).lints(levels.clone());
    let mut words = command.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "--set" => {
                let (name, value) = words
                    .next()
                    .and_then(|set| set.split_once('='))
                    .unwrap_or(("", ""));
                options = options.set(name, value);
            }
            "--environment" => options = options.environment(words.next().unwrap_or_default()),
            "--as-of" => {
                let day = words.next().and_then(|day| day.parse().ok());
                options = options.on(day.unwrap_or(as_of()));
            }
            _ => {}
        }
    }

    let mut files = Memory::new().with("program.tier", program);
    let program = Program::load("program.tier", &mut files, options)
        .unwrap_or_else(|error| panic!("{error}"));
    let target = target::ALL.iter().find(|it| command.contains(it.name));
    let problems = target.map_or_else(|| program.check(), |target| program.check_for(target));
    (program.into_compilation(), problems)
}

/// The block of this kind in an explanation: `tier wrong`, `toml right`.
pub fn block<'e>(explanation: &'e Explanation, kind: &str) -> Option<&'e str> {
    let (_, rest) = explanation.text.split_once(&format!("```{kind}\n"))?;
    rest.split_once("```").map(|(program, _)| program)
}

/// Every program that shows a problem: those of the codes, and those in which a lint fires; by what
/// it shows.
pub fn wrong_programs() -> Vec<(&'static str, &'static str)> {
    let codes = explanations()
        .iter()
        .filter_map(|it| Some((it.code, block(it, "tier wrong")?)));
    codes
        .chain(lint::ALL.iter().map(|lint| (lint.name, lint.fires)))
        .collect()
}

/// One way to build one example.
pub struct Example {
    /// `three-tier`, `environments-production`
    pub name: String,
    /// Its entry file, from the package's directory.
    pub path: String,
    /// Values of parameters.
    pub bindings: Vec<(String, String)>,
    /// The environment that it is compiled for, if the program declares some.
    pub environment: Option<String>,
}

impl Example {
    /// Compiles it.
    pub fn compile(&self) -> Compilation {
        let mut disk = Disk::default();
        let inputs = Inputs {
            bindings: &self.bindings,
            environment: self.environment.as_deref().map(|name| Environment {
                name,
                is_optional: false,
            }),
            ..Inputs::on(as_of())
        };
        compile(&self.path, &mut disk, &inputs)
            .unwrap_or_else(|error| panic!("{}: {error:?}", self.path))
    }
}

/// Every example: `examples/NAME.tier`, and `examples/NAME/main.tier` once for each environment
/// that it declares, or else for each JSON file beside it.
pub fn examples() -> Vec<Example> {
    let mut examples = Vec::new();
    for entry in sorted(&package().join("examples")) {
        let stem = entry
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
            .unwrap_or_default();
        if entry
            .extension()
            .is_some_and(|extension| extension == "tier")
        {
            examples.push(Example {
                path: format!("examples/{stem}.tier"),
                name: stem,
                bindings: Vec::new(),
                environment: None,
            });
        } else if entry.is_dir() {
            let path = format!("examples/{stem}/main.tier");
            let environments = declared_environments(&path);
            for environment in &environments {
                examples.push(Example {
                    name: format!("{stem}-{environment}"),
                    path: path.clone(),
                    bindings: Vec::new(),
                    environment: Some(environment.clone()),
                });
            }
            let variants: Vec<PathBuf> = sorted(&entry)
                .into_iter()
                .filter(|p| p.extension().is_some_and(|e| e == "json"))
                .collect();
            for variant in &variants {
                let text =
                    std::fs::read_to_string(variant).unwrap_or_else(|error| panic!("{error}"));
                let values: std::collections::BTreeMap<String, String> =
                    serde_json::from_str(&text)
                        .unwrap_or_else(|error| panic!("{}: {error}", variant.display()));
                let variant = variant.file_stem().unwrap_or_default().to_string_lossy();
                let name = format!("{stem}-{variant}");
                examples.push(Example {
                    name,
                    path: path.clone(),
                    bindings: values.into_iter().collect(),
                    environment: None,
                });
            }
            if variants.is_empty() && environments.is_empty() {
                examples.push(Example {
                    name: stem,
                    path,
                    bindings: Vec::new(),
                    environment: None,
                });
            }
        }
    }
    assert!(examples.len() > 10, "the examples are found");
    examples
}

fn sorted(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    paths
}

/// The names of the line `environments production, staging` of a file.
fn declared_environments(path: &str) -> Vec<String> {
    let text = std::fs::read_to_string(package().join(path)).unwrap_or_default();
    text.lines()
        .find_map(|line| line.strip_prefix("environments "))
        .map(|names| {
            names
                .split(',')
                .map(|name| name.trim().to_owned())
                .collect()
        })
        .unwrap_or_default()
}
