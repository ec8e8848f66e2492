//! Types that are stored and read, with next to no arithmetic of their own: the eight-bit floats. As in PyTorch their elements
//! are made, moved, converted, compared for equality and printed.

use super::dtype::{C128, DType, Elem};

/// `sign 1, exponent 4, mantissa 3`: no infinity, one nan, up to 448. What is larger becomes 448.
#[derive(Clone, Copy, Debug, Default)]
#[repr(transparent)]
pub struct F8E4M3(pub u8);

/// `sign 1, exponent 5, mantissa 2`: the upper byte of a float16.
#[derive(Clone, Copy, Debug, Default)]
#[repr(transparent)]
pub struct F8E5M2(pub u8);

/// The magnitude of a number as exponent and mantissa side by side, to nearest, ties to even; as if exponents had no end.
fn encode(v: f32, mantissa: i32, bias: i32) -> u32 {
    let exponent = ((v.to_bits() >> 23 & 0xff) as i32 - 127).max(1 - bias);
    let units = (v.abs() as f64 * 2f64.powi(mantissa - exponent)).round_ties_even();
    // a mantissa that rounds up to the next power of two carries into the exponent
    (((exponent + bias - 1) as u32) << mantissa) + units as u32
}

fn decode(bits: u8, mantissa: i32, bias: i32) -> f32 {
    let (exponent, low) = ((bits & 0x7f) as i32 >> mantissa, (bits & ((1 << mantissa) - 1)) as f32);
    let hidden = if exponent > 0 { (1 << mantissa) as f32 } else { 0.0 };
    let magnitude = (hidden + low) * 2f32.powi(exponent.max(1) - bias - mantissa);
    if bits & 0x80 == 0 { magnitude } else { -magnitude }
}

impl F8E4M3 {
    fn up(self) -> f32 {
        if self.0 & 0x7f == 0x7f { f32::NAN } else { decode(self.0, 3, 7) }
    }
    fn down(v: f32) -> F8E4M3 {
        let magnitude = match v {
            _ if v.is_nan() => 0x7f,
            _ if v.is_infinite() => 0x7e,
            _ => encode(v, 3, 7).min(0x7e) as u8,
        };
        F8E4M3(magnitude | (v.is_sign_negative() as u8) << 7)
    }
}

impl F8E5M2 {
    fn up(self) -> f32 {
        match self.0 & 0x7f {
            0x7c if self.0 & 0x80 == 0 => f32::INFINITY,
            0x7c => f32::NEG_INFINITY,
            0x7d.. => f32::NAN,
            _ => decode(self.0, 2, 15),
        }
    }
    fn down(v: f32) -> F8E5M2 {
        let magnitude = match v {
            _ if v.is_nan() => 0x7f,
            _ if v.is_infinite() => 0x7c,
            _ => encode(v, 2, 15).min(0x7c) as u8,
        };
        F8E5M2(magnitude | (v.is_sign_negative() as u8) << 7)
    }
}

macro_rules! elem {
    ($($t:ident: $one:literal),*) => {$(
        impl PartialEq for $t {
            fn eq(&self, other: &$t) -> bool {
                self.up() == other.up()
            }
        }
        impl Elem for $t {
            const DTYPE: DType = DType::$t;
            const ZERO: $t = $t(0);
            const ONE: $t = $t($one);
            fn to_f64(self) -> f64 {
                self.up() as f64
            }
            fn to_i64(self) -> i64 {
                i64::from_f64(self.to_f64())
            }
            fn to_c128(self) -> C128 {
                C128::new(self.to_f64(), 0.0)
            }
            fn from_f64(v: f64) -> $t {
                $t::down(v as f32)
            }
            fn from_i64(v: i64) -> $t {
                $t::down(v as f32)
            }
            fn from_c128(v: C128) -> $t {
                $t::from_f64(v.re)
            }
        }
    )*};
}
elem!(F8E4M3: 0x38, F8E5M2: 0x3c);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_back() {
        for bits in 0..=u8::MAX {
            let (a, b) = (F8E4M3(bits), F8E5M2(bits));
            assert!(a.up().is_nan() || F8E4M3::down(a.up()).0 == bits, "{bits:#x}");
            assert!(b.up().is_nan() || F8E5M2::down(b.up()).0 == bits, "{bits:#x}");
        }
    }

    #[test]
    fn numbers_round_to_even_and_end_at_the_largest() {
        let four = |v: f32| F8E4M3::down(v).up();
        assert_eq!([1.0625, 1.1875, 449.0, 1e9, f32::INFINITY].map(four), [1.0, 1.25, 448.0, 448.0, 448.0]);
        assert_eq!([1.0 / 512.0, 1.0 / 1024.0, 1e-9].map(four), [1.0 / 512.0, 0.0, 0.0]);
        let five = |v: f32| F8E5M2::down(v).up();
        assert_eq!(
            [1.125, 1.375, 60000.0, 61440.0, -1e9].map(five),
            [1.0, 1.5, 57344.0, f32::INFINITY, -f32::INFINITY]
        );
        assert!(four(f32::NAN).is_nan() && five(f32::NAN).is_nan());
    }
}
