//! Which instruction set kernels use: found once, asked once per kernel call.

use std::sync::atomic::{AtomicU8, Ordering};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// Bodies in plain Rust, with whatever the compiler's target guarantees (SSE2 on x86-64, NEON on 64-bit ARM).
    Portable = 1,
    /// NEON, which every 64-bit ARM processor has: vectors and tiles made for its registers. Tested under emulation,
    /// never timed. On another architecture there is nothing at this level, and it does what the one below does.
    Neon = 2,
    /// AVX2 and FMA.
    Avx2 = 3,
    /// AVX-512 F, BW, VL and DQ.
    Avx512 = 4,
}

/// The levels that differ on this architecture, upwards: those that tests go through.
#[cfg(all(test, target_arch = "x86_64"))]
pub const LEVELS: [Level; 3] = [Level::Portable, Level::Avx2, Level::Avx512];
#[cfg(all(test, target_arch = "aarch64"))]
pub const LEVELS: [Level; 2] = [Level::Portable, Level::Neon];
#[cfg(all(test, not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub const LEVELS: [Level; 1] = [Level::Portable];

/// 0 until detected.
static LEVEL: AtomicU8 = AtomicU8::new(0);

/// The level in force: the best this processor has, or what `RUSHLIGHT_CPU` asks for if that is lower. A name that
/// means nothing here, such as that of another architecture's level, lowers nothing.
#[inline(always)]
pub fn level() -> Level {
    match LEVEL.load(Ordering::Relaxed) {
        1 => Level::Portable,
        2 => Level::Neon,
        3 => Level::Avx2,
        4 => Level::Avx512,
        _ => detect(),
    }
}

#[cold]
fn detect() -> Level {
    let best = best_level();
    let asked = match std::env::var("RUSHLIGHT_CPU").as_deref() {
        Ok("portable") => Level::Portable,
        Ok("avx2") => Level::Avx2,
        _ => Level::Avx512, // or `neon`: the best there is
    };
    let level = best.min(asked);
    LEVEL.store(level as u8, Ordering::Relaxed);
    level
}

/// The best level this processor supports.
pub fn best_level() -> Level {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::is_x86_feature_detected as has;
        if has!("avx2") && has!("fma") && has!("f16c") {
            if has!("avx512f") && has!("avx512bw") && has!("avx512vl") && has!("avx512dq") {
                return Level::Avx512;
            }
            return Level::Avx2;
        }
    }
    if cfg!(target_arch = "aarch64") { Level::Neon } else { Level::Portable }
}

/// Runs `f` at `level` (or the best below it that exists). The level is global, so tests that use this take
/// turns; a kernel running meanwhile on another thread stays correct, at either level.
pub fn with_level<R>(level: Level, f: impl FnOnce() -> R) -> R {
    static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let before = self::level();
    LEVEL.store(level.min(best_level()) as u8, Ordering::Relaxed);
    let _restore = Restore(before);
    f()
}

struct Restore(Level);

impl Drop for Restore {
    fn drop(&mut self) {
        LEVEL.store(self.0 as u8, Ordering::Relaxed);
    }
}

/// Whether bfloat16 tile products can run: the processor has them, the system grants the tile registers to
/// this process, and the level is not lowered (`RUSHLIGHT_CPU=avx512` stands for everything but tiles).
pub fn has_amx_bf16() -> bool {
    level() == Level::Avx512 && amx_granted()
}

