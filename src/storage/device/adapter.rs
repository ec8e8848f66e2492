//! Which cards there are, and the one that was opened: its device, its queue, what it can.

use super::cache::Cache;
use super::pool::Pool;
use super::stream::Stream;
use super::watch::Watch;
use super::{Counts, check};
use crate::bail;
use crate::error::Result;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::task::{Context, Poll, Waker};

/// What a card can beside the least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Has {
    pub int64: bool,
    pub float64: bool,
    pub subgroups: bool,
    pub timestamps: bool,
    pub cooperative: bool,
}

/// What is known of an adapter before it is opened.
#[derive(Clone, Debug)]
pub struct Facts {
    pub info: wgpu::AdapterInfo,
    pub features: wgpu::Features,
    pub limits: wgpu::Limits,
    pub has: Has,
}

impl Facts {
    pub fn is_software(&self) -> bool {
        self.info.device_type == wgpu::DeviceType::Cpu
    }
}

/// An opened card. It stays open until the process ends.
pub struct Gpu {
    pub index: u8,
    pub facts: Facts,
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
    pub(super) cache: Cache,
    process: u32,
    state: Mutex<State>,
    /// What went wrong since anybody last looked.
    pub(super) fault: Arc<Mutex<Option<String>>>,
    /// What kernels found wrong.
    pub(super) watch: Watch,
}

/// What changes while a card works.
pub struct State {
    pub(super) pool: Pool,
    pub(super) stream: Stream,
    pub(super) counts: Counts,
}

struct Slot {
    adapter: wgpu::Adapter,
    facts: Facts,
    opened: OnceLock<std::result::Result<Gpu, String>>,
}

static SLOTS: OnceLock<Vec<Slot>> = OnceLock::new();

/// A future of wgpu's native backends, which are done when they are asked.
pub(super) fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
        std::thread::yield_now();
    }
}

/// Software adapters count where they are asked for, and then they alone.
fn wants_software() -> bool {
    std::env::var("RUSHLIGHT_GPU").is_ok_and(|v| v == "software")
}

/// Programs force the CPU by hiding all cards from CUDA: `CUDA_VISIBLE_DEVICES=""` or `"-1"`.
fn hides_all() -> bool {
    std::env::var("CUDA_VISIBLE_DEVICES").is_ok_and(|v| v.is_empty() || v.starts_with('-'))
}

fn all() -> Vec<Slot> {
    if hides_all() {
        return Vec::new();
    }
    // Loading the drivers takes 10 to 50 ms: done when first asked for, not at import.
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12;
    descriptor.flags = match std::env::var("RUSHLIGHT_GPU_VALIDATION") {
        Ok(_) => wgpu::InstanceFlags::VALIDATION,
        Err(_) => wgpu::InstanceFlags::empty(),
    };
    let instance = wgpu::Instance::new(descriptor);
    let found = now(instance.enumerate_adapters(wgpu::Backends::all()));
    let slots = found.into_iter().map(|adapter| {
        let (info, features, limits) = (adapter.get_info(), adapter.features(), adapter.limits());
        let has = Has {
            int64: features.contains(wgpu::Features::SHADER_INT64),
            float64: features.contains(wgpu::Features::SHADER_F64),
            subgroups: features.contains(wgpu::Features::SUBGROUP),
            timestamps: features
                .contains(wgpu::Features::TIMESTAMP_QUERY | wgpu::Features::TIMESTAMP_QUERY_INSIDE_ENCODERS),
            cooperative: features.contains(wgpu::Features::EXPERIMENTAL_COOPERATIVE_MATRIX),
        };
        Slot { adapter, facts: Facts { info, features, limits, has }, opened: OnceLock::new() }
    });
    let mut slots: Vec<Slot> = slots.collect();
    // the strongest first, as `cuda:0`
    let rank = |s: &Slot| match s.facts.info.device_type {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::VirtualGpu => 1,
        wgpu::DeviceType::IntegratedGpu => 2,
        wgpu::DeviceType::Other => 3,
        wgpu::DeviceType::Cpu => 4,
    };
    slots.sort_by_key(rank);
    slots
}

/// Every adapter of the machine, software ones too.
pub fn adapters() -> Vec<Facts> {
    slots().iter().map(|s| s.facts.clone()).collect()
}

fn slots() -> &'static [Slot] {
    SLOTS.get_or_init(all)
}

/// The adapters that count as cards.
fn cards() -> impl Iterator<Item = &'static Slot> {
    let software = wants_software();
    slots().iter().filter(move |s| s.facts.is_software() == software)
}

/// How many cards count: hardware adapters; with `RUSHLIGHT_GPU=software` in the environment, software ones.
pub fn count() -> usize {
    cards().count().min(u8::MAX as usize)
}

