//! Fourier transforms of lines along one axis. `rustfft` does the transform of a line; here lines are gathered from
//! strided memory, real input of even length goes through a transform of half its length, and lines are spread over
//! threads.

mod long;

use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;
use long::Transform;
use num_complex::Complex;
use rustfft::num_traits::Float;
use rustfft::{Fft, FftDirection, FftNum, FftPlanner};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// f32 and f64, each with its plans of this thread.
pub trait Part: FftNum + Float {
    fn with_plans<R>(f: impl FnOnce(&mut Plans<Self>) -> R) -> R;
    fn of(v: f64) -> Self;
}

/// Plans and twiddles by length, kept for the thread's next call.
pub struct Plans<T: FftNum> {
    planner: FftPlanner<T>,
    /// How many plans were asked for since the store was last emptied.
    lengths: HashMap<(usize, bool), Arc<dyn Fft<T>>>,
    twiddles: HashMap<usize, Arc<[Complex<T>]>>,
}

/// Lengths to remember; beyond that the store is emptied.
const KEEP: usize = 256;

macro_rules! part {
    ($($t:ty: $store:ident),*) => {$(
        thread_local! {
            static $store: Rc<RefCell<Plans<$t>>> = Rc::new(RefCell::new(Plans {
                planner: FftPlanner::new(), lengths: HashMap::new(), twiddles: HashMap::new(),
            }));
        }
        impl Part for $t {
            fn with_plans<R>(f: impl FnOnce(&mut Plans<$t>) -> R) -> R {
                $store.with(|p| f(&mut p.borrow_mut()))
            }
            fn of(v: f64) -> $t {
                v as $t
            }
        }
    )*};
}
part!(f32: PLANS_F32, f64: PLANS_F64);

impl<T: Part> Plans<T> {
    fn transform(&mut self, n: usize, forward: bool) -> Transform<T> {
        match long::factor(n) {
            Some(a) => {
                Transform::Split { columns: self.plan(a, forward), rows: self.plan(n / a, forward), forward }
            }
            None => Transform::Whole(self.plan(n, forward)),
        }
    }
    fn plan(&mut self, n: usize, forward: bool) -> Arc<dyn Fft<T>> {
        if let Some(p) = self.lengths.get(&(n, forward)) {
            return p.clone();
        }
        if self.lengths.len() >= KEEP {
            self.planner = FftPlanner::new();
            self.lengths.clear();
            self.twiddles.clear();
        }
        let direction = if forward { FftDirection::Forward } else { FftDirection::Inverse };
        let plan = self.planner.plan_fft(n, direction);
        self.lengths.insert((n, forward), plan.clone());
        plan
    }
    /// `exp(-2 pi i k / n)` for `k` up to `n / 2`.
    fn twiddles(&mut self, n: usize) -> Arc<[Complex<T>]> {
        self.twiddles
            .entry(n)
            .or_insert_with(|| {
                (0..=n / 2)
                    .map(|k| {
                        let (sin, cos) = (-std::f64::consts::TAU * k as f64 / n as f64).sin_cos();
                        Complex::new(T::of(cos), T::of(sin))
                    })
                    .collect()
            })
            .clone()
    }
}

/// Lines of a tensor: `shape` with the axis of the transform taken out, and strides of both sides in elements.
pub struct Lines<'a> {
    pub shape: &'a [usize],
    pub src: &'a [usize],
    pub dst: &'a [usize],
    /// Steps along the transformed axis.
    pub src_step: usize,
    pub dst_step: usize,
    /// Length of the transform.
    pub n: usize,
    pub scale: f64,
}

/// Lines gathered at a time where elements lie apart: a cache line of neighbours is used whole.
const BLOCK: usize = 8;

struct SendPtr<T>(*mut T);
// SAFETY: lines of the destination are disjoint, and the source is only read or is the same line
unsafe impl<T> Sync for SendPtr<T> {}

