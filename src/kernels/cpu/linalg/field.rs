//! What decompositions compute in, real and complex numbers of two widths, and matrices as they see them: a pointer,
//! sizes and strides.

use crate::base::{C64, C128, Elem};
use crate::kernels::cpu::linalg::lanes::{self, Triangle};
use crate::kernels::cpu::linalg::matmul::{self, MatElem, PackElem};
use crate::kernels::cpu::machine::float::Cmp;
use crate::kernels::cpu::machine::{par, stop};
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

/// float32, float64 and the complex numbers over them.
pub trait Field:
    Elem
    + MatElem<Acc = Self>
    + faer::traits::ComplexField<Real = Self::R>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
{
    /// The real numbers below.
    type R: Field<R = Self::R> + PackElem + Cmp + faer::traits::RealField;
    const COMPLEX: bool;
    fn of_parts(re: Self::R, im: Self::R) -> Self;
    fn re(self) -> Self::R;
    fn im(self) -> Self::R;
    fn conj(self) -> Self;
    /// `|re| + |im|`, by which LAPACK compares pivots.
    fn size(self) -> Self::R;
    /// The absolute value, without overflow on the way.
    fn modulus(self) -> Self::R;
    fn scale(self, by: Self::R) -> Self;
    /// A small triangular system, rows of `t` dense and `trs` apart, of `k` right-hand sides at `x`, rows dense and `xrs` apart.
    ///
    /// # Safety
    /// Arrays of these sizes, apart; `x` may be written.
    unsafe fn triangle(
        kind: Triangle,
        n: usize,
        k: usize,
        t: *const Self,
        trs: usize,
        x: *mut Self,
        xrs: usize,
    );
    /// Turns a matrix: `dst[p, j] = src[j, p]`, both of dense rows, `pitch` and `across` apart, for `width` elements of `len` lines.
    ///
    /// # Safety
    /// Arrays of these sizes, apart; `dst` may be written.
    unsafe fn turn(src: *const Self, across: usize, width: usize, len: usize, dst: *mut Self, pitch: usize);
    /// `sqrt(a^2 + b^2)`, without overflow on the way.
    fn hypotenuse(a: Self::R, b: Self::R) -> Self::R;
    #[inline(always)]
    fn of_real(re: Self::R) -> Self {
        Self::of_parts(re, <Self::R as Elem>::ZERO)
    }
    /// The square of the absolute value, in float64.
    #[inline(always)]
    fn square(self) -> f64 {
        let (re, im) = (self.re().to_f64(), self.im().to_f64());
        re * re + im * im
    }
    #[inline(always)]
    fn is_finite_number(self) -> bool {
        let s = self.size();
        s - s == <Self::R as Elem>::ZERO
    }
}

