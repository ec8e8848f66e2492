//! Attention, there and back: floating-point operations per second (two for each multiply-add of its products).

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rushlight::autograd::{Request, run};
use rushlight::ops::CALCULUS;
use rushlight::ops::nn::attention::rows::scaled_dot_product_attention;
use rushlight::{Result, Tensor};

fn tensor(shape: &[usize], requires_grad: bool) -> Result<Tensor> {
    let n: usize = shape.iter().product();
    let data: Vec<f32> = (0..n).map(|i| (i * 7919 % 1013) as f32 / 506.0 - 1.0).collect();
    let t = Tensor::from_slice(&data, shape)?;
    t.set_requires_grad(requires_grad)?;
    Ok(t)
}

fn attention(c: &mut Criterion) {
    let mut group = c.benchmark_group("attention/f32");
    group.sample_size(20);
    // heads of a small character model, of a base encoder, and a long sequence
    for (heads, length, depth, causal) in
        [(48, 64, 32, true), (32, 64, 64, false), (16, 512, 64, false), (8, 4096, 64, true)]
    {
        let shape = [1, heads, length, depth];
        let products = heads * length * length * depth * if causal { 1 } else { 2 };
        let name = format!("{heads}x{length}x{depth}{}", if causal { " causal" } else { "" });
        let attend = |x: &[Tensor]| {
            scaled_dot_product_attention(&x[0], &x[1], &x[2], None, 0.0, causal, None, false)
                .expect("sizes fit")
        };
        let of = |requires_grad| [0, 1, 2].map(|_| tensor(&shape, requires_grad).expect("memory"));
        let (plain, leaves, g) = (of(false), of(true), tensor(&shape, false).expect("memory"));
        group.throughput(Throughput::Elements(2 * products as u64));
        group.bench_function(BenchmarkId::new("forward", &name), |b| b.iter(|| attend(&plain)));
        // five products on the way back, two of them done again
        group.throughput(Throughput::Elements(7 * products as u64));
        group.bench_function(BenchmarkId::new("training", &name), |b| {
            b.iter(|| {
                let edges: Vec<_> = leaves.iter().map(Tensor::edge).collect();
                let request = Request {
                    roots: vec![(attend(&leaves).edge(), g.clone())],
                    capture: Some(&edges),
                    accumulate: false,
                    retain_graph: false,
                    create_graph: false,
                };
                run(request, &CALCULUS).expect("gradients")
            });
        });
    }
    group.finish();
}

criterion_group!(benches, attention);
criterion_main!(benches);
