//! Levels of lints as the command line gives them.

use super::terminal::did_you_mean_lint;
use clap::Args;
use std::collections::BTreeMap;
use tierwall::lint::{self, Level, Levels};

/// `--deny`, `--warn` and `--allow`.
#[derive(Args, Debug, Clone)]
#[command(next_help_heading = "Lints")]
pub struct Lints {
    /// Report a lint as an error; `all` is every lint, `warnings` the lints at level `warn`
    #[arg(long, value_name = "LINT")]
    deny: Vec<String>,
    /// Report a lint as a warning
    #[arg(long, value_name = "LINT")]
    warn: Vec<String>,
    /// Do not report a lint
    #[arg(long, value_name = "LINT")]
    allow: Vec<String>,
}

impl Lints {
    /// The levels that the options set: a lint's name takes precedence over `warnings`, and
    /// `warnings` over `all`. Fails with a message if a name is unknown or has two levels.
    pub fn parse_levels(&self) -> Result<Levels, String> {
        let given = [
            (Level::Deny, &self.deny),
            (Level::Warn, &self.warn),
            (Level::Allow, &self.allow),
        ];

        let mut named: BTreeMap<&'static str, Level> = BTreeMap::new();
        for (level, names) in given {
            for name in names
                .iter()
                .flat_map(|names| names.split(','))
                .map(str::trim)
            {
                let name = find_lint(name)?;
                if let Some(other) = named.insert(name, level).filter(|other| *other != level) {
                    let (a, b) = (other.keyword(), level.keyword());
                    return Err(format!(
                        "`--{a} {name}` and `--{b} {name}` contradict each other"
                    ));
                }
            }
        }

        let (all, warnings) = (named.remove("all"), named.remove("warnings"));
        Ok(Levels {
            all,
            warnings,
            named: named.into_iter().collect(),
        })
    }
}

fn find_lint(name: &str) -> Result<&'static str, String> {
    let names = || lint::lint_names().into_iter().chain(["all", "warnings"]);
    names().find(|known| *known == name).ok_or_else(|| {
        format!(
            "there is no lint `{name}`{} (run `tierwall explain` for a list)",
            did_you_mean_lint(name, names())
        )
    })
}
