//! The template, written as it is made: no tree of it ever exists.

use super::expression::{Expression, References, Tag};
use super::literals::split_references;
use super::parameters::Parameters;
use super::properties::{GroupBody, RuleBody};
use super::resources::{
    association_id, export_name, group_id, is_separate, list_output_name, made_list_id,
    output_name, rule_names, used_parameters,
};
use crate::aws::{Direction, GroupId, MadeList, PrefixList, Reference, Rule, SecurityGroup, State};
use crate::net::Traffic;
use crate::target::output::output_buffer;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Writes it.
pub fn emit(state: &State) -> Vec<u8> {
    write_template(state, Purpose::Deploy)
}

/// Writes it for a change set that imports all of its resources.
pub fn emit_import(state: &State) -> Vec<u8> {
    write_template(state, Purpose::Import)
}

/// What a template is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Deploy,
    /// Each resource has a `DeletionPolicy`, and there are no outputs.
    Import,
}

fn write_template(state: &State, purpose: Purpose) -> Vec<u8> {
    let references = References {
        state,
        names: rule_names(state),
        group_ids: state.groups.iter().map(group_id).collect(),
        spare: RefCell::default(),
    };
    let template = Template {
        references,
        purpose,
    };
    let mut out = output_buffer(state, 384);
    serde_json::to_writer_pretty(&mut out, &template)
        .expect("a vector takes all, and every key is a string");
    out.push(b'\n');
    out
}

struct Template<'s> {
    references: References<'s>,
    purpose: Purpose,
}

impl Serialize for Template<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Template {
            references,
            purpose,
        } = self;
        let state = references.state;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("AWSTemplateFormatVersion", "2010-09-09")?;

        if let Some(description) = &state.description {
            map.serialize_entry("Description", description)?;
        }

        map.serialize_entry("Metadata", &TemplateMetadata::new(state))?;
        if let Some(parameters) = Parameters::new(state) {
            map.serialize_entry("Parameters", &parameters)?;
        }

        let resources = Resources {
            references,
            policy: (*purpose == Purpose::Import).then_some("Retain"),
        };
        map.serialize_entry("Resources", &resources)?;
        if !state.groups.is_empty() && *purpose == Purpose::Deploy {
            map.serialize_entry("Outputs", &Outputs(references))?;
        }

        map.end()
    }
}

/// What wrote the template, and where cfn-lint is wrong about it.
#[derive(Serialize)]
struct TemplateMetadata {
    #[serde(rename = "GeneratedBy")]
    generated_by: &'static str,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    lint: Option<IgnoredChecks>,
}

impl TemplateMetadata {
    /// Descriptions, defaults of parameters and keys of tags take no function, so a `${AWS::Region}`
    /// in them cannot be joined as in other texts.
    fn new(state: &State) -> TemplateMetadata {
        let parameters = used_parameters(state)
            .flat_map(|parameter| [&parameter.description, &parameter.default])
            .flatten();
        let groups = state.groups.iter().flat_map(|group| &group.tags);
        let lists = state.made_lists().flat_map(|(_, _, made)| &made.tags);
        let keys = groups.chain(lists).map(|(key, _)| key);

        let mut texts = state.description.iter().chain(parameters).chain(keys);
        TemplateMetadata {
            generated_by: "tierwall",
            lint: texts
                .any(|text| split_references(text).is_some())
                .then_some(IgnoredChecks(&["E1029"])),
        }
    }
}

/// Checks of cfn-lint that it leaves out for a template, or for a resource.
struct IgnoredChecks(&'static [&'static str]);

impl Serialize for IgnoredChecks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let config = BTreeMap::from([("config", BTreeMap::from([("ignore_checks", self.0)]))]);
        BTreeMap::from([("cfn-lint", config)]).serialize(serializer)
    }
}

struct Resources<'t, 's> {
    references: &'t References<'s>,
    /// What happens to each resource that leaves the stack; `None` for the default.
    policy: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Resource<P> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    deletion_policy: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_replace_policy: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<IgnoredChecks>,
    properties: P,
}

impl<P> Resource<P> {
    fn with_policy(self, policy: Option<&'static str>) -> Resource<P> {
        Resource {
            deletion_policy: policy,
            update_replace_policy: policy,
            ..self
        }
    }
}

impl Serialize for Resources<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (references, policy) = (self.references, self.policy);
        let mut map = serializer.serialize_map(None)?;

        for (_, list, made) in references.state.made_lists() {
            let resource = Resource {
                r#type: "AWS::EC2::PrefixList",
                deletion_policy: policy,
                update_replace_policy: policy,
                metadata: None,
                properties: ListBody::new(references, list, made),
            };
            map.serialize_entry(&made_list_id(made), &resource)?;
        }

        for (id, group) in references.state.groups_by_id() {
            if group.made_elsewhere.is_none() {
                let inline = group.rules.iter();
                let inline = inline.filter(|rule| !is_separate(group, &rule.key));
                let policy = policy.or(group.protect.then_some("Retain"));
                let resource = Resource {
                    r#type: "AWS::EC2::SecurityGroup",
                    deletion_policy: policy,
                    update_replace_policy: policy,
                    metadata: ignored_checks(inline),
                    properties: GroupBody { references, group },
                };
                map.serialize_entry(&references.group_ids[id.index()], &resource)?;
            }

            for vpc in &group.associations {
                let resource = references.association(id, vpc).with_policy(policy);
                map.serialize_entry(&association_id(references.state, group, vpc), &resource)?;
            }

            let separate = group.rules.iter();
            for rule in separate.filter(|rule| is_separate(group, &rule.key)) {
                let mut name = std::mem::take(&mut references.spare.borrow_mut().1);
                name.clear();
                references.names.push_rule(id, &rule.key, &mut name);
                let resource = references.separate_rule(id, rule).with_policy(policy);
                map.serialize_entry(&name, &resource)?;
                references.spare.borrow_mut().1 = name;
            }
        }

        map.end()
    }
}

