//! Whether rules of a group admit everything that another rule does.

use crate::net::{Family, Traffic, TrafficSet};
use ipnet::IpNet;

/// A rule by its traffic and its block; `None` for a peer that is no block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Side {
    pub(super) traffic: Traffic,
    pub(super) block: Option<IpNet>,
}

/// Whether all traffic of a rule passes by others of the same group and direction. Those for a peer
/// that is no block have the same peer as the rule.
pub(super) fn is_covered(rule: Side, others: &[Side]) -> bool {
    match rule.block {
        None => [Family::V4, Family::V6].into_iter().all(|family| {
            let admitted = others.iter().filter(|other| other.block.is_none());
            let admitted = admitted.map(|other| other.traffic);
            let admitted = TrafficSet::from_traffic(admitted, family);
            admitted.covers(&TrafficSet::new(rule.traffic, family))
        }),
        Some(block) => is_block_covered(rule.traffic, block, others),
    }
}

fn is_block_covered(traffic: Traffic, block: IpNet, others: &[Side]) -> bool {
    let family = Family::of_block(&block);
    let own = TrafficSet::new(traffic, family);
    let meeting: Vec<(IpNet, TrafficSet)> = others
        .iter()
        .filter_map(|other| {
            let other_block = other.block.filter(|it| meets(it, &block))?;
            let shared = own.intersection(&TrafficSet::new(other.traffic, family));
            (!shared.is_empty()).then_some((other_block, shared))
        })
        .collect();

    let mut sets: Vec<&TrafficSet> = meeting.iter().map(|(_, set)| set).collect();
    sets.push(&own);
    TrafficSet::cut_among(&sets)
        .into_iter()
        .all(|(_, holding)| {
            let blocks = holding.iter().filter_map(|n| meeting.get(*n as usize));
            let blocks: Vec<IpNet> = blocks.map(|(block, _)| *block).collect();
            IpNet::aggregate(&blocks)
                .iter()
                .any(|whole| whole.contains(&block))
        })
}

/// Whether two blocks have an address in common.
fn meets(one: &IpNet, other: &IpNet) -> bool {
    one.contains(other) || other.contains(one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Ports;

    fn side(from: u16, to: u16, block: &str) -> Side {
        Side {
            traffic: Traffic::Tcp(Ports { from, to }),
            block: Some(block.parse().expect("a block")),
        }
    }

    #[test]
    fn rules_cover_another_only_together() {
        let whole = side(80, 90, "10.0.0.0/8");
        let parts = [
            side(80, 85, "10.0.0.0/9"),
            side(80, 85, "10.128.0.0/9"),
            side(86, 90, "10.0.0.0/8"),
        ];
        assert!(is_covered(whole, &parts));
        for missing in 0..parts.len() {
            let mut some = parts.to_vec();
            some.remove(missing);
            assert!(!is_covered(whole, &some), "without {missing}");
        }
        assert!(is_covered(side(80, 80, "10.1.0.0/16"), &[whole]));
        assert!(!is_covered(side(80, 80, "0.0.0.0/0"), &[whole]));
        assert!(!is_covered(whole, &[]));
    }

    #[test]
    fn rules_for_all_traffic_cover_those_for_some() {
        let all = Side {
            traffic: Traffic::All,
            block: None,
        };
        let some = Side {
            traffic: Traffic::Icmpv6(None),
            block: None,
        };
        assert!(is_covered(some, &[all]));
        assert!(!is_covered(all, &[some]));
    }
}
