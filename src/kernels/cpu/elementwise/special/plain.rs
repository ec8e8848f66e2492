//! Functions that a formula says, but for one point or an edge.

use std::f64::consts::PI;

/// `-x ln(x)`, zero at zero, minus infinity below.
pub fn entr(x: f64) -> f64 {
    if x.is_nan() {
        x
    } else if x > 0.0 {
        -x * x.ln()
    } else if x == 0.0 {
        0.0
    } else {
        f64::NEG_INFINITY
    }
}

/// `sin(pi x) / (pi x)`.
pub fn sinc(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    let z = PI * x;
    z.sin() / z
}
