//! Host memory: 64-byte aligned blocks in size classes, kept and reused.
//!
//! Small blocks live in a thread-local cache, large ones in a shared cache with a bound. Reuse is what makes
//! eager chains of operations fast: a fresh large block costs a page fault for every 4 KiB (a chain of ten ops on
//! a million floats runs two to three times faster with reuse). Blocks from 4 MiB up ask for huge pages.

use crate::error::{Error, Kind, Result};
use std::alloc::Layout;
use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Keeps foreign memory alive.
pub type Owner = Box<dyn std::any::Any + Send + Sync>;

const ALIGN: usize = 64;
/// Alignment of blocks that ask for huge pages.
const HUGE: usize = 2 << 20;
const HUGE_FROM: usize = 4 << 20;
/// Such blocks begin at one of several places after their boundary, in turn: with all of them at the same one, the
/// operands of an op compete for the same sets of every cache.
const SHIFTS: usize = 16;
const SHIFT: usize = 67 * ALIGN;
/// Blocks up to this size are cached per thread.
const LOCAL_MAX: usize = 64 << 10;
const LOCAL_CLASSES: usize = 41;
/// Kept blocks of a class and thread: 128 KiB of them, or eight.
static LOCAL_ROOM: [u32; LOCAL_CLASSES] = {
    let (mut room, mut class) = ([8; LOCAL_CLASSES], 0);
    while class < LOCAL_CLASSES {
        let many = (128 << 10) / class_size(class) as u32;
        if many > 8 {
            room[class] = many;
        }
        class += 1;
    }
    room
};
/// Bound of the shared cache.
const SHARED_BOUND: usize = 2 << 30;
/// Four classes for each power of two above 64 bytes.
pub(super) const CLASSES: usize = 4 * 58;

enum Kept {
    Nothing,
    Class(u16),
    Foreign(Owner),
}

pub struct Block {
    ptr: NonNull<u8>,
    kept: Kept,
}

// SAFETY: a block is plain memory; who may touch it when is decided by the guard word of its storage.
unsafe impl Send for Block {}
// SAFETY: a shared block is read by nobody but through its storage, whose guard says when.
unsafe impl Sync for Block {}

/// Class index and rounded size for a request.
#[inline]
fn class_of(bytes: usize) -> (usize, usize) {
    if bytes <= 64 {
        return (0, 64);
    }
    let top = usize::BITS as usize - 1 - (bytes - 1).leading_zeros() as usize; // 2^top <= bytes-1 < 2^(top+1)
    let quarter = 1usize << (top - 2);
    let steps = (bytes - 1 - (1 << top)) / quarter + 1; // 1..=4
    let size = (1 << top) + steps * quarter;
    ((top - 6) * 4 + steps, size.next_multiple_of(ALIGN))
}

fn memory_layout(size: usize) -> Option<Layout> {
    if size < HUGE_FROM {
        return Layout::from_size_align(size, ALIGN).ok();
    }
    Layout::from_size_align(size.checked_add(SHIFTS * SHIFT)?, HUGE).ok()
}

/// Kept blocks, a list for each class.
pub type Cache = Vec<Vec<usize>>;

static SHARED: Mutex<Cache> = Mutex::new(Vec::new());

/// Nobody takes or gives back a large block meanwhile.
pub fn hold_cache() -> std::sync::MutexGuard<'static, Cache> {
    SHARED.lock().unwrap_or_else(|e| e.into_inner())
}

static SHARED_BYTES: AtomicUsize = AtomicUsize::new(0);
static IN_USE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static FROM_SYSTEM: AtomicUsize = AtomicUsize::new(0);

/// Kept blocks of one thread, a list for each class. The link to the next block lies in the block itself, whose first
/// line its next user is about to write anyway.
struct Local {
    first: [Cell<usize>; LOCAL_CLASSES],
    count: [Cell<u32>; LOCAL_CLASSES],
}

impl Local {
    #[inline]
    fn pop(&self, class: usize) -> Option<usize> {
        let p = self.first[class].get();
        if p == 0 {
            return None;
        }
        // SAFETY: a kept block belongs to this list alone; its first word is the link that `push` wrote
        self.first[class].set(unsafe { *(p as *const usize) });
        self.count[class].set(self.count[class].get() - 1);
        Some(p)
    }
    /// Keeps a block if there is room.
    #[inline]
    fn push(&self, class: usize, p: usize) -> bool {
        let count = self.count[class].get();
        if count >= LOCAL_ROOM[class] {
            return false;
        }
        // SAFETY: nobody else holds the block, which has at least 64 bytes
        unsafe { *(p as *mut usize) = self.first[class].get() };
        self.first[class].set(p);
        self.count[class].set(count + 1);
        true
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        for class in 0..LOCAL_CLASSES {
            while let Some(p) = self.pop(class) {
                release(p, class);
            }
        }
    }
}
thread_local! {
    static LOCAL: Local = const {
        Local { first: [const { Cell::new(0) }; LOCAL_CLASSES], count: [const { Cell::new(0) }; LOCAL_CLASSES] }
    };
}

