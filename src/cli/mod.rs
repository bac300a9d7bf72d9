//! The command line: the only place that reads files, prints, and looks at the clock and the
//! environment.

mod args;
mod build;
mod check;
mod committed_files;
mod diff;
mod disk;
mod dispatch;
mod drift;
mod fix;
mod fmt;
mod git;
mod import;
mod init;
mod lints;
mod live;
mod output;
mod program;
mod project;
mod questions;
mod quota;
mod read_log;
mod run;
mod shell;
mod show;
mod temp_files;
mod terminal;
mod text_diff;
mod versions;
mod watch;
mod work_tree;

pub use dispatch::run;
