//! The ledger of a program that took over groups: what AWS has of them, word for word.
//!
//! It stands beside the program (`shop.adopted.json` for `shop.tier`), is written by `tierwall
//! import`, and read by every command. So the program can be the short one that a person would
//! write, and its outputs still have the names, descriptions and tags of the groups and rules that
//! live:
//!
//! ```json
//! {
//!   "format": 1,
//!   "groups": {
//!     "web": {
//!       "id": "sg-0123456789abcdef0",
//!       "name": "shop-web",
//!       "description": "Web servers",
//!       "tags": { "Name": "web" },
//!       "rules": {
//!         "inbound tcp 443 from 0.0.0.0/0": {
//!           "id": "sgr-0123456789abcdef0",
//!           "description": "HTTPS from everywhere"
//!         }
//!       }
//!     }
//!   }
//! }
//! ```
//!
//! A group is listed by the name of its tier, or an earlier name of it (`was`); one that is made
//! elsewhere by its id. What the program makes and the ledger does not have gets the names and
//! texts that any program gets; an entry of the ledger that the program does not make is passed
//! over.

mod apply;
mod contents;
mod key;

pub use contents::{AdoptedGroup, AdoptedRule, FORMAT, Ledger, LedgerError, ledger_path};
pub use key::RuleKeys;
