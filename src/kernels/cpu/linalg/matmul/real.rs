//! Float32 and float64: which way a product is computed, by its shape.

use super::drive;
use super::elem::Real;
use super::gemv::{self, Bias1, Gemv};
use super::problem::{Bias, Epilogue, Gemm, Operand, Problem};
use super::{finish, naive, small};

/// Multiply-adds up to which three plain loops win: nothing is set up, 4x4x4 takes less than 60 ns.
const TINY_FMA: usize = 64;
/// Rows up to which a sum along memory in both operands is computed as dot products, `b` read in place, once.
const DOT_ROWS: usize = 8;
/// Terms of a sum from which few columns are computed so.
const DOT_TERMS: usize = 64;
/// Such rows, and the terms of their sums, that go one by one: 3x100000 by 100000x3 354 us packed, 97 so.
const LONG_ROWS: usize = 4;
const LONG: usize = 1024;

pub unsafe fn gemm<T: Real>(g: &Gemm<T>) {
    if g.k == 0 || g.alpha == T::ZERO {
        return finish::scale_only(g.m, g.n, g.beta, g.c, g.rsc, g.csc, g.epilogue);
    }
    if g.m > 1 && g.n > 1 && small::can(g) {
        return small::product(g);
    }
    if g.m * g.n * g.k <= TINY_FMA {
        return naive::gemm(g);
    }
    if g.m > DOT_ROWS && g.n > 1 && small::turned(g) {
        return;
    }
    if g.m == 1 || g.n == 1 {
        let t = if g.m == 1 { *g } else { g.transposed() };
        if t.k <= small::SHORT && small::can(&t) {
            return small::product(&t);
        }
        if let Some(v) = as_gemv(g) {
            return gemv::gemv(&v);
        }
    } else if g.csc != 1 && (g.rsc == 1 || g.rsc.unsigned_abs() < g.csc.unsigned_abs()) {
        // Columns of `c` are the dense side: compute it transposed.
        return wide(&g.transposed());
    }
    if few_columns(g) {
        return dot_rows(&g.transposed());
    }
    wide(g)
}

/// Whether columns are as few as rows that go as dot products, and sums as long.
fn few_columns<T: Real>(g: &Gemm<T>) -> bool {
    g.n > 1 && g.n <= DOT_ROWS && g.csa == 1 && g.rsb == 1 && g.k >= DOT_TERMS
}

/// More than one row and column, rows of `c` dense if either side is.
unsafe fn wide<T: Real>(g: &Gemm<T>) {
    if g.m <= DOT_ROWS && g.csa == 1 && g.rsb == 1 && g.m > 1 {
        return dot_rows(g);
    }
    let long = g.m <= LONG_ROWS && g.n <= 8 && g.k >= LONG;
    if long && g.csa == 1 && g.csb == 1 && g.rsb == g.n as isize {
        return row_by_row(g);
    }
    drive::drive(&Problem {
        m: g.m,
        n: g.n,
        k: g.k,
        alpha: g.alpha,
        a: Operand::Strided(g.a, g.rsa, g.csa),
        b: Operand::Strided(g.b, g.rsb, g.csb),
        beta: g.beta,
        c: g.c,
        rsc: g.rsc,
        csc: g.csc,
        epilogue: g.epilogue,
    })
}

/// A few rows whose sums are long, against as few columns: each row a vector times a matrix, which is not packed for so little.
unsafe fn row_by_row<T: Real>(g: &Gemm<T>) {
    for i in 0..g.m {
        let one = g.rows(i..i + 1);
        match as_gemv(&one) {
            Some(v) => gemv::gemv(&v),
            None => naive::gemm(&one),
        }
    }
}

