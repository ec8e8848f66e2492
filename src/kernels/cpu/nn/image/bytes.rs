//! Bytes resized by weights of 16 bits (as Pillow does it): along rows, rounded to bytes, then along columns. Sums are whole
//! numbers, so that every instruction set and every number of threads gives the same bytes.
//!
//! Two neighbours and their weights are multiplied and added by one instruction. Along rows it wants pairs of neighbours of one
//! row after another: sixteen rows at a time are turned so that they lie there ([`x86`]).

use crate::kernels::cpu::machine::float::Ptr;
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::stop::{buffer, gathered, grow, poll};
use std::ops::Range;

/// For every output a window of inputs, one behind the other, and their weights.
#[derive(Clone, Debug)]
pub struct Windows {
    /// Input size.
    pub size: usize,
    first: Vec<u32>,
    /// Where the weights of an output begin.
    start: Vec<u32>,
    weight: Vec<i16>,
    /// By how many bits the weights are scaled.
    precision: u32,
}

impl Windows {
    /// From the first input of each window and its weights, which are scaled so that the largest just fits 16 bits. What lies
    /// beyond an edge falls on the input at it.
    pub fn new(size: usize, rows: impl Iterator<Item = (i64, Vec<f64>)>) -> Windows {
        let mut out = Windows { size, first: Vec::new(), start: vec![0], weight: Vec::new(), precision: 0 };
        let count = rows.size_hint().0;
        grow(&mut out.first, count);
        grow(&mut out.start, count);
        let mut exact: Vec<f64> = Vec::new();
        for (i, (first, weights)) in rows.enumerate() {
            if i % 4096 == 0 {
                poll();
            }
            let place = |k: usize| (first + k as i64).clamp(0, size as i64 - 1) as usize;
            let (low, at) = (place(0), exact.len());
            let n = if weights.is_empty() { 0 } else { place(weights.len() - 1) + 1 - low };
            grow(&mut exact, n);
            exact.resize(at + n, 0.0);
            for (k, w) in weights.iter().enumerate() {
                exact[at + place(k) - low] += w;
            }
            out.first.push(low as u32);
            out.start.push(exact.len() as u32);
        }
        let largest = exact.iter().fold(0.0f64, |m, &w| m.max(w));
        while out.precision < 22 && ((0.5 + largest * (1u64 << (out.precision + 1)) as f64) as i64) < 1 << 15
        {
            out.precision += 1;
        }
        let scale = (1u64 << out.precision) as f64;
        let whole =
            |w: f64| ((w * scale + if w < 0.0 { -0.5 } else { 0.5 }) as i32).clamp(-32768, 32767) as i16;
        out.weight = gathered(exact.into_iter().map(whole));
        out
    }
    /// Output size.
    pub fn len(&self) -> usize {
        self.first.len()
    }
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }
    #[inline(always)]
    fn row(&self, i: usize) -> (usize, &[i16]) {
        (self.first[i] as usize, &self.weight[self.start[i] as usize..self.start[i + 1] as usize])
    }
    /// The weights by twos, two in a word, beginning at even inputs.
    fn pairs(&self) -> Pairs {
        let mut out = Pairs { first: Vec::new(), start: vec![0], weight: Vec::new() };
        grow(&mut out.first, self.len());
        grow(&mut out.start, self.len());
        grow(&mut out.weight, self.weight.len() / 2 + 2 * self.len());
        for i in 0..self.len() {
            let (first, weights) = self.row(i);
            let at = |k: usize| if k < first { 0 } else { weights.get(k - first).map_or(0, |&w| w as u16) };
            out.first.push((first / 2) as u32);
            for k in (first / 2 * 2..first + weights.len()).step_by(2) {
                out.weight.push((at(k) as u32 | (at(k + 1) as u32) << 16) as i32);
            }
            out.start.push(out.weight.len() as u32);
        }
        out
    }
}

/// [`Windows`] over pairs of inputs.
#[derive(Clone, Debug)]
struct Pairs {
    first: Vec<u32>,
    start: Vec<u32>,
    weight: Vec<i32>,
}

