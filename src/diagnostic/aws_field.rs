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
    /// The default of a parameter.
    ParameterDefault,
    /// The name of an export of another stack.
    ExportName,
}

impl AwsField {
    pub(crate) fn words(self) -> &'static str {
        match self {
            AwsField::RuleDescription => "the description of a rule",
            AwsField::GroupDescription => "the description of a security group",
            AwsField::GroupName => "the name of a security group",
            AwsField::NamePrefix => "the prefix of the name of a security group",
            AwsField::TagKey => "the key of a tag",
            AwsField::TagValue => "the value of a tag",
            AwsField::TemplateDescription => "the description of a template",
            AwsField::ParameterDescription => "the description of a parameter",
            AwsField::ParameterDefault => "the default of a parameter",
            AwsField::ExportName => "the name of an export",
        }
    }

    /// Whether outputs have to know it when they are built: neither target allows parameters in it.
    pub(crate) fn is_fixed(self) -> bool {
        match self {
            AwsField::TagKey
            | AwsField::TemplateDescription
            | AwsField::ParameterDescription
            | AwsField::ParameterDefault => true,
            AwsField::RuleDescription
            | AwsField::GroupDescription
            | AwsField::GroupName
            | AwsField::NamePrefix
            | AwsField::TagValue
            | AwsField::ExportName => false,
        }
    }

    /// The maximum number of characters that AWS accepts. Rules, groups: EC2 API reference; tags:
    /// EC2 user guide (tag restrictions); template: CloudFormation quotas; parameter:
    /// CloudFormation user guide.
    pub fn limit(self) -> usize {
        match self {
            AwsField::RuleDescription
            | AwsField::GroupDescription
            | AwsField::GroupName
            | AwsField::ExportName => 255,
            AwsField::NamePrefix => 229,
            AwsField::TagKey => 128,
            AwsField::TagValue => 256,
            AwsField::TemplateDescription => 1024,
            AwsField::ParameterDescription => 4000,
            AwsField::ParameterDefault => 4096,
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
            AwsField::ExportName => "allowed are ASCII letters and digits, `-` and `:`",
            AwsField::TagKey
            | AwsField::TagValue
            | AwsField::TemplateDescription
            | AwsField::ParameterDescription
            | AwsField::ParameterDefault => {
                "control characters and characters that reorder text are not \
                 allowed"
            }
        }
    }
}
