//! Which parts of a statement stand in columns, and how wide these are.

use super::tokens::{Kind, Token, flat, width};
use crate::ast::{self, Annotation, Block, Claim, Item, Name, NetItem, Peer, Service, Text};
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
pub fn column(mut widths: Vec<usize>, widest: usize) -> usize {
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
pub fn starts<'s, 't: 's>(
    rows: impl Iterator<Item = (&'s Shape, &'s [Token<'t>], usize)>,
) -> Vec<usize> {
    let mut widths: Vec<Vec<usize>> = vec![Vec::new()];
    for (shape, tokens, first_line) in rows {
        let end = tokens.get(first_line).map_or(u32::MAX, |token| token.start);
        let on_it =
            |(_, tokens): &(Cell, &[Token<'_>])| tokens.last().is_some_and(|last| last.start < end);
        for (cell, tokens) in shape.split(tokens).filter(on_it) {
            if widths.len() <= cell.column {
                widths.resize(cell.column + 1, Vec::new());
            }
            if cell.counts && tokens.iter().all(|token| token.kind != Kind::Comment) {
                widths[cell.column].push(width(&flat(tokens)));
            }
        }
    }
    let mut start = 0;
    let next = |widths: Vec<usize>| {
        let this = start;
        start += usize::from(!widths.is_empty()) + column(widths, WIDEST);
        this
    };
    widths.into_iter().map(next).collect()
}

impl Shape {
    /// The cells with their tokens, those left out that have none.
    fn split<'a, 't>(
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

    fn cell(mut self, column: usize, start: u32) -> Shape {
        self.cells.push(Cell {
            column,
            start,
            counts: true,
        });
        self
    }

    fn list<T>(mut self, items: &[T], span: fn(&T) -> Span) -> Shape {
        self.lists
            .extend(items.first().map(|item| span(item).start));
        self
    }

    /// Prose and block, in the order in which they stand after this offset: what comes first starts
    /// a column, and what comes second the next.
    fn extras(
        mut self,
        column: usize,
        start: u32,
        prose: Option<&Text>,
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
    pub fn entry(tokens: &[Token<'_>]) -> Shape {
        let equals = tokens.iter().find(|token| token.kind == Kind::Equals);
        equals.map_or(Shape::default(), |equals| {
            Shape::default().cell(1, equals.start)
        })
    }

    /// That of an annotation.
    pub fn annotation(annotation: &Annotation) -> Shape {
        Shape::default().list(std::slice::from_ref(&annotation.lint), name)
    }

    /// That of a statement.
    pub fn new(item: &Item) -> Shape {
        let shape = Shape::default();
        match item {
            Item::Include(_) => shape,
            Item::Stack(stack) => {
                let end = stack.was.last().unwrap_or(&stack.name).span.end;
                shape.list(&stack.was, name).extras(
                    1,
                    end,
                    stack.prose.as_ref(),
                    stack.block.as_ref(),
                )
            }
            Item::Param(param) => {
                let shape = shape.cell(1, param.name.span.end);
                let default = param.default.as_ref().map(ast::Value::span);
                match default {
                    Some(default) => shape.cell(2, param.kind.span.end).cell(3, default.end),
                    None => shape.cell(3, param.kind.span.end),
                }
            }
            Item::Vpc(vpc) => shape.cell(1, vpc.name.span.end),
            Item::Peering(peering) => shape.cell(1, peering.a.span.end),
            Item::Network(network) => {
                let shape = shape
                    .list(&network.members, NetItem::span)
                    .list(&network.except, NetItem::span);
                let last = network.except.last().or(network.members.last());
                shape
                    .cell(1, network.name.span.end)
                    .cell(2, end(last.map(NetItem::span)))
            }
            Item::External(external) => {
                let shape = shape.cell(1, external.name.span.end);
                match &external.account {
                    Some(account) => shape
                        .cell(2, external.id.span.end)
                        .cell(3, account.span.end),
                    None => shape.cell(3, external.id.span.end),
                }
            }
            Item::PrefixList(list) => {
                let shape = shape.cell(1, list.name.span.end);
                shape.extras(
                    2,
                    list.id.span.end,
                    list.prose.as_ref(),
                    list.block.as_ref(),
                )
            }
            Item::Service(service) => {
                let shape = shape
                    .list(&service.members, Service::span)
                    .cell(1, service.name.span.end);
                shape.cell(2, end(service.members.last().map(Service::span)))
            }
            Item::TierSet(set) => {
                let shape = shape.list(&set.members, name).cell(1, set.name.span.end);
                shape.cell(2, end(set.members.last().map(name)))
            }
            Item::Tier(tier) => Shape::tier(tier),
            Item::Rule(rule) => Shape::rule(rule),
            Item::Assertion(assertion) => {
                let shape = shape
                    .list(&assertion.from, NetItem::span)
                    .list(&assertion.to, NetItem::span);
                let shape = shape.list(&assertion.services, Service::span);
                match &assertion.claim {
                    Claim::OnlyThrough(names) => shape.list(names, name),
                    Claim::Can | Claim::Cannot | Claim::Only => shape,
                }
            }
        }
    }

    fn tier(tier: &ast::Tier) -> Shape {
        let names = end(tier.names.last().map(name));
        let last = tier.was.last().or(tier.role.as_ref());
        let shape = Shape::default()
            .list(&tier.names, name)
            .list(&tier.was, name);
        let (shape, after) = match last {
            Some(last) => (shape.cell(1, names), last.span.end),
            None => (shape, names),
        };
        shape.extras(2, after, tier.prose.as_ref(), tier.block.as_ref())
    }

    /// Subjects, verb, services, way, peers with what is taken out of them, end and prose.
    fn rule(rule: &ast::Rule) -> Shape {
        let last = rule
            .except
            .last()
            .map(NetItem::span)
            .or(rule.peers.last().map(Peer::span));
        Shape::default()
            .list(&rule.subjects, name)
            .list(&rule.services, Service::span)
            .list(&rule.peers, Peer::span)
            .list(&rule.except, NetItem::span)
            .cell(1, end(rule.subjects.last().map(name)))
            .cell(
                2,
                rule.services
                    .first()
                    .map_or(u32::MAX, |service| service.span().start),
            )
            .cell(3, end(rule.services.last().map(Service::span)))
            .cell(
                4,
                rule.peers
                    .first()
                    .map_or(u32::MAX, |peer| peer.span().start),
            )
            .cell(5, end(last))
    }
}

fn name(name: &Name) -> Span {
    name.span
}

fn end(span: Option<Span>) -> u32 {
    span.map_or(u32::MAX, |span| span.end)
}
