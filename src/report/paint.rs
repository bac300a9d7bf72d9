//! Colour for answers on a terminal.

/// Whether answers are coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// For pipes and files.
    Plain,
    /// For terminals, in ANSI escapes.
    Coloured,
}

/// The kind of a part of an answer, which determines its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// The header of a table, or the subject of an answer.
    Head,
    /// It passes.
    Good,
    /// It passes for some addresses, or depends on something unknown.
    Doubtful,
    /// It is stopped.
    Bad,
    /// Nothing, as in an empty field.
    Faint,
}

impl Tone {
    /// The parameter of the ANSI escape sequence: bold, green, yellow, red, faint.
    fn ansi_code(self) -> &'static str {
        match self {
            Tone::Head => "1",
            Tone::Good => "32",
            Tone::Doubtful => "33",
            Tone::Bad => "31",
            Tone::Faint => "2",
        }
    }
}

impl Paint {
    /// A text in the colour of its tone.
    pub(super) fn paint_text(self, tone: Tone, text: &str) -> String {
        match self {
            Paint::Plain => text.to_string(),
            Paint::Coloured if text.is_empty() => String::new(),
            Paint::Coloured => format!("\u{1b}[{}m{text}\u{1b}[0m", tone.ansi_code()),
        }
    }
}
