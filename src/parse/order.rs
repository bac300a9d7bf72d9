//! Sentences in another order of words: `from web to db allow mysql`, `web -> db: mysql`.

use super::habits::{Token, split_tokens};

/// The kinds of parts of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PartKind {
    /// The text before the first such word.
    Head,
    Service,
    Allow,
    From,
    To,
}

/// The words and signs that start a part.
const MARKS: [(PartKind, &[&str]); 4] = [
    (
        PartKind::From,
        &["from", "source", "src", "<-", "<--", "\u{2190}"],
    ),
    (
        PartKind::To,
        &["to", "->", "-->", "=>", "\u{2192}", "destination", "into"],
    ),
    (
        PartKind::Allow,
        &[
            "allow", "allows", "permit", "permits", "accept", "accepts", "pass", "let", "open",
        ],
    ),
    (
        PartKind::Service,
        &["on", "via", "over", "using", ":", "port", "for"],
    ),
];

/// A sentence in the order of the language.
#[derive(Debug, PartialEq, Eq)]
pub struct Reordered {
    /// All of it, with an example of a part that the text does not have.
    pub sentence: String,
    /// The part that it does not have.
    pub lacks: Option<&'static str>,
}

/// The sentence that a text has in another order; `None` if its parts are ambiguous.
pub fn reorder_sentence(text: &str) -> Option<Reordered> {
    let (line, prose) = split_prose(text);
    let parts = split_parts(line);
    let (from, to) = (
        join_part(&parts, PartKind::From),
        join_part(&parts, PartKind::To),
    );

    let (head, on) = (
        join_part(&parts, PartKind::Head),
        join_part(&parts, PartKind::Service),
    );
    let allowed = join_part(&parts, PartKind::Allow);
    let has_allow = parts.iter().any(|(kind, _)| *kind == PartKind::Allow);

    let (receiver, sender, service) = match (from, to, head) {
        // from X to Y allow S; allow S from X to Y
        (Some(from), Some(to), None) => (to, from, allowed.or(on)),
        // S from X to Y
        (Some(from), Some(to), Some(head)) if allowed.is_none() && on.is_none() => {
            (to, from, Some(head))
        }
        // X -> Y: S; X to Y allow S
        (None, Some(to), Some(head)) if !head.is_empty() && !is_sentence(&parts) => {
            (to, head, allowed.or(on))
        }
        // X allows from Y on S; X from Y on S
        (Some(from), None, Some(head)) if allowed.is_none() && on.is_some() => (head, from, on),
        // X allows Y on S
        (None, None, Some(head)) if has_allow && on.is_some() => (head, allowed?, on),
        _ => return None,
    };

    let (receiver, sender) = (replace_any(receiver), replace_any(sender));
    let (receiver, lacks) = match (receiver.as_str(), &service) {
        // only a tier accepts, and which one is not known
        ("anywhere", _) => ("web", Some("the tier that accepts")),
        (tiers, None) => (tiers, Some("a service")),
        (tiers, Some(_)) => (tiers, None),
    };

    let verb = if receiver.contains(',') {
        "allow"
    } else {
        "allows"
    };
    let service = service.map_or("https".to_string(), add_protocol);
    let sentence = format!("{receiver} {verb} {service} from {sender}{prose}");

    Some(Reordered { sentence, lacks })
}

/// `any` as the language names it.
fn replace_any(peers: String) -> String {
    if peers.eq_ignore_ascii_case("any") {
        "anywhere".to_string()
    } else {
        peers
    }
}

/// The words of a part; `None` if it is missing or empty.
fn join_part(parts: &[(PartKind, Vec<&str>)], kind: PartKind) -> Option<String> {
    let mut found = parts
        .iter()
        .filter(|(known, words)| *known == kind && !words.is_empty());
    let (_, words) = found.next()?;
    Some(words.join(" ").replace(" ,", ","))
}

/// Whether the parts are in the order of the language: `A allows S to B`.
fn is_sentence(parts: &[(PartKind, Vec<&str>)]) -> bool {
    let roles: Vec<PartKind> = parts.iter().map(|(role, _)| *role).collect();
    roles.starts_with(&[PartKind::Head, PartKind::Allow])
}

/// Adds `tcp` to a port.
fn add_protocol(service: String) -> String {
    let is_port = service.bytes().all(|byte| byte.is_ascii_digit());
    if is_port {
        format!("tcp {service}")
    } else {
        service
    }
}

/// Splits a text, without its comment, from the string at its end.
fn split_prose(text: &str) -> (&str, String) {
    let line = text.lines().next().unwrap_or("");
    match split_tokens(line).last() {
        Some(last)
            if last.text.len() > 1 && last.text.starts_with('"') && last.text.ends_with('"') =>
        {
            (&line[..last.start], format!(" {}", last.text))
        }
        Some(last) => (&line[..last.end()], String::new()),
        None => ("", String::new()),
    }
}

/// The words of each part, in order; empty if a part occurs twice.
fn split_parts(line: &str) -> Vec<(PartKind, Vec<&str>)> {
    let mut parts: Vec<(PartKind, Vec<&str>)> = Vec::new();
    for token in split_tokens(line).iter().flat_map(split_colon) {
        let mark = MARKS.iter().find(|(_, marks)| marks.contains(&token));
        if let Some((role, _)) = mark {
            if parts.iter().any(|(known, _)| known == role) {
                return Vec::new();
            }
            parts.push((*role, Vec::new()));
        } else if let Some((_, words)) = parts.last_mut() {
            words.push(token);
        } else {
            parts.push((PartKind::Head, vec![token]));
        }
    }

    parts
}

/// `db:3306` as three words, `db:` as two.
fn split_colon<'t>(token: &Token<'t>) -> Vec<&'t str> {
    match token.text.split_once(':') {
        Some((name, service))
            if super::habits::is_name(name) && !name.eq_ignore_ascii_case("tcp") =>
        {
            [name, ":", service]
                .into_iter()
                .filter(|word| !word.is_empty())
                .collect()
        }
        Some(_) | None => vec![token.text],
    }
}

#[cfg(test)]
mod tests {
    use super::reorder_sentence;

    #[test]
    fn a_sentence_has_one_order() {
        for (text, sentence) in [
            (
                "from web to db allow mysql",
                Some("db allows mysql from web"),
            ),
            (
                "allow https from anywhere to web",
                Some("web allows https from anywhere"),
            ),
            (
                "https from anywhere to web, app \"x\"",
                Some("web, app allow https from anywhere \"x\""),
            ),
            ("app -> db: mysql", Some("db allows mysql from app")),
            ("app -> db:3306", Some("db allows tcp 3306 from app")),
            ("web allows app on https", Some("web allows https from app")),
            ("from app to db", Some("db allows https from app")),
            (
                "allow tcp from any to any",
                Some("web allows tcp from anywhere"),
            ),
            ("web allows https to app", None),
            ("from from", None),
            ("web", None),
        ] {
            assert_eq!(
                reorder_sentence(text).map(|it| it.sentence).as_deref(),
                sentence,
                "{text}"
            );
        }
    }
}
