//! Loops over layouts in WGSL: axes that lie behind one another are one, and an element's number becomes its place in every
//! operand.

use super::operand::Place;
use crate::base::Dims;
use smallvec::SmallVec;
use std::fmt::Write;

/// The geometry of operands over one shape, with as few axes as they allow: sizes, and steps for each operand.
#[derive(Debug)]
pub struct Walk {
    pub sizes: Dims,
    pub steps: SmallVec<[Dims; 5]>,
}

impl Walk {
    /// `strides` has an entry for each operand, over `shape`. A step back is one that wraps around.
    pub fn new(shape: &[usize], strides: &[&[usize]]) -> Walk {
        let mut sizes = Dims::new();
        let mut steps: SmallVec<[Dims; 5]> = strides.iter().map(|_| Dims::new()).collect();
        for axis in 0..shape.len() {
            let n = shape[axis];
            if n == 1 {
                continue;
            }
            // the axis before goes on where this one ends
            let joins = !sizes.is_empty()
                && steps.iter().zip(strides).all(|(s, t)| s[s.len() - 1] == t[axis].wrapping_mul(n));
            if joins {
                let last = sizes.len() - 1;
                sizes[last] *= n;
                for (s, t) in steps.iter_mut().zip(strides) {
                    s[last] = t[axis];
                }
            } else {
                sizes.push(n);
                for (s, t) in steps.iter_mut().zip(strides) {
                    s.push(t[axis]);
                }
            }
        }
        if sizes.is_empty() {
            sizes.push(1);
            steps.iter_mut().for_each(|s| s.push(0));
        }
        Walk { sizes, steps }
    }
    pub fn rank(&self) -> usize {
        self.sizes.len()
    }
    /// Whether the elements of an operand lie one behind the other.
    pub fn is_line(&self, operand: usize) -> bool {
        self.rank() == 1 && self.steps[operand][0] == 1
    }
    /// Whether an operand is one element.
    pub fn is_one(&self, operand: usize) -> bool {
        self.steps[operand].iter().all(|s| *s == 0)
    }
    /// Sizes from the last axis on, then the steps of each operand likewise: what [`places`] reads.
    pub fn args(&self, out: &mut impl Extend<u32>) {
        out.extend(self.sizes.iter().rev().map(|n| *n as u32));
        for s in &self.steps {
            out.extend(s.iter().rev().map(|n| *n as u32));
        }
    }
}

/// `fn places(i) -> array<u32, operands>`: where the element `i` of a walk lies in each operand, counted from its first. Reads
/// the arguments from number `at` on, as [`Walk::args`] wrote them.
pub fn places(rank: usize, operands: usize, at: usize) -> String {
    places_named("places", rank, operands, at)
}

/// [`places`] by another name, for shaders with several walks.
pub fn places_named(name: &str, rank: usize, operands: usize, at: usize) -> String {
    let mut out = format!(
        "fn {name}(i: u32) -> array<u32, {operands}> {{\n    var p: array<u32, {operands}>;\n    var r = i;\n"
    );
    for axis in 0..rank {
        let size = at + axis;
        if axis + 1 < rank {
            let _ = writeln!(
                out,
                "    let n{axis} = arg({size}u); let q{axis} = r / n{axis}; let c{axis} = r - q{axis} * n{axis}; r = q{axis};"
            );
        } else {
            let _ = writeln!(out, "    let c{axis} = r;");
        }
        for o in 0..operands {
            let step = at + rank + o * rank + axis;
            let _ = writeln!(out, "    p[{o}] += c{axis} * arg({step}u);");
        }
    }
    out + "    return p;\n}\n"
}

/// The strides of an operand over a shape that it broadcasts to.
pub fn strides_over(p: &Place, shape: &[usize]) -> Dims {
    let lead = shape.len() - p.shape.len();
    let mut out = Dims::from_elem(0, shape.len());
    for axis in 0..p.shape.len() {
        if p.shape[axis] == shape[lead + axis] {
            out[lead + axis] = p.strides[axis];
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_that_follow_one_another_are_one() {
        let w = Walk::new(&[2, 3, 4], &[&[12, 4, 1], &[0, 4, 1]]);
        assert_eq!(
            (w.sizes.as_slice(), w.steps[0].as_slice(), w.steps[1].as_slice()),
            (&[2, 12][..], &[12, 1][..], &[0, 1][..])
        );
        let w = Walk::new(&[2, 1, 4], &[&[4, 7, 1], &[4, 9, 1]]);
        assert!(w.is_line(0) && w.is_line(1));
        assert!(Walk::new(&[], &[&[]]).is_one(0));
    }
}
