//! `out=`: results go into tensors the caller has. Everything is checked before anything is written.
//!
//! An operand may be the very tensor: results are complete before they are stored. One that lies partly in the same memory is
//! refused, as in PyTorch.

use crate::autograd::grad_enabled;
use crate::base::promote::can_cast;
use crate::ops;
use crate::ops::driver::op::Apart;
use crate::ops::table::{Arg, Base, OpDef, Out, Resizes, Ret, Twin};
use crate::python::error::OrPy;
use crate::python::mismatch::type_name;
use crate::python::tensor::{PyTensor, resized};
use crate::python::trampoline::{Keywords, is_name};
use crate::tensor::Tensor;
use pyo3::exceptions::{PyRuntimeError, PyTypeError, PyUserWarning};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

/// The argument, taken out of the keywords; left there where rows have a parameter of that name or make no tensors.
pub fn take<'py>(rows: &[&OpDef], keywords: &mut Keywords<'py>) -> Option<Bound<'py, PyAny>> {
    let at = keywords.iter().position(|(k, _)| is_name(k, "out"))?;
    let own = rows.iter().any(|r| r.params.iter().any(|p| p.name == "out"));
    let makes = |r: &&OpDef| ["Tensor", "Named", "Ret"].iter().any(|t| r.returns.contains(t));
    if own || !rows.iter().any(makes) {
        return None;
    }
    let (_, value) = keywords.remove(at);
    (!value.is_none()).then_some(value)
}

/// What the call leaves open follows `out`: `zeros(3, out=x)` makes what `x` holds, where it is.
pub fn adopt(row: &OpDef, args: &mut [Arg], out: &Bound<'_, PyAny>) {
    let makes_anew = !row.params.iter().any(|p| matches!(p.kind.base, Base::Tensor | Base::Tensors));
    if !makes_anew && row.out != Out::Told {
        return;
    }
    let Ok(out) = out.cast::<PyTensor>().map(|o| o.get().tensor()) else { return };
    for (p, arg) in row.params.iter().zip(args) {
        if matches!(arg, Arg::Absent | Arg::None) {
            match p.name {
                "dtype" => *arg = Arg::DType(out.dtype()),
                "device" => *arg = Arg::Device(out.device()),
                _ => {}
            }
        }
    }
}

/// Refuses a place that shows part of what is read.
pub fn check_apart(row: &OpDef, args: &[Arg], out: &Bound<'_, PyAny>) -> PyResult<()> {
    if let Ok(places) = out.cast::<PyTuple>() {
        return places.iter().try_for_each(|place| check_apart(row, args, &place));
    }
    let Ok(out) = out.cast::<PyTensor>().map(|o| o.get().tensor()) else { return Ok(()) };
    let how = if row.out == Out::Apart { Apart::Whole } else { Apart::Part };
    let apart = |t: &Tensor| ops::driver::in_place::check_apart(&out, t, how).py();
    for arg in args {
        match arg {
            Arg::Tensor(t) => apart(t)?,
            Arg::Tensors(list) => list.iter().try_for_each(apart)?,
            _ => {}
        }
    }
    Ok(())
}

/// Where the row may write its result at once: what will be said against it later must not be said too late.
pub fn place(row: &OpDef, args: &[Arg], out: &Bound<'_, PyAny>) -> Option<Tensor> {
    // what is more than one op may read its operands once more
    let beside = |a: &Arg, t: &Tensor| !matches!(a, Arg::Tensor(x) if x.storage().same(t.storage()));
    let t = out.cast::<PyTensor>().ok()?.get().tensor();
    let records = |a: &Arg| matches!(a, Arg::Tensor(x) if x.requires_grad());
    // draws go in the order of the place's memory
    let draws = row.params.iter().any(|p| p.name == "generator");
    let free = (row.single
        || (draws || matches!(row.twin, Twin::Own(_))) && args.iter().all(|a| beside(a, &t)))
        && !t.requires_grad()
        && !t.is_batched()
        && !(grad_enabled() && args.iter().any(records))
        && ops::driver::in_place::check_in_place(row.name, &t).is_ok();
    free.then_some(t)
}

/// Puts results where the caller wants them and answers with that.
pub fn store<'py>(
    row: &OpDef,
    py: Python<'py>,
    value: Ret,
    out: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    match value {
        Ret::Tensor(r) => {
            write(row, &[r], std::slice::from_ref(out))?;
            Ok(out.clone())
        }
        Ret::Tuple(v) => {
            let outs = several(row, out, v.len())?;
            write(row, &v, &outs)?;
            Ok(PyTuple::new(py, outs)?.into_any())
        }
        Ret::Named(f, v) => {
            let outs = several(row, out, v.len())?;
            write(row, &v, &outs)?;
            super::types::named(py, f.name, f.fields, PyTuple::new(py, outs)?)
        }
        other => super::convert::ret(py, other),
    }
}

