//! The one loop over elements: any number of strided operands, any mixture of dtypes, dense blocks for the kernel.
//!
//! A kernel is a plain function over dense memory, compiled once per dtype. This driver does everything else:
//! it drops and merges dimensions, walks rows, gathers strided operands into blocks that stay in L1, converts
//! dtypes on the way in and out, repeats broadcast scalars, and splits the work over threads. So an op's body never
//! meets a stride, and no loop is compiled once per layout.

use super::blocks::{PART, STEP};
use super::cast::Cast;
use super::gather::{gather_rows, scatter_rows};
use super::par;
use super::rows::{MAX_OPERANDS, Rows};
use super::stream;
use crate::base::{DType, Dims};
use smallvec::SmallVec;

/// Elements in a block, at least: five buffers of 8-byte elements stay within a 32 KiB L1.
pub const BLOCK: usize = 512;
/// Bytes of a block of narrow elements, of which more go at a time.
const NARROW: usize = 4096;
/// Bytes of a buffer: a block of the widest elements, and a line beyond, into which short repeated rows run over.
const BUFFER: usize = BLOCK * 16 + 64;

/// A strided operand; strides in elements. The output comes first in every list.
#[derive(Clone)]
pub struct Operand<'a> {
    pub ptr: *mut u8,
    pub strides: &'a [usize],
    pub dtype: DType,
    /// The dtype the kernel reads or writes.
    pub compute: DType,
}

/// A dense kernel: pointers to the output and the inputs, the number of elements of a row, and the rows.
pub type Kernel<'a> = &'a (dyn Fn(&[*mut u8; MAX_OPERANDS], usize, Rows) + Sync);

struct Walk {
    ptr: *mut u8,
    /// Bytes per step of each merged dimension.
    strides: Dims,
    size: usize,
    compute_size: usize,
    cast: Option<Cast>,
}
// SAFETY: a walk is a description; disjoint parts of the output go to different threads, inputs are only read.
unsafe impl Sync for Walk {}

/// Runs `kernel` over all elements of `shape`.
///
/// # Safety
/// Every operand is valid over `shape` with its strides; the output's elements are distinct and overlap an input
/// only if they coincide with it element for element.
pub unsafe fn for_each(
    shape: &[usize],
    operands: &[Operand],
    kernel: impl Fn(&[*mut u8; MAX_OPERANDS], usize) + Sync,
) {
    for_each_rows(shape, operands, false, &|p, n, _| kernel(p, n))
}

/// As [`for_each`]; a kernel that `takes_rows` is given several rows in a call, and inputs that are one number along a row as
/// [`Rows`] says.
///
/// # Safety
/// As for [`for_each`].
pub unsafe fn for_each_rows(shape: &[usize], operands: &[Operand], takes_rows: bool, kernel: Kernel) {
    let count = crate::base::numel(shape);
    if count == 0 {
        return;
    }
    let (dims, walks) = merge(shape, operands);
    let inner = *dims.last().unwrap_or(&1);
    let rows = count / inner;
    // what is gathered, converted or made by a routine takes longer than what is added from where it lies
    let last = dims.len() - 1;
    let heavy =
        !takes_rows && operands.len() > 2 || walks.iter().any(|w| w.strides[last] != 0 && !is_dense(w, last));
    let least = if heavy { par::MATH_GRAIN } else { par::ELEMENTWISE_GRAIN };
    // long stretches, where there are enough of them: the processor follows each anew
    let grain = (count / 64).clamp(least, 32 * par::ELEMENTWISE_GRAIN);
    let mut numbers = Rows::ONE;
    for (k, w) in walks.iter().enumerate().skip(1) {
        if takes_rows && is_number(w, last) {
            numbers = numbers.and(k - 1);
        }
    }
    let tile = Tile::of(&dims, &walks, numbers, takes_rows);
    let way = Way { tile, numbers, streams: streams(&dims, &walks), takes_rows };
    // SAFETY: passed on from the caller
    let work = |row0: usize, row1: usize, from: usize, to: usize| unsafe {
        run_rows(&dims, &walks, row0, row1, from, to, way, kernel)
    };
    // rows that are read across are a task together
    let together = if tile.across { tile.rows.min(dims[last - 1]) } else { 1 };
    let whole = if together > 1 { 4 * grain } else { grain };
    if count <= least {
        work(0, rows, 0, inner);
    } else if inner * together <= whole {
        // whole rows: to begin on a stretch costs as much as 700 elements (64 planes of 32x32 and a number for each: 6.0 us row
        // by row, 3.5 together)
        par::for_each_chunk(rows, (grain / inner).max(1).next_multiple_of(together), |r| {
            work(r.start, r.end, 0, inner)
        });
    } else {
        // few long rows: split each, or each of those that go together
        let piece = (grain / together).max(BLOCK) / BLOCK * BLOCK;
        let pieces = inner.div_ceil(piece);
        par::for_each_chunk(rows.div_ceil(together) * pieces, 1, |r| {
            for job in r {
                let (row, from) = (job / pieces * together, job % pieces * piece);
                work(row, (row + together).min(rows), from, (from + piece).min(inner));
            }
        });
    }
}

