//! As many lines at once as a vector has lanes, each in a lane of its own: no number crosses lanes, so that every sum and
//! product of a transform goes over whole vectors, whatever its length.
//!
//! Lines are turned into rows: two for each of their elements, the real parts of all lines and the imaginary ones, which go
//! through passes (`passes.rs`) from one memory to another and back.
//! (256 real lines of 400 float32, line by line with `rustfft` 63 us, so 37.)

use super::half::Twiddles;
use super::passes::{Plan, Rows, row, transform};
use crate::kernels::cpu::machine::simd::{Level, level};
use crate::kernels::cpu::machine::turn::turn;
use crate::kernels::cpu::machine::vector::{Levels, Vector};
use rustfft::FftNum;
use std::ops::Range;
use std::sync::Arc;

/// How many lines a group has; there are none where vectors are those of the compiler alone.
pub fn lanes<T: Levels>() -> Option<usize> {
    match level() {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => Some(T::Avx512::LANES),
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => Some(T::Avx2::LANES),
        #[cfg(target_arch = "aarch64")]
        Level::Neon => Some(T::Neon::LANES),
        _ => None,
    }
}

/// What is made of lines.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Complex lines of complex ones.
    Complex {
        forward: bool,
    },
    /// The first half of the coefficients of real lines, or all of them, forward or not.
    Half,
    Full {
        forward: bool,
    },
    /// Real lines of the first half of their coefficients.
    Back,
}

/// A transform of lines of `n`; the plan is that of half the length where `n` is even and lines are real.
pub struct Job<T: FftNum> {
    pub kind: Kind,
    pub n: usize,
    /// Lines of a group.
    pub lanes: usize,
    pub plan: Arc<Plan<T>>,
    pub halves: Arc<Twiddles<T>>,
    pub scale: T,
}

/// The lines of a group: where each begins, and the step from element to element of it.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    pub starts: &'a [usize],
    pub step: usize,
}

impl Side<'_> {
    /// Lines that lie equally far from each other, `from..to`, and how far.
    fn stretches(&self) -> impl Iterator<Item = (Range<usize>, usize)> {
        let (starts, mut from) = (self.starts, 0);
        std::iter::from_fn(move || {
            let rest = starts.get(from..).filter(|rest| !rest.is_empty())?;
            let apart = rest.get(1).map_or(0, |next| next.wrapping_sub(rest[0]));
            let like = rest.windows(2).take_while(|w| w[1].wrapping_sub(w[0]) == apart).count();
            let stretch = from..from + like + 1;
            from = stretch.end;
            Some((stretch, apart))
        })
    }
}

/// Rows, `parts` for each of `n` elements, of the lines that lie on a side.
#[inline(always)]
unsafe fn load<V: Vector>(src: *const V::Elem, side: Side, n: usize, parts: usize, rows: *mut V::Elem) {
    let size = size_of::<V::Elem>();
    for (lines, apart) in side.stretches() {
        let (from, to) = (src.add(side.starts[lines.start] * parts), rows.add(lines.start));
        let far = apart <= isize::MAX as usize;
        if side.step == 1 && far {
            turn(from.cast(), apart * parts, to.cast(), V::LANES, lines.len(), n * parts, size);
        } else if apart == 1 && lines.len() == V::LANES {
            for k in 0..n {
                let (from, to) = (from.add(k * side.step * parts), to.add(k * parts * V::LANES));
                if parts == 1 {
                    V::load(from).store(to);
                } else {
                    for lane in 0..V::LANES {
                        *to.add(lane) = *from.add(2 * lane);
                        *to.add(V::LANES + lane) = *from.add(2 * lane + 1);
                    }
                }
            }
        } else {
            for line in lines {
                let (from, to) = (src.add(side.starts[line] * parts), rows.add(line));
                for k in 0..n {
                    for part in 0..parts {
                        *to.add((k * parts + part) * V::LANES) = *from.add(k * side.step * parts + part);
                    }
                }
            }
        }
    }
}

/// The way back.
#[inline(always)]
unsafe fn store<V: Vector>(rows: *const V::Elem, n: usize, parts: usize, dst: *mut V::Elem, side: Side) {
    let size = size_of::<V::Elem>();
    for (lines, apart) in side.stretches() {
        let (from, to) = (rows.add(lines.start), dst.add(side.starts[lines.start] * parts));
        let far = apart <= isize::MAX as usize;
        if side.step == 1 && far {
            turn(from.cast(), V::LANES, to.cast(), apart * parts, n * parts, lines.len(), size);
        } else if apart == 1 && lines.len() == V::LANES {
            for k in 0..n {
                let (from, to) = (from.add(k * parts * V::LANES), to.add(k * side.step * parts));
                if parts == 1 {
                    V::load(from).store(to);
                } else {
                    for lane in 0..V::LANES {
                        *to.add(2 * lane) = *from.add(lane);
                        *to.add(2 * lane + 1) = *from.add(V::LANES + lane);
                    }
                }
            }
        } else {
            for line in lines {
                let (from, to) = (rows.add(line), dst.add(side.starts[line] * parts));
                for k in 0..n {
                    for part in 0..parts {
                        *to.add(k * side.step * parts + part) = *from.add((k * parts + part) * V::LANES);
                    }
                }
            }
        }
    }
}

