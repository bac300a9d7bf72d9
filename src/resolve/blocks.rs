//! Reads the blocks of declarations: known keys, and values of the right type.

use super::scope::Scope;
use crate::ast::{self, EntryKey, EntryValue};
use crate::diagnostic::{MeaningProblem, NameKind, NameProblem, likely, nearest};
use crate::net::parse_block;
use crate::policy::ParamKind;

/// Keywords of settings with two values, and their synonyms.
const WORDS: [(&str, &[&str]); 12] = [
    (
        "closed",
        &[
            "false",
            "no",
            "none",
            "deny",
            "off",
            "block",
            "restricted",
            "[]",
        ],
    ),
    (
        "open",
        &["true", "yes", "all", "allow", "any", "on", "anywhere"],
    ),
    (
        "open-ipv4",
        &["ipv4", "ipv4-open", "open-v4", "anywhere-ipv4", "0.0.0.0/0"],
    ),
    (
        "open-ipv6",
        &["ipv6", "ipv6-open", "open-v6", "anywhere-ipv6", "::/0"],
    ),
    ("ipv4", &["4", "v4", "ip4", "inet"]),
    ("ipv6", &["6", "v6", "ip6", "inet6"]),
    ("dual", &["both", "ipv6", "dualstack", "dual-stack"]),
    ("locked", &["closed", "none", "deny", "empty", "true"]),
    ("made", &["generated", "default", "auto", "all", "true"]),
    ("written", &["own", "explicit", "none", "off", "false"]),
    ("true", &["yes", "on"]),
    ("false", &["no", "off"]),
];

/// What is written before the block of a tier, as keys, and the word for it.
const CLAUSES: [(&str, &str); 4] = [
    ("is", "is"),
    ("role", "is"),
    ("also", "also"),
    ("was", "was"),
];

/// The largest size of a prefix list (VPC user guide, "Amazon VPC quotas").
pub const LARGEST_SIZE: u32 = 1000;

