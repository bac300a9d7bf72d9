//! The review of a change: what it opens and closes, what AWS will do, failing assertions and
//! findings of lints.
//!
//! Everything that is shown is in the [`Document`], which is the JSON; the other formats are
//! written from it.

mod carried;
mod changed;
mod compared;
mod document;
mod ends;
mod environments;
pub(super) mod escape;
mod findings;
mod markdown;
mod part;
mod rows;
mod text;
mod version;

pub use compared::{Review, review_json, review_versions};
pub use document::Document;
pub use environments::{EnvironmentName, EnvironmentReview, split_environments};
pub use markdown::{Comment, LinkBase, Links, review_markdown};
pub use text::review_text;
pub use version::{GivenValue, Version};
