//! The ends of a connection, for programs and in words.

use crate::policy::{ListReference, Peer, Policy, Reference};
use serde::Serialize;

/// One endpoint of a connection.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[allow(missing_docs)] // the fields are named for what they hold
pub enum End<'p> {
    Tier {
        name: &'p str,
    },
    Address {
        block: String,
    },
    External {
        name: &'p str,
        id: Option<&'p str>,
        parameter: Option<&'p str>,
        account: Option<&'p str>,
    },
    PrefixList {
        name: &'p str,
        id: Option<&'p str>,
        aws_name: Option<&'p str>,
        parameter: Option<&'p str>,
        /// The name that a list gets in AWS that the program makes.
        #[serde(skip_serializing_if = "Option::is_none")]
        made: Option<String>,
        family: &'static str,
    },
    Parameter {
        name: &'p str,
        family: &'static str,
    },
}

impl<'p> End<'p> {
    pub(crate) fn new(policy: &'p Policy, peer: Peer) -> End<'p> {
        let parameter = |id| policy.param(id).name.as_str();
        match peer {
            Peer::Tier(id) => End::Tier {
                name: &policy.tier(id).name,
            },
            Peer::Net(block) => End::Address {
                block: block.to_string(),
            },
            Peer::Param(id) => End::Parameter {
                name: parameter(id),
                family: policy.param(id).kind.family().keyword(),
            },
            Peer::External(id) => {
                let external = policy.external(id);
                let (id, parameter) = match &external.id {
                    Reference::Id(id) => (Some(id.as_str()), None),
                    Reference::Param(id) => (None, Some(parameter(*id))),
                };

                End::External {
                    name: &external.name,
                    id,
                    parameter,
                    account: external.account.as_deref(),
                }
            }
            Peer::PrefixList(id) => {
                let list = policy.prefix_list(id);
                let (id, aws_name, parameter) = match &list.list {
                    ListReference::Made(_) => (None, None, None),
                    ListReference::Id(id) => (Some(id.as_str()), None, None),
                    ListReference::Aws(name) => (None, Some(name.as_str()), None),
                    ListReference::Param(id) => (None, None, Some(parameter(*id))),
                };

                End::PrefixList {
                    name: &list.name,
                    id,
                    aws_name,
                    parameter,
                    made: list.made().map(|made| made.aws_name(&policy.stack.name)),
                    family: list.family.keyword(),
                }
            }
        }
    }

    pub(crate) fn words(&self) -> String {
        match self {
            End::Tier { name } => name.to_string(),
            End::Address { block } => match block.as_str() {
                "0.0.0.0/0" => "anywhere (IPv4)".to_string(),
                "::/0" => "anywhere (IPv6)".to_string(),
                block => block.to_string(),
            },
            End::External {
                name,
                account: Some(account),
                ..
            } => format!("{name} (account {account})"),
            End::External {
                name,
                account: None,
                ..
            } => format!("{name} (group)"),
            End::PrefixList {
                name,
                made: Some(_),
                family,
                ..
            } => format!("{name} ({family} prefix list)"),
            End::PrefixList { name, .. } => format!("{name} (prefix list)"),
            End::Parameter { name, .. } => format!("{name} (parameter)"),
        }
    }
}