/// Calls `line(in, out, scratch)` for every line. `src` and `dst` may be the same memory with the same strides.
unsafe fn run<T: Part, A: Copy + Default, B: Copy + Default>(
    l: &Lines,
    (src, n_in): (*const A, usize),
    (dst, n_out): (*mut B, usize),
    scratch_len: usize,
    line: impl Fn(&mut [A], &mut [B], &mut [Complex<T>]) + Sync,
) {
    let count: usize = l.shape.iter().product();
    if count == 0 {
        return;
    }
    // neighbours in the destination come one after the other
    let mut order: Vec<usize> = (0..l.shape.len()).collect();
    order.sort_by_key(|&i| std::cmp::Reverse(l.dst[i]));
    let work = l.n * (usize::BITS - l.n.leading_zeros()) as usize;
    let grain = (par::ELEMENTWISE_GRAIN / work.max(1)).max(1).next_multiple_of(BLOCK);
    let grain = if work > par::ELEMENTWISE_GRAIN { 1 } else { grain };
    let (from, to) = (SendPtr(src as *mut A), SendPtr(dst));
    let zero = Complex::new(T::zero(), T::zero());
    par::for_each_chunk(count, grain, |range| {
        let (from, to) = (&from, &to);
        // dense lines go one at a time through the nearest cache; others together, as they are gathered
        let held = |step: usize| if step == 1 { 1 } else { BLOCK.min(range.len()) };
        let mut input = buffer(A::default(), n_in * held(l.src_step));
        let mut output = buffer(B::default(), n_out * held(l.dst_step));
        let mut scratch = buffer(zero, scratch_len);
        let mut at = range.start;
        while at < range.end {
            let m = BLOCK.min(range.end - at);
            let mut starts = [(0usize, 0usize); BLOCK];
            for (j, start) in starts[..m].iter_mut().enumerate() {
                let mut rest = at + j;
                for &i in order.iter().rev() {
                    let k = rest % l.shape[i];
                    rest /= l.shape[i];
                    start.0 += k * l.src[i];
                    start.1 += k * l.dst[i];
                }
            }
            // SAFETY: every line lies within its tensor, and output lines are disjoint
            unsafe {
                if l.src_step != 1 {
                    for k in 0..n_in {
                        for (j, s) in starts[..m].iter().enumerate() {
                            *input.as_mut_ptr().add(j * n_in + k) = from.0.add(s.0 + k * l.src_step).read();
                        }
                    }
                }
                for (j, s) in starts[..m].iter().enumerate() {
                    let (i, o) = (if l.src_step == 1 { 0 } else { j }, if l.dst_step == 1 { 0 } else { j });
                    let row = &mut input[i * n_in..(i + 1) * n_in];
                    if l.src_step == 1 {
                        std::ptr::copy_nonoverlapping(from.0.add(s.0) as *const A, row.as_mut_ptr(), n_in);
                    }
                    let out = &mut output[o * n_out..(o + 1) * n_out];
                    line(row, out, &mut scratch);
                    if l.dst_step == 1 {
                        std::ptr::copy_nonoverlapping(out.as_ptr(), to.0.add(s.1), n_out);
                    }
                }
                if l.dst_step != 1 {
                    for k in 0..n_out {
                        for (j, s) in starts[..m].iter().enumerate() {
                            to.0.add(s.1 + k * l.dst_step).write(output[j * n_out + k]);
                        }
                    }
                }
            }
            at += m;
        }
    });
}

fn scaled<T: Part>(out: &mut [Complex<T>], scale: f64) {
    if scale != 1.0 {
        let s = T::of(scale);
        for z in out {
            *z = Complex::new(z.re * s, z.im * s);
        }
    }
}

/// Complex to complex.
///
/// # Safety
/// The lines lie within both memories; the same memory on both sides is read and written by the same lines.
pub unsafe fn c2c<T: Part + Default>(l: &Lines, forward: bool, src: *const Complex<T>, dst: *mut Complex<T>) {
    let fft = T::with_plans(|p| p.transform(l.n, forward));
    // SAFETY: as promised by the caller
    unsafe {
        run::<T, _, _>(l, (src, l.n), (dst, l.n), fft.apart_scratch(), |x, y, scratch| {
            fft.apart(x, y, scratch);
            scaled(y, l.scale);
        })
    }
}

/// Real to complex, forward: the first half of the coefficients, or all of them (`full`).
///
/// # Safety
/// As for [`c2c`], the two memories apart.
pub unsafe fn r2c<T: Part + Default>(l: &Lines, full: bool, src: *const T, dst: *mut Complex<T>) {
    let (n, half) = (l.n, l.n / 2);
    let even = n.is_multiple_of(2);
    let len = if even { half } else { n };
    let (fft, w) = T::with_plans(|p| (p.transform(len, true), p.twiddles(n)));
    let n_out = if full { n } else { half + 1 };
    let two = T::of(0.5);
    // SAFETY: as promised by the caller
    unsafe {
        run::<T, T, Complex<T>>(l, (src, n), (dst, n_out), len + fft.within_scratch(), |x, y, scratch| {
            let (z, scratch) = scratch.split_at_mut(len);
            if even {
                // pairs of reals as complex numbers, then apart again by their symmetries
                for (z, x) in z.iter_mut().zip(x.chunks_exact(2)) {
                    *z = Complex::new(x[0], x[1]);
                }
                fft.within(z, scratch);
                for k in 0..=half {
                    let a = z[if k == half { 0 } else { k }];
                    let b = z[if k == 0 { 0 } else { half - k }].conj();
                    let (e, o) = (a + b, a - b);
                    let o = Complex::new(o.im, -o.re) * w[k];
                    y[k] = (e + o) * two;
                }
            } else {
                for (z, x) in z.iter_mut().zip(x.iter()) {
                    *z = Complex::new(*x, T::zero());
                }
                fft.within(z, scratch);
                y[..=half].copy_from_slice(&z[..=half]);
                y[0].im = T::zero();
            }
            if full {
                for k in half + 1..n {
                    y[k] = y[n - k].conj();
                }
            }
            scaled(y, l.scale);
        })
    }
}

