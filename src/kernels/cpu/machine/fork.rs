//! Forked processes. A child has one thread: a lock that another one held at that moment would never be given back, and the
//! threads of the pool are not there. So whoever forks first takes every lock that all threads share, both processes give
//! them back, and the child forgets the pool; its next large loop starts one of its own.

use crate::base::rng::{Mt19937, default_generator};
use crate::kernels::cpu::machine::par;
use crate::storage::host::{Cache, hold_cache};
use std::cell::RefCell;
use std::sync::{MutexGuard, Once};

/// What a fork holds. In this order: whoever draws may start a loop, whoever starts one may ask for memory.
struct Held {
    _generator: Option<MutexGuard<'static, Mt19937>>,
    pool: MutexGuard<'static, par::Slot>,
    _cache: MutexGuard<'static, Cache>,
}

thread_local! {
    static HELD: RefCell<Option<Held>> = const { RefCell::new(None) };
}

extern "C" fn before() {
    let held =
        Held { _generator: default_generator().lock().ok(), pool: par::hold_pool(), _cache: hold_cache() };
    let _ = HELD.try_with(|slot| slot.replace(Some(held)));
}

extern "C" fn after_in_parent() {
    let _ = HELD.try_with(|slot| slot.take());
}

extern "C" fn after_in_child() {
    let _ = HELD.try_with(|slot| {
        if let Some(mut held) = slot.take() {
            // dropped, it would wait for threads that the child does not have
            std::mem::forget(held.pool.take());
        }
    });
}

/// From now on a fork finds nothing half done.
pub fn guard() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the three are functions of this library, which is never unloaded, and do not unwind
        unsafe { libc::pthread_atfork(Some(before), Some(after_in_parent), Some(after_in_child)) };
    });
}
