//! `autograd.Function`: a node whose backward is Python's. The policy (contexts, arguments) is in
//! `rushlight.autograd.function`; here is the node and what it saves.

use crate::autograd::grad_enabled;
use crate::base::Scalar;
use crate::error::Result as CoreResult;
use crate::ops;
use crate::ops::driver::apply::check_saved;
use crate::ops::driver::op::Saves;
use crate::python::error::{OrPy, from_py};
use crate::python::hook::optional;
use crate::python::tensor::{PyTensor, wrap};
use crate::tensor::graph::{Input, Shape, Show, Zeros};
use crate::tensor::saved::{Saved, SavedTensor};
use crate::tensor::{Context, Creation, Edge, GradFn, Grads, Node, Tensor, Want};
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyTuple};

/// Calls `backward(ctx, *grads)` of a user's class.
#[derive(Debug)]
pub struct Function {
    name: String,
    ctx: Py<PyAny>,
    /// `cls.backward`
    backward: Py<PyAny>,
    /// For each argument of `forward`, whether it is a tensor (with a slot here).
    tensors: Vec<bool>,
    /// For each result of `forward`, whether it is a tensor: the others have no gradient, not even one of zeros.
    results: Vec<bool>,
    /// How many of the saved tensors there are, in order of `save_for_backward`.
    saved: usize,
}

impl Function {
    fn run(&self, cx: &Context, grads: &[Option<Tensor>], want: Want) -> CoreResult<Grads> {
        Python::attach(|py| self.run_attached(py, cx, grads, want)).map_err(from_py)
    }
    fn run_attached(
        &self,
        py: Python<'_>,
        cx: &Context,
        grads: &[Option<Tensor>],
        _: Want,
    ) -> PyResult<Grads> {
        let ctx = self.ctx.bind(py);
        let materialize = ctx.getattr("materialize_grads")?.is_truthy()?;
        let mut args: Vec<Bound<'_, PyAny>> = vec![ctx.clone()];
        for (i, g) in grads.iter().enumerate() {
            args.push(match g {
                Some(g) => wrap(py, g.clone())?,
                None if materialize && self.results[i] => {
                    let s = &cx.node.outputs[i];
                    wrap(py, ops::driver::memory::full(&s.dims, Scalar::Int(0), s.dtype, s.device).py()?)?
                }
                None => py.None().into_bound(py),
            });
        }
        let mut saved = Vec::with_capacity(self.saved);
        for i in 0..self.saved {
            saved.push(unpack(cx, i)?.map_or_else(|| Ok(py.None().into_bound(py)), |t| wrap(py, t))?);
        }
        ctx.setattr("_saved", PyTuple::new(py, saved)?)?;
        let result = self.backward.bind(py).call1(PyTuple::new(py, args)?);
        ctx.delattr("_saved")?;
        let result = result?;
        let items: Vec<Bound<'_, PyAny>> = match result.cast::<PyTuple>() {
            Ok(t) => t.iter().collect(),
            Err(_) => vec![result],
        };
        let n = self.tensors.len();
        if items.len() < n || items[n..].iter().any(|i| !i.is_none()) {
            return Err(PyRuntimeError::new_err(format!(
                "function {} returned an incorrect number of gradients (expected {n}, got {})",
                self.name,
                items.len()
            )));
        }
        let mut out = Grads::new();
        for (i, is_tensor) in self.tensors.iter().enumerate() {
            if *is_tensor {
                out.push(optional(&items[i]).map_err(|_| {
                    let kind = items[i].get_type().name().map_or_else(|_| "object".into(), |n| n.to_string());
                    PyRuntimeError::new_err(format!("expected Variable or None (got {kind})"))
                })?);
            } else if !items[i].is_none() {
                return Err(PyRuntimeError::new_err(format!(
                    "function {} returned a gradient different from None at position {}, but the corresponding forward input was not a Variable",
                    self.name,
                    i + 1
                )));
            }
        }
        Ok(out)
    }
}

impl Function {
    /// The answer of the class's `jvp`, if it has one.
    fn pushed(
        &self,
        py: Python<'_>,
        arrived: &[Option<Tensor>],
        zeros: Zeros,
    ) -> PyResult<Option<Vec<Option<Tensor>>>> {
        let mut tangents = arrived.iter().enumerate();
        let materialize = self.ctx.bind(py).getattr("materialize_grads")?.is_truthy()?;
        let mut args: Vec<Bound<'_, PyAny>> = Vec::with_capacity(self.tensors.len());
        for is_tensor in &self.tensors {
            let tangent = if *is_tensor { tangents.next() } else { None };
            args.push(match tangent {
                Some((_, Some(t))) => wrap(py, t.clone())?,
                Some((i, None)) if materialize => wrap(py, zeros(i).py()?)?,
                _ => py.None().into_bound(py),
            });
        }
        let answer = self.ctx.bind(py).call_method1("_push", PyTuple::new(py, args)?)?;
        if answer.is(py.NotImplemented()) {
            return Ok(None);
        }
        match answer.cast::<PyTuple>() {
            Ok(t) => t.iter().map(|a| optional(&a)).collect::<PyResult<_>>().map(Some),
            Err(_) => Ok(Some(vec![optional(&answer)?])),
        }
    }
}

/// A saved tensor by its place in `save_for_backward`: kept among the inputs or, if it is a result, the outputs.
pub(super) fn unpack(cx: &Context, i: usize) -> PyResult<Option<Tensor>> {
    if crate::tensor::graph::lock(&cx.node.saved).is_none() {
        return Ok(None);
    }
    let slot = |list: &[Option<SavedTensor>]| list.get(i).is_some_and(Option::is_some);
    cx.fetch(Some(cx.node), |saved| {
        let list = if slot(&saved.inputs) { &saved.inputs } else { &saved.outputs };
        list.get(i).and_then(Option::as_ref)
    })
    .py()
}

