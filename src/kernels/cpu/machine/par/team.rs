//! Handing work to threads that are still awake.
//!
//! A sleeping worker takes 5 to 50 us to wake, as long as a small product takes. So a worker that has finished waits
//! for the next piece of work a moment before it goes back to the pool to sleep; ops that follow each other find it
//! there and hand over in about a microsecond. Nobody ever waits for a worker that has not begun.

use super::seat::{Seat, ask_for_short_turns};
use std::any::Any;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::Thread;
use std::time::{Duration, Instant};

/// How long a worker stays awake without work: longer than Python takes between two ops of a model, short enough that
/// an idle program burns nothing.
const AWAKE: Duration = Duration::from_micros(60);

/// How long a caller waits awake for workers that are at their last chunks. One that is still not done has most likely lost
/// its processor to another program, for some milliseconds; a caller that sleeps leaves it its own. (Beside a program that
/// keeps one of two processors busy, one call in a hundred of `floor_` of 4M floats took 4,030 us; so 300 to 530.)
const PATIENCE: Duration = Duration::from_micros(50);

/// What waking a worker costs, in nanoseconds: it comes 5 to 50 us later, and takes some of them from the caller.
const WAKE: usize = 25_000;

/// The longest that a worker is taken to need to begin, in nanoseconds.
const FAR: u128 = 500;

/// What one caller shares with the workers that help it: `work(part)`, once for each part.
struct Job<'a> {
    work: &'a (dyn Fn(usize) + Sync),
    /// The next part that a helper begins with; the caller has part 0.
    next: AtomicUsize,
    parts: usize,
    posted: Instant,
    caller: Seat,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

/// The meeting place of callers and workers of one pool.
#[derive(Default)]
pub struct Team {
    /// A caller has the team.
    taken: AtomicBool,
    /// Counts jobs, so that no worker takes the same one twice.
    epoch: AtomicUsize,
    job: AtomicPtr<Job<'static>>,
    /// Workers that may be looking at the job.
    active: AtomicUsize,
    /// Workers that serve, asked for or awake.
    serving: AtomicUsize,
    /// The caller sleeps until the last worker lets go of its job.
    sleeps: AtomicBool,
    /// How long workers that are awake took to begin, of late, in nanoseconds; 0 if nobody knows.
    delay: AtomicUsize,
    /// How long jobs took, in nanoseconds, that the caller kept for itself since nobody was awake.
    missed: AtomicUsize,
    caller: Mutex<Option<Thread>>,
    seats: Mutex<Vec<Arc<Seat>>>,
}

impl Team {
    /// Runs `work(0)` here and `work(1)` .. `work(parts - 1)` on workers that are or come awake; which of them ran is
    /// left open, so each part must be able to do the work of all. Returns false, having done nothing, if another
    /// caller has the team.
    pub fn run(
        self: &Arc<Team>,
        pool: &rayon::ThreadPool,
        parts: usize,
        work: &(dyn Fn(usize) + Sync),
    ) -> bool {
        if self.taken.swap(true, Ordering::Acquire) {
            return false;
        }
        let job = Job {
            work,
            next: AtomicUsize::new(1),
            parts,
            posted: Instant::now(),
            caller: Seat::here(true),
            panic: Mutex::new(None),
        };
        self.epoch.fetch_add(1, Ordering::Relaxed);
        let pointer: *const Job<'_> = &job;
        self.job.store(pointer.cast_mut().cast(), Ordering::SeqCst);
        let posted = Posted(self, &job.caller);
        for _ in self.serving.load(Ordering::Relaxed)..parts - 1 {
            self.serving.fetch_add(1, Ordering::Relaxed);
            self.missed.store(0, Ordering::Relaxed);
            let team = self.clone();
            pool.spawn(move || team.serve());
        }
        work(0);
        drop(posted);
        let panic = job.panic.lock().unwrap_or_else(|e| e.into_inner()).take();
        if let Some(panic) = panic {
            std::panic::resume_unwind(panic);
        }
        true
    }

    /// What a job must take, at the least, to be worth offering. Workers that are awake: 20 times as long as it takes them to begin,
    /// since what they read and write must come from the caller's caches and go back. (Between two processors that share a cache
    /// 75 ns are usual and between others 300: copying 64K floats takes 3.1 us alone, 2.3 by two near ones, 4.5 by two far ones.)
    /// If they sleep: what waking costs, less what was lost already by not waking them.
    pub fn least(&self) -> Duration {
        let awake = match self.delay.load(Ordering::Relaxed) {
            0 => 3000,
            nanos => nanos * 20,
        };
        let missed = self.missed.load(Ordering::Relaxed);
        let asleep = if self.is_awake() { 0 } else { WAKE.saturating_sub(missed) };
        Duration::from_nanos(awake.max(asleep) as u64)
    }

