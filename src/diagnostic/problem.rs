//! Every problem, as data. Its words are in `wording.rs`, its documentation in `docs/errors.md`.

use super::correction::Rewrite;
use super::finding::Finding;
use crate::source::Span;
use ipnet::IpNet;

/// What a name can be the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameKind {
    /// `tier web`
    Tier,
    /// `tiers backends = …`
    TierSet,
    /// `network office = …`
    Network,
    /// `anywhere`
    BuiltInNetwork,
    /// `external partner = …`
    External,
    /// `prefix-list s3 = …`
    PrefixList,
    /// `param office : cidr`
    Param,
    /// Anything that can stand after `from`.
    Peer,
    /// Likewise in an assertion.
    End,
    /// `service app = …`
    Service,
    /// `vpc main { … }`
    Vpc,
    /// `web-server`
    Role,
    /// `echo-request`
    IcmpType,
    /// `template-limits`
    Lint,
    /// `cidr`
    ParamType,
    /// `outbound`
    Key,
}

/// A field of AWS that a string of the program ends up in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AwsField {
    /// A rule's description.
    RuleDescription,
    /// A group's description.
    GroupDescription,
    /// A group's name.
    GroupName,
    /// The key of a tag.
    TagKey,
    /// The value of a tag.
    TagValue,
    /// The description of a template.
    TemplateDescription,
    /// The description of a parameter.
    ParameterDescription,
}

/// One thing that is wrong with a program. Each variant shows a text that causes it.
#[derive(Debug, Clone)]
#[allow(missing_docs)] // the fields are named for what they hold
#[non_exhaustive]
pub enum Problem {
    // ---- E01: text that is no program
    /// `web allows https anywhere`
    Syntax {
        span: Span,
        found: String,
        expected: String,
        help: Option<&'static str>,
    },
    /// `teir web`
    UnknownStatement {
        span: Span,
        word: String,
        meant: Option<String>,
    },
    /// `web denies ssh from anywhere`
    Deny { span: Span, word: String },
    /// `include "a.tier`
    UnterminatedString { span: Span },
    /// `tier web { outbound = closed`
    UnclosedBlock { span: Span },
    /// `tier web "a\qb"`
    BadEscape { span: Span, text: String },
    /// a NUL, a lone carriage return, a bidirectional control
    BadCharacter { span: Span, character: char },
    /// a byte that is not UTF-8
    NotUtf8 { span: Span },
    /// `@allow(template-limits)` with no statement after it
    DanglingAnnotation { span: Span },
    /// `web allows ssh from 10.0.0.300`
    BadAddress {
        span: Span,
        text: String,
        meant: Option<String>,
    },
    /// `web allows ssh from 10.0.0.1/8`
    HostBits {
        span: Span,
        text: String,
        block: String,
        is_narrow: bool,
    },
    /// `web allows tcp 70000 from anywhere`
    BadPort { span: Span, text: String },
    /// `web allows tcp 90-80 from anywhere`
    InvertedPorts { span: Span, from: u16, to: u16 },
    /// `web allows proto 300 from anywhere`
    BadProtocol { span: Span, text: String },
    /// `web allows icmp 300 from anywhere`
    BadIcmpNumber { span: Span, text: String },
    /// `web allows https from anywhere until 2026-02-30`
    BadDate {
        span: Span,
        text: String,
        meant: Option<String>,
    },
    /// `web allows 443 from anywhere`
    PortWithoutProtocol { span: Span, text: String },
    /// a name of more than 100 characters
    LongName { span: Span, length: usize },
    /// `tier web "one" "two"`
    Repeated {
        span: Span,
        first: Span,
        what: &'static str,
    },
    /// `stack shop { rule-quota = 99999999999999999999 }`
    BadNumber { span: Span, text: String },
    /// a file of 257 MiB
    FileTooLarge { name: String },
    /// `web allows https from 0.0.0.0`
    UnspecifiedAddress {
        span: Span,
        text: String,
        every: IpNet,
    },
    /// `web allows tcp/443 from anywhere`
    OtherNotation {
        span: Span,
        text: String,
        write: String,
        label: &'static str,
        rewrite: Rewrite,
    },
    /// `web allows http https from anywhere`
    MissingComma {
        span: Span,
        after: String,
        rewrite: Rewrite,
    },
    /// `web allows https`, and on the next line `from anywhere`
    BrokenLine {
        span: Span,
        above: Span,
        rewrite: Rewrite,
    },
    /// `resource "aws_security_group" "web" {`
    OtherTool {
        span: Span,
        word: String,
        tool: &'static str,
        help: String,
    },
    /// `from web to db allow mysql`
    WordOrder {
        span: Span,
        sentence: String,
        is_whole: bool,
    },
    /// `web allows https from example.com`
    UnmatchedPeer {
        span: Span,
        text: String,
        label: &'static str,
        help: &'static str,
    },
    /// a no-break space between words
    OddCharacter {
        span: Span,
        character: char,
        what: &'static str,
        rewrite: Rewrite,
    },

