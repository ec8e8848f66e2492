//! Elements written by position along an axis, and what becomes of those that meet there.

use crate::base::{DType, Device, Dims, Layout, Scalar, wrap_dim};
use crate::error::Result;
use crate::kernels::cpu::index as kernel;
use crate::kernels::cpu::index::Reduce;
use crate::kernels::gpu::index::pick as gpu;
use crate::kernels::gpu::machine::Place;
use crate::kernels::gpu::machine::meet::{self, Combine, Meet};
use crate::kernels::gpu::machine::operand::Scratch;
use crate::ops::driver::apply::apply;
use crate::ops::driver::in_place::apply_in_place;
use crate::ops::driver::memory::{dense_cast_held, fill_held, full, write_held};
use crate::ops::driver::op::{Apart, Batching, Metas, Op, Saves};
use crate::ops::index::gather::{Gather, axis_of, check_index, check_sizes, lifted, with_lines};
use crate::ops::index::spots::on_card;
use crate::ops::table::{Table, Val};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::warning::warn_once;
use crate::{bail, ensure, grads, rows, with_dtype};
use smallvec::smallvec;

/// How elements arrive in a scatter.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    name: &'static str,
    grad_name: &'static str,
    reduce: Reduce,
    mean: bool,
    include_self: bool,
}

impl Way {
    const fn of(name: &'static str, grad_name: &'static str, reduce: Reduce) -> Way {
        Way { name, grad_name, reduce, mean: false, include_self: true }
    }
    pub const ADD: Way = Way::of("scatter_add", "ScatterAddBackward0", Reduce::Add);
    const SET: Way = Way::of("scatter", "ScatterBackward0", Reduce::Set);
    const FILL: Way = Way::of("scatter", "ScatterBackward1", Reduce::Set);
    fn is_plain(&self) -> bool {
        !self.mean && self.include_self && matches!(self.reduce, Reduce::Set | Reduce::Add)
    }
}

/// Inputs: the tensor, the source (of at least the index's shape, or 0-d), the index. With `index_reduce` the index
/// is a vector spread over the source's shape before.
#[derive(Clone, Copy, Debug)]
pub struct Scatter {
    dim: usize,
    way: Way,
}

impl Scatter {
    pub fn new(dim: usize, way: Way) -> Scatter {
        Scatter { dim, way }
    }
    /// Elements meeting at each place, the place's own included where it counts.
    fn counts(&self, cx: &Context, shape: &[usize], dtype: DType, device: Device) -> Result<Tensor> {
        let index = cx.input(2)?;
        let start = full(shape, Scalar::Int(self.way.include_self as i64), dtype, device)?;
        let one = full(index.shape(), Scalar::Int(1), dtype, device)?;
        let counts = apply(Scatter::new(self.dim, Way::ADD), &[&start, &one, &index])?;
        // places that nothing reaches divide by one
        let none = zero_mask(&counts)?;
        counts.masked_fill(&none, Val::S(Scalar::Int(1)))
    }
}

