//! Changes of prefix lists that an output makes.

use super::text::{PlanLines, list_titles};
use crate::aws::{ListReference, PrefixList, PrefixListId};
use crate::plan::{BeforeAfter, Changes, Targets, planned_targets};
use ipnet::IpNet;

/// How many blocks a line shows.
const SHOWN: usize = 5;

impl PlanLines<'_> {
    /// The line about such a list, with the steps of a change that needs two deployments.
    pub(super) fn made_list_words(
        &self,
        sides: BeforeAfter<PrefixListId>,
        targets: Targets,
    ) -> String {
        let (old, new) = (self.changes.old, self.changes.new);
        match sides {
            BeforeAfter::Removed(id) => format!("- prefix list {}", title(old.prefix_list(id))),
            BeforeAfter::Added(id) => {
                let list = new.prefix_list(id);
                format!("+ prefix list {}, {}", title(list), size_words(list))
            }
            BeforeAfter::Both(was, is) => {
                let (was, is) = (old.prefix_list(was), new.prefix_list(is));
                let line = format!("~ prefix list {}: {}", title(is), change_words(was, is));
                let Some(Steps {
                    targets,
                    texts: [first, second],
                }) = update_steps(self.changes, sides, targets)
                else {
                    return line;
                };
                format!(
                    "{line}; {} cannot change size and entries in one update: first {first}, then \
                     {second}",
                    list_titles(targets)
                )
            }
        }
    }
}

/// A change that needs two deployments.
pub(super) struct Steps {
    /// The targets for which it does.
    targets: Targets,
    /// What to deploy first and then.
    pub(super) texts: [String; 2],
}

/// The two deployments of a list whose size and entries change, for targets that cannot change both
/// in one: entries are added after the list has grown, and removed before it shrinks.
pub(super) fn update_steps(
    changes: &Changes<'_>,
    sides: BeforeAfter<PrefixListId>,
    targets: Targets,
) -> Option<Steps> {
    let BeforeAfter::Both(was, is) = sides else {
        return None;
    };
    let (was, is) = (changes.old.prefix_list(was), changes.new.prefix_list(is));
    if was.entries == is.entries || blocks(was) == blocks(is) {
        return None;
    }

    let split = planned_targets().filter(|it| !it.planning.resizes_lists);
    let split = split.filter(|it| targets.includes_any(it.alone));
    let targets = split.map(|it| it.alone).reduce(Targets::union_with)?;
    let size = |list: &PrefixList| list.entries.unwrap_or_default();
    let texts = if size(is) > size(was) {
        [
            format!("`entries = {}` with the old blocks", size(is)),
            "the new blocks".to_string(),
        ]
    } else {
        [
            format!("the new blocks with `entries = {}`", size(was)),
            format!("`entries = {}`", size(is)),
        ]
    };

    Some(Steps { targets, texts })
}

/// `offices (IPv4)`
fn title(list: &PrefixList) -> String {
    format!("{} ({})", list.name, list.family.words())
}

/// `2 entries of at most 20`
fn size_words(list: &PrefixList) -> String {
    let count = blocks(list).len();
    let entries = if count == 1 { "entry" } else { "entries" };
    format!(
        "{count} {entries} of at most {}",
        list.entries.unwrap_or_default()
    )
}

/// What changes in a list.
fn change_words(was: &PrefixList, is: &PrefixList) -> String {
    let mut words = Vec::new();
    let missing_in = |list: &PrefixList, block: &&IpNet| !blocks(list).contains(block);
    let added: Vec<&IpNet> = blocks(is).iter().filter(|it| missing_in(was, it)).collect();
    let removed: Vec<&IpNet> = blocks(was).iter().filter(|it| missing_in(is, it)).collect();

    for (sign, blocks) in [("+", added), ("-", removed)] {
        let shown = blocks.iter().take(SHOWN);
        words.extend(shown.map(|block| format!("{sign} {block}")));
        if blocks.len() > SHOWN {
            words.push(format!("{sign} {} more", blocks.len() - SHOWN));
        }
    }

    if was.entries != is.entries {
        let [was, is] = [was, is].map(|list| list.entries.unwrap_or_default());
        words.push(format!("at most {was} -> {is} entries"));
    }

    if words.is_empty() {
        words.push("its name or its tags".to_string());
    }
    words.join(", ")
}

fn blocks(list: &PrefixList) -> &[IpNet] {
    match &list.reference {
        ListReference::Made(made) => &made.blocks,
        ListReference::Id(_) | ListReference::Aws(_) | ListReference::Parameter(_) => &[],
    }
}
