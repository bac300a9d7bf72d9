//! The lints about exposure: each judges sets of addresses, and each condition has a program that
//! it reports and one that it accepts.

use crate::common::check;
use tierwall::diagnostic::{self, Style, render};
use tierwall::lint::{Level, Levels};

/// Levels by which one lint warns, and no other: of those about exposure, only one reports a
/// sentence.
fn only(lint: &str) -> Levels {
    let name = tierwall::lint::lint_names()
        .into_iter()
        .find(|name| *name == lint)
        .expect("a lint");
    Levels {
        all: Some(Level::Allow),
        named: [(name, Level::Warn)].into(),
        ..Levels::default()
    }
}

/// Asserts that a lint fires in a program, or that it does not.
fn check_lint(name: &str, program: &str, fires: bool) {
    let (compilation, problems) = check(program, &only(name));
    let reported: Vec<String> = problems
        .iter()
        .map(|p| render(p, &compilation.sources, Style::Plain))
        .collect();
    assert!(
        problems
            .iter()
            .all(|problem| !problem.report().code.starts_with('E')),
        "{program}\n{}",
        reported.join("\n")
    );
    let found = problems.iter().any(|problem| problem.report().code == name);
    assert_eq!(found, fires, "{name}\n{program}\n{}", reported.join("\n"));
}

/// What a lint says of a program.
fn messages(name: &str, program: &str) -> Vec<String> {
    let (compilation, problems) = check(program, &only(name));
    let reported = problems
        .iter()
        .filter(|problem| problem.report().code == name);
    let first = |text: String| {
        text.lines()
            .next()
            .map(|line| line.replace(&format!("warning[{name}]: "), ""))
    };
    reported
        .filter_map(|problem| first(render(problem, &compilation.sources, Style::Plain)))
        .collect()
}

#[test]
fn findings_name_the_open_traffic_and_its_senders() {
    for (lint, program, reported) in [
        (
            "open-all-traffic",
            "tier x\nx allows udp from ::/0",
            "`x` accepts every UDP port from the IPv6 internet",
        ),
        (
            "open-all-traffic",
            "tier x\nx allows tcp from 0.0.0.0/0",
            "`x` accepts every TCP port from the IPv4 internet",
        ),
        (
            "open-all-traffic",
            "tier x\nx allows all from anywhere",
            "`x` accepts every protocol from the internet",
        ),
        (
            "icmp-all",
            "tier x\nx allows icmp from ::/0",
            "`x` accepts every type of ICMPv6 from the IPv6 internet",
        ),
        (
            "open-http",
            "tier x\nx allows http from 0.0.0.0/0",
            "`x` accepts tcp 80 (http) from the IPv4 internet",
        ),
        (
            "role-expectation",
            "tier x is bastion\nx allows ssh, https from anywhere",
            "`x` is `bastion` and accepts tcp 22, tcp 443 from the internet",
        ),
        (
            "role-expectation",
            "tier x is bastion\nx allows ssh, https from 192.0.2.0/24",
            "`x` is `bastion` and accepts tcp 443",
        ),
        (
            "role-expectation",
            "tier x is dns-server\nx allows udp 53 from anywhere",
            "`x` is `dns-server` and accepts udp 53 from peers that may not use tcp 53",
        ),
        (
            "pmtud-blocked",
            "tier x\nx allows https from ::/0",
            "`x` accepts tcp 443, but not icmpv6 packet-too-big from the same addresses",
        ),
    ] {
        assert_eq!(messages(lint, program), [reported], "{program}");
    }
}

/// Peers, and whether they are the internet of IPv4 and of IPv6.
const PEERS: [(&str, bool, bool); 19] = [
    ("anywhere", true, true),
    ("anywhere-ipv4", true, false),
    ("anywhere-ipv6", false, true),
    ("0.0.0.0/0", true, false),
    ("::/0", false, true),
    ("2000::/3", false, true),
    ("0.0.0.0/1", true, false),
    ("128.0.0.0/1", true, false),
    ("0.0.0.0/1, 128.0.0.0/1", true, false),
    ("halves", true, false),
    ("pieces", true, false),
    ("anywhere except private", true, true),
    ("anywhere except ::/0", true, false),
    ("private", false, false),
    ("10.0.0.0/8, 172.16.0.0/12, fc00::/7", false, false),
    ("17.0.0.0/8", false, false),
    ("2600:1f00::/24", false, false),
    ("office-later", false, false),
    ("all-later", true, false),
];

/// Services, and whether a lint is about them.
type Services = &'static [(&'static str, bool)];