impl Op for Scatter {
    fn name(&self) -> &'static str {
        self.way.name
    }
    fn grad_name(&self) -> &'static str {
        self.way.grad_name
    }
    fn batching(&self, x: &[&Tensor], n: usize) -> Batching<Self> {
        // tensors without axes are lifted, and so is a number that stands for all values
        let plain = x[0].ndim() > 0 && x[2].ndim() == x[0].ndim();
        match x[1].ndim() {
            k if plain && k == x[0].ndim() => Batching::Shifted(Scatter { dim: self.dim + n, ..*self }),
            0 if plain => Batching::Own,
            _ => Batching::Loop,
        }
    }
    /// Of one number for all values of a sample.
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        let lifted = (n..x[2].ndim()).fold(x[1].layout().clone(), |l, _| l.unsqueeze(n));
        let source = x[1].alias(lifted.broadcast_to(x[2].shape()))?;
        Scatter { dim: self.dim + n, ..*self }.cpu(&[&x[0], &source, &x[2]], out)
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        // whoever asks, forward or in a gradient's gradient: the kernel relies on it
        let alone = x[1].ndim() == 0 && x[2].ndim() > 0;
        check_sizes(self.dim, x[0], x[2], (!alone).then_some(x[1]))?;
        ensure!(
            x[0].dtype() == x[1].dtype(),
            Runtime,
            "{}(): Expected self.dtype to be equal to src.dtype",
            self.way.name
        );
        Ok(smallvec![Meta::new(x[0].shape(), x[0].dtype())])
    }
    #[allow(unsafe_code)]
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (o, way) = (&out[0], &self.way);
        let dtype = o.dtype();
        if dtype.is_half() && matches!(way.reduce, Reduce::Add | Reduce::Mul) {
            // sums and products of halves are carried in float32
            let start = dense_cast_held(x[0], DType::F32)?;
            let src = dense_cast_held(x[1], DType::F32)?;
            let wide = Tensor::empty(o.shape(), DType::F32, Device::Cpu)?;
            self.cpu(&[&start, &src, x[2]], std::slice::from_ref(&wide))?;
            write_held(o, &wide);
            return Ok(());
        }
        let layout = lifted(o.layout());
        let mut src = x[1].clone();
        if src.storage().same(o.storage()) {
            src = Tensor::empty(x[1].shape(), x[1].dtype(), Device::Cpu)?;
            write_held(&src, x[1]);
        }
        let index_shape: Dims = if x[2].ndim() == 0 { smallvec![1] } else { Dims::from_slice(x[2].shape()) };
        let strides = if src.ndim() == 0 {
            Dims::from_elem(0, index_shape.len())
        } else {
            Dims::from_slice(src.strides())
        };
        let still = Dims::from_elem(0, index_shape.len());
        let in_place = x[0].storage().same(o.storage()) && x[0].layout() == o.layout();
        with_lines(x[2], self.dim, Some(layout.shape[self.dim]), |lines| -> Result<()> {
            if !in_place {
                write_held(o, x[0]);
            }
            // SAFETY: the index is checked against the axis and fits both tensors elsewhere (see `check_sizes`)
            let size = layout.shape[self.dim];
            let run = |dst: &Tensor, strides_to: &[usize], from: *const u8, by: &[usize], reduce| unsafe {
                kernel::scatter(way.name, lines, dst.ptr(), strides_to, from, by, size, dst.dtype(), reduce)
            };
            if !way.include_self {
                let start = identity(way.reduce, dtype)?;
                run(o, &layout.strides, start.0.as_ptr(), &still, Reduce::Set)?;
            }
            run(o, &layout.strides, src.ptr(), &strides, way.reduce)?;
            if way.mean {
                let counts = Tensor::empty(&layout.shape, DType::I64, Device::Cpu)?;
                fill_held(&counts, Scalar::Int(way.include_self as i64));
                let one = crate::kernels::cpu::create::copy::scalar_bytes(Scalar::Int(1), DType::I64);
                run(&counts, counts.strides(), one.0.as_ptr(), &still, Reduce::Add)?;
                divide(o, &counts)?;
            }
            Ok(())
        })?
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (o, way) = (&out[0], &self.way);
        if o.dtype().is_half() && way.mean {
            // a mean of halves is rounded once
            let (start, src) = (dense_cast_held(x[0], DType::F32)?, dense_cast_held(x[1], DType::F32)?);
            let wide = Tensor::empty(o.shape(), DType::F32, o.device())?;
            self.gpu(&[&start, &src, x[2]], std::slice::from_ref(&wide))?;
            write_held(o, &wide);
            return Ok(());
        }
        let mut src = x[1].clone();
        if src.storage().same(o.storage()) {
            src = Tensor::empty(x[1].shape(), x[1].dtype(), o.device())?;
            write_held(&src, x[1]);
        }
        let in_place = x[0].storage().same(o.storage()) && x[0].layout() == o.layout();
        if !in_place {
            write_held(o, x[0]);
        }
        if x[2].numel() == 0 {
            return Ok(());
        }
        let (to, own) = (lifted(o.layout()), on_card(x[2])?);
        let index = lifted(own.layout());
        let from =
            if src.ndim() == 0 { Dims::from_elem(0, index.ndim()) } else { Dims::from_slice(src.strides()) };
        let place = gpu::Index { place: own.place()?, along: &index.strides };
        let still = |strides: &[usize]| {
            let mut along = Dims::from_slice(strides);
            along[self.dim] = 0;
            along
        };
        let combine = match way.reduce {
            Reduce::Set if o.dtype().size() >= 4 || src.numel() == 1 => {
                let axes = axis_of(&to.shape, &to.strides, self.dim);
                let along = still(&to.strides);
                return gpu::put(o.place()?, &along, src.place()?, &from, &index.shape, place, &axes);
            }
            Reduce::Set => Combine::Last,
            Reduce::Add => Combine::Add,
            Reduce::Mul => Combine::Mul,
            Reduce::Min => Combine::Min,
            Reduce::Max => Combine::Max,
        };
        let dense = Layout::contiguous(&to.shape).strides;
        let keys = Scratch::beside(&o.place()?, own.numel(), DType::U32)?;
        let axes = axis_of(&to.shape, &dense, self.dim);
        gpu::steps(&keys, &index.shape, &still(&dense), place, &axes, false)?;
        let (dst, slots) = (Place { shape: &to.shape, strides: &to.strides, ..o.place()? }, o.numel());
        let values = Place { shape: &index.shape, strides: &from, ..src.place()? };
        Meet { keys: &keys, slots, columns: 1, dst, values, combine, keep: way.include_self }.run()?;
        if way.mean {
            let counts = meet::counts(&keys, slots)?;
            let counts = Place { shape: &to.shape, strides: &dense, ..counts.place() };
            divide_by(dst, counts, way.include_self)?;
        }
        Ok(())
    }
    fn saves(&self, _: Want) -> Saves {
        if self.way.is_plain() {
            return Saves::inputs(0b100);
        }
        Saves { inputs: 0b111, outputs: 1 }
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None, None] };
        let index = cx.input(2)?;
        let dim = self.dim;
        let zeroed = |g: &Tensor| -> Result<Tensor> {
            let zero = full(&[], Scalar::Int(0), g.dtype(), g.device())?;
            apply(Scatter::new(dim, Way::FILL), &[g, &zero, &index])
        };
        let picked = |g: &Tensor| apply(Gather(dim), &[g, &index]);
        let keep = |g: Tensor| if self.way.include_self { Ok(g) } else { zeroed(&g) };
        let (own, source) = match (self.way.reduce, self.way.mean) {
            (Reduce::Set, _) => (
                want.then(0, || zeroed(g))?,
                want.then(1, || {
                    if cx.shape(1).is_empty() && !index.shape().is_empty() {
                        picked(g)?.sum_to(&[])
                    } else {
                        picked(g)
                    }
                })?,
            ),
            (Reduce::Add, false) => (want.then(0, || keep(g.clone()))?, want.then(1, || picked(g))?),
            (Reduce::Add, true) => {
                let scaled = g.div(&self.counts(cx, cx.shape(0), g.dtype(), g.device())?)?;
                (want.then(0, || keep(scaled.clone()))?, want.then(1, || picked(&scaled))?)
            }
            (Reduce::Min | Reduce::Max, _) => {
                let y = cx.output(0)?;
                let (x, src) = (cx.input(0)?, cx.input(1)?);
                let own = equal_as(&x, &y, g.dtype())?;
                let there = equal_as(&src, &picked(&y.detach())?, g.dtype())?;
                let ties = apply(Scatter::new(dim, Way::ADD), &[&own, &there, &index])?;
                // places that no element matches (nan) divide by one
                let ties = ties.masked_fill(&zero_mask(&ties)?, Val::S(Scalar::Int(1)))?;
                let share = g.div(&ties)?;
                (want.then(0, || keep(share.mul(&own)?))?, want.then(1, || picked(&share)?.mul(&there))?)
            }
            (Reduce::Mul, _) => self.product_grads(cx, g, want)?,
        };
        grads![own, source, None]
    }
    fn apart(&self, _: usize) -> Apart {
        Apart::Whole
    }
    fn in_place_ok(&self) -> bool {
        true
    }
}

