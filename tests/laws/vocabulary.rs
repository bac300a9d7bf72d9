//! The words of generated programs: fixed pools, small enough that what is made of them meets.
//!
//! No two names become one in an output.

use crate::scene::Atom;

/// Tiers, in the order in which programs take them. Rules of `web` and of `web-tcp` can ask for one
/// identity.
pub const TIERS: [&str; 6] = ["web", "web-tcp", "app", "db", "Ops_2", "tier"];
/// Sets of tiers.
pub const SETS: [&str; 2] = ["backends", "everyone"];
/// Networks.
pub const NETWORKS: [&str; 4] = ["office", "lab", "edge", "Sites"];
/// Security groups and prefix lists of others.
pub const FOREIGN: [&str; 7] = [
    "partner",
    "legacy",
    "objects",
    "cdn",
    "corp-list",
    "corp-list6",
    "branches",
];
/// Services that programs declare; `http` is built in as well, `web` a tier too.
pub const SERVICES: [&str; 4] = ["shop", "admin", "http", "web"];
/// Roles.
pub const ROLES: [&str; 9] = [
    "web-server",
    "app-server",
    "database",
    "file-server",
    "proxy",
    "bastion",
    "cache",
    "mail-server",
    "dns-server",
];

/// Blocks that sentences and networks write, small enough a pool that they meet.
pub const BLOCKS: [&str; 16] = [
    "10.0.0.0/8",
    "203.0.113.0/24",
    "10.0.1.0/24",
    "0.0.0.0/0",
    "2001:db8::/32",
    "::/0",
    "203.0.113.128/25",
    "10.0.1.7",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "2001:db8:40::/48",
    "2001:db8::1",
    "::/1",
    "8000::/1",
    "fc00::/7",
    "10.0.1.6/31",
];

/// Strings for tags and for people.
pub const PROSE: [&str; 5] = [
    "public side",
    "100% {ok} $${x} %{y}",
    "a \"b\" \\c",
    "naïve – §1",
    "$${z}",
];

/// Texts of parts of services, a word each.
pub const PARTS: [&str; 3] = ["Kerberos", "LDAP&x", "zz"];

/// Likewise, with a parameter in some.
pub const STAGED_PARTS: [&str; 3] = ["of:${stage}", "LDAP&x", "${stage}"];

/// Strings for tags and for people, with a parameter in some.
pub const STAGED: [&str; 8] = [
    "public side",
    "100% {ok} $${x} %{y}",
    "a \"b\" \\c",
    "naïve – §1",
    "$${z}",
    "${stage}",
    "the ${stage} side of ${stage}",
    "%${stage} $ \"b\" $${x} $${y",
];

/// Services with ports that are parameters, and those parameters.
pub const ASKED_PORTS: [(&str, &[&str]); 8] = [
    ("tcp app-port", &["app-port"]),
    ("udp 53, tcp app-port", &["app-port"]),
    ("tcp 443, 8000-last-port", &["last-port"]),
    ("udp 8000-last-port", &["last-port"]),
    ("tcp app-port - last-port", &["app-port", "last-port"]),
    ("tcp app-port - 9000, 80", &["app-port"]),
    ("tcp 443, app-port, 22", &["app-port"]),
    ("tcp 80, app-port - last-port", &["app-port", "last-port"]),
];

/// The families of the text of a service.
pub const TRAFFIC: [(&str, &[Atom]); 47] = [
    ("tcp 80", &[Atom::Both]),
    ("http", &[Atom::Both]),
    ("https", &[Atom::Both]),
    ("all", &[Atom::Both]),
    ("ssh", &[Atom::Both]),
    ("ping", &[Atom::NamedEndpoint(true, true)]),
    ("dns", &[Atom::Both]),
    ("mysql", &[Atom::Both]),
    ("all", &[Atom::Both]),
    ("tcp 443, 8080", &[Atom::Both]),
    ("tcp 80-90", &[Atom::Both]),
    ("tcp 8000-8100, 22, 443", &[Atom::Both]),
    ("udp 53", &[Atom::Both]),
    ("udp 33434-33534, 53", &[Atom::Both]),
    ("tcp", &[Atom::Both]),
    ("udp", &[Atom::Both]),
    ("tcp 0", &[Atom::Both]),
    ("tcp 0-65535", &[Atom::Both]),
    ("udp 65535", &[Atom::Both]),
    ("icmp", &[Atom::NamedEndpoint(true, true)]),
    ("icmp echo-request", &[Atom::NamedEndpoint(true, true)]),
    ("icmp echo-reply", &[Atom::NamedEndpoint(true, true)]),
    (
        "icmp destination-unreachable",
        &[Atom::NamedEndpoint(true, true)],
    ),
    (
        "icmp fragmentation-needed",
        &[Atom::NamedEndpoint(true, true)],
    ),
    ("icmp packet-too-big", &[Atom::NamedEndpoint(true, true)]),
    ("icmp time-exceeded", &[Atom::NamedEndpoint(true, true)]),
    (
        "icmp timestamp-request",
        &[Atom::NamedEndpoint(true, false)],
    ),
    (
        "icmp neighbor-solicitation",
        &[Atom::NamedEndpoint(false, true)],
    ),
    ("icmp 8", &[Atom::V4]),
    ("icmp 3/4", &[Atom::V4]),
    ("icmp 0/0", &[Atom::V4]),
    ("icmp 252/86", &[Atom::V4]),
    ("icmp 255/255", &[Atom::V4]),
    ("icmpv6", &[Atom::V6]),
    ("icmpv6 128", &[Atom::V6]),
    ("icmpv6 128/0", &[Atom::V6]),
    ("icmpv6 2/0", &[Atom::V6]),
    ("icmpv6 echo-request", &[Atom::V6]),
    ("icmpv6 destination-unreachable", &[Atom::V6]),
    ("proto 50", &[Atom::Both]),
    ("proto 0", &[Atom::Both]),
    ("proto 255", &[Atom::Both]),
    ("proto 1", &[Atom::V4]),
    ("proto 6", &[Atom::Both]),
    ("proto 17", &[Atom::Both]),
    ("proto 58", &[Atom::V6]),
    ("icmpv6 packet-too-big", &[Atom::V6]),
];
