//! The op table: every row says what it does, can be called by the names of its parameters, and renders.

use rushlight::ops::table::{OpDef, Place, all};
use std::collections::HashSet;

fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// `name(a: Tensor, b: int = 1, *, c: bool = false) -> Tensor`
fn render(row: &OpDef) -> String {
    let mut parts = Vec::new();
    let mut star = false;
    for p in row.params {
        if p.keyword_only && !star {
            parts.push("*".to_string());
            star = true;
        }
        let kind = p.kind.base.annotation();
        let optional = if p.kind.optional { " | None" } else { "" };
        let default = if p.required { String::new() } else { format!(" = {}", p.default) };
        parts.push(format!("{}: {kind}{optional}{default}", p.name));
    }
    format!("{}({}) -> {}", row.name, parts.join(", "), row.returns)
}

#[test]
fn the_table_is_there() {
    assert!(all().count() > 500, "{} rows", all().count());
}

#[test]
fn every_row_has_a_doc() {
    let silent: Vec<_> = all().filter(|r| r.doc.trim().is_empty()).map(|r| r.name).collect();
    assert!(silent.is_empty(), "rows without a doc comment: {silent:?}");
}

#[test]
fn names_are_identifiers() {
    for row in all() {
        assert!(is_identifier(row.name), "{}", row.name);
        assert!(!row.places.is_empty(), "{} stands nowhere", row.name);
        assert!(!row.is_in(Place::InPlace) || row.name.ends_with('_'), "{} is in place", row.name);
        assert!(!row.has_twin() || !row.name.ends_with('_'), "{} has a twin", row.name);
        for p in row.params {
            assert!(is_identifier(p.name), "{}: parameter {}", row.name, p.name);
        }
    }
}

#[test]
fn parameter_names_are_unique() {
    for row in all() {
        let names: HashSet<_> = row.params.iter().map(|p| p.name).collect();
        assert_eq!(names.len(), row.params.len(), "{}", render(row));
    }
}

#[test]
fn parameters_without_a_default_come_first() {
    for row in all() {
        let mut optional = false;
        for p in row.params.iter().filter(|p| !p.keyword_only) {
            assert!(!(optional && p.required), "{}", render(row));
            optional |= !p.required;
        }
        let first = row.params.iter().position(|p| p.keyword_only).unwrap_or(row.params.len());
        assert!(row.params[first..].iter().all(|p| p.keyword_only), "{}", render(row));
    }
}

#[test]
fn methods_start_with_a_tensor() {
    use rushlight::ops::table::Base;
    for row in all().filter(|r| r.is_method()) {
        let first = row.params.first().map(|p| p.kind.base);
        assert!(matches!(first, Some(Base::Tensor | Base::Val | Base::Tensors)), "{}", render(row));
    }
}

#[test]
fn every_row_renders_its_signature() {
    for row in all() {
        let text = render(row);
        assert!(text.starts_with(row.name) && text.matches('(').count() >= 1, "{text}");
        assert!(!row.returns.is_empty(), "{text}");
        assert!(row.params.iter().all(|p| p.required || !p.default.is_empty()), "{text}");
    }
}

#[test]
fn no_row_stands_twice() {
    let mut seen = HashSet::new();
    let twice: Vec<_> =
        all().map(|r| (format!("{:?}", r.places), render(r))).filter(|k| !seen.insert(k.clone())).collect();
    assert!(twice.is_empty(), "listed twice: {twice:#?}");
}
