//! What a pass runs, nodes and leaves, in which order, and how far it has come with each.

use crate::tensor::{Edge, Leaf, Node, Tensor};
use smallvec::SmallVec;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

/// Pointers are their own hash; nodes are at least 64 bytes apart.
#[derive(Default)]
pub struct PtrHasher(u64);
impl Hasher for PtrHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {
        unreachable!("only pointers are hashed")
    }
    fn write_usize(&mut self, p: usize) {
        self.0 = (p as u64 >> 4).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

/// By [`Task::key`].
pub type Map<V> = HashMap<usize, V, BuildHasherDefault<PtrHasher>>;

/// What a pass runs when every gradient for it has arrived.
#[derive(Clone)]
pub enum Task {
    Node(Arc<Node>),
    Leaf(Arc<Leaf>),
}

impl Task {
    pub fn of(edge: &Edge) -> Option<(Task, usize)> {
        match edge {
            Edge::None => None,
            Edge::Node(n, slot) => Some((Task::Node(n.clone()), *slot as usize)),
            Edge::Leaf(l) => Some((Task::Leaf(l.clone()), 0)),
        }
    }
    pub fn key(&self) -> usize {
        match self {
            Task::Node(n) => n.id(),
            Task::Leaf(l) => Arc::as_ptr(l) as usize,
        }
    }
    /// Leaves first (their memory can go), then the newest node.
    fn priority(&self) -> u64 {
        match self {
            Task::Node(n) => n.seq,
            Task::Leaf(_) => u64::MAX,
        }
    }
    pub fn slots(&self) -> usize {
        match self {
            Task::Node(n) => n.outputs.len(),
            Task::Leaf(_) => 1,
        }
    }
}

impl PartialEq for Task {
    fn eq(&self, o: &Task) -> bool {
        self.priority() == o.priority()
    }
}

impl Eq for Task {}
impl PartialOrd for Task {
    fn partial_cmp(&self, o: &Task) -> Option<std::cmp::Ordering> {
        Some(self.cmp(o))
    }
}

impl Ord for Task {
    fn cmp(&self, o: &Task) -> std::cmp::Ordering {
        self.priority().cmp(&o.priority())
    }
}

/// How far a pass has come with a task.
#[derive(Default)]
pub struct Progress {
    /// Edges into this task that have not delivered yet.
    pub pending: usize,
    pub grads: SmallVec<[Option<Tensor>; 1]>,
    /// The buffer in a slot was made here by adding, so it may be added to in place.
    pub owned: u64,
    pub queued: bool,
    /// On a path to something wanted.
    pub needed: bool,
}
