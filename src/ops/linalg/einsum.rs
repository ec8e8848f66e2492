//! Einstein summation: operands are permuted to common axes and contracted two at a time by batched products.

use crate::base::Dims;
use crate::error::Result;
use crate::ops::driver::apply::apply;
use crate::ops::linalg::matmul::op::BMM;
use crate::ops::table::{ELLIPSIS as DOTS, Operand, Table, tensors_of};
use crate::tensor::Tensor;
use crate::{bail, ensure, rows};

/// The label of the ellipsis axes: the first is `ELLIPSIS`, the next one more, and so on.
const ELLIPSIS: usize = 1000;

/// Labels of one operand or the result, in order; `None` stands for the ellipsis.
type Labels = Vec<Option<usize>>;

fn label(c: char) -> Option<usize> {
    match c {
        'A'..='Z' => Some(c as usize - 'A' as usize),
        'a'..='z' => Some(c as usize - 'a' as usize + 26),
        _ => None,
    }
}

fn parse(text: &str, what: &str) -> Result<Labels> {
    let mut out = Labels::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c == ' ' {
            continue;
        }
        if c == '.' {
            ensure!(
                rest.next() == Some('.') && rest.next() == Some('.'),
                Runtime,
                "einsum(): found '.' for {what} that is not part of any ellipsis"
            );
            ensure!(
                !out.contains(&None),
                Runtime,
                "einsum(): found '.' for {what} for which an ellipsis was already found"
            );
            out.push(None);
            continue;
        }
        match label(c) {
            Some(l) => out.push(Some(l)),
            None => bail!(
                Runtime,
                "einsum(): invalid subscript given at index 0 in the equation string, subscripts must be in [a-zA-Z]"
            ),
        }
    }
    Ok(out)
}

/// Labels given as numbers.
fn numbered(list: &[i64]) -> Result<Labels> {
    list.iter()
        .map(|&l| match l {
            DOTS => Ok(None),
            0..52 => Ok(Some(l as usize)),
            _ => bail!(Runtime, "einsum(): expected subscripts to be within range [0, 52), but got {l}"),
        })
        .collect()
}

/// An operand with a label for each axis, no label twice.
struct Factor {
    x: Tensor,
    labels: Vec<usize>,
}

/// Names the axes of an operand; repeated labels become diagonals.
fn named(x: &Tensor, labels: &Labels, n: usize, position: usize) -> Result<Factor> {
    let fixed = labels.iter().filter(|l| l.is_some()).count();
    let open = labels.len() > fixed;
    ensure!(
        if open { fixed <= x.ndim() } else { fixed == x.ndim() },
        Runtime,
        "einsum(): the number of subscripts in the equation ({fixed}) {} for operand {position}{}",
        if open || fixed > x.ndim() {
            "is more than the number of dimensions"
        } else {
            "does not match the number of dimensions"
        },
        format_args!(" ({}){}", x.ndim(), if open { "" } else { " and no ellipsis was given" })
    );
    let extra = x.ndim() - fixed;
    let mut names: Vec<usize> = Vec::with_capacity(x.ndim());
    for l in labels {
        match l {
            Some(l) => names.push(*l),
            // ellipses align at the end
            None => names.extend((n - extra..n).map(|i| ELLIPSIS + i)),
        }
    }
    let mut x = x.clone();
    let mut i = 0;
    while i < names.len() {
        match names[i + 1..].iter().position(|&l| l == names[i]) {
            Some(k) => {
                let j = i + 1 + k;
                let (a, b) = (x.shape()[i], x.shape()[j]);
                ensure!(
                    a == b,
                    Runtime,
                    "einsum(): subscript {} is repeated for operand {position} but the sizes don't match, {b} != {a}",
                    letter(names[i])
                );
                let l = names[i];
                x = x.diagonal(0, i as i64, j as i64)?;
                names.remove(j);
                names.remove(i);
                names.push(l);
            }
            None => i += 1,
        }
    }
    Ok(Factor { x, labels: names })
}

fn letter(l: usize) -> char {
    if l < 26 { (b'A' + l as u8) as char } else { (b'a' + (l - 26).min(25) as u8) as char }
}

/// The operand with its axes in the order of `labels`; missing ones have size 1.
fn aligned(o: &Factor, labels: &[usize]) -> Result<Tensor> {
    let order: Dims = labels.iter().filter_map(|l| o.labels.iter().position(|m| m == l)).collect();
    let mut x = o.x.permute_to(&order)?;
    for (i, l) in labels.iter().enumerate() {
        if !o.labels.contains(l) {
            x = x.unsqueeze_at(i)?;
        }
    }
    Ok(x)
}

