//! Elements laid otherwise, where that is no copy between views.

pub mod repeat;
