//! The resources of rules. Those that look alike but for their values have one shape, which is made
//! once.

use super::addresses::{LOOKUP, lookup_name, made_address, resource_type};
use super::hcl::{Hcl, Value, escape_string, push_quoted};
use super::template::{named_variable, push_expression};
use crate::aws::{ForeignGroupId, GroupId, ListReference, Peer, Reference, Rule, State, Wording};
use crate::net::{AwsPort, Family, Protocol, ShortText, Sink, Traffic, push_block, push_number};
use crate::target::names::Names;

/// The resource of a rule as the text before each of its values, and after the last. What stands in
/// it that is the same for many rules is no value: a copy of a longer text costs little more.
type Shape = Vec<ShortText<96>>;

/// How many shapes there are: by owner, by whether there is a description, by direction, by protocol, by the
/// attribute of the peer.
const SHAPES: usize = 2 * 2 * 2 * PROTOCOLS * PEER_ATTRIBUTES.len();

/// Whose group a rule is put on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RuleOwner {
    /// A group of this output.
    Own,
    /// A group that is made elsewhere.
    Foreign,
}

/// How many protocols have shapes of their own, all that go by number being one of them.
const PROTOCOLS: usize = 6;

/// What stands for a value in a shape that is not yet cut.
const VALUE: &str = "\0";

/// A value in quotes.
const QUOTED: Value<'_> = Value::Expression("\"\0\"");

/// The id of a group, the name of its resource being the value.
const GROUP_ID: Value<'_> = Value::Expression("aws_security_group.\0.id");

/// The attributes that say who the peer of a rule is: for blocks, for parameters that are blocks,
/// for groups, for groups of others, for prefix lists, for each block of a list.
const PEER_ATTRIBUTES: [(&str, Value<'_>); 9] = [
    ("cidr_ipv4", QUOTED),
    ("cidr_ipv6", QUOTED),
    ("cidr_ipv4", Value::Expression(VALUE)),
    ("cidr_ipv6", Value::Expression(VALUE)),
    ("referenced_security_group_id", GROUP_ID),
    ("referenced_security_group_id", Value::Expression(VALUE)),
    ("prefix_list_id", Value::Expression(VALUE)),
    ("cidr_ipv4", Value::Expression("each.value")),
    ("cidr_ipv6", Value::Expression("each.value")),
];

/// The first attribute of those for lists of blocks, a resource of which has one rule for each.
const EACH: usize = 7;

/// Which of the attributes says who a peer is.
fn peer_attribute(state: &State, peer: Peer) -> usize {
    let family = |family: Family| family as usize;
    match peer {
        Peer::Block(block) => family(Family::of_block(&block)),
        Peer::Parameter(id) => {
            let kind = state.parameter(id).kind;
            let first = if kind.is_list() { EACH } else { 2 };
            first + family(kind.family())
        }
        Peer::Group(_) => 4,
        Peer::ForeignGroup(_) => 5,
        Peer::PrefixList(_) => 6,
    }
}

/// Which of the shapes the resource of a rule has.
fn shape_index(rule: &Rule, peer: usize, owner: RuleOwner) -> usize {
    let key = &rule.key;
    let protocol = match key.traffic {
        Traffic::All => 0,
        Traffic::Tcp(_) | Traffic::TcpUnknown(_) => 1,
        Traffic::Udp(_) | Traffic::UdpUnknown(_) => 2,
        Traffic::Icmp(_) => 3,
        Traffic::Icmpv6(_) => 4,
        Traffic::Number(_) => 5,
    };
    let is_described = !rule.description.is_empty();
    let kind = 4 * owner as usize + 2 * usize::from(is_described) + key.direction as usize;
    (kind * PROTOCOLS + protocol) * PEER_ATTRIBUTES.len() + peer
}

/// What resources of rules look like that have the direction and the protocol of this one, a
/// description as this one has, and such a peer.
fn rule_shape(rule: &Rule, peer: usize, owner: RuleOwner) -> Shape {
    let key = &rule.key;
    let protocol = match key.traffic.protocol() {
        Protocol::Number(_) => format!("\"{VALUE}\""),
        known => format!("\"{known}\""),
    };

    let group = match owner {
        RuleOwner::Own => GROUP_ID,
        RuleOwner::Foreign => Value::Expression(VALUE),
    };
    let mut run = vec![("security_group_id", group)];
    if !rule.description.is_empty() {
        run.push(("description", QUOTED));
    }
    run.push(("ip_protocol", Value::Expression(&protocol)));

    if key.traffic.aws_ports().is_some() {
        let ports = ["from_port", "to_port"];
        run.extend(ports.map(|port| (port, Value::Expression(VALUE))));
    }
    run.push(PEER_ATTRIBUTES[peer]);

    let mut hcl = Hcl::default();
    hcl.blank_line();
    hcl.open_block("resource", &[resource_type(key.direction), VALUE]);
    if peer >= EACH {
        hcl.attribute_run(&[("for_each", Value::Expression(VALUE))]);
        hcl.blank_line();
    }
    hcl.attribute_run(&run);
    hcl.close_block();

    let text = String::from_utf8(hcl.into_bytes()).expect("HCL is text");
    let pieces = text.split(VALUE);
    pieces
        .map(|piece| ShortText::new(piece.to_string()))
        .collect()
}

/// The shapes of rules that were written.
pub(super) struct RuleShapes([Option<Shape>; SHAPES]);

impl RuleShapes {
    pub(super) fn new() -> RuleShapes {
        RuleShapes([const { None }; SHAPES])
    }

    /// Appends the resource of a rule.
    pub(super) fn push_rule(
        &mut self,
        references: References<'_>,
        group: GroupId,
        rule: &Rule,
        out: &mut Vec<u8>,
    ) {
        let References { state, names, .. } = references;
        let key = &rule.key;
        let peer = peer_attribute(state, key.peer);
        let made_elsewhere = state.group(group).made_elsewhere;
        let owner = made_elsewhere.map_or(RuleOwner::Own, |_| RuleOwner::Foreign);
        let shape = &mut self.0[shape_index(rule, peer, owner)];
        let shape = shape.get_or_insert_with(|| rule_shape(rule, peer, owner));
        let mut pieces = shape.iter();
        let mut next =
            |out: &mut Vec<u8>| pieces.next().into_iter().for_each(|it| out.put_short(it));

        next(out);
        names.push_rule(group, key, out);
        next(out);
        if peer >= EACH {
            references.push_list(key.peer, out);
            next(out);
        }
        match made_elsewhere {
            Some(foreign) => references.push_foreign_group(foreign, out),
            None => names.push_group_name(group, out),
        }
        next(out);

        if !rule.description.is_empty() {
            references.push_description(rule, out);
            let end = out.len();
            next(out);
            if rule.description.wording == Wording::WithParameters {
                // the quote of the shape: an expression has its own, if any
                out.remove(end);
            }
        }

        if let Traffic::Number(number) = key.traffic {
            push_number(out, number);
            next(out);
        }

        if let Some((from, to)) = key.traffic.aws_ports() {
            references.push_port(from, out);
            next(out);
            references.push_port(to, out);
            next(out);
        }

        if peer < EACH {
            references.push_peer(key.peer, out);
            next(out);
        }
    }
}

/// What a rule refers to, and how that is written.
#[derive(Clone, Copy)]
pub(super) struct References<'a> {
    pub(super) state: &'a State,
    pub(super) names: &'a Names<'a>,
    /// What refers to each parameter: `var.office`
    pub(super) variables: &'a [String],
}

