//! Calls that fit no row: an older order of arguments that PyTorch still takes, and what is said of the rest.

use crate::ops::table::Base;
use crate::python::tensor::PyTensor;
use crate::python::trampoline::{Group, Keywords, keyword};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyAny;

/// Why a call does not fit a row.
pub enum Mismatch {
    TooMany,
    Missing(&'static str),
    Type(usize, &'static str, Base),
    Unexpected(String),
}

/// A call in the order of arguments that PyTorch gave up but still takes, with a warning: the factors, keywords by now, stand
/// before what they scale (`add(x, 2, y)`, `addmm(beta, x, alpha, a, b)`).
#[cold]
pub(super) fn in_old_order<'py>(
    py: Python<'py>,
    group: &Group,
    given: &[Bound<'py, PyAny>],
    keywords: &Keywords<'py>,
    method: bool,
) -> PyResult<Option<(Vec<Bound<'py, PyAny>>, Keywords<'py>)>> {
    let rows = if method { &group.methods } else { &group.functions };
    let Some(row) = rows.first().filter(|_| keywords.is_empty()) else { return Ok(None) };
    let names: Vec<&str> =
        row.params.iter().filter(|p| !p.required && p.kind.base == Base::Number).map(|p| p.name).collect();
    let is_tensor = |o: &Bound<'_, PyAny>| o.cast::<PyTensor>().is_ok();
    let order: String = given.iter().map(|o| if is_tensor(o) { 't' } else { 'n' }).collect();
    let known = match (names.as_slice(), method) {
        (["alpha"], _) => order == "tnt",
        (["value"], _) => order == "tntt",
        (["beta", "alpha"], true) => order == "tnntt" || order == "tntt",
        (["beta", "alpha"], false) => order == "ntntt" || order == "nttt",
        _ => false,
    };
    let mut factors = Keywords::new();
    for (name, factor) in names.iter().zip(given.iter().filter(|o| !is_tensor(o))) {
        if super::convert::number(factor)?.is_none() {
            return Ok(None);
        }
        factors.push((pyo3::types::PyString::new(py, name).into_any(), factor.clone()));
    }
    if !known {
        return Ok(None);
    }
    let name = group.name;
    let text = format!(
        "This overload of {name} is deprecated:\n\t{name}({})\nConsider using the following signature instead:\n\t{name}({})",
        order.chars().map(|c| if c == 't' { "Tensor" } else { "Number" }).collect::<Vec<_>>().join(", "),
        row.params
            .iter()
            .map(|p| if p.required { p.name.into() } else { format!("*, {}", p.name) })
            .collect::<Vec<_>>()
            .join(", "),
    );
    PyErr::warn(py, &py.get_type::<pyo3::exceptions::PyUserWarning>(), &std::ffi::CString::new(text)?, 1)?;
    Ok(Some((given.iter().filter(|o| is_tensor(o)).cloned().collect(), factors)))
}

pub fn type_name(obj: &Bound<'_, PyAny>) -> String {
    obj.get_type().name().map_or_else(|_| "object".into(), |n| n.to_string())
}

#[cold]
pub(super) fn mismatch(
    group: &Group,
    given: &[Bound<'_, PyAny>],
    keywords: &Keywords<'_>,
    first: Option<Mismatch>,
    method: bool,
) -> PyErr {
    let name = group.name;
    let skip = method as usize;
    if let Some(Mismatch::Type(i, _, Base::Int | Base::Number | Base::Float | Base::Ints | Base::Sizes)) =
        &first
        && let Some(Err(mapped)) = given.get(*i).map(super::convert::say_mapped)
    {
        return mapped;
    }
    if group.rows.len() == 1 {
        let row = group.rows[0];
        let text = match first {
            Some(Mismatch::Missing(p)) => {
                let missing: Vec<&str> = row
                    .params
                    .iter()
                    .skip(given.len())
                    .filter(|q| q.required && keyword(q, keywords).is_none())
                    .map(|q| q.name)
                    .collect();
                let list = if missing.is_empty() { vec![p] } else { missing };
                let quoted: Vec<String> = list.iter().map(|m| format!("\"{m}\"")).collect();
                format!(
                    "{name}() missing {} required positional arguments: {}",
                    list.len(),
                    quoted.join(", ")
                )
            }
            Some(Mismatch::Type(i, p, base)) => {
                let got = given
                    .get(i)
                    .map(type_name)
                    .or_else(|| keyword(&row.params[i], keywords).map(type_name))
                    .unwrap_or_else(|| "nothing".into());
                let position =
                    if i < given.len() { format!(" (position {})", i + 1 - skip) } else { String::new() };
                format!("{name}(): argument '{p}'{position} must be {}, not {got}", base.expected())
            }
            Some(Mismatch::Unexpected(k)) => format!("{name}() got an unexpected keyword argument '{k}'"),
            _ => format!(
                "{name}() takes {} positional arguments but {} were given",
                row.params.iter().filter(|p| !p.keyword_only).count() - skip.min(row.params.len()),
                given.len() - skip
            ),
        };
        return PyTypeError::new_err(text);
    }
    let mut got: Vec<String> = given.iter().skip(skip).map(type_name).collect();
    got.extend(keywords.iter().map(|(k, v)| format!("{k}={}", type_name(v))));
    let rows: Vec<String> =
        group.rows.iter().map(|r| format!(" * {}", super::describe::signature(r, skip))).collect();
    PyTypeError::new_err(format!(
        "{name}() received an invalid combination of arguments - got ({}), but expected one of:\n{}\n",
        got.join(", "),
        rows.join("\n")
    ))
}
