//! Graph objects in Python: nodes, hooks, `backward`, `grad`, grad modes.

use crate::api::roots;
use crate::autograd::{GradMode, Request};
use crate::error::Result as CoreResult;
use crate::python::error::{OrPy, from_py, guarded};
use crate::python::function::unpack;
use crate::python::tensor::{PyTensor, wrap};
use crate::tensor::Context;
use crate::tensor::graph::{LeafHook, NodeHook, Show, TensorHook, lock, new_hook_id};
use crate::tensor::{Edge, Grads, Leaf, Node, Tensor};
use crate::{autograd, ops};
use pyo3::exceptions::{PyAttributeError, PyRuntimeError, PyTypeError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyAny, PyDict, PyTuple, PyType};
use std::any::Any;
use std::sync::{Arc, Weak};

// ---- nodes ------------------------------------------------------------------------------------------------------

#[derive(Clone)]
enum Place {
    Node(Arc<Node>),
    Leaf(Arc<Leaf>),
}

/// A node of the graph. Each kind of node is a Python class of its own, named as in PyTorch.
///
/// >>> y = rl.ones(2, requires_grad=True) * 2
/// >>> y.grad_fn.name()
/// 'MulBackward0'
#[pyclass(frozen, subclass, weakref, dict, name = "Node", module = "rushlight.autograd.graph")]
pub struct PyNode(Place);

/// name -> subclass of Node
static CLASSES: PyOnceLock<Py<PyDict>> = PyOnceLock::new();

fn object<'py>(py: Python<'py>, place: Place) -> PyResult<Bound<'py, PyAny>> {
    let name = match &place {
        Place::Node(n) => n.name().to_string(),
        Place::Leaf(_) => "AccumulateGrad".into(),
    };
    let classes = CLASSES.get_or_init(py, || PyDict::new(py).unbind()).bind(py);
    let class = match classes.get_item(&name)? {
        Some(c) => c,
        None => {
            let space = PyDict::new(py);
            space.set_item("__module__", "torch.autograd.graph")?;
            let bases = PyTuple::new(py, [py.get_type::<PyNode>()])?;
            let made = py.get_type::<PyType>().call1((&name, bases, space))?;
            classes.set_item(&name, &made)?;
            made
        }
    };
    let raw = Bound::new(py, PyNode(place))?;
    class.call1((raw,))
}

pub fn node_object(py: Python<'_>, node: Arc<Node>) -> PyResult<Bound<'_, PyAny>> {
    object(py, Place::Node(node))
}

fn edge_object<'py>(py: Python<'py>, edge: &Edge) -> PyResult<(Option<Bound<'py, PyAny>>, usize)> {
    Ok(match edge {
        Edge::None => (None, 0),
        Edge::Node(n, slot) => (Some(node_object(py, n.clone())?), *slot as usize),
        Edge::Leaf(l) => (Some(object(py, Place::Leaf(l.clone()))?), 0),
    })
}

