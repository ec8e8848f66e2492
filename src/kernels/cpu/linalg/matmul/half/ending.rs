//! What happens to complete float32 sums on their way to 16-bit results.

use crate::kernels::cpu::linalg::matmul::convert::{Half, narrow};
use crate::kernels::cpu::linalg::matmul::elem::{MatElem, Real};
use crate::kernels::cpu::linalg::matmul::problem::{Act, Bias, Gemm, MAX_NR};

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

    /// Where bfloat16 sums of whole rows of a tile may go straight, from row `i` on, and how far rows are apart.
    pub fn straight(&self, i: usize, nr: usize) -> Option<(*mut u16, isize)> {
        let row = i as isize * self.g.rsc;
        let c = self.g.c.wrapping_offset(row).wrapping_add(self.j);
        (T::PAIRS && self.width == nr && self.plain()).then_some((c.cast(), self.g.rsc))
    }

    /// Where bfloat16 sums of whole rows of the result may go straight, and how far these are apart.
    pub fn whole_rows(&self) -> Option<(*mut u16, isize)> {
        (T::PAIRS && self.plain()).then_some((self.g.c.wrapping_add(self.j).cast(), self.g.rsc))
    }

    /// Sums `pitch` apart on their way to `count` rows of `c`, from row `i` on.
    pub unsafe fn rows(&self, i: usize, count: usize, sums: *mut f32, pitch: usize) {
        let g = self.g;
        if self.plain() {
            // Rows one by one took 5% of the time of 1024 cubed.
            let c = g.c.offset(i as isize * g.rsc).add(self.j);
            return narrow::<T>(sums, pitch, c, g.rsc, count, self.width);
        }
        (0..count).for_each(|r| self.row(i + r, sums.add(r * pitch)));
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
