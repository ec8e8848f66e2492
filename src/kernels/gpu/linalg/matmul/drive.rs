//! Products of stacks of matrices that lie in memory by strides.

use super::problem::{ARGS, Along, Product, Side};
use super::ways;
use crate::base::{DType, Dims, Scalar};
use crate::error::Result;
use crate::kernels::gpu::elementwise::{computed, constant};
use crate::kernels::gpu::machine::Place;
use crate::kernels::gpu::machine::operand::is_wide;
use crate::kernels::gpu::machine::walk::{Walk, places};
use smallvec::SmallVec;

/// Matrices, with at least two axes in `shape` and `strides`; those in front are the stack's.
#[derive(Clone, Copy)]
pub struct Stack<'a> {
    pub place: Place<'a>,
    /// Rows stand where columns do.
    turned: bool,
}

impl<'a> Stack<'a> {
    pub fn new(place: Place<'a>) -> Stack<'a> {
        Stack { place, turned: false }
    }
    fn turn(self) -> Stack<'a> {
        Stack { turned: !self.turned, ..self }
    }
    fn axes(&self) -> (usize, usize) {
        let n = self.place.shape.len();
        if self.turned { (n - 1, n - 2) } else { (n - 2, n - 1) }
    }
    fn rows(&self) -> usize {
        self.place.shape[self.axes().0]
    }
    fn columns(&self) -> usize {
        self.place.shape[self.axes().1]
    }
    /// Steps to the next row and to the next column; none along an axis of one.
    fn steps(&self) -> (usize, usize) {
        let (r, c) = self.axes();
        let step = |axis: usize| if self.place.shape[axis] == 1 { 0 } else { self.place.strides[axis] };
        (step(r), step(c))
    }
    /// The steps of the stack over a batch shape that it broadcasts to.
    fn over(&self, batch: &[usize]) -> Dims {
        let own = self.place.shape.len() - 2;
        let lead = batch.len() - own;
        let mut out = Dims::from_elem(0, batch.len());
        for axis in 0..own {
            if self.place.shape[axis] == batch[lead + axis] {
                out[lead + axis] = self.place.strides[axis];
            }
        }
        out
    }
    /// Whether four neighbours, `step` of whose axis is one, are one load: there are a multiple of four of them and all
    /// other steps keep to it.
    fn loads_wide(&self, count: usize, other: usize, batch: &Dims) -> bool {
        is_wide(&self.place)
            && count.is_multiple_of(4)
            && count > 0
            && other.is_multiple_of(4)
            && batch.iter().all(|s| s.is_multiple_of(4))
    }
}

/// What is added to a product: `beta` times matrices that broadcast to the result.
#[derive(Clone, Copy)]
pub struct Added<'a> {
    pub stack: Stack<'a>,
    pub beta: Scalar,
}