/// For each lint about exposure: how the tier is declared, and services.
const SERVICES: [(&str, &str, Services); 10] = [
    (
        "open-admin-port",
        "x",
        &[
            ("ssh", true),
            ("rdp", true),
            ("tcp 20-30", true),
            ("tcp", true),
            ("all", true),
            ("https", false),
        ],
    ),
    (
        "open-high-risk-port",
        "x",
        &[
            ("tcp 9300", true),
            ("tcp 1-20", true),
            ("tcp", true),
            ("all", true),
            ("udp", false),
            ("tcp 26", false),
        ],
    ),
    (
        "open-data-store",
        "x",
        &[
            ("redis", true),
            ("udp 2000-2100", true),
            ("udp", true),
            ("all", true),
            ("tcp 6378", false),
        ],
    ),
    (
        "open-all-traffic",
        "x",
        &[
            ("all", true),
            ("tcp", true),
            ("udp", true),
            ("tcp 1-65535", true),
            ("tcp 2-65535", false),
            ("ssh", false),
        ],
    ),
    (
        "open-wide-range",
        "x",
        &[
            ("tcp 2000-3000", true),
            ("udp 1-65534", true),
            ("all", false),
            ("tcp 443", false),
        ],
    ),
    (
        "open-plaintext",
        "x",
        &[
            ("telnet", true),
            ("tcp 8082-8090", true),
            ("all", true),
            ("http, smtp", false),
        ],
    ),
    (
        "open-http",
        "x",
        &[
            ("http", true),
            ("tcp 79-81", true),
            ("tcp", true),
            ("all", true),
            ("https", false),
        ],
    ),
    (
        "role-expectation",
        "x is web-server",
        &[
            ("https, ssh", true),
            ("tcp 443-444", true),
            ("tcp", true),
            ("all", true),
            ("http, https", false),
        ],
    ),
    (
        "icmp-all",
        "x",
        &[("icmp", true), ("ping", false), ("all", false)],
    ),
    (
        "missing-ipv6",
        "x",
        &[
            ("https", true),
            ("udp 53", true),
            ("proto 50", true),
            ("all", true),
            ("icmp", false),
            ("ssh", false),
        ],
    ),
];

#[test]
fn each_is_judged_by_sets() {
    for (lint, declared, services) in SERVICES {
        for (peers, v4, v6) in PEERS {
            for (service, about) in services {
                let program = format!(
                    "network halves = 0.0.0.0/1, 128.0.0.0/1\n\
                     network pieces = 20.0.0.0/8, 21.0.0.0/8, 30.0.0.0/8, 31.0.0.0/8, 32.0.0.0/8\n\
                     param office-later : cidr = 203.0.113.0/24\nparam all-later : cidr = 0.0.0.0/0\n\
                     tier {declared}\nx allows {service} from {peers}\n"
                );
                let open = if lint == "missing-ipv6" {
                    v4 && !v6
                } else {
                    v4 || v6
                };
                check_lint(lint, &program, open && *about);
            }
        }
    }
}

#[test]
fn each_is_judged_over_sentences_together() {
    for (lint, declared, services) in SERVICES {
        let (service, _) = services
            .iter()
            .find(|(_, about)| *about)
            .expect("a service that the lint is about");
        let half = |block: &str| format!("x allows {service} from {block}\n");
        // 2^25 addresses each: a half of what counts as the internet
        let (one, other) = (half("20.0.0.0/7"), half("30.0.0.0/7"));
        check_lint(lint, &format!("tier {declared}\n{one}{other}"), true);
        check_lint(lint, &format!("tier {declared}\n{one}"), false);
        let allowed = format!("tier {declared}\n@allow({lint})\n{one}@allow({lint})\n{other}");
        check_lint(lint, &allowed, false);
        check_lint("unused-allow", &allowed, false);
    }
}

/// Security Hub's list once more, as its user guide prints it.
const HIGH_RISK: [u16; 24] = [
    20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333, 5000, 5432, 5500,
    5601, 8080, 8088, 8888, 9200, 9300,
];

#[test]
fn matches_the_list_of_security_hub() {
    for port in (1..=10000).filter(|port| HIGH_RISK.contains(port) || port % 97 == 0) {
        let program = format!("tier x\nx allows tcp {port} from anywhere\n");
        check_lint("open-high-risk-port", &program, HIGH_RISK.contains(&port));
    }
}

#[test]
fn services_of_the_catalogue_are_known() {
    let stores = "mysql postgresql pgbouncer mssql oracle mongodb redshift cassandra neptune db2 couchdb influxdb \
        clickhouse cockroachdb neo4j redis memcached elasticsearch elasticsearch-cluster kibana solr nfs nfs3 smb netbios \
        rsync afp iscsi lustre etcd zookeeper kafka msk-tls rabbitmq amqps nats activemq";
    let plain = "ftp telnet tftp pop3 imap ldap rsh syslog snmp mqtt amqp stomp finger irc http-8000 http-alt http-8088 \
        http-8888";
    let fine = "https http3 smtps submission imaps pop3s dns dns-tls ntp openvpn wireguard ike";
    for (lint, services) in [("open-data-store", stores), ("open-plaintext", plain)] {
        for service in services.split_whitespace() {
            check_lint(
                lint,
                &format!("tier x\nx allows {service} from anywhere\n"),
                true,
            );
        }
        for service in fine.split_whitespace() {
            check_lint(
                lint,
                &format!("tier x\nx allows {service} from anywhere\n"),
                false,
            );
        }
    }
    for service in ["udp 1434", "udp 11211", "udp 2049", "udp 111", "udp 137"] {
        check_lint(
            "open-data-store",
            &format!("tier x\nx allows {service} from anywhere\n"),
            true,
        );
    }
}

