//! What kernels found wrong while nobody waited: a few words of a card's memory that they write to, read together with the
//! next thing that is read back.

use super::{Gpu, Memory};
use crate::error::{Error, Result};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// Words of a fault: which kind it is (0 for none), and three numbers that say where.
pub const WORDS: usize = 4;
pub const BYTES: u64 = WORDS as u64 * 4;

/// The error that a fault's words stand for.
pub type Explain = fn([u32; WORDS]) -> Error;

#[derive(Default)]
pub struct Watch {
    memory: OnceLock<(Memory, Explain)>,
    /// A kernel that may have written to it was started since anybody last looked.
    asked: AtomicBool,
}

impl Watch {
    /// The memory, where there is something to look at.
    pub(super) fn take(&self) -> Option<&Memory> {
        match self.asked.swap(false, Ordering::AcqRel) {
            true => self.memory.get().map(|m| &m.0),
            false => None,
        }
    }
    /// The words that lay there as an error.
    pub(super) fn judge(&self, words: &[u8]) -> Result<()> {
        let mut all = [0; WORDS];
        for (w, b) in all.iter_mut().zip(words.chunks_exact(4)) {
            *w = u32::from_ne_bytes([b[0], b[1], b[2], b[3]]);
        }
        match self.memory.get() {
            Some((memory, explain)) if all[0] != 0 => {
                memory.upload(0, &[0; BYTES as usize])?;
                Err(explain(all))
            }
            _ => Ok(()),
        }
    }
}

impl Gpu {
    /// The words for a kernel that is about to start, read at the next download or wait.
    pub fn watched(&'static self, explain: Explain) -> Result<&'static Memory> {
        if self.watch.memory.get().is_none() {
            let memory = self.take(BYTES)?;
            memory.upload(0, &[0; BYTES as usize])?;
            // two threads at once: the other's serves both
            let _ = self.watch.memory.set((memory, explain));
        }
        self.watch.asked.store(true, Ordering::Release);
        match self.watch.memory.get() {
            Some((memory, _)) => Ok(memory),
            None => crate::bail!(Internal, "{}: no words for faults", self.name()),
        }
    }
}
