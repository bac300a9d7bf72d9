//! Terraform HCL, read as Terraform and the AWS provider would: which groups and rules are there
//! once it is applied. Strict, as the reader of CloudFormation is.

use crate::deployed::{
    Deployed, Group, Key, NO_DESCRIPTION, Port, Rule, aws_list, in_text, made_list, parameter,
    unnamed,
};
use crate::hcl::{self, Block, Body, Expression, Part};
use std::collections::{BTreeMap, BTreeSet};

/// A file, read.
pub struct Configuration {
    pub deployed: Deployed,
    /// The name of each rule's resource.
    pub places: BTreeMap<Key, String>,
}

/// Reads a file.
pub fn read(text: &str) -> Configuration {
    let file = hcl::read(text);
    assert!(file.attributes.is_empty(), "only blocks");
    let mut reader = Reader {
        sets: BTreeSet::new(),
        addresses: BTreeSet::new(),
        lists: BTreeMap::new(),
        names: BTreeMap::new(),
        made: BTreeMap::new(),
    };
    for block in &file.blocks {
        reader.declare(block);
    }
    for output in file.blocks.iter().filter(|block| block.kind == "output") {
        reader.name_unnamed(&output.body);
    }
    let mut read = Configuration {
        deployed: Deployed {
            groups: BTreeMap::new(),
            rules: Vec::new(),
            lists: reader.made.values().cloned().collect(),
        },
        places: BTreeMap::new(),
    };
    let mut outputs: Vec<(&str, &Body)> = Vec::new();
    let mut associations: Vec<(&str, &Body)> = Vec::new();
    for block in &file.blocks {
        let label = |n: usize| block.labels[n].as_str();
        match (block.kind.as_str(), block.labels.len()) {
            ("resource", 2) => match label(0) {
                "aws_security_group" => {
                    let group = reader.group(&block.body);
                    let name = reader.names[label(1)].clone();
                    assert!(
                        read.deployed.groups.insert(name, group).is_none(),
                        "two groups have one `Name`"
                    );
                }
                "aws_vpc_security_group_ingress_rule" => {
                    reader.rule(&mut read, label(1), "ingress", &block.body)
                }
                "aws_vpc_security_group_egress_rule" => {
                    reader.rule(&mut read, label(1), "egress", &block.body)
                }
                "aws_vpc_security_group_vpc_association" => {
                    associations.push((label(1), &block.body));
                }
                "aws_default_security_group" => {
                    known(&block.body, &["vpc_id"], &[]);
                    reader.value(&block.body.attributes["vpc_id"]);
                }
                "aws_ec2_managed_prefix_list" => {}
                other => panic!("a resource of type {other}"),
            },
            ("output", 1) => outputs.push((label(0), &block.body)),
            ("variable", 1) | ("data", 2) => {}
            ("moved", 0) => reader.moved(&block.body),
            other => panic!("the block {other:?}"),
        }
    }
    read.deployed.rules.sort();
    for (name, body) in associations {
        reader.association(&mut read, name, body);
    }
    reader.outputs(&mut read, &outputs);
    read
}

struct Reader {
    /// The variables that are sets.
    sets: BTreeSet<String>,
    /// Everything that a reference can name: `aws_security_group.web`, `var.vpc_id`.
    addresses: BTreeSet<String>,
    /// The prefix lists that are looked up, by the name of their data source.
    lists: BTreeMap<String, String>,
    /// What each group is known by, by the name of its resource.
    names: BTreeMap<String, String>,
    /// The prefix lists that the file makes, by the name of their resource.
    made: BTreeMap<String, String>,
}

