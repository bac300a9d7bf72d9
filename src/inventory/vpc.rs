//! VPCs.

use ipnet::IpNet;

/// A VPC that a source describes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vpc {
    /// `vpc-0123456789abcdef0`
    pub id: String,
    /// Its tag `Name`.
    pub name: Option<String>,
    /// Its blocks of both versions, the primary one first.
    pub blocks: Vec<IpNet>,
}
