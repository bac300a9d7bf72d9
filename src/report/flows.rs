//! The flow table: who may connect to whom, on what, and by which sentence.

use crate::groups::{Direction, text_order};
use crate::net::{AwsPort, Traffic};
use crate::policy::{
    DefaultGroup, Flow, Labels, Outbound, Peer, Policy, Reference, SentenceId, Tier, TierId, Verb,
};
use crate::report::citation::Citation;
pub use crate::report::connection_end::End;
use crate::report::words::open_words;
use crate::source::Sources;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;

/// One connection that a policy permits, with its sentences.
#[derive(Debug)]
struct ConnectionRow {
    /// Positions of the flows that state it.
    flows: Vec<u32>,
}

/// What identifies a connection: receiver, sender, traffic, and the endpoints that are not tiers:
/// the one, or source and destination.
type Key = (
    Option<TierId>,
    Option<TierId>,
    Option<Peer>,
    Option<Peer>,
    Traffic,
);

fn connection_key(flow: &Flow) -> Key {
    let (receiver, sender) = (flow.receiver(), flow.sender());
    let [source, destination] = flow.rule_peers().map(Some);
    let (source, destination) = match (receiver, sender) {
        (Some(_), Some(_)) => (None, None),
        (Some(_), None) => (source, None),
        (None, Some(_)) => (None, destination),
        (None, None) => (source, destination),
    };
    (receiver, sender, source, destination, flow.traffic)
}

fn connection_rows(policy: &Policy) -> Vec<ConnectionRow> {
    let mut rows: BTreeMap<(bool, Key), ConnectionRow> = BTreeMap::new();
    for (n, flow) in policy.flows.iter().enumerate() {
        rows.entry((flow.receiver().is_none(), connection_key(flow)))
            .or_insert_with(|| ConnectionRow { flows: Vec::new() })
            .flows
            .push(n as u32);
    }
    rows.into_values().collect()
}

impl ConnectionRow {
    fn flow<'p>(&self, policy: &'p Policy) -> &'p Flow {
        policy.flow(self.flows[0])
    }

    /// Its sentences in source order, without duplicates.
    fn cited_sentences(&self, policy: &Policy) -> Vec<SentenceId> {
        let mut sentences: Vec<SentenceId> = self
            .flows
            .iter()
            .map(|n| policy.flow(*n).sentence)
            .collect();
        sentences.sort_unstable();
        sentences.dedup();
        sentences
    }

    /// The description of its rules: of the inbound one, where both ends are tiers.
    fn describe_rules(&self, policy: &Policy) -> String {
        let direction = match (self.only_side(policy), self.flow(policy).receiver()) {
            (Some(side), _) => side,
            // an accepting tier has the rules that are always there
            (None, Some(_)) => Direction::Ingress,
            (None, None) => Direction::Egress,
        };
        self.describe_side(policy, direction)
    }

    /// The description of its outbound rule, where both ends are tiers and the inbound one has
    /// another: `web allows https from app "in", outbound "out"`.
    fn describe_outbound(&self, policy: &Policy, inbound: &str) -> Option<String> {
        let flow = self.flow(policy);
        let is_between_tiers = flow.receiver().is_some() && flow.sender().is_some();
        if !is_between_tiers || self.only_side(policy).is_some() {
            return None;
        }
        let text = self.describe_side(policy, Direction::Egress);
        (text != inbound).then_some(text)
    }

    fn describe_side(&self, policy: &Policy, direction: Direction) -> String {
        let other_side = match direction {
            Direction::Ingress => Verb::Sends,
            Direction::Egress => Verb::Accepts,
        };
        let flows = self.flows.iter();
        let flows = flows.filter(|n| policy.flow(**n).verb != other_side);
        let texts = flows.map(|n| text_order(policy, *n, direction));
        texts.min().map_or(String::new(), |(_, text)| text)
    }

    /// The one side that its sentences open, where both ends are tiers and no sentence opens the
    /// other.
    fn only_side(&self, policy: &Policy) -> Option<Direction> {
        let flow = self.flow(policy);
        if flow.receiver().is_none() || flow.sender().is_none() {
            return None;
        }

        let verbs = || self.flows.iter().map(|n| policy.flow(*n).verb);
        if verbs().all(|verb| verb == Verb::Accepts) {
            Some(Direction::Ingress)
        } else if verbs().all(|verb| verb == Verb::Sends) {
            Some(Direction::Egress)
        } else {
            None
        }
    }

    /// Sender and receiver.
    fn name_ends<'p>(&self, policy: &'p Policy) -> [End<'p>; 2] {
        let peers = self.flow(policy).rule_peers();
        peers.map(|end| End::new(policy, end))
    }
}

