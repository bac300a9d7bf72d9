//! Fields of AWS that take texts of a program.

/// A field of AWS that a string of the program ends up in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AwsField {
    /// A rule's description.
    RuleDescription,
    /// A group's description.
    GroupDescription,
    /// A group's name.
    GroupName,
    /// What the name of a group starts with, to which Terraform adds 26 characters.
    NamePrefix,
    /// The key of a tag.
    TagKey,
    /// The value of a tag.
    TagValue,
    /// The description of a template.
    TemplateDescription,
    /// The description of a parameter.
    ParameterDescription,
}

impl AwsField {
    pub(super) fn words(self) -> &'static str {
        match self {
            AwsField::RuleDescription => "the description of a rule",
            AwsField::GroupDescription => "the description of a security group",
            AwsField::GroupName => "the name of a security group",
            AwsField::NamePrefix => "the prefix of the name of a security group",
            AwsField::TagKey => "the key of a tag",
            AwsField::TagValue => "the value of a tag",
            AwsField::TemplateDescription => "the description of a template",
            AwsField::ParameterDescription => "the description of a parameter",
        }
    }

    /// The maximum number of characters that AWS accepts. Rules, groups: EC2 API reference; tags:
    /// EC2 user guide (tag restrictions); template: CloudFormation quotas; parameter:
    /// CloudFormation user guide.
    pub fn limit(self) -> usize {
        match self {
            AwsField::RuleDescription | AwsField::GroupDescription | AwsField::GroupName => 255,
            AwsField::NamePrefix => 229,
            AwsField::TagKey => 128,
            AwsField::TagValue => 256,
            AwsField::TemplateDescription => 1024,
            AwsField::ParameterDescription => 4000,
        }
    }

    pub(super) fn allowed(self) -> &'static str {
        match self {
            AwsField::RuleDescription
            | AwsField::GroupDescription
            | AwsField::GroupName
            | AwsField::NamePrefix => {
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
