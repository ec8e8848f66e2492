//! Draws on a card: Philox 4x32-10, a subsequence for each of a fixed number of threads, whatever the adapter. A thread draws
//! blocks of four words for the elements `t`, `t + T`, `t + 2 T`, `t + 3 T`, as PyTorch's kernels do on a card of 128
//! multiprocessors: up to `T` elements the numbers are those of every CUDA card.

use crate::base::DType;
use crate::base::rng::Generator;
use crate::error::Result;
use crate::kernels::gpu::elementwise::library;
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::operand::{convert, value};
use crate::kernels::gpu::machine::{Kernel, Place, grid};

/// A distribution with its parameters; integers by the least and how many (0: 2^64).
#[derive(Clone, Copy, Debug)]
pub enum Draw {
    Uniform(f64, f64),
    Normal(f64, f64),
    LogNormal(f64, f64),
    Exponential(f64),
    Cauchy(f64, f64),
    Geometric(f64),
    Bernoulli(f64),
    Integers(i64, u64),
}

/// Threads that draw.
const THREADS: usize = 1 << 18;

/// Fills a dense tensor.
pub fn draw(out: Place, law: Draw, generator: &Generator) -> Result<()> {
    let n = out.numel();
    if n == 0 {
        return Ok(());
    }
    let wide = matches!(law, Draw::Integers(_, width) if width == 0 || width > 1 << 32);
    // elements of one block
    let each = if wide { 2 } else { 4 };
    let turns = n.div_ceil(each * THREADS);
    let at = generator.take_blocks(turns as u64)?;
    let (tag, a, b) = match law {
        Draw::Uniform(a, b) => (0, a, b),
        Draw::Normal(a, b) => (1, a, b),
        Draw::LogNormal(a, b) => (2, a, b),
        Draw::Exponential(a) => (3, a, 0.0),
        Draw::Cauchy(a, b) => (4, a, b),
        Draw::Geometric(a) => (5, (1.0 - a).ln(), 0.0),
        Draw::Bernoulli(a) => (6, a, 0.0),
        Draw::Integers(..) => (7, 0.0, 0.0),
    };
    let (base, width) = match law {
        Draw::Integers(base, width) => (base as u64, width),
        _ => (0, 0),
    };
    let threads = if turns == 1 { n.min(THREADS) } else { turns * THREADS };
    let words = |w: u64| [w as u32, (w >> 32) as u32];
    Kernel::new("random")
        .writes("out", out)
        .variant(tag << 1 | wide as u64)
        .arg(n)
        .args(&words(at.seed))
        .args(&words(at.offset))
        .float(a)
        .float(b)
        .args(&words(base))
        .args(&words(width))
        .run(grid(threads.div_ceil(256)), || body(law, wide, out.dtype))
}

