//! What is judged about a policy that stands: lints, and what a target cannot say.

mod admit;
mod alike;
pub mod assertions;
pub mod cover;
pub mod crowd;
pub mod diff;
pub mod ends;
mod interned;
pub mod links;
pub mod lint;
pub mod matrix;
pub mod paths;
mod places;
pub mod reach;
mod side;
mod steps;
pub mod target;
pub mod trace;
mod unfiltered;
pub mod verdict;
