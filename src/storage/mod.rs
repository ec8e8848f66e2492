//! Bytes, who owns them, how often they changed, and who is using them right now.
//!
//! A [`Storage`] is shared by every view of a tensor. Its version counter is what saved tensors compare; its
//! guard word is what makes two threads on one tensor sound: the driver takes it for reading on inputs and for
//! writing on outputs, for the time of one kernel.

pub mod device;
pub mod host;

use crate::base::{Device, Elem, repeated};
use crate::error::Result;
use device::Memory;
use host::Block;
use smallvec::SmallVec;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicI32, AtomicU8, AtomicU32, AtomicUsize, Ordering, fence};

/// A counted reference to a header. Header and small data share one block: with an `Arc` beside the data a small
/// tensor cost two allocations more.
pub struct Storage(NonNull<Header>);

/// One line of cache, so that the data behind it is aligned like a block.
#[repr(C, align(64))]
struct Header {
    references: AtomicUsize,
    /// The memory; it owns nothing where that follows the header.
    block: Block,
    bytes: usize,
    version: AtomicU32,
    /// Number of readers, or -1 for one writer.
    guard: AtomicI32,
    /// How many transforms of functions had begun when it was made.
    epoch: u32,
    device: Device,
    /// The class of the block the header lies in.
    home: u8,
    /// Of the three below.
    flags: AtomicU8,
}

/// Stored by a caller who promised not to write (a read-only NumPy array).
const READONLY: u8 = 1;
/// Another handle's memory: its guard word counts.
const FORKED: u8 = 2;
/// Others reach the memory without this handle, an array of NumPy's, or as another dtype: no guard word keeps them
/// out, and no dtype says what they write.
const EXPOSED: u8 = 4;

/// Transforms of functions that have begun so far, on any thread.
static EPOCH: AtomicU32 = AtomicU32::new(0);

const HEADER: usize = size_of::<Header>();
const _: () = assert!(HEADER == 64 && host::CLASSES <= 1 << u8::BITS);
/// Up to this many bytes follow their header.
const INLINE: usize = 1024 - HEADER;

// SAFETY: the header is plain data and atomics, the memory is shared under the guard word.
unsafe impl Send for Storage {}
// SAFETY: counts are atomic, and the memory behind the header is shared under the guard word.
unsafe impl Sync for Storage {}

impl Clone for Storage {
    #[inline]
    fn clone(&self) -> Storage {
        // a reference is made from another, so nobody can be freeing the header (the argument of `Arc`)
        self.header().references.fetch_add(1, Ordering::Relaxed);
        Storage(self.0)
    }
}

impl Drop for Storage {
    #[inline]
    fn drop(&mut self) {
        if self.header().references.fetch_sub(1, Ordering::Release) == 1 {
            fence(Ordering::Acquire);
            // SAFETY: this was the last reference; the header is read once, and its memory given back after that
            let header = unsafe { self.0.read() };
            host::give(self.0.cast(), u16::from(header.home));
        }
    }
}

