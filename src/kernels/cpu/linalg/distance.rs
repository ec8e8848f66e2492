//! Distances between rows.

use crate::kernels::cpu::machine::float::{Cmp, Ptr};
use crate::kernels::cpu::machine::par;

/// What is added up for one coordinate, and what the total becomes. `P`: 0, 1, 2, 3 = infinity, 4 = any power.
trait Measure<T>: Copy + Send + Sync {
    fn add(self, sum: T, difference: T) -> T;
    fn finish(self, sum: T) -> T;
}

#[derive(Clone, Copy)]
struct Power<const P: u8>(f64);

impl<T: Cmp, const P: u8> Measure<T> for Power<P> {
    #[inline(always)]
    fn add(self, sum: T, d: T) -> T {
        match P {
            0 if d != d => d,
            0 => sum + if d != T::ZERO { T::ONE } else { T::ZERO },
            1 => sum + d.abs(),
            2 => d.fma(d, sum),
            3 => {
                // nan is passed over
                let d = d.abs();
                if d > sum { d } else { sum }
            }
            _ => sum + d.abs().powf(T::of(self.0)),
        }
    }
    #[inline(always)]
    fn finish(self, sum: T) -> T {
        match P {
            2 => sum.sqrt(),
            4 => sum.powf(T::of(1.0 / self.0)),
            _ => sum,
        }
    }
}

const LANES: usize = 16;

multiversion! {
    /// Distances of one row to `r` rows.
    unsafe fn row_to_rows[T: Cmp, M: Measure<T>](measure: M, a: *const T, b: *const T, r: usize, m: usize, dst: *mut T) {
        for k in 0..r {
            let b = b.add(k * m);
            let mut lanes = [T::ZERO; LANES];
            let mut i = 0;
            while i + LANES <= m {
                for j in 0..LANES {
                    lanes[j] = measure.add(lanes[j], *a.add(i + j) - *b.add(i + j));
                }
                i += LANES;
            }
            for j in 0..m - i {
                lanes[j] = measure.add(lanes[j], *a.add(i + j) - *b.add(i + j));
            }
            dst.add(k).write(measure.finish(merge(measure, lanes)));
        }
    }
}

/// Partial sums together; partial maxima by their maximum, which is what adding them as coordinates does.
#[inline(always)]
fn merge<T: Cmp, M: Measure<T>>(_: M, mut lanes: [T; LANES]) -> T {
    let is_max = std::any::type_name::<M>().ends_with("Power<3>");
    for half in [8, 4, 2, 1] {
        for j in 0..half {
            let (a, b) = (lanes[j], lanes[j + half]);
            lanes[j] = if is_max { if b > a { b } else { a } } else { a + b };
        }
    }
    lanes[0]
}

macro_rules! by_power {
    ($p:expr, |$m:ident| $body:expr) => {{
        let p = $p;
        if p == 0.0 {
            let $m = Power::<0>(p);
            $body
        } else if p == 1.0 {
            let $m = Power::<1>(p);
            $body
        } else if p == 2.0 {
            let $m = Power::<2>(p);
            $body
        } else if p == f64::INFINITY {
            let $m = Power::<3>(p);
            $body
        } else {
            let $m = Power::<4>(p);
            $body
        }
    }};
}

/// Distances of `p` rows to `r` rows of `m` elements, in each of `batch` batches.
///
/// # Safety
/// Dense arrays of these sizes.
pub unsafe fn cdist<T: Cmp>(
    (batch, p, r, m): (usize, usize, usize, usize),
    power: f64,
    a: *const T,
    b: *const T,
    dst: *mut T,
) {
    let (a, b, dst) = (Ptr::of(a), Ptr::of(b), Ptr(dst));
    par::for_each_chunk(batch * p, par::REDUCE_GRAIN.div_ceil((r * m).max(1)), |rows| {
        for i in rows {
            // SAFETY: row `i` of the first array, all rows of its batch in the second, row `i` of the results
            unsafe {
                let (x, y) = (a.at(i * m) as *const T, b.at(i / p * r * m) as *const T);
                by_power!(power, |q| row_to_rows(q, x, y, r, m, dst.at(i * r)));
            }
        }
    });
}

/// Distances of each of `n` rows to the later ones.
///
/// # Safety
/// A dense matrix, and `n (n - 1) / 2` results.
pub unsafe fn pdist<T: Cmp>(n: usize, m: usize, power: f64, x: *const T, dst: *mut T) {
    let (x, dst) = (Ptr::of(x), Ptr(dst));
    par::for_each_chunk(n, par::REDUCE_GRAIN.div_ceil((n * m).max(1)), |rows| {
        for i in rows {
            let before = i * (2 * n - i - 1) / 2;
            let later = n - i - 1;
            // SAFETY: row `i`, the rows after it, and its own results
            unsafe {
                let (a, b) = (x.at(i * m) as *const T, x.at((i + 1) * m) as *const T);
                by_power!(power, |q| row_to_rows(q, a, b, later, m, dst.at(before)));
            }
        }
    });
}
