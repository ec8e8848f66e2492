//! As many lines at once as a vector has lanes, each in a lane of its own: no number crosses lanes, so that every sum and
//! product of a transform goes over whole vectors, whatever its length.
//!
//! Lines are turned into rows: two for each of their elements, the real parts of all lines and the imaginary ones. Between two
//! memories rows go through passes of Stockham's (each of a factor of the length; what it writes is in order for the next).
//! (256 real lines of 400 float32, line by line with `rustfft` 63 us, so 37; in groups and turned, a third of that is turning.)

use super::half::Twiddles;
use crate::kernels::cpu::machine::simd::{Level, level};
use crate::kernels::cpu::machine::turn::turn;
use crate::kernels::cpu::machine::vector::{Levels, Vector};
use crate::multiversion_vector;
use rustfft::FftNum;
use std::ops::Range;
use std::sync::Arc;

/// Factors that have a pass.
const FACTORS: [usize; 6] = [8, 4, 7, 5, 3, 2];

struct Pass<T> {
    factor: usize,
    /// What is left of the length beyond this factor and those before.
    rest: usize,
    /// Of element `p` of the rest and output `k` from 1 on the root that turns it, real part and imaginary.
    roots: Vec<[T; 2]>,
    /// Cosines and sines of the parts of a circle up to half of it, for factors that are odd.
    circle: Vec<[T; 2]>,
}

/// The passes of a length.
pub struct Plan<T> {
    passes: Vec<Pass<T>>,
}

fn root<T: FftNum>(k: usize, n: usize) -> [T; 2] {
    let (sin, cos) = (-std::f64::consts::TAU * k as f64 / n as f64).sin_cos();
    [cos, sin].map(|v| T::from_f64(v).unwrap_or_else(T::zero))
}

impl<T: FftNum> Plan<T> {
    /// None for a length with other factors.
    pub fn new(n: usize) -> Option<Plan<T>> {
        let (mut rest, mut passes) = (n, Vec::new());
        while rest > 1 {
            // 16 as 4 times 4
            let whole = |f: &usize| rest.is_multiple_of(*f) && !(*f == 8 && rest.trailing_zeros() == 4);
            let factor = FACTORS.into_iter().find(whole)?;
            let length = rest;
            rest /= factor;
            passes.push(Pass {
                factor,
                rest,
                roots: (0..rest).flat_map(|p| (1..factor).map(move |k| root(p * k, length))).collect(),
                circle: (0..=factor / 2).map(|k| root(k, factor)).collect(),
            });
        }
        (n > 1).then_some(Plan { passes })
    }
}

/// How many lines a group has.
pub fn lanes<T: Levels>() -> usize {
    match level() {
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => T::Avx512::LANES,
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => T::Avx2::LANES,
        #[cfg(target_arch = "aarch64")]
        Level::Neon => T::Neon::LANES,
        _ => T::Portable::LANES,
    }
}

/// The parts of some elements of all lines.
type Parts<V, const R: usize> = [(V, V); R];

#[inline(always)]
fn plus<V: Vector>(a: (V, V), b: (V, V)) -> (V, V) {
    (a.0.add(b.0), a.1.add(b.1))
}
#[inline(always)]
fn minus<V: Vector>(a: (V, V), b: (V, V)) -> (V, V) {
    (a.0.sub(b.0), a.1.sub(b.1))
}
/// A quarter of a circle back: times `-i`.
#[inline(always)]
fn quarter<V: Vector>(a: (V, V)) -> (V, V) {
    (a.1, V::zero().sub(a.0))
}

#[inline(always)]
fn four<V: Vector>(a: Parts<V, 4>) -> Parts<V, 4> {
    let (s, d) = (plus(a[0], a[2]), minus(a[0], a[2]));
    let (t, u) = (plus(a[1], a[3]), minus(a[1], a[3]));
    // d - i u and d + i u
    [plus(s, t), (d.0.add(u.1), d.1.sub(u.0)), minus(s, t), (d.0.sub(u.1), d.1.add(u.0))]
}

