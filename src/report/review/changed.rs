//! The lines that changed the meaning of a sentence: the declarations that it refers to, and the
//! values of parameters.

use super::carried::{CarriedGroups, Key};
use super::version::{GivenValue, Version};
use crate::analysis::diff::{Change, Places};
use crate::net::{self, Addresses};
use crate::policy::{Declared, Network, SentenceId};
use crate::report::citation::Citation;
use crate::source::{Span, visible};
use ipnet::IpNet;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A line that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangedLine {
    /// The file name; `None` for a value that is not in a file.
    pub file: Option<String>,
    /// Counted from 1.
    pub line: Option<usize>,
    /// Its new text: `network office = 203.0.0.0/16`
    pub text: String,
}

/// Finds the changed lines that explain connections that pass in only one of two versions.
pub(super) struct Changed<'p> {
    passes: DeclaredNames<'p>,
    other: DeclaredNames<'p>,
    /// The declarations and values that changed, by their names.
    lines: BTreeMap<Key<'p>, ChangedLine>,
    /// The groups that members carry in the one version, and not in the other.
    carried: CarriedGroups<'p>,
    /// A cache of the changes of each sentence.
    known: BTreeMap<SentenceId, Vec<Key<'p>>>,
}

impl<'p> Changed<'p> {
    /// The lines that differ in the version in which the connections pass.
    pub(super) fn new(
        passes: Version<'p>,
        other: Version<'p>,
        carried: CarriedGroups<'p>,
    ) -> Changed<'p> {
        let (passes, other) = (DeclaredNames::new(passes), DeclaredNames::new(other));
        let mut lines = BTreeMap::new();

        for (key, statement) in &passes.declarations {
            let Some(was) = other
                .declarations
                .get(&carried.key_in_other(*key))
                .filter(|was| was.source != statement.source)
            else {
                continue;
            };

            let [was, is] = [(&other, was), (&passes, statement)]
                .map(|(names, it)| Citation::from_span(names.version.sources, it.span));
            if was.text != is.text {
                lines.insert(*key, ChangedLine::from(is));
            }
        }

        for (name, given) in &passes.given {
            if other
                .given
                .get(name)
                .is_none_or(|was| was.value != given.value)
            {
                lines.insert((Declared::Param, *name), ChangedLine::from(*given));
            }
        }

        Changed {
            passes,
            other,
            lines,
            carried,
            known: BTreeMap::new(),
        }
    }

    /// The changed lines that explain a change.
    pub(super) fn changed_lines(&mut self, change: &Change) -> Vec<ChangedLine> {
        if self.lines.is_empty() {
            return Vec::new();
        }
        let mut keys = BTreeSet::new();
        for sentence in &change.causes.sentences {
            keys.extend(self.changes_of_sentence(*sentence).iter().copied());
        }
        keys.retain(|key| self.concerns_change(*key, change));
        keys.extend(self.changes_of_carried(change));

        let mut lines: Vec<ChangedLine> = Vec::new();
        for line in keys.iter().filter_map(|key| self.lines.get(key)) {
            // the declaration of several tiers is one line
            if !lines.contains(line) {
                lines.push(line.clone());
            }
        }
        lines
    }

    /// The changed declarations by which members carry a group that takes part, and did not before:
    /// those of tiers, and of sets that their `also` names.
    fn changes_of_carried(&self, change: &Change) -> Vec<Key<'p>> {
        let mut found = Vec::new();
        for tier in self.carried.new_carriers(change) {
            let key = (Declared::Tier, tier);
            let declaration = self.passes.declarations.get(&key);
            let names = declaration
                .map(|it| name_words(it.source))
                .unwrap_or_default();
            found.push(key);
            found.extend(names.into_iter().flat_map(|name| self.changed_sets(name)));
        }
        found
    }

    /// A set of tiers, and those that it contains, if they changed.
    fn changed_sets(&self, name: &'p str) -> Vec<Key<'p>> {
        let (mut names, mut visited) = (vec![name], BTreeSet::new());
        while let Some(name) = names.pop() {
            let set = self.passes.declarations.get(&(Declared::TierSet, name));
            if let Some(set) = set
                && visited.insert((Declared::TierSet, name))
            {
                names.extend(name_words(set.source));
            }
        }
        visited.into_iter().collect()
    }

    /// The changed names in a sentence, and in their declarations, recursively.
    fn changes_of_sentence(&mut self, id: SentenceId) -> &[Key<'p>] {
        let Changed {
            passes,
            lines,
            known,
            ..
        } = self;

        known.entry(id).or_insert_with(|| {
            let version = passes.version;
            let mut names = name_words(version.sources.text(version.policy.sentence(id).span));
            let (mut visited, mut found) = (BTreeSet::new(), Vec::new());

            while let Some(name) = names.pop() {
                if !visited.insert(name) {
                    continue;
                }

                for what in [
                    Declared::Network,
                    Declared::Service,
                    Declared::TierSet,
                    Declared::Param,
                ] {
                    let key = (what, name);
                    found.extend(lines.contains_key(&key).then_some(key));
                    names.extend(
                        passes
                            .declarations
                            .get(&key)
                            .into_iter()
                            .flat_map(|citation| name_words(citation.source)),
                    );
                }
            }

            found
        })
    }

    /// Whether a changed line is relevant to these connections: if it is about addresses, whether
    /// they are addresses of the endpoints.
    fn concerns_change(&self, (what, name): Key<'p>, change: &Change) -> bool {
        let Places { from, to } = &change.places;
        let is_there = |addresses: &Addresses| {
            let mut places = [from, to].into_iter().flatten();
            places.any(|place| !place.intersection(addresses).is_empty())
        };

        match what {
            Declared::Network => {
                let [now, was] = [&self.passes, &self.other].map(|side| side.networks.get(name));
                let addresses = |network: Option<&&Network>| {
                    network.map(|it| it.addresses.clone()).unwrap_or_default()
                };
                let unknown = |network: Option<&&Network>| network.map_or(0, |it| it.unknown.len());
                is_there(&addresses(now).difference(&addresses(was))) || unknown(now) > unknown(was)
            }
            Declared::Param => match self.passes.given.get(name) {
                Some(given) => net::parse_block(&given.value)
                    .map_or(true, |block| is_there(&Addresses::from_blocks([&block]))),
                None => {
                    change.by_default
                        && self
                            .default_block(name)
                            .is_none_or(|block| is_there(&Addresses::from_blocks([&block])))
                }
            },
            Declared::Service | Declared::Tier | Declared::TierSet => true,
            Declared::External | Declared::PrefixList | Declared::Vpc | Declared::Peering => false,
        }
    }
}

