//! Stockham's passes over rows of vectors: each of a factor of the length, from one memory to another; what it writes is in order
//! for the next. (After Van Loan, Computational Frameworks for the Fast Fourier Transform, 1992.)

use crate::kernels::cpu::machine::vector::Vector;
use rustfft::FftNum;

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

/// `exp(-2 pi i k / n)`.
pub fn root<T: FftNum>(k: usize, n: usize) -> [T; 2] {
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
        4 => [b[0], b[1], b[2], b[3]] = four([a[0], a[1], a[2], a[3]]),
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
pub struct Rows<T> {
    re: *mut T,
    im: *mut T,
}

impl<T: Copy> Rows<T> {
    #[inline(always)]
    pub unsafe fn load<V: Vector<Elem = T>>(self, k: usize) -> (V, V) {
        (V::load(self.re.add(2 * k * V::LANES)), V::load(self.im.add(2 * k * V::LANES)))
    }
    #[inline(always)]
    pub unsafe fn store<V: Vector<Elem = T>>(self, k: usize, v: (V, V)) {
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
pub fn row<V: Vector>(p: *mut V::Elem) -> Rows<V::Elem> {
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

/// The transform of rows: whichever of the two memories it ends in, and the other.
#[inline(always)]
pub unsafe fn transform<V: Vector>(
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
