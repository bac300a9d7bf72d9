//! What a program says that changes nothing of what it means, and that a lint may speak of.

use crate::source::Span;

/// A declaration that nothing uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unused {
    /// What it declares.
    pub what: Declared,
    /// `office`; of a peering, `main with tools`.
    pub name: String,
    /// The name in its declaration; of a peering, all of it.
    pub span: Span,
    /// The statement.
    pub statement: Span,
}

/// A declaration that gives sentences the meaning of a name: of a network, a service, a set of
/// tiers or a parameter.
#[derive(Debug, Clone, Copy)]
pub struct Declaration {
    /// What it declares.
    pub what: Declared,
    /// The name.
    pub name: Span,
    /// The statement.
    pub statement: Span,
}

/// What a declaration that can be used declares.
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

/// What `except` leaves of a list of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remainder {
    /// What is taken out.
    pub span: Span,
    /// The blocks that are left.
    pub blocks: usize,
}
