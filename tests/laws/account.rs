//! An account in which a state was deployed: every parameter has a value, and every group and rule
//! an id; and what the `aws` command prints of it.

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tierwall::aws::{
    Direction, ForeignGroupId, GroupId, ListReference, ParamKind, ParameterId, Peer, Reference,
    State, Text, TextPiece, TextRef,
};
use tierwall::net::{AwsPort, PortEnd, Ports, Traffic};

/// The account that has the groups.
const ACCOUNT: &str = "111122223333";

/// Groups and rules of an account.
#[derive(Debug)]
pub struct Account {
    pub groups: Vec<AccountGroup>,
    pub rules: Vec<AccountRule>,
}

/// A group of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountGroup {
    pub id: String,
    pub name: String,
    pub description: String,
    pub vpc: String,
    pub tags: BTreeMap<String, String>,
}

/// A rule of the account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountRule {
    /// The id of its group.
    pub group: String,
    pub direction: Direction,
    pub traffic: Traffic,
    /// `203.0.113.0/24`, `sg-…`, `444455556666/sg-…`, `pl-…`
    pub peer: String,
    pub description: String,
    pub tags: BTreeMap<String, String>,
    pub id: Option<String>,
}

impl Account {
    /// The account after a state was deployed in it.
    pub fn deploy(state: &State) -> Account {
        let groups = state.own_groups().map(|(id, group)| AccountGroup {
            id: group_id(state, id),
            name: match &group.group_name {
                Some(name) => filled(name.view()),
                None => format!("{}{:026}", filled(group.name_prefix.view()), id.0),
            },
            description: match group.description.is_empty() {
                true => "Managed by Terraform".to_string(),
                false => filled(group.description.view()),
            },
            vpc: reference(&group.vpc, "vpc-"),
            tags: filled_tags(&group.tags),
        });

        let (mut rules, mut keys) = (Vec::new(), BTreeSet::new());
        for (id, group) in state.groups_by_id() {
            for rule in &group.rules {
                for peer in peers(state, rule.key.peer) {
                    let traffic = filled_traffic(rule.key.traffic);
                    let key = (id, rule.key.direction, traffic, peer.clone());
                    if !keys.insert(key) {
                        // two parameters have one value: AWS would refuse the second rule
                        continue;
                    }
                    rules.push(AccountRule {
                        group: group_id(state, id),
                        direction: rule.key.direction,
                        traffic,
                        peer,
                        description: filled(state.description(rule)),
                        tags: filled_tags(state.tags(rule)),
                        id: Some(format!("sgr-{:017x}", rules.len())),
                    });
                }
            }
        }
        Account {
            groups: groups.collect(),
            rules,
        }
    }

    /// What `aws ec2 describe-security-groups` prints, with a permission for each rule.
    pub fn describe_groups(&self) -> String {
        let groups = self.groups.iter().map(|group| {
            let permissions = |direction| -> Vec<Value> {
                let rules = self.rules.iter();
                let own = rules.filter(|it| it.group == group.id && it.direction == direction);
                own.map(permission).collect()
            };
            json!({
                "GroupId": group.id,
                "GroupName": group.name,
                "Description": group.description,
                "OwnerId": ACCOUNT,
                "VpcId": group.vpc,
                "Tags": tags(&group.tags),
                "IpPermissions": permissions(Direction::Ingress),
                "IpPermissionsEgress": permissions(Direction::Egress),
            })
        });
        json!({ "SecurityGroups": groups.collect::<Vec<_>>() }).to_string()
    }

    /// What `aws ec2 describe-security-group-rules` prints.
    pub fn describe_rules(&self) -> String {
        let rules = self.rules.iter().map(|rule| {
            let mut shown = json!({
                "SecurityGroupRuleId": rule.id,
                "GroupId": rule.group,
                "GroupOwnerId": ACCOUNT,
                "IsEgress": rule.direction == Direction::Egress,
                "IpProtocol": rule.traffic.protocol().to_string(),
                "FromPort": -1,
                "ToPort": -1,
                "Tags": tags(&rule.tags),
            });
            if let Some((from, to)) = numbers(rule.traffic) {
                shown["FromPort"] = json!(from);
                shown["ToPort"] = json!(to);
            }
            match rule.peer_kind() {
                PeerKind::Block(family) => shown[format!("CidrIpv{family}")] = json!(rule.peer),
                PeerKind::List => shown["PrefixListId"] = json!(rule.peer),
                PeerKind::Group => shown["ReferencedGroupInfo"] = rule.group_pair(),
            }
            if !rule.description.is_empty() {
                shown["Description"] = json!(rule.description);
            }
            shown
        });
        json!({ "SecurityGroupRules": rules.collect::<Vec<_>>() }).to_string()
    }
}

