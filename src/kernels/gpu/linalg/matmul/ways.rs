//! Which way a product goes, by its dtype and its sizes.

use super::problem::{Along, Product};
use super::tile::Tile;
use super::{finish, gemv, naive, tile};
use crate::base::DType;
use crate::error::Result;
use crate::kernels::gpu::elementwise::computed;
use crate::kernels::gpu::machine::{Place, Scratch};

/// For products that fill a card: 64 multiplications for 4 loads of a vector from shared memory.
const LARGE: Tile = Tile { m: 128, n: 128, k: 8, rows: 8, columns: 8 };
/// For those that would leave most of it idle in tiles of 128.
const MIDDLE: Tile = Tile { m: 64, n: 64, k: 16, rows: 4, columns: 4 };
/// For the small ones.
const SMALL: Tile = Tile { m: 32, n: 32, k: 16, rows: 4, columns: 4 };

/// Workgroups below which a card has idle processors: the largest have 132.
const FULL: usize = 128;
/// Workgroups to cut a long sum for: several on each processor, so that one loads while another multiplies. A gradient of
/// 64 x 576 over 200,704 pixels took 14 ms in 126 of them.
const SPLIT: usize = 1024;
/// The shortest piece of `k` that is worth a second pass over the results.
const PIECE: usize = 256;

/// How a sum over `k` of a result in `groups` workgroups is cut: into how many pieces of which length, a multiple of 16.
fn pieces(groups: usize, k: usize) -> (usize, usize) {
    if groups >= FULL / 2 || k < 2 * PIECE {
        return (1, k);
    }
    let parts = (SPLIT / groups).min(k / PIECE).max(1);
    let each = k.div_ceil(parts).next_multiple_of(16);
    (k.div_ceil(each), each)
}

/// Computes a product; `out` says on which card.
pub fn run(p: Product, out: &Place) -> Result<()> {
    if p.m == 0 || p.n == 0 || p.batch == 0 {
        return Ok(());
    }
    let wide = p.a.wide || p.b.wide || p.wide_out;
    let floats = matches!(p.dtype, DType::F32 | DType::F16 | DType::BF16);
    let across = p.a.wide && p.a.along == Along::Outer;
    if p.n == 1 && !p.b.wide && !p.wide_out && !across {
        let (_, rows) = gemv::shape(&p);
        let (parts, each) = pieces(p.m.div_ceil(rows) * p.batch, p.k);
        return cut(p, parts, out, |p, part| gemv::run(p, parts, each, part));
    }
    let results = p.m * p.n;
    if !wide && results <= 64 && p.k >= 1024 {
        return naive::run_by_groups(&p);
    }
    if !wide && p.m.min(p.n) < 8 && p.k <= 128 && results * p.batch >= 4096 {
        return naive::run_by_results(&p);
    }
    if !floats {
        return naive::run(&p);
    }
    let groups = |t: Tile| {
        let (down, across) = t.count(p.m, p.n);
        down * across * p.batch
    };
    // the largest tile whose workgroups fill the card, or would if the sums were cut in four
    let fills = |t: Tile| groups(t) * (p.k / PIECE).clamp(1, 4) >= FULL * 3 / 4;
    let narrow = p.m <= 32 || p.n <= 32;
    let tile = match () {
        _ if fills(LARGE) && p.m > 64 && p.n > 64 => LARGE,
        _ if fills(MIDDLE) && !narrow => MIDDLE,
        _ => SMALL,
    };
    let (parts, each) = pieces(groups(tile), p.k);
    cut(p, parts, out, |p, part| tile::run(p, tile, parts, each, part))
}

/// Runs a way over pieces of `k`, and adds them up where there are several.
fn cut<'a>(
    p: Product<'a>,
    parts: usize,
    out: &Place,
    way: impl for<'b> FnOnce(&Product<'b>, Option<Place<'b>>) -> Result<()>,
) -> Result<()> {
    if parts == 1 {
        return way(&p, None);
    }
    let scratch = Scratch::beside(out, parts * p.batch * p.m * p.n, computed("matmul", p.dtype)?)?;
    let p: Product = p;
    way(&p, Some(scratch.place()))?;
    finish::run(&p, parts, scratch.place())
}
