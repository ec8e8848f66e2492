//! Values that meet at one place, combined in one order whatever the launch: each has a key, which names the place, and one
//! invocation owns a place. Few keys are walked by every owner. Many are sorted, stably, and what has the same key is then a
//! run: pieces of [`PIECE`] are combined first, then the pieces of a run. Floats are never added by atomics.

use super::launch::{Kernel, NUMBER, grid};
use super::operand::{Place, Scratch, value};
use super::walk::{Walk, places};
use crate::base::DType;
use crate::error::Result;

/// What becomes of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    Add,
    Mul,
    Min,
    Max,
    /// The later one stays.
    Last,
}

/// Sorted values that one invocation combines; a longer run is put together of such pieces.
const PIECE: usize = 64;

/// `dst[keys[k], c] = dst[keys[k], c] + values[k, c]` for all `k` and `c`.
pub struct Meet<'a> {
    /// A key below `slots` for each value.
    pub keys: &'a Scratch,
    pub slots: usize,
    /// Elements of one slot.
    pub columns: usize,
    /// Slots, then columns, each over any number of axes.
    pub dst: Place<'a>,
    /// Keys, then columns; the dtype of `dst`.
    pub values: Place<'a>,
    pub combine: Combine,
    /// Whether what lies in `dst` takes part.
    pub keep: bool,
}

/// `fn combine(a, b)` of a dtype's values. A nan stays.
fn combine_text(how: Combine, dtype: DType) -> String {
    let t = value(dtype);
    let float = "let n = (bitcast<u32>(a) & 0x7fffffffu) > 0x7f800000u;";
    let body = match (how, t) {
        (Combine::Add, "bool") | (Combine::Max, "bool") => "return a || b;".to_string(),
        (Combine::Mul, "bool") | (Combine::Min, "bool") => "return a && b;".into(),
        (Combine::Add, _) => "return a + b;".into(),
        (Combine::Last, _) => "return b;".into(),
        (Combine::Mul, "vec2<f32>") => {
            "return vec2<f32>(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);".into()
        }
        (Combine::Mul, _) => "return a * b;".into(),
        (Combine::Min, "f32") => format!("{float} return select(select(b, a, a < b), a, n);"),
        (Combine::Max, "f32") => format!("{float} return select(select(b, a, a > b), a, n);"),
        (Combine::Min, _) => "return select(b, a, a < b);".into(),
        (Combine::Max, _) => "return select(b, a, a > b);".into(),
    };
    format!("fn combine(a: {t}, b: {t}) -> {t} {{ {body} }}\n")
}

/// The dtype in which a value waits for the others.
fn carried(dtype: DType) -> DType {
    match dtype {
        DType::F16 | DType::BF16 => DType::F32,
        DType::I8 | DType::I16 => DType::I32,
        DType::U8 | DType::U16 => DType::U32,
        d => d,
    }
}

const ENTRY: &str = "@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let block = group_number(wg);
    let e = block * 256u + t;
";