impl References<'_> {
    /// Appends what stands in the quotes of a description, or an expression instead of the first quote.
    fn push_description(self, rule: &Rule, out: &mut Vec<u8>) {
        match rule.description.wording {
            Wording::Written => {
                escape_string(out, |out| out.put(self.state.stored_description(rule)))
            }
            // nothing that HCL could read as something else
            Wording::Made => out.put(self.state.stored_description(rule)),
            Wording::WithParameters => {
                out.pop();
                push_expression(
                    self.state,
                    self.variables,
                    self.state.description(rule),
                    out,
                );
            }
        }
    }

    /// Appends FromPort or ToPort of a rule.
    #[inline(always)]
    fn push_port(self, port: AwsPort, out: &mut Vec<u8>) {
        match port {
            AwsPort::Number(number) => push_number(out, number),
            AwsPort::Parameter(name) => out.put(named_variable(self.state, self.variables, name)),
        }
    }

    /// Appends the set of blocks that a rule is for: a variable is one, what a reference has may be a list.
    fn push_list(self, peer: Peer, out: &mut Vec<u8>) {
        let id = self.state.parameter_of(peer);
        let id = id.expect("the peer is a list that the deployment sets");
        let variable = &self.variables[id.index()];
        match self.state.parameter(id).source.terraform {
            Some(_) => ["toset(", variable, ")"].iter().for_each(|it| out.put(it)),
            None => out.put(variable),
        }
    }

    /// Appends the id of a group that is made elsewhere.
    fn push_foreign_group(self, id: ForeignGroupId, out: &mut Vec<u8>) {
        let foreign = self.state.foreign_group(id);
        match (&foreign.reference, &foreign.account) {
            (Reference::Id(id), Some(account)) => push_quoted(out, &format!("{account}/{id}")),
            (Reference::Id(id), None) => push_quoted(out, id),
            (Reference::Parameter(id), _) => out.put(&self.variables[id.index()]),
        }
    }

    /// Appends the value of the attribute that says who the peer of a rule is, without what the shape
    /// of the rule has of it: the quotes of a block, the type of a group.
    fn push_peer(self, peer: Peer, out: &mut Vec<u8>) {
        match peer {
            Peer::Block(block) => push_block(out, &block),
            Peer::Parameter(id) => out.put(&self.variables[id.index()]),
            Peer::Group(group) => self.names.push_group_name(group, out),
            Peer::ForeignGroup(id) => self.push_foreign_group(id, out),
            Peer::PrefixList(id) => match &self.state.prefix_list(id).reference {
                ListReference::Id(id) => push_quoted(out, id),
                ListReference::Parameter(id) => out.put(&self.variables[id.index()]),
                ListReference::Aws(name) => {
                    let lookup = lookup_name(self.state, name);
                    ["data.", LOOKUP, ".", &lookup, ".id"]
                        .iter()
                        .for_each(|text| out.put(text));
                }
                ListReference::Made(made) => {
                    out.put(&made_address(made));
                    out.put(".id");
                }
            },
        }
    }
}
