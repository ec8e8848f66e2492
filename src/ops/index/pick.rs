//! The ops behind advanced indexing: `Pick` reads the elements that index tensors name, `Put` writes them, `Spread`
//! adds into zeros. Pick and Spread are each other's gradient.

use crate::base::{DType, Device, Dims, Layout, Scalar, broadcast};
use crate::error::Result;
use crate::kernels::cpu::index as kernel;
use crate::kernels::cpu::index::Reduce;
use crate::kernels::gpu::index::pick as gpu;
use crate::kernels::gpu::machine::Place;
use crate::kernels::gpu::machine::meet::{Combine, Meet};
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::{dense_cast_held, fill_held, full, index_held, write_held};
use crate::ops::driver::op::{Apart, Batching, Metas, Op, Saves};
use crate::ops::index::spots::{INDEX, INDEX_FILL, INDEX_FILL_WITH, MASKED_SCATTER, Spots, TAKE, on_card};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{ensure, grads};
use smallvec::{SmallVec, smallvec};

/// Values in the dtype of what they are written to, over the shape of the places, and apart from it.
fn values_for(dst: &Tensor, values: &Tensor, shape: &[usize]) -> Result<Tensor> {
    let own = if values.dtype() != dst.dtype() || values.storage().same(dst.storage()) {
        let own = Tensor::empty(values.shape(), dst.dtype(), dst.device())?;
        write_held(&own, values);
        own
    } else {
        values.clone()
    };
    if own.numel() == 1 && own.ndim() > shape.len() {
        let strides = Dims::from_elem(0, shape.len());
        return own.alias(Layout { shape: Dims::from_slice(shape), strides, offset: own.layout().offset });
    }
    own.alias(own.layout().broadcast_to(shape))
}

/// Writes values where the indices say, on a card.
fn put_places(spots: &Spots, dst: &Tensor, values: &Tensor, index: &[&Tensor]) -> Result<()> {
    let shape = spots.shape(dst.shape(), index)?;
    if crate::base::numel(&shape) == 0 {
        return Ok(());
    }
    let values = values_for(dst, values, &shape)?;
    let (along, to_index) = spots.along(dst.layout(), index)?;
    let to = dst.layout();
    let put = |one: gpu::Index, axes: &gpu::Axes| {
        gpu::put(dst.place()?, &along, values.place()?, values.strides(), &shape, one, axes)
    };
    if let [one] = index {
        let own = on_card(one)?;
        let steps = to_index(own.layout());
        return put(
            gpu::Index { place: own.place()?, along: &steps },
            &spots.axes(0, &to.shape, &to.strides),
        );
    }
    // the steps are known: an index of a flat axis as long as the tensor reaches
    let over = spots.index_shape(index)?;
    let known = spots.steps(&over, &to.shape, &to.strides, index)?;
    let steps = to_index(&Layout::contiguous(&over));
    let reach = [to.span_end() - to.offset];
    let flat = gpu::Axes { sizes: &reach, strides: &[1], axis: 0, wraps: false, fault: spots.manner.fault };
    put(gpu::Index { place: known.place(), along: &steps }, &flat)
}

/// Combines values into the places that the indices name, on a card, in one order.
fn combine_places(
    spots: &Spots,
    dst: &Tensor,
    values: &Tensor,
    index: &[&Tensor],
    combine: Combine,
) -> Result<()> {
    let shape = spots.shape(dst.shape(), index)?;
    if crate::base::numel(&shape) == 0 {
        return Ok(());
    }
    let values = values_for(dst, values, &shape)?;
    // the indexed axes first, as one that the keys number; what they leave are columns
    let (before, after) = spots.around(dst.ndim());
    let indexed: Dims = (0..dst.ndim()).filter(|&i| spots.is_indexed(i)).collect();
    let sizes: Dims = indexed.iter().map(|&i| dst.shape()[i]).collect();
    let mut numbered = Dims::from_elem(0, dst.ndim());
    for (&i, s) in indexed.iter().zip(Layout::contiguous(&sizes).strides) {
        numbered[i] = s;
    }
    let over = spots.index_shape(index)?;
    let keys = spots.steps(&over, dst.shape(), &numbered, index)?;
    let rest: Dims = before.iter().chain(after.iter()).copied().collect();
    let order: Dims = indexed.iter().chain(rest.iter()).copied().collect();
    let (lead, rank) = (before.len(), over.len());
    let from: Dims = (lead..lead + rank).chain(0..lead).chain(lead + rank..shape.len()).collect();
    let (to, from) = (dst.layout().permute(&order), values.layout().permute(&from));
    let meet = Meet {
        keys: &keys,
        slots: crate::base::numel(&sizes),
        columns: rest.iter().map(|&i| dst.shape()[i]).product(),
        dst: Place { shape: &to.shape, strides: &to.strides, ..dst.place()? },
        values: Place { shape: &from.shape, strides: &from.strides, ..values.place()? },
        combine,
        keep: true,
    };
    meet.run()
}

