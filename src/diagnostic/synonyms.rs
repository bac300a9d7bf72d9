//! Synonyms from other tools for the names of the language. They are looked up only for undeclared
//! names, so a program can declare each of these words.

use super::name_kind::NameKind;
use super::nearest;

/// For each name, its synonyms.
type Synonyms = &'static [(&'static str, &'static [&'static str])];

const PEERS: Synonyms = &[
    ("every tier", &["every", "each", "all-tiers"]),
    (
        "anywhere",
        &[
            "any",
            "all",
            "everyone",
            "everybody",
            "everything",
            "everywhere",
            "anyone",
            "anything",
            "world",
            "public",
            "all-traffic",
            "any-any",
            "open",
            "wan",
        ],
    ),
    (
        "anywhere-ipv4",
        &["any4", "any-ipv4", "ipv4", "all-ipv4", "anyv4"],
    ),
    (
        "anywhere-ipv6",
        &["any6", "any-ipv6", "ipv6", "all-ipv6", "anyv6"],
    ),
    (
        "itself",
        &["self", "me", "myself", "same", "own", "localhost", "this"],
    ),
    (
        "private",
        &["rfc1918", "internal", "intranet", "lan", "local", "inside"],
    ),
];

/// Of a list of tiers.
const TIERS: Synonyms = &[PEERS[0]];

const ENDS: Synonyms = &[
    ("internet", &["public", "world", "outside", "wan"]),
    PEERS[1],
    PEERS[2],
    PEERS[3],
    PEERS[5],
    PEERS[0],
];

const SERVICES: Synonyms = &[
    (
        "all",
        &[
            "any",
            "everything",
            "anything",
            "ip",
            "all-traffic",
            "any-any",
            "alltraffic",
            "ipv4",
        ],
    ),
    ("icmp", &["icmpv4", "icmp4"]),
    ("icmpv6", &["icmp6", "ipv6-icmp"]),
    ("tcp", &["tcp-all", "all-tcp", "any-tcp"]),
    ("udp", &["udp-all", "all-udp", "any-udp"]),
    (
        "https",
        &[
            "www-ssl", "ssl", "tls", "web-ssl", "http-ssl", "http-tls", "http-s",
        ],
    ),
    ("http", &["www", "web"]),
    ("dns", &["domain", "name-server"]),
    ("ssh", &["sshd"]),
    ("rdp", &["ms-wbt-server", "remote-desktop", "mstsc"]),
    ("mysql", &["mysqld", "aurora-mysql"]),
    ("postgresql", &["pgsql", "aurora-postgresql", "psql"]),
    ("ping", &["icmp-ping", "echo"]),
];

const ICMP_TYPES: Synonyms = &[
    ("echo-request", &["echo", "ping-request", "echo_request"]),
    ("echo-reply", &["pong", "ping-reply", "echo_reply"]),
    (
        "destination-unreachable",
        &["unreachable", "dest-unreachable"],
    ),
    ("time-exceeded", &["ttl-exceeded", "traceroute", "ttl"]),
];

const PARAM_TYPES: Synonyms = &[
    (
        "cidr",
        &[
            "ip",
            "ipv4",
            "cidr-ipv4",
            "cidr_block",
            "cidr-block",
            "subnet",
            "address",
            "network",
            "block",
        ],
    ),
    ("cidr-ipv6", &["ipv6", "cidr6", "cidr_ipv6", "ipv6-cidr"]),
    (
        "cidr-list",
        &["cidrs", "cidr_list", "cidr-blocks", "cidr_blocks", "blocks"],
    ),
    (
        "external",
        &["sg", "security-group", "security_group", "group", "sg-id"],
    ),
    ("prefix-list", &["pl", "prefix_list", "list", "prefixlist"]),
    ("vpc", &["vpc-id", "vpc_id", "vpcid"]),
    (
        "port",
        &[
            "number",
            "int",
            "integer",
            "uint16",
            "tcp",
            "udp",
            "tcp-port",
            "port-number",
        ],
    ),
    ("string", &["text", "str"]),
];

const LINTS: Synonyms = &[
    (
        "open-admin-port",
        &[
            "open-ssh",
            "open-rdp",
            "ssh-open",
            "rdp-open",
            "open-winrm",
            "no-ssh",
            "no-public-ssh",
            "restricted-ssh",
        ],
    ),
    (
        "open-data-store",
        &[
            "open-database",
            "open-db",
            "open-mysql",
            "open-postgres",
            "open-redis",
            "open-databases",
        ],
    ),
    (
        "open-all-traffic",
        &[
            "open-all",
            "open-any",
            "any-any",
            "allow-all",
            "open-everything",
        ],
    ),
    (
        "open-wide-range",
        &["open-range", "open-ports", "wide-range"],
    ),
    ("open-plaintext", &["open-telnet", "open-ftp", "plaintext"]),
    ("role-expectation", &["roles", "role"]),
    (
        "unused-declaration",
        &["unused", "unused-tier", "unused-network", "unused-param"],
    ),
    (
        "duplicate-rule",
        &["duplicate", "duplicates", "duplicate-rules"],
    ),
    (
        "shadowed-rule",
        &["redundant-rule", "redundant", "covered-rule", "shadowed"],
    ),
    ("missing-ipv6", &["ipv6", "no-ipv6"]),
    ("icmp-all", &["open-icmp", "all-icmp"]),
];

