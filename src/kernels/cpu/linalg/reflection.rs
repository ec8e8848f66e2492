//! Householder's reflections, one at a time: how they are made of a column, and what they do to others.

use crate::base::Elem;
use crate::kernels::cpu::linalg::field::{Field, View};
use crate::kernels::cpu::linalg::matmul::PackElem;
use crate::kernels::cpu::machine::float::Cmp;

/// The Euclidean norm of the part of a column below `from`; of elements so large or small that their squares are
/// not, by scaling.
#[inline(always)]
pub unsafe fn norm_below<T: Field>(a: View<T>, from: usize, j: usize) -> T::R {
    let (zero, one) = (<T::R as Elem>::ZERO, <T::R as Elem>::ONE);
    let mut s = zero;
    for i in from..a.rows {
        let v = a.get(i, j);
        s = s + v.re() * v.re() + v.im() * v.im();
    }
    let small = <T::R as Elem>::from_f64(if T::R::DTYPE.size() == 4 { 1e-30 } else { 1e-290 });
    if s > small && s < one / small {
        return Cmp::sqrt(s);
    }
    let mut most = zero;
    for i in from..a.rows {
        let m = a.get(i, j).size();
        most = if m > most || m != m { m } else { most };
    }
    if !(most > zero) || !(most - most == zero) {
        return most;
    }
    let mut s = zero;
    for i in from..a.rows {
        let (re, im) = (a.get(i, j).re() / most, a.get(i, j).im() / most);
        s = s + re * re + im * im;
    }
    most * Cmp::sqrt(s)
}

/// The sum of `conj(v) x`, in as many parts as a vector has.
#[inline(always)]
pub unsafe fn inner<T: Field>(v: *const T, x: *const T, n: usize) -> T {
    const LANES: usize = 8;
    let mut sums = [<T as Elem>::ZERO; LANES];
    let mut i = 0;
    while i + LANES <= n {
        for l in 0..LANES {
            sums[l] += (*v.add(i + l)).conj() * *x.add(i + l);
        }
        i += LANES;
    }
    for l in 0..n - i {
        sums[l] += (*v.add(i + l)).conj() * *x.add(i + l);
    }
    (sums[0] + sums[4] + (sums[2] + sums[6])) + (sums[1] + sums[5] + (sums[3] + sums[7]))
}

/// `x = (I - t v v^H) x` for `v` of a leading 1, which is not there, and then `n` elements.
#[inline(always)]
pub unsafe fn reflect<T: Field>(t: T, v: *const T, x: *mut T, n: usize) {
    let f = t * (*x + inner(v, x.add(1), n));
    *x -= f;
    for i in 0..n {
        let v = *v.add(i);
        *x.add(1 + i) -= f * v;
    }
}

/// [`reflect`] for two columns, which read the vector once.
#[inline(always)]
unsafe fn reflect_two<T: Field>(t: T, v: *const T, [x, y]: [*mut T; 2], n: usize) {
    const LANES: usize = 8;
    let (mut a, mut b) = ([<T as Elem>::ZERO; LANES], [<T as Elem>::ZERO; LANES]);
    let mut i = 0;
    while i + LANES <= n {
        for l in 0..LANES {
            let v = (*v.add(i + l)).conj();
            a[l] += v * *x.add(1 + i + l);
            b[l] += v * *y.add(1 + i + l);
        }
        i += LANES;
    }
    for l in 0..n - i {
        let v = (*v.add(i + l)).conj();
        a[l] += v * *x.add(1 + i + l);
        b[l] += v * *y.add(1 + i + l);
    }
    let sum = |s: [T; LANES]| (s[0] + s[4] + (s[2] + s[6])) + (s[1] + s[5] + (s[3] + s[7]));
    let (f, g) = (t * (*x + sum(a)), t * (*y + sum(b)));
    *x -= f;
    *y -= g;
    for i in 0..n {
        let v = *v.add(i);
        *x.add(1 + i) -= f * v;
        *y.add(1 + i) -= g * v;
    }
}

/// Elements of a column from which the kernels of products reflect.
pub const LONG: usize = 64;
/// Columns that are reflected together.
const SIDES: usize = 32;

/// [`reflect_all`] for long columns of real numbers.
unsafe fn reflect_long<T: Field>(
    t: T,
    v: *const T,
    a: View<T>,
    (row, from, to): (usize, usize, usize),
    n: usize,
) {
    let (t, v) = (t.re(), v as *const T::R);
    for at in (from..to).step_by(SIDES) {
        let cols = SIDES.min(to - at);
        let (head, below) = (a.ptr(row, at) as *mut T::R, a.ptr(row + 1, at) as *mut T::R);
        let mut w = [<T::R as Elem>::ZERO; SIDES];
        T::R::dots(1, cols, n, v, 0, below, a.cs, w.as_mut_ptr(), 0);
        for c in 0..cols {
            let x = head.offset(c as isize * a.cs);
            let f = t * (*x + w[c]);
            *x -= f;
            w[c] = -f;
        }
        T::R::spread((n, 1, cols), (w.as_ptr(), 0), (v, 0), (below, a.cs as usize));
    }
}

/// [`reflect`] for the columns `from..to`.
#[inline(always)]
pub unsafe fn reflect_all<T: Field>(
    t: T,
    v: *const T,
    a: View<T>,
    (row, from, to): (usize, usize, usize),
    n: usize,
) {
    if !T::COMPLEX && n >= LONG {
        return reflect_long(t, v, a, (row, from, to), n);
    }
    let mut c = from;
    while c + 1 < to {
        reflect_two(t, v, [a.ptr(row, c), a.ptr(row, c + 1)], n);
        c += 2;
    }
    if c < to {
        reflect(t, v, a.ptr(row, c), n);
    }
}

/// The reflection that turns column `j` below the diagonal to zero: its vector there, the element of `R` on the diagonal, its factor
/// returned. Columns lie along memory.
#[inline(always)]
pub unsafe fn column_reflection<T: Field>(a: View<T>, j: usize) -> T {
    let alpha = a.get(j, j);
    let (v, below) = (a.ptr(j + 1, j), a.rows - j - 1);
    let square = inner(v as *const T, v as *const T, below).re();
    let small = <T::R as Elem>::from_f64(if T::R::DTYPE.size() == 4 { 1e-30 } else { 1e-290 });
    let plain = |x: T::R| x > small && x < <T::R as Elem>::ONE / small;
    let tail = if plain(square) { Cmp::sqrt(square) } else { norm_below(a, j + 1, j) };
    if tail == <T::R as Elem>::ZERO && alpha.im() == <T::R as Elem>::ZERO {
        return <T as Elem>::ZERO;
    }
    let size = alpha.modulus();
    let whole = size * size + square;
    let whole = if plain(square) && plain(whole) { Cmp::sqrt(whole) } else { T::R::hypotenuse(size, tail) };
    let beta = if alpha.re() < <T::R as Elem>::ZERO { whole } else { -whole };
    let by = <T as Elem>::ONE / (alpha - T::of_real(beta));
    for i in 0..below {
        *v.add(i) = *v.add(i) * by;
    }
    a.set(j, j, T::of_real(beta));
    T::of_parts((beta - alpha.re()) / beta, -alpha.im() / beta)
}