/// A table for people: a line for each pair of endpoints and the sentences that allow it.
pub fn table(policy: &Policy, sources: &Sources) -> String {
    let mut lines = Vec::new();
    for line in table_lines(policy, sources) {
        push_line(line, &mut lines);
    }
    let width = |n: usize| {
        let widths = lines.iter().map(|line| line[n].chars().count());
        widths.max().unwrap_or(0)
    };
    let [a, b, c] = [width(0), width(1), width(2)];

    let mut out = String::new();
    for [from, to, on, said_by] in &lines {
        let line = format!("{from:a$}  {to:b$}  {on:c$}  {said_by}");
        let _ = writeln!(out, "{}", line.trim_end());
    }

    let is_open = |tier: &&Tier| tier.outbound != Outbound::Closed;
    for tier in policy.tiers.iter().filter(is_open) {
        let _ = writeln!(out, "{}", open_words(tier));
    }

    for id in policy.tier_ids() {
        let groups = policy.members.other_groups(id).iter();
        let groups: Vec<&str> = groups.map(|id| policy.tier(*id).name.as_str()).collect();
        if !groups.is_empty() {
            let (name, groups) = (&policy.tier(id).name, groups.join(", "));
            let _ = writeln!(
                out,
                "members of {name} carry the groups of {groups} too (also)"
            );
        }
    }

    out
}

/// The width at which a list of services is broken after a comma.
const SERVICES_WIDTH: usize = 40;

/// Adds a line of the table, and below it the services that it has no room for.
fn push_line([from, to, on, sentences]: [String; 4], lines: &mut Vec<[String; 4]>) {
    if on.len() <= SERVICES_WIDTH {
        return lines.push([from, to, on, sentences]);
    }

    let mut pieces: Vec<String> = Vec::new();
    for service in on.split(", ") {
        match pieces.last_mut() {
            // the blank and the two commas count
            Some(piece) if piece.len() + service.len() + 3 <= SERVICES_WIDTH => {
                piece.push_str(", ");
                piece.push_str(service);
            }
            Some(piece) => {
                piece.push(',');
                pieces.push(service.to_string());
            }
            None => pieces.push(service.to_string()),
        }
    }

    let mut pieces = pieces.into_iter();
    let first = pieces.next().unwrap_or_default();
    lines.push([from, to, first, sentences]);
    lines.extend(pieces.map(|piece| [String::new(), String::new(), piece, String::new()]));
}

/// The lines of the table, the header first.
fn table_lines(policy: &Policy, sources: &Sources) -> Vec<[String; 4]> {
    let mut lines = vec![["FROM", "TO", "ON", "SENTENCE"].map(str::to_string)];
    let mut last: Option<(Key, Vec<SentenceId>)> = None;

    for row in connection_rows(policy) {
        let (receiver, sender, source, destination, traffic) = connection_key(row.flow(policy));
        let sentences = row.cited_sentences(policy);
        let this = (
            (receiver, sender, source, destination, Traffic::All),
            sentences,
        );

        match lines.last_mut() {
            Some([.., on, _]) if last.as_ref() == Some(&this) => {
                *on = format!("{on}, {traffic}");
            }
            Some(_) | None => {
                let [from, to] = row.name_ends(policy).map(|end| end.words());
                let sentences = this.1.iter();
                let sentences = sentences.map(|id| Citation::new(policy, sources, *id).to_string());
                let sentences: Vec<String> = sentences.collect();
                let mut sentences = sentences.join("; ");
                if let Some(side) = row.only_side(policy) {
                    let _ = write!(sentences, " ({} side only)", side.words());
                }
                lines.push([from, to, traffic.to_string(), sentences]);
                last = Some(this);
            }
        }
    }

    lines
}

#[derive(Serialize)]
struct FlowsDocument<'p> {
    format: u32,
    stack: &'p str,
    ip: &'static str,
    vpcs: Vec<VpcLine<'p>>,
    tiers: Vec<FlowTierLine<'p>>,
    flows: Vec<FlowLine<'p>>,
}

#[derive(Serialize)]
struct VpcLine<'p> {
    name: &'p str,
    id: Option<&'p str>,
    parameter: Option<&'p str>,
    default_group: &'static str,
}

#[derive(Serialize)]
struct FlowTierLine<'p> {
    name: &'p str,
    vpc: Option<&'p str>,
    /// The VPCs that its group is associated with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    associated_vpcs: Vec<&'p str>,
    role: Option<&'static str>,
    outbound: &'static str,
    /// The tiers whose groups its members carry too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<&'p str>,
    tag_name: Option<String>,
}

#[derive(Serialize)]
struct FlowLine<'p> {
    from: End<'p>,
    to: End<'p>,
    protocol: String,
    from_port: Option<AwsPort>,
    to_port: Option<AwsPort>,
    /// The side that is opened, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    opens: Option<&'static str>,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    outbound_description: Option<String>,
    sentences: Vec<Citation<'p>>,
}

