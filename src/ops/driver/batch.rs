//! `vmap`: one op over the samples of its operands. Views need nothing (the samples' axes lie beside the layout, see
//! `tensor/batch.rs`); a kernel runs once over all samples where the op says how ([`Batching`]), else sample by sample, in
//! memory that was allocated for all. The levels that this thread is in, with their randomness, are kept here too.

use crate::autograd::{depends, reaches};
use crate::base::Device;
use crate::error::Result;
use crate::ops::driver::op::{Batching, Op};
use crate::storage::Storage;
use crate::tensor::batch::{Axis, Levels, levels};
use crate::tensor::graph::moment;
use crate::tensor::{Edge, Meta, Tensor};
use crate::warning::warn;
use crate::{bail, ensure};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Mutex;

/// Room for a result: for all samples of the operands.
#[inline]
pub fn alloc(meta: Meta, device: Device, x: &[&Tensor]) -> Result<Tensor> {
    if x.iter().any(|t| t.is_batched()) { samples_of(meta, device, x) } else { Tensor::alloc(meta, device) }
}

#[cold]
fn samples_of(meta: Meta, device: Device, x: &[&Tensor]) -> Result<Tensor> {
    Tensor::alloc_samples(meta, device, &levels(x.iter().copied()))
}

/// Refuses to write samples into what has none.
pub fn check_target(target: &Tensor, x: &[&Tensor]) -> Result<()> {
    for t in x {
        ensure!(
            t.batch_within(target),
            Runtime,
            "vmap: inplace arithmetic(self, *extra_args) is not possible because there exists a Tensor `other` in extra_args that has more elements than `self`. This happened due to `other` being vmapped over but `self` not being vmapped over in a vmap. Please try to use out-of-place operators instead of inplace arithmetic. If said operator is being called inside the PyTorch framework, please file a bug report instead."
        );
    }
    Ok(())
}

static SAID: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// Forgets of which ops it was said that they run sample by sample.
pub fn forget_loops() {
    SAID.lock().unwrap_or_else(|e| e.into_inner()).clear();
}

/// Says, once for an op, that it runs sample by sample.
fn say_loop(name: &'static str) {
    if SAID.lock().unwrap_or_else(|e| e.into_inner()).insert(name) {
        warn(format!(
            "There is a performance drop because we have not yet implemented the batching rule for {name}: vmap runs it sample by sample."
        ));
    }
}

/// The kernel of an op over all samples; the caller holds every storage.
#[cold]
pub fn compute<O: Op>(op: &O, x: &[&Tensor], outs: &[Tensor]) -> Result<()> {
    let all = levels(x.iter().copied().chain(outs));
    if outs.iter().any(|t| t.batch().len() != all.len()) {
        bail!(Internal, "{}: results without room for the samples of the operands", op.name());
    }
    match op.batching(x, all.len()) {
        Batching::Loop => {
            say_loop(op.name());
            each(&|x, outs| kernel(op, x, outs), x, outs, &all)
        }
        Batching::Each => each(&|x, outs| kernel(op, x, outs), x, outs, &all),
        Batching::Aligned => {
            let ndim = outs[0].ndim();
            let (x, outs) = in_front(x, outs, &all, ndim)?;
            kernel(op, &x.iter().collect::<Vec<_>>(), &outs)
        }
        // those kernels are the CPU's
        Batching::Own if outs[0].device() != Device::Cpu => {
            say_loop(op.name());
            each(&|x, outs| op.gpu(x, outs), x, outs, &all)
        }
        Batching::Own => {
            let (x, outs) = in_front(x, outs, &all, 0)?;
            op.cpu_samples(&x, &outs, all.len())
        }
        Batching::Shifted(op) => {
            let (x, outs) = in_front(x, outs, &all, 0)?;
            kernel(&op, &x.iter().collect::<Vec<_>>(), &outs)
        }
    }
}

/// The kernel of the device that the results lie on.
fn kernel<O: Op>(op: &O, x: &[&Tensor], outs: &[Tensor]) -> Result<()> {
    if outs[0].device() == Device::Cpu { op.cpu(x, outs) } else { op.gpu(x, outs) }
}

fn in_front(x: &[&Tensor], outs: &[Tensor], all: &Levels, ndim: usize) -> Result<(Vec<Tensor>, Vec<Tensor>)> {
    let x = x.iter().map(|t| t.physical(all, ndim)).collect::<Result<_>>()?;
    Ok((x, outs.iter().map(|t| t.physical(all, 0)).collect::<Result<_>>()?))
}

