//! What an op says beside its result: deprecated spellings, sizes that do not fit. The bindings take the texts after the call
//! and pass them to Python's `warnings`; a Rust program asks for them with [`take`].

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::sync::Mutex;

thread_local! {
    static SAID: Cell<bool> = const { Cell::new(false) };
    static TEXTS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// As many texts wait as this; nobody who does not ask shall collect them for ever.
const MOST: usize = 16;

/// Says a text about the call that runs in this thread.
#[cold]
pub fn warn(text: impl Into<String>) {
    SAID.set(true);
    TEXTS.with_borrow_mut(|texts| {
        let text = text.into();
        if texts.len() < MOST && !texts.contains(&text) {
            texts.push(text);
        }
    });
}

/// Says a text the first time only.
#[cold]
pub fn warn_once(text: &'static str) {
    static SAID: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    if SAID.lock().unwrap_or_else(|e| e.into_inner()).insert(text) {
        warn(text);
    }
}

/// Whether anything was said since the last [`take`].
#[inline]
pub fn said() -> bool {
    SAID.get()
}

/// What was said in this thread since the last time.
pub fn take() -> Vec<String> {
    SAID.set(false);
    TEXTS.with_borrow_mut(std::mem::take)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_once_until_it_is_taken() {
        drop(take());
        assert!(!said());
        warn("a");
        warn("a");
        warn("b");
        assert!(said());
        assert_eq!(take(), ["a", "b"]);
        assert!(!said() && take().is_empty());
    }
}