/// How a loop goes over its elements: what tiles, which inputs are numbers, and whether the output passes the caches.
#[derive(Clone, Copy)]
struct Way {
    tile: Tile,
    numbers: Rows<'static>,
    streams: bool,
    takes_rows: bool,
}

/// Whether the output goes past the caches: it is dense along the rows, no input lies in its place, and all operands
/// together are more than the caches hold.
fn streams(dims: &[usize], walks: &[Walk]) -> bool {
    let last = dims.len() - 1;
    let touched = |w: &Walk| -> usize {
        dims.iter().zip(&w.strides).map(|(&n, &s)| if s == 0 { 1 } else { n }).product::<usize>() * w.size
    };
    let [out, inputs @ ..] = walks else { return false };
    out.strides[last] == out.size
        && stream::worthwhile(walks.iter().map(touched).sum())
        && inputs.iter().all(|w| w.ptr != out.ptr)
}

/// Drops size-1 dimensions, orders by the output's strides and merges what is contiguous for all operands.
fn merge(shape: &[usize], operands: &[Operand]) -> (Dims, SmallVec<[Walk; MAX_OPERANDS]>) {
    let mut axes: Dims = (0..shape.len()).filter(|&i| shape[i] != 1).collect();
    let key = |i: usize| {
        // the output decides; where it has no say (reductions write with stride 0) the first input does
        let out = operands[0].strides[i];
        if out == 0 && operands.len() > 1 { operands[1].strides[i] } else { out }
    };
    if !axes.windows(2).all(|w| key(w[0]) >= key(w[1])) {
        axes.sort_by_key(|&i| std::cmp::Reverse(key(i)));
    }
    let mut dims = Dims::new();
    let mut walks: SmallVec<[Walk; MAX_OPERANDS]> = operands
        .iter()
        .enumerate()
        .map(|(k, o)| Walk {
            ptr: o.ptr,
            strides: Dims::new(),
            size: o.dtype.size(),
            compute_size: o.compute.size(),
            cast: match (o.dtype == o.compute, k) {
                (true, _) => None,
                (false, 0) => Some(Cast::new(o.compute, o.dtype)),
                (false, _) => Some(Cast::new(o.dtype, o.compute)),
            },
        })
        .collect();
    for &i in &axes {
        let merges = dims.last().is_some()
            && operands
                .iter()
                .zip(&walks)
                .all(|(o, w)| *w.strides.last().unwrap_or(&0) == o.strides[i] * w.size * shape[i]);
        if merges {
            if let Some(last) = dims.last_mut() {
                *last *= shape[i];
            }
            for (o, w) in operands.iter().zip(&mut walks) {
                if let Some(last) = w.strides.last_mut() {
                    *last = o.strides[i] * w.size;
                }
            }
        } else {
            dims.push(shape[i]);
            for (o, w) in operands.iter().zip(&mut walks) {
                w.strides.push(o.strides[i] * w.size);
            }
        }
    }
    lengthen(&mut dims, &mut walks);
    bring_near(&mut dims, &mut walks);
    if dims.is_empty() {
        dims.push(1);
        for w in &mut walks {
            let size = w.size;
            w.strides.push(size);
        }
    }
    (dims, walks)
}

#[repr(align(64))]
struct Buffer([std::mem::MaybeUninit<u8>; BUFFER]);
impl Buffer {
    /// Not made on the stack and copied from there.
    fn boxed() -> Box<Buffer> {
        let room = Box::<Buffer>::new_uninit();
        // SAFETY: a buffer is uninitialised bytes
        unsafe { room.assume_init() }
    }
    fn ptr(&mut self) -> *mut u8 {
        self.0.as_mut_ptr().cast()
    }
}

