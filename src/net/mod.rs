//! Exact sets: addresses of both families, and the traffic a rule admits.
//!
//! All operations are exact. A set of addresses is stored as sorted ranges, which union,
//! intersection and difference walk once; it is converted to the smallest list of blocks. A set of
//! packets is stored as address ranges with their traffic, and handled the same way.

mod address;
mod internet;
mod packets;
#[cfg(test)]
mod packets_model;
mod per_family;
mod pieces;
mod ports;
mod private;
mod ranges;
mod short_text;
mod terms;
mod text;
mod traffic;
mod traffic_set;
mod unroutable;

pub use address::{
    Addresses, EVERY_IPV4, EVERY_IPV6, NotABlock, is_narrow, parse_block, split_once_at,
};
pub use internet::{MANY, internet_addresses, is_public, routable_sources};
pub use packets::{PacketRow, Packets};
pub use per_family::PerFamily;
pub use pieces::Piece;
pub use ports::{PortEnd, Ports, UnknownPorts};
pub use private::private_blocks;
pub use ranges::{Bound, Ranges};
pub use short_text::ShortText;
pub use terms::Term;
pub use text::{Sink, push_block, push_number, push_protocol, push_traffic, push_v4};
pub use traffic::{AwsPort, Family, Protocol, Traffic};
pub use traffic_set::TrafficSet;
pub use unroutable::{unroutable_addresses, unroutable_reason};