/// As JSON, format 1: documented in `docs/outputs.md`, and stable.
pub fn json(policy: &Policy, sources: &Sources) -> String {
    let document = FlowsDocument {
        format: 1,
        stack: &policy.stack.name,
        ip: if policy.stack.dual { "dual" } else { "ipv4" },
        vpcs: policy
            .vpcs
            .iter()
            .filter_map(|vpc| vpc_line(policy, vpc))
            .collect(),
        tiers: policy.tier_ids().map(|id| tier_line(policy, id)).collect(),
        flows: connection_rows(policy)
            .iter()
            .map(|row| flow_line(policy, sources, row))
            .collect(),
    };

    let mut text = serde_json::to_string_pretty(&document).expect("strings and numbers are JSON");
    text.push('\n');

    text
}

fn vpc_line<'p>(policy: &'p Policy, vpc: &'p crate::policy::Vpc) -> Option<VpcLine<'p>> {
    let (id, parameter) = match &vpc.id {
        Some(Reference::Id(id)) => (Some(id.as_str()), None),
        Some(Reference::Param(id)) => (None, Some(policy.param(*id).name.as_str())),
        None => (None, None),
    };

    let default_group = match vpc.default_group {
        DefaultGroup::Aws => "aws",
        DefaultGroup::Locked => "locked",
    };

    Some(VpcLine {
        name: vpc.name.as_deref()?,
        id,
        parameter,
        default_group,
    })
}

fn tier_line(policy: &Policy, id: TierId) -> FlowTierLine<'_> {
    let tier = policy.tier(id);
    let also = policy.members.other_groups(id).iter();
    let associated = policy.area_of(id).associated().iter();
    let tags = [&tier.tags, &policy.stack.tags]
        .into_iter()
        .find_map(|tags| tags.get("Name").cloned());
    let made_up = || match policy.stack.labels {
        Labels::Made => {
            let named = tier.group_name.clone();
            Some(named.unwrap_or_else(|| {
                [&policy.stack.name, "-", &tier.name]
                    .concat()
                    .as_str()
                    .into()
            }))
        }
        Labels::Written => None,
    };
    let shown = tags.or_else(made_up);
    FlowTierLine {
        name: &tier.name,
        vpc: policy.home_of(id).name.as_deref(),
        associated_vpcs: associated
            .filter_map(|id| policy.vpc(*id).name.as_deref())
            .collect(),
        role: tier.role.map(crate::policy::Role::keyword),
        outbound: tier.outbound.keyword(),
        also: also.map(|id| policy.tier(*id).name.as_str()).collect(),
        tag_name: shown.map(|text| text.view().as_written().into_owned()),
    }
}

fn flow_line<'p>(policy: &'p Policy, sources: &'p Sources, row: &ConnectionRow) -> FlowLine<'p> {
    let [from, to] = row.name_ends(policy);
    let traffic = row.flow(policy).traffic;
    let ports = traffic.aws_ports();

    let description = row.describe_rules(policy);
    FlowLine {
        from,
        to,
        protocol: traffic.protocol().to_string(),
        from_port: ports.map(|(from, _)| from),
        to_port: ports.map(|(_, to)| to),
        opens: row.only_side(policy).map(Direction::words),
        outbound_description: row.describe_outbound(policy, &description),
        description,
        sentences: row
            .cited_sentences(policy)
            .into_iter()
            .map(|id| Citation::new(policy, sources, id))
            .collect(),
    }
}

/// As comma-separated values (RFC 4180), a header line first.
pub fn csv(policy: &Policy, sources: &Sources) -> String {
    let mut out = String::from("from,to,protocol,from_port,to_port,description,sentences\r\n");
    for row in connection_rows(policy) {
        let [from, to] = row.name_ends(policy).map(|end| end.words());
        let traffic = row.flow(policy).traffic;
        let port = |port: Option<AwsPort>| port.map_or(String::new(), |port| port.to_string());

        let sentences = row
            .cited_sentences(policy)
            .into_iter()
            .map(|id| Citation::new(policy, sources, id).to_string());

        let fields = [
            from,
            to,
            traffic.protocol().to_string(),
            port(traffic.aws_ports().map(|(from, _)| from)),
            port(traffic.aws_ports().map(|(_, to)| to)),
            row.describe_rules(policy),
            sentences.collect::<Vec<_>>().join("; "),
        ];

        out.push_str(&fields.map(csv_field).join(","));
        out.push_str("\r\n");
    }

    out
}

/// One value. A text that a spreadsheet would take for a formula has an apostrophe before it, as
/// one would type there.
pub(crate) fn csv_field(text: String) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@']) && text.parse::<i32>().is_err();
    let text = if is_formula { format!("'{text}") } else { text };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}
