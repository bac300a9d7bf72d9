//! Hashes that are part of outputs.

/// FNV-1a, 64 bits: the same on every machine and in every release, as names must be.
pub fn hash(text: &str) -> u64 {
    hash_bytes(text.as_bytes())
}

/// The same hash, of bytes.
pub fn hash_bytes(bytes: &[u8]) -> u64 {
    let mut hash = Fnv::default();
    hash.push(bytes);
    hash.value()
}

/// The same hash, of a text that is written piece by piece.
#[derive(Debug, Clone, Copy)]
pub struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    /// The hash of what was written.
    pub fn value(self) -> u64 {
        self.0
    }

    /// Adds bytes.
    pub fn push(&mut self, text: &[u8]) {
        self.0 = text.iter().fold(self.0, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
    }
}
