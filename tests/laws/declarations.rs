//! The declarations of a generated program, one kind after another: each adds its lines to the
//! scene, and what sentences can name by them.

use crate::addresses::Addresses;
use crate::choices::Choices;
use crate::scene::{
    Atom, Peer, PeerKind, Scene, Service, is_network, some, texts, together, traffic,
};
use crate::text::{Line, Token, Value};
use crate::vocabulary::{BLOCKS, FOREIGN, NETWORKS, PROSE, ROLES, SERVICES, SETS, TIERS};

/// What may describe the rules of an open tier.
const SENT: [&str; 3] = ["updates & all", "", "all outbound traffic"];
/// Likewise, with a parameter in some.
const STAGED_SENT: [&str; 3] = ["updates of ${stage}", "", "${stage}"];

fn sent(scene: &Scene, choose: &mut Choices<'_>) -> &'static str {
    match scene.has_stage {
        true => choose.of(&STAGED_SENT),
        false => choose.of(&SENT),
    }
}

fn word(key: &str, word: &str) -> (String, Value) {
    (key.to_string(), Value::Word(word.to_string()))
}

fn text(key: &str, text: &str) -> (String, Value) {
    (key.to_string(), Value::Text(text.to_string()))
}

pub fn stack(scene: &mut Scene, choose: &mut Choices<'_>, block: &mut Vec<(String, Value)>) {
    match choose.pick(4) {
        0 => {}
        1 => block.push(word("outbound", "open")),
        2 => block.push(word("outbound", choose.of(&["open-ipv4", "open-ipv6"]))),
        _ => block.push(word("outbound", "closed")),
    }
    if choose.once_in(5) {
        block.push(text("outbound-description", sent(scene, choose)));
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
    if choose.once_in(4) {
        block.push(word("labels", choose.of(&["written", "written", "made"])));
    }
    if choose.once_in(6) {
        block.push(word("rule-quota", "80"));
    }
    if choose.once_in(5) {
        let tags = vec![("team", scene.prose(choose)), ("\"cost centre\"", "42")];
        block.push(("tags".to_string(), Value::Tags(tags)));
    }
    if choose.once_in(6) {
        block.push(text("region", "eu-central-1"));
    }
    if choose.once_in(6) {
        block.push(word("protect", choose.of(&["true", "false"])));
    }
}

/// No VPC, one, or two that are peered; a third one elsewhere, for its addresses.
pub fn vpcs(scene: &mut Scene, choose: &mut Choices<'_>, stack: &mut Vec<(String, Value)>) {
    let names: &[&str] = match choose.pick(5) {
        0 | 1 => return,
        2 => &["main"],
        3 => &["main", "tools"],
        _ => &["main", "tools", "far"],
    };
    for name in names {
        let mut block = Vec::new();
        let params = ["main-vpc", "tools-vpc"].map(|param| {
            scene
                .lines
                .iter()
                .any(|l| is_param(l, param))
                .then_some(param)
        });
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
        let param = scene
            .peers
            .iter()
            .find(|peer| peer.text == "office-cidr" && *name == "main");
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
                PeerKind::Known(Addresses::from_blocks(&["10.0.0.0/16"]))
            }
            _ => {
                let cidrs = ["10.1.0.0/16", "2001:db8:40::/48"];
                block.push((
                    "cidr".to_string(),
                    Value::List(cidrs.map(str::to_string).to_vec()),
                ));
                PeerKind::Known(Addresses::from_blocks(&cidrs))
            }
        };
        scene.vpcs.push(name.to_string());
        scene.peers.push(Peer {
            text: format!("vpc {name}"),
            kind,
        });
        scene
            .lines
            .push(Line::new(&format!("vpc {name}")).block(&block));
    }
    if names.len() > 1 {
        stack.push(word("vpc", "main"));
        let line = Line::new(choose.of(&["peer main with tools", "peer tools with main"]));
        scene.over_gateway = choose.once_in(3);
        scene.lines.push(match scene.over_gateway {
            true => line.then("over transit-gateway"),
            false => line,
        });
    }
}