impl Storage {
    /// Uninitialised bytes; on `Meta` none at all.
    #[inline]
    pub fn new(bytes: usize, device: Device) -> Result<Storage> {
        match device {
            Device::Cpu if bytes <= INLINE => Storage::of(None, bytes, device, false),
            Device::Cpu => Storage::of(Some(Block::alloc(bytes)?), bytes, device, false),
            Device::Meta => Storage::of(Some(Block::empty()), bytes, device, false),
            Device::Gpu(index) => {
                let memory = Memory::new(bytes, index)?;
                let address = std::ptr::without_provenance_mut(memory.address());
                Storage::of(Some(Block::foreign(address, Box::new(memory))), bytes, device, false)
            }
        }
    }
    /// Memory that somebody else owns; `owner` is dropped with the storage.
    pub fn foreign(ptr: *mut u8, bytes: usize, owner: host::Owner, readonly: bool) -> Result<Storage> {
        let storage = Storage::of(Some(Block::foreign(ptr, owner)), bytes, Device::Cpu, readonly)?;
        storage.expose();
        Ok(storage)
    }
    /// A header for a block, or for `bytes` bytes behind it.
    #[inline]
    fn of(block: Option<Block>, bytes: usize, device: Device, readonly: bool) -> Result<Storage> {
        let behind = if block.is_none() { bytes } else { 0 };
        let (home, class) = host::take(HEADER + behind)?;
        let at = home.cast::<Header>();
        // SAFETY: the block has `behind` bytes after the header
        let block = block.unwrap_or_else(|| Block::within(unsafe { home.add(HEADER) }));
        // SAFETY: a fresh block, aligned to 64, with room for the header
        unsafe {
            at.write(Header {
                references: AtomicUsize::new(1),
                block,
                bytes,
                version: AtomicU32::new(0),
                guard: AtomicI32::new(0),
                epoch: EPOCH.load(Ordering::Relaxed),
                device,
                home: class as u8,
                flags: AtomicU8::new(if readonly { READONLY } else { 0 }),
            })
        };
        Ok(Storage(at))
    }
    #[inline]
    fn header(&self) -> &Header {
        // SAFETY: the header lives as long as a reference does
        unsafe { self.0.as_ref() }
    }
    #[inline]
    fn flag(&self, flag: u8) -> bool {
        self.header().flags.load(Ordering::Relaxed) & flag != 0
    }
    #[inline]
    pub fn ptr(&self) -> *mut u8 {
        self.header().block.ptr()
    }
    pub fn nbytes(&self) -> usize {
        self.header().bytes
    }
    /// Whether there are bytes behind it that the processor can reach: on the meta device there are none, those of a graphics
    /// card lie elsewhere.
    #[inline]
    pub fn has_memory(&self) -> bool {
        self.header().device == Device::Cpu
    }
    /// The piece of a graphics card's memory it lies in.
    pub fn memory(&self) -> Option<&Memory> {
        self.root().header().block.owner()?.downcast_ref::<Memory>()
    }
    #[inline]
    pub fn device(&self) -> Device {
        self.header().device
    }
    pub fn is_readonly(&self) -> bool {
        self.flag(READONLY)
    }
    #[inline]
    pub fn version(&self) -> u32 {
        self.header().version.load(Ordering::Acquire)
    }
    #[inline]
    pub fn bump_version(&self) {
        self.header().version.fetch_add(1, Ordering::AcqRel);
    }
    /// Identity: the same for all views of one memory.
    #[inline]
    pub fn id(&self) -> usize {
        self.0.as_ptr() as usize
    }
    /// The same memory, through whichever handle.
    #[inline]
    pub fn same(&self, other: &Storage) -> bool {
        self.0 == other.0 || self.header().bytes > 0 && self.ptr() == other.ptr() && self.is_one_with(other)
    }
    /// An address tells memory apart, but on the meta device, where all have the same.
    #[cold]
    fn is_one_with(&self, other: &Storage) -> bool {
        self.device() != Device::Meta || self.root().0 == other.root().0
    }
    /// The same memory with a version counter of its own: what `x.data` is. Who uses the memory is kept in one place for
    /// all of its handles.
    pub fn forked(&self) -> Result<Storage> {
        let owner = self.root().clone();
        let block = Block::foreign(self.ptr(), Box::new(owner));
        let mut made =
            Storage::of(Some(block), self.header().bytes, self.header().device, self.is_readonly())?;
        // SAFETY: the header is fresh, this is its only reference
        unsafe { *made.0.as_mut().flags.get_mut() |= FORKED };
        Ok(made)
    }
    /// The handle that has the guard word.
    #[inline]
    fn root(&self) -> &Storage {
        if self.flag(FORKED) { self.forked_from() } else { self }
    }
    #[cold]
    fn forked_from(&self) -> &Storage {
        let owner = self.header().block.owner().and_then(|owner| owner.downcast_ref::<Storage>());
        owner.expect("a fork keeps the handle it was made of")
    }
    /// Begins an epoch, for [`Storage::is_older`].
    pub fn begin_epoch() -> u32 {
        EPOCH.fetch_add(1, Ordering::Relaxed).wrapping_add(1)
    }
    /// Whether the memory was there before an epoch began.
    pub fn is_older(&self, epoch: u32) -> bool {
        // the counter may come round
        (self.root().header().epoch.wrapping_sub(epoch) as i32) < 0
    }
    /// Others may write to the memory from now on, and ask nobody.
    pub fn expose(&self) {
        self.root().header().flags.fetch_or(EXPOSED, Ordering::Relaxed);
    }
    /// As [`Storage::expose`], once no kernel uses the memory: one that found nobody else there reads again what it has checked.
    pub fn expose_idle(&self) {
        if !self.is_exposed() {
            let _held = Guard::take([].into_iter(), [self].into_iter());
            self.expose();
        }
    }
    /// Whether others may be writing to the memory at any time.
    #[inline]
    pub fn is_exposed(&self) -> bool {
        self.root().flag(EXPOSED)
    }
    /// Whether a tensor that outgrows this memory may move to memory of our own. From an array of NumPy's it may not:
    /// the two would part without a word.
    pub fn is_resizable(&self) -> bool {
        match self.header().block.owner() {
            Some(owner) if owner.is::<Memory>() => true,
            Some(owner) => owner.downcast_ref::<Storage>().is_some_and(Storage::is_resizable),
            None => true,
        }
    }
    /// Nobody else holds this storage, and nobody else owns its memory.
    #[inline]
    pub fn is_sole(&self) -> bool {
        let header = self.header();
        header.references.load(Ordering::Acquire) == 1
            && !self.is_readonly()
            && header.block.owner().is_none_or(|owner| owner.is::<Memory>())
    }

