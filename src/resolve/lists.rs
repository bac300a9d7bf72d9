//! Security groups and prefix lists that rules name.
//!
//! Existing ones are identified by their id in AWS, so that two names for one of them produce one
//! rule.

use super::blocks::{ACCOUNT, is_account, is_list_id, read_group_id};
use super::made_lists;
use super::networks::Addressed;
use super::params::{ParamValue, Params};
use super::scope::Scope;
use crate::ast::{self, ListSource};
use crate::diagnostic::{AwsField, MeaningProblem, SyntaxProblem};
use crate::net::Family;
use crate::policy::{
    External, ExternalId, ListReference, Param, ParamId, ParamKind, PrefixList, PrefixListId,
    Reference, Stack, aws_list,
};
use std::collections::BTreeMap;

/// Externals and prefix lists, and the mapping from declarations to them.
pub struct Lists {
    pub externals: Vec<External>,
    pub prefix_lists: Vec<PrefixList>,
    /// By position of the `external` statement.
    pub external_names: Vec<Option<ExternalId>>,
    /// By position of the `prefix-list` statement.
    pub list_names: Vec<Vec<PrefixListId>>,
    /// By parameter.
    pub param_peers: Vec<ParamPeer>,
}

/// A parameter as a peer.
#[derive(Debug, Clone, Copy)]
pub enum ParamPeer {
    Block,
    External(ExternalId),
    PrefixList(PrefixListId),
    /// Not a peer: a VPC, a text.
    NoPeer,
}

const LIST_KEYS: &[&str] = &["entries", "family"];

/// Weights of the lists that AWS manages: VPC user guide, "Available AWS-managed prefix lists".
const WEIGHTS: [(&str, u32); 8] = [
    ("cloudfront.origin-facing", 55),
    ("dynamodb", 1),
    ("ec2-instance-connect", 2),
    ("groundstation", 5),
    ("route53-healthchecks", 25),
    ("s3", 1),
    ("s3express", 6),
    ("vpc-lattice", 10),
];

/// Items with an identity, of which several names can have the same.
struct Identities<K, T> {
    /// The identity, the name, and the item.
    found: Vec<(K, String, T)>,
}

impl<K: Ord + Clone, T> Identities<K, T> {
    /// Adds an item, and returns its position.
    fn add(&mut self, identity: K, name: String, item: T) -> usize {
        self.found.push((identity, name, item));
        self.found.len() - 1
    }

    /// Distinct items in the order of their identities; and for each added one, its index among
    /// them.
    fn unify_names(self) -> (Vec<T>, Vec<u32>) {
        let mut order: Vec<usize> = (0..self.found.len()).collect();
        order.sort_by(|a, b| {
            (&self.found[*a].0, &self.found[*a].1).cmp(&(&self.found[*b].0, &self.found[*b].1))
        });

        let mut ids = vec![0; order.len()];
        let (mut firsts, mut last) = (Vec::new(), None);

        for position in order {
            let key = &self.found[position].0;
            if last.as_ref() != Some(key) {
                last = Some(key.clone());
                firsts.push(position);
            }
            ids[position] = firsts.len() as u32 - 1;
        }

        let found = self.found.into_iter();
        let mut items: Vec<Option<T>> = found.map(|(_, _, item)| Some(item)).collect();
        let firsts = firsts.into_iter();
        let distinct = firsts.filter_map(|position| items[position].take());

        (distinct.collect(), ids)
    }
}

/// The externals and prefix lists of declarations and parameters, before duplicates are merged.
struct Found {
    externals: Identities<Reference, External>,
    lists: Identities<ListReference, PrefixList>,
}

/// A parameter: an item by its position, or something else.
enum ParamIdentity {
    External(usize),
    PrefixList(usize),
    Other(ParamPeer),
}

