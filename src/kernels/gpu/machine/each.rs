//! A result whose elements are computed one by one from their numbers: what the loop around them looks like, with whole
//! words written where elements share them.

use super::launch::{Kernel, NUMBER, grid};
use super::operand::{Place, lanes, value};
use super::walk::{Walk, places};
use crate::error::Result;

/// Elements of one invocation where none share a word: enough loads in flight to hide the memory's latency.
const EACH: usize = 4;

/// A kernel that writes `out`: its operand 0, with its first two arguments taken. The shape is walked in order; `more` are
/// operands that lie along it by strides of their own, found as `p[1]`, `p[2]` and so on of `places(i)`.
pub struct Each<'a> {
    out: Place<'a>,
    walk: Walk,
    lanes: u32,
    line: bool,
    at: usize,
}

/// Begins such a kernel: operands and arguments of the caller's own follow the first two and the walk's.
pub fn each<'a>(name: &'static str, out: Place<'a>, more: &[&[usize]]) -> (Kernel<'a>, Each<'a>) {
    let mut strides = vec![out.strides];
    strides.extend_from_slice(more);
    let walk = Walk::new(out.shape, &strides);
    let line = out.is_contiguous();
    let lanes = if line { lanes(out.dtype) } else { 1 };
    let lead = if lanes > 1 { out.first() % lanes as usize } else { 0 };
    let mut words = Vec::new();
    walk.args(&mut words);
    let kernel = Kernel::new(name)
        .writes("out", out)
        .variant((walk.rank() as u64) << 8 | (lanes as u64) << 1 | line as u64)
        .variant(strides.len() as u64)
        .arg(out.numel())
        .arg(lead);
    let at = kernel.count_args();
    (kernel.args(&words), Each { out, walk, lanes, line, at })
}

impl Each<'_> {
    /// Runs it. `text` declares `fn element(i: u32, p: array<u32, N>) -> T_out`, with the places of its operands.
    pub fn run(&self, kernel: Kernel, text: impl FnOnce() -> String) -> Result<()> {
        let n = self.out.numel();
        if n == 0 {
            return Ok(());
        }
        let lanes = self.lanes as usize;
        let lead = if lanes > 1 { self.out.first() % lanes } else { 0 };
        let groups = if lanes > 1 { (lead + n).div_ceil(lanes * 256) } else { n.div_ceil(EACH * 256) };
        kernel.run(grid(groups), || self.body(&text()))
    }
    fn body(&self, text: &str) -> String {
        let operands = self.walk.steps.len();
        let mut out = String::from(NUMBER) + text;
        out += &places(self.walk.rank(), operands, self.at);
        let t = value(self.out.dtype);
        let place = if self.line { "i" } else { "places(i)[0]" };
        let lanes = self.lanes;
        out + &match lanes {
            1 => format!(
                "@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {{
    let n = arg(0u);
    let first = group_number(wg) * {}u + t;
    for (var u = 0u; u < {EACH}u; u++) {{
        let i = first + u * 256u;
        if (i < n) {{ put_out({place}, element(i, places(i))); }}
    }}
}}
",
                EACH * 256
            ),
            _ => format!(
                "@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {{
    let n = arg(0u);
    let lead = arg(1u);
    let word = group_number(wg) * 256u + t;
    let first = word * {lanes}u;
    if (first >= lead && first + {lanes}u <= lead + n) {{
        var v: array<{t}, {lanes}>;
        for (var l = 0u; l < {lanes}u; l++) {{ let i = first + l - lead; v[l] = element(i, places(i)); }}
        store_word_out((first_out() - lead) / {lanes}u + word, v);
    }} else {{
        for (var l = 0u; l < {lanes}u; l++) {{
            let i = first + l - lead;
            if (first + l >= lead && i < n) {{ put_out(i, element(i, places(i))); }}
        }}
    }}
}}
"
            ),
        }
    }
}
