//! Compares what runs with a program: what was opened is written as a sentence, and the program is
//! judged with it.

use crate::aws::{Direction, ListReference as List, Peer, State, TextPiece};
use crate::compile::{Compilation, Inputs, compile};
use crate::drift::{Drift, DriftInput, DriftedPeer, DriftedRule, Event, find_drift};
use crate::groups::lower;
use crate::import::{Estate, describe_services};
use crate::lint::{self, Category, Levels};
use crate::policy::{ListReference, Outbound, Policy, Reference};
use crate::source::FileKind;
use crate::workspace::{Listing, Read, ReadError, Workspace};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// How many opened rules the program is judged with, one after another.
const MOST_JUDGED: usize = 100;

/// The codes of assertions that do not hold.
const ASSERTIONS: &str = "E07";

/// Compares a program with what runs. `open` opens its files once more. Fails with the reason if a
/// rule of the program has a value that only the deployment knows.
pub fn compare_estate(
    entry: &str,
    compilation: &Compilation,
    estate: &Estate,
    default_tags: &[(String, String)],
    inputs: &Inputs<'_>,
    open: &mut dyn FnMut() -> Box<dyn Workspace>,
) -> Result<Drift, String> {
    let policy = &compilation.policy;
    let state = lower(policy).to_state();
    refuse_unbound(&state)?;
    refuse_unknown_lists(&state, &estate.inventory.state)?;

    let mut tags: Vec<(String, String)> = estate
        .inventory
        .default_tags
        .iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    tags.extend(default_tags.iter().cloned());
    let mut drift = find_drift(&DriftInput {
        written: &state,
        ledger: policy.ledger.as_ref(),
        living: &estate.inventory,
        held: estate.held.as_ref(),
        default_tags: &tags,
    });

    let known = list_findings(compilation);
    for rule in drift.opened.iter_mut().take(MOST_JUDGED) {
        let (declaration, sentence) = write_sentence(policy, rule);
        let mut files = Appended {
            files: open(),
            text: format!("\n{declaration}{sentence}\n"),
        };
        if let Ok(opened) = compile(entry, &mut files, inputs) {
            let found = list_findings(&opened);
            rule.breaks = found.difference(&known).cloned().collect();
        }
        rule.sentence = Some(sentence);
    }
    Ok(drift)
}

/// Refuses rules and names of groups that a parameter without a value is in.
fn refuse_unbound(state: &State) -> Result<(), String> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    for rule in state.rules() {
        let peer = state.parameter_of(rule.key.peer);
        names.extend(peer.map(|id| state.parameter(id).name.clone()));
        let ports = rule.key.traffic.unknown_ports();
        let ports = ports.iter().flat_map(|ports| ports.parameters());
        names.extend(ports.map(str::to_string));
    }
    for group in &state.groups {
        let owner = group.made_elsewhere.map(Peer::ForeignGroup);
        let owner = owner.and_then(|owner| state.parameter_of(owner));
        names.extend(owner.map(|id| state.parameter(id).name.clone()));
        let pieces = group
            .group_name
            .iter()
            .flat_map(|name| name.view().pieces());
        names.extend(pieces.filter_map(|piece| match piece {
            TextPiece::Parameter(name) => Some(name.to_string()),
            TextPiece::Literal(_) => None,
        }));
    }
    if names.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = names.into_iter().collect();
    Err(format!(
        "the deployment sets values that rules or names depend on: {}; give the values that are deployed, \
         like `--set {}=VALUE`, or a file of them: `--vars FILE`",
        names.join(", "),
        names[0]
    ))
}

/// Refuses lists of AWS by name, if rules of the account name lists of which nothing else is known.
fn refuse_unknown_lists(written: &State, living: &State) -> Result<(), String> {
    let is_by_name = |state: &State, peer| match peer {
        Peer::PrefixList(id) => matches!(
            state.prefix_list(id).reference,
            List::Aws(_) | List::Made(_)
        ),
        _ => false,
    };
    let needs_names = written
        .rules()
        .any(|rule| is_by_name(written, rule.key.peer));
    let is_unknown = |rule: &crate::aws::Rule| match rule.key.peer {
        Peer::PrefixList(id) => {
            let list = living.prefix_list(id);
            matches!(&list.reference, List::Id(id) if *id == list.name)
        }
        _ => false,
    };
    match needs_names && living.rules().any(is_unknown) {
        true => Err(
            "the program names prefix lists, and the sources do not have the names of those that \
             run; give the answer of `aws ec2 describe-managed-prefix-lists` too"
                .to_string(),
        ),
        false => Ok(()),
    }
}

/// The assertions that do not hold and what lints about exposure report, each with its code.
fn list_findings(compilation: &Compilation) -> BTreeSet<String> {
    let judged = compilation.judge_at(&Levels::default());
    let problems = judged.problems.sorted();
    let reports = problems.iter().map(|problem| problem.report());
    let found =
        reports.filter(|report| report.code.starts_with(ASSERTIONS) || is_exposure(report.code));
    found
        .map(|report| format!("{}: {}", report.code, report.message))
        .collect()
}

fn is_exposure(code: &str) -> bool {
    let mut lints = lint::ALL.iter();
    let lint = lints.find(|lint| lint.name == code);
    lint.is_some_and(|lint| matches!(lint.category, Category::Security { .. }))
}

