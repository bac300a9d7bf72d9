//! Lists without their brackets.

use super::position::{Here, Replacement};
use super::tokens::Token;

/// `{ vpc = main, tools }`
pub(super) fn bare_list(here: &Here<'_>) -> Option<Replacement> {
    if here.depth == 0 || here.before?.text != "=" {
        return None;
    }

    let [first, others @ ..] = here.rest else {
        return None;
    };
    let mut values = vec![first.text];
    let mut rest = others;
    let mut end = first.end();

    // what stands before `=` or a string is a key, and what is far away may have a comment before it
    while let [comma, value, next, ..] = rest
        && comma.text == ","
        && is_value(value)
        && next.text != "="
        && !next.text.starts_with('"')
        && value.start <= end + 2
    {
        values.push(value.text);
        rest = &rest[2..];
        end = value.end();
    }

    let label = "several values are a list in brackets";
    (values.len() > 1).then(|| Replacement {
        is_plain: false,
        ..Replacement::sure(
            here.rest.len() - rest.len(),
            format!("[{}]", values.join(", ")),
            label,
        )
    })
}

fn is_value(token: &Token<'_>) -> bool {
    !["{", "}", "[", "]", ",", "="].contains(&token.text)
}
