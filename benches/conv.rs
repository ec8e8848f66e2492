//! Convolutions: floating-point operations per second (two for each multiply-add) of the result and both gradients.
//! `matmul/peak` says what the machine can do.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rushlight::kernels::cpu::nn::conv::{Conv, backward_data, backward_weight, forward};
use std::hint::black_box;

/// Images, channels in, size, channels out, kernel, stride, padding.
const SHAPES: [[usize; 7]; 14] = [
    [8, 3, 32, 64, 3, 1, 1],
    [8, 64, 32, 64, 3, 1, 1],
    [8, 64, 32, 128, 3, 2, 1],
    [8, 64, 32, 128, 1, 2, 0],
    [8, 256, 8, 256, 3, 1, 1],
    [8, 512, 4, 512, 3, 1, 1],
    [8, 512, 7, 512, 3, 1, 1],
    [8, 128, 28, 128, 3, 1, 1],
    [8, 256, 28, 64, 1, 1, 0],
    [8, 256, 14, 256, 3, 1, 1],
    [1, 64, 56, 64, 3, 1, 1],
    [8, 64, 128, 32, 3, 1, 0],
    [1, 512, 7, 512, 3, 1, 1],
    [64, 6, 14, 16, 5, 1, 0],
];

fn conv(c: &mut Criterion) {
    for [n, cin, size, cout, k, stride, padding] in SHAPES {
        let out = Conv::output_size(size, k, stride, padding, 1);
        for (order, channels_last) in [("first", false), ("last", true)] {
            let p = Conv {
                n,
                cin,
                cout,
                groups: 1,
                input: [1, size, size],
                output: [1, out, out],
                kernel: [1, k, k],
                stride: [1, stride, stride],
                padding: [0, padding, padding],
                dilation: [1; 3],
                channels_last,
            };
            let (mut x, mut w) = (vec![1f32; n * cin * size * size], vec![1f32; cout * cin * k * k]);
            let mut y = vec![1f32; n * cout * out * out];
            let none = std::ptr::null();
            let mut group =
                c.benchmark_group(format!("conv/{n}x{cin}x{size}x{size}-{cout}-{k}x{k}s{stride}"));
            group.throughput(Throughput::Elements(2 * (y.len() * cin * k * k) as u64));
            // SAFETY (all three): buffers of the sizes that the geometry names
            group.bench_function(BenchmarkId::new("forward", order), |b| {
                b.iter(|| unsafe { forward(black_box(&p), x.as_ptr(), w.as_ptr(), none, y.as_mut_ptr()) })
            });
            group.bench_function(BenchmarkId::new("data", order), |b| {
                b.iter(|| unsafe {
                    backward_data(black_box(&p), y.as_ptr(), w.as_ptr(), none, x.as_mut_ptr())
                })
            });
            group.bench_function(BenchmarkId::new("weight", order), |b| {
                b.iter(|| unsafe { backward_weight(black_box(&p), x.as_ptr(), y.as_ptr(), w.as_mut_ptr()) })
            });
            group.finish();
        }
    }
}

criterion_group!(benches, conv);
criterion_main!(benches);