enum PeerKind {
    /// Of IPv4 or IPv6.
    Block(u8),
    List,
    Group,
}

impl AccountRule {
    fn peer_kind(&self) -> PeerKind {
        match &self.peer {
            peer if peer.starts_with("pl-") => PeerKind::List,
            peer if peer.contains("sg-") => PeerKind::Group,
            peer if peer.contains(':') => PeerKind::Block(6),
            _ => PeerKind::Block(4),
        }
    }

    fn group_pair(&self) -> Value {
        let (account, group) = self.peer.split_once('/').unwrap_or((ACCOUNT, &self.peer));
        json!({ "GroupId": group, "UserId": account })
    }
}

/// A rule as an `IpPermission`.
fn permission(rule: &AccountRule) -> Value {
    let mut shown = json!({ "IpProtocol": rule.traffic.protocol().to_string() });
    if let Some((from, to)) = numbers(rule.traffic) {
        shown["FromPort"] = json!(from);
        shown["ToPort"] = json!(to);
    }
    let (list, mut peer) = match rule.peer_kind() {
        PeerKind::Block(4) => ("IpRanges", json!({ "CidrIp": rule.peer })),
        PeerKind::Block(_) => ("Ipv6Ranges", json!({ "CidrIpv6": rule.peer })),
        PeerKind::List => ("PrefixListIds", json!({ "PrefixListId": rule.peer })),
        PeerKind::Group => ("UserIdGroupPairs", rule.group_pair()),
    };
    if !rule.description.is_empty() {
        peer["Description"] = json!(rule.description);
    }
    shown[list] = json!([peer]);
    shown
}

fn numbers(traffic: Traffic) -> Option<(i32, i32)> {
    match traffic.aws_ports()? {
        (AwsPort::Number(from), AwsPort::Number(to)) => Some((from, to)),
        (from, to) => panic!("ports of an account are known: {from:?} {to:?}"),
    }
}

fn tags(tags: &BTreeMap<String, String>) -> Value {
    let tags = tags.iter();
    tags.map(|(key, value)| json!({ "Key": key, "Value": value }))
        .collect()
}

fn filled_tags(tags: &[(String, Text)]) -> BTreeMap<String, String> {
    let tags = tags.iter();
    tags.map(|(key, value)| (key.clone(), filled(value.view())))
        .collect()
}

/// A text whose parameters have values.
fn filled(text: TextRef<'_>) -> String {
    let pieces = text.pieces().map(|piece| match piece {
        TextPiece::Literal(text) => text.to_string(),
        TextPiece::Parameter(name) => format!("value-of-{name}"),
    });
    pieces.collect()
}

fn group_id(state: &State, id: GroupId) -> String {
    match state.group(id).made_elsewhere {
        Some(foreign) => foreign_id(state, foreign),
        None => format!("sg-{:017x}", id.0),
    }
}

fn foreign_id(state: &State, id: ForeignGroupId) -> String {
    let foreign = state.foreign_group(id);
    let id = reference(&foreign.reference, "sg-");
    match &foreign.account {
        Some(account) => format!("{account}/{id}"),
        None => id,
    }
}

/// The id of something outside; that of a parameter is made of its position.
fn reference(reference: &Reference, start: &str) -> String {
    match reference {
        Reference::Id(id) => id.clone(),
        Reference::Parameter(ParameterId(n)) => format!("{start}f{n:016x}"),
    }
}

/// What a peer is in the account: one, or each block of a list.
fn peers(state: &State, peer: Peer) -> Vec<String> {
    match peer {
        Peer::Block(block) => vec![block.to_string()],
        Peer::Group(id) => vec![group_id(state, id)],
        Peer::ForeignGroup(id) => vec![foreign_id(state, id)],
        Peer::PrefixList(id) => vec![match &state.prefix_list(id).reference {
            ListReference::Id(id) => id.clone(),
            ListReference::Aws(_) | ListReference::Parameter(_) | ListReference::Made(_) => {
                format!("pl-f{:016x}", id.0)
            }
        }],
        Peer::Parameter(id) => {
            let n = id.0;
            match state.parameter(id).kind {
                ParamKind::Cidr => vec![format!("198.51.100.{n}/32")],
                ParamKind::CidrIpv6 => vec![format!("2001:db8:ffff::{:x}/128", n + 1)],
                ParamKind::CidrList => {
                    vec![format!("198.51.100.{n}/32"), format!("203.0.113.{n}/32")]
                }
                ParamKind::CidrIpv6List => vec![format!("2001:db8:fffe::{:x}/128", n + 1)],
                kind => panic!("{kind:?} is no peer"),
            }
        }
    }
}

