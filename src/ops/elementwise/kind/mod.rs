//! What all elementwise ops share: dtype rules, broadcasting, number operands, the call of the dense kernel.
//! A row of `unary.rs`, `binary.rs` or `nary.rs` is a value of the `Def` type there.

pub mod binary;
pub mod gpu;
pub mod grad;
pub mod nary;
pub mod run;
pub mod unary;

use crate::base::promote::Promotion;
use crate::base::{Category, DType, Layout, Scalar, same_shape};
use crate::error::{Error, Kind};
use crate::ops::driver::op::Batching;
use crate::ops::table::Val;
use crate::tensor::Tensor;
use smallvec::SmallVec;

/// Samples side by side, unless what promotes the operands would see ranks that make another dtype.
pub fn aligned<O>(x: &[&Tensor]) -> Batching<O> {
    let promoted = |rank: fn(&Tensor) -> usize| {
        x.iter().fold(Promotion::default(), |p, t| p.tensor(t.dtype(), rank(t))).result()
    };
    let one_dtype = x.windows(2).all(|w| w[0].dtype() == w[1].dtype());
    if one_dtype || promoted(Tensor::ndim) == promoted(|_| 1) { Batching::Aligned } else { Batching::Loop }
}

/// How the result dtype follows from the (common) input dtype.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The common dtype.
    Same,
    /// The common dtype, and the kernel computes in it: the half types too, where bits matter.
    Own,
    /// Integers become the default float.
    Float,
    /// As `Same`, and complex becomes its real part's dtype (`abs`).
    Real,
    /// As `Float`, and complex becomes its real part's dtype (`angle`).
    RealFloat,
    /// As `Float`, computed in double precision (or complex128): functions without a vector routine.
    Double,
    /// Computes in the common dtype and answers with bool.
    Compare,
    /// Computes on truth values and answers with bool.
    Logical,
}

impl Rule {
    /// (dtype the kernel computes in, dtype of the result)
    #[inline]
    pub fn resolve(self, common: DType) -> (DType, DType) {
        match self {
            Rule::Same => (half_up(common), common),
            Rule::Own => (common, common),
            Rule::Float => {
                let out = float_result(common);
                (half_up(out), out)
            }
            Rule::Real => (half_up(common), common.to_real()),
            Rule::RealFloat => (half_up(float_result(common)), float_result(common).to_real()),
            Rule::Double => {
                let out = float_result(common);
                (if out.is_complex() { DType::C128 } else { DType::F64 }, out)
            }
            Rule::Compare => (half_up(common), DType::Bool),
            Rule::Logical => (DType::Bool, DType::Bool),
        }
    }
}

/// What a row says where it has no kernel for a dtype.
#[derive(Clone, Copy, Debug)]
pub struct Takes {
    /// The name in the message; empty for the row's.
    pub name: &'static str,
    /// What would work; empty for what the kernels themselves say.
    pub works: &'static str,
    /// What is refused in words of its own.
    pub not: &'static [(Category, Kind, &'static str)],
}

impl Takes {
    /// The row has nothing to say about it.
    pub const PLAIN: Takes = Takes { name: "", works: "", not: &[] };

    /// The error of a row without a kernel for `dtype`; `has` tells for which it has one.
    #[cold]
    pub fn refuse(&self, row: &'static str, dtype: DType, has: impl Fn(DType) -> bool) -> Error {
        if let Some((_, kind, words)) = self.not.iter().find(|(c, ..)| *c == dtype.category()) {
            return Error::new(*kind, *words);
        }
        let name = if self.name.is_empty() { row } else { self.name };
        let works = match [DType::Bool, DType::I64, DType::F32, DType::F64, DType::C128].map(has) {
            _ if !self.works.is_empty() => self.works,
            [false, false, true, true, false] => "floating dtypes",
            [false, false, true, true, true] => "floating and complex dtypes",
            [false, false, false, false, true] => "complex dtypes",
            // computed in double precision, whatever comes
            [false, false, false, true, false] | [true, true, true, true, false] => "real dtypes",
            [false, true, false, false, false] => "integer dtypes",
            [true, true, false, false, false] => "integer and bool dtypes",
            [false, true, true, true, false] => "integer and floating dtypes",
            [false, true, true, true, true] => "every dtype but bool",
            _ => "other dtypes",
        };
        Error::no_dtype(name, dtype, works)
    }
}

/// What a row says beside its kernels: `name "div"` (another name in the message), `works "real dtypes"`,
/// `not Bool Runtime "words of their own"`.
macro_rules! takes {
    ($(name $name:literal)? $(works $works:literal)? $(not $category:ident $kind:ident $words:literal)*) => {
        $crate::ops::elementwise::kind::Takes {
            $(name: $name,)?
            $(works: $works,)?
            not: &[$(($crate::base::Category::$category, $crate::error::Kind::$kind, $words)),*],
            ..$crate::ops::elementwise::kind::Takes::PLAIN
        }
    };
}
pub(crate) use takes;

