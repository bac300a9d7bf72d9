//! What AWS will do, as text and as JSON.

mod defaults;
mod headline;
mod json;
mod lowered;
mod made_lists;
mod others;
mod rows;
mod text;

pub use json::{PlanDocument, RenameFix};
pub use lowered::Lowered;
pub use text::PlanLines;
