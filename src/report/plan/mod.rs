//! What AWS will do, as text and as JSON.

mod by_target;
mod defaults;
mod headline;
mod json;
mod lowered;
mod made_lists;
mod others;
mod output_lines;
mod rows;
mod rule_words;
mod text;

pub use json::{PlanDocument, RenameFix};
pub use lowered::Lowered;
pub use text::PlanLines;
