//! Threads: the one place that owns a pool and every threshold.
//!
//! Work is cut by shape alone. A chunk's boundaries depend on the number of items and the grain, never on how
//! many threads there are or which of them takes it, so results are bitwise the same for any thread count.
//! The calling thread works too: a pool of `n` threads has `n - 1` workers, and if they wake late the caller
//! has simply done more of the chunks.

mod seat;
mod team;

use crate::kernels::cpu::machine::stop;
use smallvec::SmallVec;
use std::cell::Cell;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// Items per chunk of an elementwise loop, 0.6 us of additions from cache: what others take over is decided by the clock
/// (see `worth_handing_over`), so a chunk only has to be long beside an atomic addition and a call.
pub const ELEMENTWISE_GRAIN: usize = 8 * 1024;
/// Items per chunk of a transcendental loop (0.1 to 0.3 ns an element with AVX-512, 1 to 10 without).
pub const MATH_GRAIN: usize = 2 * 1024;
/// Items per chunk where rows are reduced: bounded by memory like an addition, without its stores.
pub const REDUCE_GRAIN: usize = 8 * 1024;
/// Multiply-adds below which a matrix product stays on the calling thread: 1M of them (2 MFLOP) take 10 us at
/// 200 GFLOP/s, and at 64x64x64 (0.26M) two threads of another library were measured slower than one.
pub const MATMUL_MIN_FMA: usize = 1 << 20;

static THREADS: AtomicUsize = AtomicUsize::new(0);
/// The pool, with the number of threads it was made for.
pub type Slot = Option<(usize, Arc<Pool>)>;

static POOL: Mutex<Slot> = Mutex::new(None);

/// Nobody makes or looks for a pool meanwhile.
pub fn hold_pool() -> MutexGuard<'static, Slot> {
    POOL.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Worker threads, and where callers meet them.
pub struct Pool {
    threads: rayon::ThreadPool,
    team: Arc<team::Team>,
}

thread_local! {
    /// Set while this thread runs a chunk: nested loops run where they are.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// How many threads kernels may use. `RUSHLIGHT_NUM_THREADS` if set, else the number of processors.
#[inline]
pub fn num_threads() -> usize {
    match THREADS.load(Ordering::Relaxed) {
        0 => initial_threads(),
        n => n,
    }
}

#[cold]
fn initial_threads() -> usize {
    let from_env = std::env::var("RUSHLIGHT_NUM_THREADS").ok().and_then(|v| v.trim().parse::<usize>().ok());
    let n = from_env
        .filter(|&n| n > 0)
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, |n| n.get()));
    // Another thread may have set a number meanwhile: theirs stands.
    match THREADS.compare_exchange(0, n, Ordering::Relaxed, Ordering::Relaxed) {
        Ok(_) => n,
        Err(theirs) => theirs,
    }
}

/// Changes the number of threads; the pool is rebuilt at its next use. Zero counts as one.
pub fn set_num_threads(n: usize) {
    THREADS.store(n.max(1), Ordering::Relaxed);
}

/// The pool for `threads` threads, or none if the system refuses to start them: the caller then works alone.
fn pool(threads: usize) -> Option<Arc<Pool>> {
    let mut slot = hold_pool();
    if let Some((n, pool)) = &*slot
        && *n == threads
    {
        return Some(pool.clone());
    }
    let built = rayon::ThreadPoolBuilder::new()
        .num_threads(threads - 1)
        .thread_name(|i| format!("rushlight-{i}"))
        .build()
        .ok()?;
    let built = Arc::new(Pool { threads: built, team: Arc::default() });
    *slot = Some((threads, built.clone()));
    Some(built)
}

