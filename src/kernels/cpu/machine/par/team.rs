//! Handing work to threads that are still awake.
//!
//! A sleeping worker takes 5 to 50 us to wake, as long as a small product takes. So a worker that has finished waits
//! for the next piece of work a moment before it goes back to the pool to sleep; ops that follow each other find it
//! there and hand over in about a microsecond. Nobody ever waits for a worker that has not begun.

use std::any::Any;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long a worker stays awake without work: longer than Python takes between two ops of a model, short enough that
/// an idle program burns nothing.
const AWAKE: Duration = Duration::from_micros(60);

/// What one caller shares with the workers that help it: `work(part)`, once for each part.
struct Job<'a> {
    work: &'a (dyn Fn(usize) + Sync),
    /// The next part that a helper begins with; the caller has part 0.
    next: AtomicUsize,
    parts: usize,
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
        let job = Job { work, next: AtomicUsize::new(1), parts, panic: Mutex::new(None) };
        self.epoch.fetch_add(1, Ordering::Relaxed);
        let pointer: *const Job<'_> = &job;
        self.job.store(pointer.cast_mut().cast(), Ordering::SeqCst);
        let posted = Posted(self);
        for _ in self.serving.load(Ordering::Relaxed)..parts - 1 {
            self.serving.fetch_add(1, Ordering::Relaxed);
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

    /// A worker's life between two sleeps.
    fn serve(&self) {
        let mut last = 0;
        let mut since = Instant::now();
        loop {
            if self.epoch.load(Ordering::Relaxed) != last && !self.job.load(Ordering::Relaxed).is_null() {
                // Either this count is seen by the caller before it lets go of the job, or the job is gone here.
                self.active.fetch_add(1, Ordering::SeqCst);
                let job = self.job.load(Ordering::SeqCst);
                if !job.is_null() {
                    last = self.epoch.load(Ordering::Relaxed);
                    // SAFETY: the caller keeps the job until no worker is active
                    unsafe { (*job).help() };
                }
                self.active.fetch_sub(1, Ordering::Release);
                since = Instant::now();
            }
            for _ in 0..32 {
                std::hint::spin_loop();
            }
            if since.elapsed() > AWAKE {
                break;
            }
        }
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
struct Posted<'a>(&'a Team);

impl Drop for Posted<'_> {
    fn drop(&mut self) {
        self.0.job.store(std::ptr::null_mut(), Ordering::SeqCst);
        let mut rounds = 0;
        while self.0.active.load(Ordering::SeqCst) != 0 {
            rounds += 1;
            if rounds % 1024 == 0 {
                std::thread::yield_now(); // the worker may have lost its processor
            }
            std::hint::spin_loop();
        }
        fence(Ordering::Acquire);
        self.0.taken.store(false, Ordering::Release);
    }
}
