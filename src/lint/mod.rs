//! Lints: one file each, with its documentation.
//!
//! A lint examines the whole policy and returns findings. Their level, and whether an `@allow`
//! silences them, is decided for all lints in one place ([`judge()`]).

mod ampersand;
mod candidate;
mod definition;
mod duplicate_default;
mod duplicate_rule;
mod expectation;
mod expired;
mod expiring;
mod exposure;
mod groups_per_interface;
mod half_open;
mod icmp_all;
mod judge;
mod level;
mod levels;
mod many_blocks;
mod merge;
mod missing_ipv6;
mod not_filtered;
mod odd_port;
mod open_admin_port;
mod open_all_traffic;
mod open_data_store;
mod open_high_risk_port;
mod open_http;
mod open_outbound;
mod open_plaintext;
mod open_wide_range;
mod opening;
pub mod page;
mod pmtud_blocked;
mod quota;
mod redundant_outbound;
mod role_expectation;
mod shadowed_rule;
mod shadowed_service;
mod silencer;
mod statement;
mod subject;
mod template_limits;
mod unknown_size;
mod unreachable_tier;
mod unroutable_peer;
mod unused_allow;
mod unused_declaration;
mod words;

pub use definition::{Category, Judge, Lint};
pub use judge::{judge, lint_problems};
pub use level::Level;
pub use levels::Levels;
pub use opening::{Exposed, Opening};
pub use subject::Subject;
pub use template_limits::{LINT as TEMPLATE_LIMITS, template_limits};
pub use unused_allow::LINT as UNUSED_ALLOW;

/// Every lint: those about exposure first, then those about order, then limits.
pub const ALL: &[Lint] = &[
    open_admin_port::LINT,
    open_high_risk_port::LINT,
    open_data_store::LINT,
    open_all_traffic::LINT,
    open_wide_range::LINT,
    open_plaintext::LINT,
    open_http::LINT,
    open_outbound::LINT,
    role_expectation::LINT,
    missing_ipv6::LINT,
    icmp_all::LINT,
    pmtud_blocked::LINT,
    not_filtered::LINT,
    unroutable_peer::LINT,
    odd_port::LINT,
    duplicate_default::LINT,
    duplicate_rule::LINT,
    shadowed_rule::LINT,
    redundant_outbound::LINT,
    half_open::LINT,
    unreachable_tier::LINT,
    unused_declaration::LINT,
    shadowed_service::LINT,
    expired::LINT,
    expiring::LINT,
    unused_allow::LINT,
    quota::LINT,
    groups_per_interface::LINT,
    unknown_size::LINT,
    ampersand::LINT,
    many_blocks::LINT,
    template_limits::LINT,
];

/// Every lint's name.
pub fn lint_names() -> Vec<&'static str> {
    ALL.iter().map(|lint| lint.name).collect()
}
