//! Analyses of the rules of a program: reachability, assertions, questions, changes, the quota.

mod address_index;
pub mod assertions;
pub mod diff;
pub mod end_set;
mod endpoint;
mod equivalence;
pub mod gate;
mod gate_rules;
mod graph;
mod interned;
pub mod matrix;
pub mod named_endpoint;
pub(crate) mod never_filtered;
mod open_gate;
pub mod paths;
pub mod quota;
pub mod reachability;
pub mod redundancy;
mod redundant_family;
pub mod trace;
pub mod verdict;
mod witness;
