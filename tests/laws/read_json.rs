//! The flat lists of `--to json`, read as `docs/outputs.md` describes them.
//!
//! Strict: what the reader does not know is a failure, so that nothing in an output is overlooked.

use crate::deployed::{
    Deployed, Group, Key, NO_DESCRIPTION, Port, Rule, aws_list, in_text, made_list, parameter,
    unnamed, written_text,
};
use crate::json;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

type Object = Map<String, Value>;

/// Reads an output.
pub fn read(text: &str) -> Deployed {
    let root = json::read(text);
    let root = fields(
        &root,
        "description format generated_by groups locked_default_groups parameters prefix_lists \
         rule_quota rules stack",
    );
    assert_eq!(root["format"], 1);
    assert_eq!(root["generated_by"], "tierwall");
    let mut reader = Reader {
        names: BTreeMap::new(),
        declared: list(&root["parameters"]).map(declared).collect(),
        used: BTreeSet::new(),
        lists: BTreeSet::new(),
        made: BTreeMap::new(),
    };
    let lists: BTreeSet<String> = list(&root["prefix_lists"])
        .filter_map(|list| reader.prefix_list(list))
        .collect();
    for locked in list(&root["locked_default_groups"]) {
        reader.value(&fields(locked, "vpc vpc_name")["vpc"]);
    }
    let mut groups: BTreeMap<String, Group> = list(&root["groups"])
        .map(|group| reader.group(group))
        .collect();
    for group in groups.values_mut() {
        for name in &mut group.also {
            *name = reader.names[name].clone();
        }
        group.also.sort();
    }
    assert_eq!(groups.len(), reader.names.len(), "no `Name` twice");

    let mut rules: Vec<Rule> = list(&root["rules"]).map(|rule| reader.rule(rule)).collect();
    rules.sort();
    assert_eq!(
        lists, reader.lists,
        "each list is named, and each that is named is listed"
    );
    assert_eq!(reader.declared, reader.used, "so is each parameter");
    let lists = reader.made.into_values().collect();
    Deployed {
        groups,
        rules,
        lists,
    }
}

struct Reader {
    /// What each group is known by, by its name.
    names: BTreeMap<String, String>,
    declared: BTreeSet<String>,
    used: BTreeSet<String>,
    /// Lists that rules name.
    lists: BTreeSet<String>,
    /// Lists that the output makes, by the names that AWS gets.
    made: BTreeMap<String, String>,
}

impl Reader {
    fn group(&mut self, group: &Value) -> (String, Group) {
        let also = group
            .get("also")
            .map(|also| list(also).map(string).collect::<Vec<_>>());
        let mut group = group.clone();
        let optional = group.as_object_mut().expect("a group is an object");
        for text in ["export", "name_prefix"].map(|key| optional.remove(key)) {
            text.iter().for_each(|text| drop(self.text(text)));
        }
        let associated = optional.remove("associated_vpcs");
        let associated = associated.map(|vpcs| {
            let mut vpcs: Vec<String> = list(&vpcs).map(|vpc| self.value(vpc)).collect();
            assert!(!vpcs.is_empty(), "an empty list is left out");
            vpcs.sort();
            vpcs
        });
        let names = match also {
            Some(_) => "also description group_name name tags vpc was",
            None => "description group_name name tags vpc was",
        };
        let group = fields(&group, names);
        let tags = self.tags(&group["tags"]);
        let tier = string(&group["name"]);
        let shown = tags.get("Name").cloned();
        let shown = shown.unwrap_or_else(|| unnamed(&tier));
        self.names.insert(tier, shown.clone());
        let value = Group {
            name: maybe(&group["group_name"]).map(|_| self.text(&group["group_name"])),
            description: match self.text(&group["description"]).as_str() {
                "" => NO_DESCRIPTION.to_string(),
                written => written.to_string(),
            },
            vpc: self.value(&group["vpc"]),
            associated: associated.unwrap_or_default(),
            tags,
            also: also.unwrap_or_default(),
        };
        (shown, value)
    }

