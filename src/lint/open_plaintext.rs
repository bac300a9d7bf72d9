//! `open-plaintext`: a protocol in plain text that is open to the internet.

use super::exposure::{Exposed, Watched, exposed, tcp, tcp_range, udp, udp_range};
use super::{Category, Judge, Level, Lint, Subject};

/// The lint.
pub const LINT: Lint = Lint {
    name: "open-plaintext",
    title: "a protocol in plain text that is open to the internet",
    level: Level::Warn,
    category: Category::Security {
        severity: "6.0",
    },
    ids: &[("Security Hub", "EC2.18")],
    text: "\
Checks: that no tier accepts, from the internet, a protocol that sends what it says, and often a password, in plain
text: ftp, telnet, tftp, finger, pop3, nntp, imap, snmp, ldap, the remote shells of Berkeley, syslog, rsync, MQTT, AMQP,
STOMP, irc, the git protocol, Graphite, StatsD, AJP, and HTTP on 3000, 5000, 8000, 8080, 8081, 8088 and 8888. It does
not speak of TCP port 80, which `open-http` does, nor of 25: other mail servers know no other port.

Why: everyone on the way reads along, and may change what is said. STARTTLS on the same port, as pop3, imap and ldap
have it, can be cut out on the way (RFC 8314 asks for TLS from the first byte instead).

Instead: the port that speaks TLS: https, ftps or sftp, pop3s, imaps, ldaps, syslog-tls, mqtts, amqps. What has none
belongs behind a VPN, or is for named networks only.",
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
const WATCHED: [Watched; 30] = [
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
    exposed(
        subject,
        &WATCHED,
        "use the port of the protocol that speaks TLS, or name the networks that need it",
        found,
    );
}
