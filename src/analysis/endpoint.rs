//! The endpoints of a connection: kind, addresses, and what is unknown about them.

use crate::net::{Addresses, Family, PerFamily, Ranges, internet_addresses};
use crate::policy::{AreaId, ExternalId, Owner, ParamId, Peer, Policy, PrefixListId, TierId};

/// One endpoint of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its kind.
    pub who: Who,
    /// The addresses of its hosts; every address if they are unknown.
    pub addresses: Addresses,
    /// What is unknown about them.
    pub unknown: Option<Unknown>,
    /// The groups that its hosts carry besides that of their tier, sorted.
    pub groups: Vec<TierId>,
    /// Families in which it is unknown whether it has hosts: traffic may pass, but never must.
    pub unsure: PerFamily<bool>,
}

/// The kinds of endpoints.
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
    /// Hosts of an unbound block.
    Param(ParamId),
}

impl Who {
    /// The tier, if it is the members of one.
    pub fn tier(self) -> Option<TierId> {
        match self {
            Who::Tier(id) => Some(id),
            Who::Hosts | Who::External(_) | Who::PrefixList(_) | Who::Param(_) => None,
        }
    }

    /// The security group, if it is the members of one.
    pub fn group(self) -> Option<Owner> {
        match self {
            Who::Tier(id) => Some(Owner::Tier(id)),
            Who::External(id) => Some(Owner::External(id)),
            Who::Hosts | Who::PrefixList(_) | Who::Param(_) => None,
        }
    }

    /// The peer of the rules that reference it; `None` for hosts.
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

/// Unknown facts that a verdict depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unknown {
    /// The addresses of the members of a tier.
    Members(TierId),
    /// The value of a parameter.
    Value(ParamId),
    /// The entries of a prefix list.
    Contents(PrefixListId),
    /// The members of a foreign group.
    Group(ExternalId),
    /// Which rules a foreign group has besides those of the program.
    Rules(ExternalId),
    /// The addresses of Amazon's DNS and of the routers of subnets in the VPCs of a tier.
    Reserved(AreaId),
}

impl Endpoint {
    /// The members of a tier: its `addresses`, else the blocks of its VPCs, else unknown. If these
    /// are of one family, members can still have addresses of the other; but with `ip = ipv4` a
    /// tier with `addresses` has no IPv6.
    pub fn for_tier(policy: &Policy, id: TierId) -> Endpoint {
        let known = known_addresses(policy, id);
        let unknown = known.is_none().then_some(Unknown::Members(id));
        let mut addresses = known.unwrap_or_else(|| all_addresses(policy));

        let has_no_v6 = !policy.stack.dual && policy.tier(id).addresses.is_some();
        let unsure = PerFamily {
            v4: addresses.v4.is_empty(),
            v6: addresses.v6.is_empty() && !has_no_v6,
        };

        if unsure.v4 {
            addresses.v4 = Ranges::all();
        }

        if unsure.v6 {
            addresses.v6 = Ranges::all();
        }

        Endpoint {
            who: Who::Tier(id),
            addresses,
            unknown,
            groups: policy.members.other_groups(id).to_vec(),
            unsure,
        }
    }

    /// Whoever carries the group of a tier: its members, and those of tiers that have it by `also`.
    pub(super) fn for_group(policy: &Policy, id: TierId) -> Endpoint {
        let mut end = Endpoint::for_tier(policy, id);
        for other in policy.members.other_carriers(id) {
            let other = Endpoint::for_tier(policy, *other);
            end.addresses = end.addresses.union(&other.addresses);
            end.unknown = end.unknown.or(other.unknown);
            end.unsure = PerFamily {
                v4: end.unsure.v4 || other.unsure.v4,
                v6: end.unsure.v6 || other.unsure.v6,
            };
        }
        end
    }

    /// The members of a group that rules are put on.
    pub fn for_owner(policy: &Policy, owner: Owner) -> Endpoint {
        match owner {
            Owner::Tier(tier) => Endpoint::for_tier(policy, tier),
            Owner::External(id) => {
                Endpoint::with_unknown_addresses(Who::External(id), Unknown::Group(id))
            }
        }
    }

    /// The internet. If a stack does not use IPv6, IPv6 traffic may pass, but never must.
    pub fn for_internet(policy: &Policy) -> Endpoint {
        Endpoint {
            unsure: PerFamily {
                v4: false,
                v6: !policy.stack.dual,
            },
            ..Endpoint::for_hosts(internet_addresses())
        }
    }

    /// Hosts of these addresses that are in no tier.
    pub fn for_hosts(addresses: Addresses) -> Endpoint {
        Endpoint {
            who: Who::Hosts,
            addresses,
            unknown: None,
            groups: Vec::new(),
            unsure: PerFamily::default(),
        }
    }

    /// Hosts whose addresses are not known.
    pub fn with_unknown_addresses(who: Who, unknown: Unknown) -> Endpoint {
        Endpoint {
            who,
            addresses: Addresses::all(),
            unknown: Some(unknown),
            groups: Vec::new(),
            unsure: PerFamily::default(),
        }
    }

    /// Whether it certainly has hosts of a family.
    pub fn is_in(&self, family: Family) -> bool {
        self.may_be_in(family) && !self.unsure[family]
    }

    /// Whether it may have hosts of a family.
    pub fn may_be_in(&self, family: Family) -> bool {
        self.addresses.has(family)
    }

    /// What is unknown about the addresses of its hosts of a family.
    pub(super) fn unknown_in(&self, family: Family) -> Option<Unknown> {
        match self.who.tier() {
            Some(id) if self.unsure[family] => Some(Unknown::Members(id)),
            Some(_) | None => self.unknown,
        }
    }
}

/// The addresses of the members of a tier, if the program states them.
fn known_addresses(policy: &Policy, id: TierId) -> Option<Addresses> {
    let stated = policy.tier(id).addresses.as_ref();
    stated.or(policy.area_of(id).addresses.as_ref()).cloned()
}

/// Every address of the families that a stack uses.
pub fn all_addresses(policy: &Policy) -> Addresses {
    Addresses {
        v4: Ranges::all(),
        v6: if policy.stack.dual {
            Ranges::all()
        } else {
            Ranges::default()
        },
    }
}
