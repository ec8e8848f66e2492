//! Memory of a card: a few large buffers, cut into pieces. A tensor gets a piece and not a buffer of wgpu's, whose making
//! takes longer than most kernels and whose number every submission pays for. Pieces given back are kept by size class;
//! where none fits, the free stretches of the buffers are searched, then the kept pieces joined again, then a buffer added.

use super::Memory;
use super::adapter::{Gpu, now};
use crate::bail;
use crate::error::Result;
use std::collections::BTreeMap;

/// Pieces begin at multiples of this: the widest alignment that adapters ask of a binding.
const ALIGN: u64 = 256;
const MIB: u64 = 1 << 20;

pub struct Pool {
    chunks: Vec<Option<Chunk>>,
    /// Kept pieces by class: (chunk, at).
    kept: Vec<Vec<(u32, u64)>>,
    /// The most bytes of one buffer that a shader may see.
    largest: u64,
    /// The size of the next buffer, if no request asks for more.
    next: u64,
}

struct Chunk {
    buffer: wgpu::Buffer,
    bytes: u64,
    /// Free stretches: where they begin, how long they are.
    free: BTreeMap<u64, u64>,
}

/// Class and size of a request: four classes for each power of two from 1 KiB on.
fn class_of(bytes: u64) -> (usize, u64) {
    let bytes = bytes.max(1).next_multiple_of(ALIGN);
    if bytes <= 1024 {
        return ((bytes / ALIGN - 1) as usize, bytes);
    }
    let top = 63 - (bytes - 1).leading_zeros() as u64;
    let quarter = 1u64 << (top - 2);
    let steps = (bytes - 1 - (1 << top)) / quarter + 1;
    ((top as usize - 10) * 4 + 3 + steps as usize, (1 << top) + steps * quarter)
}

impl Pool {
    pub fn new(limits: &wgpu::Limits) -> Pool {
        // four bytes a word, and a shader counts bytes in 32 bits
        let largest =
            limits.max_storage_buffer_binding_size.min(limits.max_buffer_size).min((1 << 32) - ALIGN);
        Pool {
            chunks: Vec::new(),
            kept: vec![Vec::new(); 140],
            largest: largest / ALIGN * ALIGN,
            next: 32 * MIB,
        }
    }
    pub fn buffer(&self, chunk: u32) -> &wgpu::Buffer {
        match &self.chunks[chunk as usize] {
            Some(chunk) => &chunk.buffer,
            None => unreachable!("a piece outlives no buffer"),
        }
    }
    /// A piece of the free stretches, the first that is long enough.
    fn carve(&mut self, bytes: u64) -> Option<(u32, u64)> {
        for (i, chunk) in self.chunks.iter_mut().enumerate() {
            let Some(chunk) = chunk else { continue };
            let found = chunk.free.iter().find(|(_, n)| **n >= bytes).map(|(at, n)| (*at, *n));
            if let Some((at, n)) = found {
                chunk.free.remove(&at);
                if n > bytes {
                    chunk.free.insert(at + bytes, n - bytes);
                }
                return Some((i as u32, at));
            }
        }
        None
    }
    /// A stretch becomes free, joined with those beside it.
    fn join(&mut self, chunk: u32, mut at: u64, mut bytes: u64) {
        let Some(chunk) = &mut self.chunks[chunk as usize] else { return };
        if let Some(n) = chunk.free.remove(&(at + bytes)) {
            bytes += n;
        }
        if let Some((&before, &n)) = chunk.free.range(..at).next_back()
            && before + n == at
        {
            chunk.free.remove(&before);
            at = before;
            bytes += n;
        }
        chunk.free.insert(at, bytes);
    }
    /// All kept pieces become free stretches.
    fn join_kept(&mut self) {
        for class in 0..self.kept.len() {
            for (chunk, at) in std::mem::take(&mut self.kept[class]) {
                self.join(chunk, at, class_size(class));
            }
        }
    }
    /// Gives up buffers nothing lies in, and says how many bytes they were. Their places are used again.
    fn shrink(&mut self) -> (u64, Vec<u32>) {
        self.join_kept();
        let (mut bytes, mut gone) = (0, Vec::new());
        for (i, slot) in self.chunks.iter_mut().enumerate() {
            if slot.as_ref().is_some_and(|c| c.free.get(&0) == Some(&c.bytes)) {
                bytes += slot.take().map_or(0, |c| c.bytes);
                gone.push(i as u32);
            }
        }
        (bytes, gone)
    }
}

