//! Kernels over images: one invocation for each pixel and channel of a result, whose text is told its place by sample,
//! channel, depth, height and width. Images are read and written by their strides; results that lie densely, channels first
//! or last, are written in the order of their memory.

use super::launch::NUMBER;
use super::operand::{lanes, value};
use super::{Kernel, Place, grid};
use crate::error::Result;
use smallvec::SmallVec;
use std::fmt::Write;

/// An image's sizes and steps along (sample, channel, depth, height, width), missing axes in front of the spatial ones as 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Five {
    pub sizes: [usize; 5],
    pub steps: [usize; 5],
}

impl Five {
    /// The last `spatial` axes of a place are pixels; up to two before them are sample and channel.
    pub fn of(p: &Place, spatial: usize) -> Five {
        let (mut sizes, mut steps) = ([1; 5], [0; 5]);
        let lead = p.shape.len() - spatial;
        for axis in 0..p.shape.len() {
            let to = if axis < lead { 2 - lead + axis } else { 5 - spatial + axis - lead };
            (sizes[to], steps[to]) = (p.shape[axis], p.strides[axis]);
        }
        Five { sizes, steps }
    }
    pub fn numel(&self) -> usize {
        self.sizes.iter().product()
    }
    /// Whether the elements lie one behind the other with the axes in an order.
    fn is_dense(&self, order: [usize; 5]) -> bool {
        let mut step = 1;
        order.iter().rev().all(|&axis| {
            let fits = self.sizes[axis] == 1 || self.steps[axis] == step;
            step *= self.sizes[axis];
            fits
        })
    }
}

