//! What readers find, as it is written.

use super::origin::Origin;
use crate::aws::{Direction, ParamKind, ParameterSource};
use crate::net::Family;
use ipnet::IpNet;
use std::borrow::Cow;

/// A value: what AWS will have, or the expression that gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// `203.0.113.0/24`
    Known(Cow<'a, str>),
    /// `var.office`: as the language of the source writes it.
    Expression(Cow<'a, str>),
}

impl<'a> Value<'a> {
    /// A value that is known.
    pub fn known(text: impl Into<Cow<'a, str>>) -> Value<'a> {
        Value::Known(text.into())
    }

    /// A value that an expression gives.
    pub fn expression(text: impl Into<Cow<'a, str>>) -> Value<'a> {
        Value::Expression(text.into())
    }
}

/// A text, in pieces: `shop-${var.environment}`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Words<'a> {
    /// All of it is known.
    Known(Cow<'a, str>),
    /// Parts of it are expressions.
    Pieces(Vec<Value<'a>>),
}

impl<'a> Words<'a> {
    /// A text that is known.
    pub fn known(text: impl Into<Cow<'a, str>>) -> Words<'a> {
        Words::Known(text.into())
    }
}

/// A group that a source makes.
#[derive(Debug, Clone, Default)]
pub struct GroupEntry<'a> {
    /// What rules name it by: `sg-0123456789abcdef0`, `aws_security_group.web`
    pub keys: Vec<Cow<'a, str>>,
    /// What a person calls it, the best first: its label, its tag `Name`, its GroupName.
    pub names: Vec<Cow<'a, str>>,
    /// GroupName.
    pub group_name: Option<Words<'a>>,
    /// The start of a generated GroupName.
    pub name_prefix: Option<Words<'a>>,
    /// GroupDescription.
    pub description: Option<Words<'a>>,
    /// VpcId.
    pub vpc: Option<Value<'a>>,
    /// Its tags.
    pub tags: Vec<(Cow<'a, str>, Words<'a>)>,
    /// Where it was read.
    pub origin: Origin,
}

/// One rule: a source that lists several peers in one place has one for each.
#[derive(Debug, Clone)]
pub struct RuleEntry<'a> {
    /// The group that has it: its id, or a key of a [`GroupEntry`].
    pub group: Value<'a>,
    /// Inbound or outbound.
    pub direction: Direction,
    /// `tcp`, `6`, `-1`
    pub protocol: Value<'a>,
    /// FromPort, or the type of ICMP.
    pub from: Option<Value<'a>>,
    /// ToPort, or the code of ICMP.
    pub to: Option<Value<'a>>,
    /// Who is at the other end.
    pub peer: PeerEntry<'a>,
    /// Its description.
    pub description: Option<Words<'a>>,
    /// Its tags.
    pub tags: Vec<(Cow<'a, str>, Words<'a>)>,
    /// Where it was read.
    pub origin: Origin,
}

/// The peer of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeerEntry<'a> {
    /// A block, which an expression gives in this family.
    Block(Value<'a>, Family),
    /// Blocks of a family that an expression gives as a list.
    Blocks(Cow<'a, str>, Family),
    /// A group by id or key, and its account if the source names one.
    Group(Value<'a>, Option<Cow<'a, str>>),
    /// The group that has the rule.
    Itself,
    /// A managed prefix list by id or key.
    PrefixList(Value<'a>),
}

/// A managed prefix list that a source makes, or says something about.
#[derive(Debug, Clone)]
pub struct ListEntry<'a> {
    /// What rules name it by.
    pub keys: Vec<Cow<'a, str>>,
    /// PrefixListName.
    pub name: Cow<'a, str>,
    /// AddressFamily.
    pub family: Family,
    /// MaxEntries.
    pub entries: Option<u32>,
    /// Its blocks, where the source has them.
    pub blocks: Option<Vec<IpNet>>,
    /// Whether the source makes it.
    pub is_made: bool,
    /// Its tags.
    pub tags: Vec<(Cow<'a, str>, Words<'a>)>,
}

/// The family of a prefix list from its AddressFamily: `IPv4`, `IPv6`
pub fn list_family(written: Option<&str>) -> Family {
    match written {
        Some("IPv6") => Family::V6,
        Some(_) | None => Family::V4,
    }
}

/// What a source says about an expression: `variable "office" { default = "203.0.113.0/24" }`
#[derive(Debug, Clone)]
pub struct ParameterEntry<'a> {
    /// The expression that has its value: `var.office`
    pub expression: Cow<'a, str>,
    /// Its name in the source.
    pub name: Cow<'a, str>,
    /// Its type, where the source says so.
    pub kind: Option<ParamKind>,
    /// Its description.
    pub description: Option<Cow<'a, str>>,
    /// Its default.
    pub default: Option<Cow<'a, str>>,
    /// Where its value comes from; nothing where the deployment is asked for it.
    pub source: ParameterSource,
}
