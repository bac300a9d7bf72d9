//! Parameters, and the values that the command line gives them.

use super::blocks::{is_account, is_group_id, is_list_id, is_vpc_id};
use super::scope::{Scope, mangled};
use super::settings::Settings;
use crate::ast::{self, Value};
use crate::diagnostic::{AwsField, Kind, Problem, likely, listed, nearest};
use crate::net;
use crate::policy::{Param, ParamId, ParamKind, Reference};
use ipnet::IpNet;
use std::collections::HashMap;

/// The parameters of a program and their values.
#[derive(Debug)]
pub struct Params {
    pub list: Vec<Param>,
    /// By id; `None` where there is none.
    pub values: Vec<Option<ParamValue>>,
    /// Values for parameters that the program does not declare but an output asks for.
    implicit: HashMap<String, String>,
}

/// A value that was given.
#[derive(Debug, Clone)]
pub enum ParamValue {
    Id(String),
    Block(IpNet),
}

/// Resolves the parameters of a program.
pub fn resolve(scope: &mut Scope<'_>, settings: &Settings<'_>) -> Params {
    let mut bindings = bindings(scope, settings);
    let (mut list, mut values) = (Vec::new(), Vec::new());
    for param in scope.params.clone() {
        let name = scope.text(param.name).to_string();
        let span = Some(param.name.span);
        let kind = kind(scope, param).unwrap_or(ParamKind::Cidr);
        let default = param
            .default
            .as_ref()
            .and_then(|value| default(scope, value, kind));
        let prose = scope.prose(&param.prose, AwsField::ParameterDescription);
        let value = bindings.remove(&name).and_then(|given| {
            let value = parse(kind, &given);
            if value.is_none() {
                scope.problems.push(Problem::BadBinding {
                    name: name.clone(),
                    meant: meant(kind, &given),
                    value: given,
                    wanted: kind.wanted(),
                    declared: span,
                });
            }
            value
        });
        list.push(Param {
            name,
            kind,
            default,
            prose,
            bound: value.is_some(),
            span,
        });
        values.push(value);
    }
    Params {
        list,
        values,
        implicit: bindings,
    }
}

/// The bindings of the command line by name.
fn bindings(scope: &mut Scope<'_>, settings: &Settings<'_>) -> HashMap<String, String> {
    let mut bindings: HashMap<String, String> = HashMap::new();
    for (name, value) in settings.bindings {
        if let Some(first) = bindings.insert(name.clone(), value.clone())
            && first != *value
        {
            let second = value.clone();
            scope.problems.push(Problem::TwiceBound {
                name: name.clone(),
                first,
                second,
            });
        }
    }
    bindings
}

fn kind(scope: &mut Scope<'_>, param: &ast::Param) -> Option<ParamKind> {
    let typed = scope.text(param.kind);
    let kind = ParamKind::ALL
        .into_iter()
        .find(|kind| kind.keyword() == typed);
    if kind.is_none() {
        let meant = likely(
            Kind::ParamType,
            typed,
            ParamKind::ALL.map(ParamKind::keyword),
        );
        scope.unknown(param.kind, Kind::ParamType, meant);
    }
    kind
}

fn default(scope: &mut Scope<'_>, value: &Value, kind: ParamKind) -> Option<String> {
    let text = match value {
        Value::Text(text) => text.value.to_string(),
        Value::Net(net) => net.net.to_string(),
        Value::Number(..) | Value::Name(_) | Value::List(..) | Value::Block(_) => String::new(),
    };
    match parse(kind, &text) {
        // a template's parameter holds a group's id alone, and an output of either target has one
        // default
        Some(ParamValue::Id(id)) if id.contains('/') => {
            scope.bad_value(value, "default", kind.wanted())
        }
        Some(ParamValue::Id(id)) => Some(id),
        Some(ParamValue::Block(block)) => Some(block.to_string()),
        None => scope.bad_value(value, "default", kind.wanted()),
    }
}