/// One place for each of several results.
fn several<'py>(row: &OpDef, out: &Bound<'py, PyAny>, count: usize) -> PyResult<Vec<Bound<'py, PyAny>>> {
    if out.cast::<PyTuple>().is_err() && out.cast::<PyList>().is_err() {
        let (name, got) = (row.title(), type_name(out));
        return Err(PyTypeError::new_err(format!(
            "{name}(): argument 'out' must be tuple of Tensors, not {got}"
        )));
    }
    let outs: Vec<Bound<'py, PyAny>> = out.try_iter()?.collect::<PyResult<_>>()?;
    if outs.len() != count {
        let got = outs.len();
        return Err(PyTypeError::new_err(format!("expected tuple of {count} elements but got {got}")));
    }
    Ok(outs)
}

fn write(row: &OpDef, results: &[Tensor], outs: &[Bound<'_, PyAny>]) -> PyResult<()> {
    let name = row.title();
    let mut places = Vec::with_capacity(outs.len());
    for o in outs {
        places.push(o.cast::<PyTensor>().map_err(|_| {
            PyTypeError::new_err(format!("{name}(): argument 'out' must be Tensor, not {}", type_name(o)))
        })?);
    }
    if grad_enabled()
        && results.iter().any(Tensor::requires_grad) | places.iter().any(|o| o.get().tensor().requires_grad())
    {
        return Err(PyRuntimeError::new_err(format!(
            "{name}(): functions with out=... arguments don't support automatic differentiation, but one of the arguments requires grad."
        )));
    }
    let counted = matches!(row.resizes, Resizes::CountedWarned | Resizes::CountedQuietly);
    let reshaped = |(r, o): (&Tensor, &&Bound<'_, PyTensor>)| {
        let t = o.get().tensor();
        if counted && t.numel() == r.numel() { r.reshape_to(t.shape()).py() } else { Ok(r.clone()) }
    };
    let results: Vec<Tensor> = results.iter().zip(&places).map(reshaped).collect::<PyResult<_>>()?;
    for (r, o) in results.iter().zip(&places) {
        check(row, outs.len() == 1, r, &o.get().tensor())?;
    }
    for (r, o) in results.iter().zip(&places) {
        let t = o.get().tensor();
        let target = if t.shape() == r.shape() {
            t
        } else {
            if t.numel() > 0 && matches!(row.resizes, Resizes::Warned | Resizes::CountedWarned) {
                let text = format!(
                    "An output with one or more elements was resized since it had shape {:?}, which does not match the required output shape {:?}. This behavior is deprecated, and in a future PyTorch release outputs will not be resized unless they have zero elements. You can explicitly reuse an out tensor t by resizing it, inplace, to zero elements with t.resize_(0).",
                    t.shape(),
                    r.shape()
                );
                let text = std::ffi::CString::new(text)?;
                PyErr::warn(o.py(), &o.py().get_type::<PyUserWarning>(), &text, 1)?;
            }
            let new = resized(&t, r.shape())?;
            o.get().replace(new.clone());
            new
        };
        if !r.same(&target) {
            ops::driver::memory::write(&target, r).py()?;
        }
        target.storage().bump_version();
    }
    Ok(())
}

/// Whether a result, the only one or one of several, may go into a tensor.
fn check(row: &OpDef, only: bool, r: &Tensor, t: &Tensor) -> PyResult<()> {
    let (name, from, to) = (&row.title(), r.dtype(), t.dtype());
    if from != to && (matches!(row.out, Out::Keep | Out::Apart) || !only) {
        // C's words for the integers, as PyTorch has them here
        let word = |n: &'static str| match n {
            "long" => "long int",
            "short" => "short int",
            n => n,
        };
        return Err(PyRuntimeError::new_err(format!(
            "Expected out tensor to have dtype {}, but got {} instead",
            word(from.c_name()),
            word(to.c_name())
        )));
    }
    if !can_cast(from, to) {
        let to = to.scalar_name();
        return Err(if row.out == Out::Join {
            PyTypeError::new_err(format!(
                "torch.cat(): input types can't be cast to the desired output type {to}"
            ))
        } else {
            PyRuntimeError::new_err(format!(
                "result type {} can't be cast to the desired output type {to}",
                from.scalar_name()
            ))
        });
    }
    if t.device() != r.device() {
        return Err(PyRuntimeError::new_err(format!(
            "{name}: Expected out tensor to be on device {}, but got {} instead",
            r.device(),
            t.device()
        )));
    }
    ops::driver::in_place::check_in_place(name, t).py()
}
