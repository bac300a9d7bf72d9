//! How each problem is told: its code, its words, the places it points at, what to type instead.
//!
//! One match; it is long because there are many problems, and it is in one place so that they read
//! alike.

use super::problem::{AwsField, NameKind, Problem};
use super::report::{Level, Report};

impl NameKind {
    /// The kind as messages call it.
    pub fn words(self) -> &'static str {
        match self {
            NameKind::Tier => "tier",
            NameKind::TierSet => "tier set",
            NameKind::Network => "network",
            NameKind::BuiltInNetwork => "built-in network",
            NameKind::External => "external group",
            NameKind::PrefixList => "prefix list",
            NameKind::Param => "parameter",
            NameKind::Peer | NameKind::End => "peer",
            NameKind::Service => "service",
            NameKind::Vpc => "VPC",
            NameKind::Role => "role",
            NameKind::IcmpType => "ICMP type",
            NameKind::Lint => "lint",
            NameKind::ParamType => "parameter type",
            NameKind::Key => "key",
        }
    }

    /// The kind with its article.
    fn one(self) -> String {
        match self {
            NameKind::External | NameKind::IcmpType => format!("an {}", self.words()),
            NameKind::Tier
            | NameKind::TierSet
            | NameKind::Network
            | NameKind::BuiltInNetwork
            | NameKind::PrefixList
            | NameKind::Param
            | NameKind::Peer
            | NameKind::End
            | NameKind::Service
            | NameKind::Vpc
            | NameKind::Role
            | NameKind::Lint
            | NameKind::Key
            | NameKind::ParamType => format!("a {}", self.words()),
        }
    }

    /// How one is made, or where they are listed.
    fn how(self, name: &str) -> Option<String> {
        match self {
            NameKind::Tier => Some(format!("declare it: `tier {name}`")),
            NameKind::Peer | NameKind::End if name == "vpc" => {
                Some("name the VPC too: `vpc main`".to_string())
            }
            NameKind::Peer | NameKind::End => Some(format!(
                "declare it: `tier {name}`, or `network {name} = \
                 203.0.113.0/24`"
            )),
            NameKind::Network | NameKind::BuiltInNetwork => {
                Some(format!("declare it: `network {name} = 203.0.113.0/24`"))
            }
            NameKind::Service => Some(format!(
                "run `tierwall services` for the built-in services, or declare \
                 it: `service {name} = tcp 8080`"
            )),
            NameKind::Vpc => Some(format!("declare it: `vpc {name} {{ cidr = 10.0.0.0/16 }}`")),
            NameKind::Param => Some(format!("declare it: `param {name} : cidr`")),
            NameKind::Role => Some(
                "valid roles are web-server, app-server, database, \
                 file-server, proxy, bastion, cache, mail-server, dns-server"
                    .to_string(),
            ),
            NameKind::IcmpType => {
                Some("a number is also valid: `icmp 3/4`, `icmpv6 128`".to_string())
            }
            NameKind::Lint => Some("run `tierwall explain` for a list".to_string()),
            NameKind::ParamType => {
                Some("valid types are vpc, cidr, cidr-ipv6, external, prefix-list".to_string())
            }
            NameKind::TierSet | NameKind::External | NameKind::PrefixList | NameKind::Key => None,
        }
    }
}

/// How an address is written, where a slip does not tell more.
fn address_help(text: &str) -> &'static str {
    let port = text
        .rsplit_once(':')
        .filter(|(host, port)| host.contains('.') && port.parse::<u16>().is_ok());

    match port {
        Some(_) => {
            "an address has no port; write the port before `from`: `tcp \
             443`"
        }
        None if text.ends_with("/0") => "for every address, write `anywhere`",
        None => {
            "write a block as `203.0.113.0/24` or `2001:db8::/32`, and a \
             host without a prefix length"
        }
    }
}

