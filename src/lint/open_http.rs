//! `open-http`: TCP port 80 that is open to the internet.

use super::exposure::{Exposed, Watched, exposed, tcp};
use super::{Category, Judge, Level, Lint, Subject};

/// The lint.
pub const LINT: Lint = Lint {
    name: "open-http",
    title: "TCP port 80 that is open to the internet",
    level: Level::Allow,
    category: Category::Security {
        severity: "3.0",
    },
    ids: &[("checkov", "CKV_AWS_260")],
    text: "\
Checks: that no tier accepts connections to TCP port 80 from the internet. Nobody is told of it unless a run asks:
`--warn open-http`. A web server has this port open to send its visitors to https, certificate authorities ask there
(RFC 8555), and Security Hub's control EC2.18 authorises it.

Why: what is said on this port is in plain text. Where no visitor ever types an address, as before an API, the redirect
has no use.

Instead: open 443 alone (`web allows https from anywhere`), and prove domains by DNS.",
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

const WATCHED: [Watched; 1] = [tcp("http", 80)];

fn judge(subject: &Subject<'_>, found: &mut Vec<Exposed>) {
    exposed(subject, &WATCHED, "open https alone", found);
}
