//! Where index tensors point: which axes they index, what of a tensor they name, and for all samples of `vmap` at once.

use crate::base::{DType, Device, Dims, Layout, Scalar, broadcast};
use crate::error::{Error, Kind, Result};
use crate::kernels::cpu::index as kernel;
use crate::kernels::cpu::index::Places;
use crate::kernels::gpu::index::pick as gpu;
use crate::kernels::gpu::machine::operand::Scratch;
use crate::ops::create::range::generate;
use crate::ops::driver::memory::{dense_cast_held, full, index_held};
use crate::tensor::Tensor;
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
    fault: |_, _, n| match n {
        0 => Error::new(Kind::Runtime, "index_select(): self indexing axis dim should be positive"),
        _ => Error::new(Kind::Index, "index out of range in self"),
    },
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
    pub(super) fn is_indexed(&self, axis: usize) -> bool {
        self.groups.iter().any(|g| axis >= g.axis && axis < g.axis + g.count)
    }
    pub(super) fn adjacent(&self) -> bool {
        self.groups.windows(2).all(|w| w[0].axis + w[0].count == w[1].axis)
    }
    /// Axes before and after the place where the index axes go.
    pub(super) fn around(&self, ndim: usize) -> (Dims, Dims) {
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
    /// How many elements one index names, and the step from one to the next, if it names all axes as one with a single step.
    pub(super) fn whole(&self, layout: &Layout) -> Option<(usize, usize)> {
        match self.groups[..] {
            [Group { axis: 0, count }] if count == layout.ndim() && count > 0 && self.samples == 0 => {
                Some((layout.numel(), layout_of_group(&layout.shape, &layout.strides)?))
            }
            _ => None,
        }
    }
    /// The element offsets that the indices name. The caller holds the index tensors.
    #[allow(unsafe_code)]
    pub(super) fn offsets(&self, layout: &Layout, index: &[&Tensor]) -> Result<Tensor> {
        let shape = self.index_shape(index)?;
        let m = crate::base::numel(&shape);
        let offsets = full(&[m], Scalar::Int(0), DType::I64, Device::Cpu)?;
        // SAFETY: `m` dense elements made here, each as wide as a `usize`
        let out = unsafe { kernel::slice_of_mut::<usize>(offsets.ptr(), m) };
        for (k, (g, t)) in self.groups.iter().zip(index).enumerate() {
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
                    kernel::add_offsets(out, index, n, step, k > 0);
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
    pub(super) fn with_places<R>(
        &self,
        layout: &Layout,
        index: &[&Tensor],
        f: impl FnOnce(&Places) -> R,
    ) -> Result<R> {
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
pub(super) struct OfSamples {
    pub(super) spots: Spots,
    pub(super) index: Vec<Tensor>,
    samples: usize,
    /// How many axes of a sample the index axes of the result go in front of, and how many those are.
    pub(super) passed: usize,
    rank: usize,
}

impl Spots {
    /// Where samples have indices of their own, their number is one index more, of the axes of samples.
    pub(super) fn of_samples(&self, sizes: &[usize], index: &[Tensor]) -> Result<OfSamples> {
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
    pub(super) fn index(&self) -> Vec<&Tensor> {
        self.index.iter().collect()
    }
    /// The order of a result's axes in which the index axes come first of a sample's.
    pub(super) fn order(&self, ndim: usize) -> Dims {
        let (start, middle) = (self.samples, self.samples + self.passed);
        let end = middle + self.rank;
        (0..start).chain(middle..end).chain(start..middle).chain(end..ndim).collect()
    }
    /// Values as the places take them: over a sample's shape of places, then in their order.
    pub(super) fn values(&self, values: &Tensor, dst: &Tensor) -> Result<Tensor> {
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
    pub(super) fn axes<'a>(&self, group: usize, shape: &'a [usize], strides: &'a [usize]) -> gpu::Axes<'a> {
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
    pub(super) fn along(
        &self,
        layout: &Layout,
        index: &[&Tensor],
    ) -> Result<(Dims, impl Fn(&Layout) -> Dims)> {
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
    pub(super) fn steps(
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
