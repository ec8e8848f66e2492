//! The one entry of every op called by name: a fastcall function that walks the row's parameters.
//!
//! CPython hands a method descriptor no data of its own, so there is one tiny function per name, `shim::<I>`, which
//! only says who it is; the rest is shared. 500 bound methods cost half the compile time and size of as many
//! attribute functions, and 5 to 10 ns a call.

use crate::ops::driver::autocast;
use crate::ops::driver::in_place as inplace;
use crate::ops::driver::place::offer;
use crate::ops::table::{Arg, Autocast, Base, OpDef, Param, Place, Ret, Twin};
use crate::python::convert::{ret, to_arg};
use crate::python::error::{guarded, to_py};
use crate::python::interrupt;
use crate::python::mismatch::{Mismatch, in_old_order, mismatch};
use crate::python::out;
use crate::python::overrides;
use crate::python::tensor::PyTensor;
use crate::tensor::Tensor;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyString, PyTuple};
use smallvec::SmallVec;
use std::collections::HashMap;
use std::ffi::{CString, c_char};
use std::os::raw::c_int;
use std::sync::OnceLock;

/// The rows of one Python name.
pub(super) struct Group {
    pub(super) name: &'static str,
    pub(super) rows: Vec<&'static OpDef>,
    /// Those of a call as a method, and those of a call as a function: one name may mean different things.
    pub(super) methods: Vec<&'static OpDef>,
    pub(super) functions: Vec<&'static OpDef>,
    /// The method writes its result into `self` and answers with it.
    in_place: bool,
    /// The submodule of `_C` that has the function.
    place: &'static str,
    /// See [`OpDef::itself`].
    itself: Option<fn(&Tensor) -> bool>,
}

static GROUPS: OnceLock<Vec<Group>> = OnceLock::new();
static BY_NAME: OnceLock<HashMap<&'static str, usize>> = OnceLock::new();

type Fast = unsafe extern "C" fn(
    *mut ffi::PyObject,
    *const *mut ffi::PyObject,
    ffi::Py_ssize_t,
    *mut ffi::PyObject,
) -> *mut ffi::PyObject;

unsafe extern "C" fn shim<const I: usize>(
    slf: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython calls with the lock held, `count` positional arguments and then one for each name
    unsafe { enter(I, slf, args, count as usize, names) }
}

macro_rules! shims {
    (row $b:expr) => {
        [shim::<{ $b }> as Fast, shim::<{ $b + 1 }>, shim::<{ $b + 2 }>, shim::<{ $b + 3 }>, shim::<{ $b + 4 }>,
         shim::<{ $b + 5 }>, shim::<{ $b + 6 }>, shim::<{ $b + 7 }>, shim::<{ $b + 8 }>, shim::<{ $b + 9 }>,
         shim::<{ $b + 10 }>, shim::<{ $b + 11 }>, shim::<{ $b + 12 }>, shim::<{ $b + 13 }>, shim::<{ $b + 14 }>,
         shim::<{ $b + 15 }>]
    };
    (plane $b:expr) => {
        [shims!(row $b), shims!(row $b + 16), shims!(row $b + 32), shims!(row $b + 48), shims!(row $b + 64),
         shims!(row $b + 80), shims!(row $b + 96), shims!(row $b + 112)]
    };
}
/// Room for 1536 names.
static SHIMS: [[[Fast; 16]; 8]; 12] = [
    shims!(plane 0),
    shims!(plane 128),
    shims!(plane 256),
    shims!(plane 384),
    shims!(plane 512),
    shims!(plane 640),
    shims!(plane 768),
    shims!(plane 896),
    shims!(plane 1024),
    shims!(plane 1152),
    shims!(plane 1280),
    shims!(plane 1408),
];

