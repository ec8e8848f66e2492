//! Regions read at points between pixels and averaged. A point lies between four pixels; where its rows and columns are, and
//! how much of each, is found once for a region, for each axis by itself.
//!
//! Sums run over a cell's points in their order, and gradients over regions, cells and points in theirs: the number of threads
//! changes nothing.

use super::{LANES, Maps, by_pixels, rounded};
use crate::base::Elem;
use crate::kernels::cpu::machine::float::{Flt, Ptr};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::{buffer, grow, poll};

/// How points are laid into regions.
#[derive(Clone, Copy, Debug)]
pub struct Points {
    /// Along each side of a cell; as many as pixels, if not positive.
    pub ratio: i64,
    /// Pixels are centred at halves.
    pub aligned: bool,
}

/// A point along one axis, which lies on the map.
#[derive(Clone, Copy)]
struct Point<C> {
    cell: u32,
    low: u32,
    high: u32,
    /// How much of the lower pixel, and of the upper.
    parts: [C; 2],
}

struct Region<C> {
    map: usize,
    rows: std::ops::Range<usize>,
    columns: std::ops::Range<usize>,
    /// By which the sum of a cell is divided.
    count: C,
}

/// All regions, and the points of all.
struct Plan<C> {
    regions: Vec<Region<C>>,
    points: Vec<Point<C>>,
}

fn number<T: Flt>(x: f64) -> T::C {
    rounded::<T>(<T::C as Elem>::from_f64(x))
}

