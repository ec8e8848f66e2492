//! Draws of seed 42, recorded from PyTorch 2.13. Bits are compared where the computation is our own; a tolerance
//! covers the system's mathematical library.

use super::*;
use crate::base::DType;

fn drawn<T: Copy>(zero: T, n: usize, fill: impl FnOnce(&mut Mt19937, &mut [T])) -> Vec<T> {
    let mut out = vec![zero; n];
    fill(&mut Mt19937::new(42), &mut out);
    out
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|v| v.to_bits()).collect()
}

#[track_caller]
fn close(got: &[f32], want: &[u32]) {
    assert_eq!(got.len(), want.len());
    for (&a, &b) in got.iter().zip(want) {
        let b = f32::from_bits(b);
        assert!((a - b).abs() <= 1e-6 * b.abs(), "{a} is not {b}");
    }
}

#[test]
fn uniforms() {
    let got = drawn(0f32, 5, |g, o| uniform(g, o, 0.0, 1.0));
    assert_eq!(bits(&got), [0x3f61dc66, 0x3f6a3db3, 0x3ec406b8, 0x3f75950e, 0x3ec7e8d4]);
    let got = drawn(0f32, 5, |g, o| uniform(g, o, -0.7, 0.7));
    assert_eq!(bits(&got), [0x3f09015b, 0x3f14bcc7, 0xbe27ed30, 0x3f249d7a, 0xbe1d0dae]);
    // `to` never comes out, also where rounding would reach it
    let got = drawn(F16::ZERO, 100_000, |g, o| uniform(g, o, 0.0, 1.0));
    assert!(got.iter().all(|v| v.to_f32() < 1.0));
    let got = drawn(0f32, 1_000_000, |g, o| uniform(g, o, 1000.0, 1001.0));
    assert!(got.iter().all(|v| (1000.0..1001.0).contains(v)));
}

#[test]
fn normals() {
    close(&drawn(0f32, 3, |g, o| normal(g, o, 0.0, 1.0)), &[0x3eac62ae, 0x3e03e69d, 0x3e7016e7]);
    let want = [
        0x3ff6a529, 0xbe236d85, 0xbefeaae4, 0x3ee111d8, 0xbf4214e2, 0x3f8a0650, 0x3f4d0144, 0x3fd71e93,
        0x3eb63345, 0x3fa5f12f, 0x3f1c4788, 0x3faad8b0, 0xbe6d2eed, 0x3d2b0c00, 0xbe80ce7a, 0x3f5c1fb0,
        0xbe9e9482,
    ];
    assert_eq!(bits(&drawn(0f32, 17, |g, o| normal(g, o, 0.0, 1.0))), want);
    let got = drawn(BF16::ZERO, 19, |g, o| normal(g, o, 1.0, 2.0));
    let got: Vec<i16> = got.iter().map(|v| v.to_bits() as i16).collect();
    let want = [
        16539, 16510, 16435, 16521, 16174, 15275, 16369, -16636, 16458, 16423, 16524, 16484, 16486, 16398,
        16491, 16137, 16267, 16126, 16430,
    ];
    assert_eq!(got, want);
}

#[test]
fn the_spare_normal_waits() {
    let mut g = Mt19937::new(42);
    let (mut first, mut between, mut second) = ([0f64; 3], [0f32; 20], [0f64; 1]);
    normal(&mut g, &mut first, 0.0, 1.0);
    normal(&mut g, &mut between, 0.0, 1.0);
    normal(&mut g, &mut second, 0.0, 1.0);
    assert_eq!(second.to_vec(), drawn(0f64, 4, |g, o| normal(g, o, 0.0, 1.0))[3..]);
}

