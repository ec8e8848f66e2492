//! Every method at every level against the same on single numbers.

use super::*;
use crate::kernels::cpu::machine::simd::{LEVELS, with_level};
use crate::multiversion_vector;

/// No vector has more lanes.
const MOST: usize = 16;

/// What the trait's words say about one lane, in the type that it has.
trait Lane: Levels + PartialEq + PartialOrd + std::fmt::Debug + Copy + Default + Send + Sync + 'static {
    const TINY: f64;
    const SMALLEST: f64;
    fn of(x: f64) -> Self;
    fn wide(self) -> f64;
    fn fused(self, y: Self, z: Self) -> Self;
    fn bits(self) -> u64;
}
macro_rules! lane {
    ($($t:ident)*) => {$(
        impl Lane for $t {
            const TINY: f64 = $t::MIN_POSITIVE as f64;
            const SMALLEST: f64 = $t::MIN_POSITIVE as f64 * $t::EPSILON as f64;
            fn of(x: f64) -> $t {
                x as $t
            }
            fn wide(self) -> f64 {
                self as f64
            }
            fn fused(self, y: $t, z: $t) -> $t {
                self.mul_add(y, z)
            }
            fn bits(self) -> u64 {
                if self.is_nan() { u64::MAX } else { self.to_bits() as u64 }
            }
        }
    )*};
}
lane! { f32 f64 }

fn numbers<T: Lane>() -> Vec<T> {
    let inf = f64::INFINITY;
    let special =
        [0.0, -0.0, 1.0, -1.0, inf, -inf, f64::NAN, 0.5, 1.5, -2.5, 2.5, 0.75, 0.749, 3e7, -3e7, 1e-30];
    let special =
        special.into_iter().chain([T::TINY, -T::TINY, T::SMALLEST, -T::SMALLEST, 3.0 * T::SMALLEST]);
    let others = (0..43).map(|i| (i as f64 - 20.0) * 1.37 * 1.9f64.powi(i));
    special.chain(others).map(T::of).collect() // 64 of them
}

/// The lanes of `f` of whole vectors, from three series of numbers.
#[inline(always)]
unsafe fn lanes<V: Vector<Elem: Lane>>(
    name: &str,
    [x, y, z]: [&[V::Elem]; 3],
    f: impl Fn(V, V, V) -> V,
    want: impl Fn(V::Elem, V::Elem, V::Elem) -> V::Elem,
) {
    for i in (0..x.len()).step_by(V::LANES) {
        let at = |p: &[V::Elem]| V::load(p.as_ptr().add(i));
        let mut got = [V::Elem::default(); MOST];
        f(at(x), at(y), at(z)).store(got.as_mut_ptr());
        for j in 0..V::LANES {
            let (x, y, z) = (x[i + j], y[i + j], z[i + j]);
            assert_eq!(got[j].bits(), want(x, y, z).bits(), "{name}({x:?}, {y:?}, {z:?}): {:?}", got[j]);
        }
    }
}

