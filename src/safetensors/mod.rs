//! Tensors in files: the safetensors format, which is a header in JSON and then the elements, without gaps.
//!
//! Written here and not taken from a crate: of the format the crate's parser is the small part, serde and its JSON the
//! large one, and the header's grammar is fixed. Whoever reads a file of unknown origin gets tensors or an error:
//! nothing is allocated that the file could not fill, and what the header says is checked before anything is made.

mod header;
#[cfg(test)]
mod tests;

use crate::base::{DType, Device};
use crate::error::{Error, Kind, Result};
use crate::ops::driver::memory::dense;
use crate::tensor::Tensor;
use crate::{bail, ensure};
use header::{Entry, Header};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// Tensors by name, as a model's parameters and buffers are saved.
pub type StateDict = BTreeMap<String, Tensor>;

/// The most bytes a header may have: the limit of the format.
const LONGEST_HEADER: u64 = 100_000_000;
/// Elements are copied through a buffer of this many bytes.
const PIECE: usize = 1 << 20;

/// Writes tensors to a file, which is there whole or not at all: it is written under another name and then renamed.
///
/// Errors: RuntimeError where the file cannot be written; NotImplementedError for complex128, which the format lacks.
///
/// ```
/// use rushlight::prelude::*;
///
/// let path = std::env::temp_dir().join(format!("rushlight-doc-{}.safetensors", std::process::id()));
/// let mut tensors = StateDict::new();
/// tensors.insert("weight".into(), Tensor::arange(0, 6, 1)?.reshape([2, 3].into())?);
/// safetensors::save(&path, &tensors)?;
/// assert_eq!(safetensors::load(&path)?["weight"].to_vec::<i64>()?, [0, 1, 2, 3, 4, 5]);
/// # std::fs::remove_file(&path).unwrap();
/// # rushlight::Result::Ok(())
/// ```
pub fn save(path: impl AsRef<Path>, tensors: &StateDict) -> Result<()> {
    let path = path.as_ref();
    let fail = |e: std::io::Error| Error::new(Kind::Runtime, format!("{}: {e}", path.display()));
    let draft = draft_of(path);
    let written = (|| {
        let mut to = BufWriter::new(File::create_new(&draft).map_err(fail)?);
        write(&mut to, tensors).map_err(|e| e.context(&path.display().to_string()))?;
        to.into_inner().map_err(|e| fail(e.into_error()))?.sync_all().map_err(fail)?;
        fs::rename(&draft, path).map_err(fail)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written
}

/// A name beside `path` that no other writer of this machine has.
fn draft_of(path: &Path) -> PathBuf {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}-{}.part", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
    path.with_file_name(name)
}

/// Reads all tensors of a file.
///
/// Errors: RuntimeError where the file cannot be read; ValueError where it is not a safetensors file, naming what is
/// wrong; NotImplementedError for a dtype that tensors here do not have.
pub fn load(path: impl AsRef<Path>) -> Result<StateDict> {
    let path = path.as_ref();
    let fail = |e: std::io::Error| Error::new(Kind::Runtime, format!("{}: {e}", path.display()));
    let file = File::open(path).map_err(fail)?;
    let length = file.metadata().map_err(fail)?.len();
    read(BufReader::new(file), length).map_err(|e| e.context(&path.display().to_string()))
}

/// As [`load`], from bytes in memory.
pub fn from_bytes(bytes: &[u8]) -> Result<StateDict> {
    read(bytes, bytes.len() as u64)
}

/// As [`save`], to bytes in memory.
pub fn to_bytes(tensors: &StateDict) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    write(&mut out, tensors)?;
    Ok(out)
}

fn io(e: std::io::Error) -> Error {
    Error::new(Kind::Runtime, format!("safetensors: {e}"))
}

fn write(to: &mut impl Write, tensors: &StateDict) -> Result<()> {
    // wide elements first, so that each begins at a multiple of its size; then by name
    let mut order: Vec<(&String, Tensor)> = Vec::new();
    for (name, tensor) in tensors {
        ensure!(
            tensor.device() != Device::Meta,
            Runtime,
            "safetensors: `{name}` is on the meta device and has no data"
        );
        order.push((name, dense(tensor)?));
    }
    order.sort_by_key(|(_, t)| std::cmp::Reverse(t.dtype().size()));
    let mut header = Header::default();
    let mut at = 0;
    for (name, tensor) in &order {
        let bytes = (tensor.numel() * tensor.dtype().size()) as u64;
        let shape = tensor.shape().iter().map(|&n| n as u64).collect();
        header.entries.push(Entry {
            name: name.to_string(),
            dtype: tensor.dtype(),
            shape,
            from: at,
            to: at + bytes,
        });
        at += bytes;
    }
    let text = header.text()?;
    to.write_all(&(text.len() as u64).to_le_bytes())
        .and_then(|()| to.write_all(text.as_bytes()))
        .map_err(io)?;
    for (_, tensor) in &order {
        let (start, bytes) =
            (tensor.layout().offset * tensor.dtype().size(), tensor.numel() * tensor.dtype().size());
        for piece in (0..bytes).step_by(PIECE) {
            let data: Vec<u8> = tensor.storage().copy_out(start + piece, PIECE.min(bytes - piece))?;
            to.write_all(&data).map_err(io)?;
        }
    }
    to.flush().map_err(io)
}

fn read(mut from: impl Read, length: u64) -> Result<StateDict> {
    let mut size = [0; 8];
    ensure!(length >= 8, Value, "safetensors: {length} bytes are no file");
    from.read_exact(&mut size).map_err(io)?;
    let size = u64::from_le_bytes(size);
    ensure!(
        size <= LONGEST_HEADER.min(length - 8),
        Value,
        "safetensors: the header is said to have {size} bytes, the file has {length}"
    );
    let mut text = vec![0; size as usize];
    from.read_exact(&mut text).map_err(io)?;
    let header = Header::parse(&text)?;
    header.check(length - 8 - size)?;
    let mut out = StateDict::new();
    let mut buffer = vec![0u8; PIECE.min((length - 8 - size) as usize)];
    for entry in header.entries {
        let shape: Vec<usize> = entry.shape.iter().map(|&n| n as usize).collect();
        let tensor = Tensor::empty(&shape, entry.dtype, Device::Cpu)?;
        let bytes = (entry.to - entry.from) as usize;
        for at in (0..bytes).step_by(PIECE) {
            let piece = &mut buffer[..PIECE.min(bytes - at)];
            from.read_exact(piece).map_err(io)?;
            if entry.dtype == DType::Bool && piece.iter().any(|&b| b > 1) {
                bail!(Value, "safetensors: `{}` holds bools that are neither 0 nor 1", entry.name);
            }
            tensor.storage().copy_in(at, piece)?;
        }
        out.insert(entry.name, tensor);
    }
    Ok(out)
}

// elements are copied as they lie in memory
const _: () = assert!(cfg!(target_endian = "little"), "safetensors files are little-endian");
