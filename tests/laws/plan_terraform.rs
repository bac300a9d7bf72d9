//! What Terraform would plan: two configurations, compared resource by resource, as the AWS
//! provider says what it can change in place.

use crate::hcl::{self, Block, Body, Expression, Part};
use std::collections::{BTreeMap, BTreeSet};

/// To add, to change, to destroy.
pub type Counts = [usize; 3];

/// Attributes that the provider cannot change (its schema: ForceNew, RequiresReplace).
const FIXED: [(&str, &[&str]); 6] = [
    ("aws_ec2_managed_prefix_list.", &["address_family"]),
    (
        "aws_security_group.",
        &["name", "name_prefix", "description", "vpc_id"],
    ),
    (
        "aws_vpc_security_group_ingress_rule.",
        &["security_group_id"],
    ),
    (
        "aws_vpc_security_group_egress_rule.",
        &["security_group_id"],
    ),
    ("aws_default_security_group.", &["vpc_id"]),
    (
        "aws_vpc_security_group_vpc_association.",
        &["security_group_id", "vpc_id"],
    ),
];
const PEERS: [&str; 4] = [
    "cidr_ipv4",
    "cidr_ipv6",
    "referenced_security_group_id",
    "prefix_list_id",
];

struct File {
    resources: BTreeMap<String, Body>,
    /// What each data source is asked for, without the name of the one that says the region.
    lookups: BTreeMap<String, String>,
    /// The defaults of variables that have one, by how they are referred to.
    defaults: BTreeMap<String, Expression>,
    moves: Vec<(String, String)>,
}

fn file(text: &str) -> File {
    let mut file = File {
        resources: BTreeMap::new(),
        lookups: BTreeMap::new(),
        defaults: BTreeMap::new(),
        moves: Vec::new(),
    };
    for block in hcl::read(text).blocks {
        match block.kind.as_str() {
            "resource" => {
                let mut body = block.body;
                if block.labels[0] == "aws_security_group" {
                    let default = Expression::Text("Managed by Terraform".to_string());
                    let description = body.attributes.entry("description".to_string());
                    description.or_insert(default);
                }
                file.resources.insert(block.labels.join("."), body);
            }
            "variable" => {
                let name = format!("var.{}", block.labels.join("."));
                file.defaults.extend(
                    block
                        .body
                        .attributes
                        .get("default")
                        .map(|default| (name, default.clone())),
                );
            }
            "data" if block.labels[0] == "aws_ec2_managed_prefix_list" => {
                let name = match &block.body.attributes["name"] {
                    Expression::Text(name) => name.clone(),
                    Expression::Parts(parts) => format!("{:?}", parts.last()),
                    other => panic!("the name {other:?}"),
                };
                file.lookups
                    .insert(format!("data.{}.id", block.labels.join(".")), name);
            }
            "moved" => {
                let [Expression::Reference(from), Expression::Reference(to)] =
                    ["from", "to"].map(|key| &block.body.attributes[key])
                else {
                    panic!("moved between addresses")
                };
                file.moves.push((from.clone(), to.clone()));
            }
            _ => {}
        }
    }
    file
}

/// The plan for `new` where `old` is applied.
pub fn plan(old: &str, new: &str) -> Counts {
    let (old, new) = (file(old), file(new));
    let state = moved(&old, &new);
    let mut plan = Plan {
        old: &old,
        new: &new,
        state: &state,
        replaced: BTreeSet::new(),
    };
    let [mut add, mut change, mut destroy] = [0; 3];
    // a group before the rules that name it: `aws_security_group` sorts before `aws_vpc_…`
    for address in new.resources.keys() {
        let [gone, kept, come] = plan.instances(address);
        add += come;
        destroy += gone;
        match plan.outcome(address) {
            Fate::Create | Fate::Stay => {}
            Fate::Replace => {
                plan.replaced.insert(address.clone());
                add += kept;
                destroy += kept;
            }
            Fate::Update => change += kept,
        }
    }
    let gone = state
        .iter()
        .filter(|(address, _)| !new.resources.contains_key(*address));
    destroy += gone
        .map(|(_, before)| Each::new(&old, before).count())
        .sum::<usize>();
    [add, change, destroy]
}

/// The instances of a resource, as `for_each` says.
enum Each {
    /// Without `for_each`.
    One,
    /// One for each of these keys.
    Keys(BTreeSet<String>),
    /// The keys are those of a value that the file does not have; they count as one.
    Unknown,
}

impl Each {
    fn new(file: &File, address: &str) -> Each {
        let Some(value) = file.resources[address].attributes.get("for_each") else {
            return Each::One;
        };
        // a variable that is a set, or a list of elsewhere as one
        let of = match value {
            Expression::Set(of) => of,
            other => other,
        };
        let default = match of {
            Expression::Reference(path) => file.defaults.get(path),
            other => Some(other),
        };
        let Some(Expression::List(items)) = default else {
            return Each::Unknown;
        };
        let key = |item: &Expression| match item {
            Expression::Text(key) => key.clone(),
            other => panic!("the key {other:?}"),
        };
        Each::Keys(items.iter().map(key).collect())
    }

    fn count(&self) -> usize {
        match self {
            Each::Keys(keys) => keys.len(),
            Each::One | Each::Unknown => 1,
        }
    }
}