/// The size of every block of a class, the inverse of `class_of`.
const fn class_size(class: usize) -> usize {
    if class == 0 {
        return 64;
    }
    let (top, steps) = ((class - 1) / 4 + 6, (class - 1) % 4 + 1);
    ((1usize << top) + steps * (1 << (top - 2))).next_multiple_of(ALIGN)
}

/// Gives a block back to the system.
fn release(ptr: usize, class: usize) {
    let size = class_size(class);
    FROM_SYSTEM.fetch_sub(size, Ordering::Relaxed);
    let layout = memory_layout(size).expect("a class has a valid layout");
    // a shift is smaller than the alignment
    let ptr = if size >= HUGE_FROM { ptr & !(HUGE - 1) } else { ptr };
    // SAFETY: `ptr` came from `alloc` with the layout of this class and nobody holds it.
    unsafe { std::alloc::dealloc(ptr as *mut u8, layout) }
}

impl Block {
    pub const fn empty() -> Block {
        Block { ptr: NonNull::<u64>::dangling().cast(), kept: Kept::Nothing }
    }
    /// Part of memory that is given back by other means.
    pub(super) const fn within(ptr: NonNull<u8>) -> Block {
        Block { ptr, kept: Kept::Nothing }
    }
    pub fn foreign(ptr: *mut u8, owner: Owner) -> Block {
        Block {
            ptr: NonNull::new(ptr).unwrap_or(NonNull::<u64>::dangling().cast()),
            kept: Kept::Foreign(owner),
        }
    }
    /// Who keeps the memory alive, if it is not this block.
    pub fn owner(&self) -> Option<&Owner> {
        match &self.kept {
            Kept::Foreign(owner) => Some(owner),
            _ => None,
        }
    }
    #[inline]
    pub fn ptr(&self) -> *mut u8 {
        self.ptr.as_ptr()
    }
    #[inline]
    pub fn alloc(bytes: usize) -> Result<Block> {
        if bytes == 0 {
            return Ok(Block::empty());
        }
        let (ptr, class) = take(bytes)?;
        Ok(Block { ptr, kept: Kept::Class(class) })
    }
}

/// Memory of at least `bytes` (not zero) and the class to give it back under.
#[inline]
pub(super) fn take(bytes: usize) -> Result<(NonNull<u8>, u16)> {
    if bytes > isize::MAX as usize / 2 {
        return Err(out_of_memory(bytes));
    }
    let (class, size) = class_of(bytes);
    let cached = if size <= LOCAL_MAX {
        LOCAL.try_with(|l| l.pop(class)).ok().flatten()
    } else {
        take_shared(class, size)
    };
    let ptr = match cached {
        Some(p) => p as *mut u8,
        None => fresh(bytes, size)?,
    };
    if size > LOCAL_MAX {
        let used = IN_USE.fetch_add(size, Ordering::Relaxed) + size;
        PEAK.fetch_max(used, Ordering::Relaxed);
    }
    match NonNull::new(ptr) {
        Some(ptr) => Ok((ptr, class as u16)),
        None => Err(out_of_memory(bytes)),
    }
}

/// Takes memory back that [`take`] gave and nobody holds any more.
#[inline]
pub(super) fn give(ptr: NonNull<u8>, class: u16) {
    let (class, ptr) = (class as usize, ptr.as_ptr() as usize);
    if class < LOCAL_CLASSES {
        if !LOCAL.try_with(|l| l.push(class, ptr)).unwrap_or(false) {
            release(ptr, class);
        }
        return;
    }
    give_large(ptr, class);
}

#[cold]
fn give_large(ptr: usize, class: usize) {
    let size = class_size(class);
    IN_USE.fetch_sub(size, Ordering::Relaxed);
    if SHARED_BYTES.load(Ordering::Relaxed) + size <= SHARED_BOUND {
        let mut shared = hold_cache();
        if shared.is_empty() {
            shared.resize_with(CLASSES, Vec::new);
        }
        shared[class].push(ptr);
        SHARED_BYTES.fetch_add(size, Ordering::Relaxed);
    } else {
        release(ptr, class);
    }
}

fn take_shared(class: usize, size: usize) -> Option<usize> {
    let mut shared = hold_cache();
    let p = shared.get_mut(class)?.pop()?;
    SHARED_BYTES.fetch_sub(size, Ordering::Relaxed);
    Some(p)
}

