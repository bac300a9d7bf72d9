//! The ends of a connection: who is there, where, and what is not known of that.

use crate::net::{Addresses, Family, Ranges, internet};
use crate::policy::{ExternalId, ParamId, Peer, Policy, PrefixListId, TierId, Vpc, VpcId};

/// One end of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// What it is.
    pub who: Who,
    /// Where its hosts are, as far as that is known; everywhere, where it is not.
    pub addresses: Addresses,
    /// What is not known about that.
    pub unknown: Option<Unknown>,
    /// Families of which nothing says whether it has hosts: something may pass there, and nothing
    /// has to.
    pub unsure: [bool; 2],
}

/// What an end is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// The members of a tier.
    Tier(TierId),
    /// Hosts in no tier.
    Hosts,
    /// Hosts of a foreign security group.
    External(ExternalId),
    /// Hosts of a prefix list.
    PrefixList(PrefixListId),
    /// Hosts of a block that is not known yet.
    Param(ParamId),
}

impl Who {
    /// The peer of the rules that name it; none of hosts.
    pub(super) fn peer(self) -> Option<Peer> {
        match self {
            Who::Tier(id) => Some(Peer::Tier(id)),
            Who::External(id) => Some(Peer::External(id)),
            Who::PrefixList(id) => Some(Peer::PrefixList(id)),
            Who::Param(id) => Some(Peer::Param(id)),
            Who::Hosts => None,
        }
    }
}

/// What a verdict could not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unknown {
    /// Where the members of a tier live.
    Members(TierId),
    /// The value of a parameter.
    Value(ParamId),
    /// What is in a prefix list.
    Contents(PrefixListId),
    /// Who is in a foreign group.
    Group(ExternalId),
    /// Which addresses of a VPC Amazon's DNS and the routers of its subnets have.
    Reserved(VpcId),
}

impl Endpoint {
    /// The members of a tier: its `addresses`, else its VPC's blocks, else unknown. Where these are
    /// of one family, there may be members with addresses of the other all the same; but under
    /// `ip = ipv4` a tier that states its addresses has no IPv6 beside them.
    pub fn tier(policy: &Policy, id: TierId) -> Endpoint {
        let vpc: &Vpc = policy.vpc_of(id);
        let lacks = |family| {
            family == Family::V6 && !policy.stack.dual && policy.tier(id).addresses.is_some()
        };
        let known = match &policy.tier(id).addresses {
            Some(stated) => Some(stated.clone()),
            None if vpc.blocks.is_empty() || !vpc.unknown_blocks.is_empty() => None,
            None => Some(Addresses::from_blocks(&vpc.blocks)),
        };
        let unknown = if known.is_some() {
            None
        } else {
            Some(Unknown::Members(id))
        };
        let mut addresses = known.unwrap_or_else(|| everywhere(policy));
        let unsure = Family::BOTH.map(|family| !addresses.has(family) && !lacks(family));
        addresses = Family::BOTH
            .iter()
            .filter(|family| unsure[**family as usize])
            .fold(addresses, |all, family| {
                all.union(&Addresses::all().in_family(*family))
            });
        Endpoint {
            who: Who::Tier(id),
            addresses,
            unknown,
            unsure,
        }
    }

    /// The internet. Where a stack does without IPv6, what may pass of it counts, and none has to.
    pub fn internet(policy: &Policy) -> Endpoint {
        Endpoint {
            unsure: [false, !policy.stack.dual],
            ..Endpoint::hosts(internet())
        }
    }

    /// Hosts of these addresses that are in no tier.
    pub fn hosts(addresses: Addresses) -> Endpoint {
        Endpoint {
            who: Who::Hosts,
            addresses,
            unknown: None,
            unsure: [false; 2],
        }
    }

    /// Hosts whose addresses are not known.
    pub fn elsewhere(who: Who, unknown: Unknown) -> Endpoint {
        Endpoint {
            who,
            addresses: Addresses::all(),
            unknown: Some(unknown),
            unsure: [false; 2],
        }
    }

    /// Whether it surely has hosts of a family.
    pub fn is_in(&self, family: Family) -> bool {
        self.may_be_in(family) && !self.unsure[family as usize]
    }

    /// Whether it may have hosts of a family.
    pub fn may_be_in(&self, family: Family) -> bool {
        self.addresses.has(family)
    }

    /// What is not known about where its hosts of a family are.
    pub(super) fn unknown_in(&self, family: Family) -> Option<Unknown> {
        match self.who {
            Who::Tier(id) if self.unsure[family as usize] => Some(Unknown::Members(id)),
            Who::Tier(_) | Who::Hosts | Who::External(_) | Who::PrefixList(_) | Who::Param(_) => {
                self.unknown
            }
        }
    }
}

/// Every address of the families that a stack uses.
pub fn everywhere(policy: &Policy) -> Addresses {
    Addresses {
        v4: Ranges::all(),
        v6: if policy.stack.dual {
            Ranges::all()
        } else {
            Ranges::default()
        },
    }
}
