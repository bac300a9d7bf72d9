//! Security groups and prefix lists that tierwall does not manage.
//!
//! They are kept by what they are in AWS, so that two names for one of them give one rule.

use super::blocks::{ACCOUNT, is_account, is_group_id, is_list_id};
use super::params::{ParamValue, Params};
use super::scope::Scope;
use crate::ast;
use crate::diagnostic::{AwsField, Problem};
use crate::net::Family;
use crate::policy::{
    External, ExternalId, ListReference, ParamId, ParamKind, PrefixList, PrefixListId, Reference,
    Stack, aws_list,
};
use std::collections::BTreeMap;

/// Externals and prefix lists, and the way to them from their declarations.
pub struct Lists {
    pub externals: Vec<External>,
    pub prefix_lists: Vec<PrefixList>,
    /// By position of the `external` statement.
    pub external_names: Vec<Option<ExternalId>>,
    /// By position of the `prefix-list` statement.
    pub list_names: Vec<Option<PrefixListId>>,
    /// By parameter.
    pub param_peers: Vec<ParamPeer>,
}

/// What a parameter is as a peer.
#[derive(Debug, Clone, Copy)]
pub enum ParamPeer {
    Block,
    External(ExternalId),
    PrefixList(PrefixListId),
    /// No peer: a VPC.
    Vpc,
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

/// Things with an identity, and which of their names stands for which.
struct Identities<K, T> {
    found: Vec<(K, String, T)>,
}

impl<K: Ord + Clone, T> Identities<K, T> {
    /// Distinct things in the order of their identities; and for each that was found, which it is.
    fn unify(self) -> (Vec<(K, T)>, Vec<u32>) {
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
        let mut things: Vec<Option<(K, T)>> = self
            .found
            .into_iter()
            .map(|(key, _, thing)| Some((key, thing)))
            .collect();
        (
            firsts
                .into_iter()
                .filter_map(|position| things[position].take())
                .collect(),
            ids,
        )
    }
}

/// Resolves externals, prefix lists and the parameters of either kind.
pub fn resolve(scope: &mut Scope<'_>, params: &Params, stack: &Stack) -> Lists {
    let mut externals = Identities { found: Vec::new() };
    let mut lists = Identities { found: Vec::new() };
    let mut external_found = Vec::new();
    for declared in scope.externals.clone() {
        external_found.push(external(scope, declared, stack).map(|external| {
            externals
                .found
                .push((external.id.clone(), external.name.clone(), external));
            externals.found.len() - 1
        }));
    }
    let mut list_found = Vec::new();
    let mut region = stack.region.clone();
    for declared in scope.prefix_lists.clone() {
        list_found.push(
            prefix_list(scope, declared, stack, &mut region).map(|list| {
                lists
                    .found
                    .push((identity(&list.list), list.name.clone(), list));
                lists.found.len() - 1
            }),
        );
    }
    let mut param_found = Vec::new();
    for (n, param) in params.list.iter().enumerate() {
        let (id, value) = (ParamId(n as u32), params.values[n].as_ref());
        param_found.push(match (param.kind, param.span) {
            (ParamKind::External, Some(span)) => {
                let (reference, account) = external_value(id, value);
                let account = account.filter(|account| stack.account.as_ref() != Some(account));
                let (name, id) = (param.name.clone(), reference.clone());
                externals.found.push((
                    reference,
                    name.clone(),
                    External {
                        name,
                        id,
                        account,
                        span,
                    },
                ));
                Found::External(externals.found.len() - 1)
            }
            (ParamKind::PrefixList, Some(span)) => {
                let reference = match value {
                    Some(ParamValue::Id(id)) => ListReference::Id(id.clone()),
                    Some(ParamValue::Block(_)) | None => ListReference::Param(id),
                };
                let (name, family) = (param.name.clone(), Family::V4);
                let list = PrefixList {
                    name: name.clone(),
                    list: reference.clone(),
                    family,
                    entries: None,
                    span,
                };
                lists.found.push((reference, name, list));
                Found::PrefixList(lists.found.len() - 1)
            }
            (ParamKind::Cidr | ParamKind::CidrIpv6, _) => Found::Other(ParamPeer::Block),

            (ParamKind::Vpc, _) | (ParamKind::External | ParamKind::PrefixList, None) => {
                Found::Other(ParamPeer::Vpc)
            }
        });
    }
    one_account(&mut externals);
    one_family(scope, &lists);
    one_size(&mut lists);
    let (externals, external_ids) = externals.unify();
    let (prefix_lists, list_ids) = lists.unify();
    let external_id = |position: usize| ExternalId(external_ids[position]);
    let list_id = |position: usize| PrefixListId(list_ids[position]);
    Lists {
        externals: externals
            .into_iter()
            .map(|(_, external)| external)
            .collect(),
        prefix_lists: prefix_lists.into_iter().map(|(_, list)| list).collect(),
        external_names: external_found
            .into_iter()
            .map(|found| found.map(external_id))
            .collect(),
        list_names: list_found
            .into_iter()
            .map(|found| found.map(list_id))
            .collect(),
        param_peers: param_found
            .into_iter()
            .map(|found| match found {
                Found::External(position) => ParamPeer::External(external_id(position)),
                Found::PrefixList(position) => ParamPeer::PrefixList(list_id(position)),
                Found::Other(peer) => peer,
            })
            .collect(),
    }
}

enum Found {
    External(usize),
    PrefixList(usize),
    Other(ParamPeer),
}

/// Ids of groups are unique in AWS, so a group that is named with and without its account is one
/// group, and has the account.
fn one_account(externals: &mut Identities<Reference, External>) {
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

/// Reports prefix lists that are said to be of both families.
fn one_family(scope: &mut Scope<'_>, lists: &Identities<ListReference, PrefixList>) {
    let mut seen: BTreeMap<&ListReference, &PrefixList> = BTreeMap::new();
    for (identity, _, list) in &lists.found {
        let first = *seen.entry(identity).or_insert(list);
        if first.family != list.family {
            let (span, first) = (list.span.max(first.span), list.span.min(first.span));
            scope.problems.push(Problem::Repeated {
                span,
                first,
                what: "family for one prefix list",
            });
        }
    }
}

/// A list under two names has one size, and AWS counts it whole: the largest that is known.
fn one_size(lists: &mut Identities<ListReference, PrefixList>) {
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

/// What a list is, wherever the stack is deployed: lists of AWS exist once in each region, and a
/// security group can only name those of its own.
fn identity(list: &ListReference) -> ListReference {
    match list {
        ListReference::Aws(name) => ListReference::Aws(aws_list(name).to_string()),
        ListReference::Id(_) | ListReference::Param(_) => list.clone(),
    }
}

/// `eu-central-1` of `com.amazonaws.eu-central-1.s3`; none for `region` and `global`.
fn aws_region(name: &str) -> Option<&str> {
    let region = name.strip_prefix("com.amazonaws.")?.split('.').next()?;
    (region != "global").then_some(region)
}

fn external(scope: &mut Scope<'_>, declared: &ast::External, stack: &Stack) -> Option<External> {
    let id = scope.formed(&declared.id, ParamKind::External.wanted(), is_group_id);
    let account = match &declared.account {
        Some(account) => Some(scope.formed(account, ACCOUNT, is_account)?),
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
fn external_value(id: ParamId, value: Option<&ParamValue>) -> (Reference, Option<String>) {
    match value {
        Some(ParamValue::Id(text)) => match text.split_once('/') {
            Some((account, group)) => (Reference::Id(group.to_string()), Some(account.to_string())),
            None => (Reference::Id(text.clone()), None),
        },
        Some(ParamValue::Block(_)) | None => (Reference::Param(id), None),
    }
}

fn prefix_list<'a>(
    scope: &mut Scope<'a>,
    declared: &'a ast::PrefixList,
    stack: &Stack,
    region: &mut Option<String>,
) -> Option<PrefixList> {
    let text = declared.id.value.to_string();
    let list = if is_list_id(&text) {
        ListReference::Id(text)
    } else if is_aws_list(&text) {
        if let Some(its) = aws_region(&text).filter(|its| *its != "region") {
            let ours = region.get_or_insert_with(|| its.to_string());
            if its != ours {
                let wanted = "of the region that the stack, or another list, is of";
                scope.problems.push(Problem::BadId {
                    span: declared.id.span,
                    text: text.clone(),
                    wanted,
                });
            }
        }
        ListReference::Aws(in_region(&text, stack.region.as_deref()))
    } else {
        let wanted = "the id of a prefix list, like `pl-0123456789abcdef0`, or the name of one of AWS's, like `com.amazonaws.eu-central-1.s3`";
        scope.problems.push(Problem::BadId {
            span: declared.id.span,
            text,
            wanted,
        });
        return None;
    };
    let (mut family, mut entries) = match &list {
        ListReference::Aws(name) => (aws_family(name), aws_weight(name)),
        ListReference::Id(_) | ListReference::Param(_) => (Family::V4, None),
    };
    for (key, value) in scope.entries(declared.block.as_ref(), "prefix list", LIST_KEYS) {
        if key == "entries" {
            entries = scope.count(value, key).or(entries);
        } else {
            let families = [("ipv4", Family::V4), ("ipv6", Family::V6)];
            family = scope
                .choice(value, key, "`ipv4` or `ipv6`", families)
                .unwrap_or(family);
        }
    }
    scope.prose(&declared.prose, AwsField::TagValue);
    let name = scope.text(declared.name).to_string();
    Some(PrefixList {
        name,
        list,
        family,
        entries,
        span: declared.name.span,
    })
}

/// `com.amazonaws.REGION.s3`, `com.amazonaws.global.cloudfront.origin-facing`
fn is_aws_list(text: &str) -> bool {
    let labels = text
        .strip_prefix("com.amazonaws.")
        .map(|rest| rest.split('.'));
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    labels.is_some_and(|labels| labels.clone().count() >= 2 && labels.clone().all(label))
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
