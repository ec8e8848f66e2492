//! Eigenvalues and eigenvectors, by faer but for small matrices: tridiagonal form for Hermitian ones, Schur's form for others.

// small real matrices by Schur's form: the steps, and what they work on
mod hessenberg;
mod parts;
mod schur;
mod shifts;
mod vectors;

use crate::base::{C64, C128, Elem};
use crate::kernels::cpu::linalg::condense;
use crate::kernels::cpu::linalg::field::{Field, Owned, SMALL, View, each_with};
use crate::kernels::cpu::linalg::spectrum::{Workspace, attempt, block, diagonal, matrix, matrix_mut, tamed};
use crate::kernels::cpu::linalg::values::Room;
use crate::kernels::cpu::machine::float::{Cmp, Ptr};
use crate::kernels::cpu::machine::stop;
use faer::linalg::evd::{self, tridiag};
use faer::{Auto, Par, Spec};

fn wanted(vectors: bool) -> evd::ComputeEigenvectors {
    if vectors { evd::ComputeEigenvectors::Yes } else { evd::ComputeEigenvectors::No }
}

/// From this size on a tridiagonal matrix is halved; faer halves from 128 (float32 of 128: 709 us, from 48 on 578).
const HALVED: usize = 48;

fn by_halves<T: Field>() -> Spec<evd::SelfAdjointEvdParams, T> {
    Spec::new(evd::SelfAdjointEvdParams {
        recursion_threshold: HALVED,
        ..<evd::SelfAdjointEvdParams as Auto<T>>::auto()
    })
}

/// Eigenvalues in ascending order, and orthonormal eigenvectors column by column if there is a place for them, of Hermitian
/// matrices of which the lower half is read. `info` is not 0 where it failed, or the matrix holds no finite numbers.
///
/// # Safety
/// Dense arrays of these sizes.
pub unsafe fn hermitian<T: Field>(
    (batch, n): (usize, usize),
    a: *const T,
    values: *mut T::R,
    vectors: Option<*mut T>,
    info: *mut i32,
) {
    let Some(vectors) = vectors else { return hermitian_values((batch, n), a, values, info) };
    let (a, values, u, info) = (Ptr::of(a), Ptr(values), Ptr(vectors), Ptr(info));
    let room = || {
        let need = evd::self_adjoint_evd_scratch::<T>(n, wanted(true), Par::Seq, by_halves::<T>());
        (stop::buffer(<T as Elem>::ZERO, n), Workspace::new(need))
    };
    each_with(batch, n, 8 * n * n * n, room, |(s, space), i| {
        // SAFETY: the arrays of matrix `i`
        unsafe {
            let src = View::read(a.at(i * n * n), n, n);
            *info.at(i) = 0;
            let Some((_own, src, by)) = tamed(src, true) else {
                *info.at(i) = n as i32 - 1;
                return;
            };
            let ok = attempt(|| {
                let u = matrix_mut(View { p: u.at(i * n * n), rows: n, cols: n, rs: 1, cs: n as isize });
                let s = diagonal(s);
                evd::self_adjoint_evd(matrix(src), s, Some(u), Par::Seq, space.stack(), by_halves::<T>())
                    .is_ok()
            });
            if !ok {
                *info.at(i) = n as i32 - 1;
            }
            for (j, x) in s.iter().enumerate() {
                *values.at(i * n + j) = x.re() * by;
            }
        }
    });
}

