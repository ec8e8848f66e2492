//! Exponential, Cauchy, log-normal and gamma: double precision throughout, rounded at the end.

use super::draw::each_unit;
use super::log::{self, Transform};
use crate::base::rng::Mt19937;
use crate::base::{DType, Elem, Float};

#[derive(Clone, Copy)]
struct Exponential {
    scale: f64,
}

impl Transform for Exponential {
    #[inline(always)]
    fn fast(self, u: f64) -> (f64, bool) {
        // 1 - u is exact: u is a multiple of 2^-53
        let value = (self.scale * log::ln(1.0 - u)).abs();
        (value, log::near_f32_tie(value))
    }
    fn exact(self, u: f64) -> f64 {
        self.scale * (-u).ln_1p()
    }
}

/// Rate `lambda`; two words an element.
pub fn exponential<T: Elem>(g: &mut Mt19937, out: &mut [T], lambda: f64) {
    let f = Exponential { scale: -1.0 / lambda };
    if T::DTYPE == DType::F64 {
        each_unit(g, out, |u| T::from_f64(f.exact(u)));
    } else {
        log::fill(g, out, f);
    }
}

/// Two words an element.
pub fn cauchy<T: Elem>(g: &mut Mt19937, out: &mut [T], median: f64, sigma: f64) {
    each_unit(g, out, |u| T::from_f64((std::f64::consts::PI * (u - 0.5)).tan().mul_add(sigma, median)));
}

/// Exponentials of scalar normals: four words a pair, the spare kept in the generator.
pub fn log_normal<T: Elem>(g: &mut Mt19937, out: &mut [T], mean: f64, std: f64) {
    for slot in out {
        *slot = T::from_f64(g.next_normal().mul_add(std, mean).exp());
    }
}

/// Gamma of unit scale with shapes `alpha` (Marsaglia and Tsang, 2000); scalar normals and 53-bit uniforms as the
/// rejection goes. Results are at least `tiny`, the type's smallest normal number.
pub fn standard_gamma<T: Float>(g: &mut Mt19937, alpha: &[T], out: &mut [T], tiny: f64) {
    for (slot, &a) in out.iter_mut().zip(alpha) {
        let sample = T::from_f64(gamma(g, a.up()));
        *slot = if sample.to_f64() < tiny { T::from_f64(tiny) } else { sample };
    }
}

/// As in PyTorch, what depends on the shape alone is computed in the shape's own type, with a single-precision
/// third.
fn gamma<T: Float>(g: &mut Mt19937, mut alpha: T) -> f64 {
    let mut scale = 1.0;
    if alpha.to_f64() < 1.0 {
        if alpha.is_zero() {
            return 0.0;
        }
        scale = (1.0 - g.next_f64()).powf(T::from_f64(1.0 / alpha.to_f64()).to_f64());
        alpha = alpha.add(T::ONE);
    }
    let d = alpha.sub(T::from_f64((1.0f32 / 3.0) as f64)).to_f64();
    // no concentration, no distribution: nan and less than -2/3 would be rejected for ever
    if d.is_nan() || d <= 0.0 {
        return 0.0;
    }
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let (x, y) = loop {
            let x = g.next_normal();
            let y = 1.0 + c * x;
            if y > 0.0 {
                break (x, y);
            }
        };
        let v = y * y * y;
        let u = 1.0 - g.next_f64();
        let xx = x * x;
        if u < 1.0 - 0.0331 * xx * xx || u.ln() < 0.5 * xx + d * (1.0 - v + v.ln()) {
            return scale * d * v;
        }
    }
}
