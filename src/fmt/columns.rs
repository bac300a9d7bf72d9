//! Which parts of a statement stand in columns, and how wide these are.

use super::tokens::{Token, TokenKind, join_tokens, screen_width};
use crate::ast::{
    self, Annotation, Block, ClaimForm, Item, Name, NetItem, PeerItem, ServiceItem, StringLiteral,
};
use crate::source::Span;

/// An element longer than this does not widen its column.
const WIDEST: usize = 40;
/// Nor does one that is longer by more than this than the next shorter one.
const STEP: usize = 12;

/// Where the cells of a statement start, and its lists.
#[derive(Debug, Default)]
pub struct Shape {
    /// Those after the first, which starts with the statement.
    pub cells: Vec<Cell>,
    /// Offsets of the first items of lists with commas.
    pub lists: Vec<u32>,
}

/// A part of a statement that starts at a column.
#[derive(Debug, Clone, Copy)]
pub struct Cell {
    /// The column, counted from 0.
    pub column: usize,
    /// The cell starts with the first token that stands here or after it.
    pub start: u32,
    /// Whether its column is at least as wide as it is.
    pub counts: bool,
}

/// How wide a column is: as its widest element, but for those that would stretch it.
pub fn column_width(mut widths: Vec<usize>, widest: usize) -> usize {
    widths.retain(|width| *width <= widest);
    widths.sort_unstable();
    let steps = widths.windows(2).position(|pair| pair[1] - pair[0] > STEP);
    steps
        .map_or(widths.last(), |at| widths.get(at))
        .copied()
        .unwrap_or(0)
}

