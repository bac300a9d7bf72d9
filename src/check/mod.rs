//! What is judged about a policy that stands: lints, and what a target cannot say.

mod admit;
pub mod assertions;
pub mod cover;
pub mod diff;
pub mod ends;
pub mod links;
pub mod lint;
pub mod matrix;
pub mod paths;
pub mod reach;
mod side;
pub mod target;
pub mod trace;
mod unfiltered;