#[test]
fn all_traffic_is_every_port_of_a_protocol() {
    for (sentences, fires) in [
        (
            "x allows tcp 1-30000 from anywhere\nx allows tcp 30001-65535 from anywhere",
            true,
        ),
        (
            "x allows tcp 1-30000 from anywhere\nx allows tcp 30002-65535 from anywhere",
            false,
        ),
        (
            "x allows tcp 1-30000 from anywhere\nx allows udp 30001-65535 from anywhere",
            false,
        ),
        (
            "x allows tcp 1-30000 from anywhere-ipv4\nx allows tcp 30001-65535 from anywhere-ipv6",
            false,
        ),
        ("x allows tcp 1-30000, 30001-65535 from ::/0", true),
        ("x allows icmp from anywhere", false),
        ("x allows all from 203.0.113.0/24", false),
        ("x allows all from itself", false),
    ] {
        check_lint("open-all-traffic", &format!("tier x\n{sentences}\n"), fires);
    }
}

#[test]
fn a_wide_range_has_more_than_a_thousand_ports() {
    for (service, fires) in [
        ("tcp 2000-2999", false),
        ("tcp 2000-3000", true),
        ("udp 2000-2999", false),
        ("udp 2000-3000", true),
        ("tcp 2000-2500, 2501-3000", true),
        ("tcp 2000-2500, 2502-3001", false),
        ("tcp", false),
        ("tcp 1-65535", false),
        ("tcp 2-65535", true),
        ("nodeport", true),
    ] {
        check_lint(
            "open-wide-range",
            &format!("tier x\nx allows {service} from anywhere\n"),
            fires,
        );
    }
}

#[test]
fn reports_missing_ipv6_where_it_is_in_use() {
    for (stack, sentences, fires) in [
        ("dual", "x allows https from 0.0.0.0/0", true),
        ("ipv4", "x allows https from 0.0.0.0/0", false),
        ("dual", "x allows https from ::/0", false),
        (
            "dual",
            "x allows https from 0.0.0.0/0\nx allows https from ::/0",
            false,
        ),
        (
            "dual",
            "x allows https from 0.0.0.0/0\nx allows all from ::/0",
            false,
        ),
        (
            "dual",
            "x allows https, http from 0.0.0.0/0\nx allows https from ::/0",
            true,
        ),
        (
            "dual",
            "x allows tcp 53 from 0.0.0.0/0\nx allows udp 53 from ::/0",
            true,
        ),
        (
            "dual",
            "x allows all from 0.0.0.0/0\nx allows all from ::/0",
            false,
        ),
        ("dual", "x allows ping from 0.0.0.0/0", false),
        ("dual", "x allows https from 203.0.113.0/24", false),
        (
            "dual",
            "@allow(missing-ipv6, \"its name has no IPv6 address\")\nx allows https from 0.0.0.0/0",
            false,
        ),
    ] {
        check_lint(
            "missing-ipv6",
            &format!("stack s {{ ip = {stack} }}\ntier x\n{sentences}\n"),
            fires,
        );
    }
}

#[test]
fn icmp_all_is_every_type_and_nothing_else() {
    for (sentences, fires) in [
        ("x allows icmp from anywhere", true),
        ("x allows icmp from ::/0", true),
        ("x allows icmpv6 from ::/0", true),
        ("x allows proto 1 from 0.0.0.0/0", true),
        ("x allows icmp, tcp, udp from anywhere", true),
        (
            "x allows icmp 0, icmp 3, icmp 8, icmp 11 from 0.0.0.0/0",
            false,
        ),
        ("x allows all from anywhere", false),
        ("x allows icmp from 10.0.0.0/8", false),
    ] {
        check_lint("icmp-all", &format!("tier x\n{sentences}\n"), fires);
    }
}

#[test]
fn reports_blocked_path_mtu_discovery_from_outside() {
    let known = "vpc main { id = \"vpc-0123456789abcdef0\", cidr = [10.0.0.0/16, 2600:1f18::/56] }";
    for (vpc, sentences, fires) in [
        ("", "x allows https from anywhere", true),
        (
            "",
            "x allows https, icmp fragmentation-needed from anywhere",
            false,
        ),
        (
            "",
            "x allows https from anywhere\nx allows icmp from anywhere",
            false,
        ),
        (
            "",
            "x allows https from anywhere\nx allows icmp 3/4 from 0.0.0.0/0",
            true,
        ),
        (
            "",
            "x allows https from anywhere\nx allows icmp 3/4 from 0.0.0.0/0\nx allows icmpv6 2 from ::/0",
            false,
        ),
        (
            "",
            "x allows https from anywhere\nx allows icmp 3/3 from 0.0.0.0/0\nx allows icmpv6 2 from ::/0",
            true,
        ),
        (
            "",
            "x allows https from 0.0.0.0/0\nx allows icmp 3/4 from 0.0.0.0/1",
            true,
        ),
        ("", "x allows all from anywhere", false),
        ("", "x allows ping from anywhere", false),
        ("", "x allows udp 53 from 8.8.8.8", true),
        ("", "x allows https from 10.1.0.0/16", false),
        ("", "x allows https from itself", false),
        (known, "x allows https from 10.1.0.0/16", true),
        (known, "x allows https from 10.0.1.0/24", false),
        (known, "x allows https from 2600:1f18::/64", false),
        (known, "x allows https from 10.0.0.0/15", true),
        (known, "x allows https to 8.8.8.8", false),
    ] {
        check_lint(
            "pmtud-blocked",
            &format!("{vpc}\ntier x\n{sentences}\n"),
            fires,
        );
    }
    check_lint(
        "pmtud-blocked",
        "@allow(pmtud-blocked)\ntier x\nx allows https from anywhere\n",
        false,
    );
}

