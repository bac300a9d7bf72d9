//! Reads templates, JSON and YAML: what CloudFormation makes of them.
//!
//! Functions are worked out as far as the template and the values of its parameters say. A value
//! that only the deployment knows becomes a parameter of the program; whether a rule exists has to
//! be known, or else it is an error. The shapes are those of the CloudFormation template reference.

mod conditions;
mod document;
mod error;
mod evaluate;
mod functions;
mod group;
mod names;
mod parameters;
mod properties;
mod recognize;
mod resources;
mod rule;
mod template;
mod tree;
mod values;
mod vpc;

pub use document::read_template;
pub use recognize::is_template;
