//! The one loop over elements: any number of strided operands, any mixture of dtypes, dense blocks for the kernel.
//!
//! A kernel is a plain function over dense memory, compiled once per dtype. This driver does everything else:
//! it drops and merges dimensions, walks rows, gathers strided operands into blocks that stay in L1, converts
//! dtypes on the way in and out, repeats broadcast scalars, and splits the work over threads. So an op's body never
//! meets a stride, and no loop is compiled once per layout.

use super::blocks::STEP;
use super::cast::Cast;
use super::par;
use super::stream;
use crate::base::{DType, Dims};
use smallvec::SmallVec;

/// Elements in a block, at least: five buffers of 8-byte elements stay within a 32 KiB L1.
pub const BLOCK: usize = 512;
/// Bytes of a block of narrow elements, of which more go at a time.
const NARROW: usize = 4096;
/// Bytes of a buffer: a block of the widest elements, and a line beyond, into which short repeated rows run over.
const BUFFER: usize = BLOCK * 16 + 64;
pub const MAX_OPERANDS: usize = 5;

/// A strided operand; strides in elements. The output comes first in every list.
#[derive(Clone)]
pub struct Operand<'a> {
    pub ptr: *mut u8,
    pub strides: &'a [usize],
    pub dtype: DType,
    /// The dtype the kernel reads or writes.
    pub compute: DType,
}

/// Inputs that stay in a call of a kernel: they are one number all over, and of them there is but a block of [`STEP`] equal
/// elements, which is read again and again. (Repeated as often as there are elements, a number cost as much memory traffic as
/// another operand: 64K products with a number 3.0 instead of 1.9 us.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay(u8);

impl Stay {
    pub const NONE: Stay = Stay(0);
    /// Also input `k`, from 0 on.
    #[inline]
    pub const fn and(self, k: usize) -> Stay {
        Stay(self.0 | 1 << k)
    }
    #[inline(always)]
    fn has(self, k: usize) -> bool {
        self.0 >> k & 1 == 1
    }
    /// How far a kernel goes on in input `k` after a block.
    #[inline(always)]
    pub fn step(self, k: usize) -> usize {
        if self.has(k) { 0 } else { STEP }
    }
}

/// A dense kernel: pointers to the output and the inputs, the number of elements, and which inputs stay.
pub type Kernel<'a> = &'a (dyn Fn(&[*mut u8; MAX_OPERANDS], usize, Stay) + Sync);

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
    for_each_staying(shape, operands, false, &|p, n, _| kernel(p, n))
}

