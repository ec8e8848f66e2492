//! The softmax of attention, block by block: rows of scores become weights while maximum and sum run along.

use crate::kernels::cpu::elementwise::math::body::{self, Real};
use crate::kernels::cpu::linalg::matmul::PackElem;
use crate::kernels::cpu::machine::float::Cmp;
use crate::kernels::cpu::machine::vector::Vector;
use crate::multiversion_vector;

/// Elements of the widest vector: rows of scores have room up to the next multiple, so that vectors may run over
/// their ends.
pub const LANES: usize = 16;

/// What is added to the scores; rows and keys at any distance, zero included.
#[derive(Clone, Copy, Debug)]
pub enum Mask<T> {
    None,
    /// Added.
    Float(*const T, isize, isize),
    /// Keys where it is false are hidden.
    Bool(*const bool, isize, isize),
}

impl<T> Mask<T> {
    pub fn is_some(&self) -> bool {
        !matches!(self, Mask::None)
    }
    pub fn at(self, query: usize, key: usize) -> Mask<T> {
        let by = |row: isize, step: isize| query as isize * row + key as isize * step;
        match self {
            Mask::None => Mask::None,
            Mask::Float(p, row, step) => Mask::Float(p.wrapping_offset(by(row, step)), row, step),
            Mask::Bool(p, row, step) => Mask::Bool(p.wrapping_offset(by(row, step)), row, step),
        }
    }
}

/// A block of scores, `stride` from row to row, with room to the next multiple of [`LANES`].
#[derive(Clone, Copy)]
pub struct Block<T> {
    pub rows: usize,
    pub keys: usize,
    pub stride: usize,
    pub scores: *mut T,
    pub scale: T,
    /// From the block's first query and key on.
    pub mask: Mask<T>,
    /// Keys that the first row sees, each further row one more; or all.
    pub seen: Option<isize>,
}

impl<T: Cmp> Block<T> {
    fn seen_by(&self, row: usize) -> usize {
        self.seen.map_or(self.keys, |s| (s + row as isize).clamp(0, self.keys as isize) as usize)
    }
    /// Whether scores are scaled before the maximum is taken: a mask is added to scaled ones, and a negative scale
    /// would turn the order around.
    fn scales_first(&self) -> bool {
        self.mask.is_some() || !(self.scale > T::ZERO)
    }
    /// Scale and mask for one row, then minus infinity up to the end of the last vector. What remains to scale by.
    #[inline(always)]
    unsafe fn prepare(&self, r: usize) -> (*mut T, usize, T) {
        let (row, seen) = (self.scores.add(r * self.stride), self.seen_by(r));
        match self.mask.at(r, 0) {
            Mask::Float(m, _, 1) => {
                (0..seen).for_each(|j| *row.add(j) = *row.add(j) * self.scale + *m.add(j))
            }
            Mask::Float(m, _, step) => {
                (0..seen).for_each(|j| *row.add(j) = *row.add(j) * self.scale + *m.offset(j as isize * step));
            }
            Mask::Bool(m, _, step) => (0..seen).for_each(|j| {
                let shown = *m.offset(j as isize * step);
                *row.add(j) = if shown { *row.add(j) * self.scale } else { -T::INFINITY };
            }),
            Mask::None if self.scales_first() => {
                (0..seen).for_each(|j| *row.add(j) = *row.add(j) * self.scale)
            }
            Mask::None => {}
        }
        (seen..seen.next_multiple_of(LANES)).for_each(|j| *row.add(j) = -T::INFINITY);
        (row, seen.next_multiple_of(LANES), if self.scales_first() { T::ONE } else { self.scale })
    }
    /// Keys that nobody sees weigh nothing.
    #[inline(always)]
    unsafe fn clear(&self, row: *mut T, from: usize) {
        (from..self.keys).for_each(|j| *row.add(j) = T::ZERO);
    }
}

