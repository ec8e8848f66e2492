//! A kernel that is about to run: its operands, its numbers, the key under which its pipeline is kept.

use super::operand::{HALVES, Place, declare, declare_wide};
use crate::bail;
use crate::base::{DType, Scalar};
use crate::error::Result;
use smallvec::SmallVec;

/// How a shader uses an operand.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Use {
    writes: bool,
    /// Four elements at a time.
    wide: bool,
}

/// One launch. Its pipeline is made on the first one with the same name, dtypes and variants, and kept.
#[derive(Clone)]
pub struct Kernel<'a> {
    name: &'static str,
    /// Not inline: a `SmallVec` could not be of a shorter life where one more operand is added.
    operands: Vec<(&'static str, Place<'a>, Use)>,
    variants: SmallVec<[u64; 4]>,
    args: SmallVec<[u32; 40]>,
    group: u32,
    too_large: bool,
}

impl<'a> Kernel<'a> {
    pub fn new(name: &'static str) -> Kernel<'a> {
        Kernel {
            name,
            operands: Vec::with_capacity(6),
            variants: SmallVec::new(),
            args: SmallVec::new(),
            group: 256,
            too_large: false,
        }
    }
    /// Invocations of one workgroup: `WORKGROUP` in the shader.
    pub fn group(mut self, n: u32) -> Self {
        self.group = n;
        self
    }
    /// An operand that is read: `get_NAME(i)`, with `i` counted from its first element, and `T_NAME`.
    pub fn reads(mut self, name: &'static str, place: Place<'a>) -> Self {
        self.operands.push((name, place, Use { writes: false, wide: false }));
        self
    }
    /// An operand that is written, and may be read: `put_NAME(i, v)`, `get_NAME(i)`.
    pub fn writes(mut self, name: &'static str, place: Place<'a>) -> Self {
        self.operands.push((name, place, Use { writes: true, wide: false }));
        self
    }
    /// An operand that is read four elements at a time: `get4_NAME(i)`, with `i` a multiple of 4 counted from its first element,
    /// which lies at one too ([`is_wide`](super::operand::is_wide)).
    pub fn reads_wide(mut self, name: &'static str, place: Place<'a>) -> Self {
        self.operands.push((name, place, Use { writes: false, wide: true }));
        self
    }
    /// An operand that is written four elements at a time, `put4_NAME(i, v)`, and may be read so.
    pub fn writes_wide(mut self, name: &'static str, place: Place<'a>) -> Self {
        self.operands.push((name, place, Use { writes: true, wide: true }));
        self
    }
    /// What else the text of the shader depends on.
    pub fn variant(mut self, v: u64) -> Self {
        self.variants.push(v);
        self
    }
    /// A number for the shader: `arg(k)`, counted from 0 in the order of these calls.
    pub fn arg(mut self, v: usize) -> Self {
        self.too_large |= v > u32::MAX as usize;
        self.args.push(v as u32);
        self
    }
    /// Another value for a number that is there.
    pub fn set_arg(mut self, k: usize, v: usize) -> Self {
        self.too_large |= v > u32::MAX as usize;
        self.args[k] = v as u32;
        self
    }
    /// A float for the shader: `argf(k)`.
    pub fn float(mut self, v: f64) -> Self {
        self.args.push((v as f32).to_bits());
        self
    }
    /// Words for the shader.
    pub fn args(mut self, words: &[u32]) -> Self {
        self.args.extend_from_slice(words);
        self
    }
    /// A number as a value of a dtype, in two words: `number_KIND(k)` reads it.
    pub fn number(mut self, s: Scalar, dtype: DType) -> Self {
        let wide: u64 = match dtype {
            DType::F64 => s.to_f64().to_bits(),
            DType::F32 | DType::F16 | DType::BF16 => (s.to_f64() as f32).to_bits() as u64,
            DType::C64 => {
                let c = s.to_c128();
                (c.re as f32).to_bits() as u64 | ((c.im as f32).to_bits() as u64) << 32
            }
            DType::Bool => !s.is_zero() as u64,
            _ => s.to_i64() as u64,
        };
        self.args.extend([wide as u32, (wide >> 32) as u32]);
        self
    }
    pub fn count_args(&self) -> usize {
        self.args.len()
    }
    /// Runs with that many workgroups along each axis. `body` is the text behind the declarations of the operands; its entry is
    /// `main`.
    pub fn run(self, groups: [u32; 3], body: impl FnOnce() -> String) -> Result<()> {
        // the rest is compiled once, not for each shader: 86 copies were 432 KB
        let mut body = Some(body);
        self.run_text(groups, &mut || body.take().map(|text| text()).unwrap_or_default())
    }

    fn run_text(self, groups: [u32; 3], body: &mut dyn FnMut() -> String) -> Result<()> {
        if self.too_large || self.operands.iter().any(|(_, p, _)| p.first() > u32::MAX as usize) {
            bail!(Runtime, "{}: tensors beyond 2^32 elements are not supported on a GPU", self.name);
        }
        if groups.contains(&0) {
            return Ok(());
        }
        self.launch(groups, body)
    }

    /// The whole text of the shader.
    fn source(&self, body: &str) -> String {
        let operands: SmallVec<[_; 6]> =
            self.operands.iter().map(|(n, p, how)| (*n, p.dtype, *how)).collect();
        text_of(self.group, &operands, body)
    }

    #[cfg(not(feature = "gpu"))]
    fn launch(self, _: [u32; 3], body: &mut dyn FnMut() -> String) -> Result<()> {
        let _ = (self.source(&body()), &self.variants);
        bail!(Internal, "{}: a kernel for a GPU in a build without", self.name)
    }

    #[cfg(feature = "gpu")]
    fn launch(self, groups: [u32; 3], body: &mut dyn FnMut() -> String) -> Result<()> {
        use crate::storage::device::Memory;
        let gpu = self.operands[0].1.memory.gpu();
        let mut args: SmallVec<[u32; 48]> = self.operands.iter().map(|(_, p, _)| p.first() as u32).collect();
        args.extend_from_slice(&self.args);
        let on: SmallVec<[&Memory; 6]> = self.operands.iter().map(|(_, p, _)| p.memory).collect();
        let ready = kept::pipeline(gpu, &self, body)?;
        gpu.dispatch(ready, &on, &args, groups)
    }
}

/// An operand as its shader sees it: name, dtype, whether it is written.
pub type Seen = (&'static str, DType, bool);

/// The whole text of a shader over `operands`.
pub fn source(group: u32, operands: &[Seen], body: &str) -> String {
    let plain = |w: bool| Use { writes: w, wide: false };
    let operands: SmallVec<[_; 6]> = operands.iter().map(|(n, d, w)| (*n, *d, plain(*w))).collect();
    text_of(group, &operands, body)
}

fn text_of(group: u32, operands: &[(&'static str, DType, Use)], body: &str) -> String {
    let n = operands.len();
    let mut text = format!(
        "const WORKGROUP: u32 = {group}u;\nvar<immediate> base: u32;\n\
         @group(0) @binding(0) var<storage, read> args: array<u32>;\n\
         fn arg(k: u32) -> u32 {{ return args[base + {n}u + k]; }}\n\
         fn argi(k: u32) -> i32 {{ return bitcast<i32>(arg(k)); }}\n\
         fn argf(k: u32) -> f32 {{ return bitcast<f32>(arg(k)); }}\n"
    );
    let is_half = |d: DType| matches!(d, DType::F16 | DType::BF16);
    if operands.iter().any(|(_, d, _)| is_half(*d)) || body.contains("f16(") {
        text += HALVES;
    }
    for (k, (name, dtype, how)) in operands.iter().enumerate() {
        if how.wide {
            text += &declare_wide(k + 1, name, *dtype, how.writes);
            text += &format!(
                "fn get4_{name}(i: u32) -> vec4<f32> {{ return load4_{name}((args[base + {k}u] + i) >> 2u); }}\n"
            );
            if how.writes {
                text += &format!(
                    "fn put4_{name}(i: u32, v: vec4<f32>) {{ store4_{name}((args[base + {k}u] + i) >> 2u, v); }}\n"
                );
            }
            continue;
        }
        text += &declare(k + 1, name, *dtype, how.writes);
        text += &format!("fn first_{name}() -> u32 {{ return args[base + {k}u]; }}\n");
        text +=
            &format!("fn get_{name}(i: u32) -> T_{name} {{ return load_{name}(args[base + {k}u] + i); }}\n");
        if how.writes {
            text += &format!(
                "fn put_{name}(i: u32, v: T_{name}) {{ store_{name}(args[base + {k}u] + i, v); }}\n"
            );
        }
    }
    text + body
}

/// Workgroups for `n` of them in a row: a card takes 65,535 along one axis, so they are laid out over two. A shader finds its
/// own with `group_number(wg, groups)`, see [`NUMBER`], and ends where that is beyond its work.
pub fn grid(n: usize) -> [u32; 3] {
    const ROW: usize = 32768;
    if n <= ROW { [n as u32, 1, 1] } else { [ROW as u32, n.div_ceil(ROW) as u32, 1] }
}

/// The number of a workgroup in a [`grid`].
pub const NUMBER: &str = "fn group_number(wg: vec3<u32>) -> u32 { return wg.x + wg.y * 32768u; }\n";

#[cfg(feature = "gpu")]
mod kept {
    use super::*;
    use crate::storage::device::{Gpu, Ready};
    use std::collections::HashMap;
    use std::sync::Mutex;

    #[derive(PartialEq, Eq, Hash)]
    struct Key {
        gpu: u8,
        name: &'static str,
        group: u32,
        dtypes: SmallVec<[(DType, Use); 6]>,
        variants: SmallVec<[u64; 4]>,
    }

    type Kept = Mutex<Option<HashMap<Key, &'static Ready>>>;

    static KEPT: Kept = Mutex::new(None);

    pub fn pipeline(
        gpu: &'static Gpu,
        kernel: &Kernel,
        body: &mut dyn FnMut() -> String,
    ) -> Result<&'static Ready> {
        let key = Key {
            gpu: gpu.index,
            name: kernel.name,
            group: kernel.group,
            dtypes: kernel.operands.iter().map(|(_, p, w)| (p.dtype, *w)).collect(),
            variants: kernel.variants.clone(),
        };
        let mut kept = KEPT.lock().unwrap_or_else(|e| e.into_inner());
        let kept = kept.get_or_insert_with(HashMap::new);
        if let Some(ready) = kept.get(&key) {
            return Ok(ready);
        }
        let has = gpu.has();
        for (_, place, _) in &kernel.operands {
            let lacks = match place.dtype {
                DType::I64 | DType::U64 => !has.int64,
                DType::F64 => !has.float64,
                _ => false,
            };
            if lacks {
                bail!(
                    NotImplemented,
                    "{}: {} cannot compute in {}; use a narrower dtype or .cpu()",
                    kernel.name,
                    gpu.name(),
                    place.dtype.name()
                );
            }
            if matches!(place.dtype, DType::F8E4M3 | DType::F8E5M2) {
                bail!(
                    NotImplemented,
                    "\"{}\" not implemented for '{}' on a GPU: it works on float32, float16 and bfloat16",
                    kernel.name,
                    place.dtype.scalar_name()
                );
            }
        }
        let text = kernel.source(&body());
        if std::env::var_os("RUSHLIGHT_GPU_TRACE").is_some() {
            eprintln!("// {}\n{text}", kernel.name);
        }
        let ready = gpu.compile(kernel.name, &text, kernel.operands.len(), kernel.group).map_err(|e| {
            // WGSL has arithmetic of doubles, and no functions
            if !kernel.operands.iter().any(|(_, p, _)| p.dtype == DType::F64) {
                return e;
            }
            let text = format!(
                "\"{}\" not implemented for 'Double' on {}: it works on float32, float16 and bfloat16",
                kernel.name,
                gpu.name()
            );
            crate::error::Error::new(crate::error::Kind::NotImplemented, text)
        })?;
        let ready: &'static Ready = Box::leak(Box::new(ready));
        kept.insert(key, ready);
        Ok(ready)
    }
}