#[test]
fn what_is_never_filtered() {
    for (sentence, fires) in [
        ("x allows dns to 169.254.169.253", true),
        ("x allows dns to fd00:ec2::253", true),
        ("x allows dns to 10.0.0.2", true),
        ("x allows dns to 10.0.0.3", false),
        ("x allows dns to 10.9.0.2", false),
        ("x allows dns from 10.0.0.2", true),
        ("x allows http to 169.254.169.254", true),
        ("x allows http to fd00:ec2::254", true),
        ("x allows http to 169.254.170.2", true),
        ("x allows http to 169.254.170.23", true),
        ("x allows http to fd00:ec2::23", true),
        ("x allows ntp to 169.254.169.123", true),
        ("x allows ntp to fd00:ec2::123", true),
        ("x allows tcp 1688 to 169.254.169.250", true),
        ("x allows tcp 1688 to 169.254.169.251", true),
        ("x allows tcp 1688 to 169.254.169.250/31", true),
        ("x allows tcp 1688 to fd00:ec2::250", true),
        ("x allows ping to fe80:ec2::1", true),
        ("x allows http from 169.254.169.254", true),
        ("x allows dns from 10.0.0.2", true),
        ("x allows tcp from fd00:ec2::254", true),
        ("x allows dns from 10.0.0.1", false),
        ("x allows ping to fe80::1", false),
        ("x allows http to 169.254.169.252", false),
        ("x allows http to 169.254.0.0/16", false),
        ("x allows ntp to 169.254.169.123, 192.0.2.7", true),
        ("x allows udp 67 from 10.0.0.0/16", true),
        ("x allows udp 67-68 from 10.0.0.0/16", true),
        ("x allows udp 546 from fd00::/8", true),
        ("x allows udp 547 from fd00::/8", true),
        ("x allows udp 545 from fd00::/8", false),
        ("x allows udp 66-68 from 10.0.0.0/16", false),
        ("x allows tcp 67 from 10.0.0.0/16", false),
        ("x allows dns to anywhere", false),
    ] {
        let vpc = "vpc main { id = \"vpc-0123456789abcdef0\", cidr = [2600:1f18::/56, 10.0.0.0/16, 10.9.0.0/16] }";
        check_lint(
            "not-filtered",
            &format!("{vpc}\ntier x {{ outbound = closed }}\n{sentence}\n"),
            fires,
        );
    }
}

/// Peers of a sentence, and their findings.
const UNROUTABLE: [(&str, &[&str]); 31] = [
    (
        "from 127.0.0.1",
        &["no packet comes from 127.0.0.1/32 (loopback)"],
    ),
    (
        "from 127.0.0.0/8",
        &["no packet comes from 127.0.0.0/8 (loopback)"],
    ),
    ("from 126.0.0.0/7", &[]),
    (
        "from 0.0.0.0/32",
        &["no packet comes from 0.0.0.0/32 (this network)"],
    ),
    (
        "from 0.0.0.0/8",
        &["no packet comes from 0.0.0.0/8 (this network)"],
    ),
    ("from 0.0.0.0/7", &[]),
    (
        "from 169.254.0.0/16",
        &["no packet comes from 169.254.0.0/16 (link-local)"],
    ),
    (
        "from 239.255.0.1",
        &["no packet comes from 239.255.0.1/32 (multicast)"],
    ),
    (
        "from 255.255.255.255",
        &["no packet comes from 255.255.255.255/32 (broadcast)"],
    ),
    ("from 240.0.0.0/4", &[]),
    ("from ::1", &["no packet comes from ::1/128 (loopback)"]),
    (
        "from ::/128",
        &["no packet comes from ::/128 (the unspecified address)"],
    ),
    (
        "from ff02::/16",
        &["no packet comes from ff02::/16 (multicast)"],
    ),
    ("from fe80::/10", &[]),
    ("from 203.0.113.7", &[]),
    ("from anywhere, private", &[]),
    ("from itself", &[]),
    (
        "from ::1, 224.0.0.0/4",
        &["no packet comes from 224.0.0.0/4 (multicast), ::1/128 (loopback)"],
    ),
    (
        "from 203.0.113.0/24, 127.0.0.1",
        &["no packet comes from 127.0.0.1/32 (loopback)"],
    ),
    (
        "from mixed",
        &["no packet comes from 127.0.0.1/32 (loopback)"],
    ),
    // what `except` leaves beside others is no peer that anybody wrote
    ("from anywhere-ipv4 except 1.2.3.4", &[]),
    (
        "from anywhere-ipv4 except 223.0.0.0/8, 240.0.0.0/4",
        &["no packet comes from 224.0.0.0/4 (multicast)"],
    ),
    ("from 0.0.0.0/8, 1.0.0.0/8", &[]),
    // `not-filtered` reports it
    ("from 169.254.169.253", &[]),
    (
        "from 169.254.169.254, ::1",
        &["no packet comes from ::1/128 (loopback)"],
    ),
    // multicast is a destination
    ("to 224.0.0.2", &[]),
    ("to 127.0.0.1", &[]),
    // a default is a proposal
    ("from later", &[]),
    (
        "from 20.0.0.0/7, 224.0.0.0/8",
        &["no packet comes from 224.0.0.0/8 (multicast)"],
    ),
    (
        "from 127.0.0.0/9, 127.128.0.0/9",
        &["no packet comes from 127.0.0.0/9 (loopback), 127.128.0.0/9 (loopback)"],
    ),
    ("from gone until 2020-01-01", &[]),
];

