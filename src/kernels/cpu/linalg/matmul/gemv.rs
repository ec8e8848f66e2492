//! Products with one row or one column, and products of few rows whose sums run along memory in both operands:
//! bound by memory, so nothing is packed and everything is read once, in order.

use super::elem::Real;
use super::problem::{Act, Bias, BlockFn};
use super::scratch::{self, Slot};
use crate::kernels::cpu::machine::stop::buffer;
use crate::kernels::cpu::machine::vector::Vector;
use crate::kernels::cpu::machine::{par, simd};
use crate::multiversion_vector;

/// Multiply-adds below which a product of this kind stays on one thread: 1 MiB of f32, 50 to 100 us from memory.
const MIN_FMA: usize = 1 << 18;
/// Outputs whose sums are held at a time: 4 KiB runs of every row, and their sums in the first-level cache.
const CHUNK: usize = 1024;

/// Multiply-adds of a piece of long sums, of which there are at least four: 4M float32 in 420 us by two threads as by one
/// without pieces.
const PIECE_FMA: usize = 1 << 16;

/// `out[i] = act(alpha * sum_p m[i, p] x[p] + beta * out[i] + bias[i])`.
pub struct Gemv<T> {
    pub len: usize,
    pub k: usize,
    pub alpha: T,
    pub matrix: *const T,
    /// Strides of the matrix along outputs and along the sum.
    pub across: isize,
    pub along: isize,
    pub x: *const T,
    pub x_stride: isize,
    pub beta: T,
    pub out: *mut T,
    pub out_stride: isize,
    pub bias: Bias1<T>,
    pub act: Act,
}

/// A bias along the outputs, or one value for all.
#[derive(Clone, Copy)]
pub enum Bias1<T> {
    None,
    All(T),
    Each(*const T, isize),
}

impl<T: Copy> Bias1<T> {
    /// For a column of results (`one column`), or a row of them.
    pub unsafe fn from(bias: Bias<T>, column: bool) -> Bias1<T> {
        match (bias, column) {
            (Bias::None, _) => Bias1::None,
            (Bias::PerRow(p, s), true) | (Bias::PerCol(p, s), false) => Bias1::Each(p, s),
            (Bias::PerRow(p, _), false) | (Bias::PerCol(p, _), true) => Bias1::All(*p),
        }
    }
}

// SAFETY: pointers valid for the whole call; tasks write disjoint outputs.
unsafe impl<T: Sync> Sync for Gemv<T> {}

/// Whether the matrix can be streamed: dense along one of its sides.
pub fn can(across: isize, along: isize) -> bool {
    across == 1 || along == 1
}

pub unsafe fn gemv<T: Real>(g: &Gemv<T>) {
    // Where outputs lie along memory, a task reads runs of a whole chunk from every row.
    let grain = match g.along == 1 {
        _ if g.len * g.k < MIN_FMA => g.len,
        true => (MIN_FMA / 4 / g.k).clamp(16, CHUNK),
        false => CHUNK,
    };
    let work = |x: *const T| {
        let x = Ptr(x);
        let piece = (PIECE_FMA / g.len.max(1)).next_multiple_of(64);
        if g.len <= CHUNK / 4 && g.k >= 4 * piece {
            return few_outputs(g, x.get(), piece);
        }
        par::for_each_chunk(g.len, grain, |r| {
            for start in r.clone().step_by(CHUNK) {
                // SAFETY: the caller's contract; chunks are disjoint.
                unsafe { chunk(g, x.get(), start..(start + CHUNK).min(r.end)) }
            }
        });
    };
    if g.x_stride == 1 {
        return work(g.x);
    }
    scratch::with(Slot::Whole, g.k, |dense: *mut T| {
        for p in 0..g.k {
            *dense.add(p) = *g.x.offset(p as isize * g.x_stride);
        }
        work(dense)
    })
}

struct Ptr<T>(*const T);
// SAFETY: read only.
unsafe impl<T> Sync for Ptr<T> {}
impl<T> Ptr<T> {
    fn get(&self) -> *const T {
        self.0
    }
}

