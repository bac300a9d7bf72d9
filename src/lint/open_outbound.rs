//! `open-outbound`: a tier that may send everything to everywhere.

use super::definition::{Category, Judge, Lint, RoleTiers};
use super::level::Level;
use super::subject::Subject;
use crate::diagnostic::Finding;
use crate::policy::{Outbound, Role, Tier};

/// The lint.
pub const LINT: Lint = Lint {
    name: "open-outbound",
    title: "a tier that may send all traffic to every address",
    level: Level::Allow,
    category: Category::Security { severity: "3.0" },
    ids: &[("Checkov", "CKV_AWS_382")],
    text: "\
Checks: that no tier has an open outbound side (`outbound = open`, `open-ipv4` or `open-ipv6`). It
is a warning by default for the roles `database`, `cache` and `file-server`, because such a server
answers, and opens few connections of its own. Other tiers are reported only with
`--warn open-outbound`. `--allow open-outbound` applies to all roles.

Why: whoever controls a host of the tier can send its data to any address. Security groups are
stateful, so replies pass without an outbound rule.

Instead: `outbound = closed`, with sentences for what the tier sends:
`db allows https to anywhere`.",
    fires: "\
tier app
tier db is database

db allows mysql from app
",
    passes: "\
tier app { outbound = closed }
tier db is database { outbound = closed }

db allows mysql from app
",
    judge: Judge::ByRole(judge),
};

/// Roles of servers that answer, and seldom send.
const ANSWERING: [Role; 3] = [Role::Database, Role::Cache, Role::FileServer];

fn judge(subject: &Subject<'_>, tiers: RoleTiers, found: &mut Vec<Finding>) {
    let open = subject.policy.tiers.iter();
    for tier in open.filter(|tier| tier.outbound != Outbound::Closed) {
        let role = tier.role.filter(|role| ANSWERING.contains(role));
        if role.is_some() == (tiers == RoleTiers::Warned) {
            found.push(tier_finding(tier, role));
        }
    }
}

fn tier_finding(tier: &Tier, role: Option<Role>) -> Finding {
    let to = match tier.outbound {
        Outbound::Open | Outbound::Closed => "every address",
        Outbound::OpenIpv4 => "every IPv4 address",
        Outbound::OpenIpv6 => "every IPv6 address",
    };
    let who = match role {
        Some(role) => format!("`{}` is a {}, and", tier.name, role.keyword()),
        None => format!("`{}`", tier.name),
    };
    Finding::new(format!("{who} may send all traffic to {to}"))
        .caused(tier.span, format!("outbound = {}", tier.outbound.keyword()))
        .help("close it, and allow what it sends: `outbound = closed`")
}
