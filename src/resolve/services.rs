//! Services: names for traffic, declared and built in.

use super::atom::{Atom, Atoms, BuiltIn, Catalogue};
use super::order::{report_cycles, sort_by_dependency};
use super::ports::ResolvedPorts;
use super::scope::Scope;
use crate::ast::{self, IcmpType, ProgramTree, ServiceItem};
use crate::diagnostic::{AwsField, MeaningProblem, NameKind, NameProblem, Problems, likely};
use crate::net::{PerFamily, Traffic};
use crate::policy::{IcmpName, Shadowed, Text, Texts, WordId, icmp_name, icmp_names};
use crate::source::{Sources, Span};
use std::collections::BTreeMap;

/// Resolves a program with one service declaration, using the other services of the catalogue.
pub fn built_in(
    sources: &Sources,
    program: &ProgramTree,
    catalogue: &Catalogue,
) -> (Option<BuiltIn>, Problems) {
    let mut scope = Scope::from_program(sources, program, catalogue, &[]);
    let atoms = resolve_declared(&mut scope, catalogue).pop();
    let service = scope.services.first().zip(atoms).map(|(service, atoms)| {
        let (first, last) = (service.members.first(), service.members.last());
        let span = first
            .zip(last)
            .map(|(first, last)| first.span().to(last.span()));

        BuiltIn {
            name: scope.text(service.name).to_string(),
            declared: span.map_or("", |span| sources.text(span)).to_string(),
            meaning: write_atoms(&atoms),
            description: service
                .prose
                .as_ref()
                .map_or("", |prose| &prose.value)
                .to_string(),
            atoms,
        }
    });

    (service, scope.problems)
}

/// The services of a program.
#[derive(Debug)]
pub struct Services<'b> {
    /// By position of the declaration.
    declared: Vec<Vec<Atom>>,
    /// Likewise, the texts of its parts; empty where no service has any.
    texts: Vec<PartTexts>,
    catalogue: &'b Catalogue,
}

/// Resolves the declared services, dependencies first.
pub fn resolve<'b>(scope: &mut Scope<'_>, catalogue: &'b Catalogue) -> Services<'b> {
    let mut services = Services {
        declared: resolve_declared(scope, catalogue),
        texts: Vec::new(),
        catalogue,
    };
    services.texts = resolve_texts(scope, &services);

    for (n, service) in scope.services.clone().into_iter().enumerate() {
        scope.read_prose(&service.prose, AwsField::TagValue);
        let name = scope.text(service.name);

        if let Some(built_in) = catalogue.find(name)
            && built_in.atoms != services.declared[n]
        {
            let (span, name, meaning) = (
                service.name.span,
                name.to_string(),
                built_in.meaning.clone(),
            );
            scope.lint_facts.shadowed.push(Shadowed {
                span,
                name,
                meaning,
            });
        }
    }

    services
}

/// The texts of the parts of a service.
type PartTexts = BTreeMap<Atom, Text>;

/// Reads the texts of parts, those of services that others name first; nothing where there is none.
fn resolve_texts(scope: &mut Scope<'_>, services: &Services<'_>) -> Vec<PartTexts> {
    let declared = scope.services.clone();
    if declared.iter().all(|service| service.texts.is_empty()) {
        return Vec::new();
    }

    let (sorted, _) = sort_by_dependency(declared.len(), |n| named_services(scope, declared[n]));
    let mut texts: Vec<PartTexts> = vec![PartTexts::new(); declared.len()];

    for n in sorted {
        let mut own = PartTexts::new();
        for (position, text) in &declared[n].texts {
            let text = scope.read_rule_text(text);
            let reported = scope.problems.len();
            let members = scope.settle_services(&declared[n].members);
            let atoms = members
                .get(*position)
                .map(|member| services.resolve_item(scope, member));
            for atom in atoms.iter().flat_map(|atoms| atoms.iter()) {
                own.entry(*atom).or_insert_with(|| text.clone());
            }
            // what is wrong with a member is reported where its meaning is resolved
            scope.problems.truncate(reported);
        }

        for other in named_services(scope, declared[n]) {
            for (atom, text) in &texts[other] {
                own.entry(*atom).or_insert_with(|| text.clone());
            }
        }
        texts[n] = own;
    }

    texts
}

