//! Groups and rules as AWS has them, as flat lists in JSON, for scripts.
//!
//! Format 1, documented in `docs/outputs.md`: a field may be added, any other change has a new
//! format. It deploys nothing, so it supports everything and has no limits.

mod lines;

use super::definition::Target;
use super::output::output_buffer;
use crate::aws::{
    ForeignGroup, ListReference, Parameter, ParameterId, Peer, PrefixList, Reference, Rule,
    SecurityGroup, State, TemplateSource, Text, Wording,
};
use crate::diagnostic::Problems;
use crate::net::AwsPort;
use crate::policy::OutputRules;
use ipnet::IpNet;
use lines::LineFormatter;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The target.
pub const TARGET: Target = Target {
    name: "json",
    short: None,
    title: "JSON",
    // CloudFormation's templates end in `.json`
    extension: "rules.json",
    mark: "\"generated_by\": \"tierwall\"",
    emit,
    addresses: |_| Vec::new(),
    separate_help: |_| Vec::new(),
    unsupported: |_| Problems::default(),
    limits: None,
    rules: OutputRules::NONE,
    claims: |_| Vec::new(),
    check_moves: |_| Problems::default(),
    readers: &[],
    directory: None,
    adopter: None,
    planning: None,
};

const FORMAT: u32 = 1;

fn emit(state: &State) -> Vec<u8> {
    let mut out = output_buffer(state, 256);
    let mut json = serde_json::Serializer::with_formatter(&mut out, LineFormatter::default());
    StateDocument::new(state)
        .serialize(&mut json)
        .expect("a vector takes all, and every key is a string");
    out.push(b'\n');
    out
}

#[derive(Serialize)]
struct StateDocument<'s> {
    format: u32,
    generated_by: &'static str,
    stack: &'s str,
    description: Option<&'s str>,
    rule_quota: u32,
    parameters: Vec<ParameterEntry<'s>>,
    prefix_lists: Vec<PrefixListEntry<'s>>,
    locked_default_groups: Vec<LockEntry<'s>>,
    groups: Vec<GroupEntry<'s>>,
    #[serde(serialize_with = "serialize_rules")]
    rules: &'s State,
}

impl<'s> StateDocument<'s> {
    fn new(state: &'s State) -> StateDocument<'s> {
        let locked = state.locked_defaults.iter();
        StateDocument {
            format: FORMAT,
            generated_by: "tierwall",
            stack: &state.stack,
            description: state.description.as_deref(),
            rule_quota: state.rule_quota,
            parameters: state.parameters.iter().map(ParameterEntry::new).collect(),
            prefix_lists: state
                .prefix_lists
                .iter()
                .map(|list| PrefixListEntry::new(state, list))
                .collect(),
            locked_default_groups: locked
                .map(|locked| LockEntry {
                    vpc_name: &locked.name,
                    vpc: ReferenceEntry::new(state, &locked.vpc),
                })
                .collect(),
            groups: state
                .own_groups()
                .map(|(_, group)| GroupEntry::new(state, group))
                .collect(),
            rules: state,
        }
    }
}

/// A known id, or a parameter.
#[derive(Serialize)]
struct ReferenceEntry<'s> {
    value: Option<Cow<'s, str>>,
    parameter: Option<&'s str>,
}

impl<'s> ReferenceEntry<'s> {
    fn known_value(text: impl Into<Cow<'s, str>>) -> ReferenceEntry<'s> {
        ReferenceEntry {
            value: Some(text.into()),
            parameter: None,
        }
    }

    fn from_parameter(state: &'s State, id: ParameterId) -> ReferenceEntry<'s> {
        ReferenceEntry {
            value: None,
            parameter: Some(&state.parameter(id).name),
        }
    }

    fn new(state: &'s State, reference: &'s Reference) -> ReferenceEntry<'s> {
        match reference {
            Reference::Id(id) => ReferenceEntry::known_value(id),
            Reference::Parameter(id) => ReferenceEntry::from_parameter(state, *id),
        }
    }

    fn from_list(state: &'s State, list: &'s PrefixList) -> ReferenceEntry<'s> {
        match &list.reference {
            ListReference::Id(id) | ListReference::Aws(id) => ReferenceEntry::known_value(id),
            ListReference::Made(made) => ReferenceEntry::known_value(&made.aws_name),
            ListReference::Parameter(id) => ReferenceEntry::from_parameter(state, *id),
        }
    }
}

#[derive(Serialize)]
struct ParameterEntry<'s> {
    name: &'s str,
    kind: &'static str,
    description: Option<&'s str>,
    default: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    terraform: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloudformation: Option<SourceEntry<'s>>,
}

/// `{"import": "network-VpcId"}`
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum SourceEntry<'s> {
    Import(Cow<'s, str>),
    Ssm(&'s str),
}

impl<'s> ParameterEntry<'s> {
    fn new(parameter: &'s Parameter) -> ParameterEntry<'s> {
        ParameterEntry {
            name: &parameter.name,
            kind: parameter.kind.keyword(),
            description: parameter.description.as_deref(),
            default: parameter.default.as_deref(),
            terraform: parameter.source.terraform.as_deref(),
            cloudformation: parameter
                .source
                .cloudformation
                .as_ref()
                .map(|source| match source {
                    TemplateSource::Import(name) => SourceEntry::Import(name.view().as_written()),
                    TemplateSource::Ssm(path) => SourceEntry::Ssm(path),
                }),
        }
    }
}

#[derive(Serialize)]
struct PrefixListEntry<'s> {
    name: &'s str,
    #[serde(flatten)]
    list: ReferenceEntry<'s>,
    family: &'static str,
    entries: Option<u32>,
    /// The entries of a list that the output makes.
    #[serde(skip_serializing_if = "Option::is_none")]
    blocks: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Tags<'s>>,
}

impl<'s> PrefixListEntry<'s> {
    fn new(state: &'s State, list: &'s PrefixList) -> PrefixListEntry<'s> {
        let made = match &list.reference {
            ListReference::Made(made) => Some(made),
            ListReference::Id(_) | ListReference::Aws(_) | ListReference::Parameter(_) => None,
        };
        let block = |block: &IpNet| block.to_string();

        PrefixListEntry {
            name: &list.name,
            list: ReferenceEntry::from_list(state, list),
            family: list.family.keyword(),
            entries: list.entries,
            blocks: made.map(|made| made.blocks.iter().map(block).collect()),
            tags: made.map(|made| tags_by_key(&made.tags)),
        }
    }
}

