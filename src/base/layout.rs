//! How elements lie in memory: sizes, strides and an offset, all counted in elements, and the algebra of views.

use crate::base::{Dims, checked_numel, numel};
use crate::ensure;
use crate::error::Result;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryFormat {
    Contiguous,
    Preserve,
    ChannelsLast,
    ChannelsLast3d,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Layout {
    pub shape: Dims,
    pub strides: Dims,
    pub offset: usize,
}

/// By hand: the list's own `clone` goes element by element.
impl Clone for Layout {
    #[inline]
    fn clone(&self) -> Layout {
        Layout {
            shape: Dims::from_slice(&self.shape),
            strides: Dims::from_slice(&self.strides),
            offset: self.offset,
        }
    }
}

/// Whether elements lie in memory row by row, one after the other.
#[inline]
pub fn is_dense(shape: &[usize], strides: &[usize]) -> bool {
    let mut step = 1;
    for i in (0..shape.len()).rev() {
        let n = shape[i];
        if n == 0 {
            return true;
        }
        if n != 1 {
            if strides[i] != step {
                // a later size may still be 0, which makes the whole tensor trivially contiguous
                return shape[..i].contains(&0);
            }
            step *= n;
        }
    }
    true
}

impl Layout {
    /// Row-major strides from offset 0.
    #[inline]
    pub fn contiguous(shape: &[usize]) -> Layout {
        Layout { shape: Dims::from_slice(shape), strides: row_major(shape), offset: 0 }
    }
    /// Dense strides in a memory format.
    pub fn dense(shape: &[usize], format: MemoryFormat) -> Result<Layout> {
        match format {
            MemoryFormat::Contiguous | MemoryFormat::Preserve => Ok(Layout::contiguous(shape)),
            MemoryFormat::ChannelsLast => {
                ensure!(shape.len() == 4, Runtime, "required rank 4 tensor to use channels_last format");
                Ok(Layout::permuted_dense(shape, &[0, 2, 3, 1]))
            }
            MemoryFormat::ChannelsLast3d => {
                ensure!(shape.len() == 5, Runtime, "required rank 5 tensor to use channels_last_3d format");
                Ok(Layout::permuted_dense(shape, &[0, 2, 3, 4, 1]))
            }
        }
    }
    /// Dense strides with the axes laid out in `order`, slowest first.
    pub fn permuted_dense(shape: &[usize], order: &[usize]) -> Layout {
        let mut strides = Dims::from_elem(0, shape.len());
        let mut step = 1;
        for &axis in order.iter().rev() {
            strides[axis] = step;
            step *= shape[axis].max(1);
        }
        Layout { shape: Dims::from_slice(shape), strides, offset: 0 }
    }
    #[inline]
    pub fn ndim(&self) -> usize {
        self.shape.len()
    }
    #[inline]
    pub fn numel(&self) -> usize {
        numel(&self.shape)
    }
    #[inline]
    pub fn is_contiguous(&self) -> bool {
        is_dense(&self.shape, &self.strides)
    }
    pub fn is_format(&self, format: MemoryFormat) -> bool {
        let order: &[usize] = match format {
            MemoryFormat::Contiguous => return self.is_contiguous(),
            MemoryFormat::Preserve => return true,
            MemoryFormat::ChannelsLast if self.ndim() == 4 => &[1, 3, 2, 0],
            MemoryFormat::ChannelsLast3d if self.ndim() == 5 => &[1, 4, 3, 2, 0],
            _ => return false,
        };
        let mut step = 1;
        for &axis in order {
            if self.shape[axis] != 1 {
                if self.strides[axis] != step {
                    return false;
                }
                step *= self.shape[axis];
            }
        }
        true
    }
    /// The memory format that an op preserving it should give its result.
    pub fn suggest_format(&self) -> MemoryFormat {
        for f in [MemoryFormat::ChannelsLast, MemoryFormat::ChannelsLast3d] {
            if self.is_format(f) && !self.is_contiguous() {
                return f;
            }
        }
        MemoryFormat::Contiguous
    }
    /// Axes from the largest stride to the smallest; ties keep their order.
    pub fn stride_order(&self) -> Dims {
        let mut order: Dims = (0..self.ndim()).collect();
        order.sort_by(|&a, &b| self.strides[b].cmp(&self.strides[a]));
        order
    }
    /// Axes of a broadcast shape, slowest first, in the order in which operands have them in memory: of two axes the first operand
    /// decides that steps along both, where a repeated element is no step. (As PyTorch's `TensorIterator` and its `*_like` sort them;
    /// the relation is not transitive, so that the way of sorting belongs to it: by insertion, from the last axis on.)
    pub fn shared_order(shape: &[usize], operands: &[&Layout]) -> Dims {
        let step = |x: &Layout, axis: usize| match (axis + x.ndim()).checked_sub(shape.len()) {
            Some(i) if x.shape[i] == shape[axis] => x.strides[i],
            _ => 0,
        };
        // whether `a` lies further in than `b`, if that is decided
        let inner = |a: usize, b: usize| {
            operands.iter().find_map(|x| match (step(x, a), step(x, b)) {
                (0, _) | (_, 0) => None,
                (p, q) if p != q => Some(p < q),
                _ => (shape[a] > shape[b]).then_some(false),
            })
        };
        let mut order: Dims = (0..shape.len()).rev().collect();
        for i in 1..order.len() {
            let mut at = i;
            for k in (0..i).rev() {
                match inner(order[k], order[at]) {
                    Some(false) => {
                        order.swap(k, at);
                        at = k;
                    }
                    Some(true) => break,
                    None => {}
                }
            }
        }
        order.reverse();
        order
    }
    /// Each element has its own place and the places fill an interval.
    pub fn is_non_overlapping_and_dense(&self) -> bool {
        if self.is_contiguous() {
            return true;
        }
        let mut axes: Dims = (0..self.ndim()).filter(|&i| self.shape[i] != 1).collect();
        axes.sort_by_key(|&i| self.strides[i]);
        let mut step = 1;
        for &i in &axes {
            if self.strides[i] != step {
                return false;
            }
            step *= self.shape[i];
        }
        true
    }
    /// Whether two indices may name the same place (an expanded tensor, or strides that cross).
    pub fn may_self_overlap(&self) -> bool {
        if self.numel() < 2 {
            return false;
        }
        let mut axes: Dims = (0..self.ndim()).filter(|&i| self.shape[i] != 1).collect();
        axes.sort_by_key(|&i| self.strides[i]);
        let mut reach = 0;
        for &i in &axes {
            if self.strides[i] <= reach {
                return true;
            }
            reach += self.strides[i] * (self.shape[i] - 1);
        }
        false
    }
    /// Elements of storage from the first to one past the last that the layout touches, offset included.
    pub fn span_end(&self) -> usize {
        if self.numel() == 0 {
            return self.offset;
        }
        // saturating: sizes from outside may name places that no address has, and then nothing is allocated
        let reach = self.shape.iter().zip(&self.strides).map(|(n, s)| (n - 1).saturating_mul(*s));
        reach.fold(self.offset, usize::saturating_add).saturating_add(1)
    }
    /// Refuses a layout whose elements, of `size` bytes each, cannot be counted or lie beyond `bytes` bytes of memory.
    #[inline]
    pub fn check(&self, size: usize, bytes: usize) -> Result<()> {
        let count = checked_numel(&self.shape)?;
        if count == 0 {
            return Ok(());
        }
        ensure!(
            count.checked_mul(size).is_some_and(|n| n <= isize::MAX as usize),
            Runtime,
            "numel: integer multiplication overflow"
        );
        let end = self.span_end().saturating_mul(size);
        ensure!(
            end <= bytes,
            Runtime,
            "setStorage: sizes {:?}, strides {:?}, storage offset {}, and itemsize {size} requiring a storage size of {end} are out of bounds for storage of size {bytes}",
            self.shape.as_slice(),
            self.strides.as_slice(),
            self.offset
        );
        Ok(())
    }
    /// The strides with which the same elements take another shape without a copy, if there are any.
    pub fn view_as(&self, shape: &[usize]) -> Option<Layout> {
        if self.is_contiguous() {
            return Some(Layout { offset: self.offset, ..Layout::contiguous(shape) });
        }
        let n = self.numel();
        if n == 0 {
            return Some(Layout { offset: self.offset, ..Layout::contiguous(shape) });
        }
        let mut strides = Dims::from_elem(0, shape.len());
        let mut target = shape.len();
        let (mut chunk, mut wanted) = (1usize, 1usize);
        let mut base_stride = *self.strides.last()?;
        for i in (0..self.ndim()).rev() {
            chunk *= self.shape[i];
            let ends = i == 0 || (self.shape[i - 1] != 1 && self.strides[i - 1] != chunk * base_stride);
            if ends {
                while target > 0 && (wanted < chunk || shape[target - 1] == 1) {
                    target -= 1;
                    strides[target] = wanted * base_stride;
                    wanted *= shape[target];
                }
                if wanted != chunk {
                    return None;
                }
                if i > 0 {
                    base_stride = self.strides[i - 1];
                    chunk = 1;
                    wanted = 1;
                }
            }
        }
        if target != 0 {
            return None;
        }
        Some(Layout { shape: Dims::from_slice(shape), strides, offset: self.offset })
    }
    pub fn transpose(&self, a: usize, b: usize) -> Layout {
        let mut out = self.clone();
        if !out.shape.is_empty() {
            out.shape.swap(a, b);
            out.strides.swap(a, b);
        }
        out
    }
    pub fn permute(&self, order: &[usize]) -> Layout {
        Layout {
            shape: order.iter().map(|&i| self.shape[i]).collect(),
            strides: order.iter().map(|&i| self.strides[i]).collect(),
            offset: self.offset,
        }
    }
    /// `start..start + length` along one axis with a step; the caller has clamped.
    pub fn slice(&self, axis: usize, start: usize, length: usize, step: usize) -> Layout {
        let mut out = self.clone();
        if length > 0 {
            out.offset += start * self.strides[axis];
        }
        out.shape[axis] = length;
        out.strides[axis] = stepped(self.strides[axis], step);
        out
    }
    /// One index along an axis; the axis goes.
    pub fn select(&self, axis: usize, index: usize) -> Layout {
        let mut out = self.clone();
        out.offset += index * self.strides[axis];
        out.shape.remove(axis);
        out.strides.remove(axis);
        out
    }
    pub fn unsqueeze(&self, axis: usize) -> Layout {
        let mut out = self.clone();
        let stride = if axis < self.ndim() { stepped(self.strides[axis], self.shape[axis]) } else { 1 };
        out.shape.insert(axis, 1);
        out.strides.insert(axis, stride);
        out
    }
    pub fn squeeze(&self, axes: impl Fn(usize) -> bool) -> Layout {
        let keep: Dims = (0..self.ndim()).filter(|&i| !(axes(i) && self.shape[i] == 1)).collect();
        self.permute(&keep)
    }
    /// Broadcast to a larger shape with stride 0; `shape` already agrees.
    pub fn broadcast_to(&self, shape: &[usize]) -> Layout {
        let lead = shape.len() - self.ndim();
        let mut strides = Dims::from_elem(0, shape.len());
        for i in 0..self.ndim() {
            if self.shape[i] == shape[lead + i] {
                strides[lead + i] = self.strides[i];
            }
        }
        Layout { shape: Dims::from_slice(shape), strides, offset: self.offset }
    }
    /// The order of axes in memory, for a dense result of another shape; nothing where the axes do not lie in a format's.
    pub fn order_in_memory(&self) -> Option<Dims> {
        if self.is_contiguous() {
            return Some((0..self.ndim()).collect());
        }
        match self.suggest_format() {
            MemoryFormat::ChannelsLast => Some(Dims::from_slice(&[0, 2, 3, 1])),
            MemoryFormat::ChannelsLast3d => Some(Dims::from_slice(&[0, 2, 3, 4, 1])),
            _ => None,
        }
    }
}

/// Row-major strides of a shape; sizes 0 count as 1, as in PyTorch.
#[inline]
pub fn row_major(shape: &[usize]) -> Dims {
    let mut strides = Dims::from_elem(1, shape.len());
    let mut step = 1usize;
    for i in (0..shape.len()).rev() {
        strides[i] = step;
        step = step.wrapping_mul(shape[i].max(1));
    }
    strides
}

/// A stride times a step. A step that wraps reaches beyond everything: the axis has one element, and no use for it.
fn stepped(stride: usize, step: usize) -> usize {
    stride.checked_mul(step).unwrap_or(stride)
}

pub fn diagonal_layout(l: &Layout, offset: i64, a: usize, b: usize) -> Layout {
    // what the offset leaves of either axis
    let (down, right) = (offset.min(0).unsigned_abs() as usize, offset.max(0) as usize);
    let n = l.shape[a].saturating_sub(down).min(l.shape[b].saturating_sub(right));
    let mut out = l.clone();
    if n > 0 {
        out.offset += down * l.strides[a] + right * l.strides[b];
    }
    for axis in [a.max(b), a.min(b)] {
        out.shape.remove(axis);
        out.strides.remove(axis);
    }
    out.shape.push(n);
    out.strides.push(l.strides[a] + l.strides[b]);
    out
}

pub fn unfold_layout(l: &Layout, axis: usize, size: usize, step: usize) -> Layout {
    let mut out = l.clone();
    if l.shape.is_empty() {
        out.shape.push(size);
        out.strides.push(1);
        return out;
    }
    out.shape[axis] = (l.shape[axis] - size) / step + 1;
    out.strides[axis] = stepped(l.strides[axis], step);
    out.shape.push(size);
    out.strides.push(l.strides[axis]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_in_the_order_of_the_operands() {
        let last = Layout::dense(&[2, 3, 4, 5], MemoryFormat::ChannelsLast).unwrap();
        let first = Layout::contiguous(&[2, 3, 4, 5]);
        let order = |x: &[&Layout]| Layout::shared_order(&[2, 3, 4, 5], x).to_vec();
        assert_eq!(order(&[&last, &first]), [0, 2, 3, 1]);
        assert_eq!(order(&[&first, &last]), [0, 1, 2, 3]);
        // a bias, and a number, leave it to the next
        assert_eq!(order(&[&Layout::contiguous(&[3, 1, 1]), &last, &first]), [0, 2, 3, 1]);
        assert_eq!(order(&[&Layout::contiguous(&[]), &last]), [0, 2, 3, 1]);
        // repeated rows say nothing of the axis they are repeated along
        let repeated = Layout { strides: Dims::from_slice(&[0, 1, 12, 3]), ..first.clone() };
        assert_eq!(order(&[&repeated, &first]), [0, 2, 3, 1]);
    }

    #[test]
    fn views_of_strided_layouts() {
        let t = Layout::contiguous(&[4, 6]).transpose(0, 1);
        assert!(t.view_as(&[24]).is_none());
        assert_eq!(t.view_as(&[2, 3, 4]).unwrap().strides.as_slice(), &[3, 1, 6]);
        let s = Layout::contiguous(&[4, 6]).slice(1, 0, 3, 2);
        assert_eq!(s.view_as(&[12]).unwrap().strides.as_slice(), &[2]);
        assert!(Layout::contiguous(&[4, 6]).slice(1, 0, 2, 2).view_as(&[8]).is_none());
        assert_eq!(s.view_as(&[2, 2, 3]).unwrap().strides.as_slice(), &[12, 6, 2]);
        assert_eq!(s.view_as(&[4, 1, 3]).unwrap().shape.as_slice(), &[4, 1, 3]);
    }

    #[test]
    fn contiguity() {
        assert!(Layout::contiguous(&[2, 3]).is_contiguous());
        assert!(!Layout::contiguous(&[2, 3]).transpose(0, 1).is_contiguous());
        assert!(Layout::contiguous(&[2, 1]).transpose(0, 1).is_contiguous());
        let cl = Layout::dense(&[2, 3, 4, 5], MemoryFormat::ChannelsLast).unwrap();
        assert!(cl.is_format(MemoryFormat::ChannelsLast) && cl.is_non_overlapping_and_dense());
    }

    #[test]
    fn overlap() {
        let e = Layout::contiguous(&[1]).broadcast_to(&[3]);
        assert!(e.may_self_overlap());
        assert!(!Layout::contiguous(&[2, 3]).transpose(0, 1).may_self_overlap());
    }
}
