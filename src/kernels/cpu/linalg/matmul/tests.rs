//! Against the definition in a wide type, over sizes, strides, levels and thread counts.

use super::*;
use crate::base::{BF16, C64, C128, F16};
use crate::kernels::cpu::machine::simd::{LEVELS, with_level};

/// A small generator, so that failures repeat.
pub(super) struct Rng(u64);
impl Rng {
    pub(super) fn new(seed: u64) -> Rng {
        Rng(seed)
    }
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        self.0 >> 33
    }
    pub(super) fn unit(&mut self) -> f64 {
        self.next() as f64 / (1u64 << 30) as f64 - 1.0
    }
    pub(super) fn below(&mut self, n: usize) -> usize {
        self.next() as usize % n
    }
}

/// An element with a wide twin to check against, as a complex number for all.
pub(super) trait Check: MatElem + std::fmt::Debug {
    fn make(r: &mut Rng) -> Self;
    fn wide(self) -> C128;
    /// Relative to the sum of magnitudes.
    const EPS: f64;
}

macro_rules! check {
    ($($t:ty, $make:expr, $wide:expr, $eps:expr;)*) => {$(
        impl Check for $t {
            fn make(r: &mut Rng) -> $t { $make(r) }
            fn wide(self) -> C128 { $wide(self) }
            const EPS: f64 = $eps;
        }
    )*};
}

fn real(x: f64) -> C128 {
    C128::new(x, 0.0)
}

check! {
    f32, |r: &mut Rng| r.unit() as f32, |x| real(x as f64), 3e-7;
    f64, |r: &mut Rng| r.unit(), real, 1e-15;
    F16, |r: &mut Rng| F16::from_f64(r.unit()), |x: F16| real(x.to_f64()), 6e-4;
    BF16, |r: &mut Rng| BF16::from_f64(r.unit()), |x: BF16| real(x.to_f64()), 5e-3;
    C64, |r: &mut Rng| C64::new(r.unit() as f32, r.unit() as f32), |x: C64| C128::new(x.re as f64, x.im as f64), 6e-7;
    C128, |r: &mut Rng| C128::new(r.unit(), r.unit()), |x| x, 2e-15;
}

/// A matrix inside a larger block: the pointer's offset and the strides.
fn place(rows: usize, cols: usize, transposed: bool, step: usize) -> (usize, isize, isize) {
    let (r, c) = if transposed { (step, rows * step + 3) } else { (cols * step + 3, step) };
    (2 + rows * r + cols * c, r as isize, c as isize)
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    pub m: usize,
    pub n: usize,
    pub k: usize,
    pub ta: bool,
    pub tb: bool,
    pub tc: bool,
    pub step: usize,
    pub beta: u8,
    pub bias: u8,
}

pub(super) fn check<T: Check>(case: Case) -> Vec<T> {
    let Case { m, n, k, ta, tb, tc, step, beta, bias } = case;
    let mut rng = Rng((m * 10007 + n * 101 + k) as u64);
    let ((sa, rsa, csa), (sb, rsb, csb), (sc, rsc, csc)) =
        (place(m, k, ta, step), place(k, n, tb, step), place(m, n, tc, step));
    let mut fill = |len: usize| (0..len).map(|_| T::make(&mut rng)).collect::<Vec<T>>();
    let (a, b, mut c, row, col) = (fill(sa), fill(sb), fill(sc), fill(m * 2), fill(n * 2));
    let one = fill(1)[0];
    let (alpha, beta) =
        (if beta == 3 { T::ZERO } else { one }, [T::ZERO, one, fill(1)[0], one][beta as usize]);
    let before = c.clone();
    let bias = match bias {
        0 => Bias::None,
        1 => Bias::PerRow(row.as_ptr(), 2),
        _ => Bias::PerCol(col.as_ptr(), 2),
    };
    // SAFETY: `place` gives blocks large enough for the strides.
    unsafe {
        gemm(
            m,
            n,
            k,
            alpha,
            a.as_ptr(),
            rsa,
            csa,
            b.as_ptr(),
            rsb,
            csb,
            beta,
            c.as_mut_ptr(),
            rsc,
            csc,
            Some(Epilogue { bias, act: Act::None }),
        );
    }
    let mut touched = vec![false; c.len()];
    for i in 0..m {
        for j in 0..n {
            let (mut sum, mut size) = (real(0.0), 0.0);
            for p in 0..k {
                let x = a[i * rsa as usize + p * csa as usize].wide()
                    * b[p * rsb as usize + j * csb as usize].wide();
                sum += x;
                size += x.norm();
            }
            let at = i * rsc as usize + j * csc as usize;
            touched[at] = true;
            let add = match bias {
                Bias::None => real(0.0),
                Bias::PerRow(..) => row[i * 2].wide(),
                Bias::PerCol(..) => col[j * 2].wide(),
            };
            let want = alpha.wide() * sum + beta.wide() * before[at].wide() + add;
            let size = size + before[at].wide().norm() + add.norm();
            let err = (c[at].wide() - want).norm();
            assert!(err <= T::EPS * size + 1e-30, "{case:?} at {i},{j}: {:?}, want {want}", c[at]);
        }
    }
    for (at, t) in touched.iter().enumerate() {
        assert!(*t || c[at] == before[at], "{case:?}: wrote outside at {at}");
    }
    c
}

