//! Where the value of a parameter comes from.

use super::Text;

/// Where each target finds the value of a parameter; by default the deployment sets it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParameterSource {
    /// `data.aws_vpc.shared.id`
    pub terraform: Option<String>,
    /// `import "network-VpcId"`
    pub cloudformation: Option<TemplateSource>,
}

/// Where a template finds the value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateSource {
    /// The export of another stack.
    Import(Text),
    /// The path of a parameter of Systems Manager.
    Ssm(String),
}

impl ParameterSource {
    /// A value that templates read from Systems Manager, at this path.
    pub fn ssm_parameter(path: impl Into<String>) -> ParameterSource {
        ParameterSource {
            terraform: None,
            cloudformation: Some(TemplateSource::Ssm(path.into())),
        }
    }

    /// The export that a template imports.
    pub fn import(&self) -> Option<&Text> {
        match &self.cloudformation {
            Some(TemplateSource::Import(name)) => Some(name),
            Some(TemplateSource::Ssm(_)) | None => None,
        }
    }

    /// The path of a parameter of Systems Manager that a template reads.
    pub fn ssm(&self) -> Option<&str> {
        match &self.cloudformation {
            Some(TemplateSource::Ssm(path)) => Some(path),
            Some(TemplateSource::Import(_)) | None => None,
        }
    }
}
