//! A result whose elements are computed one by one from their numbers: what the loop around them looks like, with whole
//! words written where elements share them.

use super::element::Elements;
use super::launch::{Kernel, NUMBER};
use super::operand::Place;
use super::walk::{Walk, places};
use crate::error::Result;

/// A kernel that writes `out`: its operand 0, with its first two arguments taken. The shape is walked in order; `more` are
/// operands that lie along it by strides of their own, found as `p[1]`, `p[2]` and so on of `places(i)`.
pub struct Each<'a> {
    out: Place<'a>,
    elements: Elements,
    walk: Walk,
    at: usize,
}

/// Begins such a kernel: operands and arguments of the caller's own follow the first two and the walk's.
pub fn each<'a>(name: &'static str, out: Place<'a>, more: &[&[usize]]) -> (Kernel<'a>, Each<'a>) {
    let mut strides = vec![out.strides];
    strides.extend_from_slice(more);
    let walk = Walk::new(out.shape, &strides);
    let elements = Elements::of(&out);
    let mut words = Vec::new();
    walk.args(&mut words);
    let shape = (walk.rank() as u64) << 8 | (elements.lanes as u64) << 1 | out.is_contiguous() as u64;
    let kernel = elements.kernel(name, out).variant(shape).variant(strides.len() as u64);
    let at = kernel.count_args();
    (kernel.args(&words), Each { out, elements, walk, at })
}

impl Each<'_> {
    /// Runs it. `text` declares `fn element(i: u32, p: array<u32, N>) -> T_out`, with the places of its operands.
    pub fn run(&self, kernel: Kernel, text: impl FnOnce() -> String) -> Result<()> {
        if self.out.numel() == 0 {
            return Ok(());
        }
        kernel.run(self.elements.groups(), || {
            let place = if self.out.is_contiguous() { "i" } else { "places(i)[0]" };
            let walk = places(self.walk.rank(), self.walk.steps.len(), self.at);
            let element = |i: &str| format!("element({i}, places({i}))");
            String::from(NUMBER) + &text() + &walk + &self.elements.main_of(self.out.dtype, place, element)
        })
    }
}
