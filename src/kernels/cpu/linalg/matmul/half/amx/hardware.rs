//! The tile instructions themselves. The compiler knows neither intrinsics nor the target feature yet, but the
//! assembler knows the instructions, and registers can be named as overwritten.
//!
//! Between these statements only the configuration has to last. It is state of the thread that compiled code does not
//! touch unless it holds tile instructions itself, which here is these statements alone; the system saves it when it
//! switches threads. Data stays in registers within one statement only.

use super::{Config, LINE, Operands, Unit};
use std::arch::asm;

/// A configuration and its release take about as long as a product of 32 cubed. (Reckoned, not measured.)
const LEAST: usize = 32 * 32 * 32;

pub static UNIT: Unit = Unit { configure, block, release, least: LEAST };

unsafe fn configure(config: &Config) {
    // SAFETY: the caller has asked `has_amx_bf16`; 64 bytes are read, and all registers are cleared.
    unsafe {
        asm!(
            "ldtilecfg [{config}]",
            config = in(reg) config,
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
            out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
            options(nostack, readonly, preserves_flags),
        )
    }
}

unsafe fn release() {
    // SAFETY: the caller has configured the unit, so there is one; no memory is touched.
    unsafe {
        asm!(
            "tilerelease",
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
            out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
            options(nostack, nomem, preserves_flags),
        )
    }
}

unsafe fn block(o: &Operands) {
    macro_rules! assemble {
        ($($line:literal)*) => {
            // SAFETY: the registers are configured. Rows of `a`, of `b` and of sums are as long as `Operands` says, all
            // that is overwritten is named, and the stack is not used.
            unsafe {
                asm!(
                    $($line,)*
                    steps = inout(reg) o.steps => _,
                    top = inout(reg) o.top => _,
                    bottom = inout(reg) o.bottom => _,
                    apart = in(reg) o.apart,
                    next = in(reg) o.next,
                    b = inout(reg) o.b => _,
                    upper = in(reg) o.upper,
                    lower = in(reg) o.lower,
                    line = in(reg) LINE,
                    add = in(reg) o.add as usize,
                    out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
                    out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
                    options(nostack),
                )
            }
        };
    }
    program!(assemble)
}
