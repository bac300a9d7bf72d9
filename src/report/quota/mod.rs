//! The use of the quota by each group, as text and as JSON.

mod json;
mod table;

pub use json::quota_json;
pub use table::quota_table;