#[cold]
fn fresh(bytes: usize, size: usize) -> Result<*mut u8> {
    let layout = memory_layout(size).ok_or_else(|| out_of_memory(bytes))?;
    // SAFETY: the layout has a size above zero.
    let mut ptr = unsafe { std::alloc::alloc(layout) };
    if ptr.is_null() {
        empty_cache();
        // SAFETY: the layout has a size above zero.
        ptr = unsafe { std::alloc::alloc(layout) };
        if ptr.is_null() {
            return Err(out_of_memory(bytes));
        }
    }
    FROM_SYSTEM.fetch_add(size, Ordering::Relaxed);
    #[cfg(target_os = "linux")]
    if size >= HUGE_FROM {
        // SAFETY: advice on a range we own; a refusal changes nothing.
        unsafe { libc::madvise(ptr.cast(), size, libc::MADV_HUGEPAGE) };
    }
    if size >= HUGE_FROM {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let shift = NEXT.fetch_add(1, Ordering::Relaxed) % SHIFTS * SHIFT;
        // SAFETY: the memory is larger than the block by all shifts
        ptr = unsafe { ptr.add(shift) };
    }
    Ok(ptr)
}

#[cold]
fn out_of_memory(bytes: usize) -> Error {
    Error::new(
        Kind::Memory,
        format!("DefaultCPUAllocator: can't allocate memory: you tried to allocate {bytes} bytes"),
    )
}

impl Drop for Block {
    #[inline]
    fn drop(&mut self) {
        if let Kept::Class(class) = self.kept {
            give(self.ptr, class);
        }
    }
}

/// Gives the shared cache back to the system.
pub fn empty_cache() {
    let mut shared = hold_cache();
    for (class, list) in shared.iter_mut().enumerate() {
        for p in list.drain(..) {
            SHARED_BYTES.fetch_sub(class_size(class), Ordering::Relaxed);
            release(p, class);
        }
    }
}

/// Figures for `memory_stats()`: bytes taken from the system, kept in the shared cache, in use by large blocks
/// (above 64 KiB), and the greatest of the latter.
pub fn stats() -> [(&'static str, usize); 4] {
    [
        ("reserved_bytes", FROM_SYSTEM.load(Ordering::Relaxed)),
        ("cached_bytes", SHARED_BYTES.load(Ordering::Relaxed)),
        ("large_in_use_bytes", IN_USE.load(Ordering::Relaxed)),
        ("large_in_use_peak_bytes", PEAK.load(Ordering::Relaxed)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_cover_requests() {
        for bytes in (1..5000).chain([1 << 20, (1 << 20) + 1, 123_456_789]) {
            let (class, size) = class_of(bytes);
            assert!(size >= bytes && size % ALIGN == 0, "{bytes}");
            assert_eq!(class_size(class), size, "{bytes}");
            assert!(bytes <= 64 || size <= bytes + bytes / 4 + ALIGN, "{bytes} {size}");
        }
    }

    #[test]
    fn the_local_classes_end_at_the_local_bound() {
        assert_eq!(class_size(LOCAL_CLASSES - 1), LOCAL_MAX);
        assert_eq!(LOCAL_ROOM[0], 2048);
        assert_eq!(LOCAL_ROOM[LOCAL_CLASSES - 1], 8);
    }

    #[test]
    fn blocks_are_reused() {
        let p = Block::alloc(100).unwrap().ptr();
        assert_eq!(Block::alloc(100).unwrap().ptr(), p);
        let p = Block::alloc(1 << 20).unwrap().ptr();
        assert_eq!(Block::alloc(1 << 20).unwrap().ptr(), p);
    }

    #[test]
    fn large_blocks_are_shifted_and_given_back_whole() {
        const { assert!(SHIFTS * SHIFT < HUGE) };
        let blocks: Vec<Block> = (0..SHIFTS + 1).map(|_| Block::alloc(5 << 20).unwrap()).collect();
        let mut places: Vec<usize> = blocks.iter().map(|b| b.ptr() as usize % HUGE).collect();
        assert!(places.iter().all(|p| p % ALIGN == 0));
        places.sort_unstable();
        places.dedup();
        assert!(places.len() > SHIFTS / 2);
        for b in &blocks {
            // SAFETY: both ends of a block of this size
            unsafe { (*b.ptr(), *b.ptr().add((5 << 20) - 1)) = (1, 2) };
        }
        drop(blocks);
        empty_cache();
    }

    #[test]
    fn impossible_requests_are_errors() {
        assert_eq!(Block::alloc(4_000_000_000_000_000).err().unwrap().kind(), Kind::Memory);
        assert_eq!(Block::alloc(usize::MAX).err().unwrap().kind(), Kind::Memory);
    }
}