/// The state after all moves: for each current address, the earlier one.
fn moved(old: &File, new: &File) -> BTreeMap<String, String> {
    let mut state: BTreeMap<String, String> = old
        .resources
        .keys()
        .map(|address| (address.clone(), address.clone()))
        .collect();
    let step = |state: &mut BTreeMap<String, String>| {
        let free =
            |(from, to): &&(String, String)| state.contains_key(from) && !state.contains_key(to);
        let (from, to) = new.moves.iter().rev().find(free)?;
        let object = state.remove(from)?;
        state.insert(to.clone(), object)
    };
    // the newest steps first, so that of two earlier names the newest gets the place
    for _ in 0..=new.moves.len() * (old.resources.len() + 1) {
        let before = state.clone();
        step(&mut state);
        if before == state {
            break;
        }
    }
    state
}

/// What the data source is asked for that a value refers to.
fn looked_up<'f>(file: &'f File, value: &Expression) -> Option<&'f String> {
    match value {
        Expression::Reference(address) => file.lookups.get(address),
        _ => None,
    }
}

/// The blocks that are part of the state of a resource. `lifecycle` is not: it tells Terraform what
/// it may do (its documentation, "The lifecycle meta-argument").
fn blocks_of_state(body: &Body) -> Vec<&Block> {
    let blocks = body.blocks.iter();
    blocks.filter(|block| block.kind != "lifecycle").collect()
}

enum Fate {
    Create,
    Replace,
    Update,
    Stay,
}

struct Plan<'f> {
    old: &'f File,
    new: &'f File,
    state: &'f BTreeMap<String, String>,
    replaced: BTreeSet<String>,
}

impl Plan<'_> {
    /// How many instances only the old configuration has, both have, only the new one has.
    fn instances(&self, address: &str) -> [usize; 3] {
        let is = Each::new(self.new, address);
        let Some(before) = self.state.get(address) else {
            return [0, 0, is.count()];
        };
        let was = Each::new(self.old, before);
        match (&was, &is) {
            (Each::One, Each::One) => [0, 1, 0],
            (Each::Keys(old), Each::Keys(new)) => {
                let kept = old.intersection(new).count();
                [old.len() - kept, kept, new.len() - kept]
            }
            _ if self.expression(before, address) => [0, 1, 0],
            _ => [was.count(), 0, is.count()],
        }
    }

    /// Whether both configurations repeat a resource for the same expression.
    fn expression(&self, before: &str, address: &str) -> bool {
        let was = self.old.resources[before].attributes.get("for_each");
        was.is_some() && was == self.new.resources[address].attributes.get("for_each")
    }

    fn outcome(&self, address: &str) -> Fate {
        let Some(before) = self.state.get(address) else {
            return Fate::Create;
        };
        let (old, new) = (&self.old.resources[before], &self.new.resources[address]);
        let (was, is) = (&old.attributes, &new.attributes);
        let differs = |key: &str| match (was.get(key), is.get(key)) {
            (Some(was), Some(is)) => !self.same(was, is),
            (was, is) => was.is_some() != is.is_some(),
        };
        let (_, fixed) = FIXED
            .iter()
            .find(|(kind, _)| address.starts_with(kind))
            .expect("a known type");
        let kind = |of: &BTreeMap<String, Expression>| PEERS.map(|peer| of.contains_key(peer));
        let has_other_blocks = blocks_of_state(old) != blocks_of_state(new);
        if fixed.iter().any(|key| differs(key)) || kind(was) != kind(is) {
            Fate::Replace
        } else if was
            .keys()
            .chain(is.keys())
            // which instances there are, and not what they are
            .any(|key| key != "for_each" && differs(key))
            || has_other_blocks
        {
            Fate::Update
        } else {
            Fate::Stay
        }
    }

    /// Whether a value is known to be unchanged: a reference to a group that is kept; a variable,
    /// unless its default changes.
    fn same(&self, was: &Expression, is: &Expression) -> bool {
        let group = |value: &Expression| match value {
            Expression::Reference(path) if path.starts_with("aws_security_group.") => {
                path.strip_suffix(".id").map(str::to_string)
            }
            _ => None,
        };
        match (group(was), group(is)) {
            (Some(was), Some(is)) => {
                self.state.get(&is) == Some(&was) && !self.replaced.contains(&is)
            }
            (None, None) if was == is => !self.has_other_default(is),
            (None, None) => {
                looked_up(self.old, was).is_some_and(|was| Some(was) == looked_up(self.new, is))
            }
            _ => false,
        }
    }

    /// Whether a variable has two defaults, one in each file.
    fn has_other_default(&self, value: &Expression) -> bool {
        let is_redefined = |path: &String| {
            let (was, is) = (self.old.defaults.get(path), self.new.defaults.get(path));
            was.zip(is).is_some_and(|(was, is)| was != is)
        };
        match value {
            Expression::Reference(path) => is_redefined(path),
            Expression::Parts(parts) => parts.iter().any(|part| match part {
                Part::Text(_) => false,
                Part::Reference(path) => is_redefined(path),
            }),
            Expression::Map(entries) => entries.values().any(|value| self.has_other_default(value)),
            _ => false,
        }
    }
}
