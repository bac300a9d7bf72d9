//! Builds the parts of statements from pairs of the grammar: names, strings, addresses, services
//! and blocks.

use super::build::{GrammarPair, PortsBefore, TreeBuilder, parts_of};
use super::grammar::Rule;
use super::literal;
use crate::ast::{self, StringLiteral, Transport};
use crate::diagnostic::SyntaxProblem;

impl TreeBuilder {
    pub(super) fn read_name(&mut self, pair: &GrammarPair<'_>) -> ast::Name {
        let (span, length) = (self.span_of(pair), pair.as_str().len());
        if length > ast::Name::MOST {
            self.problems.push(SyntaxProblem::LongName { span, length });
        }
        ast::Name { span }
    }

    pub(super) fn read_string(&mut self, pair: &GrammarPair<'_>) -> StringLiteral {
        let span = self.span_of(pair);
        let (value, wrong) = StringLiteral::unescape(pair.as_str());

        for (offset, length) in wrong {
            let text = pair.as_str()[offset..offset + length].to_string();
            self.problems.push(SyntaxProblem::BadEscape {
                span: span.part(offset, length),
                text,
            });
        }

        StringLiteral {
            span,
            value: value.into(),
        }
    }

    pub(super) fn read_date(&mut self, pair: &GrammarPair<'_>) -> Option<ast::DateLiteral> {
        let (span, text) = (self.span_of(pair), pair.as_str());
        match text.parse() {
            Ok(date) => Some(ast::DateLiteral { span, date }),
            Err(_) => {
                let meant = literal::likely_day(text);
                self.problems.push(SyntaxProblem::BadDate {
                    span,
                    text: text.to_string(),
                    meant,
                });
                None
            }
        }
    }

    pub(super) fn read_net(&mut self, pair: GrammarPair<'_>) -> Option<ast::NetItem> {
        let span = self.span_of(&pair);
        Some(match pair.as_rule() {
            Rule::address => {
                let net = literal::parse_address(pair.as_str(), span, &mut self.problems)?;
                ast::NetItem::Net(ast::Net { span, net })
            }
            Rule::in_vpc => ast::NetItem::Vpc(span, self.read_name(&parts_of(pair).next()?)),
            Rule::every => ast::NetItem::Every(self.read_every(pair)?),
            _ => ast::NetItem::Name(self.read_name(&pair)),
        })
    }

    /// `web`, `every tier in vpc main`
    pub(super) fn read_tier(&mut self, pair: GrammarPair<'_>) -> Option<ast::TierItem> {
        Some(match pair.as_rule() {
            Rule::every => ast::TierItem::Every(self.read_every(pair)?),
            _ => ast::TierItem::Name(self.read_name(&pair)),
        })
    }

    fn read_every(&mut self, pair: GrammarPair<'_>) -> Option<ast::Every> {
        let start = self.span_of(&pair).start;
        let mut names = parts_of(pair).map(|name| self.read_name(&name));
        Some(ast::Every {
            start,
            kind: names.next()?,
            vpc: names.next(),
        })
    }

    pub(super) fn read_service(&mut self, pair: GrammarPair<'_>) -> Option<ast::ServiceItem> {
        let span = self.span_of(&pair);
        let continued = self.last.take();

        Some(match pair.as_rule() {
            Rule::all => ast::ServiceItem::All(span),
            Rule::tcp => self.read_transport(Transport::Tcp, pair)?,
            Rule::udp => self.read_transport(Transport::Udp, pair)?,
            Rule::port | Rule::port_names => self.continue_ports(continued, pair)?,
            Rule::icmp => {
                let mut inside = parts_of(pair);
                let make = match inside.next()?.as_str() {
                    "icmp" => ast::ServiceItem::Icmp,
                    _ => ast::ServiceItem::Icmpv6,
                };
                make(span, self.read_icmp_type(inside.next())?)
            }
            Rule::proto => {
                let number = parts_of(pair).next()?;
                let place = self.span_of(&number);
                ast::ServiceItem::Proto(
                    span,
                    literal::parse_protocol(number.as_str(), place, &mut self.problems)?,
                )
            }
            _ => self.read_service_name(continued, &pair),
        })
    }

    /// The name of a service; after ports, it can be that of a port, which the list then continues.
    fn read_service_name(
        &mut self,
        continued: Option<PortsBefore>,
        pair: &GrammarPair<'_>,
    ) -> ast::ServiceItem {
        let name = self.read_name(pair);
        let Some(before) = continued else {
            return ast::ServiceItem::Name(name);
        };
        self.last = Some(PortsBefore {
            is_after_name: true,
            ..before
        });
        ast::ServiceItem::NameAfterPort(before.transport, name)
    }

