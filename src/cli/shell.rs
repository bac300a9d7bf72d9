//! Commands as messages show them, to be copied into a shell.

use std::borrow::Cow;

/// One argument of a command: in quotes if a shell would change or split it.
pub fn shell_quoted(argument: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:,=@+%".contains(c);
    if !argument.is_empty() && argument.chars().all(is_plain) {
        Cow::Borrowed(argument)
    } else {
        Cow::Owned(format!("'{}'", argument.replace('\'', "'\\''")))
    }
}