impl<'s> References<'s> {
    /// The resource that associates a group with another VPC.
    fn association<'t>(
        &'t self,
        group: GroupId,
        vpc: &'t Reference,
    ) -> Resource<AssociationBody<'t>> {
        Resource {
            r#type: "AWS::EC2::SecurityGroupVpcAssociation",
            deletion_policy: None,
            update_replace_policy: None,
            metadata: None,
            properties: AssociationBody {
                group_id: self.group_reference(group),
                vpc_id: self.reference(vpc),
            },
        }
    }

    /// The resource of a rule of a group.
    fn separate_rule<'t>(&'t self, group: GroupId, rule: &'t Rule) -> Resource<RuleBody<'t, 's>> {
        Resource {
            r#type: match rule.key.direction {
                Direction::Ingress => "AWS::EC2::SecurityGroupIngress",
                Direction::Egress => "AWS::EC2::SecurityGroupEgress",
            },
            deletion_policy: None,
            update_replace_policy: None,
            metadata: ignored_checks([rule].into_iter()),
            properties: RuleBody {
                references: self,
                group: Some(group),
                rule,
            },
        }
    }
}

/// The association of a group with another VPC: CloudFormation user guide,
/// "AWS::EC2::SecurityGroupVpcAssociation".
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AssociationBody<'t> {
    group_id: Expression<'t>,
    vpc_id: Expression<'t>,
}

/// Silences cfn-lint where it is wrong: it takes the type and code of an ICMPv6 rule for ports that
/// are ignored (W3687), and a type with code -1, every code, for a port range with one end (E3688).
/// The EC2 API reference (IpPermission) says that ICMPv6 has both, and that -1 means all codes.
fn ignored_checks<'r>(rules: impl Iterator<Item = &'r Rule>) -> Option<IgnoredChecks> {
    let kinds = rules.filter_map(|rule| match rule.key.traffic {
        Traffic::Icmpv6(kind) => kind,
        Traffic::All
        | Traffic::Tcp(_)
        | Traffic::TcpUnknown(_)
        | Traffic::Udp(_)
        | Traffic::UdpUnknown(_)
        | Traffic::Icmp(_)
        | Traffic::Number(_) => None,
    });

    let kinds: Vec<(u8, Option<u8>)> = kinds.collect();
    let checks: &[&str] = match kinds.iter().any(|(_, code)| code.is_none()) {
        true => &["E3688", "W3687"],
        false => &["W3687"],
    };
    (!kinds.is_empty()).then_some(IgnoredChecks(checks))
}

/// A prefix list with its entries.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListBody<'s> {
    prefix_list_name: &'s str,
    address_family: &'static str,
    max_entries: u32,
    entries: Vec<ListEntry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag<'s>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListEntry {
    cidr: String,
}

impl<'s> ListBody<'s> {
    fn new(
        references: &'s References<'_>,
        list: &'s PrefixList,
        made: &'s MadeList,
    ) -> ListBody<'s> {
        let blocks = made.blocks.iter();
        ListBody {
            prefix_list_name: &made.aws_name,
            address_family: list.family.words(),
            max_entries: list.entries.unwrap_or(made.blocks.len() as u32),
            entries: blocks
                .map(|block| ListEntry {
                    cidr: block.to_string(),
                })
                .collect(),
            tags: references.tags(&made.tags),
        }
    }
}

struct Outputs<'t, 's>(&'t References<'s>);

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TemplateOutput<'t> {
    description: String,
    value: Expression<'t>,
    #[serde(skip_serializing_if = "Option::is_none")]
    export: Option<Export<'t>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Export<'t> {
    name: Expression<'t>,
}

impl References<'_> {
    /// The ids of all groups that the members of a group carry, the group itself first, as a list
    /// for a parameter of the type `List<AWS::EC2::SecurityGroup::Id>`.
    fn list_output(&self, id: GroupId, group: &SecurityGroup) -> TemplateOutput<'_> {
        let name = list_output_name(group);
        let groups = std::iter::once(&id).chain(&group.also);
        TemplateOutput {
            description: format!("Security groups of the members of tier {}", group.name),
            value: Expression::Join {
                join: (",", groups.map(|id| self.group_reference(*id)).collect()),
            },
            export: self.state.exports.then(|| Export {
                name: Expression::Sub {
                    text: format!("${{AWS::StackName}}-{name}"),
                },
            }),
        }
    }
}

impl Serialize for Outputs<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let references = self.0;
        let mut map = serializer.serialize_map(None)?;

        for (id, group) in references.state.own_groups() {
            let name = output_name(group);
            let name_of_export = export_name(references.state, group);
            let export = name_of_export.as_ref().map(|text| Export {
                name: references.export_text(text.view()),
            });
            let description = format!("Security group of tier {}", group.name);

            map.serialize_entry(
                &name,
                &TemplateOutput {
                    description,
                    value: references.group_reference(id),
                    export,
                },
            )?;

            if !group.also.is_empty() {
                let output = references.list_output(id, group);
                map.serialize_entry(&list_output_name(group), &output)?;
            }
        }

        map.end()
    }
}
