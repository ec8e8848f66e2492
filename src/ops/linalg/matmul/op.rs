//! The ops of matrix products. Operands are read in place through their strides; nothing is transposed or
//! broadcast in memory.

use crate::base::check_expand;
use crate::base::{BF16, DType, Dims, F16, Layout, Scalar, broadcast, numel, reserved};
use crate::error::{Error, Kind, Result};
use crate::kernels::cpu::linalg::matmul::{Act, Batch, Bias, Epilogue, gemm, gemm_batched};
use crate::kernels::gpu::linalg::matmul as card;
use crate::kernels::gpu::linalg::matmul::{Added, Stack};
use crate::kernels::gpu::machine::Place;
use crate::ops::driver::apply::apply;
use crate::ops::driver::memory::{dense_cast_held, write_held};
use crate::ops::driver::op::{Batching, Metas, Op, Saves};
use crate::tensor::{Context, Grads, Meta, Tensor, Want};
use crate::{ensure, grads, with_dtype};
use smallvec::{SmallVec, smallvec};

/// The error of a product in a dtype without one.
#[cold]
fn no_product(name: &str, dtype: DType) -> Error {
    Error::new(Kind::NotImplemented, format!("\"{name}\" not implemented for '{}'", dtype.scalar_name()))
}

/// A tensor read as a stack of matrices: its layout with at least two axes.
pub fn last_two(l: &Layout) -> (isize, isize) {
    let n = l.ndim();
    (l.strides[n - 2] as isize, l.strides[n - 1] as isize)
}

/// Where the matrices of a stack begin, over a (broadcast) batch shape.
pub fn batch_offsets(l: &Layout, batch: &[usize]) -> Result<SmallVec<[isize; 8]>> {
    let lead = l.ndim() - 2;
    let part = Layout { shape: l.shape[..lead].into(), strides: l.strides[..lead].into(), offset: 0 }
        .broadcast_to(batch);
    let count = numel(batch);
    if count > 8 {
        drop(reserved::<isize>(3 * count)?); // as much as the lists below take at a time
    }
    let mut out = SmallVec::from_elem(0, 1);
    for (&n, &s) in batch.iter().zip(&part.strides) {
        out = out.iter().flat_map(|&o: &isize| (0..n).map(move |i| o + (i * s) as isize)).collect();
    }
    Ok(out)
}

/// As [`batch_offsets`], of a stack whose matrices mostly lie one after the other, which takes no list (10,000 products of 3x3:
/// 262 us with, 154 without).
enum Starts {
    Even(isize),
    List(SmallVec<[isize; 8]>),
}

impl Starts {
    fn new(l: &Layout, batch: &[usize]) -> Result<Starts> {
        let lead = l.ndim() - 2;
        let own = l.shape[..lead] == *batch;
        let mut axes = batch.iter().zip(&l.strides[..lead]).filter(|(n, _)| **n != 1).rev();
        let (mut last, step) = axes.next().map_or((0, 0), |(&n, &s)| (n * s, s));
        let even = own
            && axes.all(|(&n, &s)| {
                let follows = s == last;
                last = n * s;
                follows
            });
        Ok(if even { Starts::Even(step as isize) } else { Starts::List(batch_offsets(l, batch)?) })
    }
    fn of(&self) -> Batch<'_> {
        match self {
            Starts::Even(step) => Batch::Stride(*step),
            Starts::List(list) => Batch::Offsets(list),
        }
    }
}