/// Traffic whose ports have values.
fn filled_traffic(traffic: Traffic) -> Traffic {
    let ports = match traffic.unknown_ports() {
        None => return traffic,
        Some(ports) => match ports.ends() {
            (PortEnd::Number(from), PortEnd::Parameter(_)) => Ports {
                from: *from,
                to: *from,
            },
            (_, PortEnd::Number(to)) => Ports { from: *to, to: *to },
            (PortEnd::Parameter(_), PortEnd::Parameter(_)) => Ports {
                from: 8123,
                to: 8123,
            },
        },
    };
    match traffic {
        Traffic::UdpUnknown(_) => Traffic::Udp(ports),
        _ => Traffic::Tcp(ports),
    }
}

/// How the configuration of a deployment writes the rules of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleStyle {
    /// `ingress { … }`
    Inline,
    /// `aws_security_group_rule`
    OldResource,
    /// `aws_vpc_security_group_ingress_rule`
    OwnResource,
}

impl RuleStyle {
    /// Each group in a style of its own, by its id.
    pub fn of_group(group: &str) -> RuleStyle {
        match group.bytes().last().map_or(0, |byte| byte % 3) {
            0 => RuleStyle::Inline,
            1 => RuleStyle::OldResource,
            _ => RuleStyle::OwnResource,
        }
    }
}

impl Account {
    /// What of the rules a state of Terraform has: tags of resources of one rule alone, and no ids of
    /// inline rules.
    pub fn known_to_terraform(&self) -> Vec<AccountRule> {
        let rules = self.rules.iter().cloned().map(|rule| {
            let style = match self.groups.iter().any(|group| group.id == rule.group) {
                true => RuleStyle::of_group(&rule.group),
                false => RuleStyle::OwnResource,
            };
            AccountRule {
                id: rule.id.filter(|_| style != RuleStyle::Inline),
                tags: match style {
                    RuleStyle::OwnResource => rule.tags,
                    RuleStyle::Inline | RuleStyle::OldResource => BTreeMap::new(),
                },
                ..rule
            }
        });
        rules.collect()
    }

    /// The state of Terraform after it deployed the account, as `terraform show -json` prints it.
    pub fn terraform_state(&self) -> String {
        let mut resources = Vec::new();
        for (n, group) in self.groups.iter().enumerate() {
            let inline = |direction| -> Vec<Value> {
                let rules = self.rules_of(&group.id, RuleStyle::Inline);
                let rules = rules.filter(|rule| rule.direction == direction);
                rules.map(inline_block).collect()
            };
            let values = json!({
                "id": group.id, "name": group.name, "name_prefix": "",
                "description": group.description, "vpc_id": group.vpc, "owner_id": ACCOUNT,
                "tags": group.tags, "tags_all": group.tags,
                "ingress": inline(Direction::Ingress), "egress": inline(Direction::Egress),
            });
            resources.push(resource("aws_security_group", &format!("g{n}"), values));
        }

        for (n, rule) in self.rules.iter().enumerate() {
            let is_own = self.groups.iter().any(|group| group.id == rule.group);
            let name = format!("r{n}");
            match RuleStyle::of_group(&rule.group) {
                RuleStyle::Inline if is_own => {}
                RuleStyle::OldResource if is_own => {
                    let mut values = inline_block(rule);
                    values["type"] = json!(match rule.direction {
                        Direction::Ingress => "ingress",
                        Direction::Egress => "egress",
                    });
                    values["security_group_id"] = json!(rule.group);
                    values["security_group_rule_id"] = json!(rule.id);
                    values["source_security_group_id"] = values["security_groups"][0].clone();
                    values["security_groups"] = Value::Null;
                    resources.push(resource("aws_security_group_rule", &name, values));
                }
                _ => resources.push(own_resource(rule, &name)),
            }
        }
        json!({
            "format_version": "1.0",
            "terraform_version": "1.11.4",
            "values": { "root_module": { "resources": resources } },
        })
        .to_string()
    }

    fn rules_of(&self, group: &str, style: RuleStyle) -> impl Iterator<Item = &AccountRule> {
        let is_in_style = RuleStyle::of_group(group) == style;
        let rules = self.rules.iter();
        rules.filter(move |rule| is_in_style && rule.group == group)
    }
}

