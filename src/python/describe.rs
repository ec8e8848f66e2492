//! The table as text: signatures for docstrings, errors and stubs.

use crate::ops::table::{OpDef, all};
use pyo3::prelude::*;

/// `(Tensor input, int dim, *, dtype dtype = None)`, as PyTorch lists overloads.
pub fn signature(row: &OpDef, skip: usize) -> String {
    let mut parts = Vec::new();
    let mut star = false;
    for p in row.params.iter().skip(skip) {
        if p.keyword_only && !star {
            parts.push("*".to_string());
            star = true;
        }
        let default = if p.required { String::new() } else { format!(" = {}", python_default(p.default)) };
        parts.push(format!("{} {}{default}", p.kind.base.expected(), p.name));
    }
    format!("({})", parts.join(", "))
}

/// A Rust default as Python writes it.
pub fn python_default(text: &str) -> String {
    match text {
        "true" => "True".into(),
        "false" => "False".into(),
        "MemoryFormat::Preserve" => "torch.preserve_format".into(),
        "MemoryFormat::Contiguous" => "torch.contiguous_format".into(),
        t if t.starts_with("Scalar::") => t.split(['(', ')']).nth(1).unwrap_or(t).to_string(),
        t => {
            let t = t.trim_start_matches('&');
            // one number stands for all axes
            let one = t.strip_prefix('[').and_then(|t| t.strip_suffix(']')).filter(|t| !t.contains(','));
            one.unwrap_or(t).to_string()
        }
    }
}

/// What `inspect.signature` reads: a first line that CPython takes off the docstring.
///
/// One row has its parameters; several have any, since Python's signatures know no alternatives. `$` marks what a bound
/// method has already. Empty where a parameter has a name that Python's grammar refuses (`from`).
fn text_signature(name: &str, rows: &[&'static OpDef]) -> String {
    let method = rows.iter().any(|r| r.is_method());
    let parameters = match rows {
        // a word of Python's own cannot stand in the text
        [row] if row.params.iter().all(|p| p.name != "from") => {
            let (mut parts, mut star) = (Vec::new(), false);
            for (i, p) in row.params.iter().enumerate() {
                let sizes = p.kind.base.annotation() == "Sequence[int]"
                    && matches!(p.name, "size" | "shape" | "dims");
                if sizes && method && !star {
                    parts.push(format!("*{}", p.name));
                    star = true;
                    continue;
                }
                if p.keyword_only && !star {
                    parts.push("*".to_string());
                    star = true;
                }
                let default = if p.required { String::new() } else { format!("={}", literal(p.default)) };
                parts.push(format!("{}{}{default}", if i == 0 && method { "$" } else { "" }, p.name));
            }
            parts.join(", ")
        }
        _ if method => "$self, *args, **kwargs".to_string(),
        _ => "*args, **kwargs".to_string(),
    };
    format!("{name}({parameters})\n--\n\n")
}

/// A default as a literal of Python; `None` where it is none.
fn literal(default: &str) -> String {
    let text = python_default(default);
    let number = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || "-.e".contains(c));
    let plain =
        number || text.starts_with('"') || text.starts_with('[') || matches!(text.as_str(), "True" | "False");
    if plain { text } else { "None".to_string() }
}

/// What a row says: an alias also what the row says that it stands for. Fences are for rustdoc alone, Python knows
/// examples by `>>>`.
fn said(row: &OpDef) -> String {
    let meant = row.doc.strip_prefix("Alias of `").and_then(|rest| rest.split('`').next());
    let meant = meant.and_then(|name| all().find(|r| r.name == name && !r.doc.starts_with("Alias of")));
    let lines =
        row.doc.lines().chain(meant.into_iter().flat_map(|r| std::iter::once("").chain(r.doc.lines())));
    let mut out = String::new();
    for line in lines.filter(|line| !line.trim_start().starts_with("```")) {
        out += line;
        out += "\n";
    }
    out
}

/// The docstring of a name: its signatures, then what its rows say.
pub fn doc(name: &str, rows: &[&'static OpDef]) -> String {
    let mut out = text_signature(name, rows);
    for r in rows {
        out += &format!("{name}{} -> {}\n", signature(r, 0), r.returns.replace(' ', ""));
    }
    for r in rows {
        if !r.doc.trim().is_empty() {
            out += "\n";
            for line in said(r).lines() {
                out += line.strip_prefix(' ').unwrap_or(line);
                out += "\n";
            }
        }
    }
    out
}

/// The whole table as JSON, for stubs and docs.
#[pyfunction]
fn _describe() -> String {
    let quote =
        |s: &str| format!("\"{}\"", s.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"));
    let rows: Vec<String> = all()
        .map(|r| {
            let params: Vec<String> = r
                .params
                .iter()
                .map(|p| {
                    format!(
                        "{{\"name\":{},\"type\":{},\"optional\":{},\"required\":{},\"keyword\":{},\"default\":{}}}",
                        quote(p.name),
                        quote(p.kind.base.annotation()),
                        p.kind.optional,
                        p.required,
                        p.keyword_only,
                        quote(&python_default(p.default))
                    )
                })
                .collect();
            format!(
                "{{\"name\":{},\"places\":[{}],\"twin\":{},\"out\":{},\"wgsl\":{},\"on\":{},\"autocast\":{},\"returns\":{},\"doc\":{},\"params\":[{}]}}",
                quote(r.name),
                r.places.iter().map(|p| quote(&format!("{p:?}"))).collect::<Vec<_>>().join(","),
                r.has_twin(),
                quote(&format!("{:?}", r.out)),
                r.wgsl.map_or("null".into(), quote),
                r.on.map_or("null".into(), |(low, high)| format!("[{low},{high}]")),
                quote(&format!("{:?}", r.autocast)),
                quote(r.returns),
                quote(&said(r)),
                params.join(",")
            )
        })
        .collect();
    format!("[{}]", rows.join(",\n"))
}

/// Names of operations, without their in-place twins.
#[pyfunction]
fn _row_names() -> Vec<&'static str> {
    all().map(|row| row.name).collect()
}

pub fn install(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(_row_names, m)?)?;
    m.add_function(wrap_pyfunction!(_describe, m)?)
}
