//! The structure of `src/`, read from its `use` lines and paths: layers, wings, addresses, rooms of unsafe code.

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

/// The code of a file: without comments, and without tests, in their own files or at its end.
fn code(text: &str) -> String {
    let mut lines = Vec::new();
    let mut rest = text.lines().map(|l| l.split("//").next().unwrap()).peekable();
    while let Some(line) = rest.next() {
        if line == "#[cfg(test)]" && rest.peek().is_some_and(|l| l.starts_with("mod ")) {
            if rest.next().is_some_and(|l| l.ends_with('{')) {
                break;
            }
            continue;
        }
        lines.push(line);
    }
    lines.join("\n")
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

/// A `use` statement's leaf: the path it names from the crate on, and the name it gives it here.
struct Import {
    path: Vec<String>,
    name: String,
    /// Whether others find the name here: `pub`, whatever its reach.
    shown: bool,
}

/// The `use` statements of a file as leaves, and the code without them and without `mod name;`.
fn imports(file: &str, code: &str) -> (Vec<Import>, String) {
    let (own, children) = (module(file), children(code));
    let (mut out, mut rest, mut statement) = (Vec::new(), String::new(), String::new());
    for line in code.lines() {
        let start = line.trim_start();
        let begins = start.starts_with("use ") || start.starts_with("pub") && start.contains(" use ");
        if statement.is_empty() && !begins {
            if start.ends_with(';')
                && (start.starts_with("mod ") || start.starts_with("pub") && start.contains(" mod "))
            {
                continue;
            }
            rest += line;
            rest.push('\n');
            continue;
        }
        statement += start;
        let Some(whole) = statement.strip_suffix(';') else { continue };
        let (before, tree) = whole.split_once("use ").unwrap();
        for (path, name) in leaves(&[], tree) {
            let path = match path[0].as_str() {
                "crate" => path[1..].to_vec(),
                "self" => [&own[..], &path[1..]].concat(),
                "super" => {
                    let up = path.iter().take_while(|w| *w == "super").count();
                    [&own[..own.len().saturating_sub(up)], &path[up..]].concat()
                }
                child if children.iter().any(|c| c == child) => [&own[..], &path[..]].concat(),
                _ => continue,
            };
            out.push(Import { path, name, shown: !before.is_empty() });
        }
        statement.clear();
    }
    (out, rest)
}

/// The leaves of a `use` tree with the names they give: `a::{b, c as d}` is `a::b` named `b` and `a::c` named `d`.
fn leaves(base: &[String], tree: &str) -> Vec<(Vec<String>, String)> {
    let tree = tree.trim();
    if let Some(at) = tree.find('{') {
        let words = tree[..at].split("::").map(str::trim).filter(|w| !w.is_empty());
        let base: Vec<String> = base.iter().cloned().chain(words.map(str::to_string)).collect();
        return parts(group(&tree[at + 1..])).into_iter().flat_map(|p| leaves(&base, p)).collect();
    }
    let (path, alias) = tree.split_once(" as ").unwrap_or((tree, ""));
    let words = path.split("::").map(|w| w.trim().to_string()).filter(|w| w != "self" || base.is_empty());
    let path: Vec<String> = base.iter().cloned().chain(words).collect();
    let name = if alias.is_empty() { path.last().unwrap().clone() } else { alias.trim().to_string() };
    vec![(path, name)]
}

/// The modules that a file declares and other files hold.
fn children(code: &str) -> Vec<String> {
    let name = |l: &str| {
        let l = l.trim_start();
        let l = if l.starts_with("pub") { l.split_once(' ')?.1 } else { l };
        Some(l.strip_prefix("mod ")?.strip_suffix(';')?.to_string())
    };
    code.lines().filter_map(name).collect()
}

/// Whether a word stands in the code by itself, with `then` behind it.
fn says(code: &str, word: &str, then: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let (before, after) = (&code[..at], &code[at + word.len()..]);
        !before.ends_with(|c: char| inner(c) || c == '.' || c == ':')
            && !after.starts_with(inner)
            && after.starts_with(then)
    })
}

