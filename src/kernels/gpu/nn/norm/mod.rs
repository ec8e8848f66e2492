//! Normalisation layers over a view of their input: axes kept, axes that share statistics, and parameters that broadcast.

use crate::base::{DType, Dims};
use crate::error::Result;
use crate::kernels::gpu::elementwise::{Side, expression};
use crate::kernels::gpu::machine::Place;
use crate::kernels::gpu::reduce::fold::{Fold, Out};
use crate::kernels::gpu::reduce::moments;
use crate::kernels::gpu::reduce::single;
use smallvec::{SmallVec, smallvec};

/// A tensor seen over other axes.
#[derive(Clone, Debug)]
pub struct Seen {
    pub shape: Dims,
    pub strides: Dims,
}

impl Seen {
    pub fn of<'a>(&'a self, p: Place<'a>) -> Place<'a> {
        Place { shape: &self.shape, strides: &self.strides, ..p }
    }
}

/// The axes of a norm.
#[derive(Clone, Debug)]
pub struct Axes {
    pub shape: Dims,
    /// Those that share statistics.
    pub shared: Dims,
    /// Those over which gradients of parameters are summed.
    pub per_param: Dims,
    /// Dense statistics and parameters, as they broadcast.
    pub statistics: Seen,
    pub params: Seen,
}

impl Axes {
    pub fn new(shape: Dims, shared: Dims, per_param: Dims) -> Axes {
        let (statistics, params) = (dense(&shape, &shared), dense(&shape, &per_param));
        Axes { shape, shared, per_param, statistics, params }
    }
    /// Elements that share statistics.
    fn count(&self) -> f64 {
        self.shared.iter().map(|&i| self.shape[i] as f64).product()
    }
}

/// A dense tensor with an element for each place of `shape` but along some axes.
fn dense(shape: &[usize], without: &[usize]) -> Seen {
    let mut own = Dims::from_slice(shape);
    without.iter().for_each(|&i| own[i] = 1);
    let mut strides = Dims::from_elem(0, own.len());
    let mut step = 1;
    for i in (0..own.len()).rev() {
        strides[i] = step;
        step *= own[i];
    }
    Seen { shape: own, strides }
}

