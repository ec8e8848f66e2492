//! Matrix products: floating-point operations per second (two for each multiply-add), and the most that one core does.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rushlight::base::{BF16, F16};
use rushlight::kernels::cpu::linalg::matmul::{MatElem, gemm};
use rushlight::kernels::cpu::machine::vector::Vector;
use rushlight::multiversion_vector;
use std::hint::black_box;

/// Sums that a core must have under way to be busy with every cycle: latency times units, and some more.
const CHAINS: usize = 12;
const ROUNDS: usize = 1000;

multiversion_vector! {
    /// Multiply-adds in registers and nothing else; `flops` is raised by their number.
    unsafe fn multiply_adds[V: Vector<Elem = f32>, f32](x: f32, out: *mut f32, flops: &mut u64) {
        let (x, y) = (V::splat(x), V::splat(0.25));
        let mut sums = [V::zero(); CHAINS];
        for _ in 0..ROUNDS {
            for s in &mut sums {
                *s = x.fma_fast(y, *s);
            }
        }
        *out = sums.into_iter().fold(V::zero(), |a, b| a.add(b)).sum();
        *flops += (2 * CHAINS * ROUNDS * V::LANES) as u64;
    }
}

fn peak(c: &mut Criterion) {
    let (mut out, mut flops) = (0.0, 0);
    // SAFETY: one element, written
    let mut run = |flops: &mut u64| unsafe { multiply_adds(black_box(0.5), &mut out, flops) };
    run(&mut flops);
    let mut group = c.benchmark_group("matmul/peak");
    group.throughput(Throughput::Elements(flops));
    group.bench_function("f32", |b| b.iter(|| run(black_box(&mut flops))));
    group.finish();
}

fn products<T: MatElem>(c: &mut Criterion, name: &str, one: T, sizes: &[(usize, usize, usize)]) {
    let mut group = c.benchmark_group(format!("matmul/{name}"));
    for &(m, n, k) in sizes {
        let (a, b, mut out) = (vec![one; m * k], vec![one; k * n], vec![one; m * n]);
        group.throughput(Throughput::Elements(2 * (m * n * k) as u64));
        let (rows, columns) = (n as isize, k as isize);
        for (order, rsb, csb) in [("", rows, 1), ("-transposed", 1, columns)] {
            group.bench_function(BenchmarkId::from_parameter(format!("{m}x{n}x{k}{order}")), |bench| {
                // SAFETY: dense matrices of these sizes
                bench.iter(|| unsafe {
                    let (a, b, out) = (black_box(a.as_ptr()), b.as_ptr(), out.as_mut_ptr());
                    gemm(m, n, k, one, a, k as isize, 1, b, rsb, csb, T::ZERO, out, n as isize, 1, None)
                });
            });
        }
    }
    group.finish();
}

fn float32(c: &mut Criterion) {
    let sizes =
        [(32, 32, 32), (128, 128, 128), (384, 384, 384), (1024, 1024, 1024), (2, 256, 20), (256, 3072, 768)];
    products(c, "f32", 1f32, &sizes);
}

fn halves(c: &mut Criterion) {
    let sizes = [(32, 32, 32), (128, 128, 128), (1024, 1024, 1024), (4, 4096, 4096), (256, 3072, 768)];
    products(c, "bf16", BF16::from_f32(1.0), &sizes);
    products(c, "f16", F16::from_f32(1.0), &sizes);
}

criterion_group!(benches, peak, float32, halves);
criterion_main!(benches);
