//! A result goes into the memory of an operand that was given away, where nobody could tell.

use rushlight::Tensor;
use rushlight::ops::elementwise::arithmetic::{add, mul};

fn numbers(n: usize) -> Tensor {
    let values: Vec<f32> = (0..n).map(|i| i as f32).collect();
    Tensor::from_slice(&values, &[n]).unwrap()
}

fn values(t: &Tensor) -> Vec<f64> {
    (0..t.numel()).map(|i| t.element(&[i]).to_f64()).collect()
}

#[test]
fn an_operand_that_nobody_holds_makes_room() {
    for n in [5, 100_000] {
        let kept = numbers(n);
        let want: Vec<f64> = (0..n).map(|i| 3.0 * i as f64).collect();
        // either operand, whatever the other is
        for second in [false, true] {
            let gone = mul(&kept, 2.0).unwrap();
            let place = gone.ptr();
            let y =
                if second { add(&kept, gone, 1i64.into()) } else { add(gone, &kept, 1i64.into()) }.unwrap();
            assert_eq!(y.ptr(), place);
            assert_eq!(values(&y), want);
        }
        let gone = mul(&kept, 2.0).unwrap();
        let place = gone.ptr();
        assert_eq!(mul(gone, 1.5).unwrap().ptr(), place);
        assert_eq!(values(&kept)[n - 1], (n - 1) as f64);
    }
}

#[test]
fn an_operand_that_somebody_holds_stays_as_it_is() {
    let x = numbers(6);
    let before = values(&x);
    let check = |given: Tensor, held: &Tensor| {
        let y = mul(given, 10.0).unwrap();
        assert_ne!(y.ptr(), held.ptr());
        assert_eq!(values(held), before);
    };
    check(x.clone(), &x); // another handle
    check(x.detach(), &x); // another tensor over the same memory
    let leaf = numbers(6);
    leaf.set_requires_grad(true).unwrap();
    check(leaf.clone(), &leaf);
    // a graph: the product is what the next backward reads
    let y = mul(&leaf, 2.0).unwrap();
    let place = y.ptr();
    assert_ne!(mul(y, &leaf).unwrap().ptr(), place);
}

#[test]
fn another_shape_or_dtype_needs_memory_of_its_own() {
    let row = || Tensor::from_slice(&[1f32, 2.0, 3.0], &[3]).unwrap();
    let matrix = Tensor::from_slice(&[0f32; 6], &[2, 3]).unwrap();
    let y = add(row(), &matrix, 1i64.into()).unwrap();
    assert_eq!(y.shape(), [2, 3]);
    let whole = Tensor::from_slice(&[1i64, 2, 3], &[3]).unwrap();
    let half = mul(whole, 0.5).unwrap();
    assert_eq!(half.dtype(), rushlight::DType::F32);
    assert_eq!(values(&half), [0.5, 1.0, 1.5]);
}
