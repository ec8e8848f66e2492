//! What a row answers with.

use super::arg::Ints;
use crate::base::{C128, DType, Scalar};
use crate::tensor::Tensor;
use smallvec::SmallVec;

/// The fields of a named result, `torch.return_types.max(values=, indices=)`.
#[derive(Debug)]
pub struct Fields {
    pub name: &'static str,
    pub fields: &'static [&'static str],
}

/// What an op gives back.
#[derive(Debug)]
pub enum Ret {
    None,
    Tensor(Tensor),
    Tuple(SmallVec<[Tensor; 2]>),
    Named(&'static Fields, SmallVec<[Tensor; 2]>),
    List(Vec<Tensor>),
    Bool(bool),
    Int(i64),
    Float(f64),
    Complex(C128),
    Size(Ints),
    DType(DType),
    Number(Scalar),
}

/// Several results with names.
pub struct Named(pub &'static Fields, pub SmallVec<[Tensor; 2]>);

macro_rules! into_ret {
    ($($t:ty: |$v:ident| $e:expr);* $(;)?) => {$(
        impl From<$t> for Ret { fn from($v: $t) -> Ret { $e } }
    )*};
}
into_ret! {
    (): |_v| Ret::None;
    Tensor: |v| Ret::Tensor(v);
    (Tensor, Tensor): |v| Ret::Tuple(smallvec::smallvec![v.0, v.1]);
    (Tensor, Tensor, Tensor): |v| Ret::Tuple(smallvec::smallvec![v.0, v.1, v.2]);
    Vec<Tensor>: |v| Ret::Tuple(v.into());
    Named: |v| Ret::Named(v.0, v.1);
    bool: |v| Ret::Bool(v);
    i64: |v| Ret::Int(v);
    f64: |v| Ret::Float(v);
    Ints: |v| Ret::Size(v);
    DType: |v| Ret::DType(v);
    Scalar: |v| Ret::Number(v);
}
