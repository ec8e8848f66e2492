//! A model of the tile registers that executes the text of `program!`, instruction by instruction, after the Intel SDM,
//! vol. 2. What faults there panics here.

use super::{Config, LINE, Operands, TILE_BYTES, TILE_ROWS, Unit};
use std::cell::{Cell, RefCell};
use std::sync::OnceLock;

pub static UNIT: Unit = Unit { configure, block, release, least: 0 };

thread_local! {
    static CHOSEN: Cell<Option<&'static Unit>> = const { Cell::new(None) };
    static TILES: RefCell<Tiles> = const { RefCell::new(Tiles::NEW) };
    static LOADED: Cell<usize> = const { Cell::new(0) };
}

/// What products begun by this thread use instead of the machine's unit.
pub fn chosen() -> Option<&'static Unit> {
    CHOSEN.get()
}

pub fn with<R>(unit: &'static Unit, f: impl FnOnce() -> R) -> R {
    struct Restore(Option<&'static Unit>);
    impl Drop for Restore {
        fn drop(&mut self) {
            CHOSEN.set(self.0);
        }
    }
    let _restore = Restore(CHOSEN.replace(Some(unit)));
    f()
}

/// Whether this thread's registers are configured.
pub fn configured() -> bool {
    TILES.with_borrow(|t| t.shapes.is_some())
}

/// Configurations loaded by this thread.
pub fn loaded() -> usize {
    LOADED.get()
}

unsafe fn configure(config: &Config) {
    LOADED.set(LOADED.get() + 1);
    TILES.with_borrow_mut(|t| t.configure(config));
}

unsafe fn release() {
    TILES.with_borrow_mut(|t| *t = Tiles::NEW);
}

type Tile = [[u8; TILE_BYTES]; TILE_ROWS];

struct Tiles {
    /// Rows and bytes of each register.
    shapes: Option<[(usize, usize); 8]>,
    data: [Tile; 8],
}

/// Rounded to nearest even, with denormals taken and given as zeros.
pub fn fused(x: f32, y: f32, z: f32) -> f32 {
    let flush = |x: f32| if x.is_subnormal() { 0f32.copysign(x) } else { x };
    flush(flush(x).mul_add(flush(y), flush(z)))
}

impl Tiles {
    const NEW: Tiles = Tiles { shapes: None, data: [[[0; TILE_BYTES]; TILE_ROWS]; 8] };

    fn configure(&mut self, c: &Config) {
        assert!(
            c.palette == 1 && c.start_row == 0 && c.reserved == [0; 14],
            "#GP: palette 1 has reserved bytes"
        );
        assert!(c.bytes[8..] == [0; 8] && c.rows[8..] == [0; 8], "#GP: palette 1 has 8 registers");
        *self = Tiles::NEW;
        self.shapes = Some(std::array::from_fn(|t| {
            let (rows, bytes) = (c.rows[t] as usize, c.bytes[t] as usize);
            assert!(rows <= TILE_ROWS && bytes <= TILE_BYTES && (rows == 0) == (bytes == 0), "#GP: shape");
            (rows, bytes)
        }));
    }

    fn shape(&self, t: usize) -> (usize, usize) {
        let shape = self.shapes.expect("#UD: not configured")[t];
        assert!(shape.0 > 0, "#UD: register {t} is not configured");
        shape
    }

    unsafe fn load(&mut self, t: usize, base: usize, index: usize) {
        let (rows, bytes) = self.shape(t);
        self.data[t] = [[0; TILE_BYTES]; TILE_ROWS];
        for r in 0..rows {
            let from = base.wrapping_add(r.wrapping_mul(index)) as *const u8;
            from.copy_to_nonoverlapping(self.data[t][r].as_mut_ptr(), bytes);
        }
    }

    unsafe fn store(&self, t: usize, base: usize, index: usize) {
        let (rows, bytes) = self.shape(t);
        for r in 0..rows {
            let to = base.wrapping_add(r.wrapping_mul(index)) as *mut u8;
            to.copy_from_nonoverlapping(self.data[t][r].as_ptr(), bytes);
        }
    }

    /// TDPBF16PS: the first elements of all pairs and the second ones are summed apart, and both sums added together.
    fn dot(&mut self, sums: usize, a: usize, b: usize) {
        let ((m, n), (am, ak), (bk, bn)) = (self.shape(sums), self.shape(a), self.shape(b));
        assert!(sums != a && sums != b && a != b, "#UD: registers must differ");
        assert!(n % 4 == 0 && ak % 4 == 0 && bn % 4 == 0, "#UD: words");
        assert!(am == m && ak / 4 == bk && bn == n, "#UD: shapes do not fit");
        let half =
            |t: &Tile, r: usize, i: usize| f32::from_bits((t[r][i] as u32 | (t[r][i + 1] as u32) << 8) << 16);
        for i in 0..m {
            for j in (0..n).step_by(4) {
                let mut parts = [0f32; 2];
                for p in 0..bk {
                    for (v, part) in parts.iter_mut().enumerate() {
                        let (x, y) =
                            (half(&self.data[a], i, 4 * p + 2 * v), half(&self.data[b], p, j + 2 * v));
                        *part = fused(x, y, *part);
                    }
                }
                let to = &mut self.data[sums][i][j..j + 4];
                let sum = f32::from_le_bytes([to[0], to[1], to[2], to[3]]);
                let sum = fused(1.0, sum, fused(1.0, parts[0], parts[1]));
                to.copy_from_slice(&sum.to_le_bytes());
            }
        }
    }
}

/// `[base + index*1 + offset]`; registers by their place in [`NAMES`].
#[derive(Clone, Copy)]
pub struct Place {
    pub base: usize,
    pub index: usize,
    pub offset: usize,
}

pub enum Op {
    Zero(usize),
    Load(usize, Place),
    Store(Place, usize),
    Dot(usize, usize, usize),
    Test(usize),
    Add(usize, Result<usize, usize>),
    Dec(usize),
    /// If the last result was zero, or if it was not.
    Jump(bool, usize),
}

pub const NAMES: [&str; 10] =
    ["steps", "top", "bottom", "apart", "next", "b", "upper", "lower", "line", "add"];

/// The text, read.
pub fn program() -> &'static [Op] {
    macro_rules! listing {
        ($($line:literal)*) => { &[$($line),*] };
    }
    const TEXT: &[&str] = program!(listing);
    static PROGRAM: OnceLock<Vec<Op>> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let label = TEXT.iter().position(|&l| l == "2:").expect("one label");
        assert!(TEXT.iter().filter(|l| l.ends_with(':')).count() == 1);
        TEXT.iter()
            .enumerate()
            .filter(|l| l.0 != label)
            .map(|(at, line)| read(line, at < label, label))
            .collect()
    })
}