/// Multiplies two operands and sums the labels in `gone`.
fn pair(a: Factor, b: Factor, gone: &[usize]) -> Result<Factor> {
    let size = |o: &Factor, l: usize| o.labels.iter().position(|&m| m == l).map(|i| o.x.shape()[i]);
    let (mut batch, mut left, mut right, mut sum) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut all: Vec<usize> = a.labels.clone();
    all.extend(b.labels.iter().filter(|l| !a.labels.contains(l)));
    let (mut a, mut b) = (a, b);
    for &l in &all {
        match (size(&a, l), size(&b, l)) {
            (Some(n), Some(m)) => {
                let summed = gone.contains(&l);
                // a size-1 axis against a larger one broadcasts: it belongs to the other side alone
                if summed && n == m {
                    sum.push(l);
                } else if n == m {
                    batch.push(l);
                } else if n == 1 {
                    a = dropped(a, l)?;
                    if summed {
                        b = summed_over(b, l)?;
                    } else {
                        right.push(l);
                    }
                } else {
                    b = dropped(b, l)?;
                    if summed {
                        a = summed_over(a, l)?;
                    } else {
                        left.push(l);
                    }
                }
            }
            (Some(_), None) if gone.contains(&l) => a = summed_over(a, l)?,
            (None, Some(_)) if gone.contains(&l) => b = summed_over(b, l)?,
            (Some(_), None) => left.push(l),
            _ => right.push(l),
        }
    }
    let sizes = |o: &Factor, ls: &[usize]| -> Dims { ls.iter().map(|&l| size(o, l).unwrap_or(1)).collect() };
    let (sb, sl, sr, ss) = (sizes(&a, &batch), sizes(&a, &left), sizes(&b, &right), sizes(&a, &sum));
    let count = |s: &Dims| s.iter().product::<usize>();
    let join = |parts: [&[usize]; 3]| -> Vec<usize> { parts.concat() };
    let x = aligned(&a, &join([&batch, &left, &sum]))?.reshape_to(&[count(&sb), count(&sl), count(&ss)])?;
    let y = aligned(&b, &join([&batch, &sum, &right]))?.reshape_to(&[count(&sb), count(&ss), count(&sr)])?;
    let out = if sum.is_empty() { x.mul(&y)? } else { apply(BMM, &[&x, &y])? };
    let shape: Dims = sb.iter().chain(&sl).chain(&sr).copied().collect();
    Ok(Factor { x: out.reshape_to(&shape)?, labels: join([&batch, &left, &right]) })
}

/// Without an axis of size 1.
fn dropped(mut o: Factor, l: usize) -> Result<Factor> {
    if let Some(i) = o.labels.iter().position(|&m| m == l) {
        o.x = o.x.select_at(i, 0)?;
        o.labels.remove(i);
    }
    Ok(o)
}

fn summed_over(mut o: Factor, l: usize) -> Result<Factor> {
    if let Some(i) = o.labels.iter().position(|&m| m == l) {
        o.x = o.x.sum_over(&[i as i64], false)?;
        o.labels.remove(i);
    }
    Ok(o)
}

/// The labels of the result when the equation does not say: those that occur once, sorted, after the ellipsis.
fn implied(inputs: &[Labels]) -> Labels {
    let mut counts = std::collections::BTreeMap::new();
    for l in inputs.iter().flatten().flatten() {
        *counts.entry(*l).or_insert(0) += 1;
    }
    let mut out: Labels = if inputs.iter().any(|i| i.contains(&None)) { vec![None] } else { Labels::new() };
    out.extend(counts.iter().filter(|(_, n)| **n == 1).map(|(l, _)| Some(*l)));
    out
}

