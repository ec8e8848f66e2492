//! Elementwise kernels: a row's WGSL expression in a loop over whatever layouts its operands have.

pub mod library;

use crate::base::{DType, Dims, Scalar};
use crate::error::{Error, Kind, Result};
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::operand::{convert, is_wide, value};
use crate::kernels::gpu::machine::walk::{Walk, places, strides_over};
use crate::kernels::gpu::machine::{Elements, Kernel, Place, grid};
use smallvec::SmallVec;

/// A row's expression: of floats, of integers, of bools as 0 and 1; empty where it has none. A literal for floats alone serves all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wgsl {
    pub float: &'static str,
    pub int: &'static str,
    pub bool: &'static str,
    /// Over `vec2<f32>`, the real and the imaginary part.
    pub complex: &'static str,
}

impl Wgsl {
    pub const NONE: Wgsl = Wgsl { float: "", int: "", bool: "", complex: "" };
    /// What a row gives, by kind.
    pub const fn of(
        float: &'static str,
        int: Option<&'static str>,
        bool: Option<&'static str>,
        complex: Option<&'static str>,
    ) -> Wgsl {
        const fn or(a: Option<&'static str>, b: &'static str) -> &'static str {
            match a {
                Some(a) => a,
                None => b,
            }
        }
        let int = or(int, float);
        Wgsl { float, int, bool: or(bool, int), complex: or(complex, "") }
    }
    fn for_dtype(&self, dtype: DType) -> &'static str {
        match dtype {
            DType::Bool => self.bool,
            DType::C64 | DType::C128 => self.complex,
            d if d.is_integral() => self.int,
            _ => self.float,
        }
    }
}

/// An operand: elements, or one number; with the dtype the expression wants it in.
#[derive(Clone, Copy)]
pub enum Side<'a> {
    Place(Place<'a>, DType),
    Number(Scalar, DType),
}

/// The dtype whose WGSL type computes another's elements: halves in float32, what is narrower than a word in a word, bools as
/// 0 and 1.
pub fn computed(op: &str, dtype: DType) -> Result<DType> {
    Ok(match dtype {
        DType::F16 | DType::BF16 | DType::F32 => DType::F32,
        DType::I8 | DType::I16 | DType::I32 => DType::I32,
        DType::Bool | DType::U8 | DType::U16 | DType::U32 => DType::U32,
        DType::F64 | DType::I64 | DType::U64 | DType::C64 => dtype,
        other => {
            let text = format!(
                "\"{op}\" not implemented for '{}' on a GPU: it works on narrower dtypes; .cpu() has a kernel",
                other.scalar_name()
            );
            return Err(Error::new(Kind::NotImplemented, text));
        }
    })
}

