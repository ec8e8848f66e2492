//! What a node keeps for its backward: bare data with the edge and version it had, never the tensor itself. A
//! tensor may later be rewritten in place by an op that depends on this very node; holding it would make a cycle.

use super::graph::{Edge, Node, lock};
use super::{Batch, Tensor};
use crate::bail;
use crate::base::{DType, Device, Layout};
use crate::error::{Error, Kind, Result};
use crate::storage::Storage;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Weak};

/// What a program does with tensors that are saved for a backward (`saved_tensors_hooks`).
pub trait Packing: Send + Sync {
    fn pack(&self, tensor: &Tensor) -> Result<Arc<dyn Packed>>;
}

/// What it keeps in a tensor's place, and how it gives the tensor back.
pub trait Packed: Send + Sync {
    fn unpack(&self) -> Result<Tensor>;
}

/// How many ask: programs with hooks, for good, and threads in forward mode. While there are none making a node costs one
/// load more.
static PACKS: AtomicUsize = AtomicUsize::new(0);

/// Who is told of each node that is made on a thread, and of one whose gradient went wrong (`detect_anomaly`).
#[derive(Clone, Copy)]
pub struct Witness {
    pub made: fn(&Arc<Node>),
    pub failed: fn(&Arc<Node>),
}

thread_local! {
    static WITNESS: Cell<Option<Witness>> = const { Cell::new(None) };
}

/// Names the witness of this thread, or none.
pub fn watch(witness: Option<Witness>) {
    if witness.is_some() {
        PACKS.fetch_add(1, Relaxed);
    }
    WITNESS.set(witness);
}

/// Tells the witness of a node that saved nothing; [`pack`] tells of the others.
#[inline]
pub fn tell_made(node: &Arc<Node>) {
    if PACKS.load(Relaxed) > 0
        && let Some(witness) = WITNESS.get()
    {
        (witness.made)(node);
    }
}

/// Tells the witness of a node that could not answer.
#[cold]
pub fn tell_failed(node: &Arc<Node>) {
    if let Some(witness) = WITNESS.get() {
        (witness.failed)(node);
    }
}

#[derive(Default)]
struct Packings {
    /// The innermost last; it alone is asked.
    list: Vec<Arc<dyn Packing>>,
    /// Why there may be none.
    refused: Option<String>,
}

thread_local! {
    static PACKINGS: RefCell<Packings> = RefCell::new(Packings::default());
}

/// From now on this thread packs what it saves.
pub fn push_packing(packing: Arc<dyn Packing>) -> Result<()> {
    PACKS.fetch_add(1, Relaxed);
    PACKINGS.with_borrow_mut(|p| match &p.refused {
        Some(why) => bail!(Runtime, "{why}"),
        None => {
            p.list.push(packing);
            Ok(())
        }
    })
}

pub fn pop_packing() -> Result<()> {
    match PACKINGS.with_borrow_mut(|p| p.list.pop()) {
        Some(_) => Ok(()),
        None => bail!(Runtime, "no hooks for saved tensors are set in this thread"),
    }
}

/// Refuses hooks, with a reason, or allows them again; answers with the reason before.
pub fn refuse_packing(why: Option<String>, also_set: bool) -> Result<Option<String>> {
    PACKINGS.with_borrow_mut(|p| match (&why, p.list.is_empty()) {
        (Some(why), false) if also_set => bail!(Runtime, "{why}"),
        _ => Ok(std::mem::replace(&mut p.refused, why)),
    })
}

pub fn packing_allowed() -> bool {
    PACKINGS.with_borrow(|p| p.refused.is_none())
}

/// Tells who watches of a new node, and gives what it saved to the program's hook, if there is one.
#[inline]
pub fn pack(node: &Arc<Node>) -> Result<()> {
    if PACKS.load(Relaxed) > 0 { pack_all(node) } else { Ok(()) }
}

#[cold]
fn pack_all(node: &Arc<Node>) -> Result<()> {
    tell_made(node);
    note_keeper(node);
    let Some(packing) = PACKINGS.with_borrow(|p| p.list.last().cloned()) else { return Ok(()) };
    // taken out meanwhile: the hook is code of others, which may look at the node
    let Some(mut saved) = lock(&node.saved).take() else { return Ok(()) };
    // the last input first, as PyTorch saves them
    let result = saved.inputs.iter_mut().rev().chain(&mut saved.outputs).flatten().try_for_each(|slot| {
        let tensor = slot.unpack(Some(node), node.name())?;
        let packed = packing.pack(&tensor)?;
        if tensor.storage().version() != slot.version {
            bail!(
                Runtime,
                "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook can not be modified by in-place operations as this can lead to unexpected side-effects. Please open an issue if you need to perform in-place operations on the input to a pack hook."
            );
        }
        slot.data = Kept::Packed(packed);
        Ok(())
    });
    *lock(&node.saved) = Some(saved);
    result
}

