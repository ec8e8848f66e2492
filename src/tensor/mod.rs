//! The value: a [`Tensor`] is a layout over a storage with a dtype, and a place in the graph.

pub mod batch;
pub mod graph;
pub mod print;
pub mod saved;

use crate::base::{DType, Device, Dims, Elem, Layout, MemoryFormat, Scalar, checked_numel};
use crate::error::{Error, Kind, Result};
use crate::storage::Storage;
use crate::{bail, ensure};
pub use batch::Batch;
pub use graph::{Edge, GradFn, Grads, Leaf, Node, Want};
pub use saved::{Context, Saved, type_name};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// A multi-dimensional array. Cloning the handle shares the tensor.
///
/// `Arc` around immutable geometry with the graph state behind a lock: handles are cheap to copy into graph nodes
/// and Python objects, reading geometry takes no lock, and everything that may change later (edge, gradient, view
/// generation) sits in one place.
#[derive(Clone)]
pub struct Tensor(Arc<Inner>);

struct Inner {
    storage: Storage,
    layout: Layout,
    /// Of the layout, which never changes: every op asks several times.
    contiguous: bool,
    dtype: DType,
    flags: AtomicU8,
    /// The samples that `vmap` maps over: axes of the memory that the layout does not show.
    batch: Batch,
    state: Mutex<State>,
}

const REQUIRES_GRAD: u8 = 1;
const IS_VIEW: u8 = 2;
const INFERENCE: u8 = 4;
/// Has a place of its own in the graph, where its gradient gathers.
const LEAF: u8 = 8;

/// The part of a tensor that may change after it was made.
#[derive(Default)]
struct State {
    edge: Edge,
    view: Option<Box<View>>,
    /// How often the history of this tensor, as a base, was rewritten by an in-place op.
    generation: u32,
    /// The kept gradient of a result (`retain_grad`).
    retained: Option<Arc<graph::Retained>>,
}

/// What a differentiable view remembers.
struct View {
    base: Tensor,
    /// The base's generation for which the view's own edge is right.
    generation: u32,
    creation: Creation,
    /// Makes the edge of the view anew from the base's history (an op of the layer above).
    rebuild: Rebuild,
}

/// How a view was made, which decides whether an op that records may write to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creation {
    /// By an op with one result, recorded: its base takes the history of what is written.
    Plain,
    /// One of several views that an op returns (`split`, `unbind`).
    Multi,
    /// Without recording.
    NoGrad,
    /// In inference mode.
    Inference,
    /// Returned by a function of the user's, whose backward a new history of the base would pass by.
    Function,
}

/// `(base, view) -> edge`: see [`Tensor::set_view_of`].
pub type Rebuild = fn(&Tensor, &Tensor) -> Edge;

/// Shape, dtype and strides of a result before it exists.
#[derive(Clone, Debug)]
pub struct Meta {
    pub layout: Layout,
    pub dtype: DType,
}

impl Meta {
    #[inline]
    pub fn new(shape: &[usize], dtype: DType) -> Meta {
        Meta { layout: Layout::contiguous(shape), dtype }
    }
    pub fn with_format(shape: &[usize], dtype: DType, format: MemoryFormat) -> Meta {
        Meta { layout: Layout::dense(shape, format).unwrap_or_else(|_| Layout::contiguous(shape)), dtype }
    }
    /// The same geometry as a tensor if that is dense, else its axes in the order of memory (`torch.preserve_format`).
    pub fn like(x: &Tensor, dtype: DType) -> Meta {
        if x.layout().is_non_overlapping_and_dense() {
            let layout = Layout { offset: 0, ..x.layout().clone() };
            return Meta { layout, dtype };
        }
        let order = Layout::shared_order(x.shape(), &[x.layout()]);
        Meta { layout: Layout::permuted_dense(x.shape(), &order), dtype }
    }
}

