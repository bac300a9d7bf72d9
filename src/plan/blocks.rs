//! The resources of a rule for a list of blocks that the deployment sets: one for each block, as
//! the default says. Without a default, the list counts as one block.

use crate::aws::{ParameterId, State};
use crate::target::Planning;
use ipnet::IpNet;
use std::collections::BTreeSet;

/// The numbers of resources of two rules with the same address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockCounts {
    /// Those that only the old rule has.
    pub removed: usize,
    /// Those that both have.
    pub kept: usize,
    /// Those that only the new rule has.
    pub added: usize,
}

/// The list of a rule: a parameter of its state.
pub type BlockList<'d> = (&'d State, ParameterId);

/// The number of resources of a rule for a list.
pub fn count_blocks(planning: &Planning, list: BlockList<'_>) -> usize {
    known_blocks(planning, list).map_or(1, |blocks| blocks.len())
}

/// Compares the resources of two rules; `None` for a rule that is not for a list.
pub fn compare_blocks(
    planning: &Planning,
    was: Option<BlockList<'_>>,
    is: Option<BlockList<'_>>,
) -> BlockCounts {
    let number = |list: Option<BlockList<'_>>| list.map_or(1, |list| count_blocks(planning, list));
    let apart = BlockCounts {
        removed: number(was),
        kept: 0,
        added: number(is),
    };

    let (Some(was), Some(is)) = (was, is) else {
        let are_single = was.is_none() && is.is_none();
        return if are_single { one_kept() } else { apart };
    };

    match (known_blocks(planning, was), known_blocks(planning, is)) {
        (Some(old), Some(new)) => {
            let kept = old.intersection(&new).count();
            BlockCounts {
                removed: old.len() - kept,
                kept,
                added: new.len() - kept,
            }
        }
        _ if value_words(planning, was) == value_words(planning, is) => one_kept(),
        _ => apart,
    }
}

fn one_kept() -> BlockCounts {
    BlockCounts {
        removed: 0,
        kept: 1,
        added: 0,
    }
}

/// The blocks of the default; `None` without one, or if the value comes from elsewhere.
fn known_blocks(planning: &Planning, (state, id): BlockList<'_>) -> Option<BTreeSet<IpNet>> {
    let parameter = state.parameter(id);
    if (planning.source)(parameter).is_some() {
        return None;
    }
    let default = parameter.default.as_deref()?;
    Some(parameter.kind.blocks_of(default).collect())
}

/// Where an unknown value comes from.
fn value_words<'d>(planning: &Planning, (state, id): BlockList<'d>) -> (&'d str, Option<String>) {
    let parameter = state.parameter(id);
    (&parameter.name, (planning.source)(parameter))
}
