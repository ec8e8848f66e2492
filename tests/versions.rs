//! Version counters: shared by everything that shares memory, compared when a saved tensor is used.

mod common;
use common::{backward, grad, leaf};
use rushlight::Tensor;
use rushlight::ops::driver::memory;
use rushlight::ops::elementwise::arithmetic as binary;
use rushlight::ops::elementwise::kind::binary::binary_in_place;

fn add_one(t: &Tensor) -> rushlight::Result<()> {
    binary_in_place(&binary::ADD, t, 1.0.into(), None)
}

#[test]
fn views_and_detached_tensors_share_the_counter() {
    let x = Tensor::from_slice(&[1f64, 2., 3., 4.], &[2, 2]).unwrap();
    let row = x.select(0, 1).unwrap();
    let detached = x.detach();
    let before = x.storage().version();
    add_one(&row).unwrap();
    assert_eq!(x.storage().version(), before + 1);
    assert_eq!(detached.storage().version(), before + 1);
    assert_eq!(memory::dense_copy(&x).unwrap().storage().version(), 0);
}

#[test]
fn a_forked_storage_counts_for_itself() {
    let x = Tensor::from_slice(&[1f64, 2.], &[2]).unwrap();
    let data = Tensor::over(x.storage().forked().unwrap(), x.layout().clone(), x.dtype()).unwrap();
    add_one(&data).unwrap();
    assert_eq!(x.storage().version(), 0);
    assert_eq!(x.element(&[0]).to_f64(), 2.0, "the memory is the same");
}

#[test]
fn a_saved_result_that_changed_is_refused() {
    let x = leaf(&[1.0, 2.0], &[2]);
    let y = x.exp().unwrap();
    add_one(&y).unwrap();
    let message = backward(&y).unwrap_err().to_string();
    assert!(
        message.contains("modified by an inplace operation") && message.contains("expected version 0"),
        "{message}"
    );
}

#[test]
fn what_nobody_saved_may_change() {
    let x = leaf(&[1.0, 2.0], &[2]);
    let y = x.add(3.0).unwrap();
    add_one(&y).unwrap();
    backward(&y).unwrap();
    assert_eq!(grad(&x), [1.0, 1.0]);
}

#[test]
fn a_leaf_that_requires_a_gradient_is_not_written_to() {
    let x = leaf(&[1.0], &[1]);
    let message = add_one(&x).unwrap_err().to_string();
    assert!(message.contains("leaf Variable that requires grad"), "{message}");
    assert_eq!(
        (x.element(&[0]).to_f64(), x.storage().version()),
        (1.0, 0),
        "refused before anything happened"
    );
}
