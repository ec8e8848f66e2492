//! Integers in a range, in any element type, and permutations.

use super::draw::{each_pair, each_word};
use super::simd::{Body, by_way_of, vectorised};
use crate::base::rng::Mt19937;
use crate::base::{DType, Elem};
use crate::error::Result;
use crate::kernels::cpu::machine::float::Cut;
use crate::kernels::cpu::machine::stop::poll;
use crate::{bail, ensure};

/// Ranges from here up take two words an element.
const WIDE: u64 = 1 << 28;

/// `base .. base + width`, checked against an element type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntRange {
    base: i64,
    /// Number of values; 0 stands for all 2^64 of them.
    width: u64,
}

/// Bits of the mantissa: integers up to two to this power are exact.
fn digits(dtype: DType) -> Option<u32> {
    match dtype {
        DType::F16 => Some(11),
        DType::BF16 => Some(8),
        DType::F32 => Some(24),
        DType::F64 => Some(53),
        _ => None,
    }
}

/// The least and greatest integers of the type that fit i64. Floats: what PyTorch compares against in double
/// precision.
fn bounds(dtype: DType) -> Result<(f64, f64, i64)> {
    Ok(match dtype {
        DType::Bool => (0.0, 1.0, 1),
        DType::U8 => (0.0, u8::MAX as f64, u8::MAX as i64),
        DType::I8 => (i8::MIN as f64, i8::MAX as f64, i8::MAX as i64),
        DType::I16 => (i16::MIN as f64, i16::MAX as f64, i16::MAX as i64),
        DType::I32 => (i32::MIN as f64, i32::MAX as f64, i32::MAX as i64),
        DType::I64 => (i64::MIN as f64, i64::MAX as f64, i64::MAX),
        DType::F16 => (-65504.0, 65504.0, 1 << 11),
        DType::BF16 => (f64::MIN, f64::MAX, 1 << 8),
        DType::F32 => (f64::MIN, f64::MAX, 1 << 24),
        DType::F64 => (f64::MIN, f64::MAX, 1 << 53),
        DType::U16 => (0.0, u16::MAX as f64, u16::MAX as i64),
        DType::U32 => (0.0, u32::MAX as f64, u32::MAX as i64),
        DType::U64 => (0.0, u64::MAX as f64, i64::MAX),
        DType::C64 | DType::C128 | DType::F8E4M3 | DType::F8E5M2 => {
            return Err(crate::error::Error::new(
                crate::error::Kind::NotImplemented,
                format!("\"random_\" not implemented for '{}'", dtype.scalar_name()),
            ));
        }
    })
}

/// The value that a float type makes of an integer.
fn rounded(dtype: DType, v: i64) -> i64 {
    use crate::base::{BF16, F16};
    match dtype {
        DType::F16 => F16::from_i64(v).to_i64(),
        DType::BF16 => BF16::from_i64(v).to_i64(),
        DType::F32 => (v as f32).to_i64(),
        _ => (v as f64).to_i64(),
    }
}

/// The spacing of a float type's values around `v`.
fn spacing(v: i64, digits: u32) -> i64 {
    1 << (v.unsigned_abs().max(1).ilog2() + 1).saturating_sub(digits)
}

impl IntRange {
    /// `from..to`, `to` left out. For float types the bounds move inward to values that the type can hold.
    pub fn new(dtype: DType, mut from: i64, mut to: i64) -> Result<IntRange> {
        ensure!(
            from < to,
            Runtime,
            "random_ expects 'from' to be less than 'to', but got from={from} >= to={to}"
        );
        let (low, high, _) = bounds(dtype)?;
        for (name, v) in [("from", from), ("to - 1", to.wrapping_sub(1))] {
            if (v as f64) < low || v as f64 > high {
                bail!(Runtime, "{name} is out of bounds for {}", dtype.c_name());
            }
        }
        if let Some(digits) = digits(dtype) {
            let up = rounded(dtype, from.wrapping_add(1));
            if up < from {
                from = up.wrapping_add(spacing(from.wrapping_add(1), digits));
            }
            let down = rounded(dtype, to.wrapping_sub(1));
            if down >= to {
                to = down.wrapping_sub(spacing(to.wrapping_sub(1), digits));
            }
            ensure!(
                from < to,
                Runtime,
                "random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, \
                 but got from={from} >= to={to}"
            );
        }
        Ok(IntRange { base: from, width: to.wrapping_sub(from) as u64 })
    }

