//! Bytes, who owns them, how often they changed, and who is using them right now.
//!
//! A [`Storage`] is shared by every view of a tensor. Its version counter is what saved tensors compare; its
//! guard word is what makes two threads on one tensor sound: the driver takes it for reading on inputs and for
//! writing on outputs, for the time of one kernel.

pub mod host;

use crate::base::Device;
use crate::error::Result;
use host::Block;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};

#[derive(Clone)]
pub struct Storage(Arc<Inner>);

struct Inner {
    block: Block,
    bytes: usize,
    device: Device,
    version: AtomicU32,
    /// Number of readers, or -1 for one writer.
    guard: AtomicI32,
    /// Stored by a caller who promised not to write (a read-only NumPy array).
    readonly: bool,
}

impl Storage {
    /// Uninitialised bytes; on `Meta` none at all.
    #[inline]
    pub fn new(bytes: usize, device: Device) -> Result<Storage> {
        let block = match device {
            Device::Cpu => Block::alloc(bytes)?,
            Device::Meta => Block::empty(),
            Device::Gpu(_) => {
                crate::bail!(
                    Runtime,
                    "no CUDA-capable device is available: this build of rushlight has no GPU backend; use device='cpu'"
                )
            }
        };
        Ok(Storage::of(block, bytes, device, false))
    }
    /// Memory that somebody else owns; `owner` is dropped with the storage.
    pub fn foreign(ptr: *mut u8, bytes: usize, owner: host::Owner, readonly: bool) -> Storage {
        Storage::of(Block::foreign(ptr, owner), bytes, Device::Cpu, readonly)
    }
    #[inline]
    fn of(block: Block, bytes: usize, device: Device, readonly: bool) -> Storage {
        Storage(Arc::new(Inner {
            block,
            bytes,
            device,
            version: AtomicU32::new(0),
            guard: AtomicI32::new(0),
            readonly,
        }))
    }
    #[inline]
    pub fn ptr(&self) -> *mut u8 {
        self.0.block.ptr()
    }
    pub fn nbytes(&self) -> usize {
        self.0.bytes
    }
    #[inline]
    pub fn device(&self) -> Device {
        self.0.device
    }
    pub fn is_readonly(&self) -> bool {
        self.0.readonly
    }
    #[inline]
    pub fn version(&self) -> u32 {
        self.0.version.load(Ordering::Acquire)
    }
    #[inline]
    pub fn bump_version(&self) {
        self.0.version.fetch_add(1, Ordering::AcqRel);
    }
    /// Identity: the same for all views of one memory.
    #[inline]
    pub fn id(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }
    /// The same memory, through whichever handle.
    #[inline]
    pub fn same(&self, other: &Storage) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.bytes > 0 && self.ptr() == other.ptr()
    }
    /// The same memory with a version counter of its own: what `x.data` is.
    pub fn forked(&self) -> Storage {
        let owner = Box::new(self.clone());
        let block = Block::foreign(self.ptr(), owner);
        Storage::of(block, self.0.bytes, self.0.device, self.0.readonly)
    }
    /// Nobody else holds this storage.
    pub fn is_unique(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }

    fn lock_read(&self) {
        loop {
            let now = self.0.guard.load(Ordering::Relaxed);
            if now >= 0
                && self
                    .0
                    .guard
                    .compare_exchange_weak(now, now + 1, Ordering::Acquire, Ordering::Relaxed)
                    .is_ok()
            {
                return;
            }
            if now < 0 {
                std::thread::yield_now();
            }
        }
    }
    fn lock_write(&self) {
        while self.0.guard.compare_exchange_weak(0, -1, Ordering::Acquire, Ordering::Relaxed).is_err() {
            std::thread::yield_now();
        }
    }
    fn unlock(&self, write: bool) {
        if write {
            self.0.guard.store(0, Ordering::Release);
        } else {
            self.0.guard.fetch_sub(1, Ordering::Release);
        }
    }
}

/// The storages of one kernel call, held until dropped. Taken in address order, each once, so that two calls can
/// never wait for each other.
pub struct Guard<'a> {
    held: smallvec::SmallVec<[(&'a Storage, bool); 4]>,
}

impl<'a> Guard<'a> {
    pub fn take(
        reads: impl Iterator<Item = &'a Storage>,
        writes: impl Iterator<Item = &'a Storage>,
    ) -> Guard<'a> {
        let mut held: smallvec::SmallVec<[(&'a Storage, bool); 4]> =
            writes.map(|s| (s, true)).chain(reads.map(|s| (s, false))).collect();
        if held.len() > 1 {
            // stable: a writer of a storage comes before its readers and swallows them
            held.sort_by_key(|(s, _)| s.id());
            held.dedup_by(|later, kept| later.0.id() == kept.0.id());
        }
        for (s, write) in &held {
            if *write { s.lock_write() } else { s.lock_read() }
        }
        Guard { held }
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        for (s, write) in &self.held {
            s.unlock(*write);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storage_used_as_input_and_output_is_locked_once() {
        let s = Storage::new(64, Device::Cpu).unwrap();
        let g = Guard::take([&s, &s].into_iter(), [&s].into_iter());
        assert_eq!(g.held.len(), 1);
        drop(g);
        assert_eq!(s.0.guard.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn writers_exclude_each_other() {
        let s = Storage::new(8, Device::Cpu).unwrap();
        let (a, b) = (s.clone(), s.clone());
        let work = move |s: Storage| {
            for _ in 0..2000 {
                let _g = Guard::take([].into_iter(), [&s].into_iter());
                let p = s.ptr() as *mut u64;
                // SAFETY: the guard is held for writing, the block has 8 bytes
                unsafe { *p += 1 };
            }
        };
        // SAFETY: as above; nobody else runs yet
        unsafe { *(s.ptr() as *mut u64) = 0 };
        let t = std::thread::spawn(move || work(a));
        for _ in 0..2000 {
            let _g = Guard::take([].into_iter(), [&b].into_iter());
            // SAFETY: the guard is held for writing
            unsafe { *(b.ptr() as *mut u64) += 1 };
        }
        t.join().unwrap();
        // SAFETY: the other thread has ended
        assert_eq!(unsafe { *(s.ptr() as *const u64) }, 4000);
    }
}
