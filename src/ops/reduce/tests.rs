//! Checks across the reductions.

use super::norm;
use super::variance;
use crate::autograd::{Request, run};
use crate::base::{DType, Dims};
use crate::tensor::Tensor;

fn t(data: &[f64], shape: &[usize]) -> Tensor {
    Tensor::from_slice(data, shape).unwrap()
}

fn values(x: &Tensor) -> Vec<f64> {
    let n: usize = x.shape().iter().product();
    (0..n)
        .map(|mut i| {
            let mut at = Dims::from_elem(0, x.ndim());
            for k in (0..x.ndim()).rev() {
                at[k] = i % x.shape()[k];
                i /= x.shape()[k];
            }
            x.element(&at).to_f64()
        })
        .collect()
}

/// Gradients by the graph against differences of the function, first and second order.
fn check(name: &str, x: &[f64], shape: &[usize], f: impl Fn(&Tensor) -> crate::Result<Tensor>) {
    let weight = |y: &Tensor, k: f64| {
        let w: Vec<f64> = (0..y.numel()).map(|i| (0.7 * i as f64 + k).cos()).collect();
        y.mul(t(&w, y.shape())).and_then(|z| z.sum(None)).unwrap()
    };
    let back = |y: &Tensor, x: &Tensor| {
        let request = Request {
            roots: vec![(y.edge(), t(&[1.0], &[]))],
            capture: Some(&[x.edge()]),
            accumulate: false,
            retain_graph: true,
            create_graph: true,
        };
        run(request, &crate::ops::CALCULUS).unwrap()[0].clone()
    };
    let gradient = |data: &[f64]| {
        let x = t(data, shape);
        x.set_requires_grad(true).unwrap();
        let g = back(&weight(&f(&x).unwrap(), 0.3), &x).unwrap();
        (x, g)
    };
    let (leaf, g) = gradient(x);
    let second = if g.requires_grad() { back(&weight(&g, 1.1), &leaf) } else { None };
    let h = 1e-5;
    for i in 0..x.len() {
        let moved = |d: f64| {
            let mut m = x.to_vec();
            m[i] += d;
            m
        };
        let value = |d: f64| weight(&f(&t(&moved(d), shape)).unwrap(), 0.3).item().unwrap().to_f64();
        let slope = (value(h) - value(-h)) / (2.0 * h);
        let got = values(&g)[i];
        assert!((slope - got).abs() < 1e-5 * (1.0 + slope.abs()), "{name} gradient {i}: {got} {slope}");
        let value = |d: f64| weight(&gradient(&moved(d)).1.detach(), 1.1).item().unwrap().to_f64();
        let slope = (value(h) - value(-h)) / (2.0 * h);
        let got = second.as_ref().map_or(0.0, |s| values(s)[i]);
        assert!(
            (slope - got).abs() < 1e-4 * (1.0 + slope.abs()),
            "{name} second gradient {i}: {got} {slope}"
        );
    }
}

#[test]
fn gradients() {
    let x: Vec<f64> = (0..12).map(|i| ((i * 7 % 12) as f64 - 4.3) * 0.4).collect();
    let s = &[3, 4];
    check("sum", &x, s, |x| x.mul(x)?.sum_dim(Some(&[1]), false, None));
    check("mean", &x, s, |x| x.mul(x)?.mean_dim(Some(&[0]), true, None));
    check("nansum", &x, s, |x| x.mul(x)?.nansum(None, false, None));
    check("prod", &x, s, |x| x.prod(None));
    check("prod dim", &x, s, |x| x.prod_dim(0, false, None));
    let mut z = x.clone();
    z[2] = 0.0;
    z[7] = 0.0;
    check("prod with zeros", &z[..8], &[2, 4], |x| x.prod(None));
    check("prod dim with zeros", &z, s, |x| x.prod_dim(1, true, None));
    check("cumprod", &z, s, |x| x.cumprod(1, None));
    check("cumsum", &x, s, |x| x.mul(x)?.cumsum(0, None));
    check("logcumsumexp", &x, s, |x| x.logcumsumexp(1));
    check("cummax", &x, s, |x| Ok(x.mul(x)?.cummax(1)?.1[0].clone()));
    check("softmax", &x, s, |x| x.softmax(1, None));
    check("log_softmax", &x, s, |x| x.log_softmax(0, None));
    check("logsumexp", &x, s, |x| x.logsumexp(&[0, 1], false));
    check("var", &x, s, |x| x.var(Some(&[1]), None, false));
    check("std", &x, s, |x| x.std(None, Some(0.0), true));
    check("var_mean", &x, s, |x| variance::var_mean(x, Some(&[0]), None, false).and_then(|(v, m)| v.mul(m)));
    check("max", &x, s, |x| x.mul(x)?.max());
    check("max dim", &x, s, |x| Ok(x.mul(x)?.max_dim(1, false)?.1[0].clone()));
    check("amin", &x, s, |x| x.mul(x)?.amin(Some(&[0]), false));
    for p in [0.5, 1.0, 1.5, 2.0, 3.0, f64::INFINITY, f64::NEG_INFINITY, -1.0] {
        check("norm", &x, s, |x| norm::vector_norm(x, p, Some(&[1]), false, None));
    }
    check("dist", &x, s, |x| x.dist(&x.mul(x)?, 3.0.into()));
}

#[test]
fn dtypes_and_shapes() {
    let x = Tensor::from_slice(&[true, false, true], &[3]).unwrap();
    let s = x.sum(None).unwrap();
    assert_eq!((s.dtype(), s.item().unwrap().to_i64()), (DType::I64, 2));
    assert_eq!(x.sum(Some(DType::Bool)).unwrap().dtype(), DType::Bool);
    assert_eq!(x.sum(Some(DType::I8)).unwrap().item().unwrap().to_i64(), 2);
    let h = t(&[60000.0, 60000.0, 3.0], &[3]).cast(DType::F16).unwrap();
    assert_eq!(h.mean(None).unwrap().item().unwrap().to_f64(), 40000.0);
    let y = t(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[2, 3]);
    assert_eq!(y.sum_dim(Some(&[]), true, None).unwrap().shape(), &[1, 1]);
    assert_eq!(y.any_dim(Some(&[]), false).unwrap().shape(), &[2, 3]);
    assert_eq!(values(&y.argmax(Some(1), false).unwrap()), [2.0, 2.0]);
    assert_eq!(values(&y.transpose(0, 1).unwrap().argmin(None, false).unwrap()), [0.0]);
    assert!(t(&[], &[0]).max().is_err());
}
