//! How each problem is told: its code, its words, the places it points at, what to type instead.
//!
//! One match; it is long because there are many problems, and it is in one place so that they read
//! alike.

use super::problem::{AwsField, NameKind, Problem, Target};
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
            NameKind::Peer | NameKind::End if name == "vpc" => Some("name the VPC too: `vpc main`".to_string()),
            NameKind::Peer | NameKind::End => Some(format!("declare it: `tier {name}`, or `network {name} = 203.0.113.0/24`")),
            NameKind::Network | NameKind::BuiltInNetwork => Some(format!("declare it: `network {name} = 203.0.113.0/24`")),
            NameKind::Service => Some(format!("`tierwall services` lists the built-in ones; or declare it: `service {name} = tcp 8080`")),
            NameKind::Vpc => Some(format!("declare it: `vpc {name} {{ cidr = 10.0.0.0/16 }}`")),
            NameKind::Param => Some(format!("declare it: `param {name} : cidr`")),
            NameKind::Role => Some("roles are web-server, app-server, database, file-server, proxy, bastion, cache, mail-server, dns-server".to_string()),
            NameKind::IcmpType => Some("a number works too: `icmp 3/4`, `icmpv6 128`".to_string()),
            NameKind::Lint => Some("`tierwall explain` lists them".to_string()),
            NameKind::ParamType => Some("types are vpc, cidr, cidr-ipv6, external, prefix-list".to_string()),
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
        Some(_) => "an address has no port; ports stand before `from`: `tcp 443`",
        None if text.ends_with("/0") => "everyone is `anywhere`",
        None => "blocks are written `203.0.113.0/24` or `2001:db8::/32`, hosts without a length",
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
                "allowed are letters and digits of English, spaces, and ._-:/()#,@[]+=&;{}!$*"
            }
            AwsField::TagKey
            | AwsField::TagValue
            | AwsField::TemplateDescription
            | AwsField::ParameterDescription => {
                "control characters and marks that reorder text are not allowed"
            }
        }
    }
}

