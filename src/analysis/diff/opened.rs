//! Finds what passes in one program and not in another: gate by gate, then between two groups with
//! gates.
//!
//! An example: the old program has `db allows mysql from 10.0.0.0/9`, and the new one `db allows
//! mysql from 10.0.0.0/8`. The inbound gate of `db` then opens `tcp 3306` to hosts in
//! `10.128.0.0/9`.

use super::change::Change;
use super::defaults::DefaultValue;
use super::ends::{EndId, Ends};
use super::gate_change::GateChange;
use super::products::{Product, changes_of, merge_product};
use super::version::{Admitted, GateAccess, Version};
use crate::groups::Direction;
use crate::net::{
    self, Addresses, Family, Packets, PerFamily, Traffic, TrafficSet, routable_sources,
};
use std::cell::OnceCell;

/// The rules of a gate with one port that is set at deployment, in both programs.
struct DefaultPorts<'d> {
    group: EndId,
    direction: Direction,
    traffic: Traffic,
    before: &'d Admitted,
    after: &'d Admitted,
    /// What the changed default opens.
    opened: PerFamily<TrafficSet>,
}

/// Both programs.
struct GateComparison<'d, 'p> {
    ends: &'d Ends,
    before: &'d Version<'p>,
    after: &'d Version<'p>,
    /// The access of a gate that one of the programs does not have: none.
    nothing: GateAccess,
    /// The tiers whose members carry a group after the change that they did not before.
    more: Vec<EndId>,
}

/// What passes in the program `after` and not in `before`: open to the internet first, then by
/// endpoints.
pub(super) fn find_opened(ends: &Ends, before: &Version<'_>, after: &Version<'_>) -> Vec<Change> {
    let comparison = GateComparison {
        ends,
        before,
        after,
        nothing: GateAccess::default(),
        more: after.members.with_more_than(&before.members),
    };

    let (mut changes, mut between_groups) = (Vec::new(), Vec::new());
    for group in after.gated_ends() {
        for direction in Direction::ALL {
            if let Some(gate) = comparison.gate_change(group, direction) {
                comparison.add_hosts(group, direction, &gate, &mut changes);
                comparison.add_named(group, direction, &gate, &mut changes, &mut between_groups);
                comparison.add_defaults(group, direction, &gate, &mut changes);
            }
        }
    }

    between_groups.sort_unstable();
    between_groups.dedup();

    for (from, to) in between_groups {
        comparison.add_between_groups(from, to, &mut changes);
    }

    changes.sort_by_key(|change| (!change.internet, change.to, change.from));
    changes
}

/// Sender and receiver, from a group and the endpoint on the other side of its gate.
fn sender_and_receiver(group: EndId, other: EndId, direction: Direction) -> (EndId, EndId) {
    match direction {
        Direction::Ingress => (other, group),
        Direction::Egress => (group, other),
    }
}