/// The state of a block's rows: greatest score and sum so far, and what has been gathered.
#[derive(Clone, Copy)]
pub struct Running<T> {
    pub max: *mut T,
    pub sum: *mut T,
    pub out: *mut T,
    pub out_stride: isize,
    pub width: usize,
    /// Nothing has been gathered yet.
    pub first: bool,
}

#[inline(always)]
unsafe fn lanes<V: Vector>(x: V, f: impl Fn(V::Elem, V::Elem) -> V::Elem, from: V::Elem) -> V::Elem {
    let mut all = [from; LANES];
    x.store(all.as_mut_ptr());
    all[..V::LANES].iter().fold(from, |a, b| f(a, *b))
}

/// Scores become `e^(score - max)`; what was gathered with a smaller maximum is scaled down.
#[inline(always)]
unsafe fn absorb<V: Real>(b: Block<V::Elem>, s: Running<V::Elem>)
where
    V::Elem: Cmp,
{
    let low = -<V::Elem as Cmp>::INFINITY;
    for r in 0..b.rows {
        let (row, n, scale) = b.prepare(r);
        let mut top = V::splat(low);
        for j in (0..n).step_by(V::LANES) {
            // nan is left out here: it shows in the sum
            top = V::load(row.add(j)).max(top);
        }
        let (max, sum) = (s.max.add(r), s.sum.add(r));
        let (old, before) = if s.first { (low, V::Elem::of(0.0)) } else { (*max, *sum) };
        let new = lanes(top, |a, b| b.max_or(a), old);
        *max = new;
        if new == low && b.mask.is_some() || n == 0 {
            (0..n).for_each(|j| *row.add(j) = V::Elem::of(0.0));
            b.clear(row, n);
            *sum = before;
            continue;
        }
        let (shift, factor) = (V::splat(new), V::splat(scale));
        let mut total = V::zero();
        for j in (0..n).step_by(V::LANES) {
            let e = body::exp(V::load(row.add(j)).sub(shift).mul(factor));
            e.store(row.add(j));
            total = total.add(e);
        }
        b.clear(row, n);
        let total = total.sum();
        if s.first {
            *sum = total;
            continue;
        }
        let shrink = ((old - new) * scale).exp();
        *sum = before.fma(shrink, total);
        if shrink != V::Elem::of(1.0) {
            let out = s.out.offset(r as isize * s.out_stride);
            (0..s.width).for_each(|j| *out.add(j) = *out.add(j) * shrink);
        }
    }
}

/// Divides what was gathered by the sums and puts `log sum e^score` into `lse`: plus infinity for a query that sees
/// nothing, whose result is zero.
#[inline(always)]
unsafe fn finish<V: Real>(b: Block<V::Elem>, s: Running<V::Elem>, lse: *mut V::Elem)
where
    V::Elem: Cmp,
{
    let scale = if b.scales_first() { V::Elem::of(1.0) } else { b.scale };
    for r in 0..b.rows {
        let (max, sum) = (*s.max.add(r), *s.sum.add(r));
        let blind = max == -<V::Elem as Cmp>::INFINITY && b.mask.is_some();
        let out = s.out.offset(r as isize * s.out_stride);
        let factor = V::Elem::of(1.0) / sum;
        if blind {
            (0..s.width).for_each(|j| *out.add(j) = V::Elem::of(0.0));
        } else {
            (0..s.width).for_each(|j| *out.add(j) = *out.add(j) * factor);
        }
        if !lse.is_null() {
            *lse.add(r) = if blind { V::Elem::INFINITY } else { max * scale + sum.ln() };
        }
    }
}

/// Scores become weights, given the `lse` of their rows.
#[inline(always)]
unsafe fn weigh<V: Real>(b: Block<V::Elem>, lse: *const V::Elem)
where
    V::Elem: Cmp,
{
    for r in 0..b.rows {
        let (row, n, scale) = b.prepare(r);
        let (shift, factor) = (V::splat(-*lse.add(r)), V::splat(scale));
        for j in (0..n).step_by(V::LANES) {
            body::exp(V::load(row.add(j)).fma(factor, shift)).store(row.add(j));
        }
        b.clear(row, n);
    }
}

