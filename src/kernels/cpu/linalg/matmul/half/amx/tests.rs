//! The model against float64 through the whole product, the machine's unit where there is one, and what the assembler
//! made of the text.

use super::emulated::{self, configured, fused, loaded};
use super::*;
use crate::base::BF16;
use crate::kernels::cpu::linalg::matmul::tests::{Case, Rng, all_layouts, check};
use crate::kernels::cpu::linalg::matmul::{Gemm, gemm, half};
use crate::kernels::cpu::machine::par;
use crate::kernels::cpu::machine::simd::{LEVELS, Level, has_amx_bf16, with_level};

/// `m` and `n` up to 70, `k` up to 200.
fn sizes(count: usize) -> Vec<(usize, usize, usize)> {
    let mut rng = Rng::new(11);
    let mut sizes: Vec<_> =
        (0..count).map(|_| (1 + rng.below(70), 1 + rng.below(70), 1 + rng.below(200))).collect();
    // One row, full blocks, steps of the sum with and without a rest.
    sizes.extend([(1, 40, 64), (2, 33, 32), (32, 32, 32), (33, 31, 96), (64, 64, 31), (65, 70, 128)]);
    sizes
}

fn blocks_of_the_sum() {
    for (m, n, k) in [(10, 40, 1500), (37, 33, 1025), (3, 70, 544), (40, 9, 2048)] {
        for (ta, tb, tc) in [(false, false, false), (false, true, true), (true, true, false)] {
            check::<BF16>(Case { m, n, k, ta, tb, tc, step: 1, beta: 2, bias: 2 });
        }
    }
}

#[test]
fn the_model_in_all_layouts() {
    let before = loaded();
    emulated::with(&emulated::UNIT, || all_layouts::<BF16>(&sizes(24)));
    assert!(loaded() > before && !configured(), "products must have gone through the model");
}

#[test]
fn the_model_at_every_level_of_the_packers() {
    for level in LEVELS {
        with_level(level, || emulated::with(&emulated::UNIT, || all_layouts::<BF16>(&sizes(3))));
    }
}

#[test]
fn the_model_over_several_blocks_of_the_sum() {
    emulated::with(&emulated::UNIT, blocks_of_the_sum);
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let before = par::num_threads();
    emulated::with(&emulated::UNIT, || {
        for (m, n, k, tb) in [(100, 150, 300, false), (250, 65, 128, true), (17, 300, 600, false)] {
            let case = Case { m, n, k, ta: false, tb, tc: false, step: 1, beta: 1, bias: 1 };
            par::set_num_threads(1);
            let alone = check::<BF16>(case);
            for threads in [2, 3, 5] {
                par::set_num_threads(threads);
                assert!(check::<BF16>(case) == alone, "{case:?} with {threads} threads");
            }
        }
    });
    par::set_num_threads(before);
}

/// Dense rows in place and packed rows are the same numbers.
#[test]
fn rows_in_place_and_packed_give_the_same_bytes() {
    let (m, n, k) = (45, 40, 96);
    let mut rng = Rng::new(5);
    let mut fill = |len: usize| (0..len).map(|_| BF16::from_f64(rng.unit())).collect::<Vec<_>>();
    let (a, b) = (fill(m * k), fill(k * n));
    let product = |a: *const BF16, rsa: isize, in_place: bool| {
        let mut c = vec![BF16::from_f32(0.0); m * n];
        let one = BF16::from_f32(1.0);
        let g = Gemm {
            m,
            n,
            k,
            alpha: one,
            a,
            rsa,
            csa: 1,
            b: b.as_ptr(),
            rsb: n as isize,
            csb: 1,
            beta: BF16::from_f32(0.0),
            c: c.as_mut_ptr(),
            rsc: n as isize,
            csc: 1,
            epilogue: crate::kernels::cpu::linalg::matmul::Epilogue::NONE,
        };
        let way = half::Way::Tiles(&emulated::UNIT);
        // SAFETY: matrices of these sizes.
        unsafe { half::Job { g: &g, way, kc: 64, in_place }.part(0..m, 0..n) };
        c
    };
    let (first, last) = (a.as_ptr(), a[(m - 1) * k..].as_ptr());
    assert!(product(first, k as isize, true) == product(first, k as isize, false));
    // Rows backwards, and one row for all.
    assert!(product(last, -(k as isize), true) == product(last, -(k as isize), false));
    assert!(product(first, 0, true) == product(first, 0, false));
}

