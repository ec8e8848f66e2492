//! Where the steps find what they work on, and rows in pieces.

use crate::base::Elem;
use crate::kernels::cpu::linalg::field::Field;

/// Elements of a row that go together.
pub(super) const LANES: usize = 8;

/// Where everything is. Without vectors `z` is null.
#[derive(Clone, Copy)]
pub(super) struct Parts<T> {
    pub(super) n: usize,
    pub(super) ld: usize,
    pub(super) low: usize,
    pub(super) high: usize,
    pub(super) t: *mut T,
    pub(super) z: *mut T,
    pub(super) x: *mut T,
    pub(super) w: *mut T,
    pub(super) tau: *mut T,
    pub(super) re: *mut T,
    pub(super) im: *mut T,
}

impl<T: Elem> Parts<T> {
    #[inline(always)]
    pub(super) fn at(self, i: usize, j: usize) -> *mut T {
        self.t.wrapping_add(i * self.ld + j)
    }
}

pub(super) type Lanes<T> = [T; LANES];

#[inline(always)]
pub(super) unsafe fn load<T: Elem>(p: *const T) -> Lanes<T> {
    p.cast::<Lanes<T>>().read()
}

#[inline(always)]
pub(super) unsafe fn store<T: Elem>(p: *mut T, v: Lanes<T>) {
    p.cast::<Lanes<T>>().write(v);
}

/// `x += f v` in the chunks `from..to`.
#[inline(always)]
pub(super) unsafe fn more<T: Field>(x: *mut T, f: T, v: *const T, from: usize, to: usize) {
    for c in from..to {
        let (mut a, b) = (load(x.add(c * LANES) as *const T), load(v.add(c * LANES)));
        for l in 0..LANES {
            a[l] += f * b[l];
        }
        store(x.add(c * LANES), a);
    }
}

/// `v . x` over the chunks `from..to`.
#[inline(always)]
pub(super) unsafe fn inner<T: Field>(v: *const T, x: *const T, from: usize, to: usize) -> T {
    let mut sums = [<T as Elem>::ZERO; LANES];
    for c in from..to {
        let (a, b) = (load(v.add(c * LANES)), load(x.add(c * LANES)));
        for l in 0..LANES {
            sums[l] += a[l] * b[l];
        }
    }
    (sums[0] + sums[4] + (sums[2] + sums[6])) + (sums[1] + sums[5] + (sums[3] + sums[7]))
}
