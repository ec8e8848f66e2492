//! The columns of convolutions whose taps are moved: what each tap reads between pixels, at each place of the result, and the
//! gradients of that. Weights and places of a tap are found once for all channels that move together.

use crate::base::Elem;
use crate::kernels::cpu::machine::float::{Cmp, Flt, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::buffer;

/// One picture and its taps; rows before columns.
#[derive(Clone, Copy, Debug)]
pub struct Taps {
    pub channels: usize,
    pub size: [usize; 2],
    pub kernel: [usize; 2],
    pub out: [usize; 2],
    pub stride: [usize; 2],
    pub padding: [usize; 2],
    pub dilation: [usize; 2],
    /// Groups of channels that move together.
    pub groups: usize,
    pub masked: bool,
}

impl Taps {
    pub fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }
    pub fn places(&self) -> usize {
        self.out[0] * self.out[1]
    }
    pub fn plane(&self) -> usize {
        self.size[0] * self.size[1]
    }
    fn together(&self) -> usize {
        self.channels / self.groups
    }
}

/// Where a tap reads at every place: four pixels, and numbers for each.
struct Corners<C> {
    at: [Vec<u32>; 4],
    /// How much of each pixel, without the mask.
    weight: [Vec<C>; 4],
    /// How much the value grows with a step down, and to the right.
    slope: [[Vec<C>; 4]; 2],
}

impl<C: Elem + Cmp> Corners<C> {
    fn new(places: usize, slopes: bool) -> Corners<C> {
        let list = |n: usize| std::array::from_fn(|_| buffer(C::ZERO, n));
        let n = if slopes { places } else { 0 };
        Corners {
            at: std::array::from_fn(|_| buffer(0, places)),
            weight: list(places),
            slope: [list(n), list(n)],
        }
    }
    /// # Safety
    /// `offset` is valid for both planes of a tap's offsets.
    unsafe fn find<T: Flt<C = C>>(&mut self, p: &Taps, tap: usize, offset: *const T) {
        let places = p.places();
        let (i, j) = (tap / p.kernel[1], tap % p.kernel[1]);
        let slopes = !self.slope[0][0].is_empty();
        let number = |v: i64| C::from_f64(v as f64);
        let (one, zero) = (number(1), C::ZERO);
        let [h, w] = p.size.map(|s| s as i64);
        for k in 0..places {
            let (row, column) = ((k / p.out[1] * p.stride[0]) as i64, (k % p.out[1] * p.stride[1]) as i64);
            let y = number(row - p.padding[0] as i64 + (i * p.dilation[0]) as i64) + (*offset.add(k)).up();
            let x = number(column - p.padding[1] as i64 + (j * p.dilation[1]) as i64)
                + (*offset.add(places + k)).up();
            let (fy, fx) = (y.to_f64().floor(), x.to_f64().floor());
            // what is far away, or no number, reads nothing
            let near = fy >= -1.0 && fx >= -1.0 && fy < h as f64 && fx < w as f64;
            let (ty, tx) = if near { (fy as i64, fx as i64) } else { (-2, -2) };
            let (ly, lx) = if near { (y - number(ty), x - number(tx)) } else { (zero, zero) };
            let (hy, hx) = (one - ly, one - lx);
            let inside = y > -one && x > -one && y < number(h) && x < number(w);
            let weights = [hy * hx, hy * lx, ly * hx, ly * lx];
            let down = [-hx, -lx, hx, lx];
            let right = [-hy, hy, -ly, ly];
            for (c, (dy, dx)) in [(0, 0), (0, 1), (1, 0), (1, 1)].into_iter().enumerate() {
                let (yy, xx) = (ty + dy, tx + dx);
                let there = yy >= 0 && xx >= 0 && yy < h && xx < w;
                self.at[c][k] = if there { (yy * w + xx) as u32 } else { 0 };
                self.weight[c][k] = if there && inside { weights[c] } else { zero };
                if slopes {
                    self.slope[0][c][k] = if there { down[c] } else { zero };
                    self.slope[1][c][k] = if there { right[c] } else { zero };
                }
            }
        }
    }
}

/// Places that are read together: what was read lies in registers and on the stack, where the compiler sees that nothing overlaps.
const BLOCK: usize = 64;

/// Four pixels of a plane for each of some places.
#[inline(always)]
unsafe fn pixels<T: Flt>(n: usize, from: usize, at: [*const u32; 4], plane: *const T) -> [[T::C; BLOCK]; 4] {
    let mut v = [[T::C::ZERO; BLOCK]; 4];
    for i in 0..4 {
        for k in 0..n {
            v[i][k] = (*plane.add(*at[i].add(from + k) as usize)).up();
        }
    }
    v
}

