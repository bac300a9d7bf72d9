//! Names that are identical in an output.

use super::scope::{Entity, Scope, Symbol};
use crate::ast;
use crate::diagnostic::{MeaningProblem, NameProblem, Problem};
use crate::policy::ParameterNames;
use crate::source::Span;
use foldhash::{HashMap, HashMapExt, HashSet};
use std::cell::OnceCell;

/// A name, and whether it is current, and not an earlier name of a tier.
type NameInUse = (ast::Name, bool);

impl<'a> Scope<'a> {
    /// Reports names that are identical in an output, and earlier names that are still in use.
    pub(super) fn report_collisions(&mut self) {
        let tiers = self.tiers.clone();
        for (tier, name) in &tiers {
            // problems of a list of tiers are reported once, for the first tier
            if tier.names[0].span == name.span {
                self.report_earlier_names(tier);
            }
        }

        let current = tiers.iter().map(|(_, name)| (*name, true));
        let earlier = tiers
            .iter()
            .flat_map(|(tier, _)| tier.was.iter().map(|was| (*was, false)));
        self.report_same_mangled(current.chain(earlier).collect());
        self.report_same_mangled(self.params.iter().map(|param| (param.name, true)).collect());
        self.report_param_collisions();
        self.report_same_mangled(self.vpcs.iter().map(|(vpc, _)| (vpc.name, true)).collect());
    }

    /// Reports earlier names that a tier still has, and those that several tiers would share.
    fn report_earlier_names(&mut self, tier: &ast::TierDeclaration) {
        for was in &tier.was {
            let Some(Symbol {
                meaning: Entity::Tier(_),
                declared: Some(declared),
                ..
            }) = self.peers.get(self.text(*was))
            else {
                continue;
            };

            let problem = Problem::Name(NameProblem::StillDeclared {
                span: was.span,
                name: self.text(*was).to_string(),
                declared: *declared,
            });

            self.problems.push(problem);
        }

        if let Some(first) = tier.was.first()
            && tier.names.len() > 1
        {
            self.problems.push(MeaningProblem::OneForMany {
                span: first.span,
                what: "was",
            });
        }
    }

    /// Reports parameters whose name an output needs for something else.
    fn report_param_collisions(&mut self) {
        if self.params.is_empty() {
            return;
        }

        let mut others = Vec::new();
        for output in self.outputs {
            others.extend(
                output
                    .parameter_names
                    .map(|names| OtherNames::new(self, names)),
            );
        }

        for param in self.params.clone() {
            let (span, name) = (param.name.span, self.text(param.name).to_string());
            let mut outputs = self.outputs.iter();
            let problem = match outputs.find_map(|it| (it.refuses_parameter)(&name)) {
                Some(is) => Some(Problem::Name(NameProblem::Reserved { span, name, is })),
                None => others
                    .iter()
                    .find_map(|it| it.find_collision(self, param.name)),
            };
            self.problems.extend(problem);
        }
    }

    /// Reports names that are identical after mangling.
    fn report_same_mangled(&mut self, mut names: Vec<NameInUse>) {
        let tiers = OnceCell::new();
        names.sort_by_key(|(name, _)| name.span);
        names.dedup_by_key(|(name, _)| name.span);

        let mut lint_facts: HashMap<String, NameInUse> = HashMap::with_capacity(names.len());
        for (name, in_use) in names {
            let output = mangle_name(self.text(name));
            let Some((first, first_in_use)) = lint_facts.get(&output).copied() else {
                lint_facts.insert(output, (name, in_use));
                continue;
            };

            let tiers = tiers.get_or_init(|| self.tiers_by_name());
            if !are_of_one_tier(tiers, first, name) {
                let in_use = in_use || first_in_use;
                self.report_collision(name, first, in_use, output);
            }
        }
    }

    /// Reports a name that is mangled like an earlier one; `in_use` is whether one of the two is
    /// current.
    fn report_collision(
        &mut self,
        name: ast::Name,
        first: ast::Name,
        in_use: bool,
        output: String,
    ) {
        let (span, first) = (name.span, first.span);
        let name = self.text(name).to_string();
        let other = self.sources.text(first);

        match (name == other, in_use) {
            (false, _) => {
                let other = format!("`{other}`");
                self.problems.push(NameProblem::Collision {
                    span,
                    name,
                    other,
                    first,
                    output,
                });
            }
            (true, false) => self
                .problems
                .push(NameProblem::TwoSuccessors { span, name, first }),
            (true, true) => {} // still declared: reported already
        }
    }

    /// For each span of a tier's name: the span of the first name of its statement, and whether it
    /// is an earlier name.
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
}

/// Whether two names are of one tier, and one of them is an earlier name of it.
fn are_of_one_tier(
    tiers: &HashMap<Span, (Span, bool)>,
    first: ast::Name,
    second: ast::Name,
) -> bool {
    match (tiers.get(&first.span), tiers.get(&second.span)) {
        (Some((a, a_is_earlier)), Some((b, b_is_earlier))) => {
            a == b && (*a_is_earlier || *b_is_earlier)
        }
        (Some(_) | None, _) => false,
    }
}

/// Names in an output that can conflict with parameters.
struct OtherNames {
    names: ParameterNames,
    /// Tiers, by the names of their groups.
    groups: HashMap<String, ast::Name>,
    /// Prefix lists that AWS manages.
    lists: HashSet<String>,
}

impl OtherNames {
    fn new(scope: &Scope<'_>, names: ParameterNames) -> OtherNames {
        let mut groups = HashMap::with_capacity(scope.tiers.len());
        for (tier, name) in &scope.tiers {
            let oldest = tier.was.last().unwrap_or(name);
            groups.insert((names.group)(scope.text(*oldest)), *name);
        }

        let lists = scope.prefix_lists.iter();
        let ids = lists.filter_map(|list| list.list.id().map(|id| &*id.value));
        let managed = ids.filter(|id| id.starts_with("com.amazonaws."));

        OtherNames {
            names,
            groups,
            lists: managed.map(names.list).collect(),
        }
    }

    /// What a parameter's name conflicts with, if anything.
    fn find_collision(&self, scope: &Scope<'_>, param: ast::Name) -> Option<Problem> {
        let (span, name) = (param.span, scope.text(param).to_string());
        let output = (self.names.parameter)(&name);
        let (other, first) = if let Some(tier) = self.groups.get(&output) {
            let other = format!("the group of tier `{}`", scope.text(*tier));
            (other, tier.span)
        } else if self.lists.contains(&output) {
            let other = "the prefix list parameter of a template".to_string();
            (other, span)
        } else {
            return None;
        };

        Some(Problem::Name(NameProblem::Collision {
            span,
            name,
            other,
            first,
            output,
        }))
    }
}

/// The name in the strictest of the outputs: letters and digits.
pub fn mangle_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for word in name.split(['-', '_']) {
        // the name of an AWS-managed list in a string can start with any letter
        let mut letters = word.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    out
}