/// `out = alpha a b + beta c`. What is added may be the result itself, the factors may not.
pub fn multiply<'a>(
    name: &'static str,
    out: Stack<'a>,
    a: Stack<'a>,
    b: Stack<'a>,
    alpha: Scalar,
    added: Option<Added<'a>>,
) -> Result<()> {
    // by columns, and with one row, it is the product of the transposes
    let (row, column) = out.steps();
    let turn = out.columns() != 1 && (out.rows() == 1 || (row == 1 && column != 1));
    let (out, a, b, added) = if turn {
        let added = added.map(|c| Added { stack: c.stack.turn(), ..c });
        (out.turn(), b.turn(), a.turn(), added)
    } else {
        (out, a, b, added)
    };
    let dtype = out.place.dtype;
    let lead = out.place.shape.len() - 2;
    let batch = &out.place.shape[..lead];
    let (m, n, k) = (out.rows(), out.columns(), a.columns());
    let (over_a, over_b, over_out) = (a.over(batch), b.over(batch), out.over(batch));
    let over_c = added.map_or_else(|| Dims::from_elem(0, lead), |c| c.stack.over(batch));
    let walk = Walk::new(batch, &[&over_a, &over_b, &over_out, &over_c]);

    let ((row_a, k_a), (k_b, column_b), (row, column)) = (a.steps(), b.steps(), out.steps());
    let floats = matches!(dtype, DType::F32 | DType::F16 | DType::BF16);
    let side = |x: &Stack, outer: usize, inner: usize, outers: usize, over: &Dims| {
        if inner == 1 || outer != 1 {
            Side { along: Along::Inner, wide: floats && inner == 1 && x.loads_wide(k, outer, over) }
        } else {
            Side { along: Along::Outer, wide: floats && x.loads_wide(outers, inner, over) }
        }
    };
    let mut side_a = side(&a, row_a, k_a, m, &over_a);
    let mut side_b = side(&b, column_b, k_b, n, &over_b);
    if n == 1 {
        // one column goes its own way, which reads rows in fours and all else one by one
        side_b.wide = false;
        side_a.wide &= side_a.along == Along::Inner;
    }
    let (c_row, c_column) = added.map_or((0, 0), |c| c.stack.steps());
    let wide_out = floats && n > 1 && column == 1 && out.loads_wide(n, row, &over_out);
    let compute = computed(name, dtype)?;
    let scales = !alpha.is_one();
    let beta = added.map_or(Scalar::Int(0), |c| c.beta);

    let mut kernel = Product::kernel(name);
    kernel = if side_a.wide { kernel.reads_wide("a", a.place) } else { kernel.reads("a", a.place) };
    kernel = if side_b.wide { kernel.reads_wide("b", b.place) } else { kernel.reads("b", b.place) };
    kernel = if wide_out { kernel.writes_wide("out", out.place) } else { kernel.writes("out", out.place) };
    if let Some(c) = added {
        kernel = kernel.reads("c", c.stack.place);
    }
    for step in [row_a, k_a, column_b, k_b, row, column, c_row, c_column] {
        kernel = kernel.arg(step);
    }
    kernel = kernel.number(alpha, compute).number(beta, compute);
    let mut words: SmallVec<[u32; 40]> = SmallVec::new();
    walk.args(&mut words);
    kernel = kernel.args(&words).variant(walk.rank() as u64 | (scales as u64) << 8);

    let text = || {
        let at = |i: usize| format!("arg({}u)", ARGS + i);
        let mut out = places(walk.rank(), 4, ARGS + 12);
        out += "var<private> at: array<u32, 4>;\nfn begin(z: u32) { at = places(z); }\n";
        for (x, side, o, k, base) in [("a", side_a, at(0), at(1), 0), ("b", side_b, at(2), at(3), 1)] {
            out += &match (side.wide, side.along) {
                (true, Along::Inner) => {
                    format!(
                        "fn {x}4(o: u32, k: u32) -> vec4<f32> {{ return get4_{x}(at[{base}] + o * {o} + k); }}\n"
                    )
                }
                (true, Along::Outer) => {
                    format!(
                        "fn {x}4(o: u32, k: u32) -> vec4<f32> {{ return get4_{x}(at[{base}] + k * {k} + o); }}\n"
                    )
                }
                _ => format!(
                    "fn {x}1(o: u32, k: u32) -> V {{ return get_{x}(at[{base}] + o * {o} + k * {k}); }}\n"
                ),
            };
        }
        let alpha = constant(compute, ARGS + 8);
        let beta = constant(compute, ARGS + 10);
        let scaled = match (scales, dtype) {
            (false, _) => "v".to_string(),
            _ => format!("mul_v({alpha}, v)"),
        };
        let own = |c: &str| format!("at[3] + r * {} + ({c}) * {}", at(6), at(7));
        let sum = |c: &str, v: &str| match added {
            None => v.to_string(),
            Some(_) => format!("mac({v}, {beta}, get_c({}))", own(c)),
        };
        let here = format!("at[2] + r * {} + c * {}", at(4), at(5));
        if wide_out {
            let parts: Vec<String> = ["x", "y", "z", "w"]
                .iter()
                .enumerate()
                .map(|(j, l)| sum(&format!("c + {j}u"), &format!("s.{l}")))
                .collect();
            let scaled = if scales { format!("v * {alpha}") } else { "v".into() };
            out += &format!(
                "fn emit4(r: u32, c: u32, v: vec4<f32>) {{ let s = {scaled}; put4_out({here}, vec4<f32>({})); }}\n",
                parts.join(", ")
            );
        } else {
            out += &format!(
                "fn emit1(r: u32, c: u32, v: V) {{ let s = {scaled}; put_out({here}, {}); }}\n",
                sum("c", "s")
            );
        }
        out
    };
    let batch = batch.iter().product();
    let product = Product { kernel, text: &text, dtype, batch, m, n, k, a: side_a, b: side_b, wide_out };
    ways::run(product, &out.place)
}
