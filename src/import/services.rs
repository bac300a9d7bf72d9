//! Traffic as a person writes it: `https`, and not `tcp 443`.

use super::text::exact_traffic;
use crate::net::{Ports, Traffic};

/// Built-in services of one port that everybody knows by this name.
pub const KNOWN: [(&str, Traffic); 24] = [
    ("http", tcp(80)),
    ("https", tcp(443)),
    ("ssh", tcp(22)),
    ("rdp", tcp(3389)),
    ("smtp", tcp(25)),
    ("nfs", tcp(2049)),
    ("smb", tcp(445)),
    ("ldap", tcp(389)),
    ("ldaps", tcp(636)),
    ("mysql", tcp(3306)),
    ("postgres", tcp(5432)),
    ("mssql", tcp(1433)),
    ("oracle", tcp(1521)),
    ("mongodb", tcp(27017)),
    ("redis", tcp(6379)),
    ("memcached", tcp(11211)),
    ("elasticsearch", tcp(9200)),
    ("kafka", tcp(9092)),
    ("amqp", tcp(5672)),
    ("dns-tcp", tcp(53)),
    ("dns-udp", udp(53)),
    ("ntp", udp(123)),
    ("syslog", udp(514)),
    ("snmp", udp(161)),
];

/// Both parts of `dns`.
const DNS: [Traffic; 2] = [tcp(53), udp(53)];

const fn tcp(port: u16) -> Traffic {
    Traffic::Tcp(Ports {
        from: port,
        to: port,
    })
}

const fn udp(port: u16) -> Traffic {
    Traffic::Udp(Ports {
        from: port,
        to: port,
    })
}

/// The services of a sentence, sorted: those with a name, then ports by protocol, then the rest.
pub(super) fn write_services(services: &[Traffic]) -> String {
    let is_dns = DNS.iter().all(|part| services.contains(part));
    let (mut names, mut tcp, mut udp, mut rest) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    names.extend(is_dns.then(|| "dns".to_string()));

    for traffic in services {
        let known = KNOWN.iter().find(|(_, known)| known == traffic);
        match (traffic, known) {
            (part, _) if is_dns && DNS.contains(part) => {}
            (_, Some((name, _))) => names.push(name.to_string()),
            (Traffic::Tcp(ports), None) if *ports != Ports::ALL => tcp.push(write_ports(*ports)),
            (Traffic::Udp(ports), None) if *ports != Ports::ALL => udp.push(write_ports(*ports)),
            (other, None) => rest.push(exact_traffic(*other)),
        }
    }

    let ports = [("tcp", tcp), ("udp", udp)].into_iter();
    let ports = ports.filter(|(_, ports)| !ports.is_empty());
    names.extend(ports.map(|(protocol, ports)| format!("{protocol} {}", ports.join(", "))));
    names.extend(rest);
    names.join(", ")
}

fn write_ports(ports: Ports) -> String {
    match ports.from == ports.to {
        true => ports.from.to_string(),
        false => format!("{}-{}", ports.from, ports.to),
    }
}

/// The traffic of one rule as a person writes it: `https`, `tcp 8080-8090`
pub fn describe_services(traffic: Traffic) -> String {
    write_services(&[traffic])
}
