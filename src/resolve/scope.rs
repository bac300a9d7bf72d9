//! Who is called what: the three namespaces of a program, collected before anything is looked up.

use super::atom::Catalogue;
use crate::ast::{self, Item, Program};
use crate::diagnostic::{Kind, Problem, Problems, likely, listed};
use crate::policy::{
    Declaration, Declared, NetworkId, OutputRules, ParamId, ParameterNames, Remainder, Shadowed,
    TierId, TierSet, TierSetId, VpcId,
};
use crate::source::{FileKind, Sources, Span};
use foldhash::{HashMap, HashMapExt, HashSet};
use std::cell::OnceCell;

/// What the name of a peer stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entity {
    Tier(TierId),
    TierSet(TierSetId),
    Network(NetworkId),
    /// The declaration with this position.
    External(usize),
    /// The declaration with this position.
    PrefixList(usize),
    Param(ParamId),
    BuiltIn(BuiltInNetwork),
}

/// Networks that every program has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuiltInNetwork {
    Anywhere,
    AnywhereIpv4,
    AnywhereIpv6,
    Private,
    Internet,
}

const BUILT_IN: [(&str, BuiltInNetwork); 5] = [
    ("anywhere", BuiltInNetwork::Anywhere),
    ("anywhere-ipv4", BuiltInNetwork::AnywhereIpv4),
    ("anywhere-ipv6", BuiltInNetwork::AnywhereIpv6),
    ("private", BuiltInNetwork::Private),
    ("internet", BuiltInNetwork::Internet),
];

/// Words that name a service by themselves.
const SERVICE_WORDS: [&str; 6] = ["all", "icmp", "icmpv6", "proto", "tcp", "udp"];

