//! Vectors as plain arrays: the compiler turns them into whatever the target has.

use super::{Lookup, Vector, Widen};

/// `N` lanes of `T`.
#[derive(Clone, Copy)]
pub struct Lanes<T, const N: usize>([T; N]);

/// Fused where one instruction does it: elsewhere it is a library call.
const FUSED: bool = cfg!(any(target_feature = "fma", target_arch = "aarch64"));

macro_rules! lanes {
    ($t:ident, $bits:ident, $ibits:ident, $bias:literal, $mantissa:literal, $tiny:expr) => {
        // SAFETY: plain arrays work everywhere.
        unsafe impl<const N: usize> Vector for Lanes<$t, N> {
            type Elem = $t;
            type Mask = [bool; N];
            const LANES: usize = N;

            #[inline(always)]
            fn splat(x: $t) -> Self {
                Lanes([x; N])
            }
            #[inline(always)]
            fn c(x: f64) -> Self {
                Lanes([x as $t; N])
            }
            #[inline(always)]
            unsafe fn load(p: *const $t) -> Self {
                Lanes(*p.cast())
            }
            #[inline(always)]
            unsafe fn store(self, p: *mut $t) {
                *p.cast() = self.0
            }
            #[inline(always)]
            unsafe fn stream(self, p: *mut $t) {
                self.store(p)
            }
            #[inline(always)]
            unsafe fn load_part(p: *const $t, n: usize) -> Self {
                Lanes(std::array::from_fn(|i| if i < n { *p.add(i) } else { 0.0 }))
            }
            #[inline(always)]
            unsafe fn store_part(self, p: *mut $t, n: usize) {
                for i in 0..n {
                    *p.add(i) = self.0[i];
                }
            }
            #[inline(always)]
            fn add(self, y: Self) -> Self {
                Lanes(std::array::from_fn(|i| self.0[i] + y.0[i]))
            }
            #[inline(always)]
            fn sub(self, y: Self) -> Self {
                Lanes(std::array::from_fn(|i| self.0[i] - y.0[i]))
            }
            #[inline(always)]
            fn mul(self, y: Self) -> Self {
                Lanes(std::array::from_fn(|i| self.0[i] * y.0[i]))
            }
            #[inline(always)]
            fn div(self, y: Self) -> Self {
                Lanes(std::array::from_fn(|i| self.0[i] / y.0[i]))
            }
            #[inline(always)]
            fn fma(self, y: Self, z: Self) -> Self {
                Lanes(std::array::from_fn(|i| self.0[i].mul_add(y.0[i], z.0[i])))
            }
            #[inline(always)]
            fn fnma(self, y: Self, z: Self) -> Self {
                Lanes(std::array::from_fn(|i| (-self.0[i]).mul_add(y.0[i], z.0[i])))
            }
            #[inline(always)]
            fn fma_fast(self, y: Self, z: Self) -> Self {
                if FUSED { self.fma(y, z) } else { self.mul(y).add(z) }
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                Lanes(self.0.map($t::sqrt))
            }
            #[inline(always)]
            fn min(self, y: Self) -> Self {
                Lanes(std::array::from_fn(|i| if self.0[i] < y.0[i] { self.0[i] } else { y.0[i] }))
            }
            #[inline(always)]
            fn max(self, y: Self) -> Self {
                Lanes(std::array::from_fn(|i| if self.0[i] > y.0[i] { self.0[i] } else { y.0[i] }))
            }
            #[inline(always)]
            fn round(self) -> Self {
                Lanes(self.0.map($t::round_ties_even))
            }
            #[inline(always)]
            fn floor(self) -> Self {
                Lanes(self.0.map($t::floor))
            }
            #[inline(always)]
            fn and(self, y: Self) -> Self {
                Lanes(std::array::from_fn(|i| $t::from_bits(self.0[i].to_bits() & y.0[i].to_bits())))
            }
            #[inline(always)]
            fn or(self, y: Self) -> Self {
                Lanes(std::array::from_fn(|i| $t::from_bits(self.0[i].to_bits() | y.0[i].to_bits())))
            }
            #[inline(always)]
            fn xor(self, y: Self) -> Self {
                Lanes(std::array::from_fn(|i| $t::from_bits(self.0[i].to_bits() ^ y.0[i].to_bits())))
            }
            #[inline(always)]
            fn and_not(self, y: Self) -> Self {
                Lanes(std::array::from_fn(|i| $t::from_bits(!self.0[i].to_bits() & y.0[i].to_bits())))
            }
            #[inline(always)]
            fn lt(self, y: Self) -> Self::Mask {
                std::array::from_fn(|i| self.0[i] < y.0[i])
            }
            #[inline(always)]
            fn le(self, y: Self) -> Self::Mask {
                std::array::from_fn(|i| self.0[i] <= y.0[i])
            }
            #[inline(always)]
            fn eq(self, y: Self) -> Self::Mask {
                std::array::from_fn(|i| self.0[i] == y.0[i])
            }
            #[inline(always)]
            fn is_nan(self) -> Self::Mask {
                self.0.map($t::is_nan)
            }
            #[inline(always)]
            fn select(mask: Self::Mask, t: Self, f: Self) -> Self {
                Lanes(std::array::from_fn(|i| if mask[i] { t.0[i] } else { f.0[i] }))
            }
            #[inline(always)]
            fn any(mask: Self::Mask) -> bool {
                mask.into_iter().any(|x| x)
            }
            #[inline(always)]
            fn both(x: Self::Mask, y: Self::Mask) -> Self::Mask {
                std::array::from_fn(|i| x[i] & y[i])
            }
            #[inline(always)]
            fn scale(self, n: Self) -> Self {
                let power = |n: i32| $t::from_bits(((n + $bias) as $bits) << $mantissa);
                Lanes(std::array::from_fn(|i| {
                    let (n, half) = (n.0[i] as i32, n.0[i] as i32 >> 1);
                    self.0[i] * power(half) * power(n - half)
                }))
            }
            #[inline(always)]
            fn split(self) -> (Self, Self) {
                let mut e = [0.0; N];
                let m = std::array::from_fn(|i| {
                    let (mut x, mut extra) = (self.0[i], 0);
                    if x < $t::MIN_POSITIVE {
                        (x, extra) = (x * $tiny, $mantissa + 1);
                    }
                    // Counting from the bits of 0.75 puts the border between exponents there.
                    let from = x.to_bits().wrapping_sub((0.75 as $t).to_bits());
                    let k = (from as $ibits >> $mantissa) as i32;
                    e[i] = (k - extra) as $t;
                    $t::from_bits(x.to_bits().wrapping_sub((k as $ibits as $bits) << $mantissa))
                });
                (Lanes(m), Lanes(e))
            }
            #[inline(always)]
            fn sum(self) -> $t {
                self.0.into_iter().sum()
            }
        }
    };
}

lanes!(f32, u32, i32, 127, 23, (1u32 << 24) as f32);
lanes!(f64, u64, i64, 1023, 52, (1u64 << 53) as f64);

// SAFETY: plain arrays work everywhere. One lane is both halves: of the second nothing is kept, so nothing is computed.
unsafe impl Widen for Lanes<f32, 1> {
    type Wide = Lanes<f64, 1>;
    #[inline(always)]
    fn widen(self) -> (Self::Wide, Self::Wide) {
        let wide = Lanes(self.0.map(f64::from));
        (wide, wide)
    }
    #[inline(always)]
    fn narrow(low: Self::Wide, _: Self::Wide) -> Self {
        Lanes(low.0.map(|x| x as f32))
    }
}

// SAFETY: plain arrays work everywhere.
unsafe impl Lookup for Lanes<f32, 1> {
    type Index = [u32; 1];
    #[inline(always)]
    fn index(self) -> [u32; 1] {
        self.0.map(|x| x.to_bits() & 15)
    }
    #[inline(always)]
    fn lookup(table: &'static [f32; 16], index: [u32; 1]) -> Self {
        Lanes(index.map(|i| table[i as usize & 15]))
    }
}