/// The sum of pixels by weights, from the first to the last.
#[inline(always)]
unsafe fn weighed<C: Cmp>(n: usize, from: usize, w: [*const C; 4], v: &[[C; BLOCK]; 4]) -> [C; BLOCK] {
    let mut sum = [C::ZERO; BLOCK];
    for k in 0..n {
        let at = |i: usize| *w[i].add(from + k) * v[i][k];
        sum[k] = at(0) + at(1) + at(2) + at(3);
    }
    sum
}

/// A tap of one channel at all places.
unsafe fn read<T: Flt>(
    places: usize,
    at: [*const u32; 4],
    w: [*const T::C; 4],
    mask: *const T,
    plane: *const T,
    out: *mut T,
) {
    if const { size_of::<T>() == 4 } {
        read_by_level::<T>(places, at, w, mask, plane, out)
    } else {
        read_plainly::<T>(places, at, w, mask, plane, out)
    }
}

#[inline(always)]
unsafe fn read_plainly<T: Flt>(
    places: usize,
    at: [*const u32; 4],
    w: [*const T::C; 4],
    mask: *const T,
    plane: *const T,
    out: *mut T,
) {
    for from in (0..places).step_by(BLOCK) {
        let n = (places - from).min(BLOCK);
        let mut sum = weighed::<T::C>(n, from, w, &pixels::<T>(n, from, at, plane));
        if !mask.is_null() {
            for k in 0..n {
                sum[k] = sum[k] * (*mask.add(from + k)).up();
            }
        }
        for k in 0..n {
            *out.add(from + k) = T::down(sum[k]);
        }
    }
}

multiversion! {
    /// For single precision alone: for other types, which are rare here, the library would only become larger.
    unsafe fn read_by_level[T: Flt](places: usize, at: [*const u32; 4], w: [*const T::C; 4], mask: *const T, plane: *const T, out: *mut T) {
        read_plainly::<T>(places, at, w, mask, plane, out)
    }
}

fn pointers<A>(x: &[Vec<A>; 4]) -> [*const A; 4] {
    std::array::from_fn(|i| x[i].as_ptr())
}

/// The columns (channels * taps, places) of one picture.
///
/// # Safety
/// `x` is valid for the picture, `offset` for two planes of places for each tap of each group, `mask`, where there is one, for
/// one, `out` for the columns.
pub unsafe fn columns<T: Flt>(p: Taps, x: *const T, offset: *const T, mask: *const T, out: *mut T) {
    let (taps, places, together) = (p.taps(), p.places(), p.together());
    let (x, offset, mask, out) = (Ptr::of(x), Ptr::of(offset), Ptr::of(mask), Ptr(out));
    let grain = (par::ELEMENTWISE_GRAIN / 8 / (places * together).max(1)).max(1);
    par::for_each_chunk(p.groups * taps, grain, |range| {
        let mut corners = Corners::new(places, false);
        for t in range {
            let (group, tap) = (t / taps, t % taps);
            // SAFETY: the tap's offsets and mask, planes of the group, and rows of the columns that are this tap's
            unsafe {
                corners.find::<T>(&p, tap, offset.at(2 * t * places));
                let mask = if p.masked { mask.at(t * places).cast_const() } else { std::ptr::null() };
                for c in group * together..(group + 1) * together {
                    let (plane, to) = (x.at(c * p.plane()), out.at((c * taps + tap) * places));
                    read::<T>(places, pointers(&corners.at), pointers(&corners.weight), mask, plane, to);
                }
            }
        }
    });
}