impl<'a> Scope<'a> {
    /// The entries of a block with these keys, without duplicates; other entries are reported.
    pub fn read_entries(
        &mut self,
        block: Option<&'a ast::Block>,
        what: &'static str,
        keys: &'static [&'static str],
    ) -> Vec<(&'static str, &'a EntryValue)> {
        let mut known: Vec<(&'static str, &'a ast::BlockEntry)> = Vec::new();
        for entry in block.iter().flat_map(|block| &block.entries) {
            let typed = self.sources.text(entry.key.span());
            let key = keys
                .iter()
                .find(|key| matches!(entry.key, EntryKey::Name(_)) && **key == typed);

            let Some(key) = key else {
                self.report_unknown_key(entry, what, keys);
                continue;
            };

            match known.iter().find(|(lint_facts, _)| lint_facts == key) {
                Some((_, first)) => self.problems.push(NameProblem::DuplicateKey {
                    span: entry.key.span(),
                    key: typed.to_string(),
                    first: first.key.span(),
                }),
                None => known.push((key, entry)),
            }
        }

        known
            .into_iter()
            .map(|(key, entry)| (key, &entry.value))
            .collect()
    }

    fn report_unknown_key(
        &mut self,
        entry: &ast::BlockEntry,
        block: &'static str,
        keys: &'static [&'static str],
    ) {
        let span = entry.key.span();
        let key = self.sources.text(span).to_string();
        let meant = likely(NameKind::Key, key.trim_matches('"'), keys.iter().copied());
        let quoted: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
        let clause = CLAUSES
            .iter()
            .find(|(typed, _)| block == "tier" && *typed == key);
        let help = match clause {
            Some((_, word)) => {
                let names = self.sources.text(entry.value.span());
                let names = names.trim_matches(['[', ']', '"', ' ']);
                format!("write it before the block: `{word} {names}`")
            }
            None => format!("valid keys are {}", quoted.join(", ")),
        };

        self.problems.push(NameProblem::UnknownKey {
            span,
            key,
            block,
            meant: meant.filter(|_| clause.is_none()),
            help,
        });
    }

    /// Reports a value of the wrong type.
    pub fn report_bad_value<T>(
        &mut self,
        value: &EntryValue,
        key: &str,
        wanted: &'static str,
    ) -> Option<T> {
        self.report_bad_value_meaning(value, key, wanted, None)
    }

    /// Likewise, with the value that was likely meant.
    fn report_bad_value_meaning<T>(
        &mut self,
        value: &EntryValue,
        key: &str,
        wanted: &'static str,
        meant: Option<String>,
    ) -> Option<T> {
        if !self.has_host_bits(value) {
            self.problems.push(NameProblem::BadValue {
                span: value.span(),
                key: key.to_string(),
                wanted,
                meant,
            });
        }

        None
    }

    /// Whether a value is a block with host bits, which is reported where it is parsed.
    fn has_host_bits(&self, value: &EntryValue) -> bool {
        match value {
            EntryValue::Net(net) => {
                parse_block(self.sources.text(net.span)).is_ok_and(|block| block != net.net)
            }
            EntryValue::Text(_)
            | EntryValue::Number(..)
            | EntryValue::Name(_)
            | EntryValue::List(..)
            | EntryValue::Block(_)
            | EntryValue::Source(..) => false,
        }
    }

    /// Reports a value that is not a block of addresses; suggests removing quotes.
    pub fn report_no_block(&mut self, value: &EntryValue, key: &str, wanted: &'static str) {
        let meant = match value {
            EntryValue::Text(text) => parse_block(&text.value)
                .ok()
                .map(|_| text.value.to_string()),
            EntryValue::Number(..)
            | EntryValue::Name(_)
            | EntryValue::Net(_)
            | EntryValue::List(..)
            | EntryValue::Block(_)
            | EntryValue::Source(..) => None,
        };
        self.report_bad_value_meaning::<()>(value, key, wanted, meant);
    }

    /// Reports a value that is not the name of a VPC; suggests removing quotes.
    pub fn report_no_vpc<T>(&mut self, value: &EntryValue) -> Option<T> {
        let meant = match value {
            EntryValue::Text(text) => self.vpc_named(&text.value).map(|_| text.value.to_string()),
            EntryValue::Number(..)
            | EntryValue::Name(_)
            | EntryValue::Net(_)
            | EntryValue::List(..)
            | EntryValue::Block(_)
            | EntryValue::Source(..) => None,
        };
        self.report_bad_value_meaning(value, "vpc", "the name of a VPC of the program", meant)
    }

    /// A value that must be one of a few words.
    pub fn read_choice<T, const N: usize>(
        &mut self,
        value: &EntryValue,
        key: &str,
        wanted: &'static str,
        words: [(&str, T); N],
    ) -> Option<T> {
        let typed = match value {
            EntryValue::Name(name) => self.text(*name),
            EntryValue::Text(_)
            | EntryValue::Number(..)
            | EntryValue::Net(_)
            | EntryValue::List(..)
            | EntryValue::Block(_)
            | EntryValue::Source(..) => "",
        };

        let allowed = words.each_ref().map(|(word, _)| *word);
        if let Some((_, meaning)) = words.into_iter().find(|(word, _)| *word == typed) {
            return Some(meaning);
        }

        let written = self.sources.text(value.span()).trim_matches('"');
        let meant = likely_word(&written.to_ascii_lowercase(), &allowed).map(str::to_string);

        self.report_bad_value_meaning(value, key, wanted, meant)
    }

    /// A value that must be a string.
    pub fn read_string(
        &mut self,
        value: &'a EntryValue,
        key: &str,
        wanted: &'static str,
    ) -> Option<&'a ast::StringLiteral> {
        match value {
            EntryValue::Text(text) => Some(text),
            EntryValue::Number(..) | EntryValue::Name(_) => {
                let meant = format!("\"{}\"", self.sources.text(value.span()));
                self.report_bad_value_meaning(value, key, wanted, Some(meant))
            }
            EntryValue::Net(_)
            | EntryValue::List(..)
            | EntryValue::Block(_)
            | EntryValue::Source(..) => self.report_bad_value(value, key, wanted),
        }
    }

    /// A string of this form.
    pub fn read_form(
        &mut self,
        text: &ast::StringLiteral,
        wanted: &'static str,
        form: fn(&str) -> bool,
    ) -> Option<String> {
        let value = text.value.to_string();
        if form(&value) {
            return Some(value);
        }

        self.problems.push(MeaningProblem::BadId {
            span: text.span,
            text: value,
            wanted,
            meant: None,
            help: None,
        });

        None
    }

    /// A number from 1 up.
    pub fn read_count(&mut self, value: &EntryValue, key: &str) -> Option<u32> {
        self.read_number(value, key, u32::MAX, "a number from 1 to 4294967295")
    }

    /// The size of a prefix list: `entries = 20`
    pub fn read_size(&mut self, value: &EntryValue) -> Option<u32> {
        self.read_number(value, "entries", LARGEST_SIZE, "a number from 1 to 1000")
    }

    fn read_number(
        &mut self,
        value: &EntryValue,
        key: &str,
        most: u32,
        wanted: &'static str,
    ) -> Option<u32> {
        let is_possible = |number: &u64| (1..=u64::from(most)).contains(number);
        match value {
            EntryValue::Number(_, number) if is_possible(number) => Some(*number as u32),
            _ => {
                let written = self.sources.text(value.span()).trim_matches('"');
                let meant = written.parse::<u64>().ok().filter(is_possible);
                let meant = meant.map(|number| number.to_string());
                self.report_bad_value_meaning(value, key, wanted, meant)
            }
        }
    }

    /// A region, as in `region = "eu-central-1"`.
    pub fn read_region(&mut self, value: &'a EntryValue) -> Option<String> {
        let text = self.read_string(
            value,
            "region",
            "a region in quotes, like `\"eu-central-1\"`",
        )?;
        self.read_form(text, "a region, like `eu-central-1`", is_region)
    }

    /// An account, as in `account = "123456789012"`.
    pub fn read_account(&mut self, value: &'a EntryValue) -> Option<String> {
        let text = self.read_string(
            value,
            "account",
            "an account number in quotes, like `\"123456789012\"`",
        )?;
        self.read_form(text, ACCOUNT, is_account)
    }
}

