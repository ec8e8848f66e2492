//! Convolution over one, two or three spatial axes, seen as three, as a product whose sides are computed where they are
//! loaded: no patches are laid out in memory. Images and weights are read by their strides, channels first or last.
//!
//! The three products of `kernels/cpu/nn/conv` are the same here. Of each, the *left* side has the channels and the *right*
//! one the pixels (or, for the weight's gradient, the taps); where the result lies channels last, the two are exchanged, so
//! that neighbours of the result are always columns.

use crate::base::DType;
use crate::error::Result;
use crate::kernels::cpu::nn::conv::Conv;
use crate::kernels::gpu::linalg::matmul::{ARGS, Along, Product, Side, run};
use crate::kernels::gpu::machine::Place;
use crate::kernels::gpu::machine::operand::is_wide;

/// Which of image, weight and result is computed from the other two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Forward,
    Data,
    Weight,
}

/// Steps along (first, second, depth, height, width) of an image or a weight; none along axes that are missing.
fn steps(p: &Place) -> [usize; 5] {
    let mut out = [0; 5];
    let n = p.shape.len();
    out[..2].copy_from_slice(&p.strides[..2]);
    out[5 - (n - 2)..].copy_from_slice(&p.strides[2..]);
    out
}

/// Whether the pixels of a plane lie one behind the other.
fn is_plane(steps: &[usize; 5], sizes: &[usize; 3]) -> bool {
    let dense = [sizes[1] * sizes[2], sizes[2], 1];
    (0..3).all(|i| sizes[i] == 1 || steps[2 + i] == dense[i])
}

/// Whether four pixels of a plane are one load.
fn wide_plane(p: &Place, steps: &[usize; 5], sizes: &[usize; 3]) -> bool {
    let plane: usize = sizes.iter().product();
    is_wide(p)
        && is_plane(steps, sizes)
        && plane.is_multiple_of(4)
        && steps[..2].iter().all(|s| s.is_multiple_of(4))
}

/// Whether four channels of a pixel are one load.
fn wide_channels(p: &Place, steps: &[usize; 5], channels: usize) -> bool {
    is_wide(p)
        && steps[1] == 1
        && channels.is_multiple_of(4)
        && [0, 2, 3, 4].iter().all(|&i| steps[i].is_multiple_of(4))
}

