//! Random generators: the CPU's Mersenne Twister, bit for bit PyTorch's, Philox for the GPU, and the shared handle
//! that users pass around as `torch.Generator`.

mod mt19937;
mod philox;

pub use mt19937::{Mt19937, N as MT_BLOCK, STATE_BYTES, temper, unit_f32, unit_f64};
pub use philox::{Philox, philox4x32_10};

use crate::error::Result;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

/// The seed of a `Generator()` that nobody has seeded.
pub const DEFAULT_SEED: u64 = 67280421310721;

/// A shared CPU generator; clones are handles on the same stream.
#[derive(Clone, Debug)]
pub struct Generator(Arc<Mutex<Mt19937>>);

impl Generator {
    pub fn new() -> Generator {
        Generator::with_seed(DEFAULT_SEED)
    }
    pub fn with_seed(seed: u64) -> Generator {
        Generator(Arc::new(Mutex::new(Mt19937::new(seed))))
    }
    /// Exclusive use for the length of one sampler. A panic elsewhere leaves a usable stream behind.
    pub fn lock(&self) -> MutexGuard<'_, Mt19937> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
    pub fn manual_seed(&self, seed: u64) {
        self.lock().seed(seed);
    }
    /// Seeds from the system's entropy and returns the seed.
    pub fn seed(&self) -> u64 {
        let seed = entropy();
        self.manual_seed(seed);
        seed
    }
    pub fn initial_seed(&self) -> u64 {
        self.lock().initial_seed()
    }
    /// `torch.Generator.get_state()`: see [`Mt19937::state_bytes`].
    pub fn state_bytes(&self) -> Vec<u8> {
        self.lock().state_bytes()
    }
    pub fn set_state_bytes(&self, bytes: &[u8]) -> Result<()> {
        self.lock().set_state_bytes(bytes)
    }
    /// A generator of its own in the same state (`clone_state`).
    pub fn fork(&self) -> Generator {
        Generator(Arc::new(Mutex::new(self.lock().clone())))
    }
    /// Whether two handles share one stream.
    pub fn same(&self, other: &Generator) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Default for Generator {
    fn default() -> Generator {
        Generator::new()
    }
}

/// The generator that samplers use when none is passed; it starts from the system's entropy.
pub fn default_generator() -> &'static Generator {
    static DEFAULT: OnceLock<Generator> = OnceLock::new();
    DEFAULT.get_or_init(|| Generator::with_seed(entropy()))
}

/// Seeds the default generator.
pub fn manual_seed(seed: u64) {
    default_generator().manual_seed(seed);
}

/// 64 unpredictable bits. The standard library keys its hash maps from the system's random source; a hash under
/// such keys is the one way to them without a crate.
fn entropy() -> u64 {
    RandomState::new().hash_one(std::time::SystemTime::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles() {
        let g = Generator::with_seed(3);
        let same = g.clone();
        let fork = g.fork();
        let first = g.lock().next_u32();
        assert_eq!(fork.lock().next_u32(), first);
        assert_ne!(same.lock().next_u32(), first);
        assert!(g.same(&same) && !g.same(&fork));
        assert_eq!(Generator::new().initial_seed(), DEFAULT_SEED);
        let drawn = g.seed();
        assert_eq!(g.initial_seed(), drawn);
        assert_ne!(g.seed(), drawn);
    }
}
