//! The layers of `src/`: a module imports only from layers above its own. `lib.rs` lists them in order.

use std::fs;
use std::path::{Path, PathBuf};

const LAYERS: [&str; 8] = ["error", "base", "storage", "kernels", "tensor", "autograd", "ops", "python"];

fn rust_files(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// Modules named after `crate::` in the code of a file (not in its comments).
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines().filter(|l| !l.trim_start().starts_with("//")) {
        for part in line.split("crate::").skip(1) {
            if let Some(group) = part.strip_prefix('{') {
                found.extend(group.split('}').next().unwrap().split(',').map(|s| s.trim().to_string()));
            } else {
                found.push(part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
            }
        }
    }
    found
}

#[test]
fn modules_import_only_from_layers_above() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    assert!(files.len() > 30, "the test must see the sources");
    let mut wrong = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
        let top = inside.split('/').next().unwrap().trim_end_matches(".rs").to_string();
        let Some(own) = LAYERS.iter().position(|l| *l == top) else { continue };
        for module in imports(&fs::read_to_string(&file).unwrap()) {
            if let Some(other) = LAYERS.iter().position(|l| *l == module)
                && other > own
                // `error` names dtypes in its messages
                && !(top == "error" && module == "base")
            {
                wrong.push(format!("{inside} imports {module}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn unsafe_code_stays_in_its_rooms() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    for file in files {
        let inside = file.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
        let room = inside.starts_with("storage/")
            || inside.starts_with("kernels/")
            || matches!(inside.as_str(), "python/object.rs" | "python/trampoline.rs" | "python/interop.rs");
        let text = fs::read_to_string(&file).unwrap();
        let blocks = text.matches("unsafe {").count() + text.matches("unsafe impl").count();
        if !room && blocks > 0 {
            // a kernel call in an op: allowed there by name, with its reason
            let allowed = text.matches("allow(unsafe_code)").count();
            let reasons = text.matches("SAFETY:").count();
            assert!(inside.starts_with("ops/") && allowed > 0, "{inside} has unsafe code");
            assert!(reasons >= blocks.div_ceil(4).max(1), "{inside}: unsafe code without a SAFETY reason");
        }
    }
}
