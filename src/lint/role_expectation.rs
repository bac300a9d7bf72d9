//! `role-expectation`: a tier that does not match its role.
//!
//! The table says what each role may accept from the internet, what it may accept at all, and what
//! it has to be able to do. What no sentence does is told at the declaration of the tier.

use super::exposure::{Exposed, Opening, nothing, whom};
use super::pmtud_blocked::TOO_BIG;
use super::{Judge, Level, Lint, Subject, listed};
use crate::analysis::gate::{Endpoint, everywhere};
use crate::diagnostic::Finding;
use crate::net::{Addresses, Family, Packets, Ports, Traffic, TrafficSet};
use crate::policy::{Flow, Outbound, Peer, Policy, Role, SentenceId, TierId};
use std::collections::{BTreeMap, BTreeSet};

/// The lint.
pub const LINT: Lint = Lint {
    name: "role-expectation",
    title: "a tier that does not match its role",
    level: Level::Warn,
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
    calm: "\
tier app
tier db is database

db allows tcp 7210 from app
",
    judge: Judge::Exposure(judge),
};

/// What is expected of a role.
struct Expectation {
    role: Role,
    /// All that it may accept from the internet, beside path-MTU discovery.
    internet: &'static [Traffic],
    /// All that it may accept at all, likewise, if that is limited.
    anyone: Option<&'static [Traffic]>,
    /// What it has to accept some of, from anyone; nothing, if it need not.
    some_of: &'static [Traffic],
    /// What it has to accept from the same peers, all of it.
    together: &'static [Traffic],
    /// Whether it has to be able to send.
    sends: bool,
}

const fn tcp(port: u16) -> Traffic {
    Traffic::Tcp(Ports {
        from: port,
        to: port,
    })
}

const fn udp(port: u16) -> Traffic {
    Traffic::Udp(Ports {
        from: port,
        to: port,
    })
}

const ICMP: [Traffic; 2] = [Traffic::Icmp(None), Traffic::Icmpv6(None)];
const SITE: [Traffic; 5] = [tcp(80), tcp(443), udp(443), ICMP[0], ICMP[1]];
const SESSIONS: [Traffic; 3] = [tcp(22), tcp(3389), udp(3389)];
const SESSIONS_AND_ICMP: [Traffic; 5] = [tcp(22), tcp(3389), udp(3389), ICMP[0], ICMP[1]];
const ANY_PORT: [Traffic; 2] = [Traffic::Tcp(Ports::ALL), Traffic::Udp(Ports::ALL)];
const DNS: [Traffic; 2] = [tcp(53), udp(53)];

/// Ports of mail between servers, from clients, and to mailboxes (IANA).
const MAIL: [Traffic; 7] = [
    tcp(25),
    tcp(465),
    tcp(587),
    tcp(110),
    tcp(143),
    tcp(993),
    tcp(995),
];
const MAIL_FOR_ALL: [Traffic; 12] = [
    tcp(25),
    tcp(465),
    tcp(587),
    tcp(110),
    tcp(143),
    tcp(993),
    tcp(995),
    tcp(4190),
    tcp(80),
    tcp(443),
    ICMP[0],
    ICMP[1],
];

/// NFS, SMB and NetBIOS, FTP and FTPS, SFTP, TFTP, rsync, AFP, iSCSI, Lustre, GlusterFS, Ceph, and
/// WebDAV by https.
const FILES: [Traffic; 15] = [
    tcp(2049),
    tcp(445),
    tcp(139),
    tcp(21),
    tcp(990),
    tcp(22),
    udp(69),
    tcp(873),
    tcp(548),
    tcp(3260),
    tcp(988),
    tcp(24007),
    tcp(3300),
    tcp(6789),
    tcp(443),
];

const DNS_FOR_ALL: [Traffic; 8] = [
    tcp(53),
    udp(53),
    tcp(853),
    udp(853),
    tcp(443),
    udp(443),
    ICMP[0],
    ICMP[1],
];

/// A role of which nothing is for the internet, and which has to do nothing.
const PRIVATE: Expectation = Expectation {
    role: Role::Database,
    internet: &[],
    anyone: None,
    some_of: &[],
    together: &[],
    sends: false,
};

