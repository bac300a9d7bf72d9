//! CloudFormation JSON, read as CloudFormation would: which groups and rules are there once it is
//! deployed.
//!
//! Strict: what the reader does not know is a failure, so that nothing in a template is overlooked.

use crate::deployed::{
    Deployed, Group, Key, NO_DESCRIPTION, Port, Rule, in_text, made_list, parameter, unnamed,
};
use crate::json;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A template, read.
pub struct Template {
    pub deployed: Deployed,
    /// The position of each rule.
    pub places: BTreeMap<Key, Place>,
    /// Logical ids of groups that hold the rule that admits nothing, and no other outbound rule.
    pub placeholders: BTreeSet<String>,
}

/// The position of a rule in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The logical id of its resource, or of its group.
    pub id: String,
    /// Its position in the list of its group, if it is inline.
    pub inline: Option<usize>,
}

/// The outbound rule that admits nothing (contract: icmp 252/86 to 255.255.255.255/32).
const NOTHING: &str = r#"{"IpProtocol":"icmp","FromPort":252,"ToPort":86,"CidrIp":"255.255.255.255/32","Description":"no outbound traffic"}"#;

type Object = Map<String, Value>;

/// Reads a template.
pub fn read(text: &str) -> Template {
    let root = json::read(text);
    let root = object(&root);
    known(
        root,
        &[
            "AWSTemplateFormatVersion",
            "Description",
            "Metadata",
            "Parameters",
            "Resources",
            "Outputs",
        ],
    );
    let parameters = root.get("Parameters").map(object);
    let resources = object(&root["Resources"]);
    let mut reader = Reader {
        names: BTreeMap::new(),
        made: BTreeMap::new(),
        parameters: parameters
            .into_iter()
            .flat_map(Map::keys)
            .cloned()
            .collect(),
        used: BTreeSet::new(),
        template: Template {
            deployed: Deployed {
                groups: BTreeMap::new(),
                rules: Vec::new(),
                lists: BTreeSet::new(),
            },
            places: BTreeMap::new(),
            placeholders: BTreeSet::new(),
        },
    };
    for (id, resource) in resources {
        let resource = object(resource);
        known(
            resource,
            &[
                "Type",
                "DeletionPolicy",
                "UpdateReplacePolicy",
                "Metadata",
                "Properties",
            ],
        );
        let policies = ["DeletionPolicy", "UpdateReplacePolicy"].map(|key| resource.get(key));
        assert!(
            policies == [None; 2] || policies.map(|it| it.map(string)) == [Some("Retain"); 2],
            "{id} is protected, or is not"
        );
        if resource["Type"] == "AWS::EC2::SecurityGroup" {
            let tier = output_tier(root, id);
            let name = reader.group(object(&resource["Properties"]), &tier);
            reader.names.insert(id.clone(), name);
        }
        if resource["Type"] == "AWS::EC2::PrefixList" {
            let made = reader.made_list(object(&resource["Properties"]));
            reader.template.deployed.lists.insert(made.clone());
            reader.made.insert(id.clone(), made);
        }
    }
    for (id, resource) in resources {
        let properties = object(&resource["Properties"]);
        match string(&resource["Type"]) {
            "AWS::EC2::PrefixList" => {}
            "AWS::EC2::SecurityGroupVpcAssociation" => reader.association(id, properties),
            "AWS::EC2::SecurityGroup" => reader.inline(id, properties),
            "AWS::EC2::SecurityGroupIngress" => reader.separate(id, "ingress", properties),
            "AWS::EC2::SecurityGroupEgress" => reader.separate(id, "egress", properties),
            other => panic!("a resource of type {other}"),
        }
    }
    for (name, output) in object(&root["Outputs"]) {
        reader.output(name, object(output));
    }
    assert_eq!(
        reader.parameters, reader.used,
        "each parameter is used, and each that is used is declared"
    );
    reader.template.deployed.rules.sort();
    reader.template
}

struct Reader {
    /// What each group is known by, by logical id.
    names: BTreeMap<String, String>,
    /// The prefix lists that the template makes, by logical id.
    made: BTreeMap<String, String>,
    parameters: BTreeSet<String>,
    used: BTreeSet<String>,
    template: Template,
}