fn resource(kind: &str, name: &str, values: Value) -> Value {
    json!({
        "address": format!("{kind}.{name}"), "mode": "managed", "type": kind, "name": name,
        "values": values,
    })
}

/// A rule as an element of `ingress` or `egress`: all traffic is `-1`, 0 and 0.
fn inline_block(rule: &AccountRule) -> Value {
    let (from, to) = numbers(rule.traffic).unwrap_or((0, 0));
    let mut block = json!({
        "protocol": rule.traffic.protocol().to_string(), "from_port": from, "to_port": to,
        "cidr_blocks": [], "ipv6_cidr_blocks": [], "prefix_list_ids": [], "security_groups": [],
        "self": false, "description": rule.description,
    });
    match rule.peer_kind() {
        PeerKind::Group if rule.peer == rule.group => block["self"] = json!(true),
        PeerKind::Group => block["security_groups"] = json!([rule.peer]),
        PeerKind::List => block["prefix_list_ids"] = json!([rule.peer]),
        PeerKind::Block(4) => block["cidr_blocks"] = json!([rule.peer]),
        PeerKind::Block(_) => block["ipv6_cidr_blocks"] = json!([rule.peer]),
    }
    block
}

fn own_resource(rule: &AccountRule, name: &str) -> Value {
    let kind = match rule.direction {
        Direction::Ingress => "aws_vpc_security_group_ingress_rule",
        Direction::Egress => "aws_vpc_security_group_egress_rule",
    };
    let (from, to) = numbers(rule.traffic).unzip();
    let mut values = json!({
        "security_group_rule_id": rule.id, "security_group_id": rule.group,
        "ip_protocol": rule.traffic.protocol().to_string(), "from_port": from, "to_port": to,
        "tags": rule.tags, "tags_all": rule.tags,
    });
    if !rule.description.is_empty() {
        values["description"] = json!(rule.description);
    }
    let attribute = match rule.peer_kind() {
        PeerKind::Group => "referenced_security_group_id",
        PeerKind::List => "prefix_list_id",
        PeerKind::Block(4) => "cidr_ipv4",
        PeerKind::Block(_) => "cidr_ipv6",
    };
    values[attribute] = json!(rule.peer);
    resource(kind, name, values)
}

impl Account {
    /// A configuration that makes the account, in mixed styles: blocks and `dynamic` ones, a resource
    /// for each rule, and `for_each` over a map of rules.
    ///
    /// Groups refer to each other by their addresses; what is outside is named by its id.
    pub fn terraform_configuration(&self) -> String {
        let mut out = String::new();
        for (n, group) in self.groups.iter().enumerate() {
            let rules: Vec<&AccountRule> = self.rules_of(&group.id, RuleStyle::Inline).collect();
            out.push_str(&format!("resource \"aws_security_group\" \"g{n}\" {{\n"));
            push_texts(
                &mut out,
                [
                    ("name", &group.name),
                    ("description", &group.description),
                    ("vpc_id", &group.vpc),
                ],
            );
            out.push_str(&format!("  tags = {}\n", hcl_tags(&group.tags)));
            for rule in rules {
                self.push_inline(&mut out, rule);
            }
            out.push_str("}\n");
        }
        for (n, rule) in self.rules.iter().enumerate() {
            let is_own = self.groups.iter().any(|group| group.id == rule.group);
            match RuleStyle::of_group(&rule.group) {
                RuleStyle::Inline if is_own => {}
                RuleStyle::OldResource if is_own => self.push_old_rule(&mut out, n, rule),
                _ => self.push_own_rule(&mut out, n, rule),
            }
        }
        out
    }

    /// A group by its address, or by its id.
    fn group_expression(&self, id: &str) -> String {
        match self.groups.iter().position(|group| group.id == id) {
            Some(n) => format!("aws_security_group.g{n}.id"),
            None => quoted(id),
        }
    }

