//! Ports: numbers, and parameters of the type `port`.

use super::scope::{Entity, Scope};
use crate::ast::{self, ServiceItem};
use crate::diagnostic::{MeaningProblem, NameKind, NameProblem, SyntaxProblem, likely};
use crate::net::{PortEnd, Ports, UnknownPorts};
use crate::policy::{ParamId, ParamKind};
use crate::source::Span;
use std::borrow::Cow;

/// Ports after names have been looked up.
pub enum ResolvedPorts {
    /// Both ends are numbers, or parameters with values.
    Known(Ports),
    /// The deployment sets an end.
    Unknown(UnknownPorts),
}

/// Words that other tools write after a protocol for all of its ports.
const EVERY_PORT: [&str; 3] = ["any", "every", "everything"];

impl<'a> Scope<'a> {
    /// A list of services, in which each name after ports is that of a port or of a service.
    /// Reports a bare port that continues no ports because a service is between.
    pub(super) fn settle_services<'t>(
        &mut self,
        items: &'t [ServiceItem],
    ) -> Cow<'t, [ServiceItem]> {
        let is_open = |item: &ServiceItem| matches!(item, ServiceItem::NameAfterPort(..));
        if !items.iter().any(is_open) {
            return Cow::Borrowed(items);
        }

        let mut continues = true;
        let mut settle = |item: &ServiceItem| match *item {
            ServiceItem::NameAfterPort(transport, name) => {
                let is_port = self.is_meant_as_port(name);
                continues &= is_port;
                if is_port {
                    let end = ast::PortEnd::from_name(name);
                    transport.item(name.span, ast::Ports::Named(end, end))
                } else {
                    ServiceItem::Name(name)
                }
            }
            ServiceItem::PortAfterName(transport, span, ports) => {
                if !continues {
                    let text = self.sources.text(span).to_string();
                    self.problems
                        .push(SyntaxProblem::PortWithoutProtocol { span, text });
                }
                transport.item(span, ports)
            }
            other => {
                continues = true;
                other
            }
        };
        Cow::Owned(items.iter().map(&mut settle).collect())
    }

    /// The ports of an item of a list of services; reports names that are not those of ports, and a
    /// range whose values end before they begin.
    pub(super) fn resolve_ports(&mut self, item: Span, ports: ast::Ports) -> Option<ResolvedPorts> {
        let (from, to) = match ports {
            ast::Ports::All => return Some(ResolvedPorts::Known(Ports::ALL)),
            ast::Ports::Known(from, to) => return Some(ResolvedPorts::Known(Ports { from, to })),
            ast::Ports::Named(from, to) => (from, to),
        };

        let is_one = match (from, to) {
            (ast::PortEnd::Name(from, _), ast::PortEnd::Name(to, _)) => from == to,
            (_, _) => false,
        };
        let first = self.resolve_port(item, from);
        let last = if is_one {
            first.clone()
        } else {
            self.resolve_port(item, to)
        };

        match (first?, last?) {
            (PortEnd::Number(from), PortEnd::Number(to)) => {
                if from > to {
                    self.report_inverted_ports(item, from, to, false);
                    return None;
                }
                Some(ResolvedPorts::Known(Ports { from, to }))
            }
            (first, last) => {
                let defaults = [&first, &last].map(|end| self.default_port(end));
                if let [Some(from), Some(to)] = defaults
                    && from > to
                {
                    self.report_inverted_ports(item, from, to, true);
                }
                Some(ResolvedPorts::Unknown(UnknownPorts::new(first, last)))
            }
        }
    }

    fn report_inverted_ports(&mut self, span: Span, from: u16, to: u16, by_default: bool) {
        self.problems.push(MeaningProblem::InvertedPortValues {
            span,
            from,
            to,
            by_default,
        });
    }

    /// The port that an end is if the deployment sets no parameter.
    fn default_port(&self, end: &PortEnd) -> Option<u16> {
        let name = match end {
            PortEnd::Number(port) => return Some(*port),
            PortEnd::Parameter(name) => name,
        };
        let Some(Entity::Param(id)) = self.peer_named(name) else {
            return None;
        };
        match self.params.get(id.index())?.default.as_ref()? {
            ast::EntryValue::Number(_, port) => u16::try_from(*port).ok(),
            ast::EntryValue::Text(text) => text.value.parse().ok(),
            ast::EntryValue::Name(_)
            | ast::EntryValue::Net(_)
            | ast::EntryValue::List(..)
            | ast::EntryValue::Block(_)
            | ast::EntryValue::Source(..) => None,
        }
    }

    /// One end of a range in the item of a list of services.
    fn resolve_port(&mut self, item: Span, end: ast::PortEnd) -> Option<PortEnd> {
        let name = match end {
            ast::PortEnd::Number(port) => return Some(PortEnd::Number(port)),
            ast::PortEnd::Name(..) => end.name(item.file)?,
        };

        let id = self.resolve_port_name(item, name)?;
        let value = self.param_values.get(id.index());
        let value = value.and_then(|value| value.as_ref()?.parse().ok());
        let unknown = || PortEnd::Parameter(self.text(name).to_string());
        Some(value.map_or_else(unknown, PortEnd::Number))
    }

    /// The parameter of the type `port` with a name; reports any other name.
    fn resolve_port_name(&mut self, item: Span, name: ast::Name) -> Option<ParamId> {
        let typed = self.text(name);
        match self.peer_named(typed) {
            Some(Entity::Param(id)) if self.is_port(id) => {
                self.mark_param_used(typed);
                return Some(id);
            }
            Some(other) if !self.may_be_declared(typed) => {
                self.report_wrong_kind(name, other.kind(), "a parameter of the type `port`");
                return None;
            }
            Some(_) => return None,
            None => {}
        }

        let protocol = self.sources.text(item).split_whitespace().next();
        if EVERY_PORT.contains(&typed) {
            self.report_no_port(item, name, protocol.unwrap_or(typed));
        } else if self.is_service(typed) {
            self.report_no_port(item, name, typed);
        } else {
            let meant = self.likely_port(typed);
            self.report_unknown(name, NameKind::Port, meant);
        }
        None
    }

    /// Reports a service after a protocol, or a word for every port.
    fn report_no_port(&mut self, item: Span, name: ast::Name, write: &str) {
        self.problems.push(NameProblem::NoPort {
            span: item,
            name: self.text(name).to_string(),
            write: write.to_string(),
        });
    }

    /// `first-port - 8100` of `first-port-8100`; else the parameter with a similar name.
    fn likely_port(&mut self, typed: &str) -> Option<String> {
        let is_end = |end: &str| end.parse::<u16>().is_ok() || self.is_port_named(end);
        let mut dashes = typed.match_indices('-');
        let range = dashes.find_map(|(at, _)| {
            let (from, to) = (&typed[..at], &typed[at + 1..]);
            (self.is_port_named(from) && is_end(to)).then(|| format!("{from} - {to}"))
        });
        if range.is_some() || !self.take_comparisons(self.params.len()) {
            return range;
        }
        let params = (0..self.params.len() as u32).map(ParamId);
        let ports = params.filter(|id| self.is_port(*id));
        let names = ports.map(|id| self.text(self.params[id.index()].name));
        likely(NameKind::Param, typed, names)
    }

    /// Whether a name after ports is that of a port, or an unknown name that is similar to one.
    fn is_meant_as_port(&mut self, name: ast::Name) -> bool {
        let typed = self.text(name);
        if self.peer_named(typed).is_some() {
            return self.is_port_named(typed);
        }
        !self.is_service(typed) && self.likely_port(typed).is_some()
    }

    fn is_service(&self, name: &str) -> bool {
        self.service_named(name).is_some() || self.catalogue.find(name).is_some()
    }

    fn is_port_named(&self, name: &str) -> bool {
        matches!(self.peer_named(name), Some(Entity::Param(id)) if self.is_port(id))
    }

    /// Whether a parameter is a port.
    pub(super) fn is_port(&self, id: ParamId) -> bool {
        let param = self.params.get(id.index());
        param.is_some_and(|param| self.text(param.kind) == ParamKind::Port.keyword())
    }
}