impl Target {
    fn words(self) -> &'static str {
        match self {
            Target::CloudFormation => "CloudFormation",
            Target::Terraform => "Terraform",
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
            "or give each program a name of its own: `stack NAME`",
        ),
        ("", "or give their tiers names of their own"),
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
            Problem::Syntax { span, found, expected, help } => R::error("E0101", format!("expected {expected}, found {found}"))
                .at(span, format!("expected {expected}"))
                .maybe_help(help),
            Problem::UnknownStatement { span, word, meant } => R::error("E0102", format!("`{word}` starts no statement"))
                .at(span, "not a statement")
                .meant(meant)
                .help("a rule reads `web allows https from anywhere`"),
            Problem::Deny { span, word } => R::error("E0103", format!("`{word}`: security groups only ever allow"))
                .at(span, "there is no deny")
                .help("leave the rule out, or take addresses out of one: `web allows https from 10.0.0.0/8 except 10.1.0.0/16`"),
            Problem::UnterminatedString { span } => R::error("E0104", "this string does not end on its line")
                .at(span, "starts here")
                .help("close it with `\"`; a quote inside is written `\\\"`, a line break `\\n`"),
            Problem::UnclosedBlock { span } => R::error("E0105", "this block is not closed").at(span, "opened here").help("close it with `}`"),
            Problem::BadEscape { span, text } => R::error("E0106", format!("`{text}` is no escape"))
                .at(span, "unknown escape")
                .help("escapes are `\\\"`, `\\\\`, `\\n`, `\\t` and `\\u{e9}`")
                .help(format!("for a backslash write `\\{text}`")),
            Problem::BadCharacter { span, character } => R::error("E0107", format!("the character U+{:04X} cannot stand in a program", u32::from(*character)))
                .at(span, "invisible or a control character")
                .help("remove it"),
            Problem::NotUtf8 { span } => R::error("E0108", "this file is not UTF-8").at(span, "the first byte that is not").help("save it as UTF-8"),
            Problem::DanglingAnnotation { span } => R::error("E0109", "no statement follows this annotation")
                .at(span, "annotates nothing")
                .help("an annotation stands on the line before the statement that it is for"),
            Problem::BadAddress { span, text, meant } => R::error("E0110", format!("`{text}` is no address"))
                .at(span, "not an IPv4 or IPv6 address or block")
                .meant(meant)
                .help(address_help(text)),
            Problem::HostBits { span, text, block, is_narrow: _ } => R::error("E0111", format!("`{text}` has bits set below its prefix length"))
                .at(span, "not a block")
                .help(format!("the block is `{block}`")),
            Problem::BadPort { span, text } => R::error("E0112", format!("`{text}` is no port")).at(span, "not a port").help("ports are 0 to 65535"),
            Problem::InvertedPorts { span, from, to } => R::error("E0113", format!("the range {from}-{to} ends before it starts"))
                .at(span, "no port is in it")
                .help(format!("write `{to}-{from}`")),
            Problem::BadProtocol { span, text } => R::error("E0114", format!("`{text}` is no protocol number"))
                .at(span, "not a protocol number")
                .help("protocol numbers are 0 to 255, as IANA assigns them"),
            Problem::BadIcmpNumber { span, text } => R::error("E0115", format!("`{text}` is no ICMP type or code"))
                .at(span, "not a type or `type/code`")
                .help("types and codes are 0 to 255: `icmp 8`, `icmp 3/4`"),
            Problem::BadDate { span, text, meant } => R::error("E0116", format!("`{text}` is no date"))
                .at(span, "not a day of the calendar")
                .meant(meant)
                .help("dates are written `2026-12-31`"),
            Problem::PortWithoutProtocol { span, text } => R::error("E0117", format!("port `{text}` has no protocol"))
                .at(span, "a port alone continues the `tcp` or `udp` just before it")
                .help(format!("write `tcp {text}` or `udp {text}`")),
            Problem::LongName { span, length } => R::error("E0118", format!("a name of {length} characters"))
                .at(span, "too long")
                .help("names have at most 100 characters, so that what is made of them fits in AWS"),
            Problem::Repeated { span, first, what } => R::error("E0119", format!("a second {what}")).at(span, "one too many").at(first, "the first"),
            Problem::BadNumber { span, text } => R::error("E0120", format!("the number `{text}` is out of range")).at(span, "too large, or below zero"),
            Problem::UnspecifiedAddress { span, text, every } => R::error("E0122", format!("`{text}` is the address of no host"))
                .at(span, "matches no host")
                .help(format!("did you mean `anywhere`, or `{every}`?")),
            Problem::FileTooLarge { name } => R::error("E0121", format!("`{name}` is too large")).help("a file can have up to 256 MiB"),
            Problem::OtherNotation { span, text, write, label, rewrite: _ } => {
                let report = R::error("E0123", format!("`{text}` is not tierwall syntax")).at(span, *label);
                if write.is_empty() { report.help(format!("leave out `{text}`")) } else { report.help(format!("write `{write}`")) }
            }
            Problem::MissingComma { span, after, rewrite: _ } => R::error("E0124", format!("a comma is missing after `{after}`"))
                .at(span, "expected `,` after this")
                .help(format!("write `{after},`")),
            Problem::BrokenLine { span, above, rewrite: _ } => R::error("E0125", "this line continues the statement above it")
                .at(span, "not a statement by itself")
                .at(above, "the statement ends here")
                .help("join the two lines; a statement continues only after `,` or `=`, and inside `{ }` or `[ ]`"),
            Problem::OtherTool { span, word, tool, help } => R::error("E0126", format!("`{word}` starts no statement; it belongs to {tool}"))
                .at(span, "not a statement")
                .help(help.as_str()),
            Problem::WordOrder { span, sentence, is_whole } => {
                let report = R::error("E0127", "the words of this sentence are in the wrong order").at(span, "a sentence starts with the tier whose rule it is");
                if *is_whole { report.help(format!("write `{sentence}`")) } else { report.help(format!("name what may pass: `{sentence}`")) }
            }
            Problem::UnmatchedPeer { span, text, label, help } => R::error("E0128", format!("no rule of a security group can name `{text}`"))
                .at(span, *label)
                .help(*help),
            Problem::OddCharacter { span, character, what, rewrite } => {
                let is_blank = rewrite.edits.first().is_some_and(|(_, text)| text == " ");
                R::error("E0107", format!("{what} (U+{:04X}) cannot stand here", u32::from(*character)))
                    .at(span, what.to_string())
                    .help(if is_blank { "replace it with a space" } else { "remove it" })
            }

