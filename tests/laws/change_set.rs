//! What a change set of CloudFormation would list: two templates, compared resource by resource, as
//! the user guide says what an update requires.

use crate::json;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Add, modify, replace, remove.
pub type Counts = [usize; 4];

type Object = Map<String, Value>;

/// The change set for `new` where `old` is deployed.
pub fn change_set(old: &str, new: &str) -> Counts {
    let (old, new) = (json::read(old), json::read(new));
    let redefined = redefined(&old, &new);
    let [old, new] =
        [&old, &new].map(|template| template["Resources"].as_object().expect("an object"));
    let mut replaced = BTreeSet::new();
    let [mut add, mut modify, mut replace, mut remove] = [0; 4];
    for groups in [true, false] {
        let of_kind = |resource: &Value| (resource["Type"] == "AWS::EC2::SecurityGroup") == groups;
        for (id, resource) in new.iter().filter(|(_, resource)| of_kind(resource)) {
            let Some(was) = old.get(id) else {
                add += 1;
                replaced.insert(id.clone());
                continue;
            };
            assert_eq!(was["Type"], resource["Type"]);
            let policies = [was, resource].map(|resource| {
                ["DeletionPolicy", "UpdateReplacePolicy"]
                    .map(|policy| resource.get(policy).cloned())
            });
            let [was, is] = [was, resource]
                .map(|resource| resource["Properties"].as_object().expect("an object"));
            let is_protected_otherwise = policies[0] != policies[1];
            match differing(
                was,
                is,
                resource["Type"].as_str().expect("a type"),
                &Others {
                    replaced: &replaced,
                    redefined: &redefined,
                },
            ) {
                Some(true) => {
                    replaced.insert(id.clone());
                    replace += 1;
                }
                Some(false) => modify += 1,
                None if is_protected_otherwise => modify += 1,
                None => {}
            }
        }
    }
    remove += old.keys().filter(|id| !new.contains_key(*id)).count();
    [add, modify, replace, remove]
}

/// The parameters that have two defaults, one in each template, and those that one template alone
/// reads from Systems Manager.
fn redefined(old: &Value, new: &Value) -> BTreeSet<String> {
    let default =
        |template: &Value, name: &str| template["Parameters"][name].get("Default").cloned();
    let names = new["Parameters"]
        .as_object()
        .into_iter()
        .flat_map(Map::keys);
    let both = |name: &str| default(old, name).zip(default(new, name));
    let is_read = |template: &Value, name: &str| {
        let kind = template["Parameters"][name]["Type"].as_str();
        kind.map(|kind| kind.starts_with("AWS::SSM::"))
    };
    let reads = |name: &str| is_read(old, name).zip(is_read(new, name));
    names
        .filter(|name| {
            both(name).is_some_and(|(was, is)| was != is)
                || reads(name).is_some_and(|(was, is)| was != is)
        })
        .cloned()
        .collect()
}

/// What is another than before though it is called the same.
struct Others<'o> {
    /// Groups.
    replaced: &'o BTreeSet<String>,
    /// Parameters, by their defaults.
    redefined: &'o BTreeSet<String>,
}

impl Others<'_> {
    /// Whether a value refers to one of them, anywhere in it.
    fn are_in(&self, value: &Value) -> bool {
        let group = value.get("Fn::GetAtt").and_then(|get| get[0].as_str());
        let parameter = value.get("Ref").and_then(Value::as_str);
        let template = value.get("Fn::Sub").and_then(Value::as_str);
        let is_in = |name: &String| template.is_some_and(|it| it.contains(&format!("${{{name}}}")));
        let here = self.redefined.iter().any(is_in)
            || group.is_some_and(|id| self.replaced.contains(id))
            || parameter.is_some_and(|name| self.redefined.contains(name));
        here || match value {
            Value::Array(list) => list.iter().any(|value| self.are_in(value)),
            Value::Object(object) => object.values().any(|value| self.are_in(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
    }
}

/// Whether something differs, and if so, whether that requires a replacement.
fn differing(was: &Object, is: &Object, kind: &str, others: &Others<'_>) -> Option<bool> {
    let in_place: &[&str] = match kind {
        "AWS::EC2::SecurityGroup" => &["SecurityGroupIngress", "SecurityGroupEgress", "Tags"],
        "AWS::EC2::PrefixList" => &["PrefixListName", "MaxEntries", "Entries", "Tags"],
        _ => &["Description"],
    };
    let differs = |key: &String| match (was.get(key), is.get(key)) {
        (Some(was), Some(is)) => was != is || others.are_in(is),
        (was, is) => was.is_some() != is.is_some(),
    };
    let keys: BTreeSet<&String> = was
        .keys()
        .chain(is.keys())
        .filter(|key| differs(key))
        .collect();
    (!keys.is_empty()).then(|| keys.iter().any(|key| !in_place.contains(&key.as_str())))
}
