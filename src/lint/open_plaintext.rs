//! `open-plaintext`: a plaintext protocol that is open to the internet.

use super::definition::{Category, Judge, Lint};
use super::exposure::{WatchedService, exposed_services, tcp, tcp_range, udp, udp_range};
use super::level::Level;
use super::opening::Exposed;
use super::subject::Subject;

/// The lint.
pub const LINT: Lint = Lint {
    name: "open-plaintext",
    title: "a plaintext protocol that is open to the internet",
    level: Level::Warn,
    category: Category::Security { severity: "6.0" },
    ids: &[("Security Hub", "EC2.18")],
    text: "\
Checks: that no tier accepts from the internet a protocol that sends its data, and often a password,
in plain text: FTP, Telnet, TFTP, Finger, POP3, NNTP, IMAP, SNMP, LDAP, the Berkeley remote shells,
syslog, rsync, MQTT, AMQP, STOMP, IRC, the git protocol, Graphite, StatsD, AJP, and HTTP on 3000,
5000, 8000, 8080, 8081, 8088 and 8888. It does not report TCP port 80, which `open-http` does, nor
port 25, because other mail servers use no other port.

Why: anyone on the path can read and modify the traffic. STARTTLS on the same port, as in POP3, IMAP
and LDAP, can be stripped on the path (RFC 8314 recommends TLS from the first byte instead).

Instead: use the TLS port: https, ftps or sftp, pop3s, imaps, ldaps, syslog-tls, mqtts, amqps. A
protocol without one belongs behind a VPN, or is for named networks only.",
    fires: "\
tier mail is mail-server

mail allows imap from anywhere
",
    passes: "\
tier mail is mail-server

mail allows imaps from anywhere
",
    judge: Judge::Exposure(judge),
};

/// Protocols without encryption of their own: IANA's registry, and the defaults that products
/// document.
const WATCHED: [WatchedService; 30] = [
    tcp("ftp", 21),
    tcp("telnet", 23),
    udp("tftp", 69),
    tcp("finger", 79),
    tcp("pop3", 110),
    tcp("nntp", 119),
    tcp("imap", 143),
    udp_range("snmp", 161, 162),
    tcp("ldap", 389),
    udp("ldap", 389),
    tcp("rexec", 512),
    tcp("rlogin", 513),
    tcp("rsh or syslog", 514),
    udp("syslog", 514),
    tcp("rsync", 873),
    tcp("mqtt", 1883),
    tcp("graphite", 2003),
    tcp("global-catalog", 3268),
    tcp("amqp", 5672),
    tcp("irc", 6667),
    tcp("http", 3000),
    tcp("http", 5000),
    tcp("http", 8000),
    tcp("ajp", 8009),
    tcp_range("http", 8080, 8081),
    tcp("http", 8088),
    udp("statsd", 8125),
    tcp("http", 8888),
    tcp("git", 9418),
    tcp("stomp", 61613),
];

fn judge(subject: &Subject<'_>, found: &mut Vec<Exposed>) {
    exposed_services(
        subject,
        &WATCHED,
        "use the TLS port of the protocol, or restrict it to the networks that need it",
        found,
    );
}