impl Meet<'_> {
    /// Combines all of them.
    pub fn run(&self) -> Result<()> {
        let m = self.keys.numel();
        if m == 0 || self.columns == 0 || self.slots == 0 {
            return Ok(());
        }
        if m <= 256 && m * self.slots * self.columns <= 1 << 22 {
            return self.walk(m);
        }
        let (keys, order) = sort(self.keys, self.slots - 1)?;
        self.runs(m, &keys, &order)
    }
    /// The kernel's common part: destination, values, and the arguments of both, and the text that reads them.
    fn begin<'a>(&'a self, name: &'static str) -> (Kernel<'a>, impl Fn() -> String + 'a) {
        let kernel = Kernel::new(name)
            .writes("dst", self.dst)
            .reads("val", self.values)
            .variant(self.combine as u64 * 2 + self.keep as u64)
            .arg(self.keys.numel())
            .arg(self.columns)
            .arg(self.slots);
        let (to, from) = (
            Walk::new(self.dst.shape, &[self.dst.strides]),
            Walk::new(self.values.shape, &[self.values.strides]),
        );
        let mut words = Vec::new();
        to.args(&mut words);
        from.args(&mut words);
        let (to, from) = (to.rank(), from.rank());
        let kernel = kernel.args(&words).variant((to * 64 + from) as u64);
        let text = move || {
            let t = value(self.dst.dtype);
            let old = if self.keep { "combine(get_dst(at), v)" } else { "v" };
            NUMBER.to_string()
                + &combine_text(self.combine, self.dst.dtype)
                + &places(to, 1, 3).replace("fn places(", "fn to_places(")
                + &places(from, 1, 3 + 2 * to).replace("fn places(", "fn from_places(")
                + &format!(
                    "fn given(k: u32, c: u32) -> {t} {{ return get_val(from_places(k * arg(1u) + c)[0]); }}
fn arrive(key: u32, c: u32, v: {t}) {{
    let at = to_places(key * arg(1u) + c)[0];
    put_dst(at, {old});
}}
"
                )
        };
        (kernel, text)
    }
    /// Every element of the destination asks all keys.
    fn walk(&self, _m: usize) -> Result<()> {
        let (kernel, text) = self.begin("meet few");
        let n = self.slots * self.columns;
        let t = value(self.dst.dtype);
        kernel.reads("keys", self.keys.place()).run(grid(n.div_ceil(256)), || {
            text()
                + ENTRY
                + &format!(
                    "    let columns = arg(1u);
    if (e >= arg(2u) * columns) {{ return; }}
    let key = e / columns;
    let c = e - key * columns;
    var met = false;
    var v: {t};
    for (var k = 0u; k < arg(0u); k++) {{
        if (get_keys(k) == key) {{
            let g = given(k, c);
            if (met) {{ v = combine(v, g); }} else {{ v = g; met = true; }}
        }}
    }}
    if (met) {{ arrive(key, c, v); }}
}}
"
                )
        })
    }
    /// The runs of sorted keys: pieces, then the runs that are longer than one.
    fn runs(&self, m: usize, keys: &Scratch, order: &Scratch) -> Result<()> {
        let chunks = m.div_ceil(PIECE);
        let parts = Scratch::beside(&self.dst, 2 * chunks * self.columns, carried(self.dst.dtype))?;
        let (kernel, text) = self.begin("meet pieces");
        let kernel =
            kernel.reads("keys", keys.place()).reads("order", order.place()).writes("part", parts.place());
        kernel.run(grid((m * self.columns).div_ceil(256)), || {
            text()
                + ENTRY
                + &format!(
                    "    let m = arg(0u);
    let columns = arg(1u);
    let j = e / columns;
    if (j >= m) {{ return; }}
    let c = e - j * columns;
    let key = get_keys(j);
    var begins = true;
    if (j > 0u) {{ begins = get_keys(j - 1u) != key; }}
    let inner = j % {PIECE}u != 0u;
    if (!begins && inner) {{ return; }}
    let end = min((j / {PIECE}u + 1u) * {PIECE}u, m);
    var v = given(get_order(j), c);
    var k = j + 1u;
    for (; k < end; k++) {{
        if (get_keys(k) != key) {{ break; }}
        v = combine(v, given(get_order(k), c));
    }}
    var ends = true;
    if (k < m) {{ ends = get_keys(k) != key; }}
    if (begins && ends) {{ arrive(key, c, v); return; }}
    put_part((j / {PIECE}u * 2u + select(0u, 1u, inner)) * columns + c, v);
}}
"
                )
        })?;
        if chunks == 1 {
            return Ok(());
        }
        let (kernel, text) = self.begin("meet runs");
        let kernel = kernel.reads("keys", keys.place()).reads("part", parts.place());
        kernel.run(grid((chunks * self.columns).div_ceil(256)), || {
            text()
                + ENTRY
                + &format!(
                    "    let m = arg(0u);
    let columns = arg(1u);
    let chunk = e / columns;
    let c = e - chunk * columns;
    let next = (chunk + 1u) * {PIECE}u;
    if (next >= m) {{ return; }}
    let key = get_keys(next);
    if (get_keys(next - 1u) != key) {{ return; }}
    // a run goes on behind this chunk: whose is it?
    let first = chunk * {PIECE}u;
    let inner = get_keys(first) != key;
    if (!inner && chunk > 0u) {{ if (get_keys(first - 1u) == key) {{ return; }} }}
    var v = get_part((chunk * 2u + select(0u, 1u, inner)) * columns + c);
    let chunks = (m + {PIECE}u - 1u) / {PIECE}u;
    for (var d = chunk + 1u; d < chunks; d++) {{
        if (get_keys(d * {PIECE}u) != key) {{ break; }}
        v = combine(v, get_part(d * 2u * columns + c));
    }}
    arrive(key, c, v);
}}
"
                )
        })
    }
}

