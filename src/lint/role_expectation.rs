//! `role-expectation`: a tier that does not match its role.
//!
//! The table lists what each role may accept from the internet, what it may accept at all, and what
//! it must be able to do. Missing sentences are reported at the declaration of the tier.

use super::definition::{Category, Judge, Lint};
use super::expectation::{EXPECTATIONS, Expectation};
use super::exposure::internet_in_words;
use super::exposure::member_openings;
use super::level::Level;
use super::opening::{Exposed, Opening};
use super::pmtud_blocked::TOO_BIG;
use super::subject::Subject;
use super::words::list_first;
use crate::analysis::gate::{Endpoint, all_addresses};
use crate::diagnostic::Finding;
use crate::net::{Addresses, Family, Packets, PerFamily, Traffic};
use crate::policy::{Flow, Outbound, Owner, Peer, Policy, SentenceId, TierId};
use std::collections::{BTreeMap, BTreeSet};

/// The lint.
pub const LINT: Lint = Lint {
    name: "role-expectation",
    title: "a tier that does not match its role",
    level: Level::Warn,
    category: Category::Security {
        severity: "6.0",
    },
    ids: &[("Security Hub", "EC2.18, EC2.19")],
    text: "\
Checks: that a tier with a role, as in `tier db is database`, matches the role. Path-MTU discovery
is allowed for every role; otherwise:

| role | allowed from the internet | allowed from any peer | must |
|---|---|---|---|
| web-server | tcp 80, 443; udp 443; ICMP | | accept tcp 80, 443, 8080 or 8443 |
| app-server | ICMP | | |
| database | nothing | | accept TCP |
| file-server | nothing | | accept nfs, smb, ftp, sftp, rsync, afp, iscsi, lustre or another of its kind |
| proxy | tcp 80, 443; udp 443; ICMP | | accept TCP or UDP, and be able to send |
| bastion | nothing | ssh, rdp and ICMP | accept ssh or rdp |
| cache | nothing | | accept TCP or UDP |
| mail-server | mail, tcp 80, tcp 443 and ICMP | | accept mail: tcp 25, 465, 587, or a mailbox |
| dns-server | tcp and udp 53, 853, 443; ICMP | | accept tcp 53 and udp 53 from the same peers |

Why: the role states the purpose of the tier. A database that the internet can reach, a proxy that
is open to everyone, a bastion with another open port, a DNS server that does not accept TCP (RFC
7766 requires both): each of these deserves a review, whatever the port.

Instead: name the tiers and networks that need it, or change the role of the tier. An app-server
need not accept anything, because some take their work from a queue.",
    fires: "\
tier db is database

db allows tcp 7210 from anywhere
",
    passes: "\
tier app
tier db is database { outbound = closed }

db allows tcp 7210 from app
",
    judge: Judge::Exposure(judge),
};

/// A tier with a role.
struct RoleCheck<'s, 'p> {
    subject: &'s Subject<'p>,
    tier: TierId,
    expected: &'static Expectation,
}

fn judge(subject: &Subject<'_>, found: &mut Vec<Exposed>) {
    let policy = subject.policy;
    let mut is_sender = vec![false; policy.tiers.len()];

    let senders = policy.flows.iter().filter_map(Flow::sending);
    for sender in senders.filter_map(Owner::tier) {
        is_sender[sender.index()] = true;
    }

    for tier in policy.tier_ids() {
        let role = policy.tier(tier).role;
        let expected = EXPECTATIONS
            .iter()
            .find(|expected| Some(expected.role) == role);

        if let Some(expected) = expected {
            let check = RoleCheck {
                subject,
                tier,
                expected,
            };
            let mut groups = policy.members.groups_of(tier);
            check.judge(groups.any(|group| is_sender[group.index()]), found);
        }
    }
}