/// The kernel for a compute dtype out of a set, with `$T` its Rust type, or none: `kernel!(dt, wide, T => map(|x: T| ..))`.
/// Sets: `wide` (everything), `wide_real` (no complex), `numbers` (integers and floats), `bits` (integers and bool), `int`,
/// `floats`, `double`. The half types compute in float32; where the kernel is made of one closure, there is one over halves too,
/// which converts in registers.
macro_rules! kernel {
    ($dt:expr, bits, $T:ident => $e:expr) => {
        $crate::with_dtype!(@arm $dt, $T, Some($e), None, Bool = bool, U8 = u8, I8 = i8, I16 = i16, I32 = i32, I64 = i64)
    };
    ($dt:expr, int, $T:ident => $e:expr) => {
        $crate::with_dtype!(@arm $dt, $T, Some($e), None, U8 = u8, I8 = i8, I16 = i16, I32 = i32, I64 = i64)
    };
    ($dt:expr, double, $T:ident => $e:expr) => {
        $crate::with_dtype!(@arm $dt, $T, Some($e), None, F64 = f64)
    };
    ($dt:expr, $set:ident, $T:ident => map($f:expr)) => { $crate::ops::elementwise::kind::kernel!(@halves $dt, $set, $T, map, $f) };
    ($dt:expr, $set:ident, $T:ident => zip($f:expr)) => { $crate::ops::elementwise::kind::kernel!(@halves $dt, $set, $T, zip, $f) };
    ($dt:expr, $set:ident, $T:ident => zip3($f:expr)) => { $crate::ops::elementwise::kind::kernel!(@halves $dt, $set, $T, zip3, $f) };
    ($dt:expr, $set:ident, $T:ident => point1($f:expr)) => { $crate::ops::elementwise::kind::kernel!(@halves $dt, $set, $T, point1, $f) };
    ($dt:expr, $set:ident, $T:ident => point2($f:expr)) => { $crate::ops::elementwise::kind::kernel!(@halves $dt, $set, $T, point2, $f) };
    ($dt:expr, $set:ident, $T:ident => point3($f:expr)) => { $crate::ops::elementwise::kind::kernel!(@halves $dt, $set, $T, point3, $f) };
    ($dt:expr, $set:ident, $T:ident => point4($f:expr)) => { $crate::ops::elementwise::kind::kernel!(@halves $dt, $set, $T, point4, $f) };
    ($dt:expr, $set:ident, $T:ident => $e:expr) => { $crate::ops::elementwise::kind::kernel!(@ $dt, $set, $T, $e) };
    (@halves $dt:expr, $set:ident, $T:ident, $make:ident, $f:expr) => {
        match $dt {
            $crate::base::DType::F16 => { type $T = f32; Some($crate::kernels::cpu::elementwise::block::float16::$make($f)) }
            $crate::base::DType::BF16 => { type $T = f32; Some($crate::kernels::cpu::elementwise::block::bfloat16::$make($f)) }
            _ => $crate::ops::elementwise::kind::kernel!(@ $dt, $set, $T, $make($f)),
        }
    };
    (@ $dt:expr, wide, $T:ident, $e:expr) => {
        $crate::with_dtype!(@arm $dt, $T, Some($e), None, Bool = bool, U8 = u8, I8 = i8, I16 = i16, I32 = i32, I64 = i64,
            F32 = f32, F64 = f64, C64 = $crate::base::C64, C128 = $crate::base::C128)
    };
    (@ $dt:expr, wide_real, $T:ident, $e:expr) => {
        $crate::with_dtype!(@arm $dt, $T, Some($e), None, Bool = bool, U8 = u8, I8 = i8, I16 = i16, I32 = i32, I64 = i64,
            F32 = f32, F64 = f64)
    };
    (@ $dt:expr, numbers, $T:ident, $e:expr) => {
        $crate::with_dtype!(@arm $dt, $T, Some($e), None, U8 = u8, I8 = i8, I16 = i16, I32 = i32, I64 = i64, F32 = f32, F64 = f64)
    };
    (@ $dt:expr, floats, $T:ident, $e:expr) => {
        $crate::with_dtype!(@arm $dt, $T, Some($e), None, F32 = f32, F64 = f64)
    };
}
pub(crate) use kernel;

/// The kernel over halves themselves of a row that computes them in float32, if it has one.
#[inline]
pub fn over_halves<K>(common: DType, compute: DType, kernel: fn(DType) -> Option<K>) -> Option<K> {
    if common.is_half() && compute == DType::F32 { kernel(common) } else { None }
}

/// The half types compute in float32.
#[inline]
pub fn half_up(d: DType) -> DType {
    if matches!(d, DType::F16 | DType::BF16) { DType::F32 } else { d }
}

/// The result's geometry: the axes in the order in which the operands have them in memory, the first before all others.
#[inline]
pub fn result_layout(shape: &[usize], x: &[&Tensor]) -> Layout {
    match x.first() {
        Some(t) if same_shape(t.shape(), shape) && !t.is_contiguous() => followed(shape, x),
        Some(t) if !same_shape(t.shape(), shape) && !x.iter().all(|t| t.is_contiguous()) => {
            followed(shape, x)
        }
        _ => Layout::contiguous(shape),
    }
}

#[cold]
fn followed(shape: &[usize], x: &[&Tensor]) -> Layout {
    let alike = |t: &&Tensor| same_shape(t.shape(), shape) && t.strides() == x[0].strides();
    if x.iter().all(alike) && x[0].layout().is_non_overlapping_and_dense() {
        return Layout { offset: 0, ..x[0].layout().clone() };
    }
    let layouts: SmallVec<[&Layout; 4]> = x.iter().map(|t| t.layout()).collect();
    Layout::permuted_dense(shape, &Layout::shared_order(shape, &layouts))
}

impl From<&Tensor> for Val {
    fn from(t: &Tensor) -> Val {
        Val::T(t.clone())
    }
}
impl From<Tensor> for Val {
    fn from(t: Tensor) -> Val {
        Val::T(t)
    }
}
impl From<&Val> for Val {
    fn from(v: &Val) -> Val {
        v.clone()
    }
}
impl<S: Into<Scalar>> From<S> for Val {
    fn from(s: S) -> Val {
        Val::S(s.into())
    }
}

/// The dtype of an elementwise float op on this input: integers become the default float.
#[inline]
pub fn float_result(dtype: DType) -> DType {
    if dtype.is_integral() { crate::base::promote::default_dtype() } else { dtype }
}
