//! The blocked driver: which part of `a` and `b` is packed when, and which task computes which part of `c`.
//!
//! A sum runs over blocks of `k`, in order, whatever the task: the cut into tasks changes no bit.

use super::elem::Real;
use super::finish;
use super::problem::{Act, Bias, Finish, Heights, Kernels, MAX_MR, MAX_NR, Operand, Problem, TileFn};
use super::scratch::{self, Slot};
use crate::kernels::cpu::machine::par;
use std::mem::MaybeUninit;

/// Steps of `k` per block. Both operands are fetched ahead while they stream by, so a panel of `b` need not fit
/// the first-level cache, and fewer passes over `c` pay: at 1024 cubed 512 steps beat 256 by 2 to 5%.
const KC: usize = 512;
/// Bytes of `a` that the tasks of a block of rows go through for every panel of `b`: a quarter of the second-level
/// cache of the machine measured. 252 rows of f32 beat 504 and 168 at 2048 cubed.
const A_BLOCK_BYTES: usize = 512 << 10;
/// The most tiles a task's rows make.
const MC_TILES: usize = 36;
/// Multiply-adds of a task (about 20 us), and the panels it takes all the same: with several blocks of rows each
/// task reads its block of `a` again, and 4 panels cost 4% of 1024 cubed; 16 nothing.
const TASK_FMA: usize = 1 << 20;
const TASK_PANELS: usize = 16;
/// Tasks to aim for even so.
const TASKS: usize = 8;
/// Bytes of packed `a`, and of packed `b` where it is packed as a whole.
const PACKED_BYTES: usize = 32 << 20;
/// Up to this many columns `a` is read in place (512x64x4608: 202 GFLOP/s against 114 packed), and up to
/// `PACK_A_COLS` if rows do not lie multiples of `BAD_STRIDE` apart and share cache sets.
const A_IN_PLACE_COLS: usize = 128;
const PACK_A_COLS: usize = 512;
const BAD_STRIDE: usize = 2048;
/// Rows from which a `b` with such a stride is packed: in place, 1024 cubed ran at 166 instead of 190 GFLOP/s.
const PACK_B_ROWS: usize = 128;

/// A pointer that tasks share.
#[derive(Clone, Copy)]
struct Shared<T>(*mut T);
// SAFETY: tasks write disjoint parts, and read only after all have written.
unsafe impl<T> Sync for Shared<T> {}
impl<T> Shared<T> {
    fn get(&self) -> *mut T {
        self.0
    }
}

/// Blocks of equal length, a multiple of 4, at most `most`: no short last block.
fn even_block(k: usize, most: usize) -> usize {
    k.div_ceil(k.div_ceil(most)).next_multiple_of(4)
}

/// How tasks find `a`: in place, or packed, block of `k` after block of `k`.
#[derive(Clone, Copy)]
enum Left<T> {
    InPlace(*const T, isize, isize),
    Packed(*const T),
}

/// How tasks find `b`.
#[derive(Clone, Copy)]
enum Right<T> {
    /// In place: rows are dense.
    Rows(*const T, isize),
    /// Each task packs panels before their use.
    Panels,
    /// Packed as a whole: block of `k` after block of `k`, each with this many panels.
    Packed(*const T, usize),
}

// SAFETY: the pointers are read only while tasks run.
unsafe impl<T: Sync> Sync for Left<T> {}
unsafe impl<T: Sync> Sync for Right<T> {}

pub unsafe fn drive<T: Real>(p: &Problem<T>) {
    let kc = even_block(p.k, KC);
    let size = size_of::<T>();
    if let Operand::Strided(a, rsa, csa) = p.a {
        let dense = csa == 1 || rsa == 1;
        let apart = dense && !bad_stride::<T>(if csa == 1 { rsa } else { csa });
        if (dense && p.n <= A_IN_PLACE_COLS) || (apart && p.n < PACK_A_COLS) || p.n <= A_IN_PLACE_COLS / 4 {
            return with_left(p, kc, 0..p.m, Left::InPlace(a, rsa, csa));
        }
    }
    let ker = T::kernels();
    // Rows at a time so that the packed ones stay within bounds; all of them in ordinary cases.
    let mc = MC_TILES * ker.mr;
    let rows = (PACKED_BYTES / size / p.k.next_multiple_of(4)).max(mc) / mc * mc;
    for m0 in (0..p.m).step_by(rows) {
        let part = m0..(m0 + rows).min(p.m);
        let heights = Heights::new(part.len(), ker.mr, matches!(p.a, Operand::Packed(_)));
        let padded = heights.padded();
        scratch::with(Slot::Left, padded * p.k, |packed: *mut T| {
            let memory = Shared(packed);
            // Pieces of some tiles with all their blocks of `k`: rows are read along memory, page after page.
            let some = (64 * 1024 / (p.k * ker.mr * size)).max(1);
            let pack = |t: usize| {
                let tiles = t * some..((t + 1) * some).min(heights.tiles);
                for k0 in (0..p.k).step_by(kc) {
                    let klen = kc.min(p.k - k0);
                    // SAFETY: blocks of `k` one after the other, each with all tiles: disjoint parts.
                    unsafe { pack_a(p, &heights, m0, k0, klen, tiles.clone(), memory.get().add(k0 * padded)) }
                }
            };
            for_tasks(p, heights.tiles.div_ceil(some), pack);
            with_left(p, kc, part, Left::Packed(packed));
        });
    }
}
/// Tiles in the rows of a task.
fn block_tiles<T>(kc: usize, ker: &Kernels<T>) -> usize {
    (A_BLOCK_BYTES / (kc * size_of::<T>() * ker.mr)).clamp(4, MC_TILES)
}