/// A kind of parameter: its name, its type, two defaults that it can have, and what a sentence can
/// name it as.
type ParamChoice = (
    &'static str,
    &'static str,
    [&'static str; 2],
    Option<PeerKind>,
);

fn param_choices() -> [ParamChoice; 13] {
    let [v4, v6] = [
        PeerKind::Unknown(true, false),
        PeerKind::Unknown(false, true),
    ];
    let lists = ["\"pl-0123456789abcdef0\"", "\"pl-0123456789abcdef1\""];
    let groups = ["\"sg-0123456789abcdef0\"", "\"sg-0123456789abcdef1\""];
    let vpcs = ["\"vpc-0123456789abcdef0\"", "\"vpc-0123456789abcdef1\""];
    [
        (
            "office-cidr",
            "cidr",
            ["203.0.113.0/24", "0.0.0.0/0"],
            Some(v4.clone()),
        ),
        (
            "lab6",
            "cidr-ipv6",
            ["2001:db8::1", "2001:db8::/64"],
            Some(v6),
        ),
        ("their-group", "external", groups, Some(PeerKind::Group)),
        ("Corp_pl", "prefix-list", lists, Some(v4.clone())),
        ("main-vpc", "vpc", vpcs, None),
        ("tools-vpc", "vpc", vpcs, None),
        (
            "s3",
            "prefix-list",
            ["\"pl-0a1b2c3d\"", "\"pl-0123456789abcdef1\""],
            Some(v4.clone()),
        ),
        (
            "sg-0a1b2c3d",
            "external",
            ["\"sg-0a1b2c3d\"", "\"sg-0123456789abcdef1\""],
            Some(PeerKind::Group),
        ),
        ("pl-0a1b2c3d", "prefix-list", lists, Some(v4.clone())),
        ("stage", "string", ["\"blue\"", "\"green $\""], None),
        ("app-port", "port", ["8080", "443"], None),
        ("last-port", "port", ["8100", "9000"], None),
        ("homes", "cidr-list", LIST_DEFAULTS, Some(v4)),
    ]
}

/// The defaults of the parameter that is a list: a block goes, one stays, one comes.
pub const LIST_DEFAULTS: [&str; 2] = [
    "[203.0.113.0/24, 10.0.1.0/24]",
    "[10.0.1.0/24, 192.0.2.0/24]",
];

/// One of each kind of parameter, at most, and those that are called as AWS calls what other peers
/// are.
pub fn params(scene: &mut Scene, numbers: &[Vec<u16>]) {
    for (numbers, (name, kind, [default, _], peer)) in numbers.iter().zip(param_choices()) {
        let choose = &mut Choices::new(numbers);
        if choose.once_in(3) {
            continue;
        }
        let mut line = Line::new(&format!("param {name}")).colon().words(kind);
        let prose = choose.once_in(3).then(|| choose.of(&PROSE));
        let mut source = Vec::new();
        if !choose.once_in(3) {
            line = line.equals().exactly(default);
        } else if choose.once_in(2) {
            source = given(name, choose);
        }
        scene.lines.push(line.prose(prose).block(&source));
        let is_import = |(_, value): &(String, Value)| match value {
            Value::Word(text) => text.starts_with("import "),
            _ => false,
        };
        if kind == "port" {
            scene.ports.push(name);
        }
        scene.has_stage |= name == "stage";
        scene.exports_stage |= name == "stage" && !source.iter().any(is_import);
        if kind == "external" {
            scene.owners.push(name.to_string());
        }
        let peer = peer.map(|kind| Peer {
            text: name.to_string(),
            kind,
        });
        // few peers become rules in all outputs: of lists, more have to be drawn
        let times = if kind == "cidr-list" { 3 } else { 1 };
        scene.peers.extend(peer.into_iter().cycle().take(times));
    }
}

/// Where the value of a parameter comes from: what is after the last dot or slash is its name.
fn given(name: &str, choose: &mut Choices<'_>) -> Vec<(String, Value)> {
    let terraform = format!("module.given[\"a\"].{}", name.replace('-', "_"));
    let cloudformation = match choose.pick(3) {
        0 => word("cloudformation", "parameter"),
        1 => word(
            "cloudformation",
            &format!("import \"given:{}\"", name.replace('_', "-")),
        ),
        _ => word("cloudformation", &format!("ssm \"/given/{name}\"")),
    };
    let mut source = vec![cloudformation];
    source.extend(choose.once_in(2).then(|| text("terraform", &terraform)));
    source
}

/// Whether a line declares a parameter.
fn is_param(line: &Line, name: &str) -> bool {
    let words = line.0.iter().filter_map(|token| match token {
        Token::Word(word) => Some(word.as_str()),
        _ => None,
    });
    words.take(2).eq(["param", name])
}

/// Gives the parameters that the numbers choose their other default, where they have one.
pub fn change_defaults(lines: &mut [Line], numbers: &[u16]) {
    for (number, (name, _, [default, other], _)) in numbers.iter().zip(param_choices()) {
        for line in lines
            .iter_mut()
            .filter(|line| number % 2 == 0 && is_param(line, name))
        {
            let defaults = line
                .0
                .iter_mut()
                .filter(|token| **token == Token::Word(default.to_string()));
            defaults.for_each(|token| *token = Token::Word(other.to_string()));
        }
    }
}

pub fn networks(scene: &mut Scene, numbers: &[Vec<u16>]) {
    for (numbers, name) in numbers.iter().zip(NETWORKS) {
        let choose = &mut Choices::new(numbers);
        let pool: Vec<Peer> = scene
            .peers
            .iter()
            .filter(|peer| is_network(peer))
            .cloned()
            .collect();
        let members = some(choose, &pool, 3);
        let Some(mut kind) = together(&members) else {
            continue;
        };
        let mut line = Line::new(&format!("network {name}"))
            .equals()
            .words(&texts(&members).join(", "));
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
        scene.peers.push(Peer {
            text: name.to_string(),
            kind,
        });
    }
}

/// Groups and prefix lists of others. `partner` and `legacy` can be one group.
pub fn foreign(scene: &mut Scene, numbers: &[Vec<u16>]) {
    let mut elsewhere = Vec::new();
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
            // two names of one group are one, in another account if one of them says so
            match kind {
                PeerKind::Foreign => elsewhere.push(id),
                _ if elsewhere.contains(&id) => {}
                _ => scene.owners.push(name.to_string()),
            }
            scene.peers.push(Peer {
                text: name.to_string(),
                kind,
            });
            continue;
        }
        if name == "branches" {
            made_list(scene, choose, name, prose);
            continue;
        }
        let (id, family, v4) = match name {
            "objects" => (
                choose.of(&[
                    "com.amazonaws.region.s3",
                    "com.amazonaws.region.s3",
                    "com.amazonaws.eu-central-1.s3",
                ]),
                None,
                true,
            ),
            "cdn" => (
                "com.amazonaws.global.ipv6.cloudfront.origin-facing",
                None,
                false,
            ),
            "corp-list" => (
                "pl-0123456789abcdef0",
                choose.once_in(2).then_some("ipv4"),
                true,
            ),
            _ => ("pl-0a1b2c3d", Some("ipv6"), false),
        };
        let mut block = Vec::new();
        block.extend(family.map(|family| word("family", family)));
        block.extend(choose.once_in(3).then(|| word("entries", "7")));
        let line = Line::new(&format!("prefix-list {name}"))
            .equals()
            .exactly(&format!("\"{id}\""));
        scene.lines.push(line.block(&block).prose(prose));
        scene.peers.push(Peer {
            text: name.to_string(),
            kind: PeerKind::Unknown(v4, !v4),
        });
    }
}

