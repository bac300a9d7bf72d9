//! Names of tiers and parameters from what a source calls them.

use std::collections::HashSet;

/// The longest name that is taken as it is.
const LONGEST: usize = 60;

/// Words that programs have for something else, which no declaration gets for its name.
const RESERVED: [&str; 46] = [
    "accept",
    "accepts",
    "all",
    "allow",
    "allows",
    "also",
    "anywhere",
    "anywhere-ipv4",
    "anywhere-ipv6",
    "assert",
    "can",
    "cannot",
    "environments",
    "every",
    "except",
    "external",
    "from",
    "icmp",
    "icmpv6",
    "in",
    "include",
    "internet",
    "is",
    "itself",
    "network",
    "on",
    "only",
    "outbound",
    "param",
    "peer",
    "prefix-list",
    "private",
    "proto",
    "reach",
    "send",
    "sends",
    "service",
    "stack",
    "tcp",
    "tier",
    "tiers",
    "to",
    "udp",
    "until",
    "vpc",
    "was",
];

/// Names that are given, each once.
#[derive(Debug)]
pub struct UniqueNames(HashSet<String>);

impl Default for UniqueNames {
    fn default() -> UniqueNames {
        UniqueNames(RESERVED.map(str::to_string).into())
    }
}

impl UniqueNames {
    /// Takes a name that is given already.
    pub fn take(&mut self, name: &str) {
        self.0.insert(name.to_string());
    }

    /// The first of these names that can be one and is free; with a number where none is.
    pub fn choose<'n>(
        &mut self,
        names: impl IntoIterator<Item = &'n str>,
        otherwise: &str,
    ) -> String {
        let mut first = None;
        for name in names.into_iter().filter_map(plain_name) {
            if self.0.insert(name.clone()) {
                return name;
            }
            first.get_or_insert(name);
        }

        let first = first.unwrap_or_else(|| otherwise.to_string());
        let numbered = (2u32..).map(|n| format!("{first}-{n}"));
        let plain = std::iter::once(first.clone());
        let mut free = plain.chain(numbered).filter(|name| !self.0.contains(name));
        let name = free.next().expect("there are more numbers than names");
        self.0.insert(name.clone());
        name
    }
}

/// A text as the name of a declaration: `Web Servers` as `web-servers`, `WebSecurityGroup` as
/// `web-security-group`; nothing where it has no letter to start with.
pub(super) fn plain_name(text: &str) -> Option<String> {
    let mut name = String::with_capacity(text.len());
    let mut before = ' ';

    for (at, c) in text.char_indices() {
        let next = text[at + c.len_utf8()..].chars().next();
        if c.is_ascii_alphanumeric() {
            let is_hump = c.is_ascii_uppercase()
                && (before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || before.is_ascii_uppercase()
                        && next.is_some_and(|next| next.is_ascii_lowercase()));
            if is_hump {
                push_hyphen(&mut name);
            }
            if !name.is_empty() || c.is_ascii_alphabetic() {
                name.push(c.to_ascii_lowercase());
            }
        } else {
            push_hyphen(&mut name);
        }
        before = c;
    }

    name.truncate(LONGEST);
    let name = name.trim_end_matches('-');
    (!name.is_empty()).then(|| name.to_string())
}

/// A name without what Terraform adds to a prefix: 26 digits (provider's documentation of
/// `name_prefix`: "a unique name beginning with the specified prefix").
pub fn without_unique_suffix(name: &str) -> &str {
    let start = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = name.len() - start.len();
    match digits {
        26 => start.trim_end_matches('-'),
        _ => name,
    }
}

fn push_hyphen(name: &mut String) {
    if !name.is_empty() && !name.ends_with('-') {
        name.push('-');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_of_what_sources_write() {
        for (written, name) in [
            ("web", Some("web")),
            ("Web Servers", Some("web-servers")),
            ("WebSecurityGroup", Some("web-security-group")),
            ("ALBSecurityGroup2", Some("alb-security-group2")),
            ("shop_web--prod_", Some("shop-web-prod")),
            ("2nd", Some("nd")),
            ("…", None),
        ] {
            assert_eq!(plain_name(written).as_deref(), name, "{written}");
        }
    }

    #[test]
    fn a_name_is_given_once() {
        let mut names = UniqueNames::default();
        assert_eq!(names.choose(["web"], "group"), "web");
        assert_eq!(names.choose(["Web", "edge"], "group"), "edge");
        assert_eq!(names.choose(["web", "edge"], "group"), "web-2");
        assert_eq!(names.choose([], "group"), "group");
        assert_eq!(names.choose(["tier"], "group"), "tier-2");
        assert_eq!(names.choose(["…"], "group"), "group-2");
    }
}
