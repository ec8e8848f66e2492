//! Moving elements by index: whole axes ([`pick`]), positions of a mask ([`mask`]). An index that names nothing is noted, see
//! `machine::fault`; nothing is read or written outside of a tensor for it.

pub mod mask;
pub mod pick;
