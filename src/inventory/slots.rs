//! What names groups and lists, each with a number.

use super::entry::Value;
use foldhash::HashMap;

/// Names of things of one kind: ids, keys and expressions.
#[derive(Debug, Default)]
pub(super) struct Slots {
    numbers: HashMap<Name, u32>,
    names: Vec<Name>,
}

/// What names a group or a list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Name {
    /// An id or a key, and the account where it is said.
    Known(String, Option<String>),
    /// An expression.
    Expression(String),
}

impl Slots {
    /// The number of an id or a key: a new one if it has none.
    pub(super) fn of_key(&mut self, key: &str, account: Option<&str>) -> u32 {
        self.of_name(Name::Known(key.to_string(), account.map(str::to_string)))
    }

    /// The number of a value.
    pub(super) fn of_value(&mut self, value: &Value<'_>, account: Option<&str>) -> u32 {
        match value {
            Value::Known(key) => self.of_key(key, account),
            Value::Expression(text) => self.of_name(Name::Expression(text.to_string())),
        }
    }

    fn of_name(&mut self, name: Name) -> u32 {
        if let Some(number) = self.numbers.get(&name) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.names.push(name.clone());
        self.numbers.insert(name, number);
        number
    }

    /// The number that a key has without an account.
    pub(super) fn number_of_key(&self, key: &str) -> Option<u32> {
        let name = Name::Known(key.to_string(), None);
        self.numbers.get(&name).copied()
    }

    /// The names, by number.
    pub(super) fn names(&self) -> &[Name] {
        &self.names
    }
}
