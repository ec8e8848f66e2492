//! Reading images at places given by a grid, and the gradients of that. A pixel's gradient asks every place of its sample
//! whether it reads the pixel: slow for large grids, and the same bits on every run.

use crate::base::{DType, Dims, Layout};
use crate::error::Result;
use crate::kernels::cpu::nn::image::grid::{Border, Mode};
use crate::kernels::gpu::create::copy;
use crate::kernels::gpu::machine::operand::ensure_single;
use crate::kernels::gpu::machine::{Pixels, Place, Scratch};

/// How places are read.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    pub mode: Mode,
    pub border: Border,
    pub align: bool,
    /// Axes with a coordinate, the last ones of the image.
    pub axes: usize,
}

/// A grid (N, places.., axes) as an image with its axes for channels.
struct Turned {
    shape: Dims,
    strides: Dims,
}

impl Turned {
    fn new(grid: &Place) -> Turned {
        let n = grid.shape.len() - 1;
        let turn = |v: &[usize]| {
            let mut out = Dims::from_slice(&v[..1]);
            out.push(v[n]);
            out.extend_from_slice(&v[1..n]);
            out
        };
        Turned { shape: turn(grid.shape), strides: turn(grid.strides) }
    }
    fn place<'a>(&'a self, grid: Place<'a>) -> Place<'a> {
        Place { shape: &self.shape, strides: &self.strides, ..grid }
    }
}

const LINE: &str = "
struct Line { at: array<i32, 4>, weight: array<f32, 4>, slope: array<f32, 4> }
fn position(v: f32, size: f32) -> f32 {
    if (ALIGN) { return (v + 1.0) * ((size - 1.0) * 0.5); }
    return fma(v + 1.0, size * 0.5, -0.5);
}
fn half_of(size: f32) -> f32 { return select(size, size - 1.0, ALIGN) * 0.5; }
// a position brought to the edge, and the slope of that; nan goes to 0
fn clip(x: f32, slope: f32, size: f32) -> vec2<f32> {
    if (!(x > 0.0)) { return vec2<f32>(0.0, 0.0); }
    if (x < size - 1.0) { return vec2<f32>(x, slope); }
    return vec2<f32>(size - 1.0, 0.0);
}
fn inside(x: f32, size: f32) -> vec2<f32> {
    if (BORDER == 0u) { return vec2<f32>(x, 1.0); }
    if (BORDER == 1u) { return clip(x, 1.0, size); }
    let low = select(-0.5, 0.0, ALIGN);
    let span = 2.0 * select(size, size - 1.0, ALIGN);
    if (!(span > 0.0)) { return vec2<f32>(0.0, 0.0); }
    let past = x - low;
    let d = abs(past);
    let extra = fma(-trunc(d / span), span, d);
    let back = extra > span - extra;
    let y = select(extra, span - extra, back) + low;
    return clip(y, select(1.0, -1.0, (past < 0.0) != back), size);
}
fn index(x: f32, size: f32) -> i32 {
    if (x >= 0.0 && x < size) { return i32(x); }
    return -1;
}
fn near(d: f32) -> vec2<f32> { return vec2<f32>((1.25 * d - 2.25) * d * d + 1.0, (3.75 * d - 4.5) * d); }
fn far(d: f32) -> vec2<f32> { return vec2<f32>(((-0.75 * d + 3.75) * d - 6.0) * d + 3.0, (-2.25 * d + 7.5) * d - 6.0); }
";

const LINEAR: &str = "
const COUNT: u32 = 2u;
fn line(v: f32, size: f32) -> Line {
    var out: Line;
    let x = inside(position(v, size), size);
    let low = floor(x.x);
    let step = x.y * half_of(size);
    out.at[0] = index(low, size);
    out.at[1] = index(low + 1.0, size);
    out.weight[0] = 1.0 - (x.x - low);
    out.weight[1] = x.x - low;
    out.slope[0] = -step;
    out.slope[1] = step;
    return out;
}
";