/// Reads the elements that the index tensors (inputs from 1 on) name.
#[derive(Clone, Debug)]
pub struct Pick(pub Spots);

impl Op for Pick {
    fn name(&self) -> &'static str {
        self.0.manner.name
    }
    fn grad_name(&self) -> &'static str {
        self.0.manner.pick
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Own
    }
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        let all = self.0.of_samples(&out[0].shape()[..n], &x[1..])?;
        let operands: Vec<&Tensor> = std::iter::once(&x[0]).chain(&all.index).collect();
        if all.passed == 0 {
            return Pick(all.spots.clone()).cpu(&operands, out);
        }
        let to = out[0].alias(out[0].layout().permute(&all.order(out[0].ndim())))?;
        let own = Tensor::empty(to.shape(), to.dtype(), to.device())?;
        Pick(all.spots.clone()).cpu(&operands, std::slice::from_ref(&own))?;
        write_held(&to, &own);
        Ok(())
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&self.0.shape(x[0].shape(), &x[1..])?, x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let size = x[0].dtype().size();
        if let [index] = x[1..]
            && let Some((n, step)) = self.0.whole(x[0].layout())
        {
            let index = index_held(index)?;
            // SAFETY: a dense int64 tensor, held by the driver or made here
            let index = unsafe { kernel::slice_of::<i64>(index.ptr(), index.numel()) };
            // SAFETY: all elements of the layout; the result is dense with as many as the index
            if unsafe {
                kernel::pick_flat((x[0].ptr(), n, step), index, self.0.manner.wraps, out[0].ptr(), size)
            } {
                return Ok(());
            }
        }
        self.0.with_places(x[0].layout(), &x[1..], |p| {
            // SAFETY: the offsets are checked against the layout; the result is dense with as many elements
            unsafe { kernel::pick(p, x[0].ptr(), out[0].ptr(), size) }
        })
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (spots, from, index) = (&self.0, x[0].layout(), &x[1..]);
        let (along, to_index) = spots.along(from, index)?;
        if out[0].numel() == 0 {
            return Ok(());
        }
        if let [one] = index {
            let own = on_card(one)?;
            let steps = to_index(own.layout());
            let index = gpu::Index { place: own.place()?, along: &steps };
            return gpu::pick(
                out[0].place()?,
                x[0].place()?,
                &along,
                index,
                &spots.axes(0, &from.shape, &from.strides),
            );
        }
        let shape = spots.index_shape(index)?;
        let known = spots.steps(&shape, &from.shape, &from.strides, index)?;
        let known = gpu::Index { place: known.place(), along: &to_index(&Layout::contiguous(&shape)) };
        gpu::pick_at(out[0].place()?, x[0].place()?, &along, known)
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::inputs(!1)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return Ok(Grads::new()) };
        let spread = Spread { shape: Dims::from_slice(cx.shape(0)), spots: self.0.clone() };
        Ok(smallvec![Some(with_index(spread, &[g], cx, 1)?)])
    }
}

/// Applies an op to tensors followed by the index tensors that a node saved from input `from` on.
fn with_index<O: Op>(op: O, tensors: &[&Tensor], cx: &Context, from: usize) -> Result<Tensor> {
    let index: SmallVec<[Tensor; 4]> =
        (from..cx.node.inputs.len()).map(|i| cx.input(i)).collect::<Result<_>>()?;
    let inputs: SmallVec<[&Tensor; 4]> = tensors.iter().copied().chain(index.iter()).collect();
    apply(op, &inputs)
}

