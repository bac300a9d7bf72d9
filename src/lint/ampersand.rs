//! `ampersand`: `&` in the description of a rule that references a security group or a prefix list.

use super::definition::{Category, Judge, Lint};
use super::level::Level;
use super::subject::Subject;
use crate::diagnostic::Finding;
use crate::policy::{Peer, Policy, Sentence, SentenceId};
use std::collections::BTreeMap;

/// The lint.
pub const LINT: Lint = Lint {
    name: "ampersand",
    title: "`&` in the description of a rule that references a security group or a prefix list",
    level: Level::Warn,
    category: Category::Maintainability,
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
    passes: "\
network office = 203.0.113.0/24
tier web

web allows https from office \"Research & development\"
",
    judge: Judge::Program(judge),
};

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let (policy, deployment) = (subject.policy, subject.deployment);
    let has_ampersand = |sentence: &Sentence| {
        let prose = sentence.prose.as_ref();
        prose.is_some_and(|prose| prose.view().stored().contains('&'))
    };

    if policy.texts.is_empty() && !policy.sentences.iter().any(has_ampersand) {
        return;
    }

    let mut first: BTreeMap<SentenceId, (String, &str)> = BTreeMap::new();
    let groups = deployment.groups.iter();

    for rule in groups.flat_map(|group| group.ingress.iter().chain(&group.egress)) {
        let text = deployment.written_text(rule);
        let is_found = text.is_some_and(|text| text.view().stored().contains('&'));
        let sentence = deployment.described_by(rule).filter(|_| is_found);
        if let (Some(sentence), Some(peer)) = (sentence, named_peer(policy, rule.peer)) {
            first.entry(sentence).or_insert(peer);
        }
    }

    for (sentence, (name, kind)) in first {
        let span = policy.sentence(sentence).span;
        let message = format!(
            "the EC2 API reference does not list `&` for the description of a rule that \
             references a {kind}"
        );
        let finding = Finding::new(message)
            .caused(span, format!("describes a rule for `{name}`"))
            .help("write `and`");
        found.push(finding);
    }
}

/// A peer that is no block: its name, and what it is.
fn named_peer(policy: &Policy, peer: Peer) -> Option<(String, &'static str)> {
    match peer {
        Peer::Net(_) | Peer::Param(_) => None,
        Peer::PrefixList(id) => Some((policy.prefix_list(id).name.clone(), "prefix list")),
        Peer::Tier(id) => Some((policy.tier(id).name.clone(), "security group")),
        Peer::External(id) => Some((policy.external(id).name.clone(), "security group")),
    }
}