const NEAREST: &str = "
const COUNT: u32 = 1u;
fn line(v: f32, size: f32) -> Line {
    var out: Line;
    out.at[0] = index(round(inside(position(v, size), size).x), size);
    out.weight[0] = 1.0;
    out.slope[0] = 0.0;
    return out;
}
";

const CUBIC: &str = "
const COUNT: u32 = 4u;
fn line(v: f32, size: f32) -> Line {
    var out: Line;
    let x = position(v, size);
    let low = floor(x);
    let t = x - low;
    let a = far(t + 1.0);
    let b = near(t);
    let c = near(1.0 - t);
    let d = far(2.0 - t);
    out.weight = array<f32, 4>(a.x, b.x, c.x, d.x);
    let s = half_of(size);
    out.slope = array<f32, 4>(a.y * s, b.y * s, -c.y * s, -d.y * s);
    for (var k = 0u; k < 4u; k++) { out.at[k] = index(inside(low + f32(k) - 1.0, size).x, size); }
    return out;
}
";

/// The lines of a place along the axes, `lines(n, d, h, w)`; an axis without a coordinate has one position.
fn lines(r: &Reading, image: &str) -> String {
    let border = match r.border {
        Border::Zeros => 0,
        Border::Edge => 1,
        Border::Reflect => 2,
    };
    let mode = match r.mode {
        Mode::Linear => LINEAR,
        Mode::Nearest => NEAREST,
        Mode::Cubic => CUBIC,
    };
    let mut out = format!("const ALIGN: bool = {};\nconst BORDER: u32 = {border}u;\n", r.align);
    out += LINE;
    out += mode;
    let depth = if r.axes == 3 { "COUNT" } else { "1u" };
    out += &format!("const DEEP: u32 = {depth};\n");
    out += "struct Lines { z: Line, y: Line, x: Line }\nfn lines(n: u32, d: u32, h: u32, w: u32) -> Lines {\n    var out: Lines;\n";
    // coordinates come last axis first
    let at = |axis: usize, c: usize| {
        format!("line(get_grid(grid_at(n, {c}u, d, h, w)), f32({image}_size({}u)))", axis + 2)
    };
    out += &format!("    out.x = {};\n    out.y = {};\n", at(2, 0), at(1, 1));
    out += &if r.axes == 3 {
        format!("    out.z = {};\n", at(0, 2))
    } else {
        "    out.z.at[0] = 0;\n    out.z.weight[0] = 1.0;\n    out.z.slope[0] = 0.0;\n".into()
    };
    out + "    return out;\n}\n"
}

impl Reading {
    fn with<'a>(&self, p: Pixels<'a>) -> Pixels<'a> {
        let mix = (self.mode as u64) << 8
            | (self.border as u64) << 4
            | (self.align as u64) << 2
            | self.axes as u64 & 3;
        p.with(|k| k.variant(mix))
    }
}

const READ: &str = "
fn pixel(n: u32, c: u32, d: u32, h: u32, w: u32) -> T_out {
    let l = lines(n, d, h, w);
    var sum = 0.0;
    for (var i = 0u; i < DEEP; i++) {
        for (var j = 0u; j < COUNT; j++) {
            for (var k = 0u; k < COUNT; k++) {
                // what lies outside is 0, and counts: with a weight that is nan
                var v = 0.0;
                if ((l.z.at[i] | l.y.at[j] | l.x.at[k]) >= 0) {
                    v = get_x(x_at(n, c, u32(l.z.at[i]), u32(l.y.at[j]), u32(l.x.at[k])));
                }
                if (COUNT == 1u) { return v; }
                sum = fma(v, l.z.weight[i] * (l.y.weight[j] * l.x.weight[k]), sum);
            }
        }
    }
    return sum;
}
";

/// `out` (N, C, places..) from an image and a grid.
pub fn sample(name: &'static str, r: &Reading, x: Place, grid: Place, out: Place) -> Result<()> {
    ensure_single(name, out.dtype)?;
    let turned = Turned::new(&grid);
    let p = Pixels::new(name, out, r.axes).reads("x", x, r.axes).reads("grid", turned.place(grid), r.axes);
    r.with(p).run(|| lines(r, "x") + READ)
}

