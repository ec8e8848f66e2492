//! What a driver would say of a shader, without one: for tests.

use wgpu::naga::front::wgsl;
use wgpu::naga::valid::{Capabilities, ValidationFlags, Validator};

/// Panics with the reason and the text where a shader is not valid.
pub fn validate(name: &str, text: &str) {
    let module = match wgsl::parse_str(text) {
        Ok(module) => module,
        Err(e) => panic!("{name}: {}\n{text}", e.emit_to_string(text)),
    };
    if let Err(e) = Validator::new(ValidationFlags::all(), Capabilities::all()).validate(&module) {
        panic!("{name}: {}\n{text}", e.emit_to_string(text));
    }
}
