//! The graph as data: nodes, edges, leaves. Nodes point only toward their inputs and never own their results, so
//! there is no cycle to leak; the engine that walks them lives in `autograd`.

use super::Tensor;
use super::batch::Batch;
use super::saved::{Context, Saved};
use crate::base::{DType, Device, Dims};
use crate::error::Result;
use smallvec::SmallVec;
use std::any::Any;
use std::cell::RefCell;
use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, Weak};

/// One gradient for each input of an op; `None` where there is none.
pub type Grads = SmallVec<[Option<Tensor>; 2]>;

/// Makes a tangent of zeros for an input.
pub type Zeros<'a> = &'a dyn Fn(usize) -> Result<Tensor>;

/// Which gradients are asked for. Inputs from the 64th on always count as wanted.
#[derive(Clone, Copy, Debug)]
pub struct Want(pub u64);

impl Want {
    pub const ALL: Want = Want(u64::MAX);
    #[inline]
    pub fn has(self, input: usize) -> bool {
        input >= 64 || self.0 >> input & 1 == 1
    }
    /// Computes a gradient only if it is wanted.
    #[inline]
    pub fn then(self, input: usize, f: impl FnOnce() -> Result<Tensor>) -> Result<Option<Tensor>> {
        if self.has(input) { f().map(Some) } else { Ok(None) }
    }
    pub fn of(bits: impl Iterator<Item = bool>) -> Want {
        Want(bits.take(64).enumerate().fold(0, |w, (i, b)| w | (b as u64) << i))
    }
}

/// The backward half of an op. Written with public ops, so gradients of gradients need no further code.
pub trait GradFn: Debug + Send + Sync + 'static {
    /// PyTorch's name of the node: `MulBackward0`.
    fn grad_name(&self) -> &str;
    fn backward(&self, cx: &Context, grads: &[Option<Tensor>], want: Want) -> Result<Grads>;
    /// Each gradient is a product of the incoming one, element by element: the same product makes the tangent.
    fn is_diagonal(&self) -> bool {
        false
    }
    /// The tangents of the results, where the function has a rule of its own for them; `zeros` are those of an input at which
    /// none arrived.
    fn tangents(&self, _arrived: &[Option<Tensor>], _zeros: Zeros) -> Option<Result<Vec<Option<Tensor>>>> {
        None
    }
    /// Lets go of what the function itself holds for a second run (`retain_graph=False`).
    fn release(&self) {}
    /// Whether the function may run again once what was saved is gone, if nothing was: it reads no number that PyTorch saves
    /// as a tensor, and no other node.
    fn runs_again(&self) -> bool {
        true
    }
    /// Shows the foreign objects that the function holds.
    fn show(&self, _to: Show) {}
    /// The function holds no tensor and no node: dropping it drops nothing else.
    fn is_plain(&self) -> bool {
        false
    }
    /// Hands over what hangs on the function, which is about to be dropped.
    fn take(&mut self) -> Option<Box<dyn GradFn>> {
        None
    }
}

/// Where a gradient goes.
#[derive(Clone, Default, Debug)]
pub enum Edge {
    #[default]
    None,
    /// A result of a node, by its position.
    Node(Arc<Node>, u32),
    Leaf(Arc<Leaf>),
}

impl Edge {
    pub fn is_some(&self) -> bool {
        !matches!(self, Edge::None)
    }
}

/// What a node remembers of one of its results, to check and complete gradients.
#[derive(Clone, Debug)]
pub struct Shape {
    pub dims: Dims,
    pub dtype: DType,
    pub device: Device,
    /// A matrix laid out by columns: products make its gradient the same way.
    pub by_columns: bool,
    /// The samples of `vmap` that it has: a gradient with others is that of all of them together.
    pub batch: Batch,
}

impl Shape {
    #[inline]
    pub fn of(t: &Tensor) -> Shape {
        let by_columns = matches!(t.strides(), [1, column] if *column > 1);
        let dims = Dims::from_slice(t.shape());
        Shape { dims, dtype: t.dtype(), device: t.device(), by_columns, batch: t.0.batch.clone() }
    }
}

/// Takes each of the foreign objects that hang on a hook or a function: their owner's garbage collector asks for them.
pub type Show<'a> = &'a mut dyn FnMut(&dyn Any);

/// A hook on the gradient of a tensor: may replace it.
pub trait TensorHook: Send + Sync {
    fn show(&self, _to: Show) {}
    fn call(&self, grad: &Tensor) -> Result<Option<Tensor>>;
    /// Its name in messages.
    fn name(&self) -> String {
        "<unknown>".into()
    }
}

