//! Pictures: their colours and sizes, boxes, regions of feature maps. What Python sees of it are torchvision's functions
//! (`python/rushlight/vision/ops`); the rows here are what those call, by torchvision's names for its operators.

pub mod boxes;
pub mod color;
pub mod deform;
pub mod resize;
pub mod roi;

use crate::ops::table::Table;

/// The rows of every file.
pub const TABLES: &[Table] =
    &[boxes::TABLE, color::TABLE, deform::TABLE, resize::TABLE, roi::align::TABLE, roi::pool::TABLE];
