//! What AWS will do, for people and for programs.

mod headline;
mod json;
mod rows;
mod text;

pub use json::{Document, Fix};
pub use text::Lines;
