//! Float16 and bfloat16: summed in float32 and rounded once. Both operands are packed into words of 32 bits: pairs of
//! bfloat16 where the processor multiplies them, tile by tile (`half/amx.rs`) or vector by vector (`pairs.rs`), else
//! single elements as float32.

use super::convert::{Half, narrow};
use super::drive::Heights;
use super::elem::Real;
use super::pairs::{self, PairFn};
use super::scratch::{self, Slot};
use super::tile::{self, Finish, Kernels};
use super::{Act, Bias, Gemm, MAX_MR, MAX_NR, MatElem, naive};
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;
use std::ops::Range;

mod amx;
mod rows;
mod words;

/// Multiply-adds up to which three plain loops win.
const TINY_FMA: usize = 64;
/// Steps of the sum in a panel: 1024 x 32 words are 128 KiB, an eighth of the second-level cache measured.
const STEPS: usize = 1024;
/// The same for tiles: 256 x 32 words are 32 KiB of a first-level cache of 48. A step of tiles, 64 cycles, reads 2 KiB
/// of either operand, and the second-level cache gives no more than one of them in time. (Reckoned, not measured.)
const TILE_STEPS: usize = 256;
/// Columns up to which tiles are read where rows lie, if they are dense and of whole steps. Many panels of columns pay
/// for a copy in the order of use.
const IN_PLACE_COLS: usize = 128;
/// Bytes of packed rows that a task goes through for every panel of columns.
const ROWS_BYTES: usize = 512 << 10;
/// Words of a packed operand; larger ones are done in parts.
const PACKED_WORDS: usize = 8 << 20;
/// Steps times rows times columns of a task, and the panels it takes all the same.
const TASK_WORK: usize = 1 << 19;
const TASK_PANELS: usize = 8;
/// Tasks that a product is cut into at least: 768 cubed was 9, of which two threads take 5 and 4.
const TASKS: usize = 16;
/// Elements packed by a task.
const PACK_GRAIN: usize = 32 * 1024;