/// The gradient of the products of queries and keys, over that of the weights in `grads`.
#[inline(always)]
unsafe fn slope<V: Real>(b: Block<V::Elem>, grads: *mut V::Elem, dots: *const V::Elem)
where
    V::Elem: Cmp,
{
    for r in 0..b.rows {
        let (weights, grads) = (b.scores.add(r * b.stride), grads.add(r * b.stride));
        let (dot, factor) = (V::splat(*dots.add(r)), V::splat(b.scale));
        for j in (0..b.keys).step_by(V::LANES) {
            let g = V::load(grads.add(j)).sub(dot).mul(V::load(weights.add(j)).mul(factor));
            g.store(grads.add(j));
        }
    }
}

/// The product of two rows with dense columns.
#[inline(always)]
unsafe fn dot<V: Vector>(n: usize, a: *const V::Elem, b: *const V::Elem) -> V::Elem {
    let mut sum = V::zero();
    for j in (0..n).step_by(V::LANES) {
        let left = n - j;
        sum = if left >= V::LANES {
            V::load(a.add(j)).fma_fast(V::load(b.add(j)), sum)
        } else {
            V::load_part(a.add(j), left).fma_fast(V::load_part(b.add(j), left), sum)
        };
    }
    sum.sum()
}

macro_rules! levels {
    ($t:ident $absorb:ident $finish:ident $weigh:ident $slope:ident $dots:ident) => {
        multiversion_vector! {
            unsafe fn $dots[V: Vector<Elem = $t>, $t](
                rows: usize, n: usize, a: *const $t, step_a: isize, b: *const $t, step_b: isize, to: *mut $t,
            ) {
                for i in 0..rows {
                    *to.add(i) = dot::<V>(n, a.offset(i as isize * step_a), b.offset(i as isize * step_b));
                }
            }
        }
        multiversion_vector! {
            unsafe fn $absorb[V: Vector<Elem = $t>, $t](b: Block<$t>, s: Running<$t>) { absorb::<V>(b, s) }
        }
        multiversion_vector! {
            unsafe fn $finish[V: Vector<Elem = $t>, $t](b: Block<$t>, s: Running<$t>, lse: *mut $t) { finish::<V>(b, s, lse) }
        }
        multiversion_vector! {
            unsafe fn $weigh[V: Vector<Elem = $t>, $t](b: Block<$t>, lse: *const $t) { weigh::<V>(b, lse) }
        }
        multiversion_vector! {
            unsafe fn $slope[V: Vector<Elem = $t>, $t](b: Block<$t>, grads: *mut $t, dots: *const $t) { slope::<V>(b, grads, dots) }
        }
        impl Attends for $t {
            const ROWS: Rows<$t> = Rows { absorb: $absorb, finish: $finish, weigh: $weigh, slope: $slope, dots: $dots };
        }
    };
}

/// The functions above for an element type.
pub struct Rows<T> {
    pub absorb: unsafe fn(Block<T>, Running<T>),
    pub finish: unsafe fn(Block<T>, Running<T>, *mut T),
    pub weigh: unsafe fn(Block<T>, *const T),
    pub slope: unsafe fn(Block<T>, *mut T, *const T),
    /// Rows, their length, the two operands with the distance of their rows, and the products.
    pub dots: unsafe fn(usize, usize, *const T, isize, *const T, isize, *mut T),
}

/// An element type that attention is computed in.
pub trait Attends: PackElem + Cmp {
    const ROWS: Rows<Self>;
}

levels!(f32 absorb_f32 finish_f32 weigh_f32 slope_f32 dots_f32);
levels!(f64 absorb_f64 finish_f64 weigh_f64 slope_f64 dots_f64);
