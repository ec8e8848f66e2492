//! Tensors as nested lists of Python's numbers.

use super::convert::scalar;
use super::error::OrPy;
use super::object::Filling;
use crate::base::{BF16, C64, C128, DType, Device, Elem, F16, Float};
use crate::ops::driver::memory::{dense, dense_copy, is_doubtful};
use crate::tensor::Tensor;
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyBool, PyComplex, PyFloat, PyInt, PyList};

/// Elements that are taken out of a tensor at a time. Python's code may run while they become objects, but none of the
/// tensor's memory is held then.
/// (65,536 float32: 571 us; by 65,536, which is new memory from the system every time, 686.)
const PIECE: usize = 4096;
/// Bytes of memory that Python takes for a number in a list, at the least.
const NUMBER: usize = 32;

/// Elements that are a number of Python's as they are: without one of ours in between.
trait Number: Elem {
    fn object<'py>(self, py: Python<'py>) -> Bound<'py, PyAny>;
}

macro_rules! number {
    ($($t:ty: |$py:ident, $x:ident| $object:expr;)*) => {$(
        impl Number for $t {
            #[inline]
            fn object<'py>(self, $py: Python<'py>) -> Bound<'py, PyAny> {
                let $x = self;
                $object.into_any()
            }
        }
    )*};
}
number! {
    bool: |py, x| PyBool::new(py, x).to_owned();
    u8: |py, x| PyInt::new(py, x);
    i8: |py, x| PyInt::new(py, x);
    i16: |py, x| PyInt::new(py, x);
    i32: |py, x| PyInt::new(py, x);
    i64: |py, x| PyInt::new(py, x);
    f32: |py, x| PyFloat::new(py, f64::from(x));
    f64: |py, x| PyFloat::new(py, x);
    F16: |py, x| PyFloat::new(py, f64::from(Float::up(x)));
    BF16: |py, x| PyFloat::new(py, f64::from(Float::up(x)));
    C64: |py, x| PyComplex::from_doubles(py, f64::from(x.re), f64::from(x.im));
    C128: |py, x| PyComplex::from_doubles(py, x.re, x.im);
}

/// The elements of a dense tensor in order, taken out by the piece.
struct Reader<'a, T> {
    t: &'a Tensor,
    piece: Vec<T>,
    /// Where the next element lies in the piece, and how many of the tensor come after the piece.
    at: usize,
    left: usize,
}

impl<T: Number> Reader<'_, T> {
    /// `n` elements at once, at most a piece.
    fn take(&mut self, n: usize) -> PyResult<&[T]> {
        if self.piece.len() - self.at < n {
            let again = self.piece.len() - self.at;
            self.left += again;
            let count = self.left.min(PIECE);
            let from = self.t.layout().offset + self.t.numel() - self.left;
            self.piece = self.t.storage().copy_out::<T>(from * size_of::<T>(), count).py()?;
            (self.at, self.left) = (0, self.left - count);
        }
        self.at += n;
        Ok(&self.piece[self.at - n..self.at])
    }

    /// The axes from `depth` on as lists.
    fn list<'py>(&mut self, py: Python<'py>, depth: usize) -> PyResult<Bound<'py, PyAny>> {
        let n = self.t.shape()[depth];
        let mut list = Filling::new(py, n)?;
        if depth + 1 < self.t.ndim() {
            for _ in 0..n {
                list.push(self.list(py, depth + 1)?);
            }
            return Ok(list.done());
        }
        for start in (0..n).step_by(PIECE) {
            if start > 0 {
                py.check_signals()?;
            }
            for x in self.take(PIECE.min(n - start))? {
                list.push(x.object(py));
            }
        }
        Ok(list.done())
    }
}

fn numbers<'py, T: Number>(py: Python<'py>, t: &Tensor) -> PyResult<Bound<'py, PyAny>> {
    Reader::<T> { t, piece: Vec::new(), at: 0, left: t.numel() }.list(py, 0)
}

/// All elements as nested lists.
pub fn listed<'py>(py: Python<'py>, t: &Tensor) -> PyResult<Bound<'py, PyAny>> {
    super::tensor::check_depth(t)?;
    if t.ndim() == 0 {
        return Ok(scalar(py, t.item().py()?));
    }
    // what has no room is refused before half of it is made
    let objects = t.shape().iter().scan(1usize, |n, &d| {
        *n = n.saturating_mul(d);
        Some(*n)
    });
    let objects = objects.fold(0, usize::saturating_add);
    if objects > 16 * PIECE {
        drop(crate::base::reserved::<[u8; NUMBER]>(objects).py()?);
    }
    // the address of mapped samples is nobody's: the call ends here
    let _ = t.is_batched().then(|| t.ptr());
    let own;
    let mut t = t;
    if let Device::Gpu(_) = t.device() {
        own = crate::ops::driver::memory::moved(&t.detach(), Device::Cpu).py()?;
        t = &own;
    }
    let own;
    if !t.is_contiguous() {
        own = dense(&t.detach()).py()?;
        t = &own;
    }
    let own;
    if is_doubtful(t) {
        own = dense_copy(&t.detach()).py()?;
        t = &own;
    }
    py.check_signals()?;
    match t.dtype() {
        DType::Bool => numbers::<bool>(py, t),
        DType::U8 => numbers::<u8>(py, t),
        DType::I8 => numbers::<i8>(py, t),
        DType::I16 => numbers::<i16>(py, t),
        DType::I32 => numbers::<i32>(py, t),
        DType::I64 => numbers::<i64>(py, t),
        DType::F32 => numbers::<f32>(py, t),
        DType::F64 => numbers::<f64>(py, t),
        DType::F16 => numbers::<F16>(py, t),
        DType::BF16 => numbers::<BF16>(py, t),
        DType::C64 => numbers::<C64>(py, t),
        DType::C128 => numbers::<C128>(py, t),
        DType::U16 | DType::U32 | DType::U64 | DType::F8E4M3 | DType::F8E5M2 => nested(py, t, 0, &mut 0),
    }
}

/// The axes from `depth` on as lists, for elements that are only stored; `at` counts them.
fn nested<'py>(py: Python<'py>, t: &Tensor, depth: usize, at: &mut usize) -> PyResult<Bound<'py, PyAny>> {
    let list = PyList::empty(py);
    let n = t.shape()[depth];
    if depth + 1 < t.ndim() {
        for _ in 0..n {
            list.append(nested(py, t, depth + 1, at)?)?;
        }
        return Ok(list.into_any());
    }
    for start in (0..n).step_by(PIECE) {
        py.check_signals()?;
        let piece = t.elements(*at, PIECE.min(n - start)).py()?;
        *at += piece.len();
        for value in piece {
            list.append(scalar(py, value))?;
        }
    }
    Ok(list.into_any())
}