fn body(law: Draw, wide: bool, dtype: DType) -> String {
    let rounded = match dtype {
        DType::F16 => "f16_to_f32(f32_to_f16(v))",
        DType::BF16 => "bf16_to_f32(f32_to_bf16(v))",
        _ => "v",
    };
    let integer = match dtype {
        DType::I64 | DType::U64 if wide => {
            "let w = u64(v[2u * j]) | (u64(v[2u * j + 1u]) << 32u); \
             let m = u64(arg(9u)) | (u64(arg(10u)) << 32u); \
             var r = w; if (m != 0lu) { r = w % m; } \
             let y = i64(r + (u64(arg(7u)) | (u64(arg(8u)) << 32u)));"
        }
        DType::I64 | DType::U64 => {
            "let w = v[j]; let m = arg(9u); var r = w; if (m != 0u) { r = w % m; } \
             let y = i64(u64(r) + (u64(arg(7u)) | (u64(arg(8u)) << 32u)));"
        }
        // two to the 32nd shows as a zero
        _ if dtype.is_float() => {
            "let w = v[j]; let m = arg(9u); var r = w; if (m != 0u) { r = w % m; } \
             let y = f32(r) + f32(argi(8u)) * 4294967296.0 + f32(arg(7u));"
        }
        _ => {
            "let w = v[j]; let m = arg(9u); var r = w; if (m != 0u) { r = w % m; } \
             let y = bitcast<i32>(r + arg(7u));"
        }
    };
    let uniform = "let u = unit(v[j]);";
    let normal = "let k = j & 2u; let s = sqrt(-2.0 * log_f(unit(v[k]))); \
                  let angle = f32(v[k + 1u]) * 1.46291808e-9 + 7.31459040e-10; \
                  let z = s * select(sin_f(angle), cos_f(angle), (j & 1u) == 1u);";
    let (set, result, kind) = match law {
        Draw::Uniform(..) => {
            let text = format!("{uniform} let v = u * (argf(6u) - argf(5u)) + argf(5u);");
            (text, format!("select(v, argf(5u), {rounded} >= argf(6u) && argf(5u) < argf(6u))"), DType::F32)
        }
        Draw::Normal(..) => (normal.into(), "z * argf(6u) + argf(5u)".into(), DType::F32),
        Draw::LogNormal(..) => (normal.into(), "exp_f(z * argf(6u) + argf(5u))".into(), DType::F32),
        Draw::Exponential(_) => (
            format!("{uniform} let l = select(log_f(u), -5.96046448e-8, u >= 0.99999994);"),
            "-l / argf(5u)".into(),
            DType::F32,
        ),
        Draw::Cauchy(..) => {
            (uniform.into(), "argf(5u) + argf(6u) * tan_f(3.14159274 * (u - 0.5))".into(), DType::F32)
        }
        Draw::Geometric(_) => (uniform.into(), "ceil(log_f(u) / argf(5u))".into(), DType::F32),
        Draw::Bernoulli(_) => (uniform.into(), "select(0u, 1u, u <= argf(5u))".into(), DType::U32),
        Draw::Integers(..) => {
            let kind = match dtype {
                DType::I64 | DType::U64 => DType::I64,
                d if d.is_float() => DType::F32,
                _ => DType::I32,
            };
            (integer.into(), "y".into(), kind)
        }
    };
    let each = if wide { 2 } else { 4 };
    let t = value(dtype);
    let result = convert(&format!("({result})"), kind, dtype);
    let element = format!("fn element(v: array<u32, 4>, j: u32) -> {t} {{ {set} return {result}; }}\n")
        .replace("v[", "w4[")
        .replace("v: array", "w4: array");
    let text = format!(
        "{NUMBER}
fn unit(w: u32) -> f32 {{ return f32(w) * 2.3283064365386963e-10 + 1.1641532182693481e-10; }}
fn philox(thread: u32, ahead: u32) -> array<u32, 4> {{
    let low = arg(3u) + ahead;
    var c = vec4<u32>(low, arg(4u) + select(0u, 1u, low < ahead), thread, 0u);
    var k = vec2<u32>(arg(1u), arg(2u));
    for (var r = 0u; r < 10u; r++) {{
        let a = c.x * 0xd2511f53u; let ah = mul_high(c.x, 0xd2511f53u);
        let b = c.z * 0xcd9e8d57u; let bh = mul_high(c.z, 0xcd9e8d57u);
        c = vec4<u32>(bh ^ c.y ^ k.x, b, ah ^ c.w ^ k.y, a);
        k += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
    }}
    return array<u32, 4>(c.x, c.y, c.z, c.w);
}}
{element}
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {{
    let n = arg(0u);
    let id = group_number(wg) * WORKGROUP + t;
    let thread = id % {THREADS}u;
    let turn = id / {THREADS}u;
    let first = thread + turn * {each}u * {THREADS}u;
    if (first >= n) {{ return; }}
    let words = philox(thread, turn);
    for (var j = 0u; j < {each}u; j++) {{
        let i = first + j * {THREADS}u;
        if (i < n) {{ put_out(i, element(words, j)); }}
    }}
}}
"
    );
    text.clone() + &library::needed(&text)
}
