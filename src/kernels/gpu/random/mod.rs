//! Draws on a card: Philox 4x32-10, counted as PyTorch's CUDA kernels count it. Every lane of a launch is a subsequence of the
//! seed and takes four words at a time; element `i` of a tensor belongs to lane `i % lanes`, and its word is number
//! `i / lanes` of that lane. Lanes are those of a card with 132 processors of 2,048 threads whatever the card is: so a
//! tensor of a given size draws the same everywhere, and what PyTorch draws on such a card (or, up to 221,184 elements, on
//! any of 108 or more). Of two draws of the same law the words are equal; floats are to a rounding.

use crate::bail;
use crate::base::rng::Philox;
use crate::base::{DType, Scalar};
use crate::error::{Error, Kind, Result};
use crate::kernels::gpu::elementwise::{constant, library};
use crate::kernels::gpu::machine::each::each;
use crate::kernels::gpu::machine::fault::{self, Fault, watched};
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::meet::sort;
use crate::kernels::gpu::machine::operand::{Scratch, convert, value};
use crate::kernels::gpu::machine::{Kernel, Place, grid};

const TEXT: &str = include_str!("philox.wgsl");

/// What a word becomes.
#[derive(Clone, Copy, Debug)]
pub enum Law {
    Uniform(f64, f64),
    Normal(f64, f64),
    LogNormal(f64, f64),
    Exponential(f64),
    Cauchy(f64, f64),
    Geometric(f64),
    /// The second number where one below the first is drawn, else zero.
    Bernoulli(f64, f64),
    /// As the last, four neighbours from one block: the order of a dropout's mask.
    Mask(f64, f64),
    /// `word % width + base`, of two words if it is `wide`; a width of 0 is all of them.
    Integers {
        base: i64,
        width: u64,
        wide: bool,
    },
}

impl Law {
    /// Elements that one block of four words serves.
    fn each(self) -> usize {
        if matches!(self, Law::Integers { wide: true, .. }) { 2 } else { 4 }
    }
    fn tag(self) -> u64 {
        match self {
            Law::Uniform(..) => 0,
            Law::Normal(..) => 1,
            Law::LogNormal(..) => 2,
            Law::Exponential(_) => 3,
            Law::Cauchy(..) => 4,
            Law::Geometric(_) => 5,
            Law::Bernoulli(..) => 6,
            Law::Mask(..) => 7,
            Law::Integers { width: 0, wide, .. } => 10 + wide as u64,
            Law::Integers { wide, .. } => 8 + wide as u64,
        }
    }
}

/// The lanes of a launch over `n` elements.
fn lanes(n: usize) -> usize {
    256 * n.div_ceil(256).clamp(1, 132 * 8)
}

/// Blocks of four words that each lane takes for `n` elements.
pub fn blocks(n: usize, law: Law) -> u64 {
    n.div_ceil(lanes(n) * law.each()) as u64
}

/// The arguments of `words`, and the text with its declarations.
fn source<'a>(kernel: Kernel<'a>, from: Philox) -> (Kernel<'a>, String) {
    let at = kernel.count_args();
    let text = format!("const OFFSET: u32 = {at}u;\n{TEXT}");
    let words = [from.offset, from.seed].map(|w| [w as u32, (w >> 32) as u32]);
    (kernel.args(&words.concat()), text)
}

/// A text with what it calls of the library.
fn complete(text: String) -> String {
    library::needed(&text) + &text
}

/// `fn drawn(i, lanes)`: the word of an element.
fn word(each: usize, mask: bool) -> String {
    if mask {
        return "fn drawn(i: u32, lanes: u32) -> u32 { let j = i / 4u; return words(j % lanes, j / lanes)[i % 4u]; }\n".into();
    }
    format!(
        "fn block(i: u32, lanes: u32) -> vec4<u32> {{ return words(i % lanes, i / lanes / {each}u); }}
fn drawn(i: u32, lanes: u32) -> u32 {{ return block(i, lanes)[(i / lanes) % 4u]; }}
"
    )
}