macro_rules! real_field {
    ($($t:ty, $triangle:path);*) => {$(
        impl Field for $t {
            type R = $t;
            unsafe fn triangle(kind: Triangle, n: usize, k: usize, t: *const $t, trs: usize, x: *mut $t, xrs: usize) {
                $triangle(kind, n, k, t, trs, x, xrs)
            }
            unsafe fn turn(src: *const $t, across: usize, width: usize, len: usize, dst: *mut $t, pitch: usize) {
                matmul::turn(src, across as isize, 1, width, len, dst, pitch)
            }
            const COMPLEX: bool = false;
            #[inline(always)] fn of_parts(re: $t, _: $t) -> $t { re }
            #[inline(always)] fn re(self) -> $t { self }
            #[inline(always)] fn im(self) -> $t { 0.0 }
            #[inline(always)] fn conj(self) -> $t { self }
            #[inline(always)] fn size(self) -> $t { <$t>::abs(self) }
            #[inline(always)] fn modulus(self) -> $t { <$t>::abs(self) }
            #[inline(always)] fn scale(self, by: $t) -> $t { self * by }
            #[inline(always)] fn hypotenuse(a: $t, b: $t) -> $t { a.hypot(b) }
        }
    )*};
}
macro_rules! complex_field {
    ($($t:ty: $r:ty),*) => {$(
        impl Field for $t {
            type R = $r;
            unsafe fn triangle(kind: Triangle, n: usize, k: usize, t: *const $t, trs: usize, x: *mut $t, xrs: usize) {
                lanes::rows(kind, n, k, t, trs, x, xrs)
            }
            unsafe fn turn(src: *const $t, across: usize, width: usize, len: usize, dst: *mut $t, pitch: usize) {
                for p in 0..len {
                    for j in 0..width {
                        *dst.add(p * pitch + j) = *src.add(j * across + p);
                    }
                }
            }
            const COMPLEX: bool = true;
            #[inline(always)] fn of_parts(re: $r, im: $r) -> $t { <$t>::new(re, im) }
            #[inline(always)] fn re(self) -> $r { self.re }
            #[inline(always)] fn im(self) -> $r { self.im }
            #[inline(always)] fn conj(self) -> $t { <$t>::new(self.re, -self.im) }
            #[inline(always)] fn size(self) -> $r { self.re.abs() + self.im.abs() }
            #[inline(always)] fn modulus(self) -> $r { self.re.hypot(self.im) }
            #[inline(always)] fn scale(self, by: $r) -> $t { <$t>::new(self.re * by, self.im * by) }
            #[inline(always)] fn hypotenuse(a: $r, b: $r) -> $r { a.hypot(b) }
        }
    )*};
}
real_field!(f32, lanes::solve_f32; f64, lanes::solve_f64);
complex_field!(C64: f32, C128: f64);

/// Matrices up to this size go through plain loops, many in one piece of work.
pub const SMALL: usize = 32;

/// A matrix in memory that somebody else owns.
#[derive(Clone, Copy)]
pub struct View<T> {
    pub p: *mut T,
    pub rows: usize,
    pub cols: usize,
    pub rs: isize,
    pub cs: isize,
}

// SAFETY: a promise of the kernels that use it: parallel pieces of work write disjoint elements.
unsafe impl<T> Send for View<T> {}
unsafe impl<T> Sync for View<T> {}

