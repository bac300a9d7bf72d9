//! `open-high-risk-port`: a port of Security Hub's list that is open to the internet.

use super::definition::{Category, Judge, Lint};
use super::exposure::{WatchedService, exposed_services, tcp};
use super::level::Level;
use super::opening::Exposed;
use super::subject::Subject;

/// The lint.
pub const LINT: Lint = Lint {
    name: "open-high-risk-port",
    title: "a port that Security Hub classifies as high risk, open to the internet",
    level: Level::Warn,
    category: Category::Security { severity: "8.0" },
    ids: &[
        ("Security Hub", "EC2.19"),
        ("AWS Config", "restricted-common-ports"),
    ],
    text: "\
Checks: that no tier accepts connections from the internet to TCP port 20, 21, 22, 23, 25, 110, 135,
143, 445, 1433, 1434, 3000, 3306, 3389, 4333, 5000, 5432, 5500, 5601, 8080, 8088, 8888, 9200 or
9300. The list is exactly that of Security Hub control EC2.19, and includes every default port of
the AWS Config rule restricted-common-ports.

Why: Security Hub reports a finding of severity critical for each of these ports.

Instead: name the networks that need it, or put a load balancer on port 443 in front of it. A mail
server that receives mail for its domains must be open on port 25, so that port is not reported for
a tier that `is mail-server`. Security Hub does not know the purpose of the tier, so its finding has
to be suppressed there.",
    fires: "\
tier search

search allows tcp 9200 from anywhere
",
    passes: "\
tier balancer, search

balancer allows https from anywhere
search allows tcp 9200 from balancer
",
    judge: Judge::Exposure(judge),
};

/// AWS Security Hub user guide, \[EC2.19\]: the services that it names, where its list of ports
/// does.
pub(super) const WATCHED: [WatchedService; 24] = [
    tcp("ftp-data", 20),
    tcp("ftp", 21),
    tcp("ssh", 22),
    tcp("telnet", 23),
    tcp("smtp", 25),
    tcp("pop3", 110),
    tcp("rpc", 135),
    tcp("imap", 143),
    tcp("cifs", 445),
    tcp("mssql", 1433),
    tcp("mssql", 1434),
    tcp("web development", 3000),
    tcp("mysql", 3306),
    tcp("rdp", 3389),
    tcp("ahsp", 4333),
    tcp("web development", 5000),
    tcp("postgresql", 5432),
    tcp("fcp-addr-srvr1", 5500),
    tcp("opensearch dashboards", 5601),
    tcp("proxy", 8080),
    tcp("legacy http", 8088),
    tcp("alternative http", 8888),
    tcp("opensearch", 9200),
    tcp("opensearch", 9300),
];

fn judge(subject: &Subject<'_>, found: &mut Vec<Exposed>) {
    exposed_services(
        subject,
        &WATCHED,
        "restrict it to the networks that need it, as in `from office`",
        found,
    );
}