/// Operands that end where memory ends.
#[test]
#[cfg(unix)]
fn nothing_is_read_behind_the_operands() {
    /// Elements that end at a page that may not be touched. Never unmapped.
    fn at_the_end(n: usize) -> *mut BF16 {
        let pages = (2 * n).next_multiple_of(1 << 16);
        // SAFETY: new memory, whose last part nobody uses.
        unsafe {
            let (access, kind) =
                (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
            let p = libc::mmap(std::ptr::null_mut(), pages + (1 << 16), access, kind, -1, 0);
            assert!(p != libc::MAP_FAILED);
            assert!(libc::mprotect(p.add(pages), 1 << 16, libc::PROT_NONE) == 0);
            p.add(pages).cast::<BF16>().sub(n)
        }
    }
    for (m, n, k) in [(33, 35, 96), (33, 35, 70), (2, 5, 32), (31, 64, 1088)] {
        for bits in 0..4 {
            let (a, b, c) = (at_the_end(m * k), at_the_end(k * n), at_the_end(m * n));
            let ((rsa, csa), (rsb, csb)) =
                (if bits & 1 == 0 { (k, 1) } else { (1, m) }, if bits & 2 == 0 { (n, 1) } else { (1, k) });
            let one = BF16::from_f32(1.0);
            // SAFETY: dense matrices of these sizes.
            unsafe {
                (0..m * k).for_each(|i| a.add(i).write(one));
                (0..k * n).for_each(|i| b.add(i).write(one));
                let (rsa, csa, rsb, csb) = (rsa as isize, csa as isize, rsb as isize, csb as isize);
                emulated::with(&emulated::UNIT, || {
                    gemm(m, n, k, one, a, rsa, csa, b, rsb, csb, BF16::from_f32(0.0), c, n as isize, 1, None);
                });
                let want = BF16::from_f32(k as f32);
                assert!((0..m * n).all(|i| *c.add(i) == want));
            }
        }
    }
}

#[test]
fn the_model_adds_as_the_manual_says() {
    assert_eq!(fused(1e-20, 1e-20, 1.0), 1.0);
    assert_eq!(fused(1e-20, 1e-19, 0.0), 0.0, "a denormal result is zero");
    assert_eq!(fused(1e-39, 1e10, 0.0), 0.0, "a denormal operand is zero");
    assert_eq!(fused(1.0, 1.0, 2f32.powi(24)), 2f32.powi(24), "a tie goes to even");
    assert!(fused(f32::INFINITY, 0.0, 1.0).is_nan());
    // First and second elements of pairs are summed apart: in order the small ones would be lost.
    let (big, one) = (BF16::from_f32(2f32.powi(24)), BF16::from_f32(1.0));
    let mut a = [one; 32];
    a[0] = big;
    a[2] = BF16::from_f32(-(2f32.powi(24)));
    let (b, mut sums) = ([[one; 64]; 16], [7f32; 32]);
    let session = Session::new(&emulated::UNIT);
    let left = Left::rows(a.as_ptr().cast(), 32);
    // SAFETY: one row, one step.
    unsafe { session.multiply(1, 16, left, b.as_ptr().cast(), sums.as_mut_ptr(), true) };
    assert_eq!(sums, [7.0 + 30.0; 32]);
    assert!(configured());
    drop(session);
    assert!(!configured());
}

#[test]
fn registers_are_given_up_when_a_panic_unwinds() {
    let caught = std::panic::catch_unwind(|| {
        let session = Session::new(&emulated::UNIT);
        let (a, b, mut sums) = ([0f32; 16], [0f32; 16 * COLS], [0f32; COLS]);
        // SAFETY: one row, one step.
        unsafe { session.multiply(1, 16, Left::packed(a.as_ptr(), 1), b.as_ptr(), sums.as_mut_ptr(), false) };
        assert!(configured());
        std::panic::resume_unwind(Box::new(()));
    });
    assert!(caught.is_err() && !configured());
}

#[test]
#[should_panic(expected = "#UD: not configured")]
fn the_model_faults_without_a_configuration() {
    let (a, b, mut sums) = ([0f32; 16], [0f32; 16 * COLS], [0f32; COLS]);
    let operands = Operands {
        steps: 1,
        top: a.as_ptr().cast(),
        bottom: a.as_ptr().cast(),
        apart: 64,
        next: 64,
        b: b.as_ptr().cast(),
        upper: sums.as_mut_ptr(),
        lower: sums.as_mut_ptr(),
        add: false,
    };
    // SAFETY: one row, one step.
    unsafe { (emulated::UNIT.block)(&operands) };
}

#[test]
fn a_configuration_is_what_the_manual_says() {
    let config = Config::new(9);
    // SAFETY: plain bytes.
    let bytes: [u8; 64] = unsafe { std::mem::transmute(config) };
    let mut want = [0; 64];
    want[0] = 1;
    (0..8).for_each(|t| want[16 + 2 * t] = 64);
    want[48..56].copy_from_slice(&[9, 9, 9, 9, 9, 9, 16, 16]);
    assert_eq!(bytes, want);
}

/// Wrong in one respect each; the check of a unit must notice.
#[test]
fn the_check_lets_the_model_pass_and_no_wrong_one() {
    assert!(half::selfcheck::passes(&emulated::UNIT) && !configured());
    macro_rules! wrong {
        ($($name:ident: |$o:ident| $change:expr;)*) => {$({
            unsafe fn $name($o: &Operands) {
                // SAFETY: operands of the same sizes or smaller ones.
                unsafe { (emulated::UNIT.block)(&Operands { ..$change }) }
            }
            static WRONG: Unit =
                Unit { configure: emulated::UNIT.configure, block: $name, release: emulated::UNIT.release, least: 0 };
            assert!(!half::selfcheck::passes(&WRONG), stringify!($name));
        })*};
    }
    wrong! {
        forgets_sums: |o| Operands { add: false, ..*o };
        swaps_rows: |o| Operands { top: o.bottom, bottom: o.top, ..*o };
        swaps_sums: |o| Operands { upper: o.lower, lower: o.upper, ..*o };
        repeats_a_row: |o| Operands { apart: 0, ..*o };
    }
}

/// On a machine with the units this is their test; elsewhere it is that nobody tries.
#[test]
fn the_machine() {
    with_level(Level::Avx512, || {
        assert_eq!(half::unit().is_some(), has_amx_bf16(), "the unit failed its check");
        if half::unit().is_some() {
            all_layouts::<BF16>(&sizes(24));
            blocks_of_the_sum();
            let (m, n, k) = (300, 290, 1300);
            check::<BF16>(Case { m, n, k, ta: false, tb: false, tc: false, step: 1, beta: 2, bias: 1 });
        }
    });
    for level in LEVELS.into_iter().filter(|l| *l < Level::Avx512) {
        with_level(level, || assert!(half::unit().is_none()));
    }
}

/// The machine code of a block, decoded after the Intel SDM (VEX.128, map 0F38, W0; opcodes 49, 4B and 5C), is the
/// text: registers, offsets, scale 1, and base and index in their roles.
#[test]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn the_assembler_made_of_it_what_the_text_says() {
    use super::emulated::{NAMES, Op, Place, program};
    // SAFETY: the code of a function, and what lies behind it in a much larger text.
    let code = unsafe { std::slice::from_raw_parts(hardware::UNIT.block as *const u8, 512) };
    // By name, the register that the compiler chose.
    let mut chosen = [None; NAMES.len()];
    let mut at = 0;
    // The next instruction of the map: opcode, prefix, vvvv and ModRM, and where that lies.
    let mut next = || {
        loop {
            let c = &code[at..];
            let vex =
                c[0] == 0xC4 && c[1] & 0x1F == 2 && c[2] & 0x84 == 0 && [0x49, 0x4B, 0x5C].contains(&c[3]);
            if vex {
                at += 5;
                return (c[3], c[2] & 3, !c[2] >> 3 & 15, c[4], c);
            }
            at += 1;
        }
    };
    // A memory operand: `rm` is 4, a SIB byte follows, and an offset of 8 bits where `mod` is 1.
    let mut place = |modrm: u8, c: &[u8], want: Place| {
        let (sib, offset) = (c[5], if modrm >> 6 == 1 { c[6] } else { 0 });
        assert!(modrm & 7 == 4 && modrm >> 6 < 2 && sib >> 6 == 0, "scale 1, with an index");
        let (x, b) = (!c[1] >> 6 & 1, !c[1] >> 5 & 1);
        let (index, base) = (sib >> 3 & 7 | x << 3, sib & 7 | b << 3);
        assert!(index != 4 && (modrm >> 6 == 1 || base & 7 != 5));
        assert_eq!(offset as usize, want.offset);
        for (name, register) in [(want.base, base), (want.index, index)] {
            assert_eq!(*chosen[name].get_or_insert(register), register, "{}", NAMES[name]);
        }
    };
    const NONE: u8 = 0;
    const F3: u8 = 2;
    const F2: u8 = 3;
    for op in program() {
        match *op {
            Op::Zero(t) => {
                let (opcode, prefix, v, modrm, _) = next();
                assert_eq!((opcode, prefix, v, modrm), (0x49, F2, NONE, 0xC0 | (t as u8) << 3));
            }
            Op::Load(t, from) => {
                let (opcode, prefix, v, modrm, c) = next();
                assert_eq!((opcode, prefix, v, modrm >> 3 & 7), (0x4B, F2, NONE, t as u8));
                place(modrm, c, from);
            }
            Op::Store(to, t) => {
                let (opcode, prefix, v, modrm, c) = next();
                assert_eq!((opcode, prefix, v, modrm >> 3 & 7), (0x4B, F3, NONE, t as u8));
                place(modrm, c, to);
            }
            Op::Dot(sums, a, b) => {
                let (opcode, prefix, v, modrm, _) = next();
                let want = 0xC0 | (sums as u8) << 3 | a as u8;
                assert_eq!((opcode, prefix, v, modrm), (0x5C, F3, b as u8, want));
            }
            _ => {}
        }
    }
    let mut used: Vec<u8> = chosen.into_iter().flatten().collect();
    used.sort_unstable();
    used.dedup();
    assert_eq!(used.len(), 7, "seven names, seven registers");
}