/// How often each key occurs, as int32.
pub fn counts(keys: &Scratch, slots: usize) -> Result<Scratch> {
    let near = keys.place();
    let (count, one) = (Scratch::beside(&near, slots, DType::I32)?, Scratch::beside(&near, 1, DType::I32)?);
    clear(&count, 0)?;
    clear(&one, 1)?;
    let values = Place { shape: near.shape, strides: &[0], ..one.place() };
    let meet =
        Meet { keys, slots, columns: 1, dst: count.place(), values, combine: Combine::Add, keep: true };
    meet.run()?;
    Ok(count)
}

/// Every word becomes `word`.
pub fn clear(what: &Scratch, word: u32) -> Result<()> {
    let n = what.numel();
    Kernel::new("clear").writes("x", what.place()).arg(n).args(&[word]).run(grid(n.div_ceil(256)), || {
        NUMBER.to_string() + ENTRY + "    if (e < arg(0u)) { put_x(e, T_x(arg(1u))); }\n}\n"
    })
}

/// Elements that one workgroup sorts at a time.
const BLOCK: usize = 2048;

/// Keys in ascending order, and where each one stood; equal ones stay in order. `most` is the greatest that occurs.
pub fn sort(keys: &Scratch, most: usize) -> Result<(Scratch, Scratch)> {
    let m = keys.numel();
    let near = keys.place();
    let new = |n| Scratch::beside(&near, n, DType::U32);
    if m <= BLOCK {
        let (sorted, order) = (new(m)?, new(m)?);
        Kernel::new("rank")
            .writes("sorted", sorted.place())
            .writes("order", order.place())
            .reads("keys", near)
            .arg(m)
            .run(grid(m.div_ceil(256)), || NUMBER.to_string() + RANK)?;
        return Ok((sorted, order));
    }
    let blocks = m.div_ceil(BLOCK);
    let counts = new(256 * blocks)?;
    let passes = (usize::BITS - most.max(1).leading_zeros()).div_ceil(8).min(4);
    let mut last: Option<(Scratch, Scratch)> = None;
    for pass in 0..passes {
        let shift = pass as usize * 8;
        let from = last.as_ref().map_or(near, |(k, _)| k.place());
        Kernel::new("digit counts")
            .writes("count", counts.place())
            .reads("keys", from)
            .arg(m)
            .arg(shift)
            .arg(blocks)
            .run(grid(blocks), || NUMBER.to_string() + COUNTS)?;
        Kernel::new("digit starts")
            .writes("count", counts.place())
            .arg(blocks)
            .run([1, 1, 1], || STARTS.to_string())?;
        let (sorted, order) = (new(m)?, new(m)?);
        let kernel = Kernel::new("digit places")
            .writes("sorted", sorted.place())
            .writes("order", order.place())
            .reads("keys", from)
            .reads("count", counts.place())
            .variant((pass == 0) as u64)
            .arg(m)
            .arg(shift)
            .arg(blocks);
        let kernel = match &last {
            Some((_, before)) => kernel.reads("before", before.place()),
            None => kernel,
        };
        kernel.run(grid(blocks), || {
            NUMBER.to_string() + &PLACES.replace("WHO", if pass == 0 { "i" } else { "get_before(i)" })
        })?;
        last = Some((sorted, order));
    }
    match last {
        Some(found) => Ok(found),
        None => crate::bail!(Internal, "a sort without a pass"),
    }
}

/// Few keys: each counts those before it.
const RANK: &str = "@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let i = group_number(wg) * 256u + t;
    let m = arg(0u);
    if (i >= m) { return; }
    let key = get_keys(i);
    var rank = 0u;
    for (var k = 0u; k < m; k++) {
        let other = get_keys(k);
        if (other < key || (other == key && k < i)) { rank += 1u; }
    }
    put_sorted(rank, key);
    put_order(rank, i);
}
";