/// `out = alpha a b + beta out + bias` over stacks of matrices, all of one dtype and held by the caller. `at` are the
/// layouts to read them with.
#[allow(unsafe_code)]
fn multiply(
    out: &Tensor,
    at: &Layout,
    a: (&Tensor, &Layout),
    b: (&Tensor, &Layout),
    alpha: Scalar,
    beta: Scalar,
    bias: Option<(&Tensor, bool, isize)>,
) -> Result<()> {
    let n = at.ndim();
    let (rows, columns) = (at.shape[n - 2], at.shape[n - 1]);
    let k = a.1.shape[a.1.ndim() - 1];
    if numel(&at.shape) == 0 {
        return Ok(());
    }
    if out.dtype() == DType::Bool {
        crate::ops::driver::memory::fill_held(out, Scalar::Bool(false));
        return Ok(());
    }
    let ((ra, ca), (rb, cb), (rc, cc)) = (last_two(a.1), last_two(b.1), last_two(at));
    with_dtype!("matmul", out.dtype(), numeric, T => {
        let (pa, pb, pc) = (a.0.ptr_of::<T>() as *const T, b.0.ptr_of::<T>() as *const T, out.ptr_of::<T>());
        let epilogue = bias.map(|(t, per_row, stride)| {
            let p = t.ptr_of::<T>() as *const T;
            Epilogue { bias: if per_row { Bias::PerRow(p, stride) } else { Bias::PerCol(p, stride) }, act: Act::None }
        });
        let (alpha, beta) = (alpha.to::<T>(), beta.to::<T>());
        // SAFETY: the layouts agree in their sizes and lie in storages the driver holds; `out` overlaps no input
        unsafe {
            if n == 2 {
                gemm(rows, columns, k, alpha, pa, ra, ca, pb, rb, cb, beta, pc, rc, cc, epilogue);
            } else {
                let batch = &at.shape[..n - 2];
                let [sa, sb, sc] = [Starts::new(a.1, batch)?, Starts::new(b.1, batch)?, Starts::new(at, batch)?];
                gemm_batched(
                    numel(batch), rows, columns, k, alpha, pa, sa.of(), ra, ca, pb, sb.of(), rb, cb,
                    beta, pc, sc.of(), rc, cc, epilogue,
                );
            }
        }
        Ok(())
    })
}

/// A tensor as a graphics card's product sees it, read with a layout.
fn stack<'a>(t: &'a Tensor, at: &'a Layout) -> Result<Stack<'a>> {
    Ok(Stack::new(Place { offset: at.offset, shape: &at.shape, strides: &at.strides, ..t.place()? }))
}

/// `out = alpha a b + beta c`, as [`multiply`], by a graphics card.
fn multiply_on_card(
    name: &'static str,
    out: (&Tensor, &Layout),
    a: (&Tensor, &Layout),
    b: (&Tensor, &Layout),
    alpha: Scalar,
    added: Option<(&Tensor, &Layout, Scalar)>,
) -> Result<()> {
    if out.0.dtype() == DType::Bool {
        crate::ops::driver::memory::fill_held(out.0, Scalar::Bool(false));
        return Ok(());
    }
    let added =
        added.map(|(c, at, beta)| Ok::<_, Error>(Added { stack: stack(c, at)?, beta })).transpose()?;
    card::multiply(name, stack(out.0, out.1)?, stack(a.0, a.1)?, stack(b.0, b.1)?, alpha, added)
}

/// The conjugate transpose of the last two axes.
fn adjoint(x: &Tensor) -> Result<Tensor> {
    x.transpose(-2, -1)?.conj()
}

/// `a b` over the last two axes, the axes before them broadcast.
#[derive(Clone, Copy, Debug)]
pub struct MatMul {
    pub grad_name: &'static str,
}

pub const MM: MatMul = MatMul { grad_name: "MmBackward0" };
pub const BMM: MatMul = MatMul { grad_name: "BmmBackward0" };
/// A product of stacks as `matmul` makes it.
pub const STACKS: MatMul = MatMul { grad_name: "UnsafeViewBackward0" };