/// A hook on a node: `pre` sees the incoming gradients, `post` the outgoing ones as well. Both may replace.
pub trait NodeHook: Send + Sync {
    fn show(&self, _to: Show) {}
    fn call(&self, outgoing: Option<&[Option<Tensor>]>, incoming: &[Option<Tensor>])
    -> Result<Option<Grads>>;
    /// Its name in messages.
    fn name(&self) -> String {
        "<unknown>".into()
    }
}

/// A hook on a leaf, called after its gradient was added to.
pub trait LeafHook: Send + Sync {
    fn show(&self, _to: Show) {}
    fn call(&self, leaf: &Tensor) -> Result<()>;
}

/// Hooks in order of registration, each with the number it is removed by.
pub type HookList<H> = Vec<(u64, Arc<H>)>;

static HOOK_ID: AtomicU64 = AtomicU64::new(1);
pub fn new_hook_id() -> u64 {
    HOOK_ID.fetch_add(1, Ordering::Relaxed)
}

#[derive(Default)]
pub struct NodeHooks {
    /// Per result slot.
    pub tensor: Vec<(usize, u64, Arc<dyn TensorHook>)>,
    pub pre: HookList<dyn NodeHook>,
    pub post: HookList<dyn NodeHook>,
    /// Results that asked to keep their gradient.
    pub retain: Vec<(usize, Weak<Retained>)>,
    /// What the program keeps with the node.
    pub notes: Option<Box<dyn Any + Send + Sync>>,
}

/// The kept gradient of a result (`retain_grad`).
#[derive(Default)]
pub struct Retained {
    pub grad: Mutex<Option<Tensor>>,
}

/// What a node knows of an input of its op.
#[derive(Clone)]
pub struct Input {
    pub edge: Edge,
    pub shape: Shape,
}

impl Input {
    #[inline]
    pub fn of(t: &Tensor) -> Input {
        Input { edge: t.edge(), shape: Shape::of(t) }
    }
}

/// One recorded op. The function lies in the node itself, which is made in one allocation and filled in place: with a box
/// for it, and moved when it was complete, recording an addition of 8 floats took 146 ns, now 119.
pub struct Node<G: GradFn + ?Sized = dyn GradFn> {
    pub saved: Mutex<Option<Saved>>,
    pub inputs: SmallVec<[Input; 2]>,
    pub outputs: SmallVec<[Shape; 1]>,
    /// Order of making: the engine runs the newest first.
    pub seq: u64,
    hooks: OnceLock<Box<Mutex<NodeHooks>>>,
    /// Another node runs this one within its own: a pass that comes here by itself leaves it what was saved.
    pub within: AtomicBool,
    pub op: G,
}

/// A function that holds other things, boxed so that a dying node can hand it over.
#[derive(Debug)]
struct Apart(Option<Box<dyn GradFn>>);

impl Apart {
    fn held(&self) -> &dyn GradFn {
        &**self.0.as_ref().expect("taken only while the node is dropped")
    }
}

impl GradFn for Apart {
    fn grad_name(&self) -> &str {
        self.held().grad_name()
    }
    fn backward(&self, cx: &Context, grads: &[Option<Tensor>], want: Want) -> Result<Grads> {
        self.held().backward(cx, grads, want)
    }
    fn is_diagonal(&self) -> bool {
        self.held().is_diagonal()
    }
    fn tangents(&self, arrived: &[Option<Tensor>], zeros: Zeros) -> Option<Result<Vec<Option<Tensor>>>> {
        self.held().tangents(arrived, zeros)
    }
    fn release(&self) {
        self.held().release();
    }
    fn runs_again(&self) -> bool {
        self.held().runs_again()
    }
    fn show(&self, to: Show) {
        self.held().show(to);
    }
    fn take(&mut self) -> Option<Box<dyn GradFn>> {
        self.0.take()
    }
}

static SEQ: AtomicU64 = AtomicU64::new(0);
/// The next moment of the order in which nodes, leaves and levels of `vmap` are made.
pub fn moment() -> u64 {
    SEQ.fetch_add(1, Ordering::Relaxed)
}

static LIVE: AtomicUsize = AtomicUsize::new(0);

/// Nodes alive now; back to zero when every graph is gone.
pub fn live_nodes() -> usize {
    LIVE.load(Ordering::Relaxed)
}

