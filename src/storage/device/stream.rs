//! The stream of commands of a card: dispatches are encoded one behind the other and submitted together, when something is
//! read back, when somebody waits, or after a fixed number.
//!
//! All dispatches read their numbers from one buffer of arguments, at a place that is the one immediate of every shader,
//! and see whole buffers of the pool: a bind group belongs to the buffers of a call and not to its tensors, so a few of them
//! serve a program for its life.

use super::Memory;
use super::adapter::{Gpu, State};
use super::watch;
use crate::bail;
use crate::error::Result;
use smallvec::SmallVec;
use std::collections::HashMap;

/// Dispatches that are submitted together. Submitting costs about 30 us of host time on Vulkan; a card that waits for its
/// first command idles.
const TOGETHER: u32 = 96;
/// Words of arguments that are submitted together.
const ARGS: usize = 1 << 16;
/// One download's buffer.
const STAGE: u64 = 32 << 20;

/// A pipeline with the number of buffers it sees.
pub struct Ready {
    pub pipeline: wgpu::ComputePipeline,
    pub operands: usize,
    /// Invocations of one workgroup.
    pub group: u32,
}

pub struct Stream {
    encoder: Option<wgpu::CommandEncoder>,
    pass: Option<wgpu::ComputePass<'static>>,
    /// What the pass has set last.
    pipeline: usize,
    bound: SmallVec<[u32; 8]>,
    args: Vec<u32>,
    buffer: wgpu::Buffer,
    dispatches: u32,
    groups: HashMap<SmallVec<[u32; 8]>, wgpu::BindGroup>,
    layouts: Vec<(wgpu::BindGroupLayout, wgpu::PipelineLayout)>,
    stage: Option<wgpu::Buffer>,
    marks: Vec<wgpu::QuerySet>,
}

impl Stream {
    pub fn new(device: &wgpu::Device) -> Stream {
        let buffer = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("rushlight arguments"),
            size: ARGS as u64 * 4,
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        Stream {
            encoder: None,
            pass: None,
            pipeline: 0,
            bound: SmallVec::new(),
            args: Vec::with_capacity(ARGS),
            buffer,
            dispatches: 0,
            groups: HashMap::new(),
            layouts: Vec::new(),
            stage: None,
            marks: Vec::new(),
        }
    }
    /// Bind groups over buffers that are gone are gone too.
    pub fn forget(&mut self, chunks: &[u32]) {
        self.groups.retain(|key, _| key.iter().all(|c| !chunks.contains(c)));
        self.bound.clear();
    }
    /// The layout of shaders that see `n` buffers beside their arguments.
    fn layout(&mut self, device: &wgpu::Device, n: usize) -> &(wgpu::BindGroupLayout, wgpu::PipelineLayout) {
        while self.layouts.len() <= n {
            let entry = |binding: u32| wgpu::BindGroupLayoutEntry {
                binding,
                visibility: wgpu::ShaderStages::COMPUTE,
                ty: wgpu::BindingType::Buffer {
                    // operands may lie in one buffer, of which a shader may not hold a read-only and a written view
                    ty: wgpu::BufferBindingType::Storage { read_only: binding == 0 },
                    has_dynamic_offset: false,
                    min_binding_size: None,
                },
                count: None,
            };
            let entries: Vec<_> = (0..=self.layouts.len() as u32).map(entry).collect();
            let group = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: None,
                entries: &entries,
            });
            let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: None,
                bind_group_layouts: &[Some(&group)],
                immediate_size: 4,
            });
            self.layouts.push((group, layout));
        }
        &self.layouts[n]
    }
    /// Ends the pass and hands out what was encoded.
    fn close(&mut self) -> Option<wgpu::CommandEncoder> {
        self.pass = None;
        self.pipeline = 0;
        self.bound.clear();
        self.encoder.take()
    }
}

impl State {
    fn encoder(&mut self, gpu: &Gpu) -> &mut wgpu::CommandEncoder {
        self.stream.pass = None;
        self.stream.pipeline = 0;
        self.stream.bound.clear();
        self.stream.encoder.get_or_insert_with(|| gpu.device.create_command_encoder(&Default::default()))
    }
    fn submit(&mut self, gpu: &Gpu) -> Result<()> {
        let stream = &mut self.stream;
        if let Some(encoder) = stream.close() {
            if !stream.args.is_empty() {
                let bytes: Vec<u8> = stream.args.iter().flat_map(|w| w.to_ne_bytes()).collect();
                gpu.queue.write_buffer(&stream.buffer, 0, &bytes);
                stream.args.clear();
            }
            stream.dispatches = 0;
            gpu.queue.submit([encoder.finish()]);
            self.counts.submits += 1;
        }
        gpu.check_fault()
    }
}

