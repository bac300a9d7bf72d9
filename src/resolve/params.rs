//! Parameters, and their values from the command line.

use super::blocks::{is_account, is_group_id, is_list_id, is_vpc_id};
use super::collisions::mangle_name;
use super::scope::Scope;
use super::settings::Settings;
use super::strings::is_text;
use crate::ast::{self, EntryValue};
use crate::diagnostic::{
    AwsField, InputProblem, MeaningProblem, NameKind, NameProblem, Rewrite, SyntaxProblem, likely,
    listed, nearest,
};
use crate::net::{self, Family};
use crate::policy::{Param, ParamId, ParamKind, ParameterSource, Reference};
use crate::source::Span;
use ipnet::IpNet;
use std::collections::HashMap;
use std::fmt;

/// The parameters of a program and their values.
#[derive(Debug)]
pub struct Params {
    pub list: Vec<Param>,
    /// By id; `None` without a value.
    pub values: Vec<Option<ParamValue>>,
    /// Values of implicit parameters, which an output has without a declaration.
    implicit: HashMap<String, String>,
    /// For each name in an output, the first parameter with it.
    mangled: HashMap<String, ParamId>,
}

/// A value of a parameter.
#[derive(Debug, Clone)]
pub enum ParamValue {
    Id(String),
    Block(IpNet),
    /// Sorted, without duplicates, and never empty.
    Blocks(Vec<IpNet>),
    Text(String),
    Port(u16),
}

impl fmt::Display for ParamValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParamValue::Id(text) | ParamValue::Text(text) => f.write_str(text),
            ParamValue::Block(block) => block.fmt(f),
            ParamValue::Port(port) => port.fmt(f),
            ParamValue::Blocks(blocks) => {
                let texts: Vec<String> = blocks.iter().map(IpNet::to_string).collect();
                f.write_str(&texts.join(","))
            }
        }
    }
}

/// Resolves the parameters of a program.
pub fn resolve(scope: &mut Scope<'_>, settings: &Settings<'_>) -> Params {
    let mut bindings = collect_bindings(scope, settings);
    let (mut list, mut values) = (Vec::new(), Vec::new());

    for declared in scope.params.clone() {
        let kind = resolve_kind(scope, declared);
        let mut param = resolve_param(scope, declared, kind);
        // a value of an invalid type has no form
        let given = bindings.remove(&param.name).filter(|_| kind.is_some());
        let value = given.and_then(|given| bind_param(scope, &param, given));
        param.bound = value.is_some();
        list.push(param);
        values.push(value);
    }

    // a description can have any parameter in it
    let texts = values.iter();
    scope.param_values = texts
        .map(|value| value.as_ref().map(ParamValue::to_string))
        .collect();
    for (param, declared) in list.iter_mut().zip(scope.params.clone()) {
        param.prose = scope.read_known_prose(&declared.prose, AwsField::ParameterDescription);
    }

    let mut mangled = HashMap::with_capacity(list.len());
    for (id, param) in (0..).map(ParamId).zip(&list) {
        mangled.entry(mangle_name(&param.name)).or_insert(id);
    }

    Params {
        list,
        values,
        implicit: bindings,
        mangled,
    }
}

/// A declared parameter, without a value.
fn resolve_param(
    scope: &mut Scope<'_>,
    declared: &ast::ParamDeclaration,
    kind: Option<ParamKind>,
) -> Param {
    let default = declared.default.as_ref().zip(kind);
    Param {
        name: scope.text(declared.name).to_string(),
        kind: kind.unwrap_or(ParamKind::Cidr),
        default: default.and_then(|(value, kind)| parse_default(scope, value, kind)),
        prose: None,
        source: ParameterSource::default(),
        bound: false,
        span: Some(declared.name.span),
    }
}

/// Binds a parameter to a value; reports an invalid value.
fn bind_param(scope: &mut Scope<'_>, param: &Param, given: String) -> Option<ParamValue> {
    let value = parse_value(param.kind, &given);
    if value.is_none() {
        scope.problems.push(InputProblem::BadBinding {
            name: param.name.clone(),
            meant: likely_value(param.kind, &given),
            wanted: wanted_value(param.kind, &given),
            value: given,
            declared: param.span,
        });
    }
    value
}

