//! Pooling. Every result looks for what it is made of, in the gradients too: no two invocations write one element.

use crate::base::{BF16, DType, F16};
use crate::error::Result;
use crate::kernels::gpu::elementwise::library::needed;
use crate::kernels::gpu::machine::operand::{ensure_single, value, zero};
use crate::kernels::gpu::machine::{Pixels, Place};

/// Windows along one axis: `kernel` elements `dilation` apart every `stride`, or (`None`) as many parts as there are results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fixed {
    pub kernel: usize,
    pub stride: usize,
    pub padding: usize,
    pub dilation: usize,
}

/// Windows along (depth, height, width).
#[derive(Clone, Copy, Debug)]
pub struct Windows {
    pub axes: [Option<Fixed>; 3],
    pub spatial: usize,
    pub include_pad: bool,
    pub divisor: Option<i64>,
}

impl Windows {
    /// The windows' numbers behind those that a kernel has.
    fn with<'a>(&self, mut p: Pixels<'a>) -> Pixels<'a> {
        let kinds = self.axes.iter().fold(0, |m, a| m << 1 | a.is_some() as u64);
        p = p
            .with(|k| k.variant(kinds << 2 | (self.include_pad as u64) << 1 | self.divisor.is_some() as u64));
        for a in self.axes {
            let a = a.unwrap_or(Fixed { kernel: 1, stride: 1, padding: 0, dilation: 1 });
            p = p.with(|k| k.arg(a.kernel).arg(a.stride).arg(a.padding).arg(a.dilation));
        }
        p.with(|k| k.args(&[self.divisor.unwrap_or(1) as i32 as u32]))
    }
    /// `window_a(o, size, count)`: start, end and weight of the window `o` of an axis; `reach_a(i, size, count)`: the windows that
    /// may have element `i`, from the first to behind the last; `STEP_a`.
    fn text(&self, at: usize) -> String {
        let mut out = String::new();
        for (i, a) in self.axes.iter().enumerate() {
            let n = |j: usize| format!("argi({}u)", at + 4 * i + j);
            let (k, s, p, l) = (n(0), n(1), n(2), n(3));
            out += &format!("fn step_{i}() -> i32 {{ return {l}; }}\n");
            out += &match a {
                Some(_) => format!(
                    "fn window_{i}(o: i32, size: i32, count: i32) -> vec3<i32> {{
    let begin = o * {s} - {p};
    let full = begin + ({k} - 1) * {l} + 1;
    let start = begin + select(0, (({l} - 1 - begin) / {l}) * {l}, begin < 0);
    let end = min(max(full, 0), size);
    let weight = {};
    return vec3<i32>(start, end, weight);
}}
fn reach_{i}(i: i32, size: i32, count: i32) -> vec2<i32> {{
    let low = i + {p} - ({k} - 1) * {l};
    return vec2<i32>(select(0, (low + {s} - 1) / {s}, low > 0), min((i + {p}) / {s} + 1, count));
}}
",
                    if self.include_pad {
                        format!("max(min(full, size + {p}) - begin, 0)")
                    } else {
                        "max(end - start, 0)".into()
                    }
                ),
                None => format!(
                    "fn window_{i}(o: i32, size: i32, count: i32) -> vec3<i32> {{
    let start = i32(u32(o) * u32(size) / u32(count));
    let end = i32((u32(o + 1) * u32(size) + u32(count) - 1u) / u32(count));
    return vec3<i32>(start, end, end - start);
}}
fn reach_{i}(i: i32, size: i32, count: i32) -> vec2<i32> {{
    return vec2<i32>(i32(u32(i) * u32(count) / u32(size)), min(i32((u32(i + 1) * u32(count) + u32(size) - 1u) / u32(size)), count));
}}
"
                ),
            };
        }
        out + &format!("fn divisor() -> i32 {{ return argi({}u); }}\n", at + 12)
    }
}

