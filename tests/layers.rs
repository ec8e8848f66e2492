//! The structure of `src/`, read from its `use` lines and paths: layers, wings, addresses, rooms of unsafe code.

mod reader;

use reader::{bare, code, listed, module, named, sources, sources_of, src, ties};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The layers, as `lib.rs` lists them: a module imports only from layers above its own.
const LAYERS: [&str; 14] = [
    "error",
    "warning",
    "base",
    "storage",
    "kernels",
    "tensor",
    "autograd",
    "ops",
    "api",
    "safetensors",
    "nn",
    "optim",
    "prelude",
    "python",
];

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
    for tree in ["ops", "kernels/cpu", "kernels/gpu"] {
        let order = listed(&format!("{tree}/mod.rs"));
        assert!(order.len() > 8, "{tree}/mod.rs lists {order:?}");
        let wing = |file: &str| {
            let name = file[tree.len() + 1..].split('/').next().unwrap().trim_end_matches(".rs");
            order
                .iter()
                .position(|w| w == name)
                .unwrap_or_else(|| panic!("{tree}/mod.rs does not list {name}"))
        };
        let wrong: Vec<_> = ties(tree).into_iter().filter(|(a, b)| wing(b) > wing(a)).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

/// Files of a tree lie in floors: none names, by whatever way round, one that names it.
#[test]
fn no_circle_of_files() {
    for tree in ["base", "autograd", "ops", "kernels/cpu", "kernels/gpu", "api", "nn"] {
        let mut below: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (a, b) in ties(tree) {
            below.entry(a).or_default().push(b);
        }
        let mut done = BTreeSet::new();
        for file in below.keys() {
            if let Some(circle) = circle_from(file, &below, &mut Vec::new(), &mut done) {
                panic!("{}", circle.join("\n  -> "));
            }
        }
    }
}

/// Depth first: the files on the way are `way`, those that lead to no circle `done`.
fn circle_from(
    file: &str,
    below: &BTreeMap<String, Vec<String>>,
    way: &mut Vec<String>,
    done: &mut BTreeSet<String>,
) -> Option<Vec<String>> {
    if let Some(start) = way.iter().position(|f| f == file) {
        return Some([&way[start..], &[file.to_string()]].concat());
    }
    if done.contains(file) {
        return None;
    }
    way.push(file.to_string());
    let next = below.get(file).map_or(&[][..], |v| v);
    let found = next.iter().find_map(|f| circle_from(f, below, way, done));
    way.pop();
    done.insert(file.to_string());
    found
}

/// Folders of kernels that are no family of ops, with the reason.
const BELOW_ALL: &[(&str, &str)] =
    &[("elementwise/math", "vector routines, named by rows in many files and by layers")];

/// An address of a kernel is an address of an op: a wing is a wing there, a folder in it a file or a folder.
#[test]
fn kernels_stand_at_the_addresses_of_their_ops() {
    let folders =
        |dir: PathBuf| fs::read_dir(dir).unwrap().flatten().map(|d| d.path()).filter(|d| d.is_dir());
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().to_string();
    for device in folders(src().join("kernels")) {
        for wing in folders(device).filter(|w| name(w) != "machine") {
            let there = src().join("ops").join(name(&wing));
            assert!(there.is_dir(), "kernels for `{}`, which is no wing of ops", name(&wing));
            for family in folders(wing.clone()) {
                let (wing, family) = (name(&wing), name(&family));
                let known = there.join(&family).is_dir() || there.join(format!("{family}.rs")).is_file();
                let below = BELOW_ALL.iter().any(|(folder, _)| *folder == format!("{wing}/{family}"));
                assert!(known || below, "kernels for `{family}`, which is no file or folder of ops/{wing}");
            }
        }
    }
}

/// What a card computes stands at the address where the CPU computes it: a family of kernels there is one here. What a family's
/// folder holds is its own affair.
#[test]
fn kernels_of_cards_have_siblings_of_the_cpu() {
    let mut count = 0;
    for file in sources().keys() {
        let Some(address) = file.strip_prefix("kernels/gpu/") else { continue };
        let words = module(address);
        let shared = words.first().is_none_or(|w| w == "machine") || address.ends_with("tests.rs");
        if shared || BELOW_ALL_GPU.iter().any(|(f, _)| *f == address) {
            continue;
        }
        count += 1;
        let there = src().join("kernels/cpu").join(words[..words.len().min(2)].join("/"));
        assert!(
            there.is_dir() || there.with_extension("rs").is_file(),
            "{file}: no kernel of the CPU at that address"
        );
    }
    assert!(count > 1, "the test must see the kernels");
}

/// Files of kernels for cards without a sibling, with the reason.
const BELOW_ALL_GPU: &[(&str, &str)] =
    &[("elementwise/library.rs", "reads math.wgsl, the sibling of elementwise/math")];

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
            || matches!(
                inside.as_str(),
                "python/object.rs"
                    | "python/trampoline.rs"
                    | "python/buffer.rs"
                    | "python/dlpack.rs"
                    | "python/numpy.rs"
                    | "python/interrupt.rs"
                    | "python/size.rs"
            );
        let blocks = text.matches("unsafe {").count() + text.matches("unsafe impl").count();
        if !room && blocks > 0 {
            // a kernel call in an op: allowed there by name, with its reason
            let allowed = text.matches("allow(unsafe_code)").count();
            assert!(inside.starts_with("ops/") && allowed > 0, "{inside} has unsafe code");
        }
    }
}