unsafe fn enter(
    index: usize,
    slf: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    count: usize,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: called by CPython, attached
    let py = unsafe { Python::assume_attached() };
    let group = &GROUPS.get().expect("groups are made when the module is loaded")[index];
    if count == 0 && names.is_null() && !slf.is_null() && itself(py, group, slf) {
        // SAFETY: a reference on loan becomes one of the caller's
        unsafe { ffi::Py_IncRef(slf) };
        return slf;
    }
    // SAFETY: the pointers are borrowed references that live through the call
    let list: &[Bound<'_, PyAny>] = if count == 0 && names.is_null() {
        &[]
    } else {
        let total = count + if names.is_null() { 0 } else { (unsafe { ffi::PyTuple_Size(names) }) as usize };
        // SAFETY: a `Bound` is a pointer and nothing else; it is only looked at, so no reference is given up
        unsafe { std::slice::from_raw_parts(args.cast(), total) }
    };
    // `self` in front of the others, as references on loan: none is counted
    let mut held: SmallVec<[*mut ffi::PyObject; 8]> = SmallVec::new();
    let given: &[Bound<'_, PyAny>] = if slf.is_null() {
        &list[..count]
    } else {
        held.push(slf);
        held.extend(list[..count].iter().map(Bound::as_ptr));
        // SAFETY: as above
        unsafe { std::slice::from_raw_parts(held.as_ptr().cast(), held.len()) }
    };
    let mut keywords = Keywords::new();
    if !names.is_null() {
        for (i, value) in list[count..].iter().enumerate() {
            // SAFETY: `names` is a tuple with a string for each keyword argument
            let name =
                unsafe { Bound::from_borrowed_ptr(py, ffi::PyTuple_GetItem(names, i as ffi::Py_ssize_t)) };
            keywords.push((name, value.clone()));
        }
    }
    let method = !slf.is_null();
    let result = guarded(group.name, || {
        if overrides::watched()
            && let Some(value) = overrides::answer(py, || object(py, group, method), given, &keywords)?
        {
            return Ok(value);
        }
        call(py, group, given, &mut keywords, method)
    });
    match result {
        Ok(v) => v.into_ptr(),
        Err(e) => {
            e.restore(py);
            std::ptr::null_mut()
        }
    }
}

/// Whether a method called without arguments does nothing but answer with its tensor.
#[inline]
fn itself(py: Python<'_>, group: &Group, slf: *mut ffi::PyObject) -> bool {
    let Some(is) = group.itself else { return false };
    // SAFETY: a borrowed reference that lives through the call
    let slf = unsafe { Borrowed::from_ptr(py, slf) };
    !overrides::watched() && slf.cast::<PyTensor>().is_ok_and(|t| t.get().look(is))
}

/// The function or method of a group, as Python knows it.
fn object<'py>(py: Python<'py>, group: &Group, method: bool) -> PyResult<Bound<'py, PyAny>> {
    if method {
        return py.get_type::<PyTensor>().getattr(group.name);
    }
    let module = py.import("rushlight._C")?;
    if group.place.is_empty() {
        module.getattr(group.name)
    } else {
        module.getattr(group.place)?.getattr(group.name)
    }
}

pub type Keywords<'py> = SmallVec<[(Bound<'py, PyAny>, Bound<'py, PyAny>); 2]>;

fn call<'py>(
    py: Python<'py>,
    group: &Group,
    given: &[Bound<'py, PyAny>],
    keywords: &mut Keywords<'py>,
    method: bool,
) -> PyResult<Bound<'py, PyAny>> {
    // neither methods nor what works in place have `out=`
    let out = if method || group.in_place { None } else { out::take(&group.rows, keywords) };
    let mut first: Option<Mismatch> = None;
    let mut args: SmallVec<[Arg; 8]> = SmallVec::new();
    for row in if method { &group.methods } else { &group.functions } {
        args.clear();
        match bind(row, given, keywords, &mut args)? {
            Ok(()) => {
                if group.in_place {
                    in_place(row, &args)?;
                    return Ok(target(row, given, keywords));
                }
                if row.autocast != Autocast::None && out.is_none() && autocast::state().is_on() {
                    autocast::operands(row.autocast, &mut args).map_err(to_py)?;
                }
                if let Some(out) = &out {
                    out::adopt(row, &mut args, out);
                    out::check_apart(row, &args, out)?;
                }
                let work = || (row.call)(&args);
                let value = match out.as_ref().and_then(|out| out::place(row, &args, out)) {
                    Some(place) => detached_if_long(py, elements(&args), || offer(&place, work)),
                    None => detached_if_long(py, elements(&args), work),
                };
                let value = value.map_err(to_py)?;
                if row.is_in(Place::InPlace) {
                    return Ok(target(row, given, keywords));
                }
                return match out {
                    Some(out) => out::store(row, py, value, &out),
                    None => ret_or_self(py, value, given, keywords, &args),
                };
            }
            Err(m) => {
                first.get_or_insert(m);
            }
        }
    }
    if out.is_none()
        && let Some((tensors, mut factors)) = in_old_order(py, group, given, keywords, method)?
    {
        return call(py, group, &tensors, &mut factors, method);
    }
    // an object that fits no row may know by itself what the call means
    if !overrides::watched()
        && let Some(value) = overrides::answer(py, || object(py, group, method), given, keywords)?
    {
        return Ok(value);
    }
    Err(mismatch(group, given, keywords, first, method))
}

