//! A unit is used once it has multiplied right: what an emulator, a hypervisor or an assembler may get wrong makes
//! products slow, never wrong.

#![cfg_attr(not(all(target_arch = "x86_64", target_os = "linux")), allow(unused))] // there only tests use it

use super::amx::{Unit, WORDS};
use super::job::{Job, in_place};
use super::way::Way;
use crate::base::BF16;
use crate::kernels::cpu::linalg::matmul::problem::{Epilogue, Gemm};
use crate::kernels::cpu::machine::stop::buffer;

/// Whether small products come out exactly: several blocks of the sum, heights of which one is odd, a part of a panel,
/// rows packed with a rest and rows in place.
pub fn passes(unit: &'static Unit) -> bool {
    [70, 96].into_iter().all(|k| {
        // SAFETY: the caller has the unit.
        unsafe { right(unit, k) }
    })
}

unsafe fn right(unit: &'static Unit, k: usize) -> bool {
    const M: usize = 33;
    const N: usize = 35;
    // Small integers without a period: sums stay below 256, and so are exact in bfloat16 as well.
    let value = |i: usize, p: usize, values: usize| {
        let hash = (i * 0x9E37 + p * 0x85EB + 1).wrapping_mul(0x2C1B_3C6D) >> 13;
        (hash % values) as i32 - 1
    };
    let (left, right) = (|i, p| value(i, p, 4), |p, j| value(p + 1000, j, 3));
    let make = |x: i32| BF16::from_f32(x as f32);
    let a: Vec<BF16> = (0..M * k).map(|at| make(left(at / k, at % k))).collect();
    let b: Vec<BF16> = (0..k * N).map(|at| make(right(at / N, at % N))).collect();
    let mut c = buffer(make(0), M * N);
    let g = Gemm {
        m: M,
        n: N,
        k,
        alpha: make(1),
        a: a.as_ptr(),
        rsa: k as isize,
        csa: 1,
        b: b.as_ptr(),
        rsb: N as isize,
        csb: 1,
        beta: make(0),
        c: c.as_mut_ptr(),
        rsc: N as isize,
        csc: 1,
        epilogue: Epilogue::NONE,
    };
    let way = Way::Tiles(unit);
    Job { g: &g, way, kc: 2 * WORDS, in_place: in_place(&g, way) }.part(0..M, 0..N);
    let sum = |i: usize, j: usize| (0..k).map(|p| left(i, p) * right(p, j)).sum::<i32>();
    (0..M * N).all(|at| c[at].to_f32() == sum(at / N, at % N) as f32)
}