impl Scatter {
    /// Gradients of a product: the product over the element, and where elements are zero the product of the others.
    fn product_grads(
        &self,
        cx: &Context,
        g: &Tensor,
        want: Want,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (x, src, index, y) = (cx.input(0)?, cx.input(1)?, cx.input(2)?, cx.output(0)?);
        let (dim, d) = (self.dim, g.dtype());
        let picked = |t: &Tensor| apply(Gather(dim), &[t, &index]);
        let one_at = |t: &Tensor, mask: &Tensor| t.masked_fill(mask, Val::S(Scalar::Int(1)));
        let own = want.then(0, || {
            // the product of what arrived: exact also where the tensor itself is zero
            let ones = full(cx.shape(0), Scalar::Int(1), d, g.device())?;
            let way = Way { include_self: true, ..self.way };
            let arrived = apply(Scatter::new(dim, way), &[&ones, &src, &index])?;
            let gx = g.mul(&arrived)?;
            if self.way.include_self {
                return Ok(gx);
            }
            let zero = full(&[], Scalar::Int(0), d, g.device())?;
            apply(Scatter::new(dim, Way::FILL), &[&gx, &zero, &index])
        })?;
        let source = want.then(1, || {
            let zeros = zero_mask(&src)?;
            let zero_count = apply(
                Scatter::new(dim, Way::ADD),
                &[&full(cx.shape(0), Scalar::Int(0), d, g.device())?, &zeros.cast(d)?, &index],
            )?;
            // one zero: its gradient is the product of the others; more: none has any
            let others = apply(*self, &[&x, &one_at(&src, &zeros)?, &index])?;
            let single =
                equal_as(&picked(&zero_count)?, &full(index.shape(), Scalar::Int(1), d, g.device())?, d)?;
            let at_zero = picked(&g.mul(&others)?)?.mul(&single)?.mul(&zeros.cast(d)?)?;
            let rest = picked(&g.mul(&y)?)?.div(&one_at(&src, &zeros)?)?;
            let rest = rest.masked_fill(&zeros, Val::S(Scalar::Int(0)))?;
            rest.add(&at_zero)
        })?;
        Ok((own, source))
    }
}