#[inline(always)]
unsafe fn arithmetic<V: Vector<Elem: Lane>>() {
    let x = numbers::<V::Elem>();
    let turned = |by: usize| x.iter().cycle().skip(by).take(x.len()).copied().collect::<Vec<_>>();
    for by in [0, 1, 5, 22, 40] {
        let (y, z) = (turned(by), turned(2 * by + 3));
        // In float64 and rounded again is rounded once, for float32 and these operations.
        macro_rules! check {
            ($($name:literal $f:expr, $want:expr;)*) => {$(
                lanes::<V>($name, [&x, &y, &z], $f, |x, y, z| {
                    let want: fn(f64, f64, f64) -> f64 = $want;
                    V::Elem::of(want(x.wide(), y.wide(), z.wide()))
                });
            )*};
        }
        check! {
            "add" |x, y, _| x.add(y), |x, y, _| x + y;
            "sub" |x, y, _| x.sub(y), |x, y, _| x - y;
            "mul" |x, y, _| x.mul(y), |x, y, _| x * y;
            "div" |x, y, _| x.div(y), |x, y, _| x / y;
            "sqrt" |x, _, _| x.sqrt(), |x, _, _| x.sqrt();
            "min" |x, y, _| x.min(y), |x, y, _| if x < y { x } else { y };
            "max" |x, y, _| x.max(y), |x, y, _| if x > y { x } else { y };
            "round" |x, _, _| x.round(), |x, _, _| x.round_ties_even();
            "floor" |x, _, _| x.floor(), |x, _, _| x.floor();
            "abs" |x, _, _| x.abs(), |x, _, _| x.abs();
            "neg" |x, _, _| x.neg(), |x, _, _| -x;
            "copysign" |x, y, _| x.copysign(y), |x, y, _| x.copysign(y);
            "and" |x, y, _| x.and(x.or(y)), |x, _, _| x;
            "and_not" |x, _, _| V::sign_bit().and_not(x), |x, _, _| x.abs();
            "xor" |x, _, _| x.xor(V::sign_bit()), |x, _, _| -x;
            "lt" |x, y, z| V::select(x.lt(y), x, z), |x, y, z| if x < y { x } else { z };
            "le" |x, y, z| V::select(x.le(y), x, z), |x, y, z| if x <= y { x } else { z };
            "eq" |x, y, z| V::select(x.eq(y), x, z), |x, y, z| if x == y { x } else { z };
            "nan" |x, y, z| V::select(x.is_nan(), y, z), |x, y, z| if x.is_nan() { y } else { z };
            "both" |x, y, z| V::select(V::both(x.le(y), y.le(z)), x, z), |x, y, z| if x <= y && y <= z { x } else { z };
        }
        lanes::<V>("fma", [&x, &y, &z], |x, y, z| x.fma(y, z), |x, y, z| x.fused(y, z));
        lanes::<V>(
            "fnma",
            [&x, &y, &z],
            |x, y, z| x.fnma(y, z),
            |x, y, z| V::Elem::of(-x.wide()).fused(y, z),
        );
    }
}

#[inline(always)]
unsafe fn memory<V: Vector<Elem: Lane>>() {
    #[repr(align(64))]
    struct Line<T>([T; 2 * MOST]);
    let x: [V::Elem; MOST] = std::array::from_fn(|i| V::Elem::of(i as f64 + 1.0));
    let v = V::load(x.as_ptr());
    let zero = V::Elem::default();
    for n in 0..V::LANES {
        let (mut part, mut whole) = (Line([zero; 2 * MOST]), Line([x[0]; 2 * MOST]));
        v.store_part(part.0.as_mut_ptr().add(1), n);
        assert!(
            part.0[1..n + 1] == x[..n] && part.0[0] == zero && part.0[n + 1..].iter().all(|x| *x == zero)
        );
        // Exactly as many are there to be read.
        V::load_part(x[..n].to_vec().as_ptr(), n).store(whole.0.as_mut_ptr());
        assert!(whole.0[..n] == x[..n] && whole.0[n..V::LANES].iter().all(|x| *x == zero));
        // The mask of one lane.
        assert!(V::any(v.eq(V::splat(x[n]))));
    }
    assert!(!V::any(v.eq(V::zero())));
    let mut to = Line([zero; 2 * MOST]);
    v.stream(to.0.as_mut_ptr());
    fence();
    assert_eq!(to.0[..V::LANES], x[..V::LANES]);
    assert_eq!(v.sum().wide(), (V::LANES * (V::LANES + 1) / 2) as f64);
}

