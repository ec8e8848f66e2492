//! Elements in time.

pub mod difference;
pub mod fft;
pub mod gradient;
pub mod stft;
pub mod window;

use crate::ops::table::Table;

/// The rows of every file.
pub const TABLES: &[Table] = &[difference::TABLE, fft::TABLE, gradient::TABLE, stft::TABLE, window::TABLE];