fn parse(kind: ParamKind, text: &str) -> Option<ParamValue> {
    let id = |form: fn(&str) -> bool| form(text).then(|| ParamValue::Id(text.to_string()));
    match kind {
        ParamKind::Vpc => id(is_vpc_id),
        ParamKind::PrefixList => id(is_list_id),
        ParamKind::External => id(|text| match text.split_once('/') {
            Some((account, group)) => is_account(account) && is_group_id(group),
            None => is_group_id(text),
        }),
        ParamKind::Cidr => block(text)
            .filter(|net| matches!(net, IpNet::V4(_)))
            .map(ParamValue::Block),
        ParamKind::CidrIpv6 => block(text)
            .filter(|net| matches!(net, IpNet::V6(_)))
            .map(ParamValue::Block),
    }
}

/// A block with no host bits set; a bare address is a block of one.
fn block(text: &str) -> Option<IpNet> {
    net::block(text).ok().filter(|net| *net == net.trunc())
}

/// The block that was probably meant by a value that is none.
fn meant(kind: ParamKind, text: &str) -> Option<String> {
    let meant = match net::block(text) {
        Ok(net) => net.trunc().to_string(),
        Err(not_a_block) => not_a_block.meant()?,
    };
    parse(kind, &meant).map(|_| meant)
}

impl Params {
    /// The VPC that a parameter of the program, or one that it need not declare, stands for.
    pub fn implicit_vpc(&mut self, scope: &mut Scope<'_>, name: String) -> Reference {
        let same = self
            .list
            .iter()
            .position(|param| mangled(&param.name) == mangled(&name));
        match same.map(|n| (n, self.list[n].kind, self.list[n].span)) {
            Some((n, ParamKind::Vpc, _)) => {
                scope.use_param(&self.list[n].name);
                return self.reference(ParamId(n as u32));
            }
            Some((n, _, Some(span))) => {
                let (output, other) = (
                    mangled(&name),
                    format!("`{name}`, which the output requires"),
                );
                let name = self.list[n].name.clone();
                scope.problems.push(Problem::Collision {
                    span,
                    name,
                    other,
                    first: span,
                    output,
                });
            }
            Some((_, _, None)) | None => {}
        }
        if let Some(given) = self.implicit.remove(&name) {
            if is_vpc_id(&given) {
                return Reference::Id(given);
            }
            let wanted = ParamKind::Vpc.wanted();
            scope.problems.push(Problem::BadBinding {
                name: name.clone(),
                value: given,
                wanted,
                declared: None,
                meant: None,
            });
        }
        self.list.push(Param {
            name,
            kind: ParamKind::Vpc,
            default: None,
            prose: Some("VPC that the security groups are made in".to_string()),
            bound: false,
            span: None,
        });
        self.values.push(None);
        Reference::Param(ParamId(self.list.len() as u32 - 1))
    }

    /// The value of an id parameter, or the parameter itself when it has none.
    pub fn reference(&self, id: ParamId) -> Reference {
        match &self.values[id.index()] {
            Some(ParamValue::Id(text)) => Reference::Id(text.clone()),
            Some(ParamValue::Block(_)) | None => Reference::Param(id),
        }
    }

    /// Reports bindings that nothing took.
    pub fn unused_bindings(&mut self, scope: &mut Scope<'_>) {
        let names: Vec<String> = self.list.iter().map(|param| param.name.clone()).collect();
        let mut left: Vec<String> = self.implicit.drain().map(|(name, _)| name).collect();
        left.sort();
        let params = match names.len() {
            0 => "no parameters".to_string(),
            _ => listed(
                &names
                    .iter()
                    .map(|name| format!("`{name}`"))
                    .collect::<Vec<_>>(),
                20,
            ),
        };
        for name in left {
            let guess = scope.guess(names.len());
            let meant = guess
                .then(|| nearest(&name, names.iter().map(String::as_str)))
                .flatten();
            scope.problems.push(Problem::UnknownBinding {
                name,
                meant,
                params: params.clone(),
            });
        }
    }
}
