//! Sentences in another order of words: `from web to db allow mysql`, `web -> db: mysql`.

use super::habits::{Token, tokens};

/// What a part of a sentence says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// What stands before the first word of these.
    Head,
    Service,
    Allow,
    From,
    To,
}

/// The words and signs that start a part.
const MARKS: [(Role, &[&str]); 4] = [
    (
        Role::From,
        &["from", "source", "src", "<-", "<--", "\u{2190}"],
    ),
    (
        Role::To,
        &["to", "->", "-->", "=>", "\u{2192}", "destination", "into"],
    ),
    (
        Role::Allow,
        &[
            "allow", "allows", "permit", "permits", "accept", "accepts", "pass", "let", "open",
        ],
    ),
    (
        Role::Service,
        &["on", "via", "over", "using", ":", "port", "for"],
    ),
];

/// A sentence in the order of the language.
#[derive(Debug, PartialEq, Eq)]
pub struct Reordered {
    /// All of it; where it names no service, one stands in its place.
    pub sentence: String,
    /// Whether every part of it was written.
    pub is_whole: bool,
}

/// The sentence that a text says in another order; nothing where its parts do not tell.
pub fn reordered(text: &str) -> Option<Reordered> {
    let (line, prose) = without_prose(text);
    let parts = parts(line);
    let part = |role: Role| {
        let mut found = parts
            .iter()
            .filter(|(known, words)| *known == role && !words.is_empty());
        found
            .next()
            .map(|(_, words)| words.join(" ").replace(" ,", ","))
    };
    let has = |role: Role| parts.iter().any(|(known, _)| *known == role);
    let (head, allowed, on) = (part(Role::Head), part(Role::Allow), part(Role::Service));
    let (receiver, sender, service) = match (part(Role::From), part(Role::To), head) {
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
        (None, None, Some(head)) if has(Role::Allow) && on.is_some() => (head, allowed?, on),
        _ => return None,
    };
    let verb = if receiver.contains(',') {
        "allow"
    } else {
        "allows"
    };
    let is_whole = service.is_some();
    let service = service.map_or("https".to_string(), with_protocol);
    let sentence = format!("{receiver} {verb} {service} from {sender}{prose}");
    Some(Reordered { sentence, is_whole })
}

/// Whether the parts are those of `A allows S to B`, which is no other order.
fn is_sentence(parts: &[(Role, Vec<&str>)]) -> bool {
    let roles: Vec<Role> = parts.iter().map(|(role, _)| *role).collect();
    roles.starts_with(&[Role::Head, Role::Allow])
}

/// A port alone is one of TCP.
fn with_protocol(service: String) -> String {
    let is_port = service.bytes().all(|byte| byte.is_ascii_digit());
    if is_port {
        format!("tcp {service}")
    } else {
        service
    }
}

/// A text without its comment and the string at its end; and that string.
fn without_prose(text: &str) -> (&str, String) {
    let line = text.lines().next().unwrap_or("");
    match tokens(line).last() {
        Some(last)
            if last.text.len() > 1 && last.text.starts_with('"') && last.text.ends_with('"') =>
        {
            (&line[..last.start], format!(" {}", last.text))
        }
        Some(last) => (&line[..last.end()], String::new()),
        None => ("", String::new()),
    }
}

/// The words of each part, in their order; none where a part comes twice.
fn parts(line: &str) -> Vec<(Role, Vec<&str>)> {
    let mut parts: Vec<(Role, Vec<&str>)> = Vec::new();
    for token in tokens(line).iter().flat_map(split) {
        let mark = MARKS.iter().find(|(_, marks)| marks.contains(&token));
        if let Some((role, _)) = mark {
            if parts.iter().any(|(known, _)| known == role) {
                return Vec::new();
            }
            parts.push((*role, Vec::new()));
        } else if let Some((_, words)) = parts.last_mut() {
            words.push(token);
        } else {
            parts.push((Role::Head, vec![token]));
        }
    }
    parts
}

/// `db:3306` as three words, `db:` as two.
fn split<'t>(token: &Token<'t>) -> Vec<&'t str> {
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
    use super::reordered;

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
            ("web allows https to app", None),
            ("from from", None),
            ("web", None),
        ] {
            assert_eq!(
                reordered(text).map(|it| it.sentence).as_deref(),
                sentence,
                "{text}"
            );
        }
    }
}