impl GradFn for Function {
    fn grad_name(&self) -> &str {
        &self.name
    }
    fn backward(&self, cx: &Context, grads: &[Option<Tensor>], want: Want) -> CoreResult<Grads> {
        self.run(cx, grads, want)
    }
    fn tangents(&self, arrived: &[Option<Tensor>], zeros: Zeros) -> Option<CoreResult<Vec<Option<Tensor>>>> {
        Python::attach(|py| self.pushed(py, arrived, zeros)).map_err(from_py).transpose()
    }
    /// The context first: the attributes of the node are its attributes.
    fn show(&self, to: Show) {
        to(&self.ctx);
        to(&self.backward);
    }
}

fn tensor_of(obj: &Bound<'_, PyAny>) -> Option<Tensor> {
    obj.cast::<PyTensor>().ok().map(|t| t.get().tensor())
}

/// Puts the results of a user's forward on a node.
///
/// Args: name, ctx, backward; inputs: all arguments of forward; outputs: its results; saved: what to keep;
/// non_differentiable, dirty: results and inputs so marked. Answers with the results, as objects.
#[pyfunction]
fn _record_function<'py>(
    py: Python<'py>,
    name: String,
    ctx: Py<PyAny>,
    backward: Py<PyAny>,
    inputs: &Bound<'py, PyTuple>,
    outputs: &Bound<'py, PyTuple>,
    saved: &Bound<'py, PyTuple>,
    non_differentiable: &Bound<'py, PyTuple>,
    dirty: &Bound<'py, PyTuple>,
) -> PyResult<Bound<'py, PyTuple>> {
    let args: Vec<Option<Tensor>> = inputs.iter().map(|i| tensor_of(&i)).collect();
    let tensors: Vec<&Tensor> = args.iter().flatten().collect();
    let recording = grad_enabled() && tensors.iter().any(|t| t.requires_grad());
    let is_in = |list: &Bound<'py, PyTuple>, obj: &Bound<'py, PyAny>| list.iter().any(|i| i.is(obj));
    let mut results: Vec<Bound<'py, PyAny>> = Vec::with_capacity(outputs.len());
    for out in outputs.iter() {
        // an input handed back unchanged becomes a view of it, so that it can have a node of its own
        let handed_back = is_in(inputs, &out) && !is_in(dirty, &out);
        match tensor_of(&out) {
            Some(t) if handed_back => {
                let mut view = t.detach();
                if recording {
                    view.set_view_of(&t, Creation::Function, ops::driver::view::rebuild);
                }
                results.push(wrap(py, view)?);
            }
            _ => results.push(out),
        }
    }
    for d in dirty.iter() {
        if let Some(t) = tensor_of(&d) {
            t.storage().bump_version();
        } else {
            return Err(PyTypeError::new_err("mark_dirty takes tensors"));
        }
    }
    if !recording {
        return PyTuple::new(py, results);
    }
    let kept_inputs: Vec<Tensor> = saved.iter().filter_map(|s| tensor_of(&s)).collect();
    check_saved(&kept_inputs.iter().collect::<Vec<_>>(), Saves::INPUTS).py()?;
    let mut kept = Saved::default();
    for s in saved.iter() {
        let t = tensor_of(&s);
        // a result without a gradient has no place on the node: it is kept as any other tensor
        let plain =
            is_in(non_differentiable, &s) || t.as_ref().is_some_and(|t| !t.dtype().is_differentiable());
        let slot = outputs.iter().position(|o| o.is(&s)).filter(|_| !is_in(inputs, &s) && !plain);
        kept.inputs.push(match (&t, slot) {
            (Some(t), None) => Some(SavedTensor::input(t)),
            _ => None,
        });
        kept.outputs.push(match (&t, slot) {
            (Some(t), Some(slot)) => Some(SavedTensor::output(t, slot)),
            _ => None,
        });
    }
    let function = Function {
        name,
        ctx,
        backward,
        tensors: args.iter().map(Option::is_some).collect(),
        results: results.iter().map(|r| tensor_of(r).is_some()).collect(),
        saved: saved.len(),
    };
    let shapes = |o: &Bound<'py, PyAny>| match tensor_of(o) {
        Some(t) => Shape::of(&t),
        None => Shape {
            dims: Default::default(),
            dtype: crate::base::DType::F32,
            device: crate::base::Device::Cpu,
            by_columns: false,
            batch: None,
        },
    };
    let node = Node::new(function, |parts| {
        *parts.saved = kept;
        parts.inputs.extend(tensors.iter().map(|t| Input::of(t)));
        parts.outputs.extend(results.iter().map(shapes));
    });
    crate::tensor::saved::pack(&node).py()?;
    for (slot, object) in results.iter().enumerate() {
        let Some(t) = tensor_of(object) else { continue };
        if is_in(non_differentiable, &outputs.get_item(slot)?) || !t.dtype().is_differentiable() {
            continue;
        }
        if is_in(dirty, object) {
            if t.is_leaf() && t.requires_grad() {
                return Err(PyRuntimeError::new_err(
                    "a leaf Variable that requires grad is being used in an in-place operation.",
                ));
            }
            ops::driver::in_place::rebase(&t, node.clone(), slot as u32);
        } else {
            t.set_edge(Edge::Node(node.clone(), slot as u32));
            t.set_creation(Creation::Function);
            t.accept_generation();
        }
    }
    PyTuple::new(py, results)
}

pub fn install(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(_record_function, m)?)
}
