//! The groups and rules of a deployment in AWS, in terms that are independent of policy and
//! outputs.

use std::collections::{BTreeMap, BTreeSet};
use tierwall::aws::Text;
use tierwall::groups::{
    self, Deployment, Direction, ListReference, Peer, PrefixListId, Reference, TierId,
};
use tierwall::net::{AwsPort, Traffic};
use tierwall::policy::{Labels, Policy, VpcId};

/// Groups and rules.
#[derive(Debug, PartialEq, Eq)]
pub struct Deployed {
    /// The groups, by their `Name` tag, or by [`unnamed`].
    pub groups: BTreeMap<String, Group>,
    /// The rules, sorted.
    pub rules: Vec<Rule>,
    /// The prefix lists that the output makes, as [`made_list`] writes them.
    pub lists: BTreeSet<String>,
}

/// A security group without its rules.
#[derive(Debug, PartialEq, Eq)]
pub struct Group {
    pub name: Option<String>,
    pub description: String,
    pub vpc: String,
    /// The VPCs that it is associated with, sorted.
    pub associated: Vec<String>,
    pub tags: BTreeMap<String, String>,
    /// The `Name` tags of the other groups that its members carry, sorted.
    pub also: Vec<String>,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    pub key: Key,
    pub description: String,
    /// None in CloudFormation, where rules have none.
    pub tags: BTreeMap<String, String>,
}

/// What AWS knows a rule by; a second one with the same key it refuses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The `Name` tag of the group; `group sg-…` of one that is made elsewhere.
    pub group: String,
    /// `ingress`, `egress`
    pub direction: &'static str,
    /// `tcp`, `-1`, `50`
    pub protocol: String,
    /// First and last port, or type and code, `None` where the protocol has neither.
    pub ports: Option<(Port, Port)>,
    /// `203.0.113.0/24`, `tier shop-web`, `group sg-…`, `list pl-…`; what a parameter will hold is
    /// `$` and its name's letters and digits.
    pub peer: String,
}

/// One end of the ports of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Port {
    Number(i64),
    /// As [`parameter`] writes it.
    Parameter(String),
}

impl Key {
    /// The protocol, all of whose traffic is meant where the ports say so.
    pub fn new(
        group: &str,
        direction: &'static str,
        protocol: &str,
        ports: Option<(Port, Port)>,
        peer: String,
    ) -> Key {
        // AWS: no ports for ICMPv6 mean all types and codes (EC2 API reference, IpPermission)
        let ports = if protocol == "icmpv6" {
            ports.or(Some((Port::Number(-1), Port::Number(-1))))
        } else {
            ports
        };
        Key {
            group: group.to_string(),
            direction,
            protocol: protocol.to_string(),
            ports,
            peer,
        }
    }

    /// The same on the other side's terms: whether this is an outbound rule for everything to these
    /// blocks.
    pub fn is_everything_to(&self, block: &str) -> bool {
        self.direction == "egress" && self.protocol == "-1" && self.peer == block
    }

    /// An outbound rule for everything to every address of a version or to half of them, as the
    /// one to all of them.
    fn of_whole(&self) -> Option<(Key, bool)> {
        let wholes = [
            ("0.0.0.0/0", ["0.0.0.0/1", "128.0.0.0/1"]),
            ("::/0", ["::/1", "8000::/1"]),
        ];
        let (whole, _) = wholes.iter().find(|(whole, halves)| {
            [whole]
                .into_iter()
                .chain(halves)
                .any(|block| self.is_everything_to(block))
        })?;
        let key = Key {
            peer: whole.to_string(),
            ..self.clone()
        };
        Some((key, self.peer == *whole))
    }

    /// Whether it is an outbound rule to a tier.
    pub fn is_to_tier(&self) -> bool {
        self.direction == "egress" && self.peer.starts_with("tier ")
    }
}

