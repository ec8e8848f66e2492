//! The structure of `src/`, read from its `use` lines and paths: layers, wings, addresses, rooms of unsafe code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The layers, as `lib.rs` lists them: a module imports only from layers above its own.
const LAYERS: [&str; 8] = ["error", "base", "storage", "kernels", "tensor", "autograd", "ops", "python"];

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

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

/// The files below `src/` by their paths from there, with their text.
fn sources() -> BTreeMap<String, String> {
    let mut files = Vec::new();
    rust_files(&src(), &mut files);
    assert!(files.len() > 30, "the test must see the sources");
    let inside = |file: &Path| file.strip_prefix(src()).unwrap().to_string_lossy().replace('\\', "/");
    files.iter().map(|f| (inside(f), fs::read_to_string(f).unwrap())).collect()
}

/// The words of a module's path: `ops/nn/conv/mod.rs` is `ops`, `nn`, `conv`.
fn module(file: &str) -> Vec<String> {
    let mut words: Vec<String> = file.trim_end_matches(".rs").split('/').map(str::to_string).collect();
    if words.last().is_some_and(|w| w == "mod") {
        words.pop();
    }
    words
}

/// The code of a file: without comments, and without the tests at its end.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod").next().unwrap();
    let lines = text.lines().map(|l| l.split("//").next().unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

/// The parts of a list `a, b::{c, d}, e` at its own level.
fn parts(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut out) = (0, 0, Vec::new());
    for (i, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                out.push(list[start..i].trim());
                start = i + 1;
            }
            _ => {}
        }
    }
    out.push(list[start..].trim());
    out.retain(|p| !p.is_empty());
    out
}

/// What stands between a brace that was just opened and the one that closes it.
fn group(text: &str) -> &str {
    let mut depth = 1;
    for (i, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..i];
        }
    }
    text
}

/// The paths that a piece of code names from `base` on: `a::b::{c, d}` is two.
fn paths(base: &[String], text: &str, out: &mut Vec<Vec<String>>) {
    let mut at = base.to_vec();
    let mut rest = text;
    loop {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let word = &rest[..end];
        if word == "self" {
            break;
        }
        if !word.is_empty() {
            at.push(word.to_string());
        }
        rest = &rest[end..];
        match rest.strip_prefix("::") {
            Some(after) if after.starts_with('{') => {
                for part in parts(group(&after[1..])) {
                    paths(&at, part, out);
                }
                return;
            }
            Some(after) => rest = after,
            None => break,
        }
    }
    out.push(at);
}

/// Every path of the crate that a file names, by `crate::` or by `super::`.
fn named(file: &str, text: &str) -> Vec<Vec<String>> {
    let text = code(text);
    let mut out = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(list) => parts(group(list)).into_iter().for_each(|p| paths(&[], p, &mut out)),
            None => paths(&[], rest, &mut out),
        }
    }
    let own = module(file);
    let mut skip = 0;
    for (at, _) in text.match_indices("super::") {
        if at < skip {
            continue;
        }
        let mut rest = &text[at..];
        let mut up = 0;
        while let Some(after) = rest.strip_prefix("super::") {
            up += 1;
            rest = after;
        }
        skip = at + up * "super::".len();
        // within a module of the file itself one `super` leads to the file
        let line = text[..at].rfind('\n').map_or(0, |i| i + 1);
        let inner = text[line..at].starts_with(' ') && opens_module(&text[..at]);
        let up = up - inner as usize;
        if up == 0 || up > own.len() {
            continue;
        }
        match rest.strip_prefix('{') {
            Some(list) => {
                parts(group(list)).into_iter().for_each(|p| paths(&own[..own.len() - up], p, &mut out))
            }
            None => paths(&own[..own.len() - up], rest, &mut out),
        }
    }
    out
}

/// Whether a module that is written out in the file is still open where the text ends.
fn opens_module(text: &str) -> bool {
    let starts = |l: &str| {
        let l = l.trim_start_matches("pub(crate) ").trim_start_matches("pub ");
        l.starts_with("mod ") && l.ends_with('{')
    };
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.iter().rposition(|l| starts(l));
    last.is_some_and(|i| !lines[i + 1..].contains(&"}"))
}

/// Ties between the files of a tree (`ops`, `kernels/cpu`): who names something of whom.
fn ties(tree: &str) -> BTreeSet<(String, String)> {
    let files: BTreeMap<Vec<String>, String> =
        sources().into_keys().filter(|f| f.starts_with(tree)).map(|f| (module(&f), f)).collect();
    let depth = tree.split('/').count();
    let mut out = BTreeSet::new();
    for (own, file) in &files {
        if own.len() <= depth || file.ends_with("tests.rs") {
            continue;
        }
        for path in named(file, &sources_of(file)) {
            let owner = (depth + 1..=path.len()).rev().find_map(|n| files.get(&path[..n]));
            if let Some(other) = owner
                && other != file
            {
                out.insert((file.clone(), other.clone()));
            }
        }
    }
    out
}