impl Op for MatMul {
    fn name(&self) -> &'static str {
        if self.grad_name == MM.grad_name { "mm" } else { "bmm" }
    }
    fn grad_name(&self) -> &'static str {
        self.grad_name
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let (a, b) = (x[0], x[1]);
        let (sa, sb) = (a.shape(), b.shape());
        let (n, m) = (sa.len(), sb.len());
        if n == 2 && m == 2 {
            ensure!(
                sa[1] == sb[0],
                Runtime,
                "mat1 and mat2 shapes cannot be multiplied ({}x{} and {}x{})",
                sa[0],
                sa[1],
                sb[0],
                sb[1]
            );
            ensure!(
                a.dtype() == b.dtype(),
                Runtime,
                "expected m1 and m2 to have the same dtype, but got: {} != {}",
                a.dtype().c_name(),
                b.dtype().c_name()
            );
            ensure_product("addmm_impl_cpu_", a, b)?;
            return Ok(smallvec![Meta::new(&[sa[0], sb[1]], a.dtype())]);
        }
        let mut shape = broadcast(&sa[..n - 2], &sb[..m - 2])?;
        let batch = numel(&shape);
        ensure!(
            sa[n - 1] == sb[m - 2],
            Runtime,
            "Expected size for first two dimensions of batch2 tensor to be: [{batch}, {}] but got: [{batch}, {}].",
            sa[n - 1],
            sb[m - 2]
        );
        ensure!(
            a.dtype() == b.dtype(),
            Runtime,
            "expected scalar type {} but found {}",
            a.dtype().scalar_name(),
            b.dtype().scalar_name()
        );
        ensure_product("bmm", a, b)?;
        shape.push(sa[n - 2]);
        shape.push(sb[m - 1]);
        Ok(smallvec![Meta::new(&shape, a.dtype())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let o = &out[0];
        multiply(
            o,
            o.layout(),
            (x[0], x[0].layout()),
            (x[1], x[1].layout()),
            Scalar::Int(1),
            Scalar::Int(0),
            None,
        )
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let [to, a, b] = [&out[0], x[0], x[1]].map(|t| (t, t.layout()));
        multiply_on_card(self.name(), to, a, b, Scalar::Int(1), None)
    }
    fn saves(&self, want: Want) -> Saves {
        Saves::inputs((want.has(1) as u64) | (want.has(0) as u64) << 1)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        let inner = if self.grad_name == MM.grad_name { MM } else { BMM };
        grads![
            want.then(0, || apply(inner, &[g, &adjoint(&cx.input(1)?)?]))?,
            want.then(1, || right_factor(inner, cx.node.inputs[1].shape.by_columns, &cx.input(0)?, g))?,
        ]
    }
}

/// The gradient of `b` in `a b`, laid out by columns if `b` is: a transposed weight gets its gradient by rows.
fn right_factor(op: MatMul, by_columns: bool, a: &Tensor, g: &Tensor) -> Result<Tensor> {
    if by_columns {
        return apply(op, &[&g.transpose(-2, -1)?, &a.conj()?])?.transpose(-2, -1);
    }
    apply(op, &[&adjoint(a)?, g])
}

/// Bools have no product, unless there is nothing to multiply.
fn ensure_product(name: &str, a: &Tensor, b: &Tensor) -> Result<()> {
    let some = a.dtype() == DType::Bool && a.numel() > 0 && b.numel() > 0;
    if some { Err(no_product(name, a.dtype())) } else { Ok(()) }
}

/// The layout of a vector as a matrix of one column; of many vectors as of many matrices.
fn column(l: &Layout) -> Layout {
    l.unsqueeze(l.ndim())
}

/// `a v`.
#[derive(Clone, Copy, Debug)]
pub struct Mv;

