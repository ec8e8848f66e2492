//! Elements in time.

pub mod fft;