impl GateComparison<'_, '_> {
    /// A gate of a group, if the program `after` has rules on the group.
    fn gate_change(&self, group: EndId, direction: Direction) -> Option<GateChange<'_>> {
        let after = self.after.gate_access(group, direction)?;
        let before = self.before.gate_access(group, direction);
        Some(GateChange {
            has_other_rules: !self.ends.is_tier(group),
            before: before.unwrap_or(&self.nothing),
            after,
            members: [&self.before.members, &self.after.members],
            more: &self.more,
            by_block: OnceCell::new(),
        })
    }

    /// Adds what a gate opens to hosts.
    fn add_hosts(
        &self,
        group: EndId,
        direction: Direction,
        gate: &GateChange<'_>,
        changes: &mut Vec<Change>,
    ) {
        let ends = sender_and_receiver(group, EndId::HOSTS, direction);
        let products = gate.opened_to_hosts(direction);
        changes.extend(changes_of(self.ends, self.after, ends, products));
    }

    /// Adds what a gate opens to other endpoints that its rules reference, except groups with gates
    /// of their own, which matter too.
    fn add_named(
        &self,
        group: EndId,
        direction: Direction,
        gate: &GateChange<'_>,
        changes: &mut Vec<Change>,
        between_groups: &mut Vec<(EndId, EndId)>,
    ) {
        for (end, new) in gate.newly_named() {
            let ends = sender_and_receiver(group, end, direction);
            if self.after.owner_of(end).is_some() {
                between_groups.push(ends);
                continue;
            }
            let internet = is_wide(DefaultValue::new(self.after, end).addresses(), &new);
            let packets = gate.only_by_name(&self.ends.get(end).addresses, &new);
            let products = gate_products(packets, direction, internet);
            changes.extend(changes_of(self.ends, self.after, ends, products));
        }
    }

    /// Adds what changed defaults of parameters open.
    fn add_defaults(
        &self,
        group: EndId,
        direction: Direction,
        gate: &GateChange<'_>,
        changes: &mut Vec<Change>,
    ) {
        for end in gate.after.named_ends() {
            let ends = sender_and_receiver(group, end, direction);
            let products = self.opened_by_default(gate, end, direction);
            changes.extend(changes_of(self.ends, self.after, ends, products));
        }

        if self.is_on_another_group(group) {
            self.add_moved_rules(group, direction, gate, changes);
        }

        for (traffic, after) in &gate.after.unknown {
            let Some(before) = gate.before.unknown_of(*traffic) else {
                continue;
            };
            let opened = self.ports_by_default(*traffic);
            if !opened.is_empty() {
                let rules = DefaultPorts {
                    group,
                    direction,
                    traffic: *traffic,
                    before,
                    after,
                    opened,
                };
                self.add_default_ports(gate, &rules, changes);
            }
        }
    }

    /// Whether a group is an external whose id is a parameter with another default, or a new one.
    fn is_on_another_group(&self, group: EndId) -> bool {
        let [before, after] =
            [self.before, self.after].map(|version| DefaultValue::new(version, group));
        after.is_id() && before != after
    }

    /// Adds what the rules of both programs open on the group that the changed default of a parameter
    /// names.
    fn add_moved_rules(
        &self,
        group: EndId,
        direction: Direction,
        gate: &GateChange<'_>,
        changes: &mut Vec<Change>,
    ) {
        let blocks = gate.before.possible_blocks();
        let blocks = blocks.intersection(&gate.after.possible_blocks());
        let internet = !blocks.open_to(&routable_sources()).is_empty();
        let ends = sender_and_receiver(group, EndId::HOSTS, direction);
        let products = gate_products(blocks, direction, internet).into_iter();
        let products = products.map(Product::by_default).collect();
        changes.extend(changes_of(self.ends, self.after, ends, products));

        for end in gate.after.named_ends() {
            if self.names_group(end, direction.opposite(), group) {
                continue;
            }
            let before = gate.before.possible_by_own_name(end);
            let traffic = gate.after.possible_by_own_name(end).intersection(&before);
            let open = self.other_gate(group, direction, end);
            let all = &self.ends.get(end).addresses;
            let packets = gate.only_by_name(all, &traffic.intersection(&open));
            let internet = is_wide(DefaultValue::new(self.after, end).addresses(), &traffic);
            let rows = packets.rows().into_iter().map(|row| whole_row(row, all));
            let products = rows.map(|row| Product::new(row, direction, internet).by_default());
            let ends = sender_and_receiver(group, end, direction);
            changes.extend(changes_of(self.ends, self.after, ends, products.collect()));
        }
    }

    /// Whether rules of a gate reference a group in both programs.
    fn names_group(&self, end: EndId, direction: Direction, group: EndId) -> bool {
        let names_it = |access: &GateAccess| !access.possible_by_own_name(group).is_empty();
        let gate = self.gate_change(end, direction);
        gate.is_some_and(|gate| names_it(gate.before) && names_it(gate.after))
    }

    /// The ports that changed defaults of parameters add to the traffic of a rule.
    fn ports_by_default(&self, traffic: Traffic) -> PerFamily<TrafficSet> {
        let [before, after] = [self.before, self.after].map(|version| {
            let traffic = version.policy.default_traffic(traffic);
            PerFamily::from_traffic(&[traffic])
        });
        after.difference(&before)
    }

    /// Adds what the changed default of a port opens by the rules that have it in both programs.
    fn add_default_ports(
        &self,
        gate: &GateChange<'_>,
        rules: &DefaultPorts<'_>,
        changes: &mut Vec<Change>,
    ) {
        let blocks = rules.before.blocks.intersection(&rules.after.blocks);
        let places = blocks.addresses_with(&traffic_of(&blocks));
        let packets = Packets::product(&places, &rules.opened);
        let packets = packets.difference(&gate.before.known.blocks);
        let world = routable_sources();
        let internet = !packets.open_to(&world).is_empty();
        let ends = sender_and_receiver(rules.group, EndId::HOSTS, rules.direction);
        let products = gate_products(packets, rules.direction, internet);
        let products = products.into_iter().map(Product::by_default).collect();
        changes.extend(changes_of(self.ends, self.after, ends, products));

        for end in rules.after.named_ends() {
            let named = rules.before.admitted_by_own_name(end);
            let open = self.other_gate(rules.group, rules.direction, end);
            if named.is_empty() || open.is_empty() || self.is_told_by_receiver(rules, end) {
                continue;
            }
            let all = &self.ends.get(end).addresses;
            let packets = gate.only_by_name(all, &rules.opened.intersection(&open));
            let ends = sender_and_receiver(rules.group, end, rules.direction);
            let rows = packets.rows().into_iter().map(|row| whole_row(row, all));
            let products = rows.map(|row| Product::new(row, rules.direction, false).by_default());
            let products = products.collect();
            changes.extend(changes_of(self.ends, self.after, ends, products));
        }
    }

    /// Whether the rules of a sender name a group whose own rules have the same port.
    fn is_told_by_receiver(&self, rules: &DefaultPorts<'_>, end: EndId) -> bool {
        let names_sender = |access: &GateAccess| {
            let same = access.unknown_of(rules.traffic);
            same.is_some_and(|same| !same.admitted_by_own_name(rules.group).is_empty())
        };
        rules.direction == Direction::Egress
            && self
                .gate_change(end, Direction::Ingress)
                .is_some_and(|gate| names_sender(gate.before) && names_sender(gate.after))
    }

    /// The traffic that the gate of the other end may admit: everything, unless it is a tier.
    fn other_gate(&self, group: EndId, direction: Direction, end: EndId) -> PerFamily<TrafficSet> {
        let all = PerFamily::from_fn(TrafficSet::all);
        if !self.ends.is_tier(end) {
            return all;
        }
        let Some(gate) = self.gate_change(end, direction.opposite()) else {
            return PerFamily::default();
        };
        let places = &self.ends.get(group).addresses;
        traffic_of(&gate.admitted_packets(group, places, &all))
    }

    /// Adds what rules that reference groups open between two groups with gates.
    fn add_between_groups(&self, from: EndId, to: EndId, changes: &mut Vec<Change>) {
        let outbound = self.gate_change(from, Direction::Egress);
        let inbound = self.gate_change(to, Direction::Ingress);
        if let (Some(outbound), Some(inbound)) = (outbound, inbound) {
            let products = self.opened_between_groups((from, to), &outbound, &inbound);
            changes.extend(changes_of(self.ends, self.after, (from, to), products));
        }
    }

    /// What rules that reference groups open between two groups. Two products per piece of traffic:
    /// (newly accepted senders × all permitted receivers) and (all accepted senders × newly
    /// permitted receivers). INVARIANT: each "new" set is a subset of its "all" set.
    fn opened_between_groups(
        &self,
        (from, to): (EndId, EndId),
        outbound: &GateChange<'_>,
        inbound: &GateChange<'_>,
    ) -> Vec<Product> {
        let [senders, receivers] = [from, to].map(|end| &self.ends.get(end).addresses);
        let (let_in, let_out) = (inbound.new_by_name(from), outbound.new_by_name(to));
        let asked = let_in.union(&let_out);
        let new_in = inbound.only_by_name(senders, &let_in);
        let all_in = inbound.admitted_packets(from, senders, &asked);
        let new_out = outbound.only_by_name(receivers, &let_out);
        let all_out = outbound.admitted_packets(to, receivers, &asked);

        let rows = [&new_in, &all_in, &new_out, &all_out].map(Packets::rows);
        let mut products = Vec::new();

        for family in Family::BOTH {
            let rows = rows.iter().flatten().filter(|row| row.family == family);
            let traffic: Vec<&TrafficSet> = rows.map(|row| &row.traffic).collect();

            for piece in TrafficSet::cut_apart(&traffic) {
                let at = |packets: &Packets| addresses_with(packets, &piece, family);
                let newly_in = (at(&new_in), at(&all_out));
                let newly_out = (at(&all_in), at(&new_out));

                for (from, to) in join_products(newly_in, newly_out) {
                    let product = Product {
                        family,
                        from,
                        to,
                        traffic: piece.clone(),
                        internet: false,
                        by_default: false,
                    };

                    merge_product(product, &mut products);
                }
            }
        }

        products
    }

    /// What a changed default of a parameter opens, from the traffic that rules with the parameter
    /// admit before and after.
    fn opened_by_default(
        &self,
        gate: &GateChange<'_>,
        end: EndId,
        direction: Direction,
    ) -> Vec<Product> {
        let all = &self.ends.get(end).addresses;
        let [before, after] =
            [self.before, self.after].map(|version| DefaultValue::new(version, end));
        let places = match &after {
            DefaultValue::Nothing => return Vec::new(),
            // the addresses of its members are unknown
            DefaultValue::Id(_) if before == after => return Vec::new(),
            DefaultValue::Id(_) => all.clone(),
            DefaultValue::Block(addresses) => addresses.difference(before.addresses()),
        };

        if places.is_empty() {
            return Vec::new();
        }

        let traffic_before = gate.before.possible_by_own_name(end);
        let traffic = gate
            .after
            .possible_by_own_name(end)
            .intersection(&traffic_before);
        let internet =
            is_wide(after.addresses(), &traffic) && !is_wide(before.addresses(), &traffic);

        let product = |row: net::PacketRow| {
            let row = if after.is_id() {
                whole_row(row, all)
            } else {
                row
            };
            Product::new(row, direction, internet).by_default()
        };

        let rows = gate.only_by_name(&places, &traffic).rows();
        rows.into_iter().map(product).collect()
    }
}

