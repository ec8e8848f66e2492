//! Products of vectors, matrices and stacks of matrices.

use super::op::{AddProduct, BMM, Dot, MM, Mv, STACKS, check_expand};
use crate::base::promote::Promotion;
use crate::base::{DType, Dims, Layout, Scalar};
use crate::error::Result;
use crate::ops::driver::op::{apply, apply_in_place, view as show};
use crate::ops::shape::resize::{UnsafeViewGrad, wrap_dims};
use crate::ops::table::{Ints, Operand, Table, tensors_of};
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

/// A fresh product in another shape.
fn unsafe_view(x: Tensor, shape: &[usize]) -> Result<Tensor> {
    show(&x, Layout { offset: x.layout().offset, ..Layout::contiguous(shape) }, UnsafeViewGrad {})
}

/// A fresh product of axes `[.., 1, ..]` without the axis.
fn drop_axis(x: Tensor, axis: usize) -> Result<Tensor> {
    let layout = x.layout().select(axis, 0);
    show(&x, layout, SqueezeProduct)
}

fn product(a: &Tensor, b: &Tensor) -> Result<Tensor> {
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

/// The cheapest order of a chain of matrices: `split[i][j]` ends the left part of `i..=j`.
fn chain_order(sizes: &[usize]) -> Vec<Vec<usize>> {
    let n = sizes.len() - 1;
    let mut cost = vec![vec![0u128; n]; n];
    let mut split = vec![vec![0; n]; n];
    for length in 1..n {
        for i in 0..n - length {
            let j = i + length;
            cost[i][j] = u128::MAX;
            for k in i..j {
                let c =
                    cost[i][k] + cost[k + 1][j] + (sizes[i] * sizes[k + 1]) as u128 * sizes[j + 1] as u128;
                if c < cost[i][j] {
                    (cost[i][j], split[i][j]) = (c, k);
                }
            }
        }
    }
    split
}

fn chain(tensors: &[Tensor], split: &[Vec<usize>], i: usize, j: usize) -> Result<Tensor> {
    if i == j {
        return Ok(tensors[i].clone());
    }
    let k = split[i][j];
    apply(MM, &[&chain(tensors, split, i, k)?, &chain(tensors, split, k + 1, j)?])
}

/// The product of matrices in the cheapest order; vectors allowed at the ends.
fn multiply_chain(name: &str, tensors: &[Tensor]) -> Result<Tensor> {
    let n = tensors.len();
    let mut list = tensors.to_vec();
    let (first, last) = (tensors[0].ndim() == 1, tensors[n - 1].ndim() == 1);
    if first {
        list[0] = list[0].unsqueeze_at(0)?;
    }
    if last {
        list[n - 1] = list[n - 1].unsqueeze_at(1)?;
    }
    for (i, t) in list.iter().enumerate() {
        ensure!(t.ndim() == 2, Runtime, "{name}(): tensor {i} must be 2D but got {}D", tensors[i].ndim());
        ensure!(
            t.dtype() == list[0].dtype(),
            Runtime,
            "{name}(): all tensors must have be the same dtype but tensor 0 is {} and tensor {i} {}",
            list[0].dtype().scalar_name(),
            t.dtype().scalar_name()
        );
    }
    for w in list.windows(2) {
        ensure!(
            w[0].shape()[1] == w[1].shape()[0],
            Runtime,
            "{name}(): tensors with shapes {:?} and {:?} cannot be multiplied",
            w[0].shape(),
            w[1].shape()
        );
    }
    let mut sizes: Vec<usize> = list.iter().map(|t| t.shape()[0]).collect();
    sizes.push(list[n - 1].shape()[1]);
    let out = chain(&list, &chain_order(&sizes), 0, n - 1)?;
    let mut shape = Dims::new();
    if !first {
        shape.push(sizes[0]);
    }
    if !last {
        shape.push(sizes[n]);
    }
    out.reshape_to(&shape)
}

/// Sums products over pairs of axes; the rest of `a`, then the rest of `b` remain.
pub fn contract(a: &Tensor, b: &Tensor, dims_a: &[i64], dims_b: &[i64]) -> Result<Tensor> {
    ensure!(
        dims_a.len() == dims_b.len(),
        Runtime,
        "both dimension lists should have same length, got {dims_a:?} and {dims_b:?}"
    );
    let (da, db) = (wrap_dims(dims_a, a.ndim())?, wrap_dims(dims_b, b.ndim())?);
    let (mut a, mut b) = (a.clone(), b.clone());
    let mut sum = 1;
    for (&i, &j) in da.iter().zip(&db) {
        let (n, m) = (a.shape()[i], b.shape()[j]);
        if m == 1 && n != 1 {
            a = a.sum_over(&[i as i64], true)?;
        } else if n == 1 && m != 1 {
            b = b.sum_over(&[j as i64], true)?;
        } else {
            ensure!(
                n == m,
                Runtime,
                "contracted dimensions need to match, but first has size {n} in dim {} and second has size {m} in dim {}",
                dims_a[da.iter().position(|&d| d == i).unwrap_or(0)],
                dims_b[db.iter().position(|&d| d == j).unwrap_or(0)]
            );
            sum *= n;
        }
    }
    let rest = |n: usize, gone: &[usize]| -> Dims { (0..n).filter(|i| !gone.contains(i)).collect() };
    let (ra, rb) = (rest(a.ndim(), &da), rest(b.ndim(), &db));
    let shape: Dims = ra.iter().map(|&i| a.shape()[i]).chain(rb.iter().map(|&i| b.shape()[i])).collect();
    let rows: usize = ra.iter().map(|&i| a.shape()[i]).product();
    let columns: usize = rb.iter().map(|&i| b.shape()[i]).product();
    let left: Dims = ra.iter().chain(&da).copied().collect();
    let right: Dims = db.iter().chain(&rb).copied().collect();
    let left = a.permute_to(&left)?.reshape_to(&[rows, sum])?;
    let right = b.permute_to(&right)?.reshape_to(&[sum, columns])?;
    apply(MM, &[&left, &right])?.reshape_to(&shape)
}

rows! { MATMUL:
    /// The product of two matrices.
    ///
    /// Args: input: (n, m); mat2: (m, p), of the same dtype.
    /// Shape: (n, p).
    /// Errors: RuntimeError on sizes that do not fit or different dtypes.
    [Torch, Method] fn mm(input: &Tensor, mat2: &Tensor) -> Tensor {
        want_dims("self", input, 2)?;
        want_dims("mat2", mat2, 2)?;
        apply(MM, &[input, mat2])
    }
    /// Products of matrices, pair by pair: (b, n, m) and (b, m, p) give (b, n, p).
    [Torch, Method] fn bmm(input: &Tensor, mat2: &Tensor) -> Tensor {
        check_batches(input, mat2)?;
        apply(BMM, &[input, mat2])
    }
    /// A matrix (n, m) times a vector (m).
    [Torch, Method] fn mv(input: &Tensor, vec: &Tensor) -> Tensor {
        check_mv_dims(1, input, vec)?;
        apply(Mv, &[input, vec])
    }
    /// The sum of products of two vectors, not conjugated.
    [Torch, Method] fn dot(input: &Tensor, tensor: &Tensor) -> Tensor { apply(Dot { grad_name: "DotBackward0" }, &[input, tensor]) }
    /// The sum of products of two vectors, the first conjugated.
    [Torch, Method] fn vdot(input: &Tensor, other: &Tensor) -> Tensor { apply(Dot { grad_name: "VdotBackward0" }, &[&input.conj()?, other]) }
    /// The product of two tensors: vectors, matrices, or stacks of matrices whose leading axes broadcast.
    ///
    /// Shape: (.., n, m) and (.., m, p) give (.., n, p); a vector counts as a row on the left and a column on the right.
    [Torch, Method] fn matmul(input: &Tensor, other: &Tensor) -> Tensor { product(input, other) }
    /// The product of two tensors (`torch.matmul`).
    [Linalg] fn linalg_matmul = "matmul"(input: &Tensor, other: &Tensor) -> Tensor { product(input, other) }
    /// `beta * input + alpha * (mat1 @ mat2)`. With `beta=0` `input` is not read.
    [Torch, Method] fn addmm(input: &Tensor, mat1: &Tensor, mat2: &Tensor; beta: Scalar = Scalar::Int(1), alpha: Scalar = Scalar::Int(1)) -> Tensor {
        let (op, a, b) = addmm_op(mat1, mat2, beta, alpha)?;
        apply(op, &[input, &a, &b])
    }
    /// `addmm` into the tensor.
    [InPlace] fn addmm_in_place = "addmm_"(input: &Tensor, mat1: &Tensor, mat2: &Tensor; beta: Scalar = Scalar::Int(1), alpha: Scalar = Scalar::Int(1)) -> () {
        let (op, a, b) = addmm_op(mat1, mat2, beta, alpha)?;
        apply_in_place(op, &[input, &a, &b])
    }
    /// `beta * input + alpha * (mat @ vec)`.
    [Torch, Method] fn addmv(input: &Tensor, mat: &Tensor, vec: &Tensor; beta: Scalar = Scalar::Int(1), alpha: Scalar = Scalar::Int(1)) -> Tensor {
        let (op, a, b) = addmv_op(input, mat, vec, beta, alpha)?;
        apply(op, &[input, &a, &b])
    }
    /// `addmv` into the tensor.
    [InPlace] fn addmv_in_place = "addmv_"(input: &Tensor, mat: &Tensor, vec: &Tensor; beta: Scalar = Scalar::Int(1), alpha: Scalar = Scalar::Int(1)) -> () {
        let (op, a, b) = addmv_op(input, mat, vec, beta, alpha)?;
        apply_in_place(op, &[input, &a, &b])
    }
    /// `beta * input + alpha * (batch1 @ batch2)`, matrix by matrix.
    [Torch, Method] fn baddbmm(input: &Tensor, batch1: &Tensor, batch2: &Tensor; beta: Scalar = Scalar::Int(1), alpha: Scalar = Scalar::Int(1)) -> Tensor {
        let (op, a, b) = baddbmm_op(batch1, batch2, beta, alpha)?;
        apply(op, &[input, &a, &b])
    }
    /// `baddbmm` into the tensor.
    [InPlace] fn baddbmm_in_place = "baddbmm_"(input: &Tensor, batch1: &Tensor, batch2: &Tensor; beta: Scalar = Scalar::Int(1), alpha: Scalar = Scalar::Int(1)) -> () {
        let (op, a, b) = baddbmm_op(batch1, batch2, beta, alpha)?;
        apply_in_place(op, &[input, &a, &b])
    }
    /// `beta * input + alpha * sum_i (batch1[i] @ batch2[i])`.
    [Torch, Method] fn addbmm(input: &Tensor, batch1: &Tensor, batch2: &Tensor; beta: Scalar = Scalar::Int(1), alpha: Scalar = Scalar::Int(1)) -> Tensor {
        let (op, a, b) = addbmm_op(batch1, batch2, beta, alpha)?;
        apply(op, &[input, &a, &b])
    }
    /// `addbmm` into the tensor.
    [InPlace] fn addbmm_in_place = "addbmm_"(input: &Tensor, batch1: &Tensor, batch2: &Tensor; beta: Scalar = Scalar::Int(1), alpha: Scalar = Scalar::Int(1)) -> () {
        let (op, a, b) = addbmm_op(batch1, batch2, beta, alpha)?;
        apply_in_place(op, &[input, &a, &b])
    }
    /// `beta * input + alpha * outer(vec1, vec2)`.
    [Torch, Method] fn addr(input: &Tensor, vec1: &Tensor, vec2: &Tensor; beta: Scalar = Scalar::Int(1), alpha: Scalar = Scalar::Int(1)) -> Tensor {
        let [x, u, v] = addr_cast(input, vec1, vec2)?;
        let (op, a, b) = addr_op(&u, &v, beta, alpha)?;
        let all_bool = [input, vec1, vec2].iter().all(|t| t.dtype() == DType::Bool);
        let out = apply(op, &[&x, &a, &b])?;
        if all_bool { out.cast(DType::Bool) } else { Ok(out) }
    }
    /// `addr` into the tensor.
    [InPlace] fn addr_in_place = "addr_"(input: &Tensor, vec1: &Tensor, vec2: &Tensor; beta: Scalar = Scalar::Int(1), alpha: Scalar = Scalar::Int(1)) -> () {
        if input.ndim() == 2 { check_expand(input.shape(), &[vec1.numel(), vec2.numel()])?; }
        crate::ops::driver::in_place::assign("addr_", input, &input.addr(vec1, vec2, beta, alpha)?)
    }
    /// The products of all pairs of elements of two vectors.
    [Torch, Method] fn outer(input: &Tensor, vec2: &Tensor) -> Tensor {
        for (t, name) in [(input, "self"), (vec2, "vec2")] {
            ensure!(t.ndim() == 1, Runtime, "outer: Expected 1-D argument {name}, but got {}-D", t.ndim());
        }
        input.reshape_to(&[input.numel(), 1])?.mul(vec2)
    }
    /// The products of all pairs of elements of two vectors (`outer`).
    [Torch, Method] fn ger(input: &Tensor, vec2: &Tensor) -> Tensor { input.outer(vec2) }
    /// Sums of products over the last axes; with a 0-d tensor the product.
    [Torch, Method] fn inner(input: &Tensor, other: &Tensor) -> Tensor {
        if input.ndim() == 0 || other.ndim() == 0 { return input.mul(other); }
        let (a, b) = (input.shape(), other.shape());
        ensure!(a[a.len() - 1] == b[b.len() - 1], Runtime, "inner() the last dimension must match on both input tensors but got shapes {a:?} and {b:?}");
        if a.len() == 1 && b.len() == 1 { return apply(Dot { grad_name: "DotBackward0" }, &[input, other]); }
        contract(input, other, &[-1], &[-1])
    }
    /// The product of a chain of matrices in the cheapest order; the first and the last may be vectors.
    [Linalg] fn multi_dot(tensors: &[Tensor]) -> Tensor {
        ensure!(tensors.len() >= 2, Runtime, "multi_dot(): expected at least 2 tensors but got {}", tensors.len());
        multiply_chain("multi_dot", tensors)
    }
    /// The product of a chain of matrices in the cheapest order.
    [Torch] fn chain_matmul(matrices: &[Operand]) -> Tensor {
        let matrices = &tensors_of("chain_matmul", matrices)?[..];
        ensure!(!matrices.is_empty(), Runtime, "chain_matmul(): Expected one or more matrices");
        for (i, t) in matrices.iter().enumerate() {
            ensure!(t.ndim() == 2, Runtime, "Tensor {i} was expected to be 2D but got {}D", t.ndim());
        }
        if let [one] = matrices { return Ok(one.clone()); }
        multiply_chain("chain_matmul", matrices)
    }
    /// A square matrix, or each of a stack, to an integer power.
    [Torch, Method] fn matrix_power(input: &Tensor, n: i64) -> Tensor {
        let d = input.ndim();
        ensure!(d >= 2, Runtime, "linalg.matrix_power: The input tensor A must have at least 2 dimensions.");
        let (r, c) = (input.shape()[d - 2], input.shape()[d - 1]);
        ensure!(r == c, Runtime, "linalg.matrix_power: A must be batches of square matrices, but they are {r} by {c} matrices");
        if n == 0 {
            let one = crate::ops::create::fill::eye_of(r, r, input.dtype(), input.device())?;
            let out = input.clone_as(crate::base::MemoryFormat::Contiguous)?;
            out.copy_in(&one.expand_to(input.shape())?)?;
            return Ok(out);
        }
        ensure!(n > 0, NotImplemented, "linalg.matrix_power: negative powers need linalg.inv");
        let (mut power, mut rest, mut out) = (input.clone(), n as u64, None::<Tensor>);
        loop {
            if rest & 1 == 1 {
                out = Some(match out { Some(o) => product(&o, &power)?, None => power.clone() });
            }
            rest >>= 1;
            if rest == 0 { break; }
            power = product(&power, &power)?;
        }
        match out { Some(o) if n == 1 => o.clone_as(crate::base::MemoryFormat::Preserve), Some(o) => Ok(o), None => Ok(input.clone()) }
    }
    /// A square matrix to an integer power (`torch.matrix_power`).
    [Linalg] fn linalg_matrix_power = "matrix_power"(input: &Tensor, n: i64) -> Tensor { input.matrix_power(n) }
    /// Sums of products over the last `dims` axes of `a` and the first of `b`.
    [Torch] fn tensordot(a: &Tensor, b: &Tensor, dims: i64 = 2) -> Tensor {
        ensure!(dims >= 0, Runtime, "tensordot expects dims >= 0, but got dims={dims}");
        ensure!(dims as usize <= a.ndim().min(b.ndim()), Runtime, "tensordot expects dims < ndim_a or ndim_b, but got dims={dims}");
        let da: Vec<i64> = (a.ndim() as i64 - dims..a.ndim() as i64).collect();
        let db: Vec<i64> = (0..dims).collect();
        contract(a, b, &da, &db)
    }
    /// Sums of products over pairs of axes: the first list names those of `a`, the second those of `b`.
    [Torch] fn tensordot_dims = "tensordot"(a: &Tensor, b: &Tensor, dims: &[Ints]) -> Tensor {
        match dims {
            [x, y] => contract(a, b, x, y),
            _ => bail!(Runtime, "tensordot expects dims to be int or a pair of lists of ints, but got {} lists", dims.len()),
        }
    }
    /// The Kronecker product: blocks of `other`, each times an element of `input`.
    [Torch, Method] fn kron(input: &Tensor, other: &Tensor) -> Tensor {
        let n = input.ndim().max(other.ndim());
        let size = |t: &Tensor, i: usize| if i + t.ndim() >= n { t.shape()[i + t.ndim() - n] } else { 1 };
        let (mut a, mut b, mut shape) = (Dims::new(), Dims::new(), Dims::new());
        for i in 0..n {
            let (x, y) = (size(input, i), size(other, i));
            a.extend_from_slice(&[x, 1]);
            b.extend_from_slice(&[1, y]);
            shape.push(x * y);
        }
        unsafe_view(input.reshape_to(&a)?.mul(&other.reshape_to(&b)?)?.contiguous()?, &shape)
    }
}

pub const TABLE: Table = &[MATMUL];
