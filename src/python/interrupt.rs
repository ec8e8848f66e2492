//! Ctrl-C while a kernel runs. Python notes a signal and acts on it between two lines of a program; a kernel may take
//! minutes. So the note is also taken here, in front of Python's own handler, and kernels look at it (`machine/stop`).
//! Where a program has a handler of its own, or the call is another thread's, they run to their end as they always did:
//! only Python's default is known to end in `KeyboardInterrupt`.

use pyo3::prelude::*;
use pyo3::types::PyAny;
use std::sync::atomic::{AtomicU32, Ordering};

/// Elements from which a call asks anew who answers to Ctrl-C: a program may have exchanged the handler and put it back.
/// A tenth of a microsecond, in calls that take tens of them.
pub const WORTH_ASKING: usize = 256 * 1024;

/// What the signal's handler is, as Python has it: whether it is the default, and this thread the one it runs on.
fn is_ours(py: Python<'_>) -> PyResult<bool> {
    let signal = py.import("_signal")?;
    let handler: Bound<'_, PyAny> = signal.call_method1("getsignal", (signal.getattr("SIGINT")?,))?;
    if !handler.is(&signal.getattr("default_int_handler")?) {
        return Ok(false);
    }
    // without the module there is one thread
    let modules = py.import("sys")?.getattr("modules")?;
    let threading = modules.call_method1("get", ("threading",))?;
    if threading.is_none() {
        return Ok(true);
    }
    let main = threading.call_method0("main_thread")?.getattr("ident")?;
    main.eq(py.import("_thread")?.call_method0("get_ident")?)
}

#[cfg(unix)]
mod chain {
    use crate::kernels::cpu::machine::stop;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Python's handler, which runs after ours.
    static NEXT: AtomicUsize = AtomicUsize::new(0);

    extern "C" fn note(signal: libc::c_int) {
        stop::ask();
        let next = NEXT.load(Ordering::Relaxed);
        if next != 0 {
            // SAFETY: the address of the handler of one argument that stood here before
            let next = unsafe { std::mem::transmute::<usize, extern "C" fn(libc::c_int)>(next) };
            next(signal);
        }
    }

    /// The action of the signal as the system has it.
    fn current() -> Option<libc::sigaction> {
        // SAFETY: a plain structure, filled by the call
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            (libc::sigaction(libc::SIGINT, std::ptr::null(), &mut action) == 0).then_some(action)
        }
    }

    pub fn is_installed() -> bool {
        current().is_some_and(|action| action.sa_sigaction == note as *const () as usize)
    }

    /// Puts the note in front of a handler of one argument.
    pub fn install() {
        let Some(mut action) = current() else { return };
        let old = action.sa_sigaction;
        if action.sa_flags & libc::SA_SIGINFO != 0 || old == libc::SIG_DFL || old == libc::SIG_IGN {
            return;
        }
        NEXT.store(old, Ordering::Relaxed);
        action.sa_sigaction = note as *const () as usize;
        // SAFETY: the flags and mask that were there, and a handler that only sets a flag and calls the old one
        unsafe { libc::sigaction(libc::SIGINT, &action, std::ptr::null_mut()) };
    }
}

/// How many calls go by until a program's own handler is looked at again: that takes a microsecond or two.
const PATIENCE: u32 = 64;
static PASSED: AtomicU32 = AtomicU32::new(0);

/// Sees to it that kernels called by this thread hear of Ctrl-C, where that ends in `KeyboardInterrupt`.
#[cold]
pub fn listen(py: Python<'_>) {
    #[cfg(unix)]
    if !chain::is_installed()
        && PASSED.fetch_add(1, Ordering::Relaxed).is_multiple_of(PATIENCE)
        && is_ours(py).unwrap_or(false)
    {
        crate::kernels::cpu::machine::stop::listen();
        chain::install();
    }
    let _ = py;
}

/// Lets Python act on what was noted before a call begins. What is left over from long ago is forgotten.
#[cold]
pub fn answer(py: Python<'_>) -> PyResult<()> {
    crate::kernels::cpu::machine::stop::forget();
    py.check_signals()
}

pub fn install(m: &Bound<'_, PyModule>) {
    listen(m.py());
}
