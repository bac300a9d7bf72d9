//! How much of the quota each group uses, for people and for programs.

mod json;
mod table;

pub use json::json;
pub use table::table;
