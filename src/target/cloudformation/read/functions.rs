//! The functions that make texts and lists (CloudFormation template reference, "Intrinsic
//! functions").

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::tree::{Kind, Node};
use super::values::{
    Piece, Resolved, Unknown, UnknownPlace, default_text, expression_text, known_text, name_text,
    parameter_of,
};
use std::borrow::Cow;
use std::rc::Rc;

impl<'d> Evaluator<'d> {
    /// The arguments of a function that has a list of them.
    fn arguments(
        &self,
        argument: &'d Node<'d>,
        function: &str,
        most: usize,
        wanted: &str,
    ) -> Result<&'d [Rc<Node<'d>>], TemplateError> {
        match &argument.kind {
            Kind::List(items) if (2..=most).contains(&items.len()) => Ok(items),
            Kind::List(items) => {
                let message = format!("`{function}` expects {wanted}, found {}", items.len());
                Err(TemplateError::new(argument.at(), message))
            }
            Kind::Null | Kind::Text(_) | Kind::Map(_) => {
                Err(self.expected(argument, function, wanted))
            }
        }
    }

    /// `Fn::Sub`: a text, or a text and the values of some of its names.
    pub(super) fn substitute(
        &mut self,
        argument: &'d Node<'d>,
    ) -> Result<Resolved<'d>, TemplateError> {
        let (text, values) = match &argument.kind {
            Kind::Text(_) => (argument, None),
            Kind::Null | Kind::List(_) | Kind::Map(_) => {
                let wanted = "a text, or a text and an object";
                match self.arguments(argument, "Fn::Sub", 2, wanted)? {
                    [text, values] => (text.as_ref(), Some(values.as_ref())),
                    _ => return Err(self.expected(argument, "Fn::Sub", wanted)),
                }
            }
        };
        let Kind::Text(template) = &text.kind else {
            return Err(self.expected(text, "Fn::Sub", "a text"));
        };

        self.spend(text, template.len() / 64)?;
        let mut pieces = Vec::new();
        let mut rest: &'d str = template;
        while let Some((literal, after)) = rest.split_once("${") {
            let Some((name, behind)) = after.split_once('}') else {
                break;
            };
            push_known(&mut pieces, literal);
            match name.strip_prefix('!') {
                // `${!name}` stands for `${name}`
                Some(name) => pieces.push(Piece::Known(format!("${{{name}}}").into())),
                None => pieces.append(&mut self.substituted(text, values, name)?),
            }
            rest = behind;
        }
        push_known(&mut pieces, rest);
        Ok(Resolved::Text(pieces))
    }

    /// The value of a name in the text of an `Fn::Sub`.
    fn substituted(
        &mut self,
        text: &'d Node<'d>,
        values: Option<&'d Node<'d>>,
        name: &'d str,
    ) -> Result<Vec<Piece<'d>>, TemplateError> {
        self.enter(text)?;
        let given = values.and_then(|values| values.get(name));
        let value = match (given, name.split_once('.')) {
            (Some(value), _) => self.resolve(value),
            (None, Some((id, attribute))) => self.attribute(text, id, attribute),
            (None, None) => self.reference(text, name),
        };
        self.leave();
        match value? {
            Resolved::Text(pieces) => Ok(pieces),
            other => {
                let message = format!("`${{{name}}}` is {}, and no text", other.what());
                Err(TemplateError::new(text.at(), message))
            }
        }
    }

    /// `Fn::Join`: what stands between, and a list.
    pub(super) fn join(&mut self, argument: &'d Node<'d>) -> Result<Resolved<'d>, TemplateError> {
        let wanted = "a text and a list";
        let [between, list] = self.arguments(argument, "Fn::Join", 2, wanted)? else {
            return Err(self.expected(argument, "Fn::Join", wanted));
        };
        let between = self.text_of(between, "Fn::Join")?;
        let items = match self.resolve(list)? {
            Resolved::List(items) => items,
            Resolved::UnknownList(unknown) => return Ok(join_unknown(&between, &unknown)),
            Resolved::Nothing | Resolved::Text(_) | Resolved::Object(_) => {
                return Err(self.expected(list, "Fn::Join", "a list"));
            }
        };

        let mut pieces = Vec::new();
        for (n, item) in items.into_iter().enumerate() {
            if n > 0 {
                self.spend(list, 1 + between.len())?;
                pieces.extend(between.iter().cloned());
            }
            match item {
                Resolved::Text(mut item) => pieces.append(&mut item),
                other => {
                    let message = format!("`Fn::Join` expects texts, found {}", other.what());
                    return Err(TemplateError::new(list.at(), message));
                }
            }
        }
        Ok(Resolved::Text(pieces))
    }

    /// `Fn::Select`: a position from 0, and a list.
    pub(super) fn select(&mut self, argument: &'d Node<'d>) -> Result<Resolved<'d>, TemplateError> {
        let wanted = "a position and a list";
        let [position, list] = self.arguments(argument, "Fn::Select", 2, wanted)? else {
            return Err(self.expected(argument, "Fn::Select", wanted));
        };
        let index = self.text_of(position, "Fn::Select")?;
        let list_value = self.resolve(list)?;
        let number = match known_text(&index) {
            Some(text) => match text.parse::<usize>() {
                Ok(number) => Some(number),
                Err(_) => {
                    let message = format!("`{text}` is no position in a list");
                    return Err(TemplateError::new(position.at(), message));
                }
            },
            None => None,
        };

        match (number, list_value) {
            (Some(number), Resolved::List(mut items)) => match number < items.len() {
                true => Ok(items.swap_remove(number)),
                false => {
                    let message =
                        format!("the list has {} values, and none at {number}", items.len());
                    Err(TemplateError::new(position.at(), message))
                }
            },
            (None, Resolved::List(_)) => Err(TemplateError::new(
                position.at(),
                unknown_choice("which value `Fn::Select` takes", parameter_of(&index)),
            )),
            (number, Resolved::UnknownList(unknown)) => {
                let chosen = number.map_or_else(|| expression_text(&index), |n| n.to_string());
                Ok(select_unknown(&unknown, number, &chosen))
            }
            (_, Resolved::Nothing | Resolved::Text(_) | Resolved::Object(_)) => {
                Err(self.expected(list, "Fn::Select", "a list"))
            }
        }
    }

    /// `Fn::Split`: what stands between, and a text.
    pub(super) fn split(&mut self, argument: &'d Node<'d>) -> Result<Resolved<'d>, TemplateError> {
        let wanted = "a text that stands between, and a text";
        let [between, text] = self.arguments(argument, "Fn::Split", 2, wanted)? else {
            return Err(self.expected(argument, "Fn::Split", wanted));
        };
        let between_pieces = self.text_of(between, "Fn::Split")?;
        let between_text = known_text(&between_pieces).filter(|text| !text.is_empty());
        let Some(between_text) = between_text else {
            return Err(self.expected(between, "Fn::Split", "a text that is known"));
        };
        let pieces = self.text_of(text, "Fn::Split")?;

        if let Some(known) = known_text(&pieces) {
            self.spend(text, known.len() / 8)?;
            let parts = known.split(between_text.as_ref());
            let parts = parts.map(|part| Resolved::known(part.to_string()));
            return Ok(Resolved::List(parts.collect()));
        }
        let default = default_text(&pieces);
        Ok(Resolved::UnknownList(Rc::new(Unknown {
            default: default.map(|text| text.replace(between_text.as_ref(), ",")),
            parameter: parameter_of(&pieces),
            ..Unknown::new(
                format!("Fn::Split({between_text}, {})", expression_text(&pieces)),
                name_text(&pieces),
            )
        })))
    }

    /// `Fn::FindInMap`: a map, two keys, and what is taken where they are not there.
    pub(super) fn find_in_map(
        &mut self,
        argument: &'d Node<'d>,
    ) -> Result<Resolved<'d>, TemplateError> {
        let wanted = "a map and two keys";
        let arguments = self.arguments(argument, "Fn::FindInMap", 4, wanted)?;
        let keys = arguments;
        if keys.len() < 3 {
            return Err(self.expected(argument, "Fn::FindInMap", wanted));
        }
        let otherwise = keys.get(3).and_then(|it| it.get("DefaultValue"));
        let mut pieces = Vec::with_capacity(3);
        for key in &keys[..3] {
            pieces.push(self.text_of(key, "Fn::FindInMap")?);
        }

        let known: Option<Vec<Cow<'_, str>>> = pieces.iter().map(|it| known_text(it)).collect();
        if let Some(known) = known {
            let found = self.mapped([&known[0], &known[1], &known[2]]);
            return match found.or(otherwise) {
                Some(value) => self.resolve(value),
                None => {
                    let path = known.join("` / `");
                    let message = format!("`Mappings` has no `{path}`");
                    Err(TemplateError::new(argument.at(), message))
                }
            };
        }
        self.find_unknown(&pieces)
    }

    /// What a map has for keys of which some are unknown.
    fn find_unknown(&mut self, keys: &[Vec<Piece<'d>>]) -> Result<Resolved<'d>, TemplateError> {
        let defaults: Option<Vec<String>> = keys.iter().map(|it| default_text(it)).collect();
        let default = defaults.and_then(|it| self.mapped([&it[0], &it[1], &it[2]]));
        let default = default.map(|it| self.resolve(it)).transpose()?;
        let texts: Vec<String> = keys.iter().map(|it| expression_text(it)).collect();
        let named = keys.iter().rfind(|it| known_text(it).is_some());
        let name = named.unwrap_or(&keys[2]);
        let unknown = |default| Unknown {
            default,
            parameter: keys.iter().find_map(|it| parameter_of(it)),
            ..Unknown::new(
                format!("Fn::FindInMap({})", texts.join(", ")),
                name_text(name),
            )
        };

        Ok(match default {
            Some(Resolved::List(items)) => {
                let items: Option<Vec<String>> = items
                    .iter()
                    .map(|item| match item {
                        Resolved::Text(pieces) => default_text(pieces),
                        _ => None,
                    })
                    .collect();
                let items = items.map(|items| items.join(","));
                Resolved::UnknownList(Rc::new(unknown(items)))
            }
            Some(Resolved::Text(pieces)) => Resolved::unknown(unknown(default_text(&pieces))),
            Some(_) | None => Resolved::unknown(unknown(None)),
        })
    }

    fn mapped(&self, [map, first, second]: [&str; 3]) -> Option<&'d Node<'d>> {
        self.template.mappings.get(map)?.get(first)?.get(second)
    }

    /// `Fn::If`: a condition, and a value for each case.
    pub(super) fn choose(&mut self, argument: &'d Node<'d>) -> Result<Resolved<'d>, TemplateError> {
        let wanted = "a condition and two values";
        let [condition, then, otherwise] = self.arguments(argument, "Fn::If", 3, wanted)? else {
            return Err(self.expected(argument, "Fn::If", wanted));
        };
        let Some(name) = condition.text() else {
            return Err(self.expected(condition, "Fn::If", "the name of a condition"));
        };
        match self.holds(condition, name)? {
            true => self.resolve(then),
            false => self.resolve(otherwise),
        }
    }

    /// `Fn::ImportValue`: what another stack exports.
    pub(super) fn import_value(
        &mut self,
        argument: &'d Node<'d>,
    ) -> Result<Resolved<'d>, TemplateError> {
        let name = self.text_of(argument, "Fn::ImportValue")?;
        Ok(Resolved::unknown(Unknown {
            place: UnknownPlace::Import(name.clone()),
            ..Unknown::new(
                format!("Fn::ImportValue({})", expression_text(&name)),
                name_text(&name),
            )
        }))
    }
}

