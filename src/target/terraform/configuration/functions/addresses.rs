//! Functions of addresses.

use super::super::value::Val;
use super::called::{Called, expected, wrong_count};
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A block of addresses as numbers.
struct Block {
    start: u128,
    prefix: u32,
    /// 32 or 128.
    bits: u32,
}

impl Block {
    fn parse(text: &str) -> Result<Block, String> {
        let block: IpNet = text
            .parse()
            .map_err(|_| format!("`{text}` is no block of addresses"))?;
        let (start, bits) = match block.network() {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        Ok(Block {
            start,
            prefix: u32::from(block.prefix_len()),
            bits,
        })
    }

    fn address(&self, number: u128) -> IpAddr {
        match self.bits {
            32 => IpAddr::V4(Ipv4Addr::from(number as u32)),
            _ => IpAddr::V6(Ipv6Addr::from(number)),
        }
    }
}

/// A whole number; `None` where it is unknown.
fn whole(value: &Val) -> Result<Option<i64>, String> {
    match value.as_number() {
        Some(number) if number.fract() == 0.0 && number.abs() < 1e15 => Ok(Some(number as i64)),
        None if value.is_unknown() => Ok(None),
        _ => Err(expected("a whole number", value)),
    }
}

/// `cidrsubnet("10.0.0.0/16", 8, 2)` is `10.0.2.0/24`.
pub(super) fn cidrsubnet(arguments: &[Val]) -> Called {
    let [block, more, number] = arguments else {
        return wrong_count(arguments, "a block and two numbers");
    };
    let (Some(block), Some(more), Some(number)) = (block.as_text(), whole(more)?, whole(number)?)
    else {
        return Ok(None);
    };
    let block = Block::parse(&block)?;
    let more = u32::try_from(more).map_err(|_| "a prefix cannot get shorter")?;
    let prefix = block.prefix.saturating_add(more);
    if prefix > block.bits {
        return Err(format!("a prefix of {prefix} bits is too long"));
    }
    let number = u128::try_from(number).map_err(|_| "expected a number from 0")?;
    if more < 128 && number >> more != 0 {
        return Err(format!("{more} more bits have no number {number}"));
    }
    let shift = block.bits - prefix;
    let start = block.start | number.checked_shl(shift).unwrap_or(0);
    Ok(Some(Val::text(format!(
        "{}/{prefix}",
        block.address(start)
    ))))
}

/// `cidrhost("10.0.0.0/16", 5)` is `10.0.0.5`; a negative number counts from the end.
pub(super) fn cidrhost(arguments: &[Val]) -> Called {
    let [block, number] = arguments else {
        return wrong_count(arguments, "a block and a number");
    };
    let (Some(block), Some(number)) = (block.as_text(), whole(number)?) else {
        return Ok(None);
    };
    let block = Block::parse(&block)?;
    let size = 1u128.checked_shl(block.bits - block.prefix);
    let distance = u128::from(number.unsigned_abs());
    let is_inside = size.is_none_or(|size| match number < 0 {
        true => distance <= size,
        false => distance < size,
    });
    if !is_inside {
        return Err(format!("the block has no address {number}"));
    }
    let last = size.map_or(u128::MAX, |size| size - 1);
    let host = match number < 0 {
        true => last - (distance - 1),
        false => distance,
    };
    Ok(Some(Val::text(
        block.address(block.start | host).to_string(),
    )))
}
