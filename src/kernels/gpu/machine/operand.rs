//! An operand of a shader: where it lies, and the WGSL that reads and writes elements of its dtype.
//!
//! A shader sees whole buffers of the pool as words. Dtypes of one or two bytes share a word with their neighbours, which
//! other invocations may be writing: such elements are written by atomic operations on their word, that of a whole word by a
//! plain one.

use crate::base::{DType, Layout};
use crate::error::{Error, Kind, Result};
use crate::storage::device::Memory;

/// A tensor as a kernel sees it.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub memory: &'a Memory,
    pub dtype: DType,
    /// The first element, and steps, in elements.
    pub offset: usize,
    pub shape: &'a [usize],
    pub strides: &'a [usize],
}

impl Place<'_> {
    pub fn numel(&self) -> usize {
        self.shape.iter().product()
    }
    /// The first element counted from the beginning of its buffer.
    #[cfg(feature = "gpu")]
    pub fn first(&self) -> usize {
        self.memory.at() as usize / self.dtype.size() + self.offset
    }
    #[cfg(not(feature = "gpu"))]
    pub fn first(&self) -> usize {
        self.offset
    }
    /// The large buffer it lies in.
    pub fn chunk(&self) -> u32 {
        #[cfg(feature = "gpu")]
        return self.memory.chunk();
        #[cfg(not(feature = "gpu"))]
        return 0;
    }
    pub fn is_contiguous(&self) -> bool {
        let mut step = 1;
        for (n, s) in self.shape.iter().zip(self.strides).rev() {
            if *n != 1 && *s != step {
                return self.numel() == 0;
            }
            step *= n;
        }
        true
    }
}

/// Memory for what kernels keep between their launches: so many elements of a dtype, one behind the other.
pub struct Scratch {
    memory: Memory,
    dtype: DType,
    shape: [usize; 1],
}

impl Scratch {
    /// On the card where a tensor lies. What was in it before is unknown.
    pub fn beside(place: &Place, n: usize, dtype: DType) -> Result<Scratch> {
        #[cfg(feature = "gpu")]
        let index = place.memory.gpu().index;
        #[cfg(not(feature = "gpu"))]
        let index = place.offset as u8;
        let memory = Memory::new((n * dtype.size()).max(4), index)?;
        Ok(Scratch { memory, dtype, shape: [n] })
    }
    pub fn place(&self) -> Place<'_> {
        Place { memory: &self.memory, dtype: self.dtype, offset: 0, shape: &self.shape, strides: &[1] }
    }
    /// As a tensor with a layout that it has room for.
    pub fn seen<'a>(&'a self, layout: &'a Layout) -> Place<'a> {
        Place { shape: &layout.shape, strides: &layout.strides, ..self.place() }
    }
    /// Puts bytes into it, behind everything that was asked for before.
    pub fn upload(&self, bytes: &[u8]) -> Result<()> {
        self.memory.upload(0, bytes)
    }
    pub fn numel(&self) -> usize {
        self.shape[0]
    }
    /// Its first words, when everything before is done.
    pub fn words<const N: usize>(&self) -> Result<[u32; N]> {
        let mut bytes = vec![0; N * 4];
        self.memory.download(0, &mut bytes)?;
        let mut out = [0; N];
        for (w, b) in out.iter_mut().zip(bytes.chunks_exact(4)) {
            *w = u32::from_ne_bytes([b[0], b[1], b[2], b[3]]);
        }
        Ok(out)
    }
}

/// The dtype by whose words the bytes of another can be moved as they are.
pub const fn raw(dtype: DType) -> DType {
    match dtype.size() {
        1 => DType::U8,
        2 => DType::U16,
        4 => DType::U32,
        8 => DType::C64,
        _ => DType::C128,
    }
}

/// Elements of a dtype that share a word.
pub const fn lanes(dtype: DType) -> u32 {
    match dtype.size() {
        1 => 4,
        2 => 2,
        _ => 1,
    }
}

/// The WGSL type in which elements of a dtype are computed.
pub const fn value(dtype: DType) -> &'static str {
    match dtype {
        DType::Bool => "bool",
        DType::U8 | DType::U16 | DType::U32 => "u32",
        DType::I8 | DType::I16 | DType::I32 => "i32",
        DType::I64 => "i64",
        DType::U64 => "u64",
        DType::F16 | DType::BF16 | DType::F32 | DType::F8E4M3 | DType::F8E5M2 => "f32",
        DType::F64 => "f64",
        DType::C64 => "vec2<f32>",
        // moved, never computed with
        DType::C128 => "vec4<u32>",
    }
}

/// A zero of a dtype's value.
pub const fn zero(dtype: DType) -> &'static str {
    match dtype {
        DType::Bool => "false",
        DType::U8 | DType::U16 | DType::U32 => "0u",
        DType::I8 | DType::I16 | DType::I32 => "0i",
        DType::I64 => "0li",
        DType::U64 => "0lu",
        DType::F64 => "0.0lf",
        DType::C64 => "vec2<f32>(0.0, 0.0)",
        DType::C128 => "vec4<u32>(0u, 0u, 0u, 0u)",
        _ => "0.0f",
    }
}