impl<C: Copy> Plan<C> {
    /// # Safety
    /// `rois` is valid for `5 k` elements.
    unsafe fn new<T: Flt<C = C>>(m: &Maps, p: Points, rois: *const T, k: usize) -> Plan<C>
    where
        C: crate::kernels::cpu::machine::float::Cmp,
    {
        let r = rounded::<T>;
        let mut plan = Plan { regions: Vec::new(), points: Vec::new() };
        grow(&mut plan.regions, k);
        let (scale, shift) = (number::<T>(m.scale), number::<T>(if p.aligned || m.own { 0.5 } else { 0.0 }));
        for i in 0..k {
            if i % 1024 == 0 {
                poll();
            }
            let at = |j: usize| (*rois.add(5 * i + j)).up();
            let edge = |j: usize| r(r(at(j) * scale) - shift);
            let (x1, y1, x2, y2) = (edge(1), edge(2), edge(3), edge(4));
            let mut axis = |start: C, end: C, cells: usize, limit: usize| {
                let mut size = r(end - start);
                let one = number::<T>(1.0);
                if !p.aligned && !m.own && size < one {
                    size = one;
                }
                let step = r(size / number::<T>(cells as f64));
                // what no int holds is the least of them in C++, and has no points
                let wide = if p.ratio > 0 { p.ratio as f64 } else { step.to_f64().ceil() };
                let count = if wide.abs() < 2147483648.0 { wide as i64 } else { i32::MIN as i64 };
                let from = plan.points.len();
                plan.lay::<T>(start, step, cells, count, limit);
                (from..plan.points.len(), count)
            };
            let (rows, ny) = axis(y1, y2, m.ph, m.h);
            let (columns, nx) = axis(x1, x2, m.pw, m.w);
            let product = (ny as i32).wrapping_mul(nx as i32) as f64;
            let count = number::<T>(if m.own { product } else { product.max(1.0) });
            plan.regions.push(Region { map: at(0).to_f64() as usize, rows, columns, count });
        }
        plan
    }
    /// Points along an axis of `limit` pixels, of which those off the map are left out.
    fn lay<T: Flt<C = C>>(&mut self, start: C, step: C, cells: usize, count: i64, limit: usize)
    where
        C: crate::kernels::cpu::machine::float::Cmp,
    {
        let r = rounded::<T>;
        let (zero, one, end) = (C::ZERO, number::<T>(1.0), number::<T>(limit as f64));
        let all = number::<T>(count as f64);
        if limit == 0 {
            return;
        }
        for cell in 0..cells {
            let base = r(start + r(number::<T>(cell as f64) * step));
            // where points begin and end to be on the map, with room for rounding: a region may be much larger than its map
            let (b, s) = (base.to_f64(), step.to_f64() / count as f64);
            let (mut first, mut last) = (0i64, count);
            if s > 0.0 {
                let slack = 2.0 + 1e-2 * (b.abs() + limit as f64) / s;
                first = (((-1.0 - b) / s - slack).max(0.0) as i64).min(count);
                last = (((limit as f64 - b) / s + slack).max(0.0) as i64).min(count);
            }
            for i in first..last {
                if i % 4096 == 4095 {
                    poll();
                }
                let mut at = r(base + r(r(number::<T>(i as f64 + 0.5) * step) / all));
                if !(at >= -one && at <= end) {
                    continue;
                }
                if at <= zero {
                    at = zero;
                }
                let mut low = at.to_f64() as usize;
                let mut high = low + 1;
                if low + 1 >= limit {
                    (low, high) = (limit - 1, limit - 1);
                    at = number::<T>(low as f64);
                }
                let part = r(at - number::<T>(low as f64));
                grow(&mut self.points, 1);
                self.points.push(Point {
                    cell: cell as u32,
                    low: low as u32,
                    high: high as u32,
                    parts: [r(one - part), part],
                });
            }
        }
    }
    /// The four pixels of every point and their weights, cell by cell, and where each cell's begin.
    fn corners<T: Flt<C = C>>(&self, m: &Maps, g: &Region<C>, out: &mut Corners<C>)
    where
        C: crate::kernels::cpu::machine::float::Cmp,
    {
        let r = rounded::<T>;
        out.at.clear();
        out.start.clear();
        let (rows, columns) = (&self.points[g.rows.clone()], &self.points[g.columns.clone()]);
        let of = |list: &[Point<C>], cell: usize| {
            let from = list.partition_point(|p| (p.cell as usize) < cell);
            from..from + list[from..].partition_point(|p| p.cell as usize == cell)
        };
        for i in 0..m.ph {
            let mine = &rows[of(rows, i)];
            for j in 0..m.pw {
                out.start.push(out.at.len());
                let across = &columns[of(columns, j)];
                grow(&mut out.at, mine.len() * across.len());
                for y in mine {
                    for x in across {
                        let at = |y: u32, x: u32| y as usize * m.w + x as usize;
                        out.at.push(Corner {
                            at: [at(y.low, x.low), at(y.low, x.high), at(y.high, x.low), at(y.high, x.high)],
                            weight: [
                                r(y.parts[0] * x.parts[0]),
                                r(y.parts[0] * x.parts[1]),
                                r(y.parts[1] * x.parts[0]),
                                r(y.parts[1] * x.parts[1]),
                            ],
                        });
                    }
                }
            }
        }
        out.start.push(out.at.len());
    }
    /// Pixels that all regions read of a channel, about.
    fn reads(&self) -> usize {
        self.regions.iter().map(|g| g.rows.len() * g.columns.len() * 4).sum()
    }
}

#[derive(Clone, Copy)]
struct Corner<C> {
    at: [usize; 4],
    weight: [C; 4],
}

struct Corners<C> {
    at: Vec<Corner<C>>,
    start: Vec<usize>,
}

impl<C> Corners<C> {
    fn new() -> Corners<C> {
        Corners { at: Vec::new(), start: Vec::new() }
    }
    #[inline(always)]
    fn cell(&self, b: usize) -> &[Corner<C>] {
        &self.at[self.start[b]..self.start[b + 1]]
    }
}

/// Whether it is worth while to have the channels of a pixel side by side: a turn of the maps costs as much as a few reads.
///
/// # Safety
/// `rois` is valid for `5 k` elements.
pub unsafe fn wants_channels_last<T: Flt>(m: &Maps, p: Points, rois: *const T, k: usize) -> bool {
    by_pixels::<T>() && !m.own && m.c >= 8 && Plan::new::<T>(m, p, rois, k).reads() >= m.n * m.plane() / 2
}

