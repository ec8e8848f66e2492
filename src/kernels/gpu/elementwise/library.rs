//! Functions that WGSL does not have, for the expressions of rows: those of `math.wgsl` that an expression names, and what
//! they name in turn.

use std::collections::BTreeMap;
use std::sync::OnceLock;

const TEXT: &str = include_str!("math.wgsl");

/// The functions by name.
fn functions() -> &'static BTreeMap<&'static str, &'static str> {
    static MADE: OnceLock<BTreeMap<&'static str, &'static str>> = OnceLock::new();
    MADE.get_or_init(|| {
        let mut all = BTreeMap::new();
        let mut starts: Vec<usize> = TEXT.match_indices("\nfn ").map(|(i, _)| i + 1).collect();
        starts.push(TEXT.len());
        for w in starts.windows(2) {
            let text = &TEXT[w[0]..w[1]];
            let name = text[3..].split('(').next().unwrap_or_default();
            all.insert(name, text);
        }
        all
    })
}

/// The text of what `source` calls, in an order that suits: WGSL asks for none.
pub fn needed(source: &str) -> String {
    let (mut names, mut out) = (Vec::new(), String::new());
    let mut open = vec![source];
    while let Some(text) = open.pop() {
        for word in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
            if let Some(function) = functions().get(word)
                && !names.contains(&word)
            {
                names.push(word);
                out += function;
                open.push(function);
            }
        }
    }
    out
}
