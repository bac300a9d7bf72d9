//! The declarations of a generated program, and what its sentences can use of them.
//!
//! Names come from fixed pools in which no two become one in an output. `web` and `web-tcp` are both tiers,
//! so that rules of the two can ask for one identity.

use crate::addresses::Addresses;
use crate::choices::Choices;
use crate::text::{Line, Value};

/// What sentences can name, and how the program is set up.
#[derive(Debug, Clone, Default)]
pub struct Scene {
    /// `ip = dual`
    pub dual: bool,
    /// Names of tiers.
    pub tiers: Vec<String>,
    /// Everything that can be a subject: tiers and sets of tiers.
    pub subjects: Vec<String>,
    /// Everything that can be a peer, but literal addresses.
    pub peers: Vec<Peer>,
    /// Names of declared services.
    pub services: Vec<Service>,
    /// Names of declared VPCs.
    pub vpcs: Vec<String>,
    /// The declarations.
    pub lines: Vec<Line>,
}

/// Something that can stand after `from`.
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
    /// Members of a security group of another account, which CloudFormation cannot name as a destination.
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
    Named(bool, bool),
}

/// The numbers that the declarations are made of.
#[derive(Debug, Clone)]
pub struct Numbers {
    pub stack: Vec<u16>,
    pub vpcs: Vec<u16>,
    pub params: Vec<Vec<u16>>,
    pub networks: Vec<Vec<u16>>,
    pub foreign: Vec<Vec<u16>>,
    pub services: Vec<Vec<u16>>,
    pub tiers: Vec<Vec<u16>>,
    pub sets: Vec<Vec<u16>>,
}

const TIERS: [&str; 6] = ["web", "web-tcp", "app", "db", "Ops_2", "tier"];
const SETS: [&str; 2] = ["backends", "everyone"];
const NETWORKS: [&str; 4] = ["office", "lab", "edge", "Sites"];
const FOREIGN: [&str; 6] = ["partner", "legacy", "s3", "cdn", "corp-list", "corp-list6"];
const SERVICES: [&str; 4] = ["shop", "admin", "http", "web"];
const ROLES: [&str; 9] =
    ["web-server", "app-server", "database", "file-server", "proxy", "bastion", "cache", "mail-server", "dns-server"];

/// Blocks that sentences and networks write, small enough a pool that they meet.
pub const BLOCKS: [&str; 16] = [
    "10.0.0.0/8",
    "203.0.113.0/24",
    "10.0.1.0/24",
    "0.0.0.0/0",
    "2001:db8::/32",
    "::/0",
    "203.0.113.128/25",
    "10.0.1.7",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "2001:db8:40::/48",
    "2001:db8::1",
    "::/1",
    "8000::/1",
    "fc00::/7",
    "10.0.1.6/31",
];

/// Strings for tags and for people.
const PROSE: [&str; 5] = ["public side", "100% {ok} ${x} %{y}", "a \"b\" \\c", "naïve – §1", "$${z}"];

