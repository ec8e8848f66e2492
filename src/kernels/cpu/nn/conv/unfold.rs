//! The general way: patches unfolded into a matrix of (channel, tap) rows and pixel columns, and matrix products.
//! Any dtype, stride, dilation and memory order; one image and group at a time, the product shared by the threads.

use super::Conv;
use crate::base::{Elem, Num};
use crate::kernels::cpu::linalg::matmul::{MatElem, gemm};
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;
use std::ops::Range;

/// The outputs along one axis whose tap `k` falls inside the input.
fn inside(p: &Conv, axis: usize, k: usize) -> Range<usize> {
    let (s, first) = (p.stride[axis], (k * p.dilation[axis]) as isize - p.padding[axis] as isize);
    let size = p.input[axis] as isize;
    let start = if first < 0 { (-first as usize).div_ceil(s) } else { 0 };
    let end = if first >= size { 0 } else { ((size - first) as usize).div_ceil(s) };
    start.min(p.output[axis])..end.min(p.output[axis]).max(start.min(p.output[axis]))
}

/// For row `row` of the matrix calls `f(pixel, input offset, count)` for stretches of pixels `stride[2]` inputs apart.
fn row_runs(p: &Conv, row: usize, mut f: impl FnMut(usize, usize, usize)) {
    let taps = p.taps();
    let (c, tap) = (row / taps, row % taps);
    let k = [tap / p.kernel[2] / p.kernel[1], tap / p.kernel[2] % p.kernel[1], tap % p.kernel[2]];
    let at = |a: usize, o: usize| o * p.stride[a] + k[a] * p.dilation[a] - p.padding[a];
    let (cs, ps) = p.strides(p.cin, p.input_plane());
    let w = inside(p, 2, k[2]);
    if w.is_empty() {
        return;
    }
    for d in inside(p, 0, k[0]) {
        for h in inside(p, 1, k[1]) {
            let pixel = (d * p.output[1] + h) * p.output[2] + w.start;
            let input = (at(0, d) * p.input[1] + at(1, h)) * p.input[2] + at(2, w.start);
            f(pixel, c * cs + input * ps, w.len());
        }
    }
}

unsafe fn unfold<T: Num>(p: &Conv, x: *const T, cols: *mut T) {
    let (rows, plane) = (p.cin / p.groups * p.taps(), p.output_plane());
    let step = p.stride[2] * p.strides(p.cin, p.input_plane()).1;
    let (x, cols) = (Ptr::of(x), Ptr(cols));
    par::for_each_chunk(rows, par::ELEMENTWISE_GRAIN.div_ceil(plane), |r| {
        for row in r {
            let to = cols.at(row * plane);
            // SAFETY: a row of the matrix, and inputs inside the image.
            unsafe {
                for i in 0..plane {
                    to.add(i).write(T::ZERO);
                }
                row_runs(p, row, |pixel, from, n| {
                    for i in 0..n {
                        to.add(pixel + i).write(*x.at(from + i * step));
                    }
                });
            }
        }
    });
}

/// Adds the matrix back into an image; channels are independent.
unsafe fn fold<T: Num>(p: &Conv, cols: *const T, dx: *mut T) {
    let (taps, plane) = (p.taps(), p.output_plane());
    let step = p.stride[2] * p.strides(p.cin, p.input_plane()).1;
    let (dx, cols) = (Ptr(dx), Ptr::of(cols));
    par::for_each_chunk(p.cin / p.groups, par::ELEMENTWISE_GRAIN.div_ceil(taps * plane), |r| {
        for row in r.start * taps..r.end * taps {
            // SAFETY: inputs inside the channels of this task.
            row_runs(p, row, |pixel, to, n| unsafe {
                for i in 0..n {
                    let at = dx.at(to + i * step);
                    *at = (*at).add(*cols.at(row * plane + pixel + i));
                }
            });
        }
    });
}

/// Fills `c` channels of `n` images with one value each.
unsafe fn fill_channels<T: Elem>(
    n: usize,
    c: usize,
    plane: usize,
    last: bool,
    value: impl Fn(usize) -> T + Sync,
    y: *mut T,
) {
    let y = Ptr(y);
    par::for_each_chunk(n * c * plane, par::ELEMENTWISE_GRAIN, |r| {
        for i in r {
            let channel = if last { i % c } else { i / plane % c };
            // SAFETY: `i` is an element of the result.
            unsafe { y.at(i).write(value(channel)) };
        }
    });
}