/// The sentence that would write a rule, and the declaration that it needs, on a line of its own.
fn write_sentence(policy: &Policy, rule: &DriftedRule) -> (String, String) {
    let (declaration, peer) = write_peer(policy, &rule.peer);
    let is_tier = matches!(rule.peer, DriftedPeer::Tier(_));
    let peer = match &rule.peer {
        DriftedPeer::Tier(name) if *name == rule.group => "itself".to_string(),
        _ => peer,
    };
    let tier = policy.tiers.iter().find(|tier| tier.name == rule.group);
    let is_open = tier.is_some_and(|tier| tier.outbound != Outbound::Closed);
    let (verb, way) = match rule.direction {
        Direction::Ingress if is_tier => ("accepts", "from"),
        Direction::Ingress => ("allows", "from"),
        Direction::Egress if is_tier || is_open => ("sends", "to"),
        Direction::Egress => ("allows", "to"),
    };
    let group = match tier {
        Some(tier) => tier.name.clone(),
        None => external_name(policy, &rule.group).unwrap_or_else(|| rule.group.clone()),
    };
    let services = describe_services(rule.traffic);
    (
        declaration,
        format!("{group} {verb} {services} {way} {peer}"),
    )
}

/// A peer as a sentence names it, with a declaration if the program has none.
fn write_peer(policy: &Policy, peer: &DriftedPeer) -> (String, String) {
    let none = String::new;
    match peer {
        DriftedPeer::Block(block) => match block.to_string().as_str() {
            "0.0.0.0/0" => (none(), "anywhere-ipv4".to_string()),
            "::/0" => (none(), "anywhere-ipv6".to_string()),
            block => (none(), block.to_string()),
        },
        DriftedPeer::Tier(name) => (none(), name.clone()),
        DriftedPeer::Group(id) => match external_name(policy, id) {
            Some(name) => (none(), name),
            None => (format!("external {id} = \"{id}\"\n"), id.clone()),
        },
        DriftedPeer::PrefixList(id) => {
            let is_it = |list: &ListReference| match list {
                ListReference::Id(own) => own == id,
                ListReference::Aws(name) => crate::aws::aws_list(name) == id,
                ListReference::Param(_) => false,
                ListReference::Made(made) => made.aws_name(&policy.stack.name) == *id,
            };
            let mut lists = policy.prefix_lists.iter();
            match lists.find(|list| is_it(&list.list)) {
                Some(list) => (none(), list.name.clone()),
                None => (format!("prefix-list {id} = \"{id}\"\n"), id.clone()),
            }
        }
    }
}

/// What the program calls a group that is made elsewhere.
fn external_name(policy: &Policy, id: &str) -> Option<String> {
    let mut externals = policy.externals.iter();
    let found = externals.find(|external| match &external.id {
        Reference::Id(own) => own == id,
        Reference::Param(_) => false,
    });
    found.map(|external| external.name.clone())
}

/// The files of a program, whose entry file goes on with more text.
struct Appended {
    files: Box<dyn Workspace>,
    text: String,
}

impl Workspace for Appended {
    fn kind(&self) -> FileKind {
        self.files.kind()
    }

    fn read(&mut self, path: &str, from: Option<&str>) -> Result<Read, ReadError> {
        let mut read = self.files.read(path, from)?;
        if from.is_none() {
            read.bytes.extend_from_slice(self.text.as_bytes());
        }
        Ok(read)
    }

    fn values(&mut self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.files.values(path)
    }

    fn read_optional(&mut self, path: &str) -> Result<Option<Vec<u8>>, ReadError> {
        self.files.read_optional(path)
    }

    fn list(&mut self, path: &str) -> Listing {
        self.files.list(path)
    }
}

/// Notes who made the rules that were opened, from what `aws cloudtrail lookup-events` prints (its
/// `CloudTrailEvent` has the record of the request as JSON).
pub fn note_events(drift: &mut Drift, answer: &[u8]) -> Result<(), String> {
    let answer: Events = serde_json::from_slice(answer).map_err(|error| error.to_string())?;
    let mut makers: BTreeMap<String, Event> = BTreeMap::new();
    for event in answer.events {
        let record: Record = match serde_json::from_str(&event.record) {
            Ok(record) => record,
            Err(error) => return Err(format!("`CloudTrailEvent`: {error}")),
        };
        let user = event.username.or(record.user_identity.arn);
        let maker = Event {
            user: user.unwrap_or_else(|| "unknown".to_string()),
            time: record.event_time,
        };
        let rules = record.response_elements.and_then(|it| it.rules);
        for rule in rules.map(|rules| rules.items).unwrap_or_default() {
            makers.insert(rule.id, maker.clone());
        }
    }
    for rule in &mut drift.opened {
        rule.event = rule.id.as_ref().and_then(|id| makers.get(id)).cloned();
    }
    Ok(())
}

/// What `aws cloudtrail lookup-events` prints (CloudTrail API reference, LookupEvents).
#[derive(Deserialize)]
struct Events {
    #[serde(rename = "Events")]
    events: Vec<ListedEvent>,
}

#[derive(Deserialize)]
struct ListedEvent {
    #[serde(rename = "Username", default)]
    username: Option<String>,
    #[serde(rename = "CloudTrailEvent")]
    record: String,
}

/// The record of AuthorizeSecurityGroupIngress or AuthorizeSecurityGroupEgress (CloudTrail user
/// guide, "CloudTrail record contents"; EC2 API reference for the response).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    event_time: String,
    #[serde(default)]
    user_identity: UserIdentity,
    #[serde(default)]
    response_elements: Option<ResponseElements>,
}

#[derive(Default, Deserialize)]
struct UserIdentity {
    #[serde(default)]
    arn: Option<String>,
}

#[derive(Deserialize)]
struct ResponseElements {
    #[serde(rename = "securityGroupRuleSet", default)]
    rules: Option<RuleSet>,
}

#[derive(Deserialize)]
struct RuleSet {
    #[serde(default)]
    items: Vec<MadeRule>,
}

#[derive(Deserialize)]
struct MadeRule {
    #[serde(rename = "securityGroupRuleId")]
    id: String,
}