#[test]
fn integers() {
    let mut g = Mt19937::new(42);
    let (mut small, mut large) = ([0i64; 8], [0i64; 2]);
    random_in(&mut g, &mut small, IntRange::new(DType::I64, 0, 10).unwrap());
    random_in(&mut g, &mut large, IntRange::new(DType::I64, 0, 1 << 40).unwrap());
    assert_eq!(small, [2, 7, 6, 4, 6, 5, 0, 4]);
    assert_eq!(large, [440001501305, 902372521174]);
    let mut g = Mt19937::new(42);
    let (mut halves, mut all) = ([F16::ZERO; 4], [0i64; 2]);
    random_natural(&mut g, &mut halves).unwrap();
    random_in(&mut g, &mut all, IntRange::starting_at(DType::I64, i64::MIN).unwrap());
    assert_eq!(halves.map(|v| v.to_f32()), [426.0, 923.0, 745.0, 1816.0]);
    assert_eq!(all, [-4943839226470214585, -7403444187379848172]);
    assert_eq!(drawn(0i64, 10, randperm), [2, 6, 1, 8, 4, 5, 0, 9, 3, 7]);
    for (dtype, from, to) in
        [(DType::I8, 0, 300), (DType::U8, -1, 5), (DType::I64, 5, 5), (DType::Bool, 0, 3)]
    {
        assert!(IntRange::new(dtype, from, to).is_err());
    }
}

#[test]
fn remainders_are_exact() {
    for width in [1i64, 2, 3, 7, 1000, 65_537, (1 << 28) - 1] {
        let mut g = Mt19937::new(3);
        let mut plain = g.clone();
        let mut out = vec![0i64; 5000];
        random_in(&mut g, &mut out, IntRange::new(DType::I64, -5, width - 5).unwrap());
        assert!(out.iter().all(|&v| v == plain.next_u32() as i64 % width - 5));
    }
}

#[test]
fn discrete_draws() {
    let mut g = Mt19937::new(42);
    let (mut scalar, mut each) = ([0i32; 10], [0i32; 10]);
    bernoulli(&mut g, &mut scalar, 0.3);
    bernoulli_each(&mut g, &[0.3f32; 10], &mut each);
    assert_eq!(scalar, [1, 1, 1, 1, 0, 0, 0, 0, 1, 1]);
    assert_eq!(each, [1, 0, 1, 0, 1, 1, 0, 1, 0, 1]);
    assert_eq!(drawn(0i64, 6, |g, o| geometric(g, o, 0.3)), [8, 8, 6, 9, 2, 3]);
    let rates = [0.5f32, 3.0, 9.0, 20.0, 200.0];
    assert_eq!(drawn(0f32, 5, |g, o| poisson(g, &rates, o)), [0.0, 1.0, 7.0, 18.0, 218.0]);
    let (counts, probs) = ([5f32, 20.0, 100.0, 1000.0], [0.5, 0.1, 0.3, 0.9]);
    assert_eq!(drawn(0f32, 4, |g, o| binomial(g, &counts, &probs, o)), [1.0, 1.0, 30.0, 916.0]);
    let mut g = Mt19937::new(42);
    let (mut once, mut again) = ([0; 3], [0; 8]);
    multinomial(&mut g, &[0.1f32, 0.2, 0.3, 0.4], 4, 3, &mut once);
    multinomial_replace(&mut g, &[0.1f32, 0.2, 0.3, 0.4], 4, 8, &mut again);
    assert_eq!((once, again), ([3, 1, 2], [2, 2, 3, 3, 0, 1, 1, 2]));
}

#[test]
fn continuous_draws() {
    let want = [0x3d239aef, 0x3d316d9b, 0x3db41c42, 0x3d137dca];
    close(&drawn(0f32, 4, |g, o| exponential(g, o, 1.5)), &want);
    close(&drawn(0f32, 3, |g, o| cauchy(g, o, 0.0, 1.0)), &[0xc0ad3319, 0xc09fcc66, 0xc01c78d2]);
    close(&drawn(0f32, 3, |g, o| log_normal(g, o, 1.0, 2.0)), &[0x40aa90a6, 0x40611721, 0x408b06a5]);
    let shapes = [0.5f32, 2.0, 30.0];
    let tiny = f32::MIN_POSITIVE as f64;
    close(&drawn(0f32, 3, |g, o| standard_gamma(g, &shapes, o, tiny)), &[0x3fc786ee, 0x3ff7b6ed, 0x4191478a]);
}

#[test]
fn gamma_of_no_concentration_is_the_least_number() {
    let shapes = [f32::NAN, -1.0, f32::NEG_INFINITY];
    let out = drawn(0f32, 3, |g, o| standard_gamma(g, &shapes, o, f32::MIN_POSITIVE as f64));
    assert!(out.iter().all(|&value| value == f32::MIN_POSITIVE));
}
