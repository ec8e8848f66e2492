//! The bfloat16 micro-kernel: two terms of the sum an instruction. Pairs of bfloat16 along `k` are words of 32 bits, so
//! that panels look like those of float32 with half the steps.
//!
//! The instruction rounds every addition to nearest and takes denormals for zero. The tile units (AMX) of some
//! processors multiply faster still; all but small products go there (`half/amx/`), from the same panels of columns.

use super::problem::MAX_MR;
#[cfg(target_arch = "x86_64")]
use super::tile::{anew, fetch, rows};

/// Where finished sums go as bfloat16: into `width` columns of rows `pitch` apart.
#[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))] // elsewhere no kernel of pairs writes halves
#[derive(Clone, Copy)]
pub struct Rounded {
    pub c: *mut u16,
    pub pitch: isize,
    pub width: usize,
    /// What is added before, [`COLS`] numbers, or null.
    pub bias: *const f32,
    /// Whether they are added to what is there.
    pub adds: bool,
}

/// `(steps, a, b, out, add, rounded)`: words `[steps][rows]` and `[steps][32]` into sums `[rows][32]`, which are added
/// to if `add`; with `rounded` finished sums go there instead.
pub type PairFn = unsafe fn(usize, *const f32, *const f32, *mut f32, bool, Option<Rounded>);

/// Columns of a tile.
pub const COLS: usize = 32;

/// The tiles by height, if the processor has the instruction and the level is not lowered.
#[cfg(target_arch = "x86_64")]
pub fn tiles() -> Option<&'static [PairFn; MAX_MR]> {
    use crate::kernels::cpu::machine::simd::{Level, level};
    static TILES: [PairFn; MAX_MR] = [
        tile::<1>, tile::<2>, tile::<3>, tile::<4>, tile::<5>, tile::<6>, tile::<7>, tile::<8>, tile::<9>,
        tile::<10>, tile::<11>, tile::<12>, tile::<13>, tile::<14>,
    ];
    (level() == Level::Avx512 && std::arch::is_x86_feature_detected!("avx512bf16")).then_some(&TILES)
}

#[cfg(not(target_arch = "x86_64"))]
pub fn tiles() -> Option<&'static [PairFn; MAX_MR]> {
    None
}

#[cfg(target_arch = "x86_64")]
impl Rounded {
    /// Whether sums are just rounded.
    #[inline(always)]
    pub fn plain(&self) -> bool {
        self.bias.is_null() && !self.adds
    }
    /// The columns of vector `v` that there are.
    #[inline(always)]
    pub fn mask(&self, v: usize) -> u16 {
        ((1u32 << self.width.saturating_sub(v * 16).min(16)) - 1) as u16
    }
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
    unsafe fn at(&self, row: usize, v: usize) -> *mut i16 {
        self.c.wrapping_offset(row as isize * self.pitch).wrapping_add(v * 16).cast()
    }
    /// The whole vector `v` of a row: a masked store takes several times as long.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
    pub unsafe fn put(&self, row: usize, v: usize, sums: std::arch::x86_64::__m512) {
        use std::arch::x86_64::*;
        let half: __m256i = std::mem::transmute(_mm512_cvtneps_pbh(sums));
        _mm256_storeu_si256(self.at(row, v).cast(), half);
    }
    /// What there is of vector `v` of a row.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
    pub unsafe fn put_part(&self, row: usize, v: usize, mask: u16, sums: std::arch::x86_64::__m512) {
        use std::arch::x86_64::*;
        let half: __m256i = std::mem::transmute(_mm512_cvtneps_pbh(sums));
        _mm256_mask_storeu_epi16(self.at(row, v), mask, half);
    }
    /// Sums of vector `v` of a row with what is added to them.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
    pub unsafe fn added(
        &self,
        row: usize,
        v: usize,
        mask: u16,
        mut sums: std::arch::x86_64::__m512,
    ) -> std::arch::x86_64::__m512 {
        use std::arch::x86_64::*;
        if self.adds {
            let old = _mm256_maskz_loadu_epi16(mask, self.at(row, v).cast_const());
            let old = _mm512_slli_epi32::<16>(_mm512_cvtepu16_epi32(old));
            sums = _mm512_add_ps(sums, _mm512_castsi512_ps(old));
        }
        if !self.bias.is_null() {
            sums = _mm512_add_ps(sums, _mm512_loadu_ps(self.bias.add(v * 16)));
        }
        sums
    }
}

/// Sends the sums `$acc[row]` of `$rows` rows where they go, row by row.
#[cfg(target_arch = "x86_64")]
macro_rules! put_rows {
    ($rows:ident, $acc:ident, $vectors:literal, $to:ident) => {
        let masks = [$to.mask(0), if $vectors > 1 { $to.mask(1) } else { 0 }];
        if !$to.plain() {
            rows!($rows, I => {
                for v in 0..$vectors {
                    $acc[I][v] = $to.added(I, v, masks[v], $acc[I][v]);
                }
            });
        }
        match masks {
            [u16::MAX, u16::MAX] => {
                rows!($rows, I => {
                    $to.put(I, 0, $acc[I][0]);
                    $to.put(I, 1, $acc[I][$vectors - 1]);
                });
            }
            [u16::MAX, 0] => {
                rows!($rows, I => { $to.put(I, 0, $acc[I][0]); });
            }
            [u16::MAX, mask] => {
                rows!($rows, I => {
                    $to.put(I, 0, $acc[I][0]);
                    $to.put_part(I, 1, mask, $acc[I][$vectors - 1]);
                });
            }
            [mask, _] => {
                rows!($rows, I => { $to.put_part(I, 0, mask, $acc[I][0]); });
            }
        }
    };
}
#[cfg(target_arch = "x86_64")]
pub(in crate::kernels::cpu::linalg::matmul) use put_rows;

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
unsafe fn tile<const R: usize>(
    steps: usize,
    mut a: *const f32,
    mut b: *const f32,
    out: *mut f32,
    add: bool,
    rounded: Option<Rounded>,
) {
    use std::arch::x86_64::*;
    /// Steps that operands are fetched ahead.
    const AHEAD: usize = 16;
    let bf16 = |x: __m512| -> __m512bh { std::mem::transmute(x) };
    let mut acc = [[_mm512_setzero_ps(); 2]; MAX_MR];
    for _ in 0..steps {
        let (b0, b1) = (bf16(_mm512_loadu_ps(b)), bf16(_mm512_loadu_ps(b.add(16))));
        let next = b.wrapping_add(AHEAD * COLS);
        fetch::<true>(next.cast());
        fetch::<true>(next.wrapping_add(16).cast());
        fetch::<true>(a.wrapping_add(AHEAD * R).cast());
        rows!(R, I => {
            a = anew(a);
            let x = bf16(_mm512_set1_ps(*a.add(I)));
            acc[I] = [_mm512_dpbf16_ps(acc[I][0], x, b0), _mm512_dpbf16_ps(acc[I][1], x, b1)];
        });
        a = a.add(R);
        b = b.add(COLS);
    }
    if add {
        rows!(R, I => {
            let to = out.add(I * COLS).cast_const();
            acc[I][0] = _mm512_add_ps(acc[I][0], _mm512_loadu_ps(to));
            acc[I][1] = _mm512_add_ps(acc[I][1], _mm512_loadu_ps(to.add(16)));
        });
    }
    if let Some(to) = rounded {
        put_rows!(R, acc, 2, to);
        return;
    }
    rows!(R, I => {
        let to = out.add(I * COLS);
        _mm512_storeu_ps(to, acc[I][0]);
        _mm512_storeu_ps(to.add(16), acc[I][1]);
    });
}