impl Op for Mv {
    fn name(&self) -> &'static str {
        "mv"
    }
    fn grad_name(&self) -> &'static str {
        "MvBackward0"
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        check_mv(x[0].shape()[0], x[0], x[1])?;
        let d = x[0].dtype();
        ensure!(
            d == x[1].dtype(),
            Runtime,
            "addmv input tensors must have the same dtype, but got {}, {}, and {}",
            x[1].dtype().scalar_name(),
            d.scalar_name(),
            x[1].dtype().scalar_name()
        );
        ensure_product("addmv_impl_cpu", x[0], x[1])?;
        Ok(smallvec![Meta::new(&x[0].shape()[..1], d)])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let at = column(out[0].layout());
        let v = column(x[1].layout());
        multiply(&out[0], &at, (x[0], x[0].layout()), (x[1], &v), Scalar::Int(1), Scalar::Int(0), None)
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (at, v) = (column(out[0].layout()), column(x[1].layout()));
        multiply_on_card("mv", (&out[0], &at), (x[0], x[0].layout()), (x[1], &v), Scalar::Int(1), None)
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Own
    }
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        let (a, v, at) = (x[0].layout(), x[1].layout(), out[0].layout());
        if a.strides[n - 1] == 0 {
            // one matrix for all samples of the newest level: their vectors are the rows of a matrix
            let mut order: Dims = (0..n).collect();
            order.extend([n + 1, n]);
            let by_columns = a.permute(&order).select(n - 1, 0);
            let factors = ((&x[1], v), (&x[0], &by_columns));
            return multiply(&out[0], at, factors.0, factors.1, Scalar::Int(1), Scalar::Int(0), None);
        }
        let (v, at) = (v.unsqueeze(n + 1), at.unsqueeze(n + 1));
        multiply(&out[0], &at, (&x[0], a), (&x[1], &v), Scalar::Int(1), Scalar::Int(0), None)
    }
    fn saves(&self, want: Want) -> Saves {
        Saves::inputs((want.has(1) as u64) | (want.has(0) as u64) << 1)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        grads![
            want.then(0, || g.unsqueeze_at(1)?.mul(cx.input(1)?.conj()?))?,
            want.then(1, || apply(Mv, &[&adjoint(&cx.input(0)?)?, g]))?,
        ]
    }
}

/// Sizes of a matrix and a vector (and of what is added).
pub fn check_mv(added: usize, a: &Tensor, v: &Tensor) -> Result<()> {
    ensure!(
        a.shape()[1] == v.shape()[0] && added == a.shape()[0],
        Runtime,
        "size mismatch, got input ({added}), mat ({}x{}), vec ({})",
        a.shape()[0],
        a.shape()[1],
        v.shape()[0]
    );
    Ok(())
}

/// The sum of products of two vectors.
#[derive(Clone, Copy, Debug)]
pub struct Dot {
    pub grad_name: &'static str,
}

impl Op for Dot {
    fn name(&self) -> &'static str {
        "dot"
    }
    fn grad_name(&self) -> &'static str {
        self.grad_name
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let (a, b) = (x[0], x[1]);
        ensure!(
            a.ndim() == 1 && b.ndim() == 1,
            Runtime,
            "1D tensors expected, but got {}D and {}D tensors",
            a.ndim(),
            b.ndim()
        );
        ensure!(
            a.dtype() == b.dtype(),
            Runtime,
            "dot : expected both vectors to have same dtype, but found {} and {}",
            a.dtype().scalar_name(),
            b.dtype().scalar_name()
        );
        let (n, m) = (a.numel(), b.numel());
        ensure!(
            n == m,
            Runtime,
            "inconsistent tensor size, expected tensor [{n}] and src [{m}] to have the same number of elements, but got {n} and {m} elements respectively"
        );
        ensure_product("dot", a, b)?;
        Ok(smallvec![Meta::new(&[], a.dtype())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let row = x[0].layout().unsqueeze(0);
        let at = Layout { offset: out[0].layout().offset, ..Layout::contiguous(&[1, 1]) };
        multiply(
            &out[0],
            &at,
            (x[0], &row),
            (x[1], &column(x[1].layout())),
            Scalar::Int(1),
            Scalar::Int(0),
            None,
        )
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let (row, v) = (x[0].layout().unsqueeze(0), column(x[1].layout()));
        let at = out[0].layout().unsqueeze(0).unsqueeze(0);
        multiply_on_card("dot", (&out[0], &at), (x[0], &row), (x[1], &v), Scalar::Int(1), None)
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Own
    }
    fn cpu_samples(&self, x: &[Tensor], out: &[Tensor], n: usize) -> Result<()> {
        let (row, column) = (x[0].layout().unsqueeze(n), x[1].layout().unsqueeze(n + 1));
        let at = out[0].layout().unsqueeze(n).unsqueeze(n);
        multiply(&out[0], &at, (&x[0], &row), (&x[1], &column), Scalar::Int(1), Scalar::Int(0), None)
    }
    fn saves(&self, want: Want) -> Saves {
        Saves::inputs((want.has(1) as u64) | (want.has(0) as u64) << 1)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None] };
        grads![want.then(0, || g.mul(cx.input(1)?.conj()?))?, want.then(1, || g.mul(cx.input(0)?.conj()?))?,]
    }
}