/// Refuses float64 where a kernel needs functions that WGSL has for float32 alone.
pub fn ensure_single(op: &str, dtype: DType) -> Result<()> {
    if dtype == DType::F64 {
        let text = format!("\"{op}\" not implemented for 'Double' on a GPU; use float32 or .cpu()");
        return Err(Error::new(Kind::NotImplemented, text));
    }
    Ok(())
}

/// The name of the conversion functions that a dtype's bits need.
fn half(dtype: DType) -> Option<(&'static str, &'static str)> {
    match dtype {
        DType::F16 => Some(("f16_to_f32", "f32_to_f16")),
        DType::BF16 => Some(("bf16_to_f32", "f32_to_bf16")),
        _ => None,
    }
}

/// An element out of the word `w`, `bit` bits up.
fn unpack(dtype: DType, w: &str, bit: &str) -> String {
    let bits = dtype.size() * 8;
    match dtype {
        DType::Bool => format!("extractBits({w}, {bit}, 8u) != 0u"),
        DType::I8 | DType::I16 => format!("extractBits(bitcast<i32>({w}), {bit}, {bits}u)"),
        DType::F16 | DType::BF16 => {
            let (from, _) = half(dtype).unwrap_or_default();
            format!("{from}(extractBits({w}, {bit}, 16u))")
        }
        _ => format!("extractBits({w}, {bit}, {bits}u)"),
    }
}

/// The low bits of a word that hold the value `v`.
fn pack(dtype: DType, v: &str) -> String {
    let mask = if dtype.size() == 1 { "255u" } else { "65535u" };
    match dtype {
        DType::Bool => format!("select(0u, 1u, {v})"),
        DType::I8 | DType::I16 => format!("(bitcast<u32>({v}) & {mask})"),
        DType::F16 | DType::BF16 => {
            let (_, to) = half(dtype).unwrap_or_default();
            format!("{to}({v})")
        }
        _ => format!("({v} & {mask})"),
    }
}

/// Binding `slot` with the operand `name`: the buffer, its type `T_name`, `load_name(i)` and, where it is written,
/// `store_name(i, v)`; for dtypes that share words also `store_word_name(w, values)`. `i` counts elements of the buffer.
pub fn declare(slot: usize, name: &str, dtype: DType, writes: bool) -> String {
    let (t, lanes) = (value(dtype), lanes(dtype));
    let mut out = format!("alias T_{name} = {t};\n");
    if lanes == 1 {
        out += &format!("@group(0) @binding({slot}) var<storage, read_write> m_{name}: array<{t}>;\n");
        out += &format!("fn load_{name}(i: u32) -> {t} {{ return m_{name}[i]; }}\n");
        if writes {
            out += &format!("fn store_{name}(i: u32, v: {t}) {{ m_{name}[i] = v; }}\n");
        }
        return out;
    }
    let bits = dtype.size() as u32 * 8;
    let (shift, mask) = (lanes.trailing_zeros(), lanes - 1);
    let ones = if bits == 8 { "255u" } else { "65535u" };
    let cell = if writes { "atomic<u32>" } else { "u32" };
    let word = if writes {
        format!("atomicLoad(&m_{name}[i >> {shift}u])")
    } else {
        format!("m_{name}[i >> {shift}u]")
    };
    out += &format!("@group(0) @binding({slot}) var<storage, read_write> m_{name}: array<{cell}>;\n");
    let read = unpack(dtype, "w", &format!("(i & {mask}u) * {bits}u"));
    out += &format!("fn load_{name}(i: u32) -> {t} {{ let w = {word}; return {read}; }}\n");
    if writes {
        let bit = pack(dtype, "v");
        out += &format!(
            "fn store_{name}(i: u32, v: {t}) {{\n    let s = (i & {mask}u) * {bits}u;\n    let b = {bit};\n    \
             atomicAnd(&m_{name}[i >> {shift}u], ~({ones} << s));\n    atomicOr(&m_{name}[i >> {shift}u], b << s);\n}}\n"
        );
        let parts: Vec<String> =
            (0..lanes).map(|l| format!("({} << {}u)", pack(dtype, &format!("v[{l}]")), l * bits)).collect();
        out += &format!(
            "fn store_word_{name}(w: u32, v: array<{t}, {lanes}>) {{ atomicStore(&m_{name}[w], {}); }}\n",
            parts.join(" | ")
        );
    }
    out
}

