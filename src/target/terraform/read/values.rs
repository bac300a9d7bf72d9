//! The attributes that are read, as serde sees them.

use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Tags: a null where there are none.
pub(super) type Tags<'a> = Option<BTreeMap<Cow<'a, str>, Option<Cow<'a, str>>>>;

/// A list of texts: a null where there are none; an element that is not known yet is a null.
pub(super) type Texts<'a> = Option<Vec<Option<Cow<'a, str>>>>;

/// `aws_security_group`, `aws_default_security_group`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Group<'a> {
    #[serde(borrow)]
    pub(super) id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) name_prefix: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) description: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) vpc_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) owner_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) tags: Tags<'a>,
    #[serde(borrow)]
    pub(super) tags_all: Tags<'a>,
    #[serde(borrow)]
    pub(super) ingress: Option<Vec<Block<'a>>>,
    #[serde(borrow)]
    pub(super) egress: Option<Vec<Block<'a>>>,
}

/// `ingress { … }` of a group, and `aws_security_group_rule`: rules of the same traffic.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Block<'a> {
    #[serde(borrow)]
    pub(super) protocol: Option<Cow<'a, str>>,
    pub(super) from_port: Option<i64>,
    pub(super) to_port: Option<i64>,
    #[serde(borrow)]
    pub(super) cidr_blocks: Texts<'a>,
    #[serde(borrow)]
    pub(super) ipv6_cidr_blocks: Texts<'a>,
    #[serde(borrow)]
    pub(super) prefix_list_ids: Texts<'a>,
    #[serde(borrow)]
    pub(super) security_groups: Texts<'a>,
    #[serde(rename = "self")]
    pub(super) itself: Option<bool>,
    #[serde(borrow)]
    pub(super) description: Option<Cow<'a, str>>,
}

/// `aws_security_group_rule`, beside what it shares with a [`Block`].
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OldRule<'a> {
    #[serde(borrow)]
    pub(super) security_group_rule_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) security_group_id: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "type")]
    pub(super) direction: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) source_security_group_id: Option<Cow<'a, str>>,
}

/// `aws_vpc_security_group_ingress_rule`, `aws_vpc_security_group_egress_rule`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Rule<'a> {
    #[serde(borrow)]
    pub(super) security_group_rule_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) security_group_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) ip_protocol: Option<Cow<'a, str>>,
    pub(super) from_port: Option<i64>,
    pub(super) to_port: Option<i64>,
    #[serde(borrow)]
    pub(super) cidr_ipv4: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) cidr_ipv6: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) prefix_list_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) referenced_security_group_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) description: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) tags: Tags<'a>,
    #[serde(borrow)]
    pub(super) tags_all: Tags<'a>,
}

/// `aws_ec2_managed_prefix_list`, as a resource or as a data source.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PrefixList<'a> {
    #[serde(borrow)]
    pub(super) id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) address_family: Option<Cow<'a, str>>,
    pub(super) max_entries: Option<u32>,
    #[serde(borrow)]
    pub(super) entry: Option<Vec<ListEntry<'a>>>,
    #[serde(borrow)]
    pub(super) entries: Option<Vec<ListEntry<'a>>>,
    #[serde(borrow)]
    pub(super) tags_all: Tags<'a>,
}

/// `entry { … }` of a prefix list
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ListEntry<'a> {
    #[serde(borrow)]
    pub(super) cidr: Option<Cow<'a, str>>,
}

/// `aws_vpc`, as a resource or as a data source.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Vpc<'a> {
    #[serde(borrow)]
    pub(super) id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) cidr_block: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) ipv6_cidr_block: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) tags: Tags<'a>,
}

/// `aws_vpc_security_group_vpc_association`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Association<'a> {
    #[serde(borrow)]
    pub(super) security_group_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) vpc_id: Option<Cow<'a, str>>,
}
