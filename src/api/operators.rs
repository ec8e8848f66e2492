//! `&a + &b`, `2.0 * &x`, `-&x`, `&mask & &other`: the operators answer with a `Result`, so a chain is written
//! `(&x * &w)? + &b`.

use crate::error::Result;
use crate::ops::table::Val;
use crate::tensor::Tensor;
use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Rem, Sub};

/// A tensor on the left, a tensor or a number on the right.
macro_rules! binary {
    ($($trait:ident::$method:ident => $op:ident)*) => {$(
        impl<R: Into<Val>> $trait<R> for &Tensor {
            type Output = Result<Tensor>;
            fn $method(self, other: R) -> Result<Tensor> {
                Tensor::$op(self, other)
            }
        }
        impl<R: Into<Val>> $trait<R> for Tensor {
            type Output = Result<Tensor>;
            fn $method(self, other: R) -> Result<Tensor> {
                Tensor::$op(&self, other)
            }
        }
    )*};
}
binary! {
    Add::add => add
    Sub::sub => sub
    Mul::mul => mul
    Div::div => div
    Rem::rem => remainder
    BitAnd::bitand => bitwise_and
    BitOr::bitor => bitwise_or
    BitXor::bitxor => bitwise_xor
}

/// A number on the left: one type of float and one of integer, so that a literal there has only one type to be.
macro_rules! numbers {
    ($($number:ty),*) => {$(
        numbers! { @one $number,
            Add::add |a, x| x.add(a);
            Sub::sub |a, x| x.rsub(a);
            Mul::mul |a, x| x.mul(a);
            Div::div |a, x| crate::ops::elementwise::arithmetic::div(a, x);
        }
    )*};
    (@one $number:ty, $($trait:ident::$method:ident |$a:ident, $x:ident| $op:expr;)*) => {$(
        impl $trait<&Tensor> for $number {
            type Output = Result<Tensor>;
            fn $method(self, $x: &Tensor) -> Result<Tensor> {
                let $a = self;
                $op
            }
        }
        impl $trait<Tensor> for $number {
            type Output = Result<Tensor>;
            fn $method(self, $x: Tensor) -> Result<Tensor> {
                let ($a, $x) = (self, &$x);
                $op
            }
        }
    )*};
}
numbers!(f64, i64);

macro_rules! unary {
    ($($trait:ident::$method:ident => $op:ident)*) => {$(
        impl $trait for &Tensor {
            type Output = Result<Tensor>;
            fn $method(self) -> Result<Tensor> {
                Tensor::$op(self)
            }
        }
        impl $trait for Tensor {
            type Output = Result<Tensor>;
            fn $method(self) -> Result<Tensor> {
                Tensor::$op(&self)
            }
        }
    )*};
}
unary! {
    Neg::neg => neg
    Not::not => bitwise_not
}