const EXPECTATIONS: [Expectation; 9] = [
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

/// A tier with a role.
struct RoleCheck<'s, 'p> {
    subject: &'s Subject<'p>,
    tier: TierId,
    expected: &'static Expectation,
}

fn judge(subject: &Subject<'_>, found: &mut Vec<Exposed>) {
    let policy = subject.policy;
    let mut is_sender = vec![false; policy.tiers.len()];
    for sender in policy.flows.iter().filter_map(Flow::sender) {
        is_sender[sender.index()] = true;
    }

    for (n, tier) in policy.tiers.iter().enumerate() {
        let expected = EXPECTATIONS
            .iter()
            .find(|expected| Some(expected.role) == tier.role);
        let Some(expected) = expected else { continue };
        let bearer = RoleCheck {
            subject,
            tier: TierId(n as u32),
            expected,
        };
        let openings: Vec<&Opening> = bearer.too_open().collect();
        found.extend(openings.iter().map(|opening| bearer.open(opening)));
        let told: BTreeSet<SentenceId> = openings
            .iter()
            .flat_map(|opening| opening.sentences.clone())
            .collect();
        bearer.unexpected(&told, found);
        found.extend(bearer.lacking().map(Exposed::from));
        found.extend(bearer.apart().map(Exposed::from));
        if expected.sends && tier.outbound == Outbound::Closed && !is_sender[n] {
            let finding = bearer.lacks("has no outbound rules".to_string(), "cannot send anything");
            let help = format!(
                "add `{} allows https to …`, or set `outbound = open`",
                tier.name
            );
            found.push(finding.help(help).into());
        }
    }
}

impl<'s> RoleCheck<'s, '_> {
    fn named(&self) -> String {
        format!(
            "`{}` is `{}`",
            self.subject.policy.tier(self.tier).name,
            self.expected.role.keyword()
        )
    }

    fn flows(&self) -> impl Iterator<Item = &'s Flow> {
        let flows = &self.subject.policy.flows;
        self.subject
            .gates
            .inbound(self.tier)
            .map(|flow| &flows[flow as usize])
    }

    /// A finding that is caused by what no sentence says.
    fn lacks(&self, what: String, label: &str) -> Finding {
        let declared = self.subject.policy.tier(self.tier).span;
        Finding::new(format!("{} and {what}", self.named())).caused(declared, label)
    }

    fn too_open(&self) -> impl Iterator<Item = &'s Opening> {
        let (tier, welcome) = (self.tier, [self.expected.internet, &TOO_BIG].concat());
        // they stand in the order of the tiers
        let (all, first) = (
            &self.subject.openings,
            self.subject
                .openings
                .partition_point(|other| other.tier < tier),
        );
        let its = all[first..]
            .iter()
            .take_while(move |opening| opening.tier == tier);
        its.filter(move |opening| !nothing(&opening.beside(&welcome)))
    }

    fn open(&self, opening: &Opening) -> Exposed {
        let excess = opening.beside(&[self.expected.internet, &TOO_BIG].concat());
        let said = opening
            .said(self.subject, &excess)
            .iter()
            .map(Traffic::to_string)
            .collect();
        let message = format!(
            "{} and accepts {} from {}",
            self.named(),
            listed(said),
            whom(&excess)
        );
        let role = self.expected.role.keyword();
        let help = match self.expected.internet {
            [] => format!(
                "`{role}` accepts nothing from the internet: name the tiers or networks that \
                 need it"
            ),
            some => format!(
                "from the internet, `{role}` accepts only {}",
                either(some, "and")
            ),
        };
        opening.exposed(self.subject, excess, message, help)
    }

    /// What is accepted at all and should not be, by sentence.
    fn unexpected(&self, told: &BTreeSet<SentenceId>, found: &mut Vec<Exposed>) {
        let Some(anyone) = self.expected.anyone else {
            return;
        };
        let welcome =
            Family::BOTH.map(|f| TrafficSet::of_all(anyone.iter().chain(&TOO_BIG).copied(), f));
        let is_strange = |flow: &&Flow| {
            let beside = |family| {
                TrafficSet::new(flow.traffic, family).difference(&welcome[family as usize])
            };
            !told.contains(&flow.sentence)
                && Family::BOTH
                    .into_iter()
                    .any(|family| !beside(family).is_empty())
        };
        let mut sentences: BTreeMap<SentenceId, BTreeSet<Traffic>> = BTreeMap::new();
        for flow in self.flows().filter(is_strange) {
            sentences
                .entry(flow.sentence)
                .or_default()
                .insert(flow.traffic);
        }
        found.extend(sentences.into_iter().map(|(sentence, traffic)| {
            let said = listed(traffic.iter().map(Traffic::to_string).collect());
            let span = self.subject.policy.sentence(sentence).span;
            let role = self.expected.role.keyword();
            Finding::new(format!("{} and accepts {said}", self.named()))
                .caused(span, "opens it")
                .help(format!(
                    "`{role}` accepts only {}, from anyone",
                    either(anyone, "and")
                ))
                .into()
        }));
    }

    /// That nothing of what it is for is accepted.
    fn lacking(&self) -> Option<Finding> {
        let wanted = Family::BOTH
            .map(|family| TrafficSet::of_all(self.expected.some_of.iter().copied(), family));
        let has_some = |flow: &Flow| TrafficSet::either_meets(&wanted, flow.traffic);
        if nothing(&wanted) || self.flows().any(has_some) {
            return None;
        }
        let finding = self.lacks(
            format!("accepts no {}", either(self.expected.some_of, "or")),
            "accepts none of it",
        );
        Some(finding.help("allow traffic from its clients, or change its role"))
    }

    /// That some peers are accepted for one part of what belongs together, and not for another.
    fn apart(&self) -> Option<Finding> {
        let parts = self.expected.together;
        if parts.is_empty() {
            return None;
        }
        let policy = self.subject.policy;
        let clients: Vec<Clients> = parts
            .iter()
            .map(|part| Clients::new(self.flows(), *part))
            .collect();
        if clients.iter().all(Clients::is_nobody) {
            let what = format!("accepts no {}", either(parts, "or"));
            return Some(
                self.lacks(what, "accepts none of it")
                    .help("allow traffic from its clients, or change its role"),
            );
        }
        let mut pairs = (0..parts.len()).flat_map(|a| (0..parts.len()).map(move |b| (a, b)));
        let (has, lacks) =
            pairs.find(|(has, lacks)| !clients[*lacks].cover(policy, &clients[*has]))?;
        let what = format!(
            "accepts {} from peers that may not use {}",
            parts[has], parts[lacks]
        );
        let alone = |flow: &&Flow| {
            !clients[lacks].cover(policy, &Clients::new(std::iter::once(*flow), parts[has]))
        };
        let finding = self.lacks(what, "must accept both");
        let finding = match self.flows().find(alone) {
            Some(flow) => finding.at(
                policy.sentence(flow.sentence).span,
                format!("only {}", parts[has]),
            ),
            None => finding,
        };
        Some(finding.help(format!(
            "accept {} from the same peers; the service `dns` covers both",
            either(parts, "and")
        )))
    }
}