/// Resolves externals, prefix lists and the parameters of either kind.
pub fn resolve(
    scope: &mut Scope<'_>,
    params: &Params,
    stack: &Stack,
    known: &Addressed<'_>,
) -> Lists {
    let mut found = Found {
        externals: Identities { found: Vec::new() },
        lists: Identities { found: Vec::new() },
    };
    let external_positions = found.add_externals(scope, stack);
    let list_positions = found.add_prefix_lists(scope, stack, known);
    let mut param_identities = Vec::new();

    for (n, param) in params.list.iter().enumerate() {
        let (id, value) = (ParamId(n as u32), params.values[n].as_ref());
        param_identities.push(found.add_param(id, param, value, stack));
    }

    unify_accounts(&mut found.externals);
    report_mixed_families(scope, &found.lists);
    unify_sizes(&mut found.lists);
    let (externals, external_ids) = found.externals.unify_names();
    let (prefix_lists, list_ids) = found.lists.unify_names();

    let external_id = |position: usize| ExternalId(external_ids[position]);
    let list_id = |position: usize| PrefixListId(list_ids[position]);
    let external_names = external_positions.into_iter();
    let list_names = list_positions.into_iter();

    let param_peers = param_identities.into_iter().map(|identity| match identity {
        ParamIdentity::External(position) => ParamPeer::External(external_id(position)),
        ParamIdentity::PrefixList(position) => ParamPeer::PrefixList(list_id(position)),
        ParamIdentity::Other(peer) => peer,
    });

    Lists {
        externals,
        prefix_lists,
        external_names: external_names.map(|at| at.map(external_id)).collect(),
        list_names: list_names
            .map(|at| at.into_iter().map(list_id).collect())
            .collect(),
        param_peers: param_peers.collect(),
    }
}

impl Found {
    /// Adds the declared externals; returns the position of each valid one.
    fn add_externals(&mut self, scope: &mut Scope<'_>, stack: &Stack) -> Vec<Option<usize>> {
        let mut positions = Vec::new();
        for declared in scope.externals.clone() {
            let external = resolve_external(scope, declared, stack);
            positions.push(external.map(|external| {
                let (id, name) = (external.id.clone(), external.name.clone());
                self.externals.add(id, name, external)
            }));
        }
        positions
    }

    /// Adds the declared prefix lists; returns the positions of each valid one: of one that the
    /// program makes, a position for each family.
    fn add_prefix_lists(
        &mut self,
        scope: &mut Scope<'_>,
        stack: &Stack,
        known: &Addressed<'_>,
    ) -> Vec<Vec<usize>> {
        let mut positions = Vec::new();
        let mut region = stack.region.clone();
        for declared in scope.prefix_lists.clone() {
            let lists = match &declared.list {
                ListSource::Existing(id) => {
                    let list = resolve_existing_list(scope, declared, id, stack, &mut region);
                    list.into_iter().collect()
                }
                ListSource::Made(members) => {
                    made_lists::resolve_made_lists(scope, declared, members, known)
                }
            };
            let added = lists.into_iter().map(|list| {
                let (identity, name) = (identify_list(&list.list), list.name.clone());
                self.lists.add(identity, name, list)
            });
            positions.push(added.collect());
        }
        positions
    }

    /// Adds the value of a parameter.
    fn add_param(
        &mut self,
        id: ParamId,
        param: &Param,
        value: Option<&ParamValue>,
        stack: &Stack,
    ) -> ParamIdentity {
        match (param.kind, param.span) {
            (ParamKind::External, Some(span)) => {
                let (id, account) = split_external_value(id, value);
                let account = account.filter(|account| stack.account.as_ref() != Some(account));
                let name = param.name.clone();

                let external = External {
                    name: name.clone(),
                    id: id.clone(),
                    account,
                    span,
                };

                ParamIdentity::External(self.externals.add(id, name, external))
            }
            (ParamKind::PrefixList, Some(span)) => {
                let (list, name) = (list_value(id, value), param.name.clone());
                let prefix_list = PrefixList {
                    name: name.clone(),
                    list: list.clone(),
                    family: Family::V4,
                    entries: None,
                    span,
                };

                ParamIdentity::PrefixList(self.lists.add(list, name, prefix_list))
            }
            (kind, _) if kind.is_blocks() => ParamIdentity::Other(ParamPeer::Block),
            (_, _) => ParamIdentity::Other(ParamPeer::NoPeer),
        }
    }
}

