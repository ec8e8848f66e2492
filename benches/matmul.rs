//! Matrix products: floating-point operations per second (two for each multiply-add).

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rushlight::kernels::cpu::matmul::gemm;
use std::hint::black_box;

fn square(c: &mut Criterion) {
    let mut group = c.benchmark_group("matmul/f32");
    for (m, n, k) in
        [(32, 32, 32), (128, 128, 128), (384, 384, 384), (1024, 1024, 1024), (2, 256, 20), (256, 3072, 768)]
    {
        let a = vec![1f32; m * k];
        let b = vec![1f32; k * n];
        let mut out = vec![0f32; m * n];
        group.throughput(Throughput::Elements(2 * (m * n * k) as u64));
        group.bench_with_input(BenchmarkId::from_parameter(format!("{m}x{n}x{k}")), &(), |bench, ()| {
            bench.iter(|| {
                let (k, n) = (k as isize, n as isize);
                // SAFETY: dense row-major matrices of these sizes
                unsafe {
                    gemm(
                        m,
                        n as usize,
                        k as usize,
                        1.0,
                        black_box(a.as_ptr()),
                        k,
                        1,
                        b.as_ptr(),
                        n,
                        1,
                        0.0,
                        out.as_mut_ptr(),
                        n,
                        1,
                        None,
                    )
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, square);
criterion_main!(benches);
