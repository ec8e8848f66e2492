//! Threads that share their processors with other programs.
//!
//! Where another program keeps a processor busy, a thread on it is stopped in the middle of a chunk for a whole turn of
//! the scheduler (4 ms where it looks 250 times a second), and those who are done with theirs have nothing to do but
//! wait, on processors of their own. So one of them fetches it: it ends its chunk there, and goes back. Workers ask for
//! short turns besides: one that comes awake then begins at once, and a busy program waits less long for its own.
//! (A sum of 4M doubles by two threads takes 260 us. Beside a program that keeps one of two processors busy: 513 -> 364.)
//!
//! Only Linux has either; elsewhere they wait.

use std::sync::atomic::{AtomicBool, Ordering};

/// A thread at work that others wait for.
pub struct Seat {
    /// It is at its chunks.
    busy: AtomicBool,
    /// It was fetched, or is about to be.
    called: AtomicBool,
    place: place::Place,
}

impl Seat {
    /// The seat of the thread that calls.
    pub fn here(busy: bool) -> Seat {
        Seat { busy: AtomicBool::new(busy), called: AtomicBool::new(false), place: place::Place::here() }
    }

    pub fn begin(&self) {
        self.busy.store(true, Ordering::Relaxed);
    }

    /// The chunks are done: nobody fetches it from now on.
    pub fn end(&self) {
        self.busy.store(false, Ordering::SeqCst);
    }

    /// One that was fetched may use all its processors again; it leaves this one at once if `away`. (After `end`: either
    /// who fetches sees there that it is not busy, or it is seen here that it was called.)
    pub fn go_back(&self, away: bool) {
        if self.called.load(Ordering::SeqCst) {
            self.place.go_back(away);
            self.called.store(false, Ordering::SeqCst);
        }
    }

    /// Fetches it to the processor of who calls, and sleeps next, if it stands still at a chunk.
    pub fn fetch(&self) {
        let free = self.busy.load(Ordering::Relaxed) && !self.called.load(Ordering::SeqCst);
        if free && self.place.stands_still() {
            self.place.fetch(|| {
                self.called.store(true, Ordering::SeqCst);
                self.busy.load(Ordering::SeqCst)
            });
        }
    }
}

pub use place::ask_for_short_turns;

#[cfg(target_os = "linux")]
mod place {
    use libc::{CPU_CLR, CPU_ISSET, CPU_SET, clockid_t, cpu_set_t, pid_t};
    use std::sync::{Mutex, MutexGuard};
    use std::time::{Duration, Instant};

    /// A thread that has run no moment of so long has been stopped.
    const LOOK: Duration = Duration::from_micros(10);

    /// The shortest turn that Linux grants (from 6.12 on; before it takes no notice). Beside a program that is busy for 10 ms
    /// of 25, a sum of 4M doubles took 383 us as it was, 379 where workers are fetched, 348 with short turns too (means of 165
    /// stretches of 78 sums in 15 processes, that vary by 90).
    const TURN: Duration = Duration::from_micros(100);

    const SIZE: usize = size_of::<cpu_set_t>();

    pub struct Place {
        /// Counts the time of the thread; holds its number.
        clock: Option<clockid_t>,
        /// The processors that it may use, while it may use one alone.
        allowed: Mutex<Option<cpu_set_t>>,
    }

    /// The processor that runs this.
    fn processor() -> Option<usize> {
        // SAFETY: takes nothing
        let here = unsafe { libc::sched_getcpu() };
        usize::try_from(here).ok().filter(|&here| here < SIZE * 8)
    }

    fn allow(id: pid_t, set: &cpu_set_t) -> bool {
        // SAFETY: reads a set of its size
        unsafe { libc::sched_setaffinity(id, SIZE, set) == 0 }
    }

    /// For the thread that calls, which gets as much time as before in smaller pieces. Its policy and its niceness stay; one that
    /// was given another policy than that of all programs stays as it is.
    pub fn ask_for_short_turns() {
        // struct sched_attr of its first version: size and policy, flags, nice and priority, then the length of a turn,
        // deadline and period
        let mut attr = [0u64; 6];
        let size = size_of_val(&attr);
        // SAFETY: writes as many bytes as it is told
        let known = unsafe { libc::syscall(libc::SYS_sched_getattr, 0, attr.as_mut_ptr(), size, 0) == 0 };
        if known && attr[0] >> 32 == libc::SCHED_OTHER as u64 {
            attr[0] = size as u64;
            attr[3] = TURN.as_nanos() as u64;
            // SAFETY: reads as many bytes as the first number says
            unsafe { libc::syscall(libc::SYS_sched_setattr, 0, attr.as_ptr(), 0) };
        }
    }