/// The declarations of a program, each kind in the order of its ids (of its names), and the way
/// from a name to a declaration.
pub struct Scope<'a> {
    pub sources: &'a Sources,
    pub problems: Problems,
    /// The services that every program has.
    pub catalogue: &'a Catalogue,
    /// What outputs ask of names and texts.
    pub outputs: &'a [OutputRules],
    pub stack: Option<(&'a ast::Stack, Span)>,
    pub params: Vec<&'a ast::Param>,
    pub vpcs: Vec<(&'a ast::Vpc, Span)>,
    pub peerings: Vec<(&'a ast::Peering, Span)>,
    pub networks: Vec<&'a ast::Network>,
    pub externals: Vec<&'a ast::External>,
    pub prefix_lists: Vec<&'a ast::PrefixList>,
    pub services: Vec<&'a ast::ServiceDeclaration>,
    pub tiers: Vec<(&'a ast::Tier, ast::Name)>,
    pub tier_sets: Vec<&'a ast::TierSet>,
    /// What is seen on the way that a lint may speak of.
    pub seen: Seen,
    peers: HashMap<&'a str, Named<Entity>>,
    service_names: HashMap<&'a str, Named<usize>>,
    vpc_names: HashMap<&'a str, Named<VpcId>>,
    /// Names of declarations that could not be read; nothing is said of their uses.
    broken: HashSet<&'a str>,
    /// Whether a file that is included is not known, which may declare any name.
    is_incomplete: bool,
    /// How many more names may be compared to find out what was meant.
    guesses: usize,
    /// How much more the program may come to.
    room: usize,
}

/// What a program can come to: the flows of its sentences, the pairs of its assertions, and what
/// its networks, services and sets hold, each counted with what it has from others. It is ten times
/// the rules that a region holds: VPC user guide, "Amazon VPC quotas" (security groups in a region,
/// times rules in each).
const MOST: usize = 3_000_000;

/// Each unknown name is compared with all that are known, so that many of both would take long:
/// after this many comparisons no more is guessed.
const GUESSES: usize = 1_000_000;

/// What is seen of a program while it is resolved, beside what it means.
#[derive(Debug, Default)]
pub struct Seen {
    pub declarations: Vec<Declaration>,
    pub shadowed: Vec<Shadowed>,
    pub remainders: Vec<Remainder>,
    /// For each pair of peered VPCs, whether a tier of one names a tier of the other.
    pub crossed: Vec<bool>,
}

/// What a name stands for.
struct Named<T> {
    is: T,
    /// The name in its declaration; nothing for what is built in.
    declared: Option<Span>,
    /// Whether anything names it.
    used: bool,
}

impl<T: Copy> Named<T> {
    fn new(is: T, declared: Option<Span>) -> Named<T> {
        Named {
            is,
            declared,
            used: false,
        }
    }

    fn look_up(&mut self) -> T {
        self.used = true;
        self.is
    }
}

impl Entity {
    pub fn kind(self) -> Kind {
        match self {
            Entity::Tier(_) => Kind::Tier,
            Entity::TierSet(_) => Kind::TierSet,
            Entity::Network(_) => Kind::Network,
            Entity::External(_) => Kind::External,
            Entity::PrefixList(_) => Kind::PrefixList,
            Entity::Param(_) => Kind::Param,
            Entity::BuiltIn(_) => Kind::BuiltInNetwork,
        }
    }
}

impl<'a> Scope<'a> {
    /// Collects the declarations of a program, and reports names that are declared twice, that are
    /// taken, or that become one in an output.
    pub fn collect(
        sources: &'a Sources,
        program: &'a Program,
        catalogue: &'a Catalogue,
        outputs: &'a [OutputRules],
    ) -> Scope<'a> {
        let networks = BUILT_IN
            .iter()
            .map(|(name, is)| (*name, Named::new(Entity::BuiltIn(*is), None)));
        let mut scope = Scope {
            sources,
            problems: Problems::default(),
            catalogue,
            outputs,
            stack: None,
            params: Vec::new(),
            vpcs: Vec::new(),
            peerings: Vec::new(),
            networks: Vec::new(),
            externals: Vec::new(),
            prefix_lists: Vec::new(),
            services: Vec::new(),
            tiers: Vec::new(),
            tier_sets: Vec::new(),
            seen: Seen::default(),
            peers: networks.collect(),
            service_names: HashMap::new(),
            vpc_names: HashMap::new(),
            broken: program
                .files
                .iter()
                .flat_map(|file| &file.broken)
                .map(|span| sources.text(*span))
                .collect(),
            is_incomplete: program.files.iter().any(|file| file.is_incomplete),
            guesses: GUESSES,
            room: MOST,
        };
        for statement in program.files.iter().flat_map(|file| &file.statements) {
            scope.declare(statement);
        }
        scope.sort();
        scope.collisions();
        scope
    }

    fn declare(&mut self, statement: &'a ast::Statement) {
        let span = statement.span;
        self.note_declaration(statement);
        match &statement.item {
            Item::Stack(stack) => match self.stack {
                Some((_, first)) => self.problems.push(Problem::SecondStack { span, first }),
                None => self.stack = Some((stack, span)),
            },
            Item::Param(param) => self.params.push(param),
            Item::Vpc(vpc) => self.vpcs.push((vpc, span)),
            Item::Peering(peering) => self.peerings.push((peering, span)),
            Item::Network(network) => self.networks.push(network),
            Item::External(external) => self.externals.push(external),
            Item::PrefixList(list) => self.prefix_lists.push(list),
            Item::Service(service) => self.services.push(service),
            Item::Tier(tier) => self
                .tiers
                .extend(tier.names.iter().map(|name| (tier, *name))),
            Item::TierSet(set) => self.tier_sets.push(set),
            Item::Include(_) | Item::Rule(_) | Item::Assertion(_) => {}
        }
    }

    /// Notes where a name gets the meaning that sentences have by it.
    fn note_declaration(&mut self, statement: &ast::Statement) {
        let (what, name) = match &statement.item {
            Item::Param(param) => (Declared::Param, param.name),
            Item::Network(network) => (Declared::Network, network.name),
            Item::Service(service) => (Declared::Service, service.name),
            Item::TierSet(set) => (Declared::TierSet, set.name),
            Item::Stack(_)
            | Item::Vpc(_)
            | Item::Peering(_)
            | Item::External(_)
            | Item::PrefixList(_) => return,
            Item::Tier(_) | Item::Include(_) | Item::Rule(_) | Item::Assertion(_) => return,
        };
        self.seen.declarations.push(Declaration {
            what,
            name: name.span,
            statement: statement.span,
        });
    }

    /// Brings each kind into the order of its names, drops what is declared again, and fills the
    /// namespaces.
    fn sort(&mut self) {
        let sources = self.sources;
        self.peers.reserve(self.tiers.len() + self.networks.len());
        macro_rules! peers {
            ($field:ident, $name:expr, $kind:expr, $entity:expr) => {
                let mut list = std::mem::take(&mut self.$field);
                list.sort_by_key(|item| {
                    let name: ast::Name = $name(item);
                    (sources.text(name.span), name.span)
                });
                let mut kept = 0;
                list.retain(|item| {
                    let new = self.add_peer($name(item), $kind, $entity(kept));
                    kept += usize::from(new);
                    new
                });
                self.$field = list;
            };
        }
        peers!(
            tiers,
            |item: &(&ast::Tier, ast::Name)| item.1,
            Kind::Tier,
            |n| Entity::Tier(TierId(n as u32))
        );
        peers!(
            tier_sets,
            |item: &&ast::TierSet| item.name,
            Kind::TierSet,
            |n| Entity::TierSet(TierSetId(n as u32))
        );
        peers!(
            networks,
            |item: &&ast::Network| item.name,
            Kind::Network,
            |n| Entity::Network(NetworkId(n as u32))
        );
        peers!(
            externals,
            |item: &&ast::External| item.name,
            Kind::External,
            Entity::External
        );
        peers!(
            prefix_lists,
            |item: &&ast::PrefixList| item.name,
            Kind::PrefixList,
            Entity::PrefixList
        );
        peers!(params, |item: &&ast::Param| item.name, Kind::Param, |n| {
            Entity::Param(ParamId(n as u32))
        });
        self.sort_services();
        self.sort_vpcs();
    }

    fn add_peer(&mut self, name: ast::Name, kind: Kind, entity: Entity) -> bool {
        let (span, text) = (name.span, self.text(name));
        if text == "itself" {
            self.problems.push(Problem::Reserved {
                span,
                name: text.to_string(),
                is: "a keyword for a peer",
            });
            return false;
        }
        match self.peers.get(text).map(|named| named.declared) {
            None => {
                self.peers.insert(text, Named::new(entity, Some(span)));
                true
            }
            Some(Some(first)) => {
                let name = text.to_string();
                let (span, first) = (span.max(first), span.min(first));
                self.problems.push(Problem::Duplicate {
                    span,
                    kind,
                    name,
                    first,
                });
                false
            }
            Some(None) => {
                let name = text.to_string();
                self.problems.push(Problem::Reserved {
                    span,
                    name,
                    is: "a built-in network",
                });
                false
            }
        }
    }

    fn sort_services(&mut self) {
        let sources = self.sources;
        let mut services = std::mem::take(&mut self.services);
        services.sort_by_key(|item| (sources.text(item.name.span), item.name.span));
        for service in services {
            let (span, name) = (service.name.span, self.text(service.name));
            if SERVICE_WORDS.contains(&name) {
                self.problems.push(Problem::Reserved {
                    span,
                    name: name.to_string(),
                    is: "a keyword for services",
                });
            } else if let Some(first) = self
                .service_names
                .get(name)
                .and_then(|named| named.declared)
            {
                self.problems.push(Problem::Duplicate {
                    span,
                    kind: Kind::Service,
                    name: name.to_string(),
                    first,
                });
            } else {
                self.service_names
                    .insert(name, Named::new(self.services.len(), Some(span)));
                self.services.push(service);
            }
        }
    }

    fn sort_vpcs(&mut self) {
        let sources = self.sources;
        let mut vpcs = std::mem::take(&mut self.vpcs);
        vpcs.sort_by_key(|(item, _)| (sources.text(item.name.span), item.name.span));
        for (vpc, statement) in vpcs {
            let (span, name) = (vpc.name.span, self.text(vpc.name));
            if let Some(first) = self.vpc_names.get(name).and_then(|named| named.declared) {
                self.problems.push(Problem::Duplicate {
                    span,
                    kind: Kind::Vpc,
                    name: name.to_string(),
                    first,
                });
            } else {
                self.vpc_names
                    .insert(name, Named::new(VpcId(self.vpcs.len() as u32), Some(span)));
                self.vpcs.push((vpc, statement));
            }
        }
    }

    /// Reports names that become one in an output, and earlier names that are still in use.
    fn collisions(&mut self) {
        let tiers = self.tiers.clone();
        for (tier, name) in &tiers {
            let first = tier.names[0].span == name.span;
            for was in tier.was.iter().filter(|_| first) {
                if let Some(Named {
                    is: Entity::Tier(_),
                    declared: Some(declared),
                    ..
                }) = self.peers.get(self.text(*was))
                {
                    let declared = *declared;
                    let name = self.text(*was).to_string();
                    self.problems.push(Problem::StillDeclared {
                        span: was.span,
                        name,
                        declared,
                    });
                }
            }
            let shared = tier.names.len() > 1 && name.span == tier.names[0].span;
            if let (Some(first), true) = (tier.was.first(), shared) {
                self.problems.push(Problem::OneForMany {
                    span: first.span,
                    what: "was",
                });
            }
        }
        let current = tiers.iter().map(|(_, name)| (*name, true));
        let earlier = tiers
            .iter()
            .flat_map(|(tier, _)| tier.was.iter().map(|was| (*was, false)));
        self.collide(current.chain(earlier).collect());
        self.collide(self.params.iter().map(|param| (param.name, true)).collect());
        self.params_collide();
        self.collide(self.vpcs.iter().map(|(vpc, _)| (vpc.name, true)).collect());
    }

    /// Reports parameters whose name an output needs for something else.
    fn params_collide(&mut self) {
        if self.params.is_empty() {
            return;
        }
        let others: Vec<OtherNames> = self
            .outputs
            .iter()
            .filter_map(|it| Some(OtherNames::new(self, it.parameter_names?)))
            .collect();
        for param in self.params.clone() {
            let (span, name) = (param.name.span, self.text(param.name).to_string());
            let mut refused = self.outputs.iter();
            let problem = match refused.find_map(|it| (it.refuses_parameter)(&name)) {
                Some(is) => Some(Problem::Reserved { span, name, is }),
                None => others.iter().find_map(|it| it.collision(self, param.name)),
            };
            self.problems.extend(problem);
        }
    }

    /// Reports names, each with whether it is in use now, that are one after mangling.
    fn collide(&mut self, mut names: Vec<(ast::Name, bool)>) {
        let known = OnceCell::new();
        names.sort_by_key(|(name, _)| name.span);
        names.dedup_by_key(|(name, _)| name.span);
        let mut seen: HashMap<String, (ast::Name, bool)> = HashMap::with_capacity(names.len());
        for (name, in_use) in names {
            let output = mangled(self.text(name));
            let Some((first, first_in_use)) = seen.get(&output).copied() else {
                seen.insert(output, (name, in_use));
                continue;
            };
            // names of one tier, one of them an earlier one
            let tiers = known.get_or_init(|| self.tiers_by_name());
            if let (Some((a, earlier)), Some((b, also))) =
                (tiers.get(&first.span), tiers.get(&name.span))
                && a == b
                && (*earlier || *also)
            {
                continue;
            }
            let (span, first) = (name.span, first.span);
            let (name, other) = (
                self.text(name).to_string(),
                self.sources.text(first).to_string(),
            );
            match (name == other, in_use || first_in_use) {
                (false, _) => {
                    let other = format!("`{other}`");
                    self.problems.push(Problem::Collision {
                        span,
                        name,
                        other,
                        first,
                        output,
                    });
                }
                (true, false) => self
                    .problems
                    .push(Problem::TwoSuccessors { span, name, first }),
                (true, true) => {} // still declared: reported already
            }
        }
    }

    /// For each place of a tier's name: where its statement starts to name tiers, and whether it is
    /// an earlier name.
    fn tiers_by_name(&self) -> HashMap<Span, (Span, bool)> {
        let mut tiers = HashMap::new();
        for (tier, name) in &self.tiers {
            let first = tier.names[0].span;
            tiers.insert(name.span, (first, false));
            if name.span == first {
                tiers.extend(tier.was.iter().map(|was| (was.span, (first, true))));
            }
        }
        tiers
    }

    /// The text of a name.
    pub fn text(&self, name: ast::Name) -> &'a str {
        self.sources.text(name.span)
    }

    /// What the name of a peer stands for, and now is used for; reports it when it stands for
    /// nothing.
    pub fn peer(&mut self, name: ast::Name, kind: Kind) -> Option<Entity> {
        let text = self.text(name);
        let known = self.peers.get_mut(text).map(Named::look_up);
        if known.is_none() && self.may_be_declared(text) {
            return None;
        }
        if known.is_none()
            && (self.service_names.contains_key(text) || self.catalogue.find(text).is_some())
        {
            let (span, wanted) = (
                name.span,
                if kind == Kind::Tier {
                    "a tier"
                } else {
                    "a peer"
                },
            );
            let declared = self
                .service_names
                .get(text)
                .and_then(|named| named.declared);
            let name = text.to_string();
            self.problems.push(Problem::WrongKind {
                span,
                name,
                is: Kind::Service,
                wanted,
                declared,
            });
        } else if known.is_none() {
            let known = self.peers.len();
            let meant = self
                .guess(known)
                .then(|| likely(kind, text, self.peers.keys().copied()))
                .flatten();
            self.unknown(name, kind, meant);
        }
        known
    }

    /// Whether a name may be compared with so many others.
    pub fn guess(&mut self, others: usize) -> bool {
        let left = self.guesses.checked_sub(others);
        self.guesses = left.unwrap_or(self.guesses);
        left.is_some()
    }

    /// Whether the program may come to so much more; reports it when it may not.
    pub fn fits(&mut self, span: Span, count: usize) -> bool {
        let left = self.room.checked_sub(count);
        self.room = left.unwrap_or(self.room);
        if left.is_none() {
            self.problems.push(Problem::TooLarge {
                span,
                count,
                bound: MOST,
            });
        }
        left.is_some()
    }

    /// Whether a name may be declared in what could not be read.
    fn may_be_declared(&self, name: &str) -> bool {
        self.is_incomplete || self.broken.contains(name)
    }

    /// Reports a name that stands for nothing.
    pub fn unknown(&mut self, name: ast::Name, kind: Kind, meant: Option<String>) {
        let (text, span) = (self.text(name), name.span);
        if self.may_be_declared(text) {
            return;
        }
        let is_peer = matches!(
            kind,
            Kind::Peer | Kind::End | Kind::Network | Kind::Tier | Kind::Vpc
        );
        let is_question = self.sources.file(span.file).kind() == FileKind::Options;
        if let (Some((what, help)), true, false) = (id(text), is_peer, is_question) {
            self.problems.push(Problem::IdForName {
                span,
                id: text.to_string(),
                what,
                help,
            });
            return;
        }
        let is_listed = is_question && (kind != Kind::Service || meant.is_none());
        let known = is_listed.then(|| self.names(kind)).flatten();
        self.problems.push(Problem::UnknownName {
            span,
            kind,
            name: text.to_string(),
            meant,
            known,
        });
    }

    /// What there is of a kind, for who asks about a program and declares nothing.
    fn names(&self, kind: Kind) -> Option<String> {
        let mut names: Vec<&str> = match kind {
            Kind::Peer | Kind::End | Kind::Tier | Kind::Network => {
                let declared = self
                    .peers
                    .iter()
                    .filter(|(_, named)| named.declared.is_some());
                declared.map(|(name, _)| *name).collect()
            }
            Kind::Vpc => self.vpc_names.keys().copied().collect(),
            Kind::Service => return Some("run `tierwall services` for a list".to_string()),
            Kind::TierSet
            | Kind::BuiltInNetwork
            | Kind::External
            | Kind::PrefixList
            | Kind::Param
            | Kind::Role
            | Kind::IcmpType
            | Kind::Lint
            | Kind::ParamType
            | Kind::Key => return None,
        };
        names.sort_unstable();
        let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        match quoted.is_empty() {
            true => Some("the program declares none".to_string()),
            false => Some(format!("the program has {}", listed(&quoted, 20))),
        }
    }

    /// Reports that a name stands for something that cannot stand there.
    pub fn wrong_kind(&mut self, name: ast::Name, is: Kind, wanted: &'static str) {
        let declared = self
            .peers
            .get(self.text(name))
            .and_then(|named| named.declared);
        let name_text = self.text(name).to_string();
        self.problems.push(Problem::WrongKind {
            span: name.span,
            name: name_text,
            is,
            wanted,
            declared,
        });
    }

    /// Reports a peer where a service is wanted.
    pub fn service_wanted(&mut self, name: ast::Name, is: Entity) {
        if !self.may_be_declared(self.text(name)) {
            self.wrong_kind(name, is.kind(), "a service");
        }
    }

    /// The tier or tiers of a name that must be one.
    pub fn tier(&mut self, name: ast::Name) -> Option<Entity> {
        match self.peer(name, Kind::Tier)? {
            entity @ (Entity::Tier(_) | Entity::TierSet(_)) => Some(entity),
            other => {
                self.wrong_kind(name, other.kind(), "a tier");
                None
            }
        }
    }

    /// The tiers that a list names, each by itself or by a set.
    pub fn members(&mut self, sets: &[TierSet], names: &[ast::Name]) -> Vec<TierId> {
        let mut members = Vec::with_capacity(names.len());
        names
            .iter()
            .for_each(|name| self.add_members(sets, *name, &mut members));
        members
    }

    /// Adds the tier or the tiers that a name stands for.
    pub fn add_members(&mut self, sets: &[TierSet], name: ast::Name, members: &mut Vec<TierId>) {
        match self.tier(name) {
            Some(Entity::Tier(id)) => members.push(id),
            Some(Entity::TierSet(id)) => members.extend(&sets[id.index()].members),
            Some(_) | None => {}
        }
    }

    /// What a name stands for among the peers, if it does.
    pub fn peer_named(&self, name: &str) -> Option<Entity> {
        self.peers.get(name).map(|named| named.is)
    }

    /// The network of a name, if there is one.
    pub fn network_named(&self, name: &str) -> Option<NetworkId> {
        match self.peer_named(name) {
            Some(Entity::Network(id)) => Some(id),
            _ => None,
        }
    }

    /// The VPC of a name, if there is one.
    pub fn vpc_named(&self, name: &str) -> Option<VpcId> {
        self.vpc_names.get(name).map(|named| named.is)
    }

    /// Whether a parameter holds a block of addresses.
    pub fn is_block(&self, id: ParamId) -> bool {
        let kind = self
            .params
            .get(id.index())
            .map(|param| self.text(param.kind));
        matches!(kind, Some("cidr" | "cidr-ipv6"))
    }

    /// The position of a declared service, if there is one of that name.
    pub fn service_named(&self, name: &str) -> Option<usize> {
        self.service_names.get(name).map(|named| named.is)
    }

    /// Likewise, of a service that is used now.
    pub fn service(&mut self, name: ast::Name) -> Option<usize> {
        let text = self.text(name);
        self.service_names.get_mut(text).map(Named::look_up)
    }

    /// The VPC of a name, which is used now; reports it when there is none.
    pub fn vpc(&mut self, name: ast::Name) -> Option<VpcId> {
        let text = self.text(name);
        let known = self.vpc_names.get_mut(text).map(Named::look_up);
        if known.is_none() {
            let known = self.vpc_names.len();
            let meant = self
                .guess(known)
                .then(|| likely(Kind::Vpc, text, self.vpc_names.keys().copied()))
                .flatten();
            self.unknown(name, Kind::Vpc, meant);
        }
        known
    }

    /// Takes note that a parameter is used which no name in the program stands for.
    pub fn use_param(&mut self, name: &str) {
        self.peers.get_mut(name).map(Named::look_up);
    }

    /// The places of peers, services and VPCs that nothing names, each with what it is.
    pub fn unnamed(&self) -> impl Iterator<Item = (Span, Kind)> {
        fn idle<T>(named: &Named<T>) -> Option<Span> {
            named.declared.filter(|_| !named.used)
        }
        let peers = self
            .peers
            .values()
            .filter_map(|named| Some((idle(named)?, named.is.kind())));
        let services = self
            .service_names
            .values()
            .filter_map(|named| Some((idle(named)?, Kind::Service)));
        let vpcs = self
            .vpc_names
            .values()
            .filter_map(|named| Some((idle(named)?, Kind::Vpc)));
        peers.chain(services).chain(vpcs)
    }
}

/// Ids that can be names: how they start, what they are of, and what to declare.
const IDS: [(&str, &str, &str); 8] = [
    (
        "sg-",
        "a security group",
        "declare it: `external partner = \"{id}\"`, and write `partner`",
    ),
    (
        "pl-",
        "a prefix list",
        "declare it: `prefix-list partner = \"{id}\"`, and write `partner`",
    ),
    (
        "vpc-",
        "a VPC",
        "declare it: `vpc main { id = \"{id}\", cidr = 10.0.0.0/16 }`, and write `vpc main`",
    ),
    (
        "subnet-",
        "a subnet",
        "use its addresses: `network subnet = 10.0.1.0/24`",
    ),
    ("eni-", "a network interface", "use its address: `10.0.1.7`"),
    ("i-", "an instance", "use its address: `10.0.1.7`"),
    (
        "sgr-",
        "a rule",
        "use its peer: an address, a tier or a network",
    ),
    (
        "acl-",
        "a network ACL",
        "use its addresses: `network subnet = 10.0.1.0/24`",
    ),
];

/// What an id is of, and what to do with it.
fn id(text: &str) -> Option<(&'static str, String)> {
    let (_, what, help) = IDS.iter().find(|(start, ..)| {
        let number = text.strip_prefix(start).unwrap_or_default();
        [8, 17].contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_hexdigit())
    })?;
    Some((what, help.replace("{id}", text)))
}