/// Fills `out` with draws, the first at `from`. Elements are counted in the order of its shape.
pub fn draw(op: &'static str, out: Place, law: Law, from: Philox) -> Result<()> {
    let n = out.numel();
    let dtype = out.dtype;
    let float = matches!(dtype, DType::F32 | DType::F16 | DType::BF16);
    let real = !matches!(law, Law::Integers { .. } | Law::Bernoulli(..) | Law::Mask(..) | Law::Geometric(_));
    if (real && !float) || dtype.is_complex() || (dtype == DType::F64) {
        bail!(
            NotImplemented,
            "\"{op}\" not implemented for '{}' on a GPU: it draws float32, float16 and bfloat16; .cpu() draws all",
            dtype.scalar_name()
        );
    }
    let (kernel, each) = each("draw", out, &[]);
    let at = kernel.count_args();
    let a = |k: usize| format!("argf({}u)", at + 1 + k);
    let mut kernel = kernel.variant(law.tag()).arg(lanes(n));
    kernel = match law {
        Law::Uniform(a, b) => kernel.float(b - a).float(a).float(b),
        Law::Normal(m, s) | Law::LogNormal(m, s) | Law::Cauchy(m, s) => kernel.float(m).float(s),
        Law::Exponential(l) => kernel.float(-1.0 / l),
        Law::Geometric(p) => kernel.float((-p).ln_1p()),
        Law::Bernoulli(p, one) | Law::Mask(p, one) => kernel.float(p).float(one),
        Law::Integers { base, width, wide: true } => {
            kernel.number(Scalar::Int(base), DType::I64).number(Scalar::Int(width as i64), DType::I64)
        }
        Law::Integers { base, width, .. } => {
            kernel.number(Scalar::Int(base), DType::I64).args(&[width as u32]).float(base as f64)
        }
    };
    // in the dtype's own values, a bound that rounding reaches is left out
    let narrow = |v: &str| match dtype {
        DType::F16 => format!("f16_to_f32(f32_to_f16({v}))"),
        DType::BF16 => format!("bf16_to_f32(f32_to_bf16({v}))"),
        _ => v.to_string(),
    };
    let fits = |base: i64, width: u64| base >= i32::MIN as i64 && (base as i128 + width as i128) <= 1 << 31;
    let (body, given) = match law {
        Law::Uniform(..) => (
            format!(
                "let v = {}; return select(v, {}, v == {});",
                narrow(&format!("unit(drawn(i, lanes)) * {} + {}", a(0), a(1))),
                narrow(&a(1)),
                narrow(&a(2))
            ),
            DType::F32,
        ),
        Law::Normal(..) | Law::LogNormal(..) => {
            let v = format!("z * {} + {}", a(1), a(0));
            let v = if matches!(law, Law::LogNormal(..)) { format!("exp_f({v})") } else { v };
            (
                format!(
                    "let b = block(i, lanes); let c = (i / lanes) % 4u; let n = normals(b[c & 2u], b[(c & 2u) + 1u]); \
                     let z = n[c & 1u]; return {v};"
                ),
                DType::F32,
            )
        }
        Law::Exponential(_) => (
            // the logarithm of a number next to 1 must not be 0
            format!(
                "let u = unit(drawn(i, lanes)); return {} * select(log_f(u), -5.960464477539063e-8, u >= 0.99999994);",
                a(0)
            ),
            DType::F32,
        ),
        Law::Cauchy(..) => (
            format!(
                "let u = clamp(unit(drawn(i, lanes)), 1.1920929e-7, 0.99999988); let h = turn(u * 0.5); \
                 return {} - {} * h.y / h.x;",
                a(0),
                a(1)
            ),
            DType::F32,
        ),
        Law::Geometric(_) => (format!("return ceil(log_f(unit(drawn(i, lanes))) / {});", a(0)), DType::F32),
        Law::Bernoulli(..) | Law::Mask(..) => {
            (format!("return select(0.0, {}, unit(drawn(i, lanes)) < {});", a(1), a(0)), DType::F32)
        }
        Law::Integers { width, wide: true, .. } => {
            let (base, many) = (constant(DType::I64, at + 1), constant(DType::U64, at + 3));
            let rest = if width == 0 { "v".into() } else { format!("v % {many}") };
            (
                format!(
                    "let b = block(i, lanes); let second = (i / lanes) % 2u == 1u; \
                     let v = (u64(select(b.x, b.z, second)) << 32u) | u64(select(b.y, b.w, second)); \
                     return i64({rest}) + {base};"
                ),
                DType::I64,
            )
        }
        Law::Integers { base, width, .. } => {
            let rest = if width == 0 {
                "drawn(i, lanes)".into()
            } else {
                format!("(drawn(i, lanes) % arg({}u))", at + 3)
            };
            match dtype {
                DType::I64 | DType::U64 => {
                    (format!("return i64(u64({rest})) + {};", constant(DType::I64, at + 1)), DType::I64)
                }
                _ if float && !fits(base, width) => {
                    (format!("return f32({rest}) + argf({}u);", at + 4), DType::F32)
                }
                DType::U32 | DType::U16 | DType::U8 => {
                    (format!("return {rest} + arg({}u);", at + 1), DType::U32)
                }
                _ => (format!("return bitcast<i32>({rest} + arg({}u));", at + 1), DType::I32),
            }
        }
    };
    let wide_base = matches!(law, Law::Integers { base, width, .. } if float && !fits(base, width));
    let (kernel, text) = source(kernel.variant(wide_base as u64), from);
    each.run(kernel, || {
        complete(
            text + &word(law.each(), matches!(law, Law::Mask(..)))
                + &format!(
                    "fn law(i: u32, lanes: u32) -> {} {{ {body} }}
fn element(i: u32, p: array<u32, 1>) -> T_out {{ return {}; }}
",
                    value(given),
                    convert(&format!("law(i, arg({at}u))"), given, dtype)
                ),
        )
    })
}

