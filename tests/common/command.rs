//! Runs tierwall as a user does, in a temporary directory.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A temporary directory in which tierwall is run.
pub struct Scratch(tempfile::TempDir);

impl Scratch {
    /// Runs git in it.
    pub fn git(&self, arguments: &[&str]) {
        let who = [
            "-c",
            "user.name=T",
            "-c",
            "user.email=t@example.com",
            "-c",
            "commit.gpgsign=false",
        ];
        let run = Command::new("git")
            .args(who)
            .args(arguments)
            .current_dir(self.path(""))
            .output();
        let output = run.expect("git is installed");
        assert!(
            output.status.success(),
            "git {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// Commits all files in it.
    pub fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    /// A new one.
    pub fn new() -> Scratch {
        Scratch(tempfile::tempdir().expect("a temporary directory"))
    }

    /// Where a file in it is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file, and the directories above it.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a directory");
        fs::write(&path, text).expect("a file");
        path
    }

    /// What is in a file.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a file")
    }

    /// What lies in it.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("a directory").flatten();
        let mut names: Vec<String> = entries
            .map(|e| e.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// Runs tierwall.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, b"", &[])
    }

    /// Runs tierwall in a directory below.
    pub fn run_in(&self, directory: &str, arguments: &[&str]) -> Run {
        let mut command = self.command(arguments);
        Run(command
            .current_dir(self.path(directory))
            .output()
            .expect("tierwall runs"))
    }

    /// tierwall, ready to start here.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tierwall"));
        command
            .args(arguments)
            .current_dir(self.0.path())
            .env_remove("NO_COLOR");
        command
    }

    /// Runs tierwall with this standard input and environment.
    pub fn run_with(&self, arguments: &[&str], input: &[u8], environment: &[(&str, &str)]) -> Run {
        let mut child = self
            .command(arguments)
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("tierwall starts");
        child
            .stdin
            .take()
            .expect("a pipe")
            .write_all(input)
            .unwrap_or_default();
        Run(child.wait_with_output().expect("tierwall ends"))
    }
}

/// What a run left behind.
pub struct Run(Output);

impl Run {
    /// What this output tells.
    pub fn from_output(output: Output) -> Run {
        Run(output)
    }

    /// Holds that it ended so.
    pub fn exits(&self, code: i32) -> &Run {
        assert_eq!(
            self.0.status.code(),
            Some(code),
            "{}{}",
            self.out(),
            self.err()
        );
        self
    }

    /// How it ended; -1 where a signal ended it.
    pub fn code(&self) -> i32 {
        self.0.status.code().unwrap_or(-1)
    }

    /// Its standard output.
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    /// Its standard error.
    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    /// Asserts that standard error contains these words.
    pub fn says(&self, words: &str) -> &Run {
        assert!(
            self.err().contains(words),
            "`{words}` is not in:\n{}",
            self.err()
        );
        self
    }
}
