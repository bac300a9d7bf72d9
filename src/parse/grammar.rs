//! The parser that pest generates from the grammar.

/// Parses a text by a rule of `grammar/tierwall.pest`.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/tierwall.pest"]
pub struct Grammar;
