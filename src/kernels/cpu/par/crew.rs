//! The worker threads: handed a piece of work in less than a microsecond while they are awake, woken in some ten when
//! they sleep.
//!
//! A worker that has finished looks out for more work for a short while before it sleeps: the kernels of a training
//! step follow one another within microseconds. The caller never waits for a worker that has not begun: it closes the
//! door and goes on. So work is done at the speed of one thread at worst if the other processors are busy, and also in
//! a forked process, where the workers are gone.

use std::any::Any;
use std::cell::UnsafeCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// How long a worker looks out for more work: the time between two kernels of a small network. Looking out for longer
/// would take the processor from somebody else.
const LOOKOUT: Duration = Duration::from_micros(20);
/// Looks at the door between two looks at the clock.
const LOOKS: usize = 64;

/// What a worker calls: the caller's closure, for as long as the door has not been shut.
type Work = *const (dyn Fn() + Sync);

/// Bits of the door: whether it is open, how many workers are inside, and how often it was opened.
const OPEN: u64 = 1;
const ONE_INSIDE: u64 = 2;
const INSIDE: u64 = 0xffff << 1;
const ROUND: u64 = 1 << 17;

struct Room {
    door: AtomicU64,
    /// Written while the door is shut and nobody inside, read by those who have come in.
    work: UnsafeCell<Option<Work>>,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    quit: AtomicBool,
}
// SAFETY: `work` is guarded by the door as said there.
unsafe impl Sync for Room {}
// SAFETY: the pointer in `work` is used only while the caller that put it there waits.
unsafe impl Send for Room {}

struct Worker {
    thread: Thread,
    asleep: Arc<AtomicBool>,
}

/// Workers that serve one caller at a time.
pub struct Crew {
    room: Arc<Room>,
    workers: Vec<Worker>,
    caller: Mutex<()>,
}

impl Crew {
    /// Starts `count` workers, or fewer if the system refuses.
    pub fn new(count: usize) -> Crew {
        let room = Arc::new(Room {
            door: AtomicU64::new(0),
            work: UnsafeCell::new(None),
            panic: Mutex::new(None),
            quit: AtomicBool::new(false),
        });
        let start = |i: usize| {
            let (room, asleep) = (room.clone(), Arc::new(AtomicBool::new(false)));
            let flag = asleep.clone();
            let builder = thread::Builder::new().name(format!("rushlight-{i}"));
            let handle = builder.spawn(move || serve(&room, &flag)).ok()?;
            Some(Worker { thread: handle.thread().clone(), asleep })
        };
        let workers = (0..count).map_while(start).collect();
        Crew { room, workers, caller: Mutex::new(()) }
    }

    /// Calls `work` on this thread and, as long as it runs here, on up to `helpers` workers too. A panic in any of
    /// them reaches the caller after all have left. If the crew serves another caller, this one is on its own.
    pub fn run(&self, helpers: usize, work: &(dyn Fn() + Sync)) {
        let Ok(_turn) = self.caller.try_lock() else { return work() };
        // SAFETY: the lifetime is forgotten, but the door is shut, and everybody out, before this function returns;
        // and it is shut now.
        unsafe {
            *self.room.work.get() = Some(std::mem::transmute::<*const (dyn Fn() + Sync + '_), Work>(work));
        }
        let round = (self.room.door.load(Ordering::Relaxed) & !(OPEN | INSIDE)).wrapping_add(ROUND);
        self.room.door.store(round | OPEN, Ordering::SeqCst);
        for w in self.workers.iter().take(helpers) {
            if w.asleep.swap(false, Ordering::SeqCst) {
                w.thread.unpark();
            }
        }
        let result = catch_unwind(AssertUnwindSafe(work));
        self.room.door.fetch_and(!OPEN, Ordering::AcqRel);
        let mut looks = 0;
        while self.room.door.load(Ordering::Acquire) & INSIDE != 0 {
            looks += 1;
            if looks < 10 * LOOKS { std::hint::spin_loop() } else { thread::yield_now() }
        }
        let theirs = self.room.panic.lock().unwrap_or_else(|p| p.into_inner()).take();
        if let Some(panic) = result.err().or(theirs) {
            drop(_turn);
            resume_unwind(panic);
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.room.quit.store(true, Ordering::SeqCst);
        for w in &self.workers {
            w.thread.unpark();
        }
    }
}

/// A worker's life.
fn serve(room: &Room, asleep: &AtomicBool) {
    let mut served = 0;
    while !room.quit.load(Ordering::SeqCst) {
        let Some(door) = look_out(room, asleep, served) else { continue };
        let inside = room.door.compare_exchange(door, door + ONE_INSIDE, Ordering::AcqRel, Ordering::Relaxed);
        if inside.is_err() {
            continue;
        }
        served = door & !(OPEN | INSIDE);
        // SAFETY: we are inside, so the work is there, and its caller waits.
        let work = unsafe { (*room.work.get()).map(|w| &*w) };
        if let Some(Err(panic)) = work.map(|w| catch_unwind(AssertUnwindSafe(w))) {
            room.panic.lock().unwrap_or_else(|p| p.into_inner()).get_or_insert(panic);
        }
        room.door.fetch_sub(ONE_INSIDE, Ordering::AcqRel);
    }
}

/// The door, found open in a round that was not served yet; nothing after a sleep.
fn look_out(room: &Room, asleep: &AtomicBool, served: u64) -> Option<u64> {
    let open = || {
        let door = room.door.load(Ordering::SeqCst);
        (door & OPEN != 0 && door & !(OPEN | INSIDE) != served).then_some(door)
    };
    let start = Instant::now();
    while start.elapsed() < LOOKOUT {
        for _ in 0..LOOKS {
            if let Some(door) = open() {
                return Some(door);
            }
            std::hint::spin_loop();
        }
    }
    asleep.store(true, Ordering::SeqCst);
    // Whoever opens the door from now on sees the flag; whoever did before is seen here.
    if let Some(door) = open() {
        asleep.store(false, Ordering::SeqCst);
        return Some(door);
    }
    if !room.quit.load(Ordering::SeqCst) {
        thread::park();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    #[test]
    fn every_round_is_complete_when_it_returns() {
        let crew = Crew::new(3);
        for round in 0..2000 {
            let next = AtomicUsize::new(0);
            let done = AtomicUsize::new(0);
            crew.run(3, &|| {
                while next.fetch_add(1, Ordering::Relaxed) < 20 {
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
            assert_eq!(done.into_inner(), 20);
            if round % 500 == 0 {
                thread::sleep(Duration::from_millis(2)); // asleep and woken
            }
        }
    }

    #[test]
    fn callers_on_several_threads() {
        let crew = Crew::new(1);
        thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| {
                    for _ in 0..500 {
                        let ran = AtomicUsize::new(0);
                        crew.run(1, &|| _ = ran.fetch_add(1, Ordering::Relaxed));
                        assert!((1..=2).contains(&ran.into_inner()));
                    }
                });
            }
        });
    }

    #[test]
    fn panics_reach_the_caller_and_the_crew_goes_on() {
        let crew = Crew::new(2);
        for _ in 0..20 {
            assert!(catch_unwind(AssertUnwindSafe(|| crew.run(2, &|| panic!("in work")))).is_err());
        }
        crew.run(2, &|| {});
    }
}