/// Every block of unsafe code and every `unsafe impl` has its own reason, at most six lines above it; those on lines that
/// follow one another may share one.
#[test]
fn every_unsafe_block_says_why() {
    let (mut count, mut silent) = (0, Vec::new());
    for (file, text) in &sources() {
        let lines: Vec<&str> = text.lines().collect();
        let bare = bare(text);
        let unsafe_at = |l: &str| l.contains("unsafe {") || l.contains("unsafe impl");
        let blocks: Vec<bool> = bare.lines().map(unsafe_at).collect();
        for at in (0..blocks.len()).filter(|&i| blocks[i]) {
            let said = (at.saturating_sub(6)..=at).rev().find(|&i| lines[i].contains("SAFETY:"));
            let own = said.is_some_and(|s| (s..at).skip_while(|&i| !blocks[i]).all(|i| blocks[i]));
            count += 1;
            if !own {
                silent.push(format!("{file}:{}", at + 1));
            }
        }
    }
    assert!(count > 300, "the test must see the blocks");
    assert!(silent.is_empty(), "unsafe code without a `SAFETY:` above it: {silent:#?}");
}

/// A row becomes a method of `Tensor`: named as a method of a standard trait, it would hide that.
#[test]
fn no_row_hides_a_method_of_a_standard_trait() {
    let taken = [
        "clone",
        "clone_from",
        "drop",
        "fmt",
        "to_string",
        "to_owned",
        "into",
        "borrow",
        "default",
        "hash",
        "cmp",
    ];
    for (file, text) in sources().iter().filter(|(f, _)| f.starts_with("ops/")) {
        for line in code(text).lines().filter(|l| l.trim_start().starts_with('[')) {
            let name = line
                .split(" fn ")
                .nth(1)
                .map(|l| l.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap());
            assert!(name.is_none_or(|n| !taken.contains(&n)), "{file}: a row is named {name:?}");
        }
    }
}

/// A file that a comment names is there: what moves takes its signs along.
#[test]
fn comments_name_files_that_exist() {
    let files = sources();
    let known: BTreeSet<&str> = files.keys().map(|f| f.rsplit('/').next().unwrap()).collect();
    let (mut count, mut wrong) = (0, Vec::new());
    for (file, text) in &files {
        for line in text.lines().filter(|l| l.trim_start().starts_with("//")) {
            for name in
                line.split('`').skip(1).step_by(2).filter(|n| n.ends_with(".rs") && !n.starts_with("tests/"))
            {
                count += 1;
                if !known.contains(name.rsplit('/').next().unwrap()) {
                    wrong.push(format!("{file}: {name}"));
                }
            }
        }
    }
    assert!(count > 10, "the test must see comments, it saw {count}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