/// Elements from which a call lets other Python threads run meanwhile: detaching and attaching again costs 30 ns, and
/// so many elements take a microsecond at the least.
const LONG: usize = 16 * 1024;

/// Runs engine code over so many elements, detached from the interpreter if they are many.
#[inline]
pub fn detached_if_long<T: Send>(py: Python<'_>, elements: usize, f: impl FnOnce() -> T + Send) -> T {
    if elements < LONG {
        return f();
    }
    if elements >= interrupt::WORTH_ASKING {
        interrupt::listen(py);
    }
    py.detach(f)
}

/// The elements of the largest tensor among the arguments.
#[inline]
fn elements(args: &[Arg]) -> usize {
    let most = |a: &Arg| match a {
        Arg::Tensor(t) => t.numel(),
        Arg::Tensors(list) => list.iter().map(Tensor::numel).sum(),
        _ => 0,
    };
    args.iter().map(most).max().unwrap_or(0)
}

/// A result; the very object of the first argument if the op answered with its input (`x.contiguous()`, `x.to()`).
fn ret_or_self<'py>(
    py: Python<'py>,
    value: Ret,
    given: &[Bound<'py, PyAny>],
    keywords: &Keywords<'py>,
    args: &[Arg],
) -> PyResult<Bound<'py, PyAny>> {
    if let (Ret::Tensor(t), Some(Arg::Tensor(x))) = (&value, args.first())
        && t.same(x)
        && let Some(object) = given.first().or_else(|| keywords.iter().map(|(_, v)| v).find(|v| shows(v, t)))
        && object.cast::<PyTensor>().is_ok_and(|o| o.get().is(t))
    {
        return Ok(object.clone());
    }
    ret(py, value)
}

/// What a function that works in place answers with: its first argument, however it was given.
fn target<'py>(row: &OpDef, given: &[Bound<'py, PyAny>], keywords: &Keywords<'py>) -> Bound<'py, PyAny> {
    let named = || keyword(&row.params[0], keywords).or(keywords.first().map(|(_, value)| value));
    given.first().or_else(named).expect("a call that fits the row has its first argument").clone()
}

/// Whether an object is this very tensor.
fn shows(object: &Bound<'_, PyAny>, t: &Tensor) -> bool {
    object.cast::<PyTensor>().is_ok_and(|o| o.get().is(t))
}

fn in_place(row: &OpDef, args: &[Arg]) -> PyResult<()> {
    match row.twin {
        Twin::Own(f) => f(args).map_err(to_py)?,
        Twin::None | Twin::Assign => {
            // what the backward saves of the old value must outlive the write
            let mut kept: SmallVec<[Arg; 8]> = SmallVec::from(args);
            if let Arg::Tensor(x) = &args[0]
                && crate::autograd::grad_enabled()
                && args.iter().any(|a| matches!(a, Arg::Tensor(t) if t.requires_grad()))
            {
                let copy = crate::ops::driver::memory::dense_copy(x).map_err(to_py)?;
                copy.set_edge(x.edge());
                kept[0] = Arg::Tensor(copy);
            }
            let value = (row.call)(&kept).map_err(to_py)?;
            if let (Ret::Tensor(r), Arg::Tensor(x)) = (value, &args[0]) {
                inplace::assign(row.name, x, &r).map_err(to_py)?;
            }
        }
    }
    Ok(())
}