/// Powers of two out of and into numbers, denormal ones included.
#[inline(always)]
unsafe fn exponents<V: Vector<Elem: Lane>>() {
    let mut lane = [V::Elem::default(); MOST];
    let least = V::Elem::SMALLEST.log2() as i32;
    for n in least - 3..-least / 2 {
        let n = n.min(if V::Elem::TINY > 1e-300 { 126 } else { 1022 });
        let x = V::Elem::of(1.37 - 0.5 * (n & 1) as f64);
        V::splat(x).scale(V::c(n as f64)).store(lane.as_mut_ptr());
        let want = V::Elem::of(x.wide() * 2f64.powi(n / 2) * 2f64.powi(n - n / 2));
        assert_eq!(lane[V::LANES - 1], want, "{x:?} {n}");
        if want.wide() > 0.0 {
            let (m, e) = V::splat(want).split();
            m.store(lane.as_mut_ptr());
            let m = lane[V::LANES - 1].wide();
            e.store(lane.as_mut_ptr());
            let e = lane[V::LANES - 1].wide() as i32;
            assert!((0.75..1.5).contains(&m), "{m} {want:?}");
            assert_eq!(m * 2f64.powi(e / 2) * 2f64.powi(e - e / 2), want.wide(), "{m} {e}");
        }
    }
}

/// Quotients and roots that need not be exact.
#[inline(always)]
unsafe fn nearly<V: Vector<Elem: Lane>>() {
    let mut lane = [V::Elem::default(); MOST];
    let unit = V::Elem::SMALLEST / V::Elem::TINY;
    for i in 1..200 {
        let (x, y) = (V::Elem::of((i as f64).exp2().powf(0.07)), V::Elem::of((i * i) as f64 * 0.31));
        let mut check = |got: V, want: f64, units: f64| {
            got.store(lane.as_mut_ptr());
            let off = (lane[0].wide() / want - 1.0).abs() / unit;
            assert!(off <= units, "{x:?} {y:?}: {:?} is {off} units from {want}", lane[0]);
        };
        let (vx, vy) = (V::splat(x), V::splat(y));
        check(vx.quotient(vy), x.wide() / y.wide(), 1.0);
        check(vx.rsqrt(), 1.0 / x.wide().sqrt(), 2.0);
        let low = vy.mul(V::c(unit * 0.25));
        check(vx.quotient_of_sum(vy, low, Some(low)), x.wide() / y.wide(), 2.0 + 2.0 * y.wide() / x.wide());
    }
}

#[inline(always)]
unsafe fn table<V: Lookup>() {
    const TABLE: [f32; 16] = [3.0, 1.0, 4.0, 1.5, 9.0, 2.0, 6.0, 5.0, 3.5, 8.0, 9.5, 7.0, 0.5, 2.5, 8.5, 4.5];
    for first in 0..40u32 {
        let bits: [f32; MOST] = std::array::from_fn(|i| f32::from_bits(0x4b40_0000 + first + 5 * i as u32));
        let mut got = [0f32; MOST];
        V::lookup(&TABLE, V::load(bits.as_ptr()).index()).store(got.as_mut_ptr());
        for i in 0..V::LANES {
            assert_eq!(got[i], TABLE[bits[i].to_bits() as usize & 15]);
        }
    }
}

multiversion_vector! {
    unsafe fn single[V: Lookup, f32]() {
        arithmetic::<V>();
        memory::<V>();
        exponents::<V>();
        nearly::<V>();
        table::<V>();
        let x: [f32; MOST] = std::array::from_fn(|i| 0.1 * (i as f32 + 1.0));
        let (low, high) = V::load(x.as_ptr()).widen();
        let (mut wide, mut back) = ([0.0; MOST], [0f32; MOST]);
        low.store(wide.as_mut_ptr());
        high.store(wide.as_mut_ptr().add(V::LANES / 2));
        V::narrow(low.add(V::Wide::c(1e-12)), high).store(back.as_mut_ptr());
        for i in 0..V::LANES {
            assert!(wide[i] == x[i] as f64 && back[i] == x[i]);
        }
    }
}
multiversion_vector! {
    unsafe fn double[V: Vector<Elem = f64>, f64]() {
        arithmetic::<V>();
        memory::<V>();
        exponents::<V>();
        nearly::<V>();
    }
}

#[test]
fn every_method_at_every_level() {
    for level in LEVELS {
        // SAFETY: nothing but vectors of this function's own.
        with_level(level, || unsafe {
            single();
            double();
        });
    }
}
