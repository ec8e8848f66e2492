//! Plain loops in any strides, for what is too small to deserve more.

use super::elem::MatElem;
use super::problem::{Act, Bias, Gemm};

/// The three loops.
pub unsafe fn gemm<T: MatElem>(g: &Gemm<T>) {
    let k = if g.alpha == T::ZERO { 0 } else { g.k };
    let zero = T::ZERO.widen();
    for i in 0..g.m {
        for j in 0..g.n {
            let a = g.a.wrapping_offset(i as isize * g.rsa);
            let b = g.b.wrapping_offset(j as isize * g.csb);
            let mut sum = zero;
            for p in 0..k as isize {
                sum = T::mul_add((*a.offset(p * g.csa)).widen(), (*b.offset(p * g.rsb)).widen(), sum);
            }
            put(g, i, j, sum);
        }
    }
}

/// A finished sum into `c`.
#[inline(always)]
pub unsafe fn put<T: MatElem>(g: &Gemm<T>, i: usize, j: usize, sum: T::Acc) {
    let at = g.c.offset(i as isize * g.rsc + j as isize * g.csc);
    let mut out = T::mul_add(g.alpha.widen(), sum, T::ZERO.widen());
    if g.beta != T::ZERO {
        out = T::mul_add(g.beta.widen(), (*at).widen(), out);
    }
    out = match g.epilogue.bias {
        Bias::None => out,
        Bias::PerRow(p, s) => T::add((*p.offset(i as isize * s)).widen(), out),
        Bias::PerCol(p, s) => T::add((*p.offset(j as isize * s)).widen(), out),
    };
    if g.epilogue.act != Act::None {
        out = T::activate(out, g.epilogue.act);
    }
    *at = T::narrow(out);
}
