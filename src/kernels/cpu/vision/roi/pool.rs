//! Regions cut into cells of whole pixels: the greatest of each, or their mean.

use super::{LANES, Maps, by_pixels, rounded};
use crate::base::Elem;
use crate::kernels::cpu::machine::float::{Flt, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::{grow, poll};
use std::ops::Range;

/// A region: the map it is of, and the rows and columns of its cells.
struct Region {
    map: usize,
    rows: Vec<Range<usize>>,
    columns: Vec<Range<usize>>,
}

/// The means of [`mean`] are of cells that end before the last row and column; `whole` lets them end behind those.
///
/// # Safety
/// `rois` is valid for `5 k` elements.
unsafe fn regions<T: Flt>(m: &Maps, whole: bool, rois: *const T, k: usize) -> Vec<Region> {
    let r = rounded::<T>;
    let scale = r(<T::C as Elem>::from_f64(m.scale));
    let mut out = Vec::new();
    grow(&mut out, k);
    for i in 0..k {
        if i % 1024 == 0 {
            poll();
        }
        let at = |j: usize| (*rois.add(5 * i + j)).up();
        // to the next whole number, halves away from zero
        let edge = |j: usize| r(at(j) * scale).to_f64().round();
        let axis = |low: usize, high: usize, cells: usize, limit: usize| -> Vec<Range<usize>> {
            let (start, end) = (edge(low), edge(high));
            let number = |v: f64| r(<T::C as Elem>::from_f64(v));
            let extent = if m.own { end - start } else { end - start + 1.0 };
            let size = number(if extent > 1.0 { extent } else { 1.0 });
            let step = r(size / number(cells as f64));
            let limit = if m.own && !whole { limit as f64 - 1.0 } else { limit as f64 };
            let mut list = Vec::new();
            grow(&mut list, cells);
            for cell in 0..cells {
                let (a, b) = (r(number(cell as f64) * step), r(number(cell as f64 + 1.0) * step));
                let (low, high) = if m.own {
                    (r(a + number(start)).to_f64().floor(), r(b + number(start)).to_f64().ceil())
                } else {
                    (a.to_f64().floor() + start, b.to_f64().ceil() + start)
                };
                let place = |v: f64| v.max(0.0).min(limit) as usize;
                list.push(place(low)..place(high));
            }
            list
        };
        out.push(Region {
            map: at(0).to_f64() as usize,
            rows: axis(2, 4, m.ph, m.h),
            columns: axis(1, 3, m.pw, m.w),
        });
    }
    out
}

/// What torchvision begins with, the least number of single precision or of more: what is no number is not found, nor what is below.
#[inline(always)]
fn least<T: Flt>() -> T::C {
    <T::C as Elem>::from_f64(match size_of::<T>() {
        2 => f64::NEG_INFINITY,
        4 => f32::MIN as f64,
        _ => f64::MIN,
    })
}

fn reads(list: &[Region]) -> usize {
    let along = |r: &[Range<usize>]| r.iter().map(|r| r.len()).sum::<usize>();
    list.iter().map(|r| along(&r.rows) * along(&r.columns)).sum()
}

/// See `align::wants_channels_last`.
///
/// # Safety
/// `rois` is valid for `5 k` elements.
pub unsafe fn wants_channels_last<T: Flt>(m: &Maps, rois: *const T, k: usize) -> bool {
    by_pixels::<T>() && m.c >= 8 && reads(&regions(m, false, rois, k)) >= m.n * m.plane() / 2
}

/// The greatest element of each cell and where in its plane it lies; zero and -1 where a cell holds none.
///
/// # Safety
/// `x` is valid for maps (n, c, h, w), or with `last` (n, h, w, c), `rois` for `5 k` elements, `out` and `places` for (k, c, ph,
/// pw); every region names a map.
pub unsafe fn greatest<T: Flt>(
    m: Maps,
    last: bool,
    x: *const T,
    rois: *const T,
    k: usize,
    out: *mut T,
    places: *mut i32,
) {
    let list = regions(&m, false, rois, k);
    let (x, out, places) = (Ptr::of(x), Ptr(out), Ptr(places));
    let cells = m.cells();
    let work = (reads(&list) / k.max(1)).max(1) * m.c;
    par::for_each_chunk(k, (par::ELEMENTWISE_GRAIN / work.max(1)).max(1), |range| {
        for i in range {
            let region = &list[i];
            // SAFETY: the map that the region names, and its part of the results
            unsafe {
                let x = x.at(region.map * m.c * m.plane()) as *const T;
                let (out, places) = (out.at(i * m.c * cells), places.at(i * m.c * cells));
                for (a, rows) in region.rows.iter().enumerate() {
                    for (b, columns) in region.columns.iter().enumerate() {
                        let cell = a * m.pw + b;
                        if const { by_pixels::<T>() } && last {
                            greatest_of_pixels::<T>(&m, rows, columns, cell, x, out, places);
                            continue;
                        }
                        for ch in 0..m.c {
                            let (v, at) = greatest_of_plane::<T>(&m, rows, columns, x.add(ch * m.plane()));
                            out.add(ch * cells + cell).write(v);
                            places.add(ch * cells + cell).write(at);
                        }
                    }
                }
            }
        }
    });
}

#[inline(always)]
unsafe fn greatest_of_plane<T: Flt>(
    m: &Maps,
    rows: &Range<usize>,
    columns: &Range<usize>,
    plane: *const T,
) -> (T, i32) {
    let empty = rows.is_empty() || columns.is_empty();
    let (mut best, mut at) = (if empty { T::C::ZERO } else { least::<T>() }, -1i32);
    for y in rows.clone() {
        for x in columns.clone() {
            let v = (*plane.add(y * m.w + x)).up();
            if v > best {
                (best, at) = (v, (y * m.w + x) as i32);
            }
        }
    }
    (T::down(best), at)
}

multiversion! {
    unsafe fn greatest_of_pixels[T: Flt](m: &Maps, rows: &Range<usize>, columns: &Range<usize>, cell: usize, x: *const T, out: *mut T, places: *mut i32) {
        let empty = rows.start >= rows.end || columns.start >= columns.end;
        let cells = m.ph * m.pw;
        for c0 in (0..m.c).step_by(LANES) {
            let lanes = (m.c - c0).min(LANES);
            let mut best = [if empty { T::C::ZERO } else { least::<T>() }; LANES];
            let mut at = [-1i32; LANES];
            for i in rows.start..rows.end {
                for j in columns.start..columns.end {
                    let here = (i * m.w + j) as i32;
                    let v = x.add((i * m.w + j) * m.c + c0);
                    if lanes == LANES {
                        for k in 0..LANES {
                            let v = (*v.add(k)).up();
                            let more = v > best[k];
                            best[k] = if more { v } else { best[k] };
                            at[k] = if more { here } else { at[k] };
                        }
                    } else {
                        for k in 0..lanes {
                            let v = (*v.add(k)).up();
                            if v > best[k] {
                                best[k] = v;
                                at[k] = here;
                            }
                        }
                    }
                }
            }
            for k in 0..lanes {
                out.add((c0 + k) * cells + cell).write(T::down(best[k]));
                places.add((c0 + k) * cells + cell).write(at[k]);
            }
        }
    }
}

/// The gradient of the maps: each cell's goes to its greatest element.
///
/// # Safety
/// As [`greatest`], with the places that it found.
pub unsafe fn greatest_backward<T: Flt>(
    m: Maps,
    g: *const T,
    places: *const i32,
    rois: *const T,
    k: usize,
    out: *mut T,
) {
    let (g, places, out) = (Ptr::of(g), Ptr::of(places), Ptr(out));
    let list: Vec<usize> =
        crate::kernels::cpu::machine::stop::gathered((0..k).map(|i| (*rois.add(5 * i)).to_f64() as usize));
    let (plane, cells) = (m.plane(), m.cells());
    par::for_each_chunk(m.n * m.c, (par::ELEMENTWISE_GRAIN / plane.max(1)).max(1), |range| {
        for t in range {
            let (map, ch) = (t / m.c, t % m.c);
            // SAFETY: a plane of the gradient, and the region's numbers
            unsafe {
                let to = out.at(t * plane);
                std::slice::from_raw_parts_mut(to, plane).fill(T::ZERO);
                for i in (0..k).filter(|&i| list[i] == map) {
                    let from = (i * m.c + ch) * cells;
                    for b in 0..cells {
                        let at = *places.at(from + b);
                        // places come from outside where a program calls this by itself
                        if at >= 0 && (at as usize) < plane {
                            let to = to.add(at as usize);
                            to.write(T::down((*to).up() + (*g.at(from + b)).up()));
                        }
                    }
                }
            }
        }
    });
}

/// The mean of each cell of the channel that is its own; zero where it holds none.
///
/// # Safety
/// As [`greatest`], of maps (n, c, h, w) and a result (k, c / cells, ph, pw).
pub unsafe fn mean<T: Flt>(m: Maps, x: *const T, rois: *const T, k: usize, out: *mut T) {
    let list = regions(&m, false, rois, k);
    let (x, out) = (Ptr::of(x), Ptr(out));
    let (c, cells, r) = (m.channels(), m.cells(), rounded::<T>);
    let work = (reads(&list) / k.max(1) / cells.max(1) + cells) * c;
    par::for_each_chunk(k, (par::ELEMENTWISE_GRAIN / work.max(1)).max(1), |range| {
        for i in range {
            let region = &list[i];
            for ch in 0..c {
                for b in 0..cells {
                    let (rows, columns) = (&region.rows[b / m.pw], &region.columns[b % m.pw]);
                    let mut sum = T::C::ZERO;
                    // SAFETY: the plane of the map that the region names, and a cell of the result
                    unsafe {
                        let plane = x.at((region.map * m.c + ch * cells + b) * m.plane());
                        for y in rows.clone() {
                            for x in columns.clone() {
                                sum = r(sum + (*plane.add(y * m.w + x)).up());
                            }
                        }
                        let area = rows.len() * columns.len();
                        let mean = if area == 0 {
                            T::C::ZERO
                        } else {
                            sum / r(<T::C as Elem>::from_f64(area as f64))
                        };
                        out.at((i * c + ch) * cells + b).write(T::down(mean));
                    }
                }
            }
        }
    });
}

/// The gradient of the maps of [`mean`], as torchvision has it: its cells end behind the last row and column, and get shares that
/// the mean did not take.
///
/// # Safety
/// As [`mean`], with the gradient of its result.
pub unsafe fn mean_backward<T: Flt>(m: Maps, g: *const T, rois: *const T, k: usize, out: *mut T) {
    let list = regions(&m, true, rois, k);
    let (g, out) = (Ptr::of(g), Ptr(out));
    let (c, plane, cells, r) = (m.channels(), m.plane(), m.cells(), rounded::<T>);
    par::for_each_chunk(m.n * m.c, (par::ELEMENTWISE_GRAIN / plane.max(1)).max(1), |range| {
        for t in range {
            let (map, own) = (t / m.c, t % m.c);
            let (ch, b) = (own / cells, own % cells);
            // SAFETY: a plane of the gradient, and the region's numbers
            unsafe {
                let to = out.at(t * plane);
                std::slice::from_raw_parts_mut(to, plane).fill(T::ZERO);
                for (i, region) in list.iter().enumerate().filter(|(_, r)| r.map == map) {
                    let (rows, columns) = (&region.rows[b / m.pw], &region.columns[b % m.pw]);
                    let area = rows.len() * columns.len();
                    if area == 0 {
                        continue;
                    }
                    let share =
                        r((*g.at((i * c + ch) * cells + b)).up() / r(<T::C as Elem>::from_f64(area as f64)));
                    for y in rows.clone() {
                        for x in columns.clone() {
                            let to = to.add(y * m.w + x);
                            to.write(T::down((*to).up() + share));
                        }
                    }
                }
            }
        }
    });
}