const FIND: &str = "
fn pixel(n: u32, c: u32, d: u32, h: u32, w: u32) -> T_out {
    let size = vec3<i32>(i32(x_size(2u)), i32(x_size(3u)), i32(x_size(4u)));
    let a = window_0(i32(d), size.x, i32(out_size(2u)));
    let b = window_1(i32(h), size.y, i32(out_size(3u)));
    let e = window_2(i32(w), size.z, i32(out_size(4u)));
    var best: T_out;
    var place = 0i;
    var some = false;
    for (var i = a.x; i < a.y; i += step_0()) {
        for (var j = b.x; j < b.y; j += step_1()) {
            for (var k = e.x; k < e.y; k += step_2()) {
                let v = get_x(x_at(n, c, u32(i), u32(j), u32(k)));
                if (!some || v > best || NAN) {
                    best = v;
                    place = (i * size.y + j) * size.z + k;
                    some = true;
                }
            }
        }
    }
    KEEP
    return best;
}
";

/// The greatest elements of windows, and where in their planes they lie.
pub fn max_pool(name: &'static str, w: &Windows, x: Place, out: Place, at: Option<Place>) -> Result<()> {
    let mut p = Pixels::new(name, out, w.spatial).reads("x", x, w.spatial);
    if let Some(at) = at {
        p = p.writes("index", at, w.spatial);
    }
    let first = p.next();
    w.with(p).run(|| {
        let nan = if x.dtype.is_float() { "is_nan(v)" } else { "false" };
        let nan = if x.dtype == DType::F64 { "v != v" } else { nan };
        let keep = at.map_or("", |_| "put_index(index_at(n, c, d, h, w), i64(place));");
        w.text(first) + &needed(nan) + &FIND.replace("NAN", nan).replace("KEEP", keep)
    })
}

const COLLECT: &str = "
fn pixel(n: u32, c: u32, d: u32, h: u32, w: u32) -> T_out {
    let size = vec3<i32>(i32(out_size(2u)), i32(out_size(3u)), i32(out_size(4u)));
    let count = vec3<i32>(i32(g_size(2u)), i32(g_size(3u)), i32(g_size(4u)));
    let own = (i32(d) * size.y + i32(h)) * size.z + i32(w);
    let a = RANGE_0;
    let b = RANGE_1;
    let e = RANGE_2;
    var sum: T_out;
    for (var i = a.x; i < a.y; i++) {
        for (var j = b.x; j < b.y; j++) {
            for (var k = e.x; k < e.y; k++) {
                if (get_index(index_at(n, c, u32(i), u32(j), u32(k))) == i64(own)) {
                    sum = sum + get_g(g_at(n, c, u32(i), u32(j), u32(k)));
                }
            }
        }
    }
    return sum;
}
";

/// Small planes added into big ones at the places in `at`. Unless these may be `anywhere`, an element is only looked for in
/// the windows that have it.
pub fn scatter(
    name: &'static str,
    w: &Windows,
    anywhere: bool,
    g: Place,
    at: Place,
    out: Place,
) -> Result<()> {
    let p = Pixels::new(name, out, w.spatial).reads("g", g, w.spatial).reads("index", at, w.spatial);
    let first = p.next();
    w.with(p).with(|k| k.variant(anywhere as u64)).run(|| {
        let mut text = COLLECT.to_string();
        for (i, (axis, place)) in ["x", "y", "z"].iter().zip(["d", "h", "w"]).enumerate() {
            let range = if anywhere {
                format!("vec2<i32>(0, count.{axis})")
            } else {
                format!("reach_{i}(i32({place}), size.{axis}, count.{axis})")
            };
            text = text.replace(&format!("RANGE_{i}"), &range);
        }
        w.text(first) + &text
    })
}