    impl Place {
        pub fn here() -> Place {
            let mut clock = 0;
            // SAFETY: `clock` is written
            let known = unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &mut clock) == 0 };
            Place { clock: known.then_some(clock), allowed: Mutex::new(None) }
        }

        fn allowed(&self) -> MutexGuard<'_, Option<cpu_set_t>> {
            self.allowed.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
        }

        /// How long the thread has run so far.
        fn ran(&self) -> Option<Duration> {
            let mut at = libc::timespec { tv_sec: 0, tv_nsec: 0 };
            // SAFETY: `at` is written; the clock of a thread that is gone is an error
            let known = unsafe { libc::clock_gettime(self.clock?, &mut at) == 0 };
            known.then(|| Duration::new(at.tv_sec as u64, at.tv_nsec as u32))
        }

        pub fn stands_still(&self) -> bool {
            let (before, since) = (self.ran(), Instant::now());
            while before.is_some() && since.elapsed() < LOOK {
                std::hint::spin_loop();
            }
            before.is_some() && self.ran() == before
        }

        pub fn fetch(&self, still: impl FnOnce() -> bool) {
            let Some(clock) = self.clock else { return };
            let id: pid_t = !(clock >> 3); // as Linux makes the clock of a thread from its number
            let mut allowed = self.allowed();
            // SAFETY: plain bits; no processor is a set
            let (mut all, mut one): (cpu_set_t, cpu_set_t) = unsafe { std::mem::zeroed() };
            // SAFETY: writes a set of its size
            let known = unsafe { libc::sched_getaffinity(id, SIZE, &mut all) == 0 };
            let Some(here) = processor().filter(|_| known && still()) else { return };
            // SAFETY: the processor is one of the set
            let shared = unsafe {
                CPU_SET(here, &mut one);
                CPU_ISSET(here, &all)
            };
            if shared && allow(id, &one) {
                *allowed = Some(all);
            }
        }

        pub fn go_back(&self, away: bool) {
            let Some(all) = self.allowed().take() else { return };
            let mut others = all;
            if let Some(here) = processor().filter(|_| away) {
                // SAFETY: the processor is one of the set
                unsafe { CPU_CLR(here, &mut others) };
                allow(0, &others); // refused where there is no other
            }
            allow(0, &all);
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod place {
    pub struct Place;

    pub fn ask_for_short_turns() {}

    impl Place {
        pub fn here() -> Place {
            Place
        }

        pub fn stands_still(&self) -> bool {
            false
        }

        pub fn fetch(&self, _still: impl FnOnce() -> bool) {}

        pub fn go_back(&self, _away: bool) {}
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::sync::mpsc;

    fn processors() -> Vec<bool> {
        // SAFETY: plain bits, written with their size, and read within it
        unsafe {
            let mut set: libc::cpu_set_t = std::mem::zeroed();
            assert_eq!(libc::sched_getaffinity(0, size_of_val(&set), &mut set), 0);
            (0..size_of_val(&set) * 8).map(|i| libc::CPU_ISSET(i, &set)).collect()
        }
    }

    /// One that sleeps stands still: it is fetched to one processor, and afterwards may use all that it could before.
    #[test]
    fn who_stands_still_is_fetched_once_and_goes_back() {
        for away in [false, true] {
            let (place, seats) = mpsc::channel();
            let (go, gone) = mpsc::channel::<()>();
            let worker = std::thread::spawn(move || {
                let before = processors();
                let seat = std::sync::Arc::new(Seat::here(true));
                place.send(seat.clone()).unwrap();
                gone.recv().unwrap();
                let fetched = processors();
                seat.end();
                seat.go_back(away);
                seat.fetch(); // not busy: stays where it is
                (before, fetched, processors())
            });
            let seat = seats.recv().unwrap();
            std::thread::sleep(std::time::Duration::from_millis(20));
            seat.fetch();
            seat.fetch();
            go.send(()).unwrap();
            let (before, fetched, after) = worker.join().unwrap();
            assert_eq!(fetched.iter().filter(|&&allowed| allowed).count(), 1);
            assert!(fetched.iter().zip(&before).all(|(now, then)| !now || *then));
            assert_eq!(before, after);
        }
    }

    /// Neither its policy nor its niceness are another's.
    #[test]
    fn who_asks_for_short_turns_stays_as_nice_as_it_was() {
        std::thread::spawn(|| {
            // SAFETY: numbers alone; 0 is the thread that asks
            let state = || unsafe { (libc::sched_getscheduler(0), libc::getpriority(libc::PRIO_PROCESS, 0)) };
            // SAFETY: as above
            assert_eq!(unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, 7) }, 0);
            let before = state();
            ask_for_short_turns();
            assert_eq!((before, before.1), (state(), 7));
        })
        .join()
        .unwrap();
    }

    /// One that runs is left where it is.
    #[test]
    fn who_runs_is_not_fetched() {
        let seat = Seat::here(true);
        let before = processors();
        assert!(!seat.place.stands_still());
        seat.fetch();
        assert_eq!(before, processors());
    }
}
