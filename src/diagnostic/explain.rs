//! The documentation of each code. It is one page, `docs/errors.md`, which ships inside the
//! program.

use std::sync::OnceLock;

/// The explanation of a code, as `tierwall explain` prints it.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// `E0201`
    pub code: &'static str,
    /// One line.
    pub title: &'static str,
    /// What it means and what to type, in Markdown.
    pub text: &'static str,
}

const PAGE: &str = include_str!("../../docs/errors.md");

/// Every explanation, by code.
pub fn explanations() -> &'static [Explanation] {
    static ALL: OnceLock<Vec<Explanation>> = OnceLock::new();
    ALL.get_or_init(|| {
        PAGE.split("\n## ")
            .skip(1)
            .filter_map(parse_section)
            .collect()
    })
}

/// The explanation of a code.
pub fn explanation(code: &str) -> Option<&'static Explanation> {
    explanations()
        .iter()
        .find(|explanation| explanation.code == code)
}

fn parse_section(text: &'static str) -> Option<Explanation> {
    let (head, text) = text.split_once('\n')?;
    let (code, title) = head.split_once(' ')?;
    Some(Explanation {
        code,
        title,
        text: text.trim(),
    })
}
