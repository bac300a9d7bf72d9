//! Blocks of settings: `{ cidr = 10.0.0.0/16, tags = { team = "shop" } }`.

use super::{Name, Net, StringLiteral};
use crate::source::Span;

/// `{ outbound = closed, tags = { team = "shop" } }`
#[derive(Debug)]
pub struct Block {
    /// From brace to brace.
    pub span: Span,
    /// Its entries.
    pub entries: Vec<BlockEntry>,
}

/// `outbound = closed`
#[derive(Debug)]
pub struct BlockEntry {
    /// `outbound`
    pub key: EntryKey,
    /// `closed`
    pub value: EntryValue,
}

/// The key of an entry.
#[derive(Debug)]
pub enum EntryKey {
    /// `outbound`
    Name(Name),
    /// `"cost centre"`
    Text(StringLiteral),
}

/// The value of an entry, or the default of a parameter.
#[derive(Debug)]
pub enum EntryValue {
    /// `"vpc-0123456789abcdef0"`
    Text(StringLiteral),
    /// `60`
    Number(Span, u64),
    /// `closed`
    Name(Name),
    /// `10.0.0.0/16`
    Net(Net),
    /// `[10.0.0.0/16, 10.1.0.0/16]`
    List(Span, Vec<EntryValue>),
    /// `{ team = "shop" }`
    Block(Block),
    /// `import "network-VpcId"`
    Source(Name, StringLiteral),
}

impl EntryKey {
    /// The span of the key.
    pub fn span(&self) -> Span {
        match self {
            EntryKey::Name(name) => name.span,
            EntryKey::Text(text) => text.span,
        }
    }
}

impl EntryValue {
    /// The values of a list; any other value is a list of one.
    pub fn items(&self) -> &[EntryValue] {
        match self {
            EntryValue::List(_, values) => values,
            EntryValue::Text(_)
            | EntryValue::Number(..)
            | EntryValue::Name(_)
            | EntryValue::Net(_)
            | EntryValue::Block(_)
            | EntryValue::Source(..) => std::slice::from_ref(self),
        }
    }

    /// The span of the value.
    pub fn span(&self) -> Span {
        match self {
            EntryValue::Text(text) => text.span,
            EntryValue::Number(span, _) | EntryValue::List(span, _) => *span,
            EntryValue::Name(name) => name.span,
            EntryValue::Net(net) => net.span,
            EntryValue::Block(block) => block.span,
            EntryValue::Source(word, text) => Span {
                end: text.span.end,
                ..word.span
            },
        }
    }
}