#[pymethods]
impl PyNode {
    #[new]
    fn new(raw: &Bound<'_, PyNode>) -> PyNode {
        PyNode(raw.get().0.clone())
    }
    fn name(&self) -> String {
        match &self.0 {
            Place::Node(n) => n.name().to_string(),
            Place::Leaf(_) => "torch::autograd::AccumulateGrad".into(),
        }
    }
    #[getter]
    fn next_functions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let edges: Vec<_> = match &self.0 {
            Place::Node(n) => n.edges().map(|e| edge_object(py, e)).collect::<PyResult<_>>()?,
            Place::Leaf(_) => Vec::new(),
        };
        PyTuple::new(py, edges)
    }
    /// The tensor of an AccumulateGrad node.
    #[getter]
    fn variable<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match &self.0 {
            Place::Leaf(l) => match l.tensor() {
                Some(t) => wrap(py, t),
                None => Ok(py.None().into_bound(py)),
            },
            Place::Node(n) => Err(pyo3::exceptions::PyAttributeError::new_err(format!(
                "'{}' object has no attribute 'variable'",
                n.name()
            ))),
        }
    }
    #[getter]
    fn _sequence_nr(&self) -> u64 {
        match &self.0 {
            Place::Node(n) => n.seq,
            Place::Leaf(_) => u64::MAX,
        }
    }
    /// The node of a function of the user's has what its context has.
    fn __getattr__<'py>(slf: &Bound<'py, Self>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let unknown = || {
            let class = slf.get_type().name().map_or_else(|_| "Node".into(), |n| n.to_string());
            PyAttributeError::new_err(format!("'{class}' object has no attribute '{name}'"))
        };
        let context = slf.get().context(py).ok_or_else(unknown)?;
        if matches!(name, "saved_tensors" | "saved_variables") {
            return slf.get().saved(py);
        }
        context
            .getattr(name)
            .map_err(|e| if e.is_instance_of::<PyAttributeError>(py) { unknown() } else { e })
    }
    fn __setattr__(slf: &Bound<'_, Self>, name: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
        match slf.get().context(slf.py()) {
            Some(context) => context.setattr(name, value),
            None => slf.py().get_type::<PyAny>().call_method1("__setattr__", (slf, name, value)).map(drop),
        }
    }
    fn __repr__(slf: &Bound<'_, Self>) -> String {
        let name = match &slf.get().0 {
            Place::Node(n) => n.name().to_string(),
            Place::Leaf(_) => "AccumulateGrad".into(),
        };
        format!("<{name} object at {:#x}>", slf.as_ptr() as usize)
    }
    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<PyNode>().is_ok_and(|o| o.get().id() == self.id())
    }
    fn __hash__(&self) -> usize {
        self.id() >> 4
    }
    /// A hook called as `hook(grad_inputs, grad_outputs)` after the node ran; it may return new gradients.
    fn register_hook(&self, hook: Py<PyAny>) -> PyHandle {
        let (id, hook): (u64, Arc<dyn NodeHook>) = (new_hook_id(), Arc::new(Hook(hook)));
        match &self.0 {
            Place::Node(n) => n.hooks_mut().post.push((id, hook)),
            Place::Leaf(l) => lock(&l.hooks).node_post.push((id, hook)),
        }
        PyHandle { id, place: Target::of(&self.0) }
    }
    /// A hook called as `hook(grad_outputs)` before the node runs; it may return new gradients.
    fn register_prehook(&self, hook: Py<PyAny>) -> PyHandle {
        let (id, hook): (u64, Arc<dyn NodeHook>) = (new_hook_id(), Arc::new(Hook(hook)));
        match &self.0 {
            Place::Node(n) => n.hooks_mut().pre.push((id, hook)),
            Place::Leaf(l) => lock(&l.hooks).node_pre.push((id, hook)),
        }
        PyHandle { id, place: Target::of(&self.0) }
    }
}

impl PyNode {
    /// The context of a function of the user's.
    fn context<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        let Place::Node(node) = &self.0 else { return None };
        let mut first = None;
        node.op.show(&mut |object: &dyn Any| {
            if let (None, Some(object)) = (&first, object.downcast_ref::<Py<PyAny>>()) {
                first = Some(object.bind(py).clone());
            }
        });
        first
    }
    /// What `save_for_backward` was given, as long as it is there.
    fn saved<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let Place::Node(node) = &self.0 else { return Ok(py.None().into_bound(py)) };
        let cx = Context::new(node).py()?;
        let count = lock(&node.saved).as_ref().map_or(0, |s| s.inputs.len());
        let unpacked = (0..count).map(|i| tensor_or_none(py, &unpack(&cx, i)?));
        Ok(PyTuple::new(py, unpacked.collect::<PyResult<Vec<_>>>()?)?.into_any())
    }
    fn id(&self) -> usize {
        match &self.0 {
            Place::Node(n) => n.id(),
            Place::Leaf(l) => Arc::as_ptr(l) as usize,
        }
    }
}

// ---- hooks -----------------------------------------------------------------------------------------------------

/// A Python callable as a hook of any kind. Exceptions travel through the engine and come out unchanged.
struct Hook(Py<PyAny>);

fn tensor_or_none<'py>(py: Python<'py>, t: &Option<Tensor>) -> PyResult<Bound<'py, PyAny>> {
    match t {
        Some(t) => wrap(py, t.clone()),
        None => Ok(py.None().into_bound(py)),
    }
}

fn tuple<'py>(py: Python<'py>, grads: &[Option<Tensor>]) -> PyResult<Bound<'py, PyTuple>> {
    PyTuple::new(py, grads.iter().map(|g| tensor_or_none(py, g)).collect::<PyResult<Vec<_>>>()?)
}