pub(super) fn all_layouts<T: Check>(sizes: &[(usize, usize, usize)]) {
    for &(m, n, k) in sizes {
        for bits in 0..16u8 {
            let (ta, tb, tc, step) = (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0, 1 + (bits >> 3) as usize);
            let (beta, bias) = ((m as u8 + bits) % 4, (n as u8 + bits / 3) % 3);
            check::<T>(Case { m, n, k, ta, tb, tc, step, beta, bias });
        }
    }
}

fn sizes(count: usize) -> Vec<(usize, usize, usize)> {
    let mut rng = Rng(7);
    let mut v: Vec<_> = (0..count).map(|_| (rng.below(71), rng.below(71), rng.below(71))).collect();
    v.extend([
        (1, 1, 1),
        (1, 70, 33),
        (70, 1, 33),
        (3, 65, 300),
        (4, 4, 4),
        (33, 1, 1),
        (2, 2, 0),
        (0, 5, 5),
    ]);
    v.extend([(1, 1100, 40), (1100, 1, 40), (2, 256, 20), (5, 100, 64)]);
    v
}

fn each_level(f: impl Fn()) {
    for level in LEVELS {
        with_level(level, &f);
    }
}

#[test]
fn float32() {
    each_level(|| all_layouts::<f32>(&sizes(40)));
}
#[test]
fn float64() {
    each_level(|| all_layouts::<f64>(&sizes(25)));
}
#[test]
fn halves() {
    each_level(|| {
        all_layouts::<F16>(&sizes(10));
        all_layouts::<BF16>(&sizes(10));
    });
}
#[test]
fn halves_beyond_one_block_of_the_sum() {
    each_level(|| {
        for (m, n, k) in [(10, 40, 2500), (9, 33, 2049), (3, 70, 1500), (1, 600, 77), (40, 5, 65)] {
            for (ta, tb) in [(false, false), (false, true), (true, true)] {
                let case = Case { m, n, k, ta, tb, tc: false, step: 1, beta: 2, bias: 2 };
                check::<F16>(case);
                check::<BF16>(case);
            }
        }
    });
}

#[test]
fn special_values_of_halves() {
    each_level(|| {
        for (m, n, k) in [(3, 3, 3), (20, 40, 30), (1, 40, 30), (4, 40, 31)] {
            for (x, y) in [(f32::INFINITY, 1.0), (f32::NAN, 1.0), (-1.0, f32::INFINITY), (f32::INFINITY, 0.0)]
            {
                let mut a = vec![BF16::from_f32(0.0); m * k];
                a[k - 1] = BF16::from_f32(x);
                let b = vec![BF16::from_f32(y); k * n];
                let mut c = vec![BF16::from_f32(f32::NAN); m * n];
                let (kk, one) = (k as isize, BF16::from_f32(1.0));
                // SAFETY: dense matrices of these sizes, `b` transposed.
                unsafe {
                    let (a, b, c) = (a.as_ptr(), b.as_ptr(), c.as_mut_ptr());
                    gemm(m, n, k, one, a, kk, 1, b, 1, kk, BF16::ZERO, c, n as isize, 1, None);
                }
                // zeros times what is infinite are nan as well, wherever they stand
                let want = x * y + (k - 1) as f32 * (0.0 * y);
                let same = |c: f32, want: f32| c == want || c.is_nan() && want.is_nan();
                assert!(c[..n].iter().all(|c| same(c.to_f32(), want)), "{x} {y} {m} {n} {k}");
                assert!(c[n..].iter().all(|c| same(c.to_f32(), k as f32 * (0.0 * y))), "{x} {y} {m} {n} {k}");
            }
        }
    });
}

