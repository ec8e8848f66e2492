//! What sorts compare. Every element becomes an unsigned key whose order is that of the sort (nan greatest, -0 equal to 0) with its
//! position behind it in one integer: the pairs are distinct, so any sort of them is stable, and comparing them has no branches on types.

use crate::base::{BF16, Elem, F16};
use std::cell::Cell;
use std::hint::select_unpredictable;
use std::thread::LocalKey;

/// Types with a sort order.
pub trait Sortable: Elem {
    /// The pair of key and position.
    type Pair: Pair;
    /// How many bits of a key differ.
    const BITS: u32;
    fn sort_key(self) -> u64;
    /// The element of a key; nothing where several have it, zeros and nan.
    fn of_key(key: u64) -> Option<Self>;
}

/// A key in the high bits, a position in the low ones.
pub trait Pair: Copy + Ord + Default + Send + Sync + 'static {
    fn new(key: u64, position: usize) -> Self;
    fn key(self) -> u64;
    fn position(self) -> usize;
    /// Both, the lesser first, without a branch: it would be guessed wrong every other time.
    fn in_order(self, other: Self) -> (Self, Self);
    /// What a thread keeps of them.
    fn kept() -> &'static LocalKey<Cell<Room<Self>>>;
}

/// Pairs, and room for as many.
pub type Room<P> = (Vec<P>, Vec<P>);
/// Bytes of a list that a thread keeps for the next sort, at most: new memory of the system's is a third of the time of a sort.
const KEEP: usize = 8 << 20;

thread_local! {
    static WORDS: Cell<Room<u64>> = const { Cell::new((Vec::new(), Vec::new())) };
    static WIDE: Cell<Room<u128>> = const { Cell::new((Vec::new(), Vec::new())) };
    /// Of pairs in one word.
    static CLOSE: Cell<Room<u64>> = const { Cell::new((Vec::new(), Vec::new())) };
}

fn keep<P>(at: &'static LocalKey<Cell<Room<P>>>, room: Room<P>) {
    if room.0.capacity().max(room.1.capacity()) * size_of::<P>() <= KEEP {
        at.set(room);
    }
}

impl Pair for u64 {
    #[inline(always)]
    fn in_order(self, other: u64) -> (u64, u64) {
        (self.min(other), self.max(other))
    }
    fn kept() -> &'static LocalKey<Cell<Room<u64>>> {
        &WORDS
    }
    #[inline(always)]
    fn new(key: u64, position: usize) -> u64 {
        key << 32 | position as u64
    }
    #[inline(always)]
    fn key(self) -> u64 {
        self >> 32
    }
    #[inline(always)]
    fn position(self) -> usize {
        (self & 0xffff_ffff) as usize
    }
}

impl Pair for u128 {
    #[inline(always)]
    fn in_order(self, other: u128) -> (u128, u128) {
        let turned = other < self;
        (select_unpredictable(turned, other, self), select_unpredictable(turned, self, other))
    }
    fn kept() -> &'static LocalKey<Cell<Room<u128>>> {
        &WIDE
    }
    #[inline(always)]
    fn new(key: u64, position: usize) -> u128 {
        (key as u128) << 64 | position as u128
    }
    #[inline(always)]
    fn key(self) -> u64 {
        (self >> 64) as u64
    }
    #[inline(always)]
    fn position(self) -> usize {
        self as u64 as usize
    }
}

macro_rules! sortable {
    ($($t:ty: $pair:ty, $bits:literal, |$x:ident| $key:expr, |$k:ident| $of:expr;)*) => {$(
        impl Sortable for $t {
            type Pair = $pair;
            const BITS: u32 = $bits;
            #[inline(always)]
            fn sort_key(self) -> u64 { let $x = self; $key }
            #[inline(always)]
            fn of_key(key: u64) -> Option<$t> { let $k = key; $of }
        }
    )*};
}
sortable! {
    bool: u64, 1, |x| x as u64, |k| Some(k != 0);
    u8: u64, 8, |x| x as u64, |k| Some(k as u8);
    i8: u64, 8, |x| (x as u8 ^ 0x80) as u64, |k| Some((k as u8 ^ 0x80) as i8);
    i16: u64, 16, |x| (x as u16 ^ 0x8000) as u64, |k| Some((k as u16 ^ 0x8000) as i16);
    i32: u64, 32, |x| (x as u32 ^ 0x8000_0000) as u64, |k| Some((k as u32 ^ 0x8000_0000) as i32);
    i64: u128, 64, |x| x as u64 ^ (1 << 63), |k| Some((k ^ (1 << 63)) as i64);
    f32: u64, 32, |x| float_key(x), |k| float_bits(k, 32).map(|b| f32::from_bits(b as u32));
    F16: u64, 16, |x| half_key(x.to_bits(), x.is_nan()), |k| float_bits(k, 16).map(|b| F16::from_bits(b as u16));
    BF16: u64, 16, |x| half_key(x.to_bits(), x.is_nan()), |k| float_bits(k, 16).map(|b| BF16::from_bits(b as u16));
    f64: u128, 64, |x| if x.is_nan() { u64::MAX } else {
        let b = (x + 0.0).to_bits();
        // every bit of a negative number is turned, of others the sign: without a branch, which would be guessed wrong every other
        // time (two of ten float64, 6,000 times: 490 us, so 245)
        b ^ ((b as i64 >> 63) as u64 | 1 << 63)
    }, |k| float_bits(k, 64).map(f64::from_bits);
}

