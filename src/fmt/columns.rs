//! Which parts of a statement are aligned in columns, and the widths of the columns.

use super::tokens::{Token, TokenKind, join_tokens, screen_width};
use crate::ast::{
    self, Annotation, Block, ClaimForm, Item, Name, NetItem, PeerItem, ServiceItem, Statement,
    StringLiteral, TierItem, TierList,
};
use crate::source::Span;

/// An element longer than this does not widen its column.
const WIDEST: usize = 40;
/// Nor does an element that is longer than the next shorter one by more than this.
const STEP: usize = 12;

/// The positions of the cells and the lists of a statement.
#[derive(Debug, Default)]
pub struct Shape {
    /// The cells after the first, which starts with the statement.
    pub cells: Vec<Cell>,
    /// Offsets of the first items of lists with commas.
    pub lists: Vec<u32>,
    /// The offset of the text of the outbound rules.
    outbound: Option<u32>,
}

/// A part of a statement that starts at a column.
#[derive(Debug, Clone, Copy)]
pub struct Cell {
    /// The column, counted from 0.
    pub column: usize,
    /// The offset of its start: it starts with the first token at or after it.
    pub start: u32,
    /// Whether it counts for the width of its column.
    pub counts: bool,
}

/// The width of a column: that of its widest element, except outliers.
pub fn column_width(mut widths: Vec<usize>, widest: usize) -> usize {
    widths.retain(|width| *width <= widest);
    widths.sort_unstable();
    let steps = widths.windows(2).position(|pair| pair[1] - pair[0] > STEP);
    steps
        .map_or(widths.last(), |at| widths.get(at))
        .copied()
        .unwrap_or(0)
}

