//! Locality: a sentence more adds its rules' lines to both outputs, and touches no other line.

use crate::compile::{cases, emit, outputs, with};
use crate::deployed::{self, Deployed, Key};
use crate::edit::Lines;
use crate::generate::{Addition, Program, addition, program};
use crate::locality::{Changes, Step, changes};
use crate::{read_cloudformation, read_terraform};
use proptest::prelude::*;

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn an_added_sentence_only_adds_lines(addition in addition()) {
        check(&addition).map_err(TestCaseError::fail)?;
    }
}

/// Holds the law against one addition; gives the exceptions that it made use of.
pub fn check(Addition { program, sentence }: &Addition) -> Result<Exceptions, String> {
    let more = program.with(sentence);
    let (old, new, own) = (
        compiled(program),
        compiled(&more),
        compiled(&program.with_only(sentence)),
    );
    assert_eq!(old.deployed.groups, new.deployed.groups);
    let step = |[old, new, own]: [&Deployed; 3], has_halves| {
        changes(&Step {
            dual: program.scene.dual,
            has_halves,
            sentences: &more.sentences,
            old,
            new,
            own,
        })
    };
    let changes = step([&old.deployed, &new.deployed, &own.deployed], false)?;
    let templates = [&old, &new, &own].map(|it| read_cloudformation::read(&it.cloudformation));
    let of_templates = step(templates.each_ref().map(|it| &it.deployed), true)?;
    let mut exceptions = Exceptions {
        retold: changes.retold.len(),
        gone: changes.gone.len() + of_templates.gone.len(),
        ..Exceptions::default()
    };
    let compared = [
        cloudformation(&old, &new, &of_templates, &mut exceptions),
        terraform(&old, &new, &changes, &mut exceptions),
    ];
    for (expected, (target, old), new) in compared {
        if let Some(line) = expected.first_missing(&Lines::new(new)) {
            return Err(format!(
                "the line {line:?} is missing: {target} was\n{old}\nand is\n{new}"
            ));
        }
    }
    Ok(exceptions)
}

/// How often an exception was made.
#[derive(Debug, Default)]
pub struct Exceptions {
    pub retold: usize,
    pub gone: usize,
    pub placeholders: usize,
    pub renamed: usize,
}

struct Compiled {
    deployed: Deployed,
    cloudformation: String,
    terraform: String,
}

fn compiled(program: &Program) -> Compiled {
    with(&program.text(), |_, _, deployment| Compiled {
        deployed: deployed::of(deployment),
        cloudformation: emit(deployment, "cloudformation"),
        terraform: emit(deployment, "terraform"),
    })
}

/// The old output after the changes that may be, the name of the target and the old output, the new
/// output.
type Comparison<'o> = (Lines, (&'static str, &'o str), &'o str);

fn cloudformation<'o>(
    old: &'o Compiled,
    new: &'o Compiled,
    changes: &Changes,
    made: &mut Exceptions,
) -> Comparison<'o> {
    let (was, is) = (
        read_cloudformation::read(&old.cloudformation),
        read_cloudformation::read(&new.cloudformation),
    );
    let (mut lines, now) = (
        Lines::new(&old.cloudformation),
        Lines::new(&new.cloudformation),
    );
    for key in &changes.retold {
        let there = now.in_template(&is.places[key], key.direction);
        lines.retell(
            lines.in_template(&was.places[key], key.direction),
            &now,
            there,
        );
    }
    // language, 10: "An unused parameter is omitted", as one is whose text stands nowhere any more
    if !changes.retold.is_empty() || !changes.gone.is_empty() {
        lines.take_absent("  \"Parameters\": {", &now);
        lines.take_absent("    \"Stage\": {", &now);
    }
    // from the last to the first, so that positions in a list stay what they are
    let mut gone: Vec<_> = changes
        .gone
        .iter()
        .map(|key| (&was.places[key], key.direction))
        .collect();
    gone.sort_by_key(|(place, _)| std::cmp::Reverse(place.inline));
    for (place, direction) in gone {
        lines.take_out(lines.in_template(place, direction));
    }
    // outputs, CloudFormation: "a `closed` tier without an inline outbound rule gets the
    // placeholder", so the first inline outbound rule replaces it
    for id in was.placeholders.difference(&is.placeholders) {
        let place = read_cloudformation::Place {
            id: id.clone(),
            inline: Some(0),
        };
        lines.take_out(lines.in_template(&place, "egress"));
        made.placeholders += 1;
    }
    let separate = |places: &std::collections::BTreeMap<Key, read_cloudformation::Place>| -> Names {
        places
            .iter()
            .filter(|(_, place)| place.inline.is_none())
            .map(|(key, place)| (key.clone(), place.id.clone()))
            .collect()
    };
    made.renamed += rename(
        &mut lines,
        &separate(&was.places),
        &separate(&is.places),
        'X',
    );
    (
        lines,
        ("CloudFormation", &old.cloudformation),
        &new.cloudformation,
    )
}

