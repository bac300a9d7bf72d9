//! What is judged about a policy that stands: lints, and what a target cannot say.

pub mod lint;
pub mod target;
