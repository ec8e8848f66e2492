//! Element types: the closed set [`DType`], the Rust types behind it, and `with_dtype!` to get from one to the
//! other once per kernel call.

use super::halves;
use std::fmt::Debug;

pub type F16 = half::f16;
pub type BF16 = half::bf16;
pub type C64 = num_complex::Complex<f32>;
pub type C128 = num_complex::Complex<f64>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum DType {
    Bool,
    U8,
    I8,
    I16,
    I32,
    I64,
    F16,
    BF16,
    F32,
    F64,
    C64,
    C128,
    // from here on stored, and next to nothing else: see `is_stored`
    U16,
    U32,
    U64,
    F8E4M3,
    F8E5M2,
}

/// The ladder of promotion: a higher category wins whatever the widths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    Bool,
    Int,
    Float,
    Complex,
}

impl DType {
    pub const ALL: [DType; 17] = [
        DType::Bool,
        DType::U8,
        DType::I8,
        DType::I16,
        DType::I32,
        DType::I64,
        DType::F16,
        DType::BF16,
        DType::F32,
        DType::F64,
        DType::C64,
        DType::C128,
        DType::U16,
        DType::U32,
        DType::U64,
        DType::F8E4M3,
        DType::F8E5M2,
    ];

    /// Bytes of one element.
    pub const fn size(self) -> usize {
        match self {
            DType::Bool | DType::U8 | DType::I8 | DType::F8E4M3 | DType::F8E5M2 => 1,
            DType::I16 | DType::U16 | DType::F16 | DType::BF16 => 2,
            DType::I32 | DType::U32 | DType::F32 => 4,
            DType::I64 | DType::U64 | DType::F64 | DType::C64 => 8,
            DType::C128 => 16,
        }
    }
    /// The name users write: `float32`.
    pub const fn name(self) -> &'static str {
        match self {
            DType::Bool => "bool",
            DType::U8 => "uint8",
            DType::I8 => "int8",
            DType::I16 => "int16",
            DType::I32 => "int32",
            DType::I64 => "int64",
            DType::F16 => "float16",
            DType::BF16 => "bfloat16",
            DType::F32 => "float32",
            DType::F64 => "float64",
            DType::C64 => "complex64",
            DType::C128 => "complex128",
            DType::U16 => "uint16",
            DType::U32 => "uint32",
            DType::U64 => "uint64",
            DType::F8E4M3 => "float8_e4m3fn",
            DType::F8E5M2 => "float8_e5m2",
        }
    }
    /// The name in PyTorch's messages: `Float`.
    pub const fn scalar_name(self) -> &'static str {
        match self {
            DType::Bool => "Bool",
            DType::U8 => "Byte",
            DType::I8 => "Char",
            DType::I16 => "Short",
            DType::I32 => "Int",
            DType::I64 => "Long",
            DType::F16 => "Half",
            DType::BF16 => "BFloat16",
            DType::F32 => "Float",
            DType::F64 => "Double",
            DType::C64 => "ComplexFloat",
            DType::C128 => "ComplexDouble",
            DType::U16 => "UInt16",
            DType::U32 => "UInt32",
            DType::U64 => "UInt64",
            DType::F8E4M3 => "Float8_e4m3fn",
            DType::F8E5M2 => "Float8_e5m2",
        }
    }
    /// The name in PyTorch's dtype-mismatch messages: `float`.
    pub const fn c_name(self) -> &'static str {
        match self {
            DType::Bool => "bool",
            DType::U8 => "unsigned char",
            DType::I8 => "signed char",
            DType::I16 => "short",
            DType::I32 => "int",
            DType::I64 => "long",
            DType::F16 => "c10::Half",
            DType::BF16 => "c10::BFloat16",
            DType::F32 => "float",
            DType::F64 => "double",
            DType::C64 => "c10::complex<float>",
            DType::C128 => "c10::complex<double>",
            DType::U16 => "uint16_t",
            DType::U32 => "uint32_t",
            DType::U64 => "uint64_t",
            DType::F8E4M3 => "c10::Float8_e4m3fn",
            DType::F8E5M2 => "c10::Float8_e5m2",
        }
    }
    /// The name in PyTorch's messages about numbers that do not fit: `int8_t`.
    pub const fn fixed_name(self) -> &'static str {
        match self {
            DType::U8 => "uint8_t",
            DType::I8 => "int8_t",
            DType::I16 => "int16_t",
            DType::I64 => "int64_t",
            other => other.c_name(),
        }
    }
    /// The least and the greatest integer; those of int64 for what is no integer.
    pub const fn bounds(self) -> (i128, i128) {
        match self {
            DType::Bool => (0, 1),
            DType::U8 => (0, u8::MAX as i128),
            DType::I8 => (i8::MIN as i128, i8::MAX as i128),
            DType::I16 => (i16::MIN as i128, i16::MAX as i128),
            DType::I32 => (i32::MIN as i128, i32::MAX as i128),
            DType::U16 => (0, u16::MAX as i128),
            DType::U32 => (0, u32::MAX as i128),
            DType::U64 => (0, u64::MAX as i128),
            _ => (i64::MIN as i128, i64::MAX as i128),
        }
    }
    /// The largest finite number of a floating type.
    pub const fn largest(self) -> f64 {
        match self {
            DType::F16 => 65504.0,
            DType::F8E4M3 => 448.0,
            DType::F8E5M2 => 57344.0,
            DType::BF16 => 3.3895313892515355e38,
            DType::F32 => f32::MAX as f64,
            _ => f64::MAX,
        }
    }
    pub const fn category(self) -> Category {
        match self {
            DType::Bool => Category::Bool,
            DType::U8 | DType::I8 | DType::I16 | DType::I32 | DType::I64 => Category::Int,
            DType::U16 | DType::U32 | DType::U64 => Category::Int,
            DType::F16 | DType::BF16 | DType::F32 | DType::F64 => Category::Float,
            DType::F8E4M3 | DType::F8E5M2 => Category::Float,
            DType::C64 | DType::C128 => Category::Complex,
        }
    }
    /// The unsigned types beyond uint8 and the eight-bit floats: they are made, moved, converted, indexed, compared for equality,
    /// printed and saved. Arithmetic is what PyTorch has, which is next to none.
    #[inline]
    pub const fn is_stored(self) -> bool {
        self as u8 >= DType::U16 as u8
    }
    /// What a stored type is computed in where it is: every value fits, and the low bits of sums and products are right.
    pub const fn carrier(self) -> DType {
        match self {
            DType::U16 => DType::I32,
            DType::U32 | DType::U64 => DType::I64,
            DType::F8E4M3 | DType::F8E5M2 => DType::F32,
            other => other,
        }
    }
    /// float16 and bfloat16.
    pub const fn is_half(self) -> bool {
        matches!(self, DType::F16 | DType::BF16)
    }
    pub const fn is_float(self) -> bool {
        matches!(self.category(), Category::Float)
    }
    pub const fn is_complex(self) -> bool {
        matches!(self, DType::C64 | DType::C128)
    }
    /// Integers, bool included (PyTorch's `isIntegralType(t, includeBool=true)`).
    pub const fn is_integral(self) -> bool {
        !self.is_float() && !self.is_complex()
    }
    pub const fn is_signed(self) -> bool {
        !matches!(self, DType::Bool | DType::U8 | DType::U16 | DType::U32 | DType::U64)
    }
    /// Can carry a gradient.
    pub const fn is_differentiable(self) -> bool {
        self.is_float() || self.is_complex()
    }
    /// The real dtype of a complex one's parts; others unchanged.
    pub const fn to_real(self) -> DType {
        match self {
            DType::C64 => DType::F32,
            DType::C128 => DType::F64,
            other => other,
        }
    }
    /// The complex dtype with parts of this dtype.
    pub const fn to_complex(self) -> DType {
        match self {
            DType::F64 | DType::C128 => DType::C128,
            _ => DType::C64,
        }
    }
    pub fn from_name(name: &str) -> Option<DType> {
        Some(match name {
            "bool" => DType::Bool,
            "uint8" => DType::U8,
            "int8" => DType::I8,
            "int16" | "short" => DType::I16,
            "int32" | "int" => DType::I32,
            "int64" | "long" => DType::I64,
            "float16" | "half" => DType::F16,
            "bfloat16" => DType::BF16,
            "float32" | "float" => DType::F32,
            "float64" | "double" => DType::F64,
            "complex64" | "cfloat" => DType::C64,
            "complex128" | "cdouble" => DType::C128,
            "uint16" => DType::U16,
            "uint32" => DType::U32,
            "uint64" => DType::U64,
            "float8_e4m3fn" => DType::F8E4M3,
            "float8_e5m2" => DType::F8E5M2,
            _ => return None,
        })
    }
}

