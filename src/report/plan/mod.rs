//! What AWS will do, for people and for programs.

mod headline;
mod json;
mod lowered;
mod others;
mod rows;
mod text;

pub use json::{PlanDocument, RenameFix};
pub use lowered::Lowered;
pub use text::PlanLines;