const COUNTS: &str = "var<workgroup> seen: array<atomic<u32>, 256>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let block = group_number(wg);
    atomicStore(&seen[t], 0u);
    workgroupBarrier();
    for (var u = 0u; u < 8u; u++) {
        let i = block * 2048u + u * 256u + t;
        if (i < arg(0u)) { atomicAdd(&seen[(get_keys(i) >> arg(1u)) & 255u], 1u); }
    }
    workgroupBarrier();
    if (block < arg(2u)) { put_count(block * 256u + t, atomicLoad(&seen[t])); }
}
";

/// One workgroup, an invocation for each digit: counts become the places where each block's elements of the digit begin.
const STARTS: &str = "var<workgroup> totals: array<u32, 256>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) t: u32) {
    let blocks = arg(0u);
    var sum = 0u;
    for (var b = 0u; b < blocks; b++) { sum += get_count(b * 256u + t); }
    totals[t] = sum;
    workgroupBarrier();
    var start = 0u;
    for (var d = 0u; d < t; d++) { start += totals[d]; }
    for (var b = 0u; b < blocks; b++) {
        let own = get_count(b * 256u + t);
        put_count(b * 256u + t, start);
        start += own;
    }
}
";

/// Each element to its place: behind those of its digit that stand before it, which a bit for each of 256 says.
const PLACES: &str = "var<workgroup> bits: array<atomic<u32>, 2048>;
var<workgroup> start: array<u32, 256>;
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {
    let block = group_number(wg);
    var begin = 0u;
    if (block < arg(2u)) { begin = get_count(block * 256u + t); }
    start[t] = begin;
    for (var u = 0u; u < 8u; u++) {
        for (var w = 0u; w < 8u; w++) { atomicStore(&bits[w * 256u + t], 0u); }
        workgroupBarrier();
        let i = block * 2048u + u * 256u + t;
        let live = i < arg(0u);
        var key = 0u;
        if (live) { key = get_keys(i); }
        let d = (key >> arg(1u)) & 255u;
        if (live) { atomicOr(&bits[d * 8u + t / 32u], 1u << (t % 32u)); }
        workgroupBarrier();
        if (live) {
            var at = start[d];
            for (var w = 0u; w < t / 32u; w++) { at += countOneBits(atomicLoad(&bits[d * 8u + w])); }
            at += countOneBits(atomicLoad(&bits[d * 8u + t / 32u]) & ((1u << (t % 32u)) - 1u));
            put_sorted(at, key);
            put_order(at, WHO);
        }
        workgroupBarrier();
        for (var w = 0u; w < 8u; w++) { begin += countOneBits(atomicLoad(&bits[t * 8u + w])); }
        start[t] = begin;
        workgroupBarrier();
    }
}
";

#[cfg(all(test, feature = "gpu"))]
mod tests {
    use super::*;
    use crate::kernels::gpu::machine::check::validate;
    use crate::kernels::gpu::machine::launch::source;

    #[test]
    fn the_shaders_of_a_sort_are_valid() {
        let word = |name, writes| (name, DType::U32, writes);
        let pair = [word("sorted", true), word("order", true), word("keys", false)];
        validate("rank", &source(256, &pair, &(NUMBER.to_string() + RANK)));
        let two = [word("count", true), word("keys", false)];
        validate("digit counts", &source(256, &two, &(NUMBER.to_string() + COUNTS)));
        validate("digit starts", &source(256, &two[..1], STARTS));
        let all = [pair[0], pair[1], pair[2], word("count", false), word("before", false)];
        let text = NUMBER.to_string() + &PLACES.replace("WHO", "get_before(i)");
        validate("digit places", &source(256, &all, &text));
    }

    #[test]
    fn values_of_every_dtype_combine() {
        use DType::*;
        for dtype in [Bool, U8, I8, I16, I32, I64, F16, BF16, F32, C64] {
            for how in [Combine::Add, Combine::Mul, Combine::Min, Combine::Max, Combine::Last] {
                if dtype == C64 && matches!(how, Combine::Min | Combine::Max) {
                    continue;
                }
                let text = combine_text(how, dtype) + "@compute @workgroup_size(1) fn main() {}";
                validate("combine", &source(1, &[("x", dtype, true)], &text));
            }
        }
    }
}
