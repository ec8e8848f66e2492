//! Elements laid otherwise, where that is no copy between views.

pub mod pad;
pub mod repeat;