            Problem::UnknownName { span, kind, name, meant, known } => {
                let report = R::error("E0201", format!("there is no {} `{name}`", kind.words())).at(span, format!("unknown {}", kind.words())).meant(meant);
                match (meant, known, kind.how(name)) {
                    (_, Some(known), _) => report.help(known.as_str()),
                    (None, None, Some(how)) => report.help(how),
                    (Some(_), None, _) | (None, None, None) => report,
                }
            }
            Problem::WrongKind { span, name, is, wanted, declared } => R::error("E0202", format!("`{name}` is {}, and {wanted} is wanted here", is.one()))
                .at(span, format!("expected {wanted}"))
                .maybe_at(declared, format!("the {}", is.words())),
            Problem::Duplicate { span, kind, name, first } => R::error("E0203", format!("`{name}` is declared twice"))
                .at(span, format!("declared again, as {}", kind.one()))
                .at(first, "first here"),
            Problem::Collision { span, name, other, first, output } => R::error("E0204", format!("`{name}` and {other} become one name"))
                .at(span, format!("becomes `{output}`"))
                .maybe_at(&Some(*first).filter(|first| first != span), "so does this")
                .help("rename one of them"),
            Problem::UnknownKey { span, key, block, meant, keys } => R::error("E0205", format!("a {block} has no `{key}`"))
                .at(span, "unknown key")
                .meant(meant)
                .help(format!("it has {keys}")),
            Problem::DuplicateKey { span, key, first } => R::error("E0206", format!("`{key}` is given twice")).at(span, "again").at(first, "first here"),
            Problem::BadValue { span, key, wanted, meant } => R::error("E0207", format!("`{key}` takes {wanted}")).at(span, format!("expected {wanted}")).meant(meant),
            Problem::Reserved { span, name, is } => R::error("E0208", format!("`{name}` is {is}")).at(span, "taken").help("choose another name"),
            Problem::SecondStack { span, first } => R::error("E0209", "a program has one stack").at(span, "a second").at(first, "the first"),
            Problem::StillDeclared { span, name, declared } => R::error("E0210", format!("`{name}` is still in use, so nothing can have been renamed from it"))
                .at(span, "an earlier name")
                .at(declared, "in use here"),
            Problem::Cycle { span, kind, name, through } => R::error("E0211", format!("the {} `{name}` contains itself", kind.words()))
                .at(span, "declared here")
                .at(through, "comes back to it"),

            Problem::TwoSuccessors { span, name, first } => R::error("E0212", format!("two tiers were `{name}` before"))
                .at(span, "also here")
                .at(first, "first here")
                .help("one group can only have become one other"),
            Problem::IdForName { span, id, what, help } => R::error("E0213", format!("`{id}` is the id of {what}, but a name is expected here"))
                .at(span, "expected a name")
                .help(help.as_str()),
            Problem::ServiceAsType { span, name, write } => R::error("E0214", format!("`{name}` is a service, not an ICMP type"))
                .at(span, "a service stands by itself")
                .help(format!("write `{write}`")),

