//! The one loop over elements: any number of strided operands, any mixture of dtypes, dense blocks for the kernel.
//!
//! A kernel is a plain function over dense memory, compiled once per dtype. This driver does everything else:
//! it drops and merges dimensions, walks rows, gathers strided operands into blocks that stay in L1, converts
//! dtypes on the way in and out, repeats broadcast scalars, and splits the work over threads. So an op's body never
//! meets a stride, and no loop is compiled once per layout.

use super::cast::{CastFn, cast_fn};
use super::par;
use super::stream;
use crate::base::{DType, Dims};
use smallvec::SmallVec;

/// Elements in a block: five buffers of 8-byte elements stay within a 32 KiB L1.
pub const BLOCK: usize = 512;
const BUFFER: usize = BLOCK * 16;
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

/// A dense kernel: pointers to the output and the inputs, and the number of elements.
pub type Kernel<'a> = &'a (dyn Fn(&[*mut u8; MAX_OPERANDS], usize) + Sync);

struct Walk {
    ptr: *mut u8,
    /// Bytes per step of each merged dimension.
    strides: Dims,
    size: usize,
    compute_size: usize,
    cast: Option<CastFn>,
}
// SAFETY: a walk is a description; disjoint parts of the output go to different threads, inputs are only read.
unsafe impl Sync for Walk {}

