//! Fourier transforms of lines along one axis. `rustfft` does the transform of a line; here lines are gathered from
//! strided memory, real input of even length goes through a transform of half its length (`half.rs`), and lines are spread
//! over threads. What lies side by side is read and written where it lies, several lines in a call. Many lines of a length that
//! is no power of two go through passes of our own, one in each lane of a vector (`group.rs`, `lanes.rs`).

mod group;
mod half;
mod lanes;
mod lines;
mod long;
mod passes;
mod plans;

pub use lines::Lines;

use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;
use lanes::Kind;
use lines::{SendPtr, fill_starts, follow};
use num_complex::Complex;
use plans::Part;
use std::ops::Range;

/// Lines gathered at a time where elements lie apart, at least: a cache line of neighbours is used whole.
const BLOCK: usize = 8;
/// Elements of lines that go together, at most: they and what becomes of them stay in the nearest caches.
const TOGETHER: usize = 2048;

/// The places of the `m` lines from `at` on.
fn starts_of(at: usize, m: usize, shape: &[usize], strides: &[usize]) -> [usize; BLOCK] {
    let mut starts = [0; BLOCK];
    fill_starts(&mut starts[..m], at, shape, strides);
    starts
}

/// Calls `lines(in, out, count, scratch)` for stretches of lines, of which either side lies together. `src` and `dst` may be
/// the same memory with the same strides, and are the same address then.
unsafe fn run<T: Part, A: Copy + Default, B: Copy + Default>(
    l: &Lines,
    (src, n_in): (*const A, usize),
    (dst, n_out): (*mut B, usize),
    scratch_len: usize,
    lines: impl Fn(*const A, *mut B, usize, &mut [Complex<T>], &mut [T]) + Sync,
) {
    let count: usize = l.shape.iter().product();
    if count == 0 {
        return;
    }
    let [shape, from_strides, to_strides] = l.ordered();
    let straight_in = follow(l.src_step, n_in, &shape, &from_strides);
    let straight_out = follow(l.dst_step, n_out, &shape, &to_strides);
    let work = l.n * (usize::BITS - l.n.leading_zeros()) as usize;
    let grain = (par::ELEMENTWISE_GRAIN / work.max(1)).max(1).next_multiple_of(BLOCK);
    let grain = if work > 4 * par::ELEMENTWISE_GRAIN { 1 } else { grain };
    // dense lines go one at a time through the nearest cache where they are long
    let least = if l.src_step == 1 && l.dst_step == 1 { 1 } else { BLOCK };
    let together = (TOGETHER / l.n).max(least);
    let same = src.cast::<u8>() == dst.cast::<u8>();
    let (from, to) = (SendPtr(src as *mut A), SendPtr(dst));
    let zero = Complex::new(T::zero(), T::zero());
    par::for_each_chunk(count, grain, |range| {
        let (from, to) = (&from, &to);
        let held = together.min(range.len());
        let mut input = buffer(A::default(), if straight_in || same { 0 } else { n_in * held });
        let mut output = buffer(B::default(), if straight_out { 0 } else { n_out * held });
        let mut scratch = buffer(zero, scratch_len * held.max(1));
        let mut parts = buffer(T::zero(), l.n + 2);
        let mut at = range.start;
        while at < range.end {
            let m = held.min(range.end - at);
            // SAFETY: every line lies within its tensor, output lines are disjoint, and the buffers have room for `m` lines
            unsafe {
                let y = if straight_out { to.0.add(at * n_out) } else { output.as_mut_ptr() };
                let x = if straight_in {
                    from.0.add(at * n_in)
                } else {
                    let x = if same { y.cast::<A>() } else { input.as_mut_ptr() };
                    gather(from.0, l.src_step, n_in, x, at..at + m, |j, m| {
                        starts_of(j, m, &shape, &from_strides)
                    });
                    x
                };
                lines(x, y, m, &mut scratch, &mut parts);
                if !straight_out {
                    scatter(y, n_out, to.0, l.dst_step, at..at + m, |j, m| {
                        starts_of(j, m, &shape, &to_strides)
                    });
                }
            }
            at += m;
        }
    });
}

/// Lines side by side: several at a time, element by element, where their elements lie apart.
unsafe fn gather<A: Copy>(
    src: *const A,
    step: usize,
    n: usize,
    dst: *mut A,
    lines: Range<usize>,
    starts: impl Fn(usize, usize) -> [usize; BLOCK],
) {
    for at in lines.clone().step_by(BLOCK) {
        let m = BLOCK.min(lines.end - at);
        let to = dst.add((at - lines.start) * n);
        let starts = starts(at, m);
        if step == 1 {
            for j in 0..m {
                to.add(j * n).copy_from_nonoverlapping(src.add(starts[j]), n);
            }
            continue;
        }
        for k in 0..n {
            for j in 0..m {
                to.add(j * n + k).write(src.add(starts[j] + k * step).read());
            }
        }
    }
}

