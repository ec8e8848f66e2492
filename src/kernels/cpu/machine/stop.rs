//! Ends before the end: somebody pressed Ctrl-C, or there is no memory for what a kernel keeps on the side. Kernels have
//! no errors to answer with, so they unwind with a [`Stop`], and whoever called the op makes an error of it. Guards and
//! buffers are let go on the way; results nobody has seen yet are dropped, what is written in place stays half written.

use crate::base::repeated;
use std::any::Any;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What a kernel unwinds with.
#[derive(Debug)]
pub enum Stop {
    Interrupted,
    Memory(crate::error::Error),
}

impl Stop {
    /// What an unwinding was about, if it was one of these.
    pub fn of(payload: Box<dyn Any + Send>) -> Result<Stop, Box<dyn Any + Send>> {
        payload.downcast::<Stop>().map(|stop| *stop)
    }
    #[cold]
    fn unwind(self) -> ! {
        std::panic::resume_unwind(Box::new(self))
    }
}

/// The user wants the thread that listens to stop. Set from a signal handler, so nothing but a flag.
static ASKED: AtomicBool = AtomicBool::new(false);
/// The one thread that stops when asked to: others finish what they are at.
static LISTENER: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Its address tells threads apart, without a call.
    static HERE: u8 = const { 0 };
}

fn here() -> usize {
    HERE.with(|h| std::ptr::from_ref(h) as usize)
}

/// This thread is the one to stop from now on.
pub fn listen() {
    LISTENER.store(here(), Ordering::Relaxed);
}

/// Asks the thread that listens to stop. May be called from a signal handler.
pub fn ask() {
    ASKED.store(true, Ordering::Relaxed);
}

/// Whether somebody asked and it has not been answered.
#[inline]
pub fn is_asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}

/// It has been answered otherwise.
pub fn forget() {
    ASKED.store(false, Ordering::Relaxed);
}

/// Whether this thread has been asked to stop.
#[inline]
pub fn is_asked_here() -> bool {
    is_asked() && is_listening()
}

#[cold]
fn is_listening() -> bool {
    LISTENER.load(Ordering::Relaxed) == here()
}

/// Ends the kernel if this thread has been asked to. Costs a load; loops that take long call it every now and then.
#[inline]
pub fn poll() {
    if is_asked_here() {
        interrupted();
    }
}

/// Ends the kernel.
#[cold]
pub fn interrupted() -> ! {
    forget();
    Stop::Interrupted.unwind()
}

/// `n` times `value`, on the side: as `vec![value; n]` where the number comes from outside.
#[inline]
pub fn buffer<T: Clone>(value: T, n: usize) -> Vec<T> {
    repeated(value, n).unwrap_or_else(|e| Stop::Memory(e).unwind())
}

/// Room for `more` elements behind those of a list.
#[inline]
pub fn grow<T>(list: &mut Vec<T>, more: usize) {
    if list.try_reserve(more).is_err() {
        Stop::Memory(
            crate::base::reserved::<T>(list.len().saturating_add(more)).err().unwrap_or_else(no_room),
        )
        .unwind();
    }
}

#[cold]
fn no_room() -> crate::error::Error {
    crate::error::Error::new(crate::error::Kind::Memory, "can't allocate memory for a list that grows")
}

/// The elements of an iterator of known length, on the side.
#[inline]
pub fn gathered<T>(items: impl ExactSizeIterator<Item = T>) -> Vec<T> {
    crate::base::collected(items.len(), items).unwrap_or_else(|e| Stop::Memory(e).unwind())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_is_not_there_unwinds_and_says_so() {
        let end = std::panic::catch_unwind(|| buffer(0u64, usize::MAX / 16)).unwrap_err();
        assert!(matches!(Stop::of(end), Ok(Stop::Memory(_))));
        assert_eq!(buffer(7, 2), [7, 7]);
    }

    #[test]
    fn only_the_listener_stops() {
        ask();
        poll(); // nobody listens here
        listen();
        let end = std::panic::catch_unwind(poll).unwrap_err();
        assert!(matches!(Stop::of(end), Ok(Stop::Interrupted)) && !is_asked());
        ask();
        std::thread::spawn(poll).join().unwrap();
        forget();
        LISTENER.store(0, Ordering::Relaxed);
    }
}
