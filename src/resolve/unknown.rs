//! Reports unknown names, and names of the wrong kind.

use super::every::source_words;
use super::scope::{Entity, Scope};
use crate::ast;
use crate::diagnostic::{NameKind, NameProblem, describe_aws_id, listed};
use crate::source::FileKind;

impl<'a> Scope<'a> {
    /// Takes so many comparisons of names from the budget; returns whether it allowed them.
    pub fn take_comparisons(&mut self, others: usize) -> bool {
        let left = self.comparisons_left.checked_sub(others);
        self.comparisons_left = left.unwrap_or(self.comparisons_left);
        left.is_some()
    }

    /// Whether a name may be declared in an invalid or unknown part of the program.
    pub(super) fn may_be_declared(&self, name: &str) -> bool {
        self.is_incomplete || self.broken.contains(name)
    }

    /// Reports an unknown name.
    pub fn report_unknown(&mut self, name: ast::Name, kind: NameKind, meant: Option<String>) {
        let (text, span) = (self.text(name), name.span);
        if self.may_be_declared(text) {
            return;
        }

        let is_peer = matches!(
            kind,
            NameKind::Peer | NameKind::End | NameKind::Network | NameKind::Tier | NameKind::Vpc
        );
        let is_question = self.sources.file(span.file).kind() == FileKind::Options;

        if let (Some((what, help)), true, false) = (describe_aws_id(text), is_peer, is_question) {
            self.problems.push(NameProblem::IdForName {
                span,
                id: text.to_string(),
                what,
                help,
            });
            return;
        }

        if let Some((declared, only_in)) = self.elsewhere.get(text) {
            self.problems.push(NameProblem::OtherEnvironment {
                span,
                kind,
                name: text.to_string(),
                declared: *declared,
                only_in: source_words(self, only_in.span),
            });
            return;
        }

        let is_listed = is_question && (kind != NameKind::Service || meant.is_none());
        let known = is_listed.then(|| self.list_names(kind)).flatten();
        self.problems.push(NameProblem::UnknownName {
            span,
            kind,
            name: text.to_string(),
            meant,
            known,
        });
    }

    /// The known names of a kind, for questions, in which nothing can be declared.
    fn list_names(&self, kind: NameKind) -> Option<String> {
        let mut names: Vec<&str> = match kind {
            NameKind::Peer | NameKind::End | NameKind::Tier | NameKind::Network => {
                let declared = self
                    .peers
                    .iter()
                    .filter(|(_, symbol)| symbol.declared.is_some());
                declared.map(|(name, _)| *name).collect()
            }
            NameKind::Vpc => self.vpc_names.keys().copied().collect(),
            NameKind::Service => return Some("run `tierwall services` for a list".to_string()),
            NameKind::TierSet
            | NameKind::BuiltInNetwork
            | NameKind::External
            | NameKind::PrefixList
            | NameKind::Param
            | NameKind::Port
            | NameKind::Role
            | NameKind::IcmpType
            | NameKind::Lint
            | NameKind::ParamType
            | NameKind::Key => return None,
        };

        names.sort_unstable();
        let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();

        match quoted.is_empty() {
            true => Some("the program declares none".to_string()),
            false => Some(format!("the program has {}", listed(&quoted, 20))),
        }
    }

    /// Reports a name of the wrong kind.
    pub fn report_wrong_kind(&mut self, name: ast::Name, is: NameKind, wanted: &'static str) {
        // what a parameter without a valid type can be used as is unknown
        if self.broken.contains(self.text(name)) {
            return;
        }
        let declared = self
            .peers
            .get(self.text(name))
            .and_then(|symbol| symbol.declared);
        let name_text = self.text(name).to_string();
        self.problems.push(NameProblem::WrongKind {
            span: name.span,
            name: name_text,
            is,
            wanted,
            declared,
        });
    }

    /// Reports a service in place of a peer.
    pub(super) fn report_service_as_peer(&mut self, name: ast::Name, kind: NameKind) {
        let text = self.text(name);
        let symbol = self.service_names.get(text);
        let declared = symbol.and_then(|symbol| symbol.declared);

        let wanted = match kind == NameKind::Tier {
            true => "a tier",
            false => "a peer",
        };

        self.problems.push(NameProblem::WrongKind {
            span: name.span,
            name: text.to_string(),
            is: NameKind::Service,
            wanted,
            declared,
        });
    }

    /// Reports a peer in place of a service.
    pub fn report_peer_as_service(&mut self, name: ast::Name, is: Entity) {
        let wanted = match is {
            Entity::Param(id) if self.is_port(id) => "a service (a `port` follows `tcp` or `udp`)",
            _ => "a service",
        };
        if !self.may_be_declared(self.text(name)) {
            self.report_wrong_kind(name, is.kind(), wanted);
        }
    }
}