impl Tensor {
    // ---- making ------------------------------------------------------------------------------------------------
    /// A tensor over memory. Beside [`Tensor::alloc`] and views of the same elements this is how every tensor is made,
    /// so that kernels may take it for granted: the elements can be counted, in bytes too, and lie in the memory.
    #[inline]
    pub fn over(storage: Storage, layout: Layout, dtype: DType) -> Result<Tensor> {
        layout.check(dtype.size(), storage.nbytes())?;
        Ok(Tensor::made(storage, layout, dtype))
    }
    /// As [`Tensor::over`], of what has been checked.
    #[inline]
    fn made(storage: Storage, layout: Layout, dtype: DType) -> Tensor {
        Tensor::made_of_samples(storage, layout, dtype, None)
    }
    #[inline]
    fn made_of_samples(storage: Storage, layout: Layout, dtype: DType, batch: Batch) -> Tensor {
        let contiguous = layout.is_contiguous();
        let (flags, state) = (AtomicU8::new(0), Mutex::default());
        Tensor(Arc::new(Inner { storage, layout, contiguous, dtype, flags, batch, state }))
    }
    /// Uninitialised memory for a result.
    #[inline]
    pub fn alloc(meta: Meta, device: Device) -> Result<Tensor> {
        let Meta { layout, dtype } = meta;
        let bytes = match checked_numel(&layout.shape).map(|n| n.checked_mul(dtype.size())) {
            Ok(Some(bytes)) if bytes <= isize::MAX as usize => bytes,
            _ => {
                bail!(Runtime, "Storage size calculation overflowed with sizes={:?}", layout.shape.as_slice())
            }
        };
        let t = Tensor::made(Storage::new(bytes, device)?, layout, dtype);
        if !t.is_contiguous() || t.0.layout.offset != 0 {
            // dense in another order, or a mistake of the op that asked
            t.0.layout.check(dtype.size(), bytes)?;
        }
        Ok(t)
    }
    pub fn empty(shape: &[usize], dtype: DType, device: Device) -> Result<Tensor> {
        Tensor::alloc(Meta::new(shape, dtype), device)
    }
    /// A contiguous tensor of the given elements.
    pub fn from_slice<T: Elem>(data: &[T], shape: &[usize]) -> Result<Tensor> {
        ensure!(
            checked_numel(shape)? == data.len(),
            Runtime,
            "shape '{shape:?}' is invalid for input of size {}",
            data.len()
        );
        let t = Tensor::empty(shape, T::DTYPE, Device::Cpu)?;
        crate::kernels::cpu::create::copy::write_slice(t.storage().ptr(), data);
        Ok(t)
    }
    /// Another view of the same storage, outside the graph.
    #[inline]
    pub fn alias(&self, layout: Layout) -> Result<Tensor> {
        match &self.0.batch {
            Some(axes) => batch::check(axes, &layout, self.0.dtype, &self.0.storage)?,
            None => layout.check(self.0.dtype.size(), self.0.storage.nbytes())?,
        }
        Ok(self.shown(layout))
    }
    /// As [`Tensor::alias`], of what has been checked.
    #[inline]
    fn shown(&self, layout: Layout) -> Tensor {
        let batch = self.0.batch.clone();
        let t = Tensor::made_of_samples(self.0.storage.clone(), layout, self.0.dtype, batch);
        t.0.flags.store(self.0.flags.load(Ordering::Relaxed) & INFERENCE, Ordering::Relaxed);
        t
    }
    /// The same data outside the graph (shares storage and version counter).
    pub fn detach(&self) -> Tensor {
        self.shown(self.0.layout.clone())
    }
    /// The same bits read as another dtype.
    pub fn reinterpret(&self, layout: Layout, dtype: DType) -> Result<Tensor> {
        if (dtype == DType::Bool) != (self.dtype() == DType::Bool) {
            self.0.storage.expose(); // what either writes need not be what the other may hold
        }
        if let Some(axes) = &self.0.batch {
            return batch::reinterpret(self, axes, layout, dtype);
        }
        Tensor::over(self.0.storage.clone(), layout, dtype)
    }

