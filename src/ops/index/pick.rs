//! The ops behind advanced indexing: `Pick` reads the elements that index tensors name, `Put` writes them, `Spread`
//! adds into zeros. Pick and Spread are each other's gradient.

use crate::base::{DType, Device, Dims, Layout, Scalar, broadcast};
use crate::error::{Error, Kind, Result};
use crate::kernels::cpu::index as kernel;
use crate::kernels::cpu::index::{Places, Reduce};
use crate::kernels::gpu::index::pick as gpu;
use crate::kernels::gpu::machine::Place;
use crate::kernels::gpu::machine::meet::{Combine, Meet};
use crate::kernels::gpu::machine::operand::Scratch;
use crate::ops::create::range::generate;
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::{dense_cast_held, fill_held, full, index_held, write_held};
use crate::ops::driver::op::{Apart, Batching, Metas, Op, Saves};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{ensure, grads};
use smallvec::{SmallVec, smallvec};

/// What differs between the functions that index by tensors.
#[derive(Debug)]
pub struct Manner {
    pub name: &'static str,
    pub pick: &'static str,
    pub put: &'static str,
    /// Negative indices count from the end.
    pub wraps: bool,
    /// The error of an index out of range: index, axis, size.
    pub fault: fn(i64, usize, usize) -> Error,
}

fn out_of_bounds(kind: Kind, i: i64, axis: usize, n: usize) -> Error {
    if n == 0 {
        return Error::new(Kind::Index, "index is out of bounds for dimension with size 0");
    }
    Error::new(kind, format!("index {i} is out of bounds for dimension {axis} with size {n}"))
}

pub static INDEX: Manner = Manner {
    name: "index",
    pick: "IndexBackward0",
    put: "IndexPutBackward0",
    wraps: true,
    fault: |i, axis, n| out_of_bounds(Kind::Index, i, axis, n),
};
pub static SELECT: Manner = Manner {
    name: "index_select",
    pick: "IndexSelectBackward0",
    put: "IndexAddBackward0",
    wraps: false,
    fault: |_, _, _| Error::new(Kind::Index, "index out of range in self"),
};
pub static INDEX_ADD: Manner = Manner {
    name: "index_add",
    pick: "IndexSelectBackward0",
    put: "IndexAddBackward0",
    wraps: false,
    fault: |i, axis, n| out_of_bounds(Kind::Runtime, i, axis, n),
};
pub static INDEX_COPY: Manner = Manner {
    name: "index_copy",
    pick: "IndexSelectBackward0",
    put: "IndexCopyBackward0",
    wraps: false,
    fault: |i, axis, n| {
        Error::new(
            Kind::Index,
            format!("index_copy_(): index {i} is out of bounds for dimension {axis} with size {n}"),
        )
    },
};
pub static INDEX_FILL: Manner = Manner {
    name: "index_fill",
    pick: "IndexSelectBackward0",
    put: "IndexFillBackward0",
    wraps: true,
    fault: |i, axis, n| out_of_bounds(Kind::Index, i, axis, n),
};
pub static INDEX_FILL_WITH: Manner = Manner { put: "IndexFillBackward1", ..INDEX_FILL };
pub static TAKE: Manner = Manner {
    name: "take",
    pick: "TakeBackward0",
    put: "PutBackward0",
    wraps: true,
    fault: |i, _, n| {
        Error::new(
            Kind::Index,
            format!("out of range: tried to access index {i} on a tensor of {n} elements."),
        )
    },
};
pub static MASKED_SELECT: Manner = Manner { name: "masked_select", pick: "MaskedSelectBackward0", ..INDEX };
pub static MASKED_SCATTER: Manner = Manner { name: "masked_scatter", put: "MaskedScatterBackward0", ..INDEX };

/// Consecutive axes that one index tensor addresses: several as if they were flattened (a mask's positions).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    pub axis: usize,
    pub count: usize,
}

