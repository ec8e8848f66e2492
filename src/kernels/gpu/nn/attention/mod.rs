//! Attention without its scores in memory. A workgroup has 32 queries (or keys, on the way back) and goes through those of the
//! other side 32 at a time; a tile of scores is made in registers, turned into weights in shared memory, and multiplied on
//! at once. Heads are read where they lie.

mod backward;
mod forward;
mod rows;

pub use backward::backward;
pub use forward::forward;

use crate::kernels::gpu::machine::walk::Walk;
use crate::kernels::gpu::machine::{Kernel, Place};
use smallvec::SmallVec;

/// What attention is beside its operands, which have the same leading axes but that key and value may have fewer heads.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Heads of the query for one of key and value.
    pub group: usize,
    pub scale: f64,
    pub causal: bool,
}

/// The widest heads that one invocation's registers have room for.
pub const WIDEST: usize = 256;

/// Operands by name with their numbers: where heads begin, and steps of rows and columns.
struct Heads<'a> {
    kernel: Kernel<'a>,
    /// Name, the number of its first argument, whether it has the heads of keys.
    all: SmallVec<[(&'static str, usize, usize); 9]>,
}

impl<'a> Heads<'a> {
    fn new(kernel: Kernel<'a>) -> Heads<'a> {
        Heads { kernel, all: SmallVec::new() }
    }
    /// An operand (heads.., rows, columns).
    fn add(mut self, name: &'static str, place: Place<'a>, writes: bool) -> Self {
        let n = place.shape.len();
        let walk = Walk::new(&place.shape[..n - 2], &[&place.strides[..n - 2]]);
        self.all.push((name, self.kernel.count_args(), walk.rank()));
        self.kernel = if writes { self.kernel.writes(name, place) } else { self.kernel.reads(name, place) };
        self.kernel =
            self.kernel.arg(place.strides[n - 2]).arg(place.strides[n - 1]).variant(walk.rank() as u64);
        let mut words: SmallVec<[u32; 12]> = SmallVec::new();
        walk.args(&mut words);
        self.kernel = self.kernel.args(&words);
        self
    }
    /// `NAME_head(z)`, where a head begins, and `NAME_at(head, row, column)`.
    fn text(all: &[(&'static str, usize, usize)]) -> String {
        let mut out = String::new();
        for (name, at, rank) in all {
            out += &crate::kernels::gpu::machine::walk::places(*rank, 1, at + 2)
                .replace("fn places(", &format!("fn {name}_places("));
            out += &format!(
                "fn {name}_head(z: u32) -> u32 {{ return {name}_places(z)[0]; }}\n\
                 fn {name}_at(head: u32, r: u32, c: u32) -> u32 {{ return head + r * arg({at}u) + c * arg({}u); }}\n",
                at + 1
            );
        }
        out
    }
}