/// Where elements are zero.
fn zero_mask(x: &Tensor) -> Result<Tensor> {
    let some = x.detach().cast(DType::Bool)?;
    let all = full(x.shape(), Scalar::Bool(true), DType::Bool, x.device())?;
    all.masked_fill(&some, Val::S(Scalar::Bool(false)))
}

/// Where elements of two tensors of one shape are equal, as numbers of a dtype; outside the graph.
fn equal_as(a: &Tensor, b: &Tensor, dtype: DType) -> Result<Tensor> {
    let difference = a.detach().sub(b.detach())?;
    let nan = zero_mask(&difference)?;
    nan.cast(dtype)
}

/// What a reduction starts from.
fn identity(reduce: Reduce, dtype: DType) -> Result<crate::kernels::cpu::create::copy::Bytes> {
    let value = match reduce {
        Reduce::Set | Reduce::Add => Scalar::Int(0),
        Reduce::Mul => Scalar::Int(1),
        Reduce::Min | Reduce::Max => {
            return with_dtype!("scatter_reduce", dtype, real, T => {
                use crate::base::{Elem, Real};
                let v = if reduce == Reduce::Min { <T as Real>::HIGHEST } else { <T as Real>::LOWEST };
                let s = if <T as Real>::IS_FLOAT { Scalar::Float(v.to_f64()) } else { Scalar::Int(v.to_i64()) };
                Ok(crate::kernels::cpu::create::copy::scalar_bytes(s, dtype))
            });
        }
    };
    Ok(crate::kernels::cpu::create::copy::scalar_bytes(value, dtype))
}

/// `x /= counts` where counts are positive; integers round down. The caller holds `x`.
#[allow(unsafe_code)]
fn divide(x: &Tensor, counts: &Tensor) -> Result<()> {
    let dense = dense_cast_held(x, x.dtype())?;
    with_dtype!("scatter_reduce", x.dtype(), numeric, T => {
        // SAFETY: dense tensors of the same number of elements, held by the caller
        unsafe { kernel::divide::<T>(dense.ptr_of(), counts.ptr_of(), dense.numel()) };
        Ok(())
    })?;
    if !dense.same(x) {
        write_held(x, &dense);
    }
    Ok(())
}

