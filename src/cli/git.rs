//! A commit, read from git's objects by the git client; the work tree is not touched.

use super::disk::error_message;
use super::terminal::did_you_mean;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tierwall::source::lexical;

/// A commit of a repository.
#[derive(Debug, Clone)]
pub struct Commit {
    /// Its name on the command line.
    pub name: String,
    /// Its id.
    pub id: String,
    repository: Repository,
}

/// A repository, seen from one of its directories.
#[derive(Debug, Clone)]
struct Repository {
    directory: PathBuf,
    /// The path of that directory in the repository; empty, or with a trailing `/`.
    prefix: String,
}

/// What is to be compared: two commits, or a commit and the work tree.
#[derive(Debug, Clone)]
pub struct CommitRange {
    /// The old side.
    pub old: Commit,
    /// The new one; `None` for the work tree.
    pub new: Option<Commit>,
}

impl CommitRange {
    /// `main`, `main..topic`, `main...topic`, `main...`: as `git diff` reads them, except that a
    /// single revision is compared with the work tree. Uses the repository of the current
    /// directory. An error is a message.
    pub fn parse_range(text: &str) -> Result<CommitRange, String> {
        let repository = Repository::find_here()?;
        let end = |name: &str| {
            if name.is_empty() {
                Ok(None)
            } else {
                repository.find_commit(name).map(Some)
            }
        };

        let (old, dots, new) = match (text.split_once("..."), text.split_once("..")) {
            (Some((old, new)), _) => (old, 3, new),
            (None, Some((old, new))) => (old, 2, new),
            (None, None) => (text, 0, ""),
        };

        let (Some(old), new) = (end(old)?, end(new)?) else {
            return Err(format!("`{text}` names no commit to compare with"));
        };

        if new.is_none()
            && repository.run_for_text(&["rev-parse", "--is-inside-work-tree"])? != "true"
        {
            return Err(format!(
                "there is no work tree here to compare with; name two commits: `{}..HEAD`",
                old.name
            ));
        }

        let old = if dots == 3 {
            old.into_merge_base(new.as_ref(), text)?
        } else {
            old
        };

        Ok(CommitRange { old, new })
    }
}

/// The commit at HEAD, if there is one.
pub fn head_commit() -> Option<Commit> {
    Repository::find_here().ok()?.find_commit("HEAD").ok()
}

impl Repository {
    /// Finds the repository of the current directory.
    fn find_here() -> Result<Repository, String> {
        Repository::find_around(Path::new("."))
    }

    fn find_around(directory: &Path) -> Result<Repository, String> {
        let mut found = Repository {
            directory: directory.to_path_buf(),
            prefix: String::new(),
        };
        found.prefix = found.run_for_text(&["rev-parse", "--show-prefix"])?;
        Ok(found)
    }

    fn find_commit(&self, name: &str) -> Result<Commit, String> {
        let spelled = format!("{name}^{{commit}}");
        match self.run_for_text(&[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &spelled,
        ]) {
            Ok(id) => Ok(Commit {
                name: name.to_string(),
                id,
                repository: self.clone(),
            }),
            Err(_) => {
                let known = self
                    .run_for_text(&["for-each-ref", "--format=%(refname:short)"])
                    .unwrap_or_default();
                Err(format!(
                    "there is no commit `{name}`{}",
                    did_you_mean(name, known.lines())
                ))
            }
        }
    }

    /// The output of git without its trailing line break, or an error message.
    fn run_for_text(&self, arguments: &[&str]) -> Result<String, String> {
        let bytes = self.run_for_bytes(arguments)?;
        Ok(String::from_utf8_lossy(&bytes)
            .trim_end_matches('\n')
            .to_string())
    }

    fn run_for_bytes(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let mut git = Command::new("git");
        // paths are literal, even if they look like patterns
        git.arg("-C")
            .arg(&self.directory)
            .arg("--literal-pathspecs")
            .args(arguments);

        // messages in English, and no lock files
        git.env("LC_ALL", "C")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .stdin(Stdio::null());

        let output = git.output().map_err(|error| match error.kind() {
            ErrorKind::NotFound => "`git` is not installed".to_string(),
            _ => format!("cannot run git: {}", error_message(&error)),
        })?;

        if output.status.success() {
            return Ok(output.stdout);
        }

        let why = String::from_utf8_lossy(&output.stderr);
        Err(match why.lines().next() {
            Some(why) => format!("git: {}", why.trim_start_matches("fatal: ")),
            None => SILENT.to_string(),
        })
    }
}

/// The message if git fails without one.
const SILENT: &str = "git failed without a message";

/// The entry at a path of a commit.
pub enum TreeEntry {
    /// Its contents.
    File(Vec<u8>),
    /// What it leads to.
    Link(String),
    /// There is none.
    Nothing,
    /// A directory.
    Directory,
    /// A submodule.
    Other,
}

/// Limit for chains of symbolic links.
const MOST_LINKS: usize = 8;