/// Which axes are indexed, ascending, one group for each index tensor.
#[derive(Clone, Debug)]
pub struct Spots {
    pub groups: SmallVec<[Group; 4]>,
    pub manner: &'static Manner,
    /// Axes of samples in front of the tensor's own (`vmap`), which are one group more: each sample has its own indices.
    samples: usize,
}

impl Spots {
    pub fn new(groups: &[Group], manner: &'static Manner) -> Spots {
        Spots { groups: SmallVec::from_slice(groups), manner, samples: 0 }
    }
    /// One indexed axis.
    pub fn axis(axis: usize, manner: &'static Manner) -> Spots {
        Spots { groups: smallvec![Group { axis, count: 1 }], manner, samples: 0 }
    }
    /// All axes flattened.
    pub fn flat(ndim: usize, manner: &'static Manner) -> Spots {
        Spots { groups: smallvec![Group { axis: 0, count: ndim }], manner, samples: 0 }
    }
    fn is_indexed(&self, axis: usize) -> bool {
        self.groups.iter().any(|g| axis >= g.axis && axis < g.axis + g.count)
    }
    fn adjacent(&self) -> bool {
        self.groups.windows(2).all(|w| w[0].axis + w[0].count == w[1].axis)
    }
    /// Axes before and after the place where the index axes go.
    fn around(&self, ndim: usize) -> (Dims, Dims) {
        let first = if self.adjacent() { self.groups[0].axis } else { 0 };
        let rest = (0..ndim).filter(|&i| !self.is_indexed(i));
        (rest.clone().filter(|&i| i < first).collect(), rest.filter(|&i| i >= first).collect())
    }
    /// The common shape of the index tensors.
    pub fn index_shape(&self, index: &[&Tensor]) -> Result<Dims> {
        let mut shape = Dims::from_slice(index[0].shape());
        for t in &index[1..] {
            shape = broadcast(&shape, t.shape()).map_err(|_| {
                let shapes: Vec<String> = index.iter().map(|t| format!("{:?}", t.shape())).collect();
                Error::new(
                    Kind::Index,
                    format!(
                        "shape mismatch: indexing tensors could not be broadcast together with shapes {}",
                        shapes.join(", ")
                    ),
                )
            })?;
        }
        Ok(shape)
    }
    /// The shape of what is read or written.
    pub fn shape(&self, x: &[usize], index: &[&Tensor]) -> Result<Dims> {
        let (before, after) = self.around(x.len());
        let mut shape: Dims = before.iter().map(|&i| x[i]).collect();
        shape.extend_from_slice(&self.index_shape(index)?);
        shape.extend(after.iter().map(|&i| x[i]));
        Ok(shape)
    }
    /// The element offsets that the indices name. The caller holds the index tensors.
    #[allow(unsafe_code)]
    fn offsets(&self, layout: &Layout, index: &[&Tensor]) -> Result<Tensor> {
        let shape = self.index_shape(index)?;
        let m = crate::base::numel(&shape);
        let offsets = full(&[m], Scalar::Int(0), DType::I64, Device::Cpu)?;
        // SAFETY: `m` dense elements made here, each as wide as a `usize`
        let out = unsafe { kernel::slice_of_mut::<usize>(offsets.ptr(), m) };
        for (g, t) in self.groups.iter().zip(index) {
            let wide = if t.shape() == shape.as_slice() {
                (*t).clone()
            } else {
                t.alias(t.layout().broadcast_to(&shape))?
            };
            let dense = index_held(&wide)?;
            // SAFETY: a dense int64 tensor of `m` elements, held by the driver or made here
            let index = unsafe { kernel::slice_of::<i64>(dense.ptr(), m) };
            let axes = g.axis..g.axis + g.count;
            let (sizes, strides) = (&layout.shape[axes.clone()], &layout.strides[axes]);
            let n = crate::base::numel(sizes) as i64;
            let low = if self.manner.wraps { -n } else { 0 };
            if let Some(bad) = kernel::outside(index, low, n) {
                return Err((self.manner.fault)(bad, g.axis - self.samples, n as usize));
            }
            let one = match layout_of_group(sizes, strides) {
                Some(step) => {
                    for (o, &i) in out.iter_mut().zip(index) {
                        *o += (if i < 0 { i + n } else { i }) as usize * step;
                    }
                    continue;
                }
                None => |mut i: usize| {
                    let mut at = 0;
                    for (&n, &s) in sizes.iter().zip(strides).rev() {
                        at += i % n * s;
                        i /= n;
                    }
                    at
                },
            };
            for (o, &i) in out.iter_mut().zip(index) {
                *o += one((if i < 0 { i + n } else { i }) as usize);
            }
        }
        Ok(offsets)
    }
    #[allow(unsafe_code)]
    fn with_places<R>(&self, layout: &Layout, index: &[&Tensor], f: impl FnOnce(&Places) -> R) -> Result<R> {
        let own = self.offsets(layout, index)?;
        // SAFETY: as they were written
        let offsets = unsafe { kernel::slice_of::<usize>(own.ptr(), own.numel()) };
        let (before, after) = self.around(layout.ndim());
        let take = |from: &[usize], axes: &[usize]| -> Dims { axes.iter().map(|&i| from[i]).collect() };
        let (os, ot) = (take(&layout.shape, &before), take(&layout.strides, &before));
        let (is, it) = (take(&layout.shape, &after), take(&layout.strides, &after));
        Ok(f(&Places { outer: (&os, &ot), offsets, inner: (&is, &it) }))
    }
}