/// Ids of groups are unique in AWS, so a group that is declared with and without its account is one
/// group, with the account.
fn unify_accounts(externals: &mut Identities<Reference, External>) {
    let mut accounts = BTreeMap::new();
    for (id, _, external) in &externals.found {
        accounts.extend(
            external
                .account
                .clone()
                .map(|account| (id.clone(), account)),
        );
    }
    for (id, _, external) in &mut externals.found {
        external.account = accounts.get(id).cloned();
    }
}

/// Reports prefix lists that are declared for both families.
fn report_mixed_families(scope: &mut Scope<'_>, lists: &Identities<ListReference, PrefixList>) {
    let mut lint_facts: BTreeMap<&ListReference, &PrefixList> = BTreeMap::new();
    for (identity, _, list) in &lists.found {
        let first = *lint_facts.entry(identity).or_insert(list);
        if first.family != list.family {
            let (span, first) = (list.span.max(first.span), list.span.min(first.span));
            scope.problems.push(SyntaxProblem::Repeated {
                span,
                first,
                what: "family for one prefix list",
            });
        }
    }
}

/// A list with two names has one size, and AWS counts all of it: the largest known size.
fn unify_sizes(lists: &mut Identities<ListReference, PrefixList>) {
    let mut sizes: BTreeMap<ListReference, u32> = BTreeMap::new();
    for (identity, _, list) in &lists.found {
        if let Some(entries) = list.entries {
            let size = sizes.entry(identity.clone()).or_default();
            *size = entries.max(*size);
        }
    }
    for (identity, _, list) in &mut lists.found {
        list.entries = sizes.get(identity).copied();
    }
}

/// The identity of a list, independent of the region: AWS-managed lists exist once in each region,
/// and a security group can only reference those of its own.
fn identify_list(list: &ListReference) -> ListReference {
    match list {
        ListReference::Aws(name) => ListReference::Aws(aws_list(name).to_string()),
        ListReference::Id(_) | ListReference::Param(_) | ListReference::Made(_) => list.clone(),
    }
}

/// `eu-central-1` of `com.amazonaws.eu-central-1.s3`; none for `region` and `global`.
fn aws_region(name: &str) -> Option<&str> {
    let region = name.strip_prefix("com.amazonaws.")?.split('.').next()?;
    (region != "global").then_some(region)
}

fn resolve_external(
    scope: &mut Scope<'_>,
    declared: &ast::ExternalDeclaration,
    stack: &Stack,
) -> Option<External> {
    let id = read_group_id(scope, &declared.id);
    let account = match &declared.account {
        Some(account) => Some(scope.read_form(account, ACCOUNT, is_account)?),
        None => None,
    };
    let account = account.filter(|account| stack.account.as_ref() != Some(account));
    let name = scope.text(declared.name).to_string();

    Some(External {
        name,
        id: Reference::Id(id?),
        account,
        span: declared.name.span,
    })
}

/// An external as a parameter: bound to an id, to `ACCOUNT/ID`, or to nothing yet.
fn split_external_value(id: ParamId, value: Option<&ParamValue>) -> (Reference, Option<String>) {
    match value {
        Some(ParamValue::Id(text)) => match text.split_once('/') {
            Some((account, group)) => (Reference::Id(group.to_string()), Some(account.to_string())),
            None => (Reference::Id(text.clone()), None),
        },
        Some(
            ParamValue::Block(_)
            | ParamValue::Blocks(_)
            | ParamValue::Text(_)
            | ParamValue::Port(_),
        )
        | None => (Reference::Param(id), None),
    }
}

/// A prefix list as a parameter: bound to an id, or to nothing yet.
fn list_value(id: ParamId, value: Option<&ParamValue>) -> ListReference {
    match value {
        Some(ParamValue::Id(id)) => ListReference::Id(id.clone()),
        Some(
            ParamValue::Block(_)
            | ParamValue::Blocks(_)
            | ParamValue::Text(_)
            | ParamValue::Port(_),
        )
        | None => ListReference::Param(id),
    }
}