/// The bindings of the command line by name.
fn collect_bindings(scope: &mut Scope<'_>, settings: &Settings<'_>) -> HashMap<String, String> {
    let mut bindings: HashMap<String, String> = HashMap::new();
    for (name, value) in settings.bindings {
        if let Some(first) = bindings.insert(name.clone(), value.clone())
            && first != *value
        {
            let second = value.clone();
            scope.problems.push(InputProblem::TwiceBound {
                name: name.clone(),
                first,
                second,
            });
        }
    }

    bindings
}

/// The type of a parameter; reports an unknown one, and then no use of the parameter.
fn resolve_kind(scope: &mut Scope<'_>, param: &ast::ParamDeclaration) -> Option<ParamKind> {
    let typed = scope.text(param.kind);
    let kind = ParamKind::ALL
        .into_iter()
        .find(|kind| kind.keyword() == typed);

    if kind.is_none() {
        let meant = likely(
            NameKind::ParamType,
            typed,
            ParamKind::ALL.map(ParamKind::keyword),
        );
        scope.report_unknown(param.kind, NameKind::ParamType, meant);
        let name = scope.text(param.name);
        scope.broken.insert(name);
    }

    kind
}

fn parse_default(scope: &mut Scope<'_>, value: &EntryValue, kind: ParamKind) -> Option<String> {
    if let (ParamKind::String, EntryValue::Text(text)) = (kind, value) {
        return Some(scope.read_known(text, AwsField::ParameterDefault));
    }

    let text = match value {
        EntryValue::Name(name) if is_id_of(kind, scope.text(*name)) => {
            report_unquoted_id(scope, *name);
            return None;
        }
        EntryValue::Text(text) => text.value.to_string(),
        EntryValue::Net(net) => net.net.to_string(),
        EntryValue::Number(_, number) if kind == ParamKind::Port => number.to_string(),
        EntryValue::Number(..)
        | EntryValue::Name(_)
        | EntryValue::Block(_)
        | EntryValue::Source(..) => String::new(),
        EntryValue::List(_, items) if kind.is_list() && !items.is_empty() => {
            return parse_default_blocks(scope, items, kind);
        }
        EntryValue::List(..) => String::new(),
    };

    match parse_value(kind, &text) {
        Some(ParamValue::Id(id)) if id.contains('/') => {
            report_account(scope, value.span(), id);
            None
        }
        Some(ParamValue::Id(id) | ParamValue::Text(id)) => Some(id),
        Some(value @ (ParamValue::Block(_) | ParamValue::Blocks(_) | ParamValue::Port(_))) => {
            Some(value.to_string())
        }
        None if kind.is_list() => {
            let wanted = wanted_list(kind.family(), value);
            scope.report_bad_value(value, "default", wanted)
        }
        None => scope.report_bad_value(value, "default", kind.wanted()),
    }
}

/// Whether a text is the id of a resource, without an account.
fn is_id_of(kind: ParamKind, text: &str) -> bool {
    match kind {
        ParamKind::Vpc => is_vpc_id(text),
        ParamKind::External => is_group_id(text),
        ParamKind::PrefixList => is_list_id(text),
        _ => false,
    }
}

/// `param lb : external = sg-0123456789abcdef0`
fn report_unquoted_id(scope: &mut Scope<'_>, name: ast::Name) {
    let (span, text) = (name.span, scope.text(name).to_string());
    let write = format!("\"{text}\"");
    let rewrite = Rewrite {
        edits: vec![(span, write.clone())],
        is_sure: true,
    };
    scope.problems.push(SyntaxProblem::OtherNotation {
        span,
        text,
        write,
        label: "an id needs double quotes",
        rewrite,
    });
}

/// Reports a default with an account: the parameter of a template can only be the id of a group,
/// and both targets have the same default.
fn report_account(scope: &mut Scope<'_>, span: Span, text: String) {
    scope.problems.push(MeaningProblem::BadId {
        span,
        help: text.split_once('/').map(|(account, group)| {
            format!(
                "declare the group, `external partner = \"{group}\" in account \"{account}\"`, or \
                 set the parameter with `--set`"
            )
        }),
        text,
        wanted: "the id of a group of the account of the deployment",
        meant: None,
    });
}

