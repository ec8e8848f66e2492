//! Small products of 16-bit floats, for which to pack words into panels costs more than the product: both operands are made
//! float32 as they lie, multiplied as such, and rounded once.

use super::way::Way;
use crate::kernels::cpu::linalg::matmul::convert::{Half, narrow, widen};
use crate::kernels::cpu::linalg::matmul::elem::MatElem;
use crate::kernels::cpu::linalg::matmul::problem::{Act, Bias, Epilogue, Gemm};
use crate::kernels::cpu::linalg::matmul::real;
use crate::kernels::cpu::linalg::matmul::scratch::{self, Slot};
use crate::kernels::cpu::linalg::matmul::tile::turn;

/// Multiply-adds up to which this way is taken, where pairs are multiplied and where they are not.
const MOST: usize = 1 << 14;
const MOST_SINGLE: usize = 1 << 15;
/// Columns that there may be.
const COLS: usize = 64;

/// Computes the product and says so, if it is small.
pub unsafe fn product<T: Half>(g: &Gemm<T>, way: Way) -> bool {
    let most = if let Way::Single(_) = way { MOST_SINGLE } else { MOST };
    let g = if g.csc != 1 && g.rsc == 1 { g.transposed() } else { *g };
    let (m, n, k) = (g.m, g.n, g.k);
    let fits = m * n * k <= most && m.min(n) > 1 && n <= COLS;
    if !fits || g.csc != 1 || g.epilogue.act != Act::None {
        return false;
    }
    let bias = match g.epilogue.bias {
        Bias::None => 0,
        Bias::PerRow(..) => m,
        Bias::PerCol(..) => n,
    };
    scratch::with(Slot::Whole, m * k + 2 * k * n + m * n + bias, |mem: *mut f32| {
        let (a, b, c) = (mem, mem.add(m * k), mem.add(m * k + 2 * k * n));
        let by_rows = g.csa == 1 || g.rsa != 1;
        let (rsa, csa) = if by_rows {
            lines((g.a, g.rsa, g.csa), m, k, a);
            (k as isize, 1)
        } else {
            lines((g.a, g.csa, g.rsa), k, m, a);
            (1, m as isize)
        };
        if g.csb == 1 || g.rsb != 1 {
            lines((g.b, g.rsb, g.csb), k, n, b);
        } else {
            let columns = b.add(k * n);
            lines((g.b, g.csb, g.rsb), n, k, columns);
            turn::<f32>(columns, k as isize, 1, n, k, b, n);
        }
        let adds = g.beta != <T as MatElem>::ZERO;
        if adds {
            lines((g.c.cast_const(), g.rsc, 1), m, n, c);
        }
        let values = c.add(m * n);
        let bias = match g.epilogue.bias {
            Bias::None => Bias::None,
            Bias::PerRow(p, step) => {
                lines((p, 0, step), 1, m, values);
                Bias::PerRow(values.cast_const(), 1)
            }
            Bias::PerCol(p, step) => {
                lines((p, 0, step), 1, n, values);
                Bias::PerCol(values.cast_const(), 1)
            }
        };
        real::gemm(&Gemm::<f32> {
            m,
            n,
            k,
            alpha: g.alpha.widen(),
            a,
            rsa,
            csa,
            b,
            rsb: n as isize,
            csb: 1,
            beta: g.beta.widen(),
            c,
            rsc: n as isize,
            csc: 1,
            epilogue: Epilogue { bias, act: Act::None },
        });
        narrow(c, n, g.c, g.rsc, m, n);
    });
    true
}

/// `count` lines of `n` elements, dense afterwards.
unsafe fn lines<T: Half>(
    (src, apart, step): (*const T, isize, isize),
    count: usize,
    n: usize,
    dst: *mut f32,
) {
    if step == 1 && (apart == n as isize || count == 1) {
        return widen(src, dst, count * n);
    }
    for i in 0..count {
        let (src, dst) = (src.offset(i as isize * apart), dst.add(i * n));
        if step == 1 {
            widen(src, dst, n);
        } else {
            (0..n).for_each(|j| *dst.add(j) = (*src.offset(j as isize * step)).widen());
        }
    }
}
