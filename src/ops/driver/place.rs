//! A place for the result of an elementwise op, or of a random one: `out=`. It is written there at once, where nothing but the memory differs from a
//! fresh result; any other result is copied.

use crate::base::Device;
use crate::ops::driver::batch::depth;
use crate::tensor::{Meta, Tensor};
use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};

thread_local! {
    static PLACE: RefCell<Option<Tensor>> = const { RefCell::new(None) };
}

/// How many places are offered on all threads: while there is none, which is nearly always, no op asks for its thread's.
static OFFERED: AtomicUsize = AtomicUsize::new(0);

struct Offer;

impl Drop for Offer {
    fn drop(&mut self) {
        OFFERED.fetch_sub(1, Ordering::Relaxed);
        let _ = PLACE.try_with(|p| p.take());
    }
}

/// Runs `f`, whose first elementwise op may write its result into `place`: a tensor that may be written to and whose elements lie apart.
pub fn offer<R>(place: &Tensor, f: impl FnOnce() -> R) -> R {
    PLACE.with(|p| p.replace(Some(place.clone())));
    OFFERED.fetch_add(1, Ordering::Relaxed);
    let _offer = Offer;
    f()
}

/// Whether anyone has a place to offer.
#[inline]
pub(super) fn is_offered() -> bool {
    OFFERED.load(Ordering::Relaxed) != 0
}

/// The place that is offered on this thread, if a result of this kind fits it. Operands may lie there, if the op may write its
/// result over them, but not in parts of it.
#[cold]
pub(super) fn fitting(meta: &Meta, device: Device, x: &[&Tensor], in_place_ok: bool) -> Option<Tensor> {
    let place = PLACE.with(|p| p.take())?;
    let fits = device == Device::Cpu
        && place.device() == device
        && place.dtype() == meta.dtype
        && place.shape() == meta.layout.shape.as_slice()
        // across its rows a place is better filled by the copy, whose tiles go along both (a transposed one: 18.6 ms, 2.7 so)
        && place.layout().stride_order() == meta.layout.stride_order()
        && x.iter().all(|t| {
            !t.is_batched()
                && (!t.storage().same(place.storage())
                    || in_place_ok && t.layout() == place.layout() && t.dtype() == place.dtype())
        });
    fits.then_some(place)
}

/// The place that is offered on this thread, for draws of this shape and dtype: they go in the order of its memory.
pub(crate) fn taken(meta: &Meta, device: Device) -> Option<Tensor> {
    if !is_offered() {
        return None;
    }
    let place = PLACE.with(|p| p.take())?;
    let fits = device == Device::Cpu
        && place.device() == device
        && place.dtype() == meta.dtype
        && place.shape() == meta.layout.shape.as_slice()
        && depth() == 0;
    fits.then_some(place)
}