const PICK: &str = "
fn pixel(n: u32, c: u32, d: u32, h: u32, w: u32) -> T_out {
    let own = get_index(index_at(n, c, d, h, w));
    // what lies outside the plane is nothing: a card cannot raise an error
    if (own < 0li || own >= i64(x_size(2u) * x_size(3u) * x_size(4u))) { var none: T_out; return none; }
    let i = u32(own);
    let q = i / x_size(4u);
    return get_x(x_at(n, c, q / x_size(3u), q % x_size(3u), i % x_size(4u)));
}
";

/// Elements of big planes at the places in `at`.
pub fn gather(name: &'static str, spatial: usize, x: Place, at: Place, out: Place) -> Result<()> {
    Pixels::new(name, out, spatial).reads("x", x, spatial).reads("index", at, spatial).run(|| PICK.into())
}

const PLACE: &str = "
fn visit(n: u32, c: u32, d: u32, h: u32, w: u32) {
    let own = get_index(index_at(n, c, d, h, w));
    if (own < 0li || own >= i64(big_size(2u) * big_size(3u) * big_size(4u))) { return; }
    let i = u32(own);
    let q = i / big_size(4u);
    put_big(big_at(n, c, q / big_size(3u), q % big_size(3u), i % big_size(4u)), get_out(out_at(n, c, d, h, w)));
}
";

/// Small planes put into big ones, which the caller has filled, at the places in `at`; of several for one place any stays.
pub fn place(name: &'static str, spatial: usize, x: Place, at: Place, out: Place) -> Result<()> {
    Pixels::new(name, x, spatial)
        .writes("big", out, spatial)
        .reads("index", at, spatial)
        .visit(|| PLACE.into())
}

const AVERAGE: &str = "
fn pixel(n: u32, c: u32, d: u32, h: u32, w: u32) -> T_out {
    let size = vec3<i32>(i32(x_size(2u)), i32(x_size(3u)), i32(x_size(4u)));
    let a = window_0(i32(d), size.x, i32(out_size(2u)));
    let b = window_1(i32(h), size.y, i32(out_size(3u)));
    let e = window_2(i32(w), size.z, i32(out_size(4u)));
    var sum = ZERO;
    for (var i = a.x; i < a.y; i++) {
        for (var j = b.x; j < b.y; j++) {
            for (var k = e.x; k < e.y; k++) { sum = sum + SUM(get_x(x_at(n, c, u32(i), u32(j), u32(k)))); }
        }
    }
    let count = WEIGHT;
    // an empty window has no elements, and the average of none is zero
    return OUT(sum / SUM(count));
}
";

const SPREAD: &str = "
fn pixel(n: u32, c: u32, d: u32, h: u32, w: u32) -> T_out {
    let size = vec3<i32>(i32(out_size(2u)), i32(out_size(3u)), i32(out_size(4u)));
    let count = vec3<i32>(i32(x_size(2u)), i32(x_size(3u)), i32(x_size(4u)));
    let own = vec3<i32>(i32(d), i32(h), i32(w));
    let ra = reach_0(own.x, size.x, count.x);
    let rb = reach_1(own.y, size.y, count.y);
    let re = reach_2(own.z, size.z, count.z);
    var sum = ZERO;
    for (var i = ra.x; i < ra.y; i++) {
        let a = window_0(i, size.x, count.x);
        if (own.x < a.x || own.x >= a.y) { continue; }
        for (var j = rb.x; j < rb.y; j++) {
            let b = window_1(j, size.y, count.y);
            if (own.y < b.x || own.y >= b.y) { continue; }
            for (var k = re.x; k < re.y; k++) {
                let e = window_2(k, size.z, count.z);
                if (own.z < e.x || own.z >= e.y) { continue; }
                let count = WEIGHT;
                sum = sum + SUM(get_x(x_at(n, c, u32(i), u32(j), u32(k)))) / SUM(count);
            }
        }
    }
    return OUT(sum);
}
";

