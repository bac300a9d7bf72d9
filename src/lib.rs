//! A compiler for AWS security groups: sentences about who may connect to whom become
//! CloudFormation JSON, Terraform HCL, or a flat JSON list of rules.
//!
//! This is the library behind the command line `tierwall`. It reads no files, prints nothing and
//! has no clock: programs come from a [`Workspace`], and problems and outputs are returned. Without
//! the default feature `cli` it has none of the dependencies of the command line.
//!
//! # Check and build a program
//!
//! [`Program::load`] reads a program, [`check`](Program::check) finds its problems, and
//! [`build`](Program::build) returns its output for a target.
//!
//! ```
//! use tierwall::{Memory, Options, Program, target};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut files = Memory::new()
//!     .with("shop.tier", "include \"office.tier\"\ntier web\nweb allows ssh from office\n")
//!     .with("office.tier", "network office = 203.0.113.0/24\n");
//! let today = "2026-01-15".parse()?;
//! let shop = Program::load("shop.tier", &mut files, Options::new(today))?;
//!
//! assert!(shop.check().is_empty());
//! let terraform = target::find_target("terraform").ok_or("a target")?;
//! let output = String::from_utf8(shop.build(terraform)?)?;
//! assert!(output.contains("cidr_ipv4         = \"203.0.113.0/24\""));
//! # Ok(())
//! # }
//! ```
//!
//! # Show what is wrong
//!
//! A [`Problem`](diagnostic::Problem) is data: it has a code, a message, positions and perhaps
//! fixes. [`render`](Program::render) formats it for people; [`messages`] has machine-readable
//! formats.
//!
//! ```
//! use tierwall::{Memory, Options, Program};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut files = Memory::new().with("shop.tier", "tier web\nweb allows ssh from offfice\n");
//! let shop = Program::load("shop.tier", &mut files, Options::new("2026-01-15".parse()?))?;
//!
//! let problems = shop.check();
//! assert_eq!(problems[0].report().code, "E0201");
//! assert!(shop.render(&problems[0]).contains("shop.tier:2:21"));
//! # Ok(())
//! # }
//! ```
//!
//! # Review a change
//!
//! [`Program::compare`] returns what passes in only one of the two versions, and what AWS will do.
//!
//! ```
//! use tierwall::{Memory, Options, Program};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let options = Options::new("2026-01-15".parse()?);
//! let version = |text: &str| {
//!     let mut files = Memory::new().with("shop.tier", text);
//!     Program::load("shop.tier", &mut files, options.clone())
//! };
//! let old = version("tier web\nweb allows https from 203.0.113.0/24\n")?;
//! let new = version("tier web\nweb allows https from anywhere\n")?;
//!
//! let change = Program::compare(old, new)?;
//! assert!(change.opens_internet && !change.closes);
//! # Ok(())
//! # }
//! ```
//!
//! # Whole projects
//!
//! [`project::read`] reads a `tierwall.toml`, [`driver::build::build_project`] builds all that it
//! lists, and [`driver::fix::fix_programs`] fixes its files, as `tierwall build` and `tierwall
//! check --fix` do.
//!
//! # The stages
//!
//! A program passes through stages, each a module: [`parse`] turns its text into a syntax tree
//! ([`ast`]), [`resolve`] turns the tree into a [`policy`], [`groups`] lowers the policy to
//! security groups and fills a state of [`aws`] with them, and a [`target`] writes that state.
//! [`analysis`] and [`lint`] judge a policy, [`plan`] predicts what AWS will do, and [`report`]
//! formats the results. [`compile`](compile::compile) runs the stages before the targets.

pub mod analysis;
pub mod ast;
pub mod aws;
pub mod catalogue;
pub mod compile;
pub mod date;
pub mod diagnostic;
pub mod drift;
pub mod driver;
pub mod fmt;
pub mod groups;
pub mod hash;
pub mod import;
pub mod inventory;
pub mod ledger;
pub mod lint;
pub mod live;
pub mod messages;
pub mod net;
pub mod parse;
pub mod plan;
pub mod policy;
pub mod project;
pub mod report;
pub mod resolve;
pub mod source;
pub mod target;
pub mod workspace;

pub use driver::{Change, Options, Program, Rejected};
pub use workspace::{Memory, ReadError, Workspace};