    // ---- reading geometry ---------------------------------------------------------------------------------------
    #[inline]
    pub fn shape(&self) -> &[usize] {
        &self.0.layout.shape
    }
    #[inline]
    pub fn strides(&self) -> &[usize] {
        &self.0.layout.strides
    }
    #[inline]
    pub fn layout(&self) -> &Layout {
        &self.0.layout
    }
    #[inline]
    pub fn storage(&self) -> &Storage {
        &self.0.storage
    }
    #[inline]
    pub fn dtype(&self) -> DType {
        self.0.dtype
    }
    #[inline]
    pub fn device(&self) -> Device {
        self.0.storage.device()
    }
    #[inline]
    pub fn ndim(&self) -> usize {
        self.0.layout.shape.len()
    }
    #[inline]
    pub fn numel(&self) -> usize {
        self.0.layout.numel()
    }
    pub fn size(&self, dim: i64) -> Result<usize> {
        ensure!(self.ndim() > 0, Index, "Dimension specified as {dim} but tensor has no dimensions");
        Ok(self.shape()[crate::base::wrap_dim(dim, self.ndim())?])
    }
    #[inline]
    pub fn is_contiguous(&self) -> bool {
        self.0.contiguous
    }
    /// Address of the first element. Only for a tensor with memory: an op that got here with another one is at fault, and
    /// goes no further.
    #[inline]
    pub fn ptr(&self) -> *mut u8 {
        if !self.0.storage.has_memory() {
            out_of_reach(self.device());
        }
        if self.0.batch.is_some() {
            batch::mapped();
        }
        self.0.storage.ptr().wrapping_add(self.0.layout.offset * self.0.dtype.size())
    }
    /// Address of the first element as what it is.
    #[inline]
    pub fn ptr_of<T: Elem>(&self) -> *mut T {
        assert!(T::DTYPE == self.0.dtype, "elements of another dtype");
        self.ptr() as *mut T
    }
    /// Identity of the tensor behind the handle.
    #[inline]
    pub fn id(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }
    #[inline]
    pub fn same(&self, other: &Tensor) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
    /// Nobody else has this tensor, its memory or a part of it, and no graph knows it: it may be overwritten.
    #[inline]
    pub fn is_sole(&self) -> bool {
        Arc::strong_count(&self.0) == 1
            && self.0.flags.load(Ordering::Relaxed) == 0
            && Arc::weak_count(&self.0) == 0
            && self.0.storage.is_sole()
    }
    pub fn handle_count(&self) -> usize {
        Arc::strong_count(&self.0)
    }
    /// One element by its position in logical order. For printing, `item` and tests, not for kernels.
    ///
    /// Panics where the index lies outside.
    pub fn element(&self, index: &[usize]) -> Scalar {
        let inside = index.len() == self.ndim() && index.iter().zip(self.shape()).all(|(i, n)| i < n);
        assert!(inside, "an index within the tensor");
        let at: usize = index.iter().zip(self.strides()).map(|(i, s)| i * s).sum();
        if let Some(memory) = self.0.storage.memory() {
            return self.fetch(memory, at).unwrap_or_else(|e| e.unwind());
        }
        let _g = crate::storage::Guard::take([self.storage()].into_iter(), [].into_iter());
        crate::kernels::cpu::create::copy::read_scalar(self.ptr(), at, self.dtype())
    }
    /// The element at a place of a card's memory.
    #[cold]
    fn fetch(&self, memory: &crate::storage::device::Memory, at: usize) -> Result<Scalar> {
        let here = Tensor::empty(&[], self.dtype(), Device::Cpu)?;
        let mut bytes = [0; 16];
        let bytes = &mut bytes[..self.dtype().size()];
        memory.download(((self.0.layout.offset + at) * bytes.len()) as u64, bytes)?;
        if self.dtype() == DType::Bool {
            crate::base::as_bools(bytes);
        }
        here.storage().copy_in(0, bytes)?;
        Ok(here.element(&[]))
    }
    /// Elements `from..from + n` of a contiguous tensor. For lists and printing, not for kernels.
    pub fn elements(&self, from: usize, n: usize) -> Result<Vec<Scalar>> {
        ensure!(
            self.is_contiguous() && from.checked_add(n).is_some_and(|end| end <= self.numel()),
            Index,
            "elements {from} to {from} + {n} of {}",
            self.numel()
        );
        if let Some(memory) = self.0.storage.memory() {
            let here = Tensor::empty(&[n], self.dtype(), Device::Cpu)?;
            let size = self.dtype().size();
            let mut bytes = crate::base::repeated(0u8, n * size)?;
            memory.download(((self.0.layout.offset + from) * size) as u64, &mut bytes)?;
            if self.dtype() == DType::Bool {
                crate::base::as_bools(&mut bytes);
            }
            here.storage().copy_in(0, &bytes)?;
            return here.elements(0, n);
        }
        let _g = crate::storage::Guard::read(self.storage(), self.storage());
        let read = |i| crate::kernels::cpu::create::copy::read_scalar(self.ptr(), i, self.dtype());
        crate::base::collected(n, (from..from + n).map(read))
    }
    /// The one element of a one-element tensor.
    pub fn item(&self) -> Result<Scalar> {
        ensure!(
            self.numel() == 1,
            Runtime,
            "a Tensor with {} elements cannot be converted to Scalar",
            self.numel()
        );
        ensure!(self.device() != Device::Meta, Runtime, "Tensor.item() cannot be called on meta tensors");
        ensure!(
            !self.is_batched(),
            Runtime,
            "vmap: It looks like you're calling .item() on a Tensor. We don't support vmap over calling .item() on a Tensor, please try to rewrite what you're doing with other operations. If error is occurring somewhere inside PyTorch internals, please file a bug report."
        );
        match self.0.storage.memory() {
            // reading it back may fail
            Some(memory) => self.fetch(memory, 0),
            None => Ok(self.element(&Dims::from_elem(0, self.ndim()))),
        }
    }