impl AwsField {
    fn words(self) -> &'static str {
        match self {
            AwsField::RuleDescription => "the description of a rule",
            AwsField::GroupDescription => "the description of a security group",
            AwsField::GroupName => "the name of a security group",
            AwsField::TagKey => "the key of a tag",
            AwsField::TagValue => "the value of a tag",
            AwsField::TemplateDescription => "the description of a template",
            AwsField::ParameterDescription => "the description of a parameter",
        }
    }

    /// The most characters that AWS takes. Rules, groups: EC2 API reference; tags: EC2 user guide
    /// (tag restrictions); template: CloudFormation quotas; parameter: CloudFormation user guide.
    pub fn limit(self) -> usize {
        match self {
            AwsField::RuleDescription | AwsField::GroupDescription | AwsField::GroupName => 255,
            AwsField::TagKey => 128,
            AwsField::TagValue => 256,
            AwsField::TemplateDescription => 1024,
            AwsField::ParameterDescription => 4000,
        }
    }

    fn allowed(self) -> &'static str {
        match self {
            AwsField::RuleDescription | AwsField::GroupDescription | AwsField::GroupName => {
                "allowed are ASCII letters and digits, spaces, and \
                 ._-:/()#,@[]+=&;{}!$*"
            }
            AwsField::TagKey
            | AwsField::TagValue
            | AwsField::TemplateDescription
            | AwsField::ParameterDescription => {
                "control characters and characters that reorder text are not \
                 allowed"
            }
        }
    }
}

