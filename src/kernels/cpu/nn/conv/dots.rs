//! The gradient for the weight where few channels come out, with channels first: vectors run along rows of pixels, and each
//! pair of an output channel and a term is a dot product. `filter` has its vectors along output channels, of which 3 are a
//! tenth of two vectors (both ways, 8x4x32x13x56 to 3 by 1x1x1, one thread: 3916 us with it, 423 so).
//!
//! Images, or rows of few, are summed in order into a fixed number of partial sums, which are added in order.

use super::Conv;
use super::direct::MANY_IMAGES;
use super::pad::Padded;
use super::plan::Plan;
use super::scratch::{self, Slot};
use super::tile::{Direct, kernels};
use crate::base::Elem;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;
use crate::kernels::cpu::machine::vector::Vector;
use std::ops::Range;

/// Pixels, at least a row, whose products are summed before they are added to the sums before them.
const STRETCH: usize = 4096;
const PARTS: usize = 8;

/// Whether this beats `filter`, in cycles of a core that multiplies two vectors in one: both have the terms, `filter` once for
/// all vectors of output channels, two in a cycle, and turns the gradients before; here each channel has them, a vector of pixels at a
/// time, of whose cycles a part is lost to loading.
pub fn wins(p: &Conv) -> bool {
    let (co, terms) = (p.cout / p.groups, (p.cin / p.groups * p.taps()) as f64);
    let kernels = kernels::<f32>();
    let (lanes, wide) = (kernels.lanes, kernels.vectors(co) * kernels.lanes);
    let row = if flat(p) { p.output_plane() } else { p.output[2] };
    let blocks = (co.div_ceil(wide) * wide) as f64 / (2 * lanes) as f64;
    let vectors = (row.div_ceil(lanes) as f64 + 0.5) / row as f64;
    (co as f64) * terms * vectors < blocks * (terms + 6.0)
}

/// The image is read where its outputs lie: all rows are one.
fn flat(p: &Conv) -> bool {
    p.taps() == 1 && p.stride == [1; 3] && p.padding == [0; 3]
}

/// Rows of pixels of one group of an image.
struct Rows<'a, T> {
    x: *const T,
    /// Where each term reads, and elements from one row to the next.
    offsets: &'a [usize],
    pitch: usize,
    g: *const T,
    /// Elements from one channel of the gradient to the next, and how many channels there are.
    channel: usize,
    channels: usize,
    rows: usize,
    width: usize,
}

pub unsafe fn backward_weight<T: Direct>(p: &Conv, x: *const T, g: *const T, dw: *mut T) {
    let plan = Plan::forward(p);
    let padded = Padded::of(&plan, size_of::<T>());
    let (ci, co, plane) = (p.cin / p.groups, p.cout / p.groups, p.output_plane());
    let at: Vec<usize> = plan.taps.iter().map(|t| padded.offset(t.1)).collect();
    let apart = padded.channel();
    let offsets: Vec<usize> = (0..ci).flat_map(|c| at.iter().map(move |at| c * apart + at)).collect();
    let [depth, height, width] = p.output;
    let (depth, height) = if flat(p) { (1, depth * height) } else { (depth, height) };
    let together = STRETCH.div_ceil(width).min(height);
    let pieces = height.div_ceil(together);
    let each = co * offsets.len();
    let mut sums = buffer(<T as Elem>::ZERO, p.groups * PARTS * each);
    let (x, g, to) = (Ptr::of(x), Ptr::of(g), Ptr(sums.as_mut_ptr()));
    // pieces of an image that is read at `from`, into the partial sums of a task
    let some = |image: usize, from: *const T, pieces_of: Range<usize>, to: *mut T| {
        for t in pieces_of {
            let (d, h) = (t / pieces, t % pieces * together);
            let rows = together.min(height - h);
            let (rows, width) = if flat(p) { (1, rows * width) } else { (rows, width) };
            let rows = Rows {
                x: from.wrapping_add(d * padded.slice() + h * padded.width()),
                offsets: &offsets,
                pitch: padded.width(),
                g: g.at(image * co * plane + (d * height + h) * p.output[2]),
                channel: plane,
                channels: co,
                rows,
                width,
            };
            // SAFETY: rows of the image and of its gradient; sums of this task
            unsafe { products(&rows, to) };
        }
    };
    let with_image = |image: usize, f: &dyn Fn(*const T)| {
        let from = x.at(image * ci * p.input_plane());
        if padded.as_is {
            return f(from);
        }
        scratch::with(Slot::Shared, ci * padded.channel(), |held: *mut T| {
            // SAFETY: room for the image
            unsafe { padded.copy(ci, from, held) };
            f(held);
        });
    };
    let all = depth * pieces;
    if p.n >= MANY_IMAGES {
        par::for_each(p.groups * PARTS, |t| {
            let (group, part) = (t / PARTS, t % PARTS);
            for n in part * p.n / PARTS..(part + 1) * p.n / PARTS {
                let image = n * p.groups + group;
                with_image(image, &|from| some(image, from, 0..all, to.at(t * each)));
            }
        });
    } else {
        let grain = (par::MATMUL_MIN_FMA / (plane * each / PARTS).max(1)).max(1);
        for image in 0..p.n * p.groups {
            let group = image % p.groups;
            with_image(image, &|from| {
                let from = Ptr::of(from);
                par::for_each_chunk(PARTS, grain, |r| {
                    for part in r {
                        let range = part * all / PARTS..(part + 1) * all / PARTS;
                        some(image, from.get(), range, to.at((group * PARTS + part) * each));
                    }
                });
            });
        }
    }
    for group in 0..p.groups {
        for i in 0..each {
            let parts = (0..PARTS).map(|part| sums[(group * PARTS + part) * each + i]);
            dw.add(group * each + i).write(parts.fold(<T as Elem>::ZERO, |a, b| a + b));
        }
    }
}