/// Planes of rows of places with `channels` bytes each.
#[derive(Clone, Copy, Debug)]
pub struct Picture {
    pub planes: usize,
    pub height: usize,
    pub width: usize,
    pub channels: usize,
}

/// Bytes of rows that one task keeps between the two passes, about.
const KEPT: usize = 256 * 1024;

/// Resizes along rows by `across` and along columns by `down`, where they are given.
///
/// # Safety
/// `src` is valid for the picture's bytes, `dst` for those of the result; the windows are of the picture's width and height.
pub unsafe fn resize(
    p: Picture,
    across: Option<&Windows>,
    down: Option<&Windows>,
    src: *const u8,
    dst: *mut u8,
) {
    let (height, width) = (down.map_or(p.height, Windows::len), across.map_or(p.width, Windows::len));
    let (from, to) = (p.width * p.channels, width * p.channels);
    if p.planes * height * to == 0 {
        return;
    }
    let (src, dst) = (Ptr::of(src), Ptr(dst));
    let pairs = across.filter(|_| p.channels <= 4).map(Windows::pairs);
    // bands of rows of the result: what lies between the passes stays in the cache, and few rows are computed twice
    let shrink = (p.height / height).max(1);
    let band = (KEPT / (to * shrink)).max(64 / shrink).max(8).min(height);
    let bands = height.div_ceil(band);
    let work = band * (from * shrink + to);
    par::for_each_chunk(p.planes * bands, (par::ELEMENTWISE_GRAIN / work).max(1), |r| {
        for t in r {
            let (plane, first) = (t / bands, t % bands * band);
            let rows = first..(first + band).min(height);
            let image = src.at(plane * p.height * from) as *const u8;
            let out = dst.at((plane * height + first) * to);
            // SAFETY: the plane's rows, and the band's of the result; windows lie within the sizes they were made for
            unsafe {
                match (across, down) {
                    (None, None) => {
                        std::ptr::copy_nonoverlapping(image.add(first * from), out, rows.len() * to)
                    }
                    (Some(a), None) => {
                        let list: Vec<u32> = gathered(rows.map(|y| y as u32));
                        along_rows(a, pairs.as_ref(), p, image, &list, out);
                    }
                    (None, Some(d)) => along_columns(d, rows, to, |y| y, image, out),
                    (Some(a), Some(d)) => {
                        let (list, place) = needed(d, rows.clone());
                        let mut between = buffer(0u8, list.len() * to);
                        along_rows(a, pairs.as_ref(), p, image, &list, between.as_mut_ptr());
                        let low = list.first().map_or(0, |&y| y as usize);
                        along_columns(d, rows, to, |y| place[y - low] as usize, between.as_ptr(), out);
                    }
                }
            }
        }
    });
}

/// The rows that windows read, and for each row from the first of them on which it is.
fn needed(down: &Windows, rows: Range<usize>) -> (Vec<u32>, Vec<u32>) {
    let ends = rows.clone().map(|y| (down.row(y).0, down.row(y).0 + down.row(y).1.len()));
    let (low, high) = ends.fold((usize::MAX, 0), |(l, h), (a, b)| (l.min(a), h.max(b)));
    let mut place = buffer(u32::MAX, high - low);
    for y in rows {
        let (first, weights) = down.row(y);
        place[first - low..first - low + weights.len()].fill(0);
    }
    let mut list = Vec::new();
    grow(&mut list, place.len());
    for (y, at) in place.iter_mut().enumerate() {
        if *at == 0 {
            *at = list.len() as u32;
            list.push((low + y) as u32);
        }
    }
    (list, place)
}

unsafe fn along_rows(
    a: &Windows,
    pairs: Option<&Pairs>,
    p: Picture,
    image: *const u8,
    rows: &[u32],
    out: *mut u8,
) {
    #[cfg(target_arch = "x86_64")]
    if let Some(pairs) = pairs {
        use crate::kernels::cpu::machine::simd::{Level, level};
        match level() {
            Level::Avx512 => return x86::along_rows::<x86::Wide>(a, pairs, p, image, rows, out),
            Level::Avx2 => return x86::along_rows::<x86::Halves>(a, pairs, p, image, rows, out),
            _ => {}
        }
    }
    let _ = pairs;
    let c = p.channels;
    for (r, &y) in rows.iter().enumerate() {
        plain_row(a, c, image.add(y as usize * p.width * c), out.add(r * a.len() * c));
    }
}

