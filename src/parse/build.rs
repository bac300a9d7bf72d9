//! Builds statements of the syntax tree from pairs of the grammar.

use super::grammar::Rule;
use super::literal;
use super::wrong_way::wrong_way;
use crate::ast::{self, Item, StringLiteral, Transport};
use crate::diagnostic::{Problems, SyntaxProblem};
use crate::source::{FileId, Span};
use pest::iterators::Pair;

pub(super) type GrammarPair<'i> = Pair<'i, Rule>;

/// Builds the syntax tree of a file.
pub(super) struct TreeBuilder {
    pub(super) file: FileId,
    /// Where the text that the grammar read starts in the file.
    pub(super) offset: u32,
    pub(super) problems: Problems,
    /// The ports that a bare port continues.
    pub(super) last: Option<PortsBefore>,
    /// `only in …` of the statement that is being built.
    pub(super) only_in: Option<Box<ast::OnlyIn>>,
}

/// The ports before an item of a list of services, which a bare port continues.
#[derive(Clone, Copy)]
pub(super) struct PortsBefore {
    pub(super) transport: Transport,
    /// Whether a name is between, which is that of a port or of a service.
    pub(super) is_after_name: bool,
}

/// The parts of a pair, without comments.
pub(super) fn parts_of(pair: GrammarPair<'_>) -> impl Iterator<Item = GrammarPair<'_>> {
    pair.into_inner().filter(|p| p.as_rule() != Rule::comment)
}

/// The parts of a declaration other than its names, which can be in any order.
#[derive(Default)]
struct Extras {
    names: Vec<ast::Name>,
    /// Whether the last of the names is `port`: of a parameter, its type.
    is_port: bool,
    was: Vec<ast::Name>,
    also: Vec<ast::Name>,
    role: Option<ast::Name>,
    texts: Vec<StringLiteral>,
    account: Option<StringLiteral>,
    block: Option<ast::Block>,
    services: Vec<ast::ServiceItem>,
    nets: Vec<ast::NetItem>,
    except: Vec<ast::NetItem>,
    value: Option<ast::EntryValue>,
}

impl Extras {
    fn name(&self, n: usize) -> ast::Name {
        self.names[n]
    }

    /// The description: the last string, after those with another meaning have been taken.
    fn take_prose(&mut self) -> Option<StringLiteral> {
        self.texts.pop()
    }
}

impl TreeBuilder {
    pub(super) fn span_of(&self, pair: &GrammarPair<'_>) -> Span {
        let span = pair.as_span();
        Span {
            file: self.file,
            start: span.start() as u32 + self.offset,
            end: span.end() as u32 + self.offset,
        }
    }

    /// The statement of a pair; `None` if it has no valid part, which is reported.
    pub(super) fn build_item(&mut self, pair: GrammarPair<'_>) -> Option<Item> {
        Some(match pair.as_rule() {
            Rule::rule => Item::Rule(self.build_rule(pair)),
            Rule::assertion => {
                let mut parts = parts_of(pair);
                let claim = parts.next()?;
                parts.for_each(|only_in| self.add_only_in(only_in));
                Item::Assertion(self.build_assertion(claim))
            }
            Rule::stack => Item::Stack(self.build_stack(pair)),
            Rule::environments => {
                Item::Environments(parts_of(pair).map(|p| self.read_name(&p)).collect())
            }
            Rule::include => Item::Include(self.read_extras(pair, 1).take_prose()?),
            Rule::param => Item::Param(self.build_param(pair)),
            Rule::vpc => {
                let extras = self.read_extras(pair, 1);
                Item::Vpc(ast::VpcDeclaration {
                    name: extras.name(0),
                    block: extras.block?,
                })
            }
            Rule::peering => {
                let mut parts = parts_of(pair.clone());
                let gateway = parts.find(|part| part.as_rule() == Rule::over);
                let gateway = gateway.map(|over| self.span_of(&over));
                let extras = self.read_extras(pair, 0);
                Item::Peering(ast::Peering {
                    a: extras.name(0),
                    b: extras.name(1),
                    gateway,
                })
            }
            Rule::network => Item::Network(self.build_network(pair)),
            Rule::external => Item::External(self.build_external(pair)),
            Rule::prefix_list => Item::PrefixList(self.build_prefix_list(pair)),
            Rule::service => Item::Service(self.build_service(pair)),
            Rule::tier => Item::Tier(self.build_tier(pair)),
            Rule::tiers => Item::TierSet(self.build_tier_set(pair)?),
            other => unreachable!("{other:?} is no statement of the grammar"),
        })
    }

    fn build_stack(&mut self, pair: GrammarPair<'_>) -> ast::StackDeclaration {
        let mut extras = self.read_extras(pair, 1);
        ast::StackDeclaration {
            name: extras.name(0),
            prose: extras.take_prose(),
            was: extras.was,
            block: extras.block,
        }
    }

    fn build_param(&mut self, pair: GrammarPair<'_>) -> ast::ParamDeclaration {
        let mut extras = self.read_extras(pair, 1);
        ast::ParamDeclaration {
            name: extras.name(0),
            kind: extras.name(1),
            prose: extras.take_prose(),
            default: extras.value,
            block: extras.block,
        }
    }

    fn build_network(&mut self, pair: GrammarPair<'_>) -> ast::NetworkDeclaration {
        let mut extras = self.read_extras(pair, 1);
        ast::NetworkDeclaration {
            name: extras.name(0),
            prose: extras.take_prose(),
            members: extras.nets,
            except: extras.except,
        }
    }

    fn build_external(&mut self, pair: GrammarPair<'_>) -> ast::ExternalDeclaration {
        let mut extras = self.read_extras(pair, 2);
        ast::ExternalDeclaration {
            name: extras.name(0),
            id: extras.texts.remove(0),
            prose: extras.take_prose(),
            account: extras.account,
        }
    }

    fn build_prefix_list(&mut self, pair: GrammarPair<'_>) -> ast::PrefixListDeclaration {
        // the name of the declaration is first; an address that is none leaves no entry
        let source = parts_of(pair.clone()).nth(1);
        let is_existing = source.is_some_and(|part| part.as_rule() == Rule::string);
        let mut extras = self.read_extras(pair, 2);
        let list = if is_existing {
            ast::ListSource::Existing(extras.texts.remove(0))
        } else {
            self.drop_texts(&mut extras, 1);
            ast::ListSource::Made(std::mem::take(&mut extras.nets))
        };

        ast::PrefixListDeclaration {
            name: extras.name(0),
            list,
            prose: extras.take_prose(),
            block: extras.block,
        }
    }

    fn build_service(&mut self, pair: GrammarPair<'_>) -> ast::ServiceDeclaration {
        self.last = None;
        let (mut name, mut members, mut texts) = (None, Vec::new(), Vec::new());
        for part in parts_of(pair) {
            match part.as_rule() {
                Rule::plain => name = Some(self.read_name(&part)),
                Rule::string => texts.push((members.len(), self.read_string(&part))),
                Rule::only_in => self.add_only_in(part),
                _ => members.extend(self.read_service(part)),
            }
        }

        let prose = take_service_prose(&mut texts, members.len());
        for (member, _) in &mut texts {
            *member = member.saturating_sub(1);
        }

        ast::ServiceDeclaration {
            name: name.expect("the grammar has a name there"),
            members,
            texts,
            prose,
        }
    }

    fn build_tier(&mut self, pair: GrammarPair<'_>) -> ast::TierDeclaration {
        let mut extras = self.read_extras(pair, 1);
        ast::TierDeclaration {
            prose: extras.take_prose(),
            names: extras.names,
            role: extras.role,
            also: extras.also,
            was: extras.was,
            block: extras.block,
        }
    }

    fn build_tier_set(&mut self, pair: GrammarPair<'_>) -> Option<ast::TierSetDeclaration> {
        let (mut members, mut prose) = (ast::TierList::default(), None);
        let mut parts = parts_of(pair);
        let name = self.read_name(&parts.next()?);

        for part in parts {
            match part.as_rule() {
                Rule::only_in => self.add_only_in(part),
                Rule::string => prose = Some(self.read_string(&part)),
                _ => self.add_tiers(part, &mut members),
            }
        }

        Some(ast::TierSetDeclaration {
            name,
            members,
            prose,
        })
    }

    /// Everything in a declaration; more than `texts` strings are reported.
    fn read_extras(&mut self, pair: GrammarPair<'_>, texts: usize) -> Extras {
        let mut extras = Extras::default();
        self.last = None;

        for part in parts_of(pair) {
            match part.as_rule() {
                Rule::plain | Rule::subject => {
                    let name = self.read_name(&part);
                    extras.names.push(name);
                    extras.is_port = part.as_str() == "port";
                }
                Rule::only_in => self.add_only_in(part),
                // what a peering goes over has no value
                Rule::over => {}
                Rule::was => extras.was = parts_of(part).map(|p| self.read_name(&p)).collect(),
                Rule::also => extras.also = parts_of(part).map(|p| self.read_name(&p)).collect(),
                Rule::role => extras.role = parts_of(part).next().map(|p| self.read_name(&p)),
                Rule::string => {
                    let text = self.read_string(&part);
                    extras.texts.push(text);
                }
                Rule::account => {
                    extras.account = parts_of(part).next().map(|p| self.read_string(&p))
                }
                Rule::block => self.add_block(part, &mut extras),
                Rule::except => {
                    extras.except = parts_of(part).filter_map(|p| self.read_net(p)).collect()
                }
                Rule::default => extras.value = self.read_default(part, extras.is_port),
                Rule::address | Rule::in_vpc | Rule::every | Rule::end_name => {
                    extras.nets.extend(self.read_net(part))
                }
                _ => extras.services.extend(self.read_service(part)),
            }
        }

        self.drop_texts(&mut extras, texts);
        extras
    }

    /// `8080`, `10.0.0.0/8`: the default of a parameter, which can be a port.
    fn read_default(&mut self, pair: GrammarPair<'_>, is_port: bool) -> Option<ast::EntryValue> {
        let value = parts_of(pair).next()?;
        let is_number = value.as_rule() == Rule::signed;
        if is_port && is_number && value.as_str().parse::<u64>().is_err() {
            let span = self.span_of(&value);
            literal::parse_port(value.as_str(), span, &mut self.problems);
            return None;
        }
        self.read_value(value)
    }

    fn add_only_in(&mut self, pair: GrammarPair<'_>) {
        let span = self.span_of(&pair);
        let names = parts_of(pair).map(|p| self.read_name(&p)).collect();
        self.only_in = Some(Box::new(ast::OnlyIn { span, names }));
    }

    /// Takes over the block of a declaration; a second one is reported.
    fn add_block(&mut self, pair: GrammarPair<'_>, extras: &mut Extras) {
        let block = self.read_block(pair);
        match &extras.block {
            Some(first) => self.problems.push(SyntaxProblem::Repeated {
                span: block.span,
                first: first.span,
                what: "block",
            }),
            None => extras.block = Some(block),
        }
    }

    /// Reports strings beyond the number that a declaration can have.
    fn drop_texts(&mut self, extras: &mut Extras, most: usize) {
        while extras.texts.len() > most {
            let (again, first) = (extras.texts.pop(), extras.texts.last());
            if let (Some(again), Some(first)) = (again, first) {
                self.problems.push(SyntaxProblem::Repeated {
                    span: again.span,
                    first: first.span,
                    what: "description",
                });
            }
        }
    }

    pub(super) fn build_annotation(&mut self, pair: GrammarPair<'_>) -> ast::Annotation {
        let span = self.span_of(&pair);
        let mut extras = self.read_extras(pair, 1);
        ast::Annotation {
            span,
            lint: extras.name(0),
            reason: extras.take_prose(),
        }
    }

    fn build_rule(&mut self, pair: GrammarPair<'_>) -> ast::Rule {
        // capacities for typical sentences; the default would be four
        let mut rule = ast::Rule {
            subjects: ast::TierList {
                items: Vec::with_capacity(1),
                except: Vec::new(),
            },
            verb: ast::Verb::Allows,
            services: Vec::with_capacity(2),
            way: ast::Way::From,
            peers: Vec::with_capacity(2),
            except: Vec::new(),
            until: None,
            prose: None,
            outbound: None,
            block: None,
        };

        self.last = None;
        let (text, start, span) = (pair.as_str(), pair.as_span().start(), self.span_of(&pair));
        let mut way = 0;

        for part in parts_of(pair) {
            match part.as_rule() {
                Rule::subject | Rule::every if way == 0 => {
                    rule.subjects.items.extend(self.read_tier(part))
                }
                Rule::tiers_except => self.add_tiers(part, &mut rule.subjects),
                Rule::accepts => rule.verb = ast::Verb::Accepts,
                Rule::sends => rule.verb = ast::Verb::Sends,
                Rule::way => {
                    rule.way = match part.as_str() {
                        "to" => ast::Way::To,
                        _ => ast::Way::From,
                    };
                    way = part.as_span().start() - start;
                }
                Rule::itself => rule.peers.push(ast::PeerItem::Itself(self.span_of(&part))),
                Rule::address | Rule::in_vpc | Rule::every | Rule::end_name => {
                    rule.peers.extend(self.read_net(part).map(peer_item))
                }
                Rule::except => {
                    rule.except = parts_of(part).filter_map(|p| self.read_net(p)).collect()
                }
                Rule::only_in => self.add_only_in(part),
                Rule::until => rule.until = parts_of(part).next().and_then(|p| self.read_date(&p)),
                Rule::string => rule.prose = Some(self.read_string(&part)),
                Rule::outbound_text => {
                    let text = parts_of(part).next();
                    rule.outbound = text.map(|text| Box::new(self.read_string(&text)));
                }
                Rule::block => rule.block = Some(Box::new(self.read_block(part))),
                _ => rule.services.extend(self.read_service(part)),
            }
        }

        if let Some(problem) = wrong_way(&mut rule, span, text, way) {
            self.problems.push(problem);
        }

        rule
    }

    fn build_assertion(&mut self, pair: GrammarPair<'_>) -> ast::AssertionStatement {
        let claim = match pair.as_rule() {
            Rule::only => ast::ClaimForm::Only,
            Rule::cannot => ast::ClaimForm::Cannot,
            _ => ast::ClaimForm::Can,
        };

        let mut assertion = ast::AssertionStatement {
            claim,
            from: ast::EndList::default(),
            to: ast::EndList::default(),
            services: Vec::new(),
        };

        for part in parts_of(pair) {
            match part.as_rule() {
                Rule::reached => parts_of(part).for_each(|p| self.add_end(p, &mut assertion.to)),
                Rule::on => {
                    self.last = None;
                    assertion.services = parts_of(part)
                        .filter_map(|p| self.read_service(p))
                        .collect();
                }
                Rule::through => {
                    let mut tiers = ast::TierList::default();
                    parts_of(part).for_each(|p| self.add_tiers(p, &mut tiers));
                    assertion.claim = ast::ClaimForm::OnlyThrough(tiers);
                }
                _ => self.add_end(part, &mut assertion.from),
            }
        }

        assertion
    }

    /// Adds an item of a list of tiers, or what is taken out of it.
    fn add_tiers(&mut self, pair: GrammarPair<'_>, tiers: &mut ast::TierList) {
        match pair.as_rule() {
            Rule::tiers_except => {
                tiers.except = parts_of(pair).filter_map(|p| self.read_tier(p)).collect();
            }
            _ => tiers.items.extend(self.read_tier(pair)),
        }
    }

    /// Adds an item of a list of ends, or what is taken out of it.
    fn add_end(&mut self, pair: GrammarPair<'_>, ends: &mut ast::EndList) {
        match pair.as_rule() {
            Rule::except => {
                ends.except = parts_of(pair).filter_map(|p| self.read_net(p)).collect();
            }
            _ => ends.items.extend(self.read_net(pair)),
        }
    }
}

/// Takes the string of a service out of its strings, each of which stands behind so many members: a
/// second one behind the last, or the only one, if it stands there.
fn take_service_prose(
    texts: &mut Vec<(usize, StringLiteral)>,
    members: usize,
) -> Option<StringLiteral> {
    let at_end = texts.iter().filter(|(at, _)| *at == members).count();
    if at_end == 2 || at_end == texts.len() {
        texts.pop().map(|(_, text)| text)
    } else {
        None
    }
}

/// An item of a list of networks as one of a list of peers.
fn peer_item(net: ast::NetItem) -> ast::PeerItem {
    match net {
        ast::NetItem::Net(net) => ast::PeerItem::Net(net),
        ast::NetItem::Name(name) => ast::PeerItem::Name(name),
        ast::NetItem::Vpc(span, name) => ast::PeerItem::Vpc(span, name),
        ast::NetItem::Every(every) => ast::PeerItem::Every(every),
    }
}