/// By memory, the nodes that saved a tensor there, and how many derivatives in forward mode want to know.
#[derive(Default)]
struct Keepers {
    wanted: usize,
    nodes: HashMap<usize, Vec<Weak<Node>>>,
}

thread_local! {
    static KEEPERS: RefCell<Keepers> = RefCell::new(Keepers::default());
}

/// From now on, or no longer, this thread notes who saves what: forward mode reads it after the function has run, and the
/// function may overwrite what it likes.
pub fn note_keepers(on: bool) {
    KEEPERS.with_borrow_mut(|k| {
        k.wanted = if on { k.wanted + 1 } else { k.wanted.saturating_sub(1) };
        if k.wanted == 0 {
            k.nodes = HashMap::new();
        }
    });
    if on {
        PACKS.fetch_add(1, Relaxed)
    } else {
        PACKS.fetch_sub(1, Relaxed)
    };
}

fn note_keeper(node: &Arc<Node>) {
    KEEPERS.with_borrow_mut(|k| {
        if k.wanted == 0 {
            return;
        }
        let saved = lock(&node.saved);
        let bare = saved.iter().flat_map(|s| s.inputs.iter().chain(&s.outputs).flatten());
        for memory in bare.filter_map(SavedTensor::memory) {
            let nodes = k.nodes.entry(memory.ptr() as usize).or_default();
            if nodes.last().is_none_or(|last| !std::ptr::addr_eq(last.as_ptr(), Arc::as_ptr(node))) {
                nodes.push(Arc::downgrade(node));
            }
        }
    });
}

/// Before memory is overwritten: nodes of forward mode that saved what lies there get copies of it.
pub fn keep_apart(memory: &Storage, copy: impl Fn(&Tensor) -> Result<Tensor>) -> Result<()> {
    let nodes = KEEPERS
        .with_borrow_mut(|k| if k.wanted > 0 { k.nodes.remove(&(memory.ptr() as usize)) } else { None });
    for node in nodes.into_iter().flatten().filter_map(|n| n.upgrade()) {
        let Some(mut saved) = lock(&node.saved).take() else { continue };
        let mut slots = saved.inputs.iter_mut().chain(&mut saved.outputs).flatten();
        let result = slots.try_for_each(|slot| slot.keep_apart(memory, &copy));
        *lock(&node.saved) = Some(saved);
        result?;
    }
    Ok(())
}

#[derive(Debug, Clone)]
pub struct SavedTensor {
    data: Kept,
    /// The place of an input; a saved result gets its node when it is unpacked.
    edge: Edge,
    version: u32,
    /// Result slot, for saved results.
    result: Option<u32>,
}

#[derive(Clone)]
enum Kept {
    Bare(Bare),
    Packed(Arc<dyn Packed>),
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Kept::Bare(bare) => bare.fmt(f),
            Kept::Packed(_) => f.write_str("packed"),
        }
    }
}

#[derive(Clone)]
struct Bare(Storage, Layout, DType, Batch);

impl std::fmt::Debug for Bare {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {}", self.1.shape.as_slice(), self.2.name())
    }
}

/// Saved tensors by position: inputs first, then results.
#[derive(Default, Debug)]
pub struct Saved {
    // vectors, not inline lists: most nodes save nothing, and a saved tensor is 200 bytes to move around
    pub inputs: Vec<Option<SavedTensor>>,
    pub outputs: Vec<Option<SavedTensor>>,
}

impl Saved {
    /// Nothing was saved.
    pub fn is_empty(&self) -> bool {
        self.inputs.iter().chain(&self.outputs).flatten().next().is_none()
    }
    /// Nothing in it leads to another node.
    pub fn is_shallow(&self) -> bool {
        let mut all = self.inputs.iter().chain(&self.outputs).flatten();
        all.all(|t| !matches!(t.edge, Edge::Node(..)) && matches!(t.data, Kept::Bare(_)))
    }
}

