//! The dtypes as Python sees them: those that tensors hold, one object each, and those that are known by name alone.

use crate::base::DType;
use pyo3::exceptions::{PyNotImplementedError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// What a dtype counts as, among those that no tensor holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Float,
    Unsigned,
    Signed,
    Complex,
    Bits,
    Quantized,
}

/// A dtype of PyTorch's that no tensor here holds: it compares, hashes, prints and pickles, and an op that is given
/// one says what would work. The engine does not know it, so that no kernel has to answer for it.
pub struct Named {
    name: &'static str,
    scalar_name: &'static str,
    size: usize,
    kind: Kind,
    instead: &'static str,
}

const fn named(
    name: &'static str,
    scalar_name: &'static str,
    size: usize,
    kind: Kind,
    instead: &'static str,
) -> Named {
    Named { name, scalar_name, size, kind, instead }
}

const EIGHT: &str = "torch.float8_e4m3fn or torch.float8_e5m2";

static NAMED: [Named; 29] = [
    named("complex32", "ComplexHalf", 4, Kind::Complex, "torch.complex64"),
    named("float8_e4m3fnuz", "Float8_e4m3fnuz", 1, Kind::Float, EIGHT),
    named("float8_e5m2fnuz", "Float8_e5m2fnuz", 1, Kind::Float, EIGHT),
    named("float8_e8m0fnu", "Float8_e8m0fnu", 1, Kind::Unsigned, EIGHT),
    named("float4_e2m1fn_x2", "Float4_e2m1fn_x2", 1, Kind::Float, EIGHT),
    named("uint1", "UInt1", 1, Kind::Unsigned, "torch.uint8"),
    named("uint2", "UInt2", 1, Kind::Unsigned, "torch.uint8"),
    named("uint3", "UInt3", 1, Kind::Unsigned, "torch.uint8"),
    named("uint4", "UInt4", 1, Kind::Unsigned, "torch.uint8"),
    named("uint5", "UInt5", 1, Kind::Unsigned, "torch.uint8"),
    named("uint6", "UInt6", 1, Kind::Unsigned, "torch.uint8"),
    named("uint7", "UInt7", 1, Kind::Unsigned, "torch.uint8"),
    named("int1", "Int1", 1, Kind::Signed, "torch.int8"),
    named("int2", "Int2", 1, Kind::Signed, "torch.int8"),
    named("int3", "Int3", 1, Kind::Signed, "torch.int8"),
    named("int4", "Int4", 1, Kind::Signed, "torch.int8"),
    named("int5", "Int5", 1, Kind::Signed, "torch.int8"),
    named("int6", "Int6", 1, Kind::Signed, "torch.int8"),
    named("int7", "Int7", 1, Kind::Signed, "torch.int8"),
    named("bits8", "Bits8", 1, Kind::Bits, "torch.uint8"),
    named("bits16", "Bits16", 2, Kind::Bits, "torch.uint16"),
    named("bits1x8", "Bits1x8", 1, Kind::Bits, "torch.uint8"),
    named("bits2x4", "Bits2x4", 1, Kind::Bits, "torch.uint8"),
    named("bits4x2", "Bits4x2", 1, Kind::Bits, "torch.uint8"),
    named("qint8", "QInt8", 1, Kind::Quantized, "torch.int8"),
    named("qint32", "QInt32", 4, Kind::Quantized, "torch.int32"),
    named("quint8", "QUInt8", 1, Kind::Quantized, "torch.uint8"),
    named("quint4x2", "QUInt4x2", 1, Kind::Quantized, "torch.uint8"),
    named("quint2x4", "QUInt2x4", 1, Kind::Quantized, "torch.uint8"),
];

