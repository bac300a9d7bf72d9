//! A review as the comment on a pull request.

use super::document::Document;

/// Where the lines of the two programs can be looked at.
#[derive(Debug, Default)]
pub struct Links;

/// As Markdown.
pub fn markdown(document: &Document<'_>, _links: &Links) -> String {
    super::text::text(document)
}