/// The starts of the columns of adjacent statements. For each statement, the last number is the
/// count of tokens on its first line: a cell that is not completely on it is in no column.
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
    /// The cells with their tokens, without empty ones.
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

    /// Whether tokens start with `outbound` and its text.
    pub fn starts_outbound(&self, tokens: &[Token<'_>]) -> bool {
        let text = tokens.get(1).map(|text| text.start);
        text.is_some() && text == self.outbound
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

    fn with_tiers(self, tiers: &TierList) -> Shape {
        self.with_list(&tiers.items, TierItem::span)
            .with_list(&tiers.except, TierItem::span)
    }

    /// Adds cells for the prose and the block, in source order, after this offset.
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

    /// `key = value`, with `=` in a column.
    pub fn entry_shape(tokens: &[Token<'_>]) -> Shape {
        let equals = tokens.iter().find(|token| token.kind == TokenKind::Equals);
        equals.map_or(Shape::default(), |equals| {
            Shape::default().with_cell(1, equals.start)
        })
    }

    /// The shape of an annotation.
    pub fn annotation_shape(annotation: &Annotation) -> Shape {
        Shape::default().with_list(std::slice::from_ref(&annotation.lint), name_span)
    }

    /// The shape of a statement. What stands before `only in` has the same columns with and without
    /// it.
    pub fn new(statement: &Statement) -> Shape {
        let only_in = statement.only_in.as_ref().map(|only_in| only_in.span);
        let shape = Shape::default();

        match &statement.item {
            Item::Include(path) => shape.with_only_in(1, path.span.end, only_in).0,
            Item::Environments(names) => shape.with_list(names, name_span),
            Item::Stack(stack) => {
                let end = stack.was.last().unwrap_or(&stack.name).span.end;
                let (prose, block) = (stack.prose.as_ref(), stack.block.as_ref());
                let shape = shape.with_list(&stack.was, name_span);
                let (shape, end) = shape.with_only_in(1, end, only_in);
                shape.with_extras(2, end, prose, block)
            }
            Item::Param(param) => Shape::param_shape(param, only_in),
            Item::Vpc(vpc) => {
                let (shape, end) = shape.with_only_in(1, vpc.name.span.end, only_in);
                shape.with_cell(2, end)
            }
            Item::Peering(peering) => {
                let shape = shape.with_cell(1, peering.a.span.end);
                let end = peering.gateway.unwrap_or(peering.b.span).end;
                shape.with_only_in(2, end, only_in).0
            }
            Item::Network(network) => Shape::network_shape(network, only_in),
            Item::External(external) => Shape::external_shape(external, only_in),
            Item::PrefixList(list) => {
                let (prose, block) = (list.prose.as_ref(), list.block.as_ref());
                let last = list.list.last_span();
                let shape = shape.with_list(list.list.members(), NetItem::span);
                let shape = shape.with_cell(1, list.name.span.end);
                let (shape, end) = shape.with_only_in(2, end_of(last), only_in);
                shape.with_extras(3, end, prose, block)
            }
            Item::Service(service) => {
                let last = service.members.last().map(ServiceItem::span);
                let text = service.texts.last().map(|(_, text)| text.span);
                let last = text
                    .filter(|text| last.is_some_and(|last| last.end < text.end))
                    .or(last);
                let shape = shape.with_list(&service.members, ServiceItem::span);
                let shape = shape.with_cell(1, service.name.span.end);
                let (shape, end) = shape.with_only_in(2, end_of(last), only_in);
                shape.with_cell(3, end)
            }
            Item::TierSet(set) => {
                let last = set.members.last().map(TierItem::span);
                let shape = shape.with_tiers(&set.members);
                let shape = shape.with_cell(1, set.name.span.end);
                let (shape, end) = shape.with_only_in(2, end_of(last), only_in);
                shape.with_cell(3, end)
            }
            Item::Tier(tier) => Shape::tier_shape(tier, only_in),
            Item::Rule(rule) => Shape::rule_shape(rule, only_in),
            Item::Assertion(assertion) => Shape::assertion_shape(assertion, only_in),
        }
    }

    /// `only in staging`, which starts after this offset; and the offset after which what follows
    /// it starts.
    fn with_only_in(self, column: usize, start: u32, only_in: Option<Span>) -> (Shape, u32) {
        match only_in {
            Some(span) => (self.with_cell(column, start), span.end),
            None => (self, start),
        }
    }

    fn param_shape(param: &ast::ParamDeclaration, only_in: Option<Span>) -> Shape {
        let shape = Shape::default().with_cell(1, param.name.span.end);
        let (shape, end) = match param.default.as_ref().map(ast::EntryValue::span) {
            Some(default) => (shape.with_cell(2, param.kind.span.end), default.end),
            None => (shape, param.kind.span.end),
        };

        let (shape, end) = shape.with_only_in(3, end, only_in);
        match &param.block {
            Some(block) => shape.with_extras(4, end, param.prose.as_ref(), Some(block)),
            None => shape.with_cell(4, end),
        }
    }

    fn network_shape(network: &ast::NetworkDeclaration, only_in: Option<Span>) -> Shape {
        let last = network.except.last().or(network.members.last());
        let shape = Shape::default()
            .with_list(&network.members, NetItem::span)
            .with_list(&network.except, NetItem::span)
            .with_cell(1, network.name.span.end);

        let (shape, end) = shape.with_only_in(2, end_of(last.map(NetItem::span)), only_in);
        shape.with_cell(3, end)
    }

    fn external_shape(external: &ast::ExternalDeclaration, only_in: Option<Span>) -> Shape {
        let shape = Shape::default().with_cell(1, external.name.span.end);
        let (shape, end) = match &external.account {
            Some(account) => (shape.with_cell(2, external.id.span.end), account.span.end),
            None => (shape, external.id.span.end),
        };

        let (shape, end) = shape.with_only_in(3, end, only_in);
        shape.with_cell(4, end)
    }

    fn assertion_shape(assertion: &ast::AssertionStatement, only_in: Option<Span>) -> Shape {
        let shape = Shape::default()
            .with_list(&assertion.from.items, NetItem::span)
            .with_list(&assertion.from.except, NetItem::span)
            .with_list(&assertion.to.items, NetItem::span)
            .with_list(&assertion.to.except, NetItem::span)
            .with_list(&assertion.services, ServiceItem::span);
        let shape = match &assertion.claim {
            ClaimForm::OnlyThrough(tiers) => shape.with_tiers(tiers),
            ClaimForm::Can | ClaimForm::Cannot | ClaimForm::Only => shape,
        };

        let start = only_in.map_or(u32::MAX, |span| span.start);
        shape.with_only_in(1, start, only_in).0
    }

    fn tier_shape(tier: &ast::TierDeclaration, only_in: Option<Span>) -> Shape {
        let names = end_of(tier.names.last().map(name_span));
        let last = tier.was.last().or(tier.also.last()).or(tier.role.as_ref());
        let shape = Shape::default()
            .with_list(&tier.names, name_span)
            .with_list(&tier.also, name_span)
            .with_list(&tier.was, name_span);
        let (shape, after) = match last {
            Some(last) => (shape.with_cell(1, names), last.span.end),
            None => (shape, names),
        };

        let (shape, after) = shape.with_only_in(2, after, only_in);
        shape.with_extras(3, after, tier.prose.as_ref(), tier.block.as_ref())
    }

    /// Subjects, verb, services, `from` or `to`, peers with `except`, environments, `until`, prose
    /// and block.
    fn rule_shape(rule: &ast::Rule, only_in: Option<Span>) -> Shape {
        let last = rule
            .except
            .last()
            .map(NetItem::span)
            .or(rule.peers.last().map(PeerItem::span));
        let services = rule.services.first().map(ServiceItem::span);
        let peers = rule.peers.first().map(PeerItem::span);

        let shape = Shape::default()
            .with_tiers(&rule.subjects)
            .with_list(&rule.services, ServiceItem::span)
            .with_list(&rule.peers, PeerItem::span)
            .with_list(&rule.except, NetItem::span)
            .with_cell(1, end_of(rule.subjects.last().map(TierItem::span)))
            .with_cell(2, services.map_or(u32::MAX, |span| span.start))
            .with_cell(3, end_of(rule.services.last().map(ServiceItem::span)))
            .with_cell(4, peers.map_or(u32::MAX, |span| span.start));

        let (mut shape, end) = shape.with_only_in(5, end_of(last), only_in);
        shape.outbound = rule.outbound.as_ref().map(|text| text.span.start);
        shape.with_rule_end(6, end, rule)
    }

    /// Adds a cell for `until` and prose, after this offset, and one for the block after them; or
    /// one for the block alone.
    fn with_rule_end(mut self, column: usize, start: u32, rule: &ast::Rule) -> Shape {
        let has_words = rule.until.is_some() || rule.prose.is_some();
        self.cells.push(Cell {
            column,
            start,
            counts: has_words,
        });

        match &rule.block {
            Some(block) if has_words => self.with_cell(column + 1, block.span.start),
            Some(_) | None => self,
        }
    }
}

fn name_span(name: &Name) -> Span {
    name.span
}

fn end_of(span: Option<Span>) -> u32 {
    span.map_or(u32::MAX, |span| span.end)
}
