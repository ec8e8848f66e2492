//! Complex products out of real ones, at the same number of multiplications. A dense row of complex numbers is one of
//! twice as many real numbers, real and imaginary parts taking turns, and so it is read where it lies:
//!
//! - for few rows of `a`, `b` stays where it is, and each row of `a` becomes two real rows: fewer than half as many as sums have terms;
//! - else `a` and `c` stay where they are, and each element `x + iy` of `b` becomes `[x, y; -y, x]`.
//!
//! (As `[Ar, -Ai; Ai, Ar] [Br; Bi]`, all of it copied, 992 x 1 by 1 x 200 took 190 us; PyTorch takes 67.)

use super::elem::{MatElem, Real};
use super::problem::{Act, Bias, Epilogue, Gemm};
use super::scratch::{self, Slot};
use super::tile::turn;
use super::{naive, real};
use num_complex::Complex;

/// Multiply-adds up to which the plain loops are used.
const TINY_FMA: usize = 32;
/// Rows or columns that are few whatever the sums: twice as many are the real rows that go as dot products.
const FEW: usize = 4;

/// Columns from which the way with fewer copies is the faster one (16 x 64 by 64 x 8 takes 0.7 us the second way, 0.9 the first).
const WIDE: usize = 16;

/// The product in whichever way copies less.
pub unsafe fn gemm<T: Signed>(g: &Gemm<Complex<T>>)
where
    Complex<T>: MatElem<Acc = Complex<T>>,
{
    if g.m * g.n * g.k <= TINY_FMA || g.alpha == Complex::<T>::ZERO {
        return naive::gemm(g);
    }
    let turned = (g.n < g.m && g.n <= FEW) || (g.m.min(g.n) > FEW && g.csc != 1 && g.rsc == 1);
    let g = if turned { g.transposed() } else { *g };
    // the one way writes all sums twice, the other all of `b` (8 x 384 by 384 x 256 took 144 us the second way)
    if g.m <= FEW || (2 * g.m <= g.k && g.n >= WIDE) {
        return if g.rsb == 1 && g.csb != 1 { few_by_columns(&g) } else { few_by_rows(&g) };
    }
    if g.csc == 1 {
        return in_place(&g);
    }
    // `c` is dense along neither side
    scratch::with(Slot::Whole, g.m * g.n, |sums: *mut Complex<T>| {
        let one = Complex { re: T::ONE, im: T::ZERO };
        let (beta, rsc, csc) = (Complex::<T>::ZERO, g.n as isize, 1);
        in_place(&Gemm { alpha: one, beta, c: sums, rsc, csc, epilogue: Epilogue::NONE, ..g });
        for i in 0..g.m {
            for j in 0..g.n {
                naive::put(&g, i, j, *sums.add(i * g.n + j));
            }
        }
    })
}

/// The same numbers seen as a real product's: the parts of a complex one are set by the caller.
fn as_real<T: Real>(
    (m, n, k): (usize, usize, usize),
    (a, rsa, csa): (*const T, isize, isize),
    (b, rsb, csb): (*const T, isize, isize),
    beta: T,
    (c, rsc): (*mut T, isize),
) -> Gemm<T> {
    let (alpha, csc, epilogue) = (T::ONE, 1, Epilogue::NONE);
    Gemm { m, n, k, alpha, a, rsa, csa, b, rsb, csb, beta, c, rsc, csc, epilogue }
}

/// Copies a matrix into dense rows.
unsafe fn dense_rows<T: Real>(
    (src, rs, cs): (*const Complex<T>, isize, isize),
    rows: usize,
    cols: usize,
    dst: *mut Complex<T>,
) {
    if cs == 1 {
        for i in 0..rows {
            src.offset(i as isize * rs).copy_to_nonoverlapping(dst.add(i * cols), cols);
        }
    } else if rs == 1 && size_of::<Complex<T>>() == size_of::<f64>() {
        // moved as bits, of which the kernel for float64 changes none
        turn::<f64>(src.cast(), cs, 1, cols, rows, dst.cast(), cols);
    } else {
        for i in 0..rows {
            for j in 0..cols {
                *dst.add(i * cols + j) = *src.offset(i as isize * rs + j as isize * cs);
            }
        }
    }
}