/// Whether rows this far apart share cache sets.
fn bad_stride<T>(stride: isize) -> bool {
    (stride.unsigned_abs() * size_of::<T>()).is_multiple_of(BAD_STRIDE)
}

/// Runs over tasks, on threads if the whole product is large enough.
fn for_tasks<T>(p: &Problem<T>, tasks: usize, f: impl Fn(usize) + Sync) {
    if p.m * p.n * p.k < par::MATMUL_MIN_FMA { (0..tasks).for_each(f) } else { par::for_each(tasks, f) }
}

/// All columns for some rows of `a`.
unsafe fn with_left<T: Real>(p: &Problem<T>, kc: usize, rows: std::ops::Range<usize>, left: Left<T>) {
    let nr = T::kernels().nr;
    let one_block = rows.len() <= block_tiles(kc, T::kernels()) * T::kernels().mr;
    match p.b {
        Operand::Strided(b, rsb, 1) if p.m < PACK_B_ROWS || !bad_stride::<T>(rsb) => {
            return with_both(p, kc, rows, 0..p.n, left, Right::Rows(b, rsb));
        }
        Operand::Strided(_, _, 1) => {}
        _ if one_block => return with_both(p, kc, rows, 0..p.n, left, Right::Panels),
        _ => {}
    }
    // Several blocks of rows: each panel of `b` is packed once for all of them.
    let nc = (PACKED_BYTES / size_of::<T>() / p.k.next_multiple_of(4)).max(nr) / nr * nr;
    for n0 in (0..p.n).step_by(nc) {
        let cols = n0..(n0 + nc).min(p.n);
        let panels = cols.len().div_ceil(nr);
        scratch::with(Slot::Right, panels * nr * p.k, |packed: *mut T| {
            let memory = Shared(packed);
            let some = (64 * 1024 / (kc * nr * size_of::<T>())).max(1);
            let pieces = panels.div_ceil(some);
            let pack = |t: usize| {
                let (k0, first) = (t / pieces * kc, t % pieces * some * nr);
                let klen = kc.min(p.k - k0);
                let len = (some * nr).min(cols.len() - first);
                // SAFETY: blocks of `k` one after the other, each with all panels: disjoint parts of the memory.
                unsafe {
                    let to = memory.get().add(k0 * panels * nr + first * klen);
                    pack_b(p.b, k0, klen, n0 + first, len, to);
                }
            };
            for_tasks(p, p.k.div_ceil(kc) * pieces, pack);
            with_both(p, kc, rows.clone(), cols.clone(), left, Right::Packed(packed, panels));
        });
    }
}

/// Cuts a rectangle of `c` into tasks.
unsafe fn with_both<T: Real>(
    p: &Problem<T>,
    kc: usize,
    rows: std::ops::Range<usize>,
    cols: std::ops::Range<usize>,
    left: Left<T>,
    right: Right<T>,
) {
    let ker = T::kernels();
    let fixed = matches!(p.a, Operand::Packed(_)) && matches!(left, Left::Packed(_));
    let heights = Heights::new(rows.len(), ker.mr, fixed);
    let blocks = heights.tiles.div_ceil(block_tiles(kc, ker));
    let tall = heights.tiles.div_ceil(blocks);
    let panels = cols.len().div_ceil(ker.nr);
    let least = if blocks > 1 { TASK_PANELS } else { TASK_PANELS / 4 };
    let least = least.min(panels.div_ceil(TASKS.div_ceil(blocks)));
    let wide = (TASK_FMA / (tall * ker.mr * p.k)).next_multiple_of(ker.nr).max(least * ker.nr);
    let wide = if p.m * p.n * p.k < par::MATMUL_MIN_FMA { cols.len() } else { wide };
    // As even as whole panels allow.
    let across = cols.len().div_ceil(wide);
    let wide = panels.div_ceil(across) * ker.nr;
    let across = cols.len().div_ceil(wide);
    let piece = Piece { p, ker, kc, row: rows.start, first: cols.start, heights, left, right };
    for_tasks(p, heights.tiles.div_ceil(tall) * across, |t| {
        let (tile, j) = (t / across * tall, cols.start + t % across * wide);
        // SAFETY: the caller's contract; tasks are disjoint rectangles.
        unsafe { piece.task(tile..(tile + tall).min(heights.tiles), j..(j + wide).min(cols.end)) }
    });
}