/// The gradients of picture, offsets and mask from that of the columns; null where one is not wanted.
///
/// # Safety
/// As [`columns`]; what is written is valid for as much as what it is the gradient of.
pub unsafe fn columns_backward<T: Flt>(
    p: Taps,
    g: *const T,
    x: *const T,
    offset: *const T,
    mask: *const T,
    to: [*mut T; 3],
) {
    let (taps, places, together, plane) = (p.taps(), p.places(), p.together(), p.plane());
    let (g, x, offset, mask) = (Ptr::of(g), Ptr::of(x), Ptr::of(offset), Ptr::of(mask));
    let [gx, goffset, gmask] = to.map(Ptr);
    let share = |t: usize, k: usize| if p.masked { (*mask.at(t * places + k)).up() } else { T::C::ONE };
    if !gx.get().is_null() {
        // channels by some, so that places are not found anew for each; a plane is one task's
        let block = together.div_ceil(4).max(8).min(together);
        let blocks = together.div_ceil(block);
        par::for_each_chunk(p.groups * blocks, 1, |range| {
            let mut corners = Corners::new(places, false);
            for b in range {
                let (group, first) = (b / blocks, b % blocks * block);
                let mine = group * together + first..group * together + (first + block).min(together);
                // SAFETY: planes that are this task's, and the columns of their channels
                unsafe {
                    std::slice::from_raw_parts_mut(gx.at(mine.start * plane), mine.len() * plane)
                        .fill(T::ZERO);
                    for tap in 0..taps {
                        let t = group * taps + tap;
                        corners.find::<T>(&p, tap, offset.at(2 * t * places));
                        // four planes at a time: an addition waits for the one before it in its own plane alone
                        for c in mine.clone().step_by(4) {
                            let n = (mine.end - c).min(4);
                            let from = g.at((c * taps + tap) * places);
                            for k in 0..places {
                                let share = share(t, k);
                                for i in 0..4 {
                                    let (at, w) = (corners.at[i][k] as usize, corners.weight[i][k] * share);
                                    for j in 0..n {
                                        let to = gx.at((c + j) * plane + at);
                                        *to =
                                            T::down((*to).up() + (*from.add(j * taps * places + k)).up() * w);
                                    }
                                }
                            }
                        }
                    }
                }
            }
        });
    }
    if goffset.get().is_null() && gmask.get().is_null() {
        return;
    }
    par::for_each_chunk(p.groups * taps, 1, |range| {
        let mut corners = Corners::new(places, true);
        for t in range {
            let (group, tap) = (t / taps, t % taps);
            let mut sums: [Vec<T::C>; 3] = std::array::from_fn(|_| buffer(T::C::ZERO, places));
            // SAFETY: the tap's offsets and mask, the group's planes and columns, and the tap's gradients
            unsafe {
                corners.find::<T>(&p, tap, offset.at(2 * t * places));
                for c in group * together..(group + 1) * together {
                    let (g, plane) = (g.at((c * taps + tap) * places), x.at(c * plane));
                    let [down, right, whole] = &mut sums;
                    let steps =
                        [pointers(&corners.slope[0]), pointers(&corners.slope[1]), pointers(&corners.weight)];
                    let sums = [down.as_mut_ptr(), right.as_mut_ptr(), whole.as_mut_ptr()];
                    gather::<T>(places, pointers(&corners.at), steps, g, plane, sums);
                }
                for k in 0..places {
                    if !goffset.get().is_null() {
                        for i in 0..2 {
                            goffset.at((2 * t + i) * places + k).write(T::down(sums[i][k] * share(t, k)));
                        }
                    }
                    if !gmask.get().is_null() {
                        gmask.at(t * places + k).write(T::down(sums[2][k]));
                    }
                }
            }
        }
    });
}

/// Adds what one channel says to the gradients of a tap's offsets and mask.
unsafe fn gather<T: Flt>(
    places: usize,
    at: [*const u32; 4],
    w: [[*const T::C; 4]; 3],
    g: *const T,
    plane: *const T,
    sums: [*mut T::C; 3],
) {
    if const { size_of::<T>() == 4 } {
        gather_by_level::<T>(places, at, w, g, plane, sums)
    } else {
        gather_plainly::<T>(places, at, w, g, plane, sums)
    }
}

#[inline(always)]
unsafe fn gather_plainly<T: Flt>(
    places: usize,
    at: [*const u32; 4],
    w: [[*const T::C; 4]; 3],
    g: *const T,
    plane: *const T,
    sums: [*mut T::C; 3],
) {
    for from in (0..places).step_by(BLOCK) {
        let n = (places - from).min(BLOCK);
        let v = pixels::<T>(n, from, at, plane);
        for i in 0..3 {
            let slope = weighed::<T::C>(n, from, w[i], &v);
            for k in 0..n {
                *sums[i].add(from + k) += (*g.add(from + k)).up() * slope[k];
            }
        }
    }
}

multiversion! {
    /// For single precision alone: for other types, which are rare here, the library would only become larger.
    unsafe fn gather_by_level[T: Flt](places: usize, at: [*const u32; 4], w: [[*const T::C; 4]; 3], g: *const T, plane: *const T, sums: [*mut T::C; 3]) {
        gather_plainly::<T>(places, at, w, g, plane, sums)
    }
}