pub fn optional(obj: &Bound<'_, PyAny>) -> PyResult<Option<Tensor>> {
    if obj.is_none() {
        return Ok(None);
    }
    Ok(Some(
        obj.cast::<PyTensor>().map_err(|_| PyTypeError::new_err("expected a Tensor or None"))?.get().tensor(),
    ))
}

impl Hook {
    fn title(&self) -> String {
        Python::attach(|py| {
            let name = self.0.bind(py).getattr("__name__");
            name.and_then(|n| n.extract()).unwrap_or_else(|_| "<unknown>".into())
        })
    }
}

impl TensorHook for Hook {
    fn show(&self, to: Show) {
        to(&self.0);
    }
    fn name(&self) -> String {
        self.title()
    }
    fn call(&self, grad: &Tensor) -> CoreResult<Option<Tensor>> {
        Python::attach(|py| {
            let r = self.0.bind(py).call1((wrap(py, grad.clone())?,))?;
            if r.is_none() {
                return Ok(None);
            }
            match r.cast::<PyTensor>() {
                Ok(t) => Ok(Some(t.get().tensor())),
                Err(_) => Err(PyTypeError::new_err("hooks must return None or a Tensor")),
            }
        })
        .map_err(from_py)
    }
}
impl NodeHook for Hook {
    fn show(&self, to: Show) {
        to(&self.0);
    }
    fn name(&self) -> String {
        self.title()
    }
    fn call(
        &self,
        outgoing: Option<&[Option<Tensor>]>,
        incoming: &[Option<Tensor>],
    ) -> CoreResult<Option<Grads>> {
        Python::attach(|py| {
            let hook = self.0.bind(py);
            let r = match outgoing {
                Some(out) => hook.call1((tuple(py, out)?, tuple(py, incoming)?))?,
                None => hook.call1((tuple(py, incoming)?,))?,
            };
            if r.is_none() {
                return Ok(None);
            }
            let items: Vec<Bound<'_, PyAny>> = if r.cast::<PyTensor>().is_ok() {
                vec![r]
            } else {
                r.try_iter()?.collect::<PyResult<_>>()?
            };
            items.iter().map(optional).collect::<PyResult<Grads>>().map(Some)
        })
        .map_err(from_py)
    }
}
impl LeafHook for Hook {
    fn show(&self, to: Show) {
        to(&self.0);
    }
    fn call(&self, leaf: &Tensor) -> CoreResult<()> {
        Python::attach(|py| self.0.bind(py).call1((wrap(py, leaf.clone())?,)).map(drop)).map_err(from_py)
    }
}

enum Target {
    Node(Weak<Node>),
    Leaf(Weak<Leaf>),
}
impl Target {
    fn of(place: &Place) -> Target {
        match place {
            Place::Node(n) => Target::Node(Arc::downgrade(n)),
            Place::Leaf(l) => Target::Leaf(Arc::downgrade(l)),
        }
    }
}

/// Removes a hook.
///
/// >>> x = rl.ones(2, requires_grad=True)
/// >>> handle = x.register_hook(print)
/// >>> handle.remove()
#[pyclass(frozen, name = "RemovableHandle", module = "rushlight.utils.hooks")]
pub struct PyHandle {
    #[pyo3(get)]
    id: u64,
    place: Target,
}

#[pymethods]
impl PyHandle {
    fn remove(&self) {
        match &self.place {
            Target::Node(n) => {
                if let Some(n) = n.upgrade() {
                    let mut h = n.hooks_mut();
                    h.tensor.retain(|(_, id, _)| *id != self.id);
                    h.pre.retain(|(id, _)| *id != self.id);
                    h.post.retain(|(id, _)| *id != self.id);
                }
            }
            Target::Leaf(l) => {
                if let Some(l) = l.upgrade() {
                    let mut h = lock(&l.hooks);
                    h.tensor.retain(|(id, _)| *id != self.id);
                    h.post.retain(|(id, _)| *id != self.id);
                    h.node_pre.retain(|(id, _)| *id != self.id);
                    h.node_post.retain(|(id, _)| *id != self.id);
                }
            }
        }
    }
    fn __enter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }
    #[pyo3(signature = (*_args))]
    fn __exit__(&self, _args: &Bound<'_, PyTuple>) {
        self.remove();
    }
}

// ---- gradients of tensors -----------------------------------------------------------------------------------------