/// Computes one of `x`, `w`, `y` from the others; `bias` is added to what is computed.
pub fn convolution<'a>(
    part: Part,
    geo: &Conv,
    x: Place<'a>,
    w: Place<'a>,
    y: Place<'a>,
    bias: Option<Place<'a>>,
) -> Result<()> {
    let (sx, sw, sy) = (steps(&x), steps(&w), steps(&y));
    let (cin, cout) = (geo.cin / geo.groups, geo.cout / geo.groups);
    let taps: usize = geo.kernel.iter().product();
    let (pixels_in, pixels_out): (usize, usize) = (geo.input.iter().product(), geo.output.iter().product());
    let (left, right, k) = match part {
        Part::Forward => (cout, geo.n * pixels_out, cin * taps),
        Part::Data => (cin, geo.n * pixels_in, cout * taps),
        Part::Weight => (cout, cin * taps, geo.n * pixels_out),
    };
    let out = match part {
        Part::Forward => y,
        Part::Data => x,
        Part::Weight => w,
    };
    let dtype = out.dtype;
    let floats = matches!(dtype, DType::F32 | DType::F16 | DType::BF16);
    // tiles pay from some rows on; below, results are computed one by one
    let tiled = floats && left >= 8 && right >= 8;
    let scalar = |along| Side { along, wide: false };
    let channel_last = match part {
        Part::Forward => sx[1] == 1 && cin > 1,
        Part::Data => sy[1] == 1 && cout > 1,
        Part::Weight => false,
    };
    // channels of an image that lie together are what the sum runs over first
    let (image, image_steps, channels) = match part {
        Part::Data => (&y, &sy, cout),
        _ => (&x, &sx, cin),
    };
    let wide4 = tiled && channel_last && wide_channels(image, image_steps, channels);
    let dense_weight = sw[1] == taps && is_plane(&sw, &geo.kernel);
    let wide_weight = tiled
        && part == Part::Forward
        && !channel_last
        && dense_weight
        && is_wide(&w)
        && k % 4 == 0
        && sw[0] % 4 == 0;
    let wide_y = tiled && part == Part::Weight && wide_plane(&y, &sy, &geo.output);
    let left_side = Side { along: Along::Inner, wide: wide_weight || wide_y };
    let right_side = match part {
        Part::Weight => scalar(Along::Inner),
        _ if channel_last => Side { along: Along::Inner, wide: wide4 },
        _ => scalar(Along::Outer),
    };
    let turned = match part {
        Part::Forward => sy[1] == 1 && cout > 1,
        Part::Data => sx[1] == 1 && cin > 1,
        Part::Weight => false,
    };
    let wide_out = tiled
        && match part {
            Part::Forward if turned => wide_channels(&y, &sy, cout),
            Part::Forward => wide_plane(&y, &sy, &geo.output),
            Part::Data if turned => wide_channels(&x, &sx, cin),
            Part::Data => wide_plane(&x, &sx, &geo.input),
            Part::Weight => dense_weight && is_wide(&w) && right % 4 == 0 && sw[0] % 4 == 0,
        };

    let mut kernel = Product::kernel("convolution");
    for (name, place, wide) in [
        ("x", x, wide4 && part == Part::Forward),
        ("w", w, wide_weight),
        ("y", y, wide_y || wide4 && part == Part::Data),
    ] {
        let writes = match part {
            Part::Forward => name == "y",
            Part::Data => name == "x",
            Part::Weight => name == "w",
        };
        kernel = match (writes, if writes { wide_out } else { wide }) {
            (true, true) => kernel.writes_wide(name, place),
            (true, false) => kernel.writes(name, place),
            (false, true) => kernel.reads_wide(name, place),
            (false, false) => kernel.reads(name, place),
        };
    }
    if let Some(bias) = bias {
        kernel = kernel.reads("bias", bias);
    }
    let numbers = [geo.input, geo.output, geo.stride, geo.padding, geo.dilation];
    for v in numbers.iter().flatten().chain(&sx).chain(&sy).chain(&sw) {
        kernel = kernel.arg(*v);
    }
    kernel = kernel.arg(cin).arg(cout).arg(bias.map_or(0, |b| b.strides[0]));
    // axes that are not there cost nothing
    let missing = |i: usize| {
        geo.input[i] == 1
            && geo.output[i] == 1
            && geo.kernel[i] == 1
            && geo.padding[i] == 0
            && geo.stride[i] == 1
    };
    let (no_depth, no_height) = (missing(0), missing(0) && missing(1));
    let (unit_stride, unit_dilation) = (geo.stride == [1; 3], geo.dilation == [1; 3]);
    let flags = [
        unit_stride,
        unit_dilation,
        part == Part::Data,
        part == Part::Weight,
        channel_last,
        dense_weight,
        turned,
        no_depth,
        no_height,
    ];
    let mut mix = flags.iter().fold(0u64, |m, f| m << 1 | *f as u64);
    for n in geo.kernel {
        mix = mix << 14 | n.min(16383) as u64;
    }
    kernel = kernel.variant(mix);
    let text = || {
        let numbers = Numbers { no_depth, no_height, taps: geo.kernel };
        let mut out = numbers.text();
        out += match channel_last {
            true => {
                "fn channel_of(k: u32, c: u32) -> u32 { return k % c; }\nfn tap_of(k: u32, c: u32) -> u32 { return k / c; }\n"
            }
            false => {
                "fn channel_of(k: u32, c: u32) -> u32 { return k / TAPS; }\nfn tap_of(k: u32, c: u32) -> u32 { return k % TAPS; }\n"
            }
        };
        out += "var<private> g: u32;\nfn begin(z: u32) { g = z; }\n";
        let bias_of = |c: &str| {
            if bias.is_some() { format!("get_bias(({c}) * BIAS)") } else { "zero_v()".into() }
        };
        let image = match part {
            Part::Data => SCATTERED,
            _ => GATHERED,
        };
        out += image;
        let w_dense = dense_weight && !channel_last;
        let (left, left4, right, right4, at, bias) = match part {
            Part::Forward => (
                if w_dense {
                    "get_w((g * COUT + o) * W_O + k)"
                } else {
                    "get_w((g * COUT + o) * W_O + channel_of(k, CIN) * W_I + weight_at(tap_of(k, CIN)))"
                },
                "get4_w((g * COUT + o) * W_O + k)",
                "let p = gathered(o, tap_of(k, CIN)); if (!p.inside) { return zero_v(); } return get_x(p.at + (g * CIN + channel_of(k, CIN)) * X_C);",
                "let p = gathered(o, tap_of(k, CIN)); if (!p.inside) { return vec4<f32>(); } return get4_x(p.at + g * CIN + channel_of(k, CIN));",
                "out_at(r) + (g * COUT + l) * Y_C",
                bias_of("g * COUT + @"),
            ),
            Part::Data => (
                "get_w((g * COUT + channel_of(k, COUT)) * W_O + o * W_I + weight_at(tap_of(k, COUT)))",
                "vec4<f32>()",
                "let p = scattered(o, tap_of(k, COUT)); if (!p.inside) { return zero_v(); } return get_y(p.at + (g * COUT + channel_of(k, COUT)) * Y_C);",
                "let p = scattered(o, tap_of(k, COUT)); if (!p.inside) { return vec4<f32>(); } return get4_y(p.at + g * COUT + channel_of(k, COUT));",
                "in_at(r) + (g * CIN + l) * X_C",
                bias_of("g * CIN + @"),
            ),
            Part::Weight => (
                "get_y(out_at(k) + (g * COUT + o) * Y_C)",
                "get4_y(out_at(k) + (g * COUT + o) * Y_C)",
                "let p = gathered(k, o % TAPS); if (!p.inside) { return zero_v(); } return get_x(p.at + (g * CIN + o / TAPS) * X_C);",
                "return vec4<f32>();",
                if dense_weight {
                    "(g * COUT + l) * W_O + r"
                } else {
                    "(g * COUT + l) * W_O + (r / TAPS) * W_I + weight_at(r % TAPS)"
                },
                "zero_v()".into(),
            ),
        };
        let (l, r) = if turned { ("b", "a") } else { ("a", "b") };
        out += &match left_side.wide {
            true => format!("fn {l}4(o: u32, k: u32) -> vec4<f32> {{ return {left4}; }}\n"),
            false => format!("fn {l}1(o: u32, k: u32) -> V {{ return {left}; }}\n"),
        };
        out += &match right_side.wide {
            true => format!("fn {r}4(o: u32, k: u32) -> vec4<f32> {{ {right4} }}\n"),
            false => format!("fn {r}1(o: u32, k: u32) -> V {{ {right} }}\n"),
        };
        let name = match part {
            Part::Forward => "y",
            Part::Data => "x",
            Part::Weight => "w",
        };
        let args = if turned { "r: u32, l: u32" } else { "l: u32, r: u32" };
        out += &match wide_out {
            true => {
                let four = if turned {
                    let each: Vec<String> = (0..4).map(|j| bias.replace('@', &format!("l + {j}u"))).collect();
                    each.join(", ")
                } else {
                    bias.replace('@', "l")
                };
                format!("fn emit4({args}, v: vec4<f32>) {{ put4_{name}({at}, v + vec4<f32>({four})); }}\n")
            }
            false => {
                format!("fn emit1({args}, v: V) {{ put_{name}({at}, v + {}); }}\n", bias.replace('@', "l"))
            }
        };
        named(&out, unit_stride, unit_dilation)
    };
    let (a, b) = if turned { (right_side, left_side) } else { (left_side, right_side) };
    let (m, n) = if turned { (right, left) } else { (left, right) };
    run(Product { kernel, text: &text, dtype, batch: geo.groups, m, n, k, a, b, wide_out }, &out)
}