    /// A bare port, which continues the ports before it.
    fn continue_ports(
        &mut self,
        continued: Option<PortsBefore>,
        pair: GrammarPair<'_>,
    ) -> Option<ast::ServiceItem> {
        let span = self.span_of(&pair);
        if let Some(before) = continued {
            self.last = continued;
            let ports = self.read_ports(Some(pair))?;
            return Some(if before.is_after_name {
                ast::ServiceItem::PortAfterName(before.transport, span, ports)
            } else {
                before.transport.item(span, ports)
            });
        }

        let text = pair.as_str().to_string();
        self.problems
            .push(SyntaxProblem::PortWithoutProtocol { span, text });

        None
    }

    fn read_transport(
        &mut self,
        transport: Transport,
        pair: GrammarPair<'_>,
    ) -> Option<ast::ServiceItem> {
        let (span, port) = (self.span_of(&pair), parts_of(pair).next());
        self.last = port.is_some().then_some(PortsBefore {
            transport,
            is_after_name: false,
        });
        Some(transport.item(span, self.read_ports(port)?))
    }

    fn read_ports(&mut self, port: Option<GrammarPair<'_>>) -> Option<ast::Ports> {
        Some(match port {
            None => ast::Ports::All,
            Some(port) if port.as_rule() == Rule::port_names => self.read_port_names(port)?,
            Some(port) => {
                let span = self.span_of(&port);
                let (from, to) = literal::parse_ports(port.as_str(), span, &mut self.problems)?;
                ast::Ports::Known(from, to)
            }
        })
    }

    /// `app-port`, `8000-last-port`, `first-port - last-port`
    fn read_port_names(&mut self, pair: GrammarPair<'_>) -> Option<ast::Ports> {
        let mut ends = parts_of(pair).map(|end| match end.as_rule() {
            Rule::port_number => {
                let span = self.span_of(&end);
                literal::parse_port(end.as_str(), span, &mut self.problems)
                    .map(ast::PortEnd::Number)
            }
            _ => Some(ast::PortEnd::from_name(self.read_name(&end))),
        });
        let from = ends.next()??;
        let to = ends.next().unwrap_or(Some(from))?;
        Some(ast::Ports::Named(from, to))
    }

    fn read_icmp_type(&mut self, part: Option<GrammarPair<'_>>) -> Option<ast::IcmpType> {
        let Some(part) = part else {
            return Some(ast::IcmpType::Any);
        };
        if part.as_rule() == Rule::icmp_name {
            return Some(ast::IcmpType::Name(self.read_name(&part)));
        }
        let (kind, code) =
            literal::parse_icmp(part.as_str(), self.span_of(&part), &mut self.problems)?;
        Some(ast::IcmpType::Number(kind, code))
    }

    pub(super) fn read_block(&mut self, pair: GrammarPair<'_>) -> ast::Block {
        let span = self.span_of(&pair);
        let entries = parts_of(pair)
            .filter_map(|entry| self.read_entry(entry))
            .collect();
        ast::Block { span, entries }
    }

    fn read_entry(&mut self, pair: GrammarPair<'_>) -> Option<ast::BlockEntry> {
        let mut inside = parts_of(pair);
        let key = inside.next()?;
        let key = match key.as_rule() {
            Rule::string => ast::EntryKey::Text(self.read_string(&key)),
            _ => ast::EntryKey::Name(self.read_name(&key)),
        };
        Some(ast::BlockEntry {
            key,
            value: self.read_value(inside.next()?)?,
        })
    }

    pub(super) fn read_value(&mut self, pair: GrammarPair<'_>) -> Option<ast::EntryValue> {
        let span = self.span_of(&pair);
        Some(match pair.as_rule() {
            Rule::string => ast::EntryValue::Text(self.read_string(&pair)),
            Rule::signed => match pair.as_str().parse() {
                Ok(number) => ast::EntryValue::Number(span, number),
                Err(_) => {
                    self.problems.push(SyntaxProblem::BadNumber {
                        span,
                        text: pair.as_str().to_string(),
                    });
                    return None;
                }
            },
            Rule::address => {
                let net = literal::parse_address(pair.as_str(), span, &mut self.problems)?;
                ast::EntryValue::Net(ast::Net { span, net })
            }
            Rule::list => {
                let is_empty = parts_of(pair.clone()).next().is_none();
                let values = parts_of(pair).filter_map(|value| self.read_value(value));
                let values: Vec<ast::EntryValue> = values.collect();
                // each value is wrong, and reported
                if values.is_empty() && !is_empty {
                    return None;
                }
                ast::EntryValue::List(span, values)
            }
            Rule::tags => ast::EntryValue::Block(self.read_block(pair)),
            Rule::source => {
                let mut inside = parts_of(pair);
                let word = self.read_name(&inside.next()?);
                ast::EntryValue::Source(word, self.read_string(&inside.next()?))
            }
            _ => ast::EntryValue::Name(self.read_name(&pair)),
        })
    }
}