unsafe fn pack_a<T: Real>(
    p: &Problem<T>,
    heights: &Heights,
    m0: usize,
    k0: usize,
    klen: usize,
    tiles: std::ops::Range<usize>,
    to: *mut T,
) {
    match p.a {
        Operand::Packed(f) => {
            let (first, last) = (heights.at(tiles.start).0, heights.at(tiles.end - 1));
            f(m0 + first, last.0 + last.1 - first, k0, klen, to.add(first * klen));
        }
        Operand::Strided(a, rsa, csa) => {
            for t in tiles {
                let (i, h) = heights.at(t);
                let from = a.offset((m0 + i) as isize * rsa + k0 as isize * csa);
                (T::kernels().pack)(from, rsa, csa, h, h, klen, to.add(i * klen));
            }
        }
    }
}

unsafe fn pack_b<T: Real>(b: Operand<T>, k0: usize, klen: usize, n0: usize, nlen: usize, to: *mut T) {
    let ker = T::kernels();
    match b {
        Operand::Packed(f) => f(k0, klen, n0, nlen, to),
        Operand::Strided(b, rsb, csb) => {
            // Dense rows are read along memory, some of them at a time; dense columns a panel at a time.
            let some = if csb == 1 { 16 } else { klen };
            for p in (0..klen).step_by(some) {
                for j in (0..nlen).step_by(ker.nr) {
                    let from = b.offset((k0 + p) as isize * rsb + (n0 + j) as isize * csb);
                    let to = to.add(j * klen + p * ker.nr);
                    (ker.pack)(from, csb, rsb, ker.nr.min(nlen - j), ker.nr, some.min(klen - p), to);
                }
            }
        }
    }
}

/// A rectangle of `c` from row `row` and column `first` on, with all that its tasks share.
struct Piece<'a, T: 'static> {
    p: &'a Problem<'a, T>,
    ker: &'a Kernels<T>,
    kc: usize,
    row: usize,
    first: usize,
    heights: Heights,
    left: Left<T>,
    right: Right<T>,
}

