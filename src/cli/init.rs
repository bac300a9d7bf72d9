//! `tierwall init`

use super::Exit;
use super::files::words;
use super::report::Report;
use clap::Args;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};

/// The arguments of `init`.
#[derive(Args)]
pub struct Init {
    /// What to start from
    #[arg(long, value_name = "NAME", default_value = TEMPLATES[0].0, value_parser = TEMPLATES.map(|(name, _)| name))]
    template: String,
    /// The file to write; `-` is standard output [default: the template's name with `.tier`]
    path: Option<String>,
}

/// Programs to start from: the examples.
const TEMPLATES: [(&str, &str); 17] = [
    ("three-tier", include_str!("../../examples/three-tier.tier")),
    ("application-server", include_str!("../../examples/application-server.tier")),
    ("bastion", include_str!("../../examples/bastion.tier")),
    ("cache-server", include_str!("../../examples/cache-server.tier")),
    ("database-server", include_str!("../../examples/database-server.tier")),
    ("default-group", include_str!("../../examples/default-group.tier")),
    ("default-group-locked", include_str!("../../examples/default-group-locked.tier")),
    ("dns-server", include_str!("../../examples/dns-server.tier")),
    ("file-server", include_str!("../../examples/file-server.tier")),
    ("kafka", include_str!("../../examples/kafka.tier")),
    ("kubernetes", include_str!("../../examples/kubernetes.tier")),
    ("mail-server", include_str!("../../examples/mail-server.tier")),
    ("peered-vpcs", include_str!("../../examples/peered-vpcs.tier")),
    ("private-subnet", include_str!("../../examples/private-subnet.tier")),
    ("protocols", include_str!("../../examples/protocols.tier")),
    ("proxy-server", include_str!("../../examples/proxy-server.tier")),
    ("web-server", include_str!("../../examples/web-server.tier")),
];

/// Runs it. A file that is there is never replaced.
pub fn run(init: &Init, report: &Report) -> Exit {
    let text = TEMPLATES.iter().find(|(name, _)| *name == init.template).map_or("", |(_, text)| text);
    let path = init.path.clone().unwrap_or_else(|| format!("{}.tier", init.template));
    if path == "-" {
        return report.print(text.as_bytes());
    }
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    match written {
        Ok(()) => {
            report.remark(&format!("wrote {path}; next: tierwall build {path} --to terraform"));
            Exit::Done
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => report.failure(&format!("`{path}` is there already")),
        Err(error) => report.failure(&format!("cannot write `{path}`: {}", words(&error))),
    }
}