/// Adds values (input 0) into zeros at the places that the index tensors name.
#[derive(Clone, Debug)]
pub struct Spread {
    pub shape: Dims,
    pub spots: Spots,
}

impl Op for Spread {
    fn name(&self) -> &'static str {
        self.spots.manner.name
    }
    fn grad_name(&self) -> &'static str {
        self.spots.manner.put
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Own
    }
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        fill_held(&out[0], Scalar::Int(0));
        let all = self.spots.of_samples(&out[0].shape()[..n], &x[1..])?;
        write_places(&all.spots, &out[0], &all.values(&x[0], &out[0])?, &all.index(), Reduce::Add)
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        Ok(smallvec![Meta::new(&self.shape, x[0].dtype())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        fill_held(&out[0], Scalar::Int(0));
        write_places(&self.spots, &out[0], x[0], &x[1..], Reduce::Add)
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        fill_held(&out[0], Scalar::Int(0));
        combine_places(&self.spots, &out[0], x[0], &x[1..], Combine::Add)
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::inputs(!1)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return Ok(Grads::new()) };
        Ok(smallvec![Some(with_index(Pick(self.spots.clone()), &[g], cx, 1)?)])
    }
}

/// Writes values (input 1, broadcast) into a copy of input 0, or into it, at the places named by inputs from 2 on.
#[derive(Clone, Debug)]
pub struct Put {
    pub spots: Spots,
    pub accumulate: bool,
}

/// Elements of a tensor that are worth looking whether an index is sorted out: to widen them all takes 0.13 ns each, to sort an index
/// some 10.
const SORTED: usize = 64;

/// Whether few elements are written, of many, and no two to one place. (The gradient of ten of a million of bfloat16: widened 129 us,
/// so 25.)
fn meet_nowhere(spots: &Spots, dst: &Tensor, shape: &[usize], index: &[&Tensor]) -> Result<bool> {
    if crate::base::numel(shape) > dst.numel() / 4 {
        return Ok(false);
    }
    spots.with_places(dst.layout(), index, |p| {
        if p.offsets.len() * SORTED > dst.numel() {
            return false;
        }
        let mut all = SmallVec::<[usize; 64]>::from_slice(p.offsets);
        all.sort_unstable();
        all.windows(2).all(|two| two[0] != two[1])
    })
}

#[allow(unsafe_code)]
fn write_places(
    spots: &Spots,
    dst: &Tensor,
    values: &Tensor,
    index: &[&Tensor],
    reduce: Reduce,
) -> Result<()> {
    let shape = spots.shape(dst.shape(), index)?;
    let dtype = dst.dtype();
    if reduce == Reduce::Add && dtype.is_half() && !meet_nowhere(spots, dst, &shape, index)? {
        // halves stop growing early: ones added up in place end at 2048, or at 256 in bfloat16
        let wide = Tensor::empty(dst.shape(), DType::F32, Device::Cpu)?;
        write_held(&wide, dst);
        write_places(spots, &wide, values, index, reduce)?;
        write_held(dst, &wide);
        return Ok(());
    }
    let mut values = values.clone();
    let step = (values.numel() != 1) as usize;
    if step == 1 && values.shape() != shape.as_slice() {
        values = values.alias(values.layout().broadcast_to(&shape))?;
    }
    let mut dense = dense_cast_held(&values, dtype)?;
    if dense.storage().same(dst.storage()) {
        dense = Tensor::empty(values.shape(), dtype, Device::Cpu)?;
        write_held(&dense, &values);
    }
    spots.with_places(dst.layout(), index, |p| {
        // SAFETY: the offsets are checked against the layout; values are dense in the shape of the places, or one
        unsafe { kernel::put(spots.manner.name, p, dst.ptr(), dense.ptr(), step, dtype, reduce) }
    })?
}