#[pymethods]
impl PyTensor {
    /// What hangs on the tensor and on nothing else: hooks on its gradient, the context of the function that made it.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        let mut result = Ok(());
        self.show(&mut |object: &dyn Any| {
            if let (Ok(()), Some(object)) = (&result, object.downcast_ref::<Py<PyAny>>()) {
                result = visit.call(object);
            }
        });
        result
    }
    /// Lets go of the handle: the object is garbage, in a circle with what hangs on the tensor.
    fn __clear__(&self) {
        if let Ok(none) = Tensor::empty(&[0], crate::base::DType::F32, crate::base::Device::Cpu) {
            self.replace(none);
        }
    }
    /// Keeps the gradient of a result.
    ///
    /// >>> x = rl.ones(2, requires_grad=True)
    /// >>> y = x * 3
    /// >>> y.retain_grad()
    /// >>> y.sum().backward()
    /// >>> y.grad
    /// tensor([1., 1.])
    fn retain_grad(&self) -> PyResult<()> {
        self.tensor().retain_grad().py()
    }
    /// Whether `retain_grad` was called for a tensor that is no leaf.
    ///
    /// >>> x = rl.ones(2, requires_grad=True) * 2
    /// >>> x.retain_grad()
    /// >>> x.retains_grad
    /// True
    #[getter]
    fn retains_grad(&self) -> bool {
        keeps_grad(&self.tensor())
    }
    /// A hook on the gradient of this tensor: `hook(grad) -> Tensor or None`.
    ///
    /// >>> x = rl.ones(2, requires_grad=True)
    /// >>> handle = x.register_hook(lambda grad: 2 * grad)
    /// >>> x.sum().backward()
    /// >>> x.grad
    /// tensor([2., 2.])
    fn register_hook(&self, hook: Py<PyAny>) -> PyResult<PyHandle> {
        let id = new_hook_id();
        match self.tensor().edge() {
            Edge::None => Err(PyRuntimeError::new_err(
                "cannot register a hook on a tensor that doesn't require gradient",
            )),
            Edge::Node(n, slot) => {
                n.hooks_mut().tensor.push((slot as usize, id, Arc::new(Hook(hook))));
                Ok(PyHandle { id, place: Target::Node(Arc::downgrade(&n)) })
            }
            Edge::Leaf(l) => {
                lock(&l.hooks).tensor.push((id, Arc::new(Hook(hook))));
                Ok(PyHandle { id, place: Target::Leaf(Arc::downgrade(&l)) })
            }
        }
    }
    /// A hook on a leaf, called with the leaf after its gradient was added to.
    ///
    /// >>> x = rl.ones(2, requires_grad=True)
    /// >>> handle = x.register_post_accumulate_grad_hook(lambda x: print(x.grad))
    /// >>> x.sum().backward()
    /// tensor([1., 1.])
    fn register_post_accumulate_grad_hook(&self, hook: Py<PyAny>) -> PyResult<PyHandle> {
        match self.tensor().edge() {
            Edge::Leaf(l) => {
                let id = new_hook_id();
                lock(&l.hooks).post.push((id, Arc::new(Hook(hook))));
                Ok(PyHandle { id, place: Target::Leaf(Arc::downgrade(&l)) })
            }
            Edge::None => Err(PyRuntimeError::new_err(
                "cannot register a hook on a tensor that doesn't require gradient",
            )),
            Edge::Node(..) => Err(PyRuntimeError::new_err(
                "post accumulate grad hooks cannot be registered on non-leaf tensors",
            )),
        }
    }
    /// Gradients of this tensor with respect to the leaves of its graph.
    ///
    /// >>> x = rl.tensor([1.0, 2.0], requires_grad=True)
    /// >>> (x * x).sum().backward()
    /// >>> x.grad
    /// tensor([2., 4.])
    #[pyo3(signature = (gradient = None, retain_graph = None, create_graph = false, inputs = None))]
    fn backward(
        slf: &Bound<'_, Self>,
        gradient: Option<&Bound<'_, PyAny>>,
        retain_graph: Option<bool>,
        create_graph: bool,
        inputs: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let t = slf.get().tensor();
        let g = match gradient {
            Some(g) => optional(g)?,
            None => None,
        };
        let inputs = match inputs {
            Some(i) if !i.is_none() => Some(list_of_tensors(i)?),
            _ => None,
        };
        backward_of(slf.py(), &[t], &[g], retain_graph, create_graph, inputs)
    }
}

