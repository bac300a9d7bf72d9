//! Cures: a sentence that is written as other tools or other languages write it is one error, on
//! its line, and the fix of that error gives back the program that was meant.

use crate::choices::{Choices, numbers};
use crate::compile::{cases, errors_of, outputs};
use crate::generate::program;
use proptest::prelude::*;
use tierwall::diagnostic::apply_edits;
use tierwall::source::FileId;

/// A slip of the hand: what it finds in a sentence, and what it leaves there.
type Slip = (&'static str, &'static str);

const SLIPS: [Slip; 22] = [
    (", ", " and "),
    (", ", " & "),
    (", ", "; "),
    (", ", ", and "),
    (", ", " "),
    (", ", ", , "),
    (" tcp 8", " tcp/8"),
    (" tcp 4", " tcp:4"),
    (" allow", " ALLOW"),
    (" udp 5", " udp port 5"),
    ("80-90", "80:90"),
    ("8000-8100", "8000..8100"),
    ("33434-33534", "33434 to 33534"),
    (" allow", " Allow"),
    (" allows ", " permits "),
    (" from ", "\n    from "),
    (" to ", " TO "),
    (" from ", " from ["),
    (" except ", " but not "),
    (" until ", " expires "),
    (" allows ", "\u{a0}allows "),
    ("10.0.0.0/8", "10.0.0.0 255.0.0.0"),
];

const AMBIGUOUS: [&str; 6] = [" all,", ", all ", ", all,", " tier,", " icmp,", " icmpv6,"];

/// What `tcp, ssh` without its comma is taken for: a service, and not every port beside it.
const PROTOCOLS: [&str; 2] = [" tcp, ", " udp, "];

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_mistake_is_one_error_whose_fix_restores_the_program(program in program(), which in numbers(2)) {
        let (before, choose) = (program.text(), &mut Choices::new(&which));
        let sentences: Vec<usize> = (0..before.lines().count())
            .filter(|n| is_sentence(before.lines().nth(*n)))
            .collect();
        prop_assume!(!sentences.is_empty());
        let line = choose.of(&sentences);
        let typed = before.lines().nth(line).unwrap_or_default();
        let slips: Vec<Slip> = SLIPS
            .into_iter()
            .filter(|slip| slipped(typed, *slip) != typed)
            .collect();
        let slip = choose.of(&slips);
        let change = |(n, text): (usize, &str)| {
            if n == line {
                slipped(text, slip)
            } else {
                text.to_string()
            }
        };
        let after = before
            .lines()
            .enumerate()
            .map(change)
            .collect::<Vec<_>>()
            .join("\n")
            + "\n";
        let (sources, errors) = errors_of(&after);
        prop_assert_eq!(errors.len(), 1, "{:?} in\n{}", slip, after);
        let place = errors[0]
            .span()
            .map_or(0, |span| sources.file(span.file).line_column(span.start).0);
        prop_assert!(
            (line + 1..=line + 2).contains(&place),
            "{:?} at line {} of\n{}",
            slip,
            place,
            after
        );
        let fix = errors[0].fixes(&sources).into_iter().next();
        let fixed = fix.map(|fix| apply_edits(fix.edits, &sources)[&FileId(0)].clone());
        prop_assert!(
            fixed.is_some(),
            "{:?} has no fix: {}\n{}",
            slip,
            errors[0].report().message,
            after
        );
        prop_assert_eq!(
            outputs(&fixed.unwrap_or_default()),
            outputs(&before),
            "{:?} in\n{}",
            slip,
            after
        );
    }
}

/// Whether a line is a sentence whose first name is no keyword.
fn is_sentence(line: Option<&str>) -> bool {
    line.is_some_and(|line| {
        line.contains(" allow") && !line.starts_with("tier") && !line.starts_with('@')
    })
}

/// A sentence with a slip before its description; as it is where there is nothing to slip on.
/// Without the comma, `tcp, all`, `tcp, ssh`, `icmp, tcp` and `all, tcp` are other slips, and so
/// are `tier, web` and `tier until` of a tier that is called `tier`.
fn slipped(line: &str, (find, leave): Slip) -> String {
    let end = line.find('"').unwrap_or(line.len());
    let (sentence, prose) = line.split_at(end);
    // `[` needs its other half
    let close = if leave.ends_with('[') && prose.is_empty() && sentence.contains(find) {
        "]"
    } else {
        ""
    };
    let is_port = |words: &&str| {
        let after = sentence.split_once(*words).map_or("", |(_, after)| after);
        let word = after.split([' ', ',']).next().unwrap_or_default();
        !word.is_empty() && !["tcp", "udp", "icmp", "icmpv6", "proto"].contains(&word)
    };
    let is_ambiguous = leave == " "
        && (AMBIGUOUS.iter().any(|words| sentence.contains(words))
            || PROTOCOLS.iter().any(is_port));
    // `web allows ssh from app; tier db` are two statements
    let is_statement = leave == "; "
        && sentence
            .split_once(" allow")
            .is_some_and(|(_, rest)| rest.contains(", tier"));
    if is_ambiguous || is_statement || find == " until " && sentence.contains(" tier until ") {
        return line.to_string();
    }
    if leave.ends_with('[') && close.is_empty() {
        return line.to_string();
    }
    format!("{}{prose}{close}", sentence.replacen(find, leave, 1))
}