    /// Copies `n` elements out, from byte `at` on. The bytes there are elements of `T`, as a tensor's dtype says.
    ///
    /// Panics where the memory ends before.
    pub(crate) fn copy_out<T: Elem>(&self, at: usize, n: usize) -> Result<Vec<T>> {
        let bytes =
            n.checked_mul(size_of::<T>()).filter(|b| at.checked_add(*b).is_some_and(|e| e <= self.nbytes()));
        let bytes = bytes.expect("the elements lie in the memory");
        let mut out = repeated(T::ZERO, n)?;
        if let Some(memory) = self.memory() {
            // SAFETY: the vector has that many bytes; any are elements of every dtype but bool, whose are made 0 and 1 below
            let to = unsafe { std::slice::from_raw_parts_mut(out.as_mut_ptr().cast::<u8>(), bytes) };
            memory.download(at as u64, to)?;
            if T::DTYPE == crate::base::DType::Bool {
                crate::base::as_bools(to);
            }
            return Ok(out);
        }
        let _guard = Guard::read(self, self);
        // SAFETY: both have that many bytes; the vector is fresh; foreign memory need not be aligned, bytes are
        unsafe { std::ptr::copy_nonoverlapping(self.ptr().add(at), out.as_mut_ptr().cast::<u8>(), bytes) };
        Ok(out)
    }
    /// Copies bytes in, from byte `at` on. They must be elements of whatever dtype the memory is read as.
    ///
    /// Panics where the memory ends before.
    pub(crate) fn copy_in(&self, at: usize, bytes: &[u8]) -> Result<()> {
        assert!(
            at.checked_add(bytes.len()).is_some_and(|e| e <= self.nbytes()),
            "the bytes lie in the memory"
        );
        if let Some(memory) = self.memory() {
            return memory.upload(at as u64, bytes);
        }
        let _guard = Guard::take([].into_iter(), [self].into_iter());
        // SAFETY: the memory has room for them, and is held for writing
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.ptr().add(at), bytes.len()) };
        Ok(())
    }

    // ---- the guard word: of roots alone, which guards take care of

    #[inline]
    fn lock_read(&self) {
        let guard = &self.header().guard;
        loop {
            let now = guard.load(Ordering::Relaxed);
            if now >= 0
                && guard.compare_exchange_weak(now, now + 1, Ordering::Acquire, Ordering::Relaxed).is_ok()
            {
                return;
            }
            if now < 0 {
                std::thread::yield_now();
            }
        }
    }
    fn lock_write(&self) {
        while self.header().guard.compare_exchange_weak(0, -1, Ordering::Acquire, Ordering::Relaxed).is_err()
        {
            std::thread::yield_now();
        }
    }
    fn unlock(&self, write: bool) {
        if write {
            self.header().guard.store(0, Ordering::Release);
        } else {
            self.header().guard.fetch_sub(1, Ordering::Release);
        }
    }
}

/// The storages of one kernel call, held until dropped. Taken in address order, each once, so that two calls can
/// never wait for each other.
pub struct Guard<'a> {
    held: Held<'a>,
}

