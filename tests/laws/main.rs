//! Properties on generated programs: every output has the meaning of the policy; order and layout
//! change nothing; one more sentence adds only its lines; groups pass what the sentences allow;
//! reachability and redundancy are correct; what is proved holds in all outputs when they are read
//! back; predicted changes match the plans of the outputs; and what Terraform or AWS would reject
//! is an error.
//!
//! `PROPTEST_CASES` scales how many programs are tried (256 is the default for a commit). With
//! 2000, more than 100,000 questions of assertions and traces are checked by brute force.
//!
//! `pub` items are also used by `fuzz/`.

mod account;
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
mod law_templates;
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
mod law_configuration;
mod law_defaults;
mod law_deployed;
pub mod law_diff;
mod law_drift;
mod law_environments;
mod law_every;
pub mod law_fmt;
mod law_foreign_syntax;
mod law_lints;
mod law_locality;
mod law_meaning;
mod law_order;
mod law_outputs;
pub mod law_parity;
mod law_questions;
mod law_reach;
mod law_reading;
mod law_redundant_sentences;
mod yaml;
