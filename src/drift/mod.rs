//! What runs against what is written: rules that somebody opened or revoked by hand, groups that
//! are gone, texts that differ.
//!
//! Groups are matched by what identifies them, rules by what AWS knows them by; whether a rule
//! opens anything is judged by exact sets. A rule for `10.0.0.0/9` and one for `10.128.0.0/9` open
//! nothing where the program has one for `10.0.0.0/8`.

mod compare;
mod cover;
mod input;
mod matching;
mod rule;

pub use compare::find_drift;
pub use input::DriftInput;
pub use rule::{Difference, Drift, DriftedPeer, DriftedRule, Event, UnmanagedGroup};