/// A one where a uniform number is not above the element's own probability, which lies along `out` by those steps.
pub fn bernoulli_each(out: Place, p: Place, along: &[usize], from: Philox) -> Result<()> {
    let fault: Fault =
        |_, _, _| Error::new(Kind::Runtime, "Expected p_in >= 0 && p_in <= 1 to be true, but got false.");
    let (kernel, each) = each("bernoulli", out, &[along]);
    let at = kernel.count_args();
    let (kernel, code) = watched(kernel.reads("x", p).arg(lanes(out.numel())), &out, fault)?;
    let (kernel, text) = source(kernel, from);
    let one = convert("select(0u, 1u, unit(drawn(i, lanes)) <= p)", DType::U32, out.dtype);
    let given = convert("get_x(q[1])", p.dtype, DType::F32);
    each.run(kernel, || {
        complete(
            text + fault::TEXT
                + &word(4, false)
                + &format!(
                    "fn element(i: u32, q: array<u32, 2>) -> T_out {{
    let lanes = arg({at}u);
    let p = {given};
    if (!(p >= 0.0 && p <= 1.0)) {{ fault(arg({code}u), 0i, 0u, 0u); }}
    return {one};
}}
"
                ),
        )
    })
}

/// Factors of a leaky unit: one where `x` is above zero, elsewhere a draw between the bounds.
pub fn slopes(out: Place, x: Place, along: &[usize], low: f64, high: f64, from: Philox) -> Result<()> {
    let (kernel, each) = each("rrelu", out, &[along]);
    let at = kernel.count_args();
    let kernel = kernel.reads("x", x).arg(lanes(out.numel())).float(high - low).float(low);
    let (kernel, text) = source(kernel, from);
    let v = convert(
        &format!("select(unit(drawn(i, arg({at}u))) * argf({}u) + argf({}u), 1.0, x > 0.0)", at + 1, at + 2),
        DType::F32,
        out.dtype,
    );
    let x = convert("get_x(p[1])", x.dtype, DType::F32);
    each.run(kernel, || {
        complete(
            text + &word(4, false)
                + &format!("fn element(i: u32, p: array<u32, 2>) -> T_out {{ let x = {x}; return {v}; }}\n"),
        )
    })
}

/// The numbers below `n` in the order of as many random words: 32-bit keys, sorted.
pub fn permutation(near: &Place, n: usize, from: Philox) -> Result<Scratch> {
    let keys = Scratch::beside(near, n, DType::U32)?;
    draw("randperm", keys.place(), Law::Integers { base: 0, width: 0, wide: false }, from)?;
    Ok(sort(&keys, u32::MAX as usize)?.1)
}

