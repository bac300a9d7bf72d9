//! The parts of an answer that are read, as serde sees them.

use serde::Deserialize;
use std::borrow::Cow;

/// `SecurityGroups[]`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Group<'a> {
    #[serde(borrow)]
    pub(super) group_id: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) group_name: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) description: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) vpc_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) owner_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) tags: Vec<Tag<'a>>,
    #[serde(borrow, default)]
    pub(super) ip_permissions: Vec<Permission<'a>>,
    #[serde(borrow, default)]
    pub(super) ip_permissions_egress: Vec<Permission<'a>>,
}

/// `Tags[]`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag<'a> {
    #[serde(borrow)]
    pub(super) key: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) value: Cow<'a, str>,
}

/// `IpPermissions[]`: the same traffic for several peers.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Permission<'a> {
    #[serde(borrow)]
    pub(super) ip_protocol: Cow<'a, str>,
    #[serde(default)]
    pub(super) from_port: Option<i64>,
    #[serde(default)]
    pub(super) to_port: Option<i64>,
    #[serde(borrow, default)]
    pub(super) ip_ranges: Vec<Range<'a>>,
    #[serde(borrow, default)]
    pub(super) ipv6_ranges: Vec<RangeV6<'a>>,
    #[serde(borrow, default)]
    pub(super) prefix_list_ids: Vec<List<'a>>,
    #[serde(borrow, default)]
    pub(super) user_id_group_pairs: Vec<Pair<'a>>,
}

/// `IpRanges[]`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Range<'a> {
    #[serde(borrow)]
    pub(super) cidr_ip: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) description: Option<Cow<'a, str>>,
}

/// `Ipv6Ranges[]`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RangeV6<'a> {
    #[serde(borrow)]
    pub(super) cidr_ipv6: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) description: Option<Cow<'a, str>>,
}

/// `PrefixListIds[]`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List<'a> {
    #[serde(borrow)]
    pub(super) prefix_list_id: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) description: Option<Cow<'a, str>>,
}

/// `UserIdGroupPairs[]`, and `ReferencedGroupInfo` of a rule.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Pair<'a> {
    #[serde(borrow)]
    pub(super) group_id: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) user_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) description: Option<Cow<'a, str>>,
}

/// `SecurityGroupRules[]`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Rule<'a> {
    #[serde(borrow)]
    pub(super) security_group_rule_id: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) group_id: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) group_owner_id: Option<Cow<'a, str>>,
    pub(super) is_egress: bool,
    #[serde(borrow)]
    pub(super) ip_protocol: Cow<'a, str>,
    #[serde(default)]
    pub(super) from_port: Option<i64>,
    #[serde(default)]
    pub(super) to_port: Option<i64>,
    #[serde(borrow, default)]
    pub(super) cidr_ipv4: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) cidr_ipv6: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) prefix_list_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) referenced_group_info: Option<Pair<'a>>,
    #[serde(borrow, default)]
    pub(super) description: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) tags: Vec<Tag<'a>>,
}

/// `Vpcs[]`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Vpc<'a> {
    #[serde(borrow)]
    pub(super) vpc_id: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) cidr_block: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) cidr_block_association_set: Vec<BlockAssociation<'a>>,
    #[serde(borrow, default)]
    pub(super) ipv6_cidr_block_association_set: Vec<BlockAssociation<'a>>,
    #[serde(borrow, default)]
    pub(super) tags: Vec<Tag<'a>>,
}

/// `CidrBlockAssociationSet[]`, `Ipv6CidrBlockAssociationSet[]`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BlockAssociation<'a> {
    #[serde(borrow, default)]
    pub(super) cidr_block: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) ipv6_cidr_block: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) cidr_block_state: Option<State<'a>>,
    #[serde(borrow, default)]
    pub(super) ipv6_cidr_block_state: Option<State<'a>>,
}

/// `CidrBlockState`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct State<'a> {
    #[serde(borrow, default)]
    pub(super) state: Cow<'a, str>,
}

/// `PrefixLists[]`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PrefixList<'a> {
    #[serde(borrow)]
    pub(super) prefix_list_id: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) prefix_list_name: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) address_family: Option<Cow<'a, str>>,
    #[serde(default)]
    pub(super) max_entries: Option<u32>,
    #[serde(borrow, default)]
    pub(super) tags: Vec<Tag<'a>>,
}

/// `Entries[]` of a prefix list
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Entry<'a> {
    #[serde(borrow)]
    pub(super) cidr: Cow<'a, str>,
}