/// One row or one column as a matrix times a vector, if the matrix is dense along one of its sides.
unsafe fn as_gemv<T: Real>(g: &Gemm<T>) -> Option<Gemv<T>> {
    let column = g.n == 1;
    let t = if column { *g } else { g.transposed() };
    // Now `c` is a column: `t.a` is the matrix, `t.b` the vector.
    gemv::can(t.rsa, t.csa).then(|| Gemv {
        len: t.m,
        k: t.k,
        alpha: t.alpha,
        matrix: t.a,
        across: t.rsa,
        along: t.csa,
        x: t.b,
        x_stride: t.rsb,
        beta: t.beta,
        out: t.c,
        out_stride: t.rsc,
        bias: Bias1::from(t.epilogue.bias, true),
        act: t.epilogue.act,
    })
}

/// A few rows against a transposed `b`: blocks of columns, each a small matrix of dot products.
unsafe fn dot_rows<T: Real>(g: &Gemm<T>) {
    use crate::kernels::cpu::machine::par;
    const COLS: usize = 64;
    struct Share<'a, T>(&'a Gemm<T>);
    // SAFETY: pointers valid for the whole call; tasks write disjoint columns.
    unsafe impl<T> Sync for Share<'_, T> {}
    let share = Share(g);
    let work = |cols: std::ops::Range<usize>| {
        let g = share.get();
        let mut sums = [T::ZERO; DOT_ROWS * COLS];
        // SAFETY: the caller's contract, and `sums` holds a tile of at most DOT_ROWS x COLS.
        unsafe {
            for j0 in cols.clone().step_by(COLS) {
                let n = COLS.min(cols.end - j0);
                let b = g.b.offset(j0 as isize * g.csb);
                T::dots(g.m, n, g.k, g.a, g.rsa, b, g.csb, sums.as_mut_ptr(), COLS as isize);
                for i in 0..g.m {
                    finish_row(g, i, j0, &mut sums[i * COLS..i * COLS + n]);
                }
            }
        }
    };
    let grain = if g.m * g.n * g.k < par::MATMUL_MIN_FMA { g.n } else { COLS };
    par::for_each_chunk(g.n, grain, work);

    impl<'a, T> Share<'a, T> {
        fn get(&self) -> &'a Gemm<T> {
            self.0
        }
    }
}

/// Scales one row of sums, from column `j0` on, and puts it into `c`.
unsafe fn finish_row<T: Real>(g: &Gemm<T>, i: usize, j0: usize, sums: &mut [T]) {
    let c = g.c.offset(i as isize * g.rsc + j0 as isize * g.csc);
    for (j, x) in sums.iter_mut().enumerate() {
        let mut y = *x * g.alpha;
        if g.beta != T::ZERO {
            y = y + g.beta * *c.offset(j as isize * g.csc);
        }
        *x = match g.epilogue.bias {
            Bias::None => y,
            Bias::PerRow(p, s) => y + *p.offset(i as isize * s),
            Bias::PerCol(p, s) => y + *p.offset((j0 + j) as isize * s),
        };
    }
    if let Some(f) = T::block_fn(g.epilogue.act) {
        f(sums.as_ptr(), sums.as_mut_ptr(), sums.len());
    }
    for (j, x) in sums.iter().enumerate() {
        *c.offset(j as isize * g.csc) = *x;
    }
}

/// The entry of the functions with an outside packer.
pub unsafe fn packed<T: Real>(
    m: usize,
    n: usize,
    k: usize,
    alpha: T,
    a: Operand<T>,
    b: Operand<T>,
    beta: T,
    c: *mut T,
    rsc: isize,
    csc: isize,
    epilogue: Option<Epilogue<T>>,
) {
    let epilogue = epilogue.unwrap_or(Epilogue::NONE);
    if m == 0 || n == 0 {
        return;
    }
    if k == 0 || alpha == T::ZERO {
        return finish::scale_only(m, n, beta, c, rsc, csc, epilogue);
    }
    drive::drive(&Problem { m, n, k, alpha, a, b, beta, c, rsc, csc, epilogue })
}
