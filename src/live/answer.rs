//! One answer after another, each streamed: no list of an answer is held in memory.

use super::shapes::{Entry, Group, Pair, Permission, PrefixList, Rule, Tag, Vpc};
use crate::aws::Direction;
use crate::inventory::{
    self, BadRule, GroupEntry, Holder, Inventory, InventoryBuilder, ListEntry, Origin, PeerEntry,
    RuleEntry, SourceError, Value, Words, list_family, without_unique_suffix,
};
use crate::net::Family;
use crate::source::{FileId, Span};
use foldhash::{HashMap, HashSet};
use ipnet::IpNet;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// Reads the answers of one account and region.
#[derive(Debug, Default)]
pub struct AccountReader {
    builder: InventoryBuilder,
    /// The groups and rules that are read; nothing if all are.
    wanted: Option<Wanted>,
    /// Prefix lists, without their blocks.
    lists: Vec<ListEntry<'static>>,
    /// The blocks of lists, by id.
    entries: HashMap<String, Vec<IpNet>>,
    /// How many files were read.
    files: u32,
    /// Where the text of the file begins that is being read, and its length.
    base: usize,
    length: usize,
}

/// Which groups and rules of an account are read.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Groups by id, and what a person calls each.
    pub groups: HashMap<String, String>,
    /// Ids of rules on other groups.
    pub rules: HashSet<String>,
}

impl AccountReader {
    /// A reader that passes over everything else in the account.
    pub fn for_wanted(wanted: Wanted) -> AccountReader {
        AccountReader {
            wanted: Some(wanted),
            ..AccountReader::default()
        }
    }

    /// A reader that has read nothing.
    pub fn new() -> AccountReader {
        AccountReader::default()
    }

    /// Reads a file of answers. Its name has the id of the list whose entries it has:
    /// `pl-0123456789abcdef0.json`.
    pub fn read(&mut self, name: &str, text: &str) -> Result<(), SourceError> {
        if !text.trim_start().starts_with('{') && !text.trim().is_empty() {
            return Err(SourceError {
                message: EXPECTED_JSON.to_string(),
                place: Some((1, 1)),
                file: None,
            });
        }
        let answers = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
        let mut read_any = false;
        self.base = text.as_ptr() as usize;
        self.length = text.len();

        for answer in answers {
            let answer = answer.map_err(|error| self::error(text, 0, &error))?;
            let start = answer.get().as_ptr() as usize - text.as_ptr() as usize;
            let mut json = serde_json::Deserializer::from_str(answer.get());
            let seed = AnswerSeed { reader: self, name };
            seed.deserialize(&mut json)
                .map_err(|error| self::error(text, start, &error))?;
            read_any = true;
        }

        self.files += 1;
        if !read_any {
            return Err(SourceError {
                message: "the file is empty".to_string(),
                place: None,
                file: None,
            });
        }
        Ok(())
    }

    /// What was read.
    pub fn finish(mut self) -> Inventory {
        for mut list in self.lists {
            list.blocks = self.entries.remove(list.keys[0].as_ref());
            self.builder.add_list(list);
        }
        self.builder.finish()
    }
}

/// An answer, whose lists go to a reader.
struct AnswerSeed<'r, 'n> {
    reader: &'r mut AccountReader,
    /// The name of the file.
    name: &'n str,
}

impl<'de> DeserializeSeed<'de> for AnswerSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for AnswerSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what a command like `aws ec2 describe-security-groups` prints")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let AnswerSeed { reader, name } = self;
        let (mut is_known, mut others) = (false, Vec::new());

        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match key.as_ref() {
                "SecurityGroups" => {
                    map.next_value_seed(Each::new(|group| reader.add_group(group)))?;
                }
                "SecurityGroupRules" => {
                    map.next_value_seed(Each::new(|rule| reader.add_rule(rule)))?;
                }
                "Vpcs" => map.next_value_seed(Each::new(|vpc| reader.add_vpc(vpc)))?,
                "PrefixLists" => map.next_value_seed(Each::new(|list| reader.add_list(list)))?,
                "Entries" => {
                    let list = list_id(name).ok_or_else(|| A::Error::custom(NO_LIST))?;
                    let blocks = reader.entries.entry(list.to_string()).or_default();
                    map.next_value_seed(Each::new(|entry: Entry<'de>| {
                        blocks.extend(entry.cidr.parse::<IpNet>());
                    }))?;
                }
                "NextToken" => {
                    if map.next_value::<Option<IgnoredAny>>()?.is_some() {
                        return Err(A::Error::custom(CUT_OFF));
                    }
                    continue;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    others.push(key);
                    continue;
                }
            }
            is_known = true;
        }

        if is_known {
            return Ok(());
        }
        Err(A::Error::custom(format!(
            "expected an answer with `SecurityGroups` or `SecurityGroupRules`, or a template with \
             `Resources`, found {}",
            list_keys(&others)
        )))
    }
}