/// A Rust type that a tensor can hold.
pub trait Elem: Copy + Default + Debug + Send + Sync + PartialEq + 'static {
    const DTYPE: DType;
    /// Zero and one of the type.
    const ZERO: Self;
    const ONE: Self;
    fn to_f64(self) -> f64;
    fn to_i64(self) -> i64;
    fn to_c128(self) -> C128;
    /// C's conversions: integers wrap, floats to integers truncate.
    fn from_f64(v: f64) -> Self;
    fn from_i64(v: i64) -> Self;
    /// Integers take the low bits.
    fn from_u64(v: u64) -> Self {
        if Self::DTYPE.is_integral() { Self::from_i64(v as i64) } else { Self::from_f64(v as f64) }
    }
    fn from_c128(v: C128) -> Self;
    fn is_zero(self) -> bool {
        self == Self::ZERO
    }
}

/// Types with arithmetic (everything but bool). Integers wrap.
pub trait Num: Elem {
    fn add(self, o: Self) -> Self;
    fn sub(self, o: Self) -> Self;
    fn mul(self, o: Self) -> Self;
}

/// Types with an order (everything but complex).
pub trait Real: Elem + PartialOrd {
    const IS_FLOAT: bool;
    /// The least and greatest values; infinities for floats.
    const LOWEST: Self;
    const HIGHEST: Self;
    fn is_nan(self) -> bool;
}