fn sources_of(file: &str) -> String {
    fs::read_to_string(src().join(file)).unwrap()
}

/// The modules of a `mod.rs`, in its own order.
fn listed(file: &str) -> Vec<String> {
    let text = sources_of(file);
    let mods = text.lines().filter_map(|l| l.trim_start_matches("pub ").strip_prefix("mod "));
    mods.filter_map(|l| l.strip_suffix(';')).map(str::to_string).collect()
}

#[test]
fn modules_import_only_from_layers_above() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let top = module(&file)[0].clone();
        let Some(own) = LAYERS.iter().position(|l| *l == top) else { continue };
        for path in named(&file, &text) {
            let Some(other) = LAYERS.iter().position(|l| Some(*l) == path.first().map(String::as_str)) else {
                continue;
            };
            // `error` names dtypes in its messages
            if other > own && !(top == "error" && path[0] == "base") {
                wrong.push(format!("{file} imports {}", path.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The wings of a tree stand in `mod.rs` in their order: a file imports from wings before its own, and from its own.
#[test]
fn wings_import_only_from_wings_before() {
    for tree in ["ops", "kernels/cpu"] {
        let order = listed(&format!("{tree}/mod.rs"));
        assert!(order.len() > 8, "{tree}/mod.rs lists {order:?}");
        let wing = |file: &str| {
            let name = file[tree.len() + 1..].split('/').next().unwrap().trim_end_matches(".rs");
            order
                .iter()
                .position(|w| w == name)
                .unwrap_or_else(|| panic!("{tree}/mod.rs does not list {name}"))
        };
        let wrong: Vec<_> = ties(tree)
            .into_iter()
            .filter(|(a, b)| wing(b) > wing(a) && !LATER.contains(&(a.as_str(), b.as_str())))
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

/// An address of a kernel is an address of an op.
#[test]
fn kernels_stand_at_the_addresses_of_their_ops() {
    for device in fs::read_dir(src().join("kernels")).unwrap().flatten().filter(|d| d.path().is_dir()) {
        for wing in fs::read_dir(device.path()).unwrap().flatten().filter(|d| d.path().is_dir()) {
            let name = wing.file_name().to_string_lossy().to_string();
            let there = src().join("ops").join(&name);
            assert!(name == "machine" || there.is_dir(), "kernels for `{name}`, which is no wing of ops");
        }
    }
}

/// A file that writes rows is named in the tables of its wing, and a wing in those of `ops/mod.rs`.
#[test]
fn rows_are_listed() {
    for (file, text) in sources().iter().filter(|(f, _)| f.starts_with("ops/")) {
        let words = module(file);
        let rows = code(text).lines().any(|l| l.starts_with("pub const TABLE:"));
        if !rows || words.len() < 2 || words[1] == "table" {
            continue;
        }
        let (list, name) = if words.len() == 2 {
            ("ops/mod.rs".to_string(), format!("{}::TABLE", words[1]))
        } else {
            (format!("ops/{}/mod.rs", words[1]), format!("{}::TABLE", words[2..].join("::")))
        };
        assert!(sources_of(&list).contains(&name), "{file} writes rows; {list} does not name {name}");
    }
}

#[test]
fn unsafe_code_stays_in_its_rooms() {
    for (inside, text) in sources() {
        let room = inside.starts_with("storage/")
            || inside.starts_with("kernels/")
            || matches!(inside.as_str(), "python/object.rs" | "python/trampoline.rs" | "python/interop.rs");
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

/// Ties against the order that go when formulas become methods and files are split.
const LATER: &[(&str, &str)] = &[
    ("ops/create/fill.rs", "ops/shape/resize.rs"),
    ("ops/driver/calculus.rs", "ops/create/copy.rs"),
    ("ops/driver/calculus.rs", "ops/elementwise/arithmetic.rs"),
    ("ops/driver/calculus.rs", "ops/elementwise/kind/mod.rs"),
    ("ops/driver/in_place.rs", "ops/create/copy.rs"),
    ("ops/driver/in_place.rs", "ops/shape/resize.rs"),
    ("ops/driver/op.rs", "ops/create/copy.rs"),
    ("ops/index/item.rs", "ops/linalg/matmul/op.rs"),
    ("ops/signal/fft.rs", "ops/nn/image/pad.rs"),
];