fn class_size(class: usize) -> u64 {
    if class < 4 {
        return (class as u64 + 1) * ALIGN;
    }
    let (top, steps) = ((class as u64 - 4) / 4 + 10, (class as u64 - 4) % 4 + 1);
    (1 << top) + steps * (1 << (top - 2))
}

impl Gpu {
    /// A piece of memory.
    pub(super) fn take(&'static self, bytes: u64) -> Result<Memory> {
        self.check_process()?;
        let mut state = self.state();
        let state = &mut *state;
        if bytes > state.pool.largest {
            bail!(
                Memory,
                "CUDA out of memory: a tensor of {bytes} bytes was asked for, and one buffer of {} holds at most {}",
                self.name(),
                state.pool.largest
            );
        }
        let (class, rounded) = class_of(bytes);
        let rounded = if rounded > state.pool.largest { bytes.next_multiple_of(ALIGN) } else { rounded };
        let whole = rounded == class_size(class);
        let kept = if whole { state.pool.kept[class].pop() } else { None };
        let found = match kept.or_else(|| state.pool.carve(rounded)) {
            Some(found) => found,
            None => {
                state.pool.join_kept();
                match state.pool.carve(rounded) {
                    Some(found) => found,
                    None => self.grow(state, rounded)?,
                }
            }
        };
        let counts = &mut state.counts;
        counts.allocations += 1;
        counts.allocated += rounded;
        counts.allocated_peak = counts.allocated_peak.max(counts.allocated);
        let class = if whole { class as u16 } else { u16::MAX };
        Ok(Memory { gpu: self, chunk: found.0, at: found.1, bytes: rounded, class })
    }
    pub(super) fn give(&self, piece: &Memory) {
        let mut state = self.state();
        match piece.class {
            u16::MAX => state.pool.join(piece.chunk, piece.at, piece.bytes),
            class => state.pool.kept[class as usize].push((piece.chunk, piece.at)),
        }
        state.counts.frees += 1;
        state.counts.allocated -= piece.bytes;
    }
    /// A further buffer, and a piece of it.
    fn grow(&'static self, state: &mut super::adapter::State, bytes: u64) -> Result<(u32, u64)> {
        let pool = &mut state.pool;
        let size = bytes.max(pool.next).next_multiple_of(MIB).min(pool.largest).max(bytes);
        let buffer = match self.buffer(size) {
            Ok(buffer) => buffer,
            Err(_) if size > bytes => self.buffer(bytes).map(|b| (b.0, bytes))?,
            Err(e) => return Err(e),
        };
        pool.next = (pool.next * 2).min(1024 * MIB);
        let (buffer, size) = buffer;
        let chunk = Chunk { buffer, bytes: size, free: BTreeMap::from([(0, size)]) };
        match pool.chunks.iter().position(Option::is_none) {
            Some(i) => pool.chunks[i] = Some(chunk),
            None => pool.chunks.push(Some(chunk)),
        }
        state.counts.reserved += size;
        state.counts.reserved_peak = state.counts.reserved_peak.max(state.counts.reserved);
        match state.pool.carve(bytes) {
            Some(found) => Ok(found),
            None => bail!(Internal, "a fresh buffer of {size} bytes has no room for {bytes}"),
        }
    }
    fn buffer(&self, bytes: u64) -> Result<(wgpu::Buffer, u64)> {
        let scope = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("rushlight memory"),
            size: bytes,
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        match now(scope.pop()) {
            None => Ok((buffer, bytes)),
            Some(e) => bail!(
                Memory,
                "CUDA out of memory. Tried to allocate {:.2} MiB on {}: {e}",
                bytes as f64 / MIB as f64,
                self.name()
            ),
        }
    }
    /// Gives unused buffers back to the driver.
    pub fn empty_cache(&self) -> Result<()> {
        self.synchronize()?;
        let mut state = self.state();
        let (bytes, gone) = state.pool.shrink();
        state.stream.forget(&gone);
        state.counts.reserved -= bytes;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_hold_what_is_asked_and_know_their_size() {
        for bytes in (0..5000).chain([65536, 65537, 1 << 20, (1 << 20) + 1, 3 << 30]) {
            let (class, size) = class_of(bytes);
            assert!(
                size >= bytes && size <= (bytes + bytes / 4 + 256).next_multiple_of(ALIGN),
                "{bytes} {size}"
            );
            assert_eq!(class_size(class), size, "{bytes}");
            assert_eq!(class_of(size), (class, size));
        }
    }
}
