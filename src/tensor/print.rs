//! The text of a tensor, to the letter PyTorch's.
//!
//! Knows no tensor: it asks for single values through a closure, and of a large tensor only for the edges that are
//! shown. As in PyTorch the notation (whole numbers, fixed point or scientific) and the column width follow from the
//! shown values alone.

use crate::base::{C128, DType, Device};
use std::fmt::Write;
use std::sync::RwLock;

/// What `set_printoptions` sets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PrintOptions {
    pub precision: usize,
    /// More elements than this are summarised; infinite for never.
    pub threshold: f64,
    pub edgeitems: usize,
    pub linewidth: usize,
    /// Scientific notation always, never, or by the values.
    pub sci_mode: Option<bool>,
}

impl PrintOptions {
    pub const DEFAULT: PrintOptions =
        PrintOptions { precision: 4, threshold: 1000.0, edgeitems: 3, linewidth: 80, sci_mode: None };
    pub const SHORT: PrintOptions = PrintOptions { precision: 2, edgeitems: 2, ..PrintOptions::DEFAULT };
    pub const FULL: PrintOptions = PrintOptions { threshold: f64::INFINITY, ..PrintOptions::DEFAULT };

    /// `default`, `short` or `full`.
    pub fn profile(name: &str) -> Option<PrintOptions> {
        match name {
            "default" => Some(PrintOptions::DEFAULT),
            "short" => Some(PrintOptions::SHORT),
            "full" => Some(PrintOptions::FULL),
            _ => None,
        }
    }
}

static OPTIONS: RwLock<PrintOptions> = RwLock::new(PrintOptions::DEFAULT);

/// The options of this process.
pub fn print_options() -> PrintOptions {
    *OPTIONS.read().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Note that PyTorch's `set_printoptions` puts `sci_mode` back to its argument, so to `None`, on every call.
pub fn set_print_options(options: PrintOptions) {
    *OPTIONS.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = options;
}

/// One element.
#[derive(Clone, Copy, Debug)]
pub enum Value {
    Float(f64),
    Int(i64),
    UInt(u64),
    Bool(bool),
    Complex(C128),
}

/// Everything that the text depends on.
pub struct PrintData<'a> {
    /// `tensor`; the class name for other classes.
    pub prefix: &'a str,
    pub shape: &'a [usize],
    pub dtype: DType,
    pub default_dtype: DType,
    pub device: Device,
    pub requires_grad: bool,
    /// The name of the node that made the tensor: `AddBackward0`.
    pub grad_fn: Option<&'a str>,
    /// The element at an index; never called for meta tensors.
    pub get: &'a dyn Fn(&[usize]) -> Value,
}

/// `repr(tensor)`.
pub fn tensor_text(data: &PrintData, options: &PrintOptions) -> String {
    let numel: usize = data.shape.iter().product();
    let meta = data.device == Device::Meta;
    let mut out = format!("{}(", data.prefix);
    let indent = out.chars().count();
    let mut suffixes: Vec<String> = Vec::new();
    if data.device != Device::Cpu {
        suffixes.push(format!("device='{}'", data.device));
    }
    let mut shows_dtype = data.dtype != data.default_dtype;
    if meta || numel == 0 {
        if meta || data.shape.len() != 1 {
            suffixes.push(format!("size={}", tuple_text(data.shape)));
        }
        out.push_str(if meta { "..." } else { "[]" });
    } else {
        let default_complex = data.dtype.is_complex() && data.dtype.to_real() == data.default_dtype;
        shows_dtype &= !default_complex && !matches!(data.dtype, DType::I64 | DType::Bool);
        let writer = Writer::new(data, options, numel as f64 > options.threshold);
        if options.edgeitems == 0 {
            suffixes.push(format!("size={}", tuple_text(data.shape)));
        }
        writer.write(&mut out, &mut Vec::with_capacity(data.shape.len()), indent);
    }
    if shows_dtype {
        suffixes.push(format!("dtype=torch.{}", data.dtype.name()));
    }
    if let Some(name) = data.grad_fn {
        suffixes.push(format!("grad_fn=<{name}>"));
    } else if data.requires_grad {
        suffixes.push("requires_grad=True".into());
    }
    append_suffixes(&mut out, &suffixes, indent, options.linewidth);
    out
}

/// `(2,)`, `(2, 3)`.
fn tuple_text(shape: &[usize]) -> String {
    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
    if sizes.len() == 1 { format!("({},)", sizes[0]) } else { format!("({})", sizes.join(", ")) }
}

fn append_suffixes(out: &mut String, suffixes: &[String], indent: usize, linewidth: usize) {
    // PyTorch counts the last line two characters long; the break falls where it does because of that.
    let mut column = out.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 2;
    for suffix in suffixes {
        let length = suffix.chars().count();
        if column + length + 2 > linewidth {
            let _ = write!(out, ",\n{:indent$}{suffix}", "");
            column = indent + length;
        } else {
            let _ = write!(out, ", {suffix}");
            column += length + 2;
        }
    }
    out.push(')');
}

struct Writer<'a> {
    data: &'a PrintData<'a>,
    edgeitems: usize,
    linewidth: usize,
    summarize: bool,
    format: Format,
    /// For complex tensors, whose parts are formatted apart.
    imaginary: Option<Format>,
}