    // ---- graph state ---------------------------------------------------------------------------------------------
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(|e| e.into_inner())
    }
    #[inline]
    fn flag(&self, bit: u8) -> bool {
        self.0.flags.load(Ordering::Relaxed) & bit != 0
    }
    fn set_flag(&self, bit: u8, on: bool) {
        if on {
            self.0.flags.fetch_or(bit, Ordering::Relaxed);
        } else {
            self.0.flags.fetch_and(!bit, Ordering::Relaxed);
        }
    }
    /// Reads one byte, so code that records nothing pays nothing.
    #[inline]
    pub fn requires_grad(&self) -> bool {
        self.flag(REQUIRES_GRAD)
            || (self.flag(IS_VIEW) && self.state().view.as_ref().is_some_and(|v| v.base.requires_grad()))
    }
    /// Shows the foreign objects that are reachable through this handle alone, for a garbage collector.
    #[cfg(feature = "python")]
    pub(crate) fn show(&self, to: graph::Show) {
        if Arc::strong_count(&self.0) == 1
            && let Ok(state) = self.0.state.try_lock()
        {
            state.edge.show(to);
        }
    }
    pub fn is_inference(&self) -> bool {
        self.flag(INFERENCE)
    }
    pub fn set_inference(&self) {
        self.set_flag(INFERENCE, true);
    }
    pub fn is_leaf(&self) -> bool {
        !matches!(self.edge(), Edge::Node(..))
    }
    pub fn is_view(&self) -> bool {
        self.flag(IS_VIEW)
    }
    /// The tensor whose storage a differentiable view shows.
    pub fn view_base(&self) -> Option<Tensor> {
        self.state().view.as_ref().map(|v| v.base.clone())
    }
    /// How this view was made; `Plain` for a tensor that is none.
    pub fn creation(&self) -> Creation {
        self.state().view.as_ref().map_or(Creation::Plain, |v| v.creation)
    }
    pub fn set_creation(&self, creation: Creation) {
        if let Some(v) = &mut self.state().view {
            v.creation = creation;
        }
    }
    /// Where the gradient of this tensor goes. The edge of a view whose base was rewritten since is rebuilt here.
    pub fn edge(&self) -> Edge {
        if !self.flag(REQUIRES_GRAD | IS_VIEW) {
            return Edge::None;
        }
        let state = self.state();
        if let Some(view) = &state.view {
            let base = view.base.clone();
            let (seen, rebuild, creation) = (view.generation, view.rebuild, view.creation);
            drop(state);
            let now = base.state().generation;
            // what a user's function returned keeps that function's node
            if now != seen && creation != Creation::Function {
                let edge = rebuild(&base, self);
                let mut state = self.state();
                state.edge = edge.clone();
                if let Some(v) = &mut state.view {
                    v.generation = now;
                }
                drop(state);
                self.set_flag(REQUIRES_GRAD, !matches!(edge, Edge::None));
                return edge;
            }
            return self.state().edge.clone();
        }
        state.edge.clone()
    }
    /// The node that made this tensor.
    pub fn grad_fn(&self) -> Option<(Arc<Node>, usize)> {
        match self.edge() {
            Edge::Node(node, slot) => Some((node, slot as usize)),
            _ => None,
        }
    }
    /// Puts the tensor at a place of the graph; for results fresh from the driver and for in-place ops.
    pub fn set_edge(&self, edge: Edge) {
        self.set_flag(REQUIRES_GRAD, !matches!(edge, Edge::None));
        self.set_flag(LEAF, matches!(edge, Edge::Leaf(_)));
        self.state().edge = edge;
    }
    /// Whether the tensor is a leaf whose gradient gathers.
    #[cfg(feature = "python")]
    #[inline]
    pub fn is_own_leaf(&self) -> bool {
        self.flag(LEAF)
    }
    /// The place of a leaf in the graph.
    #[cfg(feature = "python")]
    #[inline]
    pub fn as_leaf(&self) -> Option<Arc<Leaf>> {
        if !self.flag(LEAF) {
            return None;
        }
        match self.edge() {
            Edge::Leaf(leaf) => Some(leaf),
            _ => None,
        }
    }
    /// As [`Tensor::set_edge`], cheaper where nobody else holds the tensor yet.
    pub fn set_first_edge(&mut self, edge: Edge) {
        match Arc::get_mut(&mut self.0) {
            Some(inner) => {
                *inner.flags.get_mut() |= REQUIRES_GRAD;
                inner.state.get_mut().unwrap_or_else(|e| e.into_inner()).edge = edge;
            }
            None => self.set_edge(edge),
        }
    }
    /// An in-place op has rewritten this tensor's history: views must look again.
    pub fn rewrite_edge(&self, edge: Edge) {
        self.set_edge(edge);
        self.state().generation += 1;
    }
    /// Declares this fresh tensor a differentiable view of `of` (or of its base).
    pub fn set_view_of(&mut self, of: &Tensor, creation: Creation, rebuild: Rebuild) {
        let view = {
            let state = of.state();
            match &state.view {
                None => View { base: of.clone(), generation: state.generation, creation, rebuild },
                Some(v) => {
                    let base = v.base.clone();
                    let creation = if creation == Creation::Plain { v.creation } else { creation };
                    drop(state);
                    let generation = base.state().generation;
                    View { base, generation, creation, rebuild }
                }
            }
        };
        let view = Some(Box::new(view));
        match Arc::get_mut(&mut self.0) {
            Some(inner) => {
                *inner.flags.get_mut() |= IS_VIEW;
                inner.state.get_mut().unwrap_or_else(|e| e.into_inner()).view = view;
            }
            None => {
                self.state().view = view;
                self.set_flag(IS_VIEW, true);
            }
        }
    }
    /// The view's edge is right again for the current history of its base.
    pub fn accept_generation(&self) {
        if let Some(base) = self.view_base() {
            let now = base.state().generation;
            if let Some(v) = &mut self.state().view {
                v.generation = now;
            }
        }
    }
    /// The leaf record, if this tensor is a leaf that requires a gradient.
    pub fn leaf(&self) -> Option<Arc<Leaf>> {
        match self.edge() {
            Edge::Leaf(leaf) => Some(leaf),
            _ => None,
        }
    }
    /// Turns recording on or off for a leaf.
    pub fn set_requires_grad(&self, on: bool) -> Result<()> {
        if on {
            ensure!(
                self.dtype().is_differentiable(),
                Runtime,
                "only Tensors of floating point and complex dtype can require gradients"
            );
        }
        match self.edge() {
            Edge::Node(..) if !on => bail!(
                Runtime,
                "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
            ),
            Edge::Node(..) => Ok(()),
            Edge::Leaf(_) if on => Ok(()),
            _ => {
                let edge = if on { Edge::Leaf(Leaf::new(self)) } else { Edge::None };
                self.set_edge(edge);
                Ok(())
            }
        }
    }
    /// A tensor over other memory at the same place of the graph (`x.data = y`, `resize_`, `t_`).
    pub fn replaced(&self, storage: Storage, layout: Layout, dtype: DType) -> Result<Tensor> {
        let batch = self.0.batch.clone().filter(|_| storage.same(&self.0.storage));
        let t = Tensor::over_samples(storage, layout, dtype, batch)?;
        t.0.flags.store(self.0.flags.load(Ordering::Relaxed), Ordering::Relaxed);
        let edge = self.edge();
        let view = self.state().view.as_ref().map(|v| {
            let (base, rebuild) = (v.base.clone(), v.rebuild);
            Box::new(View { base, generation: v.generation, creation: v.creation, rebuild })
        });
        if let Edge::Leaf(leaf) = &edge {
            leaf.rebind(&t);
        }
        let generation = self.state().generation;
        let retained = self.state().retained.clone();
        *t.state() = State { edge, view, generation, retained };
        Ok(t)
    }
    pub fn retained(&self) -> Option<Arc<graph::Retained>> {
        self.state().retained.clone()
    }
    /// The place where a result keeps its gradient, made on first use.
    pub fn retain_slot(&self) -> Arc<graph::Retained> {
        self.state().retained.get_or_insert_with(Default::default).clone()
    }
    fn downgrade(&self) -> std::sync::Weak<Inner> {
        Arc::downgrade(&self.0)
    }
}

/// A kernel of the processor got to a tensor whose memory it cannot reach: of a graphics card, for which the op has no
/// kernel yet.
#[cold]
fn out_of_reach(device: Device) -> ! {
    assert!(device != Device::Meta, "a meta tensor has no data");
    let text =
        format!("there is no kernel for device {device} yet; .cpu() moves the tensor where there is one");
    Error::new(Kind::NotImplemented, text).unwind()
}

impl std::fmt::Debug for Tensor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tensor({:?}, {}, {})", self.shape(), self.dtype().name(), self.device())
    }
}