/// Packets of a gate as products, if only one side of the connection has gates.
fn gate_products(packets: Packets, direction: Direction, internet: bool) -> Vec<Product> {
    let rows = packets.rows().into_iter();
    rows.map(|row| Product::new(row, direction, internet))
        .collect()
}

/// A row without addresses, which means all of them, where it has those of the whole endpoint.
fn whole_row(mut row: net::PacketRow, all: &Addresses) -> net::PacketRow {
    if row.addresses == all.in_family(row.family) {
        row.addresses = Addresses::default();
    }
    row
}

/// The traffic at any address.
fn traffic_of(packets: &Packets) -> PerFamily<TrafficSet> {
    let rows = packets.rows();
    PerFamily::from_fn(|family| {
        let rows = rows.iter().filter(|row| row.family == family);
        TrafficSet::union_of(rows.map(|row| &row.traffic))
    })
}

/// The addresses with some of this traffic of one family.
fn addresses_with(packets: &Packets, traffic: &TrafficSet, family: Family) -> Addresses {
    let mut asked = PerFamily::default();
    asked[family] = traffic.clone();
    packets.addresses_with(&asked)
}

/// The union of two products, as few products as possible. The first senders are a subset of the
/// second, and the second receivers of the first.
fn join_products(
    (some_senders, all_receivers): (Addresses, Addresses),
    (all_senders, some_receivers): (Addresses, Addresses),
) -> Vec<(Addresses, Addresses)> {
    let mut products = if all_receivers == some_receivers {
        vec![(all_senders, all_receivers)]
    } else {
        let rest = all_senders.difference(&some_senders);
        vec![(some_senders, all_receivers), (rest, some_receivers)]
    };
    products.retain(|(from, to)| !from.is_empty() && !to.is_empty());
    products
}

/// Whether this traffic at these addresses counts as open to the internet.
fn is_wide(places: &Addresses, traffic: &PerFamily<TrafficSet>) -> bool {
    !places.is_empty()
        && !Packets::product(places, traffic)
            .open_to(&routable_sources())
            .is_empty()
}