/// The way back.
unsafe fn scatter<B: Copy>(
    src: *const B,
    n: usize,
    dst: *mut B,
    step: usize,
    lines: Range<usize>,
    starts: impl Fn(usize, usize) -> [usize; BLOCK],
) {
    for at in lines.clone().step_by(BLOCK) {
        let m = BLOCK.min(lines.end - at);
        let from = src.add((at - lines.start) * n);
        let starts = starts(at, m);
        if step == 1 {
            for j in 0..m {
                dst.add(starts[j]).copy_from_nonoverlapping(from.add(j * n), n);
            }
            continue;
        }
        for k in 0..n {
            for j in 0..m {
                dst.add(starts[j] + k * step).write(from.add(j * n + k).read());
            }
        }
    }
}

fn scaled<T: Part>(out: &mut [Complex<T>], scale: f64) {
    if scale != 1.0 {
        // SAFETY: a complex number is two reals
        unsafe { half::scale(out.as_mut_ptr().cast::<T>(), 2 * out.len(), T::of(scale)) }
    }
}

/// Complex to complex.
///
/// # Safety
/// The lines lie within both memories; the same memory on both sides is read and written by the same lines.
pub unsafe fn c2c<T: Part + Default>(l: &Lines, forward: bool, src: *const Complex<T>, dst: *mut Complex<T>) {
    if let Some(job) = group::job::<T>(l, Kind::Complex { forward }) {
        // SAFETY: as promised by the caller; a complex number is two reals
        return unsafe { group::run(l, &job, src.cast(), dst.cast()) };
    }
    let fft = T::with_plans(|p| p.transform(l.n, forward));
    let scratch = fft.apart_scratch().max(fft.within_scratch());
    // SAFETY: as promised by the caller
    unsafe {
        run::<T, _, _>(l, (src, l.n), (dst, l.n), scratch, |x, y, m, scratch, _| {
            let out = std::slice::from_raw_parts_mut(y, m * l.n);
            if x == y.cast_const() {
                fft.within(out, scratch);
            } else {
                fft.apart(std::slice::from_raw_parts(x, m * l.n), out, scratch);
            }
            scaled(out, l.scale);
        })
    }
}

/// Which coefficients of a real line are wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Real {
    /// The first half of them.
    Half,
    /// All of them, forward or not.
    Full { forward: bool },
}

/// Real to complex.
///
/// # Safety
/// As for [`c2c`], the two memories apart.
pub unsafe fn r2c<T: Part + Default>(l: &Lines, what: Real, src: *const T, dst: *mut Complex<T>) {
    let kind = match what {
        Real::Half => Kind::Half,
        Real::Full { forward } => Kind::Full { forward },
    };
    if let Some(job) = group::job::<T>(l, kind) {
        // SAFETY: as promised by the caller; a complex number is two reals
        return unsafe { group::run(l, &job, src, dst.cast()) };
    }
    let (n, half) = (l.n, l.n / 2);
    let even = n.is_multiple_of(2);
    let len = if even { half } else { n };
    let (fft, w) = T::with_plans(|p| (p.transform(len, true), p.twiddles(n)));
    let n_out = if what == Real::Half { half + 1 } else { n };
    let room = fft.apart_scratch().max(fft.within_scratch());
    // SAFETY: as promised by the caller; a complex number is two reals
    unsafe {
        run::<T, T, Complex<T>>(l, (src, n), (dst, n_out), len + room, |x, y, m, scratch, parts| {
            let (z, scratch) = scratch.split_at_mut(m * len);
            if even {
                // pairs of reals as complex numbers, then apart again by their symmetries
                fft.apart(std::slice::from_raw_parts(x.cast(), m * half), z, scratch);
            } else {
                for (z, &x) in z.iter_mut().zip(std::slice::from_raw_parts(x, m * n)) {
                    *z = Complex::new(x, T::zero());
                }
                fft.within(z, scratch);
            }
            if even {
                half::apart((half, m), z.as_ptr(), (y, n_out), &w, T::of(0.5 * l.scale), parts);
            }
            for j in 0..m {
                let (z, y) = (&z[j * len..][..len], std::slice::from_raw_parts_mut(y.add(j * n_out), n_out));
                if !even {
                    y[..=half].copy_from_slice(&z[..=half]);
                    y[0].im = T::zero();
                    scaled(&mut y[..=half], l.scale);
                }
                if let Real::Full { forward } = what {
                    half::mirror(y, half);
                    if !forward {
                        y.iter_mut().for_each(|z| *z = z.conj());
                    }
                }
            }
        })
    }
}

