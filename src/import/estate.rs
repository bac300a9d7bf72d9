//! What several sources say together: a deployment and what lives in its account.

use super::source::{find_reader, read, refuse_larger, refuse_rejected};
use crate::aws::Text;
use crate::inventory::{Inventory, Source, SourceError, SourceFile};
use crate::live::{AccountReader, Wanted};
use std::collections::BTreeMap;

/// Groups and rules that exist, and the deployment that has them.
#[derive(Debug)]
pub struct Estate {
    /// What lives: all rules of the groups, with ids where the sources have them.
    pub inventory: Inventory,
    /// What the deployment has in its state, if a state of it is among the sources.
    pub held: Option<Inventory>,
}

/// Reads sources, each with its name, and with values of what they leave open: answers about one
/// account, or one document of a tool, or a document and the answers about the account that it
/// deploys to. Of these, the groups of the document are read, with all rules that they have in the
/// account. An error has the name of its source.
pub fn read_estate<'s>(
    sources: &'s [(String, String)],
    bindings: &[(String, String)],
) -> Result<Estate, (&'s str, SourceError)> {
    let (documents, answers): (Vec<_>, Vec<_>) = sources
        .iter()
        .partition(|(name, text)| is_document(name, text));
    for (name, text) in sources {
        refuse_larger(text).map_err(|error| (name.as_str(), error))?;
    }

    let held = match documents.as_slice() {
        [] => None,
        [(name, text)] => {
            Some(read_file(name, text, bindings).map_err(|error| (name.as_str(), error))?)
        }
        [_, (name, _), ..] => {
            let message = "a document of a tool is imported alone, or with the answers about its \
                           account";
            return Err((name, error(message)));
        }
    };
    if let ([(name, text)], []) = (documents.as_slice(), answers.as_slice()) {
        let inventory = read_file(name, text, bindings).map_err(|error| (name.as_str(), error))?;
        return Ok(Estate { inventory, held });
    }

    let mut reader = match &held {
        Some(held) => AccountReader::for_wanted(wanted(held)),
        None => AccountReader::new(),
    };
    for (name, text) in &answers {
        reader
            .read(name, text)
            .map_err(|error| (name.as_str(), error))?;
    }
    let last = answers.last().map_or("-", |(name, _)| name.as_str());
    let mut inventory = refuse_rejected(reader.finish()).map_err(|error| (last, error))?;
    match &held {
        Some(held) => {
            keep_prefixes(held, &mut inventory);
            inventory.default_tags.clone_from(&held.default_tags);
        }
        None if inventory.state.own_group_count() > 0 => {
            inventory = inventory.without_rules_elsewhere();
        }
        None => {}
    }
    Ok(Estate { inventory, held })
}

fn is_document(name: &str, text: &str) -> bool {
    let files = [SourceFile { name, text }];
    find_reader(&single(&files)).is_some()
}

fn read_file(
    name: &str,
    text: &str,
    bindings: &[(String, String)],
) -> Result<Inventory, SourceError> {
    let files = [SourceFile { name, text }];
    read(&Source {
        bindings,
        ..single(&files)
    })
}

fn single<'t>(files: &'t [SourceFile<'t>]) -> Source<'t> {
    Source {
        files,
        bindings: &[],
    }
}

fn error(message: &str) -> SourceError {
    SourceError {
        message: message.to_string(),
        place: None,
        file: None,
    }
}

/// What of an account a deployment has.
fn wanted(held: &Inventory) -> Wanted {
    let mut wanted = Wanted::default();
    let origins = held.groups.iter().zip(&held.rules);
    for (group, (origin, rules)) in held.state.groups.iter().zip(origins) {
        if let (None, Some(id)) = (group.made_elsewhere, &origin.id) {
            wanted.groups.insert(id.to_string(), group.name.clone());
        }
        if group.made_elsewhere.is_some() {
            let ids = rules.iter().filter_map(|origin| origin.id.as_deref());
            wanted.rules.extend(ids.map(str::to_string));
        }
    }
    wanted
}

/// Groups whose names the deployment generates are called by the prefix, as it has it.
fn keep_prefixes(held: &Inventory, living: &mut Inventory) {
    let prefixed = held.groups.iter().zip(&held.state.groups);
    let prefixed = prefixed.filter(|(_, group)| group.has_own_prefix);
    let prefixes: BTreeMap<&str, &Text> = prefixed
        .filter_map(|(origin, group)| Some((origin.id.as_deref()?, &group.name_prefix)))
        .collect();

    for (origin, group) in living.groups.iter().zip(&mut living.state.groups) {
        let prefix = origin.id.as_deref().and_then(|id| prefixes.get(id));
        if let Some(prefix) = prefix {
            group.has_own_prefix = true;
            group.name_prefix = (*prefix).clone();
        }
    }
}
