//! Bags of rows: their sums, means and maxima, and the way back. Sums are carried in float32.

use crate::base::DType;
use crate::error::Result;
use crate::kernels::gpu::create::copy::fill;
use crate::kernels::gpu::machine::fault::{self, Fault, watched};
use crate::kernels::gpu::machine::launch::NUMBER;
use crate::kernels::gpu::machine::meet::{Combine, Meet};
use crate::kernels::gpu::machine::operand::{Scratch, convert};
use crate::kernels::gpu::machine::{Kernel, Place, grid};

/// Dense indices of rows, bag after bag, and where each bag begins.
pub struct Bags<'a> {
    pub index: Place<'a>,
    pub offsets: Place<'a>,
    /// The row that does not count.
    pub padding: Option<usize>,
    pub fault: Fault,
}

/// What a pass forward reads and writes; all but the table are dense.
pub struct Forward<'a> {
    pub bags: Bags<'a>,
    pub mean: bool,
    pub max: bool,
    pub table: Place<'a>,
    pub factors: Option<Place<'a>>,
    pub out: Place<'a>,
    /// How many rows count in each bag: int64.
    pub sizes: Place<'a>,
    /// The row that each maximum came from: int64.
    pub from: Option<Place<'a>>,
}

fn words(p: Place<'_>) -> Place<'_> {
    match p.dtype {
        DType::I64 => Place { dtype: DType::U32, offset: p.offset * 2, ..p },
        _ => Place { dtype: DType::U32, ..p },
    }
}

impl Bags<'_> {
    /// Arguments from number `at` on: indices, bags, the padding row, the table's rows.
    fn add<'a>(&'a self, kernel: Kernel<'a>, rows: usize) -> Result<(Kernel<'a>, String)> {
        let at = kernel.count_args();
        let wide = |p: &Place| 1 + (p.dtype == DType::I64) as usize;
        let kernel = kernel
            .reads("index", words(self.index))
            .reads("offsets", words(self.offsets))
            .variant(wide(&self.index) as u64 * 2 + wide(&self.offsets) as u64)
            .arg(self.index.numel())
            .arg(self.offsets.numel())
            .args(&[self.padding.map_or(u32::MAX, |p| p as u32)])
            .arg(rows);
        let (kernel, code) = watched(kernel, &self.index, self.fault)?;
        let text = format!(
            "fn begin(b: u32) -> u32 {{
    if (b >= arg({offsets}u)) {{ return arg({at}u); }}
    return min(get_offsets(b * {by}u), arg({at}u));
}}
fn row(k: u32) -> u32 {{
    let i = get_index(k * {each}u);
    if (i >= arg({rows}u)) {{ fault(arg({code}u), bitcast<i32>(i), 0u, arg({rows}u)); return 0u; }}
    return i;
}}
fn counts(row: u32) -> bool {{ return row != arg({padding}u); }}
fn size(b: u32) -> u32 {{
    let end = begin(b + 1u);
    if (arg({padding}u) == 0xffffffffu) {{ return end - min(begin(b), end); }}
    var n = 0u;
    for (var k = begin(b); k < end; k++) {{ if (counts(row(k))) {{ n += 1u; }} }}
    return n;
}}
fn bag_of(k: u32) -> u32 {{
    // the last one that does not begin behind it
    var low = 0u;
    var high = arg({offsets}u);
    for (var step = 0u; step < 32u; step++) {{
        if (high - low > 1u) {{
            let middle = (low + high) / 2u;
            if (begin(middle) <= k) {{ low = middle; }} else {{ high = middle; }}
        }}
    }}
    return low;
}}
",
            offsets = at + 1,
            padding = at + 2,
            rows = at + 3,
            by = wide(&self.offsets),
            each = wide(&self.index),
        );
        Ok((kernel, NUMBER.to_string() + fault::TEXT + &text))
    }
}

const ENTRY: &str = "@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let e = group_number(wg) * 256u + t;
    if (e >= arg(0u)) { return; }
";

/// Every bag's row, an invocation for each element of it.
pub fn forward(f: &Forward) -> Result<()> {
    let (count, dim) = (f.sizes.numel(), f.table.shape[1]);
    if count == 0 {
        return Ok(());
    }
    let float = |p: &Place, text: &str| convert(text, p.dtype, DType::F32);
    let mut kernel = Kernel::new("embedding_bag")
        .writes("out", f.out)
        .writes("sizes", words(f.sizes))
        .reads("table", f.table)
        .variant(f.max as u64 * 4 + f.mean as u64 * 2 + f.factors.is_some() as u64)
        .arg(count * dim.max(1))
        .arg(dim)
        .arg(f.table.strides[0])
        .arg(f.table.strides[1]);
    if let Some(factors) = f.factors {
        kernel = kernel.reads("factors", factors);
    }
    if let Some(from) = f.from {
        kernel = kernel.writes("origin", words(from));
    }
    let (kernel, text) = f.bags.add(kernel, f.table.shape[0])?;
    let v = float(&f.table, "get_table(r * arg(2u) + c * arg(3u))");
    let factor = f.factors.map_or("1.0".into(), |p| float(&p, "get_factors(k)"));
    let y = convert("y", DType::F32, f.out.dtype);
    let (step, end) = if f.max {
        (
            "if (n == 1u || v > y) { y = v; origin = r; }".to_string(),
            "let o = (b * dim + c) * 2u; put_origin(o, origin); put_origin(o + 1u, select(0u, 0xffffffffu, n == 0u));",
        )
    } else {
        (format!("y += v * {factor};"), if f.mean { "y = y / f32(max(n, 1u));" } else { "" })
    };
    kernel.run(grid((count * dim.max(1)).div_ceil(256)), || {
        text + ENTRY
            + &format!(
                "    let dim = arg(1u);
    let b = e / max(dim, 1u);
    let c = e - b * dim;
    var y = 0.0;
    var n = 0u;
    var origin = 0xffffffffu;
    let end = begin(b + 1u);
    for (var k = begin(b); k < end; k++) {{
        let r = row(k);
        if (counts(r)) {{
            n += 1u;
            if (dim > 0u) {{
                let v = {v};
                {step}
            }}
        }}
    }}
    if (dim > 0u) {{
        {end}
        put_out(e, {y});
    }}
    if (c == 0u) {{ put_sizes(b * 2u, n); put_sizes(b * 2u + 1u, 0u); }}
}}
"
            )
    })
}