impl<G: GradFn> Node<G> {
    /// A node without inputs, results and saved tensors.
    #[inline]
    fn bare(op: G) -> Arc<Node<G>> {
        LIVE.fetch_add(1, Ordering::Relaxed);
        Arc::new(Node {
            saved: Mutex::new(Some(Saved::default())),
            inputs: SmallVec::new(),
            outputs: SmallVec::new(),
            seq: 0,
            hooks: OnceLock::new(),
            within: AtomicBool::new(false),
            op,
        })
    }
    /// Gives a node that nobody else holds what its backward will need.
    #[inline]
    fn fill(mut self: Arc<Self>, fill: impl FnOnce(Parts<'_>)) -> Arc<Self> {
        // not made of parts and moved: see above
        if let Some(Node { saved, inputs, outputs, .. }) = Arc::get_mut(&mut self) {
            let saved = saved.get_mut().unwrap_or_else(|e| e.into_inner()).get_or_insert_default();
            fill(Parts { saved, inputs, outputs });
        }
        if let Some(node) = Arc::get_mut(&mut self) {
            // a view whose base was written to gets its node when it is asked for its edge: before this one
            node.seq = moment();
        }
        self
    }
}

/// The parts of a node that are filled after it was made.
pub struct Parts<'a> {
    pub saved: &'a mut Saved,
    pub inputs: &'a mut SmallVec<[Input; 2]>,
    pub outputs: &'a mut SmallVec<[Shape; 1]>,
}

impl Node {
    #[inline]
    pub fn new<G: GradFn>(op: G, fill: impl FnOnce(Parts<'_>)) -> Arc<Node> {
        if std::mem::needs_drop::<G>() {
            return Node::boxed(Box::new(op), fill);
        }
        Node::bare(op).fill(fill)
    }
    pub fn boxed(op: Box<dyn GradFn>, fill: impl FnOnce(Parts<'_>)) -> Arc<Node> {
        Node::bare(Apart(Some(op))).fill(fill)
    }
    pub fn edges(&self) -> impl Iterator<Item = &Edge> {
        self.inputs.iter().map(|i| &i.edge)
    }
    /// Identity of the node.
    #[inline]
    pub fn id(&self) -> usize {
        self as *const Node as *const () as usize
    }
    pub fn name(&self) -> &str {
        self.op.grad_name()
    }
    /// Runs the op's backward on what was saved.
    pub fn call(self: &Arc<Node>, grads: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let cx = Context::new(self)?;
        self.op.backward(&cx, grads, want)
    }
    /// Lets go of the saved tensors; a second run will say so. Where none was saved it may come.
    pub fn release(&self) {
        if !self.within.load(Ordering::Relaxed) {
            self.let_go();
        }
    }
    /// As [`Node::release`], by who runs the node within its own.
    pub fn let_go(&self) {
        let mut saved = lock(&self.saved);
        if saved.as_ref().is_none_or(Saved::is_empty) && self.op.runs_again() {
            return;
        }
        let freed = saved.take();
        drop(saved);
        self.op.release();
        drop(freed);
    }
    pub fn want(&self) -> Want {
        Want::of(self.edges().map(Edge::is_some))
    }
    /// The hooks, if there ever were any.
    pub fn hooks(&self) -> Option<&Mutex<NodeHooks>> {
        self.hooks.get().map(|b| &**b)
    }
    pub fn hooks_mut(&self) -> std::sync::MutexGuard<'_, NodeHooks> {
        self.hooks.get_or_init(Default::default).lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{} #{}>", self.name(), self.seq)
    }
}

/// What a dying node leaves to be dropped, or a leaf.
#[allow(dead_code)] // held to be dropped
#[allow(clippy::large_enum_variant)] // boxed, a graph would allocate while it is let go
enum Remains {
    Node(SmallVec<[Input; 2]>, Option<Saved>, Option<Box<dyn GradFn>>),
    Grad(Tensor),
}

/// Drops what is left of a node or a leaf: now, or after what is being dropped already.
fn bury(remains: Remains) {
    let Ok(first) = DYING.try_with(|d| {
        let mut d = d.borrow_mut();
        match d.as_mut() {
            Some(queue) => {
                queue.push(remains);
                None
            }
            None => {
                *d = Some(Vec::new());
                Some(remains)
            }
        }
    }) else {
        return;
    };
    let mut next = first;
    while let Some(remains) = next {
        drop(remains);
        next = DYING.try_with(|d| d.borrow_mut().as_mut().and_then(Vec::pop)).ok().flatten();
        if next.is_none() {
            let _ = DYING.try_with(|d| *d.borrow_mut() = None);
        }
    }
}

thread_local! {
    /// Remains of nodes and leaves that died while another one's remains were being dropped: a graph of any depth is
    /// taken apart in a loop, even where the way from node to node leads through foreign objects.
    static DYING: RefCell<Option<Vec<Remains>>> = const { RefCell::new(None) };
}

impl<G: GradFn + ?Sized> Drop for Node<G> {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Ordering::Relaxed);
        let saved = self.saved.get_mut().unwrap_or_else(|e| e.into_inner());
        if self.op.is_plain()
            && self.inputs.iter().all(|i| !matches!(i.edge, Edge::Node(..)))
            && saved.as_ref().is_none_or(Saved::is_shallow)
        {
            return; // no further node hangs on this one
        }
        bury(Remains::Node(std::mem::take(&mut self.inputs), saved.take(), self.op.take()));
    }
}