multiversion! {
    unsafe fn plain_row(a: &Windows, c: usize, row: *const u8, out: *mut u8) {
        let half = (1i32 << a.precision) >> 1;
        for i in 0..a.len() {
            let (first, weights) = a.row(i);
            for ch in 0..c {
                let mut sum = half;
                for (k, &w) in weights.iter().enumerate() {
                    sum += *row.add((first + k) * c + ch) as i32 * w as i32;
                }
                *out.add(i * c + ch) = (sum >> a.precision).clamp(0, 255) as u8;
            }
        }
    }
}

/// Rows of the result from rows of `n` bytes, of which `place` says where they lie.
unsafe fn along_columns(
    d: &Windows,
    rows: Range<usize>,
    n: usize,
    place: impl Fn(usize) -> usize,
    image: *const u8,
    out: *mut u8,
) {
    for (r, y) in rows.enumerate() {
        let (first, weights) = d.row(y);
        column_sums(weights, d.precision, n, image.add(place(first) * n), out.add(r * n));
    }
}

unsafe fn column_sums(weights: &[i16], precision: u32, n: usize, from: *const u8, out: *mut u8) {
    #[cfg(target_arch = "x86_64")]
    {
        use crate::kernels::cpu::machine::simd::{Level, level};
        match level() {
            Level::Avx512 if n >= 64 => return x86::column_sums_512(weights, precision, n, from, out),
            Level::Avx512 | Level::Avx2 if n >= 32 => {
                return x86::column_sums_256(weights, precision, n, from, out);
            }
            _ => {}
        }
    }
    plain_sums(weights, precision, n, from, out)
}

multiversion! {
    unsafe fn plain_sums(weights: &[i16], precision: u32, n: usize, from: *const u8, out: *mut u8) {
        const BLOCK: usize = 64;
        for at in (0..n).step_by(BLOCK) {
            let m = (n - at).min(BLOCK);
            let mut sums = [(1i32 << precision) >> 1; BLOCK];
            for (k, &w) in weights.iter().enumerate() {
                let x = from.add(k * n + at);
                for j in 0..m {
                    sums[j] += *x.add(j) as i32 * w as i32;
                }
            }
            for j in 0..m {
                *out.add(at + j) = (sums[j] >> precision).clamp(0, 255) as u8;
            }
        }
    }
}

