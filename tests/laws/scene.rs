//! The declarations of a generated program, for its sentences.

use crate::addresses::Addresses;
use crate::choices::Choices;
use crate::declarations::{foreign, networks, params, services, sets, stack, tiers, vpcs};
use crate::text::Line;
use crate::vocabulary::{ASKED_PORTS, BLOCKS, PARTS, PROSE, STAGED, STAGED_PARTS, TRAFFIC};

/// What sentences can name, and how the program is set up.
#[derive(Debug, Clone, Default)]
pub struct Scene {
    /// `ip = dual`
    pub dual: bool,
    /// Whether strings can have the parameter `stage` in them.
    pub has_stage: bool,
    /// Likewise, and no template imports its value, so that the names of exports can.
    pub exports_stage: bool,
    /// Names of tiers.
    pub tiers: Vec<String>,
    /// What `every …` can be reported of, as a sentence writes it, with the tiers that it means.
    pub every: Vec<(String, Vec<String>)>,
    /// The tiers with the VPCs that each is in, those that say nothing of it in `main`.
    pub in_vpc: Vec<(Vec<String>, String)>,
    /// Everything that can be a subject: tiers and sets of tiers.
    pub subjects: Vec<String>,
    /// Groups that are made elsewhere, in the account of the stack.
    pub owners: Vec<String>,
    /// Everything that can be a peer, but literal addresses.
    pub peers: Vec<Peer>,
    /// Parameters that are ports.
    pub ports: Vec<&'static str>,
    /// Names of declared services.
    pub services: Vec<Service>,
    /// Names of declared VPCs.
    pub vpcs: Vec<String>,
    /// Whether a transit gateway joins the VPCs, so that no outbound rule can name a group of the
    /// other.
    pub over_gateway: bool,
    /// The declarations.
    pub lines: Vec<Line>,
}

/// A peer that can follow `from`.
#[derive(Debug, Clone)]
pub struct Peer {
    /// As a sentence writes it.
    pub text: String,
    /// What it is.
    pub kind: PeerKind,
}

/// What a peer is.
#[derive(Debug, Clone)]
pub enum PeerKind {
    /// Members of security groups.
    Group,
    /// Members of a security group of another account, which CloudFormation cannot name as a
    /// destination.
    Foreign,
    /// Addresses that are known.
    Known(Addresses),
    /// Addresses of which some or all are not known; whether there can be any of IPv4, and of IPv6.
    Unknown(bool, bool),
}

/// A service, and the traffic in it.
#[derive(Debug, Clone)]
pub struct Service {
    /// As a sentence writes it.
    pub text: String,
    /// Its pieces.
    pub atoms: Vec<Atom>,
}

/// Which families a piece of traffic has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Atom {
    /// Any.
    Both,
    /// IPv4, by number.
    V4,
    /// IPv6, by number.
    V6,
    /// ICMP by name, and whether IPv4 and IPv6 have that name.
    NamedEndpoint(bool, bool),
}