/// The places of all samples at once (`vmap`), of tensors with axes of samples in front.
struct OfSamples {
    spots: Spots,
    index: Vec<Tensor>,
    samples: usize,
    /// How many axes of a sample the index axes of the result go in front of, and how many those are.
    passed: usize,
    rank: usize,
}

impl Spots {
    /// Where samples have indices of their own, their number is one index more, of the axes of samples.
    fn of_samples(&self, sizes: &[usize], index: &[Tensor]) -> Result<OfSamples> {
        let n = sizes.len();
        let mut groups: SmallVec<[Group; 4]> =
            self.groups.iter().map(|g| Group { axis: g.axis + n, count: g.count }).collect();
        let same = |t: &Tensor| (0..n).all(|axis| t.strides()[axis] == 0 || t.shape()[axis] == 1);
        if self.adjacent() && sizes.iter().all(|&size| size > 0) && index.iter().all(same) {
            let one = |t: &Tensor| t.alias((0..n).fold(t.layout().clone(), |l, _| l.select(0, 0)));
            let index = index.iter().map(one).collect::<Result<_>>()?;
            let spots = Spots { groups, manner: self.manner, samples: n };
            return Ok(OfSamples { spots, index, samples: n, passed: 0, rank: 0 });
        }
        groups.insert(0, Group { axis: 0, count: n });
        let rank = index.iter().map(|t| t.ndim() - n).max().unwrap_or(0);
        let count = crate::base::numel(sizes);
        let numbers = generate(count, DType::I64, index[0].device(), |i| Scalar::Int(i as i64))?;
        let mut shape = Dims::from_slice(sizes);
        shape.resize(n + rank, 1);
        let mut all = vec![numbers.alias(Layout::contiguous(&shape))?];
        for t in index {
            all.push(t.alias(lifted_behind(t.layout(), n, rank))?);
        }
        let passed = if self.adjacent() { self.groups[0].axis } else { 0 };
        let spots = Spots { groups, manner: self.manner, samples: n };
        Ok(OfSamples { spots, index: all, samples: n, passed, rank })
    }
}

impl OfSamples {
    fn index(&self) -> Vec<&Tensor> {
        self.index.iter().collect()
    }
    /// The order of a result's axes in which the index axes come first of a sample's.
    fn order(&self, ndim: usize) -> Dims {
        let (start, middle) = (self.samples, self.samples + self.passed);
        let end = middle + self.rank;
        (0..start).chain(middle..end).chain(start..middle).chain(end..ndim).collect()
    }
    /// Values as the places take them: over a sample's shape of places, then in their order.
    fn values(&self, values: &Tensor, dst: &Tensor) -> Result<Tensor> {
        let shape = self.spots.shape(dst.shape(), &self.index())?;
        let ranked = lifted_behind(values.layout(), self.samples, shape.len() - self.samples);
        let order = self.order(shape.len());
        let mut wanted = shape.clone();
        order.iter().zip(&shape).for_each(|(&axis, &size)| wanted[axis] = size);
        values.alias(ranked.broadcast_to(&wanted).permute(&order))
    }
}

