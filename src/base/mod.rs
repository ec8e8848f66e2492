//! Ground floor: dtypes, shapes, layouts, scalars, devices, random generators. No allocation beyond long
//! shapes, no unsafe code, no knowledge of tensors.

mod device;
mod dtype;
mod halves;
mod layout;
pub mod promote;
pub mod rng;
mod room;
mod scalar;
mod shape;
mod stored;

pub use device::Device;
pub use dtype::{BF16, C64, C128, Category, DType, Elem, F16, Float, Num, Real};
pub use layout::{Layout, MemoryFormat, diagonal_layout, is_dense, unfold_layout};
pub use room::{as_bools, collected, repeated, reserved};
pub use scalar::Scalar;
pub use shape::{
    Dims, broadcast, check_expand, checked_numel, clamp_slice, infer_size, normalize_dim, numel, product,
    same_shape, total, wrap_dim, wrap_dims,
};
pub use stored::{F8E4M3, F8E5M2};