/// Floating types as tensors store them, and what they are computed in: f32 for the half types, which widen to it and
/// round once, both without branches or calls, so that loops over them vectorise.
pub trait Float: Real + Num {
    type C: Float;
    fn up(self) -> Self::C;
    /// To nearest, ties to even.
    fn down(c: Self::C) -> Self;
}

/// C's float-to-integer conversion as x86 does it for 64 bits: out of range is the least number.
#[inline(always)]
fn f64_to_i64(v: f64) -> i64 {
    if v >= -9.223372036854775808e18 && v < 9.223372036854775808e18 { v as i64 } else { i64::MIN }
}

macro_rules! int_elem {
    ($($t:ty: $d:ident),*) => {$(
        impl Elem for $t {
            const DTYPE: DType = DType::$d;
            const ZERO: Self = 0;
            const ONE: Self = 1;
            #[inline(always)] fn to_f64(self) -> f64 { self as f64 }
            #[inline(always)] fn to_i64(self) -> i64 { self as i64 }
            #[inline(always)] fn to_c128(self) -> C128 { C128::new(self as f64, 0.0) }
            // signed numbers are cut by the instruction for 32 bits, whose answer for what they do not hold is their least number;
            // bytes and 64 bits by that for 64
            #[inline(always)] fn from_f64(v: f64) -> Self {
                let far = !(v > -2147483649.0 && v < 2147483648.0);
                if <$t>::MIN != 0 && size_of::<$t>() < 8 && far { i32::MIN as $t } else { f64_to_i64(v) as $t }
            }
            #[inline(always)] fn from_i64(v: i64) -> Self { v as $t }
            #[inline(always)] fn from_c128(v: C128) -> Self { Self::from_f64(v.re) }
        }
        impl Num for $t {
            #[inline(always)] fn add(self, o: Self) -> Self { self.wrapping_add(o) }
            #[inline(always)] fn sub(self, o: Self) -> Self { self.wrapping_sub(o) }
            #[inline(always)] fn mul(self, o: Self) -> Self { self.wrapping_mul(o) }
        }
        impl Real for $t {
            const IS_FLOAT: bool = false;
            const LOWEST: Self = <$t>::MIN;
            const HIGHEST: Self = <$t>::MAX;
            #[inline(always)] fn is_nan(self) -> bool { false }
        }
    )*};
}
int_elem!(u8: U8, i8: I8, i16: I16, i32: I32, i64: I64);