/// Few elements of each of many rows, dense in no operand, are many of each of few. (Two of each of 8,500 rows of three, doubled in place:
/// 25 us, so 7.)
fn lengthen(dims: &mut Dims, walks: &mut [Walk]) {
    let Some(near) = dims.len().checked_sub(2) else { return };
    let last = near + 1;
    let (rows, few) = (dims[near], dims[last]);
    let nowhere = few < FEW && rows > few && walks.iter().all(|w| w.strides[last] != w.size);
    let cut =
        |w: &Walk| w.strides[last] > 0 && w.strides[near] > 0 && w.strides[near] != few * w.strides[last];
    // lines are met once for each of the few: they must still be near
    let near_by = |w: &Walk| rows * w.strides[near] <= NEAR;
    let apart = || few < VERY_FEW && rows >= SHORT && walks.iter().any(cut) && walks.iter().all(near_by);
    if nowhere || apart() {
        dims.swap(near, last);
        walks.iter_mut().for_each(|w| w.strides.swap(near, last));
    }
}

/// Brings an axis along which some input lies dense beside the rows, where tiles of several rows read whole lines of it; the
/// order of the others, which the output decides, stays.
fn bring_near(dims: &mut Dims, walks: &mut [Walk]) {
    let Some(near) = dims.len().checked_sub(2) else { return };
    let (last, closer) =
        (near + 1, |w: &Walk, d: usize, than: usize| 0 < w.strides[d] && w.strides[d] < than);
    if near == 0 || dims[last] < ACROSS.rows || walks.iter().any(|w| closer(w, near, w.strides[last])) {
        return;
    }
    let dense = |w: &Walk| {
        // what is the same for the rows beside each other is near already (17 of each of 2000x50 complex128 and a number for each
        // of 17x2000: 4.9 ms, so 3.5)
        if w.strides[near] == 0 {
            return None;
        }
        (0..near).find(|&d| dims[d] >= ACROSS.rows && closer(w, d, w.strides[last].min(w.size + 1)))
    };
    if let Some(d) = walks.iter().skip(1).find_map(dense) {
        let n = dims.remove(d);
        dims.insert(near, n);
        for w in walks {
            let step = w.strides.remove(d);
            w.strides.insert(near, step);
        }
    }
}

/// What is gathered, computed and scattered at a time: so many rows, and so many elements of each.
#[derive(Clone, Copy)]
struct Tile {
    rows: usize,
    len: usize,
    /// The kernel goes from row to row by itself, so that rows which lie dense stay where they are.
    apart: bool,
    /// Some operand's rows lie closer than the elements of a row.
    across: bool,
}

/// Elements below which a row is short enough to exchange with the axis around it: of rows that are dense nowhere, and of those that do not
/// follow each other in some operand (differences of 6,000 rows of three 19 us, so 6).
const FEW: usize = 8;
const VERY_FEW: usize = 4;
/// Bytes of an operand up to which that is so: of 60,000 rows of three float64 52 us became 79.
const NEAR: usize = 256 << 10;
/// Rows below this length go several at a time: a kernel's call costs as much as 50 elements.
const SHORT: usize = 256;
/// Rows an operand lies across from which on, and elements of a row up to which, tiles hold whole rows.
const ACROSS: Shape = Shape { rows: 8, len: 2 * STEP };

#[derive(Clone, Copy)]
struct Shape {
    rows: usize,
    len: usize,
}

