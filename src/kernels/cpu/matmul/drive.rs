//! The blocked driver: which part of `a` and `b` is packed when, and which task computes which part of `c`.
//!
//! A sum runs over blocks of `k`, in order, whatever the task: the cut into tasks changes no bit.

use super::elem::Real;
use super::scratch::{self, Slot};
use super::tile::{Finish, Kernels, TileFn};
use super::{Act, Bias, Epilogue};
use crate::kernels::cpu::par;

/// Steps of `k` per block, in bytes of an element times steps: a panel of `b` is then 32 KiB (f32) and shares
/// the 48 KiB first-level cache with the panel of `a` that streams by.
const KC_BYTES: usize = 256 * 4;
/// Rows of `a` packed at a time: about 170 KiB of the second-level cache, and 8 tasks for 1024 rows.
const MC: usize = 168;
/// Up to this many rows, `b` is packed just before use, a group of panels at a time, never as a whole.
const MC_ALONE: usize = 336;
/// Bytes of a group of panels in that case: rows of the source are then read in runs of some cache lines.
const GROUP_BYTES: usize = 128 << 10;
/// Columns of a task when there are several blocks of rows: packing `a` again for each costs about 1%.
const TASK_COLS: usize = 1024;
/// Multiply-adds of a task when there is one block of rows.
const TASK_FMA: usize = 4 << 20;
/// Bytes of packed `b` at a time.
const NC_BYTES: usize = 32 << 20;
/// Columns from which `a` is packed: each of its elements is then used by more than four tiles.
const PACK_A_COLS: usize = 128;

/// A packer as the public functions take it: `(first, count, first, count, destination)`.
pub type Packer<'a, T> = &'a (dyn Fn(usize, usize, usize, usize, *mut T) + Sync);

#[derive(Clone, Copy)]
pub enum Operand<'a, T> {
    /// Pointer, row stride, column stride.
    Strided(*const T, isize, isize),
    Packed(Packer<'a, T>),
}

#[derive(Clone, Copy)]
pub struct Problem<'a, T> {
    pub m: usize,
    pub n: usize,
    pub k: usize,
    pub alpha: T,
    pub a: Operand<'a, T>,
    pub b: Operand<'a, T>,
    pub beta: T,
    pub c: *mut T,
    pub rsc: isize,
    pub csc: isize,
    pub epilogue: Epilogue<T>,
}

// SAFETY: the pointers are the caller's, valid for the whole call; tasks write disjoint parts of `c`.
unsafe impl<T: Sync> Sync for Problem<'_, T> {}

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

pub unsafe fn drive<T: Real>(p: &Problem<T>) {
    let ker = T::kernels();
    let kc = even_block(p.k, KC_BYTES / size_of::<T>());
    if p.m <= MC_ALONE {
        // One block of rows: tasks are ranges of columns, and each packs its own part of `b`.
        let cols = (TASK_FMA / (p.m * p.k)).max(2 * ker.nr).next_multiple_of(ker.nr);
        par::for_each_chunk(p.n, task_cols(p, cols), |cols| {
            // SAFETY: the caller's contract; ranges of columns are disjoint.
            unsafe { task(p, ker, kc, 0..p.m, cols, None) }
        });
        return;
    }
    let nc = (NC_BYTES / size_of::<T>() / p.k.next_multiple_of(4)).max(ker.nr) / ker.nr * ker.nr;
    for n0 in (0..p.n).step_by(nc) {
        let nlen = nc.min(p.n - n0);
        let panels = nlen.div_ceil(ker.nr);
        let size = panels * ker.nr * p.k + super::pack::SLACK;
        scratch::with(Slot::Shared, size, |packed: *mut T| {
            let packed = Shared(packed);
            // Some panels a task: about 64 KiB each.
            let some = (64 * 1024 / (kc * ker.nr * size_of::<T>())).max(1);
            let groups = panels.div_ceil(some);
            let blocks = p.k.div_ceil(kc);
            let pack = |t: usize| {
                let (k0, first) = ((t / groups) * kc, (t % groups) * some * ker.nr);
                let klen = kc.min(p.k - k0);
                let len = (some * ker.nr).min(nlen - first);
                // SAFETY: blocks of `k` one after the other, each with all panels: disjoint parts of the memory.
                unsafe {
                    let to = packed.get().add(k0 * panels * ker.nr + first * klen);
                    pack_b(p, ker, k0, klen, n0 + first, len, to);
                }
            };
            if p.m * p.k * nlen >= par::MATMUL_MIN_FMA {
                par::for_each(blocks * groups, pack);
            } else {
                (0..blocks * groups).for_each(pack);
            }
            let mc = even_rows(p.m, ker.mr);
            let wide = task_cols(p, TASK_COLS.next_multiple_of(ker.nr)).min(nlen.next_multiple_of(ker.nr));
            let (down, across) = (p.m.div_ceil(mc), nlen.div_ceil(wide));
            let run = |t: usize| {
                let (i0, j0) = ((t / across) * mc, (t % across) * wide);
                let (rows, cols) = (i0..(i0 + mc).min(p.m), n0 + j0..n0 + (j0 + wide).min(nlen));
                // SAFETY: the caller's contract; tasks are disjoint rectangles.
                unsafe { task(p, ker, kc, rows, cols, Some((packed.get(), n0, panels))) }
            };
            if p.m * p.k * nlen >= par::MATMUL_MIN_FMA {
                par::for_each(down * across, run);
            } else {
                (0..down * across).for_each(run);
            }
        });
    }
}

