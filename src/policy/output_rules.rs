//! Requirements of outputs for the names and texts of a program.

/// The requirements of one target.
#[derive(Debug, Clone, Copy)]
pub struct OutputRules {
    /// Why a parameter cannot have a name.
    pub refuses_parameter: fn(&str) -> Option<&'static str>,
    /// Why a tag cannot have a key.
    pub refuses_tag_key: fn(&str) -> Option<&'static str>,
    /// Text that the target would replace.
    pub replaced_text: Option<ReplacedText>,
    /// Names that conflict with parameters, if there are any.
    pub parameter_names: Option<ParameterNames>,
}

/// Text that a target does not take literally.
#[derive(Debug, Clone, Copy)]
pub struct ReplacedText {
    /// `{{resolve:`
    pub start: &'static str,
    /// `a dynamic reference`
    pub what: &'static str,
    /// `CloudFormation replaces it with a secret`
    pub why: &'static str,
}

/// Functions for names in an output that can conflict with parameters.
#[derive(Debug, Clone, Copy)]
pub struct ParameterNames {
    /// The name of a parameter.
    pub parameter: fn(&str) -> String,
    /// The name of a group, by the oldest name of its tier.
    pub group: fn(&str) -> String,
    /// The name of a reference to an AWS-managed list, by the name of the list.
    pub list: fn(&str) -> String,
}

impl OutputRules {
    /// No requirements.
    pub const NONE: OutputRules = OutputRules {
        refuses_parameter: |_| None,
        refuses_tag_key: |_| None,
        replaced_text: None,
        parameter_names: None,
    };
}
