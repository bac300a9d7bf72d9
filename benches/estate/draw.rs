//! What an estate draws at random, always the same for a seed.

/// A source of numbers: SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014).
pub struct Draw(u64);

impl Draw {
    /// The source of a seed.
    pub fn new(seed: u64) -> Draw {
        Draw(seed)
    }

    /// A number below 2^`bits`.
    fn bits(&mut self, bits: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> (64 - bits)) as u32
    }

    /// A number below another, which is less than 2^16.
    pub fn below(&mut self, end: u32) -> u32 {
        ((u64::from(self.bits(32)) * u64::from(end)) >> 32) as u32
    }

    /// A /24 of 10.0.0.0/8.
    pub fn block(&mut self) -> String {
        let drawn = self.bits(16);
        format!("10.{}.{}.0/24", drawn >> 8, drawn & 255)
    }

    /// A host of 172.16.0.0/12.
    pub fn host(&mut self) -> String {
        let drawn = self.bits(20);
        format!(
            "172.{}.{}.{}",
            16 + (drawn >> 16),
            drawn >> 8 & 255,
            drawn & 255
        )
    }
}