/// The transform of `R` elements.
#[inline(always)]
fn butterfly<V: Vector, const R: usize>(a: Parts<V, R>, circle: &[[V::Elem; 2]]) -> Parts<V, R> {
    let mut b = a;
    match R {
        2 => (b[0], b[1]) = (plus(a[0], a[1]), minus(a[0], a[1])),
        4 => (b[0], b[1], b[2], b[3]) = four([a[0], a[1], a[2], a[3]]).into(),
        8 => {
            let s = V::c(std::f64::consts::FRAC_1_SQRT_2);
            let c = [plus(a[0], a[4]), plus(a[1], a[5]), plus(a[2], a[6]), plus(a[3], a[7])];
            let d = [minus(a[0], a[4]), minus(a[1], a[5]), minus(a[2], a[6]), minus(a[3], a[7])];
            // turned by an eighth, a quarter and three eighths
            let one = (d[1].0.add(d[1].1).mul(s), d[1].1.sub(d[1].0).mul(s));
            let three = (d[3].1.sub(d[3].0).mul(s), V::zero().sub(d[3].0.add(d[3].1).mul(s)));
            let even = four(c);
            let odd = four([d[0], one, quarter(d[2]), three]);
            for k in 0..4 {
                (b[2 * k], b[2 * k + 1]) = (even[k], odd[k]);
            }
        }
        _ => {
            let half = R / 2;
            for j in 1..=half {
                b[0] = plus(b[0], a[j]);
                b[0] = plus(b[0], a[R - j]);
            }
            for k in 1..=half {
                // with sums and differences of opposite ones
                let (mut c, mut s) = (a[0], (V::zero(), V::zero()));
                for j in 1..=half {
                    let at = j * k % R;
                    let [cos, sin] = circle[at.min(R - at)];
                    let (cos, sin) = (V::splat(cos), V::splat(sin));
                    let sin = if at > half { V::zero().sub(sin) } else { sin };
                    let (t, u) = (plus(a[j], a[R - j]), minus(a[j], a[R - j]));
                    c = (t.0.fma_fast(cos, c.0), t.1.fma_fast(cos, c.1));
                    s = (u.0.fma_fast(sin, s.0), u.1.fma_fast(sin, s.1));
                }
                // times i
                (b[k], b[R - k]) = ((c.0.sub(s.1), c.1.add(s.0)), (c.0.add(s.1), c.1.sub(s.0)));
            }
        }
    }
    b
}

/// Where rows of elements lie: the real part's and the imaginary one's.
#[derive(Clone, Copy)]
struct Rows<T> {
    re: *mut T,
    im: *mut T,
}

impl<T: Copy> Rows<T> {
    #[inline(always)]
    unsafe fn load<V: Vector<Elem = T>>(self, k: usize) -> (V, V) {
        (V::load(self.re.add(2 * k * V::LANES)), V::load(self.im.add(2 * k * V::LANES)))
    }
    #[inline(always)]
    unsafe fn store<V: Vector<Elem = T>>(self, k: usize, v: (V, V)) {
        v.0.store(self.re.add(2 * k * V::LANES));
        v.1.store(self.im.add(2 * k * V::LANES));
    }
    /// Rows that begin here; the parts exchanged where a transform goes backwards.
    #[inline(always)]
    fn at<V: Vector<Elem = T>>(p: *mut T, exchanged: bool) -> Rows<T> {
        let (first, second) = (p, p.wrapping_add(V::LANES));
        if exchanged { Rows { re: second, im: first } } else { Rows { re: first, im: second } }
    }
}

/// Elements from `at` on, so far apart.
#[inline(always)]
unsafe fn taken<V: Vector, const R: usize>(x: Rows<V::Elem>, at: usize, apart: usize) -> Parts<V, R> {
    let mut a = [(V::zero(), V::zero()); R];
    for j in 0..R {
        a[j] = x.load(at + apart * j);
    }
    a
}

/// Rows from `p` on.
#[inline(always)]
fn row<V: Vector>(p: *mut V::Elem) -> Rows<V::Elem> {
    Rows::at::<V>(p, false)
}