impl Scene {
    /// A string for tags and for people, where parameters can stand.
    pub fn prose(&self, choose: &mut Choices<'_>) -> &'static str {
        match self.has_stage {
            true => choose.of(&STAGED),
            false => choose.of(&PROSE),
        }
    }

    /// The text of a part of a service.
    pub fn part(&self, choose: &mut Choices<'_>) -> &'static str {
        match self.has_stage {
            true => choose.of(&STAGED_PARTS),
            false => choose.of(&PARTS),
        }
    }
}

/// The numbers that the declarations are made of.
#[derive(Debug, Clone)]
pub struct Numbers {
    /// For the stack.
    pub stack: Vec<u16>,
    /// For all VPCs.
    pub vpcs: Vec<u16>,
    /// For each parameter.
    pub params: Vec<Vec<u16>>,
    /// For each network.
    pub networks: Vec<Vec<u16>>,
    /// For each security group or prefix list of others.
    pub foreign: Vec<Vec<u16>>,
    /// For each service.
    pub services: Vec<Vec<u16>>,
    /// For each statement that declares tiers.
    pub tiers: Vec<Vec<u16>>,
    /// For each set of tiers.
    pub sets: Vec<Vec<u16>>,
}

/// Builds the declarations.
pub fn scene(numbers: &Numbers) -> Scene {
    let mut scene = Scene {
        dual: true,
        ..Scene::default()
    };
    let mut block = Vec::new();
    params(&mut scene, &numbers.params);
    let choose = &mut Choices::new(&numbers.stack);
    stack(&mut scene, choose, &mut block);
    vpcs(&mut scene, &mut Choices::new(&numbers.vpcs), &mut block);
    if !block.is_empty() || choose.once_in(2) {
        let was = if choose.once_in(4) {
            " was market, Bazaar"
        } else {
            ""
        };
        let prose = choose.once_in(3).then(|| choose.of(&PROSE));
        scene.lines.push(
            Line::new(&format!("stack shop{was}"))
                .prose(prose)
                .block(&block),
        );
    }
    built_in(&mut scene);
    networks(&mut scene, &numbers.networks);
    foreign(&mut scene, &numbers.foreign);
    services(&mut scene, &numbers.services);
    tiers(&mut scene, &numbers.tiers);
    sets(&mut scene, &numbers.sets);
    scene
}

fn built_in(scene: &mut Scene) {
    let private = [
        "10.0.0.0/8",
        "100.64.0.0/10",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "fc00::/7",
    ];
    let (anywhere, private): (&[&str], &[&str]) = if scene.dual {
        (&["0.0.0.0/0", "::/0"], &private)
    } else {
        (&["0.0.0.0/0"], &private[..4])
    };
    let blocks = [
        ("anywhere", anywhere),
        ("anywhere", anywhere),
        ("anywhere", anywhere),
        ("anywhere-ipv4", &["0.0.0.0/0"]),
        ("anywhere-ipv6", &["::/0"]),
        ("private", private),
    ];
    for (name, blocks) in blocks {
        scene.peers.push(Peer {
            text: name.to_string(),
            kind: PeerKind::Known(Addresses::from_blocks(blocks)),
        });
    }
    for block in BLOCKS {
        scene.peers.push(Peer {
            text: block.to_string(),
            kind: PeerKind::Known(Addresses::from_blocks(&[block])),
        });
    }
}

/// What some peers have together; `None` if one of them is no address.
pub fn together(peers: &[Peer]) -> Option<PeerKind> {
    let (mut known, mut unknown) = (Addresses::default(), None);
    for peer in peers {
        match &peer.kind {
            PeerKind::Known(addresses) => known.add(addresses),
            PeerKind::Unknown(v4, v6) => {
                let (old4, old6) = unknown.unwrap_or((false, false));
                unknown = Some((old4 | v4, old6 | v6));
            }
            PeerKind::Group | PeerKind::Foreign => return None,
        }
    }
    let (v4, v6) = known.families();
    Some(unknown.map_or(PeerKind::Known(known), |(a, b)| {
        PeerKind::Unknown(a | v4, b | v6)
    }))
}

/// Whether it can be an item of a network: addresses, and not a prefix list.
pub fn is_network(peer: &Peer) -> bool {
    let list = [
        "Corp_pl",
        "s3",
        "pl-0a1b2c3d",
        "objects",
        "cdn",
        "corp-list",
        "corp-list6",
        "branches",
    ]
    .contains(&peer.text.as_str());
    !list && matches!(peer.kind, PeerKind::Known(_) | PeerKind::Unknown(..))
}

/// As a sentence writes them.
pub fn texts(peers: &[Peer]) -> Vec<String> {
    peers.iter().map(|peer| peer.text.clone()).collect()
}

/// From one to `most` peers, none twice.
pub fn some(choose: &mut Choices<'_>, pool: &[Peer], most: usize) -> Vec<Peer> {
    let positions: Vec<usize> = (0..pool.len()).collect();
    let chosen = choose.some(&positions, most);
    let mut peers: Vec<Peer> = Vec::new();
    for peer in chosen.into_iter().map(|n| pool[n].clone()) {
        if peers.iter().all(|other| other.text != peer.text) {
            peers.push(peer);
        }
    }
    peers
}

/// Every service that a sentence can write.
pub fn traffic(scene: &Scene) -> Vec<Service> {
    let shared = TRAFFIC.iter().map(|(text, atoms)| Service {
        text: text.to_string(),
        atoms: atoms.to_vec(),
    });
    let asked = ASKED_PORTS.iter();
    let asked = asked.filter(|(_, ports)| ports.iter().all(|port| scene.ports.contains(port)));
    let asked = asked.map(|(text, _)| Service {
        text: text.to_string(),
        atoms: vec![Atom::Both],
    });
    let own = scene.services.iter().cloned();
    shared.chain(asked).chain(own).collect()
}
