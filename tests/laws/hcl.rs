//! A small strict reader of HCL: blocks, attributes, strings, numbers, lists, maps and references,
//! as files in the layout of `terraform fmt` have them. `validation` blocks are skipped.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Chars;

/// The contents of a block, or of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Body {
    pub attributes: BTreeMap<String, Expression>,
    pub blocks: Vec<Block>,
}

/// `resource "aws_security_group" "web" { … }`
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    pub kind: String,
    pub labels: Vec<String>,
    pub body: Body,
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// What a string without templates says.
    Text(String),
    /// A string with `${ … }` in it.
    Parts(Vec<Part>),
    Number(i64),
    Bool(bool),
    List(Vec<Expression>),
    Map(BTreeMap<String, Expression>),
    /// `aws_security_group.web.id`
    Reference(String),
    /// `set(string)`, `toset(module.given.homes)`: what is between the brackets.
    Set(Box<Expression>),
}

/// A part of a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Text(String),
    /// `var.stage` of `${var.stage}`
    Reference(String),
}

/// Reads a file.
pub fn read(text: &str) -> Body {
    assert!(!text.contains(['\t', '\r']), "no tab, no carriage return");
    let mut reader = Reader {
        rest: text.chars().peekable(),
    };
    let body = reader.body(false);
    assert_eq!(reader.rest.next(), None);
    body
}

struct Reader<'t> {
    rest: Peekable<Chars<'t>>,
}

