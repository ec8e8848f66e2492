//! How an axis is resized: which filter, from which size to which, and where the centres of outputs lie.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    Nearest,
    NearestExact,
    Linear,
    Cubic,
    Lanczos,
}

/// One axis to resize.
#[derive(Clone, Copy)]
pub struct Resize {
    pub from: usize,
    pub to: usize,
    /// The factor the user gave; otherwise the ratio of the sizes holds.
    pub factor: Option<f64>,
    pub align: bool,
    pub antialias: bool,
    /// Positions are computed in float32, as PyTorch does for all dtypes but float64 (and for bytes by whole weights).
    pub single: bool,
}

impl Resize {
    /// Rounds to the precision that positions have.
    pub fn r(&self, v: f64) -> f64 {
        if self.single { v as f32 as f64 } else { v }
    }
    pub fn scale(&self) -> f64 {
        if self.align {
            return if self.to > 1 { self.r((self.from - 1) as f64 / (self.to - 1) as f64) } else { 0.0 };
        }
        match self.factor {
            Some(f) if f > 0.0 => self.r(1.0 / f),
            _ => self.r(self.from as f64 / self.to as f64),
        }
    }
    /// Where an output's centre lies; rounded once, as PyTorch's fused product and difference are: two roundings put it
    /// 1e-5 of a pixel beside that in images of a thousand.
    pub fn position(&self, scale: f64, i: usize) -> f64 {
        if self.align {
            self.r(scale * i as f64)
        } else {
            self.r(scale.mul_add(self.r(i as f64 + 0.5), -0.5))
        }
    }
}

/// Keys' cubic convolution at distance `d`.
pub fn cubic(d: f64, a: f64) -> f64 {
    if d <= 1.0 {
        ((a + 2.0) * d - (a + 3.0)) * d * d + 1.0
    } else if d < 2.0 {
        ((a * d - 5.0 * a) * d + 8.0 * a) * d - 4.0 * a
    } else {
        0.0
    }
}

/// The windowed sinc of three lobes.
pub fn lanczos(d: f64) -> f64 {
    let sinc =
        |x: f64| if x == 0.0 { 1.0 } else { (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x) };
    if d.abs() < 3.0 { sinc(d) * sinc(d / 3.0) } else { 0.0 }
}