/// What each index adds to its row: float32, a row for each index.
pub fn spread(bags: &Bags, g: Place, factors: Option<Place>, mean: bool, dim: usize) -> Result<Scratch> {
    let n = bags.index.numel();
    let out = Scratch::beside(&g, n * dim, DType::F32)?;
    let mut kernel = Kernel::new("embedding_bag spread")
        .writes("out", out.place())
        .reads("g", g)
        .variant(mean as u64 * 2 + factors.is_some() as u64)
        .arg(n * dim)
        .arg(dim);
    if let Some(factors) = factors {
        kernel = kernel.reads("factors", factors);
    }
    let (kernel, text) = bags.add(kernel, u32::MAX as usize)?;
    let v = convert("get_g(b * dim + c)", g.dtype, DType::F32);
    let factor = factors.map_or("1.0".into(), |p| convert("get_factors(k)", p.dtype, DType::F32));
    let share = if mean { "/ f32(max(size(b), 1u))" } else { "" };
    kernel.run(grid((n * dim).div_ceil(256)), || {
        text + ENTRY
            + &format!(
                "    let dim = arg(1u);
    let k = e / dim;
    let c = e - k * dim;
    let b = bag_of(k);
    var v = 0.0;
    if (counts(row(k))) {{ v = {v} * {factor} {share}; }}
    put_out(e, v);
}}
"
            )
    })?;
    Ok(out)
}

/// Gradients of maxima back to the rows they came from: `out` is cleared, `from` says the row of each element of `g`.
pub fn spread_max(out: Place, g: Place, from: Place) -> Result<()> {
    let (n, dim) = (g.numel(), out.shape[1]);
    let (keys, values) = (Scratch::beside(&g, n, DType::U32)?, Scratch::beside(&g, n, DType::F32)?);
    let v = convert("get_g(e)", g.dtype, DType::F32);
    Kernel::new("embedding_bag origins")
        .writes("keys", keys.place())
        .writes("values", values.place())
        .reads("g", g)
        .reads("origin", words(from))
        .arg(n)
        .arg(dim)
        .run(grid(n.div_ceil(256)), || {
            NUMBER.to_string()
                + ENTRY
                + &format!(
                    "    let none = get_origin(e * 2u + 1u) != 0u;
    put_keys(e, select(get_origin(e * 2u), 0u, none) * arg(1u) + e % arg(1u));
    put_values(e, select({v}, 0.0, none));
}}
"
                )
        })?;
    let slots = out.shape[0] * dim;
    let wide = Scratch::beside(&g, slots, DType::F32)?;
    fill(wide.place(), crate::base::Scalar::Int(0))?;
    let (dst, values, combine) = (wide.place(), values.place(), Combine::Add);
    Meet { keys: &keys, slots, columns: 1, dst, values, combine, keep: false }.run()?;
    let (shape, strides) = ([out.shape[0], dim], [dim, 1]);
    crate::kernels::gpu::create::copy::copy(out, Place { shape: &shape, strides: &strides, ..wide.place() })
}

/// Gradients of the factors: each the product of its bag's gradient with its row.
pub fn factors(bags: &Bags, out: Place, g: Place, table: Place) -> Result<()> {
    let (n, dim) = (bags.index.numel(), table.shape[1]);
    let kernel = Kernel::new("embedding_bag factors")
        .writes("out", out)
        .reads("g", g)
        .reads("table", table)
        .arg(n)
        .arg(dim)
        .arg(table.strides[0])
        .arg(table.strides[1]);
    let (kernel, text) = bags.add(kernel, table.shape[0])?;
    let v = convert("get_g(b * dim + c)", g.dtype, DType::F32);
    let w = convert("get_table(r * arg(2u) + c * arg(3u))", table.dtype, DType::F32);
    let y = convert("y", DType::F32, out.dtype);
    kernel.run(grid(n.div_ceil(256)), || {
        text + ENTRY
            + &format!(
                "    let dim = arg(1u);
    let b = bag_of(e);
    let r = row(e);
    var y = 0.0;
    if (counts(r)) {{ for (var c = 0u; c < dim; c++) {{ y += {v} * {w}; }} }}
    put_out(e, {y});
}}
"
            )
    })
}
