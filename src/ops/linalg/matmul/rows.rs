//! Products of vectors, matrices and stacks of matrices.

use crate::base::promote::Promotion;
use crate::base::{DType, Dims, Scalar, check_expand};
use crate::error::Result;
use crate::ops::driver::apply::apply;
use crate::ops::driver::in_place::apply_in_place;
use crate::ops::driver::view::view as show;
use crate::ops::linalg::contract::{contract, unsafe_view};
use crate::ops::linalg::matmul::op::{AddProduct, BMM, Dot, MM, Mv, STACKS};
use crate::ops::table::Table;
use crate::tensor::{Context, GradFn, Grads, Tensor, Want};
use crate::{bail, ensure, rows};
use smallvec::smallvec;

/// The way back of an axis of size 1 taken from a product.
#[derive(Debug)]
struct SqueezeProduct;

impl GradFn for SqueezeProduct {
    fn grad_name(&self) -> &str {
        "SqueezeBackward4"
    }
    fn backward(&self, cx: &Context, g: &[Option<Tensor>], _: Want) -> Result<Grads> {
        match &g[0] {
            Some(g) => Ok(smallvec![Some(g.reshape_to(cx.shape(0))?)]),
            None => Ok(smallvec![None]),
        }
    }
}

/// A fresh product of axes `[.., 1, ..]` without the axis.
fn drop_axis(x: Tensor, axis: usize) -> Result<Tensor> {
    let layout = x.layout().select(axis, 0);
    show(&x, layout, SqueezeProduct)
}

pub(crate) fn product(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let (n, m) = (a.ndim(), b.ndim());
    match (n, m) {
        (2, 2) => apply(MM, &[a, b]),
        (1, 1) => apply(Dot { grad_name: "DotBackward0" }, &[a, b]),
        (2, 1) => apply(Mv, &[a, b]),
        (0, _) | (_, 0) => {
            bail!(Runtime, "both arguments to matmul need to be at least 1D, but they are {n}D and {m}D")
        }
        (1, 2) => drop_axis(apply(MM, &[&a.unsqueeze_at(0)?, b])?, 0),
        // rows of all matrices against one right-hand side: one large product
        (_, 1 | 2) => {
            let k = a.shape()[n - 1];
            let rows: usize = a.shape()[..n - 1].iter().product();
            let flat = match a.try_view(&[rows, k])? {
                Some(v) => v,
                None => a.reshape_to(&[rows, k])?,
            };
            let mut shape = Dims::from_slice(&a.shape()[..n - 1]);
            let out = if m == 1 { apply(Mv, &[&flat, b])? } else { apply(MM, &[&flat, b])? };
            if m == 2 {
                shape.push(b.shape()[1]);
            }
            unsafe_view(out, &shape)
        }
        (1, _) => drop_axis(apply(STACKS, &[&a.unsqueeze_at(0)?, b])?, m - 2),
        _ => apply(STACKS, &[a, b]),
    }
}

fn want_dims(what: &str, x: &Tensor, n: usize) -> Result<()> {
    let noun = match n {
        1 => "a vector",
        2 => "a matrix",
        _ => "a 3D tensor",
    };
    ensure!(x.ndim() == n, Runtime, "{what} must be {noun}");
    Ok(())
}

fn check_mv_dims(x: usize, a: &Tensor, v: &Tensor) -> Result<()> {
    ensure!(
        a.ndim() == 2 && v.ndim() == 1 && x <= 1,
        Runtime,
        "vector + matrix @ vector expected, got {x}, {}, {}",
        a.ndim(),
        v.ndim()
    );
    Ok(())
}

fn check_batches(a: &Tensor, b: &Tensor) -> Result<()> {
    want_dims("batch1", a, 3)?;
    want_dims("batch2", b, 3)?;
    let (x, y) = (a.shape(), b.shape());
    ensure!(
        x[0] == y[0] && x[2] == y[1],
        Runtime,
        "Expected size for first two dimensions of batch2 tensor to be: [{}, {}] but got: [{}, {}].",
        x[0],
        x[2],
        y[0],
        y[1]
    );
    Ok(())
}

type Add = (AddProduct, Tensor, Tensor);

fn addmm_op(a: &Tensor, b: &Tensor, beta: Scalar, alpha: Scalar) -> Result<Add> {
    want_dims("mat1", a, 2)?;
    want_dims("mat2", b, 2)?;
    Ok((AddProduct { name: "addmm", grad_name: "AddmmBackward0", beta, alpha }, a.clone(), b.clone()))
}

fn addmv_op(x: &Tensor, a: &Tensor, v: &Tensor, beta: Scalar, alpha: Scalar) -> Result<Add> {
    check_mv_dims(x.ndim(), a, v)?;
    Ok((AddProduct { name: "addmv", grad_name: "AddmvBackward0", beta, alpha }, a.clone(), v.clone()))
}

