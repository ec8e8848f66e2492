//! Buffers that each thread keeps between calls.

use crate::kernels::cpu::machine::stop;
use std::cell::Cell;

/// What a buffer is for; uses nest, equal ones do not.
#[derive(Clone, Copy)]
pub enum Slot {
    Task,
    Shared,
    Whole,
    Sums,
    /// Channels of some pixels, or of some weights, side by side.
    Pixels,
    /// Halves as float32: what is read, the other operand, what is written.
    Wide,
    Weights,
    Narrow,
    /// Images turned from channels last to channels first: two that are read or written.
    Turned,
    Back,
}

/// Larger buffers are given back.
const KEEP_BYTES: usize = 64 << 20;

/// Elements aligned to a cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line(#[allow(dead_code)] [u8; 64]);

thread_local! {
    static BUFFERS: [Cell<Vec<Line>>; 10] = const { [const { Cell::new(Vec::new()) }; 10] };
}

/// Calls `f` with memory for `n` values, whose contents are anything.
pub fn with<T: Copy, R>(slot: Slot, n: usize, f: impl FnOnce(*mut T) -> R) -> R {
    let lines = (n * size_of::<T>()).div_ceil(64);
    let mut buffer = BUFFERS.with(|b| b[slot as usize].take());
    if buffer.len() < lines {
        buffer = stop::buffer(Line([0; 64]), lines);
    }
    let result = f(buffer.as_mut_ptr().cast());
    if buffer.len() * 64 <= KEEP_BYTES {
        BUFFERS.with(|b| b[slot as usize].set(buffer));
    }
    result
}
