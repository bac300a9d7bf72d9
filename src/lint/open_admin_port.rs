//! `open-admin-port`: an administration port that is open to the internet.

use super::definition::{Category, Judge, Lint};
use super::exposure::{WatchedService, exposed_services, tcp, tcp_range, udp};
use super::level::Level;
use super::opening::Exposed;
use super::subject::Subject;

/// The lint.
pub const LINT: Lint = Lint {
    name: "open-admin-port",
    title: "an administration port that is open to the internet",
    level: Level::Warn,
    category: Category::Security { severity: "8.0" },
    ids: &[
        ("CIS AWS Foundations 1.2", "4.1, 4.2"),
        ("CIS AWS Foundations 3.0", "5.2, 5.3"),
        ("Security Hub", "EC2.13, EC2.14, EC2.53, EC2.54"),
        (
            "AWS Config",
            "restricted-ssh, vpc-sg-port-restriction-check",
        ),
        ("checkov", "CKV_AWS_24, CKV_AWS_25"),
    ],
    text: "\
Checks: that no tier accepts connections from the internet to a port for remote administration: SSH,
RDP, Telnet, WinRM, VNC, X11, the Berkeley remote shells, IPMI, SNMP, and the interfaces of Docker,
Kubernetes, JBoss, GlassFish, WebLogic, Webmin, Consul, Nomad, Vault and Salt.

Why: attackers find and try such ports within minutes, and one weak password or unpatched service
behind them gives access to the whole machine.

Instead: name the networks that need it (`from office`), put a bastion in front of it, or use
Session Manager or EC2 Instance Connect, which need no open port.",
    fires: "\
tier web

web allows ssh from anywhere
",
    passes: "\
network office = 203.0.113.0/24
tier web

web allows ssh from office
",
    judge: Judge::Exposure(judge),
};

/// Ports for administration: those of the controls above, and those that products document.
pub(super) const WATCHED: [WatchedService; 29] = [
    tcp("ssh", 22),
    tcp("telnet", 23),
    tcp("rdp", 3389),
    udp("rdp", 3389),
    tcp("winrm", 5985),
    tcp("winrm-https", 5986),
    tcp_range("vnc over http", 5800, 5803),
    tcp_range("vnc", 5900, 5903),
    tcp_range("x11", 6000, 6063),
    tcp("rexec", 512),
    tcp("rlogin", 513),
    tcp("rsh", 514),
    udp("snmp", 161),
    udp("ipmi", 623),
    tcp("docker", 2375),
    tcp("docker-tls", 2376),
    tcp("swarm", 2377),
    tcp("kubernetes", 6443),
    tcp("kubelet", 10250),
    tcp("consul", 8500),
    tcp("nomad", 4646),
    tcp("vault", 8200),
    tcp("glassfish-admin", 4848),
    tcp("weblogic", 7001),
    tcp("tomcat-shutdown", 8005),
    tcp_range("jboss-mgmt", 9990, 9993),
    tcp("webmin", 10000),
    tcp("rabbitmq-mgmt", 15672),
    tcp_range("salt", 4505, 4506),
];

fn judge(subject: &Subject<'_>, found: &mut Vec<Exposed>) {
    exposed_services(
        subject,
        &WATCHED,
        "restrict it to the networks that need it, as in `from office`",
        found,
    );
}