enum Known {
    Held(DType),
    Named(&'static Named),
}

/// The type of the elements of a tensor.
///
/// Those of quantised numbers, of bits, of less than eight bits, of pairs of halves (``complex32``) and the eight-bit floats
/// beside ``float8_e4m3fn`` and ``float8_e5m2`` are names: they compare, print and pickle, and no tensor holds them.
///
/// Errors: NotImplementedError where a tensor of such a dtype is asked for.
///
/// >>> rl.float32.itemsize, rl.int8.is_signed, rl.int8.is_floating_point
/// (4, True, False)
/// >>> rl.complex32, rl.complex32.to_real()
/// (torch.complex32, torch.float16)
#[pyclass(frozen, name = "dtype", module = "rushlight")]
pub struct PyDType(Known);

impl PyDType {
    /// The dtype of the engine's that it is.
    pub fn held(&self) -> PyResult<DType> {
        match self.0 {
            Known::Held(d) => Ok(d),
            Known::Named(n) => Err(PyNotImplementedError::new_err(format!(
                "no tensor holds torch.{}, which is known by name alone; {} is the nearest that works",
                n.name, n.instead
            ))),
        }
    }
    /// The same dtype, where its real or complex counterpart is itself.
    fn itself(&self, py: Python<'_>) -> Py<PyDType> {
        match self.0 {
            Known::Held(d) => dtype(py, d),
            Known::Named(n) => {
                let at = NAMED.iter().position(|other| other.name == n.name).unwrap_or(0);
                objects(py)[DType::ALL.len() + at].clone_ref(py)
            }
        }
    }
    fn name(&self) -> &'static str {
        match self.0 {
            Known::Held(d) => d.name(),
            Known::Named(n) => n.name,
        }
    }
}

#[pymethods]
impl PyDType {
    fn __repr__(&self) -> String {
        format!("torch.{}", self.name())
    }
    fn __reduce__(&self) -> &'static str {
        self.name()
    }
    #[getter]
    fn is_floating_point(&self) -> bool {
        match self.0 {
            Known::Held(d) => d.is_float(),
            Known::Named(n) => n.name.starts_with("float"),
        }
    }
    #[getter]
    fn is_complex(&self) -> bool {
        match self.0 {
            Known::Held(d) => d.is_complex(),
            Known::Named(n) => n.kind == Kind::Complex,
        }
    }
    #[getter]
    fn is_signed(&self) -> PyResult<bool> {
        match self.0 {
            Known::Held(d) => Ok(d.is_signed()),
            Known::Named(n) => match n.kind {
                Kind::Bits => Err(PyRuntimeError::new_err("Bits types are undefined")),
                Kind::Quantized => {
                    Err(PyRuntimeError::new_err("isSignedType not supported for quantized types"))
                }
                kind => Ok(kind != Kind::Unsigned),
            },
        }
    }
    #[getter]
    fn itemsize(&self) -> usize {
        match self.0 {
            Known::Held(d) => d.size(),
            Known::Named(n) => n.size,
        }
    }
    fn to_real(&self, py: Python<'_>) -> Py<PyDType> {
        match self.0 {
            Known::Held(d) => dtype(py, d.to_real()),
            Known::Named(n) if n.kind == Kind::Complex => dtype(py, DType::F16),
            Known::Named(_) => self.itself(py),
        }
    }
    fn to_complex(&self, py: Python<'_>) -> PyResult<Py<PyDType>> {
        match self.0 {
            Known::Held(d) => Ok(dtype(py, d.to_complex())),
            Known::Named(n) if n.kind == Kind::Complex => Ok(self.itself(py)),
            Known::Named(n) => {
                Err(PyRuntimeError::new_err(format!("Unknown Complex ScalarType for {}", n.scalar_name)))
            }
        }
    }
}

static DTYPES: PyOnceLock<Vec<Py<PyDType>>> = PyOnceLock::new();

fn objects(py: Python<'_>) -> &[Py<PyDType>] {
    match DTYPES.get(py) {
        Some(all) => all,
        None => unreachable!("dtypes are made when the module is loaded"),
    }
}

/// The one object for a dtype.
pub fn dtype(py: Python<'_>, d: DType) -> Py<PyDType> {
    objects(py)[d as usize].clone_ref(py)
}

pub fn install(m: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = m.py();
    m.add_class::<PyDType>()?;
    let held = DType::ALL.iter().map(|d| Known::Held(*d));
    let all = held.chain(NAMED.iter().map(Known::Named)).map(|known| Py::new(py, PyDType(known)));
    let all: Vec<Py<PyDType>> = all.collect::<PyResult<_>>()?;
    for object in DTYPES.get_or_init(py, || all) {
        m.add(object.get().name(), object.clone_ref(py))?;
    }
    for alias in ["short", "int", "long", "half", "float", "double", "cfloat", "cdouble"] {
        if let Some(d) = DType::from_name(alias) {
            m.add(alias, dtype(py, d))?;
        }
    }
    m.add("chalf", m.getattr("complex32")?)
}
