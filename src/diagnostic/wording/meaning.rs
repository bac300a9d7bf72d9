//! Meaning: E03.

use super::super::problem::MeaningProblem;
use super::super::report::Report;

impl MeaningProblem {
    /// It in words.
    pub(super) fn report(&self) -> Report {
        use Report as R;
        match self {
            MeaningProblem::InternetInRule { span } => {
                R::error("E0301", "`internet` can only be used in assertions")
                    .at(span, "not allowed here")
                    .help("write `anywhere`")
            }
            MeaningProblem::ItselfSubject { span } => {
                R::error("E0302", "`itself` cannot be the subject of a sentence")
                    .at(span, "expected a tier")
                    .help("write `web allows https from itself`")
            }
            MeaningProblem::NothingLeft { span, except } => {
                R::error("E0303", "`except` excludes all of these addresses")
                    .at(span, "no address is left")
                    .at(except, "all are excluded here")
            }
            MeaningProblem::ExceptOnNonAddress {
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
            MeaningProblem::ExceptInEnds { span, text, help } => R::error(
                "E0340",
                format!("`except` in an assertion excludes tiers, and `{text}` is none"),
            )
            .at(span, "not a tier")
            .help(help),
            MeaningProblem::AlsoCircle { span, tier, circle } => R::error(
                "E0341",
                format!("`also` of `{tier}` leads back to `{tier}`"),
            )
            .at(span, circle)
            .help("remove one of these steps"),
            MeaningProblem::AlsoElsewhere {
                span,
                tier,
                vpc,
                other,
                other_vpcs,
            } => R::error(
                "E0342",
                format!(
                    "`{tier}` is in VPC `{vpc}` and `{other}` in `{}`, and a network \
                     interface carries groups of its own VPC",
                    other_vpcs.replace(", ", "`, `")
                ),
            )
            .at(span, "security group in another VPC")
            .help(format!(
                "declare a tier like `{other}` in `{vpc}`, or associate its group: `tier {other} {{ \
                 vpc = [{other_vpcs}, {vpc}] }}`"
            )),
            MeaningProblem::FamilyMismatch {
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
            MeaningProblem::NoRule { span } => {
                R::error("E0306", "this sentence produces no rules").at(span, "nothing to allow")
            }
            MeaningProblem::Unpeered {
                span,
                tier,
                other,
                vpc,
                other_vpc,
                addresses,
            } => R::error(
                "E0307",
                match tier == other {
                    false => format!(
                        "`{tier}` is in VPC `{vpc}` and `{other}` in `{other_vpc}`, which are not \
                         peered"
                    ),
                    true => format!(
                        "`{tier}` is in VPC `{vpc}` and in `{other_vpc}`, which are not peered"
                    ),
                },
            )
            .at(span, "security group in another VPC")
            .help(format!(
                "if the VPCs are peered, declare it: `peer {vpc} with \
                 {other_vpc}`"
            ))
            .help(format!(
                "otherwise use the addresses of the VPC: `{addresses}`"
            )),
            MeaningProblem::OutboundOverGateway {
                span,
                sender,
                receiver,
                addresses,
            } => R::error(
                "E0364",
                format!(
                    "over a transit gateway, no outbound rule of `{sender}` can name the security \
                     group of `{receiver}`"
                ),
            )
            .at(span, "security group behind a transit gateway")
            .help(format!(
                "let `{sender}` send to the addresses of the VPC: `{sender} sends … to {addresses}`"
            ))
            .help(format!(
                "`{receiver}` can name the group: `{receiver} accepts … from {sender}`"
            )),
            MeaningProblem::AcrossRegions {
                span,
                tier,
                addresses,
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
            .help(format!("use the addresses of the VPC: `{addresses}`")),
            MeaningProblem::VpcTwice { span, vpc, other } => {
                let message = match vpc == other {
                    true => format!("VPC `{vpc}` is in the list twice"),
                    false => format!("`{vpc}` and `{other}` are one VPC: they have the same `id`"),
                };
                R::error("E0365", message)
                    .at(span, "VPC that the group is already in")
                    .help("leave one of them out")
            }
            MeaningProblem::ElsewhereTier {
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
            MeaningProblem::NoVpc { span, tier, vpcs } => {
                R::error("E0310", format!("tier `{tier}` has no VPC"))
                    .at(span, format!("expected one of {vpcs}"))
                    .help(
                        "set it for the tier, `{ vpc = … }`, or for all tiers, `stack \
                         NAME { vpc = … }`",
                    )
            }
            MeaningProblem::NoBlocks {
                span,
                vpc,
                declared,
            } => R::error("E0311", format!("VPC `{vpc}` has no address blocks"))
                .at(span, "has no addresses")
                .at(declared, "declared here")
                .help("add `cidr = 10.0.0.0/16`"),
            MeaningProblem::BadId {
                span,
                text,
                wanted,
                meant,
                help,
            } => {
                let report = R::error("E0312", format!("`{text}` is not {wanted}"))
                    .at(span, format!("expected {wanted}"))
                    .meant(meant);
                help.iter().fold(report, Report::help)
            }
            MeaningProblem::ForbiddenCharacter {
                span,
                character,
                field,
            } => R::error(
                "E0313",
                format!("AWS does not allow {character} in {}", field.words()),
            )
            .at(span, "not allowed")
            .help(field.allowed()),
            MeaningProblem::TooLong {
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
            MeaningProblem::SgPrefix { span, name } => R::error(
                "E0315",
                format!("AWS does not allow the group name `{name}`"),
            )
            .at(span, "starts with `sg-`")
            .help("choose another name; `sg-` is the prefix of security group ids"),
            MeaningProblem::BadTag { span, why } => {
                R::error("E0316", format!("invalid tag: {why}")).at(span, *why)
            }
            MeaningProblem::SelfPeering { span, vpc } => {
                R::error("E0317", format!("`{vpc}` cannot be peered with itself"))
                    .at(span, "the same VPC")
            }
            MeaningProblem::UnboundExcept {
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
            MeaningProblem::SameGroupName { span, name, first } => R::error(
                "E0319",
                format!("two security groups of one VPC have the name `{name}`"),
            )
            .at(span, "AWS ignores case in names")
            .at(first, "the other group"),
            MeaningProblem::OneForMany { span, what } => {
                R::error("E0320", format!("`{what}` cannot apply to several tiers"))
                    .at(span, "only one of them can have it")
                    .help("declare the tiers separately")
            }
            MeaningProblem::TooManyBlocks { span, count, bound } => R::error(
                "E0321",
                format!("{count} blocks are left, and the limit is {bound}"),
            )
            .at(span, "too many")
            .help("a security group has 60 rules by default, and at most 1,000"),
            MeaningProblem::ReplacedText {
                span,
                start,
                what,
                why,
            } => R::error("E0322", format!("`{start}` is not allowed, because {why}"))
                .at(span, format!("starts {what}"))
                .help("reword the text"),
            MeaningProblem::TooLarge { span, count, bound } => R::error(
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
            MeaningProblem::AddressInUse {
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
            MeaningProblem::AmbiguousMove {
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
            MeaningProblem::OneName {
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
            MeaningProblem::NoParameter {
                span,
                written,
                meant,
            } => R::error("E0351", format!("`{written}` names no parameter"))
                .at(span, "expected the name of a parameter")
                .meant(&meant.as_ref().map(|name| format!("${{{name}}}")))
                .help(no_parameter_help(written)),
            MeaningProblem::UnknownText { span, name, what } => R::error(
                "E0352",
                format!("`{name}` has no value, and {what} has to be known when it is built"),
            )
            .at(span, "unknown until the deployment")
            .help(format!("bind it, as in `--set {name}=VALUE`")),
            MeaningProblem::DefaultWithSource { span, source } => R::error(
                "E0354",
                "a default is for a value that the deployment is asked for",
            )
            .at(span, "never used")
            .at(source, "because the value comes from here")
            .help("remove the default, or the block"),
            MeaningProblem::NestedImport { span, name } => R::error(
                "E0355",
                format!(
                    "the value of `{name}` is imported, so it cannot be in the name of an export"
                ),
            )
            .at(span, format!("uses `${{{name}}}`"))
            .help(format!(
                "declare a parameter without a block for it: `param {name} : string`"
            )),
            MeaningProblem::NoParametersHere { span, what } => {
                R::error("E0353", format!("{what} cannot have a parameter in it"))
                    .at(span, "expected text")
                    .help("write the text itself; `$${` stands for the characters `${`")
            }
            MeaningProblem::ForeignOwner {
                span,
                name,
                account,
                declared,
            } => R::error(
                "E0327",
                format!(
                    "`{name}` is a group of account {account}, where this program has no rules"
                ),
            )
            .at(span, "expected a group of the account of the deployment")
            .at(declared, "declared here")
            .help(format!(
                "a rule can only be put on a group of the own account; `{name}` can be a peer"
            )),
            MeaningProblem::NoOpenRules { span, tier } => R::error(
                "E0331",
                format!("the outbound side of `{tier}` is closed, so it has no rules of its own"),
            )
            .at(span, "describes no rule")
            .help("delete it, or open the tier: `outbound = open`"),
            MeaningProblem::NoOutboundHalf { span } => R::error(
                "E0335",
                "no tier of this sentence sends, so it has no outbound rules",
            )
            .at(span, "describes no rule")
            .help("delete it; the first string describes the inbound rules"),
            MeaningProblem::NoInboundHalf { span } => R::error(
                "E0335",
                "this sentence opens no inbound side, so it has no inbound rules",
            )
            .at(span, "describes no rule")
            .help("write one string, which describes the outbound rules"),
            MeaningProblem::InvertedPortValues {
                span,
                from,
                to,
                by_default,
            } => {
                let message = format!("the range from {from} to {to} ends before it starts");
                let values = if *by_default { "defaults" } else { "values" };
                R::error("E0366", message)
                    .at(span, "empty range")
                    .help(format!("set other {values} of its parameters"))
            }
            MeaningProblem::UnboundPort { span, name } => R::error(
                "E0367",
                format!("the port `{name}` has no value, so nothing about it can be proved"),
            )
            .at(span, "known at deployment only")
            .help(format!("set it: `--set {name}=PORT`")),
            MeaningProblem::NameAndPrefix { span, name } => R::error(
                "E0332",
                format!("the group has the name `{name}`, and no name is made up for it"),
            )
            .at(span, "applies to names that Terraform makes up")
            .help("delete `name`, or `name-prefix`"),
            MeaningProblem::BadExport { span, why } => R::error(
                "E0333",
                format!("not the name of an export: {why}"),
            )
            .at(span, "CloudFormation does not allow it")
            .help(
                "allowed are ASCII letters and digits, `:` and `-`, and `${AWS::StackName}`, \
                         `${AWS::Region}`, `${AWS::AccountId}` and `${AWS::Partition}`",
            ),
            MeaningProblem::SameExport { span, name, first } => {
                R::error("E0334", format!("two tiers have the export `{name}`"))
                    .at(span, "its group has that export")
                    .at(first, "so does the group of this tier")
                    .help("an export has one value; choose another name")
            }
            MeaningProblem::UnboundEntry {
                span,
                name,
                declared,
            } => R::error(
                "E0361",
                format!("the value of `{name}` is unknown, and an entry of a prefix list is not"),
            )
            .at(span, "expected a known block")
            .at(declared, "a parameter without a value")
            .help(format!(
                "bind it, with `--set {name}=203.0.113.0/24`, or name `{name}` beside the list in \
                 each sentence"
            )),
            MeaningProblem::LongList { span, count, bound } => R::error(
                "E0362",
                format!("a prefix list has at most {bound} entries, and this one has {count}"),
            )
            .at(span, format!("{count} entries of one IP version"))
            .help("declare several lists, and name them together: `from offices, branches`"),
            MeaningProblem::ListSize {
                span,
                size,
                count,
                largest,
            } => R::error(
                "E0363",
                format!("a prefix list cannot have the size {size}"),
            )
            .at(span, format!("expected a number from {count} to {largest}"))
            .help(format!(
                "the size is at least the number of its entries, {count}: `entries = {count}`"
            )),
        }
    }
}

/// What to type instead of a `${…}` that names no parameter.
fn no_parameter_help(written: &str) -> String {
    let inner = written.trim_start_matches("${").trim_end_matches('}');
    match inner.strip_prefix("var.") {
        Some(name) => {
            format!("a parameter has no prefix: `param {name} : string`, and `${{{name}}}`")
        }
        None if inner.starts_with("AWS::") => format!(
            "declare what the deployment knows as a parameter, as in `param region : string`, or \
             write `$${{{inner}}}` for the text"
        ),
        None => {
            "declare it, as in `param environment : string`, or write `$${` for the characters \
                 `${`"
                .to_string()
        }
    }
}
