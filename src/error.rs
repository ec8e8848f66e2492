//! The one error type, one word wide, and its mapping to Python's exception classes.
//!
//! Messages read `op: what is wrong: expected X, got Y`. Constructors are `#[cold]` so that the success path
//! carries no formatting code. Where users match on PyTorch's words, the words are PyTorch's.

use std::fmt;

/// What went wrong, in the classes PyTorch users catch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Value,
    Type,
    Index,
    Runtime,
    NotImplemented,
    Memory,
    Attribute,
    Overflow,
    /// A matrix without what was asked of it: an inverse, a factor, an end of iterations.
    LinAlg,
    /// A bug of ours, caught before it could do harm.
    Internal,
    /// An exception raised by Python code called from the engine; the original travels in `source`.
    Python,
}

/// Anything the bindings want carried through the engine unchanged (a Python exception).
pub type Source = Box<dyn std::any::Any + Send + Sync>;

struct Inner {
    kind: Kind,
    message: String,
    source: Option<Source>,
}

/// A failure of an operation.
pub struct Error(Box<Inner>);

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    #[cold]
    pub fn new(kind: Kind, message: impl Into<String>) -> Error {
        Error(Box::new(Inner { kind, message: message.into(), source: None }))
    }
    #[cold]
    pub fn foreign(message: impl Into<String>, source: Source) -> Error {
        Error(Box::new(Inner { kind: Kind::Python, message: message.into(), source: Some(source) }))
    }
    /// The standard error of an op that has no kernel for a dtype. The words are PyTorch's.
    #[cold]
    pub fn no_dtype(op: &str, dtype: crate::base::DType, works: &str) -> Error {
        Error::new(
            Kind::NotImplemented,
            format!("\"{op}\" not implemented for '{}': it works on {works}", dtype.scalar_name()),
        )
    }
    /// The refusal of a dtype by a kernel of PyTorch's name. The words are PyTorch's.
    #[cold]
    pub fn no_kernel(kernel: &str, dtype: crate::base::DType) -> Error {
        Error::new(
            Kind::NotImplemented,
            format!("\"{kernel}\" not implemented for '{}'", dtype.scalar_name()),
        )
    }
    /// Ends the call with this error, from where there is no other way to answer; whoever called the op makes an exception of
    /// it.
    #[cold]
    pub fn unwind(self) -> ! {
        std::panic::resume_unwind(Box::new(self))
    }
    pub fn kind(&self) -> Kind {
        self.0.kind
    }
    pub fn message(&self) -> &str {
        &self.0.message
    }
    pub fn into_source(self) -> Option<Source> {
        self.0.source
    }
    /// The same error with the name of the op put in front.
    #[cold]
    pub fn context(mut self, op: &str) -> Error {
        if self.0.kind != Kind::Python && !self.0.message.starts_with(op) {
            self.0.message = format!("{op}: {}", self.0.message);
        }
        self
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.0.kind, self.0.message)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}

/// `bail!(Value, "...")`: return an error of that kind.
#[macro_export]
macro_rules! bail {
    ($kind:ident, $($arg:tt)*) => {
        return Err($crate::error::Error::new($crate::error::Kind::$kind, format!($($arg)*)))
    };
}

/// `ensure!(cond, Value, "...")`: return an error of that kind unless the condition holds.
#[macro_export]
macro_rules! ensure {
    ($cond:expr, $kind:ident, $($arg:tt)*) => {
        if !$cond {
            $crate::bail!($kind, $($arg)*);
        }
    };
}