macro_rules! unsigned_elem {
    ($($t:ty: $d:ident),*) => {$(
        impl Elem for $t {
            const DTYPE: DType = DType::$d;
            const ZERO: Self = 0;
            const ONE: Self = 1;
            fn to_f64(self) -> f64 { self as f64 }
            fn to_i64(self) -> i64 { self as i64 }
            fn to_c128(self) -> C128 { C128::new(self as f64, 0.0) }
            fn from_f64(v: f64) -> Self {
                match size_of::<$t>() {
                    8 if v >= 9.223372036854775808e18 => if v < 1.8446744073709551616e19 { v as u64 as $t } else { 0 },
                    // as the signed ones of their size
                    2 if !(v > -2147483649.0 && v < 2147483648.0) => 0,
                    _ => f64_to_i64(v) as $t,
                }
            }
            fn from_i64(v: i64) -> Self { v as $t }
            fn from_c128(v: C128) -> Self { Self::from_f64(v.re) }
        }
    )*};
}
unsigned_elem!(u16: U16, u32: U32, u64: U64);

impl Elem for bool {
    const DTYPE: DType = DType::Bool;
    const ZERO: Self = false;
    const ONE: Self = true;
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self as u8 as f64
    }
    #[inline(always)]
    fn to_i64(self) -> i64 {
        self as i64
    }
    #[inline(always)]
    fn to_c128(self) -> C128 {
        C128::new(self.to_f64(), 0.0)
    }
    #[inline(always)]
    fn from_f64(v: f64) -> Self {
        v != 0.0
    }
    #[inline(always)]
    fn from_i64(v: i64) -> Self {
        v != 0
    }
    #[inline(always)]
    fn from_c128(v: C128) -> Self {
        v.re != 0.0 || v.im != 0.0
    }
}

/// Sum is "or", product is "and"; a difference is refused before any kernel is chosen.
impl Num for bool {
    #[inline(always)]
    fn add(self, o: Self) -> Self {
        self | o
    }
    #[inline(always)]
    fn sub(self, o: Self) -> Self {
        self ^ o
    }
    #[inline(always)]
    fn mul(self, o: Self) -> Self {
        self & o
    }
}

impl Real for bool {
    const IS_FLOAT: bool = false;
    const LOWEST: Self = false;
    const HIGHEST: Self = true;
    #[inline(always)]
    fn is_nan(self) -> bool {
        false
    }
}

macro_rules! float_elem {
    ($($t:ty: $d:ident, $c:ty, $zero:expr, $one:expr, |$x:ident| $to:expr, |$y:ident| $from:expr);*) => {$(
        impl Elem for $t {
            const DTYPE: DType = DType::$d;
            const ZERO: Self = $zero;
            const ONE: Self = $one;
            #[inline(always)] fn to_f64(self) -> f64 { Float::up(self) as f64 }
            #[inline(always)] fn to_i64(self) -> i64 { f64_to_i64(self.to_f64()) }
            #[inline(always)] fn to_c128(self) -> C128 { C128::new(self.to_f64(), 0.0) }
            #[inline(always)] fn from_f64(v: f64) -> Self { <$t as Float>::down(v as $c) }
            #[inline(always)] fn from_i64(v: i64) -> Self { <$t as Float>::down(v as $c) }
            #[inline(always)] fn from_c128(v: C128) -> Self { Self::from_f64(v.re) }
        }
        impl Num for $t {
            #[inline(always)] fn add(self, o: Self) -> Self { Float::down(Float::up(self) + Float::up(o)) }
            #[inline(always)] fn sub(self, o: Self) -> Self { Float::down(Float::up(self) - Float::up(o)) }
            #[inline(always)] fn mul(self, o: Self) -> Self { Float::down(Float::up(self) * Float::up(o)) }
        }
        impl Real for $t {
            const IS_FLOAT: bool = true;
            const LOWEST: Self = <$t>::NEG_INFINITY;
            const HIGHEST: Self = <$t>::INFINITY;
            #[inline(always)] fn is_nan(self) -> bool { self != self }
        }
        impl Float for $t {
            type C = $c;
            #[inline(always)] fn up(self) -> $c { let $x = self; $to }
            #[inline(always)] fn down($y: $c) -> Self { $from }
        }
    )*};
}
float_elem!(
    f32: F32, f32, 0.0, 1.0, |x| x, |y| y;
    f64: F64, f64, 0.0, 1.0, |x| x, |y| y;
    F16: F16, f32, F16::ZERO, F16::ONE, |x| halves::from_f16(x), |y| halves::to_f16(y);
    BF16: BF16, f32, BF16::ZERO, BF16::ONE, |x| halves::from_bf16(x), |y| halves::to_bf16(y)
);

