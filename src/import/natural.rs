//! The program that a person would write for what exists.
//!
//! Tiers are open where they may send everything, the two rules of a connection between groups are
//! one sentence, and sentences that differ in one thing are merged:
//!
//! ```text
//! tier web { description = "Web servers" }
//! tier db { outbound = closed }
//!
//! web allows http, https from anywhere
//! db  allows mysql       from web "orders"
//! ```

use super::declarations::ProgramNames;
use super::sentence::{Connection, Verb, merge_connections, write_suffix, write_tags};
use super::text::quoted;
use crate::aws::{Direction, GroupId, Peer, Rule, RuleKey, SecurityGroup, State, Text, TextRef};
use crate::inventory::{Inventory, RULE_QUOTA};
use crate::net::{EVERY_IPV4, EVERY_IPV6, Traffic};
use std::collections::{BTreeMap, BTreeSet};

/// The description of a group that Terraform writes where none is given (AWS provider,
/// `aws_security_group`).
pub const DEFAULT_DESCRIPTION: &str = "Managed by Terraform";

/// Where the texts and tags of groups and rules are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    /// In the program, word for word.
    InProgram,
    /// In the [ledger](crate::ledger) beside it, so the program has only those that read well: the
    /// name and the description of a group, which AWS cannot change, and a text that all rules of a
    /// sentence have.
    InLedger,
}

/// A program with the groups and rules of an inventory, and the number of its sentences.
pub fn write_natural(inventory: &Inventory, stack: &str, texts: Texts) -> (String, usize) {
    let importer = Importer::new(inventory, texts);
    let mut text = importer.stack_statement(stack);
    text.push('\n');

    let declarations = importer.names.declarations(inventory, true);
    for line in &declarations {
        text.push_str(line);
        text.push('\n');
    }
    if !declarations.is_empty() {
        text.push('\n');
    }

    for (id, group) in inventory.state.own_groups() {
        text.push_str(&importer.tier_statement(id, group));
        text.push('\n');
    }

    let sentences = merge_connections(importer.connections());
    let mut subjects: Option<&[String]> = None;
    for sentence in &sentences {
        if subjects != Some(&sentence.subjects) {
            text.push('\n');
            subjects = Some(&sentence.subjects);
        }
        text.push_str(&sentence.write());
        text.push('\n');
    }
    (text, sentences.len())
}

/// What a group may send without a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outbound {
    Open,
    OpenIpv4,
    OpenIpv6,
    Closed,
}

struct Importer<'i> {
    state: &'i State,
    texts: Texts,
    names: ProgramNames<'i>,
    /// By group.
    outbound: Vec<Outbound>,
    /// The tags that every group has.
    common_tags: BTreeMap<&'i str, &'i Text>,
    /// The text of the rules of open groups that most of them have.
    open_text: TextRef<'i>,
    /// Whether most groups are closed.
    is_closed: bool,
}

