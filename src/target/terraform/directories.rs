//! Outputs in one directory.

/// What to do about addresses that two of them declare: the files of a directory are one module. If
/// all shared addresses are of one kind, renaming makes them distinct.
pub fn separate_help(addresses: &[String]) -> Vec<&'static str> {
    let separate = "write them to separate directories: Terraform reads all files of a directory as \
                    one module";
    [separate]
        .into_iter()
        .chain(rename_help(addresses))
        .collect()
}

/// How two programs can declare different names, if all shared addresses are of one kind.
fn rename_help(addresses: &[String]) -> Option<&'static str> {
    const KINDS: [(&str, &str); 4] = [
        (
            "var.",
            "or give the parameter a value in the manifest: `set = { … }`",
        ),
        (
            "data.",
            "or give each program its own stack name: `stack NAME`",
        ),
        (
            "aws_ec2_managed_prefix_list.",
            "or give their prefix lists different names",
        ),
        ("", "or give their tiers different names"),
    ];

    let kind = |address: &String| {
        KINDS
            .iter()
            .position(|(start, _)| address.starts_with(start))
    };

    let first = addresses.first().and_then(kind)?;
    addresses
        .iter()
        .all(|address| kind(address) == Some(first))
        .then_some(KINDS[first].1)
}