/// How words are multiplied.
#[derive(Clone, Copy)]
enum Way {
    Tiles(&'static amx::Unit),
    Pairs(&'static [PairFn; MAX_MR]),
    Single(&'static Kernels<f32>),
}

impl Way {
    fn of<T: Half>(g: &Gemm<T>) -> Way {
        if !T::PAIRS {
            return Way::Single(tile::kernels_f32());
        }
        match amx::unit() {
            Some(unit) if g.m * g.n * g.k >= unit.least => Way::Tiles(unit),
            _ => pairs::tiles().map_or_else(|| Way::Single(tile::kernels_f32()), Way::Pairs),
        }
    }
    /// Elements of the sum in a word.
    fn per(&self) -> usize {
        if matches!(self, Way::Single(_)) { 1 } else { 2 }
    }
    fn mr(&self) -> usize {
        match self {
            Way::Tiles(_) => amx::ROWS,
            Way::Pairs(_) => MAX_MR,
            Way::Single(k) => k.mr,
        }
    }
    fn nr(&self) -> usize {
        if let Way::Single(k) = self { k.nr } else { pairs::COLS }
    }
    /// Steps of the sum in a panel, at most, and elements that blocks of it are multiples of.
    fn block(&self) -> (usize, usize) {
        if let Way::Tiles(_) = self { (TILE_STEPS, 2 * amx::WORDS) } else { (STEPS, 4) }
    }
    /// Words that so many elements of the sum take.
    fn words(&self, len: usize) -> usize {
        let words = len.div_ceil(self.per());
        if let Way::Tiles(_) = self { words.next_multiple_of(amx::WORDS) } else { words }
    }
    fn worker(self) -> Worker {
        match self {
            Way::Tiles(unit) => Worker::Tiles(amx::Session::new(unit)),
            Way::Pairs(tiles) => Worker::Pairs(tiles),
            Way::Single(k) => Worker::Single(k),
        }
    }
}

/// What a task multiplies with.
enum Worker {
    Tiles(amx::Session),
    Pairs(&'static [PairFn; MAX_MR]),
    Single(&'static Kernels<f32>),
}

impl Worker {
    /// Sums `[h][nr]`, added to if `add`. With `rounded` they may be sent there instead; it says whether they were.
    #[inline(always)]
    unsafe fn multiply(
        &self,
        h: usize,
        steps: usize,
        a: amx::Left,
        b: *const f32,
        out: *mut f32,
        add: bool,
        rounded: Option<(*mut u16, isize)>,
    ) -> bool {
        match self {
            Worker::Tiles(session) => {
                session.multiply(h, steps, a, b, out, add);
                false
            }
            Worker::Pairs(tiles) => {
                tiles[h - 1](steps, a.at, b, out, add, rounded);
                rounded.is_some()
            }
            Worker::Single(k) => {
                let nr = k.nr as isize;
                k.tiles[h - 1](steps, a.at, 1, h as isize, b, nr, out, nr, &Finish::sums(add));
                false
            }
        }
    }
}

struct Job<'a, T> {
    g: &'a Gemm<T>,
    way: Way,
    /// Elements of the sum in a block.
    kc: usize,
    /// Rows are read where they lie.
    in_place: bool,
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
    let way = Way::of(g);
    let (steps, multiple) = way.block();
    let kc = g.k.div_ceil(g.k.div_ceil(steps * way.per())).next_multiple_of(multiple);
    let job = Job { g, way, kc, in_place: g.n <= IN_PLACE_COLS && in_place(g, way) };
    let fits = |unit: usize| (PACKED_WORDS / g.k.div_ceil(way.per())).max(unit) / unit * unit;
    let (rows, cols) = (fits(way.mr()), fits(way.nr()));
    for j in (0..g.n).step_by(cols) {
        for i in (0..g.m).step_by(rows) {
            job.part(i..(i + rows).min(g.m), j..(j + cols).min(g.n));
        }
    }
}

/// Whether `a` can be multiplied as it lies in memory.
fn in_place<T>(g: &Gemm<T>, way: Way) -> bool {
    matches!(way, Way::Tiles(_)) && g.csa == 1 && g.k.is_multiple_of(2 * amx::WORDS)
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
            Block { k0, len, before: k0 / per, steps: self.way.words(len) }
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
        let words = way.words(k);
        let packed = if self.in_place { 0 } else { rows.len() * words };
        scratch::with(Slot::Left, packed, |left: *mut f32| {
            scratch::with(Slot::Right, panels * nr * words, |right: *mut f32| {
                let (left, right) = (Ptr(left), Ptr(right));
                let packed = if self.in_place { 0 } else { heights.tiles };
                self.each(packed, PACK_GRAIN.div_ceil(mr * k), |r| {
                    for (t, block) in r.flat_map(|t| self.blocks().map(move |b| (t, b))) {
                        let (g, (i, h)) = (self.g, heights.at(t));
                        // SAFETY: rows of `a`, and their part of the packed memory.
                        unsafe {
                            let from = (rows.start + i) as isize * g.rsa + block.k0 as isize * g.csa;
                            let to = left.at(block.before * rows.len() + i * block.steps);
                            let from = g.a.offset(from);
                            match way {
                                Way::Tiles(_) => words::pack_tiles(from, g.rsa, g.csa, h, block.len, to),
                                _ => words::pack(way.per(), from, g.rsa, g.csa, h, h, block.len, to),
                            }
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
                // Tiles outrun all but the second-level cache: there go the rows of all blocks.
                let row = if let Way::Tiles(_) = way { words } else { self.kc / way.per() };
                let tall = (ROWS_BYTES / (row * 4 * mr)).clamp(4, heights.tiles.max(4));
                let tall = heights.tiles.div_ceil(heights.tiles.div_ceil(tall));
                let wide = TASK_WORK / (tall * mr * words * nr);
                let down = heights.tiles.div_ceil(tall);
                let least = if down > 1 { TASK_PANELS } else { TASK_PANELS / 4 };
                let least = least.min(panels.div_ceil(TASKS.div_ceil(down)));
                // As even as whole panels allow.
                let wide = panels.div_ceil(panels.div_ceil(wide.max(least).min(panels)));
                let across = panels.div_ceil(wide);
                self.each(down * across, 1, |r| {
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
                let len = some.min(block.len - p);
                words::pack(per, from, g.csb, g.rsb, width, nr, len, to);
                if p + len == block.len {
                    let (done, all) = (len.div_ceil(per), block.steps - p / per);
                    to.add(done * nr).write_bytes(0, (all - done) * nr);
                }
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
        let (nr, worker) = (self.way.nr(), self.way.worker());
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
                        let a = if self.in_place {
                            let g = self.g;
                            let at = (rows.start + i) as isize * g.rsa + block.k0 as isize;
                            amx::Left::rows(g.a.offset(at).cast(), g.rsa)
                        } else {
                            amx::Left::packed(left.add(block.before * rows.len() + i * block.steps), h)
                        };
                        let out = sums.add((i - start) * nr);
                        let last = block.k0 + block.len == self.g.k;
                        let to = if last { ending.straight(rows.start + i, nr) } else { None };
                        let done = worker.multiply(h, block.steps, a, b, out, block.k0 > 0, to);
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