            Problem::InternetInRule { span } => R::error("E0301", "`internet` is for assertions; a rule names what AWS matches, addresses")
                .at(span, "cannot stand in a rule")
                .help("write `anywhere`"),
            Problem::ItselfSubject { span } => R::error("E0302", "`itself` is a peer; a sentence starts with a tier")
                .at(span, "cannot stand here")
                .help("write `web allows https from itself`"),
            Problem::NothingLeft { span, except } => R::error("E0303", "nothing is left of these addresses").at(span, "all of them").at(except, "are taken out here"),
            Problem::ExceptOnNonAddress { span, name, kind, except } => R::error("E0304", format!("`except` takes addresses out of addresses, and `{name}` is {}", kind.one()))
                .at(span, "has no addresses to take out of")
                .at(except, "because of this")
                .help(format!("give `{name}` a sentence of its own")),
            Problem::FamilyMismatch { span, what, family, against } => R::error("E0305", format!("`{what}` is for {family}, and nothing here is"))
                .at(span, format!("{family} only"))
                .at(against, "of the other family")
                .help("ICMP has numbers of its own in each family (`icmp 8`, `icmpv6 128`); a name means both: `icmp echo-request`"),
            Problem::NoRule { span } => R::error("E0306", "this sentence gives no rule").at(span, "nothing to allow"),
            Problem::Unpeered { span, tier, other, vpc, other_vpc } => R::error("E0307", format!("`{tier}` is in VPC `{vpc}` and `{other}` in `{other_vpc}`, which are not peered"))
                .at(span, "a security group of another VPC")
                .help(format!("if they are peered, say so: `peer {vpc} with {other_vpc}`"))
                .help(format!("else name the addresses: `vpc {other_vpc}`")),
            Problem::AcrossRegions { span, tier, vpc, region, other_region } => R::error("E0308", format!("`{tier}` is in {region}, and a security group cannot be named from {other_region}"))
                .at(span, "a security group of another region")
                .help(format!("name the addresses: `vpc {vpc}`")),
            Problem::ElsewhereTier { span, tier, what, its, ours, declared } => R::error("E0309", format!("tier `{tier}` is in {what} {its}, and the rest of the stack in {ours}"))
                .at(span, "one output is deployed to one place")
                .at(declared, "its VPC")
                .help("a VPC elsewhere can be named by its addresses: `vpc NAME`"),
            Problem::NoVpc { span, tier, vpcs } => R::error("E0310", format!("tier `{tier}` is in no VPC"))
                .at(span, format!("which of {vpcs}?"))
                .help("name one for it, `{ vpc = … }`, or for all tiers, `stack NAME { vpc = … }`"),
            Problem::NoBlocks { span, vpc, declared } => R::error("E0311", format!("VPC `{vpc}` has no address blocks"))
                .at(span, "no addresses to name")
                .at(declared, "its declaration")
                .help("give it some: `cidr = 10.0.0.0/16`"),
            Problem::BadId { span, text, wanted } => R::error("E0312", format!("`{text}` is not {wanted}")).at(span, format!("expected {wanted}")),
            Problem::ForbiddenCharacter { span, character, field } => R::error("E0313", format!("AWS refuses {character} in {}", field.words()))
                .at(span, "this character")
                .help(field.allowed()),
            Problem::TooLong { span, length, field } => R::error("E0314", format!("{length} characters, and {} has at most {}", field.words(), field.limit())).at(span, "too long"),
            Problem::SgPrefix { span, name } => R::error("E0315", format!("AWS refuses the group name `{name}`"))
                .at(span, "starts with `sg-`")
                .help("choose another name: `sg-` starts the ids of groups"),
            Problem::BadTag { span, why } => R::error("E0316", format!("no group can have this tag: {why}")).at(span, *why),
            Problem::SelfPeering { span, vpc } => R::error("E0317", format!("`{vpc}` cannot be peered with itself")).at(span, "the same VPC"),
            Problem::UnboundExcept { span, name, declared } => R::error("E0318", format!("`except` needs the addresses, and `{name}` has no value yet"))
                .at(span, "not known")
                .at(declared, "the parameter")
                .help(format!("bind it: `--set {name}=…`")),
            Problem::SameGroupName { span, name, first } => R::error("E0319", format!("two groups of one VPC are named `{name}`"))
                .at(span, "AWS compares without case")
                .at(first, "the other"),
            Problem::OneForMany { span, what } => R::error("E0320", format!("one `{what}` for several tiers")).at(span, "only one of them can have it").help("declare the tiers one by one"),
            Problem::TooManyBlocks { span, count, bound } => R::error("E0321", format!("{count} blocks are left, and {bound} is the most that is written"))
                .at(span, "too many")
                .help("a security group has 60 rules by default, and at most 1,000"),