/// Regions of maps (n, c, h, w), or with `last` (n, h, w, c), as (k, channels, ph, pw).
///
/// # Safety
/// `x` is valid for the maps, `rois` for `5 k` elements, `out` for the result; every region names a map.
pub unsafe fn forward<T: Flt>(
    m: Maps,
    p: Points,
    last: bool,
    x: *const T,
    rois: *const T,
    k: usize,
    out: *mut T,
) {
    let plan = Plan::new::<T>(&m, p, rois, k);
    let (x, out) = (Ptr::of(x), Ptr(out));
    let (c, cells) = (m.channels(), m.cells());
    let work = (plan.reads() / k.max(1)).max(1) * c;
    par::for_each_chunk(k, (par::ELEMENTWISE_GRAIN / work.max(1)).max(1), |range| {
        let mut corners = Corners::new();
        for i in range {
            let region = &plan.regions[i];
            plan.corners::<T>(&m, region, &mut corners);
            // SAFETY: the map that the region names, and its part of the result
            unsafe {
                let x = x.at(region.map * m.c * m.plane()) as *const T;
                let out = out.at(i * c * cells);
                if const { by_pixels::<T>() } && last {
                    cells_of_pixels::<T>(&m, &corners, region.count, x, out);
                } else {
                    for ch in 0..c {
                        for b in 0..cells {
                            let plane = x.add(if m.own { ch * cells + b } else { ch } * m.plane());
                            out.add(ch * cells + b).write(mean_of::<T>(corners.cell(b), region.count, plane));
                        }
                    }
                }
            }
        }
    });
}

/// A cell of one channel.
#[inline(always)]
unsafe fn mean_of<T: Flt>(cell: &[Corner<T::C>], count: T::C, plane: *const T) -> T {
    let r = rounded::<T>;
    let mut sum = T::C::ZERO;
    for p in cell {
        let v = p.at.map(|at| (*plane.add(at)).up());
        let (a, b) = (r(p.weight[0] * v[0]), r(p.weight[1] * v[1]));
        let (c, d) = (r(p.weight[2] * v[2]), r(p.weight[3] * v[3]));
        sum = r(sum + r(r(r(a + b) + c) + d));
    }
    T::down(sum / count)
}

multiversion! {
    /// All channels of a region's cells, from pixels whose channels lie side by side.
    unsafe fn cells_of_pixels[T: Flt](m: &Maps, corners: &Corners<T::C>, count: T::C, x: *const T, out: *mut T) {
        let cells = m.ph * m.pw;
        for c0 in (0..m.c).step_by(LANES) {
            let lanes = (m.c - c0).min(LANES);
            for b in 0..cells {
                let mut sums = [T::C::ZERO; LANES];
                for p in corners.cell(b) {
                    let v = [0, 1, 2, 3].map(|i| x.add(p.at[i] * m.c + c0));
                    let w = p.weight;
                    if lanes == LANES {
                        for j in 0..LANES {
                            sums[j] = four::<T>(sums[j], w, [*v[0].add(j), *v[1].add(j), *v[2].add(j), *v[3].add(j)]);
                        }
                    } else {
                        for j in 0..lanes {
                            sums[j] = four::<T>(sums[j], w, [*v[0].add(j), *v[1].add(j), *v[2].add(j), *v[3].add(j)]);
                        }
                    }
                }
                for j in 0..lanes {
                    out.add((c0 + j) * cells + b).write(T::down(sums[j] / count));
                }
            }
        }
    }
}

#[inline(always)]
fn four<T: Flt>(sum: T::C, w: [T::C; 4], v: [T; 4]) -> T::C {
    let r = rounded::<T>;
    let (a, b) = (r(w[0] * v[0].up()), r(w[1] * v[1].up()));
    let (c, d) = (r(w[2] * v[2].up()), r(w[3] * v[3].up()));
    r(sum + r(r(r(a + b) + c) + d))
}

