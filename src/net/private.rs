//! The private networks: the blocks of the built-in network `private`.

use ipnet::IpNet;

/// RFC 1918, RFC 6598 and RFC 4193.
const PRIVATE: [&str; 5] = [
    "10.0.0.0/8",
    "100.64.0.0/10",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "fc00::/7",
];

/// The blocks of the private networks.
pub fn private_blocks() -> Vec<IpNet> {
    PRIVATE
        .iter()
        .filter_map(|block| block.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_block_is_one() {
        assert_eq!(private_blocks().len(), PRIVATE.len());
    }
}
