//! PyTorch's type promotion: dtypes of tensors with dimensions, of 0-d tensors and of Python numbers form three
//! ranks; a lower rank only counts when its category is higher.

use super::{Category, DType, Device, Scalar};
use crate::error::{Error, Kind};
use std::cell::Cell;
use std::sync::atomic::{AtomicU8, Ordering};

static DEFAULT: AtomicU8 = AtomicU8::new(DType::F32 as u8);

/// The dtype of Python floats (`set_default_dtype`).
pub fn default_dtype() -> DType {
    DType::ALL[DEFAULT.load(Ordering::Relaxed) as usize]
}

pub fn set_default_dtype(d: DType) {
    DEFAULT.store(d as u8, Ordering::Relaxed);
}

thread_local! {
    static DEVICE: Cell<Device> = const { Cell::new(Device::Cpu) };
}

/// The device of new tensors on this thread (`set_default_device`, `with torch.device(..)`).
#[inline]
pub fn default_device() -> Device {
    DEVICE.with(Cell::get)
}

/// Answers with what it was.
pub fn set_default_device(d: Device) -> Device {
    DEVICE.with(|c| c.replace(d))
}

/// The smallest dtype that holds both.
pub fn promote(a: DType, b: DType) -> DType {
    use DType::*;
    if a == b {
        return a;
    }
    let (lo, hi) = if a < b { (a, b) } else { (b, a) };
    match (lo, hi) {
        _ if hi.is_stored() => promote_stored(a, b),
        (Bool, x) => x,
        (U8, I8) => I16,
        (F16, BF16) => F32,
        (F64, C64) => C128,
        (_, x) => x, // the enum is ordered so that the later one wins everywhere else
    }
}

/// With the wider unsigned types only floats have a common dtype, with the eight-bit floats nothing has.
#[cold]
fn promote_stored(a: DType, b: DType) -> DType {
    let eight = |d: DType| d.is_stored() && d.is_float();
    let plain = |d: DType| !d.is_stored() && d.is_float();
    match (a, b) {
        _ if eight(a) || eight(b) => refuse("Float8 Types", a, b),
        (a, _) if plain(a) => a,
        (_, b) if plain(b) => b,
        _ => refuse("uint16, uint32, uint64 types", a, b),
    }
}

fn refuse(types: &str, a: DType, b: DType) -> ! {
    let (a, b) = (a.scalar_name(), b.scalar_name());
    let text = format!("Promotion for {types} is not supported, attempted to promote {a} and {b}");
    Error::new(Kind::Runtime, text).unwind()
}

/// Gathers operands and answers with the common dtype.
#[derive(Clone, Copy, Debug, Default)]
pub struct Promotion {
    dim: Option<DType>,
    zero_dim: Option<DType>,
    number: Option<DType>,
}

impl Promotion {
    #[inline]
    pub fn tensor(mut self, dtype: DType, ndim: usize) -> Promotion {
        let slot = if ndim > 0 { &mut self.dim } else { &mut self.zero_dim };
        *slot = Some(slot.map_or(dtype, |d| promote(d, dtype)));
        self
    }
    #[inline]
    pub fn number(mut self, value: Scalar) -> Promotion {
        let dtype = value.dtype(default_dtype());
        self.number = Some(self.number.map_or(dtype, |d| promote(d, dtype)));
        self
    }
    #[inline]
    pub fn result(self) -> DType {
        fn combine(higher: Option<DType>, lower: Option<DType>) -> Option<DType> {
            match (higher, lower) {
                (Some(h), Some(l)) => {
                    if h.category() >= l.category() {
                        Some(h)
                    } else if h.is_float() && l.is_complex() {
                        // float64 with a complex number stays wide: complex128
                        Some(promote(
                            h.to_complex(),
                            if h == DType::F64 { DType::C128 } else { h.to_complex() },
                        ))
                    } else {
                        Some(promote(h, l))
                    }
                }
                (h, l) => h.or(l),
            }
        }
        combine(combine(self.dim, self.zero_dim), self.number).unwrap_or(DType::F32)
    }
}

/// Whether a result may be stored: `same category or higher` (`torch.can_cast`).
pub fn can_cast(from: DType, to: DType) -> bool {
    if from.category() == Category::Bool {
        return true;
    }
    from.category() <= to.category()
}

#[cfg(test)]
mod tests {
    use super::*;
    use DType::*;

    #[test]
    fn pairs() {
        assert_eq!(promote(U8, I8), I16);
        assert_eq!(promote(F16, BF16), F32);
        assert_eq!(promote(I64, F16), F16);
        assert_eq!(promote(F64, C64), C128);
        for a in DType::ALL.into_iter().filter(|d| !d.is_stored()) {
            for b in DType::ALL.into_iter().filter(|d| !d.is_stored()) {
                assert_eq!(promote(a, b), promote(b, a));
            }
        }
    }

    #[test]
    fn ranks() {
        let p = Promotion::default;
        assert_eq!(p().tensor(I32, 1).tensor(F64, 0).result(), F64);
        assert_eq!(p().tensor(F32, 1).tensor(F64, 0).result(), F32);
        assert_eq!(p().tensor(I32, 1).number(Scalar::Float(1.0)).result(), F32);
        assert_eq!(p().tensor(F16, 1).number(Scalar::Float(1.0)).result(), F16);
        assert_eq!(p().tensor(U8, 1).number(Scalar::Int(300)).result(), U8);
        assert_eq!(p().tensor(Bool, 1).number(Scalar::Int(1)).result(), I64);
        assert_eq!(
            p().tensor(F64, 1).number(Scalar::Complex(crate::base::C128::new(0.0, 1.0))).result(),
            C128
        );
    }
}
