//! What is judged about a policy that stands: lints, what a target cannot say, and names that it would refuse.

pub mod addresses;
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