impl<'i> Importer<'i> {
    fn new(inventory: &'i Inventory, texts: Texts) -> Importer<'i> {
        let state = &inventory.state;
        let outbound: Vec<Outbound> = state
            .groups
            .iter()
            .map(|group| outbound_of(state, group, texts))
            .collect();
        let closed = outbound
            .iter()
            .filter(|it| **it == Outbound::Closed)
            .count();
        let open_texts = state
            .own_groups()
            .filter_map(|(_, group)| open_text(state, group));

        Importer {
            state,
            texts,
            names: ProgramNames::new(inventory),
            common_tags: common_tags(state),
            open_text: most_common(open_texts).unwrap_or(TextRef::known("")),
            is_closed: 2 * closed > outbound.len(),
            outbound,
        }
    }

    fn stack_statement(&self, name: &str) -> String {
        let mut entries = Vec::new();
        if self.texts == Texts::InProgram {
            entries.push("labels = written".to_string());
        }
        if self.is_closed {
            entries.push("outbound = closed".to_string());
        }
        if self.state.rule_quota > RULE_QUOTA {
            entries.push(format!("rule-quota = {}", self.state.rule_quota));
        }
        if self.texts == Texts::InProgram && !self.open_text.stored().is_empty() {
            entries.push(format!("outbound-description = {}", quoted(self.open_text)));
        }
        if !self.common_tags.is_empty() {
            let tags = self.common_tags.iter();
            let tags: Vec<(String, Text)> = tags
                .map(|(key, value)| (key.to_string(), (*value).clone()))
                .collect();
            entries.push(format!("tags = {}", write_tags(&tags)));
        }
        match entries.is_empty() {
            true => format!("stack {name}\n"),
            false => format!("stack {name} {{ {} }}\n", entries.join(", ")),
        }
    }

    fn tier_statement(&self, id: GroupId, group: &SecurityGroup) -> String {
        let mut entries = Vec::new();
        if self.names.vpc_count() > 1 {
            entries.push(self.names.vpc_entry(group));
        }
        entries.extend(self.outbound_entries(id, group));

        match &group.group_name {
            _ if group.has_own_prefix => {
                let prefix = quoted(group.name_prefix.view());
                entries.push(format!("name-prefix = {prefix}"));
            }
            Some(name) => entries.push(format!("name = {}", quoted(name.view()))),
            None => {}
        }
        let description = &group.description;
        if !description.is_empty() && *description != Text::known(DEFAULT_DESCRIPTION) {
            entries.push(format!("description = {}", quoted(description.view())));
        }
        let is_own = |(key, _): &&(String, Text)| !self.common_tags.contains_key(key.as_str());
        let tags: Vec<(String, Text)> = group.tags.iter().filter(is_own).cloned().collect();
        if self.texts == Texts::InProgram && !tags.is_empty() {
            entries.push(format!("tags = {}", write_tags(&tags)));
        }

        match entries.is_empty() {
            true => format!("tier {}", group.name),
            false => format!("tier {} {{ {} }}", group.name, entries.join(", ")),
        }
    }

    fn outbound_entries(&self, id: GroupId, group: &SecurityGroup) -> Vec<String> {
        let mut entries = Vec::new();
        match (self.outbound[id.index()], self.is_closed) {
            (Outbound::Closed, true) | (Outbound::Open, false) => {}
            (Outbound::Closed, false) => entries.push("outbound = closed".to_string()),
            (Outbound::Open, true) => entries.push("outbound = open".to_string()),
            (Outbound::OpenIpv4, _) => entries.push("outbound = open-ipv4".to_string()),
            (Outbound::OpenIpv6, _) => entries.push("outbound = open-ipv6".to_string()),
        }
        if let Some(text) = open_text(self.state, group)
            && self.texts == Texts::InProgram
            && self.outbound[id.index()] != Outbound::Closed
            && text != self.open_text
        {
            entries.push(format!("outbound-description = {}", quoted(text)));
        }
        entries
    }

    /// What all rules say: those of one connection between two groups together.
    fn connections(&self) -> Vec<Connection> {
        let mut partners = self.partners();
        let mut connections = Vec::new();

        for (id, group) in self.state.groups_by_id() {
            for rule in group.rules_in(Direction::Ingress) {
                connections.push(self.inbound_connection(id, rule, &mut partners));
            }
        }
        for (id, group) in self.state.groups_by_id() {
            for rule in group.rules_in(Direction::Egress) {
                let is_partner = partners.get(&(id, rule.key)).is_some_and(|used| *used);
                if !is_partner && !self.is_made_by_open(id, rule) {
                    connections.push(self.outbound_connection(id, rule));
                }
            }
        }
        connections
    }

    /// The outbound rules to groups, and whether a sentence about their receiver says them.
    fn partners(&self) -> BTreeMap<(GroupId, RuleKey), bool> {
        let mut partners = BTreeMap::new();
        for (id, group) in self.state.own_groups() {
            for rule in group.rules_in(Direction::Egress) {
                if matches!(rule.key.peer, Peer::Group(_) | Peer::ForeignGroup(_)) {
                    partners.insert((id, rule.key), false);
                }
            }
        }
        partners
    }

    fn inbound_connection(
        &self,
        id: GroupId,
        rule: &Rule,
        partners: &mut BTreeMap<(GroupId, RuleKey), bool>,
    ) -> Connection {
        let (text, tags) = (self.state.description(rule), self.state.tags(rule));
        let sender = match rule.key.peer {
            Peer::Group(sender) if self.state.group(sender).made_elsewhere.is_none() => {
                Some(sender)
            }
            _ => None,
        };
        let (verb, outbound) = match sender {
            None => (Verb::Allows, None),
            // such a tier gets no rule for the connection
            Some(sender) if self.needs_no_rule(sender, id) => (Verb::Allows, None),
            Some(sender) => match self.partner(id, rule, sender) {
                Some(other) if self.texts == Texts::InLedger || self.state.tags(other) == tags => {
                    partners.insert((sender, other.key), true);
                    (Verb::Allows, Some(self.state.description(other)))
                }
                Some(_) | None => (Verb::Accepts, None),
            },
        };
        Connection {
            subject: self.names.group(id),
            verb,
            way: "from",
            traffic: rule.key.traffic,
            peer: self.peer_of(id, rule.key.peer),
            suffix: self.suffix(text, outbound, tags),
            remark: self.remark(text),
        }
    }

    /// What the sentence of a rule ends with; another suffix is another sentence.
    fn suffix(
        &self,
        text: TextRef<'_>,
        outbound: Option<TextRef<'_>>,
        tags: &[(String, Text)],
    ) -> String {
        match self.texts {
            Texts::InProgram => write_suffix(text, outbound, tags),
            Texts::InLedger => String::new(),
        }
    }

    /// What the sentence of a rule ends with if all its rules have it.
    fn remark(&self, text: TextRef<'_>) -> String {
        match self.texts {
            Texts::InLedger if !text.stored().is_empty() => quoted(text),
            Texts::InLedger | Texts::InProgram => String::new(),
        }
    }

    /// Whether a sentence that `allows` writes no outbound rule of a sender: it is open, or sentences
    /// let it send everything in both IP versions, and the receiver is a tier.
    fn needs_no_rule(&self, sender: GroupId, receiver: GroupId) -> bool {
        let sends_everything = open_rules(self.state.group(sender)).count() == 2;
        let is_tier = self.state.group(receiver).made_elsewhere.is_none();
        self.outbound[sender.index()] != Outbound::Closed || sends_everything && is_tier
    }

    /// The outbound rule of the sender for the connection that an inbound rule admits.
    fn partner(&self, id: GroupId, rule: &Rule, sender: GroupId) -> Option<&'i Rule> {
        let peer = match self.state.group(id).made_elsewhere {
            Some(foreign) => Peer::ForeignGroup(foreign),
            None => Peer::Group(id),
        };
        let key = RuleKey {
            direction: Direction::Egress,
            traffic: rule.key.traffic,
            peer,
        };
        let rules = self.state.group(sender).rules_in(Direction::Egress);
        let found = rules.binary_search_by_key(&key, |rule| rule.key).ok()?;
        Some(&rules[found])
    }

