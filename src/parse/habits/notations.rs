//! Ports, addresses and references as other tools write them.

use super::phrases::{PROTOCOL_THEN_PORT, RANGE, is_like, is_number};
use super::position::{Here, Replacement, StatementPart};
use super::tokens::{PAIRS, is_name};
use crate::net;
use ipnet::{IpNet, Ipv4Net};
use std::net::Ipv4Addr;

/// `tcp/443`, `443/tcp`, `tcp:443`, `8000:9000`
pub(super) fn port_notation(here: &Here<'_>) -> Option<Replacement> {
    let typed = here.rest[0].text;
    if here.part != StatementPart::Services || is_name(typed) {
        return None;
    }

    let (write, label) = match split_protocol(typed) {
        Some(write) => (write, PROTOCOL_THEN_PORT),
        None if is_service_and_protocol(typed) => (
            typed.split('/').next()?.to_string(),
            "a service already includes its protocol",
        ),
        None => (range_notation(typed).filter(|range| range != typed)?, RANGE),
    };

    Some(Replacement {
        count: 1,
        write,
        label,
        is_sure: true,
        is_plain: true,
    })
}

/// `https/tcp`
fn is_service_and_protocol(typed: &str) -> bool {
    typed.split_once('/').is_some_and(|(name, protocol)| {
        is_name(name) && !is_like("tcp|udp|icmp|icmpv6", name) && is_like("tcp|udp", protocol)
    })
}

/// `https:8443`
pub(super) fn service_and_port(here: &Here<'_>) -> Option<Replacement> {
    let (name, port) = here.rest[0].text.split_once([':', '/', '@'])?;
    let is_port = here.part == StatementPart::Services && is_name(name) && is_number(port);
    let label = "a service already includes its ports";
    is_port.then(|| Replacement {
        count: 1,
        write: format!("tcp {port}"),
        label,
        is_sure: false,
        is_plain: true,
    })
}

/// `tcp 443` of `tcp/443`, `443/TCP`, `tcp-443`
fn split_protocol(typed: &str) -> Option<String> {
    let (left, right) = typed.split_once(['/', ':', '_', '-'])?;
    match (match_protocol(left), match_protocol(right)) {
        (Some(protocol), None) => Some(format!("{protocol} {}", range_notation(right)?)),
        (None, Some(protocol)) => Some(format!("{protocol} {}", range_notation(left)?)),
        (None, None) | (Some(_), Some(_)) => {
            // `8000-9000/tcp`
            let (left, right) = typed.rsplit_once(['/', ':'])?;
            let protocol = match_protocol(right)?;
            Some(format!("{protocol} {}", range_notation(left)?))
        }
    }
}

/// `tcp` of `TCP`
fn match_protocol(word: &str) -> Option<&'static str> {
    ["tcp", "udp"]
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(word))
}

pub(super) const RANGE_SIGNS: [&str; 10] = [
    "-", ":", "..=", "...", "..", "\u{2013}", "\u{2014}", "\u{2212}", "\u{2010}", "~",
];

/// `8000-9000` of `8000:9000`; a port alone stays.
pub(super) fn range_notation(typed: &str) -> Option<String> {
    if is_number(typed) {
        return Some(typed.to_string());
    }
    RANGE_SIGNS.iter().find_map(|sign| {
        let (first, last) = typed.split_once(sign)?;
        (is_number(first) && is_number(last)).then(|| format!("{first}-{last}"))
    })
}

/// A longer list of blocks is not suggested.
const MOST_BLOCKS: usize = 8;

/// `10.0.0.1-10.0.0.9`, `10.0.0.*`
pub(super) fn address_range(here: &Here<'_>) -> Option<Replacement> {
    let typed = here.rest[0].text;
    let (count, write, label) = match here.rest {
        [first, dash, last, ..] if RANGE_SIGNS.contains(&dash.text) => (
            3,
            blocks_between(first.text, last.text)?,
            "write a range of addresses as CIDR blocks",
        ),
        _ => match RANGE_SIGNS.iter().find_map(|sign| typed.split_once(sign)) {
            Some((first, last)) if first.contains('.') && !first.ends_with('.') => (
                1,
                blocks_between(first, last)?,
                "write a range of addresses as CIDR blocks",
            ),
            Some(_) | None => (
                1,
                wildcard_block(typed)?,
                "write a block with a prefix length",
            ),
        },
    };

    Some(Replacement {
        count,
        write,
        label,
        is_sure: true,
        is_plain: true,
    })
}

/// The blocks from one address to another; the last can be only its last number.
fn blocks_between(first: &str, last: &str) -> Option<String> {
    let from: Ipv4Addr = first.parse().ok()?;
    let to: Ipv4Addr = last.parse().ok().or_else(|| with_last_octet(from, last))?;
    let blocks: Vec<Ipv4Net> = ipnet::Ipv4Subnets::new(from, to, 0)
        .take(MOST_BLOCKS + 1)
        .collect();
    let is_short = from <= to && blocks.len() <= MOST_BLOCKS;

    is_short.then(|| {
        blocks
            .iter()
            .map(write_block)
            .collect::<Vec<_>>()
            .join(", ")
    })
}

fn with_last_octet(address: Ipv4Addr, last: &str) -> Option<Ipv4Addr> {
    let [a, b, c, _] = address.octets();
    Some(Ipv4Addr::new(a, b, c, last.parse().ok()?))
}

/// A block as programs write it, without the length of a single address.
fn write_block(block: &Ipv4Net) -> String {
    match block.prefix_len() {
        32 => block.addr().to_string(),
        _ => block.to_string(),
    }
}