#[test]
fn no_packet_comes_from_some_peers() {
    for (peers, reported) in UNROUTABLE {
        let program = format!(
            "network mixed = 203.0.113.0/24, 127.0.0.1\nnetwork gone = 127.0.0.1\n\
             param later : cidr = 127.0.0.1\ntier x {{ outbound = closed }}\nx allows https {peers}\n"
        );
        assert_eq!(
            messages("unroutable-peer", &program),
            *reported,
            "{program}"
        );
        check_lint(
            "unroutable-peer",
            &program.replace("x allows", "@allow(unroutable-peer)\nx allows"),
            false,
        );
    }
    for (sentence, fires) in [
        // the query of a transit gateway
        ("x allows proto 2 from 0.0.0.0/32", false),
        ("x allows proto 2 from 0.0.0.0/31", true),
        ("x allows proto 2 from 224.0.0.1", true),
        ("x allows proto 3 from 0.0.0.0/32", true),
        // DHCP is never filtered
        ("x allows udp 67 from 0.0.0.0/32", false),
        ("x allows udp 66 from 0.0.0.0/32", true),
    ] {
        check_lint("unroutable-peer", &format!("tier x\n{sentence}\n"), fires);
    }
    check_lint(
        "not-filtered",
        "tier x\nx allows dns from 169.254.169.253\n",
        true,
    );
}

#[test]
fn odd_ports_are_reported_only_alone() {
    for (sentence, fires) in [
        ("x allows tcp 0 from y", true),
        ("x allows udp 0 from anywhere", true),
        ("x allows icmp 0/0 from 203.0.113.0/24", true),
        ("x allows tcp 443, 0 from itself", true),
        ("x allows tcp 0 to y", true),
        ("x allows tcp 0 to 203.0.113.0/24", false),
        ("x allows tcp 0-65535 from y", false),
        ("x allows tcp 0-1 from y", false),
        ("x allows tcp, udp, icmp from y", false),
        ("x allows icmp 0 from 203.0.113.0/24", false),
        ("x allows icmp echo-reply from y", false),
        ("x allows icmp 3/0 from 203.0.113.0/24", false),
        ("x allows proto 0 from y", false),
        ("@allow(odd-port, \"a test\")\nx allows tcp 0 from y", false),
    ] {
        check_lint(
            "odd-port",
            &format!("tier x, y {{ outbound = closed }}\n{sentence}\n"),
            fires,
        );
    }
    let all = "tier x\nx allows tcp 0, udp 0, icmp 0/0 from 203.0.113.0/24\n";
    assert_eq!(
        messages("odd-port", all),
        ["`tcp 0`, `udp 0`, `icmp 0/0` admits no useful traffic"]
    );
}