impl Tile {
    fn of(dims: &[usize], walks: &[Walk], numbers: Rows, takes_rows: bool) -> Tile {
        let widest = walks.iter().map(|w| w.size.max(w.compute_size)).max().unwrap_or(1);
        let row = Tile { rows: 1, len: (NARROW / widest.max(4)).max(BLOCK), apart: false, across: false };
        let [.., outer, inner] = *dims else { return row };
        let last = dims.len() - 1;
        // rows of whole blocks, or so long that the rest is little
        let apart = |len: usize| takes_rows && (len.is_multiple_of(PART) || len >= STEP);
        // Of an operand whose rows lie closer than the elements of a row, whole lines of the cache are read, and turned in registers:
        // by single rows each line would be fetched for each of its elements. One thread, 4M float32 and as many transposed: 3.2 ms
        // (7.1 by tiles of 16 by 32, turned one by one, 18 by rows); 4x16x32x32, one channels first and one last: 11 instead of 78 us.
        let across = |w: &Walk| 0 < w.strides[last - 1] && w.strides[last - 1] < w.strides[last];
        if outer >= ACROSS.rows && walks.iter().any(across) {
            let len = if inner <= ACROSS.len { inner } else { STEP };
            return Tile { rows: BLOCK * 16 / widest / len, len, apart: apart(len), across: true };
        }
        // Rows that lie dense everywhere go one by one all the same, unless they are very short, or nothing is copied for a tile of
        // them: several are one long row in every operand, or the same; or but a number for each.
        let number = |k: usize| k > 0 && numbers.is_number(k - 1);
        let straight = |(k, w): (usize, &Walk)| is_dense(w, last) || number(k);
        let follows = |(k, w): (usize, &Walk)| match w.strides[last - 1] {
            0 => k > 0,
            along => is_dense(w, last) && along == inner * w.size,
        };
        let all = walks.iter().enumerate();
        let all_straight = all.clone().all(straight);
        let short = if !all_straight {
            SHORT
        } else if all.clone().all(follows) {
            // whole blocks need no tile: 65536 elements and a row of 64 for them take 4.2 us either way, a row of 100 6.1 and 5.0
            if takes_rows && inner.is_multiple_of(STEP) { STEP } else { SHORT }
        } else if all.clone().all(|(k, w)| number(k) || follows((k, w))) {
            // likewise: 2048 rows of 64 and a number for each take 12.4 us, and 15.3 with the numbers spread over tiles
            if takes_rows && inner.is_multiple_of(STEP) { STEP } else { SHORT / 2 }
        } else {
            SHORT / 8
        };
        // as many as fill the buffers: a tile costs as much as 200 elements, whatever it holds
        let room = (BLOCK * 16 / widest.max(4)).max(BLOCK);
        // where so many do not follow each other, rows are better off
        if all_straight && apart(inner) && outer * inner < room / 2 {
            return row;
        }
        let apart = !all_straight && apart(inner);
        if inner < short { Tile { rows: room / inner, len: inner, apart, ..row } } else { row }
    }
}

/// Whether an operand's rows lie dense, in the dtype of the kernel.
fn is_dense(w: &Walk, last: usize) -> bool {
    w.strides[last] == w.size && w.cast.is_none()
}

/// Whether an operand is one number along each row, in the dtype of the kernel.
fn is_number(w: &Walk, last: usize) -> bool {
    w.strides[last] == 0 && w.cast.is_none()
}

/// Elements `from..to` of the rows `row0..row1`.
unsafe fn run_rows(
    dims: &[usize],
    walks: &[Walk],
    row0: usize,
    row1: usize,
    from: usize,
    to: usize,
    way: Way,
    kernel: Kernel,
) {
    let last = dims.len() - 1;
    let Way { tile, numbers, streams, takes_rows } = way;
    let dense = walks.iter().enumerate().all(|(k, w)| is_dense(w, last) || k > 0 && numbers.is_number(k - 1));
    let mut index = Dims::from_elem(0, last);
    let mut rest = row0;
    for d in (0..last).rev() {
        index[d] = rest % dims[d];
        rest /= dims[d];
    }
    let mut at = [std::ptr::null_mut::<u8>(); MAX_OPERANDS];
    for (k, w) in walks.iter().enumerate() {
        let offset: usize = index.iter().zip(&w.strides).map(|(i, s)| i * s).sum();
        at[k] = w.ptr.wrapping_add(offset + from * w.strides[last]);
    }
    // buffers only where an operand is not dense already
    let mut blocks =
        if dense && tile.rows == 1 { None } else { Some(Blocks::new(walks, last, streams, tile)) };
    // kernels stream what goes straight into the output
    let straight = streams && walks[0].cast.is_none() && tile.rows == 1;
    let _streaming = straight.then(stream::Streaming::begin);
    let mut across = [0; MAX_OPERANDS];
    if last > 0 {
        across.iter_mut().zip(walks).for_each(|(step, w)| *step = w.strides[last - 1]);
    }
    let long = (to - from) * walks[0].size >= LONG && matches!(walks[0].size, 2 | 4 | 8 | 16);
    let two = walks.iter().filter(|w| w.strides[last] != 0).count() <= 2;
    let by_lines = long && (straight || two);
    let mut row = row0;
    while row < row1 {
        // rows of one tile differ in the last index but one alone
        let side = if last > 0 { dims[last - 1] - index[last - 1] } else { 1 };
        let rows = match &mut blocks {
            None if by_lines => {
                let rows = side.min(row1 - row);
                let mut p = at;
                for _ in 0..rows {
                    run_aligned(walks, p, last, to - from, numbers, kernel);
                    for k in 0..MAX_OPERANDS {
                        p[k] = p[k].wrapping_add(across[k]);
                    }
                }
                rows
            }
            None if takes_rows => {
                let rows = side.min(row1 - row).min(Rows::MOST);
                kernel(&at, to - from, numbers.times(rows, &across));
                rows
            }
            None => {
                let (rows, mut p) = (side.min(row1 - row), at);
                for _ in 0..rows {
                    kernel(&p, to - from, Rows::ONE);
                    for k in 0..MAX_OPERANDS {
                        p[k] = p[k].wrapping_add(across[k]);
                    }
                }
                rows
            }
            Some(b) => {
                let rows = tile.rows.min(side).min(row1 - row);
                // SAFETY: as above
                unsafe { b.run(walks, &at, rows, to - from, kernel) };
                rows
            }
        };
        row += rows;
        // the odometer
        let mut step = rows;
        for d in (0..last).rev() {
            index[d] += step;
            for (k, w) in walks.iter().enumerate() {
                at[k] = at[k].wrapping_add(w.strides[d] * step);
            }
            if index[d] < dims[d] {
                break;
            }
            index[d] = 0;
            for (k, w) in walks.iter().enumerate() {
                at[k] = at[k].wrapping_sub(w.strides[d] * dims[d]);
            }
            step = 1;
        }
    }
}