/// A list that the program makes, of blocks of either family.
fn made_list(scene: &mut Scene, choose: &mut Choices<'_>, name: &str, prose: Option<&'static str>) {
    let is_block = |peer: &&Peer| BLOCKS.contains(&peer.text.as_str()) || peer.text == "private";
    let pool: Vec<Peer> = scene.peers.iter().filter(is_block).cloned().collect();
    let members = some(choose, &pool, 4);
    let Some(PeerKind::Known(addresses)) = together(&members) else {
        return;
    };
    let mut block = Vec::new();
    block.extend(choose.once_in(2).then(|| word("entries", "9")));
    let line = Line::new(&format!("prefix-list {name}"))
        .equals()
        .words(&texts(&members).join(", "));
    scene.lines.push(line.block(&block).prose(prose));
    let (v4, v6) = addresses.families();
    scene.peers.push(Peer {
        text: name.to_string(),
        kind: PeerKind::Unknown(v4, v6),
    });
}

pub fn services(scene: &mut Scene, numbers: &[Vec<u16>]) {
    for (numbers, name) in numbers.iter().zip(SERVICES) {
        let choose = &mut Choices::new(numbers);
        // `http` may be used in the services before it
        let plain =
            |service: &Service| !is_declared(&service.text) && service.atoms == [Atom::Both];
        let pool: Vec<Service> = traffic(scene)
            .into_iter()
            .filter(|s| name != "http" || plain(s))
            .collect();
        let members: Vec<Service> = (0..=choose.pick(3)).map(|_| choose.of(&pool)).collect();
        let has_texts = choose.once_in(3);
        let mut text = |member: &Service| match has_texts && choose.once_in(2) {
            true => format!("{} \"{}\"", member.text, scene.part(choose)),
            false => member.text.clone(),
        };
        let texts: Vec<String> = members.iter().map(&mut text).collect();
        let atoms = members
            .into_iter()
            .flat_map(|member| member.atoms)
            .collect();
        let prose = choose.once_in(4).then(|| choose.of(&PROSE));
        // beside texts of other parts, the only string behind the last one is of that part
        let is_text = |text: &String| text.ends_with('"');
        let is_own = !texts.iter().any(is_text) || texts.last().is_some_and(is_text);
        let prose = prose.filter(|_| is_own);
        scene.lines.push(
            Line::new(&format!("service {name}"))
                .equals()
                .words(&texts.join(", "))
                .prose(prose),
        );
        scene.services.push(Service {
            text: name.to_string(),
            atoms,
        });
    }
}

