//! The `aws` command of the user: what it says of an account is read like files of its answers.

use clap::Args;
use std::process::Command;

/// The options of commands that can ask an account.
#[derive(Args)]
pub struct Live {
    /// Ask the account: run `aws ec2 describe-security-groups`, `describe-security-group-rules`,
    /// `describe-vpcs` and `describe-managed-prefix-lists`
    #[arg(long)]
    pub live: bool,

    /// The profile that `aws` uses
    #[arg(long, value_name = "NAME", requires = "live")]
    profile: Option<String>,

    /// The region that is asked
    #[arg(long, value_name = "REGION", requires = "live")]
    region: Option<String>,

    /// Ask for the groups of this VPC alone
    #[arg(long, value_name = "ID", requires = "live")]
    vpc: Option<String>,
}

/// What is asked. Filters of rules have no VPC (EC2 API reference, DescribeSecurityGroupRules).
const QUESTIONS: [&str; 4] = [
    "describe-security-groups",
    "describe-security-group-rules",
    "describe-vpcs",
    "describe-managed-prefix-lists",
];

impl Live {
    /// The answers, each with the command that gave it. Fails with what `aws` says.
    pub fn ask(&self) -> Result<Vec<(String, String)>, String> {
        QUESTIONS
            .iter()
            .map(|question| self.ask_one(question))
            .collect()
    }

    fn ask_one(&self, question: &str) -> Result<(String, String), String> {
        let mut command = Command::new("aws");
        command.args(["ec2", question, "--output", "json"]);
        // the second version of `aws` shows long answers in a pager
        command.env("AWS_PAGER", "");
        for (option, value) in [("--profile", &self.profile), ("--region", &self.region)] {
            if let Some(value) = value {
                command.args([option, value]);
            }
        }
        if let (Some(vpc), "describe-security-groups") = (&self.vpc, question) {
            command.args(["--filters", &format!("Name=vpc-id,Values={vpc}")]);
        }

        let name = format!("aws ec2 {question}");
        let output = command
            .output()
            .map_err(|error| format!("cannot run `aws`: {error}; install the AWS CLI"))?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            return Err(format!("`{name}` failed: {}", words.trim()));
        }
        let text =
            String::from_utf8(output.stdout).map_err(|error| format!("`{name}`: {error}"))?;
        Ok((name, text))
    }
}
