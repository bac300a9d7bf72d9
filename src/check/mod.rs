//! What is judged about a policy that stands: lints, and what a target cannot say.

pub mod assertions;
pub mod cover;
pub mod ends;
pub mod lint;
pub mod reach;
pub mod target;
