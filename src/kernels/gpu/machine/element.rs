//! A loop over the elements of a result: `fn element(i)` of a shader is written where it belongs, by whole words where elements
//! share them.

use super::launch::{Kernel, grid};
use super::operand::{Place, lanes, value};
use crate::base::DType;

/// Elements of one invocation where none share a word: enough loads in flight to hide the memory's latency.
const EACH: usize = 4;

/// How many elements there are, and how many share a word that is written as one.
#[derive(Clone, Copy, Debug)]
pub struct Elements {
    n: usize,
    lead: usize,
    pub lanes: u32,
}

impl Elements {
    /// Of `out`; where its elements lie in a line they are written by words.
    pub fn of(out: &Place) -> Elements {
        let lanes = if out.is_contiguous() { lanes(out.dtype) } else { 1 };
        let lead = if lanes > 1 { out.first() % lanes as usize } else { 0 };
        Elements { n: out.numel(), lead, lanes }
    }
    /// A loop by words of that many elements, for tests of texts.
    #[cfg(test)]
    pub fn by(lanes: u32) -> Elements {
        Elements { n: 0, lead: 0, lanes }
    }
    /// A kernel that writes `out`, whose arguments 0 and 1 are the loop's.
    pub fn kernel<'a>(&self, name: &'static str, out: Place<'a>) -> Kernel<'a> {
        Kernel::new(name).writes("out", out).arg(self.n).arg(self.lead)
    }
    pub fn groups(&self) -> [u32; 3] {
        match self.lanes {
            1 => grid(self.n.div_ceil(EACH * 256)),
            lanes => grid((self.lead + self.n).div_ceil(lanes as usize * EACH * 256)),
        }
    }
    /// The entry of the shader; `place` is where element `i` goes, counted from the first of `out`.
    pub fn main(&self, stored: DType, place: &str) -> String {
        self.main_of(stored, place, |i| format!("element({i})"))
    }
    /// As [`Elements::main`], with the call that gives an element.
    pub fn main_of(&self, stored: DType, place: &str, element: impl Fn(&str) -> String) -> String {
        let (lanes, t, of_i) = (self.lanes, value(stored), element("i"));
        if lanes == 1 {
            return format!(
                "@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {{
    let n = arg(0u);
    let first = group_number(wg) * {}u + t;
    for (var u = 0u; u < {EACH}u; u++) {{
        let i = first + u * 256u;
        if (i < n) {{ put_out({place}, {of_i}); }}
    }}
}}
",
                EACH * 256
            );
        }
        format!(
            "@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wg: vec3<u32>, @builtin(local_invocation_index) t: u32) {{
    let n = arg(0u);
    let lead = arg(1u);
    // words of the tensor, a workgroup's width apart; elements are counted from its first: before that and behind the last are
    // others'
    for (var u = 0u; u < {EACH}u; u++) {{
        let word = group_number(wg) * {}u + u * 256u + t;
        let first = word * {lanes}u;
        if (first >= lead && first + {lanes}u <= lead + n) {{
            var v: array<{t}, {lanes}>;
            for (var l = 0u; l < {lanes}u; l++) {{ let i = first + l - lead; v[l] = {of_i}; }}
            store_word_out((first_out() - lead) / {lanes}u + word, v);
        }} else if (first < lead + n) {{
            for (var l = 0u; l < {lanes}u; l++) {{
                let i = first + l - lead;
                if (first + l >= lead && i < n) {{ put_out(i, {of_i}); }}
            }}
        }}
    }}
}}
",
            EACH * 256
        )
    }
}
