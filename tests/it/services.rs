//! The built-in services against external sources: `tests/data/services.tsv` has the source of each
//! port of each service, and `tests/data/etc-services.txt` the assignments.

use std::collections::{BTreeMap, BTreeSet};
use tierwall::catalogue::catalogue;

fn data(name: &str) -> Vec<String> {
    let path = crate::common::package().join("tests/data").join(name);
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(str::to_string)
        .collect()
}

/// A piece of a declaration: `tcp 443`, `proto 50`, `icmp echo-request`.
fn pieces(declared: &str) -> BTreeSet<(String, String)> {
    let (mut found, mut protocol) = (BTreeSet::new(), String::new());
    for item in declared.split(", ") {
        let (first, rest) = item.split_once(' ').unwrap_or((item, ""));
        if ["tcp", "udp", "icmp", "icmpv6", "proto"].contains(&first) {
            protocol = first.to_string();
            let whole = if first == "icmp" || first == "icmpv6" {
                "all"
            } else {
                "0-65535"
            };
            found.insert((
                protocol.clone(),
                if rest.is_empty() { whole } else { rest }.to_string(),
            ));
        } else {
            found.insert((protocol.clone(), item.to_string()));
        }
    }
    found
}

/// The first and the last port of a piece of TCP or UDP.
fn ports((protocol, ports): &(String, String)) -> Option<(u32, u32)> {
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    let is_transport = ["tcp", "udp"].contains(&protocol.as_str());
    is_transport.then_some((first.parse().ok()?, last.parse().ok()?))
}

/// Pieces with adjoining ports as one range.
fn joined(pieces: BTreeSet<(String, String)>) -> BTreeSet<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut pieces: Vec<(String, String)> = pieces.into_iter().collect();
    pieces.sort_by_key(|piece| (piece.0.clone(), ports(piece)));
    for piece in pieces {
        let last = found.last().filter(|last| last.0 == piece.0);
        match (last.and_then(ports), ports(&piece)) {
            (Some((first, end)), Some((next, last))) if end + 1 == next => {
                found.pop();
                found.push((piece.0, format!("{first}-{last}")));
            }
            _ => found.push(piece),
        }
    }
    found.into_iter().collect()
}

#[test]
fn adjoining_ports_of_a_service_are_one_range() {
    for service in catalogue().services() {
        let declared = pieces(&service.declared);
        assert_eq!(joined(declared.clone()), declared, "{}", service.name);
    }
}

#[test]
fn every_port_has_a_source() {
    let assigned: BTreeSet<String> = data("etc-services.txt").into_iter().collect();
    let mut reported: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    for line in data("services.tsv").into_iter().skip(1) {
        let [service, protocol, port, authority, reference] =
            line.split('\t').collect::<Vec<_>>()[..]
        else {
            panic!("five columns: {line}");
        };
        match authority {
            "iana" | "services" => {
                let place = if protocol == "proto" {
                    format!("{port}/proto")
                } else {
                    format!("{port}/{protocol}")
                };
                assert!(assigned.contains(&format!("{reference} {place}")), "{line}");
            }
            "vendor" => assert!(reference.len() > 10, "{line}"),
            other => panic!("no authority: {other}"),
        }
        let new = reported
            .entry(service.to_string())
            .or_default()
            .insert((protocol.to_string(), port.to_string()));
        assert!(new, "reported twice: {line}");
    }
    for service in catalogue().services() {
        let alias = catalogue().find(&service.declared).is_some();
        match reported.remove(&service.name) {
            None => assert!(alias, "nobody says what `{}` is", service.name),
            Some(reported) => assert_eq!(
                joined(reported),
                joined(pieces(&service.declared)),
                "{}",
                service.name
            ),
        }
    }
    assert!(reported.is_empty(), "services that are not: {reported:?}");
}

#[test]
fn the_services_file_of_this_machine_agrees() {
    let Ok(text) = std::fs::read_to_string("/etc/services") else {
        return;
    };
    let mut here: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for line in text.lines() {
        let mut words = line.split('#').next().unwrap_or("").split_whitespace();
        if let (Some(name), Some((port, transport))) =
            (words.next(), words.next().and_then(|p| p.split_once('/')))
        {
            for name in std::iter::once(name).chain(words) {
                here.entry((name, transport)).or_default().insert(port);
            }
        }
    }
    for line in data("etc-services.txt") {
        let Some((name, place)) = line.split_once(' ') else {
            panic!("{line}")
        };
        let (port, transport) = place.split_once('/').unwrap_or_default();
        if let Some(ports) = here.get(&(name, transport)) {
            let first = port.split('-').next().unwrap_or(port);
            assert!(ports.contains(first), "{line}: {ports:?}");
        }
    }
}

#[test]
fn each_line_declares_one_name() {
    let names: Vec<&str> = catalogue().names().collect();
    assert!(names.is_sorted_by(|a, b| a < b), "a name is declared twice");
    let lines = include_str!("../../src/prelude.tier").lines();
    let other = lines
        .filter(|line| !line.is_empty() && !line.starts_with('#') && !line.starts_with("service "));
    assert_eq!(other.collect::<Vec<_>>(), Vec::<&str>::new());
    for (service, name) in catalogue().services().zip(names) {
        assert_eq!(service.name, name);
    }
}

#[test]
fn every_service_has_a_description() {
    for service in catalogue().services() {
        let text = &service.description;
        assert!(
            text.len() > 3 && text.len() < 100 && !text.ends_with('.'),
            "{}: {text}",
            service.name
        );
        assert!(text.is_ascii(), "{text}");
    }
    for name in [
        "http",
        "https",
        "ssh",
        "dns",
        "mysql",
        "postgresql",
        "rdp",
        "nfs",
        "smb",
        "redis",
        "kafka",
        "ping",
    ] {
        assert!(catalogue().find(name).is_some(), "{name}");
    }
}