impl<'a> Writer<'a> {
    fn new(data: &'a PrintData<'a>, options: &PrintOptions, summarize: bool) -> Writer<'a> {
        let mut writer = Writer {
            data,
            edgeitems: options.edgeitems,
            linewidth: options.linewidth,
            summarize,
            format: Format::PLAIN,
            imaginary: None,
        };
        let mut shown = Vec::new();
        writer.collect(&mut shown, &mut Vec::new());
        if data.dtype.is_complex() {
            let part = |f: fn(C128) -> f64| {
                let floats = shown.iter().map(|v| if let Value::Complex(c) = v { f(*c) } else { 0.0 });
                Format::of_floats(&floats.collect::<Vec<f64>>(), options)
            };
            writer.format = part(|c| c.re);
            writer.imaginary = Some(part(|c| c.im));
        } else if data.dtype.is_float() {
            let floats = shown.iter().map(|v| if let Value::Float(f) = v { *f } else { 0.0 });
            writer.format = Format::of_floats(&floats.collect::<Vec<f64>>(), options);
        } else {
            let width = shown.iter().map(|v| plain_text(*v).len()).max();
            writer.format.width = width.unwrap_or(1);
        }
        writer
    }

    /// The indices shown along an axis: all of them, or `Some((edge, rest))` with the gap in between.
    fn gap(&self, size: usize) -> Option<(usize, usize)> {
        (self.summarize && size > 2 * self.edgeitems).then(|| (self.edgeitems, size - self.edgeitems))
    }

    fn collect(&self, shown: &mut Vec<Value>, index: &mut Vec<usize>) {
        if index.len() == self.data.shape.len() {
            shown.push((self.data.get)(index));
            return;
        }
        let size = self.data.shape[index.len()];
        let (edge, rest) = self.gap(size).unwrap_or((size, size));
        for i in (0..edge).chain(rest..size) {
            index.push(i);
            self.collect(shown, index);
            index.pop();
        }
    }

    fn value(&self, index: &[usize]) -> String {
        match (self.data.get)(index) {
            Value::Float(f) => self.format.float(f),
            Value::Complex(c) => {
                let real = self.format.float(c.re);
                let imaginary = self.imaginary.as_ref().unwrap_or(&self.format).float(c.im);
                let imaginary = imaginary.trim_start();
                let sign = if imaginary.starts_with('-') { "" } else { "+" };
                format!("{real}{sign}{imaginary}j")
            }
            other => format!("{:>1$}", plain_text(other), self.format.width),
        }
    }

    /// The brackets and values below `index`, the opening bracket standing in column `indent`.
    fn write(&self, out: &mut String, index: &mut Vec<usize>, indent: usize) {
        let Some(&size) = self.data.shape.get(index.len()) else {
            out.push_str(&self.value(index));
            return;
        };
        let axes = self.data.shape.len() - index.len();
        let width = self.format.width + self.imaginary.as_ref().map_or(0, |f| f.width + 1);
        // rows break after as many values as fit, slices are set apart by a blank line for each axis more
        let per_line =
            if axes > 1 { 1 } else { (self.linewidth.saturating_sub(indent) / (width + 2)).max(1) };
        let line_break = format!(",{:\n<1$}{2:3$}", "", (axes - 1).max(1), "", indent + 1);
        let gap = self.gap(size);
        let (edge, rest) = gap.unwrap_or((size, size));
        out.push('[');
        let mut written = 0;
        let mut separate = |out: &mut String| {
            if written > 0 {
                out.push_str(if written % per_line == 0 { &line_break } else { ", " });
            }
            written += 1;
        };
        for i in (0..edge).chain(rest..size) {
            if i == rest && gap.is_some() {
                separate(out);
                out.push_str(if axes > 1 { "..." } else { " ..." });
            }
            separate(out);
            index.push(i);
            self.write(out, index, indent + 1);
            index.pop();
        }
        if gap.is_some() && self.edgeitems == 0 {
            out.push_str("...");
        }
        out.push(']');
    }
}

fn plain_text(value: Value) -> String {
    match value {
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Int(i) => i.to_string(),
        Value::UInt(u) => u.to_string(),
        Value::Float(f) => f.to_string(),
        Value::Complex(c) => c.to_string(),
    }
}

/// How all numbers of a tensor are written.
struct Format {
    whole: bool,
    scientific: bool,
    precision: usize,
    width: usize,
}

impl Format {
    const PLAIN: Format = Format { whole: true, scientific: false, precision: 4, width: 1 };

    fn of_floats(values: &[f64], options: &PrintOptions) -> Format {
        let mut format = Format { precision: options.precision, ..Format::PLAIN };
        let counted = || values.iter().copied().filter(|v| v.is_finite() && *v != 0.0);
        let (mut low, mut high) = (f64::INFINITY, 0f64);
        for v in counted() {
            low = low.min(v.abs());
            high = high.max(v.abs());
            format.whole &= v == v.ceil();
        }
        if high == 0.0 {
            return format; // nothing but zeros, infinities and nan
        }
        format.scientific =
            options.sci_mode.unwrap_or(high / low > 1000.0 || high > 1e8 || (!format.whole && low < 1e-4));
        format.width = counted().map(|v| format.digits(v).len()).max().unwrap_or(1);
        format
    }

    fn digits(&self, v: f64) -> String {
        if !v.is_finite() {
            return if v.is_nan() { "nan".into() } else { v.to_string() };
        }
        if self.scientific {
            scientific(v, self.precision)
        } else if self.whole {
            format!("{v:.0}.")
        } else {
            format!("{v:.*}", self.precision)
        }
    }

    fn float(&self, v: f64) -> String {
        format!("{:>1$}", self.digits(v), self.width)
    }
}

/// C's `%.{precision}e`: a signed exponent of two digits or more.
fn scientific(v: f64, precision: usize) -> String {
    let text = format!("{v:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    format!("{mantissa}e{sign}{digits:0>2}")
}

#[cfg(test)]
mod tests;
