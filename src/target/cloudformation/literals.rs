//! Known text that could be taken for the reference of an `Fn::Sub`: `${AWS::Region}`.

/// The parts of a text between the dollars of its `${name}`; nothing if there is none.
pub fn split_references(text: &str) -> Option<Vec<&str>> {
    let (mut parts, mut start) = (Vec::new(), 0);
    for (at, _) in text.match_indices("${") {
        let name = text[at + 2..].split_once('}');
        if name.is_some_and(|(name, _)| is_reference(name)) {
            parts.push(&text[start..at]);
            start = at + 1;
        }
    }

    (!parts.is_empty()).then(|| {
        parts.push(&text[start..]);
        parts
    })
}

/// Appends text to that of an `Fn::Sub`, in which `${!name}` stands for `${name}`; nothing if it cannot
/// be written there (CloudFormation user guide, Fn::Sub).
pub fn push_unsubstituted(literal: &str, template: &mut String) -> Option<()> {
    let mut parts = literal.split("${");
    template.push_str(parts.next()?);
    for part in parts {
        let (name, _) = part.split_once('}')?;
        template.push_str("${!");
        template.push_str(part);
        is_plain(name).then_some(())?;
    }
    (!literal.ends_with('$') && !literal.contains("$${")).then_some(())
}

/// Whether a template can have the name: `AWS::Region`, `WebSecurityGroup.GroupId`.
fn is_reference(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase()) && is_plain(name)
}

fn is_plain(name: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || ":.".contains(c);
    !name.is_empty() && name.chars().all(is_allowed)
}