fn resolve_declared(scope: &mut Scope<'_>, catalogue: &Catalogue) -> Vec<Vec<Atom>> {
    let declared = scope.services.clone();
    let (sorted, cut) = sort_by_dependency(declared.len(), |n| named_services(scope, declared[n]));
    report_cycles(scope, NameKind::Service, cut, |n| declared[n].name);

    let mut meanings: Vec<Vec<Atom>> = vec![Vec::new(); declared.len()];
    for n in sorted {
        let mut atoms = Vec::new();
        for member in &*scope.settle_services(&declared[n].members) {
            match member {
                ServiceItem::Name(name) => match scope.resolve_service(*name) {
                    Some(other) => atoms.extend_from_slice(&meanings[other]),
                    None => atoms.extend_from_slice(resolve_built_in(scope, catalogue, *name)),
                },
                other => atoms.extend(resolve_atom(scope, other)),
            }
        }

        atoms.sort_unstable();
        atoms.dedup();

        if scope.reserve_size(declared[n].name.span, atoms.len()) {
            meanings[n] = atoms;
        }
    }

    meanings
}

/// The declared services that a declaration refers to.
fn named_services(scope: &Scope<'_>, declared: &ast::ServiceDeclaration) -> Vec<usize> {
    let mut named = Vec::new();
    for member in &declared.members {
        if let ServiceItem::Name(name) | ServiceItem::NameAfterPort(_, name) = member {
            named.extend(scope.service_named(scope.text(*name)));
        }
    }
    named
}

impl<'b> Services<'b> {
    /// Adds the texts of the parts of a service that a sentence names.
    pub fn add_texts(&self, scope: &Scope<'_>, name: ast::Name, word: WordId, texts: &mut Texts) {
        if self.texts.is_empty() {
            return;
        }
        let Some(declared) = scope.service_named(scope.text(name)) else {
            return;
        };

        for (atom, text) in &self.texts[declared] {
            let traffic = match *atom {
                Atom::Fixed(traffic) => [Some(traffic), None],
                Atom::PerFamily(traffic) => [traffic.v4, traffic.v6],
            };
            for traffic in traffic.into_iter().flatten() {
                let part = texts.parts.entry((word, traffic));
                part.or_insert_with(|| text.clone());
            }
        }
    }

    /// The traffic of an item of a settled list of services, sorted.
    pub fn resolve_item<'s>(&'s self, scope: &mut Scope<'_>, item: &ServiceItem) -> Atoms<'s> {
        match item {
            ServiceItem::Name(name) => match scope.resolve_service(*name) {
                Some(declared) => Atoms::Named(&self.declared[declared]),
                None => Atoms::Named(resolve_built_in(scope, self.catalogue, *name)),
            },
            other => resolve_atom(scope, other).map_or(Atoms::Named(&[]), Atoms::One),
        }
    }
}

/// The traffic of a built-in service; reports a name that the catalogue does not have.
fn resolve_built_in<'b>(
    scope: &mut Scope<'_>,
    catalogue: &'b Catalogue,
    name: ast::Name,
) -> &'b [Atom] {
    let typed = scope.text(name);
    if let Some(service) = catalogue.find(typed) {
        return &service.atoms;
    }

    if let Some(other) = scope.peer_named(typed) {
        scope.report_peer_as_service(name, other);
        return &[];
    }

    let guess = scope.take_comparisons(scope.services.len() + catalogue.names().len());
    let declared = scope
        .services
        .iter()
        .map(|service| scope.text(service.name));
    let meant = split_protocol(typed);

    let meant = meant.or_else(|| {
        guess
            .then(|| likely(NameKind::Service, typed, declared.chain(catalogue.names())))
            .flatten()
    });

    scope.report_unknown(name, NameKind::Service, meant);
    &[]
}

/// `tcp 443` of `tcp-443`, `tcp443` and `tcp_443`, which can be names.
fn split_protocol(typed: &str) -> Option<String> {
    let typed = typed.to_ascii_lowercase();
    let (protocol, rest) = ["tcp", "udp"]
        .into_iter()
        .find_map(|word| Some((word, typed.strip_prefix(word)?)))?;
    let port: u16 = rest.trim_start_matches(['-', '_']).parse().ok()?;
    Some(format!("{protocol} {port}"))
}

