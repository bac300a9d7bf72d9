//! Finds the longest prefix of a text that could still become a statement, and what may follow it.

use super::grammar::{Grammar, Rule};
use pest::Parser;
use pest::error::InputLocation;

/// Rules for prefixes of statements: what is expected after each, and after a comma that follows
/// it.
const BEGINNINGS: [(Rule, &str, &str); 45] = [
    (Rule::rule_subjects, "", "a tier"),
    (Rule::rule_all, "a tier", ""),
    (Rule::rule_but, "`allows`", "a tier"),
    (Rule::rule_verb, "a service", ""),
    (Rule::rule_services, "`from` or `to`", "a service"),
    (Rule::rule_way, "a peer", ""),
    (
        Rule::rule_peers,
        "`except`, `until`, a string, a block or the end of the line",
        "a peer",
    ),
    (Rule::rule_except, "an address or a network", ""),
    (
        Rule::rule_excepted,
        "`until`, a string, a block or the end of the line",
        "an address or a network",
    ),
    (
        Rule::rule_only,
        "`until`, a string, a block or the end of the line",
        "an environment",
    ),
    (Rule::rule_until, "a date", ""),
    (
        Rule::rule_ended,
        "a string, a block or the end of the line",
        "",
    ),
    (
        Rule::assert_word,
        "the endpoints of a flow, as in `app can reach db`",
        "",
    ),
    (Rule::assert_from, "`can reach` or `cannot reach`", "a peer"),
    (Rule::assert_can, "`reach`", ""),
    (Rule::assert_only, "`can reach`", "a peer"),
    (Rule::assert_alone, "`reach`", ""),
    (Rule::role_wanted, "a role, like `web-server`", ""),
    (Rule::also_wanted, "a tier", ""),
    (Rule::was_wanted, "used as an earlier name", ""),
    (Rule::assert_reach, "a peer", ""),
    (
        Rule::assert_to,
        "`on`, `only through` or the end of the line",
        "a peer",
    ),
    (Rule::assert_on, "a service", ""),
    (Rule::assert_all, "the end of the line", "a service"),
    (Rule::only_wanted, "an environment, like `staging`", ""),
    (
        Rule::environment_wanted,
        "the names of environments, as in `environments production, staging`",
        "",
    ),
    (Rule::name_wanted, "a name", ""),
    (Rule::equals, "`=`", ""),
    (Rule::network_is, "an address or a network", ""),
    (
        Rule::network_all,
        "`except`, a string or the end of the line",
        "an address or a network",
    ),
    (Rule::service_is, "a service", ""),
    (
        Rule::service_all,
        "a string or the end of the line",
        "a service",
    ),
    (Rule::tiers_is, "a tier", ""),
    (
        Rule::tiers_all,
        "`except`, a string or the end of the line",
        "a tier",
    ),
    (Rule::tiers_but, "a tier", ""),
    (
        Rule::list_is,
        "the id of a list in quotes, or an address or a network",
        "",
    ),
    (
        Rule::list_all,
        "a block, a string or the end of the line",
        "an address or a network",
    ),
    (Rule::text_wanted, "a string", ""),
    (Rule::peer_with, "`with`", ""),
    (Rule::peer_over, "`transit-gateway`", ""),
    (Rule::param_name, "`:` and a type", ""),
    (
        Rule::param_type,
        "a type: vpc, cidr, cidr-ipv6, cidr-list, cidr-ipv6-list, external, prefix-list or string",
        "",
    ),
    (
        Rule::vpc_block,
        "a block, like `{ cidr = 10.0.0.0/16 }`",
        "",
    ),
    (Rule::entries, "`,`, a line break or `}`", "`key = value`"),
    (Rule::entry_key, "`=`", ""),
];

/// Longer statements get a simpler message: each rule parses the statement again.
const LONG: usize = 64 * 1024;

/// The end of the longest prefix of a statement at the start of a text.
pub fn furthest_beginning(text: &str) -> Option<usize> {
    let begun = BEGINNINGS
        .iter()
        .filter_map(|(rule, ..)| end_of(*rule, text))
        .max()?;
    let stumbled = match Grammar::parse(Rule::alone, text) {
        Err(error) => match error.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => text[..at].trim_end().len(),
        },
        Ok(_) => begun,
    };
    Some(begun.max(stumbled))
}

/// The end of the prefix that this rule matches.
fn end_of(beginning: Rule, text: &str) -> Option<usize> {
    let pair = Grammar::parse(beginning, text).ok()?.next()?;
    Some(pair.as_span().end())
}

/// The end of the longest valid prefix of a statement, and what is expected there.
pub fn find_progress(text: &str) -> Option<(usize, String)> {
    if text.len() > LONG {
        return None;
    }

    // the entries of a block are considered only if the text before it is valid
    let in_block = text
        .find('{')
        .is_none_or(|at| Grammar::parse(Rule::alone, &format!("{}{{}}", &text[..at])).is_ok());

    let beginnings = BEGINNINGS
        .iter()
        .filter(|(rule, ..)| in_block || ![Rule::entries, Rule::entry_key].contains(rule));
    let ends =
        beginnings.filter_map(|(rule, wanted, item)| Some((end_of(*rule, text)?, *wanted, *item)));
    let value = end_of(Rule::entry_equals, text)
        .filter(|_| in_block)
        .map(|end| (end, "a value", ""));
    let (end, wanted, item) = ends.chain(value).max_by_key(|(end, ..)| *end)?;
    let rest = text[end..].trim_start_matches([' ', '\t']);

    let (end, wanted) = match (rest.strip_prefix(','), item) {
        (None, _) | (Some(_), "") => (end, wanted),
        (Some(after), item) => (text.len() - after.len(), item),
    };
    (!wanted.is_empty()).then(|| (end, wanted.to_string()))
}