impl<T: Real> Piece<'_, T> {
    /// Computes the tiles `tiles` of the columns `cols`.
    unsafe fn task(&self, tiles: std::ops::Range<usize>, cols: std::ops::Range<usize>) {
        let Piece { p, ker, kc, first, right, .. } = *self;
        let nr = ker.nr;
        scratch::with(Slot::Task, nr * kc, |panel: *mut T| {
            for k0 in (0..p.k).step_by(kc) {
                let klen = kc.min(p.k - k0);
                for j in cols.clone().step_by(nr) {
                    let width = nr.min(cols.end - j);
                    let block = Panel { k0, klen, j, width, panel, in_place: None };
                    match right {
                        Right::Packed(b, panels) => {
                            let b = b.add(k0 * panels * nr + (j - first) * klen);
                            self.panel(tiles.clone(), Panel { panel: b.cast_mut(), ..block });
                        }
                        Right::Rows(b, rsb) if width == nr => {
                            let at = |k: usize, j: usize| b.wrapping_offset(k as isize * rsb + j as isize);
                            let ahead = match j + nr < cols.end {
                                true => at(k0, j + nr),
                                false => at(k0 + klen, cols.start),
                            };
                            let in_place = Some((at(k0, j), rsb, ahead));
                            self.panel(tiles.clone(), Panel { in_place, ..block });
                        }
                        Right::Rows(..) | Right::Panels => {
                            pack_b(p.b, k0, klen, j, width, panel);
                            self.panel(tiles.clone(), block);
                        }
                    }
                }
            }
        });
        let end = self.heights.at(tiles.end - 1);
        let rows = self.heights.at(tiles.start).0..end.0 + end.1;
        finish::activate(p, self.row + rows.start..self.row + rows.end, cols);
    }

    /// The tiles of one panel of `b` for one block of `k`.
    unsafe fn panel(&self, tiles: std::ops::Range<usize>, b: Panel<T>) {
        let Piece { p, ker, .. } = *self;
        let Panel { k0, klen, j, width, .. } = b;
        let nr = ker.nr;
        let last = k0 + klen == p.k;
        let mut bias = [const { MaybeUninit::<T>::uninit() }; MAX_NR];
        let mut edge = [const { MaybeUninit::<T>::uninit() }; MAX_NR * MAX_MR];
        let mut finish = Finish {
            alpha: p.alpha,
            beta: if k0 == 0 { p.beta } else { T::ONE },
            row_bias: std::ptr::null(),
            row_bias_stride: 0,
            col_bias: std::ptr::null(),
            relu: last && p.epilogue.act == Act::Relu,
            plain: false,
            plain_add: false,
            ahead: [std::ptr::null(); 2],
        };
        if p.alpha == T::ONE && !(last && p.epilogue.touches_tiles()) {
            finish.plain = finish.beta == T::ZERO;
            finish.plain_add = finish.beta == T::ONE;
        }
        let mut row_bias = std::ptr::null();
        match p.epilogue.bias {
            Bias::PerCol(q, s) if last => {
                for jj in 0..nr {
                    bias[jj].write(if jj < width { *q.offset((j + jj) as isize * s) } else { T::ZERO });
                }
                finish.col_bias = bias.as_ptr().cast();
            }
            Bias::PerRow(q, s) if last => (row_bias, finish.row_bias_stride) = (q, s),
            _ => {}
        }
        let padded = self.heights.padded();
        for t in tiles.clone() {
            let (i, h) = self.heights.at(t);
            let row = (self.row + i) as isize;
            if !row_bias.is_null() {
                finish.row_bias = row_bias.offset(row * finish.row_bias_stride);
            }
            let (a, rsa, csa) = match self.left {
                Left::InPlace(a, rsa, csa) => (a.offset(row * rsa + k0 as isize * csa), rsa, csa),
                Left::Packed(a) => {
                    let step = if self.heights.fixed { ker.mr } else { h };
                    (a.add(k0 * padded + i * klen), 1, step as isize)
                }
            };
            let line = 64 / size_of::<T>();
            let (kernel, from, rsb): (TileFn<T>, _, _) = match b.in_place {
                // The first two tiles fetch half a panel each, a single one both halves.
                Some((from, rsb, ahead)) if t < tiles.start + 2 => {
                    let first = ahead.wrapping_add((t - tiles.start) * line);
                    finish.ahead = [first, if tiles.len() == 1 { ahead.wrapping_add(line) } else { first }];
                    (ker.leading[h - 1], from, rsb)
                }
                Some((from, rsb, _)) => (ker.tiles[h - 1], from, rsb),
                None => (ker.tiles[h - 1], b.panel.cast_const(), nr as isize),
            };
            let c = p.c.offset(row * p.rsc + j as isize * p.csc);
            if width == nr && p.csc == 1 {
                kernel(klen, a, rsa, csa, from, rsb, c, p.rsc, &finish);
                continue;
            }
            // At the edge, or with strided columns: through a full tile of our own.
            let edge = edge.as_mut_ptr().cast::<T>();
            if finish.beta != T::ZERO {
                copy_tile(c, p.rsc, p.csc, edge, nr as isize, 1, h, width);
            }
            kernel(klen, a, rsa, csa, from, rsb, edge, nr as isize, &finish);
            copy_tile(edge, nr as isize, 1, c, p.rsc, p.csc, h, width);
        }
    }
}

/// One block of `k` of one panel of columns.
#[derive(Clone, Copy)]
struct Panel<T> {
    k0: usize,
    klen: usize,
    j: usize,
    width: usize,
    /// Where it is packed, or will be by its first tile.
    panel: *mut T,
    /// Where it is read instead, with the stride of rows, and the panel that will be read after it.
    in_place: Option<(*const T, isize, *const T)>,
}

#[inline]
pub unsafe fn copy_tile<T: Copy>(
    from: *const T,
    rsf: isize,
    csf: isize,
    to: *mut T,
    rst: isize,
    cst: isize,
    h: usize,
    w: usize,
) {
    for i in 0..h as isize {
        let (from, to) = (from.offset(i * rsf), to.offset(i * rst));
        if csf == 1 && cst == 1 {
            std::ptr::copy_nonoverlapping(from, to, w);
            continue;
        }
        for j in 0..w as isize {
            *to.offset(j * cst) = *from.offset(j * csf);
        }
    }
}