/// A layout with `n` axes of samples in front of `rank` others, axes of one between them where there are fewer.
fn lifted_behind(l: &Layout, n: usize, rank: usize) -> Layout {
    (l.ndim()..n + rank).fold(l.clone(), |l, _| l.unsqueeze(n))
}

/// What the kernels of cards ask of the same places.
impl Spots {
    /// The axes of one index tensor in a tensor of that shape and those steps.
    fn axes<'a>(&self, group: usize, shape: &'a [usize], strides: &'a [usize]) -> gpu::Axes<'a> {
        let g = self.groups[group];
        let axes = g.axis..g.axis + g.count;
        gpu::Axes {
            sizes: &shape[axes.clone()],
            strides: &strides[axes],
            axis: g.axis,
            wraps: self.manner.wraps,
            fault: self.manner.fault,
        }
    }
    /// The tensor's steps over the shape of what is read or written, zero along the index, and how the steps of an index
    /// tensor become steps over that shape.
    fn along(&self, layout: &Layout, index: &[&Tensor]) -> Result<(Dims, impl Fn(&Layout) -> Dims)> {
        let (before, after) = self.around(layout.ndim());
        let rank = self.index_shape(index)?.len();
        let mut along: Dims = before.iter().map(|&i| layout.strides[i]).collect();
        along.resize(before.len() + rank, 0);
        along.extend(after.iter().map(|&i| layout.strides[i]));
        let shape = self.index_shape(index)?;
        let (lead, all) = (before.len(), along.len());
        let steps = move |own: &Layout| {
            let mut steps = Dims::from_elem(0, all);
            steps[lead..lead + rank].copy_from_slice(&own.broadcast_to(&shape).strides);
            steps
        };
        Ok((along, steps))
    }
    /// The steps that the indices name in a tensor of that shape, in the order of their common `shape`.
    fn steps(
        &self,
        shape: &[usize],
        sizes: &[usize],
        strides: &[usize],
        index: &[&Tensor],
    ) -> Result<Scratch> {
        let near = index[0].place()?;
        let steps = Scratch::beside(&near, crate::base::numel(shape), DType::U32)?;
        let still = Dims::from_elem(0, shape.len());
        for (g, t) in index.iter().enumerate() {
            let own = on_card(t)?;
            let along = own.layout().broadcast_to(shape).strides;
            let one = gpu::Index { place: own.place()?, along: &along };
            gpu::steps(&steps, shape, &still, one, &self.axes(g, sizes, strides), g > 0)?;
        }
        Ok(steps)
    }
}

/// Indices as the kernels of cards read them: of 32 or 64 bits, in any layout.
pub(crate) fn on_card(x: &Tensor) -> Result<Tensor> {
    if matches!(x.dtype(), DType::I64 | DType::I32) { Ok(x.clone()) } else { dense_cast_held(x, DType::I32) }
}

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

/// The one stride of flattened axes, if there is one.
fn layout_of_group(sizes: &[usize], strides: &[usize]) -> Option<usize> {
    let mut step = None;
    let mut expect = 0;
    for (&n, &s) in sizes.iter().zip(strides).rev() {
        if n == 1 {
            continue;
        }
        if step.is_none() {
            step = Some(s);
        } else if s != expect {
            return None;
        }
        expect = s * n;
    }
    Some(step.unwrap_or(1))
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
        self.0.with_places(x[0].layout(), &x[1..], |p| {
            // SAFETY: the offsets are checked against the layout; the result is dense with as many elements
            unsafe { kernel::pick(p, x[0].ptr(), out[0].ptr(), x[0].dtype().size()) }
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
    if reduce == Reduce::Add && dtype.is_half() {
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
