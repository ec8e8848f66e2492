//! Copies: strided, with conversion, fills, sums in order, single elements.

use super::weave;
use crate::base::{DType, Dims, Elem, Num, Scalar};
use crate::kernels::cpu::machine::blocks::copy_few;
use crate::kernels::cpu::machine::cast::Cast;
use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::gather::gather;
use crate::kernels::cpu::machine::iter::{Operand, for_each};
use crate::kernels::cpu::machine::walk::Walk;
use crate::kernels::cpu::machine::{par, stream};
use crate::with_dtype;
use std::ops::Range;

/// Copies dense elements into fresh memory.
pub fn write_slice<T: Elem>(dst: *mut u8, data: &[T]) {
    // SAFETY: the caller allocated `dst` for exactly these elements
    unsafe { std::ptr::copy_nonoverlapping(data.as_ptr(), dst as *mut T, data.len()) }
}

/// Reads the element `at` elements from `ptr`.
pub fn read_scalar(ptr: *const u8, at: usize, dtype: DType) -> Scalar {
    if dtype == DType::Bool {
        // SAFETY: the caller's index lies in the tensor; any byte is a number, not every one is a bool
        return Scalar::Bool(unsafe { (ptr as *const i8).add(at).read() } != 0);
    }
    with_dtype!(dtype, every, T => {
        // SAFETY: the caller's index lies in the tensor
        let v = unsafe { (ptr as *const T).add(at).read_unaligned() };
        match dtype {
            d if d.is_complex() => Scalar::Complex(v.to_c128()),
            d if d.is_float() => Scalar::Float(v.to_f64()),
            DType::U64 if v.to_i64() < 0 => Scalar::UInt(v.to_i64() as u64),
            _ => Scalar::Int(v.to_i64()),
        }
    })
}

/// A number as the bytes of an element, for kernels that take an operand of stride 0.
#[derive(Clone, Copy)]
#[repr(align(16))]
pub struct Bytes(pub [u8; 16]);

pub fn scalar_bytes(value: Scalar, dtype: DType) -> Bytes {
    let mut out = Bytes([0; 16]);
    with_dtype!(dtype, every, T => {
        // SAFETY: 16 aligned bytes hold any element
        unsafe { (out.0.as_mut_ptr() as *mut T).write(value.to::<T>()) }
    });
    out
}

unsafe fn move_bytes(src: *const u8, dst: *mut u8, bytes: usize) {
    if !std::ptr::eq(src, dst) {
        // SAFETY: dense blocks of the same length that do not overlap
        unsafe { std::ptr::copy_nonoverlapping(src, dst, bytes) }
    }
}

/// `dst = src` with conversion.
///
/// # Safety
/// Both are valid over `shape`; `dst` has distinct elements and does not overlap `src`.
pub unsafe fn copy(
    shape: &[usize],
    dst: *mut u8,
    dst_strides: &[usize],
    dst_dtype: DType,
    src: *const u8,
    src_strides: &[usize],
    src_dtype: DType,
) {
    // converting on the way out leaves a single pass where the source is dense
    let compute = src_dtype;
    let size = compute.size();
    let operands = [
        Operand { ptr: dst, strides: dst_strides, dtype: dst_dtype, compute },
        Operand { ptr: src as *mut u8, strides: src_strides, dtype: src_dtype, compute },
    ];
    if dst_dtype != src_dtype {
        let cast = Cast::new(src_dtype, dst_dtype);
        let operands = [
            Operand { ptr: dst, strides: dst_strides, dtype: dst_dtype, compute: dst_dtype },
            operands[1].clone(),
        ];
        // SAFETY: the caller's promise; the kernel converts dense blocks
        unsafe { for_each(shape, &operands, |p, n| cast.run(p[1], p[0], n)) };
        return;
    }
    if let (Some(&n), Some(&along), Some(&0)) = (shape.last(), dst_strides.last(), src_strides.last())
        && along == 1
        && n >= REPEATED
    {
        // SAFETY: the caller's promise
        return unsafe { repeat_rows(shape, dst, dst_strides, src, src_strides, size) };
    }
    // SAFETY: the caller's promise
    if unsafe { weave::try_copy(shape, dst, dst_strides, src, src_strides, size) } {
        return;
    }
    // SAFETY: the caller's promise
    unsafe { for_each(shape, &operands, |p, n| move_bytes(p[1], p[0], n * size)) };
}

