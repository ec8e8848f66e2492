//! Transforms through a logarithm, vectorised without giving up a bit.
//!
//! The system's logarithm costs 15 ns an element. The one here is a polynomial in double precision, good to one unit
//! in the last place: after rounding to a narrower result it is the same number, unless it lies within that error of
//! a rounding boundary. Such a value turns up once in 10^7 draws; then the block is done again with the system's
//! function.

use super::draw::each_unit;
use super::simd::{Body, CHUNK, by_way_of, vectorised};
use crate::base::Elem;
use crate::base::rng::Mt19937;

/// A function of a 53-bit uniform, twice.
pub(super) trait Transform: Copy {
    /// The value and whether it may differ from `exact` after rounding; `#[inline(always)]`.
    fn fast(self, u: f64) -> (f64, bool);
    fn exact(self, u: f64) -> f64;
}

struct Fill<'a, T, F>(&'a mut Mt19937, &'a mut [T], F);

impl<T: Elem, F: Transform> Body for Fill<'_, T, F> {
    #[inline(always)]
    fn run(self) {
        let Fill(g, out, f) = self;
        let mut units = [0f64; CHUNK];
        for part in out.chunks_mut(CHUNK) {
            let units = &mut units[..part.len()];
            each_unit(g, units, |u| u);
            let mut doubtful = false;
            for (slot, &u) in part.iter_mut().zip(&*units) {
                let (value, doubt) = f.fast(u);
                doubtful |= doubt;
                *slot = T::from_f64(value);
            }
            if doubtful {
                for (slot, &u) in part.iter_mut().zip(&*units) {
                    *slot = T::from_f64(f.exact(u));
                }
            }
        }
    }
}

/// `out[i] = f(u)`, two words an element.
pub(super) fn fill<T: Elem>(g: &mut Mt19937, out: &mut [T], f: impl Transform) {
    if const { T::DTYPE.is_float() } {
        return vectorised(Fill(g, out, f));
    }
    // what is hardly ever drawn so shares one code
    by_way_of(out, |values: &mut [f64]| vectorised(Fill(g, values, f)), T::from_f64);
}

/// Whether rounding to f32 could go either way if `v` is off by a few units: the 29 bits that f32 drops are close to
/// a half.
#[inline(always)]
pub(super) fn near_f32_tie(v: f64) -> bool {
    (v.to_bits().wrapping_sub((1 << 28) - 8) & ((1 << 29) - 1)) < 16
}

/// Natural logarithm of a positive, normal number, after fdlibm's `log`: `ln((1 + s) / (1 - s))` with
/// `s = f / (2 + f)`, `1 + f` the mantissa between the root of a half and the root of two.
#[inline(always)]
#[allow(clippy::excessive_precision)]
pub(super) fn ln(x: f64) -> f64 {
    const ROOT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    const LN2_HIGH: f64 = 6.93147180369123816490e-1;
    const LN2_LOW: f64 = 1.90821492927058770002e-10;
    let shifted = x.to_bits().wrapping_add(0x3ff0_0000_0000_0000 - ROOT_HALF);
    let k = ((shifted >> 52) as i32 - 1023) as f64;
    let f = f64::from_bits((shifted & ((1 << 52) - 1)) + ROOT_HALF) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
    let odd = z
        * (6.666666666666735130e-1
            + w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
    let half = 0.5 * f * f;
    k * LN2_HIGH - ((half - (s * (half + even + odd) + k * LN2_LOW)) - f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn within_two_units() {
        let mut g = Mt19937::new(5);
        for i in 0..20_000 {
            let x = (1.0 - g.next_f64()) * if i % 3 == 0 { 1.0 } else { 0.5f64.powi(i % 50) };
            let (got, want) = (ln(x), x.ln());
            assert!(
                (got - want).abs() <= 2.0 * f64::EPSILON * want.abs(),
                "ln({x:e}) = {got:e}, not {want:e}"
            );
        }
        assert_eq!(ln(1.0), 0.0);
    }
}
