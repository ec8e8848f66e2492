//! Float16 and bfloat16: converted to float32 while packing, summed there, rounded once.

use super::drive::{self, Operand, Problem};
use super::scratch::{self, Slot};
use super::tile;
use super::{Act, Bias, Epilogue, Gemm, MatElem, naive};
use crate::base::{BF16, F16};
use crate::kernels::cpu::par;

/// A 16-bit float.
pub trait Half: MatElem<Acc = f32> {
    /// Converts `n` elements `stride` apart into dense ones.
    unsafe fn widen_all(src: *const Self, stride: isize, dst: *mut f32, n: usize);
}

multiversion! {
    unsafe fn widen_bf16(src: *const BF16, dst: *mut f32, n: usize) {
        for i in 0..n {
            *dst.add(i) = f32::from_bits(((*src.add(i)).to_bits() as u32) << 16);
        }
    }
}

/// Without branches, for the vectoriser: denormals through a subtraction, as `2^-14 (1 + m) - 2^-14`.
#[inline(always)]
fn f16_to_f32(x: u16) -> f32 {
    let (sign, rest) = (((x & 0x8000) as u32) << 16, (x & 0x7fff) as u32);
    let normal = (rest << 13) + (112 << 23);
    let special = normal + (112 << 23);
    let tiny = (f32::from_bits((113 << 23) + (rest << 13)) - f32::from_bits(113 << 23)).to_bits();
    let bits = if rest >= 0x7c00 {
        special
    } else if rest < 0x0400 {
        tiny
    } else {
        normal
    };
    f32::from_bits(bits | sign)
}

multiversion! {
    unsafe fn widen_f16(src: *const F16, dst: *mut f32, n: usize) {
        for i in 0..n {
            *dst.add(i) = f16_to_f32((*src.add(i)).to_bits());
        }
    }
}

macro_rules! half {
    ($t:ident, $widen:ident, $one:path) => {
        impl Half for $t {
            unsafe fn widen_all(src: *const $t, stride: isize, dst: *mut f32, n: usize) {
                if stride == 1 {
                    return $widen(src, dst, n);
                }
                for i in 0..n {
                    *dst.add(i) = $one(*src.offset(i as isize * stride));
                }
            }
        }
    };
}
half!(BF16, widen_bf16, BF16::to_f32);
half!(F16, widen_f16, F16::to_f32);

/// Multiply-adds up to which three plain loops win.
const TINY_FMA: usize = 64;

struct Share<'a, T>(&'a Gemm<T>);
// SAFETY: pointers valid for the whole call; only read through.
unsafe impl<T> Sync for Share<'_, T> {}
impl<'a, T> Share<'a, T> {
    fn get(&self) -> &'a Gemm<T> {
        self.0
    }
}

pub unsafe fn gemm<T: Half>(g: &Gemm<T>) {
    if g.k == 0 || g.alpha == T::ZERO || g.m * g.n * g.k <= TINY_FMA {
        return naive::gemm(g);
    }
    let (mr, nr) = (tile::kernels_f32().mr, tile::kernels_f32().nr);
    let share = Share(g);
    let pack_a = |m0: usize, mlen: usize, k0: usize, klen: usize, dst: *mut f32| {
        let g = share.get();
        // SAFETY: the strip lies inside `a`, and the driver's memory holds the panels.
        unsafe {
            let from = g.a.offset(m0 as isize * g.rsa + k0 as isize * g.csa);
            panels(from, g.rsa, g.csa, mlen, mr, klen, dst)
        }
    };
    let pack_b = |k0: usize, klen: usize, n0: usize, nlen: usize, dst: *mut f32| {
        let g = share.get();
        // SAFETY: as above, inside `b`.
        unsafe {
            let from = g.b.offset(k0 as isize * g.rsb + n0 as isize * g.csb);
            panels(from, g.csb, g.rsb, nlen, nr, klen, dst)
        }
    };
    let size = g.m * g.n;
    scratch::with(Slot::Whole, size, |c: *mut f32| {
        drive::drive(&Problem {
            m: g.m,
            n: g.n,
            k: g.k,
            alpha: 1.0,
            a: Operand::Packed(&pack_a),
            b: Operand::Packed(&pack_b),
            beta: 0.0,
            c,
            rsc: g.n as isize,
            csc: 1,
            epilogue: Epilogue { bias: Bias::None, act: Act::None },
        });
        let sums = Share2(c);
        let rows = (par::ELEMENTWISE_GRAIN / g.n).max(1);
        par::for_each_chunk(g.m, rows, |r| {
            let g = share.get();
            for i in r {
                for j in 0..g.n {
                    // SAFETY: all sums are written, and chunks are disjoint rows.
                    unsafe { naive::put(g, i, j, *sums.get().add(i * g.n + j)) }
                }
            }
        });
    })
}

struct Share2(*const f32);
// SAFETY: read only.
unsafe impl Sync for Share2 {}
impl Share2 {
    fn get(&self) -> *const f32 {
        self.0
    }
}

/// Panels of `full` elements by `klen` steps, widened, in the layout that the driver documents.
unsafe fn panels<T: Half>(
    src: *const T,
    across: isize,
    along: isize,
    len: usize,
    full: usize,
    klen: usize,
    dst: *mut f32,
) {
    let mut line = [0f32; 64];
    for j in (0..len).step_by(full) {
        let (src, dst, width) = (src.offset(j as isize * across), dst.add(j * klen), full.min(len - j));
        if width < full {
            std::slice::from_raw_parts_mut(dst, full * klen).fill(0.0);
        }
        if along == 1 && across != 1 {
            // Convert along memory, then scatter across the panel.
            for jj in 0..width {
                let row = src.offset(jj as isize * across);
                for p in (0..klen).step_by(line.len()) {
                    let n = line.len().min(klen - p);
                    T::widen_all(row.add(p), 1, line.as_mut_ptr(), n);
                    for q in 0..n {
                        *dst.add((p + q) * full + jj) = line[q];
                    }
                }
            }
        } else {
            for p in 0..klen {
                T::widen_all(src.offset(p as isize * along), across, dst.add(p * full), width);
            }
        }
    }
}
