//! Services: names for traffic, declared and built in.

use super::atom::{Atom, Atoms, BuiltIn, Catalogue};
use super::order::order;
use super::scope::Scope;
use crate::ast::{self, IcmpType, Program, Service};
use crate::diagnostic::{AwsField, Kind, Problem, Problems, likely};
use crate::net::{Ports, Traffic};
use crate::policy::{Shadowed, icmp_name, icmp_names};
use crate::source::{Sources, Span};

/// The service that a program of one declaration declares, where others are those of the catalogue.
pub fn built_in(
    sources: &Sources,
    program: &Program,
    catalogue: &Catalogue,
) -> (Option<BuiltIn>, Problems) {
    let mut scope = Scope::collect(sources, program, catalogue, &[]);
    let atoms = declared(&mut scope, catalogue).pop();
    let service = scope.services.first().zip(atoms).map(|(service, atoms)| {
        let (first, last) = (service.members.first(), service.members.last());
        let span = first
            .zip(last)
            .map(|(first, last)| first.span().to(last.span()));
        BuiltIn {
            name: scope.text(service.name).to_string(),
            declared: span.map_or("", |span| sources.text(span)).to_string(),
            meaning: words(&atoms),
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

/// What the names of services mean in a program.
#[derive(Debug)]
pub struct Services<'b> {
    /// By position of the declaration.
    declared: Vec<Vec<Atom>>,
    catalogue: &'b Catalogue,
}

/// Resolves the declared services, those that others name first.
pub fn resolve<'b>(scope: &mut Scope<'_>, catalogue: &'b Catalogue) -> Services<'b> {
    let services = Services {
        declared: declared(scope, catalogue),
        catalogue,
    };
    for (n, service) in scope.services.clone().into_iter().enumerate() {
        scope.prose(&service.prose, AwsField::TagValue);
        let name = scope.text(service.name);
        if let Some(built_in) = catalogue.find(name)
            && built_in.atoms != services.declared[n]
        {
            let (span, name, meaning) = (
                service.name.span,
                name.to_string(),
                built_in.meaning.clone(),
            );
            scope.seen.shadowed.push(Shadowed {
                span,
                name,
                meaning,
            });
        }
    }
    services
}

fn declared(scope: &mut Scope<'_>, catalogue: &Catalogue) -> Vec<Vec<Atom>> {
    let declared = scope.services.clone();
    let depends = |n: usize| {
        let names = declared[n]
            .members
            .iter()
            .filter_map(|member| match member {
                Service::Name(name) => scope.service_named(scope.text(*name)),
                Service::All(_)
                | Service::Tcp(..)
                | Service::Udp(..)
                | Service::Icmp(..)
                | Service::Icmpv6(..)
                | Service::Proto(..) => None,
            });
        names.collect()
    };
    let (sorted, cut) = order(declared.len(), depends);
    for (from, to) in cut {
        let (span, through) = (declared[to].name.span, declared[from].name.span);
        let name = scope.text(declared[to].name).to_string();
        scope.problems.push(Problem::Cycle {
            span,
            kind: Kind::Service,
            name,
            through,
        });
    }
    let mut meanings: Vec<Vec<Atom>> = vec![Vec::new(); declared.len()];
    for n in sorted {
        let mut atoms = Vec::new();
        for member in &declared[n].members {
            match member {
                Service::Name(name) => match scope.service(*name) {
                    Some(other) => atoms.extend_from_slice(&meanings[other]),
                    None => atoms.extend_from_slice(shipped(scope, catalogue, *name)),
                },
                other => atoms.extend(atom(scope, other)),
            }
        }
        atoms.sort_unstable();
        atoms.dedup();
        if scope.fits(declared[n].name.span, atoms.len()) {
            meanings[n] = atoms;
        }
    }
    meanings
}

impl<'b> Services<'b> {
    /// What an item of a list of services means, sorted.
    pub fn atoms<'s>(&'s self, scope: &mut Scope<'_>, item: &Service) -> Atoms<'s> {
        match item {
            Service::Name(name) => match scope.service(*name) {
                Some(declared) => Atoms::Named(&self.declared[declared]),
                None => Atoms::Named(shipped(scope, self.catalogue, *name)),
            },
            other => atom(scope, other).map_or(Atoms::Named(&[]), Atoms::One),
        }
    }
}

/// The meaning of a name that the program does not declare; reports one that the catalogue does not
/// have either.
fn shipped<'b>(scope: &mut Scope<'_>, catalogue: &'b Catalogue, name: ast::Name) -> &'b [Atom] {
    let typed = scope.text(name);
    if let Some(service) = catalogue.find(typed) {
        return &service.atoms;
    }
    if let Some(other) = scope.peer_named(typed) {
        scope.service_wanted(name, other);
        return &[];
    }
    let guess = scope.guess(scope.services.len() + catalogue.names().len());
    let declared = scope
        .services
        .iter()
        .map(|service| scope.text(service.name));
    let meant = with_protocol(typed);
    let meant = meant.or_else(|| {
        guess
            .then(|| likely(Kind::Service, typed, declared.chain(catalogue.names())))
            .flatten()
    });
    scope.unknown(name, Kind::Service, meant);
    &[]
}

/// `tcp 443` of `tcp-443`, `tcp443` and `tcp_443`, which can be names.
fn with_protocol(typed: &str) -> Option<String> {
    let typed = typed.to_ascii_lowercase();
    let (protocol, rest) = ["tcp", "udp"]
        .into_iter()
        .find_map(|word| Some((word, typed.strip_prefix(word)?)))?;
    let port: u16 = rest.trim_start_matches(['-', '_']).parse().ok()?;
    Some(format!("{protocol} {port}"))
}

/// The meaning of an item that is no name.
fn atom(scope: &mut Scope<'_>, item: &Service) -> Option<Atom> {
    let ports = |ports: &ast::Ports| ports.map_or(Ports::ALL, |(from, to)| Ports { from, to });
    Some(match item {
        Service::Name(_) => return None,
        Service::All(_) => Atom::Fixed(Traffic::All),
        Service::Tcp(_, range) => Atom::Fixed(Traffic::Tcp(ports(range))),
        Service::Udp(_, range) => Atom::Fixed(Traffic::Udp(ports(range))),
        Service::Proto(_, number) => Atom::Fixed(Traffic::protocol_number(*number)),
        Service::Icmp(span, kind) => match kind {
            IcmpType::Any => Atom::Neutral(Some(Traffic::Icmp(None)), Some(Traffic::Icmpv6(None))),
            IcmpType::Number(kind, code) => Atom::Fixed(Traffic::Icmp(Some((*kind, *code)))),
            IcmpType::Name(name) => {
                let entry = named(scope, *span, *name)?;
                Atom::Neutral(
                    entry.v4.map(|t| Traffic::Icmp(Some(t))),
                    entry.v6.map(|t| Traffic::Icmpv6(Some(t))),
                )
            }
        },
        Service::Icmpv6(span, kind) => match kind {
            IcmpType::Any => Atom::Fixed(Traffic::Icmpv6(None)),
            IcmpType::Number(kind, code) => Atom::Fixed(Traffic::Icmpv6(Some((*kind, *code)))),
            IcmpType::Name(name) => match named(scope, *span, *name)?.v6 {
                Some(kind) => Atom::Fixed(Traffic::Icmpv6(Some(kind))),
                None => {
                    let what = scope.text(*name).to_string();
                    scope.problems.push(Problem::FamilyMismatch {
                        span: name.span,
                        what,
                        family: "IPv4",
                        against: *span,
                    });
                    return None;
                }
            },
        },
    })
}

fn named(
    scope: &mut Scope<'_>,
    span: Span,
    name: ast::Name,
) -> Option<&'static crate::policy::IcmpName> {
    let typed = scope.text(name);
    let entry = icmp_name(typed);
    if entry.is_none() {
        let meant = likely(Kind::IcmpType, typed, icmp_names());
        let is_service =
            scope.service_named(typed).is_some() || scope.catalogue.find(typed).is_some();
        if is_service && meant.is_none() {
            // `ping` is a type by another name; with another service a comma is missing
            let word = scope
                .sources
                .text(span)
                .split_whitespace()
                .next()
                .unwrap_or("icmp");
            let write = if typed == "ping" {
                typed.to_string()
            } else {
                format!("{word}, {typed}")
            };
            scope.problems.push(Problem::ServiceAsType {
                span,
                name: typed.to_string(),
                write,
            });
            return None;
        }
        scope.unknown(name, Kind::IcmpType, meant);
    }
    entry
}

/// Some traffic as a program would write it: `tcp 53, udp 53`.
fn words(atoms: &[Atom]) -> String {
    let word = |atom: &Atom| match atom {
        Atom::Fixed(traffic) => traffic.to_string(),
        Atom::Neutral(v4, v6) => {
            let named = icmp_names().find(|name| {
                icmp_name(name).is_some_and(|entry| {
                    let (a, b) = (
                        entry.v4.map(|t| Traffic::Icmp(Some(t))),
                        entry.v6.map(|t| Traffic::Icmpv6(Some(t))),
                    );
                    (a, b) == (*v4, *v6)
                })
            });
            named.map_or("icmp".to_string(), |name| format!("icmp {name}"))
        }
    };
    atoms.iter().map(word).collect::<Vec<_>>().join(", ")
}