fn read(line: &str, before: bool, label: usize) -> Op {
    let (what, operands) = line.split_once(' ').expect("operands");
    let operands: Vec<&str> = operands.split(", ").collect();
    let tile =
        |i: usize| operands[i].strip_prefix("tmm").and_then(|t| t.parse().ok()).expect("a tile register");
    let register = |text: &str| {
        let name = text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).expect("a register");
        NAMES.iter().position(|n| *n == name).expect("a name")
    };
    let place = |i: usize| {
        let inside = operands[i].strip_prefix('[').and_then(|t| t.strip_suffix(']')).expect("an address");
        let parts: Vec<&str> = inside.split(" + ").collect();
        let offset = parts.get(2).map_or(0, |o| o.parse().expect("a number"));
        let index = register(parts[1].strip_suffix("*1").expect("an index"));
        Place { base: register(parts[0]), index, offset }
    };
    match what {
        "tilezero" => Op::Zero(tile(0)),
        "tileloadd" => Op::Load(tile(0), place(1)),
        "tilestored" => Op::Store(place(0), tile(1)),
        "tdpbf16ps" => Op::Dot(tile(0), tile(1), tile(2)),
        "test" if operands[0] == operands[1] => Op::Test(register(operands[0])),
        "add" => {
            let by = operands[1].parse().map_err(|_| register(operands[1]));
            Op::Add(register(operands[0]), by)
        }
        "dec" => Op::Dec(register(operands[0])),
        "jz" | "jnz" => {
            assert_eq!(operands[0], if before { "2f" } else { "2b" });
            Op::Jump(what == "jz", label)
        }
        _ => panic!("{line}"),
    }
}

unsafe fn block(o: &Operands) {
    assert!(o.steps > 0);
    let (a, b, add) = ([o.top as usize, o.bottom as usize], o.b as usize, o.add as usize);
    let (apart, next) = (o.apart as usize, o.next as usize);
    let mut r = [o.steps, a[0], a[1], apart, next, b, o.upper as usize, o.lower as usize, LINE, add];
    let ops = program();
    TILES.with_borrow_mut(|t| {
        let (mut at, mut zero) = (0, None);
        while at < ops.len() {
            let address = |p: Place| (r[p.base].wrapping_add(p.offset), r[p.index]);
            at += 1;
            match ops[at - 1] {
                Op::Zero(tile) => {
                    t.shape(tile);
                    t.data[tile] = [[0; TILE_BYTES]; TILE_ROWS];
                }
                Op::Load(tile, from) => t.load(tile, address(from).0, address(from).1),
                Op::Store(to, tile) => t.store(tile, address(to).0, address(to).1),
                Op::Dot(sums, a, b) => t.dot(sums, a, b),
                Op::Test(x) => zero = Some(r[x] == 0),
                Op::Add(x, by) => {
                    r[x] = r[x].wrapping_add(by.unwrap_or_else(|y| r[y]));
                    zero = Some(r[x] == 0);
                }
                Op::Dec(x) => {
                    r[x] -= 1;
                    zero = Some(r[x] == 0);
                }
                Op::Jump(wanted, to) if zero.expect("a result") == wanted => at = to,
                Op::Jump(..) => {}
            }
        }
    });
}