impl Reader {
    /// Reads a group without its rules; gives what it is known by.
    fn group(&mut self, properties: &Object, tier: &str) -> String {
        known(
            properties,
            &[
                "GroupName",
                "GroupDescription",
                "VpcId",
                "SecurityGroupIngress",
                "SecurityGroupEgress",
                "Tags",
            ],
        );
        let tags = self.tags(properties);
        let group = Group {
            name: properties.get("GroupName").map(|name| self.text(name)),
            description: match self.text(&properties["GroupDescription"]).as_str() {
                "Managed by CloudFormation" => NO_DESCRIPTION.to_string(),
                written => written.to_string(),
            },
            vpc: self.value(&properties["VpcId"]),
            associated: Vec::new(),
            tags,
            also: Vec::new(),
        };
        let name = group.tags.get("Name").cloned();
        let name = name.unwrap_or_else(|| unnamed(tier));
        assert!(
            self.template
                .deployed
                .groups
                .insert(name.clone(), group)
                .is_none(),
            "two groups are called {name}"
        );
        name
    }

    /// Reads the association of a group with another VPC.
    fn association(&mut self, id: &str, properties: &Object) {
        known(properties, &["GroupId", "VpcId"]);
        let group = self.value(&properties["GroupId"]);
        let vpc = self.value(&properties["VpcId"]);
        let group = group
            .strip_prefix("tier ")
            .expect("a group of the template");
        let group = self.template.deployed.groups.get_mut(group);
        let group = group.expect("a group of the template");
        assert!(
            group.vpc != vpc && !group.associated.contains(&vpc),
            "{id}: AWS refuses a VPC that the group is in"
        );
        group.associated.push(vpc);
        group.associated.sort();
    }

    /// Reads an output: the id of a group, or the ids of all that its members carry.
    fn output(&mut self, name: &str, output: &Object) {
        known(output, &["Description", "Value", "Export"]);
        if let Some(export) = output.get("Export") {
            self.text(&object(export)["Name"]);
        }
        let id_of = |value: &Value| {
            let get = list(&object(value)["Fn::GetAtt"]);
            assert_eq!(get[1], "GroupId");
            string(&get[0]).to_string()
        };
        let Some(join) = object(&output["Value"]).get("Fn::Join") else {
            assert_eq!(name, id_of(&output["Value"]) + "Id");
            return;
        };

        let [comma, ids] = list(join) else {
            panic!("{name}: what is between, and what is joined")
        };
        assert_eq!(comma, ",");
        let ids: Vec<String> = list(ids).iter().map(id_of).collect();
        let [own, others @ ..] = ids.as_slice() else {
            panic!("{name} is empty")
        };
        assert_eq!(name, format!("{own}Ids"), "its own group is the first");
        let mut also: Vec<String> = others.iter().map(|id| self.names[id].clone()).collect();
        also.sort();
        let group = self.template.deployed.groups.get_mut(&self.names[own]);
        group.expect("a group of the template").also = also;
    }

    /// Reads the inline rules of a group.
    fn inline(&mut self, id: &str, properties: &Object) {
        let group = self.names[id].clone();
        let egress = properties.get("SecurityGroupEgress").map_or(&[][..], list);
        assert!(
            !egress.is_empty(),
            "{id} has no outbound rule, so that AWS leaves its own, which admits everything"
        );
        let nothing: Value = serde_json::from_str(NOTHING).expect("JSON");
        let ingress = properties.get("SecurityGroupIngress").map_or(&[][..], list);
        assert!(
            properties.get("SecurityGroupIngress").is_none() || !ingress.is_empty(),
            "{id} has an empty list"
        );
        let place = |nth| Place {
            id: id.to_string(),
            inline: Some(nth),
        };
        for (nth, rule) in ingress.iter().enumerate() {
            self.rule(place(nth), &group, "ingress", object(rule));
        }
        if egress == std::slice::from_ref(&nothing) {
            self.template.placeholders.insert(id.to_string());
            return;
        }
        for (nth, rule) in egress.iter().enumerate() {
            assert_ne!(
                *rule, nothing,
                "{id} has outbound rules and needs no placeholder"
            );
            self.rule(place(nth), &group, "egress", object(rule));
        }
    }