/// Sample by sample, in order.
fn each(
    run: &dyn Fn(&[&Tensor], &[Tensor]) -> Result<()>,
    x: &[&Tensor],
    outs: &[Tensor],
    all: &Levels,
) -> Result<()> {
    let count: usize = all.iter().map(|l| l.1).product();
    let mut tensors: Vec<Tensor> = Vec::with_capacity(x.len());
    let mut results: Vec<Tensor> = Vec::with_capacity(outs.len());
    for n in 0..count {
        tensors.clear();
        results.clear();
        for t in x {
            tensors.push(nth(t, n, all)?);
        }
        for t in outs {
            results.push(nth(t, n, all)?);
        }
        run(&tensors.iter().collect::<Vec<_>>(), &results)?;
        crate::kernels::cpu::machine::stop::poll();
    }
    Ok(())
}

/// Sample `n` of all, the newest level running fastest.
pub(crate) fn nth(t: &Tensor, mut n: usize, all: &Levels) -> Result<Tensor> {
    if !t.is_batched() {
        return Ok(t.clone());
    }
    let mut distance = 0;
    for &(level, size) in all.iter().rev() {
        distance += t.axis(level).map_or(0, |a| a.stride) * (n % size);
        n /= size;
    }
    t.sample(distance)
}

/// Runs what moves bytes without an op over each sample of two tensors.
#[cold]
pub(crate) fn pairwise(
    dst: &Tensor,
    src: &Tensor,
    run: impl Fn(&Tensor, &Tensor) -> Result<()>,
) -> Result<()> {
    check_target(dst, &[src])?;
    let all = levels([dst].into_iter());
    if src.ndim() <= dst.ndim() {
        return run(&dst.physical(&all, 0)?, &src.physical(&all, dst.ndim())?);
    }
    (0..all.iter().map(|l| l.1).product()).try_for_each(|n| run(&nth(dst, n, &all)?, &nth(src, n, &all)?))
}

// ---- the levels of this thread ------------------------------------------------------------------------------------------

/// What a random op draws for the samples of a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Randomness {
    Error,
    Different,
    Same,
}

#[derive(Clone, Copy, Debug)]
struct Level {
    id: u64,
    size: usize,
    randomness: Randomness,
}

thread_local! {
    static LEVELS: RefCell<Vec<Level>> = const { RefCell::new(Vec::new()) };
}

/// A gradient or a tangent of a function that runs on this thread: since when, and what it differentiates by.
struct Run {
    id: u64,
    epoch: u32,
    inputs: Vec<Tensor>,
    /// Those of the inputs that may not be written to: all of a gradient's, leaves among a tangent's.
    fixed: Vec<Tensor>,
}

thread_local! {
    static RUNS: RefCell<Vec<Run>> = const { RefCell::new(Vec::new()) };
}

/// A function begins to run on this thread whose gradients or tangents by `inputs` are wanted; while ops are recorded those that
/// are `fixed` may not be written to.
pub fn enter_run(inputs: Vec<Tensor>, fixed: Vec<Tensor>) {
    let run = Run { id: moment(), epoch: Storage::begin_epoch(), inputs, fixed };
    RUNS.with(|r| r.borrow_mut().push(run));
}

/// The function that began last has ended.
pub fn leave_run() {
    let run = RUNS.with(|r| r.borrow_mut().pop());
    drop(run); // outside of the borrow: it may own a graph
}

/// Refuses to write to memory that a function under a gradient or a tangent has found outside: no derivative knows of it.
pub fn check_captured(op: &str, target: &Tensor) -> Result<()> {
    let captured = RUNS.with(|r| {
        r.borrow().last().is_some_and(|run| {
            let storage = target.storage();
            storage.is_older(run.epoch) && !run.inputs.iter().any(|t| t.storage().same(storage))
        })
    });
    ensure!(
        !captured,
        Runtime,
        "During a grad (vjp, jvp, grad, etc) transform, the function provided attempted to call in-place operation ({op}) that would mutate a captured Tensor. This is not supported; please rewrite the function being transformed to explicitly accept the mutated Tensor(s) as inputs."
    );
    Ok(())
}

/// The functions that run on this thread and made a tensor, or were given it to be differentiated by.
pub fn runs_of(t: &Tensor) -> Vec<u64> {
    RUNS.with(|r| {
        let own = |run: &&Run| {
            let given = || run.inputs.iter().any(|x| x.storage().same(t.storage()));
            let inputs = || run.inputs.iter().map(Tensor::edge).collect::<Vec<_>>();
            !t.storage().is_older(run.epoch)
                || given() && (!t.requires_grad() || reaches(&t.edge(), &inputs()))
        };
        r.borrow().iter().filter(own).map(|run| run.id).collect()
    })
}