/// `10.0.0.0/24` of `10.0.0.*`; nothing for `*.*.*.*`
fn wildcard_block(typed: &str) -> Option<String> {
    let numbers: Vec<&str> = typed.split('.').collect();
    let fixed = numbers
        .iter()
        .take_while(|number| number.parse::<u8>().is_ok())
        .count();
    let is_wildcard =
        numbers.len() == 4 && (1..4).contains(&fixed) && numbers[fixed..].iter().all(|n| *n == "*");
    let padded = numbers[..fixed]
        .iter()
        .copied()
        .chain(std::iter::repeat_n("0", 4 - fixed));
    is_wildcard.then(|| format!("{}/{}", padded.collect::<Vec<_>>().join("."), fixed * 8))
}

/// `10.0.0.0 255.0.0.0`, `10.0.0.0 0.255.255.255`, `10.0.0.0 mask 255.0.0.0`
pub(super) fn netmask_notation(here: &Here<'_>) -> Option<Replacement> {
    let (count, mask) = match here.rest {
        [_, word, mask, ..] if is_like("mask|netmask", word.text) => (3, mask.text),
        [_, mask, ..] => (2, mask.text),
        _ => return None,
    };

    let (address, mask): (Ipv4Addr, Ipv4Addr) =
        (here.rest[0].text.parse().ok()?, mask.parse().ok()?);
    // a netmask starts with ones, and the wildcard mask of an access list ends with them
    let masks = [mask, Ipv4Addr::from(!u32::from(mask))];
    let net = masks
        .iter()
        .find_map(|mask| {
            Ipv4Net::with_netmask(address, *mask)
                .ok()
                .filter(|net| net.prefix_len() > 0)
        })
        .filter(|_| !address.is_unspecified())?;

    let net = IpNet::V4(net.trunc());
    let (write, label) = (net.to_string(), "write the prefix length after `/`");

    Some(Replacement {
        count,
        write,
        label,
        is_sure: net::is_narrow(&net),
        is_plain: true,
    })
}

/// Prefixes of names in references of other tools.
pub(super) const REFERENCES: [&str; 14] = [
    "var.",
    "local.",
    "param.",
    "params.",
    "module.",
    "data.aws_security_group.",
    "data.aws_vpc.",
    "data.aws_prefix_list.",
    "aws_security_group.",
    "aws_vpc.",
    "aws_ec2_managed_prefix_list.",
    ".Values.",
    "AWS::",
    "resource.",
];

/// Suffixes of names in such references.
const ATTRIBUTES: [&str; 8] = [
    ".id",
    ".arn",
    ".name",
    ".GroupId",
    ".cidr_block",
    ".cidr",
    ".ids",
    ".security_group_id",
];

/// `${office}`, `var.office`, `$office`, `!Ref office`
pub(super) fn reference_notation(here: &Here<'_>) -> Option<Replacement> {
    let typed = here.rest[0].text;
    if is_terraform_value(here) {
        return Some(Replacement {
            count: 1,
            write: format!("\"{typed}\""),
            label: "a reference of Terraform is a string",
            is_sure: true,
            is_plain: true,
        });
    }

    if let ("!Ref" | "!GetAtt" | "!ImportValue" | "Ref:" | "Ref", [_, name, ..]) =
        (typed, here.rest)
    {
        return plain_name(2, referred_name(name.text));
    }

    let inside = PAIRS[5..]
        .iter()
        .find_map(|(open, close)| typed.strip_prefix(open)?.strip_suffix(close));

    let sign = typed
        .strip_prefix(['$', '@', '&', '%'])
        .filter(|_| here.before.is_some());

    let write = match inside.or(sign) {
        Some(inside) => referred_name(inside.trim()),
        None => Some(referred_name(typed)).filter(|name| *name != typed)?,
    };
    plain_name(1, write)
}

/// `param main : vpc { terraform = data.aws_vpc.main.id }`: whether it is after this `=`.
fn is_terraform_value(here: &Here<'_>) -> bool {
    let written = here.rest[0].text.contains('.') && here.head == "param";
    let before = &here.all[..here.all.len() - here.rest.len()];
    let is_key = matches!(before, [.., key, sign] if key.text == "terraform" && sign.text == "=");
    written && is_key
}

/// `external partner = aws_security_group.partner.id`
pub(super) fn terraform_declaration(here: &Here<'_>) -> Option<Replacement> {
    let [head, name, sign, reference, ..] = here.rest else {
        return None;
    };
    let is_declaration = here.position() == 0 && is_like("external|prefix-list", head.text);
    let is_reference = TERRAFORM
        .iter()
        .any(|start| reference.text.starts_with(start));

    (is_declaration && sign.text == "=" && is_reference).then(|| Replacement {
        is_sure: false,
        ..Replacement::sure(
            4,
            format!(
                "param {} : {} {{ terraform = \"{}\" }}",
                name.text, head.text, reference.text
            ),
            "a reference of Terraform is the source of a parameter",
        )
    })
}

/// How references of Terraform start.
const TERRAFORM: [&str; 5] = ["aws_", "data.", "module.", "var.", "local."];

/// A name that replaces `count` tokens.
fn plain_name(count: usize, name: &str) -> Option<Replacement> {
    is_name(name).then(|| Replacement {
        count,
        write: name.to_string(),
        label: "write the name alone",
        is_sure: false,
        is_plain: true,
    })
}

fn referred_name(typed: &str) -> &str {
    let name = REFERENCES
        .iter()
        .find_map(|before| typed.strip_prefix(before))
        .unwrap_or(typed);
    let name = ATTRIBUTES
        .iter()
        .find_map(|after| name.strip_suffix(after))
        .unwrap_or(name);
    name.strip_suffix("[0]").unwrap_or(name)
}