    fn rule(&mut self, rule: &Value) -> Rule {
        let mut rule = rule.clone();
        let mut remove = |key: &str| rule.as_object_mut().and_then(|rule| rule.remove(key));
        let (external, tags) = (remove("external"), remove("tags"));
        let tags = tags.map(|tags| self.tags(&tags));
        assert!(tags.as_ref().is_none_or(|tags| !tags.is_empty()));
        let rule = fields(
            &rule,
            "description direction from_port group peer protocol to_port",
        );
        let group = match &external {
            Some(external) => format!("group {}", self.value(external)),
            None => self.names[&string(&rule["group"])].clone(),
        };
        let direction = match string(&rule["direction"]).as_str() {
            "inbound" => "ingress",
            "outbound" => "egress",
            other => panic!("the direction {other}"),
        };
        let ports = (self.port(&rule["from_port"]), self.port(&rule["to_port"]));
        let peer = self.peer(&rule["peer"]);
        let key = Key::new(
            &group,
            direction,
            &string(&rule["protocol"]),
            ports.0.zip(ports.1),
            peer,
        );
        Rule {
            key,
            description: self.text(&rule["description"]),
            tags: tags.unwrap_or_default(),
        }
    }

    /// A text, in which `${name}` is a parameter.
    fn text(&mut self, text: &Value) -> String {
        let text = written_text(&string(text));
        let used = self
            .declared
            .iter()
            .filter(|name| text.contains(&in_text(name)));
        self.used.extend(used.cloned());
        text
    }

    fn peer(&mut self, peer: &Value) -> String {
        let peer = fields(peer, "account kind parameter value");
        let account = maybe(&peer["account"]).map_or(String::new(), |account| account + "/");
        let value = self.known_or_asked(&peer);
        match string(&peer["kind"]).as_str() {
            "block" => value,
            "group" => format!("tier {}", self.names[&value]),
            "external" => format!("group {account}{value}"),
            "prefix-list" if self.made.contains_key(&value) => self.made[&value].clone(),
            "prefix-list" => {
                let list = named(value);
                self.lists.insert(list.clone());
                list
            }
            other => panic!("the peer {other}"),
        }
    }

    /// Reads a list; gives what rules call it, unless the output makes it.
    fn prefix_list(&mut self, list: &Value) -> Option<String> {
        if list.get("blocks").is_none() {
            let list = fields(list, "entries family name parameter value");
            return Some(named(self.known_or_asked(&list)));
        }

        let list = fields(list, "blocks entries family name parameter tags value");
        let name = self.known_or_asked(&list);
        let family = match string(&list["family"]).as_str() {
            "ipv4" => "IPv4",
            _ => "IPv6",
        };
        let made = made_list(
            &name,
            family,
            list["entries"].as_u64().expect("its size"),
            self::list(&list["blocks"]).map(string),
            &self.tags(&list["tags"]),
        );
        assert!(self.made.insert(name, made).is_none(), "one of each name");
        None
    }

    /// A number, `{ "parameter": … }`, or nothing
    fn port(&mut self, value: &Value) -> Option<Port> {
        let number = value.as_i64().map(Port::Number);
        number.or_else(|| {
            let name = string(&fields(value.as_object().map(|_| value)?, "parameter")["parameter"]);
            self.used.insert(name.clone());
            Some(Port::Parameter(parameter(&name)))
        })
    }

    /// `{ "value": …, "parameter": … }`
    fn value(&mut self, value: &Value) -> String {
        let value = fields(value, "parameter value");
        self.known_or_asked(&value)
    }

    fn tags(&mut self, value: &Value) -> BTreeMap<String, String> {
        let tags = value.as_object().expect("tags are an object").iter();
        tags.map(|(key, value)| (key.clone(), self.text(value)))
            .collect()
    }

    fn known_or_asked(&mut self, fields: &Object) -> String {
        match (maybe(&fields["value"]), maybe(&fields["parameter"])) {
            (Some(value), None) => value,
            (None, Some(name)) => {
                self.used.insert(name.clone());
                parameter(&name)
            }
            both => panic!("{both:?}"),
        }
    }
}

/// A prefix list, as all readers call it.
fn named(value: String) -> String {
    if value.starts_with("com.amazonaws.") {
        aws_list(&value)
    } else {
        format!("list {value}")
    }
}

fn declared(parameter: &Value) -> String {
    let mut parameter = parameter.clone();
    let object = parameter.as_object_mut().expect("an object");
    let [_, _] = ["terraform", "cloudformation"].map(|target| object.remove(target));
    string(&fields(&parameter, "default description kind name")["name"])
}

/// The fields of an object, which are exactly these.
fn fields(value: &Value, names: &str) -> Object {
    let object = value.as_object().expect("an object").clone();
    let found: BTreeSet<&str> = object.keys().map(String::as_str).collect();
    assert_eq!(found, names.split_whitespace().collect());
    object
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("a list").iter()
}

fn string(value: &Value) -> String {
    value.as_str().expect("a string").to_string()
}

fn maybe(value: &Value) -> Option<String> {
    (!value.is_null()).then(|| string(value))
}
