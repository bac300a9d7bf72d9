//! Results as text and JSON: who may connect to whom, answers to questions, the quota, what a
//! change does.

pub mod citation;
mod connection_end;
pub mod drift;
pub mod flows;
mod fold;
mod matrix;
mod paint;
mod paths;
pub mod plan;
pub mod quota;
pub mod review;
mod subject;
mod trace;
mod trace_json;
mod travel;
pub(crate) mod words;

pub use matrix::{WIDTH, matrix_csv, matrix_json, matrix_markdown, matrix_table};
pub use paint::Paint;
pub use paths::{paths_json, paths_text};
pub use subject::QuestionEndpoints;
pub use trace::trace_text;
pub use trace_json::trace_json;