    /// Reads a rule that is a separate resource.
    fn separate(&mut self, id: &str, direction: &'static str, properties: &Object) {
        let mut properties = properties.clone();
        let group = properties.remove("GroupId").expect("a rule has a group");
        let group = self.value(&group);
        let foreign = format!("group {group}");
        let group = group.strip_prefix("tier ").unwrap_or(&foreign);
        self.rule(
            Place {
                id: id.to_string(),
                inline: None,
            },
            group,
            direction,
            &properties,
        );
        let everything = |rule: &Rule| {
            rule.key.group == group
                && ["0.0.0.0/0", "::/0"]
                    .iter()
                    .any(|all| rule.key.is_everything_to(all))
        };
        // CloudFormation takes the allow-all rule from a group with separate outbound rules
        // (aws-cdk issue 987)
        let lost = direction == "egress" && self.template.deployed.rules.iter().any(everything);
        assert!(
            !lost,
            "{id} makes CloudFormation remove the all-traffic rule of its group"
        );
    }

    fn rule(&mut self, place: Place, group: &str, direction: &'static str, properties: &Object) {
        let (of_group, of_list) = match direction {
            "ingress" => ("SourceSecurityGroupId", "SourcePrefixListId"),
            _ => ("DestinationSecurityGroupId", "DestinationPrefixListId"),
        };
        let owner = "SourceSecurityGroupOwnerId";
        known(
            properties,
            &[
                "IpProtocol",
                "FromPort",
                "ToPort",
                "CidrIp",
                "CidrIpv6",
                of_group,
                of_list,
                owner,
                "Description",
            ],
        );
        let owner = properties
            .get(owner)
            .map(|account| format!("{}/", string(account)))
            .unwrap_or_default();
        let mut peers = Vec::new();
        for (key, value) in properties {
            let value = match key.as_str() {
                "CidrIp"
                | "CidrIpv6"
                | "SourceSecurityGroupId"
                | "DestinationSecurityGroupId"
                | "SourcePrefixListId"
                | "DestinationPrefixListId" => self.value(value),
                _ => continue,
            };
            peers.push(match key.as_str() {
                "CidrIp" => of_family(value, false),
                "CidrIpv6" => of_family(value, true),
                "SourcePrefixListId" | "DestinationPrefixListId" => {
                    format!("list {}", value.trim_start_matches("list "))
                }
                _ if value.starts_with("tier ") => value,
                _ => format!("group {owner}{value}"),
            });
        }
        let [peer] = peers.as_slice() else {
            panic!("{place:?} has peers {peers:?}")
        };
        let mut port = |key: &str| {
            properties.get(key).map(|port| match port.as_i64() {
                Some(number) => Port::Number(number),
                None => Port::Parameter(self.value(port)),
            })
        };
        let ports = match (port("FromPort"), port("ToPort")) {
            (Some(from), Some(to)) => Some((from, to)),
            (None, None) => None,
            half => panic!("{place:?} has ports {half:?}"),
        };
        let key = Key::new(
            group,
            direction,
            string(&properties["IpProtocol"]),
            ports,
            peer.clone(),
        );
        let description = properties.get("Description").map(|text| self.text(text));
        let description = description.unwrap_or_default();
        assert_eq!(
            properties.contains_key("Description"),
            !description.is_empty()
        );
        assert!(
            self.template.places.insert(key.clone(), place).is_none(),
            "AWS refuses a second {key:?}"
        );
        self.template.deployed.rules.push(Rule {
            key,
            description,
            tags: BTreeMap::new(),
        });
    }

    /// A prefix list that the template makes.
    fn made_list(&mut self, properties: &Object) -> String {
        known(
            properties,
            &[
                "PrefixListName",
                "AddressFamily",
                "MaxEntries",
                "Entries",
                "Tags",
            ],
        );
        let entries = list(&properties["Entries"]);
        assert!(entries.len() <= 100, "no more in the schema");
        let entry = |entry: &Value| {
            known(object(entry), &["Cidr"]);
            string(&entry["Cidr"]).to_string()
        };
        let tags = self.tags(properties);
        made_list(
            string(&properties["PrefixListName"]),
            string(&properties["AddressFamily"]),
            properties["MaxEntries"].as_u64().expect("its size"),
            entries.iter().map(entry),
            &tags,
        )
    }