impl Commit {
    /// The merge base with another commit, or with HEAD.
    fn into_merge_base(self, new: Option<&Commit>, range: &str) -> Result<Commit, String> {
        let newest = new.map_or("HEAD", |new| new.id.as_str());
        let base = self
            .repository
            .run_for_text(&["merge-base", &self.id, newest])
            .map_err(|why| match why.as_str() {
                SILENT => format!(
                    "`{range}` has no merge base here; in a shallow clone, run `git fetch \
                     --unshallow`, or set `fetch-depth: 0` in GitHub Actions"
                ),
                _ => why,
            })?;

        // if the branch has newer commits, its name would mean another commit
        let name = if base == self.id {
            self.name
        } else {
            self.repository
                .run_for_text(&["rev-parse", "--short", &base])?
        };

        Ok(Commit {
            name,
            id: base,
            repository: self.repository,
        })
    }

    /// Reads the file at a path relative to the current directory; `None` if there is none.
    pub fn read_path(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(self
            .read_blob(&self.path_in_tree(path)?)?
            .map(|(_, bytes)| bytes))
    }

    /// The path of the current directory in the repository; empty, or with a trailing `/`.
    pub fn directory(&self) -> &str {
        &self.repository.prefix
    }

    /// The prefix of the names of its files in reports.
    pub fn name_prefix(&self) -> String {
        format!("{}:", self.name)
    }

    /// A path relative to the root of the repository.
    pub fn path_in_tree(&self, path: &str) -> Result<String, String> {
        let inside = if Path::new(path).is_absolute() {
            let root = self
                .repository
                .run_for_text(&["rev-parse", "--show-toplevel"])?;
            let inside = Path::new(path).strip_prefix(&root);
            inside
                .map_err(|_| format!("`{path}` is outside the repository `{root}`"))?
                .to_path_buf()
        } else {
            Path::new(&self.repository.prefix).join(path)
        };

        if path == "-" {
            return Err("standard input is in no commit".to_string());
        }

        if leaves_its_root(&inside) {
            return Err(format!("`{path}` is outside the repository"));
        }

        Ok(with_slashes(&lexical(&inside)))
    }

    /// The names of the files in a directory.
    pub fn list_files(&self, place: &str) -> Result<Vec<String>, String> {
        let tree = format!("{}:{place}", self.id);
        let listed = self.repository.run_for_text(&["ls-tree", "-z", &tree])?;
        let blobs = listed.split('\0').filter_map(|line| line.split_once('\t'));
        let blobs = blobs.filter(|(entry, _)| entry.contains(" blob "));
        Ok(blobs.map(|(_, name)| name.to_string()).collect())
    }

    /// Reads the file at a path, with links resolved, and its resolved path.
    pub fn read_blob(&self, place: &str) -> Result<Option<(String, Vec<u8>)>, String> {
        let mut place = place.to_string();
        for _ in 0..MOST_LINKS {
            match self.read_entry(&place)? {
                TreeEntry::File(bytes) => return Ok(Some((place, bytes))),
                TreeEntry::Directory | TreeEntry::Other => {
                    return Err(format!("`{place}` is not a file in {}", self.name));
                }
                TreeEntry::Link(target) => place = link_target_path(&place, &target),
                TreeEntry::Nothing => match self.follow_linked_directory(&place)? {
                    Some(other) => place = other,
                    None => return Ok(None),
                },
            }
        }

        Err(format!("too many levels of links at `{place}`"))
    }

    /// Resolves a path if a directory above it is a link.
    fn follow_linked_directory(&self, place: &str) -> Result<Option<String>, String> {
        for (at, _) in place.match_indices('/') {
            if let TreeEntry::Link(target) = self.read_entry(&place[..at])? {
                return Ok(Some(link_target_path(&place[..at], &target) + &place[at..]));
            }
        }
        Ok(None)
    }

    pub fn read_entry(&self, place: &str) -> Result<TreeEntry, String> {
        if place.is_empty() {
            return Ok(TreeEntry::Directory);
        }

        let listed = self.repository.run_for_text(&[
            "ls-tree",
            "--full-tree",
            "-z",
            &self.id,
            "--",
            place,
        ])?;

        // `100644 blob 1234abcd`, a tab, the name
        let mut words = listed
            .split(['\t', '\0'])
            .next()
            .unwrap_or_default()
            .split(' ');

        let (Some(mode), Some(kind), Some(id)) = (words.next(), words.next(), words.next()) else {
            return Ok(TreeEntry::Nothing);
        };

        match kind {
            "blob" => {}
            "tree" => return Ok(TreeEntry::Directory),
            _ => return Ok(TreeEntry::Other),
        }

        let bytes = self.repository.run_for_bytes(&["cat-file", "blob", id])?;
        let is_link = mode == "120000";

        Ok(if is_link {
            TreeEntry::Link(String::from_utf8_lossy(&bytes).into_owned())
        } else {
            TreeEntry::File(bytes)
        })
    }
}

/// The path that a link at `place` points to.
fn link_target_path(place: &str, target: &str) -> String {
    let directory = Path::new(place).parent().unwrap_or(Path::new(""));
    with_slashes(&lexical(&directory.join(target)))
}

/// A path with `/`, as git writes it.
pub fn with_slashes(path: &Path) -> String {
    let text = path.to_string_lossy().into_owned();
    if cfg!(windows) {
        text.replace('\\', "/")
    } else {
        text
    }
}

/// Whether a path leaves its starting directory through `..`.
pub fn leaves_its_root(path: &Path) -> bool {
    let mut depth = 0_i32;
    path.components().any(|part| {
        depth += if part == std::path::Component::ParentDir {
            -1
        } else {
            1
        };
        depth < 0
    })
}
