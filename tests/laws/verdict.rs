//! May this packet pass? As AWS decides it over the rules of the lowered groups.

use crate::packets::{Host, Packet, Payload};
use tierwall::groups::{Deployment, Group, ListReference, Peer, Reference, Rule, Traffic};
use tierwall::net::PortEnd;

/// Whether the sender's outbound rules admit the packet, and the receiver's inbound rules. Groups
/// are stateful, so that nothing is asked about the reply.
pub fn may_pass(deployment: &Deployment<'_>, packet: &Packet) -> bool {
    let admits = |rules: &[Rule], other: &Host| {
        rules
            .iter()
            .any(|rule| carries(rule.traffic, packet) && matches(deployment, rule.peer, other))
    };
    let sends = packet.sender.tier.as_ref().is_none_or(|tier| {
        let mut groups = groups_of(deployment, tier);
        groups.any(|group| admits(&group.egress, &packet.receiver))
    });
    let accepts = packet.receiver.tier.as_ref().is_none_or(|tier| {
        let mut groups = groups_of(deployment, tier);
        groups.any(|group| admits(&group.ingress, &packet.sender))
    });
    sends && accepts
}

/// The groups that the members of a tier carry.
fn groups_of<'d>(
    deployment: &'d Deployment<'_>,
    tier: &str,
) -> impl Iterator<Item = &'d Group<'d>> + use<'d> {
    let named = deployment.groups.iter().filter(|group| group.name == tier);
    let mut own = named.filter_map(|group| group.owner.tier());
    let own = own.next().expect("each tier has a group");
    let groups = deployment.policy().members.groups_of(own);
    groups.map(|tier| deployment.group(tier))
}

fn carries(traffic: Traffic, packet: &Packet) -> bool {
    let v4 = packet.sender.address.is_ipv4();
    let of_type = |kind: Option<(u8, Option<u8>)>, t, c| {
        kind.is_none_or(|(kind, code)| kind == t && code.is_none_or(|code| code == c))
    };
    match (traffic, packet.payload) {
        (Traffic::All, _) => true,
        (Traffic::Tcp(ports), Payload::Tcp(port)) | (Traffic::Udp(ports), Payload::Udp(port)) => {
            (ports.from..=ports.to).contains(&port)
        }
        (Traffic::TcpUnknown(ports), Payload::Tcp(port))
        | (Traffic::UdpUnknown(ports), Payload::Udp(port)) => {
            let end = |end: &PortEnd| match end {
                PortEnd::Number(port) => *port,
                PortEnd::Parameter(name) => packet.port(name),
            };
            let (from, to) = ports.ends();
            (end(from)..=end(to)).contains(&port)
        }
        (Traffic::Icmp(kind), Payload::Icmp(t, c)) => v4 && of_type(kind, t, c),
        (Traffic::Icmpv6(kind), Payload::Icmp(t, c)) => !v4 && of_type(kind, t, c),
        (Traffic::Number(number), Payload::Other(other)) => number == other,
        (
            Traffic::Tcp(_)
            | Traffic::TcpUnknown(_)
            | Traffic::Udp(_)
            | Traffic::UdpUnknown(_)
            | Traffic::Icmp(_)
            | Traffic::Icmpv6(_)
            | Traffic::Number(_),
            _,
        ) => false,
    }
}

/// A list of AWS by name; one of a region is that of the region the stack is deployed to.
pub fn in_its_region(name: &str) -> String {
    match name
        .strip_prefix("com.amazonaws.")
        .and_then(|name| name.split_once('.'))
    {
        Some((region, list)) if region != "global" => format!("com.amazonaws.region.{list}"),
        Some(_) | None => name.to_string(),
    }
}

fn matches(deployment: &Deployment<'_>, peer: Peer, host: &Host) -> bool {
    let parameter = |id| format!("parameter {}", deployment.parameter_name(id));
    match peer {
        Peer::Net(block) => block.contains(&host.address),
        Peer::Tier(tier) => host.tier.as_deref().is_some_and(|host| {
            groups_of(deployment, host).any(|group| group.owner.tier() == Some(tier))
        }),
        Peer::Param(id) => host
            .blocks
            .iter()
            .any(|block| block == deployment.parameter_name(id)),
        Peer::External(id) => host
            .groups
            .contains(&match deployment.external_group(id).0 {
                Reference::Id(id) => id.clone(),
                Reference::Param(id) => parameter(*id),
            }),
        Peer::PrefixList(id) => host.lists.contains(&match deployment.list_reference(id) {
            ListReference::Id(id) => id.clone(),
            ListReference::Aws(name) => in_its_region(name),
            ListReference::Param(id) => parameter(*id),
            ListReference::Made(made) => {
                return made
                    .blocks
                    .iter()
                    .any(|block| block.contains(&host.address));
            }
        }),
    }
}