/// What an output names as it names parameters.
struct OtherNames {
    names: ParameterNames,
    /// Tiers, by the names of their groups.
    groups: HashMap<String, ast::Name>,
    /// Lists of AWS.
    lists: HashSet<String>,
}

impl OtherNames {
    fn new(scope: &Scope<'_>, names: ParameterNames) -> OtherNames {
        let oldest = |tier: &ast::Tier, name| scope.text(*tier.was.last().unwrap_or(name));
        let groups = scope
            .tiers
            .iter()
            .map(|(tier, name)| ((names.group)(oldest(tier, name)), *name));
        let ids = scope.prefix_lists.iter().map(|list| &*list.id.value);
        let lists = ids.filter(|id| id.starts_with("com.amazonaws."));
        OtherNames {
            names,
            groups: groups.collect(),
            lists: lists.map(names.list).collect(),
        }
    }

    /// What else has the name of a parameter, if anything has.
    fn collision(&self, scope: &Scope<'_>, param: ast::Name) -> Option<Problem> {
        let (span, name) = (param.span, scope.text(param).to_string());
        let output = (self.names.parameter)(&name);
        let (other, first) = match self.groups.get(&output) {
            Some(tier) => (
                format!("the group of tier `{}`", scope.text(*tier)),
                tier.span,
            ),
            None if self.lists.contains(&output) => {
                ("the prefix list parameter of a template".to_string(), span)
            }
            None => return None,
        };
        Some(Problem::Collision {
            span,
            name,
            other,
            first,
            output,
        })
    }
}

/// The name as the strictest of the outputs writes it: letters and digits.
pub fn mangled(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for word in name.split(['-', '_']) {
        // what is no name, but may be one of AWS's lists in a string, can start with any letter
        let mut letters = word.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    out
}
