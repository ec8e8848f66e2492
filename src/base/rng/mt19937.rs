//! The 32-bit Mersenne Twister (Matsumoto and Nishimura, 1998) with the state that PyTorch's CPU generator keeps
//! beside it, so that a seed gives the same numbers in both and `get_rng_state()` of one loads into the other.

use crate::error::Result;
use crate::{bail, ensure};

/// Words of state; one twist renews all of them.
pub const N: usize = 624;
const M: usize = 397;

/// Bytes of a saved state: the layout of `torch.get_rng_state()`.
pub const STATE_BYTES: usize = 5056;

// Offsets in the saved state. Gaps are fields that today's generator leaves at zero.
const AT_SEED: usize = 0;
const AT_LEFT: usize = 8;
const AT_SEEDED: usize = 12;
const AT_NEXT: usize = 16;
const AT_WORDS: usize = 24; // 624 words, 8 bytes each
const AT_SPARE: usize = AT_WORDS + 8 * N + 8;
const AT_SPARE_VALID: usize = AT_SPARE + 16;
const AT_SPARE_F32: usize = AT_SPARE_VALID + 8;
const AT_SPARE_F32_VALID: usize = AT_SPARE_F32 + 4;

/// The engine and its spare normals.
#[derive(Clone, Debug, PartialEq)]
pub struct Mt19937 {
    state: [u32; N],
    /// Words of this block already handed out; `N` asks for a twist.
    next: usize,
    /// Freshly seeded: `next` is saved as 0 although a twist is due.
    fresh: bool,
    seed: u64,
    /// The second normal of the last scalar Box-Muller pair.
    spare: Option<f64>,
    /// Kept in the saved state only: no sampler draws single-precision normals one at a time.
    spare_f32: Option<f32>,
}

impl Mt19937 {
    /// Seeds with the low 32 bits; the whole seed is remembered for `initial_seed`.
    pub fn new(seed: u64) -> Mt19937 {
        let mut g = Mt19937 { state: [0; N], next: N, fresh: true, seed: 0, spare: None, spare_f32: None };
        g.seed(seed);
        g
    }

    pub fn seed(&mut self, seed: u64) {
        let mut word = seed as u32;
        self.state[0] = word;
        for (i, slot) in self.state.iter_mut().enumerate().skip(1) {
            word = 1812433253u32.wrapping_mul(word ^ (word >> 30)).wrapping_add(i as u32);
            *slot = word;
        }
        (self.next, self.fresh, self.seed) = (N, true, seed);
        (self.spare, self.spare_f32) = (None, None);
    }

    pub fn initial_seed(&self) -> u64 {
        self.seed
    }

    #[inline]
    pub fn next_u32(&mut self) -> u32 {
        let words = self.take(1);
        temper(words[0])
    }

    /// Two words, the first one high.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        let high = self.next_u32() as u64;
        high << 32 | self.next_u32() as u64
    }

    /// Uniform in [0, 1) with 53 bits, from two words.
    #[inline]
    pub fn next_f64(&mut self) -> f64 {
        unit_f64(self.next_u64())
    }

    /// Uniform in [0, 1) with 24 bits, from one word.
    #[inline]
    pub fn next_f32(&mut self) -> f32 {
        unit_f32(self.next_u32())
    }

    /// Standard normal in double precision: Box-Muller on two 53-bit draws (angle first), the sine kept for the
    /// next call.
    pub fn next_normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let angle = 2.0 * std::f64::consts::PI * self.next_f64();
        let radius = (-2.0 * (-self.next_f64()).ln_1p()).sqrt();
        self.spare = Some(radius * angle.sin());
        radius * angle.cos()
    }

    /// Hands out the next 1 to `most` words of the stream, untempered and never across a twist. This is how the
    /// vectorised fills read: tempering a slice costs a fraction of tempering word by word. `most` is not 0.
    #[inline(always)]
    pub fn take(&mut self, most: usize) -> &[u32] {
        if self.next >= N {
            twist(&mut self.state);
            (self.next, self.fresh) = (0, false);
        }
        let start = self.next;
        self.next = (start + most).min(N);
        &self.state[start..self.next]
    }

    /// Words left before the next twist; 0 when it is due.
    #[inline(always)]
    pub fn left_in_block(&self) -> usize {
        N - self.next
    }

    /// The state as `torch.get_rng_state()` lays it out, little-endian.
    pub fn state_bytes(&self) -> Vec<u8> {
        let mut out = vec![0u8; STATE_BYTES];
        let mut put = |at: usize, bytes: &[u8]| out[at..at + bytes.len()].copy_from_slice(bytes);
        put(AT_SEED, &self.seed.to_le_bytes());
        put(AT_LEFT, &((N - self.next) as i32 + 1).to_le_bytes());
        put(AT_SEEDED, &1i32.to_le_bytes());
        put(AT_NEXT, &(if self.fresh { 0 } else { self.next as u64 }).to_le_bytes());
        for (i, &word) in self.state.iter().enumerate() {
            put(AT_WORDS + 8 * i, &(word as u64).to_le_bytes());
        }
        if let Some(spare) = self.spare {
            put(AT_SPARE, &spare.to_le_bytes());
            put(AT_SPARE_VALID, &1i32.to_le_bytes());
        }
        if let Some(spare) = self.spare_f32 {
            put(AT_SPARE_F32, &spare.to_le_bytes());
            put(AT_SPARE_F32_VALID, &[1]);
        }
        out
    }

    pub fn from_state_bytes(bytes: &[u8]) -> Result<Mt19937> {
        ensure!(
            bytes.len() == STATE_BYTES,
            Runtime,
            "Expected a CPUGeneratorImplState of size {STATE_BYTES} but found the input RNG state size to be {}",
            bytes.len()
        );
        let u64_at = |at: usize| u64::from_le_bytes(std::array::from_fn(|i| bytes[at + i]));
        let i32_at = |at: usize| i32::from_le_bytes(std::array::from_fn(|i| bytes[at + i]));
        let (left, next) = (i32_at(AT_LEFT), u64_at(AT_NEXT));
        // PyTorch keeps `left` and `next` apart; in every state it can reach, one follows from the other.
        let next = match (left, next) {
            (1, 0..=624) => N,
            (2..=624, 0..=624) if left as u64 + next == N as u64 + 1 => next as usize,
            _ => bail!(Runtime, "Invalid mt19937 state"),
        };
        ensure!(i32_at(AT_SEEDED) == 1, Runtime, "Invalid mt19937 state");
        Ok(Mt19937 {
            state: std::array::from_fn(|i| u64_at(AT_WORDS + 8 * i) as u32),
            next,
            fresh: next == N && u64_at(AT_NEXT) == 0,
            seed: u64_at(AT_SEED),
            spare: (i32_at(AT_SPARE_VALID) != 0).then(|| f64::from_bits(u64_at(AT_SPARE))),
            spare_f32: (bytes[AT_SPARE_F32_VALID] != 0).then(|| f32::from_bits(i32_at(AT_SPARE_F32) as u32)),
        })
    }

    /// Replaces the whole state; on an error nothing changes.
    pub fn set_state_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        *self = Mt19937::from_state_bytes(bytes)?;
        Ok(())
    }
}