/// Runs a row's expression over `sides`, named `names` there. `compute` chooses the form of the expression, `written` is the
/// dtype of its value; `params` are `p0`, `p1` and so on in it, `C` the type it computes in, and `{T}` that type's name.
pub fn run(
    op: &'static str,
    wgsl: &'static Wgsl,
    compute: DType,
    names: &[&'static str],
    sides: &[Side],
    params: &[f64],
    out: Place,
    written: DType,
) -> Result<()> {
    let text = wgsl.for_dtype(compute);
    if text.is_empty() {
        let text =
            format!("{op}: there is no kernel for device cuda and dtype {} yet; use .cpu()", compute.name());
        return Err(Error::new(Kind::NotImplemented, text));
    }
    expression(op, text, names, sides, params, out, written)
}

/// [`run`] of a plain expression.
pub fn expression(
    op: &'static str,
    text: &'static str,
    names: &[&'static str],
    sides: &[Side],
    params: &[f64],
    out: Place,
    written: DType,
) -> Result<()> {
    let n = out.numel();
    if n == 0 {
        return Ok(());
    }
    const SLOTS: [&str; 10] = ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9"];
    let mut strides: SmallVec<[Dims; 5]> = SmallVec::new();
    for side in sides {
        if let Side::Place(p, _) = side {
            strides.push(strides_over(p, out.shape));
        }
    }
    let mut all: SmallVec<[&[usize]; 5]> = SmallVec::new();
    all.push(out.strides);
    all.extend(strides.iter().map(|s| s.as_slice()));
    let walk = Walk::new(out.shape, &all);
    let operands = all.len();
    // how each operand is found: 1 by the element's number, 2 it is one element, 0 by the walk
    let kinds: SmallVec<[u8; 5]> =
        (0..operands).map(|o| if walk.is_line(o) { 1 } else { 2 * walk.is_one(o) as u8 }).collect();
    let dense = kinds.iter().all(|k| *k != 0);
    let elements = Elements::of(&out);
    let lanes = elements.lanes;
    let written = computed_or_bool(op, written)?;

    // dense floats go by fours: 16 bytes a load where they are float32 (a copy of 256 MiB took 1.2 times as long by single words)
    let four = |p: &Place, d: DType| is_wide(p) && matches!(d, DType::F32 | DType::F16 | DType::BF16);
    let mut line = kinds[1..].iter();
    let fours = sides.iter().all(|s| match s {
        Side::Place(p, d) => line.next() == Some(&2) || four(p, *d),
        Side::Number(..) => true,
    });
    let wide = dense && kinds[0] == 1 && fours && four(&out, out.dtype) && written == DType::F32 && n >= 4096;

    let mut kernel =
        if wide { Kernel::new(op).writes_wide("out", out).arg(n).arg(0) } else { elements.kernel(op, out) };
    let mut mix = wide as u64;
    let mut slot = 0;
    for side in sides {
        let (tag, dtype) = match side {
            Side::Place(p, d) => {
                slot += 1;
                kernel = match wide && kinds[slot] == 1 {
                    true => kernel.reads_wide(SLOTS[slot - 1], *p),
                    false => kernel.reads(SLOTS[slot - 1], *p),
                };
                (1, *d)
            }
            Side::Number(_, d) => (2, *d),
        };
        mix = mixed(mix, tag << 6 | computed(op, dtype)? as u64);
    }
    for k in &kinds {
        mix = mixed(mix, *k as u64);
    }
    let rank = if dense { 0 } else { walk.rank() };
    kernel = kernel
        .variant(text.as_ptr() as u64)
        .variant(mix)
        .variant((rank as u64) << 8 | (lanes as u64) << 4 | written as u64 | (params.len() as u64) << 32);
    for side in sides {
        if let Side::Number(s, d) = side {
            kernel = kernel.number(*s, computed(op, *d)?);
        }
    }
    for p in params {
        kernel = kernel.float(*p);
    }
    let at = kernel.count_args();
    if !dense {
        let mut words: SmallVec<[u32; 40]> = SmallVec::new();
        walk.args(&mut words);
        kernel = kernel.args(&words);
    }
    let groups = if wide { grid(n.div_ceil(QUADS * 4 * 256)) } else { elements.groups() };
    kernel.run(groups, || {
        let kind = |s: &Side| match s {
            Side::Place(p, d) => (Some(p.dtype), *d),
            Side::Number(_, d) => (None, *d),
        };
        let sides: SmallVec<[(Option<DType>, DType); 5]> = sides.iter().map(kind).collect();
        let elements = (!wide).then_some(elements);
        body(text, names, &sides, params.len(), &kinds, rank, at, elements, written, out.dtype)
    })
}

/// Fours of one invocation of a dense kernel.
const QUADS: usize = 2;

/// A number that tells apart what it was mixed of (Fowler, Noll, Vo).
pub fn mixed(mix: u64, with: u64) -> u64 {
    (mix ^ with.wrapping_add(0xcbf2_9ce4_8422_2325)).wrapping_mul(0x0100_0000_01b3)
}

fn computed_or_bool(op: &str, dtype: DType) -> Result<DType> {
    if dtype == DType::Bool { Ok(DType::Bool) } else { computed(op, dtype) }
}

/// The text of the kernel. Each side is stored in one dtype, unless it is a number, and taken in another.
pub fn body(
    text: &str,
    names: &[&'static str],
    sides: &[(Option<DType>, DType)],
    params: usize,
    kinds: &[u8],
    rank: usize,
    at: usize,
    elements: Option<Elements>,
    written: DType,
    stored: DType,
) -> String {
    let (mut takes, mut gives, mut reads) = (Vec::new(), Vec::new(), String::new());
    let (mut slot, mut number) = (0, 2);
    for (name, (stored, taken)) in names.iter().zip(sides) {
        let dtype = match *taken {
            DType::F16 | DType::BF16 => DType::F32,
            DType::I8 | DType::I16 => DType::I32,
            DType::Bool | DType::U8 | DType::U16 => DType::U32,
            d => d,
        };
        takes.push(format!("{name}: {}", value(dtype)));
        gives.push(match stored {
            Some(from) => {
                let o = slot + 1;
                let i = match kinds[o] {
                    1 => "i".to_string(),
                    2 => "0u".to_string(),
                    _ => format!("p[{o}]"),
                };
                if elements.is_none() && kinds[o] == 1 {
                    reads += &format!("            let v{slot} = get4_s{slot}(i);\n");
                    gives.push(format!("v{slot}.@"));
                    slot += 1;
                    continue;
                }
                let read = format!("get_s{slot}({i})");
                slot += 1;
                match *taken {
                    // what is not zero is true: a half of one is no whole number
                    DType::Bool => convert(&convert(&read, *from, DType::Bool), DType::Bool, dtype),
                    _ => convert(&read, *from, dtype),
                }
            }
            None => {
                number += 2;
                constant(dtype, number - 2)
            }
        });
    }
    let mut out = String::from(NUMBER);
    for k in 0..params {
        let at = number + k;
        out += &format!("fn param{k}() -> f32 {{ return argf({at}u); }}\n");
    }
    // of the last operand: a mask, where there is one, comes first
    let compute = takes.last().and_then(|t| t.split(": ").nth(1)).unwrap_or("f32").to_string();
    out += &format!("alias C = {compute};\n");
    let text = &text.replace("{T}", &compute);
    out += &library::needed(text);
    let set: String = (0..params).map(|k| format!("let p{k} = param{k}(); ")).collect();
    let w = value(written);
    out += &format!("fn op({}) -> {w} {{ {set}return {text}; }}\n", takes.join(", "));
    let Some(elements) = elements else {
        return out + &by_fours(&reads, &gives.join(", "));
    };
    if rank > 0 {
        out += &places(rank, kinds.len(), at);
    }
    let p = if rank > 0 { "let p = places(i); " } else { "" };
    let result = convert(&format!("op({})", gives.join(", ")), written, stored);
    let t = value(stored);
    out += &format!("fn element(i: u32) -> {t} {{ {p}return {result}; }}\n");
    let place = if kinds[0] == 1 || elements.lanes > 1 {
        "i".to_string()
    } else if kinds[0] == 2 {
        "0u".into()
    } else {
        "places(i)[0]".into()
    };
    out + &elements.main(stored, &place)
}

/// The loop of a dense kernel of floats: `reads` makes the vectors that `gives` takes an element `@` of. At the end of the tensor
/// what lies behind it is written as it was.
fn by_fours(reads: &str, gives: &str) -> String {
    let parts: Vec<String> =
        ["x", "y", "z", "w"].iter().map(|l| format!("op({})", gives.replace('@', l))).collect();
    format!(
        "@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {{
    let n = arg(0u);
    let first = (group_number(wg) * {}u + t) * 4u;
    for (var u = 0u; u < {QUADS}u; u++) {{
        let i = first + u * 1024u;
        if (i < n) {{
{reads}            var y = vec4<f32>({});
            if (i + 4u > n) {{ y = select(get4_out(i), y, vec4<bool>(true, i + 1u < n, i + 2u < n, false)); }}
            put4_out(i, y);
        }}
    }}
}}
",
        QUADS * 256,
        parts.join(", ")
    )
}

/// The number at an argument as a value of a dtype.
pub fn constant(dtype: DType, at: usize) -> String {
    let next = at + 1;
    match dtype {
        DType::F32 => format!("argf({at}u)"),
        DType::I32 => format!("argi({at}u)"),
        DType::U32 => format!("arg({at}u)"),
        DType::I64 => format!("i64(u64(arg({at}u)) | (u64(arg({next}u)) << 32u))"),
        DType::U64 => format!("(u64(arg({at}u)) | (u64(arg({next}u)) << 32u))"),
        DType::F64 => format!("bitcast<f64>(u64(arg({at}u)) | (u64(arg({next}u)) << 32u))"),
        DType::C64 => format!("vec2<f32>(argf({at}u), argf({next}u))"),
        _ => format!("vec4<u32>(arg({at}u), arg({next}u), 0u, 0u)"),
    }
}

#[cfg(all(test, feature = "gpu"))]
pub mod tests;
