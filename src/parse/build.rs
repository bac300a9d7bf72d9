//! Statements, from pairs of the grammar to syntax tree.

use super::grammar::Rule;
use crate::ast::{self, Item, StringLiteral};
use crate::diagnostic::{Problems, SyntaxProblem};
use crate::source::{FileId, Span};
use pest::iterators::Pair;

pub(super) type GrammarPair<'i> = Pair<'i, Rule>;

/// Makes the syntax tree of a file.
pub(super) struct TreeBuilder {
    pub(super) file: FileId,
    /// Where the text that the grammar read starts in the file.
    pub(super) offset: u32,
    pub(super) problems: Problems,
    /// The protocol that a bare port continues.
    pub(super) last: Option<Transport>,
}

#[derive(Clone, Copy)]
pub(super) enum Transport {
    Tcp,
    Udp,
}

/// The parts of a pair, comments left out.
pub(super) fn parts_of(pair: GrammarPair<'_>) -> impl Iterator<Item = GrammarPair<'_>> {
    pair.into_inner().filter(|p| p.as_rule() != Rule::comment)
}

/// What stands around the names of a declaration, in any order that the grammar allows.
#[derive(Default)]
struct Extras {
    names: Vec<ast::Name>,
    was: Vec<ast::Name>,
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

    /// The prose: the last string, once those that mean something else are taken.
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

    /// The statement of a pair; nothing for one that has no right part, which is reported.
    pub(super) fn build_item(&mut self, pair: GrammarPair<'_>) -> Option<Item> {
        Some(match pair.as_rule() {
            Rule::rule => Item::Rule(self.build_rule(pair)),
            Rule::assertion => Item::Assertion(self.build_assertion(parts_of(pair).next()?)),
            Rule::stack => Item::Stack(self.build_stack(pair)),
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
                let extras = self.read_extras(pair, 0);
                Item::Peering(ast::Peering {
                    a: extras.name(0),
                    b: extras.name(1),
                })
            }
            Rule::network => Item::Network(self.build_network(pair)),
            Rule::external => Item::External(self.build_external(pair)),
            Rule::prefix_list => Item::PrefixList(self.build_prefix_list(pair)),
            Rule::service => Item::Service(self.build_service(pair)),
            Rule::tier => Item::Tier(self.build_tier(pair)),
            Rule::tiers => Item::TierSet(self.build_tier_set(pair)),
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
        let mut extras = self.read_extras(pair, 2);
        ast::PrefixListDeclaration {
            name: extras.name(0),
            id: extras.texts.remove(0),
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
            was: extras.was,
            block: extras.block,
        }
    }

    fn build_tier_set(&mut self, pair: GrammarPair<'_>) -> ast::TierSetDeclaration {
        let mut extras = self.read_extras(pair, 1);
        ast::TierSetDeclaration {
            members: extras.names.split_off(1),
            name: extras.name(0),
            prose: extras.take_prose(),
        }
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
                }
                Rule::was => extras.was = parts_of(part).map(|p| self.read_name(&p)).collect(),
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
                Rule::default => {
                    extras.value = parts_of(part).next().and_then(|p| self.read_value(p))
                }
                Rule::address | Rule::in_vpc | Rule::end_name => {
                    extras.nets.extend(self.read_net(part))
                }
                _ => extras.services.extend(self.read_service(part)),
            }
        }

        self.drop_texts(&mut extras, texts);
        extras
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

    /// Reports the strings that are more than a declaration has.
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
        // room for as many as most sentences have, where a vector would begin with four
        let mut rule = ast::Rule {
            subjects: Vec::with_capacity(1),
            services: Vec::with_capacity(2),
            way: ast::Way::From,
            peers: Vec::with_capacity(2),
            except: Vec::new(),
            until: None,
            prose: None,
            outbound: None,
        };

        self.last = None;
        for part in parts_of(pair) {
            match part.as_rule() {
                Rule::subject => rule.subjects.push(self.read_name(&part)),
                Rule::way if part.as_str() == "to" => rule.way = ast::Way::To,
                Rule::way => {}
                Rule::itself => rule.peers.push(ast::PeerItem::Itself(self.span_of(&part))),
                Rule::address | Rule::in_vpc | Rule::end_name => {
                    rule.peers.extend(self.read_net(part).map(peer_item))
                }
                Rule::except => {
                    rule.except = parts_of(part).filter_map(|p| self.read_net(p)).collect()
                }
                Rule::until => rule.until = parts_of(part).next().and_then(|p| self.read_date(&p)),
                Rule::string => rule.prose = Some(self.read_string(&part)),
                Rule::outbound_text => {
                    let text = parts_of(part).next();
                    rule.outbound = text.map(|text| Box::new(self.read_string(&text)));
                }
                _ => rule.services.extend(self.read_service(part)),
            }
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
            from: Vec::new(),
            to: Vec::new(),
            services: Vec::new(),
        };

        for part in parts_of(pair) {
            match part.as_rule() {
                Rule::reached => {
                    assertion.to = parts_of(part).filter_map(|p| self.read_net(p)).collect()
                }
                Rule::on => {
                    self.last = None;
                    assertion.services = parts_of(part)
                        .filter_map(|p| self.read_service(p))
                        .collect();
                }
                Rule::through => {
                    let names = parts_of(part).map(|p| self.read_name(&p)).collect();
                    assertion.claim = ast::ClaimForm::OnlyThrough(names);
                }
                _ => assertion.from.extend(self.read_net(part)),
            }
        }

        assertion
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
    }
}