/// The families of the text of a service.
pub const TRAFFIC: [(&str, &[Atom]); 47] = [
    ("tcp 80", &[Atom::Both]),
    ("http", &[Atom::Both]),
    ("https", &[Atom::Both]),
    ("all", &[Atom::Both]),
    ("ssh", &[Atom::Both]),
    ("ping", &[Atom::Named(true, true)]),
    ("dns", &[Atom::Both]),
    ("mysql", &[Atom::Both]),
    ("all", &[Atom::Both]),
    ("tcp 443, 8080", &[Atom::Both]),
    ("tcp 80-90", &[Atom::Both]),
    ("tcp 8000-8100, 22, 443", &[Atom::Both]),
    ("udp 53", &[Atom::Both]),
    ("udp 33434-33534, 53", &[Atom::Both]),
    ("tcp", &[Atom::Both]),
    ("udp", &[Atom::Both]),
    ("tcp 0", &[Atom::Both]),
    ("tcp 0-65535", &[Atom::Both]),
    ("udp 65535", &[Atom::Both]),
    ("icmp", &[Atom::Named(true, true)]),
    ("icmp echo-request", &[Atom::Named(true, true)]),
    ("icmp echo-reply", &[Atom::Named(true, true)]),
    ("icmp destination-unreachable", &[Atom::Named(true, true)]),
    ("icmp fragmentation-needed", &[Atom::Named(true, true)]),
    ("icmp packet-too-big", &[Atom::Named(true, true)]),
    ("icmp time-exceeded", &[Atom::Named(true, true)]),
    ("icmp timestamp-request", &[Atom::Named(true, false)]),
    ("icmp neighbor-solicitation", &[Atom::Named(false, true)]),
    ("icmp 8", &[Atom::V4]),
    ("icmp 3/4", &[Atom::V4]),
    ("icmp 0/0", &[Atom::V4]),
    ("icmp 252/86", &[Atom::V4]),
    ("icmp 255/255", &[Atom::V4]),
    ("icmpv6", &[Atom::V6]),
    ("icmpv6 128", &[Atom::V6]),
    ("icmpv6 128/0", &[Atom::V6]),
    ("icmpv6 2/0", &[Atom::V6]),
    ("icmpv6 echo-request", &[Atom::V6]),
    ("icmpv6 destination-unreachable", &[Atom::V6]),
    ("proto 50", &[Atom::Both]),
    ("proto 0", &[Atom::Both]),
    ("proto 255", &[Atom::Both]),
    ("proto 1", &[Atom::V4]),
    ("proto 6", &[Atom::Both]),
    ("proto 17", &[Atom::Both]),
    ("proto 58", &[Atom::V6]),
    ("icmpv6 packet-too-big", &[Atom::V6]),
];

/// Builds the declarations.
pub fn scene(numbers: &Numbers) -> Scene {
    let mut scene = Scene { dual: true, ..Scene::default() };
    let mut block = Vec::new();
    params(&mut scene, &numbers.params);
    let choose = &mut Choices::new(&numbers.stack);
    stack(&mut scene, choose, &mut block);
    vpcs(&mut scene, &mut Choices::new(&numbers.vpcs), &mut block);
    if !block.is_empty() || choose.once_in(2) {
        let was = if choose.once_in(4) { " was market, Bazaar" } else { "" };
        let prose = choose.once_in(3).then(|| choose.of(&PROSE));
        scene.lines.push(Line::new(&format!("stack shop{was}")).prose(prose).block(&block));
    }
    built_in(&mut scene);
    networks(&mut scene, &numbers.networks);
    foreign(&mut scene, &numbers.foreign);
    services(&mut scene, &numbers.services);
    tiers(&mut scene, &numbers.tiers);
    sets(&mut scene, &numbers.sets);
    scene
}

fn word(key: &str, word: &str) -> (String, Value) {
    (key.to_string(), Value::Word(word.to_string()))
}

fn text(key: &str, text: &str) -> (String, Value) {
    (key.to_string(), Value::Text(text.to_string()))
}

fn stack(scene: &mut Scene, choose: &mut Choices<'_>, block: &mut Vec<(String, Value)>) {
    match choose.pick(3) {
        0 => {}
        1 => block.push(word("outbound", "open")),
        _ => block.push(word("outbound", "closed")),
    }
    if choose.once_in(4) {
        scene.dual = false;
        block.push(word("ip", "ipv4"));
    } else if choose.once_in(6) {
        block.push(word("ip", "dual"));
    }
    if choose.once_in(5) {
        block.push(text("account", "123456789012"));
    }
    if choose.once_in(5) {
        block.push(word("exports", choose.of(&["true", "false"])));
    }
    if choose.once_in(6) {
        block.push(word("rule-quota", "80"));
    }
    if choose.once_in(5) {
        let tags = vec![("team", choose.of(&PROSE)), ("\"cost centre\"", "42")];
        block.push(("tags".to_string(), Value::Tags(tags)));
    }
    if choose.once_in(6) {
        block.push(text("region", "eu-central-1"));
    }
}