impl<'s> RoleCheck<'s, '_> {
    fn judge(&self, is_sender: bool, found: &mut Vec<Exposed>) {
        // members of several groups accept what any of these does
        let by_all_groups = self
            .carries_other_groups()
            .then(|| member_openings(self.subject.policy, &self.subject.gates, self.tier));
        let openings: Vec<&Opening> = match &by_all_groups {
            Some(openings) => self.too_open_of(openings).collect(),
            None => self.too_open().collect(),
        };
        found.extend(openings.iter().map(|opening| self.judge_opening(opening)));

        let sentences = openings.iter().flat_map(|opening| &opening.sentences);
        let reported: BTreeSet<SentenceId> = sentences.copied().collect();
        self.find_unexpected(&reported, found);

        found.extend(self.nothing_accepted().map(Exposed::from));
        found.extend(self.accepted_in_part().map(Exposed::from));
        found.extend(self.nothing_sent(is_sender).map(Exposed::from));
    }

    /// "`edge` is `proxy`"
    fn in_words(&self) -> String {
        let name = &self.subject.policy.tier(self.tier).name;
        format!("`{name}` is `{}`", self.expected.role.keyword())
    }

    /// The flows that the tier accepts.
    fn accepted_flows(&self) -> impl Iterator<Item = &'s Flow> {
        let policy = self.subject.policy;
        let flows = self.subject.gates.inbound_flows(self.tier);
        flows.map(|flow| policy.flow(flow))
    }

    /// A finding about a missing sentence.
    fn missing_finding(&self, what: String, label: &str) -> Finding {
        let declared = self.subject.policy.tier(self.tier).span;
        Finding::new(format!("{} and {what}", self.in_words())).caused(declared, label)
    }

    /// What the tier may accept from the internet.
    fn welcome_traffic(&self) -> Vec<Traffic> {
        [self.expected.internet, &TOO_BIG].concat()
    }

    /// Whether its members carry more groups than its own.
    fn carries_other_groups(&self) -> bool {
        let members = &self.subject.policy.members;
        !members.other_groups(self.tier).is_empty()
    }

    /// What else is open to the internet.
    fn too_open(&self) -> impl Iterator<Item = &'s Opening> {
        let tier = self.tier;
        // openings are in the order of the tiers
        let all = &self.subject.openings;
        let first = all.partition_point(|other| other.owner < Owner::Tier(tier));
        let own = all[first..]
            .iter()
            .take_while(move |opening| opening.owner == Owner::Tier(tier));
        self.too_open_of(own)
    }

    fn too_open_of<'o>(
        &self,
        openings: impl IntoIterator<Item = &'o Opening>,
    ) -> impl Iterator<Item = &'o Opening> {
        let welcome = self.welcome_traffic();
        let openings = openings.into_iter();
        openings.filter(move |opening| !opening.open_beside(&welcome).is_empty())
    }

    fn judge_opening(&self, opening: &Opening) -> Exposed {
        let excess = opening.open_beside(&self.welcome_traffic());
        let traffic = opening.named_traffic(self.subject, &excess);
        let traffic = list_first(traffic.iter().map(Traffic::to_string).collect());
        let internet = internet_in_words(&excess);
        let message = format!("{} and accepts {traffic} from {internet}", self.in_words());

        let role = self.expected.role.keyword();
        let help = match self.expected.internet {
            [] => format!(
                "`{role}` accepts nothing from the internet: name the tiers or networks that \
                 need it"
            ),
            some => {
                let some = list_alternatives(some, "and");
                format!("from the internet, `{role}` accepts only {some}")
            }
        };

        opening.exposed_finding(self.subject, excess, message, help)
    }

    /// Finds what is accepted at all and should not be, by sentence.
    fn find_unexpected(&self, reported: &BTreeSet<SentenceId>, found: &mut Vec<Exposed>) {
        let Some(anyone) = self.expected.anyone else {
            return;
        };
        let welcome = PerFamily::from_traffic(&[anyone, &TOO_BIG].concat());
        let policy = self.subject.policy;
        let is_unexpected = |flow: &&Flow| {
            let traffic = PerFamily::from_traffic(&[policy.default_traffic(flow.traffic)]);
            !reported.contains(&flow.sentence) && !traffic.difference(&welcome).is_empty()
        };

        let mut sentences: BTreeMap<SentenceId, BTreeSet<Traffic>> = BTreeMap::new();
        for flow in self.accepted_flows().filter(is_unexpected) {
            sentences
                .entry(flow.sentence)
                .or_default()
                .insert(flow.traffic);
        }

        for (sentence, traffic) in sentences {
            found.push(self.unexpected_finding(sentence, &traffic, anyone).into());
        }
    }

    fn unexpected_finding(
        &self,
        sentence: SentenceId,
        traffic: &BTreeSet<Traffic>,
        anyone: &[Traffic],
    ) -> Finding {
        let traffic = list_first(traffic.iter().map(Traffic::to_string).collect());
        let span = self.subject.policy.sentence(sentence).span;
        let (role, anyone) = (
            self.expected.role.keyword(),
            list_alternatives(anyone, "and"),
        );
        Finding::new(format!("{} and accepts {traffic}", self.in_words()))
            .caused(span, "opens it")
            .help(format!("`{role}` accepts only {anyone}, from anyone"))
    }

    /// A finding that no traffic of the role is accepted.
    fn nothing_accepted(&self) -> Option<Finding> {
        let some_of = self.expected.some_of;
        let wanted = PerFamily::from_traffic(some_of);
        let policy = self.subject.policy;
        let is_wanted = |flow: &Flow| wanted.meets(policy.default_traffic(flow.traffic));
        if wanted.is_empty() || self.accepted_flows().any(is_wanted) {
            return None;
        }
        Some(self.accepts_no(some_of))
    }

    fn accepts_no(&self, wanted: &[Traffic]) -> Finding {
        let what = format!("accepts no {}", list_alternatives(wanted, "or"));
        self.missing_finding(what, "accepts none of it")
            .help("allow traffic from its clients, or change its role")
    }

    /// A finding that some peers are accepted for only a part of the traffic that belongs together.
    fn accepted_in_part(&self) -> Option<Finding> {
        let parts = self.expected.together;
        let of_part = |part: &Traffic| Clients::new(self.accepted_flows(), *part);
        let clients: Vec<Clients> = parts.iter().map(of_part).collect();

        if parts.is_empty() {
            return None;
        }

        if clients.iter().all(Clients::is_nobody) {
            return Some(self.accepts_no(parts));
        }

        let policy = self.subject.policy;
        let mut pairs = (0..parts.len()).flat_map(|a| (0..parts.len()).map(move |b| (a, b)));
        let (has, lacks) =
            pairs.find(|(has, lacks)| !clients[*lacks].cover_clients(policy, &clients[*has]))?;

        let is_alone = |flow: &&Flow| {
            let client = Clients::new(std::iter::once(*flow), parts[has]);
            !clients[lacks].cover_clients(policy, &client)
        };
        Some(self.separate_finding(
            parts[has],
            parts[lacks],
            self.accepted_flows().find(is_alone),
        ))
    }

    fn separate_finding(
        &self,
        accepted: Traffic,
        refused: Traffic,
        flow: Option<&Flow>,
    ) -> Finding {
        let what = format!("accepts {accepted} from peers that may not use {refused}");
        let mut finding = self.missing_finding(what, "must accept both");
        if let Some(flow) = flow {
            let span = self.subject.policy.sentence(flow.sentence).span;
            finding = finding.at(span, format!("only {accepted}"));
        }

        let parts = list_alternatives(self.expected.together, "and");
        finding.help(format!(
            "accept {parts} from the same peers; the service `dns` covers both"
        ))
    }

    /// A finding that it may send nothing, although it must.
    fn nothing_sent(&self, is_sender: bool) -> Option<Finding> {
        let tier = self.subject.policy.tier(self.tier);
        let policy = self.subject.policy;
        let mut groups = policy.members.groups_of(self.tier);
        let is_closed = groups.all(|group| policy.tier(group).outbound == Outbound::Closed);
        let is_closed = is_closed && !is_sender;
        if !self.expected.sends || !is_closed {
            return None;
        }

        let finding =
            self.missing_finding("has no outbound rules".to_string(), "cannot send anything");
        let help = format!(
            "add `{} allows https to …`, or set `outbound = open`",
            tier.name
        );
        Some(finding.help(help))
    }
}

