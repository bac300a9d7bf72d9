//! Pairs of the grammar to syntax tree. With those that explain what is no statement the only place
//! that names the grammar's rules.

use super::grammar::{Grammar, Rule};
use super::{literal, stretches};
use crate::ast::{self, Item, Text};
use crate::diagnostic::{Problem, Problems};
use crate::source::{FileId, Span};
use pest::Parser;
use pest::iterators::Pair;

type Part<'i> = Pair<'i, Rule>;

/// Parses the text of one file.
pub fn file(id: FileId, text: &str) -> (ast::File, Problems) {
    let mut problems = Problems::default();
    let forbidden = literal::forbidden_characters(text.strip_prefix('\u{feff}').unwrap_or(text));
    let marked = text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len();
    for (at, character) in &forbidden {
        let start = (at + marked) as u32;
        let span = Span {
            file: id,
            start,
            end: start + character.len_utf8() as u32,
        };
        problems.push(Problem::BadCharacter {
            span,
            character: *character,
        });
    }
    let mut file = ast::File::new(id);
    let parsed = Grammar::parse(Rule::file, &text[marked..]).expect("`bad` matches any line");
    let mut build = Build {
        file: id,
        offset: marked as u32,
        problems,
        last: None,
    };
    let (mut annotations, mut bad) = (Vec::new(), Vec::new());
    if text.contains('#') {
        let comments = parsed
            .clone()
            .flatten()
            .filter(|p| p.as_rule() == Rule::comment);
        file.comments = comments.map(|p| build.span(&p)).collect();
    }
    for part in parsed.flat_map(Pair::into_inner) {
        let span = build.span(&part);
        match part.as_rule() {
            Rule::EOI | Rule::comment => {}
            Rule::annotation => annotations.push(build.annotation(part)),
            Rule::bad => {
                annotations.clear();
                bad.push(span);
            }
            _ => {
                let annotations = std::mem::take(&mut annotations);
                if let Some(item) = build.item(part) {
                    file.statements.push(ast::Statement {
                        span,
                        annotations,
                        item,
                    });
                }
            }
        }
    }
    for dangling in annotations {
        build.problems.push(Problem::DanglingAnnotation {
            span: dangling.span,
        });
    }
    if !bad.is_empty() {
        let forbidden = forbidden
            .iter()
            .map(|(at, _)| (at + marked) as u32)
            .collect();
        build
            .problems
            .extend(stretches::explain(text, &bad, forbidden, &mut file));
    }
    (file, build.problems)
}

struct Build {
    file: FileId,
    offset: u32,
    problems: Problems,
    /// The protocol that a bare port continues.
    last: Option<Transport>,
}

#[derive(Clone, Copy)]
enum Transport {
    Tcp,
    Udp,
}