impl<T: FftNum> Job<T> {
    /// Numbers of a row's lane that a group needs room for, twice.
    pub fn room(&self) -> usize {
        2 * (self.n + 2)
    }
}

/// The coefficients of real lines from those of their pairs of neighbours, as `half.rs` says.
#[inline(always)]
unsafe fn apart<V: Vector>(z: Rows<V::Elem>, y: Rows<V::Elem>, h: usize, w: (&[V::Elem], &[V::Elem]), s: V) {
    for k in 0..h + 1 {
        let ((ar, ai), (br, bi)) = (z.load::<V>(k % h), z.load::<V>((h - k) % h));
        let (or, oi) = (ai.add(bi), br.sub(ar));
        let (wr, wi) = (V::splat(w.0[k]), V::splat(w.1[k]));
        let re = ar.add(br).add(or.mul(wr).sub(oi.mul(wi)));
        let im = ai.sub(bi).add(or.mul(wi).add(oi.mul(wr)));
        y.store(k, (re.mul(s), im.mul(s)));
    }
}

/// The way back.
#[inline(always)]
unsafe fn joined<V: Vector>(x: Rows<V::Elem>, z: Rows<V::Elem>, h: usize, w: (&[V::Elem], &[V::Elem])) {
    for k in [0, h] {
        // real by symmetry
        let (re, _) = x.load::<V>(k);
        x.store(k, (re, V::zero()));
    }
    for k in 0..h {
        let ((ar, ai), (br, bi)) = (x.load::<V>(k), x.load::<V>(h - k));
        let (or, oi) = (ar.sub(br), ai.add(bi));
        let (wr, wi) = (V::splat(w.0[k]), V::splat(w.1[k]));
        let re = ar.add(br).sub(oi.mul(wr).sub(or.mul(wi)));
        let im = ai.sub(bi).add(or.mul(wr).add(oi.mul(wi)));
        z.store(k, (re, im));
    }
}

/// The second half of the coefficients of real lines.
#[inline(always)]
unsafe fn mirror<V: Vector>(y: Rows<V::Elem>, n: usize, backward: bool) {
    for k in n / 2 + 1..n {
        let (re, im) = y.load::<V>(n - k);
        y.store(k, (re, if backward { im } else { V::zero().sub(im) }));
    }
    for k in 0..n / 2 + 1 {
        if backward {
            let (re, im) = y.load::<V>(k);
            y.store(k, (re, V::zero().sub(im)));
        }
    }
}

/// Each step stands here once for all kinds: their code, for every vector, is the passes' and no more.
#[inline(always)]
unsafe fn group<V: Vector<Elem: FftNum>>(
    job: &Job<V::Elem>,
    (src, from): (*const V::Elem, Side),
    (dst, to): (*mut V::Elem, Side),
    (a, b): (*mut V::Elem, *mut V::Elem),
) {
    let Job { kind, n, scale, ref plan, ref halves, .. } = *job;
    let (half, even, w) = (n / 2, n.is_multiple_of(2), (&halves.re[..], &halves.im[..]));
    let (real, back) = (matches!(kind, Kind::Half | Kind::Full { .. }), kind == Kind::Back);
    // real lines of odd length get imaginary parts, coefficients of even ones are joined
    let elsewhere = real && !even || back && even;
    load::<V>(
        src,
        from,
        if back { half + 1 } else { n },
        2 - usize::from(real),
        if elsewhere { b } else { a },
    );
    let x = row::<V>(a);
    if back && even {
        joined::<V>(row::<V>(b), x, half, w);
    } else if real && !even {
        for k in 0..n {
            x.store(k, (V::load(b.add(k * V::LANES)), V::zero()));
        }
    } else if back {
        let (re, _) = x.load::<V>(0);
        x.store(0, (re, V::zero()));
        mirror::<V>(x, n, false);
    }
    let apart_after = real && even;
    let last = if apart_after { V::c(1.0) } else { V::splat(scale) };
    let forward = !matches!(kind, Kind::Back | Kind::Complex { forward: false });
    let (mut y, other) = transform::<V>(plan, (a, b), forward, last);
    if apart_after {
        apart::<V>(row::<V>(y), row::<V>(other), half, w, V::splat(scale).mul(V::c(0.5)));
        y = other;
    } else if real {
        let (re, _) = row::<V>(y).load::<V>(0);
        row::<V>(y).store(0, (re, V::zero()));
    } else if back && !even {
        for k in 0..n {
            let (re, _) = row::<V>(y).load::<V>(k);
            re.store(other.add(k * V::LANES));
        }
        y = other;
    }
    if let Kind::Full { forward } = kind {
        mirror::<V>(row::<V>(y), n, !forward);
    }
    store::<V>(y, if kind == Kind::Half { half + 1 } else { n }, 2 - usize::from(back), dst, to);
}

