//! What the parts of a product hand one another: its arguments, how operands are read, what becomes of sums, and the
//! tables of kernels that a type has. Nothing here computes, so that every way can be below the choice between them.

/// The largest tile of any level and type.
pub const MAX_NR: usize = 32;
pub const MAX_MR: usize = 14;

/// Added to the product before the activation.
#[derive(Clone, Copy, Debug)]
pub enum Bias<T> {
    None,
    /// One value per row of `c`, with its stride.
    PerRow(*const T, isize),
    /// One value per column of `c`, with its stride.
    PerCol(*const T, isize),
}

/// Applied last; floating-point only (integers and complex numbers ignore it).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    None,
    Relu,
    Gelu,
    GeluTanh,
    Silu,
    Sigmoid,
    Tanh,
}

/// What happens to an element of `c` once its sum is complete.
#[derive(Clone, Copy, Debug)]
pub struct Epilogue<T> {
    pub bias: Bias<T>,
    pub act: Act,
}

impl<T> Epilogue<T> {
    pub const NONE: Epilogue<T> = Epilogue { bias: Bias::None, act: Act::None };
    /// Whether tiles have more to do than to store their sums.
    pub fn touches_tiles(&self) -> bool {
        self.act == Act::Relu || !matches!(self.bias, Bias::None)
    }
}

/// Where the matrices of a batch begin, in elements from the pointer.
#[derive(Clone, Copy, Debug)]
pub enum Batch<'a> {
    /// Matrix `i` begins at `i * stride`.
    Stride(isize),
    /// Matrix `i` begins at `offsets[i]`; at least as many as the batch has matrices.
    Offsets(&'a [isize]),
}

impl Batch<'_> {
    #[inline]
    pub fn at(&self, i: usize) -> isize {
        match self {
            Batch::Stride(s) => i as isize * s,
            Batch::Offsets(o) => o[i],
        }
    }
}

/// The arguments of a product.
#[derive(Clone, Copy)]
pub struct Gemm<T> {
    pub m: usize,
    pub n: usize,
    pub k: usize,
    pub alpha: T,
    pub a: *const T,
    pub rsa: isize,
    pub csa: isize,
    pub b: *const T,
    pub rsb: isize,
    pub csb: isize,
    pub beta: T,
    pub c: *mut T,
    pub rsc: isize,
    pub csc: isize,
    pub epilogue: Epilogue<T>,
}

// SAFETY: pointers valid for the whole call; tasks write different elements.
unsafe impl<T: Sync> Sync for Gemm<T> {}

impl<T: Copy> Gemm<T> {
    /// Some of the rows.
    pub unsafe fn rows(&self, r: std::ops::Range<usize>) -> Gemm<T> {
        let first = r.start as isize;
        let (a, c) = (self.a.offset(first * self.rsa), self.c.offset(first * self.rsc));
        let bias = match self.epilogue.bias {
            Bias::PerRow(p, step) => Bias::PerRow(p.offset(first * step), step),
            bias => bias,
        };
        Gemm { m: r.len(), a, c, epilogue: Epilogue { bias, ..self.epilogue }, ..*self }
    }
    /// The same product seen from the side: `c^T = b^T a^T`.
    pub fn transposed(&self) -> Gemm<T> {
        let bias = match self.epilogue.bias {
            Bias::None => Bias::None,
            Bias::PerRow(p, s) => Bias::PerCol(p, s),
            Bias::PerCol(p, s) => Bias::PerRow(p, s),
        };
        Gemm {
            m: self.n,
            n: self.m,
            a: self.b,
            rsa: self.csb,
            csa: self.rsb,
            b: self.a,
            rsb: self.csa,
            csb: self.rsa,
            rsc: self.csc,
            csc: self.rsc,
            epilogue: Epilogue { bias, ..self.epilogue },
            ..*self
        }
    }
}

/// A packer as the public functions take it: `(first, count, first, count, destination)`.
pub type Packer<'a, T> = &'a (dyn Fn(usize, usize, usize, usize, *mut T) + Sync);