impl Reader {
    /// Notes what a block declares, once.
    fn declare(&mut self, block: &Block) {
        let name = match block.kind.as_str() {
            "variable" => format!("var.{}", block.labels[0]),
            "resource" => block.labels.join("."),
            "moved" => return,
            kind => format!("{kind}.{}", block.labels.join(".")),
        };
        assert!(
            self.addresses.insert(name.clone()),
            "{name} is declared twice"
        );
        if let Some(Expression::Set(_)) = block.body.attributes.get("type") {
            self.sets.insert(name.clone());
        }
        if name.starts_with("aws_security_group.") {
            let name = self.tags(&block.body).remove("Name");
            self.names
                .extend(name.map(|name| (block.labels[1].clone(), name)));
        }
        if name.starts_with("aws_ec2_managed_prefix_list.") {
            let tags = self.tags(&block.body);
            let made = made_list_of(&block.body, &tags);
            self.made.insert(block.labels[1].clone(), made);
        }
        if name.starts_with("data.aws_ec2_managed_prefix_list.") {
            known(&block.body, &["name"], &[]);
            let list = match &block.body.attributes["name"] {
                Expression::Parts(parts) => self.in_its_region(parts),
                name => text(name),
            };
            self.lists.insert(block.labels[1].clone(), list);
        }
    }

    /// Notes the tier of a group that has no `Name` tag, as the output with its id says.
    fn name_unnamed(&mut self, output: &Body) {
        // an output with the ids of several groups names none
        let Expression::Reference(id) = &output.attributes["value"] else {
            return;
        };
        let group = id.split('.').nth(1).expect("its name").to_string();
        let description = text(&output.attributes["description"]);
        let tier = description.strip_prefix("Security group of tier ");
        self.names
            .entry(group)
            .or_insert(unnamed(tier.expect("of its tier")));
    }

    /// The name of a list with the word `region` for the data source that says which that is.
    fn in_its_region(&self, name: &[Part]) -> String {
        let [
            Part::Text(start),
            Part::Reference(reference),
            Part::Text(rest),
        ] = name
        else {
            panic!("one data source in {name:?}")
        };
        let address = reference.strip_suffix(".id").expect("an id");
        assert!(
            address.starts_with("data.aws_region.tierwall_"),
            "{address}: others may have a name that is not ours"
        );
        assert!(
            self.addresses.contains(address),
            "{address} is not declared"
        );
        format!("{start}region{rest}")
    }