/// Ties between the files of a tree (`ops`, `kernels/cpu`): who names something of whom. A name that a module only hands
/// on (`pub use`) is its maker's, and handing on what children make ties a `mod.rs` to none of them; using it does.
fn ties(tree: &str) -> BTreeSet<(String, String)> {
    let files: BTreeMap<Vec<String>, String> =
        sources().into_keys().filter(|f| f.starts_with(tree)).map(|f| (module(&f), f)).collect();
    let depth = tree.split('/').count();
    let text: BTreeMap<&String, String> = files.values().map(|f| (f, code(&sources_of(f)))).collect();
    let read: BTreeMap<&String, (Vec<Import>, String)> =
        text.iter().map(|(f, t)| (*f, imports(f, t))).collect();
    // the file at the longest beginning of a path, through the modules that hand a name on
    let owner = |path: &[String]| {
        let mut path = path.to_vec();
        for _ in 0..8 {
            let (n, file) = (depth + 1..=path.len()).rev().find_map(|n| Some((n, files.get(&path[..n])?)))?;
            let known = path.get(n).and_then(|name| read[file].0.iter().find(|i| i.name == *name));
            match known {
                Some(import) => path = [&import.path[..], &path[n + 1..]].concat(),
                None => return Some(file.clone()),
            }
        }
        None
    };
    let mut out = BTreeSet::new();
    for (own, file) in files.iter().filter(|(own, f)| own.len() > depth && !f.ends_with("tests.rs")) {
        let (imports, rest) = &read[file];
        let below = |path: &[String]| path.starts_with(own);
        let mut named: Vec<Vec<String>> = named(file, &sources_of(file));
        named.retain(|p| !below(p));
        // children: called by their path, or by a name that was imported from them
        for i in imports.iter().filter(|i| below(&i.path) && (!i.shown || says(rest, &i.name, ""))) {
            named.push(i.path.clone());
        }
        for child in children(&text[file]) {
            if says(rest, &child, "::") {
                named.push([&own[..], &[child]].concat());
            }
        }
        out.extend(named.iter().filter_map(|p| owner(p)).filter(|o| o != file).map(|o| (file.clone(), o)));
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
        let wrong: Vec<_> = ties(tree).into_iter().filter(|(a, b)| wing(b) > wing(a)).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

/// Files of a tree lie in floors: none names, by whatever way round, one that names it.
#[test]
fn no_circle_of_files() {
    for tree in ["ops", "kernels/cpu"] {
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
                    | "python/interop.rs"
                    | "python/interrupt.rs"
                    | "python/numpy.rs"
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

/// A text without its comments and without what stands in quotes, line by line.
fn bare(text: &str) -> String {
    let c: Vec<char> = text.chars().collect();
    let quoted = |rest: &[char]| rest.iter().find(|x| **x != '#') == Some(&'"');
    let is = |i: usize, s: &str| s.chars().enumerate().all(|(k, x)| c.get(i + k) == Some(&x));
    let (mut out, mut i) = (String::new(), 0);
    while i < c.len() {
        let start = i;
        if is(i, "//") {
            while i < c.len() && c[i] != '\n' {
                i += 1;
            }
        } else if is(i, "/*") {
            while i < c.len() && !is(i, "*/") {
                i += 1;
            }
            i += 2;
        } else if c[i] == 'r' && !out.ends_with(char::is_alphanumeric) && quoted(&c[i + 1..]) {
            let marks = c[i + 1..].iter().take_while(|x| **x == '#').count();
            let end = format!("\"{}", "#".repeat(marks));
            i += marks + 2;
            while i < c.len() && !is(i, &end) {
                i += 1;
            }
            i += end.len();
        } else if c[i] == '"' {
            i += 1;
            while i < c.len() && c[i] != '"' {
                i += 1 + (c[i] == '\\') as usize;
            }
            i += 1;
        } else if is(i, "'\\") || c[i] == '\'' && c.get(i + 2) == Some(&'\'') {
            i += 2 + is(i, "'\\") as usize;
            while i < c.len() && c[i] != '\'' {
                i += 1;
            }
            i += 1;
        } else {
            out.push(c[i]);
            i += 1;
            continue;
        }
        // what is left out keeps its lines
        out.extend(c[start..i.min(c.len())].iter().filter(|x| **x == '\n'));
    }
    out
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
