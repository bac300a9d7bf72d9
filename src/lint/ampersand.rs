//! `ampersand`: `&` in the description of a rule that references a security group or a prefix list.

use super::{Judge, Level, Lint, Subject};
use crate::diagnostic::Finding;
use crate::policy::{Peer, Policy, SentenceId};
use std::collections::BTreeMap;

/// The lint.
pub const LINT: Lint = Lint {
    name: "ampersand",
    title: "`&` in the description of a rule that references a security group or a prefix list",
    level: Level::Warn,
    ids: &[],
    text: "\
Checks: that the string of a sentence has no `&` if it describes a rule whose peer is a security
group or a prefix list. In names and descriptions of groups, and in descriptions of rules for
addresses, `&` is allowed.

Why: the EC2 API reference lists `&` for those (CreateSecurityGroup, IpRange, Ipv6Range) and omits
it for the others (UserIdGroupPair, PrefixListId). The error message of the API lists it for all of
them, so AWS may accept it; the reference does not guarantee that.

Instead: write `and`, or write a separate sentence for the addresses.",
    fires: "\
tier app, db

db allows mysql from app \"Search & index\"
",
    calm: "\
network office = 203.0.113.0/24
tier web

web allows https from office \"Research & development\"
",
    judge: Judge::Program(judge),
};

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let (policy, deployment) = (subject.policy, subject.deployment);
    let has_it = |id: SentenceId| {
        policy
            .sentence(id)
            .prose
            .as_ref()
            .is_some_and(|prose| prose.contains('&'))
    };
    if !(0..policy.sentences.len()).any(|n| has_it(SentenceId(n as u32))) {
        return;
    }

    let mut first: BTreeMap<SentenceId, (String, &str)> = BTreeMap::new();
    for rule in deployment
        .groups
        .iter()
        .flat_map(|group| group.ingress.iter().chain(&group.egress))
    {
        let sentence = deployment
            .described_by(rule)
            .filter(|sentence| has_it(*sentence));
        if let (Some(sentence), Some(peer)) = (sentence, peer(policy, rule.peer)) {
            first.entry(sentence).or_insert(peer);
        }
    }
    found.extend(first.into_iter().map(|(sentence, (name, kind))| {
        let span = policy.sentence(sentence).span;
        Finding::new(format!(
            "the EC2 API reference does not list `&` for the description of a rule that \
             references a {kind}"
        ))
        .caused(span, format!("describes a rule for `{name}`"))
        .help("write `and`")
    }));
}

/// A peer that is no block: its name, and what it is.
fn peer(policy: &Policy, peer: Peer) -> Option<(String, &'static str)> {
    match peer {
        Peer::Net(_) | Peer::Param(_) => None,
        Peer::PrefixList(id) => Some((policy.prefix_lists[id.index()].name.clone(), "prefix list")),
        Peer::Tier(id) => Some((policy.tier(id).name.clone(), "security group")),
        Peer::External(id) => Some((policy.externals[id.index()].name.clone(), "security group")),
    }
}
