//! The three loops, in any strides: for integers, and for what is too small to deserve more.

use super::{Bias, Epilogue, MatElem};

#[allow(clippy::too_many_arguments)]
pub unsafe fn gemm<T: MatElem>(
    m: usize,
    n: usize,
    k: usize,
    alpha: T,
    a: *const T,
    rsa: isize,
    csa: isize,
    b: *const T,
    rsb: isize,
    csb: isize,
    beta: T,
    c: *mut T,
    rsc: isize,
    csc: isize,
    epilogue: Epilogue<T>,
) {
    let k = if alpha == T::ZERO { 0 } else { k };
    let zero = T::ZERO.widen();
    for i in 0..m as isize {
        for j in 0..n as isize {
            let mut sum = zero;
            for p in 0..k as isize {
                let (x, y) = (*a.offset(i * rsa + p * csa), *b.offset(p * rsb + j * csb));
                sum = T::mul_add(x.widen(), y.widen(), sum);
            }
            let at = c.offset(i * rsc + j * csc);
            let mut out = T::mul_add(alpha.widen(), sum, zero);
            if beta != T::ZERO {
                out = T::mul_add(beta.widen(), (*at).widen(), out);
            }
            out = match epilogue.bias {
                Bias::None => out,
                Bias::PerRow(p, s) => T::add((*p.offset(i * s)).widen(), out),
                Bias::PerCol(p, s) => T::add((*p.offset(j * s)).widen(), out),
            };
            *at = T::narrow(T::activate(out, epilogue.act));
        }
    }
}
