//! What a node keeps for its backward: bare data with the edge and version it had, never the tensor itself. A
//! tensor may later be rewritten in place by an op that depends on this very node; holding it would make a cycle.

use super::graph::{Edge, Node, lock};
use super::{Batch, Tensor};
use crate::bail;
use crate::base::{DType, Device, Layout};
use crate::error::{Error, Kind, Result};
use crate::storage::Storage;
use std::sync::Arc;

#[derive(Debug)]
pub struct SavedTensor {
    data: Bare,
    /// The place of an input; a saved result gets its node when it is unpacked.
    edge: Edge,
    version: u32,
    /// Result slot, for saved results.
    result: Option<u32>,
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
    /// Nothing in it leads to another node.
    pub fn is_shallow(&self) -> bool {
        let mut all = self.inputs.iter().chain(&self.outputs).flatten();
        all.all(|t| !matches!(t.edge, Edge::Node(..)))
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
        SavedTensor { data, edge, version, result }
    }
    /// The tensor as it was; fails if its memory has changed since.
    pub fn unpack(&self, node: Option<&Arc<Node>>, name: &str) -> Result<Tensor> {
        let Bare(storage, layout, dtype, batch) = &self.data;
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
        let t = Tensor::over_samples(storage.clone(), layout.clone(), *dtype, batch.clone())?;
        match (self.result, node) {
            (Some(slot), Some(node)) => t.set_edge(Edge::Node(node.clone(), slot)),
            _ if self.edge.is_some() => t.set_edge(self.edge.clone()),
            _ => {}
        }
        Ok(t)
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
        match &*lock(&self.node.saved) {
            None => Err(freed()),
            Some(saved) => match saved.inputs.get(i).and_then(Option::as_ref) {
                Some(s) => s.unpack(None, self.node.name()),
                None => bail!(Internal, "{}: input {i} was not saved", self.node.name()),
            },
        }
    }
    pub fn output(&self, i: usize) -> Result<Tensor> {
        match &*lock(&self.node.saved) {
            None => Err(freed()),
            Some(saved) => match saved.outputs.get(i).and_then(Option::as_ref) {
                Some(s) => s.unpack(Some(self.node), self.node.name()),
                None => bail!(Internal, "{}: output {i} was not saved", self.node.name()),
            },
        }
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
