//! Vector mathematics over a million floats: bytes moved per second.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rushlight::kernels::cpu::elementwise::math;
use std::hint::black_box;

const N: usize = 1 << 20;

fn unary(c: &mut Criterion) {
    let x: Vec<f32> = (0..N).map(|i| (i as f32 / N as f32 - 0.5) * 8.0).collect();
    let mut y = vec![0f32; N];
    let rows: [(&str, unsafe fn(*const f32, *mut f32, usize)); 10] = [
        ("exp", math::exp_f32),
        ("log1p", math::log1p_f32),
        ("tanh", math::tanh_f32),
        ("sigmoid", math::sigmoid_f32),
        ("sin", math::sin_f32),
        ("erf", math::erf_f32),
        ("silu", math::silu_f32),
        ("gelu", math::gelu_f32),
        ("gelu_tanh", math::gelu_tanh_f32),
        ("rsqrt", math::rsqrt_f32),
    ];
    let mut group = c.benchmark_group("math/f32/1M");
    group.throughput(Throughput::Bytes(8 * N as u64));
    for (name, f) in rows {
        // SAFETY: both vectors have N elements
        group.bench_function(name, |b| b.iter(|| unsafe { f(black_box(x.as_ptr()), y.as_mut_ptr(), N) }));
    }
    group.finish();
}

/// The gradient reads two operands.
fn backward(c: &mut Criterion) {
    let x: Vec<f32> = (0..N).map(|i| (i as f32 / N as f32 - 0.5) * 8.0).collect();
    let mut y = vec![0f32; N];
    let mut group = c.benchmark_group("math/f32/1M");
    group.throughput(Throughput::Bytes(12 * N as u64));
    group.bench_function("gelu_backward", |b| {
        // SAFETY: all vectors have N elements
        b.iter(|| unsafe { math::gelu_backward_f32(x.as_ptr(), black_box(x.as_ptr()), y.as_mut_ptr(), N) })
    });
    group.finish();
}

criterion_group!(benches, unary, backward);
criterion_main!(benches);