/// Cuts `0..n_items` into chunks of `grain` items (the last may be shorter) and calls `f` once for each, in
/// parallel if there is more than one chunk and more than one thread. One chunk never touches the pool.
#[inline]
pub fn for_each_chunk(n_items: usize, grain: usize, f: impl Fn(Range<usize>) + Sync) {
    if n_items == 0 {
        return;
    }
    let grain = grain.max(1);
    if n_items > grain && num_threads() > 1 && !INSIDE.get() {
        let chunks = n_items.div_ceil(grain);
        return run_on_pool(chunks, grain == 1, &|i: usize| f(i * grain..((i + 1) * grain).min(n_items)));
    }
    // one call of `f` for one chunk and for many: it is inlined where it is called
    let mut start = 0usize;
    loop {
        let end = n_items.min(start.saturating_add(grain));
        f(start..end);
        if end == n_items {
            return;
        }
        stop::poll();
        start = end;
    }
}

/// Calls `f(0)` .. `f(n - 1)`, one chunk each; for work whose pieces are large already.
#[inline]
pub fn for_each(n: usize, f: impl Fn(usize) + Sync) {
    for_each_chunk(n, 1, |r| r.for_each(&f));
}

/// The chunks that one thread begins with, on a line of cache of their own.
#[repr(align(128))]
struct Part {
    next: AtomicUsize,
    end: usize,
}

#[cold]
fn run_on_pool(chunks: usize, whole: bool, run: &(dyn Fn(usize) + Sync)) {
    let threads = num_threads();
    let Some(pool) = pool(threads) else {
        return (0..chunks).for_each(|i| {
            stop::poll();
            run(i);
        });
    };
    // Each thread begins with a stretch of its own, the same every time, and helps the others when it is done: what
    // it wrote is then still in its own caches, and memory is read in long runs.
    let count = threads.min(chunks);
    let parts: SmallVec<[Part; 8]> = (0..count)
        .map(|p| Part { next: AtomicUsize::new(p * chunks / count), end: (p + 1) * chunks / count })
        .collect();
    // Nobody begins another chunk once the caller has been asked to stop, or one of them unwinds.
    let halted = AtomicBool::new(false);
    let work = |own: usize, enough: &dyn Fn(usize) -> bool| {
        let _inside = Inside::enter();
        let _halt = Halt(&halted);
        let mut done = 0;
        for part in parts[own..].iter().chain(&parts[..own]) {
            loop {
                if own == 0 && stop::is_asked_here() {
                    halted.store(true, Ordering::Relaxed);
                }
                if halted.load(Ordering::Relaxed) {
                    return true;
                }
                let i = part.next.fetch_add(1, Ordering::Relaxed);
                if i >= part.end {
                    break;
                }
                run(i);
                done += 1;
                if enough(done) {
                    return false;
                }
            }
        }
        true
    };
    // The caller begins alone, until the rest is known to be worth handing over: many chunks are, and items that are chunks of
    // their own.
    let (began, least) = (Instant::now(), pool.team.least());
    let known = LEAST_OF_A_CHUNK * chunks as u32 >= least || whole;
    if known || !work(0, &|done| worth_handing_over(began.elapsed(), done, chunks - done, least)) {
        with_pool(&pool, count, &|own| _ = work(own, &|_| false));
    } else {
        pool.team.kept(began.elapsed());
    }
    if halted.into_inner() {
        stop::interrupted();
    }
}

/// The least that a chunk takes, nearly.
const LEAST_OF_A_CHUNK: Duration = Duration::from_nanos(500);

/// Whether the chunks that are left will take at least so long, judged by those that are done. (A grain in elements alone cannot
/// tell: one takes 0.05 to 50 ns.)
fn worth_handing_over(spent: Duration, done: usize, left: usize, least: Duration) -> bool {
    spent.as_nanos() * left as u128 >= least.as_nanos() * done as u128 && left > 0
}

fn with_pool(pool: &Pool, count: usize, work: &(dyn Fn(usize) + Sync)) {
    if pool.team.run(&pool.threads, count, work) {
        return;
    }
    // Another thread has the team. A panic in a chunk reaches the caller through the scope, after the others are done.
    pool.threads.in_place_scope(|scope| {
        for own in 1..count {
            scope.spawn(move |_| work(own));
        }
        work(0);
    });
}

