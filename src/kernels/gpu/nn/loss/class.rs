//! Losses of class targets. Cross entropy folds over the classes: the log-sum-exp in two parts, the target's logit and weight, and
//! what smoothing asks for. A target that names no class gives a loss of nan, and the error when something is read back.

use crate::base::DType;
use crate::error::{Error, Kind, Result};
use crate::kernels::gpu::elementwise::library;
use crate::kernels::gpu::machine::fault::{TEXT as FAULT, watched};
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::operand::convert;
use crate::kernels::gpu::machine::{Elements, Kernel, Place, grid};
use crate::kernels::gpu::reduce::fold::{Fold, Out};
use crate::kernels::gpu::reduce::single;
use crate::kernels::gpu::reduce::sums::{What, reduce};
use crate::storage::device::Memory;
use smallvec::{SmallVec, smallvec};

/// The sizes of an input around its axis of classes, and what is done with targets.
#[derive(Clone, Copy)]
pub struct Classes<'a> {
    pub outer: usize,
    pub classes: usize,
    pub inner: usize,
    /// A factor for each class, dense.
    pub weight: Option<Place<'a>>,
    /// A target that does not count.
    pub ignore: i64,
    pub smoothing: f64,
}

/// What becomes of the rows' losses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    Rows,
    Sum,
    Mean,
}

