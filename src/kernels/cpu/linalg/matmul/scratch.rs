//! Memory for packed panels, kept by each thread between calls.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::Cell;

/// Larger blocks go back to the system after use.
const KEEP_BYTES: usize = 64 << 20;
/// From here on the block is aligned to, and asked to be of, huge pages: a packed operand of a 1024 product is
/// 4 MiB, or 1024 ordinary pages against 1536 entries of a second-level TLB.
const HUGE_BYTES: usize = 2 << 20;
/// Blocks from this size on are made that large.
const HUGE_FROM: usize = 512 << 10;

struct Block {
    ptr: *mut u8,
    layout: Layout,
}

impl Block {
    fn new(bytes: usize) -> Block {
        let huge = bytes >= HUGE_FROM;
        let (size, align) = if huge {
            (bytes.next_multiple_of(HUGE_BYTES), HUGE_BYTES)
        } else {
            (bytes.next_power_of_two().max(4096), 64)
        };
        let layout = Layout::from_size_align(size, align).expect("a size that fits the address space");
        // SAFETY: the size is not zero.
        let ptr = unsafe { alloc(layout) };
        if ptr.is_null() {
            handle_alloc_error(layout);
        }
        #[cfg(target_os = "linux")]
        if huge {
            // SAFETY: advice about memory that is ours; failure is harmless.
            unsafe { libc::madvise(ptr.cast(), size, libc::MADV_HUGEPAGE) };
        }
        Block { ptr, layout }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with this layout.
        unsafe { dealloc(self.ptr, self.layout) }
    }
}

thread_local! {
    static BLOCKS: [Cell<Option<Block>>; 4] = const { [const { Cell::new(None) }; 4] };
}

/// Which of a thread's blocks: for the task it runs, for packed operands that tasks share, and for whole operands
/// and results in another type.
#[derive(Clone, Copy)]
pub enum Slot {
    Task,
    Left,
    Right,
    Whole,
}

/// Calls `f` with uninitialised memory for `n` values of `T`, aligned to 64 bytes.
#[inline]
pub fn with<T, R>(slot: Slot, n: usize, f: impl FnOnce(*mut T) -> R) -> R {
    let bytes = n * size_of::<T>();
    // Taken out while in use, so that a nested call would get a block of its own.
    let block = match BLOCKS.with(|b| b[slot as usize].take()) {
        Some(b) if b.layout.size() >= bytes => b,
        _ => Block::new(bytes),
    };
    let result = f(block.ptr.cast());
    if block.layout.size() <= KEEP_BYTES {
        BLOCKS.with(|b| b[slot as usize].set(Some(block)));
    }
    result
}
