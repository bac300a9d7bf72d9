//! The names and the strings of a statement.

use super::*;

impl Item {
    /// The names that a statement declares.
    pub fn declared_names(&self) -> &[Name] {
        match self {
            Item::Param(param) => std::slice::from_ref(&param.name),
            Item::Vpc(vpc) => std::slice::from_ref(&vpc.name),
            Item::Network(network) => std::slice::from_ref(&network.name),
            Item::External(external) => std::slice::from_ref(&external.name),
            Item::PrefixList(list) => std::slice::from_ref(&list.name),
            Item::Service(service) => std::slice::from_ref(&service.name),
            Item::Tier(tier) => &tier.names,
            Item::TierSet(set) => std::slice::from_ref(&set.name),
            Item::Stack(_)
            | Item::Include(_)
            | Item::Environments(_)
            | Item::Peering(_)
            | Item::Rule(_)
            | Item::Assertion(_) => &[],
        }
    }

    /// Visits the names of declarations that a statement uses.
    pub fn visit_used_names(&self, visit: &mut impl FnMut(Name)) {
        match self {
            Item::Stack(stack) => visit_block_names(stack.block.as_ref(), visit),
            Item::Vpc(vpc) => visit_block_names(Some(&vpc.block), visit),
            Item::Peering(peering) => [peering.a, peering.b].into_iter().for_each(visit),
            Item::Network(network) => {
                visit_net_names(&network.members, visit);
                visit_net_names(&network.except, visit);
            }
            Item::PrefixList(list) => {
                visit_net_names(list.list.members(), visit);
                visit_block_names(list.block.as_ref(), visit);
            }
            Item::Service(service) => visit_service_names(&service.members, visit),
            Item::Tier(tier) => {
                tier.also.iter().copied().for_each(&mut *visit);
                visit_block_names(tier.block.as_ref(), visit);
            }
            Item::TierSet(set) => set.members.visit_names(visit),
            Item::Rule(rule) => rule.visit_used_names(visit),
            Item::Assertion(assertion) => assertion.visit_used_names(visit),
            Item::Include(_) | Item::Environments(_) | Item::Param(_) | Item::External(_) => {}
        }
    }

    /// Visits the strings of a statement that can have parameters in them.
    pub fn visit_strings(&self, visit: &mut impl FnMut(&StringLiteral)) {
        let (prose, block) = match self {
            Item::Stack(stack) => (&stack.prose, stack.block.as_ref()),
            Item::Param(param) => (&param.prose, param.block.as_ref()),
            Item::Network(network) => (&network.prose, None),
            Item::External(external) => (&external.prose, None),
            Item::PrefixList(list) => (&list.prose, list.block.as_ref()),
            Item::Service(service) => (&service.prose, None),
            Item::Tier(tier) => (&tier.prose, tier.block.as_ref()),
            Item::TierSet(set) => (&set.prose, None),
            Item::Rule(rule) => {
                rule.outbound.iter().for_each(|text| visit(text));
                (&rule.prose, rule.block.as_deref())
            }
            Item::Vpc(_)
            | Item::Peering(_)
            | Item::Assertion(_)
            | Item::Include(_)
            | Item::Environments(_) => return,
        };
        prose.iter().for_each(&mut *visit);
        block
            .into_iter()
            .for_each(|block| visit_block_strings(block, visit));
    }
}

/// Blocks do not nest deeper than `tags` in a block.
fn visit_block_strings(block: &Block, visit: &mut impl FnMut(&StringLiteral)) {
    for entry in &block.entries {
        match &entry.value {
            EntryValue::Text(text) | EntryValue::Source(_, text) => visit(text),
            EntryValue::Block(block) => visit_block_strings(block, visit),
            EntryValue::Number(..)
            | EntryValue::Name(_)
            | EntryValue::Net(_)
            | EntryValue::List(..) => {}
        }
    }
}

impl Rule {
    fn visit_used_names(&self, visit: &mut impl FnMut(Name)) {
        self.subjects.visit_names(visit);
        visit_service_names(&self.services, visit);
        for peer in &self.peers {
            match peer {
                PeerItem::Name(name) | PeerItem::Vpc(_, name) => visit(*name),
                PeerItem::Every(every) => every.vpc.into_iter().for_each(&mut *visit),
                PeerItem::Net(_) | PeerItem::Itself(_) => {}
            }
        }
        visit_net_names(&self.except, visit);
    }
}

impl AssertionStatement {
    fn visit_used_names(&self, visit: &mut impl FnMut(Name)) {
        for ends in [&self.from, &self.to] {
            visit_net_names(&ends.items, visit);
            visit_net_names(&ends.except, visit);
        }
        visit_service_names(&self.services, visit);
        if let ClaimForm::OnlyThrough(tiers) = &self.claim {
            tiers.visit_names(visit);
        }
    }
}

fn visit_net_names(nets: &[NetItem], visit: &mut impl FnMut(Name)) {
    for net in nets {
        match net {
            NetItem::Name(name) | NetItem::Vpc(_, name) => visit(*name),
            NetItem::Every(every) => every.vpc.into_iter().for_each(&mut *visit),
            NetItem::Net(_) => {}
        }
    }
}

fn visit_service_names(services: &[ServiceItem], visit: &mut impl FnMut(Name)) {
    for service in services {
        match service {
            ServiceItem::Name(name) | ServiceItem::NameAfterPort(_, name) => visit(*name),
            ServiceItem::Tcp(span, ports)
            | ServiceItem::Udp(span, ports)
            | ServiceItem::PortAfterName(_, span, ports) => {
                ports.names(span.file).for_each(&mut *visit);
            }
            ServiceItem::All(_)
            | ServiceItem::Icmp(..)
            | ServiceItem::Icmpv6(..)
            | ServiceItem::Proto(..) => {}
        }
    }
}

fn visit_block_names(block: Option<&Block>, visit: &mut impl FnMut(Name)) {
    let entries = block.into_iter().flat_map(|block| &block.entries);
    for value in entries.flat_map(|entry| entry.value.items()) {
        if let EntryValue::Name(name) = value {
            visit(*name);
        }
    }
}