            Problem::DynamicReference { span } => R::error("E0322", "CloudFormation replaces `{{resolve:` by a secret or a parameter, and nothing turns that off")
                .at(span, "starts a dynamic reference")
                .help("say it in other words"),

            Problem::TooLarge { span, count, bound } => R::error("E0323", format!("this comes to {count} more, and a program may come to {bound} in all"))
                .at(span, "too many")
                .help("a region of AWS holds 300,000 rules: name blocks and ranges of ports instead of each one"),

            Problem::AddressInUse { span, name, address, now, parameter } => {
                let report = R::error("E0324", format!("`{address}` is an earlier name of one rule, and another rule has it now"))
                    .at(span, format!("`{name}` makes it an earlier name"))
                    .at(now, format!("makes the rule that is `{address}` now"));
                report.renamed(name, parameter)
            }
            Problem::AmbiguousMove { span, name, address, rules: [one, other], parameter } => {
                let report = R::error("E0325", format!("`{address}` is an earlier name of two rules"))
                    .at(span, format!("`{name}` makes it an earlier name"))
                    .at(one, if one == other { "makes both rules" } else { "makes one of the rules" });
                let report = report.maybe_at(&Some(*other).filter(|other| other != one), "makes the other");
                report.renamed(name, parameter)
            }
            Problem::OneName { span, name, first, target } => R::error("E0326", format!("{} would have `{name}` twice", target.words()))
                .at(span, format!("makes `{name}`"))
                .maybe_at(&Some(*first).filter(|first| first != span), "so does this")
                .help("rename a tier or a parameter that is part of the name, or name a prefix list by its id, `pl-…`"),

            Problem::Unreadable { span, path, why } => {
                let report = R::error("E0401", format!("cannot read `{path}`: {why}")).at(span, "included here");
                let is_pattern = path.contains(['*', '?', '[']);
                report.maybe_help(&is_pattern.then_some("`include` takes one file, not a pattern; write one `include` per file"))
            }
            Problem::OutsideRoot { span, path, root } => R::error("E0402", format!("`{path}` is outside `{root}`"))
                .at(span, "leaves the root")
                .help("`--root DIR` widens what a program may include"),

            Problem::UnknownBinding { name, meant, params } => R::error("E0501", format!("`{name}` is given a value, and the program has no such parameter"))
                .meant(meant)
                .help(format!("it has {params}")),
            Problem::BadBinding { name, value, wanted, declared, meant } => R::error("E0502", format!("`{value}` cannot be the value of `{name}`, which takes {wanted}"))
                .maybe_at(declared, format!("takes {wanted}")).meant(meant),
            Problem::TwiceBound { name, first, second } => R::error("E0503", format!("`{name}` is set to two values: `{first}` and `{second}`")),

            Problem::TargetCannot { span, target, what } => R::error("E0601", format!("{} cannot say this: {what}", target.words())).at(span, "not in this target")
                .help("name its addresses instead, or use `--to terraform`"),
            Problem::NothingToDeploy { target } => R::error("E0602", format!("the program has no tier, and {} deploys nothing without one", target.words()))
                .help("declare one: `tier web`"),

