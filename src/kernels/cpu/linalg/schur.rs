//! Eigenvalues and eigenvectors of small real matrices: balanced, brought to Hessenberg's form by reflections and to Schur's by
//! double shifts, vectors by substitution. Rows lie one after the other, padded with zeros to whole vectors, and what is multiplied
//! from the right is kept transposed, so that all but the right half of a step goes along rows.
//!
//! Sources: G. H. Golub and C. F. Van Loan, Matrix Computations, sections 7.4 to 7.6; B. N. Parlett and C. Reinsch, Balancing a
//! matrix for calculation of eigenvalues and eigenvectors, Numer. Math. 13 (1969); M. Ahues and F. Tisseur, A new deflation
//! criterion for the QR algorithm, LAPACK Working Note 122 (1997).

use crate::base::Elem;
use crate::kernels::cpu::linalg::field::{Field, View};
use crate::kernels::cpu::machine::float::Cmp;
use crate::kernels::cpu::machine::stop;

/// Up to this size.
pub const MOST: usize = 96;

/// Elements of a row that go together.
const LANES: usize = 8;

/// What is worked in, made once for matrices of one size.
pub struct Room<T> {
    n: usize,
    ld: usize,
    /// The matrix, the transposed product of what it is multiplied by, the vectors within Schur's form (reflections before), those of
    /// the matrix.
    t: Vec<T>,
    z: Vec<T>,
    x: Vec<T>,
    /// Room for a row.
    w: Vec<T>,
    /// The factors of reflections.
    tau: Vec<T>,
    /// By what rows were divided and columns multiplied, and with which ones they changed places.
    by: Vec<f64>,
    swapped: Vec<usize>,
    pub re: Vec<T>,
    pub im: Vec<T>,
}

impl<T: Field<R = T> + Cmp> Room<T> {
    pub fn new(n: usize, vectors: bool) -> Room<T> {
        let ld = n.next_multiple_of(LANES) + LANES;
        let zeros = |k: usize| stop::buffer(<T as Elem>::ZERO, k);
        let more = if vectors { n * ld } else { 0 };
        Room {
            n,
            ld,
            t: zeros(n * ld),
            z: zeros(more),
            x: zeros(n * ld),
            w: zeros(ld),
            tau: zeros(n),
            by: stop::buffer(1.0, n),
            swapped: stop::buffer(0, n),
            re: zeros(n),
            im: zeros(n),
        }
    }

    /// The eigenvalues of a matrix of finite numbers into `re` and `im`, those of a pair one after the other, the positive imaginary
    /// part first; and the vectors, one after the other in [`Self::vector`], of a pair the real and the imaginary part of the first
    /// one's. Whether that came to its end.
    ///
    /// # Safety
    /// The view is of a matrix of this size within its memory.
    pub unsafe fn spectrum(&mut self, a: View<T>, vectors: bool) -> bool {
        let (n, ld) = (self.n, self.ld);
        if n == 0 {
            return true;
        }
        // elements of size 1, so that nothing overflows on the way
        let mut most = <T as Elem>::ZERO;
        for i in 0..n {
            for j in 0..n {
                most = a.get(i, j).size().max_or(most);
            }
        }
        let power = if most > <T as Elem>::ZERO { most.to_f64().log2().floor() } else { 0.0 };
        let down = <T as Elem>::from_f64((-power).clamp(-120.0, 120.0).exp2());
        for i in 0..n {
            for j in 0..n {
                self.t[i * ld + j] = a.get(i, j) * down;
            }
            self.t[i * ld + n..(i + 1) * ld].fill(<T as Elem>::ZERO);
        }
        let (low, high) = self.balance();
        let parts = Parts {
            n,
            ld,
            low,
            high,
            t: self.t.as_mut_ptr(),
            z: if vectors { self.z.as_mut_ptr() } else { std::ptr::null_mut() },
            x: self.x.as_mut_ptr(),
            w: self.w.as_mut_ptr(),
            tau: self.tau.as_mut_ptr(),
            re: self.re.as_mut_ptr(),
            im: self.im.as_mut_ptr(),
        };
        hessenberg(parts);
        if !iterate(parts) {
            return false;
        }
        if vectors {
            substitute(parts);
            self.turn_back(low, high);
        }
        for k in 0..n {
            self.re[k] /= down;
            self.im[k] /= down;
        }
        true
    }

