//! The buffer that an output is written to.

use crate::aws::State;

/// An empty buffer with the capacity that most outputs need, so that it is not reallocated. Unused
/// capacity takes no memory.
pub(super) fn output_buffer(state: &State, bytes_of_a_rule: usize) -> Vec<u8> {
    Vec::with_capacity(4096 + state.rule_count() * bytes_of_a_rule)
}
