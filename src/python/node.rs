//! A node of the graph as Python sees it: what it leads to, what it keeps, hooks on it.

use crate::autograd;
use crate::python::error::{OrPy, guarded};
use crate::python::function::unpack;
use crate::python::hook::{After, Hook, PyHandle, Target, optional, tensor_or_none, tuple};
use crate::python::tensor::wrap;
use crate::tensor::graph::{NodeHook, lock, new_hook_id};
use crate::tensor::{Context, Edge, Leaf, Node, Tensor};
use pyo3::exceptions::{PyAttributeError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyAny, PyDict, PyTuple, PyType};
use smallvec::SmallVec;
use std::any::Any;
use std::sync::Arc;

#[derive(Clone)]
enum Place {
    Node(Arc<Node>),
    Leaf(Arc<Leaf>),
}

impl Place {
    fn target(&self) -> Target {
        match self {
            Place::Node(n) => Target::Node(Arc::downgrade(n)),
            Place::Leaf(l) => Target::Leaf(Arc::downgrade(l)),
        }
    }
    /// Whether an operation of two operands had one tensor and one number: in PyTorch the number is an input without a place.
    fn has_number(&self) -> bool {
        let Place::Node(node) = self else { return false };
        node.inputs.len() == 1
            && matches!(
                node.name(),
                "AddBackward0" | "SubBackward0" | "MulBackward0" | "DivBackward0" | "DivBackward2"
            )
    }
}

/// A node of the graph. Each kind of node is a Python class of its own, named as in PyTorch.
///
/// >>> y = rl.ones(2, requires_grad=True) * 2
/// >>> y.grad_fn.name()
/// 'MulBackward0'
#[pyclass(frozen, subclass, weakref, dict, name = "Node", module = "rushlight.autograd.graph")]
pub struct PyNode(Place);

/// Where the classes of nodes of a program's own functions are.
const OF_FUNCTIONS: &str = "torch.autograd.function";

/// (module, name) -> subclass of Node
static CLASSES: PyOnceLock<Py<PyDict>> = PyOnceLock::new();

fn object<'py>(py: Python<'py>, place: Place) -> PyResult<Bound<'py, PyAny>> {
    let name = match &place {
        Place::Node(n) => n.name().to_string(),
        Place::Leaf(_) => "AccumulateGrad".into(),
    };
    let raw = PyNode(place);
    let home = if raw.context(py).is_some() { OF_FUNCTIONS } else { "torch.autograd.graph" };
    let classes = CLASSES.get_or_init(py, || PyDict::new(py).unbind()).bind(py);
    let class = match classes.get_item((home, &name))? {
        Some(c) => c,
        None => {
            let space = PyDict::new(py);
            space.set_item("__module__", home)?;
            let bases = PyTuple::new(py, [py.get_type::<PyNode>()])?;
            let made = py.get_type::<PyType>().call1((&name, bases, space))?;
            classes.set_item((home, &name), &made)?;
            made
        }
    };
    class.call1((Bound::new(py, raw)?,))
}

/// Notes among what a program keeps with a node where in the program it was made.
pub fn note_traceback(node: &Arc<Node>) {
    Python::attach(|py| {
        let noted = || -> PyResult<()> {
            let here = py.import("rushlight.autograd.anomaly_mode")?.call_method0("_here")?;
            PyNode(Place::Node(node.clone())).metadata(py)?.set_item("traceback_", here)
        };
        if let Err(e) = noted() {
            e.write_unraisable(py, None);
        }
    });
}

/// Warns of a node whose gradient went wrong, with where it was made.
pub fn tell_traceback(node: &Arc<Node>) {
    Python::attach(|py| {
        let told = || -> PyResult<()> {
            let notes = PyNode(Place::Node(node.clone())).metadata(py)?;
            let anomaly = py.import("rushlight.autograd.anomaly_mode")?;
            anomaly.call_method1("_failed", (node.name(), notes)).map(drop)
        };
        if let Err(e) = told() {
            e.write_unraisable(py, None);
        }
    });
}