fn push_known<'d>(pieces: &mut Vec<Piece<'d>>, text: &'d str) {
    if !text.is_empty() {
        pieces.push(Piece::Known(text.into()));
    }
}

/// What depends on a value that the deployment gives, and what to do about it.
pub(super) fn unknown_choice(what: &str, parameter: Option<&str>) -> String {
    match parameter {
        Some(name) => format!("{what} depends on `{name}`: set it with `--set {name}=VALUE`"),
        None => format!("{what} is known only after the deployment"),
    }
}

fn join_unknown<'d>(between: &[Piece<'d>], list: &Unknown<'d>) -> Resolved<'d> {
    let text = expression_text(between);
    let default = list.default.as_ref();
    Resolved::unknown(Unknown {
        default: default
            .zip(known_text(between))
            .map(|(list, between)| list.replace(',', &between)),
        parameter: list.parameter,
        ..Unknown::new(
            format!("Fn::Join({text}, {})", list.expression),
            list.name.as_str(),
        )
    })
}

fn select_unknown<'d>(list: &Unknown<'d>, number: Option<usize>, chosen: &str) -> Resolved<'d> {
    let default = list.default.as_deref();
    let default = number.and_then(|number| default?.split(',').nth(number));
    Resolved::unknown(Unknown {
        default: default.map(|text| text.trim().to_string()),
        parameter: list.parameter,
        ..Unknown::new(
            format!("Fn::Select({chosen}, {})", list.expression),
            format!("{} {chosen}", list.name),
        )
    })
}