/// Maximum and sum of exponentials above it, logit `h` and weight `k` of the target, sums of weighted logits and of weights.
const STATE: [(&str, DType); 6] = [
    ("m", DType::F32),
    ("s", DType::F32),
    ("h", DType::F32),
    ("k", DType::F32),
    ("u", DType::F32),
    ("v", DType::F32),
];
macro_rules! take {
    ($w:literal) => {
        concat!(
            "var r = a;
    if (x == a.m) { r.s = a.s + 1.0; }
    else if (x < a.m) { r.s = a.s + exp_f(x - a.m); }
    else if (!is_nan(a.m)) { r.m = x; r.s = a.s * exp_f(a.m - x) + 1.0; }
    if (t == i64(i)) { r.h = x; r.k = ",
            $w,
            "; }
    r.u = a.u + ",
            $w,
            " * x; r.v = a.v + ",
            $w,
            ";
    return r;"
        )
    };
}
const TAKE: &str = take!("1.0");
const TAKE_WEIGHTED: &str = take!("w");
const JOIN: &str = "\
    if (b.s == 0.0) { return a; }
    if (a.s == 0.0) { return b; }
    var r = a;
    if (a.m == b.m) { r.s = a.s + b.s; }
    else if (is_nan(a.m)) { r.m = a.m; }
    else if (is_nan(b.m)) { r.m = b.m; }
    else if (a.m > b.m) { r.s = a.s + b.s * exp_f(b.m - a.m); }
    else { r.m = b.m; r.s = b.s + a.s * exp_f(a.m - b.m); }
    if (is_nan(a.h)) { r.h = b.h; }
    r.k = a.k + b.k; r.u = a.u + b.u; r.v = a.v + b.v;
    return r;";
/// The logarithm of the sum above the maximum; none above an infinite one.
macro_rules! rest {
    () => {
        "select(log_f(s), 0.0, is_inf(m))"
    };
}
const LOSS: &str = concat!("select((m - h + ", rest!(), ") * k, 0.0, own_t == i64(p0))");
const SMOOTH: &str = concat!(
    "select((1.0 - p1) * (m - h + ",
    rest!(),
    ") * k + p1 / p2 * (v * (m + ",
    rest!(),
    ") - u), 0.0, own_t == i64(p0))"
);

impl<'a> Classes<'a> {
    /// Losses of dense logits `x` (outer, classes, inner), or log-probabilities, with a dense target for each row. `total` is
    /// the sum of weights; of logits `lse` becomes maximum and logarithm of the rest for each row.
    pub fn forward(
        &self,
        op: &'static str,
        x: Place,
        target: Place,
        over: Over,
        out: Place,
        total: Place,
        lse: Option<Place>,
    ) -> Result<()> {
        single(op, x.dtype)?;
        let rows = self.outer * self.inner;
        let (losses, weights) = (x.memory.beside(rows * 4)?, x.memory.beside(rows * 4)?);
        let shape = [rows];
        let loss = match over {
            Over::Rows => Place { shape: &shape, strides: &[1], ..out },
            _ => line(&losses, &shape),
        };
        let weights = line(&weights, &shape);
        match lse {
            Some(lse) => {
                self.check(op, target)?;
                self.cross_entropy(op, x, target, loss, weights, lse)?
            }
            None => self.picked(op, x, target, loss, weights)?,
        }
        if over == Over::Rows {
            return Ok(());
        }
        // a mean of nothing that counts is 0 / 0
        let text = if over == Over::Mean { "select(s / w, nan(), s == 0.0 && w == 0.0)" } else { "s" };
        Fold {
            name: op,
            shape: &shape,
            reduced: &[0],
            ordered: false,
            operands: &[("l", loss, DType::F32), ("k", weights, DType::F32)],
            beside: &[],
            state: &[("s", DType::F32), ("w", DType::F32)],
            start: "0.0, 0.0",
            take: "a.s + l, a.w + k",
            join: "a.s + b.s, a.w + b.w",
            params: &[],
            outs: &[Out::new("out", out, text, DType::F32), Out::new("total", total, "w", DType::F32)],
            each: None,
        }
        .run()
    }

    fn cross_entropy(
        &self,
        op: &'static str,
        x: Place,
        target: Place,
        loss: Place,
        weights: Place,
        lse: Place,
    ) -> Result<()> {
        let (c, inner) = (self.classes, self.inner);
        let (shape, steps) = ([self.outer, c, inner], [c * inner, inner, 1]);
        let (one, rows) = ([self.outer, 1, inner], [inner, inner, 1]);
        let (own, across) = ([c, 1], [1, 1]);
        let mut operands: SmallVec<[_; 3]> = smallvec![
            ("x", Place { shape: &shape, strides: &steps, ..x }, DType::F32),
            ("t", Place { shape: &one, strides: &rows, ..target }, DType::I64),
        ];
        operands.extend(self.weight.map(|w| ("w", Place { shape: &own, strides: &across, ..w }, DType::F32)));
        let of_row = |name, offset, text| Out {
            name,
            place: Place { offset: lse.offset + offset, ..lse },
            step: 2,
            text,
            dtype: DType::F32,
        };
        Fold {
            name: op,
            shape: &shape,
            reduced: &[1],
            ordered: true,
            operands: &operands,
            beside: &[("own_t", target, DType::I64)],
            state: &STATE,
            start: "-inf(), 0.0, nan(), 0.0, 0.0, 0.0",
            take: if self.weight.is_some() { TAKE_WEIGHTED } else { TAKE },
            join: JOIN,
            params: &[self.ignore as f64, self.smoothing, c as f64],
            outs: &[
                Out::new("loss", loss, if self.smoothing > 0.0 { SMOOTH } else { LOSS }, DType::F32),
                Out::new("weights", weights, "select(k, 0.0, own_t == i64(p0))", DType::F32),
                of_row("max", 0, "m"),
                of_row("rest", 1, rest!()),
            ],
            each: None,
        }
        .run()
    }

    /// The arguments 2 to 6 of kernels over elements: classes, inner size, the ignored target, smoothing.
    fn sizes<'b>(&self, kernel: Kernel<'b>) -> Kernel<'b> {
        let ignore = [self.ignore as u32, (self.ignore >> 32) as u32];
        kernel.arg(self.classes).arg(self.inner).args(&ignore).float(self.smoothing)
    }
    fn weight_at(&self, at: &str) -> String {
        match self.weight {
            Some(w) => convert(&format!("get_w({at})"), w.dtype, DType::F32),
            None => "1.0".into(),
        }
    }

    /// Notes a target that names no class.
    fn check(&self, op: &'static str, target: Place) -> Result<()> {
        let rows = self.outer * self.inner;
        let kernel = self.sizes(Kernel::new(op).reads("t", target).variant(1 << 20).arg(rows).arg(0));
        let (kernel, at) = watched(kernel, &target, out_of_bounds)?;
        kernel.run(grid(rows.div_ceil(256)), || {
            format!(
                "{NUMBER}{TARGET}{FAULT}
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {{
    let i = group_number(wg) * 256u + t;
    if (i >= arg(0u)) {{ return; }}
    let y = target_of(i);
    if (y != ignored() && (y < 0li || y >= i64(arg(2u)))) {{
        fault(arg({at}u), i32(y), 0u, arg(2u));
    }}
}}
"
            )
        })
    }

    /// The negative of each row's log-probability of its target.
    fn picked(&self, op: &'static str, x: Place, target: Place, loss: Place, weights: Place) -> Result<()> {
        let elements = Elements::of(&loss);
        let mut kernel =
            elements.kernel(op, loss).reads("x", x).reads("t", target).writes("weights", weights);
        kernel = self.sizes(kernel);
        kernel = kernel.variant(elements.lanes as u64 | (self.weight.is_some() as u64) << 8 | 1 << 16);
        if let Some(w) = self.weight {
            kernel = kernel.reads("w", w);
        }
        let (kernel, at) = watched(kernel, &target, out_of_bounds)?;
        kernel.run(elements.groups(), || {
            format!(
                "{NUMBER}{TARGET}{FAULT}{}
fn element(i: u32) -> T_out {{
    let t = target_of(i);
    var weight = 0.0;
    var loss = nan();
    if (t == ignored()) {{ loss = 0.0; }}
    else if (t >= 0li && t < i64(arg(2u))) {{
        weight = {};
        loss = -get_x((i / arg(3u) * arg(2u) + u32(t)) * arg(3u) + i % arg(3u)) * weight;
    }} else {{ fault(arg({at}u), i32(t), 0u, arg(2u)); }}
    put_weights(i, weight);
    return loss;
}}
{}",
                library::needed("nan"),
                self.weight_at("u32(t)"),
                elements.main(loss.dtype, "i")
            )
        })
    }

    /// The gradient for the input from that of the losses `g` (float32, dense).
    pub fn backward(
        &self,
        op: &'static str,
        logits: Option<[Place; 2]>,
        target: Place,
        g: Place,
        over: Over,
        total: Place,
        dx: Place,
    ) -> Result<()> {
        single(op, dx.dtype)?;
        let sum = dx.memory.beside(4)?;
        let elements = Elements::of(&dx);
        let mut kernel = elements.kernel(op, dx).reads("t", target).reads("g", g).reads("total", total);
        kernel = self.sizes(kernel);
        if let Some([x, lse]) = logits {
            kernel = kernel.reads("x", x).reads("lse", lse);
        }
        if let Some(w) = self.weight {
            let sum = line(&sum, &[]);
            reduce(op, What::Sum, w, &[0], DType::F32, sum)?;
            kernel = kernel.reads("w", w).reads("sum", sum);
        }
        kernel = kernel.variant(
            elements.lanes as u64
                | (over as u64) << 8
                | (logits.is_some() as u64) << 16
                | (self.weight.is_some() as u64) << 17,
        );
        kernel.run(elements.groups(), || {
            let scale = match over {
                Over::Rows => "get_g(row)",
                Over::Sum => "get_g(0u)",
                Over::Mean => "get_g(0u) / get_total(0u)",
            };
            let sum = if self.weight.is_some() { "get_sum(0u)" } else { "f32(arg(2u))" };
            let value = match logits {
                None => format!("if (here) {{ v = -k * {}; }}", self.weight_at("c")),
                Some(_) => format!(
                    "let even = argf(6u) / f32(arg(2u));
    let hit = (1.0 - argf(6u)) * {};
    v = k * (hit + even * {sum}) * exp_f(get_x(i) - get_lse(2u * row) - get_lse(2u * row + 1u)) - k * even * {};
    if (here) {{ v -= k * hit; }}",
                    self.weight_at("u32(clamp(t, 0li, i64(arg(2u)) - 1li))"),
                    self.weight_at("c"),
                ),
            };
            format!(
                "{NUMBER}{TARGET}{}
fn element(i: u32) -> T_out {{
{PLACE}
    let t = target_of(row);
    if (t == ignored()) {{ return 0.0; }}
    let k = {scale};
    let here = t == i64(c);
    var v = 0.0f;
    {value}
    return v;
}}
{}",
                library::needed("exp_f"),
                elements.main(dx.dtype, "i")
            )
        })
    }

    /// What each class of each row weighs, densely.
    pub fn hits(&self, op: &'static str, target: Place, out: Place) -> Result<()> {
        single(op, out.dtype)?;
        let elements = Elements::of(&out);
        let mut kernel = self.sizes(elements.kernel(op, out).reads("t", target));
        kernel = kernel.variant(elements.lanes as u64 | (self.weight.is_some() as u64) << 8);
        if let Some(w) = self.weight {
            kernel = kernel.reads("w", w);
        }
        kernel.run(elements.groups(), || {
            format!(
                "{NUMBER}{TARGET}
fn element(i: u32) -> T_out {{
{PLACE}
    let t = target_of(row);
    if (t == ignored()) {{ return 0.0; }}
    return {} * (select(0.0, 1.0 - argf(6u), t == i64(c)) + argf(6u) / f32(arg(2u)));
}}
{}",
                self.weight_at("c"),
                elements.main(out.dtype, "i")
            )
        })
    }
}

fn line<'b>(memory: &'b Memory, shape: &'b [usize]) -> Place<'b> {
    Place { memory, dtype: DType::F32, offset: 0, shape, strides: &[1][..shape.len()] }
}

fn out_of_bounds(target: i64, _: usize, _: usize) -> Error {
    Error::new(Kind::Index, format!("Target {target} is out of bounds."))
}

/// The target of a row, and the one that does not count.
const TARGET: &str = "
fn target_of(row: u32) -> i64 { return get_t(row); }
fn ignored() -> i64 { return i64(arg(4u)) | (i64(argi(5u)) << 32u); }
";
/// The class and the row of element `i`.
const PLACE: &str = "\
    let j = i % arg(3u);
    let oc = i / arg(3u);
    let o = oc / arg(2u);
    let c = oc - o * arg(2u);
    let row = o * arg(3u) + j;";