/// The end of the line: the accumulated gradient of a leaf. Points at nothing but, weakly, its tensor.
pub struct Leaf {
    pub grad: Mutex<Option<Tensor>>,
    pub shape: Mutex<Shape>,
    pub hooks: Mutex<LeafHooks>,
    /// When it was made, in the order of nodes.
    pub seq: u64,
    tensor: Mutex<Weak<super::Inner>>,
}

/// A gradient may be a leaf with a gradient, and so on.
impl Drop for Leaf {
    fn drop(&mut self) {
        if let Some(grad) = self.grad.get_mut().unwrap_or_else(|e| e.into_inner()).take() {
            bury(Remains::Grad(grad));
        }
    }
}

impl Drop for Retained {
    fn drop(&mut self) {
        if let Some(grad) = self.grad.get_mut().unwrap_or_else(|e| e.into_inner()).take() {
            bury(Remains::Grad(grad));
        }
    }
}

#[derive(Default)]
pub struct LeafHooks {
    pub tensor: HookList<dyn TensorHook>,
    pub post: HookList<dyn LeafHook>,
    /// Hooks on the AccumulateGrad node.
    pub node_pre: HookList<dyn NodeHook>,
    pub node_post: HookList<dyn NodeHook>,
    /// The foreign object that shows the tensor, held weakly: the node answers with it.
    pub face: Option<Box<dyn Any + Send + Sync>>,
}

impl Leaf {
    pub fn new(t: &Tensor) -> Arc<Leaf> {
        Arc::new(Leaf {
            grad: Mutex::new(None),
            shape: Mutex::new(Shape::of(t)),
            hooks: Mutex::default(),
            seq: moment(),
            tensor: Mutex::new(t.downgrade()),
        })
    }
    /// The tensor now has other memory.
    pub fn rebind(&self, t: &Tensor) {
        *lock(&self.shape) = Shape::of(t);
        *lock(&self.tensor) = t.downgrade();
    }
    pub fn tensor(&self) -> Option<Tensor> {
        lock(&self.tensor).upgrade().map(Tensor)
    }
    pub fn grad(&self) -> Option<Tensor> {
        lock(&self.grad).clone()
    }
    pub fn set_grad(&self, grad: Option<Tensor>) {
        // the old one is dropped after the lock is gone: it may own a graph
        let old = std::mem::replace(&mut *lock(&self.grad), grad);
        drop(old);
    }
}

#[cfg(feature = "python")]
impl Edge {
    /// Shows the foreign objects that hang on what the edge leads to, if nothing else leads there: those of the hooks and of the
    /// function itself.
    pub(super) fn show(&self, to: Show) {
        match self {
            Edge::None => {}
            Edge::Leaf(leaf) if Arc::strong_count(leaf) == 1 => {
                let Ok(hooks) = leaf.hooks.try_lock() else { return };
                hooks.tensor.iter().for_each(|(_, h)| h.show(to));
                hooks.post.iter().for_each(|(_, h)| h.show(to));
                hooks.node_pre.iter().chain(&hooks.node_post).for_each(|(_, h)| h.show(to));
            }
            Edge::Node(node, _) if Arc::strong_count(node) == 1 => {
                node.op.show(to);
                let Some(Ok(hooks)) = node.hooks().map(Mutex::try_lock) else { return };
                hooks.tensor.iter().for_each(|(_, _, h)| h.show(to));
                hooks.pre.iter().chain(&hooks.post).for_each(|(_, h)| h.show(to));
                if let Some(notes) = &hooks.notes {
                    to(&**notes);
                }
            }
            _ => {}
        }
    }
}

impl Debug for Leaf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<AccumulateGrad {:?}>", lock(&self.shape).dims.as_slice())
    }
}

/// A lock whose poisoning does not matter: every critical section leaves the data whole.
pub fn lock<T: ?Sized>(m: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    m.lock().unwrap_or_else(|e| e.into_inner())
}