/// Asks once. The processor's answers are in the Intel SDM, vol. 1 (the chapters on XSAVE and AMX) and 2 (CPUID). The
/// system's are in Documentation/arch/x86/xstate.rst of Linux: a permission, once granted, is the whole process's,
/// threads that run already and children of `fork` included, and never taken back; without it tile instructions raise
/// SIGILL. It is refused where an alternate signal stack of some thread is too small for the registers, and from then
/// on the system refuses such stacks.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn amx_granted() -> bool {
    static GRANTED: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    *GRANTED.get_or_init(|| {
        use std::arch::x86_64::{__cpuid, __cpuid_count, _xgetbv};
        const AMX_BF16_AND_TILE: u32 = 1 << 22 | 1 << 24;
        const OSXSAVE: u32 = 1 << 27;
        const TILE_CONFIGURATION_AND_DATA: u64 = 1 << 17 | 1 << 18;
        const TILE_LEAF: u32 = 0x1D;
        const ARCH_REQ_XCOMP_PERM: libc::c_long = 0x1023;
        const XFEATURE_XTILEDATA: libc::c_long = 18;
        #[target_feature(enable = "xsave")]
        fn enabled() -> u64 {
            // SAFETY: register 0 always exists.
            unsafe { _xgetbv(0) }
        }
        if std::env::var("RUSHLIGHT_CPU").as_deref() == Ok("avx512")
            || __cpuid(0).eax < TILE_LEAF
            || __cpuid_count(7, 0).edx & AMX_BF16_AND_TILE != AMX_BF16_AND_TILE
            || __cpuid(1).ecx & OSXSAVE == 0
        {
            return false;
        }
        // Palette 1: eight tiles of 16 rows of 64 bytes.
        let palette = __cpuid_count(TILE_LEAF, 1);
        if palette.ebx & 0xffff != 64 || palette.ebx >> 16 != 8 || palette.ecx & 0xffff != 16 {
            return false;
        }
        // SAFETY: OSXSAVE says that the system has enabled the instruction.
        if unsafe { enabled() } & TILE_CONFIGURATION_AND_DATA != TILE_CONFIGURATION_AND_DATA {
            return false;
        }
        // SAFETY: the call only asks for permission; an old kernel answers with an error.
        unsafe { libc::syscall(libc::SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0 }
    })
}

#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
fn amx_granted() -> bool {
    false
}

/// Keeps the loop around it from being vectorised or unrolled. For what a vectorised loop leaves over: the compiler makes
/// of the rest another vectorised loop, with a rest of its own, and half of the code is for less than a block.
#[inline(always)]
pub fn one_by_one() {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    // SAFETY: no instruction
    unsafe {
        std::arch::asm!("", options(nomem, nostack, preserves_flags))
    };
}

/// Whether `LEVEL` is the least of several, which few processors take (on x86, those without AVX2). Loops over blocks are left out
/// there and elements go one by one, with what is written after them: the kernels of `elementwise/block.rs` are 2,288 KB so, and
/// were 3,102 with vectors of the least level.
#[inline(always)]
pub const fn is_least<const LEVEL: u8>() -> bool {
    cfg!(target_arch = "x86_64") && LEVEL == Level::Portable as u8
}

/// [`one_by_one`] where `LEVEL` is the least of several, which few processors take. Elsewhere a rest may be all there is:
/// small tensors are shorter than a block.
#[inline(always)]
pub fn rest<const LEVEL: u8>() {
    if is_least::<LEVEL>() {
        one_by_one();
    }
}

