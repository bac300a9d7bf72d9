//! tierwall compiles sentences about who may talk to whom into AWS security groups.
//!
//! A program passes through stages, each a module: [`parse`] makes a syntax tree ([`ast`]) of its
//! text, [`resolve`] makes a [`policy`] of the tree, [`groups`] lowers the policy to security
//! groups and fills a state of [`aws`] with them, and a [`target`] writes that down. [`analysis`] and [`lint`] judge, [`diagnostic`]
//! tells, people, and [`messages`] programs. [`compile`](compile::compile) runs the stages before
//! the targets. Nothing here reads a file, prints, or looks at the clock; the command line does.

pub mod analysis;
pub mod ast;
pub mod aws;
pub mod catalogue;
pub mod compile;
pub mod date;
pub mod diagnostic;
pub mod fmt;
pub mod groups;
pub mod hash;
pub mod lint;
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