/// Few outputs and long sums: each sum is cut into pieces, which several threads add up, and the pieces into one another in
/// order; where the cuts are depends on the shape alone.
unsafe fn few_outputs<T: Real>(g: &Gemv<T>, x: *const T, piece: usize) {
    let pieces = g.k.div_ceil(piece);
    let mut sums = buffer(T::ZERO, pieces * g.len);
    let (all, x) = (crate::kernels::cpu::machine::float::Ptr(sums.as_mut_ptr()), Ptr(x));
    par::for_each(pieces, |i| {
        let (from, k) = (i * piece, piece.min(g.k - i * piece));
        // SAFETY: a piece of the vector and of the matrix, and the sums of its own
        unsafe { sums_of(g, x.get().add(from), from, k, 0..g.len, all.at(i * g.len)) };
    });
    let (first, rest) = sums.split_at_mut(g.len);
    for piece in rest.chunks(g.len) {
        first.iter_mut().zip(piece).for_each(|(sum, &more)| *sum = *sum + more);
    }
    finish(g, first.as_mut_ptr(), 0..g.len);
}

unsafe fn chunk<T: Real>(g: &Gemv<T>, x: *const T, range: std::ops::Range<usize>) {
    let mut sums = [const { std::mem::MaybeUninit::<T>::uninit() }; CHUNK];
    let sums = sums.as_mut_ptr().cast::<T>();
    sums_of(g, x, 0, g.k, range.clone(), sums);
    finish(g, sums, range);
}

/// The sums of some outputs over `k` elements of the vector at `x`, to which the matrix's elements from `from` on belong.
unsafe fn sums_of<T: Real>(
    g: &Gemv<T>,
    x: *const T,
    from: usize,
    k: usize,
    range: std::ops::Range<usize>,
    sums: *mut T,
) {
    let n = range.len();
    let m = g.matrix.offset(range.start as isize * g.across + from as isize * g.along);
    match g.along {
        1 if g.across == k as isize && T::short(n, k, x, m, sums) => {}
        1 => T::dots(1, n, k, x, 0, m, g.across, sums, 0),
        along if g.len <= NARROW => T::narrow_rows(n, k, x, m, along, sums),
        along => T::axpys(n, k, x, m, along, sums),
    }
}

/// What becomes of sums, and where it goes.
unsafe fn finish<T: Real>(g: &Gemv<T>, sums: *mut T, range: std::ops::Range<usize>) {
    let n = range.len();
    let out = g.out.offset(range.start as isize * g.out_stride);
    if !(g.alpha == T::ONE && g.beta == T::ZERO && matches!(g.bias, Bias1::None)) {
        for i in 0..n {
            let mut y = *sums.add(i) * g.alpha;
            if g.beta != T::ZERO {
                y = y + g.beta * *out.offset(i as isize * g.out_stride);
            }
            match g.bias {
                Bias1::None => {}
                Bias1::All(b) => y = y + b,
                Bias1::Each(p, s) => y = y + *p.offset((range.start + i) as isize * s),
            }
            *sums.add(i) = y;
        }
    }
    if let Some(f) = T::block_fn(g.act) {
        let f: BlockFn<T> = f;
        f(sums, sums, n);
    }
    if g.out_stride == 1 {
        return out.copy_from_nonoverlapping(sums, n);
    }
    for i in 0..n {
        *out.offset(i as isize * g.out_stride) = *sums.add(i);
    }
}

/// One tile of dot products, `RA x RB`; each sum has one vector of partial sums, whatever the tile.
#[inline(always)]
unsafe fn dot_tile<V: Vector, const RA: usize, const RB: usize>(
    k: usize,
    a: *const V::Elem,
    rsa: isize,
    b: *const V::Elem,
    csb: isize,
    out: *mut V::Elem,
    rso: isize,
) {
    let mut acc = [[V::zero(); RB]; RA];
    let mut p = 0;
    while p + V::LANES <= k {
        let mut col = [V::zero(); RB];
        for j in 0..RB {
            col[j] = V::load(b.offset(j as isize * csb).add(p));
        }
        for i in 0..RA {
            let x = V::load(a.offset(i as isize * rsa).add(p));
            for j in 0..RB {
                acc[i][j] = x.fma_fast(col[j], acc[i][j]);
            }
        }
        p += V::LANES;
    }
    if p < k {
        for i in 0..RA {
            let x = V::load_part(a.offset(i as isize * rsa).add(p), k - p);
            for j in 0..RB {
                let y = V::load_part(b.offset(j as isize * csb).add(p), k - p);
                acc[i][j] = x.fma_fast(y, acc[i][j]);
            }
        }
    }
    for i in 0..RA {
        for j in 0..RB {
            *out.offset(i as isize * rso + j as isize) = acc[i][j].sum();
        }
    }
}

