//! The memory of graphics cards and the order in which they are told what to do: adapters, buffers in size classes, one
//! stream of commands for each card. Without the feature `gpu` there is none, and asking says so.

use crate::bail;
use crate::error::Result;

#[cfg(feature = "gpu")]
mod adapter;
#[cfg(feature = "gpu")]
mod cache;
#[cfg(feature = "gpu")]
mod pool;
#[cfg(feature = "gpu")]
mod stream;
#[cfg(feature = "gpu")]
mod watch;

#[cfg(feature = "gpu")]
pub use adapter::{Facts, Gpu, Has, adapters, count, gpu, is_open};
#[cfg(feature = "gpu")]
pub use stream::Ready;

/// A piece of a card's memory, given back to its pool when dropped. Commands that still wait in the stream may use it:
/// whoever gets the piece next writes to it behind them.
#[cfg_attr(not(feature = "gpu"), allow(dead_code))]
pub struct Memory {
    #[cfg(feature = "gpu")]
    gpu: &'static Gpu,
    #[cfg(not(feature = "gpu"))]
    never: std::convert::Infallible,
    /// The large buffer it lies in, and where, in bytes.
    chunk: u32,
    at: u64,
    bytes: u64,
    class: u16,
}

/// What a card has done and holds, counted since it was opened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub allocated: u64,
    pub allocated_peak: u64,
    pub reserved: u64,
    pub reserved_peak: u64,
    pub allocations: u64,
    pub frees: u64,
    pub dispatches: u64,
    pub submits: u64,
    pub bytes_to_device: u64,
    pub bytes_from_device: u64,
}

#[cfg(feature = "gpu")]
impl Memory {
    /// Uninitialised bytes on a card.
    pub fn new(bytes: usize, index: u8) -> Result<Memory> {
        gpu(index)?.take(bytes as u64)
    }
    /// More bytes on the same card.
    pub fn beside(&self, bytes: usize) -> Result<Memory> {
        self.gpu.take(bytes as u64)
    }
    pub fn gpu(&self) -> &'static Gpu {
        self.gpu
    }
    pub fn chunk(&self) -> u32 {
        self.chunk
    }
    /// Where it begins in its chunk, in bytes.
    pub fn at(&self) -> u64 {
        self.at
    }
    /// An address of its own, which nothing may be read from.
    pub fn address(&self) -> usize {
        (self.chunk as usize + 1) << 40 | self.at as usize
    }
    /// Bytes in, from byte `at` of it on, behind everything that was asked for before. Both are multiples of four, but for
    /// the end of what is written, behind which up to three bytes of the memory are lost.
    pub fn upload(&self, at: u64, bytes: &[u8]) -> Result<()> {
        self.gpu.upload(self, at, bytes)
    }
    /// Bytes out, when everything that was asked for before is done.
    pub fn download(&self, at: u64, bytes: &mut [u8]) -> Result<()> {
        self.gpu.download(self, at, bytes)
    }
}

#[cfg(feature = "gpu")]
impl Drop for Memory {
    fn drop(&mut self) {
        // the memory of a forked child's tensors is its parent's
        if self.gpu.is_own() {
            self.gpu.give(self);
        }
    }
}

#[cfg(not(feature = "gpu"))]
impl Memory {
    pub fn new(_: usize, _: u8) -> Result<Memory> {
        bail!(
            Runtime,
            "Torch not compiled with CUDA enabled: no GPU, this build of rushlight has no wgpu backend; use device='cpu'"
        )
    }
    pub fn beside(&self, _: usize) -> Result<Memory> {
        match self.never {}
    }
    pub fn address(&self) -> usize {
        match self.never {}
    }
    pub fn upload(&self, _: u64, _: &[u8]) -> Result<()> {
        match self.never {}
    }
    pub fn download(&self, _: u64, _: &mut [u8]) -> Result<()> {
        match self.never {}
    }
}

/// How many cards count: see [`adapters`] of the feature.
#[cfg(not(feature = "gpu"))]
pub fn count() -> usize {
    0
}

thread_local! {
    static CURRENT: std::cell::Cell<u8> = const { std::cell::Cell::new(0) };
}

/// The card that this thread means by one without a number.
pub fn current() -> u8 {
    CURRENT.with(std::cell::Cell::get)
}

/// Sets what [`current`] answers on this thread.
pub fn set_current(index: u8) {
    CURRENT.with(|c| c.set(index));
}

/// Refuses a card that is not there.
pub fn check(index: u8) -> Result<()> {
    let n = count();
    if n == 0 {
        Memory::none()?;
    }
    if index as usize >= n {
        bail!(
            Runtime,
            "CUDA error: invalid device ordinal: cuda:{index} was asked for, and there {} {n} GPU{}",
            if n == 1 { "is" } else { "are" },
            if n == 1 { "" } else { "s" }
        );
    }
    Ok(())
}

impl Memory {
    #[cold]
    fn none() -> Result<()> {
        #[cfg(not(feature = "gpu"))]
        Memory::new(0, 0)?;
        bail!(
            Runtime,
            "No CUDA GPUs are available: wgpu found no graphics adapter; install the card's Vulkan driver, or a software \
             adapter (Debian: mesa-vulkan-drivers) and set RUSHLIGHT_GPU=software"
        )
    }
}