/// The bits of a float of so many whose key this is.
#[inline(always)]
fn float_bits(key: u64, bits: u32) -> Option<u64> {
    let (sign, all) = (1 << (bits - 1), u64::MAX >> (64 - bits));
    let word = if key & sign != 0 { key ^ sign } else { key ^ all };
    (key != sign && key != all).then_some(word)
}

#[inline(always)]
fn float_key(x: f32) -> u64 {
    // adding zero turns -0 into 0
    let b = (x + 0.0).to_bits();
    let ordered = b ^ ((b as i32 >> 31) as u32 | 1 << 31);
    (if x.is_nan() { u32::MAX } else { ordered }) as u64
}

#[inline(always)]
fn half_key(bits: u16, nan: bool) -> u64 {
    let b = if bits == 0x8000 { 0 } else { bits };
    let ordered = b ^ ((b as i16 >> 15) as u16 | 1 << 15);
    (if nan { u16::MAX } else { ordered }) as u64
}

/// All bits of a key, which turn its order around.
#[inline(always)]
pub(super) fn turned<T: Sortable>() -> u64 {
    u64::MAX >> (64 - T::BITS)
}

/// Buffers of one thread.
pub(super) struct Scratch<P: Pair> {
    pub(super) pairs: Vec<P>,
    pub(super) other: Vec<P>,
    /// Pairs in one word, as sorts of close keys make them.
    pub(super) close: Room<u64>,
    /// What kinds of few keys are counted in.
    pub(super) counts: Vec<usize>,
}

impl<P: Pair> Default for Scratch<P> {
    fn default() -> Scratch<P> {
        let (pairs, other) = P::kept().take();
        Scratch { pairs, other, close: CLOSE.take(), counts: Vec::new() }
    }
}

impl<P: Pair> Drop for Scratch<P> {
    fn drop(&mut self) {
        keep(P::kept(), (std::mem::take(&mut self.pairs), std::mem::take(&mut self.other)));
        keep(&CLOSE, std::mem::take(&mut self.close));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_in_the_order_of_their_values() {
        fn check<H: Sortable>(from: fn(u16) -> H, value: fn(H) -> f32) {
            let mut all: Vec<H> = (0..=u16::MAX).map(from).collect();
            all.sort_by_key(|h| h.sort_key());
            for pair in all.windows(2) {
                let (a, b) = (value(pair[0]), value(pair[1]));
                assert!(a <= b || b.is_nan());
                assert_eq!(pair[0].sort_key() == pair[1].sort_key(), a == b || a.is_nan());
            }
        }
        check(F16::from_bits, F16::to_f32);
        check(BF16::from_bits, BF16::to_f32);
    }

    #[test]
    fn keys_of_floats_are_in_the_order_of_their_values() {
        let values = [
            f64::NEG_INFINITY,
            -1e300,
            -1.5,
            -5e-324,
            -0.0,
            0.0,
            5e-324,
            1.5,
            1e300,
            f64::INFINITY,
            f64::NAN,
        ];
        for pair in values.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            assert_eq!(a.sort_key() < b.sort_key(), a < b || b.is_nan(), "{a} {b}");
            let (a, b) = (a as f32, b as f32);
            assert_eq!(a.sort_key() < b.sort_key(), a < b || b.is_nan(), "{a} {b}");
        }
        assert_eq!((-0.0f64).sort_key(), 0.0f64.sort_key());
        assert_eq!((-f64::NAN).sort_key(), f64::NAN.sort_key());
    }

    #[test]
    fn pairs_in_order() {
        fn check<P: Pair + std::fmt::Debug>(turned: u64) {
            for (a, b) in [(0, 1), (turned, 0), (7, 7)].map(|(a, b)| (P::new(a, 3), P::new(b, 2))) {
                assert_eq!(a.in_order(b), (a.min(b), a.max(b)));
            }
        }
        check::<u64>(turned::<f32>());
        check::<u128>(turned::<f64>());
    }
}