/// The whole width for products too small for threads.
fn task_cols<T: Real>(p: &Problem<T>, cols: usize) -> usize {
    if p.m * p.k * p.n < par::MATMUL_MIN_FMA { p.n.max(1) } else { cols }
}

fn even_rows(m: usize, mr: usize) -> usize {
    m.div_ceil(m.div_ceil(MC)).next_multiple_of(mr)
}

unsafe fn pack_b<T: Real>(
    p: &Problem<T>,
    ker: &Kernels<T>,
    k0: usize,
    klen: usize,
    n0: usize,
    nlen: usize,
    to: *mut T,
) {
    match p.b {
        Operand::Packed(f) => f(k0, klen, n0, nlen, to),
        Operand::Strided(b, rsb, csb) => {
            for j in (0..nlen).step_by(ker.nr) {
                let from = b.offset(k0 as isize * rsb + (n0 + j) as isize * csb);
                (ker.pack)(from, csb, rsb, ker.nr.min(nlen - j), ker.nr, klen, to.add(j * klen));
            }
        }
    }
}

/// Tile heights for a block of rows: as even as possible, so that no tile is nearly empty. With `fixed`, full
/// tiles and a rest, the layout that outside packers fill.
struct Heights {
    tiles: usize,
    base: usize,
    extra: usize,
    rows: usize,
    fixed: bool,
}

impl Heights {
    fn new(rows: usize, mr: usize, fixed: bool) -> Heights {
        let tiles = rows.div_ceil(mr);
        if fixed {
            return Heights { tiles, base: mr, extra: 0, rows, fixed };
        }
        Heights { tiles, base: rows / tiles, extra: rows % tiles, rows, fixed }
    }
    /// First row and height of a tile.
    #[inline(always)]
    fn at(&self, t: usize) -> (usize, usize) {
        if self.fixed {
            return (t * self.base, self.base.min(self.rows - t * self.base));
        }
        (t * self.base + t.min(self.extra), self.base + (t < self.extra) as usize)
    }
}

/// Computes one rectangle of `c`. `packed` is the packed `b` with its first column and number of panels.
unsafe fn task<T: Real>(
    p: &Problem<T>,
    ker: &Kernels<T>,
    kc: usize,
    rows: std::ops::Range<usize>,
    cols: std::ops::Range<usize>,
    packed: Option<(*const T, usize, usize)>,
) {
    let nr = ker.nr;
    let a_fixed = matches!(p.a, Operand::Packed(_));
    // In place if packing would not pay, unless rows lie multiples of 4 KiB apart: those share cache sets.
    let in_place = match p.a {
        Operand::Strided(_, rsa, csa) if cols.len() < PACK_A_COLS => {
            (csa == 1 && !(rsa as usize * size_of::<T>()).is_multiple_of(4096)) || rsa == 1
        }
        _ => false,
    };
    let a_size = if in_place { 0 } else { rows.len().next_multiple_of(ker.mr) * kc + super::pack::SLACK };
    let group = (GROUP_BYTES / (kc * nr * size_of::<T>())).max(1) * nr;
    let b_size = if packed.is_some() { 0 } else { group.min(cols.len().next_multiple_of(nr)) * kc };
    let a_size = a_size.next_multiple_of(16);
    let heights = Heights::new(rows.len(), ker.mr, a_fixed);
    scratch::with(Slot::Task, a_size + b_size + super::pack::SLACK, |memory: *mut T| {
        let (a_mem, b_mem) = (memory, memory.add(a_size));
        for k0 in (0..p.k).step_by(kc) {
            let klen = kc.min(p.k - k0);
            match p.a {
                Operand::Packed(f) => f(rows.start, rows.len(), k0, klen, a_mem),
                Operand::Strided(a, rsa, csa) if !in_place => {
                    for t in 0..heights.tiles {
                        let (i, h) = heights.at(t);
                        let from = a.offset((rows.start + i) as isize * rsa + k0 as isize * csa);
                        (ker.pack)(from, rsa, csa, h, h, klen, a_mem.add(i * klen));
                    }
                }
                _ => {}
            }
            let block = Block { p, ker, k0, klen, rows: rows.clone(), heights: &heights, a_mem, in_place };
            match packed {
                Some((b, first, panels)) => {
                    let b = b.add(k0 * panels * nr + (cols.start - first) * klen);
                    block.columns(b, cols.clone());
                }
                None => {
                    for j0 in cols.clone().step_by(group) {
                        let len = group.min(cols.end - j0);
                        pack_b(p, ker, k0, klen, j0, len, b_mem);
                        block.columns(b_mem, j0..j0 + len);
                    }
                }
            }
        }
    });
    super::finish::activate(p, rows, cols);
}

