//! Random generators: the CPU's Mersenne Twister, bit for bit PyTorch's, Philox for the GPU, and the shared handle
//! that users pass around as `torch.Generator`.

mod mt19937;
mod philox;

pub use mt19937::{Mt19937, N as MT_BLOCK, STATE_BYTES, temper, unit_f32, unit_f64};
pub use philox::{Philox, philox4x32_10};

use crate::base::Device;
use crate::error::Result;
use crate::{bail, ensure};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

/// The seed of a `Generator()` that nobody has seeded.
pub const DEFAULT_SEED: u64 = 67280421310721;

/// A shared generator of one device; clones are handles on the same stream.
#[derive(Clone, Debug)]
pub struct Generator(Arc<Engine>);

#[derive(Debug)]
enum Engine {
    Cpu(Box<Mutex<Mt19937>>),
    /// A card draws by counting: what is kept is where its stream stands.
    Gpu(u8, Mutex<Philox>),
}

fn locked<T>(engine: &Mutex<T>) -> MutexGuard<'_, T> {
    // a panic elsewhere leaves a usable stream behind
    engine.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Generator {
    pub fn new() -> Generator {
        Generator::with_seed(DEFAULT_SEED)
    }
    pub fn with_seed(seed: u64) -> Generator {
        Generator(Arc::new(Engine::Cpu(Box::new(Mutex::new(Mt19937::new(seed))))))
    }
    /// The generator of a card, or of the CPU.
    pub fn on(device: Device, seed: u64) -> Generator {
        match device {
            Device::Gpu(index) => Generator(Arc::new(Engine::Gpu(index, Mutex::new(Philox::new(seed))))),
            _ => Generator::with_seed(seed),
        }
    }
    pub fn device(&self) -> Device {
        match &*self.0 {
            Engine::Cpu(_) => Device::Cpu,
            Engine::Gpu(index, _) => Device::Gpu(*index),
        }
    }
    /// What a sampler of a device draws from: the generator that it was given, or the device's own.
    pub fn for_device(given: Option<&Generator>, device: Device) -> Result<Generator> {
        let generator = match (given, device) {
            (Some(g), _) => g.clone(),
            (None, Device::Gpu(index)) => default_generator_of(index)?,
            (None, _) => default_generator().clone(),
        };
        let own = generator.device();
        // a tensor without data is drawn by any
        let wanted = if device == Device::Meta { own } else { device };
        let kind = |d: Device| if d == Device::Cpu { "cpu" } else { "cuda" };
        ensure!(
            kind(own) == kind(wanted),
            Runtime,
            "Expected a '{}' device type for generator but found '{}'",
            kind(wanted),
            kind(own)
        );
        Ok(generator)
    }
    /// Exclusive use for the length of one sampler of the CPU.
    pub fn lock(&self) -> Result<MutexGuard<'_, Mt19937>> {
        match &*self.0 {
            Engine::Cpu(engine) => Ok(locked(engine)),
            Engine::Gpu(..) => bail!(Runtime, "Expected a 'cpu' device type for generator but found 'cuda'"),
        }
    }
    /// Where the stream of a card stands; the next one begins `blocks` blocks of four words behind it.
    pub fn advance(&self, blocks: u64) -> Result<Philox> {
        match &*self.0 {
            Engine::Gpu(_, engine) => {
                let mut engine = locked(engine);
                let now = *engine;
                engine.advance(blocks);
                Ok(now)
            }
            Engine::Cpu(_) => bail!(Runtime, "Expected a 'cuda' device type for generator but found 'cpu'"),
        }
    }
    pub fn manual_seed(&self, seed: u64) {
        match &*self.0 {
            Engine::Cpu(engine) => locked(engine).seed(seed),
            Engine::Gpu(_, engine) => *locked(engine) = Philox::new(seed),
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
            Engine::Cpu(engine) => locked(engine).initial_seed(),
            Engine::Gpu(_, engine) => locked(engine).seed,
        }
    }
    /// `torch.Generator.get_state()`: see [`Mt19937::state_bytes`] and [`Philox::state_bytes`].
    pub fn state_bytes(&self) -> Vec<u8> {
        match &*self.0 {
            Engine::Cpu(engine) => locked(engine).state_bytes(),
            Engine::Gpu(_, engine) => locked(engine).state_bytes(),
        }
    }
    pub fn set_state_bytes(&self, bytes: &[u8]) -> Result<()> {
        match &*self.0 {
            Engine::Cpu(engine) => locked(engine).set_state_bytes(bytes),
            Engine::Gpu(_, engine) => locked(engine).set_state_bytes(bytes),
        }
    }
    /// Numbers of a lane that a card's generator has used; PyTorch counts them by fours.
    pub fn offset(&self) -> Result<u64> {
        match &*self.0 {
            Engine::Gpu(_, engine) => Ok(locked(engine).offset.wrapping_mul(4)),
            Engine::Cpu(_) => bail!(Runtime, "CPU Generator does not use offset"),
        }
    }
    pub fn set_offset(&self, offset: u64) -> Result<()> {
        match &*self.0 {
            Engine::Gpu(_, engine) => {
                ensure!(offset.is_multiple_of(4), Runtime, "offset must be a multiple of 4");
                locked(engine).offset = offset / 4;
                Ok(())
            }
            Engine::Cpu(_) => bail!(Runtime, "CPU Generator does not use offset"),
        }
    }
    /// A generator of its own in the same state (`clone_state`).
    pub fn fork(&self) -> Generator {
        Generator(Arc::new(match &*self.0 {
            Engine::Cpu(engine) => Engine::Cpu(Box::new(Mutex::new(locked(engine).clone()))),
            Engine::Gpu(index, engine) => Engine::Gpu(*index, Mutex::new(*locked(engine))),
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

/// Those of cards, made when first asked for, and the seed that all of them were given before.
static CARDS: Mutex<(Vec<Option<Generator>>, Option<u64>)> = Mutex::new((Vec::new(), None));

/// The generator of a card that is there.
pub fn default_generator_of(index: u8) -> Result<Generator> {
    let mut cards = locked(&CARDS);
    let (list, seed) = &mut *cards;
    let at = index as usize;
    if list.len() <= at {
        list.resize(at + 1, None);
    }
    let seed = seed.unwrap_or_else(entropy);
    Ok(list[at].get_or_insert_with(|| Generator::on(Device::Gpu(index), seed)).clone())
}

/// Seeds the generators of all cards, of those too that nobody has used yet.
pub fn manual_seed_cards(seed: u64) {
    let mut cards = locked(&CARDS);
    cards.1 = Some(seed);
    cards.0.iter().flatten().for_each(|g| g.manual_seed(seed));
}

/// Seeds the default generators.
pub fn manual_seed(seed: u64) {
    default_generator().manual_seed(seed);
    manual_seed_cards(seed);
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
        let first = g.lock().unwrap().next_u32();
        assert_eq!(fork.lock().unwrap().next_u32(), first);
        assert_ne!(same.lock().unwrap().next_u32(), first);
        assert!(g.same(&same) && !g.same(&fork));
        assert_eq!(Generator::new().initial_seed(), DEFAULT_SEED);
        let drawn = g.seed();
        assert_eq!(g.initial_seed(), drawn);
        assert_ne!(g.seed(), drawn);
    }

    #[test]
    fn a_cards_generator_counts() {
        let g = Generator::on(Device::Gpu(0), 7);
        assert!(g.lock().is_err() && Generator::new().advance(1).is_err());
        assert_eq!((g.advance(3).unwrap().offset, g.offset().unwrap()), (0, 12));
        let state = g.state_bytes();
        assert_eq!(state.len(), 16);
        let other = Generator::on(Device::Gpu(0), 0);
        other.set_state_bytes(&state).unwrap();
        assert_eq!((other.initial_seed(), other.offset().unwrap()), (7, 12));
        assert!(other.set_state_bytes(&state[1..]).is_err());
        assert!(Generator::for_device(Some(&g), Device::Cpu).is_err());
    }
}