macro_rules! complex_elem {
    ($($t:ty: $d:ident, $p:ty);*) => {$(
        impl Elem for $t {
            const DTYPE: DType = DType::$d;
            const ZERO: Self = <$t>::new(0.0, 0.0);
            const ONE: Self = <$t>::new(1.0, 0.0);
            #[inline(always)] fn to_f64(self) -> f64 { self.re as f64 }
            #[inline(always)] fn to_i64(self) -> i64 { f64_to_i64(self.re as f64) }
            #[inline(always)] fn to_c128(self) -> C128 { C128::new(self.re as f64, self.im as f64) }
            #[inline(always)] fn from_f64(v: f64) -> Self { <$t>::new(v as $p, 0.0) }
            #[inline(always)] fn from_i64(v: i64) -> Self { <$t>::new(v as $p, 0.0) }
            #[inline(always)] fn from_c128(v: C128) -> Self { <$t>::new(v.re as $p, v.im as $p) }
        }
        impl Num for $t {
            #[inline(always)] fn add(self, o: Self) -> Self { self + o }
            #[inline(always)] fn sub(self, o: Self) -> Self { self - o }
            #[inline(always)] fn mul(self, o: Self) -> Self { self * o }
        }
    )*};
}
complex_elem!(C64: C64, f32; C128: C128, f64);