/// The first half of the coefficients of a real line back to that line (inverse).
///
/// # Safety
/// As for [`c2c`], the two memories apart.
pub unsafe fn c2r<T: Part + Default>(l: &Lines, src: *const Complex<T>, dst: *mut T) {
    let (n, half) = (l.n, l.n / 2);
    let even = n.is_multiple_of(2);
    let len = if even { half } else { n };
    let (fft, w) = T::with_plans(|p| (p.transform(len, false), p.twiddles(n)));
    let s = T::of(l.scale);
    // SAFETY: as promised by the caller
    unsafe {
        run::<T, Complex<T>, T>(l, (src, half + 1), (dst, n), len + fft.within_scratch(), |x, y, scratch| {
            let (z, scratch) = scratch.split_at_mut(len);
            // what is real by symmetry
            x[0].im = T::zero();
            if even {
                x[half].im = T::zero();
                for (k, z) in z.iter_mut().enumerate() {
                    let (a, b) = (x[k], x[half - k].conj());
                    let o = (a - b) * w[k].conj();
                    *z = (a + b) + Complex::new(-o.im, o.re);
                }
                fft.within(z, scratch);
                for (y, z) in y.chunks_exact_mut(2).zip(z.iter()) {
                    (y[0], y[1]) = (z.re * s, z.im * s);
                }
            } else {
                z[..=half].copy_from_slice(x);
                for k in half + 1..n {
                    z[k] = x[n - k].conj();
                }
                fft.within(z, scratch);
                for (y, z) in y.iter_mut().zip(z.iter()) {
                    *y = z.re * s;
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naive(x: &[Complex<f64>], sign: f64) -> Vec<Complex<f64>> {
        let n = x.len();
        let turn = |k: usize, j: usize| {
            Complex::from_polar(1.0, sign * std::f64::consts::TAU * ((k * j) % n) as f64 / n as f64)
        };
        (0..n).map(|k| (0..n).map(|j| x[j] * turn(k, j)).sum()).collect()
    }

    #[test]
    fn every_length_there_and_back() {
        for n in [1usize, 2, 3, 4, 5, 6, 7, 8, 12, 17, 30, 31, 64, 97, 101, 202] {
            let count = 11;
            // lines lie across: element k of line j at k * count + j
            let x: Vec<f64> = (0..n * count).map(|i| ((i * 7919 + 13) % 101) as f64 / 50.0 - 1.0).collect();
            let half = n / 2 + 1;
            let l = Lines {
                shape: &[count],
                src: &[1],
                dst: &[1],
                src_step: count,
                dst_step: count,
                n,
                scale: 1.0,
            };
            let zero = Complex::new(0.0, 0.0);
            let (mut part, mut full) = (vec![zero; half * count], vec![zero; n * count]);
            let mut back = vec![0.0; n * count];
            let mut whole = vec![zero; n * count];
            // SAFETY: the buffers have the sizes said
            unsafe {
                r2c(&l, false, x.as_ptr(), part.as_mut_ptr());
                r2c(&l, true, x.as_ptr(), full.as_mut_ptr());
                let inverse = Lines { scale: 1.0 / n as f64, ..l };
                c2r(&inverse, part.as_ptr(), back.as_mut_ptr());
                c2c(&inverse, false, full.as_ptr(), whole.as_mut_ptr());
            }
            for j in 0..count {
                let column: Vec<_> = (0..n).map(|k| Complex::new(x[k * count + j], 0.0)).collect();
                let want = naive(&column, -1.0);
                for k in 0..n {
                    assert!((full[k * count + j] - want[k]).norm() < 1e-10, "n {n}");
                    assert!((back[k * count + j] - x[k * count + j]).abs() < 1e-12, "n {n}");
                    assert!((whole[k * count + j] - x[k * count + j]).norm() < 1e-12, "n {n}");
                    assert!(k >= half || part[k * count + j] == full[k * count + j]);
                }
            }
        }
    }
}