/// The tensor, or a copy of one that shares the memory of what is written; the caller holds both.
fn apart_held(t: &Tensor, written: &Tensor) -> Result<Tensor> {
    if !t.storage().same(written.storage()) {
        return Ok(t.clone());
    }
    let copy = Tensor::empty(t.shape(), t.dtype(), t.device())?;
    write_held(&copy, t);
    Ok(copy)
}

/// `beta input + alpha a b`: `input` broadcasts. A vector for `b` makes `addmv`.
#[derive(Clone, Copy, Debug)]
pub struct AddProduct {
    pub name: &'static str,
    pub grad_name: &'static str,
    pub beta: Scalar,
    pub alpha: Scalar,
}

impl AddProduct {
    fn shape(x: &[&Tensor]) -> Dims {
        let mut shape = Dims::from_slice(&x[1].shape()[..x[1].ndim() - 1]);
        if x[2].ndim() > 1 {
            shape.push(x[2].shape()[x[2].ndim() - 1]);
        }
        shape
    }
}

/// Whether a factor stays what it is as a number of the dtype: rounded to a half it would be another product.
fn keeps(factor: Scalar, dtype: DType) -> bool {
    match dtype {
        DType::F16 => factor.to::<F16>().to_f64() == factor.to_f64(),
        DType::BF16 => factor.to::<BF16>().to_f64() == factor.to_f64(),
        _ => true,
    }
}