fn list_of_tensors(obj: &Bound<'_, PyAny>) -> PyResult<Vec<Tensor>> {
    if let Ok(t) = obj.cast::<PyTensor>() {
        return Ok(vec![t.get().tensor()]);
    }
    obj.try_iter()?
        .map(|i| {
            let i = i?;
            Ok(i.cast::<PyTensor>()
                .map_err(|_| {
                    PyTypeError::new_err(format!(
                        "expected Tensors, got {}",
                        i.get_type().name().map_or_else(|_| String::new(), |n| n.to_string())
                    ))
                })?
                .get()
                .tensor())
        })
        .collect()
}

fn run(py: Python<'_>, request: Request<'_>) -> PyResult<Vec<Option<Tensor>>> {
    // hooks and Python functions attach for their own duration
    let work = move || autograd::run(request, &ops::CALCULUS);
    super::interrupt::listen(py);
    let result = guarded("backward", || {
        let r = py.detach(work);
        Ok(r)
    })?;
    result.py()
}

fn backward_of(
    py: Python<'_>,
    outputs: &[Tensor],
    grads: &[Option<Tensor>],
    retain_graph: Option<bool>,
    create_graph: bool,
    inputs: Option<Vec<Tensor>>,
) -> PyResult<()> {
    check_outside(
        "backward() called inside a functorch transform. This is not supported, please use functorch.grad or functorch.vjp instead or call backward() outside of functorch transforms.",
    )?;
    let roots = roots(outputs, grads).py()?;
    let wanted: Option<Vec<Edge>> = match &inputs {
        Some(list) if list.is_empty() => {
            return Err(PyRuntimeError::new_err("`inputs` argument to `backward()` cannot be empty."));
        }
        Some(list) => {
            let mut edges = Vec::new();
            for t in list {
                if !t.requires_grad() {
                    return Err(PyRuntimeError::new_err(
                        "One of the differentiated Tensors does not require grad",
                    ));
                }
                edges.push(t.edge());
            }
            Some(edges)
        }
        None => None,
    };
    let request = Request {
        roots,
        capture: wanted.as_deref(),
        accumulate: wanted.is_some(),
        retain_graph: retain_graph.unwrap_or(create_graph),
        create_graph,
    };
    let found = run(py, request)?;
    // results among the inputs keep theirs as leaves do, but for those that the pass itself kept one for
    for (t, grad) in inputs.iter().flatten().zip(found) {
        if let (Some(grad), false) = (grad, keeps_grad(t)) {
            let sum = match t.grad() {
                Some(old) => old.add(&grad).py()?,
                None => grad,
            };
            t.set_grad(Some(sum));
        }
    }
    Ok(())
}

/// A result that asked to keep its gradient.
fn keeps_grad(t: &Tensor) -> bool {
    let (Some(cell), Some((node, _))) = (t.retained(), t.grad_fn()) else { return false };
    node.hooks().is_some_and(|h| {
        lock(h).retain.iter().any(|(_, w)| w.upgrade().is_some_and(|c| Arc::ptr_eq(&c, &cell)))
    })
}

/// `torch.autograd.backward` over checked arguments.
#[pyfunction]
#[pyo3(signature = (tensors, grad_tensors, retain_graph, create_graph, inputs))]
fn backward(
    py: Python<'_>,
    tensors: &Bound<'_, PyAny>,
    grad_tensors: &Bound<'_, PyAny>,
    retain_graph: Option<bool>,
    create_graph: bool,
    inputs: Option<&Bound<'_, PyAny>>,
) -> PyResult<()> {
    let outputs = list_of_tensors(tensors)?;
    let grads = grads_list(grad_tensors, outputs.len())?;
    let inputs = inputs.map(list_of_tensors).transpose()?;
    backward_of(py, &outputs, &grads, retain_graph, create_graph, inputs)
}

fn grads_list(obj: &Bound<'_, PyAny>, n: usize) -> PyResult<Vec<Option<Tensor>>> {
    if obj.is_none() {
        return Ok(vec![None; n]);
    }
    if let Ok(t) = obj.cast::<PyTensor>() {
        return Ok(vec![Some(t.get().tensor())]);
    }
    let list: Vec<Option<Tensor>> = obj
        .try_iter()?
        .map(|i| {
            optional(&i?).map_err(|_| {
                PyTypeError::new_err("gradients can be either Tensors or None, but got another type")
            })
        })
        .collect::<PyResult<_>>()?;
    if list.len() != n {
        return Err(PyRuntimeError::new_err(format!("got {n} tensors and {} gradients", list.len())));
    }
    Ok(list)
}