/// Few rows by rows of `b`: sums of those times the real parts of `a`, and of those times the imaginary ones.
unsafe fn few_by_rows<T: Signed>(g: &Gemm<Complex<T>>)
where
    Complex<T>: MatElem<Acc = Complex<T>>,
{
    let (m, n, k) = (g.m, g.n, g.k);
    let copied = if g.csb == 1 { 0 } else { k * n };
    // one row's parts are real rows as they lie
    let split = if m == 1 || g.rsa == 1 { 0 } else { m * k };
    scratch::with(Slot::Whole, copied + split + 2 * m * n, |mem: *mut Complex<T>| {
        let (dense, parts, sums) = (mem, mem.add(copied), mem.add(copied + split).cast::<T>());
        let (mut b, mut rsb) = (g.b, g.rsb);
        if copied > 0 {
            dense_rows((b, rsb, g.csb), k, n, dense);
            (b, rsb) = (dense.cast_const(), n as isize);
        }
        let (mut a, mut csa) = (g.a, g.csa);
        if split > 0 {
            // `[k][m]`, so that real and imaginary rows are one element apart
            for i in 0..m {
                for p in 0..k {
                    *parts.add(p * m + i) = *g.a.offset(i as isize * g.rsa + p as isize * g.csa);
                }
            }
            (a, csa) = (parts.cast_const(), m as isize);
        }
        let sizes = (2 * m, 2 * n, k);
        real::gemm(&as_real(
            sizes,
            (a.cast(), 1, 2 * csa),
            (b.cast(), 2 * rsb, 1),
            T::ZERO,
            (sums, 2 * n as isize),
        ));
        for i in 0..m {
            let (x, y) = (sums.add(4 * i * n), sums.add((4 * i + 2) * n));
            join_rows(n, x, y);
            put(g, i, x.cast());
        }
    })
}

/// Few rows by columns of `b`: two dot products for each, of `[x, -y, ..]` and `[y, x, ..]`.
unsafe fn few_by_columns<T: Signed>(g: &Gemm<Complex<T>>)
where
    Complex<T>: MatElem<Acc = Complex<T>>,
{
    let (m, n, k) = (g.m, g.n, g.k);
    scratch::with(Slot::Whole, 4 * m * k + 2 * m * n + 2 * n, |mem: *mut T| {
        let (sums, row) = (mem.add(4 * m * k), mem.add(4 * m * k + 2 * m * n).cast::<Complex<T>>());
        for i in 0..m {
            let (re, im) = (mem.add(4 * i * k), mem.add((4 * i + 2) * k));
            for p in 0..k {
                let x = *g.a.offset(i as isize * g.rsa + p as isize * g.csa);
                (*re.add(2 * p), *re.add(2 * p + 1)) = (x.re, -x.im);
                (*im.add(2 * p), *im.add(2 * p + 1)) = (x.im, x.re);
            }
        }
        let a = (mem.cast_const(), 2 * k as isize, 1);
        let b = (g.b.cast::<T>(), 1, 2 * g.csb);
        real::gemm(&as_real((2 * m, n, 2 * k), a, b, T::ZERO, (sums, n as isize)));
        for i in 0..m {
            join_parts(n, sums.add(2 * i * n), sums.add((2 * i + 1) * n), row);
            put(g, i, row);
        }
    })
}

multiversion! {
    /// `x + iy` of two rows of complex numbers, in the place of `x`.
    unsafe fn join_rows[T: Signed](n: usize, x: *mut T, y: *const T) {
        for j in 0..n {
            let (re, im) = (*x.add(2 * j) + -*y.add(2 * j + 1), *x.add(2 * j + 1) + *y.add(2 * j));
            (*x.add(2 * j), *x.add(2 * j + 1)) = (re, im);
        }
    }
}

multiversion! {
    /// A row of complex numbers of one of real and one of imaginary parts.
    unsafe fn join_parts[T: Signed](n: usize, re: *const T, im: *const T, to: *mut Complex<T>) {
        for j in 0..n {
            *to.add(j) = Complex { re: *re.add(j), im: *im.add(j) };
        }
    }
}

/// Real numbers with a sign.
pub trait Signed: Real + std::ops::Neg<Output = Self> {}
impl<T: Real + std::ops::Neg<Output = T>> Signed for T {}