fn resolve_existing_list<'a>(
    scope: &mut Scope<'a>,
    declared: &'a ast::PrefixListDeclaration,
    id: &ast::StringLiteral,
    stack: &Stack,
    region: &mut Option<String>,
) -> Option<PrefixList> {
    let list = resolve_list_reference(scope, id, stack, region)?;
    let (mut family, mut entries) = match &list {
        ListReference::Aws(name) => (aws_family(name), aws_weight(name)),
        ListReference::Id(_) | ListReference::Param(_) | ListReference::Made(_) => {
            (Family::V4, None)
        }
    };

    for (key, value) in scope.read_entries(declared.block.as_ref(), "prefix list", LIST_KEYS) {
        if key == "entries" {
            entries = scope.read_size(value).or(entries);
        } else {
            let families = [("ipv4", Family::V4), ("ipv6", Family::V6)];
            let choice = scope.read_choice(value, key, "`ipv4` or `ipv6`", families);
            family = choice.unwrap_or(family);
        }
    }

    scope.read_prose(&declared.prose, AwsField::TagValue);

    Some(PrefixList {
        name: scope.text(declared.name).to_string(),
        list,
        family,
        entries,
        span: declared.name.span,
    })
}

/// The list that a string identifies. `region` is that of the stack or, if it is not set, that of
/// the first list; a list of another region is reported.
fn resolve_list_reference(
    scope: &mut Scope<'_>,
    id: &ast::StringLiteral,
    stack: &Stack,
    region: &mut Option<String>,
) -> Option<ListReference> {
    let text = id.value.to_string();
    if is_list_id(&text) {
        return Some(ListReference::Id(text));
    }

    if !is_aws_list(&text) {
        let wanted = "the id of a prefix list, like `pl-0123456789abcdef0`, or the name of \
                      one of AWS's, like `com.amazonaws.eu-central-1.s3`";
        let full = format!("com.amazonaws.region.{text}");
        let meant = is_aws_list(&full).then(|| format!("\"{full}\""));
        scope.problems.push(MeaningProblem::BadId {
            span: id.span,
            text,
            wanted,
            meant,
            help: None,
        });
        return None;
    }

    if let Some(its) = aws_region(&text).filter(|its| *its != "region") {
        let ours = region.get_or_insert_with(|| its.to_string());
        if its != ours {
            scope.problems.push(MeaningProblem::BadId {
                span: id.span,
                text: text.clone(),
                wanted: "of the region that the stack, or another list, is of",
                meant: None,
                help: None,
            });
        }
    }

    Some(ListReference::Aws(in_region(
        &text,
        stack.region.as_deref(),
    )))
}

/// `com.amazonaws.REGION.s3`, `com.amazonaws.global.cloudfront.origin-facing`
fn is_aws_list(text: &str) -> bool {
    let labels = text
        .strip_prefix("com.amazonaws.")
        .map(|rest| rest.split('.'));
    labels.is_some_and(|labels| labels.clone().count() >= 2 && labels.clone().all(is_label))
}

fn is_label(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// The name with the word `region` replaced by the stack's region, if that is known.
fn in_region(name: &str, region: Option<&str>) -> String {
    match (name.strip_prefix("com.amazonaws.region."), region) {
        (Some(rest), Some(region)) => format!("com.amazonaws.{region}.{rest}"),
        (Some(_), None) | (None, _) => name.to_string(),
    }
}

fn aws_family(name: &str) -> Family {
    if name.contains(".ipv6.") {
        Family::V6
    } else {
        Family::V4
    }
}

fn aws_weight(name: &str) -> Option<u32> {
    let tail = name.splitn(4, '.').nth(3)?;
    let tail = tail.strip_prefix("ipv6.").unwrap_or(tail);
    WEIGHTS
        .iter()
        .find(|(list, _)| *list == tail)
        .map(|(_, weight)| *weight)
}