impl Op for Put {
    fn name(&self) -> &'static str {
        if std::ptr::eq(self.spots.manner, &INDEX) { "index_put" } else { self.spots.manner.name }
    }
    fn grad_name(&self) -> &'static str {
        self.spots.manner.put
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Own
    }
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        let in_place = out[0].storage().same(x[0].storage()) && out[0].layout() == x[0].layout();
        if !in_place {
            write_held(&out[0], &x[0]);
        }
        let reduce = if self.accumulate { Reduce::Add } else { Reduce::Set };
        let all = self.spots.of_samples(&out[0].shape()[..n], &x[2..])?;
        write_places(&all.spots, &out[0], &all.values(&x[1], &out[0])?, &all.index(), reduce)
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let shape = self.spots.shape(x[0].shape(), &x[2..])?;
        let fits = broadcast(&shape, x[1].shape()).is_ok_and(|s| s == shape);
        ensure!(
            fits,
            Runtime,
            "shape mismatch: value tensor of shape {:?} cannot be broadcast to indexing result of shape {:?}",
            x[1].shape(),
            shape.as_slice()
        );
        // `index_put`, `put` and `index_fill` clone their input, the others write a contiguous result
        let manner = self.spots.manner;
        let clones = [&INDEX, &TAKE, &INDEX_FILL, &INDEX_FILL_WITH].iter().any(|m| std::ptr::eq(*m, manner));
        let dtype = x[0].dtype();
        Ok(smallvec![if clones { Meta::like(x[0], dtype) } else { Meta::new(x[0].shape(), dtype) }])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let in_place = out[0].storage().same(x[0].storage()) && out[0].layout() == x[0].layout();
        if !in_place {
            write_held(&out[0], x[0]);
        }
        let reduce = if self.accumulate { Reduce::Add } else { Reduce::Set };
        write_places(&self.spots, &out[0], x[1], &x[2..], reduce)
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let in_place = out[0].storage().same(x[0].storage()) && out[0].layout() == x[0].layout();
        if !in_place {
            write_held(&out[0], x[0]);
        }
        // elements that share words cannot be written twice at a time
        let shared = out[0].dtype().size() < 4 && x[1].numel() != 1;
        match (self.accumulate, shared) {
            (true, _) => combine_places(&self.spots, &out[0], x[1], &x[2..], Combine::Add),
            (false, true) => combine_places(&self.spots, &out[0], x[1], &x[2..], Combine::Last),
            (false, false) => put_places(&self.spots, &out[0], x[1], &x[2..]),
        }
    }
    fn saves(&self, _: Want) -> Saves {
        Saves::inputs(!0b11)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return Ok(Grads::new()) };
        let before = want.then(0, || {
            if self.accumulate {
                return Ok(g.clone());
            }
            let zero = full(&[], Scalar::Int(0), g.dtype(), g.device())?;
            with_index(self.clone(), &[g, &zero], cx, 2)
        })?;
        let values = want.then(1, || {
            if [&INDEX_FILL, &INDEX_FILL_WITH].iter().any(|m| std::ptr::eq(*m, self.spots.manner)) {
                // what was overwritten counts once, however often the index names it
                let zero = full(&[], Scalar::Int(0), g.dtype(), g.device())?;
                return g.sub(&with_index(self.clone(), &[g, &zero], cx, 2)?)?.sum_to(cx.shape(1));
            }
            let picked = with_index(Pick(self.spots.clone()), &[g], cx, 2)?;
            picked.sum_to(cx.shape(1))
        })?;
        grads![before, values]
    }
    fn in_place_ok(&self) -> bool {
        true
    }
    fn apart(&self, input: usize) -> Apart {
        let copied = [&INDEX_FILL, &INDEX_FILL_WITH, &MASKED_SCATTER];
        let free = input == 1 && copied.iter().any(|m| std::ptr::eq(*m, self.spots.manner));
        if free { Apart::Free } else { Apart::Whole }
    }
    fn overlap_ok(&self) -> bool {
        // only those two promise one value for elements that share a place
        [&INDEX, &INDEX_FILL, &INDEX_FILL_WITH].iter().any(|m| std::ptr::eq(*m, self.spots.manner))
    }
}

/// Reads by index tensors.
pub fn pick(x: &Tensor, spots: Spots, index: &[Tensor]) -> Result<Tensor> {
    let inputs: SmallVec<[&Tensor; 4]> = std::iter::once(x).chain(index).collect();
    apply(Pick(spots), &inputs)
}
