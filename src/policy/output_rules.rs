//! What an output asks of the names and texts of a program.

/// What one kind of output asks.
#[derive(Debug, Clone, Copy)]
pub struct OutputRules {
    /// Why a parameter cannot have a name.
    pub refuses_parameter: fn(&str) -> Option<&'static str>,
    /// Why a tag cannot have a key.
    pub refuses_tag_key: fn(&str) -> Option<&'static str>,
    /// Text that would not stand for itself.
    pub replaced_text: Option<ReplacedText>,
    /// What shares its names with parameters, if anything does.
    pub parameter_names: Option<ParameterNames>,
}

/// Text that does not stand for itself in an output.
#[derive(Debug, Clone, Copy)]
pub struct ReplacedText {
    /// `{{resolve:`
    pub start: &'static str,
    /// `a dynamic reference`
    pub what: &'static str,
    /// `CloudFormation replaces it with a secret`
    pub why: &'static str,
}

/// How an output names what shares its names with parameters.
#[derive(Debug, Clone, Copy)]
pub struct ParameterNames {
    /// The name of a parameter.
    pub parameter: fn(&str) -> String,
    /// The name of a group, by the oldest name of its tier.
    pub group: fn(&str) -> String,
    /// The name of what stands for a list of AWS, by the name of the list.
    pub list: fn(&str) -> String,
}

impl OutputRules {
    /// Nothing.
    pub const NONE: OutputRules = OutputRules {
        refuses_parameter: |_| None,
        refuses_tag_key: |_| None,
        replaced_text: None,
        parameter_names: None,
    };
}