impl Deployed {
    /// The same rules, where one for everything to every address of a version and two to half of
    /// them each are one: CloudFormation writes the two for the one. Where the program has them
    /// all, the text of the two counts.
    pub fn with_halves_united(mut self) -> Deployed {
        let mut parts: BTreeMap<Key, Vec<(bool, Rule)>> = BTreeMap::new();
        let mut rules = Vec::new();
        for rule in self.rules {
            match rule.key.of_whole() {
                Some((whole, is_whole)) => {
                    let parts = parts.entry(whole).or_default();
                    parts.push((is_whole, rule));
                }
                None => rules.push(rule),
            }
        }

        for (whole, parts) in parts {
            let halves = parts.iter().filter(|(is_whole, _)| !is_whole).count();
            if halves == parts.len() && halves < 2 {
                rules.extend(parts.into_iter().map(|(_, rule)| rule));
                continue;
            }
            let counts = |(is_whole, _): &&(bool, Rule)| halves < 2 || !is_whole;
            let counted = || parts.iter().filter(counts).map(|(_, rule)| rule);
            let mut texts: Vec<&str> = counted().map(|rule| rule.description.as_str()).collect();
            texts.sort();
            texts.dedup();
            let tags = counted().flat_map(|rule| &rule.tags);
            rules.push(Rule {
                description: texts.join("; "),
                key: whole,
                tags: tags
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .collect(),
            });
        }

        rules.sort();
        self.rules = rules;
        self
    }
}

impl Deployed {
    /// The same without tags of rules, as a target has it that does not write them.
    pub fn without_rule_tags(mut self) -> Deployed {
        self.rules.iter_mut().for_each(|rule| rule.tags.clear());
        self
    }
}

/// A parameter as both outputs have it: `office-cidr`, `OfficeCidr` and `office_cidr` are one.
pub fn parameter(name: &str) -> String {
    format!(
        "${}",
        name.chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase()
    )
}

/// A managed prefix list that is found by name, or that a template asks for.
pub fn aws_list(name: &str) -> String {
    // lists of AWS are of the region that the stack is deployed to, unless they are global
    let list = name.trim_start_matches("com.amazonaws.");
    let list = list
        .split_once('.')
        .filter(|(region, _)| *region != "global")
        .map_or(list, |(_, list)| list);
    format!("list {}", parameter(&format!("{list}PrefixListId")))
}

/// A prefix list that the output makes, as all readers write it.
pub fn made_list(
    name: &str,
    family: &str,
    size: u64,
    blocks: impl IntoIterator<Item = String>,
    tags: &BTreeMap<String, String>,
) -> String {
    let mut blocks: Vec<String> = blocks.into_iter().collect();
    blocks.sort();
    assert!(blocks.len() as u64 <= size, "{name} holds its entries");
    let v6 = |block: &String| block.contains(':') == (family == "IPv6");
    assert!(blocks.iter().all(v6), "{name} is of one family");
    format!("list made|{name}|{size}|{}|{tags:?}", blocks.join(" "))
}

/// What a list of the program comes to that it makes.
fn lowered_list(policy: &Policy, id: PrefixListId) -> String {
    let (stack, list) = (&policy.stack, policy.prefix_list(id));
    let made = list.made().expect("a list that the program makes");
    let tags = stack.tags.iter();
    let tags = tags.map(|(key, value)| (key.clone(), text(value)));
    let mut tags: BTreeMap<String, String> = tags.collect();
    let prose = made.prose.iter().map(text);
    let prose = prose.filter(|_| stack.labels == Labels::Made);
    tags.extend(prose.map(|prose| ("Description".to_string(), prose)));
    made_list(
        &format!("{}-{}", stack.name, made.name),
        list.family.words(),
        list.entries.expect("its size is known").into(),
        made.blocks.iter().map(ToString::to_string),
        &tags,
    )
}

