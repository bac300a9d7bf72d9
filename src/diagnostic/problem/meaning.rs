//! Meaning: E03.

use super::super::aws_field::AwsField;
use super::super::name_kind::NameKind;
use crate::source::Span;

/// A statement without a valid meaning, or one that AWS would reject.
#[derive(Debug, Clone)]
#[allow(missing_docs)] // the fields are named for what they hold
#[non_exhaustive]
pub enum MeaningProblem {
    /// `web allows https from internet`
    InternetInRule { span: Span },
    /// `itself allows https from anywhere`
    ItselfSubject { span: Span },
    /// `network n = 10.0.0.0/8 except 10.0.0.0/8`
    NothingLeft { span: Span, except: Span },
    /// `web allows https from app except 10.0.0.0/8`
    ExceptOnNonAddress {
        span: Span,
        name: String,
        kind: NameKind,
        except: Span,
    },
    /// `assert office except 10.0.0.7 cannot reach db`
    ExceptInEnds {
        span: Span,
        text: String,
        help: String,
    },
    /// `tier a also b` and `tier b also a`
    AlsoCircle {
        span: Span,
        tier: String,
        circle: String,
    },
    /// `tier ci also management` where `management` is in another VPC
    AlsoElsewhere {
        span: Span,
        tier: String,
        vpc: String,
        other: String,
        /// `tools, shared`
        other_vpcs: String,
    },
    /// `web allows icmpv6 128 from 10.0.0.0/8`
    FamilyMismatch {
        span: Span,
        what: String,
        family: &'static str,
        against: Span,
    },
    /// `web allows icmp neighbor-solicitation from 10.0.0.0/8`
    NoRule { span: Span },
    /// tiers of two VPCs without `peer a with b`
    Unpeered {
        span: Span,
        tier: String,
        other: String,
        vpc: String,
        other_vpc: String,
        /// `vpc tools`: all addresses of the other tier.
        addresses: String,
    },
    /// an outbound rule to a tier behind `peer a with b over transit-gateway`
    OutboundOverGateway {
        span: Span,
        sender: String,
        receiver: String,
        /// `vpc main`: all addresses of the receiver.
        addresses: String,
    },
    /// `tier web { vpc = [main, main] }`, or two VPCs with one id
    VpcTwice {
        span: Span,
        vpc: String,
        /// The VPC that it equals: itself, or another name.
        other: String,
    },
    /// tiers of two VPCs in two regions
    AcrossRegions {
        span: Span,
        tier: String,
        /// `vpc tokyo`: all addresses of the tier.
        addresses: String,
        region: String,
        other_region: String,
    },
    /// `tier web { vpc = tokyo }` in a stack of another region
    ElsewhereTier {
        span: Span,
        tier: String,
        what: &'static str,
        its: String,
        ours: String,
        declared: Span,
    },
    /// two VPCs, and a tier that names neither
    NoVpc {
        span: Span,
        tier: String,
        vpcs: String,
    },
    /// `web allows https from vpc main` where `main` has no `cidr`
    NoBlocks {
        span: Span,
        vpc: String,
        declared: Span,
    },
    /// `external x = "sg-12"`
    BadId {
        span: Span,
        text: String,
        wanted: &'static str,
        meant: Option<String>,
        help: Option<String>,
    },
    /// `web allows https from anywhere "café"`
    ForbiddenCharacter {
        span: Span,
        character: String,
        field: AwsField,
    },
    /// a description of 300 characters
    TooLong {
        span: Span,
        length: usize,
        field: AwsField,
    },
    /// `tier web { name = "sg-web" }`
    SgPrefix { span: Span, name: String },
    /// `tags = { "aws:x" = "y" }`
    BadTag { span: Span, why: &'static str },
    /// `peer a with a`
    SelfPeering { span: Span, vpc: String },
    /// `network n = office except partner-cidr` where `partner-cidr` is unbound
    UnboundExcept {
        span: Span,
        name: String,
        declared: Span,
    },
    /// `tier web { name = "a" }` and `tier app { name = "A" }`
    SameGroupName {
        span: Span,
        name: String,
        first: Span,
    },
    /// `tier a, b { name = "x" }`
    OneForMany { span: Span, what: &'static str },
    /// `except` that leaves a million blocks
    TooManyBlocks {
        span: Span,
        count: usize,
        bound: usize,
    },
    /// a thousand tiers allow a thousand ports from a thousand addresses
    TooLarge {
        span: Span,
        count: usize,
        bound: usize,
    },
    /// `web allows https from anywhere "{{resolve:ssm:x}}"`
    ReplacedText {
        span: Span,
        start: &'static str,
        what: &'static str,
        why: &'static str,
    },
    /// `tier gateway was office` and `param office : cidr`, and `app` allows ssh from both
    AddressInUse {
        span: Span,
        name: String,
        address: String,
        now: Span,
        parameter: Option<String>,
    },
    /// `tier app was guests` and `param guests : cidr`, and `app` allows http from `guests` and
    /// `app`
    AmbiguousMove {
        span: Span,
        name: String,
        address: String,
        rules: [Span; 2],
        parameter: Option<String>,
    },
    /// `prefix-list a = "com.amazonaws.region.x-y"` and
    /// `prefix-list b = "com.amazonaws.region.x.y"`
    OneName {
        span: Span,
        name: String,
        first: Span,
        target: &'static str,
    },
    /// `tags = { team = "${var.team}" }`
    NoParameter {
        span: Span,
        written: String,
        meant: Option<String>,
    },
    /// `stack shop "shop of ${team}"`, where `team` is unbound
    UnknownText {
        span: Span,
        name: String,
        what: &'static str,
    },
    /// `param v : vpc = "vpc-0a1b2c3d" { terraform = "module.net.vpc" }`
    DefaultWithSource { span: Span, source: Span },
    /// `import "${name}"` where the value of `name` is imported
    NestedImport { span: Span, name: String },
    /// `tags = { "${team}" = "shop" }`
    NoParametersHere { span: Span, what: &'static str },
    /// `partner allows https from web`, where `partner` is in another account
    ForeignOwner {
        span: Span,
        name: String,
        account: String,
        declared: Span,
    },
    /// `tier web { outbound = closed, outbound-description = "updates" }`
    NoOpenRules { span: Span, tier: String },
    /// `web allows https from anywhere "in", outbound "out"`
    NoOutboundHalf { span: Span },
    /// `web sends https to app "in", outbound "out"`
    NoInboundHalf { span: Span },
    /// `tcp 8000-last-port` where `last-port` is 7000
    InvertedPortValues {
        span: Span,
        from: u16,
        to: u16,
        /// Whether the values are the defaults of the parameters, which a deployment can replace.
        by_default: bool,
    },
    /// `assert web can reach db on tcp db-port` without a value of `db-port`
    UnboundPort { span: Span, name: String },
    /// `tier web { name = "web", name-prefix = "web-" }`
    NameAndPrefix { span: Span, name: String },
    /// `tier web { export = "a b" }`
    BadExport { span: Span, why: String },
    /// `tier web { export = "shop" }` and `tier app { export = "shop" }`
    SameExport {
        span: Span,
        name: String,
        first: Span,
    },
    /// `prefix-list offices = office` where the parameter `office` is unbound
    UnboundEntry {
        span: Span,
        name: String,
        declared: Span,
    },
    /// a `prefix-list` of 101 blocks
    LongList {
        span: Span,
        count: usize,
        bound: usize,
    },
    /// `prefix-list offices = 203.0.113.0/24, 198.51.100.0/24 { entries = 1 }`
    ListSize {
        span: Span,
        size: u32,
        count: usize,
        largest: u32,
    },
}
