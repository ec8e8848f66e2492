//! Float16 and bfloat16: summed in float32 and rounded once. Both operands are packed into words of 32 bits: pairs of
//! bfloat16 where the processor multiplies them (`pairs.rs`), else single elements as float32.

use super::convert::{Half, narrow};
use super::drive::Heights;
use super::elem::Real;
use super::pairs::{self, PairFn};
use super::scratch::{self, Slot};
use super::tile::{self, Finish, Kernels};
use super::{Act, Bias, Gemm, MAX_MR, MAX_NR, MatElem, naive};
use crate::kernels::cpu::flt::Ptr;
use crate::kernels::cpu::par;
use std::ops::Range;

mod rows;
mod words;

/// Multiply-adds up to which three plain loops win.
const TINY_FMA: usize = 64;
/// Steps of the sum in a panel: 1024 x 32 words are 128 KiB, an eighth of the second-level cache measured.
const STEPS: usize = 1024;
/// Bytes of packed rows that a task goes through for every panel of columns.
const ROWS_BYTES: usize = 512 << 10;
/// Words of a packed operand; larger ones are done in parts.
const PACKED_WORDS: usize = 8 << 20;
/// Steps times rows times columns of a task, and the panels it takes all the same.
const TASK_WORK: usize = 1 << 19;
const TASK_PANELS: usize = 8;
/// Elements packed by a task.
const PACK_GRAIN: usize = 32 * 1024;

/// How words are multiplied.
#[derive(Clone, Copy)]
enum Way {
    Pairs(&'static [PairFn; MAX_MR]),
    Single(&'static Kernels<f32>),
}

impl Way {
    fn of<T: Half>() -> Way {
        match pairs::tiles() {
            Some(tiles) if T::PAIRS => Way::Pairs(tiles),
            _ => Way::Single(tile::kernels_f32()),
        }
    }
    /// Elements of the sum in a word.
    fn per(&self) -> usize {
        if matches!(self, Way::Pairs(_)) { 2 } else { 1 }
    }
    fn mr(&self) -> usize {
        if let Way::Single(k) = self { k.mr } else { MAX_MR }
    }
    fn nr(&self) -> usize {
        if let Way::Single(k) = self { k.nr } else { pairs::COLS }
    }
    /// Sums `[h][nr]`, added to if `add`. With `rounded` the way may send them there; it says so.
    #[inline(always)]
    unsafe fn multiply(
        &self,
        h: usize,
        steps: usize,
        a: *const f32,
        b: *const f32,
        out: *mut f32,
        add: bool,
        rounded: Option<(*mut u16, isize)>,
    ) -> bool {
        match self {
            Way::Pairs(tiles) => tiles[h - 1](steps, a, b, out, add, rounded),
            Way::Single(k) => {
                let nr = k.nr as isize;
                k.tiles[h - 1](steps, a, 1, h as isize, b, nr, out, nr, &Finish::sums(add));
                return false;
            }
        }
        rounded.is_some()
    }
}

struct Job<'a, T> {
    g: &'a Gemm<T>,
    way: Way,
    /// Elements of the sum in a block.
    kc: usize,
}
// SAFETY: pointers valid for the whole call; tasks write disjoint parts of `c`.
unsafe impl<T> Sync for Job<'_, T> {}

pub unsafe fn gemm<T: Half>(g: &Gemm<T>) {
    if g.k == 0 || g.alpha == <T as MatElem>::ZERO || g.m * g.n * g.k <= TINY_FMA {
        return naive::gemm(g);
    }
    if rows::product(g) {
        return;
    }
    if g.csc != 1 && g.rsc == 1 {
        return gemm(&g.transposed());
    }
    let way = Way::of::<T>();
    let most = STEPS * way.per();
    let kc = g.k.div_ceil(g.k.div_ceil(most)).next_multiple_of(4);
    let job = Job { g, way, kc };
    let fits = |unit: usize| (PACKED_WORDS / g.k.div_ceil(way.per())).max(unit) / unit * unit;
    let (rows, cols) = (fits(way.mr()), fits(way.nr()));
    for j in (0..g.n).step_by(cols) {
        for i in (0..g.m).step_by(rows) {
            job.part(i..(i + rows).min(g.m), j..(j + cols).min(g.n));
        }
    }
}

/// One block of the sum: its first element, its length, and the words before and in it.
struct Block {
    k0: usize,
    len: usize,
    before: usize,
    steps: usize,
}

impl<T: Half> Job<'_, T> {
    fn blocks(&self) -> impl Iterator<Item = Block> {
        let (k, kc, per) = (self.g.k, self.kc, self.way.per());
        (0..k).step_by(kc).map(move |k0| {
            let len = kc.min(k - k0);
            Block { k0, len, before: k0 / per, steps: len.div_ceil(per) }
        })
    }

