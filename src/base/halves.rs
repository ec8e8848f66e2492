//! The half types as bits: conversions without branches or calls, which loops can vectorise; those of the `half` crate are
//! calls. They agree, but for what a signalling nan carries.

use super::{BF16, F16};

#[inline(always)]
pub fn from_bf16(x: BF16) -> f32 {
    f32::from_bits((x.to_bits() as u32) << 16)
}

#[inline(always)]
pub fn to_bf16(c: f32) -> BF16 {
    let b = c.to_bits();
    let even = b.wrapping_add(0x7fff + ((b >> 16) & 1)) >> 16;
    BF16::from_bits(if c.is_nan() { (b >> 16) | 0x40 } else { even } as u16)
}

#[inline(always)]
pub fn from_f16(x: F16) -> f32 {
    let h = x.to_bits() as u32;
    let em = h & 0x7fff;
    let normal = (em << 13) + (112 << 23);
    let wide = if em >= 0x7c00 { normal + (112 << 23) } else { normal };
    let small = (em as i32 as f32 * f32::from_bits(0x3380_0000)).to_bits(); // em * 2^-24
    f32::from_bits(if em < 0x400 { small } else { wide } | ((h & 0x8000) << 16))
}

#[inline(always)]
pub fn to_f16(c: f32) -> F16 {
    let b = c.to_bits();
    let sign = (b >> 16) & 0x8000;
    let mag = b & 0x7fff_ffff;
    // below 2^-14 an addition of 0.5 lets the hardware round at the subnormal step 2^-24
    let small = (f32::from_bits(mag) + 0.5).to_bits().wrapping_sub(0x3f00_0000);
    let normal = mag.wrapping_sub(112 << 23).wrapping_add(0xfff + ((mag >> 13) & 1)) >> 13;
    let nan = 0x7e00 | ((mag >> 13) & 0x3ff);
    let big = if mag > 0x7f80_0000 { nan } else { 0x7c00 };
    let finite = if mag < (113 << 23) { small } else { normal };
    F16::from_bits((sign | if mag >= 0x4780_0000 { big } else { finite }) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversions_agree_with_the_crate() {
        for b in 0..=u16::MAX {
            let h = F16::from_bits(b);
            assert!(
                h.is_nan() && from_f16(h).is_nan() || from_f16(h).to_bits() == h.to_f32().to_bits(),
                "{b:#x}"
            );
            let q = BF16::from_bits(b);
            assert!(
                q.is_nan() && from_bf16(q).is_nan() || from_bf16(q).to_bits() == q.to_f32().to_bits(),
                "{b:#x}"
            );
        }
        let mut bits = 0u32;
        loop {
            let x = f32::from_bits(bits);
            if x.is_nan() {
                assert!(to_f16(x).is_nan() && to_bf16(x).is_nan());
            } else {
                assert_eq!(to_f16(x).to_bits(), F16::from_f32(x).to_bits(), "{x:e}");
                assert_eq!(to_bf16(x).to_bits(), BF16::from_f32(x).to_bits(), "{x:e}");
            }
            match bits.checked_add(9973) {
                Some(b) => bits = b,
                None => break,
            }
        }
    }
}