fn baddbmm_op(a: &Tensor, b: &Tensor, beta: Scalar, alpha: Scalar) -> Result<Add> {
    check_batches(a, b)?;
    Ok((AddProduct { name: "baddbmm", grad_name: "BaddbmmBackward0", beta, alpha }, a.clone(), b.clone()))
}

/// The sum over a batch is one product over both summed axes.
fn addbmm_op(a: &Tensor, b: &Tensor, beta: Scalar, alpha: Scalar) -> Result<Add> {
    check_batches(a, b)?;
    let (x, y) = (a.shape(), b.shape());
    let wide = a.permute_to(&[1, 0, 2])?.reshape_to(&[x[1], x[0] * x[2]])?;
    let tall = b.reshape_to(&[y[0] * y[1], y[2]])?;
    Ok((AddProduct { name: "addbmm", grad_name: "AddbmmBackward0", beta, alpha }, wide, tall))
}

fn addr_op(u: &Tensor, v: &Tensor, beta: Scalar, alpha: Scalar) -> Result<Add> {
    for (t, name) in [(u, "vec1"), (v, "vec2")] {
        ensure!(t.ndim() == 1, Runtime, "addr: Expected 1-D argument {name}, but got {}-D", t.ndim());
    }
    let op = AddProduct { name: "addr", grad_name: "AddrBackward0", beta, alpha };
    Ok((op, u.unsqueeze_at(1)?, v.unsqueeze_at(0)?))
}

/// `addr` takes mixed dtypes.
fn addr_cast(input: &Tensor, u: &Tensor, v: &Tensor) -> Result<[Tensor; 3]> {
    let p = [input, u, v].iter().fold(Promotion::default(), |p, t| p.tensor(t.dtype(), t.ndim()));
    let d = if p.result() == DType::Bool { DType::U8 } else { p.result() };
    Ok([input.cast(d)?, u.cast(d)?, v.cast(d)?])
}

