//! Environments: a program is, in one of its environments, the program without the statements that
//! do not apply there: the same outputs, and the same problems.

use crate::choices::{Choices, numbers};
use crate::compile::{cases, compilation, compilation_in, emit_all, problems_of};
use crate::generate::program;
use proptest::prelude::*;
use tierwall::ast::{EntryValue, Item, Name, NetItem, PeerItem, ServiceItem, Statement, TierItem};
use tierwall::compile::Compilation;
use tierwall::groups;
use tierwall::parse;
use tierwall::source::Span;

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn statements_for_other_environments_have_no_effect(
        program in program(),
        chosen in numbers(200),
    ) {
        let written = program.text();
        let (decorated, reduced) = split_by_environment(&written, &mut Choices::new(&chosen));
        let here = compilation_in(&decorated, "here");
        let alone = compilation(&reduced);

        prop_assert_eq!(
            comparable_problems(&here),
            comparable_problems(&alone),
            "in\n{}\nand\n{}",
            decorated,
            reduced
        );
        prop_assert!(!here.problems.any_error(), "in\n{decorated}");
        prop_assert_eq!(
            emit_all(&groups::lower(&here.policy)),
            emit_all(&groups::lower(&alone.policy)),
            "in\n{}",
            decorated
        );
    }
}

/// Codes and words. A declaration is unused only where no environment uses it, so these differ.
fn comparable_problems(compilation: &Compilation) -> Vec<(&'static str, String)> {
    let mut problems = problems_of(compilation);
    problems.retain(|(code, _)| *code != "unused-declaration");
    problems.sort();
    problems
}

/// A program with environments `here` and `there`, and what is left of it `here`.
fn split_by_environment(written: &str, choose: &mut Choices<'_>) -> (String, String) {
    let (_, program, _) = parse::parse_text("generated.tier", written);
    let mut decorated = String::from("environments here, there\n");
    let (mut reduced, mut at) = (String::new(), 0);

    for statement in &program.files[0].statements {
        // with the comments and annotations before it
        let end = statement.span.end as usize;
        let text = &written[at..end];
        let tail = tail_offset(statement) as usize - at;
        let tagged = |names: &str| format!("{} only in {names}{}", &text[..tail], &text[tail..]);
        at = end;

        let is_needed = !matches!(statement.item, Item::Rule(_) | Item::Assertion(_));
        match choose.pick(if is_needed { 3 } else { 5 }) {
            0 => decorated.push_str(text),
            1 => decorated.push_str(&tagged("there, here")),
            2 => decorated.extend([tagged("here"), "\n".to_string(), tagged("there")]),
            3 => decorated.push_str(&tagged("here")),
            _ => {
                decorated.push_str(&tagged("there"));
                continue;
            }
        }
        reduced.push_str(text);
    }

    decorated.push_str(&written[at..]);
    reduced.push_str(&written[at..]);
    (decorated, reduced)
}

/// Where `only in` is written in a statement: before `until`, the string and the block.
fn tail_offset(statement: &Statement) -> u32 {
    let last_name = |names: &[Name]| names.last().map(|name| name.span);
    let last_net = |nets: &[NetItem]| nets.last().map(NetItem::span);
    let last_service = |services: &[ServiceItem]| services.last().map(ServiceItem::span);

    let end: Option<Span> = match &statement.item {
        Item::Stack(stack) => last_name(&stack.was).or(Some(stack.name.span)),
        Item::Param(param) => {
            let default = param.default.as_ref().map(EntryValue::span);
            default.or(Some(param.kind.span))
        }
        Item::Vpc(vpc) => Some(vpc.name.span),
        Item::Network(network) => last_net(&network.except).or(last_net(&network.members)),
        Item::External(external) => {
            let account = external.account.as_ref().map(|account| account.span);
            account.or(Some(external.id.span))
        }
        Item::PrefixList(list) => list.list.last_span(),
        Item::Service(service) => {
            // the text of the last part stays with it, if the service has one too
            let texts = service.texts.iter();
            let mut of_last = texts.filter(|(part, _)| part + 1 == service.members.len());
            let text = of_last.next().filter(|_| service.prose.is_some());
            text.map(|(_, text)| text.span)
                .or(last_service(&service.members))
        }
        Item::Tier(tier) => last_name(&tier.was)
            .or(last_name(&tier.also))
            .or(tier.role.map(|role| role.span))
            .or(last_name(&tier.names)),
        Item::TierSet(set) => set.members.last().map(TierItem::span),
        Item::Rule(rule) => last_net(&rule.except).or(rule.peers.last().map(PeerItem::span)),
        Item::Include(_) | Item::Environments(_) | Item::Peering(_) | Item::Assertion(_) => None,
    };

    end.unwrap_or(statement.span).end
}
