//! Graphs of any depth run and are taken apart without recursion, and nothing of them stays. One test: the counter
//! of live nodes belongs to the process.

mod common;
use common::{backward, grad, leaf};
use rushlight::tensor::graph::live_nodes;

#[test]
fn a_chain_of_a_million_nodes_runs_and_is_gone() {
    assert_eq!(live_nodes(), 0);
    let x = leaf(&[2.0], &[1]);
    let mut y = x.clone();
    for _ in 0..1_000_000 {
        y = y.add(1.0).unwrap();
    }
    assert_eq!(live_nodes(), 1_000_000);
    backward(&y).unwrap();
    assert_eq!(grad(&x), [1.0]);
    drop(y);
    assert_eq!(live_nodes(), 0, "a chain that ran leaves nothing");

    let mut y = x.clone();
    for _ in 0..1_000_000 {
        y = y.mul(1.0).unwrap();
    }
    drop(y);
    assert_eq!(live_nodes(), 0, "nor does one that never ran");

    // every node twice reachable, saved results, a view that was written to
    let mut y = x.exp().unwrap();
    for _ in 0..1000 {
        y = y.mul(&y).unwrap().sqrt().unwrap();
    }
    backward(&y).unwrap();
    drop(y);
    assert_eq!(live_nodes(), 0);
    assert!((grad(&x)[0] - 1.0 - 2f64.exp()).abs() < 1e-9);
}