/// Whether an object stands for a whole number. (To ask for a method that is not there makes an error, which is thrown away: of
/// `x.view(dtype)` half of the time.)
#[inline]
pub fn is_index(obj: &Bound<'_, PyAny>) -> bool {
    // SAFETY: a live object
    unsafe { ffi::PyIndex_Check(obj.as_ptr()) != 0 }
}

pub fn is_name(obj: &Bound<'_, PyAny>, name: &str) -> bool {
    obj.cast::<PyString>().is_ok_and(|s| s.to_str().is_ok_and(|s| s == name))
}

/// Other names under which a parameter may be given, NumPy's.
fn aliases(name: &str) -> &'static [&'static str] {
    match name {
        "dim" => &["axis"],
        "keepdim" => &["keepdims"],
        "input" => &["self", "x", "a"],
        "other" => &["x2"],
        "size" => &["shape"],
        _ => &[],
    }
}

type Bound1<T> = Result<T, Mismatch>;

/// Matches the call against one row: the arguments in the order of its parameters.
fn bind(
    row: &OpDef,
    given: &[Bound<'_, PyAny>],
    keywords: &Keywords<'_>,
    args: &mut SmallVec<[Arg; 8]>,
) -> PyResult<Bound1<()>> {
    let (mut next, mut used) = (0, 0);
    for (i, p) in row.params.iter().enumerate() {
        if next < given.len() && !p.keyword_only {
            let obj = &given[next];
            if p.kind.base == Base::Operands {
                match super::convert::operands(&given[next..])? {
                    Some(list) => args.push(Arg::Operands(list)),
                    None => return Ok(Err(Mismatch::Type(i, p.name, p.kind.base))),
                }
                next = given.len();
                continue;
            }
            // sizes may be spelled out: x.view(2, 3)
            if p.kind.base == Base::Sizes && (given.len() - next != 1 || !is_sequence(obj)) {
                match spelled(&given[next..])? {
                    Some((sizes, taken)) => {
                        args.push(sizes);
                        next += taken;
                        continue;
                    }
                    None => {
                        if !is_sequence(obj) {
                            return Ok(Err(Mismatch::Type(i, p.name, p.kind.base)));
                        }
                    }
                }
            }
            // so may tensors of some functions: meshgrid(a, b)
            if p.kind.base == Base::Tensors && obj.cast::<PyTensor>().is_ok() && spells(row) {
                let list: Vec<Tensor> = given[next..]
                    .iter()
                    .map_while(|o| o.cast::<PyTensor>().ok().map(|t| t.get().tensor()))
                    .collect();
                next += list.len();
                args.push(Arg::Tensors(list));
                continue;
            }
            match to_arg(obj, p.kind)? {
                Some(a) => args.push(a),
                None => return Ok(Err(Mismatch::Type(i, p.name, p.kind.base))),
            }
            next += 1;
            continue;
        }
        match keyword(p, keywords) {
            Some(obj) => {
                used += 1;
                match to_arg(obj, p.kind)? {
                    Some(a) => args.push(a),
                    None => return Ok(Err(Mismatch::Type(i, p.name, p.kind.base))),
                }
            }
            // an empty list of sizes may be left out altogether: torch.zeros(()) is zeros(), x.expand()
            None if p.required && p.kind.base == Base::Sizes && i == 0 => {
                return Ok(Err(Mismatch::Missing(p.name)));
            }
            None if p.kind.base == Base::Operands => args.push(Arg::Operands(Vec::new())),
            None if p.required => return Ok(Err(Mismatch::Missing(p.name))),
            None => args.push(Arg::Absent),
        }
    }
    if next < given.len() {
        return Ok(Err(Mismatch::TooMany));
    }
    if used < keywords.len() {
        for (k, _) in keywords {
            let known = row
                .params
                .iter()
                .any(|p| is_name(k, p.name) || aliases(p.name).iter().any(|a| is_name(k, a)));
            if !known {
                return Ok(Err(Mismatch::Unexpected(k.to_string())));
            }
        }
        return Ok(Err(Mismatch::TooMany));
    }
    Ok(Ok(()))
}

pub(super) fn keyword<'a, 'py>(p: &Param, keywords: &'a Keywords<'py>) -> Option<&'a Bound<'py, PyAny>> {
    if keywords.is_empty() {
        return None;
    }
    let direct = keywords.iter().find(|(k, _)| is_name(k, p.name));
    let found =
        direct.or_else(|| keywords.iter().find(|(k, _)| aliases(p.name).iter().any(|a| is_name(k, a))));
    found.map(|(_, v)| v)
}

fn is_sequence(obj: &Bound<'_, PyAny>) -> bool {
    obj.cast::<PyTuple>().is_ok() || obj.cast::<pyo3::types::PyList>().is_ok()
}

/// Whether a list of tensors may be spelled out. Where it may not, a tensor in its place is a mistake, not a list of one.
fn spells(row: &OpDef) -> bool {
    matches!(
        row.name,
        "atleast_1d"
            | "atleast_2d"
            | "atleast_3d"
            | "block_diag"
            | "broadcast_tensors"
            | "cartesian_prod"
            | "meshgrid"
    )
}

/// Consecutive integers as one list of sizes.
fn spelled(given: &[Bound<'_, PyAny>]) -> PyResult<Option<(Arg, usize)>> {
    let mut sizes = crate::ops::table::Ints::new();
    for obj in given {
        if obj.cast::<pyo3::types::PyBool>().is_ok() || is_sequence(obj) {
            break;
        }
        match super::convert::int(obj).map_err(super::convert::no_size)? {
            Some(v) => sizes.push(v),
            None => break,
        }
    }
    let taken = sizes.len();
    Ok((taken > 0).then_some((Arg::Ints(sizes), taken)))
}

/// A row group that Rust code calls by its name, looked up once.
pub struct Named {
    name: &'static str,
    group: OnceLock<&'static Group>,
}

impl Named {
    pub const fn new(name: &'static str) -> Named {
        Named { name, group: OnceLock::new() }
    }
    pub fn name(&self) -> &'static str {
        self.name
    }
    pub fn call<'py>(&self, given: &[Bound<'py, PyAny>]) -> PyResult<Bound<'py, PyAny>> {
        let group = match self.group.get() {
            Some(group) => group,
            None => match BY_NAME.get().and_then(|m| m.get(self.name)).zip(GROUPS.get()) {
                Some((&i, groups)) => self.group.get_or_init(|| &groups[i]),
                None => {
                    let text = format!("{} is not implemented", self.name);
                    return Err(pyo3::exceptions::PyNotImplementedError::new_err(text));
                }
            },
        };
        let py = given[0].py();
        guarded(group.name, || {
            if overrides::watched()
                && let Some(value) = overrides::answer(py, || object(py, group, true), given, &[])?
            {
                return Ok(value);
            }
            call(py, group, given, &mut Keywords::new(), true)
        })
    }
}