/// For each role, sentences about it, and whether they break what is expected of it.
const ROLES: [(&str, &str, bool); 62] = [
    (
        "web-server",
        "x allows http, https, http3, icmp from anywhere",
        false,
    ),
    ("web-server", "x allows https, ssh from anywhere", true),
    (
        "web-server",
        "x allows https from anywhere\nx allows udp 444 from anywhere",
        true,
    ),
    (
        "web-server",
        "x allows https from anywhere\nx allows ssh from 203.0.113.0/24",
        false,
    ),
    ("web-server", "x allows tcp 8080 from y", false),
    ("web-server", "x allows tcp 8443 from y", false),
    ("web-server", "x allows tcp 8444 from y", false),
    ("web-server", "x allows udp 443 from y", true),
    ("app-server", "x allows tcp 9000 from y", false),
    ("app-server", "x allows https to y", false),
    ("app-server", "x allows tcp 9000 from anywhere", true),
    ("app-server", "x allows udp 9000 from anywhere", true),
    ("app-server", "x allows icmp from anywhere", false),
    ("database", "x allows mysql from y", false),
    ("database", "x allows tcp 7210 from y", false),
    ("database", "x allows udp 7210 from y", true),
    ("database", "x allows tcp 7210 from y, anywhere", true),
    (
        "database",
        "x allows mysql from y\nx allows ping from anywhere",
        true,
    ),
    (
        "database",
        "x allows mysql from y\nx allows icmp fragmentation-needed from anywhere",
        false,
    ),
    ("database", "x allows mysql from 203.0.113.0/24", false),
    ("file-server", "x allows nfs from y", false),
    ("file-server", "x allows smb from y", false),
    ("file-server", "x allows ftp from y", false),
    ("file-server", "x allows sftp from y", false),
    ("file-server", "x allows rsync from y", false),
    ("file-server", "x allows afp from y", false),
    ("file-server", "x allows iscsi from y", false),
    ("file-server", "x allows tcp 988 from y", false),
    ("file-server", "x allows mysql from y", true),
    ("file-server", "x allows sftp from anywhere", true),
    (
        "proxy",
        "x allows http, https from anywhere\nx allows http to y",
        false,
    ),
    (
        "proxy",
        "x allows tcp 3128 from y\nx allows http, https to anywhere",
        false,
    ),
    (
        "proxy",
        "x allows tcp 3128 from anywhere\nx allows http, https to anywhere",
        true,
    ),
    (
        "proxy",
        "x allows tcp 1080, 8080 from anywhere\nx allows http, https to anywhere",
        true,
    ),
    ("proxy", "x allows http from anywhere", true),
    ("proxy", "x allows https to anywhere", true),
    (
        "proxy",
        "x allows https from anywhere\ny allows http from x",
        false,
    ),
    (
        "bastion",
        "x allows ssh, rdp, icmp from 203.0.113.0/24",
        false,
    ),
    ("bastion", "x allows ssh from anywhere", true),
    (
        "bastion",
        "x allows ssh from y\nx allows ping from anywhere",
        true,
    ),
    ("bastion", "x allows ssh, https from 203.0.113.0/24", true),
    ("bastion", "x allows tcp 22-23 from 203.0.113.0/24", true),
    (
        "bastion",
        "x allows ssh from 203.0.113.0/24\ny allows http to x",
        true,
    ),
    ("bastion", "x allows ping from 203.0.113.0/24", true),
    ("bastion", "x allows udp 3389 from y", false),
    ("cache", "x allows redis from y", false),
    ("cache", "x allows udp 11211 from y", false),
    ("cache", "x allows icmp from y", true),
    ("cache", "x allows redis from anywhere", true),
    (
        "mail-server",
        "x allows smtp, submission, smtps, imaps, pop3s, sieve, http, https from anywhere",
        false,
    ),
    ("mail-server", "x allows imaps from anywhere", false),
    ("mail-server", "x allows smtp, ssh from anywhere", true),
    ("mail-server", "x allows https from anywhere", true),
    ("dns-server", "x allows dns from anywhere", false),
    (
        "dns-server",
        "x allows dns, dns-tls, https, http3 from anywhere",
        false,
    ),
    (
        "dns-server",
        "x allows dns from anywhere\nx allows tcp 953 from anywhere",
        true,
    ),
    ("dns-server", "x allows udp 53 from anywhere", true),
    ("dns-server", "x allows tcp 53 from y", true),
    ("dns-server", "x allows ssh from y", true),
    (
        "dns-server",
        "x allows udp 53 from anywhere\nx allows tcp 53 from anywhere-ipv4",
        true,
    ),
    (
        "dns-server",
        "x allows udp 53 from 10.0.0.0/15\nx allows tcp 53 from 10.0.0.0/16, 10.1.0.0/16",
        false,
    ),
    (
        "dns-server",
        "x allows udp 53 from 10.0.0.0/15\nx allows tcp 53 from 10.0.0.0/16",
        true,
    ),
];

#[test]
fn each_clause_of_a_role() {
    for (role, sentences, fires) in ROLES {
        let program =
            format!("stack s {{ outbound = closed }}\ntier x is {role}\ntier y\n{sentences}\n");
        check_lint("role-expectation", &program, fires);
        // a tier without a role is expected to be nothing
        check_lint(
            "role-expectation",
            &program.replace(&format!(" is {role}"), ""),
            false,
        );
    }
    let open = "tier x is proxy\nx allows http from anywhere\n";
    check_lint("role-expectation", open, false);
}

