//! Linear maps along single axes, one after the other: resizing and padding that reads the input. The gradient is the
//! transposed map, which is an op of the same kind.

use crate::base::{DType, Dims, Layout};
use crate::error::{Error, Result};
use crate::kernels::cpu::nn::image::axiswise as axis;
use crate::kernels::cpu::nn::image::axiswise::Taps;
use crate::kernels::gpu::nn::image::axiswise as card;
use crate::ops::driver::apply::apply;
use crate::ops::driver::op::{Batching, Metas, Op};
use crate::tensor::{Context, Meta, Tensor};
use crate::with_dtype;
use smallvec::{SmallVec, smallvec};
use std::sync::Arc;

#[derive(Clone, Debug)]
pub struct Axiswise {
    pub name: &'static str,
    pub grad_name: &'static str,
    /// The node of the gradient when it is recorded itself.
    pub back_name: &'static str,
    pub steps: SmallVec<[(usize, Arc<Taps>); 3]>,
    /// Results may be wanted for dtypes that only copies make sense for.
    pub any_dtype: bool,
}

/// How much longer a sum along the last axis in memory takes than one of rows, which lie side by side. (The gradient of 24 planes of
/// 64x300 made 7x30: 280 us with rows first, so 65.)
const ALONE: usize = 6;

impl Axiswise {
    pub fn run(self, x: &Tensor) -> Result<Tensor> {
        apply(self, &[x])
    }
}

impl Op for Axiswise {
    fn name(&self) -> &'static str {
        self.name
    }
    fn grad_name(&self) -> &'static str {
        self.grad_name
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Each
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let d = x[0].dtype();
        let copies = self.any_dtype && self.steps.iter().all(|(_, t)| t.is_copy());
        let known = d.is_float() || d.is_complex() || matches!(d, DType::U8 | DType::I64);
        if !copies && !known {
            return Err(Error::no_dtype(self.name, d, "floating and complex dtypes"));
        }
        let mut shape = Dims::from_slice(x[0].shape());
        for (axis, taps) in &self.steps {
            shape[*axis] = taps.len();
        }
        let order = x[0].layout().order_in_memory().unwrap_or_else(|| (0..shape.len()).collect());
        Ok(smallvec![Meta { layout: Layout::permuted_dense(&shape, &order), dtype: d }])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (mut now, order) = match x[0].layout().order_in_memory() {
            Some(order) => (x[0].clone(), order),
            None => (crate::ops::driver::memory::dense_held(x[0])?, (0..x[0].ndim()).collect()),
        };
        if out[0].numel() == 0 {
            return Ok(());
        }
        if self.steps.iter().all(|(_, t)| t.is_copy()) {
            self.pick(&now, &order, &out[0]);
            return Ok(());
        }
        let steps = self.in_turn(x[0].dtype(), order.last().copied());
        let last = steps.len() - 1;
        for (k, (axis, taps)) in steps.into_iter().enumerate() {
            let mut shape = Dims::from_slice(now.shape());
            shape[*axis] = taps.len();
            let to = if k == last {
                out[0].clone()
            } else {
                Tensor::alloc(
                    Meta { layout: Layout::permuted_dense(&shape, &order), dtype: now.dtype() },
                    now.device(),
                )?
            };
            let at = order.iter().position(|o| o == axis).unwrap_or(0);
            let outer: usize = order[..at].iter().map(|&o| shape[o]).product();
            let inner: usize = order[at + 1..].iter().map(|&o| shape[o]).product();
            if taps.is_copy() {
                let outer = [axis::Outer { n: outer, step: taps.size * inner, taps: None }];
                // SAFETY: both are dense with the axes in this order, and held or our own
                unsafe { axis::pick(&outer, taps, inner, now.dtype().size(), now.ptr(), to.ptr()) };
            } else {
                self.sum(taps, outer, inner, &now, &to)?;
            }
            now = to;
        }
        Ok(())
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        if out[0].numel() == 0 {
            return Ok(());
        }
        let steps: SmallVec<[(usize, &Taps); 3]> = self.steps.iter().map(|(a, t)| (*a, &**t)).collect();
        card::apply(self.name, &steps, x[0].place()?, out[0].place()?)
    }
    fn grad(&self, _: &Context, g: &Tensor) -> Result<Tensor> {
        let steps = self.steps.iter().map(|(a, t)| (*a, Arc::new(t.transposed()))).collect();
        let op = Axiswise { grad_name: self.back_name, back_name: self.back_name, steps, ..self.clone() };
        apply(op, &[g])
    }
}