enum Held<'a> {
    One(&'a Storage),
    Two(&'a Storage, &'a Storage),
    Many(SmallVec<[(&'a Storage, bool); 4]>),
}

impl<'a> Guard<'a> {
    /// Holds two storages, which may be the same one, for reading.
    #[inline]
    pub fn read(a: &'a Storage, b: &'a Storage) -> Guard<'a> {
        let (a, b) = (a.root(), b.root());
        let held = match a.id().cmp(&b.id()) {
            std::cmp::Ordering::Equal => Held::One(a),
            std::cmp::Ordering::Less => Held::Two(a, b),
            std::cmp::Ordering::Greater => Held::Two(b, a),
        };
        match held {
            Held::Two(a, b) => {
                a.lock_read();
                b.lock_read();
            }
            _ => a.lock_read(),
        }
        Guard { held }
    }
    pub fn take(
        reads: impl Iterator<Item = &'a Storage>,
        writes: impl Iterator<Item = &'a Storage>,
    ) -> Guard<'a> {
        let mut held: SmallVec<[(&'a Storage, bool); 4]> = SmallVec::new();
        held.extend(writes.map(|s| (s.root(), true)));
        held.extend(reads.map(|s| (s.root(), false)));
        in_order(&mut held);
        for (s, write) in &held {
            if *write { s.lock_write() } else { s.lock_read() }
        }
        Guard { held: Held::Many(held) }
    }
}

/// By address, each once; a writer of a storage comes before its readers and swallows them.
fn in_order(held: &mut SmallVec<[(&Storage, bool); 4]>) {
    match &mut held[..] {
        [] | [_] => return,
        [a, b] if a.0.id() < b.0.id() => return,
        [a, b] if a.0.id() > b.0.id() => return std::mem::swap(a, b),
        _ => {}
    }
    held.sort_by_key(|(s, write)| (s.id(), !write));
    held.dedup_by(|later, kept| later.0.id() == kept.0.id());
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        match &self.held {
            Held::One(s) => s.unlock(false),
            Held::Two(a, b) => {
                a.unlock(false);
                b.unlock(false);
            }
            Held::Many(all) => all.iter().for_each(|(s, write)| s.unlock(*write)),
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
        assert_eq!(s.header().guard.load(Ordering::Relaxed), -1);
        drop(g);
        let g = Guard::read(&s, &s);
        assert_eq!(s.header().guard.load(Ordering::Relaxed), 1);
        drop(g);
        assert_eq!(s.header().guard.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_fork_shares_the_guard_word_of_its_source() {
        let s = Storage::new(64, Device::Cpu).unwrap();
        let fork = s.forked().unwrap().forked().unwrap();
        let g = Guard::take([&s].into_iter(), [&fork].into_iter());
        assert_eq!(s.header().guard.load(Ordering::Relaxed), -1);
        drop(g);
        let g = Guard::read(&s, &fork);
        assert_eq!(s.header().guard.load(Ordering::Relaxed), 1);
        drop(g);
        fork.bump_version();
        assert_eq!((s.version(), fork.version()), (0, 1));
        fork.expose();
        assert!(s.is_exposed());
    }

    #[test]
    fn memory_is_exposed_when_its_readers_are_done() {
        let s = Storage::new(64, Device::Cpu).unwrap();
        let reading = Guard::read(&s, &s);
        let other = s.clone();
        let exposing = std::thread::spawn(move || other.expose_idle());
        std::thread::sleep(std::time::Duration::from_millis(20));
        assert!(!s.is_exposed());
        drop(reading);
        exposing.join().unwrap();
        assert!(s.is_exposed());
        s.expose_idle(); // at once from now on
    }

    #[test]
    fn memory_is_older_than_the_epochs_that_begin_after_it() {
        let before = Storage::new(8, Device::Cpu).unwrap();
        let fork = before.forked().unwrap();
        let epoch = Storage::begin_epoch();
        let within = Storage::new(8, Device::Cpu).unwrap();
        assert!(before.is_older(epoch) && !within.is_older(epoch));
        assert!(before.forked().unwrap().is_older(epoch) && fork.is_older(epoch));
        assert!(within.is_older(Storage::begin_epoch()));
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
        // SAFETY: no other thread has been started yet, and the block has 8 bytes
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