/// A kernel over the elements of an image.
pub struct Pixels<'a> {
    pub kernel: Kernel<'a>,
    over: Five,
    out: Place<'a>,
    /// Names of images, and where their numbers begin.
    images: SmallVec<[(&'static str, usize); 4]>,
    last: bool,
    lanes: u32,
}

impl<'a> Pixels<'a> {
    /// Over a result: the text defines `fn pixel(n: u32, c: u32, d: u32, h: u32, w: u32) -> T_out`.
    pub fn new(name: &'static str, out: Place<'a>, spatial: usize) -> Pixels<'a> {
        let over = Five::of(&out, spatial);
        let (first, last) = (over.is_dense([0, 1, 2, 3, 4]), over.is_dense([0, 2, 3, 4, 1]));
        let dense = first || last;
        let lanes = if dense { lanes(out.dtype) } else { 1 };
        let lead = if lanes > 1 { out.first() % lanes as usize } else { 0 };
        let kernel = Kernel::new(name)
            .arg(over.numel())
            .arg(lead)
            .variant((lanes as u64) << 2 | ((!first && over.steps[1] == 1) as u64) << 1 | dense as u64);
        let last = !first && over.steps[1] == 1;
        let all = Pixels { kernel, over, out, images: SmallVec::new(), last, lanes };
        all.image("out", out, spatial, true)
    }
    fn image(mut self, name: &'static str, place: Place<'a>, spatial: usize, writes: bool) -> Self {
        let five = Five::of(&place, spatial);
        self.images.push((name, self.kernel.count_args()));
        self.kernel = if writes { self.kernel.writes(name, place) } else { self.kernel.reads(name, place) };
        for v in five.sizes.iter().chain(&five.steps) {
            self.kernel = self.kernel.arg(*v);
        }
        self
    }
    /// An image that is read: `NAME_at(n, c, d, h, w)` is the place of an element, `NAME_size(axis)` a size.
    pub fn reads(self, name: &'static str, place: Place<'a>, spatial: usize) -> Self {
        self.image(name, place, spatial, false)
    }
    /// One more image that is written.
    pub fn writes(self, name: &'static str, place: Place<'a>, spatial: usize) -> Self {
        self.image(name, place, spatial, true)
    }
    /// The kernel with more operands and numbers.
    pub fn with(mut self, f: impl FnOnce(Kernel<'a>) -> Kernel<'a>) -> Self {
        self.kernel = f(self.kernel);
        self
    }
    /// The number of the next argument.
    pub fn next(&self) -> usize {
        self.kernel.count_args()
    }
    fn head(images: &[(&'static str, usize)], last: bool) -> String {
        let mut out = String::from(NUMBER);
        for (name, at) in images {
            let s = |axis: usize| format!("arg({}u)", at + 5 + axis);
            let _ = writeln!(
                out,
                "fn {name}_size(axis: u32) -> u32 {{ return arg({at}u + axis); }}\n\
                 fn {name}_at(n: u32, c: u32, d: u32, h: u32, w: u32) -> u32 {{ return n * {} + c * {} + d * {} + h * {} + w * {}; }}",
                s(0),
                s(1),
                s(2),
                s(3),
                s(4)
            );
        }
        let order: [usize; 5] = if last { [1, 4, 3, 2, 0] } else { [4, 3, 2, 1, 0] };
        out += "fn spread(i: u32) -> array<u32, 5> {\n    var x: array<u32, 5>;\n    var r = i;\n    var q = 0u;\n";
        for axis in order {
            if axis == 0 {
                out += "    x[0] = r;\n";
            } else {
                let _ = writeln!(
                    out,
                    "    q = r / out_size({axis}u); x[{axis}] = r - q * out_size({axis}u); r = q;"
                );
            }
        }
        out + "    return x;\n}\n"
    }
    /// Runs it for every element of the result.
    pub fn run(self, text: impl FnOnce() -> String) -> Result<()> {
        let Pixels { kernel, over, out, images, last, lanes } = self;
        let n = over.numel();
        if n == 0 {
            return Ok(());
        }
        if lanes == 1 {
            return kernel.run(grid(n.div_ceil(256)), || {
                Self::head(&images, last)
                    + &text()
                    + "
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let i = group_number(wg) * 256u + t;
    if (i >= arg(0u)) { return; }
    let x = spread(i);
    put_out(out_at(x[0], x[1], x[2], x[3], x[4]), pixel(x[0], x[1], x[2], x[3], x[4]));
}
"
            });
        }
        let words = ((out.first() % lanes as usize) + n).div_ceil(lanes as usize);
        kernel.run(grid(words.div_ceil(256)), || {
            let t = value(out.dtype);
            Self::head(&images, last)
                + &text()
                + &format!(
                    "
fn element(i: u32) -> {t} {{ let x = spread(i); return pixel(x[0], x[1], x[2], x[3], x[4]); }}
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {{
    let n = arg(0u);
    let lead = arg(1u);
    let word = group_number(wg) * 256u + t;
    let first = word * {lanes}u;
    if (first >= lead && first + {lanes}u <= lead + n) {{
        var v: array<{t}, {lanes}>;
        for (var l = 0u; l < {lanes}u; l++) {{ v[l] = element(first + l - lead); }}
        store_word_out((first_out() - lead) / {lanes}u + word, v);
    }} else {{
        for (var l = 0u; l < {lanes}u; l++) {{
            let k = first + l;
            if (k >= lead && k < lead + n) {{ put_out(k - lead, element(k - lead)); }}
        }}
    }}
}}
"
                )
        })
    }
    /// Runs `fn visit(n: u32, c: u32, d: u32, h: u32, w: u32)` for every element, which writes what it likes.
    pub fn visit(self, text: impl FnOnce() -> String) -> Result<()> {
        let Pixels { kernel, over, images, last, .. } = self;
        kernel.variant(1).run(grid(over.numel().div_ceil(256)), || {
            Self::head(&images, last)
                + &text()
                + "
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let i = group_number(wg) * 256u + t;
    if (i >= arg(0u)) { return; }
    let x = spread(i);
    visit(x[0], x[1], x[2], x[3], x[4]);
}
"
        })
    }
}