#[test]
fn a_dns_server_accepts_tcp_and_udp_from_the_same_peers() {
    for (sentences, fires) in [
        ("x allows udp 53 from y, z\nx allows tcp 53 from z", true),
        ("x allows tcp 53 from y, z\nx allows udp 53 from y", true),
        ("x allows dns from y, z", false),
        ("x allows dns from y\ny allows dns to x", false),
        ("x allows udp 53 from y\ny allows tcp 53 to x", false),
        // the members of `y` are among the addresses, and not the other way round
        (
            "x allows tcp 53 from 10.0.1.0/24\nx allows dns from y\nx allows udp 53 from 10.0.1.0/24",
            false,
        ),
        (
            "x allows tcp 53 from 10.0.0.0/16\nx allows udp 53 from 10.0.0.0/16\nx allows udp 53 from y",
            false,
        ),
        (
            "x allows dns from 10.0.2.0/24\nx allows udp 53 from y",
            true,
        ),
        (
            "x allows dns from 10.0.0.0/16\nx allows udp 53 from z",
            true,
        ),
        (
            "x allows dns from 0.0.0.0/0\nx allows udp 53 from z, partner",
            false,
        ),
        (
            "x allows dns from 10.0.0.0/16\nx allows tcp 53 from partner",
            true,
        ),
        ("x allows dns from later\nx allows dns from partner", false),
        (
            "x allows udp 53 from later\nx allows tcp 53 from partner",
            true,
        ),
        ("x allows all from later", false),
    ] {
        let program = format!(
            "stack s {{ ip = ipv4 }}\nvpc main {{ id = \"vpc-0123456789abcdef0\" }}\nparam later : cidr\n\
             external partner = \"sg-0a1b2c3d4e5f60718\"\n\
             tier x is dns-server\ntier y {{ addresses = 10.0.1.0/24 }}\ntier z\n{sentences}\n"
        );
        check_lint("role-expectation", &program, fires);
    }
}

#[test]
fn silences_missing_sentences_at_the_declaration() {
    let program = "tier x is database\nx allows udp 7210 from itself\n";
    check_lint("role-expectation", program, true);
    let allowed = format!("@allow(role-expectation, \"still to come\")\n{program}");
    check_lint("role-expectation", &allowed, false);
    check_lint(
        "role-expectation",
        &format!("{allowed}x allows udp 7210 from anywhere\n"),
        true,
    );
}

#[test]
fn a_mail_server_accepts_mail_from_the_internet() {
    for (role, service, fires) in [
        ("", "smtp", true),
        ("is web-server", "smtp", true),
        ("is mail-server", "smtp", false),
        ("is mail-server", "smtp, ssh", true),
        ("is mail-server", "tcp 24-26, 110", true),
    ] {
        check_lint(
            "open-high-risk-port",
            &format!("tier x {role}\nx allows {service} from anywhere\n"),
            fires,
        );
    }
}

/// What is reported for a program: code, level, message and help of each problem.
fn reported(
    program: &str,
    levels: &Levels,
) -> Vec<(&'static str, diagnostic::Level, String, Vec<String>)> {
    let reports = check(program, levels)
        .1
        .into_iter()
        .map(|problem| problem.report());
    reports
        .map(|report| (report.code, report.level, report.message, report.help))
        .collect()
}

#[test]
fn a_sentence_is_reported_by_the_most_specific_lint_which_names_the_others() {
    let office = "restrict it to the networks that need it, as in `from office`";
    let strangers = "name only the services that are meant to be public";
    for (sentence, lint, message, help) in [
        (
            "x allows ssh from anywhere",
            "open-admin-port",
            "`x` accepts tcp 22 (ssh) from the internet",
            &[office, "also reported by `open-high-risk-port`"][..],
        ),
        (
            "x allows tcp, udp, icmp from anywhere",
            "open-all-traffic",
            "`x` accepts every TCP port and every UDP port from the internet",
            &[
                strangers,
                "also reported by `open-admin-port`, `open-data-store`, `open-plaintext`, `open-high-risk-port`, \
                 `icmp-all` (icmp, icmpv6)",
            ],
        ),
        (
            "x allows all from anywhere",
            "open-all-traffic",
            "`x` accepts every protocol from the internet",
            &[
                strangers,
                "also reported by `open-admin-port`, `open-data-store`, `open-plaintext`, `open-high-risk-port`",
            ],
        ),
        (
            "x allows ssh, mysql from anywhere",
            "open-admin-port",
            "`x` accepts tcp 22 (ssh) from the internet",
            &[
                office,
                "also reported by `open-data-store` (tcp 3306), `open-high-risk-port` (tcp 3306)",
            ],
        ),
        (
            "db allows mysql from anywhere",
            "open-data-store",
            "`db` accepts tcp 3306 (mysql) from the internet",
            &[
                "restrict it to the tiers that use it, as in `from app`",
                "also reported by `open-high-risk-port`, `role-expectation`",
            ],
        ),
        (
            "x, db allow ssh from anywhere",
            "open-admin-port",
            "`db` accepts tcp 22 (ssh) from the internet",
            &[
                office,
                "the same sentence opens `x`",
                "also reported by `open-high-risk-port`, `role-expectation`",
            ],
        ),
        (
            "x allows ssh, https from anywhere-ipv4",
            "open-admin-port",
            "`x` accepts tcp 22 (ssh) from the IPv4 internet",
            &[
                office,
                "also reported by `open-high-risk-port`, `missing-ipv6` (tcp 443)",
            ],
        ),
    ] {
        let program =
            format!("tier x\ntier app, db is database\ndb allows mysql from app\n{sentence}\n");
        let program = program.replace(
            "tier app, db is database",
            "tier app\ntier db is database { outbound = closed }",
        );
        let found = reported(&program, &Levels::default());
        let found: Vec<_> = found
            .into_iter()
            .filter(|(code, ..)| *code != "unreachable-tier")
            .collect();
        let found: Vec<_> = found
            .into_iter()
            .filter(|(code, ..)| !["shadowed-rule", "duplicate-rule"].contains(code))
            .collect();
        let help = help.iter().map(|help| help.to_string()).collect();
        assert_eq!(
            found,
            [(lint, diagnostic::Level::Warning, message.to_string(), help)],
            "{program}"
        );
    }
}

