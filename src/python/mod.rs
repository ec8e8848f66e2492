//! `rushlight._C`: the extension module. Turns Python objects into `Arg`s and results into Python objects; no
//! formula, no kernel, no policy lives here.

mod autograd;
#[allow(unsafe_code)]
mod buffer;
mod convert;
mod create;
mod describe;
#[allow(unsafe_code)]
mod dlpack;
mod dtype;
mod error;
mod function;
mod generator;
mod gpu;
mod hook;
mod index;
mod interop;
#[allow(unsafe_code)]
mod interrupt;
mod list;
mod mismatch;
mod node;
#[allow(unsafe_code)]
mod numpy;
#[allow(unsafe_code)]
mod object;
mod out;
mod overrides;
mod saved;
mod settings;
#[allow(unsafe_code)]
mod size;
mod slots;
mod tensor;
#[allow(unsafe_code)]
mod trampoline;
mod transform;
mod types;

use pyo3::prelude::*;

#[pymodule]
#[pyo3(name = "_C")]
fn extension(m: &Bound<'_, PyModule>) -> PyResult<()> {
    dtype::install(m)?;
    types::install(m)?;
    m.add_class::<tensor::PyTensor>()?;
    error::install(m)?;
    overrides::install(m)?;
    trampoline::install(m)?;
    create::install(m)?;
    generator::install(m)?;
    settings::install(m)?;
    autograd::install(m)?;
    function::install(m)?;
    saved::install(m)?;
    buffer::install(m)?;
    interop::install(m)?;
    dlpack::install(m)?;
    describe::install(m)?;
    transform::install(m)?;
    gpu::install(m)?;
    interrupt::install(m);
    #[cfg(unix)]
    crate::kernels::cpu::machine::fork::guard();
    Ok(())
}