    /// The tags of a resource, of which no two have one key; an empty list is not written.
    fn tags(&mut self, properties: &Object) -> BTreeMap<String, String> {
        let tags = properties.get("Tags").map_or(&[][..], list).iter();
        let tags: Vec<(String, String)> = tags.map(|tag| self.tag(object(tag))).collect();
        let count = tags.len();
        let tags: BTreeMap<String, String> = tags.into_iter().collect();
        assert_eq!(tags.len(), count, "no tag twice");
        assert_eq!(properties.contains_key("Tags"), count > 0, "no empty list");
        tags
    }

    fn tag(&mut self, tag: &Object) -> (String, String) {
        known(tag, &["Key", "Value"]);
        (string(&tag["Key"]).to_string(), self.text(&tag["Value"]))
    }

    /// A text, with the parameters in it.
    fn text(&mut self, value: &Value) -> String {
        let Value::Object(function) = value else {
            return string(value).to_string();
        };
        assert_eq!(function.len(), 1, "one function");
        match function.iter().next().expect("one function") {
            (name, Value::String(to)) if name == "Ref" => {
                self.used.insert(to.clone());
                in_text(to)
            }
            (name, Value::String(export)) if name == "Fn::ImportValue" => {
                in_text(export.strip_prefix("given:").expect("an export"))
            }
            (name, Value::String(template)) if name == "Fn::Sub" => self.substituted(template),
            (name, Value::Array(join)) if name == "Fn::Join" => {
                let [Value::String(between), Value::Array(parts)] = join.as_slice() else {
                    panic!("what is between, and what is joined")
                };
                let parts: Vec<String> = parts.iter().map(|part| self.text(part)).collect();
                parts.join(between)
            }
            other => panic!("the function {other:?} of a text"),
        }
    }

    /// What `Fn::Sub` makes of a text: `${!a}` is `${a}`.
    fn substituted(&mut self, template: &str) -> String {
        let mut parts = template.split("${");
        let mut text = parts.next().unwrap_or_default().to_string();
        for part in parts {
            assert!(
                !text.ends_with('$'),
                "{template:?} is not sure to be read so"
            );
            let (name, rest) = part.split_once('}').expect("a parameter ends");
            match name.strip_prefix('!') {
                Some(name) => text.push_str(&format!("${{{name}}}")),
                // what CloudFormation knows by itself
                None if name.starts_with("AWS::") => text.push_str(name),
                None => {
                    self.used.insert(name.to_string());
                    text.push_str(&in_text(name));
                }
            }
            text.push_str(rest);
        }
        text
    }

    /// A string; `tier NAME` for a group of the template, `$name` for a parameter.
    fn value(&mut self, value: &Value) -> String {
        let Value::Object(function) = value else {
            return string(value).to_string();
        };
        assert_eq!(function.len(), 1, "one function");
        match function.iter().next().expect("one function") {
            (name, Value::String(to)) if name == "Ref" => {
                self.used.insert(to.clone());
                parameter(to)
            }
            (name, Value::String(export)) if name == "Fn::ImportValue" => {
                parameter(export.strip_prefix("given:").expect("an export"))
            }
            (name, Value::Array(parts)) if name == "Fn::GetAtt" => match parts.as_slice() {
                [Value::String(id), Value::String(attribute)] if attribute == "PrefixListId" => {
                    self.made[id].clone()
                }
                [Value::String(id), Value::String(what)] if what == "GroupId" => {
                    format!("tier {}", self.names[id])
                }
                other => panic!("GetAtt of {other:?}"),
            },
            other => panic!("the function {other:?}"),
        }
    }
}

/// A block of the family that its property is for.
fn of_family(block: String, v6: bool) -> String {
    assert!(
        block.starts_with('$') || block.contains(':') == v6,
        "{block} in a property of the other family"
    );
    block
}

/// The tier of a group, as the output with its id says.
fn output_tier(root: &Object, id: &str) -> String {
    let mut outputs = object(&root["Outputs"]).values().map(object);
    let output = outputs
        .find(|output| output["Value"]["Fn::GetAtt"][0] == id)
        .expect("each group has an output");
    let tier = string(&output["Description"]).strip_prefix("Security group of tier ");
    tier.expect("of its tier").to_string()
}

fn object(value: &Value) -> &Object {
    value.as_object().expect("an object")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn string(value: &Value) -> &str {
    value.as_str().expect("a string")
}

fn known(object: &Object, keys: &[&str]) {
    for key in object.keys() {
        assert!(
            keys.contains(&key.as_str()),
            "the key {key} beside {keys:?}"
        );
    }
}
