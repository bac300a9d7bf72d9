//! What exists: groups and rules that tierwall did not write, with their ids and where they were
//! read.
//!
//! Readers pass what they find to an [`InventoryBuilder`] as it is written. The builder puts it in
//! the form of AWS (`6` is `tcp`, `10.0.0.7/24` is `10.0.0.0/24`), replaces what is unknown by
//! parameters that carry its expression, and fills an [`aws::State`](crate::aws::State).

mod arrange;
mod builder;
mod contents;
mod defaults;
mod entry;
mod names;
mod origin;
mod parameters;
mod problem;
mod slots;
mod source;
mod traffic;
mod vpc;

pub use arrange::RULE_QUOTA;
pub use builder::InventoryBuilder;
pub use contents::Inventory;
pub use entry::{
    GroupEntry, ListEntry, ParameterEntry, PeerEntry, RuleEntry, Value, Words, list_family,
};
pub use names::{UniqueNames, without_unique_suffix};
pub use origin::{Holder, Origin};
pub use problem::{BadRule, RejectedRule, Remark, SourceError};
pub use source::{Source, SourceFile};
pub use vpc::Vpc;