    /// Whether a worker would begin at once.
    pub fn is_awake(&self) -> bool {
        self.serving.load(Ordering::Relaxed) > 0
    }

    /// The caller kept a job of so long for itself.
    pub fn kept(&self, spent: Duration) {
        let (spent, delay) = (spent.as_nanos() as usize, self.delay.load(Ordering::Relaxed));
        if spent > delay * 20 {
            self.missed.fetch_add(spent, Ordering::Relaxed);
        } else if spent > delay * 10 {
            // processors that were far from each other may be near now: one that is never asked does not tell
            self.delay.store(delay - delay / 64, Ordering::Relaxed);
        }
    }

    /// Few are late for other reasons, so the figure falls at once and rises slowly.
    fn note(&self, delay: Duration) {
        let (old, new) = (self.delay.load(Ordering::Relaxed), delay.as_nanos().clamp(10, FAR) as usize);
        let next = match old {
            0 => new,
            _ if new < old => (old + new) / 2,
            _ => new.min(old + old / 16 + 1),
        };
        self.delay.store(next, Ordering::Relaxed);
    }

    /// Waits until no worker looks at the job, which has been taken back.
    fn wait(&self) {
        let mut since = None;
        while self.active.load(Ordering::SeqCst) != 0 {
            for _ in 0..64 {
                std::hint::spin_loop();
                if self.active.load(Ordering::Relaxed) == 0 {
                    break;
                }
            }
            if since.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
                self.seats().iter().for_each(|seat| seat.fetch());
                self.sleep();
            }
        }
        fence(Ordering::Acquire);
    }

    fn seats(&self) -> MutexGuard<'_, Vec<Arc<Seat>>> {
        self.seats.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    #[cold]
    fn sleep(&self) {
        *self.caller.lock().unwrap_or_else(|e| e.into_inner()) = Some(std::thread::current());
        self.sleeps.store(true, Ordering::SeqCst);
        if self.active.load(Ordering::SeqCst) != 0 {
            std::thread::park_timeout(PATIENCE * 20);
        }
        self.sleeps.store(false, Ordering::SeqCst);
    }

    #[cold]
    fn wake(&self) {
        if let Some(caller) = self.caller.lock().unwrap_or_else(|e| e.into_inner()).take() {
            caller.unpark();
        }
    }

    /// Looks at the job, if there is one.
    fn with_job(&self, look: impl FnOnce(&Job<'static>)) {
        // Either this count is seen by the caller before it lets go of the job, or the job is gone here.
        self.active.fetch_add(1, Ordering::SeqCst);
        let job = self.job.load(Ordering::SeqCst);
        if !job.is_null() {
            // SAFETY: the caller keeps the job until no worker is active
            look(unsafe { &*job });
        }
        // Either the caller sees this before it sleeps, or it is seen here that it does.
        if self.active.fetch_sub(1, Ordering::SeqCst) == 1 && self.sleeps.load(Ordering::SeqCst) {
            self.wake();
        }
    }

    /// A worker's life between two sleeps.
    fn serve(&self) {
        let seat = Arc::new(Seat::here(false));
        self.seats().push(seat.clone());
        ask_for_short_turns();
        let mut last = 0;
        let mut waited = false; // the first job woke it
        let mut since = Instant::now();
        loop {
            if self.epoch.load(Ordering::Relaxed) != last && !self.job.load(Ordering::Relaxed).is_null() {
                self.with_job(|job| {
                    last = self.epoch.load(Ordering::Relaxed);
                    if waited {
                        self.note(job.posted.elapsed());
                    }
                    waited = true;
                    seat.begin();
                    job.help();
                    seat.end();
                });
                seat.go_back(true);
                since = Instant::now();
            }
            // looks after every pause; the clock, which costs more, is asked after some
            for _ in 0..32 {
                std::hint::spin_loop();
                if self.epoch.load(Ordering::Relaxed) != last {
                    break;
                }
            }
            if since.elapsed() > AWAKE {
                break;
            }
        }
        self.with_job(|job| job.caller.fetch());
        self.seats().retain(|other| !Arc::ptr_eq(other, &seat));
        self.serving.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Job<'_> {
    fn help(&self) {
        let part = self.next.fetch_add(1, Ordering::Relaxed);
        if part >= self.parts {
            return;
        }
        let work = std::panic::AssertUnwindSafe(|| (self.work)(part));
        if let Err(panic) = std::panic::catch_unwind(work) {
            *self.panic.lock().unwrap_or_else(|e| e.into_inner()) = Some(panic);
        }
    }
}

/// A job that workers may find; takes it back when dropped, panics included.
struct Posted<'a>(&'a Team, &'a Seat);

impl Drop for Posted<'_> {
    fn drop(&mut self) {
        self.1.end();
        self.0.job.store(std::ptr::null_mut(), Ordering::SeqCst);
        self.0.wait();
        self.1.go_back(false);
        self.0.taken.store(false, Ordering::Release);
    }
}