/// [`hermitian`] without vectors: faer's tridiagonal form, then eigenvalues of our own.
unsafe fn hermitian_values<T: Field>(
    (batch, n): (usize, usize),
    a: *const T,
    values: *mut T::R,
    info: *mut i32,
) {
    let (a, values, info) = (Ptr::of(a), Ptr(values), Ptr(info));
    if n == 0 {
        return (0..batch).for_each(|i| *info.at(i) = 0);
    }
    let single = T::R::DTYPE.size() == 4;
    let room = || {
        let need = tridiag::tridiag_in_place_scratch::<T>(n, Par::Seq, Default::default());
        let h = Owned::zeros(block::<T>(n, n), n);
        (Owned::zeros(n, n), h, Workspace::new(need), Room::new(n))
    };
    each_with(batch, n, 2 * n * n * n, room, |(t, h, space, found), i| {
        // SAFETY: the arrays of matrix `i`
        unsafe {
            let src = View::read(a.at(i * n * n), n, n);
            let Some((_own, src, by)) = tamed(src, true) else {
                *info.at(i) = n as i32 - 1;
                return;
            };
            // columns one after the other
            let t = t.view().t();
            for r in 0..n {
                for c in 0..=r {
                    t.set(r, c, src.get(r, c));
                    t.set(c, r, src.get(r, c).conj());
                }
            }
            let mut ok = true;
            if n <= SMALL {
                condense::tridiagonal(t, h.view().p, found.d.as_mut_ptr(), found.f.as_mut_ptr());
            } else {
                ok = attempt(|| {
                    let (t, h) = (matrix_mut(t), matrix_mut(h.view().sub(0, 0, block::<T>(n, n), n - 1)));
                    tridiag::tridiag_in_place(t, h, Par::Seq, space.stack(), Default::default());
                    true
                });
                for k in 0..n {
                    found.d[k] = t.get(k, k).re().to_f64();
                    if k + 1 < n {
                        found.f[k] = t.get(k + 1, k).square();
                    }
                }
            }
            *info.at(i) = if ok && found.tridiagonal(single) { 0 } else { n as i32 - 1 };
            for (j, x) in found.found.iter().enumerate() {
                *values.at(i * n + j) = <T::R as Elem>::from_f64(*x) * by;
            }
        }
    });
}

/// A type whose matrices have eigenvalues of the complex type over it.
pub trait Spectral: Field {
    type C: Field<R = Self::R>;
    /// What small matrices of one size are worked in.
    type Room;
    fn room(n: usize, vectors: bool) -> Self::Room;
    /// Eigenvalues and, column by column, eigenvectors of a matrix of finite numbers; whether that came to its end.
    ///
    /// # Safety
    /// The view lies within its memory.
    unsafe fn spectrum(
        room: &mut Self::Room,
        a: View<Self>,
        values: *mut Self::C,
        vectors: Option<*mut Self::C>,
    ) -> bool;
}

macro_rules! spectral {
    ($($r:ty, $c:ty);*) => {$(
        impl Spectral for $r {
            type C = $c;
            type Room = Option<schur::Room<$r>>;
            fn room(n: usize, vectors: bool) -> Self::Room {
                (n <= schur::MOST).then(|| schur::Room::new(n, vectors))
            }
            unsafe fn spectrum(
                room: &mut Self::Room,
                a: View<$r>,
                values: *mut $c,
                vectors: Option<*mut $c>,
            ) -> bool {
                let n = a.rows;
                if let Some(own) = room && own.spectrum(a, vectors.is_some()) {
                    let mut j = 0;
                    while j < n {
                        let (re, im) = (own.re[j], own.im[j]);
                        let pair = im != 0.0;
                        *values.add(j) = <$c>::new(re, im);
                        if pair {
                            *values.add(j + 1) = <$c>::new(re, -im);
                        }
                        if let Some(out) = vectors {
                            let (x, y) = (own.vector(j), own.vector(j + pair as usize));
                            let out = out.add(j * n);
                            for i in 0..n {
                                *out.add(i) = <$c>::new(x[i], if pair { y[i] } else { 0.0 });
                                if pair {
                                    *out.add(n + i) = <$c>::new(x[i], -y[i]);
                                }
                            }
                        }
                        j += 1 + pair as usize;
                    }
                    return true;
                }
                let (mut re, mut im) = (vec![0.0; n], vec![0.0; n]);
                let mut real = vec![0.0; if vectors.is_some() { n * n } else { 0 }];
                let (no, yes) = (wanted(false), wanted(vectors.is_some()));
                let mut space = Workspace::new(evd::evd_scratch::<$r>(n, no, yes, Par::Seq, Default::default()));
                let u = View { p: real.as_mut_ptr(), rows: n, cols: n, rs: 1, cs: n as isize };
                let ok = attempt(|| {
                    let right = vectors.is_some().then(|| matrix_mut(u));
                    let (re, im) = (diagonal(&mut re), diagonal(&mut im));
                    evd::evd_real(matrix(a), re, im, None, right, Par::Seq, space.stack(), Default::default()).is_ok()
                });
                let mut j = 0;
                while j < n {
                    // a pair of conjugates has the real and the imaginary part of the first one's vector
                    let width = if im[j] != 0.0 && j + 1 < n { 2 } else { 1 };
                    for k in 0..width {
                        *values.add(j + k) = <$c>::new(re[j + k], im[j + k]);
                    }
                    if let Some(out) = vectors {
                        for i in 0..n {
                            let (x, y) = (u.get(i, j), if width == 2 { u.get(i, j + 1) } else { 0.0 });
                            *out.add(j * n + i) = <$c>::new(x, y);
                            if width == 2 {
                                *out.add((j + 1) * n + i) = <$c>::new(x, -y);
                            }
                        }
                    }
                    j += width;
                }
                ok
            }
        }
        impl Spectral for $c {
            type C = $c;
            type Room = ();
            fn room(_: usize, _: bool) {}
            unsafe fn spectrum(_: &mut (), a: View<$c>, values: *mut $c, vectors: Option<*mut $c>) -> bool {
                let n = a.rows;
                let mut s = vec![<$c>::new(0.0, 0.0); n];
                let (no, yes) = (wanted(false), wanted(vectors.is_some()));
                let mut space = Workspace::new(evd::evd_scratch::<$c>(n, no, yes, Par::Seq, Default::default()));
                let ok = attempt(|| {
                    let right = vectors.map(|p| matrix_mut(View { p, rows: n, cols: n, rs: 1, cs: n as isize }));
                    let s = diagonal(&mut s);
                    evd::evd_cplx(matrix(a), s, None, right, Par::Seq, space.stack(), Default::default()).is_ok()
                });
                std::ptr::copy_nonoverlapping(s.as_ptr(), values, n);
                ok
            }
        }
    )*};
}
spectral!(f32, C64; f64, C128);

