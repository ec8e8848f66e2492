//! Stable sorts of lines. Elements become unsigned keys of the same order; a key with its position is a total order, so it does
//! not matter how it is found: stretches of 1024 by bitonic exchange in a workgroup's memory, longer lines by merging sorted
//! stretches two by two, each element finding its rank in the other stretch by halving.

use crate::base::{DType, Dims};
use crate::error::Result;
use crate::kernels::gpu::elementwise::{computed, library};
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::operand::{convert, value};
use crate::kernels::gpu::machine::walk::{Walk, places};
use crate::kernels::gpu::machine::{Kernel, Place, grid};
use crate::kernels::gpu::reduce::single;
use smallvec::SmallVec;

/// Elements that a workgroup sorts, a power of two.
const STRETCH: usize = 1024;

/// The lines of some tensors along an axis, of which the first has `n` elements a line.
pub struct Lines {
    pub n: usize,
    pub lines: usize,
    pub steps: SmallVec<[u32; 4]>,
    pub outer: Walk,
}

impl Lines {
    pub fn of(places: &[&Place], axis: usize) -> Lines {
        let shape = places[0].shape;
        let axes: Dims = (0..shape.len()).filter(|&i| i != axis).collect();
        let kept: Dims = axes.iter().map(|&i| shape[i]).collect();
        let strides: SmallVec<[Dims; 4]> =
            places.iter().map(|p| axes.iter().map(|&i| p.strides[i]).collect()).collect();
        Lines {
            n: shape.get(axis).copied().unwrap_or(1),
            lines: kept.iter().product(),
            steps: places.iter().map(|p| p.strides.get(axis).copied().unwrap_or(0) as u32).collect(),
            outer: Walk::new(
                &kept,
                &strides.iter().map(|s| s.as_slice()).collect::<SmallVec<[&[usize]; 4]>>(),
            ),
        }
    }
    /// The steps, then what [`places`] reads.
    pub fn args(&self) -> SmallVec<[u32; 40]> {
        let mut words: SmallVec<[u32; 40]> = self.steps.iter().copied().collect();
        self.outer.args(&mut words);
        words
    }
}

/// The key of `x`, of a dtype that is computed in: the order of numbers, all nan greatest and alike, both zeros alike.
fn key(dtype: DType) -> (&'static str, &'static str, DType) {
    match dtype {
        DType::F32 => (
            "let b = select(bitcast<u32>(x), 0u, x == 0.0);
    if (is_nan(x)) { return 4294967295u; }
    return select(b | 0x80000000u, ~b, (b >> 31u) != 0u);",
            "4294967295u",
            DType::U32,
        ),
        DType::I32 => ("return bitcast<u32>(x) ^ 0x80000000u;", "4294967295u", DType::U32),
        DType::I64 => ("return u64(x) ^ 9223372036854775808lu;", "18446744073709551615lu", DType::U64),
        DType::U64 => ("return x;", "18446744073709551615lu", DType::U64),
        _ => ("return x;", "4294967295u", DType::U32),
    }
}

/// Sorts the lines of `x`: the first `keep` values of each, where there is a place for them, and their positions.
pub fn sort(
    op: &'static str,
    x: Place,
    axis: usize,
    descending: bool,
    keep: usize,
    values: Option<Place>,
    indices: Place,
) -> Result<()> {
    let dtype = match computed(op, x.dtype)? {
        DType::F64 => return single(op, DType::F64).map(drop),
        d => d,
    };
    let mut all: SmallVec<[&Place; 3]> = SmallVec::new();
    all.push(&x);
    all.push(&indices);
    all.extend(values.as_ref());
    let lines = Lines::of(&all, axis);
    let (n, count) = (lines.n, lines.lines);
    if n == 0 || count == 0 || keep == 0 {
        return Ok(());
    }
    let (text, greatest, key_dtype) = key(dtype);
    let kind = Kind { op, dtype, descending, text, greatest, key: key_dtype, lines: &lines, keep };
    if n <= STRETCH {
        return kind.stretches(x, n.next_power_of_two(), None, values, indices);
    }
    let bytes = key_dtype.size();
    let shape = [n * count];
    let key_place = |memory| Place { memory, dtype: key_dtype, offset: 0, shape: &shape, strides: &[1] };
    let at_place = |memory| Place { memory, dtype: DType::U32, offset: 0, shape: &shape, strides: &[1] };
    let memory = |b| x.memory.beside(n * count * b);
    let (k0, k1, i0, i1) = (memory(bytes)?, memory(bytes)?, memory(4)?, memory(4)?);
    let mut from = (key_place(&k0), at_place(&i0));
    let mut to = (key_place(&k1), at_place(&i1));
    kind.stretches(x, STRETCH, Some(from), None, indices)?;
    let mut width = STRETCH;
    while width < n {
        let last = width * 2 >= n;
        kind.merge(x, width, from, if last { None } else { Some(to) }, values, indices)?;
        std::mem::swap(&mut from, &mut to);
        width *= 2;
    }
    Ok(())
}