/// The cards that were found open before: asked for with every tensor.
static OPENED: [OnceLock<&'static Gpu>; 8] = [const { OnceLock::new() }; 8];

/// The card of an index, opened when first asked for.
pub fn gpu(index: u8) -> Result<&'static Gpu> {
    let known = OPENED.get(index as usize);
    if let Some(gpu) = known.and_then(OnceLock::get)
        && gpu.process == std::process::id()
    {
        return Ok(gpu);
    }
    let gpu = find(index)?;
    if let Some(known) = known {
        let _ = known.set(gpu);
    }
    Ok(gpu)
}

fn find(index: u8) -> Result<&'static Gpu> {
    check(index)?;
    let Some(slot) = cards().nth(index as usize) else {
        bail!(Runtime, "CUDA error: invalid device ordinal: cuda:{index}")
    };
    match slot.opened.get_or_init(|| open(slot, index)) {
        Ok(gpu) => gpu.check_process().map(|()| gpu),
        Err(text) => bail!(Runtime, "{}: {text}", slot.facts.info.name),
    }
}

/// Whether a card was opened.
pub fn is_open(index: u8) -> bool {
    SLOTS.get().is_some() && cards().nth(index as usize).is_some_and(|slot| slot.opened.get().is_some())
}

fn open(slot: &Slot, index: u8) -> std::result::Result<Gpu, String> {
    let facts = slot.facts.clone();
    let needed = wgpu::Features::IMMEDIATES;
    if !facts.features.contains(needed) {
        return Err(
            "the adapter has no immediates (push constants), which every shader of rushlight needs".into()
        );
    }
    let wanted = needed
        | wgpu::Features::SHADER_INT64
        | wgpu::Features::SHADER_F64
        | wgpu::Features::SUBGROUP
        | wgpu::Features::PIPELINE_CACHE
        | wgpu::Features::TIMESTAMP_QUERY
        | wgpu::Features::TIMESTAMP_QUERY_INSIDE_ENCODERS;
    let descriptor = wgpu::DeviceDescriptor {
        label: Some("rushlight"),
        required_features: facts.features & wanted,
        required_limits: facts.limits.clone(),
        experimental_features: wgpu::ExperimentalFeatures::disabled(),
        memory_hints: wgpu::MemoryHints::Performance,
        trace: wgpu::Trace::Off,
    };
    let (device, queue) = now(slot.adapter.request_device(&descriptor)).map_err(|e| e.to_string())?;
    let fault = Arc::new(Mutex::new(None));
    let note = fault.clone();
    // an error that nobody waits for is told to whoever submits next; wgpu would end the process
    device.on_uncaptured_error(Arc::new(move |e: wgpu::Error| {
        note.lock().unwrap_or_else(|e| e.into_inner()).get_or_insert(e.to_string());
    }));
    let note = fault.clone();
    device.set_device_lost_callback(move |_, why| {
        let text = format!("the device was lost ({why}); the tensors on it are gone, the CPU goes on");
        note.lock().unwrap_or_else(|e| e.into_inner()).get_or_insert(text);
    });
    let state =
        State { pool: Pool::new(&facts.limits), stream: Stream::new(&device), counts: Counts::default() };
    let process = std::process::id();
    let cache = Cache::new(&device, &facts.info);
    let (state, watch) = (Mutex::new(state), Watch::default());
    Ok(Gpu { cache, index, facts, device, queue, process, state, fault, watch })
}

impl Gpu {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }
    /// Whether this is the process that opened the card: a forked child has a copy of what the driver keeps, and of locks that a
    /// thread it does not have may hold.
    pub(super) fn is_own(&self) -> bool {
        self.process == std::process::id()
    }
    /// Refuses a child of the process that opened the card, for tensors too that it got with the fork.
    pub(super) fn check_process(&self) -> Result<()> {
        crate::ensure!(
            self.is_own(),
            Runtime,
            "Cannot re-initialize CUDA in forked subprocess. To use CUDA with multiprocessing, you must use the 'spawn' start method"
        );
        Ok(())
    }
    pub fn has(&self) -> Has {
        self.facts.has
    }
    pub fn name(&self) -> &str {
        &self.facts.info.name
    }
    pub fn counts(&self) -> Counts {
        self.state().counts
    }
    pub fn reset_peak(&self) {
        let counts = &mut self.state().counts;
        counts.allocated_peak = counts.allocated;
        counts.reserved_peak = counts.reserved;
    }
    /// What went wrong since anybody last looked, as an error.
    pub(super) fn check_fault(&self) -> Result<()> {
        match self.fault.lock().unwrap_or_else(|e| e.into_inner()).take() {
            Some(text) if text.contains("Out of Memory") || text.contains("out of memory") => {
                bail!(Memory, "CUDA out of memory: {text}")
            }
            Some(text) => bail!(Runtime, "CUDA error on {}: {text}", self.name()),
            None => Ok(()),
        }
    }
}
