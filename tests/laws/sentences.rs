//! The sentences and assertions of a generated program. What the language refuses is not generated:
//! each service and each peer of a sentence takes part in some rule, and `except` leaves something.

use crate::choices::Choices;
use crate::scene::{Atom, Peer, PeerKind, Scene, Service, some, texts, together, traffic};
use crate::text::{Line, Value};

/// A sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    pub subjects: Vec<String>,
    /// Tiers that `except` takes out of the subjects.
    pub spared: Vec<String>,
    pub services: Vec<String>,
    /// `allows`; one that opens a single side goes with one way
    pub verb: &'static str,
    /// `from`, `to`
    pub way: &'static str,
    pub peers: Vec<String>,
    pub except: Vec<String>,
    pub until: Option<&'static str>,
    pub prose: Option<&'static str>,
    /// `outbound "…"`, beside `prose`.
    pub outbound: Option<&'static str>,
    pub tags: Vec<(&'static str, &'static str)>,
}

/// Days around the one that counts as today.
const UNTIL: [&str; 5] = [
    "2026-01-15",
    "2026-12-31",
    "2026-01-14",
    "2020-02-29",
    "2026-01-29",
];

/// Texts of sentences; one is what a generated text might be, one is empty and so is none.
const PROSE: [&str; 7] = [
    "admin access",
    "zz last",
    "AA #1 $${first} $${x}",
    "web allows http from anywhere",
    "",
    "a,b;[c] {d}=(e)! $",
    "Set & Change &amp; x",
];

/// Likewise, with a parameter in some.
const STAGED: [&str; 5] = [
    "admin access",
    "${stage}",
    "AA ${stage}: $${x} $",
    "of ${stage}",
    "zz last",
];

/// Keys and values of tags; some keys have several values, so that sentences disagree.
const TAGS: [(&str, &str); 6] = [
    ("owner", "edge"),
    ("owner", "$${core} \"%{x}\""),
    ("\"cost centre\"", "42"),
    ("\"cost centre\"", "7"),
    ("\"a: $${b}\"", "c"),
    ("empty", ""),
];

/// Likewise, with a parameter in some.
const STAGED_TAGS: [(&str, &str); 4] = [
    ("owner", "edge"),
    ("owner", "${stage}"),
    ("stage", "of ${stage}: $${x}"),
    ("stage", "${stage} "),
];

/// Services and peers of sentences that meet more than others: all-traffic rules to anywhere, which
/// cover others and come in halves, and rules of `web` and `web-tcp` that ask for one identity.
const BROAD: [&str; 4] = ["all", "all", "tcp", "icmp"];
const WIDE: [&str; 7] = [
    "anywhere",
    "anywhere-ipv4",
    "anywhere-ipv6",
    "::/0",
    "0.0.0.0/0",
    "0.0.0.0/1",
    "8000::/1",
];

/// Peers whose rules are hard to tell apart: a parameter beside what has its name, or is its
/// default.
const TWINS: [(&str, &str); 9] = [
    ("s3", "objects"),
    ("sg-0a1b2c3d", "partner"),
    ("sg-0a1b2c3d", "legacy"),
    ("pl-0a1b2c3d", "corp-list6"),
    ("pl-0a1b2c3d", "Corp_pl"),
    ("Corp_pl", "corp-list"),
    ("their-group", "legacy"),
    ("office-cidr", "203.0.113.0/24"),
    ("lab6", "2001:db8::1"),
];

/// Builds a sentence; `None` when what was chosen does not go together.
pub fn sentence(scene: &Scene, numbers: &[u16]) -> Option<Sentence> {
    let choose = &mut Choices::new(numbers);
    let is_one_sided = choose.once_in(4);
    let mut sentence = any_sentence(scene, choose)?;
    if choose.once_in(4) && !scene.owners.is_empty() {
        sentence.subjects.push(choose.of(&scene.owners));
        if choose.once_in(2) {
            sentence.subjects.remove(0);
        }
        // CloudFormation cannot let a foreign group send everything
        if sentence.way == "to" {
            sentence.services = vec![choose.of(&["tcp 80", "https", "tcp", "udp 53"]).to_string()];
        }
    }
    let verb = match sentence.way {
        "from" if is_one_sided => "accepts",
        "to" if is_one_sided => "sends",
        _ => "allows",
    };
    let tags = tags(scene, choose);
    let sentence = Sentence {
        verb,
        tags,
        ..sentence
    };
    let sentence = match scene.over_gateway {
        true => over_gateway(scene, sentence),
        false => sentence,
    };

    Some(sentence.without_spare_text(scene))
}

/// Whether a peer is tiers of the program.
fn is_tier(scene: &Scene, peer: &String) -> bool {
    // the members of one tier can be in both VPCs
    peer == "itself"
        || scene.subjects.contains(peer)
        || scene.every.iter().any(|(every, _)| every == peer)
}