/// A tensor that stands at a `GradientEdge`: the leaf itself, or one of the result's shape whose elements nobody reads.
pub fn standing_at(obj: &Bound<'_, PyAny>) -> PyResult<Option<Tensor>> {
    if obj.cast::<PyTuple>().is_err() || !obj.hasattr("ownership_token")? {
        return Ok(None);
    }
    let node = obj.getattr("node")?;
    let slot: usize = obj.getattr("output_nr")?.extract()?;
    let node = match &node.cast::<PyNode>()?.get().0 {
        Place::Node(node) => node.clone(),
        Place::Leaf(leaf) => {
            return match leaf.tensor() {
                Some(t) => Ok(Some(t)),
                None => Err(PyRuntimeError::new_err("the leaf of this GradientEdge is gone")),
            };
        }
    };
    let Some(shape) = node.outputs.get(slot) else {
        return Err(PyRuntimeError::new_err(format!("{} has no result {slot}", node.name())));
    };
    let one = Tensor::empty(&[], shape.dtype, shape.device).py()?;
    let t = one.alias(one.layout().broadcast_to(&shape.dims)).py()?;
    t.set_edge(Edge::Node(node, slot as u32));
    Ok(Some(t))
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
            Place::Node(n) => match n.name() {
                // those that PyTorch has in its engine, not in its table of derivatives
                engine @ ("CopyBackwards" | "CopySlices" | "NotImplemented") => {
                    format!("torch::autograd::{engine}")
                }
                name => name.to_string(),
            },
            Place::Leaf(_) => "torch::autograd::AccumulateGrad".into(),
        }
    }
    #[getter]
    fn next_functions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let mut edges: Vec<_> = match &self.0 {
            Place::Node(n) => n.edges().map(|e| edge_object(py, e)).collect::<PyResult<_>>()?,
            Place::Leaf(_) => Vec::new(),
        };
        if edges.len() == 1 && self.0.has_number() {
            edges.push(edge_object(py, &Edge::None)?);
        }
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
    /// A dictionary of the program's own, which stays with the node.
    #[getter]
    fn metadata<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let Place::Node(node) = &self.0 else { return Ok(PyDict::new(py).into_any()) };
        let kept = |hooks: &crate::tensor::graph::NodeHooks| {
            hooks.notes.as_ref().and_then(|n| n.downcast_ref::<Py<PyAny>>().map(|d| d.bind(py).clone()))
        };
        if let Some(notes) = kept(&node.hooks_mut()) {
            return Ok(notes);
        }
        let made = PyDict::new(py).into_any();
        node.hooks_mut().notes = Some(Box::new(made.clone().unbind()));
        Ok(made)
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
        let context = match slf.get().context(py) {
            Some(context) => context,
            None => return slf.get().field(py, name)?.ok_or_else(unknown),
        };
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
        let home = if slf.get().context(slf.py()).is_some() { OF_FUNCTIONS } else { "" };
        let dot = if home.is_empty() { "" } else { "." };
        format!("<{home}{dot}{name} object at {:#x}>", slf.as_ptr() as usize)
    }
    /// The gradients of the inputs from those of the results, one for each; a single one by itself.
    #[pyo3(signature = (*grads))]
    fn __call__<'py>(&self, py: Python<'py>, grads: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        let Place::Node(node) = &self.0 else {
            return Err(PyRuntimeError::new_err(
                "AccumulateGrad: a node that keeps a gradient computes nothing",
            ));
        };
        let grads =
            grads.iter().map(|g| optional(&g)).collect::<PyResult<SmallVec<[Option<Tensor>; 1]>>>()?;
        if grads.len() != node.outputs.len() {
            let (name, want, got) = (node.name(), node.outputs.len(), grads.len());
            return Err(PyRuntimeError::new_err(format!("{name}: expected {want} gradients, got {got}")));
        }
        let known = grads.iter().zip(&node.outputs).all(|(g, s)| {
            g.as_ref().is_none_or(|g| {
                g.dtype() == s.dtype && g.device() == s.device && g.shape() == s.dims.as_slice()
            })
        });
        if !known {
            return Err(PyRuntimeError::new_err(format!(
                "{}: a gradient of another shape, dtype or device",
                node.name()
            )));
        }
        let out = guarded(node.name(), || autograd::evaluate(node, grads, node.want()).py())?;
        let number = out.len() == 1 && self.0.has_number();
        let out = if number { tuple(py, &[out[0].clone(), None])? } else { tuple(py, &out)? };
        if out.len() == 1 { out.get_item(0) } else { Ok(out.into_any()) }
    }
    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<PyNode>().is_ok_and(|o| o.get().id() == self.id())
    }
    fn __hash__(&self) -> usize {
        self.id() >> 4
    }
    /// A hook called as `hook(grad_inputs, grad_outputs)` after the node ran; it may return new gradients.
    fn register_hook(&self, hook: Py<PyAny>) -> PyHandle {
        let number = self.0.has_number();
        let (id, hook): (u64, Arc<dyn NodeHook>) =
            (new_hook_id(), Arc::new(After { hook: Hook(hook), number }));
        match &self.0 {
            Place::Node(n) => n.hooks_mut().post.push((id, hook)),
            Place::Leaf(l) => lock(&l.hooks).node_post.push((id, hook)),
        }
        PyHandle { id, place: self.0.target() }
    }
    /// A hook called as `hook(grad_outputs)` before the node runs; it may return new gradients.
    fn register_prehook(&self, hook: Py<PyAny>) -> PyHandle {
        let (id, hook): (u64, Arc<dyn NodeHook>) = (new_hook_id(), Arc::new(Hook(hook)));
        match &self.0 {
            Place::Node(n) => n.hooks_mut().pre.push((id, hook)),
            Place::Leaf(l) => lock(&l.hooks).node_pre.push((id, hook)),
        }
        PyHandle { id, place: self.0.target() }
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
    /// `_saved_self`, `_saved_other`, `_saved_result`: what an operation keeps for its gradient, by the places that PyTorch's names
    /// stand for.
    fn field<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let (Place::Node(node), Some(field)) = (&self.0, name.strip_prefix("_saved_")) else {
            return Ok(None);
        };
        let (result, i) = match field {
            "result" | "output" | "L" | "Q" => (true, 0),
            "self" | "input" | "start" | "tensor" => (false, 0),
            "other" | "weight" | "mat2" | "exponent" | "target" | "end" | "vec" | "index" => (false, 1),
            "tensor2" | "bias" => (false, 2),
            _ => return Ok(None),
        };
        let found = Context::new(node).py()?.fetch(result.then_some(node), |saved| {
            let list = if result { &saved.outputs } else { &saved.inputs };
            list.get(i).and_then(Option::as_ref)
        });
        found.py()?.map(|t| wrap(py, t)).transpose()
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