/// The traffic of an item that is not a name.
fn resolve_atom(scope: &mut Scope<'_>, item: &ServiceItem) -> Option<Atom> {
    Some(match item {
        // a settled list has none of the latter two
        ServiceItem::Name(_) | ServiceItem::NameAfterPort(..) | ServiceItem::PortAfterName(..) => {
            return None;
        }
        ServiceItem::All(_) => Atom::Fixed(Traffic::All),
        ServiceItem::Tcp(span, range) => Atom::Fixed(match scope.resolve_ports(*span, *range)? {
            ResolvedPorts::Known(ports) => Traffic::Tcp(ports),
            ResolvedPorts::Unknown(ports) => Traffic::TcpUnknown(ports),
        }),
        ServiceItem::Udp(span, range) => Atom::Fixed(match scope.resolve_ports(*span, *range)? {
            ResolvedPorts::Known(ports) => Traffic::Udp(ports),
            ResolvedPorts::Unknown(ports) => Traffic::UdpUnknown(ports),
        }),
        ServiceItem::Proto(_, number) => Atom::Fixed(Traffic::protocol_number(*number)),
        ServiceItem::Icmp(span, kind) => match kind {
            IcmpType::Any => Atom::PerFamily(PerFamily {
                v4: Some(Traffic::Icmp(None)),
                v6: Some(Traffic::Icmpv6(None)),
            }),
            IcmpType::Number(kind, code) => Atom::Fixed(Traffic::Icmp(Some((*kind, *code)))),
            IcmpType::Name(name) => named_icmp_atom(resolve_icmp_name(scope, *span, *name)?),
        },
        ServiceItem::Icmpv6(span, kind) => match kind {
            IcmpType::Any => Atom::Fixed(Traffic::Icmpv6(None)),
            IcmpType::Number(kind, code) => Atom::Fixed(Traffic::Icmpv6(Some((*kind, *code)))),
            IcmpType::Name(name) => resolve_icmpv6_name(scope, *span, *name)?,
        },
    })
}

/// A named ICMP type, as traffic of each family.
fn named_icmp_atom(entry: &IcmpName) -> Atom {
    Atom::PerFamily(PerFamily {
        v4: entry.v4.map(|kind| Traffic::Icmp(Some(kind))),
        v6: entry.v6.map(|kind| Traffic::Icmpv6(Some(kind))),
    })
}

/// A type by name after `icmpv6`; reports one that only IPv4 has.
fn resolve_icmpv6_name(scope: &mut Scope<'_>, span: Span, name: ast::Name) -> Option<Atom> {
    let entry = resolve_icmp_name(scope, span, name)?;
    if entry.v6.is_none() {
        let what = scope.text(name).to_string();
        scope.problems.push(MeaningProblem::FamilyMismatch {
            span: name.span,
            what,
            family: "IPv4",
            against: span,
        });
    }
    Some(Atom::Fixed(Traffic::Icmpv6(Some(entry.v6?))))
}

/// A named ICMP type; reports an unknown name.
fn resolve_icmp_name(
    scope: &mut Scope<'_>,
    span: Span,
    name: ast::Name,
) -> Option<&'static IcmpName> {
    let typed = scope.text(name);
    let entry = icmp_name(typed);

    if entry.is_none() {
        let meant = likely(NameKind::IcmpType, typed, icmp_names());
        let is_service =
            scope.service_named(typed).is_some() || scope.catalogue.find(typed).is_some();
        if is_service && meant.is_none() {
            report_service_as_type(scope, span, typed);
        } else {
            scope.report_unknown(name, NameKind::IcmpType, meant);
        }
    }

    entry
}

/// Reports a service in place of an ICMP type: `ping` is a synonym of a type; before another
/// service, a comma is missing.
fn report_service_as_type(scope: &mut Scope<'_>, span: Span, typed: &str) {
    let mut words = scope.sources.text(span).split_whitespace();
    let word = words.next().unwrap_or("icmp");
    let write = match typed {
        "ping" => typed.to_string(),
        _ => format!("{word}, {typed}"),
    };
    scope.problems.push(NameProblem::ServiceAsType {
        span,
        name: typed.to_string(),
        write,
    });
}

/// Traffic in the syntax of programs: `tcp 53, udp 53`.
fn write_atoms(atoms: &[Atom]) -> String {
    atoms.iter().map(write_atom).collect::<Vec<_>>().join(", ")
}

fn write_atom(atom: &Atom) -> String {
    if let Atom::Fixed(traffic) = atom {
        return traffic.to_string();
    }
    let name = icmp_names().find(|name| {
        let entry = icmp_name(name);
        entry.is_some_and(|entry| named_icmp_atom(entry) == *atom)
    });
    name.map_or("icmp".to_string(), |name| format!("icmp {name}"))
}