    pub fn vector(&self, j: usize) -> &[T] {
        &self.t[j * self.ld..j * self.ld + self.n]
    }

    /// Rows and columns change places so that eigenvalues that can be read off stand at the ends, and what is left between the
    /// rows `low..high` is scaled by powers of two until the norms of rows and columns are about the same.
    fn balance(&mut self) -> (usize, usize) {
        let (n, ld) = (self.n, self.ld);
        let zero = <T as Elem>::ZERO;
        let (mut low, mut high) = (0, n);
        self.by.fill(1.0);
        for (k, s) in self.swapped.iter_mut().enumerate() {
            *s = k;
        }
        let is = |t: &[T], i: usize, j: usize| t[i * ld + j] != zero;
        // of rows from below, then of columns, one with nothing beside the diagonal
        while high > 1 {
            let t = &self.t;
            let alone = |i: &usize| (0..high).all(|j| j == *i || !is(t, *i, j));
            let Some(i) = (0..high).rev().find(alone) else { break };
            high -= 1;
            self.swap(i, high);
        }
        while low + 1 < high {
            let t = &self.t;
            let alone = |j: &usize| (low..high).all(|i| i == *j || !is(t, i, *j));
            let Some(j) = (low..high).find(alone) else { break };
            self.swap(j, low);
            low += 1;
        }
        let norms = |t: &[T], k: usize| {
            let (mut row, mut column) = (0.0, 0.0);
            for l in low..high {
                row += t[k * ld + l].square();
                column += t[l * ld + k].square();
            }
            (row.sqrt(), column.sqrt())
        };
        let far = if T::DTYPE.size() == 4 { 60f64 } else { 400.0 }.exp2();
        loop {
            let mut again = false;
            for k in low..high {
                let (row, column) = norms(&self.t, k);
                if row == 0.0 || column == 0.0 {
                    continue;
                }
                let f = (row / column).log2() / 2.0;
                let f = f.round().exp2();
                let both = self.by[k] * f;
                if f == 1.0
                    || (row / f + column * f) >= 0.95 * (row + column)
                    || both > far
                    || both < 1.0 / far
                {
                    continue;
                }
                again = true;
                self.by[k] = both;
                let (down, up) = (<T as Elem>::from_f64(1.0 / f), <T as Elem>::from_f64(f));
                for l in 0..n {
                    self.t[k * ld + l] *= down;
                }
                for l in 0..n {
                    self.t[l * ld + k] *= up;
                }
            }
            if !again {
                return (low, high);
            }
        }
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.swapped[b] = a;
        if a != b {
            for l in 0..self.n {
                self.t.swap(l * self.ld + a, l * self.ld + b);
            }
            for l in 0..self.n {
                self.t.swap(a * self.ld + l, b * self.ld + l);
            }
        }
    }

    /// The vectors of the balanced matrix become those of the one it was.
    fn turn_back(&mut self, low: usize, high: usize) {
        for v in self.t.chunks_exact_mut(self.ld) {
            for k in low..high {
                if self.by[k] != 1.0 {
                    v[k] *= <T as Elem>::from_f64(self.by[k]);
                }
            }
            for k in (0..low).rev().chain(high..self.n) {
                v.swap(k, self.swapped[k]);
            }
        }
    }
}

/// Where everything is. Without vectors `z` is null.
#[derive(Clone, Copy)]
struct Parts<T> {
    n: usize,
    ld: usize,
    low: usize,
    high: usize,
    t: *mut T,
    z: *mut T,
    x: *mut T,
    w: *mut T,
    tau: *mut T,
    re: *mut T,
    im: *mut T,
}

impl<T: Elem> Parts<T> {
    #[inline(always)]
    fn at(self, i: usize, j: usize) -> *mut T {
        self.t.wrapping_add(i * self.ld + j)
    }
}

type Lanes<T> = [T; LANES];

#[inline(always)]
unsafe fn load<T: Elem>(p: *const T) -> Lanes<T> {
    p.cast::<Lanes<T>>().read()
}

#[inline(always)]
unsafe fn store<T: Elem>(p: *mut T, v: Lanes<T>) {
    p.cast::<Lanes<T>>().write(v);
}

