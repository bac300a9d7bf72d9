//! Declarations kept only for lints.

use crate::source::Span;

/// A declaration that nothing uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unused {
    /// What it declares.
    pub what: Declared,
    /// `office`; of a peering, `main with tools`.
    pub name: String,
    /// The name in its declaration; of a peering, the whole statement.
    pub span: Span,
    /// The statement.
    pub statement: Span,
}

/// The declaration of a name that sentences use: a network, a service, a tier, a set of tiers or a
/// parameter.
#[derive(Debug, Clone, Copy)]
pub struct Declaration {
    /// What it declares.
    pub what: Declared,
    /// The name.
    pub name: Span,
    /// The statement.
    pub statement: Span,
}

/// The kinds of declarations that can be unused, or that sentences refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Declared {
    /// `network office = …`
    Network,
    /// `external partner = …`
    External,
    /// `prefix-list s3 = …`
    PrefixList,
    /// `service app = …`
    Service,
    /// `param office : cidr`
    Param,
    /// `tiers backends = …`
    TierSet,
    /// `tier web also management`
    Tier,
    /// `vpc main { … }`
    Vpc,
    /// `peer main with tools`
    Peering,
}

/// A service with the name of a built-in one and another meaning: `service https = tcp 8443`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shadowed {
    /// The name in its declaration.
    pub span: Span,
    /// `https`
    pub name: String,
    /// What the built-in one means: `tcp 443`
    pub meaning: String,
}

/// The remainder of a list of addresses after `except`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remainder {
    /// The span of the exceptions.
    pub span: Span,
    /// The number of remaining blocks.
    pub blocks: usize,
}
