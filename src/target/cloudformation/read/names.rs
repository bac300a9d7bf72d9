//! What a person calls a group, from its logical id.

/// Ends of logical ids that say no more than their type.
const ENDS: [&str; 5] = ["SecurityGroup", "SecGroup", "Securitygroup", "SG", "Sg"];

/// How long the hash is that the AWS CDK appends (AWS CDK developer guide, "Identifiers and the
/// AWS CDK", logical ids).
const HASH: usize = 8;

/// A logical id without what says no more than its type: `Web` of `WebSecurityGroup`,
/// `WebSecurityGroup4A5B6C7D` and `WebSG`; nothing where no more is left.
pub(super) fn short_name(id: &str) -> Option<&str> {
    let plain = without_hash(id);
    let end = ENDS.into_iter().find_map(|end| plain.strip_suffix(end));
    let short = end.unwrap_or(plain);
    (!short.is_empty()).then_some(short)
}

fn without_hash(id: &str) -> &str {
    let Some((plain, hash)) = id
        .len()
        .checked_sub(HASH)
        .and_then(|at| id.split_at_checked(at))
    else {
        return id;
    };
    let is_hash = hash
        .chars()
        .all(|c| c.is_ascii_digit() || ('A'..='F').contains(&c))
        && hash.contains(|c: char| c.is_ascii_digit());
    match is_hash && plain.ends_with(|c: char| c.is_ascii_lowercase() || c == 'G') {
        true => plain,
        false => id,
    }
}

#[cfg(test)]
mod tests {
    use super::short_name;

    #[test]
    fn ends_that_say_nothing_are_taken_off() {
        for (id, short) in [
            ("WebSecurityGroup", Some("Web")),
            ("WebSecurityGroup4A5B6C7D", Some("Web")),
            ("WebSG", Some("Web")),
            ("Web", Some("Web")),
            ("SecurityGroup", None),
            ("Web12345678", Some("Web")),
            ("DEADBEEF", Some("DEADBEEF")),
            ("é234567", Some("é234567")),
        ] {
            assert_eq!(short_name(id), short, "{id}");
        }
    }
}