impl Reader<'_> {
    /// Blanks, and line breaks and comments where `lines` says so.
    fn skip(&mut self, lines: bool) {
        loop {
            match self.rest.peek() {
                Some(' ') => drop(self.rest.next()),
                Some('\n') if lines => drop(self.rest.next()),
                Some('#') if lines => while self.rest.next_if(|c| *c != '\n').is_some() {},
                _ => return,
            }
        }
    }

    fn expect(&mut self, wanted: char) {
        assert_eq!(
            self.rest.next(),
            Some(wanted),
            "before {:?}",
            self.rest.clone().take(40).collect::<String>()
        );
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(c) = self
            .rest
            .next_if(|c| c.is_ascii_alphanumeric() || *c == '_' || *c == '-')
        {
            word.push(c);
        }
        assert!(
            word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'),
            "no name: {word:?} before {:?}",
            self.rest.peek()
        );
        word
    }

    /// To the closing brace, which is taken, or to the end of the file.
    fn body(&mut self, braces: bool) -> Body {
        let mut body = Body::default();
        loop {
            self.skip(true);
            match self.rest.peek() {
                None if !braces => return body,
                Some('}') if braces => {
                    self.rest.next();
                    return body;
                }
                _ => {}
            }
            let head = self.word();
            self.skip(false);
            match self.rest.peek() {
                Some('=') => {
                    self.rest.next();
                    self.skip(false);
                    let value = self.expression();
                    assert!(
                        body.attributes.insert(head.clone(), value).is_none(),
                        "{head} stands twice"
                    );
                }
                _ => body.blocks.push(self.block(head)),
            }
            self.skip(false);
            self.expect('\n');
        }
    }

    fn block(&mut self, kind: String) -> Block {
        let mut labels = Vec::new();
        while self.rest.peek() == Some(&'"') {
            match self.string() {
                Expression::Text(label) => labels.push(label),
                other => panic!("the label {other:?}"),
            }
            self.skip(false);
        }
        self.expect('{');
        if kind == "validation" {
            // conditions are expressions of any form; none of them reaches AWS
            let text: String = self.rest.clone().collect();
            let end = text
                .find("\n  }\n")
                .expect("a block ends on a line of its own")
                + 4;
            self.rest.nth(text[..end].chars().count() - 1);
            return Block {
                kind,
                labels,
                body: Body::default(),
            };
        }
        Block {
            kind,
            labels,
            body: self.body(true),
        }
    }

    fn expression(&mut self) -> Expression {
        match self.rest.peek().copied() {
            Some('"') => self.string(),
            Some('[') => {
                self.rest.next();
                Expression::List(self.items(']', |reader, items: &mut Vec<Expression>| {
                    items.push(reader.expression())
                }))
            }
            Some('{') => {
                self.rest.next();
                Expression::Map(self.items(
                    '}',
                    |reader, map: &mut BTreeMap<String, Expression>| {
                        let key = match reader.rest.peek() {
                            Some('"') => match reader.string() {
                                Expression::Text(key) => key,
                                other => panic!("the key {other:?}"),
                            },
                            _ => reader.word(),
                        };
                        reader.skip(false);
                        reader.expect('=');
                        reader.skip(false);
                        let value = reader.expression();
                        assert!(
                            map.insert(key.clone(), value).is_none(),
                            "the key {key} stands twice"
                        );
                    },
                ))
            }
            Some(c) if c == '-' || c.is_ascii_digit() => {
                let mut number = String::new();
                while let Some(c) = self.rest.next_if(|c| *c == '-' || c.is_ascii_digit()) {
                    number.push(c);
                }
                Expression::Number(number.parse().expect("a number"))
            }
            _ => {
                let mut reference = self.word();
                while self.rest.next_if_eq(&'.').is_some() {
                    reference.push('.');
                    reference.push_str(&self.word());
                    if self.rest.next_if_eq(&'[').is_some() {
                        let Expression::Text(key) = self.string() else {
                            panic!("a constant key")
                        };
                        self.expect(']');
                        reference.push_str(&format!("[{key}]"));
                    }
                }
                if matches!(reference.as_str(), "set" | "toset") {
                    self.expect('(');
                    let of = self.expression();
                    self.expect(')');
                    return Expression::Set(Box::new(of));
                }
                match reference.as_str() {
                    "true" => Expression::Bool(true),
                    "false" => Expression::Bool(false),
                    _ => Expression::Reference(reference),
                }
            }
        }
    }

    /// Items up to a closing bracket, a comma or a line break after each.
    fn items<T: Default>(&mut self, close: char, mut item: impl FnMut(&mut Self, &mut T)) -> T {
        let mut items = T::default();
        loop {
            self.skip(true);
            if self.rest.next_if_eq(&close).is_some() {
                return items;
            }
            item(self, &mut items);
            self.skip(false);
            if self.rest.next_if_eq(&',').is_none() && self.rest.peek() != Some(&close) {
                self.expect('\n');
            }
        }
    }

    /// A string in quotes: `\"`, `\\`, `\n`, `\t`, `\uXXXX`; `$${` and `%%{` stand for `${` and
    /// `%{`.
    fn string(&mut self) -> Expression {
        self.expect('"');
        let (mut text, mut parts) = (String::new(), Vec::new());
        loop {
            match self.rest.next().expect("a string ends") {
                '"' => break,
                '\n' => panic!("a line break in {text:?}"),
                '\\' => text.push(match self.rest.next() {
                    Some('n') => '\n',
                    Some('r') => '\r',
                    Some('t') => '\t',
                    Some(same @ ('"' | '\\')) => same,
                    Some('u') => {
                        let digits: String = self.rest.by_ref().take(4).collect();
                        let code = u32::from_str_radix(&digits, 16).expect("four digits");
                        char::from_u32(code).expect("a character")
                    }
                    other => panic!("the escape {other:?}"),
                }),
                sign @ ('$' | '%') => {
                    let ahead: String = self.rest.clone().take(2).collect();
                    text.push(sign);
                    if ahead == format!("{sign}{{") {
                        self.rest.next();
                        self.expect('{');
                        text.push('{');
                    } else if ahead.starts_with('{') {
                        text.pop();
                        if !text.is_empty() {
                            parts.push(Part::Text(std::mem::take(&mut text)));
                        }
                        parts.push(self.interpolation());
                    }
                }
                other => text.push(other),
            }
        }
        if parts.is_empty() {
            return Expression::Text(text);
        }
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        // `terraform fmt` takes the quotes away
        assert!(parts.len() > 1, "{parts:?} in quotes");
        Expression::Parts(parts)
    }

    fn interpolation(&mut self) -> Part {
        self.expect('{');
        let Expression::Reference(reference) = self.expression() else {
            panic!("a reference in a string")
        };
        self.expect('}');
        Part::Reference(reference)
    }
}

#[test]
fn reads_hcl_as_terraform_does() {
    let body = read(
        "# c\na \"b\" {\n  x  = \"$$${y} %%{z} \\\"\\\\ $$ $\"\n  yy = var.z-1.id\n\n  t = {\n    \"k v\" = -1\n    w     = [true, \"\"]\n  }\n}\n",
    );
    let x = &body.blocks[0].body.attributes;
    assert_eq!(x["x"], Expression::Text("$${y} %{z} \"\\ $$ $".to_string()));
    assert_eq!(x["yy"], Expression::Reference("var.z-1.id".to_string()));
    let list = Expression::List(vec![
        Expression::Bool(true),
        Expression::Text(String::new()),
    ]);
    assert_eq!(
        x["t"],
        Expression::Map(BTreeMap::from([
            ("k v".to_string(), Expression::Number(-1)),
            ("w".to_string(), list)
        ]))
    );
    let template = read("a = \"x.${data.b.c}.y\"\n");
    assert_eq!(
        template.attributes["a"],
        Expression::Parts(vec![
            Part::Text("x.".to_string()),
            Part::Reference("data.b.c".to_string()),
            Part::Text(".y".to_string()),
        ])
    );
}
