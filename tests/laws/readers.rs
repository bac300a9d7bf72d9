//! Readers of outputs, one for each target, which share no code with it.

use crate::deployed::Deployed;
use crate::{read_cloudformation, read_json, read_terraform};
use tierwall::target::Target;

/// The groups and rules that an output holds.
pub fn read(target: &Target, output: &str) -> Deployed {
    match target.name {
        "cloudformation" => read_cloudformation::read(output).deployed,
        "json" => read_json::read(output),
        "terraform" => read_terraform::read(output).deployed,
        other => panic!("no reader of {other}"),
    }
}