/// Runs `kernel` over all elements of `shape`.
///
/// # Safety
/// Every operand is valid over `shape` with its strides; the output's elements are distinct and overlap an input
/// only if they coincide with it element for element.
pub unsafe fn for_each(shape: &[usize], operands: &[Operand], kernel: Kernel) {
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
        run_rows(&dims, &walks, row0, row1, from, to, streams, kernel)
    };
    // long stretches, where there are enough of them: the processor follows each anew
    let grain = (count / 64).clamp(par::ELEMENTWISE_GRAIN, 8 * par::ELEMENTWISE_GRAIN);
    if count <= par::ELEMENTWISE_GRAIN {
        work(0, rows, 0, inner);
    } else if rows >= inner {
        let grain = (grain / inner).max(1);
        par::for_each_chunk(rows, grain, |r| work(r.start, r.end, 0, inner));
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
                (false, 0) => Some(cast_fn(o.compute, o.dtype)),
                (false, _) => Some(cast_fn(o.dtype, o.compute)),
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
    fn new() -> Buffer {
        Buffer([std::mem::MaybeUninit::uninit(); BUFFER])
    }
    fn ptr(&mut self) -> *mut u8 {
        self.0.as_mut_ptr().cast()
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
    streams: bool,
    kernel: Kernel,
) {
    let last = dims.len() - 1;
    let direct = walks.iter().all(|w| w.cast.is_none() && w.strides[last] == w.size);
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
    // buffers only where an operand is not dense already; kernels stream what goes straight into the output
    let mut blocks = if direct { None } else { Some(Blocks::new(walks, streams)) };
    let _streaming = streams.then(stream::Streaming::begin);
    for _ in row0..row1 {
        match &mut blocks {
            None => kernel(&at, to - from),
            // SAFETY: the addresses lie in the operands, as the caller promised
            Some(b) => unsafe { b.run(walks, &at, to - from, last, kernel) },
        }
        // the odometer
        for d in (0..last).rev() {
            index[d] += 1;
            for (k, w) in walks.iter().enumerate() {
                at[k] = at[k].wrapping_add(w.strides[d]);
            }
            if index[d] < dims[d] {
                break;
            }
            index[d] = 0;
            for (k, w) in walks.iter().enumerate() {
                at[k] = at[k].wrapping_sub(w.strides[d] * dims[d]);
            }
        }
    }
}

struct Blocks {
    buffers: SmallVec<[Box<Buffer>; MAX_OPERANDS]>,
    scratch: Box<Buffer>,
    /// Address for which a broadcast operand's buffer is filled already.
    filled: [*mut u8; MAX_OPERANDS],
    filled_len: [usize; MAX_OPERANDS],
    /// The output is converted in a buffer and leaves it past the caches.
    streams: bool,
}

thread_local! {
    /// Buffers of finished runs: a small strided op must not pay for an allocation.
    static SPARE: std::cell::RefCell<Vec<Box<Buffer>>> = const { std::cell::RefCell::new(Vec::new()) };
}

fn spare() -> Box<Buffer> {
    SPARE.with(|s| s.borrow_mut().pop()).unwrap_or_else(|| Box::new(Buffer::new()))
}

impl Drop for Blocks {
    fn drop(&mut self) {
        let _ = SPARE.try_with(|s| {
            let mut s = s.borrow_mut();
            s.extend(self.buffers.drain(..));
            s.push(std::mem::replace(
                &mut self.scratch,
                Box::new(Buffer([std::mem::MaybeUninit::uninit(); BUFFER])),
            ));
        });
    }
}

impl Blocks {
    fn new(walks: &[Walk], streams: bool) -> Blocks {
        Blocks {
            buffers: walks.iter().map(|_| spare()).collect(),
            scratch: spare(),
            streams: streams && walks[0].cast.is_some(),
            filled: [std::ptr::null_mut(); MAX_OPERANDS],
            filled_len: [0; MAX_OPERANDS],
        }
    }

    /// One row, block by block: gather and convert inputs, compute, convert and scatter the output.
    unsafe fn run(
        &mut self,
        walks: &[Walk],
        at: &[*mut u8; MAX_OPERANDS],
        len: usize,
        last: usize,
        kernel: Kernel,
    ) {
        let block = if self.streams { (stream::BURST / walks[0].size).min(BLOCK) } else { BLOCK };
        let mut done = 0;
        while done < len {
            let n = block.min(len - done);
            let mut dense = [std::ptr::null_mut::<u8>(); MAX_OPERANDS];
            for (k, w) in walks.iter().enumerate() {
                let stride = w.strides[last];
                let src = at[k].wrapping_add(done * stride);
                if w.cast.is_none() && stride == w.size {
                    dense[k] = src;
                    continue;
                }
                let buffer = self.buffers[k].ptr();
                dense[k] = buffer;
                if k == 0 {
                    continue;
                }
                if stride == 0 {
                    if self.filled[k] == src && self.filled_len[k] >= n {
                        continue;
                    }
                    self.filled[k] = src;
                    self.filled_len[k] = n;
                }
                // SAFETY: `n` elements fit the buffers, the source lies in the operand
                unsafe {
                    match w.cast {
                        None => gather(src, stride, buffer, w.size, n),
                        Some(cast) if stride == w.size => cast(src, buffer, n),
                        Some(cast) => {
                            let raw = self.scratch.ptr();
                            gather(src, stride, raw, w.size, n);
                            cast(raw, buffer, n);
                        }
                    }
                }
            }
            kernel(&dense, n);
            let w = &walks[0];
            let stride = w.strides[last];
            if w.cast.is_some() || stride != w.size {
                let dst = at[0].wrapping_add(done * stride);
                // SAFETY: a stretch of the output that is this task's, and the dense block just computed for it
                unsafe {
                    match w.cast {
                        None => scatter(dense[0], dst, stride, w.size, n),
                        Some(cast) if self.streams => {
                            let raw = self.scratch.ptr();
                            cast(dense[0], raw, n);
                            stream::store(raw, dst, n * w.size);
                        }
                        Some(cast) if stride == w.size => cast(dense[0], dst, n),
                        Some(cast) => {
                            let raw = self.scratch.ptr();
                            cast(dense[0], raw, n);
                            scatter(raw, dst, stride, w.size, n);
                        }
                    }
                }
            }
            debug_assert!(w.compute_size <= 16);
            done += n;
        }
    }
}

/// Strided to dense, by element size. Strides in bytes.
///
/// # Safety
/// `src` is readable for `n` elements with the stride, `dst` writable for `n` dense ones.
pub unsafe fn gather(src: *const u8, stride: usize, dst: *mut u8, size: usize, n: usize) {
    unsafe fn go<T: Copy>(src: *const u8, stride: usize, dst: *mut u8, n: usize) {
        let dst = dst as *mut T;
        if stride == 0 {
            // SAFETY: the caller's promise
            let v = unsafe { (src as *const T).read_unaligned() };
            for i in 0..n {
                // SAFETY: `dst` has room for `n` elements
                unsafe { dst.add(i).write_unaligned(v) };
            }
            return;
        }
        for i in 0..n {
            // SAFETY: the caller's promise
            unsafe { dst.add(i).write_unaligned((src.add(i * stride) as *const T).read_unaligned()) };
        }
    }
    // SAFETY: passed on
    unsafe {
        match size {
            1 => go::<u8>(src, stride, dst, n),
            2 => go::<u16>(src, stride, dst, n),
            4 => go::<u32>(src, stride, dst, n),
            8 => go::<u64>(src, stride, dst, n),
            _ => go::<u128>(src, stride, dst, n),
        }
    }
}

/// Dense to strided, by element size.
///
/// # Safety
/// As [`gather`], with the roles exchanged.
pub unsafe fn scatter(src: *const u8, dst: *mut u8, stride: usize, size: usize, n: usize) {
    unsafe fn go<T: Copy>(src: *const u8, dst: *mut u8, stride: usize, n: usize) {
        let src = src as *const T;
        for i in 0..n {
            // SAFETY: the caller's promise
            unsafe { (dst.add(i * stride) as *mut T).write_unaligned(src.add(i).read_unaligned()) };
        }
    }
    // SAFETY: passed on
    unsafe {
        match size {
            1 => go::<u8>(src, dst, stride, n),
            2 => go::<u16>(src, dst, stride, n),
            4 => go::<u32>(src, dst, stride, n),
            8 => go::<u64>(src, dst, stride, n),
            _ => go::<u128>(src, dst, stride, n),
        }
    }
}