/// Bytes of a line of the caches.
const LINE: usize = 64;
/// Bytes of a row from which it is worth a call of its own that its output is written in whole lines.
const LONG: usize = 8192;

/// A row whose output begins within a line of the caches: up to its end first, then what is written in whole lines. (A store
/// over two lines takes twice as long: from the second number of a line on `relu_` of 4M floats takes 151 us so, and 202
/// not. Where two inputs are read, which do not begin so, their lines are lost for the output's: `add_` of 1M 76 us and 86.)
fn run_aligned(
    walks: &[Walk],
    mut p: [*mut u8; MAX_OPERANDS],
    last: usize,
    n: usize,
    numbers: Rows,
    kernel: Kernel,
) {
    let lead = (p[0] as usize).wrapping_neg() % LINE / walks[0].size;
    if lead > 0 {
        kernel(&p, lead, numbers);
        for (p, w) in p.iter_mut().zip(walks) {
            *p = p.wrapping_add(lead * w.strides[last]);
        }
    }
    kernel(&p, n - lead, numbers);
}

struct Blocks {
    /// One for each operand, and one for what is between strided and converted.
    buffers: SmallVec<[Box<Buffer>; MAX_OPERANDS + 1]>,
    /// What a broadcast operand's buffer is filled with already: the address, rows and their length.
    filled: [(*mut u8, Shape); MAX_OPERANDS],
    /// Of each operand, bytes from row to row and from element to element.
    steps: [(usize, usize); MAX_OPERANDS],
    /// The output is converted in a buffer and leaves it past the caches.
    streams: bool,
    tile: Tile,
}

thread_local! {
    /// Buffers of finished runs: a small strided op must not pay for an allocation.
    static SPARE: std::cell::RefCell<Vec<Box<Buffer>>> = const { std::cell::RefCell::new(Vec::new()) };
}

impl Drop for Blocks {
    fn drop(&mut self) {
        let _ = SPARE.try_with(|s| s.borrow_mut().extend(self.buffers.drain(..)));
    }
}

impl Blocks {
    fn new(walks: &[Walk], last: usize, streams: bool, tile: Tile) -> Blocks {
        let mut steps = [(0, 0); MAX_OPERANDS];
        for (step, w) in steps.iter_mut().zip(walks) {
            *step = (if last > 0 { w.strides[last - 1] } else { 0 }, w.strides[last]);
        }
        debug_assert!(walks.iter().all(|w| w.compute_size <= 16));
        let count = walks.len() + 1;
        let mut buffers = SmallVec::new();
        let _ = SPARE.try_with(|s| {
            let mut s = s.borrow_mut();
            let left = s.len().saturating_sub(count);
            buffers.extend(s.drain(left..));
        });
        while buffers.len() < count {
            buffers.push(Buffer::boxed());
        }
        Blocks {
            buffers,
            streams: streams && tile.rows == 1 && walks[0].cast.is_some(),
            filled: [const { (std::ptr::null_mut(), Shape { rows: 0, len: 0 }) }; MAX_OPERANDS],
            steps,
            tile,
        }
    }

