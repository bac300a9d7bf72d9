//! Expressions of a source as parameters.

use super::entry::ParameterEntry;
use super::names::UniqueNames;
use crate::aws::{ParamKind, Parameter, ParameterSource};
use crate::net::Family;
use foldhash::HashMap;
use ipnet::IpNet;

/// The parameters of a source, each an expression with the type that its use needs.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    /// What the source says of expressions.
    declared: HashMap<String, Declared>,
    by_use: HashMap<(String, &'static str), u32>,
    used: Vec<Parameter>,
    /// Names that parameters have; no group gets one of them.
    pub(super) names: UniqueNames,
}

#[derive(Debug, Clone)]
struct Declared {
    name: String,
    kind: Option<ParamKind>,
    description: Option<String>,
    default: Option<String>,
    source: ParameterSource,
}

impl Parameters {
    /// Takes what the source says of an expression.
    pub(super) fn declare(&mut self, entry: ParameterEntry<'_>) {
        let declared = Declared {
            name: entry.name.into_owned(),
            kind: entry.kind,
            description: entry.description.map(|text| text.into_owned()),
            default: entry.default.map(|text| text.into_owned()),
            source: entry.source,
        };
        self.declared
            .insert(entry.expression.into_owned(), declared);
    }

    /// The number of the parameter with the value of an expression, used as a value of this type.
    pub(super) fn number(&mut self, expression: &str, kind: ParamKind) -> u32 {
        let key = (expression.to_string(), kind.keyword());
        if let Some(known) = self.by_use.get(&key) {
            return *known;
        }

        let number = self.used.len() as u32;
        let parameter = self.create(expression, kind);
        self.used.push(parameter);
        self.by_use.insert(key, number);
        number
    }

    /// The name of such a parameter, if there is one already.
    pub(super) fn used_name(&self, expression: &str, kind: ParamKind) -> Option<String> {
        let number = self.by_use.get(&(expression.to_string(), kind.keyword()))?;
        Some(self.used[*number as usize].name.clone())
    }

    /// The name of such a parameter.
    pub(super) fn name(&mut self, expression: &str, kind: ParamKind) -> String {
        let number = self.number(expression, kind);
        self.used[number as usize].name.clone()
    }

    fn create(&mut self, expression: &str, kind: ParamKind) -> Parameter {
        let declared = self.declared.get(expression).cloned();
        let declared = declared.filter(|it| it.kind.is_none_or(|declared| declared == kind));
        let Declared {
            name,
            description,
            default,
            source,
            ..
        } = declared.unwrap_or_else(|| undeclared(expression));

        Parameter {
            name: self
                .names
                .choose([name.as_str(), expression], kind.keyword()),
            kind,
            description,
            default: default.filter(|default| is_default(kind, default)),
            source,
            only_for_exports: false,
            only_for_locks: false,
            is_rule_owner: false,
        }
    }

    /// The parameters by name, and the position of each by number.
    pub(super) fn finish(self) -> (Vec<Parameter>, Vec<u32>) {
        let mut order: Vec<usize> = (0..self.used.len()).collect();
        order.sort_by(|a, b| self.used[*a].name.cmp(&self.used[*b].name));
        let mut positions = vec![0; order.len()];
        for (position, number) in order.iter().enumerate() {
            positions[*number] = position as u32;
        }

        let mut parameters = self.used;
        parameters.sort_by(|a, b| a.name.cmp(&b.name));
        (parameters, positions)
    }
}

/// Whether a default is a value of a type; a source can have a default that says that there is
/// none, such as an empty text.
fn is_default(kind: ParamKind, default: &str) -> bool {
    let is_block = |text: &str| {
        let block = text.parse::<IpNet>();
        block.is_ok_and(|it| it.trunc() == it && Family::of_block(&it) == kind.family())
    };
    let is_one = !default.contains(',');
    match kind {
        ParamKind::Cidr | ParamKind::CidrIpv6 => is_one && is_block(default),
        ParamKind::CidrList | ParamKind::CidrIpv6List => default.split(',').all(is_block),
        ParamKind::Vpc => default.starts_with("vpc-"),
        ParamKind::External => default.starts_with("sg-") || default.contains("/sg-"),
        ParamKind::PrefixList => default.starts_with("pl-"),
        ParamKind::Port => default.parse::<u16>().is_ok(),
        ParamKind::String => true,
    }
}

/// What is known of an expression of which the source says nothing.
fn undeclared(expression: &str) -> Declared {
    Declared {
        name: last_words(expression).to_string(),
        kind: None,
        description: None,
        default: None,
        source: ParameterSource {
            terraform: Some(expression.to_string()),
            cloudformation: None,
        },
    }
}

/// The words of an expression that say most: `office` of `var.office`, `main` of
/// `data.aws_vpc.main.id`.
fn last_words(expression: &str) -> &str {
    let mut parts = expression.rsplit('.').filter(|part| {
        !matches!(
            *part,
            "id" | "arn" | "cidr_block" | "ipv6_cidr_block" | "security_group_id"
        )
    });
    parts.next().unwrap_or(expression)
}
