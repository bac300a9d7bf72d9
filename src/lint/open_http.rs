//! `open-http`: TCP port 80 that is open to the internet.

use super::definition::{Category, Judge, Lint};
use super::exposure::{WatchedService, exposed_services, tcp};
use super::level::Level;
use super::opening::Exposed;
use super::subject::Subject;

/// The lint.
pub const LINT: Lint = Lint {
    name: "open-http",
    title: "TCP port 80 that is open to the internet",
    level: Level::Allow,
    category: Category::Security { severity: "3.0" },
    ids: &[("checkov", "CKV_AWS_260")],
    text: "\
Checks: that no tier accepts connections to TCP port 80 from the internet. It is reported only on
request: `--warn open-http`. A web server has this port open to redirect its visitors to https,
certificate authorities connect to it (RFC 8555), and Security Hub control EC2.18 authorises it.

Why: traffic on this port is in plain text. Where no visitor types an address, as for an API, the
redirect has no use.

Instead: open only port 443 (`web allows https from anywhere`), and validate domains by DNS.",
    fires: "\
tier api

api allows http, https from anywhere
",
    passes: "\
tier api

api allows https from anywhere
",
    judge: Judge::Exposure(judge),
};

const WATCHED: [WatchedService; 1] = [tcp("http", 80)];

fn judge(subject: &Subject<'_>, found: &mut Vec<Exposed>) {
    exposed_services(subject, &WATCHED, "open only https", found);
}