/// The gradient of the maps (n, c, h, w) from that of the regions.
///
/// # Safety
/// `g` is valid for the result of [`forward`], `rois` for `5 k` elements, `out` for the maps; every region names a map.
pub unsafe fn backward<T: Flt>(m: Maps, p: Points, g: *const T, rois: *const T, k: usize, out: *mut T) {
    let plan = Plan::new::<T>(&m, p, rois, k);
    let (g, out) = (Ptr::of(g), Ptr(out));
    let plane = m.plane();
    let many = by_pixels::<T>() && !m.own && m.c >= 8 && plan.reads() >= m.n * plane / 2;
    // a channel of its own for each cell: points are found for all cells at once
    let block = if many {
        LANES
    } else if m.own {
        64
    } else {
        8
    };
    let blocks = m.c.div_ceil(block);
    par::for_each_chunk(m.n * blocks, 1, |range| {
        for t in range {
            let (map, c0) = (t / blocks, t % blocks * block);
            let lanes = (m.c - c0).min(block);
            // SAFETY: planes of the gradient that are this task's alone
            unsafe {
                let to = out.at((map * m.c + c0) * plane);
                if const { by_pixels::<T>() } && many {
                    let mut pixels = buffer(T::ZERO, plane * LANES);
                    spread_over_pixels(&m, &plan, map, c0, lanes, g.get(), pixels.as_mut_ptr());
                    apart(plane, lanes, pixels.as_ptr(), to);
                } else {
                    std::slice::from_raw_parts_mut(to, lanes * plane).fill(T::ZERO);
                    spread_over_planes(&m, &plan, map, c0, lanes, g.get(), to);
                }
            }
        }
    });
}

/// What a point gives to its four pixels.
#[inline(always)]
fn shares<T: Flt>(g: T, w: [T::C; 4], count: T::C) -> [T::C; 4] {
    w.map(|w| rounded::<T>(rounded::<T>(g.up() * w) / count))
}

unsafe fn spread_over_planes<T: Flt>(
    m: &Maps,
    plan: &Plan<T::C>,
    map: usize,
    c0: usize,
    lanes: usize,
    g: *const T,
    to: *mut T,
) {
    let (cells, channels) = (m.cells(), m.channels());
    let mut corners = Corners::new();
    for (i, region) in plan.regions.iter().enumerate().filter(|(_, r)| r.map == map) {
        plan.corners::<T>(m, region, &mut corners);
        for ch in c0..c0 + lanes {
            let plane = to.add((ch - c0) * m.plane());
            let (from, cell) = if m.own { (ch / cells, ch % cells..ch % cells + 1) } else { (ch, 0..cells) };
            for b in cell {
                let g = *g.add((i * channels + from) * cells + b);
                for p in corners.cell(b) {
                    for (s, at) in shares(g, p.weight, region.count).into_iter().zip(p.at) {
                        let to = plane.add(at);
                        to.write(T::down((*to).up() + s));
                    }
                }
            }
        }
    }
}

unsafe fn spread_over_pixels<T: Flt>(
    m: &Maps,
    plan: &Plan<T::C>,
    map: usize,
    c0: usize,
    lanes: usize,
    g: *const T,
    to: *mut T,
) {
    let cells = m.cells();
    let mut corners = Corners::new();
    for (i, region) in plan.regions.iter().enumerate().filter(|(_, r)| r.map == map) {
        plan.corners::<T>(m, region, &mut corners);
        for b in 0..cells {
            let mut one = [T::ZERO; LANES];
            for (j, o) in one.iter_mut().enumerate().take(lanes) {
                *o = *g.add((i * m.c + c0 + j) * cells + b);
            }
            spread_cell::<T>(corners.cell(b), region.count, &one, to);
        }
    }
}

multiversion! {
    unsafe fn spread_cell[T: Flt](cell: &[Corner<T::C>], count: T::C, g: &[T; LANES], to: *mut T) {
        for p in cell {
            for i in 0..4 {
                let (w, at) = (p.weight[i], to.add(p.at[i] * LANES));
                for j in 0..LANES {
                    let share = rounded::<T>(rounded::<T>(g[j].up() * w) / count);
                    *at.add(j) = T::down((*at.add(j)).up() + share);
                }
            }
        }
    }
}

/// Planes from pixels of [`LANES`] channels.
unsafe fn apart<T: Elem>(plane: usize, lanes: usize, from: *const T, to: *mut T) {
    for p0 in (0..plane).step_by(16) {
        let n = (plane - p0).min(16);
        for j in 0..lanes {
            for p in p0..p0 + n {
                to.add(j * plane + p).write(*from.add(p * LANES + j));
            }
        }
    }
}