#[test]
fn complex() {
    each_level(|| {
        all_layouts::<C64>(&sizes(10));
        all_layouts::<C128>(&sizes(10));
    });
}

#[test]
fn blocks_of_every_kind_and_any_number_of_threads() {
    let before = par::num_threads();
    let sizes = [
        (400, 150, 300),
        (350, 1100, 260),
        (64, 900, 147),
        (1, 2100, 700),
        (1500, 1, 333),
        (500, 40, 257),
        // long sums in pieces
        (1, 1, 270_001),
        (3, 1, 90_000),
        (1, 100, 4_999),
    ];
    for level in LEVELS {
        with_level(level, || {
            for (m, n, k) in sizes {
                for (ta, tb, tc) in [(false, false, false), (true, true, false), (false, true, true)] {
                    let case = Case { m, n, k, ta, tb, tc, step: 1, beta: 2, bias: 2 };
                    par::set_num_threads(1);
                    let alone = check::<f32>(case);
                    for t in [2, 3, 5] {
                        par::set_num_threads(t);
                        assert!(check::<f32>(case) == alone, "{case:?} with {t} threads");
                    }
                }
            }
        });
    }
    let case = Case { m: 370, n: 290, k: 520, ta: false, tb: false, tc: false, step: 1, beta: 1, bias: 1 };
    for t in [1, 2, 3] {
        par::set_num_threads(t);
        check::<f64>(case);
    }
    for level in LEVELS {
        with_level(level, || {
            for (m, n, k, tb) in
                [(100, 150, 300, false), (5, 500, 300, true), (30, 90, 300, true), (1, 2100, 100, false)]
            {
                let case = Case { m, n, k, ta: false, tb, tc: false, step: 1, beta: 1, bias: 1 };
                par::set_num_threads(1);
                let alone = (check::<BF16>(case), check::<F16>(case));
                for t in [2, 3] {
                    par::set_num_threads(t);
                    assert!((check::<BF16>(case), check::<F16>(case)) == alone, "{case:?} with {t} threads");
                }
            }
        });
    }
    par::set_num_threads(before);
}

#[test]
fn integers_wrap() {
    fn run<T: MatElem + std::fmt::Debug>(from: fn(i64) -> T) {
        for (m, n, k) in [(3, 4, 5), (17, 300, 33), (70, 9, 70), (1, 33, 1)] {
            for (ta, tb) in [(false, false), (true, false), (false, true), (true, true)] {
                let mut rng = Rng(3);
                let mut fill = |n: usize| (0..n).map(|_| rng.next() as i64 * 77773).collect::<Vec<_>>();
                let (a, b, c0) = (fill(m * k), fill(k * n), fill(m * n));
                let cast = |v: &[i64]| v.iter().map(|&x| from(x)).collect::<Vec<T>>();
                let (ta_, tb_, mut c) = (cast(&a), cast(&b), cast(&c0));
                let (rsa, csa) = if ta { (1, m) } else { (k, 1) };
                let (rsb, csb) = if tb { (1, k) } else { (n, 1) };
                // SAFETY: dense matrices of these sizes.
                unsafe {
                    gemm(
                        m,
                        n,
                        k,
                        from(3),
                        ta_.as_ptr(),
                        rsa as isize,
                        csa as isize,
                        tb_.as_ptr(),
                        rsb as isize,
                        csb as isize,
                        from(-2),
                        c.as_mut_ptr(),
                        n as isize,
                        1,
                        None,
                    );
                }
                for i in 0..m {
                    for j in 0..n {
                        let sum = (0..k).fold(0i64, |s, p| {
                            s.wrapping_add(a[i * rsa + p * csa].wrapping_mul(b[p * rsb + j * csb]))
                        });
                        let want = sum.wrapping_mul(3).wrapping_sub(c0[i * n + j].wrapping_mul(2));
                        assert_eq!(c[i * n + j], from(want));
                    }
                }
            }
        }
    }
    run::<u8>(|x| x as u8);
    run::<i8>(|x| x as i8);
    run::<i16>(|x| x as i16);
    run::<i32>(|x| x as i32);
    run::<i64>(|x| x);
}