/// The output function.
#[inline(always)]
pub fn temper(mut y: u32) -> u32 {
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^ (y >> 18)
}

#[inline(always)]
pub fn unit_f32(word: u32) -> f32 {
    (word & 0xff_ffff) as i32 as f32 * (1.0 / (1u32 << 24) as f32)
}

#[inline(always)]
pub fn unit_f64(word: u64) -> f64 {
    (word & ((1 << 53) - 1)) as i64 as f64 * (1.0 / (1u64 << 53) as f64)
}

/// Renews the block. `inline(always)` so that a caller compiled for wider vectors gets a wider twist: word `i`
/// needs words `i`, `i + 1` and `i + 397` only, so each of the two loops vectorises.
#[inline(always)]
fn twist(s: &mut [u32; N]) {
    #[inline(always)]
    fn mix(upper: u32, lower: u32, far: u32) -> u32 {
        let y = (upper & 0x8000_0000) | (lower & 0x7fff_ffff);
        far ^ (y >> 1) ^ ((lower & 1).wrapping_neg() & 0x9908_b0df)
    }
    for i in 0..N - M {
        s[i] = mix(s[i], s[i + 1], s[i + M]);
    }
    for i in N - M..N - 1 {
        s[i] = mix(s[i], s[i + 1], s[i + M - N]);
    }
    s[N - 1] = mix(s[N - 1], s[0], s[M - 1]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_words() {
        let mut g = Mt19937::new(42);
        assert_eq!([g.next_u32(), g.next_u32(), g.next_u32()], [1608637542, 3421126067, 4083286876]);
        let mut g = Mt19937::new(42);
        assert_eq!([g.next_u64(), g.next_u64()], [6909045637428952499, 17537583593393853710]);
        // the 10000th output for the reference seed
        let mut g = Mt19937::new(5489);
        let last = (0..10_000).map(|_| g.next_u32()).last();
        assert_eq!(last, Some(4123659995));
    }

    #[test]
    fn take_is_the_same_stream() {
        let mut a = Mt19937::new(7);
        let mut b = a.clone();
        for most in [1, 5, 600, 100, 624, 1000, 3] {
            let words: Vec<u32> = a.take(most).iter().map(|&w| temper(w)).collect();
            assert!(!words.is_empty() && words.len() <= most);
            for w in words {
                assert_eq!(w, b.next_u32());
            }
        }
        assert_eq!(a, b);
    }

    #[test]
    fn state_round_trip() {
        for drawn in [0, 1, 7, 623, 624, 625, 2000] {
            let mut g = Mt19937::new(u64::MAX - 4);
            for _ in 0..drawn {
                g.next_u32();
            }
            let bytes = g.state_bytes();
            assert_eq!(Mt19937::from_state_bytes(&bytes).unwrap(), g);
            assert_eq!(bytes.len(), STATE_BYTES);
        }
        let mut g = Mt19937::new(1);
        g.next_normal();
        let mut h = Mt19937::from_state_bytes(&g.state_bytes()).unwrap();
        assert_eq!([h.next_normal(), h.next_normal()], [g.next_normal(), g.next_normal()]);
        assert!(Mt19937::from_state_bytes(&[0; 17]).is_err());
        assert!(Mt19937::from_state_bytes(&[0; STATE_BYTES]).is_err());
    }

    #[test]
    fn state_layout() {
        // three normals of seed 42: eight words used, the spare at byte 5024
        let mut g = Mt19937::new(42);
        for _ in 0..3 {
            g.next_normal();
        }
        let b = g.state_bytes();
        assert_eq!(b[..24], [42, 0, 0, 0, 0, 0, 0, 0, 0x69, 2, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(b[5024..5032], [0x22, 0x7c, 0x0a, 0x7b, 0x8d, 0x7b, 0xcd, 0x3f]);
        assert_eq!(b[5040..], [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    }
}
