//! Lints: one file each, documented where it is written.

mod template_limits;

pub use template_limits::{LINT as TEMPLATE_LIMITS, Template, template_limits};

/// A lint, as `tierwall explain` and `--allow` know it.
#[derive(Debug, Clone, Copy)]
pub struct Lint {
    /// `template-limits`
    pub name: &'static str,
    /// One line.
    pub title: &'static str,
    /// What it checks, why, and what to do.
    pub text: &'static str,
}

/// Every lint.
pub const ALL: [Lint; 1] = [template_limits::LINT];

/// Every lint's name.
pub fn names() -> Vec<&'static str> {
    ALL.iter().map(|lint| lint.name).collect()
}