/// `x += f v` in the chunks `from..to`.
#[inline(always)]
unsafe fn more<T: Field>(x: *mut T, f: T, v: *const T, from: usize, to: usize) {
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
unsafe fn inner<T: Field>(v: *const T, x: *const T, from: usize, to: usize) -> T {
    let mut sums = [<T as Elem>::ZERO; LANES];
    for c in from..to {
        let (a, b) = (load(v.add(c * LANES)), load(x.add(c * LANES)));
        for l in 0..LANES {
            sums[l] += a[l] * b[l];
        }
    }
    (sums[0] + sums[4] + (sums[2] + sums[6])) + (sums[1] + sums[5] + (sums[3] + sums[7]))
}

multiversion! {
    /// Hessenberg's form in place of the matrix; the product of the reflections in `z`.
    ///
    /// # Safety
    /// Arrays of these sizes.
    unsafe fn hessenberg[T: Field](p: Parts<T>) {
        let (zero, one) = (<T as Elem>::ZERO, <T as Elem>::ONE);
        let wants = !p.z.is_null();
        let (top, cols) = if wants { (0, p.n) } else { (p.low, p.high) };
        let end = cols.div_ceil(LANES);
        for k in p.low..p.high.saturating_sub(2) {
            *p.tau.add(k) = zero;
            let mut tail = 0.0;
            for i in k + 2..p.high {
                tail += (*p.at(i, k)).square();
            }
            let v = p.x.add(k * p.ld);
            if tail == 0.0 {
                // so small that the squares are nothing
                for i in k + 2..p.high {
                    *p.at(i, k) = zero;
                }
                continue;
            }
            let alpha = *p.at(k + 1, k);
            let size = (alpha.square() + tail).sqrt();
            let beta = if alpha.to_f64() < 0.0 { size } else { -size };
            let t = <T as Elem>::from_f64((beta - alpha.to_f64()) / beta);
            let by = 1.0 / (alpha.to_f64() - beta);
            *p.tau.add(k) = t;
            for c in 0..p.ld {
                *v.add(c) = zero;
                *p.w.add(c) = zero;
            }
            *v.add(k + 1) = one;
            for i in k + 2..p.high {
                *v.add(i) = <T as Elem>::from_f64((*p.at(i, k)).to_f64() * by);
            }
            let from = (k + 1) / LANES;
            for i in k + 1..p.high {
                more(p.w, *v.add(i), p.at(i, 0) as *const T, from, end);
            }
            for i in top..p.high {
                let row = p.at(i, 0);
                if i > k {
                    more(row, -(t * *v.add(i)), p.w as *const T, from, end);
                }
                let s = inner(v as *const T, row as *const T, from, end);
                more(row, -(t * s), v as *const T, from, end);
            }
            *p.at(k + 1, k) = <T as Elem>::from_f64(beta);
            for i in k + 2..p.high {
                *p.at(i, k) = zero;
            }
        }
        if wants {
            for i in 0..p.n {
                for j in 0..p.ld {
                    *p.z.add(i * p.ld + j) = if i == j { one } else { zero };
                }
            }
            for k in (p.low..p.high.saturating_sub(2)).rev() {
                let (v, t) = (p.x.add(k * p.ld) as *const T, *p.tau.add(k));
                if t == zero {
                    continue;
                }
                for j in k + 1..p.high {
                    let row = p.z.add(j * p.ld);
                    let (from, end) = ((k + 1) / LANES, p.high.div_ceil(LANES));
                    let s = inner(v, row as *const T, from, end);
                    more(row, -(t * s), v, from, end);
                }
            }
        }
    }
}

/// `x -= (v . x) t v` for the elements of three rows in the chunks from column `from` to `to`, and some behind them.
#[inline(always)]
unsafe fn along<T: Field>(rows: [*mut T; 3], v: [T; 2], t: [T; 3], from: usize, to: usize) {
    let mut c = from;
    while c < to {
        let (mut a, mut b, mut d) = (
            load(rows[0].add(c) as *const T),
            load(rows[1].add(c) as *const T),
            load(rows[2].add(c) as *const T),
        );
        for l in 0..LANES {
            let s = a[l] + v[0] * b[l] + v[1] * d[l];
            a[l] -= s * t[0];
            b[l] -= s * t[1];
            d[l] -= s * t[2];
        }
        store(rows[0].add(c), a);
        store(rows[1].add(c), b);
        store(rows[2].add(c), d);
        c += LANES;
    }
}

/// The same of two rows.
#[inline(always)]
unsafe fn along_two<T: Field>(rows: [*mut T; 2], v: T, t: [T; 2], from: usize, to: usize) {
    let mut c = from;
    while c < to {
        let (mut a, mut b) = (load(rows[0].add(c) as *const T), load(rows[1].add(c) as *const T));
        for l in 0..LANES {
            let s = a[l] + v * b[l];
            a[l] -= s * t[0];
            b[l] -= s * t[1];
        }
        store(rows[0].add(c), a);
        store(rows[1].add(c), b);
        c += LANES;
    }
}

multiversion! {
    /// Schur's form in place of Hessenberg's: blocks of one and of two rows, the latter for pairs. Whether it converged.
    ///
    /// # Safety
    /// Arrays of these sizes.
    unsafe fn iterate[T: Field](p: Parts<T>) -> bool {
        let zero = <T as Elem>::ZERO;
        let wants = !p.z.is_null();
        let ulp = if T::DTYPE.size() == 4 { f32::EPSILON as f64 } else { f64::EPSILON };
        // the squares of what is larger are something
        let tiny = if T::DTYPE.size() == 4 { 1e-37 } else { 1e-150 };
        let get = |i: usize, j: usize| (*p.at(i, j)).to_f64();
        for k in (0..p.low).chain(p.high..p.n) {
            *p.re.add(k) = *p.at(k, k);
            *p.im.add(k) = zero;
        }
        let (mut to, mut tries) = (p.high, 0);
        while to > p.low {
            // where a subdiagonal element is nothing beside its neighbours
            let mut from = to - 1;
            while from > p.low {
                let beside = get(from, from - 1).abs();
                let (h, g) = (get(from, from), get(from - 1, from - 1));
                let mut sum = h.abs() + g.abs();
                if sum == 0.0 {
                    let before = if from >= p.low + 2 { get(from - 1, from - 2).abs() } else { 0.0 };
                    let after = if from + 1 < p.high { get(from + 1, from).abs() } else { 0.0 };
                    sum = before + after;
                }
                if beside <= tiny {
                    break;
                }
                if beside <= ulp * sum {
                    let across = get(from - 1, from).abs();
                    let (most, least) = (beside.max(across), beside.min(across));
                    let (a, b) = (h.abs().max((g - h).abs()), h.abs().min((g - h).abs()));
                    if least * (most / (a + most)) <= tiny.max(ulp * (b * (a / (a + most)))) {
                        break;
                    }
                }
                from -= 1;
            }
            if from > p.low {
                *p.at(from, from - 1) = zero;
            }
            let (top, cols) = if wants { (0, p.n) } else { (from, to) };
            if from + 1 == to {
                (*p.re.add(from), *p.im.add(from)) = (*p.at(from, from), zero);
                (to, tries) = (from, 0);
                continue;
            }
            if from + 2 == to {
                let (a, b, c, d) = (get(from, from), get(from, from + 1), get(from + 1, from), get(from + 1, from + 1));
                let half = (a - d) / 2.0;
                let scale = half.abs().max(b.abs()).max(c.abs());
                let inside = half / scale * half + b / scale * c;
                let root = inside.abs().sqrt() * scale.sqrt();
                if inside < 0.0 {
                    for (k, im) in [(from, root), (from + 1, -root)] {
                        *p.re.add(k) = <T as Elem>::from_f64(d + half);
                        *p.im.add(k) = <T as Elem>::from_f64(im);
                    }
                } else {
                    let q = half + if half < 0.0 { -root } else { root };
                    let first = d + q;
                    let second = if q != 0.0 { d - b / q * c } else { first };
                    for (k, x) in [(from, first), (from + 1, second)] {
                        *p.re.add(k) = <T as Elem>::from_f64(x);
                        *p.im.add(k) = zero;
                    }
                    if wants {
                        // turned so that the first axis is the first value's vector
                        let length = q.hypot(c);
                        let (cos, sin) = (<T as Elem>::from_f64(q / length), <T as Elem>::from_f64(c / length));
                        let turn = |x: *mut T, y: *mut T| {
                            let (u, v) = (*x, *y);
                            *x = cos * u + sin * v;
                            *y = cos * v - sin * u;
                        };
                        for j in from..p.n {
                            turn(p.at(from, j), p.at(from + 1, j));
                        }
                        for i in 0..to {
                            turn(p.at(i, from), p.at(i, from + 1));
                        }
                        for j in 0..p.n {
                            turn(p.z.add(from * p.ld + j), p.z.add((from + 1) * p.ld + j));
                        }
                        *p.at(from, from) = *p.re.add(from);
                        *p.at(from + 1, from + 1) = *p.re.add(from + 1);
                        *p.at(from + 1, from) = zero;
                    }
                }
                (to, tries) = (from, 0);
                continue;
            }
            if tries == 30 * p.n.max(10) {
                return false;
            }
            tries += 1;
            // two shifts: sum and product of the eigenvalues of the last two rows, or of something else where that leads nowhere
            let last = to - 1;
            let (mut a, mut b, mut c, mut d) = (get(last - 1, last - 1), get(last - 1, last), get(last, last - 1), get(last, last));
            if tries % 20 == 0 {
                let s = c.abs() + get(last - 1, last - 2).abs();
                (a, b, c) = (0.75 * s + d, -0.4375 * s, s);
                d = a;
            } else if tries % 20 == 10 {
                let s = get(from + 1, from).abs() + get(from + 2, from + 1).abs();
                (a, b, c) = (0.75 * s + get(from, from), -0.4375 * s, s);
                d = a;
            }
            let half = (a - d) / 2.0;
            let inside = half * half + b * c;
            let (r1, r2, i2) = if inside < 0.0 {
                (d + half, d + half, -inside)
            } else {
                // the real one that is nearer to the last element, twice
                let root = inside.sqrt();
                let q = half + if half < 0.0 { -root } else { root };
                let near = if q != 0.0 { d - b * c / q } else { d };
                (near, near, 0.0)
            };
            // the first column of (H - r1)(H - r2) from where two subdiagonal elements in a row are small
            let mut start = last - 2;
            let mut v = [0.0; 3];
            loop {
                let (h11, h21) = (get(start, start), get(start + 1, start));
                let s = (h11 - r2).abs() + i2.sqrt() + h21.abs();
                let below = h21 / s;
                v[0] = below * get(start, start + 1) + (h11 - r1) * ((h11 - r2) / s) + i2 / s;
                v[1] = below * (h11 + get(start + 1, start + 1) - r1 - r2);
                v[2] = below * get(start + 2, start + 1);
                let s = v[0].abs() + v[1].abs() + v[2].abs();
                v = [v[0] / s, v[1] / s, v[2] / s];
                if start == from {
                    break;
                }
                let around = get(start - 1, start - 1).abs() + h11.abs() + get(start + 1, start + 1).abs();
                if get(start, start - 1).abs() * (v[1].abs() + v[2].abs()) <= ulp * v[0].abs() * around {
                    break;
                }
                start -= 1;
            }
            for k in start..last {
                let two = k + 1 == last;
                if k > start {
                    v = [get(k, k - 1), get(k + 1, k - 1), if two { 0.0 } else { get(k + 2, k - 1) }];
                }
                let tail = v[1] * v[1] + v[2] * v[2];
                if tail == 0.0 {
                    continue;
                }
                let size = (v[0] * v[0] + tail).sqrt();
                let beta = if v[0] < 0.0 { size } else { -size };
                let by = 1.0 / (v[0] - beta);
                let t = (beta - v[0]) / beta;
                let (v1, v2) = (v[1] * by, v[2] * by);
                if k > start {
                    *p.at(k, k - 1) = <T as Elem>::from_f64(beta);
                    *p.at(k + 1, k - 1) = zero;
                    if !two {
                        *p.at(k + 2, k - 1) = zero;
                    }
                } else if start > from {
                    // as (1 - t) of it, where the reflection turned others with it
                    *p.at(k, k - 1) = <T as Elem>::from_f64(get(k, k - 1) * (1.0 - t));
                }
                let w = [<T as Elem>::from_f64(v1), <T as Elem>::from_f64(v2)];
                let t = [<T as Elem>::from_f64(t), <T as Elem>::from_f64(t * v1), <T as Elem>::from_f64(t * v2)];
                let bottom = (k + 4).min(to);
                if two {
                    along_two([p.at(k, 0), p.at(k + 1, 0)], w[0], [t[0], t[1]], k, cols);
                    for i in top..bottom {
                        let x = p.at(i, k);
                        let s = *x + w[0] * *x.add(1);
                        *x -= s * t[0];
                        *x.add(1) -= s * t[1];
                    }
                } else {
                    along([p.at(k, 0), p.at(k + 1, 0), p.at(k + 2, 0)], w, t, k, cols);
                    for i in top..bottom {
                        let x = p.at(i, k);
                        let (a, b, c) = (*x, *x.add(1), *x.add(2));
                        let s = a + w[0] * b + w[1] * c;
                        *x = a - s * t[0];
                        *x.add(1) = b - s * t[1];
                        *x.add(2) = c - s * t[2];
                    }
                }
                if wants {
                    let row = |i: usize| p.z.add(i * p.ld);
                    let (first, behind) = (p.low / LANES * LANES, p.high);
                    if two {
                        along_two([row(k), row(k + 1)], w[0], [t[0], t[1]], first, behind);
                    } else {
                        along([row(k), row(k + 1), row(k + 2)], w, t, first, behind);
                    }
                }
            }
        }
        true
    }
}

/// A complex number in double precision.
type Pair = (f64, f64);

#[inline(always)]
fn times(a: Pair, b: Pair) -> Pair {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

#[inline(always)]
fn over(a: Pair, b: Pair) -> Pair {
    if b.1 == 0.0 {
        return (a.0 / b.0, a.1 / b.0);
    }
    if b.0.abs() >= b.1.abs() {
        let r = b.1 / b.0;
        let d = b.0 + b.1 * r;
        ((a.0 + a.1 * r) / d, (a.1 - a.0 * r) / d)
    } else {
        let r = b.0 / b.1;
        let d = b.0 * r + b.1;
        ((a.0 * r + a.1) / d, (a.1 * r - a.0) / d)
    }
}

multiversion! {
    /// The eigenvectors, in place of Schur's form.
    ///
    /// # Safety
    /// Arrays of these sizes.
    unsafe fn substitute[T: Field](p: Parts<T>) {
        let zero = <T as Elem>::ZERO;
        let single = T::DTYPE.size() == 4;
        let get = |i: usize, j: usize| (*p.at(i, j)).to_f64();
        let mut norm = 0.0f64;
        for i in 0..p.n {
            for j in i.saturating_sub(1)..p.n {
                norm = norm.max(get(i, j).abs());
            }
        }
        // what nothing is divided by that is smaller, and what is scaled down once something is larger
        let least = (norm * if single { f32::EPSILON as f64 } else { f64::EPSILON }).max(if single { 1e-30 } else { 1e-290 });
        let far = if single { 1e15 } else { 1e140 };
        for i in 0..p.n * p.ld {
            *p.x.add(i) = zero;
        }
        let mut after = p.n;
        while after > 0 {
            let j = after - 1;
            let pair = *p.im.add(j) != zero;
            let first = j - pair as usize;
            after = first;
            // the real part in the row `first`, the imaginary one in the row `j`
            let (re, im) = (p.x.add(first * p.ld), p.x.add(j * p.ld));
            let value = ((*p.re.add(first)).to_f64(), (*p.im.add(first)).to_f64());
            let put = |l: usize, x: Pair| {
                *re.add(l) = <T as Elem>::from_f64(x.0);
                if pair {
                    *im.add(l) = <T as Elem>::from_f64(x.1);
                }
            };
            if pair {
                let (a, b, c, d) = (get(first, first), get(first, j), get(j, first), get(j, j));
                if b.abs() >= c.abs() {
                    put(first, (1.0, 0.0));
                    put(j, ((value.0 - a) / b, value.1 / b));
                } else {
                    put(first, ((value.0 - d) / c, value.1 / c));
                    put(j, (1.0, 0.0));
                }
            } else {
                put(j, (1.0, 0.0));
            }
            let end = j / LANES + 1;
            let mut above = first;
            while above > 0 {
                let l = above - 1;
                let from = above / LANES;
                let right = |l: usize| {
                    let row = p.at(l, 0) as *const T;
                    let a = -inner(row, re as *const T, from, end).to_f64();
                    (a, if pair { -inner(row, im as *const T, from, end).to_f64() } else { 0.0 })
                };
                let mut most;
                if l > 0 && *p.im.add(l) != zero {
                    let (r1, r2) = (right(l - 1), right(l));
                    let (a, b) = ((get(l - 1, l - 1) - value.0, -value.1), get(l - 1, l));
                    let (c, d) = (get(l, l - 1), (get(l, l) - value.0, -value.1));
                    let mut det = times(a, d);
                    det.0 -= b * c;
                    let size = a.0.abs().max(a.1.abs()).max(b.abs()).max(c.abs()).max(d.0.abs());
                    if det.0.abs() + det.1.abs() < least * size {
                        det = (least * size, 0.0);
                    }
                    let (u, v) = (times(d, r1), times(a, r2));
                    let x = over((u.0 - b * r2.0, u.1 - b * r2.1), det);
                    let y = over((v.0 - c * r1.0, v.1 - c * r1.1), det);
                    most = x.0.abs().max(x.1.abs()).max(y.0.abs()).max(y.1.abs());
                    let by = if most > far { 1.0 / most } else { 1.0 };
                    put(l - 1, (x.0 * by, x.1 * by));
                    put(l, (y.0 * by, y.1 * by));
                    above = l - 1;
                } else {
                    let mut d = (get(l, l) - value.0, -value.1);
                    if d.0.abs() + d.1.abs() < least {
                        d = (least, 0.0);
                    }
                    let x = over(right(l), d);
                    most = x.0.abs().max(x.1.abs());
                    let by = if most > far { 1.0 / most } else { 1.0 };
                    put(l, (x.0 * by, x.1 * by));
                    above = l;
                }
                if most > far {
                    most = 1.0 / most;
                    for k in l + 1..=j {
                        put(k, ((*re.add(k)).to_f64() * most, if pair { (*im.add(k)).to_f64() * most } else { 0.0 }));
                    }
                }
            }
        }
        // out of Schur's basis
        let end = p.n.div_ceil(LANES);
        for j in 0..p.n {
            let row = p.at(j, 0);
            for c in 0..p.ld {
                *row.add(c) = zero;
            }
            let last = if j + 1 < p.n && (*p.im.add(j)).to_f64() > 0.0 { j + 1 } else { j };
            for l in 0..=last {
                more(row, *p.x.add(j * p.ld + l), p.z.add(l * p.ld) as *const T, 0, end);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(seed: u64) -> impl FnMut() -> f64 {
        let mut state = seed.wrapping_mul(2) + 1;
        move || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        }
    }

    /// Eigenvalues with and without vectors, and what `A v - lambda v` comes to beside the norms of `A` and `v`.
    fn solved<T: Field<R = T> + Cmp>(n: usize, a: &[f64]) -> (Vec<Pair>, f64) {
        let mut own: Vec<T> = a.iter().map(|x| <T as Elem>::from_f64(*x)).collect();
        let a: Vec<f64> = own.iter().map(|x| x.to_f64()).collect();
        let view = View::dense(own.as_mut_ptr(), n, n);
        let mut room = Room::<T>::new(n, true);
        // SAFETY: the view of a matrix of this size
        assert!(unsafe { room.spectrum(view, true) });
        let values: Vec<Pair> = room.re.iter().zip(&room.im).map(|(x, y)| (x.to_f64(), y.to_f64())).collect();
        let norm = a.iter().map(|x| x * x).sum::<f64>().sqrt().max(1e-300);
        let (mut worst, mut j) = (0.0f64, 0);
        while j < n {
            let pair = values[j].1 != 0.0;
            let x: Vec<f64> = room.vector(j).iter().map(|x| x.to_f64()).collect();
            let y: Vec<f64> =
                room.vector(j + pair as usize).iter().map(|y| if pair { y.to_f64() } else { 0.0 }).collect();
            let size = x.iter().chain(&y).map(|x| x * x).sum::<f64>().sqrt();
            assert!(size > 0.0 && size.is_finite(), "{n} {j}: {size}");
            for i in 0..n {
                let row = |v: &[f64]| (0..n).map(|k| a[i * n + k] * v[k]).sum::<f64>();
                let v = times(values[j], (x[i], y[i]));
                worst = worst.max((row(&x) - v.0).hypot(row(&y) - v.1) / (norm * size));
            }
            j += 1 + pair as usize;
        }
        let mut alone = Room::<T>::new(n, false);
        // SAFETY: the view of a matrix of this size
        assert!(unsafe { alone.spectrum(view, false) });
        let (sum, trace) =
            (alone.re.iter().map(|x| x.to_f64()).sum::<f64>(), (0..n).map(|i| a[i * n + i]).sum::<f64>());
        let near = if T::DTYPE.size() == 4 { 1e-5 } else { 1e-13 };
        assert!((sum - trace).abs() <= near * n as f64 * norm, "{n}: {sum} {trace}");
        (values, worst)
    }

    fn check(n: usize, a: &[f64]) -> Vec<Pair> {
        let (_, worst) = solved::<f32>(n, a);
        assert!(worst < 100.0 * f32::EPSILON as f64, "{n} single: {worst}");
        let (values, worst) = solved::<f64>(n, a);
        assert!(worst < 100.0 * f64::EPSILON, "{n} double: {worst}");
        values
    }

    #[test]
    fn residuals_are_small() {
        for n in [1, 2, 3, 4, 5, 8, 9, 16, 17, 33, 64, MOST] {
            let mut draw = draws(n as u64);
            let a: Vec<f64> = (0..n * n).map(|_| draw()).collect();
            check(n, &a);
            // whole numbers, of which many are nothing
            check(
                n,
                &a.iter().map(|x| (x * 2.0).round() * (x.abs() * 64.0).floor() % 3.0).collect::<Vec<_>>(),
            );
            // far from balance, and of falling rows
            let far = |k: usize| 2f64.powi((k * 7 % 23) as i32 - 11);
            check(n, &(0..n * n).map(|k| a[k] * far(k / n) / far(k % n)).collect::<Vec<_>>());
            check(n, &(0..n * n).map(|k| a[k] * 10f64.powi(-((k / n).min(60) as i32))).collect::<Vec<_>>());
            // all the same, so that all but one are nothing
            check(n, &vec![1.0; n * n]);
            for size in [1e-30, 1e30] {
                check(n, &a.iter().map(|x| x * size).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn what_stands_on_the_diagonal_is_exact() {
        let n = 12;
        let mut draw = draws(3);
        let full: Vec<f64> = (0..n * n).map(|_| draw()).collect();
        let turned: Vec<usize> = (0..n).map(|k| k * 5 % n).collect();
        for form in 0..3 {
            let keep = |i: usize, j: usize| match form {
                0 => j >= i,
                1 => j <= i,
                _ => turned[j] >= turned[i],
            };
            let a: Vec<f64> = (0..n * n).map(|k| if keep(k / n, k % n) { full[k] } else { 0.0 }).collect();
            let mut values: Vec<f64> = check(n, &a).iter().map(|x| x.0).collect();
            let mut diagonal: Vec<f64> = (0..n).map(|k| a[k * n + k]).collect();
            values.sort_by(f64::total_cmp);
            diagonal.sort_by(f64::total_cmp);
            assert_eq!(values, diagonal);
        }
        assert!(check(n, &vec![0.0; n * n]).iter().all(|x| *x == (0.0, 0.0)));
    }

    /// The roots of one, from a matrix that moves every element by one place.
    #[test]
    fn known_pairs() {
        for n in [2, 3, 4, 7, 16, 40] {
            let a: Vec<f64> = (0..n * n).map(|k| ((k / n + 1) % n == k % n) as u8 as f64).collect();
            let mut angles: Vec<f64> = check(n, &a).iter().map(|x| x.1.atan2(x.0)).collect();
            angles.sort_by(f64::total_cmp);
            let step = 2.0 * std::f64::consts::PI / n as f64;
            for pair in angles.windows(2) {
                assert!((pair[1] - pair[0] - step).abs() < 1e-13, "{n}: {angles:?}");
            }
        }
    }

    /// Of one vector only, and of pairs that stand twice: vectors are finite, residuals as small.
    #[test]
    fn defective_ones() {
        for n in [2, 4, 8, 30] {
            check(
                n,
                &(0..n * n)
                    .map(|k| if k % n == k / n { 2.0 } else { (k % n == k / n + 1) as u8 as f64 })
                    .collect::<Vec<_>>(),
            );
            let twos = |i: usize, j: usize| {
                if j / 2 < i / 2 { 0.0 } else { [0.0, 1.0, -1.0, 0.0][i % 2 * 2 + j % 2] }
            };
            check(n, &(0..n * n).map(|k| twos(k / n, k % n)).collect::<Vec<_>>());
        }
    }
}