/// Bytes of a row up to which parts of one width are woven rather than copied row by row.
const NARROW: usize = 32;

/// Length of a row from which on an element that is repeated along it is written where it goes, not gathered first.
const REPEATED: usize = 64;

/// Rows each of which is one element over and over.
///
/// # Safety
/// As [`copy`]; the last stride of `dst` is 1, that of `src` 0.
unsafe fn repeat_rows(
    shape: &[usize],
    dst: *mut u8,
    dst_strides: &[usize],
    src: *const u8,
    src_strides: &[usize],
    size: usize,
) {
    let [lead @ .., n] = shape else { return };
    let rows: usize = lead.iter().product();
    let (dst, src) = (Ptr(dst), Ptr::of(src));
    par::for_each_chunk(rows, (par::ELEMENTWISE_GRAIN / n).max(1), |range| {
        for row in range {
            let (mut rest, mut to, mut from) = (row, 0, 0);
            for (k, &len) in lead.iter().enumerate().rev() {
                to += rest % len * dst_strides[k];
                from += rest % len * src_strides[k];
                rest /= len;
            }
            // SAFETY: a row of this task's, and its element
            unsafe { gather(src.at(from * size), 0, dst.at(to * size), size, *n) };
        }
    });
}

/// Bytes that one task joins.
const JOIN_BYTES: usize = 256 << 10;
/// Bytes that are joined part after part, so that their lines are still in the nearest cache for the next part; and bytes of a
/// row below which they are copied line by line, row after row of the result.
const JOIN_STEP: usize = 16 << 10;
const LINES: usize = 1024;

/// Rows of several dense parts next to each other: row `r` of `dst` is row `r` of the first part, then of the second,
/// and so on. A part is an address and the bytes of its rows.
///
/// # Safety
/// Parts are valid for `rows` rows, `dst` for as many of all their bytes, and overlaps none.
pub unsafe fn join(parts: &[(*const u8, usize)], rows: usize, dst: *mut u8) {
    let dst = Ptr(dst);
    let width: usize = parts.iter().map(|p| p.1).sum();
    if rows == 1 {
        // pieces of the parts, each with its place
        let mut pieces = Vec::new();
        let mut start = 0;
        for &(from, bytes) in parts {
            for at in (0..bytes).step_by(JOIN_BYTES) {
                pieces.push((Ptr::of(from.wrapping_add(at)), start + at, JOIN_BYTES.min(bytes - at)));
            }
            start += bytes;
        }
        return par::for_each(pieces.len(), |i| {
            let (from, to, bytes) = pieces[i];
            // SAFETY: pieces are disjoint parts of the destination
            unsafe { std::ptr::copy_nonoverlapping(from.get().cast_const(), dst.at(to), bytes) }
        });
    }
    let narrow = parts[0].1;
    if (1..=NARROW).contains(&narrow) && parts.iter().all(|p| p.1 == narrow) {
        let from: Vec<*const u8> = parts.iter().map(|p| p.0).collect();
        // SAFETY: the caller's promise
        return unsafe { weave::join(&from, narrow, rows, dst.get()) };
    }
    let parts: Vec<_> = parts.iter().map(|&(from, bytes)| (Ptr::of(from), bytes)).collect();
    let step = (JOIN_STEP / width.max(1)).max(1);
    let lines = parts.iter().all(|p| (weave::LONG..LINES).contains(&p.1));
    let streams = stream::worthwhile(2 * rows * width);
    par::for_each_chunk(rows, (JOIN_BYTES / width.max(1)).max(1), |r| {
        if lines {
            // SAFETY: rows of every part, and the places of those rows
            return unsafe { weave::join_lines(&parts, r.clone(), dst.at(r.start * width), streams) };
        }
        for first in r.clone().step_by(step) {
            let (mut to, rows) = (first * width, step.min(r.end - first));
            for &(from, bytes) in &parts {
                let (from, row) = (from.at(first * bytes).cast_const(), dst.at(to));
                // SAFETY: rows of a part, and the places of those rows
                unsafe {
                    (0..rows).for_each(|i| {
                        std::ptr::copy_nonoverlapping(from.add(i * bytes), row.add(i * width), bytes)
                    });
                }
                to += bytes;
            }
        }
    });
}