/// Runs a body with `$T` bound to the Rust type of a dtype, for the dtypes of a set; outside the set it evaluates
/// to the standard error naming the op. Sets: `every` (17, for what moves and converts, without an op), `any` (12; the call
/// unwinds with the error for the others), `numeric` (no bool), `real` (no complex), `int` (no
/// bool), `bits` (int and bool), `float` (4 floats), `floatc` (floats and complex), `native` (f32, f64), `field` (f32, f64
/// and complex). Elementwise
/// kernels compute the half types in f32, so their sets leave those out: `wide` (10), `wide_real` (8).
#[macro_export]
macro_rules! with_dtype {
    (@arm $dt:expr, $T:ident, $body:expr, $else:expr, $($d:ident = $t:ty),*) => {
        match $dt {
            $($crate::base::DType::$d => { type $T = $t; $body })*
            #[allow(unreachable_patterns)]
            _ => $else,
        }
    };
    ($op:expr, $dt:expr, any, $T:ident => $body:expr) => {
        $crate::with_dtype!(@arm $dt, $T, $body, $crate::error::Error::no_kernel($op, $dt).unwind(), Bool = bool,
            U8 = u8, I8 = i8, I16 = i16, I32 = i32, I64 = i64, F16 = $crate::base::F16, BF16 = $crate::base::BF16,
            F32 = f32, F64 = f64, C64 = $crate::base::C64, C128 = $crate::base::C128)
    };
    ($dt:expr, every, $T:ident => $body:expr) => {
        $crate::with_dtype!(@arm $dt, $T, $body, unreachable!(), Bool = bool, U8 = u8, I8 = i8, I16 = i16,
            I32 = i32, I64 = i64, F16 = $crate::base::F16, BF16 = $crate::base::BF16, F32 = f32, F64 = f64,
            C64 = $crate::base::C64, C128 = $crate::base::C128, U16 = u16, U32 = u32, U64 = u64,
            F8E4M3 = $crate::base::F8E4M3, F8E5M2 = $crate::base::F8E5M2)
    };
    ($op:expr, $dt:expr, wide, $T:ident => $body:expr) => {
        $crate::with_dtype!(@arm $dt, $T, $body, Err($crate::error::Error::no_dtype($op, $dt, "other dtypes")),
            Bool = bool, U8 = u8, I8 = i8, I16 = i16, I32 = i32, I64 = i64, F32 = f32, F64 = f64,
            C64 = $crate::base::C64, C128 = $crate::base::C128)
    };
    ($op:expr, $dt:expr, wide_real, $T:ident => $body:expr) => {
        $crate::with_dtype!(@arm $dt, $T, $body, Err($crate::error::Error::no_dtype($op, $dt, "real dtypes")),
            Bool = bool, U8 = u8, I8 = i8, I16 = i16, I32 = i32, I64 = i64, F32 = f32, F64 = f64)
    };
    ($op:expr, $dt:expr, bits, $T:ident => $body:expr) => {
        $crate::with_dtype!(@arm $dt, $T, $body, Err($crate::error::Error::no_dtype($op, $dt, "integer and bool dtypes")),
            Bool = bool, U8 = u8, I8 = i8, I16 = i16, I32 = i32, I64 = i64)
    };
    ($op:expr, $dt:expr, numeric, $T:ident => $body:expr) => {
        $crate::with_dtype!(@arm $dt, $T, $body, Err($crate::error::Error::no_dtype($op, $dt, "every dtype but bool")),
            U8 = u8, I8 = i8, I16 = i16, I32 = i32, I64 = i64, F16 = $crate::base::F16, BF16 = $crate::base::BF16,
            F32 = f32, F64 = f64, C64 = $crate::base::C64, C128 = $crate::base::C128)
    };
    ($op:expr, $dt:expr, real, $T:ident => $body:expr) => {
        $crate::with_dtype!(@arm $dt, $T, $body, Err($crate::error::Error::no_dtype($op, $dt, "bool, integer and floating dtypes")),
            Bool = bool, U8 = u8, I8 = i8, I16 = i16, I32 = i32, I64 = i64, F16 = $crate::base::F16,
            BF16 = $crate::base::BF16, F32 = f32, F64 = f64)
    };
    ($op:expr, $dt:expr, int, $T:ident => $body:expr) => {
        $crate::with_dtype!(@arm $dt, $T, $body, Err($crate::error::Error::no_dtype($op, $dt, "integer dtypes")),
            U8 = u8, I8 = i8, I16 = i16, I32 = i32, I64 = i64)
    };
    ($op:expr, $dt:expr, float, $T:ident => $body:expr) => {
        $crate::with_dtype!(@arm $dt, $T, $body, Err($crate::error::Error::no_dtype($op, $dt, "floating dtypes")),
            F16 = $crate::base::F16, BF16 = $crate::base::BF16, F32 = f32, F64 = f64)
    };
    ($op:expr, $dt:expr, floatc, $T:ident => $body:expr) => {
        $crate::with_dtype!(@arm $dt, $T, $body, Err($crate::error::Error::no_dtype($op, $dt, "floating and complex dtypes")),
            F16 = $crate::base::F16, BF16 = $crate::base::BF16, F32 = f32, F64 = f64, C64 = $crate::base::C64,
            C128 = $crate::base::C128)
    };
    ($op:expr, $dt:expr, field, $T:ident => $body:expr) => {
        $crate::with_dtype!(@arm $dt, $T, $body, Err($crate::error::Error::no_kernel($op, $dt)),
            F32 = f32, F64 = f64, C64 = $crate::base::C64, C128 = $crate::base::C128)
    };
    ($op:expr, $dt:expr, native, $T:ident => $body:expr) => {
        $crate::with_dtype!(@arm $dt, $T, $body, Err($crate::error::Error::no_dtype($op, $dt, "float32 and float64")),
            F32 = f32, F64 = f64)
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversions_follow_c() {
        assert_eq!(u8::from_i64(-1), 255);
        assert_eq!(u8::from_f64(-1.5), 255);
        assert_eq!(i32::from_f64(2.9), 2);
        assert!(bool::from_f64(0.5));
        assert_eq!(BF16::from_f64(1.0).to_f64(), 1.0);
    }

    #[test]
    fn names_round_trip() {
        for d in DType::ALL {
            assert_eq!(DType::from_name(d.name()), Some(d));
            let size = with_dtype!(d, every, T => std::mem::size_of::<T>());
            assert_eq!(size, d.size());
        }
    }
}