    /// Reads the outputs: the id of each group, the ids of all that its members carry where these
    /// are more, and then a map with these ids of every group.
    fn outputs(&self, read: &mut Configuration, outputs: &[(&str, &Body)]) {
        let ids = |value: &Expression| -> Vec<String> {
            let Expression::List(ids) = value else {
                panic!("{value:?} is no list")
            };
            let ids = ids.iter().map(|id| self.value(id));
            ids.map(|id| id.strip_prefix("tier ").expect("a group").to_string())
                .collect()
        };
        let mut lists: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, body) in outputs {
            known(body, &["description", "value"], &[]);
            match &body.attributes["value"] {
                Expression::List(_) => {
                    let ids = ids(&body.attributes["value"]);
                    assert!(name.ends_with("_security_group_ids") && ids.len() > 1);
                    lists.insert(ids[0].clone(), ids[1..].to_vec());
                }
                Expression::Map(map) => {
                    assert_eq!(*name, "security_group_ids");
                    assert_eq!(map.len(), read.deployed.groups.len());
                    for ids in map.values().map(ids) {
                        let also = lists.get(&ids[0]).map_or(&[][..], Vec::as_slice);
                        assert_eq!(also, &ids[1..], "the map and the lists agree");
                    }
                }
                id => drop(self.value(id)),
            }
        }
        let has_map = outputs
            .iter()
            .any(|(name, _)| *name == "security_group_ids");
        assert_eq!(has_map, !lists.is_empty());
        for (name, mut also) in lists {
            also.sort();
            read.deployed.groups.get_mut(&name).expect("a group").also = also;
        }
    }

    fn group(&self, body: &Body) -> Group {
        known(
            body,
            &["name", "name_prefix", "description", "vpc_id", "tags"],
            &["lifecycle"],
        );
        let (name, prefix) = (
            body.attributes.get("name").map(|it| self.text(it)),
            body.attributes.get("name_prefix").map(|it| self.text(it)),
        );
        assert!(
            name.is_some() != prefix.is_some(),
            "a name or what it starts with"
        );
        let [lifecycle] = body.blocks.as_slice() else {
            panic!("one lifecycle")
        };
        assert_eq!(
            lifecycle.body.attributes["create_before_destroy"],
            Expression::Bool(true)
        );
        Group {
            name,
            description: match body.attributes.get("description").map(|it| self.text(it)) {
                Some(written) => written,
                None => NO_DESCRIPTION.to_string(),
            },
            vpc: self.value(&body.attributes["vpc_id"]),
            associated: Vec::new(),
            tags: self.tags(body),
            also: Vec::new(),
        }
    }

    fn association(&self, read: &mut Configuration, name: &str, body: &Body) {
        known(body, &["security_group_id", "vpc_id"], &[]);
        let group = self.value(&body.attributes["security_group_id"]);
        let vpc = self.value(&body.attributes["vpc_id"]);
        let group = group.strip_prefix("tier ").expect("a group of the file");
        let group = read.deployed.groups.get_mut(group);
        let group = group.expect("a group of the file");
        assert!(
            group.vpc != vpc && !group.associated.contains(&vpc),
            "{name}: AWS refuses a VPC that the group is in"
        );
        group.associated.push(vpc);
        group.associated.sort();
    }

    fn tags(&self, body: &Body) -> BTreeMap<String, String> {
        let Some(tags) = body.attributes.get("tags") else {
            return BTreeMap::new();
        };
        let Expression::Map(tags) = tags else {
            panic!("tags are a map")
        };
        assert!(!tags.is_empty(), "an empty map of tags");
        let tags = tags.iter();
        tags.map(|(key, value)| (key.clone(), self.text(value)))
            .collect()
    }

    fn rule(&self, read: &mut Configuration, place: &str, direction: &'static str, body: &Body) {
        let peers = [
            "cidr_ipv4",
            "cidr_ipv6",
            "referenced_security_group_id",
            "prefix_list_id",
        ];
        let others = [
            "for_each",
            "security_group_id",
            "description",
            "ip_protocol",
            "from_port",
            "to_port",
            "tags",
        ];
        known(body, &[&peers[..], &others].concat(), &[]);
        let group = self.value(&body.attributes["security_group_id"]);
        let foreign = format!("group {group}");
        let group = group.strip_prefix("tier ").unwrap_or(&foreign);
        let each = body.attributes.get("for_each").map(|set| self.set(set));
        let each_value = Expression::Reference("each.value".to_string());
        let named = peers.iter().filter_map(|key| {
            let value = body.attributes.get(*key)?;
            let value = match &each {
                Some(each) => {
                    assert_eq!(value, &each_value, "{place} is for each");
                    each.clone()
                }
                None => self.value(value),
            };
            Some((*key, value))
        });
        let [(kind, value)] = &named.collect::<Vec<_>>()[..] else {
            panic!("{place} has not one peer")
        };
        let peer = match *kind {
            "cidr_ipv4" | "cidr_ipv6" => {
                let v6 = *kind == "cidr_ipv6";
                assert!(
                    value.starts_with('$') || value.contains(':') == v6,
                    "{place}: {value} as {kind}"
                );
                value.clone()
            }
            "prefix_list_id" => format!("list {}", value.trim_start_matches("list ")),
            _ if value.starts_with("tier ") => value.clone(),
            _ => format!("group {value}"),
        };
        let port = |key: &str| {
            body.attributes.get(key).map(|port| match port {
                Expression::Number(port) => Port::Number(*port),
                Expression::Reference(_) => Port::Parameter(self.value(port)),
                other => panic!("{place} has the port {other:?}"),
            })
        };
        let ports = match (port("from_port"), port("to_port")) {
            (Some(from), Some(to)) => Some((from, to)),
            (None, None) => None,
            half => panic!("{place} has ports {half:?}"),
        };
        let key = Key::new(
            group,
            direction,
            &text(&body.attributes["ip_protocol"]),
            ports,
            peer,
        );
        let description = body
            .attributes
            .get("description")
            .map(|it| self.text(it))
            .unwrap_or_default();
        assert!(
            !body.attributes.contains_key("description") || !description.is_empty(),
            "{place}: an empty description never settles"
        );
        assert!(
            read.places.insert(key.clone(), place.to_string()).is_none(),
            "AWS refuses a second {key:?}"
        );
        read.deployed.rules.push(Rule {
            key,
            description,
            tags: self.tags(body),
        });
    }

    /// A resource moves from an address that is no resource any more, to one that is.
    fn moved(&self, body: &Body) {
        known(body, &["from", "to"], &[]);
        let [Expression::Reference(from), Expression::Reference(_)] =
            ["from", "to"].map(|key| &body.attributes[key])
        else {
            panic!("moved between addresses")
        };
        assert!(!self.addresses.contains(from), "{from} is still declared");
    }

    /// A text, with the variables in it.
    fn text(&self, value: &Expression) -> String {
        let variable = |reference: &str| {
            if let Some(name) = reference.strip_prefix("module.given[a].") {
                return in_text(name);
            }
            assert!(
                self.addresses.contains(reference),
                "{reference} is not declared"
            );
            in_text(reference.strip_prefix("var.").expect("a variable"))
        };
        match value {
            Expression::Reference(reference) => variable(reference),
            Expression::Parts(parts) => {
                let part = |part: &Part| match part {
                    Part::Text(text) => text.clone(),
                    Part::Reference(reference) => variable(reference),
                };
                parts.iter().map(part).collect()
            }
            other => text(other),
        }
    }

    /// What a rule is for each of: a variable that is a set, or what is made one.
    fn set(&self, value: &Expression) -> String {
        match value {
            Expression::Set(list) => {
                let value = self.value(list);
                let is_variable =
                    matches!(&**list, Expression::Reference(it) if it.starts_with("var."));
                assert!(!is_variable, "a variable is a set already");
                value
            }
            Expression::Reference(variable) => {
                assert!(self.sets.contains(variable), "{variable} is no set");
                self.value(value)
            }
            other => panic!("for each of {other:?}"),
        }
    }

    /// A string; `tier NAME` for a group of the file, `$name` for a variable.
    fn value(&self, value: &Expression) -> String {
        let Expression::Reference(reference) = value else {
            return text(value);
        };
        if let Some(name) = reference.strip_prefix("module.given[a].") {
            return parameter(name);
        }
        let parts: Vec<&str> = reference.split('.').collect();
        let (address, value) = match parts.as_slice() {
            ["var", name] => (format!("var.{name}"), parameter(name)),
            ["aws_security_group", name, "id"] => (
                format!("aws_security_group.{name}"),
                format!("tier {}", self.names[*name]),
            ),
            ["aws_ec2_managed_prefix_list", name, "id"] => (
                format!("aws_ec2_managed_prefix_list.{name}"),
                self.made[*name].clone(),
            ),
            ["data", kind, name, "id"] => {
                (format!("data.{kind}.{name}"), aws_list(&self.lists[*name]))
            }
            other => panic!("the reference {other:?}"),
        };
        assert!(
            self.addresses.contains(&address),
            "{address} is not declared"
        );
        value
    }
}

/// A prefix list that the file makes.
fn made_list_of(body: &Body, tags: &BTreeMap<String, String>) -> String {
    known(
        body,
        &["name", "address_family", "max_entries", "tags"],
        &["entry"],
    );
    let entry = |block: &Block| {
        known(&block.body, &["cidr"], &[]);
        text(&block.body.attributes["cidr"])
    };
    let Expression::Number(size) = body.attributes["max_entries"] else {
        panic!("a size is a number")
    };
    made_list(
        &text(&body.attributes["name"]),
        &text(&body.attributes["address_family"]),
        size as u64,
        body.blocks.iter().map(entry),
        tags,
    )
}

fn text(value: &Expression) -> String {
    match value {
        Expression::Text(text) => text.clone(),
        other => panic!("{other:?} is no plain string"),
    }
}

fn known(body: &Body, attributes: &[&str], blocks: &[&str]) {
    body.attributes
        .keys()
        .for_each(|key| assert!(attributes.contains(&key.as_str()), "the attribute {key}"));
    body.blocks.iter().for_each(|block| {
        assert!(
            blocks.contains(&block.kind.as_str()),
            "the block {}",
            block.kind
        )
    });
}
