//! Lists whose length somebody else decides. A list of Rust's own ends the process where memory ends; these answer.

use crate::error::{Error, Kind, Result};

#[cold]
fn no_room<T>(n: usize) -> Error {
    let bytes = n as u128 * size_of::<T>().max(1) as u128;
    Error::new(
        Kind::Memory,
        format!("DefaultCPUAllocator: can't allocate memory: you tried to allocate {bytes} bytes"),
    )
}

/// An empty list with room for `n` elements.
#[inline]
pub fn reserved<T>(n: usize) -> Result<Vec<T>> {
    let mut out = Vec::new();
    match out.try_reserve_exact(n) {
        Ok(()) => Ok(out),
        Err(_) => Err(no_room::<T>(n)),
    }
}

/// `n` times `value`.
#[inline]
pub fn repeated<T: Clone>(value: T, n: usize) -> Result<Vec<T>> {
    let mut out = reserved(n)?;
    out.resize(n, value);
    Ok(out)
}

/// The `n` elements of an iterator.
#[inline]
pub fn collected<T>(n: usize, items: impl IntoIterator<Item = T>) -> Result<Vec<T>> {
    let mut out = reserved(n)?;
    out.extend(items);
    Ok(out)
}

/// Bytes from outside (a card's memory, which need not be written yet) as the bools they stand for: any
/// byte but 0 is true, and no other byte than 0 and 1 reaches a Rust `bool`.
pub fn as_bools(bytes: &mut [u8]) {
    for byte in bytes {
        *byte = u8::from(*byte != 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_much_is_an_error() {
        assert_eq!(repeated(1u8, 3).unwrap(), [1, 1, 1]);
        assert_eq!(collected(2, [4, 5]).unwrap(), [4, 5]);
        for n in [usize::MAX, usize::MAX / 8, 1 << 56] {
            assert_eq!(reserved::<u64>(n).err().unwrap().kind(), Kind::Memory);
        }
    }
}