/// `[203.0.113.0/24, 198.51.100.7]`; reports each entry that is no block.
fn parse_default_blocks(
    scope: &mut Scope<'_>,
    items: &[EntryValue],
    kind: ParamKind,
) -> Option<String> {
    let (mut blocks, mut is_valid) = (Vec::new(), true);
    for item in items {
        let text = match item {
            EntryValue::Net(net) => net.net.to_string(),
            _ => scope.sources.text(item.span()).to_string(),
        };
        is_valid &= parse_block(&text, kind).is_some();
        if parse_block(&text, kind).is_none() {
            scope.report_no_block(item, "default", wanted_blocks(kind.family(), item));
        }
        blocks.push(text);
    }

    let value = parse_value(kind, &blocks.join(",")).filter(|_| is_valid);
    value.map(|value| value.to_string())
}

/// What each entry of a default must be; for one of the other IP version, with the type for it.
fn wanted_blocks(family: Family, item: &EntryValue) -> &'static str {
    let is_other = matches!(item, EntryValue::Net(net) if Family::of_block(&net.net) != family);
    match (family, is_other) {
        (Family::V4, false) => "blocks of IPv4, like `203.0.113.0/24`",
        (Family::V4, true) => "blocks of IPv4; those of IPv6 are a `cidr-ipv6-list`",
        (Family::V6, false) => "blocks of IPv6, like `2001:db8::/32`",
        (Family::V6, true) => "blocks of IPv6; those of IPv4 are a `cidr-list`",
    }
}

/// What a default that is no list of blocks must be.
fn wanted_list(family: Family, value: &EntryValue) -> &'static str {
    match (value, family) {
        (EntryValue::Net(_), _) => wanted_blocks(family, value),
        (_, Family::V4) => {
            "a block of IPv4, or several in brackets, like `[203.0.113.0/24, 198.51.100.7]`"
        }
        (_, Family::V6) => {
            "a block of IPv6, or several in brackets, like `[2001:db8::/32, 2001:db8:40::1]`"
        }
    }
}

fn parse_value(kind: ParamKind, text: &str) -> Option<ParamValue> {
    let is_id = match kind {
        ParamKind::Vpc => is_vpc_id(text),
        ParamKind::PrefixList => is_list_id(text),
        ParamKind::External => match text.split_once('/') {
            Some((account, group)) => is_account(account) && is_group_id(group),
            None => is_group_id(text),
        },
        ParamKind::String => {
            let is_plain = !text.is_empty() && text.chars().all(is_text);
            return is_plain.then(|| ParamValue::Text(text.to_string()));
        }
        ParamKind::Port => {
            let port = text.trim().parse::<u16>().ok();
            return port
                .filter(|port| port.to_string() == text.trim())
                .map(ParamValue::Port);
        }
        ParamKind::Cidr | ParamKind::CidrIpv6 => {
            return parse_block(text, kind).map(ParamValue::Block);
        }
        ParamKind::CidrList | ParamKind::CidrIpv6List => {
            return parse_blocks(text, kind).map(ParamValue::Blocks);
        }
    };

    is_id.then(|| ParamValue::Id(text.to_string()))
}

/// A block with no host bits set; a bare address is a block of one.
fn parse_block(text: &str, kind: ParamKind) -> Option<IpNet> {
    let block = net::parse_block(text.trim()).ok();
    block.filter(|net| *net == net.trunc() && Family::of_block(net) == kind.family())
}

/// `203.0.113.0/24,198.51.100.7`
fn parse_blocks(text: &str, kind: ParamKind) -> Option<Vec<IpNet>> {
    let parts = text.split(',').map(|part| parse_block(part, kind));
    let mut blocks: Vec<IpNet> = parts.collect::<Option<_>>()?;
    blocks.sort_unstable();
    blocks.dedup();
    Some(blocks)
}