/// No VPC, one, or two that are peered; a third one elsewhere, for its addresses.
fn vpcs(scene: &mut Scene, choose: &mut Choices<'_>, stack: &mut Vec<(String, Value)>) {
    let names: &[&str] = match choose.pick(5) {
        0 | 1 => return,
        2 => &["main"],
        3 => &["main", "tools"],
        _ => &["main", "tools", "far"],
    };
    for name in names {
        let mut block = Vec::new();
        let params =
            ["main-vpc", "tools-vpc"].map(|param| scene.lines.iter().any(|l| *l == vpc_param(param)).then_some(param));
        match (*name, choose.pick(3)) {
            ("main", 0 | 1) if params[0].is_some() => block.push(word("id", "main-vpc")),
            ("tools", 0 | 1) if params[1].is_some() => block.push(word("id", "tools-vpc")),
            ("main", 0) => block.push(text("id", "vpc-0123456789abcdef0")),
            ("tools", 0) => block.push(text("id", "vpc-0a1b2c3d")),
            _ => {}
        }
        if *name == "far" {
            block.push(text("region", "ap-southeast-2"));
        } else if choose.once_in(5) {
            block.push(word("default-group", choose.of(&["aws", "locked"])));
        }
        let cidr = choose.pick(4);
        let param = scene.peers.iter().find(|peer| peer.text == "office-cidr" && *name == "main");
        let kind = match (cidr, param) {
            (3, Some(_)) => {
                block.push((
                    "cidr".to_string(),
                    Value::List(vec!["10.8.0.0/16".to_string(), "office-cidr".to_string()]),
                ));
                PeerKind::Unknown(true, false)
            }
            (0 | 3, _) => {
                block.push(word("cidr", "10.0.0.0/16"));
                PeerKind::Known(Addresses::of(&["10.0.0.0/16"]))
            }
            _ => {
                let cidrs = ["10.1.0.0/16", "2001:db8:40::/48"];
                block.push(("cidr".to_string(), Value::List(cidrs.map(str::to_string).to_vec())));
                PeerKind::Known(Addresses::of(&cidrs))
            }
        };
        scene.vpcs.push(name.to_string());
        scene.peers.push(Peer { text: format!("vpc {name}"), kind });
        scene.lines.push(Line::new(&format!("vpc {name}")).block(&block));
    }
    if names.len() > 1 {
        stack.push(word("vpc", "main"));
        scene.lines.push(Line::new(choose.of(&["peer main with tools", "peer tools with main"])));
    }
}

fn vpc_param(name: &str) -> Line {
    Line::new(&format!("param {name}")).colon().words("vpc")
}

/// One of each kind of parameter, at most.
fn params(scene: &mut Scene, numbers: &[Vec<u16>]) {
    let kinds = [
        ("office-cidr", "cidr", "203.0.113.0/24", Some(PeerKind::Unknown(true, false))),
        ("lab6", "cidr-ipv6", "2001:db8::1", Some(PeerKind::Unknown(false, true))),
        ("their-group", "external", "\"sg-0123456789abcdef0\"", Some(PeerKind::Group)),
        ("Corp_pl", "prefix-list", "\"pl-0123456789abcdef0\"", Some(PeerKind::Unknown(true, false))),
        ("main-vpc", "vpc", "", None),
        ("tools-vpc", "vpc", "", None),
    ];
    for (numbers, (name, kind, default, peer)) in numbers.iter().zip(kinds) {
        let choose = &mut Choices::new(numbers);
        if choose.once_in(3) {
            continue;
        }
        let Some(kind_of_peer) = peer else {
            scene.lines.push(vpc_param(name));
            continue;
        };
        let mut line = Line::new(&format!("param {name}")).colon().words(kind);
        let prose = choose.once_in(3).then(|| choose.of(&PROSE));
        if choose.once_in(3) {
            line = line.equals().exactly(default);
        }
        scene.lines.push(line.prose(prose));
        scene.peers.push(Peer { text: name.to_string(), kind: kind_of_peer });
    }
}

fn built_in(scene: &mut Scene) {
    let private = ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];
    let (anywhere, private): (&[&str], &[&str]) =
        if scene.dual { (&["0.0.0.0/0", "::/0"], &private) } else { (&["0.0.0.0/0"], &private[..4]) };
    let blocks = [
        ("anywhere", anywhere),
        ("anywhere", anywhere),
        ("anywhere", anywhere),
        ("anywhere-ipv4", &["0.0.0.0/0"]),
        ("anywhere-ipv6", &["::/0"]),
        ("private", private),
    ];
    for (name, blocks) in blocks {
        scene.peers.push(Peer { text: name.to_string(), kind: PeerKind::Known(Addresses::of(blocks)) });
    }
    for block in BLOCKS {
        scene.peers.push(Peer { text: block.to_string(), kind: PeerKind::Known(Addresses::of(&[block])) });
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
    Some(unknown.map_or(PeerKind::Known(known), |(a, b)| PeerKind::Unknown(a | v4, b | v6)))
}