/// Rows turned: the sixteen bytes at each of `n` places, behind one another.
///
/// # Safety
/// Each row is valid for `n` bytes, `out` for `16 n`.
pub unsafe fn turned(rows: &[*const u8; 16], n: usize, out: *mut u8) {
    let mut at = 0;
    #[cfg(target_arch = "x86_64")]
    while at + 16 <= n {
        x86::turned(rows, at, out.add(16 * at));
        at += 16;
    }
    while at < n {
        for (r, row) in rows.iter().enumerate() {
            *out.add(16 * at + r) = *row.add(at);
        }
        at += 1;
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    //! Sixteen rows at a time. Of each a few bytes are loaded and put in the order of pairs of neighbours of one channel; then the
    //! rows are turned, so that for each pair of places there are the sixteen pairs of bytes of the rows (an entry of 32 bytes).

    use super::{Pairs, Picture, Windows};
    use crate::kernels::cpu::machine::stop::buffer;
    use std::arch::x86_64::*;

    const ROWS: usize = 16;
    const ENTRY: usize = 2 * ROWS;

    /// How sixteen sums of products are held.
    pub trait Sums {
        /// The weighted sums of `n` entries, `step` bytes apart, as bytes.
        unsafe fn of(entries: *const u8, step: usize, weights: &[i32], half: i32, precision: u32) -> __m128i;
        unsafe fn body(a: &Windows, pairs: &Pairs, p: Picture, image: *const u8, rows: &[u32], out: *mut u8);
    }
    /// In a register of AVX-512.
    pub struct Wide;
    /// In two of AVX2.
    pub struct Halves;

    impl Sums for Wide {
        #[inline]
        #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2")]
        unsafe fn of(entries: *const u8, step: usize, weights: &[i32], half: i32, precision: u32) -> __m128i {
            let mut sum = _mm512_set1_epi32(half);
            for (k, &w) in weights.iter().enumerate() {
                let x = _mm512_cvtepu8_epi16(_mm256_loadu_si256(entries.add(k * step).cast()));
                sum = _mm512_add_epi32(sum, _mm512_madd_epi16(x, _mm512_set1_epi32(w)));
            }
            let sum = _mm512_sra_epi32(sum, _mm_cvtsi32_si128(precision as i32));
            _mm512_cvtusepi32_epi8(_mm512_max_epi32(sum, _mm512_setzero_si512()))
        }
        #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2")]
        unsafe fn body(a: &Windows, pairs: &Pairs, p: Picture, image: *const u8, rows: &[u32], out: *mut u8) {
            body::<Wide>(a, pairs, p, image, rows, out)
        }
    }

    impl Sums for Halves {
        #[inline]
        #[target_feature(enable = "avx2")]
        unsafe fn of(entries: *const u8, step: usize, weights: &[i32], half: i32, precision: u32) -> __m128i {
            let (mut low, mut high) = (_mm256_set1_epi32(half), _mm256_set1_epi32(half));
            for (k, &w) in weights.iter().enumerate() {
                let (x, w) = (entries.add(k * step), _mm256_set1_epi32(w));
                let l = _mm256_cvtepu8_epi16(_mm_loadu_si128(x.cast()));
                let h = _mm256_cvtepu8_epi16(_mm_loadu_si128(x.add(16).cast()));
                low = _mm256_add_epi32(low, _mm256_madd_epi16(l, w));
                high = _mm256_add_epi32(high, _mm256_madd_epi16(h, w));
            }
            let by = _mm_cvtsi32_si128(precision as i32);
            let words = _mm256_packs_epi32(_mm256_sra_epi32(low, by), _mm256_sra_epi32(high, by));
            let bytes = _mm256_packus_epi16(words, words);
            let order = _mm256_setr_epi32(0, 4, 1, 5, 0, 4, 1, 5);
            _mm256_castsi256_si128(_mm256_permutevar8x32_epi32(bytes, order))
        }
        #[target_feature(enable = "avx2")]
        unsafe fn body(a: &Windows, pairs: &Pairs, p: Picture, image: *const u8, rows: &[u32], out: *mut u8) {
            body::<Halves>(a, pairs, p, image, rows, out)
        }
    }

    pub unsafe fn along_rows<S: Sums>(
        a: &Windows,
        pairs: &Pairs,
        p: Picture,
        image: *const u8,
        rows: &[u32],
        out: *mut u8,
    ) {
        S::body(a, pairs, p, image, rows, out)
    }

    /// Bytes of a row that are turned at once, and the entries that they make.
    const fn chunk(channels: usize) -> (usize, usize) {
        if channels == 3 { (12, 6) } else { (16, 8) }
    }

    /// Where in a chunk the bytes of entries lie: a place and its neighbour, of one channel.
    const fn order(channels: usize) -> [u8; 16] {
        let mut out = [0x80; 16];
        let mut i = 0;
        while i < chunk(channels).1 {
            let (pair, c) = (i / channels, i % channels);
            out[2 * i] = (2 * pair * channels + c) as u8;
            out[2 * i + 1] = ((2 * pair + 1) * channels + c) as u8;
            i += 1;
        }
        out
    }

    #[inline(always)]
    unsafe fn body<S: Sums>(
        a: &Windows,
        pairs: &Pairs,
        p: Picture,
        image: *const u8,
        rows: &[u32],
        out: *mut u8,
    ) {
        let (c, n) = (p.channels, p.width * p.channels);
        let (bytes, entries) = chunk(c);
        let order = order(c);
        let chunks = n.div_ceil(bytes);
        let mut turned = buffer(0u8, (chunks * entries + 8) * ENTRY);
        let to = a.len() * c;
        let half = (1i32 << a.precision) >> 1;
        for (b, block) in rows.chunks(ROWS).enumerate() {
            // a block of fewer rows has its last several times
            let row = |r: usize| image.add(block[r.min(block.len() - 1)] as usize * n);
            let starts: [*const u8; ROWS] = std::array::from_fn(row);
            for k in 0..chunks {
                let entry = turned.as_mut_ptr().add(k * entries * ENTRY);
                if k * bytes + 16 <= n {
                    turn(&starts, k * bytes, &order, entry);
                } else {
                    let mut rest = [[0u8; 16]; ROWS];
                    for r in 0..ROWS {
                        std::ptr::copy_nonoverlapping(
                            starts[r].add(k * bytes),
                            rest[r].as_mut_ptr(),
                            (n - k * bytes).min(16),
                        );
                    }
                    turn(&std::array::from_fn(|r| rest[r].as_ptr()), 0, &order, entry);
                }
            }
            let out = out.add(b * ROWS * to);
            let mut tile = [[0u8; 16]; 16];
            let mut full = 0;
            for i in 0..a.len() {
                let weights = pairs.weight.get_unchecked(
                    *pairs.start.get_unchecked(i) as usize..*pairs.start.get_unchecked(i + 1) as usize,
                );
                let first = turned.as_ptr().add(*pairs.first.get_unchecked(i) as usize * c * ENTRY);
                for ch in 0..c {
                    let sums = S::of(first.add(ch * ENTRY), c * ENTRY, weights, half, a.precision);
                    _mm_storeu_si128(tile[full % 16].as_mut_ptr().cast(), sums);
                    full += 1;
                    if full % 16 == 0 {
                        let lines = squares(&tile);
                        for r in 0..block.len() {
                            _mm_storeu_si128(out.add(r * to + full - 16).cast(), lines[r]);
                        }
                    }
                }
            }
            if full % 16 > 0 {
                let lines = squares(&tile);
                for r in 0..block.len() {
                    let mut line = [0u8; 16];
                    _mm_storeu_si128(line.as_mut_ptr().cast(), lines[r]);
                    std::ptr::copy_nonoverlapping(line.as_ptr(), out.add(r * to + full / 16 * 16), full % 16);
                }
            }
        }
    }

    /// Eight entries from 16 bytes of each row.
    #[inline(always)]
    unsafe fn turn(rows: &[*const u8; ROWS], at: usize, order: &[u8; 16], to: *mut u8) {
        let order = _mm256_broadcastsi128_si256(_mm_loadu_si128(order.as_ptr().cast()));
        let row = |r: usize| {
            let low = _mm256_castsi128_si256(_mm_loadu_si128(rows[r].add(at).cast()));
            let both = _mm256_inserti128_si256::<1>(low, _mm_loadu_si128(rows[r + 8].add(at).cast()));
            _mm256_shuffle_epi8(both, order)
        };
        let (r0, r1, r2, r3, r4, r5, r6, r7) =
            (row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7));
        let (a0, a1) = (_mm256_unpacklo_epi16(r0, r1), _mm256_unpackhi_epi16(r0, r1));
        let (a2, a3) = (_mm256_unpacklo_epi16(r2, r3), _mm256_unpackhi_epi16(r2, r3));
        let (a4, a5) = (_mm256_unpacklo_epi16(r4, r5), _mm256_unpackhi_epi16(r4, r5));
        let (a6, a7) = (_mm256_unpacklo_epi16(r6, r7), _mm256_unpackhi_epi16(r6, r7));
        let (b0, b1) = (_mm256_unpacklo_epi32(a0, a2), _mm256_unpackhi_epi32(a0, a2));
        let (b2, b3) = (_mm256_unpacklo_epi32(a1, a3), _mm256_unpackhi_epi32(a1, a3));
        let (b4, b5) = (_mm256_unpacklo_epi32(a4, a6), _mm256_unpackhi_epi32(a4, a6));
        let (b6, b7) = (_mm256_unpacklo_epi32(a5, a7), _mm256_unpackhi_epi32(a5, a7));
        let put = |k: usize, x: __m256i| _mm256_storeu_si256(to.add(k * ENTRY).cast(), x);
        put(0, _mm256_unpacklo_epi64(b0, b4));
        put(1, _mm256_unpackhi_epi64(b0, b4));
        put(2, _mm256_unpacklo_epi64(b1, b5));
        put(3, _mm256_unpackhi_epi64(b1, b5));
        put(4, _mm256_unpacklo_epi64(b2, b6));
        put(5, _mm256_unpackhi_epi64(b2, b6));
        put(6, _mm256_unpacklo_epi64(b3, b7));
        put(7, _mm256_unpackhi_epi64(b3, b7));
    }

    /// Sixteen bytes of each of sixteen rows, turned; what every processor of this architecture has is enough.
    pub unsafe fn turned(rows: &[*const u8; ROWS], at: usize, out: *mut u8) {
        let tile: [[u8; 16]; 16] =
            std::array::from_fn(|r| rows[r].add(at).cast::<[u8; 16]>().read_unaligned());
        for (i, line) in squares(&tile).into_iter().enumerate() {
            _mm_storeu_si128(out.add(16 * i).cast(), line);
        }
    }

    /// Sixteen lines of sixteen bytes, turned. Interleaving lines that are eight apart four times is a turn.
    #[inline(always)]
    unsafe fn squares(tile: &[[u8; 16]; 16]) -> [__m128i; 16] {
        let mut now: [__m128i; 16] = std::array::from_fn(|i| _mm_loadu_si128(tile[i].as_ptr().cast()));
        for _ in 0..4 {
            let mut next = now;
            for i in 0..8 {
                next[2 * i] = _mm_unpacklo_epi8(now[i], now[i + 8]);
                next[2 * i + 1] = _mm_unpackhi_epi8(now[i], now[i + 8]);
            }
            now = next;
        }
        now
    }

    macro_rules! column_sums {
        ($name:ident $features:literal $n:literal: $load:ident $store:ident $set:ident $zero:ident $low:ident $high:ident
         $madd:ident $add:ident $shift:ident $words:ident $bytes:ident) => {
            /// `n` is at least one register's; the last block overlaps the one before it.
            #[target_feature(enable = $features)]
            pub unsafe fn $name(weights: &[i16], precision: u32, n: usize, from: *const u8, out: *mut u8) {
                let (zero, by) = ($zero(), _mm_cvtsi32_si128(precision as i32));
                let half = $set((1i32 << precision) >> 1);
                let mut at = 0;
                while at < n {
                    at = at.min(n - $n);
                    let mut sums = [half; 4];
                    for (k, w) in weights.chunks(2).enumerate() {
                        let x = from.add(2 * k * n + at);
                        let both = w[0] as u16 as u32 | w.get(1).map_or(0, |&w| (w as u16 as u32) << 16);
                        let w2 = $set(both as i32);
                        let a = $load(x.cast());
                        let b = if w.len() == 2 { $load(x.add(n).cast()) } else { a };
                        let (low, high) = ($low(a, b), $high(a, b));
                        sums[0] = $add(sums[0], $madd($low(low, zero), w2));
                        sums[1] = $add(sums[1], $madd($high(low, zero), w2));
                        sums[2] = $add(sums[2], $madd($low(high, zero), w2));
                        sums[3] = $add(sums[3], $madd($high(high, zero), w2));
                    }
                    let s = sums.map(|s| $shift(s, by));
                    $store(out.add(at).cast(), $bytes($words(s[0], s[1]), $words(s[2], s[3])));
                    at += $n;
                }
            }
        };
    }
    column_sums!(column_sums_256 "avx2" 32: _mm256_loadu_si256 _mm256_storeu_si256 _mm256_set1_epi32 _mm256_setzero_si256
        _mm256_unpacklo_epi8 _mm256_unpackhi_epi8 _mm256_madd_epi16 _mm256_add_epi32 _mm256_sra_epi32 _mm256_packs_epi32
        _mm256_packus_epi16);
    column_sums!(column_sums_512 "avx512f,avx512bw,avx512vl,avx512dq,avx2" 64: _mm512_loadu_si512 _mm512_storeu_si512
        _mm512_set1_epi32 _mm512_setzero_si512 _mm512_unpacklo_epi8 _mm512_unpackhi_epi8 _mm512_madd_epi16 _mm512_add_epi32
        _mm512_sra_epi32 _mm512_packs_epi32 _mm512_packus_epi16);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::cpu::machine::simd::{LEVELS, with_level};

    /// Windows of `taps` inputs with weights of both signs.
    fn windows(size: usize, to: usize, taps: usize) -> Windows {
        let rows: Vec<(i64, Vec<f64>)> = (0..to)
            .map(|i| {
                let first = i * size.saturating_sub(taps) / to.max(1);
                let n = taps.min(size - first);
                (first as i64, (0..n).map(|k| ((i * 7 + k * 5) % 11) as f64 / 16.0 - 0.15).collect())
            })
            .collect();
        Windows::new(size, rows.into_iter())
    }

    fn expected(p: Picture, across: Option<&Windows>, down: Option<&Windows>, src: &[u8]) -> Vec<u8> {
        let sum = |w: &Windows, i: usize, at: &dyn Fn(usize) -> u8| -> u8 {
            let (first, weights) = w.row(i);
            let s: i64 = weights.iter().enumerate().map(|(k, &w)| w as i64 * at(first + k) as i64).sum();
            ((s + (1i64 << w.precision) / 2) >> w.precision).clamp(0, 255) as u8
        };
        let (w, c) = (across.map_or(p.width, Windows::len), p.channels);
        let mut wide = Vec::new();
        for row in 0..p.planes * p.height {
            for i in 0..w {
                for ch in 0..c {
                    let at = |x: usize| src[(row * p.width + x) * c + ch];
                    wide.push(across.map_or_else(|| at(i), |a| sum(a, i, &at)));
                }
            }
        }
        let h = down.map_or(p.height, Windows::len);
        let mut out = Vec::new();
        for plane in 0..p.planes {
            for y in 0..h {
                for x in 0..w * c {
                    let at = |y: usize| wide[(plane * p.height + y) * w * c + x];
                    out.push(down.map_or_else(|| at(y), |d| sum(d, y, &at)));
                }
            }
        }
        out
    }

    #[test]
    fn every_level_gives_the_sums_of_whole_numbers() {
        for channels in 1..=5 {
            for (height, width) in [(1, 1), (17, 33), (40, 70), (5, 200)] {
                let p = Picture { planes: 2, height, width, channels };
                let n = 2 * height * width * channels;
                let src: Vec<u8> = (0..n)
                    .map(|i| ((i * 2654435761usize) >> 7) as u8 | if i % 3 == 0 { 0xf0 } else { 0 })
                    .collect();
                for (to_h, to_w, taps) in [(1, 1, 1), (9, 21, 5), (33, 90, 2), (16, 16, 4)] {
                    let (a, d) = (windows(width, to_w, taps), windows(height, to_h, taps));
                    for (a, d) in [(Some(&a), Some(&d)), (Some(&a), None), (None, Some(&d)), (None, None)] {
                        let want = expected(p, a, d, &src);
                        for level in LEVELS {
                            let mut got = vec![0u8; want.len()];
                            // SAFETY: vectors of the sizes that the picture and the windows name
                            with_level(level, || unsafe { resize(p, a, d, src.as_ptr(), got.as_mut_ptr()) });
                            assert!(got == want, "{level:?} {p:?} {to_h} {to_w} {taps}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn weights_beyond_the_edges_are_added_to_those_at_them() {
        let w = Windows::new(3, [(2, vec![0.25, 0.5]), (-1, vec![-0.25, 0.25, 1.0])].into_iter());
        assert_eq!(w.precision, 14, "the largest is 1 after adding");
        assert_eq!((w.row(0), w.row(1)), ((2, &[12288i16][..]), (0, &[0i16, 16384][..])));
    }
}
