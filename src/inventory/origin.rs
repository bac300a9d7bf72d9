//! Where something was read.

use crate::source::Span;

/// Where a group or a rule was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// Its id in AWS: `sg-0123456789abcdef0`, `sgr-0123456789abcdef0`
    pub id: Option<Box<str>>,
    /// Its address in the source: `aws_security_group.web`, `WebSecurityGroup`
    pub address: Option<Box<str>>,
    /// Its text, in a source that has lines.
    pub span: Option<Span>,
    /// How the source has it.
    pub holder: Holder,
}

impl Origin {
    /// Its address in the source, or else its id.
    pub fn place(&self) -> Option<&str> {
        self.address.as_deref().or(self.id.as_deref())
    }
}

/// What has a rule in a source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// AWS itself: the output of a describe command.
    #[default]
    Account,
    /// `ingress { … }` of an `aws_security_group`, or `SecurityGroupIngress` of a group's resource.
    Inline,
    /// `aws_security_group_rule`, which can stand for several rules.
    OldResource,
    /// A resource of one rule: `aws_vpc_security_group_ingress_rule`,
    /// `AWS::EC2::SecurityGroupIngress`.
    OwnResource,
}