impl Gpu {
    /// Makes a pipeline of a shader with the entry `main`, workgroups of `group` invocations and `operands` buffers.
    pub fn compile(&self, label: &str, source: &str, operands: usize, group: u32) -> Result<Ready> {
        self.check_process()?;
        let scope = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let checks = wgpu::ShaderRuntimeChecks { force_loop_bounding: false, ..Default::default() };
        // SAFETY: every loop of our shaders counts to a bound; all other checks stay. Without this each turn of a loop counts
        // a second time.
        #[allow(unsafe_code)]
        let module = unsafe {
            let source = wgpu::ShaderSource::Wgsl(source.into());
            self.device.create_shader_module_trusted(
                wgpu::ShaderModuleDescriptor { label: Some(label), source },
                checks,
            )
        };
        let mut state = self.state();
        let (_, layout) = state.stream.layout(&self.device, operands);
        let pipeline = self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(label),
            layout: Some(layout),
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions {
                // every shader writes what it reads of its workgroup's memory
                zero_initialize_workgroup_memory: false,
                ..Default::default()
            },
            cache: self.cache.get(),
        });
        drop(state);
        match super::adapter::now(scope.pop()) {
            None => {
                self.cache.count();
                Ok(Ready { pipeline, operands, group })
            }
            Some(e) => bail!(Runtime, "{label}: the driver of {} refused the shader: {e}", self.name()),
        }
    }
    /// Encodes one dispatch over pieces of memory.
    pub fn dispatch(&self, ready: &Ready, on: &[&Memory], args: &[u32], groups: [u32; 3]) -> Result<()> {
        self.check_process()?;
        let mut state = self.state();
        let state = &mut *state;
        if state.stream.args.len() + args.len() > ARGS {
            if args.len() > ARGS {
                bail!(Internal, "a shader with {} arguments", args.len());
            }
            state.submit(self)?;
        }
        if state.stream.pass.is_none() {
            let encoder = state.encoder(self);
            let pass = encoder.begin_compute_pass(&Default::default()).forget_lifetime();
            state.stream.pass = Some(pass);
        }
        let key: SmallVec<[u32; 8]> = on.iter().map(|m| m.chunk).collect();
        if state.stream.bound != key || state.stream.groups.is_empty() {
            if !state.stream.groups.contains_key(&key) {
                let group = bind(self, state, &key);
                state.stream.groups.insert(key.clone(), group);
            }
            let stream = &mut state.stream;
            if let (Some(pass), Some(group)) = (&mut stream.pass, stream.groups.get(&key)) {
                pass.set_bind_group(0, group, &[]);
            }
            stream.bound = key;
        }
        let stream = &mut state.stream;
        let base = stream.args.len() as u32;
        stream.args.extend_from_slice(args);
        if let Some(pass) = &mut stream.pass {
            let id = ready as *const Ready as usize;
            if stream.pipeline != id {
                pass.set_pipeline(&ready.pipeline);
                stream.pipeline = id;
            }
            pass.set_immediates(0, &base.to_ne_bytes());
            pass.dispatch_workgroups(groups[0], groups[1], groups[2]);
        }
        stream.dispatches += 1;
        state.counts.dispatches += 1;
        if state.stream.dispatches >= TOGETHER {
            state.submit(self)?;
        }
        Ok(())
    }
    /// Submits what is encoded.
    pub fn flush(&self) -> Result<()> {
        self.check_process()?;
        self.state().submit(self)
    }
    /// Submits what is encoded and waits until it is done.
    pub fn synchronize(&self) -> Result<()> {
        self.flush()?;
        self.wait()?;
        match self.watch.take() {
            Some(memory) => {
                let mut words = [0; watch::BYTES as usize];
                self.download_part(memory, 0, &mut words)?;
                self.watch.judge(&words)
            }
            None => Ok(()),
        }
    }
    fn wait(&self) -> Result<()> {
        if let Err(e) = self.device.poll(wgpu::PollType::wait_indefinitely()) {
            bail!(Runtime, "CUDA error on {}: {e}", self.name());
        }
        self.check_fault()
    }
    pub(super) fn upload(&self, to: &Memory, at: u64, bytes: &[u8]) -> Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.check_process()?;
        let mut state = self.state();
        // what the queue is given to write comes before what is submitted after it
        state.submit(self)?;
        let buffer = state.pool.buffer(to.chunk);
        let whole = bytes.len() / 4 * 4;
        self.queue.write_buffer(buffer, to.at + at, &bytes[..whole]);
        if whole < bytes.len() {
            let mut last = [0; 4];
            last[..bytes.len() - whole].copy_from_slice(&bytes[whole..]);
            self.queue.write_buffer(buffer, to.at + at + whole as u64, &last);
        }
        state.counts.bytes_to_device += bytes.len() as u64;
        if bytes.len() > 1 << 20 {
            self.queue.submit([]);
        }
        self.check_fault()
    }
    pub(super) fn download(&self, from: &Memory, at: u64, bytes: &mut [u8]) -> Result<()> {
        for (i, part) in bytes.chunks_mut(STAGE as usize).enumerate() {
            self.download_part(from, at + i as u64 * STAGE, part)?;
        }
        Ok(())
    }
    fn download_part(&self, from: &Memory, at: u64, bytes: &mut [u8]) -> Result<()> {
        self.check_process()?;
        let skip = at % 4;
        let own = (skip + bytes.len() as u64).next_multiple_of(4);
        // faults of kernels come along behind it
        let faults = self.watch.take();
        let size = own + watch::BYTES;
        let stage = {
            let mut state = self.state();
            let state = &mut *state;
            let stage = match state.stream.stage.take() {
                Some(stage) if stage.size() >= size => stage,
                _ => self.device.create_buffer(&wgpu::BufferDescriptor {
                    label: Some("rushlight stage"),
                    size: size.max(1 << 16).next_power_of_two(),
                    usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                    mapped_at_creation: false,
                }),
            };
            state.encoder(self);
            let source = state.pool.buffer(from.chunk);
            if let Some(encoder) = &mut state.stream.encoder {
                encoder.copy_buffer_to_buffer(source, from.at + at - skip, &stage, 0, own);
                if let Some(words) = faults {
                    let source = state.pool.buffer(words.chunk);
                    encoder.copy_buffer_to_buffer(source, words.at, &stage, own, watch::BYTES);
                }
            }
            state.counts.bytes_from_device += bytes.len() as u64;
            state.submit(self)?;
            stage
        };
        stage.slice(..size).map_async(wgpu::MapMode::Read, |_| ());
        self.wait()?;
        let mut words = [0; watch::BYTES as usize];
        match stage.slice(..size).get_mapped_range() {
            Ok(view) => {
                bytes.copy_from_slice(&view[skip as usize..skip as usize + bytes.len()]);
                words.copy_from_slice(&view[own as usize..size as usize]);
            }
            Err(e) => bail!(Runtime, "CUDA error on {}: nothing could be read back: {e:?}", self.name()),
        }
        stage.unmap();
        self.state().stream.stage = Some(stage);
        self.check_fault()?;
        if faults.is_some() { self.watch.judge(&words) } else { Ok(()) }
    }
    /// Notes the card's time behind everything that was asked for before; the number is for [`Gpu::between`].
    pub fn mark(&self) -> Result<usize> {
        self.check_process()?;
        if !self.facts.has.timestamps {
            bail!(NotImplemented, "Event(enable_timing=True): {} has no timestamps", self.name());
        }
        let set = self.device.create_query_set(&wgpu::QuerySetDescriptor {
            label: None,
            ty: wgpu::QueryType::Timestamp,
            count: 1,
        });
        let mut state = self.state();
        state.encoder(self).write_timestamp(&set, 0);
        state.stream.marks.push(set);
        Ok(state.stream.marks.len() - 1)
    }
    /// Milliseconds between two marks, when both are reached.
    pub fn between(&self, a: usize, b: usize) -> Result<f64> {
        self.check_process()?;
        let buffer = |usage| {
            self.device.create_buffer(&wgpu::BufferDescriptor {
                label: None,
                size: 512,
                usage,
                mapped_at_creation: false,
            })
        };
        let times = buffer(wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC);
        let read = buffer(wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ);
        {
            let mut state = self.state();
            let state = &mut *state;
            if a.max(b) >= state.stream.marks.len() {
                bail!(Value, "no such event on {}", self.name());
            }
            state.encoder(self);
            let stream = &mut state.stream;
            if let Some(encoder) = &mut stream.encoder {
                encoder.resolve_query_set(&stream.marks[a], 0..1, &times, 0);
                encoder.resolve_query_set(&stream.marks[b], 0..1, &times, 256);
                encoder.copy_buffer_to_buffer(&times, 0, &read, 0, 512);
            }
            state.submit(self)?;
        }
        read.slice(..).map_async(wgpu::MapMode::Read, |_| ());
        self.wait()?;
        let Ok(view) = read.slice(..).get_mapped_range() else {
            bail!(Runtime, "CUDA error on {}: no times could be read back", self.name())
        };
        let tick = |at: usize| {
            let mut word = [0; 8];
            word.copy_from_slice(&view[at..at + 8]);
            u64::from_ne_bytes(word)
        };
        let ticks = tick(256).wrapping_sub(tick(0)) as i64;
        Ok(ticks as f64 * self.queue.get_timestamp_period() as f64 / 1e6)
    }
}

/// The group of whole buffers.
fn bind(gpu: &Gpu, state: &mut State, chunks: &[u32]) -> wgpu::BindGroup {
    state.stream.layout(&gpu.device, chunks.len());
    let mut entries =
        vec![wgpu::BindGroupEntry { binding: 0, resource: state.stream.buffer.as_entire_binding() }];
    for (i, chunk) in chunks.iter().enumerate() {
        let resource = state.pool.buffer(*chunk).as_entire_binding();
        entries.push(wgpu::BindGroupEntry { binding: i as u32 + 1, resource });
    }
    gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout: &state.stream.layouts[chunks.len()].0,
        entries: &entries,
    })
}