/// The parts of a pair, comments left out.
fn parts(pair: Part<'_>) -> impl Iterator<Item = Part<'_>> {
    pair.into_inner().filter(|p| p.as_rule() != Rule::comment)
}

/// What stands around the names of a declaration, in any order that the grammar allows.
#[derive(Default)]
struct Extras {
    names: Vec<ast::Name>,
    was: Vec<ast::Name>,
    role: Option<ast::Name>,
    texts: Vec<Text>,
    account: Option<Text>,
    block: Option<ast::Block>,
    services: Vec<ast::Service>,
    nets: Vec<ast::NetItem>,
    except: Vec<ast::NetItem>,
    value: Option<ast::Value>,
}

impl Extras {
    fn name(&self, n: usize) -> ast::Name {
        self.names[n]
    }

    /// The prose: the last string, once those that mean something else are taken.
    fn prose(&mut self) -> Option<Text> {
        self.texts.pop()
    }
}

impl Build {
    fn span(&self, pair: &Part<'_>) -> Span {
        let span = pair.as_span();
        let at = |offset: usize| offset as u32 + self.offset;
        Span {
            file: self.file,
            start: at(span.start()),
            end: at(span.end()),
        }
    }

    fn item(&mut self, pair: Part<'_>) -> Option<Item> {
        Some(match pair.as_rule() {
            Rule::rule => Item::Rule(self.rule(pair)),
            Rule::assertion => Item::Assertion(self.assertion(parts(pair).next()?)),
            Rule::stack => {
                let mut extras = self.extras(pair, 1);
                let prose = extras.prose();
                Item::Stack(ast::Stack {
                    name: extras.name(0),
                    was: extras.was,
                    prose,
                    block: extras.block,
                })
            }
            Rule::include => Item::Include(self.extras(pair, 1).prose()?),
            Rule::param => {
                let mut extras = self.extras(pair, 1);
                let prose = extras.prose();
                Item::Param(ast::Param {
                    name: extras.name(0),
                    kind: extras.name(1),
                    default: extras.value,
                    prose,
                })
            }
            Rule::vpc => {
                let extras = self.extras(pair, 1);
                Item::Vpc(ast::Vpc {
                    name: extras.name(0),
                    block: extras.block?,
                })
            }
            Rule::peering => {
                let extras = self.extras(pair, 0);
                Item::Peering(ast::Peering {
                    a: extras.name(0),
                    b: extras.name(1),
                })
            }
            Rule::network => {
                let mut extras = self.extras(pair, 1);
                let prose = extras.prose();
                Item::Network(ast::Network {
                    name: extras.name(0),
                    members: extras.nets,
                    except: extras.except,
                    prose,
                })
            }
            Rule::external => {
                let mut extras = self.extras(pair, 2);
                let id = extras.texts.remove(0);
                let prose = extras.prose();
                Item::External(ast::External {
                    name: extras.name(0),
                    id,
                    account: extras.account,
                    prose,
                })
            }
            Rule::prefix_list => {
                let mut extras = self.extras(pair, 2);
                let id = extras.texts.remove(0);
                let prose = extras.prose();
                Item::PrefixList(ast::PrefixList {
                    name: extras.name(0),
                    id,
                    block: extras.block,
                    prose,
                })
            }
            Rule::service => {
                let mut extras = self.extras(pair, 1);
                let prose = extras.prose();
                Item::Service(ast::ServiceDeclaration {
                    name: extras.name(0),
                    members: extras.services,
                    prose,
                })
            }
            Rule::tier => {
                let mut extras = self.extras(pair, 1);
                let prose = extras.prose();
                Item::Tier(ast::Tier {
                    names: extras.names,
                    role: extras.role,
                    was: extras.was,
                    prose,
                    block: extras.block,
                })
            }
            Rule::tiers => {
                let mut extras = self.extras(pair, 1);
                let prose = extras.prose();
                let members = extras.names.split_off(1);
                Item::TierSet(ast::TierSet {
                    name: extras.name(0),
                    members,
                    prose,
                })
            }
            other => unreachable!("{other:?} is no statement of the grammar"),
        })
    }

    /// Everything in a declaration; more than `texts` strings are reported.
    fn extras(&mut self, pair: Part<'_>, texts: usize) -> Extras {
        let mut extras = Extras::default();
        self.last = None;
        for part in parts(pair) {
            match part.as_rule() {
                Rule::plain | Rule::subject => {
                    let name = self.name(&part);
                    extras.names.push(name);
                }
                Rule::was => extras.was = parts(part).map(|p| self.name(&p)).collect(),
                Rule::role => extras.role = parts(part).next().map(|p| self.name(&p)),
                Rule::string => {
                    let text = self.string(&part);
                    extras.texts.push(text);
                }
                Rule::account => extras.account = parts(part).next().map(|p| self.string(&p)),
                Rule::block => {
                    let block = self.block(part);
                    if let Some(first) = &extras.block {
                        let (span, first) = (block.span, first.span);
                        self.problems.push(Problem::Repeated {
                            span,
                            first,
                            what: "block",
                        });
                    } else {
                        extras.block = Some(block);
                    }
                }
                Rule::except => extras.except = parts(part).filter_map(|p| self.net(p)).collect(),
                Rule::default => extras.value = parts(part).next().and_then(|p| self.value(p)),
                Rule::address | Rule::in_vpc | Rule::end_name => extras.nets.extend(self.net(part)),
                _ => extras.services.extend(self.service(part)),
            }
        }
        while extras.texts.len() > texts {
            let (again, first) = (extras.texts.pop(), extras.texts.last());
            if let (Some(again), Some(first)) = (again, first) {
                let (span, first) = (again.span, first.span);
                self.problems.push(Problem::Repeated {
                    span,
                    first,
                    what: "description",
                });
            }
        }
        extras
    }

    fn annotation(&mut self, pair: Part<'_>) -> ast::Annotation {
        let span = self.span(&pair);
        let mut extras = self.extras(pair, 1);
        ast::Annotation {
            span,
            lint: extras.name(0),
            reason: extras.prose(),
        }
    }

    fn rule(&mut self, pair: Part<'_>) -> ast::Rule {
        // room for as many as most sentences have, where a vector would begin with four
        let mut rule = ast::Rule {
            subjects: Vec::with_capacity(1),
            services: Vec::with_capacity(2),
            way: ast::Way::From,
            peers: Vec::with_capacity(2),
            except: Vec::new(),
            until: None,
            prose: None,
        };
        self.last = None;
        for part in parts(pair) {
            match part.as_rule() {
                Rule::subject => rule.subjects.push(self.name(&part)),
                Rule::way if part.as_str() == "to" => rule.way = ast::Way::To,
                Rule::way => {}
                Rule::itself => rule.peers.push(ast::Peer::Itself(self.span(&part))),
                Rule::address | Rule::in_vpc | Rule::end_name => {
                    rule.peers.extend(self.net(part).map(|net| match net {
                        ast::NetItem::Net(net) => ast::Peer::Net(net),
                        ast::NetItem::Name(name) => ast::Peer::Name(name),
                        ast::NetItem::Vpc(span, name) => ast::Peer::Vpc(span, name),
                    }))
                }
                Rule::except => rule.except = parts(part).filter_map(|p| self.net(p)).collect(),
                Rule::until => rule.until = parts(part).next().and_then(|p| self.date(&p)),
                Rule::string => rule.prose = Some(self.string(&part)),
                _ => rule.services.extend(self.service(part)),
            }
        }
        rule
    }

    fn assertion(&mut self, pair: Part<'_>) -> ast::Assertion {
        let claim = match pair.as_rule() {
            Rule::only => ast::Claim::Only,
            Rule::cannot => ast::Claim::Cannot,
            _ => ast::Claim::Can,
        };
        let mut assertion = ast::Assertion {
            claim,
            from: Vec::new(),
            to: Vec::new(),
            services: Vec::new(),
        };
        for part in parts(pair) {
            match part.as_rule() {
                Rule::reached => assertion.to = parts(part).filter_map(|p| self.net(p)).collect(),
                Rule::on => {
                    self.last = None;
                    assertion.services = parts(part).filter_map(|p| self.service(p)).collect();
                }
                Rule::through => {
                    let names = parts(part).map(|p| self.name(&p)).collect();
                    assertion.claim = ast::Claim::OnlyThrough(names);
                }
                _ => assertion.from.extend(self.net(part)),
            }
        }
        assertion
    }

    fn name(&mut self, pair: &Part<'_>) -> ast::Name {
        let (span, length) = (self.span(pair), pair.as_str().len());
        if length > ast::Name::MOST {
            self.problems.push(Problem::LongName { span, length });
        }
        ast::Name { span }
    }

    fn string(&mut self, pair: &Part<'_>) -> Text {
        let span = self.span(pair);
        let (value, wrong) = Text::unescape(pair.as_str());
        for (offset, length) in wrong {
            let text = pair.as_str()[offset..offset + length].to_string();
            self.problems.push(Problem::BadEscape {
                span: span.part(offset, length),
                text,
            });
        }
        Text {
            span,
            value: value.into(),
        }
    }

    fn date(&mut self, pair: &Part<'_>) -> Option<ast::Date> {
        let (span, text) = (self.span(pair), pair.as_str());
        match text.parse() {
            Ok(date) => Some(ast::Date { span, date }),
            Err(_) => {
                let meant = literal::day(text);
                self.problems.push(Problem::BadDate {
                    span,
                    text: text.to_string(),
                    meant,
                });
                None
            }
        }
    }

    fn net(&mut self, pair: Part<'_>) -> Option<ast::NetItem> {
        let span = self.span(&pair);
        Some(match pair.as_rule() {
            Rule::address => {
                let net = literal::address(pair.as_str(), span, &mut self.problems)?;
                ast::NetItem::Net(ast::Net { span, net })
            }
            Rule::in_vpc => ast::NetItem::Vpc(span, self.name(&parts(pair).next()?)),
            _ => ast::NetItem::Name(self.name(&pair)),
        })
    }

    fn service(&mut self, pair: Part<'_>) -> Option<ast::Service> {
        let span = self.span(&pair);
        let continued = self.last.take();
        Some(match pair.as_rule() {
            Rule::all => ast::Service::All(span),
            Rule::tcp => self.transport(Transport::Tcp, pair)?,
            Rule::udp => self.transport(Transport::Udp, pair)?,
            Rule::port => match continued {
                Some(transport) => {
                    self.last = continued;
                    self.ports(transport, span, Some(pair))?
                }
                None => {
                    self.problems.push(Problem::PortWithoutProtocol {
                        span,
                        text: pair.as_str().to_string(),
                    });
                    return None;
                }
            },
            Rule::icmp => {
                let mut inside = parts(pair);
                let make = if inside.next()?.as_str() == "icmp" {
                    ast::Service::Icmp
                } else {
                    ast::Service::Icmpv6
                };
                make(span, self.icmp_type(inside.next())?)
            }
            Rule::proto => {
                let number = parts(pair).next()?;
                let place = self.span(&number);
                ast::Service::Proto(
                    span,
                    literal::protocol(number.as_str(), place, &mut self.problems)?,
                )
            }
            _ => ast::Service::Name(self.name(&pair)),
        })
    }

    fn transport(&mut self, transport: Transport, pair: Part<'_>) -> Option<ast::Service> {
        let (span, port) = (self.span(&pair), parts(pair).next());
        self.last = port.is_some().then_some(transport);
        self.ports(transport, span, port)
    }

    fn ports(
        &mut self,
        transport: Transport,
        span: Span,
        port: Option<Part<'_>>,
    ) -> Option<ast::Service> {
        let ports = match port {
            None => None,
            Some(port) => Some(literal::ports(
                port.as_str(),
                self.span(&port),
                &mut self.problems,
            )?),
        };
        Some(match transport {
            Transport::Tcp => ast::Service::Tcp(span, ports),
            Transport::Udp => ast::Service::Udp(span, ports),
        })
    }

    fn icmp_type(&mut self, part: Option<Part<'_>>) -> Option<ast::IcmpType> {
        let Some(part) = part else {
            return Some(ast::IcmpType::Any);
        };
        if part.as_rule() == Rule::icmp_name {
            return Some(ast::IcmpType::Name(self.name(&part)));
        }
        let (kind, code) = literal::icmp(part.as_str(), self.span(&part), &mut self.problems)?;
        Some(ast::IcmpType::Number(kind, code))
    }

    fn block(&mut self, pair: Part<'_>) -> ast::Block {
        let span = self.span(&pair);
        let entries = parts(pair).filter_map(|entry| self.entry(entry)).collect();
        ast::Block { span, entries }
    }

    fn entry(&mut self, pair: Part<'_>) -> Option<ast::Entry> {
        let mut inside = parts(pair);
        let key = inside.next()?;
        let key = match key.as_rule() {
            Rule::string => ast::Key::Text(self.string(&key)),
            _ => ast::Key::Name(self.name(&key)),
        };
        Some(ast::Entry {
            key,
            value: self.value(inside.next()?)?,
        })
    }

    fn value(&mut self, pair: Part<'_>) -> Option<ast::Value> {
        let span = self.span(&pair);
        Some(match pair.as_rule() {
            Rule::string => ast::Value::Text(self.string(&pair)),
            Rule::signed => match pair.as_str().parse() {
                Ok(number) => ast::Value::Number(span, number),
                Err(_) => {
                    self.problems.push(Problem::BadNumber {
                        span,
                        text: pair.as_str().to_string(),
                    });
                    return None;
                }
            },
            Rule::address => {
                let net = literal::address(pair.as_str(), span, &mut self.problems)?;
                ast::Value::Net(ast::Net { span, net })
            }
            Rule::list => {
                ast::Value::List(span, parts(pair).filter_map(|p| self.value(p)).collect())
            }
            Rule::tags => ast::Value::Block(self.block(pair)),
            _ => ast::Value::Name(self.name(&pair)),
        })
    }
}
