//! A temporary git repository, and a shell in it with tierwall in its path.

use super::command::{Run, Scratch};
use super::package;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// Nothing of the user's own settings, and the same commits every time.
const GIT: [(&str, &str); 8] = [
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_AUTHOR_NAME", "Ada"),
    ("GIT_AUTHOR_EMAIL", "ada@example.com"),
    ("GIT_AUTHOR_DATE", "2026-01-15T12:00:00Z"),
    ("GIT_COMMITTER_NAME", "Ada"),
    ("GIT_COMMITTER_EMAIL", "ada@example.com"),
    ("GIT_COMMITTER_DATE", "2026-01-15T12:00:00Z"),
];

/// A repository with the branch `main`, and no commit.
pub struct Repository {
    /// Its work tree.
    pub files: Scratch,
}

impl Repository {
    /// A new one.
    pub fn new() -> Repository {
        let repository = Repository {
            files: Scratch::new(),
        };
        repository.does("git init --quiet --initial-branch main");
        repository
    }

    /// Runs a line of shell; standard error is part of standard output, as on a terminal.
    pub fn shell(&self, line: &str) -> Run {
        self.shell_with(line, &[])
    }

    /// Runs a line of shell with this environment.
    pub fn shell_with(&self, line: &str, environment: &[(&str, &str)]) -> Run {
        let mut shell = Command::new("sh");
        shell
            .args(["-c", &format!("exec 2>&1\n{line}")])
            .current_dir(self.files.path(""));
        shell
            .env_remove("NO_COLOR")
            .env("PATH", path())
            .env("REVIEW", package().join("ci/review.sh"));
        shell.envs(GIT).envs(environment.iter().copied());
        Run::from_output(shell.output().expect("sh runs"))
    }

    /// Runs a line of shell that must succeed.
    pub fn does(&self, line: &str) {
        self.shell(line).exits(0);
    }
}

/// Where programs are looked for: first beside the tierwall that is tested.
fn path() -> OsString {
    let tested = Path::new(env!("CARGO_BIN_EXE_tierwall"))
        .parent()
        .expect("a directory")
        .to_path_buf();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(tested).chain(std::env::split_paths(&others));
    std::env::join_paths(all).expect("a path without colons")
}
