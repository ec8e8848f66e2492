//! What follows the sums: scaling, and activations over finished rows.

use super::elem::{MatElem, Real};
use super::naive;
use super::problem::{Act, BlockFn, Epilogue, Gemm, Problem};
use crate::kernels::cpu::elementwise::math;
use crate::kernels::cpu::machine::vector::Vector;
use crate::multiversion_vector;

multiversion_vector! {
    unsafe fn relu_f32[V: Vector<Elem = f32>, f32, Portable](src: *const f32, dst: *mut f32, n: usize) {
        relu::<V>(src, dst, n)
    }
}
multiversion_vector! {
    unsafe fn relu_f64[V: Vector<Elem = f64>, f64, Portable](src: *const f64, dst: *mut f64, n: usize) {
        relu::<V>(src, dst, n)
    }
}

#[inline(always)]
unsafe fn relu<V: Vector>(src: *const V::Elem, dst: *mut V::Elem, n: usize) {
    // nan, as the second operand, stays.
    let mut i = 0;
    while i + V::LANES <= n {
        V::zero().max(V::load(src.add(i))).store(dst.add(i));
        i += V::LANES;
    }
    if i < n {
        V::zero().max(V::load_part(src.add(i), n - i)).store_part(dst.add(i), n - i);
    }
}

pub fn block_fn_f32(act: Act) -> Option<BlockFn<f32>> {
    match act {
        Act::None => None,
        Act::Relu => Some(relu_f32),
        Act::Gelu => Some(math::gelu_f32),
        Act::GeluTanh => Some(math::gelu_tanh_f32),
        Act::Silu => Some(math::silu_f32),
        Act::Sigmoid => Some(math::sigmoid_f32),
        Act::Tanh => Some(math::tanh_f32),
    }
}

pub fn block_fn_f64(act: Act) -> Option<BlockFn<f64>> {
    match act {
        Act::None => None,
        Act::Relu => Some(relu_f64),
        Act::Gelu => Some(math::gelu_f64),
        Act::GeluTanh => Some(math::gelu_tanh_f64),
        Act::Silu => Some(math::silu_f64),
        Act::Sigmoid => Some(math::sigmoid_f64),
        Act::Tanh => Some(math::tanh_f64),
    }
}

/// Activations other than relu, which the tiles do, over a finished rectangle while it is in cache.
pub unsafe fn activate<T: Real>(p: &Problem<T>, rows: std::ops::Range<usize>, cols: std::ops::Range<usize>) {
    let act = p.epilogue.act;
    let Some(f) = T::block_fn(act).filter(|_| act != Act::Relu) else { return };
    for i in rows {
        let c = p.c.offset(i as isize * p.rsc + cols.start as isize * p.csc);
        if p.csc == 1 {
            f(c, c, cols.len());
            continue;
        }
        for j in 0..cols.len() as isize {
            let c = c.offset(j * p.csc);
            f(c, c, 1);
        }
    }
}

/// The product without a product: `c = act(beta * c + bias)`.
pub unsafe fn scale_only<T: MatElem>(
    m: usize,
    n: usize,
    beta: T,
    c: *mut T,
    rsc: isize,
    csc: isize,
    epilogue: Epilogue<T>,
) {
    let (a, b) = (std::ptr::null(), std::ptr::null());
    naive::gemm(&Gemm {
        m,
        n,
        k: 0,
        alpha: T::ZERO,
        a,
        rsa: 0,
        csa: 0,
        b,
        rsb: 0,
        csb: 0,
        beta,
        c,
        rsc,
        csc,
        epilogue,
    });
}