    fn outbound_connection(&self, id: GroupId, rule: &Rule) -> Connection {
        let is_open = self.outbound[id.index()] != Outbound::Closed;
        let is_to_tier = matches!(rule.key.peer, Peer::Group(_));
        Connection {
            subject: self.names.group(id),
            verb: match is_open || is_to_tier {
                true => Verb::Sends,
                false => Verb::Allows,
            },
            way: "to",
            traffic: rule.key.traffic,
            peer: self.peer_of(id, rule.key.peer),
            suffix: self.suffix(self.state.description(rule), None, self.state.tags(rule)),
            remark: self.remark(self.state.description(rule)),
        }
    }

    fn peer_of(&self, id: GroupId, peer: Peer) -> String {
        let is_own = self.state.group(id).made_elsewhere.is_none();
        match peer == Peer::Group(id) && is_own {
            true => "itself".to_string(),
            false => self.names.peer(peer),
        }
    }

    /// Whether a rule is one that an open tier has without a sentence.
    fn is_made_by_open(&self, id: GroupId, rule: &Rule) -> bool {
        let blocks: &[_] = match self.outbound[id.index()] {
            Outbound::Open => &[EVERY_IPV4, EVERY_IPV6],
            Outbound::OpenIpv4 => &[EVERY_IPV4],
            Outbound::OpenIpv6 => &[EVERY_IPV6],
            Outbound::Closed => &[],
        };
        let names_it = |block: &ipnet::IpNet| rule.key.peer == Peer::Block(*block);
        rule.key.traffic == Traffic::All && blocks.iter().any(names_it)
    }
}

/// The rules of a group for all outbound traffic to everywhere.
fn open_rules(group: &SecurityGroup) -> impl Iterator<Item = &Rule> {
    let every = [EVERY_IPV4, EVERY_IPV6].map(Peer::Block);
    let rules = group.rules_in(Direction::Egress).iter();
    rules.filter(move |rule| rule.key.traffic == Traffic::All && every.contains(&rule.key.peer))
}

/// Open if rules admit everything, with one text and no tags where the program has these.
fn outbound_of(state: &State, group: &SecurityGroup, texts: Texts) -> Outbound {
    let rules: Vec<&Rule> = open_rules(group).collect();
    let found: BTreeSet<&str> = rules
        .iter()
        .map(|rule| state.stored_description(rule))
        .collect();
    let is_plain = found.len() == 1 && rules.iter().all(|rule| rule.tags.is_none());
    if texts == Texts::InProgram && !is_plain || group.made_elsewhere.is_some() {
        return Outbound::Closed;
    }
    match rules.as_slice() {
        [_, _] => Outbound::Open,
        [rule] if rule.key.peer == Peer::Block(EVERY_IPV4) => Outbound::OpenIpv4,
        [_] => Outbound::OpenIpv6,
        _ => Outbound::Closed,
    }
}

fn open_text<'s>(state: &'s State, group: &SecurityGroup) -> Option<TextRef<'s>> {
    let rule = open_rules(group).next()?;
    Some(state.description(rule))
}

fn most_common<'s>(texts: impl Iterator<Item = TextRef<'s>>) -> Option<TextRef<'s>> {
    let mut counts: BTreeMap<TextRef<'_>, usize> = BTreeMap::new();
    texts.for_each(|text| *counts.entry(text).or_default() += 1);
    let most = counts.iter().max_by_key(|(_, count)| **count);
    most.map(|(text, _)| *text)
}

/// The tags that every group has with the same value; none if there is one group.
fn common_tags(state: &State) -> BTreeMap<&str, &Text> {
    let mut groups = state.own_groups().map(|(_, group)| &group.tags);
    let (Some(first), true) = (groups.next(), state.own_group_count() > 1) else {
        return BTreeMap::new();
    };
    let mut common: BTreeMap<&str, &Text> = first
        .iter()
        .map(|(key, value)| (key.as_str(), value))
        .collect();
    for tags in groups {
        common.retain(|key, value| tags.iter().any(|(own, it)| own == key && it == *value));
    }
    common.remove("Name");
    common
}