/// `x /= counts`, one more each where the place's own counts; integers round down.
fn divide_by(x: Place, counts: Place, own: bool) -> Result<()> {
    use crate::kernels::gpu::elementwise::{Side, computed, expression};
    let d = computed("scatter_reduce", x.dtype)?;
    let text = match (d.is_integral(), own) {
        (false, true) => "x / (n + 1.0)",
        (false, false) => "select(x / n, x, n < 1.0)",
        (true, true) => "select(x / (n + u), (x - n) / (n + u), x < z)",
        (true, false) => "select(select(x / n, (x - (n - u)) / n, x < z), x, n < u)",
    };
    let (one, zero) = (Side::Number(Scalar::Int(1), d), Side::Number(Scalar::Int(0), d));
    let sides = [Side::Place(x, d), Side::Place(counts, d), one, zero];
    let sides = if d.is_integral() { &sides[..] } else { &sides[..2] };
    expression("scatter_reduce", text, &["x", "n", "u", "z"], sides, &[], x, d)
}

/// The part of a source that the index covers.
fn covered(src: &Tensor, index: &Tensor) -> Result<Tensor> {
    let mut out = src.clone();
    if src.ndim() == index.ndim() {
        for i in 0..index.ndim() {
            if out.shape()[i] != index.shape()[i] {
                out = out.narrow_at(i, 0, index.shape()[i], 1)?;
            }
        }
    } else if src.ndim() == 0 || index.ndim() == 0 {
        out = src.reshape_to(index.shape())?;
    }
    Ok(out)
}

/// The op of a scatter call and its source.
fn scatter_op(x: &Tensor, dim: i64, index: &Tensor, src: Val, way: Way) -> Result<(Scatter, Tensor)> {
    let axis = wrap_dim(dim, x.ndim())?;
    check_index(way.name, index)?;
    let src = match src {
        Val::S(s) => {
            check_sizes(axis, x, index, None)?;
            full(&[], s, x.dtype(), x.device())?
        }
        Val::T(src) => {
            ensure!(
                x.dtype() == src.dtype(),
                Runtime,
                "scatter(): Expected self.dtype to be equal to src.dtype"
            );
            check_sizes(axis, x, index, Some(&src))?;
            if index.numel() == 0 {
                full(index.shape(), Scalar::Int(0), x.dtype(), x.device())?
            } else {
                covered(&src, index)?
            }
        }
    };
    Ok((Scatter { dim: axis, way }, src))
}

/// `reduce=` of `scatter`: PyTorch has no gradient for it.
fn old_reduce(reduce: Option<&str>, plain: Way) -> Result<Way> {
    let reduce = match reduce {
        None => return Ok(plain),
        Some("add") => Reduce::Add,
        Some("multiply") => Reduce::Mul,
        Some(_) => bail!(Runtime, "reduce argument must be either add or multiply."),
    };
    Ok(Way { grad_name: "NotImplemented", ..Way::of("scatter", "NotImplemented", reduce) })
}

/// `reduce=` of `scatter_reduce` and `index_reduce`.
fn new_reduce(name: &'static str, grad_name: &'static str, reduce: &str, include_self: bool) -> Result<Way> {
    let (kind, mean) = match reduce {
        "sum" if name == "scatter_reduce" => (Reduce::Add, false),
        "prod" => (Reduce::Mul, false),
        "mean" => (Reduce::Add, true),
        "amax" => (Reduce::Max, false),
        "amin" => (Reduce::Min, false),
        r if name == "scatter_reduce" => {
            bail!(Runtime, "reduce argument must be either sum, prod, mean, amax or amin, got {r}")
        }
        r => bail!(
            Runtime,
            "index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {r}."
        ),
    };
    Ok(Way { name, grad_name, reduce: kind, mean, include_self })
}

