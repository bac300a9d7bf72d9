//! Colour for answers on a terminal.

/// Whether answers are coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// For pipes and files.
    Plain,
    /// For terminals, in ANSI escapes.
    Coloured,
}

/// What a part of an answer is, as far as it is set apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// The head of a table, or what an answer is about.
    Head,
    /// It passes.
    Good,
    /// It passes for some, or that is not known.
    Doubtful,
    /// It is stopped.
    Bad,
    /// There is nothing.
    Faint,
}

impl Tone {
    /// The parameter of ANSI's escape: bold, green, yellow, red, faint.
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
    /// A text in its tone.
    pub(super) fn paint_text(self, tone: Tone, text: &str) -> String {
        match self {
            Paint::Plain => text.to_string(),
            Paint::Coloured if text.is_empty() => String::new(),
            Paint::Coloured => format!("\u{1b}[{}m{text}\u{1b}[0m", tone.ansi_code()),
        }
    }
}
