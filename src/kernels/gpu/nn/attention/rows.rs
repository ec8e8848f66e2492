//! The pieces of text that the kernels are made of. Tiles of 32 by 32 lie in shared memory in vectors, rows nine apart so that
//! neighbours fall on different banks. Invocation `t` has rows `2 ty`, `2 ty + 1` and columns `tx`, `tx + 16` of a tile of
//! scores, and of products the columns from `4 tx` on.

/// Shared memory, and where an invocation sits.
pub const SHARED: &str = "
var<workgroup> s_a: array<vec4<f32>, 288>;
var<workgroup> s_b: array<vec4<f32>, 288>;
var<workgroup> s_p: array<vec4<f32>, 288>;
var<workgroup> s_v: array<vec4<f32>, 512>;
fn neg_inf() -> f32 { var b = 0xff800000u; return bitcast<f32>(b); }
fn keep_score(ty: u32, tx: u32, s: vec4<f32>) {
    let row = ty * 18u + (tx >> 2u);
    s_p[row][tx & 3u] = s.x;
    s_p[row + 4u][tx & 3u] = s.y;
    s_p[row + 9u][tx & 3u] = s.z;
    s_p[row + 13u][tx & 3u] = s.w;
}
";

/// `read4_X(head, r, c)`: four columns of a row, zeros beyond `rows` and `columns`.
pub fn read4(x: &str, rows: &str, columns: &str) -> String {
    format!(
        "
fn read4_{x}(head: u32, r: u32, c: u32) -> vec4<f32> {{
    var v = vec4<f32>();
    if (r >= {rows}) {{ return v; }}
    if (c < {columns}) {{ v.x = get_{x}({x}_at(head, r, c)); }}
    if (c + 1u < {columns}) {{ v.y = get_{x}({x}_at(head, r, c + 1u)); }}
    if (c + 2u < {columns}) {{ v.z = get_{x}({x}_at(head, r, c + 2u)); }}
    if (c + 3u < {columns}) {{ v.w = get_{x}({x}_at(head, r, c + 3u)); }}
    return v;
}}
"
    )
}

/// `dots_A_B(..)`: products of two rows of `a` with two rows of `b`, over `depth` columns.
pub fn dots(a: &str, b: &str, depth: &str) -> String {
    format!(
        "
fn dots_{a}_{b}(t: u32, head_a: u32, a0: u32, head_b: u32, b0: u32) -> vec4<f32> {{
    let tx = t & 15u;
    let ty = t >> 4u;
    let line = t >> 3u;
    let quad = t & 7u;
    var s = vec4<f32>();
    for (var c = 0u; c < {depth}; c += 32u) {{
        workgroupBarrier();
        s_a[line * 9u + quad] = read4_{a}(head_a, a0 + line, c + quad * 4u);
        s_b[line * 9u + quad] = read4_{b}(head_b, b0 + line, c + quad * 4u);
        workgroupBarrier();
        for (var i = 0u; i < 8u; i++) {{
            let x0 = s_a[ty * 18u + i];
            let x1 = s_a[ty * 18u + 9u + i];
            let y0 = s_b[tx * 9u + i];
            let y1 = s_b[tx * 9u + 144u + i];
            s += vec4<f32>(dot(x0, y0), dot(x0, y1), dot(x1, y0), dot(x1, y1));
        }}
    }}
    return s;
}}
"
    )
}

/// Registers of a product with `columns` columns, named `NAME0_c` and `NAME1_c`.
pub fn registers(name: &str, columns: usize) -> String {
    (0..columns.div_ceil(64))
        .map(|c| format!("    var {name}0_{c} = vec4<f32>();\n    var {name}1_{c} = vec4<f32>();\n"))
        .collect()
}

/// Adds the weights in shared memory times 32 rows of `x` from `first` on to the registers of `name`. Begins and ends with
/// everybody done.
pub fn spread(name: &str, x: &str, head: &str, first: &str, columns: usize) -> String {
    let mut out = String::new();
    for c in 0..columns.div_ceil(64) {
        out += &format!(
            "
        workgroupBarrier();
        for (var q = t; q < 512u; q += 256u) {{ s_v[q] = read4_{x}({head}, {first} + (q >> 4u), {}u + (q & 15u) * 4u); }}
        workgroupBarrier();
        for (var i = 0u; i < 8u; i++) {{
            let p0 = s_p[ty * 18u + i];
            let p1 = s_p[ty * 18u + 9u + i];
            let v0 = s_v[i * 64u + tx];
            let v1 = s_v[i * 64u + 16u + tx];
            let v2 = s_v[i * 64u + 32u + tx];
            let v3 = s_v[i * 64u + 48u + tx];
            {name}0_{c} += p0.x * v0 + p0.y * v1 + p0.z * v2 + p0.w * v3;
            {name}1_{c} += p1.x * v0 + p1.y * v1 + p1.z * v2 + p1.w * v3;
        }}
",
            c * 64
        );
    }
    out + "        workgroupBarrier();\n"
}

/// Writes the registers of `name`, times `factor0` and `factor1`, to rows of `x` from `first` on.
pub fn store(
    name: &str,
    x: &str,
    head: &str,
    first: &str,
    rows: &str,
    columns: &str,
    n: usize,
    factors: [&str; 2],
) -> String {
    let mut out = String::new();
    for c in 0..n.div_ceil(64) {
        for (r, factor) in factors.iter().enumerate() {
            for (l, lane) in ["x", "y", "z", "w"].iter().enumerate() {
                out += &format!(
                    "    if ({first} + ty * 2u + {r}u < {rows} && {at}u + tx * 4u < {columns}) {{ \
                     put_{x}({x}_at({head}, {first} + ty * 2u + {r}u, {at}u + tx * 4u), {name}{r}_{c}.{lane} * {factor}); }}\n",
                    at = c * 64 + l
                );
            }
        }
    }
    out
}

/// `score(z, r, c, s)`: scaled, masked, minus infinity where the query `r` does not see the key `c`.
pub fn score(causal: bool, mask: Option<bool>) -> String {
    let causal = if causal { " || c > r" } else { "" };
    let mask = match mask {
        None => "return s * SCALE();",
        Some(true) => "if (get_mask(mask_at(head, r, c))) { return s * SCALE(); } return neg_inf();",
        Some(false) => "return fma(s, SCALE(), get_mask(mask_at(head, r, c)));",
    };
    format!(
        "fn score(head: u32, r: u32, c: u32, s: f32) -> f32 {{ if (r >= QUERIES() || c >= KEYS(){causal}) {{ return neg_inf(); }} {mask} }}\n"
    )
}