/// Every element of `dst` becomes `value`.
///
/// # Safety
/// `dst` is valid over `shape`.
pub unsafe fn fill(shape: &[usize], dst: *mut u8, strides: &[usize], dtype: DType, value: Scalar) {
    let v = scalar_bytes(value, dtype);
    let zero = v.0.iter().all(|b| *b == 0);
    let size = dtype.size();
    let operand = [Operand { ptr: dst, strides, dtype, compute: dtype }];
    let put = |to: *mut u8, n: usize| {
        // SAFETY: the caller's promise
        unsafe {
            if zero {
                std::ptr::write_bytes(to, 0, n * size);
            } else {
                gather(v.0.as_ptr(), 0, to, size, n);
            }
        }
    };
    let n = crate::base::numel(shape);
    if n <= par::ELEMENTWISE_GRAIN && crate::base::is_dense(shape, strides) {
        return put(dst, n);
    }
    let (lead, n, [along]) = Walk::new(shape, [strides]).split_last();
    if along == 1 && n * size <= FILLED && n > 1 {
        // short rows by a loop over them (2,000 of 96 float16: 11 us by calls, so 6)
        let (outer, rows, [step]) = lead.split_last();
        let dst = Ptr(dst);
        by_size!(size, T => {
            let value = v.0.as_ptr().cast::<T>().read_unaligned();
            par::for_each_chunk(outer.count() * rows, (par::ELEMENTWISE_GRAIN / n).max(1), |part| {
                let mut row = part.start;
                while row < part.end {
                    let first = row % rows;
                    let some = (rows - first).min(part.end - row);
                    outer.each_of(row / rows..row / rows + 1, &mut |[at]| {
                        fill_rows((dst.get() as *mut T).add(at + first * step), some, step, n, value);
                    });
                    row += some;
                }
            });
        });
        return;
    }
    // SAFETY: the caller's promise
    unsafe { for_each(shape, &operand, |p, n| put(p[0], n)) };
}

/// Bytes of a row up to which rows are filled in one loop.
const FILLED: usize = 512;

multiversion! {
    unsafe fn fill_rows[T: Copy](dst: *mut T, rows: usize, step: usize, n: usize, value: T) {
        for r in 0..rows {
            let to = dst.add(r * step);
            for i in 0..n {
                *to.add(i) = value;
            }
        }
    }
}

/// `dst += src` element by element in order: places of `dst` may coincide.
///
/// # Safety
/// `dst` is valid over `shape`, `src` for as many dense elements; they do not overlap.
pub unsafe fn add(shape: &[usize], dst: *mut u8, strides: &[usize], src: *const u8, dtype: DType) {
    let ([first, rest @ ..], [along, within @ ..]) = (shape, strides) else {
        return add_in_order(shape, dst, strides, src, dtype);
    };
    // parts along the first axis that share no place are independent
    let span: usize = rest.iter().zip(within).map(|(n, s)| n.saturating_sub(1) * s).sum();
    if *along <= span || *first == 1 {
        return add_in_order(shape, dst, strides, src, dtype);
    }
    let each: usize = rest.iter().product();
    let (dst, src) = (Ptr(dst), Ptr::of(src));
    par::for_each_chunk(*first, (par::ELEMENTWISE_GRAIN / each.max(1)).max(1), |r| {
        for i in r {
            let size = dtype.size();
            // SAFETY: a part of each
            unsafe { add_in_order(rest, dst.at(i * along * size), within, src.at(i * each * size), dtype) };
        }
    });
}