const SLOPES: &str = "
fn pixel(n: u32, axis: u32, d: u32, h: u32, w: u32) -> T_out {
    let l = lines(n, d, h, w);
    var sum = 0.0;
    for (var i = 0u; i < DEEP; i++) {
        for (var j = 0u; j < COUNT; j++) {
            for (var k = 0u; k < COUNT; k++) {
                if ((l.z.at[i] | l.y.at[j] | l.x.at[k]) < 0) { continue; }
                let x = select(l.x.weight[k], l.x.slope[k], axis == 0u);
                let y = select(l.y.weight[j], l.y.slope[j], axis == 1u);
                let z = select(l.z.weight[i], l.z.slope[i], axis == 2u);
                var over = 0.0;
                for (var c = 0u; c < x_size(1u); c++) {
                    over = fma(get_x(x_at(n, c, u32(l.z.at[i]), u32(l.y.at[j]), u32(l.x.at[k]))), get_g(g_at(n, c, d, h, w)), over);
                }
                sum = fma(over, x * y * z, sum);
            }
        }
    }
    return sum;
}
";

/// The gradient of the grid.
pub fn grid_gradient(
    name: &'static str,
    r: &Reading,
    g: Place,
    x: Place,
    grid: Place,
    out: Place,
) -> Result<()> {
    ensure_single(name, out.dtype)?;
    let (turned, to) = (Turned::new(&grid), Turned::new(&out));
    let p = Pixels::new(name, to.place(out), r.axes)
        .reads("x", x, r.axes)
        .reads("grid", turned.place(grid), r.axes)
        .reads("g", g, r.axes);
    r.with(p).with(|k| k.variant(1)).run(|| lines(r, "x") + SLOPES)
}

const COLLECT: &str = "
fn weight_of(l: Line, own: u32, count: u32) -> f32 {
    var sum = 0.0;
    for (var k = 0u; k < count; k++) { if (l.at[k] == i32(own)) { sum += l.weight[k]; } }
    return sum;
}
fn touches(l: Line, own: u32, count: u32) -> bool {
    for (var k = 0u; k < count; k++) { if (l.at[k] == i32(own)) { return true; } }
    return false;
}
fn visit(n: u32, c0: u32, d: u32, h: u32, w: u32) {
    for (var c = 0u; c < image_size(1u); c++) { put_image(image_at(n, c, d, h, w), 0.0); }
    for (var a = 0u; a < g_size(2u); a++) {
        for (var b = 0u; b < g_size(3u); b++) {
            for (var e = 0u; e < g_size(4u); e++) {
                let l = lines(n, a, b, e);
                if (!touches(l.x, w, COUNT) || !touches(l.y, h, COUNT) || !touches(l.z, d, DEEP)) { continue; }
                let weight = weight_of(l.x, w, COUNT) * weight_of(l.y, h, COUNT) * weight_of(l.z, d, DEEP);
                for (var c = 0u; c < image_size(1u); c++) {
                    let at = image_at(n, c, d, h, w);
                    put_image(at, fma(weight, get_g(g_at(n, c, a, b, e)), get_image(at)));
                }
            }
        }
    }
}
";

/// The gradient of the image: an invocation has a pixel in all channels, and adds in the order of the places.
pub fn image_gradient(name: &'static str, r: &Reading, g: Place, grid: Place, out: Place) -> Result<()> {
    ensure_single(name, out.dtype)?;
    let turned = Turned::new(&grid);
    let layout = Layout::contiguous(out.shape);
    let sums = Scratch::beside(&out, out.numel(), DType::F32)?;
    let image = sums.seen(&layout);
    // over the pixels of one channel
    let mut one = Dims::from_slice(image.shape);
    one[1] = 1;
    let over = Place { shape: &one, ..image };
    let p = Pixels::new(name, over, r.axes)
        .writes("image", image, r.axes)
        .reads("grid", turned.place(grid), r.axes)
        .reads("g", g, r.axes);
    if image.numel() == 0 {
        return Ok(());
    }
    r.with(p).with(|k| k.variant(2)).visit(|| lines(r, "image") + COLLECT)?;
    copy::copy(out, image)
}
