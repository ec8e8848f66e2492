//! Elements read and written at places that indices name: along one axis or several that are flattened. `gather` and
//! `scatter` are the same with an index of the tensor's rank.

use crate::bail;
use crate::base::{DType, Dims};
use crate::error::Result;
use crate::kernels::gpu::machine::each::each;
use crate::kernels::gpu::machine::fault::{self, Fault, watched};
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::operand::{Scratch, raw};
use crate::kernels::gpu::machine::walk::{Walk, places};
use crate::kernels::gpu::machine::{Kernel, Place, grid};

/// What an index of some axes means.
pub struct Axes<'a> {
    pub sizes: &'a [usize],
    /// Steps of the tensor along them.
    pub strides: &'a [usize],
    /// The first one's number, for the error.
    pub axis: usize,
    /// Negative indices count from the end.
    pub wraps: bool,
    pub fault: Fault,
}

/// An index tensor with its steps over the shape that a kernel walks.
#[derive(Clone, Copy)]
pub struct Index<'a> {
    pub place: Place<'a>,
    pub along: &'a [usize],
}

impl<'a> Index<'a> {
    /// Read as words: an int64 is two of them, on cards without 64-bit integers too.
    fn words(self) -> (Place<'a>, Dims) {
        let wide = self.place.dtype == DType::I64;
        let by = 1 + wide as usize;
        let along = self.along.iter().map(|s| s * by).collect();
        (Place { dtype: DType::U32, offset: self.place.offset * by, ..self.place }, along)
    }
}

/// `fn spot(at) -> u32`: the step into the tensor that the index at a place names. Its arguments are the code of its fault,
/// then what [`Axes::args`] says.
fn spot_text(axes: &Axes, wide: bool, code: usize, at: usize) -> String {
    let whole = if wide {
        "let hi = get_index(at + 1u);
    let far = hi != select(0u, 0xffffffffu, (lo & 0x80000000u) != 0u);
    let given = select(bitcast<i32>(lo), select(2147483647i, -2147483647i - 1i, (hi & 0x80000000u) != 0u), far);"
    } else {
        "let given = bitcast<i32>(lo);"
    };
    let wrap = if axes.wraps { "if (i < 0i) { i += n; }" } else { "" };
    let walk = Walk::new(axes.sizes, &[axes.strides]);
    format!(
        "fn spot(at: u32) -> u32 {{
    let lo = get_index(at);
    {whole}
    let n = argi({at}u);
    var i = given;
    {wrap}
    if (i < 0i || i >= n) {{ fault(arg({code}u), given, arg({}u), u32(n)); i = 0i; }}
    return inner_places(u32(i))[0];
}}
",
        at + 1
    ) + &places(walk.rank(), 1, at + 2).replace("fn places(", "fn inner_places(")
        + fault::TEXT
}

impl Axes<'_> {
    fn len(&self) -> usize {
        self.sizes.iter().product()
    }
    /// Size, axis, and the walk over the axes.
    fn args(&self) -> Vec<u32> {
        let mut words = vec![self.len() as u32, self.axis as u32];
        Walk::new(self.sizes, &[self.strides]).args(&mut words);
        words
    }
    fn rank(&self) -> usize {
        Walk::new(self.sizes, &[self.strides]).rank()
    }
    fn check(&self) -> Result<()> {
        match self.len() {
            0 => Err((self.fault)(0, self.axis, 0)),
            n if n > i32::MAX as usize => {
                bail!(Runtime, "an axis of {n} elements cannot be indexed on a GPU")
            }
            _ => Ok(()),
        }
    }
    /// The kernel with its index, and the text of `spot`.
    fn add<'k>(
        &'k self,
        kernel: Kernel<'k>,
        index: Place<'k>,
        wide: bool,
    ) -> Result<(Kernel<'k>, impl Fn() -> String + 'k)> {
        self.check()?;
        let (kernel, code) = watched(kernel.reads("index", index), &index, self.fault)?;
        let at = kernel.count_args();
        let kernel = kernel
            .args(&self.args())
            .variant((self.rank() as u64) << 2 | (wide as u64) << 1 | self.wraps as u64);
        Ok((kernel, move || spot_text(self, wide, code, at)))
    }
}

/// Elements as the bits they are.
fn bits(p: Place<'_>) -> Place<'_> {
    Place { dtype: raw(p.dtype), ..p }
}

/// `out[i] = x[i + index[i]]`: `along` are the steps of `x` over the shape of the result, zero where the index steps.
pub fn pick(out: Place, x: Place, along: &[usize], index: Index, axes: &Axes) -> Result<()> {
    if out.numel() == 0 {
        return Ok(());
    }
    let (words, steps) = index.words();
    let (kernel, each) = each("pick", bits(out), &[along, &steps]);
    let (kernel, text) = axes.add(kernel.reads("x", bits(x)), words, index.place.dtype == DType::I64)?;
    each.run(kernel, || {
        text() + "fn element(i: u32, p: array<u32, 3>) -> T_out { return get_x(p[1] + spot(p[2])); }\n"
    })
}

/// [`pick`] by steps that are known, see [`steps`].
pub fn pick_at(out: Place, x: Place, along: &[usize], known: Index) -> Result<()> {
    let (kernel, each) = each("pick at", bits(out), &[along, known.along]);
    each.run(kernel.reads("x", bits(x)).reads("index", known.place), || {
        "fn element(i: u32, p: array<u32, 3>) -> T_out { return get_x(p[1] + get_index(p[2])); }\n".into()
    })
}

/// The step that each index names, in the order of `shape`: from the steps `base` on, or added to what `to` holds already.
pub fn steps(
    to: &Scratch,
    shape: &[usize],
    base: &[usize],
    index: Index,
    axes: &Axes,
    add: bool,
) -> Result<()> {
    if to.numel() == 0 {
        return Ok(());
    }
    let (words, along) = index.words();
    let dense = crate::base::Layout::contiguous(shape).strides;
    let out = Place { shape, strides: &dense, ..to.place() };
    let (kernel, each) = each("index", out, &[base, &along]);
    let (kernel, text) = axes.add(kernel.variant(add as u64), words, index.place.dtype == DType::I64)?;
    let old = if add { "get_out(i)" } else { "p[1]" };
    each.run(kernel, || {
        text() + &format!("fn element(i: u32, p: array<u32, 3>) -> T_out {{ return {old} + spot(p[2]); }}\n")
    })
}

/// `dst[i + index[i]] = src[i]` over `shape`, with the steps of all three over it. Which of several that meet stays is not said.
pub fn put(
    dst: Place,
    along: &[usize],
    src: Place,
    from: &[usize],
    shape: &[usize],
    index: Index,
    axes: &Axes,
) -> Result<()> {
    let n: usize = shape.iter().product();
    if n == 0 {
        return Ok(());
    }
    let (words, steps) = index.words();
    let walk = Walk::new(shape, &[along, from, &steps]);
    let mut numbers = Vec::new();
    walk.args(&mut numbers);
    let kernel = Kernel::new("put")
        .writes("dst", bits(dst))
        .reads("src", bits(src))
        .variant(walk.rank() as u64)
        .arg(n)
        .args(&numbers);
    let (kernel, text) = axes.add(kernel, words, index.place.dtype == DType::I64)?;
    kernel.run(grid(n.div_ceil(256)), || {
        NUMBER.to_string()
            + &places(walk.rank(), 3, 1)
            + &text()
            + "@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let i = group_number(wg) * 256u + t;
    if (i >= arg(0u)) { return; }
    let p = places(i);
    put_dst(p[0] + spot(p[2]), get_src(p[1]));
}
"
    })
}
