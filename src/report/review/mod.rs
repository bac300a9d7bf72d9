//! A change of a program, for whoever reviews it: what it opens and closes, what AWS will do, which
//! assertions and lints speak up.
//!
//! Everything that is shown is found once, as the [`Document`] that is the JSON; the others lay it
//! out.

mod changed;
mod compared;
mod document;
mod ends;
mod escape;
mod findings;
mod markdown;
mod rows;
mod text;
mod version;

pub use compared::{Review, json, review_versions};
pub use document::Document;
pub use markdown::{Comment, LinkBase, Links, markdown};
pub use text::text;
pub use version::{Given, Version};