/// An index vector as an index of the source's shape.
fn spread_index(x: &Tensor, axis: usize, index: &Tensor, source: &Tensor) -> Result<Tensor> {
    ensure!(index.ndim() <= 1, Index, "index_reduce_(): Index is supposed to be a vector");
    ensure!(
        matches!(index.dtype(), DType::I32 | DType::I64),
        Index,
        "index_reduce_(): Expected dtype int32/int64 for index"
    );
    ensure!(
        x.dtype() == source.dtype(),
        Runtime,
        "index_reduce_(): self ({}) and source ({}) must have the same scalar type",
        x.dtype().scalar_name(),
        source.dtype().scalar_name()
    );
    let n = source.shape().get(axis).copied().unwrap_or(1);
    ensure!(
        index.numel() == n,
        Index,
        "index_reduce_(): Number of indices ({}) should be equal to source.size(dim) ({n})",
        index.numel()
    );
    let rest = |t: &Tensor| -> Dims {
        t.shape().iter().enumerate().filter(|&(i, _)| i != axis).map(|(_, &n)| n).collect()
    };
    ensure!(
        rest(x) == rest(source),
        Runtime,
        "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = {:?} source.shape = {:?}",
        x.shape(),
        source.shape()
    );
    if source.ndim() == 0 {
        return index.reshape_to(&[]);
    }
    let mut shape = Dims::from_elem(1, source.ndim());
    shape[axis] = n;
    index.reshape_to(&shape)?.expand_to(source.shape())
}

