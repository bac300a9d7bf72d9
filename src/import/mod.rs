//! Programs of what exists: an inventory written as a program, rule by rule or as a person would.

mod declarations;
mod estate;
mod files;
mod literal;
mod natural;
mod sentence;
mod services;
mod source;
mod text;
mod workspace;

pub use estate::{Estate, read_estate};
pub use files::{SourceFiles, read_at};
pub use literal::{LiteralProgram, write_literal};
pub use natural::{DEFAULT_DESCRIPTION, Texts, write_natural};
pub use services::{KNOWN as KNOWN_SERVICES, describe_services};
pub use source::{is_source, read, read_source};
pub use workspace::{Found, TranslatingWorkspace};
