//! Pictures: colours, sizes, boxes, regions of feature maps.

pub mod boxes;
pub mod color;
pub mod deform;
pub mod resize;
pub mod roi;
