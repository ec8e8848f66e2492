//! What is known of a length, kept by each thread.

use super::half::Twiddles;
use super::lanes::{self, Job, Side};
use super::long::{self, Transform};
use super::passes::Plan;
use crate::kernels::cpu::machine::vector::Levels;
use rustfft::num_traits::Float;
use rustfft::{Fft, FftDirection, FftNum, FftPlanner};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// f32 and f64, each with its plans of this thread.
pub trait Part: FftNum + Float + Levels {
    /// A group of lines at once: [`lanes::group_f32`] or that of doubles.
    const GROUP: Group<Self>;
    fn with_plans<R>(f: impl FnOnce(&mut Plans<Self>) -> R) -> R;
    fn of(v: f64) -> Self;
}

type Group<T> = unsafe fn(&Job<T>, (*const T, Side), (*mut T, Side), (*mut T, *mut T));

/// Plans and twiddles by length, kept for the thread's next call.
pub struct Plans<T: FftNum> {
    planner: FftPlanner<T>,
    /// How many plans were asked for since the store was last emptied.
    lengths: HashMap<(usize, bool), Arc<dyn Fft<T>>>,
    twiddles: HashMap<usize, Arc<Twiddles<T>>>,
    passes: HashMap<usize, Option<Arc<Plan<T>>>>,
}

/// Lengths to remember; beyond that the store is emptied.
const KEEP: usize = 256;

macro_rules! part {
    ($($t:ty: $store:ident, $group:ident);*) => {$(
        thread_local! {
            static $store: Rc<RefCell<Plans<$t>>> = Rc::new(RefCell::new(Plans {
                planner: FftPlanner::new(), lengths: HashMap::new(), twiddles: HashMap::new(), passes: HashMap::new(),
            }));
        }
        impl Part for $t {
            const GROUP: Group<$t> = lanes::$group;
            fn with_plans<R>(f: impl FnOnce(&mut Plans<$t>) -> R) -> R {
                $store.with(|p| f(&mut p.borrow_mut()))
            }
            fn of(v: f64) -> $t {
                v as $t
            }
        }
    )*};
}
part!(f32: PLANS_F32, group_f32; f64: PLANS_F64, group_f64);

impl<T: Part> Plans<T> {
    pub fn transform(&mut self, n: usize, forward: bool) -> Transform<T> {
        match long::factor(n) {
            Some(a) => {
                Transform::Split { columns: self.plan(a, forward), rows: self.plan(n / a, forward), forward }
            }
            None => Transform::Whole(self.plan(n, forward)),
        }
    }
    fn plan(&mut self, n: usize, forward: bool) -> Arc<dyn Fft<T>> {
        if let Some(p) = self.lengths.get(&(n, forward)) {
            return p.clone();
        }
        if self.lengths.len() >= KEEP {
            self.planner = FftPlanner::new();
            self.lengths.clear();
        }
        let direction = if forward { FftDirection::Forward } else { FftDirection::Inverse };
        let plan = self.planner.plan_fft(n, direction);
        self.lengths.insert((n, forward), plan.clone());
        plan
    }
    pub fn passes(&mut self, n: usize) -> Option<Arc<Plan<T>>> {
        if self.passes.len() >= KEEP {
            self.passes.clear();
        }
        self.passes.entry(n).or_insert_with(|| Plan::new(n).map(Arc::new)).clone()
    }
    pub fn twiddles(&mut self, n: usize) -> Arc<Twiddles<T>> {
        if self.twiddles.len() >= KEEP {
            self.twiddles.clear();
        }
        self.twiddles.entry(n).or_insert_with(|| Arc::new(Twiddles::new(n))).clone()
    }
}