impl SavedTensor {
    #[inline]
    pub fn input(t: &Tensor) -> SavedTensor {
        SavedTensor::make(t, t.edge(), None)
    }
    #[inline]
    pub fn output(t: &Tensor, slot: usize) -> SavedTensor {
        SavedTensor::make(t, Edge::None, Some(slot as u32))
    }
    #[inline]
    fn make(t: &Tensor, edge: Edge, result: Option<u32>) -> SavedTensor {
        let version = t.storage().version();
        let data = Bare(t.storage().clone(), t.layout().clone(), t.dtype(), t.0.batch.clone());
        SavedTensor { data: Kept::Bare(data), edge, version, result }
    }
    /// Where it lies, unless a program keeps it.
    fn memory(&self) -> Option<&Storage> {
        match &self.data {
            Kept::Bare(bare) => Some(&bare.0),
            Kept::Packed(_) => None,
        }
    }
    /// What lies in this memory, and was not overwritten yet, is copied.
    fn keep_apart(&mut self, memory: &Storage, copy: impl Fn(&Tensor) -> Result<Tensor>) -> Result<()> {
        let Kept::Bare(Bare(storage, layout, dtype, batch)) = &self.data else { return Ok(()) };
        if storage.same(memory) && storage.version() == self.version {
            let t = copy(&Tensor::over_samples(storage.clone(), layout.clone(), *dtype, batch.clone())?)?;
            self.version = t.storage().version();
            self.data =
                Kept::Bare(Bare(t.storage().clone(), t.layout().clone(), t.dtype(), t.0.batch.clone()));
        }
        Ok(())
    }
    /// The tensor as it was; fails if its memory has changed since.
    pub fn unpack(&self, node: Option<&Arc<Node>>, name: &str) -> Result<Tensor> {
        let t = match &self.data {
            Kept::Bare(bare) => self.checked(bare, name)?,
            // another handle: the place in the graph is the saved tensor's, not the given one's
            Kept::Packed(packed) => packed.unpack()?.detach(),
        };
        match (self.result, node) {
            (Some(slot), Some(node)) => t.set_edge(Edge::Node(node.clone(), slot)),
            _ if self.edge.is_some() => t.set_edge(self.edge.clone()),
            _ => {}
        }
        Ok(t)
    }
    fn checked(&self, bare: &Bare, name: &str) -> Result<Tensor> {
        let Bare(storage, layout, dtype, batch) = bare;
        let now = storage.version();
        if now != self.version {
            bail!(
                Runtime,
                "one of the variables needed for gradient computation has been modified by an inplace operation: [{} {:?}]{} is at version {now}; expected version {} instead. Hint: enable anomaly detection to find the operation that failed to compute its gradient, with torch.autograd.set_detect_anomaly(True).",
                type_name(*dtype, storage.device()),
                layout.shape.as_slice(),
                match self.result {
                    Some(slot) => format!(", which is output {slot} of {name},"),
                    None => match &self.edge {
                        Edge::Node(n, slot) => format!(", which is output {slot} of {},", n.name()),
                        _ => String::new(),
                    },
                },
                self.version
            );
        }
        Tensor::over_samples(storage.clone(), layout.clone(), *dtype, batch.clone())
    }
    /// A second handle where unpacking calls code of others, which must not find the node locked.
    fn apart(&self) -> Option<SavedTensor> {
        matches!(self.data, Kept::Packed(_)).then(|| self.clone())
    }
}

/// `torch.FloatTensor`, as PyTorch's messages and `Tensor.type()` say.
pub fn type_name(dtype: DType, device: Device) -> String {
    let module = if matches!(device, Device::Gpu(_)) { "torch.cuda" } else { "torch" };
    format!("{module}.{}Tensor", dtype.scalar_name())
}

/// What an op's backward can ask for.
pub struct Context<'a> {
    pub node: &'a Arc<Node>,
}

impl<'a> Context<'a> {
    /// Says so if what the node saved is gone.
    pub fn new(node: &'a Arc<Node>) -> Result<Context<'a>> {
        if lock(&node.saved).is_none() {
            return Err(freed());
        }
        Ok(Context { node })
    }
    pub fn input(&self, i: usize) -> Result<Tensor> {
        match self.fetch(None, |saved| saved.inputs.get(i).and_then(Option::as_ref))? {
            Some(t) => Ok(t),
            None => bail!(Internal, "{}: input {i} was not saved", self.node.name()),
        }
    }
    pub fn output(&self, i: usize) -> Result<Tensor> {
        match self.fetch(Some(self.node), |saved| saved.outputs.get(i).and_then(Option::as_ref))? {
            Some(t) => Ok(t),
            None => bail!(Internal, "{}: output {i} was not saved", self.node.name()),
        }
    }
    /// What was saved in a slot, if anything was.
    pub fn fetch(
        &self,
        node: Option<&Arc<Node>>,
        slot: impl FnOnce(&Saved) -> Option<&SavedTensor>,
    ) -> Result<Option<Tensor>> {
        let apart = match &*lock(&self.node.saved) {
            None => return Err(freed()),
            Some(saved) => match slot(saved) {
                None => return Ok(None),
                Some(s) => match s.apart() {
                    None => return s.unpack(node, self.node.name()).map(Some),
                    Some(s) => s,
                },
            },
        };
        apart.unpack(node, self.node.name()).map(Some)
    }
    pub fn shape(&self, i: usize) -> &'a [usize] {
        &self.node.inputs[i].shape.dims
    }
    pub fn dtype(&self, i: usize) -> DType {
        self.node.inputs[i].shape.dtype
    }
    pub fn device(&self) -> Device {
        self.node.outputs[0].device
    }
}

#[cold]
fn freed() -> Error {
    Error::new(
        Kind::Runtime,
        "Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors after calling backward.",
    )
}
