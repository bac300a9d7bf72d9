//! What is expected of each role of a tier.

use crate::net::{Ports, Traffic};
use crate::policy::Role;

/// The expectations for a role.
pub(super) struct Expectation {
    pub(super) role: Role,
    /// All that it may accept from the internet, besides path-MTU discovery.
    pub(super) internet: &'static [Traffic],
    /// All that it may accept at all, likewise, if that is limited.
    pub(super) anyone: Option<&'static [Traffic]>,
    /// Traffic of which it must accept some, from any peer; empty for none.
    pub(super) some_of: &'static [Traffic],
    /// Traffic that it must accept completely from the same peers.
    pub(super) together: &'static [Traffic],
    /// Whether it must be able to send.
    pub(super) sends: bool,
}

const fn tcp_port(port: u16) -> Traffic {
    Traffic::Tcp(Ports {
        from: port,
        to: port,
    })
}

const fn udp_port(port: u16) -> Traffic {
    Traffic::Udp(Ports {
        from: port,
        to: port,
    })
}

const ICMP: [Traffic; 2] = [Traffic::Icmp(None), Traffic::Icmpv6(None)];
const SITE: [Traffic; 5] = [tcp_port(80), tcp_port(443), udp_port(443), ICMP[0], ICMP[1]];
const SESSIONS: [Traffic; 3] = [tcp_port(22), tcp_port(3389), udp_port(3389)];
const SESSIONS_AND_ICMP: [Traffic; 5] = [
    tcp_port(22),
    tcp_port(3389),
    udp_port(3389),
    ICMP[0],
    ICMP[1],
];
const ANY_PORT: [Traffic; 2] = [Traffic::Tcp(Ports::ALL), Traffic::Udp(Ports::ALL)];
const DNS: [Traffic; 2] = [tcp_port(53), udp_port(53)];

/// Ports of mail between servers, from clients, and to mailboxes (IANA).
const MAIL: [Traffic; 7] = [
    tcp_port(25),
    tcp_port(465),
    tcp_port(587),
    tcp_port(110),
    tcp_port(143),
    tcp_port(993),
    tcp_port(995),
];

const MAIL_FOR_ALL: [Traffic; 12] = [
    tcp_port(25),
    tcp_port(465),
    tcp_port(587),
    tcp_port(110),
    tcp_port(143),
    tcp_port(993),
    tcp_port(995),
    tcp_port(4190),
    tcp_port(80),
    tcp_port(443),
    ICMP[0],
    ICMP[1],
];

/// NFS, SMB and NetBIOS, FTP and FTPS, SFTP, TFTP, rsync, AFP, iSCSI, Lustre, GlusterFS, Ceph, and
/// WebDAV by https.
const FILES: [Traffic; 15] = [
    tcp_port(2049),
    tcp_port(445),
    tcp_port(139),
    tcp_port(21),
    tcp_port(990),
    tcp_port(22),
    udp_port(69),
    tcp_port(873),
    tcp_port(548),
    tcp_port(3260),
    tcp_port(988),
    tcp_port(24007),
    tcp_port(3300),
    tcp_port(6789),
    tcp_port(443),
];

const DNS_FOR_ALL: [Traffic; 8] = [
    tcp_port(53),
    udp_port(53),
    tcp_port(853),
    udp_port(853),
    tcp_port(443),
    udp_port(443),
    ICMP[0],
    ICMP[1],
];

/// A role that accepts nothing from the internet, and has no requirements.
const PRIVATE: Expectation = Expectation {
    role: Role::Database,
    internet: &[],
    anyone: None,
    some_of: &[],
    together: &[],
    sends: false,
};

/// What is expected of each.
pub(super) const EXPECTATIONS: [Expectation; 9] = [
    Expectation {
        role: Role::WebServer,
        internet: &SITE,
        some_of: &[ANY_PORT[0]],
        ..PRIVATE
    },
    Expectation {
        role: Role::AppServer,
        internet: &ICMP,
        ..PRIVATE
    },
    Expectation {
        role: Role::Database,
        some_of: &[ANY_PORT[0]],
        ..PRIVATE
    },
    Expectation {
        role: Role::FileServer,
        some_of: &FILES,
        ..PRIVATE
    },
    Expectation {
        role: Role::Proxy,
        internet: &SITE,
        some_of: &ANY_PORT,
        sends: true,
        ..PRIVATE
    },
    Expectation {
        role: Role::Bastion,
        anyone: Some(&SESSIONS_AND_ICMP),
        some_of: &SESSIONS,
        ..PRIVATE
    },
    Expectation {
        role: Role::Cache,
        some_of: &ANY_PORT,
        ..PRIVATE
    },
    Expectation {
        role: Role::MailServer,
        internet: &MAIL_FOR_ALL,
        some_of: &MAIL,
        ..PRIVATE
    },
    Expectation {
        role: Role::DnsServer,
        internet: &DNS_FOR_ALL,
        together: &DNS,
        ..PRIVATE
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_has_an_expectation() {
        assert_eq!(
            EXPECTATIONS.each_ref().map(|expected| expected.role),
            Role::ALL
        );
    }
}
