//! Copies whose source runs fast along another axis than the destination: tiles instead of rows, so that every
//! cache line read is used whole. A 2048x2048 float transpose row by row misses the cache on every element.

use super::par;

const TILE: usize = 32;

/// Copies if the pattern fits: the destination is dense along its last axis and the source along another.
pub fn try_copy(
    shape: &[usize],
    dst: *mut u8,
    dst_strides: &[usize],
    src: *const u8,
    src_strides: &[usize],
    size: usize,
) -> bool {
    // the two axes along which the two sides run fast
    let Some(a) = (0..shape.len()).find(|&i| shape[i] >= 8 && dst_strides[i] == 1) else { return false };
    let Some(b) = (0..shape.len()).find(|&i| shape[i] >= 8 && src_strides[i] == 1) else { return false };
    if a == b || shape.iter().product::<usize>() < 1024 {
        return false;
    }
    let outer: Vec<usize> = (0..shape.len()).filter(|&i| i != a && i != b).collect();
    let planes: usize = outer.iter().map(|&i| shape[i]).product();
    let (na, nb) = (shape[a], shape[b]);
    let tiles_b = nb.div_ceil(TILE);
    let (d, s) = (dst as usize, src as usize);
    let grain = (par::ELEMENTWISE_GRAIN / (TILE * na)).max(1);
    par::for_each_chunk(planes * tiles_b, grain, |range| {
        for job in range {
            let (mut plane, tile) = (job / tiles_b, job % tiles_b);
            let (mut d0, mut s0) = (0, 0);
            for &axis in outer.iter().rev() {
                let i = plane % shape[axis];
                plane /= shape[axis];
                d0 += i * dst_strides[axis];
                s0 += i * src_strides[axis];
            }
            let b0 = tile * TILE;
            let b1 = (b0 + TILE).min(nb);
            let dp = (d as *mut u8).wrapping_add((d0 + b0 * dst_strides[b]) * size);
            let sp = (s as *const u8).wrapping_add((s0 + b0) * size);
            // SAFETY: rows b0..b1 and all of axis `a` lie within both tensors; tiles of the output are disjoint
            unsafe {
                match size {
                    1 => plane_copy::<u8>(dp, dst_strides[b], sp, src_strides[a], b1 - b0, na),
                    2 => plane_copy::<u16>(dp, dst_strides[b], sp, src_strides[a], b1 - b0, na),
                    4 => plane_copy::<u32>(dp, dst_strides[b], sp, src_strides[a], b1 - b0, na),
                    8 => plane_copy::<u64>(dp, dst_strides[b], sp, src_strides[a], b1 - b0, na),
                    _ => plane_copy::<u128>(dp, dst_strides[b], sp, src_strides[a], b1 - b0, na),
                }
            }
        }
    });
    true
}

/// `dst[i * ds + j] = src[j * ss + i]` in tiles.
unsafe fn plane_copy<T: Copy>(dst: *mut u8, ds: usize, src: *const u8, ss: usize, nb: usize, na: usize) {
    let (dst, src) = (dst as *mut T, src as *const T);
    for j0 in (0..na).step_by(TILE) {
        let j1 = (j0 + TILE).min(na);
        for i in 0..nb {
            for j in j0..j1 {
                // SAFETY: i < nb and j < na, inside both planes
                unsafe { dst.add(i * ds + j).write(src.add(j * ss + i).read()) };
            }
        }
    }
}
