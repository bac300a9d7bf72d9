//! The attributes that are read, as serde sees them.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Tags: a null where there are none.
pub(super) type Tags<'a> = Option<BTreeMap<Cow<'a, str>, Option<Cow<'a, str>>>>;

/// A list of texts; an element that is not known yet is a null.
pub(super) type Texts<'a> = Planned<Vec<Option<Cow<'a, str>>>>;

/// An attribute of which it matters whether it is there: a plan leaves out what is known only after
/// it is applied, where a null is none.
pub(super) type Planned<T> = Option<Option<T>>;

/// An attribute that is there.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(json: D) -> Result<Option<T>, D::Error> {
    T::deserialize(json).map(Some)
}

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
    pub(super) revoke_rules_on_delete: Option<bool>,
    pub(super) timeouts: Option<IgnoredAny>,
    #[serde(borrow, deserialize_with = "present")]
    pub(super) ingress: Planned<Vec<Block<'a>>>,
    #[serde(borrow, deserialize_with = "present")]
    pub(super) egress: Planned<Vec<Block<'a>>>,
}

/// `ingress { … }` of a group, and `aws_security_group_rule`: rules of the same traffic.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Block<'a> {
    #[serde(borrow)]
    pub(super) protocol: Option<Cow<'a, str>>,
    #[serde(deserialize_with = "present")]
    pub(super) from_port: Planned<i64>,
    #[serde(deserialize_with = "present")]
    pub(super) to_port: Planned<i64>,
    #[serde(borrow, deserialize_with = "present")]
    pub(super) cidr_blocks: Texts<'a>,
    #[serde(borrow, deserialize_with = "present")]
    pub(super) ipv6_cidr_blocks: Texts<'a>,
    #[serde(borrow, deserialize_with = "present")]
    pub(super) prefix_list_ids: Texts<'a>,
    #[serde(borrow, deserialize_with = "present")]
    pub(super) security_groups: Texts<'a>,
    #[serde(rename = "self")]
    pub(super) itself: Option<bool>,
    #[serde(borrow)]
    pub(super) description: Option<Cow<'a, str>>,
}

impl Block<'_> {
    /// Whether a list of peers is known only after the plan is applied.
    pub(super) fn has_unknown_peers(&self) -> bool {
        let lists = [
            &self.cidr_blocks,
            &self.ipv6_cidr_blocks,
            &self.prefix_list_ids,
            &self.security_groups,
        ];
        let is_unknown = |list: &Texts<'_>| match list {
            None => true,
            Some(known) => known.iter().flatten().any(Option::is_none),
        };
        lists.into_iter().any(is_unknown)
    }
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
    #[serde(borrow, deserialize_with = "present")]
    pub(super) source_security_group_id: Planned<Cow<'a, str>>,
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
    #[serde(deserialize_with = "present")]
    pub(super) from_port: Planned<i64>,
    #[serde(deserialize_with = "present")]
    pub(super) to_port: Planned<i64>,
    #[serde(borrow, deserialize_with = "present")]
    pub(super) cidr_ipv4: Planned<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "present")]
    pub(super) cidr_ipv6: Planned<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "present")]
    pub(super) prefix_list_id: Planned<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "present")]
    pub(super) referenced_security_group_id: Planned<Cow<'a, str>>,
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