/// Running statistics of a training call: the old ones, the new ones, how far they move.
pub struct Moving<'a> {
    pub old: [Place<'a>; 2],
    pub new: [Place<'a>; 2],
    pub momentum: f64,
}

const Y: [&str; 4] = [
    "(x - m) / sqrt(q / p0 + p1)",
    "(x - m) / sqrt(q / p0 + p1) * w",
    "(x - m) / sqrt(q / p0 + p1) + b",
    "(x - m) / sqrt(q / p0 + p1) * w + b",
];
const Y_GIVEN: [&str; 4] = ["(x - m) * r", "(x - m) * r * w", "(x - m) * r + b", "(x - m) * r * w + b"];

fn which(w: Option<Place>, b: Option<Place>) -> usize {
    w.is_some() as usize + 2 * b.is_some() as usize
}

/// The layer with statistics of its own input; `x` and `y` are seen over `axes.shape`, `mean` and `rstd` are dense.
pub fn forward(
    op: &'static str,
    axes: &Axes,
    x: Place,
    w: Option<Place>,
    b: Option<Place>,
    eps: f64,
    y: Place,
    mean: Place,
    rstd: Place,
    moving: Option<Moving>,
) -> Result<()> {
    let dtype = single(op, x.dtype)?;
    let mut operands: SmallVec<[_; 3]> = smallvec![("x", x, dtype)];
    operands.extend(w.map(|w| ("w", axes.params.of(w), DType::F32)));
    operands.extend(b.map(|b| ("b", axes.params.of(b), DType::F32)));
    let n = axes.count();
    let mut outs: SmallVec<[Out; 4]> = smallvec![
        Out::new("mean", mean, "m", DType::F32),
        Out::new("rstd", rstd, "1.0 / sqrt(q / p0 + p1)", DType::F32),
    ];
    let mut beside: SmallVec<[_; 2]> = SmallVec::new();
    let momentum = moving.as_ref().map_or(0.0, |m| m.momentum);
    if let Some(moving) = &moving {
        beside.push(("old_mean", moving.old[0], DType::F32));
        beside.push(("old_var", moving.old[1], DType::F32));
        outs.push(Out::new("new_mean", moving.new[0], "old_mean * (1.0 - p2) + m * p2", DType::F32));
        outs.push(Out::new("new_var", moving.new[1], "old_var * (1.0 - p2) + q / p3 * p2", DType::F32));
    }
    Fold {
        name: op,
        shape: &axes.shape,
        reduced: &axes.shared,
        ordered: false,
        operands: &operands,
        beside: &beside,
        state: &moments::STATE,
        start: moments::START,
        take: moments::TAKE,
        join: moments::JOIN,
        params: &[n, eps, momentum, n - 1.0],
        outs: &outs,
        each: Some((y, Y[which(w, b)])),
    }
    .run()
}

/// The layer with given statistics: `m` and `v` dense, of which `mean` and `rstd` are written.
pub fn forward_given(
    op: &'static str,
    axes: &Axes,
    x: Place,
    [m, v]: [Place; 2],
    w: Option<Place>,
    b: Option<Place>,
    eps: f64,
    y: Place,
    mean: Place,
    rstd: Place,
) -> Result<()> {
    let dtype = single(op, x.dtype)?;
    let side = |p| Side::Place(p, DType::F32);
    expression(op, "m", &["m"], &[side(m)], &[], mean, DType::F32)?;
    expression(op, "1.0 / sqrt(v + p0)", &["v"], &[side(v)], &[eps], rstd, DType::F32)?;
    let mut names: SmallVec<[&'static str; 5]> = smallvec!["x", "m", "r"];
    let mut sides: SmallVec<[Side; 5]> =
        smallvec![Side::Place(x, dtype), side(axes.statistics.of(mean)), side(axes.statistics.of(rstd))];
    for (name, p) in [("w", w), ("b", b)] {
        if let Some(p) = p {
            names.push(name);
            sides.push(side(axes.params.of(p)));
        }
    }
    expression(op, Y_GIVEN[which(w, b)], &names, &sides, &[], y, DType::F32)
}

/// The gradients for x, weight and bias, those there is a place for. `own` says whether the statistics are those of `x`.
pub fn backward(
    op: &'static str,
    axes: &Axes,
    own: bool,
    g: Place,
    x: Place,
    mean: Place,
    rstd: Place,
    w: Option<Place>,
    dx: Option<Place>,
    dw: Option<Place>,
    db: Option<Place>,
) -> Result<()> {
    let dtype = single(op, x.dtype)?;
    let (mean, rstd) = (axes.statistics.of(mean), axes.statistics.of(rstd));
    let w = w.map(|w| axes.params.of(w));
    let mut operands: SmallVec<[_; 5]> =
        smallvec![("x", x, dtype), ("g", g, DType::F32), ("m", mean, DType::F32), ("r", rstd, DType::F32),];
    // the sums of a channel are its statistics' and its parameters' at once
    let together = axes.shared == axes.per_param;
    if dw.is_some() || db.is_some() {
        let mut outs: SmallVec<[Out; 2]> = SmallVec::new();
        outs.extend(dw.map(|p| Out::new("dw", p, "h", DType::F32)));
        outs.extend(db.map(|p| Out::new("db", p, "s", DType::F32)));
        let text = if w.is_some() { DX_CHANNEL_W } else { DX_CHANNEL };
        let each = dx.filter(|_| together && own).map(|dx| (dx, text));
        let mut operands = operands.clone();
        if each.is_some() {
            operands.extend(w.map(|w| ("w", w, DType::F32)));
        }
        let fused = each.is_some();
        Fold {
            name: op,
            shape: &axes.shape,
            reduced: &axes.per_param,
            ordered: false,
            operands: &operands,
            beside: &[],
            state: &[("s", DType::F32), ("h", DType::F32)],
            start: "0.0, 0.0",
            take: "a.s + g, a.h + g * (x - m) * r",
            join: "a.s + b.s, a.h + b.h",
            params: &[axes.count()],
            outs: &outs,
            each,
        }
        .run()?;
        if fused {
            return Ok(());
        }
    }
    let Some(dx) = dx else { return Ok(()) };
    operands.extend(w.map(|w| ("w", w, DType::F32)));
    if !own {
        let names: SmallVec<[&'static str; 5]> = operands.iter().map(|o| o.0).collect();
        let sides: SmallVec<[Side; 5]> = operands.iter().map(|o| Side::Place(o.1, o.2)).collect();
        // `x` and `m` are operands of the text's function, and not read
        let text = if w.is_some() { "g * w * r" } else { "g * r" };
        return expression(op, text, &names, &sides, &[], dx, DType::F32);
    }
    let (take, each) = match w.is_some() {
        true => ("a.s + g * w, a.h + g * w * ((x - m) * r)", "r * (g * w - s / p0 - (x - m) * r * (h / p0))"),
        false => ("a.s + g, a.h + g * ((x - m) * r)", "r * (g - s / p0 - (x - m) * r * (h / p0))"),
    };
    Fold {
        name: op,
        shape: &axes.shape,
        reduced: &axes.shared,
        ordered: false,
        operands: &operands,
        beside: &[],
        state: &[("s", DType::F32), ("h", DType::F32)],
        start: "0.0, 0.0",
        take,
        join: "a.s + b.s, a.h + b.h",
        params: &[axes.count()],
        outs: &[],
        each: Some((dx, each)),
    }
    .run()
}

const DX_CHANNEL: &str = "r * (g - s / p0 - (x - m) * r * (h / p0))";
const DX_CHANNEL_W: &str = "w * r * (g - s / p0 - (x - m) * r * (h / p0))";