/// Tells the others where a chunk unwinds.
struct Halt<'a>(&'a AtomicBool);

impl Drop for Halt<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

/// Restores the flag on the way out, panics included.
struct Inside(bool);

impl Inside {
    fn enter() -> Inside {
        Inside(INSIDE.replace(true))
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.set(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_once_and_the_same_chunks_for_any_thread_count() {
        let before = num_threads();
        let cut = |n: usize, grain: usize| {
            let seen = Mutex::new(Vec::new());
            for_each_chunk(n, grain, |r| seen.lock().unwrap().push((r.start, r.end)));
            let mut seen = seen.into_inner().unwrap();
            seen.sort_unstable();
            seen
        };
        for (n, grain) in [(0, 4), (1, 4), (4, 4), (5, 4), (1000, 7), (3, 0)] {
            set_num_threads(1);
            let alone = cut(n, grain);
            assert_eq!(alone.iter().map(|r| r.1 - r.0).sum::<usize>(), n);
            for t in [2, 3, 5] {
                set_num_threads(t);
                assert_eq!(cut(n, grain), alone);
            }
        }
        set_num_threads(before);
    }

    #[test]
    fn callers_on_many_threads() {
        let before = num_threads();
        set_num_threads(3);
        let count = AtomicUsize::new(0);
        std::thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| {
                    for _ in 0..500 {
                        for_each(5, |_| _ = count.fetch_add(1, Ordering::Relaxed));
                    }
                });
            }
        });
        assert_eq!(count.into_inner(), 4 * 500 * 5);
        set_num_threads(before);
    }

    /// Short ones that the caller keeps, long ones that it hands over, and chunks during which it waits asleep.
    #[test]
    fn jobs_of_all_lengths_follow_each_other() {
        let before = num_threads();
        for threads in [2, 3, 5] {
            set_num_threads(threads);
            let done: Vec<AtomicUsize> = (0..64).map(|_| AtomicUsize::new(0)).collect();
            let mut want = 0;
            for round in 0..300 {
                let (n, grain) = (1 + round * 7 % 64, 1 + round % 5);
                for_each_chunk(n, grain, |r| {
                    for i in r {
                        done[i].fetch_add(1, Ordering::Relaxed);
                        for _ in 0..round * 10 {
                            std::hint::spin_loop();
                        }
                    }
                });
                want += n;
                if round % 50 == 0 {
                    for_each(threads, |_| std::thread::sleep(Duration::from_millis(2)));
                    std::thread::sleep(Duration::from_millis(1)); // workers go to sleep
                }
            }
            assert_eq!(done.iter().map(|d| d.load(Ordering::Relaxed)).sum::<usize>(), want);
            assert_eq!(done[0].load(Ordering::Relaxed), 300);
        }
        set_num_threads(before);
    }

    #[test]
    fn what_is_worth_handing_over() {
        let micros = Duration::from_micros;
        assert!(worth_handing_over(micros(2), 1, 3, micros(6)));
        assert!(!worth_handing_over(micros(2), 1, 2, micros(6)));
        assert!(worth_handing_over(micros(8), 4, 3, micros(6)));
        assert!(!worth_handing_over(micros(100), 4, 0, micros(6)));
    }

    #[test]
    fn nested_loops_and_panics() {
        let count = AtomicUsize::new(0);
        for_each(8, |_| for_each(8, |_| _ = count.fetch_add(1, Ordering::Relaxed)));
        assert_eq!(count.into_inner(), 64);
        for wrong in 0..8 {
            let r = std::panic::catch_unwind(|| for_each(8, |i| assert!(i != wrong)));
            assert!(r.is_err());
            assert!(!INSIDE.get());
        }
    }
}