    /// The least value, how many there are (0 for all 2^64), and whether an element takes two words.
    pub fn parts(self) -> (i64, u64, bool) {
        (self.base, self.width, self.width == 0 || self.width >= WIDE)
    }

    /// What `random_()` without bounds draws: see [`random_natural`].
    pub fn natural(dtype: DType) -> Result<(u64, bool)> {
        let (_, _, top) = bounds(dtype)?;
        Ok((top as u64 + 1, matches!(dtype, DType::I64 | DType::F64)))
    }

    /// `from` up to the greatest value of the type (2^digits for floats), which is included; the whole range of
    /// i64 from its least value.
    pub fn starting_at(dtype: DType, from: i64) -> Result<IntRange> {
        if from == i64::MIN {
            return Ok(IntRange { base: 0, width: 0 });
        }
        let (low, high, top) = bounds(dtype)?;
        if (from as f64) < low || from as f64 > high {
            bail!(Runtime, "from is out of bounds for {}", dtype.c_name());
        }
        ensure!(
            from <= top,
            Runtime,
            "random_ expects 'from' casted to dtype to be less than or equal to 'to_inc' casted to dtype, \
             but got from={from} > to_inc={top}"
        );
        Ok(IntRange { base: from, width: (top.wrapping_sub(from) as u64).wrapping_add(1) })
    }
}

/// Integers of a range whose width is two at least.
struct Narrow<'a, T>(&'a mut Mt19937, &'a mut [T], i64, u32);

impl<T: Elem> Body for Narrow<'_, T> {
    #[inline(always)]
    fn run(self) {
        let Narrow(g, out, base, width) = self;
        let divisor = width as f64;
        each_word(g, out, |w| {
            // The remainder through a double division, which vectorises: w and width are below 2^32, so the
            // quotient's floor is exact (and below 2^31).
            let quotient = (w as f64 / divisor).cut() as u32;
            T::from_i64(w.wrapping_sub(quotient.wrapping_mul(width)) as i64 + base)
        });
    }
}

/// Integers of a range: `word % width`, one word an element, two (as one 64-bit number) when the width is 2^28
/// or more.
pub fn random_in<T: Elem>(g: &mut Mt19937, out: &mut [T], range: IntRange) {
    let IntRange { base, width } = range;
    match width {
        0 => each_pair(g, out, |w| T::from_i64(w as i64)),
        1 => each_word(g, out, |_| T::from_i64(base)),
        WIDE.. => each_pair(g, out, |w| T::from_i64((w % width).wrapping_add(base as u64) as i64)),
        _ if const { matches!(T::DTYPE, DType::I64 | DType::I32 | DType::U8) } => {
            vectorised(Narrow(g, out, base, width as u32))
        }
        // the others share one code
        _ => by_way_of(out, |n: &mut [i64]| vectorised(Narrow(g, n, base, width as u32)), T::from_i64),
    }
}

/// `random_()` without bounds: every value from 0 to the greatest of the type, or to 2^digits for floats. 64-bit
/// types take two words an element.
pub fn random_natural<T: Elem>(g: &mut Mt19937, out: &mut [T]) -> Result<()> {
    let (_, _, top) = bounds(T::DTYPE)?;
    let width = top as u64 + 1;
    if matches!(T::DTYPE, DType::I64 | DType::F64) {
        each_pair(g, out, |w| T::from_i64((w % width) as i64));
    } else {
        each_word(g, out, |w| T::from_i64((w as u64 % width) as i64));
    }
    Ok(())
}

/// Lengths from here up are shuffled inside out with 64-bit draws.
const LARGE_PERMUTATION: usize = (u32::MAX / 20) as usize;

/// A random permutation of `0..out.len()`: swaps forward, one word a position but the last.
pub fn randperm<T: Elem>(g: &mut Mt19937, out: &mut [T]) {
    let n = out.len();
    if n >= LARGE_PERMUTATION {
        for i in 0..n {
            if i % 4096 == 0 {
                poll();
            }
            let j = (g.next_u64() % (i as u64 + 1)) as usize;
            out[i] = T::from_i64(i as i64);
            out.swap(i, j);
        }
        return;
    }
    for (i, slot) in out.iter_mut().enumerate() {
        *slot = T::from_i64(i as i64);
    }
    for i in 0..n.saturating_sub(1) {
        if i % 4096 == 0 {
            poll();
        }
        let j = g.next_u32() % (n - i) as u32;
        out.swap(i, i + j as usize);
    }
}
