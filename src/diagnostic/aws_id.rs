//! Ids of resources in place of names.

/// Ids that are valid names: prefix, resource, and what to declare.
const IDS: [(&str, &str, &str); 8] = [
    (
        "sg-",
        "a security group",
        "declare it: `external partner = \"{id}\"`, and write `partner`",
    ),
    (
        "pl-",
        "a prefix list",
        "declare it: `prefix-list partner = \"{id}\"`, and write `partner`",
    ),
    (
        "vpc-",
        "a VPC",
        "declare it: `vpc main { id = \"{id}\", cidr = 10.0.0.0/16 }`, and write `vpc main`",
    ),
    (
        "subnet-",
        "a subnet",
        "use its addresses: `network subnet = 10.0.1.0/24`",
    ),
    ("eni-", "a network interface", "use its address: `10.0.1.7`"),
    ("i-", "an instance", "use its address: `10.0.1.7`"),
    (
        "sgr-",
        "a rule",
        "use its peer: an address, a tier or a network",
    ),
    (
        "acl-",
        "a network ACL",
        "use its addresses: `network subnet = 10.0.1.0/24`",
    ),
];

/// The resource of an id, and what to declare.
pub fn describe_aws_id(text: &str) -> Option<(&'static str, String)> {
    let (_, what, help) = IDS.iter().find(|(start, ..)| {
        let number = text.strip_prefix(start).unwrap_or_default();
        [8, 17].contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_hexdigit())
    })?;
    Some((what, help.replace("{id}", text)))
}