/// Names of the numbers, and how a pixel's or a tap's number becomes its place.
struct Numbers {
    no_depth: bool,
    no_height: bool,
    taps: [usize; 3],
}

impl Numbers {
    fn text(&self) -> String {
        let mut out = String::new();
        let [kd, kh, kw] = self.taps;
        out += &format!("const TAPS: u32 = {}u;\n", kd * kh * kw);
        // (sample, depth, height, width) of a pixel's number
        let split = |name: &str, d: &str, h: &str, w: &str| {
            let rest = match (self.no_height, self.no_depth) {
                (true, _) => "return vec4<u32>(q, 0u, 0u, x);".to_string(),
                (_, true) => format!("let r = q / {h}; return vec4<u32>(r, 0u, q - r * {h}, x);"),
                _ => format!(
                    "let r = q / {h}; let s = r / {d}; return vec4<u32>(s, r - s * {d}, q - r * {h}, x);"
                ),
            };
            format!("fn {name}(i: u32) -> vec4<u32> {{ let q = i / {w}; let x = i - q * {w}; {rest} }}\n")
        };
        out += &split("pixel_in", "ID", "IH", "IW");
        out += &split("pixel_out", "OD", "OH", "OW");
        out += &format!(
            "fn tap(t: u32) -> vec3<u32> {{ return vec3<u32>(t / {}u, (t / {kw}u) % {kh}u, t % {kw}u); }}\n",
            kh * kw
        );
        out += "fn weight_at(t: u32) -> u32 { let k = tap(t); return k.x * W_D + k.y * W_H + k.z * W_W; }\n\
                fn in_at(i: u32) -> u32 { let p = pixel_in(i); return p.x * X_N + p.y * X_D + p.z * X_H + p.w * X_W; }\n\
                fn out_at(i: u32) -> u32 { let p = pixel_out(i); return p.x * Y_N + p.y * Y_D + p.z * Y_H + p.w * Y_W; }\n";
        out
    }
}

