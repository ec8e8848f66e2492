//! The passes that run on a thread, one within another where a hook begins one, for those who ask about them.

use super::task::{Map, Progress, Task};
use crate::tensor::Edge;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// A reverse pass that runs, as hooks may ask about it.
pub struct Running {
    pub id: u64,
    /// The tasks it will run, known if somebody wants to know.
    reach: Option<Map<()>>,
}

impl Running {
    pub fn reaches(&self, edge: &Edge) -> bool {
        let key = Task::of(edge).map(|(task, _)| task.key());
        key.is_some_and(|k| self.reach.as_ref().is_some_and(|r| r.contains_key(&k)))
    }
}

thread_local! {
    static RUNNING: RefCell<Vec<Rc<Running>>> = const { RefCell::new(Vec::new()) };
}

static PASSES: AtomicU64 = AtomicU64::new(0);
static WATCHED: AtomicBool = AtomicBool::new(false);

/// The innermost pass of this thread.
pub fn current() -> Option<Rc<Running>> {
    RUNNING.with_borrow(|r| r.last().cloned())
}

/// From the next pass on its reach is known.
pub fn watch_reach() {
    WATCHED.store(true, Relaxed);
}

/// Takes the pass off the list of those that run.
pub struct Ends;
impl Drop for Ends {
    fn drop(&mut self) {
        RUNNING.with_borrow_mut(|r| r.pop());
    }
}

/// Puts a pass on the list, until what it answers with is dropped. `all`: it runs what is not on a path to something wanted, too.
pub fn begins(all: bool, state: &Map<Progress>) -> Ends {
    let runs = |p: &Progress| all || p.needed;
    let reach =
        WATCHED.load(Relaxed).then(|| state.iter().filter(|(_, p)| runs(p)).map(|(k, _)| (*k, ())).collect());
    let id = PASSES.fetch_add(1, Relaxed);
    RUNNING.with_borrow_mut(|r| r.push(Rc::new(Running { id, reach })));
    Ends
}