/// What a source is.
const EXPECTED_JSON: &str = "expected the state of Terraform, a template of CloudFormation, or what \
                             `aws ec2 describe-security-groups` prints";

/// Why a file with a `NextToken` is refused.
const CUT_OFF: &str = "the answer is cut off: it has a `NextToken`, so there is more; run the \
                       command again without `--max-items` and `--no-paginate`";

/// Why entries are refused.
const NO_LIST: &str = "the answer does not say which prefix list has these entries: give the file \
                       the id of the list as its name, like `pl-0123456789abcdef0.json`";

/// The keys of an object in words.
fn list_keys(keys: &[Cow<'_, str>]) -> String {
    let shown: Vec<String> = keys.iter().take(3).map(|key| format!("`{key}`")).collect();
    match keys.len() {
        0 => "an empty object".to_string(),
        1..=3 => shown.join(", "),
        _ => format!("{} and others", shown.join(", ")),
    }
}

/// The id of a prefix list in the name of a file.
fn list_id(name: &str) -> Option<&str> {
    let id = &name[name.rfind("pl-")?..];
    let end = id[3..].find(|c: char| !c.is_ascii_hexdigit());
    let id = &id[..end.map_or(id.len(), |end| end + 3)];
    (id.len() > 3).then_some(id)
}

/// Each element of a list, one after another.
struct Each<T, F> {
    take: F,
    element: PhantomData<T>,
}

impl<T, F: FnMut(T)> Each<T, F> {
    fn new(take: F) -> Each<T, F> {
        let element = PhantomData;
        Each { take, element }
    }
}

impl<'de, T: Deserialize<'de>, F: FnMut(T)> DeserializeSeed<'de> for Each<T, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de, T: Deserialize<'de>, F: FnMut(T)> Visitor<'de> for Each<T, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(element) = list.next_element()? {
            (self.take)(element);
        }
        Ok(())
    }
}

/// An error of an answer, with its place in the whole file.
fn error(text: &str, start: usize, error: &serde_json::Error) -> SourceError {
    let lines_before = text[..start].matches('\n').count();
    let column_before = match error.line() {
        1 => start - text[..start].rfind('\n').map_or(0, |end| end + 1),
        _ => 0,
    };
    SourceError {
        place: Some((lines_before + error.line(), column_before + error.column())),
        file: None,
        ..SourceError::from_json(error)
    }
}

impl AccountReader {
    fn add_group(&mut self, group: Group<'_>) {
        let called = match &self.wanted {
            None => None,
            Some(wanted) => match wanted.groups.get(group.group_id.as_ref()) {
                Some(name) => Some(name.clone()),
                None => return,
            },
        };
        let name_tag = group.tags.iter().find(|tag| tag.key == "Name");
        let group_name = without_unique_suffix(&group.group_name);
        let names = [
            called.as_deref(),
            name_tag.map(|tag| tag.value.as_ref()),
            Some(group_name),
        ];
        self.builder.add_group(GroupEntry {
            keys: vec![group.group_id.as_ref().into()],
            names: names.into_iter().flatten().map(Cow::Borrowed).collect(),
            group_name: Some(Words::Known(group.group_name.as_ref().into())),
            name_prefix: None,
            description: Some(Words::Known(group.description.as_ref().into())),
            vpc: group
                .vpc_id
                .as_ref()
                .map(|id| Value::Known(id.as_ref().into())),
            tags: written_tags(&group.tags),
            origin: self.origin(&group.group_id),
        });

        if let Some(account) = &group.owner_id {
            self.builder.set_account(account);
        }
        let directions = [
            (Direction::Ingress, &group.ip_permissions),
            (Direction::Egress, &group.ip_permissions_egress),
        ];
        for (direction, permissions) in directions {
            for permission in permissions {
                self.add_permission(&group.group_id, direction, permission);
            }
        }
    }

    /// Adds a rule for each peer of a permission.
    fn add_permission(&mut self, group: &str, direction: Direction, permission: &Permission<'_>) {
        let blocks = permission.ip_ranges.iter().map(|range| {
            let block = Value::known(range.cidr_ip.as_ref());
            (
                PeerEntry::Block(block, Family::V4),
                &range.cidr_ip,
                &range.description,
            )
        });
        let blocks_v6 = permission.ipv6_ranges.iter().map(|range| {
            let block = Value::known(range.cidr_ipv6.as_ref());
            (
                PeerEntry::Block(block, Family::V6),
                &range.cidr_ipv6,
                &range.description,
            )
        });
        let lists = permission.prefix_list_ids.iter().map(|list| {
            let id = Value::known(list.prefix_list_id.as_ref());
            (
                PeerEntry::PrefixList(id),
                &list.prefix_list_id,
                &list.description,
            )
        });
        let groups = permission
            .user_id_group_pairs
            .iter()
            .map(|pair| (group_peer(pair), &pair.group_id, &pair.description));

        for (peer, place, description) in blocks.chain(blocks_v6).chain(lists).chain(groups) {
            let rule = RuleEntry {
                group: Value::known(group),
                direction,
                protocol: Value::known(permission.ip_protocol.as_ref()),
                from: port(permission.from_port),
                to: port(permission.to_port),
                peer,
                description: description.as_deref().map(Words::known),
                tags: Vec::new(),
                origin: Origin {
                    id: None,
                    ..self.origin(place)
                },
            };
            self.builder.add_rule(rule);
        }
    }

