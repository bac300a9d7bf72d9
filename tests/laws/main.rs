//! Laws that no snapshot can show, on generated programs: every output means what the policy means,
//! order and layout change nothing, a sentence more adds its lines and no others, what the groups
//! let pass is what the sentences say, so is what is told about reach and about sentences that
//! others cover, what is proved is what all outputs hold when they are read back, what is foretold
//! of changes comes to pass, and what Terraform or AWS would refuse is refused before.
//!
//! `PROPTEST_CASES` scales how many programs are tried (256 stand for the number that suits a
//! commit). With 2000, more than 100,000 questions of assertions and traces are decided again by
//! brute force.
//!
//! What is `pub` here is also what `fuzz/` draws its programs from, and holds them to.

mod addresses;
mod amazon;
mod change_set;
pub mod choices;
pub mod compile;
mod declarations;
mod deployed;
mod edit;
mod firewall;
pub mod generate;
mod hcl;
mod json;
mod locality;
mod meaning;
mod packets;
mod plan_terraform;
mod read_cloudformation;
mod read_json;
mod read_terraform;
mod readers;
pub mod scene;
mod sentences;
pub mod text;
mod verdict;
mod vocabulary;

mod density;
mod law_addresses;
mod law_assertions;
mod law_changes;
mod law_cover;
mod law_cures;
mod law_defaults;
mod law_deployed;
pub mod law_diff;
mod law_every;
pub mod law_fmt;
mod law_lints;
mod law_locality;
mod law_meaning;
mod law_order;
pub mod law_parity;
mod law_questions;
mod law_reach;
