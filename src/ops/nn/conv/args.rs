//! What convolutions check of their arguments.

use crate::base::Dims;
use crate::error::Result;
use crate::tensor::Tensor;
use crate::{bail, ensure};

/// Padding by numbers or by name.
pub(crate) enum Padding<'a> {
    Sizes(&'a [i64]),
    Name(&'a str),
}

pub(crate) fn list(what: &str, v: &[i64], n: usize) -> Result<Dims> {
    ensure!(
        v.len() == n || v.len() == 1,
        Runtime,
        "expected {what} to be a single integer value or a list of {n} values to match the convolution dimensions, but got {what}={v:?}"
    );
    Ok((0..n).map(|i| v[if v.len() == 1 { 0 } else { i }] as usize).collect())
}

pub(crate) fn sizes(v: &[i64]) -> String {
    v.iter().map(|s| s.to_string()).collect::<Vec<_>>().join(" x ")
}

pub(crate) fn shown(v: &[usize]) -> String {
    v.iter().map(|s| s.to_string()).collect::<Vec<_>>().join(" x ")
}

/// What both kinds of convolution check before anything else; `x` has its batch axis.
pub(crate) fn check_common(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    stride: &[i64],
    padding: &[i64],
    dilation: &[i64],
    groups: i64,
) -> Result<()> {
    ensure!(groups > 0, Runtime, "non-positive groups is not supported");
    ensure!(!padding.iter().any(|&p| p < 0), Runtime, "negative padding is not supported");
    ensure!(stride.iter().all(|&s| s > 0), Runtime, "non-positive stride is not supported");
    let n = weight.ndim().saturating_sub(2);
    if dilation.iter().any(|&d| d <= 0) {
        bail!(
            Runtime,
            "dilation should be greater than zero, but got {:?}",
            if dilation.len() == 1 { vec![dilation[0]; n] } else { dilation.to_vec() }
        );
    }
    let w = weight.shape();
    ensure!(
        w.len() == x.ndim(),
        Runtime,
        "Expected {}-dimensional input for {}-dimensional weight {w:?}, but got {}-dimensional input of size {:?} instead",
        w.len(),
        w.len(),
        x.ndim(),
        x.shape()
    );
    let groups = groups as usize;
    ensure!(
        w[0] >= groups,
        Runtime,
        "Given groups={groups}, expected weight to be at least {groups} at dimension 0, but got weight of size {w:?} instead"
    );
    ensure!(
        w[0].is_multiple_of(groups),
        Runtime,
        "Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got weight of size [{w:?}] instead"
    );
    if weight.dtype() != x.dtype() {
        bail!(
            Runtime,
            "expected scalar type {} but found {}",
            x.dtype().scalar_name(),
            weight.dtype().scalar_name()
        );
    }
    if let Some(b) = bias {
        ensure!(
            b.dtype() == x.dtype(),
            Runtime,
            "Input type ({}) and bias type ({}) should be the same",
            x.dtype().c_name(),
            b.dtype().c_name()
        );
    }
    if w[2..].contains(&0) {
        let names = [
            ["", "", "kernel_width"],
            ["", "kernel_height", "kernel_width"],
            ["kernel_depth", "kernel_height", "kernel_width"],
        ];
        let named: Vec<String> =
            names[n - 1][3 - n..].iter().zip(&w[2..]).map(|(a, v)| format!("{a}: {v}")).collect();
        bail!(Runtime, "kernel size should be greater than zero, but got {}", named.join(" "));
    }
    Ok(())
}

/// Gives a sample without a batch axis one, runs `f` and takes it off again.
pub(crate) fn batched(
    op: &str,
    x: &Tensor,
    n: usize,
    f: impl FnOnce(&Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    match x.ndim() {
        d if d == n + 2 => f(x),
        d if d == n + 1 => {
            let y = f(&x.unsqueeze_at(0)?)?;
            y.squeeze_dims(&[0])
        }
        _ => bail!(
            Runtime,
            "Expected {}D (unbatched) or {}D (batched) input to {op}, but got input of size: {:?}",
            n + 1,
            n + 2,
            x.shape()
        ),
    }
}