    fn each(&self, n: usize, grain: usize, f: impl Fn(Range<usize>) + Sync) {
        let g = self.g;
        if g.m * g.n * g.k < par::MATMUL_MIN_FMA { f(0..n) } else { par::for_each_chunk(n, grain, f) }
    }

    unsafe fn part(&self, rows: Range<usize>, cols: Range<usize>) {
        let (k, way) = (self.g.k, self.way);
        let (mr, nr) = (way.mr(), way.nr());
        let heights = Heights::new(rows.len(), mr, false);
        let panels = cols.len().div_ceil(nr);
        let words = k.div_ceil(way.per());
        scratch::with(Slot::Left, rows.len() * words, |left: *mut f32| {
            scratch::with(Slot::Right, panels * nr * words, |right: *mut f32| {
                let (left, right) = (Ptr(left), Ptr(right));
                self.each(heights.tiles, PACK_GRAIN.div_ceil(mr * k), |r| {
                    for (t, block) in r.flat_map(|t| self.blocks().map(move |b| (t, b))) {
                        let (g, (i, h)) = (self.g, heights.at(t));
                        // SAFETY: rows of `a`, and their part of the packed memory.
                        unsafe {
                            let from = (rows.start + i) as isize * g.rsa + block.k0 as isize * g.csa;
                            let to = left.at(block.before * rows.len() + i * block.steps);
                            words::pack(way.per(), g.a.offset(from), g.rsa, g.csa, h, h, block.len, to);
                        }
                    }
                });
                self.each(panels, PACK_GRAIN.div_ceil(nr * k), |r| {
                    for block in self.blocks() {
                        // SAFETY: columns of `b`, and their part of the packed memory.
                        unsafe {
                            self.pack_right(&block, r.clone(), &cols, right.at(block.before * panels * nr))
                        }
                    }
                });
                let tall = (ROWS_BYTES / (self.kc / way.per() * 4 * mr)).clamp(4, heights.tiles.max(4));
                let tall = heights.tiles.div_ceil(heights.tiles.div_ceil(tall));
                let wide = TASK_WORK / (tall * mr * words * nr);
                let least = if heights.tiles > tall { TASK_PANELS } else { TASK_PANELS / 4 };
                // As even as whole panels allow.
                let wide = panels.div_ceil(panels.div_ceil(wide.max(least).min(panels)));
                let across = panels.div_ceil(wide);
                self.each(heights.tiles.div_ceil(tall) * across, 1, |r| {
                    for t in r {
                        let (tile, panel) = (t / across * tall, t % across * wide);
                        let tiles = tile..(tile + tall).min(heights.tiles);
                        let some = panel..(panel + wide).min(panels);
                        // SAFETY: packed operands; tasks are disjoint rectangles of `c`.
                        unsafe { self.task(&rows, &cols, &heights, tiles, some, left.get(), right.get()) };
                    }
                });
            })
        })
    }

    /// Some panels of `b`. Dense rows are read some at a time, each along all panels.
    unsafe fn pack_right(&self, block: &Block, panels: Range<usize>, cols: &Range<usize>, to: *mut f32) {
        let (g, per, nr) = (self.g, self.way.per(), self.way.nr());
        let some = if g.csb == 1 { 32 } else { block.len };
        for p in (0..block.len).step_by(some) {
            for panel in panels.clone() {
                let j = cols.start + panel * nr;
                let from = g.b.offset((block.k0 + p) as isize * g.rsb + j as isize * g.csb);
                let to = to.add(panel * nr * block.steps + p / per * nr);
                let width = nr.min(cols.end - j);
                words::pack(per, from, g.csb, g.rsb, width, nr, some.min(block.len - p), to);
            }
        }
    }