fn leak(text: String) -> *const c_char {
    CString::new(text.replace('\0', "")).unwrap_or_default().into_raw()
}

/// Makes the groups and hangs a function on the module and a descriptor on the class for each.
pub fn install(m: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = m.py();
    // (name, in place, nn) -> rows
    let mut groups: Vec<Group> = Vec::new();
    let mut places: Vec<(bool, bool, &'static str)> = Vec::new(); // method, function, submodule
    let mut find: HashMap<(String, &'static str), usize> = HashMap::new();
    let mut add = |name: &'static str,
                   row: &'static OpDef,
                   in_place: bool,
                   method: bool,
                   function: bool,
                   sub: &'static str| {
        let key = (name.to_string(), sub);
        let i = *find.entry(key).or_insert_with(|| {
            groups.push(Group {
                name,
                rows: Vec::new(),
                methods: Vec::new(),
                functions: Vec::new(),
                in_place,
                place: sub,
                itself: None,
            });
            places.push((false, false, sub));
            groups.len() - 1
        });
        if !groups[i].rows.iter().any(|r| std::ptr::eq(*r, row)) {
            groups[i].rows.push(row);
        }
        places[i].0 |= method;
        places[i].1 |= function;
    };
    for row in crate::ops::table::all() {
        for place in row.places {
            let sub = match place.module() {
                "" => "",
                "nn" => "_nn",
                "linalg" => "_linalg",
                "special" => "_special",
                "fft" => "_fft",
                "vision" => "_vision",
                _ => "_optim",
            };
            let method = matches!(place, Place::Method | Place::InPlace);
            add(row.name, row, false, method, !method, sub);
        }
        if row.has_twin() && row.is_method() {
            let twin: &'static str = Box::leak(format!("{}_", row.name).into_boxed_str());
            add(twin, row, true, true, row.is_in(Place::Torch), "");
        }
    }
    for group in &mut groups {
        group.methods = group.rows.iter().copied().filter(|r| r.is_method()).collect();
        group.itself = group.methods.iter().find_map(|r| r.itself);
        group.functions =
            group.rows.iter().copied().filter(|r| !matches!(r.places, [Place::Method])).collect();
    }
    let capacity = SHIMS.len() * 128;
    assert!(groups.len() <= capacity, "{} names, room for {capacity}", groups.len());
    let class = py.get_type::<PyTensor>();
    let mut by_name = HashMap::new();
    let mut made: HashMap<&str, (Vec<*const OpDef>, Bound<'_, PyAny>)> = HashMap::new();
    for (i, group) in groups.iter().enumerate() {
        let (method, function, sub) = places[i];
        let doc = super::describe::doc(group.name, &group.rows);
        let def = Box::leak(Box::new(ffi::PyMethodDef {
            ml_name: leak(group.name.to_string()),
            ml_meth: ffi::PyMethodDefPointer {
                PyCFunctionFastWithKeywords: SHIMS[i / 128][i / 16 % 8][i % 16],
            },
            ml_flags: ffi::METH_FASTCALL | ffi::METH_KEYWORDS as c_int,
            ml_doc: leak(doc),
        }));
        if method {
            // SAFETY: the definition is leaked and lives as long as the class
            let descr = unsafe {
                Bound::from_owned_ptr_or_err(py, ffi::PyDescr_NewMethod(class.as_type_ptr(), def))?
            };
            class.setattr(group.name, descr)?;
        }
        if function {
            // what has the same rows in two places is one object, as in PyTorch: `nn.functional.conv2d is conv2d`
            let rows: Vec<*const OpDef> = group.functions.iter().map(|r| std::ptr::from_ref(*r)).collect();
            let f = match made.get(group.name) {
                Some((same, f)) if *same == rows => f.clone(),
                // SAFETY: as above; no self
                _ => unsafe {
                    let module = PyString::intern(py, shown_in(sub));
                    Bound::from_owned_ptr_or_err(
                        py,
                        ffi::PyCFunction_NewEx(def, std::ptr::null_mut(), module.as_ptr()),
                    )?
                },
            };
            if sub.is_empty() {
                m.setattr(group.name, &f)?;
            } else {
                submodule(m, sub)?.setattr(group.name, &f)?;
            }
            made.insert(group.name, (rows, f));
        }
        if sub.is_empty() {
            by_name.insert(group.name, i);
        }
    }
    for sub in ["_nn", "_linalg", "_special", "_fft", "_vision", "_optim", "_autograd"] {
        submodule(m, sub)?;
    }
    let _ = GROUPS.set(groups);
    let _ = BY_NAME.set(by_name);
    Ok(())
}

/// A submodule of `_C`, made on first use.
/// The module that a function says it is of: the one that shows it.
fn shown_in(place: &str) -> &'static str {
    match place {
        "" => "rushlight",
        "_nn" => "rushlight.nn.functional",
        "_linalg" => "rushlight.linalg",
        "_special" => "rushlight.special",
        "_fft" => "rushlight.fft",
        "_vision" => "rushlight._C._vision",
        _ => "rushlight._C._optim",
    }
}

pub fn submodule<'py>(m: &Bound<'py, PyModule>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    if let Ok(sub) = m.getattr(name) {
        return Ok(sub);
    }
    let sub = PyModule::new(m.py(), &format!("rushlight._C.{name}"))?;
    m.setattr(name, &sub)?;
    Ok(sub.into_any())
}