/// Whether a tensor has a history beside the arguments of the functions that run on this thread.
pub fn depends_outside(t: &Tensor) -> bool {
    RUNS.with(|r| {
        let runs = r.borrow();
        let inputs: Vec<Edge> = runs.iter().flat_map(|run| run.inputs.iter().map(Tensor::edge)).collect();
        // those that are no leaves lead outside themselves
        let leaves: Vec<Edge> = inputs.into_iter().filter(|e| matches!(e, Edge::Leaf(_))).collect();
        depends(&[t.edge()], &leaves)
    })
}

/// Whether memory is that of an argument which a function on this thread is differentiated by, and may not be written to.
pub fn is_fixed(storage: &Storage) -> bool {
    RUNS.with(|r| r.borrow().iter().any(|run| run.fixed.iter().any(|t| t.storage().same(storage))))
}

/// Whether a function is being transformed on this thread, which rules out what changes its arguments' place in the graph.
pub fn is_transforming() -> bool {
    RUNS.with(|r| !r.borrow().is_empty()) || depth() > 0
}

/// Begins a map over `size` samples on this thread and returns its level.
pub fn begin(size: usize, randomness: Randomness) -> u64 {
    let id = moment();
    LEVELS.with(|l| l.borrow_mut().push(Level { id, size, randomness }));
    id
}

/// Ends the map of a level, and what began within it.
pub fn end(id: u64) {
    LEVELS.with(|l| l.borrow_mut().retain(|level| level.id < id));
}

/// How deep in maps this thread is.
pub fn depth() -> usize {
    LEVELS.with(|l| l.borrow().len())
}

/// The place of a map or a gradient among those of this thread, from 1; 0 once it is over.
pub fn place(id: u64) -> usize {
    let maps: Vec<u64> = LEVELS.with(|l| l.borrow().iter().map(|level| level.id).collect());
    let runs: Vec<u64> = RUNS.with(|r| r.borrow().iter().map(|run| run.id).collect());
    let all = || maps.iter().chain(&runs);
    if all().any(|&other| other == id) { all().filter(|&&other| other <= id).count() } else { 0 }
}

/// What random ops do in a level, while it lasts.
pub fn randomness(id: u64) -> Option<Randomness> {
    LEVELS.with(|l| l.borrow().iter().find(|level| level.id == id).map(|level| level.randomness))
}

/// Room for what a random op draws: for the samples of each map that asks for different ones.
pub fn drawn_room(meta: Meta, device: Device) -> Result<Tensor> {
    if depth() == 0 {
        Tensor::alloc(meta, device)
    } else {
        Tensor::alloc_samples(meta, device, &drawn_levels()?)
    }
}

/// What a random op of elements draws for a tensor: for the samples of every level at once.
pub fn drawn_whole(x: &Tensor, run: impl FnOnce(&Tensor) -> Result<Tensor>) -> Result<Tensor> {
    let room = if depth() == 0 { Levels::new() } else { drawn_levels()? };
    let own = levels([x].into_iter());
    ensure!(
        own.iter().all(|l| room.contains(l)),
        Runtime,
        "vmap: random operations of mapped tensors draw a result for each sample: use randomness='different'"
    );
    if room.is_empty() {
        return run(x);
    }
    let all = run(&x.physical(&room, 0)?)?;
    let mut layout = all.layout().clone();
    let axis = |&(level, size): &(u64, usize)| {
        layout.shape.remove(0);
        Axis { level, size, stride: layout.strides.remove(0) }
    };
    let axes: Vec<Axis> = room.iter().map(axis).collect();
    all.resampled(layout, &axes)
}

/// Whether draws for a tensor are the same for some of its samples.
pub fn is_drawn_once(x: &Tensor) -> bool {
    x.batch().iter().any(|a| randomness(a.level) == Some(Randomness::Same))
}

/// Refuses to overwrite with draws what cannot hold one for each sample.
pub fn check_drawn(x: &Tensor) -> Result<()> {
    if depth() == 0 {
        return Ok(());
    }
    ensure!(
        drawn_levels()?.iter().all(|l| x.axis(l.0).is_some()),
        Runtime,
        "vmap: Cannot ask for different inplace randomness on an unbatched tensor. This will appear like same randomness. If this is necessary for your usage, please file an issue with functorch."
    );
    Ok(())
}

/// The levels for which a random op draws apart.
fn drawn_levels() -> Result<Levels> {
    LEVELS.with(|l| {
        let l = l.borrow();
        ensure!(
            l.iter().all(|level| level.randomness != Randomness::Error),
            Runtime,
            "vmap: called random operation while in randomness error mode. Please either use the 'same' or 'different' randomness flags on vmap or perform the randomness operation out of vmap"
        );
        let apart = l.iter().filter(|level| level.randomness == Randomness::Different);
        Ok(apart.map(|level| (level.id, level.size)).collect())
    })
}
