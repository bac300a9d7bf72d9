//! Peers that a rule of AWS cannot reference.

use super::notations::REFERENCES;
use super::position::{StatementPart, first_part, next_part};
use super::tokens::{Token, is_in_name, split_tokens};
use crate::diagnostic::describe_aws_id;

/// A kind of peer that AWS does not support: how to recognize it, what it is, what to write.
type Unmatched = (fn(&str) -> bool, &'static str, &'static str);

const UNMATCHED: [Unmatched; 4] = [
    (
        |typed| typed.starts_with("arn:"),
        "a security group is declared by its id",
        "declare it by its id: `external partner = \"sg-0123456789abcdef0\"`, and write `partner`",
    ),
    (
        |typed| typed.starts_with("com.amazonaws."),
        "a prefix list is declared",
        "declare it: `prefix-list s3 = \"com.amazonaws.region.s3\"`, and write `s3`",
    ),
    (
        |typed| typed.contains("://"),
        "security groups match addresses, not names",
        "declare its addresses: `network partner = 203.0.113.0/24`, or `param partner : cidr`",
    ),
    (
        is_host,
        "security groups match addresses, not names",
        "declare its addresses: `network partner = 203.0.113.0/24`, or `param partner : cidr`",
    ),
];

/// `example.com`, `*.example.com`
fn is_host(typed: &str) -> bool {
    let labels = typed.strip_prefix("*.").unwrap_or(typed).split('.');
    let ends_in_letters = typed.ends_with(|c: char| c.is_ascii_alphabetic());
    labels.clone().count() > 1
        && labels.clone().all(is_label)
        && ends_in_letters
        && !REFERENCES.iter().any(|before| typed.starts_with(before))
}

fn is_label(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_in_name)
}

/// The ids in quotes in place of names: `from "sg-0123456789abcdef0"`
pub fn find_quoted_ids(text: &str) -> Vec<Token<'_>> {
    let tokens = split_tokens(text).into_iter();
    tokens
        .filter(|token| token.text.starts_with('"'))
        .filter(|token| describe_aws_id(token.text.trim_matches('"')).is_some())
        .collect()
}

/// A peer that a rule of AWS cannot reference, what it is, and what to write instead.
pub fn find_unmatched(text: &str) -> Option<(Token<'_>, &'static str, &'static str)> {
    let tokens = split_tokens(text);
    let head = tokens.first().map_or("", |token| token.text);
    let mut part = first_part(head);
    tokens.into_iter().find_map(|token| {
        part = next_part(part, head, token.text);
        let (_, label, help) = UNMATCHED.iter().find(|(is_like, ..)| is_like(token.text))?;
        (part == StatementPart::Peers).then_some((token, *label, *help))
    })
}
