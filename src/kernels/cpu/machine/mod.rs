//! What the machine offers: threads, instruction sets, vectors, numbers, the one strided loop.

/// Binds `$T` to plain elements of a size: moving them needs no more.
macro_rules! by_size {
    ($size:expr, $T:ident => $body:expr) => {
        match $size {
            1 => {
                type $T = u8;
                $body
            }
            2 => {
                type $T = u16;
                $body
            }
            4 => {
                type $T = u32;
                $body
            }
            8 => {
                type $T = u64;
                $body
            }
            _ => {
                type $T = [u64; 2];
                $body
            }
        }
    };
}

#[macro_use]
pub mod simd;
pub mod blocks;
pub mod cast;
pub mod crc;
pub mod float;
#[cfg(unix)]
pub mod fork;
pub mod gather;
pub mod iter;
pub mod par;
pub mod rows;
pub mod stop;
pub mod stream;
pub mod turn;
pub mod vector;
pub mod walk;