/// As [`add`], on this thread.
unsafe fn add_in_order(shape: &[usize], dst: *mut u8, strides: &[usize], src: *const u8, dtype: DType) {
    let n: usize = shape.iter().product();
    with_dtype!("add", dtype, any, T => {
        let (dst, src) = (dst as *mut T, src as *const T);
        let last = shape.len().saturating_sub(1);
        let (row, step) = (shape.last().map_or(1, |n| *n), strides.last().map_or(0, |s| *s));
        if n == 0 {
            return;
        }
        let mut index = Dims::from_elem(0, last);
        let mut at = 0usize;
        for from in (0..n).step_by(row) {
            // SAFETY: `at` is the place of the row's first element, the row lies within the dense source
            unsafe { add_row(dst.add(at), step, src.add(from), row) };
            for k in (0..last).rev() {
                index[k] += 1;
                at += strides[k];
                if index[k] < shape[k] {
                    break;
                }
                index[k] = 0;
                at -= strides[k] * shape[k];
            }
        }
    });
}

multiversion! {
    unsafe fn add_row[T: Num](dst: *mut T, step: usize, src: *const T, n: usize) {
        if step == 1 {
            for i in 0..n {
                *dst.add(i) = Num::add(*dst.add(i), *src.add(i));
            }
        } else {
            for i in 0..n {
                *dst.add(i * step) = Num::add(*dst.add(i * step), *src.add(i));
            }
        }
    }
}

/// Dense matrices, of whose rows some are kept whole and some not at all.
pub struct Matrices {
    pub count: usize,
    pub rows: usize,
    pub columns: usize,
    /// Bytes of an element.
    pub size: usize,
    pub whole: Range<usize>,
    pub none: Range<usize>,
}

/// A range of columns of every row of dense matrices, zeros elsewhere. Where `src` is null the range is there already. Rows that are
/// alike are one piece (10,000 rows of 3: row by row 52 us, so 1.2).
///
/// # Safety
/// `dst` is valid for all elements, `src` too if it is not null, and does not overlap it; ranges lie within the columns.
pub unsafe fn keep_rows(
    dst: *mut u8,
    src: *const u8,
    m: &Matrices,
    range: impl Fn(usize) -> Range<usize> + Sync,
) {
    let (dst, src) = (Ptr(dst), Ptr::of(src));
    let row_bytes = m.columns * m.size;
    let keep = |at: usize, bytes: usize| {
        if !src.get().is_null() {
            copy_few(src.at(at).cast_const(), dst.at(at), bytes);
        }
    };
    let grain = (par::ELEMENTWISE_GRAIN / m.columns.max(1)).max(1);
    par::for_each_chunk(m.count * m.rows, grain, |part| {
        let mut row = part.start;
        while row < part.end {
            let (i, at) = (row % m.rows, row * row_bytes);
            let alike = |rows: &Range<usize>| (rows.end - i).min(part.end - row);
            if m.whole.contains(&i) {
                keep(at, alike(&m.whole) * row_bytes);
                row += alike(&m.whole);
            } else if m.none.contains(&i) {
                std::ptr::write_bytes(dst.at(at), 0, alike(&m.none) * row_bytes);
                row += alike(&m.none);
            } else {
                let r = range(i);
                if r.start > 0 {
                    std::ptr::write_bytes(dst.at(at), 0, r.start * m.size);
                }
                keep(at + r.start * m.size, r.len() * m.size);
                if r.end < m.columns {
                    std::ptr::write_bytes(dst.at(at + r.end * m.size), 0, (m.columns - r.end) * m.size);
                }
                row += 1;
            }
        }
    });
}