            Problem::Reached { span, from, others, to, packet, because, unknown } => {
                let report = R::error("E0701", format!("`{from}` can reach `{to}`")).at(span, format!("broken by {packet}"));
                let report = because.iter().fold(report, |report, sentence| report.at(sentence, "lets it through"));
                let names: Vec<String> = others.iter().map(|other| format!("`{other}`")).collect();
                let also = (!names.is_empty()).then(|| format!("the same lets {} reach it", names.join(", ")));
                let report = also.into_iter().fold(report, |report, also| report.help(also));
                unknown.iter().fold(report, |report, unknown| report.help(format!("not known is {unknown}")))
            }
            Problem::NotReached { span, from, to, what, gate, help, unknown } => {
                let report = R::error("E0702", format!("`{from}` cannot reach `{to}` on {what}")).at(span, gate.clone());
                report.with_cure(help.as_ref(), unknown)
            }
            Problem::Bypassed { span, from, to, chain } => R::error("E0703", format!("`{from}` can reach `{to}` another way")).at(span, chain.clone()),
            Problem::NoChain { span, from, to, on } => {
                let on = on.as_ref().map_or(String::new(), |on| format!(" on {on}"));
                R::error("E0704", format!("nothing leads from `{from}` to `{to}`{on}")).at(span, "there is no chain of flows")
            }
            Problem::UnsureChain { span, from, to, chain, step: [near, far], what, why, help, unknown } => {
                let report = R::error("E0705", format!("no chain surely leads from `{from}` to `{to}`"))
                    .at(span, format!("{chain}, but `{near}` does not surely reach `{far}` on {what}"));
                why.iter().fold(report, |report, why| report.help(why)).with_cure(help.as_ref(), unknown)
            }

            Problem::ManifestSyntax { span, why } => R::error("E0801", "this manifest is not TOML").at(span, why.clone()),
            Problem::ManifestKey { span, key, table, meant, keys } => R::error("E0802", format!("unknown key `{key}` in this {table}"))
                .at(span, format!("no {table} has it"))
                .meant(meant)
                .help(format!("it has {keys}")),
            Problem::ManifestValue { span, key, wanted } => R::error("E0803", format!("`{key}` takes {wanted}")).at(span, "something else"),
            Problem::ManifestLacks { span, table, key } => R::error("E0804", format!("this {table} has no `{key}`"))
                .at(span, format!("no `{key}` under this"))
                .help(format!("give it one: `{key} = \"shop.tier\"`")),
            Problem::ManifestName { span, kind, name, meant, known } => R::error("E0805", format!("there is no {kind} `{name}`"))
                .at(span, format!("unknown {kind}"))
                .meant(meant)
                .help(*known),
            Problem::OnePath { span, path, uses, first } => R::error("E0806", format!("`{path}` is named as {uses}"))
                .at(span, "named again")
                .maybe_at(first, "first here"),
            Problem::ManifestFile { span, path, why } => R::error("E0807", format!("cannot read `{path}`: {why}")).at(span, "named here"),
            Problem::SharedOutputs { span, environments } => R::error("E0808", "outputs beside environments")
                .at(span, "which environment is this for?")
                .at(environments, "each of these has outputs of its own")
                .help("move them: `[program.environments.production]`, and there `outputs = { … }`"),
            Problem::NoPrograms { span } => R::error("E0809", "this manifest lists no program")
                .at(span, "no `[[program]]` in this file")
                .help("write `[[program]]`, and below it `file = \"shop.tier\"`"),
            Problem::SharedDirectory { span, first, programs: [one, other], directory, addresses } => {
                let names: Vec<String> = addresses.iter().map(|address| format!("`{address}`")).collect();
                let report = R::error("E0810", format!("{one} and {other} both declare {} in `{directory}`", super::listed(&names, 4)))
                    .at(span, "declared again in this file")
                    .at(first, "declared in this one")
                    .help("write them to directories of their own: Terraform reads all files of a directory as one module");
                match apart(addresses) {
                    Some(words) => report.help(words),
                    None => report,
                }
            }
            Problem::InEnvironments { problem, names } => {
                let report = problem.report();
                Report { message: format!("{} ({names})", report.message), ..report }
            }

            Problem::TargetWarns { span, target, what } => R::warning("W0601", format!("{} cannot say this: {what}", target.words())).at(span, "left out of this target"),

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
