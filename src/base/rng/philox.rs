//! Philox4x32-10 (Salmon, Moraes, Dror and Shaw, 2011): counter-based, so that every thread of a GPU computes its
//! own part of the stream without state.

use crate::ensure;
use crate::error::Result;

/// A position in the stream of one seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Philox {
    pub seed: u64,
    /// Blocks of four words already used in every subsequence.
    pub offset: u64,
}

impl Philox {
    pub fn new(seed: u64) -> Philox {
        Philox { seed, offset: 0 }
    }

    /// Four words of a subsequence (usually one per thread), `ahead` blocks past the offset.
    pub fn block(self, subsequence: u64, ahead: u64) -> [u32; 4] {
        let at = self.offset.wrapping_add(ahead);
        let counter = [at as u32, (at >> 32) as u32, subsequence as u32, (subsequence >> 32) as u32];
        philox4x32_10(counter, [self.seed as u32, (self.seed >> 32) as u32])
    }

    /// The state as PyTorch's CUDA generator saves it, little-endian: the seed, and the numbers of a lane that were used.
    pub fn state_bytes(self) -> Vec<u8> {
        [self.seed.to_le_bytes(), self.offset.wrapping_mul(4).to_le_bytes()].concat()
    }

    /// A state that was saved; a seed alone starts at its beginning.
    pub fn set_state_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        ensure!(matches!(bytes.len(), 8 | 16), Runtime, "RNG state is wrong size");
        let word = |at: usize| {
            let mut word = [0; 8];
            word.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(word)
        };
        let offset = if bytes.len() == 16 { word(8) } else { 0 };
        ensure!(offset.is_multiple_of(4), Runtime, "offset must be a multiple of 4");
        *self = Philox { seed: word(0), offset: offset / 4 };
        Ok(())
    }

    /// Marks `blocks` blocks as used; the next kernel starts behind them.
    pub fn advance(&mut self, blocks: u64) {
        self.offset = self.offset.wrapping_add(blocks);
    }
}

/// The bijection itself: ten rounds on a 128-bit counter under a 64-bit key.
pub fn philox4x32_10(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for round in 0..10 {
        if round > 0 {
            key[0] = key[0].wrapping_add(0x9E37_79B9);
            key[1] = key[1].wrapping_add(0xBB67_AE85);
        }
        let a = 0xD251_1F53u64 * counter[0] as u64;
        let b = 0xCD9E_8D57u64 * counter[2] as u64;
        counter = [
            (b >> 32) as u32 ^ counter[1] ^ key[0],
            b as u32,
            (a >> 32) as u32 ^ counter[3] ^ key[1],
            a as u32,
        ];
    }
    counter
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The known answers published with the algorithm.
    #[test]
    fn known_answers() {
        let ones = u32::MAX;
        assert_eq!(philox4x32_10([0; 4], [0; 2]), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
        assert_eq!(philox4x32_10([ones; 4], [ones; 2]), [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);
        assert_eq!(
            philox4x32_10([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]),
            [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]
        );
    }

    #[test]
    fn offsets_and_subsequences() {
        let mut p = Philox::new(9);
        let later = p.block(3, 5);
        p.advance(5);
        assert_eq!(p.block(3, 0), later);
        assert_ne!(p.block(4, 0), later);
    }
}