    fn push_inline(&self, out: &mut String, rule: &AccountRule) {
        let kind = direction_word(rule.direction);
        let is_dynamic = rule.description.len() % 2 == 1;
        let value = |name: &str| format!("{kind}.value.{name}");
        let (from, to) = numbers(rule.traffic).unwrap_or((0, 0));
        let (peer_name, peer) = self.block_peer(rule);
        let protocol = quoted(&rule.traffic.protocol().to_string());
        let description = quoted(&rule.description);
        if is_dynamic {
            out.push_str(&format!(
                "  dynamic \"{kind}\" {{\n    for_each = [{{ protocol = {protocol}, from = {from}, to = \
                 \"{to}\" }}]\n    content {{\n      protocol = {}\n      from_port = {}\n      to_port = \
                 tonumber({})\n      description = {description}\n      {peer_name} = {peer}\n    }}\n  }}\n",
                value("protocol"),
                value("from"),
                value("to"),
            ));
        } else {
            out.push_str(&format!(
                "  {kind} {{\n    protocol = {protocol}\n    from_port = {from}\n    to_port = {to}\n    \
                 description = {description}\n    {peer_name} = {peer}\n  }}\n"
            ));
        }
    }

    /// The attribute of a block that has the peer of a rule.
    fn block_peer(&self, rule: &AccountRule) -> (&'static str, String) {
        match rule.peer_kind() {
            PeerKind::Group if rule.peer == rule.group => ("self", "true".to_string()),
            PeerKind::Group => (
                "security_groups",
                format!("[{}]", self.group_expression(&rule.peer)),
            ),
            PeerKind::List => ("prefix_list_ids", format!("[{}]", quoted(&rule.peer))),
            PeerKind::Block(4) => (
                "cidr_blocks",
                format!("concat([{}], [])", quoted(&rule.peer)),
            ),
            PeerKind::Block(_) => ("ipv6_cidr_blocks", format!("[{}]", quoted(&rule.peer))),
        }
    }

    fn push_old_rule(&self, out: &mut String, n: usize, rule: &AccountRule) {
        let (from, to) = numbers(rule.traffic).unwrap_or((0, 0));
        let (peer_name, peer) = match self.block_peer(rule) {
            ("security_groups", _) => (
                "source_security_group_id",
                self.group_expression(&rule.peer),
            ),
            other => other,
        };
        out.push_str(&format!(
            "resource \"aws_security_group_rule\" \"r{n}\" {{\n  count = true ? 1 : 0\n  type = {}\n  \
             security_group_id = {}\n  protocol = {}\n  from_port = {from}\n  to_port = {to}\n  \
             description = {}\n  {peer_name} = {peer}\n}}\n",
            quoted(direction_word(rule.direction)),
            self.group_expression(&rule.group),
            quoted(&rule.traffic.protocol().to_string()),
            hcl_description(rule),
        ));
    }

    fn push_own_rule(&self, out: &mut String, n: usize, rule: &AccountRule) {
        let ports = numbers(rule.traffic).map_or(String::new(), |(_, to)| {
            format!("  from_port = each.value.from\n  to_port = {to}\n")
        });
        let (from, _) = numbers(rule.traffic).unwrap_or((0, 0));
        let (name, peer) = match rule.peer_kind() {
            PeerKind::Group => (
                "referenced_security_group_id",
                self.group_expression(&rule.peer),
            ),
            PeerKind::List => ("prefix_list_id", quoted(&rule.peer)),
            PeerKind::Block(4) => ("cidr_ipv4", quoted(&rule.peer)),
            PeerKind::Block(_) => ("cidr_ipv6", quoted(&rule.peer)),
        };
        out.push_str(&format!(
            "resource \"aws_vpc_security_group_{}_rule\" \"r{n}\" {{\n  for_each = {{ only = {{ from = \
             {from} }} }}\n  security_group_id = {}\n  ip_protocol = {}\n{ports}  description = {}\n  \
             {name} = {peer}\n  tags = {}\n}}\n",
            direction_word(rule.direction),
            self.group_expression(&rule.group),
            quoted(&rule.traffic.protocol().to_string()),
            hcl_description(rule),
            hcl_tags(&rule.tags),
        ));
    }
}

fn direction_word(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "ingress",
        Direction::Egress => "egress",
    }
}

fn push_texts(out: &mut String, texts: [(&str, &String); 3]) {
    for (name, text) in texts {
        out.push_str(&format!("  {name} = {}\n", quoted(text)));
    }
}

fn hcl_description(rule: &AccountRule) -> String {
    match rule.description.is_empty() {
        true => "null".to_string(),
        false => quoted(&rule.description),
    }
}

fn hcl_tags(tags: &BTreeMap<String, String>) -> String {
    let entries = tags.iter();
    let entries: Vec<String> = entries
        .map(|(key, value)| format!("{} = {}", quoted(key), quoted(value)))
        .collect();
    format!("merge({{ {} }}, {{}})", entries.join(", "))
}

/// A text in quotes of HCL.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '$' | '%' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