#[test]
fn without_beta_nothing_is_read_and_activations_keep_nan() {
    each_level(|| {
        for (m, n, k) in [(3, 3, 3), (1, 50, 20), (50, 1, 20), (40, 70, 20), (40, 70, 0), (400, 70, 20)] {
            let (a, b) = (vec![1f32; m * k], vec![-1f32; k * n]);
            let mut c = vec![f32::NAN; m * n];
            for act in [Act::None, Act::Relu, Act::Gelu] {
                // SAFETY: dense matrices of these sizes.
                unsafe {
                    gemm(
                        m,
                        n,
                        k,
                        1.0,
                        a.as_ptr(),
                        k as isize,
                        1,
                        b.as_ptr(),
                        n as isize,
                        1,
                        0.0,
                        c.as_mut_ptr(),
                        n as isize,
                        1,
                        Some(Epilogue { bias: Bias::None, act }),
                    );
                }
                let want = match act {
                    Act::None => -(k as f32),
                    _ => 0.0,
                };
                assert!(c.iter().all(|&x| (x - want).abs() < 1e-2), "{m} {n} {k} {act:?}");
                c.fill(f32::NAN);
            }
            let relu = Some(Epilogue { bias: Bias::None, act: Act::Relu });
            // SAFETY: vectors of the sizes that the geometry names.
            unsafe {
                gemm(
                    m,
                    n,
                    k,
                    1.0,
                    a.as_ptr(),
                    k as isize,
                    1,
                    b.as_ptr(),
                    n as isize,
                    1,
                    1.0,
                    c.as_mut_ptr(),
                    n as isize,
                    1,
                    relu,
                );
            }
            assert!(c.iter().all(|x| x.is_nan()));
        }
    });
}

#[test]
fn outside_packers_and_batches() {
    each_level(|| {
        for (m, n, k) in [(5, 7, 3), (64, 300, 147), (400, 90, 280)] {
            let mut rng = Rng(5);
            let mut fill = |n: usize| (0..n).map(|_| rng.unit() as f32).collect::<Vec<_>>();
            let (a, b) = (fill(m * k), fill(k * n));
            let (nr, mr) = (panel_cols::<f32>(), panel_rows::<f32>());
            let pack_b = |k0: usize, klen: usize, n0: usize, nlen: usize, dst: *mut f32| {
                for j in 0..nlen.next_multiple_of(nr) {
                    for p in 0..klen {
                        let x = if j < nlen { b[(k0 + p) * n + n0 + j] } else { 0.0 };
                        // SAFETY: the documented layout.
                        unsafe { *dst.add(j / nr * nr * klen + p * nr + j % nr) = x };
                    }
                }
            };
            let pack_a = |m0: usize, mlen: usize, k0: usize, klen: usize, dst: *mut f32| {
                for i in 0..mlen.next_multiple_of(mr) {
                    for p in 0..klen {
                        let x = if i < mlen { a[(m0 + i) * k + k0 + p] } else { 0.0 };
                        // SAFETY: the documented layout.
                        unsafe { *dst.add(i / mr * mr * klen + p * mr + i % mr) = x };
                    }
                }
            };
            let (mut c0, mut c1, mut c2) = (vec![0f32; m * n], vec![0f32; m * n], vec![0f32; m * n * 2]);
            let (kk, nn) = (k as isize, n as isize);
            // SAFETY: dense matrices of these sizes.
            unsafe {
                gemm_packed_b(m, n, k, 1.0, a.as_ptr(), kk, 1, &pack_b, 0.0, c0.as_mut_ptr(), nn, 1, None);
                gemm_packed_a(m, n, k, 1.0, &pack_a, b.as_ptr(), nn, 1, 0.0, c1.as_mut_ptr(), nn, 1, None);
                gemm_batched(
                    2,
                    m,
                    n,
                    k,
                    1.0,
                    a.as_ptr(),
                    Batch::Stride(0),
                    kk,
                    1,
                    b.as_ptr(),
                    Batch::Offsets(&[0, 0]),
                    nn,
                    1,
                    0.0,
                    c2.as_mut_ptr(),
                    Batch::Stride((m * n) as isize),
                    nn,
                    1,
                    None,
                );
            }
            let near = |x: &[f32], y: &[f32]| x.iter().zip(y).all(|(x, y)| (x - y).abs() < 1e-3);
            assert!(c0 == c1 && near(&c0, &c2[..m * n]) && near(&c0, &c2[m * n..]));
        }
    });
}
