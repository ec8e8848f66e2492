//! What the tests of the graph share.
#![allow(dead_code)]

use rushlight::{Result, Tensor};

/// A leaf that requires a gradient.
pub fn leaf(data: &[f64], shape: &[usize]) -> Tensor {
    let t = Tensor::from_slice(data, shape).unwrap();
    t.set_requires_grad(true).unwrap();
    t
}

/// `backward()` of a scalar, or of the sum of a tensor.
pub fn backward(t: &Tensor) -> Result<()> {
    if t.ndim() == 0 { t.backward() } else { t.sum(None)?.backward() }
}

pub fn values(t: &Tensor) -> Vec<f64> {
    let t = rushlight::ops::driver::memory::dense_copy(t).unwrap();
    (0..t.numel())
        .map(|i| {
            let mut index = vec![0; t.ndim()];
            let mut rest = i;
            for d in (0..t.ndim()).rev() {
                index[d] = rest % t.shape()[d];
                rest /= t.shape()[d];
            }
            t.element(&index).to_f64()
        })
        .collect()
}

pub fn grad(t: &Tensor) -> Vec<f64> {
    values(&t.grad().expect("a gradient has arrived"))
}
