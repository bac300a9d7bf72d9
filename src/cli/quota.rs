//! `tierwall quota`

use super::args::{Exit, ProgramOptions};
use super::program::load_accepted;
use super::terminal::{Terminal, did_you_mean};
use clap::{Args, ValueEnum};
use tierwall::analysis::quota::QuotaUsage;
use tierwall::diagnostic::listed;
use tierwall::policy::{Policy, TierId};
use tierwall::report;

/// The arguments of `quota`.
#[derive(Args)]
pub struct Quota {
    /// The program, or a source: the state of Terraform, a template, or answers of `aws`; `-` is standard input
    file: String,
    /// Output format
    #[arg(long, value_enum, default_value_t = QuotaFormat::Table)]
    format: QuotaFormat,
    /// Show only the group of this tier; can be repeated
    #[arg(long = "tier", value_name = "NAME")]
    tiers: Vec<String>,
    #[command(flatten)]
    with: ProgramOptions,
}

/// Output formats of `quota`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum QuotaFormat {
    /// For people
    Table,
    /// For programs; documented and stable
    Json,
}

/// Runs it.
pub fn run(quota: &Quota, terminal: &Terminal) -> Exit {
    let compilation = match load_accepted(&quota.file, &quota.with, terminal) {
        Ok(compilation) => compilation,
        Err(exit) => return exit,
    };
    let mut ledger = QuotaUsage::new(&compilation.policy);

    if !quota.tiers.is_empty() {
        match quota
            .tiers
            .iter()
            .map(|name| find_tier(&compilation.policy, name))
            .collect::<Result<Vec<_>, _>>()
        {
            Ok(tiers) => ledger.keep_tiers(&tiers),
            Err(words) => return terminal.report_failure(&words),
        }
    }

    let text = match quota.format {
        QuotaFormat::Table => report::quota::quota_table(&ledger, &compilation.sources),
        QuotaFormat::Json => report::quota::quota_json(&ledger, &compilation.sources),
    };

    match terminal.print_bytes(text.as_bytes()) {
        Exit::Done if ledger.is_over_quota() => Exit::Program,
        exit @ (Exit::Done | Exit::Program | Exit::Usage) => exit,
    }
}

fn find_tier(policy: &Policy, name: &str) -> Result<TierId, String> {
    let found = policy.tiers.iter().position(|tier| tier.name == name);
    found
        .map(|position| TierId(position as u32))
        .ok_or_else(|| {
            let tiers: Vec<&str> = policy.tiers.iter().map(|tier| tier.name.as_str()).collect();
            let meant = did_you_mean(name, tiers.iter().copied());
            let quoted: Vec<String> = tiers.iter().map(|tier| format!("`{tier}`")).collect();
            match meant.is_empty() && !quoted.is_empty() {
                true => format!(
                    "there is no tier `{name}`; the program has {}",
                    listed(&quoted, 20)
                ),
                false => format!("there is no tier `{name}`{meant}"),
            }
        })
}