/// Averages of windows; `transposed`, each average goes back to its window in equal parts.
pub fn avg_pool(name: &'static str, w: &Windows, transposed: bool, x: Place, out: Place) -> Result<()> {
    let p = Pixels::new(name, out, w.spatial).reads("x", x, w.spatial);
    let first = p.next();
    w.with(p).with(|k| k.variant(transposed as u64)).run(|| {
        let weight = if w.divisor.is_some() { "divisor()" } else { "max(a.z * b.z * e.z, 1)" };
        let text = if transposed { SPREAD } else { AVERAGE };
        let sum = value(out.dtype);
        w.text(first)
            + &text
                .replace("ZERO", zero(out.dtype))
                .replace("SUM(", &format!("{sum}("))
                .replace("OUT(", "(")
                .replace("WEIGHT", weight)
    })
}

const CHANCE: &str = "
fn start(axis: u32, n: u32, c: u32, o: u32) -> u32 {
    let at = FIRST + 4u * axis;
    if (o + 1u == arg(at + 1u)) { return arg(at) - arg(at + 2u); }
    let alpha = argf(at + 3u);
    // two axes take their numbers in the order width, height
    let u = get_u(u_at(n, c, 0u, 0u, OWN));
    // of numbers far beyond 1, whose neighbours are far apart, no window begins outside
    return min(u32(rounded(rounded(f32(o) + u) * alpha)) - u32(rounded(u * alpha)), arg(at) - arg(at + 2u));
}
fn pixel(n: u32, c: u32, d: u32, h: u32, w: u32) -> T_out {
    let a = start(0u, n, c, d);
    let b = start(1u, n, c, h);
    let e = start(2u, n, c, w);
    var best: T_out;
    var place = 0u;
    var some = false;
    for (var i = a; i < a + arg(FIRST + 2u); i++) {
        for (var j = b; j < b + arg(FIRST + 6u); j++) {
            for (var k = e; k < e + arg(FIRST + 10u); k++) {
                let v = get_x(x_at(n, c, i, j, k));
                if (!some || v > best || is_nan(v)) {
                    best = v;
                    place = (i * x_size(3u) + j) * x_size(4u) + k;
                    some = true;
                }
            }
        }
    }
    put_index(index_at(n, c, d, h, w), i64(place));
    return best;
}
";

/// The greatest elements of windows of `kernel` elements at places that `u` (.., axes), numbers in [0, 1), chooses.
pub fn fractional(
    name: &'static str,
    kernel: &[usize],
    x: Place,
    u: Place,
    out: Place,
    at: Place,
) -> Result<()> {
    ensure_single(name, out.dtype)?;
    let spatial = kernel.len();
    let mut p =
        Pixels::new(name, out, spatial).reads("x", x, spatial).reads("u", u, 1).writes("index", at, spatial);
    let first = p.next();
    for axis in 0..3 {
        // a missing axis has one window of one element
        let (size, output, window) = match (axis + spatial).checked_sub(3) {
            Some(i) => {
                (x.shape[x.shape.len() - spatial + i], out.shape[out.shape.len() - spatial + i], kernel[i])
            }
            None => (1, 1, 1),
        };
        let alpha = if output > 1 { (size - window) as f64 / (output - 1) as f64 } else { 0.0 };
        let alpha = match out.dtype {
            DType::F16 => F16::from_f64(alpha).to_f64(),
            DType::BF16 => BF16::from_f64(alpha).to_f64(),
            _ => alpha,
        };
        p = p.with(|k| k.arg(size).arg(output).arg(window).float(alpha));
    }
    p.with(|k| k.variant(spatial as u64)).run(|| {
        let rounded = match out.dtype {
            DType::F16 => "f16_to_f32(f32_to_f16(x))",
            DType::BF16 => "bf16_to_f32(f32_to_bf16(x))",
            _ => "x",
        };
        format!("const FIRST: u32 = {first}u;\nfn rounded(x: f32) -> f32 {{ return {rounded}; }}\n")
            + &needed("is_nan")
            + &CHANCE.replace("OWN", if spatial == 2 { "2u - axis" } else { "axis" })
    })
}