/// `out[i, j] = sum_p a[i, p] b[j, p]`, both dense along `p`; rows of `out` are `rso` apart and dense.
#[inline(always)]
pub unsafe fn dots<V: Vector>(
    m: usize,
    n: usize,
    k: usize,
    a: *const V::Elem,
    rsa: isize,
    b: *const V::Elem,
    csb: isize,
    out: *mut V::Elem,
    rso: isize,
) {
    // 4 x 4 sums in pairs of registers would be all 32 of them.
    if V::REGISTERS == 1 {
        dots_by::<V, 4>(m, n, k, a, rsa, b, csb, out, rso)
    } else {
        dots_by::<V, 2>(m, n, k, a, rsa, b, csb, out, rso)
    }
}

/// The same by tiles of `ROWS` rows and four columns.
#[inline(always)]
unsafe fn dots_by<V: Vector, const ROWS: usize>(
    m: usize,
    n: usize,
    k: usize,
    a: *const V::Elem,
    rsa: isize,
    b: *const V::Elem,
    csb: isize,
    out: *mut V::Elem,
    rso: isize,
) {
    let mut j = 0;
    while j < n {
        let four = j + 4 <= n;
        let b = b.offset(j as isize * csb);
        let mut i = 0;
        while i < m {
            let a = a.offset(i as isize * rsa);
            let out = out.offset(i as isize * rso).add(j);
            let tall = i + ROWS <= m;
            match (tall, four) {
                (true, true) => dot_tile::<V, ROWS, 4>(k, a, rsa, b, csb, out, rso),
                (true, false) => dot_tile::<V, ROWS, 1>(k, a, rsa, b, csb, out, rso),
                (false, true) => dot_tile::<V, 1, 4>(k, a, rsa, b, csb, out, rso),
                (false, false) => dot_tile::<V, 1, 1>(k, a, rsa, b, csb, out, rso),
            }
            i += if tall { ROWS } else { 1 };
        }
        j += if four { 4 } else { 1 };
    }
}

/// `out[j] = sum_p x[p] m[p, j]`, dense along `j`, eight rows at a time.
#[inline(always)]
pub unsafe fn axpys<V: Vector>(
    n: usize,
    k: usize,
    x: *const V::Elem,
    m: *const V::Elem,
    along: isize,
    out: *mut V::Elem,
) {
    let mut p = 0;
    while p < k {
        let m = m.offset(p as isize * along);
        let first = p == 0;
        p += if p + 8 <= k {
            axpy_rows::<V, 8>(n, x.add(p), m, along, out, first)
        } else {
            axpy_rows::<V, 1>(n, x.add(p), m, along, out, first)
        };
    }
}

/// Adds `R` rows; `first` starts from zero.
#[inline(always)]
unsafe fn axpy_rows<V: Vector, const R: usize>(
    n: usize,
    x: *const V::Elem,
    m: *const V::Elem,
    along: isize,
    out: *mut V::Elem,
    first: bool,
) -> usize {
    let mut xs = [V::zero(); R];
    let mut rows = [m; R];
    for q in 0..R {
        xs[q] = V::splat(*x.add(q));
        rows[q] = m.offset(q as isize * along);
    }
    let mut j = 0;
    while j + V::LANES <= n {
        let mut y = if first { V::zero() } else { V::load(out.add(j)) };
        for q in 0..R {
            y = xs[q].fma_fast(V::load(rows[q].add(j)), y);
        }
        y.store(out.add(j));
        j += V::LANES;
    }
    if j < n {
        let part = n - j;
        let mut y = if first { V::zero() } else { V::load_part(out.add(j), part) };
        for q in 0..R {
            y = xs[q].fma_fast(V::load_part(rows[q].add(j), part), y);
        }
        y.store_part(out.add(j), part);
    }
    R
}

/// Numbers that plain loops add up in vectors.
pub trait Plain: Copy + std::ops::Mul<Output = Self> + std::ops::Add<Output = Self> + Default {}
impl<T: Copy + std::ops::Mul<Output = T> + std::ops::Add<Output = T> + Default> Plain for T {}

/// Binds a size of at most eight to a constant.
macro_rules! constant {
    ($n:expr, $N:ident => $body:expr, $else:expr) => {
        constant!(@ $n, $N, $body, $else, 1 2 3 4 5 6 7 8)
    };
    (@ $n:expr, $N:ident, $body:expr, $else:expr, $($k:literal)*) => {
        match $n {
            $($k => {
                const $N: usize = $k;
                $body
            })*
            _ => $else,
        }
    };
}