fn is_declared(name: &str) -> bool {
    SERVICES.contains(&name)
}

pub fn tiers(scene: &mut Scene, numbers: &[Vec<u16>]) {
    let mut names = TIERS.iter();
    for numbers in numbers {
        let choose = &mut Choices::new(numbers);
        let these: Vec<&str> = names.by_ref().take(1 + choose.pick(2)).copied().collect();
        let Some(first) = these.first() else { break };
        let mut line = Line::new(&format!("tier {}", these.join(", ")));
        let mut block = Vec::new();
        match choose.pick(7) {
            0 | 1 => {}
            2 | 3 => block.push(word("outbound", "closed")),
            4 => block.push(word("outbound", "open")),
            kind => {
                let version = ["open-ipv4", "open-ipv6"][kind - 5];
                block.push(word("outbound", version));
                let sent = choose.once_in(3).then(|| sent(scene, choose));
                block.extend(sent.map(|sent| text("outbound-description", sent)));
            }
        }
        let mut kinds = vec!["every tier".to_string()];
        if choose.once_in(3) {
            let role = choose.of(&ROLES);
            line = line.then(&format!("is {role}"));
            kinds.push(format!("every {role}"));
        }
        let has_tools = scene.vpcs.contains(&"tools".to_string());
        let vpcs = [
            vec!["tools"],
            vec!["main"],
            vec!["main", "tools"],
            vec!["tools", "main"],
        ];
        let vpcs = (has_tools && choose.once_in(2)).then(|| choose.of(&vpcs));
        let here = vpcs.clone().unwrap_or(vec!["main"]);
        let here: Vec<String> = here.into_iter().map(str::to_string).collect();
        let can_carry =
            |(vpcs, _): &&(Vec<String>, String)| here.iter().all(|vpc| vpcs.contains(vpc));
        let before = scene.in_vpc.iter().filter(can_carry);
        let before: Vec<String> = before.map(|(_, name)| name.clone()).collect();
        if !before.is_empty() && choose.once_in(3) {
            line = line.then("also").list(&choose.some(&before, 2));
        }
        if these.len() == 1 && choose.once_in(3) {
            line = line.then(&format!(
                "was {}",
                choose.of(&[
                    format!("old-{first}"),
                    format!("newer-{first}, older-{first}")
                ])
            ));
        }
        let prose = choose.once_in(3).then(|| scene.prose(choose));
        if has_tools {
            block.extend(vpcs.map(|vpcs| {
                let value = match vpcs.as_slice() {
                    [one] => Value::Word(one.to_string()),
                    _ => Value::List(here.clone()),
                };
                ("vpc".to_string(), value)
            }));
            // those of `main` are also the tiers that say nothing
            let is_in_tools = here.iter().any(|vpc| vpc == "tools");
            kinds.extend(is_in_tools.then(|| "every tier in vpc tools".to_string()));
        }
        for kind in kinds {
            let tiers = these.iter().map(|name| name.to_string());
            match scene.every.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, known)) => known.extend(tiers),
                None => scene.every.push((kind, tiers.collect())),
            }
        }
        if choose.once_in(4) {
            let addresses = ["10.0.1.0/24".to_string(), "2001:db8:40::/48".to_string()];
            block.push((
                "addresses".to_string(),
                Value::List(choose.some(&addresses, 2)),
            ));
        }
        if these.len() == 1 && choose.once_in(6) {
            let names = match scene.exports_stage {
                true => ["${AWS::StackName}-", "${AWS::Region}:${stage}", "${stage}-"],
                false => ["${AWS::StackName}-", "${AWS::Region}:shop-", "group-"],
            };
            let export = format!("{}{}", choose.of(&names), first.replace('_', "-"));
            block.push(text("export", &export));
        }
        if choose.once_in(6) {
            block.push(word("protect", choose.of(&["true", "false"])));
        }
        let prefixes = match scene.has_stage {
            true => ["team-${stage}-", "${stage}"],
            false => ["team-a-", "x {y} "],
        };
        if choose.once_in(6) {
            block.push(text("name-prefix", choose.of(&prefixes)));
        } else if these.len() == 1 && choose.once_in(5) {
            let stage = if scene.has_stage { "${stage}" } else { "$${a}" };
            block.push(text("name", &format!("{first} #1 {stage}")));
        }
        if choose.once_in(6) {
            block.push(text(
                "description",
                match scene.has_stage {
                    true => choose.of(&["Members of {x}", "by ${stage} $", "${stage}"]),
                    false => choose.of(&[
                        "Members of {x}",
                        "by $${hand}",
                        "R&D &amp; co",
                        "Managed by Terraform",
                    ]),
                },
            ));
        }
        if choose.once_in(5) {
            let tags = vec![("team", scene.prose(choose)), ("\"a: $${b}\"", "c")];
            block.push(("tags".to_string(), Value::Tags(tags)));
        }
        line = line.prose(prose).block(&block);
        if choose.once_in(8) {
            line = line.annotated("@allow(template-limits, \"a stack a team, from next year\")");
        }
        scene.lines.push(line);
        let in_vpc = these.iter().map(|name| (here.clone(), name.to_string()));
        scene.in_vpc.extend(in_vpc);
        scene
            .tiers
            .extend(these.iter().map(|name| name.to_string()));
    }
    scene.subjects = scene.tiers.clone();
    // tiers stand first in the list of peers, where simple choices fall, and thrice, so that they
    // meet
    let groups = ["itself"]
        .into_iter()
        .chain(scene.tiers.iter().map(String::as_str));
    let groups: Vec<Peer> = groups
        .map(|name| Peer {
            text: name.to_string(),
            kind: PeerKind::Group,
        })
        .collect();
    // names stand twice, so that they are chosen as often as literal blocks
    let others = std::mem::take(&mut scene.peers);
    let named = others
        .iter()
        .filter(|peer| !BLOCKS.contains(&peer.text.as_str()))
        .cloned()
        .collect();
    scene.peers = [groups.clone(), groups.clone(), others, named, groups].concat();
}

pub fn sets(scene: &mut Scene, numbers: &[Vec<u16>]) {
    for (numbers, name) in numbers.iter().zip(SETS) {
        let choose = &mut Choices::new(numbers);
        let mut members = choose.some(&scene.subjects.clone(), 3);
        let prose = choose.once_in(4).then(|| choose.of(&PROSE));
        let (mut tail, kinds) = (String::new(), &scene.every);
        let mut may_be_empty = false;
        if choose.once_in(3) && !kinds.is_empty() {
            members.push(choose.of(kinds).0);
            if choose.once_in(2) {
                let gone = choose.of(&scene.tiers);
                let stays = |name: &String| *name != gone && scene.tiers.contains(name);
                may_be_empty = !members.iter().any(stays);
                tail = format!(" except {gone}");
            }
        }
        scene.lines.push(
            Line::new(&format!("tiers {name}"))
                .equals()
                .words(&format!("{}{tail}", members.join(", ")))
                .prose(prose),
        );
        scene.subjects.push(name.to_string());
        // a service of one IP version has to have a rule with some peer
        if !may_be_empty {
            scene.peers.push(Peer {
                text: name.to_string(),
                kind: PeerKind::Group,
            });
        }
    }
}