/// Vectors of norm 1 whose largest element is real, as LAPACK's `geev` leaves them.
///
/// # Safety
/// `n` vectors of `n` elements.
unsafe fn normalize<T: Field>(n: usize, vectors: *mut T) {
    for j in 0..n {
        let v = std::slice::from_raw_parts_mut(vectors.add(j * n), n);
        // by the largest part, so that squares neither overflow nor vanish
        let zero = <T::R as Elem>::ZERO;
        let most = v.iter().fold(zero, |m, x| if x.size() > m { x.size() } else { m });
        if !(most > zero) {
            continue;
        }
        let down = <T::R as Elem>::ONE / most;
        let (mut sum, mut large, mut largest) = (zero, zero, <T as Elem>::ZERO);
        for x in v.iter() {
            let (re, im) = (x.re() * down, x.im() * down);
            let square = re * re + im * im;
            sum += square;
            if square > large {
                (large, largest) = (square, *x);
            }
        }
        let norm = most * Cmp::sqrt(sum);
        let complex = v.iter().any(|x| x.im() != <T::R as Elem>::ZERO);
        let by = <T::R as Elem>::ONE / norm;
        let turn = if complex {
            largest.conj().scale(<T::R as Elem>::ONE / largest.modulus())
        } else {
            <T as Elem>::ONE
        };
        for x in v {
            *x = (*x * turn).scale(by);
        }
    }
}

/// Eigenvalues of every matrix of a batch, and eigenvectors column by column if there is a place for them.
///
/// # Safety
/// Dense arrays of these sizes.
pub unsafe fn general<T: Spectral>(
    (batch, n): (usize, usize),
    a: *const T,
    values: *mut T::C,
    vectors: Option<*mut T::C>,
    info: *mut i32,
) {
    let (a, values, info) = (Ptr::of(a), Ptr(values), Ptr(info));
    let wants = vectors.is_some();
    let u = Ptr(vectors.unwrap_or(std::ptr::null_mut()));
    each_with(
        batch,
        n,
        25 * n * n * n,
        || T::room(n, wants),
        |room, i| {
            // SAFETY: the arrays of matrix `i`
            unsafe {
                let out = wants.then(|| u.at(i * n * n));
                let Some((_own, src, by)) = tamed(View::read(a.at(i * n * n), n, n), false) else {
                    *info.at(i) = 1;
                    return;
                };
                *info.at(i) = !T::spectrum(room, src, values.at(i * n), out) as i32;
                for j in 0..n {
                    *values.at(i * n + j) = (*values.at(i * n + j)).scale(by);
                }
                if let Some(out) = out {
                    normalize(n, out);
                }
            }
        },
    );
}