/// One category for each row of weights and each of `samples`: the winner of a race in which each has an exponential time
/// of its weight, drawn in the order of (sample, row, category). `out` is a dense int64 tensor, `weights` dense.
pub fn categories(out: Place, weights: Place, samples: usize, from: Philox) -> Result<()> {
    let n = weights.shape[weights.shape.len() - 1];
    let rows = weights.numel() / n.max(1);
    let fault: Fault = |what, _, _| {
        let text = if what == 0 {
            "probability tensor contains either `inf`, `nan` or element < 0"
        } else {
            "invalid multinomial distribution (sum of probabilities <= 0)"
        };
        Error::new(Kind::Runtime, text)
    };
    let all = n * rows * samples;
    let kernel = Kernel::new("multinomial")
        .writes("out", Place { dtype: DType::U32, offset: out.offset * 2, ..out })
        .reads("x", weights)
        .arg(rows)
        .arg(samples)
        .arg(n)
        .arg(lanes(all));
    let (kernel, code) = watched(kernel, &out, fault)?;
    let (kernel, text) = source(kernel, from);
    let w = convert("get_x(row * n + j)", weights.dtype, DType::F32);
    kernel.run(grid(rows * samples), || {
        complete(
            NUMBER.to_string()
                + &text
                + fault::TEXT
                + &word(4, false)
                + &format!(
                    "var<workgroup> best: array<f32, 256>;
var<workgroup> which: array<u32, 256>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {{
    let rows = arg(0u);
    let n = arg(2u);
    let g = group_number(wg);
    let live = g < rows * arg(1u);
    let sample = g / rows;
    let row = g - sample * rows;
    var most = 0.0;
    var at = 0xffffffffu;
    if (live) {{
        for (var j = t; j < n; j += 256u) {{
            let w = {w};
            if (!(w >= 0.0 && w <= 3.4028234e38)) {{ fault(arg({code}u), 0i, 0u, 0u); }}
            let u = unit(drawn((sample * rows + row) * n + j, arg(3u)));
            let time = -select(log_f(u), -5.960464477539063e-8, u >= 0.99999994);
            let v = w / time;
            if (v > most) {{ most = v; at = j; }}
        }}
    }}
    best[t] = most;
    which[t] = at;
    for (var half = 128u; half > 0u; half = half / 2u) {{
        workgroupBarrier();
        if (t < half) {{
            let v = best[t + half];
            let j = which[t + half];
            if (v > best[t] || (v == best[t] && j < which[t])) {{ best[t] = v; which[t] = j; }}
        }}
    }}
    if (t == 0u && live) {{
        if (which[0] == 0xffffffffu) {{ fault(arg({code}u), 1i, 0u, 0u); }}
        let to = (row * arg(1u) + sample) * 2u;
        put_out(to, select(which[0], 0u, which[0] == 0xffffffffu));
        put_out(to + 1u, 0u);
    }}
}}
"
                ),
        )
    })
}

/// Blocks that [`categories`] takes.
pub fn race(n: usize) -> u64 {
    n.div_ceil(lanes(n) * 4) as u64
}

#[cfg(all(test, feature = "gpu"))]
mod tests {
    use super::*;
    use crate::kernels::gpu::machine::check::validate;
    use crate::kernels::gpu::machine::launch::source;

    #[test]
    fn the_functions_are_valid() {
        let text = format!("const OFFSET: u32 = 0u;\n{TEXT}@compute @workgroup_size(1) fn main() {{}}");
        validate("philox.wgsl", &source(1, &[("out", DType::F32, true)], &complete(text)));
    }

    #[test]
    fn lanes_are_those_of_one_card() {
        // PyTorch's launch: blocks of 256 threads, at most eight for each of 132 processors
        assert_eq!((lanes(1), lanes(256), lanes(257)), (256, 256, 512));
        assert_eq!(lanes(1 << 24), 132 * 8 * 256);
        let normal = Law::Normal(0.0, 1.0);
        assert_eq!((blocks(1, normal), blocks(4 * 132 * 8 * 256, normal)), (1, 1));
        assert_eq!(blocks(4 * 132 * 8 * 256 + 1, normal), 2);
        assert_eq!(blocks(2 * 132 * 8 * 256 + 1, Law::Integers { base: 0, width: 0, wide: true }), 2);
    }
}
