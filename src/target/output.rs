//! Where an output is written.

use crate::aws::State;

/// An empty one, with room as most have, so that it is not moved as it grows. Room
/// that is not written to takes no memory.
pub(super) fn output_buffer(state: &State, bytes_of_a_rule: usize) -> Vec<u8> {
    Vec::with_capacity(4096 + state.rule_count() * bytes_of_a_rule)
}
