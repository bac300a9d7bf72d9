//! Templates: what the reader of CloudFormation finds in the output of a program is what was
//! lowered, in JSON and in YAML; and it is what an account has in which the template was deployed.

use crate::account::{Account, AccountRule};
use crate::compile::{cases, emit, with};
use crate::generate::program;
use crate::yaml::as_yaml;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use tierwall::aws::{
    Direction, GroupId, ListReference, ParamKind, ParameterId, Peer, Reference, SecurityGroup,
    State, TemplateSource, Text, TextPiece, TextRef, aws_list,
};
use tierwall::groups::Deployment;
use tierwall::import::read;
use tierwall::inventory::{Inventory, Source, SourceFile};
use tierwall::net::{PortEnd, Traffic};
use tierwall::target::names::push_pascal;

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_template_holds_what_was_lowered(program in program()) {
        let (written, template) = with(&program.text(), lowered);
        if is_unsupported(&written) {
            return Ok(());
        }
        let wanted = Facts::of_written(&written).finish();
        let json = read_template("shop.json", &template, &[]);
        prop_assert_eq!(Facts::of_read(&json, &written).finish(), wanted.clone(), "{}", template);

        let yaml = as_yaml(&template);
        let read = read_template("shop.yaml", &yaml, &[]);
        prop_assert_eq!(Facts::of_read(&read, &written).finish(), wanted, "{}", yaml);
    }

    #[test]
    fn a_deployed_template_has_the_rules_of_the_account(program in program()) {
        let (written, template) = with(&program.text(), lowered);
        if is_unsupported(&written) || has_half_known_ports(&written) || imports_ports(&written) {
            return Ok(());
        }
        let account = Account::deploy(&written);
        let deployed: BTreeSet<String> = account.rules.iter().map(rule_of_account).collect();

        let inventory = read_template("shop.json", &template, &values(&written));
        let rules = Facts::of_read(&inventory, &written).rules_of(&inventory.state);
        prop_assert_eq!(without_halves(rules), without_halves(deployed), "{}", template);
    }
}

fn lowered(
    _: &tierwall::source::Sources,
    _: &tierwall::ast::ProgramTree,
    deployment: &Deployment<'_>,
) -> (State, String) {
    (deployment.to_state(), emit(deployment, "cloudformation"))
}

/// Whether a state has what CloudFormation has no property for, so that `build` refuses it: a rule
/// of a list of blocks, or an outbound one to a group of another account.
fn is_unsupported(state: &State) -> bool {
    let mut rules = state.rules();
    rules.any(|rule| match rule.key.peer {
        Peer::Parameter(id) => state.parameter(id).kind.is_list(),
        Peer::ForeignGroup(id) => {
            rule.key.direction == Direction::Egress && state.foreign_group(id).account.is_some()
        }
        Peer::Block(_) | Peer::Group(_) | Peer::PrefixList(_) => false,
    })
}

/// Whether a port is one that another stack exports: no value can be set for it.
fn imports_ports(state: &State) -> bool {
    let mut parameters = state.parameters.iter();
    parameters.any(|it| it.kind == ParamKind::Port && it.source.import().is_some())
}

/// Whether one end of some range of ports is a parameter: the account gives both one value.
fn has_half_known_ports(state: &State) -> bool {
    let ends = state
        .rules()
        .filter_map(|rule| Some(rule.key.traffic.unknown_ports()?.ends()));
    let mut half_known =
        ends.filter(|ends| matches!(ends, (PortEnd::Number(_), _) | (_, PortEnd::Number(_))));
    half_known.next().is_some()
}

fn read_template(name: &str, text: &str, bindings: &[(String, String)]) -> Inventory {
    let source = Source {
        files: &[SourceFile { name, text }],
        bindings,
    };
    let inventory = read(&source);
    inventory.unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The outbound rule that templates have where a group has none.
const NOTHING: &str = "outbound icmp 252 86 255.255.255.255/32";

/// What a state says, in words that do not depend on how a template names things.
struct Facts<'s> {
    state: &'s State,
    /// The logical id of each group.
    labels: Vec<String>,
    /// The groups that have the rule that admits nothing.
    placeholders: BTreeSet<String>,
    found: BTreeSet<String>,
    /// The values of parameters, where the template is deployed.
    values: BTreeMap<String, String>,
}

