//! Float16 and bfloat16: summed in float32 and rounded once. Both operands are packed into words of 32 bits: pairs of
//! bfloat16 where the processor multiplies them, tile by tile (`half/amx/`) or vector by vector (`pairs.rs`), else
//! single elements as float32.

mod amx;
mod ending;
#[cfg(target_arch = "x86_64")]
mod few;
/// Elsewhere no product goes so.
#[cfg(not(target_arch = "x86_64"))]
mod few {
    use super::{Gemm, Half, Way};
    pub unsafe fn product<T: Half>(_: &Gemm<T>, _: Way) -> bool {
        false
    }
}
mod job;
mod rows;
mod selfcheck;
mod way;
mod wide;
mod words;

use super::convert::Half;
use super::elem::MatElem;
use super::problem::Gemm;
use super::{dots, naive, pairs, tile};
use job::{Job, in_place};
use way::Way;

/// Multiply-adds up to which three plain loops win.
const TINY_FMA: usize = 64;
/// Columns up to which tiles are read where rows lie, if they are dense and of whole steps. Many panels of columns pay
/// for a copy in the order of use.
const IN_PLACE_COLS: usize = 128;
/// Columns that are few.
const FEW_COLS: usize = 8;
/// Words of a packed operand; larger ones are done in parts.
const PACKED_WORDS: usize = 8 << 20;

pub unsafe fn gemm<T: Half>(g: &Gemm<T>) {
    if g.k == 0 || g.alpha == <T as MatElem>::ZERO || g.m * g.n * g.k <= TINY_FMA {
        return naive::gemm(g);
    }
    let way = chosen(g);
    if few::product(g, way) || dots::product_halves(g) || wide::product(g, way) || rows::product(g) {
        return;
    }
    // columns fill a panel, of which few would leave most empty (768 x 500 by 500 x 3, transposed in memory: 98 us)
    let few = g.n <= FEW_COLS && g.m >= pairs::COLS && g.rsa == 1 && g.csa != 1;
    if (g.csc != 1 && g.rsc == 1) || few {
        return packed(&g.transposed(), way);
    }
    packed(g, way)
}

/// Both operands in panels.
unsafe fn packed<T: Half>(g: &Gemm<T>, way: Way) {
    let (steps, multiple) = way.block();
    let kc = g.k.div_ceil(g.k.div_ceil(steps * way.per())).next_multiple_of(multiple);
    let job = Job { g, way, kc, in_place: g.n <= IN_PLACE_COLS && in_place(g, way) };
    let fits = |unit: usize| (PACKED_WORDS / g.k.div_ceil(way.per())).max(unit) / unit * unit;
    let (rows, cols) = (fits(way.mr()), fits(way.nr()));
    for j in (0..g.n).step_by(cols) {
        for i in (0..g.m).step_by(rows) {
            job.part(i..(i + rows).min(g.m), j..(j + cols).min(g.n));
        }
    }
}

/// The way of a product: by its type, its size and the machine.
fn chosen<T: Half>(g: &Gemm<T>) -> Way {
    if !T::PAIRS {
        return Way::Single(tile::kernels_f32());
    }
    match unit() {
        Some(unit) if g.m * g.n * g.k >= unit.least => Way::Tiles(unit),
        _ => pairs::tiles().map_or_else(|| Way::Single(tile::kernels_f32()), Way::Pairs),
    }
}

/// The unit of this machine, if it has one that passed its check.
pub fn unit() -> Option<&'static amx::Unit> {
    #[cfg(test)]
    if let Some(unit) = amx::emulated::chosen() {
        return Some(unit);
    }
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    if crate::kernels::cpu::machine::simd::has_amx_bf16() {
        static SOUND: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
        return SOUND.get_or_init(|| selfcheck::passes(&amx::hardware::UNIT)).then_some(&amx::hardware::UNIT);
    }
    None
}