/// As [`declare`], four elements at a time: `load4_name(q)` reads those from `4 q` on, where the buffer's words allow it
/// ([`is_wide`]), and `store4_name(q, v)` writes them.
pub fn declare_wide(slot: usize, name: &str, dtype: DType, writes: bool) -> String {
    let mut out = format!("alias T_{name} = f32;\n");
    let cell = if dtype == DType::F32 { "vec4<f32>" } else { "vec2<u32>" };
    out += &format!("@group(0) @binding({slot}) var<storage, read_write> m_{name}: array<{cell}>;\n");
    let read = match dtype {
        DType::F16 => "vec4<f32>(unpack2x16float(w.x), unpack2x16float(w.y))",
        DType::BF16 => {
            "bitcast<vec4<f32>>(vec4<u32>(w.x << 16u, w.x & 0xffff0000u, w.y << 16u, w.y & 0xffff0000u))"
        }
        _ => "w",
    };
    out += &format!("fn load4_{name}(q: u32) -> vec4<f32> {{ let w = m_{name}[q]; return {read}; }}\n");
    if writes {
        let to = |v: &str| pack(dtype, v);
        let bits = match dtype {
            DType::F32 => "v".to_string(),
            _ => format!(
                "vec2<u32>({} | ({} << 16u), {} | ({} << 16u))",
                to("v.x"),
                to("v.y"),
                to("v.z"),
                to("v.w")
            ),
        };
        out += &format!("fn store4_{name}(q: u32, v: vec4<f32>) {{ m_{name}[q] = {bits}; }}\n");
    }
    out
}

/// Whether elements can be moved four at a time from a place on: they begin at a multiple of four of them.
pub fn is_wide(p: &Place) -> bool {
    matches!(p.dtype, DType::F32 | DType::F16 | DType::BF16) && p.first().is_multiple_of(4)
}

/// The value `v` of one dtype as another's.
pub fn convert(v: &str, from: DType, to: DType) -> String {
    let (f, t) = (value(from), value(to));
    if f == t && !(from != to && matches!(to, DType::U8 | DType::I8 | DType::I16 | DType::U16)) {
        return v.into();
    }
    let complex = |d: DType| matches!(d, DType::C64);
    match (from, to) {
        (_, DType::C64) => format!("vec2<f32>({}, 0.0)", convert(v, from, DType::F32)),
        (c, _) if complex(c) && to == DType::Bool => format!("any({v} != vec2<f32>(0.0))"),
        (c, _) if complex(c) => convert(&format!("({v}).x"), DType::F32, to),
        (DType::Bool, DType::F32 | DType::F16 | DType::BF16) => format!("select(0.0, 1.0, {v})"),
        (DType::Bool, DType::I32 | DType::I8 | DType::I16) => format!("select(0i, 1i, {v})"),
        (DType::Bool, DType::U8 | DType::U16 | DType::U32) => format!("select(0u, 1u, {v})"),
        (DType::Bool, _) => format!("{t}(select(0i, 1i, {v}))"),
        // not `!=`, which is false of nan
        (_, DType::Bool) => format!("!({v} == {})", zero(from)),
        // what does not fit wraps around; through the widest that a float can be turned into
        (f, DType::U8 | DType::U16 | DType::I8 | DType::I16) => {
            let whole = match f {
                DType::F16 | DType::BF16 | DType::F32 | DType::F64 => format!("i32({v})"),
                _ => format!("i32({v})"),
            };
            let bits = to.size() * 8;
            if t == "u32" {
                format!("extractBits(u32({whole}), 0u, {bits}u)")
            } else {
                format!("extractBits({whole}, 0u, {bits}u)")
            }
        }
        // a word is made wider without a sign: straight to i64, naga 30 gives it one
        (DType::U32, DType::I64) => format!("i64(u64({v}))"),
        _ => format!("{t}({v})"),
    }
}

/// Conversions of halves, to the nearest, ties to even; `pack2x16float` leaves the rounding to the driver.
pub const HALVES: &str = "
fn f16_to_f32(h: u32) -> f32 { return unpack2x16float(h).x; }
fn f32_to_f16(x: f32) -> u32 {
    let b = bitcast<u32>(x);
    let sign = (b >> 16u) & 0x8000u;
    let a = b & 0x7fffffffu;
    if (a > 0x7f800000u) { return sign | 0x7e00u; }
    if (a >= 0x477ff000u) { return sign | 0x7c00u; }
    if (a < 0x38800000u) {
        // below the least normal: a multiple of 2^-24
        let m = u32(round(bitcast<f32>(a) * 16777216.0));
        return sign | m;
    }
    let r = a + 0xfffu + ((a >> 13u) & 1u) - 0x38000000u;
    return sign | (r >> 13u);
}
fn bf16_to_f32(h: u32) -> f32 { return bitcast<f32>(h << 16u); }
fn f32_to_bf16(x: f32) -> u32 {
    let b = bitcast<u32>(x);
    if ((b & 0x7fffffffu) > 0x7f800000u) { return (b >> 16u) | 0x40u; }
    return ((b + 0x7fffu + ((b >> 16u) & 1u)) >> 16u) & 0xffffu;
}
";