rows! { SCATTER:
    /// A copy with the elements of `src` (or one value) put at the places along `dim` that `index` names.
    ///
    /// Args: reduce: `"add"` or `"multiply"` to combine with what is there.
    ///
    /// ```text
    /// >>> torch.scatter(torch.zeros(2, 3), 1, torch.tensor([[2, 0], [1, 1]]), 5.0)
    /// tensor([[5., 0., 5.],
    ///         [0., 5., 0.]])
    /// ```
    [Torch, Method] fn scatter(input: &Tensor, dim: i64, index: &Tensor, src: Val; reduce: Option<&str> = None) -> Tensor {
        let plain = if matches!(src, Val::S(_)) { Way::FILL } else { Way::SET };
        let (op, src) = scatter_op(input, dim, index, src, old_reduce(reduce, plain)?)?;
        apply(op, &[input, &src, index])
    }
    /// A copy with one value put at the places along `dim` that `index` names.
    [Torch, Method] fn scatter_value = "scatter"(input: &Tensor, dim: i64, index: &Tensor, value: Scalar; reduce: Option<&str> = None) -> Tensor {
        input.scatter(dim, index, Val::S(value), reduce)
    }
    /// Puts the elements of `src` (or one value) at the places along `dim` that `index` names.
    ///
    /// ```text
    /// >>> torch.zeros(2, 3).scatter_(1, torch.tensor([[2, 0], [1, 1]]), 5.0)
    /// tensor([[5., 0., 5.],
    ///         [0., 5., 0.]])
    /// ```
    [InPlace] fn scatter_in_place = "scatter_"(input: &Tensor, dim: i64, index: &Tensor, src: Val; reduce: Option<&str> = None) -> () {
        let plain = if matches!(src, Val::S(_)) { Way::FILL } else { Way::SET };
        let (op, src) = scatter_op(input, dim, index, src, old_reduce(reduce, plain)?)?;
        apply_in_place(op, &[input, &src, index])
    }
    /// Puts one value at the places along `dim` that `index` names.
    [InPlace] fn scatter_value_in_place = "scatter_"(input: &Tensor, dim: i64, index: &Tensor, value: Scalar; reduce: Option<&str> = None) -> () {
        input.scatter_in_place(dim, index, Val::S(value), reduce)
    }
    /// A copy with the elements of `src` added at the places along `dim` that `index` names.
    ///
    /// ```text
    /// >>> torch.scatter_add(torch.zeros(3), 0, torch.tensor([0, 2, 0]), torch.tensor([1.0, 2.0, 3.0]))
    /// tensor([4., 0., 2.])
    /// ```
    [Torch, Method] fn scatter_add(input: &Tensor, dim: i64, index: &Tensor, src: &Tensor) -> Tensor {
        let (op, src) = scatter_op(input, dim, index, Val::T(src.clone()), Way::ADD)?;
        apply(op, &[input, &src, index])
    }
    /// Adds the elements of `src` at the places along `dim` that `index` names.
    ///
    /// ```text
    /// >>> torch.zeros(3).scatter_add_(0, torch.tensor([0, 2, 0]), torch.tensor([1.0, 2.0, 3.0]))
    /// tensor([4., 0., 2.])
    /// ```
    [InPlace] fn scatter_add_in_place = "scatter_add_"(input: &Tensor, dim: i64, index: &Tensor, src: &Tensor) -> () {
        let (op, src) = scatter_op(input, dim, index, Val::T(src.clone()), Way::ADD)?;
        apply_in_place(op, &[input, &src, index])
    }
    /// A copy with the elements of `src` combined into the places along `dim` that `index` names.
    ///
    /// Args: reduce: sum, prod, mean, amax or amin; include_self: whether the tensor's own elements take part.
    ///
    /// ```text
    /// >>> torch.scatter_reduce(torch.ones(3), 0, torch.tensor([0, 2, 0]), torch.tensor([2.0, 3.0, 4.0]), "prod")
    /// tensor([8., 1., 3.])
    /// ```
    [Torch, Method] fn scatter_reduce(input: &Tensor, dim: i64, index: &Tensor, src: &Tensor, reduce: &str; include_self: bool = true) -> Tensor {
        let way = new_reduce("scatter_reduce", "ScatterReduceBackward0", reduce, include_self)?;
        let (op, src) = scatter_op(input, dim, index, Val::T(src.clone()), way)?;
        apply(op, &[input, &src, index])
    }
    /// Combines the elements of `src` into the places along `dim` that `index` names.
    ///
    /// ```text
    /// >>> torch.zeros(3).scatter_reduce_(0, torch.tensor([0, 2, 0]), torch.tensor([2.0, 3.0, 4.0]), "amax")
    /// tensor([4., 0., 3.])
    /// ```
    [InPlace] fn scatter_reduce_in_place = "scatter_reduce_"(input: &Tensor, dim: i64, index: &Tensor, src: &Tensor, reduce: &str; include_self: bool = true) -> () {
        let way = new_reduce("scatter_reduce", "ScatterReduceBackward0", reduce, include_self)?;
        let (op, src) = scatter_op(input, dim, index, Val::T(src.clone()), way)?;
        apply_in_place(op, &[input, &src, index])
    }
    /// A copy with slices of `source` combined into those along `dim` that the vector `index` names.
    ///
    /// Args: reduce: prod, mean, amax or amin; include_self: whether the tensor's own elements take part.
    ///
    /// ```text
    /// >>> torch.index_reduce(torch.ones(3), 0, torch.tensor([0, 2, 0]), torch.tensor([2.0, 3.0, 4.0]), "prod")
    /// tensor([8., 1., 3.])
    /// ```
    [Torch, Method] fn index_reduce(input: &Tensor, dim: i64, index: &Tensor, source: &Tensor, reduce: &str; include_self: bool = true) -> Tensor {
        warn_once("index_reduce() is in beta and the API may change at any time.");
        let axis = wrap_dim(dim, input.ndim())?;
        let way = new_reduce("index_reduce", "IndexReduceBackward0", reduce, include_self)?;
        apply(Scatter { dim: axis, way }, &[input, source, &spread_index(input, axis, index, source)?])
    }
    /// Combines slices of `source` into those along `dim` that the vector `index` names.
    ///
    /// ```text
    /// >>> torch.zeros(3).index_reduce_(0, torch.tensor([0, 2, 0]), torch.tensor([2.0, 3.0, 4.0]), "amax")
    /// tensor([4., 0., 3.])
    /// ```
    [InPlace] fn index_reduce_in_place = "index_reduce_"(input: &Tensor, dim: i64, index: &Tensor, source: &Tensor, reduce: &str; include_self: bool = true) -> () {
        warn_once("index_reduce() is in beta and the API may change at any time.");
        let axis = wrap_dim(dim, input.ndim())?;
        let way = new_reduce("index_reduce", "IndexReduceBackward0", reduce, include_self)?;
        apply_in_place(Scatter { dim: axis, way }, &[input, source, &spread_index(input, axis, index, source)?])
    }
}

pub const TABLE: Table = &[SCATTER];
