//! The header: `{"__metadata__":{"key":"text"},"name":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}`.
//!
//! The grammar has a fixed depth, so the parser needs no recursion that a file could exhaust.

use crate::base::DType;
use crate::error::{Error, Kind, Result};
use crate::{bail, ensure};
use std::collections::BTreeSet;
use std::fmt::Write;

/// A tensor as the header describes it: its bytes are `from..to` of what follows the header.
#[derive(Debug, PartialEq)]
pub struct Entry {
    pub name: String,
    pub dtype: DType,
    pub shape: Vec<u64>,
    pub from: u64,
    pub to: u64,
}

#[derive(Debug, Default)]
pub struct Header {
    /// In the order of their bytes.
    pub entries: Vec<Entry>,
}

/// No tensor has more axes than PyTorch's may have.
const MOST_AXES: usize = 64;

const NAMES: [(&str, DType); 11] = [
    ("BOOL", DType::Bool),
    ("U8", DType::U8),
    ("I8", DType::I8),
    ("I16", DType::I16),
    ("I32", DType::I32),
    ("I64", DType::I64),
    ("F16", DType::F16),
    ("BF16", DType::BF16),
    ("F32", DType::F32),
    ("F64", DType::F64),
    ("C64", DType::C64),
];

fn dtype_of(name: &str) -> Result<DType> {
    match NAMES.iter().find(|(n, _)| *n == name) {
        Some((_, dtype)) => Ok(*dtype),
        None => bail!(NotImplemented, "safetensors: no tensor has the dtype {name:?}"),
    }
}

fn wrong(what: impl std::fmt::Display) -> Error {
    Error::new(Kind::Value, format!("safetensors: invalid header: {what}"))
}

impl Header {
    /// The text that is written, padded so that the elements begin at a multiple of 8 bytes.
    pub fn text(&self) -> Result<String> {
        let mut out = String::from("{\"__metadata__\":{\"format\":\"pt\"}");
        for e in &self.entries {
            let Some((name, _)) = NAMES.iter().find(|(_, d)| *d == e.dtype) else {
                bail!(NotImplemented, "safetensors: `{}`: the format has no {}", e.name, e.dtype.name());
            };
            ensure!(e.name != "__metadata__", Value, "safetensors: `__metadata__` names no tensor");
            out.push(',');
            quote(&mut out, &e.name);
            let shape: Vec<String> = e.shape.iter().map(u64::to_string).collect();
            let _ = write!(
                out,
                ":{{\"dtype\":\"{name}\",\"shape\":[{}],\"data_offsets\":[{},{}]}}",
                shape.join(","),
                e.from,
                e.to
            );
        }
        out.push('}');
        while out.len() % 8 != 0 {
            out.push(' ');
        }
        Ok(out)
    }

    /// Reads the text; says nothing yet about how the entries fit together.
    pub fn parse(text: &[u8]) -> Result<Header> {
        let text = std::str::from_utf8(text).map_err(wrong)?;
        let mut p = Parser { text, at: 0 };
        ensure!(text.starts_with('{'), Value, "safetensors: invalid header: it does not begin with a brace");
        let mut header = Header::default();
        let mut names = BTreeSet::new();
        p.object(|p, name| {
            if !names.insert(name.clone()) {
                return Err(wrong(format_args!("{name:?} comes twice")));
            }
            if name == "__metadata__" {
                return p.object(|p, _| p.string().map(drop));
            }
            let entry = p.entry(name)?;
            header.entries.push(entry);
            Ok(())
        })?;
        p.space();
        ensure!(p.at == text.len(), Value, "safetensors: invalid header: text after the closing brace");
        header.entries.sort_by_key(|e| (e.from, e.to));
        Ok(header)
    }

    /// The entries fill `bytes` without gaps and overlaps, and each has as many as its shape and dtype say.
    pub fn check(&self, bytes: u64) -> Result<()> {
        let mut at = 0;
        for e in &self.entries {
            if e.from != at || e.to < e.from {
                return Err(wrong(format_args!(
                    "{:?} has the bytes {}..{} where {at} comes next",
                    e.name, e.from, e.to
                )));
            }
            // an empty tensor with sizes beyond all memory is refused with the rest
            let whole = e.shape.iter().try_fold(e.dtype.size() as u64, |n, &d| n.checked_mul(d.max(1)));
            let needed = whole.map(|n| if e.shape.contains(&0) { 0 } else { n });
            if needed != Some(e.to - e.from) || whole.is_some_and(|n| n > i64::MAX as u64) {
                return Err(wrong(format_args!(
                    "{:?} of shape {:?} and dtype {} cannot have {} bytes",
                    e.name,
                    e.shape,
                    e.dtype.name(),
                    e.to - e.from
                )));
            }
            at = e.to;
        }
        if at != bytes {
            return Err(wrong(format_args!("tensors have {at} bytes, the file has {bytes}")));
        }
        Ok(())
    }
}