    fn add_rule(&mut self, rule: Rule<'_>) {
        let is_wanted = |wanted: &Wanted| {
            wanted.groups.contains_key(rule.group_id.as_ref())
                || wanted.rules.contains(rule.security_group_rule_id.as_ref())
        };
        if self.wanted.as_ref().is_some_and(|it| !is_wanted(it)) {
            return;
        }
        if let Some(account) = &rule.group_owner_id {
            self.builder.set_account(account);
        }
        let block = |block: &Cow<'_, str>, family| {
            PeerEntry::Block(Value::Known(block.to_string().into()), family)
        };
        let peer = match (&rule.cidr_ipv4, &rule.cidr_ipv6, &rule.prefix_list_id) {
            (Some(v4), ..) => block(v4, Family::V4),
            (_, Some(v6), _) => block(v6, Family::V6),
            (.., Some(list)) => PeerEntry::PrefixList(Value::known(list.as_ref())),
            (None, None, None) => match &rule.referenced_group_info {
                Some(group) => group_peer(group),
                None => {
                    let origin = self.origin(&rule.security_group_rule_id);
                    return self.builder.reject_rule(origin, BadRule::NoPeer);
                }
            },
        };

        let entry = RuleEntry {
            group: Value::known(rule.group_id.as_ref()),
            direction: match rule.is_egress {
                true => Direction::Egress,
                false => Direction::Ingress,
            },
            protocol: Value::known(rule.ip_protocol.as_ref()),
            from: port(rule.from_port),
            to: port(rule.to_port),
            peer,
            description: rule.description.as_deref().map(Words::known),
            tags: written_tags(&rule.tags),
            origin: self.origin(&rule.security_group_rule_id),
        };
        self.builder.add_rule(entry);
    }

    /// Where an id was read: it is a part of the file, unless it was written with escapes.
    fn origin(&self, id: &str) -> Origin {
        let start = (id.as_ptr() as usize).checked_sub(self.base);
        let start = start.filter(|start| start + id.len() <= self.length);
        Origin {
            id: Some(id.into()),
            address: None,
            span: start.map(|start| Span {
                file: FileId(self.files),
                start: start as u32,
                end: (start + id.len()) as u32,
            }),
            holder: Holder::Account,
        }
    }

    fn add_vpc(&mut self, vpc: Vpc<'_>) {
        let name = vpc.tags.iter().find(|tag| tag.key == "Name");
        let primary = vpc.cidr_block.iter();
        let sets = vpc
            .cidr_block_association_set
            .iter()
            .chain(&vpc.ipv6_cidr_block_association_set);
        let associated = sets.filter_map(|association| {
            let state = association
                .cidr_block_state
                .as_ref()
                .or(association.ipv6_cidr_block_state.as_ref());
            let is_there = state.is_none_or(|state| state.state == "associated");
            let block = association
                .cidr_block
                .as_ref()
                .or(association.ipv6_cidr_block.as_ref());
            block.filter(|_| is_there)
        });
        let mut blocks: Vec<IpNet> = Vec::new();
        for block in primary.chain(associated).filter_map(|it| it.parse().ok()) {
            if !blocks.contains(&block) {
                blocks.push(block);
            }
        }

        self.builder.add_vpc(inventory::Vpc {
            id: vpc.vpc_id.into_owned(),
            name: name.map(|tag| tag.value.to_string()),
            blocks,
        });
    }

    fn add_list(&mut self, list: PrefixList<'_>) {
        let owned = |text: Cow<'_, str>| Cow::<'static, str>::Owned(text.into_owned());
        let tags = list.tags.into_iter();
        self.lists.push(ListEntry {
            keys: vec![owned(list.prefix_list_id)],
            name: owned(list.prefix_list_name),
            family: list_family(list.address_family.as_deref()),
            entries: list.max_entries,
            blocks: None,
            is_made: false,
            tags: tags
                .map(|tag| (owned(tag.key), Words::Known(owned(tag.value))))
                .collect(),
        });
    }
}

fn group_peer<'p>(pair: &'p Pair<'_>) -> PeerEntry<'p> {
    let account = pair.user_id.as_deref().map(Cow::Borrowed);
    PeerEntry::Group(Value::known(pair.group_id.as_ref()), account)
}

fn port(number: Option<i64>) -> Option<Value<'static>> {
    number.map(|number| Value::known(number.to_string()))
}

fn written_tags<'t>(tags: &'t [Tag<'_>]) -> Vec<(Cow<'t, str>, Words<'t>)> {
    let tags = tags.iter();
    tags.map(|tag| (tag.key.as_ref().into(), Words::known(tag.value.as_ref())))
        .collect()
}
