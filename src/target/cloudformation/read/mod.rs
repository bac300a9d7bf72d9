//! Reads templates in JSON and YAML: groups and rules as CloudFormation deploys them.
//!
//! The properties are those of the CloudFormation user guide ("AWS::EC2::SecurityGroup" and the
//! other types), the functions those of "Intrinsic function reference", evaluated as far as their
//! values are known. A parameter without a value stays one; conditions take its default, and say so.

mod evaluate;
mod node;
mod parameter;
mod resources;

pub use resources::{is_template, read_template};