impl Changed<'_> {
    /// The default of a parameter, if it is a block.
    fn default_block(&self, name: &str) -> Option<IpNet> {
        let param = self
            .passes
            .version
            .policy
            .params
            .iter()
            .find(|param| param.name == name);
        param.and_then(|param| net::parse_block(param.default.as_deref()?).ok())
    }
}

/// The declarations of the names of one version.
struct DeclaredNames<'p> {
    version: Version<'p>,
    declarations: BTreeMap<Key<'p>, ChangedStatement<'p>>,
    networks: BTreeMap<&'p str, &'p Network>,
    given: BTreeMap<&'p str, &'p GivenValue>,
}

struct ChangedStatement<'p> {
    span: Span,
    source: &'p str,
}

impl<'p> DeclaredNames<'p> {
    fn new(version: Version<'p>) -> DeclaredNames<'p> {
        let Version {
            policy,
            sources,
            given,
            ..
        } = version;

        let declarations = policy.declarations.iter().map(|declaration| {
            let (span, key) = (
                declaration.statement,
                (declaration.what, sources.text(declaration.name)),
            );

            (
                key,
                ChangedStatement {
                    span,
                    source: sources.text(span),
                },
            )
        });

        DeclaredNames {
            version,
            declarations: declarations.collect(),
            networks: policy
                .networks
                .iter()
                .map(|network| (network.name.as_str(), network))
                .collect(),
            given: given
                .iter()
                .map(|given| (given.name.as_str(), given))
                .collect(),
        }
    }
}

/// The words of a statement that can be names.
fn name_words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for line in text.lines() {
        // strings have no names; `#` starts a comment, except in a string
        let plain = line.split('"').step_by(2);
        for part in plain {
            let code = part.split('#').next().unwrap_or_default();
            let is_of_name = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
            words.extend(
                code.split(|c| !is_of_name(c))
                    .filter(|word| !word.is_empty()),
            );

            if code.len() < part.len() {
                break;
            }
        }
    }

    words
}

impl From<Citation<'_>> for ChangedLine {
    fn from(
        Citation {
            file, line, text, ..
        }: Citation<'_>,
    ) -> ChangedLine {
        ChangedLine {
            file: Some(file.to_string()),
            line: Some(line),
            text,
        }
    }
}

impl From<&GivenValue> for ChangedLine {
    fn from(GivenValue { name, value, place }: &GivenValue) -> ChangedLine {
        match place {
            Some((file, line)) => {
                let text = format!("\"{name}\": \"{value}\"");
                ChangedLine {
                    file: Some(file.clone()),
                    line: Some(*line),
                    text,
                }
            }
            None => ChangedLine {
                file: None,
                line: None,
                text: format!("set {name} = {value}"),
            },
        }
    }
}

impl fmt::Display for ChangedLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(file), Some(line)) = (&self.file, self.line) {
            write!(f, "{}:{line}: ", visible(file))?;
        }
        write!(f, "{}", visible(&self.text))
    }
}

#[cfg(test)]
mod tests {
    use super::name_words;

    #[test]
    fn finds_no_names_in_strings_and_comments() {
        let text = "network all = office, # lab\n  home-2 except 10.0.0.0/8 \"of # cdn\"";
        assert_eq!(
            name_words(text),
            [
                "network", "all", "office", "home-2", "except", "10", "0", "0", "0", "8"
            ]
        );
    }
}