/// How two programs come to declare other names, where all that they share is of one kind.
fn apart(addresses: &[String]) -> Option<&'static str> {
    const KINDS: [(&str, &str); 3] = [
        (
            "var.",
            "or give the parameter a value in the manifest: `set = { … }`",
        ),
        (
            "data.",
            "or give each program its own stack name: `stack NAME`",
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

impl Problem {
    /// How bad it is.
    pub fn level(&self) -> Level {
        self.report().level
    }

    /// The problem in words.
    pub fn report(&self) -> Report {
        self.write_report().visible()
    }

    fn write_report(&self) -> Report {
        use Report as R;
        match self {
            Problem::Syntax {
                span,
                found,
                expected,
                help,
            } => R::error("E0101", format!("expected {expected}, found {found}"))
                .at(span, format!("expected {expected}"))
                .maybe_help(help),
            Problem::UnknownStatement { span, word, meant } => {
                R::error("E0102", format!("expected a statement, found `{word}`"))
                    .at(span, "not a statement")
                    .meant(meant)
                    .help("a sentence reads `web allows https from anywhere`")
            }
            Problem::Deny { span, word } => R::error(
                "E0103",
                format!(
                    "`{word}` is not supported: security groups only have allow \
                     rules"
                ),
            )
            .at(span, "there are no deny rules")
            .help(
                "delete the sentence, or exclude addresses with `except`: `web \
                 allows https from 10.0.0.0/8 except 10.1.0.0/16`",
            ),
            Problem::UnterminatedString { span } => R::error("E0104", "unterminated string")
                .at(span, "the string starts here")
                .help(
                    "add a closing `\"`; in a string, write a quote as `\\\"` and \
                     a line break as `\\n`",
                ),
            Problem::UnclosedBlock { span } => R::error("E0105", "unclosed block")
                .at(span, "opened here")
                .help("add a closing `}`"),
            Problem::BadEscape { span, text } => {
                R::error("E0106", format!("unknown escape sequence `{text}`"))
                    .at(span, "not an escape sequence")
                    .help(
                        "valid escape sequences are `\\\"`, `\\\\`, `\\n`, `\\t` and \
                         `\\u{e9}`",
                    )
                    .help(format!("for a backslash, write `\\{text}`"))
            }
            Problem::BadCharacter { span, character } => R::error(
                "E0107",
                format!(
                    "the character U+{:04X} is not allowed in a program",
                    u32::from(*character)
                ),
            )
            .at(span, "invisible character or control character")
            .help("remove it"),
            Problem::NotUtf8 { span } => R::error("E0108", "this file is not UTF-8")
                .at(span, "first invalid byte")
                .help("save the file as UTF-8"),
            Problem::DanglingAnnotation { span } => {
                R::error("E0109", "no statement follows this annotation")
                    .at(span, "applies to no statement")
                    .help(
                        "put the annotation on the line before the statement that it \
                         applies to",
                    )
            }
            Problem::BadAddress { span, text, meant } => {
                R::error("E0110", format!("`{text}` is not a valid address"))
                    .at(span, "not an IPv4 or IPv6 address or block")
                    .meant(meant)
                    .help(address_help(text))
            }
            Problem::HostBits {
                span,
                text,
                block,
                is_narrow: _,
            } => R::error("E0111", format!("`{text}` has host bits set"))
                .at(span, "not the first address of a block")
                .help(format!("the block is `{block}`")),
            Problem::BadPort { span, text } => {
                R::error("E0112", format!("`{text}` is not a valid port"))
                    .at(span, "not a port")
                    .help("a port is a number from 0 to 65535")
            }
            Problem::InvertedPorts { span, from, to } => R::error(
                "E0113",
                format!("the range {from}-{to} ends before it starts"),
            )
            .at(span, "empty range")
            .help(format!("write `{to}-{from}`")),
            Problem::BadProtocol { span, text } => {
                R::error("E0114", format!("`{text}` is not a valid protocol number"))
                    .at(span, "not a protocol number")
                    .help("a protocol number is from 0 to 255, as assigned by IANA")
            }
            Problem::BadIcmpNumber { span, text } => R::error(
                "E0115",
                format!("`{text}` is not a valid ICMP type or code"),
            )
            .at(span, "not a type or `type/code`")
            .help("a type or a code is from 0 to 255: `icmp 8`, `icmp 3/4`"),
            Problem::BadDate { span, text, meant } => {
                R::error("E0116", format!("`{text}` is not a valid date"))
                    .at(span, "no such day")
                    .meant(meant)
                    .help("write a date as `2026-12-31`")
            }
            Problem::PortWithoutProtocol { span, text } => {
                R::error("E0117", format!("port `{text}` has no protocol"))
                    .at(span, "a bare port must follow `tcp` or `udp` in the list")
                    .help(format!("write `tcp {text}` or `udp {text}`"))
            }
            Problem::LongName { span, length } => {
                R::error("E0118", format!("this name has {length} characters"))
                    .at(span, "too long")
                    .help(
                        "a name has at most 100 characters, because names in AWS are \
                         derived from it",
                    )
            }
            Problem::Repeated { span, first, what } => {
                R::error("E0119", format!("duplicate {what}"))
                    .at(span, "duplicate")
                    .at(first, "first given here")
            }
            Problem::BadNumber { span, text } => {
                R::error("E0120", format!("the number `{text}` is out of range"))
                    .at(span, "too large or negative")
            }
            Problem::UnspecifiedAddress { span, text, every } => {
                R::error("E0122", format!("no host has the address `{text}`"))
                    .at(span, "matches no traffic")
                    .help(format!("did you mean `anywhere`, or `{every}`?"))
            }
            Problem::FileTooLarge { name } => R::error("E0121", format!("`{name}` is too large"))
                .help("a file has at most 256 MiB"),
            Problem::OtherNotation {
                span,
                text,
                write,
                label,
                rewrite: _,
            } => {
                let report =
                    R::error("E0123", format!("`{text}` is not tierwall syntax")).at(span, *label);
                if write.is_empty() {
                    report.help(format!("remove `{text}`"))
                } else {
                    report.help(format!("write `{write}`"))
                }
            }
            Problem::MissingComma {
                span,
                after,
                rewrite: _,
            } => R::error("E0124", format!("a comma is missing after `{after}`"))
                .at(span, "expected `,` after this")
                .help(format!("write `{after},`")),
            Problem::BrokenLine {
                span,
                above,
                rewrite: _,
            } => R::error("E0125", "this line continues the statement above it")
                .at(span, "not a statement by itself")
                .at(above, "the statement ends here")
                .help(
                    "join the two lines; a statement continues only after `,` or \
                     `=`, and inside `{ }` or `[ ]`",
                ),
            Problem::OtherTool {
                span,
                word,
                tool,
                help,
            } => R::error(
                "E0126",
                format!("expected a statement, found `{word}`, which belongs to {tool}"),
            )
            .at(span, "not a statement")
            .help(help.as_str()),
            Problem::WordOrder {
                span,
                sentence,
                is_whole,
            } => {
                let report = R::error("E0127", "the words of this sentence are in the wrong order")
                    .at(span, "a sentence starts with the tier that it applies to");
                if *is_whole {
                    report.help(format!("write `{sentence}`"))
                } else {
                    report.help(format!("name a service: `{sentence}`"))
                }
            }
            Problem::UnmatchedPeer {
                span,
                text,
                label,
                help,
            } => R::error(
                "E0128",
                format!("a security group rule cannot reference `{text}`"),
            )
            .at(span, *label)
            .help(*help),
            Problem::OddCharacter {
                span,
                character,
                what,
                rewrite,
            } => {
                let is_blank = rewrite.edits.first().is_some_and(|(_, text)| text == " ");
                R::error(
                    "E0107",
                    format!(
                        "{what} (U+{:04X}) is not allowed here",
                        u32::from(*character)
                    ),
                )
                .at(span, what.to_string())
                .help(if is_blank {
                    "replace it with a space"
                } else {
                    "remove it"
                })
            }

            Problem::UnknownName {
                span,
                kind,
                name,
                meant,
                known,
            } => {
                let report = R::error("E0201", format!("there is no {} `{name}`", kind.words()))
                    .at(span, format!("unknown {}", kind.words()))
                    .meant(meant);
                match (meant, known, kind.how(name)) {
                    (_, Some(known), _) => report.help(known.as_str()),
                    (None, None, Some(how)) => report.help(how),
                    (Some(_), None, _) | (None, None, None) => report,
                }
            }
            Problem::WrongKind {
                span,
                name,
                is,
                wanted,
                declared,
            } => R::error(
                "E0202",
                format!("expected {wanted}, found {} `{name}`", is.one()),
            )
            .at(span, format!("expected {wanted}"))
            .maybe_at(declared, format!("the {}", is.words())),
            Problem::Duplicate {
                span,
                kind,
                name,
                first,
            } => R::error("E0203", format!("`{name}` is declared twice"))
                .at(span, format!("declared again, as {}", kind.one()))
                .at(first, "first declared here"),
            Problem::Collision {
                span,
                name,
                other,
                first,
                output,
            } => R::error(
                "E0204",
                format!("`{name}` and {other} have the same name in the output"),
            )
            .at(span, format!("becomes `{output}`"))
            .maybe_at(&Some(*first).filter(|first| first != span), "so does this")
            .help("rename one of them"),
            Problem::UnknownKey {
                span,
                key,
                block,
                meant,
                keys,
            } => R::error("E0205", format!("a {block} has no key `{key}`"))
                .at(span, "unknown key")
                .meant(meant)
                .help(format!("valid keys are {keys}")),
            Problem::DuplicateKey { span, key, first } => {
                R::error("E0206", format!("duplicate key `{key}`"))
                    .at(span, "duplicate")
                    .at(first, "first given here")
            }
            Problem::BadValue {
                span,
                key,
                wanted,
                meant,
            } => R::error("E0207", format!("`{key}` must be {wanted}"))
                .at(span, format!("expected {wanted}"))
                .meant(meant),
            Problem::Reserved { span, name, is } => R::error("E0208", format!("`{name}` is {is}"))
                .at(span, "reserved")
                .help("choose another name"),
            Problem::SecondStack { span, first } => {
                R::error("E0209", "a program has only one stack")
                    .at(span, "second stack")
                    .at(first, "first stack")
            }
            Problem::StillDeclared {
                span,
                name,
                declared,
            } => R::error(
                "E0210",
                format!("`{name}` is still declared, so it cannot be an earlier name"),
            )
            .at(span, "used as an earlier name")
            .at(declared, "declared here"),
            Problem::Cycle {
                span,
                kind,
                name,
                through,
            } => R::error(
                "E0211",
                format!("the {} `{name}` contains itself", kind.words()),
            )
            .at(span, "declared here")
            .at(through, "refers back to it"),

            Problem::TwoSuccessors { span, name, first } => {
                R::error("E0212", format!("two tiers have the earlier name `{name}`"))
                    .at(span, "also here")
                    .at(first, "first declared here")
                    .help("only one tier can take over a security group")
            }
            Problem::IdForName {
                span,
                id,
                what,
                help,
            } => R::error(
                "E0213",
                format!("expected a name, found `{id}`, the id of {what}"),
            )
            .at(span, "expected a name")
            .help(help.as_str()),
            Problem::ServiceAsType { span, name, write } => {
                R::error("E0214", format!("`{name}` is a service, not an ICMP type"))
                    .at(span, "a service already includes its protocol")
                    .help(format!("write `{write}`"))
            }

            Problem::InternetInRule { span } => {
                R::error("E0301", "`internet` can only be used in assertions")
                    .at(span, "not allowed here")
                    .help("write `anywhere`")
            }
            Problem::ItselfSubject { span } => {
                R::error("E0302", "`itself` cannot be the subject of a sentence")
                    .at(span, "expected a tier")
                    .help("write `web allows https from itself`")
            }
            Problem::NothingLeft { span, except } => {
                R::error("E0303", "`except` excludes all of these addresses")
                    .at(span, "no address is left")
                    .at(except, "all are excluded here")
            }
            Problem::ExceptOnNonAddress {
                span,
                name,
                kind,
                except,
            } => R::error(
                "E0304",
                format!(
                    "`except` excludes addresses here, and `{name}` is {}",
                    kind.one()
                ),
            )
            .at(span, "has no known addresses")
            .at(except, "because of this `except`")
            .help(format!("write a separate sentence for `{name}`")),
            Problem::ExceptInEnds { span, text } => R::error(
                "E0340",
                format!("`except` in an assertion excludes tiers, and `{text}` is none"),
            )
            .at(span, "not a tier")
            .help(format!(
                "declare the addresses that are left: `network rest = office except {text}`, and \
                 name `rest`"
            )),
            Problem::AlsoCircle { span, tier, circle } => R::error(
                "E0341",
                format!("`also` of `{tier}` leads back to `{tier}`"),
            )
            .at(span, circle)
            .help("remove one of these steps"),
            Problem::AlsoElsewhere {
                span,
                tier,
                vpc,
                other,
                other_vpc,
            } => R::error(
                "E0342",
                format!(
                    "`{tier}` is in VPC `{vpc}` and `{other}` in `{other_vpc}`, and a network \
                     interface carries groups of one VPC"
                ),
            )
            .at(span, "security group in another VPC")
            .help(format!("declare a tier like `{other}` in `{vpc}`")),
            Problem::FamilyMismatch {
                span,
                what,
                family,
                against,
            } => R::error(
                "E0305",
                format!("`{what}` applies to {family}, and nothing else here does"),
            )
            .at(span, format!("{family} only"))
            .at(against, "other address family")
            .help(
                "ICMP numbers differ between IPv4 (`icmp 8`) and IPv6 (`icmpv6 \
                 128`); a name covers both: `icmp echo-request`",
            ),
            Problem::NoRule { span } => {
                R::error("E0306", "this sentence produces no rules").at(span, "nothing to allow")
            }
            Problem::Unpeered {
                span,
                tier,
                other,
                vpc,
                other_vpc,
            } => R::error(
                "E0307",
                format!(
                    "`{tier}` is in VPC `{vpc}` and `{other}` in `{other_vpc}`, \
                     which are not peered"
                ),
            )
            .at(span, "security group in another VPC")
            .help(format!(
                "if the VPCs are peered, declare it: `peer {vpc} with \
                 {other_vpc}`"
            ))
            .help(format!(
                "otherwise use the addresses of the VPC: `vpc {other_vpc}`"
            )),
            Problem::AcrossRegions {
                span,
                tier,
                vpc,
                region,
                other_region,
            } => R::error(
                "E0308",
                format!(
                    "`{tier}` is in {region}, and its security group cannot be \
                     referenced from {other_region}"
                ),
            )
            .at(span, "security group in another region")
            .help(format!("use the addresses of the VPC: `vpc {vpc}`")),
            Problem::ElsewhereTier {
                span,
                tier,
                what,
                its,
                ours,
                declared,
            } => R::error(
                "E0309",
                format!(
                    "tier `{tier}` is in {what} {its}, and the rest of the stack \
                     is in {ours}"
                ),
            )
            .at(span, "an output is deployed to one region of one account")
            .at(declared, "its VPC")
            .help("for a VPC elsewhere, use its addresses as a peer: `vpc NAME`"),
            Problem::NoVpc { span, tier, vpcs } => {
                R::error("E0310", format!("tier `{tier}` has no VPC"))
                    .at(span, format!("expected one of {vpcs}"))
                    .help(
                        "set it for the tier, `{ vpc = … }`, or for all tiers, `stack \
                         NAME { vpc = … }`",
                    )
            }
            Problem::NoBlocks {
                span,
                vpc,
                declared,
            } => R::error("E0311", format!("VPC `{vpc}` has no address blocks"))
                .at(span, "has no addresses")
                .at(declared, "declared here")
                .help("add `cidr = 10.0.0.0/16`"),
            Problem::BadId { span, text, wanted } => {
                R::error("E0312", format!("`{text}` is not {wanted}"))
                    .at(span, format!("expected {wanted}"))
            }
            Problem::ForbiddenCharacter {
                span,
                character,
                field,
            } => R::error(
                "E0313",
                format!("AWS does not allow {character} in {}", field.words()),
            )
            .at(span, "not allowed")
            .help(field.allowed()),
            Problem::TooLong {
                span,
                length,
                field,
            } => R::error(
                "E0314",
                format!(
                    "{} has at most {} characters, found {length}",
                    field.words(),
                    field.limit()
                ),
            )
            .at(span, "too long"),
            Problem::SgPrefix { span, name } => R::error(
                "E0315",
                format!("AWS does not allow the group name `{name}`"),
            )
            .at(span, "starts with `sg-`")
            .help("choose another name; `sg-` is the prefix of security group ids"),
            Problem::BadTag { span, why } => {
                R::error("E0316", format!("invalid tag: {why}")).at(span, *why)
            }
            Problem::SelfPeering { span, vpc } => {
                R::error("E0317", format!("`{vpc}` cannot be peered with itself"))
                    .at(span, "the same VPC")
            }
            Problem::UnboundExcept {
                span,
                name,
                declared,
            } => R::error(
                "E0318",
                format!("`except` needs known addresses, and `{name}` has no value"),
            )
            .at(span, "unknown value")
            .at(declared, "parameter declared here")
            .help(format!("bind it: `--set {name}=…`")),
            Problem::SameGroupName { span, name, first } => R::error(
                "E0319",
                format!("two security groups of one VPC have the name `{name}`"),
            )
            .at(span, "AWS ignores case in names")
            .at(first, "the other group"),
            Problem::OneForMany { span, what } => {
                R::error("E0320", format!("`{what}` cannot apply to several tiers"))
                    .at(span, "only one of them can have it")
                    .help("declare the tiers separately")
            }
            Problem::TooManyBlocks { span, count, bound } => R::error(
                "E0321",
                format!("{count} blocks are left, and the limit is {bound}"),
            )
            .at(span, "too many")
            .help("a security group has 60 rules by default, and at most 1,000"),

            Problem::DynamicReference { span } => R::error(
                "E0322",
                "`{{resolve:` is not allowed, because CloudFormation replaces \
                 it with a parameter or a secret",
            )
            .at(span, "starts a dynamic reference")
            .help("reword the text"),

            Problem::TooLarge { span, count, bound } => R::error(
                "E0323",
                format!(
                    "this adds {count} items, and a program can expand to {bound} \
                     in all"
                ),
            )
            .at(span, "too many")
            .help(
                "an AWS region holds 300,000 rules: use address blocks and \
                 port ranges",
            ),

            Problem::AddressInUse {
                span,
                name,
                address,
                now,
                parameter,
            } => {
                let report = R::error(
                    "E0324",
                    format!(
                        "`{address}` is an earlier name of one rule and the current \
                         name of another"
                    ),
                )
                .at(span, format!("`{name}` makes it an earlier name"))
                .at(now, format!("creates the rule that is `{address}` now"));
                report.renamed(name, parameter)
            }
            Problem::AmbiguousMove {
                span,
                name,
                address,
                rules: [one, other],
                parameter,
            } => {
                let report = R::error(
                    "E0325",
                    format!("`{address}` is an earlier name of two rules"),
                )
                .at(span, format!("`{name}` makes it an earlier name"))
                .at(
                    one,
                    if one == other {
                        "creates both rules"
                    } else {
                        "creates one of the rules"
                    },
                );
                let report = report.maybe_at(
                    &Some(*other).filter(|other| other != one),
                    "creates the other",
                );
                report.renamed(name, parameter)
            }
            Problem::OneName {
                span,
                name,
                first,
                target,
            } => R::error(
                "E0326",
                format!("the output for {} would declare `{name}` twice", target),
            )
            .at(span, format!("creates `{name}`"))
            .maybe_at(&Some(*first).filter(|first| first != span), "so does this")
            .help(
                "rename a tier or a parameter that is part of the name, or \
                 declare a prefix list by its id, `pl-…`",
            ),

            Problem::Unreadable { span, path, why } => {
                let report = R::error("E0401", format!("cannot read `{path}`: {why}"))
                    .at(span, "included here");
                let is_pattern = path.contains(['*', '?', '[']);
                report.maybe_help(&is_pattern.then_some(
                    "`include` takes one file, not a pattern; write one `include` \
                     per file",
                ))
            }
            Problem::OutsideRoot { span, path, root } => {
                R::error("E0402", format!("`{path}` is outside `{root}`"))
                    .at(span, "outside the root")
                    .help("to allow it, set a wider root: `--root DIR`")
            }

            Problem::UnknownBinding {
                name,
                meant,
                params,
            } => R::error(
                "E0501",
                format!(
                    "a value is given for `{name}`, but the program has no such \
                     parameter"
                ),
            )
            .meant(meant)
            .help(format!("the program has {params}")),
            Problem::BadBinding {
                name,
                value,
                wanted,
                declared,
                meant,
            } => R::error(
                "E0502",
                format!("invalid value `{value}` for `{name}`: expected {wanted}"),
            )
            .maybe_at(declared, format!("expects {wanted}"))
            .meant(meant),
            Problem::TwiceBound {
                name,
                first,
                second,
            } => R::error(
                "E0503",
                format!("`{name}` has two values: `{first}` and `{second}`"),
            ),

            Problem::TargetCannot { span, target, what } => {
                R::error("E0601", format!("{} does not support {what}", target))
                    .at(span, "not supported by this target")
                    .help("use its addresses instead, or build with `--to terraform`")
            }
            Problem::NothingToDeploy { target } => R::error(
                "E0602",
                format!(
                    "the program has no tier, so {} has nothing to deploy",
                    target
                ),
            )
            .help("declare one: `tier web`"),

            Problem::Reached {
                span,
                from,
                others,
                to,
                packet,
                because,
                unknown,
            } => {
                let report = R::error("E0701", format!("`{from}` can reach `{to}`"))
                    .at(span, format!("counterexample: {packet}"));
                let report = because
                    .iter()
                    .fold(report, |report, sentence| report.at(sentence, "allows it"));
                let names: Vec<String> = others.iter().map(|other| format!("`{other}`")).collect();
                let also = (!names.is_empty())
                    .then(|| format!("the same rules let {} reach it", names.join(", ")));
                let report = also
                    .into_iter()
                    .fold(report, |report, also| report.help(also));
                unknown.iter().fold(report, |report, unknown| {
                    report.help(format!("unknown: {unknown}"))
                })
            }
            Problem::NotReached {
                span,
                from,
                to,
                what,
                gate,
                help,
                unknown,
            } => {
                let report = R::error("E0702", format!("`{from}` cannot reach `{to}` on {what}"))
                    .at(span, gate.clone());
                report.with_cure(help.as_ref(), unknown)
            }
            Problem::Bypassed {
                span,
                from,
                to,
                chain,
            } => R::error(
                "E0703",
                format!("`{from}` can reach `{to}` by another chain"),
            )
            .at(span, chain.clone()),
            Problem::NoChain { span, from, to, on } => {
                let on = on.as_ref().map_or(String::new(), |on| format!(" on {on}"));
                R::error(
                    "E0704",
                    format!("no chain leads from `{from}` to `{to}`{on}"),
                )
                .at(span, "no chain of flows")
            }
            Problem::UnsureChain {
                span,
                from,
                to,
                chain,
                step: [near, far],
                what,
                why,
                help,
                unknown,
            } => {
                let report = R::error(
                    "E0705",
                    format!("no chain from `{from}` to `{to}` is certain to pass"),
                )
                .at(
                    span,
                    format!("{chain}: `{near}` is not certain to reach `{far}` on {what}"),
                );
                why.iter()
                    .fold(report, |report, why| report.help(why))
                    .with_cure(help.as_ref(), unknown)
            }

            Problem::ManifestSyntax { span, why } => {
                R::error("E0801", "this manifest is not valid TOML").at(span, why.clone())
            }
            Problem::ManifestKey {
                span,
                key,
                table,
                meant,
                keys,
            } => R::error("E0802", format!("unknown key `{key}` in this {table}"))
                .at(span, "unknown key")
                .meant(meant)
                .help(format!("valid keys are {keys}")),
            Problem::ManifestValue { span, key, wanted } => {
                R::error("E0803", format!("`{key}` must be {wanted}")).at(span, "invalid value")
            }
            Problem::ManifestLacks { span, table, key } => {
                R::error("E0804", format!("this {table} has no `{key}`"))
                    .at(span, format!("`{key}` is missing"))
                    .help(format!("add `{key} = \"shop.tier\"`"))
            }
            Problem::ManifestName {
                span,
                kind,
                name,
                meant,
                known,
            } => R::error("E0805", format!("there is no {kind} `{name}`"))
                .at(span, format!("unknown {kind}"))
                .meant(meant)
                .help(known.clone()),
            Problem::OnePath {
                span,
                path,
                uses,
                first,
            } => R::error("E0806", format!("`{path}` is used for {uses}"))
                .at(span, "used again")
                .maybe_at(first, "first used here"),
            Problem::ManifestFile { span, path, why } => {
                R::error("E0807", format!("cannot read `{path}`: {why}")).at(span, "named here")
            }
            Problem::SharedOutputs { span, environments } => R::error(
                "E0808",
                "a program with environments cannot have `outputs` of its own",
            )
            .at(span, "not allowed here")
            .at(environments, "each environment has its own outputs")
            .help(
                "move `outputs` into each environment: \
                 `[program.environments.production]`",
            ),
            Problem::NoPrograms { span } => R::error("E0809", "this manifest lists no program")
                .at(span, "no `[[program]]` in this file")
                .help("add `[[program]]` and, below it, `file = \"shop.tier\"`"),
            Problem::SharedDirectory {
                span,
                first,
                programs: [one, other],
                directory,
                addresses,
            } => {
                let names: Vec<String> = addresses
                    .iter()
                    .map(|address| format!("`{address}`"))
                    .collect();
                let report = R::error(
                    "E0810",
                    format!(
                        "{one} and {other} both declare {} in `{directory}`",
                        super::listed(&names, 4)
                    ),
                )
                .at(span, "declared in this file")
                .at(first, "and in this file")
                .help(
                    "write them to separate directories: Terraform reads all files \
                     of a directory as one module",
                );
                match apart(addresses) {
                    Some(words) => report.help(words),
                    None => report,
                }
            }
            Problem::InEnvironments { problem, names } => {
                let report = problem.report();
                Report {
                    message: format!("{} ({names})", report.message),
                    ..report
                }
            }

            Problem::TargetWarns { span, target, what } => {
                R::warning("W0601", format!("{} does not support {what}", target))
                    .at(span, "omitted from this target")
            }

            Problem::Lint(finding) => Report {
                code: finding.lint,
                level: finding.level,
                message: finding.message.clone(),
                labels: finding.labels.clone(),
                help: finding.help.clone(),
            },
        }
    }
}