#[derive(Clone, Copy)]
pub enum Operand<'a, T> {
    /// Pointer, row stride, column stride.
    Strided(*const T, isize, isize),
    Packed(Packer<'a, T>),
}

#[derive(Clone, Copy)]
pub struct Problem<'a, T> {
    pub m: usize,
    pub n: usize,
    pub k: usize,
    pub alpha: T,
    pub a: Operand<'a, T>,
    pub b: Operand<'a, T>,
    pub beta: T,
    pub c: *mut T,
    pub rsc: isize,
    pub csc: isize,
    pub epilogue: Epilogue<T>,
}

// SAFETY: the pointers are the caller's, valid for the whole call; tasks write disjoint parts of `c`.
unsafe impl<T: Sync> Sync for Problem<'_, T> {}

/// What a tile does with its sums: `c = relu?(alpha * sum + beta * c + bias)`.
pub struct Finish<T> {
    pub alpha: T,
    /// Zero means that `c` is not read.
    pub beta: T,
    /// A value per row, or null.
    pub row_bias: *const T,
    pub row_bias_stride: isize,
    /// A value per column, a full tile width of them, or null.
    pub col_bias: *const T,
    pub relu: bool,
    /// Just `c = sum`, or `c = c + sum`.
    pub plain: bool,
    pub plain_add: bool,
    /// Where a leading tile finds the lines to fetch: two, in each of the rows of the next panel of `b`.
    pub ahead: [*const T; 2],
}

/// `(src, across, along, width, full, klen, dst)`: a panel of `full` elements by `klen` steps. Element `j` of
/// step `p` comes from `src + j*across + p*along` and goes to `dst + p*full + j`; those from `width` on are zero.
pub type PackFn<T> = unsafe fn(*const T, isize, isize, usize, usize, usize, *mut T);

/// `(k, a, rsa, csa, b, rsb, c, rsc, finish)`. Rows of `b` and `c` are dense and a full tile wide.
pub type TileFn<T> = unsafe fn(usize, *const T, isize, isize, *const T, isize, *mut T, isize, &Finish<T>);

/// The micro-kernels and packers of one type at one level.
pub struct Kernels<T: 'static> {
    pub mr: usize,
    pub nr: usize,
    /// By height.
    pub tiles: &'static [TileFn<T>],
    /// The same, fetching the next panel of `b` into the second-level cache meanwhile.
    pub leading: &'static [TileFn<T>],
    pub pack: PackFn<T>,
    /// The same without a panel around it.
    pub turn: PackFn<T>,
}

/// A vector function `(src, dst, n)`.
pub type BlockFn<T> = unsafe fn(*const T, *mut T, usize);

/// Tile heights for a block of rows: as even as possible, so that no tile is nearly empty. With `fixed`, full
/// tiles and a rest, the layout that outside packers fill.
#[derive(Clone, Copy)]
pub struct Heights {
    pub tiles: usize,
    base: usize,
    extra: usize,
    rows: usize,
    pub fixed: bool,
}

impl Heights {
    #[inline]
    pub fn new(rows: usize, mr: usize, fixed: bool) -> Heights {
        let tiles = rows.div_ceil(mr);
        if fixed {
            return Heights { tiles, base: mr, extra: 0, rows, fixed };
        }
        Heights { tiles, base: rows / tiles, extra: rows % tiles, rows, fixed }
    }
    /// The two kinds of uneven tiles: first row, height and how many.
    #[inline(always)]
    pub fn kinds(&self) -> [(usize, usize, usize); 2] {
        let tall = self.base + 1;
        [(0, tall, self.extra), (self.extra * tall, self.base, self.tiles - self.extra)]
    }
    /// Rows of packed memory.
    #[inline]
    pub fn padded(&self) -> usize {
        if self.fixed { self.tiles * self.base } else { self.rows }
    }
    /// First row and height of a tile.
    #[inline(always)]
    pub fn at(&self, t: usize) -> (usize, usize) {
        if self.fixed {
            return (t * self.base, self.base.min(self.rows - t * self.base));
        }
        (t * self.base + t.min(self.extra), self.base + (t < self.extra) as usize)
    }
}
