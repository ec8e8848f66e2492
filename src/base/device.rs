//! Where a tensor lives.

use std::fmt;

/// `Cpu`, the one kind of GPU (canonical type `cuda`, through wgpu, whoever made the card), and `Meta`, which has
/// shapes and dtypes but no data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Device {
    Cpu,
    Gpu(u8),
    Meta,
}

impl Device {
    /// The device type's canonical name.
    pub fn kind(self) -> &'static str {
        match self {
            Device::Cpu => "cpu",
            Device::Gpu(_) => "cuda",
            Device::Meta => "meta",
        }
    }
    pub fn index(self) -> Option<u8> {
        match self {
            Device::Gpu(i) => Some(i),
            _ => None,
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Device::Gpu(i) => write!(f, "cuda:{i}"),
            other => f.write_str(other.kind()),
        }
    }
}