#[test]
fn an_allow_silences_only_the_named_lints() {
    let lints = ["open-admin-port", "open-high-risk-port"];
    for (allowed, left) in [
        (&[][..], Some("open-admin-port")),
        (&[lints[0]], Some("open-high-risk-port")),
        (&[lints[1]], Some("open-admin-port")),
        (&lints, None),
    ] {
        let annotations: String = allowed
            .iter()
            .map(|lint| format!("@allow({lint}, \"a test\")\n"))
            .collect();
        let program = format!("tier x\n{annotations}x allows ssh from anywhere\n");
        let found = reported(&program, &Levels::default());
        let codes: Vec<&str> = found.iter().map(|(code, ..)| *code).collect();
        assert_eq!(codes, Vec::from_iter(left), "{program}");
        let names_other = found
            .iter()
            .any(|(.., help)| help.iter().any(|help| help.contains("also reported by")));
        assert_eq!(names_other, allowed.is_empty(), "{program}\n{found:?}");
    }
    // an `@allow` is used even if its lint is only named in another's report
    let program = "tier x\n@allow(open-high-risk-port)\nx allows ssh from anywhere\n";
    check_lint("unused-allow", program, false);
}

#[test]
fn the_highest_level_counts() {
    let program = "tier x\nx allows ssh from anywhere\n";
    let level = |named: &[(&'static str, Level)]| {
        let levels = Levels {
            named: named.iter().copied().collect(),
            ..Levels::default()
        };
        let found = reported(program, &levels);
        assert_eq!(found.len(), usize::from(!found.is_empty()), "{found:?}");
        found
            .into_iter()
            .next()
            .map(|(code, level, _, help)| (code, level, help[1..].join("; ")))
    };
    let (admin, risk) = ("open-admin-port", "open-high-risk-port");
    let [error, warning, note] = diagnostic::Level::ALL;
    for (named, expected) in [
        (
            &[(risk, Level::Deny)][..],
            Some((
                admin,
                error,
                "also reported by `open-high-risk-port` (deny)",
            )),
        ),
        (
            &[(admin, Level::Deny)],
            Some((admin, error, "also reported by `open-high-risk-port`")),
        ),
        (
            &[(admin, Level::Note)],
            Some((
                admin,
                warning,
                "also reported by `open-high-risk-port` (warn)",
            )),
        ),
        (
            &[(admin, Level::Note), (risk, Level::Note)],
            Some((admin, note, "also reported by `open-high-risk-port`")),
        ),
        (&[(admin, Level::Allow)], Some((risk, warning, ""))),
        (&[(risk, Level::Allow)], Some((admin, warning, ""))),
        (&[(admin, Level::Allow), (risk, Level::Allow)], None),
    ] {
        let expected = expected.map(|(code, level, help)| (code, level, help.to_string()));
        assert_eq!(level(named), expected, "{named:?}");
    }
}

#[test]
fn open_outbound_is_a_warning_for_servers_that_answer() {
    let program = "tier a, x\ntier db is database\ntier c is cache { outbound = open-ipv4 }\n\
                   tier f is file-server { outbound = closed }\ntier w is web-server\n";
    let found = |program: &str, levels: &Levels| -> Vec<(String, diagnostic::Level)> {
        let problems = check(program, levels).1;
        let reports = problems.iter().map(|problem| problem.report());
        let of_lint = reports.filter(|report| report.code == "open-outbound");
        of_lint
            .map(|report| (report.message, report.level))
            .collect()
    };
    let warned = |message: &str| (message.to_string(), diagnostic::Level::Warning);
    let answering = [
        warned("`db` is a database, and may send all traffic to every address"),
        warned("`c` is a cache, and may send all traffic to every IPv4 address"),
    ];
    assert_eq!(found(program, &Levels::default()), answering);

    let named = |level| Levels {
        named: [("open-outbound", level)].into(),
        ..Levels::default()
    };
    assert_eq!(found(program, &named(Level::Allow)), []);
    assert_eq!(found(program, &named(Level::Warn)).len(), 5);
    let denied = Levels {
        warnings: Some(Level::Deny),
        ..Levels::default()
    };
    let levels: Vec<_> = found(program, &denied).into_iter().map(|it| it.1).collect();
    assert_eq!(levels, [diagnostic::Level::Error; 2]);
    let above = Levels::default().override_levels(&named(Level::Allow));
    assert_eq!(found(program, &above), []);

    let allowed = program.replace("tier db", "@allow(open-outbound)\ntier db");
    assert_eq!(found(&allowed, &Levels::default()), answering[1..]);
}
