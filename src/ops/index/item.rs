//! Python's `x[...]` and `x[...] = v`: basic parts (integers, slices, None, Ellipsis) make views, index tensors and
//! masks go through `Pick` and `Put`.

use crate::autograd::grad_enabled;
use crate::base::{DType, Device, Layout, Scalar, check_expand, clamp_slice};
use crate::error::Result;
use crate::ops::driver::apply::apply;
use crate::ops::driver::in_place::{apply_in_place, check_overlap};
use crate::ops::driver::memory::{full, moved};
use crate::ops::driver::view::{record_view, view as show};
use crate::ops::index::mask::{positions, select_dense};
use crate::ops::index::pick::{Put, pick};
use crate::ops::index::spots::{Group, INDEX, Spots};
use crate::ops::shape::resize::{AliasGrad, UnsqueezeGrad};
use crate::ops::shape::slice::{SelectGrad, SliceGrad};
use crate::ops::table::Val;
use crate::tensor::{Creation, GradFn, Tensor};
use crate::warning::warn;
use crate::{bail, ensure};
use smallvec::SmallVec;

/// One part of an index expression.
#[derive(Clone, Debug)]
pub enum Index {
    Slice { start: Option<i64>, stop: Option<i64>, step: Option<i64> },
    Int(i64),
    None,
    Ellipsis,
    Bool(bool),
    Tensor(Tensor),
}

/// A view in the making: one node a step while recording, else a layout that becomes one view.
struct Slicer {
    x: Tensor,
    layout: Layout,
    record: bool,
    touched: bool,
}

impl Slicer {
    fn new(x: &Tensor) -> Slicer {
        let record = grad_enabled() && x.requires_grad();
        Slicer { x: x.clone(), layout: x.layout().clone(), record, touched: false }
    }
    fn step(&mut self, layout: Layout, grad: impl GradFn) -> Result<()> {
        self.touched = true;
        if self.record {
            self.x = show(&self.x, layout.clone(), grad)?;
        }
        self.layout = layout;
        Ok(())
    }
    fn finish(self, original: &Tensor) -> Result<Tensor> {
        if self.record || !self.touched {
            return Ok(self.x);
        }
        let mut out = original.alias(self.layout)?;
        record_view(original, &mut out, Box::new(AliasGrad {}), Creation::Plain);
        Ok(out)
    }
}

/// Whether a tensor indexes as a mask.
fn is_mask(t: &Tensor) -> bool {
    matches!(t.dtype(), DType::Bool | DType::U8)
}

/// Numbers or a mask; bytes are a mask too, as in old programs.
fn check_index(t: &Tensor) -> Result<()> {
    match t.dtype() {
        DType::U8 => {
            warn("indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.");
            Ok(())
        }
        DType::Bool | DType::I32 | DType::I64 => Ok(()),
        _ => bail!(Index, "tensors used as indices must be long, int, byte or bool tensors"),
    }
}

/// The index tensors left after the basic parts, each with its first axis in the view.
type Advanced = SmallVec<[(usize, Tensor); 4]>;

/// Applies the basic parts; gives the view (the tensor itself if nothing applied) and the index tensors.
/// A lone slice of everything is a view of its own (`alone`) or nothing at all.
fn basic(x: &Tensor, index: &[Index], alone: bool) -> Result<(Tensor, Advanced)> {
    let n = x.ndim();
    let wanted: usize = index
        .iter()
        .map(|i| match i {
            Index::Slice { .. } | Index::Int(_) => 1,
            Index::Tensor(t) if is_mask(t) => t.ndim(),
            Index::Tensor(_) => 1,
            _ => 0,
        })
        .sum();
    if n == 0 && matches!(index, [Index::Int(_)]) {
        bail!(
            Index,
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim tensor to a number"
        );
    }
    ensure!(wanted <= n, Index, "too many indices for tensor of dimension {n}");
    let mut at = Slicer::new(x);
    let mut advanced = Advanced::new();
    // axis of the view under way, axis of the tensor (for messages)
    let (mut axis, mut real) = (0, 0);
    let mut seen_ellipsis = false;
    for part in index {
        match part {
            Index::Int(i) => {
                select(&mut at, axis, real, *i)?;
                real += 1;
            }
            Index::Slice { start, stop, step } => {
                let size = at.layout.shape[axis];
                let step = step.unwrap_or(1);
                ensure!(step != 0, Value, "slice step cannot be zero");
                ensure!(step > 0, Value, "step must be greater than zero");
                let (s, e) = clamp_slice(start.unwrap_or(0), stop.unwrap_or(i64::MAX), size);
                let whole = s == 0 && e == size && step == 1;
                if !whole || alone && index.len() == 1 {
                    let step = step as usize;
                    let layout = at.layout.slice(axis, s, (e - s).div_ceil(step), step);
                    at.step(layout, SliceGrad { axis, start: s, step })?;
                }
                axis += 1;
                real += 1;
            }
            Index::Ellipsis => {
                // a second one stands for nothing
                if !seen_ellipsis {
                    axis += n - wanted;
                    real += n - wanted;
                    seen_ellipsis = true;
                }
            }
            Index::None => {
                let layout = at.layout.unsqueeze(axis);
                at.step(layout, UnsqueezeGrad {})?;
                axis += 1;
            }
            Index::Bool(b) => {
                truth(&mut at, axis, *b, &mut advanced)?;
                axis += 1;
            }
            Index::Tensor(t) if t.ndim() == 0 && t.dtype().is_integral() && !t.is_batched() => {
                let value = t.item()?;
                if is_mask(t) {
                    truth(&mut at, axis, !value.is_zero(), &mut advanced)?;
                    axis += 1;
                } else {
                    select(&mut at, axis, real, value.to_i64())?;
                    real += 1;
                }
            }
            Index::Tensor(t) => {
                check_index(t)?;
                let count = if is_mask(t) { t.ndim() } else { 1 };
                advanced.push((axis, t.clone()));
                axis += count;
                real += count;
            }
        }
    }
    Ok((at.finish(x)?, advanced))
}

