//! The parser that pest makes of the grammar.

/// Parses a text by a rule of `grammar/tierwall.pest`.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/tierwall.pest"]
pub struct Grammar;