/// Where the columns of adjacent statements start. Of each, the last number says how many tokens
/// stand on its first line: what is not there with all of its tokens is in no column.
pub fn column_starts<'s, 't: 's>(
    rows: impl Iterator<Item = (&'s Shape, &'s [Token<'t>], usize)>,
) -> Vec<usize> {
    let mut widths: Vec<Vec<usize>> = vec![Vec::new()];
    for (shape, tokens, first_line) in rows {
        let end = tokens.get(first_line).map_or(u32::MAX, |token| token.start);
        let on_it =
            |(_, tokens): &(Cell, &[Token<'_>])| tokens.last().is_some_and(|last| last.start < end);

        for (cell, tokens) in shape.split_cells(tokens).filter(on_it) {
            if widths.len() <= cell.column {
                widths.resize(cell.column + 1, Vec::new());
            }
            if cell.counts && tokens.iter().all(|token| token.kind != TokenKind::Comment) {
                widths[cell.column].push(screen_width(&join_tokens(tokens)));
            }
        }
    }

    let (mut start, mut starts) = (0, Vec::with_capacity(widths.len()));
    for widths in widths {
        starts.push(start);
        start += usize::from(!widths.is_empty()) + column_width(widths, WIDEST);
    }

    starts
}

impl Shape {
    /// The cells with their tokens, those left out that have none.
    fn split_cells<'a, 't>(
        &'a self,
        tokens: &'a [Token<'t>],
    ) -> impl Iterator<Item = (Cell, &'a [Token<'t>])> {
        let first = Cell {
            column: 0,
            start: 0,
            counts: true,
        };

        let ends = self.cells.iter().map(|cell| cell.start).chain([u32::MAX]);
        let mut rest = tokens;
        let cells = std::iter::once(first)
            .chain(self.cells.iter().copied())
            .zip(ends)
            .map(move |(cell, end)| {
                let (tokens, after) =
                    rest.split_at(rest.partition_point(|token| token.start < end));
                rest = after;
                (cell, tokens)
            });

        cells.filter(|(_, tokens)| !tokens.is_empty())
    }

    fn with_cell(mut self, column: usize, start: u32) -> Shape {
        self.cells.push(Cell {
            column,
            start,
            counts: true,
        });
        self
    }

    fn with_list<T>(mut self, items: &[T], span: fn(&T) -> Span) -> Shape {
        self.lists
            .extend(items.first().map(|item| span(item).start));
        self
    }

    /// Prose and block, in the order in which they stand after this offset: what comes first starts
    /// a column, and what comes second the next.
    fn with_extras(
        mut self,
        column: usize,
        start: u32,
        prose: Option<&StringLiteral>,
        block: Option<&Block>,
    ) -> Shape {
        let second = prose
            .zip(block)
            .map(|(prose, block)| prose.span.start.max(block.span.start));

        self.cells.push(Cell {
            column,
            start,
            counts: second.is_some(),
        });

        self.cells.extend(second.map(|start| Cell {
            column: column + 1,
            start,
            counts: true,
        }));

        self
    }

    /// `key = value`, its sign in a column.
    pub fn entry_shape(tokens: &[Token<'_>]) -> Shape {
        let equals = tokens.iter().find(|token| token.kind == TokenKind::Equals);
        equals.map_or(Shape::default(), |equals| {
            Shape::default().with_cell(1, equals.start)
        })
    }

    /// That of an annotation.
    pub fn annotation_shape(annotation: &Annotation) -> Shape {
        Shape::default().with_list(std::slice::from_ref(&annotation.lint), name_span)
    }

    /// That of a statement.
    pub fn new(item: &Item) -> Shape {
        let shape = Shape::default();
        match item {
            Item::Include(_) => shape,
            Item::Stack(stack) => {
                let end = stack.was.last().unwrap_or(&stack.name).span.end;
                let (prose, block) = (stack.prose.as_ref(), stack.block.as_ref());
                let shape = shape.with_list(&stack.was, name_span);
                shape.with_extras(1, end, prose, block)
            }
            Item::Param(param) => Shape::param_shape(param),
            Item::Vpc(vpc) => shape.with_cell(1, vpc.name.span.end),
            Item::Peering(peering) => shape.with_cell(1, peering.a.span.end),
            Item::Network(network) => Shape::network_shape(network),
            Item::External(external) => Shape::external_shape(external),
            Item::PrefixList(list) => {
                let (prose, block) = (list.prose.as_ref(), list.block.as_ref());
                let shape = shape.with_cell(1, list.name.span.end);
                shape.with_extras(2, list.id.span.end, prose, block)
            }
            Item::Service(service) => {
                let last = service.members.last().map(ServiceItem::span);
                let text = service.texts.last().map(|(_, text)| text.span);
                let last = text
                    .filter(|text| last.is_some_and(|last| last.end < text.end))
                    .or(last);
                let shape = shape.with_list(&service.members, ServiceItem::span);
                shape
                    .with_cell(1, service.name.span.end)
                    .with_cell(2, end_of(last))
            }
            Item::TierSet(set) => shape
                .with_list(&set.members, name_span)
                .with_cell(1, set.name.span.end)
                .with_cell(2, end_of(set.members.last().map(name_span))),
            Item::Tier(tier) => Shape::tier_shape(tier),
            Item::Rule(rule) => Shape::rule_shape(rule),
            Item::Assertion(assertion) => Shape::assertion_shape(assertion),
        }
    }

    fn param_shape(param: &ast::ParamDeclaration) -> Shape {
        let shape = Shape::default().with_cell(1, param.name.span.end);
        match param.default.as_ref().map(ast::EntryValue::span) {
            Some(default) => shape
                .with_cell(2, param.kind.span.end)
                .with_cell(3, default.end),
            None => shape.with_cell(3, param.kind.span.end),
        }
    }

    fn network_shape(network: &ast::NetworkDeclaration) -> Shape {
        let last = network.except.last().or(network.members.last());
        Shape::default()
            .with_list(&network.members, NetItem::span)
            .with_list(&network.except, NetItem::span)
            .with_cell(1, network.name.span.end)
            .with_cell(2, end_of(last.map(NetItem::span)))
    }

    fn external_shape(external: &ast::ExternalDeclaration) -> Shape {
        let shape = Shape::default().with_cell(1, external.name.span.end);
        match &external.account {
            Some(account) => shape
                .with_cell(2, external.id.span.end)
                .with_cell(3, account.span.end),
            None => shape.with_cell(3, external.id.span.end),
        }
    }

    fn assertion_shape(assertion: &ast::AssertionStatement) -> Shape {
        let shape = Shape::default()
            .with_list(&assertion.from, NetItem::span)
            .with_list(&assertion.to, NetItem::span)
            .with_list(&assertion.services, ServiceItem::span);
        match &assertion.claim {
            ClaimForm::OnlyThrough(names) => shape.with_list(names, name_span),
            ClaimForm::Can | ClaimForm::Cannot | ClaimForm::Only => shape,
        }
    }

    fn tier_shape(tier: &ast::TierDeclaration) -> Shape {
        let names = end_of(tier.names.last().map(name_span));
        let last = tier.was.last().or(tier.role.as_ref());
        let shape = Shape::default()
            .with_list(&tier.names, name_span)
            .with_list(&tier.was, name_span);
        let (shape, after) = match last {
            Some(last) => (shape.with_cell(1, names), last.span.end),
            None => (shape, names),
        };
        shape.with_extras(2, after, tier.prose.as_ref(), tier.block.as_ref())
    }

    /// Subjects, verb, services, way, peers with what is taken out of them, end and prose.
    fn rule_shape(rule: &ast::Rule) -> Shape {
        let last = rule
            .except
            .last()
            .map(NetItem::span)
            .or(rule.peers.last().map(PeerItem::span));

        Shape::default()
            .with_list(&rule.subjects, name_span)
            .with_list(&rule.services, ServiceItem::span)
            .with_list(&rule.peers, PeerItem::span)
            .with_list(&rule.except, NetItem::span)
            .with_cell(1, end_of(rule.subjects.last().map(name_span)))
            .with_cell(
                2,
                rule.services
                    .first()
                    .map_or(u32::MAX, |service| service.span().start),
            )
            .with_cell(3, end_of(rule.services.last().map(ServiceItem::span)))
            .with_cell(
                4,
                rule.peers
                    .first()
                    .map_or(u32::MAX, |peer| peer.span().start),
            )
            .with_cell(5, end_of(last))
    }
}

fn name_span(name: &Name) -> Span {
    name.span
}

fn end_of(span: Option<Span>) -> u32 {
    span.map_or(u32::MAX, |span| span.end)
}