/// Who may use one piece of traffic.
struct Clients {
    addresses: Addresses,
    /// All who are not named by their addresses.
    named: BTreeSet<Peer>,
}

impl Clients {
    fn new<'f>(flows: impl Iterator<Item = &'f Flow>, part: Traffic) -> Clients {
        let [v4, v6] = Family::BOTH.map(|family| TrafficSet::new(part, family));
        let (mut blocks, mut named) = (Vec::new(), BTreeSet::new());
        for flow in flows {
            let peer = flow.sender().map_or(flow.peer, Peer::Tier);
            match peer {
                Peer::Net(block) => blocks.push((block, flow.traffic)),
                Peer::PrefixList(_) | Peer::Param(_) | Peer::Tier(_) | Peer::External(_) => {
                    if v4.meets(flow.traffic, Family::V4) {
                        named.insert(peer);
                    }
                }
            }
        }
        let addresses = Packets::new(blocks).addresses(&v4, &v6);
        Clients { addresses, named }
    }

    fn is_nobody(&self) -> bool {
        self.addresses.is_empty() && self.named.is_empty()
    }

    /// Whether all of the others are among these: by name, or by any address that they may have.
    fn cover(&self, policy: &Policy, others: &Clients) -> bool {
        let has = |addresses: &Addresses| addresses.difference(&self.addresses).is_empty();
        let has_peer = |peer: &Peer| match peer {
            Peer::Tier(tier) => {
                let side = Endpoint::tier(policy, *tier);
                let mut sure = Family::BOTH
                    .into_iter()
                    .filter(|family| side.is_in(*family));
                sure.all(|family| has(&side.addresses.in_family(family)))
            }
            Peer::Net(_) | Peer::PrefixList(_) | Peer::Param(_) | Peer::External(_) => {
                has(&everywhere(policy))
            }
        };
        has(&others.addresses)
            && others
                .named
                .iter()
                .all(|peer| self.named.contains(peer) || has_peer(peer))
    }
}

/// `tcp 80, tcp 443 or tcp 8080`
fn either(all: &[Traffic], word: &str) -> String {
    let words: Vec<String> = all.iter().map(Traffic::to_string).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {word} {last}", others.join(", ")),
        None => String::new(),
    }
}

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
