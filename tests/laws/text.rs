//! Statements as tokens and the places between them, and the ways to lay these out.
//!
//! Allowed whitespace follows the language reference, section 2: a line break after a comma, after
//! `=` and inside `{ }`; blanks anywhere; a comment to the end of any line.

use crate::choices::Choices;

/// A token, or a place between two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// Letters that stand together.
    Word(String),
    /// At least one blank.
    Blank,
    /// Blanks or none; one is usual.
    Loose,
    /// Blanks or none; none is usual.
    Tight,
    /// Blanks, line breaks and comments, or nothing; one blank is usual.
    Gap,
    /// As `Gap`; nothing is usual.
    TightGap,
    /// Between two entries of a block: a comma or a line break.
    Separator,
    /// After the last entry of a block or a list: a comma, or nothing.
    LastComma,
}

/// A statement as tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line(pub Vec<Token>);

impl Line {
    /// A line that starts with this.
    pub fn new(words: &str) -> Line {
        Line::default().words(words)
    }

    fn with(mut self, token: Token) -> Line {
        self.0.push(token);
        self
    }

    fn word(self, word: &str) -> Line {
        self.with(Token::Word(word.to_string()))
    }

    fn comma(self) -> Line {
        self.with(Token::Tight).word(",").with(Token::Gap)
    }

    /// Adds words with blanks and commas between them: `tcp 80, 443`.
    pub fn words(mut self, text: &str) -> Line {
        for (nth, item) in text.split(", ").enumerate() {
            if nth > 0 {
                self = self.comma();
            }
            for (nth, word) in item.split(' ').enumerate() {
                if nth > 0 {
                    self = self.with(Token::Blank);
                }
                self = self.word(word);
            }
        }
        self
    }

    /// Adds a blank, then words.
    pub fn then(self, words: &str) -> Line {
        self.with(Token::Blank).words(words)
    }

    /// Adds a comma list after a blank.
    pub fn list(self, items: &[String]) -> Line {
        self.then(&items.join(", "))
    }

    /// Adds ` = `.
    pub fn equals(self) -> Line {
        self.with(Token::Loose).word("=").with(Token::Gap)
    }

    /// Adds a colon with what blanks it may have around it.
    pub fn colon(self) -> Line {
        self.with(Token::Tight).word(":").with(Token::Loose)
    }

    /// The statement with an annotation on the line before it.
    pub fn annotated(mut self, annotation: &str) -> Line {
        self.0
            .splice(0..0, [Token::Word(format!("{annotation}\n"))]);
        self
    }

    /// Adds one token as it is, a string for example.
    pub fn exactly(self, word: &str) -> Line {
        self.word(word)
    }

    /// Adds a string at the end of a statement.
    pub fn prose(self, prose: Option<&str>) -> Line {
        match prose {
            Some(prose) => self.with(Token::Loose).word(&quoted(prose)),
            None => self,
        }
    }

    /// Adds a block.
    pub fn block(self, entries: &[(String, Value)]) -> Line {
        if entries.is_empty() {
            return self;
        }
        self.with(Token::Loose).braces(entries)
    }

    fn braces(self, entries: &[(String, Value)]) -> Line {
        let mut line = self.word("{").with(Token::Gap);
        for (nth, (key, value)) in entries.iter().enumerate() {
            if nth > 0 {
                line = line.with(Token::Separator);
            }
            line = line
                .word(key)
                .with(Token::Gap)
                .word("=")
                .with(Token::Gap)
                .value(value);
        }
        line.with(Token::LastComma).with(Token::Gap).word("}")
    }

    fn value(self, value: &Value) -> Line {
        match value {
            Value::Word(word) => self.word(word),
            Value::Text(text) => self.word(&quoted(text)),
            Value::Tags(tags) => {
                let entry =
                    |(key, text): &(&str, &str)| (key.to_string(), Value::Text(text.to_string()));
                self.braces(&tags.iter().map(entry).collect::<Vec<_>>())
            }
            Value::List(items) => {
                let mut line = self.word("[").with(Token::TightGap);
                for (nth, item) in items.iter().enumerate() {
                    if nth > 0 {
                        line = line.with(Token::TightGap).word(",").with(Token::Gap);
                    }
                    line = line.word(item);
                }
                line.with(Token::LastComma).with(Token::TightGap).word("]")
            }
        }
    }
}

/// The value of an entry of a block.
#[derive(Debug, Clone)]
pub enum Value {
    /// `closed`, `60`, `10.0.0.0/8`
    Word(String),
    /// `"vpc-0123456789abcdef0"`
    Text(String),
    /// `[10.0.0.0/16, 10.1.0.0/16]`
    List(Vec<String>),
    /// `{ team = "shop" }`
    Tags(Vec<(&'static str, &'static str)>),
}

/// `text` as a string literal.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The statements as a file, laid out as `layout` decides; one statement a line when it is
/// exhausted.
pub fn lay_out(statements: &[Line], layout: &mut Choices<'_>) -> String {
    let mut out = String::new();
    for statement in statements {
        before(&mut out, layout);
        for token in &statement.0 {
            match token {
                Token::Word(word) => out.push_str(word),
                Token::Blank => out.push_str(layout.of(&[" ", " ", " ", "  ", "\t", " \t "])),
                Token::Loose => out.push_str(layout.of(&[" ", " ", " ", "", "   ", "\t"])),
                Token::Tight => out.push_str(layout.of(&["", "", "", " ", "\t"])),
                Token::Gap => out.push_str(layout.of(&GAPS)),
                Token::TightGap => out.push_str(if layout.once_in(2) {
                    layout.of(&GAPS)
                } else {
                    ""
                }),
                Token::Separator => out.push_str(layout.of(&SEPARATORS)),
                Token::LastComma => out.push_str(layout.of(&LAST_COMMAS)),
            }
        }
        out.push_str(layout.of(&[
            "\n",
            "\n",
            "\n",
            "  \n",
            "\r\n",
            " # see \"the\" {plan},\n",
            "#\n",
        ]));
    }
    if layout.once_in(4) {
        out.truncate(out.trim_end_matches(['\n', '\r']).len());
    }
    out
}

const GAPS: [&str; 8] = [
    " ",
    " ",
    " ",
    "",
    "\n    ",
    "\r\n\t",
    " # first, the \"rest\" { below }\n  ",
    "\n\n  # and\n\n ",
];
const SEPARATORS: [&str; 9] = [
    ", ",
    ",\n  ",
    "\n  ",
    " , # this too\n\n\t",
    " # \"so\"\n  ",
    "\r\n",
    "\t,",
    "\n  , ",
    " # after it, a comma\n\n , ",
];
const LAST_COMMAS: [&str; 6] = ["", "", ",", " ,", "\n  ,", " # the last\r\n\t,"];

/// Text before a statement: blank lines, comments, indentation.
fn before(out: &mut String, layout: &mut Choices<'_>) {
    out.push_str(layout.of(&[
        "",
        "",
        "",
        "\n\n",
        "# web allows all from anywhere\n",
        "   \n\t# {\n",
        "\r\n",
    ]));
    out.push_str(layout.of(&["", "", "  ", "\t"]));
}