/// What the lowered groups come to.
pub fn of(deployment: &Deployment<'_>) -> Deployed {
    let policy = deployment.policy();
    let is_made = |id: &PrefixListId| policy.prefix_list(*id).made().is_some();
    let lists = policy.prefix_list_ids().filter(is_made);
    let mut deployed = Deployed {
        groups: BTreeMap::new(),
        rules: Vec::new(),
        lists: lists.map(|id| lowered_list(policy, id)).collect(),
    };
    for group in &deployment.groups {
        let tag = peer(deployment, group.owner.peer());
        let tag = tag.strip_prefix("tier ").unwrap_or(&tag).to_string();
        for (direction, rules) in [
            (Direction::Ingress, &group.ingress),
            (Direction::Egress, &group.egress),
        ] {
            deployed.rules.extend(
                rules
                    .iter()
                    .map(|rule| self::rule(deployment, &tag, direction, rule)),
            );
        }
        let Some(id) = group.owner.tier() else {
            continue;
        };
        let (tier, tags) = (policy.tier(id), tags(policy, id));
        let vpc = |id: &VpcId| {
            let id = policy.vpc(*id).id.as_ref();
            reference(deployment, id.expect("a tier is in a VPC"))
        };
        let area = policy.area_of(id);
        let mut associated: Vec<String> = area.associated().iter().map(vpc).collect();
        associated.sort();
        let description = tier.description.as_ref().map(text);
        let value = Group {
            name: tier.group_name.as_ref().map(text),
            description: match (description, policy.stack.labels) {
                (Some(description), _) => description,
                (None, Labels::Made) => "Managed by tierwall".to_string(),
                (None, Labels::Written) => NO_DESCRIPTION.to_string(),
            },
            vpc: vpc(&area.home()),
            associated,
            tags,
            also: also(policy, id),
        };
        assert!(
            deployed.groups.insert(tag, value).is_none(),
            "the generator gives each group a `Name` of its own"
        );
    }
    deployed.rules.sort();
    deployed
}

/// The `Name` tags of the other groups that the members of a tier carry.
fn also(policy: &Policy, tier: TierId) -> Vec<String> {
    let others = policy.members.other_groups(tier).iter();
    let mut names: Vec<String> = others.map(|id| shown(policy, *id)).collect();
    names.sort();
    names
}

/// The description of a group whose target gives it one of its own.
pub const NO_DESCRIPTION: &str = "(of the target)";

/// What a group without `Name` tag is known by.
pub fn unnamed(tier: &str) -> String {
    format!("(unnamed) {tier}")
}

/// What the group of a tier is known by.
pub fn shown(policy: &Policy, tier: TierId) -> String {
    let name = tags(policy, tier).remove("Name");
    name.unwrap_or_else(|| unnamed(&policy.tier(tier).name))
}

/// The tags of a tier's group (docs/outputs.md): its `Name` and its prose unless only what is
/// written counts, those of the stack and its own, the later winning over the earlier.
pub fn tags(policy: &Policy, tier: TierId) -> BTreeMap<String, String> {
    let (stack, tier) = (&policy.stack, policy.tier(tier));
    let made_up = format!("{}-{}", stack.name, tier.name);
    let name = tier.group_name.as_ref().map_or(made_up, text);
    let mut tags = BTreeMap::new();
    if stack.labels == Labels::Made {
        tags.insert("Name".to_string(), name);
        let prose = tier.prose.iter().map(text);
        tags.extend(prose.map(|prose| ("Description".to_string(), prose)));
    }
    for given in [&stack.tags, &tier.tags] {
        tags.extend(given.iter().map(|(key, value)| (key.clone(), text(value))));
    }
    tags
}

fn rule(deployment: &Deployment<'_>, tag: &str, direction: Direction, rule: &groups::Rule) -> Rule {
    let mut description = String::new();
    deployment.describe_rule(rule, &mut description);
    assert_written(deployment, rule, &description);
    let direction = match direction {
        Direction::Ingress => "ingress",
        Direction::Egress => "egress",
    };
    let ports = rule
        .traffic
        .aws_ports()
        .map(|(from, to)| (port(from), port(to)));
    let key = Key::new(
        tag,
        direction,
        &rule.traffic.protocol().to_string(),
        ports,
        peer(deployment, rule.peer),
    );
    let description = written_text(&description);
    let tags = rule_tags(deployment, rule);
    Rule {
        key,
        description,
        tags,
    }
}