/// Tags of a sentence, which most have none of.
fn tags(scene: &Scene, choose: &mut Choices<'_>) -> Vec<(&'static str, &'static str)> {
    if !choose.once_in(4) {
        return Vec::new();
    }
    let mut tags = match scene.has_stage {
        true => choose.some(&STAGED_TAGS, 2),
        false => choose.some(&TAGS, 2),
    };
    let mut keys: Vec<&str> = Vec::new();
    tags.retain(|(key, _)| {
        let is_new = !keys.contains(key);
        keys.push(key);
        is_new
    });
    tags
}

/// A sentence that makes no outbound rule to a group of a tier.
fn over_gateway(scene: &Scene, sentence: Sentence) -> Sentence {
    match sentence.way {
        "from" => Sentence {
            verb: "accepts",
            ..sentence
        },
        _ if sentence.peers.iter().any(|it| is_tier(scene, it)) => Sentence {
            services: vec!["tcp 80".to_string()],
            peers: vec!["vpc main".to_string()],
            except: Vec::new(),
            ..sentence
        },
        _ => sentence,
    }
}

fn any_sentence(scene: &Scene, choose: &mut Choices<'_>) -> Option<Sentence> {
    let mut subjects = choose.some(&scene.subjects, 2);
    let mut spared = Vec::new();
    if choose.once_in(6) && !scene.every.is_empty() {
        subjects = vec![choose.of(&scene.every).0];
        if choose.once_in(2) {
            spared = choose.some(&scene.subjects, 2);
        }
    }
    let way = choose.of(&["from", "to"]);
    let until = choose.once_in(8).then(|| choose.of(&UNTIL));
    let prose = choose.once_in(5).then(|| match scene.has_stage {
        true => choose.of(&STAGED),
        false => choose.of(&PROSE),
    });
    // each subject sends
    let has_outbound = way == "to" && prose.is_some() && choose.once_in(2);
    let outbound = has_outbound.then(|| match scene.has_stage {
        true => choose.of(&STAGED),
        false => choose.of(&PROSE),
    });
    if choose.once_in(4) {
        let (service, peer) = (choose.of(&BROAD), choose.of(&WIDE));
        let (services, peers) = (vec![service.to_string()], vec![peer.to_string()]);
        let way = if choose.once_in(3) { way } else { "to" };
        return Some(Sentence {
            subjects,
            spared,
            services,
            verb: "allows",
            way,
            peers,
            except: Vec::new(),
            until,
            prose,
            outbound: outbound.filter(|_| way == "to"),
            tags: Vec::new(),
        });
    }
    if choose.once_in(6) && !scene.every.is_empty() {
        return Some(Sentence {
            subjects,
            spared,
            services: vec![choose.of(&["tcp 80", "https", "all", "ping"]).to_string()],
            verb: "allows",
            way,
            peers: vec![choose.of(&scene.every).0],
            except: match choose.once_in(2) {
                true => choose.some(&scene.subjects, 2),
                false => Vec::new(),
            },
            until,
            prose,
            outbound: outbound.filter(|_| way == "to"),
            tags: Vec::new(),
        });
    }
    let has = |name: &str| scene.peers.iter().any(|peer| peer.text == name);
    let twins: Vec<(&str, &str)> = TWINS
        .into_iter()
        .filter(|(one, other)| has(one) && has(other))
        .collect();
    if !twins.is_empty() && choose.once_in(8) {
        let (one, other) = choose.of(&twins);
        let services = vec![choose.of(&["tcp 80", "https", "all"]).to_string()];
        let peers = vec![one.to_string(), other.to_string()];
        return Some(Sentence {
            subjects,
            spared,
            services,
            verb: "allows",
            way: "from",
            peers,
            except: Vec::new(),
            until,
            prose,
            outbound: None,
            tags: Vec::new(),
        });
    }
    let usual = |peer: &&Peer| way == "from" || !matches!(peer.kind, PeerKind::Foreign);
    let pool: Vec<Peer> = scene.peers.iter().filter(usual).cloned().collect();
    let mut peers = some(choose, &pool, 2);
    let mut offered = traffic(scene);
    if choose.once_in(2) {
        offered.truncate(8);
    }
    let mut services: Vec<Service> = (0..=choose.pick(2)).map(|_| choose.of(&offered)).collect();
    let except = if choose.once_in(3) {
        except(choose, &pool, &mut peers)
    } else {
        None
    };
    let (kinds, except) = match except {
        Some((left, except)) => (vec![left], except),
        None => (
            peers.iter().map(|peer| peer.kind.clone()).collect(),
            Vec::new(),
        ),
    };
    services.retain(|service| kinds.iter().any(|kind| gives(scene, service, kind)));
    if except.is_empty() {
        peers.retain(|peer| {
            services
                .iter()
                .any(|service| gives(scene, service, &peer.kind))
        });
    }
    let services: Vec<String> = services.into_iter().map(|service| service.text).collect();
    let peers = texts(&peers);
    (!services.is_empty() && !peers.is_empty()).then_some(Sentence {
        subjects,
        spared,
        services,
        verb: "allows",
        way,
        peers,
        except,
        until,
        prose,
        outbound,
        tags: Vec::new(),
    })
}

