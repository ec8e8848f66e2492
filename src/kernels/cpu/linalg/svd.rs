//! Singular values and vectors, by faer: bidiagonalisation, then divide and conquer.

use crate::base::Elem;
use crate::kernels::cpu::linalg::field::{Field, View, each_with};
use crate::kernels::cpu::linalg::spectrum::{Workspace, attempt, diagonal, matrix, matrix_mut, tamed};
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::stop;
use faer::Par;
use faer::linalg::svd as faer_svd;

/// Where singular vectors go, if they are asked for: `u` column by column, `vh` of `A = u s vh` row by row.
#[derive(Clone, Copy)]
pub struct Vectors<T> {
    pub u: *mut T,
    pub vh: *mut T,
    /// Square matrices, completed to bases.
    pub full: bool,
}

/// The decomposition of every matrix of a batch; `info` is not 0 where it failed, or where a matrix holds no finite numbers.
///
/// # Safety
/// Dense arrays of these sizes; vectors `m` by `m` and `n` by `n`, or by the smaller size where they are not full.
pub unsafe fn decompose<T: Field>(
    (batch, m, n): (usize, usize, usize),
    a: *const T,
    s: *mut T::R,
    vectors: Option<Vectors<T>>,
    info: *mut i32,
) {
    let k = m.min(n);
    let (a, s, info) = (Ptr::of(a), Ptr(s), Ptr(info));
    let (u, v) = (
        Ptr(vectors.map_or(std::ptr::null_mut(), |v| v.u)),
        Ptr(vectors.map_or(std::ptr::null_mut(), |v| v.vh)),
    );
    let full = vectors.is_some_and(|v| v.full);
    let wants = vectors.is_some();
    let (uc, vc) = if full { (m, n) } else { (k, k) };
    let kind = match (wants, full) {
        (false, _) => faer_svd::ComputeSvdVectors::No,
        (_, true) => faer_svd::ComputeSvdVectors::Full,
        _ => faer_svd::ComputeSvdVectors::Thin,
    };
    let room = || {
        let need = faer_svd::svd_scratch::<T>(m, n, kind, kind, Par::Seq, Default::default());
        (stop::buffer(<T as Elem>::ZERO, k), Workspace::new(need))
    };
    each_with(batch, m.max(n), 10 * m * n * k, room, |(values, space), i| {
        // SAFETY: the arrays of matrix `i`
        unsafe {
            let src = View::read(a.at(i * m * n), m, n);
            *info.at(i) = 0;
            let Some((_own, src, by)) = tamed(src, false) else {
                *info.at(i) = 1;
                return;
            };
            if full {
                // of completed bases not every element is written before it is read
                View::dense(u.at(i * m * uc), m, uc).fill(<T as Elem>::ZERO);
                View::dense(v.at(i * n * vc), n, vc).fill(<T as Elem>::ZERO);
            }
            let ok = attempt(|| {
                let u = wants.then(|| {
                    matrix_mut(View { p: u.at(i * m * uc), rows: m, cols: uc, rs: 1, cs: m as isize })
                });
                let v = wants.then(|| {
                    matrix_mut(View { p: v.at(i * n * vc), rows: n, cols: vc, rs: 1, cs: n as isize })
                });
                faer_svd::svd(
                    matrix(src),
                    diagonal(values),
                    u,
                    v,
                    Par::Seq,
                    space.stack(),
                    Default::default(),
                )
                .is_ok()
            });
            if !ok {
                *info.at(i) = 1;
            }
            if wants {
                // columns of V one after the other are rows of V^T
                View::dense(v.at(i * n * vc), vc, n).conjugate();
            }
            for (j, x) in values.iter().enumerate() {
                *s.at(i * k + j) = x.re() * by;
            }
        }
    });
}