multiversion! {
    /// `out[i] = sum_p m[i, p] x[p]` for dense rows of at most eight: a vector holds neighbouring outputs, not neighbouring
    /// terms. 500,000 rows of 3 took 640 us as dot products. False for longer rows.
    pub unsafe fn short[const LEVEL, T: Plain](n: usize, k: usize, x: *const T, m: *const T, out: *mut T) -> bool {
        constant!(k, K => {
            let x = *x.cast::<[T; K]>();
            for i in 0..n {
                simd::rest::<LEVEL>();
                let m = *m.add(i * K).cast::<[T; K]>();
                let mut sum = m[0] * x[0];
                // counted by hand: over an iterator it is not made a loop of vectors (5300 us)
                let mut p = 1;
                while p < K {
                    sum = sum + m[p] * x[p];
                    p += 1;
                }
                *out.add(i) = sum;
            }
            true
        }, false)
    }
}

/// A row of a narrow matrix, which is `part` of a vector or a whole one.
#[inline(always)]
unsafe fn row<V: Vector>(m: *const V::Elem, at: isize, part: usize) -> V {
    if part == 0 { V::load(m.offset(at)) } else { V::load_part(m.offset(at), part) }
}

/// Columns of a matrix whose rows are narrow.
const NARROW: usize = 8;

/// `out[j] = sum_p x[p] m[p, j]` for few columns: a row is a part of a vector, and eight rows have sums of their own, so that none
/// waits for another (5 columns of 1000 rows as a small matrix of sums: 2.9 us of a call that takes 4.4).
#[inline(always)]
unsafe fn narrow<V: Vector>(
    n: usize,
    k: usize,
    x: *const V::Elem,
    m: *const V::Elem,
    along: isize,
    out: *mut V::Elem,
) {
    const TURNS: usize = 8;
    for j in (0..n).step_by(V::LANES) {
        let part = if n - j < V::LANES { n - j } else { 0 };
        let m = m.add(j);
        let mut sums = [V::zero(); TURNS];
        let whole = k / TURNS * TURNS;
        for p in (0..whole).step_by(TURNS) {
            for q in 0..TURNS {
                sums[q] =
                    V::splat(*x.add(p + q)).fma_fast(row::<V>(m, (p + q) as isize * along, part), sums[q]);
            }
        }
        for p in whole..k {
            sums[0] = V::splat(*x.add(p)).fma_fast(row::<V>(m, p as isize * along, part), sums[0]);
        }
        let mut half = TURNS;
        while half > 1 {
            half /= 2;
            for q in 0..half {
                sums[q] = sums[q].add(sums[q + half]);
            }
        }
        if part == 0 { sums[0].store(out.add(j)) } else { sums[0].store_part(out.add(j), part) }
    }
}

multiversion_vector! {
    pub unsafe fn dots_f32[V: Vector<Elem = f32>, f32, Portable](m: usize, n: usize, k: usize, a: *const f32, rsa: isize, b: *const f32, csb: isize, out: *mut f32, rso: isize) {
        dots::<V>(m, n, k, a, rsa, b, csb, out, rso)
    }
}
multiversion_vector! {
    pub unsafe fn dots_f64[V: Vector<Elem = f64>, f64, Portable](m: usize, n: usize, k: usize, a: *const f64, rsa: isize, b: *const f64, csb: isize, out: *mut f64, rso: isize) {
        dots::<V>(m, n, k, a, rsa, b, csb, out, rso)
    }
}
multiversion_vector! {
    pub unsafe fn axpys_f32[V: Vector<Elem = f32>, f32, Portable](n: usize, k: usize, x: *const f32, m: *const f32, along: isize, out: *mut f32) {
        axpys::<V>(n, k, x, m, along, out)
    }
}
multiversion_vector! {
    pub unsafe fn axpys_f64[V: Vector<Elem = f64>, f64, Portable](n: usize, k: usize, x: *const f64, m: *const f64, along: isize, out: *mut f64) {
        axpys::<V>(n, k, x, m, along, out)
    }
}
multiversion_vector! {
    pub unsafe fn narrow_f32[V: Vector<Elem = f32>, f32, Portable](n: usize, k: usize, x: *const f32, m: *const f32, along: isize, out: *mut f32) {
        narrow::<V>(n, k, x, m, along, out)
    }
}
multiversion_vector! {
    pub unsafe fn narrow_f64[V: Vector<Elem = f64>, f64, Portable](n: usize, k: usize, x: *const f64, m: *const f64, along: isize, out: *mut f64) {
        narrow::<V>(n, k, x, m, along, out)
    }
}