/// A pass over all rows, `before` elements of which belong together by the factors before.
#[inline(always)]
unsafe fn pass<V: Vector, const R: usize>(
    x: Rows<V::Elem>,
    y: Rows<V::Elem>,
    before: usize,
    pass: &Pass<V::Elem>,
    scale: V,
) {
    let apart = before * pass.rest;
    for q in 0..before {
        let b = butterfly::<V, R>(taken(x, q, apart), &pass.circle);
        for k in 0..R {
            let b = if pass.rest == 1 { (b[k].0.mul(scale), b[k].1.mul(scale)) } else { b[k] };
            y.store(q + before * k, b);
        }
    }
    for p in 1..pass.rest {
        let roots = pass.roots.as_ptr().add(p * (R - 1));
        for q in 0..before {
            let b = butterfly::<V, R>(taken(x, q + before * p, apart), &pass.circle);
            y.store(q + before * R * p, b[0]);
            for k in 1..R {
                let [wr, wi] = *roots.add(k - 1);
                let (wr, wi) = (V::splat(wr), V::splat(wi));
                let (re, im) = b[k];
                let turned = (im.fma_fast(V::zero().sub(wi), re.mul(wr)), im.fma_fast(wr, re.mul(wi)));
                y.store(q + before * (R * p + k), turned);
            }
        }
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

/// The transform of rows: whichever of the two memories it ends in, and the other.
#[inline(always)]
unsafe fn transform<V: Vector>(
    plan: &Plan<V::Elem>,
    (mut x, mut y): (*mut V::Elem, *mut V::Elem),
    forward: bool,
    scale: V,
) -> (*mut V::Elem, *mut V::Elem) {
    let mut before = 1;
    for p in &plan.passes {
        let (from, to) = (Rows::at::<V>(x, !forward), Rows::at::<V>(y, !forward));
        match p.factor {
            2 => pass::<V, 2>(from, to, before, p, scale),
            3 => pass::<V, 3>(from, to, before, p, scale),
            4 => pass::<V, 4>(from, to, before, p, scale),
            5 => pass::<V, 5>(from, to, before, p, scale),
            7 => pass::<V, 7>(from, to, before, p, scale),
            _ => pass::<V, 8>(from, to, before, p, scale),
        }
        before *= p.factor;
        (x, y) = (y, x);
    }
    (x, y)
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
unsafe fn joined<V: Vector>(x: Rows<V::Elem>, z: Rows<V::Elem>, h: usize, w: (&[V::Elem], &[V::Elem]), s: V) {
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
        z.store(k, (re.mul(s), im.mul(s)));
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

#[inline(always)]
unsafe fn group<V: Vector<Elem: FftNum>>(
    job: &Job<V::Elem>,
    (src, from): (*const V::Elem, Side),
    (dst, to): (*mut V::Elem, Side),
    room: (*mut V::Elem, *mut V::Elem),
) {
    let Job { kind, n, scale, ref plan, ref halves } = *job;
    let (half, even, one) = (n / 2, n.is_multiple_of(2), V::c(1.0));
    let scale = V::splat(scale);
    let w = (&halves.re[..], &halves.im[..]);
    let (a, b) = room;
    match kind {
        Kind::Complex { forward } => {
            load::<V>(src, from, n, 2, a);
            let (y, _) = transform::<V>(plan, room, forward, scale);
            store::<V>(y, n, 2, dst, to);
        }
        Kind::Half | Kind::Full { .. } => {
            let y = if even {
                load::<V>(src, from, n, 1, a);
                let (z, y) = transform::<V>(plan, room, true, one);
                apart::<V>(row::<V>(z), row::<V>(y), half, w, scale.mul(V::c(0.5)));
                y
            } else {
                load::<V>(src, from, n, 1, b);
                for k in 0..n {
                    row::<V>(a).store(k, (V::load(b.add(k * V::LANES)), V::zero()));
                }
                let (y, _) = transform::<V>(plan, room, true, scale);
                let (re, _) = row::<V>(y).load::<V>(0);
                row::<V>(y).store(0, (re, V::zero()));
                y
            };
            let Kind::Full { forward } = kind else {
                return store::<V>(y, half + 1, 2, dst, to);
            };
            mirror::<V>(row::<V>(y), n, !forward);
            store::<V>(y, n, 2, dst, to);
        }
        Kind::Back if even => {
            load::<V>(src, from, half + 1, 2, b);
            joined::<V>(row::<V>(b), row::<V>(a), half, w, one);
            let (y, _) = transform::<V>(plan, room, false, scale);
            store::<V>(y, n, 1, dst, to);
        }
        Kind::Back => {
            load::<V>(src, from, half + 1, 2, a);
            let (re, _) = row::<V>(a).load::<V>(0);
            row::<V>(a).store(0, (re, V::zero()));
            mirror::<V>(row::<V>(a), n, false);
            let (y, other) = transform::<V>(plan, room, false, scale);
            for k in 0..n {
                let (re, _) = row::<V>(y).load::<V>(k);
                re.store(other.add(k * V::LANES));
            }
            store::<V>(other, n, 1, dst, to);
        }
    }
}

macro_rules! group {
    ($name:ident, $t:ident) => {
        multiversion_vector! {
            /// Transforms a group of lines, as many as a vector has lanes or fewer. Two rooms of [`Job::room`] vectors each.
            ///
            /// # Safety
            /// The lines lie within both memories.
            pub unsafe fn $name[V: Vector<Elem = $t>, $t](
                job: &Job<$t>, src: (*const $t, Side), dst: (*mut $t, Side), room: (*mut $t, *mut $t)
            ) {
                group::<V>(job, src, dst, room)
            }
        }
    };
}
group!(group_f32, f32);
group!(group_f64, f64);

#[cfg(test)]
mod tests {
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
        let room = job.room() * lanes::<f64>();
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
                for n in [2, 3, 4, 5, 6, 7, 8, 9, 14, 16, 30, 32, 49, 60, 64, 100, 105, 128] {
                    for lines in [1, lanes::<f64>() / 2 + 1, lanes::<f64>()] {
                        check(n, lines, false);
                        check(n, lines, true);
                    }
                }
            });
        }
        assert!(Plan::<f64>::new(11).is_none() && Plan::<f64>::new(1).is_none());
    }
}