multiversion! {
    /// Adds the products of some rows to `sums[channel][term]`.
    unsafe fn products[const LEVEL, T: Direct](a: &Rows<T>, sums: *mut T) {
        at_level!(LEVEL, T, all_channels(a, sums))
    }
}

#[inline(always)]
unsafe fn all_channels<V: Vector<Elem: Direct>>(a: &Rows<V::Elem>, sums: *mut V::Elem) {
    let mut c = 0;
    while c < a.channels {
        // sums of sixteen registers leave room for their operands in 32, those of eight in 16
        let wide = size_of::<V>() == 64;
        match a.channels - c {
            1 => all_terms::<V, 1, 8>(a, c, sums),
            2 if wide => all_terms::<V, 2, 8>(a, c, sums),
            2 => all_terms::<V, 2, 4>(a, c, sums),
            3 if wide => all_terms::<V, 3, 6>(a, c, sums),
            3 => all_terms::<V, 3, 3>(a, c, sums),
            _ if wide => all_terms::<V, 4, 4>(a, c, sums),
            _ => all_terms::<V, 4, 2>(a, c, sums),
        }
        c += 4.min(a.channels - c);
    }
}

#[inline(always)]
unsafe fn all_terms<V: Vector<Elem: Direct>, const C: usize, const K: usize>(
    a: &Rows<V::Elem>,
    c: usize,
    sums: *mut V::Elem,
) {
    for k in (0..a.offsets.len()).step_by(K) {
        tile::<V, C, K>(a, c, k, sums.add(c * a.offsets.len()));
    }
}

/// The sums of `C` channels and `K` terms, of which those beyond the last are the last.
#[inline(always)]
unsafe fn tile<V: Vector<Elem: Direct>, const C: usize, const K: usize>(
    a: &Rows<V::Elem>,
    c: usize,
    k: usize,
    sums: *mut V::Elem,
) {
    let terms = a.offsets.len();
    let mut acc = [[V::zero(); K]; C];
    let mut at = [0; K];
    for i in 0..K {
        at[i] = a.offsets[(k + i).min(terms - 1)];
    }
    for row in 0..a.rows {
        let x = a.x.wrapping_add(row * a.pitch);
        let g = a.g.wrapping_add(c * a.channel + row * a.width);
        let mut j = 0;
        while j + V::LANES <= a.width {
            let mut of = [V::zero(); C];
            for r in 0..C {
                of[r] = V::load(g.wrapping_add(r * a.channel + j));
            }
            for i in 0..K {
                let x = V::load(x.wrapping_add(at[i] + j));
                for r in 0..C {
                    acc[r][i] = of[r].fma_fast(x, acc[r][i]);
                }
            }
            j += V::LANES;
        }
        if j < a.width {
            let part = a.width - j;
            let mut of = [V::zero(); C];
            for r in 0..C {
                of[r] = V::load_part(g.wrapping_add(r * a.channel + j), part);
            }
            for i in 0..K {
                let x = V::load_part(x.wrapping_add(at[i] + j), part);
                for r in 0..C {
                    acc[r][i] = of[r].fma_fast(x, acc[r][i]);
                }
            }
        }
    }
    for r in 0..C {
        for i in 0..K.min(terms - k) {
            *sums.add(r * terms + k + i) += acc[r][i].sum();
        }
    }
}
