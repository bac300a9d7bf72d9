//! Parses the text of one file into a syntax tree.

use super::build::{GrammarPair, TreeBuilder};
use super::grammar::{Grammar, Rule};
use super::{literal, stretches};
use crate::ast;
use crate::diagnostic::{Problems, SyntaxProblem};
use crate::source::{FileId, Span};
use pest::Parser;
use pest::iterators::{Pair, Pairs};

/// Parses the text of one file.
pub fn parse_file(id: FileId, text: &str) -> (ast::FileTree, Problems) {
    let unmarked = text.strip_prefix('\u{feff}').unwrap_or(text);
    let offset = (text.len() - unmarked.len()) as u32;
    let mut builder = TreeBuilder {
        file: id,
        offset,
        problems: Problems::default(),
        last: None,
        only_in: None,
    };

    let forbidden = report_forbidden(&mut builder, unmarked);
    let mut file = ast::FileTree::new(id);
    let parsed = Grammar::parse(Rule::file, unmarked).expect("`bad` matches any line");

    if text.contains('#') {
        file.comments = collect_comments(&builder, &parsed);
    }

    let bad = add_statements(&mut builder, parsed, &mut file);
    if !bad.is_empty() {
        let problems = stretches::explain_stretches(text, &bad, forbidden, &mut file);
        builder.problems.extend(problems);
    }

    (file, builder.problems)
}

/// Reports forbidden characters, and returns their positions in the file.
fn report_forbidden(builder: &mut TreeBuilder, text: &str) -> Vec<u32> {
    let mut places = Vec::new();
    for (at, character) in literal::find_forbidden(text) {
        let start = at as u32 + builder.offset;
        let span = Span {
            file: builder.file,
            start,
            end: start + character.len_utf8() as u32,
        };
        builder
            .problems
            .push(SyntaxProblem::BadCharacter { span, character });
        places.push(start);
    }

    places
}

fn collect_comments(builder: &TreeBuilder, parsed: &Pairs<'_, Rule>) -> Vec<Span> {
    let pairs = parsed.clone().flatten();
    pairs
        .filter(|pair| pair.as_rule() == Rule::comment)
        .map(|pair| builder.span_of(&pair))
        .collect()
}

/// Adds the statements of a file, and returns the stretches of text that are not statements.
fn add_statements(
    builder: &mut TreeBuilder,
    parsed: Pairs<'_, Rule>,
    file: &mut ast::FileTree,
) -> Vec<Span> {
    let (mut annotations, mut bad) = (Vec::new(), Vec::new());
    for part in parsed.flat_map(Pair::into_inner) {
        match part.as_rule() {
            Rule::EOI | Rule::comment => {}
            Rule::annotation => annotations.push(builder.build_annotation(part)),
            Rule::bad => {
                annotations.clear();
                bad.push(builder.span_of(&part));
            }
            _ => add_statement(builder, part, std::mem::take(&mut annotations), file),
        }
    }

    for dangling in annotations {
        let span = dangling.span;
        builder
            .problems
            .push(SyntaxProblem::DanglingAnnotation { span });
    }

    bad
}

fn add_statement(
    builder: &mut TreeBuilder,
    pair: GrammarPair<'_>,
    annotations: Vec<ast::Annotation>,
    file: &mut ast::FileTree,
) {
    let span = builder.span_of(&pair);
    builder.only_in = None;
    if let Some(item) = builder.build_item(pair) {
        file.statements.push(ast::Statement {
            span,
            annotations,
            only_in: builder.only_in.take(),
            item,
        });
    }
}