rows! { MATMUL:
    /// The product of two matrices.
    ///
    /// Args: input: (n, m); mat2: (m, p), of the same dtype.
    /// Shape: (n, p).
    /// Errors: RuntimeError on sizes that do not fit or different dtypes.
    ///
    /// ```text
    /// >>> torch.mm(torch.tensor([[1, 2], [3, 4]]), torch.tensor([[1], [10]]))
    /// tensor([[21],
    ///         [43]])
    /// ```
    [Torch, Method] autocast Half fn mm(input: &Tensor, mat2: &Tensor) -> Tensor {
        want_dims("self", input, 2)?;
        want_dims("mat2", mat2, 2)?;
        apply(MM, &[input, mat2])
    }
    /// Products of matrices, pair by pair: (b, n, m) and (b, m, p) give (b, n, p).
    ///
    /// ```text
    /// >>> torch.bmm(torch.ones(5, 2, 3), torch.ones(5, 3, 4)).shape
    /// torch.Size([5, 2, 4])
    /// ```
    [Torch, Method] autocast Half fn bmm(input: &Tensor, mat2: &Tensor) -> Tensor {
        check_batches(input, mat2)?;
        apply(BMM, &[input, mat2])
    }
    /// A matrix (n, m) times a vector (m).
    ///
    /// ```text
    /// >>> torch.mv(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 10]))
    /// tensor([21, 43])
    /// ```
    [Torch, Method] fn mv(input: &Tensor, vec: &Tensor) -> Tensor {
        check_mv_dims(1, input, vec)?;
        apply(Mv, &[input, vec])
    }
    /// The sum of products of two vectors, not conjugated.
    ///
    /// ```text
    /// >>> torch.dot(torch.tensor([1, 2]), torch.tensor([3, 4]))
    /// tensor(11)
    /// ```
    [Torch, Method] fn dot(input: &Tensor, tensor: &Tensor) -> Tensor { apply(Dot { grad_name: "DotBackward0" }, &[input, tensor]) }
    /// The sum of products of two vectors, the first conjugated.
    ///
    /// ```text
    /// >>> torch.vdot(torch.tensor([1j, 2]), torch.tensor([1j, 4]))
    /// tensor(9.+0.j)
    /// ```
    [Torch, Method] fn vdot(input: &Tensor, other: &Tensor) -> Tensor { apply(Dot { grad_name: "VdotBackward0" }, &[&input.conj()?, other]) }
    /// The product of two tensors: vectors, matrices, or stacks of matrices whose leading axes broadcast.
    ///
    /// Shape: (.., n, m) and (.., m, p) give (.., n, p); a vector counts as a row on the left and a column on the right.
    ///
    /// ```text
    /// >>> torch.matmul(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 10]))
    /// tensor([21, 43])
    /// ```
    [Torch, Method] autocast Half fn matmul(input: &Tensor, other: &Tensor) -> Tensor { product(input, other) }
    /// The product of two tensors (`torch.matmul`).
    ///
    /// ```text
    /// >>> torch.linalg.matmul(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 10]))
    /// tensor([21, 43])
    /// ```
    [Linalg] fn linalg_matmul = "matmul"(input: &Tensor, other: &Tensor) -> Tensor { product(input, other) }
    /// `beta * input + alpha * (mat1 @ mat2)`. With `beta=0` `input` is not read.
    ///
    /// ```text
    /// >>> torch.addmm(torch.ones(2, 2), torch.eye(2), torch.eye(2), beta=2, alpha=3)
    /// tensor([[5., 2.],
    ///         [2., 5.]])
    /// ```
    [Torch, Method] autocast Half fn addmm(input: &Tensor, mat1: &Tensor, mat2: &Tensor; beta: Scalar = Scalar::Int(1), alpha: Scalar = Scalar::Int(1)) -> Tensor {
        let (op, a, b) = addmm_op(mat1, mat2, beta, alpha)?;
        apply(op, &[input, &a, &b])
    }
    /// `addmm` into the tensor.
    ///
    /// ```text
    /// >>> torch.ones(2, 2).addmm_(torch.eye(2), torch.eye(2), beta=2, alpha=3)
    /// tensor([[5., 2.],
    ///         [2., 5.]])
    /// ```
    [InPlace] fn addmm_in_place = "addmm_"(input: &Tensor, mat1: &Tensor, mat2: &Tensor; beta: Scalar = Scalar::Int(1), alpha: Scalar = Scalar::Int(1)) -> () {
        let (op, a, b) = addmm_op(mat1, mat2, beta, alpha)?;
        apply_in_place(op, &[input, &a, &b])
    }
    /// `beta * input + alpha * (mat @ vec)`.
    ///
    /// ```text
    /// >>> torch.addmv(torch.ones(2), torch.eye(2), torch.tensor([1.0, 2.0]))
    /// tensor([2., 3.])
    /// ```
    [Torch, Method] fn addmv(input: &Tensor, mat: &Tensor, vec: &Tensor; beta: Scalar = Scalar::Int(1), alpha: Scalar = Scalar::Int(1)) -> Tensor {
        let (op, a, b) = addmv_op(input, mat, vec, beta, alpha)?;
        apply(op, &[input, &a, &b])
    }
    /// `addmv` into the tensor.
    ///
    /// ```text
    /// >>> torch.ones(2).addmv_(torch.eye(2), torch.tensor([1.0, 2.0]))
    /// tensor([2., 3.])
    /// ```
    [InPlace] fn addmv_in_place = "addmv_"(input: &Tensor, mat: &Tensor, vec: &Tensor; beta: Scalar = Scalar::Int(1), alpha: Scalar = Scalar::Int(1)) -> () {
        let (op, a, b) = addmv_op(input, mat, vec, beta, alpha)?;
        apply_in_place(op, &[input, &a, &b])
    }
    /// `beta * input + alpha * (batch1 @ batch2)`, matrix by matrix.
    ///
    /// ```text
    /// >>> torch.baddbmm(torch.ones(5, 2, 4), torch.ones(5, 2, 3), torch.ones(5, 3, 4)).shape
    /// torch.Size([5, 2, 4])
    /// ```
    [Torch, Method] autocast Half fn baddbmm(input: &Tensor, batch1: &Tensor, batch2: &Tensor; beta: Scalar = Scalar::Int(1), alpha: Scalar = Scalar::Int(1)) -> Tensor {
        let (op, a, b) = baddbmm_op(batch1, batch2, beta, alpha)?;
        apply(op, &[input, &a, &b])
    }
    /// `baddbmm` into the tensor.
    ///
    /// ```text
    /// >>> torch.ones(1, 2, 2).baddbmm_(torch.ones(1, 2, 3), torch.ones(1, 3, 2))
    /// tensor([[[4., 4.],
    ///          [4., 4.]]])
    /// ```
    [InPlace] fn baddbmm_in_place = "baddbmm_"(input: &Tensor, batch1: &Tensor, batch2: &Tensor; beta: Scalar = Scalar::Int(1), alpha: Scalar = Scalar::Int(1)) -> () {
        let (op, a, b) = baddbmm_op(batch1, batch2, beta, alpha)?;
        apply_in_place(op, &[input, &a, &b])
    }
    /// `beta * input + alpha * sum_i (batch1[i] @ batch2[i])`.
    ///
    /// ```text
    /// >>> torch.addbmm(torch.ones(2, 2), torch.ones(5, 2, 3), torch.ones(5, 3, 2))
    /// tensor([[16., 16.],
    ///         [16., 16.]])
    /// ```
    [Torch, Method] autocast Half fn addbmm(input: &Tensor, batch1: &Tensor, batch2: &Tensor; beta: Scalar = Scalar::Int(1), alpha: Scalar = Scalar::Int(1)) -> Tensor {
        let (op, a, b) = addbmm_op(batch1, batch2, beta, alpha)?;
        apply(op, &[input, &a, &b])
    }
    /// `addbmm` into the tensor.
    ///
    /// ```text
    /// >>> torch.ones(2, 2).addbmm_(torch.ones(5, 2, 3), torch.ones(5, 3, 2))
    /// tensor([[16., 16.],
    ///         [16., 16.]])
    /// ```
    [InPlace] fn addbmm_in_place = "addbmm_"(input: &Tensor, batch1: &Tensor, batch2: &Tensor; beta: Scalar = Scalar::Int(1), alpha: Scalar = Scalar::Int(1)) -> () {
        let (op, a, b) = addbmm_op(batch1, batch2, beta, alpha)?;
        apply_in_place(op, &[input, &a, &b])
    }
    /// `beta * input + alpha * outer(vec1, vec2)`.
    ///
    /// ```text
    /// >>> torch.addr(torch.zeros(2, 2), torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
    /// tensor([[3., 4.],
    ///         [6., 8.]])
    /// ```
    [Torch, Method] out Promote fn addr(input: &Tensor, vec1: &Tensor, vec2: &Tensor; beta: Scalar = Scalar::Int(1), alpha: Scalar = Scalar::Int(1)) -> Tensor {
        let [x, u, v] = addr_cast(input, vec1, vec2)?;
        let (op, a, b) = addr_op(&u, &v, beta, alpha)?;
        let all_bool = [input, vec1, vec2].iter().all(|t| t.dtype() == DType::Bool);
        let out = if alpha.to_f64() == 0.0 && !all_bool {
            // unlike a product of matrices, which is then left out: nan and infinity stay
            let none = a.mul(&b)?.mul(alpha)?;
            if beta.to_f64() == 0.0 { none } else { x.mul(beta)?.add(none)? }
        } else {
            apply(op, &[&x, &a, &b])?
        };
        if all_bool { out.cast(DType::Bool) } else { Ok(out) }
    }
    /// `addr` into the tensor.
    ///
    /// ```text
    /// >>> torch.ones(2, 2).addr_(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
    /// tensor([[4., 5.],
    ///         [7., 9.]])
    /// ```
    [InPlace] fn addr_in_place = "addr_"(input: &Tensor, vec1: &Tensor, vec2: &Tensor; beta: Scalar = Scalar::Int(1), alpha: Scalar = Scalar::Int(1)) -> () {
        if input.ndim() == 2 { check_expand(input.shape(), &[vec1.numel(), vec2.numel()])?; }
        crate::ops::driver::in_place::assign("addr_", input, &input.addr(vec1, vec2, beta, alpha)?)
    }
    /// The products of all pairs of elements of two vectors.
    ///
    /// ```text
    /// >>> torch.outer(torch.tensor([1, 2]), torch.tensor([3, 4]))
    /// tensor([[3, 4],
    ///         [6, 8]])
    /// ```
    [Torch, Method] out Promote fn outer(input: &Tensor, vec2: &Tensor) -> Tensor {
        for (t, name) in [(input, "self"), (vec2, "vec2")] {
            ensure!(t.ndim() == 1, Runtime, "outer: Expected 1-D argument {name}, but got {}-D", t.ndim());
        }
        input.reshape_to(&[input.numel(), 1])?.mul(vec2)
    }
    /// The products of all pairs of elements of two vectors (`outer`).
    ///
    /// ```text
    /// >>> torch.ger(torch.tensor([1, 2]), torch.tensor([3, 4]))
    /// tensor([[3, 4],
    ///         [6, 8]])
    /// ```
    [Torch, Method] out Promote fn ger(input: &Tensor, vec2: &Tensor) -> Tensor { input.outer(vec2) }
    /// Sums of products over the last axes; with a 0-d tensor the product.
    ///
    /// ```text
    /// >>> torch.inner(torch.tensor([[1, 2], [3, 4]]), torch.tensor([1, 10]))
    /// tensor([21, 43])
    /// ```
    [Torch, Method] fn inner(input: &Tensor, other: &Tensor) -> Tensor {
        if input.ndim() == 0 || other.ndim() == 0 { return input.mul(other); }
        let (a, b) = (input.shape(), other.shape());
        ensure!(a[a.len() - 1] == b[b.len() - 1], Runtime, "inner() the last dimension must match on both input tensors but got shapes {a:?} and {b:?}");
        if a.len() == 1 && b.len() == 1 { return apply(Dot { grad_name: "DotBackward0" }, &[input, other]); }
        contract(input, other, &[-1], &[-1])
    }
}

pub const TABLE: Table = &[MATMUL];
