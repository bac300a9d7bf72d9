//! `tierwall init`

use super::args::Exit;
use super::disk::{create_file, error_message};
use super::terminal::Terminal;
use clap::Args;
use std::fs;
use std::path::Path;
use tierwall::project::MANIFEST;
use tierwall::target::{self, Target};

/// The arguments of `init`.
#[derive(Args)]
pub struct Init {
    /// The example to start from
    #[arg(long, value_name = "NAME", default_value = TEMPLATES[0].0,
        value_parser = TEMPLATES.map(|(name, _)| name))]
    template: String,
    /// Also write a `tierwall.toml` that lists the program and an output for each target
    #[arg(long)]
    project: bool,
    /// The file to write; `-` is standard output [default: the template's name with `.tier`]
    path: Option<String>,
}

/// Programs to start from: the examples.
const TEMPLATES: [(&str, &str); 17] = [
    ("three-tier", include_str!("../../examples/three-tier.tier")),
    (
        "application-server",
        include_str!("../../examples/application-server.tier"),
    ),
    ("bastion", include_str!("../../examples/bastion.tier")),
    (
        "cache-server",
        include_str!("../../examples/cache-server.tier"),
    ),
    (
        "database-server",
        include_str!("../../examples/database-server.tier"),
    ),
    (
        "default-group",
        include_str!("../../examples/default-group.tier"),
    ),
    (
        "default-group-locked",
        include_str!("../../examples/default-group-locked.tier"),
    ),
    ("dns-server", include_str!("../../examples/dns-server.tier")),
    (
        "file-server",
        include_str!("../../examples/file-server.tier"),
    ),
    ("kafka", include_str!("../../examples/kafka.tier")),
    ("kubernetes", include_str!("../../examples/kubernetes.tier")),
    (
        "mail-server",
        include_str!("../../examples/mail-server.tier"),
    ),
    (
        "peered-vpcs",
        include_str!("../../examples/peered-vpcs.tier"),
    ),
    (
        "private-subnet",
        include_str!("../../examples/private-subnet.tier"),
    ),
    ("protocols", include_str!("../../examples/protocols.tier")),
    (
        "proxy-server",
        include_str!("../../examples/proxy-server.tier"),
    ),
    ("web-server", include_str!("../../examples/web-server.tier")),
];

/// Runs it. Existing files are never replaced.
pub fn run(init: &Init, terminal: &Terminal) -> Exit {
    let text = TEMPLATES
        .iter()
        .find(|(name, _)| *name == init.template)
        .map_or("", |(_, text)| text);

    let path = init
        .path
        .clone()
        .unwrap_or_else(|| format!("{}.tier", init.template));

    let (mut files, mut next) = (
        vec![(path.as_str(), text.to_string())],
        format!("build {path} --to terraform"),
    );

    match (init.project, path.as_str()) {
        (false, "-") => return terminal.print_bytes(text.as_bytes()),
        (true, "-") => {
            return terminal.report_failure("`--project` cannot be used with standard output");
        }
        (false, _) => {}
        (true, _) => {
            files.push((MANIFEST, manifest_text(&path)));
            next = "build".to_string();
        }
    }

    if let Some((path, _)) = files
        .iter()
        .find(|(path, _)| fs::exists(path).is_ok_and(|there| there))
    {
        return terminal.report_failure(&format!("`{path}` already exists"));
    }

    for (path, text) in &files {
        if let Err(error) = create_file(Path::new(path), text.as_bytes()) {
            return terminal
                .report_failure(&format!("cannot write `{path}`: {}", error_message(&error)));
        }
    }

    let names: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
    terminal.print_remark(&format!(
        "wrote {}; next: tierwall {next}",
        names.join(" and ")
    ));

    Exit::Done
}

/// A manifest that lists a program, with an output next to it for each target.
fn manifest_text(path: &str) -> String {
    let stem = path.strip_suffix(".tier").unwrap_or(path);
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let output = |target: &Target| {
        let path = quoted(&format!("{stem}.{}", target.extension));
        format!("{} = {path}", target.name)
    };
    let outputs: Vec<String> = target::by_name().into_iter().map(output).collect();

    format!(
        "# What `tierwall build` builds, and `tierwall check` checks. Paths start from here.\n\n\
         [[program]]\nfile = {}\n\n[program.outputs]\n{}\n",
        quoted(path),
        outputs.join("\n")
    )
}
