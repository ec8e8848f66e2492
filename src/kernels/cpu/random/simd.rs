//! One body, compiled for three instruction sets, chosen at run time.

/// A loop to be compiled more than once; `run` must be `#[inline(always)]`, as must all that it calls.
pub(super) trait Body {
    fn run(self);
}

#[cfg(target_arch = "x86_64")]
pub(super) fn vectorised<B: Body>(body: B) {
    #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma,f16c")]
    fn avx512<B: Body>(body: B) {
        body.run()
    }
    #[target_feature(enable = "avx2,fma,f16c")]
    fn avx2<B: Body>(body: B) {
        body.run()
    }
    #[inline(never)]
    fn portable<B: Body>(body: B) {
        body.run()
    }
    if is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("fma")
    {
        // SAFETY: the processor has these features (avx512f, avx2 and f16c come with avx512dq).
        unsafe { avx512(body) }
    } else if is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("f16c")
    {
        // SAFETY: the processor has these features.
        unsafe { avx2(body) }
    } else {
        portable(body)
    }
}

#[cfg(not(target_arch = "x86_64"))]
pub(super) fn vectorised<B: Body>(body: B) {
    body.run()
}

/// Elements of a block that is made on the side.
pub(super) const CHUNK: usize = 256;

/// `out` by blocks of another type.
pub(super) fn by_way_of<A: Copy + Default, T>(
    out: &mut [T],
    mut make: impl FnMut(&mut [A]),
    of: impl Fn(A) -> T,
) {
    let mut values = [A::default(); CHUNK];
    for part in out.chunks_mut(CHUNK) {
        let values = &mut values[..part.len()];
        make(values);
        part.iter_mut().zip(values).for_each(|(slot, v)| *slot = of(*v));
    }
}