const ROLES: Synonyms = &[
    (
        "web-server",
        &["web", "webserver", "http-server", "frontend", "www"],
    ),
    (
        "app-server",
        &[
            "app",
            "application",
            "application-server",
            "backend",
            "appserver",
        ],
    ),
    (
        "database",
        &["db", "sql", "rds", "mysql", "postgresql", "database-server"],
    ),
    (
        "file-server",
        &["file", "nfs", "efs", "storage", "fileserver"],
    ),
    (
        "proxy",
        &[
            "lb",
            "alb",
            "nlb",
            "elb",
            "load-balancer",
            "reverse-proxy",
            "loadbalancer",
        ],
    ),
    (
        "bastion",
        &["jump", "jump-host", "jumphost", "jumpbox", "ssh-gateway"],
    ),
    ("cache", &["redis", "memcached", "elasticache"]),
    ("mail-server", &["mail", "smtp", "mailserver"]),
    ("dns-server", &["dns", "resolver", "nameserver"]),
];

const KEYS: Synonyms = &[
    ("outbound", &["egress", "out", "outgoing", "egress-rules"]),
    (
        "cidr",
        &[
            "cidr_block",
            "cidr-block",
            "cidr_blocks",
            "cidrs",
            "CidrBlock",
            "addresses",
        ],
    ),
    (
        "addresses",
        &[
            "cidr",
            "cidrs",
            "subnets",
            "subnet",
            "cidr_blocks",
            "ips",
            "address",
        ],
    ),
    ("vpc", &["vpc_id", "vpc-id", "VpcId", "network"]),
    (
        "name",
        &["group_name", "group-name", "GroupName", "sg-name"],
    ),
    ("description", &["desc", "comment", "GroupDescription"]),
    ("tags", &["tag", "labels", "Tags"]),
    ("id", &["vpc_id", "vpc-id", "VpcId"]),
    (
        "ip",
        &["ip-version", "ip_version", "ipv6", "family", "stack"],
    ),
    (
        "rule-quota",
        &["quota", "rules-quota", "rule_quota", "max-rules"],
    ),
    (
        "entries",
        &["max_entries", "max-entries", "size", "MaxEntries"],
    ),
    (
        "family",
        &["address_family", "address-family", "AddressFamily", "ip"],
    ),
];

/// The known name that an unknown one most likely means: by synonym, by spelling, or the only one
/// that it is the beginning of.
pub fn likely<'a>(
    kind: NameKind,
    typed: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    let synonym = synonyms_for(kind).iter().find(|(name, typed_for_it)| {
        typed_for_it
            .iter()
            .any(|word| word.eq_ignore_ascii_case(typed))
            && (is_built_in(kind) || known.contains(name))
    });

    let synonym = synonym.map(|(name, _)| name.to_string());
    synonym
        .or_else(|| nearest(typed, known.iter().copied()))
        .or_else(|| complete_name(typed, &known))
}

/// Whether the names of a kind are the same in every program.
fn is_built_in(kind: NameKind) -> bool {
    matches!(
        kind,
        NameKind::Tier | NameKind::Peer | NameKind::End | NameKind::Network | NameKind::Service
    )
}

fn synonyms_for(kind: NameKind) -> Synonyms {
    match kind {
        NameKind::Peer => PEERS,
        NameKind::End => ENDS,
        // without `itself`, which is not an address
        NameKind::Network => &ENDS[1..5],
        NameKind::Service => SERVICES,
        NameKind::Role => ROLES,
        NameKind::IcmpType => ICMP_TYPES,
        NameKind::Lint => LINTS,
        NameKind::ParamType => PARAM_TYPES,
        NameKind::Key => KEYS,
        NameKind::Tier => TIERS,
        NameKind::TierSet
        | NameKind::BuiltInNetwork
        | NameKind::External
        | NameKind::PrefixList
        | NameKind::Param
        | NameKind::Port
        | NameKind::Vpc => &[],
    }
}

/// The only name that starts with the typed words: `open-admin-port` of `open-admin`.
fn complete_name(typed: &str, known: &[&str]) -> Option<String> {
    let mut found = known.iter().filter(|name| {
        name.strip_prefix(typed)
            .is_some_and(|rest| rest.starts_with('-'))
    });
    found
        .next()
        .filter(|_| !typed.is_empty() && found.next().is_none())
        .map(|name| name.to_string())
}

#[cfg(test)]
mod tests {
    use super::likely;
    use crate::diagnostic::NameKind;

    #[test]
    fn synonyms_depend_on_the_kind_of_name() {
        assert_eq!(
            likely(NameKind::Peer, "ANY", ["web"]).as_deref(),
            Some("anywhere")
        );
        assert_eq!(likely(NameKind::Tier, "any", ["web"]), None);
        assert_eq!(
            likely(
                NameKind::Lint,
                "open-admin",
                ["open-admin-port", "open-http"]
            )
            .as_deref(),
            Some("open-admin-port")
        );

        assert_eq!(
            likely(NameKind::Lint, "open", ["open-admin-port", "open-http"]),
            None
        );
        assert_eq!(likely(NameKind::Lint, "open-ssh", ["open-http"]), None);
    }
}