/// The expected form of an invalid value.
fn wanted_value(kind: ParamKind, given: &str) -> &'static str {
    match kind {
        ParamKind::Port if given.trim().parse::<u16>().is_ok() => {
            "a port without a sign and without leading zeros"
        }
        kind => kind.wanted(),
    }
}

/// The block or the port that an invalid value probably means.
fn likely_value(kind: ParamKind, text: &str) -> Option<String> {
    if kind == ParamKind::Port {
        let port = text.trim().parse::<u16>().ok();
        return port.map(|port| port.to_string());
    }

    let parts = text.split(',').filter(|part| !part.trim().is_empty());
    let meant = |part: &str| match net::parse_block(part.trim()) {
        Ok(net) => Some(net.trunc().to_string()),
        Err(not_a_block) => not_a_block.meant(),
    };
    let meant = parts.map(meant).collect::<Option<Vec<_>>>()?.join(",");
    parse_value(kind, &meant).map(|_| meant)
}

impl Params {
    /// Whether the parameter with a name has a value that templates import.
    pub fn imports(&self, name: &str) -> bool {
        let mut params = self.list.iter();
        params.any(|param| param.name == name && param.source.import().is_some())
    }

    /// The VPC of a declared parameter, or of the implicit one.
    pub fn resolve_implicit_vpc(&mut self, scope: &mut Scope<'_>, name: String) -> Reference {
        let output = mangle_name(&name);
        if let Some(same) = self.mangled.get(&output).copied() {
            let param = &self.list[same.index()];
            if param.kind == ParamKind::Vpc {
                scope.mark_param_used(&param.name);
                return self.reference_to(same);
            }
            report_vpc_collision(scope, param, &name);
        }

        if let Some(given) = self.implicit.remove(&name) {
            if is_vpc_id(&given) {
                return Reference::Id(given);
            }
            scope.problems.push(InputProblem::BadBinding {
                name: name.clone(),
                value: given,
                wanted: ParamKind::Vpc.wanted(),
                declared: None,
                meant: None,
            });
        }

        let id = ParamId(self.list.len() as u32);
        self.mangled.entry(output).or_insert(id);
        self.list.push(Param {
            name,
            kind: ParamKind::Vpc,
            default: None,
            prose: Some("VPC that the security groups are created in".to_string()),
            source: ParameterSource::default(),
            bound: false,
            span: None,
        });

        self.values.push(None);
        Reference::Param(id)
    }

    /// The value of an id parameter, or the parameter itself if it is unbound.
    pub fn reference_to(&self, id: ParamId) -> Reference {
        match &self.values[id.index()] {
            Some(ParamValue::Id(text)) => Reference::Id(text.clone()),
            Some(
                ParamValue::Block(_)
                | ParamValue::Blocks(_)
                | ParamValue::Text(_)
                | ParamValue::Port(_),
            )
            | None => Reference::Param(id),
        }
    }

    /// Reports bindings without a parameter.
    pub fn report_unused_bindings(&mut self, scope: &mut Scope<'_>) {
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

        let unread = scope.unread_environments.clone();
        for name in left {
            if scope.may_be_declared(&name) {
                continue;
            }
            if let Some(absent) = scope.absent_params.get(name.as_str()) {
                scope.problems.push(InputProblem::OtherEnvironment {
                    name,
                    declared: absent.declared,
                    environments: absent.environments.clone(),
                });
                continue;
            }

            let guess = scope.take_comparisons(names.len());
            let meant = guess
                .then(|| nearest(&name, names.iter().map(String::as_str)))
                .flatten();
            scope.problems.push(InputProblem::UnknownBinding {
                name,
                meant,
                params: params.clone(),
                unread: unread.clone(),
            });
        }
    }
}

/// The parameter that is the id of a declared VPC without one.
pub fn implicit_vpc_name(vpc: &str) -> String {
    format!("{vpc}-vpc-id")
}

/// Reports a declared parameter with the name of an implicit one.
fn report_vpc_collision(scope: &mut Scope<'_>, param: &Param, name: &str) {
    if let Some(span) = param.span {
        scope.problems.push(NameProblem::Collision {
            span,
            name: param.name.clone(),
            other: format!("`{name}`, which the output requires"),
            first: span,
            output: mangle_name(name),
        });
    }
}