    // ---- E02: names
    /// `wbe allows https from anywhere`
    UnknownName {
        span: Span,
        kind: NameKind,
        name: String,
        meant: Option<String>,
        known: Option<String>,
    },
    /// `office allows https from anywhere`
    WrongKind {
        span: Span,
        name: String,
        is: NameKind,
        wanted: &'static str,
        declared: Option<Span>,
    },
    /// `tier web` twice
    Duplicate {
        span: Span,
        kind: NameKind,
        name: String,
        first: Span,
    },
    /// `tier web-app` and `tier web_app`
    Collision {
        span: Span,
        name: String,
        other: String,
        first: Span,
        output: String,
    },
    /// `tier web { outbuond = closed }`
    UnknownKey {
        span: Span,
        key: String,
        block: &'static str,
        meant: Option<String>,
        keys: String,
    },
    /// `tier web { outbound = closed, outbound = open }`
    DuplicateKey {
        span: Span,
        key: String,
        first: Span,
    },
    /// `tier web { outbound = 7 }`
    BadValue {
        span: Span,
        key: String,
        wanted: &'static str,
        meant: Option<String>,
    },
    /// `network anywhere = 10.0.0.0/8`
    Reserved {
        span: Span,
        name: String,
        is: &'static str,
    },
    /// `stack a` and `stack b`
    SecondStack { span: Span, first: Span },
    /// `tier app was web` beside `tier web`
    StillDeclared {
        span: Span,
        name: String,
        declared: Span,
    },
    /// `service a = b` and `service b = a`
    Cycle {
        span: Span,
        kind: NameKind,
        name: String,
        through: Span,
    },

    /// `tier a was old` and `tier b was old`
    TwoSuccessors {
        span: Span,
        name: String,
        first: Span,
    },
    /// `web allows https from sg-0123456789abcdef0`
    IdForName {
        span: Span,
        id: String,
        what: &'static str,
        help: String,
    },
    /// `web allows icmp ping from anywhere`
    ServiceAsType {
        span: Span,
        name: String,
        write: String,
    },

    // ---- E03: meaning
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
    ExceptInEnds { span: Span, text: String },
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
        other_vpc: String,
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
    },
    /// tiers of two VPCs in two regions
    AcrossRegions {
        span: Span,
        tier: String,
        vpc: String,
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
    DynamicReference { span: Span },

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

    // ---- E04: files
    /// `include "missing.tier"`
    Unreadable {
        span: Span,
        path: String,
        why: String,
    },
    /// `include "../secret.tier"`
    OutsideRoot {
        span: Span,
        path: String,
        root: String,
    },

    // ---- E05: bindings
    /// `--set ofice=…`
    UnknownBinding {
        name: String,
        meant: Option<String>,
        params: String,
    },
    /// `--set office=banana`
    BadBinding {
        name: String,
        value: String,
        wanted: &'static str,
        declared: Option<Span>,
        meant: Option<String>,
    },
    /// `--set office` twice with two values
    TwiceBound {
        name: String,
        first: String,
        second: String,
    },

    // ---- E06: targets
    /// CloudFormation: `web allows https to partner`, a group of another account
    TargetCannot {
        span: Span,
        target: &'static str,
        what: String,
    },

    /// CloudFormation: a program without tiers
    NothingToDeploy { target: &'static str },

    // ---- E07: assertions that do not hold
    /// `assert internet cannot reach web` where `web` allows https from anywhere
    Reached {
        span: Span,
        from: String,
        /// Others of which the same is true, for the same reasons.
        others: Vec<String>,
        to: String,
        packet: String,
        because: Vec<Span>,
        unknown: Vec<String>,
    },
    /// `assert app can reach db on mysql` where nothing allows it
    NotReached {
        span: Span,
        from: String,
        to: String,
        what: String,
        gate: String,
        help: Option<String>,
        unknown: Vec<String>,
    },
    /// `assert web can reach db only through app` where `web` reaches `db` by itself
    Bypassed {
        span: Span,
        from: String,
        to: String,
        chain: String,
    },
    /// `assert web can reach db only through app` where nothing leads to `db`
    NoChain {
        span: Span,
        from: String,
        to: String,
        on: Option<String>,
    },
    /// `assert web can reach db only through app` where `web` reaches `app` from some of its
    /// addresses only
    UnsureChain {
        span: Span,
        from: String,
        to: String,
        chain: String,
        /// The two ends of the first step of which not all that is needed surely passes, and what
        /// of it.
        step: [String; 2],
        what: String,
        /// What keeps it from being sure, where nothing unknown does.
        why: Option<String>,
        help: Option<String>,
        unknown: Vec<String>,
    },

    // ---- E08: manifests of projects
    /// `[[program`
    ManifestSyntax { span: Span, why: String },
    /// `fiel = "shop.tier"`
    ManifestKey {
        span: Span,
        key: String,
        table: &'static str,
        meant: Option<String>,
        keys: String,
    },
    /// `file = 7`
    ManifestValue {
        span: Span,
        key: String,
        wanted: &'static str,
    },
    /// `[[program]]` without a `file`
    ManifestLacks {
        span: Span,
        table: &'static str,
        key: &'static str,
    },
    /// `opne-http = "deny"`
    ManifestName {
        span: Span,
        kind: &'static str,
        name: String,
        meant: Option<String>,
        known: String,
    },
    /// `outputs = { terraform = "x", cloudformation = "x" }`
    OnePath {
        span: Span,
        path: String,
        uses: &'static str,
        first: Option<Span>,
    },
    /// `file = "missing.tier"`
    ManifestFile {
        span: Span,
        path: String,
        why: String,
    },
    /// `outputs` beside `environments`
    SharedOutputs { span: Span, environments: Span },
    /// a manifest without `[[program]]`
    NoPrograms { span: Span },
    /// two programs whose outputs `infra/a.tf` and `infra/b.tf` declare `var.vpc_id`
    SharedDirectory {
        span: Span,
        first: Span,
        programs: [String; 2],
        directory: String,
        addresses: Vec<String>,
    },
    /// any problem of a program that only some of its environments have
    InEnvironments {
        problem: Box<Problem>,
        names: String,
    },

    // ---- W: what is likely not wanted
    /// CloudFormation: `default-group = locked`
    TargetWarns {
        span: Span,
        target: &'static str,
        what: String,
    },

    // ---- lints
    /// what a lint found
    Lint(Box<Finding>),
}
