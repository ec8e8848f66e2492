//! Views show the memory of their base; writing through one rewrites the history of all.

mod common;
use common::{backward, grad, leaf, values};
use rushlight::Tensor;
use rushlight::ops::elementwise::arithmetic as binary;
use rushlight::ops::elementwise::kind::binary::binary_in_place;

fn double(t: &Tensor) {
    binary_in_place(&binary::MUL, t, 2.0.into(), None).unwrap();
}

#[test]
fn a_transpose_shows_the_same_memory() {
    let x = Tensor::from_slice(&[1f64, 2., 3., 4., 5., 6.], &[2, 3]).unwrap();
    let y = x.transpose(0, 1).unwrap();
    assert_eq!((y.shape(), y.strides()), (&[3, 2][..], &[1, 3][..]));
    assert!(y.storage().same(x.storage()) && !y.is_contiguous());
    double(&y.select(0, 1).unwrap());
    assert_eq!(values(&x), [1., 4., 3., 4., 10., 6.]);
}

#[test]
fn writing_to_a_view_changes_the_history_of_its_base() {
    let x = leaf(&[1., 2., 3., 4.], &[2, 2]);
    let y = x.mul(3.0).unwrap();
    double(&y.select(0, 0).unwrap());
    assert_eq!(y.grad_fn().unwrap().0.name(), "CopySlices");
    backward(&y).unwrap();
    assert_eq!(grad(&x), [6., 6., 3., 3.]);
}

#[test]
fn every_view_of_the_base_sees_what_one_of_them_wrote() {
    let x = leaf(&[1., 2., 3., 4.], &[4]);
    let y = x.mul(1.0).unwrap();
    let (first, rest) = (y.narrow(0, 0, 2).unwrap(), y.narrow(0, 1, 3).unwrap());
    double(&first);
    assert_eq!(values(&rest), [4., 3., 4.]);
    backward(&rest).unwrap();
    assert_eq!(grad(&x), [0., 2., 1., 1.]);
}

#[test]
fn a_view_of_a_view_has_the_same_base() {
    let x = leaf(&[1., 2., 3., 4.], &[2, 2]);
    let y = x.mul(1.0).unwrap();
    let row = y.select(0, 1).unwrap();
    let last = row.narrow(0, 1, 1).unwrap();
    assert!(last.view_base().unwrap().same(&y));
    double(&last);
    backward(&row).unwrap();
    assert_eq!(grad(&x), [0., 0., 1., 2.]);
}