impl<T: Field> View<T> {
    /// Rows one after the other.
    pub fn dense(p: *mut T, rows: usize, cols: usize) -> View<T> {
        View { p, rows, cols, rs: cols as isize, cs: 1 }
    }
    /// Read alone: nobody writes through it.
    pub fn read(p: *const T, rows: usize, cols: usize) -> View<T> {
        View::dense(p as *mut T, rows, cols)
    }
    /// The transposed matrix, the same memory.
    pub fn t(self) -> View<T> {
        View { rows: self.cols, cols: self.rows, rs: self.cs, cs: self.rs, ..self }
    }
    pub fn sub(self, i: usize, j: usize, rows: usize, cols: usize) -> View<T> {
        debug_assert!(i + rows <= self.rows && j + cols <= self.cols);
        View { p: self.ptr(i, j), rows, cols, ..self }
    }
    #[inline(always)]
    pub fn ptr(self, i: usize, j: usize) -> *mut T {
        self.p.wrapping_offset(i as isize * self.rs + j as isize * self.cs)
    }
    /// # Safety
    /// An element of the matrix.
    #[inline(always)]
    pub unsafe fn get(self, i: usize, j: usize) -> T {
        *self.ptr(i, j)
    }
    /// # Safety
    /// An element of a matrix that may be written.
    #[inline(always)]
    pub unsafe fn set(self, i: usize, j: usize, v: T) {
        *self.ptr(i, j) = v;
    }
    /// `self = alpha a b + beta self`, over the threads if it is large.
    ///
    /// # Safety
    /// The views lie within their memory; `self` overlaps neither.
    pub unsafe fn gemm(self, beta: T, alpha: T, a: View<T>, b: View<T>) {
        matmul::gemm(
            self.rows, self.cols, a.cols, alpha, a.p, a.rs, a.cs, b.p, b.rs, b.cs, beta, self.p, self.rs,
            self.cs, None,
        );
    }
    /// # Safety
    /// Two rows of a matrix that may be written.
    pub unsafe fn swap_rows(self, a: usize, b: usize) {
        if a != b && self.cs == 1 {
            std::ptr::swap_nonoverlapping(self.ptr(a, 0), self.ptr(b, 0), self.cols);
        } else if a != b {
            for j in 0..self.cols {
                std::ptr::swap(self.ptr(a, j), self.ptr(b, j));
            }
        }
    }
    /// # Safety
    /// Matrices of one shape, apart in memory.
    pub unsafe fn copy_from(self, src: View<T>) {
        if src.cs == 1 && self.rs == 1 {
            return T::turn(src.p, src.rs as usize, src.rows, src.cols, self.p, self.cs as usize);
        }
        if src.rs == 1 && self.cs == 1 {
            return T::turn(src.p, src.cs as usize, src.cols, src.rows, self.p, self.rs as usize);
        }
        if src.cs == 1 && self.cs == 1 {
            for i in 0..self.rows {
                std::ptr::copy_nonoverlapping(src.ptr(i, 0), self.ptr(i, 0), self.cols);
            }
            return;
        }
        for i in 0..self.rows {
            for j in 0..self.cols {
                self.set(i, j, src.get(i, j));
            }
        }
    }
    /// Every element its conjugate; nothing to do for real ones.
    ///
    /// # Safety
    /// A matrix that may be written.
    pub unsafe fn conjugate(self) {
        if T::COMPLEX {
            for i in 0..self.rows {
                for j in 0..self.cols {
                    self.set(i, j, self.get(i, j).conj());
                }
            }
        }
    }
    /// # Safety
    /// A matrix that may be written.
    pub unsafe fn fill(self, v: T) {
        for i in 0..self.rows {
            for j in 0..self.cols {
                self.set(i, j, v);
            }
        }
    }
}

/// A matrix of its own, rows one after the other.
pub struct Owned<T> {
    data: Vec<T>,
    rows: usize,
    cols: usize,
}

impl<T: Field> Owned<T> {
    pub fn zeros(rows: usize, cols: usize) -> Owned<T> {
        Owned { data: stop::buffer(<T as Elem>::ZERO, rows * cols), rows, cols }
    }
    /// The conjugate of a matrix; a real one is read where it is.
    ///
    /// # Safety
    /// The view lies within its memory.
    pub unsafe fn conjugate_of(v: View<T>) -> (Option<Owned<T>>, View<T>) {
        if !T::COMPLEX {
            return (None, v);
        }
        let mut own = Owned::zeros(v.rows, v.cols);
        let view = own.view();
        view.copy_from(v);
        view.conjugate();
        (Some(own), view)
    }
    pub fn view(&mut self) -> View<T> {
        View::dense(self.data.as_mut_ptr(), self.rows, self.cols)
    }
}

/// Calls `one` for every matrix of a batch: many small ones in a piece of work, large ones one by one so that the threads
/// share what is within them. `cost` is about the number of operations for one.
pub fn each(batch: usize, n: usize, cost: usize, one: impl Fn(usize) + Sync) {
    each_with(batch, n, cost, || (), |(), i| one(i));
}

/// As [`each`], with something to work in that is made once for a piece of work.
pub fn each_with<W>(
    batch: usize,
    n: usize,
    cost: usize,
    make: impl Fn() -> W + Sync,
    one: impl Fn(&mut W, usize) + Sync,
) {
    if batch == 0 {
        return;
    }
    if n > 4 * SMALL && batch < 8 {
        let mut work = make();
        for i in 0..batch {
            stop::poll();
            one(&mut work, i);
        }
    } else {
        par::for_each_chunk(batch, (par::REDUCE_GRAIN / cost.max(1)).max(1), |r| {
            let mut work = make();
            for i in r {
                one(&mut work, i);
            }
        });
    }
}