impl<'s> Facts<'s> {
    fn of_written(state: &'s State) -> Facts<'s> {
        Facts {
            labels: state.groups.iter().map(label).collect(),
            ..Facts::new(state)
        }
    }

    fn of_read(inventory: &'s Inventory, written: &State) -> Facts<'s> {
        let origins = inventory.groups.iter();
        let placeholders = written.own_groups().filter(|(_, group)| {
            let mut outbound = group.rules_in(Direction::Egress).iter();
            outbound.all(|rule| matches!(rule.key.peer, Peer::Group(_)))
        });
        Facts {
            labels: origins
                .map(|origin| {
                    origin
                        .address
                        .as_deref()
                        .unwrap_or("made elsewhere")
                        .to_string()
                })
                .collect(),
            placeholders: placeholders.map(|(_, group)| label(group)).collect(),
            values: values(written).into_iter().collect(),
            ..Facts::new(&inventory.state)
        }
    }

    fn new(state: &'s State) -> Facts<'s> {
        Facts {
            state,
            labels: Vec::new(),
            placeholders: BTreeSet::new(),
            found: BTreeSet::new(),
            values: BTreeMap::new(),
        }
    }

    fn finish(mut self) -> BTreeSet<String> {
        let state = self.state;
        for (id, group) in state.groups_by_id() {
            if group.made_elsewhere.is_none() {
                let fact = self.group(id, group);
                self.found.insert(fact);
            }
            let halved = group.rules_in(Direction::Egress);
            let halves = halved.iter().filter(|rule| whole_of(&rule.key).is_some());
            let has_both = halves.clone().count() > 1 || halves.clone().any(|it| is_whole(&it.key));
            for rule in &group.rules {
                let owner = self.owner(id);
                let (traffic, peer) = (self.traffic(rule.key.traffic), self.peer(rule.key.peer));
                let direction = rule.key.direction.words();
                let key = format!("{direction} {traffic} {peer}");
                if key == NOTHING && self.placeholders.contains(&owner) {
                    continue;
                }
                let (key, description) = match whole_of(&rule.key).filter(|_| has_both) {
                    // halves stand for it, with its description or their own
                    Some(whole) => (format!("{direction} {traffic} {whole}"), String::new()),
                    None => (key, self.text(state.description(rule))),
                };
                self.found.insert(format!("{owner}: {key} {description:?}"));
            }
        }
        self.found
    }

    /// The rules, without descriptions, as an account has them.
    fn rules_of(mut self, state: &State) -> BTreeSet<String> {
        let mut rules = BTreeSet::new();
        for (id, group) in state.groups_by_id() {
            for rule in &group.rules {
                let owner = self.owner(id);
                let (traffic, peer) = (self.traffic(rule.key.traffic), self.peer(rule.key.peer));
                let key = format!("{} {traffic} {peer}", rule.key.direction.words());
                if key != NOTHING || !self.placeholders.contains(&owner) {
                    rules.insert(format!(
                        "{}: {}",
                        self.filled(&owner),
                        self.filled_key(&key)
                    ));
                }
            }
        }
        rules
    }

    fn filled(&self, name: &str) -> String {
        self.values
            .get(name)
            .cloned()
            .unwrap_or_else(|| name.to_string())
    }

    /// A key whose parameters have the values of the account.
    fn filled_key(&self, key: &str) -> String {
        let words = key
            .split(' ')
            .map(|word| match word.strip_prefix("given:") {
                Some(name) => self.filled(&format!("given:{name}")),
                None => self.filled(word),
            });
        words.collect::<Vec<_>>().join(" ")
    }

    fn group(&mut self, id: GroupId, group: &SecurityGroup) -> String {
        let description = match group.description.is_empty() {
            true => "Managed by CloudFormation".to_string(),
            false => self.text(group.description.view()),
        };
        let name = group.group_name.as_ref().map(|name| self.text(name.view()));
        let associated = group.associations.iter();
        let associated: BTreeSet<String> = associated.map(|vpc| self.reference(vpc)).collect();
        let vpc = self.reference(&group.vpc);
        let tags = self.tags(&group.tags);
        let label = &self.labels[id.index()];
        format!("group {label} {name:?} {description:?} {vpc} {associated:?} {tags:?}")
    }

    fn owner(&mut self, id: GroupId) -> String {
        match self.state.group(id).made_elsewhere {
            Some(foreign) => self.peer(Peer::ForeignGroup(foreign)),
            None => self.labels[id.index()].clone(),
        }
    }

    fn tags(&mut self, tags: &[(String, Text)]) -> Vec<(String, String)> {
        let tags = tags.iter();
        tags.map(|(key, value)| (key.clone(), self.text(value.view())))
            .collect()
    }

    fn text(&mut self, text: TextRef<'_>) -> String {
        let pieces = text.pieces().map(|piece| match piece {
            TextPiece::Literal(literal) => literal.to_string(),
            TextPiece::Parameter(name) => format!("\u{1}{}\u{1}", self.named_parameter(name)),
        });
        pieces.collect()
    }

    fn named_parameter(&mut self, name: &str) -> String {
        let id = self.state.parameter_named(name).expect("a parameter");
        self.parameter(id)
    }

    /// What a parameter is called, whose facts are noted.
    fn parameter(&mut self, id: ParameterId) -> String {
        let parameter = self.state.parameter(id);
        let kind = parameter.kind.keyword();
        let name = match &parameter.source.cloudformation {
            Some(TemplateSource::Import(export)) => {
                let export = self.text(export.view());
                self.found.insert(format!("import {export} {kind}"));
                return export;
            }
            Some(TemplateSource::Ssm(_)) | None => pascal(&parameter.name),
        };
        let description = parameter.description.as_deref();
        let described = described(parameter.kind);
        let source = parameter.source.ssm();
        let default = parameter.default.as_ref().filter(|_| source.is_none());
        self.found.insert(format!(
            "parameter {name} {kind} {:?} {default:?} {source:?}",
            description.unwrap_or(described)
        ));
        name
    }

    fn reference(&mut self, reference: &Reference) -> String {
        match reference {
            Reference::Id(id) => id.clone(),
            Reference::Parameter(id) => self.parameter(*id),
        }
    }

    fn traffic(&mut self, traffic: Traffic) -> String {
        let protocol = traffic.protocol();
        let Some(unknown) = traffic.unknown_ports() else {
            return match traffic {
                Traffic::Icmp(Some((252, Some(86)))) => "icmp 252 86".to_string(),
                known => format!("{known:?}").replace(' ', ""),
            };
        };
        let (from, to) = unknown.ends();
        let ends = [from, to].map(|end| match end {
            PortEnd::Number(port) => port.to_string(),
            PortEnd::Parameter(name) => self.named_parameter(name),
        });
        format!("{protocol} {}", ends.join(" "))
    }

    fn peer(&mut self, peer: Peer) -> String {
        let state = self.state;
        match peer {
            Peer::Block(block) => block.to_string(),
            Peer::Parameter(id) => self.parameter(id),
            Peer::Group(id) => self.owner(id),
            Peer::ForeignGroup(id) => {
                let foreign = state.foreign_group(id);
                let reference = self.reference(&foreign.reference);
                match &foreign.account {
                    Some(account) => format!("{account}/{reference}"),
                    None => reference,
                }
            }
            Peer::PrefixList(id) => self.list(id.index()),
        }
    }

    fn list(&mut self, index: usize) -> String {
        let list = &self.state.prefix_lists[index];
        match &list.reference {
            ListReference::Id(id) => id.clone(),
            ListReference::Parameter(id) => self.parameter(*id),
            ListReference::Aws(name) => {
                let id = list_parameter(name);
                let shown = name.replace("com.amazonaws.region.", "com.amazonaws.REGION.");
                self.found.insert(format!(
                    "parameter {id} prefix-list {:?} None None",
                    format!("Id of the prefix list {shown}")
                ));
                id
            }
            ListReference::Made(made) => {
                let tags = self.tags(&made.tags);
                let entries = list.entries.unwrap_or(made.blocks.len() as u32);
                let (name, family) = (&made.aws_name, list.family.words());
                let blocks = &made.blocks;
                self.found.insert(format!(
                    "list {name} {family} {entries} {blocks:?} {tags:?}"
                ));
                name.clone()
            }
        }
    }
}

fn label(group: &SecurityGroup) -> String {
    pascal(group.oldest_name()) + "SecurityGroup"
}

fn list_parameter(name: &str) -> String {
    pascal(aws_list(name)) + "PrefixListId"
}

fn pascal(name: &str) -> String {
    let mut out = String::new();
    push_pascal(&mut out, name);
    out
}

/// The description that a template gives to a parameter without one.
fn described(kind: ParamKind) -> &'static str {
    match kind {
        ParamKind::Vpc => "Id of a VPC",
        ParamKind::External => "Id of a security group",
        ParamKind::PrefixList => "Id of a prefix list",
        ParamKind::Port => "Port",
        ParamKind::String => "Text",
        ParamKind::CidrList => "Blocks of IPv4 addresses",
        ParamKind::CidrIpv6List => "Blocks of IPv6 addresses",
        ParamKind::Cidr => "Block of IPv4 addresses",
        ParamKind::CidrIpv6 => "Block of IPv6 addresses",
    }
}

/// All addresses of the family, of an outbound rule for all traffic to them or to a half of them.
fn whole_of(key: &tierwall::aws::RuleKey) -> Option<&'static str> {
    let Peer::Block(block) = key.peer else {
        return None;
    };
    let is_all = key.direction == Direction::Egress && key.traffic == Traffic::All;
    (is_all && block.prefix_len() <= 1).then(|| match block.addr().is_ipv4() {
        true => "0.0.0.0/0",
        false => "::/0",
    })
}

fn is_whole(key: &tierwall::aws::RuleKey) -> bool {
    matches!(key.peer, Peer::Block(block) if block.prefix_len() == 0)
}

/// Rules of an account in which two halves are one.
fn without_halves(rules: BTreeSet<String>) -> BTreeSet<String> {
    let united = rules.into_iter().map(|rule| {
        let halves = [
            ("outbound All 0.0.0.0/1", "outbound All 0.0.0.0/0"),
            ("outbound All 128.0.0.0/1", "outbound All 0.0.0.0/0"),
            ("outbound All ::/1", "outbound All ::/0"),
            ("outbound All 8000::/1", "outbound All ::/0"),
        ];
        let whole = halves
            .iter()
            .find_map(|(half, whole)| Some(rule.strip_suffix(half)?.to_string() + whole));
        whole.unwrap_or(rule)
    });
    united.collect()
}

/// What a rule of an account is, in the words of [`Facts`].
fn rule_of_account(rule: &AccountRule) -> String {
    let traffic = match rule.traffic {
        Traffic::Icmp(Some((252, Some(86)))) => "icmp 252 86".to_string(),
        known => format!("{known:?}").replace(' ', ""),
    };
    let direction = rule.direction.words();
    format!("{}: {direction} {traffic} {}", rule.group, rule.peer)
}

/// The values that [`Account`] gives to the parameters of a template, to the exports that it
/// imports, to its groups and to its prefix lists.
fn values(state: &State) -> Vec<(String, String)> {
    let mut values = Vec::new();
    for (n, parameter) in (0..).zip(&state.parameters) {
        let value = match parameter.kind {
            ParamKind::Vpc => format!("vpc-f{n:016x}"),
            ParamKind::External => format!("sg-f{n:016x}"),
            ParamKind::PrefixList => match list_of_parameter(state, ParameterId(n)) {
                Some(list) => format!("pl-f{list:016x}"),
                None => continue,
            },
            ParamKind::Cidr => format!("198.51.100.{n}/32"),
            ParamKind::CidrIpv6 => format!("2001:db8:ffff::{:x}/128", n + 1),
            ParamKind::CidrList | ParamKind::CidrIpv6List => continue,
            ParamKind::Port => "8123".to_string(),
            ParamKind::String => format!("value-of-{}", parameter.name),
        };
        let name = match parameter.source.import().map(|name| name.view().as_known()) {
            Some(Some(export)) => export.to_string(),
            Some(None) => continue,
            None => pascal(&parameter.name),
        };
        values.push((name, value));
    }

    for (n, list) in state.prefix_lists.iter().enumerate() {
        let name = match &list.reference {
            ListReference::Aws(name) => list_parameter(name),
            ListReference::Made(made) => made.aws_name.clone(),
            ListReference::Id(_) | ListReference::Parameter(_) => continue,
        };
        values.push((name, format!("pl-f{n:016x}")));
    }
    let groups = state.own_groups();
    values.extend(groups.map(|(id, group)| (label(group), format!("sg-{:017x}", id.0))));
    values
}

fn list_of_parameter(state: &State, id: ParameterId) -> Option<usize> {
    let mut lists = state.prefix_lists.iter();
    lists.position(|list| list.reference == ListReference::Parameter(id))
}