fn networks(scene: &mut Scene, numbers: &[Vec<u16>]) {
    for (numbers, name) in numbers.iter().zip(NETWORKS) {
        let choose = &mut Choices::new(numbers);
        let pool: Vec<Peer> = scene.peers.iter().filter(|peer| is_network(peer)).cloned().collect();
        let members = some(choose, &pool, 3);
        let Some(mut kind) = together(&members) else { continue };
        let mut line = Line::new(&format!("network {name}")).equals().words(&texts(&members).join(", "));
        let except = some(choose, &pool, 2);
        if let (PeerKind::Known(addresses), Some(PeerKind::Known(gone)), true) =
            (&kind, together(&except), choose.once_in(3))
        {
            let left = addresses.without(&gone);
            if left.families() != (false, false) {
                line = line.then("except").list(&texts(&except));
                kind = PeerKind::Known(left);
            }
        }
        let prose = choose.once_in(4).then(|| choose.of(&PROSE));
        scene.lines.push(line.prose(prose));
        scene.peers.push(Peer { text: name.to_string(), kind });
    }
}

fn is_network(peer: &Peer) -> bool {
    let list = ["Corp_pl", "s3", "cdn", "corp-list", "corp-list6"].contains(&peer.text.as_str());
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

/// Groups and prefix lists of others. `partner` and `legacy` can be one group.
fn foreign(scene: &mut Scene, numbers: &[Vec<u16>]) {
    for (numbers, name) in numbers.iter().zip(FOREIGN) {
        let choose = &mut Choices::new(numbers);
        let prose = choose.once_in(4).then(|| choose.of(&PROSE));
        if let "partner" | "legacy" = name {
            let id = choose.of(&["\"sg-0123456789abcdef0\"", "\"sg-0a1b2c3d\""]);
            let (account, kind) = match (name, choose.pick(4)) {
                ("partner", 1 | 2) => (Some("\"210987654321\""), PeerKind::Foreign),
                ("partner", 3) => (Some("\"123456789012\""), PeerKind::Foreign),
                _ => (None, PeerKind::Group),
            };
            let mut line = Line::new(&format!("external {name}")).equals().exactly(id);
            if let Some(account) = account {
                line = line.then("in account").then(account);
            }
            scene.lines.push(line.prose(prose));
            scene.peers.push(Peer { text: name.to_string(), kind });
            continue;
        }
        let (id, family, v4) = match name {
            "s3" => (
                choose.of(&["com.amazonaws.region.s3", "com.amazonaws.region.s3", "com.amazonaws.us-east-1.s3"]),
                None,
                true,
            ),
            "cdn" => ("com.amazonaws.global.ipv6.cloudfront.origin-facing", None, false),
            "corp-list" => ("pl-0123456789abcdef0", choose.once_in(2).then_some("ipv4"), true),
            _ => ("pl-0a1b2c3d", Some("ipv6"), false),
        };
        let mut block = Vec::new();
        block.extend(family.map(|family| word("family", family)));
        block.extend(choose.once_in(3).then(|| word("entries", "7")));
        let line = Line::new(&format!("prefix-list {name}")).equals().exactly(&format!("\"{id}\""));
        scene.lines.push(line.block(&block).prose(prose));
        scene.peers.push(Peer { text: name.to_string(), kind: PeerKind::Unknown(v4, !v4) });
    }
}

/// Every service that a sentence can write.
pub fn traffic(scene: &Scene) -> Vec<Service> {
    let shared = TRAFFIC.iter().map(|(text, atoms)| Service { text: text.to_string(), atoms: atoms.to_vec() });
    shared.chain(scene.services.iter().cloned()).collect()
}

fn services(scene: &mut Scene, numbers: &[Vec<u16>]) {
    for (numbers, name) in numbers.iter().zip(SERVICES) {
        let choose = &mut Choices::new(numbers);
        // `http` may stand in the services before it, so it has none of them, and what they take it for
        let plain = |service: &Service| !is_declared(&service.text) && service.atoms == [Atom::Both];
        let pool: Vec<Service> = traffic(scene).into_iter().filter(|s| name != "http" || plain(s)).collect();
        let members: Vec<Service> = (0..=choose.pick(3)).map(|_| choose.of(&pool)).collect();
        let texts: Vec<String> = members.iter().map(|member| member.text.clone()).collect();
        let atoms = members.into_iter().flat_map(|member| member.atoms).collect();
        let prose = choose.once_in(4).then(|| choose.of(&PROSE));
        scene.lines.push(Line::new(&format!("service {name}")).equals().words(&texts.join(", ")).prose(prose));
        scene.services.push(Service { text: name.to_string(), atoms });
    }
}

fn is_declared(name: &str) -> bool {
    SERVICES.contains(&name)
}

fn tiers(scene: &mut Scene, numbers: &[Vec<u16>]) {
    let mut names = TIERS.iter();
    for numbers in numbers {
        let choose = &mut Choices::new(numbers);
        let these: Vec<&str> = names.by_ref().take(1 + choose.pick(2)).copied().collect();
        let Some(first) = these.first() else { break };
        let mut line = Line::new(&format!("tier {}", these.join(", ")));
        let mut block = Vec::new();
        match choose.pick(5) {
            0 | 1 => {}
            2 | 3 => block.push(word("outbound", "closed")),
            _ => block.push(word("outbound", "open")),
        }
        if choose.once_in(3) {
            line = line.then(&format!("is {}", choose.of(&ROLES)));
        }
        if these.len() == 1 && choose.once_in(3) {
            line = line.then(&format!(
                "was {}",
                choose.of(&[format!("old-{first}"), format!("newer-{first}, older-{first}")])
            ));
        }
        let prose = choose.once_in(3).then(|| choose.of(&PROSE));
        if scene.vpcs.contains(&"tools".to_string()) {
            block.extend(choose.once_in(2).then(|| word("vpc", choose.of(&["tools", "main"]))));
        }
        if choose.once_in(4) {
            let addresses = ["10.0.1.0/24".to_string(), "2001:db8:40::/48".to_string()];
            block.push(("addresses".to_string(), Value::List(choose.some(&addresses, 2))));
        }
        if these.len() == 1 && choose.once_in(5) {
            block.push(text("name", &format!("{first} #1 ${{a}}")));
        }
        if choose.once_in(6) {
            block.push(text("description", choose.of(&["Members of {x}", "by $${hand}"])));
        }
        if choose.once_in(5) {
            let tags = vec![("team", choose.of(&PROSE)), ("\"a: ${b}\"", "c")];
            block.push(("tags".to_string(), Value::Tags(tags)));
        }
        scene.lines.push(line.prose(prose).block(&block));
        scene.tiers.extend(these.iter().map(|name| name.to_string()));
    }
    scene.subjects = scene.tiers.clone();
    // tiers stand first in the list of peers, where simple choices fall, and thrice, so that they meet
    let groups = ["itself"].into_iter().chain(scene.tiers.iter().map(String::as_str));
    let groups: Vec<Peer> = groups.map(|name| Peer { text: name.to_string(), kind: PeerKind::Group }).collect();
    // names stand twice, so that they are chosen as often as literal blocks
    let others = std::mem::take(&mut scene.peers);
    let named = others.iter().filter(|peer| !BLOCKS.contains(&peer.text.as_str())).cloned().collect();
    scene.peers = [groups.clone(), groups.clone(), others, named, groups].concat();
}

fn sets(scene: &mut Scene, numbers: &[Vec<u16>]) {
    for (numbers, name) in numbers.iter().zip(SETS) {
        let choose = &mut Choices::new(numbers);
        let members = choose.some(&scene.subjects.clone(), 3);
        let prose = choose.once_in(4).then(|| choose.of(&PROSE));
        scene.lines.push(Line::new(&format!("tiers {name}")).equals().words(&members.join(", ")).prose(prose));
        scene.subjects.push(name.to_string());
        scene.peers.push(Peer { text: name.to_string(), kind: PeerKind::Group });
    }
}