/// The peers that are accepted for one piece of traffic.
struct Clients {
    addresses: Addresses,
    /// The peers other than blocks.
    named: BTreeSet<Peer>,
}

impl Clients {
    fn new<'f>(flows: impl Iterator<Item = &'f Flow>, part: Traffic) -> Clients {
        let traffic = PerFamily::from_traffic(&[part]);
        let (mut blocks, mut named) = (Vec::new(), BTreeSet::new());

        for flow in flows {
            let peer = flow.source();
            if let Some(block) = peer.block() {
                blocks.push((block, flow.traffic));
            } else if traffic.v4.meets(flow.traffic, Family::V4) {
                named.insert(peer);
            }
        }

        let addresses = Packets::new(blocks).addresses_with(&traffic);
        Clients { addresses, named }
    }

    fn is_nobody(&self) -> bool {
        self.addresses.is_empty() && self.named.is_empty()
    }

    /// Whether these contain all others: by name, or by every address that they may have.
    fn cover_clients(&self, policy: &Policy, others: &Clients) -> bool {
        let is_among = |peer: &Peer| self.named.contains(peer) || self.contain_peer(policy, *peer);
        let rest = others.addresses.difference(&self.addresses);
        rest.is_empty() && others.named.iter().all(is_among)
    }

    /// Whether these contain every known address of a peer.
    fn contain_peer(&self, policy: &Policy, peer: Peer) -> bool {
        let holds = |addresses: &Addresses| addresses.difference(&self.addresses).is_empty();
        let Some(tier) = peer.tier() else {
            return holds(&all_addresses(policy));
        };

        let mut carriers = policy.members.carriers_of(tier);
        carriers.all(|tier| {
            let members = Endpoint::for_tier(policy, tier);
            let mut families = Family::BOTH.into_iter();
            families
                .all(|family| !members.is_in(family) || holds(&members.addresses.in_family(family)))
        })
    }
}

/// `tcp 80, tcp 443 or tcp 8080`
fn list_alternatives(all: &[Traffic], word: &str) -> String {
    let words: Vec<String> = all.iter().map(Traffic::to_string).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {word} {last}", others.join(", ")),
        None => String::new(),
    }
}