/// What an `except` leaves of the peers, which become addresses only; and the `except`.
fn except(
    choose: &mut Choices<'_>,
    pool: &[Peer],
    peers: &mut Vec<Peer>,
) -> Option<(PeerKind, Vec<String>)> {
    let addresses: Vec<Peer> = pool
        .iter()
        .filter(|peer| matches!(peer.kind, PeerKind::Known(_)))
        .cloned()
        .collect();
    let chosen = some(choose, &addresses, 3);
    let gone = some(choose, &addresses, 2);
    let (PeerKind::Known(chosen_set), PeerKind::Known(gone_set)) =
        (together(&chosen)?, together(&gone)?)
    else {
        return None;
    };
    let left = chosen_set.without(&gone_set);
    if left.families() == (false, false) {
        return None;
    }
    *peers = chosen;
    Some((PeerKind::Known(left), texts(&gone)))
}

/// Whether a service toward a peer makes a rule.
fn gives(scene: &Scene, service: &Service, peer: &PeerKind) -> bool {
    service.atoms.iter().any(|atom| match peer {
        PeerKind::Group | PeerKind::Foreign => match atom {
            Atom::Both | Atom::V4 | Atom::V6 => true,
            Atom::NamedEndpoint(v4, v6) => *v4 || *v6 && scene.dual,
        },
        PeerKind::Known(addresses) => meets(*atom, addresses.families()),
        PeerKind::Unknown(v4, v6) => meets(*atom, (*v4, *v6)),
    })
}

fn meets(atom: Atom, (v4, v6): (bool, bool)) -> bool {
    match atom {
        Atom::Both => true,
        Atom::V4 => v4,
        Atom::V6 => v6,
        Atom::NamedEndpoint(named4, named6) => v4 && named4 || v6 && named6,
    }
}

impl Sentence {
    /// The statement.
    pub fn line(&self) -> Line {
        let mut line = Line::new(&self.subjects.join(", "));
        if !self.spared.is_empty() {
            line = line.then("except").list(&self.spared);
        }
        line = line.then(self.verb).list(&self.services);
        line = line.then(self.way).list(&self.peers);
        if !self.except.is_empty() {
            line = line.then("except").list(&self.except);
        }
        if let Some(until) = self.until {
            line = line.then("until").then(until);
        }
        let mut line = line.prose(self.prose);
        if let Some(outbound) = self.outbound
            && self.prose.is_some()
            && self.way == "to"
        {
            line = line.words(", outbound").prose(Some(outbound));
        }
        if self.tags.is_empty() {
            return line;
        }
        line.block(&[("tags".to_string(), Value::Tags(self.tags.clone()))])
    }

    /// The sentence without a text of inbound rules that there are not, which is an error.
    pub fn without_spare_text(self, scene: &Scene) -> Sentence {
        // `every` can stand for no tier, `except` can take all of them out, and a group that is made
        // elsewhere accepts nothing from itself by its own sentence
        let is_foreign = |subject: &String| !is_tier(scene, subject);
        let may_be_foreign = self.subjects.iter().any(is_foreign);
        let is_surely_tier = |peer: &String| match peer.as_str() {
            "itself" => !may_be_foreign,
            _ => scene.subjects.contains(peer),
        };
        let has_tier = self.except.is_empty() && self.peers.iter().any(is_surely_tier);
        let is_spare = self.outbound.is_some() && (self.verb == "sends" || !has_tier);
        let prose = if is_spare { Some("") } else { self.prose };
        Sentence { prose, ..self }
    }

    /// The same sentence with every list in another order.
    pub fn reordered(&self, choose: &mut Choices<'_>) -> Sentence {
        Sentence {
            subjects: choose.shuffled(&self.subjects),
            spared: choose.shuffled(&self.spared),
            services: choose.shuffled(&self.services),
            peers: choose.shuffled(&self.peers),
            except: choose.shuffled(&self.except),
            tags: choose.shuffled(&self.tags),
            ..self.clone()
        }
    }
}

/// Builds an assertion, which must parse and name what exists, and need not hold.
pub fn assertion(scene: &Scene, numbers: &[u16]) -> Line {
    let choose = &mut Choices::new(numbers);
    let (a, b, c) = (
        choose.of(&scene.tiers),
        choose.of(&scene.tiers),
        choose.of(&scene.tiers),
    );
    let claim = choose.of(&[
        format!("assert internet cannot reach {a}"),
        format!("assert {a} can reach {b} on https, tcp 80, 443"),
        format!("assert only {a}, 10.0.0.0/8 can reach {b}"),
        format!("assert {a} can reach {b} on all only through {c}"),
        format!("assert anywhere, {a} cannot reach {b} on icmp echo-request, proto 50"),
    ]);
    Line::new(&claim)
}