/// Sums into row `i` of `c`.
unsafe fn put<T: Real>(g: &Gemm<Complex<T>>, i: usize, sums: *const Complex<T>)
where
    Complex<T>: MatElem<Acc = Complex<T>>,
{
    let one = Complex { re: T::ONE, im: T::ZERO };
    let c = g.c.offset(i as isize * g.rsc);
    match (g.alpha == one && g.csc == 1, g.epilogue.bias) {
        (true, Bias::None) if g.beta == Complex::<T>::ZERO => sums.copy_to_nonoverlapping(c, g.n),
        (true, Bias::None) if g.beta == one => added(g.n, sums, c.cast_const(), c),
        (true, Bias::PerCol(p, 1)) if g.beta == Complex::<T>::ZERO => added(g.n, sums, p, c),
        _ => (0..g.n).for_each(|j| naive::put(g, i, j, *sums.add(j))),
    }
}

/// Sums and what is added to them.
unsafe fn added<T: Real>(n: usize, sums: *const Complex<T>, more: *const Complex<T>, c: *mut Complex<T>)
where
    Complex<T>: MatElem<Acc = Complex<T>>,
{
    for j in 0..n {
        *c.add(j) = <Complex<T> as MatElem>::add(*more.add(j), *sums.add(j));
    }
}

/// Rows of `c` are dense: it is a real matrix of twice the columns.
unsafe fn in_place<T: Signed>(g: &Gemm<Complex<T>>)
where
    Complex<T>: MatElem<Acc = Complex<T>>,
{
    let (m, n, k) = (g.m, g.n, g.k);
    let (zero, one) = (Complex::<T>::ZERO, Complex { re: T::ONE, im: T::ZERO });
    // what a real product does not do to `c` is done before it
    let mut beta = g.beta;
    let by_row = matches!(g.epilogue.bias, Bias::PerRow(..));
    if by_row || beta.im != T::ZERO {
        for i in 0..m {
            let bias =
                if let Bias::PerRow(p, s) = g.epilogue.bias { *p.offset(i as isize * s) } else { zero };
            let c = g.c.offset(i as isize * g.rsc);
            for j in 0..n {
                let old =
                    if beta == zero { zero } else { <Complex<T> as MatElem>::mul_add(beta, *c.add(j), zero) };
                *c.add(j) = <Complex<T> as MatElem>::add(old, bias);
            }
        }
        beta = one;
    }
    let rows = if g.csa == 1 { 0 } else { m * k };
    let bias = if matches!(g.epilogue.bias, Bias::PerCol(..)) { n } else { 0 };
    scratch::with(Slot::Whole, rows + 3 * k * n + bias, |mem: *mut Complex<T>| {
        let (mut a, mut rsa) = (g.a, g.rsa);
        if rows > 0 {
            dense_rows((a, rsa, g.csa), m, k, mem);
            (a, rsa) = (mem.cast_const(), k as isize);
        }
        // rows of `b`, and between them those of `ib`
        let (b, dense) = (mem.add(rows), mem.add(rows + 2 * k * n));
        let (mut from, mut step) = (g.b, g.rsb);
        if g.csb != 1 {
            dense_rows((g.b, g.rsb, g.csb), k, n, dense);
            (from, step) = (dense.cast_const(), n as isize);
        }
        for p in 0..k {
            let (row, turned) = (b.add(2 * p * n), b.add((2 * p + 1) * n));
            let from = from.offset(p as isize * step);
            if g.alpha == one {
                for j in 0..n {
                    let x = *from.add(j);
                    (*row.add(j), *turned.add(j)) = (x, Complex { re: -x.im, im: x.re });
                }
            } else {
                for j in 0..n {
                    let x: Complex<T> = <Complex<T> as MatElem>::mul_add(g.alpha, *from.add(j), zero);
                    (*row.add(j), *turned.add(j)) = (x, Complex { re: -x.im, im: x.re });
                }
            }
        }
        let c = (g.c.cast::<T>(), 2 * g.rsc);
        let sizes = (m, 2 * n, 2 * k);
        let mut product =
            as_real(sizes, (a.cast(), 2 * rsa, 1), (b.cast_const().cast(), 2 * n as isize, 1), beta.re, c);
        if let Bias::PerCol(p, s) = g.epilogue.bias {
            let to = dense.add(k * n);
            (0..n).for_each(|j| *to.add(j) = *p.offset(j as isize * s));
            product.epilogue = Epilogue { bias: Bias::PerCol(to.cast_const().cast(), 1), act: Act::None };
        }
        real::gemm(&product);
    })
}