impl Op for AddProduct {
    fn name(&self) -> &'static str {
        self.name
    }
    fn grad_name(&self) -> &'static str {
        self.grad_name
    }
    fn batching(&self, _: &[&Tensor], _: usize) -> Batching<Self> {
        Batching::Aligned
    }
    fn infer(&self, x: &[&Tensor]) -> Result<Metas> {
        let (c, a, b) = (x[0], x[1], x[2]);
        if b.ndim() == 1 {
            check_mv(if c.numel() == 1 { a.shape()[0] } else { c.shape()[0] }, a, b)?;
            ensure!(
                a.dtype() == b.dtype() && c.dtype() == a.dtype(),
                Runtime,
                "addmv input tensors must have the same dtype, but got {}, {}, and {}",
                c.dtype().scalar_name(),
                a.dtype().scalar_name(),
                b.dtype().scalar_name()
            );
            ensure_product("addmv_impl_cpu", a, b)?;
        } else {
            for (name, t) in [("self", c), ("mat1", a)] {
                ensure!(
                    b.ndim() != 2 || t.dtype() == b.dtype(),
                    Runtime,
                    "{name} and mat2 must have the same dtype, but got {} and {}",
                    t.dtype().scalar_name(),
                    b.dtype().scalar_name()
                );
            }
            if b.ndim() == 2 { &MM } else { &BMM }.infer(&[a, b])?;
            ensure!(
                c.dtype() == a.dtype(),
                Runtime,
                "self and mat2 must have the same dtype, but got {} and {}",
                c.dtype().scalar_name(),
                a.dtype().scalar_name()
            );
        }
        let shape = AddProduct::shape(x);
        check_expand(c.shape(), &shape)?;
        Ok(smallvec![Meta::new(&shape, a.dtype())])
    }
    fn cpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let o = &out[0];
        if !(keeps(self.alpha, o.dtype()) && keeps(self.beta, o.dtype())) {
            let mut wide: SmallVec<[Tensor; 3]> = SmallVec::new();
            for t in x {
                wide.push(dense_cast_held(t, DType::F32)?);
            }
            let result = Tensor::empty(o.shape(), DType::F32, o.device())?;
            self.cpu(&[&wide[0], &wide[1], &wide[2]], std::slice::from_ref(&result))?;
            write_held(o, &result);
            return Ok(());
        }
        let vector = x[2].ndim() < x[1].ndim();
        let (at, lb) = if vector {
            (column(o.layout()), column(x[2].layout()))
        } else {
            (o.layout().clone(), x[2].layout().clone())
        };
        let (a, b) = (apart_held(x[1], o)?, apart_held(x[2], o)?);
        let lb = if b.same(x[2]) {
            lb
        } else if vector {
            column(b.layout())
        } else {
            b.layout().clone()
        };
        let factors = ((&a, a.layout()), (&b, &lb));
        let one = Scalar::Int(1);
        let in_place = x[0].storage().same(o.storage()) && x[0].layout() == o.layout();
        if self.beta.is_zero() {
            return multiply(o, &at, factors.0, factors.1, self.alpha, Scalar::Int(0), None);
        }
        if !in_place {
            // a vector that is repeated over rows or columns is added on the way out
            let wide = x[0].layout().broadcast_to(o.shape());
            if self.beta.is_one() && !vector && o.ndim() == 2 {
                let (r, c) = (wide.strides[0], wide.strides[1]);
                if r == 0 {
                    let bias = Some((x[0], false, c as isize));
                    return multiply(o, &at, factors.0, factors.1, self.alpha, Scalar::Int(0), bias);
                }
                if c == 0 && o.shape()[1] > 1 {
                    let bias = Some((x[0], true, r as isize));
                    return multiply(o, &at, factors.0, factors.1, self.alpha, Scalar::Int(0), bias);
                }
            }
            write_held(o, x[0]);
        }
        let beta = if self.beta.is_one() { one } else { self.beta };
        multiply(o, &at, factors.0, factors.1, self.alpha, beta, None)
    }
    fn gpu(&self, x: &[&Tensor], out: &[Tensor]) -> Result<()> {
        let o = &out[0];
        let (a, b) = (apart_held(x[1], o)?, apart_held(x[2], o)?);
        let wide = x[0].layout().broadcast_to(o.shape());
        let as_matrix = |l: &Layout| if x[2].ndim() < x[1].ndim() { column(l) } else { l.clone() };
        let (at, lb, lc) = (as_matrix(o.layout()), as_matrix(b.layout()), as_matrix(&wide));
        let added = (!self.beta.is_zero()).then_some((x[0], &lc, self.beta));
        multiply_on_card(self.name, (o, &at), (&a, a.layout()), (&b, &lb), self.alpha, added)
    }
    fn saves(&self, want: Want) -> Saves {
        Saves::inputs((want.has(2) as u64) << 1 | (want.has(1) as u64) << 2)
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], want: Want) -> Result<Grads> {
        let Some(g) = &g[0] else { return grads![None, None, None] };
        let scaled = |t: Tensor, s: Scalar| -> Result<Tensor> {
            match s {
                s if s.is_one() => Ok(t),
                Scalar::Complex(c) => t.mul(Scalar::Complex(c.conj())),
                s => t.mul(s),
            }
        };
        let vector = cx.shape(2).len() == 1;
        let op = if cx.shape(2).len() == 2 { MM } else { BMM };
        let ga = want.then(1, || {
            let b = cx.input(2)?;
            let t = if vector { g.unsqueeze_at(1)?.mul(b.conj()?)? } else { apply(op, &[g, &adjoint(&b)?])? };
            scaled(t, self.alpha)
        })?;
        let gb = want.then(2, || {
            let a = cx.input(1)?;
            let b = if vector {
                apply(Mv, &[&adjoint(&a)?, g])?
            } else {
                right_factor(op, cx.node.inputs[2].shape.by_columns, &a, g)?
            };
            scaled(b, self.alpha)
        })?;
        grads![want.then(0, || scaled(g.sum_to(cx.shape(0))?, self.beta))?, ga, gb]
    }
    fn in_place_ok(&self) -> bool {
        true
    }
}
