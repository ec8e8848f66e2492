//! What happens to complete float32 sums on their way to 16-bit results.

use crate::kernels::cpu::linalg::matmul::convert::{Half, narrow};
use crate::kernels::cpu::linalg::matmul::elem::{MatElem, Real};
use crate::kernels::cpu::linalg::matmul::pairs::Rounded;
use crate::kernels::cpu::linalg::matmul::problem::{Act, Bias, Gemm, MAX_NR};
#[cfg(target_arch = "x86_64")]
use crate::kernels::cpu::linalg::matmul::tile::turn;
use crate::kernels::cpu::machine::blocks::{PART, copy_part, load};
use crate::kernels::cpu::machine::simd;

multiversion! {
    /// `c = alpha sums + beta c + columns + whole` of a dense row; `columns` may be null. (A product of 256x256 bfloat16 by itself takes
    /// 72 us, and took 172 with a matrix added to it element by element, 86 so.)
    unsafe fn added[const LEVEL, T: Half](
        sums: *const f32, c: *mut T, n: usize, alpha: f32, beta: f32, columns: *const f32, whole: f32,
    ) {
        // zero is not added: it would take the sign of another
        let add = |x: f32| if whole != 0.0 { x + whole } else { x };
        let mut j = 0;
        while j + PART <= n {
            simd::one_by_one();
            let mut x = load::<_, PART>(sums.add(j));
            for l in 0..PART {
                x[l] *= alpha;
            }
            if beta != 0.0 {
                let old = T::up_block::<LEVEL, PART>(c.add(j));
                for l in 0..PART {
                    x[l] += beta * old[l];
                }
            }
            if !columns.is_null() {
                let more = load::<_, PART>(columns.add(j));
                for l in 0..PART {
                    x[l] += more[l];
                }
            }
            T::down_block::<LEVEL, PART>(c.add(j), false, |l| add(x[l]));
            j += PART;
        }
        if j < n {
            // the rest in a block of its own
            let left = n - j;
            let (mut x, mut old, mut more) = ([0f32; PART], [<T as MatElem>::ZERO; PART], [0f32; PART]);
            copy_part(sums.add(j), x.as_mut_ptr(), left);
            if beta != 0.0 {
                copy_part(c.add(j), old.as_mut_ptr(), left);
            }
            if !columns.is_null() {
                copy_part(columns.add(j), more.as_mut_ptr(), left);
            }
            let old = T::up_block::<LEVEL, PART>(old.as_ptr());
            let mut out = [<T as MatElem>::ZERO; PART];
            for l in 0..PART {
                x[l] *= alpha;
                if beta != 0.0 {
                    x[l] += beta * old[l];
                }
                if !columns.is_null() {
                    x[l] += more[l];
                }
            }
            T::down_block::<LEVEL, PART>(out.as_mut_ptr(), false, |l| add(x[l]));
            copy_part(out.as_ptr(), c.add(j), left);
        }
    }
}

/// Rows whose sums are turned at a time.
#[cfg(target_arch = "x86_64")]
pub const TALL: usize = 48;

/// What happens to complete sums of some columns.
pub struct Ending<'a, T> {
    g: &'a Gemm<T>,
    j: usize,
    width: usize,
    bias: Option<[f32; MAX_NR]>,
}

impl<'a, T: Half> Ending<'a, T> {
    pub unsafe fn new(g: &'a Gemm<T>, j: usize, width: usize) -> Self {
        let bias = match g.epilogue.bias {
            Bias::PerCol(p, s) => {
                let mut bias = [0.0; MAX_NR];
                for i in 0..width {
                    bias[i] = (*p.offset((j + i) as isize * s)).widen();
                }
                Some(bias)
            }
            _ => None,
        };
        Ending { g, j, width, bias }
    }

    /// Sums only have to be rounded.
    fn plain(&self) -> bool {
        let g = self.g;
        g.alpha.widen() == 1.0
            && g.beta == <T as MatElem>::ZERO
            && g.epilogue.act == Act::None
            && matches!(g.epilogue.bias, Bias::None)
            && g.csc == 1
    }

    /// Where bfloat16 sums may go straight, from row `i` on: if nothing but a bias by columns, or what is there, is added.
    pub fn straight(&self, i: usize) -> Option<Rounded> {
        let g = self.g;
        let adds = g.beta.widen() == 1.0;
        let simple = g.alpha.widen() == 1.0 && (adds || g.beta == <T as MatElem>::ZERO) && g.csc == 1;
        let bias = !matches!(g.epilogue.bias, Bias::PerRow(..)) && g.epilogue.act == Act::None;
        (T::PAIRS && simple && bias).then(|| Rounded {
            c: g.c.wrapping_offset(i as isize * g.rsc).wrapping_add(self.j).cast(),
            pitch: g.rsc,
            width: self.width,
            bias: self.bias.as_ref().map_or(std::ptr::null(), |b| b.as_ptr()),
            adds,
        })
    }