/// One index along an axis.
fn select(at: &mut Slicer, axis: usize, real: usize, index: i64) -> Result<()> {
    let size = at.layout.shape[axis] as i64;
    ensure!(
        index >= -size && index < size,
        Index,
        "index {index} is out of bounds for dimension {real} with size {size}"
    );
    let index = (if index < 0 { index + size } else { index }) as usize;
    let layout = at.layout.select(axis, index);
    at.step(layout, SelectGrad { axis, index })
}

/// `True` keeps everything under a new axis of size 1, `False` nothing.
fn truth(at: &mut Slicer, axis: usize, value: bool, advanced: &mut Advanced) -> Result<()> {
    let layout = at.layout.unsqueeze(axis);
    at.step(layout, UnsqueezeGrad {})?;
    let index = Tensor::from_slice::<i64>(if value { &[0] } else { &[] }, &[value as usize])?;
    advanced.push((axis, moved(&index, at.x.device())?));
    Ok(())
}

/// Masks become positions; says which axes each index tensor addresses.
pub fn spots(x: &Tensor, advanced: Advanced) -> Result<(Spots, SmallVec<[Tensor; 4]>)> {
    let mut groups = SmallVec::<[Group; 4]>::new();
    let mut index = SmallVec::new();
    for (axis, t) in advanced {
        let mask = is_mask(&t);
        let count = if mask { t.ndim() } else { 1 };
        // indices that lie on the CPU go where the tensor is; of a mask without data nobody could tell the positions
        let there = |t: Tensor| {
            let here = t.device() != Device::Cpu || x.device() == Device::Cpu || t.is_batched();
            if here { Ok(t) } else { moved(&t, x.device()) }
        };
        let meta = x.device() == Device::Meta;
        let t = if mask && meta { t } else { there(t)? };
        if mask {
            for i in 0..count {
                ensure!(
                    x.shape().get(axis + i) == Some(&t.shape()[i]),
                    Index,
                    "The shape of the mask {:?} at index {i} does not match the shape of the indexed tensor {:?} at index {}",
                    t.shape(),
                    x.shape(),
                    axis + i
                );
            }
            let positions = positions(&t)?;
            index.push(if meta { there(positions)? } else { positions });
        } else {
            index.push(t);
        }
        groups.push(Group { axis, count });
    }
    Ok((Spots::new(&groups, &INDEX), index))
}

/// `x[index]`.
pub fn get_item(x: &Tensor, index: &[Index]) -> Result<Tensor> {
    let (view, advanced) = basic(x, index, true)?;
    if advanced.is_empty() {
        if view.same(x) {
            return show(x, x.layout().clone(), AliasGrad {});
        }
        return Ok(view);
    }
    if let [(0, mask)] = &advanced[..]
        && !(grad_enabled() && view.requires_grad())
        && let Some(out) = select_dense(&view, mask)?
    {
        return Ok(out);
    }
    let (spots, tensors) = spots(&view, advanced)?;
    pick(&view, spots, &tensors)
}

/// Without leading axes of size 1, as assignment takes its values.
fn strip(value: &Tensor) -> Result<Tensor> {
    let lead = value.shape().iter().take_while(|&&n| n == 1).count();
    if lead == 0 { Ok(value.clone()) } else { value.reshape_to(&value.shape()[lead..]) }
}

/// A number as it is assigned: into halves what is too large becomes infinite.
fn held(s: Scalar, dtype: DType) -> Scalar {
    if dtype.is_half() && !matches!(s, Scalar::Complex(_)) { s.rounded(dtype) } else { s }
}

