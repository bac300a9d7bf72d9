//! Prefix lists that the program makes: `prefix-list offices = 203.0.113.0/24 { entries = 20 }`
//!
//! AWS has a list for each IP version, so one declaration makes up to two.

use super::blocks::LARGEST_SIZE;
use super::networks::{Addressed, span_of};
use super::scope::Scope;
use crate::ast::{self, NetItem};
use crate::diagnostic::{AwsField, MeaningProblem};
use crate::net::Family;
use crate::policy::{ListReference, MadeList, PrefixList};
use crate::source::Span;
use ipnet::IpNet;

const KEYS: &[&str] = &["entries"];

/// The most entries in one request (EC2 API reference, CreateManagedPrefixList) and in the schema
/// of CloudFormation (AWS::EC2::PrefixList).
const MOST_BLOCKS: usize = 100;

/// The lists of a declaration, one for each IP version that it has addresses of; none if its
/// addresses have an error.
pub fn resolve_made_lists<'a>(
    scope: &mut Scope<'a>,
    declared: &'a ast::PrefixListDeclaration,
    members: &[NetItem],
    known: &Addressed<'_>,
) -> Vec<PrefixList> {
    let mut size = None;
    for (_, value) in scope.read_entries(declared.block.as_ref(), "prefix list", KEYS) {
        let entries = scope.read_size(value);
        size = entries.map(|entries| (entries, value.span()));
    }
    let prose = scope.read_prose(&declared.prose, AwsField::TagValue);

    let contents = known.resolve_list(scope, members);
    for (id, name) in &contents.unknown {
        let declared = scope.params[id.index()].name.span;
        scope.problems.push(MeaningProblem::UnboundEntry {
            span: name.span,
            name: scope.sources.text(declared).to_string(),
            declared,
        });
    }

    let written = span_of(members, NetItem::span).unwrap_or(declared.name.span);
    let families = [Family::V4, Family::V6];
    let lists = families.into_iter().filter_map(|family| {
        let blocks = contents.blocks.iter().copied();
        let blocks: Vec<IpNet> = blocks.filter(|it| Family::of_block(it) == family).collect();
        let count = blocks.len();
        (count > 0 && is_possible(scope, count, size, written)).then(|| PrefixList {
            name: scope.text(declared.name).to_string(),
            list: ListReference::Made(MadeList {
                name: format!("{}-{}", scope.text(declared.name), family.keyword()),
                blocks,
                prose: prose.clone(),
            }),
            family,
            entries: Some(size.map_or(count as u32, |(size, _)| size)),
            span: declared.name.span,
        })
    });

    lists.collect()
}

/// Whether AWS would make a list with so many entries; reports it otherwise.
fn is_possible(
    scope: &mut Scope<'_>,
    count: usize,
    size: Option<(u32, Span)>,
    written: Span,
) -> bool {
    let problem = if count > MOST_BLOCKS {
        MeaningProblem::LongList {
            span: written,
            count,
            bound: MOST_BLOCKS,
        }
    } else {
        match size {
            Some((size, span)) if (size as usize) < count => MeaningProblem::ListSize {
                span,
                size,
                count,
                largest: LARGEST_SIZE,
            },
            Some(_) | None => return true,
        }
    };

    scope.problems.push(problem);
    false
}
