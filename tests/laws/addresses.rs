//! Sets of addresses for the generator, which must know what an `except` leaves: lists of ranges,
//! nothing clever.

use ipnet::IpNet;

/// A set of addresses: first and last of each range, IPv4 and IPv6.
#[derive(Debug, Clone, Default)]
pub struct Addresses {
    v4: Vec<(u128, u128)>,
    v6: Vec<(u128, u128)>,
}

impl Addresses {
    /// The addresses of these blocks.
    pub fn from_blocks(blocks: &[&str]) -> Addresses {
        let mut set = Addresses::default();
        for block in blocks {
            let block = if block.contains('/') {
                block.to_string()
            } else {
                host(block)
            };
            match block.parse().expect("the generator writes blocks") {
                IpNet::V4(net) => set.v4.push((
                    u32::from(net.network()).into(),
                    u32::from(net.broadcast()).into(),
                )),
                IpNet::V6(net) => set.v6.push((net.network().into(), net.broadcast().into())),
            }
        }
        set
    }

    /// Adds all of another set.
    pub fn add(&mut self, other: &Addresses) {
        self.v4.extend(&other.v4);
        self.v6.extend(&other.v6);
    }

    /// What is left without these.
    pub fn without(&self, gone: &Addresses) -> Addresses {
        Addresses {
            v4: without(&self.v4, &gone.v4),
            v6: without(&self.v6, &gone.v6),
        }
    }

    /// Whether it has addresses of IPv4, and of IPv6.
    pub fn families(&self) -> (bool, bool) {
        (!self.v4.is_empty(), !self.v6.is_empty())
    }
}

fn host(address: &str) -> String {
    format!("{address}/{}", if address.contains(':') { 128 } else { 32 })
}

fn without(from: &[(u128, u128)], gone: &[(u128, u128)]) -> Vec<(u128, u128)> {
    let mut left = from.to_vec();
    for (first, last) in gone {
        let mut next = Vec::new();
        for (a, b) in left {
            if b < *first || *last < a {
                next.push((a, b));
                continue;
            }
            if a < *first {
                next.push((a, first - 1));
            }
            if *last < b {
                next.push((last + 1, b));
            }
        }
        left = next;
    }
    left
}