type Tags<'s> = BTreeMap<&'s str, Cow<'s, str>>;

fn tags_by_key(tags: &[(String, Text)]) -> Tags<'_> {
    let tags = tags.iter();
    tags.map(|(key, value)| (key.as_str(), value.view().as_written()))
        .collect()
}

#[derive(Serialize)]
struct LockEntry<'s> {
    vpc_name: &'s str,
    vpc: ReferenceEntry<'s>,
}

#[derive(Serialize)]
struct GroupEntry<'s> {
    name: &'s str,
    was: &'s [String],
    group_name: Option<Cow<'s, str>>,
    /// If the program sets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    name_prefix: Option<Cow<'s, str>>,
    /// Likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    export: Option<Cow<'s, str>>,
    description: Cow<'s, str>,
    vpc: ReferenceEntry<'s>,
    /// The VPCs that it is associated with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    associated_vpcs: Vec<ReferenceEntry<'s>>,
    tags: Tags<'s>,
    /// The other groups that its members carry.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<&'s str>,
}

impl<'s> GroupEntry<'s> {
    fn new(state: &'s State, group: &'s SecurityGroup) -> GroupEntry<'s> {
        let written = |text: &'s Text| text.view().as_written();
        let associated = group.associations.iter();
        let prefix = group.has_own_prefix.then_some(&group.name_prefix);
        GroupEntry {
            name: &group.name,
            was: &group.was,
            group_name: group.group_name.as_ref().map(written),
            name_prefix: prefix.map(written),
            export: group.export.as_ref().map(written),
            description: group.description.view().as_written(),
            vpc: ReferenceEntry::new(state, &group.vpc),
            associated_vpcs: associated
                .map(|vpc| ReferenceEntry::new(state, vpc))
                .collect(),
            tags: tags_by_key(&group.tags),
            also: group
                .also
                .iter()
                .map(|id| state.group(*id).name.as_str())
                .collect(),
        }
    }
}

#[derive(Serialize)]
struct RuleEntry<'s> {
    group: &'s str,
    /// Of a group that is made elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    external: Option<ReferenceEntry<'s>>,
    direction: &'static str,
    protocol: String,
    from_port: Option<AwsPort>,
    to_port: Option<AwsPort>,
    peer: PeerEntry<'s>,
    description: Cow<'s, str>,
    /// If its sentences give it some.
    #[serde(skip_serializing_if = "Tags::is_empty")]
    tags: Tags<'s>,
}

impl<'s> RuleEntry<'s> {
    fn new(state: &'s State, group: &'s SecurityGroup, rule: &'s Rule) -> RuleEntry<'s> {
        let ports = rule.key.traffic.aws_ports();
        let external = group.made_elsewhere.map(|id| state.foreign_group(id));
        RuleEntry {
            group: &group.name,
            external: external.map(|it| ReferenceEntry::new(state, &it.reference)),
            direction: rule.key.direction.words(),
            protocol: rule.key.traffic.protocol().to_string(),
            from_port: ports.map(|(from, _)| from),
            to_port: ports.map(|(_, to)| to),
            peer: PeerEntry::new(state, rule.key.peer),
            description: match rule.description.wording {
                Wording::Made => state.stored_description(rule).into(),
                Wording::Written | Wording::WithParameters => state.description(rule).as_written(),
            },
            tags: tags_by_key(state.tags(rule)),
        }
    }
}

#[derive(Serialize)]
struct PeerEntry<'s> {
    kind: &'static str,
    #[serde(flatten)]
    peer: ReferenceEntry<'s>,
    account: Option<&'s str>,
}

impl<'s> PeerEntry<'s> {
    fn new(state: &'s State, peer: Peer) -> PeerEntry<'s> {
        let (kind, peer, account) = match peer {
            Peer::Block(block) => (
                "block",
                ReferenceEntry::known_value(block.to_string()),
                None,
            ),
            Peer::Parameter(id) => ("block", ReferenceEntry::from_parameter(state, id), None),
            Peer::Group(id) => (
                "group",
                ReferenceEntry::known_value(&state.group(id).name),
                None,
            ),
            Peer::PrefixList(id) => {
                let list = state.prefix_list(id);
                ("prefix-list", ReferenceEntry::from_list(state, list), None)
            }
            Peer::ForeignGroup(id) => {
                let ForeignGroup { reference, account } = state.foreign_group(id);
                let id = ReferenceEntry::new(state, reference);
                ("external", id, account.as_deref())
            }
        };

        PeerEntry {
            kind,
            peer,
            account,
        }
    }
}

/// Serializes the rules one by one, without a list of them in memory.
fn serialize_rules<S: serde::Serializer>(state: &&State, serializer: S) -> Result<S::Ok, S::Error> {
    let rules = state.groups.iter().flat_map(|group| {
        let rules = group.rules.iter();
        rules.map(move |rule| RuleEntry::new(state, group, rule))
    });
    serializer.collect_seq(rules)
}