fn matrix<T: Num>(p: &Conv) -> Vec<T> {
    buffer(T::ZERO, p.cin / p.groups * p.taps() * p.output_plane())
}

pub unsafe fn forward<T: Num + MatElem>(p: &Conv, x: *const T, weight: *const T, bias: *const T, y: *mut T) {
    let (m, k, plane) = (p.cout / p.groups, p.cin / p.groups * p.taps(), p.output_plane());
    let (xs, ys) = (p.strides(p.cin, p.input_plane()).0, p.strides(p.cout, plane));
    let zero = <T as Elem>::ZERO;
    let b = Ptr::of(bias);
    fill_channels(
        p.n,
        p.cout,
        plane,
        p.channels_last,
        |c| if b.get().is_null() { zero } else { *b.at(c) },
        y,
    );
    let mut cols = matrix(p);
    for n in 0..p.n {
        for g in 0..p.groups {
            unfold(p, x.add(n * p.cin * p.input_plane() + g * (p.cin / p.groups) * xs), cols.as_mut_ptr());
            let y = y.add(n * p.cout * plane + g * m * ys.0);
            let w = weight.add(g * m * k);
            let (n, rs) = (plane, k as isize);
            gemm(
                m,
                n,
                k,
                T::ONE,
                w,
                rs,
                1,
                cols.as_ptr(),
                n as isize,
                1,
                T::ONE,
                y,
                ys.0 as isize,
                ys.1 as isize,
                None,
            );
        }
    }
}

pub unsafe fn backward_data<T: Num + MatElem>(
    p: &Conv,
    g: *const T,
    weight: *const T,
    bias: *const T,
    dx: *mut T,
) {
    let (m, k, plane) = (p.cout / p.groups, p.cin / p.groups * p.taps(), p.output_plane());
    let (xs, gs) = (p.strides(p.cin, p.input_plane()).0, p.strides(p.cout, plane));
    let zero = <T as Elem>::ZERO;
    let b = Ptr::of(bias);
    let value = |c: usize| if b.get().is_null() { zero } else { *b.at(c) };
    fill_channels(p.n, p.cin, p.input_plane(), p.channels_last, value, dx);
    let mut cols = matrix(p);
    for n in 0..p.n {
        for group in 0..p.groups {
            let g = g.add(n * p.cout * plane + group * m * gs.0);
            let w = weight.add(group * m * k);
            let (cs, ps) = (gs.0 as isize, gs.1 as isize);
            gemm(
                k,
                plane,
                m,
                T::ONE,
                w,
                1,
                k as isize,
                g,
                cs,
                ps,
                zero,
                cols.as_mut_ptr(),
                plane as isize,
                1,
                None,
            );
            fold(p, cols.as_ptr(), dx.add(n * p.cin * p.input_plane() + group * (p.cin / p.groups) * xs));
        }
    }
}

pub unsafe fn backward_weight<T: Num + MatElem>(p: &Conv, x: *const T, g: *const T, dw: *mut T) {
    let (m, k, plane) = (p.cout / p.groups, p.cin / p.groups * p.taps(), p.output_plane());
    let (xs, gs) = (p.strides(p.cin, p.input_plane()).0, p.strides(p.cout, plane));
    for i in 0..p.cout * k {
        dw.add(i).write(<T as Elem>::ZERO);
    }
    let mut cols = matrix(p);
    for n in 0..p.n {
        for group in 0..p.groups {
            unfold(
                p,
                x.add(n * p.cin * p.input_plane() + group * (p.cin / p.groups) * xs),
                cols.as_mut_ptr(),
            );
            let g = g.add(n * p.cout * plane + group * m * gs.0);
            let dw = dw.add(group * m * k);
            let (cs, ps, rs) = (gs.0 as isize, gs.1 as isize, k as isize);
            gemm(m, k, plane, T::ONE, g, cs, ps, cols.as_ptr(), 1, plane as isize, T::ONE, dw, rs, 1, None);
        }
    }
}