/// The tags of a rule (docs/language.md): those of its sentences; of several values of a key the
/// one that sorts first.
fn rule_tags(deployment: &Deployment<'_>, rule: &groups::Rule) -> BTreeMap<String, String> {
    let policy = deployment.policy();
    let mut values: BTreeMap<&String, BTreeSet<String>> = BTreeMap::new();
    for id in deployment.rule_sentences(rule) {
        for (key, value) in policy.sentence_tags.of_sentence(id) {
            let written = value.view().as_written().into_owned();
            values.entry(key).or_default().insert(written);
        }
    }
    let first = |values: &BTreeSet<String>| values.first().map(|value| written_text(value));
    let tags = values.into_iter();
    tags.filter_map(|(key, values)| Some((key.clone(), first(&values)?)))
        .collect()
}

fn port(port: AwsPort) -> Port {
    match port {
        AwsPort::Number(number) => Port::Number(number.into()),
        AwsPort::Parameter(name) => Port::Parameter(parameter(name)),
    }
}

/// Where only what is written counts, a description is the string of a sentence that asks for the
/// rule.
fn assert_written(deployment: &Deployment<'_>, rule: &groups::Rule, description: &str) {
    let policy = deployment.policy();
    if policy.stack.labels == Labels::Written && policy.texts.is_empty() {
        let sentences = deployment.rule_sentences(rule);
        let mut strings = sentences
            .iter()
            .filter_map(|id| policy.sentence(*id).prose.as_ref())
            .map(|text| text.view().as_written());
        let open = policy.tiers.iter();
        let open = open.filter_map(|tier| tier.outbound_text.as_ref());
        // a rule for everything can be that of an open tier, asked for or not
        let is_everything = rule.traffic == Traffic::All;
        let is_open = is_everything
            && open
                .clone()
                .any(|text| text.view().as_written() == description);
        let is_written = is_open || strings.clone().any(|string| string == description);
        assert!(is_written || description.is_empty() && strings.next().is_none());
    }
}

/// A text, with its parameters in angle brackets, which no text of a rule or a group has.
fn text(text: &Text) -> String {
    written_text(&text.view().as_written())
}

/// Likewise, of a text as a program writes it.
pub fn written_text(written: &str) -> String {
    let (mut text, mut rest) = (String::new(), written);
    while let Some(at) = rest.find("${") {
        if rest[..at].ends_with('$') {
            text.push_str(&rest[..at - 1]);
            text.push_str("${");
            rest = &rest[at + 2..];
            continue;
        }
        let (name, after) = rest[at + 2..].split_once('}').expect("a parameter ends");
        text.push_str(&rest[..at]);
        text.push_str(&in_text(name));
        rest = after;
    }
    text + rest
}

/// What stands for a parameter in a text.
pub fn in_text(name: &str) -> String {
    format!("<{}>", parameter(name))
}

/// What a rule is about, as a key says it.
pub fn peer(deployment: &Deployment<'_>, peer: Peer) -> String {
    match peer {
        Peer::Net(block) => block.to_string(),
        Peer::Tier(tier) => format!("tier {}", shown(deployment.policy(), tier)),
        Peer::Param(id) => parameter(deployment.parameter_name(id)),
        Peer::External(id) => {
            let (id, account) = deployment.external_group(id);
            let account = account
                .map(|account| format!("{account}/"))
                .unwrap_or_default();
            format!("group {account}{}", reference(deployment, id))
        }
        Peer::PrefixList(id) => match deployment.list_reference(id) {
            ListReference::Id(id) => format!("list {id}"),
            ListReference::Aws(name) => aws_list(name),
            ListReference::Param(id) => {
                format!("list {}", parameter(deployment.parameter_name(*id)))
            }
            ListReference::Made(_) => lowered_list(deployment.policy(), id),
        },
    }
}

fn reference(deployment: &Deployment<'_>, reference: &Reference) -> String {
    match reference {
        Reference::Id(id) => id.clone(),
        Reference::Param(id) => parameter(deployment.parameter_name(*id)),
    }
}