fn terraform<'o>(
    old: &'o Compiled,
    new: &'o Compiled,
    changes: &Changes,
    made: &mut Exceptions,
) -> Comparison<'o> {
    let (was, is) = (
        read_terraform::read(&old.terraform),
        read_terraform::read(&new.terraform),
    );
    let (mut lines, now) = (Lines::new(&old.terraform), Lines::new(&new.terraform));
    for key in &changes.retold {
        let there = now.in_configuration(&is.places[key], key.direction);
        lines.retell(
            lines.in_configuration(&was.places[key], key.direction),
            &now,
            there,
        );
    }
    for key in &changes.retagged {
        lines.take_tags(lines.in_configuration(&was.places[key], key.direction));
    }
    for key in &changes.gone {
        lines.take_out(lines.in_configuration(&was.places[key], key.direction));
        lines.forget_moves(&format!(
            "aws_vpc_security_group_{}_rule.{}",
            key.direction, was.places[key]
        ));
    }
    let may_lose = [&changes.retold, &changes.retagged, &changes.gone];
    if may_lose.iter().any(|keys| !keys.is_empty()) {
        lines.take_absent("variable \"stage\" {", &now);
    }
    let names = |places: &std::collections::BTreeMap<Key, String>| -> Names {
        places
            .iter()
            .map(|(key, name)| (key.clone(), name.clone()))
            .collect()
    };
    made.renamed += rename(&mut lines, &names(&was.places), &names(&is.places), '_');
    rename_earlier(&mut lines, old, &was, (&now, &is));
    (lines, ("Terraform", &old.terraform), &new.terraform)
}

/// Where a name gains or loses a suffix, so do the earlier names that it had as its tiers were
/// renamed.
fn rename_earlier(
    lines: &mut Lines,
    old: &Compiled,
    was: &read_terraform::Configuration,
    (now, is): (&Lines, &read_terraform::Configuration),
) {
    let then = Lines::new(&old.terraform);
    for (key, name) in &was.places {
        let Some(now_name) = is.places.get(key).filter(|now| *now != name) else {
            continue;
        };
        let kind = format!("aws_vpc_security_group_{}_rule.", key.direction);
        let earlier = |lines: &Lines, name: &str| {
            let addresses = lines.earlier(&format!("{kind}{name}")).into_iter();
            addresses
                .map(|address| address.trim_start_matches(&kind).to_string())
                .collect::<Vec<_>>()
        };
        for (was, is) in earlier(&then, name).iter().zip(earlier(now, now_name)) {
            lines.rename(was, &is);
        }
    }
}

/// Names of resources by what they are.
type Names = Vec<(Key, String)>;

/// Outputs, stability: "Two identities that would be equal after mangling are distinguished by a short
/// suffix taken from the content, on all of them": so a name gets a suffix where the new sentence's
/// rules bring a second thing of that name, and loses it where the last other thing of that name is
/// gone. Gives how many.
fn rename(lines: &mut Lines, was: &Names, is: &Names, mark: char) -> usize {
    let mut renamed = 0;
    let suffixed = |name: &str, stem: &str| {
        let suffix = name
            .strip_prefix(stem)
            .and_then(|rest| rest.strip_prefix(mark));
        suffix.is_some_and(|digits| {
            digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_hexdigit())
        })
    };
    let namesakes = |names: &Names, stem: &str| {
        names
            .iter()
            .filter(|(_, other)| suffixed(other, stem))
            .count()
    };
    for (key, name) in was {
        let Some((_, now)) = is.iter().find(|(other, _)| other == key) else {
            continue;
        };
        let gains = suffixed(now, name) && namesakes(is, name) > 1;
        let loses = suffixed(name, now) && namesakes(was, now) > 1 && namesakes(is, now) == 0;
        if gains || loses {
            lines.rename(name, now);
            renamed += 1;
        }
    }
    renamed
}

/// Statements that make no rule: declarations that no sentence names, a sentence that has ended, a
/// claim.
const IDLE: [&str; 9] = [
    "network idle = 10.9.0.0/16 except 10.9.1.0/24",
    "param idle: cidr = 10.9.0.0/16",
    "param idle: external",
    "external idle = \"sg-0123456789abcdef0\"",
    "prefix-list idle = \"com.amazonaws.region.dynamodb\"",
    "service idle = tcp 9999, icmp echo-request",
    "tiers idle = web",
    "web allows tcp 9999 from anywhere until 2026-01-14",
    "assert internet cannot reach web on tcp 9999",
];

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn statements_without_rules_change_nothing(
        program in program(),
        idle in prop::sample::select(&IDLE[..]),
    ) {
        let text = program.text();
        prop_assert_eq!(outputs(&text), outputs(&format!("{idle}\n{text}")));
    }

    #[test]
    fn an_added_tier_only_adds_lines(program in program(), closed: bool) {
        let text = program.text();
        let block = if closed { " { outbound = closed }" } else { "" };
        let more = outputs(&format!("tier newcomer was beginner{block}\n{text}"));
        for (old, new) in outputs(&text).iter().zip(&more) {
            // a tier more is a rule to it more where sentences name every tier, and beside that
            // CloudFormation has the two halves of all addresses
            let halves = |output: &str| output.matches("/1\"").count();
            let is_halved = text.contains("every ") && halves(new) > halves(old);
            let (old, now) = (Lines::new(old), Lines::new(new));
            let missing = old.first_missing(&now);
            prop_assert!(missing.is_none() || is_halved, "{:?} after\n{}", missing, new);
        }
    }
}