/// The first half of the coefficients of a real line back to that line (inverse).
///
/// # Safety
/// As for [`c2c`], the two memories apart.
pub unsafe fn c2r<T: Part + Default>(l: &Lines, src: *const Complex<T>, dst: *mut T) {
    if let Some(job) = group::job::<T>(l, Kind::Back) {
        // SAFETY: as promised by the caller; a complex number is two reals
        return unsafe { group::run(l, &job, src.cast(), dst) };
    }
    let (n, half) = (l.n, l.n / 2);
    let even = n.is_multiple_of(2);
    let len = if even { half } else { n };
    let (fft, w) = T::with_plans(|p| (p.transform(len, false), p.twiddles(n)));
    let s = T::of(l.scale);
    // SAFETY: as promised by the caller; a complex number is two reals
    unsafe {
        run::<T, Complex<T>, T>(
            l,
            (src, half + 1),
            (dst, n),
            len + fft.within_scratch(),
            |x, y, m, scratch, parts| {
                if even {
                    let z = y.cast::<Complex<T>>();
                    half::joined((half, m), x, z, &w, s, parts);
                    return fft.within(std::slice::from_raw_parts_mut(z, m * half), scratch);
                }
                let x = std::slice::from_raw_parts(x, m * (half + 1));
                let (z, scratch) = scratch.split_at_mut(m * n);
                for (z, x) in z.chunks_exact_mut(n).zip(x.chunks_exact(half + 1)) {
                    z[..=half].copy_from_slice(x);
                    z[0].im = T::zero(); // what is real by symmetry
                    half::mirror(z, half);
                }
                fft.within(z, scratch);
                for (k, z) in z.iter().enumerate() {
                    y.add(k).write(z.re * s);
                }
            },
        )
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
                r2c(&l, Real::Half, x.as_ptr(), part.as_mut_ptr());
                r2c(&l, Real::Full { forward: true }, x.as_ptr(), full.as_mut_ptr());
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
                    assert!(k >= half || (part[k * count + j] - want[k]).norm() < 1e-10, "n {n}");
                }
            }
        }
    }

    #[test]
    fn what_is_real_is_exactly_real() {
        for n in [2usize, 4, 8, 60] {
            let x: Vec<f32> = (0..n).map(|i| (i * i % 7) as f32 - 2.0).collect();
            let mut y = vec![Complex::new(0f32, 0.0); n / 2 + 1];
            let l =
                Lines { shape: &[1], src: &[n], dst: &[n / 2 + 1], src_step: 1, dst_step: 1, n, scale: 1.0 };
            // SAFETY: the buffers have the sizes said
            unsafe { r2c(&l, Real::Half, x.as_ptr(), y.as_mut_ptr()) };
            assert_eq!((y[0].im, y[n / 2].im), (0.0, 0.0));
        }
    }

    #[test]
    fn lines_side_by_side_are_lines_across() {
        for n in [2usize, 5, 8, 16, 30, 64, 300, 4096] {
            let count = 5000 / n + 3;
            let x: Vec<f32> = (0..n * count).map(|i| ((i * 7919 + 13) % 101) as f32 / 50.0 - 1.0).collect();
            let across: Vec<f32> = (0..n * count).map(|i| x[i % count * n + i / count]).collect();
            let half = n / 2 + 1;
            let lines = |a: usize, step: usize, b: usize, to: usize| {
                let (src, dst) = (Box::leak(Box::new([a])), Box::leak(Box::new([b])));
                let shape = Box::leak(Box::new([count]));
                Lines { shape, src, dst, src_step: step, dst_step: to, n, scale: 0.25 }
            };
            let zero = Complex::new(0f32, 0.0);
            let (mut p, mut q) = (vec![zero; half * count], vec![zero; half * count]);
            let (mut f, mut g) = (vec![zero; n * count], vec![zero; n * count]);
            let (mut r, mut t) = (vec![0f32; n * count], vec![0f32; n * count]);
            // SAFETY: the buffers have the sizes said
            unsafe {
                r2c(&lines(n, 1, half, 1), Real::Half, x.as_ptr(), p.as_mut_ptr());
                r2c(&lines(1, count, 1, count), Real::Half, across.as_ptr(), q.as_mut_ptr());
                let inverse = Real::Full { forward: false };
                r2c(&lines(n, 1, n, 1), inverse, x.as_ptr(), f.as_mut_ptr());
                r2c(&lines(1, count, 1, count), inverse, across.as_ptr(), g.as_mut_ptr());
                c2r(&lines(half, 1, n, 1), p.as_ptr(), r.as_mut_ptr());
                c2r(&lines(1, count, 1, count), q.as_ptr(), t.as_mut_ptr());
            }
            for j in 0..count {
                for k in 0..n {
                    assert!(k >= half || p[j * half + k] == q[k * count + j], "{n} {j} {k}");
                    assert!(k >= half || (p[j * half + k].conj() - f[j * n + k]).norm() < 1e-6);
                    assert!(f[j * n + k] == g[k * count + j] && r[j * n + k] == t[k * count + j]);
                }
            }
            // in place, either way
            let before = (f.clone(), g.clone());
            // SAFETY: as above
            unsafe {
                c2c(&lines(n, 1, n, 1), true, f.as_ptr(), f.as_mut_ptr());
                c2c(&lines(1, count, 1, count), true, g.as_ptr(), g.as_mut_ptr());
                let mut h = vec![zero; n * count];
                c2c(&lines(n, 1, n, 1), true, before.0.as_ptr(), h.as_mut_ptr());
                for i in 0..n * count {
                    assert!((f[i] - h[i]).norm() < 1e-4 * n as f32, "{n} {i}");
                    assert!((f[i % count * n + i / count] - g[i]).norm() < 1e-4 * n as f32, "{n} {i}");
                }
            }
        }
    }
}