struct Kind<'a> {
    op: &'static str,
    dtype: DType,
    descending: bool,
    text: &'static str,
    greatest: &'static str,
    key: DType,
    lines: &'a Lines,
    keep: usize,
}

impl Kind<'_> {
    fn mix(&self, what: u64, values: bool) -> u64 {
        what | (self.descending as u64) << 8
            | (values as u64) << 9
            | (self.dtype as u64) << 16
            | (self.lines.outer.rank() as u64) << 24
    }
    /// What the shaders share; the walk's arguments begin at 4.
    fn head(&self) -> String {
        let operands = self.lines.steps.len();
        format!(
            "{NUMBER}{}alias K = {};\nfn key(x: {}) -> K {{ {} }}\n{}",
            library::needed("is_nan"),
            value(self.key),
            value(self.dtype),
            self.text,
            places(self.lines.outer.rank(), operands, 4 + operands)
        )
    }
    /// `fn deliver(line, rank, at)`: writes the element at a position of a line to its rank.
    fn deliver(&self, x: Place, values: Option<Place>, indices: Place) -> String {
        let put = match values {
            Some(v) => format!(
                "put_values(p[2] + rank * arg(6u), {});",
                convert("get_x(p[0] + at * arg(4u))", x.dtype, v.dtype)
            ),
            None => String::new(),
        };
        format!(
            "fn deliver(line: u32, rank: u32, at: u32) {{
    if (rank >= arg(2u)) {{ return; }}
    let p = places(line);
    put_indices(p[1] + rank * arg(5u), {});
    {put}
}}\n",
            convert("at", DType::U32, indices.dtype)
        )
    }

    /// Sorts stretches of `width` elements each: whole lines, or the stretches of longer ones, into `to`.
    fn stretches(
        &self,
        x: Place,
        width: usize,
        to: Option<(Place, Place)>,
        values: Option<Place>,
        indices: Place,
    ) -> Result<()> {
        let (n, lines) = (self.lines.n, self.lines.lines);
        let chunks = n.div_ceil(width);
        let mut kernel = Kernel::new(self.op).reads("x", x);
        match to {
            Some((k, i)) => kernel = kernel.writes("to_key", k).writes("to_at", i),
            None => {
                kernel = kernel.writes("indices", indices);
                if let Some(v) = values {
                    kernel = kernel.writes("values", v);
                }
            }
        }
        let mix = self.mix(1 | (to.is_some() as u64) << 4, values.is_some());
        kernel = kernel.variant(mix).variant(width as u64);
        kernel = kernel.arg(n).arg(lines).arg(self.keep).arg(chunks).args(&self.lines.args());
        let groups = (lines * chunks).div_ceil(STRETCH / width);
        kernel.run(grid(groups), || {
            let (deliver, write) = match to {
                None => (self.deliver(x, values, indices), "deliver(line, rank, ats[e]);"),
                Some(_) => (
                    String::new(),
                    "put_to_key(line * n + rank, keys[e]); put_to_at(line * n + rank, ats[e]);",
                ),
            };
            let read = convert("get_x(places(line)[0] + i * arg(4u))", x.dtype, self.dtype);
            let turn = if self.descending { "~" } else { "" };
            format!(
                "{}{deliver}const WIDTH: u32 = {width}u;
var<workgroup> keys: array<K, {STRETCH}>;
var<workgroup> ats: array<u32, {STRETCH}>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {{
    let n = arg(0u);
    let first = group_number(wg) * {}u;
    for (var e = t; e < {STRETCH}u; e += 256u) {{
        let stretch = first + e / WIDTH;
        let line = stretch / arg(3u);
        let i = (stretch - line * arg(3u)) * WIDTH + e % WIDTH;
        var k = K({});
        if (line < arg(1u) && i < n) {{ k = {turn}key({read}); }}
        keys[e] = k;
        ats[e] = i;
    }}
    workgroupBarrier();
    for (var size = 2u; size <= WIDTH; size = size << 1u) {{
        for (var h = size >> 1u; h > 0u; h = h >> 1u) {{
            for (var c = t; c < {}u; c += 256u) {{
                let a = (c / h) * (2u * h) + c % h;
                let b = a + h;
                let down = ((a % WIDTH) & size) != 0u && size < WIDTH;
                let ka = keys[a]; let kb = keys[b]; let ia = ats[a]; let ib = ats[b];
                let over = ka > kb || ka == kb && ia > ib;
                if (over != down) {{ keys[a] = kb; keys[b] = ka; ats[a] = ib; ats[b] = ia; }}
            }}
            workgroupBarrier();
        }}
    }}
    for (var e = t; e < {STRETCH}u; e += 256u) {{
        let stretch = first + e / WIDTH;
        let line = stretch / arg(3u);
        let rank = (stretch - line * arg(3u)) * WIDTH + e % WIDTH;
        if (line < arg(1u) && rank < n) {{ {write} }}
    }}
}}
",
                self.head(),
                STRETCH / width,
                self.greatest,
                STRETCH / 2,
            )
        })
    }

    /// Merges sorted stretches of `width` of every line, two by two.
    fn merge(
        &self,
        x: Place,
        width: usize,
        from: (Place, Place),
        to: Option<(Place, Place)>,
        values: Option<Place>,
        indices: Place,
    ) -> Result<()> {
        let (n, lines) = (self.lines.n, self.lines.lines);
        let mut kernel = Kernel::new(self.op).reads("keys", from.0).reads("ats", from.1);
        match to {
            Some((k, i)) => kernel = kernel.writes("to_key", k).writes("to_at", i),
            None => {
                kernel = kernel.reads("x", x).writes("indices", indices);
                if let Some(v) = values {
                    kernel = kernel.writes("values", v);
                }
            }
        }
        let mix = self.mix(2 | (to.is_some() as u64) << 4, values.is_some());
        kernel = kernel.variant(mix).arg(n).arg(lines).arg(self.keep).arg(width).args(&self.lines.args());
        kernel.run(grid((n * lines).div_ceil(256)), || {
            let (deliver, write) = match to {
                None => (self.deliver(x, values, indices), "deliver(line, rank, at);"),
                Some(_) => (String::new(), "put_to_key(line * n + rank, k); put_to_at(line * n + rank, at);"),
            };
            format!(
                "{}{deliver}
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {{
    let n = arg(0u);
    let width = arg(3u);
    let e = group_number(wg) * 256u + t;
    let line = e / n;
    if (line >= arg(1u)) {{ return; }}
    let i = e - line * n;
    let row = line * n;
    let pair = i / (2u * width) * (2u * width);
    let middle = min(pair + width, n);
    let end = min(middle + width, n);
    let k = get_keys(e);
    let at = get_ats(e);
    // its rank among the other stretch's
    let upper = i >= middle;
    let other = select(middle, pair, upper);
    var lo = other;
    var hi = select(end, middle, upper);
    for (var s = 0u; s < 32u; s++) {{
        if (lo >= hi) {{ break; }}
        let mid = (lo + hi) >> 1u;
        let km = get_keys(row + mid);
        if (km < k || km == k && get_ats(row + mid) < at) {{ lo = mid + 1u; }} else {{ hi = mid; }}
    }}
    let own = select(i - pair, i - middle, upper);
    let rank = pair + own + (lo - other);
    {write}
}}
",
                self.head()
            )
        })
    }
}