/// Compiles one body for each level and picks by [`level`] once per call. Write the body as for one thread and
/// plain loops; the compiler vectorises it for each level (on 64-bit ARM once: its target has NEON already). Generic
/// parameters are written in brackets: `multiversion! { pub unsafe fn add[T: Num](x: *const T, n: usize) { ... } }`.
///
/// Only what is inlined into the body takes its instruction set. Functions it calls are `inline(always)`; closures
/// cannot be, and a large one stays outside, compiled for the least processor: use loops and iterators for whatever is
/// large. (In a build with symbols, `nm -C` shows such closures as `body::{{closure}}`.)
///
/// No level is inlined into the callers: they would each have a copy of the least one, which few processors ever take.
///
/// Types for which the least level is enough, because they are hardly ever met, are left out by a condition behind the generic
/// parameters: `multiversion! { unsafe fn values[T: Pooled] if { T::OFTEN } (...) { ... } }`.
///
/// A body that has instructions of its own for some levels asks for the level as its first parameter, a `u8` that is a
/// [`Level`]'s: `multiversion! { pub unsafe fn widen[const LEVEL, T: Half](...) { ... } }`.
#[macro_export]
macro_rules! multiversion {
    ($(#[$meta:meta])* $vis:vis unsafe fn $name:ident [const $level:ident $(, $g:ident: $bound:path)*] $(if $wide:block)?
     ($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? $body:block) => {
        $(#[$meta])*
        $vis unsafe fn $name<$($g: $bound),*>($($arg: $ty),*) $(-> $ret)? {
            use $crate::kernels::cpu::machine::simd::{Level, level};
            #[inline(always)]
            unsafe fn body<const $level: u8, $($g: $bound),*>($($arg: $ty),*) $(-> $ret)? $body
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c")]
            unsafe fn avx512<$($g: $bound),*>($($arg: $ty),*) $(-> $ret)? { body::<{ Level::Avx512 as u8 }, $($g),*>($($arg),*) }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma,f16c")]
            unsafe fn avx2<$($g: $bound),*>($($arg: $ty),*) $(-> $ret)? { body::<{ Level::Avx2 as u8 }, $($g),*>($($arg),*) }
            #[inline(never)]
            unsafe fn portable<$($g: $bound),*>($($arg: $ty),*) $(-> $ret)? { body::<{ Level::Portable as u8 }, $($g),*>($($arg),*) }
            // SAFETY: `level` never exceeds what the processor supports; the rest is the caller's contract.
            unsafe {
                match level() {
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 if const { true $(&& $wide)? } => avx512::<$($g),*>($($arg),*),
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 if const { true $(&& $wide)? } => avx2::<$($g),*>($($arg),*),
                    #[cfg(target_arch = "aarch64")]
                    Level::Neon => body::<{ Level::Neon as u8 }, $($g),*>($($arg),*),
                    _ => portable::<$($g),*>($($arg),*),
                }
            }
        }
    };
    ($(#[$meta:meta])* $vis:vis unsafe fn $name:ident $([$($g:ident: $bound:path),+] $(if $wide:block)?)?
     ($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? $body:block) => {
        $(#[$meta])*
        $vis unsafe fn $name$(<$($g: $bound),+>)?($($arg: $ty),*) $(-> $ret)? {
            #[inline(always)]
            unsafe fn body$(<$($g: $bound),+>)?($($arg: $ty),*) $(-> $ret)? $body
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c")]
            unsafe fn avx512$(<$($g: $bound),+>)?($($arg: $ty),*) $(-> $ret)? { body$(::<$($g),+>)?($($arg),*) }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma,f16c")]
            unsafe fn avx2$(<$($g: $bound),+>)?($($arg: $ty),*) $(-> $ret)? { body$(::<$($g),+>)?($($arg),*) }
            #[inline(never)]
            unsafe fn portable$(<$($g: $bound),+>)?($($arg: $ty),*) $(-> $ret)? { body$(::<$($g),+>)?($($arg),*) }
            // SAFETY: `level` never exceeds what the processor supports; the rest is the caller's contract.
            unsafe {
                match $crate::kernels::cpu::machine::simd::level() {
                    #[cfg(target_arch = "x86_64")]
                    $crate::kernels::cpu::machine::simd::Level::Avx512 if const { true $($(&& $wide)?)? } => avx512$(::<$($g),+>)?($($arg),*),
                    #[cfg(target_arch = "x86_64")]
                    $crate::kernels::cpu::machine::simd::Level::Avx2 if const { true $($(&& $wide)?)? } => avx2$(::<$($g),+>)?($($arg),*),
                    _ => portable$(::<$($g),+>)?($($arg),*),
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    multiversion! {
        unsafe fn sum[T: Copy](x: *const T, n: usize, to: fn(T) -> f64) -> f64 {
            (0..n).map(|i| to(*x.add(i))).sum()
        }
    }

    #[test]
    fn every_level_runs() {
        let x: Vec<i32> = (0..100).collect();
        for l in LEVELS {
            with_level(l, || {
                assert!(level() <= l);
                // SAFETY: the pointer and the length are those of the vector.
                assert_eq!(unsafe { sum(x.as_ptr(), x.len(), f64::from) }, 4950.0);
            });
        }
    }
}
