//! Indices that name nothing: a kernel cannot raise, so it takes the first element instead and notes what it met. The error
//! comes with the next thing that is read back, or with `synchronize()`, in the words that the CPU has.
//!
//! Only the first fault is kept until somebody looks.

use super::launch::Kernel;
use super::operand::Place;
use crate::error::{Error, Kind, Result};
use std::sync::Mutex;

/// The error of an index out of range: index, axis, size.
pub type Fault = fn(i64, usize, usize) -> Error;

/// The kinds that kernels were started with; a kind's code is its place, counted from 1.
static KINDS: Mutex<Vec<Fault>> = Mutex::new(Vec::new());

fn code(fault: Fault) -> usize {
    let mut kinds = KINDS.lock().unwrap_or_else(|e| e.into_inner());
    let at = kinds.iter().position(|k| std::ptr::fn_addr_eq(*k, fault)).unwrap_or_else(|| {
        kinds.push(fault);
        kinds.len() - 1
    });
    at + 1
}

#[cfg_attr(not(feature = "gpu"), allow(dead_code))]
fn explain([code, index, axis, size]: [u32; 4]) -> Error {
    let kinds = KINDS.lock().unwrap_or_else(|e| e.into_inner());
    match kinds.get((code as usize).wrapping_sub(1)) {
        Some(kind) => kind(index as i32 as i64, axis as usize, size as usize),
        None => Error::new(Kind::Index, "an index is out of range"),
    }
}

/// A kernel that may meet bad indices, with one argument more: their code, in the shader `fault(arg(k), index, axis, size)`.
#[cfg(feature = "gpu")]
pub fn watched<'a>(kernel: Kernel<'a>, on: &Place<'a>, fault: Fault) -> Result<(Kernel<'a>, usize)> {
    let memory = on.memory.gpu().watched(explain)?;
    // bytes, for the cells of their words are atomic
    let place = Place { memory, dtype: crate::base::DType::U8, offset: 0, shape: &[16], strides: &[1] };
    let at = kernel.count_args();
    Ok((kernel.writes("fault", place).arg(code(fault)), at))
}

#[cfg(not(feature = "gpu"))]
pub fn watched<'a>(kernel: Kernel<'a>, _: &Place<'a>, fault: Fault) -> Result<(Kernel<'a>, usize)> {
    let at = kernel.count_args();
    Ok((kernel.arg(code(fault)), at))
}

/// `fn fault(code, index, axis, size)`: notes an index out of range, if it is the first.
pub const TEXT: &str = "
fn fault(code: u32, index: i32, axis: u32, size: u32) {
    let w = first_fault() / 4u;
    if (atomicMax(&m_fault[w], code) == 0u) {
        atomicStore(&m_fault[w + 1u], bitcast<u32>(index));
        atomicStore(&m_fault[w + 2u], axis);
        atomicStore(&m_fault[w + 3u], size);
    }
}
";