/// Refuses what a function must not do while a transform runs it.
pub fn check_outside(what: &str) -> PyResult<()> {
    if ops::driver::batch::is_transforming() {
        Err(PyRuntimeError::new_err(what.to_string()))
    } else {
        Ok(())
    }
}

/// `torch.autograd.grad` over checked arguments; missing gradients are `None`.
#[pyfunction]
#[pyo3(signature = (outputs, inputs, grad_outputs, retain_graph, create_graph))]
fn grad<'py>(
    py: Python<'py>,
    outputs: &Bound<'py, PyAny>,
    inputs: &Bound<'py, PyAny>,
    grad_outputs: &Bound<'py, PyAny>,
    retain_graph: Option<bool>,
    create_graph: bool,
) -> PyResult<Bound<'py, PyTuple>> {
    let outputs = list_of_tensors(outputs)?;
    let inputs = list_of_tensors(inputs)?;
    let grads = grads_list(grad_outputs, outputs.len())?;
    let roots = roots(&outputs, &grads).py()?;
    let mut edges = Vec::new();
    for t in &inputs {
        if !t.requires_grad() {
            return Err(PyRuntimeError::new_err("One of the differentiated Tensors does not require grad"));
        }
        edges.push(t.edge());
    }
    let request = Request {
        roots,
        capture: Some(&edges),
        accumulate: false,
        retain_graph: retain_graph.unwrap_or(create_graph),
        create_graph,
    };
    let out = run(py, request)?;
    tuple(py, &out)
}

// ---- modes --------------------------------------------------------------------------------------------------------

/// Sets this thread's mode: 0 enables gradients and 1 does not, neither ends inference mode; from 4 on the mode itself (4
/// record, 5 no grad, 6 inference, 7 inference with gradients enabled). Answers with the previous one, from 4 on.
#[pyfunction]
fn _set_mode(mode: u8) -> u8 {
    let new = match mode {
        0 | 1 => autograd::mode().with_grad(mode == 0),
        4 => GradMode::Record,
        5 => GradMode::NoGrad,
        7 => GradMode::InferenceEnabled,
        _ => GradMode::Inference,
    };
    4 + autograd::set_mode(new) as u8
}
/// Whether this thread records a graph.
///
/// >>> rl.is_grad_enabled()
/// True
/// >>> with rl.no_grad(): print(rl.is_grad_enabled())
/// False
#[pyfunction]
fn is_grad_enabled() -> bool {
    autograd::mode().says_enabled()
}
/// Whether this thread is in inference mode.
///
/// >>> with rl.inference_mode(): print(rl.is_inference_mode_enabled())
/// True
#[pyfunction]
fn is_inference_mode_enabled() -> bool {
    autograd::inference_mode()
}
/// Switches the search for nan in gradients on this thread; answers with what it was.
#[pyfunction]
fn _set_anomaly(on: bool) -> bool {
    autograd::set_anomaly(on)
}
/// Whether the search for nan in gradients is on.
///
/// >>> rl.is_anomaly_enabled()
/// False
#[pyfunction]
fn is_anomaly_enabled() -> bool {
    autograd::anomaly()
}
#[pyfunction]
fn _live_nodes() -> usize {
    crate::tensor::graph::live_nodes()
}

pub fn install(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<PyNode>()?;
    m.add_class::<PyHandle>()?;
    m.add_function(wrap_pyfunction!(_set_mode, m)?)?;
    m.add_function(wrap_pyfunction!(is_grad_enabled, m)?)?;
    m.add_function(wrap_pyfunction!(is_inference_mode_enabled, m)?)?;
    m.add_function(wrap_pyfunction!(_set_anomaly, m)?)?;
    m.add_function(wrap_pyfunction!(is_anomaly_enabled, m)?)?;
    m.add_function(wrap_pyfunction!(_live_nodes, m)?)?;
    let sub = super::trampoline::submodule(m, "_autograd")?;
    sub.setattr("backward", wrap_pyfunction!(backward, m)?)?;
    sub.setattr("grad", wrap_pyfunction!(grad, m)?)?;
    Ok(())
}