/// The product's numbers in their order, by the names that they have in texts.
const NAMES: &str = "ID IH IW OD OH OW SD SH SW PD PH PW LD LH LW X_N X_C X_D X_H X_W Y_N Y_C Y_D Y_H Y_W W_O W_I W_D W_H W_W \
                     CIN COUT BIAS";

/// A text in which names of numbers are the arguments that they stand for; steps of windows and taps that are one cost no
/// division.
fn named(text: &str, unit_stride: bool, unit_dilation: bool) -> String {
    let mut out = String::new();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut rest = text;
    while !rest.is_empty() {
        let word = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        let (head, tail) = rest.split_at(word);
        match NAMES.split(' ').position(|n| n == head) {
            Some(i) if (6..9).contains(&i) && unit_stride || (12..15).contains(&i) && unit_dilation => {
                out += "1u"
            }
            Some(i) => out += &format!("arg({}u)", ARGS + i),
            None => out += head,
        }
        let other = tail.find(is_name).unwrap_or(tail.len());
        out += &tail[..other];
        rest = &tail[other..];
    }
    out
}

/// Where the pixel of a window lies in `x`, by the number of the window and of the tap.
const GATHERED: &str = "
struct Found { inside: bool, at: u32 }
fn gathered(window: u32, t: u32) -> Found {
    let o = pixel_out(window);
    let k = tap(t);
    // what lies before the image wraps around and is beyond it
    let d = o.y * SD + k.x * LD - PD;
    let h = o.z * SH + k.y * LH - PH;
    let w = o.w * SW + k.z * LW - PW;
    return Found(d < ID && h < IH && w < IW, o.x * X_N + d * X_D + h * X_H + w * X_W);
}
";

/// Where the window lies in `y` whose tap falls on a pixel of `x`, if there is one.
const SCATTERED: &str = "
struct Found { inside: bool, at: u32 }
fn scattered(pixel: u32, t: u32) -> Found {
    let i = pixel_in(pixel);
    let k = tap(t);
    let d = i.y + PD - k.x * LD;
    let h = i.z + PH - k.y * LH;
    let w = i.w + PW - k.z * LW;
    // what lies before the first window wraps around; its quotient is beyond the last one
    let e = d / SD;
    let f = h / SH;
    let v = w / SW;
    let whole = e * SD == d && f * SH == h && v * SW == w;
    return Found(whole && e < OD && f < OH && v < OW, i.x * Y_N + e * Y_D + f * Y_H + v * Y_W);
}
";
