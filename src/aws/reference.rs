//! External resources that rules and groups reference.

use super::{ParameterId, Text};
use crate::net::Family;
use ipnet::IpNet;

/// An id of AWS that is known, or a parameter that will hold it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// `vpc-0123456789abcdef0`
    Id(String),
    /// A parameter.
    Parameter(ParameterId),
}

impl Default for Reference {
    fn default() -> Reference {
        Reference::Id(String::new())
    }
}

/// A prefix list: its position in [`State::prefix_lists`](super::State::prefix_lists).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrefixListId(pub u32);

impl PrefixListId {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A managed prefix list.
#[derive(Debug, PartialEq, Eq)]
pub struct PrefixList {
    /// Its name in the program.
    pub name: String,
    /// Its identity in AWS.
    pub reference: ListReference,
    /// Its family.
    pub family: Family,
    /// Its maximum size, if it is known.
    pub entries: Option<u32>,
}

/// How a prefix list is identified.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListReference {
    /// `pl-0123456789abcdef0`
    Id(String),
    /// `com.amazonaws.us-east-1.s3`: a list that AWS manages. The word `region` means the region of
    /// the deployment.
    Aws(String),
    /// A parameter.
    Parameter(ParameterId),
    /// A list that the output makes.
    Made(MadeList),
}

/// A managed prefix list that the output makes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MadeList {
    /// `offices-ipv4`: what identifies it in the program.
    pub name: String,
    /// `shop-offices-ipv4`: PrefixListName.
    pub aws_name: String,
    /// Its entries, sorted.
    pub blocks: Vec<IpNet>,
    /// Its tags, by key.
    pub tags: Vec<(String, Text)>,
}

/// The part of the name of an AWS-managed list that identifies it: `s3` of
/// `com.amazonaws.eu-central-1.s3`, `global.cloudfront.origin-facing`. The region is not part of
/// it: a security group can only reference lists of its own region.
pub fn aws_list(name: &str) -> &str {
    let name = name.strip_prefix("com.amazonaws.").unwrap_or(name);
    match name.split_once('.') {
        Some(("global", _)) | None => name,
        Some((_, list)) => list,
    }
}

/// A foreign group: its position in [`State::foreign_groups`](super::State::foreign_groups).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ForeignGroupId(pub u32);

impl ForeignGroupId {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A security group that is managed elsewhere.
#[derive(Debug, PartialEq, Eq)]
pub struct ForeignGroup {
    /// `sg-0123456789abcdef0`
    pub reference: Reference,
    /// Its account, if it is not that of the stack.
    pub account: Option<String>,
}

/// A VPC whose default group has no rules.
#[derive(Debug, PartialEq, Eq)]
pub struct LockedDefault {
    /// The name of the VPC in the program.
    pub name: String,
    /// The VPC.
    pub vpc: Reference,
}
