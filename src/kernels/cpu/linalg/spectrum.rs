//! What decompositions by faer share: matrices as it sees them, memory for its work, and what becomes of a failure.

use crate::base::Elem;
use crate::kernels::cpu::linalg::field::{Field, Owned, View};
use crate::kernels::cpu::machine::stop::Stop;
use faer::diag::DiagMut;
use faer::dyn_stack::{MemBuffer, MemStack, StackReq};
use faer::{MatMut, MatRef};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// # Safety
/// The view lies within its memory.
pub unsafe fn matrix<'a, T: Field>(v: View<T>) -> MatRef<'a, T> {
    MatRef::from_raw_parts(v.p, v.rows, v.cols, v.rs, v.cs)
}

/// # Safety
/// The view lies within its memory, which may be written.
pub unsafe fn matrix_mut<'a, T: Field>(v: View<T>) -> MatMut<'a, T> {
    MatMut::from_raw_parts_mut(v.p, v.rows, v.cols, v.rs, v.cs)
}

pub fn diagonal<T: Field>(values: &mut [T]) -> DiagMut<'_, T> {
    DiagMut::from_slice_mut(values)
}

/// A matrix of finite numbers for faer, which loses its way where squares overflow or vanish: as it is, or a copy that is divided by
/// its largest element; and by what values are multiplied afterwards. None if a number is not finite. Where `hermitian` says so the
/// lower half counts, and of the diagonal the real part.
///
/// # Safety
/// The view lies within its memory.
pub unsafe fn tamed<T: Field>(v: View<T>, hermitian: bool) -> Option<(Option<Owned<T>>, View<T>, T::R)> {
    let (zero, one) = (<T::R as Elem>::ZERO, <T::R as Elem>::ONE);
    let mut most = zero;
    let mut real = true;
    for i in 0..v.rows {
        for j in 0..if hermitian { i + 1 } else { v.cols } {
            let x = v.get(i, j);
            if !x.is_finite_number() {
                return None;
            }
            most = if x.size() > most { x.size() } else { most };
            real &= i != j || x.im() == zero;
        }
    }
    let far = <T::R as Elem>::from_f64(if T::R::DTYPE.size() == 4 { 1e12 } else { 1e120 });
    let tame = most == zero || (most < far && most > one / far);
    if tame && (real || !hermitian) {
        return Some((None, v, one));
    }
    let by = if tame { one } else { most };
    let mut own = Owned::zeros(v.rows, v.cols);
    let view = own.view();
    for i in 0..v.rows {
        for j in 0..if hermitian { i + 1 } else { v.cols } {
            let x = v.get(i, j);
            let x = T::of_parts(x.re() / by, x.im() / by);
            view.set(i, j, if hermitian && i == j { T::of_real(x.re()) } else { x });
        }
    }
    Some((Some(own), view, by))
}

/// Reflections that faer gathers in one block.
pub fn block<T: Field>(m: usize, n: usize) -> usize {
    faer::linalg::qr::no_pivoting::factor::recommended_block_size::<T>(m, n)
}

/// Memory that faer works in.
pub struct Workspace(MemBuffer);

impl Workspace {
    pub fn new(need: StackReq) -> Workspace {
        match MemBuffer::try_new(need) {
            Ok(buffer) => Workspace(buffer),
            Err(_) => std::panic::resume_unwind(Box::new(Stop::Memory(crate::error::Error::new(
                crate::error::Kind::Memory,
                "can't allocate memory for a decomposition",
            )))),
        }
    }
    pub fn stack(&mut self) -> &mut MemStack {
        MemStack::new(&mut self.0)
    }
}

/// Whether a decomposition came to its end: a panic of faer counts as a failure to converge, one of ours goes on.
pub fn attempt(work: impl FnOnce() -> bool) -> bool {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => done,
        Err(end) => match Stop::of(end) {
            Ok(stop) => resume_unwind(Box::new(stop)),
            Err(_) => false,
        },
    }
}
