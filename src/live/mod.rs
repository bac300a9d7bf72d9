//! Reads what the `aws` command prints of an account: `aws ec2 describe-security-groups`,
//! `describe-security-group-rules`, `describe-vpcs`, `describe-managed-prefix-lists` and
//! `get-managed-prefix-list-entries`.
//!
//! Each file is one answer or several, one after another. The answer about rules has their ids and
//! tags, the one about groups is enough without it; where both are read, a rule is what they say
//! together. The shapes are those of the EC2 API reference (SecurityGroup, IpPermission,
//! SecurityGroupRule, Vpc, ManagedPrefixList, PrefixListEntry).

mod answer;
mod shapes;

pub use answer::{AccountReader, Wanted};