    /// Sums `pitch` apart on their way to `count` rows of `c`, from row `i` on.
    pub unsafe fn rows(&self, i: usize, count: usize, sums: *mut f32, pitch: usize) {
        let g = self.g;
        if self.plain() {
            // Rows one by one took 5% of the time of 1024 cubed.
            let c = g.c.offset(i as isize * g.rsc).add(self.j);
            return narrow::<T>(sums, pitch, c, g.rsc, count, self.width);
        }
        if g.csc != 1 || g.epilogue.act != Act::None {
            return (0..count).for_each(|r| self.row(i + r, sums.add(r * pitch)));
        }
        let c = g.c.offset(i as isize * g.rsc).add(self.j);
        let columns = self.bias.as_ref().map_or(std::ptr::null(), |b| b.as_ptr());
        for r in 0..count {
            let whole = match g.epilogue.bias {
                Bias::PerRow(p, s) => (*p.offset((i + r) as isize * s)).widen(),
                _ => 0.0,
            };
            let (sums, c) = (sums.add(r * pitch), c.offset(r as isize * g.rsc));
            added(sums, c, self.width, g.alpha.widen(), g.beta.widen(), columns, whole);
        }
    }

    /// Whether columns of the result are its dense side.
    #[cfg(target_arch = "x86_64")]
    pub fn by_columns(&self) -> bool {
        self.g.csc != 1 && self.g.rsc == 1 && self.g.epilogue.act == Act::None
    }

    /// As [`Ending::rows`], of at most [`TALL`] rows of such a result. (Element by element 8 x 500 by 500 x 512 took 25 us, of which
    /// a quarter was this.)
    #[cfg(target_arch = "x86_64")]
    pub unsafe fn columns(&self, i: usize, count: usize, sums: *const f32, pitch: usize) {
        let g = self.g;
        let (mut turned, mut bias) = ([0f32; MAX_NR * TALL], [0f32; TALL]);
        turn::<f32>(sums, pitch as isize, 1, count, self.width, turned.as_mut_ptr(), TALL);
        let mut rows = std::ptr::null();
        if let Bias::PerRow(p, s) = g.epilogue.bias {
            for r in 0..count {
                bias[r] = (*p.offset((i + r) as isize * s)).widen();
            }
            rows = bias.as_ptr();
        }
        for j in 0..self.width {
            let c = g.c.offset((self.j + j) as isize * g.csc).add(i);
            let whole = self.bias.as_ref().map_or(0.0, |b| b[j]);
            added(turned.as_ptr().add(j * TALL), c, count, g.alpha.widen(), g.beta.widen(), rows, whole);
        }
    }

    /// Scales, adds and rounds a row of sums on its way to row `i` of `c`.
    unsafe fn row(&self, i: usize, sums: *mut f32) {
        let (g, n) = (self.g, self.width);
        let c = g.c.offset(i as isize * g.rsc + self.j as isize * g.csc);
        let sums = std::slice::from_raw_parts_mut(sums, n);
        let alpha = g.alpha.widen();
        if alpha != 1.0 {
            sums.iter_mut().for_each(|x| *x *= alpha);
        }
        if g.beta != <T as MatElem>::ZERO {
            let beta = g.beta.widen();
            for (j, x) in sums.iter_mut().enumerate() {
                *x += beta * (*c.offset(j as isize * g.csc)).widen();
            }
        }
        match (&self.bias, g.epilogue.bias) {
            (Some(bias), _) => sums.iter_mut().zip(bias).for_each(|(x, b)| *x += b),
            (None, Bias::PerRow(p, s)) => {
                let b = (*p.offset(i as isize * s)).widen();
                sums.iter_mut().for_each(|x| *x += b);
            }
            _ => {}
        }
        if let Some(f) = <f32 as Real>::block_fn(g.epilogue.act) {
            f(sums.as_ptr(), sums.as_mut_ptr(), n);
        }
        if g.csc == 1 {
            return narrow::<T>(sums.as_ptr(), 0, c, 0, 1, n);
        }
        for (j, x) in sums.iter().enumerate() {
            *c.offset(j as isize * g.csc) = <T as MatElem>::narrow(*x);
        }
    }
}