    /// `rows` rows of `len` elements, tile by tile: gather and convert inputs, compute, convert and scatter the output.
    unsafe fn run(
        &mut self,
        walks: &[Walk],
        at: &[*mut u8; MAX_OPERANDS],
        rows: usize,
        len: usize,
        kernel: Kernel,
    ) {
        let width = if self.streams { (stream::BURST / walks[0].size).min(BLOCK) } else { self.tile.len };
        let by_rows = self.tile.apart && rows > 1;
        let mut done = 0;
        while done < len {
            let m = width.min(len - done);
            let n = rows * m;
            let mut dense = [std::ptr::null_mut::<u8>(); MAX_OPERANDS];
            // where rows lie apart: how far, and what is one number in each
            let (mut apart, mut numbers, mut in_place) = ([0; MAX_OPERANDS], Rows::ONE, false);
            for (k, w) in walks.iter().enumerate() {
                let (across, along) = self.steps[k];
                let src = at[k].wrapping_add(done * along);
                let packed = along == w.size && (rows == 1 || across == m * along);
                let number = k > 0 && along == 0;
                if w.cast.is_none() && (packed || by_rows && (along == w.size || number)) {
                    (dense[k], apart[k]) = (src, across);
                    in_place |= !packed;
                    numbers = if number { numbers.and(k - 1) } else { numbers };
                    continue;
                }
                apart[k] = m * w.compute_size;
                let buffer = self.buffers[k].ptr();
                dense[k] = buffer;
                if k == 0 {
                    continue;
                }
                // what repeats along the rows, or is one element all over, stays in its buffer
                let repeats = rows > 1 && across == 0 || rows == 1 && along == 0;
                if repeats {
                    let (held, of) = self.filled[k];
                    let same_rows = of.rows > 1 && rows > 1 && of.len == m && of.rows >= rows;
                    if held == src && (same_rows || of.rows == 1 && rows == 1 && of.len >= m) {
                        continue;
                    }
                    self.filled[k] = (src, Shape { rows, len: m });
                } else {
                    self.filled[k].0 = std::ptr::null_mut();
                }
                // a conversion past the caches into a buffer took three times as long: square roots of 4M int64 4.3 ms
                let _paused = w.cast.map(|_| stream::Paused::begin());
                // SAFETY: `n` elements fit the buffers, the source lies in the operand
                unsafe {
                    match w.cast {
                        None => gather_rows(src, across, along, buffer, w.size, rows, m),
                        Some(cast) if packed => cast.run(src, buffer, n),
                        Some(cast) => {
                            let raw = self.buffers[walks.len()].ptr();
                            gather_rows(src, across, along, raw, w.size, rows, m);
                            cast.run(raw, buffer, n);
                        }
                    }
                }
            }
            if in_place {
                kernel(&dense, m, numbers.times(rows, &apart));
            } else {
                kernel(&dense, n, Rows::ONE);
            }
            let w = &walks[0];
            let (across, along) = self.steps[0];
            let packed = along == w.size && (rows == 1 || across == m * along);
            if dense[0] == self.buffers[0].ptr() {
                let dst = at[0].wrapping_add(done * along);
                // SAFETY: a stretch of the output that is this task's, and the dense block just computed for it
                unsafe {
                    match w.cast {
                        None => scatter_rows(dense[0], dst, across, along, w.size, rows, m),
                        Some(cast) if self.streams => {
                            let raw = self.buffers[walks.len()].ptr();
                            cast.run(dense[0], raw, n);
                            stream::store(raw, dst, n * w.size);
                        }
                        Some(cast) if packed => cast.run(dense[0], dst, n),
                        Some(cast) => {
                            let raw = self.buffers[walks.len()].ptr();
                            cast.run(dense[0], raw, n);
                            scatter_rows(raw, dst, across, along, w.size, rows, m);
                        }
                    }
                }
            }
            done += m;
        }
    }
}