/// A JSON string.
fn quote(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }
    /// Whether the next sign is `c`, which is then behind us.
    fn takes(&mut self, c: u8) -> bool {
        self.space();
        let found = self.peek() == Some(c);
        self.at += found as usize;
        found
    }
    fn expect(&mut self, c: u8) -> Result<()> {
        if self.takes(c) {
            return Ok(());
        }
        Err(wrong(format_args!("expected {:?} at byte {}", c as char, self.at)))
    }
    /// What stands between brackets, with commas between.
    fn list(&mut self, open: u8, close: u8, mut item: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.expect(open)?;
        if self.takes(close) {
            return Ok(());
        }
        loop {
            item(self)?;
            if !self.takes(b',') {
                return self.expect(close);
            }
        }
    }
    fn object(&mut self, mut value: impl FnMut(&mut Self, String) -> Result<()>) -> Result<()> {
        self.list(b'{', b'}', |p| {
            let key = p.string()?;
            p.expect(b':')?;
            value(p, key)
        })
    }
    fn numbers(&mut self, most: usize) -> Result<Vec<u64>> {
        let mut out = Vec::new();
        self.list(b'[', b']', |p| {
            out.push(p.number()?);
            if out.len() > most {
                return Err(wrong(format_args!("a list of more than {most} numbers")));
            }
            Ok(())
        })?;
        Ok(out)
    }
    fn number(&mut self) -> Result<u64> {
        self.space();
        let digits = self.text.as_bytes()[self.at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let text = &self.text[self.at..self.at + digits];
        self.at += digits;
        match text.parse() {
            Ok(n) if digits == 1 || !text.starts_with('0') => Ok(n),
            _ => Err(wrong(format_args!("expected a number at byte {}", self.at - digits))),
        }
    }
    fn string(&mut self) -> Result<String> {
        self.expect(b'"')?;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(c) = rest.chars().next() else { return Err(wrong("a string without an end")) };
            self.at += c.len_utf8();
            match c {
                '"' => return Ok(out),
                '\\' => out.push(self.escape()?),
                c if c < ' ' => return Err(wrong("a control character in a string")),
                c => out.push(c),
            }
        }
    }
    /// What follows a backslash.
    fn escape(&mut self) -> Result<char> {
        let c = self.peek().ok_or_else(|| wrong("a string without an end"))?;
        self.at += 1;
        Ok(match c {
            b'"' | b'\\' | b'/' => c as char,
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.hex()?;
                let code = match first {
                    // two halves of a character beyond 16 bits
                    0xD800..0xDC00 if self.text[self.at..].starts_with("\\u") => {
                        self.at += 2;
                        let second = self.hex()?;
                        if !(0xDC00..0xE000).contains(&second) {
                            return Err(wrong("half a character"));
                        }
                        0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
                    }
                    n => n,
                };
                char::from_u32(code).ok_or_else(|| wrong("half a character"))?
            }
            _ => return Err(wrong(format_args!("an unknown escape at byte {}", self.at))),
        })
    }
    fn hex(&mut self) -> Result<u32> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4);
        let digits =
            digits.filter(|d| d.iter().all(u8::is_ascii_hexdigit)).and_then(|d| std::str::from_utf8(d).ok());
        let code = digits.and_then(|d| u32::from_str_radix(d, 16).ok());
        self.at += 4;
        code.ok_or_else(|| wrong("an escape without four digits"))
    }
    fn entry(&mut self, name: String) -> Result<Entry> {
        let (mut dtype, mut shape, mut range) = (None, None, None);
        self.object(|p, key| {
            let twice = match key.as_str() {
                "dtype" => dtype.replace(dtype_of(&p.string()?)?).is_some(),
                "shape" => shape.replace(p.numbers(MOST_AXES)?).is_some(),
                "data_offsets" => range.replace(p.numbers(2)?).is_some(),
                _ => return Err(wrong(format_args!("{key:?} says nothing about a tensor"))),
            };
            if twice { Err(wrong(format_args!("{key:?} comes twice"))) } else { Ok(()) }
        })?;
        match (dtype, shape, range.as_deref()) {
            (Some(dtype), Some(shape), Some(&[from, to])) => Ok(Entry { name, dtype, shape, from, to }),
            _ => Err(wrong(format_args!("{name:?} needs dtype, shape and two data_offsets"))),
        }
    }
}