/// As [`for_each`]; if the kernel `stays`, inputs that are one number along a row are given as [`Stay`] says.
///
/// # Safety
/// As for [`for_each`].
pub unsafe fn for_each_staying(shape: &[usize], operands: &[Operand], stays: bool, kernel: Kernel) {
    let count = crate::base::numel(shape);
    if count == 0 {
        return;
    }
    let (dims, walks) = merge(shape, operands);
    let inner = *dims.last().unwrap_or(&1);
    let rows = count / inner;
    let streams = streams(&dims, &walks);
    // SAFETY: passed on from the caller
    let work = |row0: usize, row1: usize, from: usize, to: usize| unsafe {
        run_rows(&dims, &walks, row0, row1, from, to, (streams, stays), kernel)
    };
    // what is gathered, converted or made by a routine takes longer than what is added from where it lies
    let last = dims.len() - 1;
    let heavy =
        !stays && operands.len() > 2 || walks.iter().any(|w| w.strides[last] != 0 && !is_dense(w, last));
    let least = if heavy { par::MATH_GRAIN } else { par::ELEMENTWISE_GRAIN };
    // long stretches, where there are enough of them: the processor follows each anew
    let grain = (count / 64).clamp(least, 32 * par::ELEMENTWISE_GRAIN);
    if count <= least {
        work(0, rows, 0, inner);
    } else if inner <= grain {
        // whole rows: to begin on a stretch costs as much as 700 elements (64 planes of 32x32 and a number for each: 6.0 us row
        // by row, 3.5 together)
        par::for_each_chunk(rows, grain / inner, |r| work(r.start, r.end, 0, inner));
    } else {
        // few long rows: split each
        for row in 0..rows {
            par::for_each_chunk(inner.div_ceil(BLOCK), grain / BLOCK, |r| {
                work(row, row + 1, r.start * BLOCK, (r.end * BLOCK).min(inner))
            });
        }
    }
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

/// What is gathered, computed and scattered at a time: so many rows, and so many elements of each.
#[derive(Clone, Copy)]
struct Tile {
    rows: usize,
    len: usize,
}

/// Rows below this length go several at a time: a kernel's call costs as much as 50 elements.
const SHORT: usize = 256;
/// Of an operand whose rows lie closer than the elements of a row, a line of the cache is read at a time: by single rows
/// each line would be fetched for each of its elements (4M float32, transposed: 18 instead of 7 ms).
const ACROSS: Tile = Tile { rows: 16, len: 32 };

impl Tile {
    fn of(dims: &[usize], walks: &[Walk], stay: Stay) -> Tile {
        let widest = walks.iter().map(|w| w.size.max(w.compute_size)).max().unwrap_or(1);
        let row = Tile { rows: 1, len: (NARROW / widest.max(4)).max(BLOCK) };
        let [.., outer, inner] = *dims else { return row };
        let last = dims.len() - 1;
        let across = |w: &Walk| 0 < w.strides[last - 1] && w.strides[last - 1] < w.strides[last];
        if outer >= ACROSS.rows && inner >= ACROSS.len && walks.iter().any(across) {
            return ACROSS;
        }
        // Rows that lie dense everywhere go one by one all the same, unless they are very short, or nothing is copied for a tile of
        // them: several are one long row in every operand, or the same; or but a number for each.
        let number = |k: usize| k > 0 && stay.has(k - 1);
        let straight = |(k, w): (usize, &Walk)| is_dense(w, last) || number(k);
        let follows = |(k, w): (usize, &Walk)| match w.strides[last - 1] {
            0 => k > 0,
            along => is_dense(w, last) && along == inner * w.size,
        };
        let all = walks.iter().enumerate();
        let short = if !all.clone().all(straight) || all.clone().all(follows) {
            SHORT
        } else if all.clone().all(|(k, w)| number(k) || follows((k, w))) {
            SHORT / 2
        } else {
            SHORT / 8
        };
        // as many as fill the buffers: a tile costs as much as 200 elements, whatever it holds
        let room = (BLOCK * 16 / widest.max(4)).max(BLOCK);
        if inner < short { Tile { rows: room / inner, len: inner } } else { row }
    }
}

/// Whether an operand's rows lie dense, in the dtype of the kernel.
fn is_dense(w: &Walk, last: usize) -> bool {
    w.strides[last] == w.size && w.cast.is_none()
}

/// The blocks of inputs that stay.
struct Held {
    blocks: [std::mem::MaybeUninit<[u8; STEP * 16]>; MAX_OPERANDS],
    /// What each block repeats.
    of: [*mut u8; MAX_OPERANDS],
}

impl Held {
    fn new() -> Held {
        Held {
            blocks: [const { std::mem::MaybeUninit::uninit() }; MAX_OPERANDS],
            of: [std::ptr::null_mut(); MAX_OPERANDS],
        }
    }
    /// Puts addresses of blocks in the place of those of inputs that stay.
    ///
    /// # Safety
    /// Each such input is readable for an element of its size.
    #[inline(always)]
    unsafe fn put(&mut self, walks: &[Walk], p: &mut [*mut u8; MAX_OPERANDS], stay: Stay) {
        for k in 1..walks.len() {
            if stay.has(k - 1) {
                let block = self.blocks[k].as_mut_ptr().cast::<u8>();
                if self.of[k] != p[k] {
                    // SAFETY: a block has room for as many elements of 16 bytes
                    unsafe { fill_block(p[k], block, walks[k].size) };
                    self.of[k] = p[k];
                }
                p[k] = block;
            }
        }
    }
}

multiversion! {
    /// A block of equal elements of `size` bytes.
    unsafe fn fill_block(src: *const u8, dst: *mut u8, size: usize) {
        #[inline(always)]
        unsafe fn fill<T: Copy>(src: *const u8, dst: *mut u8) {
            dst.cast::<[T; STEP]>().write_unaligned([src.cast::<T>().read_unaligned(); STEP])
        }
        match size {
            4 => fill::<u32>(src, dst),
            8 => fill::<u64>(src, dst),
            2 => fill::<u16>(src, dst),
            1 => fill::<u8>(src, dst),
            _ => fill::<[u64; 2]>(src, dst),
        }
    }
}

/// Elements `from..to` of the rows `row0..row1`.
unsafe fn run_rows(
    dims: &[usize],
    walks: &[Walk],
    row0: usize,
    row1: usize,
    from: usize,
    to: usize,
    (streams, stays): (bool, bool),
    kernel: Kernel,
) {
    let last = dims.len() - 1;
    let stay = walks.iter().enumerate().skip(1).fold(Stay::NONE, |stay, (k, w)| {
        if stays && w.strides[last] == 0 && w.cast.is_none() { stay.and(k - 1) } else { stay }
    });
    let dense = walks.iter().enumerate().all(|(k, w)| is_dense(w, last) || k > 0 && stay.has(k - 1));
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
    let tile = Tile::of(dims, walks, stay);
    // buffers only where an operand is not dense already
    let mut blocks =
        if dense && tile.rows == 1 { None } else { Some(Blocks::new(walks, last, streams, tile)) };
    // kernels stream what goes straight into the output
    let straight = streams && walks[0].cast.is_none() && tile.rows == 1;
    let _streaming = straight.then(stream::Streaming::begin);
    let mut held = Held::new();
    let mut across = [0; MAX_OPERANDS];
    if last > 0 {
        across.iter_mut().zip(walks).for_each(|(step, w)| *step = w.strides[last - 1]);
    }
    let mut row = row0;
    while row < row1 {
        // rows of one tile differ in the last index but one alone
        let side = if last > 0 { dims[last - 1] - index[last - 1] } else { 1 };
        let rows = match &mut blocks {
            None => {
                let (rows, mut from_here) = (side.min(row1 - row), at);
                for _ in 0..rows {
                    let mut p = from_here;
                    if stay != Stay::NONE {
                        // SAFETY: the addresses lie in the operands, as the caller promised
                        unsafe { held.put(walks, &mut p, stay) };
                    }
                    kernel(&p, to - from, stay);
                    for k in 0..MAX_OPERANDS {
                        from_here[k] = from_here[k].wrapping_add(across[k]);
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

struct Blocks {
    /// One for each operand, and one for what is between strided and converted.
    buffers: SmallVec<[Box<Buffer>; MAX_OPERANDS + 1]>,
    /// What a broadcast operand's buffer is filled with already: the address, rows and their length.
    filled: [(*mut u8, Tile); MAX_OPERANDS],
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
            filled: [(std::ptr::null_mut(), Tile { rows: 0, len: 0 }); MAX_OPERANDS],
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
        let mut done = 0;
        while done < len {
            let m = width.min(len - done);
            let n = rows * m;
            let mut dense = [std::ptr::null_mut::<u8>(); MAX_OPERANDS];
            for (k, w) in walks.iter().enumerate() {
                let (across, along) = self.steps[k];
                let src = at[k].wrapping_add(done * along);
                let packed = along == w.size && (rows == 1 || across == m * along);
                if w.cast.is_none() && packed {
                    dense[k] = src;
                    continue;
                }
                let buffer = self.buffers[k].ptr();
                dense[k] = buffer;
                if k == 0 {
                    continue;
                }
                // what repeats along the rows, or is one element all over, stays in its buffer
                let repeats = rows > 1 && across == 0 || rows == 1 && along == 0;
                if repeats {
                    let (held, tile) = self.filled[k];
                    let same_rows = tile.rows > 1 && rows > 1 && tile.len == m && tile.rows >= rows;
                    if held == src && (same_rows || tile.rows == 1 && rows == 1 && tile.len >= m) {
                        continue;
                    }
                    self.filled[k] = (src, Tile { rows, len: m });
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
            kernel(&dense, n, Stay::NONE);
            let w = &walks[0];
            let (across, along) = self.steps[0];
            let packed = along == w.size && (rows == 1 || across == m * along);
            if w.cast.is_some() || !packed {
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

/// Rows of `n` elements side by side. Strides in bytes, from row to row and from element to element.
unsafe fn gather_rows(
    src: *const u8,
    across: usize,
    along: usize,
    dst: *mut u8,
    size: usize,
    rows: usize,
    n: usize,
) {
    if rows == 1 {
        // SAFETY: passed on
        return unsafe { gather(src, along, dst, size, n) };
    }
    // SAFETY: passed on
    unsafe { by_size!(size, T => fetch::<T>(src, across, along, dst as *mut T, rows, n)) }
}

/// The way back.
unsafe fn scatter_rows(
    src: *const u8,
    dst: *mut u8,
    across: usize,
    along: usize,
    size: usize,
    rows: usize,
    n: usize,
) {
    if rows == 1 {
        // SAFETY: passed on
        return unsafe { scatter(src, dst, along, size, n) };
    }
    // SAFETY: passed on
    unsafe { by_size!(size, T => spread::<T>(src as *const T, dst, across, along, rows, n)) }
}

multiversion! {
    /// What a gather of rows does, by how they lie.
    unsafe fn fetch[T: Bits](src: *const u8, across: usize, along: usize, dst: *mut T, rows: usize, n: usize) {
        // SAFETY: an element of the rows that the caller vouches for
        let get = |r: usize, i: usize| unsafe { (src.add(r * across + i * along) as *const T).read_unaligned() };
        if along == 0 && across == 0 {
            let v = get(0, 0);
            for i in 0..rows * n {
                *dst.add(i) = v;
            }
        } else if along == 0 {
            // in whole lines, each row over what the one before it has written too much
            const LINE: usize = 64;
            let line = LINE / size_of::<T>();
            for r in 0..rows {
                let v = get(r, 0);
                for i in (0..n).step_by(line) {
                    for j in 0..line {
                        dst.add(r * n + i + j).write(v);
                    }
                }
            }
        } else if along == size_of::<T>() {
            for r in 0..rows {
                let row = src.add(r * across) as *const T;
                if n >= 64 {
                    std::ptr::copy_nonoverlapping(row.cast::<u8>(), dst.add(r * n).cast::<u8>(), n * size_of::<T>());
                } else {
                    for i in 0..n {
                        *dst.add(r * n + i) = row.add(i).read_unaligned();
                    }
                }
            }
        } else if across < along {
            // lines of the source lie across the rows
            for i in 0..n {
                for r in 0..rows {
                    *dst.add(r * n + i) = get(r, i);
                }
            }
        } else {
            for r in 0..rows {
                for i in 0..n {
                    *dst.add(r * n + i) = get(r, i);
                }
            }
        }
    }
}

multiversion! {
    /// What a scatter of rows does, by how they lie.
    unsafe fn spread[T: Bits](src: *const T, dst: *mut u8, across: usize, along: usize, rows: usize, n: usize) {
        if along == size_of::<T>() {
            for r in 0..rows {
                let row = dst.add(r * across) as *mut T;
                for i in 0..n {
                    row.add(i).write_unaligned(*src.add(r * n + i));
                }
            }
        } else if across < along {
            for i in 0..n {
                for r in 0..rows {
                    (dst.add(r * across + i * along) as *mut T).write_unaligned(*src.add(r * n + i));
                }
            }
        } else {
            for r in 0..rows {
                for i in 0..n {
                    (dst.add(r * across + i * along) as *mut T).write_unaligned(*src.add(r * n + i));
                }
            }
        }
    }
}

/// An element's bits.
trait Bits: Copy {}
impl<T: Copy> Bits for T {}

multiversion! {
    /// One element all over.
    unsafe fn repeat[T: Bits](v: T, dst: *mut T, n: usize) {
        for i in 0..n {
            dst.add(i).write_unaligned(v);
        }
    }
}

/// Strided to dense, by element size. Strides in bytes.
///
/// # Safety
/// `src` is readable for `n` elements with the stride, `dst` writable for `n` dense ones.
pub unsafe fn gather(src: *const u8, stride: usize, dst: *mut u8, size: usize, n: usize) {
    unsafe fn go<T: Copy>(src: *const u8, stride: usize, dst: *mut T, n: usize) {
        if stride == 0 {
            // SAFETY: the caller's promise
            return unsafe { repeat((src as *const T).read_unaligned(), dst, n) };
        }
        for i in 0..n {
            // SAFETY: the caller's promise
            unsafe { dst.add(i).write_unaligned((src.add(i * stride) as *const T).read_unaligned()) };
        }
    }
    // SAFETY: passed on
    unsafe { by_size!(size, T => go(src, stride, dst as *mut T, n)) }
}

/// Dense to strided, by element size.
///
/// # Safety
/// As [`gather`], with the roles exchanged.
pub unsafe fn scatter(src: *const u8, dst: *mut u8, stride: usize, size: usize, n: usize) {
    unsafe fn go<T: Copy>(src: *const T, dst: *mut u8, stride: usize, n: usize) {
        for i in 0..n {
            // SAFETY: the caller's promise
            unsafe { (dst.add(i * stride) as *mut T).write_unaligned(src.add(i).read_unaligned()) };
        }
    }
    // SAFETY: passed on
    unsafe { by_size!(size, T => go(src as *const T, dst, stride, n)) }
}