/// Sums products of operands over the labels that the result leaves out.
pub fn contract(inputs: &[Labels], output: Option<Labels>, operands: &[Tensor]) -> Result<Tensor> {
    let fixed = |l: &Labels| l.iter().flatten().count();
    let n = inputs
        .iter()
        .zip(operands)
        .filter(|(l, _)| l.contains(&None))
        .map(|(l, x)| x.ndim().saturating_sub(fixed(l)))
        .max()
        .unwrap_or(0);
    let output = output.unwrap_or_else(|| implied(inputs));
    let mut wanted: Vec<usize> = Vec::new();
    for l in &output {
        match l {
            Some(l) => {
                ensure!(
                    !wanted.contains(l),
                    Runtime,
                    "einsum(): output subscript {} appears more than once in the output",
                    letter(*l)
                );
                ensure!(
                    inputs.iter().any(|i| i.contains(&Some(*l))),
                    Runtime,
                    "einsum(): output subscript {} does not appear in the equation for any input operand",
                    letter(*l)
                );
                wanted.push(*l);
            }
            None => wanted.extend((0..n).map(|i| ELLIPSIS + i)),
        }
    }
    let mut list: Vec<Factor> = Vec::with_capacity(operands.len());
    for (i, (x, l)) in operands.iter().zip(inputs).enumerate() {
        list.push(named(x, l, n, i)?);
    }
    check_sizes(&list)?;
    let needed =
        |l: usize, rest: &[Factor]| wanted.contains(&l) || rest.iter().any(|o| o.labels.contains(&l));
    let mut rest = list.into_iter();
    let Some(mut acc) = rest.next() else { bail!(Runtime, "einsum(): must provide at least one operand") };
    let mut others: Vec<Factor> = rest.collect();
    let gone: Vec<usize> = acc.labels.iter().copied().filter(|&l| !needed(l, &others)).collect();
    for l in gone {
        acc = summed_over(acc, l)?;
    }
    while !others.is_empty() {
        let next = others.remove(0);
        let gone: Vec<usize> =
            acc.labels.iter().chain(&next.labels).copied().filter(|&l| !needed(l, &others)).collect();
        acc = pair(acc, next, &gone)?;
    }
    let out = aligned(&acc, &wanted)?;
    let shape: Dims = Dims::from_slice(out.shape());
    out.expand_to(&shape)
}

/// A label names one size everywhere, 1 aside.
fn check_sizes(list: &[Factor]) -> Result<()> {
    let mut known = std::collections::HashMap::new();
    for (i, o) in list.iter().enumerate() {
        for (&l, &n) in o.labels.iter().zip(o.x.shape()) {
            let have = *known.entry(l).or_insert(n);
            if have == 1 {
                known.insert(l, n);
            }
            ensure!(
                have == n || have == 1 || n == 1,
                Runtime,
                "einsum(): subscript {} has size {n} for operand {i} which does not broadcast with previously seen size {have}",
                letter(l)
            );
        }
    }
    Ok(())
}

rows! { EINSUM:
    /// Sums of products after Einstein's convention: `einsum("ij,jk->ik", a, b)`.
    ///
    /// Args: equation: letters for the axes of each operand, `...` for the rest; repeated letters within an operand
    /// take its diagonal; letters missing after `->` are summed.
    /// Errors: RuntimeError on a malformed equation or sizes that do not agree.
    ///
    /// ```text
    /// >>> torch.einsum("ij,jk->ik", torch.ones(2, 3), torch.ones(3, 2))
    /// tensor([[3., 3.],
    ///         [3., 3.]])
    /// >>> torch.einsum("ii", torch.eye(3))
    /// tensor(3.)
    /// ```
    [Torch] autocast Half fn einsum(equation: &str, operands: &[Operand]) -> Tensor {
        let operands = &tensors_of("einsum", operands)?[..];
        ensure!(!operands.is_empty(), Runtime, "einsum(): must provide at least one operand");
        let (left, right) = match equation.split_once("->") { Some((l, r)) => (l, Some(r)), None => (equation, None) };
        let mut inputs = Vec::new();
        for (i, part) in left.split(',').enumerate() { inputs.push(parse(part, &format!("operand {i}"))?); }
        ensure!(inputs.len() <= operands.len(), Runtime, "einsum(): fewer operands were provided than specified in the equation");
        ensure!(inputs.len() >= operands.len(), Runtime, "einsum(): more operands were provided than specified in the equation");
        let output = match right { Some(r) => Some(parse(r, "the output")?), None => None };
        contract(&inputs, output, operands)
    }
    /// The same with lists of integers for labels: `einsum(a, [0, 1], b, [1, 2], [0, 2])`.
    [Torch] autocast Half fn einsum_lists = "einsum"(operands: &[Operand]) -> Tensor {
        let (mut tensors, mut inputs, mut output) = (Vec::new(), Vec::new(), None);
        let mut rest = operands.iter();
        while let Some(next) = rest.next() {
            match (next, rest.clone().next()) {
                (Operand::Tensor(t), Some(Operand::Labels(l))) => {
                    rest.next();
                    tensors.push(t.clone());
                    inputs.push(numbered(l)?);
                }
                (Operand::Labels(l), None) if !tensors.is_empty() => output = Some(numbered(l)?),
                _ => bail!(Runtime, "einsum(): each operand must be followed by its list of subscripts"),
            }
        }
        ensure!(!tensors.is_empty(), Runtime, "einsum(): must provide at least one operand");
        contract(&inputs, output, &tensors)
    }
}

pub const TABLE: Table = &[EINSUM];
