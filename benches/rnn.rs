//! One recurrent layer over a sequence: floating-point operations per second (two for each multiply-add).

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rushlight::ops::nn::rnn::op::recurrence;
use rushlight::{Result, Tensor};

fn tensor(shape: &[usize]) -> Result<Tensor> {
    let n: usize = shape.iter().product();
    let data: Vec<f32> = (0..n).map(|i| (i * 7919 % 1013) as f32 / 5060.0 - 0.1).collect();
    Tensor::from_slice(&data, shape)
}

fn layers(c: &mut Criterion) {
    let mut group = c.benchmark_group("rnn/f32");
    group.sample_size(20);
    // the last one's recurrent weights do not fit a second-level cache
    for (mode, gates, steps, batch, input, hidden) in [
        ("LSTM", 4, 50, 16, 64, 128),
        ("GRU", 3, 200, 8, 64, 32),
        ("RNN_TANH", 1, 100, 32, 128, 128),
        ("LSTM", 4, 20, 64, 512, 512),
    ] {
        let width = gates * hidden;
        let x = tensor(&[steps * batch, input]).expect("memory");
        let state = tensor(&[batch, hidden]).expect("memory");
        let memory = (mode == "LSTM").then(|| state.clone());
        let weights: Vec<Option<Tensor>> = vec![
            tensor(&[width, input]).ok(),
            tensor(&[width, hidden]).ok(),
            tensor(&[width]).ok(),
            tensor(&[width]).ok(),
            None,
        ];
        let sizes = vec![batch as i64; steps];
        group.throughput(Throughput::Elements((2 * steps * batch * width * (input + hidden)) as u64));
        let name = format!("{steps}x{batch}, {input} to {hidden}");
        group.bench_function(BenchmarkId::new(mode, name), |b| {
            b.iter(|| {
                recurrence(mode, &x, &sizes, &state, memory.as_ref(), &weights, false).expect("sizes fit")
            });
        });
    }
    group.finish();
}

criterion_group!(benches, layers);
criterion_main!(benches);
