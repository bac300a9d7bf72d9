//! Texts of outputs: known characters, and parameters in between.

use super::State;
use std::borrow::Cow;
use std::fmt;

/// Stands before and after the name of a parameter. No text of AWS has it: all control characters
/// are refused.
const MARK: char = '\u{1f}';

/// A text that can have parameters in it, which are set at deployment: `shop-${environment}`
///
/// Stored as one string, so that texts without parameters, which are nearly all, cost no more.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text(String);

/// A borrowed [`Text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextRef<'t>(&'t str);

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextPiece<'t> {
    /// Known characters.
    Literal(&'t str),
    /// The value of the parameter with this name.
    Parameter(&'t str),
}

impl Text {
    /// A text that is known.
    pub fn known(text: impl Into<String>) -> Text {
        Text(text.into())
    }

    /// A text in which nothing is a parameter, whatever its characters.
    pub fn literal(text: &str) -> Text {
        let mut literal = Text::default();
        literal.push_literal(text);
        literal
    }

    /// Appends known characters.
    pub fn push_literal(&mut self, text: &str) {
        let visible = text.chars();
        self.0
            .extend(visible.map(|c| if c == MARK { '\u{fffd}' } else { c }));
    }

    /// Appends the value of a parameter.
    pub fn push_parameter(&mut self, name: &str) {
        self.0.push(MARK);
        self.0.push_str(name);
        self.0.push(MARK);
    }

    /// Appends another text.
    pub fn push_text(&mut self, other: &Text) {
        self.0.push_str(&other.0);
    }

    /// The number of its known characters.
    pub fn known_length(&self) -> usize {
        let pieces = self.view().pieces();
        let length = |piece| match piece {
            TextPiece::Literal(text) => text.chars().count(),
            TextPiece::Parameter(_) => 0,
        };
        pieces.map(length).sum()
    }

    /// Whether it has neither characters nor parameters.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it has no parameters.
    pub fn is_known(&self) -> bool {
        self.view().as_known().is_some()
    }

    /// The same text, borrowed.
    pub fn view(&self) -> TextRef<'_> {
        TextRef(&self.0)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text::known(text)
    }
}

impl<'t> TextRef<'t> {
    /// A text that is known.
    pub fn known(text: &'t str) -> TextRef<'t> {
        TextRef(text)
    }

    /// A text as it is stored.
    pub(super) fn from_stored(text: &'t str) -> TextRef<'t> {
        TextRef(text)
    }

    /// As it is stored, for comparisons and to store it elsewhere.
    pub fn stored(self) -> &'t str {
        self.0
    }

    /// All of it, if it has no parameters.
    pub fn as_known(self) -> Option<&'t str> {
        (!self.0.contains(MARK)).then_some(self.0)
    }

    /// Its parts, none of them empty.
    pub fn pieces(self) -> impl Iterator<Item = TextPiece<'t>> {
        let parts = self.0.split(MARK).enumerate();
        parts
            .filter(|(_, part)| !part.is_empty())
            .map(|(n, part)| match n % 2 {
                0 => TextPiece::Literal(part),
                _ => TextPiece::Parameter(part),
            })
    }

    /// The names of its parameters.
    pub fn parameters(self) -> impl Iterator<Item = &'t str> {
        self.pieces().filter_map(|piece| match piece {
            TextPiece::Parameter(name) => Some(name),
            TextPiece::Literal(_) => None,
        })
    }

    /// The parameter that is all of it.
    pub fn only_parameter(self) -> Option<&'t str> {
        let mut pieces = self.pieces();
        match (pieces.next(), pieces.next()) {
            (Some(TextPiece::Parameter(name)), None) => Some(name),
            _ => None,
        }
    }

    /// As a program writes it: `${environment}` for a parameter, `$${` for `${`.
    pub fn as_written(self) -> Cow<'t, str> {
        match self.as_known() {
            Some(known) if !known.contains("${") => known.into(),
            _ => self.to_string().into(),
        }
    }

    /// The text with the defaults of the parameters for which `has_default` holds.
    pub fn with_defaults(self, state: &State, has_default: impl Fn(&str) -> bool) -> Text {
        let mut text = Text::default();
        for piece in self.pieces() {
            match piece {
                TextPiece::Literal(literal) => text.push_literal(literal),
                TextPiece::Parameter(name) => match state.default_named(name) {
                    Some(default) if has_default(name) => text.push_literal(default),
                    _ => text.push_parameter(name),
                },
            }
        }
        text
    }
}

impl fmt::Display for TextRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in self.pieces() {
            match piece {
                TextPiece::Literal(literal) => f.write_str(&literal.replace("${", "$${"))?,
                TextPiece::Parameter(name) => write!(f, "${{{name}}}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_shown_as_a_program_writes_it() {
        let mut text = Text::known("a ${b} ");
        text.push_parameter("c");
        let pieces = [TextPiece::Literal("a ${b} "), TextPiece::Parameter("c")];
        assert_eq!(text.view().pieces().collect::<Vec<_>>(), pieces);
        assert_eq!(text.view().as_written(), "a $${b} ${c}");
        assert_eq!(text.view().only_parameter(), None);
    }

    #[test]
    fn no_text_of_a_program_is_mistaken_for_a_parameter() {
        let mut text = Text::default();
        text.push_literal("\u{1f}a\u{1f}");
        assert_eq!(text.view().parameters().next(), None);
    }
}