macro_rules! group {
    ($name:ident, $t:ident) => {
        /// Transforms a group of lines, as many as a vector has lanes or fewer. Two rooms of [`Job::room`] vectors each.
        ///
        /// # Safety
        /// The lines lie within both memories; there are [`lanes`].
        pub unsafe fn $name(
            job: &Job<$t>,
            src: (*const $t, Side),
            dst: (*mut $t, Side),
            room: (*mut $t, *mut $t),
        ) {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2,fma")]
            unsafe fn avx512(
                job: &Job<$t>,
                src: (*const $t, Side),
                dst: (*mut $t, Side),
                room: (*mut $t, *mut $t),
            ) {
                group::<<$t as Levels>::Avx512>(job, src, dst, room)
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            unsafe fn avx2(
                job: &Job<$t>,
                src: (*const $t, Side),
                dst: (*mut $t, Side),
                room: (*mut $t, *mut $t),
            ) {
                group::<<$t as Levels>::Avx2>(job, src, dst, room)
            }
            // SAFETY: `level` never exceeds what the processor supports; the rest is the caller's contract.
            unsafe {
                match level() {
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 => avx512(job, src, dst, room),
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => avx2(job, src, dst, room),
                    #[cfg(target_arch = "aarch64")]
                    Level::Neon => group::<<$t as Levels>::Neon>(job, src, dst, room),
                    _ => unreachable!("a group without lanes"),
                }
            }
        }
    };
}
group!(group_f32, f32);
group!(group_f64, f64);

#[cfg(test)]
mod tests {
    use super::super::passes::root;
    use super::*;
    use crate::kernels::cpu::machine::simd::{LEVELS, with_level};

    fn element(i: usize) -> [f64; 2] {
        [(i * 7919 % 101) as f64 / 50.0 - 1.0, (i * 31 % 17) as f64 / 8.0 - 1.0]
    }

    fn check(n: usize, lines: usize, across: bool) {
        let twiddles = Arc::new(Twiddles::<f64>::new(n));
        let job = Job {
            kind: Kind::Complex { forward: true },
            n,
            lanes: lanes::<f64>().unwrap(),
            plan: Arc::new(Plan::new(n).unwrap()),
            halves: twiddles,
            scale: 0.5,
        };
        let at = |line: usize, k: usize| if across { k * (lines + 3) + line } else { line * (n + 5) + k };
        let size = (lines + 3) * (n + 5);
        let src: Vec<f64> = (0..size).flat_map(element).collect();
        let mut dst = vec![77.0; 2 * size];
        let starts: Vec<usize> = (0..lines).map(|line| at(line, 0)).collect();
        let side = Side { starts: &starts, step: if across { lines + 3 } else { 1 } };
        let room = job.room() * job.lanes;
        let (mut a, mut b) = (vec![0.0; room], vec![0.0; room]);
        // SAFETY: vectors of these sizes
        unsafe {
            group_f64(&job, (src.as_ptr(), side), (dst.as_mut_ptr(), side), (a.as_mut_ptr(), b.as_mut_ptr()))
        };
        for line in 0..lines {
            for k in 0..n {
                let mut want = [0.0; 2];
                for j in 0..n {
                    let ([x, y], [cos, sin]) = (element(at(line, j)), root::<f64>(j * k % n, n));
                    want[0] += 0.5 * (x * cos - y * sin);
                    want[1] += 0.5 * (x * sin + y * cos);
                }
                for part in 0..2 {
                    let got = dst[2 * at(line, k) + part];
                    assert!((got - want[part]).abs() < 1e-12 * n as f64, "{n} {lines} {line} {k}");
                }
            }
        }
        let outside = 2 * at(lines - 1, n - 1) + 2;
        assert!(dst[outside..].iter().all(|&v| v == 77.0), "{n}: written beyond the last line");
    }

    /// Every factor, alone and with others, groups that are full and not, lines in either direction.
    #[test]
    fn lines_of_every_factor() {
        for level in LEVELS {
            with_level(level, || {
                let Some(most) = lanes::<f64>() else { return };
                for n in [2, 3, 4, 5, 6, 7, 8, 9, 14, 16, 30, 32, 49, 60, 64, 100, 105, 128] {
                    for lines in [1, most / 2 + 1, most] {
                        check(n, lines, false);
                        check(n, lines, true);
                    }
                }
            });
        }
        assert!(Plan::<f64>::new(11).is_none() && Plan::<f64>::new(1).is_none());
    }
}