/// `x[index] = value`.
pub fn set_item(x: &Tensor, index: &[Index], value: Val) -> Result<()> {
    if let [Index::Bool(whole)] = index {
        return if *whole { set_item(x, &[Index::None], value) } else { Ok(()) };
    }
    let (view, advanced) = basic(x, index, false)?;
    if advanced.is_empty() {
        return match value {
            Val::S(s) => {
                if !view.is_contiguous() {
                    check_overlap(&view)?;
                }
                view.fill_with(held(s, view.dtype()))
            }
            Val::T(v) if v.shape() == view.shape() => view.copy_in(&v),
            Val::T(v) => {
                let v = strip(&v)?;
                if v.ndim() <= view.ndim() {
                    check_expand(v.shape(), view.shape())?;
                }
                view.copy_in(&v.expand(
                    crate::ops::table::Sizes(view.shape().iter().map(|&n| n as i64).collect()),
                    false,
                )?)
            }
        };
    }
    let value = match value {
        Val::S(s) => full(&[], held(s, view.dtype()), view.dtype(), view.device())?,
        Val::T(v) => strip(&v)?,
    };
    let tensors: SmallVec<[Option<Tensor>; 4]> = by_axis(&view, advanced);
    index_put_in_place(&view, &tensors, &value, false)
}

/// Index tensors by axis, `None` where an axis is not indexed.
fn by_axis(x: &Tensor, advanced: Advanced) -> SmallVec<[Option<Tensor>; 4]> {
    let mut out = SmallVec::new();
    let mut next = 0;
    for (axis, t) in advanced {
        while next < axis.min(x.ndim()) {
            out.push(None);
            next += 1;
        }
        next += if is_mask(&t) { t.ndim() } else { 1 };
        out.push(Some(t));
    }
    out
}

/// The tensors of `index_put` and `index` calls with the axes they address.
fn listed(x: &Tensor, indices: &[Option<Tensor>]) -> Result<Advanced> {
    let mut out = Advanced::new();
    let mut axis = 0;
    for t in indices {
        match t {
            None => axis += 1,
            Some(t) => {
                check_index(t)?;
                out.push((axis, t.clone()));
                axis += if is_mask(t) { t.ndim() } else { 1 };
            }
        }
    }
    ensure!(axis <= x.ndim(), Index, "too many indices for tensor of dimension {} (got {axis})", x.ndim());
    ensure!(!out.is_empty(), Value, "index_put: at least one index tensor is needed");
    Ok(out)
}

/// What `index_put` does before its op runs; a mask with one value is a masked fill, which takes other dtypes.
struct Prepared {
    op: Put,
    value: Tensor,
    index: SmallVec<[Tensor; 4]>,
    /// A mask from some axis on, to be filled.
    fill: Option<(usize, Tensor)>,
}

fn prepare(x: &Tensor, indices: &[Option<Tensor>], values: &Tensor, accumulate: bool) -> Result<Prepared> {
    let advanced = listed(x, indices)?;
    let mut value = values.clone();
    let mut fill = None;
    if let [(axis, mask)] = advanced.as_slice()
        && is_mask(mask)
        && !accumulate
        && values.numel() == 1
        && mask.ndim() > 0
    {
        super::mask::check_mask("masked_fill_", mask)?;
        fill = Some((*axis, mask.clone()));
        value = values.reshape_to(&[])?.cast(x.dtype())?;
    }
    ensure!(
        value.dtype() == x.dtype(),
        Runtime,
        "Index put requires the source and destination dtypes match, got {} for the destination and {} for the source.",
        x.dtype().scalar_name(),
        value.dtype().scalar_name()
    );
    let recording = grad_enabled() && (x.requires_grad() || value.requires_grad());
    if let Some((axis, mask)) = &fill
        && !recording
        && x.device() == mask.device()
        && x.device() != Device::Meta
        && mask.shape() == &x.shape()[*axis..axis + mask.ndim()]
    {
        let (spots, index) = (Spots::flat(mask.ndim(), &INDEX), SmallVec::new());
        return Ok(Prepared { op: Put { spots, accumulate }, value, index, fill });
    }
    let (spots, index) = spots(x, advanced)?;
    Ok(Prepared { op: Put { spots, accumulate }, value, index, fill: None })
}

/// A mask over axes from `axis` on as one of the tensor's rank.
fn widened(axis: usize, mask: &Tensor, x: &Tensor) -> Result<Tensor> {
    let mut shape = crate::base::Dims::from_elem(1, axis);
    shape.extend_from_slice(mask.shape());
    shape.resize(x.ndim(), 1);
    mask.reshape_to(&shape)?.expand_to(x.shape())
}

pub fn index_put_in_place(
    x: &Tensor,
    indices: &[Option<Tensor>],
    values: &Tensor,
    accumulate: bool,
) -> Result<()> {
    let p = prepare(x, indices, values, accumulate)?;
    if let Some((axis, mask)) = &p.fill {
        return x.masked_fill_in_place(&widened(*axis, mask, x)?, Val::T(p.value));
    }
    let inputs: SmallVec<[&Tensor; 4]> = [x, &p.value].into_iter().chain(p.index.iter()).collect();
    apply_in_place(p.op, &inputs)
}

pub fn index_put_to(
    x: &Tensor,
    indices: &[Option<Tensor>],
    values: &Tensor,
    accumulate: bool,
) -> Result<Tensor> {
    let p = prepare(x, indices, values, accumulate)?;
    if let Some((axis, mask)) = &p.fill {
        return x.masked_fill(&widened(*axis, mask, x)?, Val::T(p.value));
    }
    let inputs: SmallVec<[&Tensor; 4]> = [x, &p.value].into_iter().chain(p.index.iter()).collect();
    apply(p.op, &inputs)
}
