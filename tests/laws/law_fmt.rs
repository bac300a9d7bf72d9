//! Formatting: what is formatted stays as it is, nothing is lost, moved or reworded, and no byte of
//! an output and no problem changes, on programs with comments, blanks and line breaks wherever the
//! language allows them.

use crate::choices::{Choices, numbers};
use crate::compile::{cases, outputs, problems};
use crate::generate::program;
use crate::text::lay_out;
use proptest::prelude::*;
use tierwall::fmt::format;
use tierwall::parse;

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn formatting_changes_the_layout_alone(program in program(), layout in layout()) {
        let before = lay_out(&program.statements(), &mut Choices::new(&layout));
        only_the_layout_changes(&before)?;
        same_outputs(&before)?;
    }

    #[test]
    fn the_layout_does_not_depend_on_blanks(program in program(), blanks in numbers(200)) {
        let plain = program.text();
        let stretched = stretched(&plain, &mut Choices::new(&blanks));
        prop_assert_eq!(formatted(&stretched), formatted(&plain), "of\n{}", stretched);
    }
}

/// Whether formatting a text that can be read changes nothing but its layout, and changes that once
/// and for all.
pub fn only_the_layout_changes(before: &str) -> Result<(), TestCaseError> {
    let after = formatted(before);
    prop_assert_eq!(&formatted(&after), &after, "of\n{}", before);
    unchanged(&words(before), &words(&after)).map_err(|words| fail(&words, before, &after))?;
    prop_assert!(is_tidy(&after), "not tidy:\n{}", after);
    prop_assert_eq!(
        problems(before),
        problems(&after),
        "before\n{}\nafter\n{}",
        before,
        after
    );
    Ok(())
}

/// Whether a program that has no error keeps its outputs when it is formatted.
pub fn same_outputs(before: &str) -> Result<(), TestCaseError> {
    let after = formatted(before);
    prop_assert_eq!(
        outputs(before),
        outputs(&after),
        "before\n{}\nafter\n{}",
        before,
        after
    );
    Ok(())
}

/// Numbers that choose a layout: any, or ones that choose a comment wherever one is allowed.
fn layout() -> impl Strategy<Value = Vec<u16>> {
    let comments = prop::collection::vec(
        prop_oneof![1 => any::<u16>(), 5 => 50_000..57_000_u16],
        0..600,
    );
    prop_oneof![prop::collection::vec(any::<u16>(), 0..600), comments]
}

/// A text with other blanks between its words.
fn stretched(text: &str, choose: &mut Choices<'_>) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let stretch = |character: char| {
        quoted ^= character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        if character == ' ' && !quoted {
            choose.of(&[" ", "  ", "\t", " \t "]).to_string()
        } else {
            character.to_string()
        }
    };
    text.chars().map(stretch).collect()
}

fn formatted(text: &str) -> String {
    let (_, program, problems) = parse::parse_text("generated.tier", text);
    assert!(
        !problems.any_error(),
        "it is a program:\n{text}\n{:#?}",
        problems.sorted()
    );
    format(text, &program.files[0])
}

fn fail(words: &str, before: &str, after: &str) -> TestCaseError {
    TestCaseError::fail(format!("{words}\n--- before\n{before}\n--- after\n{after}"))
}

/// What must stay: words, signs and comments. Commas between braces and brackets are ignored,
/// because a line break can replace one.
#[derive(Debug, PartialEq, Eq)]
enum Word {
    Text(String),
    /// And whether it is on its own line; `None` if a comma before it was removed.
    Comment(String, Option<bool>),
}

fn words(text: &str) -> Vec<Word> {
    let (mut words, mut depth, mut line_has) = (Vec::new(), 0, Some(false));
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        match first {
            '\n' => line_has = Some(false),
            ' ' | '\t' | '\r' => {}
            ',' if depth > 0 => line_has = None,
            '#' => {
                length = rest.find('\n').unwrap_or(rest.len());
                words.push(Word::Comment(
                    rest[..length].trim_end().to_string(),
                    line_has.map(|has| !has),
                ));
            }
            _ => {
                length = match first {
                    '"' => {
                        2 + rest[1..]
                            .replace("\\\\", "__")
                            .replace("\\\"", "__")
                            .find('"')
                            .unwrap_or(0)
                    }
                    _ => rest
                        .find(|c: char| !c.is_ascii_alphanumeric() && !"-_./@".contains(c))
                        .unwrap_or(rest.len())
                        .max(1),
                };
                depth += i32::from("{[".contains(first)) - i32::from("}]".contains(first));
                words.push(Word::Text(rest[..length].to_string()));
                line_has = Some(true);
            }
        }
        rest = &rest[length..];
    }
    words
}

fn unchanged(before: &[Word], after: &[Word]) -> Result<(), String> {
    let same = |(a, b): &(&Word, &Word)| match (a, b) {
        (Word::Comment(a, own), Word::Comment(b, now)) => {
            a == b && (own.is_none() || now.is_none() || own == now)
        }
        (a, b) => a == b,
    };
    match before.iter().zip(after).find(|pair| !same(pair)) {
        Some((a, b)) => Err(format!("{a:?} became {b:?}")),
        None if before.len() == after.len() => Ok(()),
        None => Err(format!("{} words became {}", before.len(), after.len())),
    }
}

/// One line break at the end, no two empty lines together, no blank at the end of a line, no tab
/// and no CR but in strings and comments.
fn is_tidy(text: &str) -> bool {
    let stray = |text: &str| text.matches(['\t', '\r']).count();
    let typed: usize = words(text)
        .into_iter()
        .map(|(Word::Text(word) | Word::Comment(word, _))| stray(&word))
        .sum();
    let ends = text.is_empty()
        || text.ends_with('\n') && !text.starts_with('\n') && !text.ends_with("\n\n");
    ends && !text.contains("\n\n\n") && !text.contains(" \n") && stray(text) == typed
}
