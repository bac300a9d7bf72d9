//! The layers: which module may name which, as the table of `docs/architecture.md` says.

use crate::module_paths::Modules;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Words that only one file may hold.
const ONLY_IN: [(&str, &str); 9] = [
    ("hcl_edit", "target/terraform/configuration/"),
    ("codespan_reporting", "diagnostic/render.rs"),
    ("pest_derive", "parse/grammar.rs"),
    ("clap", "cli/"),
    ("granit_parser", "target/cloudformation/read/tree.rs"),
    ("toml::de", "project/"),
    ("rayon", "cli/run.rs"),
    ("notify", "cli/watch.rs"),
    ("std::fs", "cli/"),
];

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Each file below `src`, its path there and its text without comments and tests.
fn files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    found.sort();
    let read = |path: PathBuf| {
        let name = path
            .strip_prefix(&root)
            .unwrap_or(&path)
            .display()
            .to_string();
        let text = fs::read_to_string(&path).unwrap_or_default();
        let text = text
            .split("#[cfg(test)]\nmod tests")
            .next()
            .unwrap_or_default();
        let lines = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        (name, lines.collect::<Vec<_>>().join("\n"))
    };
    found.into_iter().map(read).collect()
}

/// Each module of the table in `docs/architecture.md`, and the modules that it may name.
fn layers() -> BTreeMap<String, Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/architecture.md");
    let page = fs::read_to_string(path).expect("a page");
    let table = page
        .lines()
        .skip_while(|line| *line != "| module | is | may name |")
        .skip(2)
        .take_while(|line| line.starts_with('|'));

    let names = |cell: &str| -> Vec<String> {
        let quoted = cell.split('`').skip(1).step_by(2);
        quoted.map(str::to_string).collect()
    };
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").collect();
        let (module, may_name) = (names(cells[0]), names(cells[cells.len() - 1]));
        (module.concat(), may_name)
    };
    table.map(row).collect()
}

#[test]
fn modules_name_only_what_is_below_them() {
    let layers = layers();
    assert_eq!(
        layers["driver"].first().map(String::as_str),
        Some("aws"),
        "the table is read"
    );

    let mut wrong = Vec::new();
    for (file, text) in files() {
        let module = file.split(['/', '.']).next().unwrap_or_default();
        if ["cli", "main"].contains(&module) {
            continue;
        }
        let Some(allowed) = layers.get(module) else {
            wrong.push(format!("{file}: the module `{module}` is in no layer"));
            continue;
        };
        for (at, _) in text.match_indices("crate::") {
            let named: String = text[at + 7..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if named != module && !named.is_empty() && !allowed.contains(&named) {
                wrong.push(format!("{file} names `{named}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_dependency_is_used_only_where_it_belongs() {
    let mut wrong = Vec::new();
    for (file, text) in files() {
        for (word, home) in ONLY_IN {
            let mentions = text
                .match_indices(word)
                .any(|(at, _)| !text[at + word.len()..].starts_with(|c: char| c.is_alphanumeric()));
            if mentions && !file.starts_with(home) {
                wrong.push(format!("{file} names `{word}`, which belongs in `{home}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_module_has_a_cycle_among_its_files() {
    let modules = Modules::new(files());
    let links = modules.links();
    let circles: BTreeSet<Vec<&str>> = links
        .keys()
        .filter_map(|file| circle(file, &links))
        .collect();

    let shown: Vec<String> = circles.iter().map(|circle| circle.join(", ")).collect();
    assert!(
        shown.is_empty(),
        "files that name each other:\n{}",
        shown.join("\n")
    );
}

/// The files that a file leads to and that lead back to it, itself among them; nothing where there
/// are none.
fn circle<'f>(
    file: &&'f str,
    links: &BTreeMap<&'f str, BTreeSet<&'f str>>,
) -> Option<Vec<&'f str>> {
    let reached = reached(file, links);
    let back = reached
        .iter()
        .copied()
        .filter(|other| self::reached(other, links).contains(file));
    let circle: Vec<&str> = back.collect();

    (!circle.is_empty()).then_some(circle)
}

/// Every file that a file leads to, over others.
fn reached<'f>(file: &str, links: &BTreeMap<&'f str, BTreeSet<&'f str>>) -> BTreeSet<&'f str> {
    let (mut reached, mut next) = (BTreeSet::new(), vec![file]);
    while let Some(file) = next.pop() {
        for linked in links.get(file).into_iter().flatten() {
            if reached.insert(*linked) {
                next.push(linked);
            }
        }
    }

    reached
}

#[test]
fn each_target_has_its_section_and_its_name_in_the_docs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let outputs = fs::read_to_string(root.join("docs/outputs.md")).expect("a page");
    let projects = fs::read_to_string(root.join("docs/projects.md")).expect("a page");
    for target in &tierwall::target::ALL {
        let title = format!("\n## {}\n", target.title);
        assert!(outputs.contains(&title), "{title}");
        for name in [target.name].into_iter().chain(target.short) {
            let name = format!("`{name}`");
            assert!(outputs.contains(&name), "docs/outputs.md: {name}");
            assert!(projects.contains(&name), "docs/projects.md: {name}");
        }
    }
}