    unsafe fn task(
        &self,
        rows: &Range<usize>,
        cols: &Range<usize>,
        heights: &Heights,
        tiles: Range<usize>,
        panels: Range<usize>,
        left: *const f32,
        right: *const f32,
    ) {
        let nr = self.way.nr();
        let all = cols.len().div_ceil(nr);
        let (start, last) = (heights.at(tiles.start).0, heights.at(tiles.end - 1));
        let height = last.0 + last.1 - start;
        scratch::with(Slot::Task, height * nr, |sums: *mut f32| {
            for panel in panels {
                let j = cols.start + panel * nr;
                let ending = Ending::new(self.g, j, nr.min(cols.end - j));
                for block in self.blocks() {
                    let b = right.add((block.before * all + panel * block.steps) * nr);
                    for t in tiles.clone() {
                        let (i, h) = heights.at(t);
                        let a = left.add(block.before * rows.len() + i * block.steps);
                        let out = sums.add((i - start) * nr);
                        let last = block.k0 + block.len == self.g.k;
                        let to = if last { ending.straight(rows.start + i, nr) } else { None };
                        let done = self.way.multiply(h, block.steps, a, b, out, block.k0 > 0, to);
                        if last && !done {
                            ending.rows(rows.start + i, h, out, nr);
                        }
                    }
                }
            }
        })
    }
}

/// What happens to complete sums of some columns.
struct Ending<'a, T> {
    g: &'a Gemm<T>,
    j: usize,
    width: usize,
    bias: Option<[f32; MAX_NR]>,
}

impl<'a, T: Half> Ending<'a, T> {
    unsafe fn new(g: &'a Gemm<T>, j: usize, width: usize) -> Self {
        let bias = match g.epilogue.bias {
            Bias::PerCol(p, s) => {
                let mut bias = [0.0; MAX_NR];
                for i in 0..width {
                    bias[i] = (*p.offset((j + i) as isize * s)).widen();
                }
                Some(bias)
            }
            _ => None,
        };
        Ending { g, j, width, bias }
    }

    /// Sums only have to be rounded.
    fn plain(&self) -> bool {
        let g = self.g;
        g.alpha.widen() == 1.0
            && g.beta == <T as MatElem>::ZERO
            && g.epilogue.act == Act::None
            && matches!(g.epilogue.bias, Bias::None)
            && g.csc == 1
    }

    /// Where bfloat16 sums of whole rows of a tile may go straight, from row `i` on, and how far rows are apart.
    fn straight(&self, i: usize, nr: usize) -> Option<(*mut u16, isize)> {
        let row = i as isize * self.g.rsc;
        let c = self.g.c.wrapping_offset(row).wrapping_add(self.j);
        (T::PAIRS && self.width == nr && self.plain()).then_some((c.cast(), self.g.rsc))
    }

    /// Sums `pitch` apart on their way to `count` rows of `c`, from row `i` on.
    unsafe fn rows(&self, i: usize, count: usize, sums: *mut f32, pitch: usize) {
        let g = self.g;
        if self.plain() {
            // Rows one by one took 5% of the time of 1024 cubed.
            let c = g.c.offset(i as isize * g.rsc).add(self.j);
            return narrow::<T>(sums, pitch, c, g.rsc, count, self.width);
        }
        (0..count).for_each(|r| self.row(i + r, sums.add(r * pitch)));
    }

    /// Scales, adds and rounds a row of sums on its way to row `i` of `c`.
    unsafe fn row(&self, i: usize, sums: *mut f32) {
        let (g, n) = (self.g, self.width);
        let c = g.c.offset(i as isize * g.rsc + self.j as isize * g.csc);
        let sums = std::slice::from_raw_parts_mut(sums, n);
        let alpha = g.alpha.widen();
        if alpha != 1.0 {
            sums.iter_mut().for_each(|x| *x *= alpha);
        }
        if g.beta != <T as MatElem>::ZERO {
            let beta = g.beta.widen();
            for (j, x) in sums.iter_mut().enumerate() {
                *x += beta * (*c.offset(j as isize * g.csc)).widen();
            }
        }
        match (&self.bias, g.epilogue.bias) {
            (Some(bias), _) => sums.iter_mut().zip(bias).for_each(|(x, b)| *x += b),
            (None, Bias::PerRow(p, s)) => {
                let b = (*p.offset(i as isize * s)).widen();
                sums.iter_mut().for_each(|x| *x += b);
            }
            _ => {}
        }
        if let Some(f) = <f32 as Real>::block_fn(g.epilogue.act) {
            f(sums.as_ptr(), sums.as_mut_ptr(), n);
        }
        if g.csc == 1 {
            return narrow::<T>(sums.as_ptr(), 0, c, 0, 1, n);
        }
        for (j, x) in sums.iter().enumerate() {
            *c.offset(j as isize * g.csc) = T::down(*x);
        }
    }
}
