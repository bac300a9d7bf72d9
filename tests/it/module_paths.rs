//! Which file of `src` a path in another file leads to: re-exports are followed to the file that
//! defines the item.

use std::collections::{BTreeMap, BTreeSet};

/// A path of modules from the root of the crate, and perhaps an item: `["net", "text"]`.
type ModulePath = Vec<String>;

/// The files of a crate as modules.
pub struct Modules {
    files: BTreeMap<ModulePath, Module>,
}

struct Module {
    /// Its path below `src`.
    file: String,
    /// What it imports and re-exports.
    uses: Vec<Use>,
    /// Every other path in it.
    paths: Vec<ModulePath>,
}

/// A name that a `use` brings into a module.
struct Use {
    name: String,
    path: ModulePath,
    is_public: bool,
}

/// Re-exports that follow one another.
const MOST_REEXPORTS: usize = 8;

impl Modules {
    /// Reads each file, given as its path below `src` and its text without comments and tests.
    pub fn new(files: Vec<(String, String)>) -> Modules {
        let files = files.into_iter().map(|(file, text)| {
            let tokens = tokens(&text);
            let (uses, paths) = (uses(&tokens), paths(&tokens));

            (module_path(&file), Module { file, uses, paths })
        });

        Modules {
            files: files.collect(),
        }
    }

    /// For each file, the other files of its room that it names; what it only re-exports does not
    /// count.
    pub fn links(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let links = self.files.iter().map(|(path, module)| {
            let imported = module.uses.iter().filter(|it| !it.is_public);
            let named = imported.map(|it| &it.path).chain(&module.paths);
            let linked = named
                .filter_map(|named| self.file_of(path, named, MOST_REEXPORTS))
                .filter(|file| *file != module.file && room(file) == room(&module.file));

            (module.file.as_str(), linked.collect())
        });

        links.collect()
    }

    /// The file that defines what a path names in a module; nothing for what other crates define.
    fn file_of(&self, module: &ModulePath, path: &[String], reexports: usize) -> Option<&str> {
        let mut here = module.clone();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => here.clear(),
            "self" | "super" => {}
            first if self.has_child(module, first) => {}
            _ => return None,
        }

        while let Some((first, after)) = rest.split_first() {
            match first.as_str() {
                "crate" | "self" => {}
                "super" => drop(here.pop()),
                name if self.has_child(&here, name) => here.push(name.to_string()),
                name => return self.definition(&here, name, after, reexports),
            }
            rest = after;
        }

        self.files.get(&here).map(|module| module.file.as_str())
    }

    /// The file that defines an item that a module has, or hands on.
    fn definition(
        &self,
        module: &ModulePath,
        name: &str,
        after: &[String],
        reexports: usize,
    ) -> Option<&str> {
        let found = self.files.get(module)?;
        let Some(used) = found.uses.iter().find(|it| it.name == name) else {
            return Some(&found.file);
        };

        let mut path = used.path.clone();
        path.extend_from_slice(after);
        self.file_of(module, &path, reexports.checked_sub(1)?)
    }

    fn has_child(&self, module: &ModulePath, name: &str) -> bool {
        let mut child = module.clone();
        child.push(name.to_string());
        self.files.contains_key(&child)
    }
}

/// The room of a file: its folder in `src`, or itself.
pub fn room(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap_or_default()
}

/// `net/mod.rs` is `net`, `net/text.rs` is `net::text`, `lib.rs` and `main.rs` are roots.
fn module_path(file: &str) -> ModulePath {
    let mut path: ModulePath = file
        .trim_end_matches(".rs")
        .split('/')
        .map(String::from)
        .collect();
    if path.last().is_some_and(|last| last == "mod") {
        path.pop();
    }

    path
}

/// Names and signs of a text, `::` as one of them.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let length = match word {
            0 if rest.starts_with("::") => 2,
            0 => first.len_utf8(),
            some => some,
        };
        if !first.is_whitespace() {
            tokens.push(rest[..length].to_string());
        }
        rest = &rest[length..];
    }

    tokens
}

/// Every name that a `use` brings in.
fn uses(tokens: &[String]) -> Vec<Use> {
    let mut uses = Vec::new();
    for (at, _) in tokens.iter().enumerate().filter(|(_, it)| *it == "use") {
        // `pub use`, `pub(crate) use`
        let is_public = at > 0 && ["pub", ")"].contains(&tokens[at - 1].as_str());
        let mut found = Vec::new();
        tree(&tokens[at + 1..], &mut Vec::new(), &mut found);
        uses.extend(found.into_iter().map(|(name, path)| Use {
            name,
            path,
            is_public,
        }));
    }

    uses
}

/// The names and paths in a tree of a `use`, and how many tokens it has.
fn tree(tokens: &[String], prefix: &mut ModulePath, out: &mut Vec<(String, ModulePath)>) -> usize {
    let (depth, mut at) = (prefix.len(), 0);
    let mut name = None;
    while let Some(token) = tokens.get(at) {
        match token.as_str() {
            "::" => {}
            "{" => {
                at += 1;
                while tokens.get(at).is_some_and(|it| it != "}") {
                    at += tree(&tokens[at..], prefix, out);
                    at += usize::from(tokens.get(at).is_some_and(|it| it == ","));
                }
                prefix.truncate(depth);
                return at + 1;
            }
            "as" => {
                name = tokens.get(at + 1).cloned();
                at += 1;
            }
            "," | "}" | ";" => break,
            "*" => {}
            word => prefix.push(word.to_string()),
        }
        at += 1;
    }

    let name = name.or_else(|| prefix.iter().rev().find(|it| *it != "self").cloned());
    out.extend(name.map(|name| (name, prefix.clone())));
    prefix.truncate(depth);
    at
}

/// Every path of two or more names outside a `use`.
fn paths(tokens: &[String]) -> Vec<ModulePath> {
    let is_word = |token: &String| token.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let mut paths = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at] == "use" {
            at += tokens[at..].iter().take_while(|it| *it != ";").count();
        }
        let mut path = Vec::new();
        while tokens.get(at).is_some_and(is_word) {
            path.push(tokens[at].clone());
            at += 1;
            if tokens.get(at).is_none_or(|token| token != "::") {
                break;
            }
            at += 1;
        }
        if path.len() > 1 {
            paths.push(path);
        } else if path.is_empty() {
            at += 1;
        }
    }

    paths
}
