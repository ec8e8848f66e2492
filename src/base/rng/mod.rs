//! Random generators: the CPU's Mersenne Twister, bit for bit PyTorch's, Philox for the GPU, and the shared handle
//! that users pass around as `torch.Generator`.

mod mt19937;
mod philox;

pub use mt19937::{Mt19937, N as MT_BLOCK, STATE_BYTES, temper, unit_f32, unit_f64};
pub use philox::{Philox, philox4x32_10};

use crate::base::Device;
use crate::error::{Error, Kind, Result};
use crate::{bail, ensure};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

/// The seed of a `Generator()` that nobody has seeded.
pub const DEFAULT_SEED: u64 = 67280421310721;

/// A shared generator; clones are handles on the same stream.
#[derive(Clone, Debug)]
pub struct Generator(Arc<Stream>);

#[derive(Debug)]
enum Stream {
    Cpu(Mutex<Mt19937>),
    /// A position in the stream of a card.
    Gpu(u8, Mutex<Philox>),
}

impl Generator {
    pub fn new() -> Generator {
        Generator::with_seed(DEFAULT_SEED)
    }
    pub fn with_seed(seed: u64) -> Generator {
        Generator(Arc::new(Stream::Cpu(Mutex::new(Mt19937::new(seed)))))
    }
    /// A generator for a device.
    pub fn of(device: Device) -> Result<Generator> {
        match device {
            Device::Cpu => Ok(Generator::new()),
            Device::Gpu(index) => {
                Ok(Generator(Arc::new(Stream::Gpu(index, Mutex::new(Philox::new(DEFAULT_SEED))))))
            }
            Device::Meta => bail!(Runtime, "Generator: no generator for device meta; available: cpu, cuda"),
        }
    }
    pub fn device(&self) -> Device {
        match &*self.0 {
            Stream::Cpu(_) => Device::Cpu,
            Stream::Gpu(index, _) => Device::Gpu(*index),
        }
    }
    /// Exclusive use for the length of one sampler. A panic elsewhere leaves a usable stream behind.
    pub fn lock(&self) -> MutexGuard<'_, Mt19937> {
        match &*self.0 {
            Stream::Cpu(twister) => twister.lock().unwrap_or_else(|poisoned| poisoned.into_inner()),
            Stream::Gpu(..) => {
                let text = "Expected a 'cpu' device type for generator but found 'cuda'";
                Error::new(Kind::Runtime, text).unwind()
            }
        }
    }
    /// What a sampler of a device draws from: the generator that it was given, or the device's own. A tensor without data is
    /// drawn by any.
    pub fn for_device(given: Option<&Generator>, device: Device) -> Result<Generator> {
        let Some(generator) = given else { return Ok(default_generator_of(device).clone()) };
        let kind = |d: Device| if d == Device::Cpu { "cpu" } else { "cuda" };
        let (own, wanted) = (kind(generator.device()), kind(device));
        ensure!(
            own == wanted || device == Device::Meta,
            Runtime,
            "Expected a '{wanted}' device type for generator but found '{own}'"
        );
        Ok(generator.clone())
    }
    /// The position of a card's stream, which moves on by `blocks` of four words in every subsequence.
    pub fn take_blocks(&self, blocks: u64) -> Result<Philox> {
        match &*self.0 {
            Stream::Gpu(_, at) => {
                let mut at = at.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                let now = *at;
                at.advance(blocks);
                Ok(now)
            }
            Stream::Cpu(_) => bail!(Runtime, "Expected a 'cuda' device type for generator but found 'cpu'"),
        }
    }
    /// Numbers of a subsequence that a card's generator has used; PyTorch counts them by fours.
    pub fn offset(&self) -> Result<u64> {
        Ok(self.take_blocks(0)?.offset.wrapping_mul(4))
    }
    pub fn set_offset(&self, offset: u64) -> Result<()> {
        ensure!(offset.is_multiple_of(4), Runtime, "offset must be a multiple of 4");
        let now = self.take_blocks(0)?;
        self.take_blocks((offset / 4).wrapping_sub(now.offset)).map(drop)
    }
    pub fn manual_seed(&self, seed: u64) {
        match &*self.0 {
            Stream::Cpu(_) => self.lock().seed(seed),
            Stream::Gpu(_, at) => {
                *at.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Philox::new(seed)
            }
        }
    }
    /// Seeds from the system's entropy and returns the seed.
    pub fn seed(&self) -> u64 {
        let seed = entropy();
        self.manual_seed(seed);
        seed
    }
    pub fn initial_seed(&self) -> u64 {
        match &*self.0 {
            Stream::Cpu(_) => self.lock().initial_seed(),
            Stream::Gpu(_, at) => at.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).seed,
        }
    }
    /// `torch.Generator.get_state()`: see [`Mt19937::state_bytes`]; of a card seed and offset in words, as PyTorch's CUDA
    /// generators have it.
    pub fn state_bytes(&self) -> Vec<u8> {
        match &*self.0 {
            Stream::Cpu(_) => self.lock().state_bytes(),
            Stream::Gpu(_, at) => {
                let at = at.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                [at.seed.to_le_bytes(), at.offset.wrapping_mul(4).to_le_bytes()].concat()
            }
        }
    }
    pub fn set_state_bytes(&self, bytes: &[u8]) -> Result<()> {
        match &*self.0 {
            Stream::Cpu(_) => self.lock().set_state_bytes(bytes),
            Stream::Gpu(_, at) => {
                ensure!(bytes.len() == 16, Runtime, "RNG state is wrong size");
                let word =
                    |i: usize| bytes[8 * i..8 * i + 8].iter().rev().fold(0u64, |w, b| w << 8 | *b as u64);
                ensure!(word(1).is_multiple_of(4), Runtime, "offset must be a multiple of 4");
                let mut at = at.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                *at = Philox { seed: word(0), offset: word(1) / 4 };
                Ok(())
            }
        }
    }
    /// A generator of its own in the same state (`clone_state`).
    pub fn fork(&self) -> Generator {
        Generator(Arc::new(match &*self.0 {
            Stream::Cpu(_) => Stream::Cpu(Mutex::new(self.lock().clone())),
            Stream::Gpu(index, at) => {
                Stream::Gpu(*index, Mutex::new(*at.lock().unwrap_or_else(|poisoned| poisoned.into_inner())))
            }
        }))
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

/// The generator that samplers on a device use when none is passed.
pub fn default_generator_of(device: Device) -> &'static Generator {
    // as many as there may be cards: made when first asked for
    static CARDS: Mutex<[Option<&'static Generator>; 256]> = Mutex::new([None; 256]);
    let Device::Gpu(index) = device else { return default_generator() };
    let mut cards = CARDS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    cards[index as usize].get_or_insert_with(|| {
        let at = Mutex::new(Philox::new(default_generator().initial_seed()));
        Box::leak(Box::new(Generator(Arc::new(Stream::Gpu(index, at)))))
    })
}

/// Seeds the default generators: the CPU's, and those of cards that were asked for. One that is asked for later begins with
/// the CPU's seed.
pub fn manual_seed(seed: u64) {
    default_generator().manual_seed(seed);
    for index in 0..CARDS_SEEDED {
        default_generator_of(Device::Gpu(index)).manual_seed(seed);
    }
}

/// Cards whose generators every seeding reaches.
const CARDS_SEEDED: u8 = 8;

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