/// One block of rows by one block of `k`, with everything in place to run over columns.
struct Block<'a, T: 'static> {
    p: &'a Problem<'a, T>,
    ker: &'a Kernels<T>,
    k0: usize,
    klen: usize,
    rows: std::ops::Range<usize>,
    heights: &'a Heights,
    a_mem: *const T,
    in_place: bool,
}

impl<T: Real> Block<'_, T> {
    /// All tiles of the columns `cols`, whose packed panels begin at `b`.
    unsafe fn columns(&self, b: *const T, cols: std::ops::Range<usize>) {
        let Block { p, ker, k0, klen, .. } = *self;
        let nr = ker.nr;
        let last = k0 + klen == p.k;
        let mut bias = [T::ZERO; super::MAX_NR];
        let mut edge = [T::ZERO; super::MAX_NR * super::MAX_MR];
        for j in cols.clone().step_by(nr) {
            let width = nr.min(cols.end - j);
            let b = b.add((j - cols.start) * klen);
            let mut finish = Finish {
                alpha: p.alpha,
                beta: if k0 == 0 { p.beta } else { T::ONE },
                row_bias: std::ptr::null(),
                row_bias_stride: 0,
                col_bias: std::ptr::null(),
                relu: last && p.epilogue.act == Act::Relu,
            };
            let mut row_bias = std::ptr::null();
            match p.epilogue.bias {
                Bias::PerCol(q, s) if last => {
                    for jj in 0..width {
                        bias[jj] = *q.offset((j + jj) as isize * s);
                    }
                    finish.col_bias = bias.as_ptr();
                }
                Bias::PerRow(q, s) if last => (row_bias, finish.row_bias_stride) = (q, s),
                _ => {}
            }
            for t in 0..self.heights.tiles {
                let (i, h) = self.heights.at(t);
                let row = self.rows.start + i;
                if !row_bias.is_null() {
                    finish.row_bias = row_bias.offset(row as isize * finish.row_bias_stride);
                }
                let (kernel, a, rsa, csa): (TileFn<T>, _, _, _) = match p.a {
                    Operand::Strided(a, rsa, csa) if self.in_place => {
                        let table = if rsa == 1 { ker.unit } else { ker.strided };
                        (table[h - 1], a.offset(row as isize * rsa + k0 as isize * csa), rsa, csa)
                    }
                    Operand::Packed(_) => (ker.unit[h - 1], self.a_mem.add(i * klen), 1, ker.mr as isize),
                    _ => (ker.unit[h - 1], self.a_mem.add(i * klen), 1, h as isize),
                };
                let c = p.c.offset(row as isize * p.rsc + j as isize * p.csc);
                if width == nr && p.csc == 1 {
                    kernel(klen, a, rsa, csa, b, nr as isize, c, p.rsc, &finish);
                    continue;
                }
                // At the edge, or with strided columns: through a full tile of our own.
                let edge = edge.as_mut_ptr();
                if finish.beta != T::ZERO {
                    copy_tile(c, p.rsc, p.csc, edge, nr as isize, 1, h, width);
                }
                kernel(klen, a, rsa, csa, b, nr as isize, edge, nr as isize, &finish);
                copy_tile(edge, nr as isize, 1, c, p.rsc, p.csc, h, width);
            }
        }
    }
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
