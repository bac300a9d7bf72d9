//! What variables accept.

use crate::aws::ParamKind;

/// What a variable accepts.
pub struct Form {
    /// A test in HCL.
    pub condition: String,
    /// The error message if it fails.
    pub message: &'static str,
}

/// The additional validation of a group that rules are put on: no group of another account.
pub fn owner_form(name: &str) -> Form {
    Form {
        condition: format!("can(regex(\"^sg-\", var.{name}))"),
        message: "Must be a security group of this account, without an account number.",
    }
}

/// What a variable of this kind and name accepts.
pub fn variable_form(kind: ParamKind, name: &str) -> Option<Form> {
    let matches = |pattern: &str| format!("can(regex(\"{pattern}\", var.{name}))");
    let block = |sign: &str| {
        format!(
            "can(regex(\"{sign}\", var.{name})) && try(cidrsubnet(var.{name}, 0, 0) == var.{name}, false)"
        )
    };

    let each = |sign: &str| {
        format!(
            "alltrue([for block in var.{name} : can(regex(\"{sign}\", block)) && try(cidrsubnet(block, 0, 0) == block, false)])"
        )
    };

    let (condition, message) = match kind {
        ParamKind::String => return None,
        ParamKind::Port => (
            format!("var.{name} >= 0 && var.{name} <= 65535 && floor(var.{name}) == var.{name}"),
            "Must be a port, 0 to 65535.",
        ),
        ParamKind::Vpc => (
            matches("^vpc-[0-9a-f]{8}([0-9a-f]{9})?$"),
            "Must be the id of a VPC, like vpc-0123456789abcdef0.",
        ),
        ParamKind::External => (
            matches("^([0-9]{12}/)?sg-[0-9a-f]{8}([0-9a-f]{9})?$"),
            "Must be the id of a security group, like sg-0123456789abcdef0.",
        ),
        ParamKind::PrefixList => (
            matches("^pl-[0-9a-f]{8}([0-9a-f]{9})?$"),
            "Must be the id of a prefix list, like pl-0123456789abcdef0.",
        ),
        ParamKind::Cidr => (
            block("^[0-9.]+/[0-9]+$"),
            "Must be a block of IPv4 addresses, like 203.0.113.0/24.",
        ),
        ParamKind::CidrIpv6 => (
            block("^[0-9a-f:.]*:[0-9a-f:.]*/[0-9]+$"),
            "Must be a block of IPv6 addresses, like 2001:db8::/32.",
        ),
        ParamKind::CidrList => (
            each("^[0-9.]+/[0-9]+$"),
            "Must be blocks of IPv4 addresses, like 203.0.113.0/24.",
        ),
        ParamKind::CidrIpv6List => (
            each("^[0-9a-f:.]*:[0-9a-f:.]*/[0-9]+$"),
            "Must be blocks of IPv6 addresses, like 2001:db8::/32.",
        ),
    };

    Some(Form { condition, message })
}

/// The description of a variable for which the program has none.
pub fn default_description(kind: ParamKind) -> &'static str {
    match kind {
        ParamKind::Vpc => "Id of a VPC",
        ParamKind::External => "Id of a security group",
        ParamKind::PrefixList => "Id of a prefix list",
        ParamKind::Cidr => "Block of IPv4 addresses",
        ParamKind::CidrIpv6 => "Block of IPv6 addresses",
        ParamKind::CidrList => "Blocks of IPv4 addresses",
        ParamKind::CidrIpv6List => "Blocks of IPv6 addresses",
        ParamKind::Port => "Port",
        ParamKind::String => "Text",
    }
}

/// The type of a variable.
pub fn variable_type(kind: ParamKind) -> &'static str {
    match kind {
        ParamKind::CidrList | ParamKind::CidrIpv6List => "set(string)",
        ParamKind::Port => "number",
        ParamKind::Vpc
        | ParamKind::Cidr
        | ParamKind::CidrIpv6
        | ParamKind::External
        | ParamKind::PrefixList
        | ParamKind::String => "string",
    }
}

/// The default of a variable that is a list: `["198.51.100.7/32", "203.0.113.0/24"]`
pub fn list_default(kind: ParamKind, default: &str) -> String {
    let blocks = kind.blocks_of(default).map(|block| format!("\"{block}\""));
    format!("[{}]", blocks.collect::<Vec<_>>().join(", "))
}
