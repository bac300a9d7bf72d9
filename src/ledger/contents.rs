//! The file.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The format of ledgers that is written, and the newest that is read.
pub const FORMAT: u32 = 1;

/// What AWS has of the groups of a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    format: u32,
    /// The groups by the name of their tier; those that are made elsewhere by id.
    pub groups: BTreeMap<String, AdoptedGroup>,
}

/// What AWS has of a group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AdoptedGroup {
    /// `sg-0123456789abcdef0`
    pub id: String,
    /// GroupName, unless the deployment generates it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The start of a GroupName that Terraform generated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_prefix: Option<String>,
    /// GroupDescription; nothing for a group that is made elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// All of its tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Its rules, each by its [key](super::RuleKeys).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rules: BTreeMap<String, AdoptedRule>,
}

/// What AWS has of a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdoptedRule {
    /// `sgr-0123456789abcdef0`
    pub id: String,
    /// Its description; empty if it has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// All of its tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// Why a ledger cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerError(String);

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for LedgerError {}

impl Default for Ledger {
    fn default() -> Ledger {
        Ledger {
            format: FORMAT,
            groups: BTreeMap::new(),
        }
    }
}

impl Ledger {
    /// Reads the text of a ledger.
    pub fn read(text: &[u8]) -> Result<Ledger, LedgerError> {
        #[derive(Deserialize)]
        struct Version {
            format: u32,
        }

        let version: Result<Version, _> = serde_json::from_slice(text);
        match version {
            Ok(Version { format }) if format > FORMAT => Err(LedgerError(format!(
                "it has format {format}, written by a newer tierwall"
            ))),
            Ok(_) | Err(_) => {
                serde_json::from_slice(text).map_err(|error| LedgerError(error.to_string()))
            }
        }
    }

    /// The text of the ledger: sorted, each value on a line of its own.
    pub fn to_text(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("keys are texts");
        text + "\n"
    }
}

/// The ledger of a program: `shop.adopted.json` beside `shop.tier`, and
/// `shop.production.adopted.json` for an environment of it. Nothing for standard input, and for what
/// is no program.
pub fn ledger_path(program: &str, environment: Option<&str>) -> Option<String> {
    let stem = program.strip_suffix(".tier")?;
    Some(match environment {
        Some(environment) => format!("{stem}.{environment}.adopted.json"),
        None => format!("{stem}.adopted.json"),
    })
}
