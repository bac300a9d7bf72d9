//! What a change set of CloudFormation would list: two templates, compared resource by resource, as the user guide
//! says what an update requires.

use crate::json;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Add, modify, replace, remove.
pub type Counts = [usize; 4];

type Object = Map<String, Value>;

/// The change set for `new` where `old` is deployed.
pub fn change_set(old: &str, new: &str) -> Counts {
    let (old, new) = (json::read(old), json::read(new));
    let [old, new] = [&old, &new].map(|template| template["Resources"].as_object().expect("an object"));
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
            let [was, is] = [was, resource].map(|resource| resource["Properties"].as_object().expect("an object"));
            match differing(was, is, groups, &replaced) {
                Some(true) => {
                    replaced.insert(id.clone());
                    replace += 1;
                }
                Some(false) => modify += 1,
                None => {}
            }
        }
    }
    remove += old.keys().filter(|id| !new.contains_key(*id)).count();
    [add, modify, replace, remove]
}

/// Whether something differs, and if so, whether that requires a replacement.
fn differing(was: &Object, is: &Object, group: bool, replaced: &BTreeSet<String>) -> Option<bool> {
    let in_place: &[&str] =
        if group { &["SecurityGroupIngress", "SecurityGroupEgress", "Tags"] } else { &["Description"] };
    let another = |value: &Value| {
        let group = value.get("Fn::GetAtt").and_then(|get| get[0].as_str());
        group.is_some_and(|group| replaced.contains(group))
    };
    let differs = |key: &String| match (was.get(key), is.get(key)) {
        (Some(was), Some(is)) => was != is || another(is),
        (was, is) => was.is_some() != is.is_some(),
    };
    let keys: BTreeSet<&String> = was.keys().chain(is.keys()).filter(|key| differs(key)).collect();
    (!keys.is_empty()).then(|| keys.iter().any(|key| !in_place.contains(&key.as_str())))
}