/// The word of a few that an invalid value most likely means.
fn likely_word<'w>(written: &str, allowed: &[&'w str]) -> Option<&'w str> {
    let allowed = || allowed.iter().copied();
    let same = allowed().find(|word| *word == written);
    let synonym = || {
        let mut synonyms = WORDS.iter().filter(|(_, typed)| typed.contains(&written));
        synonyms.find_map(|(meant, _)| allowed().find(|word| word == meant))
    };
    let misspelled = || allowed().find(|word| nearest(written, [*word]).is_some());

    same.or_else(synonym).or_else(misspelled)
}

/// The form of an account number.
pub const ACCOUNT: &str = "an account number: 12 digits";

/// Whether the text can be the name of a region: `eu-central-1`, `us-gov-west-1`.
fn is_region(text: &str) -> bool {
    let words: Vec<&str> = text.split('-').collect();
    let [first, middle @ .., last] = words.as_slice() else {
        return false;
    };
    first.len() == 2
        && is_lower(first)
        && !middle.is_empty()
        && middle.iter().all(|word| is_lower(word))
        && is_number(last)
}

fn is_lower(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase())
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether the text is the number of an account.
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && is_number(text)
}

/// Whether the text is an id: the prefix, then 8 or 17 hexadecimal digits (EC2 user guide, resource
/// ids).
fn is_id(text: &str, prefix: &str) -> bool {
    let digits = text.strip_prefix(prefix);
    digits.is_some_and(|digits| [8, 17].contains(&digits.len()) && digits.bytes().all(is_hex))
}

fn is_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

/// `vpc-0123456789abcdef0`
pub fn is_vpc_id(text: &str) -> bool {
    is_id(text, "vpc-")
}

/// `sg-0123456789abcdef0`
pub fn is_group_id(text: &str) -> bool {
    is_id(text, "sg-")
}

/// `pl-0123456789abcdef0`
pub fn is_list_id(text: &str) -> bool {
    is_id(text, "pl-")
}

const NO_GROUP: &str =
    "a group that this program does not declare is named by its id, and a tier by its name alone";

/// The id of a security group that the program does not make.
pub fn read_group_id(scope: &mut Scope<'_>, id: &ast::StringLiteral) -> Option<String> {
    let text = id.value.to_string();
    if is_group_id(&text) {
        return Some(text);
    }

    let help = match text.split_once('/') {
        Some((account, group)) if is_account(account) && is_group_id(group) => {
            format!("write the account after the id: `\"{group}\" in account \"{account}\"`")
        }
        Some(_) | None => NO_GROUP.to_string(),
    };
    scope.problems.push(MeaningProblem::BadId {
        span: id.span,
        text,
        wanted: ParamKind::External.wanted(),
        meant: None,
        help: Some(help),
    });
    None
}
