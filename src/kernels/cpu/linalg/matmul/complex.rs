//! Complex products out of real ones: with parts side by side, `[Re; Im]` of the result is one real product of
//! twice the rows and twice the sum, so it runs on the real micro-kernels.

use super::elem::{MatElem, Real};
use super::problem::{Epilogue, Gemm};
use super::scratch::{self, Slot};
use super::{dots, naive, real};
use num_complex::Complex;

/// Multiply-adds up to which the plain loops are used.
const SMALL_FMA: usize = 1 << 12;

/// `[Ar, -Ai; Ai, Ar] [Br; Bi]`.
pub unsafe fn gemm<T: Real + std::ops::Neg<Output = T>>(g: &Gemm<Complex<T>>)
where
    Complex<T>: MatElem<Acc = Complex<T>>,
{
    let (m, n, k) = (g.m, g.n, g.k);
    if m * n * k <= SMALL_FMA || g.alpha == Complex::<T>::ZERO {
        return naive::gemm(g);
    }
    if dots::product(g) {
        return;
    }
    scratch::with(Slot::Whole, 4 * m * k + 2 * k * n + 2 * m * n, |mem: *mut T| {
        let (a, b, c) = (mem, mem.add(4 * m * k), mem.add(4 * m * k + 2 * k * n));
        for i in 0..m {
            for p in 0..k {
                let x = *g.a.offset(i as isize * g.rsa + p as isize * g.csa);
                let (top, bottom) = (a.add(i * 2 * k + p), a.add((m + i) * 2 * k + p));
                (*top, *top.add(k)) = (x.re, -x.im);
                (*bottom, *bottom.add(k)) = (x.im, x.re);
            }
        }
        for p in 0..k {
            for j in 0..n {
                let x = *g.b.offset(p as isize * g.rsb + j as isize * g.csb);
                *b.add(p * n + j) = x.re;
                *b.add((k + p) * n + j) = x.im;
            }
        }
        let (k2, n1) = (2 * k as isize, n as isize);
        real::gemm(&Gemm {
            m: 2 * m,
            n,
            k: 2 * k,
            alpha: T::ONE,
            a,
            rsa: k2,
            csa: 1,
            b,
            rsb: n1,
            csb: 1,
            beta: T::ZERO,
            c,
            rsc: n1,
            csc: 1,
            epilogue: Epilogue::NONE,
        });
        for i in 0..m {
            for j in 0..n {
                naive::put(g, i, j, Complex { re: *c.add(i * n + j), im: *c.add((m + i) * n + j) });
            }
        }
    })
}