impl Axiswise {
    /// All axes at once, where each output is one input.
    #[allow(unsafe_code)]
    fn pick(&self, from: &Tensor, order: &[usize], to: &Tensor) {
        let taps = |axis: usize| self.steps.iter().find(|(a, _)| *a == axis).map(|(_, t)| &**t);
        let Some(last) = order.iter().rposition(|&o| taps(o).is_some()) else { return };
        let step = |at: usize| order[at + 1..].iter().map(|&o| from.shape()[o]).product::<usize>();
        let outer: SmallVec<[axis::Outer; 5]> = (0..last)
            .map(|at| axis::Outer { n: to.shape()[order[at]], step: step(at), taps: taps(order[at]) })
            .collect();
        if let Some(taps) = taps(order[last]) {
            // SAFETY: both are dense with the axes in this order, and held or our own
            unsafe { axis::pick(&outer, taps, step(last), from.dtype().size(), from.ptr(), to.ptr()) };
        }
    }
    /// The axes in the order that they are taken in: shrinking ones first, as there is less to move afterwards. Bytes are rounded
    /// after each, so that theirs is always this; for others the last axis in memory counts more.
    fn in_turn(&self, dtype: DType, inmost: Option<usize>) -> SmallVec<[&(usize, Arc<Taps>); 3]> {
        let mut steps: SmallVec<[&(usize, Arc<Taps>); 3]> = self.steps.iter().collect();
        steps.sort_by(|a, b| (a.1.len() * b.1.size).cmp(&(b.1.len() * a.1.size)));
        if dtype == DType::U8 {
            return steps;
        }
        let work = |first: &(usize, Arc<Taps>), then: &(usize, Arc<Taps>)| {
            let of = |(axis, taps): &(usize, Arc<Taps>), others: usize| {
                let each = if Some(*axis) == inmost { ALONE } else { 1 };
                (taps.len() + taps.terms()) * others * each
            };
            of(first, then.1.size) + of(then, first.1.len())
        };
        // two of them at a time, as often as it takes for three
        for _ in 1..steps.len() {
            for k in 1..steps.len() {
                if work(steps[k], steps[k - 1]) < work(steps[k - 1], steps[k]) {
                    steps.swap(k - 1, k);
                }
            }
        }
        steps
    }
    #[allow(unsafe_code)]
    fn sum(&self, taps: &Taps, outer: usize, inner: usize, from: &Tensor, to: &Tensor) -> Result<()> {
        // SAFETY: dense memory of these sizes, as in `cpu`
        unsafe {
            match from.dtype() {
                DType::U8 => axis::apply::<u8>(taps, outer, inner, from.ptr_of(), to.ptr_of()),
                DType::I64 => axis::apply::<i64>(taps, outer, inner, from.ptr_of(), to.ptr_of()),
                d => {
                    return with_dtype!(self.name, d, floatc, T => {
                        axis::apply::<T>(taps, outer, inner, from.ptr_of(), to.ptr_of());
                        Ok(())
                    });
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Copies along two axes at once are those along one and then the other, however the image lies in memory.
    #[test]
    fn axes_together_as_one_by_one() {
        let values: Vec<f32> = (0..2 * 3 * 4 * 5).map(|i| i as f32).collect();
        let dense = Tensor::from_slice(&values, &[2, 3, 4, 5]).unwrap();
        let rows = || Taps::single(4, [1, 0, 1, 2, 3, 2].into_iter());
        let columns = || Taps::single(5, [0, 0, 0, 1, 2, 3, 4, 4].into_iter());
        let op = |steps: SmallVec<[(usize, Arc<Taps>); 3]>| Axiswise {
            name: "t",
            grad_name: "t",
            back_name: "t",
            steps,
            any_dtype: true,
        };
        for order in [[0, 1, 2, 3], [0, 2, 3, 1], [3, 1, 0, 2]] {
            let mut strides = Dims::from_elem(0, 4);
            let mut step = 1;
            for &o in order.iter().rev() {
                strides[o] = step;
                step *= dense.shape()[o];
            }
            let layout = Layout { strides, ..dense.layout().clone() };
            let x = dense.alias(layout).unwrap();
            let both = op(smallvec![(2, Arc::new(rows())), (3, Arc::new(columns()))]).run(&x).unwrap();
            let one = op(smallvec![(3, Arc::new(columns()))]).run(&x).unwrap();
            let other = op(smallvec![(2, Arc::new(rows()))]).run(&one).unwrap();
            let read =
                |t: &Tensor| crate::ops::driver::memory::dense(t).unwrap().elements(0, t.numel()).unwrap();
            assert_eq!((both.shape(), both.strides()), (other.shape(), other.strides()));
            assert_eq!(read(&both), read(&other), "{order:?}");
            // and against the positions themselves
            let (h, w) = ([1, 0, 1, 2, 3, 2], [0, 0, 0, 1, 2, 3, 4, 4]);
            let (from, to) = (read(&x), read(&both));
            for i in 0..2 * 3 * 6 * 8 {
                let at = (i / 48 * 4 + h[i / 8 % 6]) * 5 + w[i % 8];
                assert_eq!(to[i], from[at]);
            }
        }
    }
}
